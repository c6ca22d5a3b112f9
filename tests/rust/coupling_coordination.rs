use ndarray::{Array2, array};
use regiometrics::kernel::coupling_coordination::{Coupling, Parameters, Variant, coupling_coordination};
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;

use crate::tools::{assert_close, numbers, on_threads};

const PLAIN: Parameters<'_> =
    Parameters { variant: Variant::Standard, weights: None, stages: &[0.3, 0.5, 0.8] };

fn one(scores: Array2<f64>, variant: Variant) -> Coupling {
    coupling_coordination(&Job::new(), scores.view(), &Parameters { variant, ..PLAIN }).unwrap()[0]
}

#[test]
fn variants_by_hand() {
    // √(0.2 · 0.8) = 0.4.
    let standard = one(array![[0.2, 0.8]], Variant::Standard);
    assert_close(standard.coupling, 0.8, 1e-15);
    assert_close(standard.development, 0.5, 1e-15);
    assert_close(standard.coordination, 0.4_f64.sqrt(), 1e-15);
    // 0.8 is a bound and belongs to the stage below; √0.4 = 0.63….
    assert_eq!((standard.stage, standard.grade), (2, 6));
    assert_close(one(array![[0.2, 0.8]], Variant::Half).coupling, 0.4, 1e-15);
    assert_close(one(array![[0.2, 0.8]], Variant::Wang2021).coupling, 0.1_f64.sqrt(), 1e-15);
    assert_close(one(array![[0.1, 0.4, 0.2]], Variant::Standard).coupling, 6.0 / 7.0, 1e-15);
    let expected = (0.8 * 0.125_f64.sqrt()).sqrt();
    assert_close(one(array![[0.1, 0.4, 0.2]], Variant::Wang2021).coupling, expected, 1e-15);
}

#[test]
fn zeros_and_what_rounding_leaves_of_them() {
    let row = one(array![[0.0, 0.5]], Variant::Standard);
    assert_eq!((row.coupling, row.development, row.coordination, row.has_zero), (0.0, 0.25, 0.0, true));
    assert!(one(array![[-1e-16, 0.5]], Variant::Wang2021).has_zero);
    assert_eq!(one(array![[1.0 + 1e-15, 1.0]], Variant::Standard).coordination, 1.0);
}

#[test]
fn weights_count_relative_to_their_sum() {
    let parameters = Parameters { weights: Some(&[3.0, 1.0]), ..PLAIN };
    let rows = coupling_coordination(&Job::new(), array![[0.2, 0.8]].view(), &parameters).unwrap();
    assert_close(rows[0].development, 0.35, 1e-15);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let scores = Array2::from_shape_vec((20_000, 3), numbers(60_000)).unwrap();
    let run =
        |threads| on_threads(threads, || coupling_coordination(&Job::new(), scores.view(), &PLAIN).unwrap());
    assert_eq!(run(1), run(3));
}

fn refused(scores: Array2<f64>, parameters: Parameters<'_>) -> Option<Error> {
    coupling_coordination(&Job::new(), scores.view(), &parameters).err()
}

#[test]
fn refusals() {
    assert_eq!(refused(Array2::zeros((0, 2)), PLAIN), Some(Error::Empty { name: "scores" }));
    assert!(matches!(
        refused(array![[0.5, 1.1]], PLAIN),
        Some(Error::Parameter { name: "scores", value: 1.1, .. })
    ));
    assert!(matches!(refused(array![[0.5, f64::NAN]], PLAIN), Some(Error::Parameter { name: "scores", .. })));
    assert!(matches!(refused(array![[0.5]], PLAIN), Some(Error::Parameter { value: 1.0, .. })));
    let half = Parameters { variant: Variant::Half, ..PLAIN };
    assert!(matches!(refused(array![[0.5, 0.5, 0.5]], half), Some(Error::Parameter { value: 3.0, .. })));
    for weights in [&[1.0][..], &[0.0, 0.0], &[1.0, -1.0], &[1.0, f64::NAN]] {
        assert!(refused(array![[0.5, 0.5]], Parameters { weights: Some(weights), ..PLAIN }).is_some());
    }
    let stages = Parameters { stages: &[0.5, 0.3], ..PLAIN };
    assert!(matches!(refused(array![[0.5, 0.5]], stages), Some(Error::Parameter { name: "stages", .. })));
}
