"""`dagum_gini`: the frames it takes, the rows it leaves out, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from oracles import TABLES, assert_same_tables
from regiometrics import InvalidInputError

# Two regions in 2011 and three in 2015, rows in no order.
ROWS = {
    "year": [2015, 2011, 2015, 2011, 2015, 2011, 2015, 2015, 2011, 2015],
    "region": ["West", "East", "East", "West", "East", "East", "West", "Centre", "West", "Centre"],
    "gdp": [2.0, 9.5, 6.0, 1.0, 8.25, 4.0, 3.5, 4.0, 2.5, 2.0],
    "people": [1.0, 3.0, 2.5, 2.0, 4.0, 0.5, 3.0, 1.0, 2.0, 6.0],
}


def data(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(ROWS | columns)


def decompose(frame: Any, value: Any = "gdp", **options: Any) -> rgm.DagumGini:
    return rgm.dagum_gini(frame, value, **({"group": "region", "time": "year"} | options))


def refused(frame: Any, value: Any = "gdp", **options: Any) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as caught:
        decompose(frame, value, **options)
    return caught.value


# Frames


@pytest.mark.parametrize("library", [pl.DataFrame, pa.table])
def test_polars_and_pyarrow_give_the_numbers_of_pandas_in_their_own_frames(library: Any) -> None:
    options = {"weight": "people", "bootstrap": 20, "seed": 1}
    expected, result = decompose(data(), **options), decompose(library(ROWS), **options)
    for table in TABLES:
        frame = getattr(result, table)
        assert type(frame) is type(library(ROWS))
        records = frame.to_dicts() if library is pl.DataFrame else frame.to_pylist()
        pd.testing.assert_frame_equal(pd.DataFrame(records), getattr(expected, table), check_exact=True)


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series, pl.Series])
def test_arrays_without_data_give_the_numbers_of_a_frame(kind: Any) -> None:
    value, group, time, weight = (kind(ROWS[name]) for name in ("gdp", "region", "year", "people"))
    result = rgm.dagum_gini(None, value, group=group, time=time, weight=weight, bootstrap=20, seed=1)
    expected = decompose(data(), weight="people", bootstrap=20, seed=1)
    assert_same_tables(result, expected)


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8", "Int64", "Float64", "object"])
def test_types_of_numbers_that_hold_the_values_do_not_matter(dtype: str) -> None:
    frame = data(gdp=[2, 9, 6, 1, 8, 4, 3, 4, 2, 2])
    expected, result = decompose(frame), decompose(frame.astype({"gdp": dtype}))
    assert_same_tables(result, expected)


def test_columns_and_order_of_the_tables() -> None:
    result = decompose(data())
    intervals = ["statistic", "estimate", "standard_error", "low", "high"]
    parts = ["within", "between", "transvariation"]
    assert list(result.overall) == ["time", "gini", *parts, *(f"share_{part}" for part in parts)]
    assert list(result.within) == ["time", "group", "n", "mean", "gini"]
    assert list(result.between) == ["time", "group_a", "group_b", "gini", "distance"]
    assert list(result.overall_intervals) == ["time", *intervals]
    assert list(result.within_intervals) == ["time", "group", *intervals]
    assert list(result.between_intervals) == ["time", "group_a", "group_b", *intervals]
    assert result.overall_intervals["statistic"].to_list() == 2 * list(result.overall)[1:]
    assert result.to_frame() is result.overall
    # Periods and groups are sorted; Centre has no row in 2011.
    assert result.overall["time"].to_list() == [2011, 2015]
    assert list(zip(result.within["time"], result.within["group"], result.within["n"], strict=True)) == [
        (2011, "East", 2), (2011, "West", 2), (2015, "Centre", 2), (2015, "East", 2), (2015, "West", 2),
    ]  # fmt: skip
    assert list(zip(result.between["time"], result.between["group_a"], result.between["group_b"], strict=True)) == [
        (2011, "East", "West"), (2015, "Centre", "East"), (2015, "Centre", "West"), (2015, "East", "West"),
    ]  # fmt: skip
    assert result.within["mean"].to_list() == [6.75, 1.75, 3.0, 7.125, 2.75]


ORDER = ["West", "North", "East", "Centre"]


def with_categories(library: str) -> Any:
    frame = data(region=pd.Categorical(ROWS["region"], ORDER, ordered=True))
    if library == "polars":
        return pl.DataFrame(ROWS).with_columns(pl.col("region").cast(pl.Enum(ORDER)))
    return frame if library == "pandas" else pa.Table.from_pandas(frame)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_categories_keep_their_order_and_those_without_rows_are_left_out(library: str) -> None:
    result = decompose(with_categories(library))
    groups, one, two = (
        [str(label) for label in column]
        for column in (result.within["group"], result.between["group_a"], result.between["group_b"])
    )
    assert groups == ["West", "East", "West", "East", "Centre"]
    assert list(zip(one, two, strict=True)) == [
        ("West", "East"), ("West", "East"), ("West", "Centre"), ("East", "Centre"),
    ]  # fmt: skip
    sorted_by_name = decompose(data()).overall["gini"].to_list()
    assert [float(gini) for gini in result.overall["gini"].to_numpy()] == pytest.approx(sorted_by_name, rel=1e-15)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_tables_carry_the_categories_of_the_data(library: str) -> None:
    # With another type the tables could not be joined to the data they come from.
    frame = with_categories(library)
    assert decompose(frame).within["group"].dtype == frame["region"].dtype


def test_periods_keep_their_type() -> None:
    quarters = pd.PeriodIndex([f"{year}Q1" for year in ROWS["year"]], freq="Q")
    dates = pd.to_datetime([f"{year}-01-01" for year in ROWS["year"]])
    for time in (quarters, dates):
        result = decompose(data(year=time))
        assert result.overall["time"].to_list() == sorted(set(time))
        assert result.overall["time"].dtype == time.dtype


def test_the_data_stay_as_they_are() -> None:
    frame = data()
    decompose(frame, weight="people", bootstrap=5, seed=1)
    pd.testing.assert_frame_equal(frame, data(), check_exact=True)
    locked = np.array(ROWS["gdp"])
    locked.flags.writeable = False
    assert rgm.dagum_gini(None, locked, group=ROWS["region"]).overall["gini"][0] > 0.2


def test_a_slice_of_a_frame_is_read_by_its_rows() -> None:
    frame = pd.concat([data(gdp=99.0), data()], ignore_index=True)
    part = frame.iloc[len(ROWS["gdp"]) :]
    pd.testing.assert_frame_equal(decompose(part).overall, decompose(data()).overall, check_exact=True)
    every_other = decompose(data().iloc[::2]).within["n"].to_list()
    assert every_other == [1, 2, 2]


# Rows left out


def test_rows_of_weight_zero_are_left_out_and_counted() -> None:
    weights = [0.0 if row in (0, 9) else weight for row, weight in enumerate(ROWS["people"])]
    result = decompose(data(people=weights), weight="people", bootstrap=20, seed=1)
    expected = decompose(data().drop(index=[0, 9]), weight="people", bootstrap=20, seed=1)
    assert_same_tables(result, expected)
    assert (result.n_zero_weight, expected.n_zero_weight) == (2, 0)
    assert "2 row(s) of weight zero left out." in result.notes


def test_a_group_of_weight_zero_is_absent() -> None:
    weights = [0.0 if region == "Centre" else 1.0 for region in ROWS["region"]]
    result = decompose(data(people=weights), weight="people")
    assert result.within["group"].to_list() == ["East", "West", "East", "West"]


def test_missing_rows_are_left_out_and_counted_when_asked() -> None:
    frame = data()
    frame.loc[0, "gdp"] = np.nan
    frame.loc[4, "people"] = np.nan
    frame.loc[5, "region"] = None
    result = decompose(frame, weight="people", missing="drop")
    expected = decompose(data().drop(index=[0, 4, 5]), weight="people")
    assert_same_tables(result, expected)
    assert (result.n_dropped, expected.n_dropped) == (3, 0)
    assert "3 row(s) with missing values left out." in result.notes


# Refusals


@pytest.mark.parametrize("bad", [-1.0, np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("name", ["gdp", "people"])
def test_numbers_that_cannot_be_used_are_named_with_column_and_rows(name: str, bad: float) -> None:
    numbers = [bad if row in (3, 8) else number for row, number in enumerate(ROWS[name])]
    error = refused(data(**{name: numbers}), weight="people")
    what = "negative" if bad == -1.0 else "missing" if np.isnan(bad) else "infinite"
    assert str(error).startswith(f"column '{name}' is {what} in row 3, 8")
    assert (error.name, error.row) == (name, 3)


@pytest.mark.parametrize("name", ["region", "year"])
def test_missing_labels_are_named_with_column_and_rows(name: str) -> None:
    labels = [None if row == 6 else label for row, label in enumerate(ROWS[name])]
    assert str(refused(data(**{name: labels}))).startswith(f"column '{name}' is missing in row 6; ")


def test_many_bad_rows_are_counted() -> None:
    assert "in row 0, 1, 2, 3, 4 (and 5 more) (-2);" in str(refused(data(gdp=-2.0)))


def test_a_refused_row_is_numbered_as_the_caller_has_it() -> None:
    # Row 0 is left out, but the caller's table still has it.
    error = refused(data(gdp=[np.nan, *ROWS["gdp"][1:8], -1.0, 2.0]), missing="drop")
    assert "negative in row 8 (-1)" in str(error)
    assert error.row == 8


@pytest.mark.parametrize("name", ["gdp", "people"])
def test_text_in_place_of_numbers_is_named(name: str) -> None:
    numbers = [str(number) for number in ROWS[name]]
    message = str(refused(data(**{name: numbers}), weight="people"))
    assert message.startswith(f"column '{name}' holds text where numbers are needed: '{numbers[0]}' in row 0, 1, ")


def test_a_period_of_zeros_is_named_with_its_label_and_column() -> None:
    gdp = [0.0 if year == 2015 else number for year, number in zip(ROWS["year"], ROWS["gdp"], strict=True)]
    error = refused(data(gdp=gdp))
    assert str(error) == ("the mean of column 'gdp' in year = 2015 is zero; relative inequality needs a positive mean")
    assert (error.name, error.period) == ("gdp", 1)
    # Weight on zeros only is the same, wherever other numbers stand.
    people = [float(number == 0.0) for number in gdp]
    people[1] = 1.0
    assert "'gdp' in year = 2015 is zero" in str(refused(data(gdp=gdp, people=people), weight="people"))
    without_time = str(refused(data(gdp=0.0), time=None))
    assert without_time == "the mean of column 'gdp' is zero; relative inequality needs a positive mean"


def test_a_period_without_weight_is_named_with_its_label_and_column() -> None:
    people = [0.0 if year == 2011 else 1.0 for year in ROWS["year"]]
    error = refused(data(people=people), weight="people")
    assert str(error) == "every entry of column 'people' in year = 2011 is zero; no unit has any weight"
    assert (error.name, error.period) == ("people", 0)


def test_all_weights_zero_without_periods_speaks_of_no_period() -> None:
    error = refused(data(people=0.0), weight="people", time=None)
    assert str(error) == "every entry of column 'people' is zero; no unit has any weight"


@pytest.mark.parametrize(
    ("gdp", "people"),
    [
        (1e307, 1.0),  # The sum is 3e308, beyond 1.8e308.
        (1e-200, 1e-200),  # Weight times value passes 4.9e-324.
        (1e-112, 1e-105),  # Weight · weight · value keeps two digits: 0.180007 in place of 0.18.
    ],
)
def test_numbers_whose_sums_leave_double_precision_are_refused(gdp: float, people: float) -> None:
    frame = pd.DataFrame({"gdp": gdp * np.arange(1, 5), "people": people * np.arange(1, 5), "region": list("aabb")})
    message = str(refused(frame, weight="people", time=None))
    assert message.startswith("column 'gdp' ") or "of column 'gdp'" in message
    assert "too large or too small to be summed in double precision; rescale" in message


@pytest.mark.parametrize("role", ["value", "group", "time", "weight"])
def test_unknown_columns_are_named_with_their_role_and_near_names(role: str) -> None:
    columns = {"value": "gdp", "group": "region", "time": "year", "weight": "people"}
    name = columns[role]
    message = str(refused(data(), **(columns | {role: f"{name}s"})))
    assert message == f"data have no column '{name}s' (asked for as {role}); there is '{name}'"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("bootstrap", -1, "bootstrap must be a whole number from 0 to 2147483647, not -1"),
        ("bootstrap", 2**31, "bootstrap must be a whole number from 0 to 2147483647, not 2147483648"),
        ("bootstrap", 99.5, "bootstrap must be a whole number, not 99.5"),
        ("bootstrap", "99", "bootstrap must be a whole number, not '99'"),
        ("bootstrap", True, "bootstrap must be a whole number from 0 to 2147483647, not True"),
        ("confidence", 0, "confidence must be a number between 0 and 1, not 0"),
        ("confidence", 1.0, "confidence must be a number between 0 and 1, not 1.0"),
        ("confidence", 95, "confidence must be a number between 0 and 1, not 95; write 0.95 for 95 %"),
        ("confidence", np.nan, "confidence must be a number between 0 and 1, not nan"),
        ("confidence", "high", "confidence must be a number between 0 and 1, not 'high'"),
        ("seed", -1, f"seed must be a whole number from 0 to {2**64 - 1}, not -1"),
        ("seed", 2**64, f"seed must be a whole number from 0 to {2**64 - 1}, not {2**64}"),
        ("seed", 1.5, "seed must be a whole number, not 1.5"),
        ("missing", "omit", "missing must be one of 'error', 'drop', not 'omit'"),
        ("missing", None, "missing must be one of 'error', 'drop', not None"),
    ],
)
def test_wrong_options_are_told_their_range(option: str, value: Any, message: str) -> None:
    assert str(refused(data(), **{option: value})) == message


def test_shapes_and_kinds_of_data_that_cannot_be_read() -> None:
    assert str(refused(data().iloc[:0])) == "the data have no rows"
    assert "labels in column 'region' cannot be put in order" in str(refused(data(region=[1, *ROWS["region"][1:]])))
    assert "column 'gdp' is of type" in str(refused(data(gdp=pd.Timestamp("2015-01-01"))))
    assert "not builtins.dict" in str(refused(ROWS))
    with pytest.raises(InvalidInputError, match="the arrays differ in length: value 3, group 2"):
        rgm.dagum_gini(None, [1.0, 2.0, 3.0], group=["a", "b"])
    with pytest.raises(InvalidInputError, match="group must be the name of a column of data, not list"):
        rgm.dagum_gini(data(), "gdp", group=ROWS["region"])
    with pytest.raises(InvalidInputError, match="value is 'gdp'; without data it must be an array"):
        rgm.dagum_gini(None, "gdp", group=ROWS["region"])
    with pytest.raises(InvalidInputError, match="value must have one dimension, not 2"):
        rgm.dagum_gini(None, np.ones((2, 2)), group=["a", "b"])
