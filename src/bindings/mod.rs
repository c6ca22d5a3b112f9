//! `regiometrics._core`: one thin file per method, and the door that all of them go through.

mod columns;
mod enter;
mod errors;
mod memory;
mod pool;

mod adjust;
mod classify;
mod coefficient_of_variation;
mod coupling_coordination;
mod dagum_gini;
mod deviational_ellipse;
mod driver_importance;
mod effects;
mod entropy_weights;
mod forest;
mod geodetector;
mod growth_rate;
mod industrial_upgrading;
mod interpolate;
mod kde;
mod kde2d;
mod local_g;
mod local_moran;
mod markov;
mod moran;
mod neighbors;
mod network_indicators;
mod normalize;
mod optimal_discretization;
mod rank_consistency;
mod share;
mod spatial_markov;
mod tapio;
mod theil;
mod topsis;
mod weights;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python packages use")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use super::adjust::adjust;
    #[pymodule_export]
    use super::classify::{class_breaks, class_codes, classify};
    #[pymodule_export]
    use super::coefficient_of_variation::coefficient_of_variation;
    #[pymodule_export]
    use super::coupling_coordination::coupling_coordination;
    #[pymodule_export]
    use super::dagum_gini::dagum_gini;
    #[pymodule_export]
    use super::deviational_ellipse::{deviational_ellipse, ellipse_outlines};
    #[pymodule_export]
    use super::driver_importance::driver_importance;
    #[pymodule_export]
    use super::effects::{
        accumulated_effects, individual_curves, partial_dependence, partial_dependence_pairs,
    };
    #[pymodule_export]
    use super::enter::exercise;
    #[pymodule_export]
    use super::entropy_weights::{contributions, entropy_step, entropy_weights, entropy_weights_only};
    #[pymodule_export]
    use super::forest::{forest_fit, forest_in_bag, forest_predict};
    #[pymodule_export]
    use super::geodetector::{
        geodetector, geodetector_codes, geodetector_merge, geodetector_moments, geodetector_resample,
        geodetector_tail,
    };
    #[pymodule_export]
    use super::growth_rate::growth_rate;
    #[pymodule_export]
    use super::industrial_upgrading::industrial_upgrading;
    #[pymodule_export]
    use super::interpolate::interpolate;
    #[pymodule_export]
    use super::kde::kde;
    #[pymodule_export]
    use super::kde2d::kde2d;
    #[pymodule_export]
    use super::local_g::local_g;
    #[pymodule_export]
    use super::local_moran::local_moran;
    #[pymodule_export]
    use super::markov::{markov, transitions};
    #[pymodule_export]
    use super::memory::foresee_panel;
    #[pymodule_export]
    use super::moran::moran;
    #[pymodule_export]
    use super::neighbors::{connecting_distance, neighbors};
    #[pymodule_export]
    use super::network_indicators::{network_links, network_structure};
    #[pymodule_export]
    use super::normalize::normalize;
    #[pymodule_export]
    use super::optimal_discretization::optimal_discretization;
    #[pymodule_export]
    use super::pool::{set_threads, threads};
    #[pymodule_export]
    use super::rank_consistency::rank_consistency;
    #[pymodule_export]
    use super::share::{share, totals};
    #[pymodule_export]
    use super::spatial_markov::spatial_markov;
    #[pymodule_export]
    use super::tapio::tapio;
    #[pymodule_export]
    use super::theil::theil;
    #[pymodule_export]
    use super::topsis::topsis;
    #[pymodule_export]
    use super::weights::{
        weights_from_links, weights_lag, weights_reordered, weights_standardized, weights_summary,
    };
}
