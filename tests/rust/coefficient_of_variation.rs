use regiometrics::kernel::cells::{Classes, Panel};
use regiometrics::kernel::coefficient_of_variation::coefficient_of_variation;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;

use crate::tools::{assert_close, numbers, on_threads, panel};

#[test]
fn population_sample_and_weights_by_hand() {
    // 2, 4, 6: mean 4, Σ(y − 4)² = 8; over 3 or over 2.
    let values = [2.0, 4.0, 6.0];
    let run = |weights, sample| {
        coefficient_of_variation(&Job::new(), &panel(&values, weights, &[0; 3], 1), sample)
            .map(|rows| rows[0])
    };
    let row = run(None, false).unwrap();
    assert_eq!((row.n, row.mean), (3, 4.0));
    assert_close(row.coefficient_of_variation, (8.0_f64 / 3.0).sqrt() / 4.0, 1e-15);
    assert_close(run(None, true).unwrap().coefficient_of_variation, 0.5, 1e-15);
    // Weights 1, 0, 3: mean 5, variance (9 + 3)/4 = 3, two units.
    let row = run(Some(&[1.0, 0.0, 3.0]), false).unwrap();
    assert_eq!((row.n, row.mean), (2, 5.0));
    assert_close(row.standard_deviation, 3.0_f64.sqrt(), 1e-15);
    assert!(matches!(run(Some(&[1.0; 3]), true), Err(Error::Parameter { name: "sample", .. })));
}

#[test]
fn an_offset_costs_no_digits() {
    let row = coefficient_of_variation(&Job::new(), &panel(&[1e9, 1e9 + 1.0], None, &[0; 2], 1), false);
    assert_eq!(row.unwrap()[0].standard_deviation, 0.5);
}

#[test]
fn one_unit_has_no_sample_deviation() {
    let row = coefficient_of_variation(&Job::new(), &panel(&[3.0], None, &[0], 1), true).unwrap()[0];
    assert!(row.coefficient_of_variation.is_nan());
}

#[test]
fn a_mean_of_zero_or_less_is_refused() {
    let panel = Panel {
        values: &[1.0, -2.0, 2.0],
        weights: None,
        groups: Classes::ONE,
        periods: Classes::new(&[0, 1, 1], 2),
    };
    let error = Err(Error::MeanNotPositive { name: "values", period: 1, mean: 0.0 });
    assert_eq!(coefficient_of_variation(&Job::new(), &panel, false), error);
    let wide = crate::tools::panel(&[-1e308, 1.2e308], None, &[0; 2], 1);
    let error = Err(Error::OutOfRange { name: "values", period: 0 });
    assert_eq!(coefficient_of_variation(&Job::new(), &wide, false), error);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let values = numbers(50_000);
    let codes: Vec<u32> = (0..50_000).map(|row| row % 3).collect();
    let panel = Panel {
        values: &values,
        weights: Some(&values),
        groups: Classes::ONE,
        periods: Classes::new(&codes, 3),
    };
    let go = |n| on_threads(n, || coefficient_of_variation(&Job::new(), &panel, false).unwrap());
    assert_eq!(go(1), go(3));
}
