//! Sorting by a number.
//!
//! Entries are dealt into bins by the leading bits in which their numbers differ, and the few of a bin are sorted by
//! comparison: for numbers of any spread about half the time of comparisons alone. The bins follow the bits and not the
//! distances, so that heavy tails fill no single bin; a bin that is full all the same is dealt again.

use std::cmp::Ordering;

use super::error::Result;
use super::job::Job;

/// Below this many entries a sort is one uninterrupted call.
const LEAF: usize = 1 << 17;

/// Entries per bin, about, and the bits of the largest number of bins.
const PER_BIN: usize = 1;
const MOST_BITS: u32 = 16;

/// Fewer are sorted by comparison, more in one bin are dealt again.
const FEW: usize = 128;

/// Sort by a total order that has `number` first, in place, in parallel, stopping when cancelled. O(n log n).
///
/// Entries that compare equal must be alike in every bit that is read afterwards: their order is not kept.
pub fn by_number<T: Copy + Send>(
    job: &Job,
    entries: &mut [T],
    number: impl Fn(&T) -> f64 + Sync + Copy + Send,
    compare: impl Fn(&T, &T) -> Ordering + Sync + Copy + Send,
) -> Result<()> {
    job.check()?;
    if entries.len() <= LEAF {
        deal(entries, &mut Vec::new(), &|entry| ordered_bits(number(entry)), &compare);
        return Ok(());
    }
    let middle = entries.len() / 2;
    let (low, _, high) = entries.select_nth_unstable_by(middle, compare);
    let (left, right) =
        job.join(|| by_number(job, low, number, compare), || by_number(job, high, number, compare));
    left.and(right)
}

/// Sort numbers in place, −0 before 0 and NaN at the ends, as [`f64::total_cmp`].
pub fn numbers(job: &Job, numbers: &mut [f64]) -> Result<()> {
    by_number(job, numbers, |&number| number, f64::total_cmp)
}

/// Whole numbers in the order of [`f64::total_cmp`].
fn ordered_bits(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn deal<T: Copy>(
    entries: &mut [T],
    dealt: &mut Vec<T>,
    key: &impl Fn(&T) -> u64,
    compare: &impl Fn(&T, &T) -> Ordering,
) {
    let (low, high) =
        entries.iter().fold((u64::MAX, 0), |(low, high), entry| (low.min(key(entry)), high.max(key(entry))));
    if entries.len() <= FEW || low >= high {
        entries.sort_unstable_by(compare);
        return;
    }
    let bits = (entries.len() / PER_BIN).ilog2().min(MOST_BITS);
    // The highest bin is the last: the range takes `bits` bits once the lower ones are shifted out.
    let shift = (64 - (high - low).leading_zeros()).saturating_sub(bits);
    let bin_of = |entry: &T| ((key(entry) - low) >> shift) as usize;
    let mut ends = vec![0_usize; (1 << bits) + 1];
    entries.iter().for_each(|entry| ends[bin_of(entry) + 1] += 1);
    for bin in 0..1 << bits {
        ends[bin + 1] += ends[bin];
    }
    dealt.clear();
    dealt.extend_from_slice(entries);
    // What was the start of a bin becomes its end as it fills.
    for entry in dealt.iter() {
        let next = &mut ends[bin_of(entry)];
        entries[*next] = *entry;
        *next += 1;
    }
    let mut start = 0;
    for &end in &ends[..1 << bits] {
        let bin = &mut entries[start..end];
        if bin.len() > FEW {
            deal(bin, dealt, key, compare);
        } else if bin.len() > 1 {
            bin.sort_unstable_by(compare);
        }
        start = end;
    }
}
