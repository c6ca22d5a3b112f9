"""Figures of local Moran's I."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._language import state_term, term
from .._options import choice
from .._tables import to_pandas
from ..errors import InvalidInputError
from ._geometries import class_map, pick_period, ranked_classes
from ._maps import state_map
from ._style import figure, label_axes
from .moran import MOST_NAMED, draw_scatter

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..local_moran import LocalMoran

__all__ = ["KINDS"]

# The colours that readers of such maps know: red high-high, blue low-low, light for units unlike their neighbours.
PALETTE = {
    "high-high": "#d7191c",
    "low-high": "#abd9e9",
    "low-low": "#2c7bb6",
    "high-low": "#fdae61",
    "not significant": "#f2f2f2",
    "undefined": "#a6a6a6",
}


@figure
def maps(
    result: LocalMoran,
    ax: Axes,
    *,
    geometry: Any = None,
    on: str | None = None,
    coordinates: Any = None,
    period: Any = None,
    classes: str = "cluster",
) -> None:
    """Draw the clusters of one period: on a map, as points, or without places as bars of I."""
    choice("classes", classes, ("cluster", "quadrant"))
    table, when = pick_period(to_pandas(result.table), period)
    units, states = list(table["unit"]), list(table[classes].astype(str))
    title = f"{term('clusters')}{when}"
    if geometry is None and coordinates is None:
        ranked_classes(ax, units, table["local_i"].to_numpy(dtype=float), states, PALETTE, term("local_i"), title)
        return
    class_map(ax, units, states, PALETTE, geometry=geometry, on=on, coordinates=coordinates)
    ax.set_title(title)


@figure
def scatter(result: LocalMoran, ax: Axes, *, period: Any = None) -> None:
    """Draw the Moran scatter plot of one period, with the clusters in colour."""
    table, when = pick_period(to_pandas(result.table), period)
    draw_scatter(ax, table, when)
    size = 36.0 if len(table) <= MOST_NAMED else 14.0
    for state, colour in PALETTE.items():
        rows = table[table["cluster"].astype(str) == state]
        if len(rows) and state not in ("not significant", "undefined"):
            look: dict[str, Any] = {"edgecolors": "black", "linewidths": 0.5, "zorder": 3}
            ax.scatter(rows["score"], rows["spatial_lag"], s=size, color=colour, label=state_term(state), **look)
    label_axes(ax, ax.get_title(), ax.get_xlabel(), ax.get_ylabel())


@figure
def periods(result: LocalMoran, ax: Axes) -> None:
    """Draw the cluster of every unit in every period, units down and periods across."""
    table = to_pandas(result.table)
    if "time" not in table:
        raise InvalidInputError("the result has no periods; draw the kind 'map'")
    state_map(ax, table["unit"], table["time"], table["cluster"].astype(str), PALETTE)
    label_axes(ax, term("clusters"), term("time"), term("unit"), legend=False)


KINDS = {"map": maps, "scatter": scatter, "periods": periods}
