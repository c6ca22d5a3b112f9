use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use crate::kernel::tapio::{self as kernel, Base, Change, Rows, Shares};

/// `base` is a period, or −1 for the previous and −2 for the first one.
#[pyfunction]
pub fn tapio<'py>(
    py: Python<'py>,
    pressure: PyReadonlyArray1<'py, f64>,
    driver: PyReadonlyArray1<'py, f64>,
    units: PyReadonlyArray1<'py, u32>,
    periods: PyReadonlyArray1<'py, u32>,
    n_periods: usize,
    base: i64,
) -> PyResult<Bound<'py, PyDict>> {
    let rows = Rows {
        pressure: pressure.as_slice()?,
        driver: driver.as_slice()?,
        units: units.as_slice()?,
        periods: periods.as_slice()?,
        n_periods,
    };
    let base = match base {
        -1 => Base::Previous,
        -2 => Base::First,
        period => Base::Period(u32::try_from(period)?),
    };
    let result = enter(py, None, move |job| kernel::tapio(job, &rows, base))?;
    let tables = PyDict::new(py);
    tables.set_item("changes", changes(py, &result.changes)?)?;
    tables.set_item("shares", shares(py, &result.shares)?)?;
    tables.set_item("n_gaps", result.n_gaps)?;
    tables.set_item("n_before_base", result.n_before_base)?;
    Ok(tables)
}

fn changes<'py>(py: Python<'py>, rows: &[Change]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    columns.set_item("row", PyArray1::from_iter(py, rows.iter().map(|change| change.row)))?;
    let set = |name: &str, value: fn(&Change) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, rows.iter().map(value)))
    };
    set("change_pressure", |change| change.pressure)?;
    set("change_driver", |change| change.driver)?;
    set("elasticity", |change| change.elasticity)?;
    columns.set_item("state", PyArray1::from_iter(py, rows.iter().map(|change| change.state as u8)))?;
    columns.set_item("group", PyArray1::from_iter(py, rows.iter().map(|change| change.state.group())))?;
    Ok(columns)
}

/// One row per period and group.
fn shares<'py>(py: Python<'py>, rows: &[Shares]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let periods = rows.iter().flat_map(|row| [row.period; kernel::N_GROUPS]);
    columns.set_item("period", PyArray1::from_iter(py, periods))?;
    let groups = rows.iter().flat_map(|_| 0..kernel::N_GROUPS as u8);
    columns.set_item("group", PyArray1::from_iter(py, groups))?;
    columns.set_item("n", PyArray1::from_iter(py, rows.iter().flat_map(|row| row.n)))?;
    columns.set_item("share", PyArray1::from_iter(py, rows.iter().flat_map(|row| row.share)))?;
    Ok(columns)
}
