//! Trees read with one or two factors left open: the pairs' surfaces and the curves of single rows.

use super::steps::{Axis, Steps};
use super::{Rows, centre, check_factors, check_size, over_trees, running_sums};
use crate::kernel::error::{Error, Result};
use crate::kernel::forest::{ForestView, TreeView};
use crate::kernel::job::Job;

/// Rows that are sent down a tree together.
const CHUNK: usize = 1 << 16;

/// A node still to be visited: its rows lie below `height` of the stack.
#[derive(Debug, Clone, Copy)]
struct Task<const OPEN: usize> {
    node: usize,
    rows: (usize, usize),
    height: usize,
    /// First and last step of each open factor that lead here.
    steps: [(u32, u32); OPEN],
}

/// A walk down trees in which the tests on the `OPEN` factors are not put to the rows.
pub(super) struct Open<'a, const OPEN: usize> {
    places: &'a [Vec<u32>],
    factors: [usize; OPEN],
    rows: Vec<u32>,
    tasks: Vec<Task<OPEN>>,
}

impl<'a, const OPEN: usize> Open<'a, OPEN> {
    pub fn new(places: &'a [Vec<u32>], factors: [usize; OPEN]) -> Self {
        Self { places, factors, rows: Vec::new(), tasks: Vec::new() }
    }

    /// Call `visit(value, rows, steps)` for each leaf that any row of `chunk` reaches for some value of the open factors.
    pub fn tree(
        &mut self,
        job: &Job,
        tree: &TreeView<'_>,
        cuts: &[u32],
        chunk: std::ops::Range<usize>,
        mut visit: impl FnMut(f64, &[u32], [(u32, u32); OPEN]),
    ) -> Result<()> {
        let n_rows = chunk.len();
        self.rows.clear();
        self.rows.extend(chunk.map(|row| row as u32));
        self.tasks.push(Task { node: 0, rows: (0, n_rows), height: n_rows, steps: [(0, u32::MAX); OPEN] });
        let mut moved = CHUNK;
        while let Some(task) = self.tasks.pop() {
            if moved >= CHUNK {
                job.check()?;
                moved = 0;
            }
            moved += task.rows.1 - task.rows.0;
            if tree.left[task.node] == 0 {
                visit(tree.value[task.node], &self.rows[task.rows.0..task.rows.1], task.steps);
            } else {
                self.split(&task, tree, cuts[task.node]);
            }
        }
        Ok(())
    }

    fn split(&mut self, task: &Task<OPEN>, tree: &TreeView<'_>, cut: u32) {
        let (factor, left) = (tree.feature[task.node] as usize, tree.left[task.node] as usize);
        if let Some(open) = self.factors.iter().position(|&each| each == factor) {
            let (low, high) = task.steps[open];
            for (node, steps) in [(left + 1, (low.max(cut + 1), high)), (left, (low, high.min(cut)))] {
                if steps.0 <= steps.1 {
                    let mut child = Task { node, ..*task };
                    child.steps[open] = steps;
                    self.tasks.push(child);
                }
            }
            return;
        }
        let (first, last) = task.rows;
        self.rows.resize((task.height + last - first).max(self.rows.len()), 0);
        let (sources, target) = self.rows.split_at_mut(task.height);
        let column = &self.places[factor];
        let (mut low, mut high) = (0, last - first);
        for &row in &sources[first..last] {
            let goes_left = column[row as usize] <= cut;
            target[low] = row;
            target[high - 1] = row;
            low += usize::from(goes_left);
            high -= usize::from(!goes_left);
        }
        let (start, height) = (task.height, task.height + last - first);
        for (node, rows) in [(left + 1, (start + low, height)), (left, (start, start + low))] {
            if rows.0 < rows.1 {
                self.tasks.push(Task { node, rows, height, steps: task.steps });
            }
        }
    }
}

/// Steps that were chosen, in order, and for each step the first chosen one that is not before it.
pub(super) struct Chosen {
    first_from: Vec<u32>,
    pub count: usize,
}

impl Chosen {
    /// `steps` ascending, of `n_steps`.
    pub fn new(steps: &[usize], n_steps: usize) -> Self {
        let mut first_from = vec![steps.len() as u32; n_steps + 1];
        for (place, &step) in steps.iter().enumerate().rev() {
            first_from[step] = place as u32;
        }
        for step in (0..n_steps).rev() {
            first_from[step] = first_from[step].min(first_from[step + 1]);
        }
        Self { first_from, count: steps.len() }
    }

    /// Chosen steps from `low` to `high`: the first, and one past the last.
    #[inline]
    pub fn between(&self, (low, high): (u32, u32)) -> (usize, usize) {
        let end = (high as usize).min(self.first_from.len() - 2) + 1;
        (self.first_from[low as usize] as usize, self.first_from[end] as usize)
    }
}

