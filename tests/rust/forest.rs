use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::forest::{
    Fit, ForestView, Parameters, Resampling, fit, in_bag, in_bag_counts, predict,
};
use regiometrics::kernel::job::Job;

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
