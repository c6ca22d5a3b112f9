//! By how much the out-of-bag error of one tree rises when a factor is permuted.

#[cfg(target_arch = "x86_64")]
use super::sets::{self, Sets};
use crate::kernel::error::Result;
use crate::kernel::forest::ranks::Place;
use crate::kernel::forest::{DONORS, Parameters, Tree};
use crate::kernel::job::Job;

/// Rows sent on between two looks at whether the job was cancelled.
const ROWS: usize = 1 << 18;

/// A node as out-of-bag rows walk over it: rows at places up to `last` of `feature` go to `left`, others to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Step<P> {
    pub feature: u32,
    pub last: P,
    /// 0 at a leaf.
    pub left: u32,
}

/// Where the values of a factor come from when it is permuted.
#[derive(Debug, Clone)]
pub(super) struct Donors<P> {
    /// The places of the out-of-bag rows, row after row, and the same permuted; of few rows factor after factor.
    pub own: Vec<P>,
    pub permuted: Vec<P>,
    order: Vec<P>,
    /// For each factor and place how many out-of-bag rows stand before it, for exact expectations.
    before: Vec<u32>,
    n_rows: usize,
}

impl<P: Place> Donors<P> {
    pub fn none() -> Self {
        Self { own: Vec::new(), permuted: Vec::new(), order: Vec::new(), before: Vec::new(), n_rows: 0 }
    }

    /// Permute each factor among the out-of-bag rows of a tree; the same for every response.
    pub fn permute(
        &mut self,
        places: &[P],
        outside: &[u32],
        p: usize,
        parameters: &Parameters<'_>,
        tree: usize,
    ) {
        let mut stream = parameters.stream(tree, DONORS);
        let width = width_for::<P>(outside.len());
        let n_held = width.unwrap_or(outside.len());
        self.own.resize(n_held * p, P::default());
        self.permuted.resize(n_held * p, P::default());
        for feature in 0..p {
            let at = |row: usize| width.map_or(row * p + feature, |width| feature * width + row);
            self.order.clear();
            self.order.extend(outside.iter().map(|&row| places[row as usize * p + feature]));
            self.order.iter().enumerate().for_each(|(row, &place)| self.own[at(row)] = place);
            for last in (1..self.order.len()).rev() {
                self.order.swap(last, stream.below(last + 1));
            }
            self.order.iter().enumerate().for_each(|(row, &place)| self.permuted[at(row)] = place);
        }
    }

    /// Count the out-of-bag rows before each place.
    pub fn count(&mut self, places: &[P], outside: &[u32], n_rows: usize, p: usize) {
        self.n_rows = n_rows;
        let stride = n_rows + 1;
        self.before.clear();
        self.before.resize(stride * p, 0);
        for feature in 0..p {
            let before = &mut self.before[feature * stride..(feature + 1) * stride];
            outside.iter().for_each(|&row| before[places[row as usize * p + feature].index() + 1] = 1);
            let mut seen = 0;
            for count in before {
                seen += *count;
                *count = seen;
            }
        }
    }

    /// How many out-of-bag rows stand at places up to `last` of the factor.
    #[inline]
    pub fn up_to(&self, feature: u32, last: P) -> u32 {
        self.before[feature as usize * (self.n_rows + 1) + last.index() + 1]
    }
}

/// How many rows a set has bits for, if sets are sent on in place of rows.
fn width_for<P>(n_rows: usize) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    return sets::width_for::<P>(n_rows);
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = n_rows;
        None
    }
}

/// Memory of the walks through one tree, and what they found.
#[derive(Debug, Clone)]
pub(super) struct Walker<P> {
    pub steps: Vec<Step<P>>,
    pub value: Vec<f64>,
    /// The nodes that one row passes, the leaf excepted.
    pub path: Vec<u32>,
    /// The row for which a factor was last permuted.
    pub seen: Vec<u32>,
    /// Rise of the sum of squared errors, per factor.
    pub rise: Vec<f64>,
    /// Prediction for each out-of-bag row.
    pub prediction: Vec<f64>,
    /// Positions of the rows on their own way, node by node.
    inside: Vec<u32>,
    buffer: Vec<u32>,
    /// Per row and factor whether the permuted row has left.
    has_left: Vec<bool>,
    strays: Vec<Stray>,
    tasks: Vec<Task>,
    /// Strays at their leaves.
    ended: Vec<(Stray, f64)>,
    #[cfg(target_arch = "x86_64")]
    pub sets: Sets,
}

impl<P: Place> Walker<P> {
    pub fn new(n_features: usize) -> Self {
        Self {
            steps: Vec::new(),
            value: Vec::new(),
            path: Vec::new(),
            seen: vec![u32::MAX; n_features],
            rise: vec![0.0; n_features],
            prediction: Vec::new(),
            inside: Vec::new(),
            buffer: Vec::new(),
            has_left: Vec::new(),
            strays: Vec::new(),
            tasks: Vec::new(),
            ended: Vec::new(),
            #[cfg(target_arch = "x86_64")]
            sets: Sets::default(),
        }
    }

    /// Make a tree ready for walks by places.
    pub fn load(&mut self, tree: &Tree) {
        self.steps.clear();
        self.steps.extend(tree.nodes.iter().map(|node| {
            let last = P::of(node.last as usize);
            Step { feature: node.feature, last, left: node.left }
        }));
        self.value.clear();
        self.value.extend(tree.nodes.iter().map(|node| node.value));
        self.seen.fill(u32::MAX);
        self.rise.fill(0.0);
        self.prediction.clear();
    }

