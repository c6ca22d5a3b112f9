use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::forest::{
    Fit, ForestView, Parameters, Resampling, fit, in_bag, in_bag_counts, predict,
};
use regiometrics::kernel::job::Job;
use regiometrics::kernel::rng::Stream;

use crate::tools::{assert_close, numbers, on_threads};

fn parameters(n_trees: usize, max_features: usize, resampling: Resampling<'_>) -> Parameters<'_> {
    Parameters { n_trees, max_features, node_size: 5, resampling, seed: 7 }
}

fn grow(columns: &[&[f64]], response: &[f64], parameters: &Parameters<'_>) -> Fit {
    fit(&Job::new(), columns, response, parameters).unwrap()
}

/// Three factors in an order of their own, and a response on two of them.
fn table(n: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let all = numbers(n * 3);
    let columns: Vec<Vec<f64>> =
        (0..3).map(|f| (0..n).map(|row| all[(row * 7 + f * n) % (3 * n)]).collect()).collect();
    let response = (0..n).map(|row| 3.0 * columns[0][row] + columns[1][row] * columns[1][row]).collect();
    (columns, response)
}

#[test]
fn one_tree_by_hand() {
    // y = 0, 0, 0, 6, 6, 12: after 3 rows the squares fall by 24²/3 − 24²/6 = 96, after 4 by 75, after 5 by 76.8; 6, 6, 12
    // loses 72 + 144 − 192 = 24 more.
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let y = [0.0, 0.0, 0.0, 6.0, 6.0, 12.0];
    let options = Parameters { node_size: 2, ..parameters(1, 1, Resampling::Everything) };
    let found = grow(&[&x], &y, &options);
    assert_eq!(found.forest.left, [1, 0, 3, 0, 0]);
    assert_eq!(found.forest.value, [4.0, 0.0, 8.0, 6.0, 12.0]);
    assert_eq!((found.forest.threshold[0], found.forest.threshold[2]), (3.5, 5.5));
    assert_close(found.inc_node_purity[0], 120.0, 1e-15);
    assert!(found.oob_prediction.iter().all(|prediction| prediction.is_nan()));
}

#[test]
fn midpoints_do_not_reach_the_upper_value() {
    let next = 1.0_f64.next_up();
    let found = grow(&[&[1.0, next]], &[0.0, 1.0], &parameters(1, 1, Resampling::Everything));
    assert_eq!(found.forest.threshold[0], 1.0);
    // Zero and minus zero are one value.
    let none = grow(&[&[0.0, -0.0]], &[0.0, 1.0], &parameters(1, 1, Resampling::Everything));
    assert_eq!(none.forest.left, [0]);
}

#[test]
fn draws_are_a_function_of_seed_and_tree() {
    let rows = parameters(3, 1, Resampling::Rows);
    let mut counts = vec![0; 50];
    let all = in_bag_counts(&Job::new(), 50, &rows).unwrap();
    for tree in 0..3 {
        in_bag(&rows, tree, &mut counts);
        assert_eq!(counts.iter().sum::<u32>(), 50);
        assert_eq!(all[tree * 50..(tree + 1) * 50], counts);
    }
    assert_ne!(all[..50], all[50..100]);
    let codes: Vec<u32> = (0..50).map(|row| row / 10).collect();
    in_bag(&parameters(1, 1, Resampling::Groups(Classes::new(&codes, 5))), 0, &mut counts);
    assert!(counts.chunks(10).all(|group| group.iter().all(|count| *count == group[0])));
}

#[test]
fn predictions_of_the_training_rows_follow_the_trees() {
    let (columns, response) = table(400);
    let slices: Vec<&[f64]> = columns.iter().map(|column| &column[..]).collect();
    let options = Parameters { node_size: 1, ..parameters(1, 3, Resampling::Everything) };
    let found = grow(&slices, &response, &options);
    // With node_size 1 every leaf is one number.
    assert_eq!(predict(&Job::new(), &found.forest.view(), &slices).unwrap(), response);
}

/// How far the sum of squares falls by the best split of `rows` on a factor, and by the one at `threshold`: every split is
/// weighed by the means of its sides, in the order of the values.
fn falls(column: &[f64], response: &[f64], rows: &[usize], threshold: f64) -> (f64, f64) {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|&a, &b| column[a].total_cmp(&column[b]));
    let n = rows.len() as f64;
    let mean = rows.iter().map(|&row| response[row]).sum::<f64>() / n;
    let (mut sum, mut best, mut here) = (0.0, 0.0_f64, 0.0);
    for (position, pair) in sorted.windows(2).enumerate() {
        sum += response[pair[0]] - mean;
        let (low, high) = (column[pair[0]], column[pair[1]]);
        if low < high {
            let n_left = (position + 1) as f64;
            let fall = sum * sum / n_left + sum * sum / (n - n_left);
            best = best.max(fall);
            here = if low <= threshold && threshold < high { fall } else { here };
        }
    }
    (best, here)
}

