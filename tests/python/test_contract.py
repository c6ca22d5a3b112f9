"""The public contract: the calls with their arguments and defaults, their main tables with the columns, and what every
result can do, whatever library the data came in."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from functools import cache
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm

REQUIRED = inspect.Parameter.empty
METHODS = ("quantiles", "equal", "natural_breaks", "geometric", "std")


def arguments(*positional: str, **options: Any) -> inspect.Signature:
    """Return the signature with these positional arguments (a None stands behind one with `=`), and these keywords."""
    kinds = inspect.Parameter
    first = [
        kinds(name.removesuffix("="), kinds.POSITIONAL_OR_KEYWORD, default=None if name.endswith("=") else REQUIRED)
        for name in positional
    ]
    return inspect.Signature(
        [*first, *(kinds(name, kinds.KEYWORD_ONLY, default=each) for name, each in options.items())]
    )


NORMALIZING = {"directions": None, "method": "minmax", "time": None, "pooled": True, "shift": 0.0}
RESAMPLING = {"permutations": 0, "adjust": None, "seed": None}
BY_UNIT = {"unit": REQUIRED, "time": REQUIRED}

SIGNATURES = {
    "normalize": arguments("data", "columns", **NORMALIZING),
    "entropy_weights": arguments("data", "columns", **NORMALIZING),
    "topsis": arguments("data", "columns", weights="entropy", **NORMALIZING),
    "industrial_upgrading": arguments("data", "columns"),
    "dagum_gini": arguments(
        "data", "value", group=REQUIRED, time=None, weight=None, bootstrap=0, confidence=0.95, seed=None
    ),
    "theil": arguments("data", "value", group=None, time=None, weight=None),
    "kde": arguments(
        "data",
        "value",
        time=None,
        group=None,
        weight=None,
        kernel="gaussian",
        bandwidth="silverman",
        grid_size=512,
        cut=3.0,
        support=None,
        tolerance=1e-6,
    ),
    "kde2d": arguments("data", x=REQUIRED, y=REQUIRED, weight=None, time=None),
    "classify": arguments("values", k=5, method="quantiles", breaks=None),
    "markov": arguments(
        "data", "value=", **BY_UNIT, state=None, k=5, method="quantiles", pooled=True, breaks=None, lag=1
    ),
    "spatial_markov": arguments("data", "value", **BY_UNIT, weights=REQUIRED, k=5, lag_k=None),
    "local_g": arguments("data", "value", weights=REQUIRED, time=None, star=True, **RESAMPLING),
    "moran": arguments("data", "value", weights=REQUIRED, time=None, **RESAMPLING),
    "local_moran": arguments("data", "value", weights=REQUIRED, time=None, **RESAMPLING),
    "deviational_ellipse": arguments(
        "data", x=REQUIRED, y=REQUIRED, weight=None, time=None, crs=None, correction="sqrt2"
    ),
    "geodetector": arguments(
        "data",
        "value",
        "factors",
        time=None,
        discretize=None,
        singletons="keep",
        variance="population",
        permutations=0,
        bootstrap=0,
        seed=None,
    ),
    "optimal_discretization": arguments("data", "value", "factors", methods=METHODS, k=range(3, 9)),
    "driver_importance": arguments(
        "data",
        "value",
        "factors",
        groups=None,
        n_estimators=500,
        max_features=None,
        node_size=5,
        permutations=0,
        exact=False,
        seed=None,
        progress=False,
    ),
    "tune_forest": arguments("data", "value", "factors"),
    "partial_dependence": arguments("model", "data", "factors=", pairs=None, kind="average", bootstrap=0),
    "accumulated_effects": arguments("model", "data", "factors="),
    "tapio": arguments("data", pressure=REQUIRED, driver=REQUIRED, **BY_UNIT, base="previous"),
    "coupling_coordination": arguments("data", "systems", weights=None, variant="standard", stages=(0.3, 0.5, 0.8)),
    "network_indicators": arguments(
        "edges", source=REQUIRED, target=REQUIRED, weight=None, time=None, nodes=None, directed=True
    ),
    "growth_rate": arguments("data", "value", time=REQUIRED),
    "share": arguments("data", "value", unit=REQUIRED),
    "rank_consistency": arguments("data", "a", "b", unit=REQUIRED),
    "weights.from_edges": arguments("edges", source=REQUIRED, target=REQUIRED),
    "weights.knn": arguments("data", k=REQUIRED),
    "weights.distance_band": arguments("data"),
    "weights.inverse_distance": arguments("data"),
    "weights.from_geodataframe": arguments("data"),
    "weights.as_weights": arguments("obj"),
    "datasets.load_ai_development": arguments(),
    "datasets.load_jjj_chains": arguments(),
    "datasets.load_coastal_inland": arguments(),
    "datasets.load_ai_gdp_ranks": arguments(),
    "datasets.load_china_provinces": arguments(),
    "datasets.published": arguments("name"),
    "set_language": arguments("language="),
    "set_threads": arguments("n="),
}


def public(name: str) -> Any:
    target: Any = rgm
    for part in name.split("."):
        target = getattr(target, part)
    return target


@pytest.mark.parametrize("name", SIGNATURES)
def test_calls_take_the_arguments_of_the_contract(name: str) -> None:
    there = inspect.signature(public(name)).parameters
    agreed = SIGNATURES[name].parameters
    positional = [each.name for each in agreed.values() if each.kind is each.POSITIONAL_OR_KEYWORD]
    assert [each.name for each in there.values() if each.kind is each.POSITIONAL_OR_KEYWORD] == positional
    for each in agreed.values():
        # Only what must be given may be made optional; `set_language` falls back to English.
        assert there[each.name].kind is each.kind
        may_differ = each.default is REQUIRED or name == "set_language"
        assert there[each.name].default == each.default or (may_differ and each.name in _OPTIONAL.get(name, ()))
    for each in there.values():
        # What was added since must not be asked for.
        assert each.name in agreed or (each.kind is each.KEYWORD_ONLY and each.default is not REQUIRED)


_OPTIONAL = {"network_indicators": ("source", "target"), "set_language": ("language",)}


def test_the_forest_has_the_parameters_and_attributes_of_the_contract() -> None:
    there = inspect.signature(rgm.RandomForestRegressor).parameters
    agreed = {"n_estimators": 500, "max_features": None, "node_size": 5, "random_state": None}
    assert {name: there[name].default for name in agreed} == agreed
    assert [name for name, each in there.items() if each.kind is each.POSITIONAL_OR_KEYWORD] == ["n_estimators"]
    data = panel()
    forest = rgm.RandomForestRegressor(20, random_state=1).fit(data[["a", "b"]], data["level"])
    assert forest.predict(data[["a", "b"]]).shape == forest.oob_prediction_.shape == (len(data),)
    # The error after 1, 2, … trees.
    assert forest.oob_mse_.shape == forest.oob_r2_.shape == (20,)


# Tables


@cache
def panel() -> pd.DataFrame:
    """Fifteen cities in five years, with everything that some method asks for."""
    rng = np.random.default_rng(2)
    n_units, n_times = 15, 5
    n = n_units * n_times
    unit = np.repeat(np.arange(n_units), n_times)
    columns = {name: rng.lognormal(1.0, 0.4, n) for name in ("level", "a", "b", "population")}
    return pd.DataFrame(
        {
            "city": np.array([f"城{i:02d}" for i in range(n_units)])[unit],
            "year": np.tile(np.arange(2018, 2018 + n_times), n_units),
            "region": np.array(["East", "Central", "West"])[unit % 3],
            **columns,
            "x": np.repeat(rng.uniform(0, 1e5, n_units), n_times),
            "y": np.repeat(rng.uniform(0, 1e5, n_units), n_times),
            "u1": rng.random(n),
            "u2": rng.random(n),
            "s1": unit % 2,
            "s2": unit // 2 % 2,
            # One gap between two years, and one at the edge.
            "gap": np.where(np.isin(np.arange(n), [2, 5]), np.nan, columns["level"]),
        }
    )


@cache
def edges() -> pd.DataFrame:
    pairs = [(f"n{i}", f"n{(i + step) % 8}") for i in range(8) for step in (1, 3)]
    table = pd.DataFrame(pairs, columns=["from", "to"])
    return pd.concat([table.assign(year=year, flow=np.arange(16.0) + year) for year in (2020, 2021)], ignore_index=True)


@cache
def weights() -> rgm.SpatialWeights:
    return rgm.weights.knn(panel().query("year == 2018"), x="x", y="y", k=4, unit="city").row_standardize()


@cache
def model() -> rgm.RandomForestRegressor:
    return rgm.RandomForestRegressor(20, random_state=1).fit(panel()[["a", "b"]], panel()["level"])


UNITS = {"unit": "city", "time": "year"}

RESULTS: dict[str, Callable[[Any, Any], Any]] = {
    "entropy_weights": lambda data, _: rgm.entropy_weights(data, ["a", "b"]),
    "topsis": lambda data, _: rgm.topsis(data, ["a", "b"]),
    "dagum_gini": lambda data, _: rgm.dagum_gini(data, "level", group="region", time="year"),
    "theil": lambda data, _: rgm.theil(data, "level", group="region", time="year"),
    "kde": lambda data, _: rgm.kde(data, "level", time="year", group="region", grid_size=64),
    "kde2d": lambda data, _: rgm.kde2d(data, x="x", y="y", time="year", grid_size=16),
    "classify": lambda data, _: rgm.classify(data["level"]),
    "markov": lambda data, _: rgm.markov(data, "level", k=3, **UNITS),
    "spatial_markov": lambda data, _: rgm.spatial_markov(data, "level", k=3, weights=weights(), **UNITS),
    "local_g": lambda data, _: rgm.local_g(data, "level", weights=weights(), **UNITS),
    "moran": lambda data, _: rgm.moran(data, "level", weights=weights(), **UNITS),
    "local_moran": lambda data, _: rgm.local_moran(data, "level", weights=weights(), **UNITS),
    "deviational_ellipse": lambda data, _: rgm.deviational_ellipse(data, x="x", y="y", weight="level", time="year"),
    "geodetector": lambda data, _: rgm.geodetector(data, "level", ["s1", "s2"], time="year"),
    "optimal_discretization": lambda data, _: rgm.optimal_discretization(data, "level", ["a", "b"], k=range(3, 5)),
    "driver_importance": lambda data, _: rgm.driver_importance(
        data, "level", ["a", "b"], n_estimators=20, permutations=3, seed=1
    ),
    "tune_forest": lambda data, _: rgm.tune_forest(data, "level", ["a", "b"], n_estimators=20, most_trees=40, seed=1),
    "partial_dependence": lambda data, _: rgm.partial_dependence(model(), data),
    "accumulated_effects": lambda data, _: rgm.accumulated_effects(model(), data),
    "tapio": lambda data, _: rgm.tapio(data, pressure="a", driver="b", **UNITS),
    "coupling_coordination": lambda data, _: rgm.coupling_coordination(data, ["u1", "u2"]),
    "network_indicators": lambda _, edges: rgm.network_indicators(
        edges, source="from", target="to", weight="flow", time="year"
    ),
    "interpolate": lambda data, _: rgm.interpolate(data, "gap", **UNITS),
}

# The columns of the contract, in its order; a table may have others between them.
TABLES = {
    "entropy_weights.weights": "indicator direction entropy divergence weight",
    "entropy_weights.scores": "city year score",
    "topsis.table": "city year distance_best distance_worst score rank",
    "dagum_gini.overall": ("time gini within between transvariation share_within share_between share_transvariation"),
    "dagum_gini.within": "time group n mean gini",
    "dagum_gini.between": "time group_a group_b gini distance",
    "theil.overall": "time theil_t theil_l",
    "theil.within": "time group",
    "kde.curves": "time group x density",
    "kde.summary_table": "time group n bandwidth error_bound n_modes",
    "kde.modes": "time group position",
    "kde2d.grid": "time x y density",
    "classify.counts": "class n",
    "markov.counts": "from_state 1 2 3",
    "markov.probabilities": "from_state 1 2 3",
    "markov.steady_state": "state probability",
    "markov.first_passage": "from_state 1 2 3",
    "markov.standard_errors": "from_state 1 2 3",
    "markov.mobility": "index value",
    "spatial_markov.table": "lag_state from_state n to_1 to_2 to_3",
    "spatial_markov.tests": "Q LR dof p_Q p_LR",
    "local_g.table": "unit time z p_value hotspot",
    "moran.table": "time moran_i z p_value",
    "local_moran.table": "unit time local_i z p_value cluster",
    "deviational_ellipse.table": "time center_x center_y semi_major semi_minor azimuth flattening perimeter area",
    "deviational_ellipse.shifts": "from to distance bearing speed",
    "geodetector.factor": "time factor n_strata q f p_value p_central rank",
    "geodetector.interaction": "time factor_a factor_b q_a q_b q type",
    "geodetector.risk": "time factor",
    "geodetector.ecological": "time factor_a factor_b",
    "optimal_discretization.best": "factor method k q",
    "optimal_discretization.table": "factor method k q",
    "optimal_discretization.breaks": "factor upper",
    "driver_importance.table": (
        "factor inc_mse inc_mse_se inc_mse_scaled inc_node_purity p_inc_mse p_inc_mse_scaled p_inc_node_purity rank"
    ),
    "driver_importance.oob_curve": "n_trees oob_mse oob_r2",
    "tune_forest.curves": "n_trees oob_mse",
    "partial_dependence.curves": "factor x effect",
    "partial_dependence.turning_points": "factor direction location size",
    "accumulated_effects.curves": "factor x effect",
    "tapio.table": "unit time change_pressure change_driver elasticity state group",
    "coupling_coordination.table": "city year coupling development coordination stage grade",
    "interpolate.filled": "unit time column value",
    "network_indicators.overall": ("time n_nodes n_edges density average_path_length reachable_share clustering"),
    "network_indicators.nodes": "time node closeness betweenness degree weighted_degree",
}


@cache
def result(name: str, library: str = "pandas") -> Any:
    frames = (panel(), edges())
    if library == "polars":
        return RESULTS[name](*map(pl.from_pandas, frames))
    if library == "pyarrow":
        return RESULTS[name](*(pa.Table.from_pandas(frame, preserve_index=False) for frame in frames))
    return RESULTS[name](*frames)


@pytest.mark.parametrize("table", TABLES)
def test_tables_have_the_columns_of_the_contract(table: str) -> None:
    method, name = table.split(".")
    there = list(getattr(result(method), name).columns)
    agreed = TABLES[table].split()
    assert [column for column in there if column in agreed] == agreed


def test_classes_and_scores_that_are_no_tables_are_there() -> None:
    classes = result("classify")
    assert sorted(set(classes.codes)) == [1, 2, 3, 4, 5]
    # The upper bound of each class.
    assert len(classes.breaks) == 5
    assert classes.breaks[-1] == panel()["level"].max()
    assert 0.0 < classes.goodness_of_fit <= 1.0
    importance = result("driver_importance")
    assert importance.oob_r2 == pytest.approx(importance.oob_curve["oob_r2"].iloc[-1])


# What every result can do


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("name", RESULTS)
def test_results_come_in_the_library_of_the_data_and_survive_copying(name: str, library: str) -> None:
    given = result(name, library)
    kind = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.Table}[library]
    tables = {table: getattr(given, table) for table in given._tables}
    assert given.to_frame() is tables[given._tables[0]] or name == "classify"
    assert all(isinstance(table, kind) for table in tables.values())
    text = given.summary()
    assert "<table" in given._repr_html_()
    for again in (pickle.loads(pickle.dumps(given)), copy.copy(given), copy.deepcopy(given)):
        assert type(again) is type(given)
        assert again.summary() == text
        for table, frame in tables.items():
            there = nw.from_native(getattr(again, table), eager_only=True)
            assert there.to_pandas().equals(nw.from_native(frame, eager_only=True).to_pandas()), table


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_frozen(name: str) -> None:
    given = result(name)
    for attribute in (given._tables[0], "notes", "another"):
        with pytest.raises(AttributeError):
            setattr(given, attribute, None)
    with pytest.raises(AttributeError):
        del given.notes
