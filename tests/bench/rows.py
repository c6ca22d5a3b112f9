"""One row of the report: a call timed beside its peer, and the data that several rows share."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["Measured", "Row", "Work", "measure", "panel", "seconds"]

Work = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One call, its peer if it has one, and the bound on their ratio or on the call's own time if there is one."""

    call: str
    size: str
    work: Work
    peer_name: str = ""
    peer: Work | None = None
    # "call ≤ bound · peer", or None.
    bound: float | None = None
    # "call ≤ limit" in seconds, or None.
    limit: float | None = None
    # For a peer that takes minutes; None for as many as the rest.
    repetitions: int | None = None
    # The peer runs in another program and returns the seconds that it took there.
    peer_reports: bool = False
    # Whether both run once before they are timed; not for calls of minutes.
    warm: bool = True


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Medians of the times of a row in seconds, and of the ratios pair by pair."""

    row: Row
    own: float
    peer: float | None = None
    ratio: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether every bound of the row holds; None without bounds or without the peer."""
        within = []
        if self.row.limit is not None:
            within.append(self.own <= self.row.limit)
        if self.row.bound is not None and self.ratio is not None:
            within.append(self.ratio <= self.row.bound)
        return all(within) if within else None

    def line(self) -> str:
        """Return the row as a line of a Markdown table."""
        peer, ratio = "–", "–"
        if self.ratio is not None and self.peer is not None:
            peer = _time(self.peer)
            ratio = f"{self.ratio:.2f} ×" if self.ratio >= 1.0 else f"1 / {1.0 / self.ratio:.1f}"
        elif self.row.peer_name:
            peer = "not installed"
        bounds = [f"≤ {self.row.limit:g} s"] if self.row.limit is not None else []
        if self.row.bound is not None:
            bounds.append(f"≤ {self.row.bound:g} ×" if self.row.bound >= 1.0 else f"≤ 1 / {1.0 / self.row.bound:.3g}")
        verdict = {True: "met: ", False: "**missed**: ", None: ""}[self.is_met] + ", ".join(bounds) if bounds else "–"
        name = self.row.peer_name or "–"
        return f"| {self.row.call} | {self.row.size} | {_time(self.own)} | {name} | {peer} | {ratio} | {verdict} |"


def _time(duration: float) -> str:
    """Return a duration with three digits in the unit that suits it."""
    if duration < 1e-3:
        return f"{duration * 1e6:.3g}\u00a0µs"
    return (
        f"{duration * 1e3:.3g}\u00a0ms"
        if duration < 0.9995
        else f"{duration:.3g}\u00a0s"
        if duration < 1e3
        else f"{duration:.0f}\u00a0s"
    )


def measure(row: Row, repetitions: int) -> Measured:
    """Time the call and its peer in turn."""
    own, other, ratios = [], [], []
    if row.warm:
        row.work()
        if row.peer is not None:
            row.peer()
    for _ in range(repetitions):
        own.append(seconds(row.work))
        if row.peer is not None:
            other.append(float(row.peer()) if row.peer_reports else seconds(row.peer))  # type: ignore[arg-type]
            ratios.append(own[-1] / other[-1])
    middle = statistics.median
    if not other:
        return Measured(row=row, own=middle(own))
    return Measured(row=row, own=middle(own), peer=middle(other), ratio=middle(ratios))


def seconds(work: Work) -> float:
    """Return how long the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def panel(n_units: int, n_periods: int, n_groups: int) -> pd.DataFrame:
    """Make a panel of lognormal values whose groups differ in their means."""
    draw = np.random.default_rng(20250301)
    group = np.tile(np.arange(n_units) % n_groups, n_periods)
    value = draw.lognormal(size=n_units * n_periods) * (1.0 + 0.1 * group)
    return pd.DataFrame({"value": value, "group": group, "year": np.repeat(2000 + np.arange(n_periods), n_units)})
