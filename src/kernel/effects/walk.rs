//! Rows on their way down a tree, each with the one factor whose tests it fails.
//!
//! n · PD_j(x) = Σ over leaves of value · #{rows that meet every test on the way to the leaf but those on j}, over the
//! leaves whose tests on j are met by x. A row counts for a leaf only if it fails the tests of one factor at most, so
//! rows are sent down each tree once for all factors. A leaf adds its value to a range of steps of every factor tested
//! on its way: to an array of differences.

use crate::kernel::error::Result;
use crate::kernel::forest::TreeView;
use crate::kernel::job::Job;

/// Rows that are sent down a tree together: their numbers stay in the nearer memory.
const CHUNK: usize = 1 << 16;

/// A factor that was asked for: its differences begin at `start`, its steps end with number `last`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub start: usize,
    pub last: u32,
}

/// Positions from the first to before the second.
type Range = (usize, usize);

/// A factor that was asked for and is tested on the way to a node, and the steps that meet these tests.
#[derive(Debug, Clone, Copy)]
struct Held {
    factor: u32,
    low: u32,
    high: u32,
}

/// Rows that fail the tests on one factor, that of `Held` number `slot`, and meet all others.
#[derive(Debug, Clone, Copy)]
struct Span {
    slot: usize,
    rows: Range,
}

/// A node still to be visited: what it refers to lies below the heights of the three stacks.
#[derive(Debug, Clone, Copy)]
struct Task {
    node: usize,
    /// Rows that meet all tests.
    inside: Range,
    held: Range,
    /// In the order of their slots.
    spans: Range,
    heights: (usize, usize, usize),
}

/// Rows on their way down one tree after another, and the sums that their leaves add to.
pub(super) struct Walk<'a> {
    places: &'a [Vec<u32>],
    weights: Option<&'a [f64]>,
    asked: &'a [Option<Asked>],
    centre: f64,
    sums: &'a mut [f64],
    total: f64,
    /// A stack of row numbers; `n_rows` of them are in use.
    rows: Vec<u32>,
    n_rows: usize,
    held: Vec<Held>,
    spans: Vec<Span>,
    aside: Vec<Span>,
    tasks: Vec<Task>,
    /// Rows that reach a leaf but for the tests on one factor, per slot, for a leaf and the one beside it.
    failing: [Vec<f64>; 2],
}

impl<'a> Walk<'a> {
    pub fn new(
        places: &'a [Vec<u32>],
        weights: Option<&'a [f64]>,
        asked: &'a [Option<Asked>],
        centre: f64,
        sums: &'a mut [f64],
    ) -> Self {
        Self {
            places,
            weights,
            asked,
            centre,
            sums,
            total: 0.0,
            rows: Vec::new(),
            n_rows: 0,
            held: Vec::new(),
            spans: Vec::new(),
            aside: Vec::new(),
            tasks: Vec::new(),
            failing: [Vec::new(), Vec::new()],
        }
    }

    /// Sum over leaves of value times rows, which is what every factor begins with.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// Send all rows down one tree. O(rows · depth²) at most.
    pub fn tree(&mut self, job: &Job, tree: &TreeView<'_>, cuts: &[u32], n_rows: usize) -> Result<()> {
        for first in (0..n_rows).step_by(CHUNK) {
            let rows = first..n_rows.min(first + CHUNK);
            let inside = (0, rows.len());
            self.rows.clear();
            self.rows.extend(rows.map(|row| row as u32));
            self.tasks.push(Task { node: 0, inside, held: (0, 0), spans: (0, 0), heights: (inside.1, 0, 0) });
            let mut moved = CHUNK;
            while let Some(task) = self.tasks.pop() {
                if moved >= CHUNK {
                    job.check()?;
                    moved = 0;
                }
                (self.n_rows, _, _) = task.heights;
                self.held.truncate(task.heights.1);
                self.spans.truncate(task.heights.2);
                if tree.left[task.node] == 0 {
                    self.leaf(&task, tree.value[task.node] - self.centre);
                    continue;
                }
                let (left, cut) = (tree.left[task.node] as usize, cuts[task.node]);
                let has_two_leaves = tree.left[left] == 0 && tree.left[left + 1] == 0;
                moved += if has_two_leaves {
                    self.two_leaves(&task, tree, cut)
                } else {
                    self.split(&task, tree, cut)
                };
            }
        }
        Ok(())
    }

