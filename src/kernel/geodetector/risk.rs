//! The risk detector: means of the strata, and Welch's t-test for every two of them.

use super::Parameters;
use super::moments::{Moments, Stratum};
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::special::student_two_sided_tail;

/// Above this many strata the pairs of a factor are left out: they would be millions.
const MOST_STRATA: usize = 1000;

/// How p-values of several tests are adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    None,
    /// Times the number of tests.
    Bonferroni,
    /// Holm (1979), step-down.
    Holm,
    /// Benjamini & Hochberg (1995), false discovery rate.
    BenjaminiHochberg,
}

/// One stratum of a factor in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StratumMean {
    pub period: u32,
    pub factor: u32,
    pub stratum: u32,
    pub n: f64,
    pub mean: f64,
    /// Sample standard deviation; NaN for one unit.
    pub deviation: f64,
}

/// Two strata of a factor in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    pub period: u32,
    pub factor: u32,
    pub stratum_a: u32,
    pub stratum_b: u32,
    /// Mean of the first, mean of the second, and the first less the second.
    pub mean_a: f64,
    pub mean_b: f64,
    pub difference: f64,
    /// Welch's t and its degrees of freedom; NaN where a stratum has one unit, or both are constant and equal.
    pub t: f64,
    pub dof: f64,
    /// Two-sided, adjusted if asked for.
    pub p_value: f64,
}

/// Strata and their pairs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Risk {
    pub strata: Vec<StratumMean>,
    pub differences: Vec<Difference>,
    /// Factors with too many strata to compare every two.
    pub not_compared: Vec<u32>,
}

pub(super) fn detect(job: &Job, moments: &Moments, parameters: &Parameters) -> Result<Risk> {
    let n_factors = moments.n_strata.len();
    let parts = job.map(moments.n_periods * n_factors, |index| {
        let (period, factor) = (index / n_factors, index % n_factors);
        Ok(of_factor(moments, period, factor, parameters))
    })?;
    let mut risk = Risk::default();
    for part in parts {
        risk.strata.extend(part.strata);
        risk.differences.extend(part.differences);
        risk.not_compared.extend(part.not_compared);
    }
    risk.not_compared.sort_unstable();
    risk.not_compared.dedup();
    Ok(risk)
}

fn of_factor(moments: &Moments, period: usize, factor: usize, parameters: &Parameters) -> Risk {
    let least = parameters.singletons.least();
    let all = moments.strata_of(period, factor).iter().enumerate();
    let strata: Vec<(usize, &Stratum)> = all.filter(|(_, stratum)| stratum.n > least).collect();
    let (period_code, factor_code, shift) = (period as u32, factor as u32, moments.shift[period]);
    let means = strata.iter().map(|&(code, stratum)| StratumMean {
        period: period_code,
        factor: factor_code,
        stratum: code as u32,
        n: stratum.n,
        mean: shift + stratum.mean,
        deviation: (stratum.squares / (stratum.n - 1.0)).sqrt(),
    });
    if strata.len() > MOST_STRATA {
        return Risk { strata: means.collect(), differences: Vec::new(), not_compared: vec![factor_code] };
    }
    let mut differences = Vec::new();
    for (position, &(a, first)) in strata.iter().enumerate() {
        for &(b, second) in &strata[position + 1..] {
            let difference = first.mean - second.mean;
            let (t, dof) = welch(first, second);
            differences.push(Difference {
                period: period_code,
                factor: factor_code,
                stratum_a: a as u32,
                stratum_b: b as u32,
                mean_a: shift + first.mean,
                mean_b: shift + second.mean,
                difference,
                t,
                dof,
                p_value: two_sided(t, dof),
            });
        }
    }
    adjust(&mut differences, parameters.adjustment);
    Risk { strata: means.collect(), differences, not_compared: Vec::new() }
}

/// Welch's t and the degrees of freedom of Welch (1947) and Satterthwaite (1946).
fn welch(a: &Stratum, b: &Stratum) -> (f64, f64) {
    if a.n < 1.5 || b.n < 1.5 {
        return (f64::NAN, f64::NAN);
    }
    let error = |stratum: &Stratum| stratum.squares / (stratum.n - 1.0) / stratum.n;
    let (error_a, error_b) = (error(a), error(b));
    let sum = error_a + error_b;
    let t = (a.mean - b.mean) / sum.sqrt();
    let part = |error: f64, n: f64| (error / sum).powi(2) / (n - 1.0);
    (t, 1.0 / (part(error_a, a.n) + part(error_b, b.n)))
}

fn two_sided(t: f64, dof: f64) -> f64 {
    if t.is_infinite() {
        // Two constants that differ.
        return 0.0;
    }
    if t.is_nan() { f64::NAN } else { student_two_sided_tail(t.abs(), dof) }
}

/// Adjust the p-values that there are, over the pairs of one factor in one period.
fn adjust(differences: &mut [Difference], adjustment: Adjustment) {
    let mut order: Vec<usize> =
        (0..differences.len()).filter(|&index| !differences[index].p_value.is_nan()).collect();
    order.sort_by(|&a, &b| differences[a].p_value.total_cmp(&differences[b].p_value));
    let m = order.len() as f64;
    let scaled = |position: usize, index: usize, differences: &[Difference]| {
        let p = differences[index].p_value;
        let times = match adjustment {
            Adjustment::None => 1.0,
            Adjustment::Bonferroni => m,
            Adjustment::Holm => m - position as f64,
            Adjustment::BenjaminiHochberg => m / (position as f64 + 1.0),
        };
        (p * times).min(1.0)
    };
    let values: Vec<f64> =
        order.iter().enumerate().map(|(position, &index)| scaled(position, index, differences)).collect();
    let mut bound = if adjustment == Adjustment::BenjaminiHochberg { 1.0_f64 } else { 0.0 };
    let positions: Vec<usize> = match adjustment {
        Adjustment::BenjaminiHochberg => (0..order.len()).rev().collect(),
        _ => (0..order.len()).collect(),
    };
    for position in positions {
        bound = if adjustment == Adjustment::BenjaminiHochberg {
            bound.min(values[position])
        } else {
            bound.max(values[position])
        };
        differences[order[position]].p_value = bound;
    }
}
