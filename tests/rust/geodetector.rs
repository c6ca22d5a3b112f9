use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::geodetector::{
    Adjustment, Codes, Factor, Geodetector, Input, Kind, Moments, OwnedCodes, Parameters, Places, Plan,
    Singletons, Variance, detect, encode, groups, moments, pairs, resample,
};
use regiometrics::kernel::job::Job;
use regiometrics::kernel::special::{f_tail, noncentral_f_tail};

use crate::tools::{assert_close, numbers, on_threads};

const KEEP: Parameters =
    Parameters { variance: Variance::Population, singletons: Singletons::Keep, adjustment: Adjustment::None };

fn narrow(codes: &[u8], n_strata: usize) -> Factor<'_> {
    Factor { codes: Codes::Narrow(codes), n_strata }
}

fn one_period<'a>(values: &'a [f64], factors: &'a [Factor<'a>]) -> Input<'a> {
    Input { values, factors, periods: Classes::ONE }
}

fn found(input: &Input<'_>, parameters: &Parameters) -> Geodetector {
    let job = Job::new();
    detect(&job, &moments(&job, input).unwrap(), parameters).unwrap()
}

#[test]
fn four_detectors_by_hand() {
    // y = 1 2 | 3 5 | 6 13 with x1 = a a b b c c, mean 5, SST = 16 + 9 + 4 + 0 + 1 + 64 = 94.
    // Means 1.5, 4, 9.5; SSW = 0.5 + 2 + 24.5 = 27, SSB = 67, q = 67/94, F = 3/2 · 67/27.
    // λ = [2.25 + 16 + 90.25 − 2 · 15²/6] / (94/6): all strata have two units, so that it is SSB/2/(94/6).
    // x2 = a b a b a b: means 10/3 and 20/3, SSB = 6 · (5/3)² = 50/3.
    let y = [1.0, 2.0, 3.0, 5.0, 6.0, 13.0];
    let factors = [narrow(&[0, 0, 1, 1, 2, 2], 3), narrow(&[0, 1, 0, 1, 0, 1], 2)];
    let result = found(&one_period(&y, &factors), &KEEP);
    let [first, second] = result.factors[..] else { panic!() };
    assert_close(first.q, 67.0 / 94.0, 1e-15);
    assert_close(first.within, 27.0, 1e-15);
    assert_close(first.test.f, 67.0 / 18.0, 1e-14);
    assert_close(first.test.lambda, 33.5 * 6.0 / 94.0, 1e-14);
    assert_close(first.test.p_central, f_tail(67.0 / 18.0, 2.0, 3.0), 1e-13);
    assert_close(first.test.p_value, noncentral_f_tail(67.0 / 18.0, 2.0, 3.0, 33.5 * 6.0 / 94.0), 1e-13);
    assert_close(second.q, 50.0 / 3.0 / 94.0, 1e-15);
    assert_eq!((first.rank, second.rank), (1, 2));
    // Crossed, every unit is alone.
    let pair = result.interactions[0];
    assert_eq!((pair.q, pair.n_strata, pair.n_empty, pair.n_singletons), (1.0, 6, 0, 6));
    assert_eq!(pair.kind, Kind::NonlinearEnhance);
    // Welch for a and b: −2.5/√(0.25 + 1), dof (1.25)²/(0.25² + 1).
    let first = result.risk.differences[0];
    assert_close(first.t, -2.5 / 1.25_f64.sqrt(), 1e-15);
    assert_close(first.dof, 1.5625 / 1.0625, 1e-15);
    // F = 27/(94 − 50/3), five degrees each.
    let ecological = result.ecological[0];
    assert_close(ecological.f, 27.0 / (94.0 - 50.0 / 3.0), 1e-14);
    assert_close(ecological.p_value, 2.0 * f_tail(1.0 / ecological.f, 5.0, 5.0), 1e-13);
}

