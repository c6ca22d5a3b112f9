//! Small statistics that several methods share.

/// The `probability` quantile of `sorted` by linear interpolation (type 7 of Hyndman & Fan 1996); NaN if it is empty.
pub fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let position = probability * last as f64;
    let below = (position.floor() as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

/// The two-sided percentile interval of `draws` at `confidence`; draws that are not finite are left out.
pub fn percentile_interval(draws: &mut Vec<f64>, confidence: f64) -> (f64, f64) {
    draws.retain(|draw| draw.is_finite());
    draws.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - confidence) / 2.0;
    (quantile(draws, tail), quantile(draws, 1.0 - tail))
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

/// `numerator / denominator`, or zero where both are zero: the share of nothing is nothing.
pub fn ratio_or_zero(numerator: f64, denominator: f64) -> f64 {
    if denominator > 0.0 { numerator / denominator } else { 0.0 }
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
