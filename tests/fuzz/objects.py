"""How to draw calls that need an object first: forests and their effects, spatial weights and their methods."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import regiometrics as rgm
from calls import CONFIDENCE, FEATURES, MISSING, RESAMPLED, SEED, YES_OR_NO, Case, settings
from draw import NONSENSE, Draw
from tables import table


def forest(draw: Draw) -> Case:
    """Draw the life of a forest: made, fitted, and asked for everything it knows."""
    data, given = table(draw, {"X": "number*", "y": "number", "groups": "group?"})
    options = settings(draw, {
        "n_estimators": [1, 2, 10], "node_size": [1, 5], "bootstrap": YES_OR_NO,
        "random_state": [*SEED, np.random.default_rng(1), np.random.RandomState(1)], **FEATURES,
    })  # fmt: skip
    X, y, groups = (_taken(data, given.get(role)) for role in ("X", "y", "groups"))
    if draw.chance(0.4):
        X = draw.numbers(3 * _length(y)).reshape(-1, 3)
    rows = draw.option([X, X, draw.numbers(6).reshape(2, 3), draw.numbers(3), np.zeros((0, 3)), np.asfortranarray(X)])

    def life(X: Any, y: Any, groups: Any, rows: Any, weight: Any) -> Any:
        model = rgm.RandomForestRegressor(**options)
        model.fit(X, y, groups)
        repr(model)
        counts = model.in_bag_counts()
        return model.predict(rows), model.score(X, y, weight), counts.astype(float)

    return life, (X, y, groups, rows, draw.option([None, None, np.ones(_length(y)), np.zeros(_length(y))])), {}


def _taken(data: Any, names: Any) -> Any:
    """Return columns of the data, where there are such columns."""
    if data is None or names is None:
        return names
    try:
        return data.select(names) if isinstance(names, list) and hasattr(data, "select") else data[names]
    except Exception:
        return data


def _length(values: Any) -> int:
    return len(values) if hasattr(values, "__len__") and getattr(values, "ndim", 1) else 1


def effects(function: Callable[..., Any], **own: Any) -> Any:
    """Make an entry for the effects of a forest fitted to rows that are all right."""

    def case(draw: Draw) -> Case:
        data, given = table(draw, {"factors": "number*", "value": "number", "weight": "weight?"})
        names = given["factors"] if isinstance(given["factors"], list) else ["a", "b"]
        model: Any = rgm.RandomForestRegressor(draw.pick([1, 5]), node_size=1, random_state=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                values = given["value"] if data is None else data[given["value"]]
                model.fit(_taken(data, given["factors"]), values)
            except Exception:
                model.fit(draw.random.random((12, 2)), draw.random.random(12))
        model = draw.option([model])
        own_settings = settings(draw, RESAMPLED | {"missing": MISSING, "prominence": [0.2, 0.999]} | own)
        if "bootstrap" in own_settings:
            own_settings["value"] = given["value"]
        if "weight" in given:
            own_settings["weight"] = given["weight"]
        if draw.chance(0.3):
            own_settings["factors"] = draw.option([names[:1], names, ["x1"], [], ["absent"]])
        pairs = [None, [tuple(names[:2])], [("x1", "x2")], [], [("x1", "x1")], ["x1"]]
        if "kind" in own and draw.chance(0.3):
            own_settings["pairs"] = draw.option(pairs)
        return function, (model, _taken(data, given["factors"]) if data is None else data), own_settings

    return case


def places(function: Callable[..., Any], **own: Any) -> Any:
    """Make an entry for spatial weights by distance."""

    def case(draw: Draw) -> Case:
        kinds = draw.pick([("longitude", "latitude"), ("number", "number")])
        data, given = table(draw, {"x": kinds[0], "y": kinds[1], "unit": "unit?"})
        options = settings(draw, {
            "metric": [None, "planar", "great_circle"], "minimum_distance": [0.0, 1.0, 1e-300, 1e300],
            "row_standardize": YES_OR_NO, **own,
        })  # fmt: skip
        if function is rgm.weights.knn:
            options.setdefault("k", draw.pick([1, 2]))
        return asked, (function, data), given | options

    return case


def asked(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Make spatial weights and ask for all that they know."""
    weights = function(*arguments, **options)
    weights.summary()
    repr(weights)
    told = weights.density, weights.n_components, weights.islands, weights.n_neighbors, weights.is_row_standardized
    return weights, told[0], weights.row_standardize(), weights.to_frame()


def edges(draw: Draw) -> Case:
    n, n_edges = draw.pick([1, 2, 5, 12]), draw.pick([0, 1, 4, 20])
    labels = draw.labels(n)
    pairs = np.array([(i, j) for i in range(n) for j in range(n) if i != j or draw.wild()] or [(0, 0)])
    chosen = pairs[draw.random.permutation(len(pairs))[:n_edges]]
    from tables import NUMBERS, frame

    columns = {name: draw.label_column(labels, chosen[:, side]) for side, name in enumerate(("source", "target"))}
    columns["weight"] = draw.column(NUMBERS["weight"](draw, len(chosen)))
    names = {"source": draw.option(["source"]), "target": draw.option(["target"])}
    options = settings(draw, {
        "weight": ["weight", None], "ids": [None, labels, labels[::-1], [*labels, labels[0]], labels[1:]],
        "symmetric": YES_OR_NO,
    })  # fmt: skip
    if draw.chance(0.3):
        options.pop("symmetric", None)
        return asked, (rgm.weights.as_weights, frame(draw, columns)), names | options
    return asked, (rgm.weights.from_edges, frame(draw, columns)), names | options


