//! Thresholds of a forest in order, and nodes and rows by their place among them.

use super::Rows;
use crate::kernel::error::Result;
use crate::kernel::forest::ForestView;
use crate::kernel::job::Job;

/// The steps of a forest along each of its factors.
#[derive(Debug, Clone)]
pub struct Steps {
    /// Distinct thresholds of each factor, ascending.
    pub thresholds: Vec<Vec<f64>>,
    /// For each node of the forest the place of its threshold: rows in steps up to it go left. 0 at leaves.
    pub(super) cuts: Vec<u32>,
}

impl Steps {
    /// Sort the thresholds of `forest`. O(nodes · log nodes), factors in parallel; memory 24 bytes a node on the way.
    ///
    /// # Errors
    /// `Cancelled`. The forest is one that was checked.
    pub fn new(job: &Job, forest: &ForestView<'_>) -> Result<Self> {
        let splits = splits_by_factor(job, forest)?;
        let sorted = job.map(forest.n_features, |factor| sort_factor(job, forest, &splits[factor]))?;
        let mut cuts = vec![0; forest.feature.len()];
        for (_, places) in &sorted {
            job.walk(places.iter(), |&(node, place)| cuts[node as usize] = place)?;
        }
        Ok(Self { thresholds: sorted.into_iter().map(|(thresholds, _)| thresholds).collect(), cuts })
    }

    /// Number of steps along a factor: one more than thresholds.
    pub fn count(&self, factor: usize) -> usize {
        self.thresholds[factor].len() + 1
    }

    /// The step that `x` lies in.
    #[inline]
    pub fn of(&self, factor: usize, x: f64) -> usize {
        self.thresholds[factor].partition_point(|&threshold| threshold < x)
    }

    /// The step of every row along every factor. O(n · factors · log thresholds), memory 4 bytes per row and factor.
    pub(super) fn places(&self, job: &Job, rows: &Rows<'_>) -> Result<Vec<Vec<u32>>> {
        job.map(rows.columns.len(), |factor| {
            let mut places = Vec::with_capacity(rows.len());
            job.walk(rows.columns[factor].iter(), |&x| places.push(self.of(factor, x) as u32))?;
            Ok(places)
        })
    }

    /// The cuts of one tree.
    pub(super) fn tree(&self, forest: &ForestView<'_>, tree: usize) -> &[u32] {
        &self.cuts[forest.offsets[tree] as usize..forest.offsets[tree + 1] as usize]
    }
}

/// Nodes that split on each factor.
fn splits_by_factor(job: &Job, forest: &ForestView<'_>) -> Result<Vec<Vec<u32>>> {
    crate::kernel::check::at_most("nodes", forest.left.len(), u32::MAX as usize)?;
    let mut splits = vec![Vec::new(); forest.n_features];
    job.walk(forest.left.iter().enumerate(), |(node, &left)| {
        if left != 0 {
            splits[forest.feature[node] as usize].push(node as u32);
        }
    })?;
    Ok(splits)
}

/// A node and the place of its threshold.
type Placed = (u32, u32);

/// Distinct thresholds at `nodes`, and for each node the place of its own.
fn sort_factor(job: &Job, forest: &ForestView<'_>, nodes: &[u32]) -> Result<(Vec<f64>, Vec<Placed>)> {
    // Adding zero turns −0 into 0, so that both are one threshold.
    let mut order: Vec<(f64, u32)> =
        nodes.iter().map(|&node| (forest.threshold[node as usize] + 0.0, node)).collect();
    job.sort_by(&mut order, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
    let mut thresholds: Vec<f64> = Vec::new();
    let mut places = Vec::with_capacity(order.len());
    for (threshold, node) in order {
        if thresholds.last().is_none_or(|&last| last < threshold) {
            thresholds.push(threshold);
        }
        places.push((node, thresholds.len() as u32 - 1));
    }
    Ok((thresholds, places))
}

/// Steps that were chosen along a factor, or its categories.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Where each step begins; of categories their codes.
    pub lefts: Vec<f64>,
    /// Where the next step shown begins, or the last ends; of categories their codes.
    pub rights: Vec<f64>,
    /// A place inside each step.
    pub(super) at: Vec<f64>,
    pub(super) chosen: Vec<usize>,
}

impl Axis {
    /// At most `most` steps of `factor`; all categories where it has some.
    pub(super) fn new(steps: &Steps, rows: &Rows<'_>, factor: usize, most: usize) -> Self {
        let n_categories = rows.categories.get(factor).copied().unwrap_or(0);
        if n_categories > 0 {
            let codes: Vec<f64> = (0..n_categories).map(|code| code as f64).collect();
            let chosen = codes.iter().map(|&code| steps.of(factor, code)).collect();
            return Self { lefts: codes.clone(), rights: codes.clone(), at: codes, chosen };
        }
        let edges = step_edges(&steps.thresholds[factor], rows.columns[factor]);
        let chosen = thinned(steps.count(factor), most);
        let lefts: Vec<f64> = chosen.iter().map(|&step| edges[step]).collect();
        let rights = lefts.iter().skip(1).copied().chain(edges.last().copied()).collect();
        let at = chosen.iter().map(|&step| edges[step].midpoint(edges[step + 1])).collect();
        Self { lefts, rights, at, chosen }
    }
}

/// At most `most` of `count` steps, evenly spaced from the first to the last; all of them where they are no more.
pub fn thinned(count: usize, most: usize) -> Vec<usize> {
    if count <= most || most < 2 {
        return (0..count.min(most.max(1))).collect();
    }
    (0..most).map(|each| each * (count - 1) / (most - 1)).collect()
}

/// Where each step begins, and where the last ends. The outer two reach to the least and the largest value.
pub(super) fn step_edges(thresholds: &[f64], values: &[f64]) -> Vec<f64> {
    let ends = thresholds.first().copied().into_iter().chain(thresholds.last().copied());
    let (low, high) = (values.iter().copied().chain(ends))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    std::iter::once(low).chain(thresholds.iter().copied()).chain(std::iter::once(high)).collect()
}
