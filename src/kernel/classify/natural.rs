//! Natural breaks: the classes with the smallest sum of squares within them.
//!
//! Fisher, W. D. (1958). On grouping for maximum homogeneity. *Journal of the American Statistical Association* 53,
//! 789–798; the criterion is that of Jenks (1977). With the distinct values in order,
//!
//! ```text
//! D_q(j) = min_i D_{q−1}(i) + C(i, j),   C(i, j) = Σ w x² − (Σ w x)² / Σ w   over the values i … j − 1
//! ```
//!
//! The best i never moves left as j moves right, so that each row of the table is filled by divide and conquer.

use super::twofold::Twofold;
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// The best classes of one set of values, for any number of classes up to a limit.
pub struct NaturalBreaks<'a> {
    distinct: &'a [f64],
    /// For q = 2, 3, …: where the last of q classes starts, for the first j values.
    starts: Vec<Vec<u32>>,
}

impl<'a> NaturalBreaks<'a> {
    /// Find the best 1 … `k_most` classes of `distinct` ascending values that occur `counts` times each.
    ///
    /// O(k m log m) time for m distinct values; k tables of m positions and six arrays of m doubles are held.
    /// Sums of squares carry 32 digits, so that neither an offset nor a far outlier blurs the choice; of equally
    /// good classes those with the lower cut points are taken.
    ///
    /// # Errors
    /// `Cancelled`.
    pub fn new(job: &Job, distinct: &'a [f64], counts: &[u64], k_most: usize) -> Result<Self> {
        let m = distinct.len();
        let n_rows = k_most.min(m);
        job.foresee("entries of the tables of natural breaks", n_rows * (m + 1), size_of::<u32>())?;
        let sums = Sums::new(distinct, counts);
        let mut costs: Vec<f64> = (0..=m).map(|j| sums.cost(0, j)).collect();
        let mut starts = Vec::new();
        let mut scratch = Vec::with_capacity(m);
        for k in 2..=n_rows {
            let mut row = Row { costs: vec![0.0; m + 1], starts: vec![0; m + 1] };
            let first = if k == k_most { m } else { k };
            let search = Search { job, sums: &sums, before: &costs };
            search.fill(&mut row, &mut scratch, (first, m), (k - 1, m - 1))?;
            costs = row.costs;
            starts.push(row.starts);
        }
        Ok(Self { distinct, starts })
    }

    /// The largest value of each of the best `k` classes; fewer where there are fewer distinct values.
    pub fn breaks(&self, k: usize) -> Vec<f64> {
        let mut end = self.distinct.len();
        let mut breaks = Vec::with_capacity(k);
        for row in self.starts[..(k - 1).min(self.starts.len())].iter().rev() {
            breaks.push(self.distinct[end - 1]);
            end = row[end] as usize;
        }
        breaks.push(self.distinct[end - 1]);
        breaks.reverse();
        breaks
    }
}

/// One row of the table: for each j the smallest sum of squares and the last start that gives it.
struct Row {
    costs: Vec<f64>,
    starts: Vec<u32>,
}

/// What one row is found from.
struct Search<'a> {
    job: &'a Job,
    sums: &'a Sums,
    /// The row with one class fewer.
    before: &'a [f64],
}

impl Search<'_> {
    /// Fill `row` for j from `first` to `last`, whose best starts lie from `low` to `high`.
    fn fill(
        &self,
        row: &mut Row,
        scratch: &mut Vec<f64>,
        (first, last): (usize, usize),
        (low, high): (usize, usize),
    ) -> Result<()> {
        self.job.check()?;
        let middle = first + (last - first) / 2;
        let (cost, start) = self.best(scratch, middle, low, high.min(middle - 1));
        row.costs[middle] = cost;
        row.starts[middle] = start as u32;
        if first < middle {
            self.fill(row, scratch, (first, middle - 1), (low, start))?;
        }
        if middle < last {
            self.fill(row, scratch, (middle + 1, last), (start, high))?;
        }
        Ok(())
    }

    /// The best start for the first `j` values. Doubles rule out all but the starts that rounding could confuse.
    fn best(&self, scratch: &mut Vec<f64>, j: usize, low: usize, high: usize) -> (f64, usize) {
        self.sums.rough_costs(scratch, self.before, j, low, high);
        let rough = scratch.iter().fold(f64::INFINITY, |best, &cost| if cost < best { cost } else { best });
        let limit = rough + 2.0 * self.sums.rounding;
        let mut best = (f64::INFINITY, low);
        for (start, _) in (low..).zip(scratch.iter()).filter(|&(_, &cost)| cost <= limit) {
            let cost = self.before[start] + self.sums.cost(start, j);
            if cost < best.0 {
                best = (cost, start);
            }
        }
        best
    }
}

