"""Ellipses on the Earth: projections, geodesics, units, and coordinates that are refused."""

from __future__ import annotations

import functools
import math
import sys
from typing import Any

import pandas as pd
import pyproj
import pytest
import regiometrics as rgm
from test_deviational_ellipse import ellipse, numbers

near = functools.partial(pytest.approx, abs=0.0)


def capitals() -> pd.DataFrame:
    provinces = rgm.datasets.load_china_provinces()
    years = [
        provinces.assign(year=year, gdp=1.0 + 0.01 * (year - 2006) * (provinces.index % 4)) for year in (2006, 2019)
    ]
    return pd.concat(years, ignore_index=True)


def on_earth(**options: Any) -> rgm.DeviationalEllipse:
    places = {"x": "capital_longitude", "y": "capital_latitude", "weight": "gdp", "time": "year", "crs": 4490}
    return rgm.deviational_ellipse(capitals(), **(places | options))


def test_degrees_are_projected_to_an_equal_area_plane_centred_on_the_data() -> None:
    result = on_earth()
    assert result.unit == "km"
    definition = pyproj.CRS.from_wkt(result.plane or "")
    method = definition.coordinate_operation.method_name
    assert method == "Lambert Azimuthal Equal Area"
    # By hand: the same projection by its PROJ text, then the plane call in kilometres.
    lat, lon = (each.value for each in definition.coordinate_operation.params[:2])
    assert (lat, lon) == pytest.approx((33.65, 111.84), abs=0.011)
    plane = pyproj.Proj(f"+proj=laea +lat_0={lat} +lon_0={lon} +ellps=GRS80")
    data = capitals()
    east, north = plane(data["capital_longitude"].to_numpy(), data["capital_latitude"].to_numpy())
    flat = rgm.deviational_ellipse(
        None, x=east / 1000, y=north / 1000, weight=data["gdp"], time=data["year"], crs="planar"
    )
    assert numbers(result.table) == near(numbers(flat.table), rel=1e-9)
    longitude, latitude = plane(1000 * result.table["center_x"], 1000 * result.table["center_y"], inverse=True)
    assert result.table["center_longitude"].to_numpy() == near(longitude, rel=1e-12)
    assert result.table["center_latitude"].to_numpy() == near(latitude, rel=1e-12)
    assert any("centred on 33.65° N, 111.84° E" in note for note in result.notes)


def test_shifts_on_earth_are_geodesics() -> None:
    result = on_earth()
    start, end = result.table.iloc[0], result.table.iloc[1]
    ends = [each[name] for each in (start, end) for name in ("center_longitude", "center_latitude")]
    bearing, _, metres = pyproj.Geod(ellps="GRS80").inv(*ends)
    shift = result.shifts.iloc[0]
    assert shift["distance"] == near(metres / 1000, rel=1e-12)
    assert shift["bearing"] == near(bearing % 360, rel=1e-12)
    assert shift["speed"] == near(metres / 1000 / 13, rel=1e-12)


def test_a_degree_of_the_equator() -> None:
    # One degree of the equator of WGS 84 is 6378.137 km · π/180.
    square = pd.DataFrame({"lon": [1.0, -1.0, 0.0, 0.0], "lat": [0.0, 0.0, 0.5, -0.5]})
    data = pd.concat([square.assign(t=1), square.assign(t=2, lon=square["lon"] + 1.0)])
    shift = rgm.deviational_ellipse(data, x="lon", y="lat", time="t", crs="EPSG:4326").shifts.iloc[0]
    # The centre of a square is that of its plane, which is centred half a degree to the side of each.
    assert shift["distance"] == near(6378.137 * math.pi / 180, rel=1e-4)
    assert shift["bearing"] == near(90.0, rel=1e-6)


@pytest.mark.parametrize(
    ("projection", "method"),
    [("albers", "Albers Equal Area"), ("albers_china", "Albers Equal Area"), ("EPSG:3415", None)],
)
def test_other_projections_by_name(projection: str, method: str | None) -> None:
    result = on_earth(projection=projection)
    definition = pyproj.CRS.from_wkt(result.plane or "").coordinate_operation
    assert method is None or definition.method_name == method
    if projection == "albers_china":
        values = {each.name: each.value for each in definition.params}
        assert values["Latitude of 1st standard parallel"] == 25.0
        assert values["Latitude of 2nd standard parallel"] == 47.0
        assert values["Longitude of false origin"] == 105.0
    # Projections of equal area differ by their bending only: axes agree to a few per cent, centres to a few minutes.
    usual = on_earth().table
    if method is not None:
        assert result.table["area"].to_numpy() == near(usual["area"].to_numpy(), rel=0.02)
    assert result.table["center_longitude"].to_numpy() == pytest.approx(usual["center_longitude"].to_numpy(), abs=0.2)


def test_units_and_projected_coordinates() -> None:
    kilometres, metres = on_earth(), on_earth(unit="m")
    assert metres.unit == "m"
    assert metres.table["semi_major"].to_numpy() == near(1000 * kilometres.table["semi_major"].to_numpy(), rel=1e-12)
    assert metres.table["area"].to_numpy() == near(1e6 * kilometres.table["area"].to_numpy(), rel=1e-12)
    # The plane of the first result, given as the CRS of its coordinates, is computed in as it is.
    data = capitals()
    forward = pyproj.Transformer.from_crs(4490, kilometres.plane, always_xy=True)
    data["east"], data["north"] = forward.transform(data["capital_longitude"], data["capital_latitude"])
    flat = rgm.deviational_ellipse(data, x="east", y="north", weight="gdp", time="year", crs=kilometres.plane)
    assert numbers(flat.table) == near(numbers(kilometres.table), rel=1e-12)
    # The inverse of the projection is good to some 1e-11 radians.
    again = rgm.deviational_ellipse(
        data, x="east", y="north", weight="gdp", time="year", crs=kilometres.plane, projection="albers_china"
    )
    assert numbers(again.table) == near(numbers(on_earth(projection="albers_china").table), rel=1e-8)


