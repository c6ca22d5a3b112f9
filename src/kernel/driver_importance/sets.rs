//! [`Walker::measure`] for few out-of-bag rows: sets of them, as bits, are sent on, not one after another.
//!
//! What goes right is turned round, as it is there: rises are added up in the same order, and are the same bits.

use std::arch::x86_64::*;

use super::walk::{Donors, Step, Walker};
use crate::kernel::error::Result;
use crate::kernel::forest::ranks::Place;
use crate::kernel::job::Job;
use crate::kernel::wide;

/// Rows that one word of a set stands for.
const WORD: usize = 64;

/// Words of a set of the rows of small data, and of larger ones.
const SHORT: usize = 4;
const LONG: usize = 8;

/// How many rows a set has bits for; `None` where rows are sent one by one.
///
/// Of more rows few are together for most of their way, and other processors are slow to part them.
pub(super) fn width_for<P>(n_rows: usize) -> Option<usize> {
    let is_fit = size_of::<P>() == size_of::<u16>() && n_rows <= LONG * WORD && wide::is_here();
    is_fit.then(|| width(n_rows))
}

fn width(n_rows: usize) -> usize {
    if n_rows <= SHORT * WORD { SHORT * WORD } else { LONG * WORD }
}

/// Some of the out-of-bag rows.
type Set<const W: usize> = [u64; W];

/// Rows that have left their own way at one node because one factor is permuted.
#[derive(Debug, Clone, Copy)]
struct Strays<const W: usize> {
    rows: Set<W>,
    feature: u32,
    /// Whether the last of them comes first.
    is_reversed: bool,
}

/// A node still to be visited, with its rows and strays; what lies at `height` of the strays and above is free.
#[derive(Debug, Clone, Copy)]
struct Task<const W: usize> {
    node: usize,
    inside: Set<W>,
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
    short: Room<SHORT>,
    long: Room<LONG>,
    ended: Vec<Ended>,
    n_ended: usize,
}

/// What depends on the size of sets.
#[derive(Debug, Clone, Default)]
struct Room<const W: usize> {
    tasks: Vec<Task<W>>,
    strays: Vec<Strays<W>>,
    /// Per factor the rows whose permuted selves have left.
    gone: Vec<Set<W>>,
}

impl<P: Place> Walker<P> {
    /// Rises under one permutation of each factor, for as many rows as [`width_for`] has a set for.
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
        let (own, permuted) = (&donors.own[..], &donors.permuted[..]);
        let Self { steps, value, sets, prediction, .. } = self;
        // One more may be written than there are.
        if sets.ended.len() <= outside.len() * p {
            sets.ended.resize(outside.len() * p + 1, Ended::default());
        }
        let mut walk = Walk { steps, value, prediction, ended: &mut sets.ended, n_ended: 0 };
        let is_short = width(outside.len()) == SHORT * WORD;
        // SAFETY: sets are sent on only by processors with the instructions, and places have two bytes.
        unsafe {
            if is_short {
                walk.send(&mut sets.short, p, own, permuted);
            } else {
                walk.send(&mut sets.long, p, own, permuted);
            }
        }
        sets.n_ended = walk.n_ended;
        for &Ended { position, feature, value } in &self.sets.ended[..self.sets.n_ended] {
            let actual = response[outside[position as usize] as usize];
            let (moved, error) = (actual - value, actual - self.prediction[position as usize]);
            self.rise[feature as usize] += moved * moved - error * error;
        }
        Ok(())
    }
}

/// The tree, and what its leaves tell.
struct Walk<'w, P> {
    steps: &'w [Step<P>],
    value: &'w [f64],
    prediction: &'w mut [f64],
    ended: &'w mut [Ended],
    n_ended: usize,
}

