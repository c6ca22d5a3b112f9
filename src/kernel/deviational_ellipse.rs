//! The standard deviational ellipse of weighted points, and its outline.
//!
//! Lefever, D. W. (1926); Yuill, R. S. (1971). With the weighted mean centre (x̄, ȳ) and W = Σ w, the axes lie along the
//! eigenvectors of the covariance Σ w (x − x̄)(y − ȳ)ᵀ / W, and their half lengths are the standard deviations along
//! them, times a named [`Correction`].

use std::f64::consts::{PI, TAU};

use ndarray::ArrayView1;

use super::cells::Classes;
use super::check;
use super::error::{Error, Result};
use super::job::Job;

/// Axes this near to equal, relative to the longer, have no direction: a dozen roundings of the covariance.
const EQUAL_AXES: f64 = 1e-12;

/// An axis this short, relative to the longer, is rounding of points on a line.
const NO_WIDTH: f64 = 1e-12;

/// Differences this small, relative to the largest coordinate, are rounding of the coordinates.
const NO_DISTANCE: f64 = 4.0 * f64::EPSILON;

/// How far a point beyond the outline, relative to it, still counts as on it.
const ON_OUTLINE: f64 = 1e-12;

/// Points that one partial sum covers: the chunks are the same for any number of threads.
const CHUNK: usize = 4096;

/// The arithmetic-geometric mean has converged quadratically long before this many steps.
const MOST_STEPS: usize = 64;

/// What the standard deviations along the axes are multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// 1 (Lefever 1926).
    None,
    /// √2 (Yuill 1971).
    Sqrt2,
    /// √(2 n/(n − 2)), with n the number of points that have weight (Levine, CrimeStat).
    Sqrt2Df,
}

impl Correction {
    /// The correction of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "sqrt2" => Some(Self::Sqrt2),
            "sqrt2_df" => Some(Self::Sqrt2Df),
            _ => None,
        }
    }

    fn factor(self, n: usize) -> f64 {
        let n = n as f64;
        match self {
            Self::None => 1.0,
            Self::Sqrt2 => 2_f64.sqrt(),
            Self::Sqrt2Df => (2.0 * n / (n - 2.0)).sqrt(),
        }
    }
}

/// Points in the plane, each in one cell (period and group).
#[derive(Debug, Clone, Copy)]
pub struct Points<'a> {
    pub x: &'a [f64],
    pub y: &'a [f64],
    /// Zero or more; `None` weights all alike.
    pub weights: Option<&'a [f64]>,
    pub cells: Classes<'a>,
}

/// The ellipse of one cell. Lengths are in the unit of the coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipse {
    /// Points with a positive weight.
    pub n: u64,
    pub center_x: f64,
    pub center_y: f64,
    /// What the centre has beyond these two doubles, so that differences of centres far from zero keep their digits.
    pub rest_x: f64,
    pub rest_y: f64,
    pub semi_major: f64,
    /// Zero if the points lie on a line.
    pub semi_minor: f64,
    /// Degrees of the major axis clockwise from the direction of y, in [0, 180); NaN for a circle.
    pub azimuth: f64,
    /// (a − b)/a.
    pub flattening: f64,
    pub perimeter: f64,
    pub area: f64,
    /// Fraction of the weight inside the ellipse or on it.
    pub share_inside: f64,
}

/// The ellipse of every cell of `points`. O(n).
///
/// # Errors
/// `Empty`, `Length`, `NotFinite`, `Negative`, `Code`; `NoWeight` for a cell without weight, `OnePlace` for one whose
/// weight lies in a single place, `TooFewPoints` for two points with [`Correction::Sqrt2Df`], `OutOfRange`; `Cancelled`.
pub fn deviational_ellipse(job: &Job, points: &Points<'_>, correction: Correction) -> Result<Vec<Ellipse>> {
    check::not_empty("x", points.x)?;
    check::length("y", points.y, points.x.len())?;
    check::finite("x", points.x)?;
    check::finite("y", points.y)?;
    points.cells.check("cells", points.x.len())?;
    if let Some(weights) = points.weights {
        check::length("weights", weights, points.x.len())?;
        check::non_negative("weights", weights)?;
    }
    let (rows, offsets) = rows_by_cell(job, points)?;
    job.map(points.cells.count, |cell| {
        let rows = &rows[offsets[cell]..offsets[cell + 1]];
        Cloud::new(job, points, rows, cell)?.ellipse(job, correction)
    })
}

