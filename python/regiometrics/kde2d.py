"""Density of points in the plane."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._densities import KERNELS, cell_columns, cell_keys, cells_named, number_pair, positive
from ._input import InputTable, read
from ._options import amount, choice, count
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame
from .errors import InvalidInputError, RegiometricsWarning

__all__ = ["KernelDensity2d", "kde2d"]

_RULES = ("scott", "normal_reference")


@record
class KernelDensity2d(Result):
    """Densities of points in the plane, one for each period, on one common grid.

    The column `time` is absent where no `time` was given. Tables are frames of the caller's library.

    Attributes
    ----------
    grid : frame
        `time`, `x`, `y`, `density` (per unit of area of the coordinates), y running fastest.
    summary_table : frame
        `time`, `n` (points of weight above zero), `n_effective` ((Σw)²/Σw²), `bandwidth_x`, `bandwidth_y` (standard
        deviations of the kernel), `mass` (probability inside the grid; in the plane it is 1).
    x_name, y_name : str
        Names of the coordinates.
    grid_size : tuple of int
        Places in x and y.
    kernel, rule : str
        The kernel, and the rule for bandwidths ("fixed" if numbers were given).
    n_dropped : int
        Rows left out because a value was missing.
    n_zero_weight : int
        Rows left out because their weight is zero.
    notes : tuple of str
        What should be known about the numbers.
    """

    grid: Frame
    summary_table: Frame
    x_name: str
    y_name: str
    grid_size: tuple[int, int]
    kernel: str
    rule: str
    n_dropped: int
    n_zero_weight: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "kde2d"
    _tables: ClassVar[tuple[str, ...]] = ("grid", "summary_table")
    _shown: ClassVar[tuple[str, ...]] = ("summary_table",)

    def _heading(self, table: str) -> str:
        return {"summary_table": "densities", "grid": "density_grid"}.get(table, table)


def kde2d(
    data: Any,
    *,
    x: Any,
    y: Any,
    weight: Any = None,
    time: Any = None,
    kernel: str = "gaussian",
    bandwidth: Any = "scott",
    grid_size: Any = 128,
    cut: float = 3.0,
    missing: str = "error",
    progress: bool = False,
) -> KernelDensity2d:
    r"""Estimate the density of points in the plane, one for each period, on one common grid.

    .. math::

        f(x, y) = \frac{1}{W h_x h_y} \sum_i w_i K\!\left(\frac{x - x_i}{h_x}\right)
        K\!\left(\frac{y - y_i}{h_y}\right)

    Every point is evaluated by this formula at the places within its reach. Cost: O(n · places within reach).

    Parameters
    ----------
    data : data frame or None
        One row per point and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    x, y : str or array
        Coordinates of a projection, in metres for example. Degrees are no distances: project them first.
    weight : str or array, optional
        Weight of each point, for example population; zero or more. Points of weight zero are left out and counted.
    time : str or array, optional
        Period of each row; each has a density of its own.
    kernel : {"gaussian", "epanechnikov", "biweight", "triweight", "triangular", "uniform", "cosine"}
        The kernel of each coordinate; the kernel of the plane is their product.
    bandwidth : str, float or pair of float
        Standard deviation of the kernel in units of the coordinates, the same for both or one for each, or the rule
        that chooses it for each coordinate, with n the (effective) number of points:

        - ``"scott"``: sd n^(−1/6), as scipy's ``gaussian_kde`` along the axes;
        - ``"normal_reference"``: 1.06 min(sd, IQR/1.34) n^(−1/5), a quarter of MASS's ``bandwidth.nrd``, which is
          what its ``kde2d`` smooths by.
    grid_size : int or pair of int
        Places of the grid in both directions, or in x and in y.
    cut : float
        How many bandwidths the grid reaches beyond the outermost points.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.
    progress : bool
        Show a progress bar.

    Returns
    -------
    KernelDensity2d
        Tables `grid` and `summary_table`.

    Raises
    ------
    InvalidInputError
        Infinite coordinates, missing ones unless dropped, negative weights, text, unknown columns, options out of
        range; a period without weight, or whose points lie on one line along an axis where a rule is to choose the
        bandwidth.

    Warns
    -----
    RegiometricsWarning
        If quartiles of a coordinate coincide, so that its standard deviation alone stands in the rule.

    Notes
    -----
    There is no bound of the area: mass that the kernel puts beyond a coast or border stays there.

    References
    ----------
    Scott, D. W. (1992). Multivariate Density Estimation. Wiley, eq. 6.42.

    Venables, W. N. and Ripley, B. D. (2002). Modern Applied Statistics with S, 4th ed. Springer, section 5.6.

    Examples
    --------
    One point: the density at its place is 1/(2π h²), here with h = 1.

    >>> import regiometrics as rgm
    >>> result = rgm.kde2d(None, x=[0.0], y=[0.0], bandwidth=1.0, grid_size=7)
    >>> round(float(result.grid["density"].max()), 6)
    0.159155
    """
    choice("kernel", kernel, KERNELS)
    rule, numbers = _bandwidth(bandwidth)
    sizes = number_pair("grid_size", grid_size)
    size = (count("grid_size", sizes[0], least=2, most=2**13), count("grid_size", sizes[1], least=2, most=2**13))
    cut = amount("cut", cut)
    table = read(data, missing=missing, x=x, y=y, weight=weight, time=time)
    weights, keys = table.optional_numbers("weight"), cell_keys(table)
    core = call(
        _core.kde2d,
        _within_range(table, "x"),
        _within_range(table, "y"),
        weights,
        None if keys is None else keys.codes,
        1 if keys is None else len(keys),
        kernel,
        rule,
        numbers,
        size,
        cut,
        columns=table.names(x="x", y="y", weights="weight"),
        rows=table.positions,
        periods=keys,
        progress=progress,
    )
    summary = dict(core["summary"])
    no_quartiles = np.flatnonzero(summary.pop("no_quartiles"))
    n_zero_weight = 0 if weights is None else int((weights == 0.0).sum())
    notes = [_method_note(kernel, rule)]
    if len(no_quartiles):
        what = "the quartiles of a coordinate coincide: its standard deviation alone stands in the rule"
        notes.append(f"{what}{cells_named(keys, no_quartiles)}.")
        warnings.warn(notes[-1], RegiometricsWarning, stacklevel=2)
    if table.n_dropped:
        notes.append(f"{table.n_dropped} row(s) with missing values left out.")
    if n_zero_weight:
        notes.append(f"{n_zero_weight} row(s) of weight zero left out.")
    cells = np.arange(len(summary["n"]))
    places = {
        "x": np.tile(np.repeat(core["x"], size[1]), len(cells)),
        "y": np.tile(core["y"], len(cells) * size[0]),
        "density": core["density"],
    }
    of_place = np.repeat(cells, size[0] * size[1])
    return KernelDensity2d(
        grid=make_frame(table.backend, cell_columns(table, keys, of_place) | places),
        summary_table=make_frame(table.backend, cell_columns(table, keys, cells) | summary),
        x_name=table.name("x"),
        y_name=table.name("y"),
        grid_size=size,
        kernel=kernel,
        rule=rule,
        n_dropped=table.n_dropped,
        n_zero_weight=n_zero_weight,
        notes=tuple(notes),
    )


def _bandwidth(bandwidth: Any) -> tuple[str, tuple[float, float]]:
    if isinstance(bandwidth, str):
        if bandwidth not in _RULES:
            names = ", ".join(repr(each) for each in _RULES)
            raise InvalidInputError(f"bandwidth must be one of {names}, or one or two numbers, not {bandwidth!r}")
        return bandwidth, (0.0, 0.0)
    words = "the name of a rule, or one or two numbers above zero"
    x, y = number_pair("bandwidth", bandwidth)
    return "fixed", (positive("bandwidth", x, words), positive("bandwidth", y, words))


def _method_note(kernel: str, rule: str) -> str:
    how = "given" if rule == "fixed" else f"by the rule '{rule}' for each coordinate"
    return f"Kernel: product of {kernel} kernels; bandwidths {how}, as their standard deviations."


def _within_range(table: InputTable, role: str) -> NDArray[np.float64]:
    """Return coordinates whose common grid can be laid."""
    values = table.numbers(role)
    with np.errstate(over="ignore"):
        is_finite = np.isfinite(values.max() - values.min())
    if not is_finite:
        raise InvalidInputError(f"the range of column {table.name(role)!r} is beyond double precision; rescale it")
    return values
