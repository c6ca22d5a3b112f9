//! Local Moran's I: which units are like their neighbours, and which are not.
//!
//! Anselin, L. (1995). Local indicators of spatial association. Geographical Analysis 27, 93–115.

use super::conditional::{Others, permute, weight_spread};
use super::error::{Error, Result};
use super::job::Job;
use super::spatial_panel::{Field, SpatialPanel};
use super::special::normal_two_sided_tail;

/// Units that one step of parallel work covers.
const CHUNK: usize = 1024;

/// Fewer units leave the conditional variance without a degree of freedom.
const LEAST_UNITS: usize = 3;

/// What is held fixed when values are dealt at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Null {
    /// The value of the unit itself: Sokal, Oden & Thomson (1998), equations A7 and A8.
    Conditional,
    /// Nothing: Anselin (1995), equations 13 and 14; Sokal, Oden & Thomson (1998), A3 and A4.
    Total,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    pub null: Null,
    /// Permutations; zero for none.
    pub permutations: usize,
    pub seed: u64,
}

/// One entry per period and unit; NaN for absent units and islands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LocalMoran {
    pub n_neighbors: Vec<u32>,
    /// (x − mean)/standard deviation, also of islands.
    pub score: Vec<f64>,
    /// The spatial lag of the scores.
    pub lag: Vec<f64>,
    pub local_i: Vec<f64>,
    pub expected: Vec<f64>,
    pub variance: Vec<f64>,
    /// NaN where I does not vary: for a value at the mean, and where all weights or all other values are equal.
    pub z: Vec<f64>,
    pub p_normal: Vec<f64>,
    /// NaN without permutations.
    pub p_permutation: Vec<f64>,
}

/// Lag, I, expectation, variance, z.
type Deviate = [f64; 5];

/// Local Moran's I of every period of `panel`: `z_i Σ_j w_ij z_j` for standardised z (population standard deviation).
/// O(n + links), and O(n · permutations · neighbours) for the permutations.
///
/// # Errors
/// Those of [`SpatialPanel::periods`]; `OutOfRange` for weights; `Cancelled`.
pub fn local_moran(job: &Job, panel: &SpatialPanel<'_>, parameters: &Parameters) -> Result<LocalMoran> {
    let mut result = LocalMoran::default();
    panel.periods(job, LEAST_UNITS, |period, field| {
        let kurtosis = job.sum(field.n(), |unit| field.scores[unit].powi(4))? / field.n() as f64;
        let chunks = job.map(field.n().div_ceil(CHUNK), |chunk| {
            let units = chunk * CHUNK..field.n().min((chunk + 1) * CHUNK);
            Ok(units.map(|unit| deviate(field, unit, parameters.null, kurtosis)).collect::<Vec<Deviate>>())
        })?;
        let deviates = chunks.concat();
        if deviates.iter().flatten().any(|number| number.is_infinite()) {
            // Scores are numbers near one.
            return Err(Error::OutOfRange { name: "weights", period });
        }
        let column = |place: usize| {
            field.spread(&deviates.iter().map(|each| each[place]).collect::<Vec<_>>(), f64::NAN)
        };
        let z = column(4);
        let n_neighbors: Vec<u32> =
            (0..field.n()).map(|unit| field.weights().row(unit).0.len() as u32).collect();
        result.n_neighbors.extend(field.spread(&n_neighbors, 0));
        result.score.extend(field.spread(&field.scores, f64::NAN));
        result.lag.extend(column(0));
        result.local_i.extend(column(1));
        result.expected.extend(column(2));
        result.variance.extend(column(3));
        result.p_normal.extend(z.iter().map(|&z| normal_two_sided_tail(z)));
        let p = match parameters.permutations {
            0 => vec![f64::NAN; field.n()],
            draws => permute(job, field, period, draws, parameters.seed)?,
        };
        let known = |(p, z): (f64, &f64)| if z.is_nan() { f64::NAN } else { p };
        result.p_permutation.extend(field.spread(&p, f64::NAN).into_iter().zip(&z).map(known));
        result.z.extend(z);
        Ok(())
    })?;
    Ok(result)
}

fn deviate(field: &Field<'_>, unit: usize, null: Null, kurtosis: f64) -> Deviate {
    let all = field.weights();
    let (_, weights) = all.row(unit);
    if weights.is_empty() {
        return [f64::NAN; 5];
    }
    let (n, own) = (field.n() as f64, field.scores[unit]);
    let sum: f64 = weights.iter().sum();
    let lag = field.lag(unit, &field.scores);
    let (expected, variance, z) = match null {
        Null::Conditional => {
            let others = Others::of(field, unit);
            let lag_variance =
                others.variance * weight_spread(weights.iter().copied(), field.n() - 1) / (n - 2.0);
            let z = own.signum() * others.excess(field, unit) / lag_variance.sqrt();
            (own * sum * others.mean, own * own * lag_variance, z)
        }
        Null::Total => {
            let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
            let expected = -sum / (n - 1.0);
            let variance = squares * (n - kurtosis) / (n - 1.0)
                + (sum * sum - squares) * (2.0 * kurtosis - n) / ((n - 1.0) * (n - 2.0))
                - expected * expected;
            (expected, variance, (own * lag - expected) / variance.sqrt())
        }
    };
    let z = if variance > 0.0 { z } else { f64::NAN };
    [lag, own * lag, expected, variance, z]
}