/// The rows that have weight, sorted by cell, in their order inside each.
fn rows_by_cell(job: &Job, points: &Points<'_>) -> Result<(Vec<usize>, Vec<usize>)> {
    let mut offsets = vec![0_usize; points.cells.count + 1];
    let has_weight = |row: usize| points.weights.is_none_or(|weights| weights[row] > 0.0);
    job.walk((0..points.x.len()).filter(|&row| has_weight(row)), |row| {
        offsets[points.cells.of(row) + 1] += 1
    })?;
    for cell in 0..points.cells.count {
        if offsets[cell + 1] == 0 {
            return Err(Error::NoWeight { name: "weights", period: cell });
        }
        offsets[cell + 1] += offsets[cell];
    }
    let mut next = offsets.clone();
    let mut rows = vec![0; offsets[points.cells.count]];
    job.walk((0..points.x.len()).filter(|&row| has_weight(row)), |row| {
        let cell = points.cells.of(row);
        rows[next[cell]] = row;
        next[cell] += 1;
    })?;
    Ok((rows, offsets))
}

/// The points of one cell, seen from a corner of their box and in units near its longer side, so that neither a large
/// offset nor very large or small numbers cost digits.
struct Cloud {
    /// x, y and weight of each point; the largest weight is one.
    points: Vec<[f64; 3]>,
    cell: usize,
    corner: (f64, f64),
    /// A power of two, so that scaling rounds nothing.
    scale: f64,
    /// What counts as no distance, in units of `scale`.
    resolution: f64,
}

impl Cloud {
    fn new(job: &Job, points: &Points<'_>, rows: &[usize], cell: usize) -> Result<Self> {
        let (mut low, mut high) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        let mut largest_weight = if points.weights.is_some() { 0.0 } else { 1.0 };
        job.walk(rows.iter(), |&row| {
            low = (low.0.min(points.x[row]), low.1.min(points.y[row]));
            high = (high.0.max(points.x[row]), high.1.max(points.y[row]));
            largest_weight = points.weights.map_or(1.0, |weights| weights[row].max(largest_weight));
        })?;
        let range = (high.0 - low.0).max(high.1 - low.1);
        let size = [low.0, low.1, high.0, high.1].iter().fold(0.0, |size: f64, end| size.max(end.abs()));
        if !range.is_finite() {
            return Err(Error::OutOfRange { name: "x", period: cell });
        }
        if range <= NO_DISTANCE * size {
            return Err(Error::OnePlace { name: "x", period: cell });
        }
        let scale = libm::exp2(libm::ilogb(range).into());
        let resolution = NO_DISTANCE * size / scale;
        let mut seen = Vec::with_capacity(rows.len());
        job.walk(rows.iter(), |&row| {
            let weight = points.weights.map_or(1.0, |weights| weights[row] / largest_weight);
            seen.push([(points.x[row] - low.0) / scale, (points.y[row] - low.1) / scale, weight]);
        })?;
        Ok(Self { points: seen, cell, corner: low, scale, resolution })
    }

