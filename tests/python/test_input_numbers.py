"""Columns of numbers: every type that holds numbers is read, missing ones are found, everything else is refused."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from numpy.typing import NDArray
from regiometrics._input import InputTable, read

WHOLE = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
NULLABLE = ["Int8", "Int64", "UInt32", "Float32", "Float64", "boolean"]
ARROW = ["int8[pyarrow]", "uint64[pyarrow]", "float[pyarrow]", "double[pyarrow]", "bool[pyarrow]"]


def column(values: Any) -> pd.DataFrame:
    return pd.DataFrame({"gdp": values})


def numbers(data: Any, **options: Any) -> NDArray[np.float64]:
    return read(data, value="gdp", **{"missing": "error"} | options).numbers("value")


def refusal(data: Any, **options: Any) -> str:
    with pytest.raises(rgm.InvalidInputError) as caught:
        numbers(data, **options)
    return str(caught.value)


def same(array: NDArray[np.float64], expected: list[float]) -> bool:
    return array.dtype == np.float64 and array.flags.c_contiguous and array.tolist() == expected


# Types


@pytest.mark.parametrize("dtype", [*WHOLE, "float16", "float32", "float64", *NULLABLE[:-1], *ARROW[:-1]])
def test_pandas_numbers_of_every_type(dtype: str) -> None:
    data = column(pd.array([3, 0, 100], dtype=dtype))
    assert same(numbers(data), [3.0, 0.0, 100.0])
    # The public door: 1 of 4 and 3 of 4 are exact.
    table = rgm.share(pd.DataFrame({"gdp": pd.array([1, 3], dtype=dtype), "city": ["a", "b"]}), "gdp", unit="city")
    assert table["share"].tolist() == [0.25, 0.75]


@pytest.mark.parametrize("dtype", ["bool", "boolean", "bool[pyarrow]", "object"])
def test_truth_values_count_as_one_and_zero(dtype: str) -> None:
    assert same(numbers(column(pd.array([True, False, True], dtype=dtype))), [1.0, 0.0, 1.0])


@pytest.mark.parametrize(
    "dtype",
    [
        *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64),
        *(pl.Float32, pl.Float64, pl.Decimal(12, 2)),
    ],
    ids=str,
)
def test_polars_and_pyarrow_numbers_of_every_type(dtype: Any) -> None:
    data = pl.DataFrame({"gdp": pl.Series([3, 0, 100]).cast(dtype)})
    assert same(numbers(data), [3.0, 0.0, 100.0])
    if dtype != pl.Int128:  # unknown to pyarrow
        assert same(numbers(data.to_arrow()), [3.0, 0.0, 100.0])


def test_polars_and_pyarrow_truth_values() -> None:
    data = pl.DataFrame({"gdp": [True, False]})
    assert same(numbers(data), [1.0, 0.0])
    assert same(numbers(data.to_arrow()), [1.0, 0.0])


def test_float32_keeps_the_number_it_holds() -> None:
    # A tenth in 24 bits is 13421773 · 2^−27.
    assert same(numbers(column(np.array([0.1], dtype=np.float32))), [13421773 * 2.0**-27])


@pytest.mark.parametrize("dtype", ["<f8", ">f8", ">f4", ">i4", "<i2", ">u8"])
def test_byte_order_does_not_matter(dtype: str) -> None:
    values = np.array([3, 0, 100], dtype=dtype)
    assert same(numbers(column(values)), [3.0, 0.0, 100.0])
    assert same(read(None, value=values).numbers("value"), [3.0, 0.0, 100.0])


@pytest.mark.parametrize(
    "values",
    [
        np.arange(10.0)[::2],
        np.arange(8.0, -1.0, -2.0)[::-1],
        np.asfortranarray(np.arange(0.0, 20.0).reshape(5, 4))[:, 0] / 2,
        np.arange(0.0, 10.0).reshape(5, 2)[:, 0],
        np.array([(0, 0.0), (1, 2.0), (1, 4.0), (1, 6.0), (1, 8.0)], dtype="i1,f8")["f1"],
    ],
    ids=["strided", "reversed", "fortran", "column", "record"],
)
def test_layout_of_an_array_does_not_matter(values: NDArray[np.float64]) -> None:
    before = values.copy()
    assert same(read(None, value=values).numbers("value"), [0.0, 2.0, 4.0, 6.0, 8.0])
    values.flags.writeable = False
    assert rgm.theil(None, values[1:]).overall.equals(rgm.theil(None, [2.0, 4.0, 6.0, 8.0]).overall)
    assert np.array_equal(values, before)


def test_pyarrow_chunks_are_joined() -> None:
    parts = [pa.table({"gdp": [1.0, 2.0]}), pa.table({"gdp": pa.array([], pa.float64())}), pa.table({"gdp": [3.0]})]
    assert same(numbers(pa.concat_tables(parts)), [1.0, 2.0, 3.0])


def test_categories_that_are_numbers_are_read_as_such() -> None:
    assert same(numbers(column(pd.Categorical([30, 10, 30, 20]))), [30.0, 10.0, 30.0, 20.0])
    assert same(numbers(pa.table({"gdp": pa.array([30.0, 10.0, 30.0]).dictionary_encode()})), [30.0, 10.0, 30.0])
    assert "holds text" in refusal(column(pd.Categorical(["30", "10"])))


DECIMALS = [Decimal("0.10"), Decimal("1283800.80"), Decimal("-3.30"), Decimal("123456789012.34"), Decimal("1E+2")]


@pytest.mark.parametrize("library", ["pandas", "pandas arrow", "polars", "polars object", "pyarrow"])
def test_decimals_are_read_to_the_last_digit(library: str) -> None:
    arrow = pa.array(DECIMALS, pa.decimal128(20, 2))
    data = {
        "pandas": lambda: column(pd.Series(DECIMALS, dtype=object)),
        "pandas arrow": lambda: column(pd.Series(arrow.to_pylist(), dtype=pd.ArrowDtype(arrow.type))),
        "polars": lambda: pl.DataFrame({"gdp": DECIMALS}, schema={"gdp": pl.Decimal(20, 2)}),
        "polars object": lambda: pl.DataFrame({"gdp": pl.Series(DECIMALS, dtype=pl.Object)}),
        "pyarrow": lambda: pa.table({"gdp": arrow}),
    }[library]()
    expected = np.array([float(value) for value in DECIMALS])
    # pyarrow multiplies by a rounded power of ten, which moves the last bit.
    assert (np.abs(numbers(data) - expected) <= np.spacing(np.abs(expected))).all()


def test_decimals_of_256_bits_are_read() -> None:
    wide = pa.array([Decimal("0.25"), Decimal("1283800.5")], pa.decimal256(50, 2))
    assert same(numbers(pa.table({"gdp": wide})), [0.25, 1283800.5])
    assert same(numbers(column(pd.Series(wide.to_pylist(), dtype=pd.ArrowDtype(wide.type)))), [0.25, 1283800.5])


def test_types_that_only_arrow_has_are_refused_by_their_name() -> None:
    data = pa.table({"gdp": pa.array([dt.time(1), dt.time(2)], pa.time32("s"))})
    assert "column 'gdp'" in refusal(data)
    intervals = pa.table({"gdp": pa.array([(1, 2, 3)], pa.month_day_nano_interval())})
    assert refusal(intervals) == "column 'gdp' is of type month_day_nano_interval; numbers are needed"


def test_an_object_that_is_no_number_is_told_with_its_row() -> None:
    values = pd.Series([1.0, None, 2.0, [3.0]], dtype=object)
    assert refusal(column(values.drop(1))).startswith("column 'gdp' cannot be read as numbers in row 2: ")
    table = read(column(values), value="gdp", missing="drop")
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'gdp' cannot be read as numbers in row 3: "):
        table.numbers("value")


def test_objects_that_are_numbers_are_read_as_such() -> None:
    values = [1, 2.5, np.int8(3), Decimal("4.25"), True, np.float32(0.5), 2**70]
    assert same(numbers(column(pd.Series(values, dtype=object))), [1.0, 2.5, 3.0, 4.25, 1.0, 0.5, 2.0**70])


# Missing


@pytest.mark.parametrize("dtype", ["float32", "float64", *NULLABLE, *ARROW, "object", "category"])
def test_missing_values_are_found_in_pandas_columns(dtype: str) -> None:
    data = column(pd.Series([1, None, 0, None], dtype=dtype))
    assert refusal(data).startswith("column 'gdp' is missing in row 1, 3; fill them, or pass missing='drop'")
    table = read(data, value="gdp", missing="drop")
    assert same(table.numbers("value"), [1.0, 0.0])
    assert (table.n_rows, table.n_dropped) == (2, 2)


def test_nan_inside_a_nullable_column_is_missing() -> None:
    # 0/0 leaves NaN in the data of a Float64 column without a mark in its mask.
    quotient = pd.Series([0.0, 1.0], dtype="Float64") / pd.Series([0.0, 1.0], dtype="Float64")
    assert refusal(column(quotient)).startswith("column 'gdp' is missing in row 0")


@pytest.mark.parametrize("value", [pd.NA, None, math.nan, pd.NaT, Decimal("NaN"), np.float32("nan")], ids=repr)
def test_every_way_to_say_missing_in_objects(value: Any) -> None:
    data = column(pd.Series([Decimal(1), value, 3], dtype=object))
    assert refusal(data).startswith("column 'gdp' is missing in row 1;")
    assert same(numbers(data, missing="drop"), [1.0, 3.0])


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_nan_and_null_are_both_missing(library: str) -> None:
    data: Any = pl.DataFrame({"gdp": [1.0, None, math.nan, 2.0], "city": ["a", "b", "c", None]})
    if library == "pyarrow":
        data = data.to_arrow()
    assert refusal(data).startswith("column 'gdp' is missing in row 1, 2;")
    table = read(data, value="gdp", unit="city", missing="drop")
    assert table.n_dropped == 3
    assert same(table.numbers("value"), [1.0])
    assert table.labels("unit").to_list() == ["a"]


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt64, pl.Float32, pl.Boolean, pl.Decimal(9, 1)], ids=str)
def test_nulls_are_found_in_polars_and_pyarrow_columns(dtype: Any) -> None:
    data = pl.DataFrame({"gdp": pl.Series([1, None, 0]).cast(dtype)})
    for frame in (data, data.to_arrow()):
        assert refusal(frame).startswith("column 'gdp' is missing in row 1;")
        assert same(numbers(frame, missing="drop"), [1.0, 0.0])


def test_masked_arrays_are_missing_where_masked() -> None:
    values = np.ma.masked_array([1.0, 2.0, 3.0], mask=[False, True, False])
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'value' is missing in row 1;"):
        rgm.theil(None, values)
    result = rgm.theil(None, values, missing="drop")
    assert result.within["mean"].tolist() == [2.0]
    assert result.n_dropped == 1


def test_only_columns_in_use_count_and_rows_are_named_up_to_five() -> None:
    data = pd.DataFrame({"gdp": [math.nan] * 3 + [1.0] * 5, "population": [1.0] * 6 + [None] * 2, "note": None})
    table = read(data, value="gdp", weight="population", group=None, missing="drop")
    assert isinstance(table, InputTable)
    assert (table.n_rows, table.n_dropped) == (3, 5)
    assert refusal(column([math.nan] * 8)).startswith("column 'gdp' is missing in row 0, 1, 2, 3, 4 (and 3 more);")


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_nothing_left_is_an_error(library: str) -> None:
    make = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[library]
    message = refusal(make({"gdp": [None, None]}), missing="drop")
    assert message == "every one of the 2 rows has a missing value; nothing is left"


# Refusals


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_infinities_of_both_signs_are_named(library: str) -> None:
    make = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[library]
    message = refusal(make({"gdp": [1.0, -math.inf, 2.0, math.inf]}))
    assert message == "column 'gdp' is infinite in row 1, 3 (-inf); replace or drop these rows first"
    assert "in row 0 (inf)" in refusal(column(pd.Series([Decimal("Infinity"), 1], dtype=object)))


def test_infinity_is_not_dropped_as_missing() -> None:
    assert "infinite in row 1" in refusal(column([1.0, math.inf, math.nan]), missing="drop")


@pytest.mark.parametrize("library", ["pandas", "object", "category", "polars", "categorical", "pyarrow", "dictionary"])
def test_text_is_named_with_its_rows(library: str) -> None:
    text = ["12", "n/a", "7", "8", "9", "10", "11"]
    data = {
        "pandas": lambda: column(text),
        "object": lambda: column(pd.Series(text, dtype=object)),
        "category": lambda: column(pd.Categorical(text)),
        "polars": lambda: pl.DataFrame({"gdp": text}),
        "categorical": lambda: pl.DataFrame({"gdp": pl.Series(text, dtype=pl.Categorical)}),
        "pyarrow": lambda: pa.table({"gdp": text}),
        "dictionary": lambda: pa.table({"gdp": pa.array(text).dictionary_encode()}),
    }[library]()
    message = refusal(data)
    assert message.startswith(
        "column 'gdp' holds text where numbers are needed: '12' in row 0, 1, 2, 3, 4 (and 2 more);"
    )


def test_text_among_numbers_is_named_alone() -> None:
    data = column(pd.Series([1, "n/a", 2.0, "–"], dtype=object))
    assert "holds text where numbers are needed: 'n/a' in row 1, 3;" in refusal(data)
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'value' holds text .*: 'n/a' in row 1;"):
        rgm.theil(None, [1.0, "n/a", 2.0])


@pytest.mark.parametrize(
    "values",
    [
        pd.to_datetime(["2020-01-01"]),
        pd.to_timedelta([1], unit="D"),
        pd.period_range("2020", periods=1, freq="Y"),
        pd.interval_range(0, 1),
        np.array([1 + 2j]),
        pd.Series([{"a": 1}], dtype=object),
        pd.Series([1j], dtype=object),
    ],
    ids=["datetime", "timedelta", "period", "interval", "complex", "dict", "complex object"],
)
def test_what_is_no_number_is_refused_by_name(values: Any) -> None:
    assert refusal(column(values)).startswith("column 'gdp' ")


def test_numbers_beyond_a_double_are_refused_by_name() -> None:
    assert refusal(column(pd.Series([1, 10**400], dtype=object))).startswith("column 'gdp' ")
