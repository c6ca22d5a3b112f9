"""Random tables in the shape that a method asks for: columns by role, in one of the data frame libraries."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from draw import NAMES, NONSENSE, Draw


def table(draw: Draw, roles: Mapping[str, str]) -> tuple[Any, dict[str, Any]]:
    """Return data, and for each role the name of its column; without data (None), the column itself.

    A role is of one of the kinds below. With "?" after it, it may be left out; with "*" it is a list of columns.
    """
    units, periods = _rows(draw, has_time=any(kind.startswith("time") for kind in roles.values()))
    columns: dict[str, Any] = {}
    given: dict[str, Any] = {}
    for role, kind in roles.items():
        if kind.endswith("?") and draw.chance(0.5):
            continue
        is_list = kind.endswith("*")
        names = []
        for _ in range(draw.pick([1, 2, 2, 3, 4]) if is_list else 1):
            names.append(draw.name(list(columns), role))
            columns[names[-1]] = _column(draw, kind.rstrip("?*"), units, periods)
        given[role] = names if is_list else names[0]
    if draw.chance(0.15):
        return None, {role: _arrays(draw, columns, names) for role, names in given.items()}
    if draw.chance(0.3):
        columns[draw.name(list(columns), "extra")] = draw.column(draw.numbers(len(units)))
    if draw.wild() and given:
        role = draw.pick(list(given))
        given[role] = draw.pick([*NAMES, *NONSENSE, given[role], [given[role]]])
    return frame(draw, columns), given


def _rows(draw: Draw, *, has_time: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes of unit and period of each row: a whole panel, now and then with gaps or repeated rows."""
    n_units = draw.pick([1, 2, 2, 3, 4, 5, 6, 8, 12, 20, 40])
    n_periods = draw.pick([1, 1, 2, 3, 4]) if has_time else 1
    rows = np.array(list(itertools.product(range(n_periods), range(n_units))))
    if draw.chance(0.2):
        rows = draw.random.permutation(rows)
    if draw.chance(0.1):
        rows = rows[draw.random.random(len(rows)) < 0.8]
    if draw.wild():
        rows = rows[draw.codes(draw.pick([0, 1, 2, len(rows) + 1]), len(rows))] if len(rows) else rows
    return rows[:, 1], rows[:, 0]


def _column(draw: Draw, kind: str, units: np.ndarray, periods: np.ndarray) -> Any:
    n = len(units)
    if draw.wild():
        kind = draw.pick(["number", "amount", "unit", "time", "group"])
    if kind == "unit":
        return draw.label_column(draw.labels(int(units.max(initial=0)) + 1), units)
    if kind == "time":
        return draw.label_column(draw.times(int(periods.max(initial=0)) + 1), periods)
    if kind == "group":
        k = draw.pick([1, 2, 2, 3, 3, 5])
        by_unit = draw.codes(int(units.max(initial=0)) + 1, k)
        return draw.label_column(draw.labels(k), by_unit[units] if draw.chance(0.7) else draw.codes(n, k))
    if kind == "factor" and draw.chance(0.6):
        k = draw.pick([1, 2, 3, 4])
        return draw.label_column(draw.labels(k), draw.codes(n, k))
    return draw.column(NUMBERS[kind](draw, n))


