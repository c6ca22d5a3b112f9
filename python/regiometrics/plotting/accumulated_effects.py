"""Figures of accumulated local effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._options import flag
from ._effects import by_factor, category_ticks, draw_curve, draw_rug, draw_turning_points, fill, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..accumulated_effects import AccumulatedEffects

__all__ = ["KINDS"]


def curves(result: AccumulatedEffects, *, ax: Any = None, turning_points: bool = True, share_y: bool = False) -> Any:
    """Draw one panel per factor: its curve with band, turning points and rug; `share_y` gives all one scale."""
    flag("share_y", share_y)
    flag("turning_points", turning_points)
    tables, points = by_factor(result.curves), by_factor(result.turning_points)

    def draw(ax: Axes, name: str) -> None:
        ax.axhline(0.0, color="0.8", linewidth=0.8)
        draw_curve(ax, tables[name], "default")
        if turning_points:
            draw_turning_points(ax, points.get(name))
        draw_rug(ax, result._rugs[name])
        category_ticks(ax.xaxis, name, result._categories)

    given, axes = panels(len(tables), ax)
    fill(axes, draw, list(tables), "accumulated_effect", share_y)
    return given


KINDS = {"curves": curves}
