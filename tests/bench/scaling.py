"""Time against size over four decades, peers beside: ``python tests/bench/scaling.py FIGURE``.

Every curve starts at the smallest size and ends at the largest, or where the next point would take longer than
`PATIENCE` seconds, told from how its time has grown. A point is the shortest of as many runs as fit into `SPENT`
seconds.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import regiometrics as rgm
from decompositions import pairwise_dagum
from densities import kdepy, scipy, statsmodels
from detectors import NAMES, grid, pypi, script
from forests import made
from rows import Work, panel, seconds

__all__ = ["scaling_table"]

PATIENCE = 4.0
SPENT = 0.3
# Where a curve has no two points yet, its time is taken to grow with this power of the size.
_FIRST_GUESS = 1.5
_OWN = "regiometrics"

Maker = Callable[[int], Work | None]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One panel of the figure: what n counts, its sizes, and for each program how the work of a size is made."""

    title: str
    counts: str
    sizes: tuple[int, ...]
    programs: dict[str, Maker]


def decades(first: int, last: int) -> tuple[int, ...]:
    """Return the powers of ten from 10^first to 10^last."""
    return tuple(10**power for power in range(first, last + 1))


def curve(sizes: tuple[int, ...], maker: Maker) -> Iterator[tuple[int, float]]:
    """Yield the sizes that are reached and their times."""
    points: list[tuple[int, float]] = []
    for size in sizes:
        if points:
            (n, duration) = points[-1]
            power = _FIRST_GUESS
            if len(points) > 1:
                power = np.log(duration / points[-2][1]) / np.log(n / points[-2][0])
            if duration * (size / n) ** max(power, 1.0) > PATIENCE:
                return
        work = maker(size)
        if work is None:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            work()
            times = [seconds(work)]
            while sum(times) < SPENT and len(times) < 50:
                times.append(seconds(work))
        points.append((size, min(times)))
        yield points[-1]


def _dagum() -> Picture:
    def table(n: int) -> pd.DataFrame:
        return panel(n, 1, 10)

    return Picture(
        title="dagum_gini, 10 groups",
        counts="units",
        sizes=decades(3, 7),
        programs={
            _OWN: lambda n: partial(rgm.dagum_gini, table(n), "value", group="group"),
            "np.sort": lambda n: partial(np.sort, table(n)["value"].to_numpy()),
            "all pairs in numpy": lambda n: partial(pairwise_dagum, table(n)) if n <= 10_000 else None,
        },
    )


def _breaks() -> Picture:
    def values(n: int) -> np.ndarray:
        return np.random.default_rng(20250301).lognormal(size=n)

    def jenkspy(n: int) -> Work | None:
        with suppress(ImportError):
            from jenkspy import jenks_breaks

            return partial(jenks_breaks, values(n), 5)
        return None

    return Picture(
        title="classify, natural breaks, k = 5",
        counts="values",
        sizes=decades(3, 7),
        programs={
            _OWN: lambda n: partial(rgm.classify, values(n), k=5, method="natural_breaks"),
            "jenkspy": jenkspy,
        },
    )


def _detector() -> Picture:
    return Picture(
        title="geodetector, 10 factors of 8 strata",
        counts="rows",
        sizes=decades(3, 7),
        programs={
            _OWN: lambda n: partial(rgm.geodetector, grid(n), "y", NAMES),
            "PyPI geodetector": lambda n: pypi(grid(n)),
            "pandas script (q only)": lambda n: partial(script, grid(n)),
        },
    )


def _density() -> Picture:
    def values(n: int) -> np.ndarray:
        return np.random.default_rng(20250301).normal(size=n)

    return Picture(
        title="kde on 512 places",
        counts="values",
        sizes=decades(3, 7),
        programs={
            _OWN: lambda n: partial(rgm.kde, None, values(n), bandwidth=0.1),
            "KDEpy FFTKDE": lambda n: kdepy(values(n), 0.1),
            "statsmodels FFT": lambda n: statsmodels(values(n), 0.1),
            "scipy gaussian_kde": lambda n: scipy(values(n), 0.1),
        },
    )


def _chain() -> Picture:
    def walk(n: int) -> np.ndarray:
        return np.random.default_rng(20250301).normal(size=(n, 20)).cumsum(axis=1)

    def own(n: int) -> Work:
        unit, year = np.repeat(np.arange(n), 20), np.tile(np.arange(20), n)
        table = pd.DataFrame({"unit": unit, "year": year, "value": walk(n).ravel()})
        edges = pd.DataFrame({"source": np.arange(n), "target": (np.arange(n) + 1) % n})
        ring = rgm.weights.from_edges(edges, source="source", target="target", symmetric=True).row_standardize()
        return partial(rgm.spatial_markov, table, "value", unit="unit", time="year", weights=ring)

    def giddy(n: int) -> Work | None:
        with suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import libpysal
            from giddy.markov import Spatial_Markov

            ring = libpysal.weights.W({i: [(i - 1) % n, (i + 1) % n] for i in range(n)})
            ring.transform = "r"
            values = walk(n)

            def work() -> object:
                found = Spatial_Markov(values, ring, k=5, m=5)
                return found.Q, found.LR, found.chi2, found.S, found.F

            return work
        return None

    return Picture(
        title="spatial_markov, 20 periods",
        counts="units",
        sizes=(30, *decades(2, 5)),
        programs={_OWN: own, "giddy": giddy},
    )


