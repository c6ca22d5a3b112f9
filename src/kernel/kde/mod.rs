//! Kernel density of every cell of a panel on one common grid, with its modes.
//!
//! `f(x) = 1/(W h) Σ w_i K((x − x_i)/h)`, K one of seven kernels of standard deviation one, h by a rule or given. Few
//! points are evaluated by this formula, many from moments of bins ([`lattice`]) whose width follows from the error
//! allowed. At the ends of a support the density is reflected, which leaves its mass at one. Modes are where the exact
//! derivative turns from certainly positive to certainly negative ([`turning`]).

mod bands;
pub(super) mod bandwidth;
mod critical;
mod cross_validation;
mod curve;
mod evaluate;
mod grid;
mod isj;
mod lattice;
mod modes;
mod points;
pub(super) mod sample;
pub(super) mod shape;
mod turning;

pub use bands::Band;
pub use bandwidth::{Remark, Rule};
pub use critical::Test;
pub use curve::Support;
pub use modes::Mode;
pub use shape::Kernel;

use super::cells::{Cells, Classes, Panel};
use super::check;
use super::error::{Error, Result};
use super::job::Job;
use super::stats::unit_of;
use evaluate::{DIRECT_TERMS, Evaluation};
use grid::Grid;
use sample::{Sample, Spread};

/// Points up to which one pass takes a few milliseconds, and terms of sums.
const BRIEF_POINTS: usize = 1 << 22;
const BRIEF_TERMS: usize = 1 << 22;

/// Weights of this size, or as small, are taken in other units: 2⁴⁰⁰.
const HEAVY: f64 = 2.582_249_878_086_908_6e120;

/// What the caller chooses.
#[derive(Debug, Clone, Copy)]
pub struct Parameters {
    pub kernel: Kernel,
    pub rule: Rule,
    /// Points of the grid, 2 at least.
    pub grid_size: usize,
    /// How many bandwidths the grid reaches beyond the values.
    pub cut: f64,
    pub support: Support,
    /// Error allowed, relative to the peak; zero for evaluation by the definition whatever it costs.
    pub tolerance: f64,
    /// Resamples behind the bands; zero for no bands.
    pub bootstrap: usize,
    pub confidence: f64,
    /// Samples drawn for the test of the number of modes; zero for no test.
    pub test: usize,
    /// Number of modes that the test supposes.
    pub null_modes: usize,
    pub seed: u64,
}

/// The density of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub n: usize,
    pub n_effective: f64,
    pub bandwidth: f64,
    pub remark: Remark,
    /// Bound of the error of the curve, relative to its peak.
    pub error_bound: f64,
    /// Whether the points were binned.
    pub is_binned: bool,
    /// Probability between the ends of the grid.
    pub mass: f64,
    pub density: Vec<f64>,
    pub band: Option<Band>,
    pub modes: Vec<Mode>,
    pub test: Option<Test>,
}

/// The densities of all cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Kde {
    pub grid: Vec<f64>,
    pub cells: Vec<Cell>,
}

/// One cell on its way: its points and the bandwidth chosen.
struct Chosen<'a> {
    sample: Sample<'a>,
    spread: Spread,
    bandwidth: f64,
    remark: Remark,
}

/// Estimate the density of every period of `panel` (its groups are passed over).
///
/// Rows of weight zero are left out. A number as rule works for any cell; the other rules need two distinct values.
///
/// # Errors
/// Those of [`Panel::check`]; `Parameter` for a choice out of range, `OutsideSupport`, `NoSpread`, `OneWeight`,
/// `NoWeight`, `OutOfRange`, `Cancelled`.
pub fn kde(job: &Job, panel: &Panel<'_>, parameters: &Parameters) -> Result<Kde> {
    check::not_empty("values", panel.values)?;
    panel.check_around_values()?;
    parameters.check()?;
    within(panel.values, parameters.support)?;
    let has_zeros = panel.weights.is_some_and(|weights| weights.iter().any(|&weight| weight <= 0.0));
    if panel.periods.count == 1 && !has_zeros {
        let light = panel.weights.and_then(in_units);
        let sample = Sample { values: panel.values, weights: light.as_deref().or(panel.weights) };
        return estimate(job, &[sample], parameters);
    }
    check::finite("values", panel.values)?;
    let panel = Panel { groups: Classes::ONE, ..*panel };
    let (values, weights, starts) = match panel.weights {
        None => {
            let (units, starts) = Cells::new(job, &panel, |_| ())?.into_periods();
            (units.into_iter().map(|unit| unit.value).collect::<Vec<f64>>(), None, starts)
        }
        Some(weights) => {
            let (units, starts) = Cells::new(job, &panel, |row| weights[row])?.into_periods();
            let (values, mut weights): (Vec<f64>, Vec<f64>) =
                units.into_iter().map(|unit| (unit.value, unit.weight)).unzip();
            for ends in starts.windows(2) {
                let weights = &mut weights[ends[0]..ends[1]];
                if let Some(light) = in_units(weights) {
                    weights.copy_from_slice(&light);
                }
            }
            (values, Some(weights), starts)
        }
    };
    let samples: Vec<Sample<'_>> = starts
        .windows(2)
        .map(|ends| Sample {
            values: &values[ends[0]..ends[1]],
            weights: weights.as_deref().map(|weights| &weights[ends[0]..ends[1]]),
        })
        .collect();
    estimate(job, &samples, parameters)
}

