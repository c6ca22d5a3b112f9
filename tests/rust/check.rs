use regiometrics::kernel::check;
use regiometrics::kernel::error::Error;

#[test]
fn each_check_names_the_first_offending_row() {
    assert_eq!(check::non_negative("x", &[0.0, 1.0]), Ok(()));
    assert_eq!(
        check::non_negative("x", &[1.0, -2.0, -3.0]),
        Err(Error::Negative { name: "x", row: 1, value: -2.0 })
    );
    assert_eq!(
        check::finite("x", &[1.0, f64::INFINITY]),
        Err(Error::NotFinite { name: "x", row: 1, value: f64::INFINITY })
    );
    assert!(matches!(check::finite("x", &[f64::NAN]), Err(Error::NotFinite { row: 0, .. })));
    assert_eq!(check::positive("x", &[1.0, 0.0]), Err(Error::NotPositive { name: "x", row: 1, value: 0.0 }));
    assert_eq!(check::codes("g", &[0, 2, 1], 2), Err(Error::Code { name: "g", row: 1, code: 2, count: 2 }));
    assert_eq!(check::length("g", &[0], 2), Err(Error::Length { name: "g", length: 1, expected: 2 }));
    assert_eq!(check::not_empty::<f64>("x", &[]), Err(Error::Empty { name: "x" }));
    assert_eq!(check::at_most("groups", 3, 3), Ok(()));
    assert_eq!(check::at_most("groups", 4, 3), Err(Error::TooMany { name: "groups", count: 4, most: 3 }));
    for level in [0.0, 1.0, -1.0, f64::NAN] {
        assert!(check::confidence(level).is_err());
    }
    assert_eq!(check::confidence(0.95), Ok(()));
}

#[test]
fn messages_say_what_where_and_what_to_do() {
    let error = Error::Negative { name: "values", row: 3, value: -1.5 };
    assert_eq!(error.to_string(), "values[3] is negative (-1.5); this method needs values of zero or more");
    let error = Error::ZeroMean { name: "values", period: 2 };
    assert_eq!(
        error.to_string(),
        "the mean of values in period 2 is zero; relative inequality needs a positive mean"
    );
}
