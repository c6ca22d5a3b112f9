"""Strata and classes: `geodetector`, `classify`, `optimal_discretization`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import regiometrics as rgm
from exact import (
    Fields,
    Problem,
    X,
    f_tail,
    mean,
    noncentral_f_tail,
    quantile,
    split,
    squares,
    student_tails,
    total,
)

# Detector


def geodetector(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Two factors, the first with strata of one size, whose noncentrality is a small difference of large numbers."""
    n -= n % 3
    even, uneven = np.arange(n) % 3, np.searchsorted([n // 4, 3 * n // 4], np.arange(n), side="right")
    y = offset + 3.0 + 0.3 * even + 0.2 * uneven + rng.random(n)
    factors = {"even": even, "uneven": uneven}
    result = rgm.geodetector(pd.DataFrame({"y": y} | factors), "y", list(factors))
    found = {f"factor.{name}": result.factor[name] for name in ("q", "f", "noncentrality", "p_value", "p_central")}
    found["interaction.q"] = result.interaction["q"]
    names = ("mean_a", "mean_b", "difference", "t", "dof", "p_value")
    found |= {f"risk.{name}": result.risk[name] for name in names}
    found |= {f"ecological.{name}": result.ecological[name] for name in ("f", "p_value")}
    found |= {f"strata.{name}": result.strata[name] for name in ("mean", "standard_deviation")}
    codes = [each.tolist() for each in factors.values()]

    def exact(data: Mapping[str, Any]) -> Fields:
        return _detected(data["y"], codes)

    return Problem({"y": y}, found, exact, _plain_detector(y, list(factors.values())))


def _detected(y: list[Any], factors: Sequence[list[int]]) -> Fields:
    whole, n = squares(y), len(y)
    fields: dict[str, list[Any]] = {}

    def put(**values: Any) -> None:
        for name, value in values.items():
            fields.setdefault(name.replace("__", "."), []).append(value)

    inside = []
    for codes in factors:
        strata = split(y, codes)
        inside.append(total(squares(each) for each in strata))
        q, d1, d2 = 1 - inside[-1] / whole, len(strata) - 1, n - len(strata)
        f = q / (1 - q) * d2 / d1
        means = [mean(each) for each in strata]
        rooted = total(X.sqrt(len(each)) * m for each, m in zip(strata, means, strict=True))
        noncentrality = (total(m**2 for m in means) - rooted**2 / n) / (whole / n)
        put(factor__q=q, factor__f=f, factor__noncentrality=noncentrality)
        put(factor__p_value=noncentral_f_tail(f, d1, d2, noncentrality), factor__p_central=f_tail(f, d1, d2))
        for each, m in zip(strata, means, strict=True):
            put(strata__mean=m, strata__standard_deviation=X.sqrt(squares(each) / (len(each) - 1)))
        for a, b in itertools.combinations(strata, 2):
            put(**_welch(a, b))
    crossed = [a * 1000 + b for a, b in zip(*factors, strict=True)]
    put(interaction__q=1 - total(squares(each) for each in split(y, crossed)) / whole)
    ratio = inside[0] / inside[1]
    tails = f_tail(ratio, n - 1, n - 1), f_tail(1 / ratio, n - 1, n - 1)
    put(ecological__f=ratio, ecological__p_value=min(2 * min(tails), X.mpf(1)))
    return fields


def _welch(a: list[Any], b: list[Any]) -> dict[str, Any]:
    error = [squares(each) / (len(each) - 1) / len(each) for each in (a, b)]
    t = (mean(a) - mean(b)) / X.sqrt(sum(error))
    dof = sum(error) ** 2 / (error[0] ** 2 / (len(a) - 1) + error[1] ** 2 / (len(b) - 1))
    numbers = {"mean_a": mean(a), "mean_b": mean(b), "difference": mean(a) - mean(b), "t": t, "dof": dof}
    return {f"risk__{name}": value for name, value in (numbers | {"p_value": student_tails(t, dof)}).items()}


def _plain_detector(y: Any, factors: Sequence[Any]) -> Mapping[str, Any]:
    """With sums of squares less the squares of sums, as spreadsheets have them."""
    n, q, noncentrality = len(y), [], []

    def around(x: Any) -> float:
        return float((x**2).sum() - x.sum() ** 2 / len(x))

    with np.errstate(divide="ignore", invalid="ignore"):
        for codes in factors:
            strata = [y[codes == code] for code in np.unique(codes)]
            q.append(1 - np.divide(sum(map(around, strata)), around(y)))
            means, sizes = (np.array([f(each) for each in strata]) for f in (np.mean, len))
            spread = (means**2).sum() - (np.sqrt(sizes) * means).sum() ** 2 / n
            noncentrality.append(np.divide(spread, around(y) / n))
        crossed = factors[0] * 1000 + factors[1]
        both = 1 - np.divide(sum(around(y[crossed == code]) for code in np.unique(crossed)), around(y))
    return {"factor.q": q, "factor.noncentrality": noncentrality, "interaction.q": [both]}


# Classes


def _fit(values: list[Any], codes: Sequence[int]) -> Any:
    return 1 - total(squares(each) for each in split(values, codes)) / squares(values)


def _best_fit(values: list[Any], k: int) -> Any:
    """Return the best goodness of fit of k classes, by trying every last class for every start of the row."""
    ordered = sorted(values)
    n = len(ordered)
    least: list[Any] = [squares(ordered[: end + 1]) for end in range(n)]
    for _ in range(k - 1):
        least = [
            min([least[start - 1] + squares(ordered[start : end + 1]) for start in range(1, end + 1)] or [X.inf])
            for end in range(n)
        ]
    return 1 - least[-1] / squares(values)


def classify(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Natural breaks must be the optimum: its fit is sought by brute force, not taken from the classes found."""
    values, k = offset + 3.0 + rng.random(n), 4
    found = {"natural_breaks.goodness_of_fit": [rgm.classify(values, k=k, method="natural_breaks").goodness_of_fit]}
    others = ("quantiles", "equal", "geometric", "std")
    made = {method: rgm.classify(values, k=k, method=method) for method in others}
    found |= {f"{method}.breaks": made[method].breaks[: k - 1] for method in others}
    found |= {f"{method}.goodness_of_fit": [made[method].goodness_of_fit] for method in others}
    codes = {method: np.searchsorted(made[method].breaks, values, side="left").tolist() for method in others}

    def exact(data: Mapping[str, Any]) -> Fields:
        x = data["values"]
        low, high = min(x), max(x)
        steps = [X.mpf(i) / k for i in range(1, k)]
        deviation = X.sqrt(squares(x) / (n - 1))
        fields = {
            "natural_breaks.goodness_of_fit": [_best_fit(x, k)],
            "quantiles.breaks": [quantile(x, step) for step in steps],
            "equal.breaks": [low + (high - low) * step for step in steps],
            "geometric.breaks": [low * (high / low) ** step for step in steps],
            "std.breaks": [mean(x) + (step * k - X.mpf(k) / 2) * deviation for step in steps],
        }
        return fields | {f"{method}.goodness_of_fit": [_fit(x, codes[method])] for method in others}

    sums = [float((x**2).sum() - x.sum() ** 2 / len(x)) for x in _parts(values, codes["quantiles"])]
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = 1 - np.divide(sum(sums), float((values**2).sum() - values.sum() ** 2 / n))
    return Problem({"values": values}, found, exact, {"quantiles.goodness_of_fit": [fit]})


def _parts(values: Any, codes: Sequence[int]) -> list[Any]:
    return [values[np.array(codes) == code] for code in sorted(set(codes))]


def optimal_discretization(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """The q of every method and number of classes, and of natural breaks of a factor that is far from zero itself."""
    x = offset + 3.0 + rng.random(n)
    y = offset + 3.0 + 0.5 * (x - offset - 3.0) + 0.5 * rng.random(n)
    methods, ks = ["quantiles", "equal", "natural_breaks", "geometric", "std"], [3, 4]
    table = rgm.optimal_discretization(pd.DataFrame({"y": y, "x": x}), "y", "x", methods=methods, k=ks).table
    codes = []
    for method, k in zip(table["method"], table["k"], strict=True):
        codes.append(rgm.classify(x, k=int(k), method=method).codes.tolist())
    found = {"table.q": table["q"]}

    def exact(data: Mapping[str, Any]) -> Fields:
        return {"table.q": [_fit(data["y"], each) for each in codes]}

    plain = []
    for each in codes:
        sums = [float((part**2).sum() - part.sum() ** 2 / len(part)) for part in _parts(y, each)]
        with np.errstate(divide="ignore", invalid="ignore"):
            plain.append(1 - np.divide(sum(sums), float((y**2).sum() - y.sum() ** 2 / n)))
    return Problem({"y": y}, found, exact, {"table.q": plain})


CASES = {"geodetector": geodetector, "classify": classify, "optimal_discretization": optimal_discretization}
