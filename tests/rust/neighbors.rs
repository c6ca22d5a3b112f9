use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::neighbors::{
    Decay, EARTH_RADIUS, Metric, Places, Reach, connecting_distance, neighbors,
};
use regiometrics::kernel::weights::Rows;

use crate::tools::{assert_close, numbers, on_threads};

const BINARY: Decay = Decay { power: None, least: 0.0 };

fn planar<'a>(x: &'a [f64], y: &'a [f64]) -> Places<'a> {
    Places { x, y, metric: Metric::Planar }
}

fn found(places: &Places<'_>, reach: Reach, decay: Decay) -> Rows {
    neighbors(&Job::new(), places, reach, decay).unwrap()
}

/// Every other unit, sorted by squared distance and number.
fn naive(places: &Places<'_>, reach: Reach) -> Vec<Vec<u32>> {
    let n = places.x.len();
    let row = |i: usize| {
        let square = |j: usize| (places.x[i] - places.x[j]).powi(2) + (places.y[i] - places.y[j]).powi(2);
        let mut others: Vec<usize> = (0..n).filter(|&j| j != i).collect();
        others.sort_by(|&a, &b| square(a).total_cmp(&square(b)).then(a.cmp(&b)));
        match reach {
            Reach::Nearest(k) => others.truncate(k),
            Reach::Within(threshold) => others.retain(|&j| square(j).sqrt() <= threshold),
        }
        let mut units: Vec<u32> = others.into_iter().map(|unit| unit as u32).collect();
        units.sort_unstable();
        units
    };
    (0..n).map(row).collect()
}

fn lists(rows: &Rows) -> Vec<Vec<u32>> {
    rows.indptr.windows(2).map(|ends| rows.indices[ends[0] as usize..ends[1] as usize].to_vec()).collect()
}

#[test]
fn neighbours_are_those_of_a_search_through_all() {
    let x = numbers(700);
    let y: Vec<f64> = numbers(1400)[700..].iter().map(|value| (value * 7.0).fract()).collect();
    // Places in general position; on a lattice, where nearly all distances tie; and all in one place.
    let lattice: (Vec<f64>, Vec<f64>) = (0..700).map(|i| (f64::from(i % 26), f64::from(i / 26))).unzip();
    let one = vec![2.5; 700];
    for (x, y) in [(&x, &y), (&lattice.0, &lattice.1), (&one, &one)] {
        let places = planar(x, y);
        for reach in [
            Reach::Nearest(1),
            Reach::Nearest(8),
            Reach::Nearest(699),
            Reach::Within(2.0),
            Reach::Within(0.05),
        ] {
            assert_eq!(lists(&found(&places, reach, BINARY)), naive(&places, reach), "{reach:?}");
        }
    }
}

#[test]
fn weights_fall_with_distance() {
    // A right triangle with legs 3 and 4.
    let places = planar(&[0.0, 3.0, 0.0], &[0.0, 0.0, 4.0]);
    let rows = found(&places, Reach::Within(f64::INFINITY), Decay { power: Some(1.0), least: 3.5 });
    assert_eq!(lists(&rows), [[1, 2], [0, 2], [0, 1]]);
    assert_eq!(rows.data, [1.0 / 3.5, 0.25, 1.0 / 3.5, 0.2, 0.25, 0.2]);
    assert_eq!(found(&places, Reach::Within(4.0), BINARY).data, [1.0; 4]);
    assert_eq!(connecting_distance(&Job::new(), &places), Ok(4.0));
}

