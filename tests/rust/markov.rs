use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::markov::{Chain, Kind, NO_STATE, States, chain, transitions};

use crate::tools::{assert_close, numbers, on_threads};

fn of(counts: &[u64], k: usize) -> Chain {
    chain(&Job::new(), counts, k, 0.95).unwrap()
}

#[test]
fn transitions_are_counted_between_known_states() {
    // Unit 0: 0 → 1 → 1. Unit 1: 1, unknown, 0. With lag 2: 0 → 1 and 1 → 0.
    let states = [0, 1, 1, 1, NO_STATE, 0];
    let panel = States { states: &states, given: None, n_periods: 3, k: 2, n_given: 1, lag: 1 };
    let found = transitions(&Job::new(), &panel).unwrap();
    assert_eq!((found.counts, found.n_incomplete), (vec![0, 1, 0, 1], 2));
    let found = transitions(&Job::new(), &States { lag: 2, ..panel }).unwrap();
    assert_eq!((found.counts, found.n_incomplete), (vec![0, 1, 1, 0], 0));
    // The condition is that at the start; unknown ones leave the pair out.
    let given = [1, 0, 0, NO_STATE, 0, 0];
    let found = transitions(&Job::new(), &States { given: Some(&given), n_given: 2, ..panel }).unwrap();
    assert_eq!((found.counts, found.n_incomplete), (vec![0, 0, 0, 1, 0, 1, 0, 0], 2));
}

#[test]
fn panels_that_cannot_be_counted_are_refused() {
    let panel = States { states: &[0, 1, 5, 0], given: None, n_periods: 2, k: 2, n_given: 1, lag: 1 };
    let count = |panel: States<'_>| transitions(&Job::new(), &panel).unwrap_err();
    assert_eq!(count(panel), Error::Code { name: "states", row: 2, code: 5, count: 2 });
    assert!(matches!(count(States { lag: 2, ..panel }), Error::Parameter { name: "lag", .. }));
    assert!(matches!(count(States { lag: 0, ..panel }), Error::Parameter { name: "lag", .. }));
    assert!(matches!(count(States { states: &[0, 1, 0], ..panel }), Error::Length { .. }));
    assert!(matches!(count(States { states: &[], ..panel }), Error::Empty { .. }));
}

#[test]
fn two_states_by_hand() {
    // P = [[3/4, 1/4], [1/2, 1/2]]. π = (1/2, 1/4)/(3/4) = (2/3, 1/3). From 0 to 1: 1/(1/4) = 4 steps, back 2;
    // returns 3/2 and 3. Errors √(3/4·1/4/8) and √(1/4/4). Shorrocks (2 − 5/4)/1; movers (2 + 2)/12.
    let chain = of(&[6, 2, 2, 2], 2);
    assert_eq!(chain.probabilities, [0.75, 0.25, 0.5, 0.5]);
    assert_close(chain.steady_states[0], 2.0 / 3.0, 1e-15);
    assert_close(chain.steady_states[1], 1.0 / 3.0, 1e-15);
    assert_eq!(chain.first_passage, [1.5, 4.0, 2.0, 3.0]);
    assert_close(chain.standard_errors[0], (0.75_f64 * 0.25 / 8.0).sqrt(), 1e-15);
    assert_close(chain.standard_errors[3], 0.25, 1e-15);
    assert_eq!((&chain.leaving[..], &chain.sojourn[..]), (&[0.25, 0.5][..], &[4.0, 2.0][..]));
    assert_close(chain.shorrocks, 0.75, 1e-15);
    assert_close(chain.movers, 1.0 / 3.0, 1e-15);
    assert_eq!(chain.structure.period, [1, 1]);
}

#[test]
fn small_probabilities_keep_their_digits() {
    // Up with probability 1/N, down with (N − 1)/N, in five states: π_i ∝ (N − 1)^−i by detailed balance.
    const N: u64 = 1_000_000_007;
    let mut counts = vec![0; 25];
    for state in 0..5_usize {
        counts[state * 5 + state.saturating_sub(1)] += N - 1;
        counts[state * 5 + (state + 1).min(4)] += 1;
    }
    let chain = of(&counts, 5);
    let ratio = 1.0 / (N as f64 - 1.0);
    for state in 1..5 {
        assert_close(chain.steady_states[state] / chain.steady_states[state - 1], ratio, 1e-14);
    }
    // Up from 0 takes N steps on average, and m₁ = N + (N − 1) m₀ from 1: their sum.
    let up = N as f64;
    assert_close(chain.first_passage[1], up, 1e-14);
    assert_close(chain.first_passage[2], up + up + (up - 1.0) * up, 1e-14);
}

