//! Networks from rows of links, and what follows from who is linked to whom without any paths: degrees, density,
//! reciprocity and clustering.

use super::cells::Classes;
use super::check;
use super::error::{Error, Result};
use super::job::Job;

/// What to do with several rows for one link of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parallel {
    /// Refuse them.
    Error,
    /// Add up their weights.
    Sum,
    /// Take the mean of their weights.
    Mean,
}

impl Parallel {
    /// The rule of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "error" => Some(Self::Error),
            "sum" => Some(Self::Sum),
            "mean" => Some(Self::Mean),
            _ => None,
        }
    }
}

/// Rows of links, as they come.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Positions below `n_nodes`.
    pub source: &'a [u32],
    pub target: &'a [u32],
    /// Zero or more; a link of weight zero is no link. `None` weights all alike.
    pub weights: Option<&'a [f64]>,
    pub periods: Classes<'a>,
    pub n_nodes: usize,
    pub directed: bool,
}

/// A link of one period; of an undirected network `source` < `target`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    pub period: u32,
    pub source: u32,
    pub target: u32,
    pub weight: f64,
}

/// Links sorted by period, source and target, each once and none from a node to itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Links {
    pub links: Vec<Link>,
    /// Rows that link a node to itself, left out.
    pub n_self_loops: u64,
    /// Rows of weight zero, left out.
    pub n_zero_weight: u64,
    /// Rows beyond the first of each link, taken together with it.
    pub n_parallel: u64,
}

/// Make a simple network of every period. O(n log n).
///
/// # Errors
/// `Length`, `Code`, `NotFinite`, `Negative`; `SelfLink` unless `drop_self_loops`, `Duplicate` with
/// [`Parallel::Error`]; `OutOfRange` if the weights of a period add up to no double; `Cancelled`.
pub fn simplify(job: &Job, rows: &Rows<'_>, parallel: Parallel, drop_self_loops: bool) -> Result<Links> {
    check::length("target", rows.target, rows.source.len())?;
    check::codes("source", rows.source, rows.n_nodes)?;
    check::codes("target", rows.target, rows.n_nodes)?;
    rows.periods.check("periods", rows.source.len())?;
    if let Some(weights) = rows.weights {
        check::length("weights", weights, rows.source.len())?;
        check::non_negative("weights", weights)?;
    }
    let mut result = Links::default();
    let mut kept: Vec<(u32, u32, u32, usize)> = Vec::with_capacity(rows.source.len());
    let mut looped = None;
    job.walk(0..rows.source.len(), |row| {
        let (source, target) = (rows.source[row], rows.target[row]);
        if rows.weights.is_some_and(|weights| weights[row] <= 0.0) {
            result.n_zero_weight += 1;
        } else if source == target {
            result.n_self_loops += 1;
            looped = looped.or(Some(row));
        } else {
            let turn = !rows.directed && source > target;
            let (source, target) = if turn { (target, source) } else { (source, target) };
            kept.push((rows.periods.of(row) as u32, source, target, row));
        }
    })?;
    if let (Some(row), false) = (looped, drop_self_loops) {
        return Err(Error::SelfLink { name: "source", row });
    }
    job.sort_by(&mut kept, |a, b| a.cmp(b))?;
    merge(job, rows, &kept, parallel, &mut result)?;
    for links in result.links.chunk_by(|a, b| a.period == b.period) {
        // Twice, since a node of an undirected network adds up links of both ends.
        if !(2.0 * links.iter().map(|link| link.weight).sum::<f64>()).is_finite() {
            return Err(Error::OutOfRange { name: "weights", period: links[0].period as usize });
        }
    }
    Ok(result)
}

