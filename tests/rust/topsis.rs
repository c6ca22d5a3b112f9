use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::error::{Error, Result};
use regiometrics::kernel::job::Job;
use regiometrics::kernel::matrix::Matrix;
use regiometrics::kernel::normalize::{Method, Rule};
use regiometrics::kernel::topsis::{Topsis, topsis};

use crate::tools::{assert_close, numbers, on_threads};

fn run(columns: &[&[f64]], negative: &[bool], method: Method, weights: &[f64]) -> Result<Topsis> {
    let matrix = Matrix { columns, scopes: Classes::ONE };
    topsis(&Job::new(), &matrix, &Rule { method, negative, shift: 0.0 }, weights, Classes::ONE)
}

#[test]
fn min_max_by_hand() {
    // Income 20, 60, 20 and smoke 5, 7, 9 (negative): z = (0, 1), (1, ½), (0, 0). With weights ½:
    // D⁺ = ½, ¼, √½; D⁻ = ½, √(¼ + 1/16) = √5/4, 0.
    let result =
        run(&[&[20.0, 60.0, 20.0], &[5.0, 7.0, 9.0]], &[false, true], Method::MinMax, &[3.0, 3.0]).unwrap();
    assert_eq!(result.distance_best[..2], [0.5, 0.25]);
    assert_close(result.distance_best[2], 0.5_f64.sqrt(), 1e-15);
    assert_close(result.distance_worst[1], 5.0_f64.sqrt() / 4.0, 1e-15);
    assert_close(result.scores[1], 5.0_f64.sqrt() / (1.0 + 5.0_f64.sqrt()), 1e-15);
    assert_eq!((result.scores[0], result.scores[2]), (0.5, 0.0));
    assert_eq!(result.ranks, vec![2, 1, 3]);
    assert_eq!((result.ideal[1].best, result.ideal[1].worst, result.ideal[1].weight), (0.5, 0.0, 0.5));
}

#[test]
fn vector_by_hand() {
    // 3, 4 over 5: positive best 0.8, worst 0.6. 12, 5 over 13, negative: best 5/13, worst 12/13.
    let result = run(&[&[3.0, 4.0], &[12.0, 5.0]], &[false, true], Method::Vector, &[1.0, 3.0]).unwrap();
    assert_close(result.ideal[0].best, 0.25 * 0.8, 1e-15);
    assert_close(result.ideal[1].best, 0.75 * 5.0 / 13.0, 1e-15);
    assert_close(result.distance_best[0], (0.05_f64.powi(2) + (5.25_f64 / 13.0).powi(2)).sqrt(), 1e-15);
    assert_eq!(result.scores, vec![0.0, 1.0]);
}

#[test]
fn scores_that_differ_by_rounding_tie() {
    // Rows 0 and 1 hold the same three numbers in another order, so that sums differ in the last bits at most.
    let columns: [&[f64]; 3] = [&[0.1, 0.7, 0.0, 1.0], &[0.3, 0.1, 0.0, 1.0], &[0.7, 0.3, 0.0, 1.0]];
    let result = run(&columns, &[false; 3], Method::MinMax, &[1.0; 3]).unwrap();
    assert_eq!(result.ranks, vec![2, 2, 4, 1]);
}

#[test]
fn what_cannot_be_ranked_is_refused() {
    let columns: [&[f64]; 2] = [&[1.0, 2.0], &[3.0, 3.0]];
    let run = |method, weights: &[f64]| run(&columns, &[false; 2], method, weights);
    assert_eq!(run(Method::MinMax, &[0.0, 1.0]), Err(Error::AllConstant { period: 0 }));
    assert!(matches!(run(Method::MinMax, &[0.0, 0.0]), Err(Error::Parameter { name: "weights", .. })));
    assert!(matches!(run(Method::MinMax, &[1.0]), Err(Error::Length { .. })));
    let negative = Err(Error::Negative { name: "weights", row: 1, value: -1.0 });
    assert_eq!(run(Method::MinMax, &[1.0, -1.0]), negative);
    assert!(matches!(run(Method::Sum, &[1.0, 1.0]), Err(Error::Parameter { name: "method", .. })));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (a, b) = (numbers(60_000), numbers(60_001)[1..].to_vec());
    let go = |n| on_threads(n, || run(&[&a, &b], &[false, true], Method::Vector, &[1.0, 2.0]).unwrap());
    assert_eq!(go(1), go(3));
}
