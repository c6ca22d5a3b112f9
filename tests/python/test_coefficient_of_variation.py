"""The coefficient of variation: worked cases, exact arithmetic, invariances, and every refusal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm

EPS = float(np.finfo(np.float64).eps)
MEASURES = ["n", "mean", "standard_deviation", "coefficient_of_variation"]


def panel(n: int = 300, seed: int = 2) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "year": 2018 + random.integers(0, 3, n),
            "region": np.array(["West", "East"])[random.integers(0, 2, n)],
            "income": 5e4 * random.lognormal(0.0, 0.5, n),
            "population": random.integers(0, 9, n),
        }
    )


def exact(values: Sequence[float], weights: Sequence[float] | None = None, *, sample: bool = False) -> float:
    """Return sd / mean in 50 digits."""
    with localcontext() as context:
        context.prec = 50
        y = [Decimal(float(value)) for value in values]
        w = [Decimal(1)] * len(y) if weights is None else [Decimal(float(weight)) for weight in weights]
        mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
        squares = sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
        return float((squares / (sum(w) - sample)).sqrt() / mean)


def measured(values: Any, **options: Any) -> float:
    return float(rgm.coefficient_of_variation(None, values, **options)["coefficient_of_variation"].iloc[0])


# Worked by hand


def test_population_sample_and_weights_worked_by_hand() -> None:
    # 2, 4, 6: mean 4, squares 4 + 0 + 4 = 8: over 3, or over 2.
    table = rgm.coefficient_of_variation(None, [2.0, 4.0, 6.0])
    assert table.columns.tolist() == MEASURES
    assert table.values.tolist()[0] == pytest.approx([3, 4.0, math.sqrt(8 / 3), math.sqrt(8 / 3) / 4], rel=4 * EPS)
    assert measured([2.0, 4.0, 6.0], sample=True) == pytest.approx(0.5, rel=4 * EPS)
    # Weights 1, 0, 3: mean (2 + 18)/4 = 5, variance (9 + 3)/4 = 3; two units count.
    table = rgm.coefficient_of_variation(None, [2.0, 4.0, 6.0], weight=[1, 0, 3])
    assert table.values.tolist()[0] == pytest.approx([2, 5.0, math.sqrt(3), math.sqrt(3) / 5], rel=4 * EPS)


def test_each_period_and_group_by_itself() -> None:
    data = pd.DataFrame(
        {"year": [2, 1, 1, 2, 1], "area": ["b", "b", "a", "b", "b"], "y": [3.0, 1.0, 5.0, 1.0, 3.0]},
        index=[5, 5, 5, 5, 5],
    )
    table = rgm.coefficient_of_variation(data, "y", time="year", group="area")
    assert table.values.tolist() == [[1, "a", 1, 5.0, 0.0, 0.0], [1, "b", 2, 2.0, 1.0, 0.5], [2, "b", 2, 2.0, 1.0, 0.5]]
    assert table.columns.tolist() == ["year", "area", *MEASURES]
    assert rgm.coefficient_of_variation(data, "y", time="year").columns.tolist() == ["year", *MEASURES]


def test_one_unit_has_no_sample_deviation() -> None:
    assert math.isnan(measured([3.0], sample=True))
    assert measured([3.0]) == 0.0


# Exact arithmetic and invariances


@pytest.mark.parametrize("offset", [0.0, 1e5, 1e9, 2.0**50])
def test_an_offset_costs_no_digits(offset: float) -> None:
    random = np.random.default_rng(6)
    values, weights = offset + 1.0 + random.random(80), random.random(80)
    # 80 terms of one sign in each sum.
    assert measured(values) == pytest.approx(exact(values), rel=80 * EPS, abs=0.0)
    assert measured(values, sample=True) == pytest.approx(exact(values, sample=True), rel=80 * EPS, abs=0.0)
    assert measured(values, weight=weights) == pytest.approx(exact(values, weights), rel=80 * EPS, abs=0.0)


def test_numpy_agrees() -> None:
    for _, rows in panel().groupby("year"):
        income = rows["income"].to_numpy()
        assert measured(income) == pytest.approx(np.std(income) / np.mean(income), rel=200 * EPS)
        assert measured(income, sample=True) == pytest.approx(np.std(income, ddof=1) / np.mean(income), rel=200 * EPS)


def test_the_printed_deviations_of_study_b_are_those_of_a_sample() -> None:
    table = rgm.coefficient_of_variation(rgm.datasets.load_ai_development(), "level", time="year", sample=True)
    printed = rgm.datasets.published("ai_development_summary")
    assert table["year"].tolist() == printed["year"].tolist()
    assert table["mean"].round(2).tolist() == printed["mean"].tolist()
    assert table["standard_deviation"].round(2).tolist() == printed["standard_deviation"].tolist()


def test_scale_order_and_repetition_do_not_matter() -> None:
    values = panel()["income"].to_numpy()
    assert measured(values * 2.0**-30) == measured(values)
    assert measured(values[::-1]) == pytest.approx(measured(values), rel=300 * EPS)
    counts = panel()["population"].to_numpy()
    assert measured(np.repeat(values, counts)) == pytest.approx(measured(values, weight=counts), rel=1500 * EPS)
    assert measured(values * 1e-300) == pytest.approx(measured(values), rel=8 * EPS)
    assert measured(values * 1e300) == pytest.approx(measured(values), rel=8 * EPS)


# Frames and threads


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frame(convert: Any) -> None:
    options = {"time": "year", "group": "region", "weight": "population"}
    given = convert(panel())
    table = rgm.coefficient_of_variation(given, "income", **options)
    assert type(table) is type(given)
    expected = rgm.coefficient_of_variation(panel(), "income", **options)
    assert nw.from_native(table).to_dict(as_series=False) == expected.to_dict("list")


@pytest.fixture
def threads_restored() -> Iterator[None]:
    yield
    rgm.set_threads(None)


@pytest.mark.usefixtures("threads_restored")
def test_one_thread_gives_the_bits_of_three() -> None:
    data = panel(100_000)
    tables = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        table = rgm.coefficient_of_variation(data, "income", time="year", weight="population")
        tables.append(table.to_numpy().tobytes())
    assert tables[0] == tables[1]


# Refusals


def refusal(data: Any, **options: Any) -> str:
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.coefficient_of_variation(data, "y", **options)
    return str(caught.value)


def test_each_refusal_says_what_and_where() -> None:
    data = pd.DataFrame(
        {"y": [1.0, 2.0, -3.0, 1.0], "year": [1, 1, 2, 2], "w": [1.0, 1.0, 0.0, 0.0], "area": list("abab")}
    )
    told = "the mean of column 'y' in year = 2 is -1; a coefficient of variation needs a positive mean"
    assert refusal(data, time="year") == told
    assert refusal(data, time="year", group="area").startswith("the mean of column 'y' in year, area = 2, a is -3;")
    assert refusal(data.assign(y=0.0)).startswith("the mean of column 'y' is 0; a coefficient")
    assert refusal(data.assign(y=1.0), time="year", weight="w").startswith(
        "every entry of column 'w' in year = 2 is zero"
    )
    assert refusal(data, weight="w", sample=True).startswith("sample=True divides by n − 1 and takes no weights")
    assert refusal(data.assign(w=-1.0), weight="w").startswith("column 'w' is negative in row 0, 1, 2, 3 (-1)")
    assert refusal(data.assign(y=[1.0, None, 2.0, 3.0])).startswith("column 'y' is missing in row 1")
    told = "the entries of column 'y' are too large or too small"
    assert refusal(pd.DataFrame({"y": [-1e308, 1.2e308]})).startswith(told)


def test_rows_with_gaps_can_be_dropped() -> None:
    data = pd.DataFrame({"y": [2.0, None, 4.0, 6.0]})
    with pytest.warns(rgm.RegiometricsWarning, match=r"^1 row\(s\) with missing values left out$") as caught:
        table = rgm.coefficient_of_variation(data, "y", missing="drop")
    assert caught[0].filename == __file__
    assert table["n"].tolist() == [3]
