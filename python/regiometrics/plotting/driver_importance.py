"""Figures of the importance of drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import label_text, to_pandas
from ..driver_importance import ordered, stars
from ..errors import InvalidInputError
from ._style import colours, figure, grid_of_axes, label_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..driver_importance import DriverImportance

__all__ = ["KINDS", "draw_curves"]

# The standard error of the scaled measure is one by its definition.
_ERRORS = {"inc_mse": "inc_mse_se"}


def _bars(ax: Axes, result: DriverImportance, measure: str, most: int | None, colour: Any) -> None:
    """Draw one lying bar per factor, the largest on top, with its standard error and the stars of its p-value."""
    table = ordered(result, measure).head(len(result.table) if most is None else most)
    values = table[measure].to_numpy(dtype=float)
    positions = np.arange(len(values))
    errors: Any
    if measure == "inc_mse_scaled":
        errors = np.where(table["inc_mse_se"].to_numpy(dtype=float) > 0.0, 1.0, 0.0)
    else:
        errors = table[_ERRORS[measure]].to_numpy(dtype=float) if measure in _ERRORS else None
    ax.barh(positions, values, xerr=errors, color=colour, height=0.7, error_kw={"elinewidth": 1.0, "capsize": 2.0})
    ax.axvline(0.0, color="black", linewidth=0.8)
    ends = np.maximum(values + (0.0 if errors is None else errors), 0.0)
    if f"p_{measure}" in table:
        for position, end, mark in zip(positions, ends, stars(table[f"p_{measure}"]), strict=True):
            ax.annotate(mark, (end, position), (4, -1), textcoords="offset points", va="center", fontsize="small")
    names = [label_text(name) for name in table["factor"]]
    ax.set_yticks(positions, names, fontsize="small" if len(names) > 12 else None)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.margins(x=0.12)
    label_axes(ax, "", term(measure), "", legend=False)


def _note_of_stars(ax: Axes, result: DriverImportance) -> None:
    if result.permutations:
        ax.text(
            1.0, 0.02, term("importance_stars"), transform=ax.transAxes, ha="right", va="bottom", fontsize="x-small"
        )


def importance(result: DriverImportance, *, ax: Any = None, most: int | None = None) -> Any:
    """Draw %IncMSE with its standard error beside IncNodePurity; `most` factors at most. `ax` holds two axes."""
    axes = grid_of_axes(1, 2) if ax is None else np.asarray(ax)
    if axes.size != 2:
        raise InvalidInputError(
            f"this figure needs an array of two axes, for example of subplots(1, 2), not {axes.size}"
        )
    left, right = axes.ravel()
    if ax is None:
        shown = len(result.table) if most is None else min(most, len(result.table))
        left.figure.set_size_inches(9.6, max(3.6, 0.24 * shown + 1.2))
    inc_mse_scaled(result, ax=left, most=most)
    inc_node_purity(result, ax=right, most=most)
    return axes


@figure
def inc_mse_scaled(result: DriverImportance, ax: Axes, *, most: int | None = None) -> None:
    """Draw %IncMSE, whose standard error is one."""
    _bars(ax, result, "inc_mse_scaled", most, colours(1)[0])
    _note_of_stars(ax, result)


@figure
def inc_mse(result: DriverImportance, ax: Axes, *, most: int | None = None) -> None:
    """Draw the rise of the out-of-bag error, in squared units of the variable, with standard errors."""
    _bars(ax, result, "inc_mse", most, colours(1)[0])
    _note_of_stars(ax, result)


@figure
def inc_node_purity(result: DriverImportance, ax: Axes, *, most: int | None = None) -> None:
    """Draw the decrease of the sum of squares by splits on each factor."""
    _bars(ax, result, "inc_node_purity", most, colours(3)[2])


def draw_curves(ax: Axes, curves: dict[str, Any], tints: list[Any]) -> None:
    """Draw out-of-bag errors by the number of trees; the first trees, far above the rest, may leave the axes."""
    ends = []
    for (name, table), colour in zip(curves.items(), tints, strict=True):
        errors = table["oob_mse"].to_numpy(dtype=float)
        ax.plot(table["n_trees"].to_numpy(), errors, color=colour, label=name, linewidth=1.2)
        later = errors[len(errors) // 20 :]
        ends += [float(end(later)) for end in (np.nanmin, np.nanmax) if np.isfinite(later).any()]
    if ends and min(ends) < max(ends):
        # Lines are compared with each other, not with zero.
        room = 0.3 * (max(ends) - min(ends))
        ax.set_ylim(min(ends) - room, max(ends) + room)


@figure
def oob_curve(result: DriverImportance, ax: Axes) -> None:
    """Draw the out-of-bag error by the number of trees."""
    draw_curves(ax, {"": to_pandas(result.oob_curve)}, colours(1))
    label_axes(ax, term("oob_curve"), term("n_trees"), term("oob_mse"), legend=False)


KINDS = {
    "importance": importance,
    "inc_mse_scaled": inc_mse_scaled,
    "inc_mse": inc_mse,
    "inc_node_purity": inc_node_purity,
    "oob_curve": oob_curve,
}
