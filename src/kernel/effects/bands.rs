//! Forests grown again on resampled rows, for what chance does to an effect.

use super::Rows;
use crate::kernel::cells::Classes;
use crate::kernel::check;
use crate::kernel::error::{Error, Result};
use crate::kernel::forest::{Forest, Parameters, Ranks, Resampling, check_response, fit_on};
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;
use crate::kernel::stats::quantile;

/// Numbers that all replicates may hold together: 1 GiB.
const MOST_NUMBERS: usize = 1 << 27;

/// How a forest is grown again.
#[derive(Debug, Clone, Copy)]
pub struct Refits<'a> {
    /// The response that the forest was grown on, one per row.
    pub response: &'a [f64],
    /// How the forest was grown: its groups are redrawn whole, else rows. The seed of each replicate is its own.
    pub forest: Parameters<'a>,
    /// Number of forests.
    pub replicates: usize,
    /// Level of the bands.
    pub confidence: f64,
    /// Seed of the resampling and of the growth.
    pub seed: u64,
}

impl Refits<'_> {
    /// Options are in range and arrays fit `rows`.
    pub fn check(&self, rows: &Rows<'_>, n_numbers: usize) -> Result<()> {
        check::length("response", self.response, rows.len())?;
        check_response(self.response)?;
        check::confidence(self.confidence)?;
        self.forest.check(rows.len(), rows.columns.len())?;
        if self.replicates == 0 {
            return Err(Error::Parameter { name: "bootstrap", requirement: "one or more", value: 0.0 });
        }
        if self.replicates.saturating_mul(n_numbers) > MOST_NUMBERS {
            let requirement = "so small that replicates × steps are at most 2²⁷; a smaller grid_size helps";
            return Err(Error::Parameter { name: "bootstrap", requirement, value: self.replicates as f64 });
        }
        Ok(())
    }

    /// `statistic`, of so many numbers, of each forest grown again and of the rows it was grown on.
    ///
    /// Replicates follow each other, the trees of each in parallel.
    ///
    /// # Errors
    /// Those of growing and of `statistic`, `Cancelled`.
    pub(super) fn each<T>(
        &self,
        job: &Job,
        rows: &Rows<'_>,
        n_numbers: usize,
        statistic: impl Fn(&Forest, &Rows<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let bytes = size_of::<T>() + size_of::<f64>() * n_numbers;
        job.foresee("replicates of the bootstrap", self.replicates, bytes)?;
        job.expect_steps(self.replicates.saturating_mul(self.forest.n_trees));
        (0..self.replicates)
            .map(|replicate| {
                let mut stream = Stream::new(self.seed, &[replicate as u64]);
                let (drawn, codes) = resample(&mut stream, rows.len(), &self.forest.resampling);
                let take =
                    |values: &[f64]| drawn.iter().map(|&row| values[row as usize]).collect::<Vec<f64>>();
                let columns = job.map(rows.columns.len(), |column| Ok(take(rows.columns[column])))?;
                let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
                let (response, weights) = (take(self.response), rows.weights.map(take));
                let resampling = match self.forest.resampling {
                    Resampling::Groups(groups) => Resampling::Groups(Classes::new(&codes, groups.count)),
                    other => other,
                };
                let seed = stream.below(usize::MAX) as u64;
                let parameters = Parameters { resampling, seed, ..self.forest };
                let ranks = Ranks::new(job, &columns, response.len())?;
                let grown = fit_on(job, &ranks, &response, &parameters)?.forest;
                statistic(
                    &grown,
                    &Rows { columns: &columns, weights: weights.as_deref(), categories: rows.categories },
                )
            })
            .collect()
    }
}

/// As many rows as there are, drawn with replacement, and a code for each; with groups as many whole groups as there are,
/// of which a group drawn twice counts as two.
pub fn resample(stream: &mut Stream, n_rows: usize, resampling: &Resampling<'_>) -> (Vec<u32>, Vec<u32>) {
    let Resampling::Groups(groups) = resampling else {
        return ((0..n_rows).map(|_| stream.below(n_rows) as u32).collect(), Vec::new());
    };
    let mut members = vec![Vec::new(); groups.count];
    (0..n_rows).for_each(|row| members[groups.of(row)].push(row as u32));
    let (mut drawn, mut codes) = (Vec::new(), Vec::new());
    for draw in 0..groups.count {
        let group = &members[stream.below(groups.count)];
        drawn.extend_from_slice(group);
        codes.extend(std::iter::repeat_n(draw as u32, group.len()));
    }
    (drawn, codes)
}

/// The band around `estimate` from the spread of `replicates` around their own mean.
///
/// A forest grown on resampled rows sees fewer distinct ones and is flatter than the estimate on average. Quantiles as
/// they stand would count that twice: they are shifted by estimate − mean.
pub(super) fn band(estimate: f64, replicates: &mut [f64], confidence: f64) -> (f64, f64) {
    let mean = replicates.iter().map(|each| each - estimate).sum::<f64>() / replicates.len() as f64;
    let (low, high) = ends(replicates, confidence);
    (low - mean, high - mean)
}

/// The quantiles that leave (1 − confidence)/2 on either side; NaN if there are no values.
pub(super) fn ends(values: &mut [f64], confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    values.sort_unstable_by(f64::total_cmp);
    (quantile(values, tail), quantile(values, 1.0 - tail))
}
