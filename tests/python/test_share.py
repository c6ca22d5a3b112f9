"""Shares and levels relative to a reference: worked cases, the 176 printed shares, and every refusal."""

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

EPS = float(np.finfo(np.float64).eps)


def areas() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area": ["inland", "coastal", "nation", "coastal", "nation", "inland"],
            "year": [2020, 2020, 2020, 2019, 2019, 2019],
            "gdp": [3.0, 5.0, 8.0, 6.0, 8.0, 2.0],
        }
    )


def long_panel(seed: int = 4) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [["gdp", "trade"], range(2010, 2016), [f"province {i:02d}" for i in range(31)]],
        names=["indicator", "year", "province"],
    )
    data = pd.DataFrame({"value": 1e9 * random.lognormal(0.0, 1.5, len(index))}, index=index).reset_index()
    return data.sample(frac=1.0, random_state=seed).reset_index(drop=True)


# Worked by hand


def test_shares_of_the_sum_worked_by_hand() -> None:
    # 2019: 6 and 2 of 8; 2020: 5 and 3 of 8. Rows come out by year, then by area.
    table = rgm.share(areas().query("area != 'nation'"), "gdp", unit="area", time="year")
    assert table.columns.tolist() == ["year", "area", "gdp", "total", "share"]
    assert table.values.tolist() == [
        [2019, "coastal", 6.0, 8.0, 0.75],
        [2019, "inland", 2.0, 8.0, 0.25],
        [2020, "coastal", 5.0, 8.0, 0.625],
        [2020, "inland", 3.0, 8.0, 0.375],
    ]


def test_a_reference_unit_is_divided_by_and_left_out() -> None:
    # GDP per head: the areas do not add up to the nation, they stand above and below it.
    data = areas().assign(gdp=[40.0, 90.0, 60.0, 75.0, 50.0, 30.0])
    table = rgm.share(data, "gdp", unit="area", time="year", total="nation")
    assert table["area"].tolist() == ["coastal", "inland"] * 2
    assert table["total"].tolist() == [50.0, 50.0, 60.0, 60.0]
    assert table["share"].tolist() == [1.5, 30 / 50, 1.5, 40 / 60]


def test_negative_values_have_shares_too() -> None:
    # Net exports: 30 and −10 make 20.
    table = rgm.share(None, [30.0, -10.0], unit=["coastal", "inland"])
    assert table["share"].tolist() == [1.5, -0.5]


# Identities and invariances


def test_shares_add_up_to_one_within_every_total() -> None:
    table = rgm.share(long_panel(), "value", unit="province", time="year", by="indicator")
    assert table.columns.tolist() == ["indicator", "year", "province", "value", "total", "share"]
    sums = table.groupby(["indicator", "year"])["share"].sum()
    assert len(sums) == 12
    # 31 quotients and two sums of 31: at most 93 roundings.
    assert sums.to_numpy() == pytest.approx(1.0, rel=93 * EPS)
    keys = table[["indicator", "year", "province"]]
    assert keys.equals(keys.sort_values(["indicator", "year", "province"], ignore_index=True))


def test_totals_and_shares_are_those_of_a_group_by() -> None:
    data = long_panel()
    table = rgm.share(data, "value", unit="province", time="year", by="indicator")
    expected = data.sort_values(["indicator", "year", "province"], ignore_index=True)
    assert table["value"].tolist() == expected["value"].tolist()
    totals = expected.groupby(["indicator", "year"])["value"].transform(math.fsum)
    # 31 values of one sign, added in row order.
    assert table["total"].to_numpy() == pytest.approx(totals.to_numpy(), rel=31 * EPS)
    assert table["share"].tolist() == (table["value"] / table["total"]).tolist()


