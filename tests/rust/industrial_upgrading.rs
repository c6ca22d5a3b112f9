use std::f64::consts::{FRAC_PI_2, PI};

use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::industrial_upgrading::industrial_upgrading;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::matrix::Matrix;

use crate::tools::assert_close;

fn run(columns: &[&[f64]]) -> Result<Vec<f64>, Error> {
    industrial_upgrading(&Job::new(), &Matrix { columns, scopes: Classes::ONE })
}

#[test]
fn corners_rise_from_primary_to_tertiary() {
    // θ is 0 to the own corner and π/2 to the others: 3θ₁ + 2θ₂ + θ₃.
    let found = run(&[&[1.0, 0.0, 0.0], &[0.0, 5.0, 0.0], &[0.0, 0.0, 1e-3]]).unwrap();
    assert_eq!(found, vec![3.0 * FRAC_PI_2, 4.0 * FRAC_PI_2, 5.0 * FRAC_PI_2]);
    // Two sectors alike: both angles are π/4, and 2θ₁ + θ₂ = 3π/4.
    assert_close(run(&[&[2.0], &[2.0]]).unwrap()[0], 0.75 * PI, 1e-15);
}

#[test]
fn angles_near_a_corner_keep_their_digits() {
    // (1, ε, 0): θ₁ = ε − ε³/3 …, θ₂ = π/2 − θ₁, θ₃ = π/2, so that W − 3π/2 = 3θ₁ − 2θ₁ = ε.
    let epsilon = 1e-5;
    let corner = run(&[&[1.0], &[0.0], &[0.0]]).unwrap()[0];
    assert_close(run(&[&[1.0], &[epsilon], &[0.0]]).unwrap()[0] - corner, f64::atan(epsilon), 1e-9);
    // Values whose squares leave the range of a double.
    assert_close(run(&[&[1e300], &[1e300]]).unwrap()[0], 0.75 * PI, 1e-15);
    assert_close(run(&[&[1e-300], &[1e-300]]).unwrap()[0], 0.75 * PI, 1e-15);
}

#[test]
fn what_has_no_structure_is_refused() {
    assert_eq!(run(&[&[1.0, 0.0], &[1.0, 0.0]]), Err(Error::NoTotal { name: "columns", row: 1 }));
    let negative = Error::Negative { name: "values", row: 0, value: -1.0 }.in_column(1);
    assert_eq!(run(&[&[1.0], &[-1.0]]), Err(negative));
    assert!(matches!(run(&[&[1.0]]), Err(Error::Parameter { .. })));
}
