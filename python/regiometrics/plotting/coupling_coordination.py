"""Figures of coupling and coordination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._options import choice
from .._tables import to_pandas
from ..coupling_coordination import GRADES
from ..errors import InvalidInputError
from ._maps import state_map
from ._scores import quartiles_over_time
from ._style import figure, label_axes, lie_down, lines_over_time

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..coupling_coordination import CouplingCoordination

__all__ = ["KINDS"]

# From red over yellow to blue, in ten steps that readers with any colour vision tell apart by lightness.
_COLOURS = (
    "#67001f", "#b2182b", "#d6604d", "#f4a582", "#fddbc7",
    "#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061",
)  # fmt: skip
_MEASURES = ("coupling", "development", "coordination")
# The names of more lines than this fill more room than the lines.
_MOST_LINES = 60
# Of more periods or units than this the numbers would not fit into their cells.
_PERIODS_NUMBERED, _UNITS_NUMBERED = 14, 60


def _keyed(result: CouplingCoordination, *, needs_both: bool) -> pd.DataFrame:
    """Return the table with its unit and time under these names."""
    if needs_both and (result.unit is None or result.time is None):
        raise InvalidInputError(
            "this figure needs to know the columns: pass unit= and time= to coupling_coordination()"
        )
    table = to_pandas(result.table)
    names = {result.unit: "unit", result.time: "time"}
    keyed: pd.DataFrame = table.rename(columns={name: to for name, to in names.items() if name is not None})
    return keyed


@figure
def lines(result: CouplingCoordination, ax: Axes, *, measure: str = "coordination") -> None:
    """Draw one line per unit over time of "coordination", "development" or "coupling"; bars without time.

    Of more than 60 units, or units without names, the median and the quartiles.
    """
    choice("measure", measure, _MEASURES)
    table = _keyed(result, needs_both=False)
    if "time" in table and _is_crowd(table):
        quartiles_over_time(ax, table, measure, sorted(table["time"].unique()))
        label_axes(ax, term(measure), term("time"), term(measure))
        return
    names = (
        table["unit"] if "unit" in table else np.arange(1, len(table) + 1) if "time" not in table else term("overall")
    )
    groups = table.assign(unit=names).groupby("unit", sort=False, observed=True)
    series = {str(unit): rows.sort_values("time") if "time" in rows else rows for unit, rows in groups}
    times = list(table["time"].drop_duplicates().sort_values()) if "time" in table else None
    lines_over_time(ax, series, measure, times)
    across, up = term("time") if times else "", term(measure)
    label_axes(ax, term(measure), *((up, across) if lie_down(ax) else (across, up)))


def _is_crowd(table: pd.DataFrame) -> bool:
    """Return whether there are more units than lines can show, or several without a name."""
    if "unit" in table:
        return bool(table["unit"].nunique() > _MOST_LINES)
    return bool(table["time"].duplicated().any())


@figure
def grades(result: CouplingCoordination, ax: Axes) -> None:
    """Draw the grade of every unit in every period as a map, with the coordination degree in its cell."""
    table = _keyed(result, needs_both=True)
    state_map(ax, table["unit"], table["time"], table["grade"], dict(zip(GRADES, _COLOURS, strict=True)))
    if table["time"].nunique() <= _PERIODS_NUMBERED and table["unit"].nunique() <= _UNITS_NUMBERED:
        _number_cells(ax, table)
    label_axes(ax, term("grade"), term("time"), term("unit"), legend=False)


def _number_cells(ax: Axes, table: pd.DataFrame) -> None:
    units, times = list(table["unit"].drop_duplicates()), list(table["time"].drop_duplicates().sort_values())
    for unit, time, degree, grade in zip(
        table["unit"], table["time"], table["coordination"], table["grade"], strict=True
    ):
        # White on the dark ends of the scale.
        colour = "black" if 3 <= GRADES.index(grade) <= 6 else "white"
        place: dict[str, Any] = {"ha": "center", "va": "center", "color": colour, "fontsize": "x-small"}
        ax.text(times.index(time), units.index(unit), f"{degree:.2f}", **place)


KINDS = {"lines": lines, "grades": grades}
