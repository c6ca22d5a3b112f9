use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::driver_importance::{Importance, Options, Reached, driver_importance};
use regiometrics::kernel::error::{Error, Result};
use regiometrics::kernel::forest::{Parameters, Resampling, in_bag};
use regiometrics::kernel::job::Job;
use regiometrics::kernel::rng::Stream;

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

/// The rise of the out-of-bag error of each tree, row by row, with the permutations of the library: mean and error.
fn row_by_row(
    columns: &[&[f64]],
    response: &[f64],
    options: &Options<'_>,
    found: &Importance,
) -> Vec<[f64; 2]> {
    const DONORS: u64 = 2;
    let forest = options.forest;
    let mut rises = vec![Vec::new(); columns.len()];
    for index in 0..forest.n_trees {
        let mut counts = vec![0; response.len()];
        in_bag(&forest, index, &mut counts);
        let outside: Vec<usize> = (0..response.len()).filter(|&row| counts[row] == 0).collect();
        if outside.is_empty() {
            continue;
        }
        let tree = found.fit.forest.view().tree(index);
        let squares = |row: usize, value: &dyn Fn(usize) -> f64| {
            let mut node = 0;
            while tree.left[node] != 0 {
                let feature = tree.feature[node] as usize;
                node = tree.left[node] as usize + usize::from(value(feature) > tree.threshold[node]);
            }
            (response[row] - tree.value[node]).powi(2)
        };
        let mut stream = Stream::new(forest.seed, &[index as u64, DONORS]);
        for (permuted, rises) in rises.iter_mut().enumerate() {
            let mut order = outside.clone();
            (1..order.len()).rev().for_each(|last| order.swap(last, stream.below(last + 1)));
            let rise = |(&row, &donor): (&usize, &usize)| {
                let value = |feature: usize| columns[feature][if feature == permuted { donor } else { row }];
                squares(row, &value) - squares(row, &|feature| columns[feature][row])
            };
            rises.push(outside.iter().zip(&order).map(rise).sum::<f64>() / outside.len() as f64);
        }
    }
    let describe = |rises: &Vec<f64>| {
        let n = rises.len() as f64;
        let mean = rises.iter().sum::<f64>() / n;
        [mean, (rises.iter().map(|rise| (rise - mean).powi(2)).sum::<f64>()).sqrt() / n]
    };
    rises.iter().map(describe).collect()
}

#[test]
fn importances_are_those_of_rows_sent_one_by_one() {
    // About 37 % of the rows are out of bag: up to 256 of them, up to 512, and more.
    for n in [3, 20, 100, 600, 1000, 1800] {
        let all = numbers(4 * n);
        let columns: Vec<Vec<f64>> = (0..3)
            .map(|f: usize| (0..n).map(|row| all[(row * 7 + f * n) % (3 * n)]).collect())
            // Values that many rows share.
            .chain([(0..n).map(|row| (all[row * 5 % n] * 4.0).floor()).collect()])
            .collect();
        let response: Vec<f64> =
            (0..n).map(|row| columns[0][row] + columns[1][row] * columns[3][row]).collect();
        let columns: Vec<&[f64]> = columns.iter().map(|column| &column[..]).collect();
        let Options { forest, .. } = options(0, false);
        let options =
            Options { forest: Parameters { n_trees: 12, max_features: 2, ..forest }, ..options(0, false) };
        let found = driver_importance(&Job::new(), &columns, &response, &options).unwrap();
        let expected = row_by_row(&columns, &response, &options, &found);
        let scale = expected.iter().fold(0.0_f64, |most, [mean, _]| most.max(mean.abs()));
        for (measures, [mean, error]) in found.measures.iter().zip(expected) {
            assert!((measures.inc_mse - mean).abs() <= 1e-12 * scale);
            assert!((measures.inc_mse_se - error).abs() <= 1e-12 * scale);
        }
    }
}
