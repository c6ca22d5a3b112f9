//! Whether several chains over the same states are one chain.
//!
//! Anderson & Goodman (1957), Annals of Mathematical Statistics 28, eq. 3.15 and 3.18; degrees of freedom as Bickenbach
//! & Bode (2003), International Regional Science Review 26, eq. 5 to 7: rows that a chain never leaves, and cells that
//! no chain enters, carry none.

use crate::kernel::check;
use crate::kernel::error::Result;
use crate::kernel::special::{chi_square_tail, entropy_term};

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
}

impl Test {
    fn new(q: f64, lr: f64, degrees: u64) -> Self {
        Self { q, lr, degrees, p_q: chi_square_tail(q, degrees), p_lr: chi_square_tail(lr, degrees) }
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
    let mut parts = Vec::with_capacity(n_given);
    for chain in counts.chunks_exact(k * k) {
        let (mut q, mut lr, mut degrees) = (0.0, 0.0, 0);
        for (row, pooled_row) in chain.chunks_exact(k).zip(pooled.chunks_exact(k)) {
            if entered(row) > 0 {
                let (row_q, row_lr) = row_statistics(row, pooled_row);
                (q, lr, degrees) = (q + row_q, lr + row_lr, degrees + entered(pooled_row) - 1);
            }
        }
        parts.push(Test::new(q, lr, degrees));
    }
    let degrees = (0..k)
        .map(|state| (n_leaving(state), entered(&pooled[state * k..][..k])))
        .filter(|&(chains, _)| chains > 0)
        .map(|(chains, cells)| (chains - 1) * (cells - 1))
        .sum();
    let total =
        Test::new(parts.iter().map(|part| part.q).sum(), parts.iter().map(|part| part.lr).sum(), degrees);
    Ok((total, parts))
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
