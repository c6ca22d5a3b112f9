use ndarray::Array2;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::enter::enter;
use super::errors;
use crate::kernel::cells::Classes;
use crate::kernel::error::Error;
use crate::kernel::geodetector::{
    self as kernel, Adjustment, Cell, Codes, Encoded, Factor, Input, Kind, Moments, OwnedCodes, Parameters,
    Places, Plan, Singletons, Stratum, Variance,
};

/// Codes of one factor: 8 bits if there are few strata.
#[derive(FromPyObject)]
pub enum FactorCodes<'py> {
    Narrow(PyReadonlyArray1<'py, u8>),
    Wide(PyReadonlyArray1<'py, u32>),
}

/// Moments as arrays: shifts, count–mean–squares of the strata of each factor, count–sum of the crossed strata of each
/// pair, rows by period.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct MomentArrays<'py> {
    n_strata: Vec<usize>,
    shift: PyReadonlyArray1<'py, f64>,
    strata: Vec<PyReadonlyArray2<'py, f64>>,
    crossed: Vec<PyReadonlyArray2<'py, f64>>,
}

/// Rows: values, codes and numbers of strata of each factor, periods.
type Rows<'py> = (
    PyReadonlyArray1<'py, f64>,
    Vec<FactorCodes<'py>>,
    Vec<usize>,
    Option<PyReadonlyArray1<'py, u32>>,
    usize,
);

/// Whole numbers of the types that rasters and class columns come in; others are brought to 64 bits.
#[derive(FromPyObject)]
pub enum WholeNumbers<'py> {
    Byte(PyReadonlyArray1<'py, u8>),
    Short(PyReadonlyArray1<'py, i16>),
    Int(PyReadonlyArray1<'py, i32>),
    Long(PyReadonlyArray1<'py, i64>),
}

/// Codes of 8 or 32 bits, and what they stand for.
type CodesAndNumbers<'py> = (Bound<'py, PyAny>, Bound<'py, PyArray1<i64>>);

/// The codes of a factor of whole numbers and the numbers they stand for; None if they lie too far apart.
#[pyfunction]
pub fn geodetector_codes<'py>(
    py: Python<'py>,
    values: WholeNumbers<'py>,
) -> PyResult<Option<CodesAndNumbers<'py>>> {
    let encoded = match values {
        WholeNumbers::Byte(values) => encoded(py, values.as_slice()?),
        WholeNumbers::Short(values) => encoded(py, values.as_slice()?),
        WholeNumbers::Int(values) => encoded(py, values.as_slice()?),
        WholeNumbers::Long(values) => encoded(py, values.as_slice()?),
    }?;
    Ok(encoded.map(|encoded| {
        let codes = match encoded.codes {
            OwnedCodes::Narrow(codes) => codes.into_pyarray(py).into_any(),
            OwnedCodes::Wide(codes) => codes.into_pyarray(py).into_any(),
        };
        (codes, encoded.distinct.into_pyarray(py))
    }))
}

fn encoded<T: Copy + Into<i64> + Sync>(py: Python<'_>, values: &[T]) -> PyResult<Option<Encoded>> {
    enter(py, None, move |job| kernel::encode(job, values))
}

#[pyfunction]
pub fn geodetector_moments<'py>(py: Python<'py>, rows: Rows<'py>) -> PyResult<Bound<'py, PyDict>> {
    let factors = factors(&rows)?;
    let input = input(&rows, &factors)?;
    let moments = enter(py, None, move |job| kernel::moments(job, &input))?;
    to_arrays(py, &moments)
}

#[pyfunction]
pub fn geodetector_merge<'py>(
    py: Python<'py>,
    first: MomentArrays<'py>,
    second: MomentArrays<'py>,
    places: [(Vec<Vec<u32>>, Vec<u32>); 2],
    n_strata: Vec<usize>,
    n_periods: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let (first, second) = (from_arrays(py, &first)?, from_arrays(py, &second)?);
    let [one, two] = places.map(|(strata, periods)| Places { strata, periods });
    let moments = enter(py, None, move |job| {
        let mut moments = first.placed(job, n_periods, &n_strata, &one)?;
        moments.merge(&second.placed(job, n_periods, &n_strata, &two)?)?;
        Ok(moments)
    })?;
    to_arrays(py, &moments)
}

