"""The caller's table: which frames and arrays are taken, what is left alone, and every refusal."""

from __future__ import annotations

import datetime
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from regiometrics._input import read


def cities() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "city": ["b", "a", "b", "a"],
            "year": [2021, 2021, 2020, 2020],
            "gdp": [3.0, 1.0, 4.0, 4.0],
            "population": [2, 1, 1, 3],
        }
    )


EXPECTED = [
    [2020, "a", 4.0, 8.0, 0.5],
    [2020, "b", 4.0, 8.0, 0.5],
    [2021, "a", 1.0, 4.0, 0.25],
    [2021, "b", 3.0, 4.0, 0.75],
]


def share(data: Any) -> Any:
    return rgm.share(data, "gdp", unit="city", time="year")


def refusal(data: Any, **roles: Any) -> str:
    with pytest.raises(rgm.InvalidInputError) as caught:
        read(data, **roles)
    return str(caught.value)


# Frames


@pytest.mark.parametrize(
    "index",
    [
        [7, 7, 7, 7],
        [3, 2, 1, 0],
        pd.MultiIndex.from_product([["x", "y"], [1, 2]]),
        pd.date_range("2020", periods=4),
        list("dcba"),
    ],
    ids=["duplicated", "reversed", "multi", "dates", "text"],
)
def test_the_index_of_a_pandas_frame_does_not_matter(index: Any) -> None:
    data = cities().set_axis(index)
    table = share(data)
    assert table.values.tolist() == EXPECTED
    assert table.index.equals(pd.RangeIndex(4))
    # Rows in messages are positions.
    data.iloc[2, 2] = -np.inf
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'gdp' is infinite in row 2 "):
        share(data)


def test_slices_of_a_pandas_frame_are_read_as_they_stand() -> None:
    data = pd.concat([cities(), cities().assign(gdp=-1.0)]).sort_index(kind="stable")
    assert share(data[::2]).values.tolist() == EXPECTED
    assert share(data.iloc[-2::-2]).values.tolist() == EXPECTED
    assert share(data[data["gdp"] > 0]).values.tolist() == EXPECTED


def test_series_are_taken_by_position_and_not_by_index() -> None:
    data = cities()
    turned = data["gdp"].set_axis([3, 2, 1, 0])
    assert rgm.share(None, turned, unit=data["city"], time=data["year"]).values.tolist() == EXPECTED


class Shapes(pd.DataFrame):
    """A subclass that makes more of itself, as geopandas.GeoDataFrame does."""

    _metadata: ClassVar[list[str]] = ["crs"]

    @property
    def _constructor(self) -> type:
        return Shapes


def test_subclasses_of_a_pandas_frame_are_taken() -> None:
    data = Shapes(cities().assign(geometry=[object() for _ in range(4)]))
    data.crs = "EPSG:4490"
    table = share(data)
    assert type(table) is pd.DataFrame
    assert table.values.tolist() == EXPECTED


def test_columns_that_are_not_used_may_hold_anything() -> None:
    data = cities().assign(note=[None, {}, [], object()], spare=np.inf)
    data[0] = "a name that is a number"
    assert share(data).values.tolist() == EXPECTED


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_the_input_is_never_changed(library: str) -> None:
    data = cities().assign(city=lambda rows: rows["city"].astype("category"), gdp=[0.5, -0.0, np.nan, 2.0])
    convert = {"pandas": pd.DataFrame.copy, "polars": pl.from_pandas, "pyarrow": pa.Table.from_pandas}[library]
    given, reference = convert(data), convert(data)
    options = {"time": "year", "missing": "drop"}
    with pytest.warns(rgm.RegiometricsWarning, match=r"1 zero\(s\)"):
        rgm.theil(given, "gdp", group="city", weight="population", **options)
    rgm.dagum_gini(given, "gdp", group="city", weight="population", bootstrap=3, **options)
    with pytest.warns(rgm.RegiometricsWarning, match=r"1 row\(s\) with missing"):
        rgm.share(given, "gdp", unit="city", **options)
    with pytest.warns(rgm.RegiometricsWarning, match=r"1 row\(s\) with missing"):
        rgm.rank_consistency(given, "gdp", "population", unit="city", **options)
    rgm.growth_rate(given, "population", unit="city", time="year")
    if library == "pandas":
        pd.testing.assert_frame_equal(given, reference)
    else:
        assert given.equals(reference)


