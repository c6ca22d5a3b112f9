//! The kernels, each scaled so that its standard deviation is one.
//!
//! With s = u/R on |s| ≤ 1 they are, up to a factor: (1 − s²)^p for uniform (p = 0), Epanechnikov, biweight and triweight
//! (p = 3), 1 − |s|, and cos(πs/2). R follows from the variance of each on [−1, 1].

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, PI};

/// A kernel by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    Gaussian,
    Epanechnikov,
    Biweight,
    Triweight,
    Triangular,
    Uniform,
    Cosine,
}

/// From here on the Gaussian is below 1e-16 of its peak, and is left out.
const GAUSSIAN_RADIUS: f64 = 8.7;

/// 1/√(2π).
const GAUSSIAN_PEAK: f64 = 0.398_942_280_401_432_7;

/// Coefficients of a polynomial of degree six.
type Polynomial = [f64; 7];

impl Kernel {
    /// The kernel of that name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "gaussian" => Self::Gaussian,
            "epanechnikov" => Self::Epanechnikov,
            "biweight" => Self::Biweight,
            "triweight" => Self::Triweight,
            "triangular" => Self::Triangular,
            "uniform" => Self::Uniform,
            "cosine" => Self::Cosine,
            _ => return None,
        })
    }

    /// Half the width of the support, in standard deviations.
    pub fn radius(self) -> f64 {
        match self {
            Self::Gaussian => GAUSSIAN_RADIUS,
            Self::Epanechnikov => 5f64.sqrt(),
            Self::Biweight => 7f64.sqrt(),
            Self::Triweight => 3.0,
            Self::Triangular => 6f64.sqrt(),
            Self::Uniform => 3f64.sqrt(),
            Self::Cosine => (1.0 - 8.0 / (PI * PI)).sqrt().recip(),
        }
    }

    /// K(0), the largest value.
    pub fn peak(self) -> f64 {
        self.factor() / if self == Self::Gaussian { 1.0 } else { self.radius() }
    }

    /// The largest slope |K′|, or K itself for the uniform kernel, which jumps.
    pub fn steepest(self) -> f64 {
        let (peak, radius) = (self.peak(), self.radius());
        match self {
            // φ(1).
            Self::Gaussian => peak * (-0.5f64).exp(),
            Self::Epanechnikov => 2.0 * peak / radius,
            // At s² = 1/3 and 1/5: 4 s (1 − s²) and 6 s (1 − s²)².
            Self::Biweight => peak / radius * 8.0 / 3.0 / 3f64.sqrt(),
            Self::Triweight => peak / radius * 6.0 / 5f64.sqrt() * 0.64,
            Self::Triangular => peak / radius,
            Self::Uniform => peak,
            Self::Cosine => peak / radius * FRAC_PI_2,
        }
    }

    /// K at s = 0 for a kernel on [−1, 1].
    fn factor(self) -> f64 {
        match self {
            Self::Gaussian => GAUSSIAN_PEAK,
            Self::Epanechnikov => 0.75,
            Self::Biweight => 15.0 / 16.0,
            Self::Triweight => 35.0 / 32.0,
            Self::Triangular => 1.0,
            Self::Uniform => 0.5,
            Self::Cosine => PI / 4.0,
        }
    }

    /// Where in [−R, R] the formula changes, the ends included; none for the Gaussian.
    pub fn breaks(self) -> Vec<f64> {
        let radius = self.radius();
        match self {
            Self::Gaussian => Vec::new(),
            Self::Triangular => vec![-radius, 0.0, radius],
            _ => vec![-radius, radius],
        }
    }

    /// Whether each piece is a polynomial, of which eight moments tell all.
    pub fn is_polynomial(self) -> bool {
        !matches!(self, Self::Gaussian | Self::Cosine)
    }

    /// K(u).
    #[inline]
    pub fn value(self, u: f64) -> f64 {
        if self == Self::Gaussian {
            return GAUSSIAN_PEAK * (-0.5 * u * u).exp();
        }
        let s = u / self.radius();
        if s.abs() > 1.0 {
            return 0.0;
        }
        let q = 1.0 - s * s;
        let peak = self.peak();
        match self {
            Self::Gaussian | Self::Uniform => peak,
            Self::Epanechnikov => peak * q,
            Self::Biweight => peak * q * q,
            Self::Triweight => peak * q * q * q,
            Self::Triangular => peak * (1.0 - s.abs()),
            Self::Cosine => peak * (FRAC_PI_2 * s).cos(),
        }
    }

    /// K and its derivatives at u, of the piece on which `inside` lies; zero where that is outside the support.
    ///
    /// At the end of a piece the piece is thus chosen by any point within it.
    pub fn derivatives<const D: usize>(self, u: f64, inside: f64) -> [f64; D] {
        let radius = self.radius();
        match self {
            Self::Gaussian => hermite(u),
            _ if inside.abs() > radius => [0.0; D],
            Self::Cosine => {
                let (rate, peak) = (FRAC_PI_2 / radius, self.peak());
                let (sine, cosine) = (rate * u).sin_cos();
                let cycle = [cosine, -sine, -cosine, sine];
                let mut factor = peak;
                std::array::from_fn(|order| {
                    let derivative = factor * cycle[order % 4];
                    factor *= rate;
                    derivative
                })
            }
            _ => {
                let polynomial = self.polynomial(inside);
                let (s, peak) = (u / radius, self.peak());
                let mut factor = peak;
                std::array::from_fn(|order| {
                    let derivative = factor * derivative(&polynomial, order, s);
                    factor /= radius;
                    derivative
                })
            }
        }
    }

    /// Coefficients in s, divided by the peak, of the piece on which `inside` lies.
    fn polynomial(self, inside: f64) -> Polynomial {
        match self {
            Self::Epanechnikov => [1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0],
            Self::Biweight => [1.0, 0.0, -2.0, 0.0, 1.0, 0.0, 0.0],
            Self::Triweight => [1.0, 0.0, -3.0, 0.0, 3.0, 0.0, -1.0],
            Self::Triangular => [1.0, -inside.signum(), 0.0, 0.0, 0.0, 0.0, 0.0],
            Self::Gaussian | Self::Uniform | Self::Cosine => [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        }
    }

    /// The integral of K from −∞ to u.
    pub fn cumulative(self, u: f64) -> f64 {
        if self == Self::Gaussian {
            return 0.5 * libm::erfc(-u * FRAC_1_SQRT_2);
        }
        let s = (u / self.radius()).clamp(-1.0, 1.0);
        match self {
            Self::Cosine => 0.5 * (1.0 + (FRAC_PI_2 * s).sin()),
            Self::Triangular => {
                let rest = 0.5 * (1.0 - s.abs()).powi(2);
                if s < 0.0 { rest } else { 1.0 - rest }
            }
            _ => {
                let polynomial = self.polynomial(0.0);
                let integral = |x: f64| {
                    polynomial
                        .iter()
                        .enumerate()
                        .map(|(k, c)| c * x.powi(k as i32 + 1) / (k + 1) as f64)
                        .sum::<f64>()
                };
                0.5 + self.factor() * integral(s)
            }
        }
    }
}

/// The derivatives of the standard normal density: φ⁽ᵈ⁾ = (−1)ᵈ Heᵈ φ, and He⁽ᵈ⁺¹⁾ = u Heᵈ − d Heᵈ⁻¹.
pub fn hermite<const D: usize>(u: f64) -> [f64; D] {
    hermite_from(u, (-0.5 * u * u).exp())
}

/// The same, given exp(−u²/2).
#[inline]
pub fn hermite_from<const D: usize>(u: f64, bell: f64) -> [f64; D] {
    let mut derivatives = [0.0; D];
    derivatives[0] = GAUSSIAN_PEAK * bell;
    if D > 1 {
        derivatives[1] = -u * derivatives[0];
    }
    for order in 2..D {
        derivatives[order] = -u * derivatives[order - 1] - (order - 1) as f64 * derivatives[order - 2];
    }
    derivatives
}

fn derivative(polynomial: &Polynomial, order: usize, s: f64) -> f64 {
    let falling = |k: usize| (k - order + 1..=k).map(|each| each as f64).product::<f64>();
    (order..polynomial.len()).rev().fold(0.0, |sum, k| sum * s + polynomial[k] * falling(k))
}
