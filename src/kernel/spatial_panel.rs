//! The values of units that have neighbours, period by period, on a scale on which sums keep their digits.

use super::check;
use super::error::{Error, Result};
use super::job::Job;
use super::weights::{Rows, Weights};

/// Numbers that a method finds of each unit in each period, about.
const NUMBERS_PER_UNIT: usize = 6;

/// Values of units over periods, and who is whose neighbour.
#[derive(Debug, Clone, Copy)]
pub struct SpatialPanel<'a> {
    pub weights: Weights<'a>,
    /// Periods × units; NaN for a unit that is absent from a period, whose links then count for none.
    pub values: &'a [f64],
    pub n_periods: usize,
    /// Rows that lost links to absent units add up to one again.
    pub standardize: bool,
}

/// One period: the units that are present, and their links.
#[derive(Debug)]
pub struct Field<'a> {
    weights: Weights<'a>,
    /// The weights among the units present, if some are absent.
    restricted: Option<Rows>,
    /// The units present.
    pub units: Vec<u32>,
    /// Their values.
    pub values: Vec<f64>,
    /// (value − mean)/standard deviation, of the population: they add up to zero, and their squares to their number.
    pub scores: Vec<f64>,
    pub mean: f64,
    pub standard_deviation: f64,
    /// The largest score without its sign.
    pub largest: f64,
}

impl<'a> SpatialPanel<'a> {
    /// `work` on every period, whose units number `least` or more.
    ///
    /// # Errors
    /// `Length`, `NotFinite` for infinities, `TooFewUnits`, `NoLinks`, `NoVariance`, `OutOfRange`; those of `work`.
    pub fn periods<T>(
        &self,
        job: &Job,
        least: usize,
        mut work: impl FnMut(usize, &Field<'a>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let n = self.weights.n();
        check::length("values", self.values, n * self.n_periods)?;
        if let Some(row) = self.values.iter().position(|value| value.is_infinite()) {
            return Err(Error::NotFinite { name: "values", row, value: self.values[row] });
        }
        // What is found of every unit, absent ones included, and then told of it.
        job.foresee("units in all periods", n * self.n_periods, NUMBERS_PER_UNIT * size_of::<f64>())?;
        let mut results = Vec::with_capacity(self.n_periods);
        for period in 0..self.n_periods {
            job.check()?;
            let field = self.field(job, period, least, &self.values[period * n..(period + 1) * n])?;
            results.push(work(period, &field)?);
        }
        Ok(results)
    }

    fn field(&self, job: &Job, period: usize, least: usize, values: &[f64]) -> Result<Field<'a>> {
        let kept: Vec<bool> = values.iter().map(|value| !value.is_nan()).collect();
        let is_whole = kept.iter().all(|&each| each);
        let restricted =
            if is_whole { None } else { Some(self.weights.restricted(&kept, self.standardize)?) };
        let units: Vec<u32> = (0..values.len() as u32).filter(|&unit| kept[unit as usize]).collect();
        if units.len() < least {
            return Err(Error::TooFewUnits { period, count: units.len(), least });
        }
        let values: Vec<f64> = units.iter().map(|&unit| values[unit as usize]).collect();
        let (mean, standard_deviation, scores) = standardize(job, &values, period)?;
        let largest = scores.iter().fold(0.0, |most: f64, score| most.max(score.abs()));
        let weights = self.weights;
        let field = Field { weights, restricted, units, values, scores, mean, standard_deviation, largest };
        let sums = field.weights().row_sums();
        let heaviest = sums.into_iter().fold(0.0, f64::max);
        if heaviest <= 0.0 {
            return Err(Error::NoLinks { period });
        }
        // No sum of squared weights is larger.
        if !(heaviest * heaviest * field.n() as f64).is_finite() {
            return Err(Error::OutOfRange { name: "weights", period });
        }
        if field.values.iter().any(|value| !(heaviest * value).is_finite()) {
            return Err(Error::OutOfRange { name: "values", period });
        }
        Ok(field)
    }
}

impl Field<'_> {
    /// The weights among the units present.
    pub fn weights(&self) -> Weights<'_> {
        self.restricted.as_ref().map_or(self.weights, Rows::view)
    }

    /// Number of units present.
    pub fn n(&self) -> usize {
        self.units.len()
    }

    /// Σ_j w_ij of `values`, zero for islands.
    pub fn lag(&self, unit: usize, values: &[f64]) -> f64 {
        let (neighbours, weights) = self.weights().row(unit);
        neighbours.iter().zip(weights).map(|(&each, weight)| weight * values[each as usize]).sum()
    }

    /// One entry per unit of the weights: that of `present` where the unit is present, else `absent`.
    pub fn spread<T: Copy>(&self, present: &[T], absent: T) -> Vec<T> {
        let mut all = vec![absent; self.weights.n()];
        for (&unit, &value) in self.units.iter().zip(present) {
            all[unit as usize] = value;
        }
        all
    }
}

/// Mean, population standard deviation and standardised values. They are taken above the smallest value, so that an
/// offset costs no digits, in units of the range, so that no square leaves the range of a double.
fn standardize(job: &Job, values: &[f64], period: usize) -> Result<(f64, f64, Vec<f64>)> {
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = max - min;
    if !range.is_finite() {
        return Err(Error::OutOfRange { name: "values", period });
    }
    if range <= 0.0 {
        return Err(Error::NoVariance { name: "values", period });
    }
    let n = values.len();
    let above = |i: usize| (values[i] - min) / range;
    let centre = job.sum(n, above)? / n as f64;
    // The residual mean is that of the rounding of the first; without it, sums of scores are zero.
    let rest = job.sum(n, |i| above(i) - centre)? / n as f64;
    let deviation = (job.sum(n, |i| (above(i) - centre - rest).powi(2))? / n as f64).sqrt();
    let scores = (0..n).map(|i| (above(i) - centre - rest) / deviation).collect();
    Ok((min + range * centre, range * deviation, scores))
}
