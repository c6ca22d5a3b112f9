"""What `markov` and `spatial_markov` share: panels of states, and the tables of a chain."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import InputTable, read
from ._labels import Labels
from ._options import choice, count, flag
from ._record import record
from ._tables import Frame, make_frame
from .classify import METHODS, class_breaks, class_codes
from .errors import InvalidInputError, RegiometricsWarning

__all__ = [
    "NO_STATE",
    "Classes",
    "Panel",
    "States",
    "as_counts",
    "class_panel",
    "core_chain",
    "counting_notes",
    "eigenvalue_indices",
    "open_panel",
    "square_of_frame",
    "square_tables",
    "structure_notes",
    "tidy_tables",
]

# The kernel's code for a unit that has no state in a period.
NO_STATE = np.uint32(2**32 - 1)

_KINDS = np.array(["recurrent", "transient", "undetermined"])


@record
class States:
    """The states of a chain: labels of the caller, or the classes 1 … k."""

    k: int
    labels: Labels | None = None

    def take(self, codes: NDArray[Any]) -> Any:
        """Return the states of `codes` as a column for `make_frame`."""
        return np.asarray(codes, dtype=np.int64) + 1 if self.labels is None else self.labels.take(codes)

    @property
    def heads(self) -> list[str]:
        """The states as column names."""
        states = range(1, self.k + 1) if self.labels is None else self.labels.to_list()
        return [str(state) for state in states]


@record
class Classes:
    """Values in classes.

    `codes` has one entry per value; `breaks` the upper bounds of every period, or of all periods in one entry.
    """

    codes: NDArray[np.uint32]
    breaks: list[NDArray[np.float64]]
    k: int
    columns: Mapping[str, Any]
    notes: list[str]


@record
class Panel:
    """The rows of a panel placed in a grid of units × periods."""

    table: InputTable
    units: Labels
    times: Labels
    # Period of each row; `times` may have periods all rows of which were left out.
    time_codes: NDArray[np.uint32]
    lag: int
    notes: list[str] = field(default_factory=list)

    @property
    def n_pairs(self) -> int:
        """Pairs of a period and the one `lag` later, for every unit."""
        return len(self.units) * (len(self.times) - self.lag)

    def grid(self, values: NDArray[Any], fill: Any) -> NDArray[Any]:
        """Return one entry per row as units × periods, with `fill` where there is no row."""
        grid = np.full((len(self.units), len(self.times)), fill, dtype=values.dtype)
        grid[self.units.codes, self.time_codes] = values
        return grid

    def states_frame(self, states: States, codes: NDArray[np.uint32], **more: NDArray[Any]) -> Frame:
        """Return unit, time and state of every row, sorted."""
        place = self.units.codes.astype(np.int64) * len(self.times) + self.time_codes
        # Most panels come sorted, and are not copied then.
        order = slice(None) if (place[1:] > place[:-1]).all() else np.argsort(place, kind="stable")
        del place
        columns = {
            self.units.name: self.units.take(self.units.codes[order]),
            self.times.name: self.times.take(self.time_codes[order]),
            "state": states.take(codes[order]),
        }
        return make_frame(self.table.backend, columns | {name: column[order] for name, column in more.items()})


def open_panel(data: Any, *, lag: Any, missing: str, unit: Any, time: Any, **roles: Any) -> Panel:
    """Read a panel in which a unit has at most one row per period."""
    if unit is None or time is None:
        raise InvalidInputError("unit and time are needed: transitions go from one period to a later one of a unit")
    table = read(data, missing=missing, unit=unit, time=time, **roles)
    units, times = table.labels("unit"), table.labels("time")
    codes = times.codes
    # Rows per cell, and a number or state in each.
    _core.foresee_panel(len(units), len(times), 16)
    if np.bincount(units.codes.astype(np.int64) * len(times) + codes).max() > 1:
        table.refuse_duplicates("unit", "time")
    if table.n_dropped:
        # A period that lost all of its rows still stands between its neighbours.
        every = read(data, missing=missing, time=time).labels("time")
        position = {label: code for code, label in enumerate(every.to_list())}
        codes = np.array([position[label] for label in times.to_list()], dtype=np.uint32)[codes]
        times = every
    steps = count("lag", lag, least=1)
    if steps >= len(times):
        raise InvalidInputError(
            f"lag is {steps}, but column {times.name!r} has {len(times)} period(s); at least {steps + 1} are needed"
        )
    notes = [*_spacing(times)]
    if table.n_dropped:
        notes.append(f"{table.n_dropped} row(s) with missing values left out.")
    return Panel(table=table, units=units, times=times, time_codes=codes, lag=steps, notes=notes)


def _spacing(times: Labels) -> Iterator[str]:
    if times.series.dtype.is_numeric():
        gaps = np.unique(np.diff(times.series.to_numpy().astype(np.float64)))
        if len(gaps) > 1:
            shown = ", ".join(f"{gap:g}" for gap in gaps)
            yield f"The periods are unevenly spaced ({shown} apart); a step goes from one observed period to the next."


def class_panel(
    values: NDArray[np.float64],
    periods: NDArray[np.uint32],
    times: Labels,
    *,
    k: Any,
    method: str,
    pooled: bool,
    breaks: Any,
    what: str,
    stacklevel: int = 4,
) -> Classes:
    """Divide the values of all periods, or of each period by itself, into classes."""
    wanted = count("k", k, least=2)
    choice("method", method, METHODS)
    together = flag("pooled", pooled) or breaks is not None
    present = np.array([0]) if together else np.unique(periods)
    rows = [np.arange(len(values))] if together else [np.flatnonzero(periods == period) for period in present]
    codes = np.empty(len(values), dtype=np.uint32)
    found = [class_breaks(values[each], k=wanted, method=method, breaks=breaks) for each in rows]
    for each, bounds in zip(rows, found, strict=True):
        codes[each] = class_codes(values[each], bounds)
    n_classes = max(map(len, found))
    few = [] if breaks is not None or method == "head_tail" else [len(bounds) < wanted for bounds in found]
    notes = [f"Classes of {what}: {_told(method, breaks, together)}."]
    if any(few):
        where = "" if together else f" in {times.name} = {', '.join(_labels(times, present[np.flatnonzero(few)]))}"
        why = "cut points outside the values are left out" if method == "std" else "ties, or too few distinct values"
        notes.append(f"Fewer than the {wanted} classes of {what} asked for{where}: {why}.")
        warnings.warn(notes[-1], RegiometricsWarning, stacklevel=stacklevel)
    sizes = [len(bounds) for bounds in found]
    time = {} if together else {"time": times.take(np.repeat(present, sizes))}
    columns = time | _class_columns(values, codes, rows, found)
    return Classes(codes=codes, breaks=found, k=n_classes, columns=columns, notes=notes)


def _told(method: str, breaks: Any, pooled: bool) -> str:
    if breaks is not None:
        return "the bounds given"
    return f"{method}, {'all periods together' if pooled else 'each period by itself'}"


def _labels(labels: Labels, codes: NDArray[Any]) -> list[str]:
    every = labels.to_list()
    return [str(every[int(code)]) for code in codes]


def _class_columns(
    values: NDArray[np.float64],
    codes: NDArray[np.uint32],
    rows: list[NDArray[Any]],
    found: list[NDArray[np.float64]],
) -> dict[str, Any]:
    lowest = [min(values[each].min(), bounds[0]) for each, bounds in zip(rows, found, strict=True)]
    lower = [np.concatenate([[low], bounds[:-1]]) for low, bounds in zip(lowest, found, strict=True)]
    counts = [np.bincount(codes[each], minlength=len(bounds)) for each, bounds in zip(rows, found, strict=True)]
    return {
        "state": np.concatenate([np.arange(1, len(bounds) + 1) for bounds in found]),
        "lower": np.concatenate(lower),
        "upper": np.concatenate(found),
        "n": np.concatenate(counts),
    }


def counting_notes(panel: Panel, n_counted: int, n_incomplete: int, why: str = "") -> list[str]:
    """Say how many transitions there are, and how many there could have been."""
    told = f"{n_counted} transitions over {panel.lag} period(s) of {panel.times.name}"
    if n_incomplete:
        told += f"; {n_incomplete} of the {panel.n_pairs} possible ones lack {why or 'a state at an end'}"
    return [f"{told}.", *panel.notes]


def square_tables(backend: Any, core: Mapping[str, Any], counts: NDArray[Any], states: States) -> dict[str, Frame]:
    """Return the square tables of one chain: the state at the start, then one column per state at the end."""
    k = states.k
    matrices = {name: core[name] for name in ("probabilities", "standard_errors", "first_passage")} | {"counts": counts}
    return {
        name: make_frame(
            backend,
            {"from_state": states.take(np.arange(k))}
            | dict(zip(states.heads, np.asarray(matrix).reshape(k, k).T, strict=True)),
        )
        for name, matrix in matrices.items()
    }


def tidy_tables(
    backend: Any, cores: Sequence[Mapping[str, Any]], states: States, lag_states: NDArray[Any] | None = None
) -> dict[str, Frame]:
    """Return the other tables of one chain, or of several below each other with the class of the neighbours."""
    chains = [_tidy_columns(core, states.k) for core in cores]
    frames = {}
    for table, first in chains[0].items():
        parts = [chain[table] for chain in chains]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in first}
        for name in ("from_state", "to_state", "state"):
            if name in columns:
                columns[name] = states.take(columns[name])
        if lag_states is not None:
            sizes = [len(next(iter(part.values()))) for part in parts]
            columns = {"lag_state": np.repeat(lag_states, sizes)} | columns
        frames[table] = make_frame(backend, columns)
    return frames


def _tidy_columns(core: Mapping[str, Any], k: int) -> dict[str, dict[str, Any]]:
    """Return the columns of one chain by table, with states as codes."""
    every = np.arange(k)
    origin, target = (index.ravel() for index in np.indices((k, k)))
    recurrent = core["recurrent"].astype(np.int64)
    return {
        "intervals": {
            "from_state": origin,
            "to_state": target,
            "n": core["totals"][origin],
            "probability": core["probabilities"],
            "standard_error": core["standard_errors"],
            "low": core["low"],
            "high": core["high"],
        },
        "steady_state": {
            "state": np.tile(every, len(recurrent)),
            "recurrent_class": np.repeat(recurrent + 1, k),
            "probability": core["steady_states"],
        },
        "sojourn": {
            "state": every,
            "n": core["totals"],
            "leaving_probability": core["leaving"],
            "mean_sojourn": core["sojourn"],
        },
        "structure": {
            "state": every,
            "communicating_class": core["class"].astype(np.int64) + 1,
            "kind": _KINDS[core["kind"]],
            "period": core["period"],
        },
    }


def structure_notes(core: Mapping[str, Any], states: States) -> list[str]:
    """Say whether the chain is ergodic, and if not, why not."""
    heads = np.array(states.heads, dtype=object)
    empty, recurrent = core["totals"] == 0, core["recurrent"]
    notes = []
    if empty.any():
        notes.append(
            f"No transition starts in {', '.join(heads[empty])}: the row is empty (NaN), not absorbing, and what "
            "depends on it is unknown."
        )
    if len(recurrent) > 1:
        notes.append(f"{len(recurrent)} recurrent classes: which one the chain ends in depends on where it starts.")
    for kind, name in enumerate(_KINDS):
        members = heads[(core["kind"] == kind) & ~empty]
        if kind > 0 and len(members):
            notes.append(f"{name.capitalize()}: {', '.join(members)}.")
    cyclic = (core["kind"] == 0) & (core["period"] > 1)
    if cyclic.any():
        notes.append(
            f"Periodic: {', '.join(heads[cyclic])} (period {', '.join(map(str, np.unique(core['period'][cyclic])))}); "
            "the steady state is the long-run share of time, which the chain does not settle in."
        )
    if not notes:
        notes.append("The chain is ergodic: one recurrent class, aperiodic.")
    return notes


# Eigenvalues nearer to one than this are taken from the times that the chain needs, not from what is left of one.
_SLOW = 0.1


def eigenvalue_indices(core: Mapping[str, Any], k: int) -> tuple[float, float, float]:
    """Return 1 − |det P|, 1 − |λ₂| and ln |λ₂|; NaN if a row is empty or there is one state.

    Of a chain that moves rarely, all of them are small beside one: nothing here is subtracted from one.
    """
    probabilities = core["probabilities"].reshape(k, k)
    if k == 1 or np.isnan(probabilities).any():
        return np.nan, np.nan, np.nan
    # I − P, of which the core has the diagonal without a difference.
    rates = np.linalg.eigvals(np.diag(core["leaving"]) - probabilities * (1.0 - np.eye(k)))
    logs = _log_moduli(rates)
    determinant = float(-np.expm1(logs.sum()))
    # A recurrent class of period d has d eigenvalues on the unit circle, which rounding would move.
    is_recurrent = core["kind"] == 0
    first = np.unique(core["class"][is_recurrent], return_index=True)[1]
    if core["period"][is_recurrent][first].sum() > 1:
        return determinant, 0.0, 0.0
    second = np.argsort(logs)[-2]
    log = logs[second]
    if is_recurrent.all() and abs(rates[second]) < _SLOW:
        log = _log_moduli(_slow_rates(core, k)).max()
    elif log < -0.5:
        # Small ones keep their digits in P itself.
        with np.errstate(divide="ignore"):
            log = np.log(np.sort(np.abs(np.linalg.eigvals(probabilities)))[-2])
    log = float(min(log, 0.0))
    return determinant, float(-np.expm1(log)), log


def _log_moduli(rates: NDArray[Any]) -> NDArray[np.float64]:
    """Return ln |1 − r|, of |1 − r|² − 1 where that is the smaller number."""
    squares = rates.real * (rates.real - 2.0) + rates.imag**2
    with np.errstate(divide="ignore"):
        return np.where(squares < -0.5, np.log(np.abs(1.0 - rates)), 0.5 * np.log1p(np.maximum(squares, -0.5)))


def _slow_rates(core: Mapping[str, Any], k: int) -> NDArray[Any]:
    """Return the eigenvalues of I − P near zero, but for zero itself, of an ergodic chain.

    They are the inverses of the large ones of the group inverse of I − P, which is (1 π − I) D but for a part that
    adds nothing, D_ij the mean time from i to j times π_j (Meyer 1975): large numbers keep their digits.
    """
    steady = core["steady_states"]
    times = core["first_passage"].reshape(k, k) * (1.0 - np.eye(k)) * steady
    large = np.linalg.eigvals(steady @ times - times)
    return np.asarray(1.0 / large[np.abs(large) > 0.5 / _SLOW])


def as_counts(name: str, values: Any) -> NDArray[np.uint64]:
    """Return numbers of transitions: whole and zero or more."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"{name} cannot be read as numbers: {error}") from None
    is_whole = np.isfinite(array) & (array >= 0.0) & (array == np.floor(array)) & (array <= 2.0**53)
    if not is_whole.all():
        first = tuple(int(index) for index in np.argwhere(~is_whole)[0])
        raise InvalidInputError(
            f"{name}{list(first)} is {array[first]:g}; counts are whole numbers of zero or more (from probabilities "
            "and n, take counts_from_probabilities first)"
        )
    return array.astype(np.uint64)


def square_of_frame(frame: Any, labels: Sequence[str]) -> tuple[Any, Any, dict[str, Any]]:
    """Return the number columns of a frame as an array, its backend, and its label columns by name."""
    import narwhals as nw

    table = nw.from_native(frame, eager_only=True)
    given = {name: table[name] for name in labels if name in table.columns}
    numbers = [name for name in table.columns if name not in (*labels, "n")]
    return table.select(numbers).to_numpy(), table.implementation, given


def core_chain(counts: NDArray[np.uint64], k: int, confidence: float) -> dict[str, Any]:
    """Analyse one chain."""
    core: dict[str, Any] = call(_core.markov, np.ascontiguousarray(counts).ravel(), k, confidence)
    return core
