use regiometrics::kernel::cells::{Classes, Panel};
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::theil::theil;

use crate::tools::{assert_close, numbers, on_threads, panel};

#[test]
fn two_groups_by_hand() {
    // {1, 3} and {4}, mean 8/3. T = (3 ln 3 + 4 ln 4)/8 − ln(8/3); L = ln(8/3) − ln(12)/3.
    // Within: s = 1/2, T₁ = (3 ln 3)/4 − ln 2; p = 2/3, L₁ = ln 2 − ln(3)/2.
    let result = theil(&Job::new(), &panel(&[1.0, 3.0, 4.0], None, &[0, 0, 1], 2)).unwrap();
    let overall = result.overall[0];
    let (ln2, ln3) = (2f64.ln(), 3f64.ln());
    assert_close(overall.total.t, (3.0 * ln3 + 8.0 * ln2) / 8.0 - (3.0 * ln2 - ln3), 1e-14);
    assert_close(overall.total.l, (3.0 * ln2 - ln3) - (2.0 * ln2 + ln3) / 3.0, 1e-14);
    assert_close(overall.within.t, (0.75 * ln3 - ln2) / 2.0, 1e-14);
    assert_close(overall.within.l, (ln2 - ln3 / 2.0) * 2.0 / 3.0, 1e-14);
    assert_close(overall.within.t + overall.between.t, overall.total.t, 1e-14);
    assert_close(overall.within.l + overall.between.l, overall.total.l, 1e-14);
}

#[test]
fn a_large_offset_costs_no_digits() {
    // 1e9 and 1e9 + 1: with δ = 1/(2e9 + 1), T = δ²/2 + δ⁴/12 + … and L = δ²/2 + δ⁴/4 + …
    let result = theil(&Job::new(), &panel(&[1e9, 1e9 + 1.0], None, &[0, 0], 1)).unwrap();
    let delta = 1.0 / (2e9 + 1.0);
    assert_close(result.overall[0].total.t, delta * delta / 2.0, 1e-14);
    assert_close(result.overall[0].total.l, delta * delta / 2.0, 1e-14);
}

#[test]
fn a_zero_adds_nothing_to_t_and_makes_l_infinite() {
    // {0, 2}: r = 0, 2 and T = ln 2.
    let result = theil(&Job::new(), &panel(&[0.0, 2.0], None, &[0, 0], 1)).unwrap();
    assert_close(result.overall[0].total.t, 2f64.ln(), 1e-15);
    assert!(result.overall[0].total.l.is_infinite());
    // A group of zeros is equal inside, and all of T is between.
    let result = theil(&Job::new(), &panel(&[0.0, 0.0, 2.0, 2.0], None, &[0, 0, 1, 1], 2)).unwrap();
    assert_eq!(result.overall[0].within.t, 0.0);
    assert_close(result.overall[0].between.t, 2f64.ln(), 1e-15);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let values = numbers(20_000);
    let groups: Vec<u32> = (0..20_000).map(|i| i % 7).collect();
    let run = |threads| {
        on_threads(threads, || theil(&Job::new(), &panel(&values, Some(&values), &groups, 7)).unwrap())
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn a_period_of_zeros_and_sums_out_of_range_are_refused() {
    let panel =
        Panel { values: &[1.0, 0.0], weights: None, groups: Classes::ONE, periods: Classes::new(&[0, 1], 2) };
    assert_eq!(theil(&Job::new(), &panel), Err(Error::ZeroMean { name: "values", period: 1 }));
    let huge = crate::tools::panel(&[1e308, 1e308], None, &[0, 0], 1);
    assert_eq!(theil(&Job::new(), &huge), Err(Error::OutOfRange { name: "values", period: 0 }));
    // A mean of about 1 beside 1e308, whose ratio times its logarithm is no double.
    let apart = crate::tools::panel(&[1.0, 1e308], Some(&[1.0, 5e-324]), &[0, 0], 1);
    assert_eq!(theil(&Job::new(), &apart), Err(Error::OutOfRange { name: "values", period: 0 }));
}
