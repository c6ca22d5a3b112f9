"""Spatial Markov chains: transitions conditioned on the class of the neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._chain import (
    NO_STATE,
    States,
    as_counts,
    class_panel,
    counting_notes,
    open_panel,
    square_of_frame,
    tidy_tables,
)
from ._options import choice, count, flag, fraction, seed_or_draw
from ._record import record
from ._result import Result
from ._spatial_chain import classes_of_lags, renamed, spatial_lags, weight_notes
from ._tables import Frame, make_frame
from .errors import InvalidInputError
from .markov import Markov, make_markov, named_states
from .weights import as_weights

__all__ = ["SpatialMarkov", "spatial_markov", "spatial_markov_from_counts"]


@record
class SpatialMarkov(Result):
    """Markov chains by class of the spatial lag, beside the pooled chain.

    `lag_state` is the class of the neighbours when a transition starts, 1 … `lag_k`; 0 stands for units without
    neighbours where these form a class of their own. The states of the units are numbered 1 … k.

    Attributes
    ----------
    table : frame
        `lag_state`, `from_state`, `n` (transitions), and the probabilities `to_1` … `to_k`: NaN where `n` is zero.
    counts : frame
        `lag_state`, `from_state`, and the transitions `to_1` … `to_k`.
    tests : frame
        Whether the chains are one. `test` is "overall", or a class of the neighbours against the pooled chain; `Q`
        (Pearson) and `LR` (likelihood ratio) with `dof` degrees of freedom and `p_Q`, `p_LR` (NaN without degrees);
        with permutations also `p_Q_permutation` and `p_LR_permutation`.
    intervals : frame
        `lag_state` and the columns of `Markov.intervals`.
    steady_state : frame
        `lag_state`, `state`, `recurrent_class`, `probability`: where the chain would settle if the neighbours stayed
        in their class; no rows for a class of neighbours without a chain that is known to be recurrent.
    first_passage : frame
        `lag_state`, `from_state`, and the mean first passage times `to_1` … `to_k`, as in `Markov.first_passage`.
    structure : frame
        `lag_state` and the columns of `Markov.structure`.
    classes, lag_classes : frame
        Classes of the values and of their spatial lags: `state` or `lag_state`, `lower`, `upper`, `n`, with `time` if
        each period was classed by itself.
    states : frame
        Unit and time under the caller's names, `state`, `spatial_lag`, and `lag_state` of every row (-1 where the lag
        is not known).
    pooled : Markov
        The chain of the same transitions without regard to the neighbours.
    islands : tuple
        Units without neighbours.
    n_transitions : int
        Transitions counted.
    permutations : int
        Permutations behind the tests.
    seed : int or None
        Their seed; None without permutations.
    n_incomplete : int
        Pairs of periods that lack a state at an end or the spatial lag at the start.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    counts: Frame
    tests: Frame
    intervals: Frame
    steady_state: Frame
    first_passage: Frame
    structure: Frame
    classes: Frame
    lag_classes: Frame
    states: Frame
    pooled: Markov
    islands: tuple[Any, ...]
    n_transitions: int
    permutations: int
    seed: int | None
    n_incomplete: int
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "spatial_markov"
    _tables: ClassVar[tuple[str, ...]] = (
        "table",
        "counts",
        "tests",
        "intervals",
        "steady_state",
        "first_passage",
        "structure",
        "classes",
        "lag_classes",
        "states",
    )
    _shown: ClassVar[tuple[str, ...]] = ("table", "tests", "steady_state", "classes", "lag_classes")
    _states: ClassVar[tuple[str, ...]] = ("test", "kind")

    def _heading(self, table: str) -> str:
        names = {"table": "conditional", "counts": "transition_counts", "states": "states_of_units"}
        return names.get(table, table)


