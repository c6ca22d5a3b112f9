//! Lists of columns on their way in and out.

use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::errors;
use crate::kernel::normalize::{Constant, Method};

/// One slice per column.
pub fn slices<'a>(columns: &'a [PyReadonlyArray1<'_, f64>]) -> PyResult<Vec<&'a [f64]>> {
    columns.iter().map(|column| column.as_slice().map_err(PyErr::from)).collect()
}

/// One array per column, without a copy.
pub fn arrays(py: Python<'_>, columns: Vec<Vec<f64>>) -> PyResult<Bound<'_, PyList>> {
    PyList::new(py, columns.into_iter().map(|column| PyArray1::from_vec(py, column)))
}

/// Pairs (column, scope).
pub fn pairs(constant: &[Constant]) -> Vec<(usize, usize)> {
    constant.iter().map(|each| (each.column, each.scope)).collect()
}

/// The method of normalising of that name.
pub fn method(py: Python<'_>, name: &str) -> PyResult<Method> {
    let unknown = || errors::invalid(py, format!("there is no method {name:?} of normalising"));
    Method::named(name).ok_or_else(unknown)
}
