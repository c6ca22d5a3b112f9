//! How far an economy has moved from its first sector to its last.
//!
//! Fu, L. (2010), 统计研究 27(8). With θ_j the angle between the sector shares and the j-th unit vector, sectors in
//! order from primary to tertiary,
//!
//! ```text
//! W = Σ_k Σ_{j≤k} θ_j = Σ_j (K − j + 1) θ_j
//! ```
//!
//! W rises as weight moves to later sectors: with three sectors, 3π/2 for (1, 0, 0), 2π for (0, 1, 0), 5π/2 for
//! (0, 0, 1).

use super::error::{Error, Result};
use super::job::Job;
use super::matrix::{Matrix, by_rows};

/// W of every row. Angles do not depend on the scale, so that values serve as well as shares. O(rows · sectors).
///
/// # Errors
/// Those of [`Matrix::check`]; `Parameter` for fewer than two sectors; `Negative`; `NoTotal` for a row of zeros.
pub fn industrial_upgrading(job: &Job, sectors: &Matrix<'_>) -> Result<Vec<f64>> {
    sectors.check()?;
    let n_sectors = sectors.columns.len();
    if n_sectors < 2 {
        let requirement = "a number of two or more";
        return Err(Error::Parameter { name: "the number of sectors", requirement, value: n_sectors as f64 });
    }
    for (column, values) in sectors.columns.iter().enumerate() {
        super::check::non_negative("values", values).map_err(|error| error.in_column(column))?;
    }
    by_rows(job, sectors.n_rows(), |first, piece| {
        let mut row_values = vec![0.0; n_sectors];
        for (row, upgrading) in (first..).zip(piece) {
            let largest = sectors.columns.iter().map(|column| column[row]).fold(0.0, f64::max);
            if largest <= 0.0 {
                return Err(Error::NoTotal { name: "columns", row });
            }
            for (value, column) in row_values.iter_mut().zip(sectors.columns) {
                *value = column[row] / largest;
            }
            *upgrading = sum_of_angles(&row_values);
        }
        Ok(())
    })
}

/// Σ_j (K − j + 1) θ_j for sectors whose largest is one.
fn sum_of_angles(sectors: &[f64]) -> f64 {
    let angle = |sector: usize| {
        let others = sectors.iter().enumerate().filter(|&(other, _)| other != sector);
        // The angle from both legs, since the arc cosine loses half the digits near one.
        let across: f64 = others.map(|(_, value)| value * value).sum::<f64>().sqrt();
        across.atan2(sectors[sector])
    };
    (0..sectors.len()).map(|sector| (sectors.len() - sector) as f64 * angle(sector)).sum()
}
