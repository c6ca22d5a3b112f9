//! Values into classes: cut points by six rules, and the class of every value.
//!
//! A class holds the values above the bound of the class before it up to and including its own: values that tie
//! with a bound go with the class of that bound, and ties are never split.

mod cuts;
mod natural;
mod twofold;

use super::check;
use super::error::{Error, Result};
use super::job::Job;
use super::sort;
pub use natural::NaturalBreaks;

/// How cut points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The i/k quantiles, interpolated linearly.
    Quantiles,
    /// Classes of equal width.
    Equal,
    /// The smallest sum of squares within classes, exactly.
    NaturalBreaks,
    /// Bounds in geometric progression; for values above zero.
    Geometric,
    /// Steps of one standard deviation, centred on the mean.
    Std,
    /// Head/tail breaks, which choose the number of classes themselves.
    HeadTail,
}

/// Values in classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    /// Class of each value, counted from zero.
    pub codes: Vec<u32>,
    /// Upper bounds of the classes, ascending.
    pub breaks: Vec<f64>,
    /// Lower bounds: the minimum or the first upper bound if that is lower, then the upper bounds of the class before.
    pub lower: Vec<f64>,
    /// Number of values in each class.
    pub n: Vec<u64>,
    /// Number of different values.
    pub n_distinct: usize,
    /// 1 − (squares within classes) / (all squares); NaN where all values are equal.
    pub goodness_of_fit: f64,
}

/// Upper bounds of at most `k` classes of `values`, strictly ascending, the last one the maximum.
///
/// There are fewer where ties or rounding make bounds coincide, where cut points lie outside the values, and for
/// [`Method::Quantiles`] and [`Method::NaturalBreaks`] where classes would be empty. `HeadTail` passes over `k`.
/// O(n log n), for `NaturalBreaks` O(n log n + k m log m) with m distinct values.
///
/// # Errors
/// `Empty`, `NotFinite`; `Parameter` for `k` = 0; `NotPositive` (`Geometric`); `OutOfRange` where the range of the
/// values overflows; `Cancelled`.
pub fn breaks(job: &Job, values: &[f64], method: Method, k: usize) -> Result<Vec<f64>> {
    choose(job, &checked(job, values, method, k)?, method, k)
}

/// As [`breaks`], of finite values in ascending order, for callers that try several methods. For `Geometric` they are
/// above zero.
///
/// # Errors
/// `OutOfRange`, `Cancelled`.
pub fn breaks_of_sorted(job: &Job, sorted: &[f64], method: Method, k: usize) -> Result<Vec<f64>> {
    check_range(sorted, k)?;
    choose(job, sorted, method, k)
}

/// The class of each of the finite `values`, counted from zero: the first whose upper bound is not below it.
///
/// Values above the last bound go into the last class. O(n log k).
pub fn assign(values: &[f64], breaks: &[f64]) -> Vec<u32> {
    let last = breaks.len().saturating_sub(1);
    values.iter().map(|&value| breaks.partition_point(|&bound| bound < value).min(last) as u32).collect()
}

/// Class `values` by `method`.
///
/// # Errors
/// Those of [`breaks`].
pub fn classify(job: &Job, values: &[f64], method: Method, k: usize) -> Result<Classification> {
    let sorted = checked(job, values, method, k)?;
    let breaks = choose(job, &sorted, method, k)?;
    describe(job, values, &sorted, breaks)
}

/// Class `values` by given upper bounds; if the last is below the maximum, one more class reaches up to that.
///
/// # Errors
/// `Empty`, `NotFinite`; `Parameter` for bounds that do not ascend; `OutOfRange`; `Cancelled`.
pub fn classify_by(job: &Job, values: &[f64], upper: &[f64]) -> Result<Classification> {
    check::not_empty("values", values)?;
    check::finite("values", values)?;
    check::not_empty("breaks", upper)?;
    check::finite("breaks", upper)?;
    if let Some(pair) = upper.windows(2).find(|pair| pair[0] >= pair[1]) {
        let requirement = "strictly ascending";
        return Err(Error::Parameter { name: "breaks", requirement, value: pair[1] });
    }
    let sorted = sorted(job, values)?;
    let (mut breaks, max) = (upper.to_vec(), sorted[sorted.len() - 1]);
    if max > breaks[breaks.len() - 1] {
        breaks.push(max);
    }
    describe(job, values, &sorted, breaks)
}

