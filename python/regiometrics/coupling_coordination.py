"""Coupling and coordination of systems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import InputTable, read
from ._options import by_name, choice, shown
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame, state_column, unite
from .errors import InvalidInputError

__all__ = ["GRADES", "STAGES", "CouplingCoordination", "coupling_coordination"]

VARIANTS = ("standard", "half", "wang2021")
# In the order of the kernel's codes.
STAGES = ("low-level coupling", "antagonistic", "running-in", "high-level coupling")
GRADES = (
    "extreme imbalance",
    "severe imbalance",
    "moderate imbalance",
    "mild imbalance",
    "near imbalance",
    "barely coordinated",
    "primary coordination",
    "intermediate coordination",
    "good coordination",
    "high-quality coordination",
)


@record
class CouplingCoordination(Result):
    """Coupling and coordination of every row.

    Attributes
    ----------
    table : frame
        One row per row of the data, in its order: the columns of the data that are no systems; `coupling` C;
        `development` T; `coordination` D; `stage` of C and `grade` of D, categories in their order (text in pyarrow).
    systems : tuple of str
        Names of the systems.
    weights : tuple of float
        Their weights, which add up to one.
    variant : str
        How C was measured.
    stages : tuple of float
        Bounds between the stages of C.
    unit, time : str or None
        Columns of `table` that figures put down and across.
    n_zero : int
        Rows with a score of zero, where C and D are zero.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    systems: tuple[str, ...]
    weights: tuple[float, ...]
    variant: str
    stages: tuple[float, ...]
    unit: str | None
    time: str | None
    n_zero: int
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "coupling_coordination"
    _tables: ClassVar[tuple[str, ...]] = ("table",)
    _states: ClassVar[tuple[str, ...]] = ("stage", "grade")
    _shown: ClassVar[tuple[str, ...]] = ("table",)

    def _heading(self, table: str) -> str:
        return {"table": "coupling_and_coordination"}[table]


def coupling_coordination(
    data: Any,
    systems: Any,
    *,
    weights: Any = None,
    variant: str = "standard",
    stages: Sequence[float] = (0.3, 0.5, 0.8),
    unit: Any = None,
    time: Any = None,
    missing: str = "error",
) -> CouplingCoordination:
    r"""Measure how strongly systems are coupled, and how well they develop together.

    With the scores u of n systems, weights a that add up to one, and the degree of coupling C, development is
    :math:`T = \sum_i a_i u_i` and coordination :math:`D = \sqrt{C\,T}`. C is

    .. math::

        \text{standard:}\; \frac{\left(\prod u_i\right)^{1/n}}{\sum u_i / n}\qquad
        \text{half:}\; \frac{\sqrt{u_1 u_2}}{u_1 + u_2} \\
        \text{wang2021:}\; \sqrt{\Bigl[1 - \tfrac{2}{n(n-1)}\sum_{i>j} |u_i - u_j|\Bigr]
        \Bigl(\prod \tfrac{u_i}{\max u}\Bigr)^{1/(n-1)}}

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the systems are arrays.
    systems : list of str, or of arrays without `data`
        The scores of two or more systems, from 0 to 1. Arrays may be named by a dict.
    weights : list of float, or dict or pandas series by system, optional
        Weights in T, zero or more; they count relative to their sum. Without them all systems weigh alike.
    variant : {"standard", "half", "wang2021"}
        How C is measured. "standard" and "wang2021" reach from 0 to 1, "half", for two systems, from 0 to 0.5.
    stages : three floats
        Ascending bounds between the stages of C; a bound belongs to the stage below it.
    unit, time : str or array, optional
        Columns that figures put down and across, for example city and year; each pair may stand in one row only.
    missing : {"error", "drop"}
        Rows with a missing value in a system, `unit` or `time` raise an error, or are left out and counted.

    Returns
    -------
    CouplingCoordination
        `table`, rows in the order of the data.

    Raises
    ------
    InvalidInputError
        Scores below 0 or above 1, missing, infinite or text, naming the column and rows; fewer than two systems, more
        than two for "half"; weights or stages that cannot be used; a column of the data with the name of a result.

    Notes
    -----
    Stages of C: low-level coupling (≤ 0.3), antagonistic (≤ 0.5), running-in (≤ 0.8), high-level coupling.

    Grades of D by steps of 0.1, a bound belonging to the grade above it (0.5 is barely coordinated): extreme, severe,
    moderate, mild, near imbalance; barely, primary, intermediate, good, high-quality coordination.

    A degree within 1e-9 of a bound, relative to it, lies on the bound. A score that rounding puts beyond 0 or 1 (by
    1e-12) counts as 0 or 1. A score of zero makes C and D zero, and is counted.

    References
    ----------
    江成、聂丽君、李凯帅 (2025). 京津冀产业链与创新链的发展趋势与融合成效研究. 区域经济评论 (Regional Economic Review)
    2025(3): "half".

    廖重斌 (1999). 环境与经济协调发展的定量评判及其分类体系. 热带地理 (Tropical Geography) 19(2), 171–177: grades.

    王淑佳、孔伟、任亮等 (2021). 国内耦合协调度模型的误区及修正. 自然资源学报 (Journal of Natural Resources) 36(3),
    793–810: "standard", the traditional model in its proper form, and "wang2021". https://doi.org/10.31497/zrzyxb.20210319

    Examples
    --------
    Scores 0.2 and 0.8: C = 0.4 / 0.5, T = 0.5, D = √0.4.

    >>> import regiometrics as rgm
    >>> result = rgm.coupling_coordination(None, {"industry": [0.2], "innovation": [0.8]})
    >>> row = result.table.iloc[0]
    >>> [round(float(row[name]), 4) for name in ("coupling", "development", "coordination")]
    [0.8, 0.5, 0.6325]
    >>> row["stage"], row["grade"]
    ('running-in', 'primary coordination')
    """
    choice("variant", variant, VARIANTS)
    bounds = _bounds(stages)
    roles = _roles(data, systems)
    table = read(data, missing=missing, **roles, unit=unit, time=time)
    if unit is not None and time is not None:
        table.refuse_duplicates("unit", "time")
    names = tuple(table.name(role) for role in roles) if data is not None else _array_names(systems)
    scores = np.column_stack([table.numbers(role, scores=True) for role in roles])
    given = _weights(weights, names)
    core = call(_core.coupling_coordination, scores, variant, given, bounds)
    columns = {
        **{name: core[name] for name in ("coupling", "development", "coordination")},
        "stage": state_column(table.backend, core["stage"], STAGES),
        "grade": state_column(table.backend, core["grade"], GRADES),
    }
    n_zero = int(core["has_zero"].sum())
    return CouplingCoordination(
        table=_beside(data, table, names, columns),
        systems=names,
        weights=tuple(given.tolist()),
        variant=variant,
        stages=tuple(bounds.tolist()),
        unit=table.name("unit") if unit is not None else None,
        time=table.name("time") if time is not None else None,
        n_zero=n_zero,
        n_dropped=table.n_dropped,
        notes=tuple(_notes(variant, names, n_zero, table.n_dropped)),
    )


