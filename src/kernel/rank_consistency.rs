//! Agreement of two rankings.

use super::check;
use super::error::Result;
use super::job::Job;

/// Whether the first ranking is ahead of the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The first rank is better (a smaller number).
    Leading = 0,
    /// Both ranks are the same.
    Synchronous = 1,
    /// The first rank is worse.
    Lagging = 2,
}

/// The comparison of every row.
#[derive(Debug, Clone, PartialEq)]
pub struct RankConsistency {
    pub rank_a: Vec<u32>,
    pub rank_b: Vec<u32>,
    /// `rank_a − rank_b`.
    pub difference: Vec<i64>,
    pub kind: Vec<Kind>,
    /// The ranks differ by no more than the tolerance.
    pub is_high: Vec<bool>,
}

/// How the ranks are formed and judged.
#[derive(Debug, Clone, Copy)]
pub struct Parameters {
    /// The smallest value has rank 1, otherwise the largest.
    pub ascending: bool,
    /// Ranks that differ by no more than this are consistent.
    pub tolerance: u32,
}

/// Rank `a` and `b` inside each cell and compare. Equal values share the best rank. O(n log n).
///
/// # Errors
/// `Empty`, `Length`, `NotFinite`, `Code`, `Cancelled`.
pub fn rank_consistency(
    job: &Job,
    a: &[f64],
    b: &[f64],
    cells: &[u32],
    n_cells: usize,
    parameters: &Parameters,
) -> Result<RankConsistency> {
    check::not_empty("a", a)?;
    check::finite("a", a)?;
    check::length("b", b, a.len())?;
    check::finite("b", b)?;
    check::length("cells", cells, a.len())?;
    check::codes("cells", cells, n_cells)?;
    let rank_a = ranks(job, a, cells, parameters.ascending)?;
    let rank_b = ranks(job, b, cells, parameters.ascending)?;
    let pairs = || rank_a.iter().zip(&rank_b);
    let difference: Vec<i64> = pairs().map(|(&a, &b)| i64::from(a) - i64::from(b)).collect();
    Ok(RankConsistency {
        kind: difference.iter().map(|&difference| kind_of(difference)).collect(),
        is_high: difference
            .iter()
            .map(|difference| difference.unsigned_abs() <= u64::from(parameters.tolerance))
            .collect(),
        difference,
        rank_a,
        rank_b,
    })
}

fn kind_of(difference: i64) -> Kind {
    match difference.signum() {
        -1 => Kind::Leading,
        0 => Kind::Synchronous,
        _ => Kind::Lagging,
    }
}

fn ranks(job: &Job, values: &[f64], cells: &[u32], ascending: bool) -> Result<Vec<u32>> {
    // Adding zero turns −0 into 0, so that both share a rank.
    let key = |row: usize| if ascending { values[row] + 0.0 } else { -values[row] + 0.0 };
    let mut rows: Vec<usize> = (0..values.len()).collect();
    job.sort_by(&mut rows, |&i, &j| cells[i].cmp(&cells[j]).then(key(i).total_cmp(&key(j))).then(i.cmp(&j)))?;
    let mut ranks = vec![0; values.len()];
    let (mut first_of_cell, mut first_of_tie) = (0, 0);
    job.walk(rows.iter().enumerate(), |(position, &row)| {
        let tie = rows[first_of_tie];
        if cells[row] != cells[tie] {
            first_of_cell = position;
        }
        if cells[row] != cells[tie] || key(row).total_cmp(&key(tie)).is_ne() {
            first_of_tie = position;
        }
        ranks[row] = (first_of_tie - first_of_cell + 1) as u32;
    })?;
    Ok(ranks)
}
