//! Growing one tree.

use super::block::{Block, Draws, Level};
use super::bootstrap::in_bag;
use super::part::part;
use super::ranks::{BothWays, GAPS, Gap, Looking, Place, Places, Ranks, Table};
use super::split::{Moments, Scratch, Search, Split, Sums, is_pure};
use super::{GROWTH, Parameters, Tree, TreeNode, oob};
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;
use crate::kernel::wide::wide_or_plain;

/// Nodes between two looks at whether the job was cancelled.
const NODES: usize = 256;

/// Blocks inside blocks: each has at most an eighth of the rows of the one around it.
const LEVELS: usize = 6;

/// The response, centred and divided by a power of two so that the largest deviation is between 1 and 2.
///
/// Splits therefore do not depend on its unit, and no sum of squares leaves the range of a double.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    original: Vec<f64>,
    scaled: Vec<f64>,
    centre: f64,
    scale: f64,
}

impl Response {
    pub fn new(original: &[f64]) -> Self {
        let n = original.len() as f64;
        // Divided first: the sum of the largest doubles is none.
        let centre: f64 = original.iter().map(|value| value / n).sum();
        let largest =
            original.iter().fold(0.0_f64, |most, value| most.max((value / 2.0 - centre / 2.0).abs()));
        let scale = if largest > 0.0 { largest.log2().floor().exp2() } else { 1.0 };
        let scaled = original.iter().map(|value| (value / 2.0 - centre / 2.0) / scale).collect();
        Self { original: original.to_vec(), scaled, centre, scale: scale * 2.0 }
    }

    /// The response in the units of the data.
    pub fn original(&self) -> &[f64] {
        &self.original
    }

    /// The same numbers in another order, on the same scale.
    pub fn taken(&self, from: &[u32]) -> Self {
        let take = |values: &[f64]| from.iter().map(|&row| values[row as usize]).collect();
        Self { original: take(&self.original), scaled: take(&self.scaled), ..*self }
    }

    /// A mean of scaled responses in the units of the data.
    fn level(&self, mean: f64) -> f64 {
        self.centre + mean * self.scale
    }

    /// A sum of squares of scaled responses in the units of the data.
    fn squares(&self, sum: f64) -> f64 {
        sum * self.scale * self.scale
    }
}

/// A node that waits to be split: where its rows stand, its place in the tree, and the sums of its rows.
#[derive(Debug, Clone, Copy)]
struct Node {
    start: usize,
    end: usize,
    place: usize,
    sums: Sums,
}

/// What growing trees needs again and again; one for each thread, nothing is allocated once it has grown.
pub(crate) struct Grower<'a> {
    ranks: &'a Ranks<'a>,
    parameters: &'a Parameters<'a>,
    /// How often each row was drawn.
    counts: Vec<u32>,
    /// Rows that were drawn, and rows that were not.
    inside: Vec<u32>,
    pub outside: Vec<u32>,
    draws: Vec<Draws>,
    order: Vec<u32>,
    levels: Vec<Level>,
    under: oob::Under,
    work: Work,
}

/// Memory that nodes of all blocks share.
struct Work {
    scratch: Scratch,
    buffer: Vec<u32>,
    features: Vec<u32>,
    nodes_seen: usize,
    boundaries: Vec<Boundary>,
    pure: Pure,
}

/// Leaves whose responses are all one number, with a row of the data that has it.
#[derive(Debug, Default)]
struct Pure {
    leaves: Vec<[u32; 2]>,
    /// How many there are of them; there is room for more.
    count: usize,
}

/// The rows of the data on both sides of a split, next to it.
#[derive(Debug, Clone, Copy)]
struct Boundary {
    place: u32,
    low: u32,
    high: u32,
}

impl<'a> Grower<'a> {
    pub fn new(ranks: &'a Ranks<'a>, parameters: &'a Parameters<'a>) -> Self {
        let n = ranks.n_rows;
        Self {
            ranks,
            parameters,
            counts: vec![0; n],
            inside: Vec::with_capacity(n),
            outside: Vec::with_capacity(n),
            draws: vec![Draws::default(); n],
            order: Vec::with_capacity(n),
            levels: vec![Level::default(); LEVELS],
            under: oob::Under::default(),
            work: Work {
                scratch: Scratch::new(n),
                buffer: vec![0; n],
                features: (0..ranks.n_features() as u32).collect(),
                nodes_seen: 0,
                boundaries: Vec::new(),
                pure: Pure::default(),
            },
        }
    }

    /// Draw the rows of one tree.
    pub fn draw(&mut self, tree: usize) {
        in_bag(self.parameters, tree, &mut self.counts);
        self.inside.clear();
        self.outside.clear();
        for (row, &count) in self.counts.iter().enumerate() {
            let list = if count > 0 { &mut self.inside } else { &mut self.outside };
            list.push(row as u32);
        }
    }

