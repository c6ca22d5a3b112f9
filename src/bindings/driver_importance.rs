use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use super::{columns, forest};
use crate::kernel::cells::Classes;
use crate::kernel::driver_importance::{self as kernel, Measures, Options, Reached};
use crate::kernel::forest::Parameters;

#[pyfunction]
#[pyo3(signature = (columns, response, n_trees, max_features, node_size, groups, n_groups, permutations, exact, seed, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn driver_importance<'py>(
    py: Python<'py>,
    columns: Vec<PyReadonlyArray1<'py, f64>>,
    response: PyReadonlyArray1<'py, f64>,
    n_trees: usize,
    max_features: usize,
    node_size: usize,
    groups: Option<PyReadonlyArray1<'py, u32>>,
    n_groups: usize,
    permutations: usize,
    exact: bool,
    seed: u64,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let slices = columns::slices(&columns)?;
    let response = response.as_slice()?;
    let groups = groups.as_ref().map(|groups| groups.as_slice()).transpose()?;
    let resampling = forest::resampling(groups, n_groups, true);
    let blocks = groups.map_or(Classes::ONE, |codes| Classes::new(codes, n_groups));
    let parameters = Parameters { n_trees, max_features, node_size, resampling, seed };
    let options = Options { forest: parameters, permutations, blocks, exact };
    let found = enter(py, progress, move |job| kernel::driver_importance(job, &slices, response, &options))?;
    let tables = forest::tables(py, found.fit)?;
    measures(py, &tables, &found.measures)?;
    if permutations > 0 {
        p_values(py, &tables, &found.reached, permutations)?;
    }
    Ok(tables)
}

fn measures(py: Python<'_>, tables: &Bound<'_, PyDict>, rows: &[Measures]) -> PyResult<()> {
    let set = |name: &str, value: fn(&Measures) -> f64| {
        tables.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("inc_mse", |row| row.inc_mse)?;
    set("inc_mse_se", |row| row.inc_mse_se)?;
    set("inc_mse_scaled", |row| row.inc_mse_scaled)?;
    set("inc_node_purity", |row| row.inc_node_purity)
}

fn p_values(
    py: Python<'_>,
    tables: &Bound<'_, PyDict>,
    rows: &[Reached],
    permutations: usize,
) -> PyResult<()> {
    let set = |name: &str, reached: fn(&Reached) -> u32| {
        let values: Vec<f64> = rows.iter().map(|row| Reached::p_value(reached(row), permutations)).collect();
        tables.set_item(name, values.into_pyarray(py))
    };
    set("p_inc_mse", |row| row.inc_mse)?;
    set("p_inc_mse_scaled", |row| row.inc_mse_scaled)?;
    set("p_inc_node_purity", |row| row.inc_node_purity)
}