/// No node of a tree on all rows could be split better than it is; returns how many splits were looked at.
fn check_splits(columns: &[&[f64]], response: &[f64]) -> usize {
    let options = Parameters { node_size: 20, ..parameters(1, columns.len(), Resampling::Everything) };
    let forest = grow(columns, response, &options).forest;
    let mut waiting = vec![(0, (0..response.len()).collect::<Vec<usize>>())];
    let mut n_splits = 0;
    while let Some((node, rows)) = waiting.pop() {
        let (left, threshold) = (forest.left[node] as usize, forest.threshold[node]);
        assert_eq!(rows.len(), forest.n_draws[node] as usize);
        if left == 0 {
            continue;
        }
        let (feature, mean) = (forest.feature[node] as usize, forest.value[node]);
        let squares: f64 = rows.iter().map(|&row| (response[row] - mean).powi(2)).sum();
        let taken = falls(columns[feature], response, &rows, threshold).1;
        for column in columns {
            let best = falls(column, response, &rows, threshold).0;
            // The same sums in another order.
            assert!(taken >= best - 1e-12 * squares, "{taken} of {best} in a node of {}", rows.len());
        }
        let (below, above) = rows.into_iter().partition(|&row| columns[feature][row] <= threshold);
        waiting.extend([(left, below), (left + 1, above)]);
        n_splits += 1;
    }
    n_splits
}

#[test]
fn no_node_could_be_split_better() {
    let n = 3000;
    let mut stream = Stream::new(3, &[]);
    let mut normal = |n: usize| (0..n).map(|_| stream.normal()).collect::<Vec<f64>>();
    let smooth: Vec<Vec<f64>> = (0..4).map(|_| normal(n)).collect();
    let noise = normal(n);
    // Few values, half of the rows in one value, and values that lie close together far from zero.
    let few: Vec<f64> = smooth[1].iter().map(|value| value.round()).collect();
    let half: Vec<f64> = smooth[2].iter().map(|value| value.max(0.0)).collect();
    let far: Vec<f64> = (0..n).map(|row| 2e9 + ((row * 7) % n) as f64).collect();
    let columns: Vec<&[f64]> = vec![&smooth[0], &few, &half, &far, &smooth[3]];
    let signal: Vec<f64> =
        (0..n).map(|row| (2.0 * smooth[0][row]).sin() + few[row] + 0.3 * noise[row]).collect();
    let wild: Vec<f64> = noise.iter().map(|value| value.powi(9)).collect();
    let yes: Vec<f64> = (0..n).map(|row| f64::from(half[row] + noise[row] > 0.5)).collect();
    for response in [&noise, &signal, &wild, &yes] {
        assert!(check_splits(&columns, response) > 20);
        let tiny: Vec<f64> = response.iter().map(|value| value * 1e-9).collect();
        assert!(check_splits(&columns[1..3], &tiny) > 5);
    }
}

#[test]
fn a_large_leaf_leaves_nothing_behind() {
    // With a mean of zero, without rounding, the middle half of the responses is so close to it that their squares are no
    // doubles.
    let n = 4096;
    let mut stream = Stream::new(4, &[]);
    for _ in 0..10 {
        let factors: Vec<Vec<f64>> =
            (0..3).map(|_| (0..n).map(|_| stream.normal()).collect::<Vec<f64>>()).collect();
        let columns: Vec<&[f64]> = factors.iter().map(|factor| &factor[..]).collect();
        let mut response: Vec<f64> = (0..n).map(|_| 1e-200 * stream.unit()).collect();
        let apart = |sign: f64| (0..n).filter(|&row| sign * factors[0][row] > 0.7).collect::<Vec<usize>>();
        for (low, high) in apart(-1.0).into_iter().zip(apart(1.0)) {
            let value = 5.0 + (stream.normal() * 1024.0).round() / 1024.0;
            (response[low], response[high]) = (-value, value);
        }
        assert!(check_splits(&columns, &response) > 20);
    }
}

