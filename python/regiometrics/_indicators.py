"""Several indicator columns of one table: their names, directions and scopes, and the rest of the table."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._input import InputTable, read
from ._labels import Labels
from ._options import by_name, flag, shown
from ._record import record
from ._tables import Frame, extend, make_frame
from .errors import InvalidInputError, RegiometricsWarning

__all__ = ["Indicators", "beside", "listed_columns", "read_indicators", "told_constant"]

_SIGNS = {"+": "+", "-": "-", "positive": "+", "negative": "-"}
# A message names this many periods and says how many more there are.
_PERIODS_NAMED = 5


@record
class Indicators:
    """Indicator columns as arrays, and what a result needs of the table around them.

    Attributes
    ----------
    data : data frame or None
        The caller's table.
    table : InputTable
        The columns read.
    names, signs : tuple of str
        Names and directions ("+" or "-") of the indicators.
    values : list of array
        The indicators.
    periods : Labels or None
        Period of each row.
    pooled : bool
        Whether all periods are one scope.
    """

    data: Any
    table: InputTable
    names: tuple[str, ...]
    signs: tuple[str, ...]
    values: list[NDArray[np.float64]]
    periods: Labels | None
    pooled: bool

    @property
    def scopes(self) -> Labels | None:
        """The periods where each is a scope of its own, None where all rows are one scope."""
        return None if self.pooled else self.periods

    @property
    def n_scopes(self) -> int:
        """Number of scopes."""
        return 1 if self.scopes is None else len(self.scopes)

    @property
    def scope_codes(self) -> NDArray[np.uint32] | None:
        """Scope of each row."""
        return None if self.scopes is None else self.scopes.codes

    @property
    def negative(self) -> list[bool]:
        """Whether smaller is better, by indicator."""
        return [sign == "-" for sign in self.signs]

    def rest(self) -> Frame | None:
        """Return the columns that are no indicators, rows as in the data; None if there are none."""
        if self.data is not None:
            return extend(self.data, {}, rows=self.table.positions, without=self.names)
        if self.periods is None:
            return None
        return make_frame(self.table.backend, {self.periods.name: self.periods.take(self.periods.codes)})

    def frame(self, columns: Mapping[str, Any]) -> Frame:
        """Return `columns` after those that are no indicators."""
        return beside(self.rest(), self.table.backend, columns)

    def replaced(self, columns: Sequence[NDArray[np.float64]]) -> Frame:
        """Return the whole table with `columns` in the place of the indicators."""
        named = dict(zip(self.names, columns, strict=True))
        return self.frame(named) if self.data is None else extend(self.data, named, rows=self.table.positions)

    def extended(self, columns: Mapping[str, Any]) -> Frame:
        """Return the whole table with `columns` after it."""
        if self.data is None:
            return self.frame(dict(zip(self.names, self.values, strict=True)) | dict(columns))
        return extend(self.data, columns, rows=self.table.positions)

    def refuse_clashes(self, *made: str, keeps_indicators: bool = False) -> None:
        """Raise if a column that stays in the result has the name of one that the method makes."""
        there = [name for name in _column_names(self) if keeps_indicators or name not in self.names]
        for name in made:
            if name in there:
                raise InvalidInputError(f"column {name!r} of data has the name of a result column; rename it first")

    def by_scope(self, columns: Mapping[str, Any]) -> Frame:
        """Return one row per scope and indicator: `time` if scopes are periods, `indicator`, and `columns`."""
        n = len(self.names)
        scopes = np.repeat(np.arange(self.n_scopes), n)
        time = {} if self.scopes is None else {"time": self.scopes.take(scopes)}
        keys = time | {"indicator": np.tile(np.array(self.names, dtype=object), self.n_scopes)}
        return make_frame(self.table.backend, keys | dict(columns))

    def sign_column(self) -> NDArray[Any]:
        """Return the column `direction` of a table made by `by_scope`."""
        return np.tile(np.array(self.signs, dtype=object), self.n_scopes)


def beside(rest: Frame | None, backend: Any, columns: Mapping[str, Any]) -> Frame:
    """Return `columns` after those of the frame `rest`."""
    return make_frame(backend, columns) if rest is None else extend(rest, columns)


def read_indicators(
    data: Any,
    columns: Any,
    *,
    directions: Any = None,
    time: Any = None,
    pooled: bool = True,
    missing: str = "error",
) -> Indicators:
    """Open the caller's data and read the indicators."""
    given = listed_columns(data, columns)
    roles = {f"columns[{position}]": column for position, column in enumerate(given.values())}
    if data is not None and isinstance(time, str) and time in given:
        raise InvalidInputError(f"column {time!r} is the time; it cannot be an indicator as well")
    if not flag("pooled", pooled) and time is None:
        raise InvalidInputError("pooled=False takes each period by itself; say which column is the time")
    table = read(data, missing=missing, time=time, **roles)
    return Indicators(
        data=data,
        table=table,
        names=tuple(given),
        signs=_signs(tuple(given), directions),
        values=[table.numbers(role) for role in roles],
        periods=table.optional_labels("time"),
        pooled=pooled,
    )


