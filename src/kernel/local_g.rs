//! Local G and G*: where high or low values stand together.
//!
//! Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics: distributional issues and an application.
//! Geographical Analysis 27, 286–306, equations 5 and 6.

use super::check;
use super::conditional::{Others, permute, weight_spread};
use super::error::{Error, Result};
use super::job::Job;
use super::spatial_panel::{Field, SpatialPanel};
use super::special::normal_two_sided_tail;

/// Units that one step of parallel work covers.
const CHUNK: usize = 1024;

/// Fewer units leave the conditional variance without a degree of freedom.
const LEAST_UNITS: usize = 3;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// G*, which counts the unit itself, instead of G.
    pub star: bool,
    /// Weight of the unit itself in G*; `None` for the largest weight of its neighbours.
    pub self_weight: Option<f64>,
    /// Permutations; zero for none.
    pub permutations: usize,
    pub seed: u64,
}

/// One entry per period and unit; NaN for absent units and islands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LocalG {
    pub n_neighbors: Vec<u32>,
    /// Σ_j w_ij x_j.
    pub spatial_lag: Vec<f64>,
    /// Its expectation.
    pub expected: Vec<f64>,
    /// Its standard deviation.
    pub standard_deviation: Vec<f64>,
    /// NaN where all weights are equal, or all other values: the lag is then no random quantity.
    pub z: Vec<f64>,
    pub p_normal: Vec<f64>,
    /// NaN without permutations.
    pub p_permutation: Vec<f64>,
    /// The sign of what the neighbours' values have above those of the other units: where draws of neighbours put the
    /// unit, while the sign of z in G* also has its own value.
    pub side: Vec<f64>,
}

/// Spatial lag, expectation, standard deviation, z, side.
type Deviate = [f64; 5];

/// Local G of every period of `panel`. O(n + links), and O(n · permutations · neighbours) for the permutations.
///
/// # Errors
/// Those of [`SpatialPanel::periods`]; `Negative` or `NotFinite` for the weight of the unit itself; `Cancelled`.
pub fn local_g(job: &Job, panel: &SpatialPanel<'_>, parameters: &Parameters) -> Result<LocalG> {
    if let Some(weight) = parameters.self_weight {
        check::positive("self_weight", &[weight, weight * weight]).map_err(|_| Error::Parameter {
            name: "self_weight",
            requirement: "a number above zero whose square is a double",
            value: weight,
        })?;
    }
    let mut result = LocalG::default();
    panel.periods(job, LEAST_UNITS, |period, field| {
        let chunks = job.map(field.n().div_ceil(CHUNK), |chunk| {
            let units = chunk * CHUNK..field.n().min((chunk + 1) * CHUNK);
            Ok(units.map(|unit| deviate(field, unit, parameters)).collect::<Vec<Deviate>>())
        })?;
        let deviates = chunks.concat();
        if deviates.iter().any(|each| each[0].is_infinite()) {
            return Err(Error::OutOfRange { name: "values", period });
        }
        let column = |place: usize| {
            field.spread(&deviates.iter().map(|each| each[place]).collect::<Vec<_>>(), f64::NAN)
        };
        let z = column(3);
        result.side.extend(column(4));
        let n_neighbors: Vec<u32> =
            (0..field.n()).map(|unit| field.weights().row(unit).0.len() as u32).collect();
        result.n_neighbors.extend(field.spread(&n_neighbors, 0));
        result.spatial_lag.extend(column(0));
        result.expected.extend(column(1));
        result.standard_deviation.extend(column(2));
        result.p_normal.extend(z.iter().map(|&z| normal_two_sided_tail(z)));
        let p = match parameters.permutations {
            0 => vec![f64::NAN; field.n()],
            draws => permute(job, field, period, draws, parameters.seed)?,
        };
        let known = |(p, z): (f64, &f64)| if z.is_nan() { f64::NAN } else { p };
        result.p_permutation.extend(field.spread(&p, f64::NAN).into_iter().zip(&z).map(known));
        result.z.extend(z);
        Ok(())
    })?;
    Ok(result)
}

fn deviate(field: &Field<'_>, unit: usize, parameters: &Parameters) -> Deviate {
    let all = field.weights();
    let (_, weights) = all.row(unit);
    if weights.is_empty() {
        return [f64::NAN; 5];
    }
    let own = if parameters.star {
        parameters.self_weight.unwrap_or_else(|| weights.iter().copied().fold(0.0, f64::max))
    } else {
        0.0
    };
    let itself = parameters.star.then_some(own);
    let counted = weights.iter().copied().chain(itself);
    let sum: f64 = counted.clone().sum();
    let others = Others::of(field, unit);
    let excess = others.excess(field, unit);
    // G* compares with all units, G with the others.
    let (n, mean, variance) =
        if parameters.star { (field.n(), 0.0, 1.0) } else { (field.n() - 1, others.mean, others.variance) };
    let deviation = (variance * weight_spread(counted, n) / (n as f64 - 1.0)).sqrt();
    let above =
        if parameters.star { field.lag(unit, &field.scores) + own * field.scores[unit] } else { excess };
    let z = if deviation > 0.0 { above / deviation } else { f64::NAN };
    let scale = field.standard_deviation;
    [
        field.lag(unit, &field.values) + own * field.values[unit],
        sum * (field.mean + scale * mean),
        scale * deviation,
        z,
        excess.signum(),
    ]
}
