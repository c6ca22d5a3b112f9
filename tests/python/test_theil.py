"""Theil's T and L: worked cases, identities, invariances and every refusal. Precision is in test_theil_precision."""

from __future__ import annotations

import functools
import math
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
from numpy.typing import NDArray

EPS = float(np.finfo(np.float64).eps)

# Relative only: measures of nearly equal values are far below pytest's usual absolute tolerance.
near = functools.partial(pytest.approx, abs=0.0)

MEASURES = ["theil_t", "within_t", "between_t", "theil_l", "within_l", "between_l"]
SHARES = ["share_within_t", "share_between_t", "share_within_l", "share_between_l"]


def panel(n: int = 240, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    group = random.integers(0, 4, n)
    return pd.DataFrame(
        {
            "year": 2018 + random.integers(0, 3, n),
            "region": np.array(["East", "Central", "West", "Northeast"])[group],
            "gdp": 50_000 * random.lognormal(0.2 * group, 0.5),
            "population": random.integers(1, 9, n),
        }
    )


def numbers(frame: Any, columns: list[str] | None = None) -> NDArray[np.float64]:
    """Return the numeric columns of a frame of any library, without its labels."""
    table = nw.from_native(frame, eager_only=True)
    names = columns or [name for name in table.columns if name not in ("time", "group")]
    return np.column_stack([table[name].to_numpy().astype(np.float64) for name in names])


def first(result: rgm.Theil) -> dict[str, float]:
    row = nw.from_native(result.overall, eager_only=True).row(0)
    return {name: value for name, value in zip(result.overall.columns, row, strict=True) if name != "time"}


# Worked by hand


def test_two_groups_worked_by_hand() -> None:
    # Groups a = {1, 3} and b = {8}; n = 3, mean 4, shares of value 1/3 and 2/3, of weight 2/3 and 1/3.
    # T = (1 ln 1/4 + 3 ln 3/4 + 8 ln 2) / 12 = ln 3 / 4
    #   T_a = (1 ln 1/2 + 3 ln 3/2) / 4 = (3 ln 3 − 4 ln 2) / 4, T_b = 0, within T_a / 3
    #   between = ln(2/4) / 3 + 2 ln(8/4) / 3 = ln 2 / 3
    # L = (ln 4 + ln 4/3 + ln 1/2) / 3 = ln 2 − ln 3 / 3
    #   L_a = (ln 2 + ln 2/3) / 2 = ln 2 − ln 3 / 2, L_b = 0, within 2 L_a / 3
    #   between = 2 ln(4/2) / 3 + ln(4/8) / 3 = ln 2 / 3
    ln2, ln3 = math.log(2), math.log(3)
    result = rgm.theil(None, [1.0, 8.0, 3.0], group=["a", "b", "a"])
    expected = {
        "theil_t": ln3 / 4,
        "within_t": (3 * ln3 - 4 * ln2) / 12,
        "between_t": ln2 / 3,
        "theil_l": ln2 - ln3 / 3,
        "within_l": 2 / 3 * (ln2 - ln3 / 2),
        "between_l": ln2 / 3,
        "share_within_t": (ln3 - 4 / 3 * ln2) / ln3,
        "share_between_t": 4 / 3 * ln2 / ln3,
        "share_within_l": 2 / 3 * (ln2 - ln3 / 2) / (ln2 - ln3 / 3),
        "share_between_l": ln2 / 3 / (ln2 - ln3 / 3),
    }
    # A dozen roundings, and differences of logarithms in the expectation that lose a factor of ten.
    assert first(result) == near(expected, rel=100 * EPS)
    groups = result.within.set_index("group")
    assert groups.loc[["a", "b"], "n"].tolist() == [2, 1]
    assert groups.loc[["a", "b"], "mean"].tolist() == [2.0, 8.0]
    assert groups["share_weight"].to_dict() == near({"a": 2 / 3, "b": 1 / 3}, rel=4 * EPS)
    assert groups["share_value"].to_dict() == near({"a": 1 / 3, "b": 2 / 3}, rel=4 * EPS)
    assert groups["theil_t"].to_dict() == near({"a": (3 * ln3 - 4 * ln2) / 4, "b": 0.0}, rel=100 * EPS)
    assert groups["theil_l"].to_dict() == near({"a": ln2 - ln3 / 2, "b": 0.0}, rel=100 * EPS)
    # b has no inequality inside, so that all of the within part arises in a.
    shares = {"a": expected["share_within_t"], "b": 0.0}
    assert groups["contribution_t"].to_dict() == near(shares, rel=100 * EPS)


def test_zeros_add_nothing_to_t_and_make_l_infinite() -> None:
    # Mean 1: T = (0 + 0 + 0 + 4 ln 4) / 4; group a = {0, 4} has T_a = ln 2 and all of the value; between = ln 2.
    data = pd.DataFrame({"gdp": [0.0, 4.0, 0.0, 0.0], "region": ["a", "a", "b", "b"]})
    with pytest.warns(rgm.RegiometricsWarning, match=r"^3 zero\(s\) in 'gdp'.*L infinite") as caught:
        result = rgm.theil(data, "gdp", group="region")
    assert caught[0].filename == __file__
    measured = first(result)
    assert measured["theil_t"] == near(math.log(4), rel=4 * EPS)
    assert measured["within_t"] == near(math.log(2), rel=4 * EPS)
    assert measured["between_t"] == near(math.log(2), rel=4 * EPS)
    assert measured["theil_l"] == math.inf
    assert measured["within_l"] == math.inf
    assert measured["between_l"] == math.inf
    assert any("3 zero(s) in 'gdp'" in note for note in result.notes)


def test_zeros_of_weight_zero_are_not_counted_as_zeros() -> None:
    with pytest.warns(rgm.RegiometricsWarning, match=r"^1 zero\(s\)"):
        rgm.theil(None, [0.0, 0.0, 1.0, 2.0], weight=[0, 1, 1, 1])


def test_where_l_is_infinite_both_its_shares_are_undefined() -> None:
    # L between is finite here, L within infinite: ∞/∞ has no value, and its complement has none either.
    with pytest.warns(rgm.RegiometricsWarning, match="L infinite"):
        measured = first(rgm.theil(None, [0.0, 1.0, 2.0], group=["a", "a", "b"]))
    assert measured["between_l"] == near(2 / 3 * math.log(2) + 1 / 3 * math.log(1 / 2), rel=8 * EPS)
    assert math.isnan(measured["share_within_l"])
    assert math.isnan(measured["share_between_l"])


@pytest.mark.parametrize(
    "values", [[5.0], [0.1, 0.1, 0.1], [1e9 + 0.1] * 7, [3e-300] * 2], ids=["one", "equal", "offset", "small"]
)
def test_equal_values_have_no_inequality_and_no_shares(values: list[float]) -> None:
    weight = [0.1 * (1 + i) for i in range(len(values))]
    result = rgm.theil(None, values, group=["a"] * (len(values) - 1) + ["b"], weight=weight)
    measured = first(result)
    assert [measured[name] for name in MEASURES] == [0.0] * 6
    assert np.isnan(numbers(result.overall, SHARES)).all()
    assert np.isnan(numbers(result.within, ["contribution_t", "contribution_l"])).all()
    assert numbers(result.within, ["share_weight"]).sum() == near(1.0, rel=4 * EPS)


# Identities


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.tuples(st.floats(1e-6, 1e9), st.integers(0, 3), st.floats(1e-3, 1e3)),
        min_size=1,
        max_size=30,
    )
)
def test_within_and_between_add_up(rows: list[tuple[float, int, float]]) -> None:
    values, groups, weights = zip(*rows, strict=True)
    result = rgm.theil(None, np.array(values), group=np.array(groups), weight=np.array(weights))
    measured = first(result)
    # No term is negative. Sums of 30 carry 30 roundings, and a term near |r − 1| = 0.1, where the series ends, loses a
    # factor of 40: 1200 roundings at most.
    for kind in "tl":
        whole = measured[f"theil_{kind}"]
        parts = measured[f"within_{kind}"] + measured[f"between_{kind}"]
        assert parts == pytest.approx(whole, rel=1200 * EPS, abs=1e-33)
        assert min(whole, measured[f"within_{kind}"], measured[f"between_{kind}"]) >= 0.0


