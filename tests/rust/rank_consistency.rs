use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::rank_consistency::{Kind, rank_consistency};

#[test]
fn ranks_compare_inside_each_cell() {
    // Cell 0: a = 5, 3, 3 has ranks 1, 2, 2 and b = 1, 2, 3 has ranks 3, 2, 1. Cell 1: one row, both rank 1.
    let a = [5.0, 3.0, 7.0, 3.0];
    let b = [1.0, 2.0, 0.0, 3.0];
    let result = rank_consistency(&Job::new(), &a, &b, &[0, 0, 1, 0], 2, false, 1).unwrap();
    assert_eq!(result.rank_a, vec![1, 2, 1, 2]);
    assert_eq!(result.rank_b, vec![3, 2, 1, 1]);
    assert_eq!(result.difference, vec![-2, 0, 0, 1]);
    assert_eq!(result.kind, vec![Kind::Leading, Kind::Synchronous, Kind::Synchronous, Kind::Lagging]);
    assert_eq!(result.is_high, vec![false, true, true, true]);
}

#[test]
fn ascending_ranks_of_ranks_are_the_ranks() {
    let ranks = [2.0, 1.0, 3.0];
    let result = rank_consistency(&Job::new(), &ranks, &ranks, &[0; 3], 1, true, 0).unwrap();
    assert_eq!(result.rank_a, vec![2, 1, 3]);
}

#[test]
fn both_zeros_tie() {
    let result = rank_consistency(&Job::new(), &[0.0, -0.0], &[-0.0, 0.0], &[0, 0], 1, false, 0).unwrap();
    assert_eq!((result.rank_a, result.rank_b), (vec![1, 1], vec![1, 1]));
}

#[test]
fn unequal_lengths_are_refused() {
    let error = rank_consistency(&Job::new(), &[1.0], &[1.0, 2.0], &[0], 1, false, 0);
    assert_eq!(error, Err(Error::Length { name: "b", length: 2, expected: 1 }));
}
