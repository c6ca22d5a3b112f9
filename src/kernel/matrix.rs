//! Indicators as columns of one length, and accurate sums over their rows.

use super::cells::Classes;
use super::check;
use super::error::{Error, Result};
use super::job::Job;

/// Rows between two looks at whether the job was cancelled.
const STRETCH: usize = 1 << 16;

/// Rows that one parallel piece of row-wise work covers.
const CHUNK: usize = 1 << 14;

/// Indicators (columns) of units (rows), and the scopes inside which columns are compared.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    /// One slice per indicator, all of one length.
    pub columns: &'a [&'a [f64]],
    /// Scope of each row: all rows together, or each period by itself.
    pub scopes: Classes<'a>,
}

impl Matrix<'_> {
    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.len())
    }

    /// There are rows and columns, every scope has rows, lengths agree, codes are in range, values are finite.
    pub fn check(&self) -> Result<()> {
        check::not_empty("columns", self.columns)?;
        for (column, values) in self.columns.iter().enumerate() {
            let checked = check::not_empty("values", values)
                .and_then(|()| check::length("values", values, self.n_rows()))
                .and_then(|()| check::finite("values", values));
            checked.map_err(|error| error.in_column(column))?;
        }
        self.scopes.check("scopes", self.n_rows())?;
        if self.scope_sizes().contains(&0) {
            return Err(Error::Empty { name: "a scope" });
        }
        Ok(())
    }

    /// How many rows each scope has. O(n).
    pub fn scope_sizes(&self) -> Vec<u64> {
        let mut sizes = vec![0; self.scopes.count];
        match self.scopes.codes {
            None => sizes[0] = self.n_rows() as u64,
            Some(codes) => codes.iter().for_each(|&code| sizes[code as usize] += 1),
        }
        sizes
    }
}

/// `visit` every row in order, stopping when cancelled.
pub fn each_row(job: &Job, n_rows: usize, mut visit: impl FnMut(usize)) -> Result<()> {
    for start in (0..n_rows).step_by(STRETCH) {
        job.check()?;
        (start..n_rows.min(start + STRETCH)).for_each(&mut visit);
    }
    Ok(())
}

/// A new column whose pieces `fill(first_row, piece)` writes, in parallel. Pieces start as zeros.
pub fn by_rows(
    job: &Job,
    n_rows: usize,
    fill: impl Fn(usize, &mut [f64]) -> Result<()> + Sync + Send,
) -> Result<Vec<f64>> {
    let mut column = vec![0.0; n_rows];
    job.each(column.chunks_mut(CHUNK).enumerate().collect(), |(piece, rows)| fill(piece * CHUNK, rows))?;
    Ok(column)
}

/// A sum with the rounding errors of its steps added at the end (Neumaier 1974): as good as twice the digits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sum {
    sum: f64,
    errors: f64,
}

impl Sum {
    /// Add one term.
    #[inline]
    pub fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        self.errors +=
            if self.sum.abs() >= term.abs() { (self.sum - sum) + term } else { (term - sum) + self.sum };
        self.sum = sum;
    }

    /// The sum; infinite once a partial sum leaves the range of a double.
    pub fn total(self) -> f64 {
        if self.sum.is_finite() { self.sum + self.errors } else { self.sum }
    }
}
