//! Weights from the entropy of each indicator, and the composite score.
//!
//! With z the normalised values of the N rows of a scope and p = z / Σz,
//!
//! ```text
//! e = −Σ p ln p / ln N        d = 1 − e        w = d / Σ d        score = Σ_j w_j z_j
//! ```
//!
//! ln N · d = Σ p ln(N p) is Theil's T of z. It is summed in Theil's form, whose terms are never negative: an indicator
//! that hardly varies has an entropy near one, and 1 − e would leave few digits of the weight. Where one row has nearly
//! all of an indicator, 1 − d would leave few digits of the entropy, which is then summed from its own terms.

use super::cells::Classes;
use super::error::{Error, Result};
use super::job::Job;
use super::matrix::{Matrix, Sum, by_rows, each_row};
use super::normalize::{Constant, Rule, Scale, apply, constant, scales};
use super::special::entropy_term;

/// Above this divergence the entropy is summed by itself: below, 1 − d costs it no more than two digits.
const NEARLY_ONE: f64 = 0.99;

/// One indicator in one scope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    pub entropy: f64,
    pub divergence: f64,
    /// Zero for a constant column; the weights of a scope add up to one.
    pub weight: f64,
}

/// The weights by scope, then column.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    pub weights: Vec<Weight>,
    pub constant: Vec<Constant>,
}

/// Weights, normalised columns, and the composite score of each row.
#[derive(Debug, Clone, PartialEq)]
pub struct EntropyWeights {
    pub weights: Vec<Weight>,
    pub constant: Vec<Constant>,
    pub normalized: Vec<Vec<f64>>,
    pub scores: Vec<f64>,
}

/// Entropy weights of every scope of `matrix`, and scores. O(rows · columns).
///
/// # Errors
/// Those of [`super::normalize::normalize`]; `NegativeNormalized`; `AllConstant`.
pub fn entropy_weights(job: &Job, matrix: &Matrix<'_>, rule: &Rule<'_>) -> Result<EntropyWeights> {
    let scales = scales(job, matrix, rule)?;
    let weights = weigh(job, matrix, &scales)?;
    let normalized = apply(job, matrix, &scales)?;
    let scores = composite(job, &normalized, matrix.scopes, &weights)?;
    Ok(EntropyWeights { weights, constant: constant(&scales), normalized, scores })
}

/// The weights alone, without a copy of the matrix.
///
/// # Errors
/// As [`entropy_weights`].
pub fn weights(job: &Job, matrix: &Matrix<'_>, rule: &Rule<'_>) -> Result<Weights> {
    let scales = scales(job, matrix, rule)?;
    Ok(Weights { weights: weigh(job, matrix, &scales)?, constant: constant(&scales) })
}

fn weigh(job: &Job, matrix: &Matrix<'_>, scales: &[Vec<Scale>]) -> Result<Vec<Weight>> {
    let n_columns = matrix.columns.len();
    let measures = job.map(n_columns, |column| {
        let (values, scales) = (matrix.columns[column], &scales[column]);
        let divergences =
            divergences(job, matrix, values, scales).map_err(|error| error.in_column(column))?;
        let entropies = entropies(job, matrix, values, scales, &divergences)?;
        Ok((divergences, entropies))
    })?;
    let mut weights = Vec::with_capacity(n_columns * matrix.scopes.count);
    for scope in 0..matrix.scopes.count {
        let total: f64 = measures.iter().map(|(divergences, _)| divergences[scope]).sum();
        if total <= 0.0 {
            return Err(Error::AllConstant { period: scope });
        }
        weights.extend(measures.iter().map(|(divergences, entropies)| {
            let (entropy, divergence) = (entropies[scope], divergences[scope]);
            Weight { entropy, divergence, weight: divergence / total }
        }));
    }
    Ok(weights)
}

/// d of one column in each scope.
fn divergences(job: &Job, matrix: &Matrix<'_>, values: &[f64], scales: &[Scale]) -> Result<Vec<f64>> {
    refuse_negative(matrix, values, scales)?;
    let mut sums = vec![Sum::default(); scales.len()];
    each_row(job, values.len(), |row| {
        let scope = matrix.scopes.of(row);
        let (scale, x) = (&scales[scope], values[row]);
        if !scale.is_constant() {
            sums[scope].add(entropy_term(scale.ratio(x), scale.excess(x)));
        }
    })?;
    let divergence = |(sum, scale): (Sum, &Scale)| {
        if scale.is_constant() { 0.0 } else { sum.total() / scale.n as f64 / (scale.n as f64).ln() }
    };
    Ok(sums.into_iter().zip(scales).map(divergence).collect())
}

