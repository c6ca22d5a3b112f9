//! Numbers kept as the unevaluated sum of two doubles, some 32 digits.
//!
//! Dekker, T. J. (1971). A floating-point technique for extending the available precision. *Numerische Mathematik*
//! 18, 224–242.

use std::ops::{Add, Mul, Sub};

/// `high + low`, with `low` below half a unit in the last place of `high`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Twofold {
    pub high: f64,
    low: f64,
}

/// 2^27 + 1: multiplying by it cuts a double into two halves whose products are exact.
const SPLITTER: f64 = 134_217_729.0;

impl Twofold {
    /// `a − b`, exactly.
    pub fn difference(a: f64, b: f64) -> Self {
        Self::sum(a, -b)
    }

    /// This number divided by `divisor`.
    pub fn over(self, divisor: f64) -> Self {
        let quotient = self.high / divisor;
        let rest = self - Self::product(quotient, divisor);
        Self::sum(quotient, (rest.high + rest.low) / divisor)
    }

    /// The nearest double.
    pub fn value(self) -> f64 {
        self.high + self.low
    }

    fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let from_b = high - a;
        Self { high, low: (a - (high - from_b)) + (b - from_b) }
    }

    fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
        let low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
        Self { high, low }
    }
}

impl From<f64> for Twofold {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Add for Twofold {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (high, low) = (Self::sum(self.high, other.high), Self::sum(self.low, other.low));
        let high = Self::sum(high.high, high.low + low.high);
        Self::sum(high.high, high.low + low.low)
    }
}

impl Sub for Twofold {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self { high: -other.high, low: -other.low }
    }
}

impl Mul for Twofold {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = Self::product(self.high, other.high);
        Self::sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

fn split(number: f64) -> (f64, f64) {
    let shifted = SPLITTER * number;
    let high = shifted - (shifted - number);
    (high, number - high)
}
