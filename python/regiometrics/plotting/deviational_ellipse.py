"""Figures of deviational ellipses and moving centres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._options import count
from .._projection import METRES
from .._tables import label_text, to_pandas
from ..errors import InvalidInputError
from ._style import MARKERS, NAME, colours, figure, label_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..deviational_ellipse import DeviationalEllipse

__all__ = ["KINDS"]

_LAND, _BORDER = "0.95", "0.75"
_STYLES = ("-", "--", ":", "-.")
# Room around a track, relative to its longer side, and the least room relative to a step.
_MARGIN = 0.2
# A track of more periods than this has every second, third, … named.
_NAMED = 12


@figure
def ellipses(result: DeviationalEllipse, ax: Axes, *, over: Any = None, group: Any = None, steps: int = 360) -> None:
    """Draw the ellipses with their centres, over the map of a GeoDataFrame if one is given.

    A colour for each period; with several groups a colour for each group and a line style for each period. `group`
    draws one of them.
    """
    table = _rows(to_pandas(result.table), group)
    curves = to_pandas(result.outlines(count("steps", steps, least=12, most=100_000)))
    per_curve = len(curves) // len(to_pandas(result.table))
    _map(ax, result, over)
    hues, styles = _looks(table)
    for position, (_, centre) in zip(map(int, table.index), table.iterrows(), strict=True):
        curve = curves.iloc[position * per_curve : (position + 1) * per_curve]
        name, colour = hues[position]
        ax.plot(curve["x"], curve["y"], color=colour, linestyle=styles[position][1], label=name, linewidth=1.4)
        marker = MARKERS[styles[position][2] % len(MARKERS)]
        ax.plot(centre["center_x"], centre["center_y"], marker=marker, color=colour, markersize=5)
    for name, style, number in dict.fromkeys(styles.values()):
        if name is not None:
            ax.plot([], [], color="0.3", linestyle=style, marker=MARKERS[number % len(MARKERS)], label=name)
    _finish(ax, result, "deviational_ellipse")


def _rows(table: pd.DataFrame, group: Any) -> pd.DataFrame:
    """Return the rows of one group, or all."""
    if group is None:
        return table
    if "group" not in table or group not in set(table["group"]):
        names = ", ".join(map(repr, table["group"].unique())) if "group" in table else "none"
        raise InvalidInputError(f"there is no group {group!r}; there is {names}")
    chosen: pd.DataFrame = table[table["group"] == group]
    return chosen


def _looks(table: pd.DataFrame) -> tuple[dict[int, tuple[str | None, Any]], dict[int, tuple[str | None, str, int]]]:
    """Return for each row its name and colour, and where colours are groups name, style and number of its period."""
    has_groups = "group" in table and table["group"].nunique() > 1
    hue = "group" if has_groups else "time"
    hues: dict[int, tuple[str | None, Any]] = {}
    styles: dict[int, tuple[str | None, str, int]] = {}
    values = list(table[hue].drop_duplicates()) if hue in table else [None]
    times = list(table["time"].drop_duplicates()) if "time" in table else [None]
    palette = dict(zip(values, colours(len(values)), strict=True))
    named: set[Any] = set()
    for position, (_, row) in zip(map(int, table.index), table.iterrows(), strict=True):
        value = row[hue] if hue in table else None
        # Each name stands in the legend once.
        hues[position] = (None if value is None or value in named else label_text(value), palette[value])
        named.add(value)
        number = times.index(row["time"]) if "time" in table else 0
        is_style = has_groups and len(times) > 1
        name = label_text(times[number]) if is_style else None
        styles[position] = (name, _STYLES[number % len(_STYLES)] if is_style else "-", number)
    return hues, styles


@figure
def track(result: DeviationalEllipse, ax: Axes, *, over: Any = None, group: Any = None) -> None:
    """Draw the way of the centre from period to period with arrows, over the map of a GeoDataFrame if one is given.

    `group` draws that of one group.
    """
    table = _rows(to_pandas(result.table), group)
    if "time" not in table:
        raise InvalidInputError("a track needs periods; pass time= to deviational_ellipse")
    _map(ax, result, over)
    groups = list(_groups(table))
    for (name, rows), colour in zip(groups, colours(len(groups)), strict=True):
        x, y = rows["center_x"].to_numpy(), rows["center_y"].to_numpy()
        ax.plot(x, y, "o", color=colour, markersize=5, label=name or None, zorder=4)
        for start in range(len(x) - 1):
            arrow = {"arrowstyle": "-|>", "color": colour, "shrinkA": 2.0, "shrinkB": 2.0, "linewidth": 1.2}
            ax.annotate("", (x[start + 1], y[start + 1]), (x[start], y[start]), arrowprops=arrow, zorder=3)
        step, last = -(-len(x) // _NAMED), len(x) - 1
        # Of several groups the tracks are short: only their ends are named.
        named = {0, last} if len(groups) > 1 else {*range(0, len(x), step), last}
        # The ends first: of names that would cover each other the later one gives way.
        for position in sorted(named, key=lambda each: (0 < each < last, each)):
            text = label_text(rows["time"].iloc[position])
            # Beside the side that the track turns away from, so that its line stays clear.
            right = x[position] >= x.mean()
            offset, side = ((7, 4), "left") if right else ((-7, 4), "right")
            look: dict[str, Any] = {"textcoords": "offset points", "ha": side, "fontsize": "small", "gid": NAME}
            ax.annotate(text, (x[position], y[position]), offset, zorder=5, **look)
    _close_up(ax, table)
    _finish(ax, result, "track")


def _groups(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if "group" not in table:
        yield "", table
        return
    for name, rows in table.groupby("group", sort=False, observed=True):
        yield label_text(name), rows


def _close_up(ax: Axes, table: pd.DataFrame) -> None:
    """Show the centres with room around them, whatever the map beneath."""
    x, y = table["center_x"], table["center_y"]
    reach = max(float(np.ptp(x)), float(np.ptp(y)))
    # Centres that all stay show a tenth of their ellipse.
    half = (0.5 + _MARGIN) * reach if reach > 0.0 else 0.1 * float(table["semi_major"].max())
    for middle, limits in (((x.min() + x.max()) / 2, ax.set_xlim), ((y.min() + y.max()) / 2, ax.set_ylim)):
        limits(middle - half, middle + half)


def _map(ax: Axes, result: DeviationalEllipse, over: Any) -> None:
    """Draw the shapes of a GeoDataFrame in the plane and unit of the result."""
    if over is None:
        return
    if not (hasattr(over, "geometry") and hasattr(over, "to_crs")):
        raise InvalidInputError(f"over must be a GeoDataFrame or GeoSeries, not {type(over).__name__}")
    shapes = over.geometry
    if result.plane is not None:
        if shapes.crs is None:
            raise InvalidInputError("the GeoDataFrame has no CRS, and the ellipses have one; set it with set_crs()")
        shapes = shapes.to_crs(result.plane)
        per_unit = shapes.crs.axis_info[0].unit_conversion_factor / METRES[result.unit]
        shapes = shapes.affine_transform([per_unit, 0.0, 0.0, per_unit, 0.0, 0.0])
    shapes.plot(ax=ax, color=_LAND, edgecolor=_BORDER, linewidth=0.6, zorder=0)


def _finish(ax: Axes, result: DeviationalEllipse, title: str) -> None:
    east, north = (
        term(name) if result.plane is None else term("in_unit").format(term(name), result.unit)
        for name in ("easting", "northing")
    )
    label_axes(ax, term(title), east, north, legend=False)
    # Inside it would lie on the centres or the curves.
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0)
    ax.set_aspect("equal")
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.locator_params(nbins=6)


KINDS = {"ellipses": ellipses, "track": track}
