use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use crate::kernel::moran::{self as kernel, Moran};
use crate::kernel::spatial_panel::SpatialPanel;
use crate::kernel::weights::Weights;

/// Arrays of periods; `score` and `lag` of periods × units, `simulated` of periods × permutations.
#[pyfunction]
#[pyo3(signature = (indptr, indices, data, values, n_periods, standardize, permutations, seed, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn moran<'py>(
    py: Python<'py>,
    indptr: PyReadonlyArray1<'py, i64>,
    indices: PyReadonlyArray1<'py, u32>,
    data: PyReadonlyArray1<'py, f64>,
    values: PyReadonlyArray1<'py, f64>,
    n_periods: usize,
    standardize: bool,
    permutations: usize,
    seed: u64,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let (indptr, indices, data) = (indptr.as_slice()?, indices.as_slice()?, data.as_slice()?);
    let values = values.as_slice()?;
    let rows = enter(py, progress, move |job| {
        let weights = Weights::of_neighbors(indptr, indices, data)?;
        let panel = SpatialPanel { weights, values, n_periods, standardize };
        kernel::moran(job, &panel, permutations, seed)
    })?;
    let tables = PyDict::new(py);
    tables.set_item("n", PyArray1::from_iter(py, rows.iter().map(|row| row.n)))?;
    tables.set_item("n_islands", PyArray1::from_iter(py, rows.iter().map(|row| row.n_islands)))?;
    let set = |name: &str, value: fn(&Moran) -> f64| {
        tables.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("weight_sum", |row| row.weight_sum)?;
    set("moran_i", |row| row.i)?;
    set("expected", |row| row.expected)?;
    set("variance_normality", |row| row.normality.variance)?;
    set("z_normality", |row| row.normality.z)?;
    set("p_normality", |row| row.normality.p)?;
    set("variance_randomization", |row| row.randomization.variance)?;
    set("z_randomization", |row| row.randomization.z)?;
    set("p_randomization", |row| row.randomization.p)?;
    set("p_permutation", |row| row.p_permutation)?;
    let set = |name: &str, values: fn(&Moran) -> &[f64]| {
        tables.set_item(name, rows.iter().map(values).collect::<Vec<_>>().concat().into_pyarray(py))
    };
    set("score", |row| &row.score)?;
    set("lag", |row| &row.lag)?;
    set("simulated", |row| &row.simulated)?;
    Ok(tables)
}
