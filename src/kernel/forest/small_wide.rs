//! [`Small::weigh`] with the instructions of [`crate::kernel::wide`]: the same bits.

use std::arch::x86_64::*;

use super::ranks::Place;
use super::small::{SMALL, Small, Weighed};
use super::split::Search;

/// See [`Small::weigh`].
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub(super) fn weigh<R: Place, const N: usize>(
    small: &mut Small,
    search: &Search<'_, R>,
    features: &[u32],
    tie: f64,
) {
    let Small { rows, deviations, weighed } = small;
    // Sorted first, all of them: what is written as a vector is read back one by one later.
    for (each, &feature) in weighed.iter_mut().zip(features) {
        sort::<R, N>(each, search.block.column(feature as usize), rows, search.rows.len());
    }
    let mut sorted = [[0.0; 2]; SMALL];
    for (each, _) in weighed.iter_mut().zip(features) {
        for (&before, &deviation) in each.before[..N].iter().zip(&*deviations) {
            sorted[usize::from(before) & (N - 1)] = deviation;
        }
        gains::<N>(each, &sorted, search.rows.len(), search.moments.count, tie);
    }
}

/// Places, and how many stand before each.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn sort<R: Place, const N: usize>(each: &mut Weighed, column: &[R], rows: &[u32; SMALL], n_rows: usize) {
    let (places, before) = (each.places.as_mut_ptr(), each.before.as_mut_ptr());
    // SAFETY: `N` is 8, 16 or 32, and so many entries are written.
    unsafe {
        match N {
            8 => {
                let here = gather(column, rows, 0);
                _mm_storeu_si128(places.cast(), here);
                let keys = _mm256_castsi256_si128(keys(_mm256_castsi128_si256(here), n_rows, 0));
                _mm_storeu_si128(before.cast(), count_8(keys));
            }
            16 => {
                let here = _mm256_set_m128i(gather(column, rows, 8), gather(column, rows, 0));
                _mm256_storeu_si256(places.cast(), here);
                let keys = keys(here, n_rows, 0);
                _mm256_storeu_si256(before.cast(), count_16(keys, keys, _mm256_setzero_si256()));
            }
            _ => {
                let low = _mm256_set_m128i(gather(column, rows, 8), gather(column, rows, 0));
                let high = _mm256_set_m128i(gather(column, rows, 24), gather(column, rows, 16));
                _mm256_storeu_si256(places.cast(), low);
                _mm256_storeu_si256(places.add(16).cast(), high);
                let (low, high) = (keys(low, n_rows, 0), keys(high, n_rows, 16));
                let (of_low, of_high) = count_32(low, high);
                _mm256_storeu_si256(before.cast(), of_low);
                _mm256_storeu_si256(before.add(16).cast(), of_high);
            }
        }
    }
}

/// The places of eight rows.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn gather<R: Place>(column: &[R], rows: &[u32; SMALL], first: usize) -> __m128i {
    let mut places = [0; 8];
    for (place, &row) in places.iter_mut().zip(&rows[first..first + 8]) {
        // SAFETY: rows of a node are rows of its block, and `column` has an entry for each of those.
        *place = unsafe { column.get_unchecked(row as usize) }.index() as i16;
    }
    let [a, b, c, d, e, f, g, h] = places;
    _mm_setr_epi16(a, b, c, d, e, f, g, h)
}

/// Places as signed numbers in the same order; behind the rows of the node the largest number.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn keys(places: __m256i, n_rows: usize, first: i16) -> __m256i {
    let position = _mm256_add_epi16(
        _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        _mm256_set1_epi16(first),
    );
    let is_row = _mm256_cmpgt_epi16(_mm256_set1_epi16(n_rows as i16), position);
    let signed = _mm256_xor_si256(places, _mm256_set1_epi16(i16::MIN));
    _mm256_blendv_epi8(_mm256_set1_epi16(i16::MAX), signed, is_row)
}

