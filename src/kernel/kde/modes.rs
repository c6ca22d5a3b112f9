//! Peaks of a density: where they are, how high, how far they stand out, how wide they are, and how much lies under them.

use super::curve::{Curve, Support};
use super::turning::Turns;
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// The search for half the height begins with a step of so many bandwidths: a single point falls to it after 1.18.
const FIRST_STEP: f64 = 0.8;

/// One local maximum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    pub position: f64,
    pub height: f64,
    /// Height above the higher of the two lowest points towards a higher peak, or the end of the density.
    pub prominence: f64,
    /// Distance between the points on both sides that are half the prominence below the peak.
    pub width: f64,
    /// Probability between the valleys on both sides.
    pub share: f64,
}

/// A density along its turning points: it is monotone between two neighbours.
struct Profile {
    /// Ends of the density, modes and valleys in ascending order; a mode at every odd place.
    x: Vec<f64>,
    f: Vec<f64>,
}

/// Describe the modes. O(modes) evaluations.
pub fn describe(job: &Job, curve: &impl Curve, support: Support, turns: &Turns) -> Result<Vec<Mode>> {
    let profile = profile(job, curve, support, turns)?;
    job.map(turns.modes.len(), |mode| {
        let place = 2 * mode + 1;
        let height = profile.f[place];
        let left = base(&profile, place, -1);
        let right = base(&profile, place, 1);
        let prominence = height - left.max(right);
        let level = height - 0.5 * prominence;
        let from = crossing(curve, &profile, place, -1, level);
        let to = crossing(curve, &profile, place, 1, level);
        let share = curve.cumulative(profile.x[place + 1]) - curve.cumulative(profile.x[place - 1]);
        Ok(Mode { position: profile.x[place], height, prominence, width: to - from, share })
    })
}

fn profile(job: &Job, curve: &impl Curve, support: Support, turns: &Turns) -> Result<Profile> {
    let (low, high) = curve.range();
    let start = if support.low.is_finite() { support.low } else { low - curve.reach() };
    let end = if support.high.is_finite() { support.high } else { high + curve.reach() };
    let mut x = vec![start];
    for (mode, position) in turns.modes.iter().enumerate() {
        x.push(*position);
        x.push(turns.valleys.get(mode).copied().unwrap_or(end));
    }
    let f = job.map(x.len(), |place| Ok(curve.density(x[place])))?;
    Ok(Profile { x, f })
}

/// The lowest density on the way to a higher peak, or to the end.
fn base(profile: &Profile, mode: usize, direction: isize) -> f64 {
    let mut lowest = profile.f[mode];
    let mut place = mode.checked_add_signed(direction);
    while let Some(&f) = place.and_then(|place| profile.f.get(place)) {
        if f > profile.f[mode] {
            break;
        }
        lowest = lowest.min(f);
        place = place.and_then(|place| place.checked_add_signed(direction));
    }
    lowest
}

/// Where the density first falls to `level` on one side of a mode.
fn crossing(curve: &impl Curve, profile: &Profile, mode: usize, direction: isize, level: f64) -> f64 {
    let mut inner = mode;
    loop {
        let Some(outer) = inner.checked_add_signed(direction).filter(|&place| place < profile.x.len()) else {
            return profile.x[inner];
        };
        if profile.f[outer] < level {
            let (mut inside, mut outside) =
                ((profile.x[inner], profile.f[inner]), (profile.x[outer], profile.f[outer]));
            // The end can be far off: steps that double come near first.
            let sign = (outside.0 - inside.0).signum();
            let mut step = FIRST_STEP * curve.bandwidth();
            while step < (outside.0 - inside.0).abs() {
                let x = inside.0 + sign * step;
                let f = curve.density(x);
                if f < level {
                    outside = (x, f);
                    break;
                }
                inside = (x, f);
                step *= 2.0;
            }
            return level_between(curve, inside, outside, level);
        }
        inner = outer;
    }
}

/// Where a density that is monotone between two points has that level: false position with halved weights (Illinois).
fn level_between(curve: &impl Curve, inside: (f64, f64), outside: (f64, f64), level: f64) -> f64 {
    let (mut a, mut above) = (inside.0, inside.1 - level);
    let (mut b, mut below) = (outside.0, outside.1 - level);
    let close = 1e-8 * curve.bandwidth();
    let mut last = 0_i8;
    for round in 0..200 {
        if (b - a).abs() <= close || above <= 0.0 {
            break;
        }
        // Every third step halves, so that a long flat stretch does not hold the search up.
        let x = if round % 3 == 2 { 0.5 * (a + b) } else { a + (b - a) * (above / (above - below)) };
        let distance = curve.density(x) - level;
        if distance.abs() <= 1e-10 * level {
            return x;
        }
        if distance > 0.0 {
            (a, above) = (x, distance);
            below *= if last == 1 { 0.5 } else { 1.0 };
            last = 1;
        } else {
            (b, below) = (x, distance);
            above *= if last == -1 { 0.5 } else { 1.0 };
            last = -1;
        }
    }
    0.5 * (a + b)
}
