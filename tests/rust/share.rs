use regiometrics::kernel::error::Error;
use regiometrics::kernel::job::Job;
use regiometrics::kernel::share::{share, totals};

#[test]
fn shares_of_the_totals_of_their_cells() {
    let (values, cells) = ([30.0, 1.0, 10.0, 3.0], [0, 1, 0, 1]);
    let totals = totals(&Job::new(), &values, &cells, 2).unwrap();
    assert_eq!(totals, vec![40.0, 4.0]);
    assert_eq!(share(&Job::new(), &values, &cells, &totals), Ok(vec![0.75, 0.25, 0.25, 0.75]));
}

#[test]
fn a_total_of_zero_is_refused_only_where_it_is_used() {
    assert_eq!(share(&Job::new(), &[1.0], &[1], &[0.0, 2.0]), Ok(vec![0.5]));
    let error = share(&Job::new(), &[1.0, -1.0], &[0, 0], &[0.0]);
    assert_eq!(error, Err(Error::ZeroTotal { name: "values", period: 0 }));
}

#[test]
fn shares_of_a_total_next_to_zero_are_refused() {
    let outcome = share(&Job::new(), &[1.0, 1e9], &[0, 1], &[2.0, 5e-324]);
    assert_eq!(outcome, Err(Error::OutOfRange { name: "values", period: 1 }));
}
