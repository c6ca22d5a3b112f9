"""Tapio's decoupling of a pressure from its driver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from . import _core
from ._call import call
from ._input import InputTable, read
from ._labels import Labels
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame, state_column
from .errors import InvalidInputError

__all__ = ["GROUPS", "STATES", "TapioDecoupling", "tapio"]

# In the order of the kernel's codes.
STATES = (
    "strong decoupling",
    "weak decoupling",
    "recessive decoupling",
    "expansive coupling",
    "recessive coupling",
    "expansive negative decoupling",
    "weak negative decoupling",
    "strong negative decoupling",
    "undefined",
)
GROUPS = ("decoupling", "coupling", "negative decoupling", "undefined")

# What the kernel reads for a base that is not a period.
_BASES = {"previous": -1, "first": -2}


@record
class TapioDecoupling(Result):
    """Decoupling states of a panel.

    Tables are frames of the caller's library. `state` and `group` are categories in the order of the definition
    (text in pyarrow), so that ``markov(result.table, state="state", unit="unit", time="time")`` keeps that order.

    Attributes
    ----------
    table : frame
        One row per unit and period that has a base: `unit`, `time`; `change_pressure` and `change_driver`, relative to
        the base (0.05 is 5 %); `elasticity` (NaN where the driver does not change); `state`, one of the eight or
        "undefined"; `group`: "decoupling", "coupling", "negative decoupling" or "undefined".
    shares : frame
        One row per period and group: `time`, `group`, `n` (units), `share` of the units with a state in that period.
    base : object
        "previous", "first", or the period that all were compared with.
    n_undefined : int
        Rows whose driver does not change.
    n_gaps : int
        Rows whose base is not the period just before, because the unit has no row there (`base="previous"`).
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    shares: Frame
    base: Any
    n_undefined: int
    n_gaps: int
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "tapio"
    _tables: ClassVar[tuple[str, ...]] = ("table", "shares")
    _states: ClassVar[tuple[str, ...]] = ("state", "group")
    _shown: ClassVar[tuple[str, ...]] = ("table", "shares")

    def _heading(self, table: str) -> str:
        return {"table": "decoupling_states", "shares": "group_shares"}[table]


def tapio(
    data: Any,
    *,
    pressure: Any,
    driver: Any,
    unit: Any,
    time: Any,
    base: Any = "previous",
    missing: str = "error",
) -> TapioDecoupling:
    r"""Tell whether a pressure (emissions, energy, land) is decoupled from what drives it (GDP, urbanisation).

    With the pressure E, the driver A and the base period 0 the elasticity is

    .. math:: \varepsilon = \frac{(E - E_0) / E_0}{(A - A_0) / A_0}

    ============================== ==== ==== ============ ====================
    state                          ΔE   ΔA   ε            group
    ============================== ==== ==== ============ ====================
    strong decoupling              < 0  > 0  < 0          decoupling
    weak decoupling                ≥ 0  > 0  [0, 0.8)     decoupling
    recessive decoupling           < 0  < 0  > 1.2        decoupling
    expansive coupling             > 0  > 0  [0.8, 1.2]   coupling
    recessive coupling             < 0  < 0  [0.8, 1.2]   coupling
    expansive negative decoupling  > 0  > 0  > 1.2        negative decoupling
    weak negative decoupling       ≤ 0  < 0  [0, 0.8)     negative decoupling
    strong negative decoupling     > 0  < 0  < 0          negative decoupling
    undefined                           0    none         undefined
    ============================== ==== ==== ============ ====================

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    pressure, driver : str or array
        The two variables: finite, and above zero in every row that is a base.
    unit : str or array
        Unit of each row.
    time : str or array
        Period of each row.
    base : {"previous", "first"} or label
        What a period is compared with: the last period before it in which the unit has a row; the unit's first
        period; or the period with this label (of dates also the year), which every unit must have. Periods before that
        are left out.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.

    Returns
    -------
    TapioDecoupling
        Tables `table`, by unit and then period, and `shares`.

    Raises
    ------
    InvalidInputError
        A base of zero or less, naming the row, the unit and the period; repeated unit-periods; a base period that
        is not in the data or that a unit lacks; no unit with two periods; missing, infinite or text values.

    Notes
    -----
    An elasticity within 1e-9 of 0.8 or 1.2, relative to it, lies on that bound: 0.12 / 0.10 is 1.2. A change
    within four units of the last place of the base (1e-15 of it) is no change. No change of the pressure counts as weak
    decoupling where the driver grows and as weak negative decoupling where it falls; no change of the driver leaves
    the elasticity and the state undefined.

    References
    ----------
    Tapio, P. (2005). Towards a theory of decoupling: degrees of decoupling in the EU and the case of road traffic in
    Finland between 1970 and 2001. Transport Policy 12, 137–151. https://doi.org/10.1016/j.tranpol.2005.01.001

    Examples
    --------
    Emissions grow by 12 % with a GDP that grows by 10 %, then fall by 5 % while it grows by 10 %.

    >>> import regiometrics as rgm
    >>> result = rgm.tapio(
    ...     None,
    ...     pressure=[100.0, 112.0, 106.4],
    ...     driver=[50.0, 55.0, 60.5],
    ...     unit=["a", "a", "a"],
    ...     time=[2020, 2021, 2022],
    ... )
    >>> result.table["elasticity"].round(2).to_list()
    [1.2, -0.5]
    >>> result.table["state"].to_list()
    ['expansive coupling', 'strong decoupling']
    """
    table = read(data, missing=missing, pressure=pressure, driver=driver, unit=unit, time=time)
    table.refuse_duplicates("unit", "time")
    units, periods = table.labels("unit"), table.labels("time")
    code = _base_code(base, units, periods)
    core = _computed(table, units, periods, code)
    changes, shares = core["changes"], core["shares"]
    if len(changes["row"]) == 0:
        raise InvalidInputError("no unit has a row to compare with its base; two periods of a unit are needed")
    rows = changes["row"]
    columns = {
        "unit": units.take(units.codes[rows]),
        "time": periods.take(periods.codes[rows]),
        **{name: changes[name] for name in ("change_pressure", "change_driver", "elasticity")},
        "state": state_column(table.backend, changes["state"], STATES),
        "group": state_column(table.backend, changes["group"], GROUPS),
    }
    n_undefined = int(np.isnan(changes["elasticity"]).sum())
    # A column of a group that never occurs is of no use to anybody.
    told = np.flatnonzero((shares["group"] != GROUPS.index("undefined")) | (n_undefined > 0))
    share_columns = {
        "time": periods.take(shares["period"][told]),
        "group": state_column(table.backend, shares["group"][told], GROUPS),
        "n": shares["n"][told],
        "share": shares["share"][told],
    }
    return TapioDecoupling(
        table=make_frame(table.backend, columns),
        shares=make_frame(table.backend, share_columns),
        base=base,
        n_undefined=n_undefined,
        n_gaps=core["n_gaps"],
        n_dropped=table.n_dropped,
        notes=tuple(_notes(core, base, n_undefined, len(units), units.codes[rows], table.n_dropped)),
    )


