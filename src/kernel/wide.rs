//! Inner loops compiled twice: for every processor, and for those with AVX2.

/// Call `$wide` if this processor has AVX2, else `$plain`.
///
/// `$plain` is marked `#[inline(always)]`, and `$wide` is a function of one line that calls it and is marked
/// `#[cfg(target_arch = "x86_64")] #[target_feature(enable = "avx2")]`: the same operations in the same order, and so the
/// same bits, four doubles at a time.
macro_rules! wide_or_plain {
    ($wide:expr, $plain:expr) => {{
        #[cfg(target_arch = "x86_64")]
        let result = if std::arch::is_x86_feature_detected!("avx2") {
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