    fn mass(&self, rows: Range) -> f64 {
        match self.weights {
            None => (rows.1 - rows.0) as f64,
            Some(weights) => self.rows[rows.0..rows.1].iter().map(|&row| weights[row as usize]).sum(),
        }
    }

    fn leaf(&mut self, task: &Task, value: f64) {
        let inside = self.mass(task.inside);
        self.failing[0].clear();
        self.failing[0].resize(task.held.1 - task.held.0, 0.0);
        for place in task.spans.0..task.spans.1 {
            let span = self.spans[place];
            self.failing[0][span.slot] += self.mass(span.rows);
        }
        self.add(task.held, inside, 0, value);
    }

    /// Add a leaf that rows of mass `inside` reach, and per slot those of `failing[side]` but for one factor.
    fn add(&mut self, held: Range, inside: f64, side: usize, value: f64) {
        self.total += inside * value;
        for (held, failing) in self.held[held.0..held.1].iter().zip(&self.failing[side]) {
            let Some(asked) = self.asked[held.factor as usize] else { continue };
            // Every factor begins with the total over all leaves: what this leaf is part of there is taken away.
            self.sums[asked.start] -= inside * value;
            if held.low <= held.high {
                self.sums[asked.start + held.low as usize] += (inside + failing) * value;
                self.sums[asked.start + held.high as usize + 1] -= (inside + failing) * value;
            }
        }
    }

    /// Two leaves below one node: rows are counted, not moved. Returns how many were looked at.
    fn two_leaves(&mut self, task: &Task, tree: &TreeView<'_>, cut: u32) -> usize {
        let (factor, left) = (tree.feature[task.node], tree.left[task.node] as usize);
        let slot = self.slot(task.held, factor);
        let n_held = (task.held.1 - task.held.0).max(slot.map_or(0, |slot| slot + 1));
        for failing in &mut self.failing {
            failing.clear();
            failing.resize(n_held, 0.0);
        }
        let inside = self.halves_of_mass(task.inside, factor, cut);
        let mut n_seen = task.inside.1 - task.inside.0;
        for place in task.spans.0..task.spans.1 {
            let Span { slot: own, rows } = self.spans[place];
            n_seen += rows.1 - rows.0;
            let halves =
                if Some(own) == slot { [self.mass(rows); 2] } else { self.halves_of_mass(rows, factor, cut) };
            self.failing[0][own] += halves[0];
            self.failing[1][own] += halves[1];
        }
        if let Some(slot) = slot {
            self.failing[0][slot] += inside[1];
            self.failing[1][slot] += inside[0];
        }
        for (side, (low, high)) in [(0, cut), (cut + 1, u32::MAX)].into_iter().enumerate() {
            let held = self.hold(task.held, slot, factor, low, high);
            self.add(held, inside[side], side, tree.value[left + side] - self.centre);
        }
        n_seen
    }

    /// The mass of the rows that go left, and of those that go right.
    fn halves_of_mass(&self, rows: Range, factor: u32, cut: u32) -> [f64; 2] {
        let (column, rows) = (&self.places[factor as usize], &self.rows[rows.0..rows.1]);
        if let Some(weights) = self.weights {
            let mut halves = [0.0; 2];
            for &row in rows {
                halves[usize::from(column[row as usize] > cut)] += weights[row as usize];
            }
            return halves;
        }
        let n_left: usize = rows.iter().map(|&row| usize::from(column[row as usize] <= cut)).sum();
        [n_left as f64, (rows.len() - n_left) as f64]
    }

    /// Push the children that any row reaches. Returns how many rows were looked at.
    fn split(&mut self, task: &Task, tree: &TreeView<'_>, cut: u32) -> usize {
        let factor = tree.feature[task.node];
        let slot = self.slot(task.held, factor);
        let length = |rows: Range| rows.1 - rows.0;
        let moving = self.spans[task.spans.0..task.spans.1].iter().filter(|span| Some(span.slot) != slot);
        let n_moving = length(task.inside) + moving.map(|span| length(span.rows)).sum::<usize>();
        let end = self.n_rows + n_moving;
        if self.rows.len() < end {
            self.rows.resize(end, 0);
        }
        let (sources, target) = self.rows.split_at_mut(self.n_rows);
        let column = &self.places[factor as usize];
        let mut halves = Halves { sources, target, base: self.n_rows, column, cut, low: 0, high: n_moving };
        let inside = halves.split(task.inside);
        self.aside.clear();
        let spans = divide(&mut self.spans, &mut self.aside, task.spans, slot, inside, &mut halves);
        let held = [
            self.hold(task.held, slot, factor, 0, cut),
            self.hold(task.held, slot, factor, cut + 1, u32::MAX),
        ];
        let heights = (end, self.held.len(), self.spans.len());
        let left = tree.left[task.node] as usize;
        // The last is visited first.
        for side in [1, 0] {
            if length(inside[side]) + length(spans[side]) > 0 {
                let (node, inside, held, spans) = (left + side, inside[side], held[side], spans[side]);
                self.tasks.push(Task { node, inside, held, spans, heights });
            }
        }
        n_moving
    }

