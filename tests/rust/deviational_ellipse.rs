use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::deviational_ellipse::{
    Correction, Ellipse, Outline, Points, deviational_ellipse, outlines, perimeter,
};
use regiometrics::kernel::error::{Error, Result};
use regiometrics::kernel::job::Job;

use crate::tools::{assert_close, numbers, on_threads};

fn run(x: &[f64], y: &[f64], weights: Option<&[f64]>, correction: Correction) -> Result<Vec<Ellipse>> {
    deviational_ellipse(&Job::new(), &Points { x, y, weights, cells: Classes::ONE }, correction)
}

#[test]
fn four_ends_of_two_axes_by_hand() {
    // (0, ±3) and (±2, 0): centre 0, variances 2·9/4 and 2·4/4, no covariance. Times 2: half axes 3 and 2, pointing north.
    let ellipse =
        run(&[0.0, 0.0, 2.0, -2.0], &[3.0, -3.0, 0.0, 0.0], None, Correction::Sqrt2).unwrap().remove(0);
    assert_eq!((ellipse.n, ellipse.center_x, ellipse.center_y, ellipse.azimuth), (4, 0.0, 0.0, 0.0));
    assert_close(ellipse.semi_major, 3.0, 4.0 * f64::EPSILON);
    assert_close(ellipse.semi_minor, 2.0, 4.0 * f64::EPSILON);
    assert_close(ellipse.flattening, 1.0 / 3.0, 4.0 * f64::EPSILON);
    assert_close(ellipse.area, 6.0 * std::f64::consts::PI, 8.0 * f64::EPSILON);
    // 12 E(5/9), E by its power series in 30 digits.
    assert_close(ellipse.perimeter, 15.865_439_589_290_589, 8.0 * f64::EPSILON);
    assert_eq!(ellipse.share_inside, 1.0);
}

#[test]
fn corrections_multiply_the_axes() {
    let (x, y) = ([0.0, 1.0, 5.0, 2.0, 3.0], [0.0, 2.0, 1.0, 7.0, 3.0]);
    let plain = run(&x, &y, None, Correction::None).unwrap()[0];
    let sqrt2 = run(&x, &y, None, Correction::Sqrt2).unwrap()[0];
    let df = run(&x, &y, None, Correction::Sqrt2Df).unwrap()[0];
    assert_close(sqrt2.semi_major, 2_f64.sqrt() * plain.semi_major, 4.0 * f64::EPSILON);
    assert_close(df.semi_minor, (10.0_f64 / 3.0).sqrt() * plain.semi_minor, 4.0 * f64::EPSILON);
    assert_eq!((plain.azimuth, plain.flattening), (df.azimuth, df.flattening));
}

#[test]
fn perimeters_of_a_circle_and_of_a_line() {
    assert_close(perimeter(1.0, 1.0), std::f64::consts::TAU, 2.0 * f64::EPSILON);
    assert_eq!(perimeter(2.5, 0.0), 10.0);
    // Near a line the perimeter is 4a (1 + k²/2 (ln(4/k) − 1/2)) with k = b/a.
    let k: f64 = 1e-6;
    assert_close(perimeter(1.0, k), 4.0 * (1.0 + k * k / 2.0 * ((4.0 / k).ln() - 0.5)), 64.0 * f64::EPSILON);
}

#[test]
fn a_large_offset_costs_no_more_than_the_coordinates_have_lost() {
    // Whole numbers, so that the shifted coordinates are exact.
    let x: Vec<f64> = (0..97).map(|i| f64::from(i * 37 % 101)).collect();
    let y: Vec<f64> = (0..97).map(|i| f64::from(i * 53 % 89)).collect();
    let shifted = |values: &[f64], by: f64| values.iter().map(|value| value + by).collect::<Vec<_>>();
    let near = run(&x, &y, None, Correction::Sqrt2).unwrap()[0];
    let far = run(&shifted(&x, 4.0e6), &shifted(&y, -3.0e9), None, Correction::Sqrt2).unwrap()[0];
    assert_eq!(
        (near.semi_major, near.semi_minor, near.azimuth),
        (far.semi_major, far.semi_minor, far.azimuth)
    );
}

