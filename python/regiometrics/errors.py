"""Exceptions and warnings of the package."""

from __future__ import annotations

__all__ = [
    "InternalError",
    "InvalidInputError",
    "NotEnoughMemoryError",
    "RegiometricsError",
    "RegiometricsWarning",
]


class RegiometricsError(Exception):
    """Base of every exception that the package raises."""


class InvalidInputError(RegiometricsError, ValueError):
    """The data or an option cannot be used; the message says what, where, and what to do about it.

    Attributes
    ----------
    name : str or None
        The argument concerned, where one is.
    row, period : int or None
        Position of the first offending row or period, counted from zero.
    column : int or None
        Position in a list of columns, where `name` is one of them.
    """

    name: str | None = None
    row: int | None = None
    period: int | None = None
    column: int | None = None


class InternalError(RegiometricsError, RuntimeError):
    """The package itself failed. Please report it with the call that led to it."""


class NotEnoughMemoryError(RegiometricsError, MemoryError):
    """A call would need more memory than there is to be had; the message says for what, and how much.

    It is raised before the memory is taken: nothing is lost, and the next call works.
    """


class RegiometricsWarning(UserWarning):
    """A result stands, but something about it should be known."""
