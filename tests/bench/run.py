"""Time each call beside its peers: ``python tests/bench/run.py``.

Every row times the call and its peer in turn, A B A B …, in one process, and prints the median of each and the median
of the ratios pair by pair, which holds when the machine's speed drifts. Peers that are not installed are passed over
and said so. ``--quick`` takes fewer repetitions.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import regiometrics as rgm

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


def class_rows() -> Iterator[Row]:
    """Natural breaks beside jenkspy, whose time grows with n²: it runs on a tenth of the values."""
    values = np.random.default_rng(20250301).lognormal(size=100_000)
    peer: Work | None = None
    try:
        from jenkspy import jenks_breaks

        peer = partial(jenks_breaks, values[::10], 5)
    except ImportError:
        pass
    yield Row(
        call='classify, method="natural_breaks"',
        size="10⁵ values, k = 5",
        work=lambda: rgm.classify(values, k=5, method="natural_breaks"),
        peer_name="jenkspy on 10⁴ of them (at 10⁵: 100 × as long)",
        peer=peer,
        # A tenth of the peer's time at full size.
        bound=10.0,
    )


def frame_rows() -> Iterator[Row]:
    """The functions that return frames beside the pandas idiom for the same columns."""
    table = panel(3000, 20, 31).assign(unit=np.tile(np.arange(3000), 20))
    table["other"] = table["value"].to_numpy()[::-1]
    size = "3000 × 20 panel"

    def growth() -> object:
        wide = table.pivot(index="unit", columns="year", values="value")
        return (wide[2019] / wide[2000]) ** (1 / 19) - 1

    def ranks() -> object:
        by = table.groupby("year")
        return by["value"].rank(ascending=False, method="min") - by["other"].rank(ascending=False, method="min")

    def changes() -> object:
        ordered = table.sort_values(["unit", "year"])
        return ordered.groupby("unit")[["value", "other"]].pct_change()

    scores = table.assign(u1=table["value"].rank(pct=True), u2=table["other"].rank(pct=True))

    def coupling() -> object:
        total = scores["u1"] + scores["u2"]
        return np.sqrt(2 * np.sqrt(scores["u1"] * scores["u2"]) / total * total / 2)

    yield Row(
        call="coupling_coordination",
        size=size,
        work=lambda: rgm.coupling_coordination(scores, ["u1", "u2"]),
        peer_name="the formulas in pandas (no stages, no grades)",
        peer=coupling,
    )
    yield Row(
        call="growth_rate",
        size=size,
        work=lambda: rgm.growth_rate(table, "value", unit="unit", time="year"),
        peer_name="pandas pivot",
        peer=growth,
    )
    yield Row(
        call="share",
        size=size,
        work=lambda: rgm.share(table, "value", unit="unit", time="year"),
        peer_name="pandas groupby transform",
        peer=lambda: table["value"] / table.groupby("year")["value"].transform("sum"),
    )
    yield Row(
        call="rank_consistency",
        size=size,
        work=lambda: rgm.rank_consistency(table, "value", "other", unit="unit", time="year"),
        peer_name="pandas groupby rank, twice",
        peer=ranks,
    )
    yield Row(
        call="tapio",
        size=size,
        work=lambda: rgm.tapio(table, pressure="value", driver="other", unit="unit", time="year"),
        peer_name="pandas groupby pct_change (no states)",
        peer=changes,
    )


def chain_rows() -> Iterator[Row]:
    """`markov` and `spatial_markov` beside giddy, each from the panel to the tests."""
    n_units, n_periods = 3000, 20
    draw = np.random.default_rng(20250301)
    walk = np.cumsum(draw.normal(size=(n_units, n_periods)), axis=1)
    table = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(n_units), n_periods),
            "year": np.tile(2000 + np.arange(n_periods), n_units),
            "value": walk.ravel(),
        }
    )
    # A grid of 50 × 60 cells that touch at an edge.
    cell = np.arange(n_units)
    pairs = [(cell[cell % 60 < 59], 1), (cell[cell < n_units - 60], 60)]
    edges = pd.DataFrame(
        {
            "source": np.concatenate([near for near, _ in pairs]),
            "target": np.concatenate([near + step for near, step in pairs]),
        }
    )
    links = rgm.weights.from_edges(edges, source="source", target="target", symmetric=True).row_standardize()
    chain: Work | None = None
    spatial: Work | None = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import libpysal
            from giddy.markov import Markov, Spatial_Markov
            from mapclassify import Quantiles
        peer_weights = libpysal.weights.lat2W(50, 60)
        peer_weights.transform = "r"

        def chain() -> object:
            classes = Quantiles(walk.ravel(), k=5).yb.reshape(walk.shape)
            found = Markov(classes, summary=False)
            return found.steady_state, found.mfpt

        def spatial() -> object:
            found = Spatial_Markov(walk, peer_weights, k=5, m=5)
            return found.Q, found.LR, found.chi2, found.S, found.F

    except ImportError:
        pass
    size = "3000 × 20 panel, 5 classes"
    yield Row(
        call="markov",
        size=size,
        work=lambda: rgm.markov(table, "value", unit="unit", time="year"),
        peer_name="giddy Markov",
        peer=chain,
    )
    yield Row(
        call="spatial_markov",
        size=size,
        work=lambda: rgm.spatial_markov(table, "value", unit="unit", time="year", weights=links),
        peer_name="giddy Spatial_Markov",
        peer=spatial,
        bound=0.33,
    )


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


def panel_rows() -> Iterator[Row]:
    """Gaps and spread of a panel beside the pandas idioms."""
    table = panel(3000, 20, 31).assign(unit=np.tile(np.arange(3000), 20))
    gaps = table.assign(value=table["value"].where(np.random.default_rng(1).random(len(table)) > 0.1))
    yield Row(
        call="interpolate, with the list of gaps",
        size="3000 × 20 panel, 10 % gaps",
        work=lambda: rgm.interpolate(gaps, ["value"], unit="unit", time="year"),
        peer_name="pandas groupby interpolate (by position)",
        peer=lambda: gaps.groupby("unit")["value"].transform(lambda value: value.interpolate(limit_area="inside")),
    )
    yield Row(
        call="coefficient_of_variation",
        size="3000 × 20 panel",
        work=lambda: rgm.coefficient_of_variation(table, "value", time="year"),
        peer_name="pandas groupby std / mean",
        peer=lambda: table.groupby("year")["value"].std(ddof=0) / table.groupby("year")["value"].mean(),
    )


def import_line(repetitions: int) -> str:
    """Return how much longer `import regiometrics` takes than `import numpy` alone, each in a fresh process."""
    extra = []
    for _ in range(repetitions):
        own, numpy = (_process_seconds(f"import {name}") for name in ("regiometrics", "numpy"))
        extra.append(own - numpy)
    milliseconds = statistics.median(extra) * 1e3
    verdict = "met" if milliseconds <= 60.0 else "MISSED"
    return f"import regiometrics: numpy's own import + {milliseconds:.0f} ms ({verdict}: ≤ 60 ms)"


def _process_seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


_MEMORY_CODE = """
from pathlib import Path
import numpy as np, pandas as pd, regiometrics as rgm
n = 1_000_000
frame = pd.DataFrame({"value": np.random.default_rng(1).lognormal(size=n), "group": np.arange(n) % 10})
rgm.dagum_gini(frame.iloc[:1000], "value", group="group")
status = Path("/proc/self/status")
def mebibytes(field):
    return int(status.read_text().split(field + ":")[1].split()[0]) / 1024
