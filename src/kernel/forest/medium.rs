//! The best split of a node of some rows among few places: nothing branches on a place.

use std::arch::x86_64::*;

use super::ranks::Place;
use super::split::{Best, Search};
use crate::kernel::rng::Stream;

/// Places of a block up to which its nodes are searched this way.
pub(super) const MOST_PLACES: usize = 1 << 12;

/// Places in a word of bits.
const WORD: usize = 64;

/// The bits of 64 places, and how many bits stand before them.
#[derive(Debug, Clone, Copy, Default)]
struct Word {
    bits: u64,
    before: u64,
}

/// Memory for the search; no place is marked between two searches.
#[derive(Debug, Clone, Default)]
pub(super) struct Medium {
    /// Deviation from the mean of the node times draws, and draws, row after row.
    pub deviations: Vec<[f64; 2]>,
    /// Factor after factor: the places of the rows, and a byte for each place that is one of them.
    places: Vec<u16>,
    marks: Vec<u8>,
    words: Vec<Word>,
    /// Deviations and places in the order of a factor.
    sorted: Vec<[f64; 2]>,
    in_order: Vec<u32>,
    gains: Vec<f64>,
}

impl Medium {
    /// Make room for a node of so many rows.
    #[inline(always)]
    pub fn hold(&mut self, n_rows: usize) {
        if self.deviations.len() < n_rows {
            self.deviations.resize(n_rows, [0.0; 2]);
            self.sorted.resize(n_rows, [0.0; 2]);
            self.in_order.resize(n_rows, 0);
            self.gains.resize(n_rows, 0.0);
        }
    }

    /// The best split among `features`.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub fn best_split<R: Place>(
        &mut self,
        search: &Search<'_, R>,
        features: &[u32],
        best: &mut Best,
        stream: &mut Stream,
    ) {
        let (n_rows, n_words) = (search.rows.len(), search.block.n_rows.div_ceil(WORD));
        if self.marks.len() < features.len() * n_words * WORD {
            self.marks.resize(features.len() * n_words * WORD, 0);
        }
        if self.places.len() < features.len() * n_rows {
            self.places.resize(features.len() * n_rows, 0);
        }
        self.words.resize(n_words.max(self.words.len()), Word::default());
        // Marked first, for all factors: what is written byte by byte is read as a vector later.
        for (factor, &feature) in features.iter().enumerate() {
            let column = search.block.column(feature as usize);
            let marks = &mut self.marks[factor * n_words * WORD..][..n_words * WORD];
            let places = &mut self.places[factor * n_rows..][..n_rows];
            for (slot, &row) in places.iter_mut().zip(search.rows) {
                // SAFETY: rows of a node are rows of its block, `column` has an entry for each of those, a place, which
                // is below the number of rows, and `marks` has a byte for each place.
                unsafe {
                    let place = column.get_unchecked(row as usize).index();
                    *marks.get_unchecked_mut(place) = u8::MAX;
                    *slot = place as u16;
                }
            }
        }
        for (factor, &feature) in features.iter().enumerate() {
            self.sort(factor, n_rows, n_words);
            self.weigh(n_rows, search.moments.count);
            let gains = &mut self.gains[..n_rows - 1];
            if !search.ranks.is_distinct[feature as usize] {
                search.drop_ties(feature as usize, gains, &self.in_order[..n_rows]);
            }
            best.meet(feature as usize, gains, &self.in_order[..n_rows], stream);
        }
    }

    /// Put deviations and places in the order of a factor: before each row stand as many as there are marks.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn sort(&mut self, factor: usize, n_rows: usize, n_words: usize) {
        let mut before = 0;
        let marks = &mut self.marks[factor * n_words * WORD..][..n_words * WORD];
        for (word, marks) in self.words.iter_mut().zip(marks.chunks_exact_mut(WORD)) {
            // SAFETY: there are 64 bytes.
            let bits = unsafe {
                let (low, high) = (marks.as_mut_ptr().cast(), marks.as_mut_ptr().add(32).cast());
                let bits = |half| u64::from(_mm256_movemask_epi8(half) as u32);
                let bits = bits(_mm256_loadu_si256(low)) | bits(_mm256_loadu_si256(high)) << 32;
                _mm256_storeu_si256(low, _mm256_setzero_si256());
                _mm256_storeu_si256(high, _mm256_setzero_si256());
                bits
            };
            *word = Word { bits, before };
            before += u64::from(bits.count_ones());
        }
        let places = &self.places[factor * n_rows..][..n_rows];
        let (sorted, in_order) = (&mut self.sorted[..n_rows], &mut self.in_order[..n_rows]);
        for (&place, &deviation) in places.iter().zip(&self.deviations) {
            // SAFETY: the words cover all places, and before each that is marked stand fewer than there are rows, each of
            // which has marked another.
            unsafe {
                let word = self.words.get_unchecked(usize::from(place) / WORD);
                let below = _bzhi_u64(word.bits, u32::from(place) % WORD as u32);
                let rank = (word.before + u64::from(below.count_ones())) as usize;
                *sorted.get_unchecked_mut(rank) = deviation;
                *in_order.get_unchecked_mut(rank) = u32::from(place);
            }
        }
    }

    /// The gains of the splits between sorted deviations.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn weigh(&mut self, n_rows: usize, total: f64) {
        let (sorted, gains) = (&self.sorted[..n_rows - 1], &mut self.gains[..n_rows - 1]);
        let (fours, slots) = (sorted.chunks_exact(4), gains.chunks_exact_mut(4));
        let n_whole = sorted.len() - fours.remainder().len();
        let (mut left, totals) = (_mm_setzero_pd(), _mm256_set1_pd(total));
        for (four, slots) in fours.zip(slots) {
            // SAFETY: four pairs are read, and four numbers written.
            unsafe {
                let at = four.as_ptr().cast::<f64>();
                let (near, second) = (_mm_loadu_pd(at), _mm_loadu_pd(at.add(2)));
                let (third, fourth) = (_mm_loadu_pd(at.add(4)), _mm_loadu_pd(at.add(6)));
                // Added among themselves first: the chain of sums is a quarter as long.
                let two = _mm_add_pd(near, second);
                let (three, all) = (_mm_add_pd(two, third), _mm_add_pd(two, _mm_add_pd(third, fourth)));
                let lefts = _mm256_set_m128d(left, left);
                let even = _mm256_add_pd(lefts, _mm256_set_m128d(three, near));
                let odd = _mm256_add_pd(lefts, _mm256_set_m128d(all, two));
                left = _mm256_extractf128_pd::<1>(odd);
                let (sum, count) = (_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd));
                let others = _mm256_mul_pd(count, _mm256_sub_pd(totals, count));
                let gain = _mm256_div_pd(_mm256_mul_pd(sum, sum), others);
                _mm256_storeu_pd(slots.as_mut_ptr(), gain);
            }
        }
        let (mut sum, mut count) = (_mm_cvtsd_f64(left), _mm_cvtsd_f64(_mm_unpackhi_pd(left, left)));
        for (&[deviation, draws], gain) in sorted[n_whole..].iter().zip(&mut gains[n_whole..]) {
            (sum, count) = (sum + deviation, count + draws);
            *gain = sum * sum / (count * (total - count));
        }
    }
}
