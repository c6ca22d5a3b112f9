"""Gaps in a panel filled along time."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._indicators import listed_columns
from ._input import read
from ._labels import Labels
from ._options import choice
from ._record import record
from ._result import Result
from ._tables import Frame, extend, make_frame, unite
from .errors import InvalidInputError

__all__ = ["Interpolation", "interpolate"]

# In the order of the kernel's codes; the last is a gap that stays.
_KINDS = np.array(["interpolated", "nearest", "extrapolated", "missing"], dtype=object)


@record
class Interpolation(Result):
    """The table with its gaps filled, and a list of what was filled and what was not.

    Tables are frames of the caller's library.

    Attributes
    ----------
    table : frame
        The table given, with numbers in the gaps; other columns, order of rows and index stay. A column that had gaps
        is float64.
    filled : frame
        One row per gap filled: `unit`, `time`, `column`, `value`, and `kind`: "interpolated" between two observations,
        "nearest" (an observation repeated beyond the edge) or "extrapolated" (a line drawn beyond it). By column, then
        unit, then time.
    unfilled : frame
        One row per gap that stays: `unit`, `time`, `column`.
    n_filled, n_unfilled : int
        How many there are of both.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    filled: Frame
    unfilled: Frame
    n_filled: int
    n_unfilled: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "interpolate"
    _tables: ClassVar[tuple[str, ...]] = ("table", "filled", "unfilled")
    _shown: ClassVar[tuple[str, ...]] = ("filled", "unfilled")
    _states: ClassVar[tuple[str, ...]] = ("kind",)

    def _heading(self, table: str) -> str:
        return {"table": "completed"}.get(table, table)


def interpolate(data: Any, columns: Any, *, unit: Any, time: Any, edges: str = "keep") -> Interpolation:
    r"""Fill gaps linearly in time within each unit, and list them.

    Between the nearest observations before and after, at times :math:`t_0 < t < t_1`,

    .. math::

        y = y_0 + (y_1 - y_0) \frac{t - t_0}{t_1 - t_0}

    so that unequal distances in time count as they are.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    columns : list of str
        The columns to complete, numeric; null and NaN are gaps. Without `data`, a mapping of names to arrays, a list of
        arrays, or an array of rows × columns.
    unit : str or array
        Unit of each row.
    time : str or array
        Time of each row: a number, a date or a date with time. Dates are equal steps day by day, so that a year with
        29 February is longer than others; give the year as a number where years should count alike.
    edges : {"keep", "nearest", "linear"}
        What to do before the first and after the last observation of a unit: leave the gap; repeat the nearest
        observation; or go on along the line through the two nearest ones, which may leave the range of the data (below
        zero, above 100 %).

    Returns
    -------
    Interpolation
        Tables `table`, `filled` and `unfilled`.

    Raises
    ------
    InvalidInputError
        Two rows of one unit and time; missing units or times; times that are text; infinite values; unknown columns.

    Notes
    -----
    Only rows that are there are completed: a unit without a row in some period gets none, and the notes count how many
    such there are. A unit without any observation keeps its gaps; with one observation, "linear" keeps them as well.

    Examples
    --------
    2017 is a third of the way from 2016 to 2019, where 10 rises to 40.

    >>> import regiometrics as rgm
    >>> result = rgm.interpolate(
    ...     None, {"gdp": [10.0, None, 40.0, None]}, unit=["a"] * 4, time=[2016, 2017, 2019, 2020]
    ... )
    >>> result.table["gdp"].to_list()
    [10.0, 20.0, 40.0, nan]
    >>> result.filled.values.tolist(), result.n_unfilled
    ([['a', 2017, 'gdp', 20.0, 'interpolated']], 1)
    """
    choice("edges", edges, ("keep", "nearest", "linear"))
    given = listed_columns(data, columns)
    roles = {f"columns[{position}]": column for position, column in enumerate(given.values())}
    for argument, column in (("unit", unit), ("time", time)):
        if data is not None and isinstance(column, str) and column in given:
            raise InvalidInputError(f"column {column!r} is the {argument}; it cannot be completed as well")
    table = read(data, gaps=roles.keys(), unit=unit, time=time, **roles)
    table.refuse_duplicates("unit", "time")
    units, times = table.labels("unit"), table.labels("time")
    values = [table.numbers(role, gaps=True) for role in roles]
    core = call(
        _core.interpolate,
        values,
        units.codes,
        len(units),
        _positions(times)[times.codes],
        edges,
        columns={"values": tuple(given)},
    )
    completed = _completed(tuple(given), values, core)
    if data is None:
        keys = {labels.name: labels.take(labels.codes) for labels in (units, times)}
        whole = make_frame(table.backend, unite(keys, dict(zip(given, values, strict=True)) | completed))
    else:
        whole = extend(data, completed)
    is_filled = core["kind"] < len(_KINDS) - 1
    return Interpolation(
        table=whole,
        filled=make_frame(table.backend, _gaps(core, is_filled, units, times, tuple(given), with_values=True)),
        unfilled=make_frame(table.backend, _gaps(core, ~is_filled, units, times, tuple(given), with_values=False)),
        n_filled=int(is_filled.sum()),
        n_unfilled=int((~is_filled).sum()),
        notes=_notes(core, is_filled, len(units) * len(times) - table.n_rows),
    )


def _positions(times: Labels) -> NDArray[np.float64]:
    """Return where each distinct time stands on the line: the number itself, or days since the first."""
    series = times.series
    if series.dtype.is_temporal() and hasattr(series, "dt"):
        stamps = np.asarray(series.dt.timestamp("us").to_numpy(), dtype=np.int64)
        days: NDArray[np.float64] = (stamps - stamps[0]) / 86_400e6
        return days
    if not series.dtype.is_numeric():
        raise InvalidInputError(
            f"column {times.name!r} is of type {series.dtype}; interpolation needs times as numbers or dates"
        )
    return np.asarray(series.to_numpy(), dtype=np.float64)


def _completed(
    names: tuple[str, ...], values: list[NDArray[np.float64]], core: dict[str, Any]
) -> dict[str, NDArray[np.float64]]:
    """Return the columns that had gaps, with what was put there."""
    completed = {}
    for position in np.unique(core["column"]):
        here = core["column"] == position
        column = values[position].copy()
        column[core["row"][here]] = core["value"][here]
        completed[names[position]] = column
    return completed


def _gaps(
    core: dict[str, Any],
    which: NDArray[np.bool_],
    units: Labels,
    times: Labels,
    names: tuple[str, ...],
    *,
    with_values: bool,
) -> dict[str, Any]:
    rows = core["row"][which]
    table = {
        "unit": units.take(units.codes[rows]),
        "time": times.take(times.codes[rows]),
        "column": np.array(names, dtype=object)[core["column"][which]],
    }
    if with_values:
        table |= {"value": core["value"][which], "kind": _KINDS[core["kind"][which]]}
    return table


def _notes(core: dict[str, Any], is_filled: NDArray[np.bool_], n_absent: int) -> tuple[str, ...]:
    counts = dict(zip(*np.unique(core["kind"][is_filled], return_counts=True), strict=True))
    kinds = ", ".join(f"{n} {_KINDS[kind]}" for kind, n in counts.items())
    notes = [f"{int(is_filled.sum())} gap(s) filled" + (f" ({kinds})." if kinds else ".")]
    n_unfilled = int((~is_filled).sum())
    if n_unfilled:
        notes.append(f"{n_unfilled} gap(s) stay: nothing to fill them from within the unit.")
    if n_absent:
        notes.append(f"{n_absent} unit-period(s) have no row in the data; none was added.")
    return tuple(notes)
