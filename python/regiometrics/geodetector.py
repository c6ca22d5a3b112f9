"""The geographic detector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from . import _core
from ._call import call
from ._detectors import Detected, frames, remarks, warn
from ._options import choice, count, flag, fraction, seed_or_draw
from ._parts import Partial, gather, parts_of, whole
from ._record import record
from ._result import Result
from ._strata import Plan, Rows, read_rows
from ._tables import Frame
from .errors import InvalidInputError

__all__ = ["Geodetector", "geodetector"]

_ADJUSTMENTS = ("bonferroni", "holm", "fdr_bh")


@record
class Geodetector(Result):
    """What the four detectors find, for every period and outcome.

    The column `time` is absent where no `time` was given, `outcome` where `value` was one name. Tables are frames of
    the caller's library.

    Attributes
    ----------
    factor : frame
        `factor`, `n` (units used), `n_strata`, `n_singletons` (strata of one unit), `q`, `f`, `noncentrality` (λ),
        `p_value` (noncentral F), `p_central` (central F); with permutations `p_permutation`; with a bootstrap
        `standard_error`, `low`, `high`; `rank` (1 for the largest q of the period). Without a
        test, f and p are NaN; for q = 1 f is infinite; q is NaN where fewer than two strata are left to vary.
    interaction : frame
        `factor_a`, `factor_b`, `q_a`, `q_b`, `q` (of the crossed strata), `type`, `n_strata` (crossed strata with
        units), `n_empty` (crossings without), `n_singletons`; with interaction permutations `p_permutation`.
    risk : frame
        `factor`, `stratum_a`, `stratum_b`, `mean_a`, `mean_b`, `difference` (a − b), Welch's `t`, its `dof`, and its
        two-sided `p_value`, adjusted if asked for; NaN where a stratum has one unit or neither varies.
    ecological : frame
        `factor_a`, `factor_b`, `f` (ratio of the variances within strata), `dof_a`, `dof_b`, `p_value` (two-sided).
    strata : frame
        `factor`, `stratum`, `n`, `mean`, `standard_deviation` (sample) of the outcome.
    breaks : frame
        Of the factors that were classed: `factor`, `stratum` (number of the class), `lower`, `upper`. A class holds the
        values above its lower bound up to and including its upper one; the first includes its lower bound.
    variance : str
        The convention of σ² in λ.
    singletons : str
        What became of strata of one unit.
    adjust : str or None
        How the p-values of `risk` are adjusted, over the pairs of one factor and period.
    permutations, interaction_permutations, bootstrap : int
        How often was resampled.
    confidence : float
        Level of the bootstrap intervals.
    seed : int or None
        Seed of the resampling, drawn if none was given; None without resampling.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    factor: Frame
    interaction: Frame
    risk: Frame
    ecological: Frame
    strata: Frame
    breaks: Frame
    variance: str
    singletons: str
    adjust: str | None
    permutations: int
    interaction_permutations: int
    bootstrap: int
    confidence: float
    seed: int | None
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "geodetector"
    _tables: ClassVar[tuple[str, ...]] = ("factor", "interaction", "risk", "ecological", "strata", "breaks")
    _shown: ClassVar[tuple[str, ...]] = ("factor", "interaction", "ecological")
    _states: ClassVar[tuple[str, ...]] = ("type",)

    def _heading(self, table: str) -> str:
        return {"breaks": "factor_classes"}.get(table, f"{table}_detector" if table != "strata" else "strata_means")


