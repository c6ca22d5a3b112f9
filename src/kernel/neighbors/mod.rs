//! Neighbours by distance: the k nearest, those within a distance, and weights that fall with distance.

mod tree;

use std::sync::atomic::{AtomicUsize, Ordering};

use super::check;
use super::error::{Error, Result};
use super::job::Job;
use super::weights::Rows;
use tree::{Nearest, Point, Tree, square};

/// The mean radius of the earth in kilometres: (2a + b)/3 of the GRS 80 ellipsoid (Moritz 2000).
pub const EARTH_RADIUS: f64 = 6371.0088;

/// Each link takes twelve bytes, and while they are collected sixteen more.
const MOST_LINKS: usize = 200_000_000;

/// Units that one step of parallel work covers.
const CHUNK: usize = 256;

/// Links after which a step looks whether it should stop.
const LINKS_PER_CHECK: usize = 1 << 18;

/// A link in compressed rows.
const BYTES_PER_LINK: usize = 12;

/// By how much the search reaches beyond a distance, relatively, before the distance itself decides.
const MARGIN: f64 = 1e-9;

/// How far apart two places are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Straight lines in the plane, in the unit of the coordinates.
    Planar,
    /// Great circles on a sphere of [`EARTH_RADIUS`], in kilometres, from longitude and latitude in degrees.
    GreatCircle,
}

/// Which units are neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// As many as that, the nearest; of equally near ones the first units.
    Nearest(usize),
    /// Those at that distance or nearer; infinity takes all.
    Within(f64),
}

/// How weights fall with distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decay {
    /// d^(−power); `None` weighs all neighbours one.
    pub power: Option<f64>,
    /// Smaller distances count as this one.
    pub least: f64,
}

/// Places of units.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// Or longitude.
    pub x: &'a [f64],
    /// Or latitude.
    pub y: &'a [f64],
    pub metric: Metric,
}

/// Links of every unit to its neighbours, columns ascending. O(n log n + links) as a rule, O(n²) for all.
///
/// # Errors
/// `Empty`, `Length`, `NotFinite`; `Coordinate` for degrees out of range; `Parameter` for more neighbours than there
/// are other units, and for parameters that are negative; `Coincident` for a weight that would be infinite;
/// `TooManyLinks`, `OutOfRange`, `Cancelled`.
pub fn neighbors(job: &Job, places: &Places<'_>, reach: Reach, decay: Decay) -> Result<Rows> {
    places.check()?;
    decay.check()?;
    reach.check(places.x.len())?;
    match places.metric {
        Metric::Planar => {
            Search::new(job, places.planar(), distance, |distance| distance * distance)?.rows(reach, decay)
        }
        Metric::GreatCircle => Search::new(job, places.spherical(), arc, squared_chord)?.rows(reach, decay),
    }
}

/// The largest distance of a unit from its nearest neighbour: within it every unit has a neighbour. O(n log n).
///
/// # Errors
/// As [`neighbors`].
pub fn connecting_distance(job: &Job, places: &Places<'_>) -> Result<f64> {
    places.check()?;
    Reach::Nearest(1).check(places.x.len())?;
    match places.metric {
        Metric::Planar => {
            Search::new(job, places.planar(), distance, |distance| distance * distance)?.connecting()
        }
        Metric::GreatCircle => Search::new(job, places.spherical(), arc, squared_chord)?.connecting(),
    }
}

impl Places<'_> {
    fn check(&self) -> Result<()> {
        check::not_empty("x", self.x)?;
        check::length("y", self.y, self.x.len())?;
        check::finite("x", self.x)?;
        check::finite("y", self.y)?;
        if self.metric == Metric::Planar {
            let extent = |values: &[f64]| {
                let (low, high) =
                    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| {
                        (low.min(value), high.max(value))
                    });
                (high - low).powi(2)
            };
            let squared = extent(self.x) + extent(self.y);
            return if squared.is_finite() {
                Ok(())
            } else {
                Err(Error::OutOfRange { name: "x", period: 0 })
            };
        }
        let sides = [
            ("x", self.x, -180.0, 360.0, "a longitude in degrees, from −180 to 180 or from 0 to 360"),
            ("y", self.y, -90.0, 90.0, "a latitude in degrees, from −90 to 90"),
        ];
        for (name, values, low, high, requirement) in sides {
            if let Some(row) = values.iter().position(|value| !(low..=high).contains(value)) {
                return Err(Error::Coordinate { name, row, value: values[row], requirement });
            }
        }
        Ok(())
    }

    fn planar(&self) -> Vec<Point<2>> {
        let places = self.x.iter().zip(self.y).enumerate();
        places.map(|(unit, (&x, &y))| Point { at: [x, y], unit: unit as u32 }).collect()
    }

    /// Points on the unit sphere. One place has one point, whichever way its longitude is written, at the poles too.
    fn spherical(&self) -> Vec<Point<3>> {
        let point = |(unit, (&x, &y)): (usize, (&f64, &f64))| {
            let longitude = if x > 180.0 { x - 360.0 } else { x };
            let longitude = if longitude <= -180.0 { 180.0 } else { longitude };
            let (sine, cosine) = y.to_radians().sin_cos();
            let cosine = if y.abs() < 90.0 { cosine } else { 0.0 };
            let (east, along) = longitude.to_radians().sin_cos();
            Point { at: [cosine * along, cosine * east, sine], unit: unit as u32 }
        };
        self.x.iter().zip(self.y).enumerate().map(point).collect()
    }
}

