use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::effects::{
    Options, Refits, Rows, Steps, Turn, accumulated_curves, accumulated_effects, average_curves, edges,
    individual_curves, partial_dependence, partial_dependence_pair, thinned, turning_points,
};
use regiometrics::kernel::error::Error;
use regiometrics::kernel::forest::{Fit, Forest, Parameters, Resampling, fit, predict};
use regiometrics::kernel::job::Job;

use crate::tools::{assert_close, numbers, on_threads};

/// x₀ ≤ 0.5 → 1; else x₁ ≤ 2 → 2; else 4.
fn by_hand() -> Forest {
    Forest {
        n_features: 2,
        offsets: vec![0, 5],
        feature: vec![0, 0, 1, 0, 0],
        threshold: vec![0.5, f64::NAN, 2.0, f64::NAN, f64::NAN],
        left: vec![1, 0, 3, 0, 0],
        value: vec![2.0, 1.0, 3.0, 2.0, 4.0],
        n_draws: vec![4, 2, 2, 1, 1],
    }
}

const HAND: [&[f64]; 2] = [&[0.0, 1.0, 1.0, 0.0, 1.0], &[1.0, 1.0, 3.0, 3.0, 1.5]];

#[test]
fn one_tree_by_hand() {
    let (forest, job) = (by_hand(), Job::new());
    let view = forest.view();
    let steps = Steps::new(&job, &view).unwrap();
    assert_eq!(steps.thresholds, [[0.5], [2.0]]);
    let rows = Rows { columns: &HAND, weights: None, categories: &[] };
    // x₀ above 0.5: three of five rows have x₁ ≤ 2, so (3·2 + 2·4)/5. x₁ ≤ 2: two rows of x₀ ≤ 0.5, so (2·1 + 3·2)/5.
    let curves = partial_dependence(&job, &view, &steps, &rows, &[1, 0]).unwrap();
    assert_eq!(curves, [[8.0 / 5.0, 14.0 / 5.0], [1.0, 14.0 / 5.0]]);
    // Weights count rows: the last one twice, the first not at all. (2·4 + 3·2)/5 and so on.
    let weighted = Rows { columns: &HAND, weights: Some(&[0.0, 1.0, 1.0, 1.0, 2.0]), categories: &[] };
    let curves = partial_dependence(&job, &view, &steps, &weighted, &[0, 1]).unwrap();
    assert_eq!(
        curves,
        [[1.0, (3.0 * 2.0 + 2.0 * 4.0) / 5.0], [(1.0 + 4.0 * 2.0) / 5.0, (1.0 + 4.0 * 4.0) / 5.0]]
    );
    let surface = partial_dependence_pair(&job, &view, &steps, &rows, [0, 1], [&[0, 1], &[0, 1]]).unwrap();
    assert_eq!(surface, [1.0, 1.0, 2.0, 4.0]);
    let lines = individual_curves(&job, &view, &steps, &rows, 0, &[0, 1]).unwrap();
    assert_eq!(lines, [1.0, 2.0, 1.0, 2.0, 1.0, 4.0, 1.0, 4.0, 1.0, 2.0]);
    // Edges 0 and 1: f(1, x₁) − f(0, x₁) is 1, 1, 3, 3, 1, mean 9/5; centred at the ends' mean.
    let ale = accumulated_effects(&job, &view, &steps, &rows, &[0], &[vec![0.0, 1.0]]).unwrap();
    assert_eq!((ale[0].mass.as_slice(), ale[0].effect.as_slice()), (&[0.0, 5.0][..], &[-0.9, 0.9][..]));
}

#[test]
fn weights_may_be_of_any_size() {
    let (forest, job) = (by_hand(), Job::new());
    let view = forest.view();
    let steps = Steps::new(&job, &view).unwrap();
    let found = |unit: f64| {
        let weights: Vec<f64> = [0.0, 1.0, 1.0, 3.0, 2.0].iter().map(|weight| weight * unit).collect();
        let rows = Rows { columns: &HAND, weights: Some(&weights), categories: &[] };
        let curves = partial_dependence(&job, &view, &steps, &rows, &[0, 1]).unwrap();
        let surface =
            partial_dependence_pair(&job, &view, &steps, &rows, [0, 1], [&[0, 1], &[0, 1]]).unwrap();
        let ale = accumulated_effects(&job, &view, &steps, &rows, &[0], &[vec![0.0, 1.0]]).unwrap();
        (curves, surface, ale[0].effect.clone(), ale[0].mass[1] / unit)
    };
    // Powers of two, so that not a bit is another: sums of weighted values would overflow, or lose their digits.
    assert_eq!(found(1020_f64.exp2()), found(1.0));
    assert_eq!(found((-1070_f64).exp2()), found(1.0));
}

