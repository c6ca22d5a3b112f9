use regiometrics::kernel::special::{
    beta_tail, chi_square_tail, entropy_term, f_tail, log_term, noncentral_f_tail, normal_critical_value,
    normal_two_sided_tail, student_critical_value, student_two_sided_tail, upper_gamma,
};

use crate::tools::assert_close;

#[test]
fn the_incomplete_beta_function_has_its_closed_forms() {
    // I_x(1, b) = 1 − (1 − x)^b, I_x(a, 1) = x^a, I_x(2, 2) = x²(3 − 2x).
    assert_close(beta_tail(0.3, 0.7, 1.0, 2.5), 1.0 - 0.7_f64.powf(2.5), 1e-14);
    assert_close(beta_tail(0.3, 0.7, 4.5, 1.0), 0.3_f64.powf(4.5), 1e-14);
    assert_close(beta_tail(0.9, 0.1, 2.0, 2.0), 0.81 * 1.2, 1e-14);
    assert_close(beta_tail(1e-100, 1.0, 3.0, 1.0), 1e-300, 1e-12);
    // x^a for an exponent of 1e9 and x = 1 − 1e-9·ln 2: one half, up to ln(x)·a = −ln 2 − (ln 2)²/2e9.
    let y = 1e-9 * std::f64::consts::LN_2;
    assert_close(beta_tail(1.0 - y, y, 1e9, 1.0), 0.5 * (1.0 - y * std::f64::consts::LN_2 / 2.0), 1e-14);
    assert_eq!((beta_tail(0.0, 1.0, 2.0, 3.0), beta_tail(1.0, 0.0, 2.0, 3.0)), (0.0, 1.0));
}

#[test]
fn students_tail_has_its_closed_forms() {
    // One degree of freedom: 1 − (2/π) arctan t. Two: 1 − t/√(2 + t²).
    assert_close(student_two_sided_tail(1.0, 1.0), 0.5, 1e-14);
    assert_close(student_two_sided_tail(3.0, 2.0), 1.0 - 3.0 / 11f64.sqrt(), 1e-12);
}

#[test]
fn critical_values_agree_with_closed_forms_and_tables() {
    // One degree: tan(π c/2). Two degrees: c·√(2/(1 − c²)).
    assert_close(student_critical_value(0.95, 1.0), (std::f64::consts::PI * 0.475).tan(), 1e-12);
    assert_close(student_critical_value(0.99, 2.0), 0.99 * (2.0 / (1.0 - 0.99 * 0.99_f64)).sqrt(), 1e-12);
    // Many degrees: the normal value 1.959963984540054, with the next term (z³ + z)/(4 ν).
    let z = 1.959_963_984_540_054_f64;
    let degrees = 1e8;
    assert_close(student_critical_value(0.95, degrees), z + (z.powi(3) + z) / (4.0 * degrees), 1e-12);
    // Both ways meet at 2000 degrees; the slope of the value there is −(z³ + z)/(4 ν²), 6e-7 per degree.
    let (below, at) = (student_critical_value(0.95, 1999.999), student_critical_value(0.95, 2000.0));
    assert_close(below - at, 0.001 * (z.powi(3) + z) / (4.0 * 2000f64.powi(2)), 2e-2);
    // Abramowitz & Stegun (1964), Table 26.10, 28 degrees, printed to three decimals.
    assert!((student_critical_value(0.95, 28.0) - 2.048).abs() <= 5e-4);
    assert!(student_critical_value(0.95, 0.0).is_nan());
}

#[test]
fn normal_critical_values_agree_with_tables() {
    // Abramowitz & Stegun (1964), Table 26.5, and the published 20-digit value for 95 %.
    assert_close(normal_critical_value(0.95), 1.959_963_984_540_054, 1e-14);
    assert_close(normal_critical_value(0.99), 2.575_829_303_548_901, 1e-14);
    assert_close(normal_critical_value(0.5), 0.674_489_750_196_081_7, 1e-14);
    // Small and extreme levels: z ≈ c·√(π/2) to first order, and 1 − c = 2^-40.
    assert_close(normal_critical_value(1e-8), 1e-8 * (std::f64::consts::PI / 2.0).sqrt(), 1e-7);
    assert_close(
        libm::erfc(normal_critical_value(1.0 - 2f64.powi(-40)) / 2f64.sqrt()),
        2f64.powi(-40),
        1e-10,
    );
}

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
        assert_close(log_term(1.0 + inside, inside), log_term(1.0 + x, x), 1e-11);
        assert_close(entropy_term(1.0 + inside, inside), entropy_term(1.0 + x, x), 1e-11);
    }
    assert_close(log_term(1.0, 1e-8), 0.5e-16, 1e-7);
    assert!(log_term(0.0, -1.0).is_infinite());
    assert_eq!(entropy_term(0.0, -1.0), 1.0);
}

#[test]
fn normal_tails_are_those_of_mpmath() {
    // mpmath 1.4, 50 digits: erfc(z/sqrt(2)). z/√2 is rounded, which costs z² ulp.
    let table = [
        (1e-9, 0.999_999_999_202_115_5),
        (0.1, 0.920_344_325_445_942),
        (0.5, 0.617_075_077_451_973_8),
        (1.0, 0.317_310_507_862_914_1),
        (1.96, 0.049_995_790_296_440_87),
        (2.575, 0.010_024_008_663_522_668),
        (3.3, 0.000_966_848_284_767_555),
        (5.0, 5.733_031_437_583_878e-7),
        (8.25, 1.583_945_262_928_495_4e-16),
        (12.5, 7.465_128_597_755_426e-36),
        (20.0, 5.507_248_237_212_467_5e-89),
        (30.0, 9.813_427_854_296_374e-198),
        (37.0, 1.145_114_244_504_915_4e-299),
    ];
    for (z, p) in table {
        assert_close(normal_two_sided_tail(z), p, 2e-16 * (4.0 + z * z));
        assert_eq!(normal_two_sided_tail(-z).to_bits(), normal_two_sided_tail(z).to_bits());
    }
    assert_eq!(normal_two_sided_tail(0.0), 1.0);
    assert_eq!(normal_two_sided_tail(f64::INFINITY), 0.0);
    assert!(normal_two_sided_tail(f64::NAN).is_nan());
}

