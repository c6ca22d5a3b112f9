"""Calls that need more memory than there is: an error that says for what and how much, and a process that goes on.

An allocation that fails inside the core would end the process. Each case asks for something that grows with an option,
or with a product of sizes of the input, under a limit on the address space.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from child import run

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits the address space and reads /proc")

PROGRAM = """
import faulthandler, json, resource, sys, warnings
import numpy as np
import pandas as pd
import regiometrics as rgm
from public_calls import neighbours, study

faulthandler.dump_traceback_later(100, exit=True)
warnings.simplefilter("ignore")
MOST = 2**31 - 1
drawn = study(0)
panel, weights = drawn["panel"], neighbours(drawn)
units = {"unit": "city", "time": "year"}
values = np.random.default_rng(0).random(20_000)
points = pd.DataFrame({"x": values, "y": values[::-1]})
many = pd.DataFrame({"y": values, "a": values[::-1], "g": np.arange(20_000), "h": np.arange(20_000) % 1500})
forest = rgm.RandomForestRegressor(50, random_state=1, node_size=1).fit(many[["a", "y"]], many["y"])
cells = pd.DataFrame({"g": np.arange(9000), "t": np.arange(9000), "y": values[:9000]})
# Units 0 … 8999, each in its own year; the links of 20 000 units in a ring.
apart = cells.assign(y=1.0 + cells["y"])
ring = rgm.weights.from_edges(
    pd.DataFrame({"a": many["g"], "b": (many["g"] + 1) % 20_000}), source="a", target="b", symmetric=True
)
small = rgm.RandomForestRegressor(20, random_state=1).fit(panel[["a", "b"]], panel["y"])


