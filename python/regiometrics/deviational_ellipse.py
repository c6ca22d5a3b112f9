"""The standard deviational ellipse and the migration of the centre."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from . import _core
from ._call import call
from ._input import read
from ._labels import Labels
from ._options import choice, count
from ._projection import METRES, PLANAR, Plane, geodesic, open_plane, refuse_degrees
from ._record import record
from ._result import Result
from ._tables import Frame, label_text, make_frame, to_pandas
from .errors import InvalidInputError, RegiometricsWarning

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DeviationalEllipse", "deviational_ellipse"]

_CORRECTIONS = ("sqrt2", "none", "sqrt2_df")
_FACTORS = {
    "sqrt2": "standard deviations times √2",
    "none": "standard deviations",
    "sqrt2_df": "standard deviations times √(2 n/(n − 2))",
}
_DAYS_OF_A_YEAR = 365.2425


@record
class DeviationalEllipse(Result):
    """Ellipses and centres by period, and how the centres move.

    The column `time` is absent where no `time` was given, `group` where no `group` was; `center_longitude` and
    `center_latitude` where no CRS was. Tables are frames of the caller's library.

    Attributes
    ----------
    table : frame
        `time`, `group`; `n` (points that have weight); the weighted mean centre `center_x`, `center_y`, in the plane
        and in `unit`, and `center_longitude`, `center_latitude` in degrees; the half axes `semi_major` and
        `semi_minor`; `azimuth` of the major axis, degrees clockwise from the north of the plane, in [0, 180), NaN
        for a circle; `flattening` (a − b)/a; `perimeter`; `area`, in squares of `unit`; `share_inside`, the fraction
        of the weight inside the ellipse or on it.
    shifts : frame
        `group`; `from` and `to`, each period and the next in which the group has points; `distance` between the
        centres, `bearing` in degrees clockwise from north, in [0, 360), NaN for a centre that stays; `elapsed` time
        and `speed` = `distance` / `elapsed` (NaN if periods are neither numbers nor dates). With a CRS, length and
        initial bearing of the geodesic on its ellipsoid.
    correction : str
        As given.
    unit : str
        "km" or "m"; "coordinates" where no CRS was given: the unit of `x` and `y`.
    plane : str or None
        The projected CRS in which the ellipses are, as WKT; None where no CRS was given.
    n_dropped : int
        Rows left out because a value was missing.
    n_zero_weight : int
        Rows left out because their weight is zero.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    shifts: Frame
    correction: str
    unit: str
    plane: str | None
    n_dropped: int
    n_zero_weight: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "deviational_ellipse"
    _tables: ClassVar[tuple[str, ...]] = ("table", "shifts")
    _shown: ClassVar[tuple[str, ...]] = ("table", "shifts")

    def _heading(self, table: str) -> str:
        return {"table": "ellipses"}.get(table, table)

    def outlines(self, n: int = 360) -> Frame:
        """Return points along the ellipses, to draw them or to hand them to a GIS.

        The points run clockwise from the end of the major axis and back to it: `time`, `group`, `x` and `y` in the
        plane and in `unit`, and with a CRS `longitude` and `latitude`.

        Parameters
        ----------
        n : int
            Steps along each ellipse, at equal steps of the eccentric angle.
        """
        steps = count("n", n, least=3, most=1_000_000)
        rows, backend = to_pandas(self.table), _backend(self.table)
        names = ("center_x", "center_y", "semi_major", "semi_minor", "azimuth")
        x, y = call(_core.ellipse_outlines, *(rows[name].to_numpy(dtype=np.float64) for name in names), steps)
        columns: dict[str, Any] = {name: _repeated(self.table, name, steps + 1) for name in rows if name in _KEYS}
        columns |= {"x": x, "y": y}
        if self.plane is not None:
            plane = Plane(definition=self.plane, metres=METRES[self.unit], told="")
            columns["longitude"], columns["latitude"] = plane.degrees(x, y)
        return make_frame(backend, columns)


_KEYS = ("time", "group")


def _backend(frame: Frame) -> Any:
    import narwhals as nw

    return nw.from_native(frame, eager_only=True).implementation


def _repeated(frame: Frame, name: str, times: int) -> Any:
    import narwhals as nw

    column = nw.from_native(frame, eager_only=True)[name]
    taken = column[np.repeat(np.arange(len(column)), times)]
    return taken.to_native().array if taken.implementation.is_pandas() else taken


