//! The best split of a large node: sums over bins of neighbouring places tell where it can be, and only there are splits
//! weighed one by one.

use super::block::Draws;
use super::ranks::Place;
use super::split::{Best, Moments, Search, Split, centre, largest};
use crate::kernel::error::Result;
use crate::kernel::rng::Stream;

/// Nodes of fewer rows are searched place by place.
pub(super) const FEWEST_ROWS: usize = 512;

/// Bins at most, so that they stay in the nearest memory.
const MOST_BINS: usize = 1024;

/// Rows in a bin as long as there are no more than [`MOST_BINS`].
const ROWS_PER_BIN: usize = 8;

/// Factors whose sums are added up at a time.
pub(super) const AT_A_TIME: usize = 3;

/// Bins that are passed over together.
const GROUP: usize = 16;

/// How far the gain of a bin may be off, in units of what gains that are equal may be: sums of bins are added in another order.
const SLACK: f64 = 4.0;

/// Deviations, and what [`Weight`] makes one number of: of a row or of a bin.
type Sums = [f64; 2];

/// Draws times `unit` and absolute deviations, which add up to less than half of it.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    unit: f64,
}

impl Weight {
    /// For any rows of a node: deviations that are squared and added up to `squares` add up to √(n · squares) at most.
    fn of(moments: &Moments) -> Self {
        // A power of two, so that nothing is rounded but the deviations.
        Self { unit: 4.0 * power_of_two((moments.count * moments.squares).sqrt()) }
    }

    #[inline(always)]
    fn join(self, deviation: f64, draws: f64) -> f64 {
        draws * self.unit + deviation.abs()
    }

    /// Draws, and what the absolute deviations are at most.
    #[inline(always)]
    fn part(self, weight: f64) -> (f64, f64) {
        // To the nearest whole number.
        let draws = (weight / self.unit - 0.25 + WHOLE) - WHOLE;
        // Each of up to twice as many sums as draws was rounded.
        let rounding = draws * draws * self.unit * f64::EPSILON;
        (draws, weight - draws * self.unit + rounding)
    }
}

/// Numbers of this size have no digits behind the point.
const WHOLE: f64 = 1.5 / f64::EPSILON;

/// The largest power of two that is not above a number.
fn power_of_two(number: f64) -> f64 {
    f64::from_bits(number.to_bits() & f64::INFINITY.to_bits())
}

/// The rows of a node in bins: rows whose places share their upper bits.
#[derive(Debug, Clone, Default)]
pub(super) struct Bins {
    sums: Vec<Sums>,
    /// Draws, and absolute deviations at most.
    draws: Vec<f64>,
    sizes: Vec<f64>,
    /// Deviations and draws in all bins before.
    before: [Vec<f64>; 2],
    /// No split in the bin, or right behind it, gains more.
    bounds: Vec<f64>,
    /// The highest of a group.
    peaks: Vec<f64>,
    /// Low bits of a place that are left out.
    shift: u32,
    /// Places of one bin where a split is weighed, the place after them, and what is gained.
    places: Vec<u32>,
    lefts: Vec<[f64; 2]>,
    gains: Vec<f64>,
}

/// Memory for the search in large nodes.
#[derive(Debug, Clone)]
pub(super) struct Large {
    bins: [Bins; AT_A_TIME],
    /// Of the rows of the node one after another: deviations times draws, and draws, later their [`Weight`].
    in_turn: Vec<[f64; 2]>,
    /// The last large node that each row of the block was in.
    node_of: Vec<u32>,
    node: u32,
}

impl Large {
    /// Room for blocks of `n_rows` rows.
    pub fn new(n_rows: usize) -> Self {
        Self { bins: Default::default(), in_turn: vec![[0.0; 2]; n_rows], node_of: vec![0; n_rows], node: 0 }
    }

    /// Take in the rows of a node, and their deviations from its mean.
    #[inline(always)]
    pub fn hold(&mut self, draws: &[Draws], rows: &[u32], moments: &mut Moments) {
        self.node = self.node.wrapping_add(1);
        if self.node == 0 {
            // Numbers that were used before come again.
            self.node_of.fill(0);
            self.node = 1;
        }
        let Self { in_turn, node_of, node, .. } = self;
        let in_turn = &mut in_turn[..rows.len()];
        centre(draws, rows, moments, |position, row, deviation| {
            in_turn[position] = deviation;
            node_of[row as usize] = *node;
        });
    }