def test_shares_and_contributions_add_up_in_every_period() -> None:
    result = rgm.theil(panel(), "gdp", group="region", time="year", weight="population")
    overall = result.overall.set_index("time")
    groups = result.within.groupby("time")
    for kind in "tl":
        # Sums of four shares, each good to some ten roundings.
        assert (overall[f"share_within_{kind}"] + overall[f"share_between_{kind}"]).to_numpy() == near(
            1.0, rel=40 * EPS
        )
        inside = groups[f"contribution_{kind}"].sum()
        assert inside.to_numpy() == near(overall[f"share_within_{kind}"].to_numpy(), rel=40 * EPS)
    for share in ("share_weight", "share_value"):
        assert groups[share].sum().to_numpy() == near(1.0, rel=8 * EPS)
    assert len(overall) == 3
    assert len(result.within) == 12


def test_no_group_is_one_group() -> None:
    alone = rgm.theil(panel(), "gdp", time="year")
    same = rgm.theil(panel().assign(region="all"), "gdp", time="year", group="region")
    assert np.array_equal(numbers(alone.overall), numbers(same.overall))
    assert np.array_equal(numbers(alone.within), numbers(same.within))
    assert "group" not in alone.within
    assert alone.overall["between_t"].tolist() == [0.0] * 3
    assert alone.overall["within_t"].tolist() == alone.overall["theil_t"].tolist()
    assert alone.overall["share_within_l"].tolist() == [1.0] * 3