/// Numbers in (0, 1) without a pattern between columns: fractions of squares times an irrational number.
fn column(n: usize, number: f64) -> Vec<f64> {
    (1..=n).map(|i| (i as f64 * i as f64 * number.sqrt()).fract()).collect()
}

/// Four factors, two of them with few distinct values and two that go together.
fn data(n: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut columns = vec![column(n, 2.0), column(n, 3.0), column(n, 5.0), column(n, 7.0)];
    let noise = column(n, 11.0);
    columns[1].iter_mut().for_each(|x| *x = (*x * 5.0).floor());
    let together: Vec<f64> = columns[0].iter().zip(&columns[3]).map(|(x, noise)| x + 0.1 * noise).collect();
    columns[3] = together;
    let response = |row: usize| {
        1e6 + 1e3 * ((6.0 * columns[0][row]).sin() + columns[1][row] * columns[2][row] + 0.3 * noise[row])
    };
    let response = (0..n).map(response).collect();
    (columns, response)
}

fn parameters(n_trees: usize) -> Parameters<'static> {
    Parameters { n_trees, max_features: 2, node_size: 3, resampling: Resampling::Rows, seed: 7 }
}

fn grown(columns: &[&[f64]], response: &[f64], n_trees: usize) -> Fit {
    fit(&Job::new(), columns, response, &parameters(n_trees)).unwrap()
}

fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

/// Predictions with some factors set for every row.
fn predicted(forest: &Forest, columns: &[&[f64]], set: &[(usize, f64)]) -> Vec<f64> {
    let mut moved: Vec<Vec<f64>> = columns.iter().map(|column| column.to_vec()).collect();
    set.iter().for_each(|&(factor, x)| moved[factor].fill(x));
    predict(&Job::new(), &forest.view(), &slices(&moved)).unwrap()
}

fn mean(values: &[f64]) -> f64 {
    let first = values[0];
    first + values.iter().map(|value| value - first).sum::<f64>() / values.len() as f64
}

/// A place inside each step.
fn inside(thresholds: &[f64]) -> Vec<f64> {
    let (first, last) = (thresholds[0] - 1.0, thresholds[thresholds.len() - 1] + 1.0);
    let middles = thresholds.windows(2).map(|pair| pair[0].midpoint(pair[1]));
    std::iter::once(first).chain(middles).chain(std::iter::once(last)).collect()
}

// Sums of 10⁴ to 10⁵ leaves around the mean, each rounded to 1e-16 of itself.
const ROUNDING: f64 = 1e-12;

#[test]
fn every_step_is_that_of_brute_force() {
    let (columns, response) = data(90);
    let columns = slices(&columns);
    let forest = grown(&columns, &response, 13).forest;
    let (job, view) = (Job::new(), forest.view());
    let steps = Steps::new(&job, &view).unwrap();
    let rows = Rows { columns: &columns, weights: None, categories: &[] };
    let curves = partial_dependence(&job, &view, &steps, &rows, &[0, 1, 2, 3]).unwrap();
    for (factor, curve) in curves.iter().enumerate() {
        let places = inside(&steps.thresholds[factor]);
        assert_eq!(curve.len(), places.len());
        let all: Vec<usize> = (0..curve.len()).collect();
        let lines = individual_curves(&job, &view, &steps, &rows, factor, &all).unwrap();
        for (step, (&x, &level)) in places.iter().zip(curve).enumerate() {
            let brute = predicted(&forest, &columns, &[(factor, x)]);
            assert_close(level, mean(&brute), ROUNDING);
            for (row, &expected) in brute.iter().enumerate() {
                assert_close(lines[row * curve.len() + step], expected, ROUNDING);
            }
        }
    }
    // At a threshold itself the step before it holds.
    let t = steps.thresholds[0][3];
    assert_close(curves[0][3], mean(&predicted(&forest, &columns, &[(0, t)])), ROUNDING);
}

