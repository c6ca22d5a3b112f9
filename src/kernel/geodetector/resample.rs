//! Permutation p-values and bootstrap intervals: what needs the rows themselves.

use super::interaction::Crossing;
use super::moments::{BLOCK, Moments, Table, blocks, of_sample, pairs, total};
use super::sample::{Codes, Input, Sample};
use super::{Singletons, bootstrap, factor};
use crate::kernel::check;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;

/// A permuted q counts as large as the observed one if it falls short by no more than this, relatively: rounding
/// differs with the order of the rows.
const AS_LARGE: f64 = 1e-10;

/// Bytes that the least of allocations takes, about.
const SMALLEST_ALLOCATION: usize = 32;

/// Which random streams belong to what.
const FACTORS: u64 = 0;
const INTERACTIONS: u64 = 1;

/// How often to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Permutations of the outcome for q of every factor.
    pub permutations: usize,
    /// Permutations inside the strata of either factor for q of every pair.
    pub interaction_permutations: usize,
    /// Replicates of the bootstrap for the intervals of q.
    pub bootstrap: usize,
    /// Level of the intervals.
    pub confidence: f64,
    pub seed: u64,
    pub singletons: Singletons,
}

/// Standard error and interval of q, period × factor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Intervals {
    pub standard_error: Vec<f64>,
    pub low: Vec<f64>,
    pub high: Vec<f64>,
}

/// What the plan asks for; a part that it does not ask for is empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resampled {
    /// P-value of q, period × factor.
    pub factors: Vec<f64>,
    /// P-value of the interaction beyond both factors, period × pair.
    pub interactions: Vec<f64>,
    pub intervals: Intervals,
}

/// Resample the rows of `input` by `plan`. O(rows · factors · (permutations + bootstrap)), and O(rows · pairs of
/// factors · interaction permutations).
///
/// The p-value of q: the outcome is permuted over all units of the period. That of an interaction: under the null
/// hypothesis that the second factor adds nothing to the first, the outcome is exchangeable inside the strata of the
/// first; permuting it there leaves q of the first as it is. The interaction exceeds both if the second adds to the
/// first and the first to the second, so that the larger of the two p-values counts (Berger 1982, *Technometrics* 24,
/// 295–300). Each is (1 + permutations with a q as large)/(1 + permutations).
///
/// # Errors
/// Those of [`Input`]'s checks; `Parameter` for the confidence; `Cancelled`.
pub fn resample(job: &Job, input: &Input<'_>, plan: &Plan) -> Result<Resampled> {
    check::confidence(plan.confidence)?;
    let sample = Sample::new(job, input)?;
    let moments = of_sample(job, &sample)?;
    let n_factors = sample.n_factors();
    job.expect_steps(
        sample.n_periods() * (plan.permutations + plan.bootstrap + n_factors * plan.interaction_permutations),
    );
    foresee(job, plan, n_factors)?;
    let mut resampled = Resampled::default();
    for period in 0..sample.n_periods() {
        let part = Part { job, sample: &sample, moments: &moments, period, plan };
        if plan.permutations > 0 {
            resampled.factors.extend(part.factors()?);
        }
        if plan.interaction_permutations > 0 {
            resampled.interactions.extend(part.interactions()?);
        }
        if plan.bootstrap > 0 {
            bootstrap::intervals(&part, &mut resampled.intervals)?;
        }
    }
    Ok(resampled)
}

/// Replicates are held until p-values and intervals are made of them.
fn foresee(job: &Job, plan: &Plan, n_factors: usize) -> Result<()> {
    let flags = size_of::<Result<Vec<bool>>>() + SMALLEST_ALLOCATION.max(n_factors);
    job.foresee("permutations", plan.permutations.max(plan.interaction_permutations), flags)?;
    let numbers = size_of::<Result<Vec<f64>>>() + SMALLEST_ALLOCATION.max(size_of::<f64>() * n_factors);
    job.foresee("replicates of the bootstrap", plan.bootstrap, numbers)
}

/// One period.
pub(super) struct Part<'a> {
    pub job: &'a Job,
    pub sample: &'a Sample<'a>,
    moments: &'a Moments,
    pub period: usize,
    pub plan: &'a Plan,
}