def deviational_ellipse(
    data: Any,
    *,
    x: Any,
    y: Any,
    weight: Any = None,
    time: Any = None,
    group: Any = None,
    crs: Any = None,
    projection: Any = None,
    unit: str | None = None,
    correction: str = "sqrt2",
    missing: str = "error",
) -> DeviationalEllipse:
    r"""Describe where weighted points lie, how far and in which direction they spread, and how that moves over time.

    With the weighted mean centre :math:`(\bar x, \bar y)`, W = Σ w and s the covariances about it divided by W, the
    major axis has the azimuth :math:`\theta`, and the half axes are the standard deviations along and across it times
    the factor k of the correction:

    .. math::

        \tan 2\theta = \frac{2 s_{xy}}{s_{yy} - s_{xx}}, \\
        a = k \sqrt{\tfrac1W \textstyle\sum_i w_i (\Delta x_i \sin\theta + \Delta y_i \cos\theta)^2}, \\
        b = k \sqrt{\tfrac1W \textstyle\sum_i w_i (\Delta x_i \cos\theta - \Delta y_i \sin\theta)^2}

    The perimeter is the complete elliptic integral 4 a E(e), the area π a b.

    Parameters
    ----------
    data : data frame or None
        One row per point and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    x, y : str or array
        Coordinates: east and north in a plane, or longitude and latitude in degrees with a geographic `crs`.
    weight : str or array, optional
        Weight of each point, for example its product; zero or more. Rows of weight zero are left out and counted.
    time : str or array, optional
        Period of each row; each has its own ellipse, and the centre moves from one to the next.
    group : str or array, optional
        Group of each row (region, sector); each has its own ellipses and its own moving centre.
    crs : str, int or pyproj.CRS, optional
        What the coordinates are, in any form that pyproj takes: "EPSG:4326" or "EPSG:4490" for longitude and
        latitude, or a projected CRS. "planar" says that they are plane coordinates of no known CRS. Without it they
        are taken to be that, unless their names say that they are degrees. Needs pyproj (extra "spatial").
    projection : str, int or pyproj.CRS, optional
        The plane to compute in, with a `crs`. "azimuthal_equal_area" (Lambert's, centred on the data; what longitude
        and latitude get without it), "albers" (equal-area conic, centred on the data, standard parallels one sixth
        inside its range of latitudes), "albers_china" (standard parallels 25° and 47° N, central meridian 105° E), or
        any projected CRS. Without it a projected `crs` is computed in as it is.
    unit : {"km", "m"}, optional
        Unit of all lengths, and squared of areas, with a `crs`; kilometres without it. Without a `crs` the unit is
        that of the coordinates.
    correction : {"sqrt2", "none", "sqrt2_df"}
        The factor k. "sqrt2": √2, as in ArcGIS (Yuill 1971); of normally distributed points 63.2 % lie inside.
        "none": 1, as first proposed (Lefever 1926); 39.3 % inside (Wang, Shi and Miao 2015; see also Gong 2002).
        "sqrt2_df": √(2 n/(n − 2)), as in CrimeStat (Levine), where n is the number of points that have weight, so
        that the scale of the weights does not matter; n of 3 or more.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.

    Returns
    -------
    DeviationalEllipse
        Tables `table` and `shifts`; `outlines()` for the curves.

    Raises
    ------
    InvalidInputError
        A period (and group) without weight, or whose points all stand in one place; two points with "sqrt2_df";
        degrees without a CRS; coordinates beyond the CRS; periods whose order is not that of time; negative weights,
        missing or infinite values, text: with the column and the first rows, or the period.

    Warns
    -----
    RegiometricsWarning
        If the points of a period lie on a line: the minor axis and the area are zero, the flattening is one, the
        perimeter twice the length. If plane coordinates are such as degrees would be.

    Notes
    -----
    Azimuths are measured from the direction of y in the plane, which is true north on the central meridian only; the
    bearings of shifts on a geodesic are from true north. Axes that are equal up to rounding have no direction:
    `azimuth` is NaN. A repeated point counts as often as it is there; the order of the rows does not matter.

    Speed is distance per unit of `time` if that is a number (or text that reads as one), per year of 365.2425 days
    if it is a date, and NaN otherwise.

    References
    ----------
    Gong, J. (2002). Clarifying the standard deviational ellipse. Geographical Analysis 34, 155–167.
    https://doi.org/10.1111/j.1538-4632.2002.tb01082.x

    Lefever, D. W. (1926). Measuring geographic concentration by means of the standard deviational ellipse. American
    Journal of Sociology 32, 88–94. https://doi.org/10.1086/214027

    Levine, N. CrimeStat: a spatial statistics program for the analysis of crime incident locations, ch. 4.

    Wang, B., Shi, W. and Miao, Z. (2015). Confidence analysis of standard deviational ellipse and its extension into
    higher dimensional Euclidean space. PLoS ONE 10, e0118537. https://doi.org/10.1371/journal.pone.0118537

    Yuill, R. S. (1971). The standard deviational ellipse: an updated tool for spatial description. Geografiska Annaler
    B 53, 28–39. https://doi.org/10.2307/490885

    Examples
    --------
    Four points at the ends of two axes have these axes: half lengths 3 to the north and 2 to the east.

    >>> import regiometrics as rgm
    >>> result = rgm.deviational_ellipse(None, x=[0, 0, 2, -2], y=[3, -3, 0, 0], crs="planar")
    >>> result.table.round(4).loc[0, ["semi_major", "semi_minor", "azimuth", "perimeter"]].to_list()
    [3.0, 2.0, 0.0, 15.8654]
    """
    choice("correction", correction, _CORRECTIONS)
    table = read(data, missing=missing, x=x, y=y, weight=weight, time=time, group=group)
    weights = table.optional_numbers("weight")
    known, eastings, northings = _coordinates(table, crs, projection, unit)
    cells = table.keys("time", "group")
    core = call(
        _core.deviational_ellipse,
        eastings,
        northings,
        weights,
        cells.codes,
        len(cells),
        correction,
        columns=table.names(x="x", y="y", weights="weight"),
        rows=table.positions,
        periods=cells,
    )
    roles = [role for role in _KEYS if role in table.columns]
    parts = dict(zip(roles, cells.parts, strict=True))
    keys = {role: labels.take(codes) for role, (labels, codes) in parts.items()}
    degrees = {} if known is None else _degrees(table, known, core)
    rest = np.array([core.pop("rest_x"), core.pop("rest_y")])
    measures = {name: core[name] for name in core if name not in ("n", "center_x", "center_y")}
    columns = {name: core[name] for name in ("n", "center_x", "center_y")} | degrees | measures
    n_zero_weight = 0 if weights is None else int((weights == 0.0).sum())
    shifts, notes = _shifts(parts, columns, rest, known)
    notes = _notes(core, correction, known, table.n_dropped, n_zero_weight) + notes
    return DeviationalEllipse(
        table=make_frame(table.backend, keys | columns),
        shifts=make_frame(table.backend, shifts),
        correction=correction,
        unit="coordinates" if known is None else {1.0: "m", 1000.0: "km"}[known.metres],
        plane=None if known is None else known.definition,
        n_dropped=table.n_dropped,
        n_zero_weight=n_zero_weight,
        notes=tuple(notes),
    )


