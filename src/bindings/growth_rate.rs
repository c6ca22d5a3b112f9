use numpy::{IntoPyArray, PyArray2, PyReadonlyArray2};
use pyo3::prelude::*;

use super::enter::enter;
use crate::kernel::growth_rate::{self as kernel, Span};

#[pyfunction]
pub fn growth_rate<'py>(
    py: Python<'py>,
    values: PyReadonlyArray2<'py, f64>,
    spans: Vec<(usize, usize, f64)>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let spans: Vec<Span> = spans.into_iter().map(|(start, end, years)| Span { start, end, years }).collect();
    let values = values.as_array();
    let growth = enter(py, None, move |_| kernel::growth_rate(values, &spans))?;
    Ok(growth.into_pyarray(py))
}