    /// Weighted sums of several terms in one pass: partial sums over fixed chunks, added in order.
    fn sums<const K: usize>(
        &self,
        job: &Job,
        terms: impl Fn(f64, f64) -> [f64; K] + Sync + Send,
    ) -> Result<[f64; K]> {
        let chunks: Vec<&[[f64; 3]]> = self.points.chunks(CHUNK).collect();
        let partial = job.map(chunks.len(), |chunk| {
            let mut sums = [0.0; K];
            for &[x, y, weight] in chunks[chunk] {
                for (sum, term) in sums.iter_mut().zip(terms(x, y)) {
                    *sum += weight * term;
                }
            }
            Ok(sums)
        })?;
        let mut total = [0.0; K];
        for sums in partial {
            for (total, sum) in total.iter_mut().zip(sums) {
                *total += sum;
            }
        }
        Ok(total)
    }

    fn ellipse(&self, job: &Job, correction: Correction) -> Result<Ellipse> {
        let n = self.points.len();
        if correction == Correction::Sqrt2Df && n < 3 {
            return Err(Error::TooFewPoints { name: "x", period: self.cell, n, least: 3 });
        }
        let [total, x, y] = self.sums(job, |x, y| [1.0, x, y])?;
        let centre = (x / total, y / total);
        let [xx, yy, xy] = self.sums(job, |x, y| {
            let (x, y) = (x - centre.0, y - centre.1);
            [x * x, y * y, x * y]
        })?;
        // The direction of the major axis from that of y: tan 2θ = 2 s_xy/(s_yy − s_xx).
        let angle = 0.5 * (2.0 * xy).atan2(yy - xx);
        let (sin, cos) = angle.sin_cos();
        // The variances are taken along the turned axes: the determinant of the covariance would lose half the digits
        // of a narrow ellipse.
        let turned = |x: f64, y: f64| {
            let (x, y) = (x - centre.0, y - centre.1);
            (x * sin + y * cos, x * cos - y * sin)
        };
        let [along, across] = self.sums(job, |x, y| {
            let (u, v) = turned(x, y);
            [u * u, v * v]
        })?;
        let (along, across) = ((along / total).sqrt(), (across / total).sqrt());
        let (major, minor) = if along >= across { (along, across) } else { (across, along) };
        if major <= self.resolution {
            return Err(Error::OnePlace { name: "x", period: self.cell });
        }
        let minor = if minor <= NO_WIDTH * major + self.resolution { 0.0 } else { minor };
        let is_circle = major - minor <= EQUAL_AXES * major + self.resolution;
        let factor = correction.factor(n);
        let (a, b) = (factor * major, factor * if is_circle { major } else { minor });
        let reach = (a * (1.0 + ON_OUTLINE), b * (1.0 + ON_OUTLINE));
        let [inside] = self.sums(job, |x, y| {
            let (u, v) = turned(x, y);
            // Points on a line stand across it by their rounding only.
            let across = if b > 0.0 { (v / reach.1).powi(2) } else { 0.0 };
            [if (u / reach.0).powi(2) + across <= 1.0 { 1.0 } else { 0.0 }]
        })?;
        let (center_x, rest_x) = exact_sum(self.corner.0, self.scale * centre.0);
        let (center_y, rest_y) = exact_sum(self.corner.1, self.scale * centre.1);
        let (semi_major, semi_minor) = (a * self.scale, b * self.scale);
        let (perimeter, area) = (perimeter(semi_major, semi_minor), PI * semi_major * semi_minor);
        if !(perimeter.is_finite() && area.is_finite()) {
            return Err(Error::OutOfRange { name: "x", period: self.cell });
        }
        Ok(Ellipse {
            n: n as u64,
            center_x,
            center_y,
            rest_x,
            rest_y,
            semi_major,
            semi_minor,
            azimuth: if is_circle { f64::NAN } else { half_turn(angle.to_degrees()) },
            flattening: (a - b) / a,
            perimeter,
            area,
            share_inside: inside / total,
        })
    }
}

/// `a + b` as a double, and what its rounding left out (Knuth 1969, §4.2.2).
fn exact_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