def _coordinates(
    table: Any, crs: Any, projection: Any, unit: Any
) -> tuple[Plane | None, NDArray[np.float64], NDArray[np.float64]]:
    if crs is not None and not (isinstance(crs, str) and crs == PLANAR):
        return open_plane(table, crs, projection, choice("unit", "km" if unit is None else unit, tuple(METRES)))
    for name, value in (("projection", projection), ("unit", unit)):
        if value is not None:
            raise InvalidInputError(f"{name} needs a crs, which says what the coordinates are")
    x, y = table.numbers("x"), table.numbers("y")
    if crs is None:
        refuse_degrees((table.name("x"), table.name("y")), x, y)
    return None, x, y


def _degrees(table: Any, known: Plane, core: dict[str, Any]) -> dict[str, Any]:
    longitude, latitude = known.degrees(core["center_x"], core["center_y"])
    if not (np.isfinite(longitude).all() and np.isfinite(latitude).all()):
        columns = f"{table.name('x')!r} and {table.name('y')!r}"
        raise InvalidInputError(
            f"the centre of columns {columns} lies outside what {known.told} can show; are they coordinates in it?"
        )
    return {"center_longitude": longitude, "center_latitude": latitude}


def _shifts(
    parts: dict[str, tuple[Labels, NDArray[np.uint32]]], columns: dict[str, Any], rest: Any, known: Plane | None
) -> tuple[dict[str, Any], list[str]]:
    """Return the steps of each centre from period to period; `rest` is what centres have beyond their doubles."""
    nothing = np.zeros(0)
    if "time" not in parts:
        return dict.fromkeys(("from", "to", "distance", "bearing", "elapsed", "speed"), nothing), []
    periods, period = parts["time"]
    group = parts["group"][1] if "group" in parts else np.zeros(len(period), dtype=np.uint32)
    order = np.lexsort((period, group))
    is_step = group[order][1:] == group[order][:-1]
    start, end = order[:-1][is_step], order[1:][is_step]
    when, notes = _moments(periods)
    elapsed = when[period[end]] - when[period[start]]
    if known is None:
        centre = np.array([columns["center_x"], columns["center_y"]])
        east, north = centre[:, end] - centre[:, start] + (rest[:, end] - rest[:, start])
        distance = np.hypot(east, north)
        bearing = np.where(distance > 0.0, np.mod(np.degrees(np.arctan2(east, north)), 360.0), np.nan)
    else:
        places = columns["center_longitude"], columns["center_latitude"]
        distance, bearing = geodesic(known, *([place[rows] for place in places] for rows in (start, end)))
    steps: dict[str, Any] = {"group": parts["group"][0].take(group[start])} if "group" in parts else {}
    steps |= {"from": periods.take(period[start]), "to": periods.take(period[end])}
    return steps | {"distance": distance, "bearing": bearing, "elapsed": elapsed, "speed": distance / elapsed}, notes


