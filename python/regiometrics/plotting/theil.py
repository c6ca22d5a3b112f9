"""Figures of the Theil decomposition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._language import term
from .._options import choice
from .._tables import to_pandas
from ._style import colours, figure, label_axes, lie_down, lines_over_time, stacked_shares

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..theil import Theil

__all__ = ["KINDS"]


def _times(result: Theil) -> list[Any] | None:
    overall = to_pandas(result.overall)
    return overall["time"].to_list() if "time" in overall else None


def _lines(ax: Axes, result: Theil, series: dict[str, pd.DataFrame], value: str, title: str, measure: str) -> None:
    times = _times(result)
    lines_over_time(ax, series, value, times)
    if lie_down(ax):
        label_axes(ax, term(title), term(measure), "", legend=False)
    else:
        x = "" if times is None else term("time")
        label_axes(ax, term(title), x, term(measure), legend=times is not None, beside=True)


@figure
def components(result: Theil, ax: Axes, *, measure: str = "t") -> None:
    """Draw one measure ("t" or "l") with its part within and between groups over time."""
    choice("measure", measure, ("t", "l"))
    table = to_pandas(result.overall)
    names = (f"theil_{measure}", f"within_{measure}", f"between_{measure}")
    series = {term(name): table.assign(estimate=table[name]) for name in names}
    _lines(ax, result, series, "estimate", "theil", f"theil_{measure}")


@figure
def shares(result: Theil, ax: Axes, *, measure: str = "t") -> None:
    """Draw the parts within and between groups as percentages, one bar per period."""
    choice("measure", measure, ("t", "l"))
    columns = {f"share_{part}_{measure}": term(part) for part in ("within", "between")}
    # The first colour is that of the measure itself in the figure of the components.
    stacked_shares(ax, result.overall, columns, colours(3)[1:])
    x = "" if _times(result) is None else term("time")
    label_axes(ax, term("shares"), x, term("share_percent"), legend=None)


@figure
def within(result: Theil, ax: Axes, *, measure: str = "t") -> None:
    """Draw one measure inside each group over time."""
    choice("measure", measure, ("t", "l"))
    table = to_pandas(result.within)
    if "group" in table:
        series = {str(group): rows for group, rows in table.groupby("group", sort=False, observed=True)}
    else:
        series = {term("overall"): table}
    _lines(ax, result, series, f"theil_{measure}", "by_group", f"theil_{measure}")


KINDS = {"components": components, "shares": shares, "within": within}
