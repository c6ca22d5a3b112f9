//! Means and sums of squares about them, gathered in blocks of replicates without loss of digits.
//!
//! Inside a block, values are measured from the first of them, which takes no division; blocks are joined by the update
//! of Chan, Golub & LeVeque (1983). Replicates lie close to each other, and a block is short, so that the subtraction
//! costs no more than two or three digits even where one replicate stands far apart; equal values have exactly zero.

/// Replicates in a block.
const BLOCK: u32 = 256;

/// Mean and Σ (x − mean)² of values.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    pub mean: f64,
    pub squares: f64,
}

impl Moments {
    /// Join `other` of `n_other` values to these of `n`.
    pub fn merge(&mut self, n: f64, other: Self, n_other: f64) {
        if n_other > 0.0 {
            let distance = other.mean - self.mean;
            let n_both = n + n_other;
            self.mean += distance * (n_other / n_both);
            self.squares += other.squares + distance * distance * (n * n_other / n_both);
        }
    }
}

/// Moments of several statistics of the same replicates.
#[derive(Clone)]
pub(super) struct Gathered {
    /// How many values were added, those of the block included.
    n: f64,
    /// Of the blocks before this one.
    moments: Vec<Moments>,
    block: Block,
}

#[derive(Clone)]
struct Block {
    n: f64,
    n_added: u32,
    origin: Vec<f64>,
    /// Sums of the distances from the origin and of their squares.
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Gathered {
    /// Nothing yet of `n_statistics` statistics.
    pub fn new(n_statistics: usize) -> Self {
        let zeros = vec![0.0; n_statistics];
        let block = Block { n: 0.0, n_added: 0, origin: zeros.clone(), first: zeros.clone(), second: zeros };
        Self { n: 0.0, moments: vec![Moments::default(); n_statistics], block }
    }

    /// How many values were added to each statistic.
    pub fn n(&self) -> f64 {
        self.n
    }

    /// Add one value of each statistic, `times` times.
    #[inline(always)]
    pub fn add(&mut self, values: &[f64], times: f64) {
        let block = &mut self.block;
        if block.n_added == 0 {
            block.origin.copy_from_slice(values);
            block.first.fill(0.0);
            block.second.fill(0.0);
        } else {
            let sums = block.first.iter_mut().zip(&mut block.second);
            for ((first, second), (&value, &origin)) in sums.zip(values.iter().zip(&block.origin)) {
                let distance = value - origin;
                *first += times * distance;
                *second += times * distance * distance;
            }
        }
        block.n_added += 1;
        block.n += times;
        self.n += times;
        if block.n_added == BLOCK {
            self.close();
        }
    }

    /// Join the open block to those before it.
    pub fn close(&mut self) {
        let (n, before) = (self.block.n, self.n - self.block.n);
        if self.block.n_added == 0 {
            return;
        }
        for (statistic, moments) in self.moments.iter_mut().enumerate() {
            let (first, second) = (self.block.first[statistic], self.block.second[statistic]);
            let mean = self.block.origin[statistic] + first / n;
            // Rounding alone can take the difference below zero; NaN stays.
            let squares = second - first * (first / n);
            moments.merge(before, Moments { mean, squares: if squares < 0.0 { 0.0 } else { squares } }, n);
        }
        self.block.n = 0.0;
        self.block.n_added = 0;
    }

    /// The moments of one statistic, once the last block is closed.
    pub fn of(&self, statistic: usize) -> Moments {
        self.moments[statistic]
    }
}
