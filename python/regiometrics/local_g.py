"""Local G and G*: hot spots and cold spots."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._options import amount, choice, count, flag, seed_or_draw
from ._record import record
from ._result import Result
from ._spatial import SpatialInput, adjusted, class_counts, open_spatial, tell_of_reach
from ._tables import Frame, make_frame, state_column
from .classify import class_breaks, class_codes
from .errors import RegiometricsWarning

__all__ = ["HOTSPOTS", "Z_CLASSES", "LocalG", "local_g"]

HOTSPOTS = (
    "hot spot 99%",
    "hot spot 95%",
    "hot spot 90%",
    "not significant",
    "cold spot 90%",
    "cold spot 95%",
    "cold spot 99%",
    "undefined",
)
_NOT_SIGNIFICANT, _UNDEFINED = 3, 7

# The largest p-values of the three levels, strictest first.
_LEVELS = (0.01, 0.05, 0.1)

Z_CLASSES = ("hot", "sub-hot", "transition", "cold", "undefined")

# z that come nearer than this are the same sum in another order.
_TIE = 1e-12

# Which of them are used where z has fewer different values than classes.
_FEWER = {1: ("transition",), 2: ("cold", "hot"), 3: ("cold", "transition", "hot")}
_FOUR = ("cold", "transition", "sub-hot", "hot")


@record
class LocalG(Result):
    """Hot spots and cold spots.

    Attributes
    ----------
    table : frame
        One row per unit and period, in the order of the data: `unit`, `time`; `value`; `n_neighbors`; `spatial_lag`,
        the weighted sum of the neighbours' values, of G* with the unit's own; its `expected` value and
        `standard_deviation`; `z`; `p_normal` and `p_permutation` (NaN without permutations), both two-sided; `p_value`,
        the one that counts, adjusted if asked for; `hotspot`: "hot spot 99%", "hot spot 95%", "hot spot 90%", "not
        significant", "cold spot 90%", "cold spot 95%", "cold spot 99%", or "undefined"; `z_class`: "hot", "sub-hot",
        "transition", "cold", or "undefined".
    counts : frame
        How many units of each period are in each class: `time`, `hotspot`, `n`.
    z_breaks : frame
        Upper bounds of the classes of z: `time`, `z_class`, `upper`.
    star : bool
        Whether the unit itself counts (G*).
    permutations : int
        Permutations per unit; zero for none.
    adjust : str or None
        How p-values were adjusted, in each period by itself.
    seed : int
        The seed of the permutations, drawn if none was given.
    n_islands : int
        Rows of units without neighbours, which have no z.
    n_undefined : int
        Other rows without z.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    counts: Frame
    z_breaks: Frame
    star: bool
    permutations: int
    adjust: str | None
    seed: int
    n_islands: int
    n_undefined: int
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "local_g"
    _tables: ClassVar[tuple[str, ...]] = ("table", "counts", "z_breaks")
    _shown: ClassVar[tuple[str, ...]] = ("table", "counts")
    _states: ClassVar[tuple[str, ...]] = ("hotspot", "z_class")

    def _heading(self, table: str) -> str:
        return {"table": "hotspots", "counts": "hotspot_counts", "z_breaks": "z_breaks"}[table]


