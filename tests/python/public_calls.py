"""One call of every public function on a random study, with its columns in any container, and its result as tables."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from hashlib import sha256
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import regiometrics as rgm

N_UNITS, N_TIMES = 24, 4
YEARS = np.arange(2018, 2018 + N_TIMES)

# The frames of one study, all in pandas.
Study = dict[str, pd.DataFrame]

FRAMES = ("pandas", "polars", "pyarrow", "chunked")
ARRAYS = ("arrays", "strided")


def study(seed: int) -> Study:
    """Draw cities over years, the network between them, and a table of points.

    Values are multiples of 2⁻²⁰ below 2¹¹, so that a shift by a whole number rounds nothing.
    """
    rng = np.random.default_rng([seed, 7])
    n = N_UNITS * N_TIMES
    unit, time = np.repeat(np.arange(N_UNITS), N_TIMES), np.tile(np.arange(N_TIMES), N_UNITS)
    level = rng.lognormal(1.0, 0.5, N_UNITS)[unit] * (1.0 + 0.1 * time) * rng.lognormal(0.0, 0.2, n)
    amounts = {name: _short(rng.lognormal(1.0, 0.5, n)) for name in ("a", "b", "c")}
    panel = pd.DataFrame(
        {
            "city": np.array([f"城{i:02d}" for i in range(N_UNITS)])[unit],
            "year": YEARS[time],
            "region": np.array(["East", "Central", "West"])[unit % 3],
            "soil": np.array(["clay", "loam", "sand", "peat"])[rng.integers(0, 4, n)],
            "y": _short(level + 0.3 * amounts["a"]),
            **amounts,
            "people": _short(rng.uniform(0.5, 3.0, n)),
            "lon": _short(np.repeat(rng.uniform(0.0, 900.0, N_UNITS), N_TIMES)),
            "lat": _short(np.repeat(rng.uniform(0.0, 900.0, N_UNITS), N_TIMES)),
            "u": rng.uniform(0.05, 1.0, n),
            "v": rng.uniform(0.05, 1.0, n),
        }
    )
    gaps = np.isin(np.arange(n), [1, 6, 7, 13, 40])
    panel["gap"] = np.where(gaps, np.nan, panel["y"])
    panel["status"] = np.array(["poor", "middle", "rich"])[pd.qcut(panel["y"], 3, labels=False).to_numpy()]
    return {"panel": panel, "edges": _edges(rng), "points": panel[panel["year"] == YEARS[0]].reset_index(drop=True)}


def _short(values: np.ndarray) -> np.ndarray:
    return np.round(values * 2.0**20) / 2.0**20


def _edges(rng: np.random.Generator) -> pd.DataFrame:
    pairs = [(i, (i + step) % 12) for i in range(12) for step in (1, 3, 7)]
    kept = [pairs[place] for _ in YEARS for place in rng.permutation(len(pairs))[:30]]
    source, target = np.array(kept).T
    names = np.array([f"n{i:02d}" for i in range(12)])
    time = np.repeat(YEARS, 30)
    return pd.DataFrame(
        {"from": names[source], "to": names[target], "year": time, "flow": _short(rng.lognormal(2.0, 1.0, len(time)))}
    )


@dataclass(frozen=True)
class Source:
    """The columns of one call, as columns of a frame or as arrays."""

    frame: pd.DataFrame
    kind: str = "pandas"
    # What columns are called instead.
    names: Mapping[str, str] = field(default_factory=dict)
    # Neighbours of the cities, which stay while rows move.
    weights: Any = None
    # The columns that were asked for.
    used: dict[str, None] = field(default_factory=dict)

    @property
    def data(self) -> Any:
        """The frame to hand over; None where the call takes arrays."""
        frame = self.frame.rename(columns=dict(self.names))
        if self.kind in ARRAYS:
            return None
        if self.kind == "polars":
            return pl.from_pandas(frame)
        if self.kind == "pyarrow":
            return pa.Table.from_pandas(frame, preserve_index=False)
        if self.kind == "chunked":
            cuts = [0, 5, 6, len(frame) // 2, len(frame)]
            parts = [frame.iloc[low:high] for low, high in itertools.pairwise(cuts)]
            return pa.concat_tables([pa.Table.from_pandas(part, preserve_index=False) for part in parts])
        return frame

    def __getitem__(self, name: str | tuple[str, ...]) -> Any:
        """What stands for a column in the call, or for a list of columns."""
        self.used.update(dict.fromkeys(name if isinstance(name, tuple) else [name]))
        if isinstance(name, tuple):
            listed = {self.names.get(each, each): self.array(each) for each in name}
            return listed if self.kind in ARRAYS else list(listed)
        return self.array(name) if self.kind in ARRAYS else self.names.get(name, name)

    def array(self, name: str) -> np.ndarray:
        """One column as an array; a view with gaps where strided ones are wanted."""
        self.used[name] = None
        values = self.frame[name].to_numpy()
        if values.dtype == object or isinstance(self.frame[name].dtype, pd.StringDtype):
            values = values.astype(str)
        if self.kind != "strided":
            return np.array(values)
        wide = np.empty((len(values), 3), dtype=values.dtype)
        wide[::-1, 1] = values
        return wide[::-1, 1]

    def series(self, name: str) -> Any:
        """One column as a series of the library."""
        if self.kind in ARRAYS:
            return self.array(name)
        self.used[name] = None
        data, name = self.data, self.names.get(name, name)
        return data[name] if self.kind in ("pandas", "polars") else data.column(name)

    def factors(self, *names: str) -> Any:
        """Columns as a frame, or as an array of rows × columns."""
        if self.kind in ARRAYS:
            return np.column_stack([self.array(name) for name in names])
        self.used.update(dict.fromkeys(names))
        listed, data = [self.names.get(name, name) for name in names], self.data
        return data[listed] if self.kind == "pandas" else data.select(listed)


def _forest(s: Source) -> rgm.RandomForestRegressor:
    return rgm.RandomForestRegressor(30, random_state=4).fit(s.factors("a", "b", "c"), s.array("y"))


def _estimator(s: Source) -> dict[str, pd.DataFrame]:
    model = _forest(s)
    rows = {"prediction": model.predict(s.factors("a", "b", "c")), "oob_prediction": model.oob_prediction_}
    purity = pd.DataFrame({"inc_node_purity": model.inc_node_purity_})
    curve = pd.DataFrame({"oob_mse": model.oob_mse_, "oob_r2": model.oob_r2_})
    return {"rows": pd.DataFrame(rows), "purity": purity, "curve": curve}


def _matrix(s: Source) -> Any:
    """Links of the cities as a square pandas frame, by name."""
    s.used.update(dict.fromkeys(["from", "to", "flow"]))
    links = s.frame.pivot_table(index="from", columns="to", values="flow", aggfunc="sum", fill_value=0.0)
    return rgm.weights.as_weights(links.loc[:, links.index])


def _polygons(s: Source) -> Any:
    import geopandas as gpd
    from shapely.geometry import box

    side = np.arange(len(s.frame))
    shapes = [box(i % 5, i // 5, i % 5 + 1, i // 5 + 1) for i in side]
    return rgm.weights.from_geodataframe(gpd.GeoDataFrame({"city": s.array("city")}, geometry=shapes), unit="city")


UNITS = {"unit": "city", "time": "year"}
PLACES = {"x": "lon", "y": "lat"}


def _by(s: Source, **roles: str) -> dict[str, Any]:
    return {role: s[name] for role, name in roles.items()}


# Every public function that computes. A colon marks another way to call the same one.
CALLS: dict[str, tuple[str, Callable[[Source], Any]]] = {
    "accumulated_effects": ("panel", lambda s: rgm.accumulated_effects(_forest(s), s.factors("a", "b", "c"))),
    "classify": ("panel", lambda s: rgm.classify(s.series("y"), k=4)),
    "classify: natural breaks": ("panel", lambda s: rgm.classify(s.series("y"), k=4, method="natural_breaks")),
    "coefficient_of_variation": (
        "panel",
        lambda s: rgm.coefficient_of_variation(
            s.data, s["y"], **_by(s, group="region", time="year", weight="people", unit="city")
        ),
    ),
    "coupling_coordination": (
        "panel",
        lambda s: rgm.coupling_coordination(s.data, s["u", "v"], **_by(s, **UNITS)),
    ),
    "dagum_gini": (
        "panel",
        lambda s: rgm.dagum_gini(s.data, s["y"], **_by(s, group="region", time="year", weight="people", unit="city")),
    ),
    "deviational_ellipse": (
        "panel",
        lambda s: rgm.deviational_ellipse(s.data, **_by(s, **PLACES, weight="y", time="year"), crs="planar"),
    ),
    "driver_importance": (
        "panel",
        lambda s: rgm.driver_importance(s.data, s["y"], s["a", "b", "c"], n_estimators=30, permutations=2, seed=4),
    ),
    "entropy_weights": ("panel", lambda s: rgm.entropy_weights(s.data, s["a", "b", "c"], time=s["year"], pooled=False)),
    "geodetector": (
        "panel",
        lambda s: rgm.geodetector(s.data, s["y"], s["region", "soil"], time=s["year"]),
    ),
    "geodetector: discretised": (
        "panel",
        lambda s: rgm.geodetector(
            s.data, s["y"], s["a", "b"], time=s["year"], discretize="quantiles", k=3, pooled=False
        ),
    ),
    "growth_rate": ("panel", lambda s: rgm.growth_rate(s.data, s["y"], **_by(s, **UNITS), periods="each")),
    "industrial_upgrading": ("panel", lambda s: rgm.industrial_upgrading(s.data, s["a", "b", "c"])),
    "interpolate": ("panel", lambda s: rgm.interpolate(s.data, s[("gap",)], **_by(s, **UNITS), edges="linear")),
    "kde": (
        "panel",
        lambda s: rgm.kde(s.data, s["y"], **_by(s, time="year", weight="people"), grid_size=64),
    ),
    "kde: given bandwidth": (
        "panel",
        lambda s: rgm.kde(s.data, s["y"], **_by(s, time="year", weight="people"), grid_size=64, bandwidth=0.5),
    ),
    "kde2d": (
        "panel",
        lambda s: rgm.kde2d(s.data, **_by(s, **PLACES, weight="people", time="year"), grid_size=16),
    ),
    "kde2d: given bandwidth": (
        "panel",
        lambda s: rgm.kde2d(s.data, **_by(s, **PLACES, weight="people", time="year"), grid_size=16, bandwidth=80.0),
    ),
    "local_g": (
        "panel",
        lambda s: rgm.local_g(s.data, s["y"], weights=s.weights, **_by(s, **UNITS), permutations=19, seed=4),
    ),
    "local_moran": (
        "panel",
        lambda s: rgm.local_moran(s.data, s["y"], weights=s.weights, **_by(s, **UNITS), permutations=19, seed=4),
    ),
    "markov": ("panel", lambda s: rgm.markov(s.data, s["y"], **_by(s, **UNITS), k=3)),
    "markov: given states": ("panel", lambda s: rgm.markov(s.data, **_by(s, **UNITS, state="status"))),
    "moran": (
        "panel",
        lambda s: rgm.moran(s.data, s["y"], weights=s.weights, **_by(s, **UNITS), permutations=19, seed=4),
    ),
    "network_indicators": (
        "edges",
        lambda s: rgm.network_indicators(
            s.data, **_by(s, source="from", target="to", weight="flow", time="year"), distance="inverse_weight"
        ),
    ),
    "normalize": ("panel", lambda s: rgm.normalize(s.data, s["a", "b"], time=s["year"], pooled=False)),
    "optimal_discretization": (
        "panel",
        lambda s: rgm.optimal_discretization(s.data, s["y"], s["a", "b"], time=s["year"], pooled=False, k=range(2, 4)),
    ),
    "partial_dependence": (
        "panel",
        lambda s: rgm.partial_dependence(_forest(s), s.factors("a", "b", "c")),
    ),
    "rank_consistency": ("panel", lambda s: rgm.rank_consistency(s.data, s["a"], s["b"], **_by(s, **UNITS))),
    "RandomForestRegressor": ("panel", _estimator),
    "share": ("panel", lambda s: rgm.share(s.data, s["y"], **_by(s, **UNITS))),
    "spatial_markov": (
        "panel",
        lambda s: rgm.spatial_markov(s.data, s["y"], **_by(s, **UNITS), weights=s.weights, k=3),
    ),
    "tapio": ("panel", lambda s: rgm.tapio(s.data, **_by(s, pressure="a", driver="b", **UNITS))),
    "theil": (
        "panel",
        lambda s: rgm.theil(s.data, s["y"], **_by(s, group="region", time="year", weight="people", unit="city")),
    ),
    "topsis": ("panel", lambda s: rgm.topsis(s.data, s["a", "b", "c"], time=s["year"], pooled=False)),
    "tune_forest": (
        "panel",
        lambda s: rgm.tune_forest(s.data, s["y"], s["a", "b", "c"], n_estimators=20, most_trees=40, seed=4),
    ),
    "weights.as_weights": ("network", _matrix),
    "weights.distance_band": ("points", lambda s: rgm.weights.distance_band(s.data, **_by(s, **PLACES, unit="city"))),
    "weights.from_edges": (
        "network",
        lambda s: rgm.weights.from_edges(s.data, **_by(s, source="from", target="to", weight="flow")),
    ),
    "weights.from_geodataframe": ("points", _polygons),
    "weights.inverse_distance": (
        "points",
        lambda s: rgm.weights.inverse_distance(s.data, **_by(s, **PLACES, unit="city")),
    ),
    "weights.knn": ("points", lambda s: rgm.weights.knn(s.data, **_by(s, **PLACES, unit="city"), k=4)),
}

COUNTS = np.array([[5, 2, 0], [1, 6, 3], [0, 4, 9]])

# Those that take tables of numbers, where a row is no unit.
FROM_TABLES: dict[str, Callable[[np.ndarray], Any]] = {
    "counts_from_probabilities": lambda counts: rgm.counts_from_probabilities(
        counts / counts.sum(axis=1, keepdims=True), counts.sum(axis=1)
    ),
    "markov_from_counts": lambda counts: rgm.markov_from_counts(counts),
    "spatial_markov_from_counts": lambda counts: rgm.spatial_markov_from_counts(
        np.stack([counts, counts.T + 1, counts + 2])
    ),
}


def table_of(name: str, drawn: Study) -> pd.DataFrame:
    """Return the table that a call reads, with the columns that it asks for."""
    return _whole(name, drawn)[list(_columns(name))]


@cache
def _columns(name: str) -> tuple[str, ...]:
    drawn = study(0)
    source = Source(_whole(name, drawn), "arrays", weights=neighbours(drawn))
    CALLS[name][1](source)
    return tuple(each for each in source.frame.columns if each in source.used)


def _whole(name: str, drawn: Study) -> pd.DataFrame:
    table = CALLS[name][0]
    if table == "network":
        edges = drawn["edges"]
        return edges[edges["year"] == YEARS[0]].reset_index(drop=True)
    return drawn[table]


def neighbours(drawn: Study) -> rgm.SpatialWeights:
    """Return four neighbours of every city, whose weights add up to one."""
    return rgm.weights.knn(drawn["points"], x="lon", y="lat", k=4, unit="city").row_standardize()


def compute(name: str, frame: pd.DataFrame, weights: Any, kind: str = "pandas", **given: Any) -> dict[str, Any]:
    """Return the result of a call as pandas tables."""
    return tables(CALLS[name][1](Source(frame, kind, weights=weights, **given)))


def tables(result: Any) -> dict[str, pd.DataFrame]:
    """Return every number of a result in pandas tables by name."""
    if isinstance(result, dict):
        return result
    if isinstance(result, np.ndarray):
        return {"array": pd.DataFrame(result)}
    if isinstance(result, rgm.SpatialWeights):
        return {"links": pd.DataFrame(result.to_frame())}
    if not hasattr(result, "_tables"):
        return {"frame": _pandas(result)}
    found = {name: _pandas(getattr(result, name)) for name in result._tables}
    numbers = {}
    for each in fields(result):
        value = getattr(result, each.name)
        if isinstance(value, float):
            numbers[each.name] = value
        elif each.name in ("codes", "breaks") and each.name not in found:
            found[each.name] = pd.DataFrame({each.name: np.asarray(value)})
    return found | ({"numbers": pd.DataFrame([numbers])} if numbers else {})


def _pandas(frame: Any) -> pd.DataFrame:
    return nw.from_native(frame, eager_only=True).to_pandas().reset_index(drop=True)


def bits(found: Mapping[str, pd.DataFrame]) -> list[Any]:
    """Return every entry of tables, numbers bit for bit."""
    listed: list[Any] = []
    for name in sorted(found):
        for column in found[name].columns:
            values = found[name][column].to_numpy()
            exact = values.tobytes() if values.dtype.kind in "fiub" else [str(value) for value in values]
            listed.append((name, str(column), exact))
    return listed


def digest(name: str, seed: int = 0) -> str:
    """Return what tells the bits of a call from others, for workers in other processes."""
    drawn = study(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rgm.RegiometricsWarning)
        return sha256(repr(bits(compute(name, table_of(name, drawn), neighbours(drawn)))).encode()).hexdigest()
