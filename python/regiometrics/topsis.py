"""TOPSIS: ranking by closeness to the best value of every indicator."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._indicators import Indicators, read_indicators, told_constant
from ._options import amount, by_name, choice, shown
from ._record import record
from ._result import Result
from ._tables import Frame
from .errors import InvalidInputError

__all__ = ["Topsis", "topsis"]


@record
class Topsis(Result):
    """Distances, scores and ranks, with the weights and ideal points behind them.

    The column `time` of `weights` and `ideal` is there with ``pooled=False`` only. Tables are frames of the caller's
    library.

    Attributes
    ----------
    table : frame
        The columns of the data that are no indicators, rows as in the data; `distance_best` D⁺, `distance_worst` D⁻,
        `score` D⁻ / (D⁺ + D⁻) in [0, 1], and `rank`, 1 for the highest score of the period.
    weights : frame
        `time`; `indicator`, `direction`, `weight`. Weights add up to one.
    ideal : frame
        `time`; `indicator`, `best`, `worst`: the ideal points, as weight × normalised value.
    method : str
        How indicators were normalised.
    pooled : bool
        Whether all periods have the same ideal points.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    weights: Frame
    ideal: Frame
    method: str
    pooled: bool
    n_dropped: int
    notes: tuple[str, ...]
    # Name of the column of periods.
    _time: str | None

    _method: ClassVar[str] = "topsis"
    _tables: ClassVar[tuple[str, ...]] = ("table", "weights", "ideal")
    _shown: ClassVar[tuple[str, ...]] = ("table", "weights", "ideal")

    def _heading(self, table: str) -> str:
        return {"table": "scores", "weights": "indicator_weights", "ideal": "ideal_points"}.get(table, table)


def topsis(
    data: Any,
    columns: Any,
    *,
    directions: Any = None,
    weights: Any = "entropy",
    method: str = "minmax",
    time: Any = None,
    pooled: bool = True,
    shift: float = 0.0,
    missing: str = "error",
) -> Topsis:
    r"""Rank units by their closeness to the best, and distance from the worst, value of every indicator.

    With :math:`v_{ij} = w_j z_{ij}`, and best and worst values taken column by column over the scope (all rows, or one
    period),

    .. math::

        D^+_i = \sqrt{\sum_j (v_{ij} - v^+_j)^2},\quad
        D^-_i = \sqrt{\sum_j (v_{ij} - v^-_j)^2},\quad
        C_i = \frac{D^-_i}{D^+_i + D^-_i}

    Differences are taken of the indicators themselves, so that an offset costs no digits.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    columns : list of str
        The indicators, numeric, in any units. Without `data`, a mapping of names to arrays, a list of arrays, or an
        array of rows × columns (named x1, x2, …).
    directions : mapping, series or list, optional
        "+" or "positive" where more is better, "-" or "negative" where less is: by name (others are "+"), as from a
        mapping or a pandas series with the names as index, or one for each column. Without it all are "+".
    weights : {"entropy", "equal"}, mapping, series or list of numbers
        "entropy": those of `entropy_weights` with the same `directions`, `method`, `time`, `pooled` and `shift`.
        Numbers of zero or more, by name or one for each column, are divided by their sum.
    method : {"minmax", "vector"}
        "minmax" turns negative indicators round. "vector" divides by √Σx² whatever the direction (Hwang & Yoon), and
        the best value of a negative indicator is its smallest.
    time : str or array, optional
        Period of each row; each is ranked by itself.
    pooled : bool
        True: one scope of all rows for scales, entropy weights and ideal points, so that scores compare over time.
        False: each period by itself.
    shift : float
        Added to every normalised value, zero or more. It moves entropy weights and the ideal points, not distances
        between given weights.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.

    Returns
    -------
    Topsis
        Tables `table`, `weights` and `ideal`.

    Raises
    ------
    InvalidInputError
        Weights that are negative, all zero, or not one for each indicator; a scope in which no indicator of positive
        weight varies, where best and worst are one point; text, infinite or missing values; unknown columns or
        directions; columns of the data with the names of the result; ``pooled=False`` without `time`.

    Warns
    -----
    RegiometricsWarning
        If a column is constant in a scope: it moves no distance.

    Notes
    -----
    Scores that agree to 1e-12, relative, tie and share the best rank: 1, 2, 2, 4.

    References
    ----------
    Hwang, C.-L. & Yoon, K. (1981). Multiple Attribute Decision Making. Springer, ch. 3.
    https://doi.org/10.1007/978-3-642-48318-9

    Examples
    --------
    City b is best in income and halfway in smoke: with equal weights D⁺ = 1/4 and D⁻ = √(1/4 + 1/16) = √5/4.

    >>> import pandas as pd
    >>> import regiometrics as rgm
    >>> data = pd.DataFrame({"city": ["a", "b", "c"], "income": [20.0, 60.0, 20.0], "smoke": [5.0, 7.0, 9.0]})
    >>> result = rgm.topsis(data, ["income", "smoke"], directions={"smoke": "-"}, weights="equal")
    >>> result.table.round(4)[["city", "score", "rank"]].values.tolist()
    [['a', 0.5, 2], ['b', 0.691, 1], ['c', 0.0, 3]]
    """
    choice("method", method, ("minmax", "vector"))
    shift = amount("shift", shift)
    indicators = read_indicators(data, columns, directions=directions, time=time, pooled=pooled, missing=missing)
    indicators.refuse_clashes("distance_best", "distance_worst", "score", "rank")
    matrix = (
        indicators.values,
        indicators.negative,
        method,
        shift,
        indicators.scope_codes,
        indicators.n_scopes,
    )
    words: Any = {
        "columns": {"values": indicators.names},
        "rows": indicators.table.positions,
        "periods": indicators.scopes,
    }
    if isinstance(weights, str) and choice("weights", weights, ("entropy", "equal")) == "entropy":
        given = call(_core.entropy_weights_only, *matrix, **words)["weight"]
    else:
        given = np.tile(_numbers(indicators, weights), indicators.n_scopes)
    periods = indicators.periods
    core = call(
        _core.topsis,
        *matrix,
        given,
        None if periods is None else periods.codes,
        1 if periods is None else len(periods),
        **words,
    )
    return _result(indicators, core, method)


