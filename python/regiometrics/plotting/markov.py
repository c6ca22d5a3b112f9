"""Figures of Markov chains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._language import state_term, term
from .._tables import to_pandas
from ._style import colours, figure, label_axes, turn_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ..markov import Markov

__all__ = ["KINDS", "heat_map"]

# Cells darker than this have white figures.
_DARK = 0.55
_CELLS_WITH_TEXT = 12
# Letters that fit below a matrix, which is narrower than other figures.
_LETTERS = 30


def heat_map(ax: Axes, p: NDArray[np.float64], states: Sequence[str], n: NDArray[np.int64]) -> None:
    """Draw a matrix of probabilities; rows without transitions are hatched, not coloured."""
    from matplotlib.patches import Rectangle

    k = len(states)
    ax.imshow(np.ma.masked_invalid(p), cmap="Blues", vmin=0.0, vmax=1.0, aspect="equal")
    for row in np.flatnonzero(n == 0):
        corner = (-0.5, float(row) - 0.5)
        ax.add_patch(Rectangle(corner, k, 1.0, facecolor="none", edgecolor="0.7", hatch="////", linewidth=0.0))
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        ax.text(
            (k - 1) / 2,
            float(row),
            term("empty_row"),
            ha="center",
            va="center",
            fontsize="small",
            color="0.4",
            bbox=box,
        )
    if k <= _CELLS_WITH_TEXT:
        for row, column in np.argwhere(np.isfinite(p)):
            colour = "white" if p[row, column] > _DARK else "black" if p[row, column] > 0.0 else "0.6"
            text = f"{p[row, column]:.3f}" if p[row, column] > 0.0 else "0"
            ax.text(column, row, text, ha="center", va="center", color=colour, fontsize="small")
    ax.set_xticks(range(k), list(states))
    ax.set_yticks(range(k), [f"{state}\n(n={count})" for state, count in zip(states, n, strict=True)])
    turn_labels(ax, states, most=_LETTERS)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xticks(np.arange(k + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(k + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.tick_params(which="minor", length=0)


def states_of(result: Markov) -> list[str]:
    """Return the states as they are shown."""
    return [state_term(str(state)) for state in to_pandas(result.probabilities)["from_state"]]


@figure
def probabilities(result: Markov, ax: Axes) -> None:
    """Draw the matrix of transition probabilities as a heat map."""
    matrix = to_pandas(result.probabilities).iloc[:, 1:].to_numpy(dtype=float)
    heat_map(ax, matrix, states_of(result), to_pandas(result.sojourn)["n"].to_numpy())
    ax.set_title(term("probabilities"))
    ax.set_xlabel(term("to_state"))
    ax.set_ylabel(term("from_state"))


@figure
def steady_state(result: Markov, ax: Axes) -> None:
    """Draw the stationary distribution of each recurrent class, one bar per state."""
    table = to_pandas(result.steady_state)
    names = states_of(result)
    groups = [rows["probability"].to_numpy() for _, rows in table.groupby("recurrent_class", sort=False)]
    labels = [f"{term('recurrent_class')} {number}" for number in table["recurrent_class"].unique()]
    bars(ax, groups, labels, names)
    label_axes(ax, term("steady_state"), term("state"), term("probability"), legend=len(groups) > 1)


def bars(ax: Axes, groups: Sequence[NDArray[np.float64]], labels: Sequence[str], names: Sequence[str]) -> None:
    """Draw distributions side by side, one bar per state and group; say so if there is none."""
    width = 0.8 / max(len(groups), 1)
    for index, (heights, label, colour) in enumerate(zip(groups, labels, colours(len(groups)), strict=True)):
        positions = np.arange(len(names)) + (index - (len(groups) - 1) / 2) * width
        drawn = ax.bar(positions, heights, width=0.95 * width, color=colour, label=label)
        if len(groups) * len(names) <= 12:
            texts = [f"{height:.3f}" if height > 0.0 else "" for height in heights]
            ax.bar_label(drawn, texts, fontsize="small")
    if not groups:
        ax.text(0.5, 0.5, term("no_recurrent_class"), ha="center", va="center", transform=ax.transAxes, color="0.4")
    ax.set_xticks(range(len(names)), list(names))
    turn_labels(ax, names)
    ax.set_ylim(0.0, 1.1 * max([float(heights.max()) for heights in groups], default=1.0))


KINDS = {"probabilities": probabilities, "steady_state": steady_state}