#[pyfunction]
pub fn geodetector<'py>(
    py: Python<'py>,
    moments: MomentArrays<'py>,
    sample_variance: bool,
    drop_singletons: bool,
    adjustment: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let moments = from_arrays(py, &moments)?;
    let parameters = Parameters {
        variance: if sample_variance { Variance::Sample } else { Variance::Population },
        singletons: singletons(drop_singletons),
        adjustment: adjustment_of(py, adjustment)?,
    };
    let result = enter(py, None, move |job| kernel::detect(job, &moments, &parameters))?;
    let tables = PyDict::new(py);
    tables.set_item("factors", factor_table(py, &result.factors)?)?;
    tables.set_item("interactions", interaction_table(py, &result.interactions)?)?;
    tables.set_item("strata", stratum_table(py, &result.risk.strata)?)?;
    tables.set_item("risk", risk_table(py, &result.risk.differences)?)?;
    tables.set_item("not_compared", result.risk.not_compared)?;
    tables.set_item("ecological", ecological_table(py, &result.ecological)?)?;
    Ok(tables)
}

#[pyfunction]
pub fn geodetector_tail(q: f64, n: u64, n_strata: u64, noncentrality: f64) -> f64 {
    kernel::tail_of_q(q, n, n_strata, noncentrality)
}

#[pyfunction]
#[pyo3(signature = (rows, permutations, interaction_permutations, bootstrap, confidence, seed, drop_singletons, progress=None))]
#[expect(clippy::too_many_arguments, reason = "one argument per keyword of the Python call")]
pub fn geodetector_resample<'py>(
    py: Python<'py>,
    rows: Rows<'py>,
    permutations: usize,
    interaction_permutations: usize,
    bootstrap: usize,
    confidence: f64,
    seed: u64,
    drop_singletons: bool,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let factors = factors(&rows)?;
    let input = input(&rows, &factors)?;
    let singletons = singletons(drop_singletons);
    let plan = Plan { permutations, interaction_permutations, bootstrap, confidence, seed, singletons };
    let result = enter(py, progress, move |job| kernel::resample(job, &input, &plan))?;
    let tables = PyDict::new(py);
    tables.set_item("factors", result.factors.into_pyarray(py))?;
    tables.set_item("interactions", result.interactions.into_pyarray(py))?;
    tables.set_item("standard_error", result.intervals.standard_error.into_pyarray(py))?;
    tables.set_item("low", result.intervals.low.into_pyarray(py))?;
    tables.set_item("high", result.intervals.high.into_pyarray(py))?;
    Ok(tables)
}

fn factors<'a>(rows: &'a Rows<'_>) -> PyResult<Vec<Factor<'a>>> {
    let codes = |codes: &'a FactorCodes<'_>| -> PyResult<Codes<'a>> {
        Ok(match codes {
            FactorCodes::Narrow(codes) => Codes::Narrow(codes.as_slice()?),
            FactorCodes::Wide(codes) => Codes::Wide(codes.as_slice()?),
        })
    };
    rows.1.iter().zip(&rows.2).map(|(each, &n_strata)| Ok(Factor { codes: codes(each)?, n_strata })).collect()
}

fn input<'a>(rows: &'a Rows<'_>, factors: &'a [Factor<'a>]) -> PyResult<Input<'a>> {
    let codes = rows.3.as_ref().map(|periods| periods.as_slice()).transpose()?;
    Ok(Input { values: rows.0.as_slice()?, factors, periods: Classes { codes, count: rows.4 } })
}

fn singletons(drop: bool) -> Singletons {
    if drop { Singletons::Drop } else { Singletons::Keep }
}

fn adjustment_of(py: Python<'_>, name: &str) -> PyResult<Adjustment> {
    match name {
        "none" => Ok(Adjustment::None),
        "bonferroni" => Ok(Adjustment::Bonferroni),
        "holm" => Ok(Adjustment::Holm),
        "fdr_bh" => Ok(Adjustment::BenjaminiHochberg),
        _ => Err(errors::invalid(py, format!("there is no adjustment '{name}'"))),
    }
}

fn from_arrays(py: Python<'_>, arrays: &MomentArrays<'_>) -> PyResult<Moments> {
    let strata = |table: &PyReadonlyArray2<'_, f64>| {
        let rows = rows(py, "strata", table)?;
        Ok(rows.into_iter().map(|[n, mean, squares]| Stratum { n, mean, squares }).collect())
    };
    let crossed = |table: &PyReadonlyArray2<'_, f64>| {
        let rows = rows(py, "crossed", table)?;
        Ok(rows.into_iter().map(|[n, sum]| Cell { n, sum }).collect())
    };
    let shift = arrays.shift.as_slice()?.to_vec();
    Ok(Moments {
        n_periods: shift.len(),
        n_strata: arrays.n_strata.clone(),
        shift,
        strata: arrays.strata.iter().map(strata).collect::<PyResult<_>>()?,
        crossed: arrays.crossed.iter().map(crossed).collect::<PyResult<_>>()?,
    })
}

