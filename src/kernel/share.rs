//! Shares of a total, and levels relative to a reference.

use super::check;
use super::error::{Error, Result};

/// The sum of `values` by cell, in row order. O(n + cells).
///
/// # Errors
/// `Length`, `NotFinite`, `Code`; `OutOfRange` naming the cell as its period.
pub fn totals(values: &[f64], cells: &[u32], n_cells: usize) -> Result<Vec<f64>> {
    check::length("cells", cells, values.len())?;
    check::finite("values", values)?;
    check::codes("cells", cells, n_cells)?;
    let mut totals = vec![0.0; n_cells];
    for (&value, &cell) in values.iter().zip(cells) {
        totals[cell as usize] += value;
    }
    if let Some(period) = totals.iter().position(|total| !total.is_finite()) {
        return Err(Error::OutOfRange { name: "values", period });
    }
    Ok(totals)
}

/// Each value divided by the total of its cell.
///
/// # Errors
/// `Length`, `NotFinite`, `Code`; `ZeroTotal` naming the cell as its period.
pub fn share(values: &[f64], cells: &[u32], totals: &[f64]) -> Result<Vec<f64>> {
    check::length("cells", cells, values.len())?;
    check::finite("values", values)?;
    check::finite("totals", totals)?;
    check::codes("cells", cells, totals.len())?;
    if let Some(&cell) = cells.iter().find(|&&cell| totals[cell as usize].abs() <= 0.0) {
        return Err(Error::ZeroTotal { name: "values", period: cell as usize });
    }
    Ok(values.iter().zip(cells).map(|(value, &cell)| value / totals[cell as usize]).collect())
}
