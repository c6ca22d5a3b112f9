//! Where a density turns from rising to falling: certain signs of its exact derivative, and the roots between them.
//!
//! Around a point c the derivative is f′(c + th)·h = Σ f⁽ᵏ⁺¹⁾hᵏ⁺¹ tᵏ/k!, a polynomial of degree nine up to an error that is
//! carried along. In the basis of Bernstein its coefficients bound it: without a change of sign among them it has no
//! root, with one it has one, else it is halved. Coefficients below the error have no sign, so that noise is no mode.

use super::curve::{Curve, Local, ORDERS, Support};
use super::lattice::Node;
use super::points::Points;
use super::shape::Kernel;
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Degree of the polynomial.
const DEGREE: usize = ORDERS - 2;

/// Length of the stretches on which a density is expanded, in bandwidths.
const STRETCH: f64 = 0.25;

/// Halvings after which a stretch is a point: 2⁻⁴⁰ of a bandwidth.
const DEEPEST: usize = 40;

/// Stretches in one step of work.
const STRETCHES: usize = 64;

type Coefficients = [f64; DEGREE + 1];

/// A place where the sign of the derivative is certain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    pub x: f64,
    pub rising: bool,
}

/// Local maxima in ascending order, and the lowest point between each two of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Turns {
    pub modes: Vec<f64>,
    pub valleys: Vec<f64>,
}

/// Finds slopes on stretches of the line.
#[derive(Debug)]
pub struct Finder {
    /// Coefficients in the basis of Bernstein on [−1, 1], one row for each power.
    basis: [Coefficients; DEGREE + 1],
}

impl Finder {
    /// The finder, with its change of basis.
    pub fn new() -> Self {
        let mut basis = [[0.0; DEGREE + 1]; DEGREE + 1];
        for (power, row) in basis.iter_mut().enumerate() {
            for (index, coefficient) in row.iter_mut().enumerate() {
                *coefficient = symmetric(power, index) / binomial(DEGREE, power);
            }
        }
        Self { basis }
    }

    /// Slopes of the density expanded in `local` around the middle of [start, end]; `bandwidth` is its h.
    pub fn slopes(&self, local: &Local, start: f64, end: f64, bandwidth: f64, found: &mut Vec<Slope>) {
        let half = 0.5 * (end - start) / bandwidth;
        let (mut coefficients, mut powers) = ([0.0; DEGREE + 1], [0.0; DEGREE + 1]);
        let mut factor = 1.0;
        for (power, row) in self.basis.iter().enumerate() {
            let term = local.derivatives[power + 1] * factor;
            powers[power] = term;
            coefficients.iter_mut().zip(row).for_each(|(sum, basis)| *sum += term * basis);
            factor *= half / (power + 1) as f64;
        }
        // The first term left out is about as large as half / (DEGREE + 1) times the last one taken.
        let last =
            local.derivatives[DEGREE + 1].abs() * factor * (DEGREE + 1) as f64 / half.max(f64::MIN_POSITIVE);
        // Neighbouring stretches meet at a double: what its rounding does to the derivative has no sign.
        let place = f64::EPSILON * start.abs().max(end.abs()) / bandwidth;
        let noise = local.noise + last * half + place * local.derivatives[2].abs();
        let stretch = Stretch { powers, noise, start, end };
        stretch.descend(&coefficients, (-1.0, 1.0), 0, found);
    }
}

/// The elementary symmetric polynomial of that degree of `plus` ones and DEGREE − `plus` minus ones.
fn symmetric(degree: usize, plus: usize) -> f64 {
    let minus = DEGREE - plus;
    (0..=degree)
        .filter(|&k| k <= minus && degree - k <= plus)
        .map(|k| if k % 2 == 0 { 1.0 } else { -1.0 } * binomial(minus, k) * binomial(plus, degree - k))
        .sum()
}

fn binomial(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64)
}

/// The derivative on one stretch, as a polynomial in t from −1 to 1.
struct Stretch {
    powers: Coefficients,
    noise: f64,
    start: f64,
    end: f64,
}

