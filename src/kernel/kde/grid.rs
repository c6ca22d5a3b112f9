//! The grid that all cells share.

use super::Parameters;
use super::curve::Support;
use crate::kernel::error::{Error, Result};

/// More images of the sample than this at the two ends of a support mean a bandwidth that has lost sight of it.
const MOST_IMAGES: f64 = 1000.0;

/// Places a few bandwidths beyond such values are doubles, and so are their distances.
const LARGEST: f64 = f64::MAX / 16.0;

/// Its inverse is a double, with room for sums.
const SMALLEST: f64 = 1e-290;

/// Evenly spaced places, and the bounds of the support that a density reaches.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    pub low: f64,
    pub high: f64,
    pub size: usize,
    pub support: Support,
    /// Whether `low + k · step` is a double for every k, so that no place is rounded.
    pub is_exact: bool,
}

impl Grid {
    /// The grid for cells of (lowest value, highest value, bandwidth).
    ///
    /// It reaches `cut` bandwidths beyond the values, and to a bound of the support that a density touches. A bound that
    /// none touches reflects nothing, and is let go.
    pub fn new(
        cells: impl Iterator<Item = (f64, f64, f64)> + Clone,
        parameters: &Parameters,
    ) -> Result<Self> {
        let radius = parameters.kernel.radius().max(parameters.cut);
        let lowest =
            |reach: f64| cells.clone().map(|(low, _, h)| low - reach * h).fold(f64::INFINITY, f64::min);
        let highest =
            |reach: f64| cells.clone().map(|(_, high, h)| high + reach * h).fold(f64::NEG_INFINITY, f64::max);
        check_narrowest(cells.clone())?;
        let widest = cells.clone().map(|(_, _, h)| h).fold(0.0, f64::max);
        let given = parameters.support;
        if widest * radius > MOST_IMAGES * (given.high - given.low) {
            let requirement = "less than a hundred times the width of the support";
            return Err(Error::Parameter { name: "bandwidth", requirement, value: widest });
        }
        let touches_low = given.low.is_finite() && lowest(radius) <= given.low;
        let touches_high = given.high.is_finite() && highest(radius) >= given.high;
        let support = Support {
            low: if touches_low { given.low } else { f64::NEG_INFINITY },
            high: if touches_high { given.high } else { f64::INFINITY },
        };
        let low = if touches_low { given.low } else { lowest(parameters.cut) };
        let high = if touches_high { given.high } else { highest(parameters.cut) };
        let mut grid = Self { low, high, size: parameters.grid_size, support, is_exact: false };
        let largest = lowest(0.0).abs().max(highest(0.0).abs());
        if !(low.is_finite() && high.is_finite() && (high - low).is_finite() && largest < LARGEST) {
            return Err(Error::OutOfRange { name: "values", period: 0 });
        }
        if support == Support::LINE {
            grid.snap();
        } else if grid.step() <= unit(low.abs().max(high.abs())) {
            let requirement = "small enough for the digits of the support";
            return Err(Error::Parameter {
                name: "grid_size",
                requirement,
                value: parameters.grid_size as f64,
            });
        }
        Ok(grid)
    }

    /// Widen the grid a little so that every place is a double.
    fn snap(&mut self) {
        // A value that is given alone, with cut 0, still needs places that differ.
        let unit = unit(self.low.abs().max(self.high.abs()));
        let steps = (self.size - 1) as f64;
        let low = (self.low / unit).floor() * unit;
        let step = ((self.high - low) / (steps * unit)).ceil().max(1.0) * unit;
        (self.low, self.high, self.is_exact) = (low, low + steps * step, true);
    }

    /// Distance of the places.
    pub fn step(&self) -> f64 {
        (self.high - self.low) / (self.size - 1) as f64
    }

    /// Place k of the grid.
    pub fn place(&self, k: usize) -> f64 {
        if k + 1 == self.size { self.high } else { self.low + k as f64 * self.step() }
    }

    /// All places in ascending order.
    pub fn places(&self) -> Vec<f64> {
        (0..self.size).map(|k| self.place(k)).collect()
    }

    /// What a place may be off by.
    pub fn rounding(&self) -> f64 {
        if self.is_exact { 0.0 } else { unit(self.low.abs().max(self.high.abs())) }
    }
}

/// Bandwidths are so large that densities are doubles.
fn check_narrowest(cells: impl Iterator<Item = (f64, f64, f64)>) -> Result<()> {
    match { cells }.find(|&(_, _, h)| h <= SMALLEST) {
        None => Ok(()),
        Some((_, _, value)) => {
            let requirement = "above 1e-290, so that densities are numbers; rescale the values";
            Err(Error::Parameter { name: "bandwidth", requirement, value })
        }
    }
}

/// Distance of doubles at the magnitude of x, taken twice so that the sum of two such numbers is one as well.
fn unit(x: f64) -> f64 {
    let exponent = x.max(f64::MIN_POSITIVE).log2().floor() as i32;
    2.0 * 2f64.powi((exponent - 52).max(-1022))
}
