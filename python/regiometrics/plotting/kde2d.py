"""Figures of densities in the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import label_text, to_pandas
from ..errors import InvalidInputError
from ._style import figure, grid_of_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ..kde2d import KernelDensity2d

__all__ = ["KINDS"]

# Contours at most, or one more.
_LEVELS = 10


def _levels(highest: float) -> NDArray[np.float64]:
    """Return about ten round numbers from zero to the highest density or just above it."""
    from matplotlib.ticker import MaxNLocator

    return np.asarray(MaxNLocator(_LEVELS).tick_values(0.0, highest))


@figure
def _plane(result: KernelDensity2d, ax: Axes, *, time: Any, highest: float, filled: bool) -> None:
    table = to_pandas(result.grid)
    rows = table if time is None else table[table["time"] == time]
    shape = result.grid_size
    x = rows["x"].to_numpy().reshape(shape)[:, 0]
    y = rows["y"].to_numpy().reshape(shape)[0]
    density = rows["density"].to_numpy().reshape(shape).T
    levels = _levels(highest)
    if filled:
        # The lowest level is left white, so that the empty plane is no colour.
        drawn = ax.contourf(x, y, np.ma.masked_less(density, levels[1] / 10), levels=levels, cmap="viridis_r")
    else:
        drawn = ax.contour(x, y, density, levels=levels[1:], cmap="viridis_r")
    ax.figure.colorbar(drawn, ax=ax, label=term("kernel_density"))
    ax.set_aspect("equal")
    ax.set_title(term("kde2d") if time is None else label_text(time))
    ax.set_xlabel(term("x") if result.x_name == "x" else result.x_name)
    ax.set_ylabel(term("y") if result.y_name == "y" else result.y_name)


def _draw(result: KernelDensity2d, ax: Any, time: Any, *, filled: bool) -> Any:
    table = to_pandas(result.grid)
    times = list(table["time"].drop_duplicates()) if "time" in table else []
    if time is not None and time not in times:
        raise InvalidInputError(f"there is no period {time!r}")
    # One scale for all periods, so that they can be compared.
    options: dict[str, Any] = {"highest": float(table["density"].max()), "filled": filled}
    if time is not None or len(times) < 2:
        return _plane(result, ax=ax, time=times[0] if times and time is None else time, **options)
    n_columns = 2 if len(times) <= 4 else 3
    axes = grid_of_axes(-(-len(times) // n_columns), n_columns) if ax is None else np.asarray(ax)
    if axes.size < len(times):
        raise InvalidInputError(f"{len(times)} periods need an array of as many axes, not {axes.size}; or name one")
    for panel, each in zip(axes.ravel(), times, strict=False):
        _plane(result, ax=panel, time=each, **options)
    if ax is None:
        for panel in axes.ravel()[len(times) :]:
            panel.remove()
    return axes


def filled(result: KernelDensity2d, *, ax: Any = None, time: Any = None) -> Any:
    """Draw filled contours, one panel per period on one scale, or the period `time`."""
    return _draw(result, ax, time, filled=True)


def contours(result: KernelDensity2d, *, ax: Any = None, time: Any = None) -> Any:
    """Draw contour lines, one panel per period on one scale, or the period `time`."""
    return _draw(result, ax, time, filled=False)


KINDS = {"filled": filled, "contours": contours}
