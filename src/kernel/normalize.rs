//! Indicators of different units brought to one scale and one direction.
//!
//! Every method is a straight line in the indicator (in its reciprocal for the sum of a negative one), so that each is
//! known by what follows for t = 0, the worst value of the column, and t = 1, the best, with t the min–max value in the
//! column's direction. Differences of t keep their digits whatever the offset of the column.

use super::error::{Error, Result};
use super::job::Job;
use super::matrix::{Matrix, Sum, by_rows, each_row};

/// How a column is normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// (x − min) / (max − min), or (max − x) / (max − min) for a negative indicator.
    MinMax,
    /// (x − mean) / sd with the population sd, or its negative.
    ZScore,
    /// x / √Σx², or 1 − x / √Σx².
    Vector,
    /// x / Σx for values of zero or more, or (1/x) / Σ(1/x) for values above zero.
    Sum,
}

impl Method {
    /// The method of that name, as callers spell it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "minmax" => Self::MinMax,
            "zscore" => Self::ZScore,
            "vector" => Self::Vector,
            "sum" => Self::Sum,
            _ => return None,
        })
    }
}

/// How the columns of a matrix are normalised.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    pub method: Method,
    /// Per column, whether smaller is better.
    pub negative: &'a [bool],
    /// Added to every normalised value: zero or more.
    pub shift: f64,
}

impl Rule<'_> {
    fn check(&self, n_columns: usize) -> Result<()> {
        super::check::length("directions", self.negative, n_columns)?;
        if self.shift >= 0.0 && self.shift.is_finite() {
            return Ok(());
        }
        Err(Error::Parameter { name: "shift", requirement: "zero or more", value: self.shift })
    }
}

/// A column that does not vary within a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constant {
    pub column: usize,
    pub scope: usize,
}

/// The matrix on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalized {
    pub columns: Vec<Vec<f64>>,
    /// By column, then scope.
    pub constant: Vec<Constant>,
}

/// Normalise every column inside every scope. A constant column becomes zero, plus the shift. O(rows · columns).
///
/// # Errors
/// Those of [`Matrix::check`]; `Parameter` for the shift; `Negative` and `NotPositive` for `Sum`; `OutOfRange`;
/// `Cancelled`.
pub fn normalize(job: &Job, matrix: &Matrix<'_>, rule: &Rule<'_>) -> Result<Normalized> {
    let scales = scales(job, matrix, rule)?;
    let columns = apply(job, matrix, &scales)?;
    Ok(Normalized { columns, constant: constant(&scales) })
}

/// The scales of every column, one per scope.
pub fn scales(job: &Job, matrix: &Matrix<'_>, rule: &Rule<'_>) -> Result<Vec<Vec<Scale>>> {
    matrix.check()?;
    rule.check(matrix.columns.len())?;
    job.map(matrix.columns.len(), |column| {
        let values = matrix.columns[column];
        scales_of(job, matrix, values, rule, rule.negative[column]).map_err(|error| error.in_column(column))
    })
}

/// The normalised columns.
pub fn apply(job: &Job, matrix: &Matrix<'_>, scales: &[Vec<Scale>]) -> Result<Vec<Vec<f64>>> {
    let column = |column: usize| {
        by_rows(job, matrix.n_rows(), |first, piece| {
            for (row, z) in (first..).zip(piece) {
                *z = scales[column][matrix.scopes.of(row)].z(matrix.columns[column][row]);
            }
            Ok(())
        })
    };
    (0..matrix.columns.len()).map(column).collect()
}

/// The columns that do not vary, by column, then scope.
pub fn constant(scales: &[Vec<Scale>]) -> Vec<Constant> {
    let flat = scales.iter().enumerate().flat_map(|(column, scales)| {
        scales.iter().enumerate().map(move |(scope, scale)| (Constant { column, scope }, scale))
    });
    flat.filter(|(_, scale)| scale.is_constant()).map(|(which, _)| which).collect()
}

/// The line from one column to its normalised values inside one scope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    method: Method,
    negative: bool,
    shift: f64,
    /// Number of rows.
    pub n: u64,
    /// Extremes of the column.
    pub min: f64,
    pub max: f64,
    /// Mean of t.
    pub centre: f64,
    /// What the method divides by: the range, the sd of t, √Σx², Σx or Σ(1/x).
    pub divisor: f64,
    /// Mean of z.
    mean: f64,
    /// What z rises from t = 0 to t = 1, relative to its mean.
    relative_gain: f64,
}

impl Scale {
    /// Whether the column has one value only.
    pub fn is_constant(&self) -> bool {
        self.min >= self.max
    }

    /// The normalised value of `x`.
    #[inline]
    pub fn z(&self, x: f64) -> f64 {
        if self.is_constant() {
            return self.shift;
        }
        let z = match (self.method, self.negative) {
            (Method::MinMax, _) => self.t(x),
            (Method::ZScore, _) => (self.t(x) - self.centre) / self.divisor,
            (Method::Vector, true) => 1.0 - x / self.divisor,
            (Method::Vector | Method::Sum, _) => self.carrier(x) / self.divisor,
        };
        z + self.shift
    }