#[test]
fn equal_splits_of_a_large_node_are_taken_equally_often() {
    // Three copies of one factor: each is as good as the others, in every node.
    let x = numbers(2000);
    let y: Vec<f64> = x.iter().map(|value| f64::from(*value > 0.7)).collect();
    let found = grow(&[&x, &x, &x], &y, &parameters(600, 3, Resampling::Everything));
    let mut taken = [0; 3];
    for tree in 0..600 {
        taken[found.forest.feature[found.forest.offsets[tree] as usize] as usize] += 1;
    }
    // 200 of 600 each, with a standard deviation of 11.5.
    assert!(taken.iter().all(|count| (150..=250).contains(count)), "{taken:?}");
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (columns, response) = table(3000);
    let slices: Vec<&[f64]> = columns.iter().map(|column| &column[..]).collect();
    let go = |n| on_threads(n, || grow(&slices, &response, &parameters(40, 1, Resampling::Rows)));
    let (one, three) = (go(1), go(3));
    assert_eq!(one.forest.left, three.forest.left);
    assert_eq!(one.curve, three.curve);
    assert_eq!(one.inc_node_purity, three.inc_node_purity);
}

#[test]
fn errors_out_of_bag_far_from_zero_are_those_near_it() {
    // Steps of 2⁻¹⁰ around 2³⁰ are exact; leaves are rounded to 2⁻²³.
    let x = numbers(60);
    let small: Vec<f64> = x.iter().rev().map(|value| (value * 1024.0).round() / 1024.0).collect();
    let large: Vec<f64> = small.iter().map(|value| value + 1_073_741_824.0).collect();
    let error = |y: &[f64]| {
        let fit = fit(&Job::new(), &[&x], y, &parameters(500, 1, Resampling::Rows)).unwrap();
        fit.curve.mse[499]
    };
    // Whole sums of 500 predictions would be off by 1e-4, and their means by 1e-6.
    assert_close(error(&large), error(&small), 3e-8);
}

#[test]
fn what_can_not_be_grown_is_refused() {
    let job = Job::new();
    let (x, y) = ([1.0, 2.0, 3.0], [1.0, 2.0, 4.0]);
    let run =
        |columns: &[&[f64]], y: &[f64], options: &Parameters<'_>| fit(&job, columns, y, options).unwrap_err();
    let options = parameters(1, 1, Resampling::Rows);
    assert!(matches!(run(&[], &y, &options), Error::Empty { name: "columns" }));
    assert!(matches!(run(&[&x[..2]], &y, &options), Error::InColumn { column: 0, .. }));
    assert!(matches!(run(&[&x, &[1.0, f64::NAN, 2.0]], &y, &options), Error::InColumn { column: 1, .. }));
    assert!(matches!(
        run(&[&x], &[1.0, f64::INFINITY, 2.0], &options),
        Error::NotFinite { name: "response", row: 1, .. }
    ));
    for (n_trees, max_features, node_size) in [(0, 1, 5), (1, 0, 5), (1, 2, 5), (1, 1, 0)] {
        let options = Parameters { n_trees, max_features, node_size, resampling: Resampling::Rows, seed: 1 };
        assert!(matches!(run(&[&x], &y, &options), Error::Parameter { .. }));
    }
    // A tree that drew group 1 only would have no rows; squares of 1e308 overflow.
    let empty = Resampling::Groups(Classes::new(&[0, 2, 2], 3));
    assert!(matches!(run(&[&x], &y, &parameters(1, 1, empty)), Error::Parameter { name: "groups", .. }));
    assert!(matches!(
        run(&[&x], &[-1e308, 1e308, 0.0], &parameters(1, 1, Resampling::Rows)),
        Error::OutOfRange { name: "response", .. }
    ));
    // The variance is a double, but an error may be as large as the range.
    assert!(matches!(
        run(&[&x], &[-5.2e153, 4.8e153, 9.6e153], &parameters(1, 1, Resampling::Rows)),
        Error::OutOfRange { name: "response", .. }
    ));
    let one = Resampling::Groups(Classes::ONE);
    assert!(matches!(run(&[&x], &y, &parameters(1, 1, one)), Error::Parameter { name: "groups", .. }));
}

#[test]
fn arrays_that_are_no_trees_are_refused() {
    let view = ForestView {
        n_features: 1,
        offsets: &[0, 3],
        feature: &[0, 0, 0],
        threshold: &[0.5, f64::NAN, f64::NAN],
        left: &[1, 0, 0],
        value: &[0.0, 1.0, 2.0],
        n_draws: &[2, 1, 1],
    };
    assert!(view.check().is_ok());
    assert!(ForestView { left: &[2, 0, 0], ..view }.check().is_err());
    assert!(ForestView { left: &[1, 1, 0], ..view }.check().is_err());
    assert!(ForestView { feature: &[1, 0, 0], ..view }.check().is_err());
    assert!(ForestView { offsets: &[0, 2], ..view }.check().is_err());
    assert!(ForestView { offsets: &[], ..view }.check().is_err());
    assert!(ForestView { value: &[0.0], ..view }.check().is_err());
}
