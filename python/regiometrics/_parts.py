"""Sources of the geographic detector: frames, arrays, grids, and parts of a table that does not fit in memory."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import NothingLeftError, nothing_left
from ._labels import Labels, encode
from ._record import record
from ._strata import Plan, Rows, read_rows
from .errors import InvalidInputError, RegiometricsError

__all__ = ["Columns", "Partial", "gather", "parts_of", "whole"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of the data are what."""

    outcomes: Sequence[str]
    factors: Sequence[str]
    time: str | None


@record
class Partial:
    """The moments of some rows, with the labels that their codes stand for; parts are joined in any number."""

    n_rows: int
    n_dropped: int
    backend: Any
    # By factor: labels of the strata, place of categories, bounds of classes.
    labels: Sequence[Sequence[Any]]
    orders: Sequence[Mapping[Any, int] | None]
    bounds: Sequence[Mapping[Any, tuple[NDArray[np.float64], NDArray[np.float64]]]]
    periods: Labels | None
    # By outcome.
    moments: Mapping[str, dict[str, Any]]

    @classmethod
    def of(cls, rows: Rows) -> Partial:
        """Gather the moments of rows that were read."""
        moments = {
            outcome: call(
                _core.geodetector_moments,
                rows.arguments(outcome),
                columns=rows.column_names(outcome),
                rows=rows.table.positions,
                periods=rows.periods,
            )
            for outcome in rows.outcomes
        }
        return cls(
            n_rows=rows.table.n_rows,
            n_dropped=rows.table.n_dropped,
            backend=rows.table.backend,
            labels=[factor.labels for factor in rows.factors],
            orders=[factor.order for factor in rows.factors],
            bounds=[factor.bounds for factor in rows.factors],
            periods=rows.periods,
            moments=moments,
        )

    def join(self, other: Partial) -> Partial:
        """Return both together; strata and periods are in the order of their labels."""
        together = [
            _union(one, two, order) for one, two, order in zip(self.labels, other.labels, self.orders, strict=True)
        ]
        periods, period_places = _periods_together(self.periods, other.periods)
        places = [
            ([_positions(labels, union) for labels, union in zip(part.labels, together, strict=True)], codes)
            for part, codes in zip((self, other), period_places, strict=True)
        ]
        sizes = [len(labels) for labels in together]
        n_periods = 1 if periods is None else len(periods)
        moments = {
            outcome: call(_core.geodetector_merge, moments, other.moments[outcome], places, sizes, n_periods)
            for outcome, moments in self.moments.items()
        }
        return Partial(
            n_rows=self.n_rows + other.n_rows,
            n_dropped=self.n_dropped + other.n_dropped,
            backend=self.backend,
            labels=together,
            orders=self.orders,
            bounds=[_lower_bounds(one, two) for one, two in zip(self.bounds, other.bounds, strict=True)],
            periods=periods,
            moments=moments,
        )


def _periods_together(one: Labels | None, two: Labels | None) -> tuple[Labels | None, list[NDArray[np.uint32]]]:
    """Return the periods of both, in their order and data type, and where those of each stand among them."""
    import narwhals as nw

    if one is None or two is None:
        only = np.zeros(1, dtype=np.uint32)
        return None, [only, only]
    ours, theirs = (each.series.alias(one.name) for each in (one, two))
    try:
        if ours.dtype == theirs.dtype:
            both = nw.concat([ours.to_frame(), theirs.to_frame()])[one.name]
        else:
            both = nw.new_series(one.name, one.to_list() + two.to_list(), backend=ours.implementation)
        periods = encode(one.name, both)
    except TypeError:
        raise _unordered() from None
    return periods, [periods.codes[: len(one)], periods.codes[len(one) :]]


def _positions(labels: Sequence[Any], union: Sequence[Any]) -> list[int]:
    place = {label: position for position, label in enumerate(union)}
    return [place[label] for label in labels]


def _union(one: Sequence[Any], two: Sequence[Any], order: Mapping[Any, int] | None) -> list[Any]:
    labels = list(dict.fromkeys([*one, *two]))
    try:
        return sorted(labels) if order is None else sorted(labels, key=lambda label: order.get(label, len(order)))
    except TypeError:
        raise _unordered() from None


def _unordered() -> InvalidInputError:
    return InvalidInputError("the labels of the parts cannot be put in order; give them one type")