/// Sums over the first 0, 1, …, m distinct values of their counts, values and squares.
struct Sums {
    weight: Vec<f64>,
    value: Vec<Twofold>,
    square: Vec<Twofold>,
    value_rough: Vec<f64>,
    square_rough: Vec<f64>,
    /// Bound on the error of a cost from the rough sums.
    rounding: f64,
}

impl Sums {
    /// Values are taken from their mean, exactly, and scaled by a power of two so that no square overflows.
    fn new(distinct: &[f64], counts: &[u64]) -> Self {
        let first = distinct[0];
        let range = distinct[distinct.len() - 1] - first;
        let scale = power_of_two_below(range);
        let n: f64 = counts.iter().map(|&count| count as f64).sum();
        let above: f64 =
            distinct.iter().zip(counts).map(|(&value, &count)| (value - first) / scale * count as f64).sum();
        let center = first + above / n * scale;
        let mut sums = Self {
            weight: vec![0.0],
            value: vec![Twofold::default()],
            square: vec![Twofold::default()],
            value_rough: vec![0.0],
            square_rough: vec![0.0],
            rounding: 0.0,
        };
        let (mut weight, mut total, mut squares) = (0.0, Twofold::default(), Twofold::default());
        for (&value, &count) in distinct.iter().zip(counts) {
            let count = count as f64;
            let x = Twofold::difference(value / scale, center / scale);
            weight += count;
            total = total + x * Twofold::from(count);
            squares = squares + x * x * Twofold::from(count);
            sums.weight.push(weight);
            sums.value.push(total);
            sums.square.push(squares);
            sums.value_rough.push(total.high);
            sums.square_rough.push(squares.high);
        }
        // Each rough sum is off by half a unit; the mean of a class is at most 2, and multiplies the error of a sum.
        let largest = sums.value_rough.iter().fold(0.0_f64, |largest, total| largest.max(total.abs()));
        sums.rounding = 8.0 * f64::EPSILON * (squares.high + 4.0 * largest);
        sums
    }

    /// C(start, end), to full precision.
    fn cost(&self, start: usize, end: usize) -> f64 {
        if end - start <= 1 {
            return 0.0;
        }
        let total = self.value[end] - self.value[start];
        let squares = self.square[end] - self.square[start];
        (squares - (total * total).over(self.weight[end] - self.weight[start])).value().max(0.0)
    }

    /// `before(i) + C(i, j)` for i from `low` to `high`, off by at most `rounding`.
    fn rough_costs(&self, costs: &mut Vec<f64>, before: &[f64], j: usize, low: usize, high: usize) {
        let (weight, value, square) = (self.weight[j], self.value_rough[j], self.square_rough[j]);
        let sums = self.weight[low..=high].iter().zip(&self.value_rough[low..=high]);
        let sums = sums.zip(&self.square_rough[low..=high]).zip(&before[low..=high]);
        costs.clear();
        costs.extend(sums.map(|(((w, v), s), cost)| {
            let total = value - v;
            cost + ((square - s) - total * total / (weight - w))
        }));
    }
}

/// The largest power of two that is not above `range`; 1 for a range of zero. Dividing by it rounds nothing.
fn power_of_two_below(range: f64) -> f64 {
    if range > 0.0 { libm::exp2(libm::ilogb(range).into()) } else { 1.0 }
}
