use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

use super::columns;
use super::enter::enter;
use crate::kernel::cells::Classes;
use crate::kernel::industrial_upgrading as kernel;
use crate::kernel::matrix::Matrix;

#[pyfunction]
pub fn industrial_upgrading<'py>(
    py: Python<'py>,
    columns: Vec<PyReadonlyArray1<'py, f64>>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let slices = columns::slices(&columns)?;
    let sectors = Matrix { columns: &slices, scopes: Classes::ONE };
    let upgrading = enter(py, None, move |job| kernel::industrial_upgrading(job, &sectors))?;
    Ok(upgrading.into_pyarray(py))
}