    /// Where `factor` is held on the way to a node, or will be; `None` if it was not asked for.
    fn slot(&self, held: Range, factor: u32) -> Option<usize> {
        self.asked[factor as usize]?;
        let path = &self.held[held.0..held.1];
        Some(path.iter().position(|each| each.factor == factor).unwrap_or(path.len()))
    }

    /// What a child holds: what its parent does, with `factor` narrowed to steps from `low` to `high`.
    fn hold(&mut self, parent: Range, slot: Option<usize>, factor: u32, low: u32, high: u32) -> Range {
        let start = self.held.len();
        self.held.extend_from_within(parent.0..parent.1);
        if let (Some(slot), Some(asked)) = (slot, self.asked[factor as usize]) {
            if slot == parent.1 - parent.0 {
                self.held.push(Held { factor, low: 0, high: asked.last });
            }
            let held = &mut self.held[start + slot];
            *held = Held { factor, low: held.low.max(low), high: held.high.min(high) };
        }
        (start, self.held.len())
    }
}

/// Rows being told apart by one test: those that meet it from the bottom of `target` up, the others from its top down.
struct Halves<'a> {
    sources: &'a [u32],
    target: &'a mut [u32],
    /// Where `target` begins in the stack.
    base: usize,
    column: &'a [u32],
    cut: u32,
    /// The next free place at the bottom, and one past that at the top.
    low: usize,
    high: usize,
}

impl Halves<'_> {
    /// The rows of a range that go left, and those that go right.
    fn split(&mut self, rows: Range) -> [Range; 2] {
        let (mut low, mut high) = (self.low, self.high);
        for &row in &self.sources[rows.0..rows.1] {
            // Written to both ends, of which one is then moved: there is no branch to be foretold.
            let goes_left = self.column[row as usize] <= self.cut;
            self.target[low] = row;
            self.target[high - 1] = row;
            low += usize::from(goes_left);
            high -= usize::from(!goes_left);
        }
        let halves = [(self.base + self.low, self.base + low), (self.base + high, self.base + self.high)];
        (self.low, self.high) = (low, high);
        halves
    }
}

/// The spans of both children. Rows that fail tests on the factor of `slot` go both ways; `inside` are those that met
/// them all so far, of which each child is failed by those that go to the other.
fn divide(
    spans: &mut Vec<Span>,
    aside: &mut Vec<Span>,
    own: Range,
    slot: Option<usize>,
    inside: [Range; 2],
    halves: &mut Halves<'_>,
) -> [Range; 2] {
    let start = spans.len();
    let keep = |spans: &mut Vec<Span>, slot: usize, rows: Range| {
        if rows.0 < rows.1 {
            spans.push(Span { slot, rows });
        }
    };
    let (mut next, mut is_new) = (own.0, slot.is_some());
    loop {
        let span = (next < own.1).then(|| spans[next]);
        if let (true, Some(slot)) = (is_new && span.is_none_or(|span| Some(span.slot) > slot), slot) {
            keep(spans, slot, inside[1]);
            keep(aside, slot, inside[0]);
            is_new = false;
        }
        let Some(span) = span else { break };
        next += 1;
        if Some(span.slot) == slot {
            spans.push(span);
            aside.push(span);
            continue;
        }
        let mut sides = halves.split(span.rows);
        while next < own.1 && spans[next].slot == span.slot {
            let more = halves.split(spans[next].rows);
            sides = [(sides[0].0, more[0].1), (more[1].0, sides[1].1)];
            next += 1;
        }
        keep(spans, span.slot, sides[0]);
        keep(aside, span.slot, sides[1]);
    }
    let middle = spans.len();
    spans.extend_from_slice(aside);
    [(start, middle), (middle, spans.len())]
}