impl Stretch {
    /// Report the certain signs at both ends of a part, and every root between them, from the coefficients of Bernstein.
    fn descend(&self, coefficients: &Coefficients, part: (f64, f64), depth: usize, found: &mut Vec<Slope>) {
        let sign = |value: f64| (value.abs() > self.noise).then_some(value > 0.0);
        let mut signs = coefficients.iter().filter_map(|&value| sign(value));
        let Some(first) = signs.next() else {
            return;
        };
        let (changes, _) = signs.fold((0, first), |(n, before), now| (n + usize::from(now != before), now));
        let middle = 0.5 * (part.0 + part.1);
        let ends = (sign(coefficients[0]), sign(coefficients[DEGREE]));
        if changes == 0 {
            found.push(self.slope(if ends.0.is_some() { part.0 } else { middle }, first));
            found.push(self.slope(if ends.1.is_some() { part.1 } else { middle }, first));
        } else if let (1, (Some(rising), Some(_))) = (changes, ends) {
            let root = self.root(part, (coefficients[0], coefficients[DEGREE]));
            found.push(self.slope(part.0, rising));
            found.push(self.slope(root, rising));
            found.push(self.slope(root, !rising));
            found.push(self.slope(part.1, !rising));
        } else if depth < DEEPEST {
            let (left, right) = halve(coefficients);
            self.descend(&left, (part.0, middle), depth + 1, found);
            self.descend(&right, (middle, part.1), depth + 1, found);
        }
    }

    fn slope(&self, t: f64, rising: bool) -> Slope {
        let x = if t >= 1.0 { self.end } else { self.start + (self.end - self.start) * (0.5 * (t + 1.0)) };
        Slope { x, rising }
    }

    /// The one root of a part, given the values at its ends: false position with halved weights (Illinois), and every
    /// third step a bisection.
    fn root(&self, part: (f64, f64), values: (f64, f64)) -> f64 {
        const CLOSE: f64 = 1e-12;
        let ((mut low, mut high), (mut at_low, mut at_high)) = (part, values);
        let mut last = 0_i8;
        for round in 0..100 {
            if high - low <= CLOSE {
                break;
            }
            let is_third = round % 3 == 2;
            let x =
                if is_third { 0.5 * (low + high) } else { low + (high - low) * at_low / (at_low - at_high) };
            let at_x = self.powers.iter().rev().fold(0.0, |sum, power| sum * x + power);
            if at_x.abs() <= f64::MIN_POSITIVE {
                return x;
            }
            if (at_x > 0.0) == (at_low > 0.0) {
                (low, at_low) = (x, at_x);
                at_high *= if last == 1 { 0.5 } else { 1.0 };
                last = 1;
            } else {
                (high, at_high) = (x, at_x);
                at_low *= if last == -1 { 0.5 } else { 1.0 };
                last = -1;
            }
        }
        0.5 * (low + high)
    }
}

/// Both halves, by the algorithm of de Casteljau.
fn halve(coefficients: &Coefficients) -> (Coefficients, Coefficients) {
    let (mut left, mut right) = (*coefficients, *coefficients);
    for (level, edge) in left.iter_mut().enumerate().skip(1) {
        for index in 0..=DEGREE - level {
            right[index] = 0.5 * (right[index] + right[index + 1]);
        }
        *edge = right[0];
    }
    (left, right)
}

/// Slopes of a density that is evaluated directly, from the points `values` that it rests on.
pub fn of_points(
    job: &Job,
    curve: &impl Curve,
    kernel: Kernel,
    values: &[f64],
    support: Support,
) -> Result<Vec<Slope>> {
    let domain = domain(curve, support);
    if kernel == Kernel::Uniform {
        return Ok(jumps(curve, values, support, domain));
    }
    let stretches = if kernel == Kernel::Gaussian {
        around_points(values, curve.bandwidth(), domain)
    } else {
        between_breaks(curve, kernel, values, support, domain)
    };
    let finder = Finder::new();
    let parts = job.map(stretches.len().div_ceil(STRETCHES), |part| {
        let mut found = Vec::new();
        for &(start, end) in stretches.iter().skip(part * STRETCHES).take(STRETCHES) {
            let local = curve.local(0.5 * (start + end));
            finder.slopes(&local, start, end, curve.bandwidth(), &mut found);
        }
        Ok(found)
    })?;
    Ok(parts.concat())
}

