"""Optimal discretisation: every choice against the definition, ties, few values, periods, the way to the detector."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm

# The best classes of small samples often hold single units.
pytestmark = pytest.mark.filterwarnings("ignore:Strata of one unit:regiometrics.RegiometricsWarning")


def panel(n: int = 120, seed: int = 2) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    data = pd.DataFrame({"year": np.resize([2006, 2012], n), "rain": random.lognormal(size=n)})
    data["tenths"] = np.ceil(random.uniform(0, 1, n) * 10) / 10
    data["yield"] = np.log(data["rain"]) + data["tenths"] + 0.5 * random.normal(size=n)
    return data


def q(values: Any, codes: Any) -> float:
    values, codes = np.asarray(values, dtype=float), np.asarray(codes)
    within = sum(((values[codes == code] - values[codes == code].mean()) ** 2).sum() for code in np.unique(codes))
    return float(1 - within / ((values - values.mean()) ** 2).sum())


def test_two_classes_worked_by_hand() -> None:
    # y = 0 0 6 6, x = 1 2 3 9: equal classes end at 5, {1, 2, 3} and {9}: SSB = 3 · 1 + 1 · 9 = 12 of 36, q = 1/3.
    # Quantiles cut at 2.5: q = 1. So do natural breaks cut at 3 ({1, 2, 3}, {9}), geometric bounds at 3, std at 3.75.
    found = rgm.optimal_discretization(None, [0, 0, 6, 6], {"x": [1, 2, 3, 9]}, k=2)
    expected = {"quantiles": 1.0, "equal": 1 / 3, "natural_breaks": 1 / 3, "geometric": 1 / 3, "std": 1 / 3}
    assert found.table.set_index("method")["q"].to_dict() == pytest.approx(expected, rel=1e-15)
    assert found.best.iloc[0].tolist() == ["x", "quantiles", 2, 2, 1.0]
    assert found.bounds["x"].tolist() == [2.5, 9.0]
    assert found.breaks["upper"].tolist() == [2.5, 9.0]


def test_every_choice_is_that_of_classify() -> None:
    data = panel()
    found = rgm.optimal_discretization(data, "yield", ["rain", "tenths"], k=range(2, 9))
    assert len(found.table) == 2 * 5 * 7
    for row in found.table.itertuples():
        classes = _classify(data[row.factor], row.k, row.method)
        assert row.n_classes == classes.k
        # 120 terms about their means.
        assert row.q == pytest.approx(q(data["yield"], classes.codes), rel=1e-12)
    for row in found.best.itertuples():
        assert row.q == found.table.loc[found.table["factor"] == row.factor, "q"].max()


def _classify(values: Any, k: int, method: str) -> rgm.Classification:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rgm.RegiometricsWarning)
        return rgm.classify(values, k=k, method=method)


def test_the_result_passes_to_the_detector_with_the_same_q() -> None:
    data = panel()
    found = rgm.optimal_discretization(data, "yield", ["rain", "tenths"])
    result = rgm.geodetector(data, "yield", ["rain", "tenths"], discretize=found)
    np.testing.assert_allclose(result.factor["q"], found.best["q"], rtol=1e-12)
    assert result.breaks["upper"].tolist() == found.breaks["upper"].tolist()
    # A factor that was not sought keeps its labels.
    both = rgm.geodetector(
        data, "yield", ["rain", "tenths"], discretize=rgm.optimal_discretization(data, "yield", "rain")
    )
    assert both.factor["n_strata"].tolist()[1] == 10


def test_periods_pooled_and_apart() -> None:
    data = panel()
    pooled = rgm.optimal_discretization(data, "yield", "rain", time="year")
    result = rgm.geodetector(data, "yield", "rain", time="year", discretize=pooled)
    assert result.factor["q"].mean() == pytest.approx(pooled.best.loc[0, "q"], rel=1e-12)
    apart = rgm.optimal_discretization(data, "yield", "rain", time="year", pooled=False)
    assert apart.best["time"].tolist() == [2006, 2012]
    for year, rows in data.groupby("year"):
        alone = rgm.optimal_discretization(rows, "yield", "rain")
        assert apart.best.set_index("time").loc[year, "q"] == alone.best.loc[0, "q"]
        assert apart.bounds["rain"][year].tolist() == alone.bounds["rain"].tolist()
    result = rgm.geodetector(data, "yield", "rain", time="year", discretize=apart)
    np.testing.assert_allclose(result.factor["q"], apart.best["q"], rtol=1e-12)
    with pytest.raises(rgm.InvalidInputError, match="discretize has classes for every period; pass time"):
        rgm.geodetector(data, "yield", "rain", discretize=apart)
    with pytest.raises(rgm.InvalidInputError, match="discretize has no classes of 'rain' for year = 2020"):
        rgm.geodetector(data.assign(year=2020), "yield", "rain", time="year", discretize=apart)


def test_few_distinct_values_constants_and_negative_numbers() -> None:
    data = pd.DataFrame({"y": [1.0, 2, 4, 8], "two": [1.0, 1, 2, 2], "one": 5.0, "low": [-1.0, 0, 1, 2]})
    found = rgm.optimal_discretization(data, "y", ["two", "one", "low"], k=[3, 6])
    best = found.best.set_index("factor")
    assert best.loc["two", ["k", "n_classes"]].tolist() == [3, 2]
    assert best.loc["one", ["n_classes", "q"]].tolist() == [1, 0.0]
    refused = found.table.query("factor == 'low' and method == 'geometric'")
    assert refused["q"].isna().all()
    assert "Not tried, since the method needs values above zero: low (geometric)." in found.notes
    assert "One class only, since all values are equal: one." in found.notes


def test_a_search_without_classes_does_not_reach_the_detector() -> None:
    data = pd.DataFrame({"y": [1.0, 2, 4, 8], "low": [-1.0, 0, 1, 2]})
    found = rgm.optimal_discretization(data, "y", "low", methods=["geometric"], k=2)
    assert found.best["q"].isna().all()
    with pytest.raises(rgm.InvalidInputError, match="the search found no classes of 'low'"):
        rgm.geodetector(data, "y", "low", discretize=found)


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Callable[[pd.DataFrame], Any]) -> None:
    data = panel()
    expected = rgm.optimal_discretization(data, "yield", ["rain", "tenths"], time="year", pooled=False)
    found = rgm.optimal_discretization(convert(data), "yield", ["rain", "tenths"], time="year", pooled=False)
    assert type(found.best) is type(convert(data))
    for name in ("best", "table", "breaks"):
        table = nw.from_native(getattr(found, name), eager_only=True).to_pandas()
        pd.testing.assert_frame_equal(table, getattr(expected, name), check_dtype=False, check_exact=True)


def test_one_thread_gives_the_same_bits() -> None:
    data = panel(3000)
    expected = rgm.optimal_discretization(data, "yield", ["rain", "tenths"])
    try:
        rgm.set_threads(1)
        found = rgm.optimal_discretization(data, "yield", ["rain", "tenths"])
    finally:
        rgm.set_threads(None)
    pd.testing.assert_frame_equal(found.table, expected.table, check_exact=True)


def test_missing_values_are_dropped_and_counted_if_asked() -> None:
    data = panel()
    data.loc[4, "rain"] = math.nan
    with pytest.raises(rgm.InvalidInputError, match="column 'rain' is missing in row 4"):
        rgm.optimal_discretization(data, "yield", "rain")
    found = rgm.optimal_discretization(data, "yield", "rain", missing="drop")
    assert found.n_dropped == 1
    assert found.best.equals(rgm.optimal_discretization(data.drop(index=4), "yield", "rain").best)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"methods": ["median"]}, "methods must be one of 'quantiles'"),
        ({"methods": "head_tail"}, "methods must be one of 'quantiles'"),
        ({"methods": []}, "methods must name one method or more"),
        ({"k": [1, 2]}, "k must be a whole number from 2"),
        ({"k": []}, "k must hold one number of classes or more"),
        ({"factors": "soil"}, "data have no column 'soil'"),
        ({"value": ["yield", "rain"]}, "classes are sought for one outcome"),
        ({"time": "year", "pooled": "yes"}, "pooled must be True or False"),
    ],
)
def test_refusals(options: dict[str, Any], message: str) -> None:
    arguments = {"value": "yield", "factors": "rain"} | options
    with pytest.raises(rgm.InvalidInputError, match=message):
        rgm.optimal_discretization(panel(), **arguments)


def test_refusals_of_data() -> None:
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'yield' is constant"):
        rgm.optimal_discretization(panel().assign(**{"yield": 1.0}), "yield", "rain")
    with pytest.raises(rgm.InvalidInputError, match="'yield' are too large or too small"):
        rgm.optimal_discretization(panel().assign(**{"yield": lambda rows: rows["rain"] * 1e-170}), "yield", "rain")
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'rain' holds text"):
        rgm.optimal_discretization(panel().assign(rain="wet"), "yield", "rain")
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'rain' is infinite in row 0"):
        rgm.optimal_discretization(panel().assign(rain=math.inf), "yield", "rain")
