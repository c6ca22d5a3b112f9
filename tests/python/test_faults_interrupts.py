"""Ctrl-C in every function that can be long, while it is in what makes it long."""

from __future__ import annotations

import inspect

import pytest
import regiometrics as rgm
from child import run
from test_door_signals import INTERRUPT, LIMIT

# All would take half a minute or more, most of them hours.
PROGRAM = (
    """
import warnings
import pandas as pd
from public_calls import neighbours, study

warnings.simplefilter("ignore")
MANY = 10**6
random = np.random.default_rng(0)
drawn = study(0)
panel, weights = drawn["panel"], neighbours(drawn)
units = {"unit": "city", "time": "year"}
values, others = random.lognormal(size=MANY), random.lognormal(size=MANY)
wide = pd.DataFrame({"y": values[:20_000], "a": others[:20_000], "b": values[-20_000:], "g": np.arange(20_000) % 40})
circle = rgm.weights.knn(wide, x="a", y="b", k=8)
chain = random.integers(1, 9, (700, 700))
links = pd.DataFrame({"s": random.integers(0, 9000, 60_000), "t": random.integers(0, 9000, 60_000)})
links = links[links["s"] != links["t"]].drop_duplicates()
model = rgm.RandomForestRegressor(1000, node_size=1, random_state=1).fit(wide[["a", "b"]][:4000], wide["y"][:4000])
some, refit = wide.head(4000), {"bootstrap": 10**4, "value": "y", "seed": 1}
HUGE = np.column_stack([others, values])

LONG = {
    "dagum_gini": lambda: rgm.dagum_gini(None, values, group=np.arange(MANY) % 50, bootstrap=10**4, seed=1),
    "kde: cv_ml": lambda: rgm.kde(None, values[:200_000], bandwidth="cv_ml", tolerance=0.0, kernel="cosine"),
    "kde: bootstrap": lambda: rgm.kde(None, values, bootstrap=10**4, seed=1),
    "kde: without tolerance": lambda: rgm.kde(None, values, tolerance=0.0, grid_size=10**5),
    "kde2d": lambda: rgm.kde2d(None, x=values, y=others, grid_size=4000, bandwidth=5.0),
    "classify: natural breaks": lambda: rgm.classify(values, k=100, method="natural_breaks"),
    "classify: quantiles": lambda: rgm.classify(values, k=2**31 - 1),
    "classify: equal": lambda: rgm.classify(values, k=10**8, method="equal"),
    "optimal_discretization": lambda: rgm.optimal_discretization(None, values, {"a": others}, k=range(3, 90)),
    "geodetector: permutations": lambda: rgm.geodetector(wide, "y", ["g"], permutations=10**6, seed=1),
    "geodetector: interaction_permutations": lambda: rgm.geodetector(
        wide.assign(h=wide["g"] // 8), "y", ["g", "h"], interaction_permutations=10**6, seed=1
    ),
    "geodetector: bootstrap": lambda: rgm.geodetector(wide, "y", ["g"], bootstrap=10**6, seed=1),
    "local_g": lambda: rgm.local_g(wide, "y", weights=circle, permutations=10**6, seed=1),
    "local_moran": lambda: rgm.local_moran(wide, "y", weights=circle, permutations=10**6, seed=1),
    "moran": lambda: rgm.moran(wide, "y", weights=circle, permutations=10**6, seed=1),
    "markov_from_counts": lambda: rgm.markov_from_counts(chain),
    "spatial_markov_from_counts": lambda: rgm.spatial_markov_from_counts(np.stack([chain] * 3)),
    "network_indicators": lambda: rgm.network_indicators(links, source="s", target="t"),
    "weights.knn": lambda: rgm.weights.knn(None, x=values, y=others, k=150),
    "weights.distance_band": lambda: rgm.weights.distance_band(None, x=values, y=others, threshold=0.004),
    "weights.inverse_distance": lambda: rgm.weights.inverse_distance(None, x=values[:14_000], y=others[:14_000]),
    "RandomForestRegressor.fit": lambda: rgm.RandomForestRegressor(500, random_state=1).fit(HUGE, values),
    "RandomForestRegressor.predict": lambda: model.predict(HUGE),
    "driver_importance": lambda: rgm.driver_importance(wide, "y", ["a", "b"], n_estimators=5000, seed=1),
    "driver_importance: permutations": lambda: rgm.driver_importance(
        wide, "y", ["a", "b"], n_estimators=10, permutations=10**5, seed=1
    ),
    "driver_importance: exact": lambda: rgm.driver_importance(
        wide, "y", ["a", "b"], n_estimators=10**4, exact=True, seed=1
    ),
    "tune_forest": lambda: rgm.tune_forest(None, values, {"a": others, "b": values}, seed=1),
    "partial_dependence": lambda: rgm.partial_dependence(model, HUGE),
    "partial_dependence: pairs": lambda: rgm.partial_dependence(model, HUGE, pairs=[("a", "b")], grid_size=5000),
    "partial_dependence: individual": lambda: rgm.partial_dependence(
        model, HUGE[:50_000], kind="individual", grid_size=1000
    ),
    "partial_dependence: bootstrap": lambda: rgm.partial_dependence(model, some, **refit),
    "accumulated_effects": lambda: rgm.accumulated_effects(model, HUGE),
    "accumulated_effects: bootstrap": lambda: rgm.accumulated_effects(model, some, **refit),
}
"""
    + INTERRUPT
    + """
seconds = {}
for name, work in LONG.items():
    print(name, file=sys.stderr, flush=True)
    seconds[name] = latency(work, 0.3)
print(json.dumps([seconds, computes()]))
"""
)

# Time goes with the rows alone: a call on ten million of them is over in a second or two.
LINEAR = {
    "classify", "coefficient_of_variation", "coupling_coordination", "deviational_ellipse", "entropy_weights",
    "growth_rate", "industrial_upgrading", "interpolate", "markov", "normalize", "rank_consistency", "share",
    "spatial_markov", "tapio", "theil", "topsis", "weights.as_weights", "weights.from_edges",
    "weights.from_geodataframe", "counts_from_probabilities", "set_language", "set_threads",
}  # fmt: skip


def test_every_function_is_long_or_linear() -> None:
    functions = {
        f"{prefix}{name}"
        for module, prefix in ((rgm, ""), (rgm.weights, "weights."))
        for name in module.__all__
        if inspect.isfunction(getattr(module, name))
    }
    long = {line.split('"')[1].split(":")[0] for line in PROGRAM.splitlines() if line.startswith('    "')}
    assert {name.split(".fit")[0].split(".predict")[0] for name in long} - {
        "RandomForestRegressor"
    } | LINEAR == functions


@pytest.mark.timeout(150)
def test_ctrl_c_ends_every_long_call_at_once() -> None:
    seconds, right = run(PROGRAM, timeout=140.0, REGIOMETRICS_NUM_THREADS="2")
    slow = {name: each for name, each in seconds.items() if each is None or each > LIMIT}
    assert slow == {}
    assert right
