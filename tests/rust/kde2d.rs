use regiometrics::kernel::cells::Classes;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::kde::Kernel;
use regiometrics::kernel::kde2d::{Parameters, Points, Rule, kde2d};

use crate::tools::{assert_close, numbers, on_threads};

fn parameters(rule: Rule) -> Parameters {
    Parameters { kernel: Kernel::Gaussian, rule, grid_size: (5, 9), cut: 3.0 }
}

fn points<'a>(x: &'a [f64], y: &'a [f64], weights: Option<&'a [f64]>) -> Points<'a> {
    Points { x, y, weights, periods: Classes::ONE }
}

#[test]
fn one_point_by_hand() {
    // The middle of the grid is the point: 1/(2π · 2 · 3).
    let result =
        kde2d(&Job::new(), &points(&[1.0], &[4.0], None), &parameters(Rule::Fixed(2.0, 3.0))).unwrap();
    assert_eq!(result.x, [-5.0, -2.0, 1.0, 4.0, 7.0]);
    assert_close(result.planes[0].density[2 * 9 + 4], 1.0 / (12.0 * std::f64::consts::PI), 1e-14);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (x, weights) = (numbers(20_000), numbers(20_000));
    let y: Vec<f64> = x.iter().map(|x| (x * 7.0).fract()).collect();
    let run = |threads| {
        let all = points(&x, &y, Some(&weights));
        on_threads(threads, || kde2d(&Job::new(), &all, &parameters(Rule::NormalReference)).unwrap())
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn points_on_a_line_need_a_number() {
    let refused = kde2d(&Job::new(), &points(&[1.0, 2.0], &[3.0, 3.0], None), &parameters(Rule::Scott));
    assert_eq!(refused, Err(Error::NoSpread { name: "y", period: 0 }));
    let huge = kde2d(&Job::new(), &points(&[1e308, -1e308], &[3.0, 4.0], None), &parameters(Rule::Scott));
    assert_eq!(huge, Err(Error::OutOfRange { name: "x", period: 0 }));
}