def matrices(draw: Draw) -> Case:
    """Draw weights in the forms that `as_weights` takes, and call the methods of what comes out."""
    import scipy.sparse

    n = draw.pick([0, 1, 2, 5, 9]) if draw.wild() else draw.pick([1, 2, 5, 9])
    matrix = np.abs(draw.numbers(n * n)).reshape(n, n) * (draw.random.random((n, n)) < 0.5)
    if not draw.wild():
        np.fill_diagonal(matrix, 0.0)
    kinds = [matrix, matrix.tolist(), np.asfortranarray(matrix), matrix.astype(bool), matrix.astype(object)]
    kinds += [scipy.sparse.csr_matrix(matrix), scipy.sparse.coo_array(matrix), matrix[:, :-1], matrix.ravel()]
    ids = draw.option([list(range(n)), draw.labels(n) if n else [], None, ["a"] * n, range(n), np.arange(n)])
    values = draw.option(
        [draw.numbers(n), draw.numbers(n).reshape(-1, 1), draw.numbers(2 * n).reshape(n, 2), [1.0] * n]
    )

    def life(matrix: Any, ids: Any, values: Any, order: Any) -> Any:
        weights, *told = asked(rgm.weights.as_weights, matrix, ids=ids)
        aligned = weights.align(list(weights.ids)[::-1] if order is None else order)
        return weights, aligned, told, weights.lag(values)[np.diff(weights.indptr) > 0]

    return life, (draw.option(kinds[:7] if not draw.wild() else kinds), ids, values, draw.option([None])), {}


def shapes(draw: Draw) -> Case:
    import geopandas
    import shapely

    n = draw.pick([1, 2, 4, 9])
    squares = [shapely.box(i % 3, i // 3, i % 3 + 1, i // 3 + 1) for i in range(n)]
    if draw.wild():
        wild = [
            None,
            shapely.Point(0, 0),
            shapely.Polygon(),
            shapely.Polygon([(0, 0), (1, 1), (0, 1), (1, 0)]),
            squares[0],
        ]
        squares[draw.codes(1, n)[0]] = draw.pick(
            [*wild, shapely.LineString([(0, 0), (5, 5)]), shapely.MultiPolygon(squares)]
        )
    frame = geopandas.GeoDataFrame(
        {"unit": draw.label_column(draw.labels(n), np.arange(n))}, geometry=squares, crs=draw.pick([None, 4326, 32650])
    )
    options = settings(draw, {"unit": ["unit", None], "row_standardize": YES_OR_NO})
    if draw.chance(0.3):
        return asked, (rgm.weights.knn, draw.option([frame])), options | {"k": draw.option([1])}
    if draw.chance(0.5):
        options["contiguity"] = draw.option(["queen", "rook"])
    return asked, (rgm.weights.from_geodataframe, draw.option([frame])), options


def anything(draw: Draw) -> Case:
    """Draw nonsense for the first argument of any function."""
    functions = [getattr(rgm, name) for name in rgm.__all__ if callable(getattr(rgm, name)) and name.islower()]
    function = draw.pick([each for each in functions if each not in (rgm.set_threads, rgm.set_language)])
    import inspect

    needed = [
        each for each in inspect.signature(function).parameters.values()
        if each.default is each.empty and each.kind is not each.VAR_KEYWORD
    ]  # fmt: skip
    given = {each.name: draw.pick(NONSENSE) for each in needed}
    return function, (), given


OBJECTS: dict[str, Callable[[Draw], Case]] = {
    "RandomForestRegressor": forest,
    "accumulated_effects": effects(rgm.accumulated_effects, intervals=[None, 1, 3, 40]),
    "partial_dependence": effects(
        rgm.partial_dependence,
        kind=["average", "individual", "both"],
        centered=YES_OR_NO,
        grid_size=[None, 1, 2, 50],
        confidence=CONFIDENCE,
    ),
    "weights.as_weights": matrices,
    "weights.distance_band": places(
        rgm.weights.distance_band, threshold=[None, 1.0, 1e3, 0.0, 1e300], power=[None, 0.0, 1.0, 2.0, 400.0]
    ),
    "weights.from_edges": edges,
    "weights.from_geodataframe": shapes,
    "weights.inverse_distance": places(
        rgm.weights.inverse_distance, threshold=[None, 1.0, 1e3], power=[1.0, 2.0, 0.0, 400.0]
    ),
    "weights.knn": places(rgm.weights.knn, k=[1, 2, 5, 100], power=[None, 1.0, 400.0]),
    "anything": anything,
}