def test_arrays_are_never_changed_and_results_do_not_share_their_memory() -> None:
    values, units = np.array([4.0, 1.0, 3.0]), np.array(["x", "z", "y"])
    table = rgm.share(None, values, unit=units)
    assert not np.shares_memory(table["value"].to_numpy(), values)
    assert values.tolist() == [4.0, 1.0, 3.0]
    assert units.tolist() == ["x", "z", "y"]


# No copies


def test_float64_columns_are_not_copied() -> None:
    values = np.arange(1000.0)
    frame = pd.DataFrame({"gdp": values})
    polars, arrow = pl.DataFrame({"gdp": values}), pa.table({"gdp": values})
    nullable = pd.DataFrame({"gdp": pd.array(values, dtype="Float64")})
    for data, memory in (
        (frame, frame["gdp"].to_numpy()),
        (polars, polars["gdp"].to_numpy()),
        (arrow, arrow["gdp"].chunk(0).to_numpy()),
        (nullable, nullable["gdp"].to_numpy()),
    ):
        assert np.shares_memory(read(data, value="gdp").numbers("value"), memory), type(data)


@pytest.mark.parametrize("make", [np.asarray, pd.Series, pl.Series, pa.array, pd.Index])
def test_float64_arrays_are_not_copied(make: Any) -> None:
    values = make(np.arange(1000.0))
    memory = values.to_numpy() if hasattr(values, "to_numpy") else values
    assert np.shares_memory(read(None, value=values).numbers("value"), memory)


# Arrays


def test_arrays_of_every_kind_mix() -> None:
    data = cities()
    table = rgm.share(
        None,
        pl.Series("gdp", data["gdp"].to_list()),
        unit=pd.Index(data["city"], name="city"),
        time=pa.chunked_array([[2021], [2021, 2020, 2020]]),
    )
    assert table.columns.tolist() == ["time", "city", "gdp", "total", "share"]
    assert table.values.tolist() == EXPECTED
    assert type(table) is pd.DataFrame


def test_arrays_of_unequal_length_are_named_with_their_lengths() -> None:
    message = refusal(None, value=[1.0, 2.0], unit=["a"], time=None, weight=np.ones(3))
    assert message == "the arrays differ in length: value 2, unit 1, weight 3"


@pytest.mark.parametrize(
    ("values", "dimensions"),
    [
        (np.ones((2, 2)), 2),
        (np.ones((3, 1)), 2),
        (np.array(1.0), 0),
        ([[1.0], [2.0]], 2),
        (pd.DataFrame({"y": [1.0]}), 2),
    ],
    ids=["matrix", "column", "scalar", "nested", "frame"],
)
def test_arrays_must_have_one_dimension(values: Any, dimensions: int) -> None:
    assert refusal(None, value=values) == f"value must have one dimension, not {dimensions}"


def test_a_table_of_several_types_is_no_array() -> None:
    table = pa.table({"a": [1.0], "b": [1], "c": [datetime.date(2000, 1, 31)]})
    assert refusal(None, value=table).startswith("value cannot be read as a column: ")


def test_ragged_lists_are_refused_by_name() -> None:
    assert refusal(None, value=[[1.0], [1.0, 2.0]]).startswith("value ")


@pytest.mark.parametrize("value", ["gdp", 5.0, iter([1.0])], ids=["name", "number", "iterator"])
def test_without_data_names_and_scalars_are_no_arrays(value: Any) -> None:
    told = repr(value) if isinstance(value, str | float) else "a value of type list_iterator"
    assert refusal(None, value=value) == f"value is {told}; without data it must be an array, one entry per row"


# Refusals


def test_an_unknown_column_is_told_with_those_like_it() -> None:
    data = cities()
    assert refusal(data, value="gpd") == "data have no column 'gpd' (asked for as value); there is 'gdp'"
    assert refusal(data, unit="City") == "data have no column 'City' (asked for as unit); there is 'city'"
    everything = "there is 'city', 'year', 'gdp', 'population'"
    assert refusal(data, value="level") == f"data have no column 'level' (asked for as value); {everything}"
    wide = pd.DataFrame(np.ones((1, 300)), columns=[f"x{i:03d}" for i in range(300)])
    assert refusal(wide, value="level").endswith("there is " + ", ".join(f"'x{i:03d}'" for i in range(10)))


