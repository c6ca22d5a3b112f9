"""Partial dependence of a regression forest: exact curves, surfaces, and the curves of single rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._effects import MOST, Refits, Sample, chosen_factors, fitted, labelled, read_sample, turning_table
from ._options import choice, count, flag, fraction, shown
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame
from .errors import InvalidInputError

__all__ = ["PartialDependence", "partial_dependence"]

# Steps of a factor in the tables that grow with rows or with a second factor.
_PAIR_STEPS, _ROW_STEPS = 250, 100


@record
class PartialDependence(Result):
    """The effects of factors on the predictions of a forest.

    Tables are frames of the caller's library. A curve is a step function: `effect` holds to the right of `x`, up to and
    including the next `x`; the last row of a factor repeats its last step where the factor ends, so that
    ``drawstyle="steps-post"`` draws the curve as it is. Ordered categories have one row each, `x` being the code.

    Attributes
    ----------
    curves : frame
        `factor`, `x`, `effect` (mean prediction in units of the response), and with `bootstrap` the band `low`, `high`.
    turning_points : frame
        `factor`; `direction`, "rise to fall" or "fall to rise"; `location`, the middle of the highest (lowest) steps,
        which reach from `x_from` to `x_to`; the `effect` there; `size`, the smaller of the changes to the turning
        points (or ends of the curve) on its two sides; its `share` of the range of the curve. With `bootstrap` also
        `location_low`, `location_high`; `size_low`, `size_high`, which hold zero or less where the turn may be chance;
        and `share_of_refits`, of forests that turn the same way between the two turning points beside it.
    individual : frame
        `factor`, `row` (position in the data), `x`, `effect`: the curve of each row by itself; empty with kind
        "average".
    pairs : frame
        `factor_a`, `factor_b`, `x_a`, `x_b`, `effect`: the mean prediction to the right of both, up to the next of
        each; empty without `pairs`.
    kind : str
        "average", "individual" or "both", which decides what is drawn.
    centered : bool
        Whether curves begin at zero.
    prominence : float
        The least share of its range by which a curve changes on either side of a turning point.
    bootstrap : int
        Refitted forests behind the bands; 0 for none.
    confidence : float
        Level of the bands.
    seed : int or None
        Seed of the bootstrap, drawn if none was given; None without bootstrap.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    curves: Frame
    turning_points: Frame
    individual: Frame
    pairs: Frame
    kind: str
    centered: bool
    prominence: float
    bootstrap: int
    confidence: float
    seed: int | None
    n_dropped: int
    notes: tuple[str, ...]
    _rugs: Mapping[str, NDArray[np.float64]]
    _ends: Mapping[str, float]
    _categories: Mapping[str, list[Any]]

    _method: ClassVar[str] = "partial_dependence"
    _tables: ClassVar[tuple[str, ...]] = ("curves", "turning_points", "individual", "pairs")
    _shown: ClassVar[tuple[str, ...]] = ("turning_points", "curves", "pairs")
    _states: ClassVar[tuple[str, ...]] = ("direction",)

    def _heading(self, table: str) -> str:
        return {"curves": "effect_curves", "individual": "individual_curves", "pairs": "pair_effects"}.get(table, table)


