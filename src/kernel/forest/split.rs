//! The best split of one node.

use super::block::{Block, Draws};
use super::ranks::{Place, Ranks};
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

/// Nodes of at most so many rows are sorted by counting, which needs no branch.
const SMALL: usize = 32;

/// Places in a word of bits.
const WORD: usize = 64;

/// Draws and sums of one node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    /// Draws in the node.
    pub count: f64,
    /// Mean of the scaled response.
    pub mean: f64,
    /// Sum of squared deviations, scaled; zero until [`Scratch::deviations`].
    pub squares: f64,
    /// All responses are one number.
    pub is_pure: bool,
}

impl Moments {
    /// Draws and mean of the rows of a node.
    pub fn new(draws: &[Draws], rows: &[u32]) -> Self {
        let (mut count, mut sum) = (0.0, 0.0);
        let first = draws[rows[0] as usize].response.to_bits();
        let mut differing = 0;
        for &row in rows {
            let row = draws[row as usize];
            count += row.count;
            sum += row.count * row.response;
            differing |= row.response.to_bits() ^ first;
        }
        Self { count, mean: sum / count, squares: 0.0, is_pure: differing == 0 }
    }
}

/// Where a node is split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub feature: usize,
    /// Neighbouring places of the node on both sides, in the block.
    pub low: usize,
    pub high: usize,
    /// Fall of the sum of squares, scaled.
    pub decrease: f64,
}

/// Memory for the search; no bit is set between two searches.
#[derive(Debug, Clone)]
pub(super) struct Scratch {
    /// Deviation from the mean of the node times draws, and draws: by row of the block in large nodes, one after
    /// another in small ones.
    deviations: Vec<[f64; 2]>,
    /// Places that occur.
    occupied: Vec<u64>,
    /// The same places from low to high.
    places: Vec<u32>,
    /// Sums of the deviations and draws up to each of those places, and the gain of a split behind it.
    sums: Vec<f64>,
    counts: Vec<f64>,
    gains: Vec<f64>,
}

/// The best split so far; `gain` is the fall of the sum of squares divided by the draws of the node.
struct Best {
    gain: f64,
    tie: f64,
    n_ties: usize,
    split: Option<Split>,
}

/// What one search is about.
pub(super) struct Search<'s, R> {
    pub job: &'s Job,
    pub ranks: &'s Ranks,
    pub block: &'s Block<'s, R>,
    pub rows: &'s [u32],
    pub moments: &'s Moments,
}

impl Scratch {
    /// Room for blocks of `n_rows` rows.
    pub fn new(n_rows: usize) -> Self {
        Self {
            deviations: vec![[0.0; 2]; n_rows.max(SMALL)],
            occupied: vec![0; n_rows.div_ceil(64)],
            places: vec![0; n_rows + WORD],
            sums: vec![0.0; n_rows.max(SMALL)],
            counts: vec![0.0; n_rows.max(SMALL)],
            gains: vec![0.0; n_rows.max(SMALL)],
        }
    }

    /// Deviations of the rows of a node from its mean for [`Scratch::best_split`], and their squares.
    ///
    /// Centred at the mean of the node before squaring.
    pub fn deviations(&mut self, draws: &[Draws], rows: &[u32], moments: &mut Moments) {
        let (mut residual, mut squares) = (0.0, 0.0);
        let is_small = rows.len() <= SMALL;
        for (position, &row) in rows.iter().enumerate() {
            let Draws { count, response } = draws[row as usize];
            let deviation = response - moments.mean;
            let weighted = count * deviation;
            residual += weighted;
            squares += weighted * deviation;
            self.deviations[if is_small { position } else { row as usize }] = [weighted, count];
        }
        let shift = residual / moments.count;
        if shift * residual > RECENTRE * RECENTRE * squares {
            squares -= shift * residual;
            for (position, &row) in rows.iter().enumerate() {
                let pair = &mut self.deviations[if is_small { position } else { row as usize }];
                pair[0] -= pair[1] * shift;
            }
        }
        moments.mean += shift;
        moments.squares = squares;
    }

