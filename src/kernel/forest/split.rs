//! The best split of one node.

use super::block::{Block, Draws};
use super::ranks::Rank;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;

/// Relative to the sum of squares of the node: gains closer than this are equal, and chance decides.
///
/// Sums of some 10⁵ terms in another order differ by less.
const TIE: f64 = 1e-13;

/// A node is centred again where rounding left its mean further from zero than this, relative to its deviation.
const RECENTRE: f64 = 1e-9;

/// Rows from which a look at whether the job was cancelled is worth its cost.
const LARGE: usize = 1 << 14;

/// Draws and sums of one node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    /// Draws in the node.
    pub count: f64,
    /// Mean of the scaled response.
    pub mean: f64,
    /// Sum of squared deviations, scaled.
    pub squares: f64,
    /// All responses are one number.
    pub is_pure: bool,
}

/// Where a node is split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub feature: usize,
    /// Neighbouring ranks of the node on both sides, as ranks of the block.
    pub low: u32,
    pub high: u32,
    /// Fall of the sum of squares, scaled.
    pub decrease: f64,
}

/// Memory for the search; all zero between two searches.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    /// Deviation from the mean of the node times draws, and draws, of each row of the node.
    deviations: Vec<[f64; 2]>,
    /// The sums of both over the rows of each rank.
    sums: Vec<[f64; 2]>,
    /// Ranks that occur.
    occupied: Vec<u64>,
}

/// The best split so far; `gain` is the fall of the sum of squares divided by the draws of the node.
struct Best {
    gain: f64,
    /// Gains up to here are not looked at.
    floor: f64,
    tie: f64,
    n_ties: usize,
    split: Option<Split>,
}

impl Best {
    #[cold]
    #[inline(never)]
    fn meet(&mut self, gain: f64, split: Split, stream: &mut Stream) {
        if gain > self.gain + self.tie || self.split.is_none() {
            self.n_ties = 1;
            self.split = Some(split);
        } else {
            // One of all equal gains, each equally likely.
            self.n_ties += 1;
            if stream.below(self.n_ties) == 0 {
                self.split = Some(split);
            }
        }
        self.gain = self.gain.max(gain);
        self.floor = self.floor.max(self.gain - self.tie);
    }
}

impl Scratch {
    /// Room for blocks of `n_rows` rows.
    pub fn new(n_rows: usize) -> Self {
        Self {
            deviations: Vec::with_capacity(n_rows),
            sums: vec![[0.0; 2]; n_rows],
            occupied: vec![0; n_rows.div_ceil(64)],
        }
    }

    /// Draws, mean and squares of the rows of a node, and their deviations for [`Scratch::best_split`].
    ///
    /// Centred at the mean of the node before squaring.
    pub fn moments(&mut self, draws: &[Draws], rows: &[u32]) -> Moments {
        let (mut count, mut sum) = (0.0, 0.0);
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for &row in rows {
            let row = draws[row as usize];
            count += row.count;
            sum += row.count * row.response;
            least = least.min(row.response);
            most = most.max(row.response);
        }
        let mean = sum / count;
        if least >= most {
            return Moments { count, mean, squares: 0.0, is_pure: true };
        }
        let (mut residual, mut squares) = (0.0, 0.0);
        self.deviations.clear();
        self.deviations.extend(rows.iter().map(|&row| {
            let row = draws[row as usize];
            let deviation = row.response - mean;
            let weighted = row.count * deviation;
            residual += weighted;
            squares += weighted * deviation;
            [weighted, row.count]
        }));
        let shift = residual / count;
        if shift * shift * count > RECENTRE * RECENTRE * squares {
            squares -= shift * residual;
            self.deviations.iter_mut().for_each(|pair| pair[0] -= pair[1] * shift);
        }
        Moments { count, mean: mean + shift, squares, is_pure: squares <= 0.0 }
    }

    /// The best split among `features`, of the rows given to [`Scratch::moments`] last; `None` if no split gains.
    ///
    /// With deviations that add up to zero, a sum S of those of n₁ draws out of n leaves −S to the others, and the sum
    /// of squares falls by S²/n₁ + S²/(n − n₁) = n S² / (n₁ (n − n₁)). O(rows + n/64) for each factor.
    pub fn best_split<R: Rank>(
        &mut self,
        job: &Job,
        block: &Block<'_, R>,
        rows: &[u32],
        moments: &Moments,
        features: &[u32],
        stream: &mut Stream,
    ) -> Result<Option<Split>> {
        let tie = TIE * moments.squares / moments.count;
        let mut best = Best { gain: 0.0, floor: tie, tie, n_ties: 0, split: None };
        for &feature in features {
            if rows.len() >= LARGE {
                job.check()?;
            }
            self.scatter(block.column(feature as usize), rows);
            let n_words = block.n_rows.div_ceil(64);
            self.scan(n_words, feature as usize, moments.count, &mut best, stream);
        }
        Ok(best.split.map(|split| Split { decrease: best.gain * moments.count, ..split }))
    }

    /// Add the deviations up by rank.
    fn scatter<R: Rank>(&mut self, column: &[R], rows: &[u32]) {
        for (pair, &row) in self.deviations.iter().zip(rows) {
            let rank = column[row as usize].position();
            let sum = &mut self.sums[rank];
            *sum = [sum[0] + pair[0], sum[1] + pair[1]];
            self.occupied[rank >> 6] |= 1 << (rank & 63);
        }
    }

    /// Walk over the ranks that occur, from low to high, and leave zeros behind.
    fn scan(&mut self, n_words: usize, feature: usize, count: f64, best: &mut Best, stream: &mut Stream) {
        let mut left = [0.0, 0.0];
        let mut low = 0;
        for (position, slot) in self.occupied[..n_words].iter_mut().enumerate() {
            let mut word = std::mem::take(slot);
            while word != 0 {
                let high = position * 64 + word.trailing_zeros() as usize;
                word &= word - 1;
                // At the first rank the left side is empty: 0/0 is NaN and exceeds nothing.
                let gain = left[0] * left[0] / (left[1] * (count - left[1]));
                if gain > best.floor {
                    let split = Split { feature, low: low as u32, high: high as u32, decrease: 0.0 };
                    best.meet(gain, split, stream);
                }
                let sum = std::mem::take(&mut self.sums[high]);
                left = [left[0] + sum[0], left[1] + sum[1]];
                low = high;
            }
        }
    }
}
