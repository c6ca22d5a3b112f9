//! The density of many points from the moments of small bins, with a bound on its error.
//!
//! The line is cut into bins of width δ, and each keeps Σ w vᵏ for k < N, with v its points' distance from its centre c
//! in units of δ. K((x − c)/h − vδ/h) is expanded around (x − c)/h, so that a density costs one term per bin and order:
//!
//! ```text
//! f(x) = 1/(W h) Σ_bins Σ_k (−δ/h)ᵏ/k! K⁽ᵏ⁾((x − c)/h) Σ w vᵏ,   error ≤ (δ/2h)ᴺ/N! |K⁽ᴺ⁾| for each point
//! ```
//!
//! Nodes are at whole multiples of δ, so that the factors of the moments are the same for all nodes, and stand in a
//! table. A kernel with ends has the bins cut there as well: seen from any node a bin is then inside or outside, and
//! where the kernel is a polynomial nothing is lost at all.

mod bins;
mod expansions;
mod nodes;

pub use nodes::{Node, Tables};

use super::curve::{Curve, Local, ORDERS};
use super::sample::Sample;
use super::shape::{Kernel, hermite_from};
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use bins::{Bin, bins_of_cell};

/// Orders that an expansion around any point takes from a kernel: those of the result and of the moments.
const DEEP: usize = ORDERS + 8;

/// A power is raised at once rather than step by step if it is so many steps away.
const FAR: usize = 8;

/// Rounding of a density, relative to it.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

/// Where the bins lie.
#[derive(Debug, Clone, Copy)]
pub struct Spacing {
    /// Node 0.
    pub origin: f64,
    /// Distance of the nodes, and width of the bins before the ends of the kernel cut them.
    pub step: f64,
    /// Every so many nodes the density is asked for.
    pub stride: usize,
}

/// A sample in bins of N moments.
#[derive(Debug)]
pub struct Lattice<const N: usize> {
    kernel: Kernel,
    bandwidth: f64,
    spacing: Spacing,
    range: (f64, f64),
    total: f64,
    /// Bins of one cell [j, j + 1), or [j − ½, j + ½) if it has one bin only.
    bins: Vec<Bin>,
    first: i64,
    n_cells: usize,
    /// Σ w vᵏ of each bin, one column per k.
    moments: Vec<Vec<f64>>,
    /// The bins that have points, how many of them stand before each bin, and the weight in the first k of them.
    occupied: Vec<usize>,
    rank: Vec<usize>,
    below: Vec<f64>,
    /// exp(−(kδ/h)²/2) for k = 0, 1, … within reach, for a smooth kernel.
    bells: Vec<f64>,
}

impl<const N: usize> Lattice<N> {
    /// Whether the bins of a sample between `low` and `high` are few enough.
    pub fn is_feasible(spacing: &Spacing, low: f64, high: f64) -> bool {
        const MOST_BINS: f64 = (1 << 20) as f64;
        const FARTHEST: f64 = (1 << 30) as f64;
        let far = |x: f64| ((x - spacing.origin) / spacing.step).abs() < FARTHEST;
        (high - low) / spacing.step < MOST_BINS && far(low) && far(high)
    }

    /// Bin a sample that lies between `low` and `high`. One pass; O(n N + bins).
    pub fn new(
        job: &Job,
        sample: &Sample<'_>,
        range: (f64, f64),
        total: f64,
        kernel: Kernel,
        bandwidth: f64,
        spacing: Spacing,
    ) -> Result<Self> {
        let cell = |x: f64| ((x - spacing.origin) / spacing.step).round() as i64;
        let bins = bins_of_cell(kernel, bandwidth / spacing.step);
        // One more on either side, for the difference between rounding and flooring.
        let (first, last) = (cell(range.0) - 1, cell(range.1) + 1);
        let n_cells = (last - first + 1) as usize;
        let (moments, occupied, rank) = (Vec::new(), Vec::new(), vec![0]);
        let (below, bells) = (vec![0.0], Vec::new());
        let mut lattice = Self {
            kernel,
            bandwidth,
            spacing,
            range,
            total,
            bins,
            first,
            n_cells,
            moments,
            occupied,
            rank,
            below,
            bells,
        };
        lattice.moments = lattice.fill(job, sample)?;
        lattice.index();
        Ok(lattice)
    }

    /// Note which bins have points, and what lies below each.
    fn index(&mut self) {
        for (bin, &weight) in self.moments[0].iter().enumerate() {
            if weight > 0.0 {
                self.occupied.push(bin);
                self.below.push(self.below[self.below.len() - 1] + weight);
            }
            self.rank.push(self.occupied.len());
        }
        if self.kernel == Kernel::Gaussian {
            let step = self.relative_step();
            // `near` may name two bins more than lie within reach.
            let reach = (self.kernel.radius() / step) as usize + 4;
            self.bells = (0..reach).map(|k| (-0.5 * (k as f64 * step).powi(2)).exp()).collect();
        }
    }

    /// δ/h.
    fn relative_step(&self) -> f64 {
        self.spacing.step / self.bandwidth
    }

    /// (−δ/h)ᵏ/k!.
    fn factors(&self) -> [f64; N] {
        let mut factor = 1.0;
        std::array::from_fn(|order| {
            let this = factor;
            factor *= -self.relative_step() / (order + 1) as f64;
            this
        })
    }

