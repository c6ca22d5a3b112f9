//! One cell of the panel: its points, and what the rules for bandwidths need of them.

use crate::kernel::check;
use crate::kernel::error::{Error, Result};
use crate::kernel::job::Job;
use crate::kernel::stats::unit_of;
use crate::kernel::wide::wide_or_plain;

/// Points that one partial pass covers.
const CHUNK: usize = 1 << 17;

/// Buckets of the search for order statistics.
const BUCKETS: usize = 4096;

/// Below this many points a plain selection is quicker than buckets.
const FEW: usize = 1 << 14;

/// The least that the effective size must be above one for a rule: below, the weights leave no digits to the spread.
const LIGHTEST: f64 = 1e-9;

/// Points of one cell; weights, if any, are above zero.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    pub values: &'a [f64],
    pub weights: Option<&'a [f64]>,
}

/// Size and spread of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub n: usize,
    /// Σ w.
    pub total: f64,
    /// (Σ w)² / Σ w², which is n if all weigh the same (Kish 1965).
    pub n_effective: f64,
    pub low: f64,
    pub high: f64,
    pub mean: f64,
    /// √(Σ w (x − mean)² / (W − Σ w²/W)), which divides by n − 1 if all weigh the same; 0 for one point.
    pub sd: f64,
}

impl Spread {
    /// Whether sums over the sample stay within doubles, and, `for_rule`, whether there is a spread to choose a bandwidth by.
    ///
    /// # Errors
    /// `OutOfRange`, `NoSpread`, `OneWeight`.
    pub fn check(&self, name: &'static str, period: usize, for_rule: bool) -> Result<()> {
        let range = self.high - self.low;
        if !range.is_finite() || (range > 0.0 && !(1.0 / range).is_finite()) {
            return Err(Error::OutOfRange { name, period });
        }
        if !self.n_effective.is_finite() {
            return Err(Error::OutOfRange { name: "weights", period });
        }
        if for_rule && range <= 0.0 {
            return Err(Error::NoSpread { name, period });
        }
        if for_rule && self.n_effective < 1.0 + LIGHTEST {
            return Err(Error::OneWeight { name: "weights", period });
        }
        Ok(())
    }
}

impl Sample<'_> {
    /// Number of points.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The weight of a point.
    #[inline]
    pub fn weight(&self, point: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[point])
    }

    /// Size and spread, in passes over fixed chunks, of which the first finds values that are not finite; `mean` and `sd` are NaN if they are not `needed`.
    pub fn spread(&self, job: &Job, needed: bool) -> Result<Spread> {
        let (low, high) = extremes(job, self.values)?;
        let n = self.len();
        let (total, n_effective) = match self.weights {
            None => (n as f64, n as f64),
            Some(weights) => {
                let unit = unit_of(weights);
                let (sum, squares) =
                    (job.sum(n, |i| weights[i] / unit)?, job.sum(n, |i| (weights[i] / unit).powi(2))?);
                (sum * unit, sum * sum / squares)
            }
        };
        let range = high - low;
        if range <= 0.0 {
            return Ok(Spread { n, total, n_effective, low, high, mean: low, sd: 0.0 });
        }
        if !needed {
            return Ok(Spread { n, total, n_effective, low, high, mean: f64::NAN, sd: f64::NAN });
        }
        // Distances from the lowest value keep their digits however far from zero the values are, and fractions of the
        // range do not leave that of a double when they are squared.
        let scale = 1.0 / range;
        let from = |i: usize| (self.values[i] - low) * scale;
        let shift = self.sum(job, from)? / total;
        let square = self.sum(job, |i| (from(i) - shift) * (from(i) - shift))?;
        let variance = square / (total * (1.0 - 1.0 / n_effective));
        Ok(Spread {
            n,
            total,
            n_effective,
            low,
            high,
            mean: low + range * shift,
            sd: range * variance.sqrt(),
        })
    }

    fn sum(&self, job: &Job, term: impl Fn(usize) -> f64 + Sync + Send) -> Result<f64> {
        match self.weights {
            None => job.sum(self.len(), term),
            Some(weights) => job.sum(self.len(), |i| weights[i] * term(i)),
        }
    }

    /// The points in ascending order.
    pub fn sorted(&self, job: &Job) -> Result<(Vec<f64>, Option<Vec<f64>>)> {
        match self.weights {
            None => {
                let mut values = self.values.to_vec();
                job.sort_by(&mut values, f64::total_cmp)?;
                Ok((values, None))
            }
            Some(weights) => {
                let mut points: Vec<(f64, f64)> =
                    self.values.iter().copied().zip(weights.iter().copied()).collect();
                job.sort_by(&mut points, |a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)))?;
                let (values, weights) = points.into_iter().unzip();
                Ok((values, Some(weights)))
            }
        }
    }

    /// The distance between the quartiles.
    ///
    /// Type 7 of Hyndman & Fan (1996); with weights its extension by Akinshin (2023, arXiv 2304.07265), which has the
    /// effective n in the place of n and is type 7 again if all weigh the same. O(n); O(n log n) with weights.
    pub fn interquartile_range(&self, job: &Job, spread: &Spread) -> Result<f64> {
        if self.weights.is_some() {
            let (values, weights) = self.sorted(job)?;
            let quartile = |p| weighted_quantile(&values, weights.as_deref().unwrap_or(&[]), spread, p);
            return Ok(quartile(0.75) - quartile(0.25));
        }
        let last = (self.len() - 1) as f64;
        let positions = [0.25 * last, 0.75 * last];
        let ranks: Vec<usize> = positions
            .iter()
            .flat_map(|p| [p.floor() as usize, (p.floor() as usize + 1).min(self.len() - 1)])
            .collect();
        let found = order_statistics(job, self.values, (spread.low, spread.high), &ranks)?;
        // From the lowest value, so that values far from zero lose no digits.
        let from_low =
            |q: usize| found[2 * q] - spread.low + positions[q].fract() * (found[2 * q + 1] - found[2 * q]);
        Ok(from_low(1) - from_low(0))
    }
}

