//! The rows of a node with their places, and the same rows placed anew among themselves.

use super::ranks::{Place, Ranks};
use super::small::SMALL;
use crate::kernel::wide::wide_or_plain;

/// Words of 64 places below which a block is not placed anew.
const FEWEST_WORDS: usize = 32;

/// A node is placed anew once it has fewer rows than this for each word of 64 places that a scan looks at.
const ROWS_PER_WORD: usize = 8;

/// How often a row was drawn, and its scaled response.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Draws {
    pub count: f64,
    pub response: f64,
}

/// Rows with their places in the order of every factor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'b, R> {
    /// Column after column.
    pub place_of: &'b [R],
    pub row_at: &'b [R],
    pub n_rows: usize,
    pub rows: &'b [Draws],
    /// Row of the data that each row is; `None` where they are the same.
    pub origin: Option<&'b [u32]>,
}

impl<'b, R: Place> Block<'b, R> {
    /// The places of one factor.
    pub fn column(&self, feature: usize) -> &'b [R] {
        &self.place_of[feature * self.n_rows..(feature + 1) * self.n_rows]
    }

    /// The rows in the order of one factor.
    pub fn ordered(&self, feature: usize) -> &'b [R] {
        &self.row_at[feature * self.n_rows..(feature + 1) * self.n_rows]
    }

    /// The row of the data.
    pub fn origin(&self, row: u32) -> usize {
        self.origin.map_or(row, |origin| origin[row as usize]) as usize
    }

    /// The row of the data at a place of a factor.
    pub fn row(&self, feature: usize, place: usize) -> usize {
        self.origin(self.row_at[feature * self.n_rows + place].index() as u32)
    }

    /// The value at a place of a factor.
    fn value(&self, ranks: &Ranks<'_>, feature: usize, place: usize) -> f64 {
        ranks.value(feature, self.row(feature, place))
    }

    /// Whether the values at two places of a factor are one number.
    pub fn are_equal(&self, ranks: &Ranks<'_>, feature: usize, low: usize, high: usize) -> bool {
        self.value(ranks, feature, low) >= self.value(ranks, feature, high)
    }

    /// Whether a node of that many rows is worth placing anew.
    pub fn is_too_wide_for(&self, rows: usize) -> bool {
        let words = self.n_rows.div_ceil(64);
        let is_sparse = words >= FEWEST_WORDS && rows < words * ROWS_PER_WORD;
        // A few rows are sorted without a look at all places, if those have two bytes.
        let is_few = rows <= SMALL && size_of::<R>() == size_of::<u16>();
        is_sparse && !is_few && rows <= usize::from(u16::MAX)
    }
}

/// The memory of a block whose rows are placed among themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    place_of: Vec<u16>,
    row_at: Vec<u16>,
    draws: Vec<Draws>,
    origin: Vec<u32>,
    /// Row of the block for each position of a node.
    order: Vec<u32>,
    occupied: Vec<u64>,
    before: Vec<u32>,
}

impl Level {
    /// Place the `rows` of `block` among themselves. O(p (m + n/64)) for m rows of a block of n, without sorting.
    pub fn fill<R: Place>(&mut self, block: &Block<'_, R>, rows: &[u32], n_features: usize) {
        let n_rows = rows.len();
        self.order.clear();
        self.order.extend(0..n_rows as u32);
        self.draws.clear();
        self.draws.extend(rows.iter().map(|&row| block.rows[row as usize]));
        self.origin.clear();
        self.origin.extend(rows.iter().map(|&row| block.origin(row) as u32));
        // Every entry is written below.
        self.place_of.resize(n_rows * n_features, 0);
        self.row_at.resize(n_rows * n_features, 0);
        let n_words = block.n_rows.div_ceil(64);
        self.occupied.clear();
        self.occupied.resize(n_words, 0);
        self.before.resize(n_words, 0);
        for feature in 0..n_features {
            wide_or_plain!(
                self.fill_column_wide(block, rows, feature),
                self.fill_column(block, rows, feature)
            );
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn fill_column_wide<R: Place>(&mut self, block: &Block<'_, R>, rows: &[u32], feature: usize) {
        self.fill_column(block, rows, feature);
    }

    #[inline(always)]
    fn fill_column<R: Place>(&mut self, block: &Block<'_, R>, rows: &[u32], feature: usize) {
        let (column, stretch) = (block.column(feature), feature * rows.len()..(feature + 1) * rows.len());
        let (occupied, before) = (&mut self.occupied[..], &mut self.before[..]);
        for &row in rows {
            // SAFETY: rows of a node are rows of its block, `column` has a place for each of those, which is below their
            // number, and `occupied` has a bit for each place.
            unsafe {
                let place = column.get_unchecked(row as usize).index();
                *occupied.get_unchecked_mut(place >> 6) |= 1 << (place & 63);
            }
        }
        let mut seen = 0;
        for (before, word) in before.iter_mut().zip(&*occupied) {
            *before = seen;
            seen += word.count_ones();
        }
        let row_at = &mut self.row_at[stretch.clone()];
        for (inner, (slot, &row)) in self.place_of[stretch].iter_mut().zip(rows).enumerate() {
            // SAFETY: as above, and no more bits are set than there are rows: fewer of them below each.
            unsafe {
                let place = column.get_unchecked(row as usize).index();
                let below = occupied.get_unchecked(place >> 6) & ((1 << (place & 63)) - 1);
                let local = *before.get_unchecked(place >> 6) + below.count_ones();
                *slot = local as u16;
                *row_at.get_unchecked_mut(local as usize) = inner as u16;
            }
        }
        occupied.fill(0);
    }

    /// The block, and the order of its rows for a node to be split.
    pub fn block(&mut self) -> (Block<'_, u16>, &mut [u32]) {
        let block = Block {
            place_of: &self.place_of,
            row_at: &self.row_at,
            n_rows: self.draws.len(),
            rows: &self.draws,
            origin: Some(&self.origin),
        };
        (block, &mut self.order)
    }
}
