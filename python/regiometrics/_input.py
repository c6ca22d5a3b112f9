"""Reading the caller's table: columns to arrays, labels to codes, and every refusal with its column and rows."""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._columns import (
    as_float64,
    as_series,
    holds_doubles,
    in_our_order,
    is_finite,
    is_known_finite,
    is_missing,
    is_plain,
    listed,
    original,
    refuse,
)
from ._labels import Keys, Labels, encode
from ._options import choice, shown
from ._record import record
from .errors import InvalidInputError, RegiometricsWarning

if TYPE_CHECKING:
    import narwhals as nw
    from numpy.typing import NDArray

__all__ = ["InputTable", "NothingLeftError", "nothing_left", "numbered", "open_frame", "read", "read_any"]

# Joint codes of several label columns must stay below 2⁶³.
_MOST_KEYS = 2**62

# Keys are looked up in a table of all that there could be, if they are no more than so many times the rows.
_SPARSE = 4

# Stands for an option that a function does not offer; None would be a caller's.
_NO_CHOICE = object()

_FILL = "fill them, or pass missing='drop' to leave these rows out"
_REPLACE = "replace or drop these rows first"

# What rounding may put a score beyond 0 or 1.
_BEYOND = 1e-12


class NothingLeftError(InvalidInputError):
    """A table of `n_rows` rows has none that is complete."""

    n_rows: int = 0


def nothing_left(n_rows: int) -> NothingLeftError:
    """Return the error for `n_rows` rows none of which is complete."""
    told = f"every one of the {n_rows} rows has a missing value; nothing is left" if n_rows else "the data have no rows"
    error = NothingLeftError(told)
    error.n_rows = n_rows
    return error


@record
class InputTable:
    """The columns that a call uses, complete and of one length.

    Attributes
    ----------
    columns : mapping of role to (name, column)
        For example ``{"value": ("gdp", series)}``; a role that the caller left out is absent. In a role of `trusted` an
        array may stand in place of the series.
    backend : str
        The data frame library in which tables are returned.
    n_rows, n_dropped : int
        Rows used, and rows left out because a value was missing.
    positions : array or None
        Where the rows used stand in the caller's data; None if all are used.
    finite : frozenset of str
        Roles whose columns were seen to have neither missing nor infinite values, which are not looked at again.
    trusted : frozenset of str
        Roles whose columns the core looks at first; see `look_again`.
    """

    columns: Mapping[str, tuple[str, nw.Series[Any]]]
    backend: Any
    n_rows: int
    n_dropped: int
    positions: NDArray[np.int64] | None = None
    finite: frozenset[str] = frozenset()
    trusted: frozenset[str] = frozenset()

    def name(self, role: str) -> str:
        """Return the caller's name of the column in `role`."""
        return self._column(role)[0]

    def _column(self, role: str) -> tuple[str, nw.Series[Any]]:
        if role not in self.columns:
            raise _left_out(role)
        return self.columns[role]

    def names(self, **arguments: str) -> dict[str, str]:
        """Return the caller's column name for each argument name of the core, given its role."""
        return {argument: self.name(role) for argument, role in arguments.items() if role in self.columns}

    def numbers(
        self, role: str, *, at_least_zero: bool = False, scores: bool = False, gaps: bool = False
    ) -> NDArray[np.float64]:
        """Return a numeric column as float64, without a copy where it is that already; with `gaps`, null is NaN.

        Raises
        ------
        InvalidInputError
            For text, dates, infinities, (`at_least_zero`) negative numbers, and (`scores`) numbers below 0 or above 1,
            naming the column and first rows.
        """
        name, series = self._column(role)
        array = np.require(series, None, ["C", "A"]) if is_plain(series) else as_float64(name, series, self.positions)
        checks = []
        if role not in self.finite | self.trusted and not is_finite(array):
            wrong = np.isinf(array) if gaps else ~np.isfinite(array)
            checks.append((wrong, "is infinite", _REPLACE))
        if at_least_zero:
            checks.append((array < 0.0, "is negative", "this method needs values of zero or more"))
        if scores:
            outside = (array < -_BEYOND) | (array > 1.0 + _BEYOND)
            checks.append((outside, "is outside 0 to 1", "this method needs scores from 0 to 1; normalise first"))
        for mask, what, advice in checks:
            refuse(mask, name, what, advice, array, self.positions)
        return array

    def look_again(self) -> None:
        """Raise what `read` and `numbers` would have raised of the columns that were left to the core."""
        for role in self.trusted:
            name, values = self._column(role)
            series = as_series(role, values)
            refuse(is_missing(series), name, "is missing", _FILL)
            infinite = np.isinf(as_float64(name, series))
            refuse(infinite, name, "is infinite", _REPLACE, as_float64(name, series))

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
        name, series = self._column(role)
        return encode(name, series, self.positions)

    def optional_labels(self, role: str) -> Labels | None:
        """Return `labels(role)`, or None if the caller left the role out."""
        return self.labels(role) if role in self.columns else None

    def keys(self, *roles: str) -> Keys:
        """Return the columns of `roles` taken together; roles that the caller left out are passed over."""
        parts = [self.labels(role) for role in roles if role in self.columns]
        if not parts:
            return Keys(codes=np.zeros(self.n_rows, dtype=np.uint32), parts=(), n_keys=min(self.n_rows, 1))
        codes, of_parts, n_keys = _distinct([labels.codes for labels in parts], [len(labels) for labels in parts])
        return Keys(codes=codes, parts=tuple(zip(parts, of_parts, strict=True)), n_keys=n_keys)

    def warn_of_dropped(self) -> None:
        """Warn how many rows were left out, for functions that return a frame, which has no room to say it."""
        if self.n_dropped:
            text = f"{self.n_dropped} row(s) with missing values left out"
            # Three levels up is the line that called the public function.
            warnings.warn(text, RegiometricsWarning, stacklevel=3)

    def refuse_duplicates(self, *roles: str) -> None:
        """Raise if two rows carry the same labels in all of `roles`, for example unit and period."""
        keys = self.keys(*roles)
        if len(keys) == self.n_rows:
            return
        repeated = np.bincount(keys.codes) > 1
        row = int(np.flatnonzero(repeated[keys.codes])[0])
        rows = np.flatnonzero(keys.codes == keys.codes[row])
        key = ", ".join(f"{labels.name} = {labels.item(int(labels.codes[row]))}" for labels, _ in keys.parts)
        advice = "each must appear once; name every column that tells them apart, or aggregate first"
        raise InvalidInputError(
            f"{key} appears in {len(rows)} rows ({listed(original(rows, self.positions))}); {advice}"
        )


