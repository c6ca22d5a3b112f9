//! Sparse spatial weights: building them from links, their spatial lag, their components.
//!
//! Row i of the matrix holds the weights of the neighbours of unit i, in compressed rows with sorted columns.

use super::check;
use super::error::{Error, Result};
use super::job::Job;

/// Rows that one step of parallel work covers.
const ROW_CHUNK: usize = 4096;

/// Links between `n` units, one per entry.
#[derive(Debug, Clone, Copy)]
pub struct Links<'a> {
    pub n: usize,
    /// The unit whose neighbour `target` is.
    pub source: &'a [u32],
    pub target: &'a [u32],
    /// Zero or more; a link of weight zero is no link. `None` weighs all links one.
    pub weight: Option<&'a [f64]>,
    /// Each link holds in both directions; one that is given in both, with one weight, counts once.
    pub symmetric: bool,
}

/// Compressed rows that own their arrays.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Row i holds entries `indptr[i]..indptr[i + 1]`.
    pub indptr: Vec<i64>,
    pub indices: Vec<u32>,
    pub data: Vec<f64>,
}

/// One entry on its way into a row.
#[derive(Debug, Clone, Copy)]
struct Entry {
    column: u32,
    reversed: bool,
    link: usize,
}

impl Rows {
    /// Compressed rows from links. O(n + links · log of the longest row).
    ///
    /// # Errors
    /// `Length`, `Code`, `NotFinite`, `Negative`; `SelfLink`, `Duplicate` for a direction given twice.
    pub fn from_links(job: &Job, links: &Links<'_>) -> Result<Self> {
        links.check()?;
        let mut offsets = vec![0_usize; links.n + 1];
        links.each(|row, _| offsets[row + 1] += 1);
        for row in 0..links.n {
            offsets[row + 1] += offsets[row];
        }
        job.check()?;
        let mut next = offsets.clone();
        let mut entries = vec![Entry { column: 0, reversed: false, link: 0 }; offsets[links.n]];
        links.each(|row, entry| {
            entries[next[row]] = entry;
            next[row] += 1;
        });
        job.check()?;
        let mut rows = Self { indptr: vec![0], indices: Vec::with_capacity(entries.len()), data: Vec::new() };
        for bounds in offsets.windows(2) {
            job.check()?;
            let row = &mut entries[bounds[0]..bounds[1]];
            row.sort_unstable_by_key(|entry| (entry.column, entry.link, entry.reversed));
            rows.push(links, row)?;
        }
        Ok(rows)
    }

    fn push(&mut self, links: &Links<'_>, row: &[Entry]) -> Result<()> {
        let mut last: Option<Entry> = None;
        for &entry in row {
            if let Some(before) = last.filter(|before| before.column == entry.column) {
                let (first, second) = (links.weight_of(before.link), links.weight_of(entry.link));
                if before.reversed == entry.reversed || first.to_bits() != second.to_bits() {
                    return Err(Error::Duplicate { name: "links", row: entry.link, first: before.link });
                }
                continue;
            }
            self.indices.push(entry.column);
            self.data.push(links.weight_of(entry.link));
            last = Some(entry);
        }
        self.indptr.push(self.indices.len() as i64);
        Ok(())
    }

    /// A view for the methods.
    pub fn view(&self) -> Weights<'_> {
        Weights { indptr: &self.indptr, indices: &self.indices, data: &self.data }
    }
}

impl Links<'_> {
    fn check(&self) -> Result<()> {
        check::length("target", self.target, self.source.len())?;
        check::codes("source", self.source, self.n)?;
        check::codes("target", self.target, self.n)?;
        if let Some(weight) = self.weight {
            check::length("weight", weight, self.source.len())?;
            check::non_negative("weight", weight)?;
        }
        let own = |link: &usize| self.source[*link] == self.target[*link] && self.weight_of(*link) > 0.0;
        match (0..self.source.len()).find(own) {
            None => Ok(()),
            Some(row) => Err(Error::SelfLink { name: "links", row }),
        }
    }

    fn weight_of(&self, link: usize) -> f64 {
        self.weight.map_or(1.0, |weight| weight[link])
    }

    /// Hand every entry that is not zero to `take(row, entry)`.
    fn each(&self, mut take: impl FnMut(usize, Entry)) {
        for link in (0..self.source.len()).filter(|&link| self.weight_of(link) > 0.0) {
            let (source, target) = (self.source[link], self.target[link]);
            take(source as usize, Entry { column: target, reversed: false, link });
            if self.symmetric {
                take(target as usize, Entry { column: source, reversed: true, link });
            }
        }
    }
}

