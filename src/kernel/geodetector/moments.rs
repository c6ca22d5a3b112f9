//! Counts, sums and squares of the outcome by stratum and by crossed strata, which merge.

use super::joint::{groups, tally};
use super::sample::{Codes, Input, Sample};
use crate::kernel::check;
use crate::kernel::error::{Error, Result};
use crate::kernel::job::Job;
use crate::kernel::stats::keeps_digits;

/// Rows between two checks; a block of values and of codes stays in the cache while pairs are formed from it.
pub(super) const BLOCK: usize = 1 << 13;

/// Tables of no more cells than this are summed block by block, which keeps rounding down.
const SMALL: usize = 1 << 10;

/// Crossed strata of one pair of factors, over all periods: 16 bytes each.
const MOST_CELLS: usize = 1 << 25;

/// Count and sum of one cell, counts as doubles: they are exact below 2⁵³, and one instruction adds both.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(C)]
pub struct Cell {
    pub n: f64,
    /// Σ (value − shift of the period).
    pub sum: f64,
}

/// Count, mean and squares of one stratum.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stratum {
    pub n: f64,
    /// Mean, taken from the shift of the period; zero without units.
    pub mean: f64,
    /// Σ (value − mean of the stratum)².
    pub squares: f64,
}

impl Stratum {
    /// Join `other`, whose mean stands `offset` higher than it says (Chan, Golub & LeVeque 1983).
    pub fn merge(&mut self, other: Self, offset: f64) {
        if other.n <= 0.0 {
            return;
        }
        if self.n <= 0.0 {
            *self = Self { mean: other.mean + offset, ..other };
            return;
        }
        let distance = other.mean + offset - self.mean;
        let n = self.n + other.n;
        self.mean += distance * (other.n / n);
        self.squares += other.squares + distance * distance * (self.n * other.n / n);
        self.n = n;
    }
}

/// All that the detectors need, of some of the rows or of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    pub n_periods: usize,
    /// Number of strata by factor.
    pub n_strata: Vec<usize>,
    /// Where the values of each period are taken from.
    pub shift: Vec<f64>,
    /// By factor: period × stratum.
    pub strata: Vec<Vec<Stratum>>,
    /// By pair of factors, in the order of [`pairs`]: period × stratum of the first × stratum of the second.
    pub crossed: Vec<Vec<Cell>>,
}

impl Moments {
    /// There are factors, and the tables have the sizes that go with them: for moments that come from outside.
    pub(super) fn check(&self) -> Result<()> {
        let n_factors = self.n_strata.len();
        check::not_empty("factors", &self.n_strata)?;
        check::length("shift", &self.shift, self.n_periods)?;
        check::finite("shift", &self.shift)?;
        check::length("strata", &self.strata, n_factors)?;
        check::length("crossed", &self.crossed, n_factors * (n_factors - 1) / 2)?;
        for (strata, n) in self.strata.iter().zip(&self.n_strata) {
            check::length("strata", strata, n.saturating_mul(self.n_periods))?;
        }
        for (cells, (a, b)) in self.crossed.iter().zip(pairs(n_factors)) {
            let n = self.n_strata[a].saturating_mul(self.n_strata[b]).saturating_mul(self.n_periods);
            check::length("crossed", cells, n)?;
        }
        Ok(())
    }
}

/// Pairs (a, b) of `n` factors, a < b.
pub fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b)))
}

/// The moments of `input`. O(n · groups of factors), see [`groups`]; beside the tables one copy of the values.
///
/// Values are taken from the mean of their period, so that an offset costs no digits; where strata are far apart for what
/// they spread, their squares are summed again about their own means.
///
/// # Errors
/// Those of [`Input`]'s checks; `TooMany` crossed strata; `OutOfRange`; `Cancelled`.
pub fn moments(job: &Job, input: &Input<'_>) -> Result<Moments> {
    of_sample(job, &Sample::new(job, input)?)
}

pub(super) fn of_sample(job: &Job, sample: &Sample<'_>) -> Result<Moments> {
    let (n_factors, n_periods) = (sample.n_factors(), sample.n_periods());
    let mut all_cells = 0;
    for (a, b) in pairs(n_factors) {
        let cells = sample.n_strata[a].saturating_mul(sample.n_strata[b]).saturating_mul(n_periods);
        check::at_most("crossed strata of two factors", cells, MOST_CELLS)?;
        all_cells += cells;
    }
    // While a table is read off another that also has squares, and when it is joined and handed over.
    job.foresee("crossed strata", all_cells, 2 * size_of::<Cell>() + size_of::<f64>())?;
    let strata = sample.n_strata.iter().fold(0_usize, |sum, &n| sum.saturating_add(n));
    job.foresee("strata in all periods", strata.saturating_mul(n_periods), 2 * size_of::<Stratum>())?;
    let groups = groups(&sample.n_strata, sample.values.len() / n_periods.max(1));
    let parts = job.map(n_periods * groups.len(), |index| {
        tally(job, sample, &groups[index % groups.len()], index / groups.len())
    })?;
    let mut moments = Moments {
        n_periods,
        n_strata: sample.n_strata.clone(),
        shift: sample.shift.clone(),
        strata: vec![Vec::new(); n_factors],
        crossed: vec![Vec::new(); n_factors * n_factors.saturating_sub(1) / 2],
    };
    for (index, part) in parts.into_iter().enumerate() {
        let group = &groups[index % groups.len()];
        for (&position, strata) in group.owned.iter().zip(part.strata) {
            append(&mut moments.strata[group.factors[position]], strata);
        }
        for (&(i, j), cells) in group.pairs.iter().zip(part.crossed) {
            let pair = pair_index(n_factors, group.factors[i], group.factors[j]);
            append(&mut moments.crossed[pair], cells);
        }
    }
    if n_factors > 0 {
        check_range(&moments.strata[0], sample)?;
    }
    Ok(moments)
}

