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
//! of one unit adds nothing. Where a unit carries nearly all of a sum, the subtraction would leave rounding errors; that
//! sum is taken anew without the unit. Since nearly all of a sum can be carried by one unit only (by two, of D[j][j]),
//! this happens about once per pair of groups, at a cost of n_j + n_h, and the whole stays O(n·k).

use std::ops::Range;

use super::differences::{Counts, Differences, Sample, Sweep};
use super::moments::{Gathered, Moments};
use super::statistics::{Layout, OVERALL, Pair, Parts};
use crate::kernel::cells::Weight;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::stats::ratio_or_zero;
use crate::kernel::wide::wide_or_plain;

/// The sweep is cut into this many stretches at most, each at least this long, for any number of threads. Each keeps
/// moments of all pairs of groups, so that there are fewer where the pairs outnumber the units.
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

/// How many units each stretch has.
pub(super) fn stretch_length(n_units: usize, n_groups: usize) -> usize {
    let stretches = (n_units / (n_groups * n_groups)).clamp(1, STRETCHES);
    n_units.div_ceil(stretches).max(SHORTEST_STRETCH)
}

/// What each two groups take: differences, strata and results, and in each stretch the moments of two statistics.
pub(super) fn bytes_per_pair<W>(sample: &Sample<'_, W>) -> usize {
    const NUMBERS: usize = 1 + 3 + 8;
    const NUMBERS_OF_MOMENTS: usize = 2 * 5;
    let n_units = sample.order.len();
    let stretches = n_units.div_ceil(stretch_length(n_units, sample.units.len()));
    size_of::<f64>() * (NUMBERS + NUMBERS_OF_MOMENTS * stretches)
}

/// The jackknife error of every statistic of `sample`, in which unit i of group g stands `counts[g][i]` times.
///
/// `starts` are the states of the sweep at the starts of the stretches, of [`stretch_length`] units each.
pub(super) fn standard_errors<W: Weight>(
    job: &Job,
    sample: &Sample<'_, W>,
    counts: Counts<'_>,
    differences: &Differences,
    starts: Vec<Sweep>,
    layout: &Layout,
) -> Result<Errors> {
    let full = Full::new(sample, counts, differences, layout);
    let length = stretch_length(sample.order.len(), differences.n_groups);
    let stretches = job.each(starts.into_iter().enumerate().collect(), |(index, sweep)| {
        let end = sample.order.len().min((index + 1) * length);
        let positions = index * length..end;
        wide_or_plain!(full.delete_each_wide(job, positions, sweep), full.delete_each(job, positions, sweep))
    })?;
    Ok(full.combine(&stretches))
}

/// Everything about the full sample that a replicate compares itself with.
struct Full<'a, W> {
    sample: &'a Sample<'a, W>,
    counts: Counts<'a>,
    differences: &'a Differences,
    layout: &'a Layout,
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
    /// One, and zero for the group itself.
    is_other: Vec<f64>,
    /// The numerators of the components without this group.
    others: Parts,
}

impl Stratum {
    fn new(group: usize, differences: &Differences, all: Parts) -> Self {
        let column = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let other = |h: usize| if h == group { 0.0 } else { value(h) };
            (0..differences.n_groups).map(other).collect()
        };
        Self {
            above: column(&|h| differences.above(group, h)),
            below: column(&|h| differences.above(h, group)),
            is_other: column(&|_| 1.0),
            others: Parts::without(group, differences, all, LEFT_BY_HEAVY),
        }
    }
}

/// Statistics of the group of a deleted unit: the overall ones and the group's own Gini, then the Ginis of its pairs with
/// every group, then their distances.
const OWN: usize = OVERALL.len() + 1;

/// A replicate before it is added, and the sums that its pairs are made of.
struct Replicate {
    statistics: Vec<f64>,
    a_above: Vec<f64>,
    b_above: Vec<f64>,
}

impl Replicate {
    fn new(n_groups: usize) -> Self {
        let zeros = vec![0.0; n_groups];
        Self { statistics: vec![0.0; OWN + 2 * n_groups], a_above: zeros.clone(), b_above: zeros }
    }
}

/// Where a statistic stands in a [`Replicate`].
#[derive(Clone, Copy)]
enum Slot {
    Own(usize),
    Pair(usize, usize),
}