    /// Grow one tree on the rows drawn last.
    pub fn grow_into(&mut self, job: &Job, index: usize, response: &Response, tree: &mut Tree) -> Result<()> {
        tree.clear(self.ranks.n_features());
        self.work.boundaries.clear();
        self.work.pure.count = 0;
        for &row in &self.inside {
            let row = row as usize;
            self.draws[row] = Draws { count: f64::from(self.counts[row]), response: response.scaled[row] };
        }
        self.order.clear();
        self.order.extend_from_slice(&self.inside);
        self.work.features.iter_mut().enumerate().for_each(|(place, feature)| *feature = place as u32);
        let mut growth = Growth {
            job,
            ranks: self.ranks,
            parameters: self.parameters,
            response,
            stream: self.parameters.stream(index, GROWTH),
            work: &mut self.work,
            tree,
        };
        growth.tree.nodes.push(TreeNode::LEAF);
        let rows = &self.draws[..];
        let order = &mut self.order[..];
        match &self.ranks.table {
            Table::Narrow(places) => {
                let block = whole(places, rows);
                growth.nodes(&block, order, &mut self.levels, 0)?;
            }
            Table::Wide(places) => {
                let block = whole(places, rows);
                growth.nodes(&block, order, &mut self.levels, 0)?;
            }
        }
        growth.thresholds();
        growth.pure_leaves();
        Ok(())
    }

    /// The prediction of a tree for the rows that it did not draw.
    pub fn out_of_bag(
        &mut self,
        job: &Job,
        places: &BothWays<'_>,
        tree: &Tree,
        told: &mut oob::Outside,
    ) -> Result<()> {
        let (rows, buffer, under) = (&self.outside, &mut self.work.buffer, &mut self.under);
        match places {
            BothWays::Narrow(columns, by_row) => {
                oob::route(job, (columns, by_row), tree, rows, buffer, under, told)
            }
            BothWays::Wide(columns, by_row) => {
                oob::route(job, (columns, by_row), tree, rows, buffer, under, told)
            }
        }
    }
}

/// All rows of the data.
fn whole<'b, R: Place>(places: &'b Places<R>, rows: &'b [Draws]) -> Block<'b, R> {
    let Places { place_of, row_at } = places;
    Block { place_of, row_at, n_rows: rows.len(), rows, origin: None }
}

impl Tree {
    fn clear(&mut self, n_features: usize) {
        self.nodes.clear();
        self.purity.clear();
        self.purity.resize(n_features, 0.0);
    }
}

struct Growth<'g> {
    job: &'g Job,
    ranks: &'g Ranks<'g>,
    parameters: &'g Parameters<'g>,
    response: &'g Response,
    stream: Stream,
    work: &'g mut Work,
    tree: &'g mut Tree,
}