/// An angle in (−90, 90] degrees as one in [0, 180) of the same axis.
fn half_turn(degrees: f64) -> f64 {
    let turned = if degrees < 0.0 { degrees + 180.0 } else { degrees };
    // A hair below zero becomes 180 by rounding.
    if turned >= 180.0 { 0.0 } else { turned + 0.0 }
}

/// The perimeter 4 a E(e) of an ellipse with half axes a ≥ b ≥ 0, by the arithmetic-geometric mean.
///
/// With a₀ = a, b₀ = b and c₀² = a² − b², E/K = 1 − Σ 2ⁿ⁻¹ cₙ²/a² and K = π/(2 M), M the mean of 1 and b/a
/// (Abramowitz & Stegun 1964, 17.6). Exact to a few roundings; 4a for a line.
pub fn perimeter(a: f64, b: f64) -> f64 {
    let ratio = b / a;
    if ratio <= 0.0 {
        return 4.0 * a;
    }
    let (mut arithmetic, mut geometric, mut power) = (1.0, ratio, 0.5);
    let mut sum = power * (1.0 - ratio) * (1.0 + ratio);
    for _ in 0..MOST_STEPS {
        let half_difference = 0.5 * (arithmetic - geometric);
        (arithmetic, geometric) = (0.5 * (arithmetic + geometric), (arithmetic * geometric).sqrt());
        power *= 2.0;
        sum += power * half_difference * half_difference;
        if half_difference <= f64::EPSILON * arithmetic {
            break;
        }
    }
    TAU * a * (1.0 - sum) / arithmetic
}

/// Points along the outlines of `ellipses`, `n` steps each, clockwise from the end of the major axis and back to it.
///
/// # Errors
/// `Parameter` for fewer than 3 steps; `Cancelled`.
pub fn outlines(job: &Job, ellipses: &[Outline], n: usize) -> Result<(Vec<f64>, Vec<f64>)> {
    if n < 3 {
        return Err(Error::Parameter { name: "n", requirement: "3 or more", value: n as f64 });
    }
    job.foresee("points of outlines", ellipses.len().saturating_mul(n + 1), 2 * size_of::<f64>())?;
    let mut x = Vec::with_capacity(ellipses.len() * (n + 1));
    let mut y = Vec::with_capacity(ellipses.len() * (n + 1));
    for ellipse in ellipses {
        job.check()?;
        // A circle has no direction, and looks alike from all.
        let direction = if ellipse.azimuth.is_nan() { 0.0 } else { ellipse.azimuth.to_radians() };
        let (sin, cos) = direction.sin_cos();
        for step in 0..=n {
            let (across, along) = (TAU * (step % n) as f64 / n as f64).sin_cos();
            let (u, v) = (ellipse.semi_major * along, ellipse.semi_minor * across);
            x.push(ellipse.center_x + u * sin + v * cos);
            y.push(ellipse.center_y + u * cos - v * sin);
        }
    }
    Ok((x, y))
}

/// Where an ellipse lies, as [`Ellipse`] has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outline {
    pub center_x: f64,
    pub center_y: f64,
    pub semi_major: f64,
    pub semi_minor: f64,
    pub azimuth: f64,
}

impl Outline {
    /// One outline per entry of `columns`, which are the fields in their order.
    ///
    /// # Errors
    /// `Length`.
    pub fn from_columns(columns: [ArrayView1<'_, f64>; 5]) -> Result<Vec<Self>> {
        let expected = columns[0].len();
        let names = ["center_x", "center_y", "semi_major", "semi_minor", "azimuth"];
        for (name, column) in names.into_iter().zip(&columns) {
            if column.len() != expected {
                return Err(Error::Length { name, length: column.len(), expected });
            }
        }
        let row = |row| {
            let [center_x, center_y, semi_major, semi_minor, azimuth] = columns.map(|column| column[row]);
            Self { center_x, center_y, semi_major, semi_minor, azimuth }
        };
        Ok((0..expected).map(row).collect())
    }
}
