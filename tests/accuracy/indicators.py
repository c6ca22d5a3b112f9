"""Composite indicators: `normalize`, `entropy_weights`, `topsis`, `coupling_coordination`, `industrial_upgrading`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import regiometrics as rgm
from exact import Fields, Problem, X, largest, mean, squares, total

NAMES = ["a", "b", "c"]
SIGNS = dict(zip(NAMES, "+-+", strict=True))


def _columns(rng: np.random.Generator, offset: float, n: int) -> dict[str, Any]:
    return {name: offset + 3.0 + rng.random(n) for name in NAMES}


def _normalized(x: list[Any], sign: str, method: str) -> list[Any]:
    if method == "minmax":
        return [(v - min(x) if sign == "+" else max(x) - v) / (max(x) - min(x)) for v in x]
    if method == "zscore":
        deviation = X.sqrt(squares(x) / len(x))
        return [(v - mean(x)) / deviation * (1 if sign == "+" else -1) for v in x]
    if method == "vector":
        norm = X.sqrt(total(v**2 for v in x))
        return [v / norm if sign == "+" else 1 - v / norm for v in x]
    carrier = x if sign == "+" else [1 / v for v in x]
    return [v / total(carrier) for v in carrier]


def _plain_normalized(x: Any, sign: str, method: str) -> Any:
    if method == "minmax":
        return (x - x.min() if sign == "+" else x.max() - x) / (x.max() - x.min())
    if method == "zscore":
        with np.errstate(invalid="ignore", divide="ignore"):
            return (x - x.mean()) / np.sqrt((x**2).mean() - x.mean() ** 2) * (1 if sign == "+" else -1)
    if method == "vector":
        return x / np.sqrt((x**2).sum()) if sign == "+" else 1 - x / np.sqrt((x**2).sum())
    carrier = x if sign == "+" else 1 / x
    return carrier / carrier.sum()


def normalize(rng: np.random.Generator, offset: float, n: int) -> Problem:
    columns = _columns(rng, offset, n)
    methods = ("minmax", "zscore", "vector", "sum")
    data = pd.DataFrame(columns)
    tables = {method: rgm.normalize(data, NAMES, directions=SIGNS, method=method) for method in methods}
    found = {method: np.concatenate([table[name] for name in NAMES]) for method, table in tables.items()}

    def exact(data: Mapping[str, Any]) -> Fields:
        return {m: [z for name in NAMES for z in _normalized(data[name], SIGNS[name], m)] for m in methods}

    plain = {m: np.concatenate([_plain_normalized(columns[name], SIGNS[name], m) for name in NAMES]) for m in methods}
    return Problem(columns, found, exact, plain, of={"zscore": largest("zscore")})


def _entropies(columns: list[list[Any]]) -> tuple[list[Any], list[Any], list[Any]]:
    """Return entropies, divergences and weights of normalised columns."""
    entropies = []
    for z in columns:
        p = [v / total(z) for v in z]
        entropies.append(-total(v * X.log(v) for v in p if v > 0) / X.log(len(z)))
    divergences = [1 - e for e in entropies]
    return entropies, divergences, [d / total(divergences) for d in divergences]


def _entropy_weights(rng: np.random.Generator, offset: float, n: int, method: str) -> Problem:
    columns = _columns(rng, offset, n)
    result = rgm.entropy_weights(pd.DataFrame(columns), NAMES, directions=SIGNS, method=method)
    found = {name: result.weights[name] for name in ("entropy", "divergence", "weight")}
    found["score"] = result.scores["score"]

    def exact(data: Mapping[str, Any]) -> Fields:
        z = [_normalized(data[name], SIGNS[name], method) for name in NAMES]
        entropies, divergences, weights = _entropies(z)
        scores = [total(w * column[row] for w, column in zip(weights, z, strict=True)) for row in range(n)]
        return {"entropy": entropies, "divergence": divergences, "weight": weights, "score": scores}

    z = np.array([_plain_normalized(columns[name], SIGNS[name], method) for name in NAMES])
    p = z / z.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -np.nansum(p * np.log(p), axis=1) / np.log(n)
    weight = (1 - entropy) / (1 - entropy).sum()
    plain = {"entropy": entropy, "divergence": 1 - entropy, "weight": weight, "score": weight @ z}
    return Problem(columns, found, exact, plain)


def entropy_weights(rng: np.random.Generator, offset: float, n: int) -> Problem:
    return _entropy_weights(rng, offset, n, "minmax")


def entropy_weights_sum(rng: np.random.Generator, offset: float, n: int) -> Problem:
    return _entropy_weights(rng, offset, n, "sum")


def _topsis(rng: np.random.Generator, offset: float, n: int, method: str) -> Problem:
    columns = _columns(rng, offset, n)
    result = rgm.topsis(pd.DataFrame(columns), NAMES, directions=SIGNS, weights=[3.0, 1.0, 2.0], method=method)
    found = {name: result.table[name] for name in ("distance_best", "distance_worst", "score")}
    found |= {name: result.ideal[name] for name in ("best", "worst")}
    shares = [X.mpf(each) / 6 for each in (3, 1, 2)]
    # Vector normalising leaves negative indicators as they are; their best value is the smallest.
    turned = {name: sign if method == "minmax" else "+" for name, sign in SIGNS.items()}

    def exact(data: Mapping[str, Any]) -> Fields:
        v = [
            [share * z for z in _normalized(data[name], turned[name], method)]
            for share, name in zip(shares, NAMES, strict=True)
        ]
        is_low = [SIGNS[name] == "-" and method == "vector" for name in NAMES]
        best = [min(each) if low else max(each) for each, low in zip(v, is_low, strict=True)]
        worst = [max(each) if low else min(each) for each, low in zip(v, is_low, strict=True)]
        to_best, to_worst = (
            [X.sqrt(total((each[row] - end) ** 2 for each, end in zip(v, ends, strict=True))) for row in range(n)]
            for ends in (best, worst)
        )
        score = [b / (a + b) for a, b in zip(to_best, to_worst, strict=True)]
        return {"distance_best": to_best, "distance_worst": to_worst, "score": score, "best": best, "worst": worst}

    z = np.array([_plain_normalized(columns[name], turned[name], method) for name in NAMES])
    v = z * np.array([[3.0], [1.0], [2.0]]) / 6
    low = np.array([SIGNS[name] == "-" and method == "vector" for name in NAMES])
    best, worst = np.where(low, v.min(axis=1), v.max(axis=1)), np.where(low, v.max(axis=1), v.min(axis=1))
    to_best, to_worst = (np.sqrt(((v - ends[:, None]) ** 2).sum(axis=0)) for ends in (best, worst))
    plain = {"distance_best": to_best, "distance_worst": to_worst, "score": to_worst / (to_best + to_worst)}
    return Problem(columns, found, exact, plain | {"best": best, "worst": worst})


def topsis(rng: np.random.Generator, offset: float, n: int) -> Problem:
    return _topsis(rng, offset, n, "minmax")


def topsis_vector(rng: np.random.Generator, offset: float, n: int) -> Problem:
    return _topsis(rng, offset, n, "vector")


def coupling_coordination(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Scores are numbers up to one: what is ill-conditioned are scores that hardly differ, or are nearly zero."""
    near = 1e-9 if offset else 1.0
    scores = {name: 0.4 + near * 0.5 * rng.random(n) for name in NAMES}
    scores["a"][:2] *= 1e-9
    found, plain = {}, {}
    u = np.array([scores[name] for name in NAMES])
    for variant in ("standard", "wang2021"):
        table = rgm.coupling_coordination(pd.DataFrame(scores), NAMES, variant=variant).table
        found |= {f"{variant}.{name}": table[name] for name in ("coupling", "development", "coordination")}
        coupling = u.prod(axis=0) ** (1 / 3) / u.mean(axis=0)
        if variant == "wang2021":
            gaps = (abs(u[0] - u[1]) + abs(u[0] - u[2]) + abs(u[1] - u[2])) / 3
            coupling = np.sqrt((1 - gaps) * np.sqrt((u / u.max(axis=0)).prod(axis=0)))
        plain[f"{variant}.coupling"] = coupling
        plain[f"{variant}.coordination"] = np.sqrt(coupling * u.mean(axis=0))

    def exact(data: Mapping[str, Any]) -> Fields:
        fields: Fields = {name: [] for name in found}
        for row in range(n):
            u = [data[name][row] for name in NAMES]
            product = X.mpf(1)
            for each in u:
                product *= each
            gaps = total(abs(u[i] - u[j]) for i in range(3) for j in range(i))
            coupling = {
                "standard": X.cbrt(product) / mean(u),
                "wang2021": X.sqrt((1 - gaps / 3) * X.sqrt(product / max(u) ** 3)),
            }
            for variant, c in coupling.items():
                fields[f"{variant}.coupling"].append(c)
                fields[f"{variant}.development"].append(mean(u))
                fields[f"{variant}.coordination"].append(X.sqrt(c * mean(u)))
        return fields

    return Problem(scores, found, exact, plain)


