//! Density of points in the plane on a grid: `f(x, y) = 1/(W h_x h_y) Σ w K((x − x_i)/h_x) K((y − y_i)/h_y)`.
//!
//! Every point adds the product of its two rows of kernel values to the places within its reach, so that nothing but
//! rounding is lost. O(n · places within reach).

use super::cells::{Cells, Classes, Panel};
use super::check;
use super::error::{Error, Result};
use super::job::Job;
use super::kde::bandwidth::{self, Remark};
use super::kde::sample::{Sample, Spread};
use super::kde::shape::Kernel;
use super::stats::unit_of;

/// Points that are added to a grid of their own, at least; these grids are added in order.
const STRETCH: usize = 1 << 13;

/// Most such grids.
const MOST_STRETCHES: usize = 16;

/// Of two bandwidths this small the density is a double, with room for sums.
const SMALLEST: f64 = 1e-150;

/// Places that points reach between two checks.
const CHECK: usize = 1 << 20;

/// How the two bandwidths are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Given, in x and y.
    Fixed(f64, f64),
    /// sd · n^(−1/6) for each coordinate (Scott 1992, eq. 6.42).
    Scott,
    /// 1.06 · min(sd, IQR/1.34) · n^(−1/5) for each coordinate (Venables & Ripley 2002, §5.6).
    NormalReference,
}

/// What the caller chooses.
#[derive(Debug, Clone, Copy)]
pub struct Parameters {
    pub kernel: Kernel,
    pub rule: Rule,
    /// Places in x and y, 2 at least.
    pub grid_size: (usize, usize),
    /// How many bandwidths the grid reaches beyond the points.
    pub cut: f64,
}

/// The points and their periods.
#[derive(Debug, Clone, Copy)]
pub struct Points<'a> {
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub weights: Option<&'a [f64]>,
    pub periods: Classes<'a>,
}

/// The density of one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    pub n: usize,
    pub n_effective: f64,
    pub bandwidth: (f64, f64),
    /// Whether the quartiles of a coordinate coincide, so that its standard deviation stands alone.
    pub no_quartiles: bool,
    /// Probability inside the grid.
    pub mass: f64,
    /// Row after row of equal x, y running fastest.
    pub density: Vec<f64>,
}

/// The densities of all periods on one grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Kde2d {
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub planes: Vec<Plane>,
}

/// One coordinate of one period, ready to be evaluated.
struct Axis<'a> {
    values: &'a [f64],
    low: f64,
    high: f64,
    bandwidth: f64,
    remark: Remark,
}

/// Rows of one period.
struct Rows {
    x: Vec<f64>,
    y: Vec<f64>,
    weights: Option<Vec<f64>>,
}

/// Estimate the density of every period on a grid that all of them share.
///
/// # Errors
/// `Empty`, `Length`, `NotFinite`, `Negative`, `Code`, `Parameter`, `NoWeight`, `NoSpread`, `OneWeight`, `OutOfRange`, `Cancelled`.
pub fn kde2d(job: &Job, points: &Points<'_>, parameters: &Parameters) -> Result<Kde2d> {
    check(points, parameters)?;
    let periods = split(job, points)?;
    let mut axes = Vec::with_capacity(periods.len());
    for (period, rows) in periods.iter().enumerate() {
        axes.push((axis(job, rows, period, parameters, 0)?, axis(job, rows, period, parameters, 1)?));
    }
    let x = places(axes.iter().map(|(x, _)| x), parameters.cut, parameters.grid_size.0);
    let y = places(axes.iter().map(|(_, y)| y), parameters.cut, parameters.grid_size.1);
    let n_stretches = periods.iter().map(|rows| rows.x.len().div_ceil(stretch_length(rows.x.len()))).max();
    // The planes stand once more where all are handed over.
    let bytes = size_of::<f64>() * (periods.len() + n_stretches.unwrap_or(0).max(periods.len()));
    job.foresee("places of the grid", x.len() * y.len(), bytes)?;
    job.expect_steps(periods.len());
    let planes = job.map(periods.len(), |period| {
        let plane = plane(job, &periods[period], &axes[period], (&x, &y), parameters.kernel);
        job.step();
        plane
    })?;
    Ok(Kde2d { x, y, planes })
}

