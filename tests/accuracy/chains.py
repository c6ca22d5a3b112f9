"""Chains, panels and networks, where what is ill-conditioned is a rare event beside frequent ones.

Far from zero stands here for counts of 10⁹ and for rare transitions, which make a chain nearly fall apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import regiometrics as rgm
from exact import Fields, Problem, X, chi_square_tail, total

# Markov


def markov(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Four states in two pairs that the chain hardly ever leaves, or four that it moves between freely."""
    stay = round(offset) if offset else 20
    rare = 1 if offset else 15
    counts = np.full((4, 4), 0, dtype=np.int64)
    for i, j in itertools.product(range(4), repeat=2):
        within = i // 2 == j // 2
        counts[i, j] = (stay if within else rare) + int(rng.integers(0, 6))
    result = rgm.markov_from_counts(counts)
    states = [str(name) for name in result.probabilities.columns[1:]]
    found = {
        "probabilities": result.probabilities[states].to_numpy().ravel(),
        "standard_errors": result.standard_errors[states].to_numpy().ravel(),
        "intervals.low": result.intervals["low"],
        "intervals.high": result.intervals["high"],
        "steady_state": result.steady_state["probability"],
        "first_passage": result.first_passage[states].to_numpy().ravel(),
        "sojourn.leaving": result.sojourn["leaving_probability"],
        "sojourn.mean": result.sojourn["mean_sojourn"],
    }
    found |= {f"mobility.{name}": [value] for name, value in result.mobility.itertuples(index=False)}

    def exact(data: Mapping[str, Any]) -> Fields:
        return _chain([data["counts"][4 * i : 4 * i + 4] for i in range(4)])

    return Problem({"counts": counts.ravel()}, found, exact, _plain_chain(counts))


def _chain(counts: list[list[Any]]) -> Fields:
    k = len(counts)
    sums = [total(row) for row in counts]
    p = [[count / n for count in row] for row, n in zip(counts, sums, strict=True)]
    z = X.sqrt(2) * X.erfinv(X.mpf(0.95))
    errors, low, high = [], [], []
    for row, n in zip(p, sums, strict=True):
        for share in row:
            errors.append(X.sqrt(share * (1 - share) / n))
            center, reach = share + z**2 / (2 * n), z * X.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
            low.append((center - reach) / (1 + z**2 / n))
            high.append((center + reach) / (1 + z**2 / n))
    balance = X.matrix([[p[i][j] - (i == j) for i in range(k)] for j in range(k - 1)] + [[1] * k])
    steady = list(X.lu_solve(balance, X.matrix([0] * (k - 1) + [1])))
    passage = [[X.mpf(0)] * k for _ in range(k)]
    for j in range(k):
        others = [i for i in range(k) if i != j]
        times = X.lu_solve(X.matrix([[(i == m) - p[i][m] for m in others] for i in others]), X.matrix([1] * (k - 1)))
        for i, time in zip(others, times, strict=True):
            passage[i][j] = time
        passage[j][j] = 1 + total(p[j][m] * passage[m][j] for m in others)
    leaving = [1 - p[i][i] for i in range(k)]
    values = sorted((abs(value) for value in X.eig(X.matrix(p), left=False, right=False)), reverse=True)
    mobility = {
        "shorrocks": total(leaving) / (k - 1),
        "prais": 1 - total(counts[i][i] for i in range(k)) / total(sums),
        "determinant": 1 - abs(X.det(X.matrix(p))),
        "second_eigenvalue": 1 - values[1],
        "half_life": -X.log(2) / X.log(values[1]),
    }
    return {
        "probabilities": list(itertools.chain(*p)),
        "standard_errors": errors,
        "intervals.low": low,
        "intervals.high": high,
        "steady_state": steady,
        "first_passage": list(itertools.chain(*passage)),
        "sojourn.leaving": leaving,
        "sojourn.mean": [1 / each for each in leaving],
    } | {f"mobility.{name}": [value] for name, value in mobility.items()}


