//! Special functions: tails of distributions, and logarithms near one.

/// Below this size the series needs 16 terms for full precision, and the logarithm would cancel.
const SERIES_BOUND: f64 = 0.1;

/// From this shape on the Stirling series for the gamma function is full precision with eight terms.
const STIRLING_BOUND: f64 = 10.0;

/// A series or a continued fraction has ended when a further term changes it by no more than this, relatively:
/// a few roundings, which a factor of the fraction never gets rid of.
const CONVERGED: f64 = 1e-15;

/// More terms than any shape below 1e12 needs: they grow as its square root.
const MOST_TERMS: usize = 10_000_000;

/// `(1 + x) ln(1 + x) − x` for x ≥ −1: zero at 0, one at −1.
pub fn entropy_term(x: f64) -> f64 {
    if x.abs() < SERIES_BOUND {
        // Σ_{m≥2} (−x)^m / (m (m − 1))
        return series(x, |m| 1.0 / (m * (m - 1.0)));
    }
    let ratio = 1.0 + x;
    if ratio <= 0.0 { 1.0 } else { ratio * x.ln_1p() - x }
}

/// `x − ln(1 + x)` for x ≥ −1: zero at 0, infinite at −1.
pub fn log_term(x: f64) -> f64 {
    if x.abs() < SERIES_BOUND {
        // Σ_{m≥2} (−x)^m / m
        return series(x, |m| 1.0 / m);
    }
    if x <= -1.0 { f64::INFINITY } else { x - x.ln_1p() }
}

/// `Σ_{m=2}^{18} coefficient(m) (−x)^m` by Horner's rule.
fn series(x: f64, coefficient: impl Fn(f64) -> f64) -> f64 {
    let tail = (2..=18).rev().fold(0.0, |sum, m| coefficient(f64::from(m)) - x * sum);
    x * x * tail
}

/// P(X ≥ `statistic`) for a chi-square X with `degrees` degrees of freedom, to 1e-12 relative down to 1e-300.
///
/// NaN if there are no degrees of freedom or the statistic is NaN.
pub fn chi_square_tail(statistic: f64, degrees: u64) -> f64 {
    if degrees == 0 || statistic.is_nan() {
        return f64::NAN;
    }
    upper_gamma(degrees as f64 / 2.0, statistic / 2.0)
}

/// The regularised upper incomplete gamma function Γ(a, x)/Γ(a) for a ≥ 1/2, x of any size. O(√a).
///
/// DLMF 8.11.4 (the series of the lower function) for x < a + 1, and the continued fraction 8.9.2 above: there the
/// tail itself is what is computed, so that it keeps its digits however small it is.
pub fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    let density = poisson_density(a, x);
    if x < a + 1.0 { 1.0 - density * lower_series(a, x) } else { density * a * upper_fraction(a, x) }
}

/// `Σ_{m≥0} x^m / ((a + 1) ⋯ (a + m))`.
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for m in 1..MOST_TERMS {
        term *= x / (a + m as f64);
        sum += term;
        if term <= 0.1 * CONVERGED * sum {
            break;
        }
    }
    sum
}

/// `Γ(a, x) eˣ x^(−a)` by the continued fraction, evaluated forwards (Lentz; Thompson & Barnett 1986).
///
/// For x ≥ a + 1 every partial denominator is positive, so that none needs the guard against zero.
fn upper_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for m in 1..MOST_TERMS {
        let m = m as f64;
        let numerator = -m * (m - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        let change = c * d;
        fraction *= change;
        if (change - 1.0).abs() <= CONVERGED {
            break;
        }
    }
    fraction
}

/// `x^a e^(−x) / Γ(a + 1)`, arranged so that no exponent is a difference of larger ones (Loader 2000).
fn poisson_density(a: f64, x: f64) -> f64 {
    if a < STIRLING_BOUND {
        // Half of the exponential at a time: e^(−x) alone may underflow where the density does not.
        let half = (-0.5 * x).exp();
        return half * x.powf(a) / libm::tgamma(a + 1.0) * half;
    }
    let exponent = a * log_term((x - a) / a) + stirling_error(a);
    (-exponent).exp() / (2.0 * std::f64::consts::PI * a).sqrt()
}

/// `ln Γ(a + 1) − ln(√(2πa) (a/e)^a)` for a ≥ 10: the Stirling series, DLMF 5.11.1.
fn stirling_error(a: f64) -> f64 {
    const COEFFICIENTS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let inverse_square = 1.0 / (a * a);
    COEFFICIENTS.iter().rev().fold(0.0, |sum, coefficient| coefficient + inverse_square * sum) / a
}
