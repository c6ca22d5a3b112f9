//! Factors as the places of their values in sorted order.

use crate::kernel::check;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::sort;

/// A place in sorted order as it is stored.
pub(crate) trait Place: Copy + Send + Sync + Default + PartialOrd + 'static {
    const LAST: Self;
    fn index(self) -> usize;
    fn of(index: usize) -> Self;
    /// One more if `more`.
    fn plus(self, more: bool) -> Self;
}

impl Place for u16 {
    const LAST: Self = Self::MAX;
    #[inline(always)]
    fn plus(self, more: bool) -> Self {
        self + Self::from(more)
    }
    #[inline(always)]
    fn index(self) -> usize {
        usize::from(self)
    }
    #[inline(always)]
    fn of(index: usize) -> Self {
        index as Self
    }
}

impl Place for u32 {
    const LAST: Self = Self::MAX;
    #[inline(always)]
    fn plus(self, more: bool) -> Self {
        self + Self::from(more)
    }
    #[inline(always)]
    fn index(self) -> usize {
        self as usize
    }
    #[inline(always)]
    fn of(index: usize) -> Self {
        index as Self
    }
}

/// Column after column: the place of each row, and the row at each place.
#[derive(Debug, Clone)]
pub(crate) struct Places<R> {
    pub place_of: Vec<R>,
    pub row_at: Vec<R>,
}

/// [`Places`] in two bytes where all rows fit.
#[derive(Debug, Clone)]
pub(crate) enum Table {
    Narrow(Places<u16>),
    Wide(Places<u32>),
}

/// Every factor sorted once: after that, growing trees needs no value but for thresholds.
///
/// Equal values have places next to each other, in the order of their rows.
#[derive(Debug, Clone)]
pub struct Ranks<'a> {
    columns: &'a [&'a [f64]],
    pub(crate) table: Table,
    /// Values in order.
    pub(super) sorted: Vec<Vec<f64>>,
    /// Whether no value occurs twice.
    pub(super) is_distinct: Vec<bool>,
    pub(crate) n_rows: usize,
}

impl<'a> Ranks<'a> {
    /// Sort `columns` of `n_rows` values each. O(p n log n).
    ///
    /// # Errors
    /// No column, columns of another length, values that are not finite, `Cancelled`.
    pub fn new(job: &Job, columns: &'a [&'a [f64]], n_rows: usize) -> Result<Self> {
        check::not_empty("columns", columns)?;
        check::at_most("rows", n_rows, u32::MAX as usize)?;
        let ordered = job.map(columns.len(), |column| {
            let values = columns[column];
            let checked = check::length("values", values, n_rows)
                .and_then(|()| check::not_empty("values", values))
                .and_then(|()| check::finite("values", values));
            checked.map_err(|error| error.in_column(column))?;
            sort_column(job, values)
        })?;
        let (rows, sorted): (Vec<_>, Vec<Vec<f64>>) = ordered.into_iter().unzip();
        let table = if n_rows <= usize::from(u16::MAX) {
            Table::Narrow(places(&rows))
        } else {
            Table::Wide(places(&rows))
        };
        let is_distinct =
            sorted.iter().map(|values| values.windows(2).all(|pair| pair[0] < pair[1])).collect();
        Ok(Self { columns, table, sorted, is_distinct, n_rows })
    }

    /// Number of factors.
    pub fn n_features(&self) -> usize {
        self.sorted.len()
    }

    /// The value of a factor in a row of the data; minus zero is zero.
    pub(super) fn value(&self, feature: usize, row: usize) -> f64 {
        self.columns[feature][row] + 0.0
    }

    /// The threshold between two values that a node parts, and the last place of the factor that goes left. O(log n).
    ///
    /// It is their midpoint, or a value of the data that is the midpoint but for rounding: on which side such a row falls
    /// must not depend on the unit, in which 0.2 may be the midpoint of 0.1 and 0.3 or not.
    pub(super) fn between(&self, feature: usize, below: f64, above: f64) -> (f64, u32) {
        let sorted = &self.sorted[feature];
        let middle = threshold(below, above);
        let slack = ROUNDING * below.abs().max(above.abs());
        if above / 4.0 - below / 4.0 <= slack {
            let end = sorted.partition_point(|&value| value <= middle);
            return (middle, end.saturating_sub(1) as u32);
        }
        // At least the lower value is among those.
        let last = sorted.partition_point(|&value| value <= middle + slack).saturating_sub(1);
        let nearest = sorted[last];
        (if nearest > middle - slack { nearest } else { middle }, last as u32)
    }
}

/// Values that differ by less, relative to the larger of the values beside a threshold, are one but for rounding: each of
/// them is off by half a unit of its last digit after a change of units, and their midpoint by another.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// Where between two neighbouring values a split is put.
///
/// Their midpoint, computed in one way; where rounding would put it on the upper value, the lower.
fn threshold(below: f64, above: f64) -> f64 {
    let middle = below.midpoint(above);
    if middle < above { middle } else { below }
}

fn sort_column(job: &Job, values: &[f64]) -> Result<(Vec<u32>, Vec<f64>)> {
    // Adding zero turns −0 into 0, so that both are equal.
    let mut order: Vec<(f64, u32)> =
        values.iter().enumerate().map(|(row, &value)| (value + 0.0, row as u32)).collect();
    sort::by_number(job, &mut order, |entry| entry.0, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
    Ok((order.iter().map(|entry| entry.1).collect(), order.iter().map(|entry| entry.0).collect()))
}

fn places<R: Place>(rows: &[Vec<u32>]) -> Places<R> {
    let n_rows = rows.first().map_or(0, Vec::len);
    let mut place_of = vec![R::default(); n_rows * rows.len()];
    for (column, rows) in place_of.chunks_exact_mut(n_rows).zip(rows) {
        rows.iter().enumerate().for_each(|(place, &row)| column[row as usize] = R::of(place));
    }
    let row_at = rows.iter().flatten().map(|&row| R::of(row as usize)).collect();
    Places { place_of, row_at }
}
