//! Decomposition of the Gini coefficient by population subgroups.
//!
//! Dagum, C. (1997). A new approach to the decomposition of the Gini income inequality ratio. *Empirical
//! Economics* 22, 515–531. With `D[j][h] = Σ_{a∈j, b∈h} w_a w_b (y_a − y_b)⁺`, W the sum of the weights and S that
//! of the weighted values, every part is a sum of terms that cannot be negative:
//!
//! ```text
//! G    = Σ_j Σ_h D[j][h] / (W·S)                  all pairs of units
//! G_w  = Σ_j D[j][j] / (W·S)                      within groups
//! G_nb = Σ_{j<h} |D[j][h] − D[h][j]| / (W·S)      net between groups
//! G_t  = Σ_{j<h} 2·min(D[j][h], D[h][j]) / (W·S)  transvariation
//! ```
//!
//! One sort of each group, one merge, and one sweep that advances `∫ F_h` for every group: O(n log n + n·k) for n
//! units in k groups, and no difference of large sums anywhere.

mod bootstrap;
mod differences;
mod jackknife;
mod merge;
mod moments;
mod statistics;

use std::collections::HashMap;

use ndarray::Array2;

use super::cells::{Cells, Panel, Weight};
use super::error::{Error, Result};
use super::job::Job;
use super::{check, special};
use differences::{Counts, Differences, Sample};
use statistics::Layout;
pub use statistics::OVERALL;

/// How uncertainty is estimated.
#[derive(Debug, Clone, Copy)]
pub struct Parameters {
    /// Replicates of the stratified, studentised bootstrap; 0 takes intervals from the jackknife errors and Student's t.
    pub bootstrap: usize,
    /// Confidence level of the intervals, between 0 and 1.
    pub confidence: f64,
    /// Key of the bootstrap's random streams.
    pub seed: u64,
}

/// Estimates with their standard errors and intervals, one column per statistic.
#[derive(Debug, Clone)]
pub struct Estimates {
    /// The statistics themselves.
    pub estimate: Array2<f64>,
    /// Stratified delete-one jackknife; NaN where every group concerned has one unit.
    pub standard_error: Array2<f64>,
    /// Lower end of the interval.
    pub low: Array2<f64>,
    /// Upper end of the interval.
    pub high: Array2<f64>,
}

/// The decomposition of every period.
#[derive(Debug, Clone)]
pub struct DagumGini {
    /// Periods × [`OVERALL`].
    pub overall: Estimates,
    /// Rows of `within`: period, group, units with weight, and mean.
    pub within_period: Vec<u32>,
    pub within_group: Vec<u32>,
    pub within_n: Vec<u64>,
    pub within_mean: Vec<f64>,
    /// Rows × (gini).
    pub within: Estimates,
    /// Rows of `between`: period and the two groups.
    pub between_period: Vec<u32>,
    pub between_a: Vec<u32>,
    pub between_b: Vec<u32>,
    /// Rows × (gini, distance).
    pub between: Estimates,
}

/// The result has several numbers for each pair of groups: with more groups it would not fit a machine.
const MOST_GROUPS: usize = 5000;

/// Decompose every period of `panel`.
///
/// Values: finite, zero or more, positive mean in each period. Groups without units in a period are left out of it;
/// rows of weight zero are left out altogether. A group of one unit has a Gini of zero. Where all values of a period
/// are equal the Gini is zero and its shares are NaN.
///
/// # Errors
/// Those of [`Panel::check_non_negative`]; `ZeroMean`, `NoWeight`, `OutOfRange`, `Parameter`, `Cancelled`.
pub fn dagum_gini(job: &Job, panel: &Panel<'_>, parameters: &Parameters) -> Result<DagumGini> {
    panel.check_non_negative()?;
    check::at_most("groups", panel.groups.count, MOST_GROUPS)?;
    check::confidence(parameters.confidence)?;
    match panel.weights {
        None => decompose(job, Cells::new(job, panel, |_| ())?, parameters),
        Some(weights) => decompose(job, Cells::new(job, panel, |row| weights[row])?, parameters),
    }
}

fn decompose<W: Weight>(job: &Job, mut cells: Cells<W>, parameters: &Parameters) -> Result<DagumGini> {
    cells.sort(job)?;
    job.expect_steps(cells.n_periods() * parameters.bootstrap.max(1));
    let periods = job.map(cells.n_periods(), |period| decompose_period(job, &cells, period, parameters))?;
    Ok(collect(&periods))
}

/// One period: statistics in the order of [`Layout`], each with error and interval.
struct Period {
    groups: Vec<u32>,
    n: Vec<u64>,
    mean: Vec<f64>,
    layout: Layout,
    estimate: Vec<f64>,
    standard_error: Vec<f64>,
    interval: Vec<(f64, f64)>,
}

