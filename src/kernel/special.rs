//! Special functions: tails of distributions and their inverses, and logarithms near one.

mod f_tails;

pub use f_tails::{f_tail, noncentral_f_tail};

/// A continued fraction has ended when a further term changes it by less than this, relatively.
const CONVERGED: f64 = 2.0 * f64::EPSILON;

/// More terms than any degrees of freedom below 1e9 need: they grow as the square root.
const MOST_TERMS: usize = 1_000_000;

/// From this argument on, seven terms of the Stirling series give full precision.
const STIRLING_BOUND: f64 = 16.0;

/// The regularised incomplete beta function I_x(a, b) for a, b > 0, x in [0, 1] and `y` = 1 − x.
///
/// Both x and y are given, since for large a the digits of the smaller one decide. For I below 1/2 to 1e-13 relative,
/// beside what rounding x and y does to it.
pub fn beta_tail(x: f64, y: f64, a: f64, b: f64) -> f64 {
    log_beta_tail(x, y, a, b, b.mul_add(x, -(a * y))).exp()
}

/// ln I_x(a, b), where `excess` = (a + b) x − a = b x − a y is given as well: near zero its digits decide.
///
/// A continued fraction, taken on the side where it converges fast, O(√max(a, b)). Its factor x^a y^b / B(a, b) is
/// written with deviances and the remainders of the Stirling series, so that no exponent is a difference of larger ones
/// (Loader 2000, *Fast and accurate computation of binomial probabilities*).
pub(crate) fn log_beta_tail(x: f64, y: f64, a: f64, b: f64, excess: f64) -> f64 {
    if x <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if y <= 0.0 {
        return 0.0;
    }
    if excess > 0.0 {
        return (-log_beta_tail(y, x, b, a, -excess).exp()).ln_1p();
    }
    let n = a + b;
    let deviance = |k: f64, part: f64, excess: f64| k * log_term(n * part / k, excess / k);
    let exponent = stirling_remainder(n)
        - stirling_remainder(a)
        - stirling_remainder(b)
        - deviance(a, x, excess)
        - deviance(b, y, -excess);
    let factor = (a / (2.0 * std::f64::consts::PI)).sqrt() * (b / n).sqrt();
    (factor / beta_fraction(x, y, a, b, -excess)).ln() + exponent
}

/// ω(z) = ln Γ(z + 1) − (z + ½) ln z + z − ½ ln 2π, for z > 0.
fn stirling_remainder(z: f64) -> f64 {
    if z >= STIRLING_BOUND {
        return stirling_correction(z);
    }
    let half_log_two_pi = 0.5 * (2.0 * std::f64::consts::PI).ln();
    libm::lgamma(z + 1.0) - (z + 0.5) * z.ln() + z - half_log_two_pi
}

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), without cancellation where one argument is large.
fn log_beta(a: f64, b: f64) -> f64 {
    let (small, large) = (a.min(b), a.max(b));
    if large < STIRLING_BOUND {
        return libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    }
    // ln Γ(z) = (z − ½) ln z − z + ½ ln 2π + ω(z), and the difference of two of them in closed form.
    let sum = small + large;
    let ratio = (large - 0.5) * (small / large).ln_1p() + small * sum.ln() - small;
    let difference = ratio + stirling_correction(sum) - stirling_correction(large);
    libm::lgamma(small) - difference
}

/// ω(z) = Σ B_2m / (2m (2m − 1) z^(2m − 1)), DLMF 5.11.1, for z ≥ 16.
fn stirling_correction(z: f64) -> f64 {
    const TERMS: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    let inverse_square = 1.0 / (z * z);
    TERMS.iter().rev().fold(0.0, |sum, term| sum * inverse_square + term) / z
}

