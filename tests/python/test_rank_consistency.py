"""Consistency of two rankings: worked cases, scipy's ranks, Table 6 of study B, and every refusal."""

from __future__ import annotations

import math
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from scipy.stats import rankdata

COLUMNS = ["rank_a", "rank_b", "difference", "type", "consistency"]


def scores(n: int = 60, seed: int = 6) -> pd.DataFrame:
    """Return two periods of scores with ties in both variables."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "city": np.tile([f"city {i:02d}" for i in range(n // 2)], 2),
            "year": np.repeat([2021, 2022], n // 2),
            "ai": random.integers(-6, 6, n) / 4,
            "gdp": random.integers(0, 20, n) * 1e4,
        }
    ).sample(frac=1.0, random_state=seed, ignore_index=True)


# Worked by hand


def test_ranks_worked_by_hand() -> None:
    # a = 9, 7, 7, 1: ranks 1, 2, 2, 4. b = 10, 30, 20, 40: ranks 4, 2, 3, 1.
    data = pd.DataFrame({"city": list("wxyz"), "a": [9, 7, 7, 1], "b": [10, 30, 20, 40]})
    table = rgm.rank_consistency(data, "a", "b", unit="city", tolerance=2)
    assert table.columns.tolist() == ["city", *COLUMNS]
    assert table.values.tolist() == [
        ["w", 1, 4, -3, "leading", "low"],
        ["x", 2, 2, 0, "synchronous", "high"],
        ["y", 2, 3, -1, "leading", "high"],
        ["z", 4, 1, 3, "lagging", "low"],
    ]
    # Ascending, the smallest has rank 1: a 4, 2, 2, 1 and b 1, 3, 2, 4.
    table = rgm.rank_consistency(data, "a", "b", unit="city", ascending=True, tolerance=2)
    assert table.values.tolist() == [
        ["w", 4, 1, 3, "lagging", "low"],
        ["x", 2, 3, -1, "leading", "high"],
        ["y", 2, 2, 0, "synchronous", "high"],
        ["z", 1, 4, -3, "leading", "low"],
    ]


@pytest.mark.parametrize(
    ("tolerance", "high"), [({"tolerance": 0}, []), ({"tolerance": 1}, [1, 2]), ({"tolerance": 2}, [1, 2, 3, 4, 6])]
)
def test_a_difference_of_the_tolerance_is_high(tolerance: dict[str, int], high: list[int]) -> None:
    # Ranks 1 … 7 against 4, 1, 2, 6, 7, 3, 5 differ by −3, 1, 1, −2, −2, 3, 2.
    ranks = [4, 1, 2, 6, 7, 3, 5]
    table = rgm.rank_consistency(None, range(1, 8), ranks, unit=range(7), ascending=True, **tolerance)
    assert table["difference"].tolist() == [-3, 1, 1, -2, -2, 3, 2]
    assert [i for i, word in enumerate(table["consistency"]) if word == "high"] == high


def test_without_a_tolerance_three_is_high_and_four_is_not() -> None:
    # Ranks 1 … 5 against 5, 4, 3, 1, 2 differ by −4, −2, 0, 3, 3.
    table = rgm.rank_consistency(None, range(1, 6), [5, 4, 3, 1, 2], unit=range(5), ascending=True)
    assert table["consistency"].tolist() == ["low", "high", "high", "high", "high"]


# Identities and invariances


def test_difference_type_and_consistency_follow_from_the_ranks() -> None:
    table = rgm.rank_consistency(scores(), "ai", "gdp", unit="city", time="year", tolerance=5)
    assert table.columns.tolist() == ["year", "city", *COLUMNS]
    difference = table["rank_a"] - table["rank_b"]
    assert table["difference"].equals(difference)
    assert table["type"].tolist() == [
        "leading" if each < 0 else "lagging" if each > 0 else "synchronous" for each in difference
    ]
    assert table["consistency"].tolist() == ["high" if abs(each) <= 5 else "low" for each in difference]
    assert set(table["type"]) == {"leading", "lagging", "synchronous"}
    assert set(table["consistency"]) == {"high", "low"}
    assert table[["year", "city"]].values.tolist() == sorted(table[["year", "city"]].values.tolist())


def test_swapping_the_variables_turns_leading_into_lagging() -> None:
    there = rgm.rank_consistency(scores(), "ai", "gdp", unit="city", time="year")
    back = rgm.rank_consistency(scores(), "gdp", "ai", unit="city", time="year")
    assert back["difference"].tolist() == (-there["difference"]).tolist()
    swap = {"leading": "lagging", "lagging": "leading", "synchronous": "synchronous"}
    assert back["type"].tolist() == [swap[each] for each in there["type"]]
    assert back["consistency"].equals(there["consistency"])


def test_descending_ranks_are_ascending_ranks_of_the_negative() -> None:
    data = scores()
    down = rgm.rank_consistency(data, "ai", "gdp", unit="city", time="year")
    negative = data.assign(ai=-data["ai"], gdp=-data["gdp"])
    up = rgm.rank_consistency(negative, "ai", "gdp", unit="city", time="year", ascending=True)
    assert up.equals(down)


def test_only_the_order_of_the_values_matters() -> None:
    data = scores()
    expected = rgm.rank_consistency(data, "ai", "gdp", unit="city", time="year")
    bent = data.assign(ai=np.exp(data["ai"]), gdp=np.sqrt(data["gdp"]) - 1e6)[::-1]
    assert rgm.rank_consistency(bent, "ai", "gdp", unit="city", time="year").equals(expected)


def test_periods_are_ranked_by_themselves() -> None:
    data = scores()
    table = rgm.rank_consistency(data, "ai", "gdp", unit="city", time="year")
    for year, rows in data.groupby("year"):
        alone = rgm.rank_consistency(rows, "ai", "gdp", unit="city")
        assert table[table["year"] == year].drop(columns="year").values.tolist() == alone.values.tolist()


def test_minus_zero_and_zero_tie() -> None:
    for ascending in (False, True):
        table = rgm.rank_consistency(
            None, [0.0, -0.0, 1.0, -1.0], [-0.0, 0.0, -0.0, 0.0], unit=list("abcd"), ascending=ascending
        )
        assert table["rank_a"].tolist() == ([2, 2, 4, 1] if ascending else [2, 2, 1, 4])
        assert table["rank_b"].tolist() == [1, 1, 1, 1]


# Oracle


@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_scipy_gives_the_same_ranks(seed: int, ascending: bool) -> None:
    data = scores(seed=seed).sort_values(["year", "city"])
    table = rgm.rank_consistency(data, "ai", "gdp", unit="city", time="year", ascending=ascending)
    sign = 1 if ascending else -1
    for column, rank in (("ai", "rank_a"), ("gdp", "rank_b")):
        expected = [rankdata(sign * rows[column], method="min") for _, rows in data.groupby("year")]
        assert table[rank].tolist() == np.concatenate(expected).tolist()
        assert table[rank].nunique() < len(data) / 2  # there are ties


# Published


def test_table_6_of_study_b_reproduces_in_every_row() -> None:
    data = rgm.datasets.load_ai_gdp_ranks()
    table = rgm.rank_consistency(data, "ai_rank", "gdp_per_capita_rank", unit="province", ascending=True)
    printed = data.set_index("province").loc[table["province"]]
    assert len(table) == 31
    assert table["rank_a"].tolist() == printed["ai_rank"].tolist()
    assert table["rank_b"].tolist() == printed["gdp_per_capita_rank"].tolist()
    assert table["difference"].tolist() == printed["published_rank_difference"].tolist()
    assert table["type"].tolist() == printed["published_type"].tolist()
    assert table["consistency"].tolist() == printed["published_consistency"].tolist()


# Frames


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_table_in_its_own_frame(convert: Any) -> None:
    given = convert(scores())
    table = rgm.rank_consistency(given, "ai", "gdp", unit="city", time="year")
    expected = rgm.rank_consistency(scores(), "ai", "gdp", unit="city", time="year")
    assert type(table) is type(given)
    assert nw.from_native(table).to_dict(as_series=False) == expected.to_dict("list")


@pytest.mark.parametrize("wrap", [list, np.array, pd.Series])
def test_arrays_take_the_place_of_columns(wrap: Any) -> None:
    data = scores()
    columns = {name: wrap(data[name].tolist()) for name in data}
    table = rgm.rank_consistency(None, columns["ai"], columns["gdp"], unit=columns["city"], time=columns["year"])
    assert table.columns.tolist() == ["time", "unit", *COLUMNS]
    expected = rgm.rank_consistency(data, "ai", "gdp", unit="city", time="year")
    assert table.values.tolist() == expected.values.tolist()


def test_dropped_rows_take_no_rank() -> None:
    data = pd.DataFrame({"city": list("wxyz"), "a": [9.0, None, 7.0, 1.0], "b": [10.0, 30.0, 20.0, 40.0]})
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'a' is missing in row 1; "):
        rgm.rank_consistency(data, "a", "b", unit="city")
    with pytest.warns(rgm.RegiometricsWarning, match=r"^1 row\(s\) with missing values left out"):
        table = rgm.rank_consistency(data, "a", "b", unit="city", missing="drop")
    assert table[["city", "rank_a", "rank_b"]].values.tolist() == [["w", 1, 3], ["y", 2, 2], ["z", 3, 1]]


# Refusals


def refusal(data: Any, **options: Any) -> str:
    arguments = {"unit": "city", "time": "year"} | options
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.rank_consistency(data, "ai", "gdp", **arguments)
    return str(caught.value)


def test_repeated_unit_periods_are_named_with_their_rows() -> None:
    data = pd.DataFrame({"city": ["a", "b", "a"], "year": [2020, 2020, 2020], "ai": 1.0, "gdp": 2.0})
    assert refusal(data).startswith("year = 2020, city = a appears in 2 rows (0, 2); each must appear once")
    assert refusal(data, time=None).startswith("city = a appears in 2 rows (0, 2)")


@pytest.mark.parametrize("column", ["ai", "gdp"])
def test_infinite_values_and_text_name_the_column_and_rows(column: str) -> None:
    data = scores().astype({column: "float64"})
    data.loc[[4, 7], column] = [math.inf, -math.inf]
    assert refusal(data).startswith(f"column '{column}' is infinite in row 4, 7 (inf)")
    assert refusal(data.astype({column: "str"})).startswith(f"column '{column}' holds text where numbers are needed")


@pytest.mark.parametrize(
    ("tolerance", "message"),
    [
        (-1, "tolerance must be a whole number from 0 to 2147483647, not -1"),
        (2**31, "tolerance must be a whole number from 0 to 2147483647, not 2147483648"),
        (1.5, "tolerance must be a whole number, not 1.5"),
        ("3", "tolerance must be a whole number, not '3'"),
        (True, "tolerance must be a whole number from 0 to 2147483647, not True"),
    ],
)
def test_a_tolerance_that_is_no_count_is_refused(tolerance: Any, message: str) -> None:
    assert refusal(scores(), tolerance=tolerance) == message
