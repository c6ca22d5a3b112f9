//! The best split of a node of some rows among few places: nothing branches on a place.

use std::arch::x86_64::*;

use super::part::POSITIONS;
use super::ranks::Place;
use super::split::{Best, Search, Split};
use crate::kernel::rng::Stream;

/// Places of a block up to which its nodes are searched this way.
pub(super) const MOST_PLACES: usize = 1 << 12;

/// Marks that are looked at together.
const STRETCH: usize = 32;

/// For each eight bits where the bytes of those of eight numbers stand whose bits are set, in their order.
static KEPT: [[u8; 16]; 256] = kept();

const fn kept() -> [[u8; 16]; 256] {
    let mut table = [[0; 16]; 256];
    let mut bits = 0;
    while bits < 256 {
        let mut each = 0;
        while each < 8 {
            let first = 2 * POSITIONS[bits][each];
            (table[bits][2 * each], table[bits][2 * each + 1]) = (first, first + 1);
            each += 1;
        }
        bits += 1;
    }
    table
}

/// Memory for the search; no place is marked between two searches.
#[derive(Debug, Clone, Default)]
pub(super) struct Medium {
    /// Factor after factor a byte for each place that one of the rows stands at.
    marks: Vec<u8>,
    /// Rows in the order of a factor.
    rows: Vec<u16>,
    /// Their places, where values occur twice.
    places: Vec<u32>,
    gains: Vec<f64>,
    /// Deviations and draws before each four of them.
    lefts: Vec<[f64; 2]>,
}

