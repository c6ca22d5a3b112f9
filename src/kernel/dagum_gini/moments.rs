//! Running mean and sum of squares about it, which do not cancel (Welford 1962; Chan, Golub & LeVeque 1983).

/// Mean and Σ (x − mean)² of the values added so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    pub mean: f64,
    pub squares: f64,
}

impl Moments {
    /// Add `value`, `times` times; `n` counts the values with these.
    #[inline]
    pub fn add(&mut self, value: f64, times: f64, n: f64) {
        let distance = value - self.mean;
        self.mean += distance * (times / n);
        self.squares += times * distance * (value - self.mean);
    }

    /// Join `other` of `n_other` values to these of `n`.
    pub fn merge(&mut self, n: f64, other: Self, n_other: f64) {
        if n_other > 0.0 {
            let distance = other.mean - self.mean;
            let n_both = n + n_other;
            self.mean += distance * (n_other / n_both);
            self.squares += other.squares + distance * distance * (n * n_other / n_both);
        }
    }
}