def test_a_panel_is_a_loop_over_periods() -> None:
    data = panel()
    result = rgm.theil(data, "gdp", group="region", time="year", weight="population")
    assert result.overall["time"].tolist() == [2018, 2019, 2020]
    for position, (year, rows) in enumerate(data.groupby("year")):
        alone = rgm.theil(rows, "gdp", group="region", weight="population")
        assert np.array_equal(numbers(result.overall)[position], numbers(alone.overall)[0])
        inside = result.within[result.within["time"] == year]
        assert np.array_equal(numbers(inside), numbers(alone.within))
        assert inside["group"].tolist() == alone.within["group"].tolist() == sorted(set(data["region"]))


# Invariances


def test_whole_weights_are_repeated_rows() -> None:
    data = panel()
    weighted = rgm.theil(data, "gdp", group="region", time="year", weight="population")
    repeated = rgm.theil(data.loc[data.index.repeat(data["population"])], "gdp", group="region", time="year")
    # The sums run over 80 weighted or 400 repeated terms, all non-negative: 400 roundings at most.
    assert numbers(weighted.overall) == near(numbers(repeated.overall), rel=400 * EPS)
    columns = [name for name in weighted.within.columns if name not in ("time", "group", "n")]
    assert numbers(weighted.within, columns) == near(numbers(repeated.within, columns), rel=400 * EPS)
    people = data.groupby(["year", "region"])["population"].sum()
    assert repeated.within.set_index(["time", "group"])["n"].to_dict() == people.to_dict()


def test_rows_of_weight_zero_are_left_out_and_counted() -> None:
    data = panel()
    data.loc[::5, "population"] = 0
    result = rgm.theil(data, "gdp", group="region", weight="population")
    kept = rgm.theil(data[data["population"] > 0], "gdp", group="region", weight="population")
    assert np.array_equal(numbers(result.within), numbers(kept.within))
    assert np.array_equal(numbers(result.overall), numbers(kept.overall))
    assert (result.n_zero_weight, kept.n_zero_weight) == (48, 0)
    assert any(note.startswith("48 row(s) of weight zero") for note in result.notes)


@pytest.mark.parametrize("power", [-900, -3, 40, 900])
def test_a_scale_that_is_a_power_of_two_changes_no_bit(power: int) -> None:
    data = panel().assign(gdp=lambda rows: rows["gdp"] / 2**16)
    scaled = data.assign(gdp=data["gdp"] * 2.0**power)
    before = rgm.theil(data, "gdp", group="region").overall
    assert np.array_equal(numbers(rgm.theil(scaled, "gdp", group="region").overall), numbers(before))


@pytest.mark.parametrize("column", ["gdp", "population"])
def test_scale_of_values_and_of_weights_does_not_matter(column: str) -> None:
    data = panel()
    scaled = data.assign(**{column: data[column] * 7.3e-5})
    before = numbers(rgm.theil(data, "gdp", group="region", weight="population").overall)
    after = numbers(rgm.theil(scaled, "gdp", group="region", weight="population").overall)
    # Each scaled number is rounded once; 240 terms are added.
    assert after == near(before, rel=240 * EPS)


def test_order_of_rows_does_not_matter() -> None:
    data = panel()
    shuffled = data.sample(frac=1.0, random_state=3)
    before = rgm.theil(data, "gdp", group="region", time="year")
    after = rgm.theil(shuffled, "gdp", group="region", time="year")
    # Some 80 terms a period are added in another order.
    assert numbers(after.overall) == near(numbers(before.overall), rel=80 * EPS)
    assert after.within[["time", "group", "n"]].equals(before.within[["time", "group", "n"]])


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Any) -> None:
    data = panel()
    expected = rgm.theil(data, "gdp", group="region", time="year", weight="population")
    given = convert(data)
    result = rgm.theil(given, "gdp", group="region", time="year", weight="population")
    for name in ("overall", "within"):
        frame, reference = getattr(result, name), getattr(expected, name)
        assert type(frame) is type(given)
        assert np.array_equal(numbers(frame), numbers(reference))
    assert nw.from_native(result.within)["group"].to_list() == expected.within["group"].tolist()
    assert nw.from_native(result.within)["time"].to_list() == expected.within["time"].tolist()