def local_g(
    data: Any,
    value: Any,
    *,
    weights: Any,
    unit: Any = None,
    time: Any = None,
    star: bool = True,
    self_weight: float | None = None,
    permutations: int = 0,
    adjust: str | None = None,
    seed: int | None = None,
    z_method: str = "natural_breaks",
    pooled: bool = False,
    missing: str = "error",
    progress: bool = False,
) -> LocalG:
    r"""Find hot spots and cold spots by the local statistics G* and G of Getis and Ord.

    .. math::

        z_i = \frac{\sum_j w_{ij} x_j - \bar x W_i}{s \sqrt{(n S_{1i} - W_i^2)/(n - 1)}},\qquad
        W_i = \sum_j w_{ij},\quad S_{1i} = \sum_j w_{ij}^2

    G* counts the unit itself, with the mean and the population standard deviation of all n units. G leaves it out, also
    from mean, standard deviation and n (Ord and Getis 1995, equations 5 and 6).

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable, finite.
    weights : SpatialWeights, libpysal W or Graph, square pandas frame, or edge table
        Anything that `weights.as_weights` takes without further arguments.
    unit : str or array, optional
        Unit of each row, by which it is joined to the weights. Without it the index of a pandas frame, if its labels
        are the units of the weights, or text as these are; else the rows of every period are taken in the order of the
        weights' units.
    time : str or array, optional
        Period of each row; each is measured by itself.
    star : bool
        G* instead of G.
    self_weight : float, optional
        Weight of the unit itself in G*. Without it the largest weight of its neighbours: 1 in binary weights.
    permutations : int
        Number of random draws of each unit's neighbours from the other units; zero for p-values from the normal
        distribution alone. 999 is usual.
    adjust : {"fdr_bh", "fdr_by", "bonferroni", "holm"}, optional
        Adjust p-values for the number of units of a period: the false discovery rate by Benjamini and Hochberg (1995)
        or Benjamini and Yekutieli (2001), or the chance of any false hot spot by Bonferroni or Holm. These need small
        p-values, for which the normal distribution is far too liberal where values are skewed (in 10 of 100 simulated
        samples of 30 lognormal units without hot spots one was found, in 85 of 100 samples of 300), and permutations
        only go down to 2/(permutations + 1): draw 40 times as many as there are units. A note says if there are fewer.
    seed : int, optional
        Seed of the permutations. The same seed gives the same bits on any number of threads.
    z_method : {"natural_breaks", "quantiles", "equal", "std"}
        How z is classed into hot, sub-hot, transition and cold, as in `classify`. Values that differ by rounding only
        are one.
    pooled : bool
        Class z of all periods together; False: of each period by itself.
    missing : {"error", "drop"}
        Missing values, and units that a period lacks, raise an error; or they are left out, and their links with them.
    progress : bool
        Show a progress bar.

    Returns
    -------
    LocalG
        Tables `table`, `counts` and `z_breaks`.

    Raises
    ------
    InvalidInputError
        Units that only the data or only the weights have, or that a period has twice; a period without variance, links,
        or three units; missing, infinite or non-numeric values; negative weights.

    Warns
    -----
    RegiometricsWarning
        If units have no neighbours, or z has fewer different values than classes.

    Notes
    -----
    S₁ is the sum of squared weights, whether these are binary, row-standardised or inverse distances. z does not depend
    on the scale of a row, so that row-standardised weights give the same z as those they were made from.

    Units without neighbours have no z, neither in G nor in G*, and are "undefined"; so are those whose neighbours are
    all units with the same weight, and (G) those beside which all values are equal.

    Permutations hold the unit's own value fixed. The pseudo p-value is twice the share of draws at or beyond the
    observed lag on its side, the observation counted in: 999 draws give 0.002 at least. It is the same for G and G*,
    since it asks about the neighbours alone: a high value among low ones may have z > 0 in G* and draws that point to
    the other side, and is then not significant as a hot spot.
    Draws of a unit depend on the seed, the period and its place among the units of the weights alone.

    References
    ----------
    Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics: distributional issues and an application.
    Geographical Analysis 27, 286–306. https://doi.org/10.1111/j.1538-4632.1995.tb00912.x

    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal Statistical
    Society B 57, 289–300. https://doi.org/10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    Five units in a row, mean 3, s² = 7.6. The first has one neighbour: z = (1 + 1 − 2 · 3)/√(7.6 · (5 · 2 − 4)/4).

    >>> import regiometrics as rgm
    >>> edges = {"source": [0, 1, 2, 3], "target": [1, 2, 3, 4]}
    >>> weights = rgm.weights.from_edges(None, **edges, symmetric=True)
    >>> rgm.local_g(None, [1.0, 1.0, 1.0, 4.0, 8.0], weights=weights).table["z"].round(4).to_list()
    [-1.1847, -1.777, -0.8885, 1.1847, 1.777]
    """
    counts_self = flag("star", star)
    own = None if self_weight is None else amount("self_weight", self_weight)
    draws = count("permutations", permutations)
    drawn_seed = seed_or_draw(seed)
    given = open_spatial(data, value, weights=weights, unit=unit, time=time, missing=missing)
    core = given.call(_core.local_g, counts_self, own, draws, drawn_seed, progress=progress)
    columns = {name: given.rows(grid) for name, grid in core.items()}
    side = columns.pop("side")
    p = columns["p_permutation"] if draws else columns["p_normal"]
    p_value = adjusted(p, adjust, given.time_codes)
    tell_of_reach(given, p, draws, adjust)
    hotspots = _hotspots(columns["z"], p_value, side if draws else None)
    z_codes, breaks = _z_classes(given, columns["z"], z_method, flag("pooled", pooled))
    n_islands = given.tell_of_islands(columns["n_neighbors"], "which have no z", stacklevel=2)
    n_undefined = int(np.isnan(columns["z"]).sum()) - n_islands
    if n_undefined:
        given.notes.append(
            f"{n_undefined} row(s) where the weighted sum is the same for any order of the values: no z."
        )
    backend = given.table.backend
    classes = {
        "p_value": p_value,
        "hotspot": state_column(backend, hotspots, HOTSPOTS),
        "z_class": state_column(backend, z_codes, Z_CLASSES),
    }
    values = {"value": given.rows(given.values)}
    notes = [_variant(counts_self, draws, adjust, drawn_seed), *given.notes]
    return LocalG(
        table=make_frame(backend, given.keys() | values | columns | classes),
        counts=class_counts(given, "hotspot", hotspots, HOTSPOTS),
        z_breaks=breaks,
        star=counts_self,
        permutations=draws,
        adjust=adjust,
        seed=drawn_seed,
        n_islands=n_islands,
        n_undefined=n_undefined,
        n_dropped=given.n_dropped,
        notes=tuple(notes),
    )


