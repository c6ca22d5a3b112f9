"""`dagum_gini` against exact rational arithmetic, on data of every kind and on data that cost others their digits."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from oracles import by_period, decompose, statistics

EPS = float(np.finfo(np.float64).eps)


def scale(key: Hashable, gini: float) -> float:
    """What the error of a statistic is measured against, besides the statistic itself.

    The parts between groups are differences (d − p, and D = (d − p)/(d + p)): their digits are those of the whole
    that they are taken from, G for a level and one for a fraction. All else is a sum without cancellation.
    """
    if key == "between":
        return gini
    return 1.0 if key == "share_between" or (isinstance(key, tuple) and key[0] == "distance") else 0.0


def random_panel(rng: np.random.Generator, kind: int) -> np.ndarray:
    """Rows of period, group, value and weight; values and weights of one kind, one-unit groups, ties and zeros."""
    sizes = rng.integers(2, 13, size=rng.integers(1, 4))
    n = int(sizes.sum())
    values = (
        lambda: rng.integers(0, 5, n).astype(float),
        lambda: rng.lognormal(size=n),
        lambda: rng.lognormal(size=n) * (rng.random(n) < 0.6),
        lambda: 10.0 ** rng.uniform(-8, 8, n),
        lambda: 1e9 + rng.random(n),
        # Two levels make group means that coincide or nearly do.
        lambda: 3.0 + rng.integers(0, 2, n) * 2.0**-30,
    )
    weights = (
        lambda: rng.integers(0, 6, n).astype(float),
        lambda: 10.0 ** rng.uniform(-6, 6, n),
        lambda: rng.lognormal(15.0, 1.0, n),
    )
    y, w = values[kind % 6](), weights[kind // 6 % 3]()
    # No period is empty: its first unit is above zero and has weight.
    first = np.cumsum(sizes) - sizes
    y[first], w[first] = np.fmax(y[first], 1.0), np.fmax(w[first], 1.0)
    period = 10 * kind + np.repeat(np.arange(len(sizes)), sizes)
    # The first groups are large, the last often have one unit.
    return np.column_stack([period, np.minimum(rng.geometric(0.5, n), 5), y, w])


@pytest.mark.parametrize("weight", [None, "w"])
def test_a_thousand_panels_agree_with_exact_arithmetic(weight: str | None) -> None:
    rng = np.random.default_rng(12 if weight else 13)
    rows = np.concatenate([random_panel(rng, kind) for kind in range(1000)])
    data = pd.DataFrame(rows, columns=["time", "region", "y", "w"])
    result = rgm.dagum_gini(data, "y", group="region", time="time", weight=weight)
    found = by_period(result)
    pairs, against = [], []
    for period in np.split(rows, np.flatnonzero(np.diff(rows[:, 0])) + 1):
        time, (_, region, y, w) = period[0, 0], period.T.tolist()
        truth = decompose(y, region, w if weight else None)
        assert found[time].keys() == truth.keys()
        pairs += [(found[time][key], float(value)) for key, value in truth.items()]
        against += [scale(key, float(truth["gini"])) for key in truth]
    got, expected = np.array(pairs).T
    # Sums of up to 12² terms, none negative, rounded three times each: 1e-13. Zeros are exact, NaN stands for NaN.
    tolerance = 1e-12 * np.fmax(np.abs(expected), against)
    wrong = ~((np.abs(got - expected) <= tolerance) | (np.isnan(got) & np.isnan(expected)))
    assert not wrong.any(), (got[wrong][:5], expected[wrong][:5])
    overall = result.overall
    parts = overall["within"] + overall["between"] + overall["transvariation"]
    assert ((parts - overall["gini"]).abs() <= 1e-12 * overall["gini"]).all()
    # Two periods each on average, and half of the statistics are not trivial.
    assert len(found) > 1900
    assert np.mean((expected > 0.0) & (expected < 1.0)) > 0.5


@pytest.mark.parametrize("weighted", [False, True])
def test_a_spread_of_one_on_a_billion_costs_no_digits(weighted: bool) -> None:
    rng = np.random.default_rng(13)
    n = 400
    values, group = 1e9 + rng.random(n), rng.integers(4, size=n)
    weight = rng.random(n) if weighted else None
    found = statistics(rgm.dagum_gini(None, values, group=group, weight=weight))
    truth = decompose(values.tolist(), group.tolist(), None if weight is None else weight.tolist())
    # Differences of neighbouring values are exact, as both lie within a factor of two (Sterbenz). What is left are the
    # roundings of three nested sums (weights passed, area, differences) of n terms, none of them negative.
    bound = 3 * n * EPS
    for key, value in truth.items():
        assert abs(Fraction(found[key]) - value) <= bound * max(value, scale(key, float(truth["gini"]))), key
    # Half of the digits would be gone if the 1e9 took part in the sums: G is 1.7e-10.
    assert found["gini"] < 1e-9
    assert bound < 1e-12
