//! Tails of the central and the noncentral F distribution.

use super::{log_beta_tail, log_term, lower_gamma, stirling_remainder};

/// A sum has ended when a further term is below this part of it.
const NEGLIGIBLE: f64 = 1e-18;

/// A step of the sum over Poisson weights is this part of the width of its terms.
const STEP: f64 = 0.5;

/// λ/2 from which on λ counts as the number that its chi-square always is.
///
/// That has a relative deviation of 2/√λ, here below 4e-15. In second order it changes the tail by some d2²/λ, which is
/// below 1e-11 for d2 up to 1e9. From 2¹⁰⁰ on, steps of the sum would be lost in the rounding of j.
const CERTAIN: f64 = 1e29;

/// Steps above one need the terms at zero to be below e^(−`CLEAR`) of the largest.
const CLEAR: f64 = 45.0;

/// From λ/2 of so many times (d2/2)² on, the Poisson weights are a point for the tails: see [`Terms::is_point`].
const POINT: f64 = 1e14;

/// P(F ≥ `f`) for F with `d1` and `d2` degrees of freedom, to 1e-12 relative down to 1e-300.
///
/// NaN if `f` is NaN or there are no degrees of freedom.
pub fn f_tail(f: f64, d1: f64, d2: f64) -> f64 {
    noncentral_f_tail(f, d1, d2, 0.0)
}

/// P(F ≥ `f`) for F with `d1` and `d2` degrees of freedom and noncentrality `lambda`, to 1e-11 relative down to 1e-300.
///
/// The sum over j of the Poisson weights of λ/2 times I_y(d2/2, d1/2 + j), y = d2/(d1 f + d2) (DLMF 8.17.24; Johnson,
/// Kotz & Balakrishnan 1995, *Continuous Univariate Distributions* 2, eq. 30.10). Its terms are log-concave in j: they
/// are summed from the largest outwards. Where they are wide only every h-th is taken, h times: for terms that vanish
/// at both ends the trapezoidal rule is off by e^(−2π²σ²/h²), which is 1e-34 for h = σ/2 and less for smaller ones. So the cost is that of some
/// sixty incomplete beta functions, O(√(d1 + d2 + λ)) each, whatever λ.
///
/// NaN if an argument is NaN or negative, or there are no degrees of freedom.
pub fn noncentral_f_tail(f: f64, d1: f64, d2: f64, lambda: f64) -> f64 {
    let ratio = d1 * f / d2;
    let is_defined = d1 > 0.0 && d2 > 0.0 && (0.0..f64::INFINITY).contains(&lambda) && !ratio.is_nan();
    if !is_defined {
        return f64::NAN;
    }
    if f <= 0.0 {
        return 1.0;
    }
    if ratio.is_infinite() {
        return 0.0;
    }
    let terms = Terms { f, d1, d2, x: ratio / (1.0 + ratio), y: 1.0 / (1.0 + ratio), mean: lambda / 2.0 };
    if terms.mean >= CERTAIN {
        // P(λ/X ≥ ratio) for a chi-square X with d2 degrees of freedom.
        lower_gamma(d2 / 2.0, terms.mean / ratio)
    } else if terms.mean <= 0.0 || terms.is_point() {
        terms.log_beta(terms.mean).exp()
    } else {
        terms.sum().min(1.0)
    }
}

/// The terms of the sum over j.
struct Terms {
    f: f64,
    d1: f64,
    d2: f64,
    /// d1 f/(d1 f + d2).
    x: f64,
    y: f64,
    /// λ/2.
    mean: f64,
}

impl Terms {
    /// ln I_y(d2/2, d1/2 + j).
    fn log_beta(&self, j: f64) -> f64 {
        let (a, b) = (self.d1 / 2.0 + j, self.d2 / 2.0);
        // a y − b x, without the cancellation of both.
        let excess = (self.d1 / 2.0 * (1.0 - self.f) + j) * self.y;
        log_beta_tail(self.y, self.x, b, a, excess)
    }

    /// The logarithm of term j: that of the Poisson weight e^(−m) m^j / j! with its deviance, and that of the tail.
    fn log(&self, j: f64) -> f64 {
        let weight = if j <= 0.0 {
            -self.mean
        } else {
            let deviance = j * log_term(self.mean / j, (self.mean - j) / j);
            -deviance - stirling_remainder(j) - 0.5 * (2.0 * std::f64::consts::PI * j).ln()
        };
        weight + self.log_beta(j)
    }

    /// Whether the tail at j = λ/2 stands for the sum.
    ///
    /// Tails grow no faster than j^(d2/2), so that weights of variance λ/2 about λ/2 change their mean by less than
    /// (d2/2)²/(λ/2), relatively: 1e-14.
    fn is_point(&self) -> bool {
        self.mean > POINT * (1.0 + self.d2 / 2.0).powi(2)
    }

    fn sum(&self) -> f64 {
        let peak = self.peak();
        let top = self.log(peak);
        if top == f64::NEG_INFINITY {
            return 0.0;
        }
        let step = self.step(peak, top);
        // At multiples of a power of two each j is exact, also where whole numbers are not.
        let peak = (peak / step).round() * step;
        let top = self.log(peak);
        let mut sum = 1.0;
        for direction in [step, -step] {
            let mut j = peak + direction;
            while j >= 0.0 {
                let term = (self.log(j) - top).exp();
                sum += term;
                if term <= NEGLIGIBLE * sum {
                    break;
                }
                j += direction;
            }
        }
        (top + (step * sum).ln()).exp()
    }

    /// The j of the largest term, or one beside it within an eighth of the width of the weights.
    ///
    /// The tails rise with j, so that it is not below that of the largest weight.
    fn peak(&self) -> f64 {
        let stride = (self.mean.sqrt() / 8.0).ceil().max(1.0);
        let rises = |j: f64| self.log(j + stride) > self.log(j);
        let mut low = (self.mean.floor() - stride).max(0.0);
        if !rises(low) {
            return low;
        }
        let mut reach = stride;
        while rises(low + reach) {
            low += reach;
            reach *= 2.0;
        }
        let mut high = low + reach;
        while high - low > stride {
            let middle = low + ((high - low) / 2.0).floor();
            if rises(middle) { low = middle } else { high = middle }
        }
        high
    }

    /// How many steps of j are taken at once, a power of two: 1 unless the terms are wide and vanish at zero.
    fn step(&self, peak: f64, top: f64) -> f64 {
        let reach = (self.mean.sqrt() / 2.0).floor();
        if reach < 1.0 || peak <= 2.0 * reach || top - self.log(0.0) < CLEAR {
            return 1.0;
        }
        let curvature = (2.0 * top - self.log(peak + reach) - self.log(peak - reach)) / (reach * reach);
        if curvature > 0.0 { (STEP / curvature.sqrt()).max(1.0).log2().floor().exp2() } else { 1.0 }
    }
}
