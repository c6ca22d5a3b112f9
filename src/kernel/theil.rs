//! Theil's two entropy measures and their decomposition by group.
//!
//! Theil, H. (1967). *Economics and Information Theory*, ch. 4. With r = y/μ and weights w summing to W,
//!
//! ```text
//! T = Σ w r ln r / W        L = Σ w ln(1/r) / W
//! ```
//!
//! Since Σ w (r − 1) = 0, each term is taken as `r ln r − r + 1` or `r − 1 − ln r`: none is negative, so that nearly
//! equal values (GDP near 1e9 that differs by 1) keep their digits.

use super::cells::{Cells, Panel, Unit, Weight};
use super::error::{Error, Result};
use super::job::Job;
use super::special::{entropy_term, log_term};

/// Both measures, or a part of both.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Measures {
    /// Theil's T; weights units by their share of the total.
    pub t: f64,
    /// Theil's L, the mean log deviation; infinite if a value is zero.
    pub l: f64,
}

/// One period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overall {
    pub total: Measures,
    /// Inside the groups: T weighted by their shares of the total value, L by their shares of the weight.
    pub within: Measures,
    /// Between the group means.
    pub between: Measures,
}

impl Overall {
    /// The part of each measure that lies within groups; NaN where the measure is zero or infinite.
    pub fn share_within(&self) -> Measures {
        self.within.relative_to(self.total)
    }

    /// The part of each measure that lies between groups; NaN where the measure is zero or infinite.
    pub fn share_between(&self) -> Measures {
        self.between.relative_to(self.total)
    }
}

/// One group in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    pub period: u32,
    pub group: u32,
    pub n: u64,
    pub mean: f64,
    /// Share of the weight (population).
    pub share_weight: f64,
    /// Share of the weighted sum (income).
    pub share_value: f64,
    pub theil: Measures,
    /// The group's part of the total: its share times its measure, divided by the total measure.
    pub contribution: Measures,
}

/// Every period of a panel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Theil {
    pub overall: Vec<Overall>,
    pub groups: Vec<Group>,
}

/// Theil T and L of every period of `panel`, in total, within and between groups. O(n).
///
/// A value of zero adds nothing to T (0·ln 0 = 0) and makes L infinite.
///
/// # Errors
/// Those of [`Panel::check_non_negative`]; `ZeroMean`, `NoWeight`, `OutOfRange`, `Cancelled`.
pub fn theil(job: &Job, panel: &Panel<'_>) -> Result<Theil> {
    panel.check_non_negative()?;
    match panel.weights {
        None => decompose(job, &Cells::new(job, panel, |_| ())?),
        Some(weights) => decompose(job, &Cells::new(job, panel, |row| weights[row])?),
    }
}

fn decompose<W: Weight>(job: &Job, cells: &Cells<W>) -> Result<Theil> {
    let mut result = Theil::default();
    for period in 0..cells.n_periods() {
        let (overall, groups) = decompose_period(job, cells, period)?;
        result.overall.push(overall);
        result.groups.extend(groups);
    }
    Ok(result)
}

