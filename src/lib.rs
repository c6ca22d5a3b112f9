//! Kernels for quantitative regional economics.
//!
//! [`kernel`] holds the methods: slices in, plain structs out, no Python. With the feature `python` the module
//! `bindings` exposes them as `regiometrics._core`.

#[cfg(feature = "python")]
mod bindings;
pub mod kernel;
