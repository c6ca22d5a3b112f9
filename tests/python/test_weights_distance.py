"""Neighbours by distance and by contiguity: beside scipy, libpysal and pyproj, and every refusal."""

from __future__ import annotations

import math
import sys
from typing import Any

import geopandas
import libpysal
import numpy as np
import pandas as pd
import polars as pl
import pyproj
import pytest
import regiometrics as rgm
from regiometrics.weights import SpatialWeights, distance_band, from_geodataframe, inverse_distance, knn
from scipy.spatial import cKDTree
from shapely import Point, box

RADIUS = 6371.0088


def places(n: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    return random.uniform(0, 500, n), random.uniform(0, 300, n)


def rows(weights: SpatialWeights) -> list[list[int]]:
    return [each.tolist() for each in np.split(weights.indices, weights.indptr[1:-1])]


def refused(message: str, call: Any) -> None:
    with pytest.raises(rgm.InvalidInputError, match=message):
        call()


# Beside other programs


def test_planar_neighbours_are_those_of_scipy() -> None:
    x, y = places()
    tree = cKDTree(np.column_stack([x, y]))
    distance, near = tree.query(np.column_stack([x, y]), 7)
    assert rows(knn(None, x=x, y=y, k=6, metric="planar")) == np.sort(near[:, 1:], axis=1).tolist()
    pairs = tree.query_pairs(12.5, output_type="ndarray")
    band = distance_band(None, x=x, y=y, threshold=12.5, metric="planar")
    links = {(int(a), int(b)) for a, b in pairs} | {(int(b), int(a)) for a, b in pairs}
    frame = band.to_frame()
    assert set(zip(frame["source"], frame["target"], strict=True)) == links
    weighted = knn(None, x=x, y=y, k=1, metric="planar", power=2.0)
    # Square root, power, and the distance in scipy: a few roundings.
    np.testing.assert_allclose(weighted.data, distance[:, 1] ** -2.0, rtol=1e-14)


def test_weights_are_those_of_libpysal() -> None:
    x, y = places(300)
    points = np.column_stack([x, y])
    with np.errstate(divide="ignore"):
        theirs = libpysal.weights.DistanceBand(points, 40.0, binary=False, alpha=-1.5, silence_warnings=True).sparse
    ours = distance_band(None, x=x, y=y, threshold=40.0, metric="planar", power=1.5)
    found = np.zeros((300, 300))
    found[np.repeat(np.arange(300), ours.n_neighbors), ours.indices] = ours.data
    np.testing.assert_allclose(found, theirs.toarray(), rtol=1e-13)
    least = libpysal.weights.min_threshold_distance(points)
    band = distance_band(None, x=x, y=y, metric="planar")
    assert band.islands == []
    assert len(distance_band(None, x=x, y=y, metric="planar", threshold=least * (1 - 1e-12)).islands) > 0


def test_great_circles_are_those_of_pyproj() -> None:
    random = np.random.default_rng(8)
    x, y = random.uniform(-180, 180, 300), np.degrees(np.arcsin(random.uniform(-1, 1, 300)))
    sphere = pyproj.Geod(a=RADIUS * 1000, b=RADIUS * 1000)
    first, second = np.meshgrid(np.arange(300), np.arange(300))
    exact = sphere.inv(x[first], y[first], x[second], y[second])[2] / 1000
    weights = inverse_distance(None, x=x, y=y, metric="great_circle")
    found = np.zeros((300, 300))
    found[np.repeat(np.arange(300), weights.n_neighbors), weights.indices] = 1 / weights.data
    # The sphere of pyproj is good to a nanometre.
    np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-11)
    np.fill_diagonal(exact, np.inf)
    nearest = np.sort(np.argsort(exact, axis=1)[:, :5], axis=1)
    assert rows(knn(None, x=x, y=y, k=5, metric="great_circle")) == nearest.tolist()
    band = distance_band(None, x=x, y=y, threshold=2500.0, metric="great_circle")
    assert band.n_neighbors.tolist() == (exact <= 2500.0).sum(axis=1).tolist()
    whole = distance_band(None, x=x, y=y, threshold=math.pi * RADIUS * 1.01, metric="great_circle")
    assert whole.density == 1.0


def test_capitals_across_the_date_line_are_near() -> None:
    # Suva (178.44 E, 18.12 S) and Apia (171.77 W, 13.83 S); Auckland is twice as far.
    cities = pd.DataFrame({"lon": [178.44, -171.77, 174.76], "lat": [-18.12, -13.83, -36.85]}, index=["S", "A", "K"])
    weights = knn(cities, x="lon", y="lat", k=1, metric="great_circle")
    assert weights.to_frame()["target"].tolist() == ["A", "S", "S"]


