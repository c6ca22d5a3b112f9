use regiometrics::kernel::cells::{Classes, Panel};
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::kde::{Cell, Kde, Kernel, Parameters, Remark, Rule, Support, is_brief, kde};

use crate::tools::{assert_close, numbers, on_threads, panel};

/// The same choices for all tests but for what each changes.
fn parameters(rule: Rule) -> Parameters {
    Parameters {
        kernel: Kernel::Gaussian,
        rule,
        grid_size: 64,
        cut: 3.0,
        support: Support { low: f64::NEG_INFINITY, high: f64::INFINITY },
        tolerance: 1e-6,
        bootstrap: 0,
        confidence: 0.95,
        test: 0,
        null_modes: 1,
        seed: 1,
    }
}

fn run(values: &[f64], weights: Option<&[f64]>, parameters: &Parameters) -> Kde {
    let groups = vec![0; values.len()];
    kde(&Job::new(), &panel(values, weights, &groups, 1), parameters).unwrap()
}

fn bandwidth(values: &[f64], rule: Rule) -> Cell {
    run(values, None, &parameters(rule)).cells.remove(0)
}

#[test]
fn one_point_is_the_kernel() {
    let result = run(&[2.0], None, &Parameters { grid_size: 7, ..parameters(Rule::Fixed(1.0)) });
    assert_eq!(result.grid, [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let cell = &result.cells[0];
    for (x, density) in result.grid.iter().zip(&cell.density) {
        let u: f64 = x - 2.0;
        assert_close(*density, (-0.5 * u * u).exp() / (2.0 * std::f64::consts::PI).sqrt(), 1e-15);
    }
    // Half the height at √(2 ln 2) on both sides.
    assert_close(cell.modes[0].position, 2.0, 1e-9);
    assert_close(cell.modes[0].width, 2.0 * (2.0 * 2f64.ln()).sqrt(), 1e-8);
}

#[test]
fn rules_of_thumb_by_hand() {
    // 1 … 5: deviation √2.5, quartiles 2 and 4.
    let values = [1.0, 2.0, 3.0, 4.0, 5.0];
    let rate = 5f64.powf(-0.2);
    assert_close(bandwidth(&values, Rule::Scott).bandwidth, 2.5f64.sqrt() * rate, 1e-14);
    assert_close(bandwidth(&values, Rule::Silverman).bandwidth, 0.9 * 2.0 / 1.34 * rate, 1e-14);
    assert_close(bandwidth(&values, Rule::NormalReference).bandwidth, 1.06 * 2.0 / 1.34 * rate, 1e-14);
    // Quartiles of 0 leave the deviation.
    let tied = [0.0, 0.0, 0.0, 0.0, 5.0];
    let cell = bandwidth(&tied, Rule::Silverman);
    assert_eq!(cell.remark, Remark::NoQuartiles);
    assert_close(cell.bandwidth, 0.9 * 5f64.sqrt() * rate, 1e-14);
}

#[test]
fn quartiles_of_many_values_are_those_of_a_sort() {
    // More than the search by buckets takes up, with ties and with values far off.
    let mut values: Vec<f64> = numbers(50_000).iter().map(|x| (x * 1000.0).floor()).collect();
    values.extend([1e7, -1e7]);
    let mut sorted = values.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let quartile = |p: f64| {
        let at = p * (sorted.len() - 1) as f64;
        let low = sorted[at as usize];
        low + at.fract() * (sorted[at as usize + 1] - low)
    };
    let expected = 0.9 * (quartile(0.75) - quartile(0.25)) / 1.34 * (values.len() as f64).powf(-0.2);
    assert_close(bandwidth(&values, Rule::Silverman).bandwidth, expected, 1e-14);
}

#[test]
fn bins_and_definition_agree_for_every_kernel() {
    let values: Vec<f64> = numbers(20_000).iter().map(|x| x * x * 10.0).collect();
    let weights: Vec<f64> = numbers(20_000).iter().map(|x| 0.5 + x).collect();
    let kernels = [
        Kernel::Gaussian,
        Kernel::Epanechnikov,
        Kernel::Biweight,
        Kernel::Triweight,
        Kernel::Triangular,
        Kernel::Uniform,
        Kernel::Cosine,
    ];
    for kernel in kernels {
        let support = Support { low: 0.0, high: 10.0 };
        let binned = Parameters { kernel, support, ..parameters(Rule::Fixed(0.3)) };
        let direct = Parameters { tolerance: 0.0, ..binned };
        let (binned, direct) = (run(&values, Some(&weights), &binned), run(&values, Some(&weights), &direct));
        let (binned, direct) = (&binned.cells[0], &direct.cells[0]);
        assert!(binned.is_binned && !direct.is_binned);
        let peak = direct.density.iter().copied().fold(0.0, f64::max);
        let pairs = binned.density.iter().zip(&direct.density);
        let difference = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / peak;
        assert!(difference <= binned.error_bound + direct.error_bound, "{kernel:?}: {difference}");
        assert!(binned.error_bound <= 1e-6, "{kernel:?}: {}", binned.error_bound);
        assert!((binned.mass - 1.0).abs() < 1e-9, "{kernel:?}: {}", binned.mass);
    }
}

#[test]
fn values_and_weights_may_be_of_any_size() {
    let found = |unit: f64, weight: f64| {
        let values = [0.0, 1.0, 1.5, 4.0].map(|value| value * unit);
        let weights = [1.0, 2.0, 1.0, 3.0].map(|each| each * weight);
        let cell = run(&values, Some(&weights), &parameters(Rule::Silverman)).cells.remove(0);
        let modes: Vec<_> =
            cell.modes.iter().map(|mode| (mode.position / unit, mode.height * unit, mode.share)).collect();
        (cell.bandwidth / unit, cell.error_bound, cell.mass, modes)
    };
    // Powers of two, so that not a bit is another: the square of the bandwidth, and weights times a density, are no
    // doubles.
    let plain = found(1.0, 1.0);
    for (value, weight) in [(-540, 0), (-540, 520), (540, -520), (0, 1020), (0, -1070)] {
        assert_eq!(found(f64::from(value).exp2(), f64::from(weight).exp2()), plain, "{value} {weight}");
    }
}

#[test]
fn one_value_has_one_mode_at_every_bandwidth() {
    let parameters = Parameters { test: 5, null_modes: 1, ..parameters(Rule::Fixed(1.0)) };
    let test = run(&[7.0, 7.0, 7.0], None, &parameters).cells[0].test.unwrap();
    assert_eq!((test.critical_bandwidth, test.p_value), (0.0, 1.0));
}

#[test]
fn the_critical_bandwidth_of_two_points_is_half_their_distance() {
    let test = Parameters { test: 3, ..parameters(Rule::Scott) };
    let cell = run(&[1.0, 4.0], None, &test).cells.remove(0);
    assert_close(cell.test.unwrap().critical_bandwidth, 1.5, 1e-6);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let values = numbers(60_000);
    let all = Parameters { bootstrap: 4, test: 3, ..parameters(Rule::CvLs) };
    let many = |threads| on_threads(threads, || run(&values, Some(&values), &all));
    assert_eq!(many(1), many(3));
    let few = |threads| on_threads(threads, || run(&values[..50], None, &all));
    assert_eq!(few(1), few(3));
}

#[test]
fn what_cannot_be_estimated_is_refused() {
    let refused = |values: &[f64], parameters: &Parameters| {
        let groups = vec![0; values.len()];
        kde(&Job::new(), &panel(values, None, &groups, 1), parameters).unwrap_err()
    };
    let plain = parameters(Rule::Silverman);
    assert_eq!(refused(&[1.0, 1.0], &plain), Error::NoSpread { name: "values", period: 0 });
    assert_eq!(refused(&[], &plain), Error::Empty { name: "values" });
    assert!(matches!(refused(&[1.0, f64::NAN], &plain), Error::NotFinite { row: 1, .. }));
    assert_eq!(refused(&[1e308, -1e308], &plain), Error::OutOfRange { name: "values", period: 0 });
    let bounded = Parameters { support: Support { low: 0.0, high: 1.0 }, ..plain };
    assert!(matches!(refused(&[0.5, 2.0], &bounded), Error::OutsideSupport { row: 1, .. }));
    let loose = Parameters { tolerance: 0.1, ..plain };
    assert!(matches!(refused(&[1.0, 2.0], &loose), Error::Parameter { name: "tolerance", .. }));
    let zero = parameters(Rule::Fixed(0.0));
    assert!(matches!(refused(&[1.0, 2.0], &zero), Error::Parameter { name: "bandwidth", .. }));
}

#[test]
fn the_refused_period_is_named_and_a_cancelled_job_stops() {
    let two = Panel {
        values: &[1.0, 2.0, 3.0, 3.0],
        weights: None,
        groups: Classes::ONE,
        periods: Classes::new(&[0, 0, 1, 1], 2),
    };
    let refused = kde(&Job::new(), &two, &parameters(Rule::Scott));
    assert_eq!(refused, Err(Error::NoSpread { name: "values", period: 1 }));
    let job = Job::new();
    job.cancel();
    assert_eq!(kde(&job, &two, &parameters(Rule::Fixed(1.0))), Err(Error::Cancelled));
}

#[test]
fn only_calls_of_few_terms_are_brief() {
    let short = Parameters { grid_size: 512, ..parameters(Rule::Fixed(1.0)) };
    // A panel of provinces, and a million values in one cell, which are binned.
    assert!(is_brief(31 * 12, 12, &short) && is_brief(1_000_000, 1, &short));
    // Two thousand cells of a thousand values are evaluated point by point: 10⁹ terms.
    assert!(!is_brief(2_000_000, 2000, &short));
    assert!(!is_brief(1_000_000, 1, &Parameters { tolerance: 0.0, ..short }));
    assert!(!is_brief(372, 12, &Parameters { bootstrap: 1, ..short }));
    assert!(!is_brief(372, 12, &Parameters { test: 1, ..short }));
    assert!(!is_brief(372, 12, &Parameters { rule: Rule::CvMl, ..short }));
    assert!(!is_brief(10_000_000, 1, &short));
}
