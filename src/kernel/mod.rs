//! The catalogue of methods, and the tools that all of them share.
//!
//! A method takes a [`job::Job`], slices and a parameters struct; it returns a plain struct or an [`error::Error`].
//! Units are sorted into period × group [`cells`] once, and every method that needs groups works from there.

// What every method uses.
pub mod adjust;
pub mod cells;
pub mod check;
pub mod conditional;
mod crew;
pub mod error;
mod in_turn;
pub mod job;
pub mod matrix;
pub mod rng;
pub mod sort;
mod spares;
pub mod spatial_panel;
pub mod special;
pub mod stats;
pub mod weights;
pub mod wide;

// The methods.
pub mod classify;
pub mod coefficient_of_variation;
pub mod coupling_coordination;
pub mod dagum_gini;
pub mod deviational_ellipse;
pub mod driver_importance;
pub mod effects;
pub mod entropy_weights;
pub mod forest;
pub mod geodetector;
pub mod growth_rate;
pub mod industrial_upgrading;
pub mod interpolate;
pub mod kde;
pub mod kde2d;
pub mod local_g;
pub mod local_moran;
pub mod markov;
pub mod moran;
pub mod neighbors;
pub mod network_indicators;
pub mod normalize;
pub mod optimal_discretization;
pub mod rank_consistency;
pub mod share;
pub mod spatial_markov;
pub mod tapio;
pub mod theil;
pub mod topsis;
