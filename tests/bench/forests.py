"""Random forests beside ranger, R's randomForest, biosphere and scikit-learn, all on the threads of the package."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import regiometrics as rgm
from rows import Row, Work

N_TREES = 500
REFITS = 1000
# As many refits of ranger are timed; the time of 1000 follows by proportion.
REFITS_TIMED = 10

_R_PROGRAM = """
suppressMessages(library({package}))
table <- read.csv("{path}")
y <- table$y
x <- table[setdiff(names(table), "y")]
again <- function() {call}
invisible(again())
cat(system.time(for (i in 1:{times}) again())[["elapsed"]] / {times})
"""


def r_seconds(package: str, path: Path, call: str, times: int) -> Callable[[], float] | None:
    """Return a function that runs `call` in R and returns the seconds it took there; None without R or the package."""
    rscript = shutil.which("Rscript")
    if rscript is None or subprocess.run([rscript, "-e", f"library({package})"], capture_output=True).returncode:
        return None
    program = _R_PROGRAM.format(package=package, path=path, call=call, times=times)

    def seconds() -> float:
        done = subprocess.run([rscript, "-e", program], check=True, capture_output=True, text=True)
        return float(done.stdout.split()[-1])

    return seconds


def made(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Make 20 factors, four of which matter."""
    draw = np.random.default_rng(20250301)
    x = draw.normal(size=(n, 20))
    return x, 2.0 * x[:, 0] + x[:, 1] ** 2 + x[:, 2] * x[:, 3] + draw.normal(size=n)


def forest_rows() -> Iterator[Row]:
    """`driver_importance` on a panel, and `RandomForestRegressor` on a large table."""
    yield from _importance_rows()
    yield from _large_rows()


def _importance_rows() -> Iterator[Row]:
    x, y = made(630)
    threads = rgm.set_threads()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.csv"
        header = ",".join([*(f"x{place}" for place in range(20)), "y"])
        np.savetxt(path, np.column_stack([x, y]), delimiter=",", header=header, comments="", fmt="%.17g")
        ranger = (
            f'ranger(x = x, y = {{y}}, num.trees = {N_TREES}, mtry = 6, min.node.size = 5, importance = "permutation", '
            f"num.threads = {threads})"
        )
        size = f"630 × 20, {N_TREES} trees"
        for exact in (False, True):
            yield Row(
                call="driver_importance" + (", exact=True" if exact else ""),
                size=size,
                work=lambda exact=exact: rgm.driver_importance(None, y, x, n_estimators=N_TREES, exact=exact, seed=1),
                peer_name=f"ranger, {threads} threads",
                peer=r_seconds("ranger", path, ranger.format(y="y"), 5),
                peer_reports=True,
                bound=0.25,
            )
        yield Row(
            call="driver_importance",
            size=size,
            work=lambda: rgm.driver_importance(None, y, x, n_estimators=N_TREES, seed=1),
            peer_name="R randomForest",
            peer=r_seconds("randomForest", path, f"randomForest(x, y, ntree = {N_TREES}, importance = TRUE)", 1),
            peer_reports=True,
            bound=0.05,
        )
        refitted = r_seconds("ranger", path, ranger.format(y="sample(y)"), REFITS_TIMED)
        yield Row(
            call=f"driver_importance, permutations={REFITS}",
            size=size,
            work=lambda: rgm.driver_importance(None, y, x, n_estimators=N_TREES, permutations=REFITS, seed=1),
            peer_name=f"ranger refitted, {REFITS_TIMED} timed and {REFITS + 1} counted",
            peer=None if refitted is None else lambda: (REFITS + 1) * refitted(),
            peer_reports=True,
            bound=0.1,
            repetitions=1,
            warm=False,
        )


def _large_rows() -> Iterator[Row]:
    x, y = made(100_000)
    threads = rgm.set_threads()
    peers: dict[str, tuple[Work | None, float]] = {"biosphere": (None, 0.5), "scikit-learn": (None, 0.4)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from biosphere import RandomForest

            options = {"n_estimators": 100, "max_features": 6, "min_samples_split": 6, "n_jobs": threads}
            peers["biosphere"] = (lambda: RandomForest(**options).fit(x, y), 0.5)
        except ImportError:
            pass
        try:
            from sklearn.ensemble import RandomForestRegressor

            theirs = {"n_estimators": 100, "max_features": 6, "min_samples_split": 6, "n_jobs": threads}
            peers["scikit-learn"] = (lambda: RandomForestRegressor(**theirs).fit(x, y), 0.4)
        except ImportError:
            pass
    for name, (peer, bound) in peers.items():
        yield Row(
            call="RandomForestRegressor with out-of-bag errors",
            size="10⁵ × 20, 100 trees",
            work=lambda: rgm.RandomForestRegressor(100, random_state=1).fit(x, y),
            peer_name=f"{name}, no out-of-bag errors",
            peer=peer,
            bound=bound,
            repetitions=1,
            warm=False,
        )
