"""Figure of a classification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import to_pandas
from ._style import colours, figure, label_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..classify import Classification

__all__ = ["KINDS"]


@figure
def histogram(result: Classification, ax: Axes, *, bins: int = 30) -> None:
    """Draw the histogram of the values, cut at the bounds of the classes, each named with its count."""
    table = to_pandas(result.counts)
    bar, line = colours(2)
    ax.hist(result.values, bins=bins, color=bar, alpha=0.6, edgecolor="white", linewidth=0.5)
    for bound in result.breaks[:-1]:
        ax.axvline(bound, color=line, linestyle="--", linewidth=1.0)
    # Room above the bars for the names of the classes, in two rows where narrow classes would overlap.
    ax.set_ylim(top=ax.get_ylim()[1] * 1.15)
    start, end = ax.get_xlim()
    lower, upper = (table[name].to_numpy(dtype=float) for name in ("lower", "upper"))
    middles = (np.maximum(lower, start) + np.minimum(upper, end)) / 2.0
    crowded = np.diff(middles, prepend=-np.inf) < 0.1 * (end - start)
    height = 0.97
    for code, n, middle, near in zip(table["class"], table["n"], middles, crowded, strict=True):
        height = 0.91 if near and height > 0.95 else 0.97
        place: dict[str, Any] = {"transform": ax.get_xaxis_transform(), "ha": "center", "va": "top"}
        ax.text(float(middle), height, f"{code} ({n})", fontsize="x-small", **place)
    label_axes(ax, f"{term('classify')}: {term(result.method)}", term("value"), term("frequency"), legend=False)


KINDS = {"histogram": histogram}
