"""Rows of the geographic detector: outcomes, factors in strata, and periods, from one frame or one part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import InputTable, read
from ._labels import Labels, is_wide
from ._options import choice, count, shown
from ._record import record
from ._tables import label_text
from .classify import METHODS, class_codes
from .errors import InvalidInputError

if TYPE_CHECKING:
    from .optimal_discretization import OptimalDiscretization

__all__ = ["Plan", "Rows", "Strata", "read_rows"]

Codes: TypeAlias = NDArray[np.uint8] | NDArray[np.uint32]

# A factor with more distinct fractional numbers than this is taken to be continuous, as is one with more than half as
# many as there are rows.
_MOST_FRACTIONS = 1000

# What the kernel codes without a copy; other whole numbers are brought to 64 bits first.
_WHOLE = ("uint8", "int16", "int32", "int64")


@record
class Strata:
    """One factor: row i is in stratum `codes[i]`.

    Attributes
    ----------
    name : str
        The column.
    codes : array
        8 bits if there are no more than 256 strata.
    labels : sequence
        What the strata are called, in their order: the caller's labels, or class numbers.
    order : mapping or None
        Place of every label where it is not that of their values: the order of categories.
    bounds : mapping
        For classed factors, by period label (None for all), lower and upper bounds of the classes.
    """

    name: str
    codes: Codes
    labels: Sequence[Any]
    order: Mapping[Any, int] | None
    bounds: Mapping[Any, tuple[NDArray[np.float64], NDArray[np.float64]]]

    @property
    def texts(self) -> list[str]:
        """The names of the strata as text."""
        return [label_text(label) for label in self.labels]


@record
class Rows:
    """What the kernel takes: outcomes by name, factors, periods."""

    table: InputTable
    outcomes: Mapping[str, NDArray[np.float64]]
    factors: Sequence[Strata]
    periods: Labels | None

    def arguments(self, outcome: str) -> tuple[Any, ...]:
        """Return the rows of one outcome as the kernel takes them."""
        codes = [factor.codes for factor in self.factors]
        n_strata = [len(factor.labels) for factor in self.factors]
        period_codes = None if self.periods is None else self.periods.codes
        return self.outcomes[outcome], codes, n_strata, period_codes, 1 if self.periods is None else len(self.periods)

    def column_names(self, outcome: str) -> dict[str, str | list[str]]:
        """Return the caller's names of the arguments of the kernel, for its errors."""
        return {"values": outcome, "factor": [factor.name for factor in self.factors]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How factors become strata: by factor a method and a number of classes, or bounds, or bounds by period."""

    default: tuple[str, int] | None
    by_factor: Mapping[str, Any]
    pooled: bool

    @classmethod
    def of(cls, discretize: Any, factors: Sequence[str], *, k: int, pooled: bool, timed: bool) -> Plan:
        """Check the argument `discretize` of a call with these factors.

        Raises
        ------
        InvalidInputError
            For factors that the call does not have, unknown methods, and a search by period without periods.
        """
        from .optimal_discretization import OptimalDiscretization

        k = count("k", k, least=2)
        if discretize is None:
            return cls(default=None, by_factor={}, pooled=pooled)
        if isinstance(discretize, OptimalDiscretization):
            return cls(default=None, by_factor=_found(discretize, factors, timed=timed), pooled=pooled)
        if isinstance(discretize, Mapping):
            unknown = [name for name in discretize if name not in factors]
            if unknown:
                raise InvalidInputError(f"discretize names {unknown[0]!r}, which is not among the factors")
            specs = {name: _spec(name, each, k) for name, each in discretize.items() if each is not None}
            return cls(default=None, by_factor=specs, pooled=pooled)
        return cls(default=_method("discretize", discretize, k), by_factor={}, pooled=pooled)

    def needs_all_rows(self) -> bool:
        """Return whether classes depend on all the values of a factor."""
        return self.default is not None or any(isinstance(spec, tuple) for spec in self.by_factor.values())


def _method(name: str, given: Any, k: int) -> tuple[str, int]:
    if isinstance(given, tuple | list) and len(given) == 2 and isinstance(given[0], str):
        return choice(name, given[0], METHODS), count("k", given[1], least=2)
    if isinstance(given, str):
        return choice(name, given, METHODS), k
    raise InvalidInputError(
        f"{name} must be the name of a method, (method, k), a mapping from factors to these or to upper bounds, or the "
        f"result of optimal_discretization, not {shown(given)}"
    )


def _spec(name: str, given: Any, k: int) -> Any:
    is_method = isinstance(given, str) or (
        isinstance(given, tuple | list) and len(given) == 2 and isinstance(given[0], str)
    )
    if is_method:
        return _method(f"discretize[{name!r}]", given, k)
    bounds = _bounds(name, given)
    if (np.diff(bounds) <= 0.0).any():
        raise InvalidInputError(f"the bounds of discretize[{name!r}] must ascend")
    # Values above the last bound form one more class.
    return np.append(bounds, np.inf)


def _bounds(name: str, given: Any) -> NDArray[np.float64]:
    try:
        bounds = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        bounds = np.empty(0)
    if bounds.ndim != 1 or len(bounds) == 0 or not np.isfinite(bounds).all():
        raise InvalidInputError(
            f"discretize[{name!r}] must be the name of a method, (method, k), or finite upper bounds of classes as "
            f"[5, 15, 25], not {shown(given)}"
        )
    return bounds


def _found(optimum: OptimalDiscretization, factors: Sequence[str], *, timed: bool) -> dict[str, Any]:
    found = optimum.bounds
    if any(isinstance(each, Mapping) for each in found.values()) and not timed:
        raise InvalidInputError(
            "discretize has classes for every period; pass time as well, or search with pooled=True"
        )
    scopes = {name: list(each.values()) if isinstance(each, Mapping) else [each] for name, each in found.items()}
    without = [name for name in factors if any(len(each) == 0 for each in scopes.get(name, []))]
    if without:
        raise InvalidInputError(
            f"the search found no classes of {without[0]!r}: none of its methods takes these values; search with others"
        )
    return {name: found[name] for name in factors if name in found}


def read_rows(
    data: Any, outcomes: Sequence[str], factors: Sequence[str], time: str | None, plan: Plan, *, missing: str
) -> Rows:
    """Read a frame: outcomes as numbers, factors as strata, one after the other so that little is held at a time.

    Raises
    ------
    InvalidInputError
        As `read`; for factors that look continuous and are not to be classed.
    """
    roles = {f"outcome{position}": name for position, name in enumerate(outcomes)}
    roles |= {f"factor{position}": name for position, name in enumerate(factors)}
    table = read(data, missing=missing, **roles, time=time)
    periods = table.optional_labels("time")
    strata = [_strata(table, f"factor{position}", plan, periods) for position in range(len(factors))]
    numbers = {name: table.numbers(f"outcome{position}") for position, name in enumerate(outcomes)}
    return Rows(table=table, outcomes=numbers, factors=strata, periods=periods)


def _strata(table: InputTable, role: str, plan: Plan, periods: Labels | None) -> Strata:
    name, series = table.columns[role]
    is_number = series.dtype.is_numeric()
    spec = plan.by_factor.get(name, plan.default if is_number else None)
    if spec is None:
        return _by_label(table, role)
    if plan.default is not None and series.dtype.is_integer():
        labelled = _by_label(table, role)
        if len(labelled.labels) <= plan.default[1]:
            # Class numbers already.
            return labelled
    values = table.numbers(role)
    if isinstance(spec, np.ndarray) or (isinstance(spec, tuple) and (plan.pooled or periods is None)):
        bounds = spec if isinstance(spec, np.ndarray) else _breaks(table, name, values, spec, None)
        return _classed(name, class_codes(values, bounds), {None: bounds}, {None: values.min()})
    return _classed_by_period(table, name, values, spec, periods)


def _breaks(
    table: InputTable, name: str, values: NDArray[np.float64], spec: tuple[str, int], rows: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Return the bounds of the classes of some rows, all by default."""
    positions = rows if table.positions is None else table.positions if rows is None else table.positions[rows]
    found: NDArray[np.float64] = call(_core.class_breaks, values, *spec, columns={"values": name}, rows=positions)
    return found


def _classed_by_period(
    table: InputTable, name: str, values: NDArray[np.float64], spec: Any, periods: Labels | None
) -> Strata:
    assert periods is not None
    codes = np.empty(len(values), dtype=np.uint32)
    bounds, lowest = {}, {}
    for period, label in enumerate(periods.to_list()):
        rows = np.flatnonzero(periods.codes == period)
        here = values[rows]
        if isinstance(spec, tuple):
            found = _breaks(table, name, here, spec, rows)
        elif label in spec:
            found = spec[label]
        else:
            raise InvalidInputError(f"discretize has no classes of {name!r} for {periods.name} = {label}")
        codes[rows] = class_codes(here, found)
        bounds[label], lowest[label] = found, here.min()
    return _classed(name, codes, bounds, lowest)


def _classed(
    name: str,
    codes: NDArray[np.uint32],
    bounds: Mapping[Any, NDArray[np.float64]],
    lowest: Mapping[Any, float],
) -> Strata:
    n_classes = max(map(len, bounds.values()))
    lower = {key: np.append(min(lowest[key], upper[0]), upper[:-1]) for key, upper in bounds.items()}
    return Strata(
        name=name,
        codes=codes.astype(np.uint8) if n_classes <= 256 else codes,
        labels=range(1, n_classes + 1),
        order=None,
        bounds={key: (lower[key], upper) for key, upper in bounds.items()},
    )


def _by_label(table: InputTable, role: str) -> Strata:
    name, series = table.columns[role]
    whole = _whole_numbers(table, role)
    coded = None if whole is None else call(_core.geodetector_codes, whole)
    if coded is not None:
        return Strata(name=name, codes=coded[0], labels=coded[1].tolist(), order=None, bounds={})
    labels = table.labels(role)
    is_fraction = series.dtype.is_float() and whole is None
    if is_fraction and (len(labels) > _MOST_FRACTIONS or 2 * len(labels) > table.n_rows):
        raise InvalidInputError(
            f"factor {name!r} looks continuous: {len(labels)} distinct numbers in {table.n_rows} rows. Pass "
            f'discretize="quantiles" (or another method, bounds, or the result of optimal_discretization) to class it, '
            "or turn it into text if each number is a stratum of its own"
        )
    codes: Codes = labels.codes.astype(np.uint8) if len(labels) <= 256 else labels.codes
    return Strata(name=name, codes=codes, labels=labels.to_list(), order=_order(labels), bounds={})


def _order(labels: Labels) -> Mapping[Any, int] | None:
    """Return the place of every category where their order is the caller's."""
    import narwhals as nw

    if isinstance(labels.distinct, nw.Series):
        categories = labels.distinct.dtype.categories if isinstance(labels.distinct.dtype, nw.Enum) else None
    else:
        categories = getattr(labels.distinct, "categories", None)
    return None if categories is None else {label: place for place, label in enumerate(categories)}


def _whole_numbers(table: InputTable, role: str) -> NDArray[Any] | None:
    """Return a column of whole numbers for the kernel to code, without a copy where it can be; None for others."""
    _, series = table.columns[role]
    if is_wide(series):
        return None
    if series.dtype.is_integer():
        array = series.to_numpy()
        if array.dtype.name in _WHOLE:
            return np.ascontiguousarray(array)
        # Unsigned 64-bit numbers may not fit, and are coded as labels.
        return array.astype(np.int64) if array.dtype.kind in "iu" and array.dtype.name != "uint64" else None
    if not series.dtype.is_float():
        return None
    values = table.numbers(role)
    # A few rows tell fractions apart without a pass over all.
    few = values[:100]
    if (few != np.rint(few)).any() or (np.abs(values) > 2.0**52).any() or (values != np.rint(values)).any():
        return None
    return values.astype(np.int64)
