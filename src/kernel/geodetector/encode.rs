//! Whole numbers as codes of strata: class numbers and codes of land use, which need no hashing.

use crate::kernel::error::Result;
use crate::kernel::job::Job;

/// More different numbers than this are left to a general encoder.
const MOST_RANGE: i64 = 1 << 16;

/// Rows of one task.
const CHUNK: usize = 1 << 16;

/// The codes of whole numbers, narrow if they fit, and the numbers they stand for, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    pub codes: OwnedCodes,
    pub distinct: Vec<i64>,
}

/// Codes on their way out.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnedCodes {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

/// Code whole numbers by their order; `None` if they lie too far apart. O(n + range).
///
/// # Errors
/// `Cancelled`.
pub fn encode<T: Copy + Into<i64> + Sync>(job: &Job, values: &[T]) -> Result<Option<Encoded>> {
    let chunks: Vec<&[T]> = values.chunks(CHUNK).collect();
    let ends = job.map(chunks.len(), |chunk| {
        let whole = chunks[chunk].iter().map(|&value| value.into());
        Ok(whole.fold((i64::MAX, i64::MIN), |(low, high), value: i64| (low.min(value), high.max(value))))
    })?;
    let (low, high) = ends.into_iter().fold((i64::MAX, i64::MIN), |a, b| (a.0.min(b.0), a.1.max(b.1)));
    let Some(range) = high.checked_sub(low).filter(|&range| (0..MOST_RANGE).contains(&range)) else {
        return Ok(None);
    };
    let seen = job.map(chunks.len(), |chunk| {
        let mut seen = vec![false; range as usize + 1];
        chunks[chunk].iter().for_each(|&value| seen[(value.into() - low) as usize] = true);
        Ok(seen)
    })?;
    let is_there = |offset: usize| seen.iter().any(|seen| seen[offset]);
    let offsets: Vec<usize> = (0..=range as usize).filter(|&offset| is_there(offset)).collect();
    let mut code_of = vec![0_u32; range as usize + 1];
    offsets.iter().enumerate().for_each(|(code, &offset)| code_of[offset] = code as u32);
    let codes = if offsets.len() <= 256 {
        let narrow: Vec<u8> = code_of.iter().map(|&code| code as u8).collect();
        OwnedCodes::Narrow(recode(job, &chunks, low, &narrow)?)
    } else {
        OwnedCodes::Wide(recode(job, &chunks, low, &code_of)?)
    };
    Ok(Some(Encoded { codes, distinct: offsets.iter().map(|&offset| low + offset as i64).collect() }))
}

fn recode<T: Copy + Into<i64> + Sync, C: Copy + Send + Sync>(
    job: &Job,
    chunks: &[&[T]],
    low: i64,
    code_of: &[C],
) -> Result<Vec<C>> {
    let parts = job.map(chunks.len(), |chunk| {
        Ok(chunks[chunk].iter().map(|&value| code_of[(value.into() - low) as usize]).collect::<Vec<C>>())
    })?;
    Ok(parts.concat())
}
