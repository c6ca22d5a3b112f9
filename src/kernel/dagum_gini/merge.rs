//! The order of all units by value, from groups that are sorted.
//!
//! The range of values is cut where samples of the groups say that about as many units lie on either side; what lies
//! between two cuts is merged by a tree of losers (Knuth 1998, *Sorting and Searching*, §5.4.1). The cuts depend on the
//! values alone, so that the order is the same for any number of threads.

use crate::kernel::cells::{Unit, Weight};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Units that one stretch of the merge has, about.
const STRETCH: usize = 1 << 16;

/// Samples taken for each cut.
const SAMPLES: usize = 64;

/// The group of each unit when all units are sorted by value. O(n log k).
pub(super) fn merge<W: Weight>(job: &Job, units: &[&[Unit<W>]]) -> Result<Vec<u32>> {
    let n_units: usize = units.iter().map(|group| group.len()).sum();
    let mut order = vec![0; n_units];
    if units.len() <= 1 {
        return Ok(order);
    }
    let cuts = cuts(units, n_units);
    let mut rest = order.as_mut_slice();
    let mut stretches = Vec::with_capacity(cuts.len() - 1);
    for bounds in cuts.windows(2) {
        let ends = bounds[0].iter().zip(&bounds[1]);
        let runs: Vec<&[Unit<W>]> =
            units.iter().zip(ends).map(|(group, (&low, &high))| &group[low..high]).collect();
        let (stretch, tail) = rest.split_at_mut(runs.iter().map(|run| run.len()).sum());
        stretches.push((runs, stretch));
        rest = tail;
    }
    job.each(stretches, |(runs, stretch)| {
        merge_stretch(&runs, stretch);
        Ok(())
    })?;
    Ok(order)
}

/// For each cut the number of units of each group below it; none and all at the ends.
fn cuts<W: Weight>(units: &[&[Unit<W>]], n_units: usize) -> Vec<Vec<usize>> {
    let n_stretches = n_units.div_ceil(STRETCH).max(1);
    let step = (n_units / (n_stretches * SAMPLES)).max(1);
    let mut cuts = vec![vec![0; units.len()]];
    if n_stretches > 1 {
        let mut samples: Vec<f64> =
            units.iter().flat_map(|group| group.iter().step_by(step).map(|unit| unit.value)).collect();
        samples.sort_unstable_by(f64::total_cmp);
        cuts.extend((1..n_stretches).map(|cut| {
            let value = samples[cut * samples.len() / n_stretches];
            units.iter().map(|group| group.partition_point(|unit| unit.value < value)).collect()
        }));
    }
    cuts.push(units.iter().map(|group| group.len()).collect());
    cuts
}

/// Merge sorted runs into the order of their positions.
fn merge_stretch<W: Weight>(runs: &[&[Unit<W>]], order: &mut [u32]) {
    let leaves = runs.len().next_power_of_two();
    let head = |run: usize, position: usize| -> f64 {
        runs.get(run).and_then(|run| run.get(position)).map_or(f64::INFINITY, |unit| unit.value)
    };
    let mut cursor = vec![0_usize; leaves];
    // At each inner node the lower head of its two sides moves up, and the other stays there.
    let mut winners: Vec<(f64, u32)> = vec![(f64::INFINITY, 0); 2 * leaves];
    (0..leaves).for_each(|run| winners[leaves + run] = (head(run, 0), run as u32));
    let mut losers = vec![(f64::INFINITY, 0_u32); leaves];
    for node in (1..leaves).rev() {
        let (left, right) = (winners[2 * node], winners[2 * node + 1]);
        (winners[node], losers[node]) = if right.0 < left.0 { (right, left) } else { (left, right) };
    }
    let mut run = winners[1].1;
    for place in order {
        *place = run;
        let next = &mut cursor[run as usize];
        *next += 1;
        let mut value = head(run as usize, *next);
        let mut node = (leaves + run as usize) / 2;
        while node > 0 {
            let loser = &mut losers[node];
            let (lower, higher) =
                if loser.0 < value { (*loser, (value, run)) } else { ((value, run), *loser) };
            (value, run) = lower;
            *loser = higher;
            node /= 2;
        }
    }
}