    /// Walk to the leaf of a row and write down the way.
    #[inline]
    pub fn follow(&mut self, row: &[P]) -> f64 {
        self.path.clear();
        let mut node = 0;
        loop {
            let step = self.steps[node];
            if step.left == 0 {
                return self.value[node];
            }
            self.path.push(node as u32);
            node = step.left as usize + usize::from(row[step.feature as usize] > step.last);
        }
    }

    /// Rises under one permutation of each factor.
    ///
    /// A permuted row leaves the way of the row itself at the first split on the factor that parts the two; from there
    /// it goes on as a stray. Factors that never part have no rise. All rows of a node are sent on together: none
    /// waits for the step of another. O(rows and strays · depth).
    ///
    /// # Errors
    /// `Cancelled`.
    pub fn measure(
        &mut self,
        job: &Job,
        outside: &[u32],
        donors: &Donors<P>,
        response: &[f64],
    ) -> Result<()> {
        let n_rows = outside.len();
        #[cfg(target_arch = "x86_64")]
        if width_for::<P>(n_rows).is_some() {
            return self.measure_sets(job, outside, donors, response);
        }
        self.inside.clear();
        self.inside.extend(0..n_rows as u32);
        self.buffer.resize(n_rows, 0);
        self.prediction.resize(n_rows, 0.0);
        self.has_left.clear();
        self.has_left.resize(donors.own.len(), false);
        self.ended.clear();
        self.tasks.push(Task { node: 0, inside: (0, n_rows), strays: (0, 0), height: 0 });
        let mut sent = ROWS;
        while let Some(task) = self.tasks.pop() {
            if sent >= ROWS {
                job.check()?;
                sent = 0;
            }
            sent += task.inside.1 - task.inside.0 + task.strays.1 - task.strays.0;
            let step = self.steps[task.node];
            if step.left == 0 {
                let value = self.value[task.node];
                for &position in &self.inside[task.inside.0..task.inside.1] {
                    self.prediction[position as usize] = value;
                }
                let strays = &self.strays[task.strays.0..task.strays.1];
                self.ended.extend(strays.iter().map(|&stray| (stray, value)));
            } else {
                self.split(&task, step, donors);
            }
        }
        for &(Stray { position, feature }, value) in &self.ended {
            let actual = response[outside[position as usize] as usize];
            let (moved, error) = (actual - value, actual - self.prediction[position as usize]);
            self.rise[feature as usize] += moved * moved - error * error;
        }
        Ok(())
    }

    /// Send the rows and strays of a node to its children. Nothing here branches on a place.
    fn split(&mut self, task: &Task, step: Step<P>, donors: &Donors<P>) {
        let (p, feature) = (self.rise.len(), step.feature as usize);
        let n_rows = task.inside.1 - task.inside.0;
        let room = task.strays.1 - task.strays.0 + n_rows;
        let top = task.height + room;
        if self.strays.len() < top {
            self.strays.resize(top, Stray::default());
        }
        let (above, below) = self.strays.split_at_mut(task.height);
        let mut sides = Sides { strays: &mut below[..room], low: 0, high: room };
        for &stray in &above[task.strays.0..task.strays.1] {
            let at = stray.position as usize * p + feature;
            let is_permuted = stray.feature == step.feature;
            let place = if is_permuted { donors.permuted[at] } else { donors.own[at] };
            sides.send(stray, place <= step.last, place > step.last);
        }
        let inside = &mut self.inside[task.inside.0..task.inside.1];
        let (mut n_left, mut n_right) = (0, 0);
        for index in 0..n_rows {
            let position = inside[index];
            let at = position as usize * p + feature;
            let (goes_right, other_right) = (donors.own[at] > step.last, donors.permuted[at] > step.last);
            let leaves = (goes_right != other_right) & !self.has_left[at];
            self.has_left[at] |= leaves;
            sides.send(Stray { position, feature: step.feature }, leaves & goes_right, leaves & other_right);
            inside[n_left] = position;
            self.buffer[n_right] = position;
            n_left += usize::from(!goes_right);
            n_right += usize::from(goes_right);
        }
        inside[n_left..].copy_from_slice(&self.buffer[..n_right]);
        let (low, high) = (task.height + sides.low, task.height + sides.high);
        let (middle, left) = (task.inside.0 + n_left, step.left as usize);
        // The last is visited first.
        for (node, inside, strays) in [
            (left + 1, (middle, task.inside.1), (high, top)),
            (left, (task.inside.0, middle), (task.height, low)),
        ] {
            if inside.0 < inside.1 || strays.0 < strays.1 {
                self.tasks.push(Task { node, inside, strays, height: top });
            }
        }
    }
}

/// An out-of-bag row, by its position among them, that has left its own way because one factor is permuted.
#[derive(Debug, Clone, Copy, Default)]
struct Stray {
    position: u32,
    feature: u32,
}

/// A node still to be visited, with its rows and strays; what lies at `height` of the strays and above is free.
#[derive(Debug, Clone, Copy)]
struct Task {
    node: usize,
    inside: (usize, usize),
    strays: (usize, usize),
    height: usize,
}

/// Strays told apart: those that go left from the bottom up, those that go right from the top down.
struct Sides<'a> {
    strays: &'a mut [Stray],
    low: usize,
    high: usize,
}

impl Sides<'_> {
    /// Written to both ends, of which one is then moved at most: there is no branch to be foretold.
    #[inline(always)]
    fn send(&mut self, stray: Stray, goes_left: bool, goes_right: bool) {
        self.strays[self.low] = stray;
        self.strays[self.high - 1] = stray;
        self.low += usize::from(goes_left);
        self.high -= usize::from(goes_right);
    }
}
