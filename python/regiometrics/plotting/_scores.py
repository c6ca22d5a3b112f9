"""Scores of units: ranked for one period, and over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._options import count
from .._tables import label_text, to_pandas
from ..errors import InvalidInputError
from ._style import colours, heat_map, label_axes, lines_over_time, ranked_bars

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["MOST_BARS", "draw_over_time", "draw_ranking", "draw_weights", "quartiles_over_time"]

# Bars of a ranking, unless the caller wants more; a page holds no more names.
MOST_BARS = 60

# More lines than this are told apart no longer.
_MOST_LINES = 8
_DIGITS = 3


def unit_column(table: pd.DataFrame, time: str | None, unit: str | None) -> str | None:
    """Return the column that names the units: the one asked for, or the first of text; None if there is none."""
    if unit is not None:
        if unit not in table:
            raise InvalidInputError(f"there is no column {unit!r} to name the units")
        return unit
    from pandas.api.types import is_numeric_dtype

    texts = (name for name in table.columns if name != time and not is_numeric_dtype(table[name]))
    return next(texts, None)


def _period(table: pd.DataFrame, time: str | None, period: Any) -> tuple[pd.DataFrame, Any]:
    """Return the rows of one period, by default the last, and the period."""
    if time is None:
        return table, None
    known = sorted(table[time].unique())
    period = known[-1] if period is None else period
    if period not in known:
        raise InvalidInputError(f"column {time!r} has no {period!r}; it runs from {known[0]} to {known[-1]}")
    return table[table[time] == period], period


def draw_ranking(ax: Axes, frame: Any, time: str | None, title: str, unit: str | None, period: Any, most: int) -> None:
    """Draw the scores of one period as bars, the highest on top; of more than `most`, the first ones, and say so."""
    whole = to_pandas(frame)
    table, period = _period(whole, time, period)
    n_rows = len(table)
    table = table.sort_values("score", ascending=False, kind="stable").head(count("most", most, least=1))
    column = unit_column(whole, time, unit)
    names = [label_text(name) for name in (table.index if column is None else table[column])]
    ranked_bars(ax, names, table["score"].to_numpy(dtype=float), _DIGITS)
    heading = term(title) if period is None else term("about").format(term(title), label_text(period))
    if len(table) < n_rows:
        heading += f" (1–{len(table)} / {n_rows})"
    label_axes(ax, heading, term("score"), "", legend=False)


def draw_over_time(ax: Axes, frame: Any, time: str | None, title: str, unit: str | None) -> None:
    """Draw the scores over time: a line per unit, a heat map of many units, or median and quartiles without names."""
    table = to_pandas(frame)
    if time is None:
        raise InvalidInputError("scores over time need periods; name the column in time=, or draw the kind 'ranking'")
    table = table.rename(columns={time: "time"})
    column = unit_column(table, "time", unit)
    times = sorted(table["time"].unique())
    if column is None:
        quartiles_over_time(ax, table, "score", times)
    elif table[column].nunique() <= _MOST_LINES:
        groups = table.sort_values("time", kind="stable").groupby(column, sort=False, observed=True)
        lines_over_time(ax, {label_text(name): rows for name, rows in groups}, "score", times)
    else:
        wide = table.pivot_table(index=column, columns="time", values="score", observed=True)
        # The order of the last period, where readers look first.
        wide = wide.sort_values(wide.columns[-1], ascending=False, kind="stable")
        names = [label_text(name) for name in wide.index]
        heat_map(ax, names, list(wide.columns), wide.to_numpy(dtype=float), term("score"), _DIGITS)
        ax.set_title(term(title))
        ax.set_xlabel(term("time"))
        return
    label_axes(ax, term(title), term("time"), term("score"))


def quartiles_over_time(ax: Axes, table: pd.DataFrame, value: str, times: list[Any]) -> None:
    """Draw the median of the units over time, with the band between the quartiles."""
    quantiles = table.groupby("time", observed=True)[value].quantile(np.array([0.25, 0.5, 0.75])).unstack()
    spread = quantiles.reset_index().rename(columns={0.25: "low", 0.5: "median", 0.75: "high"})
    lines_over_time(ax, {term("median"): spread}, "median", times, ("low", "high"))


def draw_weights(ax: Axes, frame: Any) -> None:
    """Draw the weights as bars, the largest on top; of several periods as a heat map."""
    table = to_pandas(frame)
    if "time" not in table:
        table = table.sort_values("weight", ascending=False, kind="stable")
        falls = colours(2)
        tints = [falls[direction == "-"] for direction in table["direction"]]
        names = [f"{name} ({sign})" for name, sign in zip(table["indicator"], table["direction"], strict=True)]
        ranked_bars(ax, names, table["weight"].to_numpy(dtype=float), _DIGITS, tints)
        label_axes(ax, term("indicator_weights"), term("weight"), "", legend=False)
        return
    names = list(dict.fromkeys(table["indicator"]))
    wide = table.pivot(index="indicator", columns="time", values="weight").loc[names]
    heat_map(ax, names, list(wide.columns), wide.to_numpy(dtype=float), term("weight"), _DIGITS)
    ax.set_title(term("indicator_weights"))
    ax.set_xlabel(term("time"))