fn check(points: &Points<'_>, parameters: &Parameters) -> Result<()> {
    const MOST: usize = 1 << 13;
    check::not_empty("x", points.x)?;
    check::finite("x", points.x)?;
    check::length("y", points.y, points.x.len())?;
    check::finite("y", points.y)?;
    points.periods.check("periods", points.x.len())?;
    if let Some(weights) = points.weights {
        check::length("weights", weights, points.x.len())?;
        check::non_negative("weights", weights)?;
    }
    for size in [parameters.grid_size.0, parameters.grid_size.1] {
        if !(2..=MOST).contains(&size) {
            let requirement = "from 2 to 8192 in each direction";
            return Err(Error::Parameter { name: "grid_size", requirement, value: size as f64 });
        }
    }
    if let Rule::Fixed(x, y) = parameters.rule {
        for value in [x, y] {
            if !(value > 0.0 && value.is_finite()) {
                let requirement = "a finite number above zero, or two";
                return Err(Error::Parameter { name: "bandwidth", requirement, value });
            }
        }
    }
    if !(parameters.cut >= 0.0 && parameters.cut.is_finite()) {
        let requirement = "a finite number of zero or more";
        return Err(Error::Parameter { name: "cut", requirement, value: parameters.cut });
    }
    Ok(())
}

/// The rows of each period, without those of weight zero.
fn split(job: &Job, points: &Points<'_>) -> Result<Vec<Rows>> {
    let rows: Vec<f64> = (0..points.x.len()).map(|row| row as f64).collect();
    let panel =
        Panel { values: &rows, weights: points.weights, groups: Classes::ONE, periods: points.periods };
    let cells = Cells::new(job, &panel, |row| points.weights.map_or(1.0, |weights| weights[row]))?;
    job.map(cells.n_periods(), |period| {
        let groups = cells.groups_of(period);
        let units = || groups.iter().flat_map(|(_, units)| units.iter());
        let pick = |column: &[f64]| units().map(|unit| column[unit.value as usize]).collect();
        Ok(Rows { x: pick(points.x), y: pick(points.y), weights: points.weights.map(pick) })
    })
}

fn axis<'a>(
    job: &Job,
    rows: &'a Rows,
    period: usize,
    parameters: &Parameters,
    which: usize,
) -> Result<Axis<'a>> {
    let (name, values) = if which == 0 { ("x", &rows.x) } else { ("y", &rows.y) };
    let sample = Sample { values, weights: rows.weights.as_deref() };
    let is_fixed = matches!(parameters.rule, Rule::Fixed(..));
    let spread = sample.spread(job, !is_fixed)?;
    spread.check(name, period, !is_fixed)?;
    let (bandwidth, remark) = choose(job, parameters.rule, which, &sample, &spread)?;
    if bandwidth < SMALLEST {
        let requirement = "above 1e-150; rescale the coordinates";
        return Err(Error::Parameter { name: "bandwidth", requirement, value: bandwidth });
    }
    let ends = [spread.low - parameters.cut * bandwidth, spread.high + parameters.cut * bandwidth];
    if !(ends[1] - ends[0]).is_finite() {
        return Err(Error::OutOfRange { name, period });
    }
    Ok(Axis { values, low: spread.low, high: spread.high, bandwidth, remark })
}

fn choose(
    job: &Job,
    rule: Rule,
    which: usize,
    sample: &Sample<'_>,
    spread: &Spread,
) -> Result<(f64, Remark)> {
    match rule {
        Rule::Fixed(x, y) => Ok((if which == 0 { x } else { y }, Remark::None)),
        Rule::Scott => Ok((spread.sd * spread.n_effective.powf(-1.0 / 6.0), Remark::None)),
        Rule::NormalReference => bandwidth::choose(job, bandwidth::Rule::NormalReference, sample, spread),
    }
}

