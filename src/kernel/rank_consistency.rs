//! Agreement of two rankings.

use super::cells::Classes;
use super::check;
use super::error::Result;
use super::job::Job;
use super::stats::ranks;

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
    let cells = Classes::new(cells, n_cells);
    let rank_a = ranks(job, a, cells, parameters.ascending, 0.0)?;
    let rank_b = ranks(job, b, cells, parameters.ascending, 0.0)?;
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
