//! The best split of one node.

use super::bins::{self, Large};
use super::block::{Block, Draws};
#[cfg(target_arch = "x86_64")]
use super::medium::{MOST_PLACES, Medium};
use super::ranks::{Place, Ranks};
use super::small::{SMALL, Small};
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;
#[cfg(target_arch = "x86_64")]
use crate::kernel::wide::is_here;

/// Relative to the sum of squares of the node: gains closer than this are equal, and chance decides.
///
/// Sums of some 10⁵ terms in another order differ by less.
const TIE: f64 = 1e-13;

/// A node is centred again where rounding left its mean further from zero than this, relative to its deviation.
///
/// The same split with its sides exchanged gains the same only as far as deviations add up to zero: less than [`TIE`].
const RECENTRE: f64 = 1e-14;

/// Sums that go on side by side.
const LANES: usize = 4;

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
    /// From where deviations are taken, and by how much less than from there.
    pub centre: f64,
    pub shift: f64,
}

/// Draws of a node, and the sum of the scaled response over them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    pub count: f64,
    pub sum: f64,
}

impl Sums {
    pub fn new(draws: &[Draws], rows: &[u32]) -> Self {
        let (mut count, mut sum) = (0.0, 0.0);
        for &row in rows {
            let row = draws[row as usize];
            count += row.count;
            sum += row.count * row.response;
        }
        Self { count, sum }
    }

    #[inline(always)]
    pub fn mean(&self) -> f64 {
        self.sum / self.count
    }
}

impl Moments {
    /// The sums of both sides of a split of the node.
    #[inline(always)]
    pub fn parted(&self, split: &Split) -> [Sums; 2] {
        let [deviation, left] = split.left;
        let right = self.count - left;
        let sum = |count: f64, deviation: f64| Sums { count, sum: count * self.mean + deviation };
        [sum(left, deviation), sum(right, -deviation)]
    }
}

/// Whether all responses of a node are one number.
#[inline(always)]
pub(super) fn is_pure(draws: &[Draws], rows: &[u32]) -> bool {
    let first = draws[rows[0] as usize].response.to_bits();
    for &row in &rows[1..] {
        if draws[row as usize].response.to_bits() != first {
            return false;
        }
    }
    true
}

impl Moments {
    #[inline(always)]
    pub fn new(sums: Sums) -> Self {
        let mean = sums.mean();
        Self { count: sums.count, mean, squares: 0.0, centre: mean, shift: 0.0 }
    }

    /// The deviation of a row times its draws, and its draws.
    #[inline(always)]
    pub fn deviation(&self, Draws { count, response }: Draws) -> [f64; 2] {
        [count * (response - self.centre) - count * self.shift, count]
    }

    /// What the deviations show: the sum of them times draws, and of their squares; whether they are too far from zero.
    #[inline(always)]
    pub fn see(&mut self, residual: f64, squares: f64) -> bool {
        let shift = residual / self.count;
        let is_far = shift * residual > RECENTRE * RECENTRE * squares;
        self.mean += shift;
        (self.squares, self.shift) =
            if is_far { (squares - shift * residual, shift) } else { (squares, 0.0) };
        is_far
    }
}

/// Where a node is split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub feature: usize,
    /// Neighbouring places of the node on both sides, in the block.
    pub low: usize,
    pub high: usize,
    /// Deviations and draws that go left.
    pub left: [f64; 2],
    /// Fall of the sum of squares, scaled.
    pub decrease: f64,
}

/// Memory for the search; no bit is set between two searches.
#[derive(Debug, Clone)]
pub(super) struct Scratch {
    small: Small,
    #[cfg(target_arch = "x86_64")]
    medium: Medium,
    /// Deviation from the mean of the node times draws, and draws, by row of the block in nodes neither small nor large.
    by_row: Vec<[f64; 2]>,
    large: Large,
    /// Places that occur.
    occupied: Vec<u64>,
    /// The same places from low to high.
    places: [u32; bins::FEWEST_ROWS + WORD],
    /// The gain of a split behind each of them.
    gains: [f64; bins::FEWEST_ROWS],
}

/// The best split so far; `gain` is the fall of the sum of squares divided by the draws of the node.
pub(super) struct Best {
    pub gain: f64,
    pub tie: f64,
    pub n_ties: usize,
    pub split: Option<Split>,
}

/// What one search is about.
pub(super) struct Search<'s, R> {
    pub job: &'s Job,
    pub ranks: &'s Ranks<'s>,
    pub block: &'s Block<'s, R>,
    pub rows: &'s [u32],
    pub moments: &'s Moments,
}

impl Scratch {
    /// Room for blocks of `n_rows` rows.
    pub fn new(n_rows: usize) -> Self {
        Self {
            small: Small::new(),
            #[cfg(target_arch = "x86_64")]
            medium: Medium::default(),
            by_row: vec![[0.0; 2]; n_rows],
            large: Large::new(n_rows),
            occupied: vec![0; n_rows.div_ceil(WORD)],
            places: [0; bins::FEWEST_ROWS + WORD],
            gains: [0.0; bins::FEWEST_ROWS],
        }
    }

