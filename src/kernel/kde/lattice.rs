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
use super::shape::{Kernel, hermite, hermite_from};
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

/// So many bins for one with points, and the empty ones are passed over.
const SPARSE: usize = 6;

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
#[derive(Debug)]
pub struct Tables {
    reach: i64,
    /// One table per derivative, the three that a node needs, and moment.
    values: Vec<Vec<Vec<f64>>>,
    /// All derivatives of a smooth kernel: for each bin ORDERS rows of N factors.
    rows: Vec<f64>,
    /// Factors of the weight of a bin in `Node::errors` and `Node::bounds`.
    limits: [Vec<f64>; 4],
}

/// Bins within reach of a node.
struct Window<'a> {
    start: usize,
    end: usize,
    /// Entries of the tables before the one of the first bin.
    skipped: usize,
    /// Those that have points.
    met: &'a [usize],
    /// Whether there are points on the left and on the right.
    sides: (bool, bool),
}

impl Window<'_> {
    /// Σ moment · factor over the bins. Of many empty bins only the others are visited.
    fn sum(&self, moments: &[f64], table: &[f64]) -> f64 {
        if self.met.len() * SPARSE < self.end - self.start {
            return self.met.iter().map(|&bin| moments[bin] * table[self.skipped + bin - self.start]).sum();
        }
        dot(&moments[self.start..self.end], &table[self.skipped..self.skipped + self.end - self.start])
    }
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
        let mut moments = vec![vec![0.0; n_bins]; N];
        for bins in &stretches {
            for (place, bin) in bins.iter().enumerate() {
                if bin[0] > 0.0 {
                    moments.iter_mut().zip(bin).for_each(|(column, moment)| column[place] += moment);
                }
            }
        }
        Ok(moments)
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

    /// The factors for all nodes. O(bins within reach · N).
    pub fn tables(&self) -> Tables {
        let step = self.relative_step();
        let reach = (self.kernel.radius() / step).ceil() as i64 + 1;
        let factors = self.factors();
        let is_smooth = self.kernel == Kernel::Gaussian;
        let orders = if is_smooth { 3 } else { 1 };
        let place = |offset: i64, bin: &Bin| -(offset as f64 + bin.centre) * step;
        let places: Vec<f64> =
            (-reach..=reach).flat_map(|offset| self.bins.iter().map(move |bin| place(offset, bin))).collect();
        let derivatives: Vec<[f64; DEEP]> = places.iter().map(|&u| self.kernel.derivatives(u, u)).collect();
        let column = |d: usize, k: usize| derivatives.iter().map(|all| factors[k] * all[d + k]).collect();
        let values = (0..orders).map(|d| (0..N).map(|k| column(d, k)).collect()).collect();
        let mut rows = Vec::new();
        for all in derivatives.iter().filter(|_| is_smooth) {
            rows.extend((0..ORDERS).flat_map(|d| (0..N).map(move |k| factors[k] * all[d + k])));
        }
        let slack = 0.5 * step * (self.spacing.stride as f64 + 1.0);
        let limits =
            std::array::from_fn(|limit| places.iter().map(|&u| self.limit(limit, u, slack)).collect());
        Tables { reach, values, rows, limits }
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
    pub fn nodes(
        &self,
        job: &Job,
        tables: &Tables,
        count: usize,
        images: &[(i64, i64)],
    ) -> Result<Vec<Node>> {
        let parts = job.map(count.div_ceil(NODES), |part| {
            let nodes = part * NODES..count.min((part + 1) * NODES);
            Ok(nodes
                .map(|node| {
                    let at = (node * self.spacing.stride) as i64;
                    let mut sum = Node::default();
                    for &(sign, shift) in images {
                        self.add_node(tables, sign, sign * at + shift, images.len() == 1, &mut sum);
                    }
                    sum
                })
                .collect::<Vec<Node>>())
        })?;
        Ok(parts.concat())
    }

    fn add_node(&self, tables: &Tables, sign: i64, node: i64, is_alone: bool, sum: &mut Node) {
        let Some(window) = self.window(tables, node) else {
            return;
        };
        let (left, right) = window.sides;
        sum.sides[0] |= if sign > 0 { left } else { right };
        sum.sides[1] |= if sign > 0 { right } else { left };
        // With all points on one side nobody asks for the derivatives.
        let is_smooth = self.kernel == Kernel::Gaussian && (!is_alone || (left && right));
        let n_orders = if is_smooth { sum.derivatives.len() } else { 1 };
        for (order, table) in tables.values.iter().enumerate().take(n_orders) {
            let turned = if order == 1 { sign as f64 } else { 1.0 };
            sum.derivatives[order] += turned * self.order_at(&window, table);
        }
        let n_limits = if is_smooth { tables.limits.len() } else { 1 };
        let scale = 1.0 / (self.total * self.bandwidth);
        for (which, table) in tables.limits.iter().enumerate().take(n_limits) {
            let value = scale * window.sum(&self.moments[0], table);
            match which {
                0 | 1 => sum.errors[which] += value,
                _ => sum.bounds[which - 2] += value,
            }
        }
    }

    /// One derivative at the node of a window, from the table of its order.
    fn order_at(&self, window: &Window<'_>, table: &[Vec<f64>]) -> f64 {
        let terms = table.iter().zip(&self.moments).map(|(factors, moments)| window.sum(moments, factors));
        terms.sum::<f64>() / (self.total * self.bandwidth)
    }

    /// The expansion of a smooth density around node number `node` of those asked for, with its images.
    pub fn local_at(&self, tables: &Tables, node: usize, images: &[(i64, i64)]) -> Local {
        let at = (node * self.spacing.stride) as i64;
        let mut sum = Local::ZERO;
        for &(sign, shift) in images {
            let Some(window) = self.window(tables, sign * at + shift) else {
                continue;
            };
            let mut parts = [0.0; ORDERS];
            for &bin in window.met {
                let moments: [f64; N] = std::array::from_fn(|order| self.moments[order][bin]);
                let start = (window.skipped + bin - window.start) * ORDERS * N;
                let rows = tables.rows[start..start + ORDERS * N].chunks_exact(N);
                for (part, row) in parts.iter_mut().zip(rows) {
                    *part += row.iter().zip(&moments).map(|(factor, moment)| factor * moment).sum::<f64>();
                }
            }
            let scale = 1.0 / (self.total * self.bandwidth);
            let mut turned = scale;
            for (total, part) in sum.derivatives.iter_mut().zip(parts) {
                *total += turned * part;
                turned *= sign as f64;
            }
            sum.noise += window.sum(&self.moments[0], &tables.limits[1]) * scale;
        }
        sum
    }

    /// The bins within reach of a node, if any of them has points.
    fn window(&self, tables: &Tables, node: i64) -> Option<Window<'_>> {
        let from = (node - tables.reach).max(self.first);
        let to = (node + tables.reach).min(self.first + self.n_cells as i64 - 1);
        if from > to {
            return None;
        }
        let per_cell = self.bins.len();
        let index = |cell: i64| (cell - self.first) as usize * per_cell;
        let (start, end) = (index(from), index(to + 1));
        let met = &self.occupied[self.rank[start]..self.rank[end]];
        if met.is_empty() {
            return None;
        }
        // The cell of the node itself reaches to both sides.
        let (own, next) = (index(node.clamp(from, to + 1)), index((node + 1).clamp(from, to + 1)));
        let sides = (self.rank[next] > self.rank[start], self.rank[end] > self.rank[own]);
        let skipped = (from - (node - tables.reach)) as usize * per_cell;
        Some(Window { start, end, skipped, met, sides })
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

/// Add wvᵏ to the moments, N even: in pairs, which processors take at once.
#[inline]
fn add<const N: usize>(bin: &mut [f64; N], distance: f64, weight: f64) {
    let square = distance * distance;
    let mut pair = [weight, weight * distance];
    for moments in bin.chunks_exact_mut(2) {
        moments[0] += pair[0];
        moments[1] += pair[1];
        pair = [pair[0] * square, pair[1] * square];
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
    cramer(order, nearest)
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
