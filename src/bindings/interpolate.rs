use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use super::{columns, errors};
use crate::kernel::interpolate::{self as kernel, Edges};

#[pyfunction]
pub fn interpolate<'py>(
    py: Python<'py>,
    columns: Vec<PyReadonlyArray1<'py, f64>>,
    units: PyReadonlyArray1<'py, u32>,
    n_units: usize,
    times: PyReadonlyArray1<'py, f64>,
    edges: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let slices = columns::slices(&columns)?;
    let (units, times) = (units.as_slice()?, times.as_slice()?);
    let unknown = || errors::invalid(py, format!("there is no treatment {edges:?} of edges"));
    let edges = Edges::named(edges).ok_or_else(unknown)?;
    let gaps = enter(py, None, move |job| kernel::interpolate(job, &slices, units, n_units, times, edges))?;
    let table = PyDict::new(py);
    table.set_item("column", PyArray1::from_iter(py, gaps.iter().map(|gap| gap.column)))?;
    table.set_item("row", PyArray1::from_iter(py, gaps.iter().map(|gap| gap.row)))?;
    table.set_item("kind", PyArray1::from_iter(py, gaps.iter().map(|gap| gap.kind as u8)))?;
    table.set_item("value", PyArray1::from_iter(py, gaps.iter().map(|gap| gap.value)))?;
    Ok(table)
}
