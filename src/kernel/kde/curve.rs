//! What a density can be asked, and the reflection of one at the ends of a support.

/// Derivatives that a [`Local`] expansion holds, the density itself included.
pub const ORDERS: usize = 11;

/// A density around one point.
#[derive(Debug, Clone, Copy)]
pub struct Local {
    /// f⁽ᵈ⁾(x)·hᵈ for d = 0, 1, …, of the piece of the density around x.
    pub derivatives: [f64; ORDERS],
    /// What f′(x)·h may be wrong by.
    pub noise: f64,
}

impl Local {
    /// No density.
    pub const ZERO: Self = Self { derivatives: [0.0; ORDERS], noise: 0.0 };
}

/// A density on the whole line.
pub trait Curve: Sync {
    /// The bandwidth h.
    fn bandwidth(&self) -> f64;

    /// Smallest and largest value of the sample.
    fn range(&self) -> (f64, f64);

    /// How far from the sample the density reaches.
    fn reach(&self) -> f64;

    /// f(x).
    fn density(&self, x: f64) -> f64;

    /// The expansion of f around x.
    fn local(&self, x: f64) -> Local;

    /// The integral of f from −∞ to x.
    fn cumulative(&self, x: f64) -> f64;
}

/// Where the variable can lie; infinite where there is no bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Support {
    pub low: f64,
    pub high: f64,
}

impl Support {
    /// The whole line.
    pub const LINE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// The points x′ = sign·x + shift whose densities add up to the one at x, as (sign, shift), the point itself first.
    ///
    /// A bound a adds 2a − x. Two bounds reflect each other without end; images beyond `reach` of the support add nothing.
    pub fn images(&self, reach: f64) -> Vec<(f64, f64)> {
        match (self.low.is_finite(), self.high.is_finite()) {
            (false, false) => vec![(1.0, 0.0)],
            (true, false) => vec![(1.0, 0.0), (-1.0, 2.0 * self.low)],
            (false, true) => vec![(1.0, 0.0), (-1.0, 2.0 * self.high)],
            (true, true) => {
                let period = 2.0 * (self.high - self.low);
                let most = (reach / period).ceil() as i64 + 1;
                let mut images = vec![(1.0, 0.0), (-1.0, 2.0 * self.low)];
                for turn in (1..=most).flat_map(|turn| [turn, -turn]) {
                    let shift = turn as f64 * period;
                    images.extend([(1.0, shift), (-1.0, 2.0 * self.low + shift)]);
                }
                images
            }
        }
    }
}

/// A density reflected at the bounds of its support, where it has mass one.
#[derive(Debug)]
pub struct Folded<'a, C> {
    curve: &'a C,
    images: Vec<(f64, f64)>,
    /// Outside of this the density on the line is zero.
    low: f64,
    high: f64,
}

impl<'a, C: Curve> Folded<'a, C> {
    /// `curve` folded into `support`.
    pub fn new(curve: &'a C, support: Support) -> Self {
        let (low, high) = curve.range();
        let reach = curve.reach();
        Self { curve, images: support.images(reach), low: low - reach, high: high + reach }
    }

    fn near(&self, x: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let images = self.images.iter().map(move |&(sign, shift)| (sign, sign * x + shift));
        images.filter(|&(_, image)| image >= self.low && image <= self.high)
    }
}

impl<C: Curve> Curve for Folded<'_, C> {
    fn bandwidth(&self) -> f64 {
        self.curve.bandwidth()
    }

    fn range(&self) -> (f64, f64) {
        self.curve.range()
    }

    fn reach(&self) -> f64 {
        self.curve.reach()
    }

    fn density(&self, x: f64) -> f64 {
        self.near(x).map(|(_, image)| self.curve.density(image)).sum()
    }

    fn local(&self, x: f64) -> Local {
        let mut sum = Local::ZERO;
        for (sign, image) in self.near(x) {
            let local = self.curve.local(image);
            let mut factor = 1.0;
            for (total, derivative) in sum.derivatives.iter_mut().zip(local.derivatives) {
                *total += factor * derivative;
                factor *= sign;
            }
            sum.noise += local.noise;
        }
        sum
    }

    /// Up to a constant: only differences are probabilities.
    fn cumulative(&self, x: f64) -> f64 {
        self.images.iter().map(|&(sign, shift)| sign * self.curve.cumulative(sign * x + shift)).sum()
    }
}
