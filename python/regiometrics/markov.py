"""Markov chains: how units move between states, how sure that is, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._chain import (
    NO_STATE,
    Panel,
    States,
    as_counts,
    class_panel,
    core_chain,
    counting_notes,
    eigenvalue_indices,
    open_panel,
    square_of_frame,
    square_tables,
    structure_notes,
    tidy_tables,
)
from ._input import read
from ._labels import Labels
from ._options import count, fraction, shown
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame
from .errors import InvalidInputError

__all__ = ["Markov", "counts_from_probabilities", "markov", "markov_from_counts"]


@record
class Markov(Result):
    r"""A Markov chain estimated from transitions.

    A square table has the state at the start in its first column, `from_state`, and one column for each state at the
    end. A state in which no transition starts has an empty row: NaN, never taken as absorbing.

    Attributes
    ----------
    probabilities : frame
        Square: transition probabilities n_ij / n_i.
    counts : frame
        Square: transitions n_ij.
    standard_errors : frame
        Square: √(p (1 − p) / n_i).
    intervals : frame
        One row per pair of states: `from_state`, `to_state`, `n` (transitions from the state), `probability`,
        `standard_error`, `low`, `high` (Wilson's interval of that probability).
    steady_state : frame
        `state`, `recurrent_class`, `probability`: one stationary distribution over all states for each recurrent
        class, which is named by its number in `structure`. Without rows if no class is known to be recurrent.
    first_passage : frame
        Square: mean number of steps until the first visit; on the diagonal the mean time of return. Infinite if the
        chain may never come there; NaN if a state without transitions may come before.
    sojourn : frame
        `state`, `n` (transitions from it), `leaving_probability` (1 − p_ii, the measure of Prais 1955),
        `mean_sojourn` in steps (1 / (1 − p_ii); infinite for a state that is never left).
    structure : frame
        `state`, `communicating_class`, `kind` ("recurrent"; "transient"; "undetermined" where a state without
        transitions leaves it open), `period` (greatest common divisor of the ways back; 0 if there is none).
    mobility : frame
        `index`, `value`: "shorrocks" (k − tr P)/(k − 1); "prais", the share of transitions that leave their state;
        "determinant" 1 − \|det P\|; "second_eigenvalue" 1 − \|λ₂\|; "half_life" −ln 2 / ln \|λ₂\| in steps. All but
        the second are NaN if a row is empty; the last is infinite if \|λ₂\| is 1.
    classes : frame
        `state`, `n` (units and periods in it), and for classes of a value `lower`, `upper`: values above the first
        and up to the second; with `time` if each period was classed by itself.
    states : frame
        Unit, time and `state` of every row, under the caller's names.
    n_transitions : int
        Transitions counted.
    n_incomplete : int
        Pairs of a period and the one `lag` later that lack a state at an end.
    n_excluded : int
        Rows whose state was excluded.
    n_dropped : int
        Rows left out because a value was missing.
    lag : int
        Periods from the start to the end of a transition.
    confidence : float
        Level of the intervals.
    notes : tuple of str
        What should be known about the numbers.
    """

    probabilities: Frame
    counts: Frame
    standard_errors: Frame
    intervals: Frame
    steady_state: Frame
    first_passage: Frame
    sojourn: Frame
    structure: Frame
    mobility: Frame
    classes: Frame
    states: Frame
    n_transitions: int
    n_incomplete: int
    n_excluded: int
    n_dropped: int
    lag: int
    confidence: float
    notes: tuple[str, ...]

    _method: ClassVar[str] = "markov"
    _tables: ClassVar[tuple[str, ...]] = (
        "probabilities",
        "counts",
        "standard_errors",
        "intervals",
        "steady_state",
        "first_passage",
        "sojourn",
        "structure",
        "mobility",
        "classes",
        "states",
    )
    _shown: ClassVar[tuple[str, ...]] = (
        "probabilities",
        "counts",
        "steady_state",
        "first_passage",
        "structure",
        "mobility",
        "classes",
    )
    _states: ClassVar[tuple[str, ...]] = ("from_state", "to_state", "state", "kind", "index")

    def _heading(self, table: str) -> str:
        return {"counts": "transition_counts", "states": "states_of_units"}.get(table, table)


def markov(
    data: Any,
    value: Any = None,
    *,
    unit: Any,
    time: Any,
    state: Any = None,
    k: int = 5,
    method: str = "quantiles",
    pooled: bool = True,
    breaks: Any = None,
    lag: int = 1,
    exclude: Any = None,
    confidence: float = 0.95,
    missing: str = "error",
) -> Markov:
    r"""Estimate a Markov chain from a panel: of classes of a value, or of states given directly.

    With :math:`n_{ij}` transitions from state i to state j and :math:`n_i = \sum_j n_{ij}`, the maximum likelihood
    estimate is :math:`p_{ij} = n_{ij} / n_i`, all units and periods taken together.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array, optional
        A number to divide into classes. Either this or `state`.
    unit, time : str or array
        Unit and period of each row. Units may lack periods.
    state : str or array, optional
        The state of each row, for example that of a Tapio decoupling. States stand in sorted order; categories keep
        theirs, and those that do not occur are left out.
    k : int
        Number of classes of `value`.
    method : str
        How they are chosen, as in `classify`.
    pooled : bool
        Class the values of all periods together; False: each period by itself, so that the states are relative
        positions.
    breaks : array, optional
        Upper bounds of the classes to use instead, for all periods; values above the last form one more class.
    lag : int
        Periods from the start to the end of a transition.
    exclude : label or list of labels, optional
        States to treat as unknown, for example "undefined". They are counted in the result.
    confidence : float
        Level of the intervals, between 0 and 1.
    missing : {"error", "drop"}
        Rows with a missing value or state raise an error, or are left out and counted.

    Returns
    -------
    Markov
        Tables `probabilities`, `counts`, `standard_errors`, `intervals`, `steady_state`, `first_passage`, `sojourn`,
        `structure`, `mobility`, `classes`, `states`.

    Raises
    ------
    InvalidInputError
        Repeated unit-periods; fewer periods than `lag` needs; both or neither of `value` and `state`; missing or
        infinite values, text in `value`.

    Warns
    -----
    RegiometricsWarning
        If ties leave fewer classes than `k`.

    Notes
    -----
    Periods are the distinct values of `time` in the whole panel, in order. A transition goes from each to the one
    `lag` places later, for every unit that has a state in both, whatever the distance in years: uneven distances are
    noted, and so is how many transitions are missing. It never bridges a period that the unit lacks.

    Whether the chain is ergodic is analysed. Classes of communicating states come from the transitions observed; a
    stationary distribution is given for each recurrent class, whether or not the chain settles in it (it does not if
    the class is periodic). Stationary distributions and first passage times come from state reduction, which
    subtracts nothing, so that small probabilities keep their digits.

    Standard errors are those of multinomial shares (Anderson and Goodman 1957). The intervals are Wilson's (1927),
    each probability by itself, which stay between 0 and 1 and have a length also where a transition was never seen.
    Both rest on independent transitions, which neighbouring regions rarely have.

    References
    ----------
    Anderson, T. W. and Goodman, L. A. (1957). Statistical inference about Markov chains. Annals of Mathematical
    Statistics 28, 89–110, eq. 2.10. https://doi.org/10.1214/aoms/1177707039

    Bibby, J. (1975). Methods of measuring mobility. Quality and Quantity 9, 107–136.
    https://doi.org/10.1007/BF00225964

    Grassmann, W. K., Taksar, M. I. and Heyman, D. P. (1985). Regenerative analysis and steady state distributions for
    Markov chains. Operations Research 33, 1107–1116. https://doi.org/10.1287/opre.33.5.1107

    Kemeny, J. G. and Snell, J. L. (1976). Finite Markov Chains. Springer, ch. 4.

    Prais, S. J. (1955). Measuring social mobility. Journal of the Royal Statistical Society A 118, 56–66.
    https://doi.org/10.2307/2342429

    Shorrocks, A. F. (1978). The measurement of mobility. Econometrica 46, 1013–1024.
    https://doi.org/10.2307/1911433

    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the
    American Statistical Association 22, 209–212. https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> import regiometrics as rgm
    >>> state = ["low", "low", "high", "high", "high", "low"]
    >>> result = rgm.markov(None, state=state, unit=["a"] * 3 + ["b"] * 3, time=[1, 2, 3] * 2)
    >>> result.probabilities.values.tolist()
    [['high', 0.5, 0.5], ['low', 0.5, 0.5]]
    """
    level = fraction("confidence", confidence)
    if (value is None) == (state is None):
        raise InvalidInputError("give either value, a number to class, or state, a column of states")
    panel = open_panel(data, lag=lag, missing=missing, unit=unit, time=time, value=value, state=state)
    if state is None:
        if exclude is not None:
            raise InvalidInputError("exclude names states of the column state; there is none")
        codes, states, classes, notes = _from_value(panel, k, method, pooled, breaks)
    else:
        codes, states, classes, notes = _from_state(panel, exclude)
    grid = panel.grid(codes, NO_STATE)
    counts, n_incomplete = call(_core.transitions, grid.ravel(), None, len(panel.times), states.k, 1, panel.lag)
    known = codes != NO_STATE
    rows = Panel(
        table=panel.table,
        units=Labels(name=panel.units.name, codes=panel.units.codes[known], distinct=panel.units.distinct),
        times=panel.times,
        time_codes=panel.time_codes[known],
        lag=panel.lag,
    )
    notes += counting_notes(panel, int(counts.sum()), n_incomplete)
    return make_markov(
        panel.table.backend,
        counts,
        states,
        level,
        notes,
        classes=make_frame(panel.table.backend, classes),
        states=rows.states_frame(states, codes[known]),
        n_incomplete=n_incomplete,
        n_excluded=int((~known).sum()),
        n_dropped=panel.table.n_dropped,
        lag=panel.lag,
    )


def _from_value(
    panel: Panel, k: Any, method: str, pooled: bool, breaks: Any
) -> tuple[NDArray[np.uint32], States, Mapping[str, Any], list[str]]:
    values = panel.table.numbers("value")
    name = repr(panel.table.name("value"))
    classes = class_panel(
        values, panel.time_codes, panel.times, k=k, method=method, pooled=pooled, breaks=breaks, what=name, stacklevel=5
    )
    return classes.codes, States(k=classes.k), classes.columns, classes.notes


def _from_state(panel: Panel, exclude: Any) -> tuple[NDArray[np.uint32], States, Mapping[str, Any], list[str]]:
    labels = panel.table.labels("state")
    every = labels.to_list()
    unwanted = [(label, labels.find(label)) for label in _listed(exclude)]
    unknown = [label for label, code in unwanted if code is None]
    if unknown:
        raise InvalidInputError(
            f"column {labels.name!r} has no {', '.join(map(shown, unknown))} to exclude; there is "
            f"{', '.join(map(repr, every[:10]))}"
        )
    kept = np.setdiff1d(np.arange(len(every)), [code for _, code in unwanted]).astype(np.uint32)
    if len(kept) == 0:
        raise InvalidInputError(f"every state in column {labels.name!r} is excluded; nothing is left")
    new = np.full(len(every), NO_STATE, dtype=np.uint32)
    new[kept] = np.arange(len(kept))
    codes = new[labels.codes]
    states = States(k=len(kept), labels=Labels(name=labels.name, codes=codes, distinct=labels.take(kept)))
    n = np.bincount(labels.codes, minlength=len(every))
    notes = [f"{n[code]} row(s) with state {every[code]!r} excluded." for code in np.flatnonzero(new == NO_STATE)]
    return codes, states, {"state": states.take(np.arange(states.k)), "n": n[kept]}, notes


def _listed(labels: Any) -> list[Any]:
    if labels is None:
        return []
    return list(labels) if isinstance(labels, list | tuple | set | frozenset) else [labels]


def make_markov(
    backend: Any, counts: NDArray[np.uint64], names: States, confidence: float, notes: Sequence[str], **rest: Any
) -> Markov:
    """Analyse a chain and make the result; `rest` are the attributes that do not follow from the counts."""
    core = core_chain(counts, names.k, confidence)
    n_transitions = int(np.sum(counts))
    level = f"Intervals ({100 * confidence:g} %): Wilson's, each probability by itself."
    return Markov(
        **square_tables(backend, core, counts, names),
        **tidy_tables(backend, [core], names),
        mobility=_mobility(backend, core, names.k),
        n_transitions=n_transitions,
        confidence=confidence,
        notes=(*notes, *structure_notes(core, names), level),
        **rest,
    )


def _mobility(backend: Any, core: Mapping[str, Any], k: int) -> Frame:
    determinant, second, log = eigenvalue_indices(core, k)
    indices = {
        "shorrocks": core["shorrocks"],
        "prais": core["movers"],
        "determinant": determinant,
        "second_eigenvalue": second,
        "half_life": np.inf if log == 0.0 else np.log(2.0) / abs(log),
    }
    return make_frame(backend, {"index": np.array(list(indices)), "value": np.array(list(indices.values()))})


def markov_from_counts(counts: Any, *, states: Any = None, confidence: float = 0.95) -> Markov:
    """Analyse a Markov chain from its transition counts, for example published ones.

    Parameters
    ----------
    counts : array of k × k, or frame
        Transitions from the state of the row to that of the column. A frame may have the states in a column
        `from_state`, as `Markov.counts` does; its other columns are the counts.
    states : sequence, optional
        The states, in the order of the rows. Without them the column `from_state`, or 1 … k.
    confidence : float
        Level of the intervals, between 0 and 1.

    Returns
    -------
    Markov
        As from `markov`; the table `states` has no rows, and `classes` lists the states with the transitions that
        start in them.

    Raises
    ------
    InvalidInputError
        Counts that are not square, not whole, or negative.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> result = rgm.markov_from_counts([[3, 1], [1, 1]])
    >>> result.steady_state["probability"].round(4).to_list()
    [0.6667, 0.3333]
    """
    import narwhals as nw

    level = fraction("confidence", confidence)
    backend: Any = nw.Implementation.PANDAS
    given: dict[str, Any] = {}
    if hasattr(counts, "columns"):
        counts, backend, given = square_of_frame(counts, ("from_state",))
    matrix = as_counts("counts", counts)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise InvalidInputError(f"counts must be square, one row and one column per state, not {matrix.shape}")
    names = named_states(given.get("from_state") if states is None else states, len(matrix))
    totals = matrix.sum(axis=1).astype(np.int64)
    every = np.arange(names.k)
    return make_markov(
        backend,
        matrix.ravel(),
        names,
        level,
        [f"{int(totals.sum())} transitions, from counts."],
        classes=make_frame(backend, {"state": names.take(every), "n": totals}),
        states=make_frame(backend, {"unit": every[:0], "time": every[:0], "state": names.take(every[:0])}),
        n_incomplete=0,
        n_excluded=0,
        n_dropped=0,
        lag=1,
    )


def named_states(names: Any, k: int) -> States:
    """Return k states by the names given, in their order, or 1 … k."""
    if names is None:
        return States(k=k)
    table = read(None, states=names.to_native() if hasattr(names, "to_native") else names)
    series = table.columns["states"][1]
    if len(series) != k or len(set(series.to_list())) != k:
        raise InvalidInputError(f"states must name each of the {k} states once, not {series.to_list()!r}")
    distinct = series.to_native().array if series.implementation.is_pandas() else series
    return States(k=k, labels=Labels(name="state", codes=np.arange(k, dtype=np.uint32), distinct=distinct))


def counts_from_probabilities(probabilities: Any, n: Any, *, decimals: int | None = None) -> NDArray[np.int64]:
    """Recover the whole counts behind published shares and their numbers of cases.

    Parameters
    ----------
    probabilities : array of rows × columns
        Shares as printed, each row of one number of cases; rows with `n` = 0 may hold anything.
    n : array of rows
        Cases behind each row, whole and zero or more.
    decimals : int, optional
        Decimals printed. Without it, the most that any of the shares has.

    Returns
    -------
    array of int64
        Counts, rows × columns; each row adds up to its `n`, and each count over `n` rounds to the share.

    Raises
    ------
    InvalidInputError
        If the shares leave room for several counts (`n` too large for their decimals), or no whole counts fit: the
        message names the row.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> rgm.counts_from_probabilities([[0.333, 0.667]], [12]).tolist()
    [[4, 8]]
    """
    try:
        shares = np.asarray(probabilities, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"probabilities cannot be read as numbers: {error}") from None
    cases = as_counts("n", n).astype(np.int64)
    if shares.ndim != 2 or cases.shape != shares.shape[:1]:
        raise InvalidInputError(
            f"there must be one n per row of probabilities; their shapes are {cases.shape} and {shares.shape}"
        )
    used = cases > 0
    if not np.isfinite(shares[used]).all():
        row = int(np.flatnonzero(used & ~np.isfinite(shares).all(axis=1))[0])
        raise InvalidInputError(f"probabilities of row {row} are not finite")
    digits = _decimals(shares[used]) if decimals is None else count("decimals", decimals, most=15)
    # A share lies within half a unit of its last digit; the last factor is for the rounding of binary numbers.
    room = 0.5 * 10.0**-digits * cases * (1.0 + 1e-9)
    if (room >= 0.5).any():
        row = int(np.argmax(room))
        raise InvalidInputError(f"{digits} decimals are too few to tell the counts of {cases[row]} cases (row {row})")
    with np.errstate(over="ignore", invalid="ignore"):
        # Shares that overflow fit no counts.
        expected = np.where(used[:, None], shares, 0.0) * cases[:, None]
        counts = np.rint(expected)
        fits = (np.abs(expected - counts) <= room[:, None] + 1e-9).all(axis=1) & (counts.sum(axis=1) == cases)
    if not fits.all():
        row = int(np.argmin(fits))
        raise InvalidInputError(
            f"no whole counts of {cases[row]} cases round to the probabilities of row {row} at {digits} decimals"
        )
    return counts.astype(np.int64)


def _decimals(shares: NDArray[np.float64]) -> int:
    from decimal import Decimal

    exponents = [int(Decimal(repr(float(share))).normalize().as_tuple().exponent) for share in shares.ravel()]
    return max(0, *(-exponent for exponent in exponents)) if exponents else 0
