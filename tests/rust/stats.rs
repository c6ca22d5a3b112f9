use regiometrics::kernel::stats::{keeps_digits, quantile, ratio_or_zero, wilson_interval};

use crate::tools::assert_close;

#[test]
fn quantiles_interpolate_between_order_statistics() {
    // Type 7: position p (n − 1) = 0.25 · 3 = 0.75 between 1 and 2.
    assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.25), 1.75);
    assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.0), 1.0);
    assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 1.0), 8.0);
    assert_eq!(quantile(&[3.0], 0.3), 3.0);
    assert!(quantile(&[], 0.5).is_nan());
    let ends = [f64::NEG_INFINITY, 0.0, f64::INFINITY, f64::INFINITY];
    let at = |probability| quantile(&ends, probability);
    assert_eq!([at(0.1), at(1.0 / 3.0), at(0.5), at(0.9)], [ends[0], 0.0, ends[3], ends[3]]);
}

#[test]
fn nothing_has_a_share_of_zero_in_nothing() {
    assert_eq!(ratio_or_zero(1.0, 4.0), 0.25);
    assert_eq!(ratio_or_zero(0.0, 0.0), 0.0);
}

#[test]
fn products_near_the_ends_of_the_range_do_not_keep_their_digits() {
    assert!(keeps_digits(1e-280) && keeps_digits(1e300));
    assert!(!keeps_digits(1e-300) && !keeps_digits(0.0) && !keeps_digits(f64::INFINITY));
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
