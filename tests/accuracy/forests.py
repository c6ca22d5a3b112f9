"""Forests: the trees are taken as they are grown, and everything that is said of them is computed again.

Trees, `driver_importance`, `partial_dependence`, `accumulated_effects`. Splits depend on the order of values alone, so
that factors may lie anywhere; what is far from zero is the response.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import regiometrics as rgm
from exact import Fields, Problem, X, largest, mean, squares
from regiometrics import _core

TREES = 20
NAMES = ["a", "b"]


def _data(rng: np.random.Generator, offset: float, n: int) -> tuple[Any, Any]:
    x = rng.random((n, 2))
    return x, offset + 3.0 + x[:, 0] + 0.5 * rng.random(n)


class Trees:
    """The nodes of a forest, which rows each tree drew how often, and which leaf a row falls into."""

    def __init__(self, model: Any, n: int) -> None:
        forest = model.forest_
        bounds = [int(each) for each in forest["offsets"]]
        self.nodes = [range(low, high) for low, high in itertools.pairwise(bounds)]
        self.feature, self.left = forest["feature"].tolist(), forest["left"].tolist()
        self.threshold = forest["threshold"].tolist()
        drawn = _core.forest_in_bag(n, len(self.nodes), None, 0, True, model.seed_)
        self.drawn = np.asarray(drawn).reshape(len(self.nodes), n).tolist()

    def way(self, tree: int, row: Sequence[float]) -> list[int]:
        """Return the nodes from the root to the leaf."""
        first = self.nodes[tree].start
        way = [first]
        while self.left[way[-1]]:
            at = way[-1]
            way.append(first + self.left[at] + (row[self.feature[at]] > self.threshold[at]))
        return way

    def means(self, x: Any, y: list[Any]) -> list[Any]:
        """Return the mean response of the draws of every node."""
        sums, counts = [X.mpf(0)] * len(self.left), [0] * len(self.left)
        for tree, drawn in enumerate(self.drawn):
            for row, times in enumerate(drawn):
                for node in self.way(tree, x[row]) if times else ():
                    sums[node] += times * y[row]
                    counts[node] += times
        return [s / c for s, c in zip(sums, counts, strict=True)]

    def purity(self, x: Any, y: list[Any], means: list[Any]) -> list[Any]:
        """Return the mean over trees of the fall of the sum of squares by splits on each factor."""
        falls = [X.mpf(0)] * len(x[0])
        for tree, drawn in enumerate(self.drawn):
            for row, times in enumerate(drawn):
                for parent, child in itertools.pairwise(self.way(tree, x[row])) if times else ():
                    falls[self.feature[parent]] += times * (means[child] - means[parent]) ** 2
        return [fall / len(self.drawn) for fall in falls]


def random_forest(rng: np.random.Generator, offset: float, n: int) -> Problem:
    x, y = _data(rng, offset, n)
    model = rgm.RandomForestRegressor(TREES, random_state=3).fit(x, y)
    trees, rows = Trees(model, n), x.tolist()
    found = {
        "leaves": model.forest_["value"],
        "predict": model.predict(x),
        "oob_prediction": model.oob_prediction_,
        "oob_mse": [model.oob_mse_[-1]],
        "oob_r2": [model.oob_r2_[-1]],
    }

    def exact(data: Mapping[str, Any]) -> Fields:
        means = trees.means(rows, data["y"])
        leaves = [[means[trees.way(tree, row)[-1]] for tree in range(TREES)] for row in rows]
        outside = [
            mean([value for value, drawn in zip(own, trees.drawn, strict=True) if not drawn[row]])
            for row, own in enumerate(leaves)
        ]
        mse = mean([(a - b) ** 2 for a, b in zip(data["y"], outside, strict=True)])
        return {
            "leaves": means,
            "predict": [mean(own) for own in leaves],
            "oob_prediction": outside,
            "oob_mse": [mse],
            "oob_r2": [1 - mse / (squares(data["y"]) / n)],
        }

    return Problem({"y": y}, found, exact)


def driver_importance(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """With the exact expectation over permutations, which needs no draws; the trees are those of the same seed."""
    x, y = _data(rng, offset, n)
    columns = dict(zip(NAMES, x.T, strict=True))
    table = rgm.driver_importance(None, y, columns, n_estimators=TREES, exact=True, seed=3).table.set_index("factor")
    names = ("inc_mse", "inc_mse_se", "inc_mse_scaled", "inc_node_purity")
    found = {name: table.loc[NAMES, name] for name in names}
    trees, rows = Trees(rgm.RandomForestRegressor(TREES, random_state=3).fit(x, y), n), x.tolist()

    def exact(data: Mapping[str, Any]) -> Fields:
        means = trees.means(rows, data["y"])
        rises = [[_rise(trees, rows, data["y"], means, tree, factor) for tree in range(TREES)] for factor in range(2)]
        centers = [mean(each) for each in rises]
        errors = [X.sqrt(squares(each) / TREES) / X.sqrt(TREES) for each in rises]
        return {
            "inc_mse": centers,
            "inc_mse_se": errors,
            "inc_mse_scaled": [a / b for a, b in zip(centers, errors, strict=True)],
            "inc_node_purity": trees.purity(rows, data["y"], means),
        }

    return Problem({"y": y}, found, exact)


def _rise(trees: Trees, rows: Any, y: list[Any], means: list[Any], tree: int, factor: int) -> Any:
    """Return how much the out-of-bag error rises when each row gets the factor of any of them."""
    outside = [row for row, times in enumerate(trees.drawn[tree]) if not times]
    rises = []
    for i in outside:
        own = (y[i] - means[trees.way(tree, rows[i])[-1]]) ** 2
        for j in outside:
            moved = [rows[j][k] if k == factor else rows[i][k] for k in range(2)]
            rises.append((y[i] - means[trees.way(tree, moved)[-1]]) ** 2 - own)
    return mean(rises)


def partial_dependence(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """The average of predictions to the right of every threshold, from the leaves as they are."""
    x, y = _data(rng, offset, n)
    model = rgm.RandomForestRegressor(TREES, random_state=3).fit(x, y)
    curves = rgm.partial_dependence(model, x, grid_size=None).curves
    trees, rows = Trees(model, n), x.tolist()
    ends = curves.groupby("factor")["x"].shift(-1).fillna(curves["x"])
    places = [
        (int(name.removeprefix("x")) - 1, (low + high) / 2)
        for name, low, high in zip(curves["factor"], curves["x"], ends, strict=True)
    ]
    found = {"effect": curves["effect"]}

    def exact(data: Mapping[str, Any]) -> Fields:
        effects = []
        for at, place in places:
            moved = [[place if k == at else row[k] for k in range(2)] for row in rows]
            effects.append(mean([data["leaves"][trees.way(t, row)[-1]] for row in moved for t in range(TREES)]))
        return {"effect": effects}

    return Problem({"leaves": model.forest_["value"]}, found, exact)


def accumulated_effects(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Changes across intervals, added up; measured against the largest effect, since the curve crosses zero."""
    x, y = _data(rng, offset, n)
    model = rgm.RandomForestRegressor(TREES, random_state=3).fit(x, y)
    curves = rgm.accumulated_effects(model, x, intervals=5).curves
    trees, rows = Trees(model, n), x.tolist()
    parts = [part for _, part in curves.groupby("factor", sort=False)]
    found = {f"effect.{name}": part["effect"] for name, part in zip(NAMES, parts, strict=True)}
    edges = [part["x"].tolist() for part in parts]

    def exact(data: Mapping[str, Any]) -> Fields:
        def predicted(row: Sequence[float], at: int, place: float) -> Any:
            moved = [place if k == at else row[k] for k in range(2)]
            return mean([data["leaves"][trees.way(t, moved)[-1]] for t in range(TREES)])

        fields = {}
        for at, (name, ends) in enumerate(zip(NAMES, edges, strict=True)):
            interval = [max(1, sum(edge < row[at] for edge in ends)) for row in rows]
            effect = [X.mpf(0)]
            for k in range(1, len(ends)):
                own = [row for row, each in zip(rows, interval, strict=True) if each == k]
                change = [predicted(row, at, ends[k]) - predicted(row, at, ends[k - 1]) for row in own]
                effect.append(effect[-1] + (mean(change) if own else 0))
            middle = mean([(effect[k] + effect[k - 1]) / 2 for k in interval])
            fields[f"effect.{name}"] = [each - middle for each in effect]
        return fields

    return Problem({"leaves": model.forest_["value"]}, found, exact, of={name: largest(name) for name in found})


CASES = {
    "RandomForestRegressor": random_forest,
    "driver_importance": driver_importance,
    "partial_dependence": partial_dependence,
    "accumulated_effects": accumulated_effects,
}
