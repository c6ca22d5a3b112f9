"""Figures of networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._options import choice, count
from .._paths import layout
from .._tables import label_text, to_pandas
from ..errors import InvalidInputError
from ._geometries import are_degrees, degree_aspect
from ._style import NAME, colours, figure, ranked_bars

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ..network_indicators import NetworkIndicators

__all__ = ["KINDS"]

_LAND, _BORDER = "0.95", "0.75"
# Areas of the nodes in points², and widths of the edges in points, from the least to the greatest.
_SIZES, _WIDTHS = (20.0, 420.0), (0.3, 4.0)
# More edges than this are drawn as plain lines; more nodes than these are not all named, or stay on a circle.
_ARROWS, _NAMED, _LAID_OUT = 1500, 60, 500
# So many nodes are named where not all are.
_NAMED_OF_MANY = 20
# Above so many edges and nodes, widths and sizes shrink with their number.
_WIDE, _LARGE = 200, 60
# Room around the nodes, relative to the longer side of their box.
_MARGIN = 0.12
_BEND = 0.12
_MEASURES = ("weighted_degree", "degree", "closeness", "betweenness", "degree_centrality", "clustering")


def _period(result: NetworkIndicators, time: Any) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Return nodes and edges of one period, the last if none is named, and what the period is called."""
    nodes, edges = to_pandas(result.nodes), to_pandas(result.edges)
    if "time" not in nodes:
        if time is not None:
            raise InvalidInputError("the networks have no periods; leave time out")
        return nodes, edges, ""
    times = list(nodes["time"].drop_duplicates())
    time = times[-1] if time is None else time
    if time not in times:
        raise InvalidInputError(f"there is no period {time!r}; there is {', '.join(map(label_text, times))}")
    return nodes[nodes["time"] == time], edges[edges["time"] == time], label_text(time)


def _titled(name: str, when: str) -> str:
    return term("about").format(term(name), when) if when else term(name)


@figure
def network(
    result: NetworkIndicators,
    ax: Axes,
    *,
    time: Any = None,
    positions: Any = None,
    over: Any = None,
    least_weight: float = 0.0,
    names: bool | None = None,
) -> None:
    """Draw one period's network: nodes by weighted degree, edges by weight, with arrows if directed.

    `positions` maps each node to (x, y), or is a frame whose first three columns are node, x and y; longitude and
    latitude keep their proportions. Without it the layout is that of Kamada and Kawai, the same on every call. `over`
    is a GeoDataFrame beneath the positions, in their coordinates, or in any CRS if they are longitude and latitude.
    Edges below `least_weight` are left out. `names` writes the names of all nodes, or of none; without it of all if
    there are sixty at most, else of the twenty with the largest weighted degrees, and of names that would cover each
    other only that of the larger node.
    """
    from matplotlib import patheffects

    nodes, edges, when = _period(result, time)
    labels = list(nodes["node"])
    halo = [patheffects.withStroke(linewidth=2.0, foreground="white")]
    code = {label: position for position, label in enumerate(labels)}
    ends = np.array([[code[end] for end in edges[side]] for side in ("source", "target")], dtype=np.int64).T
    places = layout(ends.reshape(-1, 2), len(labels), _LAID_OUT) if positions is None else _given(positions, labels)
    is_geographic = positions is not None and are_degrees(places)
    if over is not None:
        if positions is None:
            raise InvalidInputError("over needs positions, the places of the nodes on the map")
        _land(ax, over, is_geographic)
    weights = edges["weight"].to_numpy(dtype=np.float64)
    kept = weights >= float(least_weight)
    strength = nodes["weighted_degree"].to_numpy(dtype=np.float64)
    sizes = _between(strength, _SIZES) * min(1.0, _LARGE / max(len(labels), 1))
    widths = _between(weights, _WIDTHS)[kept] * min(1.0, np.sqrt(_WIDE / max(int(kept.sum()), 1)))
    _edges(ax, result.directed, places, ends.reshape(-1, 2)[kept], widths, sizes)
    ax.scatter(places[:, 0], places[:, 1], s=sizes, color=colours(1)[0], edgecolor="white", linewidth=0.8, zorder=3)
    is_all = names or (names is None and len(labels) <= _NAMED)
    most = len(labels) if is_all else 0 if names is False else _NAMED_OF_MANY
    for position in np.lexsort((np.arange(len(labels)), -strength))[:most]:
        offset = (0.0, 0.5 * float(np.sqrt(sizes[position])) + 2.0)
        ax.annotate(
            label_text(labels[position]),
            tuple(places[position]),
            offset,
            textcoords="offset points",
            ha="center",
            fontsize="small",
            path_effects=halo,
            zorder=4,
            gid=None if names else NAME,
        )
    ax.set_title(_titled("network", when))
    _frame(ax, places, is_geographic=is_geographic, is_map=over is not None)


