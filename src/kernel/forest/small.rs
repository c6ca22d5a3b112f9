//! The best split of a node of few rows: all factors are weighed before one is chosen, and nothing branches on a place.

use super::block::Draws;
use super::ranks::Place;
use super::split::{Best, Moments, Search, Split};
use crate::kernel::rng::Stream;
use crate::kernel::wide::wide_or_plain;

/// Nodes of at most so many rows are sorted by counting.
pub(super) const SMALL: usize = 32;

/// What is known of one factor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighed {
    /// The gain of a split behind each row in the order of the factor; zero behind the last and beyond.
    pub gains: [f64; SMALL],
    /// Of each row of the node its place, and how many rows stand before it; what is beyond stands behind all rows.
    pub places: [u16; SMALL],
    pub before: [u16; SMALL],
    /// The largest gain, and a bit for each that equals it.
    pub largest: f64,
    pub reached: u32,
}

/// Memory for the search.
#[derive(Debug, Clone)]
pub(super) struct Small {
    /// The rows of the node, filled up with its first.
    pub rows: [u32; SMALL],
    /// Deviation from the mean of the node times draws, and draws, row after row.
    pub deviations: [[f64; 2]; SMALL],
    pub weighed: Vec<Weighed>,
}

impl Weighed {
    const NOTHING: Self =
        Self { gains: [0.0; SMALL], places: [0; SMALL], before: [0; SMALL], largest: 0.0, reached: 0 };

    /// The places from low to high.
    fn in_order<const N: usize>(&self) -> [u32; N] {
        let mut sorted = [0; N];
        for (&place, &before) in self.places[..N].iter().zip(&self.before) {
            sorted[usize::from(before) & (N - 1)] = u32::from(place);
        }
        sorted
    }

    /// The largest gain, and which equal it.
    fn see_largest<const N: usize>(&mut self, tie: f64) {
        let mut largest = 0.0;
        for &gain in &self.gains[..N] {
            largest = if gain > largest { gain } else { largest };
        }
        let (mut reached, least) = (0, largest - tie);
        for (position, &gain) in self.gains[..N].iter().enumerate() {
            reached |= u32::from(gain >= least) << position;
        }
        (self.largest, self.reached) = (largest, reached);
    }

    /// The places on both sides of a split behind `position` rows and the next.
    #[inline(always)]
    fn beside<const N: usize>(&self, position: u16) -> (usize, usize) {
        let (mut low, mut high) = (0, 0);
        for (&place, &before) in self.places[..N].iter().zip(&self.before) {
            low |= if before == position { place } else { 0 };
            high |= if before == position + 1 { place } else { 0 };
        }
        (usize::from(low), usize::from(high))
    }
}

impl Small {
    pub fn new() -> Self {
        Self { rows: [0; SMALL], deviations: [[0.0; 2]; SMALL], weighed: Vec::new() }
    }

    /// Take in the rows of a node; deviations follow.
    #[inline(always)]
    pub fn hold(&mut self, rows: &[u32]) {
        match rows.len() {
            n if n <= 8 => self.hold_in::<8, 4>(rows),
            n if n <= 16 => self.hold_in::<16, 8>(rows),
            _ => self.hold_in::<SMALL, 16>(rows),
        }
    }

    /// Up to `N` rows, copied by halves that may overlap: sizes known beforehand need no loop.
    #[inline(always)]
    fn hold_in<const N: usize, const HALF: usize>(&mut self, rows: &[u32]) {
        self.deviations[..N].fill([0.0; 2]);
        self.rows[..N].fill(rows[0]);
        if let (Some(first), Some(last)) = (rows.first_chunk::<HALF>(), rows.last_chunk::<HALF>()) {
            self.rows[..HALF].copy_from_slice(first);
            self.rows[rows.len() - HALF..rows.len()].copy_from_slice(last);
        } else {
            for (slot, &row) in self.rows.iter_mut().zip(rows) {
                *slot = row;
            }
        }
    }

    /// Deviations of the rows taken in last from the mean of their node, and their squares.
    #[inline(always)]
    pub fn centre(&mut self, draws: &[Draws], n_rows: usize, moments: &mut Moments) {
        let rows = self.rows[..n_rows].iter().zip(&mut self.deviations);
        let (mut residual, mut squares) = (0.0, 0.0);
        for (&row, slot) in rows {
            let Draws { count, response } = draws[row as usize];
            let deviation = response - moments.mean;
            let weighted = count * deviation;
            residual += weighted;
            squares += weighted * deviation;
            *slot = [weighted, count];
        }
        if moments.see(residual, squares) {
            for (&row, slot) in self.rows[..n_rows].iter().zip(&mut self.deviations) {
                *slot = moments.deviation(draws[row as usize]);
            }
        }
    }

