"""Figures of the Theil decomposition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._language import term
from .._options import choice
from .._tables import to_pandas
from ._style import colours, figure, label_axes, lines_over_time, stacked_shares

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..theil import Theil

__all__ = ["KINDS"]


def _time_label(result: Theil) -> str:
    return term("time") if "time" in to_pandas(result.overall) else ""


@figure
def components(result: Theil, ax: Axes, *, measure: str = "t") -> None:
    """Draw one measure ("t" or "l") with its part within and between groups over time."""
    choice("measure", measure, ("t", "l"))
    table = to_pandas(result.overall)
    series = {term(name): table for name in (f"theil_{measure}", f"within_{measure}", f"between_{measure}")}
    for name in (f"theil_{measure}", f"within_{measure}", f"between_{measure}"):
        series[term(name)] = table.assign(estimate=table[name])
    lines_over_time(ax, series, "estimate")
    ax.set_ylim(bottom=0.0)
    time = _time_label(result)
    label_axes(ax, term("theil"), time, term(f"theil_{measure}"), legend=bool(time))


@figure
def shares(result: Theil, ax: Axes, *, measure: str = "t") -> None:
    """Draw the parts within and between groups as percentages, one bar per period."""
    choice("measure", measure, ("t", "l"))
    columns = {f"share_{part}_{measure}": term(part) for part in ("within", "between")}
    # The first colour is that of the measure itself in the figure of the components.
    stacked_shares(ax, result.overall, columns, colours(3)[1:])
    label_axes(ax, term("shares"), _time_label(result), term("share_percent"), legend=False)
    ax.legend(frameon=False, fontsize="small", ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.14))


@figure
def within(result: Theil, ax: Axes, *, measure: str = "t") -> None:
    """Draw one measure inside each group over time."""
    choice("measure", measure, ("t", "l"))
    table = to_pandas(result.within)
    if "group" in table:
        series = {str(group): rows for group, rows in table.groupby("group", sort=False, observed=True)}
    else:
        series = {term("overall"): table}
    lines_over_time(ax, series, f"theil_{measure}")
    ax.set_ylim(bottom=0.0)
    time = _time_label(result)
    label_axes(ax, term("within_groups"), time, term(f"theil_{measure}"), legend=bool(time))


KINDS = {"components": components, "shares": shares, "within": within}
