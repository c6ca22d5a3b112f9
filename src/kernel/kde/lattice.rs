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

use super::curve::{Curve, Local, ORDERS};
use super::sample::Sample;
use super::shape::{Kernel, hermite};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Adding and taking away 1.5·2⁵² rounds to a whole number, and leaves it in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Fewest points that are binned by themselves: the bins of all such stretches are added in order.
const STRETCH: usize = 1 << 16;

/// Most stretches.
const MOST_STRETCHES: usize = 32;

/// Nodes that one step of work evaluates.
const NODES: usize = 64;

/// Orders that an expansion around any point takes from a kernel: those of the result and of the moments.
const DEEP: usize = ORDERS + 8;

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
}

/// One bin within its cell, in units of the step.
#[derive(Debug, Clone, Copy)]
struct Bin {
    start: f64,
    centre: f64,
}

/// A density at one node.
#[derive(Debug, Clone, Copy, Default)]
pub struct Node {
    /// f, f′h and f″h².
    pub derivatives: [f64; 3],
    /// What f and f′h may be wrong by.
    pub errors: [f64; 2],
    /// The largest |f‴|h³ and |f⁗|h⁴ within half a stride, or more.
    pub bounds: [f64; 2],
    /// Whether there are points within reach on the left, and on the right.
    pub sides: [bool; 2],
}

