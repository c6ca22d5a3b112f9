//! [`Walker::measure`] for few out-of-bag rows: sets of them, as bits, are sent on, not one after another.

use super::walk::{Donors, Step, Walker};
use crate::kernel::error::Result;
use crate::kernel::forest::ranks::Place;
use crate::kernel::job::Job;
use crate::kernel::wide::wide_or_plain;

/// Rows that walk together, one bit for each.
pub(super) const ROWS: usize = 256;

/// Out-of-bag rows up to which sets are sent on: of more rows few are together for most of their way.
pub(super) const MOST_ROWS: usize = 4 * ROWS;

/// Some of the rows that walk together.
type Set = [u64; ROWS / 64];

const NONE: Set = [0; ROWS / 64];

/// Rows that have left their own way because one factor is permuted.
#[derive(Debug, Clone, Copy)]
struct Strays {
    rows: Set,
    feature: u32,
}

/// A node still to be visited, with its rows and strays; what lies at `height` of the strays and above is free.
#[derive(Debug, Clone, Copy)]
struct Task {
    node: usize,
    inside: Set,
    strays: (usize, usize),
    height: usize,
}

/// A stray at its leaf.
#[derive(Debug, Clone, Copy, Default)]
struct Ended {
    position: u32,
    feature: u32,
    value: f64,
}

/// Memory of the walks.
#[derive(Debug, Clone, Default)]
pub(super) struct Sets {
    tasks: Vec<Task>,
    strays: Vec<Strays>,
    /// Per factor the rows whose permuted selves have left.
    gone: Vec<Set>,
    ended: Vec<Ended>,
    n_ended: usize,
}

impl<P: Place> Walker<P> {
    /// Rises under one permutation of each factor, for at most [`MOST_ROWS`] rows.
    pub(super) fn measure_sets(
        &mut self,
        job: &Job,
        outside: &[u32],
        donors: &Donors<P>,
        response: &[f64],
    ) -> Result<()> {
        job.check()?;
        let p = self.rise.len();
        self.prediction.resize(outside.len(), 0.0);
        let Sets { ended, n_ended, .. } = &mut self.sets;
        *n_ended = 0;
        // `list` writes two more than there are.
        if ended.len() < outside.len() * p + 2 {
            ended.resize(outside.len() * p + 2, Ended::default());
        }
        for first in (0..outside.len()).step_by(ROWS) {
            let columns = first * p..(first + ROWS) * p;
            let (own, permuted) = (&donors.own[columns.clone()], &donors.permuted[columns]);
            let n_rows = ROWS.min(outside.len() - first);
            wide_or_plain!(
                self.send_wide(first, n_rows, own, permuted),
                self.send(first, n_rows, own, permuted)
            );
        }
        for &Ended { position, feature, value } in &self.sets.ended[..self.sets.n_ended] {
            let actual = response[outside[position as usize] as usize];
            let (moved, error) = (actual - value, actual - self.prediction[position as usize]);
            self.rise[feature as usize] += moved * moved - error * error;
        }
        Ok(())
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn send_wide(&mut self, first: usize, n_rows: usize, own: &[P], permuted: &[P]) {
        self.send(first, n_rows, own, permuted);
    }

    /// Send rows to their leaves, the first of them at position `first`.
    #[inline(always)]
    fn send(&mut self, first: usize, n_rows: usize, own: &[P], permuted: &[P]) {
        let Self { steps, value, sets, prediction, rise, .. } = self;
        sets.gone.clear();
        sets.gone.resize(rise.len(), NONE);
        let mut inside = NONE;
        for (part, bits) in inside.iter_mut().enumerate() {
            let n_bits = n_rows.saturating_sub(64 * part).min(64) as u32;
            *bits = u64::MAX.checked_shr(64 - n_bits).unwrap_or(0);
        }
        sets.tasks.push(Task { node: 0, inside, strays: (0, 0), height: 0 });
        while let Some(mut task) = sets.tasks.pop() {
            loop {
                let step = steps[task.node];
                if step.left == 0 {
                    break;
                }
                let column = step.feature as usize * ROWS..(step.feature as usize + 1) * ROWS;
                let low = up_to(&own[column.clone()], step.last);
                let low_permuted = up_to(&permuted[column], step.last);
                let [left, right] = sets.split(&task, step, low, low_permuted);
                if is_any(right.inside) | (right.strays.0 < right.strays.1) {
                    if !(is_any(left.inside) | (left.strays.0 < left.strays.1)) {
                        task = right;
                        continue;
                    }
                    sets.tasks.push(right);
                }
                task = left;
            }
            let value = value[task.node];
            for (part, &bits) in task.inside.iter().enumerate() {
                let mut bits = bits;
                while bits != 0 {
                    prediction[first + part * 64 + bits.trailing_zeros() as usize] = value;
                    bits &= bits - 1;
                }
            }
            sets.end(&task, first, value);
        }
    }
}

impl Sets {
    /// The rows and strays of a node told apart: what goes left, and what goes right.
    #[inline(always)]
    fn split<P>(&mut self, task: &Task, step: Step<P>, low: Set, low_permuted: Set) -> [Task; 2] {
        let gone = &mut self.gone[step.feature as usize];
        let (mut inside, mut leaving) = ([NONE; 2], [NONE; 2]);
        for part in 0..NONE.len() {
            let rows = task.inside[part];
            inside[0][part] = rows & low[part];
            inside[1][part] = rows & !low[part];
            let parted = rows & (low[part] ^ low_permuted[part]) & !gone[part];
            gone[part] |= parted;
            leaving[0][part] = parted & low_permuted[part];
            leaving[1][part] = parted & !low_permuted[part];
        }
        let room = task.strays.1 - task.strays.0 + 1;
        if self.strays.len() < task.height + 2 * room {
            self.strays.resize(task.height + 2 * room, Strays { rows: NONE, feature: 0 });
        }
        let (above, below) = self.strays.split_at_mut(task.height);
        let (left, right) = below.split_at_mut(room);
        let (mut n_left, mut n_right) = (0, 0);
        for &Strays { rows, feature } in &above[task.strays.0..task.strays.1] {
            let is_permuted = if feature == step.feature { u64::MAX } else { 0 };
            let (mut lows, mut highs) = (NONE, NONE);
            for part in 0..NONE.len() {
                let low = low[part] ^ ((low[part] ^ low_permuted[part]) & is_permuted);
                lows[part] = rows[part] & low;
                highs[part] = rows[part] & !low;
            }
            left[n_left] = Strays { rows: lows, feature };
            n_left += usize::from(is_any(lows));
            right[n_right] = Strays { rows: highs, feature };
            n_right += usize::from(is_any(highs));
        }
        left[n_left] = Strays { rows: leaving[0], feature: step.feature };
        n_left += usize::from(is_any(leaving[0]));
        right[n_right] = Strays { rows: leaving[1], feature: step.feature };
        n_right += usize::from(is_any(leaving[1]));
        let (node, start) = (step.left as usize, task.height);
        let height = start + room + n_right;
        [
            Task { node, inside: inside[0], strays: (start, start + n_left), height },
            Task { node: node + 1, inside: inside[1], strays: (start + room, height), height },
        ]
    }

