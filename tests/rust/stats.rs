use regiometrics::kernel::stats::{keeps_digits, quantile, ratio_or_zero};

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
