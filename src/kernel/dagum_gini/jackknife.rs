//! Delete-one standard errors in closed form.
//!
//! The groups are the strata. Without unit i of group j, whose other n_j − 1 units are weighted up by
//! c = n_j/(n_j − 1) to stand for the whole group, only row and column j of the differences change:
//!
//! ```text
//! D'[j][h] = c·(D[j][h] − w_i·Σ_{b∈h} w_b (y_i − y_b)⁺),   D'[j][j] = c²·(D[j][j] − w_i·Σ_{b∈j} w_b |y_i − y_b|)
//! ```
//!
//! so that all n replicates cost one sweep, O(n·k). The variance of a statistic is
//! Σ_j (n_j − 1)/n_j · Σ_{i∈j} (θ_i − mean_j θ)² (Wolter 2007, *Introduction to Variance Estimation*, §4.5). A group
//! of one unit adds nothing. Where a unit carries nearly all of a sum, the subtraction would leave rounding errors;
//! such a replicate is swept anew without the unit.

use super::differences::{Counts, Differences, Sample, Sweep};
use super::moments::Moments;
use super::statistics::{Layout, OVERALL, Pair, Parts};
use crate::kernel::cells::Weight;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::stats::ratio_or_zero;

/// The sweep is cut into this many stretches at most, each at least this long, for any number of threads.
const STRETCHES: usize = 16;
const SHORTEST_STRETCH: usize = 1 << 12;

/// A unit is heavy if less than this fraction of some sum is left without it: ten digits of the rest remain.
const LEFT_BY_HEAVY: f64 = 1e-3;

/// Replicates that differ by no more than this many units in the last place are equal.
const ROUNDING: f64 = 16.0;

/// Two Ginis without one unit say nothing when the group then has a single one: its own Gini needs three units.
const LEAST_UNITS_OF_OWN_GINI: f64 = 3.0;

/// Standard errors of the statistics of a layout, with the degrees of freedom behind each.
pub(super) struct Errors {
    /// NaN where all groups concerned are too small.
    pub standard_error: Vec<f64>,
    /// Σ (n_j − 1) over the groups concerned.
    pub degrees: Vec<f64>,
}

/// The jackknife error of every statistic of `sample`, in which unit i of group g stands `counts[g][i]` times.
pub(super) fn standard_errors<W: Weight>(
    job: &Job,
    sample: &Sample<'_, W>,
    counts: Counts<'_>,
    differences: &Differences,
    layout: &Layout,
) -> Result<Errors> {
    let full = Full::new(sample, counts, differences, layout);
    let length = sample.order.len().div_ceil(STRETCHES).max(SHORTEST_STRETCH);
    let starts = full.starts(job, length)?;
    let stretches = job.each(starts, |(start, sweep)| {
        let end = sample.order.len().min(start + length);
        full.delete_each(job, start..end, sweep)
    })?;
    Ok(full.combine(&stretches))
}

/// Everything about the full sample that a replicate compares itself with.
struct Full<'a, W> {
    sample: &'a Sample<'a, W>,
    counts: Counts<'a>,
    differences: &'a Differences,
    layout: &'a Layout,
    parts: Parts,
    total_weight: f64,
    total_sum: f64,
    group_sum: Vec<f64>,
    strata: Vec<Stratum>,
}

/// One group against every group h, in columns. Its own column is zero throughout, and so adds nothing.
struct Stratum {
    /// D[j][h] and D[h][j].
    above: Vec<f64>,
    below: Vec<f64>,
}

impl Stratum {
    fn new(group: usize, differences: &Differences) -> Self {
        let column = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let other = |h: usize| if h == group { 0.0 } else { value(h) };
            (0..differences.n_groups).map(other).collect()
        };
        Self {
            above: column(&|h| differences.above(group, h)),
            below: column(&|h| differences.above(h, group)),
        }
    }
}

/// Moments of the replicates without each unit of one group: of the overall statistics and the group's own Gini, then
/// of (Gini, distance) of the group with each other group.
#[derive(Clone)]
struct Stretch {
    n: f64,
    own: [Moments; OVERALL.len() + 1],
    pairs: Vec<[Moments; 2]>,
}

/// A replicate before it is added.
struct Replicate {
    own: [f64; OVERALL.len() + 1],
    pairs: Vec<[f64; 2]>,
}

impl Stretch {
    fn new(n_groups: usize) -> Self {
        let zero = Moments::default();
        Self { n: 0.0, own: [zero; OVERALL.len() + 1], pairs: vec![[zero; 2]; n_groups] }
    }

