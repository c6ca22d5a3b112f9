use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

use super::enter::enter;
use crate::kernel::share as kernel;

#[pyfunction]
pub fn totals<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    cells: PyReadonlyArray1<'py, u32>,
    n_cells: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (values, cells) = (values.as_slice()?, cells.as_slice()?);
    let totals = enter(py, None, move |job| kernel::totals(job, values, cells, n_cells))?;
    Ok(totals.into_pyarray(py))
}

#[pyfunction]
pub fn share<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    cells: PyReadonlyArray1<'py, u32>,
    totals: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (values, cells, totals) = (values.as_slice()?, cells.as_slice()?, totals.as_slice()?);
    let shares = enter(py, None, move |job| kernel::share(job, values, cells, totals))?;
    Ok(shares.into_pyarray(py))
}
