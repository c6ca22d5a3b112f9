//! Decoupling of a pressure on the environment from what drives it.
//!
//! Tapio, P. (2005). Towards a theory of decoupling: degrees of decoupling in the EU and the case of road traffic in
//! Finland between 1970 and 2001. *Transport Policy* 12, 137–151. From a base period 0, with the pressure E and the
//! driver A,
//!
//! ```text
//! ε = (ΔE / E₀) / (ΔA / A₀)
//! ```

use super::check;
use super::error::{Error, Result};
use super::job::Job;

/// Elasticities from 0.8 to 1.2 are coupling: 20 % of variation around one (Tapio 2005, Fig. 1).
const COUPLING: (f64, f64) = (0.8, 1.2);

/// An elasticity this close to a bound, relative to it, lies on the bound: 0.12 / 0.10 is 1.2.
const TOLERANCE: f64 = 1e-9;

/// A change this small, relative to the base, is what rounding leaves of no change.
const SAME: f64 = 4.0 * f64::EPSILON;

/// The eight states of Tapio, and none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// The pressure falls while the driver grows.
    StrongDecoupling = 0,
    /// Both grow, the pressure by less than 0.8 of the driver, or not at all.
    WeakDecoupling = 1,
    /// Both fall, the pressure by more than 1.2 of the driver.
    RecessiveDecoupling = 2,
    /// Both grow alike.
    ExpansiveCoupling = 3,
    /// Both fall alike.
    RecessiveCoupling = 4,
    /// Both grow, the pressure by more than 1.2 of the driver.
    ExpansiveNegativeDecoupling = 5,
    /// Both fall, the pressure by less than 0.8 of the driver, or not at all.
    WeakNegativeDecoupling = 6,
    /// The pressure grows while the driver falls.
    StrongNegativeDecoupling = 7,
    /// The driver does not change, and there is no elasticity.
    Undefined = 8,
}

impl State {
    /// 0 decoupling, 1 coupling, 2 negative decoupling, 3 undefined.
    pub fn group(self) -> u8 {
        match self {
            Self::StrongDecoupling | Self::WeakDecoupling | Self::RecessiveDecoupling => 0,
            Self::ExpansiveCoupling | Self::RecessiveCoupling => 1,
            Self::ExpansiveNegativeDecoupling
            | Self::WeakNegativeDecoupling
            | Self::StrongNegativeDecoupling => 2,
            Self::Undefined => 3,
        }
    }
}

/// What a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// The last period before it in which the unit has a row.
    Previous,
    /// The first period of the unit.
    First,
    /// This period; those before it are not compared.
    Period(u32),
}

/// One period of one unit beside its base.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Row of the period.
    pub row: usize,
    /// Row of its base.
    pub base: usize,
    /// ΔE / E₀.
    pub pressure: f64,
    /// ΔA / A₀.
    pub driver: f64,
    /// NaN if the driver does not change.
    pub elasticity: f64,
    pub state: State,
}

/// Groups of states: decoupling, coupling, negative decoupling, undefined.
pub const N_GROUPS: usize = 4;

/// How many units of one period are in each group, and what part of its units that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    pub period: u32,
    pub n: [u64; N_GROUPS],
    pub share: [f64; N_GROUPS],
}

/// A panel in states.
#[derive(Debug, Clone, PartialEq)]
pub struct Tapio {
    /// By unit, then period.
    pub changes: Vec<Change>,
    /// Changes from a base that is not the period just before, with [`Base::Previous`].
    pub n_gaps: usize,
    /// Rows before [`Base::Period`].
    pub n_before_base: usize,
    /// One entry for each period with changes.
    pub shares: Vec<Shares>,
}

/// Pressure and driver of units over periods, one row for each that there is.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    pub pressure: &'a [f64],
    pub driver: &'a [f64],
    pub units: &'a [u32],
    pub periods: &'a [u32],
    pub n_periods: usize,
}