def test_a_level_of_the_index_and_a_result_are_told_what_to_do() -> None:
    data = cities()
    message = refusal(data.set_index(["city", "year"]), unit="city")
    assert message.endswith("there is 'gdp', 'population'; 'city' is a level of the index: call .reset_index() first")
    result = rgm.theil(data, "gdp", time="year")
    message = refusal(result, value="gdp")
    assert message.endswith("not regiometrics.theil.Theil; pass one of its tables, for example .to_frame()")


def test_an_unknown_column_is_told_where_other_names_are_numbers() -> None:
    data = cities().assign(extra=1).rename(columns={"extra": 0})
    assert refusal(data, value="gpd").startswith("data have no column 'gpd' (asked for as value); there is 'gdp'")


@pytest.mark.parametrize(
    "value", [0, ["gdp"], np.ones(4), pd.Series([1.0] * 4)], ids=["number", "list", "array", "series"]
)
def test_with_data_an_argument_must_be_a_name(value: Any) -> None:
    kind = type(value).__name__
    assert refusal(cities(), value=value) == (
        f"value must be the name of a column of data, not {kind}; pass None as data to give arrays"
    )


@pytest.mark.parametrize("names", [["gdp", "gdp", "city"], ["gdp", "city", "city"]])
def test_two_columns_of_one_name_are_refused(names: list[str]) -> None:
    for data in (pd.DataFrame([[1.0, 2.0, "a"]], columns=names), pa.table([[1.0], [2.0], ["a"]], names=names)):
        twice = max(names, key=names.count)
        assert refusal(data, value="gdp") == f"data have two columns named {twice!r}; rename one first"


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_no_rows_are_refused(library: str) -> None:
    make = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[library]
    assert refusal(make({"gdp": []}), value="gdp") == "the data have no rows"
    assert refusal(make({"gdp": []}), value="gdp", missing="drop") == "the data have no rows"
    assert refusal(None, value=[], unit=[]) == "the data have no rows"


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_no_columns_are_refused(library: str) -> None:
    make = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[library]
    assert refusal(make({}), value="gdp") == "data have no columns"


def test_an_argument_that_is_needed_and_left_out_is_told_by_name() -> None:
    data = cities()
    told = "is None; it must be the name of a column of data, or an array where data is None"
    calls = {
        "value": lambda: rgm.theil(data, None),
        "group": lambda: rgm.dagum_gini(data, "gdp", group=None),
        "x": lambda: rgm.kde2d(data, x=None, y="gdp"),
        "values": lambda: rgm.classify(None),
        "driver": lambda: rgm.tapio(data, pressure="gdp", driver=None, unit="city", time="year"),
    }
    for role, call in calls.items():
        with pytest.raises(rgm.InvalidInputError) as caught:
            call()
        assert str(caught.value) == f"{role} {told}"


def test_a_lazy_frame_is_to_be_collected() -> None:
    message = refusal(pl.LazyFrame({"gdp": [1.0]}), value="gdp")
    assert message.startswith("data must be a data frame (pandas, polars, pyarrow, …) or None with arrays, not polars.")
    assert message.endswith("LazyFrame; call .collect() first")


def test_a_dask_frame_is_to_be_computed() -> None:
    dask = pytest.importorskip("dask.dataframe")
    message = refusal(dask.from_pandas(cities(), npartitions=2), value="gdp")
    assert message.startswith("data must be a data frame (pandas, polars, pyarrow, …) or None with arrays, not dask.")
    assert message.endswith("DataFrame; call .compute() first")


@pytest.mark.parametrize("method", [rgm.partial_dependence, rgm.accumulated_effects])
def test_frames_for_a_forest_are_refused_for_the_same_reasons(method: Callable[..., object]) -> None:
    data = pd.DataFrame({"a": np.arange(20.0), "b": np.arange(20.0) % 3.0})
    model = rgm.RandomForestRegressor(5, random_state=1).fit(data, data["a"])
    with pytest.raises(rgm.InvalidInputError, match=r"LazyFrame; call \.collect\(\) first"):
        method(model, pl.from_pandas(data).lazy())
    with pytest.raises(rgm.InvalidInputError, match=r"^data have two columns named 'b'"):
        method(model, data.assign(c=1.0).set_axis(["a", "b", "b"], axis="columns"))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"gdp": [1.0]}, "builtins.dict"),
        ([1.0], "builtins.list"),
        ("panel.csv", "builtins.str"),
        (np.ones((2, 2)), "numpy.ndarray"),
        (pd.Series([1.0], name="gdp"), "pandas.Series"),
    ],
    ids=["dict", "list", "path", "array", "series"],
)
def test_what_is_no_frame_is_named(data: Any, kind: str) -> None:
    frames = "data must be a data frame (pandas, polars, pyarrow, …) or None with arrays"
    assert refusal(data, value="gdp") == f"{frames}, not {kind}"


