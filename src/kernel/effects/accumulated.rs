//! Accumulated local effects of first order (Apley & Zhu 2020, JRSS B 82, eq. 15–16).

use super::steps::Steps;
use super::{Rows, check_factors, over_trees};
use crate::kernel::error::Result;
use crate::kernel::forest::{ForestView, TreeView};
use crate::kernel::job::Job;

/// Rows whose steps stand in the nearest memory while one tree is read.
const CHUNK: usize = 256;

/// The effect of one factor at the edges of its intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Accumulated {
    pub edges: Vec<f64>,
    /// Effect at each edge, zero on average over the rows.
    pub effect: Vec<f64>,
    /// Rows (their weights) in the interval that ends at each edge; zero at the first.
    pub mass: Vec<f64>,
}

/// Edges of `intervals` intervals with about equally many values: the least value and quantiles that are values
/// themselves (type 1 of Hyndman & Fan 1996), each once. As many intervals as values give every distinct value.
///
/// O(n log n).
///
/// # Errors
/// `Cancelled`. Values are finite.
pub fn edges(job: &Job, values: &[f64], intervals: usize) -> Result<Vec<f64>> {
    let mut sorted: Vec<f64> = values.iter().map(|&value| value + 0.0).collect();
    job.sort_by(&mut sorted, f64::total_cmp)?;
    let (n, intervals) = (sorted.len(), intervals.min(sorted.len()));
    let mut edges = vec![sorted[0]];
    for each in 1..=intervals {
        let value = sorted[(each * n).div_ceil(intervals) - 1];
        if edges.last().is_none_or(|&last| last < value) {
            edges.push(value);
        }
    }
    Ok(edges)
}

/// Steps of one row along one factor: its own, and those of the edges of its interval.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    own: u32,
    low: u32,
    high: u32,
    /// Where its interval stands among the sums.
    sum: u32,
}

/// The accumulated local effects of each of `factors` along its `edges`, ascending.
///
/// Inside interval k the local effect is the mean over its rows of f(z_k, rest) − f(z_{k−1}, rest); they are added up,
/// and the mean over all rows of the two ends of their interval is taken off. A tree is read along the path of the row
/// itself; only a test that parts the two ends is followed to both sides. O(rows · trees · depth) for all factors
/// together, trees in parallel. Memory: 16 bytes per row and factor.
///
/// # Errors
/// As [`super::partial_dependence`].
pub fn accumulated_effects(
    job: &Job,
    forest: &ForestView<'_>,
    steps: &Steps,
    rows: &Rows<'_>,
    factors: &[usize],
    edges: &[Vec<f64>],
) -> Result<Vec<Accumulated>> {
    rows.check(forest)?;
    check_factors(factors, forest.n_features)?;
    let (weights, unit) = rows.light();
    let rows = &Rows { weights: weights.as_deref(), ..*rows };
    let intervals = Intervals::new(job, steps, rows, factors, edges)?;
    let blocks = job.map(rows.len().div_ceil(CHUNK), |chunk| {
        let first = chunk * CHUNK;
        Ok(intervals.block(steps, rows, first..rows.len().min(first + CHUNK)))
    })?;
    let sums = over_trees(job, forest.n_trees(), intervals.mass.len(), |trees, sums| {
        let mut parted = vec![0_u64; forest.n_features];
        let mut walk = 0;
        for (chunk, block) in blocks.iter().enumerate() {
            for tree in trees.clone() {
                job.check()?;
                let (cuts, tree) = (steps.tree(forest, tree), forest.tree(tree));
                for (row, places) in (chunk * CHUNK..).zip(block.chunks_exact(forest.n_features)) {
                    walk += 1;
                    let weight = rows.weights.map_or(1.0, |weights| weights[row]);
                    along(&tree, cuts, places, &mut parted, walk, |sum, change| sums[sum] += weight * change);
                }
            }
        }
        Ok(())
    })?;
    let effect = |place: usize| {
        let mut each = intervals.accumulate(place, &edges[place], &sums, forest.n_trees() as f64);
        each.mass.iter_mut().for_each(|mass| *mass *= unit);
        each
    };
    Ok((0..factors.len()).map(effect).collect())
}

/// The intervals of all factors, one after another.
struct Intervals<'a> {
    factors: &'a [usize],
    edges: &'a [Vec<f64>],
    starts: Vec<usize>,
    /// Step of every edge of each factor.
    edge_steps: Vec<Vec<u32>>,
    mass: Vec<f64>,
}

