//! The density by its definition, from a sorted sample: no error but rounding.

use super::curve::{Curve, Local, ORDERS};
use super::shape::Kernel;

/// Rounding of one term and of adding it, relative to its size; a few units for exp and the argument of it.
const ROUNDING: f64 = 32.0 * f64::EPSILON;

/// A sorted sample with kernel and bandwidth. O(points within reach) for each evaluation.
#[derive(Debug)]
pub struct Points<'a> {
    values: &'a [f64],
    weights: Option<&'a [f64]>,
    kernel: Kernel,
    bandwidth: f64,
    /// Weight of the first k points, for k = 0 … n; empty where all weigh one.
    below: Vec<f64>,
    total: f64,
}

impl<'a> Points<'a> {
    /// `values` in ascending order, with weights above zero or `None`. O(n).
    pub fn new(values: &'a [f64], weights: Option<&'a [f64]>, kernel: Kernel, bandwidth: f64) -> Self {
        let mut below = Vec::new();
        let mut total = values.len() as f64;
        if let Some(weights) = weights {
            total = 0.0;
            below.reserve(weights.len() + 1);
            below.push(0.0);
            for weight in weights {
                total += weight;
                below.push(total);
            }
        }
        Self { values, weights, kernel, bandwidth, below, total }
    }

    /// Σ w.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The points within reach of x.
    fn window(&self, x: f64) -> std::ops::Range<usize> {
        let reach = self.reach();
        let first = self.values.partition_point(|&value| value < x - reach);
        let count = self.values[first..].partition_point(|&value| value <= x + reach);
        first..first + count
    }

    #[inline]
    fn weight(&self, point: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[point])
    }
}

impl Curve for Points<'_> {
    fn bandwidth(&self) -> f64 {
        self.bandwidth
    }

    fn range(&self) -> (f64, f64) {
        (self.values[0], self.values[self.values.len() - 1])
    }

    fn reach(&self) -> f64 {
        self.kernel.radius() * self.bandwidth
    }

    fn density(&self, x: f64) -> f64 {
        let inverse = 1.0 / self.bandwidth;
        let sum: f64 = self
            .window(x)
            .map(|point| self.weight(point) * self.kernel.value((x - self.values[point]) * inverse))
            .sum();
        sum / self.total * inverse
    }

    fn local(&self, x: f64) -> Local {
        let inverse = 1.0 / self.bandwidth;
        let mut sum = Local::ZERO;
        let mut size = 0.0;
        for point in self.window(x) {
            let u = (x - self.values[point]) * inverse;
            let weight = self.weight(point);
            let derivatives: [f64; ORDERS] = self.kernel.derivatives(u, u);
            for (total, derivative) in sum.derivatives.iter_mut().zip(derivatives) {
                *total += weight * derivative;
            }
            size += weight * (derivatives[1].abs() + derivatives[2].abs());
        }
        let scale = inverse / self.total;
        sum.derivatives.iter_mut().for_each(|each| *each *= scale);
        sum.noise = ROUNDING * size * scale;
        sum
    }

    fn cumulative(&self, x: f64) -> f64 {
        let window = self.window(x);
        let below = self.below.get(window.start).copied().unwrap_or(window.start as f64);
        let part: f64 = window
            .map(|point| {
                self.weight(point) * self.kernel.cumulative((x - self.values[point]) / self.bandwidth)
            })
            .sum();
        (below + part) / self.total
    }
}
