//! The geographic detector: how much of the variance of an outcome the strata of a factor account for.
//!
//! Wang, J.-F. et al. (2010). Geographical detectors-based health risk assessment. *International Journal of
//! Geographical Information Science* 24, 107–127; Wang, J.-F., Zhang, T.-L. & Fu, B.-J. (2016). A measure of spatial
//! stratified heterogeneity. *Ecological Indicators* 67, 250–256. With n_h units of mean μ_h in stratum h,
//!
//! ```text
//! q = SSB / SST = 1 − SSW / SST      SSB = Σ n_h (μ_h − μ)²      SSW = Σ_h Σ_i (y_hi − μ_h)²
//! F = (N − L)/(L − 1) · q/(1 − q)    λ = [Σ μ_h² − (Σ √n_h μ_h)²/N] / σ²
//! ```
//!
//! All four detectors work from [`Moments`] of strata and of crossed strata, which one pass gathers and which merge.
//! Permutations and the bootstrap need the rows themselves.

mod bootstrap;
mod ecological;
mod encode;
mod factor;
mod interaction;
mod joint;
mod merge;
mod moments;
mod resample;
mod risk;
mod sample;

pub use ecological::Ecological;
pub use encode::{Encoded, OwnedCodes, encode};
pub use factor::{FactorResult, Significance, tail_of_q};
pub use interaction::{Interaction, Kind};
pub use joint::{Group, groups};
pub use merge::Places;
pub use moments::{Cell, Moments, Stratum, moments, pairs};
pub use resample::{Intervals, Plan, Resampled, resample};
pub use risk::{Adjustment, Difference, Risk, StratumMean};
pub use sample::{Codes, Factor, Input};

use super::error::{Error, Result};
use super::job::Job;

/// What σ² in the noncentrality parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variance {
    /// SST/N.
    Population,
    /// SST/(N − 1).
    Sample,
}

/// What becomes of strata of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Singletons {
    /// They stay, with variance zero.
    Keep,
    /// Their units are left out, for each factor and each pair by itself.
    Drop,
}

impl Singletons {
    /// A stratum is used if it has more units than this: counts are whole numbers held as doubles.
    fn least(self) -> f64 {
        match self {
            Self::Keep => 0.5,
            Self::Drop => 1.5,
        }
    }
}

/// Conventions of the detectors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    pub variance: Variance,
    pub singletons: Singletons,
    /// How the p-values of the pairs of strata of one factor and period are adjusted.
    pub adjustment: Adjustment,
}

/// What the four detectors find, period by period.
#[derive(Debug, Clone, PartialEq)]
pub struct Geodetector {
    /// Period × factor.
    pub factors: Vec<FactorResult>,
    /// Period × pair.
    pub interactions: Vec<Interaction>,
    pub risk: Risk,
    /// Period × pair.
    pub ecological: Vec<Ecological>,
}

/// All four detectors, from `moments`. O(strata² + crossed strata).
///
/// # Errors
/// Those of tables whose sizes do not fit together; `Empty` for a period without rows, `Constant` for one whose values are all equal, `Cancelled`.
pub fn detect(job: &Job, moments: &Moments, parameters: &Parameters) -> Result<Geodetector> {
    moments.check()?;
    for period in 0..moments.n_periods {
        let total = moments::total(moments.strata_of(period, 0));
        if total.n <= 0.0 {
            return Err(Error::Empty { name: "values" });
        }
        if total.squares <= 0.0 {
            return Err(Error::Constant { name: "values", period });
        }
    }
    let factors = factor::detect(job, moments, parameters)?;
    let interactions = interaction::detect(job, moments, parameters, &factors)?;
    let ecological = ecological::detect(moments, &factors);
    Ok(Geodetector { interactions, risk: risk::detect(job, moments, parameters)?, ecological, factors })
}

impl Moments {
    /// The strata of one factor in one period.
    fn strata_of(&self, period: usize, factor: usize) -> &[Stratum] {
        let n = self.n_strata[factor];
        &self.strata[factor][period * n..(period + 1) * n]
    }

    /// The crossed strata of a pair in one period.
    fn crossed_of(&self, period: usize, pair: usize) -> &[Cell] {
        let n = self.crossed[pair].len() / self.n_periods;
        &self.crossed[pair][period * n..(period + 1) * n]
    }
}
