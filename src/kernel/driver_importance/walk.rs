//! By how much the out-of-bag error of one tree rises when a factor is permuted.

use crate::kernel::forest::ranks::Place;
use crate::kernel::forest::{DONORS, Parameters, Ranks, Tree};

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
    /// The permuted places of the out-of-bag rows, row after row.
    permuted: Vec<P>,
    order: Vec<P>,
    /// For each factor and place how many out-of-bag rows stand before it, for exact expectations.
    before: Vec<u32>,
    n_rows: usize,
}

impl<P: Place> Donors<P> {
    pub fn none() -> Self {
        Self { permuted: Vec::new(), order: Vec::new(), before: Vec::new(), n_rows: 0 }
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
        self.permuted.resize(outside.len() * p, P::default());
        for feature in 0..p {
            self.order.clear();
            self.order.extend(outside.iter().map(|&row| places[row as usize * p + feature]));
            for last in (1..self.order.len()).rev() {
                self.order.swap(last, stream.below(last + 1));
            }
            for (row, &place) in self.order.iter().enumerate() {
                self.permuted[row * p + feature] = place;
            }
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
        }
    }

    /// Make a tree ready for walks by places.
    pub fn load(&mut self, ranks: &Ranks<'_>, tree: &Tree) {
        self.steps.clear();
        self.steps.extend(tree.nodes.iter().map(|node| {
            let place =
                if node.left == 0 { 0 } else { ranks.last_left(node.feature as usize, node.threshold) };
            Step { feature: node.feature, last: P::of(place as usize), left: node.left }
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
    /// it walks alone. Factors that never part have no rise.
    pub fn measure(&mut self, places: &[P], outside: &[u32], donors: &Donors<P>, response: &[f64]) {
        let p = self.rise.len();
        for (position, &row) in outside.iter().enumerate() {
            let own = &places[row as usize * p..][..p];
            let other = &donors.permuted[position * p..][..p];
            let prediction = self.follow(own);
            self.prediction.push(prediction);
            let actual = response[row as usize];
            let error = actual - prediction;
            for &node in &self.path {
                let step = self.steps[node as usize];
                let feature = step.feature as usize;
                let (goes_right, went_right) = (other[feature] > step.last, own[feature] > step.last);
                if goes_right == went_right || self.seen[feature] == position as u32 {
                    continue;
                }
                self.seen[feature] = position as u32;
                let start = step.left as usize + usize::from(goes_right);
                let moved = actual - self.leaf(start, own, step.feature, other[feature]);
                self.rise[feature] += moved * moved - error * error;
            }
        }
    }

    /// The value of the leaf that a row reaches from `node` with another place for one factor.
    #[inline]
    fn leaf(&self, mut node: usize, row: &[P], feature: u32, place: P) -> f64 {
        loop {
            let step = self.steps[node];
            if step.left == 0 {
                return self.value[node];
            }
            let at = if step.feature == feature { place } else { row[step.feature as usize] };
            node = step.left as usize + usize::from(at > step.last);
        }
    }
}
