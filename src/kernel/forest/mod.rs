//! Regression forests (Breiman 2001, "Random forests", Machine Learning 45) as R's randomForest 4.7 grows them.
//!
//! A node draws `max_features` factors and is split where the sum of squares falls most; a node with no more than
//! `node_size` draws is a leaf, the root is always split. Splits do not depend on the units of factors or response:
//! factors enter by the order of their values, the response is centred and brought to a scale of one, and every tolerance is relative.

mod bins;
mod block;
mod bootstrap;
mod grow;
#[cfg(target_arch = "x86_64")]
mod medium;
pub(crate) mod oob;
mod part;
mod predict;
pub(crate) mod ranks;
mod small;
#[cfg(target_arch = "x86_64")]
mod small_wide;
mod split;

pub use bootstrap::{Resampling, in_bag, in_bag_counts};
pub use oob::Curve;
pub use ranks::Ranks;

pub(crate) use self::grow::{Grower, Response};
use self::oob::{Outside, Tally};
use super::check;
use super::error::{Error, Result};
use super::job::Job;
use super::rng::Stream;
use super::spares::Spares;

/// What the forest keeps of a node and of a tree.
const BYTES_PER_NODE: usize = 28;
const BYTES_PER_TREE: usize = 28;

/// What a tree that waits to be added takes per row of the data: 32 bytes for each of 2/3 nodes, and 12 bytes for each of the
/// 37 % of rows that it did not draw.
pub(crate) const BYTES_OF_GROWN: usize = 26;

/// Nodes that stay in the nearest memory while they are copied.
const NODES_AT_A_TIME: usize = 512;

/// What the streams of a tree are drawn for.
pub(crate) const BOOTSTRAP: u64 = 0;
pub(crate) const GROWTH: u64 = 1;
pub(crate) const DONORS: u64 = 2;

/// How a forest is grown.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a> {
    /// Number of trees, one or more.
    pub n_trees: usize,
    /// Factors drawn at each node, from one to their number.
    pub max_features: usize,
    /// A node with this many draws or fewer is a leaf.
    pub node_size: usize,
    /// What is drawn with replacement for each tree.
    pub resampling: Resampling<'a>,
    /// Seed of all draws.
    pub seed: u64,
}

impl Parameters<'_> {
    /// The options are in range for `n_rows` × `n_features`.
    pub fn check(&self, n_rows: usize, n_features: usize) -> Result<()> {
        let refuse = |name, requirement, value: usize| {
            Err(Error::Parameter { name, requirement, value: value as f64 })
        };
        if self.n_trees == 0 {
            return refuse("n_estimators", "one or more", 0);
        }
        if self.node_size == 0 {
            return refuse("node_size", "one or more", 0);
        }
        if self.max_features == 0 || self.max_features > n_features {
            return refuse("max_features", "from one to the number of factors", self.max_features);
        }
        self.resampling.check(n_rows)
    }

    /// The stream of one tree for one purpose.
    pub(crate) fn stream(&self, tree: usize, purpose: u64) -> Stream {
        Stream::new(self.seed, &[tree as u64, purpose])
    }
}

/// The trees of a forest, all nodes in one array, tree after tree.
///
/// Nodes of tree t stand from `offsets[t]` to `offsets[t + 1]`, its root first. `left` counts from the root of the
/// tree; the right child stands next to the left one. A leaf has `left` 0, since no root is a child.
/// Memory: 28 bytes a node.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forest {
    /// Number of factors that the trees were grown on.
    pub n_features: usize,
    /// Where each tree begins, and the end of the last: one more entry than trees.
    pub offsets: Vec<u64>,
    /// Factor that the node is split on; 0 at leaves.
    pub feature: Vec<u32>,
    /// Rows with `x[feature] <= threshold` go left; NaN at leaves.
    pub threshold: Vec<f64>,
    /// The left child, counted from the root of the tree; the right child is `left + 1`. 0 marks a leaf.
    pub left: Vec<u32>,
    /// Mean response of the draws in the node, at leaves and at split nodes.
    pub value: Vec<f64>,
    /// Draws in the node (in-bag rows, repeated ones counted as often as drawn).
    pub n_draws: Vec<u32>,
}

