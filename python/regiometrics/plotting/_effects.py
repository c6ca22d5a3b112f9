"""Panels of effects: one per factor, with its values along the axis and its turning points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import to_pandas
from ..errors import InvalidInputError
from ._style import colours, figure, grid_of_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = [
    "by_factor",
    "category_ticks",
    "draw_categories",
    "draw_curve",
    "draw_rug",
    "draw_turning_points",
    "fill",
    "panels",
]

_PANEL = (3.2, 2.6)
_COLUMNS = 4

# Letters that stand below a panel beside each other.
_LABEL_WIDTH = 22

# Rows of the legend-like texts at turning points, in points above or below the curve.
_LIFT = 9


def by_factor(frame: Any) -> dict[str, pd.DataFrame]:
    """Return the rows of each factor, factors in the order of the table."""
    table = to_pandas(frame)
    return {str(factor): rows for factor, rows in table.groupby("factor", sort=False, observed=True)}


def panels(n: int, ax: Any) -> tuple[Any, list[Axes]]:
    """Return what to hand back and `n` axes in a list: those given, or a grid of small panels."""
    if ax is not None:
        given = np.asarray(ax, dtype=object).ravel()
        if len(given) != n:
            raise InvalidInputError(f"ax must hold {n} axes, one per panel, not {len(given)}")
        return ax, list(given)
    n_columns = n if n <= _COLUMNS else min(_COLUMNS, -(-n // -(-n // _COLUMNS)))
    axes = grid_of_axes(-(-n // n_columns), n_columns)
    axes[0, 0].figure.set_size_inches(max(_PANEL[0] * n_columns, 4.2), max(_PANEL[1] * axes.shape[0], 3.0))
    for empty in axes.ravel()[n:]:
        empty.set_visible(False)
    return axes, list(axes.ravel()[:n])


def fill(axes: Sequence[Axes], draw: Callable[[Axes, str], None], names: Sequence[str], y: str, share_y: bool) -> None:
    """Draw one panel per name; the label of the vertical axis stands at the first panel of each row."""
    for ax, name in zip(axes, names, strict=True):
        _panel((draw, name), ax=ax)
        place = ax.get_subplotspec()
        ax.set_ylabel(term(y) if place is None or place.is_first_col() else "")
    if share_y:
        limits = np.array([ax.get_ylim() for ax in axes])
        for ax in axes:
            ax.set_ylim(limits[:, 0].min(), limits[:, 1].max())


@figure
def _panel(drawing: tuple[Callable[[Axes, str], None], str], ax: Axes) -> None:
    draw, name = drawing
    draw(ax, name)
    ax.set_xlabel(name)
    ax.spines[["top", "right"]].set_visible(False)


def draw_categories(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw the effect of each category as a point, with its band as a stroke."""
    colour = colours(1)[0]
    if "low" in rows:
        ax.vlines(rows["x"], rows["low"], rows["high"], color=colour, alpha=0.45, linewidth=3.0)
    ax.plot(rows["x"], rows["effect"], "o:", color=colour, linewidth=0.8, markersize=5)
    ax.margins(x=0.15)


def draw_curve(ax: Axes, rows: pd.DataFrame, style: str) -> None:
    """Draw a curve, and its band if it has one."""
    colour = colours(1)[0]
    if "low" in rows:
        step: Any = "post" if style == "steps-post" else None
        ax.fill_between(rows["x"], rows["low"], rows["high"], step=step, color=colour, alpha=0.2, linewidth=0.0)
    ax.plot(rows["x"], rows["effect"], drawstyle=style, color=colour, linewidth=1.4)


def draw_rug(ax: Axes, values: Any) -> None:
    """Draw a stroke for each value along the lower edge."""
    from matplotlib.collections import LineCollection

    strokes = [[(x, 0.0), (x, 0.04)] for x in values]
    lines = LineCollection(strokes, transform=ax.get_xaxis_transform(), colors="0.35", linewidths=0.5, label="rug")
    ax.add_collection(lines, autolim=False)


def draw_turning_points(ax: Axes, points: pd.DataFrame | None) -> None:
    """Mark turning points with their location, and the band of the location as a bar.

    A turn that may be chance, as the band of its size holds zero, is a hollow mark without a text.
    """
    if points is None:
        return
    colour = colours(2)[1]
    for point in points.to_dict("records"):
        is_peak = point["direction"] == "rise to fall"
        x, y = float(point["location"]), float(point["effect"])
        low, high = (float(point.get(end, np.nan)) for end in ("location_low", "location_high"))
        marker = "v" if is_peak else "^"
        if point.get("size_low", 1.0) <= 0.0:
            ax.plot([x], [y], marker=marker, markeredgecolor=colour, markerfacecolor="none", markersize=4)
            continue
        if np.isfinite(low):
            ax.plot([low, high], [y, y], color=colour, linewidth=3.0, alpha=0.45)
        ax.plot([x], [y], marker=marker, color=colour, markersize=6)
        ax.annotate(
            f"{x:.3g}",
            (x, y),
            xytext=(0, _LIFT if is_peak else -_LIFT),
            textcoords="offset points",
            ha="center",
            va="bottom" if is_peak else "top",
            fontsize="small",
            color=colour,
        )
    if len(points):
        ax.margins(y=0.18)


def category_ticks(axis: Any, name: str, categories: Mapping[str, list[Any]]) -> None:
    """Write the categories at their codes, aslant where they would touch each other below a panel."""
    if name not in categories:
        return
    labels = [str(label) for label in categories[name]]
    axis.set_ticks(range(len(labels)), labels)
    # Chinese characters are as wide as two letters.
    width = sum(1 + (character > "\u2e80") for label in labels for character in label)
    if axis.axis_name == "x" and width + 2 * len(labels) > _LABEL_WIDTH:
        for label in axis.get_ticklabels():
            label.set(rotation=30, ha="right", rotation_mode="anchor")