def _variant(star: bool, permutations: int, adjust: str | None, seed: int) -> str:
    how = f"{permutations} permutations (seed {seed})" if permutations else "the normal distribution"
    more = f", adjusted by {adjust}" if adjust else ""
    return f"{'G*' if star else 'G'}; p-values from {how}{more}."


def _hotspots(z: NDArray[np.float64], p: NDArray[np.float64], side: NDArray[np.float64] | None) -> NDArray[np.int64]:
    """Return the positions in HOTSPOTS; where `side` is not that of z, nothing is significant."""
    # 0 for p ≤ 0.01, …, 3 beyond the last level.
    level = np.searchsorted(_LEVELS, p, side="left")
    if side is not None:
        level = np.where(z * side > 0.0, level, _NOT_SIGNIFICANT)
    codes = np.where(z > 0.0, level, 2 * _NOT_SIGNIFICANT - level)
    return np.where(np.isnan(z) | np.isnan(p), _UNDEFINED, codes)


def _merged(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return z with values that differ by rounding only made the same, so that no class ends between them."""
    order = np.argsort(z, kind="stable")
    ascending = z[order]
    is_new = np.ones(len(z), dtype=bool)
    is_new[1:] = ~(np.diff(ascending) <= _TIE)
    merged = np.empty(len(z))
    # The largest stands for all, so that no z is above the bound of its class.
    last = np.append(np.flatnonzero(is_new)[1:], len(z)) - 1
    merged[order] = ascending[last][np.cumsum(is_new) - 1]
    return merged


def _z_classes(
    given: SpatialInput, z: NDArray[np.float64], method: str, pooled: bool
) -> tuple[NDArray[np.int64], Frame]:
    """Return the positions in Z_CLASSES, and the bounds."""
    choice("z_method", method, ("natural_breaks", "quantiles", "equal", "std"))
    codes = np.full(len(z), len(Z_CLASSES) - 1)
    z = _merged(z)
    periods, classes, bounds, few = [], [], [], []
    scopes = [None] if pooled or given.n_periods == 1 else range(given.n_periods)
    for scope in scopes:
        rows = np.flatnonzero(~np.isnan(z) if scope is None else ~np.isnan(z) & (given.time_codes == scope))
        if len(rows) == 0:
            continue
        upper = class_breaks(z[rows], k=4, method=method)
        names = [Z_CLASSES.index(name) for name in _FEWER.get(len(upper), _FOUR)]
        if len(upper) < len(_FOUR):
            few.append(len(upper))
        codes[rows] = np.array(names)[class_codes(z[rows], upper)]
        for period in range(given.n_periods) if scope is None else [scope]:
            periods += [period] * len(upper)
            classes += names
            bounds.append(upper)
    if few:
        text = f"z has too few different values for four classes: {min(few)} in {len(few)} period(s)."
        given.notes.append(text)
        warnings.warn(text, RegiometricsWarning, stacklevel=3)
    backend = given.table.backend
    columns = {
        "z_class": state_column(backend, np.array(classes, dtype=np.int64), Z_CLASSES),
        "upper": np.concatenate(bounds) if bounds else np.empty(0),
    }
    return codes, make_frame(backend, given.period_keys(np.array(periods, dtype=np.int64)) | columns)