# Ties, coincidence, defaults


def test_of_equally_near_units_the_first_are_taken() -> None:
    # The middle of a cross has four neighbours at distance one.
    x, y = [0, 1, 0, -1, 0], [0, 0, 1, 0, -1]
    assert rows(knn(None, x=x, y=y, k=2))[0] == [1, 2]
    order = [0, 4, 3, 2, 1]
    moved = knn(None, x=np.array(x)[order], y=np.array(y)[order], k=2)
    assert rows(moved)[0] == [1, 2]


def test_units_at_one_place() -> None:
    where: dict[str, Any] = {"x": [1.0, 5.0, 1.0], "y": [2.0, 5.0, 2.0], "metric": "planar"}
    assert rows(knn(None, k=1, **where)) == [[2], [0], [0]]
    assert rows(distance_band(None, threshold=0.0, **where)) == [[2], [], [0]]
    message = r"^'a' and 'c' stand at the same place.*pass minimum_distance"
    frame = pd.DataFrame({"x": where["x"], "y": where["y"]}, index=list("abc"))
    refused(message, lambda: inverse_distance(frame, x="x", y="y", metric="planar"))
    refused(message, lambda: knn(frame, x="x", y="y", k=1, power=1, metric="planar"))
    weights = inverse_distance(frame, x="x", y="y", metric="planar", minimum_distance=0.5, power=2)
    assert weights.data.tolist() == pytest.approx([1 / 25, 4.0, 1 / 25, 1 / 25, 4.0, 1 / 25], rel=1e-15)


def test_many_units_at_one_place_are_found_at_once() -> None:
    # Without the order of units in the tree this would take n² steps.
    zeros = np.zeros(200_000)
    weights = knn(None, x=zeros, y=zeros, k=3)
    assert rows(weights)[-1] == [0, 1, 2]
    assert rows(weights)[1] == [0, 2, 3]


def test_units_are_named_by_column_by_index_or_by_number() -> None:
    frame = pd.DataFrame({"name": ["u", "v", "w"], "x": [0, 1, 3], "y": [0, 0, 0]}, index=[7, 8, 9])
    assert knn(frame, x="x", y="y", k=1, unit="name").ids == ("u", "v", "w")
    assert knn(frame, x="x", y="y", k=1).ids == (7, 8, 9)
    assert knn(pl.from_pandas(frame), x="x", y="y", k=1).ids == (0, 1, 2)
    assert knn(frame.set_axis([1, 1, 2]), x="x", y="y", k=1).ids == (0, 1, 2)
    assert knn(None, x=[0, 1, 3], y=[0, 0, 0], k=1, unit=["u", "v", "w"]).ids == ("u", "v", "w")
    assert knn(frame, x="x", y="y", k=2, row_standardize=True).is_row_standardized


def test_threads_do_not_change_the_bits() -> None:
    x, y = places(5000)
    found = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        found.append(knn(None, x=x, y=y, k=7, metric="planar", power=1.0))
    rgm.set_threads(None)
    assert np.array_equal(found[0].indices, found[1].indices)
    assert np.array_equal(found[0].data, found[1].data)


# Degrees


def test_degrees_that_were_not_told_of_are_warned_of() -> None:
    provinces = rgm.datasets.load_china_provinces()
    where: dict[str, Any] = {"x": "capital_longitude", "y": "capital_latitude", "k": 3}
    with pytest.warns(rgm.RegiometricsWarning, match="look like longitude and latitude.*great_circle") as caught:
        knn(provinces, **where)
    assert caught[0].filename == __file__
    for metric in ("planar", "great_circle"):
        knn(provinces, metric=metric, **where)
    # By name, also where the numbers are whole.
    for lng, lat in (("lng", "lat"), ("city_lon", "city_lat"), ("省会经度", "省会纬度")):
        with pytest.warns(rgm.RegiometricsWarning, match=f"'{lng}' and '{lat}'"):
            distance_band(pd.DataFrame({lng: [1, 2], lat: [3, 4]}), x=lng, y=lat)
    # Whole numbers, the unit square, and metres are no degrees.
    for x, y in (([0, 1, 5], [0, 2, 3]), ([0.1, 0.5, 0.7], [0.2, 0.4, 0.9]), ([5e5, 6e5, 7e5], [4e6, 4.1e6, 4.2e6])):
        knn(None, x=x, y=y, k=1)