    /// The min–max value in the column's direction (of 1/x where that is normalised): 0 at its worst, 1 at its best.
    #[inline]
    pub fn t(&self, x: f64) -> f64 {
        let range = self.max - self.min;
        if !self.negative {
            return (x - self.min) / range;
        }
        let t = (self.max - x) / range;
        // (1/x − 1/max) / (1/min − 1/max), without a difference of reciprocals.
        if self.method == Method::Sum { t * (self.min / x) } else { t }
    }

    /// z of `x` relative to the mean z.
    #[inline]
    pub fn ratio(&self, x: f64) -> f64 {
        self.z(x) / self.mean
    }

    /// How far z of `x` stands above the mean z, relative to that mean: the ratio less one, without a difference.
    #[inline]
    pub fn excess(&self, x: f64) -> f64 {
        (self.t(x) - self.centre) * self.relative_gain
    }

    /// z at the worst value of the column, t = 0.
    pub fn floor(&self) -> f64 {
        let worst = if self.negative { self.max } else { self.min };
        let z = match (self.method, self.negative) {
            (Method::MinMax, _) => 0.0,
            (Method::ZScore, _) => -self.centre / self.divisor,
            (Method::Vector, true) => 1.0 - worst / self.divisor,
            (Method::Vector | Method::Sum, _) => self.carrier(worst) / self.divisor,
        };
        z + self.shift
    }

    /// How much z rises from the worst value to the best.
    fn gain(&self) -> f64 {
        match self.method {
            Method::MinMax => 1.0,
            Method::ZScore => 1.0 / self.divisor,
            Method::Sum if self.negative => (self.max - self.min) / self.max / self.min / self.divisor,
            Method::Vector | Method::Sum => (self.max - self.min) / self.divisor,
        }
    }

    fn mean_of_z(&self) -> f64 {
        match self.method {
            // The z-scores themselves have mean zero.
            Method::ZScore => self.shift,
            _ => self.floor() + self.gain() * self.centre,
        }
    }

    /// What is divided by the total.
    #[inline]
    fn carrier(&self, x: f64) -> f64 {
        if self.negative && self.method == Method::Sum { 1.0 / x } else { x }
    }
}

fn scales_of(
    job: &Job,
    matrix: &Matrix<'_>,
    values: &[f64],
    rule: &Rule<'_>,
    negative: bool,
) -> Result<Vec<Scale>> {
    if rule.method == Method::Sum {
        let check = if negative { super::check::positive } else { super::check::non_negative };
        check("values", values)?;
    }
    let empty = Scale {
        method: rule.method,
        negative,
        shift: rule.shift,
        n: 0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        centre: 0.0,
        divisor: 0.0,
        mean: 0.0,
        relative_gain: 0.0,
    };
    let mut scales = vec![empty; matrix.scopes.count];
    each_row(job, values.len(), |row| {
        let scale = &mut scales[matrix.scopes.of(row)];
        scale.n += 1;
        scale.min = scale.min.min(values[row]);
        scale.max = scale.max.max(values[row]);
    })?;
    let centres = totals(job, matrix, values, &scales, Scale::t)?;
    for (scale, total) in scales.iter_mut().zip(centres) {
        scale.centre = total / scale.n as f64;
    }
    let divisors = match rule.method {
        Method::MinMax => vec![0.0; scales.len()],
        _ => totals(job, matrix, values, &scales, Scale::divisor_term)?,
    };
    for (scope, (scale, total)) in scales.iter_mut().zip(divisors).enumerate() {
        scale.divisor = scale.divisor_of(total);
        scale.mean = scale.mean_of_z();
        scale.relative_gain = scale.gain() / scale.mean;
        let known = (scale.max - scale.min).is_finite() && scale.divisor.is_finite();
        if !scale.is_constant() && !known {
            return Err(Error::OutOfRange { name: "values", period: scope });
        }
    }
    Ok(scales)
}

/// The sum of `term` over the rows of every scope.
fn totals(
    job: &Job,
    matrix: &Matrix<'_>,
    values: &[f64],
    scales: &[Scale],
    term: impl Fn(&Scale, f64) -> f64,
) -> Result<Vec<f64>> {
    let mut sums = vec![Sum::default(); scales.len()];
    each_row(job, values.len(), |row| {
        let scope = matrix.scopes.of(row);
        sums[scope].add(term(&scales[scope], values[row]));
    })?;
    Ok(sums.into_iter().map(Sum::total).collect())
}

impl Scale {
    /// What is summed over the column to find the divisor. Squares are taken of numbers up to one.
    fn divisor_term(&self, x: f64) -> f64 {
        match self.method {
            Method::MinMax => 0.0,
            Method::ZScore => (self.t(x) - self.centre).powi(2),
            Method::Vector => (x / self.largest()).powi(2),
            Method::Sum => self.carrier(x),
        }
    }

    fn divisor_of(&self, total: f64) -> f64 {
        match self.method {
            Method::MinMax => self.max - self.min,
            Method::ZScore => (total / self.n as f64).sqrt(),
            Method::Vector => self.largest() * total.sqrt(),
            Method::Sum => total,
        }
    }

    fn largest(&self) -> f64 {
        self.min.abs().max(self.max.abs())
    }
}
