"""Decompositions of inequality."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import regiometrics as rgm
from rows import Row, Work, panel


def pairwise_dagum(table: pd.DataFrame) -> list[float]:
    """Decompose by all pairs of units, as the scripts do that are passed around; O(n²)."""
    shares = []
    for _, period in table.groupby("year"):
        groups = [rows["value"].to_numpy() for _, rows in period.groupby("group")]
        value = period["value"].to_numpy()
        n, mean = len(value), value.mean()
        gini = np.abs(value[:, None] - value).sum() / (2 * n * n * mean)
        within = between = 0.0
        for j, a in enumerate(groups):
            within += np.abs(a[:, None] - a).sum() / (2 * n * n * mean)
            for b in groups[:j]:
                above = np.maximum(a[:, None] - b, 0.0).sum()
                below = np.maximum(b[:, None] - a, 0.0).sum()
                between += abs(above - below) / (n * n * mean)
        shares += [within / gini, between / gini, 1.0 - (within + between) / gini]
    return shares


def dagum_rows() -> Iterator[Row]:
    """`dagum_gini` beside a sort of the values and beside all pairs."""
    large = panel(1_000_000, 1, 10).drop(columns="year")
    values = large["value"].to_numpy()
    named = large.assign(group="region " + large["group"].astype(str))
    for name, table in (("numbered groups", large), ("named groups", named)):
        yield Row(
            call=f"dagum_gini, {name}",
            size="10⁶ units, 10 groups",
            work=lambda table=table: rgm.dagum_gini(table, "value", group="group"),
            peer_name="np.sort of the values",
            peer=lambda: np.sort(values),
            bound=10.0,
        )
    small = panel(31, 12, 3)
    yield Row(
        call="dagum_gini",
        size="31 × 12 panel, 3 groups",
        work=lambda: rgm.dagum_gini(small, "value", group="group", time="year"),
        peer_name="all pairs in numpy, no errors",
        peer=lambda: pairwise_dagum(small),
        limit=0.002,
    )
    cities = panel(3000, 3, 31)
    yield Row(
        call="dagum_gini",
        size="3000 × 3 panel, 31 groups",
        work=lambda: rgm.dagum_gini(cities, "value", group="group", time="year"),
        peer_name="all pairs in numpy, no errors",
        peer=lambda: pairwise_dagum(cities),
    )
    yield Row(
        call="dagum_gini, bootstrap=999",
        size="31 × 12 panel, 3 groups",
        work=lambda: rgm.dagum_gini(small, "value", group="group", time="year", bootstrap=999, seed=1),
        peer_name="one all-pairs pass in numpy",
        peer=lambda: pairwise_dagum(small),
    )


def pysal_rows() -> Iterator[Row]:
    """`dagum_gini` and `theil` beside PySAL's inequality, which gives fewer numbers."""
    table = panel(100_000, 1, 10)
    values, groups = table["value"].to_numpy(), table["group"].to_numpy()
    peers: dict[str, Work | None] = {"Gini": None, "TheilD": None}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from inequality.gini import Gini
            from inequality.theil import TheilD
        peers = {"Gini": lambda: Gini(values), "TheilD": lambda: TheilD(values, groups)}
    except ImportError:
        pass
    yield Row(
        call="dagum_gini",
        size="10⁵ units, 10 groups",
        work=lambda: rgm.dagum_gini(table, "value", group="group"),
        peer_name="inequality Gini (total only)",
        peer=peers["Gini"],
    )
    yield Row(
        call="theil (T and L)",
        size="10⁵ units, 10 groups",
        work=lambda: rgm.theil(table, "value", group="group"),
        peer_name="inequality TheilD (T only)",
        peer=peers["TheilD"],
    )
