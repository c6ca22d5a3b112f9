use regiometrics::kernel::cells::{Classes, Panel};
use regiometrics::kernel::dagum_gini::{DagumGini, OVERALL, Parameters, dagum_gini};
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;

use crate::tools::{assert_close, numbers, on_threads, panel};

const PLAIN: Parameters = Parameters { bootstrap: 0, confidence: 0.95, seed: 0 };

fn run(panel: &Panel<'_>) -> DagumGini {
    dagum_gini(&Job::new(), panel, &PLAIN).unwrap()
}

fn overall(result: &DagumGini, name: &str) -> f64 {
    let column = OVERALL.iter().position(|&each| each == name).unwrap();
    result.overall.estimate[[0, column]]
}

#[test]
fn two_groups_by_hand() {
    // a = {1, 3}, b = {2, 6}; W·S = 4 · 12 = 48. Positive differences: inside a 2, inside b 4;
    // a over b: 3 − 2 = 1; b over a: (2 − 1) + (6 − 1) + (6 − 3) = 9.
    // G = (2 + 4 + 1 + 9)/48, G_w = 6/48, G_nb = |9 − 1|/48, G_t = 2·1/48.
    let result = run(&panel(&[1.0, 2.0, 3.0, 6.0], None, &[0, 1, 0, 1], 2));
    assert_close(overall(&result, "gini"), 16.0 / 48.0, 1e-15);
    assert_close(overall(&result, "within"), 6.0 / 48.0, 1e-15);
    assert_close(overall(&result, "between"), 8.0 / 48.0, 1e-15);
    assert_close(overall(&result, "transvariation"), 2.0 / 48.0, 1e-15);
    // G_aa = 2/(2·4), G_bb = 4/(2·8); G_ab = 10/(2·8 + 2·4), D = 8/10.
    assert_close(result.within.estimate[[0, 0]], 0.25, 1e-15);
    assert_close(result.within.estimate[[1, 0]], 0.25, 1e-15);
    assert_close(result.between.estimate[[0, 0]], 10.0 / 24.0, 1e-15);
    assert_close(result.between.estimate[[0, 1]], 0.8, 1e-15);
}

#[test]
fn integer_weights_count_a_row_that_often() {
    let weighted = run(&panel(&[1.0, 2.0, 5.0], Some(&[2.0, 1.0, 3.0]), &[0, 0, 1], 2));
    let repeated = run(&panel(&[1.0, 1.0, 2.0, 5.0, 5.0, 5.0], None, &[0, 0, 0, 1, 1, 1], 2));
    for (a, b) in weighted.overall.estimate.iter().zip(&repeated.overall.estimate) {
        assert!((a - b).abs() <= 1e-15, "{a} {b}");
    }
}

#[test]
fn ranges_that_do_not_overlap_have_no_transvariation() {
    let result = run(&panel(&[1.0, 2.0, 3.0, 10.0, 11.0], None, &[0, 0, 0, 1, 1], 2));
    assert_eq!(overall(&result, "transvariation"), 0.0);
    assert_eq!(result.between.estimate[[0, 1]], 1.0);
}

#[test]
fn the_decomposition_matches_all_pairs_of_units() {
    let values = numbers(300);
    let weights: Vec<f64> = numbers(601)[301..].to_vec();
    let groups: Vec<u32> = (0..300).map(|i| (i * i % 5) as u32).collect();
    let result = run(&panel(&values, Some(&weights), &groups, 5));
    let (mut total, mut inside) = (0.0, 0.0);
    for i in 0..300 {
        for j in 0..300 {
            let difference = weights[i] * weights[j] * (values[i] - values[j]).abs();
            total += difference;
            inside += if groups[i] == groups[j] { difference } else { 0.0 };
        }
    }
    let weight: f64 = weights.iter().sum();
    let sum: f64 = weights.iter().zip(&values).map(|(w, y)| w * y).sum();
    // 90 000 terms added one by one in the oracle: its own error is about 1e-14.
    assert_close(overall(&result, "gini"), total / (2.0 * weight * sum), 1e-13);
    assert_close(overall(&result, "within"), inside / (2.0 * weight * sum), 1e-13);
}

