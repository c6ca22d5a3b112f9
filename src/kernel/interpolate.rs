//! Gaps in a panel filled along time.

use super::check;
use super::error::{Error, Result};
use super::job::Job;

/// What happens to gaps before the first or after the last observation of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edges {
    /// They stay.
    Keep,
    /// The nearest observation is repeated.
    Nearest,
    /// The line through the two nearest observations goes on; a unit with one observation keeps its gaps.
    Linear,
}

impl Edges {
    /// The treatment of that name, as callers spell it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "keep" => Self::Keep,
            "nearest" => Self::Nearest,
            "linear" => Self::Linear,
            _ => return None,
        })
    }
}

/// How a gap was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Between two observations.
    Interpolated = 0,
    /// From the nearest observation.
    Nearest = 1,
    /// Beyond the observations, along the line through the two nearest.
    Extrapolated = 2,
    /// Not filled.
    Missing = 3,
}

/// One gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    pub column: u32,
    pub row: u64,
    pub kind: Kind,
    /// What was put there; NaN if nothing was.
    pub value: f64,
}

/// Fill the NaN of every column along `times` within each unit. O(n log n + n · columns).
///
/// Gaps are listed by column, then unit, then time. A value that would leave the range of a double is not filled.
///
/// # Errors
/// `Empty`, `Length`, `Code`; `NotFinite` for times, and for infinite values; `Parameter` for a time that one unit has
/// twice; `Cancelled`.
pub fn interpolate(
    job: &Job,
    columns: &[&[f64]],
    units: &[u32],
    n_units: usize,
    times: &[f64],
    edges: Edges,
) -> Result<Vec<Gap>> {
    check::not_empty("columns", columns)?;
    check::not_empty("units", units)?;
    check::codes("units", units, n_units)?;
    check::length("times", times, units.len())?;
    check::finite("times", times)?;
    let mut order: Vec<usize> = (0..units.len()).collect();
    job.sort_by(&mut order, |&a, &b| units[a].cmp(&units[b]).then(times[a].total_cmp(&times[b])))?;
    if let Some(pair) =
        order.windows(2).find(|pair| units[pair[0]] == units[pair[1]] && times[pair[0]] >= times[pair[1]])
    {
        let requirement = "different in every row of a unit";
        return Err(Error::Parameter { name: "times", requirement, value: times[pair[1]] });
    }
    let gaps = job.map(columns.len(), |column| {
        let values = columns[column];
        check_column(values, units.len()).map_err(|error| error.in_column(column))?;
        let mut gaps = Vec::new();
        for rows in order.chunk_by(|&a, &b| units[a] == units[b]) {
            job.check()?;
            fill_unit(&Series { values, times, rows }, edges, |row, kind, value| {
                gaps.push(Gap { column: column as u32, row: row as u64, kind, value });
            });
        }
        Ok(gaps)
    })?;
    Ok(gaps.concat())
}

fn check_column(values: &[f64], n_rows: usize) -> Result<()> {
    check::length("values", values, n_rows)?;
    match values.iter().position(|value| value.is_infinite()) {
        None => Ok(()),
        Some(row) => Err(Error::NotFinite { name: "values", row, value: values[row] }),
    }
}

/// The rows of one unit in the order of time.
struct Series<'a> {
    values: &'a [f64],
    times: &'a [f64],
    rows: &'a [usize],
}

/// `fill(row, kind, value)` for every gap of the unit, in the order of time.
fn fill_unit(series: &Series<'_>, edges: Edges, mut fill: impl FnMut(usize, Kind, f64)) {
    let is_gap = |&row: &usize| series.values[row].is_nan();
    if !series.rows.iter().any(is_gap) {
        return;
    }
    let known: Vec<usize> = series.rows.iter().copied().filter(|row| !is_gap(row)).collect();
    let mut passed = 0;
    for &row in series.rows {
        if !is_gap(&row) {
            passed += 1;
            continue;
        }
        let (kind, value) = match (passed, known.len()) {
            (_, 0) => (Kind::Missing, f64::NAN),
            (0, _) => series.edge(edges, row, known[0], known.get(1)),
            (passed, n) if passed == n => {
                let next = n.checked_sub(2).map(|second| &known[second]);
                series.edge(edges, row, known[n - 1], next)
            }
            (passed, _) => (Kind::Interpolated, series.line(known[passed - 1], known[passed], row)),
        };
        if value.is_finite() {
            fill(row, kind, value);
        } else {
            fill(row, Kind::Missing, f64::NAN);
        }
    }
}

impl Series<'_> {
    /// A gap outside the observations, of which `nearest` and `next` stand at that end.
    fn edge(&self, edges: Edges, row: usize, nearest: usize, next: Option<&usize>) -> (Kind, f64) {
        match (edges, next) {
            (Edges::Keep, _) | (Edges::Linear, None) => (Kind::Missing, f64::NAN),
            (Edges::Nearest, _) => (Kind::Nearest, self.values[nearest]),
            (Edges::Linear, Some(&next)) => (Kind::Extrapolated, self.line(nearest, next, row)),
        }
    }

    /// The line through the observations `a` and `b` at the time of `row`.
    ///
    /// It starts from the nearer of the two, so that equal observations give their own value, and a value between two
    /// of one sign loses no digits.
    fn line(&self, a: usize, b: usize, row: usize) -> f64 {
        let time = |row: usize| self.times[row];
        let span = time(b) - time(a);
        let (from_a, from_b) = ((time(row) - time(a)) / span, (time(row) - time(b)) / span);
        let rise = self.values[b] - self.values[a];
        if from_a.abs() <= from_b.abs() {
            self.values[a] + rise * from_a
        } else {
            self.values[b] + rise * from_b
        }
    }
}