    /// The best split among `features` of a node of up to `N` rows.
    #[inline(always)]
    pub fn best_split<R: Place, const N: usize>(
        &mut self,
        search: &Search<'_, R>,
        features: &[u32],
        best: &mut Best,
        stream: &mut Stream,
    ) {
        if self.weighed.len() < features.len() {
            self.weighed.resize(features.len(), Weighed::NOTHING);
        }
        wide_or_plain!(
            super::small_wide::weigh::<R, N>(self, search, features, best.tie),
            self.weigh::<R, N>(search, features, best.tie)
        );
        let weighed = &mut self.weighed[..features.len()];
        for (each, &feature) in weighed.iter_mut().zip(features) {
            if !search.ranks.is_distinct[feature as usize] {
                let places = each.in_order::<N>();
                search.drop_ties(feature as usize, &mut each.gains[..search.rows.len() - 1], &places);
                each.see_largest::<N>(best.tie);
            }
        }
        let weighed = &self.weighed[..features.len()];
        let (mut gain, mut first, mut is_tied) = (0.0, usize::MAX, false);
        for (factor, each) in weighed.iter().enumerate() {
            let is_met = each.largest > best.tie && each.largest >= gain - best.tie;
            let is_better = each.largest > gain + best.tie;
            let is_single = each.reached & each.reached.wrapping_sub(1) == 0;
            is_tied |= is_met & !(is_better & is_single);
            first = if is_met { factor } else { first };
            gain = if is_met { each.largest } else { gain };
        }
        if is_tied {
            self.replay::<N>(features, best, stream);
        } else if let Some(each) = weighed.get(first) {
            let split = self.split::<N>(each, features[first], each.reached.trailing_zeros() as u16);
            (best.gain, best.split) = (gain, Some(split));
        }
    }

    /// Factor after factor as [`Best::meet`] takes them: of equal gains each with the same probability.
    #[inline(never)]
    fn replay<const N: usize>(&self, features: &[u32], best: &mut Best, stream: &mut Stream) {
        let mut chosen = None;
        for (each, &feature) in self.weighed.iter().zip(features) {
            if !best.is_met_by(each.largest) {
                continue;
            }
            let least = best.raise(each.largest);
            // Those that equal the best so far are among those that equal the largest of the factor.
            let mut reached = each.reached;
            while reached != 0 {
                let position = reached.trailing_zeros();
                reached &= reached - 1;
                if each.gains[position as usize] < least {
                    continue;
                }
                if best.takes_next(stream) {
                    chosen = Some((each, feature, position));
                }
            }
        }
        if let Some((each, feature, position)) = chosen {
            best.split = Some(self.split::<N>(each, feature, position as u16));
        }
    }

    /// The split of a factor behind `position` rows and the next.
    #[inline(always)]
    fn split<const N: usize>(&self, each: &Weighed, feature: u32, position: u16) -> Split {
        let (low, high) = each.beside::<N>(position);
        let mut left = [0.0; 2];
        for (deviation, &before) in self.deviations[..N].iter().zip(&each.before) {
            let kept = if before <= position { u64::MAX } else { 0 };
            left[0] += f64::from_bits(deviation[0].to_bits() & kept);
            left[1] += f64::from_bits(deviation[1].to_bits() & kept);
        }
        Split { feature: feature as usize, low, high, left, decrease: 0.0 }
    }

    /// Sort the rows by counting for each how many stand before it, and weigh the splits between them.
    ///
    /// All loops run over `N`, whatever the node: what is too much is left out at the end, without a branch.
    pub fn weigh<R: Place, const N: usize>(&mut self, search: &Search<'_, R>, features: &[u32], tie: f64) {
        let (n_rows, total) = (search.rows.len(), search.moments.count);
        for (each, &feature) in self.weighed.iter_mut().zip(features) {
            let column = search.block.column(feature as usize);
            for (place, &row) in each.places[..N].iter_mut().zip(&self.rows) {
                *place = column[row as usize].index() as u16;
            }
            let mut keys = [u16::MAX; N];
            keys[..n_rows].copy_from_slice(&each.places[..n_rows]);
            let mut before = [0_u16; N];
            for &key in &keys {
                for (count, &other) in before.iter_mut().zip(&keys) {
                    *count += u16::from(key < other);
                }
            }
            each.before[..N].copy_from_slice(&before);
            let mut sorted = [[0.0; 2]; N];
            for (&before, &deviation) in before.iter().zip(&self.deviations) {
                sorted[usize::from(before) & (N - 1)] = deviation;
            }
            let (mut sum, mut count) = (0.0, 0.0);
            for (position, deviation) in sorted.iter().enumerate() {
                (sum, count) = (sum + deviation[0], count + deviation[1]);
                let here = sum * sum / (count * (total - count));
                each.gains[position] = if position + 1 < n_rows { here } else { 0.0 };
            }
            each.see_largest::<N>(tie);
        }
    }
}
