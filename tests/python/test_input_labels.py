"""Columns of labels: their order, what becomes of categories, and the type in which they come back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from regiometrics._input import _distinct, read
from regiometrics._tables import label_text

LEVELS = ["low", "middle", "none", "high"]


def days(*years: int) -> list[dt.datetime]:
    return [dt.datetime(year, 12, 31) for year in years]


def shares(labels: Any) -> pd.DataFrame:
    """Return shares of 1, 2, 4, … by unit; the values tell which row a label came from."""
    return rgm.share(pd.DataFrame({"unit": labels, "gdp": 2.0 ** np.arange(len(labels))}), "gdp", unit="unit")


# Pandas

PANDAS = {
    "int8": np.array([3, 1, 2], dtype="int8"),
    "int64": [2022, 2011, 2015],
    "uint16": np.array([3, 1, 2], dtype="uint16"),
    "float64": [2.5, -1.0, 0.0],
    "bool": [True, False],
    "Int64": pd.array([3, 1, 2], dtype="Int64"),
    "int32[pyarrow]": pd.array([3, 1, 2], dtype="int32[pyarrow]"),
    "str": ["c", "a", "b"],
    "string": pd.array(["c", "a", "b"], dtype="string"),
    "string[pyarrow]": pd.array(["c", "a", "b"], dtype=pd.ArrowDtype(pa.string())),
    "object": pd.Series(["c", "a", "b"], dtype=object),
    "object dates": pd.Series([dt.date(2022, 1, 1), dt.date(2011, 1, 1)], dtype=object),
    "object decimals": pd.Series([Decimal("2.5"), Decimal(1)], dtype=object),
    "datetime": pd.to_datetime(days(2022, 2011, 2015)),
    "datetime with zone": pd.to_datetime(days(2022, 2011, 2015)).tz_localize("Asia/Shanghai"),
    "timedelta": pd.to_timedelta([3, 1, 2], unit="D"),
    "period": pd.PeriodIndex(["2022Q2", "2011Q4", "2022Q1"], freq="Q"),
    "interval": pd.arrays.IntervalArray.from_tuples([(2, 3), (0, 1), (1, 2)]),
}


@pytest.mark.parametrize("labels", PANDAS.values(), ids=PANDAS.keys())
def test_pandas_labels_are_sorted_and_keep_their_type(labels: Any) -> None:
    given = pd.Series(labels, name="unit")
    table = shares(given)
    order = given.argsort().to_numpy()
    assert table["unit"].tolist() == given.iloc[order].tolist()
    assert table["unit"].dtype == given.dtype
    assert table["gdp"].tolist() == (2.0**order).tolist()


@pytest.mark.parametrize("ordered", [False, True])
def test_categories_keep_their_order_and_unused_ones_have_no_row(ordered: bool) -> None:
    given = pd.Categorical(["high", "low", "middle"], categories=LEVELS, ordered=ordered)
    table = shares(given)
    assert table["unit"].tolist() == ["low", "middle", "high"]
    assert table["gdp"].tolist() == [2.0, 4.0, 1.0]
    assert table["unit"].dtype == given.dtype
    groups = rgm.theil(None, [1.0, 2.0, 4.0, 8.0], group=pd.Categorical([*given, "low"], categories=LEVELS)).within
    assert groups[["group", "n", "mean"]].values.tolist() == [["low", 2, 5.0], ["middle", 1, 4.0], ["high", 1, 1.0]]


@pytest.mark.parametrize("labels", [np.array([3, 1, 2]), np.array([2.5, 1.0]), np.array([True, False])])
def test_numbers_are_factorized_as_plain_arrays(labels: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # The arrays that pandas 2 wraps numpy in make its own `factorize` warn of a coming error.
    seen = []
    factorize = pd.factorize
    monkeypatch.setattr(pd, "factorize", lambda values: seen.append(type(values)) or factorize(values))
    shares(labels)
    assert np.ndarray in seen
    assert pd.arrays.NumpyExtensionArray not in seen


def test_categories_may_be_of_any_type() -> None:
    given = pd.Categorical([2015, 2022, 2011], categories=[2022, 2015, 2011])
    assert shares(given)["unit"].tolist() == [2022, 2015, 2011]
    arrow = pd.Series(["b", "a", "c"]).astype(pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())))
    assert sorted(shares(arrow)["unit"].tolist()) == ["a", "b", "c"]


def test_a_missing_category_is_missing() -> None:
    data = pd.DataFrame({"unit": pd.Categorical(["b", None, "a"], categories=["b", "a"]), "gdp": [1.0, 2.0, 3.0]})
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'unit' is missing in row 1;"):
        rgm.share(data, "gdp", unit="unit")
    with pytest.warns(rgm.RegiometricsWarning, match=r"^1 row\(s\) with missing values left out"):
        table = rgm.share(data, "gdp", unit="unit", missing="drop")
    assert table[["unit", "share"]].values.tolist() == [["b", 0.25], ["a", 0.75]]


def test_chinese_labels_are_sorted_by_code_point_unless_they_are_categories() -> None:
    regions = ["西部", "东部", "中部", "东北"]
    assert shares(regions)["unit"].tolist() == ["东北", "东部", "中部", "西部"]
    usual = ["东部", "中部", "西部", "东北"]
    assert shares(pd.Categorical(regions, categories=usual))["unit"].tolist() == usual
    for convert in (pl.from_pandas, pa.Table.from_pandas):
        data = convert(pd.DataFrame({"unit": regions, "gdp": [1.0, 2.0, 4.0, 8.0]}))
        table = nw.from_native(rgm.share(data, "gdp", unit="unit"))
        assert table["unit"].to_list() == ["东北", "东部", "中部", "西部"]
        assert table["gdp"].to_list() == [8.0, 2.0, 4.0, 1.0]


def test_byte_order_of_label_codes_does_not_matter() -> None:
    table = rgm.share(None, [1.0, 3.0], unit=np.array([20, 10], dtype=">i4"))
    assert table["unit"].tolist() == [10, 20]
    assert table["share"].tolist() == [0.75, 0.25]


# polars and pyarrow

FOREIGN = {
    "int16": pl.Series([3, 1, 2], dtype=pl.Int16),
    "uint32": pl.Series([3, 1, 2], dtype=pl.UInt32),
    "int64": pl.Series([2022, 2011, 2015]),
    "float": pl.Series([2.5, -1.0, 0.0]),
    "bool": pl.Series([True, False]),
    "text": pl.Series(["c", "a", "b"]),
    "date": pl.Series([day.date() for day in days(2022, 2011, 2015)]),
    "datetime": pl.Series(days(2022, 2011, 2015)),
    "duration": pl.Series([dt.timedelta(3), dt.timedelta(1)]),
    "decimal": pl.Series([Decimal("2.5"), Decimal("1.0")]),
}


@pytest.mark.parametrize("labels", FOREIGN.values(), ids=FOREIGN.keys())
def test_polars_and_pyarrow_labels_are_sorted_and_keep_their_type(labels: pl.Series) -> None:
    given = pl.DataFrame({"unit": labels, "gdp": 2.0 ** np.arange(len(labels))})
    expected = given.sort("unit")
    table = rgm.share(given, "gdp", unit="unit")
    assert table.schema["unit"] == given.schema["unit"]
    assert table.select("unit", "gdp").equals(expected)
    arrow = rgm.share(given.to_arrow(), "gdp", unit="unit")
    assert nw.from_native(arrow).schema["unit"] == nw.from_native(given).schema["unit"]
    assert arrow.select(["unit", "gdp"]).to_pylist() == expected.to_dicts()


def test_polars_categories_keep_their_order_and_type() -> None:
    data = pl.DataFrame({"unit": pl.Series(["high", "low", "middle"], dtype=pl.Enum(LEVELS)), "gdp": [1.0, 2.0, 4.0]})
    table = rgm.share(data, "gdp", unit="unit")
    assert table["unit"].to_list() == ["low", "middle", "high"]
    assert table["gdp"].to_list() == [2.0, 4.0, 1.0]
    assert table.schema["unit"] == data.schema["unit"]


def test_polars_categories_without_an_order_are_sorted_as_text() -> None:
    data = pl.DataFrame({"unit": pl.Series(["c", "a", "b"], dtype=pl.Categorical), "gdp": [1.0, 2.0, 4.0]})
    table = rgm.share(data, "gdp", unit="unit")
    assert table["unit"].to_list() == ["a", "b", "c"]
    assert table["gdp"].to_list() == [2.0, 4.0, 1.0]
    assert table.schema["unit"] == data.schema["unit"]


def test_pyarrow_dictionaries_keep_the_order_that_they_declare() -> None:
    codes = pa.array([3, 0, 1], pa.int8())
    for ordered, expected in ((True, ["low", "middle", "high"]), (False, ["high", "low", "middle"])):
        labels = pa.DictionaryArray.from_arrays(codes, pa.array(LEVELS), ordered=ordered)
        table = rgm.share(pa.table({"unit": labels, "gdp": [1.0, 2.0, 4.0]}), "gdp", unit="unit")
        assert table["unit"].to_pylist() == expected
        assert pa.types.is_dictionary(table.schema.field("unit").type)


def test_pyarrow_dictionaries_of_several_chunks_are_one() -> None:
    parts = [
        pa.table({"unit": pa.array(["c", "a"]).dictionary_encode(), "gdp": [1.0, 2.0]}),
        pa.table({"unit": pa.array(["b"]).dictionary_encode(), "gdp": [4.0]}),
    ]
    table = rgm.share(pa.concat_tables(parts), "gdp", unit="unit")
    assert table["unit"].to_pylist() == ["a", "b", "c"]
    assert table["gdp"].to_pylist() == [2.0, 4.0, 1.0]


# Time and several columns


@pytest.mark.parametrize("dtype", ["int16", "Int64", "int64[pyarrow]", "period[Y-DEC]", "datetime64[s]", "category"])
def test_periods_of_a_result_keep_their_type(dtype: str) -> None:
    years = pd.Series(["2022", "2011", "2022", "2011"])
    time = years.astype("int64").astype(dtype) if "int" in dtype.lower() else years.astype(dtype)
    result = rgm.theil(pd.DataFrame({"gdp": [1.0, 2.0, 3.0, 4.0], "time": time}), "gdp", time="time")
    for frame in (result.overall, result.within):
        assert frame["time"].dtype == time.dtype
        assert frame["time"].tolist() == [time[1], time[0]]
    assert result.within["mean"].tolist() == [3.0, 2.0]


def test_keys_are_sorted_by_their_columns_in_turn() -> None:
    data = pd.DataFrame({"a": [2, 1, 2, 1], "b": pd.Categorical(["x", "x", "y", "y"], ["y", "x"]), "gdp": 1.0})
    keys = read(data, first="a", second="b").keys("first", "second")
    assert len(keys) == 4
    assert keys.codes.tolist() == [3, 1, 2, 0]
    assert [keys.item(code) for code in range(4)] == ["1, y", "1, x", "2, y", "2, x"]


def test_labels_of_zero_and_minus_zero_are_one() -> None:
    for make in (pd.DataFrame, pl.DataFrame, pa.table):
        data = make({"unit": [0.0, -0.0, 1.0], "gdp": [1.0, 2.0, 3.0]})
        with pytest.raises(rgm.InvalidInputError, match=r"appears in 2 rows \(0, 1\)"):
            rgm.share(data, "gdp", unit="unit")


# Refusals


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (pd.Series(["a", "c", 1, "b"], dtype=object), "'a' in row 0, 1 in row 2"),
        (pd.Series([dt.date(2020, 1, 1), "b", 3], dtype=object), "datetime.date(2020, 1, 1) in row 0, 'b' in row 1"),
    ],
    ids=["text and number", "date and text"],
)
def test_labels_without_an_order_are_refused_by_name_and_row(labels: pd.Series, rows: str) -> None:
    with pytest.raises(rgm.InvalidInputError) as caught:
        shares(labels)
    assert str(caught.value) == (
        "the labels in column 'unit' cannot be put in order; give them one type (all text or all numbers): " + rows
    )


def test_labels_without_an_order_are_told_in_the_rows_of_the_caller() -> None:
    data = pd.DataFrame({"unit": ["z", "a", "b", 1], "gdp": [np.nan, 1.0, 2.0, 3.0]})
    table = read(data, unit="unit", value="gdp", missing="drop")
    with pytest.raises(rgm.InvalidInputError, match=r"'a' in row 1, 1 in row 3$"):
        table.labels("unit")


def test_views_of_text_are_labels() -> None:
    view = getattr(pa, "string_view", None)
    if view is None:
        pytest.skip("this pyarrow has no views")
    data = pa.table({"unit": pa.array(["b", "a"], view()), "gdp": [1.0, 3.0]})
    assert rgm.share(data, "gdp", unit="unit").to_pydict()["unit"] == ["a", "b"]


def test_a_list_of_text_and_numbers_is_refused_like_a_column() -> None:
    with pytest.raises(rgm.InvalidInputError, match=r"^the labels in column 'unit' cannot be put in order"):
        rgm.share(None, [1.0, 2.0], unit=["a", 1])


def test_polars_objects_are_refused_by_name() -> None:
    data = pl.DataFrame({"unit": pl.Series(["a", 1], dtype=pl.Object), "gdp": [1.0, 2.0]})
    with pytest.raises(rgm.InvalidInputError, match="column 'unit'"):
        rgm.share(data, "gdp", unit="unit")


def test_half_a_character_is_shown_as_what_it_is() -> None:
    # Text tables cannot hold a surrogate by itself, as a file read with the wrong encoding leaves it.
    assert label_text("\ud800 Beijing") == "\\ud800 Beijing"
    assert label_text("北京") == "北京"


@pytest.mark.parametrize("sizes", [[1], [7], [3, 4], [50, 2**20], [2**31, 2**31, 5]], ids=str)
def test_keys_are_numbered_in_the_order_of_their_labels(sizes):
    draw = np.random.default_rng(1)
    for n in (1, 60, 3000):
        columns = [draw.integers(0, size, n).astype(np.uint32) for size in sizes]
        ranks, of_columns, n_keys = _distinct(columns, sizes)
        keys = sorted(set(zip(*(column.tolist() for column in columns), strict=True)))
        assert n_keys == len(keys)
        assert [keys[rank] for rank in ranks] == list(zip(*(column.tolist() for column in columns), strict=True))
        assert [tuple(map(int, key)) for key in zip(*of_columns, strict=True)] == keys


def test_whole_numbers_beyond_doubles_beside_numbers_are_refused() -> None:
    with pytest.raises(rgm.InvalidInputError, match=r"^the labels in column 'unit' cannot be put in order"):
        rgm.share(None, [1.0, 2.0], unit=pd.Series([np.float64(0.5), 10**400], dtype=object))


def test_an_empty_dictionary_of_nothing_is_refused() -> None:
    nothing = pa.chunked_array([], pa.dictionary(pa.int8(), pa.null()))
    with pytest.raises(
        rgm.InvalidInputError, match=r"^the labels in column 'a' cannot be put in order.*there are none"
    ):
        rgm.network_indicators(pa.table({"a": nothing, "b": nothing}), source="a", target="b", nodes=["x"])


def test_numbers_of_128_bits_are_labels() -> None:
    wide = pl.Series([2**100, 7, 2**100, 7], dtype=pl.Int128)
    data = pl.DataFrame({"unit": wide, "gdp": [1.0, 2.0, 5.0, 6.0]})
    # q of {1, 5} and {2, 6}: within 16, in all 17.
    assert rgm.geodetector(data, "gdp", "unit").factor["q"].item() == pytest.approx(1 / 17, rel=1e-12)
    totals = rgm.dagum_gini(data, "gdp", group="unit").within
    assert totals["group"].to_list() == [7, 2**100]
    assert totals["mean"].to_list() == [4.0, 3.0]


def test_labels_of_several_numbers_each_are_refused() -> None:
    pairs = pl.Series([[0, 1], [1, 2]], dtype=pl.Array(pl.Int64, 2))
    with pytest.raises(rgm.InvalidInputError, match="column 'unit'"):
        rgm.share(pl.DataFrame({"unit": pairs, "gdp": [1.0, 2.0]}), "gdp", unit="unit")


def test_objects_that_say_that_they_are_missing_are_refused() -> None:
    data = pl.DataFrame({"unit": pl.Series(["a", pd.NA], dtype=pl.Object), "gdp": [1.0, 2.0]})
    with pytest.raises(rgm.InvalidInputError, match="column 'unit'"):
        rgm.share(data, "gdp", unit="unit")
