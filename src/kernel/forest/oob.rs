//! What trees say of the rows that they did not draw.

use super::part::part;
use super::ranks::Place;
use super::{Fit, Forest, Tree};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Nodes between two looks at whether the job was cancelled.
const NODES: usize = 1 << 12;

/// Rows that walk down the tree together rather than being parted at each node.
const TOGETHER: usize = 16;

/// Rows whose errors are added up together.
const PIECE: usize = 64;

/// Rows of a column, from one of a node to the next, up to which they share what is read from memory at once.
const ROWS_APART: usize = 16;

/// The out-of-bag rows of one tree with its predictions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    pub rows: Vec<u32>,
    pub prediction: Vec<f64>,
}

/// The out-of-bag error after 1, 2, … trees, over the rows that some tree so far did not draw.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// Mean squared error; NaN while no row is out of bag.
    pub mse: Vec<f64>,
    /// One minus the error over the variance of the response (dividing by n); NaN for a constant response.
    pub r2: Vec<f64>,
    /// Rows scored.
    pub n_scored: Vec<u32>,
}

/// Memory that rows need on their way.
#[derive(Debug, Clone, Default)]
pub(super) struct Under {
    rows: Vec<u32>,
    prediction: Vec<f64>,
    waiting: Vec<(usize, usize, usize)>,
}

/// Send `outside` down the tree: all rows of a node at a time, and the last few on their own.
///
/// The rows of a node that has many of them lie close together in `columns`; those of a small one are few stretches of memory
/// in `by_row`, which are those of [`Places::by_row`], whatever its factor.
pub(super) fn route<R: Place>(
    job: &Job,
    (columns, by_row): (&[R], &[R]),
    tree: &Tree,
    outside: &[u32],
    buffer: &mut [u32],
    under: &mut Under,
    told: &mut Outside,
) -> Result<()> {
    let (n_rows, n_features) = (buffer.len(), by_row.len() / buffer.len());
    let Under { rows, prediction, waiting } = under;
    rows.clear();
    rows.extend_from_slice(outside);
    prediction.resize(outside.len(), 0.0);
    waiting.clear();
    waiting.push((0, 0, rows.len()));
    let mut seen = 0_usize;
    while let Some((node, start, end)) = waiting.pop() {
        seen += 1;
        if seen.is_multiple_of(NODES) {
            job.check()?;
        }
        if end - start <= TOGETHER {
            walk(by_row, n_features, tree, node, &rows[start..end], &mut prediction[start..end]);
            continue;
        }
        let node = &tree.nodes[node];
        let left = node.left as usize;
        if left == 0 {
            prediction[start..end].fill(node.value);
            continue;
        }
        let (feature, last) = (node.feature as usize, R::of(node.last as usize));
        let here = &mut rows[start..end];
        let middle = if here.len() >= n_rows / ROWS_APART {
            let column = &columns[feature * n_rows..(feature + 1) * n_rows];
            start + part(here, buffer, |row| column[row as usize], last)
        } else {
            start + part(here, buffer, |row| by_row[row as usize * n_features + feature], last)
        };
        waiting.push((left + 1, middle, end));
        waiting.push((left, start, middle));
    }
    // In the order of `outside`, which is that of the data: sums over trees are then read one after another.
    outside.iter().zip(0..).for_each(|(&row, position)| buffer[row as usize] = position);
    told.prediction.resize(outside.len(), 0.0);
    for (&row, &value) in rows.iter().zip(&*prediction) {
        told.prediction[buffer[row as usize] as usize] = value;
    }
    told.rows.clear();
    told.rows.extend_from_slice(outside);
    Ok(())
}

/// Send a few rows down the tree from `node`, step by step together, so that none waits for the memory of another.
#[inline(always)]
fn walk<R: Place>(
    by_row: &[R],
    n_features: usize,
    tree: &Tree,
    node: usize,
    rows: &[u32],
    prediction: &mut [f64],
) {
    let mut reached = [node as u32; TOGETHER];
    let reached = &mut reached[..rows.len()];
    let mut is_under_way = true;
    while is_under_way {
        is_under_way = false;
        for (reached, &row) in reached.iter_mut().zip(rows) {
            let node = &tree.nodes[*reached as usize];
            let place = by_row[row as usize * n_features + node.feature as usize].index();
            let next = node.left + u32::from(place > node.last as usize);
            // At a leaf, whose left child is 0, nothing is changed.
            *reached = if node.left == 0 { *reached } else { next };
            is_under_way |= node.left != 0;
        }
    }
    for (prediction, &node) in prediction.iter_mut().zip(&*reached) {
        *prediction = tree.nodes[node as usize].value;
    }
}

/// Running sums over trees, taken in their order, of what stands above the mean response: far from zero, sums of whole
/// predictions would round away what they differ by.
pub(crate) struct Tally {
    centre: f64,
    /// The response above the centre.
    above: Vec<f64>,
    sum: Vec<f64>,
    count: Vec<u32>,
    variance: f64,
    curve: Curve,
}

impl Tally {
    pub fn new(response: &[f64]) -> Self {
        let n = response.len() as f64;
        let centre = response.iter().map(|value| value / n).sum::<f64>();
        let above: Vec<f64> = response.iter().map(|value| value - centre).collect();
        let is_constant = response.iter().all(|value| value.to_bits() == response[0].to_bits());
        // The mean may be rounded: what it misses is no variance.
        let missed = above.iter().map(|value| value / n).sum::<f64>();
        let squares = above.iter().map(|value| (value - missed) * (value - missed) / n);
        let variance = if is_constant { 0.0 } else { squares.sum() };
        let (sum, count) = (vec![0.0; response.len()], vec![0; response.len()]);
        Self { centre, above, sum, count, variance, curve: Curve::default() }
    }

    /// Take in the next tree. O(n).
    pub fn add(&mut self, outside: &Outside) {
        for (&row, prediction) in outside.rows.iter().zip(&outside.prediction) {
            self.sum[row as usize] += prediction - self.centre;
            self.count[row as usize] += 1;
        }
        let (mut squares, mut n_scored) = (0.0, 0_u32);
        let pieces = self.sum.chunks(PIECE).zip(self.count.chunks(PIECE)).zip(self.above.chunks(PIECE));
        for ((sums, counts), above) in pieces {
            // Rows without a prediction add zero: no branch, and divisions several at a time.
            let mut errors = [0.0; PIECE];
            for (((error, sum), &count), above) in errors.iter_mut().zip(sums).zip(counts).zip(above) {
                let missed = above - sum / f64::from(count.max(1));
                *error = if count > 0 { missed * missed } else { 0.0 };
                n_scored += u32::from(count > 0);
            }
            errors.iter().for_each(|error| squares += error);
        }
        let mse = squares / f64::from(n_scored);
        self.curve.mse.push(mse);
        self.curve.r2.push(if self.variance > 0.0 { 1.0 - mse / self.variance } else { f64::NAN });
        self.curve.n_scored.push(n_scored);
    }

    /// The forest with what its trees said.
    pub fn finish(self, forest: Forest, inc_node_purity: Vec<f64>) -> Fit {
        let mean = |(&sum, &count): (&f64, &u32)| {
            if count > 0 { self.centre + sum / f64::from(count) } else { f64::NAN }
        };
        let oob_prediction = self.sum.iter().zip(&self.count).map(mean).collect();
        Fit { forest, oob_prediction, oob_count: self.count, curve: self.curve, inc_node_purity }
    }
}