def test_a_reference_that_is_the_sum_gives_the_shares_of_the_sum() -> None:
    # Whole numbers below 2^53 add up exactly.
    data = long_panel().assign(value=lambda rows: rows["value"].round())
    nation = data.groupby(["indicator", "year"], as_index=False)["value"].sum().assign(province="nation")
    both = pd.concat([nation, data])
    given = rgm.share(both, "value", unit="province", time="year", by="indicator", total="nation")
    summed = rgm.share(data, "value", unit="province", time="year", by="indicator")
    assert given.equals(summed)


def test_several_columns_and_a_column_of_periods_set_the_totals_apart() -> None:
    data = long_panel()
    by_both = rgm.share(data, "value", unit="province", by=["indicator", "year"])
    assert by_both.equals(rgm.share(data, "value", unit="province", time="year", by="indicator"))
    alone = rgm.share(data.query("indicator == 'gdp' and year == 2012"), "value", unit="province")
    part = by_both.query("indicator == 'gdp' and year == 2012")
    assert alone["share"].to_numpy() == pytest.approx(part["share"].to_numpy(), rel=2 * EPS)


def test_scale_and_order_of_rows_do_not_matter() -> None:
    data = long_panel()
    expected = rgm.share(data, "value", unit="province", time="year", by="indicator")
    scaled = data.assign(value=data["value"] / 4096.0)
    table = rgm.share(scaled, "value", unit="province", time="year", by="indicator")
    assert table["share"].equals(expected["share"])  # a power of two changes no bit of a ratio
    shuffled = rgm.share(data[::-1], "value", unit="province", time="year", by="indicator")
    assert shuffled["province"].equals(expected["province"])
    assert shuffled["share"].to_numpy() == pytest.approx(expected["share"].to_numpy(), rel=32 * EPS)


# Published


def test_all_printed_shares_reproduce() -> None:
    data = rgm.datasets.load_coastal_inland()
    table = rgm.share(data, "value", unit="area", time="year", by="indicator", total="nation")
    keys = ["indicator", "area", "year"]
    computed = table.set_index(keys)["share"].to_dict()
    printed = rgm.datasets.published("coastal_inland_shares").set_index(keys)["percent_of_nation"].to_dict()
    assert len(printed) == 176
    assert computed.keys() == printed.keys()
    wrong = {key: value for key, value in printed.items() if f"{100 * computed[key]:.2f}" != f"{value:.2f}"}
    assert wrong == {}


def test_where_areas_add_up_the_sum_gives_the_printed_shares_as_well() -> None:
    per_person = ["gross_regional_product_per_capita", "disposable_income_per_capita"]
    data = rgm.datasets.load_coastal_inland()
    data = data[~data["indicator"].isin(per_person)]
    keys = {"unit": "area", "time": "year", "by": "indicator"}
    summed = rgm.share(data.query("area != 'nation'"), "value", **keys)
    given = rgm.share(data, "value", total="nation", **keys)
    assert len(given) == 9 * 2 * 8
    # Printed decimals add exactly; in doubles the sum is off by 1.5 roundings of the nation.
    assert summed["share"].to_numpy() == pytest.approx(given["share"].to_numpy(), rel=4 * EPS)


# Frames


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frame(convert: Any) -> None:
    keys = {"unit": "province", "time": "year", "by": "indicator"}
    given = convert(long_panel())
    table = rgm.share(given, "value", **keys)
    assert type(table) is type(given)
    assert nw.from_native(table).to_dict(as_series=False) == rgm.share(long_panel(), "value", **keys).to_dict("list")


@pytest.mark.parametrize("wrap", [list, np.array, pd.Series])
def test_arrays_take_the_place_of_columns(wrap: Any) -> None:
    data = long_panel()
    columns = {name: wrap(data[name].tolist()) for name in data}
    table = rgm.share(None, columns["value"], unit=columns["province"], time=columns["year"], by=columns["indicator"])
    expected = rgm.share(data, "value", unit="province", time="year", by="indicator")
    assert table.columns.tolist() == ["by", "time", "unit", "value", "total", "share"]
    assert table.values.tolist() == expected.values.tolist()


