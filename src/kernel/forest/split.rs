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
    fn meet(&mut self, left: [f64; 2], count: f64, split: Split, stream: &mut Stream) {
        let gain = left[0] * left[0] / (left[1] * (count - left[1]));
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
        let mut best = Best { gain: 0.0, floor: tie, tie, n_ties: 0, split: None };
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

    /// Sort up to `N` rows by counting for each how many stand before it, then walk over them.
    #[inline]
    fn count_sorted<R: Place, const N: usize>(
        &self,
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
        let mut walk = Walk::new(search, feature);
        for &position in &order[..rows.len()] {
            let position = usize::from(position) & (N - 1);
            walk.step(self.deviations[position], places[position].index(), best, stream);
        }
    }

    /// Sort rows by setting a bit at the place of each, then walk over the bits.
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
        let mut walk = Walk::new(search, feature);
        for &place in &self.places[..search.rows.len()] {
            let place = place as usize;
            // SAFETY: `place` is the number of a bit set above, so that `ordered` has a row there; `deviations` has room
            // for every row of the data.
            let deviation = unsafe { *self.deviations.get_unchecked(ordered.get_unchecked(place).index()) };
            walk.step(deviation, place, best, stream);
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

/// A walk over the rows of a node in the order of one factor.
struct Walk<'s, R> {
    search: &'s Search<'s, R>,
    feature: usize,
    is_distinct: bool,
    count: f64,
    /// Sums over the rows passed.
    left: [f64; 2],
    low: usize,
}

impl<'s, R: Place> Walk<'s, R> {
    fn new(search: &'s Search<'s, R>, feature: usize) -> Self {
        let is_distinct = search.ranks.is_distinct[feature];
        Self { search, feature, is_distinct, count: search.moments.count, left: [0.0; 2], low: 0 }
    }

    /// Pass one row, after looking at the split before it.
    #[inline(always)]
    fn step(&mut self, deviation: [f64; 2], high: usize, best: &mut Best, stream: &mut Stream) {
        let left = self.left;
        // Without a division. Before the first row both sides are zero.
        if left[0] * left[0] > best.floor * (left[1] * (self.count - left[1]))
            && (self.is_distinct
                || !self.search.block.are_equal(self.search.ranks, self.feature, self.low, high))
        {
            let split = Split { feature: self.feature, low: self.low, high, decrease: 0.0 };
            best.meet(left, self.count, split, stream);
        }
        self.left = [left[0] + deviation[0], left[1] + deviation[1]];
        self.low = high;
    }
}
