//! What trees say of the rows that they did not draw.

use super::grow::partition;
use super::ranks::Place;
use super::{Fit, Forest, Tree};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Nodes between two looks at whether the job was cancelled.
const NODES: usize = 1 << 12;

/// The out-of-bag rows of one tree with its predictions.
#[derive(Debug, Clone)]
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

/// Send `outside` down the tree, all rows of a node at a time.
///
/// `places` are those of [`Places::by_row`]: the rows of a small node are few stretches of memory, whatever its factor.
pub(super) fn route<R: Place>(
    job: &Job,
    places: &[R],
    tree: &Tree,
    outside: &[u32],
    buffer: &mut [u32],
) -> Result<Outside> {
    let n_features = places.len() / buffer.len();
    let mut rows = outside.to_vec();
    let mut prediction = vec![0.0; outside.len()];
    let mut waiting = vec![(0, 0, rows.len())];
    let mut seen = 0_usize;
    while let Some((node, start, end)) = waiting.pop() {
        seen += 1;
        if seen.is_multiple_of(NODES) {
            job.check()?;
        }
        if start == end {
            continue;
        }
        let node = &tree.nodes[node];
        let left = node.left as usize;
        if left == 0 {
            prediction[start..end].fill(node.value);
            continue;
        }
        let (feature, last) = (node.feature as usize, R::of(node.last as usize));
        let goes_left = |row: u32| places[row as usize * n_features + feature] <= last;
        let middle = start + partition(&mut rows[start..end], buffer, goes_left);
        waiting.push((left + 1, middle, end));
        waiting.push((left, start, middle));
    }
    Ok(Outside { rows, prediction })
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
        for ((&sum, &count), above) in self.sum.iter().zip(&self.count).zip(&self.above) {
            if count > 0 {
                let error = above - sum / f64::from(count);
                squares += error * error;
                n_scored += 1;
            }
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
