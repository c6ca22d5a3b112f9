//! Points into bins: the one pass over the sample.

use super::Lattice;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::kde::sample::Sample;
use crate::kernel::kde::shape::Kernel;
use crate::kernel::wide::wide_or_plain;

/// Adding and taking away 1.5·2⁵² rounds to a whole number, and leaves it in the low bits.
pub(super) const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Fewest points that are binned by themselves: the bins of all such stretches are added in order.
const STRETCH: usize = 1 << 17;

/// Most stretches.
const MOST_STRETCHES: usize = 32;

/// Points that are placed before they are added.
const BLOCK: usize = 64;

/// One bin within its cell, in units of the step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bin {
    pub(super) start: f64,
    pub(super) centre: f64,
}

impl<const N: usize> Lattice<N> {
    pub(super) fn fill(&self, job: &Job, sample: &Sample<'_>) -> Result<Vec<Vec<f64>>> {
        let n = sample.len();
        let n_bins = self.n_cells * self.bins.len();
        let length = STRETCH.max(4 * n_bins * N).max(n.div_ceil(MOST_STRETCHES));
        let stretches = job.map(n.div_ceil(length), |stretch| {
            let rows = stretch * length..n.min((stretch + 1) * length);
            let mut bins = vec![[0.0; N]; n_bins];
            let values = &sample.values[rows.clone()];
            let weights = sample.weights.map(|weights| &weights[rows]);
            for (part, chunk) in values.chunks(STRETCH).enumerate() {
                job.check()?;
                let start = part * STRETCH;
                self.add_points(
                    &mut bins,
                    chunk,
                    weights.map(|weights| &weights[start..start + chunk.len()]),
                );
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

    fn add_points(&self, bins: &mut [[f64; N]], values: &[f64], weights: Option<&[f64]>) {
        if self.bins.len() > 1 {
            return match weights {
                None => self.add_cut(bins, values.iter().map(|&x| (x, 1.0))),
                Some(weights) => self.add_cut(bins, values.iter().copied().zip(weights.iter().copied())),
            };
        }
        wide_or_plain!(self.add_rounded_wide(bins, values, weights), self.add_rounded(bins, values, weights));
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn add_rounded_wide(&self, bins: &mut [[f64; N]], values: &[f64], weights: Option<&[f64]>) {
        self.add_rounded(bins, values, weights);
    }

    /// Bins around the nodes: the innermost loop of the whole. A product and a rounding for a block of points at once,
    /// then N sums for one after the other.
    #[inline(always)]
    fn add_rounded(&self, bins: &mut [[f64; N]], values: &[f64], weights: Option<&[f64]>) {
        match weights {
            None => self.add_each(bins, values, values, |_| 1.0),
            Some(weights) => self.add_each(bins, values, weights, |weight| weight),
        }
    }

    #[inline(always)]
    fn add_each(
        &self,
        bins: &mut [[f64; N]],
        values: &[f64],
        weights: &[f64],
        weight_of: impl Fn(f64) -> f64,
    ) {
        let (origin, inverse) = (self.spacing.origin, 1.0 / self.spacing.step);
        let first = self.first as i32;
        let (mut cells, mut distances) = ([0_u32; BLOCK], [0.0; BLOCK]);
        for (points, weights) in values.chunks(BLOCK).zip(weights.chunks(BLOCK)) {
            for i in 0..points.len() {
                let position = (points[i] - origin) * inverse;
                let rounded = position + ROUNDER;
                cells[i] = (rounded.to_bits() as i32).wrapping_sub(first) as u32;
                distances[i] = position - (rounded - ROUNDER);
            }
            for i in 0..points.len() {
                if let Some(bin) = bins.get_mut(cells[i] as usize) {
                    add(bin, distances[i], weight_of(weights[i]));
                }
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
}

/// How the ends of the kernel, seen from a node, cut the cells; `ratio` is h/δ.
pub(super) fn bins_of_cell(kernel: Kernel, ratio: f64) -> Vec<Bin> {
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
#[inline(always)]
fn add<const N: usize>(bin: &mut [f64; N], distance: f64, weight: f64) {
    let square = distance * distance;
    let mut pair = [weight, weight * distance];
    for moments in bin.chunks_exact_mut(2) {
        moments[0] += pair[0];
        moments[1] += pair[1];
        pair = [pair[0] * square, pair[1] * square];
    }
}
