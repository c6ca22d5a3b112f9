use regiometrics::kernel::classify::{Method, NaturalBreaks, assign, breaks, classify, classify_by};
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;

use crate::tools::{assert_close, numbers, on_threads};

const METHODS: [Method; 6] = [
    Method::Quantiles,
    Method::Equal,
    Method::NaturalBreaks,
    Method::Geometric,
    Method::Std,
    Method::HeadTail,
];

fn found(values: &[f64], method: Method, k: usize) -> Vec<f64> {
    breaks(&Job::new(), values, method, k).unwrap()
}

#[test]
fn each_method_by_hand() {
    // n = 5: positions 4/3 and 8/3 between 2, 3 and 3, 4.
    let quantiles = found(&[1.0, 2.0, 3.0, 4.0, 5.0], Method::Quantiles, 3);
    assert_close(quantiles[0], 2.0 + 1.0 / 3.0, 1e-15);
    assert_close(quantiles[1], 3.0 + 2.0 / 3.0, 1e-15);
    assert_eq!(found(&[0.0, 1.0, 9.0], Method::Equal, 3), [3.0, 6.0, 9.0]);
    assert_eq!(found(&[1.0, 2.0, 3.0, 10.0, 11.0, 30.0], Method::NaturalBreaks, 3), [3.0, 11.0, 30.0]);
    assert_eq!(found(&[1.0, 10.0, 100.0, 1000.0], Method::Geometric, 3), [10.0, 100.0, 1000.0]);
    // Mean 2, sample standard deviation 1.
    assert_eq!(found(&[1.0, 2.0, 3.0], Method::Std, 3), [1.5, 2.5, 3.0]);
    assert_eq!(found(&[1.0, 2.0, 3.0], Method::Std, 4), [1.0, 2.0, 3.0]);
    // Mean 4, head {5, 25}; mean 15, head {25} is half.
    let tailed = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 5.0, 25.0];
    assert_eq!(found(&tailed, Method::HeadTail, 1), [4.0, 15.0, 25.0]);
}

#[test]
fn values_on_a_bound_go_with_its_class() {
    assert_eq!(assign(&[0.0, 1.0, 1.5, 2.0, 9.0], &[1.0, 2.0, 3.0]), [0, 0, 1, 1, 2]);
}