def _distinct(columns: Sequence[NDArray[np.uint32]], sizes: Sequence[int]) -> tuple[NDArray[np.uint32], Any, int]:
    """Return the rank of each row among the codes that occur, the codes of each rank by column, and their number."""
    n_joint = math.prod(sizes)
    ranks: NDArray[Any]
    distinct: NDArray[Any]
    if n_joint > _MOST_KEYS:
        distinct, ranks = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
        return ranks.ravel().astype(np.uint32), distinct.T, len(distinct)
    joint = np.ravel_multi_index(tuple(columns), tuple(sizes))
    if n_joint > max(_SPARSE * len(joint), 2**12):
        distinct, ranks = np.unique(joint, return_inverse=True)
    else:
        # A table of all that could occur: no sort, and less memory.
        occurs = np.zeros(n_joint, dtype=bool)
        occurs[joint] = True
        distinct = np.flatnonzero(occurs)
        ranks = (np.cumsum(occurs, dtype=np.uint32) - np.uint32(1))[joint]
    of_columns = [codes.astype(np.uint32) for codes in np.unravel_index(distinct, tuple(sizes))]
    return ranks.astype(np.uint32, copy=False), of_columns, len(distinct)


def numbered(data: Any, role: str, columns: Any) -> dict[str, Any]:
    """Return roles `unit0`, `unit1`, … for an argument that takes one column name or a list of them."""
    if data is None:
        return {} if columns is None else {role: columns}
    if isinstance(columns, list | tuple) and all(isinstance(column, str) for column in columns):
        return {f"{role}{position}": column for position, column in enumerate(columns)}
    return {} if columns is None else {f"{role}0": columns}


def read(
    data: Any, *, missing: Any = _NO_CHOICE, gaps: Collection[str] = (), trusted: Collection[str] = (), **roles: Any
) -> InputTable:
    """Open the caller's data.

    Parameters
    ----------
    data : data frame or None
        Any eager frame that narwhals takes; None if the roles are arrays.
    missing : {"error", "drop"}, optional
        What to do with rows where a used column is null or NaN. Without it they raise an error that offers no choice,
        for functions that give none.
    gaps : collection of str
        Roles whose columns may have missing values.
    trusted : collection of str
        Roles in which doubles of numpy are left to the core, which refuses those that are not finite: after such a
        refusal `InputTable.look_again` says it in the words of this module. For calls so short that a pass counts.
    **roles : str or array-like or None
        Column names (arrays without `data`) by role; None leaves a role out.

    Raises
    ------
    InvalidInputError
        For unknown columns, unequal lengths, empty input, and missing values unless they are to be dropped.
    """
    table = read_any(data, missing=missing, gaps=gaps, trusted=trusted, **roles)
    if table.n_rows == 0:
        raise nothing_left(table.n_dropped)
    return table