/// The rows of a table of `N` columns.
fn rows<const N: usize>(
    py: Python<'_>,
    name: &'static str,
    table: &PyReadonlyArray2<'_, f64>,
) -> PyResult<Vec<[f64; N]>> {
    let table = table.as_array();
    if table.ncols() != N {
        return Err(errors::from_kernel(py, Error::Length { name, length: table.ncols(), expected: N }));
    }
    Ok(table.rows().into_iter().map(|row| std::array::from_fn(|column| row[column])).collect())
}

fn to_arrays<'py>(py: Python<'py>, moments: &Moments) -> PyResult<Bound<'py, PyDict>> {
    let strata = moments.strata.iter().map(|strata| {
        Array2::from_shape_fn((strata.len(), 3), |(row, column)| {
            let Stratum { n, mean, squares } = strata[row];
            [n, mean, squares][column]
        })
        .into_pyarray(py)
    });
    let crossed = moments.crossed.iter().map(|cells| {
        let value = |(row, column): (usize, usize)| [cells[row].n, cells[row].sum][column];
        Array2::from_shape_fn((cells.len(), 2), value).into_pyarray(py)
    });
    let arrays = PyDict::new(py);
    arrays.set_item("n_strata", moments.n_strata.clone())?;
    arrays.set_item("shift", PyArray1::from_slice(py, &moments.shift))?;
    arrays.set_item("strata", PyList::new(py, strata)?)?;
    arrays.set_item("crossed", PyList::new(py, crossed)?)?;
    Ok(arrays)
}

/// One column of a table from its rows.
macro_rules! columns {
    ($py:expr, $rows:expr, $($name:literal => $value:expr),+ $(,)?) => {{
        let table = PyDict::new($py);
        $(table.set_item($name, $rows.iter().map($value).collect::<Vec<_>>().into_pyarray($py))?;)+
        table
    }};
}

fn factor_table<'py>(py: Python<'py>, rows: &[kernel::FactorResult]) -> PyResult<Bound<'py, PyDict>> {
    Ok(columns!(py, rows,
        "period" => |row| row.period, "factor" => |row| row.factor, "n" => |row| row.n as u64,
        "n_strata" => |row| row.n_strata, "n_singletons" => |row| row.n_singletons, "q" => |row| row.q,
        "f" => |row| row.test.f, "lambda" => |row| row.test.lambda, "p_value" => |row| row.test.p_value,
        "p_central" => |row| row.test.p_central, "rank" => |row| row.rank,
    ))
}

fn interaction_table<'py>(py: Python<'py>, rows: &[kernel::Interaction]) -> PyResult<Bound<'py, PyDict>> {
    let kind = |row: &kernel::Interaction| match row.kind {
        Kind::NonlinearWeaken => 0_u32,
        Kind::UnivariateWeaken => 1,
        Kind::BivariateEnhance => 2,
        Kind::Independent => 3,
        Kind::NonlinearEnhance => 4,
        Kind::Undefined => 5,
    };
    Ok(columns!(py, rows,
        "period" => |row| row.period, "factor_a" => |row| row.factor_a, "factor_b" => |row| row.factor_b,
        "q_a" => |row| row.q_a, "q_b" => |row| row.q_b, "q" => |row| row.q, "type" => kind,
        "n_strata" => |row| row.n_strata, "n_empty" => |row| row.n_empty,
        "n_singletons" => |row| row.n_singletons,
    ))
}

fn stratum_table<'py>(py: Python<'py>, rows: &[kernel::StratumMean]) -> PyResult<Bound<'py, PyDict>> {
    Ok(columns!(py, rows,
        "period" => |row| row.period, "factor" => |row| row.factor, "stratum" => |row| row.stratum,
        "n" => |row| row.n as u64, "mean" => |row| row.mean, "standard_deviation" => |row| row.deviation,
    ))
}

fn risk_table<'py>(py: Python<'py>, rows: &[kernel::Difference]) -> PyResult<Bound<'py, PyDict>> {
    Ok(columns!(py, rows,
        "period" => |row| row.period, "factor" => |row| row.factor, "stratum_a" => |row| row.stratum_a,
        "stratum_b" => |row| row.stratum_b, "mean_a" => |row| row.mean_a, "mean_b" => |row| row.mean_b,
        "difference" => |row| row.difference, "t" => |row| row.t, "dof" => |row| row.dof,
        "p_value" => |row| row.p_value,
    ))
}

fn ecological_table<'py>(py: Python<'py>, rows: &[kernel::Ecological]) -> PyResult<Bound<'py, PyDict>> {
    Ok(columns!(py, rows,
        "period" => |row| row.period, "factor_a" => |row| row.factor_a, "factor_b" => |row| row.factor_b,
        "f" => |row| row.f, "dof_a" => |row| row.dof_a as u64, "dof_b" => |row| row.dof_b as u64,
        "p_value" => |row| row.p_value,
    ))
}
