"""Figures of the Dagum decomposition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._language import term
from .._tables import to_pandas
from ._style import colours, figure, grid_of_axes, label_axes, lines_over_time, stacked_shares

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..dagum_gini import DagumGini

__all__ = ["KINDS"]

_BAND = ("low", "high")


def _time_label(result: DagumGini) -> str:
    return term("time") if "time" in to_pandas(result.overall) else ""


def _lines(ax: Axes, result: DagumGini, series: dict[str, pd.DataFrame], title: str, *, intervals: bool) -> None:
    lines_over_time(ax, series, "estimate", _BAND if intervals else None)
    ax.set_ylim(bottom=0.0)
    has_time = bool(_time_label(result))
    label_axes(ax, term(title), _time_label(result), term("gini"), legend=has_time)


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
    label_axes(ax, term("shares"), _time_label(result), term("share_percent"), legend=False)
    ax.legend(frameon=False, fontsize="small", ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.14))


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
    axes = _four_axes() if ax is None else ax
    one, two, three, four = axes.ravel()
    components(result, ax=one, intervals=intervals)
    shares(result, ax=two)
    within(result, ax=three, intervals=intervals)
    between(result, ax=four, intervals=intervals)
    return axes


def _four_axes() -> Any:
    return grid_of_axes(2, 2)


KINDS = {"components": components, "shares": shares, "within": within, "between": between, "all": every}
