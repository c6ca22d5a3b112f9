//! The expected rise over all permutations of a factor.

use super::walk::{Donors, Walker};
use crate::kernel::error::Result;
use crate::kernel::forest::ranks::Place;
use crate::kernel::job::Job;

/// Rows between two looks at whether the job was cancelled: each meets many leaves.
const ROWS: usize = 1 << 10;

/// Expected rises: every out-of-bag row, itself included, gives its value with the same probability.
///
/// E over permutations of Σ_i (y_i − f(x_i with the value of its donor))² is the mean over all pairs (i, donor), since a
/// random permutation sends each donor to i equally often. A range of donors in the order of the factor walks together
/// and parts only at splits on that factor. O(rows · factors on the way · leaves that donors reach).
///
/// # Errors
/// `Cancelled`.
pub(super) fn measure<P: Place>(
    job: &Job,
    walker: &mut Walker<P>,
    places: &[P],
    outside: &[u32],
    donors: &Donors<P>,
    response: &[f64],
) -> Result<()> {
    let p = walker.rise.len();
    let n_outside = outside.len() as u32;
    let mut waiting: Vec<(u32, u32, u32)> = Vec::new();
    for (position, &row) in outside.iter().enumerate() {
        if position % ROWS == 0 {
            job.check()?;
        }
        let own = &places[row as usize * p..][..p];
        let prediction = walker.follow(own);
        walker.prediction.push(prediction);
        let actual = response[row as usize];
        let error = (actual - prediction) * (actual - prediction);
        for place in 0..walker.path.len() {
            let node = walker.path[place];
            let feature = walker.steps[node as usize].feature;
            // All donors share the way up to the first split on the factor.
            if std::mem::replace(&mut walker.seen[feature as usize], position as u32) == position as u32 {
                continue;
            }
            waiting.push((node, 0, n_outside));
            let mut rise = 0.0;
            while let Some((node, first, end)) = waiting.pop() {
                let step = walker.steps[node as usize];
                if step.left == 0 {
                    let moved = actual - walker.value[node as usize];
                    rise += f64::from(end - first) * (moved * moved - error);
                } else if step.feature == feature {
                    let middle = donors.up_to(feature, step.last).clamp(first, end);
                    if middle < end {
                        waiting.push((step.left + 1, middle, end));
                    }
                    if first < middle {
                        waiting.push((step.left, first, middle));
                    }
                } else {
                    let goes_right = own[step.feature as usize] > step.last;
                    waiting.push((step.left + u32::from(goes_right), first, end));
                }
            }
            walker.rise[feature as usize] += rise / f64::from(n_outside);
        }
    }
    Ok(())
}
