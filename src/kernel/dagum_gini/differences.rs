//! Sums of positive differences between all pairs of groups, in one sweep over the sorted units.

use super::merge::merge;
use crate::kernel::cells::{Unit, Weight};
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::stats;

/// Units between two looks at the cancellation flag.
const CHECK_EVERY: usize = 1 << 14;

/// The units of one period: sorted inside each group, with the order in which the groups take turns.
pub(super) struct Sample<'a, W> {
    pub units: Vec<&'a [Unit<W>]>,
    /// The group of each unit when all units are sorted by value.
    pub order: Vec<u32>,
    /// The lowest value: sums are taken above it, so that a common offset costs no digits.
    pub base: f64,
}

impl<'a, W: Weight> Sample<'a, W> {
    /// Merge the sorted groups. O(n log k).
    pub fn new(job: &Job, units: Vec<&'a [Unit<W>]>) -> Result<Self> {
        let first = |group: &&[Unit<W>]| group.first().map_or(f64::INFINITY, |unit| unit.value);
        let base = units.iter().map(first).fold(f64::INFINITY, f64::min);
        let order = merge(job, &units)?;
        Ok(Self { units, order, base })
    }

    /// Whether every value is zero.
    pub fn is_zero(&self) -> bool {
        self.units.iter().all(|group| group.last().is_none_or(|unit| unit.value <= 0.0))
    }
}

/// How often each unit stands in a sample, group after group; once if nothing is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts<'a>(Option<&'a [Vec<u32>]>);

impl<'a> Counts<'a> {
    pub fn none() -> Self {
        Self(None)
    }

    pub fn of(counts: &'a [Vec<u32>]) -> Self {
        Self(Some(counts))
    }

    #[inline]
    pub fn get(self, group: usize, index: usize) -> u32 {
        self.0.map_or(1, |counts| counts[group][index])
    }

    /// The counts of `units` written out.
    pub fn to_vec<W>(self, units: &[&[Unit<W>]]) -> Vec<Vec<u32>> {
        let ones = || units.iter().map(|group| vec![1; group.len()]).collect();
        self.0.map_or_else(ones, <[Vec<u32>]>::to_vec)
    }
}

/// The state of a sweep in rising order of value: for each group the weight passed so far and ∫ of it over the value.
#[derive(Clone)]
pub(super) struct Sweep {
    /// Next unit of each group.
    pub cursor: Vec<usize>,
    /// Weight of the units passed, by group.
    pub passed: Vec<f64>,
    /// `Σ_{b∈h, y_b ≤ y} w_b (y − y_b)` at the current value y, by group h.
    pub area: Vec<f64>,
    previous: f64,
}

impl Sweep {
    pub fn new(n_groups: usize, base: f64) -> Self {
        let zeros = vec![0.0; n_groups];
        Self { cursor: vec![0; n_groups], passed: zeros.clone(), area: zeros, previous: base }
    }

    /// Move up to `value`: every area grows by the gap times the weight below it.
    #[inline(always)]
    pub fn advance(&mut self, value: f64) {
        let gap = value - self.previous;
        self.previous = value;
        for (area, passed) in self.area.iter_mut().zip(&self.passed) {
            *area += gap * passed;
        }
    }

    /// Advance to the next unit of `group` and take it in; return its index and how often it stands there.
    #[inline(always)]
    pub fn pass<W: Weight>(
        &mut self,
        sample: &Sample<'_, W>,
        counts: Counts<'_>,
        group: usize,
    ) -> (usize, u32) {
        let index = self.cursor[group];
        self.cursor[group] += 1;
        let times = counts.get(group, index);
        if times > 0 {
            let unit = sample.units[group][index];
            self.advance(unit.value);
            self.passed[group] += unit.weight.get() * f64::from(times);
        }
        (index, times)
    }
}

/// What the decomposition is made of.
#[derive(Debug, Clone)]
pub(super) struct Differences {
    pub n_groups: usize,
    /// Sum of the weights, by group.
    pub weight: Vec<f64>,
    /// Weighted sum of the values above the base, by group.
    pub sum: Vec<f64>,
    /// `above[j·k + h] = Σ_{a∈j, b∈h} w_a w_b (y_a − y_b)⁺`.
    pub above: Vec<f64>,
    pub base: f64,
}

impl Differences {
    pub fn new(n_groups: usize) -> Self {
        let zeros = vec![0.0; n_groups];
        Self { n_groups, weight: zeros.clone(), sum: zeros, above: vec![0.0; n_groups * n_groups], base: 0.0 }
    }

    /// Sweep once over `sample`, each unit as often as `counts` says, and return the state of the sweep at every
    /// `stretch` units. O(n·k).
    pub fn measure<W: Weight>(
        &mut self,
        job: &Job,
        sample: &Sample<'_, W>,
        counts: Counts<'_>,
        stretch: usize,
    ) -> Result<Vec<Sweep>> {
        let k = self.n_groups;
        self.base = sample.base;
        self.above.fill(0.0);
        self.sum.fill(0.0);
        let mut sweep = Sweep::new(k, sample.base);
        let mut starts = Vec::with_capacity(sample.order.len().div_ceil(stretch));
        for (position, &group) in sample.order.iter().enumerate() {
            if position % CHECK_EVERY == 0 {
                job.check()?;
            }
            if position % stretch == 0 {
                starts.push(sweep.clone());
            }
            let group = group as usize;
            let (index, times) = sweep.pass(sample, counts, group);
            if times == 0 {
                continue;
            }
            let unit = sample.units[group][index];
            let weight = unit.weight.get() * f64::from(times);
            // A unit is no higher than itself: the area at its own value does not count it.
            let above = &mut self.above[group * k..(group + 1) * k];
            for (above, area) in above.iter_mut().zip(&sweep.area) {
                *above += weight * area;
            }
            self.sum[group] += weight * (unit.value - sample.base);
        }
        self.weight.copy_from_slice(&sweep.passed);
        Ok(starts)
    }

    pub fn above(&self, a: usize, b: usize) -> f64 {
        self.above[a * self.n_groups + b]
    }

    /// Weighted sum of the values of `group`.
    pub fn group_sum(&self, group: usize) -> f64 {
        self.sum[group] + self.weight[group] * self.base
    }

    pub fn mean(&self, group: usize) -> f64 {
        self.sum[group] / self.weight[group] + self.base
    }

    pub fn total_weight(&self) -> f64 {
        self.weight.iter().sum()
    }

    pub fn total_sum(&self) -> f64 {
        (0..self.n_groups).map(|group| self.group_sum(group)).sum()
    }

    /// Whether all sums are inside the range in which doubles keep their digits.
    pub fn is_in_range(&self) -> bool {
        let scale = self.total_weight() * self.total_sum();
        stats::keeps_digits(scale) && self.above.iter().sum::<f64>().is_finite()
    }
}
