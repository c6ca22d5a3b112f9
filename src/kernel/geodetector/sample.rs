//! The rows of one call, period after period, with values taken from the mean of their period.

use std::borrow::Cow;

use crate::kernel::cells::Classes;
use crate::kernel::check;
use crate::kernel::error::{Error, Result};
use crate::kernel::job::Job;

/// The stratum of every row under one factor; narrow codes need a quarter of the memory.
#[derive(Debug, Clone, Copy)]
pub enum Codes<'a> {
    Narrow(&'a [u8]),
    Wide(&'a [u32]),
}

impl<'a> Codes<'a> {
    /// The codes of some rows.
    pub fn rows(self, rows: std::ops::Range<usize>) -> Self {
        match self {
            Self::Narrow(codes) => Self::Narrow(&codes[rows]),
            Self::Wide(codes) => Self::Wide(&codes[rows]),
        }
    }

    pub(super) fn to_wide(self) -> Vec<u32> {
        match self {
            Self::Narrow(codes) => codes.iter().map(|&code| code.into()).collect(),
            Self::Wide(codes) => codes.to_vec(),
        }
    }
}

/// One factor: the strata of all rows.
#[derive(Debug, Clone, Copy)]
pub struct Factor<'a> {
    pub codes: Codes<'a>,
    /// Number of strata, empty ones included.
    pub n_strata: usize,
}

impl Factor<'_> {
    fn check(&self, rows: usize) -> Result<()> {
        match self.codes {
            Codes::Narrow(codes) => {
                check::length("factor", codes, rows)?;
                let out = codes.iter().position(|&code| usize::from(code) >= self.n_strata);
                match out {
                    None => Ok(()),
                    Some(row) => {
                        let code = codes[row].into();
                        Err(Error::Code { name: "factor", row, code, count: self.n_strata })
                    }
                }
            }
            Codes::Wide(codes) => {
                check::length("factor", codes, rows)?;
                check::codes("factor", codes, self.n_strata)
            }
        }
    }
}

/// What a call is given: one outcome, the strata of every factor, and the period of each row.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The outcome, finite.
    pub values: &'a [f64],
    pub factors: &'a [Factor<'a>],
    pub periods: Classes<'a>,
}

impl Input<'_> {
    pub(super) fn check(&self) -> Result<()> {
        check::not_empty("values", self.values)?;
        check::finite("values", self.values)?;
        check::not_empty("factors", self.factors)?;
        self.periods.check("periods", self.values.len())?;
        for (index, factor) in self.factors.iter().enumerate() {
            factor.check(self.values.len()).map_err(|error| error.in_column(index))?;
        }
        Ok(())
    }
}

/// Codes in the order of the sample: the caller's own where there is one period.
#[derive(Debug)]
pub(super) enum Strata<'a> {
    Narrow(Cow<'a, [u8]>),
    Wide(Cow<'a, [u32]>),
}

impl Strata<'_> {
    pub fn rows(&self, rows: std::ops::Range<usize>) -> Codes<'_> {
        let all = match self {
            Self::Narrow(codes) => Codes::Narrow(codes),
            Self::Wide(codes) => Codes::Wide(codes),
        };
        all.rows(rows)
    }
}

/// Rows sorted by period, their order inside a period kept.
#[derive(Debug)]
pub(super) struct Sample<'a> {
    /// The outcome above `shift` of its period.
    pub values: Vec<f64>,
    /// Strata by factor.
    pub strata: Vec<Strata<'a>>,
    pub n_strata: Vec<usize>,
    /// Period p holds the rows `bounds[p]..bounds[p + 1]`.
    pub bounds: Vec<usize>,
    /// The mean of each period, as a double; zero for a period without rows.
    pub shift: Vec<f64>,
}

impl<'a> Sample<'a> {
    /// O(n · factors), and with several periods a copy of the codes.
    ///
    /// # Errors
    /// Those of [`Input::check`]; `OutOfRange` where differences of values overflow; `Cancelled`.
    pub fn new(job: &Job, input: &Input<'a>) -> Result<Self> {
        input.check()?;
        let (bounds, order) = sort_by_period(job, &input.periods, input.values.len())?;
        let mut values = gathered(input.values, order.as_deref());
        let mut shift = Vec::with_capacity(bounds.len() - 1);
        for (period, ends) in bounds.windows(2).enumerate() {
            let rows = &mut values[ends[0]..ends[1]];
            let mean = mean(job, rows)?;
            if !mean.is_finite() {
                return Err(Error::OutOfRange { name: "values", period });
            }
            rows.iter_mut().for_each(|value| *value -= mean);
            shift.push(mean);
        }
        let strata = input.factors.iter().map(|factor| match (factor.codes, &order) {
            (Codes::Narrow(codes), None) => Strata::Narrow(Cow::Borrowed(codes)),
            (Codes::Wide(codes), None) => Strata::Wide(Cow::Borrowed(codes)),
            (Codes::Narrow(codes), Some(order)) => Strata::Narrow(gathered(codes, Some(order)).into()),
            (Codes::Wide(codes), Some(order)) => Strata::Wide(gathered(codes, Some(order)).into()),
        });
        Ok(Self {
            values,
            strata: strata.collect(),
            n_strata: input.factors.iter().map(|factor| factor.n_strata).collect(),
            bounds,
            shift,
        })
    }

    pub fn n_factors(&self) -> usize {
        self.n_strata.len()
    }

    pub fn n_periods(&self) -> usize {
        self.shift.len()
    }

    pub fn rows_of(&self, period: usize) -> std::ops::Range<usize> {
        self.bounds[period]..self.bounds[period + 1]
    }
}

/// The mean, taken above the first value, so that an offset costs no digits; zero of nothing.
fn mean(job: &Job, values: &[f64]) -> Result<f64> {
    let Some(&first) = values.first() else {
        return Ok(0.0);
    };
    Ok(first + job.sum(values.len(), |row| values[row] - first)? / values.len() as f64)
}

/// Where each period starts, and the rows in their order if they are not in it already.
fn sort_by_period(job: &Job, periods: &Classes<'_>, n: usize) -> Result<(Vec<usize>, Option<Vec<u32>>)> {
    let Some(codes) = periods.codes else {
        return Ok((vec![0, n], None));
    };
    check::at_most("rows", n, u32::MAX as usize)?;
    let mut bounds = vec![0_usize; periods.count + 1];
    job.walk(codes.iter(), |&code| bounds[code as usize + 1] += 1)?;
    (0..periods.count).for_each(|period| bounds[period + 1] += bounds[period]);
    if codes.is_sorted() {
        return Ok((bounds, None));
    }
    let mut next = bounds.clone();
    let mut order = vec![0_u32; n];
    job.walk(codes.iter().enumerate(), |(row, &code)| {
        order[next[code as usize]] = row as u32;
        next[code as usize] += 1;
    })?;
    Ok((bounds, Some(order)))
}

fn gathered<T: Copy>(column: &[T], order: Option<&[u32]>) -> Vec<T> {
    match order {
        None => column.to_vec(),
        Some(order) => order.iter().map(|&row| column[row as usize]).collect(),
    }
}
