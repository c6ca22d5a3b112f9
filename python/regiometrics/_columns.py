"""Columns of any library as arrays of numbers, and the refusal of rows, by column and number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ._labels import is_wide
from .errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "as_float64",
    "as_series",
    "holds_doubles",
    "in_our_order",
    "is_finite",
    "is_known_finite",
    "is_missing",
    "is_plain",
    "listed",
    "original",
    "refuse",
]

# An error names this many rows and says how many more there are.
_ROWS_NAMED = 5


def in_our_order(series: Any) -> Any:
    """Return a column in the byte order of this machine, since pandas cannot take rows of the other one."""
    if series.implementation.is_pandas():
        import narwhals as nw

        native = series.to_native()
        if isinstance(native.dtype, np.dtype) and not native.dtype.isnative:
            return nw.from_native(native.astype(native.dtype.newbyteorder("=")), series_only=True)
    return series


def is_plain(values: Any) -> bool:
    """Return whether an array is one of doubles, as numpy makes them."""
    return type(values) is np.ndarray and values.dtype == np.float64 and values.ndim == 1


def as_series(role: str, values: Any) -> Any:
    """Return an array, list or series of any library as a series of narwhals, without a copy where that can be."""
    import narwhals as nw
    import pandas as pd

    if is_plain(values):
        # What follows comes to the same, and takes several times as long.
        return nw.new_series("", values, backend=nw.Implementation.PANDAS)
    series = nw.from_native(values, series_only=True, pass_through=True)
    if isinstance(series, nw.Series):
        return in_our_order(series)
    if hasattr(values, "__array__") and not isinstance(values, pd.Categorical | pd.Index | np.ma.MaskedArray):
        try:
            values = np.asarray(values)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(f"{role} cannot be read as a column: {error}") from None
        if values.ndim != 1:
            raise InvalidInputError(f"{role} must have one dimension, not {values.ndim}")
        if not values.dtype.isnative:
            values = values.astype(values.dtype.newbyteorder("="))
    if isinstance(values, list | tuple) and any(isinstance(value, list | tuple | np.ndarray) for value in values):
        raise InvalidInputError(f"{role} must have one dimension, not 2")
    try:
        return nw.from_native(pd.Series(values, copy=False), series_only=True)
    except (TypeError, ValueError, NotImplementedError) as error:
        raise InvalidInputError(f"{role} cannot be read as a column: {error}") from None


def is_finite(array: NDArray[np.float64]) -> bool:
    """Return whether the sum is finite, as then every entry is: one pass, which millions of rows are glad of."""
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(array.sum())


def holds_doubles(series: Any) -> bool:
    """Return whether a column is doubles of numpy."""
    return is_plain(series) or bool(series.implementation.is_pandas() and series.to_native().dtype == np.float64)


def is_known_finite(series: Any) -> bool:
    """Return whether a column is doubles of numpy of which none is missing or infinite."""
    return holds_doubles(series) and is_finite(series.to_native().to_numpy())


def is_missing(series: Any) -> NDArray[np.bool_]:
    """Return where a column is null or NaN."""
    if series.implementation.is_pandas():
        return np.asarray(series.to_native().isna(), dtype=bool)
    mask = np.asarray(series.is_null().to_numpy(), dtype=bool)
    if series.dtype.is_float():
        # polars and pyarrow tell NaN from null; for an estimate both are missing.
        nan = series.is_nan().fill_null(True)
        mask = mask | np.asarray(nan.to_numpy(), dtype=bool)
    return mask


def as_float64(name: str, series: Any, positions: Any = None) -> NDArray[np.float64]:
    """Return a column of numbers as float64, without a copy where it is that; text and dates are refused."""
    import narwhals as nw

    dtype = series.dtype
    if len(series) == 0:
        # Of no rows, libraries do not know what they would hold.
        return np.empty(0)
    if isinstance(dtype, nw.String):
        raise _text_error(name, series.to_list(), positions)
    if isinstance(dtype, nw.Object | nw.Categorical | nw.Enum):
        return _objects_as_float64(name, series.to_list(), positions)
    # Decimals of 256 bits have no name in narwhals.
    is_decimal = dtype.is_decimal() or (isinstance(dtype, nw.Unknown) and "decimal" in _type_name(series))
    if is_decimal or is_wide(series):
        # numpy has no such numbers.
        series = series.cast(nw.Float64())
    elif not (dtype.is_numeric() or isinstance(dtype, nw.Boolean)):
        array = series.to_numpy()
        # Numbers that narwhals has no name for: long doubles, the other byte order.
        if array.dtype.kind not in "iuf" or array.ndim != 1:
            raise InvalidInputError(f"column {name!r} is of type {_type_name(series)}; numbers are needed")
        return np.require(array, np.float64, ["C", "A"])
    return np.require(series.to_numpy(), np.float64, ["C", "A"])


def _type_name(series: Any) -> str:
    import narwhals as nw

    if not isinstance(series.dtype, nw.Unknown):
        return str(series.dtype)
    native = series.to_native()
    return str(native.type if series.implementation.is_pyarrow() else native.dtype)


def _objects_as_float64(name: str, values: list[Any], positions: Any) -> NDArray[np.float64]:
    if any(isinstance(value, str | bytes) for value in values):
        raise _text_error(name, values, positions)
    numbers = np.full(len(values), math.nan)
    for row, value in enumerate(values):
        try:
            numbers[row] = math.nan if value is None else float(value)
        except (TypeError, ValueError, OverflowError) as error:
            where = int(original(np.array([row]), positions)[0])
            raise InvalidInputError(f"column {name!r} cannot be read as numbers in row {where}: {error}") from None
    return numbers


def _text_error(name: str, values: list[Any], positions: Any) -> InvalidInputError:
    rows = [row for row, value in enumerate(values) if isinstance(value, str | bytes)]
    example = values[rows[0]] if rows else ""
    where = listed(original(np.array(rows, dtype=np.int64), positions))
    return InvalidInputError(
        f"column {name!r} holds text where numbers are needed: {example!r} in row {where}; "
        "convert it first, for example with pandas.to_numeric"
    )


def refuse(
    mask: NDArray[np.bool_],
    name: str,
    what: str,
    advice: str,
    values: NDArray[np.float64] | None = None,
    positions: NDArray[np.int64] | None = None,
) -> None:
    """Raise an error that names the column and the first rows where `mask` holds, if it does anywhere."""
    found = np.flatnonzero(mask)
    if len(found) == 0:
        return
    example = "" if values is None else f" ({values[found[0]]:g})"
    rows = original(found, positions)
    error = InvalidInputError(f"column {name!r} {what} in row {listed(rows)}{example}; {advice}")
    error.name, error.row = name, int(rows[0])
    raise error


def original(rows: Any, positions: NDArray[np.int64] | None) -> Any:
    """Return where `rows` stand in the caller's data."""
    return rows if positions is None else positions[rows]


def listed(rows: Any) -> str:
    """Return the first rows as text, and how many more there are."""
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED])
    more = len(rows) - _ROWS_NAMED
    return f"{named} (and {more} more)" if more > 0 else named