impl Slot {
    /// (n − 1)/n · Σ (θ_i − mean θ)² over all stretches; zero where the θ_i differ by rounding alone.
    fn variance(self, stretches: &[Vec<Gathered>], group: usize, n: f64) -> f64 {
        let (mut seen, mut all) = (0.0, Moments::default());
        for stretch in stretches.iter().map(|groups| &groups[group]) {
            let statistic = match self {
                Self::Own(statistic) => statistic,
                Self::Pair(other, statistic) => OWN + statistic * stretches[0].len() + other,
            };
            all.merge(seen, stretch.of(statistic), stretch.n());
            seen += stretch.n();
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
        let all = Parts::of(differences);
        Self {
            sample,
            counts,
            differences,
            layout,
            total_weight: differences.total_weight(),
            total_sum: differences.total_sum(),
            group_sum: groups.clone().map(|group| differences.group_sum(group)).collect(),
            strata: groups.map(|group| Stratum::new(group, differences, all)).collect(),
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn delete_each_wide(&self, job: &Job, positions: Range<usize>, sweep: Sweep) -> Result<Vec<Gathered>> {
        self.delete_each(job, positions, sweep)
    }

    /// The moments of the replicates without each unit of a stretch, by group.
    #[inline(always)]
    fn delete_each(&self, job: &Job, positions: Range<usize>, mut sweep: Sweep) -> Result<Vec<Gathered>> {
        let n_groups = self.sample.units.len();
        let mut replicate = Replicate::new(n_groups);
        let mut gathered = vec![Gathered::new(replicate.statistics.len()); n_groups];
        for position in positions {
            if position % SHORTEST_STRETCH == 0 {
                job.check()?;
            }
            let group = self.sample.order[position] as usize;
            let (index, times) = sweep.pass(self.sample, self.counts, group);
            if times > 0 && self.sample.units[group].len() > 1 {
                if !self.delete_light(group, index, &sweep.area, &mut replicate) {
                    self.delete_heavy(group, index, &sweep.area, &mut replicate);
                }
                gathered[group].add(&replicate.statistics, f64::from(times));
            }
        }
        gathered.iter_mut().for_each(Gathered::close);
        Ok(gathered)
    }

    /// Compute the replicate without one unit by subtraction; `under[h]` is Σ_{b∈h} w_b (y − y_b)⁺ at its value.
    ///
    /// Returns whether the unit is light: if it is not, a sum that it dominates has lost digits.
    #[inline(always)]
    fn delete_light(&self, group: usize, index: usize, under: &[f64], replicate: &mut Replicate) -> bool {
        let full = self.differences;
        let unit = self.sample.units[group][index];
        let (weight, height) = (unit.weight.get(), unit.value - full.base);
        let scale_up = self.scale_up(group);
        let mut is_light = true;
        let mut rest = |sum: f64, part: f64| {
            is_light &= sum - part >= LEFT_BY_HEAVY * sum;
            (sum - part).max(0.0)
        };
        // (x)⁺ − (−x)⁺ = x gives the differences to the units above from those to the units below.
        let over = (under[group] - (height * full.weight[group] - full.sum[group])).max(0.0);
        let left = Left {
            weight: scale_up * rest(full.weight[group], weight),
            sum: scale_up * rest(self.group_sum[group], weight * unit.value),
            own: scale_up * scale_up * rest(full.above(group, group), weight * (under[group] + over)),
        };
        let stratum = &self.strata[group];
        let n_groups = full.n_groups;
        let (a_above, b_above) = (&mut replicate.a_above[..n_groups], &mut replicate.b_above[..n_groups]);
        let (under, is_other) = (&under[..n_groups], &stratum.is_other[..n_groups]);
        let (weights, sums) = (&full.weight[..n_groups], &full.sum[..n_groups]);
        let (above, below) = (&stratum.above[..n_groups], &stratum.below[..n_groups]);
        let mut all_light = true;
        for h in 0..n_groups {
            let over = (under[h] - (height * weights[h] - sums[h])).max(0.0);
            let own_weight = weight * is_other[h];
            let (a_left, b_left) = (above[h] - own_weight * under[h], below[h] - own_weight * over);
            all_light &= a_left >= LEFT_BY_HEAVY * above[h];
            all_light &= b_left >= LEFT_BY_HEAVY * below[h];
            a_above[h] = scale_up * a_left.max(0.0);
            b_above[h] = scale_up * b_left.max(0.0);
        }
        self.finish(group, &left, replicate);
        is_light && all_light
    }

    /// As [`Full::delete_light`], with the sums that the unit dominates taken anew without it.
    fn delete_heavy(&self, group: usize, index: usize, under: &[f64], replicate: &mut Replicate) {
        let full = self.differences;
        let unit = self.sample.units[group][index];
        let (weight, height) = (unit.weight.get(), unit.value - full.base);
        let scale_up = self.scale_up(group);
        let without = Without { sample: self.sample, counts: self.counts, unit: (group, index) };
        // What is left of a sum of non-negative terms; zero stays zero.
        let rest = |sum: f64, part: f64, anew: &dyn Fn() -> f64| {
            if sum - part >= LEFT_BY_HEAVY * sum { sum - part } else { anew() }
        };
        let over = |h: usize| (under[h] - (height * full.weight[h] - full.sum[h])).max(0.0);
        let value_of = |value: f64| value;
        let own_part = weight * (under[group] + over(group));
        let left = Left {
            weight: scale_up * rest(full.weight[group], weight, &|| without.sum(|_| 1.0)),
            sum: scale_up * rest(self.group_sum[group], weight * unit.value, &|| without.sum(value_of)),
            own: scale_up
                * scale_up
                * rest(full.above(group, group), own_part, &|| without.above(group, group)),
        };
        let stratum = &self.strata[group];
        for h in (0..full.n_groups).filter(|&h| h != group) {
            let (above, below) = (stratum.above[h], stratum.below[h]);
            replicate.a_above[h] = scale_up * rest(above, weight * under[h], &|| without.above(group, h));
            replicate.b_above[h] = scale_up * rest(below, weight * over(h), &|| without.above(h, group));
        }
        self.finish(group, &left, replicate);
    }

    /// The statistics of a replicate from its sums.
    #[inline(always)]
    fn finish(&self, group: usize, left: &Left, replicate: &mut Replicate) {
        let n_groups = self.differences.n_groups;
        let (own, pairs) = replicate.statistics.split_at_mut(OWN);
        let (ginis, distances) = pairs.split_at_mut(n_groups);
        let (a_above, b_above) = (&replicate.a_above[..n_groups], &replicate.b_above[..n_groups]);
        let (weights, sums) = (&self.differences.weight[..n_groups], &self.group_sum[..n_groups]);
        let distances = &mut distances[..n_groups];
        for h in 0..n_groups {
            let pair = Pair { a_above: a_above[h], b_above: b_above[h] };
            let scale = left.weight * sums[h] + weights[h] * left.sum;
            ginis[h] = ratio_or_zero(pair.total(), scale);
            distances[h] = ratio_or_zero(pair.net(), pair.total());
        }
        let mut parts = self.strata[group].others;
        parts.within += left.own;
        parts.add_pairs(a_above, b_above);
        let total_weight = self.total_weight - self.differences.weight[group] + left.weight;
        let total_sum = self.total_sum - self.group_sum[group] + left.sum;
        own[..OVERALL.len()].copy_from_slice(&parts.overall(total_weight * total_sum));
        own[OVERALL.len()] = ratio_or_zero(left.own, left.weight * left.sum);
    }

    fn size(&self, group: usize) -> f64 {
        self.sample.units[group].len() as f64
    }

    fn scale_up(&self, group: usize) -> f64 {
        self.size(group) / (self.size(group) - 1.0)
    }

    fn combine(&self, stretches: &[Vec<Gathered>]) -> Errors {
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

/// What is left of a group without one unit, weighted up to stand for the whole group.
struct Left {
    weight: f64,
    /// Of the weighted values.
    sum: f64,
    /// Of the differences inside the group.
    own: f64,
}

/// A sample without one unit.
struct Without<'a, W> {
    sample: &'a Sample<'a, W>,
    counts: Counts<'a>,
    unit: (usize, usize),
}

impl<W: Weight> Without<'_, W> {
    fn weight(&self, group: usize, index: usize) -> f64 {
        let times = self.counts.get(group, index) - u32::from((group, index) == self.unit);
        f64::from(times) * self.sample.units[group][index].weight.get()
    }

    /// Σ w · `term`(y) over the unit's group.
    fn sum(&self, term: impl Fn(f64) -> f64) -> f64 {
        let units = self.sample.units[self.unit.0].iter().enumerate();
        units.map(|(index, unit)| self.weight(self.unit.0, index) * term(unit.value)).sum()
    }

    /// D[a][b] by one pass over both groups. O(n_a + n_b).
    fn above(&self, a: usize, b: usize) -> f64 {
        let others = self.sample.units[b];
        let (mut passed, mut area, mut previous, mut next, mut sum) = (0.0, 0.0, self.sample.base, 0, 0.0);
        for (index, unit) in self.sample.units[a].iter().enumerate() {
            while let Some(other) = others.get(next).filter(|other| other.value <= unit.value) {
                area += (other.value - previous) * passed;
                previous = other.value;
                passed += self.weight(b, next);
                next += 1;
            }
            area += (unit.value - previous) * passed;
            previous = unit.value;
            sum += self.weight(a, index) * area;
        }
        sum
    }
}
