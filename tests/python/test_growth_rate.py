"""Average annual growth: worked cases, 50-digit arithmetic, the 110 printed rates, spans and every refusal."""

from __future__ import annotations

import datetime as dt
import math
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


def rates(table: Any) -> list[float]:
    return [float(rate) for rate in nw.from_native(table)["growth_rate"].to_list()]


def exact(first: float, last: float, years: float) -> float:
    """Return (last/first)^(1/years) − 1 in 50 digits, from the doubles as they are."""
    with localcontext() as context:
        context.prec = 50
        ratio = Decimal(last) / Decimal(first)
        return float((ratio.ln() / Decimal(years)).exp() - 1)


def two_units() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "city": ["Baoding", "Beijing", "Baoding", "Beijing", "Beijing", "Baoding"],
            "year": [2020, 2017, 2014, 2014, 2020, 2017],
            "gdp": [125.0, 8.0, 1.0, 16.0, 4.0, 1.0],
        }
    )


# Worked by hand


def test_growth_worked_by_hand() -> None:
    # Baoding 1 → 1 → 125: three years of none, then of (125/1)^(1/3) − 1 = 4; over six years 125^(1/6) − 1.
    # Beijing 16 → 8 → 4: each three years halve, 2^(−1/3) − 1, and so do six in two steps: the same rate.
    table = rgm.growth_rate(two_units(), "gdp", time="year", unit="city", periods="each")
    assert table.columns.tolist() == ["city", "start", "end", "years", "value_start", "value_end", "growth_rate"]
    assert table["city"].tolist() == ["Baoding", "Baoding", "Beijing", "Beijing"]
    assert table["start"].tolist() == [2014, 2017] * 2
    assert table["end"].tolist() == [2017, 2020] * 2
    assert table["years"].tolist() == [3.0] * 4
    assert table["value_start"].tolist() == [1.0, 1.0, 16.0, 8.0]
    assert table["value_end"].tolist() == [1.0, 125.0, 8.0, 4.0]
    halving = 2 ** (-1 / 3) - 1
    assert rates(table) == pytest.approx([0.0, 4.0, halving, halving], rel=8 * EPS)
    # Without spans, the first period to the last.
    whole = rgm.growth_rate(two_units(), "gdp", time="year", unit="city")
    assert whole[["start", "end", "years"]].values.tolist() == [[2014, 2020, 6.0]] * 2
    assert rates(whole) == pytest.approx([math.sqrt(5) - 1, halving], rel=8 * EPS)


def test_given_spans_keep_their_order_and_may_overlap() -> None:
    spans = [(2017, 2020), (2014, 2020), (2014, 2017)]
    table = rgm.growth_rate(two_units(), "gdp", time="year", unit="city", periods=spans)
    assert list(zip(table["start"], table["end"], strict=True)) == spans * 2
    assert rates(table)[:3] == pytest.approx([4.0, math.sqrt(5) - 1, 0.0], rel=8 * EPS)


# Identities and invariances


def test_growth_compounds_from_the_first_value_to_the_last() -> None:
    table = rgm.growth_rate(two_units(), "gdp", time="year", unit="city", periods="each")
    for row in table.to_dict("records"):
        # A power of a number near 1 multiplies its rounding by the three years.
        compounded = row["value_start"] * (1 + row["growth_rate"]) ** row["years"]
        assert compounded == pytest.approx(row["value_end"], rel=10 * EPS)


def test_scale_and_order_of_rows_do_not_matter() -> None:
    data = two_units()
    expected = rgm.growth_rate(data, "gdp", time="year", unit="city", periods="each")
    shuffled = data.sample(frac=1.0, random_state=2).assign(gdp=lambda rows: rows["gdp"] * 1024.0)
    table = rgm.growth_rate(shuffled, "gdp", time="year", unit="city", periods="each")
    assert rates(table) == rates(expected)  # a power of two changes no bit of a ratio
    assert table["city"].equals(expected["city"])


