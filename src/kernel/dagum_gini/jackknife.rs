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
//! of one unit adds nothing.

use super::differences::{Differences, Sample, Sweep};
use super::statistics::{Layout, OVERALL, Pair, Parts};
use crate::kernel::cells::{Unit, Weight};
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::stats::ratio_or_zero;

/// The sweep is cut into this many stretches at most, each at least this long, for any number of threads.
const STRETCHES: usize = 16;
const SHORTEST_STRETCH: usize = 1 << 12;

/// The standard error of every statistic of `layout`; NaN where all groups concerned have one unit.
pub(super) fn standard_errors<W: Weight>(
    job: &Job,
    sample: &Sample<'_, W>,
    differences: &Differences,
    layout: &Layout,
    estimate: &[f64],
) -> Result<Vec<f64>> {
    let full = Full { sample, differences, layout, estimate, parts: Parts::of(differences) };
    let length = sample.order.len().div_ceil(STRETCHES).max(SHORTEST_STRETCH);
    let starts = starts(job, sample, length)?;
    let sums = job.each(starts, |(start, sweep)| {
        let end = sample.order.len().min(start + length);
        full.delete_each(job, start..end, sweep)
    })?;
    Ok(full.combine(&sums))
}

/// The state of the sweep at the start of every stretch.
fn starts<W: Weight>(job: &Job, sample: &Sample<'_, W>, length: usize) -> Result<Vec<(usize, Sweep)>> {
    let mut sweep = Sweep::new(sample.units.len(), sample.base);
    let mut states = Vec::new();
    for (index, stretch) in sample.order.chunks(length).enumerate() {
        job.check()?;
        states.push((index * length, sweep.clone()));
        if (index + 1) * length < sample.order.len() {
            stretch.iter().for_each(|&group| {
                pass(&mut sweep, sample, group as usize);
            });
        }
    }
    Ok(states)
}

/// Advance to the next unit of `group` and take it in.
#[inline]
fn pass<W: Weight>(sweep: &mut Sweep, sample: &Sample<'_, W>, group: usize) -> Unit<W> {
    let unit = sample.units[group][sweep.cursor[group]];
    sweep.cursor[group] += 1;
    sweep.advance(unit.value);
    sweep.passed[group] += unit.weight.get();
    unit
}

/// Everything about the full sample that a replicate compares itself with.
struct Full<'a, W> {
    sample: &'a Sample<'a, W>,
    differences: &'a Differences,
    layout: &'a Layout,
    estimate: &'a [f64],
    parts: Parts,
}

/// Σ δ and Σ δ² over deleted units of one group, for δ = statistic without the unit − full statistic: the overall
/// statistics, the group's own Gini, then Gini and distance of the group with each other group.
#[derive(Clone)]
struct Sums {
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Sums {
    fn new(n_groups: usize) -> Self {
        let zeros = vec![0.0; OVERALL.len() + 1 + 2 * n_groups];
        Self { first: zeros.clone(), second: zeros }
    }

    #[inline]
    fn add(&mut self, position: usize, delta: f64) {
        self.first[position] += delta;
        self.second[position] += delta * delta;
    }

    fn variance(parts: &[Vec<Self>], group: usize, position: usize, n: f64) -> f64 {
        let first: f64 = parts.iter().map(|groups| groups[group].first[position]).sum();
        let second: f64 = parts.iter().map(|groups| groups[group].second[position]).sum();
        ((n - 1.0) / n * (second - first * first / n)).max(0.0)
    }
}

impl<W: Weight> Full<'_, W> {
    fn delete_each(&self, job: &Job, stretch: std::ops::Range<usize>, mut sweep: Sweep) -> Result<Vec<Sums>> {
        let n_groups = self.sample.units.len();
        let mut sums = vec![Sums::new(n_groups); n_groups];
        for position in stretch {
            if position % SHORTEST_STRETCH == 0 {
                job.check()?;
            }
            let group = self.sample.order[position] as usize;
            let unit = pass(&mut sweep, self.sample, group);
            if self.sample.units[group].len() > 1 {
                self.delete(group, unit, &sweep.area, &mut sums[group]);
            }
        }
        Ok(sums)
    }

