"""Inequality, shares and growth: `dagum_gini`, `theil`, `coefficient_of_variation`, `share`, `growth_rate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import regiometrics as rgm
from exact import Fields, Problem, X, mean, split, squares, total

OVERALL = ("gini", "within", "between", "transvariation")
SHARES = ("share_within", "share_between", "share_transvariation")


def _sample(rng: np.random.Generator, offset: float, n: int) -> tuple[Any, Any, Any]:
    """Values of three groups whose means differ by half the spread, and weights."""
    group = np.arange(n) % 3
    return offset + 3.0 + 0.5 * group + rng.random(n), group, rng.integers(1, 40, n) / 8.0


# Dagum


def dagum_gini(rng: np.random.Generator, offset: float, n: int) -> Problem:
    y, group, weight = _sample(rng, offset, n)
    result = rgm.dagum_gini(None, y, group=group, weight=weight)
    found = {name: result.overall[name] for name in (*OVERALL, *SHARES)}
    found |= {"within.gini": result.within["gini"], "within.mean": result.within["mean"]}
    found |= {"between.gini": result.between["gini"], "between.distance": result.between["distance"]}
    errors = result.overall_intervals.set_index("statistic")["standard_error"]
    found["standard_error"] = errors.loc[list(OVERALL)]
    codes = group.tolist()

    def exact(data: Mapping[str, Any]) -> Fields:
        fields = _dagum(data["y"], codes, data["weight"])
        return fields | {"standard_error": _jackknife(data["y"], codes, data["weight"], fields)}

    return Problem({"y": y, "weight": weight}, found, exact, _plain_dagum(y, group, weight))


def _dagum(y: list[Any], codes: list[int], w: list[Any]) -> Fields:
    """Return Dagum's (1997) terms, each from its own double sum over pairs."""
    values, weights = split(y, codes), split(w, codes)
    k = len(values)
    size, means = [total(each) for each in weights], [mean(*pair) for pair in zip(values, weights, strict=True)]
    n, center = total(size), mean(y, w)
    p = [each / n for each in size]
    s = [p[j] * means[j] / center for j in range(k)]

    def pairs(j: int, h: int, sign: int) -> Any:
        """Return the mean of the positive (negative) parts of y_j − y_h."""
        parts = (
            v * u * max(sign * (a - b), X.mpf(0))
            for a, v in zip(values[j], weights[j], strict=True)
            for b, u in zip(values[h], weights[h], strict=True)
        )
        return total(parts) / (size[j] * size[h])

    d = {(j, h): (pairs(j, h, 1), pairs(j, h, -1)) for j in range(k) for h in range(k)}
    own = [(d[j, j][0] + d[j, j][1]) / (2 * means[j]) for j in range(k)]
    within = total(own[j] * p[j] * s[j] for j in range(k))
    gini = total(p[j] * p[h] * (up + down) for (j, h), (up, down) in d.items()) / (2 * center)
    between, transvariation, ginis, distances = X.mpf(0), X.mpf(0), [], []
    for j in range(k):
        for h in range(j + 1, k):
            up, down = d[j, h] if means[j] >= means[h] else d[h, j]
            ginis.append((up + down) / (means[j] + means[h]))
            distances.append((up - down) / (up + down))
            area = ginis[-1] * (p[j] * s[h] + p[h] * s[j])
            between += area * distances[-1]
            transvariation += area * (1 - distances[-1])
    fields = {"gini": [gini], "within": [within], "between": [between], "transvariation": [transvariation]}
    fields |= {f"share_{name}": [fields[name][0] / gini] for name in OVERALL[1:]}
    fields |= {"within.gini": own, "within.mean": means}
    return fields | {"between.gini": ginis, "between.distance": distances}


def _jackknife(y: list[Any], codes: list[int], w: list[Any], fields: Fields) -> list[Any]:
    """Return the stratified delete-one errors of the overall terms: the rest of the group weighs n/(n − 1) as much."""
    sums = dict.fromkeys(OVERALL, X.mpf(0))
    for code in sorted(set(codes)):
        rows = [row for row, each in enumerate(codes) if each == code]
        n = len(rows)
        without = []
        for left_out in rows:
            weight = [each * n / (n - 1) if codes[row] == code else each for row, each in enumerate(w)]
            weight[left_out] = X.mpf(0)
            without.append(_dagum(y, codes, weight))
        for name in OVERALL:
            sums[name] += X.mpf(n - 1) / n * squares([each[name][0] for each in without])
    return [X.sqrt(sums[name]) for name in OVERALL]


def _plain_dagum(y: Any, group: Any, w: Any) -> Mapping[str, Any]:
    """By ranks of all values and means of the groups, as lectures write it: G = Σ (2F − 1) w y / (W ȳ)."""
    order = np.argsort(y)
    share = w[order] / w.sum()
    below = np.cumsum(share) - share / 2
    gini = 2 * (share * y[order] * below).sum() / (share * y[order]).sum() - 1
    mass = np.array([w[group == g].sum() for g in range(3)]) / w.sum()
    means = np.array([np.average(y[group == g], weights=w[group == g]) for g in range(3)])
    below = np.cumsum(mass[np.argsort(means)]) - mass[np.argsort(means)] / 2
    ordered = np.sort(means)
    between = 2 * (mass[np.argsort(means)] * ordered * below).sum() / (mass * means).sum() - 1
    return {"gini": [gini], "between": [between], "share_between": [between / gini], "within.mean": means}


