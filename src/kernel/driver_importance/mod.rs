//! Importance of the factors of a regression forest, with p-values from forests on permuted responses.
//!
//! Breiman (2001) and R's randomForest: the out-of-bag error of a tree rises by δ when a factor is permuted among its
//! out-of-bag rows. `inc_mse` is the mean of δ over trees, `inc_mse_scaled` that mean over its standard error.

mod exact;
mod refit;
#[cfg(target_arch = "x86_64")]
mod sets;
mod walk;

use self::refit::{Part, Running, Shared};
use super::cells::Classes;
use super::error::{Error, Result};
use super::forest::oob::Tally;
use super::forest::ranks::{Place, Table};
use super::forest::{BYTES_OF_GROWN, Fit, Forest, Parameters, Ranks, Response, check_response};
use super::job::Job;
use super::rng::Stream;
use super::spares::Spares;

/// Trees of one piece of work; the pieces, and so the sums, are the same for any number of threads.
const TREES: usize = 10;

/// Responses that one piece of work holds at most, in rows.
const HELD_ROWS: usize = 1 << 20;

/// Permuted responses that share the draws of a tree.
const REPLICATES: usize = 16;

/// Key of the streams that permute responses; no tree has this number.
const RESPONSES: u64 = u64::MAX;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The forest.
    pub forest: Parameters<'a>,
    /// Forests on permuted responses; 0 for no p-values.
    pub permutations: usize,
    /// Blocks inside which responses are permuted.
    pub blocks: Classes<'a>,
    /// The expectation over all permutations of a factor, in place of one permutation per tree.
    pub exact: bool,
}

/// Measures of one factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Mean over trees of the rise of the out-of-bag mean squared error.
    pub inc_mse: f64,
    /// Its standard error: standard deviation over trees (dividing by their number) over the root of their number.
    pub inc_mse_se: f64,
    /// The mean over its standard error; the mean itself where the error is zero, as R's randomForest has it.
    pub inc_mse_scaled: f64,
    /// Mean over trees of the decrease of the sum of squares.
    pub inc_node_purity: f64,
}

/// The fourth power is a double, with room for sums.
const LARGEST: f64 = 1e75;

/// For each factor how many of the permuted forests reach the observed measure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    pub inc_mse: u32,
    pub inc_mse_scaled: u32,
    pub inc_node_purity: u32,
}

/// Importance of every factor, and the forest behind it.
#[derive(Debug, Clone)]
pub struct Importance {
    pub measures: Vec<Measures>,
    /// Empty without permutations.
    pub reached: Vec<Reached>,
    pub fit: Fit,
}

impl Reached {
    /// (reached + 1) / (permutations + 1), the share of forests that reach the observed one, itself included.
    pub fn p_value(reached: u32, permutations: usize) -> f64 {
        (f64::from(reached) + 1.0) / (permutations as f64 + 1.0)
    }

    fn count(&mut self, null: &Measures, observed: &Measures) {
        self.inc_mse += u32::from(null.inc_mse >= observed.inc_mse);
        self.inc_mse_scaled += u32::from(null.inc_mse_scaled >= observed.inc_mse_scaled);
        self.inc_node_purity += u32::from(null.inc_node_purity >= observed.inc_node_purity);
    }
}

/// Grow a forest, measure its factors, and do the same for `permutations` permuted responses.
///
/// All forests share the sorted factors, the draws of rows, the seeds of the trees and the permutations of the factors.
/// O((permutations + 1) · trees · n log n · max_features). Memory: the trees of the observed forest at 28 bytes a node,
/// about 400 bytes per factor and permuted forest, and for each thread one tree, up to 16 responses, and up to 50 bytes per
/// row and factor for permuted rows on their way.
///
/// # Errors
/// Empty input, columns of unequal length, values that are not finite, options out of range, blocks of one row each,
/// `Cancelled`.
pub fn driver_importance(
    job: &Job,
    columns: &[&[f64]],
    response: &[f64],
    options: &Options<'_>,
) -> Result<Importance> {
    let ranks = Ranks::new(job, columns, response.len())?;
    check_response(response)?;
    // Errors of squares are squared once more.
    if response.iter().any(|value| value.abs() > LARGEST) {
        return Err(Error::OutOfRange { name: "response", period: 0 });
    }
    options.forest.check(response.len(), columns.len())?;
    options.blocks.check("groups", response.len())?;
    let blocks = Blocks::new(options.blocks, response.len());
    if options.permutations > 0 && blocks.can_not_move() {
        let requirement = "groups of several rows each, since responses are permuted inside them";
        return Err(Error::Parameter { name: "groups", requirement, value: options.blocks.count as f64 });
    }
    job.expect_steps(options.forest.n_trees * (options.permutations + 1));
    let observed = Response::new(response);
    match &ranks.table {
        Table::Narrow(places) => compare(job, &Shared::new(places, &ranks, options), &observed, &blocks),
        Table::Wide(places) => compare(job, &Shared::new(places, &ranks, options), &observed, &blocks),
    }
}

