//! A k-d tree whose shape depends on the number of points alone.
//!
//! Bentley, J. L. (1975). Multidimensional binary search trees used for associative searching. Communications of the
//! ACM 18, 509–517.

use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Most points that a leaf holds.
const LEAF: usize = 12;

/// Stretches of points shorter than this are split on one thread.
const PARALLEL: usize = 1 << 14;

/// A place and the unit that stands there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point<const D: usize> {
    pub at: [f64; D],
    pub unit: u32,
}

/// The smallest box around the points of a node, and the first of their units.
#[derive(Debug, Clone, Copy)]
struct Bounds<const D: usize> {
    low: [f64; D],
    high: [f64; D],
    first: u32,
}

/// Points in the order of the leaves. Node i has the children 2i and 2i + 1, each with one half of its points.
#[derive(Debug)]
pub(super) struct Tree<const D: usize> {
    points: Vec<Point<D>>,
    nodes: Vec<Bounds<D>>,
    depth: u32,
}

/// A stretch of points below a node.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    node: usize,
    level: u32,
    start: usize,
    end: usize,
}

impl Stretch {
    fn halves(self) -> (Self, Self) {
        let middle = self.start + (self.end - self.start) / 2;
        let (node, level) = (2 * self.node, self.level + 1);
        (
            Self { node, level, start: self.start, end: middle },
            Self { node: node + 1, level, start: middle, end: self.end },
        )
    }
}

/// The `k` nearest so far, nearest first; of equally near ones the first units.
#[derive(Debug, Default)]
pub(super) struct Nearest {
    k: usize,
    /// Squared distance and unit.
    pub found: Vec<(f64, u32)>,
}

impl Nearest {
    pub fn new(k: usize) -> Self {
        Self { k, found: Vec::with_capacity(k + 1) }
    }

    /// Whether nothing at `square` or beyond, from unit `first` on, can be among the nearest.
    fn excludes(&self, square: f64, first: u32) -> bool {
        self.found.len() == self.k && self.found.last().is_some_and(|&worst| (square, first) > worst)
    }

    fn take(&mut self, square: f64, unit: u32) {
        if self.excludes(square, unit) {
            return;
        }
        let place = self.found.partition_point(|&each| each < (square, unit));
        self.found.insert(place, (square, unit));
        self.found.truncate(self.k);
    }
}

impl<const D: usize> Tree<D> {
    /// O(n log n).
    ///
    /// # Errors
    /// `Cancelled`.
    pub fn new(job: &Job, mut points: Vec<Point<D>>) -> Result<Self> {
        let mut depth = 0;
        while points.len().div_ceil(1 << depth) > LEAF {
            depth += 1;
        }
        split(job, &mut points, depth)?;
        let nothing = Bounds { low: [f64::INFINITY; D], high: [f64::NEG_INFINITY; D], first: u32::MAX };
        let mut tree = Self { nodes: vec![nothing; 2 << depth], points, depth };
        tree.measure(tree.root());
        Ok(tree)
    }

    /// The points in the order of the leaves, in which neighbours are close together.
    pub fn points(&self) -> &[Point<D>] {
        &self.points
    }

    fn root(&self) -> Stretch {
        Stretch { node: 1, level: 0, start: 0, end: self.points.len() }
    }

    fn measure(&mut self, stretch: Stretch) -> Bounds<D> {
        let bounds = if stretch.level == self.depth {
            bounds(&self.points[stretch.start..stretch.end])
        } else {
            let (left, right) = stretch.halves();
            let (mut one, two) = (self.measure(left), self.measure(right));
            for axis in 0..D {
                one.low[axis] = one.low[axis].min(two.low[axis]);
                one.high[axis] = one.high[axis].max(two.high[axis]);
            }
            one.first = one.first.min(two.first);
            one
        };
        self.nodes[stretch.node] = bounds;
        bounds
    }

