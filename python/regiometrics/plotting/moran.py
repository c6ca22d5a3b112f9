"""Figures of Moran's I."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import label_text, to_pandas
from ..errors import InvalidInputError
from ._geometries import pick_period
from ._style import NAME, colours, figure, label_axes, lines_over_time

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..moran import Moran

__all__ = ["KINDS", "MOST_NAMED", "draw_scatter"]

# More points than this are drawn without names.
MOST_NAMED = 40


def draw_scatter(ax: Axes, table: pd.DataFrame, when: str) -> None:
    """Draw scores against their lags with the line of least squares, whose slope is I if rows add up to one."""
    point, line = colours(2)
    known = table[table["spatial_lag"].notna()]
    x, y = known["score"].to_numpy(dtype=float), known["spatial_lag"].to_numpy(dtype=float)
    ax.axhline(0.0, color="#8c8c8c", linewidth=0.6)
    ax.axvline(0.0, color="#8c8c8c", linewidth=0.6)
    small = len(known) <= MOST_NAMED
    ax.scatter(x, y, color=point, s=24 if small else 8, alpha=0.8, linewidths=0)
    slope, start = np.polyfit(x, y, 1)
    ends = np.array([x.min(), x.max()])
    ax.plot(ends, start + slope * ends, color=line, linewidth=1.2)
    if small:
        look: dict[str, Any] = {"xytext": (3, 3), "textcoords": "offset points", "fontsize": "x-small", "gid": NAME}
        # Of names that would cover each other, those far from the middle stay.
        for row in np.argsort(-np.hypot(x, y), kind="stable"):
            ax.annotate(label_text(known["unit"].iloc[row]), (x[row], y[row]), **look)
    label_axes(ax, f"{term('moran_scatter')}{when}", term("standardized_value"), term("lag_of_standardized_value"))


@figure
def scatter(result: Moran, ax: Axes, *, period: Any = None) -> None:
    """Draw the Moran scatter plot of one period."""
    table, when = pick_period(to_pandas(result.scatter), period)
    draw_scatter(ax, table, when)


@figure
def over_time(result: Moran, ax: Axes) -> None:
    """Draw I of every period beside its expectation."""
    table = to_pandas(result.table)
    if "time" not in table:
        raise InvalidInputError("the result has no periods; draw the kind 'scatter'")
    times = list(table["time"])
    lines_over_time(ax, {term("moran_i"): table}, "moran_i", times)
    ax.axhline(float(table["expected"].iloc[0]), color="#8c8c8c", linestyle="--", label=term("expected"))
    lowest = min(float(table["moran_i"].min()), float(table["expected"].min()), 0.0)
    ax.set_ylim(bottom=1.1 * lowest)
    label_axes(ax, term("moran"), term("time"), term("moran_i"))


@figure
def permutations(result: Moran, ax: Axes, *, period: Any = None, bins: int = 30) -> None:
    """Draw the histogram of I over the permutations of one period, with the observed value."""
    if result.permutations == 0:
        raise InvalidInputError("the result has no permutations; ask for some with permutations=999")
    simulated, when = pick_period(to_pandas(result.simulations), period)
    observed, _ = pick_period(to_pandas(result.table), period)
    bar, line = colours(2)
    ax.hist(simulated["moran_i"], bins=bins, color=bar, alpha=0.6, edgecolor="white", linewidth=0.5)
    ax.axvline(float(observed["moran_i"].iloc[0]), color=line, label=term("observed"))
    label_axes(ax, f"{term('moran_simulations')}{when}", term("moran_i"), term("frequency"))


KINDS = {"scatter": scatter, "over_time": over_time, "permutations": permutations}
