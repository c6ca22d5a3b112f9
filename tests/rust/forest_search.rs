//! Splits of nodes of all sizes against the plain way, among values and responses of which many are equal.

use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::forest::{Fit, Parameters, Resampling, fit, in_bag};
use regiometrics::kernel::job::Job;
use regiometrics::kernel::rng::Stream;

use crate::tools::assert_close;

/// Columns and a response of `n` rows: whole numbers below `levels`, or, where that is 0, numbers that never meet again.
fn table(n: usize, levels: [usize; 3], response_levels: usize, seed: u64) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut stream = Stream::new(seed, &[n as u64]);
    let mut column = |levels: usize| -> Vec<f64> {
        (0..n).map(|_| if levels == 0 { stream.unit() } else { stream.below(levels) as f64 }).collect()
    };
    (levels.map(&mut column).to_vec(), column(response_levels))
}

fn grow(columns: &[Vec<f64>], response: &[f64], parameters: &Parameters<'_>) -> Fit {
    let columns: Vec<&[f64]> = columns.iter().map(|column| &column[..]).collect();
    fit(&Job::new(), &columns, response, parameters).unwrap()
}

/// Fall of the sum of squares if the draws are parted behind each of their number; `at` are their values of the factor.
fn falls(at: &[f64], response: &[f64]) -> Vec<(f64, f64)> {
    let mut order: Vec<usize> = (0..at.len()).collect();
    order.sort_by(|&a, &b| at[a].total_cmp(&at[b]));
    let mean = response.iter().sum::<f64>() / response.len() as f64;
    let (mut sum, mut found) = (0.0, Vec::new());
    for (left, pair) in order.windows(2).enumerate() {
        sum += response[pair[0]] - mean;
        if at[pair[0]] < at[pair[1]] {
            let (left, right) = ((left + 1) as f64, (at.len() - left - 1) as f64);
            found.push((at[pair[0]], sum * sum / left + sum * sum / right));
        }
    }
    found
}

/// Every split of the only tree is one of the best, and no leaf has one, but for rounding: a part of the squares of the root.
fn check(columns: &[Vec<f64>], response: &[f64], parameters: &Parameters<'_>) {
    let mut root = None;
    check_up_to(columns, response, parameters, |squares| 1e-12 * *root.get_or_insert(squares));
}

/// The same; `rounding` of the squares of a node is what its falls may be off.
fn check_up_to(
    columns: &[Vec<f64>],
    response: &[f64],
    parameters: &Parameters<'_>,
    mut rounding: impl FnMut(f64) -> f64,
) {
    let found = grow(columns, response, parameters);
    let tree = found.forest.view().tree(0);
    let mut counts = vec![0; response.len()];
    in_bag(parameters, 0, &mut counts);
    let draws = (0..response.len()).flat_map(|row| std::iter::repeat_n(row, counts[row] as usize)).collect();
    let mut waiting: Vec<(usize, Vec<usize>)> = vec![(0, draws)];
    let mut purity = 0.0;
    while let Some((node, draws)) = waiting.pop() {
        assert_eq!(tree.n_draws[node] as usize, draws.len());
        let here: Vec<f64> = draws.iter().map(|&row| response[row]).collect();
        let mean = here.iter().sum::<f64>() / here.len() as f64;
        let squares: f64 = here.iter().map(|value| (value - mean).powi(2)).sum();
        let rounding = rounding(squares);
        let of = |feature: usize| {
            let at: Vec<f64> = draws.iter().map(|&row| columns[feature][row]).collect();
            falls(&at, &here)
        };
        let all = (0..columns.len()).flat_map(&of);
        let best = all.fold(0.0_f64, |most, (_, fall)| most.max(fall));
        if tree.left[node] == 0 {
            let is_small = node > 0 && draws.len() <= parameters.node_size;
            assert!(is_small || best <= rounding, "a leaf of {} draws could win {best}", draws.len());
            continue;
        }
        let (feature, threshold) = (tree.feature[node] as usize, tree.threshold[node]);
        let behind = |most: f64, (low, fall): (f64, f64)| if low <= threshold { fall } else { most };
        let fall = of(feature).into_iter().fold(0.0, behind);
        assert!(fall >= best - rounding, "{fall} of {best} is won by {} draws", draws.len());
        purity += fall;
        let (left, right): (Vec<_>, Vec<_>) =
            draws.into_iter().partition(|&row| columns[feature][row] <= threshold);
        let child = tree.left[node] as usize;
        waiting.extend([(child, left), (child + 1, right)]);
    }
    assert_close(found.inc_node_purity.iter().sum(), purity, 1e-9);
}

