"""By how much a call raises the peak of memory, beside its input: ``python tests/bench/memory.py`` (Linux only).

Every call runs in a process of its own, after a small call that loads what is loaded once. What counts is all that
stands above the memory before the call: working copies and the result.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import regiometrics as rgm

__all__ = ["memory_table"]

_RESET = Path("/proc/self/clear_refs")
_ALLOWED = 2.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """A call on a table of any number of rows, and how many rows it is measured with."""

    size: str
    n_rows: int
    made: Callable[[np.random.Generator, int], pd.DataFrame]
    call: Callable[..., object]
    # What else the call is given, made of the table beforehand.
    given: Callable[[pd.DataFrame], Any] | None = None
    # Why a case may take more than two copies.
    reason: str = ""


def _grouped(draw: np.random.Generator, n: int) -> pd.DataFrame:
    return pd.DataFrame({"value": draw.lognormal(size=n), "group": np.arange(n) % 10})


def _grid(draw: np.random.Generator, n: int) -> pd.DataFrame:
    return pd.DataFrame({"value": draw.normal(size=n)} | {f"x{i}": draw.integers(0, 8, n) for i in range(10)})


def _columns(draw: np.random.Generator, n: int) -> pd.DataFrame:
    return pd.DataFrame({f"x{i}": draw.lognormal(size=n) for i in range(20)})


def _panel(draw: np.random.Generator, n: int) -> pd.DataFrame:
    units = n // 20
    frame = pd.DataFrame({"unit": np.repeat(np.arange(units), 20), "year": np.tile(np.arange(20), units)})
    return frame.assign(value=draw.normal(size=len(frame)).cumsum())


def _points(draw: np.random.Generator, n: int) -> pd.DataFrame:
    return pd.DataFrame({"x": draw.random(n), "y": draw.random(n), "value": draw.lognormal(size=n)})


def _factors(draw: np.random.Generator, n: int) -> pd.DataFrame:
    frame = _columns(draw, n)
    return frame.assign(value=frame["x0"] * frame["x1"] + draw.normal(size=n))


def _names(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame if str(name).startswith("x")]


def _grow(frame: pd.DataFrame) -> object:
    return rgm.RandomForestRegressor(100, random_state=1).fit(frame[_names(frame)], frame["value"].to_numpy())


CASES: dict[str, Case] = {
    "dagum_gini": Case(
        size="10⁶ units, 10 groups",
        n_rows=1_000_000,
        made=_grouped,
        call=lambda frame: rgm.dagum_gini(frame, "value", group="group"),
    ),
    "theil": Case(
        size="10⁶ units, 10 groups",
        n_rows=1_000_000,
        made=_grouped,
        call=lambda frame: rgm.theil(frame, "value", group="group"),
    ),
    "kde": Case(
        size="10⁶ values, 10 groups",
        n_rows=1_000_000,
        made=_grouped,
        call=lambda frame: rgm.kde(frame, "value", group="group"),
    ),
    "classify": Case(
        size="10⁶ values, natural breaks",
        n_rows=1_000_000,
        made=_grouped,
        call=lambda frame: rgm.classify(frame["value"], k=5, method="natural_breaks"),
        reason="the values sorted, without ties, with their sums in twice the digits",
    ),
    "geodetector": Case(
        size="10⁷ rows, 10 factors",
        n_rows=10_000_000,
        made=_grid,
        call=lambda frame: rgm.geodetector(frame, "value", _names(frame)),
    ),
    "optimal_discretization": Case(
        size="10⁵ rows, 20 factors",
        n_rows=100_000,
        made=_factors,
        call=lambda frame: rgm.optimal_discretization(frame, "value", _names(frame)),
    ),
    "topsis": Case(
        size="10⁶ × 20",
        n_rows=1_000_000,
        made=_columns,
        call=lambda frame: rgm.topsis(frame, _names(frame)),
    ),
    "spatial_markov": Case(
        size="10⁵ units × 20 periods",
        n_rows=2_000_000,
        made=_panel,
        given=lambda frame: _ring(int(frame["unit"].max()) + 1),
        call=lambda frame, ring: rgm.spatial_markov(frame, "value", unit="unit", time="year", weights=ring),
        reason="the table of states, whose five columns are 1.7 copies of the input",
    ),
    "local_g": Case(
        size="10⁵ units × 20 periods",
        n_rows=2_000_000,
        made=_panel,
        given=lambda frame: _ring(int(frame["unit"].max()) + 1),
        call=lambda frame, ring: rgm.local_g(frame, "value", unit="unit", time="year", weights=ring),
        reason="the table of results has more columns than the input",
    ),
    "weights.knn": Case(
        size="10⁶ points, k = 8",
        n_rows=1_000_000,
        made=_points,
        call=lambda frame: rgm.weights.knn(frame, x="x", y="y", k=8, metric="planar"),
        reason="the weights themselves: 8 neighbours and their weights for each point",
    ),
    "deviational_ellipse": Case(
        size="10⁶ points",
        n_rows=1_000_000,
        made=_points,
        call=lambda frame: rgm.deviational_ellipse(frame, x="x", y="y", weight="value", crs="planar"),
    ),
    "RandomForestRegressor": Case(
        size="10⁵ × 20, 100 trees",
        n_rows=100_000,
        made=_factors,
        call=_grow,
        reason="the trees themselves",
    ),
}


def _ring(n_units: int) -> rgm.SpatialWeights:
    edges = pd.DataFrame({"source": np.arange(n_units), "target": (np.arange(n_units) + 1) % n_units})
    return rgm.weights.from_edges(edges, source="source", target="target", symmetric=True).row_standardize()


def _mebibytes(field: str) -> float:
    return int(Path("/proc/self/status").read_text().split(field + ":")[1].split()[0]) / 1024


def measured(name: str) -> tuple[float, float]:
    """Return the rise of the peak and the size of the input in MiB; for a fresh process."""
    case = CASES[name]
    draw = np.random.default_rng(20250301)
    for n_rows in (2000, case.n_rows):
        table = case.made(draw, n_rows)
        arguments = [table] if case.given is None else [table, case.given(table)]
        if n_rows < case.n_rows:
            case.call(*arguments)
    # Writing 5 sets the recorded peak back to what is in use now.
    _RESET.write_text("5")
    before = _mebibytes("VmRSS")
    kept = case.call(*arguments)
    grown = _mebibytes("VmHWM") - before
    del kept
    return grown, float(table.memory_usage(index=False).sum()) / 2**20


def memory_table() -> str:
    """Return a Markdown table of all cases."""
    if not _RESET.exists():
        return "Not measured: this system does not let a process reset the peak of its memory."
    lines = ["| call | size | input | rise of the peak | in copies of the input | |", "|---|---|---|---|---|---|"]
    for name, case in CASES.items():
        done = subprocess.run([sys.executable, __file__, name], check=True, capture_output=True, text=True)
        grown, given = map(float, done.stdout.split())
        told = (
            f"met: ≤ {_ALLOWED:.0f}"
            if grown <= _ALLOWED * given
            else f"above {_ALLOWED:.0f}: {case.reason or '**missed**'}"
        )
        lines.append(f"| `{name}` | {case.size} | {given:.0f} MiB | {grown:.0f} MiB | {grown / given:.1f} | {told} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*measured(sys.argv[1]))
    else:
        print(memory_table())
