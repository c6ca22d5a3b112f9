use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::sort;

use crate::tools::{numbers, on_threads};

fn assert_sorted_as_by_comparison(mut values: Vec<f64>) {
    let mut expected = values.clone();
    expected.sort_unstable_by(f64::total_cmp);
    on_threads(3, || sort::numbers(&Job::new(), &mut values)).unwrap();
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert!(bits(&values) == bits(&expected));
}

#[test]
fn numbers_of_every_spread_are_sorted() {
    let drawn = numbers(150_000);
    assert_sorted_as_by_comparison(drawn.clone());
    assert_sorted_as_by_comparison(drawn[..1000].to_vec());
    // Values near 1e9 whose leading bits are all the same, tails over 600 powers of ten, both signs.
    assert_sorted_as_by_comparison(drawn.iter().map(|u| 1e9 + u).collect());
    assert_sorted_as_by_comparison(drawn.iter().map(|u| (600.0 * u - 300.0).exp2().powi(3)).collect());
    assert_sorted_as_by_comparison(drawn.iter().map(|u| (u - 0.5).powi(9)).collect());
    // Nearly all in one place, so that one bin is dealt again and again.
    assert_sorted_as_by_comparison(
        drawn.iter().enumerate().map(|(i, u)| if i % 1000 == 0 { *u } else { 1e-300 * u }).collect(),
    );
    assert_sorted_as_by_comparison(drawn.iter().map(|u| (8.0 * u).floor()).collect());
    assert_sorted_as_by_comparison(vec![1.0; 100_000]);
    let special = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN, 5e-324, f64::MAX];
    assert_sorted_as_by_comparison((0..4000).map(|i| special[i * i % special.len()]).collect());
    assert_sorted_as_by_comparison(Vec::new());
}

#[test]
fn entries_of_equal_numbers_follow_the_rest_of_the_order() {
    let number = |i: usize| (i * 7919 % 13) as f64;
    let mut entries: Vec<(f64, usize)> = (0..90_000).rev().map(|i| (number(i), i)).collect();
    let compare = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    sort::by_number(&Job::new(), &mut entries, |entry| entry.0, compare).unwrap();
    assert!(entries.windows(2).all(|pair| compare(&pair[0], &pair[1]).is_lt()));
    assert_eq!(entries.len(), 90_000);
}

#[test]
fn a_cancelled_sort_stops() {
    let job = Job::new();
    job.cancel();
    assert_eq!(sort::numbers(&job, &mut [2.0, 1.0]), Err(Error::Cancelled));
}
