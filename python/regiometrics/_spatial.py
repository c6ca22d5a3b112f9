"""What the statistics of spatial association share: values joined to weights, adjusted p-values, notes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import InputTable, read
from ._labels import Labels, encode
from ._options import choice
from ._record import record
from ._tables import make_frame, state_column
from .errors import InvalidInputError, RegiometricsWarning
from .weights import SpatialWeights, as_weights
from .weights._links import named

__all__ = ["ADJUSTMENTS", "SpatialInput", "adjusted", "class_counts", "open_spatial", "tell_of_reach"]

ADJUSTMENTS = ("fdr_bh", "fdr_by", "bonferroni", "holm")

# The level at which a result is usually called significant.
_USUAL_LEVEL = 0.05


@record
class SpatialInput:
    """Values of units over periods, joined to weights.

    `values` is a grid of periods × units, NaN where a unit is absent; `unit_codes` and `time_codes` say where each row
    used stands in it, and `rows` where it stands in the caller's data.
    """

    table: InputTable
    weights: SpatialWeights
    units: Any
    times: Labels | None
    unit_codes: NDArray[np.int64]
    time_codes: NDArray[np.int64]
    values: NDArray[np.float64]
    n_dropped: int
    notes: list[str]

    @property
    def n_periods(self) -> int:
        """Number of periods; one without a column of them."""
        return len(self.values)

    def call(self, function: Any, *options: Any, progress: bool = False) -> dict[str, Any]:
        """Call a function of the core on weights and values."""
        restandardize = bool(np.isnan(self.values).any()) and self.weights.is_row_standardized
        weights = (self.weights.indptr, self.weights.indices, self.weights.data)
        result: dict[str, Any] = call(
            function,
            *weights,
            self.values.ravel(),
            self.n_periods,
            restandardize,
            *options,
            columns={"values": self.table.name("value")},
            periods=self.times,
            progress=progress,
        )
        return result

    def rows(self, grid: NDArray[Any]) -> NDArray[Any]:
        """Return the entries of a grid of periods × units for the rows used."""
        found: NDArray[Any] = grid.reshape(self.n_periods, -1)[self.time_codes, self.unit_codes]
        return found

    def keys(self) -> dict[str, Any]:
        """Return the columns that name the rows used."""
        keys = {"unit": self.units}
        if self.times is not None:
            keys["time"] = self.times.take(self.time_codes)
        return keys

    def period_keys(self, codes: NDArray[Any]) -> dict[str, Any]:
        """Return the column that names periods, if there is one."""
        return {} if self.times is None else {"time": self.times.take(codes)}

    def tell_of_islands(self, n_neighbors: NDArray[Any], what: str, stacklevel: int) -> int:
        """Note and warn of rows without neighbours; return their number."""
        n_islands = int((n_neighbors == 0).sum())
        if n_islands:
            units = [self.weights.ids[code] for code in np.unique(self.unit_codes[n_neighbors == 0])]
            self.notes.append(f"{n_islands} row(s) of units without neighbours, {what}: {named(units)}.")
            warnings.warn(self.notes[-1], RegiometricsWarning, stacklevel=stacklevel + 1)
        return n_islands


def open_spatial(data: Any, value: Any, *, weights: Any, unit: Any, time: Any, missing: str) -> SpatialInput:
    """Read the columns, and find the unit of every row among those of the weights.

    Raises
    ------
    InvalidInputError
        For units that only one side has, and units that a period has twice or, unless missing ones are dropped, not.
    """
    gaps = ("value",) if choice("missing", missing, ("error", "drop")) == "drop" else ()
    table = read(data, missing=missing, gaps=gaps, value=value, unit=unit, time=time)
    links = as_weights(weights)
    values = table.numbers("value", gaps=bool(gaps))
    times = table.optional_labels("time")
    time_codes = np.zeros(table.n_rows, dtype=np.int64) if times is None else times.codes.astype(np.int64)
    n_periods = 1 if times is None else len(times)
    labels, codes = _units(table, links, data, value, time_codes, n_periods)
    # Rows per cell, whether they are too many, and a number in each.
    _core.foresee_panel(links.n, n_periods, 17)
    # Whether each period has each unit once, before missing values are looked at.
    twice = np.bincount(time_codes * links.n + codes, minlength=n_periods * links.n).reshape(n_periods, -1) > 1
    if twice.any():
        period, code = np.argwhere(twice)[0]
        where = "" if times is None else f" in {times.name} = {times.item(int(period))}"
        raise InvalidInputError(
            f"unit {links.ids[code]!r} appears more than once{where}; each must appear once, or name the periods in "
            "time="
        )
    known = ~np.isnan(values)
    grid = np.full((n_periods, links.n), np.nan)
    grid[time_codes, codes] = values
    if missing == "error":
        _refuse_absent(grid, links, times)
    n_dropped = table.n_dropped + int((~known).sum())
    notes = _absence_notes(grid, links, n_dropped)
    return SpatialInput(
        table=table,
        weights=links,
        units=labels.take(labels.codes[known]),
        times=times,
        unit_codes=codes[known],
        time_codes=time_codes[known],
        values=grid,
        n_dropped=n_dropped,
        notes=notes,
    )


def _units(
    table: InputTable, weights: SpatialWeights, data: Any, value: Any, time_codes: NDArray[np.int64], n_periods: int
) -> tuple[Labels, NDArray[np.int64]]:
    """Return the labels of the rows, and their positions among the units of the weights."""
    if "unit" in table.columns:
        labels = table.labels("unit")
        return labels, _positions(labels, weights)
    index = getattr(value if data is None else data, "index", None)
    if index is not None and hasattr(index, "nlevels") and index.nlevels == 1 and _names_units(index, weights):
        kept = index if table.positions is None else index[table.positions]
        labels = encode("the index", _series(kept))
        return labels, _positions(labels, weights)
    counts = np.bincount(time_codes, minlength=n_periods)
    if (counts != weights.n).any():
        raise InvalidInputError(
            f"without unit= the rows of a period must be the {weights.n} units of the weights, in their order, and "
            f"there are {counts[counts != weights.n][0]}; name the column of the units in unit="
        )
    codes = np.empty(table.n_rows, dtype=np.int64)
    codes[np.argsort(time_codes, kind="stable")] = np.tile(np.arange(weights.n), n_periods)
    distinct = _series(list(weights.ids))
    return Labels(name="unit", codes=codes.astype(np.uint32), distinct=distinct.to_native().array), codes


def _names_units(index: Any, weights: SpatialWeights) -> bool:
    """Return whether an index is to be joined to the weights: it has their labels, or both are text."""
    labels = set(index)
    return labels == set(weights.ids) or all(isinstance(label, str) for label in (*labels, *weights.ids))


def _series(labels: Any) -> Any:
    import narwhals as nw
    import pandas as pd

    return nw.from_native(pd.Series(labels), series_only=True)


def _positions(labels: Labels, weights: SpatialWeights) -> NDArray[np.int64]:
    position = {unit: place for place, unit in enumerate(weights.ids)}
    distinct = labels.to_list()
    unknown = [unit for unit in distinct if unit not in position]
    if unknown:
        is_text = {isinstance(unit, str) for unit in (distinct[0], weights.ids[0])}
        hint = " (one side has text, the other numbers)" if len(is_text) > 1 else ""
        raise InvalidInputError(
            f"the weights have no unit {named(unknown)}{hint}; both must have the same units: leave these rows out, or "
            "give the weights these units"
        )
    return np.array([position[unit] for unit in distinct], dtype=np.int64)[labels.codes]


def _refuse_absent(grid: NDArray[np.float64], weights: SpatialWeights, times: Labels | None) -> None:
    absent = np.isnan(grid)
    advice = "pass missing='drop' to leave them and their links out"
    everywhere = [weights.ids[code] for code in np.flatnonzero(absent.all(axis=0))]
    if everywhere:
        raise InvalidInputError(f"the weights have {named(everywhere)}, which the data lack; {advice}")
    if absent.any() and times is not None:
        period, code = np.argwhere(absent)[0]
        more = int(absent.sum()) - 1
        rest = f" (and {more} more)" if more else ""
        raise InvalidInputError(
            f"unit {weights.ids[code]!r} has no row in {times.name} = {times.item(int(period))}{rest}; {advice}"
        )


def _absence_notes(grid: NDArray[np.float64], weights: SpatialWeights, n_dropped: int) -> list[str]:
    notes = [f"{n_dropped} row(s) with missing values left out."] if n_dropped else []
    n_absent = int(np.isnan(grid).sum())
    if n_absent:
        again = ", whose rows then add up to one again" if weights.is_row_standardized else ""
        notes.append(f"{n_absent} unit-period(s) without a value: their links are left out of the weights{again}.")
    return notes


def adjusted(p: NDArray[np.float64], method: str | None, families: NDArray[Any] | None) -> NDArray[np.float64]:
    """Return p-values adjusted for the number of tests in each family; NaN stands for no test."""
    if method is None:
        return p
    choice("adjust", method, ADJUSTMENTS)
    codes = None if families is None else families.astype(np.uint32)
    n_families = 1 if codes is None or len(codes) == 0 else int(codes.max()) + 1
    found: NDArray[np.float64] = call(_core.adjust, np.ascontiguousarray(p), codes, n_families, method)
    return found


def tell_of_reach(given: SpatialInput, p: NDArray[np.float64], permutations: int, method: str | None) -> None:
    """Note where so few permutations were drawn that one unit alone cannot be significant after the adjustment."""
    if not permutations or method is None:
        return
    n_tests = int(np.bincount(given.time_codes[~np.isnan(p)], minlength=1).max())
    factor = n_tests * (float((1.0 / np.arange(1, n_tests + 1)).sum()) if method == "fdr_by" else 1.0)
    # Both tails count: a two-sided p of permutations is no less than 2/(permutations + 1).
    least = 2.0 * factor / (permutations + 1)
    if least > _USUAL_LEVEL:
        enough = math.ceil(2.0 * factor / _USUAL_LEVEL) - 1
        given.notes.append(
            f"{permutations} permutations and {n_tests} units: adjusted by {method}, the p of one unit alone cannot "
            f"fall below {min(least, 1.0):.3g}; permutations={enough} or more can bring it to {_USUAL_LEVEL:g}."
        )


def class_counts(given: SpatialInput, name: str, codes: NDArray[Any], names: Sequence[str]) -> Any:
    """Return a frame of how many rows of each period are in each class."""
    k = len(names)
    counts = np.bincount(given.time_codes * k + codes, minlength=given.n_periods * k)
    classes = state_column(given.table.backend, np.tile(np.arange(k), given.n_periods), names)
    keys = given.period_keys(np.repeat(np.arange(given.n_periods), k))
    return make_frame(given.table.backend, keys | {name: classes, "n": counts})