def test_gaps_that_no_span_reads_do_no_harm() -> None:
    data = two_units()
    data = data[(data["year"] != 2017) | (data["city"] == "Beijing")]
    data.loc[data["year"] == 2017, "gdp"] = -1.0
    whole = rgm.growth_rate(data, "gdp", time="year", unit="city")
    assert rates(whole) == rates(rgm.growth_rate(two_units(), "gdp", time="year", unit="city"))


# 50 digits


@pytest.mark.parametrize("years", [1, 3, 7, 40])
@pytest.mark.parametrize("growth", [1e-12, -1e-12, 3e-9, 1e-5, -0.04, 0.077, 0.5, 3.0, 900.0])
@pytest.mark.parametrize("first", [1.0, 750948.44])
def test_growth_agrees_with_50_digits(first: float, growth: float, years: int) -> None:
    last = first * (1.0 + growth)
    table = rgm.growth_rate(None, [first, last], time=[2000, 2000 + years])
    # Difference, quotient, ln(1 + x), quotient and exp(x) − 1 round once or twice each; none of them cancels.
    assert rates(table) == pytest.approx([exact(first, last, years)], rel=8 * EPS, abs=0.0)


def test_growth_of_one_in_a_million_million_keeps_all_digits() -> None:
    # Over one year the rate is (last − first) / first, and 1 + 1e-12 less 1 is 4504 · 2^−52 exactly.
    table = rgm.growth_rate(None, [1.0, 1.0 + 1e-12], time=[2000, 2001])
    assert rates(table) == pytest.approx([4504 * 2.0**-52], rel=4 * EPS, abs=0.0)


@pytest.mark.parametrize(
    ("first", "last"), [(1.0, 1e-4), (1.0, 1e-10), (1.0, 1e-20), (1e300, 1e-300), (1e-10, 1e308), (1e-300, 1e300)]
)
def test_steep_falls_and_rises_keep_their_digits(first: float, last: float) -> None:
    table = rgm.growth_rate(None, [first, last], time=[2000, 2010])
    # The logarithm is up to 1400 here, a tenth of which is the exponent: its rounding is multiplied by 140.
    assert rates(table) == pytest.approx([exact(first, last, 10)], rel=300 * EPS, abs=0.0)


# Published


def test_all_printed_rates_reproduce() -> None:
    data = rgm.datasets.load_coastal_inland()
    spans = [(2016, 2020), (2021, 2023)]
    levels = rgm.growth_rate(data, "value", time="year", unit=["indicator", "area"], periods=spans)
    shares = rgm.share(data, "value", unit="area", time="year", by="indicator", total="nation")
    shares["area"] += "_share"
    of_shares = rgm.growth_rate(shares, "share", time="year", unit=["indicator", "area"], periods=spans)
    computed = {
        (row["indicator"], row["area"], row["start"], row["end"]): 100 * row["growth_rate"]
        for row in [*levels.to_dict("records"), *of_shares.to_dict("records")]
    }
    printed = {
        (row["indicator"], row["series"], row["start_year"], row["end_year"]): row["average_annual_growth_percent"]
        for row in rgm.datasets.published("coastal_inland_growth").to_dict("records")
    }
    assert len(printed) == 110
    assert computed.keys() == printed.keys()
    wrong = {key: (computed[key], rate) for key, rate in printed.items() if f"{computed[key]:.2f}" != f"{rate:.2f}"}
    assert wrong == {}


# Periods


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_of_dates_the_year_counts(library: str) -> None:
    days = [dt.datetime(2018, 12, 31), dt.datetime(2020, 1, 1), dt.datetime(2023, 6, 30)]
    columns = {"day": days, "gdp": [100.0, 121.0, 968.0]}
    make = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[library]
    table = nw.from_native(rgm.growth_rate(make(columns), "gdp", time="day", periods="each"))
    assert table["years"].to_list() == [2.0, 3.0]
    assert rates(table.to_native()) == pytest.approx([0.1, 1.0], rel=8 * EPS)
    assert table["start"].to_list() == days[:2]
    assert table["end"].to_list() == days[1:]
    given = rgm.growth_rate(make(columns), "gdp", time="day", periods=[(days[0], days[2])])
    assert rates(given) == pytest.approx([9.68 ** (1 / 5) - 1], rel=8 * EPS)