/// Slopes of a smooth density in bins: each node speaks for the half of a `width` (in bandwidths) around it, and only
/// where that leaves doubt the density is expanded by `expand`.
pub fn of_nodes(
    job: &Job,
    nodes: &[Node],
    place: impl Fn(f64) -> f64 + Sync,
    width: f64,
    bandwidth: f64,
    expand: impl Fn(usize) -> Local + Sync,
) -> Result<Vec<Slope>> {
    let finder = Finder::new();
    let parts = job.map(nodes.len().div_ceil(STRETCHES), |part| {
        let mut found = Vec::new();
        for node in part * STRETCHES..nodes.len().min((part + 1) * STRETCHES) {
            if nodes[node].sides == [false, false] {
                continue;
            }
            let middle = node as f64;
            let start = if node == 0 { place(0.0) } else { place(middle - 0.5) };
            let end = if node + 1 == nodes.len() { place(middle) } else { place(middle + 0.5) };
            if let Some(rising) = certain(&nodes[node], width) {
                found.push(Slope { x: start, rising });
                found.push(Slope { x: end, rising });
            } else {
                let (left, right) = (place(middle - 0.5), place(middle + 0.5));
                let before = found.len();
                finder.slopes(&expand(node), left, right, bandwidth, &mut found);
                // At the ends of the grid half of the stretch lies outside.
                let mut position = 0;
                found.retain(|slope| {
                    position += 1;
                    position <= before || (slope.x >= start && slope.x <= end)
                });
            }
        }
        Ok(found)
    })?;
    Ok(parts.concat())
}

/// The sign of the derivative where it is the same within half a width of a node, for certain.
fn certain(node: &Node, width: f64) -> Option<bool> {
    // With all points on one side the density rises or falls.
    match node.sides {
        [false, true] => return Some(true),
        [true, false] => return Some(false),
        _ => {}
    }
    let [_, slope, curvature] = node.derivatives;
    let half = 0.5 * width;
    let slack = half * curvature.abs() + 0.5 * half * half * node.bounds[0] + node.errors[1];
    (slope.abs() > slack).then_some(slope > 0.0)
}

/// Slopes of a density known at nodes only: rises and falls of more than `threshold`. A plateau turns in its middle.
pub fn of_values(values: &[f64], place: impl Fn(f64) -> f64, threshold: f64) -> Vec<Slope> {
    let middle = |node: usize| {
        let is_level = |other: &usize| (values[*other] - values[node]).abs() <= threshold;
        let before = (0..node).rev().take_while(is_level).count();
        let after = (node + 1..values.len()).take_while(is_level).count();
        place(node as f64 + 0.5 * (after as f64 - before as f64))
    };
    let mut found = Vec::new();
    let (mut low, mut high, mut rising) = (0, 0, None);
    for (node, &value) in values.iter().enumerate() {
        if value > values[high] {
            high = node;
        }
        if value < values[low] {
            low = node;
        }
        if rising != Some(false) && values[high] - value > threshold {
            let x = middle(high);
            found.extend([Slope { x, rising: true }, Slope { x, rising: false }]);
            (rising, low) = (Some(false), node);
        } else if rising != Some(true) && value - values[low] > threshold {
            let x = middle(low);
            // Before the first rise nothing has fallen.
            if rising.is_some() {
                found.push(Slope { x, rising: false });
            }
            found.push(Slope { x, rising: true });
            (rising, high) = (Some(true), node);
        }
    }
    found
}

/// Where modes can be.
fn domain(curve: &impl Curve, support: Support) -> (f64, f64) {
    let (low, high) = curve.range();
    let start = if support.low.is_finite() { support.low } else { low - curve.reach() };
    (start, if support.high.is_finite() { support.high } else { high + curve.reach() })
}

/// Stretches within one bandwidth of a point: elsewhere a Gaussian density is convex, and has no mode.
fn around_points(values: &[f64], bandwidth: f64, domain: (f64, f64)) -> Vec<(f64, f64)> {
    let mut stretches = Vec::new();
    let mut next = 0;
    while next < values.len() {
        let start = (values[next] - bandwidth).max(domain.0);
        let mut end = values[next] + bandwidth;
        while next < values.len() && values[next] - bandwidth <= end {
            end = values[next] + bandwidth;
            next += 1;
        }
        let end = end.min(domain.1);
        let count = ((end - start) / (STRETCH * bandwidth)).ceil().max(1.0);
        let place = |k: f64| start + (end - start) * (k / count);
        stretches.extend((0..count as usize).map(|k| (place(k as f64), place((k + 1) as f64))));
    }
    stretches
}