/// How many of eight keys are less than each.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn count_8(keys: __m128i) -> __m128i {
    // Each turn by one in the lower half and by four more in the upper.
    let twice = _mm256_set_m128i(keys, keys);
    let mut turned = _mm256_set_m128i(_mm_alignr_epi8::<8>(keys, keys), keys);
    let mut count = _mm256_cmpgt_epi16(twice, turned);
    for _ in 0..3 {
        turned = _mm256_alignr_epi8::<2>(turned, turned);
        count = _mm256_add_epi16(count, _mm256_cmpgt_epi16(twice, turned));
    }
    let both = _mm_add_epi16(_mm256_castsi256_si128(count), _mm256_extracti128_si256::<1>(count));
    // What is true is minus one.
    _mm_sub_epi16(_mm_setzero_si128(), both)
}

/// `count` and how many of sixteen keys `others` are less than each of `keys`.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn count_16(keys: __m256i, others: __m256i, mut count: __m256i) -> __m256i {
    let (mut near, mut far) = (others, _mm256_permute2x128_si256::<1>(others, others));
    for _ in 0..8 {
        count = _mm256_sub_epi16(count, _mm256_cmpgt_epi16(keys, near));
        count = _mm256_sub_epi16(count, _mm256_cmpgt_epi16(keys, far));
        near = _mm256_alignr_epi8::<2>(near, near);
        far = _mm256_alignr_epi8::<2>(far, far);
    }
    count
}

/// How many of 32 keys are less than each.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn count_32(low: __m256i, high: __m256i) -> (__m256i, __m256i) {
    let none = _mm256_setzero_si256();
    let (of_low, of_high) = (count_16(low, low, none), count_16(high, low, none));
    (count_16(low, high, of_low), count_16(high, high, of_high))
}

/// Gains of the splits between sorted deviations, the largest, and which equal it.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn gains<const N: usize>(
    each: &mut Weighed,
    sorted: &[[f64; 2]; SMALL],
    n_rows: usize,
    total: f64,
    tie: f64,
) {
    let mut left = _mm_setzero_pd();
    let (total, last) = (_mm256_set1_pd(total), _mm256_set1_pd((n_rows - 1) as f64));
    let mut position = _mm256_setr_pd(0.0, 1.0, 2.0, 3.0);
    let mut largest = _mm256_setzero_pd();
    let mut kept = [_mm256_setzero_pd(); SMALL / 4];
    for (four, slot) in sorted[..N].chunks_exact(4).zip(&mut kept) {
        let mut sums = [left; 4];
        for (sum, pair) in sums.iter_mut().zip(four) {
            // SAFETY: two numbers are read.
            left = _mm_add_pd(left, unsafe { _mm_loadu_pd(pair.as_ptr()) });
            *sum = left;
        }
        let (even, odd) = (_mm256_set_m128d(sums[2], sums[0]), _mm256_set_m128d(sums[3], sums[1]));
        let (sum, count) = (_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd));
        let others = _mm256_mul_pd(count, _mm256_sub_pd(total, count));
        let gain = _mm256_div_pd(_mm256_mul_pd(sum, sum), others);
        let gain = _mm256_and_pd(gain, _mm256_cmp_pd::<_CMP_LT_OQ>(position, last));
        position = _mm256_add_pd(position, _mm256_set1_pd(4.0));
        largest = _mm256_max_pd(largest, gain);
        *slot = gain;
    }
    let two = _mm_max_pd(_mm256_castpd256_pd128(largest), _mm256_extractf128_pd::<1>(largest));
    let one = _mm_max_sd(two, _mm_unpackhi_pd(two, two));
    each.largest = _mm_cvtsd_f64(one);
    let least = _mm256_set1_pd(each.largest - tie);
    each.reached = 0;
    for (part, (&gain, slot)) in kept.iter().zip(each.gains[..N].chunks_exact_mut(4)).enumerate() {
        each.reached |= (_mm256_movemask_pd(_mm256_cmp_pd::<_CMP_GE_OQ>(gain, least)) as u32) << (4 * part);
        // SAFETY: four numbers are written.
        unsafe { _mm256_storeu_pd(slot.as_mut_ptr(), gain) };
    }
}
