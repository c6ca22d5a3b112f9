"""Draws of data under true hypotheses, or with known truths, and what the library says of them.

Each function takes a generator, a number of units and of replicates, and returns for each statistic its nominal rate
and one number per replicate: whether the test rejected or the interval held the truth, or the share of units or points.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import regiometrics as rgm

LEVEL = 0.05
DRAWS = 999
Hits = dict[str, tuple[float, Any]]


def _periods(n: int, replicates: int) -> np.ndarray:
    return np.repeat(np.arange(replicates), n)


def _by_period(hits: Any, replicates: int) -> np.ndarray:
    return np.asarray(hits, dtype=float).reshape(replicates, -1).mean(axis=1)


def _rejected(p: Any) -> np.ndarray:
    values = np.asarray(p, dtype=float)
    return np.where(np.isnan(values), np.nan, values <= LEVEL)


def _phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


_LOG_MEAN, _LOG_SD = (0.0, 0.4, 0.9), (0.5, 0.6, 0.7)


def gini_of_lognormals() -> dict[str, float]:
    """Return Dagum's parts for three lognormal groups of one size, from E(X − Y)⁺ in closed form."""
    means = [math.exp(m + s * s / 2) for m, s in zip(_LOG_MEAN, _LOG_SD, strict=True)]

    def above(j: int, h: int) -> float:
        s = math.hypot(_LOG_SD[j], _LOG_SD[h])
        d = math.log(means[j] / means[h]) / s + s / 2
        return means[j] * _phi(d) - means[h] * _phi(d - s)

    scale = 9 * sum(means) / 3
    pairs = [(above(j, h), above(h, j)) for j in range(3) for h in range(j)]
    parts = {
        "within": sum(above(j, j) for j in range(3)) / scale,
        "between": sum(abs(a - b) for a, b in pairs) / scale,
        "transvariation": 2 * sum(min(a, b) for a, b in pairs) / scale,
    }
    gini = sum(parts.values())
    return {"gini": gini, **parts, **{f"share_{name}": part / gini for name, part in parts.items()}}


def dagum(rng: np.random.Generator, n: int, replicates: int, **options: Any) -> Hits:
    """Three lognormal groups."""
    group = np.tile(np.arange(n) % 3, replicates)
    y = np.exp(np.take(_LOG_MEAN, group) + np.take(_LOG_SD, group) * rng.standard_normal(len(group)))
    result = rgm.dagum_gini(None, y, group=group, time=_periods(n, replicates), seed=1, **options)
    table, how = result.overall_intervals, "bootstrap" if options else "Student's t"
    hits: Hits = {}
    for name, truth in gini_of_lognormals().items():
        rows = table[table["statistic"] == name]
        held = (rows["low"] <= truth) & (truth <= rows["high"])
        hits[f"{how} interval of {name}"] = (1 - LEVEL, held.to_numpy())
    return hits