    /// The best split among `features`, of the rows given to [`Scratch::deviations`] last; `None` if no split gains.
    ///
    /// With deviations that add up to zero, a sum S of those of n₁ draws out of n leaves −S to the others, and the sum
    /// of squares falls by S²/n₁ + S²/(n − n₁) = n S² / (n₁ (n − n₁)). O(rows + n/64) for each factor.
    pub fn best_split<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        features: &[u32],
        stream: &mut Stream,
    ) -> Result<Option<Split>> {
        let Moments { count, squares, .. } = *search.moments;
        let tie = TIE * squares / count;
        let mut best = Best { gain: 0.0, tie, n_ties: 0, split: None };
        for &feature in features {
            let feature = feature as usize;
            match search.rows.len() {
                n if n <= 8 => self.count_sorted::<R, 8>(search, feature, &mut best, stream),
                n if n <= 16 => self.count_sorted::<R, 16>(search, feature, &mut best, stream),
                n if n <= SMALL => self.count_sorted::<R, SMALL>(search, feature, &mut best, stream),
                n => {
                    if n >= LARGE {
                        search.job.check()?;
                    }
                    self.bit_sorted(search, feature, &mut best, stream);
                }
            }
        }
        Ok(best.split.map(|split| Split { decrease: best.gain * count, ..split }))
    }

    /// Sort up to `N` rows by counting for each how many stand before it, and weigh the splits between them.
    #[inline]
    fn count_sorted<R: Place, const N: usize>(
        &mut self,
        search: &Search<'_, R>,
        feature: usize,
        best: &mut Best,
        stream: &mut Stream,
    ) {
        let (column, rows) = (search.block.column(feature), search.rows);
        let mut places = [R::LAST; N];
        for (place, &row) in places.iter_mut().zip(rows) {
            // SAFETY: rows of a node are rows of its block, and `column` has an entry for each of those.
            *place = unsafe { *column.get_unchecked(row as usize) };
        }
        let mut before = [R::default(); N];
        for &place in &places[..rows.len()] {
            for (count, &other) in before.iter_mut().zip(&places) {
                *count = count.plus(other > place);
            }
        }
        let mut order = [0_u8; N];
        for (position, &count) in before[..rows.len()].iter().enumerate() {
            order[count.index() & (N - 1)] = position as u8;
        }
        let mut left = [0.0; 2];
        let slots = self.places.iter_mut().zip(&mut self.sums).zip(&mut self.counts);
        for (&position, ((slot, sum), count)) in order[..rows.len()].iter().zip(slots) {
            let position = usize::from(position) & (N - 1);
            let deviation = self.deviations[position];
            left = [left[0] + deviation[0], left[1] + deviation[1]];
            (*slot, *sum, *count) = (places[position].index() as u32, left[0], left[1]);
        }
        self.weigh(search, feature, best, stream);
    }

    /// Sort rows by setting a bit at the place of each, and weigh the splits between them.
    fn bit_sorted<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        feature: usize,
        best: &mut Best,
        stream: &mut Stream,
    ) {
        let block = search.block;
        let (column, ordered) = (block.column(feature), block.ordered(feature));
        let occupied = &mut self.occupied[..block.n_rows.div_ceil(WORD)];
        for &row in search.rows {
            // SAFETY: rows of a node are rows of its block, `column` has an entry for each of those, a place, which is
            // below the number of rows, and `occupied` has a bit for each place.
            unsafe {
                let place = column.get_unchecked(row as usize).index();
                *occupied.get_unchecked_mut(place / WORD) |= 1 << (place % WORD);
            }
        }
        list_bits(occupied, &mut self.places);
        let mut left = [0.0; 2];
        let slots = self.sums.iter_mut().zip(&mut self.counts);
        for (&place, (sum, count)) in self.places[..search.rows.len()].iter().zip(slots) {
            // SAFETY: `place` is the number of a bit set above, so that `ordered` has a row there; `deviations` has room
            // for every row of the data.
            let deviation =
                unsafe { *self.deviations.get_unchecked(ordered.get_unchecked(place as usize).index()) };
            left = [left[0] + deviation[0], left[1] + deviation[1]];
            (*sum, *count) = (left[0], left[1]);
        }
        self.weigh(search, feature, best, stream);
    }

    /// Compute the gains of the splits behind each row but the last, without a branch, and look closer at a best one.
    #[inline]
    fn weigh<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        feature: usize,
        best: &mut Best,
        stream: &mut Stream,
    ) {
        let n_splits = search.rows.len() - 1;
        let total = search.moments.count;
        let gains = &mut self.gains[..n_splits];
        let mut largest = 0.0;
        for ((gain, &sum), &count) in gains.iter_mut().zip(&self.sums).zip(&self.counts) {
            *gain = sum * sum / (count * (total - count));
        }
        if !search.ranks.is_distinct[feature] {
            for (gain, pair) in gains.iter_mut().zip(self.places.windows(2)) {
                let (low, high) = (pair[0] as usize, pair[1] as usize);
                if search.block.are_equal(search.ranks, feature, low, high) {
                    *gain = 0.0;
                }
            }
        }
        for &gain in &*gains {
            largest = if gain > largest { gain } else { largest };
        }
        // Gains up to `tie` are rounding.
        if largest > best.tie && largest >= best.gain - best.tie {
            self.choose(n_splits, feature, largest, best, stream);
        }
    }

    /// Take the best split of a factor, one of all equal ones with the same probability.
    #[cold]
    #[inline(never)]
    fn choose(&self, n_splits: usize, feature: usize, largest: f64, best: &mut Best, stream: &mut Stream) {
        if largest > best.gain + best.tie {
            best.n_ties = 0;
        }
        best.gain = best.gain.max(largest);
        let least = best.gain - best.tie;
        for (&gain, pair) in self.gains[..n_splits].iter().zip(self.places.windows(2)) {
            if gain >= least {
                best.n_ties += 1;
                if best.n_ties == 1 || stream.below(best.n_ties) == 0 {
                    let (low, high) = (pair[0] as usize, pair[1] as usize);
                    best.split = Some(Split { feature, low, high, decrease: 0.0 });
                }
            }
        }
    }
}

/// List the bits that are set, and clear them. `places` has room for a word more than there are bits.
fn list_bits(occupied: &mut [u64], places: &mut [u32]) {
    let mut n_listed = 0;
    for (position, slot) in occupied.iter_mut().enumerate() {
        let mut word = std::mem::take(slot);
        let (count, first) = (word.count_ones() as usize, (position * WORD) as u32);
        // Eight at a time whether they are there or not: what is too much is overwritten, and the branch is foreseen.
        for eight in places[n_listed..n_listed + WORD].chunks_exact_mut(8).take(count.div_ceil(8)) {
            for place in eight {
                *place = first + word.trailing_zeros();
                word &= word.wrapping_sub(1);
            }
        }
        n_listed += count;
    }
}
