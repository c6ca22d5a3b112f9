"""Figures of the Dagum decomposition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import to_pandas
from ..errors import InvalidInputError
from ._style import colours, figure, grid_of_axes, label_axes, lie_down, lines_over_time, stacked_shares

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..dagum_gini import DagumGini

__all__ = ["KINDS"]

_BAND = ("low", "high")

# A panel of the four has room for a legend of this many.
_MOST_ENTRIES = 15


def _times(result: DagumGini) -> list[Any] | None:
    overall = to_pandas(result.overall)
    return overall["time"].to_list() if "time" in overall else None


def _lines(ax: Axes, result: DagumGini, series: dict[str, pd.DataFrame], title: str, *, intervals: bool) -> None:
    times = _times(result)
    lines_over_time(ax, series, "estimate", times, _BAND if intervals else None)
    if lie_down(ax):
        label_axes(ax, term(title), term("gini"), "", legend=False)
    else:
        x = "" if times is None else term("time")
        label_axes(ax, term(title), x, term("gini"), legend=times is not None, beside=True)


@figure
def components(result: DagumGini, ax: Axes, *, intervals: bool = False) -> None:
    """Draw the Gini and its three parts over time, with their intervals on request."""
    table = to_pandas(result.overall_intervals)
    names = ("gini", "within", "between", "transvariation")
    series = {term(name): table[table["statistic"] == name] for name in names}
    _lines(ax, result, series, "components", intervals=intervals)


@figure
def shares(result: DagumGini, ax: Axes) -> None:
    """Draw the three parts as percentages of the Gini, one bar per period."""
    names = ("within", "between", "transvariation")
    # The first colour is that of the Gini itself in the figure of the components.
    stacked_shares(ax, result.overall, {f"share_{name}": term(name) for name in names}, colours(4)[1:])
    x = "" if _times(result) is None else term("time")
    label_axes(ax, term("shares"), x, term("share_percent"), legend=None)


@figure
def within(result: DagumGini, ax: Axes, *, intervals: bool = False) -> None:
    """Draw the Gini inside each group over time, with intervals on request."""
    table = to_pandas(result.within_intervals)
    series = {str(group): rows for group, rows in table.groupby("group", sort=False, observed=True)}
    _lines(ax, result, series, "within_groups", intervals=intervals)


@figure
def between(result: DagumGini, ax: Axes, *, intervals: bool = False) -> None:
    """Draw the Gini between each pair of groups over time, with intervals on request."""
    table = to_pandas(result.between_intervals)
    table = table[table["statistic"] == "gini"]
    pairs = table.groupby(["group_a", "group_b"], sort=False, observed=True)
    series = {f"{a} – {b}": rows for (a, b), rows in pairs}
    _lines(ax, result, series, "between_groups", intervals=intervals)


def every(result: DagumGini, *, ax: Any = None, intervals: bool = False) -> Any:
    """Draw all four figures; `ax`, if given, is an array of four axes."""
    axes = grid_of_axes(2, 2) if ax is None else np.asarray(ax)
    if axes.size != 4:
        raise InvalidInputError(
            f"this figure needs an array of four axes, for example of subplots(2, 2), not {axes.size}"
        )
    one, two, three, four = axes.ravel()
    components(result, ax=one, intervals=intervals)
    shares(result, ax=two)
    within(result, ax=three, intervals=intervals)
    between(result, ax=four, intervals=intervals)
    for panel in (three, four):
        _thin_out(panel)
    return axes


def _thin_out(ax: Axes) -> None:
    """Leave out legends and shrink labels that would take the room of the data: a panel has no room to grow."""
    legend = ax.get_legend()
    if legend is not None and len(legend.get_texts()) > _MOST_ENTRIES:
        legend.remove()
    if len(ax.get_yticklabels()) > _MOST_ENTRIES:
        ax.tick_params(axis="y", labelsize=4)


KINDS = {"components": components, "shares": shares, "within": within, "between": between, "all": every}