/// Factors of the moments, for bins from −reach to reach of a node.
struct Tables {
    reach: i64,
    /// One table per derivative and moment.
    values: Vec<Vec<Vec<f64>>>,
    /// Factors of the weight of a bin in `Node::errors` and `Node::bounds`.
    limits: [Vec<f64>; 4],
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
        let mut lattice =
            Self { kernel, bandwidth, spacing, range, total, bins, first, n_cells, moments: Vec::new() };
        lattice.moments = lattice.fill(job, sample)?;
        Ok(lattice)
    }

    fn fill(&self, job: &Job, sample: &Sample<'_>) -> Result<Vec<Vec<f64>>> {
        let n = sample.len();
        let n_bins = self.n_cells * self.bins.len();
        let length = STRETCH.max(4 * n_bins * N).max(n.div_ceil(MOST_STRETCHES));
        let stretches = job.map(n.div_ceil(length), |stretch| {
            let rows = stretch * length..n.min((stretch + 1) * length);
            let mut bins = vec![[0.0; N]; n_bins];
            let values = &sample.values[rows.clone()];
            for (part, chunk) in values.chunks(STRETCH).enumerate() {
                job.check()?;
                let start = rows.start + part * STRETCH;
                match (sample.weights, self.bins.len()) {
                    (None, 1) => self.add_rounded(&mut bins, chunk.iter().map(|&x| (x, 1.0))),
                    (None, _) => self.add_cut(&mut bins, chunk.iter().map(|&x| (x, 1.0))),
                    (Some(weights), 1) => {
                        let weights = &weights[start..start + chunk.len()];
                        self.add_rounded(&mut bins, chunk.iter().copied().zip(weights.iter().copied()));
                    }
                    (Some(weights), _) => {
                        let weights = &weights[start..start + chunk.len()];
                        self.add_cut(&mut bins, chunk.iter().copied().zip(weights.iter().copied()));
                    }
                }
            }
            Ok(bins)
        })?;
        Ok((0..N)
            .map(|order| (0..n_bins).map(|bin| stretches.iter().map(|each| each[bin][order]).sum()).collect())
            .collect())
    }

    /// Bins around the nodes. The innermost loop of the whole: a product, a rounding, N sums.
    #[inline]
    fn add_rounded(&self, bins: &mut [[f64; N]], points: impl Iterator<Item = (f64, f64)>) {
        let (origin, inverse) = (self.spacing.origin, 1.0 / self.spacing.step);
        let first = self.first as i32;
        for (x, weight) in points {
            let position = (x - origin) * inverse;
            let rounded = position + ROUNDER;
            let cell = (rounded.to_bits() as i32).wrapping_sub(first);
            if let Some(bin) = bins.get_mut(cell as u32 as usize) {
                add(bin, position - (rounded - ROUNDER), weight);
            }
        }
    }

    /// Bins between the places that `bins_of_cell` names.
    #[inline]
    fn add_cut(&self, bins: &mut [[f64; N]], points: impl Iterator<Item = (f64, f64)>) {
        let (origin, inverse) = (self.spacing.origin, 1.0 / self.spacing.step);
        let per_cell = self.bins.len();
        for (x, weight) in points {
            let position = (x - origin) * inverse;
            let cell = position.floor();
            let part = position - cell;
            let within = self.bins.iter().filter(|bin| bin.start <= part).count().max(1) - 1;
            let index = (cell as i64 - self.first) as usize * per_cell + within;
            if let Some(bin) = bins.get_mut(index) {
                add(bin, part - self.bins[within].centre, weight);
            }
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

    fn tables(&self) -> Tables {
        let step = self.relative_step();
        let reach = (self.kernel.radius() / step).ceil() as i64 + 1;
        let factors = self.factors();
        let orders = if self.kernel == Kernel::Gaussian { 3 } else { 1 };
        let place = |offset: i64, bin: &Bin| -(offset as f64 + bin.centre) * step;
        let places: Vec<f64> =
            (-reach..=reach).flat_map(|offset| self.bins.iter().map(move |bin| place(offset, bin))).collect();
        let derivatives: Vec<[f64; DEEP]> = places.iter().map(|&u| self.kernel.derivatives(u, u)).collect();
        let column = |d: usize, k: usize| derivatives.iter().map(|all| factors[k] * all[d + k]).collect();
        let values = (0..orders).map(|d| (0..N).map(|k| column(d, k)).collect()).collect();
        let slack = 0.5 * step * (self.spacing.stride as f64 + 1.0);
        let limits =
            std::array::from_fn(|limit| places.iter().map(|&u| self.limit(limit, u, slack)).collect());
        Tables { reach, values, limits }
    }

    /// Factor of a bin's weight in `Node::errors` (0, 1) and `Node::bounds` (2, 3), seen from distance u.
    fn limit(&self, which: usize, u: f64, slack: f64) -> f64 {
        let half = 0.5 * self.relative_step();
        match (self.kernel, which) {
            (Kernel::Gaussian, 0 | 1) => {
                remainder(half, N) * largest_hermite(N + which, u, half)
                    + ROUNDING * largest_hermite(which, u, half)
            }
            (Kernel::Gaussian, _) => largest_hermite(which + 1, u, slack),
            (Kernel::Cosine, 0) if u.abs() <= self.kernel.radius() => {
                let rate = std::f64::consts::FRAC_PI_2 / self.kernel.radius();
                self.kernel.peak() * (remainder(rate * half, N) + ROUNDING)
            }
            (_, 0) if u.abs() <= self.kernel.radius() => self.kernel.peak() * ROUNDING,
            _ => 0.0,
        }
    }

    /// The density at the nodes 0, stride, 2·stride, …, `count` of them, with its images at `images`.
    ///
    /// Images are (sign, whole number of nodes). O(count · bins within reach · N · images).
    pub fn nodes(&self, job: &Job, count: usize, images: &[(i64, i64)]) -> Result<Vec<Node>> {
        let tables = self.tables();
        let parts = job.map(count.div_ceil(NODES), |part| {
            let nodes = part * NODES..count.min((part + 1) * NODES);
            Ok(nodes
                .map(|node| {
                    let at = (node * self.spacing.stride) as i64;
                    let mut sum = Node::default();
                    for &(sign, shift) in images {
                        self.add_node(&tables, sign, sign * at + shift, &mut sum);
                    }
                    sum
                })
                .collect::<Vec<Node>>())
        })?;
        Ok(parts.concat())
    }

    fn add_node(&self, tables: &Tables, sign: i64, node: i64, sum: &mut Node) {
        let from = (node - tables.reach).max(self.first);
        let to = (node + tables.reach).min(self.first + self.n_cells as i64 - 1);
        if from > to {
            return;
        }
        let per_cell = self.bins.len();
        let start = (from - self.first) as usize * per_cell;
        let length = (to - from + 1) as usize * per_cell;
        let table_start = (from - (node - tables.reach)) as usize * per_cell;
        let scale = 1.0 / (self.total * self.bandwidth);
        let of = |moments: &[f64], table: &[f64]| {
            dot(&moments[start..start + length], &table[table_start..table_start + length])
        };
        for (order, table) in tables.values.iter().enumerate() {
            let value: f64 =
                table.iter().zip(&self.moments).map(|(factors, moments)| of(moments, factors)).sum();
            let turned = if order == 1 { sign as f64 } else { 1.0 };
            sum.derivatives[order] += turned * scale * value;
        }
        for (which, table) in tables.limits.iter().enumerate() {
            let needed = self.kernel == Kernel::Gaussian || which == 0;
            if needed {
                let value = scale * of(&self.moments[0], table);
                if which < 2 {
                    sum.errors[which] += value;
                } else {
                    sum.bounds[which - 2] += value;
                }
            }
        }
        // The cell of the node itself reaches to both sides.
        let (left, right) = (from <= node, to >= node);
        sum.sides[0] |= if sign > 0 { left } else { right };
        sum.sides[1] |= if sign > 0 { right } else { left };
    }

    /// The density around the middle of each cell, a polynomial in the distance from it in steps; zeros where no points
    /// are. For kernels without ends. O(cells · bins within reach · N²).
    pub fn expansions(&self, job: &Job) -> Result<Vec<[f64; N]>> {
        let step = self.relative_step();
        let reach = (self.kernel.radius() / step).ceil() as i64 + 1;
        let factors = self.factors();
        let scale = 1.0 / (self.total * self.bandwidth);
        let derivatives: Vec<[f64; DEEP]> =
            (-reach..=reach).map(|offset| hermite(-(offset as f64) * step)).collect();
        // factors[d] without its sign is (δ/h)ᵈ/d!.
        let column = |d: usize, k: usize| -> Vec<f64> {
            derivatives.iter().map(|all| scale * factors[d].abs() * factors[k] * all[d + k]).collect()
        };
        let tables: Vec<Vec<Vec<f64>>> = (0..N).map(|d| (0..N).map(|k| column(d, k)).collect()).collect();
        let last = self.n_cells as i64 - 1;
        let parts = job.map(self.n_cells.div_ceil(NODES), |part| {
            let cells = part * NODES..self.n_cells.min((part + 1) * NODES);
            let expand = |cell: usize| {
                if self.moments[0][cell] <= 0.0 {
                    return [0.0; N];
                }
                let (from, to) = ((cell as i64 - reach).max(0), (cell as i64 + reach).min(last));
                let skipped = (from + reach - cell as i64) as usize;
                let (from, length) = (from as usize, (to - from + 1) as usize);
                let of = |moments: &[f64], table: &[f64]| {
                    dot(&moments[from..from + length], &table[skipped..skipped + length])
                };
                std::array::from_fn(|d| tables[d].iter().zip(&self.moments).map(|(t, m)| of(m, t)).sum())
            };
            Ok(cells.map(expand).collect::<Vec<[f64; N]>>())
        })?;
        Ok(parts.concat())
    }

    /// The density at a point of the sample, from [`Lattice::expansions`].
    #[inline]
    pub fn density_from(&self, expansions: &[[f64; N]], x: f64) -> f64 {
        let position = (x - self.spacing.origin) * (1.0 / self.spacing.step);
        let rounded = (position + ROUNDER) - ROUNDER;
        let cell = (rounded as i64 - self.first) as usize;
        let expansion = expansions.get(cell).unwrap_or(&[0.0; N]);
        expansion.iter().rev().fold(0.0, |sum, term| sum * (position - rounded) + term)
    }

    /// Positions, in units of h from x, of the bins within reach of x, and their numbers.
    fn near(&self, x: f64) -> impl Iterator<Item = (f64, usize)> + '_ {
        let step = self.relative_step();
        let position = (x - self.spacing.origin) / self.spacing.step;
        let reach = self.kernel.radius() / step + 1.0;
        let last = self.first + self.n_cells as i64 - 1;
        let from = ((position - reach).floor() as i64).clamp(self.first, last);
        let to = ((position + reach).ceil() as i64).clamp(self.first, last);
        let per_cell = self.bins.len();
        (from..=to).flat_map(move |cell| {
            let index = (cell - self.first) as usize * per_cell;
            self.bins
                .iter()
                .enumerate()
                .map(move |(within, bin)| ((position - cell as f64 - bin.centre) * step, index + within))
        })
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
        for (u, bin) in self.near(x) {
            if self.moments[0][bin] > 0.0 {
                let derivatives: [f64; N] = self.kernel.derivatives(u, u);
                for order in 0..N {
                    sum += factors[order] * self.moments[order][bin] * derivatives[order];
                }
            }
        }
        sum / (self.total * self.bandwidth)
    }

    fn local(&self, x: f64) -> Local {
        let factors = self.factors();
        let half = 0.5 * self.relative_step();
        let mut sum = Local::ZERO;
        for (u, bin) in self.near(x) {
            if self.moments[0][bin] > 0.0 {
                let derivatives: [f64; DEEP] = self.kernel.derivatives(u, u);
                for (shift, total) in sum.derivatives.iter_mut().enumerate() {
                    for order in 0..N {
                        *total += factors[order] * self.moments[order][bin] * derivatives[shift + order];
                    }
                }
                let limit = remainder(half, N) * largest_hermite(N + 1, u, half)
                    + ROUNDING * (derivatives[1].abs() + derivatives[2].abs());
                sum.noise += limit * self.moments[0][bin];
            }
        }
        let scale = 1.0 / (self.total * self.bandwidth);
        sum.derivatives.iter_mut().for_each(|each| *each *= scale);
        sum.noise *= scale;
        sum
    }

    fn cumulative(&self, x: f64) -> f64 {
        let (factors, reach) = (self.factors(), self.kernel.radius());
        let position = (x - self.spacing.origin) / self.spacing.step;
        let mut sum = 0.0;
        for (index, weight) in self.moments[0].iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            let (cell, bin) = (index / self.bins.len(), index % self.bins.len());
            let place = (self.first + cell as i64) as f64 + self.bins[bin].centre;
            let u = (position - place) * self.relative_step();
            if u > reach {
                sum += weight;
            } else if u > -reach {
                let derivatives: [f64; N] = self.kernel.derivatives(u, u);
                sum += weight * self.kernel.cumulative(u);
                for order in 1..N {
                    sum += factors[order] * self.moments[order][index] * derivatives[order - 1];
                }
            }
        }
        sum / self.total
    }
}

