"""Maps of classes: shapes or points of units, with a legend and a colour for missing data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import state_term, term
from .._tables import label_text
from ..errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["MISSING", "are_degrees", "class_map", "degree_aspect", "pick_period", "places_of", "ranked_classes"]

# White with hatching: told apart from every class, in print too.
MISSING: dict[str, Any] = {"facecolor": "white", "edgecolor": "#8c8c8c", "hatch": "////", "linewidth": 0.4}

_NAMED = 5

# More bars than this have no room for their names.
_MOST_BARS = 60


def pick_period(table: pd.DataFrame, period: Any) -> tuple[pd.DataFrame, str]:
    """Return the rows of one period, by default the last, and what stands after the title of it."""
    if "time" not in table:
        if period is not None:
            raise InvalidInputError("the result has no periods to choose from")
        return table, ""
    known = list(table["time"].drop_duplicates().sort_values())
    period = known[-1] if period is None else period
    if period not in known:
        raise InvalidInputError(f"the result has no period {period!r}; it runs from {known[0]} to {known[-1]}")
    return table[table["time"] == period], term("about").format("", label_text(period))


def class_map(
    ax: Axes,
    units: Sequence[Any],
    classes: Sequence[Any],
    palette: Mapping[str, str],
    *,
    geometry: Any = None,
    on: str | None = None,
    coordinates: Any = None,
) -> None:
    """Draw every unit in the colour of its class; `palette` orders the legend, as far as classes occur.

    `geometry` is a GeoDataFrame or GeoSeries whose column `on`, or index, names the units; shapes without a class are
    drawn as missing data. `coordinates` are points instead: a data frame with the units as index and two columns.
    """
    class_of = dict(zip(units, classes, strict=True))
    # A map keeps the proportions of its middle: shapes of degrees by their CRS, points by their numbers.
    if geometry is not None:
        n_missing = _shapes(ax, class_of, palette, geometry, on)
        crs = geometry.crs
        bounds = geometry.total_bounds
        aspect = degree_aspect(bounds[1::2]) if crs is not None and crs.is_geographic else 1.0
    else:
        n_missing, places = _points(ax, class_of, palette, coordinates)
        aspect = degree_aspect(places[:, 1]) if are_degrees(places) else 1.0
    ax.set_aspect(aspect)
    ax.set_axis_off()
    _legend(ax, set(class_of.values()), palette, n_missing > 0)


def _shapes(ax: Axes, class_of: Mapping[Any, Any], palette: Mapping[str, str], geometry: Any, on: str | None) -> int:
    shapes = getattr(geometry, "geometry", None)
    if shapes is None or not hasattr(shapes, "plot"):
        kind = f"{type(geometry).__module__}.{type(geometry).__qualname__}"
        raise InvalidInputError(f"geometry must be a GeoDataFrame or GeoSeries, not {kind}")
    if on is not None and (not hasattr(geometry, "columns") or on not in geometry.columns):
        raise InvalidInputError(f"geometry has no column {on!r} to name the units")
    names = list(geometry.index if on is None else geometry[on])
    where = "the index of geometry" if on is None else f"column {on!r} of geometry"
    _refuse_unknown(class_of, names, where, "; name the column that has them in on=" if on is None else "")
    states = np.array([class_of.get(name, "") for name in names], dtype=object)
    for state, colour in palette.items():
        if (states == state).any():
            shapes[states == state].plot(ax=ax, color=colour, edgecolor="#595959", linewidth=0.4)
    is_missing = ~np.isin(states.astype(str), list(palette))
    if is_missing.any():
        absent = shapes[is_missing]
        if set(absent.geom_type.dropna()) <= {"Point", "MultiPoint"}:
            absent.plot(ax=ax, facecolor="white", edgecolor="#8c8c8c", linewidth=0.8)
        else:
            absent.plot(ax=ax, **MISSING)
    return int(is_missing.sum())


def are_degrees(places: NDArray[np.float64]) -> bool:
    """Return whether points look like longitude and latitude; whole numbers are the rows and columns of a grid."""
    is_within = (np.abs(places[:, 0]) <= 180.0).all() and (np.abs(places[:, 1]) <= 90.0).all()
    return bool(is_within and (places != np.round(places)).any())


def degree_aspect(latitudes: NDArray[np.float64]) -> float:
    """Return the height of a degree relative to its width, at the middle of the latitudes."""
    middle = np.radians(0.5 * (float(np.min(latitudes)) + float(np.max(latitudes))))
    return 1.0 / max(0.1, float(np.cos(middle)))


def _points(
    ax: Axes, class_of: Mapping[Any, Any], palette: Mapping[str, str], coordinates: Any
) -> tuple[int, NDArray[np.float64]]:
    table = places_of(coordinates)
    _refuse_unknown(class_of, list(table), "coordinates", "")
    for state, colour in palette.items():
        places = np.array([place for unit, place in table.items() if class_of.get(unit) == state])
        if len(places):
            ax.scatter(places[:, 0], places[:, 1], color=colour, edgecolors="#595959", linewidths=0.4, s=30)
    missing = np.array([place for unit, place in table.items() if class_of.get(unit) not in palette])
    if len(missing):
        ax.scatter(missing[:, 0], missing[:, 1], facecolors="white", edgecolors="#8c8c8c", linewidths=0.8, s=30)
    return len(missing), np.array(list(table.values()), dtype=np.float64)


def places_of(coordinates: Any) -> dict[Any, tuple[float, float]]:
    """Return the place of every unit from a frame with units as index and two columns, or a mapping."""
    if isinstance(coordinates, Mapping):
        return {unit: (float(x), float(y)) for unit, (x, y) in coordinates.items()}
    if not hasattr(coordinates, "index") or getattr(coordinates, "shape", (0, 0))[1:] != (2,):
        raise InvalidInputError(
            "coordinates must be a pandas frame with the units as index and two columns, for example "
            "data.set_index('province')[['longitude', 'latitude']], or a mapping of units to (x, y)"
        )
    x, y = (np.asarray(coordinates.iloc[:, side], dtype=float) for side in (0, 1))
    return dict(zip(coordinates.index, zip(x.tolist(), y.tolist(), strict=True), strict=True))


def _refuse_unknown(class_of: Mapping[Any, Any], names: Sequence[Any], where: str, advice: str) -> None:
    if len(set(names)) < len(names):
        repeated = sorted({str(name) for name in names if names.count(name) > 1})
        raise InvalidInputError(f"{where} names {', '.join(repeated[:_NAMED])} more than once")
    known = set(names)
    unknown = [unit for unit in class_of if unit not in known]
    if unknown:
        more = f" (and {len(unknown) - _NAMED} more)" if len(unknown) > _NAMED else ""
        raise InvalidInputError(f"{where} lacks {', '.join(map(repr, unknown[:_NAMED]))}{more}{advice}")


def _legend(ax: Axes, present: set[Any], palette: Mapping[str, str], has_missing: bool) -> None:
    from matplotlib.patches import Patch

    patches = [
        Patch(facecolor=colour, edgecolor="#595959", linewidth=0.4, label=state_term(str(state)))
        for state, colour in palette.items()
        if state in present
    ]
    if has_missing:
        patches.append(Patch(**MISSING, label=term("no data")))
    beside: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)}
    ax.legend(handles=patches, frameon=False, fontsize="small", **beside)


def ranked_classes(
    ax: Axes,
    units: Sequence[Any],
    values: Any,
    classes: Sequence[Any],
    palette: Mapping[str, str],
    name: str,
    title: str,
) -> None:
    """Draw values by rank in the colours of their classes: bars with names, or a strip of points if there are many."""
    order = np.argsort(-np.asarray(values, dtype=float), kind="stable")
    heights = np.asarray(values, dtype=float)[order]
    states = [str(classes[row]) for row in order]
    colours = [palette.get(state, "white") for state in states]
    places = np.arange(len(order))
    if len(order) <= _MOST_BARS:
        ax.barh(places, np.nan_to_num(heights), color=colours, edgecolor="#595959", linewidth=0.4, height=0.8)
        ax.set_yticks(places, [label_text(units[row]) for row in order], fontsize="small")
        ax.set_ylim(len(order) - 0.4, -0.6)
        ax.axvline(0.0, color="black", linewidth=0.6)
        ax.set_xlabel(name)
    else:
        ax.scatter(places, heights, c=colours, edgecolors="#8c8c8c", linewidths=0.2, s=10)
        ax.axhline(0.0, color="black", linewidth=0.6)
        ax.set_xlabel(term("rank_of_z"))
        ax.set_ylabel(name)
    ax.set_title(title)
    ax.spines[["top", "right"]].set_visible(False)
    _legend(ax, set(states), palette, False)
