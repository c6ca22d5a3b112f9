"""The geographic detector and the search for classes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
import regiometrics as rgm
from rows import Row, Work

N_FACTORS, N_STRATA = 10, 8
NAMES = [f"x{position}" for position in range(N_FACTORS)]


def grid(n: int) -> pd.DataFrame:
    """Make an outcome and ten factors of eight strata."""
    draw = np.random.default_rng(20250301)
    factors = {name: draw.integers(0, N_STRATA, n) for name in NAMES}
    return pd.DataFrame({"y": draw.normal(size=n) + 0.1 * factors["x0"] * factors["x1"]} | factors)


def passes(table: pd.DataFrame) -> Work:
    """Return ten passes of `np.bincount` over codes and values."""
    values, codes = table["y"].to_numpy(), [table[name].to_numpy() for name in NAMES]
    return lambda: [np.bincount(each, weights=values) for each in codes]


def script(table: pd.DataFrame) -> list[float]:
    """Compute q of all factors and pairs as the pandas scripts do that are passed around."""
    total = table["y"].var(ddof=0) * len(table)
    found = []
    for strata in [*([name] for name in NAMES), *(list(pair) for pair in combinations(NAMES, 2))]:
        groups = table.groupby(strata)["y"].agg(["count", "var"])
        found.append(1.0 - ((groups["count"] - 1) * groups["var"].fillna(0.0)).sum() / total)
    return found


def pypi(table: pd.DataFrame) -> Work | None:
    """Return PyPI geodetector's four detectors on the table."""
    try:
        import matplotlib as mpl

        mpl.use("Agg")
        from geodetector import EcologicalDetector, FactorDetector, InteractionDetector, RiskDetector
    except ImportError:
        return None

    def work() -> None:
        for name in NAMES:
            FactorDetector().fit(table[[name]], table["y"])
        for detector in (InteractionDetector, RiskDetector, EcologicalDetector):
            detector().fit(table[NAMES], table["y"])

    return work


def quiet(work: Work) -> Work:
    """Return the work without its warnings."""

    def done() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work()

    return done


def detector_rows() -> Iterator[Row]:
    """`geodetector` beside plain passes over the rows, a pandas script, and PyPI geodetector on a tenth of the rows."""
    table = grid(1_000_000)
    work = partial(rgm.geodetector, table, "y", NAMES)
    size = "10⁶ rows, 10 factors of 8 strata"
    yield Row(
        call="geodetector", size=size, work=work, peer_name="ten np.bincount passes", peer=passes(table), bound=5.0
    )
    yield Row(
        call="geodetector",
        size=size,
        work=work,
        peer_name="a pandas script, q of factors and pairs only",
        peer=lambda: script(table),
        repetitions=3,
    )
    tenth = table.iloc[:100_000]
    peer = pypi(tenth)
    yield Row(
        call="geodetector",
        size="10⁵ rows, 10 factors of 8 strata",
        work=partial(rgm.geodetector, tenth, "y", NAMES),
        peer_name="PyPI geodetector 0.2.0",
        peer=None if peer is None else quiet(peer),
        bound=1 / 100,
        repetitions=3,
    )
    draw = np.random.default_rng(20250301)
    curves = pd.DataFrame({"y": draw.normal(size=100_000)} | {name: draw.lognormal(size=100_000) for name in NAMES})
    yield Row(
        call="optimal_discretization",
        size="10⁵ rows, 10 factors, 5 methods, k 3–8",
        work=partial(rgm.optimal_discretization, curves, "y", NAMES),
        limit=1.0,
    )