def _roles(data: Any, systems: Any) -> dict[str, Any]:
    """Return one role per system."""
    if isinstance(systems, Mapping) and data is None:
        given = [_named(values, name) for name, values in systems.items()]
    elif isinstance(systems, str) or not isinstance(systems, Sequence):
        what = "a list of column names" if data is not None else "a list or dict of arrays"
        raise InvalidInputError(f"systems must be {what}, not {type(systems).__name__}")
    else:
        given = list(systems)
    if len(given) < 2:
        raise InvalidInputError(f"systems must be two or more, not {len(given)}")
    if data is not None and len(set(map(str, given))) < len(given):
        raise InvalidInputError("systems name a column twice; each system is a column of its own")
    return {f"system{position}": column for position, column in enumerate(given)}


def _named(values: Any, name: Any) -> Any:
    """Return an array that errors call by its name."""
    import pandas as pd

    try:
        if hasattr(values, "name") or np.ndim(values) != 1:
            return values
        return pd.Series(values, name=str(name))
    except (TypeError, ValueError):
        # Whoever reads it says why it is no column.
        return values


def _array_names(systems: Any) -> tuple[str, ...]:
    if isinstance(systems, Mapping):
        return tuple(map(str, systems))
    return tuple(f"system {position + 1}" for position in range(len(systems)))


def _bounds(stages: Any) -> NDArray[np.float64]:
    try:
        bounds = np.asarray(stages, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"stages must be three numbers, not {shown(stages)}") from None
    if bounds.shape != (3,) or not (0.0 < bounds[0] < bounds[1] < bounds[2] < 1.0):
        raise InvalidInputError(f"stages must be three ascending numbers between 0 and 1, not {shown(stages)}")
    return bounds


def _weights(weights: Any, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the weights in the order of the systems, adding up to one."""
    if weights is None:
        return np.full(len(names), 1.0 / len(names))
    weights = by_name(weights)
    if isinstance(weights, Mapping):
        if set(weights) != set(names):
            told = ", ".join(map(str, weights))
            raise InvalidInputError(f"weights must name the systems {', '.join(names)}, not {told}")
        weights = [weights[name] for name in names]
    try:
        given = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"weights must be numbers, not {shown(weights)}") from None
    if given.shape != (len(names),):
        raise InvalidInputError(f"weights must be {len(names)} numbers, one per system, not {shown(weights)}")
    if not (np.isfinite(given).all() and (given >= 0.0).all() and given.any()):
        raise InvalidInputError(f"weights must be zero or more, and not all zero, not {shown(weights)}")
    # Relative to the largest, so that no sum overflows.
    given = given / given.max()
    return np.asarray(given / given.sum())


def _beside(data: Any, table: InputTable, systems: tuple[str, ...], columns: dict[str, Any]) -> Frame:
    """Return the columns of the data that are no systems, then the results, rows and index as in the data."""
    import narwhals as nw

    if data is None:
        keys = {
            table.name(role): table.labels(role).take(table.labels(role).codes)
            for role in ("time", "unit")
            if role in table.columns
        }
        return make_frame(table.backend, unite(keys, columns))
    frame = nw.from_native(data, eager_only=True)
    rest = frame.select([name for name in frame.columns if name not in systems])
    if not rest.columns:
        # A frame without columns may have lost its rows.
        made = make_frame(table.backend, columns)
        if rest.implementation.is_pandas():
            index = frame.to_native().index
            made.index = index if table.positions is None else index[table.positions]
        return made
    if table.positions is not None:
        rest = rest[table.positions]
    unite(dict.fromkeys(rest.columns), columns)
    if rest.implementation.is_pandas():
        native = rest.to_native()
        return native.assign(**columns)
    return make_frame(table.backend, {name: rest[name] for name in rest.columns} | columns)


def _notes(variant: str, names: tuple[str, ...], n_zero: int, n_dropped: int) -> Iterator[str]:
    most = "at most 0.5" if variant == "half" else "at most 1"
    yield f"C of {', '.join(names)} by variant {variant!r}: {most}."
    if n_zero:
        yield f"{n_zero} row(s) with a score of zero: C and D are zero there."
    if n_dropped:
        yield f"{n_dropped} row(s) with missing values left out."