# Theil


def theil(rng: np.random.Generator, offset: float, n: int) -> Problem:
    y, group, weight = _sample(rng, offset, n)
    result = rgm.theil(None, y, group=group, weight=weight)
    found = {name: result.overall[name] for name in result.overall.columns}
    numbers = [name for name in result.within.columns if name not in ("group", "n")]
    found |= {f"within.{name}": result.within[name] for name in numbers}
    codes = group.tolist()
    ratio = y / np.average(y, weights=weight)
    plain = {
        "theil_t": [np.average(ratio * np.log(ratio), weights=weight)],
        "theil_l": [-np.average(np.log(ratio), weights=weight)],
    }

    def exact(data: Mapping[str, Any]) -> Fields:
        return _theil(data["y"], codes, data["weight"])

    return Problem({"y": y, "weight": weight}, found, exact, plain)


def _theil(y: list[Any], codes: list[int], w: list[Any]) -> Fields:
    values, weights = split(y, codes), split(w, codes)
    center, n = mean(y, w), total(w)
    means = [mean(*pair) for pair in zip(values, weights, strict=True)]
    size = [total(each) / n for each in weights]
    income = [p * m / center for p, m in zip(size, means, strict=True)]

    def measures(x: list[Any], v: list[Any]) -> tuple[Any, Any]:
        ratios = [each / mean(x, v) for each in x]
        return mean([r * X.log(r) for r in ratios], v), -mean([X.log(r) for r in ratios], v)

    t, ell = measures(y, w)
    each = [measures(*pair) for pair in zip(values, weights, strict=True)]
    inside_t = [s * one[0] for s, one in zip(income, each, strict=True)]
    inside_l = [p * one[1] for p, one in zip(size, each, strict=True)]
    between_t = total(s * X.log(m / center) for s, m in zip(income, means, strict=True))
    between_l = total(p * X.log(center / m) for p, m in zip(size, means, strict=True))
    single = {
        "theil_t": t, "within_t": total(inside_t), "between_t": between_t,
        "theil_l": ell, "within_l": total(inside_l), "between_l": between_l,
        "share_within_t": total(inside_t) / t, "share_between_t": between_t / t,
        "share_within_l": total(inside_l) / ell, "share_between_l": between_l / ell,
    }  # fmt: skip
    fields = {name: [value] for name, value in single.items()}
    fields |= {"within.mean": means, "within.share_weight": size, "within.share_value": income}
    fields |= {"within.theil_t": [one[0] for one in each], "within.theil_l": [one[1] for one in each]}
    fields["within.contribution_t"] = [part / t for part in inside_t]
    return fields | {"within.contribution_l": [part / ell for part in inside_l]}


# The rest


def coefficient_of_variation(rng: np.random.Generator, offset: float, n: int) -> Problem:
    y, _, weight = _sample(rng, offset, n)
    table = rgm.coefficient_of_variation(None, y, weight=weight)
    found = {name: table[name] for name in ("mean", "standard_deviation", "coefficient_of_variation")}

    def exact(data: Mapping[str, Any]) -> Fields:
        center = mean(data["y"], data["weight"])
        deviation = X.sqrt(squares(data["y"], data["weight"]) / total(data["weight"]))
        return {"mean": [center], "standard_deviation": [deviation], "coefficient_of_variation": [deviation / center]}

    center = np.average(y, weights=weight)
    with np.errstate(invalid="ignore"):
        deviation = np.sqrt(np.average(y * y, weights=weight) - center**2)
    plain = {"mean": [center], "standard_deviation": [deviation], "coefficient_of_variation": [deviation / center]}
    return Problem({"y": y, "weight": weight}, found, exact, plain)


def share(rng: np.random.Generator, offset: float, n: int) -> Problem:
    y, _, _ = _sample(rng, offset, n)
    table = rgm.share(None, y, unit=np.arange(n))
    found = {name: table[name] for name in ("total", "share")}

    def exact(data: Mapping[str, Any]) -> Fields:
        whole = total(data["y"])
        return {"total": [whole] * n, "share": [each / whole for each in data["y"]]}

    return Problem({"y": y}, found, exact, {"total": [y.sum()] * n, "share": y / y.sum()})


def growth_rate(rng: np.random.Generator, offset: float, n: int) -> Problem:
    first, last = (_sample(rng, offset, n)[0] for _ in range(2))
    unit, time = np.tile(np.arange(n), 2), np.repeat([2016, 2023], n)
    table = rgm.growth_rate(None, np.concatenate([first, last]), unit=unit, time=time)

    def exact(data: Mapping[str, Any]) -> Fields:
        rates = [X.expm1(X.log(b / a) / 7) for a, b in zip(data["first"], data["last"], strict=True)]
        return {"growth_rate": rates}

    data = {"first": first, "last": last}
    return Problem(data, {"growth_rate": table["growth_rate"]}, exact, {"growth_rate": (last / first) ** (1 / 7) - 1})


CASES = {
    "dagum_gini": dagum_gini,
    "theil": theil,
    "coefficient_of_variation": coefficient_of_variation,
    "share": share,
    "growth_rate": growth_rate,
}