#[test]
fn kinds_and_their_margins() {
    use Kind::{
        BivariateEnhance, Independent, NonlinearEnhance, NonlinearWeaken, Undefined, UnivariateWeaken,
    };
    assert_eq!(Kind::of(0.2, 0.3, 0.1), NonlinearWeaken);
    assert_eq!(Kind::of(0.2, 0.3, 0.25), UnivariateWeaken);
    assert_eq!(Kind::of(0.2, 0.3, 0.3 * (1.0 + 1e-13)), UnivariateWeaken);
    assert_eq!(Kind::of(0.2, 0.3, 0.4), BivariateEnhance);
    assert_eq!(Kind::of(0.1, 0.2, 0.3), Independent);
    assert_eq!(Kind::of(0.2, 0.3, 0.6), NonlinearEnhance);
    assert_eq!(Kind::of(0.2, f64::NAN, 0.6), Undefined);
}

#[test]
fn an_offset_costs_no_digits() {
    // 1e9 + {0, 1, 2, 3} are doubles; q, F and the errors are those of {0, 1, 2, 3}.
    let codes = [0, 0, 1, 1];
    let factors = [narrow(&codes, 2)];
    let (low, high) = ([0.0, 1.0, 2.0, 3.0], [1e9, 1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]);
    let (plain, lifted) =
        (found(&one_period(&low, &factors), &KEEP), found(&one_period(&high, &factors), &KEEP));
    assert_eq!(plain.factors[0].q, lifted.factors[0].q);
    assert_eq!(plain.factors[0].test.f, lifted.factors[0].test.f);
    // Strata of one size: λ does not see the offset either.
    assert_close(lifted.factors[0].test.lambda, plain.factors[0].test.lambda, 1e-15);
}

#[test]
fn strata_far_apart_keep_the_digits_of_their_squares() {
    // Means 0 and 1e9, squares 2 within each: 1 − q = 4/(4 + 4·(5e8)²).
    let y = [-1.0, 1e9 - 1.0, 1.0, 1e9 + 1.0];
    let result = found(&one_period(&y, &[narrow(&[0, 1, 0, 1], 2)]), &KEEP);
    assert_close(result.factors[0].within, 4.0, 1e-15);
    assert_close(result.factors[0].test.f, 2.0 * 1e18 / 4.0, 1e-15);
    // Equal values within strata: nothing is left, and no rounding pretends otherwise.
    let result = found(&one_period(&[0.1, 0.7, 0.1, 0.7, 0.1], &[narrow(&[0, 1, 0, 1, 0], 2)]), &KEEP);
    assert_eq!((result.factors[0].within, result.factors[0].q), (0.0, 1.0));
    assert_eq!((result.factors[0].test.f, result.factors[0].test.p_value), (f64::INFINITY, 0.0));
}

#[test]
fn groups_hold_every_factor_and_every_pair_once() {
    for (n_strata, n_rows) in [
        (vec![8; 10], 1_000_000),
        (vec![5; 19], 30),
        (vec![3, 200, 7, 40_000, 2], 100_000),
        (vec![4], 10),
        (vec![], 0),
    ] {
        let groups = groups(&n_strata, n_rows);
        let mut seen: Vec<(usize, usize)> = groups
            .iter()
            .flat_map(|group| group.pairs.iter().map(|&(i, j)| (group.factors[i], group.factors[j])))
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, pairs(n_strata.len()).collect::<Vec<_>>());
        let mut owned: Vec<usize> =
            groups.iter().flat_map(|group| group.owned.iter().map(|&i| group.factors[i])).collect();
        owned.sort_unstable();
        assert_eq!(owned, (0..n_strata.len()).collect::<Vec<_>>());
    }
    // Ten factors of eight strata: no more than 12 tables.
    assert!(groups(&[8; 10], 1_000_000).len() <= 12);
}

