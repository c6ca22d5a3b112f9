//! Whether several chains over the same states are one chain.
//!
//! Anderson & Goodman (1957), Annals of Mathematical Statistics 28, eq. 3.15 and 3.18; degrees of freedom as Bickenbach
//! & Bode (2003), International Regional Science Review 26, eq. 5 to 7: rows that a chain never leaves, and cells that
//! no chain enters, carry none.

use crate::kernel::check;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;
use crate::kernel::special::{chi_square_tail, entropy_term};

/// Most transitions that are dealt at random: four bytes each for every thread.
const MOST_DEALT: usize = 100_000_000;

/// Statistics closer than this, relatively, are equal: the same table of counts in another order is rounded otherwise.
const ROUNDING: f64 = 1e-12;

/// Two statistics with the same asymptotic distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// Pearson's: Σ n_i|s (p_ij|s − p_ij)² / p_ij.
    pub q: f64,
    /// The likelihood ratio: 2 Σ n_ij|s ln(p_ij|s / p_ij).
    pub lr: f64,
    pub degrees: u64,
    /// NaN without degrees of freedom.
    pub p_q: f64,
    pub p_lr: f64,
    /// Shares of permutations; NaN without any, and without degrees of freedom.
    pub p_q_permutation: f64,
    pub p_lr_permutation: f64,
}

impl Test {
    fn new(q: f64, lr: f64, degrees: u64) -> Self {
        let (p_q, p_lr) = (chi_square_tail(q, degrees), chi_square_tail(lr, degrees));
        Self { q, lr, degrees, p_q, p_lr, p_q_permutation: f64::NAN, p_lr_permutation: f64::NAN }
    }
}

/// Test the chains in `counts`, `n_given` × k × k, against the chain of their sums: together, then each by itself.
///
/// Together the degrees of freedom are Σ_i (a_i − 1)(b_i − 1), with a_i chains that leave state i and b_i states that
/// are entered from it; for one chain Σ (b_i − 1) over the states that it leaves, the pooled chain taken as known.
///
/// # Errors
/// `Length`.
pub fn homogeneity(counts: &[u64], n_given: usize, k: usize) -> Result<(Test, Vec<Test>)> {
    check::length("counts", counts, n_given * k * k)?;
    let pooled = pooled(counts, k);
    let entered = |row: &[u64]| row.iter().filter(|&&count| count > 0).count() as u64;
    let n_leaving = |state: usize| {
        counts.chunks_exact(k * k).filter(|chain| entered(&chain[state * k..][..k]) > 0).count() as u64
    };
    let part = |chain: &[u64]| {
        let rows = chain.chunks_exact(k).zip(pooled.chunks_exact(k)).filter(|(row, _)| entered(row) > 0);
        let (q, lr) = statistics(chain, &pooled, k);
        Test::new(q, lr, rows.map(|(_, pooled_row)| entered(pooled_row) - 1).sum())
    };
    let parts: Vec<Test> = counts.chunks_exact(k * k).map(part).collect();
    let degrees = (0..k)
        .map(|state| (n_leaving(state), entered(&pooled[state * k..][..k])))
        .filter(|&(chains, _)| chains > 0)
        .map(|(chains, cells)| (chains - 1) * (cells - 1))
        .sum();
    let total =
        Test::new(parts.iter().map(|part| part.q).sum(), parts.iter().map(|part| part.lr).sum(), degrees);
    Ok((total, parts))
}