    /// The squared distance of a place from the box of a node: no point below is nearer, in rounded numbers too, since
    /// subtraction, square and sum are each monotone.
    fn reach(&self, node: usize, at: &[f64; D]) -> f64 {
        let bounds = &self.nodes[node];
        (0..D)
            .map(|axis| (bounds.low[axis] - at[axis]).max(at[axis] - bounds.high[axis]).max(0.0).powi(2))
            .sum()
    }

    /// The units nearest to `from`, without its own. O(log n + k) as a rule.
    pub fn nearest(&self, from: &Point<D>, nearest: &mut Nearest) {
        nearest.found.clear();
        self.search(self.root(), from, nearest);
    }

    fn search(&self, stretch: Stretch, from: &Point<D>, nearest: &mut Nearest) {
        if stretch.level == self.depth {
            for point in
                self.points[stretch.start..stretch.end].iter().filter(|point| point.unit != from.unit)
            {
                nearest.take(square(&point.at, &from.at), point.unit);
            }
            return;
        }
        let (left, right) = stretch.halves();
        let key = |half: &Stretch| (self.reach(half.node, &from.at), self.nodes[half.node].first);
        let (one, two) = (key(&left), key(&right));
        let order = if one <= two { [(left, one), (right, two)] } else { [(right, two), (left, one)] };
        for (half, (square, first)) in order {
            if !nearest.excludes(square, first) {
                self.search(half, from, nearest);
            }
        }
    }

    /// Hand every unit other than that of `from` whose squared distance is at most `limit` to `take`, with its place.
    pub fn within(&self, from: &Point<D>, limit: f64, take: &mut impl FnMut(&Point<D>)) {
        self.collect(self.root(), from, limit, take);
    }

    fn collect(&self, stretch: Stretch, from: &Point<D>, limit: f64, take: &mut impl FnMut(&Point<D>)) {
        if self.reach(stretch.node, &from.at) > limit {
            return;
        }
        if stretch.level == self.depth {
            let points = self.points[stretch.start..stretch.end].iter();
            points
                .filter(|point| point.unit != from.unit && square(&point.at, &from.at) <= limit)
                .for_each(take);
            return;
        }
        let (left, right) = stretch.halves();
        self.collect(left, from, limit, take);
        self.collect(right, from, limit, take);
    }
}

/// The squared distance between two places.
pub(super) fn square<const D: usize>(one: &[f64; D], two: &[f64; D]) -> f64 {
    one.iter().zip(two).map(|(a, b)| (a - b).powi(2)).sum()
}

fn bounds<const D: usize>(points: &[Point<D>]) -> Bounds<D> {
    let mut bounds = Bounds { low: [f64::INFINITY; D], high: [f64::NEG_INFINITY; D], first: u32::MAX };
    for point in points {
        for axis in 0..D {
            bounds.low[axis] = bounds.low[axis].min(point.at[axis]);
            bounds.high[axis] = bounds.high[axis].max(point.at[axis]);
        }
        bounds.first = bounds.first.min(point.unit);
    }
    bounds
}

/// Halve the points `levels` times, each time across their widest side; points of one place go by their units.
fn split<const D: usize>(job: &Job, points: &mut [Point<D>], levels: u32) -> Result<()> {
    if levels == 0 {
        return Ok(());
    }
    job.check()?;
    let around = bounds(points);
    let width = |axis: usize| around.high[axis] - around.low[axis];
    let axis = (1..D).fold(0, |widest, axis| if width(axis) > width(widest) { axis } else { widest });
    let middle = points.len() / 2;
    points.select_nth_unstable_by(middle, |a, b| a.at[axis].total_cmp(&b.at[axis]).then(a.unit.cmp(&b.unit)));
    let (left, right) = points.split_at_mut(middle);
    if left.len() < PARALLEL {
        split(job, left, levels - 1)?;
        return split(job, right, levels - 1);
    }
    let (left, right) = job.join(|| split(job, left, levels - 1), || split(job, right, levels - 1));
    left.and(right)
}
