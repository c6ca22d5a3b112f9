use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use super::errors;
use crate::kernel::cells::Classes;
use crate::kernel::network_indicators::{self as kernel, Link, Node, Parallel, Rows};

#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn network_links<'py>(
    py: Python<'py>,
    source: PyReadonlyArray1<'py, u32>,
    target: PyReadonlyArray1<'py, u32>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    periods: PyReadonlyArray1<'py, u32>,
    n_periods: usize,
    n_nodes: usize,
    directed: bool,
    parallel: &str,
    drop_self_loops: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let unknown = || errors::invalid(py, format!("there is no rule {parallel:?} for parallel links"));
    let parallel = Parallel::named(parallel).ok_or_else(unknown)?;
    let rows = Rows {
        source: source.as_slice()?,
        target: target.as_slice()?,
        weights: weights.as_ref().map(|weights| weights.as_slice()).transpose()?,
        periods: Classes::new(periods.as_slice()?, n_periods),
        n_nodes,
        directed,
    };
    let found = enter(py, None, move |job| kernel::simplify(job, &rows, parallel, drop_self_loops))?;
    let columns = PyDict::new(py);
    columns.set_item("period", PyArray1::from_iter(py, found.links.iter().map(|link| link.period)))?;
    columns.set_item("source", PyArray1::from_iter(py, found.links.iter().map(|link| link.source)))?;
    columns.set_item("target", PyArray1::from_iter(py, found.links.iter().map(|link| link.target)))?;
    columns.set_item("weight", PyArray1::from_iter(py, found.links.iter().map(|link| link.weight)))?;
    columns.set_item("n_self_loops", found.n_self_loops)?;
    columns.set_item("n_zero_weight", found.n_zero_weight)?;
    columns.set_item("n_parallel", found.n_parallel)?;
    Ok(columns)
}

#[pyfunction]
pub fn network_structure<'py>(
    py: Python<'py>,
    source: PyReadonlyArray1<'py, u32>,
    target: PyReadonlyArray1<'py, u32>,
    weights: PyReadonlyArray1<'py, f64>,
    n_nodes: usize,
    directed: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let ends = source.as_slice()?.iter().zip(target.as_slice()?);
    let links: Vec<Link> = ends
        .zip(weights.as_slice()?)
        .map(|((&source, &target), &weight)| Link { period: 0, source, target, weight })
        .collect();
    let found = enter(py, None, move |job| kernel::structure(job, &links, n_nodes, directed))?;
    let tables = PyDict::new(py);
    tables.set_item("nodes", nodes(py, &found.nodes)?)?;
    tables.set_item("n_edges", found.n_edges)?;
    tables.set_item("density", found.density)?;
    tables.set_item("total_weight", found.total_weight)?;
    tables.set_item("reciprocity", found.reciprocity)?;
    tables.set_item("clustering", found.clustering)?;
    tables.set_item("weighted_clustering", found.weighted_clustering)?;
    Ok(tables)
}

fn nodes<'py>(py: Python<'py>, rows: &[Node]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let count = |name: &str, value: fn(&Node) -> u64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    count("degree", |row| row.degree)?;
    count("in_degree", |row| row.in_degree)?;
    count("out_degree", |row| row.out_degree)?;
    let set = |name: &str, value: fn(&Node) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("weighted_degree", |row| row.weighted_degree)?;
    set("weighted_in_degree", |row| row.weighted_in_degree)?;
    set("weighted_out_degree", |row| row.weighted_out_degree)?;
    set("clustering", |row| row.clustering)?;
    set("weighted_clustering", |row| row.weighted_clustering)?;
    Ok(columns)
}