/// Tests by permutations, in the order of [`homogeneity`]: the ends of all transitions from a state are dealt at random
/// to the transitions from it, whatever the condition, which keeps the sums of rows and the pooled chain.
///
/// A p-value is (1 + permutations with a statistic that reaches the observed one)/(permutations + 1). Permutation r comes
/// from the stream (seed, r). O(transitions + n_given · k²) each.
///
/// # Errors
/// `TooMany` transitions, `Cancelled`.
pub fn permute(
    job: &Job,
    counts: &[u64],
    k: usize,
    tests: &mut [&mut Test],
    permutations: usize,
    seed: u64,
) -> Result<()> {
    if permutations == 0 {
        return Ok(());
    }
    let total = counts.iter().fold(0, |sum: u64, &count| sum.saturating_add(count)) as usize;
    check::at_most("transitions", total, MOST_DEALT)?;
    job.foresee("the ends of transitions", total, size_of::<u32>())?;
    job.foresee(
        "the tests of permutations",
        permutations.saturating_mul(tests.len()),
        size_of::<[u32; 2]>(),
    )?;
    job.expect_steps(permutations);
    let pooled = pooled(counts, k);
    let least: Vec<[f64; 2]> =
        tests.iter().map(|test| [test.q, test.lr].map(|value| value * (1.0 - ROUNDING))).collect();
    let reached = job.map_with(
        permutations,
        || (Vec::new(), vec![0; counts.len()]),
        |(ends, dealt), index| {
            let mut stream = Stream::new(seed, &[index as u64]);
            deal(counts, &pooled, k, &mut stream, ends, dealt);
            job.step();
            let parts: Vec<(f64, f64)> =
                dealt.chunks_exact(k * k).map(|chain| statistics(chain, &pooled, k)).collect();
            let all = parts.iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
            let found = std::iter::once(all).chain(parts);
            Ok(found
                .zip(&least)
                .map(|((q, lr), least)| [u32::from(q >= least[0]), u32::from(lr >= least[1])])
                .collect::<Vec<_>>())
        },
    )?;
    for (place, test) in tests.iter_mut().enumerate().filter(|(_, test)| test.degrees > 0) {
        let share = |which: usize| {
            let sum = reached.iter().map(|each| u64::from(each[place][which])).sum::<u64>();
            (1.0 + sum as f64) / (1.0 + permutations as f64)
        };
        (test.p_q_permutation, test.p_lr_permutation) = (share(0), share(1));
    }
    Ok(())
}

/// Deal the ends of the transitions from each state to the conditions, each of which gets as many as it has.
fn deal(
    counts: &[u64],
    pooled: &[u64],
    k: usize,
    stream: &mut Stream,
    ends: &mut Vec<u32>,
    dealt: &mut [u64],
) {
    dealt.fill(0);
    for (state, row) in pooled.chunks_exact(k).enumerate() {
        ends.clear();
        for (end, &count) in row.iter().enumerate() {
            ends.extend(std::iter::repeat_n(end as u32, count as usize));
        }
        let mut rest = ends.len();
        for (chain, dealt) in counts.chunks_exact(k * k).zip(dealt.chunks_exact_mut(k * k)) {
            let n: u64 = chain[state * k..][..k].iter().sum();
            for _ in 0..n {
                let drawn = stream.below(rest);
                rest -= 1;
                ends.swap(drawn, rest);
                dealt[state * k + ends[rest] as usize] += 1;
            }
        }
    }
}

/// Both statistics of one chain.
fn statistics(chain: &[u64], pooled: &[u64], k: usize) -> (f64, f64) {
    let rows = chain.chunks_exact(k).zip(pooled.chunks_exact(k));
    rows.filter(|(row, _)| row.iter().any(|&count| count > 0))
        .map(|(row, pooled_row)| row_statistics(row, pooled_row))
        .fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1))
}

/// The sum of all chains.
pub fn pooled(counts: &[u64], k: usize) -> Vec<u64> {
    let mut sum = vec![0; k * k];
    for chain in counts.chunks_exact(k * k) {
        for (total, count) in sum.iter_mut().zip(chain) {
            *total += count;
        }
    }
    sum
}

/// Both statistics of one row. With r = p_ij|s / p_ij every term is n p (r − 1)² or 2 n p (r ln r − r + 1), since
/// Σ p (r − 1) = 0: none is negative, and r − 1 comes from whole numbers, so that nearly equal chains keep their
/// digits.
fn row_statistics(row: &[u64], pooled: &[u64]) -> (f64, f64) {
    let (n, all): (u64, u64) = (row.iter().sum(), pooled.iter().sum());
    let (mut q, mut lr) = (0.0, 0.0);
    for (&count, &total) in row.iter().zip(pooled).filter(|&(_, &total)| total > 0) {
        let (observed, expected) = (i128::from(count) * i128::from(all), i128::from(n) * i128::from(total));
        let excess = (observed - expected) as f64 / expected as f64;
        let ratio = observed as f64 / expected as f64;
        let expected = n as f64 * (total as f64 / all as f64);
        q += expected * excess * excess;
        lr += 2.0 * expected * entropy_term(ratio, excess);
    }
    (q, lr)
}