#[test]
fn a_state_without_transitions_is_not_absorbing() {
    // 0 and 1 communicate, 2 was entered from 1 in the last period only.
    let chain = of(&[1, 1, 0, 2, 1, 1, 0, 0, 0], 3);
    assert_eq!(chain.structure.kind, [Kind::Undetermined; 3]);
    assert_eq!(chain.structure.class, [0, 0, 1]);
    assert!(chain.steady_states.is_empty());
    assert!(chain.probabilities[6..].iter().all(|p| p.is_nan()));
    assert!(chain.sojourn[2].is_nan() && chain.shorrocks.is_nan());
    // From 0 the chain meets 1 before it can meet 2: two steps. From 1 it may meet 2 before 0: unknown.
    assert_eq!(chain.first_passage[1], 2.0);
    assert!(chain.first_passage[3].is_nan() && chain.first_passage[0].is_nan());
    // To 2: m₀ = 1 + (m₀ + m₁)/2, m₁ = 1 + (2 m₀ + m₁)/4, that is m₁ = m₀ − 2 and 3 m₁ = 4 + 2 m₀: 10 and 8.
    assert_close(chain.first_passage[2], 10.0, 1e-15);
    assert_close(chain.first_passage[5], 8.0, 1e-15);
    assert!(chain.first_passage[6..].iter().all(|time| time.is_nan()));
}

#[test]
fn a_way_out_for_ever_is_infinite_even_beside_an_unknown_one() {
    // From 0 to 1 (closed), 2 (no transitions) or 3 (back to 0).
    let chain = of(&[0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], 4);
    let kinds = [Kind::Transient, Kind::Recurrent, Kind::Undetermined, Kind::Transient];
    assert_eq!(chain.structure.kind, kinds);
    assert_eq!(chain.structure.period, [2, 1, 0, 2]);
    assert_eq!(chain.steady_states, [0.0, 1.0, 0.0, 0.0]);
    // To 3: the chain may stay in 1 for ever. To 1: it may come to 2 first.
    assert!(chain.first_passage[3].is_infinite());
    assert!(chain.first_passage[1].is_nan());
    assert!(chain.first_passage[4].is_infinite());
    assert_eq!(chain.first_passage[5], 1.0);
}

#[test]
fn two_recurrent_classes_and_a_cycle() {
    // 0 ⇄ 1 with period 2; 2 stays; 3 goes to either.
    let chain = of(&[0, 4, 0, 0, 4, 0, 0, 0, 0, 0, 4, 0, 1, 0, 1, 0], 4);
    assert_eq!(chain.structure.period, [2, 2, 1, 0]);
    assert_eq!(chain.structure.kind[3], Kind::Transient);
    assert_eq!(chain.steady_states, [0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert!(chain.sojourn[2].is_infinite());
    assert_eq!(chain.first_passage[..4], [2.0, 1.0, f64::INFINITY, f64::INFINITY]);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let states: Vec<u32> = numbers(60_000).iter().map(|value| (7.0 * value * value) as u32).collect();
    let run = |threads| {
        on_threads(threads, || {
            let panel = States { states: &states, given: None, n_periods: 6, k: 7, n_given: 1, lag: 1 };
            let found = transitions(&Job::new(), &panel).unwrap();
            let chain = of(&found.counts, 7);
            (found, chain.first_passage, chain.steady_states, chain.low)
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn counts_beyond_a_double_are_refused() {
    let huge = [u64::MAX, 1, 1, 1];
    assert!(matches!(chain(&Job::new(), &huge, 2, 0.95), Err(Error::Parameter { name: "counts", .. })));
    assert!(matches!(chain(&Job::new(), &[1, 1], 2, 0.95), Err(Error::Length { .. })));
    assert!(matches!(chain(&Job::new(), &[1], 1, 1.0), Err(Error::Parameter { name: "confidence", .. })));
}
