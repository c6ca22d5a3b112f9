"""What the one- and two-dimensional densities share: cells of period and group, kernels, rules, and options."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._options import choice
from .errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._input import InputTable
    from ._labels import Keys

__all__ = ["KERNELS", "cell_columns", "cell_keys", "cells_named", "number_pair", "positive", "rule_or_number"]

KERNELS = ("gaussian", "epanechnikov", "biweight", "triweight", "triangular", "uniform", "cosine")

# A note names this many cells and says how many more there are.
_CELLS_NAMED = 5


def positive(name: str, value: Any, words: str = "a number above zero") -> float:
    """Return `value` as a finite number above zero."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"{name} must be {words}, not {value!r}") from None
    if isinstance(value, bool | np.bool_) or not 0.0 < number < math.inf:
        raise InvalidInputError(f"{name} must be {words}, not {value!r}")
    return number


def rule_or_number(bandwidth: Any, rules: Sequence[str]) -> tuple[str, float]:
    """Return a rule and 0, or "fixed" and a number above zero."""
    if isinstance(bandwidth, str):
        names = ", ".join(repr(each) for each in rules)
        if bandwidth not in rules:
            raise InvalidInputError(f"bandwidth must be one of {names}, or a number above zero, not {bandwidth!r}")
        return choice("bandwidth", bandwidth, rules), 0.0
    return "fixed", positive("bandwidth", bandwidth, "the name of a rule or a number above zero")


def number_pair(name: str, value: Any) -> tuple[Any, Any]:
    """Return one value twice, or two values as they are."""
    if isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim == 1):
        if len(value) != 2:
            raise InvalidInputError(f"{name} must be one number, or two for x and y, not {len(value)}")
        return value[0], value[1]
    return value, value


def cell_keys(table: InputTable) -> Keys | None:
    """Return period and group of each row taken together; None if the caller gave neither."""
    given = [role for role in ("time", "group") if role in table.columns]
    return table.keys(*given) if given else None


def cell_columns(table: InputTable, keys: Keys | None, cells: NDArray[Any]) -> dict[str, Any]:
    """Return the columns `time` and `group`, as far as given, of the cells."""
    if keys is None:
        return {}
    roles = [role for role in ("time", "group") if role in table.columns]
    pairs = zip(roles, keys.parts, strict=True)
    return {role: labels.take(codes[cells]) for role, (labels, codes) in pairs}


def cells_named(keys: Keys | None, cells: NDArray[Any]) -> str:
    """Return which cells a note speaks of, as "in 2011, East; 2012, West", empty if there is only one cell at all."""
    if keys is None:
        return ""
    named = "; ".join(str(keys.item(int(cell))) for cell in cells[:_CELLS_NAMED])
    more = len(cells) - _CELLS_NAMED
    return f" in {named} (and {more} more)" if more > 0 else f" in {named}"
