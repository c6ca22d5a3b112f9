//! The ecological detector: do two factors differ in the variance that they leave within strata?

use super::factor::FactorResult;
use super::moments::{Moments, pairs};
use crate::kernel::special::f_tail;

/// One pair of factors in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ecological {
    pub period: u32,
    pub factor_a: u32,
    pub factor_b: u32,
    /// [SSW_a/(N_a − 1)] / [SSW_b/(N_b − 1)]; NaN if both factors leave nothing, or one has no units.
    pub f: f64,
    /// N_a − 1 and N_b − 1.
    pub dof_a: f64,
    pub dof_b: f64,
    /// Twice the smaller tail, the same for either order of the factors.
    pub p_value: f64,
}

pub(super) fn detect(moments: &Moments, factors: &[FactorResult]) -> Vec<Ecological> {
    let n_factors = moments.n_strata.len();
    let of_period = |period: usize| {
        pairs(n_factors).map(move |(a, b)| {
            let (a, b) = (&factors[period * n_factors + a], &factors[period * n_factors + b]);
            compare(a, b)
        })
    };
    (0..moments.n_periods).flat_map(of_period).collect()
}

fn compare(a: &FactorResult, b: &FactorResult) -> Ecological {
    let (dof_a, dof_b) = ((a.n - 1.0).max(0.0), (b.n - 1.0).max(0.0));
    let (f, inverse) = ((a.within / dof_a) / (b.within / dof_b), (b.within / dof_b) / (a.within / dof_a));
    let p_value = (2.0 * f_tail(f, dof_a, dof_b).min(f_tail(inverse, dof_b, dof_a))).min(1.0);
    // Of a factor without a q there are no units, or units that do not vary.
    let (f, p_value) =
        if a.q.is_nan() || b.q.is_nan() || f.is_nan() { (f64::NAN, f64::NAN) } else { (f, p_value) };
    Ecological { period: a.period, factor_a: a.factor, factor_b: b.factor, f, dof_a, dof_b, p_value }
}
