"""What the forest methods share: reading factors, and the arrays of a forest."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._input import InputTable, open_frame
from ._options import count
from ._record import record
from .errors import InvalidInputError

__all__ = [
    "Categories",
    "factor_values",
    "features_per_node",
    "frame_factors",
    "frame_names",
    "matrix_columns",
    "missing_columns",
]

Categories = dict[str, list[Any]]
"""Ordered categories by the name of their column: a cell enters as its position among them."""


class _NotNumbersError(InvalidInputError, TypeError):
    """Objects that are no numbers; scikit-learn asks for a TypeError."""


@record
class FactorFrame:
    """The columns of a frame as factors."""

    names: tuple[str, ...]
    values: list[NDArray[np.float64]]
    categories: Categories


def frame_names(data: Any) -> list[str] | None:
    """Return the names of the columns of a data frame; None for anything else, and where a name is no text.

    Raises
    ------
    InvalidInputError
        For two columns of the same name.
    """
    import narwhals as nw

    try:
        is_frame = isinstance(nw.from_native(data, pass_through=True), nw.DataFrame | nw.LazyFrame)
    except nw.exceptions.DuplicateError:
        is_frame = True
    if not is_frame:
        return None
    names = open_frame(data).columns
    return list(names) if all(isinstance(name, str) for name in names) else None


def matrix_columns(data: Any) -> list[NDArray[np.float64]]:
    """Return the columns of an array of rows × factors.

    Raises
    ------
    InvalidInputError
        For sparse and complex matrices, text, another number of dimensions, no rows, and values that are not finite.
    """
    if hasattr(data, "tocsr"):
        raise InvalidInputError("X is a sparse matrix; a dense array is required: call toarray() on it")
    given = np.asarray(data)
    if given.dtype.kind == "c":
        raise InvalidInputError("Complex data not supported: X must hold real numbers")
    try:
        matrix = given.astype(np.float64, copy=False)
    except TypeError as error:
        raise _NotNumbersError(f"X cannot be read as numbers: {error}") from None
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(f"X cannot be read as numbers: {error}") from None
    if matrix.ndim != 2:
        raise InvalidInputError(
            f"X must have two dimensions, rows × factors, not {matrix.ndim}. Reshape your data, for example with "
            "X.reshape(-1, 1) if it is one factor"
        )
    if len(matrix) == 0:
        raise InvalidInputError(f"X has 0 sample(s) (shape={matrix.shape}) while a minimum of 1 is required")
    if matrix.shape[1] == 0:
        raise InvalidInputError(f"X has 0 feature(s) (shape={matrix.shape}) while a minimum of 1 is required.")
    is_finite = np.isfinite(matrix)
    if not is_finite.all():
        row, column = np.argwhere(~is_finite)[0]
        what = "NaN" if np.isnan(matrix[row, column]) else "inf"
        raise InvalidInputError(
            f"factor {column} of X is {what} in row {row}; fill or drop such rows first (Input X contains {what})"
        )
    return [np.ascontiguousarray(column) for column in matrix.T]


def frame_factors(table: InputTable, roles: Sequence[str], known: Categories | None = None) -> FactorFrame:
    """Return the columns in `roles` as numbers; ordered categories as codes, those of `known` where it is given."""
    values, categories = [], {}
    for role in roles:
        name = table.name(role)
        column, order = factor_values(table, role, None if known is None else known.get(name))
        values.append(column)
        if order is not None:
            categories[name] = order
    return FactorFrame(names=tuple(table.name(role) for role in roles), values=values, categories=categories)


def factor_values(
    table: InputTable, role: str, known: list[Any] | None = None
) -> tuple[NDArray[np.float64], list[Any] | None]:
    """Return one factor as numbers, and its categories in order if it has any.

    Raises
    ------
    InvalidInputError
        For text, categories without an order, categories that `known` does not hold, and infinite numbers.
    """
    name, series = table.columns[role]
    order = _ordered_categories(name, series)
    if order is None and known is None:
        return table.numbers(role), None
    order = known if known is not None else order
    assert order is not None
    place = {category: position for position, category in enumerate(order)}
    cells = series.to_list()
    codes = np.array([place.get(cell, -1) for cell in cells], dtype=np.float64)
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        there = ", ".join(map(repr, order))
        raise InvalidInputError(f"column {name!r} holds {cells[row]!r} in row {row}, which is none of {there}")
    return codes, order


def _ordered_categories(name: str, series: Any) -> list[Any] | None:
    """Return the categories of a column whose categories have an order; None for columns without categories."""
    import narwhals as nw

    native = series.to_native()
    if series.implementation.is_pandas() and str(native.dtype) == "category":
        order, is_ordered = list(native.dtype.categories), bool(native.dtype.ordered)
    elif series.implementation.is_pyarrow() and str(native.type).startswith("dictionary"):
        is_ordered = bool(native.type.ordered)
        order = _dictionary(name, native) if is_ordered else []
    elif isinstance(series.dtype, nw.Enum):
        order, is_ordered = list(native.dtype.categories), True
    elif isinstance(series.dtype, nw.Categorical):
        order, is_ordered = [], False
    else:
        return None
    if is_ordered:
        return order
    raise InvalidInputError(
        f"column {name!r} holds categories without an order, on which a tree cannot be split; give them one "
        "(ordered categories of pandas, Enum of polars), or a column of 0 and 1 for each category "
        "(pandas.get_dummies)"
    )


def _dictionary(name: str, native: Any) -> list[Any]:
    try:
        merged = native.unify_dictionaries()
    except NotImplementedError as error:
        raise InvalidInputError(f"the categories of column {name!r} cannot be read: {error}") from None
    return list(merged.chunk(0).dictionary.to_pylist()) if merged.num_chunks else []


def missing_columns(names: Sequence[str], given: Sequence[str]) -> InvalidInputError:
    """Return the error for columns that a forest was grown on and the data lack."""
    absent = [name for name in names if name not in given]
    near = difflib.get_close_matches(absent[0], list(given), n=3) or list(given)[:10]
    listed = ", ".join(map(repr, absent))
    return InvalidInputError(
        f"data lack {listed}, on which the forest was grown; there is {', '.join(map(repr, near))}"
    )


def features_per_node(value: Any, n_features: int) -> int:
    """Return `max_features` as a number: None is a third of the factors, at least one, as in R's randomForest."""
    if value is None:
        return max(n_features // 3, 1)
    if isinstance(value, str):
        raise InvalidInputError(f"max_features must be None, a whole number or a fraction, not {value!r}")
    if isinstance(value, float | np.floating):
        if not 0.0 < value <= 1.0:
            raise InvalidInputError(
                f"max_features must be a whole number, or a fraction of the factors above 0 and up to 1, not {value!r}"
            )
        return max(int(value * n_features), 1)
    return count("max_features", value, least=1, most=n_features)
