"""What every result can do: be summarised, shown, exported and drawn."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from . import _tables as tables
from ._language import term
from ._notes import shown_note
from ._options import count
from .errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Result"]


class Result:
    """Base of all results.

    A subclass is a record whose tables are data frames in the library of the caller's data. It names its
    method, its tables with the main one first, and the columns whose cells are states to be translated.
    """

    __slots__ = ()

    _method: ClassVar[str]
    _tables: ClassVar[tuple[str, ...]]
    _states: ClassVar[tuple[str, ...]] = ()
    # Tables that `summary()` and notebooks show; the others are exported all the same.
    _shown: ClassVar[tuple[str, ...]]

    notes: tuple[str, ...]

    def __repr__(self) -> str:
        """Return one line: the class, and how many rows each table has."""
        sizes = ", ".join(f"{name} {len(getattr(self, name))}" for name in self._tables)
        return f"<{type(self).__name__}: rows of {sizes}; see summary()>"

    def to_frame(self) -> tables.Frame:
        """Return the main table, in the library of the data given."""
        return getattr(self, self._tables[0])

    def summary(self, digits: int = 4) -> str:
        """Return the tables and notes as text.

        Parameters
        ----------
        digits : int
            Decimals of the numbers.
        """
        digits = _digits(digits)
        title = term(self._method)
        parts = [title, "=" * _width(title)]
        for name in self._shown:
            frame = getattr(self, name)
            if len(frame):
                parts += ["", term(self._heading(name)), tables.to_text(frame, digits, self._states)]
        if self.notes:
            parts += ["", *map(shown_note, self.notes)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        from html import escape

        parts = [f"<h4>{escape(term(self._method))}</h4>"]
        for name in self._shown:
            frame = getattr(self, name)
            if len(frame):
                heading = escape(term(self._heading(name)))
                parts.append(f"<p><b>{heading}</b></p>{tables.to_html(frame, 4, self._states)}")
        parts += [f"<p><small>{escape(shown_note(note))}</small></p>" for note in self.notes]
        return "\n".join(parts)

    def to_latex(
        self,
        table: str | None = None,
        *,
        digits: int = 4,
        caption: str | None = None,
        label: str | None = None,
    ) -> str:
        """Return one table as LaTeX with booktabs rules (needs jinja2).

        Parameters
        ----------
        table : str, optional
            Name of a table of the result; the main one without it.
        digits : int
            Decimals of the numbers.
        caption, label : str, optional
            With either, the tabular stands in a table environment. They are LaTeX, and stand as they are.
        """
        return tables.to_latex(self._table(table), _digits(digits), self._states, caption, label)

    def to_excel(self, path: str | Path) -> None:
        """Write every table to a sheet of one workbook, to 16 significant digits (needs openpyxl).

        Parameters
        ----------
        path : path
            The workbook, which is replaced if it exists.
        """
        frames = {self._heading(name): getattr(self, name) for name in self._tables}
        tables.to_excel({heading: frame for heading, frame in frames.items() if len(frame)}, path, self._states)

    def plot(self, kind: str | None = None, *, ax: Any = None, **options: Any) -> Any:
        """Draw the result with matplotlib and return the axes.

        Parameters
        ----------
        kind : str, optional
            Which figure; an unknown name lists those there are.
        ax : matplotlib axes, optional
            Where to draw; a new figure without it.
        **options
            Options of that figure.
        """
        drawing = importlib.import_module(f".plotting.{self._method}", __package__)
        kinds: dict[str, Any] = drawing.KINDS
        if kind is None:
            kind = next(iter(kinds))
        if kind not in kinds:
            names = ", ".join(repr(each) for each in kinds)
            raise InvalidInputError(f"there is no plot of kind {kind!r}; there is {names}")
        known = [name for name in inspect.signature(kinds[kind]).parameters if name not in ("result", "ax")]
        unknown = [name for name in options if name not in known]
        if unknown:
            there_is = f"it has {', '.join(known)}" if known else "it has none"
            raise InvalidInputError(f"the plot of kind {kind!r} has no option {unknown[0]!r}; {there_is}")
        return kinds[kind](self, ax=ax, **options)

    def _table(self, name: str | None) -> tables.Frame:
        if name is None:
            return self.to_frame()
        if name not in self._tables:
            raise InvalidInputError(f"there is no table {name!r}; there is {', '.join(map(repr, self._tables))}")
        return getattr(self, name)

    def _heading(self, table: str) -> str:
        """Return the stored name under which the heading of a table is translated."""
        return table


def _digits(digits: Any) -> int:
    return count("digits", digits, most=15)


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)
