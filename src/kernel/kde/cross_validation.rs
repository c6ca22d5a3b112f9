//! Bandwidths by leave-one-out cross-validation of the Gaussian density.
//!
//! With f₋ᵢ the density without point i: `Likelihood` maximises Σ wᵢ ln f₋ᵢ(xᵢ) (Habbema, Hermans & van den Broek 1974;
//! Duin 1976), `LeastSquares` minimises ∫f² − 2/W Σ wᵢ f₋ᵢ(xᵢ) (Rudemo 1982; Bowman 1984), where ∫f² is the mean of the
//! density of bandwidth √2·h at the points.
//!
//! Both have local minima at small h, where chance neighbours and ties count, and with ties they can fall without end as h
//! goes to zero. The largest local minimum is taken, as Hall & Marron (1991) advise; that the lower end of the range is
//! lower still is said.

use std::ops::Range;

use super::lattice::{Lattice, Spacing};
use super::sample::{Sample, Spread};
use super::shape::Kernel;
use super::{bandwidth, curve::Curve, points::Points};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// What is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    Likelihood,
    LeastSquares,
}

/// Up to so many points all pairs are taken.
const FEW: usize = 1024;

/// Bandwidths tried between the ends of the range, and steps of the search between three of them.
const TRIED: usize = 40;
const STEPS: usize = 40;

/// Bins in one bandwidth: with eight moments the densities are good to 1e-12 of φ(0)/h.
const BINS: f64 = 8.0;

/// A share of a point's own density below which that of the others is summed by itself.
const DISTINCT: f64 = 1e-4;

/// Bins of one piece at most; two of the reach of the kernel on either side add little to so many.
const LONGEST: f64 = (1 << 16) as f64;

/// Points that one step of work takes.
const CHUNK: usize = 4096;

/// The bandwidth, and whether the criterion is lower still at the lower end of the range; `None` without a minimum in the range.
pub fn bandwidth(
    job: &Job,
    sample: &Sample<'_>,
    spread: &Spread,
    criterion: Criterion,
) -> Result<Option<(f64, bool)>> {
    let (scale, _) = bandwidth::robust(job, sample, spread)?;
    let guess = 0.9 * scale * spread.n_effective.powf(-0.2);
    let (low, high) = ((guess / 40.0).ln(), (8.0 * guess).max(2.0 * spread.sd).ln());
    let (values, weights) = sample.sorted(job)?;
    let sorted = Sample { values: &values, weights: weights.as_deref() };
    let cost = |log: f64| cost(job, &sorted, spread, criterion, log.exp());
    let place = |k: usize| low + (high - low) * k as f64 / TRIED as f64;
    let mut tried = vec![0.0; TRIED + 1];
    for (k, cost_there) in tried.iter_mut().enumerate() {
        *cost_there = cost(place(k))?;
    }
    let is_minimum = |k: &usize| tried[*k] < tried[k - 1] && tried[*k] <= tried[k + 1];
    let Some(best) = (1..TRIED).rev().find(is_minimum) else {
        return Ok(None);
    };
    let found = minimum(place(best - 1), place(best + 1), cost)?;
    Ok(Some((found.exp(), tried[0] < tried[best])))
}

/// Where `cost`, which has one minimum between the two, is least (golden section).
fn minimum(low: f64, high: f64, cost: impl Fn(f64) -> Result<f64>) -> Result<f64> {
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = (low, high);
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_left, mut at_right) = (cost(left)?, cost(right)?);
    for _ in 0..STEPS {
        if at_left <= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - golden * (high - low);
            at_left = cost(left)?;
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + golden * (high - low);
            at_right = cost(right)?;
        }
    }
    Ok(0.5 * (low + high))
}

fn cost(job: &Job, sample: &Sample<'_>, spread: &Spread, criterion: Criterion, h: f64) -> Result<f64> {
    let densities = densities(job, sample, spread, h)?;
    let total = spread.total;
    let peak = Kernel::Gaussian.peak() / h;
    let without = |i: usize| {
        let weight = sample.weight(i);
        // Rounding can leave less than nothing where no other point is near.
        ((total * densities[i] - weight * peak) / (total - weight)).max(0.0)
    };
    match criterion {
        Criterion::Likelihood => {
            let log = |i: usize| {
                let weight = sample.weight(i);
                // What other points add is a difference, which keeps no digits where they are far.
                if without(i) * (total - weight) > DISTINCT * weight * peak {
                    without(i).ln()
                } else {
                    log_of_neighbors(sample, i, h) + (peak / (total - weight)).ln()
                }
            };
            let sum = job.sum(sample.len(), |i| sample.weight(i) * log(i))?;
            Ok(-sum / total)
        }
        Criterion::LeastSquares => {
            let wide = self::densities(job, sample, spread, h * std::f64::consts::SQRT_2)?;
            job.sum(sample.len(), |i| sample.weight(i) * (wide[i] - 2.0 * without(i)) / total)
        }
    }
}

