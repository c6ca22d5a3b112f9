use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

use super::enter::enter;
use super::weights::{Arrays, arrays};
use crate::kernel::neighbors::{self as kernel, Decay, Metric, Places, Reach};

fn metric(great_circle: bool) -> Metric {
    if great_circle { Metric::GreatCircle } else { Metric::Planar }
}

/// The `k` nearest if `k` is given, else all within `threshold`.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn neighbors<'py>(
    py: Python<'py>,
    x: PyReadonlyArray1<'py, f64>,
    y: PyReadonlyArray1<'py, f64>,
    great_circle: bool,
    k: Option<usize>,
    threshold: f64,
    power: Option<f64>,
    least: f64,
) -> PyResult<Arrays<'py>> {
    let places = Places { x: x.as_slice()?, y: y.as_slice()?, metric: metric(great_circle) };
    let reach = k.map_or(Reach::Within(threshold), Reach::Nearest);
    let decay = Decay { power, least };
    Ok(arrays(py, enter(py, None, move |job| kernel::neighbors(job, &places, reach, decay))?))
}

#[pyfunction]
pub fn connecting_distance<'py>(
    py: Python<'py>,
    x: PyReadonlyArray1<'py, f64>,
    y: PyReadonlyArray1<'py, f64>,
    great_circle: bool,
) -> PyResult<f64> {
    let places = Places { x: x.as_slice()?, y: y.as_slice()?, metric: metric(great_circle) };
    enter(py, None, move |job| kernel::connecting_distance(job, &places))
}
