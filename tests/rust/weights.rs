use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::weights::{Links, Rows, Weights};

use crate::tools::{numbers, on_threads};

fn links<'a>(n: usize, source: &'a [u32], target: &'a [u32], weight: Option<&'a [f64]>) -> Links<'a> {
    Links { n, source, target, weight, symmetric: false }
}

fn rows(links: &Links<'_>) -> Rows {
    Rows::from_links(&Job::new(), links).unwrap()
}

#[test]
fn links_become_sorted_rows_and_zeros_are_left_out() {
    // 0 → 2 (5), 0 → 1 (3), 2 → 0 (1); the link 1 → 2 weighs nothing.
    let built = rows(&links(3, &[0, 2, 0, 1], &[2, 0, 1, 2], Some(&[5.0, 1.0, 3.0, 0.0])));
    assert_eq!(built, Rows { indptr: vec![0, 2, 2, 3], indices: vec![1, 2, 0], data: vec![3.0, 5.0, 1.0] });
}

#[test]
fn symmetric_links_hold_both_ways_and_count_once() {
    // 0–1 given in both directions, 1–2 in one.
    let given = Links { symmetric: true, ..links(3, &[0, 1, 1], &[1, 0, 2], None) };
    assert_eq!(
        rows(&given),
        Rows { indptr: vec![0, 1, 3, 4], indices: vec![1, 0, 2, 1], data: vec![1.0; 4] }
    );
}

#[test]
fn the_lag_is_the_weighted_sum_of_the_neighbours() {
    // Two columns: unit 0 has 3·20 + 5·30 = 210 and 3·2 + 5·3 = 21; unit 1 is an island; unit 2 has 1·10 and 1·1.
    let built = rows(&links(3, &[0, 2, 0], &[2, 0, 1], Some(&[5.0, 1.0, 3.0])));
    let lag = built.view().lag(&Job::new(), &[10.0, 1.0, 20.0, 2.0, 30.0, 3.0], 2).unwrap();
    assert_eq!(lag[..2], [210.0, 21.0]);
    assert!(lag[2..4].iter().all(|lag| lag.is_nan()));
    assert_eq!(lag[4..], [10.0, 1.0]);
    assert_eq!(built.view().row_sums(), [8.0, 0.0, 1.0]);
    assert_eq!(built.view().standardized(), [0.375, 0.625, 1.0]);
}

#[test]
fn units_change_places_with_their_neighbours() {
    let built = rows(&links(3, &[0, 2, 0], &[2, 0, 1], Some(&[5.0, 1.0, 3.0])));
    // New order: 2, 0, 1. Row 0 is that of unit 2, whose neighbour 0 is now in place 1.
    let moved = built.view().reordered(&[2, 0, 1]).unwrap();
    assert_eq!(moved, Rows { indptr: vec![0, 1, 3, 3], indices: vec![1, 0, 2], data: vec![1.0, 5.0, 3.0] });
    assert_eq!(moved.view().reordered(&[1, 2, 0]).unwrap(), built);
    let twice = built.view().reordered(&[1, 2, 1]);
    assert_eq!(twice, Err(Error::Duplicate { name: "order", row: 2, first: 0 }));
}

#[test]
fn components_do_not_ask_for_direction() {
    let built = rows(&links(6, &[0, 2, 4], &[1, 1, 5], None));
    assert_eq!(built.view().n_components(&Job::new()), Ok(3));
    assert_eq!(rows(&links(2, &[], &[], None)).view().n_components(&Job::new()), Ok(2));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let n = 20_000;
    let source: Vec<u32> = (0..5 * n).map(|link| link / 5).collect();
    let target: Vec<u32> = (0..5 * n).map(|link| (link / 5 + 1 + 37 * (link % 5)) % n).collect();
    let weight = numbers(5 * n as usize);
    let built = rows(&links(n as usize, &source, &target, Some(&weight)));
    let values = numbers(2 * n as usize);
    let lag = |threads| on_threads(threads, || built.view().lag(&Job::new(), &values, 2).unwrap());
    assert_eq!(lag(1), lag(3));
}

#[test]
fn links_that_cannot_be_used_are_refused() {
    let build = |links: Links<'_>| Rows::from_links(&Job::new(), &links).unwrap_err();
    let weight = [1.0, -2.0];
    let negative = Error::Negative { name: "weight", row: 1, value: -2.0 };
    assert_eq!(build(links(2, &[0, 1], &[1, 0], Some(&weight))), negative);
    assert_eq!(build(links(2, &[1], &[1], None)), Error::SelfLink { name: "links", row: 0 });
    let twice = Error::Duplicate { name: "links", row: 2, first: 0 };
    assert_eq!(build(links(2, &[0, 1, 0], &[1, 0, 1], None)), twice);
    // A link that weighs one thing in one direction and another in the other is not symmetric.
    let unlike = Links { symmetric: true, ..links(2, &[0, 1], &[1, 0], Some(&[1.0, 2.0])) };
    assert_eq!(build(unlike), Error::Duplicate { name: "links", row: 1, first: 0 });
    let far = Error::Code { name: "target", row: 0, code: 7, count: 2 };
    assert_eq!(build(links(2, &[0], &[7], None)), far);
}

#[test]
fn arrays_that_are_no_rows_are_refused() {
    assert!(matches!(Weights::new(&[], &[], &[]), Err(Error::Empty { .. })));
    assert!(matches!(Weights::new(&[0, 2, 1], &[0], &[1.0]), Err(Error::Parameter { .. })));
    assert!(matches!(Weights::new(&[0, 1], &[3], &[1.0]), Err(Error::Code { .. })));
    let view = Weights::new(&[0, 1, 1], &[1], &[1.0]).unwrap();
    assert!(matches!(view.lag(&Job::new(), &[1.0], 1), Err(Error::Length { .. })));
    assert!(matches!(view.lag(&Job::new(), &[1.0, f64::NAN], 1), Err(Error::NotFinite { row: 1, .. })));
}
