//! The one error type of the kernel.

/// What a kernel returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a kernel refused its input or stopped.
///
/// Rows, periods, groups and codes are positions counted from zero; a caller that has labels for them translates.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// An array without rows.
    #[error("{name} is empty; at least one row is needed")]
    Empty { name: &'static str },

    /// Two arrays that should be of one length are not.
    #[error("{name} has {length} entries where {expected} are needed")]
    Length { name: &'static str, length: usize, expected: usize },

    /// NaN or infinity.
    #[error("{name}[{row}] is not finite ({value}); drop or fill it first")]
    NotFinite { name: &'static str, row: usize, value: f64 },

    /// A negative number where the method needs zero or more.
    #[error("{name}[{row}] is negative ({value}); this method needs values of zero or more")]
    Negative { name: &'static str, row: usize, value: f64 },

    /// Zero or less where the method divides or takes a logarithm.
    #[error("{name}[{row}] is {value}; this method needs values above zero")]
    NotPositive { name: &'static str, row: usize, value: f64 },

    /// A class code outside its range.
    #[error("{name}[{row}] is {code}, which is not below {count}")]
    Code { name: &'static str, row: usize, code: u32, count: usize },

    /// More classes than can be held.
    #[error(
        "there are {count} {name}, and {most} at most can be held; is a column of units given as group or time?"
    )]
    TooMany { name: &'static str, count: usize, most: usize },

    /// Something said twice that may be said once.
    #[error("{name}[{row}] repeats {name}[{first}]; keep one of the two")]
    Duplicate { name: &'static str, row: usize, first: usize },

    /// A unit given as its own neighbour.
    #[error("{name}[{row}] links a unit to itself; leave such links out, methods that count the unit add it")]
    SelfLink { name: &'static str, row: usize },

    /// A parameter outside its range.
    #[error("{name} must be {requirement}, not {value}")]
    Parameter { name: &'static str, requirement: &'static str, value: f64 },

    /// A relative measure asked of numbers whose mean is zero.
    #[error("the mean of {name} in period {period} is zero; relative inequality needs a positive mean")]
    ZeroMean { name: &'static str, period: usize },

    /// A measure relative to the mean asked of numbers whose mean is zero or less.
    #[error(
        "the mean of {name} in period {period} is {mean}; a coefficient of variation needs a positive mean"
    )]
    MeanNotPositive { name: &'static str, period: usize, mean: f64 },

    /// Numbers that are all equal where their variance is to be explained.
    #[error("{name} in period {period} is constant; there is no variance to account for")]
    Constant { name: &'static str, period: usize },

    /// A share asked of numbers that add up to zero.
    #[error("the total of {name} in period {period} is zero; no share can be taken of it")]
    ZeroTotal { name: &'static str, period: usize },

    /// A row whose parts are all zero, so that they have no shares.
    #[error("row {row} of {name} holds zeros only; its parts need a total above zero")]
    NoTotal { name: &'static str, row: usize },

    /// A period in which every unit has weight zero.
    #[error("every entry of {name} in period {period} is zero; no unit has any weight")]
    NoWeight { name: &'static str, period: usize },

    /// Points that all stand in one place, where the method measures how they spread.
    #[error(
        "all points with weight in period {period} stand in one place; an ellipse needs two places or more: \
         leave this part of the data out"
    )]
    OnePlace { name: &'static str, period: usize },

    /// Fewer points than the method's divisor needs.
    #[error(
        "only {n} points have weight in period {period}; this correction divides by n − 2 and needs {least} or more"
    )]
    TooFewPoints { name: &'static str, period: usize, n: usize, least: usize },

    /// Sums of the numbers, times their weights, leave the range of a double.
    #[error(
        "the entries of {name} in period {period} are too large or too small to be summed in double precision; rescale them"
    )]
    OutOfRange { name: &'static str, period: usize },

    /// A negative number where a logarithm of shares is taken of normalised values.
    #[error(
        "{name}[{row}] is negative once normalised ({value}); entropy needs zero or more: \
         use method \"minmax\", or a shift that lifts every value to zero or more"
    )]
    NegativeNormalized { name: &'static str, row: usize, value: f64 },

    /// Numbers that do not differ, where a statistic is relative to their variance.
    #[error("the entries of {name} in period {period} are all equal; without variance nothing can cluster")]
    NoVariance { name: &'static str, period: usize },

    /// Fewer units than a statistic has parameters.
    #[error("there are {count} units in period {period}; this method needs {least} or more")]
    TooFewUnits { period: usize, count: usize, least: usize },

    /// Weights in which every unit is an island.
    #[error("no unit has a neighbour in period {period}; spatial association needs links")]
    NoLinks { period: usize },

    /// A degree that is none.
    #[error("{name}[{row}] is {value}, which is not {requirement}")]
    Coordinate { name: &'static str, row: usize, value: f64, requirement: &'static str },

    /// Two units in one place, whose inverse distance is infinite.
    #[error("rows {first} and {row} stand at the same place, and the inverse of no distance is infinite")]
    Coincident { row: usize, first: usize },

    /// More links than can be held.
    #[error("there are {count} links or more, and {most} at most can be held; take fewer neighbours")]
    TooManyLinks { count: usize, most: usize },

    /// Memory that a call would need and that there is not.
    #[error("{count} {what} need {} of memory, more than there is to be had; ask for less", amount(*bytes))]
    Memory { what: &'static str, count: usize, bytes: u64 },

    /// No indicator tells one unit from another.
    #[error(
        "every indicator is constant in period {period}, so that no unit can be told from another; \
         at least one must vary over two rows or more"
    )]
    AllConstant { period: usize },

    /// A density asked of values that do not differ.
    #[error(
        "{name} in period {period} has one distinct value only, from which no rule can choose a bandwidth; \
         give bandwidth a number, or leave these rows out"
    )]
    NoSpread { name: &'static str, period: usize },

    /// A density asked of rows of which one outweighs all others.
    #[error(
        "one entry of {name} in period {period} holds all weight but a billionth, and the rest is too light for a rule \
         to choose a bandwidth; give bandwidth a number, or check the unit of the weights"
    )]
    OneWeight { name: &'static str, period: usize },

    /// A value where the caller says that none can be.
    #[error(
        "{name}[{row}] is {value}, outside the support from {low} to {high}; widen support or leave the row out"
    )]
    OutsideSupport { name: &'static str, row: usize, value: f64, low: f64, high: f64 },

    /// Something about one of several columns; the error within calls it by the name that all of them share.
    #[error("{source}")]
    InColumn { column: usize, source: Box<Error> },

    /// The caller asked for the work to stop.
    #[error("the work was cancelled")]
    Cancelled,
}

impl Error {
    /// This error, said of one of several columns.
    pub fn in_column(self, column: usize) -> Self {
        match self {
            Self::Cancelled | Self::Memory { .. } => self,
            source => Self::InColumn { column, source: Box::new(source) },
        }
    }
}

/// Bytes in the largest unit of which there is one.
fn amount(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let place = (bytes.max(1024).ilog2() / 10 - 1) as usize;
    format!("{:.1} {}", bytes as f64 / 1024_f64.powi(place as i32 + 1), UNITS[place])
}