#[test]
fn great_circles_have_known_lengths() {
    // A quarter of the equator, from the equator to the pole, half a circle, a metre, and across the date line.
    let quarter = EARTH_RADIUS * std::f64::consts::FRAC_PI_2;
    let metre = 1e-3 / EARTH_RADIUS.to_radians();
    let cases = [
        ((0.0, 0.0), (90.0, 0.0), quarter, 1e-15),
        ((17.0, 0.0), (140.0, 90.0), quarter, 1e-15),
        ((10.0, 20.0), (-170.0, -20.0), 2.0 * quarter, 1e-15),
        // A unit vector is good to 1e-16 of the radius, 6e-10 of a metre, and the longitude is rounded to as much.
        ((116.0, 0.0), (116.0 + metre, 0.0), 1e-3, 3e-9),
        ((179.5, 0.0), (-179.5, 0.0), EARTH_RADIUS * 1f64.to_radians(), 1e-13),
        ((359.5, 0.0), (0.5, 0.0), EARTH_RADIUS * 1f64.to_radians(), 1e-13),
    ];
    for ((x0, y0), (x1, y1), length, tolerance) in cases {
        let (x, y) = ([x0, x1], [y0, y1]);
        let places = Places { x: &x, y: &y, metric: Metric::GreatCircle };
        assert_close(connecting_distance(&Job::new(), &places).unwrap(), length, tolerance);
        // The distance itself is within reach, the next smaller number is not.
        let reach = connecting_distance(&Job::new(), &places).unwrap();
        assert_eq!(found(&places, Reach::Within(reach), BINARY).data.len(), 2);
        assert_eq!(found(&places, Reach::Within(reach * (1.0 - 1e-12)), BINARY).data.len(), 0);
    }
}

#[test]
fn one_place_on_earth_has_one_point() {
    let decay = Decay { power: Some(1.0), least: 0.0 };
    for (x, y) in [([0.0, 73.0], [90.0, 90.0]), ([-180.0, 180.0], [5.0, 5.0]), ([350.0, -10.0], [5.0, 5.0])] {
        let places = Places { x: &x, y: &y, metric: Metric::GreatCircle };
        let refused = neighbors(&Job::new(), &places, Reach::Nearest(1), decay);
        assert_eq!(refused, Err(Error::Coincident { row: 1, first: 0 }));
        assert_eq!(found(&places, Reach::Within(0.0), BINARY).indices, [1, 0]);
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let values = numbers(40_000);
    let places = planar(&values[..20_000], &values[20_000..]);
    let decay = Decay { power: Some(1.5), least: 1e-9 };
    let one = |threads| on_threads(threads, || found(&places, Reach::Nearest(6), decay));
    assert_eq!(one(1), one(3));
    let band = |threads| on_threads(threads, || found(&places, Reach::Within(0.001), decay));
    assert_eq!(band(1), band(3));
}

#[test]
fn places_that_cannot_be_used_are_refused() {
    let job = Job::new();
    let refused = |x: &[f64], y: &[f64], metric, reach| {
        neighbors(&job, &Places { x, y, metric }, reach, BINARY).unwrap_err()
    };
    let near = Reach::Nearest(1);
    assert!(matches!(refused(&[], &[], Metric::Planar, near), Error::Empty { .. }));
    assert!(matches!(refused(&[1.0], &[1.0, 2.0], Metric::Planar, near), Error::Length { .. }));
    assert!(matches!(
        refused(&[1.0, f64::NAN], &[1.0, 2.0], Metric::Planar, near),
        Error::NotFinite { row: 1, .. }
    ));
    assert!(matches!(refused(&[-1e200, 1e200], &[0.0, 0.0], Metric::Planar, near), Error::OutOfRange { .. }));
    let latitude = refused(&[0.0, 1.0], &[0.0, 90.5], Metric::GreatCircle, near);
    assert!(matches!(latitude, Error::Coordinate { name: "y", row: 1, .. }));
    let longitude = refused(&[-181.0, 1.0], &[0.0, 9.0], Metric::GreatCircle, near);
    assert!(matches!(longitude, Error::Coordinate { name: "x", row: 0, .. }));
    // Links between all of 15000 units are 225 million, refused before any is made.
    let many = vec![1.0; 15_000];
    let all = refused(&many, &many, Metric::Planar, Reach::Within(f64::INFINITY));
    assert_eq!(all, Error::TooManyLinks { count: 15_000 * 14_999, most: 200_000_000 });
    for reach in [Reach::Nearest(0), Reach::Nearest(2), Reach::Within(-1.0), Reach::Within(f64::NAN)] {
        assert!(matches!(refused(&[0.0, 1.0], &[0.0, 1.0], Metric::Planar, reach), Error::Parameter { .. }));
    }
}
