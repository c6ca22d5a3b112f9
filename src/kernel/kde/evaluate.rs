//! One cell on the grid: directly where points are few, from bins where they are many.

use super::bands::{self, Band};
use super::curve::{Curve, Folded, Local, Support};
use super::grid::Grid;
use super::lattice::{Lattice, Node, Spacing, Tables};
use super::modes::{self, Mode};
use super::points::Points;
use super::sample::{Sample, Spread};
use super::shape::Kernel;
use super::turning;
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Up to so many terms, points times places, a density is evaluated directly.
pub const DIRECT_TERMS: usize = 1 << 19;

/// Distance of the nodes at most, in bandwidths: of a smooth density, and of one that is only known at its nodes.
const NODE_DISTANCE: f64 = 0.5;
const VALUE_DISTANCE: f64 = 0.125;

/// Most nodes between the ends of the grid.
const MOST_NODES: f64 = (1 << 20) as f64;

/// From this tolerance on six moments of narrow bins are quicker than eight of wide ones.
const SIX_MOMENTS: f64 = 1e-8;

/// Times that the bins are halved if the error is found to be above the tolerance.
const HALVINGS: usize = 8;

/// How to evaluate one cell.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    pub kernel: Kernel,
    pub bandwidth: f64,
    pub tolerance: f64,
    pub grid: &'a Grid,
}

/// The density of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub density: Vec<f64>,
    pub error_bound: f64,
    pub is_binned: bool,
    pub mass: f64,
    pub modes: Vec<Mode>,
}

/// Nodes of a lattice and how they lie.
struct Nodes<const N: usize> {
    lattice: Lattice<N>,
    tables: Tables,
    images: Vec<(i64, i64)>,
    nodes: Vec<Node>,
    /// Nodes from one place of the grid to the next.
    per_place: usize,
    /// Largest error, relative to the peak.
    error: f64,
}

