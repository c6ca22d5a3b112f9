"""Coordinates of the Earth in a plane and back, through pyproj, which is imported only when a CRS is given."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ._input import InputTable
from ._options import shown
from ._record import record
from .errors import InvalidInputError, RegiometricsError, RegiometricsWarning

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["METRES", "PLANAR", "Plane", "called_degrees", "geodesic", "needs", "open_plane", "refuse_degrees"]

PLANAR = "planar"
METRES = {"m": 1.0, "km": 1000.0}

_NAMED = ("azimuthal_equal_area", "albers", "albers_china")

# The words by which columns of degrees are known.
_LONGITUDES = ("lon", "lng", "long", "longitude", "经度")
_LATITUDES = ("lat", "latitude", "纬度")

# Centres and parallels are rounded to this many decimals of a degree, so that a paper can print them.
_DECIMALS = 2

# Snyder (1987), p. 99: standard parallels one sixth of the range of latitudes inside its ends.
_INSET = 1.0 / 6.0

# An error names this many rows.
_ROWS_NAMED = 5


@record
class Plane:
    """The plane in which a result was computed.

    Attributes
    ----------
    definition : str
        The projected CRS as WKT.
    metres : float
        Metres per unit of the result.
    told : str
        The projection in words.
    """

    definition: str
    metres: float
    told: str

    def degrees(self, x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return longitude and latitude of places in the plane, given in the unit of the result."""
        import pyproj

        plane = pyproj.CRS.from_wkt(self.definition)
        back = pyproj.Transformer.from_crs(plane, plane.geodetic_crs, always_xy=True)
        factor = self.metres / _metres_per_unit(plane)
        longitude, latitude = back.transform(np.asarray(x) * factor, np.asarray(y) * factor)
        return np.asarray(longitude), np.asarray(latitude)