/// Stretches between the places where the formula of the density changes.
fn between_breaks(
    curve: &impl Curve,
    kernel: Kernel,
    values: &[f64],
    support: Support,
    domain: (f64, f64),
) -> Vec<(f64, f64)> {
    let mut places: Vec<f64> =
        events(curve, kernel, values, support).into_iter().map(|(x, _, _)| x).collect();
    places.extend([domain.0, domain.1]);
    places.retain(|&x| x >= domain.0 && x <= domain.1);
    places.sort_unstable_by(f64::total_cmp);
    let longest = if kernel.is_polynomial() { f64::INFINITY } else { STRETCH * curve.bandwidth() };
    // Breaks that differ by rounding are one.
    let scale = domain.0.abs().max(domain.1.abs()).max(curve.bandwidth());
    let mut stretches = Vec::new();
    for pair in places.windows(2).filter(|pair| pair[1] - pair[0] > 8.0 * f64::EPSILON * scale) {
        // Between two breaks the density is zero everywhere or nowhere, and a gap can be as long as the range.
        let is_gap = pair[1] - pair[0] > longest && curve.density(0.5 * (pair[0] + pair[1])) <= 0.0;
        let count = if is_gap { 1.0 } else { ((pair[1] - pair[0]) / longest).ceil().max(1.0) };
        let place = |k: f64| pair[0] + (pair[1] - pair[0]) * (k / count);
        stretches.extend((0..count as usize).map(|k| (place(k as f64), place((k + 1) as f64))));
    }
    stretches
}

/// Where the kernel of a point or of an image of it changes its formula: (place, which break, point).
fn events(curve: &impl Curve, kernel: Kernel, values: &[f64], support: Support) -> Vec<(f64, usize, usize)> {
    let mut events = Vec::new();
    for (sign, shift) in support.images(curve.reach()) {
        for (which, offset) in kernel.breaks().into_iter().enumerate() {
            for (point, &value) in values.iter().enumerate() {
                events.push((sign * (value - shift) + offset * curve.bandwidth(), which, point));
            }
        }
    }
    events
}

/// Slopes of a density of steps: the midpoints between its breaks are compared.
fn jumps(curve: &impl Curve, values: &[f64], support: Support, domain: (f64, f64)) -> Vec<Slope> {
    let stretches = between_breaks(curve, Kernel::Uniform, values, support, domain);
    let mut found = Vec::new();
    let mut before = (domain.0, 0.0);
    for &(start, end) in &stretches {
        let level = curve.density(0.5 * (start + end));
        // A step is at least one point high; less is rounding.
        if (level - before.1).abs() > 1e-12 * (level + before.1) {
            found.push(Slope { x: start, rising: level > before.1 });
        }
        before = (end, level);
    }
    found
}

/// Modes and valleys from slopes in ascending order. Where a sign is missing between two others, `refine` finds the place.
pub fn turns(slopes: &[Slope], domain: (f64, f64), refine: impl Fn(f64, f64, bool) -> f64) -> Turns {
    let mut turns = Turns::default();
    let mut before = Slope { x: domain.0, rising: true };
    let end = Slope { x: domain.1, rising: false };
    for slope in slopes.iter().chain([&end]) {
        if slope.rising != before.rising {
            let place = if slope.x > before.x { refine(before.x, slope.x, before.rising) } else { slope.x };
            if before.rising {
                turns.modes.push(place);
            } else {
                turns.valleys.push(place);
            }
        }
        before = *slope;
    }
    turns
}

/// The domain of a density, and its modes and valleys from `slopes`.
pub fn of_slopes(curve: &impl Curve, support: Support, slopes: &[Slope], is_flat: bool) -> Turns {
    let domain = domain(curve, support);
    turns(slopes, domain, |start, end, rising| {
        let middle = 0.5 * (start + end);
        // The ends of the domain carry no sign of their own: a mode there is at the end itself.
        if is_flat || start <= domain.0 || end >= domain.1 {
            return if start <= domain.0 && !is_flat {
                domain.0
            } else if end >= domain.1 && !is_flat {
                domain.1
            } else {
                middle
            };
        }
        bisect(curve, start, end, rising)
    })
}

/// Where the derivative changes its sign between two places of opposite sign, or the middle of where it has none.
fn bisect(curve: &impl Curve, start: f64, end: f64, rising: bool) -> f64 {
    let (mut low, mut high) = (start, end);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let local = curve.local(middle);
        let slope = local.derivatives[1];
        if slope.abs() <= local.noise {
            return middle;
        }
        if (slope > 0.0) == rising {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Modes of a Gaussian density evaluated directly; used where only their number counts.
pub fn count_modes(job: &Job, points: &Points<'_>, values: &[f64]) -> Result<usize> {
    let slopes = of_points(job, points, Kernel::Gaussian, values, Support::LINE)?;
    Ok(alternations(&slopes))
}

/// How often rising is followed by falling, the density rising at first and falling at last.
pub fn alternations(slopes: &[Slope]) -> usize {
    let start = (0, true);
    let (n, rising) = slopes
        .iter()
        .fold(start, |(n, rising), slope| (n + usize::from(rising && !slope.rising), slope.rising));
    n + usize::from(rising)
}
