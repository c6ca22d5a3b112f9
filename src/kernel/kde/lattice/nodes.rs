//! The density at evenly spaced nodes, with what it may be wrong by.

use std::ops::Range;

use super::bins::Bin;
use super::{DEEP, Lattice, ROUNDING, cramer, dot, remainder};
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::kde::curve::{Local, ORDERS};
use crate::kernel::kde::shape::{Kernel, hermite};
use crate::kernel::wide::wide_or_plain;

/// Nodes that one step of work evaluates.
const NODES: usize = 64;

/// So many bins for one with points, and the empty ones are passed over.
const SPARSE: usize = 6;

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
    #[inline(always)]
    fn sum(&self, moments: &[f64], table: &[f64]) -> f64 {
        if self.met.len() * SPARSE < self.end - self.start {
            return self.met.iter().map(|&bin| moments[bin] * table[self.skipped + bin - self.start]).sum();
        }
        dot(&moments[self.start..self.end], &table[self.skipped..self.skipped + self.end - self.start])
    }
}

impl<const N: usize> Lattice<N> {
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
            Ok(wide_or_plain!(
                self.some_nodes_wide(tables, nodes, images),
                self.some_nodes(tables, nodes, images)
            ))
        })?;
        Ok(parts.concat())
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn some_nodes_wide(&self, tables: &Tables, nodes: Range<usize>, images: &[(i64, i64)]) -> Vec<Node> {
        self.some_nodes(tables, nodes, images)
    }

    #[inline(always)]
    fn some_nodes(&self, tables: &Tables, nodes: Range<usize>, images: &[(i64, i64)]) -> Vec<Node> {
        let mut sums = vec![Node::default(); nodes.len()];
        for (sum, node) in sums.iter_mut().zip(nodes) {
            let at = (node * self.spacing.stride) as i64;
            for &(sign, shift) in images {
                self.add_node(tables, sign, sign * at + shift, images.len() == 1, sum);
            }
        }
        sums
    }

    #[inline(always)]
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
    #[inline(always)]
    fn order_at(&self, window: &Window<'_>, table: &[Vec<f64>]) -> f64 {
        let mut sum = 0.0;
        for (factors, moments) in table.iter().zip(&self.moments) {
            sum += window.sum(moments, factors);
        }
        sum / (self.total * self.bandwidth)
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