impl Medium {
    /// The best split among `features`; `deviations` are those of each row of the block.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub fn best_split<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        features: &[u32],
        deviations: &[[f64; 2]],
        best: &mut Best,
        stream: &mut Stream,
    ) {
        let (n_rows, n_places) = (search.rows.len(), search.block.n_rows);
        let stride = n_places.next_multiple_of(STRETCH);
        if self.marks.len() < features.len() * stride {
            self.marks.resize(features.len() * stride, 0);
        }
        if self.gains.len() < n_places {
            self.rows.resize(n_places + 8, 0);
            self.gains.resize(n_places.next_multiple_of(4), 0.0);
            self.lefts.resize(n_places.div_ceil(4), [0.0; 2]);
        }
        // Marked first, for all factors: what is written byte by byte is read as a vector later.
        for (marks, &feature) in self.marks.chunks_exact_mut(stride).zip(features) {
            let column = search.block.column(feature as usize);
            for &row in search.rows {
                // SAFETY: rows of a node are rows of its block, `column` has an entry for each of those, a place, which
                // is below the number of rows, and `marks` has a byte for each place.
                unsafe { *marks.get_unchecked_mut(column.get_unchecked(row as usize).index()) = u8::MAX };
            }
        }
        for (factor, &feature) in features.iter().enumerate() {
            let feature = feature as usize;
            self.sort(factor * stride, search.block.ordered(feature));
            let mut largest = self.weigh(n_rows, deviations, search.moments.count, best);
            if !search.ranks.is_distinct[feature] {
                largest = self.drop_ties(search, feature);
            }
            if best.is_met_by(largest) {
                self.choose(search, feature, largest, deviations, best, stream);
            }
        }
    }

    /// Take the gain from splits between equal values, and look for the largest again.
    fn drop_ties<R: Place>(&mut self, search: &Search<'_, R>, feature: usize) -> f64 {
        let (column, n_rows) = (search.block.column(feature), search.rows.len());
        self.places.clear();
        self.places.extend(self.rows[..n_rows].iter().map(|&row| column[usize::from(row)].index() as u32));
        let gains = &mut self.gains[..n_rows - 1];
        search.drop_ties(feature, gains, &self.places);
        gains.iter().fold(0.0, |most, &gain| if gain > most { gain } else { most })
    }

    /// [`Best::choose`] of the splits of a factor.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn choose<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        feature: usize,
        largest: f64,
        deviations: &[[f64; 2]],
        best: &mut Best,
        stream: &mut Stream,
    ) {
        let (column, n_rows) = (search.block.column(feature), search.rows.len());
        let least = best.raise(largest);
        for (part, four) in self.gains[..(n_rows - 1).next_multiple_of(4)].chunks_exact(4).enumerate() {
            // SAFETY: four numbers are read.
            let gains = unsafe { _mm256_loadu_pd(four.as_ptr()) };
            let is_reached = _mm256_cmp_pd::<_CMP_GE_OQ>(gains, _mm256_set1_pd(least));
            let mut reached = _mm256_movemask_pd(is_reached) as u32;
            while reached != 0 {
                let position = part * 4 + reached.trailing_zeros() as usize;
                reached &= reached - 1;
                if best.takes_next(stream) {
                    let place = |row: u16| column[usize::from(row)].index();
                    let (low, high) = (place(self.rows[position]), place(self.rows[position + 1]));
                    let mut left = self.lefts[part];
                    for &row in &self.rows[part * 4..=position] {
                        let [deviation, draws] = deviations[usize::from(row)];
                        left = [left[0] + deviation, left[1] + draws];
                    }
                    best.split = Some(Split { feature, low, high, left, decrease: 0.0 });
                }
            }
        }
    }

    /// List the rows at marked places, and take the marks away.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn sort<R: Place>(&mut self, start: usize, ordered: &[R]) {
        let marks = &mut self.marks[start..];
        let (n_whole, mut n_listed) = (ordered.len() / STRETCH, 0);
        for part in 0..n_whole {
            // SAFETY: `marks` and `ordered` have 32 entries from here, those of `ordered` have two bytes, and `rows` has room
            // for eight more than all rows.
            unsafe {
                let at = marks.as_mut_ptr().add(part * STRETCH).cast();
                let bits = _mm256_movemask_epi8(_mm256_loadu_si256(at)) as u32;
                _mm256_storeu_si256(at, _mm256_setzero_si256());
                for eight in 0..4 {
                    let bits = (bits >> (8 * eight)) as u8;
                    let from = ordered.as_ptr().add(part * STRETCH + 8 * eight).cast();
                    let kept = _mm_loadu_si128(KEPT[usize::from(bits)].as_ptr().cast());
                    let rows = _mm_shuffle_epi8(_mm_loadu_si128(from), kept);
                    _mm_storeu_si128(self.rows.as_mut_ptr().add(n_listed).cast(), rows);
                    n_listed += bits.count_ones() as usize;
                }
            }
        }
        for place in n_whole * STRETCH..ordered.len() {
            self.rows[n_listed] = ordered[place].index() as u16;
            n_listed += usize::from(marks[place] != 0);
            marks[place] = 0;
        }
    }

    /// The gains of the splits between sorted rows, up to three zeros behind them, and the largest.
    ///
    /// Four that do not come near the best so far are left at zero: a division takes as long as all the rest.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn weigh(&mut self, n_rows: usize, deviations: &[[f64; 2]], total: f64, best: &Best) -> f64 {
        let (rows, gains) = (&self.rows[..n_rows - 1], &mut self.gains[..]);
        let lefts = &mut self.lefts[..n_rows.div_ceil(4)];
        let (fours, slots) = (rows.chunks_exact(4), gains.chunks_exact_mut(4));
        let n_whole = rows.len() - fours.remainder().len();
        let (mut left, totals) = (_mm_setzero_pd(), _mm256_set1_pd(total));
        // Rounding is far less than a tie.
        let near_best = _mm256_set1_pd(best.gain - 2.0 * best.tie);
        let mut largest = _mm256_setzero_pd();
        for ((four, slots), before) in fours.zip(slots).zip(&mut *lefts) {
            // SAFETY: `deviations` has an entry for each row of the block, and two and four numbers are written.
            unsafe {
                _mm_storeu_pd(before.as_mut_ptr(), left);
                let pair = |row: u16| _mm_loadu_pd(deviations.get_unchecked(usize::from(row)).as_ptr());
                let [near, second, third, fourth] =
                    [pair(four[0]), pair(four[1]), pair(four[2]), pair(four[3])];
                // Added among themselves first: the chain of sums is a quarter as long.
                let two = _mm_add_pd(near, second);
                let (three, all) = (_mm_add_pd(two, third), _mm_add_pd(two, _mm_add_pd(third, fourth)));
                let lefts = _mm256_set_m128d(left, left);
                let even = _mm256_add_pd(lefts, _mm256_set_m128d(three, near));
                let odd = _mm256_add_pd(lefts, _mm256_set_m128d(all, two));
                left = _mm256_extractf128_pd::<1>(odd);
                let (sum, count) = (_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd));
                let others = _mm256_mul_pd(count, _mm256_sub_pd(totals, count));
                let squares = _mm256_mul_pd(sum, sum);
                let is_near = _mm256_cmp_pd::<_CMP_GE_OQ>(squares, _mm256_mul_pd(others, near_best));
                let mut gain = _mm256_setzero_pd();
                if _mm256_movemask_pd(is_near) != 0 {
                    gain = _mm256_div_pd(squares, others);
                    largest = _mm256_max_pd(largest, gain);
                }
                _mm256_storeu_pd(slots.as_mut_ptr(), gain);
            }
        }
        let two = _mm_max_pd(_mm256_castpd256_pd128(largest), _mm256_extractf128_pd::<1>(largest));
        let mut largest = _mm_cvtsd_f64(_mm_max_sd(two, _mm_unpackhi_pd(two, two)));
        let (mut sum, mut count) = (_mm_cvtsd_f64(left), _mm_cvtsd_f64(_mm_unpackhi_pd(left, left)));
        lefts[n_whole / 4] = [sum, count];
        let slots = &mut gains[n_whole..rows.len().next_multiple_of(4)];
        slots.fill(0.0);
        for (&row, gain) in rows[n_whole..].iter().zip(slots) {
            let [deviation, draws] = deviations[usize::from(row)];
            (sum, count) = (sum + deviation, count + draws);
            *gain = sum * sum / (count * (total - count));
            largest = if *gain > largest { *gain } else { largest };
        }
        largest
    }
}
