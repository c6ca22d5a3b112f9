use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::driver_importance::{Importance, Options, Reached, driver_importance};
use regiometrics::kernel::error::{Error, Result};
use regiometrics::kernel::forest::{Parameters, Resampling};
use regiometrics::kernel::job::Job;

use crate::tools::{assert_close, numbers, on_threads};

fn options(permutations: usize, exact: bool) -> Options<'static> {
    let forest =
        Parameters { n_trees: 30, max_features: 1, node_size: 5, resampling: Resampling::Rows, seed: 3 };
    Options { forest, permutations, blocks: Classes::ONE, exact }
}

fn run(options: &Options<'_>) -> Result<Importance> {
    let all = numbers(200);
    let one = &all[..100];
    // In another order, so that the two have nothing to do with each other.
    let two: Vec<f64> = (0..100).map(|row| all[100 + row * 37 % 100]).collect();
    let response: Vec<f64> = one.iter().map(|value| 5.0 * value * value).collect();
    driver_importance(&Job::new(), &[one, &two], &response, options)
}

#[test]
fn p_values_count_the_observed_forest() {
    // 3 of 19 reach it: (3 + 1)/(19 + 1).
    assert_eq!(Reached::p_value(3, 19), 0.2);
    assert_eq!(Reached::p_value(0, 999), 0.001);
}

#[test]
fn what_drives_the_response_is_found() {
    let found = run(&options(19, false)).unwrap();
    assert_eq!(found.reached[0], Reached::default());
    let [driver, other] = found.measures[..] else { unreachable!("there are two factors") };
    assert!(driver.inc_mse > 10.0 * other.inc_mse.abs());
    assert_close(driver.inc_mse_scaled, driver.inc_mse / driver.inc_mse_se, 1e-15);
    assert_eq!(found.fit.inc_node_purity, [driver.inc_node_purity, other.inc_node_purity]);
}

#[test]
fn the_expectation_lies_within_the_noise_of_one_permutation() {
    let (one, exact) = (run(&options(0, false)).unwrap(), run(&options(0, true)).unwrap());
    for (one, exact) in one.measures.iter().zip(&exact.measures) {
        assert!((one.inc_mse - exact.inc_mse).abs() < 4.0 * one.inc_mse_se);
    }
    assert_eq!(one.fit.oob_count, exact.fit.oob_count);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    for exact in [false, true] {
        let go = |n| on_threads(n, || run(&options(40, exact)).unwrap());
        let (one, three) = (go(1), go(3));
        assert_eq!(one.measures, three.measures);
        assert_eq!(one.reached, three.reached);
    }
}

#[test]
fn blocks_of_one_row_each_are_refused() {
    let codes: Vec<u32> = (0..100).collect();
    let alone = Options { blocks: Classes::new(&codes, 100), ..options(9, false) };
    assert!(matches!(run(&alone), Err(Error::Parameter { name: "groups", .. })));
    assert!(run(&Options { permutations: 0, ..alone }).is_ok());
}

#[test]
fn a_cancelled_job_stops() {
    let job = Job::new();
    job.cancel();
    let x = numbers(50);
    assert!(matches!(driver_importance(&job, &[&x], &x, &options(5, false)), Err(Error::Cancelled)));
}
