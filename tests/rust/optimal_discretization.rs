use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::classify::{Method, assign, breaks};
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::optimal_discretization::{Optimum, Search, optimal_discretization};

use crate::tools::{assert_close, numbers, on_threads};

const METHODS: [Method; 5] =
    [Method::Quantiles, Method::Equal, Method::NaturalBreaks, Method::Geometric, Method::Std];

fn found(search: &Search<'_>) -> Optimum {
    optimal_discretization(&Job::new(), search).unwrap()
}

/// q of given classes by the definition.
fn q(y: &[f64], codes: &[u32]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let squares = |values: &[f64]| values.iter().map(|y| (y - mean(values)).powi(2)).sum::<f64>();
    let classes = (0..=*codes.iter().max().unwrap()).map(|class| {
        let members: Vec<f64> = (0..y.len()).filter(|&i| codes[i] == class).map(|i| y[i]).collect();
        if members.is_empty() { 0.0 } else { squares(&members) }
    });
    1.0 - classes.sum::<f64>() / squares(y)
}

#[test]
fn every_choice_has_the_q_of_its_classes() {
    let draws = numbers(900);
    let (y, x) = draws.split_at(450);
    // Ties: a factor of tenths.
    let tied: Vec<f64> = x.iter().map(|x| (10.0 * x).ceil() / 10.0).collect();
    let factors: [&[f64]; 2] = [x, &tied];
    let k = [2, 3, 5, 8];
    let search = Search {
        values: y,
        factors: &factors,
        periods: Classes::ONE,
        pooled: true,
        methods: &METHODS,
        k: &k,
    };
    let optimum = found(&search);
    assert_eq!(optimum.candidates.len(), 2 * 5 * 4);
    for candidate in &optimum.candidates {
        let factor = factors[candidate.factor as usize];
        let method = METHODS[candidate.method as usize];
        assert_eq!(candidate.breaks, breaks(&Job::new(), factor, method, candidate.k as usize).unwrap());
        // 450 terms about means of half the range: roundings of 1e-15 beside q of 1e-3.
        assert_close(candidate.q, q(y, &assign(factor, &candidate.breaks)), 1e-10);
    }
    for (factor, &best) in optimum.best.iter().enumerate() {
        let all = optimum.candidates.iter().filter(|each| each.factor as usize == factor);
        let top = all.map(|each| each.q).fold(0.0, f64::max);
        assert_eq!(optimum.candidates[best].factor as usize, factor);
        assert_close(optimum.candidates[best].q, top, 1e-12);
    }
}

#[test]
fn an_offset_costs_no_digits() {
    // Steps of 2⁻²⁰ around 2³⁰ are exact, and the mean of the outcome is not.
    let numbers = numbers(60);
    let small: Vec<f64> = numbers.iter().map(|value| (value * 1000.0).round() / 1_048_576.0).collect();
    let large: Vec<f64> = small.iter().map(|value| value + 1_073_741_824.0).collect();
    let factor: Vec<f64> = numbers.iter().rev().copied().collect();
    let factors = [factor.as_slice()];
    let of = |values: &[f64]| {
        let periods = Classes::ONE;
        let (methods, k) = ([Method::Quantiles], [4]);
        let search = Search { values, factors: &factors, periods, methods: &methods, k: &k, pooled: true };
        found(&search).candidates[0].q
    };
    assert_close(of(&large), of(&small), 1e-14);
}

#[test]
fn pooled_periods_share_their_bounds_and_the_mean_of_q_counts() {
    let draws = numbers(400);
    let (y, x) = draws.split_at(200);
    let periods: Vec<u32> = (0..200).map(|i| i % 2).collect();
    let classes = Classes::new(&periods, 2);
    let factors = [x];
    let methods = [Method::Quantiles];
    let pooled =
        Search { values: y, factors: &factors, periods: classes, pooled: true, methods: &methods, k: &[4] };
    let one = &found(&pooled).candidates[0];
    assert_eq!(one.breaks, breaks(&Job::new(), x, Method::Quantiles, 4).unwrap());
    let of_period = |period: usize| {
        let rows: Vec<usize> = (period..200).step_by(2).collect();
        let pick = |column: &[f64]| rows.iter().map(|&row| column[row]).collect::<Vec<f64>>();
        (pick(y), pick(x))
    };
    let by_hand: f64 = (0..2)
        .map(|period| {
            let (y, x) = of_period(period);
            q(&y, &assign(&x, &one.breaks)) / 2.0
        })
        .sum();
    assert_close(one.q, by_hand, 1e-12);
    let apart = found(&Search { pooled: false, ..pooled });
    assert_eq!(apart.candidates.len(), 2);
    assert_eq!(
        apart.candidates[1].breaks,
        breaks(&Job::new(), &of_period(1).1, Method::Quantiles, 4).unwrap()
    );
}

#[test]
fn few_distinct_values_constants_and_values_below_zero() {
    let y = [1.0, 2.0, 4.0, 8.0];
    let (two, constant, negative) = ([1.0, 1.0, 2.0, 2.0], [5.0; 4], [-1.0, 0.0, 1.0, 2.0]);
    let factors: [&[f64]; 3] = [&two, &constant, &negative];
    let search = Search {
        values: &y,
        factors: &factors,
        periods: Classes::ONE,
        pooled: true,
        methods: &METHODS,
        k: &[3, 6],
    };
    let optimum = found(&search);
    let best = |factor: usize| &optimum.candidates[optimum.best[factor]];
    // Two classes are all there can be; the simplest choice stands.
    assert_eq!((best(0).breaks.clone(), best(0).k), (vec![1.0, 2.0], 3));
    assert_eq!((best(1).breaks.len(), best(1).q), (1, 0.0));
    assert_eq!(best(2).q, 1.0);
    let geometric = optimum.candidates.iter().filter(|each| each.factor == 2 && each.method == 3);
    assert!(geometric.into_iter().all(|each| each.q.is_nan() && each.breaks.is_empty()));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let draws = numbers(6000);
    let factors: Vec<&[f64]> = draws.chunks(1000).collect();
    let run = |threads| {
        on_threads(threads, || {
            found(&Search {
                values: &draws[500..1500],
                factors: &factors,
                periods: Classes::ONE,
                pooled: true,
                methods: &METHODS,
                k: &[3, 4],
            })
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn refusals() {
    let (y, x) = ([1.0, 2.0], [1.0, 2.0]);
    let factors: [&[f64]; 1] = [&x];
    let search = Search {
        values: &y,
        factors: &factors,
        periods: Classes::ONE,
        pooled: true,
        methods: &METHODS,
        k: &[2],
    };
    let refused = |search: &Search<'_>| optimal_discretization(&Job::new(), search).unwrap_err();
    assert_eq!(refused(&Search { values: &[], factors: &[], ..search }), Error::Empty { name: "values" });
    assert!(matches!(refused(&Search { k: &[1], ..search }), Error::Parameter { name: "k", .. }));
    assert_eq!(
        refused(&Search { values: &[3.0, 3.0], ..search }),
        Error::Constant { name: "values", period: 0 }
    );
    let gap: [&[f64]; 1] = [&[1.0, f64::NAN]];
    assert!(matches!(refused(&Search { factors: &gap, ..search }), Error::InColumn { column: 0, .. }));
    let job = Job::new();
    job.cancel();
    assert_eq!(optimal_discretization(&job, &search), Err(Error::Cancelled));
}