/// x^a y^b / (B(a, b) I_x(a, b)) by the continued fraction of DiDonato & Morris (1992, *ACM Transactions on Mathematical
/// Software* 18, eq. 9), with the modified method of Lentz. `lack` = a y − b x is zero or more.
///
/// It is the even part of DLMF 8.17.22, in which the large terms that cancel there have cancelled beforehand.
fn beta_fraction(x: f64, y: f64, a: f64, b: f64, lack: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE;
    let away = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut fraction = away(a * (lack + 1.0) / (a + 1.0));
    let (mut c, mut d) = (fraction, 0.0);
    for m in 1..MOST_TERMS {
        let m = m as f64;
        let width = a + 2.0 * m - 1.0;
        let numerator = ((a + m - 1.0) / width) * ((a + b + m - 1.0) * x) * (m * (b - m) / width * x);
        let denominator =
            m + m * (b - m) * x / width + (a + m) * (lack + 1.0 + m * (1.0 + y)) / (width + 2.0);
        d = 1.0 / away(denominator + numerator * d);
        c = away(denominator + numerator / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() <= CONVERGED {
            break;
        }
    }
    fraction
}

/// P(|T| ≥ t) for Student's T with `degrees` > 0 degrees of freedom and t ≥ 0.
pub fn student_two_sided_tail(t: f64, degrees: f64) -> f64 {
    let scale = degrees + t * t;
    beta_tail(degrees / scale, t * t / scale, degrees / 2.0, 0.5)
}

/// P(|Z| ≥ |z|) for a standard normal Z, erfc(|z|/√2), to 1e-12 relative down to 1e-300; NaN for NaN.
///
/// The rounding of z/√2 alone costs z² ulp, 2e-13 at the end of that range.
pub fn normal_two_sided_tail(z: f64) -> f64 {
    libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// The z with P(|Z| ≤ z) = `confidence` for a standard normal Z, to 1e-14 relative.
///
/// Newton's method from 0: the distribution function is concave above 0, so the steps never pass the root.
pub fn normal_critical_value(confidence: f64) -> f64 {
    let outside = 1.0 - confidence;
    let mut z = 0.0_f64;
    for _ in 0..200 {
        let density = (-0.5 * z * z).exp() * std::f64::consts::FRAC_2_SQRT_PI / 2.0_f64.sqrt();
        let step = (libm::erfc(z / 2.0_f64.sqrt()) - outside) / density;
        z += step;
        if step.abs() <= 1e-15 * z {
            break;
        }
    }
    z
}

/// From these degrees of freedom on, Student's critical value is expanded about the normal one.
const MANY_DEGREES: f64 = 2000.0;

/// The t with P(|T| ≤ t) = `confidence` for Student's T; NaN without degrees of freedom.
///
/// Newton's method from 0: the distribution function is concave above 0, so the steps never pass the root. For many
/// degrees of freedom, Abramowitz & Stegun (1964), 26.7.5, whose next term is below 1e-15.
pub fn student_critical_value(confidence: f64, degrees: f64) -> f64 {
    if degrees.is_nan() || degrees <= 0.0 {
        return f64::NAN;
    }
    if degrees >= MANY_DEGREES {
        return expand_about_normal(normal_critical_value(confidence), degrees);
    }
    let outside = 1.0 - confidence;
    // The density is (1 + t²/ν)^(−(ν+1)/2) / (√ν B(ν/2, ½)).
    let log_peak = -log_beta(degrees / 2.0, 0.5) - 0.5 * degrees.ln();
    let mut t = 0.0_f64;
    for _ in 0..1000 {
        let density = (log_peak - (degrees + 1.0) / 2.0 * (t * t / degrees).ln_1p()).exp();
        let step = (student_two_sided_tail(t, degrees) - outside) / (2.0 * density);
        t += step;
        if step.abs() <= 1e-15 * t {
            break;
        }
    }
    t
}

fn expand_about_normal(z: f64, degrees: f64) -> f64 {
    let square = z * z;
    let terms = [
        (square + 1.0) / 4.0,
        ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92_160.0,
    ];
    z + z * terms.iter().rev().fold(0.0, |sum, term| (sum + term) / degrees)
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

/// The regularised lower incomplete gamma function 1 − Γ(a, x)/Γ(a), which keeps its digits however small it is.
fn lower_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x < a + 1.0 { poisson_density(a, x) * lower_series(a, x) } else { 1.0 - upper_gamma(a, x) }
}

/// `Σ_{m≥0} x^m / ((a + 1) ⋯ (a + m))`.
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for m in 1..MOST_TERMS {
        term *= x / (a + m as f64);
        sum += term;
        if term <= 0.25 * CONVERGED * sum {
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
    let exponent = a * log_term(x / a, (x - a) / a) + stirling_correction(a);
    (-exponent).exp() / (2.0 * std::f64::consts::PI * a).sqrt()
}

/// Below this distance from one the series needs 17 terms for full precision, and the logarithm would cancel.
const SERIES_BOUND: f64 = 0.1;

/// `r ln r − r + 1` for r = 1 + x ≥ 0: zero at r = 1, one at r = 0.
///
/// Near one it is computed from x, elsewhere from r: each keeps the digits that the other has lost.
pub fn entropy_term(r: f64, x: f64) -> f64 {
    if x.abs() < SERIES_BOUND {
        // Σ_{m≥2} (−x)^m / (m (m − 1))
        return series(x, |m| 1.0 / (m * (m - 1.0)));
    }
    if r <= 0.0 { 1.0 } else { r * r.ln() - x }
}

/// `r − 1 − ln r` for r = 1 + x ≥ 0: zero at r = 1, infinite at r = 0.
pub fn log_term(r: f64, x: f64) -> f64 {
    if x.abs() < SERIES_BOUND {
        // Σ_{m≥2} (−x)^m / m
        return series(x, |m| 1.0 / m);
    }
    if r <= 0.0 { f64::INFINITY } else { x - r.ln() }
}

/// `Σ_{m=2}^{18} coefficient(m) (−x)^m` by Horner's rule.
fn series(x: f64, coefficient: impl Fn(f64) -> f64) -> f64 {
    let tail = (2..=18).rev().fold(0.0, |sum, m| coefficient(f64::from(m)) - x * sum);
    x * x * tail
}