def _lower_bounds(one: Mapping[Any, Any], two: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the bounds of classes of both parts: the lowest lower bound stands."""
    joined = dict(two)
    for key, (lower, upper) in one.items():
        joined[key] = (np.minimum(lower, two[key][0]) if key in two else lower, upper)
    return joined


def gather(parts: Iterable[Partial | int]) -> Partial:
    """Join the parts in their order; of those without a complete row only their number of rows is given.

    Raises
    ------
    InvalidInputError
        If there are none with rows.
    """
    joined: Partial | None = None
    n_parts = n_dropped = 0
    for part in parts:
        n_parts += 1
        if isinstance(part, int):
            n_dropped += part
        else:
            joined = part if joined is None else joined.join(part)
    if n_parts == 0:
        raise InvalidInputError("the data have no parts; at least one frame is needed")
    if joined is None:
        raise nothing_left(n_dropped)
    return replace(joined, n_dropped=joined.n_dropped + n_dropped)


def parts_of(data: Any, columns: Columns, plan: Plan, missing: str) -> Callable[[], Iterator[Partial | int]] | None:
    """Return what computes the parts of `data` if it comes in parts: an iterator or list of frames, or from dask."""
    read = partial(_read_part, columns=columns, plan=plan, missing=missing)
    if _is_from(data, "dask"):
        return lambda: _of_dask(data, read)
    if hasattr(data, "__next__") or (isinstance(data, list | tuple) and data and hasattr(type(data[0]), "columns")):
        return lambda: map(read, data)
    return None


def _read_part(frame: Any, columns: Columns, plan: Plan, missing: str) -> Partial | int:
    """Return the moments of a part, or how many rows it has if none is complete: a block of cells outside the map."""
    try:
        rows = read_rows(frame, columns.outcomes, columns.factors, columns.time, plan, missing=missing)
    except NothingLeftError as error:
        return error.n_rows
    return Partial.of(rows)


def _of_dask(data: Any, read: Callable[[Any], Partial | int]) -> Iterator[Partial | int]:
    """Compute the moments of every partition where it is, by the caller's dask scheduler."""
    dask = _imported("dask")
    parts = [dask.delayed(read)(partition) for partition in data.to_delayed()]
    yield from dask.compute(*parts)


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise RegiometricsError("this needs dask, which is not installed: pip install 'regiometrics[dask]'") from None


def _is_from(each: Any, package: str) -> bool:
    return type(each).__module__.split(".")[0] == package


def whole(data: Any, value: Any, factors: Any, time: Any) -> tuple[Any, Columns]:
    """Return the data as one table (a frame, or parts of one) and the columns that are used.

    Grids of any dimension (numpy, xarray, dask) are read cell by cell; variables of a Dataset that lack a dimension,
    as a land-use map without years, are repeated along it.
    """
    if data is not None and time is not None and not isinstance(time, str):
        raise InvalidInputError(f"time must be the name of a column of data, not {type(time).__name__}")
    if data is not None and not _is_from(data, "xarray"):
        return data, Columns(outcomes=_names("value", value), factors=_names("factors", factors), time=time)
    if data is not None:
        names = Columns(outcomes=_names("value", value), factors=_names("factors", factors), time=time)
        used = [*names.outcomes, *names.factors, *([] if time is None else [time])]
        absent = [name for name in used if name not in data and name not in getattr(data, "coords", ())]
        if absent:
            raise InvalidInputError(f"data have no variable {absent[0]!r}; there is {', '.join(map(repr, data))}")
        return _table({name: data[name] for name in used}), names
    if not isinstance(factors, Mapping):
        raise InvalidInputError("without data, factors must be a mapping from names to arrays")
    outcomes = value if isinstance(value, Mapping) else {str(getattr(value, "name", None) or "value"): value}
    period = {} if time is None else {str(getattr(time, "name", None) or "time"): time}
    arrays = {**outcomes, **factors, **period}
    if len(arrays) < len(outcomes) + len(factors) + len(period):
        raise InvalidInputError("two of the arrays have the same name; rename one")
    names = Columns(outcomes=tuple(outcomes), factors=tuple(factors), time=next(iter(period), None))
    return _table(arrays), names


def _names(role: str, given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, list | tuple) or not given or not all(isinstance(name, str) for name in given):
        raise InvalidInputError(f"{role} must be the name of a column or a list of names, not {given!r}")
    if len(set(given)) < len(given):
        raise InvalidInputError(f"{role} names a column twice")
    return tuple(given)


def _table(arrays: Mapping[str, Any]) -> Any:
    """Return arrays of one shape as a frame without copying them, or as a dask frame if they are dask's."""
    import pandas as pd

    if any(_is_from(each, "xarray") for each in arrays.values()):
        arrays = _broadcast(arrays)
    if any(_is_from(each, "dask") for each in arrays.values()):
        return _dask_frame(arrays)
    columns = {name: _flat(name, array) for name, array in arrays.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InvalidInputError(f"the arrays differ in length: {told}")
    try:
        return pd.DataFrame(columns, copy=False)
    except UnicodeEncodeError:
        # Halves of surrogate pairs are no strings to pandas.
        return pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in columns.items()})
    except (pd.errors.OutOfBoundsDatetime, pd.errors.OutOfBoundsTimedelta) as error:
        dates = [repr(name) for name, column in columns.items() if column.dtype.kind in "mM"]
        raise InvalidInputError(f"{' or '.join(dates)} has dates that pandas cannot hold: {error}") from None


def _broadcast(arrays: Mapping[str, Any]) -> dict[str, Any]:
    import xarray

    labelled = {name: each for name, each in arrays.items() if _is_from(each, "xarray")}
    if len(labelled) < len(arrays):
        raise InvalidInputError("give all arrays as xarray DataArrays or none")
    return {name: each.data for name, each in zip(labelled, xarray.broadcast(*labelled.values()), strict=True)}


def _flat(name: str, array: Any) -> Any:
    import pandas as pd

    if isinstance(array, pd.MultiIndex):
        raise InvalidInputError(f"{name} is an index of {array.nlevels} levels; give one of them")
    if isinstance(array, pd.Series | pd.Index):
        # Rows are taken by position: an index would align them.
        return array.array
    if isinstance(array, pd.Categorical):
        return array
    if isinstance(array, str) or not hasattr(array, "__len__"):
        raise InvalidInputError(f"{name} is {array!r}; without data it must be an array, one entry per row")
    try:
        return np.asarray(array).ravel()
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{name} cannot be read as an array: {error}") from None


def _dask_frame(arrays: Mapping[str, Any]) -> Any:
    array_of, frame_of = _imported("dask.array"), _imported("dask.dataframe")
    shapes = {name: np.shape(array) for name, array in arrays.items()}
    if len(set(shapes.values())) > 1:
        told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise InvalidInputError(f"the arrays differ in shape: {told}")
    chunks = next(array.chunks for array in arrays.values() if _is_from(array, "dask"))
    flat = {name: array_of.asarray(array).rechunk(chunks).ravel() for name, array in arrays.items()}
    frames = [frame_of.from_dask_array(array, columns=name) for name, array in flat.items()]
    return frame_of.concat(frames, axis=1)
