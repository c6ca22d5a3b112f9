"""Figures of plain tables, such as those of `growth_rate` and `share`: lines over time, and bars side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import label_text, to_pandas
from ._style import colours, figure, label_axes, lie_down, lines_over_time

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bars", "lines"]


@figure
def lines(
    table: Any,
    ax: Axes,
    *,
    value: str,
    series: str,
    time: str,
    title: str = "",
    label: str | None = None,
    from_zero: bool = True,
) -> None:
    """Draw one line per label of the column `series` against the column `time`; `label` says what the value is."""
    frame = to_pandas(table).rename(columns={time: "time"})
    groups = {
        label_text(name): rows.sort_values("time") for name, rows in frame.groupby(series, sort=False, observed=True)
    }
    lines_over_time(ax, groups, value, sorted(frame["time"].unique()))
    if not from_zero or frame[value].min() < 0.0:
        ax.set_ylim(bottom=None)
        ax.autoscale(axis="y")
    across, up = term("time"), term(value) if label is None else label
    label_axes(ax, title, *((up, across) if lie_down(ax) else (across, up)), legend=False)
    _name_beside(ax)


@figure
def bars(
    table: Any, ax: Axes, *, value: str, name: str, series: str | None = None, title: str = "", label: str | None = None
) -> None:
    """Draw lying bars of the column `value`, one per `name` from the top, side by side for each of `series`."""
    frame = to_pandas(table)
    names = list(frame[name].drop_duplicates())
    kinds = [None] if series is None else list(frame[series].drop_duplicates())
    height = 0.8 / len(kinds)
    for place, (kind, colour) in enumerate(zip(kinds, colours(len(kinds)), strict=True)):
        rows = frame if kind is None else frame[frame[series] == kind]
        positions = np.array([names.index(each) for each in rows[name]]) + (place - (len(kinds) - 1) / 2) * height
        ax.barh(
            positions, rows[value], height=0.95 * height, color=colour, label=None if kind is None else label_text(kind)
        )
    ax.axvline(0.0, color="0.4", linewidth=0.8)
    ax.set_yticks(range(len(names)), [label_text(each) for each in names], fontsize="small")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.4, -0.6)
    label_axes(ax, title, term(value) if label is None else label, "", legend=False)
    ax.spines["left"].set_visible(False)
    _name_beside(ax)


def _name_beside(ax: Axes) -> None:
    """Put the legend beside the axes, in the order of the table."""
    if len(ax.get_legend_handles_labels()[0]) > 1:
        ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0)