fn decompose_period<W: Weight>(job: &Job, cells: &Cells<W>, period: usize) -> Result<(Overall, Vec<Group>)> {
    let cells = cells.groups_of(period);
    let base =
        cells.iter().flat_map(|(_, units)| *units).map(|unit| unit.value).fold(f64::INFINITY, f64::min);
    let sums: Vec<Sums> = cells.iter().map(|(_, units)| Sums::of(job, units, base)).collect::<Result<_>>()?;
    let total = Sums {
        weight: sums.iter().map(|sums| sums.weight).sum(),
        above_base: sums.iter().map(|sums| sums.above_base).sum(),
        base,
    };
    if cells.iter().flat_map(|(_, units)| *units).all(|unit| unit.value <= 0.0) {
        return Err(Error::ZeroMean { name: "values", period });
    }
    if !(total.value().is_normal() && total.mean().is_normal()) {
        return Err(Error::OutOfRange { name: "values", period });
    }
    let mut overall =
        Overall { total: Measures::default(), within: Measures::default(), between: Measures::default() };
    let mut groups = Vec::with_capacity(cells.len());
    for ((group, units), sums) in cells.iter().zip(&sums) {
        let share_weight = sums.weight / total.weight;
        let share_value = sums.value() / total.value();
        let inside = sums.measures(job, units)?;
        let from_total = total.measures(job, units)?;
        let between = Measures::of_ratio(sums.mean() / total.mean(), sums.relative_to(&total));
        overall.total.add(share_weight, from_total.t, share_weight, from_total.l);
        overall.within.add(share_value, inside.t, share_weight, inside.l);
        overall.between.add(share_weight, between.t, share_weight, between.l);
        groups.push(Group {
            period: period as u32,
            group: *group,
            n: units.len() as u64,
            mean: sums.mean(),
            share_weight,
            share_value,
            theil: inside,
            contribution: Measures { t: share_value * inside.t, l: share_weight * inside.l },
        });
    }
    let is_lost = |measures: &Measures| !measures.t.is_finite();
    if [overall.total, overall.within, overall.between].iter().any(is_lost)
        || groups.iter().any(|group| is_lost(&group.theil))
    {
        // Ratios to a mean so small that they are no doubles.
        return Err(Error::OutOfRange { name: "values", period });
    }
    for group in &mut groups {
        group.contribution = group.contribution.relative_to(overall.total);
    }
    Ok((overall, groups))
}

impl Measures {
    /// The terms of a value that stands at `ratio` = 1 + `excess` times the mean.
    fn of_ratio(ratio: f64, excess: f64) -> Self {
        Self { t: entropy_term(ratio, excess), l: log_term(ratio, excess) }
    }

    fn relative_to(self, total: Self) -> Self {
        let share = |part: f64, total: f64| if total.is_finite() { part / total } else { f64::NAN };
        Self { t: share(self.t, total.t), l: share(self.l, total.l) }
    }

    fn add(&mut self, share_t: f64, t: f64, share_l: f64, l: f64) {
        // A group of zeros has share 0 and is no part of T, whatever its own measure.
        if share_t > 0.0 {
            self.t += share_t * t;
        }
        self.l += share_l * l;
    }
}

/// Weight and weighted sum of some units, the sum taken above `base` so that an offset costs no digits.
struct Sums {
    weight: f64,
    above_base: f64,
    base: f64,
}

impl Sums {
    fn of<W: Weight>(job: &Job, units: &[Unit<W>], base: f64) -> Result<Self> {
        let weight = job.sum(units.len(), |i| units[i].weight.get())?;
        let above_base = job.sum(units.len(), |i| units[i].weight.get() * (units[i].value - base))?;
        Ok(Self { weight, above_base, base })
    }

    fn mean(&self) -> f64 {
        self.mean_above_base() + self.base
    }

    fn mean_above_base(&self) -> f64 {
        self.above_base / self.weight
    }

    fn value(&self) -> f64 {
        self.above_base + self.base * self.weight
    }

    /// How far this mean exceeds that of `other`, relative to it.
    fn relative_to(&self, other: &Self) -> f64 {
        (self.mean_above_base() - other.mean_above_base()) / other.mean()
    }

    /// The mean terms of `units`, seen from this mean; zero if the mean is zero.
    fn measures<W: Weight>(&self, job: &Job, units: &[Unit<W>]) -> Result<Measures> {
        let (mean, centre) = (self.mean(), self.mean_above_base());
        if mean <= 0.0 {
            return Ok(Measures::default());
        }
        let weight: f64 = job.sum(units.len(), |i| units[i].weight.get())?;
        let ratio = |unit: &Unit<W>| unit.value / mean;
        let excess = |unit: &Unit<W>| ((unit.value - self.base) - centre) / mean;
        let sum = |term: fn(f64, f64) -> f64| {
            job.sum(units.len(), |i| {
                let unit = &units[i];
                unit.weight.get() * term(ratio(unit), excess(unit))
            })
        };
        let (t, l) = (sum(entropy_term)?, sum(log_term)?);
        Ok(Measures { t: t / weight, l: l / weight })
    }
}
