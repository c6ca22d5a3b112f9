"""Figures of partial dependence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._options import count, flag
from .._tables import to_pandas
from ..errors import InvalidInputError
from ._effects import (
    by_factor,
    category_ticks,
    draw_categories,
    draw_curve,
    draw_rug,
    draw_turning_points,
    fill,
    panels,
)
from ._style import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..partial_dependence import PartialDependence

__all__ = ["KINDS"]


def curves(
    result: PartialDependence,
    *,
    ax: Any = None,
    turning_points: bool = True,
    share_y: bool = False,
    most_rows: int = 200,
) -> Any:
    """Draw one panel per factor: its curve with band, turning points, rug, and the curves of rows where there are any.

    `share_y` gives all panels one vertical scale; of more than `most_rows` rows so many are drawn, evenly spread.
    """
    flag("share_y", share_y)
    flag("turning_points", turning_points)
    count("most_rows", most_rows, least=1)
    tables, points, rows = (by_factor(each) for each in (result.curves, result.turning_points, result.individual))

    def draw(ax: Axes, name: str) -> None:
        is_category = name in result._categories
        if name in rows:
            _row_curves(ax, rows[name], most_rows, is_category)
        if result.kind != "individual":
            if is_category:
                draw_categories(ax, tables[name])
            else:
                draw_curve(ax, tables[name], "steps-post")
            if turning_points:
                draw_turning_points(ax, points.get(name))
        if not is_category:
            draw_rug(ax, result._rugs[name])
        category_ticks(ax.xaxis, name, result._categories)

    given, axes = panels(len(tables), ax)
    fill(axes, draw, list(tables), "centered_effect" if result.centered else "partial_effect", share_y)
    return given


def _row_curves(ax: Axes, rows: pd.DataFrame, most: int, is_category: bool) -> None:
    from matplotlib.collections import LineCollection

    numbers = rows["row"].unique()
    width = len(rows) // len(numbers)
    x, effect = (rows[column].to_numpy().reshape(-1, width) for column in ("x", "effect"))
    places = np.unique(np.linspace(0, len(numbers) - 1, min(len(numbers), most)).astype(int))
    x, effect = x[places], effect[places]
    if not is_category:
        # Steps as corners: each level from its own x to the next.
        x, effect = np.repeat(x, 2, axis=1)[:, 1:], np.repeat(effect, 2, axis=1)[:, :-1]
    corners = np.stack([x, effect], axis=2)
    # Behind the band, which they would hide.
    ax.add_collection(LineCollection(list(corners), colors="0.55", linewidths=0.4, alpha=0.5, zorder=0.5))
    ax.autoscale_view()


def pairs(result: PartialDependence, *, ax: Any = None) -> Any:
    """Draw one heat map per pair of factors: exact cells between thresholds, with the values of both as rugs."""
    table = to_pandas(result.pairs)
    if len(table) == 0:
        raise InvalidInputError("there are no pairs to draw; name them in partial_dependence(..., pairs=[(…, …)])")
    groups = [(str(a), str(b), rows) for (a, b), rows in table.groupby(["factor_a", "factor_b"], sort=False)]
    given, axes = panels(len(groups), ax)
    for each, panel in zip(groups, axes, strict=True):
        _surface((result, *each), ax=panel)
    return given


@figure
def _surface(drawing: tuple[PartialDependence, str, str, pd.DataFrame], ax: Axes) -> None:
    result, a, b, rows = drawing
    x, y = (_edges(result, name, rows[column].unique()) for column, name in (("x_a", a), ("x_b", b)))
    levels = rows["effect"].to_numpy().reshape(len(x) - 1, len(y) - 1)
    mesh = ax.pcolormesh(x, y, levels.T, cmap="viridis", shading="flat", rasterized=True)
    if a not in result._categories:
        draw_rug(ax, result._rugs[a])
    if b not in result._categories:
        _rug_at_the_side(ax, result._rugs[b])
    for axis, name in ((ax.xaxis, a), (ax.yaxis, b)):
        category_ticks(axis, name, result._categories)
    ax.set_xlabel(a)
    ax.set_ylabel(b)
    ax.figure.colorbar(mesh, ax=ax, label=term("partial_effect"))


def _edges(result: PartialDependence, name: str, x: Any) -> Any:
    """Return the edges of cells that begin at `x`; categories stand in the middle of theirs."""
    return np.arange(len(x) + 1) - 0.5 if name in result._categories else np.append(x, result._ends[name])


def _rug_at_the_side(ax: Axes, values: Any) -> None:
    from matplotlib.collections import LineCollection

    strokes = [[(0.0, y), (0.025, y)] for y in values]
    lines = LineCollection(strokes, transform=ax.get_yaxis_transform(), colors="0.35", linewidths=0.5)
    ax.add_collection(lines, autolim=False)


KINDS = {"curves": curves, "pairs": pairs}
