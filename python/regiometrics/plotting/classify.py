"""Figure of a classification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import to_pandas
from ..errors import InvalidInputError
from ._geometries import class_map
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
    label_axes(
        ax, term("about").format(term("classify"), term(result.method)), term("value"), term("frequency"), legend=False
    )


@figure
def maps(
    result: Classification,
    ax: Axes,
    *,
    geometry: Any = None,
    on: str | None = None,
    units: Any = None,
    coordinates: Any = None,
) -> None:
    """Draw the classes on a map: codes that are a pandas series name their units by its index, others by `units`."""
    if geometry is None and coordinates is None:
        raise InvalidInputError("a map needs geometry=, a GeoDataFrame, or coordinates=")
    codes = np.asarray(result.codes)
    index = getattr(result.codes, "index", None)
    names = list(range(len(codes))) if index is None or callable(index) else list(index)
    names = names if units is None else list(units)
    if len(names) != len(codes):
        raise InvalidInputError(f"there are {len(names)} units for {len(codes)} values")
    table = to_pandas(result.counts)
    sides = zip(table["lower"], table["upper"], strict=True)
    labels = {code: f"{code}: {lower:.4g} – {upper:.4g}" for code, (lower, upper) in enumerate(sides, start=1)}
    palette = dict(zip(labels.values(), _shades(len(labels)), strict=True))
    states = [labels[code] for code in codes]
    class_map(ax, names, states, palette, geometry=geometry, on=on, coordinates=coordinates)
    ax.set_title(term("about").format(term("classify"), term(result.method)))


def _shades(n: int) -> list[str]:
    import matplotlib
    from matplotlib.colors import to_hex

    return [to_hex(each) for each in matplotlib.colormaps["YlOrRd"](np.linspace(0.1, 0.9, n))]


KINDS = {"histogram": histogram, "map": maps}
