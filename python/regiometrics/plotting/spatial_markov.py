"""Figures of spatial Markov chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import to_pandas
from ..errors import InvalidInputError
from ._style import figure, grid_of_axes, label_axes
from .markov import bars, heat_map, states_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..spatial_markov import SpatialMarkov

__all__ = ["KINDS"]

# Inches of one panel of a few states, and for each state of more; panels side by side.
_PANEL, _CELL = 3.4, 0.6
_COLUMNS = 3


def _chains(result: SpatialMarkov) -> list[tuple[str, Any]]:
    """Return each class of the neighbours with its rows of the table."""
    table = to_pandas(result.table)
    return [(_name(lag_state), rows) for lag_state, rows in table.groupby("lag_state", sort=True)]


def _name(lag_state: Any) -> str:
    return term("islands") if lag_state == 0 else f"{term('lag_state')} {lag_state}"


@figure
def _one(rows: Any, ax: Axes, *, title: str, states: list[str], is_first: bool) -> None:
    columns = [name for name in rows.columns if name.startswith("to_")]
    heat_map(ax, rows[columns].to_numpy(dtype=float), states, rows["n"].to_numpy())
    ax.set_title(title)
    ax.set_xlabel(term("to_state"))
    if is_first:
        ax.set_ylabel(term("from_state"))


def conditional(result: SpatialMarkov, *, ax: Any = None) -> Any:
    """Draw one heat map per class of the neighbours, and that of all together; `ax`, if given, is an array of axes."""
    chains, states = _chains(result), states_of(result.pooled)
    pooled = to_pandas(result.pooled.probabilities)
    everyone = pooled.rename(columns={name: f"to_{name}" for name in pooled.columns[1:]})
    chains.append((term("pooled"), everyone.assign(n=to_pandas(result.pooled.sojourn)["n"])))
    axes = _row_of_axes(len(chains), len(states)) if ax is None else ax
    drawn = np.ravel(axes)
    if len(drawn) != len(chains):
        raise InvalidInputError(f"ax must hold {len(chains)} axes, one per class of the neighbours and one for all")
    for place, (each, (title, rows)) in enumerate(zip(drawn, chains, strict=True)):
        _one(rows, ax=each, title=title, states=states, is_first=place % _COLUMNS == 0)
    return axes


def _row_of_axes(n: int, k: int) -> Any:
    side = max(_PANEL, _CELL * k)
    n_columns = min(n, _COLUMNS)
    n_rows = -(-n // n_columns)
    axes = np.ravel(grid_of_axes(n_rows, n_columns))
    axes[0].figure.set_size_inches(side * n_columns, side * n_rows)
    for spare in axes[n:]:
        spare.remove()
    return axes[:n]


@figure
def steady_state(result: SpatialMarkov, ax: Axes) -> None:
    """Draw the stationary distribution of each class of the neighbours beside that of all together."""
    table = to_pandas(result.steady_state)
    chains = [(_name(lag_state), rows) for lag_state, rows in table.groupby("lag_state", sort=True)]
    chains.append((term("pooled"), to_pandas(result.pooled.steady_state)))
    groups, labels = [], []
    for name, chain in chains:
        classes = list(chain.groupby("recurrent_class", sort=True))
        for number, rows in classes:
            groups.append(rows["probability"].to_numpy())
            labels.append(name if len(classes) == 1 else f"{name}, {term('recurrent_class')} {number}")
    bars(ax, groups, labels, states_of(result.pooled))
    label_axes(ax, term("steady_state"), term("state"), term("probability"))


KINDS = {"conditional": conditional, "steady_state": steady_state}