def test_degrees_out_of_range_are_refused() -> None:
    frame = pd.DataFrame({"lon": [100.0, 500.0], "lat": [10.0, 20.0]})
    message = r"^column 'lon', row 1, is 500, which is not a longitude in degrees"
    refused(message, lambda: knn(frame, x="lon", y="lat", k=1, metric="great_circle"))
    swapped = r"^column 'lon', row 0, is 100, which is not a latitude"
    turned = pd.DataFrame({"lat": [10.0, 20.0], "lon": [100.0, 120.0]})
    refused(swapped, lambda: knn(turned, x="lat", y="lon", k=1, metric="great_circle"))


def test_places_and_options_that_cannot_be_used() -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, np.nan], "y": [0.0, 0.0, 1.0]})
    # No advice to pass an option that there is none of.
    refused(r"^column 'x' is missing in row 2; drop or fill them first$", lambda: knn(frame, x="x", y="y", k=1))
    good = frame.fillna(7.0)
    refused("k is 3, and there are 3 units", lambda: knn(good, x="x", y="y", k=3))
    refused("k must be a whole number from 1", lambda: knn(good, x="x", y="y", k=0))
    refused("metric must be one of 'planar', 'great_circle'", lambda: knn(good, x="x", y="y", k=1, metric="km"))
    refused("threshold must be a number of zero or more", lambda: distance_band(good, x="x", y="y", threshold=-1))
    refused("power must be a number of zero or more", lambda: inverse_distance(good, x="x", y="y", power=-1))
    refused("give both x and y", lambda: knn(good, x="x", k=1))
    refused("only a GeoDataFrame has its own", lambda: knn(good, k=1))
    refused(r"^unit name 'a' more than once", lambda: knn(None, x=[0, 1], y=[0, 1], k=1, unit=["a", "a"]))
    refused("there is one unit", lambda: distance_band(None, x=[0], y=[0]))
    refused("no weight leaves the range", lambda: knn(good, x="x", y="y", k=2, power=2000.0))


# GeoDataFrames


def squares() -> geopandas.GeoDataFrame:
    # a b
    # c d    e apart
    boxes = [box(0, 1, 1, 2), box(1, 1, 2, 2), box(0, 0, 1, 1), box(1, 0, 2, 1), box(5, 5, 6, 6)]
    return geopandas.GeoDataFrame({"name": list("abcde")}, geometry=boxes, index=[3, 1, 4, 2, 9])


def test_contiguity_is_that_of_corners_or_edges() -> None:
    queen = from_geodataframe(squares(), unit="name")
    assert queen.ids == tuple("abcde")
    assert queen.n_neighbors.tolist() == [3, 3, 3, 3, 0]
    assert queen.islands == ["e"]
    rook = from_geodataframe(squares(), contiguity="rook", row_standardize=True)
    assert rook.ids == (3, 1, 4, 2, 9)
    assert rows(rook) == [[1, 2], [0, 3], [0, 3], [1, 2], []]
    assert rook.is_row_standardized


def test_geometries_have_coordinates_of_their_own() -> None:
    frame = squares()
    assert rows(knn(frame, k=1, unit="name", metric="planar")) == rows(
        knn(None, x=frame.centroid.x, y=frame.centroid.y, k=1, metric="planar")
    )
    capitals = geopandas.GeoDataFrame(geometry=[Point(116.4, 39.9), Point(117.2, 39.1), Point(121.5, 31.2)], crs=4326)
    # A coordinate system of degrees has told so.
    assert 1 / knn(capitals, k=1, power=1).data[0] == pytest.approx(112.6, abs=0.5)


def test_geometries_that_cannot_be_used() -> None:
    refused(
        r"data must be a GeoDataFrame or GeoSeries, not pandas", lambda: from_geodataframe(pd.DataFrame({"a": [1]}))
    )
    refused("contiguity needs polygons, and the geometries have Point", lambda: from_geodataframe(squares().centroid))
    frame = squares()
    frame.loc[1, "geometry"] = None
    refused("^'b' have no geometry", lambda: from_geodataframe(frame, unit="name"))
    refused("data have no column 'x'", lambda: from_geodataframe(squares(), unit="x"))
    refused("contiguity must be one of 'queen', 'rook'", lambda: from_geodataframe(squares(), contiguity="bishop"))
    refused("more than once", lambda: from_geodataframe(squares().assign(name="a"), unit="name"))


def test_absent_libpysal_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "libpysal"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "libpysal", None)
    with pytest.raises(rgm.RegiometricsError, match=r"needs libpysal.*pip install 'regiometrics\[spatial\]'"):
        from_geodataframe(squares())


def test_repeated_units_of_a_column_without_a_name_are_refused() -> None:
    data = pd.DataFrame({"": ["a", "a"], "x": [0.0, 1.0], "y": [0.0, 1.0]})
    with pytest.raises(rgm.InvalidInputError, match=r"^unit name 'a' more than once"):
        knn(data, x="x", y="y", unit="", k=1, metric="planar")
