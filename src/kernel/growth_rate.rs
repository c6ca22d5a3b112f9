//! Average annual growth.

use ndarray::{Array2, ArrayView2};

use super::error::{Error, Result};

/// From one period to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Column of the first value.
    pub start: usize,
    /// Column of the last value.
    pub end: usize,
    /// Years between the two, above zero.
    pub years: f64,
}

/// `(last / first)^(1/years) − 1` for each row of `values` (units × periods) and each span. O(units · spans).
///
/// Cells that no span reads are not looked at, so that gaps may stand as NaN elsewhere.
///
/// # Errors
/// `Code` and `Parameter` for a span outside the table; `NotFinite` and `NotPositive` with the unit as row.
pub fn growth_rate(values: ArrayView2<'_, f64>, spans: &[Span]) -> Result<Array2<f64>> {
    let mut growth = Array2::zeros((values.nrows(), spans.len()));
    for (column, span) in spans.iter().enumerate() {
        let last_period = span.start.max(span.end);
        if last_period >= values.ncols() {
            let (code, count) = (last_period as u32, values.ncols());
            return Err(Error::Code { name: "spans", row: column, code, count });
        }
        if !(span.years > 0.0 && span.years.is_finite()) {
            let requirement = "a number above zero";
            return Err(Error::Parameter { name: "years", requirement, value: span.years });
        }
        for (row, unit) in values.outer_iter().enumerate() {
            let (first, last) = (positive(unit[span.start], row)?, positive(unit[span.end], row)?);
            growth[[row, column]] = (log_ratio(first, last) / span.years).exp_m1();
        }
    }
    Ok(growth)
}

/// `ln(last / first)`, good to the last digits for ratios near one and for those beyond the range of a double.
fn log_ratio(first: f64, last: f64) -> f64 {
    let ratio = last / first;
    if (0.5..=2.0).contains(&ratio) {
        ((last - first) / first).ln_1p()
    } else if ratio.is_normal() {
        ratio.ln()
    } else {
        last.ln() - first.ln()
    }
}

fn positive(value: f64, row: usize) -> Result<f64> {
    if !value.is_finite() {
        return Err(Error::NotFinite { name: "values", row, value });
    }
    if value <= 0.0 {
        return Err(Error::NotPositive { name: "values", row, value });
    }
    Ok(value)
}
