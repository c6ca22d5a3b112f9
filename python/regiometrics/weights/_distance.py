"""Neighbours by distance."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from .._call import call
from .._input import read
from .._options import amount, choice, count, flag
from .._projection import called_degrees
from ..errors import InvalidInputError, RegiometricsWarning
from ._contiguity import geometries
from ._links import SpatialWeights, label_list, make_weights

__all__ = ["distance_band", "inverse_distance", "knn"]

METRICS = ("planar", "great_circle")

# Coordinates inside the unit square are more often made up than degrees.
_SMALL = 1.0


class _Places:
    """Coordinates, their units, and how far apart they are."""

    def __init__(self, data: Any, x: Any, y: Any, unit: Any, metric: str | None) -> None:
        if metric is not None:
            choice("metric", metric, METRICS)
        if (x is None) != (y is None):
            raise InvalidInputError("give both x and y, or neither with a GeoDataFrame")
        if x is None:
            self.names, self.x, self.y, self.ids, degrees = _centroids(data, unit)
        else:
            self.names, self.x, self.y, self.ids = _columns(data, x, y, unit)
            degrees = None
        if metric is None and degrees is None and _look_like_degrees(self.names, self.x, self.y):
            warnings.warn(
                f"{self.names[0]!r} and {self.names[1]!r} look like longitude and latitude, and are taken as "
                "coordinates of a plane: pass metric='great_circle' for distances in kilometres, or metric='planar' "
                "if that is meant",
                RegiometricsWarning,
                # The line that called the public function.
                stacklevel=3,
            )
        self.great_circle = bool(degrees) if metric is None else metric == "great_circle"

    def weights(self, *, k: int | None, threshold: float, power: float | None, least: float) -> SpatialWeights:
        columns = {"x": self.names[0], "y": self.names[1]}
        arguments = (self.x, self.y, self.great_circle, k, threshold, power, least)
        try:
            rows = call(_core.neighbors, *arguments, columns=columns)
        except InvalidInputError as error:
            if error.name == "places" and error.row is not None:
                raise self._coincident(error.row) from None
            raise
        return make_weights(tuple(self.ids), *rows)

    def _coincident(self, row: int) -> InvalidInputError:
        there = (self.x == self.x[row]) & (self.y == self.y[row])
        there[row] = False
        other = int(np.flatnonzero(there)[0]) if there.any() else row
        told = InvalidInputError(
            f"{self.ids[other]!r} and {self.ids[row]!r} stand at the same place, and the inverse of no distance is "
            "infinite: pass minimum_distance, the distance that nearer units count as"
        )
        told.name, told.row = "places", row
        return told


def _columns(data: Any, x: Any, y: Any, unit: Any) -> tuple[tuple[str, str], Any, Any, list[Any]]:
    table = read(data, x=x, y=y, unit=unit)
    if unit is not None:
        ids = label_list(table.name("unit") or "unit", table.columns["unit"][1])
    else:
        index = getattr(data, "index", None)
        is_named = index is not None and hasattr(index, "is_unique") and index.is_unique and index.nlevels == 1
        ids = label_list("the index", index) if is_named else list(range(table.n_rows))
    return (table.name("x"), table.name("y")), table.numbers("x"), table.numbers("y"), ids


def _centroids(data: Any, unit: str | None) -> tuple[tuple[str, str], Any, Any, list[Any], bool | None]:
    if not hasattr(data, "geometry"):
        raise InvalidInputError("name the coordinates in x and y; only a GeoDataFrame has its own")
    shapes, ids = geometries(data, unit)
    degrees = None if shapes.crs is None else bool(shapes.crs.is_geographic)
    with warnings.catch_warnings():
        # Of degrees, the centroid is that of the map.
        warnings.simplefilter("ignore")
        centroids = shapes.centroid
    x, y = (np.ascontiguousarray(side, dtype=np.float64) for side in (centroids.x, centroids.y))
    return ("x of the geometry", "y of the geometry"), x, y, ids, degrees


def _look_like_degrees(names: tuple[str, str], x: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
    if np.abs(x).max() > 180.0 or np.abs(y).max() > 90.0:
        return False
    if any(called_degrees(names)):
        return True
    is_small = max(np.abs(x).max(), np.abs(y).max()) <= _SMALL
    is_whole = bool((x == np.round(x)).all() and (y == np.round(y)).all())
    return not is_small and not is_whole


def _power(value: Any) -> float | None:
    return None if value is None else amount("power", value)


def knn(
    data: Any,
    *,
    x: Any = None,
    y: Any = None,
    k: int,
    unit: Any = None,
    metric: str | None = None,
    power: float | None = None,
    minimum_distance: float = 0.0,
    row_standardize: bool = False,
) -> SpatialWeights:
    """Make spatial weights of the k nearest neighbours.

    Parameters
    ----------
    data : data frame, GeoDataFrame or None
        One row per unit (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    x, y : str or array
        Coordinates: easting and northing, or longitude and latitude in degrees. Without them, the points of a
        GeoDataFrame or the centroids of its shapes.
    k : int
        Number of neighbours, less than the number of units.
    unit : str or array, optional
        Labels of the units. Without it the index of a pandas frame if its labels are unique, else 0, 1, 2, …
    metric : {"planar", "great_circle"}, optional
        Straight lines in the unit of the coordinates, or great circles in kilometres on a sphere with the mean radius
        of the earth, 6371.0088 km. Without it, what the coordinate system of a GeoDataFrame asks for, else planar.
    power : float, optional
        Weights :math:`d^{-p}` instead of one for every neighbour.
    minimum_distance : float
        Nearer neighbours weigh as if they were at this distance.
    row_standardize : bool
        Divide weights by the sums of their rows.

    Returns
    -------
    SpatialWeights
        With the units in the order of the rows. Being nearest is not mutual: the weights are not symmetric.

    Raises
    ------
    InvalidInputError
        Missing or infinite coordinates; degrees out of range; `k` too large; units that appear twice; units at the same
        place where `power` needs a distance.

    Warns
    -----
    RegiometricsWarning
        If coordinates that look like degrees are taken as planar without `metric` having said so.

    Notes
    -----
    Of neighbours at the same distance as the k-th, those that stand first in the data are taken. Distances count as the
    same if they are so in double precision: on a grid, that of whole numbers is exact, that of tenths is not. Units at
    the same place are neighbours at distance zero. A k-d tree finds all neighbours in O(n log n).

    Examples
    --------
    >>> import regiometrics as rgm
    >>> provinces = rgm.datasets.load_china_provinces()
    >>> place = {"x": "capital_longitude", "y": "capital_latitude", "metric": "great_circle"}
    >>> weights = rgm.weights.knn(provinces, unit="province_en", k=2, **place)
    >>> weights.to_frame().query("source == 'Beijing'")["target"].to_list()
    ['Tianjin', 'Hebei']
    """
    places = _Places(data, x, y, unit, metric)
    n_neighbors = count("k", k, least=1)
    if n_neighbors >= len(places.ids):
        raise InvalidInputError(f"k is {n_neighbors}, and there are {len(places.ids)} units: it must be less")
    least, standardize = amount("minimum_distance", minimum_distance), flag("row_standardize", row_standardize)
    weights = places.weights(k=n_neighbors, threshold=math.inf, power=_power(power), least=least)
    return weights.row_standardize() if standardize else weights


def distance_band(
    data: Any,
    *,
    x: Any = None,
    y: Any = None,
    threshold: float | None = None,
    unit: Any = None,
    metric: str | None = None,
    power: float | None = None,
    minimum_distance: float = 0.0,
    row_standardize: bool = False,
) -> SpatialWeights:
    """Make spatial weights of all neighbours within a distance.

    Parameters
    ----------
    data : data frame, GeoDataFrame or None
        One row per unit (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    x, y : str or array
        Coordinates, as in `knn`.
    threshold : float, optional
        Units at this distance or nearer are neighbours: in the unit of the coordinates, or in kilometres for great
        circles. Without it, the smallest distance that leaves no unit without a neighbour.
    unit : str or array, optional
        Labels of the units, as in `knn`.
    metric : {"planar", "great_circle"}, optional
        As in `knn`.
    power : float, optional
        Weights :math:`d^{-p}` instead of one for every neighbour.
    minimum_distance : float
        Nearer neighbours weigh as if they were at this distance.
    row_standardize : bool
        Divide weights by the sums of their rows.

    Returns
    -------
    SpatialWeights
        With the units in the order of the rows; a unit without any other in reach is an island.

    Raises
    ------
    InvalidInputError
        As for `knn`, and for more than 200 million links.

    Warns
    -----
    RegiometricsWarning
        As for `knn`.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> weights = rgm.weights.distance_band(None, x=[0, 3, 0, 9], y=[0, 0, 4, 0], threshold=4)
    >>> weights.n_neighbors.tolist(), weights.islands
    ([2, 1, 1, 0], [3])
    """
    places = _Places(data, x, y, unit, metric)
    least, standardize = amount("minimum_distance", minimum_distance), flag("row_standardize", row_standardize)
    if threshold is not None:
        reach = amount("threshold", threshold)
    elif len(places.ids) == 1:
        raise InvalidInputError("there is one unit, which has no neighbour at any distance; pass a threshold")
    else:
        reach = call(_core.connecting_distance, places.x, places.y, places.great_circle)
    weights = places.weights(k=None, threshold=reach, power=_power(power), least=least)
    return weights.row_standardize() if standardize else weights


def inverse_distance(
    data: Any,
    *,
    x: Any = None,
    y: Any = None,
    power: float = 1.0,
    threshold: float | None = None,
    unit: Any = None,
    metric: str | None = None,
    minimum_distance: float = 0.0,
    row_standardize: bool = False,
) -> SpatialWeights:
    """Make spatial weights that fall with the distance between all units.

    Parameters
    ----------
    data : data frame, GeoDataFrame or None
        One row per unit (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    x, y : str or array
        Coordinates, as in `knn`.
    power : float
        Weights are :math:`d^{-p}`: 1 • and 2 are usual.
    threshold : float, optional
        Units further away have no weight; all have one without it, which takes room for n (n − 1) links.
    unit : str or array, optional
        Labels of the units, as in `knn`.
    metric : {"planar", "great_circle"}, optional
        As in `knn`.
    minimum_distance : float
        Nearer units weigh as if they were at this distance: above zero where units stand at the same place.
    row_standardize : bool
        Divide weights by the sums of their rows.

    Returns
    -------
    SpatialWeights
        With the units in the order of the rows.

    Raises
    ------
    InvalidInputError
        As for `knn`; units at the same place unless `minimum_distance` is above zero; more than 200 million links.

    Warns
    -----
    RegiometricsWarning
        As for `knn`.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> weights = rgm.weights.inverse_distance(None, x=[0, 3, 0], y=[0, 0, 4], power=2)
    >>> (1 / weights.data).round(12).tolist()
    [9.0, 16.0, 9.0, 25.0, 16.0, 25.0]
    """
    places = _Places(data, x, y, unit, metric)
    least, standardize = amount("minimum_distance", minimum_distance), flag("row_standardize", row_standardize)
    reach = math.inf if threshold is None else amount("threshold", threshold)
    weights = places.weights(k=None, threshold=reach, power=amount("power", power), least=least)
    return weights.row_standardize() if standardize else weights