/// The elasticity and state of each period of each unit. O(n log n).
///
/// Each unit has at most one row in a period. Units that have no row to compare are left out.
///
/// # Errors
/// `Empty`, `Length`, `NotFinite`, `Code`; `NotPositive` for a row that is a base; `OutOfRange` where a change
/// overflows; `Cancelled`.
pub fn tapio(job: &Job, rows: &Rows<'_>, base: Base) -> Result<Tapio> {
    check::not_empty("pressure", rows.pressure)?;
    let n = rows.pressure.len();
    check::length("driver", rows.driver, n)?;
    check::length("units", rows.units, n)?;
    check::length("periods", rows.periods, n)?;
    check::finite("pressure", rows.pressure)?;
    check::finite("driver", rows.driver)?;
    check::codes("periods", rows.periods, rows.n_periods)?;
    let mut order: Vec<usize> = (0..n).collect();
    let key = |row: usize| (rows.units[row], rows.periods[row], row);
    job.sort_by(&mut order, |&a, &b| key(a).cmp(&key(b)))?;
    let (mut changes, mut n_gaps, mut n_before_base) = (Vec::with_capacity(n), 0, 0);
    for unit in order.chunk_by(|&a, &b| rows.units[a] == rows.units[b]) {
        job.check()?;
        for (position, &row) in unit.iter().enumerate() {
            match base_of(rows, unit, position, base) {
                Some(base) => changes.push(change(rows, row, base)?),
                None if rows.before(row, base) => n_before_base += 1,
                None => {}
            }
        }
        let steps = unit.windows(2).filter(|pair| rows.periods[pair[1]] - rows.periods[pair[0]] > 1);
        n_gaps += if base == Base::Previous { steps.count() } else { 0 };
    }
    let shares = shares(rows, &changes);
    Ok(Tapio { changes, n_gaps, n_before_base, shares })
}

impl Rows<'_> {
    fn before(&self, row: usize, base: Base) -> bool {
        matches!(base, Base::Period(period) if self.periods[row] < period)
    }
}

/// The row that `unit[position]` is compared with, of a unit's rows in order of time.
fn base_of(rows: &Rows<'_>, unit: &[usize], position: usize, base: Base) -> Option<usize> {
    match base {
        Base::Previous => position.checked_sub(1).map(|previous| unit[previous]),
        Base::First => (position > 0).then(|| unit[0]),
        Base::Period(period) => unit[..position].iter().copied().find(|&row| rows.periods[row] == period),
    }
}

fn change(rows: &Rows<'_>, row: usize, base: usize) -> Result<Change> {
    let pressure = relative_change("pressure", rows.pressure, row, base, rows.periods[row])?;
    let driver = relative_change("driver", rows.driver, row, base, rows.periods[row])?;
    // Adding zero turns the −0 of no pressure over a falling driver into 0.
    let elasticity = if driver == 0.0 { f64::NAN } else { pressure / driver + 0.0 };
    if elasticity.is_infinite() {
        return Err(Error::OutOfRange { name: "pressure", period: rows.periods[row] as usize });
    }
    Ok(Change { row, base, pressure, driver, elasticity, state: state(pressure, driver, elasticity) })
}

/// (value − base) / base; exactly zero for what rounding leaves of no change.
fn relative_change(name: &'static str, values: &[f64], row: usize, base: usize, period: u32) -> Result<f64> {
    let (value, start) = (values[row], values[base]);
    if start <= 0.0 {
        return Err(Error::NotPositive { name, row: base, value: start });
    }
    let change = (value - start) / start;
    if !change.is_finite() {
        return Err(Error::OutOfRange { name, period: period as usize });
    }
    Ok(if change.abs() <= SAME { 0.0 } else { change })
}

/// The state of relative changes; no change of the pressure counts with the weak states.
fn state(pressure: f64, driver: f64, elasticity: f64) -> State {
    let (low, high) = (COUPLING.0 * (1.0 - TOLERANCE), COUPLING.1 * (1.0 + TOLERANCE));
    let grows = driver > 0.0;
    if elasticity.is_nan() {
        State::Undefined
    } else if pressure != 0.0 && (pressure > 0.0) != grows {
        if grows { State::StrongDecoupling } else { State::StrongNegativeDecoupling }
    } else if pressure == 0.0 || elasticity < low {
        if grows { State::WeakDecoupling } else { State::WeakNegativeDecoupling }
    } else if elasticity <= high {
        if grows { State::ExpansiveCoupling } else { State::RecessiveCoupling }
    } else if grows {
        State::ExpansiveNegativeDecoupling
    } else {
        State::RecessiveDecoupling
    }
}

fn shares(rows: &Rows<'_>, changes: &[Change]) -> Vec<Shares> {
    let mut counts = vec![[0_u64; N_GROUPS]; rows.n_periods];
    for change in changes {
        counts[rows.periods[change.row] as usize][change.state.group() as usize] += 1;
    }
    let with_changes = counts.iter().enumerate().filter(|(_, n)| n.iter().sum::<u64>() > 0);
    with_changes
        .map(|(period, &n)| {
            let total: u64 = n.iter().sum();
            Shares { period: period as u32, n, share: n.map(|n| n as f64 / total as f64) }
        })
        .collect()
}
