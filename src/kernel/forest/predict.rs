//! Predictions for rows that the forest has not seen.

use super::{ForestView, TreeView};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Rows that one parallel piece covers: a block of them, row by row, stays in the nearest memory.
const CHUNK: usize = 256;

/// Mean prediction of all trees for each row.
pub(super) fn mean_of_trees(
    job: &Job,
    forest: &ForestView<'_>,
    columns: &[&[f64]],
    n_rows: usize,
) -> Result<Vec<f64>> {
    let (p, trees) = (columns.len(), forest.n_trees() as f64);
    let chunks = job.map(n_rows.div_ceil(CHUNK), |chunk| {
        let rows = chunk * CHUNK..n_rows.min((chunk + 1) * CHUNK);
        let mut block = vec![0.0; rows.len() * p];
        for (feature, column) in columns.iter().enumerate() {
            for (row, value) in column[rows.clone()].iter().enumerate() {
                block[row * p + feature] = *value;
            }
        }
        let mut sums = vec![0.0; rows.len()];
        for tree in 0..forest.n_trees() {
            job.check()?;
            let tree = forest.tree(tree);
            for (sum, row) in sums.iter_mut().zip(block.chunks_exact(p)) {
                *sum += tree.value[leaf(&tree, row)];
            }
        }
        for (sum, row) in sums.iter_mut().zip(block.chunks_exact(p)) {
            // Of the largest doubles the sum is none, and the mean is.
            let part = |tree: usize| {
                let tree = forest.tree(tree);
                tree.value[leaf(&tree, row)] / trees
            };
            *sum = if sum.is_finite() { *sum / trees } else { (0..forest.n_trees()).map(part).sum() };
        }
        Ok(sums)
    })?;
    Ok(chunks.concat())
}

/// The leaf that a row falls into.
#[inline]
pub(crate) fn leaf(tree: &TreeView<'_>, row: &[f64]) -> usize {
    let mut node = 0;
    loop {
        let left = tree.left[node] as usize;
        if left == 0 {
            return node;
        }
        node = left + usize::from(row[tree.feature[node] as usize] > tree.threshold[node]);
    }
}
