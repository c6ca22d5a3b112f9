//! Tests of the kernel, without Python.

#![allow(clippy::float_cmp, reason = "exact results are compared exactly; others have a stated tolerance")]
#![allow(clippy::unwrap_used, reason = "a failed call fails its test")]

mod cells;
mod check;
mod classify;
mod coefficient_of_variation;
mod coupling_coordination;
mod dagum_gini;
mod deviational_ellipse;
mod driver_importance;
mod effects;
mod entropy_weights;
mod forest;
mod forest_search;
mod geodetector;
mod growth_rate;
mod in_turn;
mod industrial_upgrading;
mod interpolate;
mod job;
mod kde;
mod kde2d;
mod local_association;
mod markov;
mod neighbors;
mod network_indicators;
mod normalize;
mod optimal_discretization;
mod rank_consistency;
mod rng;
mod share;
mod sort;
mod spatial_markov;
mod special;
mod stats;
mod tapio;
mod theil;
mod tools;
mod topsis;
mod weights;