def test_parts_of_a_year_count_as_such() -> None:
    table = rgm.growth_rate(None, [4.0, 6.0, 9.0], time=[2000.5, 2001.0, 2001.5], periods="each")
    assert table["years"].tolist() == [0.5, 0.5]
    assert rates(table) == pytest.approx([1.25, 1.25], rel=8 * EPS)


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int64", "float64", "Int32", "int64[pyarrow]"])
def test_years_keep_their_type(dtype: str) -> None:
    data = pd.DataFrame({"year": pd.array([2010, 2012], dtype=dtype), "gdp": [1.0, 4.0]})
    table = rgm.growth_rate(data, "gdp", time="year")
    assert [str(table[name].dtype) for name in ("start", "end")] == [dtype, dtype]
    assert table.loc[0, ["start", "end", "years", "growth_rate"]].tolist() == [2010, 2012, 2.0, 1.0]


def test_years_of_a_small_type_do_not_overflow() -> None:
    table = rgm.growth_rate(None, [1.0, 2.0], time=np.array([-100, 100], dtype=np.int8))
    assert table["years"].tolist() == [200.0]


# Units


def test_several_columns_tell_the_series_apart() -> None:
    data = pd.DataFrame(
        {
            "chain": ["b", "a", "b", "a", "b", "b"],
            "city": ["x", "x", "y", "x", "x", "y"],
            "year": [1, 1, 1, 2, 2, 2],
            "firms": [1, 2, 3, 4, 5, 6],
        }
    )
    for unit in (["chain", "city"], ("chain", "city")):
        table = rgm.growth_rate(data, "firms", time="year", unit=unit)
        assert table[["chain", "city"]].values.tolist() == [["a", "x"], ["b", "x"], ["b", "y"]]
        assert rates(table) == pytest.approx([1.0, 4.0, 1.0], rel=8 * EPS)
    turned = rgm.growth_rate(data, "firms", time="year", unit=["city", "chain"])
    assert turned[["city", "chain"]].values.tolist() == [["x", "a"], ["x", "b"], ["y", "b"]]


@pytest.mark.parametrize("wrap", [list, np.array, pd.Series])
def test_arrays_take_the_place_of_columns(wrap: Any) -> None:
    data = two_units()
    columns = {"time": wrap(data["year"].tolist()), "unit": wrap(data["city"].tolist())}
    table = rgm.growth_rate(None, wrap(data["gdp"].tolist()), **columns)
    expected = rgm.growth_rate(data, "gdp", time="year", unit="city")
    assert table["unit"].tolist() == expected["city"].tolist()
    assert rates(table) == rates(expected)


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frame(convert: Any) -> None:
    given = convert(two_units())
    table = rgm.growth_rate(given, "gdp", time="year", unit="city", periods="each")
    expected = rgm.growth_rate(two_units(), "gdp", time="year", unit="city", periods="each")
    assert type(table) is type(given)
    assert nw.from_native(table).to_dict(as_series=False) == expected.to_dict("list")


def test_dropped_rows_leave_the_other_periods() -> None:
    data = two_units()
    data["gdp"] = data["gdp"].where(data["year"] != 2017)
    with pytest.warns(rgm.RegiometricsWarning, match=r"^2 row\(s\) with missing values left out"):
        table = rgm.growth_rate(data, "gdp", time="year", unit="city", periods="each", missing="drop")
    assert table[["start", "end"]].values.tolist() == [[2014, 2020]] * 2
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'gdp' is missing in row 1, 5; .*missing='drop'"):
        rgm.growth_rate(data, "gdp", time="year", unit="city")


# Refusals


