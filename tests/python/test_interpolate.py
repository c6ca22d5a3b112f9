"""Interpolation: worked cases, exact arithmetic, edges, times of every kind, what is listed, and every refusal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm

EPS = float(np.finfo(np.float64).eps)
GAP = math.nan


def gappy(n_units: int = 12, n_years: int = 9, seed: int = 4) -> pd.DataFrame:
    """Return a shuffled panel with gaps in two columns, unequal steps, and a unit without observations."""
    random = np.random.default_rng(seed)
    years = np.array([2000, 2001, 2003, 2007, 2008, 2012, 2013, 2014, 2020])[:n_years]
    n = n_units * n_years
    data = pd.DataFrame(
        {
            "city": np.repeat([f"city {i:02d}" for i in range(n_units)], n_years),
            "year": np.tile(years, n_units),
            "gdp": 1e9 * random.lognormal(size=n),
            "patents": random.normal(size=n),
            "note": "kept",
        }
    )
    for name in ("gdp", "patents"):
        data[name] = data[name].where(random.random(n) > 0.4)
    data.loc[data["city"] == "city 03", "gdp"] = GAP
    return data.sample(frac=1.0, random_state=seed)


def exact(data: pd.DataFrame, name: str, edges: str) -> dict[Any, tuple[float, str]]:
    """Return value and kind of every gap that can be filled, by row label, in exact fractions."""
    found = {}
    for _, rows in data.groupby("city"):
        known = [(Fraction(t), Fraction(y)) for t, y in zip(rows["year"], rows[name], strict=True) if y == y]
        known.sort()
        for label, t in zip(rows.index, rows["year"], strict=True):
            if data.at[label, name] == data.at[label, name] or not known:
                continue
            before = [point for point in known if point[0] < t]
            after = [point for point in known if point[0] > t]
            if before and after:
                kind, (a, b) = "interpolated", (before[-1], after[0])
            elif edges == "nearest":
                found[label] = (float((before[-1] if before else after[0])[1]), "nearest")
                continue
            elif edges == "linear" and len(known) > 1:
                kind, (a, b) = "extrapolated", (known[-2:] if before else known[:2])
            else:
                continue
            found[label] = (float(a[1] + (b[1] - a[1]) * (Fraction(t) - a[0]) / (b[0] - a[0])), kind)
    return found


# Worked by hand


def test_unequal_steps_worked_by_hand() -> None:
    # a: 10 in 2016 and 40 in 2019, a rise of 10 a year; before and after nothing is known. b has one observation.
    data = pd.DataFrame(
        {
            "city": ["a", "b", "a", "a", "b", "a", "a"],
            "year": [2019, 2016, 2017, 2016, 2017, 2015, 2020],
            "gdp": [40.0, 7.0, None, 10.0, None, None, None],
        },
        index=list("tuvwxyz"),
    )
    result = rgm.interpolate(data, ["gdp"], unit="city", time="year")
    assert result.filled.columns.tolist() == ["unit", "time", "column", "value", "kind"]
    assert result.filled.values.tolist() == [["a", 2017, "gdp", 20.0, "interpolated"]]
    assert result.unfilled.values.tolist() == [["a", 2015, "gdp"], ["a", 2020, "gdp"], ["b", 2017, "gdp"]]
    assert (result.n_filled, result.n_unfilled) == (1, 3)
    expected = data.assign(gdp=[40.0, 7.0, 20.0, 10.0, GAP, GAP, GAP])
    pd.testing.assert_frame_equal(result.table, expected)
    assert result.notes == (
        "1 gap(s) filled (1 interpolated).",
        "3 gap(s) stay: nothing to fill them from within the unit.",
        "3 unit-period(s) have no row in the data; none was added.",
    )
    nearest = rgm.interpolate(data, ["gdp"], unit="city", time="year", edges="nearest")
    assert nearest.table["gdp"].tolist() == [40.0, 7.0, 20.0, 10.0, 7.0, 10.0, 40.0]
    assert nearest.filled["kind"].tolist() == ["nearest", "interpolated", "nearest", "nearest"]
    # 10 a year back to 2015 and on to 2020; b has one observation only, and no line.
    linear = rgm.interpolate(data, ["gdp"], unit="city", time="year", edges="linear")
    assert linear.table["gdp"].tolist()[:4] == [40.0, 7.0, 20.0, 10.0]
    assert linear.table["gdp"].tolist()[5:] == [0.0, 50.0]
    assert linear.unfilled.values.tolist() == [["b", 2017, "gdp"]]
    assert linear.notes[0] == "3 gap(s) filled (1 interpolated, 2 extrapolated)."


def test_dates_count_by_the_day() -> None:
    # From 1 January 2020 to 1 January 2021 are 366 days, to 1 July 182.
    days = pd.to_datetime(["2020-01-01", "2020-07-01", "2021-01-01"])
    data = pd.DataFrame({"city": "a", "day": days, "gdp": [0.0, None, 366.0]})
    expected = [0.0, 182.0, 366.0]
    for given in (data, pl.from_pandas(data), pa.Table.from_pandas(data), pl.from_pandas(data).cast({"day": pl.Date})):
        result = rgm.interpolate(given, ["gdp"], unit="city", time="day")
        assert nw.from_native(result.table)["gdp"].to_list() == pytest.approx(expected, rel=4 * EPS)


# Exact arithmetic and invariances


@pytest.mark.parametrize("edges", ["keep", "nearest", "linear"])
def test_every_gap_agrees_with_fractions(edges: str) -> None:
    data = gappy()
    result = rgm.interpolate(data, ["gdp", "patents"], unit="city", time="year", edges=edges)
    n_gaps = 0
    for name in ("gdp", "patents"):
        expected = exact(data, name, edges)
        was_gap = data[name].isna()
        n_gaps += int(was_gap.sum())
        assert result.table[name][~was_gap].equals(data[name][~was_gap])
        filled = result.table[name][was_gap].dropna()
        assert set(filled.index) == set(expected)
        # Three roundings; where the line crosses zero they are relative to what is around.
        scale = 1e9 if name == "gdp" else 1.0
        values = {label: value for label, (value, _) in expected.items()}
        assert filled.to_dict() == pytest.approx(
            values, rel=8 * EPS, abs=(64 * EPS * scale) if edges == "linear" else 4 * EPS
        )
        listed = result.filled[result.filled["column"] == name]
        kinds = {(data.at[label, "city"], data.at[label, "year"]): kind for label, (_, kind) in expected.items()}
        assert dict(zip(zip(listed["unit"], listed["time"], strict=True), listed["kind"], strict=True)) == kinds
    assert result.n_filled + result.n_unfilled == n_gaps
    assert (len(result.filled), len(result.unfilled)) == (result.n_filled, result.n_unfilled)
    assert int(result.table[["gdp", "patents"]].isna().sum().sum()) == result.n_unfilled


def test_numpy_agrees_within_and_holds_the_edges() -> None:
    data = gappy()
    table = rgm.interpolate(data, ["patents"], unit="city", time="year", edges="nearest").table
    for city, rows in data.sort_values("year").groupby("city"):
        known = rows.dropna(subset="patents")
        expected = np.interp(rows["year"], known["year"], known["patents"])
        found = table[table["city"] == city].sort_values("year")["patents"]
        assert found.tolist() == pytest.approx(expected.tolist(), rel=64 * EPS, abs=4 * EPS)


def test_the_order_of_rows_does_not_matter() -> None:
    data = gappy()
    one = rgm.interpolate(data, ["gdp", "patents"], unit="city", time="year", edges="linear")
    two = rgm.interpolate(data[::-1], ["gdp", "patents"], unit="city", time="year", edges="linear")
    assert two.table[::-1].equals(one.table)
    assert two.filled.equals(one.filled)
    assert two.unfilled.equals(one.unfilled)


def test_a_straight_line_is_found_again() -> None:
    data = gappy()
    data["gdp"] = (3.0 * data["year"] - 5000.0).where(data["gdp"].notna())
    table = rgm.interpolate(data, ["gdp"], unit="city", time="year", edges="linear").table.dropna(subset="gdp")
    # Whole numbers, a quotient and a product.
    assert table["gdp"].tolist() == pytest.approx((3.0 * table["year"] - 5000.0).tolist(), rel=8 * EPS)


def test_columns_without_gaps_stay_what_they_are() -> None:
    data = pd.DataFrame({"city": "a", "year": [1, 2, 3], "x": [1, 2, 3], "y": pd.array([1, None, 4], dtype="Int64")})
    result = rgm.interpolate(data, ["x", "y"], unit="city", time="year")
    assert result.table["x"].dtype == data["x"].dtype
    assert result.table["y"].tolist() == [1.0, 2.5, 4.0]
    assert len(rgm.interpolate(data, ["x"], unit="city", time="year").filled) == 0


# Frames


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Any) -> None:
    data = gappy().reset_index(drop=True)
    given = convert(data)
    options: dict[str, Any] = {"unit": "city", "time": "year", "edges": "linear"}
    result = rgm.interpolate(given, ["gdp", "patents"], **options)
    expected = rgm.interpolate(data, ["gdp", "patents"], **options)
    for name in ("table", "filled", "unfilled"):
        frame = getattr(result, name)
        assert type(frame) is type(given)
        theirs = nw.from_native(frame).to_dict(as_series=False)
        ours = getattr(expected, name).to_dict("list")
        assert theirs.keys() == ours.keys()
        for column in ours:
            assert [None if x != x else x for x in theirs[column]] == [None if x != x else x for x in ours[column]]


def test_null_and_nan_are_both_gaps_in_polars() -> None:
    data = pl.DataFrame({"city": ["a"] * 4, "year": [0, 1, 2, 3], "x": [0.0, None, GAP, 3.0], "n": [0, None, 4, 6]})
    result = rgm.interpolate(data, ["x", "n"], unit="city", time="year")
    assert result.table["x"].to_list() == [0.0, 1.0, 2.0, 3.0]
    assert result.table["n"].to_list() == [0.0, 2.0, 4.0, 6.0]


def test_arrays_take_the_place_of_columns() -> None:
    data = gappy()
    columns = {name: data[name].to_numpy() for name in ("gdp", "patents")}
    result = rgm.interpolate(None, columns, unit=data["city"].tolist(), time=data["year"].to_numpy())
    expected = rgm.interpolate(data, ["gdp", "patents"], unit="city", time="year")
    assert result.table.columns.tolist() == ["unit", "time", "gdp", "patents"]
    assert result.filled.equals(expected.filled)
    assert np.array_equal(result.table["gdp"], expected.table["gdp"], equal_nan=True)


@pytest.fixture
def threads_restored() -> Iterator[None]:
    yield
    rgm.set_threads(None)


@pytest.mark.usefixtures("threads_restored")
def test_one_thread_gives_the_bits_of_three() -> None:
    data = gappy(20_000)
    tables = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        result = rgm.interpolate(data, ["gdp", "patents"], unit="city", time="year", edges="linear")
        tables.append(result.table[["gdp", "patents"]].to_numpy().tobytes())
    assert tables[0] == tables[1]


# Refusals


def refusal(data: Any, columns: Any = ("gdp",), **options: Any) -> str:
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.interpolate(data, columns, **({"unit": "city", "time": "year"} | options))
    return str(caught.value)


def test_each_refusal_says_what_and_where() -> None:
    data = pd.DataFrame({"city": ["a", "a", "b"], "year": [1, 2, 1], "gdp": [1.0, None, 3.0]})
    assert refusal(data, edges="zero").startswith("edges must be one of 'keep', 'nearest', 'linear', not 'zero'")
    assert refusal(data.assign(year=1)).startswith("city = a, year = 1 appears in 2 rows (0, 1); each must appear once")
    assert refusal(data.assign(city=["a", None, "b"])).startswith("column 'city' is missing in row 1")
    assert refusal(data.assign(year=[1, None, 1])).startswith("column 'year' is missing in row 1")
    assert refusal(data.assign(gdp=[1.0, None, math.inf])).startswith("column 'gdp' is infinite in row 2 (inf)")
    assert refusal(data.assign(gdp="much")).startswith("column 'gdp' holds text where numbers are needed")
    told = "interpolation needs times as numbers or dates"
    assert told in refusal(data.assign(year=["first", "second", "first"]))
    assert refusal(data, ["year"]) == "column 'year' is the time; it cannot be completed as well"
    assert refusal(data, ["city"]) == "column 'city' is the unit; it cannot be completed as well"
    assert refusal(data, ["gpd"]).startswith("data have no column 'gpd' (asked for as columns[0]); there is 'gdp'")
    assert refusal(data, []).startswith("columns is empty")


# Summary and figures


def test_summary_and_figure_count_the_gaps() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    result = rgm.interpolate(gappy(), ["gdp", "patents"], unit="city", time="year", edges="nearest")
    assert f"{result.n_filled} gap(s) filled" in result.summary()
    ax = result.plot()
    drawn = sum(bar.get_width() for bar in ax.patches)
    assert drawn == result.n_filled + result.n_unfilled
    assert [label.get_text() for label in ax.get_yticklabels()] == ["gdp", "patents"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["interpolated", "nearest", "missing"]
    plt.close("all")
