"""Moran's I: spatial autocorrelation over all units."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from . import _core
from ._options import choice, count, seed_or_draw
from ._record import record
from ._result import Result
from ._spatial import adjusted, open_spatial
from ._tables import Frame, make_frame, state_column
from .local_moran import QUADRANTS, quadrants

__all__ = ["Moran", "moran"]


@record
class Moran(Result):
    """Spatial autocorrelation of each period.

    Attributes
    ----------
    table : frame
        One row per period: `time`; `n` units, `n_islands` of them without neighbours; `moran_i` and its `expected`
        value; `variance_normality`, `z_normality`, `p_normality` if values are drawn from a normal distribution;
        `variance_randomization`, `z_randomization`, `p_randomization` if the values at hand are put in random places;
        `p_permutation` (NaN without permutations; z and p are NaN where I is the same for any order of the values, as
        with equal links between all units); `z` and `p_value`, the ones that count, the latter adjusted if asked
        for. All p-values are two-sided.
    scatter : frame
        The Moran scatter plot, one row per unit and period in the order of the data: `unit`, `time`; `score`, the
        standardised value; `spatial_lag` of the scores (NaN without neighbours); `quadrant`.
    simulations : frame
        I of every permutation: `time`, `permutation`, `moran_i`.
    assumption : str
        "randomization" or "normality".
    permutations : int
        Permutations per period; zero for none.
    adjust : str or None
        How p-values were adjusted over the periods.
    seed : int
        The seed of the permutations, drawn if none was given.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    scatter: Frame
    simulations: Frame
    assumption: str
    permutations: int
    adjust: str | None
    seed: int
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "moran"
    _tables: ClassVar[tuple[str, ...]] = ("table", "scatter", "simulations")
    _shown: ClassVar[tuple[str, ...]] = ("table",)
    _states: ClassVar[tuple[str, ...]] = ("quadrant",)

    def _heading(self, table: str) -> str:
        return {"table": "moran_table", "scatter": "moran_scatter", "simulations": "moran_simulations"}[table]


def moran(
    data: Any,
    value: Any,
    *,
    weights: Any,
    unit: Any = None,
    time: Any = None,
    permutations: int = 0,
    adjust: str | None = None,
    assumption: str = "randomization",
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> Moran:
    r"""Measure spatial autocorrelation by Moran's I.

    .. math::

        I = \frac{n}{S_0} \frac{\sum_{ij} w_{ij} (x_i - \bar x)(x_j - \bar x)}{\sum_i (x_i - \bar x)^2},\qquad
        S_0 = \sum_{ij} w_{ij},\qquad \mathrm{E}(I) = -\frac{1}{n - 1}

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable, finite.
    weights : SpatialWeights, libpysal W or Graph, square pandas frame, or edge table
        Anything that `weights.as_weights` takes without further arguments. They are used as they stand;
        row-standardised ones, as is usual, make I the slope of the scatter plot.
    unit, time : str or array, optional
        Unit and period of each row, as in `local_g`.
    permutations : int
        Number of random orders of the values; zero for none.
    adjust : {"fdr_bh", "fdr_by", "bonferroni", "holm"}, optional
        Adjust p-values for the number of periods.
    assumption : {"randomization", "normality"}
        Which variance gives `z`, and `p_value` unless there are permutations (Cliff and Ord 1981).
    seed : int, optional
        Seed of the permutations. The same seed gives the same bits on any number of threads.
    missing : {"error", "drop"}
        Missing values, and units that a period lacks, raise an error; or they are left out, and their links with them.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Moran
        Tables `table`, `scatter` and `simulations`.

    Raises
    ------
    InvalidInputError
        As for `local_g`; a period of fewer than four units.

    Warns
    -----
    RegiometricsWarning
        If units have no neighbours.

    Notes
    -----
    Units without neighbours count in n, with a lag of zero: the moments hold exactly so. Programs that leave them out
    of n but not of the mean differ.

    The pseudo p-value is twice the share of orders whose I is at or beyond the observed one on its side, the
    observation counted in, one at most.

    References
    ----------
    Cliff, A. D. and Ord, J. K. (1981). Spatial Processes: Models and Applications. Pion, London.

    Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. Biometrika 37, 17–23.
    https://doi.org/10.1093/biomet/37.1-2.17

    Examples
    --------
    Four units in a row, 1, 2, 3, 4: I = (4/6) · 2(0.75 − 0.25 + 0.75)/5.

    >>> import regiometrics as rgm
    >>> weights = rgm.weights.from_edges(None, source=[0, 1, 2], target=[1, 2, 3], symmetric=True)
    >>> result = rgm.moran(None, [1.0, 2.0, 3.0, 4.0], weights=weights)
    >>> result.table[["moran_i", "expected"]].round(6).values.tolist()
    [[0.333333, -0.333333]]
    """
    choice("assumption", assumption, ("randomization", "normality"))
    draws = count("permutations", permutations)
    drawn_seed = seed_or_draw(seed)
    given = open_spatial(data, value, weights=weights, unit=unit, time=time, missing=missing)
    core = given.call(_core.moran, draws, drawn_seed, progress=progress)
    lag = given.rows(core.pop("lag"))
    score, simulated = given.rows(core.pop("score")), core.pop("simulated")
    core.pop("weight_sum")
    p = core["p_permutation"] if draws else core[f"p_{assumption}"]
    n_neighbors = np.where(np.isnan(lag), 0, 1)
    given.tell_of_islands(n_neighbors, "which count with a lag of zero", stacklevel=2)
    backend = given.table.backend
    periods = given.period_keys(np.arange(given.n_periods))
    which = given.period_keys(np.repeat(np.arange(given.n_periods), draws))
    numbers = {"permutation": np.tile(np.arange(1, draws + 1), given.n_periods), "moran_i": simulated}
    pairs = {
        "score": score,
        "spatial_lag": lag,
        "quadrant": state_column(backend, quadrants(score, lag), QUADRANTS),
    }
    counted = {"z": core[f"z_{assumption}"].copy(), "p_value": adjusted(p, adjust, None).copy()}
    how = f"{draws} permutations (seed {drawn_seed})" if draws else assumption
    more = f", adjusted by {adjust} over the periods" if adjust else ""
    return Moran(
        table=make_frame(backend, periods | core | counted),
        scatter=make_frame(backend, given.keys() | pairs),
        simulations=make_frame(backend, which | numbers),
        assumption=assumption,
        permutations=draws,
        adjust=adjust,
        seed=drawn_seed,
        n_dropped=given.n_dropped,
        notes=(f"z under {assumption}; p-values from {how}{more}.", *given.notes),
    )
