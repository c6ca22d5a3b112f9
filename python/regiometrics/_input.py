"""Reading the caller's table: columns to arrays, labels to codes, and every refusal with its column and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ._options import choice
from .errors import InvalidInputError

if TYPE_CHECKING:
    import narwhals as nw
    from numpy.typing import NDArray

__all__ = ["InputTable", "Keys", "Labels", "numbered", "read"]

# An error names this many rows and says how many more there are.
_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labels:
    """A column of labels as codes: row i carries label `codes[i]`. Labels are sorted, categories in their order.

    `distinct` holds them as a pandas array if the column is a pandas one, else as a narwhals series.
    """

    name: str
    codes: NDArray[np.uint32]
    distinct: Any

    def __len__(self) -> int:
        """Return the number of distinct labels."""
        return len(self.distinct)

    @property
    def series(self) -> nw.Series[Any]:
        """The distinct labels as a narwhals series."""
        import narwhals as nw
        import pandas as pd

        if isinstance(self.distinct, nw.Series):
            return self.distinct
        return nw.from_native(pd.Series(self.distinct), series_only=True)

    def to_list(self) -> list[Any]:
        """Return the distinct labels as Python objects."""
        return list(self.series.to_list())

    def item(self, code: int) -> Any:
        """Return the label of one code as a Python object."""
        return self.to_list()[code]

    def take(self, codes: NDArray[Any]) -> Any:
        """Return the labels of `codes` as a column for `make_frame`, in the data type of the caller's column."""
        import narwhals as nw

        positions = np.asarray(codes, dtype=np.int64)
        if isinstance(self.distinct, nw.Series):
            return self.distinct[positions]
        return self.distinct.take(positions)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Keys:
    """Several label columns taken together: row i carries key `codes[i]`. Keys are sorted, first column first."""

    codes: NDArray[np.uint32]
    # Each column with its code for every key.
    parts: tuple[tuple[Labels, NDArray[np.uint32]], ...]
    n_keys: int

    def __len__(self) -> int:
        """Return the number of distinct keys."""
        return self.n_keys

    @property
    def name(self) -> str:
        """Return the names of the columns."""
        return ", ".join(labels.name for labels, _ in self.parts) or "data"

    def item(self, code: int) -> Any:
        """Return one key: the label itself, or its parts as text if there are several columns."""
        items = [labels.item(int(codes[code])) for labels, codes in self.parts]
        return items[0] if len(items) == 1 else ", ".join(map(str, items))

    def columns(self, keys: NDArray[Any]) -> dict[str, Any]:
        """Return the label columns of `keys` under the caller's names."""
        return {labels.name: labels.take(codes[keys]) for labels, codes in self.parts}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InputTable:
    """The columns that a call uses, complete and of one length.

    Attributes
    ----------
    columns : mapping of role to (name, column)
        For example ``{"value": ("gdp", series)}``; a role that the caller left out is absent.
    backend : str
        The data frame library in which tables are returned.
    n_rows, n_dropped : int
        Rows used, and rows left out because a value was missing.
    """

    columns: Mapping[str, tuple[str, nw.Series[Any]]]
    backend: Any
    n_rows: int
    n_dropped: int

    def name(self, role: str) -> str:
        """Return the caller's name of the column in `role`."""
        return self.columns[role][0]

    def names(self, **arguments: str) -> dict[str, str]:
        """Return the caller's column name for each argument name of the core, given its role."""
        return {argument: self.name(role) for argument, role in arguments.items() if role in self.columns}

    def numbers(self, role: str, *, at_least_zero: bool = False) -> NDArray[np.float64]:
        """Return a numeric column as float64, without a copy where it is that already.

        Raises
        ------
        InvalidInputError
            For text, dates, infinities, and (`at_least_zero`) negative numbers, naming the column and first rows.
        """
        name, series = self.columns[role]
        array = _as_float64(name, series)
        _refuse(~np.isfinite(array), name, "is infinite", "replace or drop these rows first", array)
        if at_least_zero:
            _refuse(array < 0.0, name, "is negative", "this method needs values of zero or more", array)
        return array

    def optional_numbers(self, role: str) -> NDArray[np.float64] | None:
        """Return `numbers(role, at_least_zero=True)`, or None if the caller left the role out."""
        return self.numbers(role, at_least_zero=True) if role in self.columns else None

    def labels(self, role: str) -> Labels:
        """Return a column of labels as codes and sorted distinct labels.

        Raises
        ------
        InvalidInputError
            If the labels cannot be put in order (text mixed with numbers).
        """
        name, series = self.columns[role]
        return _encode(name, series)

    def optional_labels(self, role: str) -> Labels | None:
        """Return `labels(role)`, or None if the caller left the role out."""
        return self.labels(role) if role in self.columns else None

    def keys(self, *roles: str) -> Keys:
        """Return the columns of `roles` taken together; roles that the caller left out are passed over."""
        parts = [self.labels(role) for role in roles if role in self.columns]
        joint = np.zeros(self.n_rows, dtype=np.int64)
        for labels in parts:
            joint = joint * len(labels) + labels.codes
        distinct, first, codes = np.unique(joint, return_index=True, return_inverse=True)
        return Keys(
            codes=codes.astype(np.uint32),
            parts=tuple((labels, labels.codes[first]) for labels in parts),
            n_keys=len(distinct),
        )

    def refuse_duplicates(self, *roles: str) -> None:
        """Raise if two rows carry the same labels in all of `roles`, for example unit and period."""
        keys = self.keys(*roles)
        repeated = np.bincount(keys.codes) > 1
        if not repeated.any():
            return
        row = int(np.flatnonzero(repeated[keys.codes])[0])
        rows = np.flatnonzero(keys.codes == keys.codes[row])
        key = ", ".join(f"{labels.name} = {labels.item(int(labels.codes[row]))}" for labels, _ in keys.parts)
        advice = "each must appear once; name every column that tells them apart, or aggregate first"
        raise InvalidInputError(f"{key} appears in {len(rows)} rows ({_listed(rows)}); {advice}")