#[test]
fn many_small_groups_are_decomposed_in_one_sweep() {
    // 600 groups of 2 and 3 units: deleting a unit leaves little of many sums, which are then taken anew, pair by pair.
    // Errors of the total by deleting units one by one are the oracle for a few units; here the time is what is held:
    // O(n·k) is about 10⁶ steps, and sweeping anew for every unit would be 10⁹.
    let values = numbers(1500);
    let groups: Vec<u32> = (0..1500).map(|i| i % 600).collect();
    let start = std::time::Instant::now();
    let result = run(&panel(&values, None, &groups, 600));
    assert!(start.elapsed().as_secs_f64() < 5.0);
    let parts = ["within", "between", "transvariation"].map(|part| overall(&result, part));
    assert_close(parts.iter().sum(), overall(&result, "gini"), 1e-13);
    assert!(result.overall.standard_error.iter().all(|error| error.is_finite()));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let values = numbers(50_000);
    let groups: Vec<u32> = (0..50_000).map(|i| i % 6).collect();
    let periods: Vec<u32> = (0..50_000).map(|i| u32::from(i >= 20_000)).collect();
    let panel = Panel {
        values: &values,
        weights: None,
        groups: Classes::new(&groups, 6),
        periods: Classes::new(&periods, 2),
    };
    let parameters = Parameters { bootstrap: 20, confidence: 0.9, seed: 4 };
    let bits = |threads| {
        let result = on_threads(threads, || dagum_gini(&Job::new(), &panel, &parameters).unwrap());
        let tables = [result.overall, result.within, result.between];
        let columns = tables.iter().flat_map(|t| [&t.estimate, &t.standard_error, &t.low, &t.high]);
        columns.flatten().map(|value| value.to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(bits(1), bits(2));
    assert_eq!(bits(1), bits(3));
}

#[test]
fn what_cannot_be_decomposed_is_refused() {
    let job = Job::new();
    let refusal = |panel: &Panel<'_>| dagum_gini(&job, panel, &PLAIN).err();
    let groups = [0, 0];
    assert_eq!(refusal(&panel(&[], None, &[], 1)), Some(Error::Empty { name: "values" }));
    let zero = Some(Error::ZeroMean { name: "values", period: 0 });
    assert_eq!(refusal(&panel(&[0.0, 0.0], None, &groups, 1)), zero);
    let vacant =
        Panel { periods: Classes { codes: Some(&[0, 0]), count: 2 }, ..panel(&[1.0, 2.0], None, &groups, 1) };
    assert_eq!(refusal(&vacant), Some(Error::ZeroMean { name: "values", period: 1 }));
    let negative = Some(Error::Negative { name: "values", row: 1, value: -1.0 });
    assert_eq!(refusal(&panel(&[1.0, -1.0], None, &groups, 1)), negative);
    let weight = Some(Error::Negative { name: "weights", row: 0, value: -1.0 });
    assert_eq!(refusal(&panel(&[1.0, 1.0], Some(&[-1.0, 1.0]), &groups, 1)), weight);
    let range = Some(Error::OutOfRange { name: "values", period: 0 });
    assert_eq!(refusal(&panel(&[1e308, 1e308], None, &groups, 1)), range);
    let code = Some(Error::Code { name: "groups", row: 0, code: 0, count: 0 });
    assert_eq!(refusal(&panel(&[1.0, 1.0], None, &groups, 0)), code);
    let many = Some(Error::TooMany { name: "groups", count: 5001, most: 5000 });
    assert_eq!(refusal(&panel(&[1.0, 1.0], None, &groups, 5001)), many);
    // The second of two periods has no row.
    let empty = Panel { periods: Classes::new(&[0, 0], 2), ..panel(&[1.0, 2.0], None, &groups, 1) };
    assert_eq!(refusal(&empty), Some(Error::ZeroMean { name: "values", period: 1 }));
    let wrong = Parameters { confidence: 1.0, ..PLAIN };
    assert!(dagum_gini(&job, &panel(&[1.0, 1.0], None, &groups, 1), &wrong).is_err());
    job.cancel();
    assert_eq!(refusal(&panel(&[1.0, 1.0], None, &groups, 1)), Some(Error::Cancelled));
}