#[test]
fn a_bound_that_rounding_keeps_below_a_value_is_that_value() {
    // 0.1 · 3 is above 0.3 by one unit of the last place, and the bound 0.3 is meant to hold it.
    let values: Vec<f64> = (0..=10).map(|i| 0.1 * f64::from(i)).collect();
    let result = classify(&Job::new(), &values, Method::Equal, 10).unwrap();
    assert_eq!(result.n, [2, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
}

#[test]
fn one_table_has_the_breaks_for_every_number_of_classes() {
    let mut values = numbers(500);
    values.sort_unstable_by(f64::total_cmp);
    let table = NaturalBreaks::new(&Job::new(), &values, &vec![1; 500], 9).unwrap();
    for k in 1..=9 {
        assert_eq!(table.breaks(k), found(&values, Method::NaturalBreaks, k));
    }
}

#[test]
fn natural_breaks_are_the_best_of_the_plain_recursion() {
    // Values with ties and an offset, as whole numbers, so that the plain recursion is exact in 128 bits.
    let whole: Vec<i128> = (0..120_i128).map(|i| (i * i * 7919) % 401).collect();
    let values: Vec<f64> = whole.iter().map(|&value| 1e9 + value as f64).collect();
    let mut sorted = whole.clone();
    sorted.sort_unstable();
    for k in 2..8 {
        let codes = assign(&values, &found(&values, Method::NaturalBreaks, k));
        let classes = (0..k as u32).map(|class| {
            let members: Vec<i128> = (0..120).filter(|&i| codes[i] == class).map(|i| whole[i]).collect();
            squares(&members)
        });
        assert_close(classes.sum(), plain(&sorted, k), 1e-14);
    }
}

/// The sum of squares around the mean.
fn squares(members: &[i128]) -> f64 {
    let n = members.len() as i128;
    let (sum, sum_of_squares): (i128, i128) = (members.iter().sum(), members.iter().map(|x| x * x).sum());
    (sum_of_squares * n - sum * sum) as f64 / n as f64
}

fn plain(sorted: &[i128], k: usize) -> f64 {
    let n = sorted.len();
    let mut best: Vec<f64> = (0..=n).map(|j| if j == 0 { 0.0 } else { squares(&sorted[..j]) }).collect();
    for q in 2..=k {
        let start =
            |j: usize| (q - 1..j).map(|i| best[i] + squares(&sorted[i..j])).fold(f64::INFINITY, f64::min);
        best = (0..=n).map(start).collect();
    }
    best[n]
}

#[test]
fn an_outlier_does_not_blur_the_choice() {
    // The squares of the small values are 1e-28 of all.
    let values = [1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 1e15];
    assert_eq!(found(&values, Method::NaturalBreaks, 3), [3.0, 12.0, 1e15]);
    let values = [-1e15, 1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 1e15];
    assert_eq!(found(&values, Method::NaturalBreaks, 4), [-1e15, 3.0, 12.0, 1e15]);
}

#[test]
fn fewer_distinct_values_than_classes() {
    for (method, expected) in METHODS.into_iter().zip([2, 5, 2, 5, 3, 2]) {
        let result = classify(&Job::new(), &[1.0, 1.0, 1.0, 2.0], method, 5).unwrap();
        assert_eq!((result.breaks.len(), result.n_distinct), (expected, 2), "{method:?}");
        assert_eq!(result.n.iter().sum::<u64>(), 4);
    }
}

#[test]
fn one_value_is_one_class_for_every_method() {
    for method in METHODS {
        let result = classify(&Job::new(), &[7.0], method, 3).unwrap();
        assert_eq!((result.breaks, result.codes, result.n), (vec![7.0], vec![0], vec![1]));
        assert!(result.goodness_of_fit.is_nan());
    }
}

#[test]
fn the_fit_by_hand() {
    // {1, 3}, {8}: 2 within, of 9 + 1 + 16 = 26 around the mean 4.
    let result = classify_by(&Job::new(), &[1.0, 3.0, 8.0], &[4.0]).unwrap();
    assert_close(result.goodness_of_fit, 1.0 - 2.0 / 26.0, 1e-15);
    assert_eq!((result.breaks, result.lower), (vec![4.0, 8.0], vec![1.0, 4.0]));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let values = numbers(150_000);
    for method in METHODS {
        let run = |threads| on_threads(threads, || classify(&Job::new(), &values, method, 4).unwrap());
        assert_eq!(run(1), run(3));
    }
}

#[test]
fn refusals() {
    let job = Job::new();
    assert_eq!(breaks(&job, &[], Method::Equal, 2), Err(Error::Empty { name: "values" }));
    assert!(matches!(breaks(&job, &[1.0], Method::Equal, 0), Err(Error::Parameter { name: "k", .. })));
    assert!(matches!(
        breaks(&job, &[1.0, f64::NAN], Method::Equal, 2),
        Err(Error::NotFinite { name: "values", row: 1, .. })
    ));
    assert_eq!(
        breaks(&job, &[1.0, 0.0], Method::Geometric, 2),
        Err(Error::NotPositive { name: "values", row: 1, value: 0.0 })
    );
    assert_eq!(
        breaks(&job, &[-1e308, 1e308], Method::Equal, 2),
        Err(Error::OutOfRange { name: "values", period: 0 })
    );
    assert!(matches!(
        classify_by(&job, &[1.0], &[2.0, 2.0]),
        Err(Error::Parameter { name: "breaks", value: 2.0, .. })
    ));
    job.cancel();
    assert_eq!(breaks(&job, &[1.0, 2.0, 3.0], Method::NaturalBreaks, 2), Err(Error::Cancelled));
}