    /// Deviations of the rows of a node from its mean for [`Scratch::best_split`], and their squares.
    ///
    /// Centred at the mean of the node before squaring.
    #[inline(always)]
    pub fn deviations(&mut self, draws: &[Draws], rows: &[u32], moments: &mut Moments) {
        if rows.len() <= SMALL {
            self.small.hold(rows);
            self.small.centre(draws, rows.len(), moments);
            return;
        }
        if rows.len() < bins::FEWEST_ROWS {
            centre(draws, rows, moments, |_, row, deviation| self.by_row[row as usize] = deviation);
        } else {
            self.large.hold(draws, rows, moments);
        }
    }

    /// The best split among `features`, of the rows given to [`Scratch::deviations`] last; `None` if no split gains.
    ///
    /// With deviations that add up to zero, a sum S of those of n₁ draws out of n leaves −S to the others, and the sum
    /// of squares falls by S²/n₁ + S²/(n − n₁) = n S² / (n₁ (n − n₁)). O(rows + n/64) for each factor.
    #[inline(always)]
    pub fn best_split<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        features: &[u32],
        stream: &mut Stream,
    ) -> Result<Option<Split>> {
        let Moments { count, squares, .. } = *search.moments;
        let tie = TIE * squares / count;
        let mut best = Best { gain: 0.0, tie, n_ties: 0, split: None };
        match search.rows.len() {
            n if n <= 8 => self.small.best_split::<R, 8>(search, features, &mut best, stream),
            n if n <= 16 => self.small.best_split::<R, 16>(search, features, &mut best, stream),
            n if n <= SMALL => self.small.best_split::<R, SMALL>(search, features, &mut best, stream),
            n if n < bins::FEWEST_ROWS => self.best_of_some(search, features, &mut best, stream),
            _ => self.large.best_split(search, features, &mut best, stream)?,
        }
        Ok(best.split.map(|split| Split { decrease: best.gain * count, ..split }))
    }

    /// The same for a node of neither few rows nor many.
    #[inline(always)]
    fn best_of_some<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        features: &[u32],
        best: &mut Best,
        stream: &mut Stream,
    ) {
        #[cfg(target_arch = "x86_64")]
        if size_of::<R>() == size_of::<u16>() && is_medium(search.block.n_rows) {
            // SAFETY: this processor has the instructions that the function is compiled for.
            return unsafe { self.medium.best_split(search, features, &self.by_row, best, stream) };
        }
        for &feature in features {
            self.bit_sorted(search, feature as usize, best, stream);
        }
    }

    /// Sort rows by setting a bit at the place of each, and weigh the splits between them.
    #[inline(always)]
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
        let total = search.moments.count;
        let deviations = &self.by_row;
        // SAFETY: `place` is the number of a bit set above, so that `ordered` has a row there; `deviations` has room for
        // every row of the data.
        let deviation =
            |place: u32| unsafe { *deviations.get_unchecked(ordered.get_unchecked(place as usize).index()) };
        let last = search.rows.len() - 1;
        let (places, gains) = (&self.places[..last], &mut self.gains[..last]);
        let mut left = [0.0; 2];
        let (fours, slots) = (places.chunks_exact(4), gains.chunks_exact_mut(4));
        let n_whole = last - fours.remainder().len();
        for (four, slots) in fours.zip(slots) {
            // Added among themselves first: the chain of sums is a quarter as long.
            let near = deviation(four[0]);
            let two = plus(near, deviation(four[1]));
            let third = deviation(four[2]);
            let (three, all) = (plus(two, third), plus(two, plus(third, deviation(four[3]))));
            let sums = [plus(left, near), plus(left, two), plus(left, three), plus(left, all)];
            for (gain, [sum, count]) in slots.iter_mut().zip(sums) {
                *gain = sum * sum / (count * (total - count));
            }
            left = sums[3];
        }
        for (&place, gain) in places[n_whole..].iter().zip(&mut gains[n_whole..]) {
            left = plus(left, deviation(place));
            *gain = left[0] * left[0] / (left[1] * (total - left[1]));
        }
        if !search.ranks.is_distinct[feature] {
            search.drop_ties(feature, gains, &self.places);
        }
        let split = |position: usize| {
            let left =
                self.places[..=position].iter().fold([0.0; 2], |left, &place| plus(left, deviation(place)));
            let [low, high] = [position, position + 1].map(|position| self.places[position] as usize);
            Split { feature, low, high, left, decrease: 0.0 }
        };
        best.meet(gains, split, stream);
    }
}

/// Whether nodes of more than a few rows of a block with so many places are left to [`Medium`].
#[cfg(target_arch = "x86_64")]
#[inline]
fn is_medium(n_places: usize) -> bool {
    n_places <= MOST_PLACES && is_here()
}

