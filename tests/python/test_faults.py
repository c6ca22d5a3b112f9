"""Every method in workers of all kinds, in threads at once, and on data that another thread changes."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from child import run
from public_calls import CALLS, digest

# One of each family: what a worker imports takes longer than the calls.
WORKERS = """
import faulthandler, json, multiprocessing, warnings
from concurrent.futures import ProcessPoolExecutor
from public_calls import CALLS, digest

faulthandler.dump_traceback_later(110, exit=True)
# Newer Pythons warn of forks beside other threads, which is what is tried here.
warnings.simplefilter("ignore", DeprecationWarning)
FAMILIES = (
    "classify", "dagum_gini", "deviational_ellipse", "driver_importance", "geodetector", "kde", "kde2d", "local_g",
    "markov", "moran", "network_indicators", "optimal_discretization", "partial_dependence", "spatial_markov", "tapio",
    "theil", "topsis", "weights.knn",
)
# The threads of this process have worked before any worker starts.
alone = {name: digest(name) for name in CALLS}
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_workers_of_all_kinds_give_the_bits_of_the_process_that_started_them() -> None:
    same = run(
        WORKERS
        + """
import dask, joblib

wrong = {}
def compare(kind, names, digests):
    wrong[kind] = [name for name, found in zip(names, digests) if found != alone[name]]

for method, names in (("fork", tuple(CALLS)), ("spawn", FAMILIES)):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        compare(method, names, list(pool.map(digest, names, chunksize=3)))
for backend in ("loky", "threading"):
    digests = joblib.Parallel(2, backend=backend)(joblib.delayed(digest)(name) for name in FAMILIES)
    compare(backend, FAMILIES, digests)
for scheduler in ("threads", "processes"):
    with dask.config.set(scheduler=scheduler, num_workers=2):
        compare(f"dask {scheduler}", FAMILIES, dask.compute(*(dask.delayed(digest)(name) for name in FAMILIES)))
print(json.dumps(wrong))
""",
        prelude="",
        timeout=120.0,
    )
    assert same == {key: [] for key in ("fork", "spawn", "loky", "threading", "dask threads", "dask processes")}


def test_partitions_in_workers_of_dask_give_the_bits_of_a_loop() -> None:
    same = run(
        """
import json
import dask
import regiometrics as rgm
from public_calls import study

panel = study(0)["panel"]
parts = [panel[panel["year"] == year] for year in sorted(set(panel["year"]))]

def gini(part):
    return rgm.dagum_gini(part, "y", group="region", bootstrap=50, seed=3).overall_intervals

alone = [gini(part) for part in parts]
same = {}
for scheduler in ("threads", "processes"):
    with dask.config.set(scheduler=scheduler, num_workers=2):
        found = dask.compute(*(dask.delayed(gini)(part) for part in parts))
    same[scheduler] = all(one.equals(two) for one, two in zip(alone, found))
print(json.dumps(same))
""",
        prelude="",
    )
    assert same == {"threads": True, "processes": True}


@pytest.mark.filterwarnings("ignore::regiometrics.RegiometricsWarning")
def test_different_methods_in_eight_threads_at_once_give_the_bits_of_one_after_the_other() -> None:
    alone = {name: digest(name) for name in CALLS}
    names = [*CALLS, *CALLS]
    np.random.default_rng(8).shuffle(names)
    with ThreadPoolExecutor(8) as callers:
        together = list(callers.map(digest, names, timeout=120))
    assert [name for name, found in zip(names, together, strict=True) if found != alone[name]] == []


