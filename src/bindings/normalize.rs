use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::columns;
use super::enter::enter;
use crate::kernel::cells::Classes;
use crate::kernel::matrix::Matrix;
use crate::kernel::normalize::{self as kernel, Rule};

#[pyfunction]
pub fn normalize<'py>(
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
    let result = enter(py, None, move |job| kernel::normalize(job, &matrix, &rule))?;
    let tables = PyDict::new(py);
    tables.set_item("columns", columns::arrays(py, result.columns)?)?;
    tables.set_item("constant", columns::pairs(&result.constant))?;
    Ok(tables)
}
