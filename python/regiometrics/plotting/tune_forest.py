"""Figures of the tuning of a forest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._language import term
from .._tables import to_pandas
from ._style import colours, figure, label_axes
from .driver_importance import draw_curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..tune_forest import ForestTuning

__all__ = ["KINDS"]


@figure
def curves(result: ForestTuning, ax: Axes) -> None:
    """Draw the out-of-bag error by the number of trees, one line for each number of factors drawn at a node."""
    table = to_pandas(result.curves)
    parts = {str(candidate): rows for candidate, rows in table.groupby("max_features", sort=True)}
    draw_curves(ax, parts, colours(len(parts)))
    label_axes(ax, term("tune_forest"), term("n_trees"), term("oob_mse"))
    legend = ax.get_legend()
    if legend is not None:
        legend.set_title(term("max_features"))
        legend.get_title().set_fontsize("small")


@figure
def max_features(result: ForestTuning, ax: Axes) -> None:
    """Draw the out-of-bag error of all trees by the number of factors drawn at a node; the best one is marked."""
    table = to_pandas(result.table).sort_values("max_features")
    colour, marked = colours(2)
    ax.plot(table["max_features"], table["oob_mse"], "o-", color=colour)
    best = table[table["is_best"]]
    ax.plot(best["max_features"], best["oob_mse"], "o", color=marked, markersize=9, label=term("best_candidate"))
    ax.set_xticks(table["max_features"])
    ax.margins(y=0.15)
    label_axes(ax, term("tune_forest"), term("max_features"), term("oob_mse"))


KINDS = {"curves": curves, "max_features": max_features}
