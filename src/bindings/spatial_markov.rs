use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use super::markov::chain;
use crate::kernel::markov::homogeneity::Test;
use crate::kernel::spatial_markov as kernel;

#[pyfunction]
#[pyo3(signature = (counts, n_given, k, confidence, permutations, seed, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn spatial_markov<'py>(
    py: Python<'py>,
    counts: PyReadonlyArray1<'py, u64>,
    n_given: usize,
    k: usize,
    confidence: f64,
    permutations: usize,
    seed: u64,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let counts = counts.as_slice()?;
    let result = enter(py, progress, move |job| {
        kernel::spatial_markov(job, counts, n_given, k, confidence, permutations, seed)
    })?;
    let tables = PyDict::new(py);
    let tests: Vec<Test> = std::iter::once(result.test).chain(result.tests).collect();
    let set = |name: &str, value: fn(&Test) -> f64| {
        tables.set_item(name, PyArray1::from_iter(py, tests.iter().map(value)))
    };
    set("q", |test| test.q)?;
    set("lr", |test| test.lr)?;
    set("p_q", |test| test.p_q)?;
    set("p_lr", |test| test.p_lr)?;
    set("p_q_permutation", |test| test.p_q_permutation)?;
    set("p_lr_permutation", |test| test.p_lr_permutation)?;
    tables.set_item("degrees", PyArray1::from_iter(py, tests.iter().map(|test| test.degrees)))?;
    tables.set_item("pooled", result.pooled.into_pyarray(py))?;
    let conditional = result.conditional.into_iter().map(|each| chain(py, each));
    tables.set_item("conditional", conditional.collect::<PyResult<Vec<_>>>()?)?;
    Ok(tables)
}
