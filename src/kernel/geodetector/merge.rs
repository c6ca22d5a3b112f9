//! Moments of parts of the rows, joined.

use super::moments::{Cell, Moments, pairs};
use crate::kernel::error::{Error, Result};
use crate::kernel::job::Job;

/// Where the strata and periods of some moments stand in a larger layout.
#[derive(Debug, Clone)]
pub struct Places {
    /// By factor: the new code of each stratum.
    pub strata: Vec<Vec<u32>>,
    /// The new code of each period.
    pub periods: Vec<u32>,
}

impl Moments {
    /// These moments in a layout of `n_periods` periods and `n_strata` strata per factor.
    ///
    /// # Errors
    /// `Length` where `places` are not those of this layout, `Code` where they are outside the new one; `Memory`.
    pub fn placed(&self, job: &Job, n_periods: usize, n_strata: &[usize], places: &Places) -> Result<Self> {
        self.check_places(n_periods, n_strata, places)?;
        let crossed = pairs(n_strata.len()).map(|(a, b)| n_strata[a].saturating_mul(n_strata[b]));
        let cells = crossed.fold(0, usize::saturating_add).saturating_mul(n_periods);
        job.foresee("crossed strata", cells, size_of::<Cell>())?;
        let mut placed = Self {
            n_periods,
            n_strata: n_strata.to_vec(),
            shift: vec![0.0; n_periods],
            strata: n_strata.iter().map(|&n| vec![Default::default(); n_periods * n]).collect(),
            crossed: pairs(n_strata.len())
                .map(|(a, b)| vec![Default::default(); n_periods * n_strata[a] * n_strata[b]])
                .collect(),
        };
        for (period, &to) in places.periods.iter().enumerate() {
            let to = to as usize;
            placed.shift[to] = self.shift[period];
            for (factor, map) in places.strata.iter().enumerate() {
                for (stratum, &code) in map.iter().enumerate() {
                    placed.strata[factor][to * n_strata[factor] + code as usize] =
                        self.strata[factor][period * map.len() + stratum];
                }
            }
            for (pair, (a, b)) in pairs(n_strata.len()).enumerate() {
                let (map_a, map_b) = (&places.strata[a], &places.strata[b]);
                for (i, &code_a) in map_a.iter().enumerate() {
                    for (j, &code_b) in map_b.iter().enumerate() {
                        let cell = (to * n_strata[a] + code_a as usize) * n_strata[b] + code_b as usize;
                        placed.crossed[pair][cell] =
                            self.crossed[pair][(period * map_a.len() + i) * map_b.len() + j];
                    }
                }
            }
        }
        Ok(placed)
    }

    fn check_places(&self, n_periods: usize, n_strata: &[usize], places: &Places) -> Result<()> {
        self.check()?;
        let same = |name, length, expected| {
            if length == expected { Ok(()) } else { Err(Error::Length { name, length, expected }) }
        };
        same("factors", n_strata.len(), self.n_strata.len())?;
        same("factors", places.strata.len(), self.n_strata.len())?;
        same("periods", places.periods.len(), self.n_periods)?;
        crate::kernel::check::codes("periods", &places.periods, n_periods)?;
        for (factor, map) in places.strata.iter().enumerate() {
            same("strata", map.len(), self.n_strata[factor])?;
            crate::kernel::check::codes("strata", map, n_strata[factor])?;
        }
        Ok(())
    }

    /// Join `other`, of other rows and the same layout. Sums are brought to the shift of these moments.
    ///
    /// # Errors
    /// `Length` where the layouts differ.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.n_strata != other.n_strata || self.n_periods != other.n_periods {
            let (length, expected) = (other.n_strata.len(), self.n_strata.len());
            return Err(Error::Length { name: "strata", length, expected });
        }
        let offset: Vec<f64> = (0..self.n_periods)
            .map(|period| {
                if self.rows_of(period) <= 0.0 {
                    self.shift[period] = other.shift[period];
                }
                other.shift[period] - self.shift[period]
            })
            .collect();
        for (factor, strata) in self.strata.iter_mut().enumerate() {
            let n_strata = self.n_strata[factor].max(1);
            for (index, (stratum, part)) in strata.iter_mut().zip(&other.strata[factor]).enumerate() {
                stratum.merge(*part, offset[index / n_strata]);
            }
        }
        for (cells, parts) in self.crossed.iter_mut().zip(&other.crossed) {
            let per_period = (cells.len() / self.n_periods.max(1)).max(1);
            for (index, (cell, part)) in cells.iter_mut().zip(parts).enumerate() {
                cell.n += part.n;
                cell.sum += part.sum + part.n * offset[index / per_period];
            }
        }
        Ok(())
    }

    /// Number of rows in `period`.
    pub fn rows_of(&self, period: usize) -> f64 {
        let n_strata = self.n_strata.first().copied().unwrap_or(0);
        self.strata.first().map_or(0.0, |strata| {
            strata[period * n_strata..(period + 1) * n_strata].iter().map(|stratum| stratum.n).sum()
        })
    }
}