def refusal(data: pd.DataFrame, **options: Any) -> str:
    arguments = {"time": "year", "unit": "city"} | options
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.growth_rate(data, "gdp", **arguments)
    return str(caught.value)


def test_a_unit_without_a_row_is_named_with_its_period() -> None:
    data = two_units().drop(index=4)
    assert refusal(data) == (
        "column 'gdp' has no row for Beijing in year = 2020; leave such units out, or choose periods that all have"
    )
    # A span that does not read the gap is fine.
    assert len(rgm.growth_rate(data, "gdp", time="year", unit="city", periods=[(2014, 2017)])) == 2
    both = data.assign(country="China")
    assert "for China, Beijing in year = 2020" in refusal(both, unit=["country", "city"])


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_a_value_of_zero_or_less_is_named_with_its_unit_and_period(value: float) -> None:
    data = two_units()
    data.loc[2, "gdp"] = value
    assert refusal(data) == (
        "column 'gdp' is not above zero for Baoding in year = 2014; growth needs values above zero at both ends"
    )
    alone = data[data["city"] == "Baoding"]
    assert refusal(alone, unit=None) == (
        "column 'gdp' is not above zero in year = 2014; growth needs values above zero at both ends"
    )


def test_repeated_unit_periods_are_named_with_their_rows() -> None:
    data = two_units().assign(year=[2020, 2017, 2014, 2014, 2014, 2017])
    assert refusal(data).startswith("city = Beijing, year = 2014 appears in 2 rows (3, 4); each must appear once")
    assert refusal(data, unit=None).startswith("year = 2017 appears in 2 rows (1, 5)")


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        ("all", "periods must be a list of (start, end), 'each' or None, not 'all'"),
        ([], "periods is an empty list; give at least one (start, end)"),
        (2017, "periods must be a list of (start, end), 'each' or None, not 2017"),
        ((2014, 2017), "each of periods must be a pair (start, end), not 2014"),
        ([(2014, 2017, 2020)], "each of periods must be a pair (start, end), not (2014, 2017, 2020)"),
        (["ab"], "each of periods must be a pair (start, end), not 'ab'"),
        ([(2014, 2021)], "column 'year' has no 2021; it runs from 2014 to 2020"),
        ([(2014, pd.NA)], "column 'year' has no <NA>; it runs from 2014 to 2020"),
        ([(2020, 2014)], "the span from 2020 to 2014 does not go forward by a year or more; dates count by their year"),
        ([(2014, 2014)], "the span from 2014 to 2014 does not go forward by a year or more; dates count by their year"),
    ],
)
def test_a_span_that_makes_no_sense_is_named(periods: Any, message: str) -> None:
    assert refusal(two_units(), periods=periods) == message


def test_two_dates_of_one_year_are_no_span() -> None:
    data = pd.DataFrame({"gdp": [1.0, 2.0], "year": pd.to_datetime(["2020-01-31", "2020-12-31"])})
    assert "does not go forward by a year" in refusal(data, unit=None)


def test_one_period_is_no_span() -> None:
    data = two_units().query("year == 2014")
    assert refusal(data) == "growth needs two periods; column 'year' has 1"


@pytest.mark.parametrize(
    ("times", "kind"),
    [
        (["2014", "2017"], "String"),
        ([True, False], "Boolean"),
        (pd.to_timedelta([1, 2], unit="D"), "Duration"),
    ],
    ids=["text", "bool", "timedelta"],
)
def test_times_that_are_not_years_are_refused(times: Any, kind: str) -> None:
    message = refusal(pd.DataFrame({"gdp": [1.0, 2.0], "year": times}), unit=None)
    assert message.startswith(f"column 'year' is of type {kind}")
    assert message.endswith("growth per year needs years as numbers or dates")


def test_infinite_values_and_text_are_refused() -> None:
    data = two_units()
    data.loc[3, "gdp"] = math.inf
    assert refusal(data).startswith("column 'gdp' is infinite in row 3 (inf)")
    assert refusal(two_units().astype({"gdp": "str"})).startswith("column 'gdp' holds text")