impl Evaluation<'_> {
    /// Density, error, mass and modes.
    pub fn run(&self, job: &Job, sample: &Sample<'_>, spread: &Spread) -> Result<Outcome> {
        if self.is_direct(sample.len()) {
            return self.run_directly(job, sample);
        }
        let outcome = if self.kernel == Kernel::Gaussian && self.tolerance >= SIX_MOMENTS {
            self.run_binned::<6>(job, sample, spread)?
        } else {
            self.run_binned::<8>(job, sample, spread)?
        };
        match outcome {
            Some(outcome) => Ok(outcome),
            None => self.run_directly(job, sample),
        }
    }

    fn is_direct(&self, n: usize) -> bool {
        self.tolerance <= 0.0 || n.saturating_mul(self.grid.size) <= DIRECT_TERMS
    }

    fn run_directly(&self, job: &Job, sample: &Sample<'_>) -> Result<Outcome> {
        let (values, weights) = sample.sorted(job)?;
        let points = Points::new(&values, weights.as_deref(), self.kernel, self.bandwidth);
        let support = self.grid.support;
        let folded = Folded::new(&points, support);
        let density = job.map(self.grid.size, |k| Ok(folded.density(self.grid.place(k))))?;
        let is_rough = self.kernel != Kernel::Gaussian && !self.is_few(sample.len());
        let modes = if is_rough {
            self.modes_of_values(job, &folded, &density, self.grid.step())?
        } else {
            let slopes = turning::of_points(job, &folded, self.kernel, &values, support)?;
            let turns = turning::of_slopes(&folded, support, &slopes, self.kernel == Kernel::Uniform);
            modes::describe(job, &folded, support, &turns)?
        };
        // Each term is rounded a few times, and their sum once for each.
        let error_bound =
            (sample.len() as f64 + 32.0) * f64::EPSILON + self.rounding_of_places(&density, &modes);
        let mass = folded.cumulative(self.grid.high) - folded.cumulative(self.grid.low);
        Ok(Outcome { density, error_bound, is_binned: false, mass, modes })
    }

    fn is_few(&self, n: usize) -> bool {
        n.saturating_mul(self.grid.size) <= DIRECT_TERMS
    }

    /// `None` if there would be more bins than points are worth.
    fn run_binned<const N: usize>(
        &self,
        job: &Job,
        sample: &Sample<'_>,
        spread: &Spread,
    ) -> Result<Option<Outcome>> {
        let mut width = self.width_of_bins(N);
        let mut found = self.nodes::<N>(job, sample, spread, width)?;
        for _ in 0..HALVINGS {
            match &found {
                Some(nodes) if nodes.error > self.tolerance => width *= 0.5,
                _ => break,
            }
            found = self.nodes::<N>(job, sample, spread, width)?;
        }
        let Some(Nodes { lattice, tables, images, nodes, per_place, error }) = found else {
            return Ok(None);
        };
        let folded = Folded::new(&lattice, self.grid.support);
        let values: Vec<f64> = nodes.iter().map(|node| node.derivatives[0]).collect();
        let step = self.grid.step() / per_place as f64;
        let modes = if self.kernel == Kernel::Gaussian {
            let place = |node: f64| self.grid.low + node * step;
            let expand = |node: usize| lattice.local_at(&tables, node, &images);
            let slopes =
                turning::of_nodes(job, &nodes, place, step / self.bandwidth, self.bandwidth, expand)?;
            let turns = turning::of_slopes(&folded, self.grid.support, &slopes, false);
            modes::describe(job, &folded, self.grid.support, &turns)?
        } else {
            self.modes_of_values(job, &folded, &values, step)?
        };
        let density: Vec<f64> = values.iter().copied().step_by(per_place).collect();
        let mass = folded.cumulative(self.grid.high) - folded.cumulative(self.grid.low);
        let error_bound = error + self.rounding_of_places(&density, &modes);
        Ok(Some(Outcome { density, error_bound, is_binned: true, mass, modes }))
    }

    /// Width of the bins in bandwidths at which the error is about the tolerance.
    fn width_of_bins(&self, n: usize) -> f64 {
        let factorial: f64 = (1..=n).map(|k| k as f64).product();
        match self.kernel {
            // √N! bounds the derivative, and √2 is what is left of its bell against that of the density.
            Kernel::Gaussian => 2.0 * (0.5 * self.tolerance * factorial.sqrt()).powf(1.0 / n as f64),
            Kernel::Cosine => (self.tolerance * factorial).powf(1.0 / n as f64),
            _ => f64::INFINITY,
        }
    }

    fn nodes<const N: usize>(
        &self,
        job: &Job,
        sample: &Sample<'_>,
        spread: &Spread,
        width: f64,
    ) -> Result<Option<Nodes<N>>> {
        let smooth = self.kernel == Kernel::Gaussian;
        let distance = if smooth { NODE_DISTANCE } else { VALUE_DISTANCE };
        let per_place = (self.grid.step() / (distance * self.bandwidth)).ceil().max(1.0);
        let between = self.grid.step() / per_place;
        let stride = (between / (width * self.bandwidth)).ceil().max(1.0);
        let count = per_place * (self.grid.size - 1) as f64 + 1.0;
        let spacing = Spacing { origin: self.grid.low, step: between / stride, stride: stride as usize };
        if count > MOST_NODES || !Lattice::<N>::is_feasible(&spacing, spread.low, spread.high) {
            return Ok(None);
        }
        let range = (spread.low, spread.high);
        let lattice =
            Lattice::<N>::new(job, sample, range, spread.total, self.kernel, self.bandwidth, spacing)?;
        let last = (count - 1.0) as i64 * stride as i64;
        let images = self.images_of_nodes(lattice.reach(), last);
        let tables = lattice.tables();
        let nodes = lattice.nodes(job, &tables, count as usize, &images)?;
        let peak = nodes.iter().map(|node| node.derivatives[0]).fold(0.0, f64::max);
        let error = nodes.iter().map(|node| node.errors[0]).fold(0.0, f64::max) / peak;
        Ok(Some(Nodes { lattice, tables, images, nodes, per_place: per_place as usize, error }))
    }

    /// The images of the support in nodes: bounds stand at node 0 and at node `last`.
    fn images_of_nodes(&self, reach: f64, last: i64) -> Vec<(i64, i64)> {
        let support = self.grid.support;
        let span = self.grid.high - self.grid.low;
        let in_nodes = |(sign, shift): (f64, f64)| {
            let of = |x: f64| (x / span * last as f64).round() as i64;
            // x′ = sign·x + shift, seen from the origin.
            let from_origin = if sign > 0.0 { shift } else { shift - 2.0 * self.grid.low };
            (sign as i64, of(from_origin))
        };
        support.images(reach).into_iter().map(in_nodes).collect()
    }

    /// What the rounding of the places of the grid can do to the density, relative to its peak.
    fn rounding_of_places(&self, density: &[f64], modes: &[Mode]) -> f64 {
        let peak = density.iter().copied().chain(modes.iter().map(|mode| mode.height)).fold(0.0, f64::max);
        // In bandwidths, whose square may be no double.
        let (moved, height) = (self.grid.rounding() / self.bandwidth, peak * self.bandwidth);
        if height > 0.0 { moved * self.kernel.steepest() / height } else { 0.0 }
    }

    /// Modes of a density that is known at evenly spaced places, where they rise out of it by more than the tolerance.
    fn modes_of_values(&self, job: &Job, curve: &impl Curve, values: &[f64], step: f64) -> Result<Vec<Mode>> {
        let peak = values.iter().copied().fold(0.0, f64::max);
        let threshold = self.tolerance.max(1e-12) * peak;
        let place = |node: f64| self.grid.low + node * step;
        let slopes = turning::of_values(values, place, threshold);
        let polygon = Polygon { low: self.grid.low, step, values, curve };
        let turns = turning::of_slopes(&polygon, Support::LINE, &slopes, true);
        modes::describe(job, &polygon, Support::LINE, &turns)
    }

    /// Bands of the density on the grid.
    pub fn band(
        &self,
        job: &Job,
        sample: &Sample<'_>,
        spread: &Spread,
        replicates: usize,
        confidence: f64,
        key: (u64, u64),
    ) -> Result<Band> {
        let support = self.grid.support;
        let terms = |values: &[f64], weights: Option<&[f64]>| -> Vec<f64> {
            let points = Points::new(values, weights, self.kernel, self.bandwidth);
            let folded = Folded::new(&points, support);
            (0..self.grid.size).map(|k| folded.density(self.grid.place(k))).collect()
        };
        if self.is_few(sample.len()) {
            let each = job.map(sample.len(), |i| Ok(terms(&sample.values[i..=i], None)))?;
            return bands::from_terms(job, &each, sample, replicates, confidence, key);
        }
        let size = self.grid.size;
        bands::from_samples(job, sample, size, replicates, confidence, key, |drawn| {
            let total = drawn.weights.map_or(drawn.len() as f64, |weights| weights.iter().sum());
            let drawn_spread = Spread { total, ..*spread };
            let width = self.width_of_bins(8);
            match self.nodes::<8>(job, drawn, &drawn_spread, width)? {
                Some(found) => {
                    let values = found.nodes.iter().step_by(found.per_place);
                    Ok(values.map(|node| node.derivatives[0]).collect())
                }
                None => {
                    let (values, weights) = drawn.sorted(job)?;
                    Ok(terms(&values, weights.as_deref()))
                }
            }
        })
    }
}

/// A density by straight lines between values at evenly spaced places; its integral is that of `curve`.
struct Polygon<'a, C> {
    low: f64,
    step: f64,
    values: &'a [f64],
    curve: &'a C,
}

impl<C: Curve> Polygon<'_, C> {
    /// The place left of x, and how far x is from it in steps.
    fn locate(&self, x: f64) -> (usize, f64) {
        let position = ((x - self.low) / self.step).clamp(0.0, (self.values.len() - 1) as f64);
        let left = (position as usize).min(self.values.len() - 2);
        (left, position - left as f64)
    }
}

impl<C: Curve> Curve for Polygon<'_, C> {
    fn bandwidth(&self) -> f64 {
        self.curve.bandwidth()
    }

    fn range(&self) -> (f64, f64) {
        (self.low, self.low + self.step * (self.values.len() - 1) as f64)
    }

    fn reach(&self) -> f64 {
        0.0
    }

    fn density(&self, x: f64) -> f64 {
        let (left, part) = self.locate(x);
        self.values[left] + part * (self.values[left + 1] - self.values[left])
    }

    fn local(&self, _: f64) -> Local {
        Local::ZERO
    }

    fn cumulative(&self, x: f64) -> f64 {
        self.curve.cumulative(x)
    }
}