def geodesic(plane: Plane, start: Any, end: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return length, in the unit of the result, and initial bearing of the shortest lines on the ellipsoid.

    `start` and `end` are pairs of longitudes and latitudes; bearings are in [0, 360), NaN where the line is a point.
    """
    import pyproj

    geod: Any = pyproj.CRS.from_wkt(plane.definition).get_geod()
    forward, _, metres = geod.inv(*start, *end)
    bearing = np.where(np.asarray(metres) > 0.0, np.mod(forward, 360.0), np.nan)
    return np.asarray(metres) / plane.metres, bearing


def needs(package: str, what: str, extra: str) -> RegiometricsError:
    """Return the error for a package that is not installed."""
    return RegiometricsError(f"{what} needs {package}, which is not installed: pip install 'regiometrics[{extra}]'")


def refuse_degrees(names: tuple[str, str], x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """Refuse columns of degrees that no CRS was given for, and warn of numbers that may be degrees.

    Raises
    ------
    InvalidInputError
        If the numbers fit and the columns are called so.
    """
    if np.abs(x).max() > 180.0 or np.abs(y).max() > 90.0:
        return
    advice = "pass crs='EPSG:4326' (or 'EPSG:4490' for CGCS2000), or crs='planar' if they are plane coordinates"
    if all(called_degrees(names)):
        raise InvalidInputError(f"columns {names[0]!r} and {names[1]!r} hold longitude and latitude; {advice}")
    text = f"{names[0]!r} and {names[1]!r} could be longitude and latitude in degrees; {advice}"
    # Four levels up is the line that called the public function.
    warnings.warn(text, RegiometricsWarning, stacklevel=4)


def called_degrees(names: tuple[str, str]) -> tuple[bool, bool]:
    """Return whether the first name says longitude, and whether the second says latitude."""
    return _is_called(names[0], _LONGITUDES), _is_called(names[1], _LATITUDES)


def _is_called(name: str, words: tuple[str, ...]) -> bool:
    text = name.lower()
    parts = text.replace("-", "_").replace(" ", "_").split("_")
    return any(word in parts or (not word.isascii() and word in text) for word in words)


def open_plane(
    table: InputTable, crs: Any, projection: Any, unit: str
) -> tuple[Plane, NDArray[np.float64], NDArray[np.float64]]:
    """Return the plane to compute in, and the columns `x` and `y` of the table in it, in `unit`.

    Raises
    ------
    InvalidInputError
        For an unknown CRS or projection, and coordinates that are not of the CRS: with the column and the rows.
    RegiometricsError
        If pyproj is not installed.
    """
    try:
        import pyproj
    except ImportError:
        raise needs("pyproj", "crs=", "spatial") from None
    x, y = table.numbers("x"), table.numbers("y")
    given = _crs("crs", crs)
    if given.is_geographic:
        _refuse_beyond(table, "x", np.abs(x) > 360.0, "longitude is beyond 360 degrees")
        _refuse_beyond(
            table, "y", np.abs(y) > 90.0, "latitude is beyond 90 degrees; are x and y in each other's place?"
        )
        plane, told = _projection(given, "azimuthal_equal_area" if projection is None else projection, x, y)
    elif given.is_projected:
        plane, told = (given, given.name) if projection is None else _reprojection(table, given, projection, x, y)
    else:
        raise InvalidInputError(f"crs is {given.name!r}, which is neither geographic nor projected")
    if plane != given:
        forward = pyproj.Transformer.from_crs(given, plane, always_xy=True)
        x, y = (np.asarray(each, dtype=np.float64) for each in forward.transform(x, y))
        lost = ~(np.isfinite(x) & np.isfinite(y))
        _refuse_beyond(table, "x", lost, f"with column {table.name('y')!r} lies outside what {told} can show")
    if (
        "Mercator" in plane.coordinate_operation.method_name
        and "Transverse" not in plane.coordinate_operation.method_name
    ):
        text = f"{told} stretches lengths away from the equator; pass projection='azimuthal_equal_area'"
        warnings.warn(text, RegiometricsWarning, stacklevel=4)
    metres = METRES[unit]
    factor = _metres_per_unit(plane) / metres
    return Plane(definition=plane.to_wkt(), metres=metres, told=told), x * factor, y * factor


def _crs(name: str, crs: Any) -> Any:
    import pyproj

    try:
        return pyproj.CRS.from_user_input(crs)
    except (pyproj.exceptions.CRSError, TypeError, ValueError) as error:
        raise InvalidInputError(f"{name} {shown(crs)} is not known to pyproj: {error}") from None


def _reprojection(table: InputTable, given: Any, projection: Any, x: Any, y: Any) -> tuple[Any, str]:
    import pyproj

    geographic = given.geodetic_crs
    degrees = pyproj.Transformer.from_crs(given, geographic, always_xy=True).transform(x, y)
    lost = ~(np.isfinite(degrees[0]) & np.isfinite(degrees[1]))
    _refuse_beyond(table, "x", lost, f"with column {table.name('y')!r} lies outside what {given.name} can show")
    return _projection(geographic, projection, *map(np.asarray, degrees))


def _projection(geographic: Any, projection: Any, longitude: Any, latitude: Any) -> tuple[Any, str]:
    """Return a projection by name, centred on the data where its name says no centre, and what it is called."""
    from pyproj.crs import ProjectedCRS, coordinate_operation

    conversion: Any
    # Other objects may not even say whether they are equal to a text.
    name = projection if isinstance(projection, str) else ""
    if name == "azimuthal_equal_area":
        lon, lat = _centre(longitude, latitude)
        conversion = coordinate_operation.LambertAzimuthalEqualAreaConversion(lat, lon)
        told = f"Lambert's azimuthal equal-area projection centred on {_place(lon, lat)}"
    elif name in ("albers", "albers_china"):
        if name == "albers_china":
            lon, lat, first, second = 105.0, 0.0, 25.0, 47.0
        else:
            (lon, lat), (first, second) = _centre(longitude, latitude), _parallels(latitude)
        conversion = coordinate_operation.AlbersEqualAreaConversion(first, second, lat, lon)
        parallels = f"standard parallels {_latitude(first)} and {_latitude(second)}"
        told = f"Albers' equal-area conic projection, {parallels}, origin {_place(lon, lat)}"
    else:
        plane = _crs("projection", projection)
        if not plane.is_projected:
            names = ", ".join(map(repr, _NAMED))
            raise InvalidInputError(f"projection must be {names} or a projected CRS, and {plane.name!r} is not one")
        return plane, str(plane.name)
    return ProjectedCRS(conversion, name=told, geodetic_crs=geographic), told


def _centre(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> tuple[float, float]:
    """Return the middle of the points on the sphere, which the line of 180° does not cut."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    east, north = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon)
    middle = np.array([east.mean(), north.mean(), np.sin(lat).mean()])
    if np.hypot(*middle[:2]) + abs(middle[2]) < 1e-6:
        raise InvalidInputError("the points lie all around the Earth and have no centre; name a projected CRS")
    centre = np.degrees([np.arctan2(middle[1], middle[0]), np.arctan2(middle[2], np.hypot(middle[0], middle[1]))])
    return round(float(centre[0]), _DECIMALS), round(float(centre[1]), _DECIMALS)


def _parallels(latitude: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(latitude.min()), float(latitude.max())
    first, second = (round(end, _DECIMALS) for end in (low + _INSET * (high - low), high - _INSET * (high - low)))
    if abs(first + second) < 1.0:
        raise InvalidInputError(
            "the points lie on both sides of the equator, which no cone fits; use another projection"
        )
    return first, second


def _latitude(degrees: float) -> str:
    return f"{abs(degrees):g}° {'N' if degrees >= 0.0 else 'S'}"


def _place(lon: float, lat: float) -> str:
    return f"{_latitude(lat)}, {abs(lon):g}° {'E' if lon >= 0.0 else 'W'}"


def _metres_per_unit(plane: Any) -> float:
    return float(plane.axis_info[0].unit_conversion_factor)


def _refuse_beyond(table: InputTable, role: str, wrong: NDArray[np.bool_], what: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows) == 0:
        return
    rows = rows if table.positions is None else table.positions[rows]
    named = ", ".join(map(str, rows[:_ROWS_NAMED])) + (
        f" (and {len(rows) - _ROWS_NAMED} more)" if len(rows) > 5 else ""
    )
    error = InvalidInputError(f"column {table.name(role)!r}, row {named}: {what}")
    error.name, error.row = table.name(role), int(rows[0])
    raise error