def _plausible(draw: Draw, usual: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return the usual numbers, or any brought into the range by `change`."""
    with np.errstate(all="ignore"):
        return usual if draw.chance(0.5) else change(draw.numbers(len(usual)))


NUMBERS: dict[str, Callable[[Draw, int], np.ndarray]] = {
    "number": lambda draw, n: draw.numbers(n),
    "factor": lambda draw, n: draw.numbers(n),
    "amount": lambda draw, n: _plausible(draw, draw.random.lognormal(3, 1, n), np.abs),
    "positive": lambda draw, n: _plausible(draw, draw.random.lognormal(3, 1, n), lambda x: np.where(x, np.abs(x), 1.0)),
    "score": lambda draw, n: _plausible(draw, draw.random.random(n), lambda x: np.clip(np.abs(x), 0.0, 1.0)),
    "weight": lambda draw, n: _plausible(draw, draw.random.integers(0, 4, n) * 1.0, np.abs),
    "longitude": lambda draw, n: _plausible(draw, draw.random.uniform(-180, 180, n), lambda x: np.clip(x, -180, 180)),
    "latitude": lambda draw, n: _plausible(draw, draw.random.uniform(-90, 90, n), lambda x: np.clip(x, -90, 90)),
}


def _arrays(draw: Draw, columns: Mapping[str, Any], names: Any) -> Any:
    if isinstance(names, str):
        return columns[names]
    chosen = {name: columns[name] for name in names}
    if draw.chance(0.3):
        return chosen
    try:
        return np.column_stack(list(chosen.values())) if draw.chance(0.3) else list(chosen.values())
    except (TypeError, ValueError):
        return list(chosen.values())


def frame(draw: Draw, columns: Mapping[str, Any]) -> Any:
    """Return a frame of pandas, polars or pyarrow; of a wild case now and then something that is none."""
    made = _pandas(draw, columns)
    kind = draw.pick(["pandas", "pandas", "polars", "pyarrow"])
    try:
        if kind == "polars":
            import polars as pl

            made = pl.DataFrame({name: pl.Series(name, _plain(made[name])) for name in made.columns})
            if draw.chance(0.1):
                made = made.cast({name: pl.Categorical for name in made.columns if made[name].dtype == pl.String})
        elif kind == "pyarrow":
            import pyarrow as pa

            made = pa.table({name: pa.array(_plain(made[name])) for name in made.columns})
            if draw.chance(0.3) and made.num_rows:
                made = pa.concat_tables([made.slice(0, 1), made.slice(1)])
    # What the other library cannot hold stays in pandas; polars panics at some of it.
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | MemoryError):
            raise
        made = _pandas(draw, columns)
    return _no_frame(draw, made) if draw.wild() else made


def _plain(series: pd.Series) -> Any:
    return series.to_list() if series.dtype == object else series


def _pandas(draw: Draw, columns: Mapping[str, Any]) -> pd.DataFrame:
    series = {}
    for name, column in columns.items():
        try:
            series[name] = pd.Series(column, copy=False).reset_index(drop=True)
            series[name].reindex(range(len(series[name]) + 1))
        except (TypeError, ValueError, NotImplementedError):
            series[name] = pd.Series(["no column"], dtype=object)
    n = max(map(len, series.values()), default=0)
    made = pd.DataFrame(
        {name: column.reindex(range(n)) if len(column) < n else column for name, column in series.items()}
    )
    index: list[Callable[[], Any]] = [
        lambda: np.zeros(len(made), dtype=int),
        lambda: [f"i{row}" for row in range(len(made))],
        lambda: pd.MultiIndex.from_arrays([np.arange(len(made)), np.zeros(len(made))], names=["a", None]),
        lambda: pd.Index(np.arange(len(made))[::-1], name=next(iter(columns), None)),
    ]
    if draw.chance(0.2):
        made.index = draw.pick(index)()
    return made


def _no_frame(draw: Draw, made: Any) -> Any:
    if isinstance(made, pd.DataFrame):
        twice = pd.concat([made, made.iloc[:, :1]], axis=1)
        numbered = made.set_axis(range(made.shape[1]), axis=1)
        two_levels = made.set_axis(pd.MultiIndex.from_product([["a"], range(made.shape[1])]), axis=1)
        return draw.pick(
            [twice, numbered, two_levels, made.iloc[:0], made.iloc[:, :0], made.to_dict(), made.to_numpy()]
        )
    if hasattr(made, "lazy"):
        return draw.pick([made.lazy(), made.head(0), made.select([]), made.to_dict(as_series=False)])
    return draw.pick([made.slice(0, 0), made.select([]), made.to_pydict(), made.to_batches(), *NONSENSE])
