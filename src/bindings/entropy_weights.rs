use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::columns;
use super::enter::enter;
use crate::kernel::cells::Classes;
use crate::kernel::entropy_weights::{self as kernel, Step, Weight};
use crate::kernel::matrix::Matrix;
use crate::kernel::normalize::Rule;

#[pyfunction]
pub fn entropy_weights<'py>(
    py: Python<'py>,
    columns: Vec<PyReadonlyArray1<'py, f64>>,
    negative: Vec<bool>,
    method: &str,
    shift: f64,
    scopes: Option<PyReadonlyArray1<'py, u32>>,
    n_scopes: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let slices = columns::slices(&columns)?;
    let codes = scopes.as_ref().map(|scopes| scopes.as_slice()).transpose()?;
    let matrix = Matrix { columns: &slices, scopes: Classes { codes, count: n_scopes } };
    let rule = Rule { method: columns::method(py, method)?, negative: &negative, shift };
    let result = enter(py, None, move |job| kernel::entropy_weights(job, &matrix, &rule))?;
    let tables = weights(py, &result.weights)?;
    tables.set_item("constant", columns::pairs(&result.constant))?;
    tables.set_item("normalized", columns::arrays(py, result.normalized)?)?;
    tables.set_item("scores", result.scores.into_pyarray(py))?;
    Ok(tables)
}

#[pyfunction]
pub fn entropy_weights_only<'py>(
    py: Python<'py>,
    columns: Vec<PyReadonlyArray1<'py, f64>>,
    negative: Vec<bool>,
    method: &str,
    shift: f64,
    scopes: Option<PyReadonlyArray1<'py, u32>>,
    n_scopes: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let slices = columns::slices(&columns)?;
    let codes = scopes.as_ref().map(|scopes| scopes.as_slice()).transpose()?;
    let matrix = Matrix { columns: &slices, scopes: Classes { codes, count: n_scopes } };
    let rule = Rule { method: columns::method(py, method)?, negative: &negative, shift };
    let result = enter(py, None, move |job| kernel::weights(job, &matrix, &rule))?;
    let tables = weights(py, &result.weights)?;
    tables.set_item("constant", columns::pairs(&result.constant))?;
    Ok(tables)
}

fn weights<'py>(py: Python<'py>, rows: &[Weight]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let set = |name: &str, value: fn(&Weight) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("entropy", |row| row.entropy)?;
    set("divergence", |row| row.divergence)?;
    set("weight", |row| row.weight)?;
    Ok(columns)
}

#[pyfunction]
pub fn entropy_step<'py>(
    py: Python<'py>,
    normalized: Vec<PyReadonlyArray1<'py, f64>>,
    scopes: Option<PyReadonlyArray1<'py, u32>>,
    n_scopes: usize,
    terms: bool,
) -> PyResult<Bound<'py, PyList>> {
    let slices = columns::slices(&normalized)?;
    let codes = scopes.as_ref().map(|scopes| scopes.as_slice()).transpose()?;
    let matrix = Matrix { columns: &slices, scopes: Classes { codes, count: n_scopes } };
    let step = if terms { Step::EntropyTerms } else { Step::Proportions };
    columns::arrays(py, enter(py, None, move |job| kernel::step(job, &matrix, step))?)
}

#[pyfunction]
pub fn contributions<'py>(
    py: Python<'py>,
    normalized: Vec<PyReadonlyArray1<'py, f64>>,
    scopes: Option<PyReadonlyArray1<'py, u32>>,
    n_scopes: usize,
    weights: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyList>> {
    let slices = columns::slices(&normalized)?;
    let codes = scopes.as_ref().map(|scopes| scopes.as_slice()).transpose()?;
    let matrix = Matrix { columns: &slices, scopes: Classes { codes, count: n_scopes } };
    let weights = weights.as_slice()?;
    columns::arrays(py, enter(py, None, move |job| kernel::contributions(job, &matrix, weights))?)
}
