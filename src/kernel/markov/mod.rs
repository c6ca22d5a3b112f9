//! Discrete Markov chains: transition counts, probabilities with their uncertainty, and what follows from them.
//!
//! Maximum likelihood as in Anderson & Goodman (1957): p_ij = n_ij / n_i. A state whose row is empty has no
//! probabilities (NaN); it is never taken as absorbing, and what depends on it is NaN too.

pub mod homogeneity;
mod passage;
mod stationary;
mod structure;

use super::check;
use super::error::{Error, Result};
use super::job::Job;
use super::special::normal_critical_value;
use super::stats::wilson_interval;

pub use structure::{Kind, Structure};

/// The state of a unit that has none in a period.
pub const NO_STATE: u32 = u32::MAX;

/// Units that one step of parallel counting covers.
const UNIT_CHUNK: usize = 4096;

/// Probabilities, errors, both ends of intervals twice, passages twice and on each of the threads, and who leads to whom.
const BYTES_PER_PAIR: usize = 96;

/// Whole numbers up to this are exact in a double.
const MOST_TRANSITIONS: u64 = 1 << 53;

/// A panel of states.
#[derive(Debug, Clone, Copy)]
pub struct States<'a> {
    /// Units × periods; below `k`, or [`NO_STATE`].
    pub states: &'a [u32],
    /// What a transition is conditioned on, in the same shape; below `n_given`, or [`NO_STATE`] to leave it out.
    pub given: Option<&'a [u32]>,
    pub n_periods: usize,
    pub k: usize,
    /// Number of conditions; 1 without `given`.
    pub n_given: usize,
    /// Periods from the start to the end of a transition.
    pub lag: usize,
}

/// Counted transitions.
#[derive(Debug, Clone, PartialEq)]
pub struct Transitions {
    /// Condition × from × to.
    pub counts: Vec<u64>,
    /// Pairs of a period and the one `lag` later, for every unit, that lack a state (or the condition) at an end.
    pub n_incomplete: u64,
}

/// Count the transitions from every period to the one `lag` later. O(units · periods).
///
/// # Errors
/// `Empty`; `Length`; `Code` naming the entry; `Parameter` if `lag` reaches over all periods; `Cancelled`.
pub fn transitions(job: &Job, panel: &States<'_>) -> Result<Transitions> {
    panel.check()?;
    let n_units = panel.states.len() / panel.n_periods;
    let size = panel.n_given.saturating_mul(panel.k).saturating_mul(panel.k);
    let n_chunks = n_units.div_ceil(UNIT_CHUNK);
    job.foresee("pairs of states", size, (n_chunks + 1) * size_of::<u64>())?;
    let chunks = job.map(n_chunks, |chunk| {
        let mut counts = vec![0_u64; size];
        let mut n_incomplete = 0;
        for unit in chunk * UNIT_CHUNK..n_units.min((chunk + 1) * UNIT_CHUNK) {
            for period in 0..panel.n_periods - panel.lag {
                match panel.cell(unit * panel.n_periods + period) {
                    Some(cell) => counts[cell] += 1,
                    None => n_incomplete += 1,
                }
            }
        }
        Ok((counts, n_incomplete))
    })?;
    let mut result = Transitions { counts: vec![0; size], n_incomplete: 0 };
    for (counts, n_incomplete) in chunks {
        result.n_incomplete += n_incomplete;
        for (total, count) in result.counts.iter_mut().zip(counts) {
            *total += count;
        }
    }
    Ok(result)
}

impl States<'_> {
    fn check(&self) -> Result<()> {
        check::not_empty("states", self.states)?;
        if self.lag == 0 || self.lag >= self.n_periods {
            let requirement = "at least 1 and less than the number of periods";
            return Err(Error::Parameter { name: "lag", requirement, value: self.lag as f64 });
        }
        let n_units = self.states.len() / self.n_periods;
        check::length("states", self.states, n_units * self.n_periods)?;
        codes("states", self.states, self.k)?;
        if self.given.is_none() && self.n_given == 0 {
            return Err(Error::Code { name: "given", row: 0, code: 0, count: 0 });
        }
        if let Some(given) = self.given {
            check::length("given", given, self.states.len())?;
            codes("given", given, self.n_given)?;
        }
        Ok(())
    }

    /// Where the transition that starts at `start` is counted.
    fn cell(&self, start: usize) -> Option<usize> {
        let (from, to) = (self.states[start], self.states[start + self.lag]);
        let given = self.given.map_or(0, |given| given[start]);
        let known = from != NO_STATE && to != NO_STATE && given != NO_STATE;
        known.then(|| (given as usize * self.k + from as usize) * self.k + to as usize)
    }
}

