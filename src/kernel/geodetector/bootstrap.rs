//! Studentised intervals for q, from redrawing units.
//!
//! q̂ is too large by about (L − 1)/(N − 1) · (1 − q), and a replicate too large by as much again: percentile intervals
//! double the bias and for q = 0 never hold it. The studentised interval turns the quantiles of t* = (q* − q̂)/se*
//! around, [q̂ − t*(1 − α/2) se, q̂ − t*(α/2) se], which takes the bias off (Davison & Hinkley 1997, *Bootstrap Methods
//! and their Application*, §5.2.1). Units are redrawn from all of the period: the share of a stratum is part of what is
//! estimated, and redrawing inside strata understates their variances by (n_h − 1)/n_h.
//!
//! The error is that of the infinitesimal jackknife (Efron 1982): with u = SSW/SST = 1 − q, a unit changes u by
//! [(y − μ_h)² − u (y − μ)²]/SST.

use super::resample::{Intervals, Part};
use super::sample::Codes;
use crate::kernel::error::Result;
use crate::kernel::rng::Stream;
use crate::kernel::stats::quantile;

const BOOTSTRAP: u64 = 2;

/// Rows between two checks.
const CHECK: usize = 1 << 16;

/// q of one sample with its standard error.
#[derive(Debug, Clone, Copy)]
struct Estimate {
    q: f64,
    error: f64,
}

/// Append the intervals of one period, cut to [0, 1]. O(replicates · rows · factors).
pub(super) fn intervals(part: &Part<'_>, intervals: &mut Intervals) -> Result<()> {
    let n = part.values().len();
    let n_factors = part.sample.n_factors();
    let used: Vec<Vec<bool>> = (0..n_factors).map(|factor| part.used(factor)).collect();
    let once = vec![1_u32; n];
    let observed: Vec<Estimate> =
        (0..n_factors).map(|factor| estimate(part, factor, &used[factor], &once)).collect::<Result<_>>()?;
    let replicate = |times: &mut Vec<u32>, replicate: usize| {
        let mut stream = Stream::new(part.plan.seed, &[BOOTSTRAP, part.period as u64, replicate as u64]);
        times.clear();
        times.resize(n, 0);
        for draw in 0..n {
            if draw % CHECK == 0 {
                part.job.check()?;
            }
            times[stream.below(n)] += 1;
        }
        let studentised = (0..n_factors).map(|factor| {
            let drawn = estimate(part, factor, &used[factor], times)?;
            Ok((drawn.q - observed[factor].q) / drawn.error)
        });
        part.job.step();
        studentised.collect::<Result<Vec<f64>>>()
    };
    let replicates = part.job.map_with(part.plan.bootstrap, Vec::new, replicate)?;
    let tail = (1.0 - part.plan.confidence) / 2.0;
    for (factor, &Estimate { q, error }) in observed.iter().enumerate() {
        // 0/0: a replicate in which q neither moved nor can.
        let mut t: Vec<f64> = replicates.iter().map(|t| t[factor]).filter(|t| !t.is_nan()).collect();
        t.sort_unstable_by(f64::total_cmp);
        let end = |probability: f64| {
            let end = if error > 0.0 { q - quantile(&t, probability) * error } else { q };
            if end.is_nan() { end } else { end.clamp(0.0, 1.0) }
        };
        intervals.standard_error.push(error);
        intervals.low.push(end(1.0 - tail));
        intervals.high.push(end(tail));
    }
    Ok(())
}

/// q of the units of used strata, each taken so many times.
fn estimate(part: &Part<'_>, factor: usize, used: &[bool], times: &[u32]) -> Result<Estimate> {
    match part.codes(factor) {
        Codes::Narrow(codes) => of_codes(part, used, times, |row| codes[row].into()),
        Codes::Wide(codes) => of_codes(part, used, times, |row| codes[row] as usize),
    }
}

fn of_codes(
    part: &Part<'_>,
    used: &[bool],
    times: &[u32],
    code_of: impl Fn(usize) -> usize,
) -> Result<Estimate> {
    let values = part.values();
    let weight = |row: usize| if used[code_of(row)] { f64::from(times[row]) } else { 0.0 };
    let mut strata = vec![(0.0, 0.0); used.len()];
    part.job.walk(0..values.len(), |row| {
        let (n, sum) = &mut strata[code_of(row)];
        *n += weight(row);
        *sum += weight(row) * values[row];
    })?;
    let (n, sum) = strata.iter().fold((0.0, 0.0), |(n, sum), stratum| (n + stratum.0, sum + stratum.1));
    let mean = sum / n;
    let means: Vec<f64> = strata.iter().map(|(n, sum)| if *n > 0.0 { sum / n } else { 0.0 }).collect();
    // Sums of the squares about both means, and of their products; as parts of all squares none overflows.
    let scale = part.crossing().squares;
    let (mut within, mut total, mut products) = (0.0, 0.0, [0.0; 3]);
    part.job.walk(0..values.len(), |row| {
        let weight = weight(row);
        let square = |distance: f64| distance * (distance / scale);
        let (inside, overall) = (square(values[row] - means[code_of(row)]), square(values[row] - mean));
        within += weight * inside;
        total += weight * overall;
        let terms = [inside * inside, inside * overall, overall * overall];
        products.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weight * term);
    })?;
    let u = within / total;
    let squares = products[0] - 2.0 * u * products[1] + u * u * products[2];
    Ok(Estimate { q: 1.0 - u, error: squares.max(0.0).sqrt() / total })
}