#[test]
fn every_split_is_one_of_the_best() {
    let sizes = (2..=70).chain([96, 127, 128, 129, 255, 256, 257, 630, 1025, 4096, 4097]);
    for n in sizes {
        let kinds = [([0, 0, 0], 0), ([2, 3, 5], 3), ([0, 4, 0], 2), ([n / 2 + 1, 3, 0], 0), ([1, 2, 2], 0)];
        for (kind, (levels, response_levels)) in kinds.into_iter().enumerate() {
            let (columns, response) = table(n, levels, response_levels, kind as u64);
            for resampling in [Resampling::Everything, Resampling::Rows] {
                let parameters =
                    Parameters { n_trees: 1, max_features: 3, node_size: 1 + kind, resampling, seed: 5 };
                check(&columns, &response, &parameters);
            }
        }
    }
}

#[test]
fn splits_are_the_best_where_responses_differ_by_orders_of_magnitude() {
    let n = 6000;
    let mut stream = Stream::new(8, &[]);
    let columns: Vec<Vec<f64>> = (0..3).map(|_| (0..n).map(|_| stream.unit()).collect()).collect();
    let signal: Vec<f64> = (0..n).map(|row| columns[0][row] + columns[1][row] * stream.normal()).collect();
    // Few rows have nearly all of the squares; and two levels with little around them, which is all that deep nodes see.
    let tails: Vec<f64> = signal.iter().map(|value| (3.0 * value).powi(9)).collect();
    let levels =
        signal.iter().zip(&columns[2]).map(|(value, x)| f64::from(*x > 0.4) + 1e-7 * value).collect();
    let codes: Vec<u32> = (0..n as u32).map(|row| row / 60).collect();
    let groups = Classes::new(&codes, n / 60);
    for response in [tails, levels] {
        for resampling in [Resampling::Everything, Resampling::Rows, Resampling::Groups(groups)] {
            let parameters = Parameters { n_trees: 1, max_features: 3, node_size: 40, resampling, seed: 6 };
            check_up_to(&columns, &response, &parameters, |squares| 1e-8 * squares);
        }
    }
}

#[test]
fn splits_of_tables_whose_places_take_four_bytes_are_the_best() {
    let (columns, response) = table(70_000, [0, 9000, 0], 0, 3);
    let response: Vec<f64> = response.iter().zip(&columns[0]).map(|(noise, x)| noise + x.sin()).collect();
    for resampling in [Resampling::Everything, Resampling::Rows] {
        // Nodes of 8752 rows and fewer are placed among themselves.
        let parameters = Parameters { n_trees: 1, max_features: 3, node_size: 3000, resampling, seed: 4 };
        check(&columns, &response, &parameters);
    }
}

#[test]
fn equal_splits_are_chosen_equally_often() {
    for n in [6, 10, 20, 30, 50, 200, 4500] {
        // The first row is as good alone as the last, and better than any more; both factors say the same.
        let column: Vec<f64> = (0..n).map(f64::from).collect();
        let response: Vec<f64> = (0..n).map(|row| f64::from(row == 0) - f64::from(row == n - 1)).collect();
        let (n_trees, resampling) = (if n < 1000 { 2000 } else { 400 }, Resampling::Everything);
        let parameters =
            Parameters { n_trees, max_features: 2, node_size: n as usize - 1, resampling, seed: 11 };
        let found = grow(&[column.clone(), column], &response, &parameters);
        let mut chosen = [[0; 2]; 2];
        for tree in 0..n_trees {
            let tree = found.forest.view().tree(tree);
            assert!([0.5, f64::from(n) - 1.5].contains(&tree.threshold[0]));
            chosen[tree.feature[0] as usize][usize::from(tree.threshold[0] > 1.0)] += 1;
        }
        // A quarter each: five standard deviations of a binomial number.
        let (expected, deviation) = (n_trees as f64 / 4.0, (n_trees as f64 * 3.0 / 16.0).sqrt());
        for count in chosen.into_iter().flatten() {
            assert!((f64::from(count) - expected).abs() < 5.0 * deviation, "{chosen:?} of {n} rows");
        }
    }
}