/// The values in order, fit for `method`.
fn checked(job: &Job, values: &[f64], method: Method, k: usize) -> Result<Vec<f64>> {
    if k == 0 {
        return Err(Error::Parameter { name: "k", requirement: "at least 1", value: 0.0 });
    }
    check::not_empty("values", values)?;
    match method {
        Method::Geometric => check::positive("values", values)?,
        _ => check::finite("values", values)?,
    }
    let sorted = sorted(job, values)?;
    check_range(&sorted, k)?;
    Ok(sorted)
}

fn check_range(sorted: &[f64], k: usize) -> Result<()> {
    if !((sorted[sorted.len() - 1] - sorted[0]) * k as f64).is_finite() {
        return Err(Error::OutOfRange { name: "values", period: 0 });
    }
    Ok(())
}

fn choose(job: &Job, sorted: &[f64], method: Method, k: usize) -> Result<Vec<f64>> {
    // Cut points, bounds from both sides, counts and means.
    job.foresee("classes", if by_number(method) { k } else { 0 }, 6 * size_of::<f64>())?;
    let cuts = match method {
        Method::Quantiles => cuts::quantiles(job, sorted, k)?,
        Method::Equal => cuts::equal(job, sorted, k)?,
        Method::NaturalBreaks => {
            let (distinct, counts) = distinct(sorted);
            NaturalBreaks::new(job, &distinct, &counts, k)?.breaks(k)
        }
        Method::Geometric => cuts::geometric(job, sorted, k)?,
        Method::Std => cuts::std(job, sorted, k)?,
        Method::HeadTail => cuts::head_tail(job, sorted)?,
    };
    Ok(bounds(&cuts, sorted))
}

/// Whether there are as many cut points as are asked for, however few the values are.
fn by_number(method: Method) -> bool {
    matches!(method, Method::Equal | Method::Geometric | Method::Std)
}

/// Count, and measure the fit.
fn describe(job: &Job, values: &[f64], sorted: &[f64], breaks: Vec<f64>) -> Result<Classification> {
    let codes = assign(values, &breaks);
    let mut n = vec![0; breaks.len()];
    for &code in &codes {
        n[code as usize] += 1;
    }
    let (min, max) = (sorted[0], sorted[sorted.len() - 1]);
    let mut lower = vec![min.min(breaks[0])];
    lower.extend_from_slice(&breaks[..breaks.len() - 1]);
    let n_distinct = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()).count();
    let goodness_of_fit = goodness_of_fit(job, values, (min, max), &codes, &n)?;
    Ok(Classification { codes, breaks, lower, n, n_distinct, goodness_of_fit })
}

/// Values are taken above their minimum, as parts of the range: an offset costs no digits, and no square overflows.
fn goodness_of_fit(
    job: &Job,
    values: &[f64],
    (min, max): (f64, f64),
    codes: &[u32],
    n: &[u64],
) -> Result<f64> {
    let range = max - min;
    if !range.is_finite() {
        return Err(Error::OutOfRange { name: "values", period: 0 });
    }
    let part = |i: usize| (values[i] - min) / range;
    let mut means = vec![0.0; n.len()];
    for (i, &code) in codes.iter().enumerate() {
        means[code as usize] += part(i);
    }
    for (mean, &n) in means.iter_mut().zip(n).filter(|&(_, &n)| n > 0) {
        *mean /= n as f64;
    }
    let mean = job.sum(values.len(), part)? / values.len() as f64;
    let within = job.sum(values.len(), |i| (part(i) - means[codes[i] as usize]).powi(2))?;
    let total = job.sum(values.len(), |i| (part(i) - mean).powi(2))?;
    Ok(1.0 - within / total)
}

/// The cuts that lie inside the values and above the one before, then the maximum.
fn bounds(cuts: &[f64], sorted: &[f64]) -> Vec<f64> {
    let (min, max) = (sorted[0], sorted[sorted.len() - 1]);
    let mut bounds: Vec<f64> = Vec::with_capacity(cuts.len() + 1);
    for &cut in cuts {
        if cut >= min && cut < max && bounds.last().is_none_or(|&last| last < cut) {
            bounds.push(cut);
        }
    }
    bounds.push(max);
    bounds
}

fn sorted(job: &Job, values: &[f64]) -> Result<Vec<f64>> {
    // Adding zero turns −0 into 0, so that the total order treats both as one value.
    let mut sorted: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
    sort::numbers(job, &mut sorted)?;
    Ok(sorted)
}

/// The different values among `sorted` ones, and how often each occurs.
pub fn distinct(sorted: &[f64]) -> (Vec<f64>, Vec<u64>) {
    let runs = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq());
    runs.map(|run| (run[0], run.len() as u64)).unzip()
}
