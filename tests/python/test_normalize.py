"""Normalising: worked cases, identities, 60 digits, another program, every library, and every refusal."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_oracles import normalized

EPS = float(np.finfo(np.float64).eps)
METHODS = ["minmax", "zscore", "vector", "sum"]
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "indicators_pymcdm.json").read_text(encoding="utf-8"))


def cities() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "city": ["a", "b", "a", "b", "c", "c"],
            "year": [2020, 2020, 2021, 2021, 2020, 2021],
            "income": [20.0, 30.0, 40.0, 60.0, 25.0, 50.0],
            "smoke": [5, 9, 7, 1, 3, 3],
        },
        index=list("uvwxyz"),
    )


def sample(n: int = 90, seed: int = 3) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "year": random.permutation(np.arange(n) % 3) + 2019,
            "gdp": 1e9 + random.random(n),
            "firms": random.lognormal(0.0, 3.0, n),
            "balance": 1e5 * random.normal(size=n),
        }
    )
    return frame.assign(gdp=frame["gdp"].round(3))


# Worked by hand


def test_min_max_in_both_directions_pooled_and_by_period() -> None:
    columns, signs = ["income", "smoke"], {"smoke": "-"}
    # Pooled: income from 20 to 60, smoke from 9 (worst) to 1.
    pooled = rgm.normalize(cities(), columns, directions=signs)
    assert pooled["income"].tolist() == [0.0, 0.25, 0.5, 1.0, 0.125, 0.75]
    assert pooled["smoke"].tolist() == [0.5, 0.0, 0.25, 1.0, 0.75, 0.75]
    # 2020: income 20 to 30, smoke 9 to 3; 2021: income 40 to 60, smoke 7 to 1.
    by_year = rgm.normalize(cities(), columns, directions=signs, time="year", pooled=False)
    assert by_year["income"].tolist() == [0.0, 1.0, 0.0, 1.0, 0.5, 0.5]
    assert by_year["smoke"].tolist() == [4 / 6, 0.0, 0.0, 1.0, 1.0, 4 / 6]


def test_the_other_methods() -> None:
    # 3, 0, 4: mean 7/3, variance 26/9; √Σx² = 5; Σ = 7.
    data = {"x": [3.0, 0.0, 4.0]}
    deviation = math.sqrt(26) / 3
    z = rgm.normalize(None, data, method="zscore")["x"].tolist()
    assert z == pytest.approx([(x - 7 / 3) / deviation for x in data["x"]], rel=8 * EPS)
    assert rgm.normalize(None, data, method="vector")["x"].tolist() == [0.6, 0.0, 0.8]
    assert rgm.normalize(None, data, method="vector", directions=["-"])["x"].tolist() == [0.4, 1.0, 1 - 0.8]
    assert rgm.normalize(None, data, method="sum")["x"].tolist() == [3 / 7, 0.0, 4 / 7]
    # 1, 2, 4: reciprocals 1, 1/2, 1/4 add up to 7/4.
    assert rgm.normalize(None, {"x": [1, 2, 4]}, method="sum", directions=["negative"])["x"].tolist() == [
        4 / 7,
        2 / 7,
        1 / 7,
    ]


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_column_is_zero_and_said(method: str) -> None:
    data = pd.DataFrame({"year": [1, 1, 2, 2], "x": [7.0, 7.0, 1.0, 3.0], "y": [2.0, 2.0, 2.0, 2.0]})
    with pytest.warns(rgm.RegiometricsWarning) as caught:
        table = rgm.normalize(data, ["x", "y"], method=method, time="year", pooled=False, shift=0.25)
    assert [str(each.message) for each in caught] == [
        "column 'x' is constant in year = 1: it normalises to 0.",
        "column 'y' is constant in year = 1, 2: it normalises to 0.",
    ]
    assert {each.filename for each in caught} == {__file__}
    assert table["y"].tolist() == [0.25] * 4
    assert table["x"].tolist()[:2] == [0.25, 0.25]
    assert table["x"].tolist()[2] < table["x"].tolist()[3]
    with pytest.warns(rgm.RegiometricsWarning, match=r"^column 'y' is constant: it normalises to 0\.$"):
        rgm.normalize(data, ["x", "y"], method=method)


def test_many_constant_periods_are_told_in_one_line() -> None:
    data = pd.DataFrame({"year": np.repeat(range(2000, 2008), 2), "x": 1.0})
    with pytest.warns(
        rgm.RegiometricsWarning, match=r"in year = 2000, 2001, 2002, 2003, 2004 \(and 3 more\):"
    ) as caught:
        rgm.normalize(data, ["x"], time="year", pooled=False)
    assert len(caught) == 1


# Identities and invariances


@pytest.mark.parametrize("sign", ["+", "-"])
@pytest.mark.parametrize("pooled", [True, False])
def test_each_method_has_its_own_total(pooled: bool, sign: str) -> None:
    data = sample().assign(balance=lambda rows: rows["balance"].abs() + 1.0)
    names = ["gdp", "firms", "balance"]

    def groups(method: str) -> Any:
        table = rgm.normalize(data, names, directions=[sign] * 3, method=method, time="year", pooled=pooled)
        return table.groupby(table["year"] * (not pooled))[names]

    # Ninety roundings in the sums made here.
    assert groups("minmax").min().to_numpy() == pytest.approx(0.0, abs=0.0)
    assert groups("minmax").max().to_numpy() == pytest.approx(1.0, abs=0.0)
    assert groups("zscore").mean().to_numpy() == pytest.approx(0.0, abs=90 * EPS)
    assert groups("zscore").std(ddof=0).to_numpy() == pytest.approx(1.0, rel=90 * EPS)
    assert groups("sum").sum().to_numpy() == pytest.approx(1.0, rel=90 * EPS)
    squares = groups("vector").agg(lambda z: ((z if sign == "+" else 1 - z) ** 2).sum())
    assert squares.to_numpy() == pytest.approx(1.0, rel=90 * EPS)


# Numbers so near to zero that a power of two takes digits from them are left out.
@settings(deadline=None, max_examples=100)
@given(
    values=st.lists(st.floats(-1e6, 1e6).filter(lambda x: x == 0.0 or abs(x) > 1e-250), min_size=2, max_size=30).filter(
        lambda x: max(x) - min(x) > 1e-3
    ),
    method=st.sampled_from(["minmax", "zscore"]),
    exponent=st.integers(-40, 40),
)
def test_scale_and_direction(values: list[float], method: str, exponent: int) -> None:
    def z(numbers: list[float], sign: str) -> list[float]:
        return rgm.normalize(None, {"x": numbers}, method=method, directions=[sign])["x"].tolist()

    # A power of two changes no digit, and turning the values round turns the direction.
    assert z([2.0**exponent * value for value in values], "+") == z(values, "+")
    assert z([-value for value in values], "-") == z(values, "+")
    assert z(values[::-1], "-") == pytest.approx(z(values, "-")[::-1], rel=64 * EPS, abs=64 * EPS)


def test_the_shift_is_added_to_every_value() -> None:
    for method in METHODS[:3]:
        plain = rgm.normalize(sample(), ["gdp", "firms", "balance"], method=method)
        lifted = rgm.normalize(sample(), ["gdp", "firms", "balance"], method=method, shift=0.01)
        assert lifted.drop(columns="year").equals(plain.drop(columns="year") + 0.01)


def test_directions_have_two_spellings_and_positive_is_understood() -> None:
    expected = rgm.normalize(cities(), ["income", "smoke"], directions=["+", "-"])
    for directions in (
        ["positive", "negative"],
        ("+", "negative"),
        {"smoke": "-"},
        {"smoke": "negative", "income": "positive"},
        pd.Series(["+", "-"]),
    ):
        assert rgm.normalize(cities(), ["income", "smoke"], directions=directions).equals(expected)
    assert rgm.normalize(cities(), ["income"]).equals(rgm.normalize(cities(), "income", directions=["+"]))


# 60 digits, and another program


@pytest.mark.parametrize("shift", [0.0, 1e-4])
@pytest.mark.parametrize("sign", ["+", "-"])
@pytest.mark.parametrize("method", METHODS)
def test_all_digits_are_right(method: str, sign: str, shift: float) -> None:
    data = sample(60)
    for name in ["gdp", "firms"] if method == "sum" else ["gdp", "firms", "balance"]:
        found = rgm.normalize(data, [name], directions=[sign], method=method, shift=shift)[name]
        expected = [float(z) for z in normalized(data[name].tolist(), sign, method, shift)]
        # A handful of roundings, relative to the value or, where it is a difference (z-scores, 1 − x/√Σx²), to one.
        absolute = 8 * EPS if method in ("zscore", "vector") or shift else 0.0
        assert found.tolist() == pytest.approx(expected, rel=8 * EPS, abs=absolute), name


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_pymcdm_agrees(case: dict[str, Any]) -> None:
    signs = ["+" if kind > 0 else "-" for kind in case["types"]]
    for method, expected in case["normalized"].items():
        table = rgm.normalize(None, np.array(case["matrix"]), directions=signs, method=method)
        # Their sums of up to 52 terms are not compensated; 1 − x/√Σx² is a difference of numbers up to one.
        near = pytest.approx(np.array(expected), rel=60 * EPS, abs=60 * EPS)
        assert near == table.to_numpy().T, method


# Frames


def test_the_table_comes_back_with_its_columns_rows_and_index() -> None:
    data = cities().assign(kind=pd.Categorical(list("xyxyxy"))).sample(frac=1.0, random_state=1)
    before = data.copy()
    table = rgm.normalize(data, ["smoke", "income"])
    assert table.columns.tolist() == data.columns.tolist()
    assert table.index.equals(data.index)
    assert table[["city", "year", "kind"]].equals(data[["city", "year", "kind"]])
    assert table.dtypes[["income", "smoke"]].tolist() == [np.float64, np.float64]
    pd.testing.assert_frame_equal(data, before)
    assert table["income"].equals(rgm.normalize(data, ["income"])["income"])


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frame(convert: Any) -> None:
    data = sample()
    options: dict[str, Any] = {"directions": {"firms": "-"}, "time": "year", "pooled": False}
    given_frame = convert(data)
    table = rgm.normalize(given_frame, ["gdp", "firms"], **options)
    assert type(table) is type(given_frame)
    expected = rgm.normalize(data, ["gdp", "firms"], **options)
    assert nw.from_native(table).to_dict(as_series=False) == expected.to_dict("list")


def test_arrays_take_the_place_of_columns() -> None:
    data = sample()
    expected = rgm.normalize(data, ["gdp", "firms"], time="year", pooled=False)
    named = {name: data[name].tolist() for name in ("gdp", "firms")}
    table = rgm.normalize(None, named, time=data["year"], pooled=False)
    assert table.equals(expected[["year", "gdp", "firms"]])
    matrix = data[["gdp", "firms"]].to_numpy()
    assert rgm.normalize(None, matrix).columns.tolist() == ["x1", "x2"]
    assert rgm.normalize(None, matrix)["x2"].equals(rgm.normalize(None, [data["gdp"], data["firms"]])["firms"])


def test_integers_single_precision_and_nullable_numbers_are_numbers() -> None:
    data = pd.DataFrame({"x": pd.array([1, 2, 5], dtype="Int64"), "y": np.array([1, 2, 5], dtype=np.float32)})
    assert rgm.normalize(data, ["x", "y"]).values.tolist() == [[0.0, 0.0], [0.25, 0.25], [1.0, 1.0]]


def test_rows_with_gaps_are_refused_or_dropped() -> None:
    data = cities().assign(income=[20.0, None, 40.0, 60.0, 25.0, 50.0])
    assert refusal(data).startswith("column 'income' is missing in row 1; fill them, or pass missing='drop'")
    with pytest.warns(rgm.RegiometricsWarning, match=r"^1 row\(s\) with missing values left out$") as caught:
        table = rgm.normalize(data, ["income"], missing="drop")
    assert caught[0].filename == __file__
    assert table.index.tolist() == ["u", "w", "x", "y", "z"]
    assert table["income"].tolist() == [0.0, 0.5, 1.0, 0.125, 0.75]
    # Rows are named as they stand in the data, whatever was left out before them.
    data["income"] = [20.0, None, -1.0, 60.0, 25.0, 50.0]
    with pytest.warns(rgm.RegiometricsWarning):
        told = refusal(data, method="sum", missing="drop")
    assert told.startswith("column 'income', row 2, is negative (-1)")


# Threads


@pytest.fixture
def threads_restored() -> Iterator[None]:
    yield
    rgm.set_threads(None)


@pytest.mark.usefixtures("threads_restored")
@pytest.mark.parametrize("method", METHODS)
def test_one_thread_gives_the_bits_of_three(method: str) -> None:
    data = pd.DataFrame(np.random.default_rng(2).lognormal(size=(70_000, 3)), columns=list("xyz"))
    data["year"] = np.arange(len(data)) % 4
    tables = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        table = rgm.normalize(data, list("xyz"), directions={"y": "-"}, method=method, time="year", pooled=False)
        tables.append(table.to_numpy().tobytes())
    assert tables[0] == tables[1]


# Refusals


def refusal(data: Any, columns: Any = ("income",), **options: Any) -> str:
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.normalize(data, columns, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        (["incme"], {}, "data have no column 'incme' (asked for as columns[0]); there is 'income'"),
        ([], {}, "columns is empty; name at least one indicator"),
        (["income", "income"], {}, "column 'income' is listed twice in columns"),
        (7, {}, "columns must be a list of column names, not 7"),
        ([7], {}, "columns must be a list of column names; 7 is none"),
        (["city"], {}, "column 'city' holds text where numbers are needed: 'a' in row 0"),
        (["year"], {"time": "year"}, "column 'year' is the time; it cannot be an indicator as well"),
        (["income"], {"method": "max"}, "method must be one of 'minmax', 'zscore', 'vector', 'sum', not 'max'"),
        (["income"], {"pooled": False}, "pooled=False takes each period by itself; say which column is the time"),
        (["income"], {"shift": -0.1}, "shift must be a number of zero or more, not -0.1"),
        (["income"], {"shift": math.nan}, "shift must be a number of zero or more, not nan"),
        (["income"], {"directions": ["+", "-"]}, "directions has 2 entries for 1 indicators"),
        (["income"], {"directions": "-"}, "directions must be a mapping or a list of '+' and '-', not '-'"),
        (
            ["income"],
            {"directions": ["up"]},
            "directions['income'] must be one of '+', '-', 'positive', 'negative'",
        ),
        (
            ["income"],
            {"directions": {"incom": "-"}},
            "directions name 'incom', which is no indicator; there is 'income'",
        ),
    ],
)
def test_each_refusal_says_what_and_where(columns: Any, options: dict[str, Any], message: str) -> None:
    assert refusal(cities(), columns, **options).startswith(message)


def test_values_that_a_method_cannot_take_are_named() -> None:
    data = cities().assign(income=[20.0, 30.0, -1.0, 60.0, 0.0, 50.0])
    both = ["smoke", "income"]
    told = "column 'income', row 2, is negative (-1); this method needs values of zero or more"
    assert refusal(data, both, method="sum") == told
    data = data.assign(income=data["income"].abs())
    told = "column 'income', row 4, is 0; this method needs values above zero"
    assert refusal(data, both, method="sum", directions={"income": "-"}) == told
    data = data.assign(income=[math.inf, 1.0, 2.0, 3.0, 4.0, -math.inf])
    assert refusal(data).startswith("column 'income' is infinite in row 0, 5 (inf)")
    wide = data.assign(income=[1.0, 2.0, -1e308, 1e308, 3.0, 4.0])
    told = "the entries of column 'income' in year = 2021 are too large or too small to be summed"
    assert refusal(wide, both, time="year", pooled=False).startswith(told)
    assert refusal(wide).startswith("the entries of column 'income' are too large")
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.normalize(wide, both, time="year", pooled=False)
    assert (caught.value.name, caught.value.period, caught.value.column) == ("income", 1, 1)


def test_arrays_that_do_not_fit_are_refused() -> None:
    assert "mapping of names to arrays" in refusal(None, "income")
    assert refusal(None, {"x": [1.0, 2.0], "y": [1.0]}).startswith("the arrays differ in length")