/// ln Σ wⱼ exp(−(xᵢ − xⱼ)²/2h²) over the other points, from the nearest on.
fn log_of_neighbors(sample: &Sample<'_>, i: usize, h: f64) -> f64 {
    // exp(−40) of the nearest is nothing.
    const NEGLIGIBLE: f64 = 40.0;
    let exponent = |j: &usize| 0.5 * ((sample.values[i] - sample.values[*j]) / h).powi(2);
    let sides = (i.checked_sub(1), Some(i + 1).filter(|&right| right < sample.len()));
    let nearest = [sides.0, sides.1].iter().flatten().map(exponent).fold(f64::INFINITY, f64::min);
    let part = |j: usize| sample.weight(j) * (nearest - exponent(&j)).exp();
    let is_near = |j: &usize| exponent(j) - nearest < NEGLIGIBLE;
    let left: f64 = (0..i).rev().take_while(is_near).map(part).sum();
    let right: f64 = (i + 1..sample.len()).take_while(is_near).map(part).sum();
    (left + right).ln() - nearest
}

/// The density of bandwidth h at the points. All pairs for few points, else bins of which each is expanded once.
fn densities(job: &Job, sample: &Sample<'_>, spread: &Spread, h: f64) -> Result<Vec<f64>> {
    if sample.len() <= FEW {
        return in_pairs(job, sample, spread.total, h);
    }
    let reach = Kernel::Gaussian.radius() * h;
    let pieces = pieces(sample.values, reach, LONGEST * h / BINS);
    let parts =
        job.map(pieces.len(), |piece| in_piece(job, sample, spread.total, h, pieces[piece].clone()))?;
    Ok(parts.concat())
}

/// Stretches of the sorted points without a gap of more than `reach`, and none of them longer than `longest`: what a far
/// point adds to the range takes no bins.
fn pieces(values: &[f64], reach: f64, longest: f64) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for next in 1..values.len() {
        if values[next] - values[next - 1] > reach || values[next] - values[start] > longest {
            pieces.push(start..next);
            start = next;
        }
    }
    pieces.push(start..values.len());
    pieces
}

/// The density at the points of one piece, from them and those within reach.
fn in_piece(job: &Job, sample: &Sample<'_>, total: f64, h: f64, piece: Range<usize>) -> Result<Vec<f64>> {
    let reach = Kernel::Gaussian.radius() * h;
    let (low, high) = (sample.values[piece.start] - reach, sample.values[piece.end - 1] + reach);
    let first = sample.values.partition_point(|&value| value < low);
    let end = sample.values.partition_point(|&value| value <= high);
    let near =
        Sample { values: &sample.values[first..end], weights: sample.weights.map(|all| &all[first..end]) };
    let own = piece.start - first..piece.end - first;
    let range = (near.values[0], near.values[near.len() - 1]);
    let spacing = Spacing { origin: range.0, step: h / BINS, stride: 1 };
    if near.len() <= FEW || !Lattice::<8>::is_feasible(&spacing, range.0, range.1) {
        return Ok(in_pairs(job, &near, total, h)?[own].to_vec());
    }
    let lattice = Lattice::<8>::new(job, &near, range, total, Kernel::Gaussian, h, spacing)?;
    let expansions = lattice.expansions(job)?;
    let values = &near.values[own];
    let parts = job.map(values.len().div_ceil(CHUNK), |chunk| {
        let values = &values[chunk * CHUNK..values.len().min((chunk + 1) * CHUNK)];
        Ok(values.iter().map(|&x| lattice.density_from(&expansions, x)).collect::<Vec<f64>>())
    })?;
    Ok(parts.concat())
}

/// The density at the points by its definition, as a part of points of that total weight.
fn in_pairs(job: &Job, sample: &Sample<'_>, total: f64, h: f64) -> Result<Vec<f64>> {
    let points = Points::new(sample.values, sample.weights, Kernel::Gaussian, h);
    let share = points.total() / total;
    job.map(sample.len(), |i| Ok(share * points.density(sample.values[i])))
}
