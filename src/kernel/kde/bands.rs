//! Pointwise bands of a density from resampling its points with replacement.
//!
//! The bandwidth stays that of the sample, so that a band tells how far the curve would move with another sample, and not
//! how far its smoothing is from the truth (Hall 1992, *The Bootstrap and Edgeworth Expansion*, §4.4).

use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;
use crate::kernel::stats::quantile;

use super::sample::Sample;

/// Lower and upper ends of a band, one for each grid point.
pub type Band = (Vec<f64>, Vec<f64>);

/// Bands from the density of each point by itself: `densities[i]` is that of point i on the grid.
/// O(replicates · n · grid).
pub fn from_terms(
    job: &Job,
    terms: &[Vec<f64>],
    sample: &Sample<'_>,
    replicates: usize,
    confidence: f64,
    key: (u64, u64),
) -> Result<Band> {
    let grid = terms.first().map_or(0, Vec::len);
    let n = terms.len();
    foresee(job, grid, replicates)?;
    let curves = job.map(replicates, |replicate| {
        let mut stream = Stream::new(key.0, &[key.1, replicate as u64]);
        let mut counts = vec![0_u32; n];
        (0..n).for_each(|_| counts[stream.below(n)] += 1);
        let mut curve = vec![0.0; grid];
        let mut total = 0.0;
        for (point, term) in terms.iter().enumerate().filter(|(point, _)| counts[*point] > 0) {
            let weight = f64::from(counts[point]) * sample.weight(point);
            total += weight;
            curve.iter_mut().zip(term).for_each(|(sum, density)| *sum += weight * density);
        }
        curve.iter_mut().for_each(|sum| *sum /= total);
        job.step();
        Ok(curve)
    })?;
    quantiles(job, &curves, grid, confidence)
}

/// Bands from whole samples: `evaluate` returns the density of a resample on the grid.
pub fn from_samples(
    job: &Job,
    sample: &Sample<'_>,
    grid: usize,
    replicates: usize,
    confidence: f64,
    key: (u64, u64),
    evaluate: impl Fn(&Sample<'_>) -> Result<Vec<f64>> + Sync + Send,
) -> Result<Band> {
    let n = sample.len();
    foresee(job, grid, replicates)?;
    let curves = job.map(replicates, |replicate| {
        let mut stream = Stream::new(key.0, &[key.1, replicate as u64]);
        let (mut values, mut weights) = (vec![0.0; n], sample.weights.map(|_| vec![0.0; n]));
        job.walk(values.iter_mut().enumerate(), |(place, value)| {
            let point = stream.below(n);
            *value = sample.values[point];
            if let Some(weights) = weights.as_mut() {
                weights[place] = sample.weight(point);
            }
        })?;
        let curve = evaluate(&Sample { values: &values, weights: weights.as_deref() })?;
        job.step();
        Ok(curve)
    })?;
    quantiles(job, &curves, grid, confidence)
}

/// All curves are held until their quantiles are taken.
fn foresee(job: &Job, grid: usize, replicates: usize) -> Result<()> {
    let bytes = size_of::<Result<Vec<f64>>>() + size_of::<f64>() * grid;
    job.foresee("replicates of the bootstrap", replicates, bytes)
}

fn quantiles(job: &Job, curves: &[Vec<f64>], grid: usize, confidence: f64) -> Result<Band> {
    let tail = 0.5 * (1.0 - confidence);
    let ends = job.map_with(grid, Vec::new, |draws: &mut Vec<f64>, place| {
        draws.clear();
        draws.extend(curves.iter().map(|curve| curve[place]));
        draws.sort_unstable_by(f64::total_cmp);
        Ok((quantile(draws, tail), quantile(draws, 1.0 - tail)))
    })?;
    Ok(ends.into_iter().unzip())
}
