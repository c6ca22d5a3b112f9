//! Rows told apart: those that go left to the front, both sides in their order.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::ranks::Place;
use crate::kernel::wide::wide_or_plain;

/// Bring the rows at places up to `last` to the front, both sides in their order, and return how many they are.
#[inline(always)]
pub(super) fn part<R: Place>(
    rows: &mut [u32],
    buffer: &mut [u32],
    place: impl Fn(u32) -> R + Copy,
    last: R,
) -> usize {
    let buffer = &mut buffer[..rows.len()];
    let (mut n_left, mut n_right) = (0, 0);
    let n_done = wide_or_plain!(part_wide(rows, buffer, place, last, &mut n_left, &mut n_right), 0);
    for position in n_done..rows.len() {
        // SAFETY: `n_left` and `n_right` add up to `position`, which is below the length of both.
        unsafe {
            let row = *rows.get_unchecked(position);
            let is_left = place(row) <= last;
            *rows.get_unchecked_mut(n_left) = row;
            *buffer.get_unchecked_mut(n_right) = row;
            n_left += usize::from(is_left);
            n_right += usize::from(!is_left);
        }
    }
    rows[n_left..].copy_from_slice(&buffer[..n_right]);
    n_left
}

/// Rows that are told apart together.
#[cfg(target_arch = "x86_64")]
const TOGETHER: usize = 8;

/// For each eight bits the positions of those that are set, in their order.
#[cfg(target_arch = "x86_64")]
pub(super) const POSITIONS: [[u8; 8]; 256] = positions();

#[cfg(target_arch = "x86_64")]
const fn positions() -> [[u8; 8]; 256] {
    let mut table = [[0; 8]; 256];
    let mut bits = 0;
    while bits < 256 {
        let (mut position, mut n_set) = (0, 0);
        while position < 8 {
            if bits >> position & 1 == 1 {
                table[bits][n_set] = position as u8;
                n_set += 1;
            }
            position += 1;
        }
        bits += 1;
    }
    table
}

/// The same for as many rows as there are eights, which are returned; those that go right stand in `buffer`.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn part_wide<R: Place>(
    rows: &mut [u32],
    buffer: &mut [u32],
    place: impl Fn(u32) -> R,
    last: R,
    n_left: &mut usize,
    n_right: &mut usize,
) -> usize {
    assert!(rows.len() <= buffer.len());
    let n_whole = rows.len() / TOGETHER * TOGETHER;
    for start in (0..n_whole).step_by(TOGETHER) {
        // SAFETY: neither side has more rows than were read, so that eight more end before the rows do, and `buffer` is no
        // shorter.
        unsafe {
            let here = _mm256_loadu_si256(rows.as_ptr().add(start).cast());
            let bits = bits_up_to(|each| place(*rows.get_unchecked(start + each)), last);
            let from = |bits: u8| {
                let positions = _mm_loadl_epi64(POSITIONS[usize::from(bits)].as_ptr().cast());
                _mm256_permutevar8x32_epi32(here, _mm256_cvtepu8_epi32(positions))
            };
            let (left, right) = (from(bits), from(!bits));
            _mm256_storeu_si256(rows.as_mut_ptr().add(*n_left).cast(), left);
            _mm256_storeu_si256(buffer.as_mut_ptr().add(*n_right).cast(), right);
            *n_left += bits.count_ones() as usize;
            *n_right += bits.count_zeros() as usize;
        }
    }
    n_whole
}

/// Which of eight places are no larger than the last.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn bits_up_to<R: Place>(place: impl Fn(usize) -> R, last: R) -> u8 {
    let [a, b, c, d, e, f, g, h] = std::array::from_fn(|each| place(each).index() as i32);
    if size_of::<R>() == size_of::<u16>() {
        let [a, b, c, d, e, f, g, h] = [a, b, c, d, e, f, g, h].map(|place| place as i16);
        let places = _mm_setr_epi16(a, b, c, d, e, f, g, h);
        // By how much a place is above the last one, zero if it is not.
        let above = _mm_subs_epu16(places, _mm_set1_epi16(last.index() as i16));
        let is_low = _mm_cmpeq_epi16(above, _mm_setzero_si128());
        _mm_movemask_epi8(_mm_packs_epi16(is_low, is_low)) as u8
    } else {
        let places = _mm256_setr_epi32(a, b, c, d, e, f, g, h);
        let lower = _mm256_min_epu32(places, _mm256_set1_epi32(last.index() as i32));
        _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(lower, places))) as u8
    }
}
