"""Local Moran's I: clusters and spatial outliers."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._options import choice, count, fraction, seed_or_draw
from ._record import record
from ._result import Result
from ._spatial import adjusted, class_counts, open_spatial, tell_of_reach
from ._tables import Frame, make_frame, state_column

__all__ = ["CLUSTERS", "QUADRANTS", "LocalMoran", "local_moran", "quadrants"]

QUADRANTS = ("high-high", "low-high", "low-low", "high-low", "undefined")
CLUSTERS = (*QUADRANTS[:4], "not significant", "undefined")


@record
class LocalMoran(Result):
    """Clusters of like values, and units unlike their neighbours.

    Attributes
    ----------
    table : frame
        One row per unit and period, in the order of the data: `unit`, `time`; `value`; `n_neighbors`; `score`, the
        standardised value; `spatial_lag` of the scores; `local_i`; its `expected` value and `variance`; `z`; `p_normal`
        and `p_permutation` (NaN without permutations), both two-sided; `p_value`, the one that counts, adjusted if
        asked for; `quadrant` of the Moran scatter plot: "high-high", "low-high", "low-low", "high-low" (the unit first,
        then its neighbours), or "undefined"; `cluster`: the quadrant where `p_value` is small enough, else "not
        significant".
    counts : frame
        How many units of each period are in each class: `time`, `cluster`, `n`.
    variance : str
        "conditional" or "total".
    confidence : float
        1 − the largest p-value of a cluster.
    permutations : int
        Permutations per unit; zero for none.
    adjust : str or None
        How p-values were adjusted, in each period by itself.
    seed : int
        The seed of the permutations, drawn if none was given.
    n_islands : int
        Rows of units without neighbours, which have no I.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    counts: Frame
    variance: str
    confidence: float
    permutations: int
    adjust: str | None
    seed: int
    n_islands: int
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "local_moran"
    _tables: ClassVar[tuple[str, ...]] = ("table", "counts")
    _shown: ClassVar[tuple[str, ...]] = ("table", "counts")
    _states: ClassVar[tuple[str, ...]] = ("quadrant", "cluster")

    def _heading(self, table: str) -> str:
        return {"table": "clusters", "counts": "cluster_counts"}[table]