impl Part<'_> {
    pub fn values(&self) -> &[f64] {
        &self.sample.values[self.sample.rows_of(self.period)]
    }

    pub fn codes(&self, factor: usize) -> Codes<'_> {
        self.sample.strata[factor].rows(self.sample.rows_of(self.period))
    }

    /// For every stratum of a factor whether its units are used.
    pub fn used(&self, factor: usize) -> Vec<bool> {
        let drop = self.plan.singletons == Singletons::Drop;
        let strata = self.moments.strata_of(self.period, factor);
        strata.iter().map(|stratum| !(drop && factor::is_single(stratum.n))).collect()
    }

    pub fn crossing(&self) -> Crossing {
        let all = total(self.moments.strata_of(self.period, 0));
        Crossing { n: all.n, mean: all.mean, squares: all.squares, singletons: self.plan.singletons }
    }

    fn factors(&self) -> Result<Vec<f64>> {
        let n_factors = self.sample.n_factors();
        let crossing = self.crossing();
        let q = |factor: usize, values: &[f64]| -> Result<f64> {
            let mut table = Table::new(self.sample.n_strata[factor]);
            let codes = self.codes(factor);
            self.fill(values.len(), |rows| table.add_strata(&values[rows.clone()], codes.rows(rows)))?;
            Ok(crossing.q(&table.cells))
        };
        let observed: Vec<f64> =
            (0..n_factors).map(|factor| q(factor, self.values())).collect::<Result<_>>()?;
        let replicate = |values: &mut Vec<f64>, replicate: usize| {
            let mut stream = Stream::new(self.plan.seed, &[FACTORS, self.period as u64, replicate as u64]);
            values.clear();
            values.extend_from_slice(self.values());
            shuffle(self.job, &mut stream, values)?;
            let large = (0..n_factors).map(|factor| Ok(as_large(q(factor, values)?, observed[factor])));
            self.job.step();
            large.collect::<Result<Vec<bool>>>()
        };
        let replicates = self.job.map_with(self.plan.permutations, Vec::new, replicate)?;
        Ok(p_values(&replicates, &observed))
    }

    /// The p-value of every pair: the larger of the two with either factor given.
    fn interactions(&self) -> Result<Vec<f64>> {
        let n_factors = self.sample.n_factors();
        let given: Vec<Vec<f64>> = (0..n_factors).map(|factor| self.beyond(factor)).collect::<Result<_>>()?;
        let larger = |(a, b): (usize, usize)| {
            let (beyond_a, beyond_b) = (given[a][b], given[b][a]);
            if beyond_a.is_nan() || beyond_b.is_nan() { f64::NAN } else { beyond_a.max(beyond_b) }
        };
        Ok(pairs(n_factors).map(larger).collect())
    }

    /// By the other factor, the p-value of what it adds to `factor`; NaN for `factor` itself.
    fn beyond(&self, factor: usize) -> Result<Vec<f64>> {
        let sorted = self.sort_by(factor)?;
        let n_factors = self.sample.n_factors();
        let crossing = self.crossing();
        let q = |other: usize, values: &[f64]| -> Result<f64> {
            if other == factor {
                return Ok(f64::NAN);
            }
            let (given, codes, n) =
                (&sorted.codes[factor], &sorted.codes[other], self.sample.n_strata[other]);
            let mut table = Table::new(self.sample.n_strata[factor] * n);
            self.fill(values.len(), |rows| {
                let (a, b) = (Codes::Wide(&given[rows.clone()]), Codes::Wide(&codes[rows.clone()]));
                table.add_crossed(&values[rows], a, b, n);
            })?;
            Ok(crossing.q(&table.cells))
        };
        let observed: Vec<f64> =
            (0..n_factors).map(|other| q(other, &sorted.values)).collect::<Result<_>>()?;
        let replicate = |values: &mut Vec<f64>, replicate: usize| {
            let key = [INTERACTIONS, self.period as u64, factor as u64, replicate as u64];
            let mut stream = Stream::new(self.plan.seed, &key);
            values.clear();
            values.extend_from_slice(&sorted.values);
            for ends in sorted.bounds.windows(2) {
                shuffle(self.job, &mut stream, &mut values[ends[0]..ends[1]])?;
            }
            let large = (0..n_factors).map(|other| Ok(as_large(q(other, values)?, observed[other])));
            self.job.step();
            large.collect::<Result<Vec<bool>>>()
        };
        let replicates = self.job.map_with(self.plan.interaction_permutations, Vec::new, replicate)?;
        Ok(p_values(&replicates, &observed))
    }

    fn fill(&self, n: usize, mut add: impl FnMut(std::ops::Range<usize>)) -> Result<()> {
        for rows in blocks(0..n) {
            self.job.check()?;
            add(rows);
        }
        Ok(())
    }

    /// The rows of the period in the order of the strata of `factor`.
    fn sort_by(&self, factor: usize) -> Result<Sorted> {
        let n_strata = self.sample.n_strata[factor];
        let codes: Vec<Vec<u32>> =
            (0..self.sample.n_factors()).map(|each| self.codes(each).to_wide()).collect();
        let mut bounds = vec![0_usize; n_strata + 1];
        codes[factor].iter().for_each(|&code| bounds[code as usize + 1] += 1);
        (0..n_strata).for_each(|stratum| bounds[stratum + 1] += bounds[stratum]);
        let mut next = bounds.clone();
        let mut order = vec![0_usize; codes[factor].len()];
        self.job.walk(codes[factor].iter().enumerate(), |(row, &code)| {
            order[next[code as usize]] = row;
            next[code as usize] += 1;
        })?;
        let values = order.iter().map(|&row| self.values()[row]).collect();
        let codes = codes.iter().map(|codes| order.iter().map(|&row| codes[row]).collect()).collect();
        Ok(Sorted { values, codes, bounds })
    }
}

/// Values and codes of all factors in the order of the strata of one.
struct Sorted {
    values: Vec<f64>,
    codes: Vec<Vec<u32>>,
    bounds: Vec<usize>,
}

fn as_large(q: f64, observed: f64) -> bool {
    q >= observed - AS_LARGE * observed
}

/// (1 + replicates as large)/(1 + replicates); NaN where there is nothing to compare with.
fn p_values(replicates: &[Vec<bool>], observed: &[f64]) -> Vec<f64> {
    let count = |index: usize| replicates.iter().filter(|large| large[index]).count();
    let p = |index: usize| (1.0 + count(index) as f64) / (1.0 + replicates.len() as f64);
    (0..observed.len()).map(|index| if observed[index].is_nan() { f64::NAN } else { p(index) }).collect()
}

/// Put `values` in random order, each order equally likely (Durstenfeld 1964).
fn shuffle(job: &Job, stream: &mut Stream, values: &mut [f64]) -> Result<()> {
    for last in (1..values.len()).rev() {
        if last % BLOCK == 0 {
            job.check()?;
        }
        values.swap(last, stream.below(last + 1));
    }
    Ok(())
}