def _base_code(base: Any, units: Labels, periods: Labels) -> int:
    """Return the code of the base for the kernel; every unit must have a period that is given as base."""
    if isinstance(base, str) and base in _BASES:
        return _BASES[base]
    known, code = periods.to_list(), periods.find(base)
    years = [getattr(label, "year", None) for label in known]
    # Dates may be named by their year, where each year has one.
    if code is None and isinstance(base, int) and base in years and len(set(years)) == len(years):
        code = years.index(base)
    if code is None:
        span = f"it runs from {known[0]} to {known[-1]}"
        raise InvalidInputError(
            f"base must be 'previous', 'first' or a label in column {periods.name!r}, not {base!r}; {span}"
        )
    absent = np.setdiff1d(np.arange(len(units)), units.codes[periods.codes == code])
    if len(absent):
        named = ", ".join(str(units.item(int(each))) for each in absent[:5])
        more = f" (and {len(absent) - 5} more)" if len(absent) > 5 else ""
        raise InvalidInputError(
            f"{units.name} = {named}{more} has no row in the base period {periods.name} = {base}; leave it out or "
            "choose another base"
        )
    return code


def _computed(table: InputTable, units: Labels, periods: Labels, base: int) -> Any:
    try:
        return call(
            _core.tapio,
            table.numbers("pressure"),
            table.numbers("driver"),
            units.codes,
            periods.codes,
            len(periods),
            base,
            columns=table.names(pressure="pressure", driver="driver"),
            periods=periods,
        )
    except InvalidInputError as error:
        if error.row is None:
            raise
        unit, period = units.item(int(units.codes[error.row])), periods.item(int(periods.codes[error.row]))
        row = error.row if table.positions is None else int(table.positions[error.row])
        message = str(error).replace(f"row {error.row},", f"row {row},")
        told = InvalidInputError(
            f"{message}, and {units.name} = {unit}, {periods.name} = {period} is the base of a change"
        )
        told.name, told.row, told.period = error.name, row, error.period
        raise told from None


def _notes(core: Any, base: Any, n_undefined: int, n_units: int, compared: Any, n_dropped: int) -> Iterator[str]:
    yield {
        "previous": "Changes are from the previous period.",
        "first": "Changes are from the first period of each unit.",
    }.get(base if isinstance(base, str) else "", f"Changes are from {base}.")
    if core["n_gaps"]:
        yield f"{core['n_gaps']} change(s) span a gap: the base is the last period before it that the unit has."
    if core["n_before_base"]:
        yield f"{core['n_before_base']} row(s) before the base period left out."
    n_alone = n_units - len(np.unique(compared))
    if n_alone:
        yield f"{n_alone} unit(s) without a period to compare with the base."
    if n_undefined:
        yield f"{n_undefined} row(s) whose driver does not change: no elasticity, state undefined."
    if n_dropped:
        yield f"{n_dropped} row(s) with missing values left out."
