//! From sums of differences to the printed statistics, and where each one stands in a flat vector.

use super::differences::Differences;
use crate::kernel::stats::ratio_or_zero;

/// The statistics of a whole period, in the order of their columns.
pub const OVERALL: [&str; 7] =
    ["gini", "within", "between", "transvariation", "share_within", "share_between", "share_transvariation"];

/// Partial sums of pairs that are taken side by side.
const LANES: usize = 4;

/// Positions of the statistics of one period with k groups: the overall ones, k group Ginis, then for each pair of
/// groups a < b its Gini, then for each pair its relative distance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    n_groups: usize,
}

impl Layout {
    pub fn new(n_groups: usize) -> Self {
        Self { n_groups }
    }

    pub fn n_statistics(&self) -> usize {
        OVERALL.len() + self.n_groups + 2 * self.n_pairs()
    }

    fn n_pairs(&self) -> usize {
        self.n_groups * (self.n_groups - 1) / 2
    }

    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let n_groups = self.n_groups;
        (0..n_groups).flat_map(move |a| (a + 1..n_groups).map(move |b| (a, b)))
    }

    pub fn group_gini(&self, group: usize) -> usize {
        OVERALL.len() + group
    }

    /// The pair may be named in either order.
    pub fn pair_gini(&self, a: usize, b: usize) -> usize {
        let (a, b) = (a.min(b), a.max(b));
        OVERALL.len() + self.n_groups + a * (2 * self.n_groups - a - 1) / 2 + (b - a - 1)
    }

    pub fn pair_distance(&self, a: usize, b: usize) -> usize {
        self.pair_gini(a, b) + self.n_pairs()
    }

    /// Every statistic of one set of differences. O(k²).
    pub fn statistics(&self, differences: &Differences) -> Vec<f64> {
        let mut values = vec![0.0; self.n_statistics()];
        let parts = Parts::of(differences);
        let scale = differences.total_weight() * differences.total_sum();
        values[..OVERALL.len()].copy_from_slice(&parts.overall(scale));
        for group in 0..self.n_groups {
            let scale = differences.weight[group] * differences.group_sum(group);
            values[self.group_gini(group)] = ratio_or_zero(differences.above(group, group), scale);
        }
        for (a, b) in self.pairs() {
            let pair = Pair { a_above: differences.above(a, b), b_above: differences.above(b, a) };
            let scale = differences.weight[a] * differences.group_sum(b)
                + differences.weight[b] * differences.group_sum(a);
            values[self.pair_gini(a, b)] = ratio_or_zero(pair.total(), scale);
            values[self.pair_distance(a, b)] = ratio_or_zero(pair.net(), pair.total());
        }
        values
    }
}

/// The two sums of differences of a pair of groups.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub a_above: f64,
    pub b_above: f64,
}

impl Pair {
    /// All differences, d + p.
    pub fn total(self) -> f64 {
        self.a_above + self.b_above
    }

    /// Differences net of those against the order of the means, d − p.
    pub fn net(self) -> f64 {
        (self.a_above - self.b_above).abs()
    }

    /// Differences due to overlap, 2p.
    pub fn overlap(self) -> f64 {
        2.0 * self.a_above.min(self.b_above)
    }
}

/// Numerators of the three components.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts {
    pub within: f64,
    pub between: f64,
    pub transvariation: f64,
}

impl Parts {
    pub fn of(differences: &Differences) -> Self {
        Self::over(differences, |_| true)
    }

    /// The numerators over the groups other than `group`, given those over `all` groups.
    ///
    /// They are subtracted, O(k), unless less than the fraction `left` remains: then summed anew, O(k²). A group can
    /// dominate the pairs only if one other does no less, so that this happens for three groups at most.
    pub fn without(group: usize, differences: &Differences, all: Self, left: f64) -> Self {
        let mut own = Self { within: differences.above(group, group), ..Self::default() };
        for other in (0..differences.n_groups).filter(|&other| other != group) {
            own.add_pair(differences, group, other);
        }
        let rest = Self {
            within: all.within - own.within,
            between: all.between - own.between,
            transvariation: all.transvariation - own.transvariation,
        };
        let is_enough = rest.within >= left * all.within
            && rest.between >= left * all.between
            && rest.transvariation >= left * all.transvariation;
        if is_enough { rest } else { Self::over(differences, |other| other != group) }
    }

    fn over(differences: &Differences, counts: impl Fn(usize) -> bool) -> Self {
        let mut parts = Self::default();
        for a in (0..differences.n_groups).filter(|&a| counts(a)) {
            parts.within += differences.above(a, a);
            for b in (a + 1..differences.n_groups).filter(|&b| counts(b)) {
                parts.add_pair(differences, a, b);
            }
        }
        parts
    }

    fn add_pair(&mut self, differences: &Differences, a: usize, b: usize) {
        let pair = Pair { a_above: differences.above(a, b), b_above: differences.above(b, a) };
        self.between += pair.net();
        self.transvariation += pair.overlap();
    }

    /// Add the pairs of one group with every other, given their sums in columns.
    #[inline(always)]
    pub fn add_pairs(&mut self, a_above: &[f64], b_above: &[f64]) {
        // Sums in four lanes wait for each other four times less.
        let (mut net, mut overlap) = ([0.0; LANES], [0.0; LANES]);
        let mut add = |lane: usize, a_above: f64, b_above: f64| {
            let pair = Pair { a_above, b_above };
            net[lane] += pair.net();
            overlap[lane] += pair.overlap();
        };
        let (a_chunks, b_chunks) = (a_above.chunks_exact(LANES), b_above.chunks_exact(LANES));
        for (lane, (&a, &b)) in a_chunks.remainder().iter().zip(b_chunks.remainder()).enumerate() {
            add(lane, a, b);
        }
        for (a, b) in a_chunks.zip(b_chunks) {
            (0..LANES).for_each(|lane| add(lane, a[lane], b[lane]));
        }
        self.between += net.iter().sum::<f64>();
        self.transvariation += overlap.iter().sum::<f64>();
    }

    /// The values of [`OVERALL`]; shares of a Gini of zero are NaN.
    pub fn overall(self, scale: f64) -> [f64; 7] {
        let total = self.within + self.between + self.transvariation;
        let level = |part| ratio_or_zero(part, scale);
        let share = |part| part / total;
        [
            level(total),
            level(self.within),
            level(self.between),
            level(self.transvariation),
            share(self.within),
            share(self.between),
            share(self.transvariation),
        ]
    }
}
