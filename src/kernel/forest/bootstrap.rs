//! What each tree is grown on.

use super::{BOOTSTRAP, Parameters};
use crate::kernel::cells::Classes;
use crate::kernel::error::{Error, Result};
use crate::kernel::job::Job;

/// What is drawn for each tree.
#[derive(Debug, Clone, Copy)]
pub enum Resampling<'a> {
    /// As many rows as there are, with replacement.
    Rows,
    /// As many groups as there are, with replacement, each with all of its rows.
    Groups(Classes<'a>),
    /// Every row once: no row is out of bag.
    Everything,
}

impl Resampling<'_> {
    pub(super) fn check(&self, n_rows: usize) -> Result<()> {
        match self {
            Self::Rows | Self::Everything => Ok(()),
            Self::Groups(groups) => {
                groups.check("groups", n_rows)?;
                if groups.count < 2 {
                    let requirement = "in two groups or more, so that some are out of bag";
                    return Err(Error::Parameter { name: "groups", requirement, value: groups.count as f64 });
                }
                let mut has_rows = vec![false; groups.count];
                (0..n_rows).for_each(|row| has_rows[groups.of(row)] = true);
                if let Some(empty) = has_rows.iter().position(|&has_rows| !has_rows) {
                    // A tree that drew such groups only would have nothing to grow on.
                    let requirement = "codes of which each has a row";
                    return Err(Error::Parameter { name: "groups", requirement, value: empty as f64 });
                }
                Ok(())
            }
        }
    }
}

/// How often tree `tree` draws each of the rows of `counts`: a function of the seed, so that it need not be kept. O(n).
pub fn in_bag(parameters: &Parameters<'_>, tree: usize, counts: &mut [u32]) {
    let mut stream = parameters.stream(tree, BOOTSTRAP);
    let n_rows = counts.len();
    match parameters.resampling {
        Resampling::Everything => counts.fill(1),
        Resampling::Rows => {
            counts.fill(0);
            for _ in 0..n_rows {
                counts[stream.below(n_rows)] += 1;
            }
        }
        Resampling::Groups(groups) => {
            let mut drawn = vec![0; groups.count];
            for _ in 0..groups.count {
                drawn[stream.below(groups.count)] += 1;
            }
            for (row, count) in counts.iter_mut().enumerate() {
                *count = drawn[groups.of(row)];
            }
        }
    }
}

/// [`in_bag`] of every tree, tree after tree. O(trees · n).
///
/// # Errors
/// Options out of range, `Cancelled`.
pub fn in_bag_counts(job: &Job, n_rows: usize, parameters: &Parameters<'_>) -> Result<Vec<u32>> {
    parameters.check(n_rows, parameters.max_features)?;
    // The counts of each tree stand twice while they are joined.
    job.foresee("counts of draws", parameters.n_trees.saturating_mul(n_rows), 2 * size_of::<u32>())?;
    let trees = job.map(parameters.n_trees, |tree| {
        let mut counts = vec![0; n_rows];
        in_bag(parameters, tree, &mut counts);
        Ok(counts)
    })?;
    Ok(trees.concat())
}
