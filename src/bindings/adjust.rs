use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

use super::enter::enter;
use super::errors;
use crate::kernel::adjust::{self as kernel, Method};
use crate::kernel::cells::Classes;

#[pyfunction]
pub fn adjust<'py>(
    py: Python<'py>,
    p: PyReadonlyArray1<'py, f64>,
    families: Option<PyReadonlyArray1<'py, u32>>,
    n_families: usize,
    method: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let method = match method {
        "bonferroni" => Method::Bonferroni,
        "holm" => Method::Holm,
        "fdr_bh" => Method::BenjaminiHochberg,
        "fdr_by" => Method::BenjaminiYekutieli,
        _ => return Err(errors::invalid(py, format!("there is no adjustment '{method}'"))),
    };
    let p = p.as_slice()?;
    let codes = families.as_ref().map(|families| families.as_slice()).transpose()?;
    let families = Classes { codes, count: n_families };
    Ok(enter(py, None, move |job| kernel::adjust(job, p, families, method))?.into_pyarray(py))
}