impl Reach {
    fn check(self, n: usize) -> Result<()> {
        match self {
            Self::Nearest(0) => Err(Error::Parameter { name: "k", requirement: "at least 1", value: 0.0 }),
            Self::Nearest(k) if k >= n => {
                let requirement = "less than the number of units";
                Err(Error::Parameter { name: "k", requirement, value: k as f64 })
            }
            Self::Within(threshold) if threshold.is_nan() || threshold < 0.0 => {
                Err(Error::Parameter { name: "threshold", requirement: "zero or more", value: threshold })
            }
            _ => Ok(()),
        }
    }
}

impl Decay {
    fn check(self) -> Result<()> {
        let power = self.power.unwrap_or(0.0);
        for (name, value) in [("power", power), ("least", self.least)] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(Error::Parameter { name, requirement: "a finite number of zero or more", value });
            }
        }
        Ok(())
    }

    fn weight(self, distance: f64, unit: u32, other: u32) -> Result<f64> {
        let Some(power) = self.power else {
            return Ok(1.0);
        };
        let weight = distance.max(self.least).powf(-power);
        if weight.is_finite() && weight > 0.0 {
            return Ok(weight);
        }
        if distance.max(self.least) > 0.0 {
            let requirement = "such that no weight leaves the range of a double";
            return Err(Error::Parameter { name: "power", requirement, value: power });
        }
        let (row, first) = (unit.max(other) as usize, unit.min(other) as usize);
        Err(Error::Coincident { row, first })
    }
}

fn distance(one: &[f64; 2], two: &[f64; 2]) -> f64 {
    square(one, two).sqrt()
}

/// The great-circle distance between two points of the unit sphere, well conditioned at every distance (Kahan 2006):
/// 2 atan2(|u − v|, |u + v|).
fn arc(one: &[f64; 3], two: &[f64; 3]) -> f64 {
    let opposite = [-two[0], -two[1], -two[2]];
    2.0 * EARTH_RADIUS * square(one, two).sqrt().atan2(square(one, &opposite).sqrt())
}

/// The squared chord below an arc.
fn squared_chord(distance: f64) -> f64 {
    (2.0 * (0.5 * distance / EARTH_RADIUS).min(std::f64::consts::FRAC_PI_2).sin()).powi(2)
}

/// One tree, with the distance of two of its places.
struct Search<'a, const D: usize, M, S> {
    job: &'a Job,
    tree: Tree<D>,
    /// The distance of two places.
    measure: M,
    /// The squared straight-line distance that belongs to a distance.
    straight: S,
}

/// A unit's neighbours with their distances.
type Row = (u32, Vec<(u32, f64)>);

