//! The classes of continuous factors that account for most of the variance of an outcome.
//!
//! Song, Y., Wang, J., Ge, Y. & Xu, C. (2020). An optimal parameters-based geographical detector model. *GIScience &
//! Remote Sensing* 57, 593–610. Every rule of classing is tried with every number of classes, and q compared. Classes
//! are stretches of the sorted factor: one sort, running sums of the outcome in that order, and for every choice of
//! classes q costs O(k log n).

use super::cells::Classes;
use super::check;
use super::classify::{Method, NaturalBreaks, breaks_of_sorted, distinct};
use super::error::{Error, Result};
use super::job::Job;
use super::sort;
use super::stats::keeps_digits;

/// Two q that differ by less than this, relatively, are equal, and the simpler classes are taken.
const TIE: f64 = 1e-12;

/// Above this many rows one factor at a time is sorted, which bounds the memory.
const MANY_ROWS: usize = 1 << 20;

/// What is searched.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The outcome, finite.
    pub values: &'a [f64],
    /// Factors, finite.
    pub factors: &'a [&'a [f64]],
    pub periods: Classes<'a>,
    /// One choice of classes for all periods, by the mean of their q; else one for each.
    pub pooled: bool,
    pub methods: &'a [Method],
    /// Numbers of classes, each 2 or more.
    pub k: &'a [usize],
}

/// One choice of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub factor: u32,
    /// The period; 0 if pooled.
    pub scope: u32,
    /// Position in `methods`.
    pub method: u32,
    pub k: u64,
    /// Upper bounds; none where the method does not take these values (geometric ones of zero or less).
    pub breaks: Vec<f64>,
    /// Explained share of the variance, the mean over the periods if pooled; NaN without breaks.
    pub q: f64,
}

/// Every choice, ordered by factor, scope, method and k, and the position of the best of each factor and scope.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Optimum {
    pub candidates: Vec<Candidate>,
    pub best: Vec<usize>,
}

/// Try all choices. O(factors · (n log n + natural breaks)).
///
/// Of equal q the one with fewer classes is best, then the method named first.
///
/// # Errors
/// `Empty`, `Length`, `NotFinite`, `Code`; `Parameter` for `k`; `Constant` for an outcome without variance in a period;
/// `OutOfRange`; `Cancelled`.
pub fn optimal_discretization(job: &Job, search: &Search<'_>) -> Result<Optimum> {
    let outcomes = check_and_center(job, search)?;
    let n_scopes = if search.pooled { 1 } else { search.periods.count };
    let n = search.factors.len() * n_scopes;
    let one = |index: usize| {
        let (factor, scope) = (index / n_scopes, index % n_scopes);
        let candidates = try_all(job, search, &outcomes, factor, scope);
        job.step();
        candidates.map_err(|error| error.in_column(factor))
    };
    job.expect_steps(n);
    foresee(job, search, &outcomes, n)?;
    let parts: Vec<Vec<Candidate>> = if search.values.len() > MANY_ROWS {
        (0..n).map(one).collect::<Result<_>>()?
    } else {
        job.map(n, one)?
    };
    let mut optimum = Optimum::default();
    for part in parts {
        let first = optimum.candidates.len();
        optimum.best.push(first + best(&part));
        optimum.candidates.extend(part);
    }
    Ok(optimum)
}

/// The bounds of all choices, and the tables of natural breaks of the factors that are searched at the same time.
fn foresee(job: &Job, search: &Search<'_>, outcomes: &[Outcome], n: usize) -> Result<()> {
    let n_rows = outcomes.iter().map(|outcome| outcome.rows.len());
    let most_rows = if search.pooled { n_rows.sum() } else { n_rows.max().unwrap_or(0) };
    // The other rules leave out classes without values.
    let of_width = |method: &&Method| matches!(method, Method::Equal | Method::Geometric);
    let n_methods = search.methods.iter().filter(of_width).count();
    let all = search.k.iter().fold(0_usize, |sum, &k| sum.saturating_add(k));
    let bounds = all.saturating_mul(n_methods).saturating_mul(n);
    job.foresee("bounds of all choices", bounds, size_of::<f64>())?;
    let most = search.k.iter().copied().max().unwrap_or(0).min(most_rows);
    let at_once = if search.values.len() > MANY_ROWS { 1 } else { n.min(rayon::current_num_threads()) };
    let has_natural = search.methods.contains(&Method::NaturalBreaks);
    let entries = if has_natural { most.saturating_mul(most_rows).saturating_mul(at_once) } else { 0 };
    job.foresee("entries of the tables of natural breaks", entries, size_of::<u32>())
}

/// The rows of each period with their outcome above its mean, and its squares.
struct Outcome {
    rows: Vec<u32>,
    centered: Vec<f64>,
    squares: f64,
}

fn check_and_center(job: &Job, search: &Search<'_>) -> Result<Vec<Outcome>> {
    let n = search.values.len();
    check::not_empty("values", search.values)?;
    check::finite("values", search.values)?;
    check::at_most("rows", n, u32::MAX as usize)?;
    search.periods.check("periods", n)?;
    for (index, factor) in search.factors.iter().enumerate() {
        check::length("factor", factor, n).map_err(|error| error.in_column(index))?;
        check::finite("factor", factor).map_err(|error| error.in_column(index))?;
    }
    if let Some(&k) = search.k.iter().find(|&&k| k < 2) {
        return Err(Error::Parameter { name: "k", requirement: "at least 2", value: k as f64 });
    }
    let mut rows = vec![Vec::new(); search.periods.count];
    job.walk(0..n, |row| rows[search.periods.of(row)].push(row as u32))?;
    rows.into_iter().enumerate().map(|(period, rows)| center(job, search.values, rows, period)).collect()
}