/// Deviations from the mean, which is made more precise, and their squares; `keep` is given the position of each row, the row
/// and its deviation.
#[inline(always)]
pub(super) fn centre(
    draws: &[Draws],
    rows: &[u32],
    moments: &mut Moments,
    mut keep: impl FnMut(usize, u32, [f64; 2]),
) {
    // Four sums each: one would be waited for at every row.
    let (mut residuals, mut squares) = ([0.0; LANES], [0.0; LANES]);
    let mut add = |lane: usize, position: usize, row: u32| {
        let Draws { count, response } = draws[row as usize];
        let deviation = response - moments.mean;
        let weighted = count * deviation;
        residuals[lane] += weighted;
        squares[lane] += weighted * deviation;
        keep(position, row, [weighted, count]);
    };
    let fours = rows.chunks_exact(LANES);
    let (rest, n_whole) = (fours.remainder(), rows.len() - fours.remainder().len());
    for (part, four) in fours.enumerate() {
        for (lane, &row) in four.iter().enumerate() {
            add(lane, part * LANES + lane, row);
        }
    }
    for (lane, &row) in rest.iter().enumerate() {
        add(lane, n_whole + lane, row);
    }
    let all = |[a, b, c, d]: [f64; LANES]| (a + c) + (b + d);
    if moments.see(all(residuals), all(squares)) {
        for (position, &row) in rows.iter().enumerate() {
            keep(position, row, moments.deviation(draws[row as usize]));
        }
    }
}

/// Sums of deviations and draws.
#[inline(always)]
fn plus(one: [f64; 2], other: [f64; 2]) -> [f64; 2] {
    [one[0] + other[0], one[1] + other[1]]
}

impl<R: Place> Search<'_, R> {
    /// Take the gain from splits between equal values.
    pub fn drop_ties(&self, feature: usize, gains: &mut [f64], places: &[u32]) {
        for (gain, pair) in gains.iter_mut().zip(places.windows(2)) {
            if self.block.are_equal(self.ranks, feature, pair[0] as usize, pair[1] as usize) {
                *gain = 0.0;
            }
        }
    }
}

impl Best {
    /// Take the best split of a factor if it reaches the best so far; of equal ones each with the same probability.
    ///
    /// `split` describes the one of each gain, but for what it gains.
    #[inline(always)]
    pub fn meet(&mut self, gains: &[f64], split: impl Fn(usize) -> Split, stream: &mut Stream) {
        let largest = largest(gains);
        if self.is_met_by(largest)
            && let Some(position) = self.choose(largest, gains, stream)
        {
            self.split = Some(split(position));
        }
    }

    /// Whether the largest gain of a factor equals the best so far or is better. Gains up to `tie` are rounding.
    #[inline(always)]
    pub fn is_met_by(&self, largest: f64) -> bool {
        largest > self.tie && largest >= self.gain - self.tie
    }

    /// Take in the largest gain of a factor that meets the best so far, and return the least that equals the two.
    #[inline(always)]
    pub fn raise(&mut self, largest: f64) -> f64 {
        if largest > self.gain + self.tie {
            self.n_ties = 0;
        }
        self.gain = self.gain.max(largest);
        self.gain - self.tie
    }

    /// Whether the next of equal splits takes the place of those before it.
    #[inline(always)]
    pub fn takes_next(&mut self, stream: &mut Stream) -> bool {
        self.n_ties += 1;
        self.n_ties == 1 || stream.below(self.n_ties) == 0
    }

    /// The position of the split to be taken, if it is not the one that was chosen before.
    #[inline(never)]
    fn choose(&mut self, largest: f64, gains: &[f64], stream: &mut Stream) -> Option<usize> {
        let least = self.raise(largest);
        let mut chosen = None;
        for (part, gains) in gains.chunks(WORD).enumerate() {
            // Bits first: where the largest stands cannot be foreseen by a branch.
            let mut reached = 0_u64;
            for (position, &gain) in gains.iter().enumerate() {
                reached |= u64::from(gain >= least) << position;
            }
            while reached != 0 {
                let position = part * WORD + reached.trailing_zeros() as usize;
                reached &= reached - 1;
                if self.takes_next(stream) {
                    chosen = Some(position);
                }
            }
        }
        chosen
    }
}

/// The largest of gains or bounds, zero if all are less.
#[inline(always)]
pub(super) fn largest(gains: &[f64]) -> f64 {
    // Four at a time: the largest of many is a chain otherwise.
    let mut largest = [0.0; 4];
    let fours = gains.chunks_exact(4);
    let rest = fours.remainder();
    for four in fours {
        for (most, &gain) in largest.iter_mut().zip(four) {
            *most = if gain > *most { gain } else { *most };
        }
    }
    largest.iter().chain(rest).fold(0.0, |most, &gain| if gain > most { gain } else { most })
}

/// List the bits that are set, and clear them. `places` has room for a word more than there are bits.
#[inline(always)]
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