fn places<'a>(axes: impl Iterator<Item = &'a Axis<'a>> + Clone, cut: f64, size: usize) -> Vec<f64> {
    let low = axes.clone().map(|axis| axis.low - cut * axis.bandwidth).fold(f64::INFINITY, f64::min);
    let high = axes.map(|axis| axis.high + cut * axis.bandwidth).fold(f64::NEG_INFINITY, f64::max);
    let step = (high - low) / (size - 1) as f64;
    (0..size).map(|k| if k + 1 == size { high } else { low + k as f64 * step }).collect()
}

fn plane(
    job: &Job,
    rows: &Rows,
    axes: &(Axis<'_>, Axis<'_>),
    (x, y): (&[f64], &[f64]),
    kernel: Kernel,
) -> Result<Plane> {
    let n = rows.x.len();
    let unit = rows.weights.as_deref().map_or(1.0, unit_of);
    let weight = |point: usize| rows.weights.as_ref().map_or(1.0, |weights| weights[point] / unit);
    let length = stretch_length(n);
    let stretches = job.map(n.div_ceil(length), |stretch| {
        let mut sums = vec![0.0; x.len() * y.len()];
        let (mut along_x, mut along_y) = (Vec::new(), Vec::new());
        let mut since_check = CHECK;
        for point in stretch * length..n.min((stretch + 1) * length) {
            if since_check >= CHECK {
                job.check()?;
                since_check = 0;
            }
            let first_x = rows_of_kernel(kernel, &axes.0, point, x, &mut along_x);
            let first_y = rows_of_kernel(kernel, &axes.1, point, y, &mut along_y);
            since_check += along_x.len() * along_y.len() + 1;
            for (row, factor) in along_x.iter().enumerate() {
                let scaled = factor * weight(point);
                let start = (first_x + row) * y.len() + first_y;
                let places = sums[start..].iter_mut().zip(&along_y);
                places.for_each(|(sum, value)| *sum += scaled * value);
            }
        }
        Ok(sums)
    })?;
    let total: f64 = (0..n).map(weight).sum();
    let squares: f64 = (0..n).map(|point| weight(point) * weight(point)).sum();
    let scale = 1.0 / (total * axes.0.bandwidth * axes.1.bandwidth);
    let density = (0..x.len() * y.len())
        .map(|place| scale * stretches.iter().map(|sums| sums[place]).sum::<f64>())
        .collect();
    let inside = |axis: &Axis<'_>, point: usize, places: &[f64]| {
        let below = |place: f64| kernel.cumulative((place - axis.values[point]) / axis.bandwidth);
        below(places[places.len() - 1]) - below(places[0])
    };
    let mass = job.sum(n, |point| weight(point) * inside(&axes.0, point, x) * inside(&axes.1, point, y))?;
    Ok(Plane {
        n,
        n_effective: total * total / squares,
        bandwidth: (axes.0.bandwidth, axes.1.bandwidth),
        no_quartiles: [axes.0.remark, axes.1.remark].contains(&Remark::NoQuartiles),
        mass: mass / total,
        density,
    })
}

/// Points that are added to one grid.
fn stretch_length(n: usize) -> usize {
    STRETCH.max(n.div_ceil(MOST_STRETCHES))
}

/// Values of the kernel around a point at the places within its reach, of which the first is returned.
fn rows_of_kernel(
    kernel: Kernel,
    axis: &Axis<'_>,
    point: usize,
    places: &[f64],
    values: &mut Vec<f64>,
) -> usize {
    let (centre, reach) = (axis.values[point], kernel.radius() * axis.bandwidth);
    let first = places.partition_point(|&place| place < centre - reach);
    let count = places[first..].partition_point(|&place| place <= centre + reach);
    values.clear();
    let value = |&place: &f64| kernel.value((place - centre) / axis.bandwidth);
    values.extend(places[first..first + count].iter().map(value));
    first
}
