//! What the neighbours of a unit could have been: the other units' values dealt at random, its own held fixed.
//!
//! Moments: Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics. Geographical Analysis 27,
//! 286–306; Sokal, R. R., Oden, N. L. and Thomson, B. A. (1998). Local spatial autocorrelation in a biological model.
//! Geographical Analysis 30, 331–354, appendix A. Permutations: Anselin, L. (1995). Local indicators of spatial
//! association. Geographical Analysis 27, 93–115.

use super::error::Result;
use super::job::Job;
use super::rng::Stream;
use super::spatial_panel::Field;

/// Weights whose squares spread by less than this, relatively, are all equal but for rounding.
const EQUAL: f64 = 1e-24;

/// Sums of the same values in another order differ by less than this, relative to the largest possible sum.
const TIE: f64 = 64.0 * f64::EPSILON;

/// Up to this many units, four numbers below theirs come from 64 random bits, with one in sixteen refused at most.
const MOST_OF_FOUR: usize = 1 << 15;

/// Units that one step of parallel work covers: the same for any number of threads.
const CHUNK: usize = 16;

/// Draws after which a step looks whether it should stop.
const DRAWS_PER_CHECK: usize = 1 << 20;

/// n Σ w² − (Σ w)², n − k of the n weights being zero; zero where all n are equal.
///
/// Summed about the mean weight, so that nearly equal weights keep their digits.
pub fn weight_spread(weights: impl Iterator<Item = f64> + Clone, n: usize) -> f64 {
    let (k, sum, squares) =
        weights.clone().fold((0, 0.0, 0.0), |(k, sum, squares), w| (k + 1, sum + w, squares + w * w));
    let mean = sum / n as f64;
    let about: f64 = weights.map(|w| (w - mean).powi(2)).sum();
    let spread = about + (n - k) as f64 * mean * mean;
    if spread <= EQUAL * squares { 0.0 } else { n as f64 * spread }
}

/// The scores of all units but one.
#[derive(Debug, Clone, Copy)]
pub struct Others {
    pub mean: f64,
    /// Of a population.
    pub variance: f64,
    /// Their mean value, as the smallest of them and what comes on top, where scores have too few digits left.
    centre: Option<(f64, f64)>,
}

impl Others {
    /// O(1), or O(n) for a unit that carries half of all squares.
    pub fn of(field: &Field<'_>, unit: usize) -> Self {
        let (n, own) = (field.n() as f64, field.scores[unit]);
        let mean = -own / (n - 1.0);
        let own_part = own * own * n / (n - 1.0);
        if own_part <= 0.5 * n {
            return Self { mean, variance: (n - own_part) / (n - 1.0), centre: None };
        }
        // The difference above would cancel, and so would those of the scores from their mean.
        let rest =
            field.values.iter().enumerate().filter(|&(other, _)| other != unit).map(|(_, &value)| value);
        let min = rest.clone().fold(f64::INFINITY, f64::min);
        let above = rest.clone().map(|value| value - min).sum::<f64>() / (n - 1.0);
        let squares: f64 = rest.map(|value| ((value - min - above) / field.standard_deviation).powi(2)).sum();
        Self { mean, variance: squares / (n - 1.0), centre: Some((min, above)) }
    }

    /// The spatial lag of the scores of `unit` above its expectation.
    pub fn excess(&self, field: &Field<'_>, unit: usize) -> f64 {
        let all = field.weights();
        let (neighbours, weights) = all.row(unit);
        let links = neighbours.iter().zip(weights);
        match self.centre {
            None => links.map(|(&each, weight)| weight * (field.scores[each as usize] - self.mean)).sum(),
            Some((min, above)) => {
                let from_mean =
                    |each: u32| (field.values[each as usize] - min - above) / field.standard_deviation;
                links.map(|(&each, weight)| weight * from_mean(each)).sum()
            }
        }
    }
}

/// Two-sided pseudo p-values of the spatial lag of each unit; NaN for islands.
///
/// (1 + the smaller of the numbers of draws at or beyond the lag on either side)/(draws + 1), doubled, at most one.
/// Draws of unit i in period t come from the stream (seed, t, i). O(n · draws · k).
///
/// # Errors
/// `Cancelled`.
pub fn permute(job: &Job, field: &Field<'_>, period: usize, draws: usize, seed: u64) -> Result<Vec<f64>> {
    let n_chunks = field.n().div_ceil(CHUNK);
    job.expect_steps(n_chunks);
    let chunks = job.map_with(
        n_chunks,
        || field.scores.clone(),
        |scores, chunk| {
            let mut deal = Deal { job, field, draws, scores, order: Vec::new() };
            let units = chunk * CHUNK..field.n().min((chunk + 1) * CHUNK);
            let p = units.map(|unit| {
                // The unit itself, not its place among those present.
                let mut stream = Stream::new(seed, &[period as u64, u64::from(field.units[unit])]);
                deal.p_value(&mut stream, unit)
            });
            let p = p.collect::<Result<Vec<f64>>>()?;
            job.step();
            Ok(p)
        },
    )?;
    Ok(chunks.concat())
}

/// Twice the smaller tail, the observation counted in, at most one.
pub fn doubled(at_least: usize, at_most: usize, draws: usize) -> f64 {
    (2.0 * (1 + at_least.min(at_most)) as f64 / (draws + 1) as f64).min(1.0)
}

/// Draws of neighbours from the other units.
struct Deal<'a, 'f> {
    job: &'a Job,
    field: &'a Field<'f>,
    draws: usize,
    /// The scores, with that of the unit at work in the last place.
    scores: &'a mut Vec<f64>,
    /// A permutation of the places of the others for units with many neighbours; empty until there is one.
    order: Vec<u32>,
}

