//! Units sorted into period × group cells: the form in which grouped methods read a panel.

use super::check;
use super::error::{Error, Result};
use super::job::Job;
use super::sort;

/// A class code for every row, or one class for all.
#[derive(Debug, Clone, Copy)]
pub struct Classes<'a> {
    /// One code below `count` per row; `None` puts every row into class 0.
    pub codes: Option<&'a [u32]>,
    /// Number of classes, empty ones included.
    pub count: usize,
}

impl<'a> Classes<'a> {
    /// Every row in one class.
    pub const ONE: Self = Self { codes: None, count: 1 };

    /// Rows classed by `codes`, each below `count`.
    pub fn new(codes: &'a [u32], count: usize) -> Self {
        Self { codes: Some(codes), count }
    }

    /// The class of `row`.
    #[inline]
    pub fn of(&self, row: usize) -> usize {
        self.codes.map_or(0, |codes| codes[row] as usize)
    }

    /// Codes, if there are any, are one per row and in range.
    pub fn check(&self, name: &'static str, rows: usize) -> Result<()> {
        match self.codes {
            None if self.count == 0 && rows > 0 => Err(Error::Code { name, row: 0, code: 0, count: 0 }),
            None => Ok(()),
            Some(codes) => {
                check::length(name, codes, rows)?;
                check::codes(name, codes, self.count)
            }
        }
    }
}

/// A panel: one row per unit and period.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    /// The variable, one finite number per row.
    pub values: &'a [f64],
    /// Weight of each row, zero or more; `None` weights all rows alike.
    pub weights: Option<&'a [f64]>,
    /// Group of each row.
    pub groups: Classes<'a>,
    /// Period of each row.
    pub periods: Classes<'a>,
}

impl Panel<'_> {
    /// Lengths agree, codes are in range, values and weights are finite and not negative.
    pub fn check_non_negative(&self) -> Result<()> {
        check::not_empty("values", self.values)?;
        check::non_negative("values", self.values)?;
        self.check_around_values()
    }

    /// Lengths agree, codes are in range, values are finite, weights are finite and not negative.
    pub fn check(&self) -> Result<()> {
        check::not_empty("values", self.values)?;
        check::finite("values", self.values)?;
        self.check_around_values()
    }

    /// As [`Panel::check`], the values themselves apart.
    pub fn check_around_values(&self) -> Result<()> {
        self.groups.check("groups", self.values.len())?;
        self.periods.check("periods", self.values.len())?;
        if let Some(weights) = self.weights {
            check::length("weights", weights, self.values.len())?;
            check::non_negative("weights", weights)?;
        }
        Ok(())
    }
}

/// How a unit carries its weight: `()` takes no memory and weighs one, `f64` weighs what it says.
pub trait Weight: Copy + Send + Sync {
    /// The weight as a number.
    fn get(self) -> f64;
}

impl Weight for () {
    #[inline]
    fn get(self) -> f64 {
        1.0
    }
}

impl Weight for f64 {
    #[inline]
    fn get(self) -> f64 {
        self
    }
}

/// One value with its weight.
#[derive(Debug, Clone, Copy)]
pub struct Unit<W> {
    /// The variable.
    pub value: f64,
    /// `()` or `f64`.
    pub weight: W,
}

/// Each cell takes memory whether it has units or not: where it begins, the same once more, and a slice to be sorted.
const BYTES_PER_CELL: usize = 32;
const MOST_CELLS: usize = 100_000_000;

/// Units by period, within a period by group. Rows of weight zero are left out.
#[derive(Debug)]
pub struct Cells<W> {
    units: Vec<Unit<W>>,
    /// Cell c = period · n_groups + group holds `units[offsets[c]..offsets[c + 1]]`.
    offsets: Vec<usize>,
    n_groups: usize,
    n_periods: usize,
}