fn merge(
    job: &Job,
    rows: &Rows<'_>,
    sorted: &[(u32, u32, u32, usize)],
    parallel: Parallel,
    result: &mut Links,
) -> Result<()> {
    for same in sorted.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
        if result.links.len().is_multiple_of(65_536) {
            job.check()?;
        }
        let (period, source, target, first) = same[0];
        if let (Parallel::Error, Some(&(.., row))) = (parallel, same.get(1)) {
            return Err(Error::Duplicate { name: "source", row, first });
        }
        let weight_of = |row: usize| rows.weights.map_or(1.0, |weights| weights[row]);
        let divisor = if parallel == Parallel::Mean { same.len() as f64 } else { 1.0 };
        // Divided before they are added, weights near the least double would become zero; after, the largest infinite.
        let sum: f64 = same.iter().map(|&(.., row)| weight_of(row)).sum();
        let parts = || same.iter().map(|&(.., row)| weight_of(row) / divisor).sum();
        let weight = if sum.is_finite() { sum / divisor } else { parts() };
        result.n_parallel += same.len() as u64 - 1;
        result.links.push(Link { period, source, target, weight });
    }
    Ok(())
}

/// One node. Of an undirected network the links in, the links out and all links are the same.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Node {
    /// Links in and out; of an undirected network, links.
    pub degree: u64,
    pub in_degree: u64,
    pub out_degree: u64,
    pub weighted_degree: f64,
    pub weighted_in_degree: f64,
    pub weighted_out_degree: f64,
    pub clustering: f64,
    pub weighted_clustering: f64,
}

/// The network of one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    pub nodes: Vec<Node>,
    pub n_edges: u64,
    /// m/(n (n − 1)), of an undirected network 2 m/(n (n − 1)); 0 for a single node.
    pub density: f64,
    pub total_weight: f64,
    /// Fraction of the links that are also there the other way; NaN without links, 1 if undirected.
    pub reciprocity: f64,
    /// Means over all nodes, those with fewer than two neighbours at 0.
    pub clustering: f64,
    pub weighted_clustering: f64,
}

/// Degrees and clustering of a simple network. O(n + Σ degree²).
///
/// With S = B + Bᵀ (S = B if undirected), B the adjacency matrix for the plain coefficient and the cube roots of
/// weight/largest weight for the weighted one, the coefficient of node i is (S³)ᵢᵢ over the most it could be in the plain
/// case: 2 (d (d − 1) − 2 r) with d links and r of them reciprocated (Fagiolo 2007), or d (d − 1) if undirected
/// (Watts & Strogatz 1998; Onnela et al. 2005).
///
/// # Errors
/// `Code`, `SelfLink`; `Duplicate` links; `Cancelled`.
pub fn structure(job: &Job, links: &[Link], n_nodes: usize, directed: bool) -> Result<Structure> {
    let mut nodes = vec![Node::default(); n_nodes];
    for (row, link) in links.iter().enumerate() {
        for (name, code) in [("source", link.source), ("target", link.target)] {
            if code as usize >= n_nodes {
                return Err(Error::Code { name, row, code, count: n_nodes });
            }
        }
        if link.source == link.target {
            return Err(Error::SelfLink { name: "source", row });
        }
        count(&mut nodes, link, directed);
    }
    let largest = links.iter().map(|link| link.weight).fold(0.0, f64::max);
    let plain = Neighbours::new(job, links, n_nodes, directed, |_| 1.0)?;
    let weighted = Neighbours::new(job, links, n_nodes, directed, |weight| (weight / largest).cbrt())?;
    let reciprocated: Vec<u64> = (0..n_nodes).map(|node| plain.reciprocated(node)).collect();
    let triangles = job.map_with(
        n_nodes,
        || vec![0.0; n_nodes],
        |mark, node| Ok((plain.triangles(mark, node), weighted.triangles(mark, node))),
    )?;
    for ((node, &both), &(triangles, weighted)) in nodes.iter_mut().zip(&reciprocated).zip(&triangles) {
        let d = node.degree as f64;
        let most = if directed { 2.0 * (d * (d - 1.0) - 2.0 * both as f64) } else { d * (d - 1.0) };
        (node.clustering, node.weighted_clustering) =
            if triangles > 0.0 { (triangles / most, weighted / most) } else { (0.0, 0.0) };
    }
    let n = n_nodes as f64;
    let (m, both) = (links.len() as f64, reciprocated.iter().sum::<u64>() as f64);
    let per_pair = if directed { 1.0 } else { 2.0 };
    // The links that are there both ways; of an undirected network all.
    let both = if directed { both } else { m };
    let mean = |of: fn(&Node) -> f64| nodes.iter().map(of).sum::<f64>() / n;
    Ok(Structure {
        n_edges: links.len() as u64,
        density: if n_nodes > 1 { per_pair * m / (n * (n - 1.0)) } else { 0.0 },
        // The sum of nothing is −0.0.
        total_weight: links.iter().map(|link| link.weight).sum::<f64>() + 0.0,
        reciprocity: both / m,
        clustering: mean(|node| node.clustering),
        weighted_clustering: mean(|node| node.weighted_clustering),
        nodes,
    })
}

