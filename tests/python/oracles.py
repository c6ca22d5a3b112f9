"""Slow decompositions of the Gini coefficient, written term by term from the definitions of Dagum (1997).

`decompose` is exact: every double is a ratio of whole numbers, and so is every statistic. Statistics are keyed by
name; those of a group by ("gini", group); those of a pair by ("gini", a, b) and ("distance", a, b) with a < b.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd
import regiometrics as rgm

Number = float | int | Fraction

OVERALL = ("gini", "within", "between", "transvariation", "share_within", "share_between", "share_transvariation")
TABLES = ("overall", "within", "between", "overall_intervals", "within_intervals", "between_intervals")


def whole(numbers: Sequence[Number]) -> list[int]:
    """Return the numbers times one common factor that makes them all whole; no statistic here depends on it."""
    ratios = [Fraction(number) for number in numbers]
    factor = math.lcm(*(ratio.denominator for ratio in ratios))
    return [ratio.numerator * (factor // ratio.denominator) for ratio in ratios]


def _ratio(numerator: Number, denominator: Number) -> Fraction:
    # A group of zeros only has no differences, and its Gini is zero as that of any equal values.
    return Fraction(numerator, denominator) if denominator else Fraction(0)


def decompose(
    values: Sequence[Number], groups: Sequence[Hashable], weights: Sequence[Number] | None = None
) -> dict[Hashable, Fraction | float]:
    """Return all statistics of one period as fractions; shares of a Gini of zero are NaN. O(n²)."""
    y = whole(values)
    w = whole(weights) if weights is not None else [1] * len(y)
    units: dict[Hashable, list[tuple[int, int]]] = {}
    for value, group, weight in zip(y, groups, w, strict=True):
        if weight > 0:
            units.setdefault(group, []).append((value, weight))
    labels = sorted(units)
    everyone = [unit for label in labels for unit in units[label]]
    size = {label: sum(weight for _, weight in units[label]) for label in labels}
    total = {label: sum(value * weight for value, weight in units[label]) for label in labels}
    mean = {label: Fraction(total[label], size[label]) for label in labels}
    n, all_total = sum(size.values()), sum(total.values())
    p = {label: Fraction(size[label], n) for label in labels}
    s = {label: Fraction(total[label], all_total) for label in labels}

    def mean_difference(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> Fraction:
        differences = sum(v * u * abs(a - b) for a, v in one for b, u in two)
        return Fraction(differences, sum(v for _, v in one) * sum(u for _, u in two))

    result: dict[Hashable, Fraction | float] = {}
    gini = mean_difference(everyone, everyone) / (2 * Fraction(all_total, n))
    within = between = transvariation = Fraction(0)
    for j, label in enumerate(labels):
        own = _ratio(mean_difference(units[label], units[label]), 2 * mean[label])
        result["gini", label] = own
        within += own * p[label] * s[label]
        for other in labels[j + 1 :]:
            high, low = (label, other) if mean[label] >= mean[other] else (other, label)
            area = size[high] * size[low]
            pairs = [(a - b, v * u) for a, v in units[high] for b, u in units[low]]
            d = Fraction(sum(weight * gap for gap, weight in pairs if gap > 0), area)
            against = Fraction(sum(-weight * gap for gap, weight in pairs if gap < 0), area)
            pair = _ratio(d + against, mean[label] + mean[other])
            distance = _ratio(d - against, d + against)
            result["gini", label, other], result["distance", label, other] = pair, distance
            share = pair * (p[label] * s[other] + p[other] * s[label])
            between += share * distance
            transvariation += share * (1 - distance)
    parts = (within, between, transvariation)
    overall = (gini, *parts, *(part / gini if gini else math.nan for part in parts))
    return dict(zip(OVERALL, overall, strict=True)) | result


def jackknife(
    values: Sequence[Number], groups: Sequence[Hashable], weights: Sequence[Number] | None = None
) -> dict[Hashable, float]:
    """Return the stratified delete-one standard error of every statistic by recomputing all n samples. O(n³).

    Without a unit, the others of its group weigh n/(n − 1) as much as before. A statistic of groups that all have one
    unit has no error, nor has the own Gini of a group of two, which is zero without either.
    """
    w = [Fraction(1)] * len(values) if weights is None else [Fraction(weight) for weight in weights]
    rows: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        if w[row] > 0:
            rows.setdefault(group, []).append(row)
    estimate = decompose(values, groups, w)
    variance: dict[Hashable, Fraction | float] = dict.fromkeys(estimate, Fraction(0))
    for members in rows.values():
        n = len(members)
        if n == 1:
            continue
        replicates = []
        for left_out in members:
            weight = list(w)
            for row in members:
                weight[row] = w[row] * Fraction(n, n - 1) if row != left_out else Fraction(0)
            replicates.append(decompose(values, groups, weight))
        for key in variance:
            drawn = [replicate[key] for replicate in replicates]
            center = sum(drawn) / n
            variance[key] += Fraction(n - 1, n) * sum((theta - center) ** 2 for theta in drawn)
    n_units = {group: len(members) for group, members in rows.items()}

    def known(key: Hashable) -> bool:
        least = 3 if isinstance(key, tuple) and len(key) == 2 else 2
        return max(n_units[group] for group in concerned(key, n_units)) >= least

    return {key: math.sqrt(variance[key]) if known(key) else math.nan for key in estimate}


def concerned(key: Hashable, groups: Iterable[Hashable]) -> Iterable[Hashable]:
    """Return the groups on which a statistic rests: all of them, its own one, or the two of a pair."""
    return key[1:] if isinstance(key, tuple) else groups


def studentise(
    values: Sequence[Number], groups: Sequence[Hashable], weights: Sequence[Number], drawn: Sequence[int]
) -> dict[Hashable, float]:
    """Return t* = (θ* − θ)/se* of every statistic in the sample of the rows `drawn`, some of them repeatedly."""
    estimate = decompose(values, groups, weights)
    replicate = [[column[row] for row in drawn] for column in (values, groups, weights)]
    error, moved = jackknife(*replicate), decompose(*replicate)

    def ratio(key: Hashable) -> float:
        distance = float(moved[key] - estimate[key])
        if error[key] == 0.0:
            return math.copysign(math.inf, distance) if distance else math.nan
        return distance / error[key]

    return {key: ratio(key) for key in estimate}


def decompose_samples(values: np.ndarray, groups: np.ndarray, counts: np.ndarray) -> dict[Hashable, np.ndarray]:
    """Return all statistics of many samples at once; `counts` is samples × units. O(samples · n²).

    Dagum's terms in double precision, from the matrix of all |y_i − y_r|; a pair's d − p is the distance of its means.
    """
    gaps = np.abs(values[:, None] - values[None, :])
    labels = np.unique(groups).tolist()
    members = [np.flatnonzero(groups == label) for label in labels]
    n, total = counts.sum(axis=1), counts @ values
    size = [counts[:, rows].sum(axis=1) for rows in members]
    mean = [counts[:, rows] @ values[rows] / n_j for rows, n_j in zip(members, size, strict=True)]
    p = [n_j / n for n_j in size]
    s = [n_j * center / total for n_j, center in zip(size, mean, strict=True)]

    def mean_difference(j: int, h: int) -> np.ndarray:
        one, two = members[j], members[h]
        return ((counts[:, one] @ gaps[np.ix_(one, two)]) * counts[:, two]).sum(axis=1) / (size[j] * size[h])

    result: dict[Hashable, np.ndarray] = {}
    within, between, transvariation = np.zeros((3, len(counts)))
    for j, label in enumerate(labels):
        own = mean_difference(j, j) / (2 * mean[j])
        result["gini", label] = own
        within += own * p[j] * s[j]
        for h in range(j):
            gap, both = mean_difference(h, j), mean[h] + mean[j]
            net, share = np.abs(mean[j] - mean[h]), p[j] * s[h] + p[h] * s[j]
            result["gini", labels[h], label], result["distance", labels[h], label] = gap / both, net / gap
            between += net / both * share
            transvariation += (gap - net) / both * share
    gini = ((counts @ gaps) * counts).sum(axis=1) / (2 * n * total)
    parts = (within, between, transvariation)
    return dict(zip(OVERALL, (gini, *parts, *(part / gini for part in parts)), strict=True)) | result


def bootstrap_studentised(
    values: np.ndarray, groups: np.ndarray, weights: np.ndarray, n_draws: int, seed: int
) -> dict[Hashable, np.ndarray]:
    """Return t* of every statistic in `n_draws` stratified samples. O(draws · n³).

    Every sample is taken apart n times: without each of its units, one at a time, the rest of the group weighted up. A
    unit drawn c times leaves c times, once for each.
    """
    rng = np.random.default_rng(seed)
    counts = np.empty((n_draws, len(values)))
    scale_up = np.ones((len(values), len(values)))
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        counts[:, rows] = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=n_draws)
        scale_up[np.ix_(rows, rows)] = len(rows) / (len(rows) - 1)
    without = []
    for row in range(len(values)):
        # Samples that lack the unit stay whole here, and count zero times below.
        left = counts - (counts[:, [row]] > 0.0) * (np.arange(len(values)) == row)
        without.append(decompose_samples(values, groups, left * scale_up[row] * weights))
    estimate = decompose_samples(values, groups, weights[None, :])
    result = {}
    for key, moved in decompose_samples(values, groups, counts * weights).items():
        variance = np.zeros(n_draws)
        for group in np.unique(groups):
            rows = np.flatnonzero(groups == group)
            n, times = len(rows), counts[:, rows]
            theta = np.column_stack([without[row][key] for row in rows])
            center = (times * theta).sum(axis=1, keepdims=True) / n
            variance += (n - 1) / n * (times * (theta - center) ** 2).sum(axis=1)
        result[key] = (moved - estimate[key]) / np.sqrt(variance)
    return result


def regions(seed: int, sizes: tuple[int, ...] = (11, 8, 12)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, groups and weights of a sample the size of China's provinces."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    return rng.lognormal(0.5 * group, 0.6), group, rng.lognormal(8.0, 0.8, len(group))


def statistics(result: rgm.DagumGini) -> dict[Hashable, float]:
    """All estimates of the only period, under the keys of the oracle."""
    (found,) = by_period(result).values()
    return found


def column(result: rgm.DagumGini, name: str) -> dict[Hashable, float]:
    """One column of the three interval tables of the only period, under the keys of the oracle."""
    overall, within, between = result.overall_intervals, result.within_intervals, result.between_intervals
    found: dict[Hashable, float] = dict(zip(overall["statistic"], overall[name], strict=True))
    for group, value in zip(within["group"], within[name], strict=True):
        found["gini", group] = value
    keys = zip(between["statistic"], between["group_a"], between["group_b"], strict=True)
    return found | dict(zip(keys, between[name], strict=True))


def by_period(result: rgm.DagumGini) -> dict[Hashable, dict[Hashable, float]]:
    """The estimates of each period of a result in pandas, under the keys of the oracle."""

    def rows(frame: pd.DataFrame, *columns: str) -> Iterator[tuple]:
        return zip(frame.get("time", [0] * len(frame)), *(frame[column] for column in columns), strict=True)

    found = {time: dict(zip(OVERALL, row, strict=True)) for time, *row in rows(result.overall, *OVERALL)}
    for time, group, gini in rows(result.within, "group", "gini"):
        found[time]["gini", group] = gini
    for time, a, b, gini, distance in rows(result.between, "group_a", "group_b", "gini", "distance"):
        found[time]["gini", a, b], found[time]["distance", a, b] = gini, distance
    return found


def assert_same_tables(one: rgm.DagumGini, two: rgm.DagumGini) -> None:
    """All tables agree to the last bit."""
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(one, table), getattr(two, table), check_exact=True)
