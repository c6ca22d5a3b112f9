//! Local G, local Moran and global Moran, worked by hand; their exact oracle is in Python.

use regiometrics::kernel::adjust::{Method, adjust};
use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::local_g::{Parameters, local_g};
use regiometrics::kernel::local_moran::{self, Null, local_moran};
use regiometrics::kernel::moran::moran;
use regiometrics::kernel::neighbors::{Decay, Metric, Places, Reach, neighbors};
use regiometrics::kernel::spatial_panel::SpatialPanel;
use regiometrics::kernel::weights::{Links, Rows};

use crate::tools::{assert_close, numbers, on_threads};

const STAR: Parameters = Parameters { star: true, self_weight: None, permutations: 0, seed: 0 };

/// 0 – 1 – 2 – …, each link in both directions.
fn path(n: u32) -> Rows {
    let source: Vec<u32> = (0..n - 1).collect();
    let target: Vec<u32> = (1..n).collect();
    let links = Links { n: n as usize, source: &source, target: &target, weight: None, symmetric: true };
    Rows::from_links(&Job::new(), &links).unwrap()
}

fn panel<'a>(rows: &'a Rows, values: &'a [f64]) -> SpatialPanel<'a> {
    let n = rows.indptr.len() - 1;
    SpatialPanel { weights: rows.view(), values, n_periods: values.len() / n, standardize: false }
}

#[test]
fn five_units_in_a_row_by_hand() {
    // Mean 3, squares 4 + 4 + 4 + 1 + 25 = 38 … with 1, 1, 1, 4, 8: s² = 38/5. G* of the first: neighbours {0, 1},
    // W = 2, S₁ = 2: z = (2 − 6)/(s √((10 − 4)/4)) = −4/√(7.6 · 1.5). Of the third: W = S₁ = 3, z = (6 − 9)/√(7.6 · 1.5).
    let (rows, values) = (path(5), [1.0, 1.0, 1.0, 4.0, 8.0]);
    let result = local_g(&Job::new(), &panel(&rows, &values), &STAR).unwrap();
    assert_close(result.z[0], -4.0 / (7.6_f64 * 1.5).sqrt(), 1e-14);
    assert_close(result.z[2], -3.0 / (7.6_f64 * 1.5).sqrt(), 1e-14);
    assert_eq!((result.spatial_lag[0], result.expected[0]), (2.0, 6.0));
    assert_close(result.standard_deviation[0], (7.6_f64 * 1.5).sqrt(), 1e-14);
    // G of the first: the others are 1, 1, 4, 8 with mean 3.5 and s² = 82/4 − 3.5² = 8.25; W = S₁ = 1, n − 1 = 4:
    // z = (1 − 3.5)/√(8.25 (4 − 1)/3).
    let plain = local_g(&Job::new(), &panel(&rows, &values), &Parameters { star: false, ..STAR }).unwrap();
    assert_close(plain.z[0], -2.5 / 8.25_f64.sqrt(), 1e-14);
}

#[test]
fn local_i_adds_up_to_global_i() {
    let rows = path(40);
    let values = numbers(80);
    let parameters = local_moran::Parameters { null: Null::Conditional, permutations: 0, seed: 0 };
    let local = local_moran(&Job::new(), &panel(&rows, &values), &parameters).unwrap();
    let global = moran(&Job::new(), &panel(&rows, &values), 0, 0).unwrap();
    for (period, whole) in global.iter().enumerate() {
        let sum: f64 = local.local_i[period * 40..(period + 1) * 40].iter().sum();
        // Forty terms of size one.
        assert!((sum / whole.weight_sum - whole.i).abs() < 1e-14);
        assert_eq!(whole.weight_sum, 78.0);
    }
}

#[test]
fn the_conditional_z_of_local_i_is_that_of_g_with_the_sign_of_the_unit() {
    let (rows, values) = (path(40), numbers(40));
    let parameters = local_moran::Parameters { null: Null::Conditional, permutations: 0, seed: 0 };
    let local = local_moran(&Job::new(), &panel(&rows, &values), &parameters).unwrap();
    let g = local_g(&Job::new(), &panel(&rows, &values), &Parameters { star: false, ..STAR }).unwrap();
    for unit in 0..40 {
        assert_close(local.z[unit], g.z[unit] * local.score[unit].signum(), 1e-13);
        assert_close(
            local.z[unit],
            (local.local_i[unit] - local.expected[unit]) / local.variance[unit].sqrt(),
            1e-10,
        );
    }
}

#[test]
fn what_does_not_vary_has_no_z() {
    // All three are neighbours of each other: the sum of two others, or of all, is what it is.
    let source = [0, 0, 1];
    let links = Links { n: 3, source: &source, target: &[1, 2, 2], weight: None, symmetric: true };
    let rows = Rows::from_links(&Job::new(), &links).unwrap();
    for star in [true, false] {
        let parameters = Parameters { star, permutations: 9, ..STAR };
        let result = local_g(&Job::new(), &panel(&rows, &[1.0, 2.0, 4.0]), &parameters).unwrap();
        assert!(
            result.z.iter().chain(&result.p_normal).chain(&result.p_permutation).all(|each| each.is_nan())
        );
    }
    let square: Vec<u32> = (0..12).map(|link| link / 3).collect();
    let others: Vec<u32> = (0..12).map(|link| (link / 3 + 1 + link % 3) % 4).collect();
    let links = Links { n: 4, source: &square, target: &others, weight: None, symmetric: false };
    let rows = Rows::from_links(&Job::new(), &links).unwrap();
    let result = &moran(&Job::new(), &panel(&rows, &[1.0, 2.0, 4.0, 9.0]), 19, 1).unwrap()[0];
    assert_close(result.i, -1.0 / 3.0, 1e-14);
    assert!(result.normality.z.is_nan() && result.randomization.z.is_nan());
    // Every order gives the same I, but for rounding: no draw is beyond it.
    assert_eq!(result.p_permutation, 1.0);
}