impl<W: Weight> Cells<W> {
    /// A counting sort of the rows by cell, keeping their order inside each cell. O(n + periods · groups).
    ///
    /// # Errors
    /// `NoWeight` for a period that has rows but no weight, `TooMany` cells, `Cancelled`.
    pub fn new(job: &Job, panel: &Panel<'_>, weight_of: impl Fn(usize) -> W) -> Result<Self> {
        let (n_groups, n_periods) = (panel.groups.count, panel.periods.count);
        let n_cells = n_groups.saturating_mul(n_periods);
        check::at_most("groups × periods", n_cells, MOST_CELLS)?;
        job.foresee("cells of a group and a period", n_cells, BYTES_PER_CELL)?;
        let cell_of = |row: usize| panel.periods.of(row) * n_groups + panel.groups.of(row);
        let mut offsets = vec![0_usize; n_cells + 1];
        let mut has_rows = vec![false; n_periods];
        for row in 0..panel.values.len() {
            has_rows[panel.periods.of(row)] = true;
            if weight_of(row).get() > 0.0 {
                offsets[cell_of(row) + 1] += 1;
            }
        }
        job.check()?;
        for cell in 0..n_cells {
            offsets[cell + 1] += offsets[cell];
        }
        for (period, _) in has_rows.iter().enumerate().filter(|&(_, &rows)| rows) {
            if offsets[period * n_groups] == offsets[(period + 1) * n_groups] {
                return Err(Error::NoWeight { name: "weights", period });
            }
        }
        let units = scatter(panel, &offsets, cell_of, weight_of);
        job.check()?;
        Ok(Self { units, offsets, n_groups, n_periods })
    }

    /// Number of periods, empty ones included.
    pub fn n_periods(&self) -> usize {
        self.n_periods
    }

    /// The groups of `period` that have units, each with its units, in the order of the group codes.
    pub fn groups_of(&self, period: usize) -> Vec<(u32, &[Unit<W>])> {
        (0..self.n_groups)
            .map(|group| (group as u32, self.cell(period * self.n_groups + group)))
            .filter(|(_, units)| !units.is_empty())
            .collect()
    }

    /// All units, and where those of each period start and the last end.
    pub fn into_periods(self) -> (Vec<Unit<W>>, Vec<usize>) {
        (self.units, self.offsets.into_iter().step_by(self.n_groups.max(1)).collect())
    }

    /// Sort every cell by value, then weight. O(n log n).
    pub fn sort(&mut self, job: &Job) -> Result<()> {
        let mut rest = self.units.as_mut_slice();
        let mut cells = Vec::with_capacity(self.offsets.len() - 1);
        for bounds in self.offsets.windows(2) {
            let (cell, tail) = rest.split_at_mut(bounds[1] - bounds[0]);
            cells.push(cell);
            rest = tail;
        }
        job.each(cells, |cell| {
            sort::by_number(
                job,
                cell,
                |unit| unit.value,
                |a, b| {
                    let by_weight = || a.weight.get().total_cmp(&b.weight.get());
                    a.value.total_cmp(&b.value).then_with(by_weight)
                },
            )
        })?;
        Ok(())
    }

    fn cell(&self, cell: usize) -> &[Unit<W>] {
        &self.units[self.offsets[cell]..self.offsets[cell + 1]]
    }
}

fn scatter<W: Weight>(
    panel: &Panel<'_>,
    offsets: &[usize],
    cell_of: impl Fn(usize) -> usize,
    weight_of: impl Fn(usize) -> W,
) -> Vec<Unit<W>> {
    let mut next = offsets.to_vec();
    let n_units = offsets.last().copied().unwrap_or(0);
    let Some(&first) = panel.values.first() else {
        return Vec::new();
    };
    let mut units = vec![Unit { value: first, weight: weight_of(0) }; n_units];
    for (row, &value) in panel.values.iter().enumerate() {
        let weight = weight_of(row);
        if weight.get() > 0.0 {
            let cell = cell_of(row);
            // Adding zero turns −0 into 0, so that the total order treats both as one value.
            units[next[cell]] = Unit { value: value + 0.0, weight };
            next[cell] += 1;
        }
    }
    units
}