def industrial_upgrading(rng: np.random.Generator, offset: float, n: int) -> Problem:
    columns = _columns(rng, offset, n)
    # Also rows that are one sector nearly alone: the angle to it is small.
    columns["a"][:2] += 1e9
    found = {"upgrading": rgm.industrial_upgrading(pd.DataFrame(columns), NAMES)["upgrading"]}

    def exact(data: Mapping[str, Any]) -> Fields:
        fields = []
        for row in range(n):
            shares = [data[name][row] for name in NAMES]
            norm = X.sqrt(total(each**2 for each in shares))
            angles = [X.acos(each / norm) for each in shares]
            fields.append(total((3 - k) * angle for k, angle in enumerate(angles)))
        return {"upgrading": fields}

    table = np.array([columns[name] for name in NAMES])
    angles = np.arccos(table / np.sqrt((table**2).sum(axis=0)))
    return Problem(columns, found, exact, {"upgrading": np.array([3, 2, 1]) @ angles})


CASES = {
    "normalize": normalize,
    "entropy_weights": entropy_weights,
    "entropy_weights, sum": entropy_weights_sum,
    "topsis": topsis,
    "topsis, vector": topsis_vector,
    "coupling_coordination": coupling_coordination,
    "industrial_upgrading": industrial_upgrading,
}