def spatial_markov(
    data: Any,
    value: Any,
    *,
    unit: Any,
    time: Any,
    weights: Any,
    k: int = 5,
    lag_k: int | None = None,
    method: str = "quantiles",
    pooled: bool = True,
    breaks: Any = None,
    lag_breaks: Any = None,
    lag: int = 1,
    islands: str = "error",
    confidence: float = 0.95,
    permutations: int = 0,
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> SpatialMarkov:
    r"""Estimate Markov chains of classes of a value, conditioned on the class of the neighbours' values.

    A transition from state i to state j of a unit whose spatial lag :math:`\sum_j w_{ij} y_j` was in class s at its
    start counts for the chain of s: :math:`p_{ij|s} = n_{ij|s} / n_{i|s}` (Rey 2001). Whether the chains differ is
    tested against the pooled chain by

    .. math::

        Q = \sum_s \sum_i \sum_{j: p_{ij} > 0} n_{i|s} \frac{(p_{ij|s} - p_{ij})^2}{p_{ij}},\qquad
        LR = 2 \sum_s \sum_i \sum_{j: n_{ij|s} > 0} n_{ij|s} \ln \frac{p_{ij|s}}{p_{ij}}

    both chi-square with :math:`\sum_i (a_i - 1)(b_i - 1)` degrees of freedom, a_i chains with transitions from i and
    b_i states entered from i in the pooled chain (Bickenbach and Bode 2003).

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable, finite.
    unit, time : str or array
        Unit and period of each row.
    weights : SpatialWeights, libpysal W or Graph, square pandas frame, or edge table
        Anything that `weights.as_weights` takes without further arguments; the units must be those of the panel, in
        any order. The lag uses the weights as they stand: row-standardise them to condition on the mean of the
        neighbours, as is usual.
    k : int
        Number of classes of `value`.
    lag_k : int, optional
        Number of classes of the spatial lag, which is classed by its own values; `k` without it.
    method : str
        How both are chosen, as in `classify`.
    pooled : bool
        Class the values, and the lags, of all periods together; False: each period by itself.
    breaks, lag_breaks : array, optional
        Upper bounds of the classes of the value, and of the lag, to use instead; values above the last form one more
        class.
    lag : int
        Periods from the start to the end of a transition.
    islands : {"error", "drop", "own_class"}
        Units without neighbours have no spatial lag. They raise an error that names them; or their transitions are
        left out, also from the pooled chain; or these form a class of their own, `lag_state` 0.
    confidence : float
        Level of the intervals, between 0 and 1.
    permutations : int
        Random orders behind `p_Q_permutation` and `p_LR_permutation`; 0 for none, else 999 or more.
    seed : int, optional
        Seed of the permutations; drawn and recorded if absent. Same seed, same numbers, for any number of threads.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.
    progress : bool
        Show a progress bar of the permutations.

    Returns
    -------
    SpatialMarkov
        Tables `table`, `counts`, `tests`, `intervals`, `steady_state`, `first_passage`, `structure`, `classes`,
        `lag_classes`, `states`, and the `pooled` chain.

    Raises
    ------
    InvalidInputError
        Islands unless told otherwise; units that only the panel or only the weights have; repeated unit-periods;
        fewer periods than `lag` needs; missing, infinite or non-numeric values.

    Warns
    -----
    RegiometricsWarning
        If the weights are not row-standardised, so that the lag grows with the number of neighbours; if ties leave
        fewer classes than asked for.

    Notes
    -----
    Periods are the distinct values of `time` in the whole panel, in order. In an unbalanced panel a unit has a
    spatial lag only where all of its neighbours have a value; transitions without it are left out and counted.

    The test of one class of neighbours takes the pooled chain as known, with b_i − 1 degrees of freedom for each state
    it leaves. Since the pooled chain contains the transitions tested, it rejects too rarely, the more so the larger
    the class. The statistics of all classes add up to those of "overall".

    Chi-square approximations are poor where expected counts are small, as they are in many cells of such tables: in
    simulated chains of 30 units and ten periods without any difference, the tests of "overall" rejected at 5 % in 8 of
    100 samples with three classes and in 10 of 100 with five. With `permutations` the ends of the transitions from a
    state are dealt at random to all that start in it, whatever the class of the neighbours, which keeps the sums of all
    rows and the pooled chain: Fisher's exact test, by draws, of the table of each state, with p-value (1 + draws that
    reach the statistic)/(draws + 1). It takes transitions for independent, which those of one unit are not quite. In
    the same samples `p_LR_permutation` rejected in 6 to 7 of 100, `p_Q_permutation` in 7 to 9: read the former.

    References
    ----------
    Bickenbach, F. and Bode, E. (2003). Evaluating the Markov property in studies of economic convergence.
    International Regional Science Review 26, 363–392. https://doi.org/10.1177/0160017603253789

    Rey, S. J. (2001). Spatial empirics for economic growth and convergence. Geographical Analysis 33, 195–214.
    https://doi.org/10.1111/j.1538-4632.2001.tb00444.x

    Examples
    --------
    Two pairs of neighbours; the lag of each unit is the other's value.

    >>> import pandas as pd
    >>> import regiometrics as rgm
    >>> data = pd.DataFrame({"unit": list("abcd") * 2, "year": [1] * 4 + [2] * 4, "y": [1, 2, 3, 4, 1, 3, 2, 4]})
    >>> edges = pd.DataFrame({"source": list("abcd"), "target": list("badc")})
    >>> result = rgm.spatial_markov(data, "y", unit="unit", time="year", weights=edges, k=2)
    >>> result.counts.values.tolist()
    [[1, 1, 1, 1], [1, 2, 0, 0], [2, 1, 0, 0], [2, 2, 1, 1]]
    """
    level = fraction("confidence", confidence)
    draws = _permuted(permutations, seed, progress)
    choice("islands", islands, ("error", "drop", "own_class"))
    panel = open_panel(data, lag=lag, missing=missing, unit=unit, time=time, value=value)
    values = panel.table.numbers("value")
    aligned = as_weights(weights).align(panel.units)
    is_island = aligned.n_neighbors == 0
    if is_island.any() and islands == "error":
        names = ", ".join(map(repr, aligned.islands[:5]))
        raise InvalidInputError(
            f"{int(is_island.sum())} unit(s) have no neighbours and so no spatial lag: {names}; give them some, or "
            "pass islands='drop' or islands='own_class'"
        )
    lags = spatial_lags(panel, aligned, values)
    n_lags = k if lag_k is None else count("lag_k", lag_k, least=2)
    options: dict[str, Any] = {"method": method, "pooled": pooled, "stacklevel": 4}
    name = panel.table.name("value")
    classes = class_panel(values, panel.time_codes, panel.times, k=k, breaks=breaks, what=repr(name), **options)
    lag_classes, given, first = classes_of_lags(
        panel, lags, is_island if islands == "own_class" else None, lag_breaks, n_lags, options
    )
    n_given = lag_classes.k + 1 - first
    counts, n_incomplete = call(
        _core.transitions,
        panel.grid(classes.codes, NO_STATE).ravel(),
        panel.grid(given, NO_STATE).ravel(),
        len(panel.times),
        classes.k,
        n_given,
        panel.lag,
    )
    notes = [*classes.notes, *lag_classes.notes, *weight_notes(aligned, is_island, islands)]
    why = "a state at an end or the spatial lag at the start"
    notes += counting_notes(panel, int(counts.sum()), n_incomplete, why)
    lag_state = np.where(given == NO_STATE, -1, given.astype(np.int64) + first)
    states = States(k=classes.k)
    backend = panel.table.backend
    tables = {
        "classes": make_frame(backend, classes.columns),
        "lag_classes": make_frame(backend, renamed(lag_classes.columns)),
        "states": panel.states_frame(states, classes.codes, spatial_lag=lags, lag_state=lag_state),
    }
    return _make(
        backend,
        counts.reshape(n_given, classes.k, classes.k),
        np.arange(first, n_given + first),
        states,
        level,
        draws,
        notes,
        tables,
        islands=tuple(aligned.islands),
        n_incomplete=n_incomplete,
        n_dropped=panel.table.n_dropped,
        lag=panel.lag,
    )


class _Draws(NamedTuple):
    """How many permutations, of which seed, and whether a bar is shown."""

    n: int
    seed: int
    progress: bool


def _permuted(permutations: Any, seed: Any, progress: Any) -> _Draws:
    """Check the options of the permutations."""
    return _Draws(count("permutations", permutations), seed_or_draw(seed), flag("progress", progress))


def _make(
    backend: Any,
    counts: NDArray[np.uint64],
    lag_states: NDArray[Any],
    states: States,
    confidence: float,
    draws: _Draws,
    notes: list[str],
    tables: Mapping[str, Frame],
    *,
    islands: tuple[Any, ...],
    n_incomplete: int,
    n_dropped: int,
    lag: int,
) -> SpatialMarkov:
    n_given, k = len(counts), states.k
    core = call(
        _core.spatial_markov,
        np.ascontiguousarray(counts).ravel(),
        n_given,
        k,
        confidence,
        draws.n,
        draws.seed,
        progress=draws.progress,
    )
    if draws.n:
        notes.append(
            f"p_Q_permutation and p_LR_permutation: {draws.n} permutations of the ends of transitions from each state, "
            f"seed {draws.seed}."
        )
    chain_notes = [f"{int(counts.sum())} transitions, whatever the class of the neighbours."]
    pooled = make_markov(
        backend,
        core["pooled"],
        states,
        confidence,
        chain_notes,
        classes=tables["classes"],
        states=tables["states"],
        n_incomplete=n_incomplete,
        n_excluded=0,
        n_dropped=n_dropped,
        lag=lag,
    )
    heads = [f"to_{head}" for head in states.heads]
    origin = {"lag_state": np.repeat(lag_states, k), "from_state": states.take(np.tile(np.arange(k), n_given))}
    totals = counts.sum(axis=2).ravel()

    def wide(matrices: NDArray[Any]) -> dict[str, Any]:
        return dict(zip(heads, matrices.reshape(n_given * k, k).T, strict=True))

    def stacked(name: str) -> NDArray[Any]:
        return np.concatenate([chain[name] for chain in core["conditional"]])

    tidy = tidy_tables(backend, core["conditional"], states, lag_states)
    n_empty = int((totals == 0).sum())
    if n_empty:
        notes.append(f"{n_empty} of the {len(totals)} rows of the table are empty: NaN, not absorbing.")
    return SpatialMarkov(
        table=make_frame(backend, origin | {"n": totals} | wide(stacked("probabilities"))),
        counts=make_frame(backend, origin | wide(counts)),
        tests=_tests(backend, core, lag_states, with_permutations=draws.n > 0),
        first_passage=make_frame(backend, origin | wide(stacked("first_passage"))),
        **{name: tidy[name] for name in ("intervals", "steady_state", "structure")},
        **tables,
        pooled=pooled,
        islands=islands,
        n_transitions=int(counts.sum()),
        permutations=draws.n,
        seed=draws.seed if draws.n else None,
        n_incomplete=n_incomplete,
        n_dropped=n_dropped,
        notes=tuple(notes),
    )


def _tests(backend: Any, core: Mapping[str, Any], lag_states: NDArray[Any], *, with_permutations: bool) -> Frame:
    names = np.array(["overall", *map(str, lag_states)])
    numbers = {"Q": core["q"], "LR": core["lr"], "dof": core["degrees"], "p_Q": core["p_q"], "p_LR": core["p_lr"]}
    if with_permutations:
        numbers |= {"p_Q_permutation": core["p_q_permutation"], "p_LR_permutation": core["p_lr_permutation"]}
    return make_frame(backend, {"test": names} | numbers)


def spatial_markov_from_counts(
    counts: Any,
    *,
    states: Any = None,
    confidence: float = 0.95,
    permutations: int = 0,
    seed: int | None = None,
    progress: bool = False,
) -> SpatialMarkov:
    """Analyse spatial Markov chains from their transition counts, for example published ones.

    Parameters
    ----------
    counts : array of lag classes × k × k, or frame
        Transitions by class of the neighbours, from the state of the row to that of the column. A frame has them in
        the form of `SpatialMarkov.counts`: `lag_state`, `from_state`, and one column per state at the end.
    states : sequence, optional
        The states, in the order of the rows; 1 … k without them.
    confidence : float
        Level of the intervals, between 0 and 1.
    permutations, seed, progress
        As for `spatial_markov`.

    Returns
    -------
    SpatialMarkov
        As from `spatial_markov`; the tables `classes`, `lag_classes` and `states` have no rows.

    Raises
    ------
    InvalidInputError
        Counts of another shape, not whole, or negative; with permutations, more than 10⁸ transitions.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> result = rgm.spatial_markov_from_counts([[[3, 1], [1, 3]], [[1, 3], [3, 1]]])
    >>> result.tests.loc[0, ["Q", "dof"]].to_list()
    [4.0, 2.0]
    """
    import narwhals as nw

    level = fraction("confidence", confidence)
    draws = _permuted(permutations, seed, progress)
    backend, lag_states = nw.Implementation.PANDAS, None
    if hasattr(counts, "columns"):
        counts, backend, lag_states = _cube(counts)
    cube = as_counts("counts", counts)
    if cube.ndim != 3 or cube.shape[1] != cube.shape[2] or cube.size == 0:
        raise InvalidInputError(f"counts must be lag classes × states × states, not of shape {cube.shape}")
    names = named_states(states, cube.shape[1])
    nothing = np.arange(0)
    empty = {"lower": nothing.astype(float), "upper": nothing.astype(float), "n": nothing}
    tables = {
        "classes": make_frame(backend, {"state": names.take(nothing)} | empty),
        "lag_classes": make_frame(backend, {"lag_state": nothing} | empty),
        "states": make_frame(backend, {"unit": nothing, "time": nothing, "state": names.take(nothing)}),
    }
    return _make(
        backend,
        cube,
        np.arange(1, len(cube) + 1) if lag_states is None else lag_states,
        names,
        level,
        draws,
        [f"{int(cube.sum())} transitions, from counts."],
        tables,
        islands=(),
        n_incomplete=0,
        n_dropped=0,
        lag=1,
    )


def _cube(frame: Any) -> tuple[Any, Any, NDArray[Any]]:
    """Return the counts of a frame as lag classes × states × states, its backend, and the lag classes."""
    numbers, backend, given = square_of_frame(frame, ("lag_state", "from_state"))
    k = numbers.shape[1]
    if "lag_state" not in given or len(numbers) % max(k, 1):
        raise InvalidInputError("counts must have a column lag_state, and one row per lag class and state")
    lag_states = given["lag_state"].to_numpy()[::k] if k else np.arange(0)
    if k == 0 or (given["lag_state"].to_numpy() != np.repeat(lag_states, k)).any():
        raise InvalidInputError(f"every lag_state must have {k} rows together, one per state")
    return numbers.reshape(-1, k, k), backend, lag_states