/// Compressed rows that have been checked.
#[derive(Debug, Clone, Copy)]
pub struct Weights<'a> {
    indptr: &'a [i64],
    indices: &'a [u32],
    data: &'a [f64],
}

impl<'a> Weights<'a> {
    /// Check that the arrays are compressed rows of a square matrix. O(n + links).
    ///
    /// # Errors
    /// `Empty`, `Length`, `Code`, `NotFinite`, `Negative`; `Parameter` for row bounds that do not ascend.
    pub fn new(indptr: &'a [i64], indices: &'a [u32], data: &'a [f64]) -> Result<Self> {
        check::not_empty("indptr", indptr)?;
        check::length("data", data, indices.len())?;
        let ends = (indptr[0], indptr[indptr.len() - 1]);
        if ends != (0, indices.len() as i64) || indptr.windows(2).any(|bounds| bounds[0] > bounds[1]) {
            let requirement = "row bounds that ascend from 0 to the number of links";
            return Err(Error::Parameter { name: "indptr", requirement, value: ends.1 as f64 });
        }
        check::codes("indices", indices, indptr.len() - 1)?;
        check::non_negative("data", data)?;
        Ok(Self { indptr, indices, data })
    }

    /// As [`Weights::new`], with columns that ascend in each row and no unit that is its own neighbour. O(n + links).
    ///
    /// # Errors
    /// Those of [`Weights::new`]; `Parameter`, `SelfLink`.
    pub fn of_neighbors(indptr: &'a [i64], indices: &'a [u32], data: &'a [f64]) -> Result<Self> {
        let weights = Self::new(indptr, indices, data)?;
        for unit in 0..weights.n() {
            let (neighbours, _) = weights.row(unit);
            if neighbours.windows(2).any(|pair| pair[0] >= pair[1]) {
                let requirement = "ascending in each row";
                return Err(Error::Parameter { name: "indices", requirement, value: unit as f64 });
            }
            if neighbours.binary_search(&(unit as u32)).is_ok() {
                return Err(Error::SelfLink { name: "weights", row: unit });
            }
        }
        Ok(weights)
    }

    /// The links among the units kept, in their order; with `standardize`, rows add up to one again. O(n + links).
    ///
    /// # Errors
    /// `Length`.
    pub fn restricted(&self, kept: &[bool], standardize: bool) -> Result<Rows> {
        check::length("kept", kept, self.n())?;
        let mut place = vec![u32::MAX; self.n()];
        for (row, unit) in (0..self.n()).filter(|&unit| kept[unit]).enumerate() {
            place[unit] = row as u32;
        }
        let mut rows = Rows { indptr: vec![0], indices: Vec::new(), data: Vec::new() };
        for unit in (0..self.n()).filter(|&unit| kept[unit]) {
            let (neighbours, weights) = self.row(unit);
            for (&neighbour, &weight) in
                neighbours.iter().zip(weights).filter(|&(&each, _)| kept[each as usize])
            {
                rows.indices.push(place[neighbour as usize]);
                rows.data.push(weight);
            }
            rows.indptr.push(rows.indices.len() as i64);
        }
        if standardize {
            rows.data = rows.view().standardized();
        }
        Ok(rows)
    }

    /// Number of units.
    pub fn n(&self) -> usize {
        self.indptr.len() - 1
    }

    /// Neighbours of one unit and their weights.
    pub fn row(&self, unit: usize) -> (&'a [u32], &'a [f64]) {
        let (start, end) = (self.indptr[unit] as usize, self.indptr[unit + 1] as usize);
        (&self.indices[start..end], &self.data[start..end])
    }