    /// Weigh the splits between the rows taken in last that can be the best one.
    #[inline(always)]
    pub fn best_split<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        features: &[u32],
        best: &mut Best,
        stream: &mut Stream,
    ) -> Result<()> {
        let Self { bins, in_turn, node_of, node } = self;
        let weight = Weight::of(search.moments);
        let in_turn = &mut in_turn[..search.rows.len()];
        in_turn.iter_mut().for_each(|[deviation, draws]| *draws = weight.join(*deviation, *draws));
        let there = There { node_of, node: *node };
        for features in features.chunks(AT_A_TIME) {
            search.job.check()?;
            add_up_all(bins, search, features, in_turn);
            for (bins, &feature) in bins.iter_mut().zip(features) {
                bins.best_split(search, feature as usize, weight, there, best, stream);
            }
        }
        Ok(())
    }
}

/// Which rows of the block are in the node.
#[derive(Debug, Clone, Copy)]
struct There<'l> {
    node_of: &'l [u32],
    node: u32,
}

impl There<'_> {
    /// # Safety
    /// It is a row of the block.
    #[inline(always)]
    unsafe fn has(self, row: usize) -> bool {
        // SAFETY: as said.
        unsafe { *self.node_of.get_unchecked(row) == self.node }
    }
}

/// [`add_up`] for up to [`AT_A_TIME`] factors.
#[inline(always)]
fn add_up_all<R: Place>(
    bins: &mut [Bins; AT_A_TIME],
    search: &Search<'_, R>,
    features: &[u32],
    in_turn: &[Sums],
) {
    if let (Some(features), Some(bins)) = (features.first_chunk::<3>(), bins.first_chunk_mut::<3>()) {
        add_up(bins, search, features, in_turn);
    } else if let (Some(features), Some(bins)) = (features.first_chunk::<2>(), bins.first_chunk_mut::<2>()) {
        add_up(bins, search, features, in_turn);
    } else if let (Some(features), Some(bins)) = (features.first_chunk::<1>(), bins.first_chunk_mut::<1>()) {
        add_up(bins, search, features, in_turn);
    }
}

/// Sums of each bin, for several factors: what the rows add is read once.
#[inline(always)]
fn add_up<R: Place, const N: usize>(
    bins: &mut [Bins; N],
    search: &Search<'_, R>,
    features: &[u32; N],
    in_turn: &[Sums],
) {
    let (block, rows) = (search.block, search.rows);
    let wanted = (rows.len() / ROWS_PER_BIN).clamp(1, MOST_BINS);
    let shift = block.n_rows.div_ceil(wanted).next_power_of_two().trailing_zeros();
    let n_bins = ((block.n_rows - 1) >> shift) + 1;
    for bins in &mut *bins {
        bins.shift = shift;
        bins.sums.clear();
        bins.sums.resize(n_bins.next_multiple_of(GROUP), Sums::default());
    }
    let mut sums = bins.each_mut().map(|bins| &mut bins.sums[..]);
    let columns = features.map(|feature| block.column(feature as usize));
    for (&row, more) in rows.iter().zip(in_turn) {
        for (sums, column) in sums.iter_mut().zip(&columns) {
            // SAFETY: rows of a node are rows of its block, `column` has a place for each of those, which is below their
            // number, and there is a bin for the last place.
            let sum = unsafe { sums.get_unchecked_mut(column.get_unchecked(row as usize).index() >> shift) };
            *sum = [sum[0] + more[0], sum[1] + more[1]];
        }
    }
}

