//! Factors as the places of their values in sorted order.

use crate::kernel::check;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::sort;
use crate::kernel::wide::fetch;

/// A place in sorted order as it is stored.
pub(crate) trait Place: Copy + Send + Sync + Default + PartialOrd + 'static {
    fn index(self) -> usize;
    fn of(index: usize) -> Self;
}

impl Place for u16 {
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

/// Places column after column, and [`Places::by_row`].
#[derive(Debug, Clone)]
pub(crate) enum BothWays<'a> {
    Narrow(&'a [u16], Vec<u16>),
    Wide(&'a [u32], Vec<u32>),
}

impl<R: Place> Places<R> {
    /// The places of each row, row after row.
    pub fn by_row(&self, n_rows: usize) -> Vec<R> {
        let n_features = self.place_of.len() / n_rows;
        let mut places = vec![R::default(); self.place_of.len()];
        for (feature, column) in self.place_of.chunks_exact(n_rows).enumerate() {
            for (row, &place) in column.iter().enumerate() {
                places[row * n_features + feature] = place;
            }
        }
        places
    }
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
    /// The first of each [`PIECE`] of them, where there are [`MANY`].
    firsts: Vec<Vec<f64>>,
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
            Table::Narrow(places(job, &rows)?)
        } else {
            Table::Wide(places(job, &rows)?)
        };
        let is_distinct =
            sorted.iter().map(|values| values.windows(2).all(|pair| pair[0] < pair[1])).collect();
        let step = if n_rows < MANY { n_rows } else { PIECE };
        let firsts = sorted.iter().map(|values| values.iter().copied().step_by(step).collect()).collect();
        Ok(Self { columns, table, sorted, firsts, is_distinct, n_rows })
    }

    /// The places of each row, column after column and row after row.
    pub(super) fn both_ways(&self) -> BothWays<'_> {
        match &self.table {
            Table::Narrow(places) => BothWays::Narrow(&places.place_of, places.by_row(self.n_rows)),
            Table::Wide(places) => BothWays::Wide(&places.place_of, places.by_row(self.n_rows)),
        }
    }

    /// Number of factors.
    pub fn n_features(&self) -> usize {
        self.sorted.len()
    }

    /// The value of a factor in a row of the data is read soon.
    #[inline(always)]
    pub(super) fn fetch_value(&self, feature: usize, row: usize) {
        fetch(self.columns[feature], row);
    }

    /// The value of a factor in a row of the data; minus zero is zero.
    pub(super) fn value(&self, feature: usize, row: usize) -> f64 {
        self.columns[feature][row] + 0.0
    }

    /// Begin to look for the thresholds between values that nodes part. O(log n) each.
    pub(super) fn look_between(&self, gaps: [Gap; GAPS]) -> Looking {
        let middles = gaps.map(|gap| threshold(gap.below, gap.above));
        let slacks = gaps.map(Gap::slack);
        let ends = std::array::from_fn(|each| middles[each] + slacks[each]);
        let mut starts = [0; GAPS];
        if self.n_rows >= MANY {
            let firsts: [&[f64]; GAPS] = gaps.map(|gap| &self.firsts[gap.feature][..]);
            let pieces = count_up_to(&firsts, &ends, [0; GAPS], self.n_rows.div_ceil(PIECE));
            starts = pieces.map(|piece| (piece.saturating_sub(1) * PIECE).min(self.n_rows - PIECE));
            for (gap, start) in gaps.iter().zip(starts) {
                (start..start + PIECE)
                    .step_by(LINE)
                    .for_each(|place| fetch(&self.sorted[gap.feature], place));
            }
        }
        Looking { gaps, middles, slacks, ends, starts }
    }

    /// The thresholds, and the last places of the factors that go left.
    ///
    /// A threshold is the midpoint, or a value of the data that is the midpoint but for rounding: on which side such a
    /// row falls must not depend on the unit, in which 0.2 may be the midpoint of 0.1 and 0.3 or not.
    pub(super) fn between(&self, looking: &Looking) -> [(f64, u32); GAPS] {
        let Looking { gaps, middles, slacks, ends, starts } = looking;
        let columns: [&[f64]; GAPS] = gaps.map(|gap| &self.sorted[gap.feature][..self.n_rows]);
        let length = if self.n_rows < MANY { self.n_rows } else { PIECE };
        let ends = count_up_to(&columns, ends, *starts, length);
        std::array::from_fn(|each| {
            // At least the lower value is left of it.
            let last = ends[each].saturating_sub(1);
            let nearest = self.sorted[gaps[each].feature][last];
            let is_middle = slacks[each] > 0.0 && nearest > middles[each] - slacks[each];
            (if is_middle { nearest } else { middles[each] }, last as u32)
        })
    }
}

/// How many values of each column are no larger than a number, if that is where it stands: from a start over a length.
///
/// The searches go on step by step together, so that none waits for the memory of another.
fn count_up_to(
    columns: &[&[f64]; GAPS],
    numbers: &[f64; GAPS],
    mut starts: [usize; GAPS],
    mut length: usize,
) -> [usize; GAPS] {
    while length > 1 {
        let half = length / 2;
        for ((start, column), number) in starts.iter_mut().zip(columns).zip(numbers) {
            *start += std::hint::select_unpredictable(column[*start + half - 1] <= *number, half, 0);
        }
        length -= half;
    }
    std::array::from_fn(|each| {
        let start = starts[each];
        start + usize::from(columns[each][start] <= numbers[each])
    })
}

/// Rows from which thresholds are looked for among the first values of pieces first: a search of the whole column reads far
/// apart at every step.
const MANY: usize = 1 << 12;

/// Values in a piece.
const PIECE: usize = 32;

/// Values that are fetched from memory at once.
const LINE: usize = 8;

/// Thresholds that are half found: what comes next waits for memory, and other work is done in the meantime.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looking {
    gaps: [Gap; GAPS],
    middles: [f64; GAPS],
    slacks: [f64; GAPS],
    /// The last value to go left is the last that is no larger than this,
    ends: [f64; GAPS],
    /// and stands no earlier than here.
    starts: [usize; GAPS],
}

/// Searches for thresholds that go on together.
pub(super) const GAPS: usize = 32;

/// Neighbouring values of a factor that a node parts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Gap {
    pub feature: usize,
    pub below: f64,
    pub above: f64,
}

impl Gap {
    /// How close to the midpoint a value of the data is the midpoint; zero if the two are hardly apart.
    fn slack(self) -> f64 {
        let slack = ROUNDING * self.below.abs().max(self.above.abs());
        if self.above / 4.0 - self.below / 4.0 <= slack { 0.0 } else { slack }
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

fn places<R: Place>(job: &Job, rows: &[Vec<u32>]) -> Result<Places<R>> {
    let n_rows = rows.first().map_or(0, Vec::len);
    let mut place_of = vec![R::default(); n_rows * rows.len()];
    let mut row_at = place_of.clone();
    let columns = place_of.chunks_exact_mut(n_rows).zip(row_at.chunks_exact_mut(n_rows)).zip(rows);
    job.each(columns.collect(), |((place_of, row_at), rows)| {
        for (place, (slot, &row)) in row_at.iter_mut().zip(rows).enumerate() {
            *slot = R::of(row as usize);
            place_of[row as usize] = R::of(place);
        }
        Ok(())
    })?;
    Ok(Places { place_of, row_at })
}
