use regiometrics::kernel::stats::{
    normal_critical_value, percentile_interval, quantile, ratio_or_zero, wilson_interval,
};

use crate::tools::assert_close;

#[test]
fn quantiles_interpolate_between_order_statistics() {
    // Type 7: position p (n − 1) = 0.25 · 3 = 0.75 between 1 and 2.
    assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.25), 1.75);
    assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.0), 1.0);
    assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 1.0), 8.0);
    assert_eq!(quantile(&[3.0], 0.3), 3.0);
    assert!(quantile(&[], 0.5).is_nan());
}

#[test]
fn percentile_intervals_leave_out_what_is_not_finite() {
    let mut draws = vec![f64::NAN, 3.0, 1.0, f64::INFINITY, 2.0];
    // Of 1, 2, 3 the quantiles at 0.25 and 0.75 are 1.5 and 2.5.
    assert_eq!(percentile_interval(&mut draws, 0.5), (1.5, 2.5));
}

#[test]
fn normal_critical_values_agree_with_tables() {
    // Abramowitz & Stegun (1964), Table 26.5, and the published 20-digit value for 95 %.
    assert_close(normal_critical_value(0.95), 1.959_963_984_540_054, 1e-14);
    assert_close(normal_critical_value(0.99), 2.575_829_303_548_901, 1e-14);
    assert_close(normal_critical_value(0.5), 0.674_489_750_196_081_7, 1e-14);
    // Small and extreme levels: z ≈ c·√(π/2) to first order, and 1 − c = 2^-40.
    assert_close(normal_critical_value(1e-8), 1e-8 * (std::f64::consts::PI / 2.0).sqrt(), 1e-7);
    assert_close(
        libm::erfc(normal_critical_value(1.0 - 2f64.powi(-40)) / 2f64.sqrt()),
        2f64.powi(-40),
        1e-10,
    );
}

#[test]
fn nothing_has_a_share_of_zero_in_nothing() {
    assert_eq!(ratio_or_zero(1.0, 4.0), 0.25);
    assert_eq!(ratio_or_zero(0.0, 0.0), 0.0);
}

#[test]
fn wilson_intervals_by_hand() {
    // z² = 4, n = 4, p = 1/2: u = 1, root √(1 + 1) and the roots (2 ± √2)/4.
    let (low, high) = wilson_interval(2, 4, 2.0);
    assert_close(low, (2.0 - 2_f64.sqrt()) / 4.0, 1e-15);
    assert_close(high, (2.0 + 2_f64.sqrt()) / 4.0, 1e-15);
    // Never seen: 0 to u/(1 + u). Always seen: its mirror image. No trials: nothing is known.
    assert_eq!(wilson_interval(0, 4, 2.0), (0.0, 0.5));
    assert_eq!(wilson_interval(4, 4, 2.0), (0.5, 1.0));
    assert!(wilson_interval(0, 0, 2.0).0.is_nan() && wilson_interval(0, 0, 2.0).1.is_nan());
    // Among 10¹² trials the lower end keeps its digits: p²/((1 + u) high).
    let (low, _) = wilson_interval(1, 1_000_000_000_000, 2.0);
    assert_close(low, 1e-12 / (3.0 + 8_f64.sqrt()), 1e-11);
}
