"""Theil's T and L against 40-digit arithmetic, against another program, and with any number of threads."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm

EPS = float(np.finfo(np.float64).eps)

# Relative only: measures of nearly equal values are far below pytest's usual absolute tolerance.
near = functools.partial(pytest.approx, abs=0.0)

MEASURES = ["theil_t", "within_t", "between_t", "theil_l", "within_l", "between_l"]
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "theil_inequality.json").read_text(encoding="utf-8"))


def exact(
    values: Sequence[float], groups: Sequence[Any] | None = None, weights: Sequence[float] | None = None
) -> dict[str, float]:
    """Return both measures and their parts by the textbook formulas, in 40 digits, from the doubles as they are."""
    with localcontext() as context:
        # What the formulas lose to cancellation where the values are alike is twice the digits of their likeness.
        context.prec = 40 + 30
        y = [Decimal(float(value)) for value in values]
        w = [Decimal(float(weight)) for weight in (weights if weights is not None else [1.0] * len(y))]
        g = list(groups) if groups is not None else [0] * len(y)
        total = sum(w), sum(a * b for a, b in zip(w, y, strict=True))
        mean = total[1] / total[0]
        parts = dict.fromkeys(MEASURES, Decimal(0))
        parts["theil_t"] = sum(a * b * (b / mean).ln() for a, b in zip(w, y, strict=True) if b) / total[1]
        parts["theil_l"] = sum(a * (mean / b).ln() for a, b in zip(w, y, strict=True)) / total[0]
        for group in set(g):
            rows = [i for i, each in enumerate(g) if each == group]
            weight, value = sum(w[i] for i in rows), sum(w[i] * y[i] for i in rows)
            inside = value / weight
            parts["within_t"] += sum(w[i] * y[i] * (y[i] / inside).ln() for i in rows) / total[1]
            parts["within_l"] += sum(w[i] * (inside / y[i]).ln() for i in rows) / total[0]
            parts["between_t"] += value / total[1] * (inside / mean).ln()
            parts["between_l"] += weight / total[0] * (mean / inside).ln()
        return {name: float(part) for name, part in parts.items()}


def measured(values: Any, groups: Any = None, weights: Any = None) -> dict[str, float]:
    overall = rgm.theil(None, np.asarray(values, dtype=float), group=groups, weight=weights).overall
    return {name: float(overall[name].iloc[0]) for name in MEASURES}


def test_the_reference_gives_the_case_worked_by_hand() -> None:
    # {1, 3} and {8}: T = ln 3 / 4, between ln 2 / 3; L = ln 2 − ln 3 / 3, between ln 2 / 3.
    parts = exact([1.0, 3.0, 8.0], ["a", "a", "b"])
    assert parts["theil_t"] == near(math.log(3) / 4, rel=2 * EPS)
    assert parts["between_t"] == near(math.log(2) / 3, rel=2 * EPS)
    assert parts["theil_l"] == near(math.log(2) - math.log(3) / 3, rel=4 * EPS)
    assert parts["between_l"] == near(math.log(2) / 3, rel=2 * EPS)


# 40 digits


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("offset", "spread"), [(0.0, 1e5), (1e5, 1e4), (1e9, 1.0), (1e9, 1e-3), (2.0**52, 8.0)])
def test_an_offset_costs_no_digits(offset: float, spread: float, weighted: bool) -> None:
    random = np.random.default_rng(7)
    n = 120
    groups = random.integers(0, 3, n)
    values = offset + spread * (0.01 + random.random(n) + 0.8 * groups)
    weights = random.integers(1, 50, n) / 8 if weighted else None
    # Values less their minimum are exact, and no term is negative: 120 roundings in a sum. Of a term near the end of
    # the series, |r − 1| = 0.1, the closed form leaves one digit in 40. Group means differ by half a spread, so that
    # the between part loses a factor of two more.
    expected = exact(values, groups, weights)
    assert measured(values, groups, weights) == near(expected, rel=(n + 80) * EPS)


def neighbours(x: float, steps: int) -> list[float]:
    """Return the doubles from `steps` below x to `steps` above."""
    return [x + step * float(np.spacing(x)) for step in range(-steps, steps + 1)]


@pytest.mark.parametrize("low", [*neighbours(0.9, 3), 0.899, 0.901, 0.85, 0.95, 0.999999, 1 - 2**-50])
def test_series_and_logarithm_meet(low: float) -> None:
    # {low, 2 − low} has mean 1, and |r − 1| = 1 − low for both; 2 − low is exact.
    values = [low, 2.0 - low]
    # The closed form subtracts numbers near 0.1 that differ by 0.005: 20 of 1 are lost, in two terms.
    assert measured(values) == near(exact(values), rel=60 * EPS)


@pytest.mark.parametrize("weight", [1.0, 3.0, 1e4, 1e-4])
@pytest.mark.parametrize("value", [1e-3, 0.3, 0.8, 0.90001, 1.09, 1.11, 1.5, 30.0])
def test_one_value_beside_one(value: float, weight: float) -> None:
    # A heavy neighbour at 1 leaves the mean near it, so that one term dominates; a light one moves it to the value.
    expected = exact([value, 1.0], None, [weight, 1.0])
    assert measured([value, 1.0], None, [weight, 1.0]) == near(expected, rel=80 * EPS)


@pytest.mark.parametrize("low", [1e-3, 1e-7, 1e-12, 1e-15, 1e-20, 1e-200])
def test_values_far_below_the_mean_keep_their_digits(low: float) -> None:
    # ln(y/μ) is good to a rounding or two where it is taken of the ratio; r − 1 forgets a ratio below 1e-16.
    values, groups = [low, 2 * low, 1.0, 2.0], ["a", "a", "b", "b"]
    assert measured(values, groups) == near(exact(values, groups), rel=60 * EPS)


def test_random_samples_agree_with_the_textbook() -> None:
    random = np.random.default_rng(11)
    for n, k in ((2, 1), (5, 5), (31, 3), (90, 8)):
        values = random.lognormal(0.0, random.uniform(0.2, 2.0), n)
        groups = random.integers(0, k, n)
        weights = random.lognormal(0.0, 1.0, n)
        # Weighted values are rounded once more than the reference's; groups of like means lose some digits between.
        assert measured(values, groups, weights) == near(exact(values, groups, weights), rel=1000 * EPS)


# Another program


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
@pytest.mark.filterwarnings("ignore:.*zero:regiometrics.RegiometricsWarning")
def test_pysal_inequality_agrees(case: dict[str, Any]) -> None:
    columns = {"group": case["groups"], "weight": case["weights"]}
    overall = rgm.theil(None, case["values"], **columns).overall.loc[0]
    # There, terms of both signs are added and `within` is a difference: 200 roundings of 1, relative to 0.05 or more.
    tolerance = 200 * EPS / 0.05
    for name in ("theil_t", "within_t", "between_t"):
        assert overall[name] == near(case[name], rel=tolerance), name
    if case["atkinson_1"] is not None:
        # Atkinson's index with ε = 1 is 1 − exp(−L).
        assert overall["theil_l"] == near(-math.log1p(-case["atkinson_1"]), rel=tolerance)
    gini = rgm.dagum_gini(None, case["values"], **columns).overall.loc[0, "gini"]
    assert gini == near(case["gini"], rel=tolerance)


def test_the_golden_panel_is_the_packaged_one() -> None:
    panel = rgm.datasets.load_ai_development()
    cases = {case["name"]: case for case in GOLDEN["cases"]}
    for year, rows in panel.groupby("year"):
        case = cases[f"AI development {year}"]
        assert rows["level"].tolist() == case["values"]
        assert rows["region"].tolist() == case["groups"]


# Threads


@pytest.fixture
def threads_restored() -> Iterator[None]:
    yield
    rgm.set_threads(None)


@pytest.mark.usefixtures("threads_restored")
@pytest.mark.parametrize("weight", [None, "population"])
def test_one_thread_gives_the_bits_of_three(weight: str | None) -> None:
    random = np.random.default_rng(5)
    n = 100_000
    data = pd.DataFrame(
        {
            "gdp": random.lognormal(10.0, 1.0, n),
            "region": random.integers(0, 5, n),
            "year": random.choice([2020, 2021], n, p=[0.9, 0.1]),
            "population": random.random(n),
        }
    )
    tables = []
    for threads in (1, 3):
        assert rgm.set_threads(threads) == threads
        result = rgm.theil(data, "gdp", group="region", time="year", weight=weight)
        tables.append([frame.to_numpy().tobytes() for frame in (result.overall, result.within)])
    assert tables[0] == tables[1]
    assert len(tables[0][0]) == 2 * 11 * 8  # two periods by eleven columns
