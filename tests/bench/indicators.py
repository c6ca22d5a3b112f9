"""Indicators, their weights and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd
import regiometrics as rgm
from rows import Row


def indicators(n_rows: int, n_columns: int) -> tuple[pd.DataFrame, list[str]]:
    """Make lognormal indicators of 20 periods, and return them with their names."""
    draw = np.random.default_rng(20250302)
    names = [f"indicator {column}" for column in range(n_columns)]
    table = pd.DataFrame({name: draw.lognormal(size=n_rows) for name in names})
    return table.assign(year=np.arange(n_rows) % 20), names


def indicator_rows() -> Iterator[Row]:
    """Indicators beside numpy idioms and pymcdm, which does one period without labels."""
    peers: dict[str, Callable[..., object] | None] = {"entropy": None, "topsis": None}
    try:
        from pymcdm.methods import TOPSIS
        from pymcdm.weights import entropy_weights

        peers = {"entropy": entropy_weights, "topsis": TOPSIS()}
    except ImportError:
        pass
    for n_rows, size in ((630, "630 × 20"), (1_000_000, "10⁶ × 20")):
        table, names = indicators(n_rows, 20)
        matrix, types = table[names].to_numpy(), np.ones(20)
        entropy, topsis = peers["entropy"], peers["topsis"]
        yield Row(
            call="normalize",
            size=size,
            work=lambda table=table, names=names: rgm.normalize(table, names),
            peer_name="numpy min–max",
            peer=lambda matrix=matrix: (matrix - matrix.min(axis=0)) / np.ptp(matrix, axis=0),
        )
        yield Row(
            call="entropy_weights, with scores",
            size=size,
            work=lambda table=table, names=names: rgm.entropy_weights(table, names, method="sum", time="year"),
            peer_name="pymcdm entropy_weights (weights only)",
            peer=None if entropy is None else partial(entropy, matrix),
        )
        yield Row(
            call="topsis, equal weights, ranks by period",
            size=size,
            work=lambda table=table, names=names: rgm.topsis(table, names, weights="equal", time="year"),
            peer_name="pymcdm TOPSIS (scores only)",
            peer=None if topsis is None else partial(topsis, matrix, types / 20, types),
        )
    sectors, names = indicators(1_000_000, 3)
    yield Row(
        call="industrial_upgrading",
        size="10⁶ × 3",
        work=lambda: rgm.industrial_upgrading(sectors, names),
        peer_name="numpy arccos",
        peer=lambda: upgrading_in_numpy(sectors[names].to_numpy()),
    )


def upgrading_in_numpy(sectors: np.ndarray) -> np.ndarray:
    """Add up the angles to the axes by the printed formula."""
    angles = np.arccos(sectors / np.sqrt((sectors**2).sum(axis=1, keepdims=True)))
    return angles @ np.arange(sectors.shape[1], 0, -1)