/// Seven factors of different widths over two periods that alternate.
fn large(n: usize) -> (Vec<f64>, Vec<Vec<u8>>, Vec<u32>, Vec<usize>) {
    let draws = numbers(8 * n);
    let n_strata = vec![2, 3, 5, 8, 4, 6, 9];
    let codes = (0..7)
        .map(|f| (0..n).map(|i| (draws[(f + 1) * n + i] * n_strata[f] as f64) as u8).collect())
        .collect();
    (draws[..n].to_vec(), codes, (0..n as u32).map(|i| i % 2).collect(), n_strata)
}

fn factors<'a>(codes: &'a [Vec<u8>], n_strata: &[usize]) -> Vec<Factor<'a>> {
    codes.iter().zip(n_strata).map(|(codes, &n)| narrow(codes, n)).collect()
}

/// Counts and sums by the plain loop, exactly, of values that are multiples of 2⁻²⁰.
fn plain_q(y: &[f64], codes: impl Fn(usize) -> usize, rows: impl Iterator<Item = usize> + Clone) -> f64 {
    let mut cells = std::collections::BTreeMap::<usize, (i128, i128)>::new();
    let whole = |row: usize| (y[row] * 2f64.powi(20)) as i128;
    let (mut n, mut sum, mut squares) = (0_i128, 0_i128, 0_i128);
    for row in rows {
        let cell = cells.entry(codes(row)).or_default();
        *cell = (cell.0 + 1, cell.1 + whole(row));
        (n, sum, squares) = (n + 1, sum + whole(row), squares + whole(row) * whole(row));
    }
    let between: f64 = cells.values().map(|(n, sum)| (sum * sum) as f64 / *n as f64).sum();
    // Whole numbers below 2¹⁰⁰, so that only the last steps round, here by 1e-15 of squares of the order of the sums.
    (between - (sum * sum) as f64 / n as f64) / (squares as f64 - (sum * sum) as f64 / n as f64)
}

#[test]
fn joint_tables_agree_with_the_plain_loop() {
    let n = 40_000;
    let (y, codes, periods, n_strata) = large(n);
    let y: Vec<f64> = y.iter().map(|value| (value * 2f64.powi(20)).floor() / 2f64.powi(20)).collect();
    let factors = factors(&codes, &n_strata);
    let input = Input { values: &y, factors: &factors, periods: Classes::new(&periods, 2) };
    let result = found(&input, &KEEP);
    for period in 0..2 {
        let rows = (0..n).filter(move |row| row % 2 == period);
        for (factor, codes) in codes.iter().enumerate() {
            let q = result.factors[period * 7 + factor].q;
            // q is near 1e-4, and the plain loop subtracts numbers of 1e-15·3 of its squares.
            assert_close(q, plain_q(&y, |row| codes[row].into(), rows.clone()), 1e-9);
        }
        for (pair, (a, b)) in pairs(7).enumerate() {
            let q = result.interactions[period * 21 + pair].q;
            let cell = |row: usize| usize::from(codes[a][row]) * 9 + usize::from(codes[b][row]);
            assert_close(q, plain_q(&y, cell, rows.clone()), 1e-9);
        }
    }
}

#[test]
fn parts_join_to_the_whole() {
    let n = 30_000;
    let (mut y, codes, periods, n_strata) = large(n);
    y.iter_mut().for_each(|value| *value += 1e6);
    let all = factors(&codes, &n_strata);
    let job = Job::new();
    let whole =
        moments(&job, &Input { values: &y, factors: &all, periods: Classes::new(&periods, 2) }).unwrap();
    let mut joined: Option<Moments> = None;
    for start in (0..n).step_by(7000) {
        let rows = start..n.min(start + 7000);
        let part: Vec<Factor<'_>> =
            codes.iter().zip(&n_strata).map(|(codes, &n)| narrow(&codes[rows.clone()], n)).collect();
        let input = Input {
            values: &y[rows.clone()],
            factors: &part,
            periods: Classes::new(&periods[rows.clone()], 2),
        };
        let part = moments(&job, &input).unwrap();
        match &mut joined {
            None => joined = Some(part),
            Some(joined) => joined.merge(&part).unwrap(),
        }
    }
    let (one, two) = (detect(&job, &whole, &KEEP).unwrap(), detect(&job, &joined.unwrap(), &KEEP).unwrap());
    for (a, b) in one.factors.iter().zip(&two.factors) {
        assert_close(b.q, a.q, 1e-10);
        assert_close(b.within, a.within, 1e-12);
    }
    for (a, b) in one.interactions.iter().zip(&two.interactions) {
        assert_close(b.q, a.q, 1e-10);
    }
}

