//! One pass over the rows for several factors at once: the cells of their joint strata, from which those of every pair
//! and of every factor are margins.

use std::ops::Range;

use super::moments::{BLOCK, Cell, Stratum, blocks, pairs};
use super::sample::{Codes, Sample};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// The cells of a joint table stay in the second level of the cache: 16 bytes each, 8 more for squares.
const MOST_JOINT: usize = 1 << 12;

/// A joint table is worth its margins if there are so many rows per cell.
const ROWS_PER_CELL: usize = 4;

/// A stratum whose squares are a smaller part of those of its values has lost digits, and is summed again about its mean.
const LOST: f64 = 1e-2;

/// Factors that are tallied together, and what is read off their table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    pub factors: Vec<usize>,
    /// Positions in `factors` of the pairs that no earlier group has.
    pub pairs: Vec<(usize, usize)>,
    /// Positions in `factors` of the factors that no earlier group has.
    pub owned: Vec<usize>,
}

/// Groups that hold every factor and every two of them, as few as a greedy search finds.
///
/// Each group starts with an open pair and takes on, as long as its table stays small for `n_rows`, the factor with most
/// open pairs to it. For ten factors of eight strata that takes about ten groups of four instead of 45 pairs.
pub fn groups(n_strata: &[usize], n_rows: usize) -> Vec<Group> {
    let n = n_strata.len();
    let most = MOST_JOINT.min(n_rows / ROWS_PER_CELL);
    let mut open = vec![true; n * n];
    let mut owned = vec![false; n];
    let mut groups = Vec::new();
    let starts = pairs(n).chain((n == 1).then_some((0, 0)));
    for (a, b) in starts.collect::<Vec<_>>() {
        if !open[a * n + b] {
            continue;
        }
        let mut factors = if a == b { vec![a] } else { vec![a, b] };
        let gain = |factors: &[usize], c: usize| {
            factors.iter().filter(|&&each| open[each.min(c) * n + each.max(c)]).count()
        };
        loop {
            let cells: usize = factors.iter().map(|&each| n_strata[each]).product();
            let fits = |c: &usize| !factors.contains(c) && cells.saturating_mul(n_strata[*c]) <= most;
            // Of equal gains the first.
            let best = (0..n).filter(fits).rev().max_by_key(|&c| gain(&factors, c));
            match best {
                Some(c) if gain(&factors, c) > 0 => factors.push(c),
                _ => break,
            }
        }
        factors.sort_unstable();
        let mut group = Group { factors, ..Group::default() };
        for (i, j) in pairs(group.factors.len()) {
            let pair = group.factors[i] * n + group.factors[j];
            if std::mem::take(&mut open[pair]) {
                group.pairs.push((i, j));
            }
        }
        group.owned = (0..group.factors.len())
            .filter(|&position| !std::mem::replace(&mut owned[group.factors[position]], true))
            .collect();
        groups.push(group);
    }
    groups
}

/// What one group gives in one period.
pub(super) struct Margins {
    /// In the order of `Group::pairs`.
    pub crossed: Vec<Vec<Cell>>,
    /// In the order of `Group::owned`.
    pub strata: Vec<Vec<Stratum>>,
}

/// Tally `group` in `period`. O(rows · factors of the group + cells · pairs).
pub(super) fn tally(job: &Job, sample: &Sample<'_>, group: &Group, period: usize) -> Result<Margins> {
    let sizes: Vec<usize> = group.factors.iter().map(|&factor| sample.n_strata[factor]).collect();
    let n_cells = sizes.iter().product();
    let mut cells = vec![Cell::default(); n_cells];
    let mut squares = vec![0.0; if group.owned.is_empty() { 0 } else { n_cells }];
    let mut index = Vec::with_capacity(BLOCK);
    for rows in blocks(sample.rows_of(period)) {
        job.check()?;
        joint_codes(sample, group, &rows, &mut index);
        let values = &sample.values[rows];
        for (&code, &value) in index.iter().zip(values) {
            let cell = &mut cells[code as usize];
            cell.n += 1.0;
            cell.sum += value;
        }
        if !squares.is_empty() {
            index.iter().zip(values).for_each(|(&code, &value)| squares[code as usize] += value * value);
        }
    }
    let stride = |position: usize| sizes[position + 1..].iter().product::<usize>();
    let code = |cell: usize, position: usize| cell / stride(position) % sizes[position];
    let crossed = group.pairs.iter().map(|&(i, j)| {
        let mut margin = vec![Cell::default(); sizes[i] * sizes[j]];
        let (stride_i, stride_j) = (stride(i), stride(j));
        for (position, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.n > 0.0) {
            let place = position / stride_i % sizes[i] * sizes[j] + position / stride_j % sizes[j];
            margin[place].n += cell.n;
            margin[place].sum += cell.sum;
        }
        margin
    });
    let crossed = crossed.collect();
    let strata = group.owned.iter().map(|&position| {
        let mut margin = vec![Sums::default(); sizes[position]];
        for (index, (cell, square)) in cells.iter().zip(&squares).enumerate() {
            margin[code(index, position)].add(cell, *square);
        }
        strata(job, sample, group.factors[position], period, &margin)
    });
    Ok(Margins { crossed, strata: strata.collect::<Result<_>>()? })
}