/// Add the table of one more period; that of the first is taken as it is.
fn append<T>(table: &mut Vec<T>, mut more: Vec<T>) {
    if table.is_empty() { *table = more } else { table.append(&mut more) }
}

/// Where the pair (a, b), a < b, stands in [`pairs`].
fn pair_index(n: usize, a: usize, b: usize) -> usize {
    a * (2 * n - a - 1) / 2 + b - a - 1
}

/// The squares of every period are numbers of full precision, or zero since all its values are equal.
fn check_range(strata: &[Stratum], sample: &Sample<'_>) -> Result<()> {
    for period in 0..sample.n_periods() {
        let total = total(&strata[period * sample.n_strata[0]..(period + 1) * sample.n_strata[0]]);
        let varies = || sample.values[sample.rows_of(period)].iter().any(|&value| value != 0.0);
        if !keeps_digits(total.squares) && (total.squares > 0.0 || varies()) {
            return Err(Error::OutOfRange { name: "values", period });
        }
    }
    Ok(())
}

/// All strata together.
pub(super) fn total(strata: &[Stratum]) -> Stratum {
    strata.iter().fold(Stratum::default(), |mut total, &stratum| {
        total.merge(stratum, 0.0);
        total
    })
}

/// Stretches of rows that stay in the cache.
pub(super) fn blocks(rows: std::ops::Range<usize>) -> impl Iterator<Item = std::ops::Range<usize>> {
    rows.clone().step_by(BLOCK).map(move |start| start..rows.end.min(start + BLOCK))
}

/// Cells, and for few of them two that take the rows of a block in turn.
///
/// Two, since an addition to the cell that was just written waits for it; by block, since partial sums round less.
pub(super) struct Table {
    pub cells: Vec<Cell>,
    even: Vec<Cell>,
    odd: Vec<Cell>,
}

impl Table {
    pub fn new(n_cells: usize) -> Self {
        let small = || vec![Cell::default(); if n_cells <= SMALL { n_cells } else { 0 }];
        Self { cells: vec![Cell::default(); n_cells], even: small(), odd: small() }
    }

    pub fn add_strata(&mut self, values: &[f64], codes: Codes<'_>) {
        match codes {
            Codes::Narrow(codes) => self.add(values, codes.len(), |row| codes[row].into()),
            Codes::Wide(codes) => self.add(values, codes.len(), |row| codes[row] as usize),
        }
    }

    pub fn add_crossed(&mut self, values: &[f64], a: Codes<'_>, b: Codes<'_>, n_b: usize) {
        use Codes::{Narrow, Wide};
        match (a, b) {
            (Narrow(a), Narrow(b)) => {
                self.add(values, a.len().min(b.len()), |row| usize::from(a[row]) * n_b + usize::from(b[row]));
            }
            (Narrow(a), Wide(b)) => {
                self.add(values, a.len().min(b.len()), |row| usize::from(a[row]) * n_b + b[row] as usize);
            }
            (Wide(a), Narrow(b)) => {
                self.add(values, a.len().min(b.len()), |row| a[row] as usize * n_b + usize::from(b[row]));
            }
            (Wide(a), Wide(b)) => {
                self.add(values, a.len().min(b.len()), |row| a[row] as usize * n_b + b[row] as usize);
            }
        }
    }

    #[inline(always)]
    fn add(&mut self, values: &[f64], n: usize, cell_of: impl Fn(usize) -> usize) {
        let n = n.min(values.len());
        let put = |cells: &mut [Cell], row: usize| {
            let cell = &mut cells[cell_of(row)];
            cell.n += 1.0;
            cell.sum += values[row];
        };
        if self.even.is_empty() {
            (0..n).for_each(|row| put(&mut self.cells, row));
            return;
        }
        for row in (0..n & !1).step_by(2) {
            put(&mut self.even, row);
            put(&mut self.odd, row + 1);
        }
        if n % 2 == 1 {
            put(&mut self.even, n - 1);
        }
        for (cell, part) in self.cells.iter_mut().zip(self.even.iter_mut().zip(&mut self.odd)) {
            cell.n += part.0.n + part.1.n;
            cell.sum += part.0.sum + part.1.sum;
            (*part.0, *part.1) = (Cell::default(), Cell::default());
        }
    }
}