# Writing 5 sets the recorded peak back to what is in use now.
Path("/proc/self/clear_refs").write_text("5")
before = mebibytes("VmRSS")
rgm.dagum_gini(frame, "value", group="group")
print(mebibytes("VmHWM") - before, frame.memory_usage(index=False).sum() / 2**20)
"""


def memory_line() -> str:
    """Return by how much a call on 10⁶ rows raises the peak of memory, beside its input (Linux only)."""
    if not Path("/proc/self/clear_refs").exists():
        return "memory: not measured, this system does not let a process reset its peak"
    done = subprocess.run([sys.executable, "-c", _MEMORY_CODE], check=True, capture_output=True, text=True)
    grown, given = map(float, done.stdout.split())
    verdict = "met" if grown <= 2.0 * given else "MISSED"
    return (
        f"memory of dagum_gini on 10⁶ units: {grown:.0f} MiB above an input of {given:.0f} MiB ({verdict}: ≤ 2 copies)"
    )


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description="Time each call beside its peers.")
    parser.add_argument("--quick", action="store_true", help="3 repetitions instead of 15")
    repetitions = 3 if parser.parse_args().quick else 15
    print(f"regiometrics {rgm.__version__}, Python {platform.python_version()}, numpy {np.__version__}, pandas")
    print(f"{pd.__version__}; {platform.machine()}, {rgm.set_threads()} threads; medians of {repetitions}\n")
    print("| call | size | time | peer | peer's time | ratio | bound |\n|---|---|---|---|---|---|---|")
    for rows in (dagum_rows, pysal_rows, class_rows, chain_rows, indicator_rows, panel_rows, frame_rows):
        for row in rows():
            print(measure(row, repetitions), flush=True)
    print(f"\n{import_line(repetitions)}\n{memory_line()}")


if __name__ == "__main__":
    main()
