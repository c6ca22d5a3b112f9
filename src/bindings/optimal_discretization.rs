use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::classify::method_of;
use super::columns::slices;
use super::enter::enter;
use crate::kernel::cells::Classes;
use crate::kernel::classify::Method;
use crate::kernel::optimal_discretization::{self as kernel, Candidate, Search};

#[pyfunction]
#[pyo3(signature = (values, factors, periods, n_periods, pooled, methods, k, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn optimal_discretization<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    factors: Vec<PyReadonlyArray1<'py, f64>>,
    periods: Option<PyReadonlyArray1<'py, u32>>,
    n_periods: usize,
    pooled: bool,
    methods: Vec<String>,
    k: Vec<usize>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let (values, factors) = (values.as_slice()?, slices(&factors)?);
    let codes = periods.as_ref().map(|periods| periods.as_slice()).transpose()?;
    let methods: Vec<Method> = methods.iter().map(|name| method_of(py, name)).collect::<PyResult<_>>()?;
    let periods = Classes { codes, count: n_periods };
    let search = Search { values, factors: &factors, periods, pooled, methods: &methods, k: &k };
    let result = enter(py, progress, |job| kernel::optimal_discretization(job, &search))?;
    let column = |value: fn(&Candidate) -> u32| -> Bound<'py, PyArray1<u32>> {
        result.candidates.iter().map(value).collect::<Vec<_>>().into_pyarray(py)
    };
    let tables = PyDict::new(py);
    tables.set_item("factor", column(|each| each.factor))?;
    tables.set_item("scope", column(|each| each.scope))?;
    tables.set_item("method", column(|each| each.method))?;
    tables.set_item("k", column(|each| each.k as u32))?;
    tables.set_item("n_classes", column(|each| each.breaks.len() as u32))?;
    let q: Vec<f64> = result.candidates.iter().map(|each| each.q).collect();
    tables.set_item("q", q.into_pyarray(py))?;
    let breaks = result.candidates.into_iter().map(|each| each.breaks.into_pyarray(py));
    tables.set_item("breaks", PyList::new(py, breaks)?)?;
    tables.set_item("best", result.best)?;
    Ok(tables)
}