    /// The spatial lag Σ_j w_ij x_j of every column of `values`, which is units × `n_columns`. O(links · columns).
    ///
    /// Terms are added in the order of the columns; a unit without neighbours has no lag, and gets NaN.
    ///
    /// # Errors
    /// `Length`, `NotFinite`, `OutOfRange` where a sum overflows, `Cancelled`.
    pub fn lag(&self, job: &Job, values: &[f64], n_columns: usize) -> Result<Vec<f64>> {
        check::length("values", values, self.n() * n_columns)?;
        check::finite("values", values)?;
        let chunks = job.map(self.n().div_ceil(ROW_CHUNK), |chunk| {
            let units = chunk * ROW_CHUNK..self.n().min((chunk + 1) * ROW_CHUNK);
            let mut lags = Vec::with_capacity(units.len() * n_columns);
            for unit in units {
                self.push_lag(unit, values, n_columns, &mut lags);
            }
            Ok(lags)
        })?;
        let lags = chunks.concat();
        let is_lost =
            |(entry, lag): (usize, &f64)| !lag.is_finite() && !self.row(entry / n_columns).0.is_empty();
        if lags.iter().enumerate().any(is_lost) {
            return Err(Error::OutOfRange { name: "values", period: 0 });
        }
        Ok(lags)
    }

    fn push_lag(&self, unit: usize, values: &[f64], n_columns: usize, lags: &mut Vec<f64>) {
        let (neighbours, weights) = self.row(unit);
        let start = lags.len();
        lags.resize(start + n_columns, if neighbours.is_empty() { f64::NAN } else { 0.0 });
        for (&neighbour, weight) in neighbours.iter().zip(weights) {
            let row = &values[neighbour as usize * n_columns..][..n_columns];
            for (lag, value) in lags[start..].iter_mut().zip(row) {
                *lag += weight * value;
            }
        }
    }

    /// The sum of each row, zero for a unit without neighbours.
    pub fn row_sums(&self) -> Vec<f64> {
        // The sum of nothing is −0.0.
        (0..self.n()).map(|unit| self.row(unit).1.iter().sum::<f64>() + 0.0).collect()
    }

    /// The weights divided by the sums of their rows.
    pub fn standardized(&self) -> Vec<f64> {
        let divided = |unit| {
            let (_, weights) = self.row(unit);
            let sum: f64 = weights.iter().sum();
            weights.iter().map(move |weight| weight / sum)
        };
        (0..self.n()).flat_map(divided).collect()
    }

    /// The same weights with unit `order[i]` in place i. `order` holds every unit once.
    ///
    /// # Errors
    /// `Length`, `Code`, `Duplicate`.
    pub fn reordered(&self, order: &[u32]) -> Result<Rows> {
        check::length("order", order, self.n())?;
        check::codes("order", order, self.n())?;
        let mut place = vec![u32::MAX; self.n()];
        for (row, &unit) in order.iter().enumerate() {
            let first = place[unit as usize];
            if first != u32::MAX {
                return Err(Error::Duplicate { name: "order", row, first: first as usize });
            }
            place[unit as usize] = row as u32;
        }
        let mut rows = Rows { indptr: vec![0], indices: Vec::new(), data: Vec::new() };
        for &unit in order {
            let (neighbours, weights) = self.row(unit as usize);
            let mut row: Vec<(u32, f64)> =
                neighbours.iter().map(|&each| place[each as usize]).zip(weights.iter().copied()).collect();
            row.sort_unstable_by_key(|&(column, _)| column);
            rows.indices.extend(row.iter().map(|&(column, _)| column));
            rows.data.extend(row.iter().map(|&(_, weight)| weight));
            rows.indptr.push(rows.indices.len() as i64);
        }
        Ok(rows)
    }

    /// The number of components when every link counts in both directions. O(n + links).
    ///
    /// # Errors
    /// `Cancelled`.
    pub fn n_components(&self, job: &Job) -> Result<usize> {
        let mut parent: Vec<u32> = (0..self.n() as u32).collect();
        let mut n = self.n();
        for unit in 0..self.n() {
            job.check()?;
            for &neighbour in self.row(unit).0 {
                let (one, two) = (root(&mut parent, unit as u32), root(&mut parent, neighbour));
                if one != two {
                    parent[one.max(two) as usize] = one.min(two);
                    n -= 1;
                }
            }
        }
        Ok(n)
    }
}

/// The representative of a unit's component, halving the path on the way.
fn root(parent: &mut [u32], mut unit: u32) -> u32 {
    while parent[unit as usize] != unit {
        parent[unit as usize] = parent[parent[unit as usize] as usize];
        unit = parent[unit as usize];
    }
    unit
}
