use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use crate::kernel::cells::{Classes, Panel};
use crate::kernel::theil::{self as kernel, Group, Overall};

#[pyfunction]
#[pyo3(signature = (values, weights, groups, n_groups, periods, n_periods, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn theil<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    groups: Option<PyReadonlyArray1<'py, u32>>,
    n_groups: usize,
    periods: Option<PyReadonlyArray1<'py, u32>>,
    n_periods: usize,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let panel = Panel {
        values: values.as_slice()?,
        weights: weights.as_ref().map(|weights| weights.as_slice()).transpose()?,
        groups: Classes {
            codes: groups.as_ref().map(|groups| groups.as_slice()).transpose()?,
            count: n_groups,
        },
        periods: Classes {
            codes: periods.as_ref().map(|periods| periods.as_slice()).transpose()?,
            count: n_periods,
        },
    };
    let result = enter(py, progress, move |job| kernel::theil(job, &panel))?;
    let tables = PyDict::new(py);
    tables.set_item("overall", overall(py, &result.overall)?)?;
    tables.set_item("within", within(py, &result.groups)?)?;
    Ok(tables)
}

fn overall<'py>(py: Python<'py>, rows: &[Overall]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let set = |name: &str, value: fn(&Overall) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("theil_t", |row| row.total.t)?;
    set("within_t", |row| row.within.t)?;
    set("between_t", |row| row.between.t)?;
    set("theil_l", |row| row.total.l)?;
    set("within_l", |row| row.within.l)?;
    set("between_l", |row| row.between.l)?;
    set("share_within_t", |row| row.share_within().t)?;
    set("share_between_t", |row| row.share_between().t)?;
    set("share_within_l", |row| row.share_within().l)?;
    set("share_between_l", |row| row.share_between().l)?;
    Ok(columns)
}

fn within<'py>(py: Python<'py>, rows: &[Group]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    columns.set_item("period", PyArray1::from_iter(py, rows.iter().map(|row| row.period)))?;
    columns.set_item("group", PyArray1::from_iter(py, rows.iter().map(|row| row.group)))?;
    columns.set_item("n", PyArray1::from_iter(py, rows.iter().map(|row| row.n)))?;
    let set = |name: &str, value: fn(&Group) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("mean", |row| row.mean)?;
    set("share_weight", |row| row.share_weight)?;
    set("share_value", |row| row.share_value)?;
    set("theil_t", |row| row.theil.t)?;
    set("theil_l", |row| row.theil.l)?;
    set("contribution_t", |row| row.contribution.t)?;
    set("contribution_l", |row| row.contribution.l)?;
    Ok(columns)
}