def numbered(role: str, columns: Any) -> dict[str, Any]:
    """Return roles `unit0`, `unit1`, … for an argument that takes one column name or a list of them."""
    if isinstance(columns, list | tuple) and all(isinstance(column, str) for column in columns):
        return {f"{role}{position}": column for position, column in enumerate(columns)}
    return {} if columns is None else {f"{role}0": columns}


def read(data: Any, *, missing: str = "error", **roles: Any) -> InputTable:
    """Open the caller's data.

    Parameters
    ----------
    data : data frame or None
        Any eager frame that narwhals takes; None if the roles are arrays.
    missing : {"error", "drop"}
        What to do with rows where a used column is null or NaN.
    **roles : str or array-like or None
        Column names (arrays without `data`) by role; None leaves a role out.

    Raises
    ------
    InvalidInputError
        For unknown columns, unequal lengths, empty input, and missing values unless they are to be dropped.
    """
    choice("missing", missing, ("error", "drop"))
    given = {role: column for role, column in roles.items() if column is not None}
    columns, backend = _arrays(given) if data is None else _frame_columns(data, given)
    n_rows = len(next(iter(columns.values()))[1])
    if n_rows == 0:
        raise InvalidInputError("the data have no rows")
    absent = {role: _missing(series) for role, (_, series) in columns.items()}
    if missing == "error":
        for role, mask in absent.items():
            advice = "fill them, or pass missing='drop' to leave these rows out"
            _refuse(mask, columns[role][0], "is missing", advice)
        return InputTable(columns=columns, backend=backend, n_rows=n_rows, n_dropped=0)
    keep = ~np.logical_or.reduce(list(absent.values()))
    n_kept = int(keep.sum())
    if n_kept == 0:
        raise InvalidInputError(f"every one of the {n_rows} rows has a missing value; nothing is left")
    if n_kept < n_rows:
        columns = {role: (name, series.filter(keep.tolist())) for role, (name, series) in columns.items()}
    return InputTable(columns=columns, backend=backend, n_rows=n_kept, n_dropped=n_rows - n_kept)


def _frame_columns(data: Any, roles: Mapping[str, Any]) -> tuple[dict[str, tuple[str, Any]], Any]:
    import narwhals as nw

    try:
        frame = nw.from_native(data, eager_only=True)
        names = frame.columns
    except TypeError:
        hint = "; call .collect() first" if hasattr(data, "collect") else ""
        kind = f"{type(data).__module__}.{type(data).__qualname__}"
        raise InvalidInputError(
            f"data must be a data frame (pandas, polars, pyarrow, …) or None with arrays, not {kind}{hint}"
        ) from None
    except nw.exceptions.DuplicateError:
        raise InvalidInputError("data have two columns of the same name; rename one first") from None
    columns = {}
    for role, name in roles.items():
        if not isinstance(name, str):
            raise InvalidInputError(
                f"{role} must be the name of a column of data, not {type(name).__name__}; pass None as data to "
                "give arrays"
            )
        if name not in names:
            import difflib

            near = difflib.get_close_matches(name, names, n=3) or names[:10]
            raise InvalidInputError(
                f"data have no column {name!r} (asked for as {role}); there is {', '.join(map(repr, near))}"
            )
        columns[role] = (name, frame[name])
    return columns, frame.implementation