fn count(nodes: &mut [Node], link: &Link, directed: bool) {
    let (source, target) = (link.source as usize, link.target as usize);
    for node in [source, target] {
        nodes[node].degree += 1;
        nodes[node].weighted_degree += link.weight;
        // An undirected link goes both ways.
        if node == source || !directed {
            nodes[node].out_degree += 1;
            nodes[node].weighted_out_degree += link.weight;
        }
        if node == target || !directed {
            nodes[node].in_degree += 1;
            nodes[node].weighted_in_degree += link.weight;
        }
    }
}

/// The rows of S, compressed.
struct Neighbours {
    offsets: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f64>,
    /// Whether the pair is linked both ways.
    both: Vec<bool>,
}

impl Neighbours {
    fn new(
        job: &Job,
        links: &[Link],
        n_nodes: usize,
        directed: bool,
        value: impl Fn(f64) -> f64,
    ) -> Result<Self> {
        let mut entries: Vec<(u32, u32, bool, usize)> = Vec::with_capacity(2 * links.len());
        for (row, link) in links.iter().enumerate() {
            entries.push((link.source, link.target, false, row));
            entries.push((link.target, link.source, true, row));
        }
        job.sort_by(&mut entries, |a, b| a.cmp(b))?;
        let mut rows = Self { offsets: vec![0; n_nodes + 1], indices: vec![], values: vec![], both: vec![] };
        for same in entries.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let repeated = same.windows(2).find(|pair| !directed || pair[0].2 == pair[1].2);
            if let Some(&[(.., first), (.., row)]) = repeated {
                return Err(Error::Duplicate { name: "source", row, first });
            }
            rows.offsets[same[0].0 as usize + 1] += 1;
            rows.indices.push(same[0].1);
            rows.values.push(same.iter().map(|&(.., row)| value(links[row].weight)).sum());
            rows.both.push(same.len() == 2);
        }
        for node in 0..n_nodes {
            rows.offsets[node + 1] += rows.offsets[node];
        }
        Ok(rows)
    }

    fn row(&self, node: usize) -> std::ops::Range<usize> {
        self.offsets[node]..self.offsets[node + 1]
    }

    fn reciprocated(&self, node: usize) -> u64 {
        self.row(node).filter(|&entry| self.both[entry]).count() as u64
    }

    /// (S³) at (node, node). `mark` holds zeros, before and after.
    fn triangles(&self, mark: &mut [f64], node: usize) -> f64 {
        for entry in self.row(node) {
            mark[self.indices[entry] as usize] = self.values[entry];
        }
        let mut sum = 0.0;
        for entry in self.row(node) {
            let closing: f64 = self
                .row(self.indices[entry] as usize)
                .map(|next| self.values[next] * mark[self.indices[next] as usize])
                .sum();
            sum += self.values[entry] * closing;
        }
        for entry in self.row(node) {
            mark[self.indices[entry] as usize] = 0.0;
        }
        sum
    }
}