#[test]
fn parts_with_other_strata_take_their_places() {
    // Strata {a, c} and {b, c} in a layout {a, b, c}.
    let job = Job::new();
    let part = |y: &[f64], codes: &[u8]| moments(&job, &one_period(y, &[narrow(codes, 2)])).unwrap();
    let (one, two) = (part(&[1.0, 2.0, 9.0], &[0, 0, 1]), part(&[4.0, 6.0, 7.0], &[0, 0, 1]));
    let place = |strata: &[u32]| Places { strata: vec![strata.to_vec()], periods: vec![0] };
    let mut joined = one.placed(&Job::new(), 1, &[3], &place(&[0, 2])).unwrap();
    joined.merge(&two.placed(&Job::new(), 1, &[3], &place(&[1, 2])).unwrap()).unwrap();
    let whole =
        moments(&job, &one_period(&[1.0, 2.0, 9.0, 4.0, 6.0, 7.0], &[narrow(&[0, 0, 2, 1, 1, 2], 3)]))
            .unwrap();
    assert_close(
        detect(&job, &joined, &KEEP).unwrap().factors[0].q,
        detect(&job, &whole, &KEEP).unwrap().factors[0].q,
        1e-15,
    );
    assert!(one.placed(&Job::new(), 1, &[2], &place(&[0, 2])).is_err());
    assert!(one.clone().merge(&joined).is_err());
    let short = Moments { strata: vec![one.strata[0][..1].to_vec()], ..one.clone() };
    assert!(matches!(
        detect(&job, &short, &KEEP),
        Err(Error::Length { name: "strata", length: 1, expected: 2 })
    ));
    assert!(matches!(
        short.placed(&Job::new(), 1, &[3], &place(&[0, 2])),
        Err(Error::Length { name: "strata", .. })
    ));
    let none = Moments { n_strata: vec![], strata: vec![], ..one };
    assert!(matches!(detect(&job, &none, &KEEP), Err(Error::Empty { name: "factors" })));
}

#[test]
fn singletons_dropped_are_as_if_they_were_not_there() {
    let drop = Parameters { singletons: Singletons::Drop, ..KEEP };
    let y = [1.0, 2.0, 3.0, 5.0, 100.0];
    let (codes, other) = ([0, 0, 1, 1, 2], [0, 1, 0, 1, 0]);
    let with = found(&one_period(&y, &[narrow(&codes, 3), narrow(&other, 2)]), &drop);
    let without = found(&one_period(&y[..4], &[narrow(&codes[..4], 2)]), &KEEP);
    assert_close(with.factors[0].q, without.factors[0].q, 1e-15);
    assert_eq!((with.factors[0].n, with.factors[0].n_strata, with.factors[0].n_singletons), (4.0, 2, 1));
    // Of what is left nothing varies: there is no q, and no noncentrality.
    let same = found(&one_period(&[2.0, 2.0, 7.0, 2.0], &[narrow(&[0, 0, 1, 0], 2)]), &drop);
    assert!(same.factors[0].q.is_nan() && same.factors[0].test.lambda.is_nan());
    // Every crossed stratum has one unit: none is left.
    assert!(with.interactions[0].q.is_nan());
    assert_eq!(with.interactions[0].kind, Kind::Undefined);
}

