//! Moran's I: whether neighbours are alike, over all units together.
//!
//! Cliff, A. D. and Ord, J. K. (1981). Spatial Processes: Models and Applications. Pion, sections 1.4 and 2.3.

use super::conditional::doubled;
use super::error::{Error, Result};
use super::job::Job;
use super::rng::Stream;
use super::spatial_panel::{Field, SpatialPanel};
use super::special::normal_two_sided_tail;
use super::stats::keeps_digits;
use super::weights::Weights;

/// Fewer units leave the variance under randomisation without a degree of freedom.
const LEAST_UNITS: usize = 4;

/// A variance below this, relative to the squared expectation, is rounding: I is then the same for any values.
const NO_VARIANCE: f64 = 1e-12;

/// Two values of I nearer than this, relative to the largest possible one, are the same but for rounding.
const TIE: f64 = 64.0 * f64::EPSILON;

/// Bytes that I of one permutation takes.
const BYTES_PER_DRAW: usize = 2 * size_of::<f64>();

/// Units after which a permutation looks whether it should stop.
const UNITS_PER_CHECK: usize = 1 << 16;

/// Moments under one assumption.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    pub variance: f64,
    /// NaN where I does not vary, as with equal weights between all units.
    pub z: f64,
    pub p: f64,
}

/// One period.
#[derive(Debug, Clone, PartialEq)]
pub struct Moran {
    /// Units, islands included: these have a lag of zero.
    pub n: u64,
    pub n_islands: u64,
    /// Σ_ij w_ij.
    pub weight_sum: f64,
    pub i: f64,
    /// −1/(n − 1).
    pub expected: f64,
    /// Values drawn from a normal distribution.
    pub normality: Moments,
    /// The values at hand in random places.
    pub randomization: Moments,
    /// NaN without permutations.
    pub p_permutation: f64,
    /// I of every permutation.
    pub simulated: Vec<f64>,
    /// Standardised values of all units, NaN for absent ones.
    pub score: Vec<f64>,
    /// The spatial lags of the scores; NaN also for islands.
    pub lag: Vec<f64>,
}

/// Σ_ij w_ij; ½ Σ_ij (w_ij + w_ji)²; Σ_i (Σ_j w_ij + Σ_j w_ji)².
struct Sums {
    s0: f64,
    s1: f64,
    s2: f64,
}

/// Moran's I of every period of `panel`. O(n + links), and as much again for each permutation.
///
/// # Errors
/// Those of [`SpatialPanel::periods`]; `Cancelled`.
pub fn moran(job: &Job, panel: &SpatialPanel<'_>, permutations: usize, seed: u64) -> Result<Vec<Moran>> {
    // As numbers of each period, and of all periods together.
    job.foresee("permutations in all periods", permutations.saturating_mul(panel.n_periods), BYTES_PER_DRAW)?;
    panel.periods(job, LEAST_UNITS, |period, field| measure(job, field, period, permutations, seed))
}

fn measure(job: &Job, field: &Field<'_>, period: usize, permutations: usize, seed: u64) -> Result<Moran> {
    let weights = field.weights();
    let sums = sums(job, &weights)?;
    if ![sums.s0 * sums.s0, sums.s1, sums.s2].into_iter().all(keeps_digits) {
        return Err(Error::OutOfRange { name: "weights", period });
    }
    let lags: Vec<f64> = (0..field.n()).map(|unit| field.lag(unit, &field.scores)).collect();
    let i = job.sum(field.n(), |unit| field.scores[unit] * lags[unit])? / sums.s0;
    let n = field.n() as f64;
    let expected = -1.0 / (n - 1.0);
    let moments = |variance: f64| {
        let varies = variance > NO_VARIANCE * expected * expected;
        let z = if varies { (i - expected) / variance.sqrt() } else { f64::NAN };
        Moments { variance, z, p: normal_two_sided_tail(z) }
    };
    let kurtosis = job.sum(field.n(), |unit| field.scores[unit].powi(4))? / n;
    let simulated = permute(job, field, sums.s0, period, permutations, seed)?;
    let tie = TIE * field.largest * field.largest;
    let at_least = simulated.iter().filter(|&&each| each >= i - tie).count();
    let at_most = simulated.iter().filter(|&&each| each <= i + tie).count();
    let known: Vec<f64> = (0..field.n())
        .map(|unit| if weights.row(unit).0.is_empty() { f64::NAN } else { lags[unit] })
        .collect();
    Ok(Moran {
        n: field.n() as u64,
        n_islands: known.iter().filter(|lag| lag.is_nan()).count() as u64,
        weight_sum: sums.s0,
        i,
        expected,
        normality: moments(variance_under_normality(&sums, n)),
        randomization: moments(variance_under_randomization(&sums, n, kurtosis)),
        p_permutation: if permutations == 0 { f64::NAN } else { doubled(at_least, at_most, permutations) },
        simulated,
        score: field.spread(&field.scores, f64::NAN),
        lag: field.spread(&known, f64::NAN),
    })
}

