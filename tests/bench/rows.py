"""One row of the report: a call timed beside its peer, and the data that several rows share."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["Row", "Work", "measure", "panel"]

Work = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One call, its peer, and the bound on their ratio if there is one."""

    call: str
    size: str
    work: Work
    peer_name: str
    peer: Work | None
    # "call ≤ bound · peer", or None.
    bound: float | None = None
    # For a peer that takes minutes; None for as many as the rest.
    repetitions: int | None = None
    # The peer runs in another program and returns the seconds that it took there.
    peer_reports: bool = False
    # Whether both run once before they are timed; not for calls of minutes.
    warm: bool = True


def measure(row: Row, repetitions: int) -> str:
    """Return the row as a line of a Markdown table."""
    own, other, ratios = [], [], []
    if row.warm:
        row.work()
        if row.peer is not None:
            row.peer()
    for _ in range(repetitions):
        own.append(_seconds(row.work))
        if row.peer is not None:
            other.append(float(row.peer()) if row.peer_reports else _seconds(row.peer))  # type: ignore[arg-type]
            ratios.append(own[-1] / other[-1])
    ours = f"{statistics.median(own) * 1e3:.2f} ms"
    if row.peer is None:
        return f"| {row.call} | {row.size} | {ours} | {row.peer_name} | not installed | – | – |"
    ratio = statistics.median(ratios)
    said = f"{ratio:.2f} ×" if ratio >= 1.0 else f"1 / {1.0 / ratio:.1f}"
    verdict = "–" if row.bound is None else f"{'met' if ratio <= row.bound else 'MISSED'} (≤ {row.bound:g} ×)"
    theirs = f"{statistics.median(other) * 1e3:.2f} ms"
    return f"| {row.call} | {row.size} | {ours} | {row.peer_name} | {theirs} | {said} | {verdict} |"


def _seconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def panel(n_units: int, n_periods: int, n_groups: int) -> pd.DataFrame:
    """Make a panel of lognormal values whose groups differ in their means."""
    draw = np.random.default_rng(20250301)
    group = np.tile(np.arange(n_units) % n_groups, n_periods)
    value = draw.lognormal(size=n_units * n_periods) * (1.0 + 0.1 * group)
    return pd.DataFrame({"value": value, "group": group, "year": np.repeat(2000 + np.arange(n_periods), n_units)})