    /// List the strays of a leaf.
    #[inline(always)]
    fn end(&mut self, task: &Task, first: usize, value: f64) {
        for &Strays { rows, feature } in &self.strays[task.strays.0..task.strays.1] {
            for (part, &bits) in rows.iter().enumerate() {
                let (mut bits, first) = (bits, (first + part * 64) as u32);
                // Two at a time whether they are there or not: what is too much is overwritten.
                loop {
                    for _ in 0..2 {
                        let position = first + bits.trailing_zeros();
                        self.ended[self.n_ended] = Ended { position, feature, value };
                        self.n_ended += usize::from(bits != 0);
                        bits &= bits.wrapping_sub(1);
                    }
                    if bits == 0 {
                        break;
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn is_any(set: Set) -> bool {
    set[0] | set[1] | set[2] | set[3] != 0
}

/// The rows that stand at places up to `last`.
#[inline(always)]
fn up_to<P: Place>(places: &[P], last: P) -> Set {
    #[cfg(target_arch = "x86_64")]
    if size_of::<P>() == size_of::<u16>() && crate::kernel::wide::is_here() {
        // SAFETY: there are 256 places of two bytes, and this processor has the instructions.
        return unsafe { up_to_wide(places.as_ptr().cast(), last.index() as i16) };
    }
    let mut set = NONE;
    for (bits, places) in set.iter_mut().zip(places.chunks_exact(64)) {
        for (position, &place) in places.iter().enumerate() {
            *bits |= u64::from(place <= last) << position;
        }
    }
    set
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn up_to_wide(places: *const i16, last: i16) -> Set {
    use std::arch::x86_64::*;
    let (last, zero) = (_mm256_set1_epi16(last), _mm256_setzero_si256());
    let mut set = NONE;
    for (part, bits) in set.iter_mut().enumerate() {
        for half in 0..2 {
            // SAFETY: there are 256 places.
            let (a, b) = unsafe {
                let at = places.add(part * 64 + half * 32);
                (_mm256_loadu_si256(at.cast()), _mm256_loadu_si256(at.add(16).cast()))
            };
            // By how much a place is above the last one, zero if it is not.
            let above = _mm256_packs_epi16(_mm256_subs_epu16(a, last), _mm256_subs_epu16(b, last));
            let is_low = _mm256_cmpeq_epi8(_mm256_permute4x64_epi64::<0b11_01_10_00>(above), zero);
            *bits |= u64::from(_mm256_movemask_epi8(is_low) as u32) << (32 * half);
        }
    }
    set
}
