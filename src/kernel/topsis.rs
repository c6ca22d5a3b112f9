//! TOPSIS: closeness to the best and distance from the worst value of every indicator.
//!
//! Hwang, C.-L. & Yoon, K. (1981). *Multiple Attribute Decision Making*, ch. 3. With v = w z,
//!
//! ```text
//! D⁺ = √Σ_j (v_j − best_j)²      D⁻ = √Σ_j (v_j − worst_j)²      C = D⁻ / (D⁺ + D⁻)
//! ```
//!
//! Both methods of normalising are straight lines, so that v − best is w (x − x_best) over the range or √Σx²: taken
//! from the indicator itself, the distance of a unit that is nearly the best keeps its digits. A shift cancels.

use super::cells::Classes;
use super::check;
use super::error::{Error, Result};
use super::job::Job;
use super::matrix::{Matrix, by_rows};
use super::normalize::{Constant, Method, Rule, Scale, constant, scales};
use super::stats::ranks;

/// Scores that agree to this relative difference share a rank: sums in another order differ by less.
const TIE: f64 = 1e-12;

/// One indicator in one scope, as weighted normalised values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ideal {
    pub best: f64,
    pub worst: f64,
    /// The weight, made to add up to one over the indicators.
    pub weight: f64,
}

/// The distances, scores and ranks of all rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Topsis {
    pub distance_best: Vec<f64>,
    pub distance_worst: Vec<f64>,
    pub scores: Vec<f64>,
    /// One for the highest score of a period; ties share the best rank.
    pub ranks: Vec<u32>,
    /// By scope, then column.
    pub ideal: Vec<Ideal>,
    pub constant: Vec<Constant>,
}

/// TOPSIS inside every scope of `matrix`, ranks inside every period. `weights` are by scope, then column.
///
/// `rule.method` is `MinMax` or `Vector`; with `Vector` a negative indicator is not turned round: its best value is the
/// smallest. O(rows · columns + rows · log rows).
///
/// # Errors
/// Those of [`super::normalize::normalize`]; `Parameter` for another method and for weights that are all zero;
/// `Length`, `Negative` and `NotFinite` for the weights; `Code` for the periods; `AllConstant` where no indicator of
/// positive weight varies.
pub fn topsis(
    job: &Job,
    matrix: &Matrix<'_>,
    rule: &Rule<'_>,
    weights: &[f64],
    periods: Classes<'_>,
) -> Result<Topsis> {
    if !matches!(rule.method, Method::MinMax | Method::Vector) {
        let value = f64::from(rule.method as u8);
        return Err(Error::Parameter { name: "method", requirement: "minmax (0) or vector (2)", value });
    }
    let scales = scales(job, matrix, rule)?;
    periods.check("periods", matrix.n_rows())?;
    let ideal = ideals(matrix, rule, &scales, weights)?;
    let to_best = |scale: &Scale, negative: bool| if negative { scale.min } else { scale.max };
    let to_worst = |scale: &Scale, negative: bool| if negative { scale.max } else { scale.min };
    let distance_best = distances(job, matrix, rule, &scales, &ideal, to_best)?;
    let distance_worst = distances(job, matrix, rule, &scales, &ideal, to_worst)?;
    let scores = by_rows(job, matrix.n_rows(), |first, piece| {
        for (row, score) in (first..).zip(piece) {
            *score = distance_worst[row] / (distance_best[row] + distance_worst[row]);
        }
        Ok(())
    })?;
    let ranks = ranks(job, &scores, periods, false, TIE)?;
    Ok(Topsis { distance_best, distance_worst, scores, ranks, ideal, constant: constant(&scales) })
}

/// The best and worst weighted values, after a check of the weights.
fn ideals(
    matrix: &Matrix<'_>,
    rule: &Rule<'_>,
    scales: &[Vec<Scale>],
    weights: &[f64],
) -> Result<Vec<Ideal>> {
    let n_columns = matrix.columns.len();
    check::length("weights", weights, n_columns * matrix.scopes.count)?;
    check::non_negative("weights", weights)?;
    let mut ideals = Vec::with_capacity(weights.len());
    for (scope, weights) in weights.chunks(n_columns).enumerate() {
        let total: f64 = weights.iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            let requirement = "numbers with a sum above zero";
            return Err(Error::Parameter { name: "weights", requirement, value: total });
        }
        let mut varies = false;
        for (column, weight) in weights.iter().map(|weight| weight / total).enumerate() {
            let (scale, negative) = (&scales[column][scope], rule.negative[column]);
            varies |= weight > 0.0 && !scale.is_constant();
            let (best, worst) = extremes(scale, rule, negative);
            ideals.push(Ideal { best: weight * best, worst: weight * worst, weight });
        }
        if !varies {
            return Err(Error::AllConstant { period: scope });
        }
    }
    Ok(ideals)
}

/// The normalised values at the best and the worst value of a column.
fn extremes(scale: &Scale, rule: &Rule<'_>, negative: bool) -> (f64, f64) {
    if scale.is_constant() {
        return (rule.shift, rule.shift);
    }
    if rule.method == Method::MinMax {
        return (1.0 + rule.shift, rule.shift);
    }
    let (low, high) = (scale.min / scale.divisor + rule.shift, scale.max / scale.divisor + rule.shift);
    if negative { (low, high) } else { (high, low) }
}

/// The distance of each row from the point that `target` picks in every column.
fn distances(
    job: &Job,
    matrix: &Matrix<'_>,
    rule: &Rule<'_>,
    scales: &[Vec<Scale>],
    ideal: &[Ideal],
    target: impl Fn(&Scale, bool) -> f64 + Sync + Send,
) -> Result<Vec<f64>> {
    let n_columns = matrix.columns.len();
    by_rows(job, matrix.n_rows(), |first, piece| {
        for (column, values) in matrix.columns.iter().enumerate() {
            for (row, sum) in (first..).zip(piece.iter_mut()) {
                let scope = matrix.scopes.of(row);
                let scale = &scales[column][scope];
                if !scale.is_constant() {
                    let gap = (values[row] - target(scale, rule.negative[column])) / scale.divisor;
                    *sum += (ideal[scope * n_columns + column].weight * gap).powi(2);
                }
            }
        }
        piece.iter_mut().for_each(|sum| *sum = sum.sqrt());
        Ok(())
    })
}
