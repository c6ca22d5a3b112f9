use numpy::IntoPyArray;
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::enter::enter;
use crate::kernel::local_moran::{self as kernel, Null, Parameters};
use crate::kernel::spatial_panel::SpatialPanel;
use crate::kernel::weights::Weights;

/// Arrays of periods × units.
#[pyfunction]
#[pyo3(signature = (indptr, indices, data, values, n_periods, standardize, conditional, permutations, seed, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn local_moran<'py>(
    py: Python<'py>,
    indptr: PyReadonlyArray1<'py, i64>,
    indices: PyReadonlyArray1<'py, u32>,
    data: PyReadonlyArray1<'py, f64>,
    values: PyReadonlyArray1<'py, f64>,
    n_periods: usize,
    standardize: bool,
    conditional: bool,
    permutations: usize,
    seed: u64,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let (indptr, indices, data) = (indptr.as_slice()?, indices.as_slice()?, data.as_slice()?);
    let values = values.as_slice()?;
    let null = if conditional { Null::Conditional } else { Null::Total };
    let parameters = Parameters { null, permutations, seed };
    let result = enter(py, progress, move |job| {
        let weights = Weights::of_neighbors(indptr, indices, data)?;
        let panel = SpatialPanel { weights, values, n_periods, standardize };
        kernel::local_moran(job, &panel, &parameters)
    })?;
    let tables = PyDict::new(py);
    tables.set_item("n_neighbors", result.n_neighbors.into_pyarray(py))?;
    tables.set_item("score", result.score.into_pyarray(py))?;
    tables.set_item("lag", result.lag.into_pyarray(py))?;
    tables.set_item("local_i", result.local_i.into_pyarray(py))?;
    tables.set_item("expected", result.expected.into_pyarray(py))?;
    tables.set_item("variance", result.variance.into_pyarray(py))?;
    tables.set_item("z", result.z.into_pyarray(py))?;
    tables.set_item("p_normal", result.p_normal.into_pyarray(py))?;
    tables.set_item("p_permutation", result.p_permutation.into_pyarray(py))?;
    Ok(tables)
}