/// Smallest and largest value.
///
/// # Errors
/// `NotFinite` as from `check::finite`.
fn extremes(job: &Job, values: &[f64]) -> Result<(f64, f64)> {
    let parts = job.map(values.len().div_ceil(CHUNK), |chunk| {
        let part = &values[chunk * CHUNK..values.len().min((chunk + 1) * CHUNK)];
        Ok(wide_or_plain!(extremes_of_wide(part), extremes_of(part)))
    })?;
    if parts.iter().any(|&(_, _, is_finite)| !is_finite) {
        check::finite("values", values)?;
    }
    let joined =
        |(low, high): (f64, f64), &(least, most, _): &(f64, f64, bool)| (low.min(least), high.max(most));
    Ok(parts.iter().fold((f64::INFINITY, f64::NEG_INFINITY), joined))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn extremes_of_wide(part: &[f64]) -> (f64, f64, bool) {
    extremes_of(part)
}

/// Smallest and largest value of a part, and whether all are finite.
#[inline(always)]
fn extremes_of(part: &[f64]) -> (f64, f64, bool) {
    const LANES: usize = 8;
    let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    // Zero times a number is zero, times anything else it is NaN.
    let mut zeros = [0.0; LANES];
    let (lanes, rest) = part.as_chunks::<LANES>();
    // Three loops, since of one alone the compiler makes much more.
    for lane in lanes {
        for i in 0..LANES {
            low[i] = if lane[i] < low[i] { lane[i] } else { low[i] };
        }
        for i in 0..LANES {
            high[i] = if lane[i] > high[i] { lane[i] } else { high[i] };
        }
        for i in 0..LANES {
            zeros[i] += lane[i] * 0.0;
        }
    }
    let is_finite = !zeros.iter().chain(rest).map(|x| x * 0.0).sum::<f64>().is_nan();
    let least = low.into_iter().chain(rest.iter().copied()).fold(f64::INFINITY, f64::min);
    let most = high.into_iter().chain(rest.iter().copied()).fold(f64::NEG_INFINITY, f64::max);
    (least, most, is_finite)
}

/// The values at `ranks`, which ascend: counts by buckets, then a sort of the few values in the buckets met.
fn order_statistics(job: &Job, values: &[f64], range: (f64, f64), ranks: &[usize]) -> Result<Vec<f64>> {
    let (low, high) = range;
    let scale = (BUCKETS - 1) as f64 / (high - low);
    if values.len() <= FEW || !scale.is_finite() {
        let mut sorted = values.to_vec();
        job.sort_by(&mut sorted, f64::total_cmp)?;
        return Ok(ranks.iter().map(|&rank| sorted[rank]).collect());
    }
    let bucket = |value: f64| ((value - low) * scale) as usize;
    let chunk_of = |chunk: usize| &values[chunk * CHUNK..values.len().min((chunk + 1) * CHUNK)];
    let n_chunks = values.len().div_ceil(CHUNK);
    let counts = job.map(n_chunks, |chunk| {
        let mut counts = vec![0_u32; BUCKETS];
        chunk_of(chunk).iter().for_each(|&value| counts[bucket(value).min(BUCKETS - 1)] += 1);
        Ok(counts)
    })?;
    let mut start = vec![0_usize; BUCKETS + 1];
    for b in 0..BUCKETS {
        start[b + 1] = start[b] + counts.iter().map(|each| each[b] as usize).sum::<usize>();
    }
    let home = |rank: usize| start.partition_point(|&first| first <= rank) - 1;
    let homes: Vec<usize> = ranks.iter().map(|&rank| home(rank)).collect();
    let mut wanted = vec![false; BUCKETS];
    homes.iter().for_each(|&b| wanted[b] = true);
    let parts = job.map(n_chunks, |chunk| {
        let met = |value: &f64| wanted[bucket(*value).min(BUCKETS - 1)];
        Ok(chunk_of(chunk).iter().copied().filter(met).collect::<Vec<f64>>())
    })?;
    let mut few: Vec<f64> = parts.concat();
    job.sort_by(&mut few, f64::total_cmp)?;
    // The values of the buckets met stand in `few` in order; those of lower buckets that were not met do not.
    let skipped = |b: usize| {
        (0..b).filter(|&each| !wanted[each]).map(|each| start[each + 1] - start[each]).sum::<usize>()
    };
    Ok(ranks.iter().zip(homes).map(|(&rank, b)| few[rank - skipped(b)]).collect())
}

/// Quantile of sorted values less the first of them: the mean of the step function over [(n* − 1)p, (n* − 1)p + 1]/n*, n* the effective n.
fn weighted_quantile(values: &[f64], weights: &[f64], spread: &Spread, p: f64) -> f64 {
    let n = spread.n_effective;
    let (from, to) = ((n - 1.0) * p / n, ((n - 1.0) * p + 1.0) / n);
    let (mut sum, mut share, mut below) = (0.0, 0.0, 0.0);
    for (value, weight) in values.iter().zip(weights) {
        let above = below + weight / spread.total;
        let part = (above.min(to) - below.max(from)).max(0.0);
        sum += part * (value - values[0]);
        share += part;
        below = above;
    }
    sum / share
}