def listed_columns(data: Any, columns: Any, *, argument: str = "columns", one: str = "indicator") -> dict[str, Any]:
    """Return the indicators by name: names of columns, or arrays where there is no table.

    Errors speak of the `argument` of the caller, and of `one` of its entries.
    """
    if data is None:
        given = _named_arrays(columns, argument)
    else:
        listed = [columns] if isinstance(columns, str) else _listed(columns, argument)
        repeated = next((name for place, name in enumerate(listed) if name in listed[:place]), None)
        if repeated is not None:
            raise InvalidInputError(f"column {repeated!r} is listed twice in {argument}")
        given = {name: name for name in listed}
    if not given:
        raise InvalidInputError(f"{argument} is empty; name at least one {one}")
    return given


def _listed(columns: Any, argument: str) -> list[Any]:
    if not isinstance(columns, Iterable) or isinstance(columns, bytes | Mapping):
        raise InvalidInputError(f"{argument} must be a list of column names, not {columns!r}")
    listed = list(columns)
    for name in listed:
        if not isinstance(name, str):
            raise InvalidInputError(f"{argument} must be a list of column names; {name!r} is none")
    return listed


def _named_arrays(columns: Any, argument: str) -> dict[str, Any]:
    if isinstance(columns, Mapping):
        return {str(name): values for name, values in columns.items()}
    if isinstance(columns, np.ndarray) and columns.ndim == 2:
        columns = list(columns.T)
    if not isinstance(columns, list | tuple):
        raise InvalidInputError(
            f"without data, {argument} must be a mapping of names to arrays, a list of arrays, or rows × columns"
        )
    names = [getattr(column, "name", None) or f"x{place + 1}" for place, column in enumerate(columns)]
    return dict(zip(map(str, names), columns, strict=True))


def _signs(names: tuple[str, ...], directions: Any) -> tuple[str, ...]:
    directions = by_name(directions)
    if directions is None:
        return ("+",) * len(names)
    if isinstance(directions, Mapping):
        for name in directions:
            if name not in names:
                near = difflib.get_close_matches(str(name), names, n=3) or names[:10]
                there = ", ".join(map(repr, near))
                raise InvalidInputError(f"directions name {name!r}, which is no indicator; there is {there}")
        return tuple(_sign(name, directions.get(name, "+")) for name in names)
    if isinstance(directions, str) or not isinstance(directions, Iterable):
        raise InvalidInputError(f"directions must be a mapping or a list of '+' and '-', not {directions!r}")
    listed = list(directions)
    if len(listed) != len(names):
        raise InvalidInputError(f"directions has {len(listed)} entries for {len(names)} indicators")
    return tuple(_sign(name, direction) for name, direction in zip(names, listed, strict=True))


def _sign(name: str, direction: Any) -> str:
    if isinstance(direction, str) and direction in _SIGNS:
        return _SIGNS[direction]
    allowed = ", ".join(map(repr, _SIGNS))
    raise InvalidInputError(f"directions[{name!r}] must be one of {allowed}, not {shown(direction)}")


def _column_names(indicators: Indicators) -> list[str]:
    import narwhals as nw

    if indicators.data is not None:
        return list(nw.from_native(indicators.data, eager_only=True).columns)
    return [*indicators.names, *([] if indicators.periods is None else [indicators.periods.name])]


def told_constant(
    indicators: Indicators, constant: Sequence[tuple[int, int]], consequence: str, *, stacklevel: int = 3
) -> list[str]:
    """Warn of constant columns, at the line that called the method, and return the sentences."""
    found: dict[int, list[int]] = {}
    for column, scope in constant:
        found.setdefault(column, []).append(scope)
    notes = []
    for column, scopes in found.items():
        where = _where(indicators.scopes, scopes)
        notes.append(f"column {indicators.names[column]!r} is constant{where}: {consequence}.")
        warnings.warn(notes[-1], RegiometricsWarning, stacklevel=stacklevel)
    return notes


def _where(periods: Labels | None, scopes: list[int]) -> str:
    if periods is None:
        return ""
    named = ", ".join(str(periods.item(scope)) for scope in scopes[:_PERIODS_NAMED])
    more = len(scopes) - _PERIODS_NAMED
    return f" in {periods.name} = {named}" + (f" (and {more} more)" if more > 0 else "")