def _hot_spots() -> Picture:
    def places(n: int) -> tuple[np.ndarray, np.ndarray]:
        draw = np.random.default_rng(20250301)
        return draw.random((n, 2)), draw.lognormal(size=n)

    def own(n: int) -> Work:
        points, values = places(n)
        near = rgm.weights.knn(None, x=points[:, 0], y=points[:, 1], k=8, metric="planar")
        return partial(rgm.local_g, None, values, weights=near, permutations=999, seed=1)

    def esda(n: int) -> Work | None:
        with suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import libpysal
            from esda import G_Local

            points, values = places(n)
            near = libpysal.weights.KNN(points, k=8)
            options: dict[str, Any] = {"transform": "B", "star": True, "seed": 1, "keep_simulations": False}
            return partial(G_Local, values, near, permutations=999, n_jobs=-1, **options)
        return None

    return Picture(
        title="local_g, 8 neighbours, 999 permutations",
        counts="units",
        sizes=(30, *decades(2, 5)),
        programs={_OWN: own, "esda G_Local": esda},
    )


def _forest() -> Picture:
    def sklearn(n: int) -> Work | None:
        with suppress(ImportError):
            from sklearn.ensemble import RandomForestRegressor

            x, y = made(n)
            options: dict[str, Any] = {"max_features": 6, "min_samples_split": 6, "n_jobs": rgm.set_threads()}
            return lambda: RandomForestRegressor(100, **options).fit(x, y)
        return None

    def biosphere(n: int) -> Work | None:
        with suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from biosphere import RandomForest

            x, y = made(n)
            options = {"n_estimators": 100, "max_features": 6, "min_samples_split": 6, "n_jobs": rgm.set_threads()}
            return lambda: RandomForest(**options).fit(x, y)
        return None

    def own(n: int) -> Work:
        x, y = made(n)
        return lambda: rgm.RandomForestRegressor(100, random_state=1).fit(x, y)

    return Picture(
        title="RandomForestRegressor, 20 factors, 100 trees",
        counts="rows",
        sizes=(30, *decades(2, 5)),
        programs={_OWN: own, "scikit-learn": sklearn, "biosphere": biosphere},
    )


def _neighbors() -> Picture:
    def points(n: int) -> np.ndarray:
        return np.random.default_rng(20250301).random((n, 2))

    def own(n: int) -> Work:
        x, y = points(n).T
        return partial(rgm.weights.knn, None, x=x, y=y, k=8, metric="planar")

    def libpysal(n: int) -> Work | None:
        with suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from libpysal.weights import KNN

            return partial(KNN, points(n), k=8)
        return None

    return Picture(
        title="weights.knn, k = 8",
        counts="points",
        sizes=decades(2, 6),
        programs={_OWN: own, "libpysal KNN": libpysal},
    )


PICTURES = (_dagum, _breaks, _density, _detector, _chain, _hot_spots, _neighbors, _forest)


def scaling_table(figure: Path) -> str:
    """Measure every curve, draw them into the file, and return how the times of our own calls grow."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "regiometrics"
    drawn, places = plt.subplots(4, 2, figsize=(9.0, 13.0), layout="constrained")
    lines = [
        "| call | sizes | time at the largest size | growth of the time from the last decade |",
        "|---|---|---|---|",
    ]
    for place, make in zip(places.flat, PICTURES, strict=True):
        picture = make()
        for position, (name, maker) in enumerate(picture.programs.items()):
            points = list(curve(picture.sizes, maker))
            if not points:
                continue
            sizes, times = zip(*points, strict=True)
            style: dict[str, Any] = {"lw": 2.2, "zorder": 3} if name == _OWN else {"lw": 1.2, "ls": "--"}
            colour = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")[position]
            place.loglog(sizes, times, marker="o", ms=4, color=colour, label=name, **style)
            if name == _OWN and len(points) > 1:
                growth = np.log(times[-1] / times[-2]) / np.log(sizes[-1] / sizes[-2])
                range_told, power = f"{sizes[0]:g} – {sizes[-1]:g}", f"$n^{{{growth:.2f}}}$"
                lines.append(f"| {picture.title} | {range_told} | {times[-1]:.3g} s | {power} |")
        place.set(title=picture.title, xlabel=picture.counts, ylabel="seconds")
        place.grid(alpha=0.3, which="major")
        place.legend(fontsize=8)
    drawn.savefig(figure, dpi=110)
    plt.close(drawn)
    return "\n".join(lines)


if __name__ == "__main__":
    print(scaling_table(Path(sys.argv[1])))
