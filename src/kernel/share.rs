//! Shares of a total, and levels relative to a reference.

use super::check;
use super::error::{Error, Result};
use super::job::Job;

/// The sum of `values` by cell, in row order. O(n + cells).
///
/// # Errors
/// `Length`, `NotFinite`, `Code`; `OutOfRange` naming the cell as its period; `Cancelled`.
pub fn totals(job: &Job, values: &[f64], cells: &[u32], n_cells: usize) -> Result<Vec<f64>> {
    check::length("cells", cells, values.len())?;
    check::finite("values", values)?;
    check::codes("cells", cells, n_cells)?;
    job.foresee("totals", n_cells, size_of::<f64>())?;
    let mut totals = vec![0.0; n_cells];
    job.walk(values.iter().zip(cells), |(&value, &cell)| totals[cell as usize] += value)?;
    if let Some(period) = totals.iter().position(|total| !total.is_finite()) {
        return Err(Error::OutOfRange { name: "values", period });
    }
    Ok(totals)
}

/// Each value divided by the total of its cell.
///
/// # Errors
/// `Length`, `NotFinite`, `Code`; `ZeroTotal` and `OutOfRange` naming the cell as their period; `Cancelled`.
pub fn share(job: &Job, values: &[f64], cells: &[u32], totals: &[f64]) -> Result<Vec<f64>> {
    check::length("cells", cells, values.len())?;
    check::finite("values", values)?;
    check::finite("totals", totals)?;
    check::codes("cells", cells, totals.len())?;
    if let Some(&cell) = cells.iter().find(|&&cell| totals[cell as usize].abs() <= 0.0) {
        return Err(Error::ZeroTotal { name: "values", period: cell as usize });
    }
    let mut shares = Vec::with_capacity(values.len());
    job.walk(values.iter().zip(cells), |(value, &cell)| shares.push(value / totals[cell as usize]))?;
    if let Some(row) = shares.iter().position(|share| !share.is_finite()) {
        return Err(Error::OutOfRange { name: "values", period: cells[row] as usize });
    }
    Ok(shares)
}
