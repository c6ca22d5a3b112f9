"""How to draw the arguments of every public function: one entry each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import regiometrics as rgm
from draw import Draw
from tables import table

# What is called, with what: run by the judge.
Case = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

CONFIDENCE = [0.95, 0.5, 0.999, 1e-9]
SEED = [0, 1, 2**63, 2**64 - 1]
MISSING = ["error", "drop"]
YES_OR_NO = [True, False]
ADJUST = [None, "fdr_bh", "bonferroni", "holm", "fdr_by"]
CLASSES = ["quantiles", "equal", "natural_breaks", "geometric", "std", "head_tail"]
KERNELS = ["gaussian", "epanechnikov", "biweight", "triweight", "triangular", "uniform", "cosine"]
BREAKS = [None, None, [0.0], [0.5, 1.0], [-1.0, 0.0, 1.0], [1.0, 0.0], [float("nan")], np.array([0.0, np.inf]), "ab"]
SHIFT = [0.0, 1e-4, 10.0, 1e308]

Roles = Mapping[str, str]
Options = Mapping[str, Sequence[Any]]


def method(function: Callable[..., Any], positional: Sequence[str], roles: Roles, options: Options) -> Any:
    """Make an entry for a function of data: roles in `positional` come after the data, the others by keyword."""

    def case(draw: Draw) -> Case:
        data, given = table(draw, roles)
        arguments = [given.pop(role, None) for role in positional]
        return function, (data, *arguments), given | settings(draw, options)

    return case


def settings(draw: Draw, options: Options) -> dict[str, Any]:
    """Return some of the options, the others being left at their defaults."""
    # Without a seed the case would not be the same again.
    return {name: draw.option(usable) for name, usable in options.items() if name == "seed" or draw.chance(0.5)}


INDICATORS = {"method": ["minmax", "zscore", "vector", "sum"], "pooled": YES_OR_NO, "shift": SHIFT, "missing": MISSING}
DIRECTIONS = {"directions": [None, ["+"], ["+", "-"], ["-", "-", "-"], {"columns": "-"}, {"区域": "negative"}]}
TREES = {"n_estimators": [1, 2, 5, 20], "node_size": [1, 5, 100], "seed": SEED, "missing": MISSING}
FEATURES = {"max_features": [None, 1, 2, 0.5, 1.0]}
RESAMPLED = {"bootstrap": [0, 0, 0, 1, 2, 200], "confidence": CONFIDENCE, "seed": SEED}
SPATIAL = {"permutations": [0, 0, 1, 19], "adjust": ADJUST, "seed": SEED, "missing": MISSING, "progress": [False]}


def with_weights(entry: Any, **more: Sequence[Any]) -> Any:
    """Add spatial weights on the units of the data, or on others."""

    def case(draw: Draw) -> Case:
        function, arguments, options = entry(draw)
        options["weights"] = draw.option([spatial_weights(draw, arguments[0], options.get("unit"))])
        return function, arguments, options | settings(draw, more)

    return case


def spatial_weights(draw: Draw, data: Any, unit: Any) -> Any:
    """Return spatial weights, or what can be taken for such."""
    try:
        labels = data[unit] if isinstance(unit, str) and data is not None else unit
        ids = list(dict.fromkeys(labels.to_list() if hasattr(labels, "to_list") else list(labels)))
    except Exception:
        ids = list(range(draw.pick([1, 2, 5, 8, 20])))
    if draw.wild():
        ids = [*ids[1:], "other"]
    n = len(ids)
    matrix = np.where(draw.random.random((n, n)) < draw.pick([0.0, 0.2, 0.5, 1.0]), 1.0, 0.0)
    if draw.chance(0.3):
        matrix *= np.abs(draw.numbers(n * n)).reshape(n, n)
    if not draw.wild():
        np.fill_diagonal(matrix, 0.0)
    try:
        weights = rgm.weights.as_weights(matrix, ids=ids)
        return weights.row_standardize() if draw.chance(0.5) else weights
    except rgm.RegiometricsError:
        import pandas as pd

        return pd.DataFrame(matrix, index=range(n), columns=range(n))


def from_counts(function: Callable[..., Any], n_axes: int) -> Any:
    """Make an entry for tables of transition counts."""

    def case(draw: Draw) -> Case:
        k = draw.pick([1, 2, 3, 5])
        n_columns = draw.pick([1, k, k + 1]) if draw.wild() else k
        counts = draw.random.integers(0, 6, (draw.pick([1, 2, 3]), k, n_columns))
        counts = counts[0] if n_axes == 2 else counts
        counts = counts * draw.pick([1, 1, 0, 2**40, 2**60, 0.5, -1, 1e308]) if draw.wild() else counts
        kinds = [counts, counts.tolist(), counts.astype(float), counts.astype(object), counts.astype(">i2")]
        states = [None, [f"s{i}" for i in range(k)], list(range(k)), draw.labels(k), ["a"] * k]
        return function, (draw.option(kinds),), settings(draw, {"states": states, "confidence": CONFIDENCE})

    return case


def probabilities(draw: Draw) -> Case:
    """Draw shares as printed, and the numbers of cases behind them."""
    rows, columns, decimals = draw.pick([1, 2, 5]), draw.pick([1, 2, 5]), draw.pick([0, 1, 2, 3, 4])
    counts = draw.random.integers(0, 9, (rows, columns))
    n = counts.sum(axis=1)
    shares = np.round(counts / np.maximum(n, 1)[:, None], decimals)
    if draw.wild():
        shares = np.array([draw.numbers(columns) for _ in range(rows)])
    kinds = [shares, shares.tolist(), shares[:, ::-1], shares.astype(np.float32)]
    n_kinds = [n, n.tolist(), n.astype(float), n[:-1], n + 0.5, n * 10**15] if draw.wild() else [n, n.tolist()]
    options = settings(draw, {"decimals": [None, decimals, 3, 17]})
    return rgm.counts_from_probabilities, (draw.option(kinds), draw.option(n_kinds)), options


def classify(draw: Draw) -> Case:
    values = draw.column(draw.numbers(draw.pick([0, 1, 2, 3, 8, 60]) if draw.wild() else draw.pick([1, 2, 8, 60])))
    options = {"k": [2, 3, 5, 8, 60], "method": CLASSES, "breaks": BREAKS, "missing": MISSING}
    return rgm.classify, (values,), settings(draw, options)


def geodetector(draw: Draw) -> Case:
    options: dict[str, Sequence[Any]] = {
        "discretize": [None, "quantiles", ("natural_breaks", 3), "equal", {"factors": [0.0, 1.0]}, {"x": "std"}],
        "k": [2, 3, 5], "pooled": YES_OR_NO, "singletons": ["keep", "drop"], "variance": ["population", "sample"],
        "adjust": [None, "bonferroni", "holm", "fdr_bh"], "permutations": [0, 0, 19],
        "interaction_permutations": [0, 9],
        "bootstrap": [0, 0, 19], "confidence": CONFIDENCE, "seed": SEED, "missing": MISSING,
    }  # fmt: skip
    function, arguments, given = method(
        rgm.geodetector, ["value", "factors"], {"value": "number", "factors": "factor*", "time": "time?"}, options
    )(draw)
    data, *others = arguments
    if data is not None and draw.chance(0.1):
        arguments = ([data, data], *others)
    elif draw.chance(0.05):
        arguments = (None, np.zeros((2, 3)), {"x": np.arange(6).reshape(2, 3)})
    return function, tuple(arguments), given


def network(draw: Draw) -> Case:
    n = draw.pick([1, 2, 3, 8, 20])
    labels, n_edges = draw.labels(n), draw.pick([0, 1, 3, 10, 40])
    source = draw.codes(n_edges, n)
    target = (source + 1 + draw.codes(n_edges, n - 1)) % n if draw.chance(0.8) and n > 1 else draw.codes(n_edges, n)
    from tables import NUMBERS, frame

    columns = {"source": draw.label_column(labels, source), "target": draw.label_column(labels, target)}
    columns["weight"] = draw.column(NUMBERS["weight"](draw, n_edges))
    columns["time"] = draw.label_column(draw.times(3), draw.codes(n_edges, 3))
    names = {"source": draw.option(["source"]), "target": draw.option(["target"])}
    names |= settings(draw, {"weight": ["weight", None], "time": ["time", None]})
    options = settings(draw, {
        "nodes": [None, labels, [*labels, "more"]], "directed": YES_OR_NO, "outward": YES_OR_NO,
        "distance": ["hops", "inverse_weight", "weight"], "self_loops": ["error", "drop"], "missing": MISSING,
    })  # fmt: skip
    return (
        rgm.network_indicators,
        (frame(draw, columns),),
        names | {"parallel": draw.option(["error", "sum", "mean"])} | options,
    )


METHODS: dict[str, Callable[[Draw], Case]] = {
    "classify": classify,
    "coefficient_of_variation": method(
        rgm.coefficient_of_variation,
        ["value"],
        {"value": "amount", "group": "group?", "time": "time?", "weight": "weight?", "unit": "unit?"},
        {"sample": YES_OR_NO, "missing": MISSING},
    ),
    "counts_from_probabilities": probabilities,
    "coupling_coordination": method(
        rgm.coupling_coordination,
        ["systems"],
        {"systems": "score*", "unit": "unit?", "time": "time?"},
        {
            "weights": [None, [0.5, 0.5], [1, 2, 3], {"systems": 1}, [0.0, 0.0], [1e308, 1e308]],
            "variant": ["standard", "half", "wang2021"],
            "stages": [(0.3, 0.5, 0.8), (0.1, 0.2, 0.3), (0.5, 0.5, 0.5), (0.8, 0.5, 0.3), (0.1,)],
            "missing": MISSING,
        },
    ),
    "dagum_gini": method(
        rgm.dagum_gini,
        ["value"],
        {"value": "amount", "group": "group", "time": "time?", "weight": "weight?", "unit": "unit?"},
        {"bootstrap": [0, 0, 1, 30], "confidence": CONFIDENCE, "seed": SEED, "missing": MISSING, "progress": [False]},
    ),
    "deviational_ellipse": method(
        rgm.deviational_ellipse,
        [],
        {"x": "longitude", "y": "latitude", "weight": "weight?", "time": "time?", "group": "group?"},
        {
            "crs": [None, None, "planar", "EPSG:4326", 4490, "EPSG:32650", "EPSG:0", "nonsense"],
            "projection": [None, None, "azimuthal_equal_area", "albers", "albers_china", "EPSG:3857", "EPSG:4326"],
            "unit": [None, "km", "m"],
            "correction": ["sqrt2", "none", "sqrt2_df"],
            "missing": MISSING,
        },
    ),
    "driver_importance": method(
        rgm.driver_importance,
        ["value", "factors"],
        {"value": "number", "factors": "number*", "groups": "group?"},
        {**TREES, **FEATURES, "permutations": [0, 0, 1, 3], "exact": YES_OR_NO},
    ),
    "entropy_weights": method(
        rgm.entropy_weights, ["columns"], {"columns": "number*", "time": "time?"}, INDICATORS | DIRECTIONS
    ),
    "geodetector": geodetector,
    "growth_rate": method(
        rgm.growth_rate,
        ["value"],
        {"value": "positive", "time": "time", "unit": "unit?"},
        {"periods": [None, "each", [(2010, 2011)], [(2011, 2010)], [(2010, 2010)], [("a", None)]], "missing": MISSING},
    ),
    "industrial_upgrading": method(rgm.industrial_upgrading, ["columns"], {"columns": "amount*"}, {"missing": MISSING}),
    "interpolate": method(
        rgm.interpolate,
        ["columns"],
        {"columns": "number*", "unit": "unit", "time": "time"},
        {"edges": ["keep", "nearest", "linear"]},
    ),
    "kde": method(
        rgm.kde,
        ["value"],
        {"value": "number", "time": "time?", "group": "group?", "weight": "weight?"},
        {
            "kernel": KERNELS,
            "bandwidth": ["silverman", "scott", "normal_reference", "isj", "cv_ml", "cv_ls", 1.0, 1e-300, 1e300, 0.0],
            "grid_size": [2, 3, 64, 512],
            "cut": [0.0, 3.0, 1e6],
            "support": [None, (0, None), (None, 0), (-1, 1), (0, 0), (1, -1), (0,), (float("nan"), 1)],
            "tolerance": [1e-6, 0.0, 1e-12, 0.01, 0.5],
            "bootstrap": [0, 0, 200],
            "confidence": CONFIDENCE,
            "silverman_test": [0, 0, 0, 500],
            "null_modes": [1, 2, 100],
            "seed": SEED,
            "missing": MISSING,
        },
    ),
    "kde2d": method(
        rgm.kde2d,
        [],
        {"x": "number", "y": "number", "weight": "weight?", "time": "time?"},
        {
            "kernel": KERNELS,
            "bandwidth": ["scott", "normal_reference", 1.0, (1.0, 2.0), 1e-300, (0.0, 1.0), 1e300],
            "grid_size": [2, 16, (2, 5), (64, 64)],
            "cut": [0.0, 3.0, 1e6],
            "missing": MISSING,
        },
    ),
    "local_g": with_weights(
        method(rgm.local_g, ["value"], {"value": "number", "unit": "unit?", "time": "time?"}, SPATIAL),
        star=YES_OR_NO,
        self_weight=[None, 0.0, 1.0, 1e300],
        z_method=CLASSES,
        pooled=YES_OR_NO,
    ),
    "local_moran": with_weights(
        method(rgm.local_moran, ["value"], {"value": "number", "unit": "unit?", "time": "time?"}, SPATIAL),
        variance=["conditional", "total"],
        confidence=CONFIDENCE,
    ),
    "markov": method(
        rgm.markov,
        ["value"],
        {"value": "number?", "unit": "unit", "time": "time", "state": "group?"},
        {
            "k": [2, 3, 5],
            "method": CLASSES,
            "pooled": YES_OR_NO,
            "breaks": BREAKS,
            "lag": [1, 1, 2, 5],
            "exclude": [None, "r0", ["r0", "r1"], 0, [2**53]],
            "confidence": CONFIDENCE,
            "missing": MISSING,
        },
    ),
    "markov_from_counts": from_counts(rgm.markov_from_counts, 2),
    "moran": with_weights(
        method(rgm.moran, ["value"], {"value": "number", "unit": "unit?", "time": "time?"}, SPATIAL),
        assumption=["randomization", "normality"],
    ),
    "network_indicators": network,
    "normalize": method(rgm.normalize, ["columns"], {"columns": "number*", "time": "time?"}, INDICATORS | DIRECTIONS),
    "optimal_discretization": method(
        rgm.optimal_discretization,
        ["value", "factors"],
        {"value": "number", "factors": "number*", "time": "time?"},
        {
            "methods": [["quantiles"], CLASSES[:5], ["natural_breaks", "std"], "equal", []],
            "k": [2, 3, [2, 3], range(3, 6), [60], []],
            "pooled": YES_OR_NO,
            "missing": MISSING,
        },
    ),
    "rank_consistency": method(
        rgm.rank_consistency,
        ["a", "b"],
        {"a": "number", "b": "number", "unit": "unit", "time": "time?"},
        {"ascending": YES_OR_NO, "tolerance": [0, 3, 10**6], "missing": MISSING},
    ),
    "set_language": lambda draw: (rgm.set_language, (draw.option(["en", "zh"]),), {}),
    "set_threads": lambda draw: (rgm.set_threads, (draw.option([1, 2, 3, None]),), {}),
    "published": lambda draw: (rgm.datasets.published, (draw.option(rgm.datasets.published_names()),), {}),
    "share": method(
        rgm.share,
        ["value"],
        {"value": "amount", "unit": "unit", "time": "time?", "by": "group?"},
        {"total": [None, "r0", 0, 2**53], "missing": MISSING},
    ),
    "spatial_markov": with_weights(
        method(
            rgm.spatial_markov,
            ["value"],
            {"value": "number", "unit": "unit", "time": "time"},
            {"k": [2, 3, 5], "method": CLASSES, "pooled": YES_OR_NO, "breaks": BREAKS, "missing": MISSING},
        ),
        lag_k=[None, 2, 3],
        lag_breaks=BREAKS,
        lag=[1, 1, 2],
        islands=["error", "drop", "own_class"],
        confidence=CONFIDENCE,
        permutations=[0, 0, 19],
    ),
    "spatial_markov_from_counts": from_counts(rgm.spatial_markov_from_counts, 3),
    "tapio": method(
        rgm.tapio,
        [],
        {"pressure": "amount", "driver": "amount", "unit": "unit", "time": "time"},
        {"base": ["previous", "first", 2010, 2011, "2010"], "missing": MISSING},
    ),
    "theil": method(
        rgm.theil,
        ["value"],
        {"value": "positive", "group": "group?", "time": "time?", "weight": "weight?", "unit": "unit?"},
        {"missing": MISSING},
    ),
    "topsis": method(
        rgm.topsis,
        ["columns"],
        {"columns": "number*", "time": "time?"},
        {**INDICATORS, **DIRECTIONS, "weights": ["entropy", "equal", [1.0], [0.5, 0.5], {"columns": 1.0}, [0.0, 0.0]]},
    ),
    "tune_forest": method(
        rgm.tune_forest,
        ["value", "factors"],
        {"value": "number", "factors": "number*", "groups": "group?"},
        {**TREES, "max_features": [None, [1], [1, 2], [0.5]], "most_trees": [50, 20], "tolerance": [0.02, 0.5]},
    ),
}