/// How the ends of the kernel, seen from a node, cut the cells; `ratio` is h/δ.
fn bins_of_cell(kernel: Kernel, ratio: f64) -> Vec<Bin> {
    let breaks = kernel.breaks();
    if breaks.is_empty() {
        return vec![Bin { start: -0.5, centre: 0.0 }];
    }
    let mut starts: Vec<f64> = breaks.iter().map(|each| (each * ratio).rem_euclid(1.0)).collect();
    starts.push(0.0);
    starts.sort_unstable_by(f64::total_cmp);
    starts.dedup();
    let ends = starts.iter().skip(1).copied().chain([1.0]);
    starts.iter().zip(ends).map(|(&start, end)| Bin { start, centre: 0.5 * (start + end) }).collect()
}

#[inline]
fn add<const N: usize>(bin: &mut [f64; N], distance: f64, weight: f64) {
    let mut power = weight;
    for moment in bin.iter_mut() {
        *moment += power;
        power *= distance;
    }
}

/// halfᴺ/N!.
pub fn remainder(half: f64, n: usize) -> f64 {
    (1..=n).fold(1.0, |product, k| product * half / k as f64)
}

/// A bound of |φ⁽ᵈ⁾| within `slack` of u.
///
/// Beyond its last turning point, which is below 2√(d + 2), |φ⁽ᵈ⁾| falls, so that the near end decides. Before it the
/// inequality of Cramér holds: |φ⁽ᵈ⁾(u)| ≤ 1.0865 √d! φ(0) exp(−u²/4).
fn largest_hermite(order: usize, u: f64, slack: f64) -> f64 {
    let nearest = (u.abs() - slack).max(0.0);
    if nearest > 2.0 * ((order + 2) as f64).sqrt() {
        let derivatives: [f64; DEEP] = hermite(nearest);
        return derivatives[order].abs();
    }
    let factorial: f64 = (1..=order).map(|k| k as f64).product();
    let peak: [f64; 1] = hermite(0.0);
    1.0865 * factorial.sqrt() * peak[0] * (-0.25 * nearest * nearest).exp()
}

/// Σ a b in eight lanes, which are added in order.
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