#[test]
fn resampling_is_the_same_on_any_number_of_threads() {
    let (y, codes, periods, n_strata) = large(400);
    let plan = Plan {
        permutations: 30,
        interaction_permutations: 5,
        bootstrap: 30,
        confidence: 0.9,
        seed: 7,
        singletons: Singletons::Keep,
    };
    let run = |threads| {
        on_threads(threads, || {
            let factors = factors(&codes, &n_strata);
            let input = Input { values: &y, factors: &factors, periods: Classes::new(&periods, 2) };
            (resample(&Job::new(), &input, &plan).unwrap(), found(&input, &KEEP))
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn permutation_p_by_enumeration() {
    // {1, 2 | 3, 4}: of the six ways to split four units in two pairs two are as far apart, so that p is near 1/3.
    let input_factors = [narrow(&[0, 0, 1, 1], 2)];
    let input = one_period(&[1.0, 2.0, 3.0, 4.0], &input_factors);
    let plan = Plan {
        permutations: 9999,
        interaction_permutations: 0,
        bootstrap: 0,
        confidence: 0.95,
        seed: 1,
        singletons: Singletons::Keep,
    };
    let p = resample(&Job::new(), &input, &plan).unwrap().factors[0];
    // Four standard errors of 9999 draws: 4·√(2/9/9999).
    assert!((p - 1.0 / 3.0).abs() < 0.019, "{p}");
}

#[test]
fn whole_numbers_are_coded_by_their_order() {
    let job = Job::new();
    let encoded = encode(&job, &[7_i64, -2, 7, 30]).unwrap().unwrap();
    assert_eq!(encoded.codes, OwnedCodes::Narrow(vec![1, 0, 1, 2]));
    assert_eq!(encoded.distinct, [-2, 7, 30]);
    let wide = encode(&job, &(0..1000_i32).rev().collect::<Vec<_>>()).unwrap().unwrap();
    assert!(matches!(wide.codes, OwnedCodes::Wide(ref codes) if codes[0] == 999));
    assert_eq!(encode(&job, &[0_i64, 1 << 40]).unwrap(), None);
    assert_eq!(encode(&job, &[i64::MIN, i64::MAX]).unwrap(), None);
}

#[test]
fn refusals() {
    let job = Job::new();
    let codes = [0, 1];
    let one = [narrow(&codes, 2)];
    assert_eq!(moments(&job, &one_period(&[], &[])), Err(Error::Empty { name: "values" }));
    assert!(matches!(
        moments(&job, &one_period(&[1.0, f64::NAN], &one)),
        Err(Error::NotFinite { row: 1, .. })
    ));
    let short = [narrow(&codes[..1], 2)];
    assert!(matches!(
        moments(&job, &one_period(&[1.0, 2.0], &short)),
        Err(Error::InColumn { column: 0, .. })
    ));
    let outside = [narrow(&codes, 1)];
    assert!(matches!(
        moments(&job, &one_period(&[1.0, 2.0], &outside)),
        Err(Error::InColumn { column: 0, .. })
    ));
    let wide: Vec<Factor<'_>> = vec![Factor { codes: Codes::Wide(&[0, 1]), n_strata: 1 << 20 }; 2];
    assert!(matches!(moments(&job, &one_period(&[1.0, 2.0], &wide)), Err(Error::TooMany { .. })));
    assert_eq!(
        moments(&job, &one_period(&[1e200, -1e200], &one)),
        Err(Error::OutOfRange { name: "values", period: 0 })
    );
    assert_eq!(
        moments(&job, &one_period(&[1e-170, 2e-170], &one)),
        Err(Error::OutOfRange { name: "values", period: 0 })
    );
    let constant = moments(&job, &one_period(&[0.1, 0.1], &one)).unwrap();
    assert_eq!(detect(&job, &constant, &KEEP), Err(Error::Constant { name: "values", period: 0 }));
    job.cancel();
    assert_eq!(moments(&job, &one_period(&[1.0, 2.0], &one)), Err(Error::Cancelled));
}
