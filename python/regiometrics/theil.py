"""Theil's inequality measures and their decomposition."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np

from . import _core
from ._call import call
from ._input import read
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame
from .errors import RegiometricsWarning

__all__ = ["Theil", "theil"]


@record
class Theil(Result):
    """Theil T and L for every period.

    The column `time` is absent where no `time` was given, `group` where no `group` was. Tables are frames of the
    caller's library.

    Attributes
    ----------
    overall : frame
        `time`; `theil_t` and its parts `within_t` and `between_t`, which add up to it; `theil_l`, `within_l`,
        `between_l` likewise; and the parts as fractions, `share_within_t`, `share_between_t`, `share_within_l`,
        `share_between_l` (NaN where the measure is zero or infinite). Without `group` all is within.
    within : frame
        `time`, `group`, `n` (units), `mean`, `share_weight` and `share_value` (the group's fractions of the weight
        and of the weighted sum), `theil_t`, `theil_l`, and `contribution_t`, `contribution_l`, the fraction of the
        whole measure that arises inside the group.
    n_dropped : int
        Rows left out because a value was missing.
    n_zero_weight : int
        Rows left out because their weight is zero.
    notes : tuple of str
        What should be known about the numbers.
    """

    overall: Frame
    within: Frame
    n_dropped: int
    n_zero_weight: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "theil"
    _tables: ClassVar[tuple[str, ...]] = ("overall", "within")
    _shown: ClassVar[tuple[str, ...]] = ("overall", "within")

    def _heading(self, table: str) -> str:
        return {"within": "by_group"}.get(table, table)


def theil(
    data: Any,
    value: Any,
    *,
    group: Any = None,
    time: Any = None,
    weight: Any = None,
    unit: Any = None,
    missing: str = "error",
) -> Theil:
    r"""Measure inequality by Theil's T and L, in total, within groups and between groups.

    With r = y/μ, weights w summing to W, and group means μ_j with weight shares p_j and value shares s_j,

    .. math::

        T = \sum_i \tfrac{w_i}{W} r_i \ln r_i = \sum_j s_j T_j + \sum_j s_j \ln \tfrac{\mu_j}{\mu},\qquad
        L = \sum_i \tfrac{w_i}{W} \ln \tfrac{1}{r_i} = \sum_j p_j L_j + \sum_j p_j \ln \tfrac{\mu}{\mu_j}

    The terms are summed in a form in which none is negative, so that nearly equal values keep their digits.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable, per head where `weight` is population: finite and zero or more.
    group : str or array, optional
        Group of each row (region). Shown in sorted order; categories keep theirs.
    time : str or array, optional
        Period of each row; each is measured by itself.
    weight : str or array, optional
        Weight of each row, for example population; zero or more. Rows of weight zero are left out and counted.
    unit : str or array, optional
        Region of each row. With it, a region that appears twice in a period is an error.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.

    Returns
    -------
    Theil
        Tables `overall` and `within`.

    Raises
    ------
    InvalidInputError
        Negative or infinite values, missing ones unless dropped, text, unknown columns, a period whose values or
        weights are all zero, a unit twice in a period: with the column and the first rows, or the period.

    Warns
    -----
    RegiometricsWarning
        If a value is zero: it adds nothing to T (0 · ln 0 = 0) and makes L infinite.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory. North-Holland, ch. 4.

    Shorrocks, A. F. (1980). The class of additively decomposable inequality measures. Econometrica 48, 613–625.
    https://doi.org/10.2307/1913126

    Examples
    --------
    Two groups, {1, 3} and {4}: T is (3 ln 3 + 4 ln 4 − 8 ln(8/3)) / 8.

    >>> import regiometrics as rgm
    >>> result = rgm.theil(None, [1.0, 3.0, 4.0], group=["a", "a", "b"])
    >>> result.overall.round(4).loc[0, ["theil_t", "within_t", "between_t"]].to_list()
    [0.1243, 0.0654, 0.0589]
    """
    table = read(data, missing=missing, value=value, group=group, time=time, weight=weight, unit=unit)
    if unit is not None:
        table.refuse_duplicates("unit", "time")
    values = table.numbers("value", at_least_zero=True)
    weights = table.optional_numbers("weight")
    groups, periods = table.optional_labels("group"), table.optional_labels("time")
    core = call(
        _core.theil,
        values,
        weights,
        None if groups is None else groups.codes,
        1 if groups is None else len(groups),
        None if periods is None else periods.codes,
        1 if periods is None else len(periods),
        columns=table.names(values="value", weights="weight"),
        periods=periods,
    )
    within = core["within"]
    overall_keys, within_keys = {}, {}
    if periods is not None:
        overall_keys["time"] = periods.take(np.arange(len(periods)))
        within_keys["time"] = periods.take(within["period"])
    if groups is not None:
        within_keys["group"] = groups.take(within["group"])
    columns = {name: column for name, column in within.items() if name not in ("period", "group")}
    n_zero_weight = 0 if weights is None else int((weights == 0.0).sum())
    n_zeros = int(((values == 0.0) if weights is None else (values == 0.0) & (weights > 0.0)).sum())
    return Theil(
        overall=make_frame(table.backend, overall_keys | core["overall"]),
        within=make_frame(table.backend, within_keys | columns),
        n_dropped=table.n_dropped,
        n_zero_weight=n_zero_weight,
        notes=_notes(core, table.name("value"), n_zeros, table.n_dropped, n_zero_weight),
    )


def _notes(core: dict[str, Any], name: str, n_zeros: int, n_dropped: int, n_zero_weight: int) -> tuple[str, ...]:
    notes = []
    if np.isinf(core["overall"]["theil_l"]).any():
        notes.append(f"{n_zeros} zero(s) in {name!r}: they add nothing to T and make L infinite.")
        warnings.warn(notes[-1], RegiometricsWarning, stacklevel=3)
    if n_dropped:
        notes.append(f"{n_dropped} row(s) with missing values left out.")
    if n_zero_weight:
        notes.append(f"{n_zero_weight} row(s) of weight zero left out.")
    return tuple(notes)
