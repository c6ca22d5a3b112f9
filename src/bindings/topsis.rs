use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::columns;
use super::enter::enter;
use crate::kernel::cells::Classes;
use crate::kernel::matrix::Matrix;
use crate::kernel::normalize::Rule;
use crate::kernel::topsis::{self as kernel, Ideal};

#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn topsis<'py>(
    py: Python<'py>,
    columns: Vec<PyReadonlyArray1<'py, f64>>,
    negative: Vec<bool>,
    method: &str,
    shift: f64,
    scopes: Option<PyReadonlyArray1<'py, u32>>,
    n_scopes: usize,
    weights: PyReadonlyArray1<'py, f64>,
    periods: Option<PyReadonlyArray1<'py, u32>>,
    n_periods: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let slices = columns::slices(&columns)?;
    let codes = scopes.as_ref().map(|scopes| scopes.as_slice()).transpose()?;
    let matrix = Matrix { columns: &slices, scopes: Classes { codes, count: n_scopes } };
    let rule = Rule { method: columns::method(py, method)?, negative: &negative, shift };
    let weights = weights.as_slice()?;
    let codes = periods.as_ref().map(|periods| periods.as_slice()).transpose()?;
    let periods = Classes { codes, count: n_periods };
    let result = enter(py, None, move |job| kernel::topsis(job, &matrix, &rule, weights, periods))?;
    let tables = ideal(py, &result.ideal)?;
    tables.set_item("distance_best", result.distance_best.into_pyarray(py))?;
    tables.set_item("distance_worst", result.distance_worst.into_pyarray(py))?;
    tables.set_item("score", result.scores.into_pyarray(py))?;
    tables.set_item("rank", result.ranks.into_pyarray(py))?;
    tables.set_item("constant", columns::pairs(&result.constant))?;
    Ok(tables)
}

fn ideal<'py>(py: Python<'py>, rows: &[Ideal]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let set = |name: &str, value: fn(&Ideal) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("best", |row| row.best)?;
    set("worst", |row| row.worst)?;
    set("weight", |row| row.weight)?;
    Ok(columns)
}
