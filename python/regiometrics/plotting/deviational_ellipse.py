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
from ._style import MARKERS, colours, figure, label_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..deviational_ellipse import DeviationalEllipse

__all__ = ["KINDS"]

_LAND, _BORDER = "0.95", "0.75"
# Room around a track, relative to its longer side, and the least room relative to a step.
_MARGIN = 0.2
# A track of more periods than this has every second, third, … named.
_NAMED = 12


@figure
def ellipses(result: DeviationalEllipse, ax: Axes, *, over: Any = None, steps: int = 360) -> None:
    """Draw every ellipse with its centre, one colour per period, over the map of a GeoDataFrame if one is given."""
    curves = to_pandas(result.outlines(count("steps", steps, least=12, most=100_000)))
    table = to_pandas(result.table)
    keys = [name for name in ("time", "group") if name in table]
    _map(ax, result, over)
    per_curve = len(curves) // len(table)
    names = [" · ".join(label_text(row[key]) for key in keys) for _, row in table.iterrows()] if keys else [""]
    for position, (name, colour) in enumerate(zip(names, colours(len(table)), strict=True)):
        curve = curves.iloc[position * per_curve : (position + 1) * per_curve]
        ax.plot(curve["x"], curve["y"], color=colour, label=name or None, linewidth=1.4)
        centre = table.iloc[position]
        ax.plot(
            centre["center_x"], centre["center_y"], marker=MARKERS[position % len(MARKERS)], color=colour, markersize=5
        )
    _finish(ax, result, "deviational_ellipse")


@figure
def track(result: DeviationalEllipse, ax: Axes, *, over: Any = None) -> None:
    """Draw the way of the centre from period to period with arrows, over the map of a GeoDataFrame if one is given."""
    table = to_pandas(result.table)
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
        step = -(-len(x) // _NAMED)
        for position in sorted({*range(0, len(x), step), len(x) - 1}):
            text = label_text(rows["time"].iloc[position])
            ax.annotate(text, (x[position], y[position]), (5, 5), textcoords="offset points", fontsize="small")
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
    unit = "" if result.plane is None else f" ({result.unit})"
    label_axes(ax, term(title), f"{term('easting')}{unit}", f"{term('northing')}{unit}")
    ax.set_aspect("equal")
    ax.ticklabel_format(useOffset=False, style="plain")
    ax.locator_params(nbins=6)


KINDS = {"ellipses": ellipses, "track": track}