/// How many draws lie at or beyond the observed lag on either side.
struct Tails {
    low: f64,
    high: f64,
    at_least: usize,
    at_most: usize,
}

impl Tails {
    #[inline]
    fn count(&mut self, sum: f64) {
        self.at_least += usize::from(sum >= self.low);
        self.at_most += usize::from(sum <= self.high);
    }
}

impl Deal<'_, '_> {
    fn p_value(&mut self, stream: &mut Stream, unit: usize) -> Result<f64> {
        let all = self.field.weights();
        let (neighbours, weights) = all.row(unit);
        if neighbours.is_empty() {
            return Ok(f64::NAN);
        }
        let lag = self.field.lag(unit, &self.field.scores);
        let tie = TIE * self.field.largest * weights.iter().sum::<f64>();
        let mut tails = Tails { low: lag - tie, high: lag + tie, at_least: 0, at_most: 0 };
        let last = self.field.n() - 1;
        self.scores.swap(unit, last);
        let done = self.draw(stream, weights, &mut tails);
        self.scores.swap(unit, last);
        done?;
        Ok(doubled(tails.at_least, tails.at_most, self.draws))
    }

    fn draw(&mut self, stream: &mut Stream, weights: &[f64], tails: &mut Tails) -> Result<()> {
        let n_others = self.scores.len() - 1;
        // Two of k draws are the same in fewer than half of all tries.
        if weights.len() * weights.len() > n_others {
            return self.shuffled(stream, weights, tails);
        }
        match weights.len() {
            1 => self.compared::<1>(stream, weights, tails),
            2 => self.compared::<2>(stream, weights, tails),
            3 => self.compared::<3>(stream, weights, tails),
            4 => self.compared::<4>(stream, weights, tails),
            5 => self.compared::<5>(stream, weights, tails),
            6 => self.compared::<6>(stream, weights, tails),
            7 => self.compared::<7>(stream, weights, tails),
            8 => self.compared::<8>(stream, weights, tails),
            9 => self.compared::<9>(stream, weights, tails),
            10 => self.compared::<10>(stream, weights, tails),
            11 => self.compared::<11>(stream, weights, tails),
            12 => self.compared::<12>(stream, weights, tails),
            _ => self.shuffled(stream, weights, tails),
        }
    }

    fn compared<const K: usize>(
        &self,
        stream: &mut Stream,
        weights: &[f64],
        tails: &mut Tails,
    ) -> Result<()> {
        if self.scores.len() <= MOST_OF_FOUR {
            return self.tuples::<K, 4>(stream, weights, tails);
        }
        self.tuples::<K, 2>(stream, weights, tails)
    }

    /// Weighted sums of K different units, all drawn anew if two are the same: every choice in order is then equally
    /// likely.
    fn tuples<const K: usize, const M: usize>(
        &self,
        stream: &mut Stream,
        weights: &[f64],
        tails: &mut Tails,
    ) -> Result<()> {
        let mut of_place = [0.0; K];
        of_place.copy_from_slice(weights);
        let others = &self.scores[..self.scores.len() - 1];
        let batch = Batch::<M>::new(others.len());
        for draw in 0..self.draws {
            if draw % DRAWS_PER_CHECK == 0 {
                self.job.check()?;
            }
            let drawn = batch.different::<K>(stream);
            let mut sum = 0.0;
            for (place, weight) in drawn.iter().zip(&of_place) {
                sum += weight * others[*place as usize];
            }
            tails.count(sum);
        }
        Ok(())
    }

    /// The same by the first steps of a Fisher–Yates shuffle, from whatever order the draw before has left.
    fn shuffled(&mut self, stream: &mut Stream, weights: &[f64], tails: &mut Tails) -> Result<()> {
        let n_others = self.scores.len() - 1;
        if self.order.is_empty() {
            self.order = (0..n_others as u32).collect();
        }
        let mut since_check = 0;
        for _ in 0..self.draws {
            let mut sum = 0.0;
            for (place, weight) in weights.iter().enumerate() {
                self.order.swap(place, place + stream.below(n_others - place));
                sum += weight * self.scores[self.order[place] as usize];
            }
            tails.count(sum);
            since_check += weights.len();
            if since_check >= DRAWS_PER_CHECK {
                since_check = 0;
                self.job.check()?;
            }
        }
        Ok(())
    }
}

/// M whole numbers below a bound from 64 random bits (Brackett-Rozinsky & Lemire 2024, "Batched ranged random integer
/// generation"): the high half of a product is a number, the low half the bits for the next.
struct Batch<const M: usize> {
    bound: u64,
    /// What is left of the bits in the end must not be below 2^64 mod bound^M, which some choices reach once too often.
    threshold: u64,
}

impl<const M: usize> Batch<M> {
    fn new(bound: usize) -> Self {
        let bound = bound as u64;
        let choices = bound.pow(M as u32);
        Self { bound, threshold: choices.wrapping_neg() % choices }
    }

    /// K different numbers.
    #[inline]
    fn different<const K: usize>(&self, stream: &mut Stream) -> [u32; K] {
        let mut drawn = [0; K];
        loop {
            let mut refused = false;
            for batch in drawn.chunks_mut(M) {
                let mut bits = stream.bits();
                let mut below = || {
                    let product = u128::from(bits) * u128::from(self.bound);
                    bits = product as u64;
                    (product >> 64) as u32
                };
                // The last batch may have fewer places than numbers.
                let numbers: [u32; M] = std::array::from_fn(|_| below());
                batch.copy_from_slice(&numbers[..batch.len()]);
                refused |= bits < self.threshold;
            }
            for second in 1..K {
                for first in 0..second {
                    refused |= drawn[first] == drawn[second];
                }
            }
            if !refused {
                return drawn;
            }
        }
    }
}
