//! Rules that choose a bandwidth, each the standard deviation of the kernel.

use super::cross_validation::{self, Criterion};
use super::isj;
use super::sample::{Sample, Spread};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// How the bandwidth is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// A number, the same for all cells.
    Fixed(f64),
    /// sd · n^(−1/5).
    Scott,
    /// 0.9 · min(sd, IQR/1.34) · n^(−1/5).
    Silverman,
    /// 1.06 · min(sd, IQR/1.34) · n^(−1/5).
    NormalReference,
    /// Botev, Grotowski & Kroese (2010).
    Isj,
    /// Leave-one-out likelihood.
    CvMl,
    /// Leave-one-out least squares.
    CvLs,
}

/// What was done where a rule could not be followed to the letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    None,
    /// The quartiles coincide, and the standard deviation stands alone.
    NoQuartiles,
    /// The equation has no root, and `silverman` was taken.
    NoRoot,
    /// The criterion has no minimum within its range, and `silverman` was taken.
    NoMinimum,
    /// Ties let the criterion fall without end towards zero; its largest minimum was taken.
    Ties,
}

impl Rule {
    /// The rule of that name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "scott" => Self::Scott,
            "silverman" => Self::Silverman,
            "normal_reference" => Self::NormalReference,
            "isj" => Self::Isj,
            "cv_ml" => Self::CvMl,
            "cv_ls" => Self::CvLs,
            _ => return None,
        })
    }
}

/// The bandwidth of a sample whose standard deviation is above zero, unless the rule is a number.
pub fn choose(job: &Job, rule: Rule, sample: &Sample<'_>, spread: &Spread) -> Result<(f64, Remark)> {
    let rate = spread.n_effective.powf(-0.2);
    match rule {
        Rule::Fixed(bandwidth) => Ok((bandwidth, Remark::None)),
        Rule::Scott => Ok((spread.sd * rate, Remark::None)),
        Rule::Silverman => robust(job, sample, spread).map(|(scale, remark)| (0.9 * scale * rate, remark)),
        Rule::NormalReference => {
            robust(job, sample, spread).map(|(scale, remark)| (1.06 * scale * rate, remark))
        }
        Rule::Isj => match isj::bandwidth(job, sample, spread)? {
            Some(bandwidth) => Ok((bandwidth, Remark::None)),
            None => fall_back(job, sample, spread, Remark::NoRoot),
        },
        Rule::CvMl => validated(job, sample, spread, Criterion::Likelihood),
        Rule::CvLs => validated(job, sample, spread, Criterion::LeastSquares),
    }
}

fn validated(job: &Job, sample: &Sample<'_>, spread: &Spread, criterion: Criterion) -> Result<(f64, Remark)> {
    match cross_validation::bandwidth(job, sample, spread, criterion)? {
        Some((bandwidth, false)) => Ok((bandwidth, Remark::None)),
        Some((bandwidth, true)) => Ok((bandwidth, Remark::Ties)),
        None => fall_back(job, sample, spread, Remark::NoMinimum),
    }
}

fn fall_back(job: &Job, sample: &Sample<'_>, spread: &Spread, remark: Remark) -> Result<(f64, Remark)> {
    let (scale, _) = robust(job, sample, spread)?;
    Ok((0.9 * scale * spread.n_effective.powf(-0.2), remark))
}

/// min(sd, IQR/1.34), or sd alone where the quartiles coincide.
pub fn robust(job: &Job, sample: &Sample<'_>, spread: &Spread) -> Result<(f64, Remark)> {
    let scaled = sample.interquartile_range(job, spread)? / 1.34;
    if scaled > 0.0 {
        Ok((spread.sd.min(scaled), Remark::None))
    } else {
        Ok((spread.sd, Remark::NoQuartiles))
    }
}