#[test]
fn pairs_are_those_of_brute_force_also_where_thinned() {
    let (columns, response) = data(60);
    let columns = slices(&columns);
    let forest = grown(&columns, &response, 9).forest;
    let (job, view) = (Job::new(), forest.view());
    let steps = Steps::new(&job, &view).unwrap();
    let weights: Vec<f64> = (0..60).map(|row| f64::from(row % 3)).collect();
    let rows = Rows { columns: &columns, weights: Some(&weights), categories: &[] };
    for (a, b) in [(0, 1), (1, 0), (2, 3)] {
        let chosen = [thinned(steps.count(a), 7), thinned(steps.count(b), usize::MAX)];
        let surface =
            partial_dependence_pair(&job, &view, &steps, &rows, [a, b], [&chosen[0], &chosen[1]]).unwrap();
        let places = [inside(&steps.thresholds[a]), inside(&steps.thresholds[b])];
        for (down, &i) in chosen[0].iter().enumerate() {
            for (across, &j) in chosen[1].iter().enumerate() {
                let brute = predicted(&forest, &columns, &[(a, places[0][i]), (b, places[1][j])]);
                let expected = brute.iter().zip(&weights).map(|(y, w)| w * (y - 1e6)).sum::<f64>() / 60.0;
                assert_close(surface[down * chosen[1].len() + across], 1e6 + expected, ROUNDING);
            }
        }
    }
}

#[test]
fn a_forest_is_the_mean_of_its_trees() {
    let (columns, response) = data(50);
    let columns = slices(&columns);
    let forest = grown(&columns, &response, 5).forest;
    let (job, view) = (Job::new(), forest.view());
    let steps = Steps::new(&job, &view).unwrap();
    let rows = Rows { columns: &columns, weights: None, categories: &[] };
    let whole = partial_dependence(&job, &view, &steps, &rows, &[2]).unwrap();
    let mut sums = vec![0.0; whole[0].len()];
    for tree in 0..5 {
        let nodes = forest.offsets[tree] as usize..forest.offsets[tree + 1] as usize;
        let single = Forest {
            n_features: 4,
            offsets: vec![0, nodes.len() as u64],
            feature: forest.feature[nodes.clone()].to_vec(),
            threshold: forest.threshold[nodes.clone()].to_vec(),
            left: forest.left[nodes.clone()].to_vec(),
            value: forest.value[nodes.clone()].to_vec(),
            n_draws: forest.n_draws[nodes].to_vec(),
        };
        let view = single.view();
        let own = Steps::new(&job, &view).unwrap();
        let curve = &partial_dependence(&job, &view, &own, &rows, &[2]).unwrap()[0];
        for (sum, x) in sums.iter_mut().zip(inside(&steps.thresholds[2])) {
            *sum += curve[own.of(2, x)] / 5.0;
        }
    }
    for (sum, level) in sums.iter().zip(&whole[0]) {
        assert_close(*sum, *level, ROUNDING);
    }
}

#[test]
fn accumulated_effects_are_those_of_the_definition() {
    let (columns, response) = data(80);
    let columns = slices(&columns);
    let forest = grown(&columns, &response, 11).forest;
    let (job, view) = (Job::new(), forest.view());
    let steps = Steps::new(&job, &view).unwrap();
    let rows = Rows { columns: &columns, weights: None, categories: &[] };
    for intervals in [1, 6, usize::MAX] {
        let all: Vec<Vec<f64>> =
            columns.iter().map(|column| edges(&job, column, intervals).unwrap()).collect();
        let effects = accumulated_effects(&job, &view, &steps, &rows, &[0, 1, 2, 3], &all).unwrap();
        for (factor, (edges, effect)) in all.iter().zip(effects).enumerate() {
            let at_edges: Vec<Vec<f64>> =
                edges.iter().map(|&z| predicted(&forest, &columns, &[(factor, z)])).collect();
            let interval = |x: f64| edges.iter().position(|&edge| x <= edge).unwrap().max(1);
            let (mut level, mut levels, mut middle) = (0.0, vec![0.0], 0.0);
            for k in 1..edges.len() {
                let own: Vec<usize> = (0..80).filter(|&row| interval(columns[factor][row]) == k).collect();
                let change: f64 = own.iter().map(|&row| at_edges[k][row] - at_edges[k - 1][row]).sum();
                middle += own.len() as f64 * (level + 0.5 * change / own.len() as f64) / 80.0;
                level += change / own.len() as f64;
                levels.push(level);
                assert_eq!(effect.mass[k], own.len() as f64);
            }
            for (level, own) in levels.iter().zip(&effect.effect) {
                // Effects of some hundreds are differences of predictions near 1e6: 1e-10 of them are lost.
                assert!((level - middle - own).abs() < 1e-9 * 1e3, "{level} {middle} {own}");
            }
        }
    }
}