def test_points_on_both_sides_of_the_line_of_180_degrees() -> None:
    near_line = rgm.deviational_ellipse(None, x=[179, -179, 180, -180.0], y=[0, 0, 1, -1.0], crs=4326).table.iloc[0]
    elsewhere = rgm.deviational_ellipse(None, x=[99, 101, 100, 100.0], y=[0, 0, 1, -1.0], crs=4326).table.iloc[0]
    same = ["semi_major", "semi_minor", "area"]
    assert near_line[same].tolist() == near(elsewhere[same].tolist(), rel=1e-9)


def test_outlines_on_earth_have_degrees() -> None:
    curves = on_earth().outlines(36)
    assert list(curves.columns) == ["time", "x", "y", "longitude", "latitude"]
    assert curves["longitude"].between(90, 130).all()
    assert curves["latitude"].between(20, 45).all()


def test_mercator_is_warned_of() -> None:
    with pytest.warns(rgm.RegiometricsWarning, match="stretches lengths away from the equator") as caught:
        on_earth(projection=3857)
    assert caught[0].filename == __file__


# Refusals


def test_degrees_without_a_crs_are_refused_by_name_and_warned_of_by_size() -> None:
    data = rgm.datasets.load_china_provinces()
    with pytest.raises(rgm.InvalidInputError, match="hold longitude and latitude; pass crs='EPSG:4326'"):
        rgm.deviational_ellipse(data, x="capital_longitude", y="capital_latitude")
    with pytest.raises(rgm.InvalidInputError, match="hold longitude and latitude"):
        rgm.deviational_ellipse(
            data.rename(columns={"capital_longitude": "经度", "capital_latitude": "纬度"}), x="经度", y="纬度"
        )
    unnamed = {"x": data["capital_longitude"].tolist(), "y": data["capital_latitude"].tolist()}
    with pytest.warns(rgm.RegiometricsWarning, match="could be longitude and latitude in degrees") as caught:
        result = rgm.deviational_ellipse(None, **unnamed)
    assert caught[0].filename == __file__
    assert result.unit == "coordinates"
    assert "in the unit of the coordinates" in result.notes[0]
    # Told that they are planar, nothing is said; larger numbers cannot be degrees.
    rgm.deviational_ellipse(None, **unnamed, crs="planar")
    ellipse()


def test_coordinates_that_are_not_of_the_crs_are_refused() -> None:
    data = capitals()
    swapped = {"x": "capital_latitude", "y": "capital_longitude", "crs": 4326}
    with pytest.raises(
        rgm.InvalidInputError, match=r"^column 'capital_longitude', row 0, 1, 2, 3, 4 \(and 55 more\): lat"
    ):
        rgm.deviational_ellipse(data, **swapped)
    with pytest.raises(rgm.InvalidInputError, match="crs 'EPSG:0' is not known to pyproj"):
        on_earth(crs="EPSG:0")
    with pytest.raises(rgm.InvalidInputError, match="projection <NA> is not known to pyproj"):
        rgm.deviational_ellipse(None, x=[110.0, 111.0], y=[30.0, 31.0], crs="EPSG:4326", projection=pd.NA)
    with pytest.raises(rgm.InvalidInputError, match="projection must be 'azimuthal_equal_area', 'albers'"):
        on_earth(projection=4326)
    with pytest.raises(
        rgm.InvalidInputError, match=r"the centre of columns 'x' and 'y' lies outside what WGS 84 / UTM"
    ):
        rgm.deviational_ellipse(None, x=[1e14, 2e14, 4e14], y=[0.0, 10.0, 50.0], crs=32650)
    with pytest.raises(rgm.InvalidInputError, match="neither geographic nor projected"):
        on_earth(crs=4978)
    with pytest.raises(rgm.InvalidInputError, match="unit must be one of 'm', 'km', not 'mile'"):
        on_earth(unit="mile")
    for option in ({"unit": "km"}, {"projection": "albers"}):
        with pytest.raises(rgm.InvalidInputError, match="needs a crs"):
            ellipse(**option)
    with pytest.raises(rgm.InvalidInputError, match="correction must be one of 'sqrt2', 'none', 'sqrt2_df'"):
        ellipse(correction="arcgis")
    around = {"x": [0.0, 120.0, -120.0], "y": [0.0, 0.0, 0.0]}
    with pytest.raises(rgm.InvalidInputError, match="lie all around the Earth"):
        rgm.deviational_ellipse(None, **around, crs=4326)
    both = {"x": [0.0, 1.0, 2.0], "y": [-5.0, 5.0, 0.0]}
    with pytest.raises(rgm.InvalidInputError, match="both sides of the equator"):
        rgm.deviational_ellipse(None, **both, crs=4326, projection="albers")


def test_without_pyproj_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyproj", None)
    with pytest.raises(rgm.RegiometricsError, match=r"crs= needs pyproj.*pip install 'regiometrics\[spatial\]'"):
        on_earth()
    assert len(ellipse(time="year").shifts) == 2


def test_centres_beyond_their_own_crs_are_refused_before_they_are_projected() -> None:
    with pytest.raises(rgm.InvalidInputError, match=r"lies outside what .* can show"):
        rgm.deviational_ellipse(None, x=[2.9e13, 5e5, 6e5], y=[68.0, 4e6, 4.1e6], crs="EPSG:32650", projection="albers")