impl<P: Place> Walk<'_, P> {
    /// Send all rows to their leaves.
    ///
    /// # Safety
    /// Places have two bytes.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    unsafe fn send<const W: usize>(&mut self, room: &mut Room<W>, p: usize, own: &[P], permuted: &[P]) {
        room.gone.clear();
        room.gone.resize(p, [0; W]);
        let mut inside = [0; W];
        for (part, bits) in inside.iter_mut().enumerate() {
            let n_bits = self.prediction.len().saturating_sub(WORD * part).min(WORD) as u32;
            *bits = u64::MAX.checked_shr(WORD as u32 - n_bits).unwrap_or(0);
        }
        room.tasks.push(Task { node: 0, inside, strays: (0, 0), height: 0 });
        while let Some(mut task) = room.tasks.pop() {
            loop {
                let step = self.steps[task.node];
                if step.left == 0 {
                    break;
                }
                let column = step.feature as usize * W * WORD..(step.feature as usize + 1) * W * WORD;
                // SAFETY: a factor has as many places of two bytes as a set has bits.
                let [low, low_permuted] = unsafe {
                    let last = step.last.index() as i16;
                    let (own, permuted) = (&own[column.clone()], &permuted[column]);
                    [up_to(own.as_ptr().cast(), last), up_to(permuted.as_ptr().cast(), last)]
                };
                let [left, right] = room.split(&task, step, low, low_permuted);
                if is_any(right.inside) | (right.strays.0 < right.strays.1) {
                    if !(is_any(left.inside) | (left.strays.0 < left.strays.1)) {
                        task = right;
                        continue;
                    }
                    room.tasks.push(right);
                }
                task = left;
            }
            let value = self.value[task.node];
            for (part, &bits) in task.inside.iter().enumerate() {
                let mut bits = bits;
                while bits != 0 {
                    self.prediction[part * WORD + bits.trailing_zeros() as usize] = value;
                    bits &= bits - 1;
                }
            }
            self.end(&room.strays[task.strays.0..task.strays.1], value);
        }
    }

    /// List the strays of a leaf.
    #[inline(always)]
    fn end<const W: usize>(&mut self, strays: &[Strays<W>], value: f64) {
        for &Strays { rows, feature, is_reversed } in strays {
            let start = self.n_ended;
            for (part, &bits) in rows.iter().enumerate() {
                let (mut bits, first) = (bits, (part * WORD) as u32);
                // One whether it is there or not, and seldom more: what is too much is overwritten.
                loop {
                    let position = first + bits.trailing_zeros();
                    self.ended[self.n_ended] = Ended { position, feature, value };
                    self.n_ended += usize::from(bits != 0);
                    bits &= bits.wrapping_sub(1);
                    if bits == 0 {
                        break;
                    }
                }
            }
            if is_reversed & (self.n_ended > start + 1) {
                self.ended[start..self.n_ended].reverse();
            }
        }
    }
}

impl<const W: usize> Room<W> {
    /// The rows and strays of a node told apart: what goes left, and what goes right.
    #[inline(always)]
    fn split<P>(&mut self, task: &Task<W>, step: Step<P>, low: Set<W>, low_permuted: Set<W>) -> [Task<W>; 2] {
        let gone = &mut self.gone[step.feature as usize];
        let (mut inside, mut leaving) = ([[0; W]; 2], [[0; W]; 2]);
        for part in 0..W {
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
            self.strays
                .resize(task.height + 2 * room, Strays { rows: [0; W], feature: 0, is_reversed: false });
        }
        let (above, below) = self.strays.split_at_mut(task.height);
        let (left, right) = below.split_at_mut(room);
        // The left side grows from the bottom up, the right one from the top down.
        let (mut n_left, mut bottom) = (0, room);
        for &Strays { rows, feature, is_reversed } in &above[task.strays.0..task.strays.1] {
            let is_permuted = if feature == step.feature { u64::MAX } else { 0 };
            let (mut lows, mut highs) = ([0; W], [0; W]);
            for part in 0..W {
                let low = low[part] ^ ((low[part] ^ low_permuted[part]) & is_permuted);
                lows[part] = rows[part] & low;
                highs[part] = rows[part] & !low;
            }
            left[n_left] = Strays { rows: lows, feature, is_reversed };
            n_left += usize::from(is_any(lows));
            right[bottom - 1] = Strays { rows: highs, feature, is_reversed: !is_reversed };
            bottom -= usize::from(is_any(highs));
        }
        let feature = step.feature;
        left[n_left] = Strays { rows: leaving[0], feature, is_reversed: false };
        n_left += usize::from(is_any(leaving[0]));
        right[bottom - 1] = Strays { rows: leaving[1], feature, is_reversed: true };
        bottom -= usize::from(is_any(leaving[1]));
        let (node, start) = (step.left as usize, task.height);
        let (height, bottom) = (start + 2 * room, start + room + bottom);
        [
            Task { node, inside: inside[0], strays: (start, start + n_left), height },
            Task { node: node + 1, inside: inside[1], strays: (bottom, height), height },
        ]
    }
}

#[inline(always)]
fn is_any<const W: usize>(set: Set<W>) -> bool {
    let mut any = 0;
    for bits in set {
        any |= bits;
    }
    any != 0
}

/// The rows that stand at places up to `last`.
///
/// # Safety
/// There are as many places as bits.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn up_to<const W: usize>(places: *const i16, last: i16) -> Set<W> {
    let (last, zero) = (_mm256_set1_epi16(last), _mm256_setzero_si256());
    let mut set = [0; W];
    for (part, bits) in set.iter_mut().enumerate() {
        for half in 0..2 {
            // SAFETY: there are as many places as bits.
            let (a, b) = unsafe {
                let at = places.add(part * WORD + half * 32);
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
