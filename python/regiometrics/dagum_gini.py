"""Dagum's decomposition of the Gini coefficient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import read
from ._labels import Labels
from ._options import count, fraction, seed_or_draw
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame

__all__ = ["DagumGini", "dagum_gini"]

_OVERALL = (
    "gini",
    "within",
    "between",
    "transvariation",
    "share_within",
    "share_between",
    "share_transvariation",
)


@record
class DagumGini(Result):
    """The decomposition for every period.

    The column `time` is absent where no `time` was given. Tables are frames of the caller's library.

    Attributes
    ----------
    overall : frame
        `time`, `gini`; its parts `within`, `between`, `transvariation`, which add up to it; and the parts as
        fractions of it: `share_within`, `share_between`, `share_transvariation` (NaN where the Gini is zero).
    within : frame
        `time`, `group`, `n` (units), `mean`, `gini`.
    between : frame
        `time`, `group_a`, `group_b`, `gini`, and `distance`, Dagum's relative economic affluence D in [0, 1].
    overall_intervals, within_intervals, between_intervals : frame
        One row per statistic of the table in front: `statistic`, `estimate`, `standard_error`, `low`, `high`.
    bootstrap : int
        Replicates behind the intervals; 0 where they are estimate ± Student's t · standard error.
    confidence : float
        Level of the intervals.
    seed : int or None
        Seed of the bootstrap, drawn if none was given; None without bootstrap.
    n_dropped : int
        Rows left out because a value was missing.
    n_zero_weight : int
        Rows left out because their weight is zero.
    notes : tuple of str
        What should be known about the numbers.
    """

    overall: Frame
    within: Frame
    between: Frame
    bootstrap: int
    confidence: float
    seed: int | None
    n_dropped: int
    n_zero_weight: int
    notes: tuple[str, ...]
    _uncertainty: Mapping[str, _Uncertainty]

    _method: ClassVar[str] = "dagum_gini"
    _tables: ClassVar[tuple[str, ...]] = (
        "overall",
        "within",
        "between",
        "overall_intervals",
        "within_intervals",
        "between_intervals",
    )
    _shown: ClassVar[tuple[str, ...]] = ("overall", "within", "between", "overall_intervals")
    _states: ClassVar[tuple[str, ...]] = ("statistic",)

    @property
    def overall_intervals(self) -> Frame:
        """Standard errors and intervals of `overall`."""
        return self._uncertainty["overall"].frame()

    @property
    def within_intervals(self) -> Frame:
        """Standard errors and intervals of `within`."""
        return self._uncertainty["within"].frame()

    @property
    def between_intervals(self) -> Frame:
        """Standard errors and intervals of `between`."""
        return self._uncertainty["between"].frame()

    def _heading(self, table: str) -> str:
        return {"within": "within_groups", "between": "between_groups"}.get(table, table)


def dagum_gini(
    data: Any,
    value: Any,
    *,
    group: Any,
    time: Any = None,
    weight: Any = None,
    unit: Any = None,
    bootstrap: int = 0,
    confidence: float = 0.95,
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> DagumGini:
    r"""Decompose the Gini coefficient within groups, between groups, and into their overlap (transvariation).

    With :math:`D_{jh} = \sum_{a \in j,\, b \in h} w_a w_b (y_a - y_b)^+`, W the sum of weights and S of weighted
    values,

    .. math::

        G = \frac{1}{WS} \sum_{j,h} D_{jh},\qquad
        G_w = \frac{1}{WS} \sum_j D_{jj}, \\
        G_{nb} = \frac{1}{WS} \sum_{j<h} |D_{jh} - D_{hj}|,\qquad
        G_t = \frac{2}{WS} \sum_{j<h} \min(D_{jh}, D_{hj})

    which are Dagum's :math:`\sum_j G_{jj} p_j s_j` and :math:`\sum_{j<h} G_{jh}(p_j s_h + p_h s_j) D_{jh}` (his
    :math:`1 - D_{jh}` for the transvariation) with common factors cancelled. G divides by n², not n(n − 1), as the
    studies of this field do. Cost: O(n log n + n k) for n units in k groups.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable, finite and zero or more; any unit, since the Gini is relative.
    group : str or array
        Group of each row (region). Shown in sorted order; categories keep theirs.
    time : str or array, optional
        Period of each row; each is decomposed by itself. Groups may be absent from some periods.
    weight : str or array, optional
        Weight of each row, for example population; zero or more. Rows of weight zero are left out and counted.
    unit : str or array, optional
        Region of each row. With it, a region that appears twice in a period is an error.
    bootstrap : int
        Replicates of the studentised bootstrap, which redraws units inside each group and period; 999 or more. With
        0 the intervals are estimate ± Student's t · jackknife error, with n − k degrees of freedom.
    confidence : float
        Level of the intervals, between 0 and 1.
    seed : int, optional
        Seed of the bootstrap; drawn and recorded if absent. Same seed, same numbers, for any number of threads.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.
    progress : bool
        Show a progress bar.

    Returns
    -------
    DagumGini
        Tables `overall`, `within`, `between`, each with a table of standard errors and intervals.

    Raises
    ------
    InvalidInputError
        Negative or infinite values, missing ones unless dropped, text, unknown columns, a period whose values or
        weights are all zero, a unit twice in a period: with the column and the first rows, or the period.

    Notes
    -----
    Standard errors are delete-one jackknife errors with the groups as strata (Wolter 2007, §4.5). A group of one
    unit has a Gini of zero and adds nothing to the errors; where only such groups are concerned the error is NaN, as
    is that of a group's own Gini with two units.

    Bootstrap intervals are studentised (Davison & Hinkley 1997, §5.2): each replicate has its own jackknife error.
    Percentile intervals are not offered, because division by n² makes every Gini too small in small samples and they
    double that bias. In simulated samples of 30 units in three lognormal groups, 95 % intervals held the true Gini 90 %
    of the time if studentised and 85 % with Student's t, its part within groups 90 and 78 %; with 300 units either held
    both 92 to 94 %. The documentation has the table ("Tests and intervals, by simulation"). No interval is good for
    `between`, `transvariation` and their shares where group means nearly coincide, since \|mean_j − mean_h\| has a
    kink there. Intervals rest on independent units, which neighbouring regions rarely are. They are cut to [0, 1].

    References
    ----------
    Dagum, C. (1997). A new approach to the decomposition of the Gini income inequality ratio. Empirical Economics
    22, 515–531. https://doi.org/10.1007/BF01205777

    Davison, A. C. and Hinkley, D. V. (1997). Bootstrap Methods and their Application. Cambridge University Press.

    Wolter, K. M. (2007). Introduction to Variance Estimation, 2nd ed. Springer.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> ai = rgm.datasets.load_ai_development()
    >>> result = rgm.dagum_gini(ai, "level", group="region", time="year")
    >>> result.overall.round(4).loc[0, ["gini", "share_between"]].to_list()
    [0.5243, 0.6146]
    """
    bootstrap, confidence = count("bootstrap", bootstrap), fraction("confidence", confidence)
    key = seed_or_draw(seed)
    table = read(data, missing=missing, value=value, group=group, time=time, weight=weight, unit=unit)
    if unit is not None:
        table.refuse_duplicates("unit", "time")
    values = table.numbers("value", at_least_zero=True)
    weights = table.optional_numbers("weight")
    groups, periods = table.labels("group"), table.optional_labels("time")
    core = call(
        _core.dagum_gini,
        values,
        weights,
        groups.codes,
        len(groups),
        None if periods is None else periods.codes,
        1 if periods is None else len(periods),
        bootstrap,
        confidence,
        key,
        columns=table.names(values="value", weights="weight"),
        periods=periods,
        progress=progress,
    )
    tables = _tables(core, groups, periods, table.backend)
    n_zero_weight = 0 if weights is None else int((weights == 0.0).sum())
    return DagumGini(
        overall=tables["overall"].wide({}),
        within=tables["within"].wide({"n": core["within_n"], "mean": core["within_mean"]}),
        between=tables["between"].wide({}),
        _uncertainty=tables,
        bootstrap=bootstrap,
        confidence=confidence,
        seed=key if bootstrap else None,
        n_dropped=table.n_dropped,
        n_zero_weight=n_zero_weight,
        notes=(_method_note(bootstrap, confidence, key), *_notes(core, table.n_dropped, n_zero_weight)),
    )


@record
class _Uncertainty:
    """Estimates of one table with errors and intervals, rows × statistics; the frame is made when asked for."""

    backend: Any
    keys: Mapping[str, tuple[Labels, NDArray[Any]]]
    statistics: tuple[str, ...]
    estimates: Mapping[str, NDArray[np.float64]]

    def wide(self, columns: Mapping[str, Any]) -> Frame:
        """Return the estimates, one row per key and one column per statistic, after `columns`."""
        labels = {key: label.take(codes) for key, (label, codes) in self.keys.items()}
        values = dict(zip(self.statistics, self.estimates["estimate"].T.copy(), strict=True))
        return make_frame(self.backend, labels | dict(columns) | values)

    def frame(self) -> Frame:
        """Return one row per key and statistic."""
        n_rows, n_statistics = self.estimates["estimate"].shape
        labels = {key: label.take(np.repeat(codes, n_statistics)) for key, (label, codes) in self.keys.items()}
        tidy = {"statistic": np.tile(np.array(self.statistics), n_rows)}
        tidy |= {column: values.flatten() for column, values in self.estimates.items()}
        return make_frame(self.backend, labels | tidy)


def _tables(core: dict[str, Any], groups: Labels, periods: Labels | None, backend: Any) -> dict[str, _Uncertainty]:
    def keys(codes: NDArray[Any], **group_codes: NDArray[Any]) -> dict[str, tuple[Labels, NDArray[Any]]]:
        time = {} if periods is None else {"time": (periods, codes)}
        return time | {name: (groups, codes) for name, codes in group_codes.items()}

    n_periods = len(core["overall"]["estimate"])
    parts = {
        "overall": (keys(np.arange(n_periods)), _OVERALL),
        "within": (keys(core["within_period"], group=core["within_group"]), ("gini",)),
        "between": (
            keys(core["between_period"], group_a=core["between_a"], group_b=core["between_b"]),
            ("gini", "distance"),
        ),
    }
    return {
        name: _Uncertainty(backend=backend, keys=keys, statistics=statistics, estimates=core[name])
        for name, (keys, statistics) in parts.items()
    }


def _method_note(bootstrap: int, confidence: float, seed: int) -> str:
    interval = "estimate ± Student's t · standard error"
    if bootstrap:
        interval = f"studentised bootstrap within groups, {bootstrap} replicates, seed {seed}"
    level = f"{100 * confidence:g} %"
    return f"Standard errors: delete-one jackknife within groups. Intervals ({level}): {interval}."


def _notes(core: dict[str, Any], n_dropped: int, n_zero_weight: int) -> list[str]:
    notes = []
    n_single, n_double = (int((core["within_n"] == size).sum()) for size in (1, 2))
    if n_single:
        notes.append(f"{n_single} group-period(s) of one unit: Gini 0, no part in the standard errors.")
    if n_double:
        notes.append(f"{n_double} group-period(s) of two units: no standard error of their own Gini.")
    n_equal = int((core["overall"]["estimate"][:, 0] == 0.0).sum())
    if n_equal:
        notes.append(f"{n_equal} period(s) with equal values: Gini 0, shares undefined.")
    if n_dropped:
        notes.append(f"{n_dropped} row(s) with missing values left out.")
    if n_zero_weight:
        notes.append(f"{n_zero_weight} row(s) of weight zero left out.")
    return notes
