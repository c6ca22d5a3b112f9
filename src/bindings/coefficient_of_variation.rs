use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use crate::kernel::cells::{Classes, Panel};
use crate::kernel::coefficient_of_variation::{self as kernel, Variation};

#[pyfunction]
pub fn coefficient_of_variation<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    cells: PyReadonlyArray1<'py, u32>,
    n_cells: usize,
    sample: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let panel = Panel {
        values: values.as_slice()?,
        weights: weights.as_ref().map(|weights| weights.as_slice()).transpose()?,
        groups: Classes::ONE,
        periods: Classes::new(cells.as_slice()?, n_cells),
    };
    let rows = enter(py, None, move |job| kernel::coefficient_of_variation(job, &panel, sample))?;
    table(py, &rows)
}

fn table<'py>(py: Python<'py>, rows: &[Variation]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    columns.set_item("n", PyArray1::from_iter(py, rows.iter().map(|row| row.n)))?;
    let set = |name: &str, value: fn(&Variation) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("mean", |row| row.mean)?;
    set("standard_deviation", |row| row.standard_deviation)?;
    set("coefficient_of_variation", |row| row.coefficient_of_variation)?;
    Ok(columns)
}
