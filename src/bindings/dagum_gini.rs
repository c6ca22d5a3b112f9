use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use crate::kernel::cells::{Classes, Panel};
use crate::kernel::dagum_gini::{self as kernel, Estimates, Parameters};

#[pyfunction]
#[pyo3(signature = (values, weights, groups, n_groups, periods, n_periods, bootstrap, confidence, seed, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn dagum_gini<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    groups: PyReadonlyArray1<'py, u32>,
    n_groups: usize,
    periods: Option<PyReadonlyArray1<'py, u32>>,
    n_periods: usize,
    bootstrap: usize,
    confidence: f64,
    seed: u64,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let panel = Panel {
        values: values.as_slice()?,
        weights: weights.as_ref().map(|weights| weights.as_slice()).transpose()?,
        groups: Classes::new(groups.as_slice()?, n_groups),
        periods: Classes {
            codes: periods.as_ref().map(|periods| periods.as_slice()).transpose()?,
            count: n_periods,
        },
    };
    let parameters = Parameters { bootstrap, confidence, seed };
    let result = enter(py, progress, move |job| kernel::dagum_gini(job, &panel, &parameters))?;
    let tables = PyDict::new(py);
    tables.set_item("overall", estimates(py, result.overall)?)?;
    tables.set_item("within_period", result.within_period.into_pyarray(py))?;
    tables.set_item("within_group", result.within_group.into_pyarray(py))?;
    tables.set_item("within_n", result.within_n.into_pyarray(py))?;
    tables.set_item("within_mean", result.within_mean.into_pyarray(py))?;
    tables.set_item("within", estimates(py, result.within)?)?;
    tables.set_item("between_period", result.between_period.into_pyarray(py))?;
    tables.set_item("between_a", result.between_a.into_pyarray(py))?;
    tables.set_item("between_b", result.between_b.into_pyarray(py))?;
    tables.set_item("between", estimates(py, result.between)?)?;
    Ok(tables)
}

fn estimates(py: Python<'_>, table: Estimates) -> PyResult<Bound<'_, PyDict>> {
    let columns = PyDict::new(py);
    columns.set_item("estimate", table.estimate.into_pyarray(py))?;
    columns.set_item("standard_error", table.standard_error.into_pyarray(py))?;
    columns.set_item("low", table.low.into_pyarray(py))?;
    columns.set_item("high", table.high.into_pyarray(py))?;
    Ok(columns)
}
