use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

use super::enter::enter;
use crate::kernel::weights::{Links, Rows, Weights};

/// `indptr`, `indices`, `data`.
pub type Arrays<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<f64>>);

pub fn arrays(py: Python<'_>, rows: Rows) -> Arrays<'_> {
    (rows.indptr.into_pyarray(py), rows.indices.into_pyarray(py), rows.data.into_pyarray(py))
}

#[pyfunction]
pub fn weights_from_links<'py>(
    py: Python<'py>,
    source: PyReadonlyArray1<'py, u32>,
    target: PyReadonlyArray1<'py, u32>,
    weight: Option<PyReadonlyArray1<'py, f64>>,
    n: usize,
    symmetric: bool,
) -> PyResult<Arrays<'py>> {
    let weight = weight.as_ref().map(|weight| weight.as_slice()).transpose()?;
    let links = Links { n, source: source.as_slice()?, target: target.as_slice()?, weight, symmetric };
    Ok(arrays(py, enter(py, None, move |job| Rows::from_links(job, &links))?))
}

#[pyfunction]
pub fn weights_lag<'py>(
    py: Python<'py>,
    indptr: PyReadonlyArray1<'py, i64>,
    indices: PyReadonlyArray1<'py, u32>,
    data: PyReadonlyArray1<'py, f64>,
    values: PyReadonlyArray1<'py, f64>,
    n_columns: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (indptr, indices, data) = (indptr.as_slice()?, indices.as_slice()?, data.as_slice()?);
    let values = values.as_slice()?;
    let lag = enter(py, None, move |job| Weights::new(indptr, indices, data)?.lag(job, values, n_columns))?;
    Ok(lag.into_pyarray(py))
}

#[pyfunction]
pub fn weights_standardized<'py>(
    py: Python<'py>,
    indptr: PyReadonlyArray1<'py, i64>,
    indices: PyReadonlyArray1<'py, u32>,
    data: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (indptr, indices, data) = (indptr.as_slice()?, indices.as_slice()?, data.as_slice()?);
    let data = enter(py, None, move |_| Ok(Weights::new(indptr, indices, data)?.standardized()))?;
    Ok(data.into_pyarray(py))
}

#[pyfunction]
pub fn weights_reordered<'py>(
    py: Python<'py>,
    indptr: PyReadonlyArray1<'py, i64>,
    indices: PyReadonlyArray1<'py, u32>,
    data: PyReadonlyArray1<'py, f64>,
    order: PyReadonlyArray1<'py, u32>,
) -> PyResult<Arrays<'py>> {
    let (indptr, indices, data) = (indptr.as_slice()?, indices.as_slice()?, data.as_slice()?);
    let order = order.as_slice()?;
    let rows = enter(py, None, move |_| Weights::new(indptr, indices, data)?.reordered(order))?;
    Ok(arrays(py, rows))
}

#[pyfunction]
pub fn weights_summary<'py>(
    py: Python<'py>,
    indptr: PyReadonlyArray1<'py, i64>,
    indices: PyReadonlyArray1<'py, u32>,
    data: PyReadonlyArray1<'py, f64>,
) -> PyResult<(usize, Bound<'py, PyArray1<f64>>)> {
    let (indptr, indices, data) = (indptr.as_slice()?, indices.as_slice()?, data.as_slice()?);
    let (n_components, sums) = enter(py, None, move |job| {
        let weights = Weights::new(indptr, indices, data)?;
        Ok((weights.n_components(job)?, weights.row_sums()))
    })?;
    Ok((n_components, sums.into_pyarray(py)))
}
