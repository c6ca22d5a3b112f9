use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::columns;
use super::enter::enter;
use crate::kernel::cells::Classes;
use crate::kernel::forest::{self as kernel, Fit, Forest, ForestView, Parameters, Resampling};

/// What is drawn: groups if there are codes, rows if there are none, everything once without bootstrap.
pub(super) fn resampling(groups: Option<&[u32]>, n_groups: usize, bootstrap: bool) -> Resampling<'_> {
    match groups {
        _ if !bootstrap => Resampling::Everything,
        Some(codes) => Resampling::Groups(Classes::new(codes, n_groups)),
        None => Resampling::Rows,
    }
}

#[pyfunction]
#[pyo3(signature = (columns, response, n_trees, max_features, node_size, groups, n_groups, bootstrap, seed, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn forest_fit<'py>(
    py: Python<'py>,
    columns: Vec<PyReadonlyArray1<'py, f64>>,
    response: PyReadonlyArray1<'py, f64>,
    n_trees: usize,
    max_features: usize,
    node_size: usize,
    groups: Option<PyReadonlyArray1<'py, u32>>,
    n_groups: usize,
    bootstrap: bool,
    seed: u64,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let slices = columns::slices(&columns)?;
    let response = response.as_slice()?;
    let groups = groups.as_ref().map(|groups| groups.as_slice()).transpose()?;
    let resampling = resampling(groups, n_groups, bootstrap);
    let parameters = Parameters { n_trees, max_features, node_size, resampling, seed };
    let fit = enter(py, progress, move |job| kernel::fit(job, &slices, response, &parameters))?;
    tables(py, fit)
}

pub(super) fn tables(py: Python<'_>, fit: Fit) -> PyResult<Bound<'_, PyDict>> {
    let tables = PyDict::new(py);
    tables.set_item("forest", nodes(py, fit.forest)?)?;
    tables.set_item("oob_prediction", fit.oob_prediction.into_pyarray(py))?;
    tables.set_item("oob_count", fit.oob_count.into_pyarray(py))?;
    tables.set_item("oob_mse", fit.curve.mse.into_pyarray(py))?;
    tables.set_item("oob_r2", fit.curve.r2.into_pyarray(py))?;
    tables.set_item("n_scored", fit.curve.n_scored.into_pyarray(py))?;
    tables.set_item("inc_node_purity", fit.inc_node_purity.into_pyarray(py))?;
    Ok(tables)
}

fn nodes(py: Python<'_>, forest: Forest) -> PyResult<Bound<'_, PyDict>> {
    let arrays = PyDict::new(py);
    arrays.set_item("offsets", forest.offsets.into_pyarray(py))?;
    arrays.set_item("feature", forest.feature.into_pyarray(py))?;
    arrays.set_item("threshold", forest.threshold.into_pyarray(py))?;
    arrays.set_item("left", forest.left.into_pyarray(py))?;
    arrays.set_item("value", forest.value.into_pyarray(py))?;
    arrays.set_item("n_draws", forest.n_draws.into_pyarray(py))?;
    Ok(arrays)
}

/// The arrays of a forest as Python holds them: a dictionary by the names of the fields.
pub(super) struct Nodes<'py> {
    offsets: PyReadonlyArray1<'py, u64>,
    feature: PyReadonlyArray1<'py, u32>,
    threshold: PyReadonlyArray1<'py, f64>,
    left: PyReadonlyArray1<'py, u32>,
    value: PyReadonlyArray1<'py, f64>,
    n_draws: PyReadonlyArray1<'py, u32>,
}

impl<'py> Nodes<'py> {
    pub fn new(forest: &Bound<'py, PyDict>) -> PyResult<Self> {
        Ok(Self {
            offsets: forest.as_any().get_item("offsets")?.extract()?,
            feature: forest.as_any().get_item("feature")?.extract()?,
            threshold: forest.as_any().get_item("threshold")?.extract()?,
            left: forest.as_any().get_item("left")?.extract()?,
            value: forest.as_any().get_item("value")?.extract()?,
            n_draws: forest.as_any().get_item("n_draws")?.extract()?,
        })
    }

    pub fn view(&self, n_features: usize) -> PyResult<ForestView<'_>> {
        Ok(ForestView {
            n_features,
            offsets: self.offsets.as_slice()?,
            feature: self.feature.as_slice()?,
            threshold: self.threshold.as_slice()?,
            left: self.left.as_slice()?,
            value: self.value.as_slice()?,
            n_draws: self.n_draws.as_slice()?,
        })
    }
}

#[pyfunction]
#[pyo3(signature = (forest, n_features, columns))]
pub fn forest_predict<'py>(
    py: Python<'py>,
    forest: Bound<'py, PyDict>,
    n_features: usize,
    columns: Vec<PyReadonlyArray1<'py, f64>>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let nodes = Nodes::new(&forest)?;
    let view = nodes.view(n_features)?;
    let slices = columns::slices(&columns)?;
    let prediction = enter(py, None, move |job| kernel::predict(job, &view, &slices))?;
    Ok(prediction.into_pyarray(py))
}

#[pyfunction]
#[pyo3(signature = (n_rows, n_trees, groups, n_groups, bootstrap, seed))]
pub fn forest_in_bag<'py>(
    py: Python<'py>,
    n_rows: usize,
    n_trees: usize,
    groups: Option<PyReadonlyArray1<'py, u32>>,
    n_groups: usize,
    bootstrap: bool,
    seed: u64,
) -> PyResult<Bound<'py, PyArray1<u32>>> {
    let groups = groups.as_ref().map(|groups| groups.as_slice()).transpose()?;
    let resampling = resampling(groups, n_groups, bootstrap);
    let parameters = Parameters { n_trees, max_features: 1, node_size: 1, resampling, seed };
    let counts = enter(py, None, move |job| kernel::in_bag_counts(job, n_rows, &parameters))?;
    Ok(counts.into_pyarray(py))
}
