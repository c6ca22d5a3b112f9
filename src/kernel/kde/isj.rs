//! The improved Sheather–Jones rule of Botev, Grotowski & Kroese (2010), Annals of Statistics 38, 2916–2957.
//!
//! On an interval of length L around the sample the density has cosine coefficients a_k = 2·mean cos(kπ(x − start)/L). With
//! ‖f⁽ʲ⁾‖²(t) = ½ π²ʲ Σ k²ʲ a_k² exp(−k²π²t), the squared bandwidth in units of L² solves t = ξ γ⁽⁵⁾(t) (their equation
//! 31 and Algorithm 1): a chain of stages, each the best t for the norm of the derivative below.
//!
//! The equation can have several roots. Ties, as of rounded data, bring roots near zero, at the distance of the ties; for
//! t near one a root comes back because nothing is left of the coefficients, where the right side rises above t. The
//! largest root below [`LARGEST`] through which t rises above the right side is taken.

use std::f64::consts::PI;

use super::sample::{Sample, Spread};
use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// Stages of the chain.
const STAGES: usize = 5;

/// Cosine coefficients, and bins of the interval where the sample is large. The second number is taken if nothing is found
/// with the first: heavy tails put the bandwidth at a small fraction of the range.
const COEFFICIENTS: [usize; 2] = [1 << 13, 1 << 17];

/// Up to so many terms the coefficients are sums over the points themselves.
const DIRECT_TERMS: usize = 1 << 23;

/// Moments of a bin.
const MOMENTS: usize = 6;

/// The search runs down from this t, a bandwidth of 0.63 ranges, in steps of this ratio.
const LARGEST: f64 = 0.1;
const RATIO: f64 = 0.97;

/// exp(−x) is nothing from here on, also times the powers of x that stand before it.
const NEGLIGIBLE: f64 = 60.0;

/// The bandwidth, or `None` if the equation has no root.
pub fn bandwidth(job: &Job, sample: &Sample<'_>, spread: &Spread) -> Result<Option<f64>> {
    // As in the authors' program, half a range is added on either side.
    let range = spread.high - spread.low;
    let (start, length) = (spread.low - 0.5 * range, 2.0 * range);
    let mut t = LARGEST;
    for n_bins in COEFFICIENTS {
        let coefficients = coefficients(job, sample, spread, (start, length), n_bins)?;
        let squares: Vec<f64> = coefficients.iter().map(|a| a * a).collect();
        let distance = |t: f64| t - stages(t, spread.n_effective, &squares);
        // Below the last coefficient nothing is known.
        let smallest = NEGLIGIBLE / (PI * n_bins as f64).powi(2);
        let mut above = distance(t);
        while t * RATIO > smallest {
            job.check()?;
            let next = t * RATIO;
            let below = distance(next);
            if above >= 0.0 && below < 0.0 {
                return Ok(Some(root(next, t, distance).sqrt() * length));
            }
            (t, above) = (next, below);
        }
    }
    Ok(None)
}

/// ξ γ⁽⁵⁾(t).
fn stages(t: f64, n: f64, squares: &[f64]) -> f64 {
    let mut norm = squared_norm(STAGES + 2, t, squares);
    for order in (2..STAGES + 2).rev() {
        let odd: f64 = (1..=order).map(|k| (2 * k - 1) as f64).product();
        let constant = (1.0 + 0.5f64.powf(order as f64 + 0.5)) / 3.0;
        let stage =
            (2.0 * constant * odd / ((2.0 * PI).sqrt() * n * norm)).powf(2.0 / (3.0 + 2.0 * order as f64));
        norm = squared_norm(order, stage, squares);
    }
    (2.0 * n * PI.sqrt() * norm).powf(-0.4)
}

/// ‖f⁽ʲ⁾‖² of the density smoothed by t.
fn squared_norm(order: usize, t: f64, squares: &[f64]) -> f64 {
    let last = ((NEGLIGIBLE / t).sqrt() / PI).min(squares.len() as f64) as usize;
    let term = |k: usize| {
        let square = (k as f64 * PI) * (k as f64 * PI);
        square.powi(order as i32) * squares[k - 1] * (-square * t).exp()
    };
    0.5 * (1..=last).map(term).sum::<f64>()
}

