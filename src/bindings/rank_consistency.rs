use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use crate::kernel::rank_consistency as kernel;

#[pyfunction]
pub fn rank_consistency<'py>(
    py: Python<'py>,
    a: PyReadonlyArray1<'py, f64>,
    b: PyReadonlyArray1<'py, f64>,
    cells: PyReadonlyArray1<'py, u32>,
    n_cells: usize,
    ascending: bool,
    tolerance: u32,
) -> PyResult<Bound<'py, PyDict>> {
    let (a, b, cells) = (a.as_slice()?, b.as_slice()?, cells.as_slice()?);
    let result = enter(py, None, move |job| {
        kernel::rank_consistency(job, a, b, cells, n_cells, ascending, tolerance)
    })?;
    let columns = PyDict::new(py);
    columns.set_item("rank_a", result.rank_a.into_pyarray(py))?;
    columns.set_item("rank_b", result.rank_b.into_pyarray(py))?;
    columns.set_item("difference", result.difference.into_pyarray(py))?;
    columns.set_item("kind", PyArray1::from_iter(py, result.kind.iter().map(|&kind| kind as u8)))?;
    columns.set_item("is_high", result.is_high.into_pyarray(py))?;
    Ok(columns)
}