impl Forest {
    /// The same, borrowed.
    pub fn view(&self) -> ForestView<'_> {
        ForestView {
            n_features: self.n_features,
            offsets: &self.offsets,
            feature: &self.feature,
            threshold: &self.threshold,
            left: &self.left,
            value: &self.value,
            n_draws: &self.n_draws,
        }
    }

    /// A forest without trees.
    pub(crate) fn new(n_features: usize) -> Self {
        Self { n_features, offsets: vec![0], ..Self::default() }
    }

    /// `n_trees` trees can be held, if each is a root and no more; beside it 20 bytes a tree for the curve.
    pub(crate) fn foresee(job: &Job, n_trees: usize) -> Result<()> {
        job.foresee("trees", n_trees, BYTES_PER_NODE + BYTES_PER_TREE)
    }

    /// Add a tree behind those that are there; where it finds no room, room is made for all of `n_trees` trees, judged by
    /// this one and those before it.
    pub(crate) fn append(&mut self, job: &Job, tree: &Tree, n_trees: usize) -> Result<()> {
        let (n_done, n_nodes) = (self.offsets.len() - 1, self.feature.len());
        if self.feature.capacity() - n_nodes < tree.nodes.len() {
            let n_left = n_trees - n_done;
            let per_tree = tree.nodes.len().max(n_nodes.checked_div(n_done).unwrap_or(0));
            job.foresee("trees", n_left, per_tree * BYTES_PER_NODE + BYTES_PER_TREE)?;
            // Some are larger than the first.
            let more = n_left * per_tree + n_left * per_tree / 32;
            self.feature.reserve_exact(more);
            self.threshold.reserve_exact(more);
            self.left.reserve_exact(more);
            self.value.reserve_exact(more);
            self.n_draws.reserve_exact(more);
        }
        for nodes in tree.nodes.chunks(NODES_AT_A_TIME) {
            self.feature.extend(nodes.iter().map(|node| node.feature));
            self.threshold.extend(nodes.iter().map(|node| node.threshold));
            self.left.extend(nodes.iter().map(|node| node.left));
            self.value.extend(nodes.iter().map(|node| node.value));
            self.n_draws.extend(nodes.iter().map(|node| node.n_draws));
        }
        self.offsets.push(self.feature.len() as u64);
        Ok(())
    }
}

/// A [`Forest`] whose arrays are held elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct ForestView<'a> {
    pub n_features: usize,
    pub offsets: &'a [u64],
    pub feature: &'a [u32],
    pub threshold: &'a [f64],
    pub left: &'a [u32],
    pub value: &'a [f64],
    pub n_draws: &'a [u32],
}

impl<'a> ForestView<'a> {
    /// Number of trees.
    pub fn n_trees(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// One tree.
    pub fn tree(&self, tree: usize) -> TreeView<'a> {
        let nodes = self.offsets[tree] as usize..self.offsets[tree + 1] as usize;
        TreeView {
            feature: &self.feature[nodes.clone()],
            threshold: &self.threshold[nodes.clone()],
            left: &self.left[nodes.clone()],
            value: &self.value[nodes.clone()],
            n_draws: &self.n_draws[nodes],
        }
    }

    /// The arrays make up trees, so that walking them ends: for arrays that come from outside. O(nodes).
    pub fn check(&self) -> Result<()> {
        let n_nodes = self.feature.len();
        check::length("threshold", self.threshold, n_nodes)?;
        check::length("left", self.left, n_nodes)?;
        check::length("value", self.value, n_nodes)?;
        check::length("n_draws", self.n_draws, n_nodes)?;
        check::codes("feature", self.feature, self.n_features.max(1))?;
        let ends = [self.offsets.first().copied(), self.offsets.last().copied()];
        let in_order = self.offsets.windows(2).all(|pair| pair[0] < pair[1]);
        if ends != [Some(0), Some(n_nodes as u64)] || !in_order {
            return Err(Error::Length { name: "offsets", length: self.offsets.len(), expected: n_nodes });
        }
        for tree in 0..self.n_trees() {
            let (left, first) = (self.tree(tree).left, self.offsets[tree] as usize);
            // A child stands behind its parent: no walk comes back.
            let wrong = |(node, &child): (usize, &u32)| {
                child != 0 && (child as usize <= node || child as usize + 1 >= left.len())
            };
            if let Some(node) = left.iter().enumerate().position(wrong) {
                let (code, count) = (left[node], left.len());
                return Err(Error::Code { name: "left", row: first + node, code, count });
            }
        }
        Ok(())
    }
}

/// The nodes of one tree; see [`Forest`].
#[derive(Debug, Clone, Copy)]
pub struct TreeView<'a> {
    pub feature: &'a [u32],
    pub threshold: &'a [f64],
    pub left: &'a [u32],
    pub value: &'a [f64],
    pub n_draws: &'a [u32],
}

/// A tree as it is grown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub nodes: Vec<TreeNode>,
    /// Decrease of the sum of squares by splits on each factor.
    pub purity: Vec<f64>,
}

/// One node, with the entries of the arrays of [`Forest`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct TreeNode {
    pub feature: u32,
    pub left: u32,
    pub threshold: f64,
    pub value: f64,
    pub n_draws: u32,
    /// The last place of the factor that goes left.
    pub last: u32,
}

