use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::tapio::{Base, Rows, State, tapio};

use crate::tools::{assert_close, numbers, on_threads};

fn rows<'a>(pressure: &'a [f64], driver: &'a [f64], units: &'a [u32], periods: &'a [u32]) -> Rows<'a> {
    Rows { pressure, driver, units, periods, n_periods: 5 }
}

fn state(pressure: f64, driver: f64) -> State {
    let (pressure, driver) = ([1.0, 1.0 + pressure], [1.0, 1.0 + driver]);
    tapio(&Job::new(), &rows(&pressure, &driver, &[0, 0], &[0, 1]), Base::Previous).unwrap().changes[0].state
}

#[test]
fn the_boundaries_belong_to_coupling() {
    use State::*;
    for (pressure, driver, expected) in [
        (0.12, 0.10, ExpansiveCoupling),
        (0.08, 0.10, ExpansiveCoupling),
        (-0.12, -0.10, RecessiveCoupling),
        (-0.08, -0.10, RecessiveCoupling),
        (0.12 + 1e-7, 0.10, ExpansiveNegativeDecoupling),
        (0.08 - 1e-7, 0.10, WeakDecoupling),
        (-0.12 - 1e-7, -0.10, RecessiveDecoupling),
        (-0.08 + 1e-7, -0.10, WeakNegativeDecoupling),
        (0.0, 0.10, WeakDecoupling),
        (0.0, -0.10, WeakNegativeDecoupling),
        (-1e-9, 0.10, StrongDecoupling),
        (1e-9, -0.10, StrongNegativeDecoupling),
        (0.1, 0.0, Undefined),
    ] {
        assert_eq!(state(pressure, driver), expected, "{pressure} {driver}");
    }
}

#[test]
fn bases_by_hand() {
    // Unit 0 has periods 0, 1, 3; unit 1 has 1 and 3, out of order.
    let (pressure, driver) = ([4.0, 2.0, 3.0, 10.0, 5.0], [1.0, 2.0, 4.0, 3.0, 1.0]);
    let panel = rows(&pressure, &driver, &[0, 0, 0, 1, 1], &[0, 1, 3, 3, 1]);
    let pairs = |base| {
        let result = tapio(&Job::new(), &panel, base).unwrap();
        (result.changes.iter().map(|each| (each.row, each.base)).collect::<Vec<_>>(), result.n_gaps)
    };
    assert_eq!(pairs(Base::Previous), (vec![(1, 0), (2, 1), (3, 4)], 2));
    assert_eq!(pairs(Base::First), (vec![(1, 0), (2, 0), (3, 4)], 0));
    assert_eq!(pairs(Base::Period(1)), (vec![(2, 1), (3, 4)], 0));
    let result = tapio(&Job::new(), &panel, Base::Period(1)).unwrap();
    assert_eq!(result.n_before_base, 1);
    // 2 → 3 over 2 → 4, and 5 → 10 over 1 → 3.
    assert_close(result.changes[0].elasticity, 0.5, 1e-15);
    assert_close(result.changes[1].elasticity, 0.5, 1e-15);
    assert_eq!(result.shares[0].n, [2, 0, 0, 0]);
    assert_eq!((result.shares.len(), result.shares[0].period, result.shares[0].share[0]), (1, 3, 1.0));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let n = 100_000;
    let (values, units): (Vec<f64>, Vec<u32>) = (numbers(n), (0..n as u32).map(|i| i / 5).collect());
    let other: Vec<f64> = values.iter().rev().copied().collect();
    let periods: Vec<u32> = (0..n as u32).map(|i| i % 5).collect();
    let panel = rows(&values, &other, &units, &periods);
    let run = |threads| on_threads(threads, || tapio(&Job::new(), &panel, Base::Previous).unwrap());
    assert_eq!(run(1), run(3));
}

#[test]
fn refusals() {
    let run = |pressure: &[f64], driver: &[f64], base| {
        tapio(&Job::new(), &rows(pressure, driver, &[0, 0], &[0, 1]), base).err()
    };
    let zero = Error::NotPositive { name: "pressure", row: 0, value: 0.0 };
    assert_eq!(run(&[0.0, 1.0], &[1.0, 2.0], Base::Previous), Some(zero));
    let negative = Error::NotPositive { name: "driver", row: 0, value: -1.0 };
    assert_eq!(run(&[1.0, 1.0], &[-1.0, 2.0], Base::First), Some(negative));
    let overflow = Error::OutOfRange { name: "pressure", period: 1 };
    assert_eq!(run(&[1e-300, 1e300], &[1.0, 2.0], Base::Previous), Some(overflow));
    assert!(matches!(run(&[1.0, f64::NAN], &[1.0, 2.0], Base::First), Some(Error::NotFinite { row: 1, .. })));
    assert!(matches!(run(&[1.0, 2.0], &[1.0], Base::First), Some(Error::Length { name: "driver", .. })));
    assert_eq!(run(&[], &[], Base::First), Some(Error::Empty { name: "pressure" }));
}