def local_moran(
    data: Any,
    value: Any,
    *,
    weights: Any,
    unit: Any = None,
    time: Any = None,
    permutations: int = 0,
    adjust: str | None = None,
    variance: str = "conditional",
    confidence: float = 0.95,
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> LocalMoran:
    r"""Find clusters and spatial outliers by local Moran's I.

    .. math::

        I_i = \frac{x_i - \bar x}{m_2} \sum_j w_{ij} (x_j - \bar x),\qquad m_2 = \frac{1}{n} \sum_j (x_j - \bar x)^2

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable, finite.
    weights : SpatialWeights, libpysal W or Graph, square pandas frame, or edge table
        Anything that `weights.as_weights` takes without further arguments. They are used as they stand;
        row-standardised ones, as is usual, make the lag the mean of the neighbours.
    unit, time : str or array, optional
        Unit and period of each row, as in `local_g`.
    permutations : int
        Number of random draws of each unit's neighbours from the other units; zero for p-values from the normal
        distribution alone.
    adjust : {"fdr_bh", "fdr_by", "bonferroni", "holm"}, optional
        Adjust p-values for the number of units of a period, as in `local_g`: with skewed values only by permutations,
        40 times as many as there are units.
    variance : {"conditional", "total"}
        Expectation and variance of I over all orders of the values: with the unit's own value in its place, as in the
        permutations (Sokal, Oden and Thomson 1998, equations A7 and A8); or with all values moving (Anselin 1995,
        equations 13 and 14; their A3 and A4).
    confidence : float
        Clusters have p-values of 1 − `confidence` at most.
    seed : int, optional
        Seed of the permutations. The same seed gives the same bits on any number of threads.
    missing : {"error", "drop"}
        Missing values, and units that a period lacks, raise an error; or they are left out, and their links with them.
    progress : bool
        Show a progress bar.

    Returns
    -------
    LocalMoran
        Tables `table` and `counts`.

    Raises
    ------
    InvalidInputError
        As for `local_g`.

    Warns
    -----
    RegiometricsWarning
        If units have no neighbours.

    Notes
    -----
    The sum of all I is the sum of all weights times Moran's I. Some programs divide by Σ(x − x̄)²/(n − 1) instead, which
    makes every I smaller by (n − 1)/n and leaves conditional z-values as they are.

    A value or a lag above zero is high, any other low. Units without neighbours have no I and are "undefined". A unit
    whose value is the mean has I = 0 whatever its neighbours: it has no conditional z, and its cluster is "undefined".

    Permutations are those of `local_g`: the unit's value stays, and the two-sided pseudo p-value of I is that of the
    lag.

    References
    ----------
    Anselin, L. (1995). Local indicators of spatial association: LISA. Geographical Analysis 27, 93–115.
    https://doi.org/10.1111/j.1538-4632.1995.tb00338.x

    Sokal, R. R., Oden, N. L. and Thomson, B. A. (1998). Local spatial autocorrelation in a biological model.
    Geographical Analysis 30, 331–354. https://doi.org/10.1111/j.1538-4632.1998.tb00406.x

    Examples
    --------
    Five units in a row with mean 3 and m₂ = 7.6: the first has I = (−2/7.6) · (−2).

    >>> import regiometrics as rgm
    >>> edges = {"source": [0, 1, 2, 3], "target": [1, 2, 3, 4]}
    >>> weights = rgm.weights.from_edges(None, **edges, symmetric=True)
    >>> rgm.local_moran(None, [1.0, 1.0, 1.0, 4.0, 8.0], weights=weights).table["local_i"].round(4).to_list()
    [0.5263, 1.0526, 0.2632, 0.3947, 0.6579]
    """
    choice("variance", variance, ("conditional", "total"))
    level = fraction("confidence", confidence)
    draws = count("permutations", permutations)
    drawn_seed = seed_or_draw(seed)
    given = open_spatial(data, value, weights=weights, unit=unit, time=time, missing=missing)
    core = given.call(_core.local_moran, variance == "conditional", draws, drawn_seed, progress=progress)
    columns = {"spatial_lag" if name == "lag" else name: given.rows(grid) for name, grid in core.items()}
    p = columns["p_permutation"] if draws else columns["p_normal"]
    p_value = adjusted(p, adjust, given.time_codes)
    tell_of_reach(given, p, draws, adjust)
    quadrant = quadrants(columns["score"], columns["spatial_lag"])
    # 1 − 0.95 is above 0.05 in double precision by some ulp, and p-values of permutations are whole parts of 0.001.
    cluster = np.where(p_value <= round(1.0 - level, 12), quadrant, CLUSTERS.index("not significant"))
    cluster[np.isnan(p_value)] = CLUSTERS.index("undefined")
    n_islands = given.tell_of_islands(columns["n_neighbors"], "which have no I", stacklevel=2)
    n_undefined = int(np.isnan(columns["z"]).sum()) - n_islands
    if n_undefined:
        given.notes.append(f"{n_undefined} row(s) where I is the same for any order of the values: no z.")
    backend = given.table.backend
    classes = {
        "p_value": p_value,
        "quadrant": state_column(backend, quadrant, QUADRANTS),
        "cluster": state_column(backend, cluster, CLUSTERS),
    }
    how = f"{draws} permutations (seed {drawn_seed})" if draws else f"the normal distribution, {variance} variance"
    more = f", adjusted by {adjust}" if adjust else ""
    values = {"value": given.rows(given.values)}
    return LocalMoran(
        table=make_frame(backend, given.keys() | values | columns | classes),
        counts=class_counts(given, "cluster", cluster, CLUSTERS),
        variance=variance,
        confidence=level,
        permutations=draws,
        adjust=adjust,
        seed=drawn_seed,
        n_islands=n_islands,
        n_dropped=given.n_dropped,
        notes=(f"Clusters at {100 * level:g} %; p-values from {how}{more}.", *given.notes),
    )


def quadrants(score: NDArray[np.float64], lag: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the positions in QUADRANTS."""
    high, high_lag = score > 0.0, lag > 0.0
    codes = np.where(high_lag, np.where(high, 0, 1), np.where(high, 3, 2))
    return np.where(np.isnan(lag), QUADRANTS.index("undefined"), codes)
