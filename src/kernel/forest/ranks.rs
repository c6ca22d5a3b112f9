//! Factors as ranks of their distinct values.

use crate::kernel::check;
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// A rank as it is stored.
pub(super) trait Rank: Copy + Send + Sync + Default + PartialOrd + 'static {
    fn position(self) -> usize;
    fn of(position: usize) -> Self;
}

impl Rank for u16 {
    #[inline]
    fn position(self) -> usize {
        usize::from(self)
    }
    #[inline]
    fn of(position: usize) -> Self {
        position as Self
    }
}

impl Rank for u32 {
    #[inline]
    fn position(self) -> usize {
        self as usize
    }
    #[inline]
    fn of(position: usize) -> Self {
        position as Self
    }
}

/// Ranks column after column, in two bytes where no factor has more distinct values than fit.
#[derive(Debug, Clone)]
pub(super) enum Table {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

/// Every factor as ranks from zero of its distinct values. Equal values share a rank.
#[derive(Debug, Clone)]
pub struct Ranks<'a> {
    columns: &'a [&'a [f64]],
    pub(super) table: Table,
    pub(super) distinct: Vec<Vec<f64>>,
    pub(super) n_rows: usize,
}

impl<'a> Ranks<'a> {
    /// Rank `columns` of `n_rows` values each. O(p n log n) once; splits need no value after that.
    ///
    /// # Errors
    /// No column, columns of another length, values that are not finite, `Cancelled`.
    pub fn new(job: &Job, columns: &'a [&'a [f64]], n_rows: usize) -> Result<Self> {
        check::not_empty("columns", columns)?;
        check::at_most("rows", n_rows, u32::MAX as usize)?;
        let ranked = job.map(columns.len(), |column| {
            let values = columns[column];
            let checked = check::length("values", values, n_rows)
                .and_then(|()| check::not_empty("values", values))
                .and_then(|()| check::finite("values", values));
            checked.map_err(|error| error.in_column(column))?;
            rank_column(job, values)
        })?;
        let widest = ranked.iter().map(|(_, distinct)| distinct.len()).max().unwrap_or(0);
        let (codes, distinct): (Vec<_>, Vec<_>) = ranked.into_iter().unzip();
        let table = if widest <= usize::from(u16::MAX) + 1 {
            Table::Narrow(codes.iter().flatten().map(|&code| code as u16).collect())
        } else {
            Table::Wide(codes.concat())
        };
        Ok(Self { columns, table, distinct, n_rows })
    }

    /// Number of factors.
    pub fn n_features(&self) -> usize {
        self.columns.len()
    }

    /// Where between the values of two neighbouring ranks of a node the split is put, and the last rank on its left.
    ///
    /// The midpoint of the two values, computed in one way; where rounding would put it on the upper value, the lower.
    pub(super) fn threshold(&self, feature: usize, low: u32, high: u32) -> (f64, u32) {
        let distinct = &self.distinct[feature];
        let (below, above) = (distinct[low as usize], distinct[high as usize]);
        let middle = below.midpoint(above);
        let threshold = if middle < above { middle } else { below };
        // Rows that the node does not hold may lie between the two.
        let between = &distinct[low as usize + 1..high as usize];
        (threshold, low + between.partition_point(|&value| value <= threshold) as u32)
    }
}

fn rank_column(job: &Job, values: &[f64]) -> Result<(Vec<u32>, Vec<f64>)> {
    // Adding zero turns −0 into 0, so that both share a rank.
    let mut order: Vec<(f64, u32)> =
        values.iter().enumerate().map(|(row, &value)| (value + 0.0, row as u32)).collect();
    job.sort_by(&mut order, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
    let mut codes = vec![0; values.len()];
    let mut distinct: Vec<f64> = Vec::new();
    job.walk(order.into_iter(), |(value, row)| {
        if distinct.last().is_none_or(|&last| last < value) {
            distinct.push(value);
        }
        codes[row as usize] = distinct.len() as u32 - 1;
    })?;
    Ok((codes, distinct))
}