    fn add(&mut self, replicate: &Replicate, times: f64) {
        self.n += times;
        let n = self.n;
        for (moments, &value) in self.own.iter_mut().zip(&replicate.own) {
            moments.add(value, times, n);
        }
        for (moments, values) in self.pairs.iter_mut().zip(&replicate.pairs) {
            moments[0].add(values[0], times, n);
            moments[1].add(values[1], times, n);
        }
    }
}

/// Where a statistic stands in a [`Stretch`].
#[derive(Clone, Copy)]
enum Slot {
    Own(usize),
    Pair(usize, usize),
}

impl Slot {
    /// (n − 1)/n · Σ (θ_i − mean θ)² over all stretches; zero where the θ_i differ by rounding alone.
    fn variance(self, stretches: &[Vec<Stretch>], group: usize, n: f64) -> f64 {
        let (mut seen, mut all) = (0.0, Moments::default());
        for stretch in stretches.iter().map(|groups| &groups[group]) {
            let moments = match self {
                Self::Own(statistic) => stretch.own[statistic],
                Self::Pair(other, statistic) => stretch.pairs[other][statistic],
            };
            all.merge(seen, moments, stretch.n);
            seen += stretch.n;
        }
        let rounding = ROUNDING * f64::EPSILON * all.mean;
        if all.squares <= n * rounding * rounding { 0.0 } else { (n - 1.0) / n * all.squares }
    }
}

impl<'a, W: Weight> Full<'a, W> {
    fn new(
        sample: &'a Sample<'a, W>,
        counts: Counts<'a>,
        differences: &'a Differences,
        layout: &'a Layout,
    ) -> Self {
        let groups = 0..differences.n_groups;
        Self {
            sample,
            counts,
            differences,
            layout,
            parts: Parts::of(differences),
            total_weight: differences.total_weight(),
            total_sum: differences.total_sum(),
            group_sum: groups.clone().map(|group| differences.group_sum(group)).collect(),
            strata: groups.map(|group| Stratum::new(group, differences)).collect(),
        }
    }

    /// The state of the sweep at the start of every stretch.
    fn starts(&self, job: &Job, length: usize) -> Result<Vec<(usize, Sweep)>> {
        let mut sweep = Sweep::new(self.sample.units.len(), self.sample.base);
        let mut states = Vec::new();
        for (index, stretch) in self.sample.order.chunks(length).enumerate() {
            job.check()?;
            states.push((index * length, sweep.clone()));
            if (index + 1) * length < self.sample.order.len() {
                stretch.iter().for_each(|&group| {
                    sweep.pass(self.sample, self.counts, group as usize);
                });
            }
        }
        Ok(states)
    }

    fn delete_each(
        &self,
        job: &Job,
        positions: std::ops::Range<usize>,
        mut sweep: Sweep,
    ) -> Result<Vec<Stretch>> {
        let n_groups = self.sample.units.len();
        let mut stretches = vec![Stretch::new(n_groups); n_groups];
        let mut replicate = Replicate { own: [0.0; OVERALL.len() + 1], pairs: vec![[0.0; 2]; n_groups] };
        for position in positions {
            if position % SHORTEST_STRETCH == 0 {
                job.check()?;
            }
            let group = self.sample.order[position] as usize;
            let (index, times) = sweep.pass(self.sample, self.counts, group);
            if times > 0 && self.sample.units[group].len() > 1 {
                if !self.delete(group, index, &sweep.area, &mut replicate) {
                    self.sweep_without(job, group, index, &mut replicate)?;
                }
                stretches[group].add(&replicate, f64::from(times));
            }
        }
        Ok(stretches)
    }

