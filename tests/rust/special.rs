use regiometrics::kernel::special::{chi_square_tail, entropy_term, log_term, upper_gamma};

use crate::tools::assert_close;

#[test]
fn chi_square_tails_are_those_of_mpmath() {
    // 50 digits there. Here the exponent of a tail near 1e-300 is 690, whose own rounding is 1e-13.
    let mut n = 0;
    for line in include_str!("../golden/chi_square.csv").lines().skip(1) {
        let fields: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        assert_close(chi_square_tail(fields[0], fields[1] as u64), fields[2], 1e-12);
        n += 1;
    }
    assert!(n > 400);
}

#[test]
fn tails_with_closed_forms() {
    // Two degrees: e^(−x/2). Four: e^(−x/2) (1 + x/2). One: erfc(√(x/2)).
    for x in [1e-3_f64, 0.5, 3.0, 40.0, 1300.0] {
        let half = x / 2.0;
        assert_close(chi_square_tail(x, 2), (-half).exp(), 1e-13);
        assert_close(chi_square_tail(x, 4), (-half).exp() * (1.0 + half), 1e-13);
        assert_close(chi_square_tail(x, 1), libm::erfc(half.sqrt()), 1e-13);
    }
}

#[test]
fn the_ends_of_the_range() {
    assert_eq!(chi_square_tail(0.0, 3), 1.0);
    assert_eq!(chi_square_tail(-1.0, 3), 1.0);
    assert_eq!(chi_square_tail(f64::INFINITY, 3), 0.0);
    assert_eq!(chi_square_tail(1e6, 3), 0.0);
    assert!(chi_square_tail(1.0, 0).is_nan());
    assert!(chi_square_tail(f64::NAN, 3).is_nan());
}

#[test]
fn the_recurrence_of_the_gamma_function_holds() {
    // Γ(a + 1, x)/Γ(a + 1) = Γ(a, x)/Γ(a) + x^a e^(−x)/Γ(a + 1)
    for a in [0.5_f64, 3.25, 9.5, 10.5] {
        for x in [0.1_f64, 2.0, 11.0, 60.0] {
            let step = (a * x.ln() - x - libm::lgamma(a + 1.0)).exp();
            assert_close(upper_gamma(a + 1.0, x), upper_gamma(a, x) + step, 1e-12);
        }
    }
}

#[test]
fn both_forms_of_the_logarithmic_terms_agree_where_they_meet() {
    // At 0.1 the subtraction x − ln(1 + x) costs a factor of twenty.
    for x in [0.1_f64, -0.1] {
        let inside = x * (1.0 - 1e-12);
        assert_close(log_term(inside), log_term(x), 1e-11);
        assert_close(entropy_term(inside), entropy_term(x), 1e-11);
    }
    assert_close(log_term(1e-8), 0.5e-16, 1e-7);
    assert!(log_term(-1.0).is_infinite());
    assert_eq!(entropy_term(-1.0), 1.0);
}