    /// The occupied bins within reach of x, as a stretch of `occupied`.
    fn near(&self, x: f64) -> std::ops::Range<usize> {
        let position = (x - self.spacing.origin) / self.spacing.step;
        let reach = self.kernel.radius() / self.relative_step();
        let index = |cell: f64| {
            let cell = (cell - self.first as f64).clamp(0.0, self.n_cells as f64);
            cell as usize * self.bins.len()
        };
        self.rank[index((position - reach).floor())]..self.rank[index((position + reach).ceil() + 1.0)]
    }

    /// Call `visit` with the distance u of x from each occupied bin within reach, in bandwidths, the bin, and the first N
    /// + D derivatives of the kernel at u.
    #[inline]
    fn visit<const D: usize>(&self, x: f64, mut visit: impl FnMut(f64, usize, &[f64; D])) {
        let step = self.relative_step();
        let position = (x - self.spacing.origin) / self.spacing.step;
        let near = &self.occupied[self.near(x)];
        if self.bells.is_empty() {
            for &bin in near {
                let (cell, within) = (bin / self.bins.len(), &self.bins[bin % self.bins.len()]);
                let u = (position - (self.first + cell as i64) as f64 - within.centre) * step;
                visit(u, bin, &self.kernel.derivatives(u, u));
            }
            return;
        }
        // exp(−(t − k)²δ²/2) = exp(−t²δ²/2) · exp(tδ²)ᵏ · exp(−k²δ²/2), for k bins from the nearest, t within half a bin.
        let nearest = position.round();
        let rest = position - nearest;
        let (start, ratio) = ((-0.5 * (rest * step).powi(2)).exp(), (rest * step * step).exp());
        let middle = nearest as i64 - self.first;
        let split = near.partition_point(|&bin| (bin as i64) < middle);
        let mut side = |bins: &mut dyn Iterator<Item = usize>, ratio: f64| {
            let (mut power, mut at) = (1.0, 0);
            for bin in bins {
                let distance = (bin as i64 - middle).unsigned_abs() as usize;
                if distance - at > FAR {
                    power = ratio.powi(distance as i32);
                } else {
                    (at..distance).for_each(|_| power *= ratio);
                }
                at = distance;
                if let Some(bell) = self.bells.get(distance) {
                    let u = (rest - (bin as i64 - middle) as f64) * step;
                    visit(u, bin, &hermite_from(u, start * power * bell));
                }
            }
        };
        side(&mut near[split..].iter().copied(), ratio);
        side(&mut near[..split].iter().rev().copied(), 1.0 / ratio);
    }
}

impl<const N: usize> Curve for Lattice<N> {
    fn bandwidth(&self) -> f64 {
        self.bandwidth
    }

    fn range(&self) -> (f64, f64) {
        self.range
    }

    fn reach(&self) -> f64 {
        self.kernel.radius() * self.bandwidth
    }

    fn density(&self, x: f64) -> f64 {
        let factors = self.factors();
        let mut sum = 0.0;
        self.visit::<N>(x, |_, bin, derivatives| {
            for order in 0..N {
                sum += factors[order] * self.moments[order][bin] * derivatives[order];
            }
        });
        sum / (self.total * self.bandwidth)
    }

    fn local(&self, x: f64) -> Local {
        let factors = self.factors();
        let half = 0.5 * self.relative_step();
        let lost = remainder(half, N);
        let mut sum = Local::ZERO;
        self.visit::<DEEP>(x, |u, bin, derivatives| {
            for order in 0..N {
                let moment = factors[order] * self.moments[order][bin];
                for (total, derivative) in sum.derivatives.iter_mut().zip(&derivatives[order..]) {
                    *total += moment * derivative;
                }
            }
            let limit = lost * largest_hermite_beside(N + 1, u, half, derivatives)
                + ROUNDING * (derivatives[1].abs() + derivatives[2].abs());
            sum.noise += limit * self.moments[0][bin];
        });
        let scale = 1.0 / (self.total * self.bandwidth);
        sum.derivatives.iter_mut().for_each(|each| *each *= scale);
        sum.noise *= scale;
        sum
    }

    fn cumulative(&self, x: f64) -> f64 {
        let factors = self.factors();
        let mut sum = self.below[self.near(x).start];
        self.visit::<N>(x, |u, bin, derivatives| {
            sum += self.moments[0][bin] * self.kernel.cumulative(u);
            for order in 1..N {
                sum += factors[order] * self.moments[order][bin] * derivatives[order - 1];
            }
        });
        sum / self.total
    }
}

/// halfᴺ/N!.
pub fn remainder(half: f64, n: usize) -> f64 {
    (1..=n).fold(1.0, |product, k| product * half / k as f64)
}

fn cramer(order: usize, u: f64) -> f64 {
    let factorial: f64 = (1..=order).map(|k| k as f64).product();
    1.0865 * factorial.sqrt() * Kernel::Gaussian.peak() * (-0.25 * u * u).exp()
}

/// A bound of |φ⁽ᵈ⁾| within `slack` of u, from the derivatives at u: two terms of Taylor, and Cramér for the third.
fn largest_hermite_beside(order: usize, u: f64, slack: f64, derivatives: &[f64; DEEP]) -> f64 {
    derivatives[order].abs()
        + slack * derivatives[order + 1].abs()
        + 0.5 * slack * slack * cramer(order + 2, (u.abs() - slack).max(0.0))
}

/// Σ a b in eight lanes, which are added in order.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in left.zip(right) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}
