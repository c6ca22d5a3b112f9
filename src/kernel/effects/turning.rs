//! Turning points of a curve: where it changes from rising to falling or back, by more than small waves do.

/// One turning point: levels `first` to `last` of the curve are as high (or as low) as it gets there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    pub first: usize,
    pub last: usize,
    /// From rising to falling; otherwise from falling to rising.
    pub is_peak: bool,
    /// The smaller of the two changes beside it: from the turning point (or the end) before, and to the one after.
    pub size: f64,
    /// Where the extremes before and after it are.
    pub before: usize,
    pub after: usize,
}

impl Turn {
    /// The smaller of the two changes; negative where the levels turn the other way.
    fn change(&self, levels: &[f64]) -> f64 {
        let sides = [self.before, self.after].map(|side| levels[self.first] - levels[side]);
        let sign = if self.is_peak { 1.0 } else { -1.0 };
        (sign * sides[0]).min(sign * sides[1])
    }
}

/// Levels that differ by less than this share of the range are one.
const EQUAL: f64 = 1e-9;

/// A range smaller than this share of the largest level is rounding.
const FLAT: f64 = 1e-12;

/// The turning points of `levels` between which, and beside which, the curve changes by `prominence` of its range or more.
///
/// These are the extremes whose topological persistence is that large on both sides (Edelsbrunner, Letscher & Zomorodian
/// 2002; for curves, extremes left once smaller waves are taken out pair by pair). Peaks and troughs alternate. Highest
/// and lowest levels at the ends are none. Neither a shift nor a scale of the levels changes which there are. O(n).
pub fn turning_points(levels: &[f64], prominence: f64) -> Vec<Turn> {
    let (low, high) =
        levels.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &y| (low.min(y), high.max(y)));
    let (range, size) = (high - low, low.abs().max(high.abs()));
    // No levels have a range of minus infinity.
    if range.is_nan() || range <= FLAT * size {
        return Vec::new();
    }
    let extremes = alternating(levels, prominence * range);
    let turn = |each: usize| {
        let (at, is_peak) = extremes[each];
        let same = |place: &usize| (levels[*place] - levels[at]).abs() <= EQUAL * range;
        let first = (0..at).rev().take_while(same).last().unwrap_or(at);
        let last = (at + 1..levels.len()).take_while(same).last().unwrap_or(at);
        let (before, after) = (extremes[each - 1].0, extremes[each + 1].0);
        let turn = Turn { first, last, is_peak, size: 0.0, before, after };
        Turn { size: turn.change(levels), ..turn }
    };
    (1..extremes.len().saturating_sub(1)).map(turn).collect()
}

/// Positions of extremes, high and low in turn, between which the curve changes by `least` or more, with the lowest or
/// highest level before the first and after the last of them.
fn alternating(levels: &[f64], least: f64) -> Vec<(usize, bool)> {
    let mut extremes: Vec<(usize, bool)> = Vec::new();
    let (mut low, mut high) = (0, 0);
    for (place, &level) in levels.iter().enumerate() {
        if level < levels[low] {
            low = place;
        }
        if level > levels[high] {
            high = place;
        }
        let rising = extremes.last().map(|&(_, is_peak)| !is_peak);
        // A rise ends once the curve is `least` below its highest level since the rise began, a fall likewise.
        if rising != Some(false) && levels[high] - level >= least && high < place {
            extremes.push((high, true));
            low = place;
        } else if rising != Some(true) && level - levels[low] >= least && low < place {
            extremes.push((low, false));
            high = place;
        }
    }
    if let Some(&(_, is_peak)) = extremes.last() {
        extremes.push(if is_peak { (low, false) } else { (high, true) });
    }
    extremes
}
