//! Coupling and coordination of systems that are scored from 0 to 1.
//!
//! With the scores u of n systems, weights a that add up to one, and the degree of coupling C,
//!
//! ```text
//! T = Σ a u        D = √(C T)
//! ```

use ndarray::ArrayView2;

use super::check;
use super::error::{Error, Result};
use super::job::Job;

/// How C is measured; each is zero where a score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// (Π u)^(1/n) / (Σ u / n), from 0 to 1.
    Standard,
    /// √(u₁ u₂) / (u₁ + u₂), from 0 to ½; for two systems.
    Half,
    /// √{[1 − mean |u_i − u_j|] · (Π u / max u)^(1/(n − 1))} over all pairs, from 0 to 1.
    ///
    /// Wang, S., Kong, W., Ren, L. et al. (2021). *Journal of Natural Resources* 36(3), 793–810.
    Wang2021,
}

/// What rounding may put a score beyond 0 or 1; it counts as 0 or 1.
const BEYOND: f64 = 1e-12;

/// A degree this close to the bound of a stage or grade, relative to it, lies on the bound.
const TOLERANCE: f64 = 1e-9;

/// Grades of D: ten steps of 0.1.
const N_GRADES: u8 = 10;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a> {
    pub variant: Variant,
    /// One per system, zero or more; they count relative to their sum. `None` weights all systems alike.
    pub weights: Option<&'a [f64]>,
    /// Ascending bounds between the stages of C; a bound belongs to the stage below it.
    pub stages: &'a [f64],
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coupling {
    /// C.
    pub coupling: f64,
    /// T.
    pub development: f64,
    /// D.
    pub coordination: f64,
    /// Stage of C, from 0.
    pub stage: u8,
    /// Grade of D, from 0 to 9; a bound belongs to the grade above it.
    pub grade: u8,
    /// A score is zero.
    pub has_zero: bool,
}

/// Coupling, development and coordination of each row of `scores` (rows × systems). O(rows · systems²).
///
/// # Errors
/// `Empty`; `Parameter` for fewer than two systems, for [`Variant::Half`] with more, for stages that do not ascend and
/// for weights that are all zero; `Length`, `NotFinite`, `Negative` for the weights; `Parameter` for a score outside
/// 0 … 1; `Cancelled`.
pub fn coupling_coordination(
    job: &Job,
    scores: ArrayView2<'_, f64>,
    parameters: &Parameters<'_>,
) -> Result<Vec<Coupling>> {
    let weights = checked(scores, parameters)?;
    let stages = parameters.stages;
    job.map(scores.nrows(), |row| {
        let u: Vec<f64> = scores.row(row).iter().map(|score| score.clamp(0.0, 1.0)).collect();
        let coupling = coupling(&u, parameters.variant);
        let development: f64 = u.iter().zip(&weights).map(|(u, a)| u * a).sum();
        let coordination = (coupling * development).sqrt();
        let edge = |grade: u8| f64::from(grade) / f64::from(N_GRADES) * (1.0 - TOLERANCE);
        Ok(Coupling {
            coupling,
            development,
            coordination,
            stage: stages.iter().filter(|&&bound| coupling > bound * (1.0 + TOLERANCE)).count() as u8,
            grade: (1..N_GRADES).filter(|&grade| coordination >= edge(grade)).count() as u8,
            has_zero: u.iter().any(|&u| u <= 0.0),
        })
    })
}

/// The weights, adding up to one.
fn checked(scores: ArrayView2<'_, f64>, parameters: &Parameters<'_>) -> Result<Vec<f64>> {
    let n = scores.ncols();
    if scores.nrows() == 0 {
        return Err(Error::Empty { name: "scores" });
    }
    let (least, most) = if parameters.variant == Variant::Half { (2, 2) } else { (2, usize::MAX) };
    if n < least || n > most {
        let requirement = if most == 2 { "2 with variant \"half\"" } else { "2 or more" };
        return Err(Error::Parameter { name: "the number of systems", requirement, value: n as f64 });
    }
    let outside = |&score: &f64| !(-BEYOND..=1.0 + BEYOND).contains(&score);
    if let Some(&value) = scores.iter().find(|&score| outside(score)) {
        return Err(Error::Parameter { name: "scores", requirement: "from 0 to 1", value });
    }
    let stages = parameters.stages;
    if let Some(pair) = stages.windows(2).find(|pair| pair[0] >= pair[1]) {
        return Err(Error::Parameter { name: "stages", requirement: "strictly ascending", value: pair[1] });
    }
    let Some(weights) = parameters.weights else {
        return Ok(vec![1.0 / n as f64; n]);
    };
    check::length("weights", weights, n)?;
    check::non_negative("weights", weights)?;
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return Err(Error::Parameter { name: "the sum of weights", requirement: "above zero", value: total });
    }
    Ok(weights.iter().map(|weight| weight / total).collect())
}

/// C of scores from 0 to 1. All are taken relative to the largest, so that equal scores give exactly 1.
fn coupling(u: &[f64], variant: Variant) -> f64 {
    let n = u.len();
    let largest = u.iter().fold(0.0_f64, |largest, &u| largest.max(u));
    if u.iter().any(|&u| u <= 0.0) {
        return 0.0;
    }
    let relative: Vec<f64> = u.iter().map(|u| u / largest).collect();
    let total: f64 = relative.iter().sum();
    match variant {
        Variant::Standard => (root_of_product(&relative, n) / (total / n as f64)).min(1.0),
        Variant::Half => (root_of_product(&relative, n) / total).min(0.5),
        Variant::Wang2021 => ((1.0 - mean_distance(u)) * root_of_product(&relative, n - 1)).sqrt(),
    }
}

/// (Π numbers)^(1/degree), without underflow.
fn root_of_product(numbers: &[f64], degree: usize) -> f64 {
    let product: f64 = numbers.iter().product();
    if product < f64::MIN_POSITIVE {
        return (numbers.iter().map(|number| number.ln()).sum::<f64>() / degree as f64).exp();
    }
    match degree {
        1 => product,
        2 => product.sqrt(),
        3 => product.cbrt(),
        _ => product.powf(1.0 / degree as f64),
    }
}

/// The mean of |u_i − u_j| over all pairs.
fn mean_distance(u: &[f64]) -> f64 {
    let n = u.len();
    let total: f64 = (1..n).flat_map(|i| (0..i).map(move |j| (u[i] - u[j]).abs())).sum();
    total / (n * (n - 1) / 2) as f64
}