def partial_dependence(
    model: Any,
    data: Any,
    factors: Any = None,
    *,
    pairs: Any = None,
    kind: str = "average",
    centered: bool = False,
    grid_size: int | None = None,
    prominence: float = 0.2,
    bootstrap: int = 0,
    value: Any = None,
    weight: Any = None,
    confidence: float = 0.95,
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> PartialDependence:
    r"""Show how the predictions of a forest move with each factor, exactly, with turning points.

    With f the forest and :math:`x_{i,-j}` the other factors of row i (Friedman 2001),

    .. math::

        \text{PD}_j(x) = \frac{1}{n} \sum_i f(x, x_{i,-j})

    A forest is constant between its own thresholds: the curve is computed at every one of them, not on a grid. All
    factors together need one pass of the rows through each tree, O(n · trees · depth²).

    Parameters
    ----------
    model : RandomForestRegressor or DriverImportance
        The fitted forest, or the result of `driver_importance` that holds one.
    data : data frame or array
        The rows to average over, usually those of the fit: columns of a frame are found by name, in any order; those of
        an array are taken in order.
    factors : list of str, optional
        Factors by name (x1, x2, … for a forest grown on an array); all of them without it.
    pairs : list of (str, str), optional
        Pairs of factors for which the joint effect is computed, for heat maps.
    kind : {"average", "individual", "both"}
        Whether the curves of single rows are computed as well (ICE), and which are drawn.
    centered : bool
        Let every curve begin at zero, so that those of single rows can be compared.
    grid_size : int, optional
        Show at most so many steps of a factor, spread evenly over its steps and exact where they stand. Without it
        curves have every step, pairs 250 steps of each factor at most, curves of single rows 100.
    prominence : float
        Share of its range, between 0 and 1, by which a curve changes at least on both sides of a turning point.
    bootstrap : int
        Forests grown again on resampled rows, for bands; 200 or more.
    value : str or array, optional
        The response, with `bootstrap`; `data` must then be the rows of the fit, in their order.
    weight : str or array, optional
        Weight of each row in the average, zero or more.
    confidence : float
        Level of the bands, between 0 and 1.
    seed : int, optional
        Seed of the bootstrap; drawn and recorded if absent. Same seed, same numbers, for any number of threads.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.
    progress : bool
        Show a progress bar, in trees grown again.

    Returns
    -------
    PartialDependence
        Tables `curves`, `turning_points`, `individual`, `pairs`.

    Raises
    ------
    InvalidInputError
        A model that is not fitted or of another class; columns that the data lack; factors that the forest does not
        have; missing or infinite values; a response that is not that of the fit; options out of range.

    Notes
    -----
    The effect exactly at a threshold is that of the step before it, since rows with x ≤ threshold go left. The outer
    steps reach to the least and the largest value in the data. Ordered categories enter as their codes 0, 1, ….

    Partial dependence moves one factor and leaves the others as they are, also where no such row exists: with strongly
    correlated factors see `accumulated_effects`.

    Turning points are the extremes that stay when waves smaller than `prominence` times the range of the curve are
    taken out pair by pair (topological persistence); a monotone curve has none, and neither shift nor scale of the
    response changes them. The ends of a curve are no turning points. A curve whose range is small beside that of other
    factors turns in its noise: the band of the size, which then holds zero, and `share_of_refits` tell.

    Bands are for sampling: forests are grown again as the model was, on as many rows drawn with replacement, or on as
    many whole groups if it was fitted with `groups`, each averaged over its own rows. The band is the spread of their
    curves around their own mean, put around the estimate: forests on resamples are flatter, since they see fewer
    distinct rows, and quantiles as they stand would double that bias. Bands are pointwise and do not cover the bias of
    the forest itself. Cost: `bootstrap` times the fit.

    The band of the size is size ± d, with d the quantile over refits of the range of the curve's deviations from its
    mean over refits: it allows for a turning point having been looked for everywhere (after Fasy et al. 2014). The
    band of the location holds the quantiles over the refits that turn there.

    References
    ----------
    Friedman, J. H. (2001). Greedy function approximation: a gradient boosting machine. Annals of Statistics 29,
    1189–1232, section 8.2. https://doi.org/10.1214/aos/1013203451

    Goldstein, A., Kapelner, A., Bleich, J. and Pitkin, E. (2015). Peeking inside the black box: visualizing statistical
    learning with plots of individual conditional expectation. Journal of Computational and Graphical Statistics 24,
    44–65. https://doi.org/10.1080/10618600.2014.907095

    Edelsbrunner, H., Letscher, D. and Zomorodian, A. (2002). Topological persistence and simplification. Discrete &
    Computational Geometry 28, 511–533. https://doi.org/10.1007/s00454-002-2885-2

    Fasy, B. T. et al. (2014). Confidence sets for persistence diagrams. Annals of Statistics 42, 2301–2339.
    https://doi.org/10.1214/14-AOS1252

    Examples
    --------
    >>> import numpy as np
    >>> import regiometrics as rgm
    >>> x = np.linspace(0.0, 1.0, 200)
    >>> forest = rgm.RandomForestRegressor(200, random_state=1).fit(x[:, None], (x - 0.5) ** 2)
    >>> result = rgm.partial_dependence(forest, x[:, None])
    >>> result.turning_points[["factor", "direction"]].values.tolist()
    [['x1', 'fall to rise']]
    >>> bool(abs(result.turning_points["location"][0] - 0.5) < 0.05)
    True
    """
    forest = fitted(model)
    choice("kind", kind, ("average", "individual", "both"))
    centered = flag("centered", centered)
    most = None if grid_size is None else count("grid_size", grid_size, least=2)
    refits = Refits.checked(bootstrap, confidence, seed, value)
    sample = read_sample(forest, data, value=value, weight=weight, missing=missing)
    chosen = chosen_factors(sample.names, factors)
    joint = _chosen_pairs(sample.names, pairs)
    # First, since it may be too large.
    individual = _individual(forest, sample, [] if kind == "average" else chosen, most or _ROW_STEPS, centered)
    curves = call(
        _core.partial_dependence,
        forest.forest_,
        sample.core,
        chosen,
        most or MOST,
        centered,
        fraction("prominence", prominence),
        refits.core(forest, sample),
        columns=sample.told,
        progress=progress,
    )
    names = [sample.names[factor] for factor in chosen]
    backend, with_bands = sample.table.backend, bool(refits.replicates)
    surfaces = call(_core.partial_dependence_pairs, forest.forest_, sample.core, joint, most or _PAIR_STEPS)
    ends = {name: curve["end"] for name, curve in zip(names, curves, strict=True)}
    ends |= {sample.names[a]: each["a_end"] for (a, _), each in zip(joint, surfaces, strict=True)}
    ends |= {sample.names[b]: each["b_end"] for (_, b), each in zip(joint, surfaces, strict=True)}
    columns = ("x", "effect", "low", "high") if with_bands else ("x", "effect")
    parts = [
        curve if name in sample.categories else _with_end(curve, columns)
        for name, curve in zip(names, curves, strict=True)
    ]
    return PartialDependence(
        curves=labelled(backend, names, parts, columns),
        turning_points=turning_table(backend, names, curves, with_bands=with_bands),
        individual=individual,
        pairs=_pair_table(backend, sample.names, joint, surfaces),
        kind=kind,
        centered=centered,
        prominence=float(prominence),
        bootstrap=refits.replicates,
        confidence=refits.confidence,
        seed=refits.seed if with_bands else None,
        n_dropped=sample.table.n_dropped,
        notes=(*refits.notes(forest), *sample.notes(chosen)),
        _rugs=sample.rugs(sorted({*chosen, *(factor for pair in joint for factor in pair)})),
        _ends=ends,
        _categories=sample.categories,
    )


def _chosen_pairs(names: tuple[str, ...], pairs: Any) -> list[list[int]]:
    if pairs is None:
        return []
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise InvalidInputError(f"pairs must be a list of pairs of factor names, not {shown(pairs)}")
    listed = list(pairs)
    if len(listed) == 2 and all(isinstance(each, str) for each in listed):
        listed = [tuple(listed)]
    for pair in listed:
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
            raise InvalidInputError(f"pairs must be a list of pairs of factor names; {pair!r} is none")
    chosen = [chosen_factors(names, pair, "pairs") for pair in listed]
    repeated = next((pair for place, pair in enumerate(chosen) if pair in chosen[:place]), None)
    if repeated is not None:
        raise InvalidInputError(f"pairs lists {names[repeated[0]]!r} and {names[repeated[1]]!r} twice")
    return chosen


def _with_end(curve: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """Return the columns of one curve with its last step repeated where the factor ends."""
    last = {column: np.append(curve[column], curve[column][-1:]) for column in columns if column != "x"}
    return {"x": np.append(curve["x"], curve["end"])} | last


def _individual(forest: Any, sample: Sample, factors: list[int], most: int, centered: bool) -> Frame:
    """Return the curves of single rows, each with its last step repeated where the factor ends."""
    found = call(_core.individual_curves, forest.forest_, sample.core, factors, most, centered, columns=sample.told)
    n_rows, positions = sample.table.n_rows, sample.table.positions
    rows = np.arange(n_rows) if positions is None else positions
    none = {"row": np.array([], dtype=np.int64), "x": np.array([]), "effect": np.array([])}
    parts = []
    for factor, each in zip(factors, found, strict=True):
        x, effect = each["x"], each["effect"].reshape(n_rows, -1)
        if sample.names[factor] not in sample.categories:
            x, effect = np.append(x, each["x_end"]), np.column_stack([effect, effect[:, -1]])
        parts.append({"row": np.repeat(rows, len(x)), "x": np.tile(x, n_rows), "effect": effect.ravel()})
    names = [sample.names[factor] for factor in factors] or [""]
    return labelled(sample.table.backend, names, parts or [none], ("row", "x", "effect"))


def _pair_table(backend: Any, names: tuple[str, ...], pairs: list[list[int]], surfaces: list[dict[str, Any]]) -> Frame:
    sizes = [len(each["effect"]) for each in surfaces]
    keys = {
        column: np.repeat(np.array([names[pair[place]] for pair in pairs], dtype=str), sizes)
        for place, column in enumerate(("factor_a", "factor_b"))
    }
    x_a = [np.repeat(each["a"], len(each["b"])) for each in surfaces]
    x_b = [np.tile(each["b"], len(each["a"])) for each in surfaces]
    effect = [each["effect"] for each in surfaces]
    values = {name: np.concatenate([*parts, []]) for name, parts in {"x_a": x_a, "x_b": x_b, "effect": effect}.items()}
    return make_frame(backend, keys | values)
