use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::columns;
use super::enter::enter;
use super::forest::{Nodes, resampling};
use crate::kernel::effects::{self as kernel, Axis, Curve, Options, Refits, Rows, TurningPoint};
use crate::kernel::forest::Parameters;

/// The rows that effects are averaged over, as Python hands them in.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Table<'py> {
    columns: Vec<PyReadonlyArray1<'py, f64>>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    categories: Vec<usize>,
}

/// How the forest is grown again for bands.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Bootstrap<'py> {
    response: PyReadonlyArray1<'py, f64>,
    n_trees: usize,
    max_features: usize,
    node_size: usize,
    groups: Option<PyReadonlyArray1<'py, u32>>,
    n_groups: usize,
    bootstrap: bool,
    replicates: usize,
    confidence: f64,
    seed: u64,
}

impl Bootstrap<'_> {
    fn refits(&self) -> PyResult<Refits<'_>> {
        let groups = self.groups.as_ref().map(|groups| groups.as_slice()).transpose()?;
        let forest = Parameters {
            n_trees: self.n_trees,
            max_features: self.max_features,
            node_size: self.node_size,
            resampling: resampling(groups, self.n_groups, self.bootstrap),
            seed: self.seed,
        };
        let (replicates, confidence, seed) = (self.replicates, self.confidence, self.seed);
        Ok(Refits { response: self.response.as_slice()?, forest, replicates, confidence, seed })
    }
}

#[pyfunction]
#[pyo3(signature = (forest, table, factors, most, centered, prominence, bootstrap, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn partial_dependence<'py>(
    py: Python<'py>,
    forest: Bound<'py, PyDict>,
    table: Table<'py>,
    factors: Vec<usize>,
    most: usize,
    centered: bool,
    prominence: f64,
    bootstrap: Option<Bootstrap<'py>>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let (nodes, slices) = (Nodes::new(&forest)?, columns::slices(&table.columns)?);
    let rows = Rows { columns: &slices, weights: weights(&table)?, categories: &table.categories };
    let refits = bootstrap.as_ref().map(Bootstrap::refits).transpose()?;
    let options = Options { factors: &factors, most, centered, prominence, refits };
    let view = nodes.view(slices.len())?;
    let found = enter(py, progress, move |job| kernel::average_curves(job, &view, &rows, &options))?;
    curves(py, found)
}

#[pyfunction]
#[pyo3(signature = (forest, table, factors, most, prominence, bootstrap, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn accumulated_effects<'py>(
    py: Python<'py>,
    forest: Bound<'py, PyDict>,
    table: Table<'py>,
    factors: Vec<usize>,
    most: usize,
    prominence: f64,
    bootstrap: Option<Bootstrap<'py>>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let (nodes, slices) = (Nodes::new(&forest)?, columns::slices(&table.columns)?);
    let rows = Rows { columns: &slices, weights: weights(&table)?, categories: &table.categories };
    let refits = bootstrap.as_ref().map(Bootstrap::refits).transpose()?;
    let options = Options { factors: &factors, most, centered: false, prominence, refits };
    let view = nodes.view(slices.len())?;
    let found = enter(py, progress, move |job| kernel::accumulated_curves(job, &view, &rows, &options))?;
    curves(py, found)
}

#[pyfunction]
#[pyo3(signature = (forest, table, factors, most, centered))]
pub fn individual_curves<'py>(
    py: Python<'py>,
    forest: Bound<'py, PyDict>,
    table: Table<'py>,
    factors: Vec<usize>,
    most: usize,
    centered: bool,
) -> PyResult<Bound<'py, PyList>> {
    let (nodes, slices) = (Nodes::new(&forest)?, columns::slices(&table.columns)?);
    let rows = Rows { columns: &slices, weights: weights(&table)?, categories: &table.categories };
    let view = nodes.view(slices.len())?;
    let found = enter(py, None, move |job| kernel::individuals(job, &view, &rows, &factors, most, centered))?;
    let tables = PyList::empty(py);
    for each in found {
        let columns = PyDict::new(py);
        set_axis(&columns, "x", each.axis)?;
        columns.set_item("effect", each.levels.into_pyarray(py))?;
        tables.append(columns)?;
    }
    Ok(tables)
}

#[pyfunction]
#[pyo3(signature = (forest, table, pairs, most))]
pub fn partial_dependence_pairs<'py>(
    py: Python<'py>,
    forest: Bound<'py, PyDict>,
    table: Table<'py>,
    pairs: Vec<[usize; 2]>,
    most: usize,
) -> PyResult<Bound<'py, PyList>> {
    let (nodes, slices) = (Nodes::new(&forest)?, columns::slices(&table.columns)?);
    let rows = Rows { columns: &slices, weights: weights(&table)?, categories: &table.categories };
    let view = nodes.view(slices.len())?;
    let found = enter(py, None, move |job| kernel::surfaces(job, &view, &rows, &pairs, most))?;
    let tables = PyList::empty(py);
    for each in found {
        let columns = PyDict::new(py);
        let [down, across] = each.axes;
        set_axis(&columns, "a", down)?;
        set_axis(&columns, "b", across)?;
        columns.set_item("effect", each.levels.into_pyarray(py))?;
        tables.append(columns)?;
    }
    Ok(tables)
}

fn weights<'a>(table: &'a Table<'_>) -> PyResult<Option<&'a [f64]>> {
    Ok(table.weights.as_ref().map(|weights| weights.as_slice()).transpose()?)
}

fn set_axis(columns: &Bound<'_, PyDict>, name: &str, axis: Axis) -> PyResult<()> {
    columns.set_item(format!("{name}_end"), axis.rights.last().copied())?;
    columns.set_item(name, axis.lefts.into_pyarray(columns.py()))
}

fn curves(py: Python<'_>, curves: Vec<Curve>) -> PyResult<Bound<'_, PyList>> {
    let tables = PyList::empty(py);
    for curve in curves {
        let columns = PyDict::new(py);
        columns.set_item("end", curve.rights.last().copied())?;
        columns.set_item("x", curve.lefts.into_pyarray(py))?;
        columns.set_item("effect", curve.levels.into_pyarray(py))?;
        columns.set_item("n", curve.mass.into_pyarray(py))?;
        columns.set_item("low", curve.low.into_pyarray(py))?;
        columns.set_item("high", curve.high.into_pyarray(py))?;
        columns.set_item("turning_points", turning_points(py, &curve.turning_points)?)?;
        tables.append(columns)?;
    }
    Ok(tables)
}

fn turning_points<'py>(py: Python<'py>, points: &[TurningPoint]) -> PyResult<Bound<'py, PyDict>> {
    let columns = PyDict::new(py);
    let set = |name: &str, field: fn(&TurningPoint) -> f64| {
        columns.set_item(name, points.iter().map(field).collect::<Vec<f64>>().into_pyarray(py))
    };
    columns.set_item("is_peak", points.iter().map(|point| point.is_peak).collect::<Vec<bool>>())?;
    set("location", |point| point.location)?;
    set("location_low", |point| point.location_band.0)?;
    set("location_high", |point| point.location_band.1)?;
    set("start", |point| point.start)?;
    set("end", |point| point.end)?;
    set("effect", |point| point.effect)?;
    set("size", |point| point.size)?;
    set("size_low", |point| point.size_band.0)?;
    set("size_high", |point| point.size_band.1)?;
    set("share", |point| point.share)?;
    set("frequency", |point| point.frequency)?;
    Ok(columns)
}
