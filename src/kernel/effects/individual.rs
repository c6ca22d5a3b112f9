//! Individual conditional expectations (Goldstein, Kapelner, Bleich & Pitkin 2015): the curve of each row by itself.

use super::joint::{Chosen, Open};
use super::steps::{Axis, Steps};
use super::{Rows, centre, check_factors, check_size, running_sums};
use crate::kernel::error::Result;
use crate::kernel::forest::ForestView;
use crate::kernel::job::Job;

/// Rows whose curves one parallel piece computes.
const CHUNK: usize = 128;

/// The prediction for each row with `factor` moved to each of the steps `chosen`, row after row.
///
/// O(rows · trees · depth) where the factor is rarely split on; rows in parallel. Memory: 8 bytes a row and chosen step,
/// twice.
///
/// # Errors
/// As [`super::partial_dependence`].
pub fn individual_curves(
    job: &Job,
    forest: &ForestView<'_>,
    steps: &Steps,
    rows: &Rows<'_>,
    factor: usize,
    chosen: &[usize],
) -> Result<Vec<f64>> {
    rows.check(forest)?;
    check_factors(&[factor], forest.n_features)?;
    let places = steps.places(job, rows)?;
    let chosen = Chosen::new(chosen, steps.count(factor));
    let (width, centre, n_trees) = (chosen.count + 1, centre(forest), forest.n_trees());
    let pieces = job.map(rows.len().div_ceil(CHUNK), |piece| {
        let first = piece * CHUNK;
        let chunk = first..rows.len().min(first + CHUNK);
        let mut sums = vec![0.0; chunk.len() * width];
        let mut open = Open::new(&places, [factor]);
        for tree in 0..n_trees {
            open.tree(
                job,
                &forest.tree(tree),
                steps.tree(forest, tree),
                chunk.clone(),
                |value, reached, [range]| {
                    let (low, high) = chosen.between(range);
                    for &row in reached {
                        let start = (row as usize - first) * width;
                        sums[start + low] += value - centre;
                        sums[start + high] -= value - centre;
                    }
                },
            )?;
        }
        let mut curves = Vec::with_capacity(chunk.len() * chosen.count);
        for row in sums.chunks_exact_mut(width) {
            running_sums(row);
            curves.extend(row[..chosen.count].iter().map(|sum| centre + sum / n_trees as f64));
        }
        Ok(curves)
    })?;
    Ok(pieces.concat())
}

/// The curves of all rows along one factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Individual {
    pub axis: Axis,
    /// Row after row, as many levels as the axis has steps.
    pub levels: Vec<f64>,
}

/// [`individual_curves`] of each of `factors` at `most` steps at most; with `centered` each begins at zero.
///
/// # Errors
/// Trees that are none, tables beyond 1 GiB, those of [`individual_curves`].
pub fn individuals(
    job: &Job,
    forest: &ForestView<'_>,
    rows: &Rows<'_>,
    factors: &[usize],
    most: usize,
    centered: bool,
) -> Result<Vec<Individual>> {
    forest.check()?;
    rows.check(forest)?;
    check_factors(factors, forest.n_features)?;
    let steps = Steps::new(job, forest)?;
    let axes: Vec<Axis> = factors.iter().map(|&factor| Axis::new(&steps, rows, factor, most)).collect();
    let n_levels: usize = axes.iter().map(|axis| axis.lefts.len()).sum();
    check_size(n_levels.saturating_mul(rows.len()), most)?;
    // The curves of one factor stand twice while they are joined.
    job.foresee("places of curves", n_levels * rows.len(), 2 * size_of::<f64>())?;
    let curve = |(&factor, axis): (&usize, Axis)| {
        let mut levels = individual_curves(job, forest, &steps, rows, factor, &axis.chosen)?;
        if centered {
            for row in levels.chunks_exact_mut(axis.lefts.len()) {
                let first = row[0];
                row.iter_mut().for_each(|level| *level -= first);
            }
        }
        Ok(Individual { axis, levels })
    };
    factors.iter().zip(axes).map(curve).collect()
}
