//! What a forest says of its factors: partial dependence (Friedman 2001), individual curves (Goldstein et al. 2015),
//! accumulated local effects (Apley & Zhu 2020), all exact, with turning points and bootstrap bands.
//!
//! A forest is a step function of each factor, with steps at its own thresholds t₁ < … < t_K: step k holds for
//! t_k < x ≤ t_{k+1}, where t₀ = −∞ and t_{K+1} = ∞. Everything is counted in steps, not in values.

mod accumulated;
mod average;
mod bands;
mod curves;
mod individual;
mod joint;
mod steps;
mod turning;
mod walk;

pub use accumulated::{Accumulated, accumulated_effects, edges};
pub use average::partial_dependence;
pub use bands::{Refits, resample};
pub use curves::{Curve, Options, TurningPoint, accumulated_curves, average_curves};
pub use individual::{Individual, individual_curves, individuals};
pub use joint::{Surface, partial_dependence_pair, surfaces};
pub use steps::{Axis, Steps, thinned};
pub use turning::{Turn, turning_points};

use super::check;
use super::error::{Error, Result};
use super::forest::ForestView;
use super::job::Job;
use super::stats::unit_of;

/// The rows over which effects are averaged.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// One slice per factor of the forest.
    pub columns: &'a [&'a [f64]],
    /// Weight of each row, zero or more; `None` weights all rows alike.
    pub weights: Option<&'a [f64]>,
    /// Number of categories of each factor, which enters as codes from zero; 0 for numbers. Empty if all are numbers.
    pub categories: &'a [usize],
}

impl Rows<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.len())
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// There is a finite value of every factor in every row, and some weight.
    pub fn check(&self, forest: &ForestView<'_>) -> Result<()> {
        check::length("columns", self.columns, forest.n_features)?;
        let n_rows = self.len();
        check::at_most("rows", n_rows, u32::MAX as usize)?;
        for (column, values) in self.columns.iter().enumerate() {
            let checked = check::not_empty("values", values)
                .and_then(|()| check::length("values", values, n_rows))
                .and_then(|()| check::finite("values", values));
            checked.map_err(|error| error.in_column(column))?;
        }
        let Some(weights) = self.weights else { return Ok(()) };
        check::length("weights", weights, n_rows)?;
        check::non_negative("weights", weights)?;
        let total: f64 = weights.iter().sum();
        if total > 0.0 && total.is_finite() {
            return Ok(());
        }
        Err(Error::Parameter { name: "weights", requirement: "of a finite total above zero", value: total })
    }

    /// The weights in units of [`unit_of`], so that no sum of weighted values leaves the range of doubles; and the unit.
    fn light(&self) -> (Option<Vec<f64>>, f64) {
        let unit = self.weights.map_or(1.0, unit_of);
        (self.weights.map(|weights| weights.iter().map(|weight| weight / unit).collect()), unit)
    }

    /// Sum of the weights; the number of rows without them.
    fn mass(&self) -> f64 {
        self.weights.map_or(self.len() as f64, |weights| weights.iter().sum())
    }
}

/// The factors asked for exist. Factors may be asked for once each.
fn check_factors(factors: &[usize], n_features: usize) -> Result<()> {
    match factors.iter().find(|&&factor| factor >= n_features) {
        None => Ok(()),
        Some(&factor) => {
            let requirement = "positions of factors of the forest";
            Err(Error::Parameter { name: "factors", requirement, value: factor as f64 })
        }
    }
}

/// Numbers that the curves of single rows, or the cells of surfaces, may hold together: 1 GiB.
const MOST_NUMBERS: usize = 1 << 27;

/// A table of `count` numbers is small enough to be made.
fn check_size(count: usize, most: usize) -> Result<()> {
    if count <= MOST_NUMBERS {
        return Ok(());
    }
    let requirement = "so small that the table has 2²⁷ numbers at most; fewer factors or rows help as well";
    Err(Error::Parameter { name: "grid_size", requirement, value: most as f64 })
}

/// Mean response of the draws, averaged over trees: leaves are summed around it, so that large units cost no digits.
fn centre(forest: &ForestView<'_>) -> f64 {
    let n_trees = forest.n_trees();
    (0..n_trees).map(|tree| forest.tree(tree).value[0] / n_trees as f64).sum()
}

/// Trees that one parallel piece takes, so that at most 64 pieces hold about 2²³ sums between them.
///
/// It depends on the input alone, and pieces are added in order: the number of threads does not change a bit.
fn trees_per_piece(n_trees: usize, n_sums: usize) -> usize {
    let pieces = ((1 << 23) / n_sums.max(1)).clamp(4, 64);
    n_trees.div_ceil(pieces)
}

/// Sums over all trees: `work` adds the trees of one piece to sums that begin at zero.
fn over_trees(
    job: &Job,
    n_trees: usize,
    n_sums: usize,
    work: impl Fn(std::ops::Range<usize>, &mut [f64]) -> Result<()> + Sync + Send,
) -> Result<Vec<f64>> {
    let size = trees_per_piece(n_trees, n_sums);
    let n_pieces = n_trees.div_ceil(size);
    job.foresee("steps of all factors", n_sums, (n_pieces + 1) * size_of::<f64>())?;
    let pieces = job.map(n_pieces, |piece| {
        let mut sums = vec![0.0; n_sums];
        work(piece * size..n_trees.min((piece + 1) * size), &mut sums)?;
        Ok(sums)
    })?;
    let mut total = vec![0.0; n_sums];
    for piece in &pieces {
        total.iter_mut().zip(piece).for_each(|(sum, part)| *sum += part);
    }
    Ok(total)
}

/// Replace differences by their running sums, with the rounding carried along (Neumaier 1974). O(n).
fn running_sums(differences: &mut [f64]) {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for each in differences {
        let next = sum + *each;
        lost += if sum.abs() >= each.abs() { (sum - next) + *each } else { (*each - next) + sum };
        sum = next;
        *each = sum + lost;
    }
}
