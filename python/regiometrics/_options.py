"""Checks of options, shared by every method."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

from .errors import InvalidInputError

# A message shows this much of a value.
_MOST_SHOWN = 80


def shown(value: Any) -> str:
    """Return `value` as a message shows it, cut off where it is long."""
    text = repr(value)
    if " at 0x" in text:
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def by_name(value: Any) -> Any:
    """Return a pandas series with labels of text as a mapping: its entries are meant by name, not by place."""
    index = getattr(value, "index", None)
    if getattr(value, "ndim", 0) != 1 or callable(index) or index is None:
        return value
    return value.to_dict() if any(isinstance(label, str) for label in index) else value


def choice(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return `value` if it is one of `allowed`."""
    if isinstance(value, str) and value in allowed:
        return value
    names = ", ".join(repr(each) for each in allowed)
    raise InvalidInputError(f"{name} must be one of {names}, not {shown(value)}")


def count(name: str, value: Any, *, least: int = 0, most: int = 2**31 - 1) -> int:
    """Return `value` as a whole number from `least` to `most`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise InvalidInputError(f"{name} must be a whole number, not {shown(value)}") from None
    if isinstance(value, bool) or not least <= number <= most:
        raise InvalidInputError(f"{name} must be a whole number from {least} to {most}, not {shown(value)}")
    return number


def flag(name: str, value: Any) -> bool:
    """Return `value` if it is True or False."""
    import numpy as np

    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise InvalidInputError(f"{name} must be True or False, not {shown(value)}")


def fraction(name: str, value: Any) -> float:
    """Return `value` as a number strictly between 0 and 1."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"{name} must be a number between 0 and 1, not {shown(value)}") from None
    if not 0.0 < number < 1.0:
        hint = f"; write {number / 100:g} for {number:g} %" if 1.0 < number < 100.0 else ""
        raise InvalidInputError(f"{name} must be a number between 0 and 1, not {shown(value)}{hint}")
    return number


def amount(name: str, value: Any) -> float:
    """Return `value` as a finite number of zero or more."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"{name} must be a number of zero or more, not {shown(value)}") from None
    if not 0.0 <= number < math.inf:
        raise InvalidInputError(f"{name} must be a number of zero or more, not {shown(value)}")
    return number


def seed_or_draw(value: Any) -> int:
    """Return `value`, or a seed drawn from the system where it is None."""
    if value is None:
        import secrets

        # 53 bits survive a trip through a spreadsheet or JSON.
        return secrets.randbits(53)
    return count("seed", value, most=2**64 - 1)