# Each call reads these arrays in place; all take some tenths of a second.
CHANGED = """
import faulthandler, itertools, json, sys, threading, warnings
import numpy as np
import regiometrics as rgm
from public_calls import bits, tables

faulthandler.dump_traceback_later(110, exit=True)
warnings.simplefilter("ignore")
TIMES = 2
n = 40_000
random = np.random.default_rng(5)
y, a, b, w = (random.lognormal(size=n) for _ in range(4))
unit, time, group = np.arange(n) // 4, np.arange(n) % 4, np.arange(n) % 5
few = {"y": y[:2000], "a": a[:2000], "b": b[:2000], "w": w[:2000]}
links = rgm.weights.knn(None, x=few["a"].copy(), y=few["b"].copy(), k=5)
model = rgm.RandomForestRegressor(50, random_state=1).fit(np.column_stack([few["a"], few["b"]]), few["y"])

CASES = {
    "dagum_gini": lambda: rgm.dagum_gini(None, y, group=group, weight=w, time=time, bootstrap=20, seed=1),
    "theil": lambda: rgm.theil(None, y, group=group, weight=w, time=time),
    "coefficient_of_variation": lambda: rgm.coefficient_of_variation(None, y, group=group, weight=w),
    "kde": lambda: rgm.kde(None, y, weight=w, bandwidth="isj", bootstrap=20, seed=1),
    "kde: silverman_test": lambda: rgm.kde(None, few["y"], weight=few["w"], silverman_test=20, seed=1),
    "kde2d": lambda: rgm.kde2d(None, x=a, y=b, weight=w, grid_size=64),
    "classify": lambda: rgm.classify(y, k=6, method="natural_breaks"),
    "markov": lambda: rgm.markov(None, y, unit=unit, time=time, k=5),
    "geodetector": lambda: rgm.geodetector(None, y, {"g": group, "t": time}, permutations=20, bootstrap=20, seed=1),
    "optimal_discretization": lambda: rgm.optimal_discretization(None, y, {"a": a, "b": b}, k=[3, 4]),
    "local_g": lambda: rgm.local_g(None, few["y"], weights=links, permutations=199, seed=1),
    "moran": lambda: rgm.moran(None, few["y"], weights=links, permutations=199, seed=1),
    "local_moran": lambda: rgm.local_moran(None, few["y"], weights=links, permutations=199, seed=1),
    "weights.knn": lambda: rgm.weights.knn(None, x=a, y=b, k=8),
    "weights.distance_band": lambda: rgm.weights.distance_band(None, x=few["a"], y=few["b"], threshold=0.5),
    "deviational_ellipse": lambda: rgm.deviational_ellipse(None, x=a, y=b, weight=w, time=time, crs="planar"),
    "driver_importance": lambda: rgm.driver_importance(
        None, few["y"], {"a": few["a"], "b": few["b"]}, n_estimators=50, permutations=2, seed=1
    ),
    "partial_dependence": lambda: rgm.partial_dependence(
        model, np.column_stack([few["a"], few["b"]]), weight=few["w"]
    ),
    "entropy_weights": lambda: rgm.entropy_weights(None, {"a": a, "b": b}),
    "topsis": lambda: rgm.topsis(None, {"a": a, "b": b}),
    "interpolate": lambda: rgm.interpolate(None, {"a": a, "b": b}, unit=unit, time=time),
    "tapio": lambda: rgm.tapio(None, pressure=a, driver=b, unit=unit, time=time),
    "share": lambda: rgm.share(None, y, unit=unit, time=time),
    "rank_consistency": lambda: rgm.rank_consistency(None, a, b, unit=unit, time=time),
    "growth_rate": lambda: rgm.growth_rate(None, y, unit=unit, time=time),
    "industrial_upgrading": lambda: rgm.industrial_upgrading(None, {"a": a, "b": b}),
}
BAD = (np.nan, np.inf, -1.0, 0.0, 1e300, 5e-324)

def change(stop, is_usable):
    # Usable numbers pass every check, others come when the checks are over, in bursts.
    pauses = np.random.default_rng(6)
    for value in itertools.cycle(BAD):
        if stop.is_set():
            return
        stop.wait(0.0 if is_usable else pauses.uniform(0.0, 0.03))
        for values, original in whole:
            values[::7] = original[::7] * 8.0 if is_usable else value
            values[::3] = original[::-3][: len(values[::3])]
        stop.wait(0.001)
        for values, original in whole:
            values[:] = original

alone = {name: bits(tables(call())) for name, call in CASES.items()}
whole = [(values, values.copy()) for values in (y, a, b, w)]
told = {}
for name, call in CASES.items():
    kinds = set()
    for is_usable in (True, False) * TIMES:
        stop = threading.Event()
        other = threading.Thread(target=change, args=(stop, is_usable))
        other.start()
        try:
            found = bits(tables(call()))
            kinds.add("returned" if found == alone[name] else "spoilt")
        except rgm.RegiometricsError as error:
            kinds.add(type(error).__name__)
        except Exception as error:
            kinds.add(f"{type(error).__name__}: {error}")
        stop.set()
        other.join()
    told[name] = sorted(kinds)
right = [name for name, call in CASES.items() if bits(tables(call())) == alone[name]]
print(json.dumps([told, len(right) == len(CASES)]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process that dies tells no more there")
def test_data_changed_by_another_thread_spoil_the_result_and_nothing_else() -> None:
    told, computes = run(CHANGED, prelude="", timeout=120.0)
    assert computes
    known = {"returned", "spoilt", "InvalidInputError", "InternalError"}
    assert {name: kinds for name, kinds in told.items() if not set(kinds) <= known} == {}
    # The changes came while the calls ran: most methods notice.
    assert sum("spoilt" in kinds for kinds in told.values()) > 5, told
