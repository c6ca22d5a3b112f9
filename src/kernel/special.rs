//! Special functions: tails of distributions and their inverses.

/// A continued fraction has ended when a further term changes it by less than this, relatively.
const CONVERGED: f64 = 2.0 * f64::EPSILON;

/// More terms than any degrees of freedom below 1e9 need: they grow as the square root.
const MOST_TERMS: usize = 1_000_000;

/// From this argument on, seven terms of the Stirling series give full precision.
const STIRLING_BOUND: f64 = 16.0;

/// The regularised incomplete beta function I_x(a, b) for a, b > 0, x in [0, 1] and `y` = 1 − x.
///
/// Both x and y are given, since for large a the digits of the smaller one decide. The continued fraction DLMF 8.17.22,
/// taken on the side where it converges fast; for I below 1/2 to about (a + b)·1e-15 relative.
pub fn beta_tail(x: f64, y: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_tail(y, x, b, a);
    }
    let log = |z: f64, rest: f64| if z < 0.5 { z.ln() } else { (-rest).ln_1p() };
    let log_factor = a * log(x, y) + b * log(y, x) - log_beta(a, b);
    log_factor.exp() / (a * beta_fraction(x, a, b))
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

/// 1 + d₁/(1 + d₂/(1 + …)) of DLMF 8.17.22, by the modified method of Lentz.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE;
    let away = |value: f64| if value.abs() < tiny { tiny } else { value };
    let (mut fraction, mut c, mut d) = (1.0, 1.0, 0.0);
    for term in 1..MOST_TERMS {
        let m = (term / 2) as f64;
        let coefficient = if term % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        d = 1.0 / away(1.0 + coefficient * d);
        c = away(1.0 + coefficient / c);
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