    /// Compute the replicate without one unit; `under[h]` is Σ_{b∈h} w_b (y − y_b)⁺ at its value. False if it is heavy.
    fn delete(&self, group: usize, index: usize, under: &[f64], replicate: &mut Replicate) -> bool {
        let full = self.differences;
        let unit = self.sample.units[group][index];
        let weight = unit.weight.get();
        let height = unit.value - full.base;
        let scale_up = self.scale_up(group);
        let mut light = true;
        // What is left of a sum of non-negative terms; zero stays zero.
        let mut rest = |sum: f64, part: f64| {
            let rest = sum - part;
            light &= rest >= LEFT_BY_HEAVY * sum;
            rest.max(0.0)
        };
        let group_weight = scale_up * rest(full.weight[group], weight);
        let group_sum = scale_up * rest(self.group_sum[group], weight * unit.value);
        // (x)⁺ − (−x)⁺ = x gives the differences to the units above from those to the units below.
        let over = |h: usize| (under[h] - (height * full.weight[h] - full.sum[h])).max(0.0);

        let own = rest(full.above(group, group), weight * (under[group] + over(group)));
        let own = scale_up * scale_up * own;
        let mut parts = self.parts;
        parts.within += own - full.above(group, group);
        replicate.own[OVERALL.len()] = ratio_or_zero(own, group_weight * group_sum);

        let (above, below) = (&self.strata[group].above, &self.strata[group].below);
        for (h, pair) in replicate.pairs.iter_mut().enumerate() {
            let before = Pair { a_above: above[h], b_above: below[h] };
            let after = Pair {
                a_above: scale_up * rest(above[h], if h == group { 0.0 } else { weight * under[h] }),
                b_above: scale_up * rest(below[h], if h == group { 0.0 } else { weight * over(h) }),
            };
            parts.between += after.net() - before.net();
            parts.transvariation += after.overlap() - before.overlap();
            let scale = group_weight * self.group_sum[h] + full.weight[h] * group_sum;
            *pair = [ratio_or_zero(after.total(), scale), ratio_or_zero(after.net(), after.total())];
        }
        let total_weight = self.total_weight - full.weight[group] + group_weight;
        let total_sum = self.total_sum - self.group_sum[group] + group_sum;
        replicate.own[..OVERALL.len()].copy_from_slice(&parts.overall(total_weight * total_sum));
        light
    }

    /// The same replicate from a sweep of its own. O(n·k).
    fn sweep_without(&self, job: &Job, group: usize, index: usize, replicate: &mut Replicate) -> Result<()> {
        let mut counts = self.counts.to_vec(&self.sample.units);
        counts[group][index] -= 1;
        let mut differences = Differences::new(self.sample.units.len());
        differences.measure(job, self.sample, Counts::of(&counts))?;
        differences.scale_group(group, self.scale_up(group));
        let statistics = self.layout.statistics(&differences);
        replicate.own[..OVERALL.len()].copy_from_slice(&statistics[..OVERALL.len()]);
        replicate.own[OVERALL.len()] = statistics[self.layout.group_gini(group)];
        for (h, pair) in replicate.pairs.iter_mut().enumerate().filter(|&(h, _)| h != group) {
            *pair = [
                statistics[self.layout.pair_gini(group, h)],
                statistics[self.layout.pair_distance(group, h)],
            ];
        }
        Ok(())
    }

    fn size(&self, group: usize) -> f64 {
        self.sample.units[group].len() as f64
    }

    fn scale_up(&self, group: usize) -> f64 {
        self.size(group) / (self.size(group) - 1.0)
    }

    fn combine(&self, stretches: &[Vec<Stretch>]) -> Errors {
        let n_statistics = self.layout.n_statistics();
        let mut errors =
            Errors { standard_error: vec![f64::NAN; n_statistics], degrees: vec![0.0; n_statistics] };
        let mut set = |statistic: usize, least: f64, concerned: &[(usize, Slot)]| {
            let known: Vec<_> = concerned.iter().filter(|&&(group, _)| self.size(group) >= least).collect();
            if !known.is_empty() {
                let variance =
                    |&&(group, slot): &&(usize, Slot)| slot.variance(stretches, group, self.size(group));
                errors.standard_error[statistic] = known.iter().map(variance).sum::<f64>().sqrt();
                errors.degrees[statistic] = known.iter().map(|&&(group, _)| self.size(group) - 1.0).sum();
            }
        };
        let groups = 0..self.sample.units.len();
        for statistic in 0..OVERALL.len() {
            let concerned: Vec<_> = groups.clone().map(|group| (group, Slot::Own(statistic))).collect();
            set(statistic, 2.0, &concerned);
        }
        for group in groups {
            let own = (group, Slot::Own(OVERALL.len()));
            set(self.layout.group_gini(group), LEAST_UNITS_OF_OWN_GINI, &[own]);
        }
        for (a, b) in self.layout.pairs() {
            let both = |statistic| [(a, Slot::Pair(b, statistic)), (b, Slot::Pair(a, statistic))];
            set(self.layout.pair_gini(a, b), 2.0, &both(0));
            set(self.layout.pair_distance(a, b), 2.0, &both(1));
        }
        errors
    }
}
