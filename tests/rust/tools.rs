//! What several test files use.

use regiometrics::kernel::cells::{Classes, Panel};

/// A panel of one period.
pub fn panel<'a>(
    values: &'a [f64],
    weights: Option<&'a [f64]>,
    groups: &'a [u32],
    n_groups: usize,
) -> Panel<'a> {
    Panel { values, weights, groups: Classes::new(groups, n_groups), periods: Classes::ONE }
}

/// Numbers without order that are the same on every run: a multiplicative sequence in (0, 1).
pub fn numbers(n: usize) -> Vec<f64> {
    (1..=n).map(|i| (i as f64 * 0.618_033_988_749_894_9).fract()).collect()
}

/// `actual` equals `expected` up to `tolerance`, relative to `expected`.
pub fn assert_close(actual: f64, expected: f64, tolerance: f64) {
    let allowed = tolerance * expected.abs();
    assert!((actual - expected).abs() <= allowed, "{actual} is not within {tolerance:e} of {expected}");
}

/// Run `work` on `n` threads.
pub fn on_threads<T: Send>(n: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(work)
}