def test_dropped_rows_leave_the_others() -> None:
    data = areas().assign(gdp=[3.0, None, 8.0, 6.0, 8.0, 2.0]).query("area != 'nation'")
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'gdp' is missing in row 1; "):
        rgm.share(data, "gdp", unit="area", time="year")
    with pytest.warns(rgm.RegiometricsWarning, match=r"^1 row\(s\) with missing values left out"):
        table = rgm.share(data, "gdp", unit="area", time="year", missing="drop")
    assert table[["year", "area", "share"]].values.tolist() == [
        [2019, "coastal", 0.75],
        [2019, "inland", 0.25],
        [2020, "inland", 1.0],
    ]


# Refusals


def refusal(data: Any, **options: Any) -> str:
    arguments = {"unit": "area", "time": "year"} | options
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.share(data, "gdp", **arguments)
    return str(caught.value)


def test_repeated_unit_periods_are_named_with_their_rows() -> None:
    data = areas().assign(year=2020)
    assert refusal(data).startswith("year = 2020, area = inland appears in 2 rows (0, 5); each must appear once")
    assert refusal(areas(), time=None).startswith("area = inland appears in 2 rows (0, 5)")
    many = pd.DataFrame({"gdp": 1.0, "area": ["coastal"] * 8, "kind": "all"})
    message = refusal(many, time=None, by="kind")
    assert message.startswith("kind = all, area = coastal appears in 8 rows (0, 1, 2, 3, 4 (and 3 more))")


def test_an_unknown_reference_is_named_with_the_units_there_are() -> None:
    message = "column 'area' has no 'China' to divide by; there is 'coastal', 'inland', 'nation'"
    assert refusal(areas(), total="China") == message
    assert refusal(areas(), total=pd.NA) == message.replace("'China'", "<NA>")


def test_a_period_without_the_reference_is_named() -> None:
    data = areas().drop(index=4)
    assert refusal(data, total="nation") == "there is no row of 'nation' for year = 2019"
    data["kind"] = "gdp"
    assert refusal(data, total="nation", by="kind") == "there is no row of 'nation' for kind, year = gdp, 2019"


def test_a_total_of_zero_is_named_with_its_period() -> None:
    zero = "; no share can be taken of it"
    data = areas().query("area != 'nation'").assign(gdp=[3.0, -3.0, 1.0, 2.0])
    assert refusal(data) == f"the total of column 'gdp' in year = 2020 is zero{zero}"
    reference = areas().assign(gdp=[3.0, 5.0, 8.0, 6.0, 0.0, 2.0])
    assert refusal(reference, total="nation") == f"the total of column 'gdp' in year = 2019 is zero{zero}"
    assert refusal(reference, total="nation", by="year", time=None).startswith(
        "the total of column 'gdp' in year = 2019 is zero"
    )
    alone = pd.DataFrame({"gdp": [1.0, -1.0], "area": ["a", "b"]})
    assert refusal(alone, time=None) == f"the total of column 'gdp' is zero{zero}"
    tiny = pd.DataFrame({"area": ["nation", "a"], "gdp": [5e-324, 1.0]})
    assert "column 'gdp' are too large or too small" in refusal(tiny, time=None, total="nation")


def test_a_total_beyond_the_range_of_a_double_is_refused_by_name() -> None:
    data = pd.DataFrame({"gdp": [1e308, 1e308], "area": ["a", "b"], "year": 2020})
    message = refusal(data)
    assert "column 'gdp'" in message
    assert "year = 2020" in message


def test_infinite_values_and_text_are_refused() -> None:
    data = areas()
    assert refusal(data.assign(gdp=[1.0, 2.0, -math.inf, 3.0, math.inf, 4.0])).startswith(
        "column 'gdp' is infinite in row 2, 4 (-inf)"
    )
    assert refusal(data.assign(gdp="much")).startswith("column 'gdp' holds text where numbers are needed: 'much'")
