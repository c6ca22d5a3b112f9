//! The interaction detector: q of the crossed strata of two factors, and what kind of interaction it shows.

use super::factor::{FactorResult, is_single};
use super::moments::{Cell, Moments, pairs, total};
use super::{Parameters, Singletons};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Two q are taken to be equal if they differ by no more than this, relative to the larger.
const EQUAL: f64 = 1e-10;

/// The five kinds of Wang et al. (2010), in the order of the q they go with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// q < min.
    NonlinearWeaken,
    /// min ≤ q ≤ max.
    UnivariateWeaken,
    /// max < q < sum.
    BivariateEnhance,
    /// q = sum.
    Independent,
    /// q > sum.
    NonlinearEnhance,
    /// A q is undefined.
    Undefined,
}

impl Kind {
    /// The kind by q of the first factor, of the second and of both.
    pub fn of(q_a: f64, q_b: f64, q: f64) -> Self {
        let (low, high, sum) = (q_a.min(q_b), q_a.max(q_b), q_a + q_b);
        let margin = EQUAL * sum.max(q);
        if !(q_a + q_b + q).is_finite() {
            Self::Undefined
        } else if q < low - margin {
            Self::NonlinearWeaken
        } else if q <= high + margin {
            Self::UnivariateWeaken
        } else if q < sum - margin {
            Self::BivariateEnhance
        } else if q <= sum + margin {
            Self::Independent
        } else {
            Self::NonlinearEnhance
        }
    }
}

/// One pair of factors in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interaction {
    pub period: u32,
    pub factor_a: u32,
    pub factor_b: u32,
    pub q_a: f64,
    pub q_b: f64,
    pub q: f64,
    pub kind: Kind,
    /// Crossed strata with units that are used.
    pub n_strata: u64,
    /// Crossings of a stratum of the one and a stratum of the other that no unit is in.
    pub n_empty: u64,
    /// Crossed strata of one unit.
    pub n_singletons: u64,
}

pub(super) fn detect(
    job: &Job,
    moments: &Moments,
    parameters: &Parameters,
    factors: &[FactorResult],
) -> Result<Vec<Interaction>> {
    let n_factors = moments.n_strata.len();
    let pairs: Vec<(usize, usize)> = pairs(n_factors).collect();
    job.map(moments.n_periods * pairs.len(), |index| {
        let (period, pair) = (index / pairs.len(), index % pairs.len());
        let (a, b) = pairs[pair];
        let all = total(moments.strata_of(period, a));
        let cells = moments.crossed_of(period, pair);
        let q =
            Crossing { n: all.n, mean: all.mean, squares: all.squares, singletons: parameters.singletons }
                .q(cells);
        let (q_a, q_b) = (factors[period * n_factors + a].q, factors[period * n_factors + b].q);
        let occupied = |factor| moments.strata_of(period, factor).iter().filter(|each| each.n > 0.5).count();
        let n_cells = cells.iter().filter(|cell| cell.n > 0.5).count();
        let n_singletons = cells.iter().filter(|cell| is_single(cell.n)).count();
        let n_left_out = if parameters.singletons == Singletons::Drop { n_singletons } else { 0 };
        Ok(Interaction {
            period: period as u32,
            factor_a: a as u32,
            factor_b: b as u32,
            q_a,
            q_b,
            q,
            kind: Kind::of(q_a, q_b, q),
            n_strata: (n_cells - n_left_out) as u64,
            n_empty: (occupied(a) * occupied(b) - n_cells) as u64,
            n_singletons: n_singletons as u64,
        })
    })
}

/// All units of a period, from which q of any crossing follows by counts and sums alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crossing {
    pub n: f64,
    /// Mean, from where the sums of the cells are taken.
    pub mean: f64,
    /// Squares about the mean.
    pub squares: f64,
    pub singletons: Singletons,
}

impl Crossing {
    /// Σ n (mean of the cell − mean)² / squares, a sum of terms that cannot be negative; at most one.
    pub fn q(&self, cells: &[Cell]) -> f64 {
        let between = |mean: f64, least: f64| -> f64 {
            let used = cells.iter().filter(|cell| cell.n > least);
            used.map(|cell| (cell.sum - cell.n * mean).powi(2) / cell.n).sum()
        };
        let singles = cells.iter().filter(|cell| is_single(cell.n));
        if self.singletons == Singletons::Keep || singles.clone().next().is_none() {
            return (between(self.mean, 0.5) / self.squares).min(1.0);
        }
        // Without the units that are alone in their cell: each is its own sum.
        let (n_out, sum_out) =
            singles.fold((0.0, 0.0), |(n, sum), cell| (n + 1.0, sum + (cell.sum - self.mean)));
        let within = (self.squares - between(self.mean, 0.5)).max(0.0);
        let n = self.n - n_out;
        if n < 1.0 {
            return f64::NAN;
        }
        let between = between(self.mean - sum_out / n, 1.5);
        between / (between + within)
    }
}
