use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use crate::kernel::markov::{self as kernel, Chain, States};

#[pyfunction]
pub fn transitions<'py>(
    py: Python<'py>,
    states: PyReadonlyArray1<'py, u32>,
    given: Option<PyReadonlyArray1<'py, u32>>,
    n_periods: usize,
    k: usize,
    n_given: usize,
    lag: usize,
) -> PyResult<(Bound<'py, PyArray1<u64>>, u64)> {
    let given = given.as_ref().map(|given| given.as_slice()).transpose()?;
    let panel = States { states: states.as_slice()?, given, n_periods, k, n_given, lag };
    let result = enter(py, None, move |job| kernel::transitions(job, &panel))?;
    Ok((result.counts.into_pyarray(py), result.n_incomplete))
}

#[pyfunction]
pub fn markov<'py>(
    py: Python<'py>,
    counts: PyReadonlyArray1<'py, u64>,
    k: usize,
    confidence: f64,
) -> PyResult<Bound<'py, PyDict>> {
    let counts = counts.as_slice()?;
    let result = enter(py, None, move |job| kernel::chain(job, counts, k, confidence))?;
    chain(py, result)
}

/// The chain as a dictionary of arrays; matrices are flat, by rows.
pub fn chain(py: Python<'_>, chain: Chain) -> PyResult<Bound<'_, PyDict>> {
    let columns = PyDict::new(py);
    let structure = chain.structure;
    let recurrent = structure.recurrent().into_iter().map(|(class, _)| class);
    columns.set_item("recurrent", PyArray1::from_iter(py, recurrent))?;
    columns.set_item("kind", PyArray1::from_iter(py, structure.kind.iter().map(|&kind| kind as u8)))?;
    columns.set_item("class", structure.class.into_pyarray(py))?;
    columns.set_item("period", structure.period.into_pyarray(py))?;
    columns.set_item("totals", chain.totals.into_pyarray(py))?;
    columns.set_item("probabilities", chain.probabilities.into_pyarray(py))?;
    columns.set_item("standard_errors", chain.standard_errors.into_pyarray(py))?;
    columns.set_item("low", chain.low.into_pyarray(py))?;
    columns.set_item("high", chain.high.into_pyarray(py))?;
    columns.set_item("leaving", chain.leaving.into_pyarray(py))?;
    columns.set_item("sojourn", chain.sojourn.into_pyarray(py))?;
    columns.set_item("steady_states", chain.steady_states.into_pyarray(py))?;
    columns.set_item("first_passage", chain.first_passage.into_pyarray(py))?;
    columns.set_item("shorrocks", chain.shorrocks)?;
    columns.set_item("movers", chain.movers)?;
    Ok(columns)
}
