//! The curves of a study: effects with their bands, and their turning points with theirs.

use super::accumulated::{accumulated_effects, edges};
use super::average::partial_dependence;
use super::bands::{Refits, band, ends};
use super::steps::{Axis, Steps};
use super::turning::{Turn, turning_points};
use super::{Rows, check_factors};
use crate::kernel::error::{Error, Result};
use crate::kernel::forest::ForestView;
use crate::kernel::job::Job;
use crate::kernel::stats::quantile;

/// What is asked of all curves.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Positions of factors, each once.
    pub factors: &'a [usize],
    /// Steps a curve at most (partial dependence), or intervals (accumulated effects).
    pub most: usize,
    /// Whether the first level is taken off the others (partial dependence).
    pub centered: bool,
    /// Share of its range that a curve changes by between turning points.
    pub prominence: f64,
    /// For bands.
    pub refits: Option<Refits<'a>>,
}

/// An effect: `levels[i]` between `lefts[i]` and `rights[i]`, or at both where they are one.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    pub lefts: Vec<f64>,
    pub rights: Vec<f64>,
    pub levels: Vec<f64>,
    /// Rows (their weights) of each level; empty for partial dependence.
    pub mass: Vec<f64>,
    /// Ends of the band; empty without refits.
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    pub turning_points: Vec<TurningPoint>,
    /// Where another forest is read to be compared.
    at: Vec<f64>,
}

/// A turning point with its band; NaN without refits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TurningPoint {
    pub is_peak: bool,
    /// The middle of the highest (lowest) levels, which reach from `start` to `end`.
    pub location: f64,
    pub start: f64,
    pub end: f64,
    /// The level there.
    pub effect: f64,
    /// The smaller of the changes on its two sides.
    pub size: f64,
    /// Size as a share of the range of the curve.
    pub share: f64,
    pub location_band: (f64, f64),
    pub size_band: (f64, f64),
    /// Share of the refits that have a turning point of this kind between the two beside it.
    pub frequency: f64,
}

impl Options<'_> {
    fn check(&self, forest: &ForestView<'_>, rows: &Rows<'_>) -> Result<()> {
        forest.check()?;
        rows.check(forest)?;
        check_factors(self.factors, forest.n_features)?;
        if self.prominence > 0.0 && self.prominence < 1.0 {
            return Ok(());
        }
        Err(Error::Parameter { name: "prominence", requirement: "between 0 and 1", value: self.prominence })
    }
}

/// The partial dependence on each factor, exact at the steps shown.
///
/// # Errors
/// Trees that are none, options out of range, those of [`partial_dependence`] and of growing.
pub fn average_curves(
    job: &Job,
    forest: &ForestView<'_>,
    rows: &Rows<'_>,
    options: &Options<'_>,
) -> Result<Vec<Curve>> {
    options.check(forest, rows)?;
    let steps = Steps::new(job, forest)?;
    let levels = partial_dependence(job, forest, &steps, rows, options.factors)?;
    let curve = |(&factor, levels): (&usize, Vec<f64>)| {
        let axis = Axis::new(&steps, rows, factor, options.most);
        Curve::new(axis.lefts, axis.rights, axis.at, axis.chosen.iter().map(|&step| levels[step]).collect())
    };
    let mut curves: Vec<Curve> = options.factors.iter().zip(levels).map(curve).collect();
    if options.centered {
        curves.iter_mut().for_each(|curve| curve.centre());
    }
    complete(job, rows, options, curves, |again, rows, curves| {
        let forest = again.view();
        let steps = Steps::new(job, &forest)?;
        let levels = partial_dependence(job, &forest, &steps, rows, options.factors)?;
        let read = |((curve, levels), &factor): ((&Curve, Vec<f64>), &usize)| {
            let mut read: Vec<f64> = curve.at.iter().map(|&x| levels[steps.of(factor, x)]).collect();
            if options.centered {
                let first = read[0];
                read.iter_mut().for_each(|level| *level -= first);
            }
            read
        };
        Ok(curves.iter().zip(levels).zip(options.factors).map(read).collect())
    })
}

/// The accumulated local effect of each factor, exact at the edges of its intervals.
///
/// # Errors
/// Trees that are none, options out of range, those of [`accumulated_effects`] and of growing.
pub fn accumulated_curves(
    job: &Job,
    forest: &ForestView<'_>,
    rows: &Rows<'_>,
    options: &Options<'_>,
) -> Result<Vec<Curve>> {
    options.check(forest, rows)?;
    let steps = Steps::new(job, forest)?;
    let edges = job.map(options.factors.len(), |place| {
        edges(job, rows.columns[options.factors[place]], options.most.max(1))
    })?;
    let curves = accumulated_effects(job, forest, &steps, rows, options.factors, &edges)?;
    let curves = curves
        .into_iter()
        .map(|each| {
            let (lefts, rights, at) = (each.edges.clone(), each.edges.clone(), each.edges);
            Curve { mass: each.mass, ..Curve::new(lefts, rights, at, each.effect) }
        })
        .collect();
    complete(job, rows, options, curves, |again, rows, _| {
        let forest = again.view();
        let steps = Steps::new(job, &forest)?;
        let effects = accumulated_effects(job, &forest, &steps, rows, options.factors, &edges)?;
        Ok(effects.into_iter().map(|each| each.effect).collect())
    })
}

