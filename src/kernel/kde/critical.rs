//! Silverman's critical bandwidth and his test of the number of modes.
//!
//! Silverman, B. W. (1981). Using kernel density estimates to investigate multimodality. *Journal of the Royal Statistical
//! Society B* 43, 97–99. The number of modes of a Gaussian density falls as h grows, so that the smallest h with k modes
//! at most, h_k, is found by bisection. Under the hypothesis of k modes samples are drawn from the density of that
//! bandwidth, shrunk to the variance of the sample: x* = m + (x_I − m + h_k ε)/√(1 + h_k²/s²). Large h_k speak against it:
//! p is the share of samples with more than k modes at h_k.

use super::lattice::{Lattice, Spacing};
use super::points::Points;
use super::sample::{Sample, Spread};
use super::shape::Kernel;
use super::turning;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;

/// Up to so many points densities are evaluated directly.
const FEW: usize = 2048;

/// Bins in one bandwidth, and how many of them lie between two nodes.
const BINS: f64 = 8.0;
const STRIDE: usize = 4;

/// Halvings of the bracket, which is one octave wide.
const HALVINGS: usize = 44;

/// A bandwidth of this share of the range tells apart all points that differ at all by more than rounding.
const SMALLEST: f64 = 1e-9;

/// The test of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The smallest bandwidth with `null_modes` modes at most; zero if there are no more distinct values than that.
    pub critical_bandwidth: f64,
    /// (1 + samples with more modes) / (1 + samples).
    pub p_value: f64,
}

/// One distinct value has one mode at every bandwidth.
const ONE_VALUE: Test = Test { critical_bandwidth: 0.0, p_value: 1.0 };

/// Test the hypothesis of `null_modes` modes at most. O(replicates · evaluation of a density).
pub fn test(
    job: &Job,
    sample: &Sample<'_>,
    spread: &Spread,
    null_modes: usize,
    replicates: usize,
    key: (u64, u64),
) -> Result<Test> {
    if spread.high <= spread.low {
        return Ok(ONE_VALUE);
    }
    let (values, weights) = sample.sorted(job)?;
    let sorted = Sample { values: &values, weights: weights.as_deref() };
    let critical = critical_bandwidth(job, &sorted, spread, null_modes)?;
    if critical <= 0.0 {
        return Ok(ONE_VALUE);
    }
    let below = cumulated(&sorted);
    let draws = (spread.n_effective.round() as usize).max(2);
    let variance = (0..sorted.len())
        .map(|i| sorted.weight(i) * ((values[i] - spread.mean) / critical).powi(2))
        .sum::<f64>()
        / spread.total;
    let shrink = 1.0 / (1.0 + 1.0 / variance).sqrt();
    job.foresee("samples of Silverman's test", replicates, size_of::<Result<bool>>())?;
    let more = job.map(replicates, |replicate| {
        let mut stream = Stream::new(key.0, &[key.1, replicate as u64, 1]);
        let mut drawn = Vec::with_capacity(draws);
        job.walk(0..draws, |_| {
            let x = values[pick(&mut stream, &below, values.len())];
            drawn.push(spread.mean + (x - spread.mean + critical * stream.normal()) * shrink);
        })?;
        job.sort_by(&mut drawn, f64::total_cmp)?;
        let drawn = Sample { values: &drawn, weights: None };
        job.step();
        Ok(count_modes(job, &drawn, draws as f64, critical)? > null_modes)
    })?;
    let count = more.into_iter().filter(|&more| more).count();
    Ok(Test { critical_bandwidth: critical, p_value: (1 + count) as f64 / (1 + replicates) as f64 })
}

/// The smallest bandwidth with `most` modes at most.
fn critical_bandwidth(job: &Job, sample: &Sample<'_>, spread: &Spread, most: usize) -> Result<f64> {
    let range = spread.high - spread.low;
    let few = |h: f64| Ok(count_modes(job, sample, spread.total, h)? <= most);
    // Within one bandwidth of every point a Gaussian density is concave, so that the range leaves one mode.
    let mut high = range;
    while few(0.5 * high)? {
        high *= 0.5;
        if high < SMALLEST * range {
            return Ok(0.0);
        }
    }
    let mut low = 0.5 * high;
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if few(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(high)
}

/// Number of modes of the Gaussian density of a sorted sample.
fn count_modes(job: &Job, sample: &Sample<'_>, total: f64, h: f64) -> Result<usize> {
    let (low, high) = (sample.values[0], sample.values[sample.len() - 1]);
    let spacing = Spacing { origin: low - h, step: h / BINS, stride: STRIDE };
    if sample.len() <= FEW || !Lattice::<8>::is_feasible(&spacing, low, high) {
        let points = Points::new(sample.values, sample.weights, Kernel::Gaussian, h);
        return turning::count_modes(job, &points, sample.values);
    }
    let lattice = Lattice::<8>::new(job, sample, (low, high), total, Kernel::Gaussian, h, spacing)?;
    let width = STRIDE as f64 / BINS;
    let count = ((high - low) / h / width).ceil() as usize + 6;
    let (tables, alone) = (lattice.tables(), [(1, 0)]);
    let nodes = lattice.nodes(job, &tables, count, &alone)?;
    let place = |node: f64| spacing.origin + node * width * h;
    let expand = |node: usize| lattice.local_at(&tables, node, &alone);
    Ok(turning::alternations(&turning::of_nodes(job, &nodes, place, width, h, expand)?))
}

/// Weight of the points up to each; empty where all weigh the same.
fn cumulated(sample: &Sample<'_>) -> Vec<f64> {
    let mut sum = 0.0;
    sample
        .weights
        .unwrap_or(&[])
        .iter()
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect()
}

/// A point drawn with probability proportional to its weight.
pub fn pick(stream: &mut Stream, below: &[f64], n: usize) -> usize {
    let Some(total) = below.last() else {
        return stream.below(n);
    };
    let mark = stream.unit() * total;
    below.partition_point(|&sum| sum <= mark).min(n - 1)
}