#[test]
fn edges_are_values_and_ties_are_merged() {
    let job = Job::new();
    assert_eq!(edges(&job, &[3.0, 1.0, 2.0, 4.0], 2).unwrap(), [1.0, 2.0, 4.0]);
    assert_eq!(edges(&job, &[0.0, -0.0, 0.0, 5.0, 5.0, 7.0], 3).unwrap(), [0.0, 5.0, 7.0]);
    assert_eq!(edges(&job, &[2.0, 2.0], 40).unwrap(), [2.0]);
    assert_eq!(thinned(5, 9), [0, 1, 2, 3, 4]);
    assert_eq!(thinned(10, 4), [0, 3, 6, 9]);
}

/// First and last level, whether it is a peak, size.
fn turns(levels: &[f64], prominence: f64) -> Vec<(usize, usize, bool, f64)> {
    let tell = |each: &Turn| (each.first, each.last, each.is_peak, each.size);
    turning_points(levels, prominence).iter().map(tell).collect()
}

#[test]
fn turning_points_of_curves_made_by_hand() {
    assert_eq!(turns(&[1.0, 2.0, 3.0, 3.5], 0.1), []);
    assert_eq!(turns(&[4.0; 6], 0.1), []);
    assert_eq!(turns(&[], 0.1), []);
    assert_eq!(turns(&[1.0], 0.1), []);
    // One hump with a flat top; its size is that of the smaller side.
    assert_eq!(turns(&[0.0, 2.0, 5.0, 5.0, 1.0], 0.1), [(2, 3, true, 4.0)]);
    assert_eq!(turns(&[3.0, 0.0, 3.0], 0.1), [(1, 1, false, 3.0)]);
    // Waves of 1 on a range of 10 are none at a fifth and five at a twentieth.
    let waves = [0.0, 4.0, 3.0, 8.0, 7.0, 10.0, 9.0];
    assert_eq!(turns(&waves, 0.2), []);
    let all = turns(&waves, 0.05);
    assert_eq!(all.iter().map(|each| each.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert!(all.iter().all(|each| each.3 == 1.0));
    // A small wave on the way up takes nothing from the hump; a small fall before the rise is no turn.
    assert_eq!(turns(&[1.0, 0.5, 6.0, 5.8, 10.0, 2.0], 0.1), [(4, 4, true, 8.0)]);
    let two = [(1, 1, true, 4.0), (2, 2, false, 4.0)];
    assert_eq!(turns(&[0.0, 6.0, 2.0, 9.0], 0.1), two);
}

#[test]
fn categories_are_read_at_their_codes() {
    let (forest, job) = (by_hand(), Job::new());
    let rows = Rows { columns: &HAND, weights: None, categories: &[2, 0] };
    let curves = average_curves(&job, &forest.view(), &rows, &options(&[0, 1], None)).unwrap();
    assert_eq!(
        (curves[0].lefts.as_slice(), curves[0].levels.as_slice()),
        (&[0.0, 1.0][..], &[1.0, 14.0 / 5.0][..])
    );
    // The other factor goes from its least value over its threshold to its largest.
    assert_eq!((curves[1].lefts.as_slice(), curves[1].rights.as_slice()), (&[1.0, 2.0][..], &[2.0, 3.0][..]));
}

#[test]
fn turning_points_stay_under_shift_scale_and_reversal() {
    let levels: Vec<f64> =
        numbers(200).iter().enumerate().map(|(i, x)| x + (i as f64 / 20.0).sin()).collect();
    let plain = turning_points(&levels, 0.3);
    assert!(plain.len() > 2);
    let places = |turns: &[Turn]| turns.iter().map(|each| (each.first, each.is_peak)).collect::<Vec<_>>();
    let moved: Vec<f64> = levels.iter().map(|y| 1e6 + 1e-3 * y).collect();
    assert_eq!(places(&turning_points(&moved, 0.3)), places(&plain));
    let upside: Vec<f64> = levels.iter().map(|y| -y).collect();
    let mirrored: Vec<_> = places(&plain).into_iter().map(|(at, peak)| (at, !peak)).collect();
    assert_eq!(places(&turning_points(&upside, 0.3)), mirrored);
    let reversed: Vec<f64> = levels.iter().rev().copied().collect();
    let mut back: Vec<_> =
        places(&turning_points(&reversed, 0.3)).into_iter().map(|(at, p)| (199 - at, p)).collect();
    back.reverse();
    assert_eq!(back, places(&plain));
}

fn options<'a>(factors: &'a [usize], refits: Option<Refits<'a>>) -> Options<'a> {
    Options { factors, most: usize::MAX, centered: false, prominence: 0.1, refits }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (columns, response) = data(120);
    let columns = slices(&columns);
    let forest = grown(&columns, &response, 40).forest;
    let rows = Rows { columns: &columns, weights: None, categories: &[] };
    let codes: Vec<u32> = (0..120).map(|row| row / 6).collect();
    let resampling = Resampling::Groups(Classes::new(&codes, 20));
    let refits = Refits {
        response: &response,
        forest: Parameters { resampling, ..parameters(10) },
        replicates: 6,
        confidence: 0.9,
        seed: 3,
    };
    let run = |threads| {
        on_threads(threads, || {
            let (job, options) = (Job::new(), options(&[0, 2], Some(refits)));
            let average = average_curves(&job, &forest.view(), &rows, &options).unwrap();
            let accumulated =
                accumulated_curves(&job, &forest.view(), &rows, &Options { most: 10, ..options }).unwrap();
            // Debug text tells every bit, and NaN from NaN nothing.
            format!("{average:?} {accumulated:?}")
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn bands_hold_the_estimate_and_turning_points_are_found_again() {
    let n = 150;
    let x: Vec<f64> = numbers(n);
    let noise = column(n, 2.0);
    let y: Vec<f64> = (0..n).map(|row| 4.0 * x[row] * (1.0 - x[row]) + 0.05 * noise[row]).collect();
    let columns: [&[f64]; 1] = [&x];
    let forest =
        fit(&Job::new(), &columns, &y, &Parameters { max_features: 1, ..parameters(50) }).unwrap().forest;
    let refits = Refits {
        response: &y,
        forest: Parameters { max_features: 1, ..parameters(20) },
        replicates: 40,
        confidence: 0.95,
        seed: 1,
    };
    let options = Options { prominence: 0.3, ..options(&[0], Some(refits)) };
    let rows = Rows { columns: &columns, weights: None, categories: &[] };
    let curve = &average_curves(&Job::new(), &forest.view(), &rows, &options).unwrap()[0];
    // y is highest at 0.5; the sixth of the rows nearest to it differ by less than the noise.
    let [point] = curve.turning_points.as_slice() else { panic!("{:?}", curve.turning_points) };
    assert!(point.is_peak && (point.location - 0.5).abs() < 0.1);
    assert_eq!(point.frequency, 1.0);
    let half = 0.5 * (point.size_band.1 - point.size_band.0);
    assert_close(point.size_band.0 + half, point.size, 1e-12);
    // The range of deviations over the whole curve is about that of any one level or more, and less than a hump of 1.
    let mut widths: Vec<f64> = curve.low.iter().zip(&curve.high).map(|(low, high)| high - low).collect();
    widths.sort_by(f64::total_cmp);
    assert!(half > 0.5 * widths[widths.len() / 2] && point.size_band.0 > 0.0, "{half} {widths:?}");
    for ((low, level), high) in curve.low.iter().zip(&curve.levels).zip(&curve.high) {
        assert!(low < level && level < high);
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let (forest, job) = (by_hand(), Job::new());
    let view = forest.view();
    let rows = Rows { columns: &HAND, weights: None, categories: &[] };
    let run =
        |rows: &Rows<'_>, options: &Options<'_>| average_curves(&job, &view, rows, options).unwrap_err();
    let short = Rows { columns: &HAND[..1], weights: None, categories: &[] };
    assert_eq!(run(&short, &options(&[0], None)), Error::Length { name: "columns", length: 1, expected: 2 });
    let gap: [&[f64]; 2] = [&[0.0, 1.0], &[f64::NAN, 1.0]];
    let error = run(&Rows { columns: &gap, weights: None, categories: &[] }, &options(&[0], None));
    assert!(matches!(error, Error::InColumn { column: 1, .. }));
    assert!(matches!(run(&rows, &options(&[2], None)), Error::Parameter { name: "factors", .. }));
    let flat = Options { prominence: 1.0, ..options(&[0], None) };
    assert!(matches!(run(&rows, &flat), Error::Parameter { name: "prominence", .. }));
    let nothing = Rows { columns: &HAND, weights: Some(&[0.0; 5]), categories: &[] };
    assert!(matches!(run(&nothing, &options(&[0], None)), Error::Parameter { name: "weights", .. }));
    let huge = Refits {
        response: &[0.0; 5],
        forest: parameters(1),
        replicates: usize::MAX,
        confidence: 0.9,
        seed: 0,
    };
    assert!(matches!(run(&rows, &options(&[0], Some(huge))), Error::Parameter { name: "bootstrap", .. }));
    let stopped = Job::new();
    stopped.cancel();
    assert_eq!(average_curves(&stopped, &view, &rows, &options(&[0], None)), Err(Error::Cancelled));
}