impl TreeNode {
    /// A node that nothing is known of.
    pub const LEAF: Self =
        Self { feature: 0, left: 0, threshold: f64::NAN, value: f64::NAN, n_draws: 0, last: 0 };
}

/// A forest with what its out-of-bag rows tell.
#[derive(Debug, Clone)]
pub struct Fit {
    pub forest: Forest,
    /// Mean prediction of the trees that did not draw the row; NaN where every tree drew it.
    pub oob_prediction: Vec<f64>,
    /// Trees that did not draw the row.
    pub oob_count: Vec<u32>,
    pub curve: Curve,
    /// Mean over trees of the decrease of the sum of squares, per factor.
    pub inc_node_purity: Vec<f64>,
}

/// Grow a forest. O(trees · n log n · max_features), trees in parallel.
///
/// Memory: 28 bytes a node, and about 2/3 · n nodes a tree; beside it 14 or 20 bytes per row and factor for the sorted
/// factors, and per thread about 160 bytes a row, trees that wait among them, and a byte per row and factor.
///
/// # Errors
/// Empty input, columns of unequal length, values that are not finite, options out of range, `Cancelled`.
pub fn fit(job: &Job, columns: &[&[f64]], response: &[f64], parameters: &Parameters<'_>) -> Result<Fit> {
    let ranks = Ranks::new(job, columns, response.len())?;
    check_response(response)?;
    parameters.check(response.len(), columns.len())?;
    job.expect_steps(parameters.n_trees);
    fit_on(job, &ranks, response, parameters)
}

/// There are responses, finite ones, and their squared deviations can be added up.
pub(crate) fn check_response(response: &[f64]) -> Result<()> {
    check::not_empty("response", response)?;
    check::finite("response", response)?;
    let end = |worse: fn(f64, f64) -> f64| response.iter().copied().fold(response[0], worse);
    // No prediction lies outside the responses, and no error is larger than their range.
    let squares = (end(f64::max) - end(f64::min)).powi(2) * response.len() as f64;
    if squares.is_finite() { Ok(()) } else { Err(Error::OutOfRange { name: "response", period: 0 }) }
}

/// [`fit`] on factors that are ranked already and checked input.
pub(crate) fn fit_on(
    job: &Job,
    ranks: &Ranks<'_>,
    response: &[f64],
    parameters: &Parameters<'_>,
) -> Result<Fit> {
    let scaled = Response::new(response);
    let places = ranks.both_ways();
    Forest::foresee(job, parameters.n_trees)?;
    let at_a_time = job.held_in_turn(parameters.n_trees);
    job.foresee("trees at a time", at_a_time, response.len() * BYTES_OF_GROWN)?;
    let mut forest = Forest::new(ranks.n_features());
    let mut tally = Tally::new(response);
    let mut purity = vec![0.0; ranks.n_features()];
    let (growers, spares) = (Spares::default(), Spares::<(Tree, Outside)>::default());
    let grow = |index| {
        let (mut tree, mut outside) = spares.take(Default::default);
        growers.with(
            || Grower::new(ranks, parameters),
            |grower| {
                grower.draw(index);
                grower.grow_into(job, index, &scaled, &mut tree)?;
                grower.out_of_bag(job, &places, &tree, &mut outside)
            },
        )?;
        job.step();
        Ok((tree, outside))
    };
    job.in_turn(parameters.n_trees, grow, |(tree, outside)| {
        forest.append(job, &tree, parameters.n_trees)?;
        purity.iter_mut().zip(&tree.purity).for_each(|(sum, decrease)| *sum += decrease);
        tally.add(&outside);
        spares.give((tree, outside));
        Ok(())
    })?;
    let trees = parameters.n_trees as f64;
    purity.iter_mut().for_each(|sum| *sum /= trees);
    Ok(tally.finish(forest, purity))
}

/// Mean prediction of all trees for each row of `columns`. O(rows · trees · depth), rows in parallel.
///
/// # Errors
/// Trees that are none, columns of another number or of unequal length, values that are not finite, `Cancelled`.
pub fn predict(job: &Job, forest: &ForestView<'_>, columns: &[&[f64]]) -> Result<Vec<f64>> {
    forest.check()?;
    check::length("columns", columns, forest.n_features)?;
    let n_rows = columns.first().map_or(0, |column| column.len());
    for (column, values) in columns.iter().enumerate() {
        let checked = check::length("values", values, n_rows).and_then(|()| check::finite("values", values));
        checked.map_err(|error| error.in_column(column))?;
    }
    predict::mean_of_trees(job, forest, columns, n_rows)
}