impl Curve {
    fn new(lefts: Vec<f64>, rights: Vec<f64>, at: Vec<f64>, levels: Vec<f64>) -> Self {
        let (mass, low, high, turning_points) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { lefts, rights, levels, mass, low, high, turning_points, at }
    }

    fn centre(&mut self) {
        let first = self.levels[0];
        self.levels.iter_mut().for_each(|level| *level -= first);
    }

    /// The middle of the levels of a turning point.
    fn location(&self, turn: &Turn) -> f64 {
        self.lefts[turn.first].midpoint(self.rights[turn.last])
    }

    fn turning_point(&self, turn: &Turn) -> TurningPoint {
        let (low, high) = (self.levels.iter())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &y| (low.min(y), high.max(y)));
        TurningPoint {
            is_peak: turn.is_peak,
            location: self.location(turn),
            start: self.lefts[turn.first],
            end: self.rights[turn.last],
            effect: self.levels[turn.first],
            size: turn.size,
            share: turn.size / (high - low),
            location_band: (f64::NAN, f64::NAN),
            size_band: (f64::NAN, f64::NAN),
            frequency: f64::NAN,
        }
    }
}

/// Add the turning points, and with refits the bands; `read` gives the levels of another forest.
fn complete(
    job: &Job,
    rows: &Rows<'_>,
    options: &Options<'_>,
    mut curves: Vec<Curve>,
    read: impl Fn(&crate::kernel::forest::Forest, &Rows<'_>, &[Curve]) -> Result<Vec<Vec<f64>>>,
) -> Result<Vec<Curve>> {
    let turns: Vec<Vec<Turn>> =
        curves.iter().map(|curve| turning_points(&curve.levels, options.prominence)).collect();
    for (curve, turns) in curves.iter_mut().zip(&turns) {
        curve.turning_points = turns.iter().map(|turn| curve.turning_point(turn)).collect();
    }
    let Some(refits) = options.refits else { return Ok(curves) };
    let n_numbers = curves.iter().map(|curve| curve.levels.len()).sum();
    refits.check(rows, n_numbers)?;
    let replicates = refits.each(job, rows, n_numbers, |forest, rows| read(forest, rows, &curves))?;
    for (place, (curve, turns)) in curves.iter_mut().zip(&turns).enumerate() {
        let own: Vec<&[f64]> = replicates.iter().map(|each| each[place].as_slice()).collect();
        (curve.low, curve.high) = bands(job, curve, &own, refits.confidence)?;
        turn_bands(curve, turns, &own, options.prominence, refits.confidence);
    }
    Ok(curves)
}

fn bands(job: &Job, curve: &Curve, replicates: &[&[f64]], confidence: f64) -> Result<(Vec<f64>, Vec<f64>)> {
    let ends = job.map_with(curve.levels.len(), Vec::new, |values: &mut Vec<f64>, level| {
        values.clear();
        values.extend(replicates.iter().map(|each| each[level]));
        Ok(band(curve.levels[level], values, confidence))
    })?;
    Ok(ends.into_iter().unzip())
}

/// The quantile over replicates of the range of the distances of levels from their means over replicates.
fn largest_swing(replicates: &[&[f64]], confidence: f64) -> f64 {
    let n = replicates.len() as f64;
    let mut mean = vec![0.0; replicates[0].len()];
    for levels in replicates {
        mean.iter_mut().zip(*levels).for_each(|(sum, level)| *sum += level / n);
    }
    let range = |levels: &&[f64]| {
        let off = levels.iter().zip(&mean).map(|(level, mean)| level - mean);
        let (low, high) =
            off.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), d| (low.min(d), high.max(d)));
        high - low
    };
    let mut distances: Vec<f64> = replicates.iter().map(range).collect();
    distances.sort_unstable_by(f64::total_cmp);
    quantile(&distances, confidence)
}

/// In each replicate the largest turning point of the same kind between the two beside it is the same one.
///
/// If levels are off by between d₁ and d₂, no size is off by more than d₂ − d₁ (Fasy et al. 2014, Annals of Statistics 42,
/// with the shift of the whole curve left out, as sizes do not notice it). The band takes the quantile of d₂ − d₁ over
/// the whole curve, since a turning point is looked for everywhere.
fn turn_bands(curve: &mut Curve, turns: &[Turn], replicates: &[&[f64]], prominence: f64, confidence: f64) {
    let swing = largest_swing(replicates, confidence);
    let found: Vec<Vec<Turn>> = replicates.iter().map(|levels| turning_points(levels, prominence)).collect();
    for (place, turn) in turns.iter().enumerate() {
        let after = place.checked_sub(1).map_or(0, |before| turns[before].last + 1);
        let before = turns.get(place + 1).map_or(curve.levels.len(), |next| next.first);
        let same = |each: &&Turn| each.is_peak == turn.is_peak && each.first >= after && each.last < before;
        let matched: Vec<&Turn> = found
            .iter()
            .filter_map(|turns| turns.iter().filter(same).max_by(|a, b| a.size.total_cmp(&b.size)))
            .collect();
        let mut locations: Vec<f64> = matched.iter().map(|each| curve.location(each)).collect();
        let point = &mut curve.turning_points[place];
        point.location_band = ends(&mut locations, confidence);
        point.size_band = (turn.size - swing, turn.size + swing);
        point.frequency = matched.len() as f64 / replicates.len() as f64;
    }
}
