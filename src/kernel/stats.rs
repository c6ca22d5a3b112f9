//! Small statistics that several methods share.

use super::cells::Classes;
use super::error::Result;
use super::job::Job;

/// The `probability` quantile of `sorted` by linear interpolation (type 7 of Hyndman & Fan 1996); NaN if it is empty.
pub fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let position = probability * last as f64;
    let below = (position.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let (low, high, part) = (sorted[below], sorted[above], position - below as f64);
    // Between equal or infinite neighbours the difference would be NaN.
    if part <= 0.0 || low >= high || low.is_infinite() { low } else { low + part * (high - low) }
}

/// `numerator / denominator`, or zero where both are zero: the share of nothing is nothing.
pub fn ratio_or_zero(numerator: f64, denominator: f64) -> f64 {
    if denominator > 0.0 { numerator / denominator } else { 0.0 }
}

/// Whether a product of sums of weights and values is inside the range in which doubles keep their digits.
pub fn keeps_digits(product: f64) -> bool {
    product.is_finite() && product > f64::MIN_POSITIVE / f64::EPSILON
}

/// The power of two in units of which the largest weight is near one, so that sums and squares of weights are doubles;
/// dividing by it rounds nothing.
pub fn unit_of(weights: &[f64]) -> f64 {
    let largest = weights.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    2f64.powi(largest.log2().floor() as i32)
}

/// The score interval of Wilson (1927) for `count` successes in `n` trials, at the critical value `z`.
///
/// The roots x of (count/n − x)² = z² x (1 − x)/n, taken without cancellation: zero and one are exact.
pub fn wilson_interval(count: u64, n: u64, z: f64) -> (f64, f64) {
    let trials = n as f64;
    let (p, q) = (count as f64 / trials, (n - count) as f64 / trials);
    let u = z * z / trials;
    let root = (u * (u + 4.0 * p * q)).sqrt();
    let high = if q <= 0.0 { 1.0 } else { (2.0 * p + u + root) / (2.0 * (1.0 + u)) };
    (p * p / ((1.0 + u) * high), high)
}

/// Rank `values` inside each cell: 1 for the largest, or with `ascending` for the smallest. O(n log n).
///
/// Ties share the best rank. A value ties with the first of its tie if the two differ by no more than `tie`, relative
/// to the larger one; 0 asks for equality.
///
/// # Errors
/// `Cancelled`. Values are finite, and every cell is in range.
pub fn ranks(job: &Job, values: &[f64], cells: Classes<'_>, ascending: bool, tie: f64) -> Result<Vec<u32>> {
    // Adding zero turns −0 into 0, so that both share a rank.
    let key = |row: usize| if ascending { values[row] + 0.0 } else { -values[row] + 0.0 };
    let mut rows: Vec<(u32, f64, usize)> =
        (0..values.len()).map(|row| (cells.of(row) as u32, key(row), row)).collect();
    job.sort_by(&mut rows, |a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)))?;
    let mut ranks = vec![0; values.len()];
    let (mut first_of_cell, mut first_of_tie) = (0, 0);
    job.walk(rows.iter().enumerate(), |(position, &(cell, key, row))| {
        let (tied_cell, tied_key, _) = rows[first_of_tie];
        if cell != tied_cell {
            first_of_cell = position;
        }
        if cell != tied_cell || key - tied_key > tie * key.abs().max(tied_key.abs()) {
            first_of_tie = position;
        }
        ranks[row] = (first_of_tie - first_of_cell + 1) as u32;
    })?;
    Ok(ranks)
}
