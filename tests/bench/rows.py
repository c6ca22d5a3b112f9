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
    # "call ≤ limit" in seconds, or None.
    limit: float | None = None
    # For a peer that takes minutes; None for as many as the rest.
    repetitions: int | None = None


def measure(row: Row, repetitions: int) -> str:
    """Return the row as a line of a Markdown table."""
    own, other, ratios = [], [], []
    row.work()
    if row.peer is not None:
        row.peer()
    for _ in range(repetitions):
        own.append(_seconds(row.work))
        if row.peer is not None:
            other.append(_seconds(row.peer))
            ratios.append(own[-1] / other[-1])
    ours = f"{statistics.median(own) * 1e3:.2f} ms"
    within = [] if row.limit is None else [_verdict(statistics.median(own) <= row.limit, f"≤ {row.limit:g} s")]
    if row.peer is None:
        said = ", ".join(within) or "–"
        return f"| {row.call} | {row.size} | {ours} | {row.peer_name} | not installed | – | {said} |"
    ratio = statistics.median(ratios)
    said = f"{ratio:.2f} ×" if ratio >= 1.0 else f"1 / {1.0 / ratio:.1f}"
    if row.bound is not None:
        within.append(_verdict(ratio <= row.bound, f"≤ {row.bound:g} ×"))
    verdict = ", ".join(within) or "–"
    theirs = f"{statistics.median(other) * 1e3:.2f} ms"
    return f"| {row.call} | {row.size} | {ours} | {row.peer_name} | {theirs} | {said} | {verdict} |"


def _verdict(is_met: bool, bound: str) -> str:
    return f"{'met' if is_met else 'MISSED'} ({bound})"


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
