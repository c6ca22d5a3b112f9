//! Random streams that depend on their key alone, so that results do not depend on the order of the work.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The weights of Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators".
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of random numbers for one (seed, key): xoshiro256++ seeded by a hash of both.
#[derive(Debug, Clone)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream of `key`, for example (period, replicate) or (replicate, tree).
    pub fn new(seed: u64, key: &[u64]) -> Self {
        let mut state = mix(seed.wrapping_add(GOLDEN_GAMMA));
        for &part in key {
            state = mix(state.wrapping_add(GOLDEN_GAMMA) ^ mix(part.wrapping_add(GOLDEN_GAMMA)));
        }
        Self(Xoshiro256PlusPlus::seed_from_u64(state))
    }

    /// A whole number from 0 to `bound` − 1, each equally likely (Lemire 2019, rejection on the product). `bound` > 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        let mut product = u128::from(self.0.next_u64()) * u128::from(bound);
        if (product as u64) < bound {
            // The lowest 2^64 mod bound products would make some numbers likelier than others.
            let threshold = bound.wrapping_neg() % bound;
            while (product as u64) < threshold {
                product = u128::from(self.0.next_u64()) * u128::from(bound);
            }
        }
        (product >> 64) as usize
    }

    /// A number in [0, 1), one of 2⁵³ evenly spaced ones.
    pub fn unit(&mut self) -> f64 {
        // The upper 53 bits, times 2⁻⁵³.
        (self.0.next_u64() >> 11) as f64 * (0.5 * f64::EPSILON)
    }

    /// A standard normal number, by the polar method of Marsaglia & Bray (1964).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (a, b) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = a * a + b * b;
            if square < 1.0 && square > 0.0 {
                return a * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// The finaliser of splitmix64: every input bit changes half of the output bits.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