/// The root between `low`, where `function` is below zero, and `high`, by bisection on the logarithm.
fn root(low: f64, high: f64, function: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low.ln(), high.ln());
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if function(middle.exp()) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    (0.5 * (low + high)).exp()
}

/// a_1, a_2, … of the sample, exact for few points, else from bins of six moments: the error of a_k is (kπ/2B)⁶/6!.
fn coefficients(
    job: &Job,
    sample: &Sample<'_>,
    spread: &Spread,
    (start, length): (f64, f64),
    n_bins: usize,
) -> Result<Vec<f64>> {
    let count = n_bins - 1;
    if sample.len().saturating_mul(count) <= DIRECT_TERMS {
        return job.map(count, |index| {
            let rate = (index + 1) as f64 * PI / length;
            let term = |i: usize| sample.weight(i) * (rate * (sample.values[i] - start)).cos();
            Ok(2.0 * (0..sample.len()).map(term).sum::<f64>() / spread.total)
        });
    }
    let mut moments = vec![vec![0.0; n_bins]; MOMENTS];
    job.walk(0..sample.len(), |i| {
        let position = (sample.values[i] - start) / length * n_bins as f64;
        let bin = (position as usize).min(n_bins - 1);
        let distance = (position - bin as f64 - 0.5) * PI / n_bins as f64;
        let mut power = sample.weight(i);
        for (order, column) in moments.iter_mut().enumerate() {
            column[bin] += power;
            power *= distance / (order + 1) as f64;
        }
    })?;
    // Σ_bins exp(iθk) Σ_p (ik)ᵖ M_p with θ = π(bin + ½)/B: one transform of length 2B for each moment.
    let mut sums = vec![0.0; count];
    for (order, column) in moments.into_iter().enumerate() {
        job.check()?;
        let mut wave: Vec<(f64, f64)> = column.into_iter().map(|moment| (moment, 0.0)).collect();
        wave.resize(2 * n_bins, (0.0, 0.0));
        transform(&mut wave);
        for (k, sum) in (1..).zip(sums.iter_mut()) {
            let (sine, cosine) = (0.5 * PI * k as f64 / n_bins as f64).sin_cos();
            let (real, imaginary) = wave[k];
            let turned = (real * cosine - imaginary * sine, real * sine + imaginary * cosine);
            // The real part of iᵖ z.
            let part = [turned.0, -turned.1, -turned.0, turned.1][order % 4];
            *sum += (k as f64).powi(order as i32) * part;
        }
    }
    Ok(sums.into_iter().map(|sum| 2.0 * sum / spread.total).collect())
}

/// Σ_j z_j exp(2πi jk/n) in place, for n a power of two (Cooley & Tukey 1965).
fn transform(z: &mut [(f64, f64)]) {
    let n = z.len();
    let bits = n.trailing_zeros();
    for index in 0..n {
        let mirrored = index.reverse_bits() >> (usize::BITS - bits);
        if index < mirrored {
            z.swap(index, mirrored);
        }
    }
    let turns: Vec<(f64, f64)> = (0..n / 2)
        .map(|k| {
            let (sine, cosine) = (2.0 * PI * k as f64 / n as f64).sin_cos();
            (cosine, sine)
        })
        .collect();
    let mut size = 2;
    while size <= n {
        for block in z.chunks_exact_mut(size) {
            let (low, high) = block.split_at_mut(size / 2);
            for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let (cosine, sine) = turns[k * (n / size)];
                let turned = (b.0 * cosine - b.1 * sine, b.0 * sine + b.1 * cosine);
                (*a, *b) = ((a.0 + turned.0, a.1 + turned.1), (a.0 - turned.0, a.1 - turned.1));
            }
        }
        size *= 2;
    }
}