fn center(job: &Job, values: &[f64], rows: Vec<u32>, period: usize) -> Result<Outcome> {
    let Some(&first) = rows.first() else {
        return Err(Error::Empty { name: "values" });
    };
    let (n, first) = (rows.len(), values[first as usize]);
    let value = |row: usize| values[rows[row] as usize];
    let mean = first + job.sum(n, |row| value(row) - first)? / n as f64;
    let mut centered: Vec<f64> = rows.iter().map(|&row| values[row as usize] - mean).collect();
    // Far from zero the mean is rounded: what it misses is no part of any class.
    let missed = job.sum(n, |row| centered[row])? / n as f64;
    centered.iter_mut().for_each(|value| *value -= missed);
    let squares = job.sum(n, |row| centered[row].powi(2))?;
    if squares <= 0.0 && centered.iter().all(|&value| value == 0.0) {
        return Err(Error::Constant { name: "values", period });
    }
    if !keeps_digits(squares) {
        return Err(Error::OutOfRange { name: "values", period });
    }
    Ok(Outcome { rows, centered, squares })
}

/// One period in the order of the factor: its values, and the running sums of the outcome, from zero.
struct Ordered {
    factor: Vec<f64>,
    sums: Vec<f64>,
    squares: f64,
}

impl Ordered {
    fn new(job: &Job, factor: &[f64], outcome: &Outcome) -> Result<Self> {
        // Adding zero turns −0 into 0, so that the total order treats both as one value.
        let pair = |(&row, &y): (&u32, &f64)| (factor[row as usize] + 0.0, y);
        let mut pairs: Vec<(f64, f64)> = outcome.rows.iter().zip(&outcome.centered).map(pair).collect();
        sort::by_number(
            job,
            &mut pairs,
            |pair| pair.0,
            |a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)),
        )?;
        let mut sums = Vec::with_capacity(pairs.len() + 1);
        // Kahan's sum: each running sum is off by its own rounding only.
        let (mut sum, mut lost) = (0.0, 0.0);
        sums.push(sum);
        for &(_, y) in &pairs {
            let term = y - lost;
            let next = sum + term;
            lost = (next - sum) - term;
            sum = next;
            sums.push(sum);
        }
        Ok(Self { factor: pairs.into_iter().map(|pair| pair.0).collect(), sums, squares: outcome.squares })
    }

    /// The part of the squares that lies between classes with these upper bounds; the last class has no bound.
    fn q(&self, breaks: &[f64]) -> f64 {
        let (mut start, mut between) = (0, 0.0);
        for (class, &bound) in breaks.iter().enumerate() {
            let is_last = class + 1 == breaks.len();
            let end = if is_last { self.factor.len() } else { self.factor.partition_point(|&x| x <= bound) };
            if end > start {
                between += (self.sums[end] - self.sums[start]).powi(2) / (end - start) as f64;
            }
            start = end;
        }
        (between / self.squares).min(1.0)
    }
}

fn try_all(
    job: &Job,
    search: &Search<'_>,
    outcomes: &[Outcome],
    factor: usize,
    scope: usize,
) -> Result<Vec<Candidate>> {
    let outcomes = if search.pooled { outcomes } else { &outcomes[scope..=scope] };
    let ordered: Vec<Ordered> = outcomes
        .iter()
        .map(|outcome| Ordered::new(job, search.factors[factor], outcome))
        .collect::<Result<_>>()?;
    let pooled;
    let sorted: &[f64] = if let [one] = ordered.as_slice() {
        &one.factor
    } else {
        let mut all: Vec<f64> = ordered.iter().flat_map(|period| period.factor.iter().copied()).collect();
        sort::numbers(job, &mut all)?;
        pooled = all;
        &pooled
    };
    let (distinct, counts) = distinct(sorted);
    let most = search.k.iter().copied().max().unwrap_or(2);
    let natural = if search.methods.contains(&Method::NaturalBreaks) {
        Some(NaturalBreaks::new(job, &distinct, &counts, most)?)
    } else {
        None
    };
    let mut candidates = Vec::with_capacity(search.methods.len() * search.k.len());
    for (position, &method) in search.methods.iter().enumerate() {
        for &k in search.k {
            job.check()?;
            let breaks = match (&natural, method) {
                (Some(natural), Method::NaturalBreaks) => natural.breaks(k),
                (_, Method::Geometric) if sorted[0] <= 0.0 => Vec::new(),
                _ => breaks_of_sorted(job, sorted, method, k)?,
            };
            let sum: f64 = ordered.iter().map(|period| period.q(&breaks)).sum();
            let q = if breaks.is_empty() { f64::NAN } else { sum / ordered.len() as f64 };
            let (factor, scope) = (factor as u32, scope as u32);
            candidates.push(Candidate { factor, scope, method: position as u32, k: k as u64, breaks, q });
        }
    }
    Ok(candidates)
}

/// The position of the best candidate.
fn best(candidates: &[Candidate]) -> usize {
    let mut best = 0;
    for (position, candidate) in candidates.iter().enumerate() {
        let (held, q) = (&candidates[best], candidate.q);
        let margin = TIE * held.q.abs();
        let is_tie = (q - held.q).abs() <= margin;
        let is_simpler = candidate.breaks.len() < held.breaks.len();
        if q > held.q + margin || (is_tie && is_simpler) || (held.q.is_nan() && !q.is_nan()) {
            best = position;
        }
    }
    best
}
