use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use super::errors;
use crate::kernel::classify::{self as kernel, Method};

#[pyfunction]
pub fn class_breaks<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    method: &str,
    k: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (values, method) = (values.as_slice()?, method_of(py, method)?);
    let breaks = enter(py, None, move |job| kernel::breaks(job, values, method, k))?;
    Ok(breaks.into_pyarray(py))
}

#[pyfunction]
pub fn class_codes<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    breaks: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyArray1<u32>>> {
    let (values, breaks) = (values.as_slice()?, breaks.as_slice()?);
    let codes = enter(py, None, move |_| Ok(kernel::assign(values, breaks)))?;
    Ok(codes.into_pyarray(py))
}

#[pyfunction]
pub fn classify<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    method: &str,
    k: usize,
    breaks: Option<PyReadonlyArray1<'py, f64>>,
) -> PyResult<Bound<'py, PyDict>> {
    let values = values.as_slice()?;
    let result = match breaks {
        Some(breaks) => {
            let breaks = breaks.as_slice()?;
            enter(py, None, move |job| kernel::classify_by(job, values, breaks))?
        }
        None => {
            let method = method_of(py, method)?;
            enter(py, None, move |job| kernel::classify(job, values, method, k))?
        }
    };
    let tables = PyDict::new(py);
    tables.set_item("codes", result.codes.into_pyarray(py))?;
    tables.set_item("breaks", result.breaks.into_pyarray(py))?;
    tables.set_item("lower", result.lower.into_pyarray(py))?;
    tables.set_item("n", result.n.into_pyarray(py))?;
    tables.set_item("n_distinct", result.n_distinct)?;
    tables.set_item("goodness_of_fit", result.goodness_of_fit)?;
    Ok(tables)
}

pub fn method_of(py: Python<'_>, name: &str) -> PyResult<Method> {
    match name {
        "quantiles" => Ok(Method::Quantiles),
        "equal" => Ok(Method::Equal),
        "natural_breaks" => Ok(Method::NaturalBreaks),
        "geometric" => Ok(Method::Geometric),
        "std" => Ok(Method::Std),
        "head_tail" => Ok(Method::HeadTail),
        _ => Err(errors::invalid(py, format!("there is no method '{name}'"))),
    }
}
