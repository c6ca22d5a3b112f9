//! Mean first passage times by state reduction, which subtracts nothing.

use super::structure::{Structure, reachable};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// The mean number of steps from each state to the first visit of each other, and to the return to itself. O(k⁴).
pub(super) fn first_passage(job: &Job, probabilities: &[f64], structure: &Structure) -> Result<Vec<f64>> {
    let k = structure.k();
    let columns = job.map(k, |target| to_target(job, probabilities, structure, target))?;
    Ok((0..k * k).map(|cell| columns[cell % k][cell / k]).collect())
}

/// The column of one target.
fn to_target(job: &Job, probabilities: &[f64], structure: &Structure, target: usize) -> Result<Vec<f64>> {
    let k = structure.k();
    let known = |from| {
        job.check()?;
        Ok(time_if_not_finite(structure, from, target))
    };
    let mut times: Vec<f64> = (0..k).map(known).collect::<Result<_>>()?;
    // Zero marks a finite time still to be computed. From such a state the chain meets none but such states before
    // it meets the target.
    let sure: Vec<usize> = (0..k).filter(|&state| state != target && times[state] <= 0.0).collect();
    let found = solve(job, probabilities, k, &sure, target)?;
    for (&state, time) in sure.iter().zip(&found) {
        times[state] = *time;
    }
    if times[target] <= 0.0 {
        let on_the_way = sure.iter().map(|&state| probabilities[target * k + state] * times[state]);
        times[target] = 1.0 + on_the_way.sum::<f64>();
    }
    Ok(times)
}

/// Infinite if the chain may miss the target for ever, NaN if that is unknown, zero if the target is certain.
fn time_if_not_finite(structure: &Structure, from: usize, target: usize) -> f64 {
    if !structure.observed[from] {
        return f64::NAN;
    }
    let met = reachable(&structure.next, from, |state| state == target);
    let mut on_the_way = (0..met.len()).filter(|&state| met[state] && state != target);
    let is_lost = |state: usize| !structure.reach[state][target] && !structure.is_open(state);
    if on_the_way.clone().any(is_lost) {
        f64::INFINITY
    } else if on_the_way.any(|state| !structure.observed[state]) {
        f64::NAN
    } else {
        0.0
    }
}

/// The times m from `states` to `target`, m_s = 1 + Σ p_st m_t, where nothing but these states comes before it.
///
/// States are taken out one by one, the last first; the pivot 1 − p_ss is the sum of what leads elsewhere.
fn solve(job: &Job, probabilities: &[f64], k: usize, states: &[usize], target: usize) -> Result<Vec<f64>> {
    let n = states.len();
    let mut p: Vec<Vec<f64>> = states
        .iter()
        .map(|&from| {
            let row = &probabilities[from * k..][..k];
            states.iter().map(|&to| row[to]).chain([row[target]]).collect()
        })
        .collect();
    let mut time = vec![1.0; n];
    let mut exits = vec![0.0; n];
    for last in (0..n).rev() {
        job.check()?;
        let (before, rest) = p.split_at_mut(last);
        let row = &rest[0];
        exits[last] = row[..last].iter().sum::<f64>() + row[n];
        for (from, other) in before.iter_mut().enumerate() {
            let through = other[last] / exits[last];
            time[from] += through * time[last];
            for to in (0..last).chain([n]) {
                other[to] += through * row[to];
            }
        }
    }
    for state in 0..n {
        let rest: f64 = (0..state).map(|to| p[state][to] * time[to]).sum();
        time[state] = (time[state] + rest) / exits[state];
    }
    Ok(time)
}