/// The joint code of every row of a block, the last factor fastest.
fn joint_codes(sample: &Sample<'_>, group: &Group, rows: &Range<usize>, index: &mut Vec<u32>) {
    index.clear();
    index.resize(rows.len(), 0);
    for &factor in &group.factors {
        let n_strata = sample.n_strata[factor] as u32;
        match sample.strata[factor].rows(rows.clone()) {
            Codes::Narrow(codes) => {
                index
                    .iter_mut()
                    .zip(codes)
                    .for_each(|(index, &code)| *index = *index * n_strata + u32::from(code));
            }
            Codes::Wide(codes) => {
                index.iter_mut().zip(codes).for_each(|(index, &code)| *index = *index * n_strata + code);
            }
        }
    }
}

/// Count, sum and sum of squares.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    n: f64,
    sum: f64,
    square: f64,
}

impl Sums {
    fn add(&mut self, cell: &Cell, square: f64) {
        self.n += cell.n;
        self.sum += cell.sum;
        self.square += square;
    }

    fn stratum(&self) -> Stratum {
        let mean = if self.n > 0.0 { self.sum / self.n } else { 0.0 };
        Stratum { n: self.n, mean, squares: (self.square - self.sum * mean).max(0.0) }
    }

    /// Whether the squares about the mean are what little is left of a difference.
    fn has_lost_digits(&self, stratum: &Stratum) -> bool {
        self.n > 1.5 && stratum.squares < LOST * self.square
    }
}

/// The moments of one factor; summed again about the means where strata are far apart for what they spread.
fn strata(
    job: &Job,
    sample: &Sample<'_>,
    factor: usize,
    period: usize,
    margin: &[Sums],
) -> Result<Vec<Stratum>> {
    let mut strata: Vec<Stratum> = margin.iter().map(Sums::stratum).collect();
    strata.iter_mut().filter(|stratum| stratum.n < 1.5).for_each(|stratum| stratum.squares = 0.0);
    if !margin.iter().zip(&strata).any(|(sums, stratum)| sums.has_lost_digits(stratum)) {
        return Ok(strata);
    }
    // Means above the first value of the stratum: of equal values the mean is that value, and the squares are zero.
    let mut first = vec![f64::NAN; strata.len()];
    let mut above = vec![0.0; strata.len()];
    each_row(job, sample, factor, period, |code, value| {
        if first[code].is_nan() {
            first[code] = value;
        }
        above[code] += value - first[code];
    })?;
    for (stratum, (first, above)) in strata.iter_mut().zip(first.iter().zip(&above)) {
        if stratum.n > 0.0 {
            *stratum = Stratum { n: stratum.n, mean: first + above / stratum.n, squares: 0.0 };
        }
    }
    each_row(job, sample, factor, period, |code, value| {
        let stratum = &mut strata[code];
        stratum.squares += (value - stratum.mean).powi(2);
    })?;
    Ok(strata)
}

fn each_row(
    job: &Job,
    sample: &Sample<'_>,
    factor: usize,
    period: usize,
    mut visit: impl FnMut(usize, f64),
) -> Result<()> {
    for rows in blocks(sample.rows_of(period)) {
        job.check()?;
        let values = &sample.values[rows.clone()];
        match sample.strata[factor].rows(rows) {
            Codes::Narrow(codes) => {
                codes.iter().zip(values).for_each(|(&code, &value)| visit(code.into(), value))
            }
            Codes::Wide(codes) => {
                codes.iter().zip(values).for_each(|(&code, &value)| visit(code as usize, value))
            }
        }
    }
    Ok(())
}