def _land(ax: Axes, over: Any, is_geographic: bool) -> None:
    if not (hasattr(over, "geometry") and hasattr(over, "to_crs")):
        raise InvalidInputError(f"over must be a GeoDataFrame or GeoSeries, not {type(over).__name__}")
    shapes = over.geometry
    if is_geographic and shapes.crs is not None and not shapes.crs.is_geographic:
        shapes = shapes.to_crs(shapes.crs.geodetic_crs)
    shapes.plot(ax=ax, color=_LAND, edgecolor=_BORDER, linewidth=0.6, zorder=0)


def _given(positions: Any, labels: list[Any]) -> NDArray[np.float64]:
    if hasattr(positions, "columns") or hasattr(positions, "column_names"):
        table = to_pandas(positions)
        if table.shape[1] < 3:
            raise InvalidInputError("positions must have three columns: node, x and y")
        positions = {row[0]: (row[1], row[2]) for row in table.itertuples(index=False)}
    absent = [label for label in labels if label not in positions]
    if absent:
        raise InvalidInputError(f"positions lack {', '.join(map(repr, absent[:5]))}; every node needs one")
    places = np.array([positions[label] for label in labels], dtype=np.float64).reshape(len(labels), -1)
    if places.shape[1] != 2 or not np.isfinite(places).all():
        raise InvalidInputError("every position must be two finite numbers")
    return places


def _between(values: NDArray[np.float64], ends: tuple[float, float]) -> NDArray[np.float64]:
    """Return numbers in proportion to `values`, from the lower end for zero to the upper for the largest."""
    largest = float(values.max(initial=0.0))
    if largest > 0.0 and float(values.min(initial=largest)) == largest:
        # None is large where all are the same.
        return np.full(len(values), 0.75 * ends[0] + 0.25 * ends[1])
    return ends[0] + (ends[1] - ends[0]) * (values / largest if largest > 0.0 else np.zeros(len(values)))


def _edges(
    ax: Axes,
    directed: bool,
    places: NDArray[np.float64],
    ends: NDArray[np.int64],
    widths: NDArray[np.float64],
    sizes: NDArray[np.float64],
) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.patches import FancyArrowPatch

    if not directed or len(ends) > _ARROWS:
        alpha = 0.5 if len(ends) <= _ARROWS else max(0.02, 0.5 * _ARROWS / len(ends))
        ax.add_collection(LineCollection(list(places[ends]), linewidths=widths, colors="0.45", alpha=alpha, zorder=1))
        return
    # The two directions of a pair bend to either side.
    for (source, target), width in zip(ends, widths, strict=True):
        ax.add_patch(
            FancyArrowPatch(
                tuple(places[source]),
                tuple(places[target]),
                connectionstyle=f"arc3,rad={_BEND}",
                arrowstyle=f"-|>,head_length={0.25 + 0.06 * width:.3f},head_width={0.1 + 0.04 * width:.3f}",
                mutation_scale=12.0,
                linewidth=width,
                shrinkA=0.5 * float(np.sqrt(sizes[source])),
                shrinkB=0.5 * float(np.sqrt(sizes[target])) + 1.0,
                color="0.45",
                alpha=0.6,
                zorder=1,
            )
        )


def _frame(ax: Axes, places: NDArray[np.float64], *, is_geographic: bool, is_map: bool) -> None:
    if is_geographic:
        ax.set_aspect(degree_aspect(places[:, 1]))
        ax.set_xlabel(term("longitude"))
        ax.set_ylabel(term("latitude"))
        ax.spines[["top", "right"]].set_visible(False)
    else:
        ax.set_aspect("equal")
        ax.set_axis_off()
    reach = float(np.ptp(places, axis=0).max())
    if is_map and reach > 0.0:
        # The nodes with room around them, however far the map goes.
        (left, low), (right, high) = places.min(axis=0) - _MARGIN * reach, places.max(axis=0) + _MARGIN * reach
        ax.set_xlim(left, right)
        ax.set_ylim(low, high)
        return
    ax.margins(_MARGIN)
    ax.autoscale_view()


@figure
def ranking(
    result: NetworkIndicators, ax: Axes, *, measure: str = "weighted_degree", time: Any = None, most: int = 20
) -> None:
    """Draw the nodes with the largest values of one measure in one period as bars."""
    choice("measure", measure, _MEASURES)
    nodes, _, when = _period(result, time)
    first = nodes.sort_values(measure, ascending=False, kind="stable").head(count("most", most, least=1))
    values = first[measure].to_numpy(dtype=np.float64)
    digits = 0 if (values == np.round(values)).all() else 3 if float(values.max(initial=0.0)) < 10.0 else 1
    ranked_bars(ax, [label_text(node) for node in first["node"]], values, digits)
    ax.set_title(_titled(measure, when))
    ax.spines[["top", "right"]].set_visible(False)


KINDS = {"network": network, "ranking": ranking}