impl Growth<'_> {
    /// Split the node at `place`, which holds all of `order`, and all nodes below it.
    fn nodes<R: Place>(
        &mut self,
        block: &Block<'_, R>,
        order: &mut [u32],
        levels: &mut [Level],
        place: usize,
    ) -> Result<()> {
        let sums = Sums::new(block.rows, order);
        let mut waiting = vec![Node { start: 0, end: order.len(), place, sums }];
        while let Some(node) = waiting.pop() {
            self.work.nodes_seen += 1;
            if self.work.nodes_seen.is_multiple_of(NODES) {
                self.job.check()?;
            }
            let n_rows = node.end - node.start;
            if block.is_too_wide_for(n_rows)
                && let Some((level, deeper)) = levels.split_first_mut()
            {
                level.fill(block, &order[node.start..node.end], self.ranks.n_features());
                let (inner, rows) = level.block();
                self.nodes(&inner, rows, deeper, node.place)?;
                continue;
            }
            wide_or_plain!(
                self.node_wide(block, order, &node, &mut waiting),
                self.node(block, order, &node, &mut waiting)
            )?;
        }
        Ok(())
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn node_wide<R: Place>(
        &mut self,
        block: &Block<'_, R>,
        order: &mut [u32],
        node: &Node,
        waiting: &mut Vec<Node>,
    ) -> Result<()> {
        self.node(block, order, node, waiting)
    }

    /// Describe one node, and split it if it is none of the leaves: what may be split once more waits for that.
    #[inline(always)]
    fn node<R: Place>(
        &mut self,
        block: &Block<'_, R>,
        order: &mut [u32],
        node: &Node,
        waiting: &mut Vec<Node>,
    ) -> Result<()> {
        let rows = &mut order[node.start..node.end];
        let is_small = node.place > 0 && self.is_small(node);
        if is_small || is_pure(block.rows, rows) {
            self.leaf(block, rows, node);
            return Ok(());
        }
        let mut moments = Moments::new(node.sums);
        self.work.scratch.deviations(block.rows, rows, &mut moments);
        let described = &mut self.tree.nodes[node.place];
        described.n_draws = moments.count as u32;
        described.value = self.response.level(moments.mean);
        if moments.squares <= 0.0 {
            return Ok(());
        }
        let n_drawn = self.draw_features();
        let Work { scratch, features, .. } = &mut *self.work;
        let (job, ranks) = (self.job, self.ranks);
        let search = Search { job, ranks, block, rows, moments: &moments };
        if let Some(split) = scratch.best_split(&search, &features[..n_drawn], &mut self.stream)? {
            let middle = self.split(block, rows, node.place, &split);
            let [left_sums, right_sums] = moments.parted(&split);
            let (left, middle) = (self.tree.nodes[node.place].left as usize, node.start + middle);
            let right = Node { start: middle, end: node.end, place: left + 1, sums: right_sums };
            let left = Node { start: node.start, end: middle, place: left, sums: left_sums };
            for child in [right, left] {
                if self.is_small(&child) {
                    self.leaf(block, &order[child.start..child.end], &child);
                } else {
                    waiting.push(child);
                }
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn is_small(&self, node: &Node) -> bool {
        node.sums.count <= self.parameters.node_size as f64
    }

    /// Describe a node that is not split.
    #[inline(always)]
    fn leaf<R: Place>(&mut self, block: &Block<'_, R>, rows: &[u32], node: &Node) {
        let described = &mut self.tree.nodes[node.place];
        described.n_draws = node.sums.count as u32;
        described.value = self.response.level(Sums::new(block.rows, rows).mean());
        let Pure { leaves, count } = &mut self.work.pure;
        if leaves.len() == *count {
            leaves.resize((2 * *count).max(NODES), [0; 2]);
        }
        // Overwritten by the next if it is none: there is no branch to be foretold.
        leaves[*count] = [node.place as u32, block.origin(rows[0]) as u32];
        *count += usize::from(is_pure(block.rows, rows));
    }

    /// Bring factors drawn without replacement to the front; those that are constant in the node count as drawn.
    #[inline(always)]
    fn draw_features(&mut self) -> usize {
        let features = &mut self.work.features;
        let n_drawn = self.parameters.max_features;
        // Drawing all of them in a random order would be a waste.
        if n_drawn < features.len() {
            for place in 0..n_drawn {
                let other = place + self.stream.below(features.len() - place);
                features.swap(place, other);
            }
        }
        n_drawn
    }

    #[inline(always)]
    fn split<R: Place>(
        &mut self,
        block: &Block<'_, R>,
        rows: &mut [u32],
        place: usize,
        split: &Split,
    ) -> usize {
        let row = |at| block.row(split.feature, at) as u32;
        let boundary = Boundary { place: place as u32, low: row(split.low), high: row(split.high) };
        self.work.boundaries.push(boundary);
        let Tree { nodes, purity } = &mut *self.tree;
        let left = nodes.len() as u32;
        let node = &mut nodes[place];
        (node.feature, node.left) = (split.feature as u32, left);
        nodes.extend_from_slice(&[TreeNode::LEAF; 2]);
        purity[split.feature] += self.response.squares(split.decrease);
        let (column, last) = (block.column(split.feature), R::of(split.low));
        // SAFETY: rows of a node are rows of its block, and `column` has an entry for each of those.
        let place = |row: u32| unsafe { *column.get_unchecked(row as usize) };
        part(rows, &mut self.work.buffer, place, last)
    }

    /// Put the threshold of each split between the values beside it, once the tree is grown.
    ///
    /// The values lie far apart in memory: read one after another while growing, each would be waited for. They are fetched
    /// for some splits while those before are looked at.
    fn thresholds(&mut self) {
        let Self { ranks, tree, work, .. } = self;
        let mut in_turn = work.boundaries.chunks(GAPS);
        let mut before: Option<(&[Boundary], Looking)> = None;
        let mut next = in_turn.next();
        loop {
            let here = next;
            next = in_turn.next();
            for Boundary { place, low, high } in next.into_iter().flatten() {
                let feature = tree.nodes[*place as usize].feature as usize;
                [low, high].into_iter().for_each(|&row| ranks.fetch_value(feature, row as usize));
            }
            let looking = here.map(|boundaries| {
                let mut gaps = [Gap::default(); GAPS];
                for (gap, boundary) in gaps.iter_mut().zip(boundaries) {
                    let feature = tree.nodes[boundary.place as usize].feature as usize;
                    let value = |row: u32| ranks.value(feature, row as usize);
                    *gap = Gap { feature, below: value(boundary.low), above: value(boundary.high) };
                }
                (boundaries, ranks.look_between(gaps))
            });
            if let Some((boundaries, looking)) = &before {
                for (boundary, (threshold, last)) in boundaries.iter().zip(ranks.between(looking)) {
                    let node = &mut tree.nodes[boundary.place as usize];
                    (node.threshold, node.last) = (threshold, last);
                }
            }
            before = looking;
            if before.is_none() {
                break;
            }
        }
        work.boundaries.clear();
    }

    /// Give leaves of one response the number itself, not its mean, which may differ in the last digit.
    ///
    /// The responses lie far apart in memory, as values of factors do.
    fn pure_leaves(&mut self) {
        let Pure { leaves, count } = &mut self.work.pure;
        for &[place, row] in &leaves[..*count] {
            self.tree.nodes[place as usize].value = self.response.original[row as usize];
        }
        *count = 0;
    }
}