fn decompose_period<W: Weight>(
    job: &Job,
    cells: &Cells<W>,
    period: usize,
    parameters: &Parameters,
) -> Result<Period> {
    let (groups, units): (Vec<u32>, Vec<_>) = cells.groups_of(period).into_iter().unzip();
    let sample = Sample::new(job, units)?;
    let layout = Layout::new(groups.len());
    if sample.is_zero() {
        return Err(Error::ZeroMean { name: "values", period });
    }
    job.foresee("pairs of groups", groups.len() * groups.len(), jackknife::bytes_per_pair(&sample))?;
    let mut differences = Differences::new(groups.len());
    let stretch = jackknife::stretch_length(sample.order.len(), groups.len());
    let starts = differences.measure(job, &sample, Counts::none(), stretch)?;
    if !differences.is_in_range() {
        return Err(Error::OutOfRange { name: "values", period });
    }
    let estimate = layout.statistics(&differences);
    let errors = jackknife::standard_errors(job, &sample, Counts::none(), &differences, starts, &layout)?;
    let interval = if parameters.bootstrap > 0 {
        let error = &errors.standard_error;
        bootstrap::intervals(job, &sample, &layout, period, &estimate, error, parameters)?
    } else {
        job.step();
        symmetric_intervals(&estimate, &errors, parameters.confidence)
    };
    // No statistic leaves [0, 1].
    let interval =
        interval.into_iter().map(|(low, high)| (low.clamp(0.0, 1.0), high.clamp(0.0, 1.0))).collect();
    Ok(Period {
        n: sample.units.iter().map(|group| group.len() as u64).collect(),
        mean: (0..groups.len()).map(|group| differences.mean(group)).collect(),
        groups,
        layout,
        estimate,
        standard_error: errors.standard_error,
        interval,
    })
}

/// Estimate ± t · standard error, Student's t with the degrees of freedom of each error.
fn symmetric_intervals(estimate: &[f64], errors: &jackknife::Errors, confidence: f64) -> Vec<(f64, f64)> {
    // Many pairs of groups share few degrees of freedom.
    let mut known: HashMap<u64, f64> = HashMap::new();
    let around = |statistic: usize| {
        let degrees = errors.degrees[statistic];
        let critical = || special::student_critical_value(confidence, degrees);
        let t = *known.entry(degrees.to_bits()).or_insert_with(critical);
        let reach = t * errors.standard_error[statistic];
        (estimate[statistic] - reach, estimate[statistic] + reach)
    };
    (0..estimate.len()).map(around).collect()
}

fn collect(periods: &[Period]) -> DagumGini {
    let mut overall = Rows::new(OVERALL.len());
    let mut within = Rows::new(1);
    let mut between = Rows::new(2);
    let mut result = DagumGini {
        overall: Rows::new(0).finish(),
        within_period: Vec::new(),
        within_group: Vec::new(),
        within_n: Vec::new(),
        within_mean: Vec::new(),
        within: Rows::new(0).finish(),
        between_period: Vec::new(),
        between_a: Vec::new(),
        between_b: Vec::new(),
        between: Rows::new(0).finish(),
    };
    for (index, period) in periods.iter().enumerate() {
        (0..OVERALL.len()).for_each(|statistic| overall.push(period, statistic));
        for (group, &code) in period.groups.iter().enumerate() {
            result.within_period.push(index as u32);
            result.within_group.push(code);
            result.within_n.push(period.n[group]);
            result.within_mean.push(period.mean[group]);
            within.push(period, period.layout.group_gini(group));
        }
        for (a, b) in period.layout.pairs() {
            result.between_period.push(index as u32);
            result.between_a.push(period.groups[a]);
            result.between_b.push(period.groups[b]);
            between.push(period, period.layout.pair_gini(a, b));
            between.push(period, period.layout.pair_distance(a, b));
        }
    }
    result.overall = overall.finish();
    result.within = within.finish();
    result.between = between.finish();
    result
}

/// Estimates gathered one by one, row after row.
struct Rows {
    n_columns: usize,
    estimate: Vec<f64>,
    standard_error: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Rows {
    fn new(n_columns: usize) -> Self {
        let empty = Vec::new;
        Self { n_columns, estimate: empty(), standard_error: empty(), low: empty(), high: empty() }
    }

    fn push(&mut self, period: &Period, statistic: usize) {
        self.estimate.push(period.estimate[statistic]);
        self.standard_error.push(period.standard_error[statistic]);
        self.low.push(period.interval[statistic].0);
        self.high.push(period.interval[statistic].1);
    }

    fn finish(self) -> Estimates {
        let columns = self.n_columns;
        let table = |values: Vec<f64>| {
            let rows = values.len().checked_div(columns).unwrap_or(0);
            #[expect(clippy::expect_used, reason = "`push` fills row after row")]
            Array2::from_shape_vec((rows, columns), values).expect("rows are full")
        };
        Estimates {
            estimate: table(self.estimate),
            standard_error: table(self.standard_error),
            low: table(self.low),
            high: table(self.high),
        }
    }
}
