//! Spatial Markov chains: transitions conditioned on the class of the spatial lag at their start.
//!
//! Rey, S. J. (2001). Spatial empirics for economic growth and convergence. Geographical Analysis 33, 195–214.

use super::check;
use super::error::Result;
use super::job::Job;
use super::markov::homogeneity::{Test, homogeneity, permute, pooled};
use super::markov::{Chain, chain};

/// The chain of each condition, the chain of all, and tests of whether they are one.
#[derive(Debug, Clone, PartialEq)]
pub struct SpatialMarkov {
    pub conditional: Vec<Chain>,
    /// Counts of the pooled chain, k × k.
    pub pooled: Vec<u64>,
    /// All conditions together.
    pub test: Test,
    /// Each condition against the pooled chain.
    pub tests: Vec<Test>,
}

/// Analyse the chains in `counts`, `n_given` × k × k. O(n_given · k⁴), and for each permutation O(transitions).
///
/// # Errors
/// `Empty`, `Length`, those of [`chain`], and of [`permute`].
pub fn spatial_markov(
    job: &Job,
    counts: &[u64],
    n_given: usize,
    k: usize,
    confidence: f64,
    permutations: usize,
    seed: u64,
) -> Result<SpatialMarkov> {
    check::not_empty("counts", counts)?;
    let (mut test, mut tests) = homogeneity(counts, n_given, k)?;
    let mut all: Vec<&mut Test> = std::iter::once(&mut test).chain(&mut tests).collect();
    permute(job, counts, k, &mut all, permutations, seed)?;
    let conditional =
        job.map(n_given, |given| chain(job, &counts[given * k * k..][..k * k], k, confidence))?;
    Ok(SpatialMarkov { conditional, pooled: pooled(counts, k), test, tests })
}