impl Bins {
    /// Weigh the splits in the bins that can have the best one.
    #[inline(always)]
    fn best_split<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        feature: usize,
        weight: Weight,
        there: There<'_>,
        best: &mut Best,
        stream: &mut Stream,
    ) {
        let highest = self.bound(weight, search.moments.count);
        if highest < best.least() {
            return;
        }
        // After the bin that promises most, few of the others can be better.
        let group = self.peaks.iter().position(|&peak| peak >= highest).unwrap_or(0);
        let bounds = &self.bounds[group * GROUP..(group + 1) * GROUP];
        let first = group * GROUP + bounds.iter().position(|&bound| bound >= highest).unwrap_or(0);
        self.look_into(first, search, feature, there, best, stream);
        self.bounds[first] = -1.0;
        for group in 0..self.peaks.len() {
            if self.peaks[group] >= best.least() {
                for bin in group * GROUP..(group + 1) * GROUP {
                    if self.bounds[bin] >= best.least() {
                        self.look_into(bin, search, feature, there, best, stream);
                    }
                }
            }
        }
    }

    /// What a split in each bin gains at most, of `total` draws; returns the most of all.
    ///
    /// From one end of a bin to the other, the deviations to the left add up to no more than those before it and the
    /// positive ones in it, and no less than those before it and the negative ones; the product n₁ (n − n₁) of draws on
    /// both sides is least at one of the ends.
    #[inline(always)]
    fn bound(&mut self, weight: Weight, total: f64) -> f64 {
        let n_bins = self.sums.len();
        let [lefts, n_lefts] = &mut self.before;
        lefts.resize(n_bins, 0.0);
        n_lefts.resize(n_bins, 0.0);
        self.bounds.resize(n_bins, 0.0);
        self.peaks.resize(n_bins / GROUP, 0.0);
        self.draws.resize(n_bins, 0.0);
        self.sizes.resize(n_bins, 0.0);
        for ((sum, draws), size) in self.sums.iter().zip(&mut self.draws).zip(&mut self.sizes) {
            (*draws, *size) = weight.part(sum[1]);
        }
        let (mut left, mut n_left) = (0.0, 0.0);
        let befores = lefts.iter_mut().zip(&mut *n_lefts);
        for ((sum, draws), (before, n_before)) in self.sums.iter().zip(&self.draws).zip(befores) {
            (*before, *n_before) = (left, n_left);
            (left, n_left) = (left + sum[0], n_left + draws);
        }
        let bins = self.sums.iter().zip(&self.draws).zip(&self.sizes).zip(&*lefts).zip(&*n_lefts);
        for (bound, ((((&[sum, _], &count), &size), &left), &n_left)) in self.bounds.iter_mut().zip(bins) {
            let (above, below) = (left + (size + sum) / 2.0, (size - sum) / 2.0 - left);
            let furthest = if above > below { above } else { below };
            let (first, last) = (n_left + 1.0, n_left + count);
            let last = if last < total { last } else { total - 1.0 };
            let (first, last) = (first * (total - first), last * (total - last));
            let least = if first < last { first } else { last };
            *bound = if count > 0.0 { furthest * furthest / least } else { -1.0 };
        }
        let mut highest = -1.0;
        for (bounds, peak) in self.bounds.chunks_exact(GROUP).zip(&mut self.peaks) {
            *peak = largest(bounds);
            highest = if *peak > highest { *peak } else { highest };
        }
        highest
    }

    /// Weigh all splits behind places of one bin.
    #[inline(always)]
    fn look_into<R: Place>(
        &mut self,
        bin: usize,
        search: &Search<'_, R>,
        feature: usize,
        there: There<'_>,
        best: &mut Best,
        stream: &mut Stream,
    ) {
        let (ordered, total) = (search.block.ordered(feature), search.moments.count);
        let (start, end) = (bin << self.shift, ((bin + 1) << self.shift).min(ordered.len()));
        let room = (1 << self.shift) + 1;
        self.places.resize(room, 0);
        self.lefts.resize(room, [0.0; 2]);
        self.gains.resize(room, 0.0);
        let places = &mut self.places[..room];
        let mut n_here = 0;
        for (place, row) in (start..end).zip(&ordered[start..end]) {
            // SAFETY: rows of the block have an entry in `node_of`, and `places` has room for all places of the bin.
            let is_here = unsafe {
                *places.get_unchecked_mut(n_here) = place as u32;
                there.has(row.index())
            };
            // What is no place of the node is overwritten: there is no branch to be foretold.
            n_here += usize::from(is_here);
        }
        let mut left = [self.before[0][bin], self.before[1][bin]];
        for (slot, &place) in self.lefts.iter_mut().zip(&places[..n_here]) {
            let row = search.block.rows[ordered[place as usize].index()];
            let [deviation, draws] = search.moments.deviation(row);
            left = [left[0] + deviation, left[1] + draws];
            *slot = left;
        }
        if let Some(next) = self.draws[bin + 1..].iter().position(|&draws| draws > 0.0) {
            let start = (bin + 1 + next) << self.shift;
            // SAFETY: a row of the block has an entry in `node_of`.
            let is_here = |row: &R| unsafe { there.has(row.index()) };
            self.places[n_here] = (start + ordered[start..].iter().position(is_here).unwrap_or(0)) as u32;
        } else {
            // Behind the last row of the node nothing is parted.
            n_here -= 1;
        }
        let gains = &mut self.gains[..n_here];
        for (gain, [sum, count]) in gains.iter_mut().zip(&self.lefts) {
            *gain = sum * sum / (count * (total - count));
        }
        if !search.ranks.is_distinct[feature] {
            search.drop_ties(feature, gains, &self.places);
        }
        let split = |position: usize| {
            let (left, high) = (self.lefts[position], self.places[position + 1] as usize);
            Split { feature, low: self.places[position] as usize, high, left, decrease: 0.0 }
        };
        best.meet(gains, split, stream);
    }
}

impl Best {
    /// A bin whose bound is lower has no split that is as good as the best so far.
    #[inline(always)]
    fn least(&self) -> f64 {
        (self.gain - SLACK * self.tie).max(self.tie / SLACK)
    }
}