/// Whether the densities of so many points in so many cells take a few milliseconds, however many threads there are.
pub fn is_brief(n_points: usize, n_cells: usize, parameters: &Parameters) -> bool {
    let is_quick =
        matches!(parameters.rule, Rule::Fixed(_) | Rule::Silverman | Rule::Scott | Rule::NormalReference);
    // Cells of many points have bins, and cost a pass; all others cost points times places.
    let most = if parameters.tolerance > 0.0 { n_cells.saturating_mul(DIRECT_TERMS) } else { usize::MAX };
    let n_terms = most.min(n_points.saturating_mul(parameters.grid_size));
    is_quick
        && parameters.bootstrap == 0
        && parameters.test == 0
        && n_points <= BRIEF_POINTS
        && n_terms <= BRIEF_TERMS
}

/// Weights so large or small that products with them leave the range of doubles, in units in which they do not.
fn in_units(weights: &[f64]) -> Option<Vec<f64>> {
    let unit = unit_of(weights);
    let is_usual = (HEAVY.recip()..HEAVY).contains(&unit);
    (!is_usual).then(|| weights.iter().map(|weight| weight / unit).collect())
}

fn estimate(job: &Job, samples: &[Sample<'_>], parameters: &Parameters) -> Result<Kde> {
    job.expect_steps(samples.len() * (1 + parameters.bootstrap + parameters.test));
    let chosen = job.map(samples.len(), |cell| {
        let sample = samples[cell];
        let is_fixed = matches!(parameters.rule, Rule::Fixed(_));
        let spread = sample.spread(job, !is_fixed || parameters.test > 0)?;
        spread.check("values", cell, !is_fixed)?;
        let (bandwidth, remark) = bandwidth::choose(job, parameters.rule, &sample, &spread)?;
        if bandwidth <= f64::EPSILON * spread.low.abs().max(spread.high.abs()) {
            let requirement = "above the distance of doubles as large as the values";
            return Err(Error::Parameter { name: "bandwidth", requirement, value: bandwidth });
        }
        Ok(Chosen { sample, spread, bandwidth, remark })
    })?;
    let ranges = chosen.iter().map(|cell| (cell.spread.low, cell.spread.high, cell.bandwidth));
    let grid = Grid::new(ranges, parameters)?;
    // The density, and with a bootstrap both ends of its band, each once more where all are handed over.
    let numbers = if parameters.bootstrap > 0 { 6 } else { 2 };
    job.foresee("places of all densities", chosen.len() * parameters.grid_size, numbers * size_of::<f64>())?;
    let cells = job.map(chosen.len(), |cell| finish(job, &chosen[cell], &grid, parameters, cell as u64))?;
    Ok(Kde { grid: grid.places(), cells })
}

fn finish(job: &Job, chosen: &Chosen<'_>, grid: &Grid, parameters: &Parameters, cell: u64) -> Result<Cell> {
    let Chosen { sample, spread, bandwidth, remark } = chosen;
    let evaluation = Evaluation {
        kernel: parameters.kernel,
        bandwidth: *bandwidth,
        tolerance: parameters.tolerance,
        grid,
    };
    let outcome = evaluation.run(job, sample, spread)?;
    job.step();
    let key = (parameters.seed, cell);
    let band = if parameters.bootstrap > 0 {
        Some(evaluation.band(job, sample, spread, parameters.bootstrap, parameters.confidence, key)?)
    } else {
        None
    };
    let test = if parameters.test > 0 {
        Some(critical::test(job, sample, spread, parameters.null_modes, parameters.test, key)?)
    } else {
        None
    };
    Ok(Cell {
        n: spread.n,
        n_effective: spread.n_effective,
        bandwidth: *bandwidth,
        remark: *remark,
        error_bound: outcome.error_bound,
        is_binned: outcome.is_binned,
        mass: outcome.mass,
        density: outcome.density,
        band,
        modes: outcome.modes,
        test,
    })
}

impl Parameters {
    fn check(&self) -> Result<()> {
        const MOST: usize = 1 << 20;
        let refuse = |name, requirement, value| Err(Error::Parameter { name, requirement, value });
        if let Rule::Fixed(bandwidth) = self.rule
            && !(bandwidth > 0.0 && bandwidth.is_finite())
        {
            return refuse("bandwidth", "a finite number above zero", bandwidth);
        }
        if !(2..=MOST).contains(&self.grid_size) {
            return refuse("grid_size", "from 2 to 1048576", self.grid_size as f64);
        }
        if !(self.cut >= 0.0 && self.cut.is_finite()) {
            return refuse("cut", "a finite number of zero or more", self.cut);
        }
        if !(self.tolerance == 0.0 || (1e-12..=1e-2).contains(&self.tolerance)) {
            return refuse("tolerance", "0, or between 1e-12 and 0.01", self.tolerance);
        }
        if self.support.low.is_nan() || self.support.high.is_nan() || self.support.low >= self.support.high {
            return refuse("support", "two numbers of which the first is the lower", self.support.low);
        }
        if self.test > 0 && self.null_modes == 0 {
            return refuse("null_modes", "1 or more", 0.0);
        }
        check::confidence(self.confidence)
    }
}

/// Every value lies within the support.
fn within(values: &[f64], support: Support) -> Result<()> {
    if support == Support::LINE {
        return Ok(());
    }
    match values.iter().position(|&value| value < support.low || value > support.high) {
        None => Ok(()),
        Some(row) => Err(Error::OutsideSupport {
            name: "values",
            row,
            value: values[row],
            low: support.low,
            high: support.high,
        }),
    }
}
