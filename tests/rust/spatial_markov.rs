use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::markov::homogeneity::homogeneity;
use regiometrics::kernel::spatial_markov::spatial_markov;

use crate::tools::assert_close;

#[test]
fn two_chains_by_hand() {
    // Row 0: (3, 1) and (1, 3), pooled 1/2: Q = 4 · 4 · (1/4)² / (1/2) = 2, LR = 2 · 2 (3 ln 3/2 + ln 1/2).
    // Row 1: only the first chain leaves it, and row 2 has one cell: neither has degrees of freedom.
    let counts = [3, 1, 0, 2, 2, 0, 0, 0, 5, 1, 3, 0, 0, 0, 0, 0, 0, 2];
    let (test, parts) = homogeneity(&counts, 2, 3).unwrap();
    assert_close(test.q, 2.0, 1e-15);
    assert_close(test.lr, 4.0 * (3.0 * 1.5_f64.ln() + 0.5_f64.ln()), 1e-15);
    assert_eq!(test.degrees, 1);
    // One degree: the tail is erfc(√(Q/2)).
    assert_close(test.p_q, libm::erfc(1.0), 1e-14);
    // Against the pooled chain the first has 1 + 1 + 0 degrees, the second 1 + 0.
    assert_eq!([parts[0].degrees, parts[1].degrees], [2, 1]);
    assert_close(parts[0].q, 1.0, 1e-15);
}

#[test]
fn like_chains_differ_by_nothing_and_nearly_like_ones_keep_their_digits() {
    let (test, _) = homogeneity(&[2, 6, 5, 5, 1, 3, 9, 9], 2, 2).unwrap();
    assert_eq!((test.q, test.lr, test.degrees), (0.0, 0.0, 2));
    // Row 0 of two chains: N ± 1 of 2N, pooled 1/2. Each of four cells gives 2N (1/2N)² / (1/2) = 1/N.
    let n = 1_000_000_000_u64;
    let (test, _) = homogeneity(&[n + 1, n - 1, 0, 0, n - 1, n + 1, 0, 0], 2, 2).unwrap();
    assert_close(test.q, 4.0 / n as f64, 1e-15);
    assert_close(test.lr, 4.0 / n as f64, 1e-15);
}

#[test]
fn no_degrees_of_freedom_give_no_p() {
    let (test, parts) = homogeneity(&[1, 1, 0, 0, 0, 0, 2, 0], 2, 2).unwrap();
    assert_eq!((test.q, test.degrees), (0.0, 0));
    assert!(test.p_q.is_nan() && test.p_lr.is_nan() && parts[1].p_q.is_nan());
}

#[test]
fn the_pooled_chain_is_the_sum() {
    let result = spatial_markov(&Job::new(), &[1, 2, 3, 4, 10, 20, 30, 40], 2, 2, 0.9, 0, 1).unwrap();
    assert_eq!(result.pooled, [11, 22, 33, 44]);
    assert_eq!(result.conditional.len(), 2);
    assert_close(result.conditional[1].probabilities[0], 1.0 / 3.0, 1e-15);
    assert!(matches!(spatial_markov(&Job::new(), &[1], 1, 2, 0.9, 0, 1), Err(Error::Length { .. })));
}

#[test]
fn permutations_come_to_the_exact_test_of_fisher() {
    // Four of eight transitions end in state 0, and each chain has four: x of them end there in the first chain with
    // C(4, x) C(4, 4 − x) / C(8, 4), and Q is the observed 2 or more unless x = 2: 1 − 36/70.
    let counts = [3, 1, 0, 0, 1, 3, 0, 0];
    let run = |seed| spatial_markov(&Job::new(), &counts, 2, 2, 0.9, 40_000, seed).unwrap();
    let (result, exact) = (run(1), 34.0 / 70.0);
    for test in [&result.test, &result.tests[0], &result.tests[1]] {
        // Three standard errors of a share of 40 000 draws.
        assert!((test.p_q_permutation - exact).abs() < 0.0075, "{}", test.p_q_permutation);
        assert!((test.p_lr_permutation - exact).abs() < 0.0075, "{}", test.p_lr_permutation);
    }
    assert_eq!((result.test, &result.tests), (run(1).test, &run(1).tests));
    assert_ne!(result.test.p_q_permutation.to_bits(), run(2).test.p_q_permutation.to_bits());
}

#[test]
fn too_many_transitions_are_not_dealt() {
    let counts = [1 << 40, 1, 1, 1 << 40];
    assert!(spatial_markov(&Job::new(), &counts, 1, 2, 0.9, 0, 1).is_ok());
    let refused = spatial_markov(&Job::new(), &counts, 1, 2, 0.9, 1, 1);
    assert!(matches!(refused, Err(Error::TooMany { name: "transitions", .. })));
}
