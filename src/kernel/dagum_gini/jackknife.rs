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
    let groups = 0..differences.n_groups;
    let full = Full {
        sample,
        differences,
        layout,
        estimate,
        parts: Parts::of(differences),
        total_weight: differences.total_weight(),
        total_sum: differences.total_sum(),
        group_sum: groups.clone().map(|group| differences.group_sum(group)).collect(),
        strata: groups.map(|group| Stratum::new(group, differences, layout, estimate)).collect(),
    };
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
    gini: Vec<f64>,
    distance: Vec<f64>,
}

impl Stratum {
    fn new(group: usize, differences: &Differences, layout: &Layout, estimate: &[f64]) -> Self {
        let column = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let other = |h: usize| if h == group { 0.0 } else { value(h) };
            (0..differences.n_groups).map(other).collect()
        };
        Self {
            above: column(&|h| differences.above(group, h)),
            below: column(&|h| differences.above(h, group)),
            gini: column(&|h| estimate[layout.pair_gini(group, h)]),
            distance: column(&|h| estimate[layout.pair_distance(group, h)]),
        }
    }
}

/// Σ δ and Σ δ² over deleted units of one group, for δ = statistic without the unit − full statistic: the overall
/// statistics and the group's own Gini; then (Gini, distance) of the group with each other group.
#[derive(Clone)]
struct Sums {
    first: [f64; OWN],
    second: [f64; OWN],
    pair_first: Vec<(f64, f64)>,
    pair_second: Vec<(f64, f64)>,
}

const OWN: usize = OVERALL.len() + 1;

impl Sums {
    fn new(n_groups: usize) -> Self {
        let zeros = vec![(0.0, 0.0); n_groups];
        Self { first: [0.0; OWN], second: [0.0; OWN], pair_first: zeros.clone(), pair_second: zeros }
    }

    #[inline]
    fn add(&mut self, position: usize, delta: f64) {
        self.first[position] += delta;
        self.second[position] += delta * delta;
    }
}

/// Where a statistic stands in [`Sums`].
#[derive(Clone, Copy)]
enum Slot {
    Own(usize),
    PairGini(usize),
    PairDistance(usize),
}

impl Slot {
    /// (n − 1)/n · Σ (δ − mean δ)², summed over the stretches of the sweep.
    fn variance(self, stretches: &[Vec<Sums>], group: usize, n: f64) -> f64 {
        let of_group = || stretches.iter().map(|groups| &groups[group]);
        let (first, second): (f64, f64) = match self {
            Self::Own(i) => (of_group().map(|s| s.first[i]).sum(), of_group().map(|s| s.second[i]).sum()),
            Self::PairGini(h) => {
                (of_group().map(|s| s.pair_first[h].0).sum(), of_group().map(|s| s.pair_second[h].0).sum())
            }
            Self::PairDistance(h) => {
                (of_group().map(|s| s.pair_first[h].1).sum(), of_group().map(|s| s.pair_second[h].1).sum())
            }
        };
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

    /// Add the replicate without `unit`; `under[h]` is Σ_{b∈h} w_b (y − y_b)⁺ at its value.
    fn delete(&self, group: usize, unit: Unit<W>, under: &[f64], sums: &mut Sums) {
        let full = self.differences;
        let size = self.sample.units[group].len() as f64;
        let scale_up = size / (size - 1.0);
        let weight = unit.weight.get();
        let height = unit.value - full.base;
        let group_weight = scale_up * (full.weight[group] - weight);
        let group_sum = scale_up * (full.sum[group] - weight * height) + group_weight * full.base;
        // (x)⁺ − (−x)⁺ = x gives the differences to the units above from those to the units below.
        let over = |under: f64, weight: f64, sum: f64| (under - (height * weight - sum)).max(0.0);

        let own_over = over(under[group], full.weight[group], full.sum[group]);
        let own = full.above(group, group) - weight * (under[group] + own_over);
        let own = scale_up * scale_up * own.max(0.0);
        let mut parts = self.parts;
        parts.within += own - full.above(group, group);
        let gini = ratio_or_zero(own, group_weight * group_sum);
        sums.add(OVERALL.len(), gini - self.estimate[self.layout.group_gini(group)]);

        let n_groups = under.len();
        let stratum = &self.strata[group];
        let (above, below) = (&stratum.above[..n_groups], &stratum.below[..n_groups]);
        let (ginis, distances) = (&stratum.gini[..n_groups], &stratum.distance[..n_groups]);
        let (weights, sums_above_base) = (&full.weight[..n_groups], &full.sum[..n_groups]);
        let group_sums = &self.group_sum[..n_groups];
        let (first, second) = (&mut sums.pair_first[..n_groups], &mut sums.pair_second[..n_groups]);
        for h in 0..n_groups {
            let before = Pair { a_above: above[h], b_above: below[h] };
            let over = over(under[h], weights[h], sums_above_base[h]);
            let after = Pair {
                a_above: scale_up * (above[h] - weight * under[h]).max(0.0),
                b_above: scale_up * (below[h] - weight * over).max(0.0),
            };
            parts.between += after.net() - before.net();
            parts.transvariation += after.overlap() - before.overlap();
            let scale = group_weight * group_sums[h] + weights[h] * group_sum;
            let gini = ratio_or_zero(after.total(), scale) - ginis[h];
            let distance = ratio_or_zero(after.net(), after.total()) - distances[h];
            first[h].0 += gini;
            first[h].1 += distance;
            second[h].0 += gini * gini;
            second[h].1 += distance * distance;
        }

        let total_weight = self.total_weight - full.weight[group] + group_weight;
        let total_sum = self.total_sum - self.group_sum[group] + group_sum;
        for (position, value) in parts.overall(total_weight * total_sum).into_iter().enumerate() {
            sums.add(position, value - self.estimate[position]);
        }
    }

    fn combine(&self, stretches: &[Vec<Sums>]) -> Vec<f64> {
        let size = |group: usize| self.sample.units[group].len() as f64;
        let error = |concerned: &[(usize, Slot)]| {
            let known = concerned.iter().filter(|&&(group, _)| size(group) > 1.0);
            let variances: Vec<f64> =
                known.map(|&(group, slot)| slot.variance(stretches, group, size(group))).collect();
            if variances.is_empty() { f64::NAN } else { variances.iter().sum::<f64>().sqrt() }
        };
        let groups = 0..self.sample.units.len();
        let mut errors = vec![f64::NAN; self.layout.n_statistics()];
        for (statistic, value) in errors.iter_mut().enumerate().take(OVERALL.len()) {
            *value = error(&groups.clone().map(|group| (group, Slot::Own(statistic))).collect::<Vec<_>>());
        }
        for group in groups {
            errors[self.layout.group_gini(group)] = error(&[(group, Slot::Own(OVERALL.len()))]);
        }
        for (a, b) in self.layout.pairs() {
            errors[self.layout.pair_gini(a, b)] = error(&[(a, Slot::PairGini(b)), (b, Slot::PairGini(a))]);
            errors[self.layout.pair_distance(a, b)] =
                error(&[(a, Slot::PairDistance(b)), (b, Slot::PairDistance(a))]);
        }
        errors
    }
}