/// Cliff & Ord (1981), equation 1.35.
fn variance_under_normality(sums: &Sums, n: f64) -> f64 {
    let square = sums.s0 * sums.s0;
    (n * n * sums.s1 - n * sums.s2 + 3.0 * square) / (square * (n * n - 1.0)) - 1.0 / ((n - 1.0) * (n - 1.0))
}

/// Cliff & Ord (1981), equation 1.38.
fn variance_under_randomization(sums: &Sums, n: f64, kurtosis: f64) -> f64 {
    let square = sums.s0 * sums.s0;
    let first = n * ((n * n - 3.0 * n + 3.0) * sums.s1 - n * sums.s2 + 3.0 * square);
    let second = kurtosis * ((n * n - n) * sums.s1 - 2.0 * n * sums.s2 + 6.0 * square);
    (first - second) / ((n - 1.0) * (n - 2.0) * (n - 3.0) * square) - 1.0 / ((n - 1.0) * (n - 1.0))
}

fn sums(job: &Job, weights: &Weights<'_>) -> Result<Sums> {
    let rows = weights.row_sums();
    let mut columns = vec![0.0; weights.n()];
    let mut s1 = 0.0;
    for unit in 0..weights.n() {
        if unit % UNITS_PER_CHECK == 0 {
            job.check()?;
        }
        let (neighbours, row) = weights.row(unit);
        for (&neighbour, &weight) in neighbours.iter().zip(row) {
            columns[neighbour as usize] += weight;
            // ½ Σ (w_ij + w_ji)² = Σ w_ij (w_ij + w_ji).
            let (back, back_weights) = weights.row(neighbour as usize);
            let reverse = back.binary_search(&(unit as u32)).map_or(0.0, |place| back_weights[place]);
            s1 += weight * (weight + reverse);
        }
    }
    let s2 = rows.iter().zip(&columns).map(|(row, column)| (row + column).powi(2)).sum();
    Ok(Sums { s0: rows.iter().sum(), s1, s2 })
}

/// I with the values dealt to all units at random; permutation r of period t comes from the stream (seed, t, r).
fn permute(
    job: &Job,
    field: &Field<'_>,
    weight_sum: f64,
    period: usize,
    permutations: usize,
    seed: u64,
) -> Result<Vec<f64>> {
    job.foresee("permutations", permutations, size_of::<Result<f64>>())?;
    job.expect_steps(permutations);
    job.map_with(permutations, Vec::new, |scores: &mut Vec<f64>, permutation| {
        let mut stream = Stream::new(seed, &[period as u64, permutation as u64]);
        scores.clear();
        scores.extend_from_slice(&field.scores);
        let mut product = 0.0;
        for unit in 0..scores.len() {
            if unit % UNITS_PER_CHECK == 0 {
                job.check()?;
            }
            let other = unit + stream.below(field.n() - unit);
            scores.swap(unit, other);
        }
        for unit in 0..scores.len() {
            if unit % UNITS_PER_CHECK == 0 {
                job.check()?;
            }
            product += scores[unit] * field.lag(unit, scores);
        }
        job.step();
        Ok(product / weight_sum)
    })
}
