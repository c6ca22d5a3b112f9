use ndarray::array;
use regiometrics::kernel::error::Error;
use regiometrics::kernel::growth_rate::{Span, growth_rate};

use crate::tools::assert_close;

const SPAN: Span = Span { start: 0, end: 1, years: 2.0 };

#[test]
fn growth_of_21_percent_in_two_years_is_10_percent_a_year() {
    let growth = growth_rate(array![[100.0, 121.0], [4.0, 1.0]].view(), &[SPAN]).unwrap();
    assert_close(growth[[0, 0]], 0.1, 1e-15);
    assert_close(growth[[1, 0]], -0.5, 1e-15);
}

#[test]
fn small_growth_keeps_its_digits() {
    // 1 + 2^-40 in one year: growth is exactly 2^-40.
    let span = Span { years: 1.0, ..SPAN };
    let growth = growth_rate(array![[1.0, 1.0 + 2f64.powi(-40)]].view(), &[span]).unwrap();
    assert_close(growth[[0, 0]], 2f64.powi(-40), 1e-15);
}

#[test]
fn unread_cells_may_be_missing_and_read_ones_may_not() {
    let values = array![[1.0, 2.0, f64::NAN], [1.0, 4.0, 1.0]];
    assert!(growth_rate(values.view(), &[SPAN]).is_ok());
    let last = Span { end: 2, ..SPAN };
    assert!(matches!(growth_rate(values.view(), &[last]), Err(Error::NotFinite { row: 0, .. })));
    let error = growth_rate(array![[1.0, 2.0], [0.0, 2.0]].view(), &[SPAN]);
    assert_eq!(error, Err(Error::NotPositive { name: "values", row: 1, value: 0.0 }));
}

#[test]
fn spans_outside_the_table_or_without_years_are_refused() {
    let values = array![[1.0, 2.0]];
    let outside = growth_rate(values.view(), &[Span { end: 2, ..SPAN }]);
    assert_eq!(outside, Err(Error::Code { name: "spans", row: 0, code: 2, count: 2 }));
    for years in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            growth_rate(values.view(), &[Span { years, ..SPAN }]),
            Err(Error::Parameter { name: "years", .. })
        ));
    }
}
