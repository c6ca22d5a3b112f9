//! The density around every bin as a polynomial, for sums over all points of the sample.

use super::bins::ROUNDER;
use super::{DEEP, Lattice, dot};
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::kde::shape::hermite;

/// Cells that one step of work evaluates.
const CELLS: usize = 64;

impl<const N: usize> Lattice<N> {
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
        let parts = job.map(self.n_cells.div_ceil(CELLS), |part| {
            let cells = part * CELLS..self.n_cells.min((part + 1) * CELLS);
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
}
