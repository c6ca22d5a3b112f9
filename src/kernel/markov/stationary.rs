//! Stationary distributions by state reduction, which subtracts nothing.
//!
//! Grassmann, Taksar & Heyman (1985), Regenerative analysis and steady state distributions for Markov chains, Operations
//! Research 33, 1107–1116. The relative error of every probability is a few roundings, however small it is
//! (O'Cinneide 1993).

use super::structure::Structure;
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// One distribution over all k states for each recurrent class. O(k³).
///
/// # Errors
/// `Cancelled`.
pub(super) fn distributions(job: &Job, probabilities: &[f64], structure: &Structure) -> Result<Vec<f64>> {
    let k = structure.k();
    let mut all = Vec::new();
    for (_, states) in structure.recurrent() {
        let inside: Vec<Vec<f64>> = states
            .iter()
            .map(|&from| states.iter().map(|&to| probabilities[from * k + to]).collect())
            .collect();
        let mut over_all = vec![0.0; k];
        for (&state, probability) in states.iter().zip(stationary(job, inside)?) {
            over_all[state] = probability;
        }
        all.extend(over_all);
    }
    Ok(all)
}

/// The stationary distribution of an irreducible chain.
fn stationary(job: &Job, mut p: Vec<Vec<f64>>) -> Result<Vec<f64>> {
    for last in (1..p.len()).rev() {
        job.check()?;
        // The chain watched while it is outside `last`: a way through it becomes a step.
        let exit: f64 = p[last][..last].iter().sum();
        for from in 0..last {
            p[from][last] /= exit;
            for to in 0..last {
                p[from][to] += p[from][last] * p[last][to];
            }
        }
    }
    let mut weight: Vec<f64> = vec![1.0];
    while weight.len() < p.len() {
        let state = weight.len();
        weight.push(weight.iter().zip(&p).map(|(before, row)| before * row[state]).sum());
    }
    let total: f64 = weight.iter().sum();
    Ok(weight.iter().map(|each| each / total).collect())
}
