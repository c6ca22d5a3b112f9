use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::matrix::{Matrix, Sum};
use regiometrics::kernel::normalize::{Constant, Method, Normalized, Rule, normalize};

use crate::tools::{assert_close, numbers, on_threads};

fn run(columns: &[&[f64]], negative: &[bool], method: Method, shift: f64) -> Result<Normalized, Error> {
    let matrix = Matrix { columns, scopes: Classes::ONE };
    normalize(&Job::new(), &matrix, &Rule { method, negative, shift })
}

#[test]
fn every_method_and_direction_by_hand() {
    // 3, 0, 4: range 4, Σ = 7, √Σx² = 5; mean 7/3, variance (9 + 0 + 16)/3 − 49/9 = 26/9.
    let x: &[f64] = &[3.0, 0.0, 4.0];
    let both = |method| run(&[x, x], &[false, true], method, 0.0).unwrap().columns;
    assert_eq!(both(Method::MinMax), vec![vec![0.75, 0.0, 1.0], vec![0.25, 1.0, 0.0]]);
    assert_eq!(both(Method::Vector)[0], vec![0.6, 0.0, 0.8]);
    assert_close(both(Method::Vector)[1][2], 0.2, 1e-15);
    let z = both(Method::ZScore);
    assert_close(z[0][0], (3.0 - 7.0 / 3.0) / (26.0_f64 / 9.0).sqrt(), 1e-14);
    z[0].iter().zip(&z[1]).for_each(|(&up, &down)| assert_close(up, -down, 1e-14));
    // 1, 2, 4: Σ = 7, and 1, 1/2, 1/4 with Σ = 7/4.
    let x: &[f64] = &[1.0, 2.0, 4.0];
    let sum = run(&[x, x], &[false, true], Method::Sum, 0.0).unwrap().columns;
    let expected = [[1.0 / 7.0, 2.0 / 7.0, 4.0 / 7.0], [4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0]];
    for (column, expected) in sum.iter().zip(expected) {
        column.iter().zip(expected).for_each(|(&z, expected)| assert_close(z, expected, 1e-15));
    }
}

#[test]
fn scopes_are_normalised_by_themselves_and_constants_are_zero() {
    // Scope 0: 1, 3; scope 1: 7, 7.
    let columns: &[&[f64]] = &[&[1.0, 7.0, 3.0, 7.0]];
    let matrix = Matrix { columns, scopes: Classes::new(&[0, 1, 0, 1], 2) };
    for method in [Method::MinMax, Method::ZScore, Method::Vector, Method::Sum] {
        let rule = Rule { method, negative: &[false], shift: 0.5 };
        let result = normalize(&Job::new(), &matrix, &rule).unwrap();
        assert_eq!((result.columns[0][1], result.columns[0][3]), (0.5, 0.5));
        assert_eq!(result.constant, vec![Constant { column: 0, scope: 1 }]);
        if method == Method::MinMax {
            assert_eq!((result.columns[0][0], result.columns[0][2]), (0.5, 1.5));
        }
    }
}

#[test]
fn what_a_method_cannot_take_is_named() {
    let error =
        |x: &[f64], negative, method| run(&[&[1.0, 2.0], x], &[false, negative], method, 0.0).unwrap_err();
    let negative = Error::Negative { name: "values", row: 1, value: -1.0 }.in_column(1);
    assert_eq!(error(&[1.0, -1.0], false, Method::Sum), negative);
    let zero = Error::NotPositive { name: "values", row: 0, value: 0.0 }.in_column(1);
    assert_eq!(error(&[0.0, 1.0], true, Method::Sum), zero);
    let wide = Error::OutOfRange { name: "values", period: 0 }.in_column(1);
    assert_eq!(error(&[-1e308, 1e308], false, Method::MinMax), wide);
    let short = Error::Length { name: "values", length: 1, expected: 2 }.in_column(1);
    assert_eq!(error(&[1.0], false, Method::MinMax), short);
    assert!(matches!(run(&[&[1.0]], &[false], Method::MinMax, -1.0), Err(Error::Parameter { .. })));
    assert!(matches!(run(&[], &[], Method::MinMax, 0.0), Err(Error::Empty { .. })));
    let empty_scope = Matrix { columns: &[&[1.0]], scopes: Classes::new(&[0], 2) };
    assert_eq!(empty_scope.check(), Err(Error::Empty { name: "a scope" }));
}

#[test]
fn sums_keep_what_small_terms_add() {
    // 1 + 10⁴ · 1e-17, where every single term is lost beside 1.
    let mut sum = Sum::default();
    sum.add(1.0);
    (0..10_000).for_each(|_| sum.add(1e-17));
    assert_close(sum.total(), 1.0 + 1e-13, 1e-16);
    sum.add(f64::MAX);
    sum.add(f64::MAX);
    assert_eq!(sum.total(), f64::INFINITY);
}

#[test]
fn a_cancelled_job_stops() {
    let job = Job::new();
    job.cancel();
    let matrix = Matrix { columns: &[&[1.0, 2.0]], scopes: Classes::ONE };
    let rule = Rule { method: Method::MinMax, negative: &[false], shift: 0.0 };
    assert_eq!(normalize(&job, &matrix, &rule), Err(Error::Cancelled));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (a, b) = (numbers(50_000), numbers(50_001)[1..].to_vec());
    for method in [Method::ZScore, Method::Vector, Method::Sum] {
        let go = |n| on_threads(n, || run(&[&a, &b], &[false, true], method, 0.0).unwrap());
        assert_eq!(go(1), go(3));
    }
}
