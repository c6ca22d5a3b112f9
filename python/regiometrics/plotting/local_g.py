"""Figures of hot spots and cold spots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._language import term
from .._options import choice
from .._tables import to_pandas
from ..errors import InvalidInputError
from ._geometries import class_map, pick_period, ranked_classes
from ._maps import state_map
from ._style import figure, label_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..local_g import LocalG

__all__ = ["KINDS"]

# Red for hot, blue for cold, darker for surer.
PALETTES = {
    "hotspot": {
        "hot spot 99%": "#b2182b",
        "hot spot 95%": "#ef8a62",
        "hot spot 90%": "#fddbc7",
        "not significant": "#f2f2f2",
        "cold spot 90%": "#d1e5f0",
        "cold spot 95%": "#67a9cf",
        "cold spot 99%": "#2166ac",
        "undefined": "#a6a6a6",
    },
    "z_class": {
        "hot": "#ca0020",
        "sub-hot": "#f4a582",
        "transition": "#d1e5f0",
        "cold": "#0571b0",
        "undefined": "#a6a6a6",
    },
}


@figure
def maps(
    result: LocalG,
    ax: Axes,
    *,
    geometry: Any = None,
    on: str | None = None,
    coordinates: Any = None,
    period: Any = None,
    classes: str = "hotspot",
) -> None:
    """Draw the classes of one period: on a map, as points, or without places as bars of z."""
    palette = PALETTES[choice("classes", classes, tuple(PALETTES))]
    table, when = pick_period(to_pandas(result.table), period)
    units, states = list(table["unit"]), list(table[classes].astype(str))
    title = f"{term('hotspots')}{when}"
    if geometry is None and coordinates is None:
        ranked_classes(ax, units, table["z"].to_numpy(dtype=float), states, palette, term("z"), title)
        return
    class_map(ax, units, states, palette, geometry=geometry, on=on, coordinates=coordinates)
    ax.set_title(title)


@figure
def periods(result: LocalG, ax: Axes, *, classes: str = "hotspot") -> None:
    """Draw the class of every unit in every period, units down and periods across."""
    palette = PALETTES[choice("classes", classes, tuple(PALETTES))]
    table = to_pandas(result.table)
    if "time" not in table:
        raise InvalidInputError("the result has no periods; draw the kind 'map'")
    state_map(ax, table["unit"], table["time"], table[classes].astype(str), palette)
    label_axes(ax, term("hotspots"), term("time"), term("unit"), legend=False)


KINDS = {"map": maps, "periods": periods}
