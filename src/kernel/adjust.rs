//! Adjusting p-values for the number of tests made together.

use super::cells::Classes;
use super::error::{Error, Result};
use super::job::Job;

/// What is controlled, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The chance of any false rejection: m p.
    Bonferroni,
    /// The same, step-down (Holm 1979).
    Holm,
    /// The false discovery rate of tests that are independent or positively dependent (Benjamini & Hochberg 1995).
    BenjaminiHochberg,
    /// The false discovery rate of any tests (Benjamini & Yekutieli 2001).
    BenjaminiYekutieli,
}

/// Adjust the p-values of each family of tests, NaN standing for no test. O(n log n).
///
/// # Errors
/// `Length`, `Code`, `Cancelled`; `Parameter` for a p-value outside 0 to 1.
pub fn adjust(job: &Job, p: &[f64], families: Classes<'_>, method: Method) -> Result<Vec<f64>> {
    families.check("families", p.len())?;
    if let Some(&value) = p.iter().find(|&&each| !(each.is_nan() || (0.0..=1.0).contains(&each))) {
        return Err(Error::Parameter { name: "p", requirement: "between 0 and 1", value });
    }
    let mut tests: Vec<(u32, f64, usize)> = (0..p.len())
        .filter(|&row| !p[row].is_nan())
        .map(|row| (families.of(row) as u32, p[row], row))
        .collect();
    job.sort_by(&mut tests, |a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)))?;
    let mut adjusted = vec![f64::NAN; p.len()];
    for family in tests.chunk_by(|a, b| a.0 == b.0) {
        job.check()?;
        let ascending: Vec<f64> = family.iter().map(|&(_, p, _)| p).collect();
        for (value, &(_, _, row)) in adjust_family(&ascending, method).into_iter().zip(family) {
            adjusted[row] = value;
        }
    }
    Ok(adjusted)
}

/// Adjust p-values in ascending order.
fn adjust_family(p: &[f64], method: Method) -> Vec<f64> {
    let m = p.len() as f64;
    let scaled = |factor: f64| {
        // From the largest down: no smaller p-value may end above a larger one.
        let mut least: f64 = 1.0;
        let mut adjusted = vec![0.0; p.len()];
        for (rank, &value) in p.iter().enumerate().rev() {
            least = least.min(factor * m / (rank + 1) as f64 * value);
            adjusted[rank] = least;
        }
        adjusted
    };
    match method {
        Method::Bonferroni => p.iter().map(|value| (m * value).min(1.0)).collect(),
        Method::Holm => {
            let mut most: f64 = 0.0;
            let step = |(rank, &value): (usize, &f64)| {
                most = most.max((p.len() - rank) as f64 * value).min(1.0);
                most
            };
            p.iter().enumerate().map(step).collect()
        }
        Method::BenjaminiHochberg => scaled(1.0),
        Method::BenjaminiYekutieli => scaled((1..=p.len()).map(|rank| 1.0 / rank as f64).sum()),
    }
}
