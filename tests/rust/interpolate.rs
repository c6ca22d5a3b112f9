use regiometrics::kernel::error::Error;
use regiometrics::kernel::interpolate::{Edges, Gap, Kind, interpolate};
use regiometrics::kernel::job::Job;

use crate::tools::{assert_close, numbers, on_threads};

const GAP: f64 = f64::NAN;

fn run(values: &[f64], units: &[u32], times: &[f64], edges: Edges) -> Result<Vec<Gap>, Error> {
    interpolate(&Job::new(), &[values], units, 2, times, edges)
}

fn told(gaps: &[Gap]) -> Vec<(u64, Kind, f64)> {
    gaps.iter().map(|gap| (gap.row, gap.kind, gap.value)).collect()
}

#[test]
fn unequal_steps_in_any_order_of_rows() {
    // Unit 0 at times 0, 1, 4: 2, ?, 10 gives 2 + 8/4 = 4. Unit 1 at 0, 1, 2: 5, ?, ? has one observation.
    let values = [10.0, GAP, 2.0, GAP, 5.0, GAP];
    let (units, times) = ([0, 0, 0, 1, 1, 1], [4.0, 1.0, 0.0, 2.0, 0.0, 1.0]);
    let gaps = run(&values, &units, &times, Edges::Keep).unwrap();
    assert_eq!(told(&gaps[..1]), vec![(1, Kind::Interpolated, 4.0)]);
    assert_eq!((gaps[1].row, gaps[1].kind, gaps[2].row, gaps[2].kind), (5, Kind::Missing, 3, Kind::Missing));
    let gaps = run(&values, &units, &times, Edges::Nearest).unwrap();
    assert_eq!(told(&gaps[1..]), vec![(5, Kind::Nearest, 5.0), (3, Kind::Nearest, 5.0)]);
    assert_eq!(run(&values, &units, &times, Edges::Linear).unwrap()[1].kind, Kind::Missing);
}

#[test]
fn edges_go_on_along_the_nearest_two() {
    // At 0 … 5: ?, ?, 3, 4, 9, ?. Backwards by 1 a step: 1, 2; forwards by 5: 14.
    let times = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    let gaps = run(&[GAP, GAP, 3.0, 4.0, 9.0, GAP], &[0; 6], &times, Edges::Linear).unwrap();
    let expected =
        [(0, Kind::Extrapolated, 1.0), (1, Kind::Extrapolated, 2.0), (5, Kind::Extrapolated, 14.0)];
    assert_eq!(told(&gaps), expected);
}

#[test]
fn equal_observations_give_their_own_value() {
    let times: Vec<f64> = numbers(9).iter().enumerate().map(|(i, step)| i as f64 + step).collect();
    let mut values = [0.1; 9];
    values[1..8].fill(GAP);
    let gaps = run(&values, &[0; 9], &times, Edges::Keep).unwrap();
    assert!(gaps.iter().all(|gap| gap.value == 0.1));
    // Between 1e9 and 1e-9, a hair before the end.
    let gaps = run(&[1e9, GAP, 1e-9], &[0; 3], &[0.0, 1.0 - 1e-9, 1.0], Edges::Keep).unwrap();
    assert_close(gaps[0].value, 1.0 + 1e-9, 1e-7);
}

#[test]
fn a_unit_of_gaps_stays_and_overflow_is_not_filled() {
    assert_eq!(run(&[GAP], &[0], &[0.0], Edges::Linear).unwrap()[0].kind, Kind::Missing);
    let gaps = run(&[0.0, 1e308, GAP], &[0; 3], &[0.0, 1.0, 9.0], Edges::Linear).unwrap();
    assert_eq!(gaps[0].kind, Kind::Missing);
}

#[test]
fn bad_input_is_refused() {
    let repeated = run(&[1.0, 2.0], &[0, 0], &[5.0, 5.0], Edges::Keep);
    assert!(matches!(repeated, Err(Error::Parameter { name: "times", .. })));
    let infinite = Error::NotFinite { name: "values", row: 0, value: f64::INFINITY }.in_column(0);
    assert_eq!(run(&[f64::INFINITY], &[0], &[0.0], Edges::Keep), Err(infinite));
    assert!(matches!(run(&[1.0], &[0], &[GAP], Edges::Keep), Err(Error::NotFinite { name: "times", .. })));
    assert!(matches!(run(&[1.0], &[2], &[0.0], Edges::Keep), Err(Error::Code { .. })));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let n = 200_000;
    let values: Vec<f64> = numbers(n).into_iter().map(|x| if x < 0.3 { GAP } else { x }).collect();
    let (units, times): (Vec<u32>, Vec<f64>) =
        (0..n).map(|i| ((i % 2) as u32, (i * 7919 % n) as f64)).unzip();
    let go = |threads| on_threads(threads, || told(&run(&values, &units, &times, Edges::Keep).unwrap()));
    assert_eq!(format!("{:?}", go(1)), format!("{:?}", go(3)));
}
