use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use super::errors;
use crate::kernel::cells::Classes;
use crate::kernel::kde::Kernel;
use crate::kernel::kde2d::{self as kernel, Parameters, Plane, Points, Rule};

#[pyfunction]
#[pyo3(signature = (
    x, y, weights, periods, n_periods, kernel, rule, bandwidth, grid_size, cut, progress=None
))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn kde2d<'py>(
    py: Python<'py>,
    x: PyReadonlyArray1<'py, f64>,
    y: PyReadonlyArray1<'py, f64>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    periods: Option<PyReadonlyArray1<'py, u32>>,
    n_periods: usize,
    kernel: &str,
    rule: &str,
    bandwidth: (f64, f64),
    grid_size: (usize, usize),
    cut: f64,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let points = Points {
        x: x.as_slice()?,
        y: y.as_slice()?,
        weights: weights.as_ref().map(|weights| weights.as_slice()).transpose()?,
        periods: Classes {
            codes: periods.as_ref().map(|periods| periods.as_slice()).transpose()?,
            count: n_periods,
        },
    };
    let unknown = |what: &str, name: &str| errors::invalid(py, format!("there is no {what} {name:?}"));
    let kernel = Kernel::named(kernel).ok_or_else(|| unknown("kernel", kernel))?;
    let rule = match rule {
        "fixed" => Rule::Fixed(bandwidth.0, bandwidth.1),
        "scott" => Rule::Scott,
        "normal_reference" => Rule::NormalReference,
        name => return Err(unknown("bandwidth rule", name)),
    };
    let parameters = Parameters { kernel, rule, grid_size, cut };
    let result = enter(py, progress, move |job| kernel::kde2d(job, &points, &parameters))?;
    let columns = PyDict::new(py);
    columns.set_item("summary", summary(py, &result.planes)?)?;
    let density: Vec<&[f64]> = result.planes.iter().map(|plane| plane.density.as_slice()).collect();
    columns.set_item("density", density.concat().into_pyarray(py))?;
    columns.set_item("x", result.x.into_pyarray(py))?;
    columns.set_item("y", result.y.into_pyarray(py))?;
    Ok(columns)
}

fn summary<'py>(py: Python<'py>, planes: &[Plane]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let set = |name: &str, value: fn(&Plane) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, planes.iter().map(value)))
    };
    columns.set_item("n", PyArray1::from_iter(py, planes.iter().map(|plane| plane.n as u64)))?;
    set("n_effective", |plane| plane.n_effective)?;
    set("bandwidth_x", |plane| plane.bandwidth.0)?;
    set("bandwidth_y", |plane| plane.bandwidth.1)?;
    set("mass", |plane| plane.mass)?;
    columns
        .set_item("no_quartiles", PyArray1::from_iter(py, planes.iter().map(|plane| plane.no_quartiles)))?;
    Ok(columns)
}