def _moments(periods: Labels) -> tuple[NDArray[np.float64], list[str]]:
    """Return the periods as numbers, years for dates; NaN with a note if they are neither.

    Raises
    ------
    InvalidInputError
        If they do not rise.
    """
    import pandas as pd

    labels = periods.to_list()
    when: NDArray[np.float64]
    if all(hasattr(label, "toordinal") for label in labels):
        stamps = pd.to_datetime(pd.Series(labels), utc=True)
        seconds = np.asarray((stamps - stamps.iloc[0]).dt.total_seconds(), dtype=np.float64)
        when = np.asarray(seconds / (86_400.0 * _DAYS_OF_A_YEAR), dtype=np.float64)
    else:
        # As objects: text of pandas cannot hold half a character.
        texts = pd.Series([str(label) for label in labels], dtype=object)
        when = np.asarray(pd.to_numeric(texts, errors="coerce"), dtype=np.float64)
    if not np.isfinite(when).all():
        note = f"{periods.name!r} holds neither numbers nor dates: shifts have no speed."
        return np.full(len(labels), np.nan), [note] if len(labels) > 1 else []
    back = np.flatnonzero(np.diff(when) <= 0.0)
    if len(back):
        first, second = (label_text(labels[position]) for position in (back[0], back[0] + 1))
        raise InvalidInputError(
            f"column {periods.name!r} puts {first} before {second}, which is not the order of time; "
            "give the periods as numbers or dates, or as categories in their order"
        )
    return when, []


def _notes(core: dict[str, Any], correction: str, known: Plane | None, n_dropped: int, n_zero_weight: int) -> list[str]:
    unit = "the coordinates" if known is None else {1.0: "metres", 1000.0: "kilometres"}[known.metres]
    notes = [f"Half axes: {_FACTORS[correction]}. Lengths are in the unit of {unit}, areas in its square."]
    if known is not None:
        notes[0] = f"Half axes: {_FACTORS[correction]}. Lengths are in {unit}, areas in square {unit}."
        notes.append(f"Computed in {known.told}; shifts are geodesics.")
    n_lines, n_circles = int((core["semi_minor"] == 0.0).sum()), int(np.isnan(core["azimuth"]).sum())
    if n_lines:
        notes.append(f"{n_lines} ellipse(s) of points on a line: no minor axis, no area.")
        warnings.warn(notes[-1], RegiometricsWarning, stacklevel=3)
    if n_circles:
        notes.append(f"{n_circles} ellipse(s) with equal axes have no azimuth.")
    if n_dropped:
        notes.append(f"{n_dropped} row(s) with missing values left out.")
    if n_zero_weight:
        notes.append(f"{n_zero_weight} row(s) of weight zero left out.")
    return notes
