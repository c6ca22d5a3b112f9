//! Partial dependence of all factors at every step, in one pass over rows and trees.

use super::steps::Steps;
use super::walk::{Asked, Walk};
use super::{Rows, centre, check_factors, over_trees, running_sums};
use crate::kernel::error::Result;
use crate::kernel::forest::ForestView;
use crate::kernel::job::Job;

/// The partial dependence on each of `factors`, one value per step, exact:
/// PD_j(x) = mean over rows of the prediction where x takes the place of factor j (Friedman 2001, eq. 53).
///
/// O(rows · trees · depth²) for all factors together, less where few rows share the deep nodes; trees in parallel.
/// Memory: 4 bytes per row and factor, 8 bytes a step times 64 at most (fewer times for many steps), and per thread a
/// few times 4 bytes a row.
///
/// # Errors
/// Columns that do not fit the trees, values that are not finite, factors that are none, `Cancelled`. The forest is one
/// that was checked.
pub fn partial_dependence(
    job: &Job,
    forest: &ForestView<'_>,
    steps: &Steps,
    rows: &Rows<'_>,
    factors: &[usize],
) -> Result<Vec<Vec<f64>>> {
    rows.check(forest)?;
    check_factors(factors, forest.n_features)?;
    let (weights, _) = rows.light();
    let rows = &Rows { weights: weights.as_deref(), ..*rows };
    let places = steps.places(job, rows)?;
    let (asked, n_sums) = layout(steps, forest.n_features, factors);
    let centre = centre(forest);
    // The last sum is that of all rows and leaves, which every factor shares.
    let sums = over_trees(job, forest.n_trees(), n_sums + 1, |trees, sums| {
        let (sums, total) = sums.split_at_mut(n_sums);
        let mut walk = Walk::new(&places, rows.weights, &asked, centre, sums);
        for tree in trees {
            walk.tree(job, &forest.tree(tree), steps.tree(forest, tree), rows.len())?;
        }
        total[0] = walk.total();
        Ok(())
    })?;
    let scale = rows.mass() * forest.n_trees() as f64;
    let curve = |&factor: &usize| {
        let start = asked[factor].map_or(0, |asked| asked.start);
        let mut curve = sums[start..start + steps.count(factor)].to_vec();
        curve[0] += sums[n_sums];
        running_sums(&mut curve);
        curve.iter_mut().for_each(|sum| *sum = centre + *sum / scale);
        curve
    };
    Ok(factors.iter().map(curve).collect())
}

/// Where the differences of each factor begin, and how many there are; each has one place more than steps.
fn layout(steps: &Steps, n_features: usize, factors: &[usize]) -> (Vec<Option<Asked>>, usize) {
    let (mut asked, mut next) = (vec![None; n_features], 0);
    for &factor in factors {
        let count = steps.count(factor);
        if asked[factor].is_none() {
            asked[factor] = Some(Asked { start: next, last: count as u32 - 1 });
            next += count + 1;
        }
    }
    (asked, next)
}
