use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::{enter, enter_briefly};
use super::errors;
use crate::kernel::cells::{Classes, Panel};
use crate::kernel::kde::{self as kernel, Cell, Kde, Kernel, Mode, Parameters, Rule, Support};

#[pyfunction]
#[pyo3(signature = (
    values, weights, periods, n_periods, kernel, rule, bandwidth, grid_size, cut, support, tolerance, bootstrap,
    confidence, test, null_modes, seed, progress=None
))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn kde<'py>(
    py: Python<'py>,
    values: PyReadonlyArray1<'py, f64>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    periods: Option<PyReadonlyArray1<'py, u32>>,
    n_periods: usize,
    kernel: &str,
    rule: &str,
    bandwidth: f64,
    grid_size: usize,
    cut: f64,
    support: (f64, f64),
    tolerance: f64,
    bootstrap: usize,
    confidence: f64,
    test: usize,
    null_modes: usize,
    seed: u64,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let panel = Panel {
        values: values.as_slice()?,
        weights: weights.as_ref().map(|weights| weights.as_slice()).transpose()?,
        groups: Classes::ONE,
        periods: Classes {
            codes: periods.as_ref().map(|periods| periods.as_slice()).transpose()?,
            count: n_periods,
        },
    };
    let unknown = |what: &str, name: &str| errors::invalid(py, format!("there is no {what} {name:?}"));
    let parameters = Parameters {
        kernel: Kernel::named(kernel).ok_or_else(|| unknown("kernel", kernel))?,
        rule: match rule {
            "fixed" => Rule::Fixed(bandwidth),
            name => Rule::named(name).ok_or_else(|| unknown("bandwidth rule", name))?,
        },
        grid_size,
        cut,
        support: Support { low: support.0, high: support.1 },
        tolerance,
        bootstrap,
        confidence,
        test,
        null_modes,
        seed,
    };
    let work = move |job: &_| kernel::kde(job, &panel, &parameters);
    let is_brief = progress.is_none() && kernel::is_brief(panel.values.len(), n_periods, &parameters);
    let result = if is_brief { enter_briefly(py, work)? } else { enter(py, progress, work)? };
    let tables = PyDict::new(py);
    tables.set_item("summary", summary(py, &result.cells)?)?;
    tables.set_item("modes", modes(py, &result.cells)?)?;
    tables.set_item("curves", curves(py, result)?)?;
    Ok(tables)
}

fn summary<'py>(py: Python<'py>, cells: &[Cell]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let set = |name: &str, value: fn(&Cell) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, cells.iter().map(value)))
    };
    columns.set_item("n", PyArray1::from_iter(py, cells.iter().map(|cell| cell.n as u64)))?;
    set("n_effective", |cell| cell.n_effective)?;
    set("bandwidth", |cell| cell.bandwidth)?;
    set("error_bound", |cell| cell.error_bound)?;
    set("mass", |cell| cell.mass)?;
    columns.set_item("n_modes", PyArray1::from_iter(py, cells.iter().map(|cell| cell.modes.len() as u64)))?;
    set("critical_bandwidth", |cell| cell.test.map_or(f64::NAN, |test| test.critical_bandwidth))?;
    set("p_value", |cell| cell.test.map_or(f64::NAN, |test| test.p_value))?;
    columns.set_item("remark", PyArray1::from_iter(py, cells.iter().map(|cell| cell.remark as u8)))?;
    columns.set_item("is_binned", PyArray1::from_iter(py, cells.iter().map(|cell| cell.is_binned)))?;
    Ok(columns)
}

fn modes<'py>(py: Python<'py>, cells: &[Cell]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let all = || cells.iter().flat_map(|cell| &cell.modes);
    let set = |name: &str, value: fn(&Mode) -> f64| {
        columns.set_item(name, PyArray1::from_iter(py, all().map(value)))
    };
    let numbered =
        cells.iter().enumerate().flat_map(|(cell, each)| (1..=each.modes.len()).map(move |n| (cell, n)));
    let (of_cell, mode): (Vec<u32>, Vec<u64>) = numbered.map(|(cell, n)| (cell as u32, n as u64)).unzip();
    columns.set_item("period", of_cell.into_pyarray(py))?;
    columns.set_item("mode", mode.into_pyarray(py))?;
    set("position", |mode| mode.position)?;
    set("height", |mode| mode.height)?;
    set("prominence", |mode| mode.prominence)?;
    set("width", |mode| mode.width)?;
    set("share", |mode| mode.share)?;
    Ok(columns)
}

fn curves<'py>(py: Python<'py>, result: Kde) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    columns.set_item("x", result.grid.into_pyarray(py))?;
    let all =
        |of: fn(&Cell) -> &[f64]| result.cells.iter().map(of).collect::<Vec<_>>().concat().into_pyarray(py);
    columns.set_item("density", all(|cell| &cell.density))?;
    columns.set_item("low", all(|cell| cell.band.as_ref().map_or(&[], |band| &band.0)))?;
    columns.set_item("high", all(|cell| cell.band.as_ref().map_or(&[], |band| &band.1)))?;
    Ok(columns)
}
