use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use super::errors;
use crate::kernel::cells::Classes;
use crate::kernel::deviational_ellipse::{self as kernel, Correction, Ellipse, Outline, Points};

type Pair<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

#[pyfunction]
pub fn deviational_ellipse<'py>(
    py: Python<'py>,
    x: PyReadonlyArray1<'py, f64>,
    y: PyReadonlyArray1<'py, f64>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    cells: PyReadonlyArray1<'py, u32>,
    n_cells: usize,
    correction: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let unknown = || errors::invalid(py, format!("there is no correction {correction:?}"));
    let correction = Correction::named(correction).ok_or_else(unknown)?;
    let points = Points {
        x: x.as_slice()?,
        y: y.as_slice()?,
        weights: weights.as_ref().map(|weights| weights.as_slice()).transpose()?,
        cells: Classes::new(cells.as_slice()?, n_cells),
    };
    let rows = enter(py, None, move |job| kernel::deviational_ellipse(job, &points, correction))?;
    table(py, &rows)
}

#[pyfunction]
pub fn ellipse_outlines<'py>(
    py: Python<'py>,
    center_x: PyReadonlyArray1<'py, f64>,
    center_y: PyReadonlyArray1<'py, f64>,
    semi_major: PyReadonlyArray1<'py, f64>,
    semi_minor: PyReadonlyArray1<'py, f64>,
    azimuth: PyReadonlyArray1<'py, f64>,
    n: usize,
) -> PyResult<Pair<'py>> {
    let columns = [&center_x, &center_y, &semi_major, &semi_minor, &azimuth];
    let columns = columns.map(|column| column.as_array());
    let (x, y) = enter(py, None, move |job| kernel::outlines(job, &Outline::from_columns(columns)?, n))?;
    Ok((PyArray1::from_vec(py, x), PyArray1::from_vec(py, y)))
}

fn table<'py>(py: Python<'py>, rows: &[Ellipse]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    columns.set_item("n", PyArray1::from_iter(py, rows.iter().map(|row| row.n)))?;
    let set = |name: &str, value: fn(&Ellipse) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("center_x", |row| row.center_x)?;
    set("center_y", |row| row.center_y)?;
    set("rest_x", |row| row.rest_x)?;
    set("rest_y", |row| row.rest_y)?;
    set("semi_major", |row| row.semi_major)?;
    set("semi_minor", |row| row.semi_minor)?;
    set("azimuth", |row| row.azimuth)?;
    set("flattening", |row| row.flattening)?;
    set("perimeter", |row| row.perimeter)?;
    set("area", |row| row.area)?;
    set("share_inside", |row| row.share_inside)?;
    Ok(columns)
}