def _plain_chain(counts: Any) -> Mapping[str, Any]:
    """By linear equations and eigenvalues, as matrix code has it."""
    k = len(counts)
    p = counts / counts.sum(axis=1, keepdims=True)
    balance = np.vstack([(p.T - np.eye(k))[:-1], np.ones(k)])
    steady = np.linalg.solve(balance, np.eye(k)[-1])
    fundamental = np.linalg.inv(np.eye(k) - p + steady)
    passage = (np.eye(k) - fundamental + np.diag(fundamental)) / steady
    second = np.sort(np.abs(np.linalg.eigvals(p)))[-2]
    with np.errstate(divide="ignore"):
        half_life = -np.log(2) / np.log(second)
    return {
        "steady_state": steady,
        "first_passage": passage.ravel(),
        "sojourn.leaving": 1 - p.diagonal(),
        "mobility.shorrocks": [(k - p.trace()) / (k - 1)],
        "mobility.second_eigenvalue": [1 - second],
        "mobility.half_life": [half_life],
    }


def spatial_markov(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Three chains whose shares differ in the fifth digit, cells of 10⁹ transitions; or in the first, cells of 100."""
    size = round(offset) if offset else 100
    spread = round(1e4) if offset else 30
    counts = size + rng.integers(0, spread, (3, 3, 3))
    tests = rgm.spatial_markov_from_counts(counts).tests
    found = {name: tests[name] for name in ("Q", "LR", "p_Q", "p_LR")}

    def exact(data: Mapping[str, Any]) -> Fields:
        cells = dict(zip(np.ndindex(3, 3, 3), data["counts"], strict=True))
        q, lr = [], []
        pooled = {(i, j): total(cells[s, i, j] for s in range(3)) for i in range(3) for j in range(3)}
        for s in range(3):
            terms_q, terms_lr = [], []
            for i, j in itertools.product(range(3), repeat=2):
                row = total(cells[s, i, m] for m in range(3))
                share, p = cells[s, i, j] / row, pooled[i, j] / total(pooled[i, m] for m in range(3))
                terms_q.append(row * (share - p) ** 2 / p)
                terms_lr.append(2 * cells[s, i, j] * X.log(share / p))
            q.append(total(terms_q))
            lr.append(total(terms_lr))
        # All together first, with (3 − 1)(3 − 1) degrees for each of three rows, then each chain with 2 for each.
        q, lr, degrees = [total(q), *q], [total(lr), *lr], [12, 6, 6, 6]
        tails = [[chi_square_tail(value, d) for value, d in zip(values, degrees, strict=True)] for values in (q, lr)]
        return {"Q": q, "LR": lr, "p_Q": tails[0], "p_LR": tails[1]}

    p = counts / counts.sum(axis=2, keepdims=True)
    pooled = counts.sum(axis=0) / counts.sum(axis=(0, 2))[:, None]
    q = (counts.sum(axis=2, keepdims=True) * (p - pooled) ** 2 / pooled).sum(axis=(1, 2))
    lr = (2 * counts * np.log(p / pooled)).sum(axis=(1, 2))
    plain = {"Q": [q.sum(), *q], "LR": [lr.sum(), *lr]}
    return Problem({"counts": counts.ravel()}, found, exact, plain)


# Panels


def tapio(rng: np.random.Generator, offset: float, n: int) -> Problem:
    pressure, driver = (offset + 3.0 + rng.random(2 * n) for _ in range(2))
    unit, time = np.tile(np.arange(n), 2), np.repeat([2010, 2015], n)
    table = rgm.tapio(None, pressure=pressure, driver=driver, unit=unit, time=time).table
    found = {name: table[name] for name in ("change_pressure", "change_driver", "elasticity")}

    def exact(data: Mapping[str, Any]) -> Fields:
        parts = {name: zip(data[name][:n], data[name][n:], strict=True) for name in ("pressure", "driver")}
        changes = {name: [(b - a) / a for a, b in part] for name, part in parts.items()}
        ratio = [e / a for e, a in zip(changes["pressure"], changes["driver"], strict=True)]
        return {"change_pressure": changes["pressure"], "change_driver": changes["driver"], "elasticity": ratio}

    rates = [each[n:] / each[:n] - 1 for each in (pressure, driver)]
    plain = {"change_pressure": rates[0], "change_driver": rates[1], "elasticity": rates[0] / rates[1]}
    return Problem({"pressure": pressure, "driver": driver}, found, exact, plain)


def rank_consistency(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Values that differ in their last bits have ranks of their own."""
    step = float(np.spacing(offset or 1.0))
    a, b = ((offset or 1.0) + step * rng.permutation(n) for _ in range(2))
    table = rgm.rank_consistency(None, a, b, unit=np.arange(n))
    found = {name: table[name] for name in ("rank_a", "rank_b", "difference")}

    def exact(data: Mapping[str, Any]) -> Fields:
        ranks = {name: [X.mpf(1 + sum(other > each for other in data[name])) for each in data[name]] for name in "ab"}
        difference = [p - q for p, q in zip(ranks["a"], ranks["b"], strict=True)]
        return {"rank_a": ranks["a"], "rank_b": ranks["b"], "difference": difference}

    return Problem({"a": a, "b": b}, found, exact)


def interpolate(rng: np.random.Generator, offset: float, n: int) -> Problem:
    ends = {name: offset + 3.0 + rng.random(n) for name in ("first", "last")}
    years = [2010, 2012, 2013, 2017]
    values = np.full((4, n), np.nan)
    values[0], values[3] = ends["first"], ends["last"]
    filled = rgm.interpolate(
        None, {"x": values.ravel()}, unit=np.tile(np.arange(n), 4), time=np.repeat(years, n)
    ).filled.sort_values(["time", "unit"])

    def exact(data: Mapping[str, Any]) -> Fields:
        lines = [
            a + (b - a) * X.mpf(year - 2010) / 7
            for year in (2012, 2013)
            for a, b in zip(data["first"], data["last"], strict=True)
        ]
        return {"value": lines}

    plain = [ends["first"] * (1 - w) + ends["last"] * w for w in (2 / 7, 3 / 7)]
    return Problem(ends, {"value": filled["value"]}, exact, {"value": np.concatenate(plain)})


def network_indicators(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Lengths near 10⁹ that differ by one: sums of them, and the triangles of their cube roots."""
    n = min(n, 8)
    pairs = [(i, j) for i, j in itertools.combinations(range(n), 2) if j - i in (1, 2, n - 1)]
    weight = offset + 3.0 + rng.random(len(pairs))
    source, target = zip(*pairs, strict=True)
    result = rgm.network_indicators(
        None, source=list(source), target=list(target), weight=weight, directed=False, distance="weight"
    )
    names = ("density", "average_path_length", "clustering", "weighted_clustering", "total_weight")
    found = {name: result.overall[name] for name in names}
    found |= {f"nodes.{name}": result.nodes[name] for name in ("closeness", "weighted_degree", "weighted_clustering")}

    def exact(data: Mapping[str, Any]) -> Fields:
        w = dict(zip(pairs, data["weight"], strict=True))
        w |= {(j, i): value for (i, j), value in w.items()}
        length = {(i, j): w.get((i, j), X.inf) if i != j else X.mpf(0) for i in range(n) for j in range(n)}
        for m, i, j in itertools.product(range(n), repeat=3):
            length[i, j] = min(length[i, j], length[i, m] + length[m, j])
        far = [total(length[i, j] for j in range(n)) for i in range(n)]
        largest = max(w.values())
        triangles, closed = [], []
        for i in range(n):
            near = [j for j in range(n) if (i, j) in w]
            d = len(near)
            both = [(j, m) for j, m in itertools.permutations(near, 2) if (j, m) in w]
            closed.append(X.mpf(len(both)) / (d * (d - 1)))
            triangles.append(total(X.cbrt(w[i, j] * w[j, m] * w[m, i]) / largest for j, m in both) / (d * (d - 1)))
        return {
            "density": [X.mpf(2 * len(pairs)) / (n * (n - 1))],
            "average_path_length": [total(far) / (n * (n - 1))],
            "clustering": [total(closed) / n],
            "weighted_clustering": [total(triangles) / n],
            "total_weight": [total(data["weight"])],
            "nodes.closeness": [(n - 1) / each for each in far],
            "nodes.weighted_degree": [total(w[i, j] for j in range(n) if (i, j) in w) for i in range(n)],
            "nodes.weighted_clustering": triangles,
        }

    return Problem({"weight": weight}, found, exact, {"total_weight": [weight.sum()]})


CASES = {
    "markov": markov,
    "spatial_markov": spatial_markov,
    "tapio": tapio,
    "rank_consistency": rank_consistency,
    "interpolate": interpolate,
    "network_indicators": network_indicators,
}