def dagum_bootstrap(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    return dagum(rng, n, replicates, bootstrap=DRAWS)


def detector(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    """Four strata of 40, 30, 20 and 10 % without effect; the outcome normal, of a mean of 0 or 10, or lognormal."""
    strata = np.tile(np.repeat(range(4), np.array([4, 3, 2, 1]) * n // 10), replicates)
    time, normal = _periods(n, replicates), rng.standard_normal(n * replicates)
    other = rng.integers(0, 4, n * replicates)
    outcomes = {
        "normal, mean 0": (normal, DRAWS),
        "normal, mean 10": (normal + 10.0, 0),
        "lognormal": (np.exp(rng.standard_normal(len(normal))), DRAWS),
    }
    hits: Hits = {}
    for name, (y, draws) in outcomes.items():
        factors = {"a": strata, "b": other}
        result = rgm.geodetector(None, y, factors, time=time, permutations=draws, seed=1)
        rows = result.factor[result.factor["factor"] == "a"]
        for column in ("p_value", "p_central", *(("p_permutation",) if draws else ())):
            hits[f"{column} of q, {name}"] = (LEVEL, _rejected(rows[column]))
        if name != "normal, mean 10":
            risk = result.risk[result.risk["factor"] == "a"]
            hits[f"risk p_value, {name} (share of pairs)"] = (LEVEL, _by_period(_rejected(risk["p_value"]), replicates))
            hits[f"ecological p_value, {name}"] = (LEVEL, _rejected(result.ecological["p_value"]))
    holm = rgm.geodetector(None, normal, {"a": strata}, time=time, adjust="holm").risk
    hits["risk p_value, adjust='holm' (any pair)"] = (
        LEVEL,
        (holm.groupby("time")["p_value"].min() <= LEVEL).to_numpy(),
    )
    effects = np.array([-1.0, 0.0, 0.0, 1.0])
    one, two = rng.integers(0, 4, (2, len(normal)))
    equal = rgm.geodetector(None, effects[one] + effects[two] + normal, {"a": one, "b": two}, time=time)
    hits["ecological p_value, two factors of equal effect"] = (LEVEL, _rejected(equal.ecological["p_value"]))
    return hits


def detector_interaction(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    """Factor a shifts the outcome, b does not."""
    a, b = rng.integers(0, 3, (2, n * replicates))
    y = a + rng.standard_normal(n * replicates)
    result = rgm.geodetector(
        None, y, {"a": a, "b": b}, time=_periods(n, replicates), interaction_permutations=199, seed=1
    )
    return {"interaction p_permutation, b adds nothing": (LEVEL, _rejected(result.interaction["p_permutation"]))}


def detector_bootstrap(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    """Four strata drawn with equal chances; q of the population is var(means)/(var(means) + 1)."""
    strata = rng.integers(0, 4, n * replicates)
    noise, time, hits = rng.standard_normal(len(strata)), _periods(n, replicates), {}
    for size in (0.0, 0.7, 1.5):
        means = size * np.array([-1.0, 0.0, 0.0, 1.0])
        truth = means.var() / (means.var() + 1.0)
        result = rgm.geodetector(None, means[strata] + noise, {"a": strata}, time=time, bootstrap=DRAWS, seed=1)
        held = (result.factor["low"] <= truth) & (truth <= result.factor["high"])
        hits[f"bootstrap interval of q = {truth:.2f}"] = (1 - LEVEL, held.to_numpy())
    return hits


def _lattice(n: int) -> Any:
    """Return row-standardised links of cells that share an edge, 5 × 6 or 15 × 20."""
    n_rows = {30: 5, 300: 15}[n]
    cell = np.arange(n).reshape(n_rows, -1)
    source = np.concatenate([cell[:, :-1].ravel(), cell[:-1].ravel()])
    target = np.concatenate([cell[:, 1:].ravel(), cell[1:].ravel()])
    return rgm.weights.from_edges(None, source=source, target=target, symmetric=True).row_standardize()


def _skewed(rng: np.random.Generator, size: int) -> dict[str, np.ndarray]:
    return {"normal": rng.standard_normal(size), "lognormal": np.exp(rng.standard_normal(size))}


def moran(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    """Independent values on a lattice."""
    hits: Hits = {}
    for name, y in _skewed(rng, n * replicates).items():
        result = rgm.moran(None, y, weights=_lattice(n), time=_periods(n, replicates), permutations=DRAWS, seed=1)
        for column in ("p_normality", "p_randomization", "p_permutation"):
            hits[f"{column}, {name}"] = (LEVEL, _rejected(result.table[column]))
    return hits


def _local(method: Any, rng: np.random.Generator, n: int, replicates: int, **options: Any) -> Hits:
    hits: Hits = {}
    time = _periods(n, replicates)
    for name, y in _skewed(rng, n * replicates).items():
        given = {"weights": _lattice(n), "time": time, "seed": 1, **options}
        drawn = method(None, y, permutations=DRAWS, **given).table
        for column in ("p_normal", "p_permutation"):
            hits[f"{column}, {name} (share of units)"] = (LEVEL, _by_period(_rejected(drawn[column]), replicates))
        # An adjusted p of 0.05 needs a p of 0.05/n, and no pseudo p-value is below 2/(draws + 1).
        for word, draws in (("p_normal", 0), (f"{DRAWS} permutations", DRAWS), (f"{80 * n} permutations", 80 * n)):
            adjusted = method(None, y, permutations=draws, adjust="fdr_bh", **given).table["p_value"]
            any_unit = (adjusted.to_numpy().reshape(replicates, -1) <= LEVEL).any(axis=1)
            hits[f"{word}, adjust='fdr_bh', {name} (any unit)"] = (LEVEL, any_unit)
    return hits


def local_moran(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    return _local(rgm.local_moran, rng, n, replicates)


def local_g(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    return _local(rgm.local_g, rng, n, replicates)


def _chain(rng: np.random.Generator, k: int, n: int, n_periods: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities of a chain that mostly stays, and the states 1 … k of independent units × periods."""
    steps = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    p = np.select([steps == 0, steps == 1], [0.7, 0.15], 0.0)
    p /= p.sum(axis=1, keepdims=True)
    state = np.empty((n, n_periods), dtype=int)
    state[:, 0] = rng.integers(0, k, n)
    for period in range(1, n_periods):
        state[:, period] = (rng.random((n, 1)) > p[state[:, period - 1]].cumsum(axis=1)[:, :-1]).sum(axis=1)
    return p, state + 1


def markov(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    """Four states, ten periods; the share of the probabilities above zero whose interval holds them."""
    held = []
    unit, time = np.repeat(np.arange(n), 10), np.tile(np.arange(10), n)
    for _ in range(replicates):
        p, state = _chain(rng, 4, n, 10)
        rows = rgm.markov(None, state=state.ravel(), unit=unit, time=time).intervals
        truth = p[rows["from_state"].to_numpy() - 1, rows["to_state"].to_numpy() - 1]
        inside = (rows["low"] <= truth) & (truth <= rows["high"])
        held.append(inside[truth > 0].mean())
    return {"Wilson interval, 4 states, 10 periods": (1 - LEVEL, held)}


def spatial_markov(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    """One chain for all classes of the neighbours, ten periods; many cells are rare with five classes."""
    unit, time = np.repeat(np.arange(n), 10), np.tile(np.arange(10), n)
    hits: dict[str, list[Any]] = {}
    for k in (3, 5):
        for _ in range(replicates):
            state = _chain(rng, k, n, 10)[1].ravel()
            breaks = {"breaks": np.arange(1, k) + 0.5, "lag_breaks": np.arange(1, k) + 0.5}
            tests = rgm.spatial_markov(
                None,
                state.astype(float),
                unit=unit,
                time=time,
                weights=_lattice(n),
                k=k,
                permutations=199,
                seed=1,
                **breaks,
            ).tests
            for column in ("p_Q", "p_LR", "p_Q_permutation", "p_LR_permutation"):
                p = _rejected(tests[column])
                hits.setdefault(f"{column} overall, {k} classes", []).append(p[0])
                hits.setdefault(f"{column} of one class, {k} classes (share)", []).append(np.nanmean(p[1:]))
    return {what: (LEVEL, values) for what, values in hits.items()}


def kde_bands(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    """Normal values, points within two standard deviations: the smoothed density is that of N(0, 1 + h²)."""
    y, h = rng.standard_normal(n * replicates), 0.9 * n**-0.2
    result = rgm.kde(
        None, y, time=_periods(n, replicates), bandwidth=h, grid_size=64, bootstrap=400, seed=1, tolerance=0.0
    )
    rows = result.curves[result.curves["x"].abs() <= 2.0]
    hits: Hits = {}
    for what, variance in (("smoothed density", 1.0 + h * h), ("density itself (not promised)", 1.0)):
        truth = np.exp(-(rows["x"] ** 2) / (2.0 * variance)) / math.sqrt(2.0 * math.pi * variance)
        held = (rows["low"] <= truth) & (truth <= rows["high"])
        hits[f"band, {what} (share of points)"] = (1 - LEVEL, held.groupby(rows["time"]).mean().to_numpy())
    return hits


def silverman(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    """One mode: normal."""
    y = rng.standard_normal(n * replicates)
    result = rgm.kde(None, y, time=_periods(n, replicates), silverman_test=500, grid_size=2, seed=1)
    return {"Silverman's p_value, normal": (LEVEL, _rejected(result.summary_table["p_value"]))}


def forest(rng: np.random.Generator, n: int, replicates: int) -> Hits:
    """Three factors without effect; regions of five rows with levels of their own; one strong factor beside two."""
    hits: dict[str, list[Any]] = {}
    region = np.arange(n) // 5
    for seed in range(replicates):
        x, noise = rng.standard_normal((3, n)), rng.standard_normal(n)
        level = rng.standard_normal(n // 5)[region]
        # Factors that differ by region, like the outcome: what misleads a test that takes rows for independent.
        sluggish = x + 2.0 * rng.standard_normal((3, n // 5))[:, region]
        runs = {
            "no effect": (x, noise, None),
            "no effect, regions alike, groups= given": (sluggish, noise + level, region),
            "no effect, regions alike, groups= not given (rows taken for independent)": (sluggish, noise + level, None),
            "no effect beside a strong driver (not promised)": (x, 2.0 * x[0] + noise, None),
        }
        for name, (factors, y, groups) in runs.items():
            table = rgm.driver_importance(
                None, y, list(factors), groups=groups, n_estimators=40, permutations=19, seed=seed
            ).table
            for column in ("p_inc_mse", "p_inc_mse_scaled", "p_inc_node_purity"):
                hits.setdefault(f"{column}, {name}", []).append(_rejected(table[column])[1:].mean())
    return {what: (LEVEL, values) for what, values in hits.items()}
