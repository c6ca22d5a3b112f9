//! The rows of a node with their ranks, and the same rows ranked anew among themselves.

use super::ranks::Rank;

/// Words of 64 ranks below which a block is not ranked anew.
const FEWEST_WORDS: usize = 32;

/// A node is ranked anew once it has fewer rows than this for each word of 64 ranks that a scan looks at.
const ROWS_PER_WORD: usize = 4;

/// Rows with the ranks of all factors, column after column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'b, R> {
    /// Rank of row i for factor f at `f * n_rows + i`.
    pub ranks: &'b [R],
    pub n_rows: usize,
    /// Draws and scaled response of each row.
    pub rows: &'b [Draws],
    /// Row of the data that each row is; `None` where they are the same.
    pub origin: Option<&'b [u32]>,
    /// Rank in the data of each rank of the block, column after column; `None` where they are the same.
    pub base: Option<&'b [u32]>,
}

/// How often a row was drawn, and its scaled response.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Draws {
    pub count: f64,
    pub response: f64,
}

impl<R: Rank> Block<'_, R> {
    /// The ranks of one factor.
    pub fn column(&self, feature: usize) -> &[R] {
        &self.ranks[feature * self.n_rows..(feature + 1) * self.n_rows]
    }

    /// The rank in the data of a rank of the block.
    pub fn base_rank(&self, feature: usize, rank: u32) -> u32 {
        self.base.map_or(rank, |base| base[feature * self.n_rows + rank as usize])
    }

    /// The row of the data.
    pub fn origin(&self, row: u32) -> usize {
        self.origin.map_or(row, |origin| origin[row as usize]) as usize
    }

    /// Whether a node of that many rows is worth ranking anew.
    pub fn is_too_wide_for(&self, rows: usize) -> bool {
        let words = self.n_rows.div_ceil(64);
        words >= FEWEST_WORDS && rows < words * ROWS_PER_WORD && rows <= usize::from(u16::MAX) + 1
    }
}

/// The memory of a block whose rows are ranked among themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    ranks: Vec<u16>,
    draws: Vec<Draws>,
    origin: Vec<u32>,
    base: Vec<u32>,
    /// Row of the block for each position of a node.
    pub order: Vec<u32>,
    occupied: Vec<u64>,
    before: Vec<u32>,
}

impl Level {
    /// Rank the `rows` of `block` among themselves. O(p (m + n/64)) for m rows of a block of n, without sorting.
    pub fn fill<R: Rank>(&mut self, block: &Block<'_, R>, rows: &[u32], n_features: usize) {
        let n_rows = rows.len();
        self.order.clear();
        self.order.extend(0..n_rows as u32);
        self.draws.clear();
        self.draws.extend(rows.iter().map(|&row| block.rows[row as usize]));
        self.origin.clear();
        self.origin.extend(rows.iter().map(|&row| block.origin(row) as u32));
        self.ranks.clear();
        self.ranks.resize(n_rows * n_features, 0);
        self.base.clear();
        self.base.resize(n_rows * n_features, 0);
        let n_words = block.n_rows.div_ceil(64);
        self.occupied.clear();
        self.occupied.resize(n_words, 0);
        self.before.clear();
        self.before.resize(n_words, 0);
        for feature in 0..n_features {
            self.fill_column(block, rows, feature);
        }
    }

    fn fill_column<R: Rank>(&mut self, block: &Block<'_, R>, rows: &[u32], feature: usize) {
        let column = block.column(feature);
        for &row in rows {
            let rank = column[row as usize].position();
            self.occupied[rank >> 6] |= 1 << (rank & 63);
        }
        let mut seen = 0;
        for (before, word) in self.before.iter_mut().zip(&self.occupied) {
            *before = seen;
            seen += word.count_ones();
        }
        let stretch = feature * rows.len()..(feature + 1) * rows.len();
        let base = &mut self.base[stretch.clone()];
        for (slot, &row) in self.ranks[stretch].iter_mut().zip(rows) {
            let rank = column[row as usize].position();
            let below = self.occupied[rank >> 6] & ((1 << (rank & 63)) - 1);
            let local = self.before[rank >> 6] + below.count_ones();
            *slot = local as u16;
            base[local as usize] = block.base_rank(feature, rank as u32);
        }
        self.occupied.fill(0);
    }

    /// The block, and the order of its rows for a node to be split.
    pub fn block(&mut self) -> (Block<'_, u16>, &mut [u32]) {
        let block = Block {
            ranks: &self.ranks,
            n_rows: self.draws.len(),
            rows: &self.draws,
            origin: Some(&self.origin),
            base: Some(&self.base),
        };
        (block, &mut self.order)
    }
}