def again(result):
    # As many refits as are allowed at most, for curves of so many places.
    return {"bootstrap": 10**8 // len(result.curves), "value": "y", "seed": 1}


CASES = {
    "dagum_gini: bootstrap": lambda: rgm.dagum_gini(panel, "y", group="region", bootstrap=MOST, seed=1),
    "dagum_gini: groups": lambda: rgm.dagum_gini(None, values, group=np.arange(20_000) % 5000),
    "theil: groups and periods": lambda: rgm.theil(cells, "y", group="g", time="t"),
    "kde: bootstrap": lambda: rgm.kde(panel, "y", bootstrap=MOST, seed=1),
    "kde: bootstrap on a fine grid": lambda: rgm.kde(panel, "y", bootstrap=10**4, grid_size=10**5, seed=1),
    "kde: bootstrap of many": lambda: rgm.kde(None, values, bootstrap=10**6, seed=1),
    "kde: silverman_test": lambda: rgm.kde(panel, "y", silverman_test=MOST, seed=1),
    "kde: fine grid for many groups": lambda: rgm.kde(many, "y", group="h", bandwidth=0.1, grid_size=2**20),
    "kde2d: grid": lambda: rgm.kde2d(points, x="x", y="y", grid_size=8192),
    "classify: equal": lambda: rgm.classify(values, k=MOST, method="equal"),
    "classify: geometric": lambda: rgm.classify(values, k=MOST, method="geometric"),
    "classify: std": lambda: rgm.classify(values, k=MOST, method="std"),
    "classify: natural breaks": lambda: rgm.classify(values, k=MOST, method="natural_breaks"),
    "markov: units and periods": lambda: rgm.markov(cells, "y", unit="g", time="t"),
    "growth_rate: units and periods": lambda: rgm.growth_rate(apart, "y", unit="g", time="t", periods="each"),
    "moran: units and periods": lambda: rgm.moran(
        points.iloc[::-1].assign(t=np.arange(20_000), u=np.arange(20_000)), "x", weights=ring, unit="u", time="t"
    ),
    "markov: classes": lambda: rgm.markov(panel, "y", k=MOST, method="equal", **units),
    "markov: pairs of states": lambda: rgm.markov(panel, "y", k=30_000, method="equal", **units),
    "markov: given states": lambda: rgm.markov(
        many.assign(t=many["g"] % 2, u=many["g"] // 2), state="g", unit="u", time="t"
    ),
    "spatial_markov: pairs of states": lambda: rgm.spatial_markov(
        panel, "y", k=3000, method="equal", weights=weights, **units
    ),
    "moran: permutations": lambda: rgm.moran(panel, "y", weights=weights, permutations=MOST, seed=1, **units),
    "geodetector: permutations": lambda: rgm.geodetector(panel, "y", ["region"], permutations=MOST, seed=1),
    "geodetector: interaction_permutations": lambda: rgm.geodetector(
        panel, "y", ["region", "soil"], interaction_permutations=MOST, seed=1
    ),
    "geodetector: bootstrap": lambda: rgm.geodetector(panel, "y", ["region"], bootstrap=MOST, seed=1),
    "geodetector: crossed strata": lambda: rgm.geodetector(many, "y", ["g", "h"]),
    "optimal_discretization: bounds": lambda: rgm.optimal_discretization(many, "y", ["a"], k=[MOST], methods=["equal"]),
    "optimal_discretization: natural breaks": lambda: rgm.optimal_discretization(
        many, "y", ["a", "h"], k=[15_000], methods=["natural_breaks"]
    ),
    "RandomForestRegressor: trees": lambda: rgm.RandomForestRegressor(MOST, random_state=1).fit(
        panel[["a"]], panel["y"]
    ),
    "RandomForestRegressor: nodes": lambda: rgm.RandomForestRegressor(5000, node_size=1, random_state=1).fit(
        many[["a", "h"]], many["y"]
    ),
    "RandomForestRegressor: in_bag_counts": lambda: forest_of(10_000).in_bag_counts(),
    "driver_importance: trees": lambda: rgm.driver_importance(panel, "y", ["a", "b"], n_estimators=MOST, seed=1),
    "driver_importance: many small trees": lambda: rgm.driver_importance(
        panel, "y", ["a", "b"], n_estimators=10**7, node_size=1000, permutations=1, seed=1
    ),
    "tune_forest: trees": lambda: rgm.tune_forest(
        panel, "y", ["a", "b"], n_estimators=MOST, most_trees=MOST, seed=1
    ),
    "partial_dependence: individual": lambda: rgm.partial_dependence(
        forest, many, ["a"], kind="individual", grid_size=6000
    ),
    "partial_dependence: pairs": lambda: rgm.partial_dependence(forest, many, pairs=[("a", "y")], grid_size=11_000),
    "partial_dependence: bootstrap": lambda: rgm.partial_dependence(
        small, panel, **again(rgm.partial_dependence(small, panel))
    ),
    "accumulated_effects: bootstrap": lambda: rgm.accumulated_effects(
        small, panel, **again(rgm.accumulated_effects(small, panel))
    ),
    "weights.knn": lambda: rgm.weights.knn(points, x="x", y="y", k=9000),
    "weights.distance_band": lambda: rgm.weights.distance_band(points, x="x", y="y", threshold=0.9),
    "weights.inverse_distance": lambda: rgm.weights.inverse_distance(points.head(14_000), x="x", y="y"),
    "deviational_ellipse: outlines": lambda: rgm.deviational_ellipse(
        many.assign(x=values, t=many["g"] // 3), x="x", y="y", time="t", crs="planar"
    ).outlines(n=10**5),
}

def forest_of(n):
    # In-bag counts are drawn again from the seed, whatever the trees.
    model = rgm.RandomForestRegressor(1, random_state=1).fit(many[["a"]], many["y"])
    model.forest_ = {"offsets": np.arange(n + 1)}
    return model

# Threads are there, and so is what is set up on first use.
before = rgm.dagum_gini(panel, "y", group="region", bootstrap=20, seed=1).overall
with open("/proc/self/status") as status:
    size = 1024 * next(int(line.split()[1]) for line in status if line.startswith("VmSize"))
resource.setrlimit(resource.RLIMIT_AS, (size + 2**29, size + 2**29))
told = {}
for name, call in CASES.items():
    # Whoever dies has said its name.
    print(name, file=sys.stderr, flush=True)
    try:
        told[name] = [f"returned {type(call()).__name__}", ""]
    except Exception as error:
        told[name] = [[each.__name__ for each in type(error).__mro__], str(error)]
try:
    threads = rgm.set_threads(1000)
except rgm.NotEnoughMemoryError as error:
    threads = str(error)
rgm.set_threads(2)
after = rgm.dagum_gini(panel, "y", group="region", bootstrap=20, seed=1).overall
print(json.dumps([told, threads, bool(after.equals(before))]))
"""


def told_by(program: str) -> Any:
    # One arena for small blocks: each thread's own would take 64 MiB of addresses.
    return run(program, prelude="", timeout=120.0, REGIOMETRICS_NUM_THREADS="2", MALLOC_ARENA_MAX="1")


def test_what_cannot_be_held_is_an_error_with_its_size() -> None:
    told, threads, computes = told_by(PROGRAM)
    for name, (kinds, message) in told.items():
        assert "MemoryError" in kinds, (name, kinds, message)
        assert "RegiometricsError" in kinds, (name, kinds, message)
        assert re.match(r"\d+ [a-z' ]+ need \d+\.\d [KMGTPE]iB of memory", message, re.IGNORECASE), (name, message)
    assert re.match(r"1000 threads could not be started \(.+\); set fewer with set_threads$", threads), threads
    assert computes


# Linux grants more memory than there is, and ends whoever uses it. `kde` on 1000 places keeps 8 kB a replicate.
BEYOND = """
import faulthandler, json, time
import regiometrics as rgm

faulthandler.dump_traceback_later(50, exit=True)
with open("/proc/meminfo") as file:
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in file}
left, all_of_it = (
    sum(1024 * kilobytes[key] for key in keys) for keys in (("MemAvailable", "SwapFree"), ("MemTotal", "SwapTotal"))
)
start = time.perf_counter()
try:
    rgm.kde(None, [1.0, 2.0, 4.0], grid_size=1000, bootstrap=(left + all_of_it) // 2 // 8000 + 10**5, seed=1)
    told = ["returned", ""]
except Exception as error:
    told = [type(error).__name__, str(error)]
print(json.dumps([*told, time.perf_counter() - start]))
"""


def test_more_than_the_machine_has_left_is_refused_at_once() -> None:
    kind, message, seconds = told_by(BEYOND)
    assert kind == "NotEnoughMemoryError", message
    assert message.endswith("GiB of memory, more than there is to be had; ask for less")
    assert seconds < 5.0