fn codes(name: &'static str, codes: &[u32], count: usize) -> Result<()> {
    match codes.iter().position(|&code| code != NO_STATE && code as usize >= count) {
        None => Ok(()),
        Some(row) => Err(Error::Code { name, row, code: codes[row], count }),
    }
}

/// A chain estimated from counts: matrices are k × k by rows, vectors have one entry per state.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// Transitions that start in each state.
    pub totals: Vec<u64>,
    /// p_ij; the row is NaN if the state has no transitions.
    pub probabilities: Vec<f64>,
    /// √(p (1 − p) / n).
    pub standard_errors: Vec<f64>,
    /// Wilson's interval for each probability by itself.
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    /// 1 − p_ii: Prais (1955).
    pub leaving: Vec<f64>,
    /// 1 / (1 − p_ii); infinite for a state that is never left.
    pub sojourn: Vec<f64>,
    pub structure: Structure,
    /// One stationary distribution over all states for each recurrent class, in the order of the classes.
    pub steady_states: Vec<f64>,
    /// Mean number of steps from row to column; the mean time of return on the diagonal. Infinite if the column is
    /// not reached for certain, NaN if a state without transitions may come before it.
    pub first_passage: Vec<f64>,
    /// (k − Σ p_ii) / (k − 1): Shorrocks (1978). NaN if a row is empty or k is 1.
    pub shorrocks: f64,
    /// The share of transitions that leave their state (Prais 1955; Bibby 1975).
    pub movers: f64,
}

/// The chain with transition `counts`, k × k, and intervals at `confidence`. O(k⁴) for the first passage times.
///
/// # Errors
/// `Empty`, `Length`, `Parameter` for a confidence outside (0, 1) or more than 2⁵³ transitions, `Cancelled`.
pub fn chain(job: &Job, counts: &[u64], k: usize, confidence: f64) -> Result<Chain> {
    check::not_empty("counts", counts)?;
    check::length("counts", counts, k * k)?;
    check::confidence(confidence)?;
    job.foresee("pairs of states", counts.len(), BYTES_PER_PAIR)?;
    let sum = counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count)).unwrap_or(u64::MAX);
    if sum > MOST_TRANSITIONS {
        let requirement = "counts of at most 2^53 transitions together";
        return Err(Error::Parameter { name: "counts", requirement, value: sum as f64 });
    }
    let totals: Vec<u64> = counts.chunks_exact(k).map(|row| row.iter().sum()).collect();
    let each = |value: fn(u64, u64) -> f64| -> Vec<f64> {
        counts.iter().enumerate().map(|(cell, &count)| value(count, totals[cell / k])).collect()
    };
    let z = normal_critical_value(confidence);
    let intervals: Vec<(f64, f64)> =
        (0..k * k).map(|cell| wilson_interval(counts[cell], totals[cell / k], z)).collect();
    let moved = |state: usize| totals[state] - counts[state * k + state];
    let probabilities = each(|count, n| count as f64 / n as f64);
    let structure = Structure::of(job, counts, k)?;
    let leaving = |state: usize| moved(state) as f64 / totals[state] as f64;
    Ok(Chain {
        standard_errors: each(standard_error),
        low: intervals.iter().map(|interval| interval.0).collect(),
        high: intervals.iter().map(|interval| interval.1).collect(),
        leaving: (0..k).map(leaving).collect(),
        sojourn: (0..k).map(|state| totals[state] as f64 / moved(state) as f64).collect(),
        steady_states: stationary::distributions(job, &probabilities, &structure)?,
        first_passage: passage::first_passage(job, &probabilities, &structure)?,
        shorrocks: (0..k).map(leaving).sum::<f64>() / (k as f64 - 1.0),
        movers: (0..k).map(moved).sum::<u64>() as f64 / sum as f64,
        totals,
        probabilities,
        structure,
    })
}

fn standard_error(count: u64, n: u64) -> f64 {
    let (p, n) = (count as f64 / n as f64, n as f64);
    // The share that goes elsewhere, as a count: 1 − p would lose the digits of a rare exit.
    (p * ((n - count as f64) / n) / n).sqrt()
}