#[test]
fn noncentral_f_tails_are_those_of_mpmath() {
    // 40 digits there. Here the exponent of a tail near 1e-300 is 690, and those of its two factors may be as large with
    // another sign: each rounding is 1e-13. The worst of all is 1.6e-12.
    let mut n = 0;
    for line in include_str!("../golden/noncentral_f.csv").lines().skip(1) {
        let fields: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        assert_close(noncentral_f_tail(fields[0], fields[1], fields[2], fields[3]), fields[4], 3e-12);
        n += 1;
    }
    assert!(n > 600);
}

#[test]
fn noncentral_f_tails_of_huge_noncentrality() {
    // d1 F/(λ + d1) · χ²/d2 is one but for 2/√λ: E P(χ² ≤ c X), c = d2/(d1 f), with X of mean λ + d1 and variance
    // 2 (d1 + 2 λ), to second order in X by mpmath's gammainc, 60 digits. Terms beyond are below 1e-20.
    // An outcome near 1e9 that differs by 1e-6 has λ near 1e30.
    let cases = [
        (5_500_000_000_000_000.0, 2.0, 57.0, 1e16, 0.330_734_667_053_344_1),
        (5.333_333_333_333_334e19, 3.0, 28.0, 1e20, 0.061_950_891_614_419_93),
        (2.5e23, 4.0, 55.0, 1e24, 0.525_363_140_811_172),
        (1.500_000_000_000_000_2e30, 3.0, 4.0, 1.8e30, 0.191_207_864_589_001_12),
        (1.431_428_571_428_571_3e23, 7.0, 999_992.0, 1e24, 0.078_996_508_124_975_43),
        (4e18, 2.0, 57.0, 1e18, 1.047_133_486_760_502_1e-16),
        (6.000_000_000_000_001e25, 5.0, 620.0, 1e26, 2.381_048_363_176_977e-60),
        (7.5e27, 4.0, 55.0, 1e24, 5.032_773_043_585_507_4e-113),
    ];
    for (f, d1, d2, lambda, tail) in cases {
        // One rounding of f moves the tail by d2/2 roundings, relatively.
        assert_close(noncentral_f_tail(f, d1, d2, lambda), tail, 3e-12 + 2.0 * d2 * f64::EPSILON);
    }
}

#[test]
fn f_tails_with_closed_forms() {
    // d1 = 2: (1 + 2f/d2)^(−d2/2). d1 = d2 = 1: 1 − (2/π) arctan √f.
    for f in [1e-6_f64, 0.3, 1.0, 7.0, 250.0] {
        assert_close(f_tail(f, 2.0, 28.0), (-14.0 * (f / 14.0).ln_1p()).exp(), 1e-13);
        assert_close(f_tail(f, 1.0, 1.0), 1.0 - f.sqrt().atan() * std::f64::consts::FRAC_2_PI, 1e-13);
    }
    // Both tails: P(F ≥ f) + P(1/F ≥ 1/f) = 1.
    assert_close(f_tail(1.7, 5.0, 9.0) + f_tail(1.0 / 1.7, 9.0, 5.0), 1.0, 1e-14);
}

#[test]
fn noncentral_f_tails_at_the_ends() {
    assert_eq!(noncentral_f_tail(0.0, 3.0, 20.0, 4.0), 1.0);
    // So large a λ is the chi-square of the numerator, and f d1/λ = d2/X: P(X ≤ d2) of 2 degrees is 1 − e^(−1).
    for lambda in [1e30, 1e100, 1e300] {
        let tail = noncentral_f_tail(lambda / 3.0, 3.0, 2.0, lambda);
        assert_close(tail, 1.0 - (-1.0_f64).exp(), 1e-13);
    }
    // Small tails keep their digits: P(X ≤ 2e-20) is 1e-20.
    for lambda in [1e60, 1e300] {
        assert_close(noncentral_f_tail(lambda / 3.0, 3.0, 2.0, lambda * 1e-20), 1e-20, 1e-13);
    }
    assert_eq!(noncentral_f_tail(f64::INFINITY, 3.0, 20.0, 4.0), 0.0);
    assert!(noncentral_f_tail(1.0, 0.0, 20.0, 4.0).is_nan());
    assert!(noncentral_f_tail(1.0, 3.0, 0.0, 4.0).is_nan());
    assert!(noncentral_f_tail(f64::NAN, 3.0, 20.0, 4.0).is_nan());
    assert!(noncentral_f_tail(1.0, 3.0, 20.0, -1.0).is_nan());
    assert!(noncentral_f_tail(1.0, 3.0, 20.0, f64::INFINITY).is_nan());
    // A noncentrality far above the statistic: GDP near 1e9 that differs by 1 has λ near 1e18.
    assert_close(noncentral_f_tail(10.0, 3.0, 26.0, 1e18), 1.0, 1e-12);
    assert_eq!(noncentral_f_tail(1e3, 3.0, 26.0, 0.0), f_tail(1e3, 3.0, 26.0));
}
