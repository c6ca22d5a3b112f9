use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::entropy_weights::{Step, contributions, entropy_weights, step, weights};
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::matrix::Matrix;
use regiometrics::kernel::normalize::{Constant, Method, Rule};

use crate::tools::{assert_close, numbers, on_threads};

const RULE: Rule<'_> = Rule { method: Method::MinMax, negative: &[false, false], shift: 0.0 };

#[test]
fn two_indicators_by_hand() {
    // z = (0, 0, 0, 1): p = 1 once, e = 0, d = 1. z = (0, 1, 0, 1): p = 1/2 twice, e = ln 2 / ln 4 = 1/2, d = 1/2.
    let matrix = Matrix { columns: &[&[2.0, 2.0, 2.0, 5.0], &[0.0, 7.0, 0.0, 7.0]], scopes: Classes::ONE };
    let result = entropy_weights(&Job::new(), &matrix, &RULE).unwrap();
    for (found, expected) in result.weights.iter().zip([(0.0, 1.0, 2.0 / 3.0), (0.5, 0.5, 1.0 / 3.0)]) {
        assert!((found.entropy - expected.0).abs() <= 1e-15);
        assert_close(found.divergence, expected.1, 1e-15);
        assert_close(found.weight, expected.2, 1e-15);
    }
    assert_close(result.scores[1], 1.0 / 3.0, 1e-15);
    assert_close(result.scores[3], 1.0, 1e-15);
    assert_eq!(weights(&Job::new(), &matrix, &RULE).unwrap().weights, result.weights);
}

#[test]
fn a_constant_column_weighs_nothing() {
    let matrix = Matrix { columns: &[&[1.0, 2.0], &[3.0, 3.0]], scopes: Classes::ONE };
    let result = entropy_weights(&Job::new(), &matrix, &RULE).unwrap();
    assert_eq!((result.weights[1].entropy, result.weights[1].weight), (1.0, 0.0));
    assert_eq!(result.weights[0].weight, 1.0);
    assert_eq!(result.constant, vec![Constant { column: 1, scope: 0 }]);
}

#[test]
fn steps_add_up() {
    let z = Matrix { columns: &[&[0.0, 1.0, 0.5, 0.0], &[0.0; 4]], scopes: Classes::new(&[0, 0, 1, 1], 2) };
    // Scope 0: p = 0, 1; scope 1: p = 1, 0. A column of zeros has p = 1/2 and the terms −½ ln ½ / ln 2 = ½.
    let p = step(&Job::new(), &z, Step::Proportions).unwrap();
    assert_eq!(p, vec![vec![0.0, 1.0, 1.0, 0.0], vec![0.5; 4]]);
    let terms = step(&Job::new(), &z, Step::EntropyTerms).unwrap();
    assert_eq!(terms, vec![vec![0.0; 4], vec![0.5; 4]]);
    let added = contributions(&Job::new(), &z, &[0.25, 0.75, 0.5, 0.5]).unwrap();
    assert_eq!(added[0], vec![0.0, 0.25, 0.25, 0.0]);
    assert!(matches!(contributions(&Job::new(), &z, &[1.0]), Err(Error::Length { .. })));
}

#[test]
fn negative_normalised_values_and_constant_scopes_are_refused() {
    let matrix = Matrix { columns: &[&[1.0, 2.0], &[1.0, 3.0]], scopes: Classes::ONE };
    let scores = Rule { method: Method::ZScore, ..RULE };
    let error = entropy_weights(&Job::new(), &matrix, &scores).unwrap_err();
    assert_eq!(error, Error::NegativeNormalized { name: "values", row: 0, value: -1.0 }.in_column(0));
    // Two values stand one deviation off their mean: a shift of one makes zeros of the lower.
    let lifted = entropy_weights(&Job::new(), &matrix, &Rule { shift: 1.0, ..scores }).unwrap();
    assert_eq!(lifted.normalized[0], vec![0.0, 2.0]);
    let scopes = Classes::new(&[0, 0, 1], 2);
    let single = Matrix { columns: &[&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]], scopes };
    assert_eq!(entropy_weights(&Job::new(), &single, &RULE), Err(Error::AllConstant { period: 1 }));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (a, b) = (numbers(60_000), numbers(60_001)[1..].iter().map(|x| x * x).collect::<Vec<_>>());
    let codes: Vec<u32> = (0..60_000).map(|row| row % 3).collect();
    let matrix = Matrix { columns: &[&a, &b], scopes: Classes::new(&codes, 3) };
    let go = |n| on_threads(n, || entropy_weights(&Job::new(), &matrix, &RULE).unwrap());
    assert_eq!(go(1), go(3));
}