def _result(indicators: Indicators, core: dict[str, Any], method: str) -> Topsis:
    notes = told_constant(indicators, core["constant"], "it moves no distance", stacklevel=4)
    if indicators.table.n_dropped:
        notes.append(f"{indicators.table.n_dropped} row(s) with missing values left out.")
    measures = ("distance_best", "distance_worst", "score", "rank")
    return Topsis(
        table=indicators.frame({name: core[name] for name in measures}),
        weights=indicators.by_scope({"direction": indicators.sign_column(), "weight": core["weight"]}),
        ideal=indicators.by_scope({"best": core["best"], "worst": core["worst"]}),
        method=method,
        pooled=indicators.pooled,
        n_dropped=indicators.table.n_dropped,
        notes=tuple(notes),
        _time=None if indicators.periods is None else indicators.periods.name,
    )


def _numbers(indicators: Indicators, weights: Any) -> NDArray[np.float64]:
    """Return the weights given as numbers, in the order of the indicators."""
    names, weights = indicators.names, by_name(weights)
    if isinstance(weights, str):
        return np.ones(len(names))
    if isinstance(weights, Mapping):
        unknown = [name for name in weights if name not in names]
        absent = [name for name in names if name not in weights]
        if unknown or absent:
            which = f"{unknown[0]!r}, which is no indicator" if unknown else f"no {absent[0]!r}"
            raise InvalidInputError(f"weights name {which}; give one for each of {', '.join(map(repr, names))}")
        listed = [weights[name] for name in names]
    elif isinstance(weights, Iterable) and not hasattr(weights, "columns"):
        listed = list(weights)
    else:
        kind = type(weights).__name__
        raise InvalidInputError(f"weights must be 'entropy', 'equal', a mapping or a list, not {kind}")
    if len(listed) != len(names):
        raise InvalidInputError(f"weights has {len(listed)} entries for {len(names)} indicators")
    numbers = np.array([_weight(name, weight) for name, weight in zip(names, listed, strict=True)])
    if not numbers.any():
        raise InvalidInputError("the weights are all zero; at least one indicator must count")
    return numbers


def _weight(name: str, weight: Any) -> float:
    try:
        number = float(weight)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise InvalidInputError(f"the weight of {name!r} must be a number of zero or more, not {shown(weight)}")
    return number