def test_arrays_give_the_same_bits_as_columns() -> None:
    data = panel()
    expected = rgm.theil(data, "gdp", group="region", time="year", weight="population")
    columns = {"group": data["region"].tolist(), "time": data["year"].to_numpy(), "weight": data["population"]}
    result = rgm.theil(None, data["gdp"].to_numpy(), **columns)
    assert np.array_equal(numbers(result.overall), numbers(expected.overall))
    assert np.array_equal(numbers(result.within), numbers(expected.within))


# Refusals


def refusal(**columns: Any) -> pytest.ExceptionInfo[rgm.InvalidInputError]:
    roles = {"time": "year", "weight": "population", "group": "region"}
    options = {role: column for role, column in roles.items() if column in columns}
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.theil(pd.DataFrame(columns), "gdp", **options)
    return caught


def test_negative_values_and_weights_are_named_with_their_rows() -> None:
    caught = refusal(gdp=[1.0, -2.0, 3.0, -4.0])
    assert caught.match(r"^column 'gdp' is negative in row 1, 3 \(-2\)")
    assert (caught.value.name, caught.value.row) == ("gdp", 1)
    assert refusal(gdp=[1.0, 2.0], population=[1, -1]).match(r"^column 'population' is negative in row 1 \(-1\)")


def test_infinite_and_missing_values_are_named_with_their_rows() -> None:
    assert refusal(gdp=[1.0, math.inf]).match(r"^column 'gdp' is infinite in row 1 \(inf\)")
    assert refusal(gdp=[1.0, 2.0], population=[math.inf, 1.0]).match(r"^column 'population' is infinite in row 0")
    assert refusal(gdp=[math.nan, 2.0]).match(r"^column 'gdp' is missing in row 0.*missing='drop'")
    assert refusal(gdp=[1.0, 2.0], region=["a", None]).match(r"^column 'region' is missing in row 1")


def test_a_period_of_zeros_or_without_weight_is_named() -> None:
    years = [2019, 2019, 2020, 2020]
    caught = refusal(gdp=[1.0, 2.0, 0.0, 0.0], year=years)
    assert caught.match("^the mean of column 'gdp' in year = 2020 is zero")
    assert caught.value.period == 1
    caught = refusal(gdp=[1.0, 2.0, 3.0, 4.0], year=years, population=[1, 1, 0, 0])
    assert caught.match("^every entry of column 'population' in year = 2020 is zero")
    assert caught.value.name == "population"


def test_without_periods_no_message_speaks_of_one() -> None:
    assert refusal(gdp=[0.0, 0.0]).match("^the mean of column 'gdp' is zero; relative inequality")
    assert "period" not in str(refusal(gdp=[1.0, 2.0], population=[0, 0]).value)


def test_sums_beyond_the_range_of_a_double_are_refused() -> None:
    caught = refusal(gdp=[1e308, 1e308], year=[2020, 2020])
    assert caught.match("column 'gdp' in year = 2020 .*too large or too small")


def test_dropped_rows_are_counted_and_noted() -> None:
    data = panel(60)
    gaps = data.assign(gdp=data["gdp"].where(data.index % 10 != 0), region=data["region"].where(data.index != 3))
    with pytest.raises(
        rgm.InvalidInputError, match=r"^column 'gdp' is missing in row 0, 10, 20, 30, 40 \(and 1 more\)"
    ):
        rgm.theil(gaps, "gdp", group="region")
    result = rgm.theil(gaps, "gdp", group="region", missing="drop")
    kept = rgm.theil(data[(data.index % 10 != 0) & (data.index != 3)], "gdp", group="region")
    assert result.n_dropped == 7
    assert any(note.startswith("7 row(s) with missing values") for note in result.notes)
    assert np.array_equal(numbers(result.within), numbers(kept.within))


def test_missing_must_be_error_or_drop() -> None:
    with pytest.raises(rgm.InvalidInputError, match=r"^missing must be one of 'error', 'drop', not 'skip'"):
        rgm.theil(panel(), "gdp", missing="skip")