/// The observed forest beside the permuted ones.
fn compare<P: Place>(
    job: &Job,
    shared: &Shared<'_, P>,
    observed: &Response,
    blocks: &Blocks,
) -> Result<Importance> {
    let (fit, measures) = observe(job, shared, observed)?;
    let reached = permute(job, shared, observed, blocks, &measures)?;
    Ok(Importance { measures, reached, fit })
}

/// The observed forest.
fn observe<P: Place>(job: &Job, shared: &Shared<'_, P>, response: &Response) -> Result<(Fit, Vec<Measures>)> {
    let n_features = shared.ranks.n_features();
    let n_trees = shared.options.forest.n_trees;
    let n_pieces = n_trees.div_ceil(TREES);
    Forest::foresee(job, n_trees)?;
    let at_a_time = job.held_in_turn(n_pieces) * TREES.min(n_trees);
    job.foresee("trees at a time", at_a_time, shared.ranks.n_rows * BYTES_OF_GROWN)?;
    let mut forest = Forest::new(n_features);
    let mut tally = Tally::new(response.original());
    let mut total = Running::none(n_features);
    let workers = Spares::default();
    let grow = |piece| {
        let trees = piece * TREES..n_trees.min((piece + 1) * TREES);
        let one = std::slice::from_ref(response);
        workers.with(|| shared.worker(), |worker| worker.run(job, trees, one, true))
    };
    job.in_turn(n_pieces, grow, |Part { sums, trees }| {
        for (tree, outside) in &trees {
            job.check()?;
            forest.append(job, tree, n_trees)?;
            tally.add(outside);
        }
        total.add(&sums[0]);
        Ok(())
    })?;
    let measures = total.measures(n_trees);
    let inc_node_purity = measures.iter().map(|each| each.inc_node_purity).collect();
    Ok((tally.finish(forest, inc_node_purity), measures))
}

/// The permuted forests, compared with the observed one.
fn permute<P: Place>(
    job: &Job,
    shared: &Shared<'_, P>,
    observed: &Response,
    blocks: &Blocks,
    measures: &[Measures],
) -> Result<Vec<Reached>> {
    let Options { permutations, forest, .. } = *shared.options;
    if permutations == 0 {
        return Ok(Vec::new());
    }
    let n_pieces = forest.n_trees.div_ceil(TREES);
    let size = (HELD_ROWS / shared.ranks.n_rows).clamp(1, REPLICATES);
    let mut reached = vec![Reached::default(); measures.len()];
    let tasks = permutations.div_ceil(size).saturating_mul(n_pieces);
    let mut totals: Vec<Running> = Vec::new();
    let mut n_added = 0;
    let workers = Spares::default();
    let grow = |task| {
        let (block, piece) = (task / n_pieces, task % n_pieces);
        let replicates = block * size..permutations.min((block + 1) * size);
        let trees = piece * TREES..forest.n_trees.min((piece + 1) * TREES);
        workers.with(
            || (shared.worker(), usize::MAX, Vec::new()),
            |(worker, held, responses)| {
                if *held != block {
                    *responses =
                        replicates.map(|each| blocks.permuted(observed, forest.seed, each)).collect();
                    *held = block;
                }
                worker.run(job, trees, responses, false)
            },
        )
    };
    job.in_turn(tasks, grow, |Part { sums, .. }| {
        if n_added == 0 {
            totals = vec![Running::none(measures.len()); sums.len()];
        }
        totals.iter_mut().zip(&sums).for_each(|(total, sum)| total.add(sum));
        n_added = (n_added + 1) % n_pieces;
        if n_added == 0 {
            for total in &totals {
                let null = total.measures(forest.n_trees);
                for ((count, null), observed) in reached.iter_mut().zip(&null).zip(measures) {
                    count.count(null, observed);
                }
            }
        }
        Ok(())
    })?;
    Ok(reached)
}

/// The rows of each block.
struct Blocks(Vec<Vec<u32>>);

impl Blocks {
    fn new(classes: Classes<'_>, n_rows: usize) -> Self {
        let mut rows = vec![Vec::new(); classes.count];
        (0..n_rows).for_each(|row| rows[classes.of(row)].push(row as u32));
        Self(rows)
    }

    fn can_not_move(&self) -> bool {
        self.0.iter().all(|rows| rows.len() < 2) && self.0.len() > 1
    }

    /// The response with its entries permuted inside each block: one of all orders, each equally likely.
    fn permuted(&self, response: &Response, seed: u64, replicate: usize) -> Response {
        let mut stream = Stream::new(seed, &[RESPONSES, replicate as u64]);
        let mut from: Vec<u32> = (0..response.original().len() as u32).collect();
        for rows in &self.0 {
            for last in (1..rows.len()).rev() {
                let other = stream.below(last + 1);
                from.swap(rows[last] as usize, rows[other] as usize);
            }
        }
        response.taken(&from)
    }
}
