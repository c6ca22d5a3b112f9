//! One piece of work: a stretch of trees on one response or on several that share their draws.

use std::ops::Range;

use super::walk::{Donors, Walker};
use super::{Measures, Options, exact};
use crate::kernel::error::Result;
use crate::kernel::forest::oob::Outside;
use crate::kernel::forest::ranks::{Place, Places};
use crate::kernel::forest::{Grower, Ranks, Response, Tree};
use crate::kernel::job::Job;

/// What all pieces read.
pub(super) struct Shared<'s, P> {
    pub ranks: &'s Ranks<'s>,
    pub options: &'s Options<'s>,
    /// Place of each row in the order of each factor, row after row.
    pub places: Vec<P>,
}

/// What one thread needs again and again.
pub(super) struct Worker<'s, P> {
    shared: &'s Shared<'s, P>,
    grower: Grower<'s>,
    tree: Tree,
    donors: Donors<P>,
    walker: Walker<P>,
}

/// Sums over a stretch of trees for each response, and the trees if they are to be kept.
pub(super) struct Part {
    pub sums: Vec<Running>,
    pub trees: Vec<(Tree, Outside)>,
}

/// Running mean and squared deviations of δ over trees (Welford 1962; Chan et al. 1983), and sums of purity.
#[derive(Debug, Clone)]
pub(super) struct Running {
    n_trees: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
    purity: Vec<f64>,
}

impl<'s, P: Place> Shared<'s, P> {
    pub fn new(table: &Places<P>, ranks: &'s Ranks<'s>, options: &'s Options<'s>) -> Self {
        let places = table.by_row(ranks.n_rows);
        Self { ranks, options, places }
    }

    pub fn worker(&'s self) -> Worker<'s, P> {
        Worker {
            shared: self,
            grower: Grower::new(self.ranks, &self.options.forest),
            tree: Tree::default(),
            donors: Donors::none(),
            walker: Walker::new(self.ranks.n_features()),
        }
    }
}

impl<P: Place> Worker<'_, P> {
    /// Grow and measure the trees of a stretch, for each response.
    pub fn run(
        &mut self,
        job: &Job,
        trees: Range<usize>,
        responses: &[Response],
        keep: bool,
    ) -> Result<Part> {
        let Shared { ranks, options, places } = self.shared;
        let mut sums = vec![Running::none(ranks.n_features()); responses.len()];
        let mut kept = Vec::new();
        for index in trees {
            self.grower.draw(index);
            let outside = &self.grower.outside;
            if options.exact {
                self.donors.count(places, outside, ranks.n_rows, ranks.n_features());
            } else {
                self.donors.permute(places, outside, ranks.n_features(), &options.forest, index);
            }
            for (response, sum) in responses.iter().zip(&mut sums) {
                self.grower.grow_into(job, index, response, &mut self.tree)?;
                self.walker.load(&self.tree);
                let (outside, donors) = (&self.grower.outside, &self.donors);
                if options.exact {
                    exact::measure(job, &mut self.walker, places, outside, donors, response.original())?;
                } else {
                    self.walker.measure(job, outside, donors, response.original())?;
                }
                sum.take(&self.walker, &self.tree, outside.len());
                if keep {
                    let prediction = self.walker.prediction.clone();
                    kept.push((self.tree.clone(), Outside { rows: outside.clone(), prediction }));
                }
                job.step();
            }
        }
        Ok(Part { sums, trees: kept })
    }
}

impl Running {
    pub fn none(n_features: usize) -> Self {
        let zeros = vec![0.0; n_features];
        Self { n_trees: 0.0, mean: zeros.clone(), squares: zeros.clone(), purity: zeros }
    }

    /// Take in one tree. A tree that drew every row says nothing about errors and is not counted.
    fn take<P>(&mut self, walker: &Walker<P>, tree: &Tree, n_outside: usize) {
        self.purity.iter_mut().zip(&tree.purity).for_each(|(sum, decrease)| *sum += decrease);
        if n_outside == 0 {
            return;
        }
        self.n_trees += 1.0;
        let (rows, share) = (n_outside as f64, 1.0 / self.n_trees);
        for ((mean, squares), rise) in self.mean.iter_mut().zip(&mut self.squares).zip(&walker.rise) {
            let delta = rise / rows - *mean;
            *mean += delta * share;
            *squares += delta * (rise / rows - *mean);
        }
    }

    /// Take in the trees of another stretch, which come after those taken so far.
    pub fn add(&mut self, other: &Self) {
        self.purity.iter_mut().zip(&other.purity).for_each(|(sum, decrease)| *sum += decrease);
        let total = self.n_trees + other.n_trees;
        if total <= 0.0 {
            return;
        }
        for factor in 0..self.mean.len() {
            let delta = other.mean[factor] - self.mean[factor];
            self.mean[factor] += delta * other.n_trees / total;
            self.squares[factor] +=
                other.squares[factor] + delta * delta * self.n_trees * other.n_trees / total;
        }
        self.n_trees = total;
    }

    pub fn measures(&self, n_trees: usize) -> Vec<Measures> {
        let describe = |factor: usize| {
            let mean = self.mean[factor];
            let error = self.squares[factor].sqrt() / self.n_trees;
            Measures {
                inc_mse: mean,
                inc_mse_se: error,
                inc_mse_scaled: if error > 0.0 { mean / error } else { mean },
                inc_node_purity: self.purity[factor] / n_trees as f64,
            }
        };
        (0..self.mean.len()).map(describe).collect()
    }
}