def read_any(
    data: Any, *, missing: Any = _NO_CHOICE, gaps: Collection[str] = (), trusted: Collection[str] = (), **roles: Any
) -> InputTable:
    """As `read`, for methods to which data without rows say something too."""
    if missing is not _NO_CHOICE:
        choice("missing", missing, ("error", "drop"))
    given = {role: column for role, column in roles.items() if column is not None}
    if not given:
        raise _left_out(next(iter(roles)))
    as_they_are = trusted if missing == "error" else ()
    columns, backend = _arrays(given, as_they_are) if data is None else _frame_columns(data, given)
    n_rows = len(next(iter(columns.values()))[1])
    left = frozenset(role for role in trusted if missing == "error" and holds_doubles(columns[role][1]))
    finite = frozenset(role for role, (_, series) in columns.items() if role not in left and is_known_finite(series))
    passed = finite.union(gaps, left)
    looked_at = {role: series for role, (_, series) in columns.items() if role not in passed}
    absent = {role: is_missing(series) for role, series in looked_at.items()}
    if missing != "drop":
        advice = "drop or fill them first"
        if missing is not _NO_CHOICE:
            advice = _FILL
        for role, mask in absent.items():
            refuse(mask, columns[role][0], "is missing", advice)
        return InputTable(columns=columns, backend=backend, n_rows=n_rows, n_dropped=0, finite=finite, trusted=left)
    # From no row: every column may have gaps.
    keep = ~np.logical_or.reduce([np.zeros(n_rows, dtype=bool), *absent.values()])
    n_kept = int(keep.sum())
    if n_kept < n_rows:
        columns = {role: (name, series.filter(keep.tolist())) for role, (name, series) in columns.items()}
    return InputTable(
        columns=columns,
        backend=backend,
        n_rows=n_kept,
        n_dropped=n_rows - n_kept,
        positions=np.flatnonzero(keep),
        finite=finite,
    )


def open_frame(data: Any) -> Any:
    """Open a data frame, as one of narwhals.

    Raises
    ------
    InvalidInputError
        For what is no frame, frames that are still to be computed, and two columns of one name.
    """
    import narwhals as nw

    try:
        frame = nw.from_native(data, eager_only=True)
        names = frame.columns
    except TypeError:
        compute = next((name for name in ("collect", "compute") if hasattr(data, name)), None)
        hint = "" if compute is None else f"; call .{compute}() first"
        hint = "; pass one of its tables, for example .to_frame()" if hasattr(data, "summary") else hint
        kind = f"{type(data).__module__}.{type(data).__qualname__}"
        raise InvalidInputError(
            f"data must be a data frame (pandas, polars, pyarrow, …) or None with arrays, not {kind}{hint}"
        ) from None
    except nw.exceptions.DuplicateError:
        # `columns` of a pyarrow table are its arrays.
        listed = list(data.column_names if hasattr(data, "column_names") else data.columns)
        name = next(name for place, name in enumerate(listed) if name in listed[:place])
        raise InvalidInputError(f"data have two columns named {name!r}; rename one first") from None
    if not names:
        raise InvalidInputError("data have no columns")
    return frame


def _left_out(role: str) -> InvalidInputError:
    return InvalidInputError(f"{role} is None; it must be the name of a column of data, or an array where data is None")


def _frame_columns(data: Any, roles: Mapping[str, Any]) -> tuple[dict[str, tuple[str, Any]], Any]:
    frame = open_frame(data)
    names = frame.columns
    columns = {}
    for role, name in roles.items():
        if not isinstance(name, str):
            raise InvalidInputError(
                f"{role} must be the name of a column of data, not {type(name).__name__}; pass None as data to "
                "give arrays"
            )
        if name not in names:
            import difflib

            near = difflib.get_close_matches(name, [str(each) for each in names], n=3) or names[:10]
            is_level = name in getattr(getattr(data, "index", None), "names", ())
            hint = f"; {name!r} is a level of the index: call .reset_index() first" if is_level else ""
            raise InvalidInputError(
                f"data have no column {shown(name)} (asked for as {role}); there is {', '.join(map(shown, near))}{hint}"
            )
        columns[role] = (name, in_our_order(frame[name]))
    return columns, frame.implementation


def _arrays(roles: Mapping[str, Any], as_they_are: Collection[str]) -> tuple[dict[str, tuple[str, Any]], Any]:
    """Return arrays as columns; doubles of numpy in the roles `as_they_are` stay arrays."""
    import narwhals as nw

    columns: dict[str, tuple[str, Any]] = {}
    for role, values in roles.items():
        if role in as_they_are and is_plain(values):
            columns[role] = (role, values)
            continue
        if isinstance(values, str) or not hasattr(values, "__len__"):
            raise InvalidInputError(f"{role} is {shown(values)}; without data it must be an array, one entry per row")
        columns[role] = (str(getattr(values, "name", None) or role), as_series(role, values))
    lengths = {role: len(series) for role, (_, series) in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{role} {length}" for role, length in lengths.items())
        raise InvalidInputError(f"the arrays differ in length: {told}")
    return columns, nw.Implementation.PANDAS
