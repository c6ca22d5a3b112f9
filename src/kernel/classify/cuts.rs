//! Cut points by rule, from values in ascending order. The maximum is no cut point: it ends the last class.

use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// What rounding does to a computed cut point, relative to the numbers it comes from, with room to spare.
///
/// A cut point that falls short of a value by no more than this is taken to be that value: of 1, 10, 100, 1000 the
/// third root of 1000 is 10, although doubles make it 9.999….
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// Head/tail breaks go on while the head is at most this part of what it was cut from (Jiang 2013).
const HEAD_SHARE: f64 = 0.4;

/// The i/k quantiles by linear interpolation (type 7 of Hyndman & Fan 1996), their positions in whole numbers.
///
/// A class into which no value falls, for ties or for want of values, is joined to the one above it.
pub fn quantiles(job: &Job, sorted: &[f64], k: usize) -> Result<Vec<f64>> {
    let last = sorted.len() - 1;
    let mut cuts: Vec<f64> = Vec::new();
    let mut n_below = 0;
    job.walk(1..k, |i| {
        let position = i as u128 * last as u128;
        let below = (position / k as u128) as usize;
        let part = (position % k as u128) as f64 / k as f64;
        let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
        let between = low + part * (high - low);
        // Rounding must not carry the cut up to the next value.
        let cut = if between < high { between } else { low };
        let n = sorted.partition_point(|&value| value <= cut);
        if n > n_below {
            n_below = n;
            cuts.push(cut);
        }
    })?;
    Ok(cuts)
}

/// Classes of equal width.
pub fn equal(job: &Job, sorted: &[f64], k: usize) -> Result<Vec<f64>> {
    let (min, max) = ends(sorted);
    let cut = |i: usize| min + (max - min) * i as f64 / k as f64;
    each(job, k, |i| snapped(sorted, cut(i), max - min))
}

/// Bounds in geometric progression, `min (max/min)^(i/k)`; every value is above zero.
pub fn geometric(job: &Job, sorted: &[f64], k: usize) -> Result<Vec<f64>> {
    let (min, max) = ends(sorted);
    let excess = (max - min) / min;
    let log_ratio = if excess.is_finite() { excess.ln_1p() } else { max.ln() - min.ln() };
    let cut = |i: usize| {
        let log = log_ratio * i as f64 / k as f64;
        // Near the minimum the excess keeps its digits; far above it the ratio may overflow before the cut does.
        if log < 1.0 { min + min * log.exp_m1() } else { (min.ln() + log).exp() }
    };
    // An exponential multiplies the relative error of its argument by that argument.
    let growth = if log_ratio < 1.0 { 1.0 } else { 1.0 + min.ln().abs() + log_ratio };
    each(job, k, |i| snapped(sorted, cut(i), cut(i) * growth))
}

/// Steps of one sample standard deviation, centred on the mean: `mean + (i − k/2) sd`.
pub fn std(job: &Job, sorted: &[f64], k: usize) -> Result<Vec<f64>> {
    let (min, max) = ends(sorted);
    let (n, range) = (sorted.len(), max - min);
    if range <= 0.0 {
        return Ok(Vec::new());
    }
    let mean = mean_part(job, sorted)?;
    let squares = job.sum(n, |i| ((sorted[i] - min) / range - mean).powi(2))?;
    let deviation = (squares / (n as f64 - 1.0)).sqrt();
    let cut = |i: usize| min + range * (mean + (i as f64 - k as f64 / 2.0) * deviation);
    each(job, k, |i| snapped(sorted, cut(i), range))
}

/// Cut at the mean, then again at the mean of the values above it, as long as these are few (Jiang 2013).
pub fn head_tail(job: &Job, sorted: &[f64]) -> Result<Vec<f64>> {
    let mut cuts = Vec::new();
    let mut values = sorted;
    loop {
        let (min, max) = ends(values);
        if max <= min {
            return Ok(cuts);
        }
        let cut = snapped(values, min + (max - min) * mean_part(job, values)?, max - min);
        cuts.push(cut);
        let head = &values[values.partition_point(|&value| value <= cut)..];
        if head.is_empty() || head.len() as f64 > HEAD_SHARE * values.len() as f64 {
            return Ok(cuts);
        }
        values = head;
    }
}

/// The cut points 1 … k − 1.
fn each(job: &Job, k: usize, cut: impl Fn(usize) -> f64) -> Result<Vec<f64>> {
    let mut cuts = Vec::with_capacity(k - 1);
    job.walk(1..k, |i| cuts.push(cut(i)))?;
    Ok(cuts)
}

/// The mean as a part of the range, from 0 to 1: an offset costs no digits, and no sum overflows.
fn mean_part(job: &Job, sorted: &[f64]) -> Result<f64> {
    let (min, max) = ends(sorted);
    Ok(job.sum(sorted.len(), |i| (sorted[i] - min) / (max - min))? / sorted.len() as f64)
}

fn ends(sorted: &[f64]) -> (f64, f64) {
    (sorted[0], sorted[sorted.len() - 1])
}

/// `cut`, raised to the next value if that lies within the rounding error of numbers of this `size`.
fn snapped(sorted: &[f64], cut: f64, size: f64) -> f64 {
    let next = sorted.partition_point(|&value| value <= cut);
    match sorted.get(next) {
        Some(&value) if value - cut <= ROUNDING * size + f64::EPSILON * cut.abs() => value,
        _ => cut,
    }
}