impl<'a, const D: usize, M, S> Search<'a, D, M, S>
where
    M: Fn(&[f64; D], &[f64; D]) -> f64 + Sync + Send,
    S: Fn(f64) -> f64 + Sync + Send,
{
    fn new(job: &'a Job, points: Vec<Point<D>>, measure: M, straight: S) -> Result<Self> {
        Ok(Self { job, tree: Tree::new(job, points)?, measure, straight })
    }

    fn rows(&self, reach: Reach, decay: Decay) -> Result<Rows> {
        let n = self.tree.points().len();
        let known = match reach {
            Reach::Nearest(k) => k,
            Reach::Within(threshold) if threshold.is_infinite() => n - 1,
            Reach::Within(_) => 0,
        };
        let count = known.saturating_mul(n);
        if count > MOST_LINKS {
            return Err(Error::TooManyLinks { count, most: MOST_LINKS });
        }
        self.job.foresee("links", count, size_of::<(u32, f64)>() + BYTES_PER_LINK)?;
        let rows = match reach {
            Reach::Nearest(k) => self.nearest(k)?,
            Reach::Within(threshold) => self.within(threshold)?,
        };
        self.compress(rows, decay)
    }

    fn connecting(&self) -> Result<f64> {
        let rows = self.nearest(1)?;
        Ok(rows
            .iter()
            .flatten()
            .flat_map(|(_, row)| row)
            .fold(0.0, |most: f64, &(_, distance)| most.max(distance)))
    }

    fn chunk(&self, chunk: usize) -> &[Point<D>] {
        let points = self.tree.points();
        &points[chunk * CHUNK..points.len().min((chunk + 1) * CHUNK)]
    }

    fn nearest(&self, k: usize) -> Result<Vec<Vec<Row>>> {
        let places = self.places();
        let chunks = self.tree.points().len().div_ceil(CHUNK);
        self.job.map_with(
            chunks,
            || Nearest::new(k),
            |nearest, chunk| {
                let mut rows = Vec::with_capacity(CHUNK);
                for point in self.chunk(chunk) {
                    self.job.check()?;
                    self.tree.nearest(point, nearest);
                    let measured =
                        |&(_, unit): &(f64, u32)| (unit, (self.measure)(&point.at, &places[unit as usize]));
                    rows.push((point.unit, sorted(nearest.found.iter().map(measured).collect())));
                }
                Ok(rows)
            },
        )
    }

    fn within(&self, threshold: f64) -> Result<Vec<Vec<Row>>> {
        let places = if threshold.is_infinite() { self.places() } else { Vec::new() };
        let limit = (self.straight)(threshold) * (1.0 + MARGIN) + f64::MIN_POSITIVE;
        let found = AtomicUsize::new(0);
        self.job.map(self.tree.points().len().div_ceil(CHUNK), |chunk| {
            let mut rows = Vec::with_capacity(CHUNK);
            let mut since_check = 0;
            for point in self.chunk(chunk) {
                let row = if threshold.is_infinite() {
                    let others = places.iter().enumerate().filter(|&(unit, _)| unit != point.unit as usize);
                    others.map(|(unit, at)| (unit as u32, (self.measure)(&point.at, at))).collect()
                } else {
                    let mut row = Vec::new();
                    self.tree.within(point, limit, &mut |other| {
                        let distance = (self.measure)(&point.at, &other.at);
                        if distance <= threshold {
                            row.push((other.unit, distance));
                        }
                    });
                    sorted(row)
                };
                since_check += row.len();
                let count = found.fetch_add(row.len(), Ordering::Relaxed) + row.len();
                if count > MOST_LINKS {
                    return Err(Error::TooManyLinks { count, most: MOST_LINKS });
                }
                if since_check >= LINKS_PER_CHECK {
                    self.job.check()?;
                    self.job.foresee("links", count.max(4 * LINKS_PER_CHECK), BYTES_PER_LINK)?;
                    since_check = 0;
                }
                rows.push((point.unit, row));
            }
            Ok(rows)
        })
    }

    /// The places in the order of the units.
    fn places(&self) -> Vec<[f64; D]> {
        let mut places = vec![[0.0; D]; self.tree.points().len()];
        for point in self.tree.points() {
            places[point.unit as usize] = point.at;
        }
        places
    }

    fn compress(&self, rows: Vec<Vec<Row>>, decay: Decay) -> Result<Rows> {
        let mut indptr = vec![0_i64; self.tree.points().len() + 1];
        for (unit, row) in rows.iter().flatten() {
            indptr[*unit as usize + 1] = row.len() as i64;
        }
        for unit in 1..indptr.len() {
            indptr[unit] += indptr[unit - 1];
        }
        let n_links = indptr[indptr.len() - 1] as usize;
        let (mut indices, mut data) = (vec![0; n_links], vec![0.0; n_links]);
        for chunk in rows {
            self.job.check()?;
            for (unit, row) in chunk {
                let start = indptr[unit as usize] as usize;
                for (place, (other, distance)) in row.into_iter().enumerate() {
                    indices[start + place] = other;
                    data[start + place] = decay.weight(distance, unit, other)?;
                }
            }
        }
        Ok(Rows { indptr, indices, data })
    }
}

fn sorted(mut row: Vec<(u32, f64)>) -> Vec<(u32, f64)> {
    row.sort_unstable_by_key(|&(unit, _)| unit);
    row
}
