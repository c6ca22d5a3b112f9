//! Studentised intervals from resampling units inside each group.
//!
//! Each replicate has its own jackknife error, and the interval turns the quantiles of t* = (θ* − θ)/se* around:
//! [θ − t*(1 − α/2)·se, θ − t*(α/2)·se] (Davison & Hinkley 1997, *Bootstrap Methods and their Application*, §5.2.1).
//! Dividing by n² makes every Gini too small in small samples, a replicate more so than the sample; percentile intervals
//! double that bias, studentised ones undo it.

use super::Parameters;
use super::differences::{Counts, Differences, Sample};
use super::jackknife;
use super::statistics::Layout;
use crate::kernel::cells::Weight;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;
use crate::kernel::stats::quantile;

/// The interval of every statistic of one period. O(replicates · n · k), no sort: a replicate only recounts the units.
pub(super) fn intervals<W: Weight>(
    job: &Job,
    sample: &Sample<'_, W>,
    layout: &Layout,
    period: usize,
    estimate: &[f64],
    standard_error: &[f64],
    parameters: &Parameters,
) -> Result<Vec<(f64, f64)>> {
    let stretch = jackknife::stretch_length(sample.order.len(), sample.units.len());
    let bytes = size_of::<Result<Vec<f64>>>() + size_of::<f64>() * layout.n_statistics();
    job.foresee("replicates of the bootstrap", parameters.bootstrap, bytes)?;
    let scratch = || (Counts::none().to_vec(&sample.units), Differences::new(sample.units.len()));
    let replicates = job.map_with(parameters.bootstrap, scratch, |(counts, differences), replicate| {
        let mut stream = Stream::new(parameters.seed, &[period as u64, replicate as u64]);
        counts.iter_mut().for_each(|group| draw(&mut stream, group));
        let counts = Counts::of(counts);
        let starts = differences.measure(job, sample, counts, stretch)?;
        let statistics = layout.statistics(differences);
        let errors = jackknife::standard_errors(job, sample, counts, differences, starts, layout)?;
        job.step();
        let studentised = |i: usize| (statistics[i] - estimate[i]) / errors.standard_error[i];
        Ok((0..layout.n_statistics()).map(studentised).collect::<Vec<f64>>())
    })?;
    let tail = (1.0 - parameters.confidence) / 2.0;
    job.map_with(layout.n_statistics(), Vec::new, |draws: &mut Vec<f64>, statistic| {
        let (estimate, error) = (estimate[statistic], standard_error[statistic]);
        if error.is_nan() || error <= 0.0 {
            return Ok((estimate - error, estimate + error));
        }
        draws.clear();
        // 0/0: a replicate in which the statistic neither moved nor can.
        draws.extend(replicates.iter().map(|t| t[statistic]).filter(|t| !t.is_nan()));
        draws.sort_unstable_by(f64::total_cmp);
        Ok((estimate - quantile(draws, 1.0 - tail) * error, estimate - quantile(draws, tail) * error))
    })
}

/// Draw as many units as the group has, with replacement, and count how often each was drawn.
fn draw(stream: &mut Stream, counts: &mut [u32]) {
    counts.fill(0);
    for _ in 0..counts.len() {
        counts[stream.below(counts.len())] += 1;
    }
}
