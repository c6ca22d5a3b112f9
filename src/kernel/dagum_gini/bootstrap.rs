//! Percentile intervals from resampling units inside each group.

use super::Parameters;
use super::differences::{Differences, Sample};
use super::statistics::Layout;
use crate::kernel::cells::Weight;
use crate::kernel::error::Result;
use crate::kernel::job::Job;
use crate::kernel::rng::Stream;
use crate::kernel::stats::percentile_interval;

/// The interval of every statistic of one period. O(replicates · n · k), no sort: a replicate only recounts the units.
pub(super) fn intervals<W: Weight>(
    job: &Job,
    sample: &Sample<'_, W>,
    layout: &Layout,
    period: usize,
    parameters: &Parameters,
) -> Result<Vec<(f64, f64)>> {
    let scratch = || {
        let counts: Vec<Vec<u32>> = sample.units.iter().map(|group| vec![0; group.len()]).collect();
        (counts, Differences::new(sample.units.len()))
    };
    let replicates = job.map_with(parameters.bootstrap, scratch, |(counts, differences), replicate| {
        let mut stream = Stream::new(parameters.seed, &[period as u64, replicate as u64]);
        counts.iter_mut().for_each(|group| draw(&mut stream, group));
        differences.measure(job, sample, Some(counts))?;
        job.step();
        Ok(layout.statistics(differences))
    })?;
    job.map_with(layout.n_statistics(), Vec::new, |draws: &mut Vec<f64>, statistic| {
        draws.clear();
        draws.extend(replicates.iter().map(|replicate| replicate[statistic]));
        Ok(percentile_interval(draws, parameters.confidence))
    })
}

/// Draw as many units as the group has, with replacement, and count how often each was drawn.
fn draw(stream: &mut Stream, counts: &mut [u32]) {
    counts.fill(0);
    for _ in 0..counts.len() {
        counts[stream.below(counts.len())] += 1;
    }
}
