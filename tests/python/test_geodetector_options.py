"""Options of the geographic detector: classes of continuous factors, resampling, adjusted p-values."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from scipy import stats
from test_geodetector import FACTORS, detect, panel, tables

pytestmark = pytest.mark.filterwarnings("ignore:Strata of one unit:regiometrics.RegiometricsWarning")

# Classes


def test_every_way_to_say_the_classes_agrees() -> None:
    data = panel().assign(depth=lambda rows: np.exp(rows["yield"]))
    bounds = rgm.classify(data["depth"], k=4, method="quantiles").breaks
    expected = rgm.geodetector(data, "yield", "depth", discretize={"depth": bounds[:-1]})
    for way in (("quantiles", 4), {"depth": ("quantiles", 4)}, {"depth": bounds}):
        result = rgm.geodetector(data, "yield", "depth", discretize=way)
        assert result.factor.equals(expected.factor)
    assert rgm.geodetector(data, "yield", "depth", discretize="quantiles", k=4).factor.equals(expected.factor)
    table = expected.breaks
    assert table["stratum"].tolist() == ["1", "2", "3", "4"]
    assert table["upper"].tolist()[:3] == bounds[:-1].tolist()
    assert table["lower"].tolist() == [data["depth"].min(), *bounds[:-1]]


def test_a_method_classes_numbers_and_leaves_labels_and_class_numbers_alone() -> None:
    data = panel().assign(depth=lambda rows: np.exp(rows["yield"]), many=np.arange(180))
    result = rgm.geodetector(data, "yield", [*FACTORS, "depth", "many"], discretize="equal", k=4)
    assert dict(zip(result.factor["factor"], result.factor["n_strata"], strict=True)) == {
        "soil": 3,
        "height": 4,
        "town": 2,
        "depth": 4,
        "many": 4,
    }
    assert set(result.breaks["factor"]) == {"depth", "many"}


def test_classes_of_every_period_if_not_pooled() -> None:
    data = panel().assign(depth=lambda rows: np.exp(rows["yield"]) + rows["year"])
    apart = rgm.geodetector(data, "yield", "depth", time="year", discretize="quantiles", k=3, pooled=False)
    for year, rows in data.groupby("year"):
        alone = rgm.geodetector(rows, "yield", "depth", discretize="quantiles", k=3)
        assert apart.factor.set_index("time").loc[year, "q"] == alone.factor.loc[0, "q"]
        here = apart.breaks[apart.breaks["time"] == year].drop(columns="time").reset_index(drop=True)
        assert here.equals(alone.breaks)


def test_a_factor_that_looks_continuous_is_refused_with_what_to_do() -> None:
    data = panel().assign(depth=lambda rows: np.exp(rows["yield"]))
    with pytest.raises(
        rgm.InvalidInputError, match=r"^factor 'depth' looks continuous: 180 distinct numbers.*quantiles"
    ):
        rgm.geodetector(data, "yield", "depth")
    # A few rates are strata, and so are years.
    few = data.assign(depth=data["height"] / 8)
    assert rgm.geodetector(few, "yield", ["depth", "year"]).factor["n_strata"].tolist() == [4, 3]


# Resampling


def test_the_permutation_p_of_four_units_is_that_of_all_orders() -> None:
    # {1, 2 | 3, 4}: of the six ways to split, two are as far apart: p is near 1/3, here within four standard errors.
    p = rgm.geodetector(None, [1, 2, 3, 4], {"x": [*"aabb"]}, permutations=9999, seed=1).factor.loc[0, "p_permutation"]
    assert abs(p - 1 / 3) < 4 * math.sqrt(2 / 9 / 9999) + 1e-4


def test_the_interaction_test_sees_an_interaction_and_no_other() -> None:
    random = np.random.default_rng(5)
    n = 400
    a, b, c = random.integers(0, 2, (3, n))
    data = pd.DataFrame({"y": (a ^ b) + 0.2 * random.normal(size=n), "a": a, "b": b, "c": c})
    result = rgm.geodetector(data, "y", ["a", "b", "c"], interaction_permutations=199, seed=3)
    p = result.interaction.set_index(["factor_a", "factor_b"])["p_permutation"]
    assert p["a", "b"] == 1 / 200
    # Crossing raises q for c as well, but no more than chance does.
    assert (result.interaction["q"] > result.interaction[["q_a", "q_b"]].max(axis=1)).all()
    assert p["a", "c"] > 0.05
    assert p["b", "c"] > 0.05


def test_intervals_hold_the_true_q() -> None:
    # 30 units in five strata, q = 0.7: 60 samples, of which 95 % should hold it; 50 would be 5 standard deviations off.
    random = np.random.default_rng(4)
    means = np.linspace(-1, 1, 5) / np.linspace(-1, 1, 5).std()
    strata = np.arange(30) % 5
    data = pd.DataFrame(
        {
            "sample": np.repeat(np.arange(60), 30),
            "x": np.tile(strata, 60),
            "y": (math.sqrt(0.7) * means[strata] + math.sqrt(0.3) * random.normal(size=(60, 30))).ravel(),
        }
    )
    rows = rgm.geodetector(data, "y", "x", time="sample", bootstrap=199, seed=9).factor
    assert ((rows["low"] <= 0.7) & (rows["high"] >= 0.7)).sum() >= 50
    assert ((rows["low"] <= rows["q"]) & (rows["low"] >= 0) & (rows["high"] <= 1)).all()
    # q itself is too large: (L − 1)/(N − 1) of what is left, 0.04 here. The intervals are not centred on it.
    assert rows["q"].mean() > 0.7
    assert ((rows["low"] + rows["high"]) / 2 < rows["q"]).mean() > 0.8


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads() -> None:
    options = {"permutations": 49, "interaction_permutations": 9, "bootstrap": 49}
    first = tables(detect(**options, seed=5))
    try:
        rgm.set_threads(1)
        again = detect(**options, seed=5)
    finally:
        rgm.set_threads(None)
    for name, table in tables(again).items():
        pd.testing.assert_frame_equal(table, first[name], check_exact=True)
    assert again.seed == 5
    drawn = detect(**options)
    assert drawn.seed is not None
    assert tables(detect(**options, seed=drawn.seed))["factor"].equals(tables(drawn)["factor"])
    assert detect().seed is None


@pytest.mark.parametrize("method", ["bonferroni", "holm", "fdr_bh"])
def test_p_values_of_the_risk_detector_are_adjusted_within_factor_and_period(method: str) -> None:
    plain, adjusted = detect().risk, detect(adjust=method).risk
    for _, rows in plain.groupby(["time", "factor"]):
        p = rows["p_value"].to_numpy()
        m, order = len(p), np.argsort(p)
        if method == "bonferroni":
            expected = np.minimum(1, m * p)
        elif method == "fdr_bh":
            expected = stats.false_discovery_control(p)
        else:
            expected = np.empty(m)
            expected[order] = np.minimum(1, np.maximum.accumulate((m - np.arange(m)) * p[order]))
        np.testing.assert_allclose(adjusted.loc[rows.index, "p_value"], expected, rtol=1e-14)