#[test]
fn the_centre_is_known_beyond_its_double() {
    // Three points from 2³⁰ to 2³⁰ + 2: the mean of 0, 1 and 2⁻¹⁰ above it is no multiple of 2⁻²².
    let base = 1_073_741_824.0;
    let above = [0.0, 1.0, 1.0 / 1024.0];
    let x = above.map(|value| value + base);
    let ellipse = run(&x, &[0.0, 1.0, 5.0], None, Correction::None).unwrap()[0];
    let mean = above.iter().sum::<f64>() / 3.0;
    assert_close((ellipse.center_x - base) + ellipse.rest_x, mean, 1e-15);
    assert!(ellipse.rest_x != 0.0);
}

#[test]
fn points_on_a_line_and_circles() {
    let line = run(&[0.0, 3.0, 6.0], &[0.1, 1.1, 2.1], None, Correction::None).unwrap()[0];
    assert_eq!((line.semi_minor, line.flattening, line.area), (0.0, 1.0, 0.0));
    assert_close(line.semi_major, (20.0_f64 / 3.0).sqrt(), 8.0 * f64::EPSILON);
    assert_close(line.perimeter, 4.0 * line.semi_major, f64::EPSILON);
    let square = run(&[0.0, 1.0, 1.0, 0.0], &[0.0, 0.0, 1.0, 1.0], None, Correction::Sqrt2).unwrap()[0];
    assert!(square.azimuth.is_nan());
    assert_eq!((square.flattening, square.semi_major), (0.0, square.semi_minor));
}

#[test]
fn outlines_close_and_start_at_the_end_of_the_major_axis() {
    let ellipse = Outline { center_x: 1.0, center_y: 2.0, semi_major: 3.0, semi_minor: 1.0, azimuth: 90.0 };
    let (x, y) = outlines(&Job::new(), &[ellipse], 4).unwrap();
    // East, then clockwise: south, west, north, and east again. The sine of 180° is 1e-16.
    for (found, expected) in x.iter().zip([4.0, 1.0, -2.0, 1.0, 4.0]) {
        assert!((found - expected).abs() < 1e-15, "{x:?}");
    }
    for (found, expected) in y.iter().zip([2.0, 1.0, 2.0, 3.0, 2.0]) {
        assert!((found - expected).abs() < 1e-15, "{y:?}");
    }
    assert_eq!((x[0], y[0]), (x[4], y[4]));
    assert!(matches!(outlines(&Job::new(), &[ellipse], 2), Err(Error::Parameter { name: "n", .. })));
    let (one, two) = (ndarray::arr1(&[1.0]), ndarray::arr1(&[1.0, 2.0]));
    let columns = [one.view(), two.view(), one.view(), one.view(), one.view()];
    assert!(matches!(Outline::from_columns(columns), Err(Error::Length { name: "center_y", length: 2, .. })));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (x, mut y) = (numbers(20_000), numbers(20_000));
    y.rotate_left(7);
    let weights = numbers(20_000);
    let cells: Vec<u32> = (0..20_000).map(|i| u32::from(i % 5 == 0)).collect();
    let points = Points { x: &x, y: &y, weights: Some(&weights), cells: Classes::new(&cells, 2) };
    let on = |threads| {
        on_threads(threads, || deviational_ellipse(&Job::new(), &points, Correction::Sqrt2Df).unwrap())
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn one_place_no_weight_and_two_points_are_refused() {
    let place = Error::OnePlace { name: "x", period: 0 };
    assert_eq!(run(&[1.0, 1.0], &[2.0, 2.0], None, Correction::Sqrt2), Err(place.clone()));
    assert_eq!(run(&[1.0, 9.0], &[2.0, 9.0], Some(&[1.0, 0.0]), Correction::Sqrt2), Err(place));
    let none = run(&[1.0, 9.0], &[2.0, 9.0], Some(&[0.0, 0.0]), Correction::Sqrt2);
    assert_eq!(none, Err(Error::NoWeight { name: "weights", period: 0 }));
    let long = run(&[0.0, 1e308, 5e307], &[0.0, 1e308, 0.0], None, Correction::Sqrt2Df);
    assert_eq!(long, Err(Error::OutOfRange { name: "x", period: 0 }));
    let few = run(&[1.0, 9.0], &[2.0, 9.0], None, Correction::Sqrt2Df);
    assert_eq!(few, Err(Error::TooFewPoints { name: "x", period: 0, n: 2, least: 3 }));
    let job = Job::new();
    job.cancel();
    let points = Points { x: &[0.0, 1.0], y: &[0.0, 1.0], weights: None, cells: Classes::ONE };
    assert_eq!(deviational_ellipse(&job, &points, Correction::None), Err(Error::Cancelled));
}