    /// Add the replicate without `unit`; `below[h]` is Σ_{b∈h} w_b (y − y_b)⁺ at its value.
    fn delete(&self, group: usize, unit: Unit<W>, below: &[f64], sums: &mut Sums) {
        let full = self.differences;
        let size = self.sample.units[group].len() as f64;
        let scale_up = size / (size - 1.0);
        let weight = unit.weight.get();
        let height = unit.value - full.base;
        // (x)⁺ − (−x)⁺ = x gives the differences to the units above from those to the units below.
        let over = |h: usize| (below[h] - (height * full.weight[h] - full.sum[h])).max(0.0);
        let group_weight = scale_up * (full.weight[group] - weight);
        let group_sum = scale_up * (full.sum[group] - weight * height) + group_weight * full.base;

        let own = full.above(group, group) - weight * (below[group] + over(group));
        let own = scale_up * scale_up * own.max(0.0);
        let mut parts = self.parts;
        parts.within += own - full.above(group, group);
        let gini = ratio_or_zero(own, group_weight * group_sum);
        sums.add(OVERALL.len(), gini - self.estimate[self.layout.group_gini(group)]);

        for other in (0..full.n_groups).filter(|&other| other != group) {
            let before = Pair { a_above: full.above(group, other), b_above: full.above(other, group) };
            let after = Pair {
                a_above: scale_up * (before.a_above - weight * below[other]).max(0.0),
                b_above: scale_up * (before.b_above - weight * over(other)).max(0.0),
            };
            parts.between += after.net() - before.net();
            parts.transvariation += after.overlap() - before.overlap();
            let scale = group_weight * full.group_sum(other) + full.weight[other] * group_sum;
            let gini = ratio_or_zero(after.total(), scale);
            let distance = ratio_or_zero(after.net(), after.total());
            let slot = OVERALL.len() + 1 + 2 * other;
            sums.add(slot, gini - self.estimate[self.layout.pair_gini(group, other)]);
            sums.add(slot + 1, distance - self.estimate[self.layout.pair_distance(group, other)]);
        }

        let total_weight = full.total_weight() - full.weight[group] + group_weight;
        let total_sum = full.total_sum() - full.group_sum(group) + group_sum;
        for (position, value) in parts.overall(total_weight * total_sum).into_iter().enumerate() {
            sums.add(position, value - self.estimate[position]);
        }
    }

    fn combine(&self, sums: &[Vec<Sums>]) -> Vec<f64> {
        let size = |group: usize| self.sample.units[group].len() as f64;
        let variance = |group: usize, slot: usize| Sums::variance(sums, group, slot, size(group));
        let error = |concerned: &[(usize, usize)]| {
            let known = concerned.iter().filter(|&&(group, _)| size(group) > 1.0);
            let variances: Vec<f64> = known.map(|&(group, slot)| variance(group, slot)).collect();
            if variances.is_empty() { f64::NAN } else { variances.iter().sum::<f64>().sqrt() }
        };
        let groups = 0..self.sample.units.len();
        let mut errors = vec![f64::NAN; self.layout.n_statistics()];
        for (statistic, value) in errors.iter_mut().enumerate().take(OVERALL.len()) {
            *value = error(&groups.clone().map(|group| (group, statistic)).collect::<Vec<_>>());
        }
        for group in groups {
            errors[self.layout.group_gini(group)] = error(&[(group, OVERALL.len())]);
        }
        for (a, b) in self.layout.pairs() {
            let slot = |other: usize| OVERALL.len() + 1 + 2 * other;
            errors[self.layout.pair_gini(a, b)] = error(&[(a, slot(b)), (b, slot(a))]);
            errors[self.layout.pair_distance(a, b)] = error(&[(a, slot(b) + 1), (b, slot(a) + 1)]);
        }
        errors
    }
}
