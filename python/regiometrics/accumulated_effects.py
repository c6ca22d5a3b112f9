"""Accumulated local effects of a regression forest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._effects import MOST, Refits, chosen_factors, fitted, labelled, read_sample, turning_table
from ._options import count, fraction
from ._record import record
from ._result import Result
from ._tables import Frame

__all__ = ["AccumulatedEffects", "accumulated_effects"]


@record
class AccumulatedEffects(Result):
    """The accumulated local effects of factors on the predictions of a forest.

    Tables are frames of the caller's library. Effects stand at the edges of intervals and are zero on average over the
    rows; between edges the curve is a straight line.

    Attributes
    ----------
    curves : frame
        `factor`, `x` (edge), `effect` in units of the response, `n` (rows, or their weights, in the interval that ends
        at the edge; 0 at the first), and with `bootstrap` the band `low`, `high`.
    turning_points : frame
        `factor`; `direction`, "rise to fall" or "fall to rise"; `location`, the middle of the highest (lowest) edges,
        which reach from `x_from` to `x_to`; the `effect` there; `size`, the smaller of the changes to the turning
        points (or ends of the curve) on its two sides; its `share` of the range of the curve. With `bootstrap` also
        `location_low`, `location_high`; `size_low`, `size_high`, which hold zero or less where the turn may be chance;
        and `share_of_refits`, of forests that turn the same way between the two turning points beside it.
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
    prominence: float
    bootstrap: int
    confidence: float
    seed: int | None
    n_dropped: int
    notes: tuple[str, ...]
    _rugs: Mapping[str, NDArray[np.float64]]
    _categories: Mapping[str, list[Any]]

    _method: ClassVar[str] = "accumulated_effects"
    _tables: ClassVar[tuple[str, ...]] = ("curves", "turning_points")
    _shown: ClassVar[tuple[str, ...]] = ("turning_points", "curves")
    _states: ClassVar[tuple[str, ...]] = ("direction",)

    def _heading(self, table: str) -> str:
        return {"curves": "effect_curves"}.get(table, table)


def accumulated_effects(
    model: Any,
    data: Any,
    factors: Any = None,
    *,
    intervals: int | None = 40,
    prominence: float = 0.2,
    bootstrap: int = 0,
    value: Any = None,
    weight: Any = None,
    confidence: float = 0.95,
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> AccumulatedEffects:
    r"""Show how the predictions of a forest move with each factor among rows that exist (ALE).

    Partial dependence moves a factor to values that never occur beside the other factors of a row. Here each row moves
    only inside its own interval, and the local effects are added up (Apley & Zhu 2020, eq. 15–16):

    .. math::

        \text{ALE}_j(z_k) = \sum_{l \le k} \frac{1}{n_l} \sum_{i:\, x_{ij} \in (z_{l-1},\, z_l]}
        \left[ f(z_l, x_{i,-j}) - f(z_{l-1}, x_{i,-j}) \right] - \text{mean}

    All factors together need one pass of the rows through each tree, O(n · trees · depth).

    Parameters
    ----------
    model : RandomForestRegressor or DriverImportance
        The fitted forest, or the result of `driver_importance` that holds one.
    data : data frame or array
        The rows, usually those of the fit: columns of a frame are found by name, in any order; those of an array are
        taken in order.
    factors : list of str, optional
        Factors by name (x1, x2, … for a forest grown on an array); all of them without it.
    intervals : int or None
        Intervals with about equally many rows; ties merge some. None has an edge at every distinct value.
    prominence : float
        Share of its range, between 0 and 1, by which a curve changes at least on both sides of a turning point.
    bootstrap : int
        Forests grown again on resampled rows, for bands; 200 or more.
    value : str or array, optional
        The response, with `bootstrap`; `data` must then be the rows of the fit, in their order.
    weight : str or array, optional
        Weight of each row in the averages, zero or more; edges do not depend on it.
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
    AccumulatedEffects
        Tables `curves` and `turning_points`.

    Raises
    ------
    InvalidInputError
        A model that is not fitted or of another class; columns that the data lack; factors that the forest does not
        have; missing or infinite values; a response that is not that of the fit; options out of range.

    Notes
    -----
    Edges are the least value and the quantiles of type 1, which are values of the data (as R's ALEPlot); equal ones
    count once. The first interval holds the least value as well. The mean taken off is that over rows of the mean of
    the two ends of their interval, as in ALEPlot. A factor that is the same in every row has one edge and no effect.

    Many narrow intervals follow every step of the forest, few rows in each: the curve is noisier. Turning points and
    bands are those of `partial_dependence`; refits share the edges of the data.

    References
    ----------
    Apley, D. W. and Zhu, J. (2020). Visualizing the effects of predictor variables in black box supervised learning
    models. Journal of the Royal Statistical Society B 82, 1059–1086. https://doi.org/10.1111/rssb.12377

    Hyndman, R. J. and Fan, Y. (1996). Sample quantiles in statistical packages. The American Statistician 50, 361–365.

    Examples
    --------
    >>> import numpy as np
    >>> import regiometrics as rgm
    >>> x = np.linspace(0.0, 1.0, 200)
    >>> forest = rgm.RandomForestRegressor(200, random_state=1).fit(x[:, None], x)
    >>> curve = rgm.accumulated_effects(forest, x[:, None], intervals=10).curves
    >>> curve["effect"].iloc[[0, -1]].round(1).tolist()
    [-0.5, 0.5]
    """
    forest = fitted(model)
    most = MOST if intervals is None else count("intervals", intervals, least=1)
    refits = Refits.checked(bootstrap, confidence, seed, value)
    sample = read_sample(forest, data, value=value, weight=weight, missing=missing)
    chosen = chosen_factors(sample.names, factors)
    curves = call(
        _core.accumulated_effects,
        forest.forest_,
        sample.core,
        chosen,
        most,
        fraction("prominence", prominence),
        refits.core(forest, sample),
        columns=sample.told,
        progress=progress,
    )
    names = [sample.names[factor] for factor in chosen]
    backend, with_bands = sample.table.backend, bool(refits.replicates)
    if sample.weights is None:
        curves = [curve | {"n": curve["n"].astype(np.int64)} for curve in curves]
    columns = ("x", "effect", "n", *(("low", "high") if with_bands else ()))
    return AccumulatedEffects(
        curves=labelled(backend, names, curves, columns),
        turning_points=turning_table(backend, names, curves, with_bands=with_bands),
        prominence=float(prominence),
        bootstrap=refits.replicates,
        confidence=refits.confidence,
        seed=refits.seed if with_bands else None,
        n_dropped=sample.table.n_dropped,
        notes=(*refits.notes(forest), *sample.notes(chosen)),
        _rugs=sample.rugs(chosen),
        _categories=sample.categories,
    )