/// The partial dependence on two factors together, exact at the steps `chosen` for each; row-major, first factor down.
///
/// O(rows · trees · depth) where the two are rarely split on; trees in parallel. Memory: 8 bytes a cell times 64 at most
/// (fewer times for many cells).
///
/// # Errors
/// As [`super::partial_dependence`].
pub fn partial_dependence_pair(
    job: &Job,
    forest: &ForestView<'_>,
    steps: &Steps,
    rows: &Rows<'_>,
    factors: [usize; 2],
    chosen: [&[usize]; 2],
) -> Result<Vec<f64>> {
    rows.check(forest)?;
    check_factors(&factors, forest.n_features)?;
    let (weights, _) = rows.light();
    let rows = &Rows { weights: weights.as_deref(), ..*rows };
    let places = steps.places(job, rows)?;
    let [down, across] = [0, 1].map(|each| Chosen::new(chosen[each], steps.count(factors[each])));
    let (width, centre) = (across.count + 1, centre(forest));
    let mut sums = over_trees(job, forest.n_trees(), (down.count + 1) * width, |trees, sums| {
        let mut open = Open::new(&places, factors);
        for tree in trees {
            for first in (0..rows.len()).step_by(CHUNK) {
                let chunk = first..rows.len().min(first + CHUNK);
                open.tree(
                    job,
                    &forest.tree(tree),
                    steps.tree(forest, tree),
                    chunk,
                    |value, reached, [a, b]| {
                        let amount = mass(rows.weights, reached) * (value - centre);
                        let ((top, bottom), (left, right)) = (down.between(a), across.between(b));
                        if top < bottom && left < right {
                            sums[top * width + left] += amount;
                            sums[top * width + right] -= amount;
                            sums[bottom * width + left] -= amount;
                            sums[bottom * width + right] += amount;
                        }
                    },
                )?;
            }
        }
        Ok(())
    })?;
    sums.chunks_exact_mut(width).for_each(running_sums);
    let scale = rows.mass() * forest.n_trees() as f64;
    let mut surface = vec![0.0; down.count * across.count];
    let mut column = vec![0.0; down.count];
    for b in 0..across.count {
        job.check()?;
        column.iter_mut().enumerate().for_each(|(a, each)| *each = sums[a * width + b]);
        running_sums(&mut column);
        column.iter().enumerate().for_each(|(a, sum)| surface[a * across.count + b] = centre + sum / scale);
    }
    Ok(surface)
}

fn mass(weights: Option<&[f64]>, rows: &[u32]) -> f64 {
    weights.map_or(rows.len() as f64, |weights| rows.iter().map(|&row| weights[row as usize]).sum())
}

/// The partial dependence on two factors together.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    pub axes: [Axis; 2],
    /// Row-major, the first factor down.
    pub levels: Vec<f64>,
}

/// [`partial_dependence_pair`] of each of `pairs` at `most` steps of each factor at most.
///
/// # Errors
/// Trees that are none, tables beyond 1 GiB, a factor paired with itself, those of [`partial_dependence_pair`].
pub fn surfaces(
    job: &Job,
    forest: &ForestView<'_>,
    rows: &Rows<'_>,
    pairs: &[[usize; 2]],
    most: usize,
) -> Result<Vec<Surface>> {
    forest.check()?;
    rows.check(forest)?;
    check_factors(pairs.as_flattened(), forest.n_features)?;
    if let Some([factor, _]) = pairs.iter().find(|pair| pair[0] == pair[1]) {
        let requirement = "of two different factors";
        return Err(Error::Parameter { name: "pairs", requirement, value: *factor as f64 });
    }
    let steps = Steps::new(job, forest)?;
    let axes: Vec<[Axis; 2]> =
        pairs.iter().map(|pair| pair.map(|factor| Axis::new(&steps, rows, factor, most))).collect();
    let cells = |[a, b]: &[Axis; 2]| a.lefts.len().saturating_mul(b.lefts.len());
    let n_cells = axes.iter().map(cells).fold(0, usize::saturating_add);
    check_size(n_cells, most)?;
    job.foresee("cells of surfaces", n_cells, size_of::<f64>())?;
    let surface = |(&pair, axes): (&[usize; 2], [Axis; 2])| {
        let chosen = [axes[0].chosen.as_slice(), axes[1].chosen.as_slice()];
        let levels = partial_dependence_pair(job, forest, &steps, rows, pair, chosen)?;
        Ok(Surface { axes, levels })
    };
    pairs.iter().zip(axes).map(surface).collect()
}
