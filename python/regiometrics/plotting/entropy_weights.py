"""Figures of entropy weights and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._scores import MOST_BARS, draw_over_time, draw_ranking, draw_weights
from ._style import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..entropy_weights import EntropyWeights

__all__ = ["KINDS"]


@figure
def weights(result: EntropyWeights, ax: Axes) -> None:
    """Draw the weights, the largest on top; weights by period as a heat map."""
    draw_weights(ax, result.weights)


@figure
def scores(result: EntropyWeights, ax: Axes, *, unit: str | None = None) -> None:
    """Draw the scores over time; `unit` is the column that names the units."""
    draw_over_time(ax, result.scores, result._steps.time, "scores", unit)


@figure
def ranking(
    result: EntropyWeights, ax: Axes, *, unit: str | None = None, period: Any = None, most: int = MOST_BARS
) -> None:
    """Draw the scores of one period (without it the last), the highest on top, `most` at most."""
    draw_ranking(ax, result.scores, result._steps.time, "scores", unit, period, most)


KINDS = {"weights": weights, "scores": scores, "ranking": ranking}
