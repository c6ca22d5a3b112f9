//! The coefficient of variation: the standard deviation relative to the mean.

use super::cells::{Cells, Classes, Panel, Unit, Weight};
use super::error::{Error, Result};
use super::job::Job;

/// One period, or another cell in which units are measured together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variation {
    /// Number of units with a positive weight.
    pub n: u64,
    pub mean: f64,
    pub standard_deviation: f64,
    pub coefficient_of_variation: f64,
}

/// sd / mean of every period of `panel`, whose groups are not looked at. O(n).
///
/// The variance divides by the weight (population), or with `sample` by n − 1, where a single unit gives NaN.
///
/// # Errors
/// Those of [`Panel::check`]; `Parameter` for `sample` with weights; `MeanNotPositive`, `OutOfRange`, `NoWeight`;
/// `Empty` for a period without rows; `Cancelled`.
pub fn coefficient_of_variation(job: &Job, panel: &Panel<'_>, sample: bool) -> Result<Vec<Variation>> {
    panel.check()?;
    let panel = &Panel { groups: Classes::ONE, ..*panel };
    match panel.weights {
        None => measure(job, &Cells::new(job, panel, |_| ())?, sample),
        Some(_) if sample => {
            let requirement = "false where weights are given";
            Err(Error::Parameter { name: "sample", requirement, value: 1.0 })
        }
        Some(weights) => measure(job, &Cells::new(job, panel, |row| weights[row])?, sample),
    }
}

fn measure<W: Weight>(job: &Job, cells: &Cells<W>, sample: bool) -> Result<Vec<Variation>> {
    let one = |period: usize| {
        let groups = cells.groups_of(period);
        let Some((_, units)) = groups.first() else {
            return Err(Error::Empty { name: "a period" });
        };
        let (mean, deviation) = moments(job, units, period, sample)?;
        Ok(Variation {
            n: units.len() as u64,
            mean,
            standard_deviation: deviation,
            coefficient_of_variation: deviation / mean,
        })
    };
    job.map(cells.n_periods(), one)
}

/// Mean and standard deviation, taken above the smallest value so that an offset costs no digits, in units of the range
/// so that no square leaves the range of a double.
fn moments<W: Weight>(job: &Job, units: &[Unit<W>], period: usize, sample: bool) -> Result<(f64, f64)> {
    let min = units.iter().map(|unit| unit.value).fold(f64::INFINITY, f64::min);
    let max = units.iter().map(|unit| unit.value).fold(f64::NEG_INFINITY, f64::max);
    let range = max - min;
    let above = |unit: &Unit<W>| if range > 0.0 { (unit.value - min) / range } else { 0.0 };
    let weight = job.sum(units.len(), |i| units[i].weight.get())?;
    let centre = job.sum(units.len(), |i| units[i].weight.get() * above(&units[i]))? / weight;
    let squares = job.sum(units.len(), |i| units[i].weight.get() * (above(&units[i]) - centre).powi(2))?;
    let mean = min + range * centre;
    let divisor = if sample { weight - 1.0 } else { weight };
    let deviation = range * (squares / divisor).sqrt();
    if !(range.is_finite() && mean.is_finite() && weight.is_finite()) {
        return Err(Error::OutOfRange { name: "values", period });
    }
    if mean <= 0.0 {
        return Err(Error::MeanNotPositive { name: "values", period, mean });
    }
    Ok((mean, deviation))
}