/// e of one column in each scope, from the divergences.
fn entropies(
    job: &Job,
    matrix: &Matrix<'_>,
    values: &[f64],
    scales: &[Scale],
    divergences: &[f64],
) -> Result<Vec<f64>> {
    let by_itself = |scope: usize| divergences[scope] > NEARLY_ONE;
    let (mut terms, mut rest) = (vec![Sum::default(); scales.len()], vec![Sum::default(); scales.len()]);
    if (0..scales.len()).any(by_itself) {
        each_row(job, values.len(), |row| {
            let scope = matrix.scopes.of(row);
            let p = scales[scope].ratio(values[row]) / scales[scope].n as f64;
            // The one share above a half is what the others leave: its logarithm comes from them.
            if by_itself(scope) && p > 0.0 && p <= 0.5 {
                terms[scope].add(-p * p.ln());
                rest[scope].add(p);
            }
        })?;
    }
    let entropy = |scope: usize| {
        if !by_itself(scope) {
            return 1.0 - divergences[scope];
        }
        let rest = rest[scope].total();
        (terms[scope].total() - (1.0 - rest) * (-rest).ln_1p()) / (scales[scope].n as f64).ln()
    };
    Ok((0..scales.len()).map(entropy).collect())
}

fn refuse_negative(matrix: &Matrix<'_>, values: &[f64], scales: &[Scale]) -> Result<()> {
    if scales.iter().all(|scale| scale.is_constant() || scale.floor() >= 0.0) {
        return Ok(());
    }
    let z = |row: usize| scales[matrix.scopes.of(row)].z(values[row]);
    match (0..values.len()).find(|&row| z(row) < 0.0) {
        None => Ok(()),
        Some(row) => Err(Error::NegativeNormalized { name: "values", row, value: z(row) }),
    }
}

fn composite(job: &Job, z: &[Vec<f64>], scopes: Classes<'_>, weights: &[Weight]) -> Result<Vec<f64>> {
    let n_rows = z.first().map_or(0, Vec::len);
    by_rows(job, n_rows, |first, piece| {
        for (column, values) in z.iter().enumerate() {
            for (row, score) in (first..).zip(piece.iter_mut()) {
                *score += weights[scopes.of(row) * z.len() + column].weight * values[row];
            }
        }
        Ok(())
    })
}

/// The tables between the normalised values and the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// p = z / Σz, or 1/N in a column of zeros; each column adds up to one.
    Proportions,
    /// −p ln p / ln N, zero where p is zero; each column adds up to its entropy.
    EntropyTerms,
}

/// One intermediate table from normalised columns of zero or more.
///
/// # Errors
/// Those of [`Matrix::check`], `Negative`, `Cancelled`.
pub fn step(job: &Job, z: &Matrix<'_>, step: Step) -> Result<Vec<Vec<f64>>> {
    z.check()?;
    let sizes = z.scope_sizes();
    let column = |values: &[f64]| {
        super::check::non_negative("values", values)?;
        let mut sums = vec![Sum::default(); sizes.len()];
        each_row(job, values.len(), |row| sums[z.scopes.of(row)].add(values[row]))?;
        by_rows(job, values.len(), |first, piece| {
            for (row, out) in (first..).zip(piece) {
                let scope = z.scopes.of(row);
                let (n, total) = (sizes[scope] as f64, sums[scope].total());
                let p = if total > 0.0 { values[row] / total } else { 1.0 / n };
                *out = match step {
                    Step::Proportions => p,
                    Step::EntropyTerms if p > 0.0 => -p * p.ln() / n.ln(),
                    Step::EntropyTerms => 0.0,
                };
            }
            Ok(())
        })
    };
    z.columns.iter().map(|values| column(values)).collect()
}

/// w z for every cell: each row adds up to its score. `weights` are by scope, then column.
///
/// # Errors
/// Those of [`Matrix::check`], `Length`, `Cancelled`.
pub fn contributions(job: &Job, z: &Matrix<'_>, weights: &[f64]) -> Result<Vec<Vec<f64>>> {
    z.check()?;
    super::check::length("weights", weights, z.columns.len() * z.scopes.count)?;
    let column = |column: usize| {
        by_rows(job, z.n_rows(), |first, piece| {
            for (row, out) in (first..).zip(piece) {
                *out = weights[z.scopes.of(row) * z.columns.len() + column] * z.columns[column][row];
            }
            Ok(())
        })
    };
    (0..z.columns.len()).map(column).collect()
}