def test_errors_carry_the_column_and_the_row_and_survive_pickling() -> None:
    with pytest.raises(rgm.InvalidInputError) as caught:
        read(cities().assign(gdp=[1.0, np.nan, 2.0, np.nan]), value="gdp")
    assert (caught.value.name, caught.value.row) == ("gdp", 1)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.name, copy.row) == (str(caught.value), "gdp", 1)


@pytest.mark.parametrize("method", [rgm.dagum_gini, rgm.theil, rgm.coefficient_of_variation])
def test_a_region_twice_in_a_period_is_refused_where_regions_are_named(method: Callable[..., object]) -> None:
    frame = pd.DataFrame(
        {
            "city": ["a", "b", "c", "a", "b", "b"],
            "area": ["east", "east", "west", "east", "east", "east"],
            "year": [2020, 2020, 2020, 2021, 2021, 2021],
            "value": [1.0, 2.0, 4.0, 1.0, 2.0, 4.0],
        }
    )
    columns = {"group": "area", "time": "year"}
    with pytest.raises(rgm.InvalidInputError, match=r"city = b, year = 2021.* appears in 2 rows \(4, 5\)"):
        method(frame, "value", unit="city", **columns)
    # Without the regions' names the rows stand for units; and a region may come back in another period.
    method(frame, "value", **columns)
    method(frame.drop(index=5), "value", unit="city", **columns)


def test_values_in_messages_are_cut_off_and_readable() -> None:
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.theil(None, [1.0, 2.0], missing="x" * 10_000)
    assert len(str(caught.value)) < 200
    with pytest.raises(rgm.InvalidInputError, match="value is a value of type list_iterator"):
        rgm.theil(None, iter([1.0]))


def test_columns_of_the_other_byte_order_lose_rows() -> None:
    data = pd.DataFrame({"value": np.array([1.0, 3.0, 5.0], dtype=">f8"), "group": ["a", None, "a"]})
    assert rgm.theil(data, "value", group="group", missing="drop").n_dropped == 1


def test_columns_that_hold_arrays_or_are_several_are_no_numbers() -> None:

    nested = pl.DataFrame({"value": pl.Series([[1.0, 2.0], [3.0, 4.0]], dtype=pl.Array(pl.Float64, 2))})
    with pytest.raises(rgm.InvalidInputError, match="column 'value' is of type Array"):
        rgm.theil(nested, "value")
    with pytest.raises(rgm.InvalidInputError, match="value cannot be read as a column"):
        rgm.theil(None, pd.MultiIndex.from_arrays([[1], [2]]))


def test_labels_that_are_no_unicode_are_refused_or_kept() -> None:
    half = "\ud800"
    with pytest.raises(rgm.InvalidInputError, match="which is no text that a table can hold"):
        rgm.markov_from_counts([[1, 2], [2, 1]], states=[1, half])
    data = pd.DataFrame({"value": [0.0, 0.0], "time": pd.Series([half, half], dtype=object)})
    with pytest.raises(rgm.InvalidInputError, match="in time = "):
        rgm.theil(data, "value", time="time")


@pytest.mark.parametrize("huge", [10**400, -(10**400)])
def test_integers_beyond_doubles_are_refused(huge: int) -> None:
    with pytest.raises(rgm.InvalidInputError, match="confidence must be"):
        rgm.dagum_gini(None, [1.0, 2.0], group=[1, 2], confidence=huge)
    with pytest.raises(rgm.InvalidInputError, match="counts cannot be read"):
        rgm.markov_from_counts([[huge]])
    with pytest.raises(rgm.InvalidInputError, match="probabilities cannot be read"):
        rgm.counts_from_probabilities([[huge]], [1])