def geodetector(
    data: Any,
    value: Any,
    factors: Any,
    *,
    time: Any = None,
    discretize: Any = None,
    k: int = 5,
    pooled: bool = True,
    singletons: str = "keep",
    variance: str = "population",
    adjust: str | None = None,
    permutations: int = 0,
    interaction_permutations: int = 0,
    bootstrap: int = 0,
    confidence: float = 0.95,
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> Geodetector:
    r"""Measure how much of the variance of an outcome the strata of factors account for, alone and crossed.

    With :math:`n_h` of N units in stratum h of L, mean :math:`\mu_h`,

    .. math::

        q = 1 - \frac{\sum_h \sum_i (y_{hi} - \mu_h)^2}{\sum_i (y_i - \mu)^2},\quad
        F = \frac{N - L}{L - 1} \frac{q}{1 - q},\quad
        \lambda = \frac{1}{\sigma^2}\Big[\sum_h \mu_h^2 - \frac{1}{N}\Big(\sum_h \sqrt{n_h}\,\mu_h\Big)^2\Big]

    The factor detector gives q and tests F against the noncentral F distribution, as published. The interaction
    detector gives q of the crossed strata and one of five types. The risk detector compares the means of every two
    strata (Welch's t). The ecological detector compares two factors. One pass over the rows serves all four, for all
    pairs of factors: O(n · factors) in most cases.

    Parameters
    ----------
    data : data frame, Dataset, parts of a frame, or None
        One row per unit and period (pandas, polars, pyarrow, …); an xarray Dataset; None if the other arguments are
        arrays. A table that does not fit in memory comes in parts: an iterator or list of frames, or a dask
        DataFrame. Their moments are joined, and the result is that of the whole.
    value : str, list of str, or array
        The outcome, finite; any unit. Several outcomes share the strata of the factors. As an array (or a mapping from
        names to arrays) it may have any shape, as a grid has, and may come from numpy, xarray or dask.
    factors : str or list of str, or mapping from names to arrays
        What may account for the outcome: groups of any type (a region, a land use, a class number), or numbers that
        `discretize` turns into classes.
    time : str or array, optional
        Period of each row; each is analysed by itself.
    discretize : optional
        How numbers become classes: the name of a method of `classify` or a pair (method, number of classes), for every
        numeric factor (whole numbers with no more than k distinct values are taken as classes already); a mapping from
        factors to these or to upper bounds (values above the last one form one more class); or the result of
        `optimal_discretization`. Without it each distinct label or number is a stratum. Data in parts need bounds.
    k : int
        Number of classes where `discretize` names only the method.
    pooled : bool
        Classes from the values of all periods together, so that they mean the same in each; or by period.
    singletons : {"keep", "drop"}
        Strata of one unit stay with variance 0, as in the R package geodetector; or their units are left out, for each
        factor and each pair by itself, as in GD and gdverse. Either way their number is told.
    variance : {"population", "sample"}
        σ² in λ: SST/N or SST/(N − 1).
    adjust : {None, "bonferroni", "holm", "fdr_bh"}
        Adjust the p-values of the risk detector for the number of pairs of one factor and period.
    permutations : int
        Permutations of the outcome over all units of a period, for `p_permutation` of q; 999 or more.
    interaction_permutations : int
        Permutations for the p-value that the interaction exceeds both factors; see Notes. They cost one pass per pair.
    bootstrap : int
        Replicates of the bootstrap for intervals of q; 999 or more.
    confidence : float
        Level of the intervals, between 0 and 1.
    seed : int, optional
        Seed of the resampling; drawn and recorded if absent. Same seed, same numbers, for any number of threads.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted (cells outside a map, for instance, also
        where they fill a whole part of the data).
    progress : bool
        Show a progress bar while resampling.

    Returns
    -------
    Geodetector
        Tables `factor`, `interaction`, `risk`, `ecological`, `strata`, `breaks`.

    Raises
    ------
    InvalidInputError
        Missing values unless dropped, infinite ones, text in the outcome, unknown columns, a period in which the
        outcome is constant, a factor that looks continuous and is not classed; data in parts with permutations, a
        bootstrap, or classes that depend on all values, which need the whole: read it into one frame, or give bounds.

    Warns
    -----
    RegiometricsWarning
        For strata of one unit, factors with one stratum (q = 0, no test), as many strata as units (q = 1, no test), and
        factors with more than 1000 strata (their pairs are not compared). The notes of the result say so too.

    Notes
    -----
    **Which p-value.** λ depends on the level of the outcome: unless all strata have one size, adding a constant to y
    changes the noncentral p and nothing else.

    >>> import regiometrics as rgm
    >>> y, x = [1.0, 2.0, 3.0, 5.0, 6.0, 9.0], {"x": ["a", "a", "b", "b", "b", "b"]}
    >>> tables = [rgm.geodetector(None, [each + c for each in y], x).factor for c in (0.0, 100.0)]
    >>> [table[["q", "p_central", "p_value"]].round(3).loc[0].tolist() for table in tables]
    [[0.556, 0.089, 0.155], [0.556, 0.089, 1.0]]

    Report `p_central` or `p_permutation` beside it. Tails are right to 1e-10 relative down to 1e-300.

    **Types of interaction**, two q being equal within 1e-10 relative: nonlinear weaken (q below both), univariate
    nonlinear weaken (between them), bivariate enhance (above both), independent (their sum), nonlinear enhance (above
    the sum). With singletons kept, crossing never lowers q, so that q above both is no evidence by itself.
    `interaction_permutations` tests it: if factor b adds nothing to a, the outcome can be permuted inside the strata of
    a; the p-value is the larger of those for b beyond a and for a beyond b.

    **Intervals** come from the studentised bootstrap over all units of a period (Davison and Hinkley 1997, §5.2), with
    infinitesimal-jackknife errors. q is too large in small samples, by (L − 1)/(N − 1) if the factor has no effect;
    percentile intervals double that, and never hold q = 0. In simulated samples of 30 and of 300 units, 95 % intervals
    held a true q of 0.2 and 0.53 in 94 to 97 % of them, and q = 0 in more than 99 %; the documentation has the table
    ("Tests and intervals, by simulation"). They rest on independent units, which neighbouring regions rarely are.

    **Ecological**: F is the ratio of SSW/(N − 1) of the two factors with N − 1 and N − 1 degrees of freedom, as
    published (Wang et al. 2010), and p twice the smaller tail, the same for either order. Both variances are of one
    outcome, so that the test is a rough one.

    Crossings without units are no strata; `n_empty` counts them. Values need one copy in memory beside the input, and
    factors a byte per row. The permutation p-values, the bootstrap and classes by a method need the whole table.

    References
    ----------
    Wang, J.-F., Li, X.-H., Christakos, G., Liao, Y.-L., Zhang, T., Gu, X. and Zheng, X.-Y. (2010). Geographical
    detectors-based health risk assessment and its application in the neural tube defects study of the Heshun region,
    China. International Journal of Geographical Information Science 24, 107–127.
    https://doi.org/10.1080/13658810802443457

    Wang, J.-F., Zhang, T.-L. and Fu, B.-J. (2016). A measure of spatial stratified heterogeneity. Ecological Indicators
    67, 250–256. https://doi.org/10.1016/j.ecolind.2016.02.052

    Davison, A. C. and Hinkley, D. V. (1997). Bootstrap Methods and their Application. Cambridge University Press.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> ai = rgm.datasets.load_ai_development()
    >>> result = rgm.geodetector(ai, "level", "region", time="year")
    >>> result.factor.round(4)[["time", "q", "p_central"]].loc[3].tolist()
    [2022.0, 0.2922, 0.0079]
    """
    choice("singletons", singletons, ("keep", "drop"))
    choice("variance", variance, ("population", "sample"))
    choice("missing", missing, ("error", "drop"))
    if adjust is not None:
        choice("adjust", adjust, _ADJUSTMENTS)
    resampling = {
        "permutations": count("permutations", permutations),
        "interaction_permutations": count("interaction_permutations", interaction_permutations),
        "bootstrap": count("bootstrap", bootstrap),
    }
    key = seed_or_draw(seed)
    confidence = fraction("confidence", confidence)
    table, columns = whole(data, value, factors, time)
    _refuse_clash(columns.outcomes, columns.factors, columns.time)
    plan = Plan.of(discretize, columns.factors, k=k, pooled=flag("pooled", pooled), timed=time is not None)
    parts = parts_of(table, columns, plan, missing)
    rows: Rows | None = None
    if parts is None:
        rows = read_rows(table, columns.outcomes, columns.factors, columns.time, plan, missing=missing)
        part = Partial.of(rows)
    else:
        _refuse_parts(resampling, plan)
        part = gather(parts())
    periods = part.periods
    detected = []
    for outcome, moments in part.moments.items():
        names: dict[str, Any] = {"values": outcome}
        options = (variance == "sample", singletons == "drop", adjust or "none")
        core = call(_core.geodetector, moments, *options, columns=names, periods=periods)
        resampled = {}
        if rows is not None and any(resampling.values()):
            plan_of_draws = (*resampling.values(), confidence, key, singletons == "drop")
            resampled = call(_core.geodetector_resample, rows.arguments(outcome), *plan_of_draws, progress=progress)
        detected.append(Detected(outcome=outcome, core=core, resampled=resampled))
    has_outcomes = not isinstance(value, str) and (data is not None or isinstance(value, Mapping))
    told = list(remarks(detected, columns.factors, drop=singletons == "drop"))
    warn(told)
    return Geodetector(
        **frames(part, periods, detected, columns.factors, has_outcomes=has_outcomes),
        variance=variance,
        singletons=singletons,
        adjust=adjust,
        **resampling,
        confidence=confidence,
        seed=key if any(resampling.values()) else None,
        n_dropped=part.n_dropped,
        notes=tuple(_notes(told, variance, resampling, confidence, key, part.n_dropped)),
    )


def _refuse_clash(outcomes: Any, factors: Any, time: str | None) -> None:
    twice = [name for name in factors if name in outcomes or name == time]
    if twice:
        raise InvalidInputError(f"{twice[0]!r} cannot be a factor and the outcome or the time as well")


def _refuse_parts(resampling: Mapping[str, int], plan: Plan) -> None:
    asked = [name for name, times in resampling.items() if times]
    if asked:
        raise InvalidInputError(f"{asked[0]} need the whole table at once; read the parts into one frame for it")
    if plan.needs_all_rows():
        raise InvalidInputError(
            "classes by a method need all values of a factor; for data in parts give upper bounds, as "
            'discretize={"slope": [5, 15, 25]}, or the result of optimal_discretization on a sample'
        )


def _notes(
    told: list[str], variance: str, resampling: Mapping[str, int], confidence: float, seed: int, n_dropped: int
) -> list[str]:
    divisor = "SST/N" if variance == "population" else "SST/(N − 1)"
    notes = [
        f"p_value: noncentral F with σ² = {divisor}; it changes with the level of the outcome, p_central does not."
    ]
    if resampling["permutations"]:
        notes.append(f"p_permutation of factors: {resampling['permutations']} permutations, seed {seed}.")
    if resampling["interaction_permutations"]:
        times = resampling["interaction_permutations"]
        notes.append(f"p_permutation of pairs: {times} permutations inside the strata of either, seed {seed}.")
    if resampling["bootstrap"]:
        level = f"{100 * confidence:g} %"
        times = resampling["bootstrap"]
        notes.append(f"Intervals of q ({level}): studentised bootstrap, {times} replicates, seed {seed}.")
    if n_dropped:
        notes.append(f"{n_dropped} row(s) with missing values left out.")
    return [*notes, *told]
