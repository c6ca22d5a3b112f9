//! Inner loops compiled twice: for every processor, and for those with the instructions of about 2013 and later.

#[cfg(target_arch = "x86_64")]
use std::sync::atomic::{AtomicU8, Ordering};

/// Call `$wide` if this processor has the instructions, else `$plain`.
///
/// `$plain` is marked `#[inline(always)]`, and `$wide` is a function of one line that calls it and is marked
/// `#[cfg(target_arch = "x86_64")] #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]`: the same operations in the
/// same order, and so the same bits, four doubles at a time, and bits counted and found by one instruction each.
macro_rules! wide_or_plain {
    ($wide:expr, $plain:expr) => {{
        #[cfg(target_arch = "x86_64")]
        let result = if $crate::kernel::wide::is_here() {
            // SAFETY: this processor has the instructions that the function is compiled for.
            unsafe { $wide }
        } else {
            $plain
        };
        #[cfg(not(target_arch = "x86_64"))]
        let result = $plain;
        result
    }};
}

pub(crate) use wide_or_plain;

/// Have the processor fetch an entry that is read soon; nothing where there is none.
#[inline(always)]
pub(crate) fn fetch<T>(entries: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(entry) = entries.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every such processor has the instruction.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(entry).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (entries, index);
}

/// Whether this processor has all of the instructions.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn is_here() -> bool {
    match KNOWN.load(Ordering::Relaxed) {
        HERE => true,
        ELSEWHERE => false,
        _ => ask(),
    }
}

/// What [`ask`] found: this is looked at for every few rows.
#[cfg(target_arch = "x86_64")]
static KNOWN: AtomicU8 = AtomicU8::new(0);
#[cfg(target_arch = "x86_64")]
const HERE: u8 = 1;
#[cfg(target_arch = "x86_64")]
const ELSEWHERE: u8 = 2;

#[cfg(target_arch = "x86_64")]
#[cold]
fn ask() -> bool {
    use std::arch::is_x86_feature_detected as has;
    let is_here = has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt");
    KNOWN.store(if is_here { HERE } else { ELSEWHERE }, Ordering::Relaxed);
    is_here
}
