//! Checks that every method makes on its input, each an O(n) pass that names the first offending row.

use super::error::{Error, Result};

/// `values` has exactly `expected` entries.
pub fn length<T>(name: &'static str, values: &[T], expected: usize) -> Result<()> {
    if values.len() == expected {
        return Ok(());
    }
    Err(Error::Length { name, length: values.len(), expected })
}

/// `values` has at least one entry.
pub fn not_empty<T>(name: &'static str, values: &[T]) -> Result<()> {
    if values.is_empty() {
        return Err(Error::Empty { name });
    }
    Ok(())
}

/// No NaN and no infinity.
pub fn finite(name: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NotFinite { name, row, value: values[row] }),
    }
}

/// Finite and zero or more.
pub fn non_negative(name: &'static str, values: &[f64]) -> Result<()> {
    finite(name, values)?;
    match values.iter().position(|&value| value < 0.0) {
        None => Ok(()),
        Some(row) => Err(Error::Negative { name, row, value: values[row] }),
    }
}

/// Finite and above zero.
pub fn positive(name: &'static str, values: &[f64]) -> Result<()> {
    finite(name, values)?;
    match values.iter().position(|&value| value <= 0.0) {
        None => Ok(()),
        Some(row) => Err(Error::NotPositive { name, row, value: values[row] }),
    }
}

/// Every code is below `count`.
pub fn codes(name: &'static str, codes: &[u32], count: usize) -> Result<()> {
    match codes.iter().position(|&code| code as usize >= count) {
        None => Ok(()),
        Some(row) => Err(Error::Code { name, row, code: codes[row], count }),
    }
}

/// There are no more than `most` classes.
pub fn at_most(name: &'static str, count: usize, most: usize) -> Result<()> {
    if count > most {
        return Err(Error::TooMany { name, count, most });
    }
    Ok(())
}

/// A confidence level lies strictly between 0 and 1.
pub fn confidence(value: f64) -> Result<()> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(Error::Parameter { name: "confidence", requirement: "between 0 and 1", value })
}
