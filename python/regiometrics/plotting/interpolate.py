"""Figures of an interpolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._language import term
from .._tables import to_pandas
from ._style import colours, figure, label_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..interpolate import Interpolation

__all__ = ["KINDS"]

_KINDS = ("interpolated", "nearest", "extrapolated", "missing")


def _counts(result: Interpolation) -> pd.DataFrame:
    """Return the number of gaps by column and kind, columns in the order of the gaps."""
    import pandas as pd

    filled, unfilled = to_pandas(result.filled), to_pandas(result.unfilled)
    gaps = pd.concat([filled[["column", "kind"]], unfilled[["column"]].assign(kind="missing")], ignore_index=True)
    counts: pd.DataFrame = pd.crosstab(gaps["column"], gaps["kind"])
    return counts.reindex(index=gaps["column"].unique(), columns=list(_KINDS), fill_value=0)


@figure
def gaps(result: Interpolation, ax: Axes) -> None:
    """Draw how many gaps each column had, and how they were filled."""
    from matplotlib.ticker import MaxNLocator

    counts = _counts(result)
    positions, start = np.arange(len(counts)), np.zeros(len(counts))
    tints = dict(zip(_KINDS, (*colours(3), "#BBBBBB"), strict=True))
    for kind in _KINDS:
        n = counts[kind].to_numpy()
        if n.any():
            bars = ax.barh(positions, n, left=start, color=tints[kind], label=term(kind), height=0.7)
            ax.bar_label(bars, [str(each) if each else "" for each in n], label_type="center", color="white")
            start = start + n
    ax.set_yticks(positions, [str(name) for name in counts.index])
    # One column alone is no wall.
    room = max(0.0, 3 - len(counts)) / 2
    ax.set_ylim(len(counts) - 0.4 + room, -0.6 - room)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    label_axes(ax, term("interpolate"), term("gaps"), "", legend=False)
    if len(counts):
        ax.legend(frameon=False, fontsize="small", ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.14))


KINDS = {"gaps": gaps}
