//! The factor detector: q of every factor, with its F test.

use super::moments::{Moments, Stratum, total};
use super::{Parameters, Singletons, Variance};
use crate::kernel::cells::Classes;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::special::{f_tail, noncentral_f_tail};
use crate::kernel::stats::ranks;

/// Two q that differ by less than this, relatively, share a rank.
const TIE: f64 = 1e-12;

/// The F test of one q.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Significance {
    /// (N − L)/(L − 1) · q/(1 − q); NaN with one stratum or without degrees of freedom, infinite if q is one.
    pub f: f64,
    /// Noncentrality λ.
    pub lambda: f64,
    /// Noncentral F tail.
    pub p_value: f64,
    /// Central F tail.
    pub p_central: f64,
}

/// One factor in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FactorResult {
    pub period: u32,
    pub factor: u32,
    /// Units used, and their mean above the shift of the period.
    pub n: f64,
    /// Strata with units that are used.
    pub n_strata: u64,
    /// Strata of one unit, used or not.
    pub n_singletons: u64,
    /// NaN without units.
    pub q: f64,
    /// Squares within strata.
    pub within: f64,
    pub test: Significance,
    /// 1 for the largest q of the period.
    pub rank: u32,
}

pub(super) fn detect(job: &Job, moments: &Moments, parameters: &Parameters) -> Result<Vec<FactorResult>> {
    let n_factors = moments.n_strata.len();
    let mut results = job.map(moments.n_periods * n_factors, |index| {
        let (period, factor) = (index / n_factors, index % n_factors);
        Ok(of_strata(moments, period, factor, parameters))
    })?;
    let q: Vec<f64> = results.iter().map(|result| if result.q.is_nan() { -1.0 } else { result.q }).collect();
    let periods: Vec<u32> = results.iter().map(|result| result.period).collect();
    let rank = ranks(job, &q, Classes::new(&periods, moments.n_periods), false, TIE)?;
    results.iter_mut().zip(rank).for_each(|(result, rank)| result.rank = rank);
    Ok(results)
}

/// The strata whose units are used, and how many have one unit.
pub(super) fn used(strata: &[Stratum], singletons: Singletons) -> (Vec<Stratum>, u64) {
    let n_singletons = strata.iter().filter(|stratum| is_single(stratum.n)).count() as u64;
    (strata.iter().filter(|stratum| stratum.n > singletons.least()).copied().collect(), n_singletons)
}

/// Counts are whole numbers held as doubles.
pub(super) fn is_single(n: f64) -> bool {
    n > 0.5 && n < 1.5
}

fn of_strata(moments: &Moments, period: usize, factor: usize, parameters: &Parameters) -> FactorResult {
    let (strata, n_singletons) = used(moments.strata_of(period, factor), parameters.singletons);
    let all = total(&strata);
    let within: f64 = strata.iter().map(|stratum| stratum.squares).sum();
    let between: f64 = strata.iter().map(|stratum| stratum.n * (stratum.mean - all.mean).powi(2)).sum();
    let q = between / (between + within);
    let test = significance(&strata, &all, (between, within), moments.shift[period], parameters.variance);
    FactorResult {
        period: period as u32,
        factor: factor as u32,
        n: all.n,
        n_strata: strata.len() as u64,
        n_singletons,
        q,
        within,
        test,
        rank: 0,
    }
}

/// P(F ≥ f) for the f that goes with `q` of `n` units in `n_strata` strata, at noncentrality `lambda`: the test of a q of
/// which no more is known than what is printed. NaN without degrees of freedom.
pub fn tail_of_q(q: f64, n: u64, n_strata: u64, lambda: f64) -> f64 {
    let (d1, d2) = (n_strata as f64 - 1.0, n as f64 - n_strata as f64);
    noncentral_f_tail(d2 / d1 * (q / (1.0 - q)), d1, d2, lambda)
}

fn significance(
    strata: &[Stratum],
    all: &Stratum,
    (between, within): (f64, f64),
    shift: f64,
    variance: Variance,
) -> Significance {
    let (d1, d2) = (strata.len() as f64 - 1.0, all.n - strata.len() as f64);
    let divisor = if variance == Variance::Sample { all.n - 1.0 } else { all.n };
    // Where nothing varies there is no σ² to divide by, and no q.
    let variance = if between + within > 0.0 { (between + within) / divisor } else { f64::NAN };
    let lambda = spread_of_means(strata, all, shift) / variance;
    if d1 <= 0.0 || d2 <= 0.0 || between + within <= 0.0 {
        return Significance { f: f64::NAN, lambda, p_value: f64::NAN, p_central: f64::NAN };
    }
    let f = d2 / d1 * (between / within);
    Significance { f, lambda, p_value: noncentral_f_tail(f, d1, d2, lambda), p_central: f_tail(f, d1, d2) }
}

/// Σ μ_h² − (Σ √n_h μ_h)²/N, as the squared length of what is left of the means μ_h after their part along u_h = √(n_h/N).
///
/// With μ_h = m + d_h, m the mean of all, each remainder is m (1 − u_h Σ u_k) + (d_h − u_h Σ d_k u_k), and
/// 1 − u_h Σ u_k = Σ_k √n_k (n_k − n_h)/(√n_k + √n_h)/N: strata of one size lose no digit to an offset.
fn spread_of_means(strata: &[Stratum], all: &Stratum, shift: f64) -> f64 {
    let mean = shift + all.mean;
    let along: f64 =
        strata.iter().map(|stratum| (stratum.mean - all.mean) * (stratum.n / all.n).sqrt()).sum();
    let sizes = distinct_sizes(strata);
    let remainder = |stratum: &Stratum| {
        let root = stratum.n.sqrt();
        let constant: f64 = sizes
            .iter()
            .map(|&(n, times)| times * n.sqrt() * ((n - stratum.n) / (n.sqrt() + root)) / all.n)
            .sum();
        mean * constant + (stratum.mean - all.mean) - (stratum.n / all.n).sqrt() * along
    };
    strata.iter().map(|stratum| remainder(stratum).powi(2)).sum()
}

/// The sizes of the strata, each with the number of strata of that size.
fn distinct_sizes(strata: &[Stratum]) -> Vec<(f64, f64)> {
    let mut sizes: Vec<f64> = strata.iter().map(|stratum| stratum.n).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    sizes.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(|run| (run[0], run.len() as f64)).collect()
}