#[test]
fn absent_units_take_their_links_with_them() {
    // Without unit 2, the path 0 – 1 – 2 – 3 – 4 falls into 0 – 1 and 3 – 4.
    let (rows, values) = (path(5), [1.0, 2.0, f64::NAN, 4.0, 8.0]);
    let result = local_g(&Job::new(), &panel(&rows, &values), &STAR).unwrap();
    let links = Links { n: 4, source: &[0, 2], target: &[1, 3], weight: None, symmetric: true };
    let pairs = Rows::from_links(&Job::new(), &links).unwrap();
    let expected = local_g(&Job::new(), &panel(&pairs, &[1.0, 2.0, 4.0, 8.0]), &STAR).unwrap();
    assert!(result.z[2].is_nan());
    assert_eq!([result.z[0], result.z[1], result.z[3], result.z[4]], expected.z[..]);
    assert_eq!(result.n_neighbors, [1, 1, 0, 1, 1]);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let places = numbers(1200);
    let (x, y) = places.split_at(600);
    for k in [5, 20] {
        let decay = Decay { power: Some(1.0), least: 0.0 };
        let places = Places { x, y, metric: Metric::Planar };
        let rows = neighbors(&Job::new(), &places, Reach::Nearest(k), decay).unwrap();
        let values = numbers(1800);
        let parameters = Parameters { permutations: 99, seed: 7, ..STAR };
        let g = |threads| {
            on_threads(threads, || local_g(&Job::new(), &panel(&rows, &values), &parameters).unwrap())
        };
        assert_eq!(g(1), g(3));
        let global =
            |threads| on_threads(threads, || moran(&Job::new(), &panel(&rows, &values), 19, 7).unwrap());
        assert_eq!(global(1), global(3));
        let other =
            local_g(&Job::new(), &panel(&rows, &values), &Parameters { seed: 8, ..parameters }).unwrap();
        assert_ne!(g(1).p_permutation, other.p_permutation);
    }
}

#[test]
fn panels_that_cannot_be_used_are_refused() {
    let rows = path(4);
    let refused = |values: &[f64]| local_g(&Job::new(), &panel(&rows, values), &STAR).unwrap_err();
    assert_eq!(
        refused(&[1.0, 2.0, 3.0, 4.0, 7.0, 7.0, 7.0, 7.0]),
        Error::NoVariance { name: "values", period: 1 }
    );
    let nan = f64::NAN;
    assert_eq!(refused(&[1.0, nan, nan, 4.0]), Error::TooFewUnits { period: 0, count: 2, least: 3 });
    assert!(matches!(refused(&[1.0, f64::INFINITY, 2.0, 4.0]), Error::NotFinite { row: 1, .. }));
    let links = Links { n: 4, source: &[], target: &[], weight: None, symmetric: false };
    let none = Rows::from_links(&Job::new(), &links).unwrap();
    let values = [1.0, 2.0, 3.0, 4.0];
    assert_eq!(local_g(&Job::new(), &panel(&none, &values), &STAR), Err(Error::NoLinks { period: 0 }));
    let own = Parameters { self_weight: Some(0.0), ..STAR };
    assert!(matches!(local_g(&Job::new(), &panel(&rows, &values), &own), Err(Error::Parameter { .. })));
}

#[test]
fn p_values_are_adjusted_by_family() {
    // Benjamini and Hochberg of 0.01, 0.02, 0.03, 0.04: 4p/1, 4p/2, 4p/3, 4p/4 are all 0.04.
    let p = [0.03, 0.5, 0.01, f64::NAN, 0.04, 0.02];
    let families = [0, 1, 0, 0, 0, 0];
    let run = |method| adjust(&Job::new(), &p, Classes::new(&families, 2), method).unwrap();
    let check = |method, expected: [f64; 5]| {
        let adjusted = run(method);
        assert!(adjusted[3].is_nan());
        for (row, value) in [0, 1, 2, 4, 5].into_iter().zip(expected) {
            assert_close(adjusted[row], value, 1e-15);
        }
    };
    check(Method::BenjaminiHochberg, [0.04, 0.5, 0.04, 0.04, 0.04]);
    // Times 1 + 1/2 + 1/3 + 1/4 = 25/12.
    check(Method::BenjaminiYekutieli, [1.0 / 12.0, 0.5, 1.0 / 12.0, 1.0 / 12.0, 1.0 / 12.0]);
    check(Method::Bonferroni, [0.12, 0.5, 0.04, 0.16, 0.08]);
    // 4 · 0.01, 3 · 0.02, 2 · 0.03, and no less for 1 · 0.04.
    check(Method::Holm, [0.06, 0.5, 0.04, 0.06, 0.06]);
    assert!(adjust(&Job::new(), &[1.5], Classes::ONE, Method::Holm).is_err());
}
