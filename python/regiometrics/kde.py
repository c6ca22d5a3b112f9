"""Kernel density estimation, period by period and group by group, on one common grid."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from . import _core
from ._call import call
from ._densities import KERNELS, cell_columns, cell_keys, cells_named, rule_or_number
from ._input import read
from ._options import amount, choice, count, fraction, seed_or_draw, shown
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame
from .errors import InvalidInputError, RegiometricsWarning

if TYPE_CHECKING:
    from ._labels import Keys

__all__ = ["KernelDensity", "kde"]

_RULES = ("silverman", "scott", "normal_reference", "isj", "cv_ml", "cv_ls")

# By the numbers of `Remark` in the kernel.
_REMARKS = {
    1: "half of the values and more are equal, so that the interquartile range is zero: the standard deviation alone "
    "stands in the rule",
    2: "the equation of 'isj' has no root: the bandwidth is that of 'silverman'",
    3: "cross-validation has no minimum within its range: the bandwidth is that of 'silverman'",
    4: "ties let the criterion of cross-validation fall without end as the bandwidth goes to zero: the bandwidth is "
    "its largest local minimum",
}


@record
class KernelDensity(Result):
    """Densities of every period and group on one common grid, and their modes.

    The columns `time` and `group` are absent where none was given. Tables are frames of the caller's library.

    Attributes
    ----------
    curves : frame
        `time`, `group`, `x`, `density`; with bootstrap also `low` and `high`, the ends of the pointwise band.
    summary_table : frame
        `time`, `group`, `n` (values of weight above zero), `n_effective` ((Σw)²/Σw², Kish's effective size),
        `bandwidth` (standard deviation of the kernel), `error_bound` (bound of the error of `density`, relative to the
        peak), `mass` (probability between the ends of the grid; between −∞ and ∞, or within the support, it is 1),
        `n_modes`; with Silverman's test also `critical_bandwidth` and `p_value`.
    modes : frame
        `time`, `group`, `mode` (1, 2, … from the left), `position`, `height`, `prominence` (height above the higher of
        the lowest points towards a higher mode, or the end, on both sides), `width` (between the points half the
        prominence below the top), `share` (probability between the valleys on both sides).
    value : str
        Name of the variable.
    kernel, rule : str
        The kernel, and the rule for bandwidths ("fixed" if a number was given).
    bootstrap : int
        Resamples behind the bands; 0 if there are none.
    confidence : float
        Level of the bands.
    silverman_test : int
        Samples behind the p-values; 0 if there are none.
    null_modes : int
        Number of modes that the test supposes.
    seed : int or None
        Seed of bootstrap and test, drawn if none was given; None without either.
    n_dropped : int
        Rows left out because a value was missing.
    n_zero_weight : int
        Rows left out because their weight is zero.
    notes : tuple of str
        What should be known about the numbers.
    """

    curves: Frame
    summary_table: Frame
    modes: Frame
    value: str
    kernel: str
    rule: str
    bootstrap: int
    confidence: float
    silverman_test: int
    null_modes: int
    seed: int | None
    n_dropped: int
    n_zero_weight: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "kde"
    _tables: ClassVar[tuple[str, ...]] = ("curves", "summary_table", "modes")
    _shown: ClassVar[tuple[str, ...]] = ("summary_table", "modes")

    def _heading(self, table: str) -> str:
        return {"summary_table": "densities", "modes": "peaks"}.get(table, table)


def kde(
    data: Any,
    value: Any,
    *,
    time: Any = None,
    group: Any = None,
    weight: Any = None,
    kernel: str = "gaussian",
    bandwidth: Any = "silverman",
    grid_size: int = 512,
    cut: float = 3.0,
    support: Any = None,
    tolerance: float = 1e-6,
    bootstrap: int = 0,
    confidence: float = 0.95,
    silverman_test: int = 0,
    null_modes: int = 1,
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> KernelDensity:
    r"""Estimate densities by kernels, one for each period and group, on one common grid.

    .. math:: f(x) = \frac{1}{W h} \sum_i w_i K\!\left(\frac{x - x_i}{h}\right)

    with W the sum of weights, and every kernel K scaled to a standard deviation of one, so that a bandwidth h means the
    same smoothing for all kernels. Up to half a million terms (values × grid points) are evaluated by this formula.
    More values are counted in narrow bins with their moments, which costs one pass over the values and keeps the error
    below `tolerance`; the bound that holds is in the result.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable, any finite numbers.
    time, group : str or array, optional
        Period and group (region) of each row; each combination that occurs has a density of its own.
    weight : str or array, optional
        Weight of each row, for example population; zero or more. Rows of weight zero are left out and counted.
    kernel : {"gaussian", "epanechnikov", "biweight", "triweight", "triangular", "uniform", "cosine"}
        The kernel.
    bandwidth : str or float
        Standard deviation of the kernel in units of the variable, or the rule that chooses it for each density, with
        n the (effective) number of values and IQR the distance of the quartiles:

        - ``"silverman"``: 0.9 min(sd, IQR/1.34) n^(−1/5), as R's ``bw.nrd0``;
        - ``"scott"``: sd n^(−1/5), as scipy's ``"scott"``;
        - ``"normal_reference"``: 1.06 min(sd, IQR/1.34) n^(−1/5), as R's ``bw.nrd``;
        - ``"isj"``: improved Sheather–Jones of Botev et al. (2010), for several modes;
        - ``"cv_ml"``, ``"cv_ls"``: leave-one-out likelihood and least squares of the Gaussian density, at the largest
          local minimum of the criterion.
    grid_size : int
        Points of the grid.
    cut : float
        How many bandwidths the grid reaches beyond the smallest and largest value.
    support : pair of float, optional
        Where the variable can lie, as ``(0, None)`` for what is never negative. Densities are reflected at the bounds
        that they touch, and the grid ends there.
    tolerance : float
        Error allowed, relative to the peak of a density: 1e-12 to 0.01, or 0 for the formula whatever it costs.
    bootstrap : int
        Resamples behind pointwise bands of the curves; 0 for none, else 200 or more.
    confidence : float
        Level of the bands, between 0 and 1.
    silverman_test : int
        Samples behind the p-value of Silverman's test; 0 for no test, else 500 or more.
    null_modes : int
        The hypothesis of the test: no more modes than this.
    seed : int, optional
        Seed of bootstrap and test; drawn and recorded if absent. Same seed, same numbers, for any number of threads.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.
    progress : bool
        Show a progress bar.

    Returns
    -------
    KernelDensity
        Tables `curves`, `summary_table` and `modes`.

    Raises
    ------
    InvalidInputError
        Infinite values, missing ones unless dropped, negative weights, values outside the support, text, unknown
        columns, options out of range; a period or group without weight, or whose values do not differ where a rule is
        to choose the bandwidth: with the column and rows, or the period.

    Warns
    -----
    RegiometricsWarning
        If a rule could not be followed to the letter: quartiles that coincide, no root for ``"isj"``, no minimum or
        ties in cross-validation. The note says what was done, and where.

    Notes
    -----
    Modes are where the exact derivative turns from positive to negative: of the Gaussian by certain signs and enclosed
    roots, of the others between the places where their formula changes, so that neither the grid nor rounding makes or
    hides one. A derivative below its error (rounding; with bins, `tolerance`) has no sign. Where a kernel other than
    the Gaussian is evaluated from bins, modes are those that rise by more than `tolerance` times the peak, to an eighth
    of a bandwidth; if a far value would take more than a million bins, they are those of the grid. The number of modes
    of a kernel with corners (uniform, triangular, Epanechnikov) says little.

    Silverman's test (1981): the critical bandwidth is the smallest at which the Gaussian density on the whole line has
    `null_modes` modes at most; `p_value` is (1 + k)/(1 + m), k of m samples drawn from that density, shrunk to the
    variance of the values, having more modes at that bandwidth. With weights as many values are drawn as are effective.
    The test is conservative, the more so for small samples.

    Bands are percentiles of densities of resampled rows (with their weights) at the bandwidth of the curve. They show
    how far the curve would move with another sample. They do not contain the bias of smoothing, and hold at each point
    by itself, not for the whole curve.

    At both bounds of a support reflection repeats without end, which leaves the mass at exactly 1 and makes a very wide
    density uniform. ``"isj"`` solves the fixed-point equation on twice the range of the values; ties, as in rounded
    data, add small roots, and the largest root is taken. Weighted quartiles are those of Akinshin (2023).

    The page of this method says which rule is which in R, scipy, KDEpy, statsmodels and scikit-learn.

    References
    ----------
    Silverman, B. W. (1986). Density Estimation for Statistics and Data Analysis. Chapman and Hall.

    Silverman, B. W. (1981). Using kernel density estimates to investigate multimodality. Journal of the Royal
    Statistical Society B 43, 97–99. https://doi.org/10.1111/j.2517-6161.1981.tb01155.x

    Scott, D. W. (1992). Multivariate Density Estimation. Wiley.

    Hall, P. and Marron, J. S. (1991). Local minima in cross-validation functions. Journal of the Royal Statistical
    Society B 53, 245–252.

    Botev, Z. I., Grotowski, J. F. and Kroese, D. P. (2010). Kernel density estimation via diffusion. Annals of
    Statistics 38, 2916–2957. https://doi.org/10.1214/10-AOS799

    Akinshin, A. (2023). Weighted quantile estimators. https://arxiv.org/abs/2304.07265

    Examples
    --------
    The provinces of China fall into one large group and a few far ahead:

    >>> import regiometrics as rgm
    >>> ai = rgm.datasets.load_ai_development()
    >>> result = rgm.kde(ai, "level", time="year")
    >>> result.summary_table.round(4)[["time", "bandwidth", "n_modes"]].values.tolist()
    [[2011.0, 0.4089, 2.0], [2015.0, 0.7131, 3.0], [2019.0, 1.3789, 3.0], [2022.0, 3.2191, 3.0]]
    """
    rule, number = rule_or_number(bandwidth, _RULES)
    choice("kernel", kernel, KERNELS)
    cut, confidence = amount("cut", cut), fraction("confidence", confidence)
    bootstrap, silverman_test = count("bootstrap", bootstrap), count("silverman_test", silverman_test)
    null_modes, grid_size = count("null_modes", null_modes, least=1), count("grid_size", grid_size, least=2, most=2**20)
    ends = _support(support)
    tolerance = amount("tolerance", tolerance)
    is_random = bootstrap > 0 or silverman_test > 0
    key = seed_or_draw(seed) if is_random or seed is not None else 0
    table = read(data, missing=missing, trusted=["value"], value=value, time=time, group=group, weight=weight)
    values, weights = table.numbers("value"), table.optional_numbers("weight")
    keys = cell_keys(table)
    try:
        core = call(
            _core.kde,
            values,
            weights,
            None if keys is None else keys.codes,
            1 if keys is None else len(keys),
            kernel,
            rule,
            number,
            grid_size,
            cut,
            ends,
            tolerance,
            bootstrap,
            confidence,
            silverman_test,
            null_modes,
            key,
            columns=table.names(values="value", weights="weight"),
            rows=table.positions,
            periods=keys,
            progress=progress,
        )
    except InvalidInputError:
        table.look_again()
        raise
    n_zero_weight = 0 if weights is None else int((weights == 0.0).sum())
    frames = _frames(core, table, keys, bands=bootstrap > 0, test=silverman_test > 0)
    remarks = _remarks(core, keys)
    for remark in remarks:
        warnings.warn(remark, RegiometricsWarning, stacklevel=2)
    return KernelDensity(
        **frames,
        value=table.name("value"),
        kernel=kernel,
        rule=rule,
        bootstrap=bootstrap,
        confidence=confidence,
        silverman_test=silverman_test,
        null_modes=null_modes,
        seed=key if is_random else None,
        n_dropped=table.n_dropped,
        n_zero_weight=n_zero_weight,
        notes=(
            _method_note(kernel, rule, ends),
            *_random_notes(bootstrap, confidence, silverman_test, null_modes, key),
            *remarks,
            *_notes(core, keys, tolerance, table.n_dropped, n_zero_weight),
        ),
    )


def _support(support: Any) -> tuple[float, float]:
    if support is None:
        return -math.inf, math.inf
    advice = "support must be a pair as (0, 100), with None for an end without bound"
    if isinstance(support, str) or not hasattr(support, "__len__") or len(support) != 2:
        raise InvalidInputError(f"{advice}, not {shown(support)}")
    try:
        low = -math.inf if support[0] is None else float(support[0])
        high = math.inf if support[1] is None else float(support[1])
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"{advice}, not {shown(support)}") from None
    if not low < high:
        raise InvalidInputError(f"the first number of support must be below the second, not {shown(support)}")
    return low, high


def _frames(core: dict[str, Any], table: Any, keys: Keys | None, *, bands: bool, test: bool) -> dict[str, Frame]:
    summary, modes, curves = dict(core["summary"]), dict(core["modes"]), dict(core["curves"])
    n_cells, grid = len(summary["n"]), curves.pop("x")
    if not bands:
        del curves["low"], curves["high"]
    for name in ("remark", "is_binned", *(() if test else ("critical_bandwidth", "p_value"))):
        del summary[name]
    of_mode = modes.pop("period")
    cells = np.arange(n_cells)
    parts = {
        "curves": (np.repeat(cells, len(grid)), {"x": np.tile(grid, n_cells)} | curves),
        "summary_table": (cells, summary),
        "modes": (of_mode, modes),
    }
    return {
        name: make_frame(table.backend, cell_columns(table, keys, of_cell) | columns)
        for name, (of_cell, columns) in parts.items()
    }


def _method_note(kernel: str, rule: str, ends: tuple[float, float]) -> str:
    how = "given" if rule == "fixed" else f"by the rule '{rule}'"
    bounds = [f"{end:g}" for end in ends if math.isfinite(end)]
    reflected = f" Reflected at {' and '.join(bounds)}." if bounds else ""
    return f"Kernel: {kernel}; bandwidth {how}, as its standard deviation.{reflected}"


def _random_notes(bootstrap: int, confidence: float, test: int, null_modes: int, seed: int) -> list[str]:
    notes = []
    if bootstrap:
        notes.append(f"Bands ({100 * confidence:g} %, pointwise): {bootstrap} resamples, seed {seed}.")
    if test:
        hypothesis = "one mode" if null_modes == 1 else f"{null_modes} modes"
        notes.append(f"Silverman's test of {hypothesis} at most: {test} samples, seed {seed}.")
    return notes


def _remarks(core: dict[str, Any], keys: Keys | None) -> list[str]:
    remark = core["summary"]["remark"]
    notes = []
    for number, text in _REMARKS.items():
        cells = np.flatnonzero(remark == number)
        if len(cells):
            notes.append(f"{text}{cells_named(keys, cells)}.")
    return notes


def _notes(core: dict[str, Any], keys: Keys | None, tolerance: float, n_dropped: int, n_zero_weight: int) -> list[str]:
    notes = []
    summary, grid = core["summary"], core["curves"]["x"]
    n_binned = int(summary["is_binned"].sum())
    if n_binned:
        notes.append(f"{n_binned} density(ies) from binned values, with the error in error_bound.")
    inexact = np.flatnonzero((summary["error_bound"] > tolerance) & (tolerance > 0.0))
    if len(inexact):
        named = cells_named(keys, inexact)
        notes.append(f"error_bound is above tolerance{named}: the digits of values so far from zero allow no less.")
    coarse = np.flatnonzero(summary["bandwidth"] < grid[1] - grid[0])
    if len(coarse):
        named = cells_named(keys, coarse)
        notes.append(f"The grid is coarser than the bandwidth{named}: raise grid_size to see every mode in the curve.")
    if n_dropped:
        notes.append(f"{n_dropped} row(s) with missing values left out.")
    if n_zero_weight:
        notes.append(f"{n_zero_weight} row(s) of weight zero left out.")
    return notes
