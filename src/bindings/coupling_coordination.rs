use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use super::errors;
use crate::kernel::coupling_coordination::{self as kernel, Coupling, Parameters, Variant};

#[pyfunction]
pub fn coupling_coordination<'py>(
    py: Python<'py>,
    scores: PyReadonlyArray2<'py, f64>,
    variant: &str,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    stages: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyDict>> {
    let variant = match variant {
        "standard" => Variant::Standard,
        "half" => Variant::Half,
        "wang2021" => Variant::Wang2021,
        _ => return Err(errors::invalid(py, format!("there is no variant '{variant}'"))),
    };
    let parameters = Parameters {
        variant,
        weights: weights.as_ref().map(|weights| weights.as_slice()).transpose()?,
        stages: stages.as_slice()?,
    };
    let scores = scores.as_array();
    let rows = enter(py, None, move |job| kernel::coupling_coordination(job, scores, &parameters))?;
    let columns = PyDict::new(py);
    let set = |name: &str, value: fn(&Coupling) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("coupling", |row| row.coupling)?;
    set("development", |row| row.development)?;
    set("coordination", |row| row.coordination)?;
    columns.set_item("stage", PyArray1::from_iter(py, rows.iter().map(|row| row.stage)))?;
    columns.set_item("grade", PyArray1::from_iter(py, rows.iter().map(|row| row.grade)))?;
    columns.set_item("has_zero", PyArray1::from_iter(py, rows.iter().map(|row| row.has_zero)))?;
    Ok(columns)
}
