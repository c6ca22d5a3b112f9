"""`tapio`: every state at and beside every boundary, bases, gaps, exact arithmetic, and every refusal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import matplotlib as mpl
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from hypothesis import given, settings
from hypothesis import strategies as st
from regiometrics.tapio import GROUPS, STATES

mpl.use("Agg")
import matplotlib.pyplot as plt

EPS = float(np.finfo(np.float64).eps)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    rgm.set_language("en")
    rgm.set_threads(None)
    plt.close("all")


def one(pressure: float, driver: float, start: tuple[float, float] = (1.0, 1.0)) -> tuple[str, str, float]:
    """Return state, group and elasticity of one unit that goes from `start` to the values given."""
    result = rgm.tapio(
        None, pressure=[start[0], pressure], driver=[start[1], driver], unit=["a", "a"], time=[2000, 2001]
    )
    row = result.table.iloc[0]
    return row["state"], row["group"], row["elasticity"]


def panel(seed: int = 1, units: int = 12, periods: int = 9) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    growth = np.cumprod(1.0 + random.normal(0.03, 0.06, (2, units, periods)), axis=2)
    return pd.DataFrame(
        {
            "province": np.repeat([f"unit {i:02d}" for i in range(units)], periods),
            "year": np.tile(2010 + np.arange(periods), units),
            "co2": 300.0 * growth[0].ravel(),
            "gdp": 9000.0 * growth[1].ravel(),
        }
    ).sample(frac=1.0, random_state=seed, ignore_index=True)


def run(data: Any, **options: Any) -> rgm.TapioDecoupling:
    return rgm.tapio(data, **({"pressure": "co2", "driver": "gdp", "unit": "province", "time": "year"} | options))


# The table of states


@pytest.mark.parametrize(
    ("change_pressure", "change_driver", "state"),
    [
        # Both grow: ε below 0.8, at it, between, at 1.2, above.
        (0.05, 0.10, "weak decoupling"),
        (0.0799999, 0.10, "weak decoupling"),
        (0.08, 0.10, "expansive coupling"),
        (0.0800001, 0.10, "expansive coupling"),
        (0.10, 0.10, "expansive coupling"),
        (0.1199999, 0.10, "expansive coupling"),
        (0.12, 0.10, "expansive coupling"),
        (0.1200001, 0.10, "expansive negative decoupling"),
        (0.50, 0.10, "expansive negative decoupling"),
        # Both fall.
        (-0.05, -0.10, "weak negative decoupling"),
        (-0.0799999, -0.10, "weak negative decoupling"),
        (-0.08, -0.10, "recessive coupling"),
        (-0.0800001, -0.10, "recessive coupling"),
        (-0.10, -0.10, "recessive coupling"),
        (-0.1199999, -0.10, "recessive coupling"),
        (-0.12, -0.10, "recessive coupling"),
        (-0.1200001, -0.10, "recessive decoupling"),
        (-0.50, -0.10, "recessive decoupling"),
        # No change of the pressure, and the smallest on either side.
        (0.0, 0.10, "weak decoupling"),
        (1e-12, 0.10, "weak decoupling"),
        (-1e-12, 0.10, "strong decoupling"),
        (0.0, -0.10, "weak negative decoupling"),
        (-1e-12, -0.10, "weak negative decoupling"),
        (1e-12, -0.10, "strong negative decoupling"),
        # Opposite signs, whatever the size.
        (-0.08, 0.10, "strong decoupling"),
        (-0.50, 0.10, "strong decoupling"),
        (0.08, -0.10, "strong negative decoupling"),
        (0.50, -0.10, "strong negative decoupling"),
        # No change of the driver.
        (0.10, 0.0, "undefined"),
        (-0.10, 0.0, "undefined"),
        (0.0, 0.0, "undefined"),
    ],
)
def test_every_boundary(change_pressure: float, change_driver: float, state: str) -> None:
    # From every base the rounding is another one; 0.12 / 0.10 is 1.2 from all of them.
    for base in (1.0, 3.0, 0.1, 7e9, 1 / 3):
        found, group, elasticity = one(base * (1 + change_pressure), base * (1 + change_driver), (base, base))
        assert found == state, base
        if state == "undefined":
            assert (group, math.isnan(elasticity)) == ("undefined", True)
        else:
            kind = next(name for name in ("negative decoupling", "decoupling", "coupling") if name in state)
            assert group == kind
            assert elasticity == pytest.approx(
                change_pressure / change_driver, rel=1e-13 / abs(change_driver), abs=1e-14
            )


@pytest.mark.parametrize("bound", [0.8, 1.2])
@pytest.mark.parametrize("sign", [1, -1])
def test_boundaries_hold_within_a_relative_tolerance_of_1e_9(bound: float, sign: int) -> None:
    inside = "expansive coupling" if sign > 0 else "recessive coupling"
    away = -1 if bound < 1 else 1
    for beside, coupled in ((1e-10, True), (1e-8, False)):
        elasticity = Fraction(bound) * (1 + away * Fraction(beside))
        driver = Fraction(sign, 4)
        state, _, _ = one(float(1 + driver * elasticity), float(1 + driver))
        assert (state == inside) == coupled
    # On the other side of the bound there is nothing to decide.
    state, _, _ = one(1 + sign * 0.25 * bound * (1 - away * 1e-6), 1 + sign * 0.25)
    assert state == inside


def test_what_rounding_leaves_of_no_change_is_none() -> None:
    assert 0.1 + 0.2 != 0.3
    assert one(0.1 + 0.2, 1.1, (0.3, 1.0)) == ("weak decoupling", "decoupling", 0.0)
    assert one(1.1, 0.1 + 0.2, (1.0, 0.3))[0] == "undefined"
    # Pressures of zero over a falling driver: 0, not −0.
    assert math.copysign(1.0, one(1.0, 0.9)[2]) == 1.0


def test_printed_growth_by_hand() -> None:
    # Emissions 100 → 112 → 106.4: +12 %, −5 %. GDP 50 → 55 → 60.5: +10 % twice. ε = 1.2, −0.5.
    result = rgm.tapio(None, pressure=[100, 112, 106.4], driver=[50, 55, 60.5], unit=["a"] * 3, time=[1, 2, 3])
    assert result.table.columns.to_list() == [
        "unit", "time", "change_pressure", "change_driver", "elasticity", "state", "group",
    ]  # fmt: skip
    assert result.table["time"].tolist() == [2, 3]
    assert result.table["change_pressure"].tolist() == pytest.approx([0.12, -0.05], rel=1e-14)
    assert result.table["change_driver"].tolist() == pytest.approx([0.1, 0.1], rel=1e-14)
    assert result.table["elasticity"].tolist() == pytest.approx([1.2, -0.5], rel=1e-14)
    assert result.table["state"].tolist() == ["expansive coupling", "strong decoupling"]
    # From the first period: 106.4/100 − 1 = 0.064 over 60.5/50 − 1 = 0.21.
    first = rgm.tapio(
        None, pressure=[100, 112, 106.4], driver=[50, 55, 60.5], unit=["a"] * 3, time=[1, 2, 3], base="first"
    )
    assert first.table["elasticity"].tolist() == pytest.approx([1.2, 0.064 / 0.21], rel=1e-13)


# Exact arithmetic


def exact_state(e0: float, e1: float, a0: float, a1: float) -> tuple[str, Fraction | None]:
    """Return the state by the printed table, in exact arithmetic on the doubles as they are."""
    pressure = (Fraction(e1) - Fraction(e0)) / Fraction(e0)
    driver = (Fraction(a1) - Fraction(a0)) / Fraction(a0)
    if driver == 0:
        return "undefined", None
    ratio = pressure / driver
    if ratio < 0:
        return ("strong decoupling" if driver > 0 else "strong negative decoupling"), ratio
    low, high = Fraction(8, 10), Fraction(12, 10)
    if driver > 0:
        names = ("weak decoupling", "expansive coupling", "expansive negative decoupling")
    else:
        names = ("weak negative decoupling", "recessive coupling", "recessive decoupling")
    return names[(ratio >= low) + (ratio > high)], ratio


@settings(deadline=None, max_examples=300)
@given(st.tuples(*[st.integers(1, 60)] * 4), st.sampled_from([1, 1000, 10**9]))
def test_states_are_those_of_exact_arithmetic(values: tuple[int, int, int, int], offset: int) -> None:
    e0, e1, a0, a1 = (float(value + offset - 1) for value in values)
    expected, ratio = exact_state(e0, e1, a0, a1)
    state, _, elasticity = one(e1, a1, (e0, a0))
    if ratio is None:
        assert state == "undefined"
        return
    # Differences of whole numbers are exact; three roundings follow.
    assert elasticity == pytest.approx(float(ratio), rel=4 * EPS, abs=0.0)
    near = min(abs(ratio / bound - 1) for bound in (Fraction(8, 10), Fraction(12, 10)))
    if near == 0 or near > Fraction(1, 10**8):
        assert state == expected


def test_a_panel_agrees_with_exact_arithmetic() -> None:
    data = panel()
    result = run(data)
    by_key = data.set_index(["province", "year"])
    assert len(result.table) == 12 * 8
    for row in result.table.itertuples():
        e1, a1 = by_key.loc[(row.unit, row.time)]
        e0, a0 = by_key.loc[(row.unit, row.time - 1)]
        expected, ratio = exact_state(e0, e1, a0, a1)
        assert row.state == expected
        assert ratio is not None
        assert row.elasticity == pytest.approx(float(ratio), rel=1e-12)


# Bases and gaps


def test_a_gap_is_bridged_and_said() -> None:
    data = pd.DataFrame(
        {
            "province": list("aabbb"),
            "year": [2000, 2002, 2000, 2001, 2002],
            "co2": [1, 2, 1, 1.1, 1.3],
            "gdp": range(1, 6),
        }
    )
    result = run(data)
    assert result.table[["unit", "time"]].to_numpy().tolist() == [["a", 2002], ["b", 2001], ["b", 2002]]
    assert result.n_gaps == 1
    assert any(note.startswith("1 change(s) span a gap") for note in result.notes)
    assert run(data, base="first").n_gaps == 0


def test_a_given_base_leaves_out_what_is_before_it() -> None:
    data = panel(units=3, periods=5)
    result = run(data, base=2012)
    assert sorted(set(result.table["time"])) == [2013, 2014]
    assert "6 row(s) before the base period left out." in result.notes
    expected = run(data[data["year"] >= 2012], base="first")
    pd.testing.assert_frame_equal(result.table, expected.table)


def test_dates_may_be_named_by_their_year_as_base() -> None:
    data = panel(units=3, periods=5)
    dated = data.assign(year=pd.to_datetime(data["year"].astype(str)))
    expected = run(data, base=2012).table
    result = run(dated, base=2012).table
    assert result["time"].dt.year.tolist() == expected["time"].tolist()
    pd.testing.assert_frame_equal(result.drop(columns="time"), expected.drop(columns="time"))
    # Of two dates in one year neither is meant.
    halves = dated.assign(year=dated["year"].where(data["year"] != 2011, pd.Timestamp("2012-07-01")))
    with pytest.raises(rgm.InvalidInputError, match="base must be 'previous', 'first' or a label in column 'year'"):
        run(halves, base=2012)


def test_units_of_one_period_are_said() -> None:
    data = panel(units=3, periods=3)
    alone = data[~((data["province"] == "unit 01") & (data["year"] > 2010))]
    result = run(alone)
    assert set(result.table["unit"]) == {"unit 00", "unit 02"}
    assert "1 unit(s) without a period to compare with the base." in result.notes


def test_values_that_are_no_base_may_be_zero_or_negative() -> None:
    # Net emissions below zero: −1.5 of the base, over a driver that grows by half.
    assert one(-0.5, 1.5) == ("strong decoupling", "decoupling", -3.0)
    assert one(0.0, 2.0)[2] == -1.0
    data = pd.DataFrame({"province": ["a"] * 3, "year": [1, 2, 3], "co2": [2.0, 0.0, 1.0], "gdp": [1.0, 2.0, 3.0]})
    assert run(data, base="first").table["elasticity"].tolist() == [-1.0, -0.25]


# Shares, order, libraries


def test_shares_of_the_groups() -> None:
    data = panel()
    result = run(data)
    counted = pd.crosstab(result.table["time"], result.table["group"])
    for row in result.shares.itertuples():
        n = counted.loc[row.time].get(row.group, 0)
        assert (row.n, row.share) == (n, n / 12)
    assert list(result.shares["group"][:3]) == ["decoupling", "coupling", "negative decoupling"]


def test_undefined_states_are_counted_and_shown() -> None:
    data = pd.DataFrame(
        {"province": list("aabb"), "year": [1, 2, 1, 2], "co2": [1.0, 2.0, 1.0, 2.0], "gdp": [1.0, 1.0, 1.0, 2.0]}
    )
    result = run(data)
    assert result.n_undefined == 1
    assert result.table["state"].tolist() == ["undefined", "expansive coupling"]
    assert "1 row(s) whose driver does not change" in result.summary()
    assert result.shares.set_index("group")["share"].to_dict() == {
        "decoupling": 0.0, "coupling": 0.5, "negative decoupling": 0.0, "undefined": 0.5,
    }  # fmt: skip


def test_scale_and_order_do_not_matter() -> None:
    data = panel()
    expected = run(data).table
    pd.testing.assert_frame_equal(run(data.sort_values("gdp", ignore_index=True)).table, expected)
    scaled = run(data.assign(co2=data["co2"] * 2.0**40, gdp=data["gdp"] * 2.0**-30)).table
    pd.testing.assert_frame_equal(scaled, expected)


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas])
def test_every_library_gives_the_same_table(convert: Any) -> None:
    data = panel()
    expected, result = run(data), run(convert(data))
    for name in ("table", "shares"):
        frame, reference = getattr(result, name), getattr(expected, name)
        assert type(frame) is type(convert(data))
        table = nw.from_native(frame, eager_only=True)
        assert table.columns == list(reference.columns)
        for column in table.columns:
            assert table[column].to_list() == reference[column].tolist()


def test_arrays_give_the_same_table_as_columns() -> None:
    data = panel()
    arrays = rgm.tapio(
        None,
        pressure=data["co2"].to_numpy(),
        driver=data["gdp"].tolist(),
        unit=data["province"].tolist(),
        time=data["year"].to_numpy(),
    )
    pd.testing.assert_frame_equal(arrays.table, run(data).table, check_dtype=False)


def test_states_keep_the_order_of_the_definition_for_the_next_call() -> None:
    result = run(panel())
    assert tuple(result.table["state"].cat.categories) == STATES
    assert tuple(result.table["group"].cat.categories) == GROUPS
    polars = run(pl.from_pandas(panel())).table
    assert polars["state"].dtype == pl.Enum(STATES)
    shares = rgm.share(result.table.assign(one=1.0), "one", unit="unit", time="time")
    assert len(shares) == len(result.table)


def test_one_thread_gives_the_bits_of_three() -> None:
    data = panel(units=4000, periods=20)
    tables = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        tables.append(run(data).table)
    pd.testing.assert_frame_equal(*tables, check_exact=True)


# Refusals


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        (
            {"co2": [1.0, 0.0, 1.0]},
            {},
            r"^column 'co2', row 1, is 0; .* province = a, year = 2 is the base of a change",
        ),
        ({"gdp": [-2.0, 1.0, 1.0]}, {}, r"^column 'gdp', row 0, is -2; .* province = a, year = 1 is the base"),
        ({"co2": [1.0, math.nan, 1.0]}, {}, r"^column 'co2' is missing in row 1;.*missing='drop'"),
        ({"gdp": [1.0, math.inf, 1.0]}, {}, r"^column 'gdp' is infinite in row 1"),
        ({"co2": ["1", "2", "3"]}, {}, r"^column 'co2' holds text"),
        ({"year": [1, 1, 2]}, {}, r"^province = a, year = 1 appears in 2 rows"),
        ({}, {"base": 7}, r"^base must be 'previous', 'first' or a label in column 'year', not 7; it runs from 1 to 3"),
        ({}, {"base": 3}, r"^no unit has a row to compare with its base"),
        ({"province": ["a", "a", "b"]}, {"base": 1}, r"^province = b has no row in the base period year = 1"),
        ({"province": ["a", "b", "c"]}, {}, r"^no unit has a row to compare"),
        ({"co2": [1e-300, 1e300, 1.0]}, {}, r"too large or too small"),
        ({}, {"driver": "gpd"}, r"no column 'gpd'"),
        ({}, {"missing": "skip"}, r"^missing must be one of"),
    ],
)
def test_refusals(changes: dict[str, Any], options: dict[str, Any], message: str) -> None:
    data = {"province": ["a"] * 3, "year": [1, 2, 3], "co2": [1.0, 2.0, 3.0], "gdp": [2.0, 3.0, 4.0]} | changes
    with pytest.raises(rgm.InvalidInputError, match=message):
        run(pd.DataFrame(data), **options)


def test_dropped_rows_are_counted() -> None:
    data = panel(units=2, periods=4)
    data.loc[3, "gdp"] = None
    result = run(data, missing="drop")
    assert result.n_dropped == 1
    # Rows are named as they stand in the data, the dropped ones counted in.
    base = data[data["year"] == 2010].index[data[data["year"] == 2010].index != 3][-1]
    with pytest.raises(rgm.InvalidInputError, match=rf"^column 'co2', row {base}, is 0") as caught:
        run(data.assign(co2=data["co2"].where(data.index != base, 0.0)), missing="drop")
    assert caught.value.row == base
    assert "1 row(s) with missing values left out." in result.notes


# Shown


def test_the_words_of_the_field() -> None:
    from regiometrics._language import term

    rgm.set_language("zh")
    expected = ["强脱钩", "弱脱钩", "衰退脱钩", "扩张连接", "衰退连接", "扩张负脱钩", "弱负脱钩", "强负脱钩"]
    assert [term(state) for state in STATES[:8]] == expected
    assert "脱钩弹性" in run(panel()).summary()


def test_the_map_shows_each_state_in_its_cell() -> None:
    data = panel(units=5, periods=4)
    result = run(data[~((data["province"] == "unit 02") & (data["year"] == 2011))])
    ax = result.plot("states")
    (mesh,) = ax.collections
    drawn = mesh.get_array()
    assert drawn.shape == (5, 3)
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"unit {i:02d}" for i in range(5)]
    for row in result.table.itertuples():
        code = drawn[int(row.unit[-2:]), row.time - 2011]
        assert STATES[int(code)] == row.state
    assert drawn.mask.sum() == 1
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == [state for state in STATES if state in set(result.table["state"])]


def test_the_bars_show_the_shares() -> None:
    result = run(panel())
    ax = result.plot("shares")
    heights = [bar.get_height() for bar in ax.patches]
    wide = result.shares.pivot(index="time", columns="group", values="share")
    assert heights == pytest.approx(100.0 * np.concatenate([wide[group] for group in GROUPS[:3]]))
    rgm.set_language("zh")
    assert [text.get_text() for text in result.plot("shares").get_legend().get_texts()] == ["负脱钩", "连接", "脱钩"]
