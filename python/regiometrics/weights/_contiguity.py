"""Neighbours that touch, through libpysal."""

from __future__ import annotations

import warnings
from typing import Any

from .._options import choice, flag
from ..errors import InvalidInputError, RegiometricsError
from ._links import SpatialWeights, as_weights, label_list, named

__all__ = ["from_geodataframe", "geometries"]


def from_geodataframe(
    data: Any, *, unit: str | None = None, contiguity: str = "queen", row_standardize: bool = False
) -> SpatialWeights:
    """Make spatial weights of polygons that touch.

    Parameters
    ----------
    data : GeoDataFrame or GeoSeries
        One polygon per unit.
    unit : str, optional
        Column that names the units; the index without it.
    contiguity : {"queen", "rook"}
        Neighbours share a point at least, or an edge.
    row_standardize : bool
        Divide the weights, all one, by the number of neighbours.

    Returns
    -------
    SpatialWeights
        With the units in the order of the rows; a unit that touches no other is an island.

    Raises
    ------
    InvalidInputError
        Missing or empty geometries, points and lines, units that appear twice.
    RegiometricsError
        If libpysal is not installed: ``pip install 'regiometrics[spatial]'``.

    Notes
    -----
    Borders must be the same in both polygons, as in a topologically clean map; slivers between them make islands. That
    libpysal finds the neighbours, so that they are those of its ``Graph.build_contiguity``.

    Examples
    --------
    >>> import geopandas
    >>> import regiometrics as rgm
    >>> from shapely import box
    >>> squares = geopandas.GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1), box(1, 1, 2, 2)], index=["a", "b", "c"])
    >>> rgm.weights.from_geodataframe(squares, contiguity="rook").n_neighbors.tolist()
    [1, 2, 1]
    """
    choice("contiguity", contiguity, ("queen", "rook"))
    standardize = flag("row_standardize", row_standardize)
    shapes, ids = geometries(data, unit)
    kinds = set(shapes.geom_type) - {"Polygon", "MultiPolygon"}
    if kinds:
        raise InvalidInputError(
            f"contiguity needs polygons, and the geometries have {', '.join(sorted(kinds))}; weights.knn and "
            "weights.distance_band take points"
        )
    try:
        from libpysal.graph import Graph
    except ImportError:
        raise needs("libpysal", "weights.from_geodataframe") from None
    with warnings.catch_warnings():
        # Islands are told of by the weights themselves.
        warnings.simplefilter("ignore")
        graph = Graph.build_contiguity(shapes.reset_index(drop=True), rook=contiguity == "rook")
    weights = as_weights(graph.sparse, ids=ids)
    return weights.row_standardize() if standardize else weights


def geometries(data: Any, unit: str | None) -> tuple[Any, list[Any]]:
    """Return the geometries, complete, and the labels of their units."""
    shapes = getattr(data, "geometry", None)
    if shapes is None or not hasattr(shapes, "geom_type"):
        kind = f"{type(data).__module__}.{type(data).__qualname__}"
        raise InvalidInputError(f"data must be a GeoDataFrame or GeoSeries, not {kind}")
    if len(shapes) == 0:
        raise InvalidInputError("the data have no rows")
    if unit is not None and (not isinstance(unit, str) or not hasattr(data, "columns") or unit not in data.columns):
        raise InvalidInputError(f"data have no column {unit!r} (asked for as unit)")
    ids = label_list("unit" if unit else "the index", data.index if unit is None else data[unit])
    absent = [label for label, lacks in zip(ids, shapes.isna() | shapes.is_empty, strict=True) if lacks]
    if absent:
        raise InvalidInputError(f"{named(absent)} have no geometry; leave them out, or give them one")
    return shapes, ids


def needs(package: str, method: str) -> RegiometricsError:
    """Return the error that names the extra which brings `package`."""
    return RegiometricsError(f"{method}() needs {package}, which is not installed: pip install 'regiometrics[spatial]'")