def _arrays(roles: Mapping[str, Any]) -> tuple[dict[str, tuple[str, Any]], Any]:
    import narwhals as nw

    columns = {}
    for role, values in roles.items():
        if isinstance(values, str) or not hasattr(values, "__len__"):
            raise InvalidInputError(f"{role} is {values!r}; without data it must be an array, one entry per row")
        columns[role] = (str(getattr(values, "name", None) or role), _as_series(role, values))
    lengths = {role: len(series) for role, (_, series) in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{role} {length}" for role, length in lengths.items())
        raise InvalidInputError(f"the arrays differ in length: {told}")
    return columns, nw.Implementation.PANDAS


def _as_series(role: str, values: Any) -> Any:
    import narwhals as nw
    import pandas as pd

    series = nw.from_native(values, series_only=True, pass_through=True)
    if isinstance(series, nw.Series):
        return series
    array = values if isinstance(values, pd.Categorical | pd.Index) else np.asarray(values)
    if array.ndim != 1:
        raise InvalidInputError(f"{role} must have one dimension, not {array.ndim}")
    return nw.from_native(pd.Series(array), series_only=True)


def _missing(series: Any) -> NDArray[np.bool_]:
    if series.implementation.is_pandas():
        return np.asarray(series.to_native().isna(), dtype=bool)
    mask = np.asarray(series.is_null().to_numpy(), dtype=bool)
    if series.dtype.is_float():
        # polars and pyarrow tell NaN from null; for an estimate both are missing.
        nan = series.is_nan().fill_null(True)
        mask = mask | np.asarray(nan.to_numpy(), dtype=bool)
    return mask


def _as_float64(name: str, series: Any) -> NDArray[np.float64]:
    import narwhals as nw

    dtype = series.dtype
    if isinstance(dtype, nw.String):
        raise _text_error(name, series.to_list())
    if isinstance(dtype, nw.Object | nw.Categorical | nw.Enum):
        return _objects_as_float64(name, series.to_list())
    if not (dtype.is_numeric() or isinstance(dtype, nw.Boolean)):
        raise InvalidInputError(f"column {name!r} is of type {dtype}; numbers are needed")
    if dtype.is_decimal():
        series = series.cast(nw.Float64())
    return np.require(series.to_numpy(), np.float64, ["C", "A"])


def _objects_as_float64(name: str, values: list[Any]) -> NDArray[np.float64]:
    if any(isinstance(value, str | bytes) for value in values):
        raise _text_error(name, values)
    try:
        return np.array([float(value) for value in values], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"column {name!r} cannot be read as numbers: {error}") from None


def _text_error(name: str, values: list[Any]) -> InvalidInputError:
    rows = [row for row, value in enumerate(values) if isinstance(value, str | bytes)]
    example = values[rows[0]] if rows else ""
    return InvalidInputError(
        f"column {name!r} holds text where numbers are needed: {example!r} in row {_listed(rows)}; "
        "convert it first, for example with pandas.to_numeric"
    )


def _encode(name: str, series: Any) -> Labels:
    try:
        codes, distinct = _encode_pandas(series) if series.implementation.is_pandas() else _encode_any(series)
    except TypeError:
        raise InvalidInputError(
            f"the labels in column {name!r} cannot be put in order; give them one type (all text or all numbers)"
        ) from None
    return Labels(name=name, codes=codes, distinct=distinct)


def _encode_pandas(series: Any) -> tuple[NDArray[np.uint32], Any]:
    import pandas as pd

    array = series.to_native().array
    if isinstance(array, pd.Categorical):
        # Categories keep their order; those without rows are left out.
        order = np.flatnonzero(np.bincount(array.codes, minlength=len(array.categories)))
        codes, distinct, n = (
            array.codes,
            pd.Categorical.from_codes(order, dtype=array.dtype),
            len(array.categories),
        )
    else:
        codes, uniques = pd.factorize(array)
        order, n = np.asarray(uniques.argsort()), len(uniques)
        distinct = uniques.take(order)
    position = np.zeros(n, dtype=np.uint32)
    position[order] = np.arange(len(order), dtype=np.uint32)
    return position[codes], distinct


def _encode_any(series: Any) -> tuple[NDArray[np.uint32], Any]:
    import narwhals as nw

    values = series.unique().sort()
    if isinstance(series.dtype, nw.Enum):
        rank = {category: position for position, category in enumerate(series.dtype.categories)}
        values = values[sorted(range(len(values)), key=lambda i: rank[values[i]])]
    codes = series.replace_strict(values.to_list(), list(range(len(values))), return_dtype=nw.UInt32())
    return np.require(codes.to_numpy(), np.uint32, ["C", "A"]), values


def _refuse(
    mask: NDArray[np.bool_], name: str, what: str, advice: str, values: NDArray[np.float64] | None = None
) -> None:
    rows = np.flatnonzero(mask)
    if len(rows) == 0:
        return
    example = "" if values is None else f" ({values[rows[0]]:g})"
    error = InvalidInputError(f"column {name!r} {what} in row {_listed(rows)}{example}; {advice}")
    error.name, error.row = name, int(rows[0])
    raise error


def _listed(rows: Any) -> str:
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED])
    more = len(rows) - _ROWS_NAMED
    return f"{named} (and {more} more)" if more > 0 else named
