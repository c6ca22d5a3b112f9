//! Tests of the kernel, without Python.

#![allow(clippy::float_cmp, reason = "exact results are compared exactly; others have a stated tolerance")]
#![allow(clippy::unwrap_used, reason = "a failed call fails its test")]

mod cells;
mod check;
mod classify;
mod coefficient_of_variation;
mod coupling_coordination;
mod dagum_gini;
mod entropy_weights;
mod growth_rate;
mod industrial_upgrading;
mod interpolate;
mod job;
mod kde;
mod kde2d;
mod markov;
mod normalize;
mod rank_consistency;
mod rng;
mod share;
mod spatial_markov;
mod special;
mod stats;
mod tapio;
mod theil;
mod tools;
mod topsis;
mod weights;