impl<'a> Intervals<'a> {
    fn new(
        job: &Job,
        steps: &Steps,
        rows: &Rows<'_>,
        factors: &'a [usize],
        edges: &'a [Vec<f64>],
    ) -> Result<Self> {
        let starts: Vec<usize> = edges
            .iter()
            .scan(0, |next, edges| {
                let start = *next;
                *next += edges.len();
                Some(start)
            })
            .collect();
        let step_of = |(&factor, edges): (&usize, &Vec<f64>)| {
            edges.iter().map(|&edge| steps.of(factor, edge) as u32).collect()
        };
        let edge_steps = factors.iter().zip(edges).map(step_of).collect();
        let n_sums = edges.iter().map(Vec::len).sum();
        let mut each = Self { factors, edges, starts, edge_steps, mass: vec![0.0; n_sums] };
        for (place, &factor) in factors.iter().enumerate() {
            job.walk(rows.columns[factor].iter().enumerate(), |(row, &x)| {
                let sum = each.starts[place] + each.interval(place, x);
                each.mass[sum] += rows.weights.map_or(1.0, |weights| weights[row]);
            })?;
        }
        Ok(each)
    }

    /// The number of the edge at which the interval of `x` ends; 0 if there is one edge only.
    fn interval(&self, place: usize, x: f64) -> usize {
        let edges = &self.edges[place];
        let last = edges.len() - 1;
        edges[1.min(last)..last].partition_point(|&edge| edge < x) + 1.min(last)
    }

    /// Places of the rows of `chunk`, row after row.
    fn block(&self, steps: &Steps, rows: &Rows<'_>, chunk: std::ops::Range<usize>) -> Vec<Place> {
        let n_features = rows.columns.len();
        let mut block = vec![Place::default(); chunk.len() * n_features];
        for (factor, column) in rows.columns.iter().enumerate() {
            for (row, &x) in column[chunk.clone()].iter().enumerate() {
                let own = steps.of(factor, x) as u32;
                block[row * n_features + factor] = Place { own, low: own, high: own, sum: 0 };
            }
        }
        for (place, &factor) in self.factors.iter().enumerate() {
            let edges = &self.edge_steps[place];
            for (row, &x) in rows.columns[factor][chunk.clone()].iter().enumerate() {
                let end = self.interval(place, x);
                let each = &mut block[row * n_features + factor];
                (each.low, each.high) = (edges[end.saturating_sub(1)], edges[end]);
                each.sum = (self.starts[place] + end) as u32;
            }
        }
        block
    }

    fn accumulate(&self, place: usize, edges: &[f64], sums: &[f64], n_trees: f64) -> Accumulated {
        let own = self.starts[place]..self.starts[place] + edges.len();
        let (sums, mass) = (&sums[own.clone()], &self.mass[own]);
        let mut effect = vec![0.0; edges.len()];
        for edge in 1..edges.len() {
            let local = if mass[edge] > 0.0 { sums[edge] / (mass[edge] * n_trees) } else { 0.0 };
            effect[edge] = effect[edge - 1] + local;
        }
        let middle = |edge: usize| mass[edge] * 0.5 * (effect[edge] + effect[edge - 1]);
        let mean = (1..edges.len()).map(middle).sum::<f64>() / mass.iter().sum::<f64>();
        effect.iter_mut().for_each(|each| *each -= mean);
        Accumulated { edges: edges.to_vec(), effect, mass: mass.to_vec() }
    }
}

/// Follow one row down a tree and report, for each factor with a test that parts the ends of the row's interval, the
/// change of the leaf's value from the lower end to the upper. `parted` holds the last walk in which a factor was
/// reported.
#[inline]
fn along(
    tree: &TreeView<'_>,
    cuts: &[u32],
    places: &[Place],
    parted: &mut [u64],
    walk: u64,
    mut report: impl FnMut(usize, f64),
) {
    let mut node = 0;
    while tree.left[node] != 0 {
        let (factor, cut) = (tree.feature[node] as usize, cuts[node]);
        let place = places[factor];
        if place.low <= cut && cut < place.high && parted[factor] != walk {
            parted[factor] = walk;
            let leaf = |step| tree.value[leaf_from(tree, cuts, places, node, factor, step)];
            report(place.sum as usize, leaf(place.high) - leaf(place.low));
        }
        node = tree.left[node] as usize + usize::from(place.own > cut);
    }
}

/// The leaf below `node` for a row moved to `step` of `factor`.
fn leaf_from(
    tree: &TreeView<'_>,
    cuts: &[u32],
    places: &[Place],
    mut node: usize,
    factor: usize,
    step: u32,
) -> usize {
    while tree.left[node] != 0 {
        let tested = tree.feature[node] as usize;
        let own = if tested == factor { step } else { places[tested].own };
        node = tree.left[node] as usize + usize::from(own > cuts[node]);
    }
    node
}
