"""What every result can do: text, notebooks, one library in and out, copies, and refusals of change."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from regiometrics._result import Result

LIBRARIES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda data: data,
    "polars": pl.from_pandas,
    "pyarrow": lambda data: pa.Table.from_pandas(data, preserve_index=False),
}

METHODS: dict[str, Callable[..., Result]] = {
    "dagum_gini": lambda data: rgm.dagum_gini(data, "gdp", group="area", time="year", bootstrap=20, seed=1),
    "theil": lambda data: rgm.theil(data, "gdp", group="area", time="year"),
}


def panel() -> pd.DataFrame:
    """Two years of three areas; the lone unit of the first area has no error, which shows as missing."""
    random = np.random.default_rng(11)
    areas = ["Islands", *["Coast"] * 4, *["Inland"] * 5]
    return pd.DataFrame({"area": areas * 2, "year": [2011] * 10 + [2015] * 10, "gdp": random.lognormal(10, 0.8, 20)})


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Callable[[Any], Result]:
    return METHODS[request.param]


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Callable[[pd.DataFrame], Any]:
    return LIBRARIES[request.param]


def to_pandas(frame: Any) -> pd.DataFrame:
    return nw.from_native(frame, eager_only=True).to_pandas()


def tables(result: Result) -> dict[str, pd.DataFrame]:
    return {name: to_pandas(getattr(result, name)) for name in result._tables}


def shows(text: str, cell: Any, digits: int) -> bool:
    """Return whether a cell is shown to `digits` decimals or better."""
    if not isinstance(cell, float):
        return text == str(cell)
    if np.isnan(cell):
        return text == "–"
    if not re.fullmatch(r"-?\d+\.?\d*(e[-+]\d+)?", text):
        return False
    # Half a unit of the last decimal; the halves themselves are no doubles.
    return abs(float(text) - cell) <= 0.5 * 10.0**-digits * (1.0 + 1e-9)


def shows_row(texts: list[str], row: tuple[Any, ...], digits: int) -> bool:
    return len(texts) == len(row) and all(map(shows, texts, row, [digits] * len(row)))


# summary()


@pytest.mark.parametrize("digits", [4, 2, 7])
def test_summary_shows_every_number_of_the_shown_tables(method: Callable[[Any], Result], digits: int) -> None:
    result = method(panel())
    lines = [line.split() for line in result.summary(digits).splitlines()]
    for name in result._shown:
        table = tables(result)[name].drop(columns=list(result._states), errors="ignore")
        for row in table.itertuples(index=False):
            # The period and the last columns: a state between them may be several words.
            n = len(row) - 1
            assert any(shows_row([*line[:1], *line[-n:]], row, digits) for line in lines), row


def test_summary_has_title_headings_and_notes_in_order() -> None:
    text = rgm.dagum_gini(panel(), "gdp", group="area", time="year", bootstrap=20, seed=1).summary()
    lines = text.splitlines()
    assert lines[:2] == ["Dagum Gini decomposition", "=" * 24]
    headings = ["Overall", "Within groups", "Between groups", "Uncertainty, overall"]
    assert [line for line in lines if line in headings] == headings
    assert re.search(r"\(95 %\).* 20 .*\bseed 1\b", lines[-2])
    assert lines[-1].startswith("2 group-period(s) of one unit: Gini 0")


def test_summary_of_the_hand_worked_case() -> None:
    # Units 1 | 3: mean difference 1 over all pairs, mean 2, Gini 1/4; all of it between the groups.
    lines = rgm.dagum_gini(None, [1.0, 3.0], group=["a", "b"]).summary().splitlines()
    assert lines[5].split() == ["0.2500", "0.0000", "0.2500", "0.0000", "0.0000", "1.0000", "0.0000"]


def test_numbers_too_small_or_large_for_the_decimals_keep_significant_digits() -> None:
    # Units m − d | m + d: mean difference d, Gini d/(2m): 2.5e-7.
    result = rgm.dagum_gini(None, [2e12 - 1e6, 2e12 + 1e6], group=["a", "b"])
    lines = [line.split() for line in result.summary().splitlines()]
    assert lines[5][0] == "2.5e-07"
    assert ["a", "1", "2e+12", "0.0000"] in lines


def test_equal_values_show_undefined_shares_as_missing() -> None:
    lines = rgm.dagum_gini(None, [2.0, 2.0], group=["a", "b"]).summary().splitlines()
    assert lines[5].split() == ["0.0000"] * 4 + ["–"] * 3
    assert "1 period(s) with equal values: Gini 0, shares undefined." in lines


@pytest.mark.parametrize("times", [[2011.0, 2015.0], [2011, 2015], ["2011", "2015"]])
def test_periods_are_shown_as_labels_not_as_measurements(times: list[Any]) -> None:
    # Years become floats wherever a row of the year column is missing.
    data = pd.DataFrame({"gdp": [1.0, 3.0, 1.0, 3.0], "area": list("abab"), "year": np.repeat(times, 2)})
    lines = rgm.dagum_gini(data, "gdp", group="area", time="year").summary().splitlines()
    assert [lines[5].split()[0], lines[6].split()[0]] == ["2011", "2015"]


def test_long_tables_are_cut_in_the_middle() -> None:
    data = pd.DataFrame(
        {"gdp": np.arange(1.0, 201.0), "area": ["a", "b"] * 100, "year": np.repeat(range(1900, 2000), 2)}
    )
    result = rgm.theil(data, "gdp", group="area", time="year")
    starts = [line.split()[0] for line in result.summary().splitlines() if line]
    # Thirty rows from the top and thirty from the bottom, one a period in the first table and two in the second.
    shown = [str(year) for year in (*range(1900, 1930), *range(1970, 2000))]
    assert [start for start in starts if start.isdigit()] == shown + sorted(
        [str(year) for year in (*range(1900, 1915), *range(1985, 2000))] * 2
    )
    assert len(result.overall) == 100


@pytest.mark.parametrize("option", ["display.precision", "display.max_rows", "display.max_colwidth", "display.width"])
def test_text_and_html_do_not_depend_on_the_options_of_pandas(option: str) -> None:
    data = panel().replace({"area": {"Islands": "Islands and other places " * 4}})
    result = rgm.dagum_gini(data, "gdp", group="area", time="year")
    shown = result.summary(), result._repr_html_()
    with pd.option_context(option, 5):
        assert (result.summary(), result._repr_html_()) == shown


def test_repr_is_one_short_line_with_the_sizes() -> None:
    result = METHODS["dagum_gini"](panel())
    assert repr(result) == (
        "<DagumGini: rows of overall 2, within 6, between 6, overall_intervals 14, within_intervals 6, "
        "between_intervals 12; see summary()>"
    )
    assert repr(METHODS["theil"](panel())) == "<Theil: rows of overall 2, within 6; see summary()>"


# The main table and the library of the data


def test_the_main_table_is_the_first(method: Callable[[Any], Result]) -> None:
    result = method(panel())
    assert result.to_frame() is result.overall


def test_tables_come_back_in_the_library_of_the_data(
    method: Callable[[Any], Result], library: Callable[[pd.DataFrame], Any]
) -> None:
    data = library(panel())
    result, expected = method(data), method(panel())
    for name, table in tables(expected).items():
        assert type(getattr(result, name)) is type(data)
        pd.testing.assert_frame_equal(to_pandas(getattr(result, name)), table, check_exact=True, check_dtype=False)
    assert result.summary() == expected.summary()
    assert result._repr_html_() == expected._repr_html_()
    assert repr(result) == repr(expected)


# Results do not change


def test_attributes_cannot_be_set_or_deleted(method: Callable[[Any], Result]) -> None:
    result = method(panel())
    for each in fields(result):
        before = getattr(result, each.name)
        with pytest.raises(AttributeError, match="cannot assign"):
            setattr(result, each.name, None)
        with pytest.raises(AttributeError, match="cannot delete"):
            delattr(result, each.name)
        assert getattr(result, each.name) is before
    # Slots leave no room for others; which of the two Python raises depends on its version.
    with pytest.raises((AttributeError, TypeError)):
        result.ginni = 1
    assert not hasattr(result, "ginni")


def test_results_are_compared_by_identity_and_can_be_keys(method: Callable[[Any], Result]) -> None:
    one, two = method(panel()), method(panel())
    assert one == one
    assert one != two
    assert len({one: 1, two: 2}) == 2


def test_naming_the_headings_of_one_table_leaves_those_of_later_calls_alone() -> None:
    for name in ("overall", "between"):
        getattr(METHODS["dagum_gini"](panel()), name).columns.name = "measure"
        assert getattr(METHODS["dagum_gini"](panel()), name).columns.name is None


def test_changing_one_table_leaves_the_others_alone() -> None:
    result = METHODS["dagum_gini"](panel())
    before = {name: table.copy(deep=True) for name, table in tables(result).items()}
    for table in (result.overall, result.within, result.between):
        table.loc[0, "gini"] = 99.0
    for name in ("overall_intervals", "within_intervals", "between_intervals"):
        pd.testing.assert_frame_equal(getattr(result, name), before[name], check_exact=True)


@pytest.mark.parametrize("again", [lambda each: pickle.loads(pickle.dumps(each)), copy.deepcopy, copy.copy])
def test_copies_hold_the_same_tables(
    method: Callable[[Any], Result], library: Callable[[pd.DataFrame], Any], again: Callable[[Result], Result]
) -> None:
    result = method(library(panel()))
    same = again(result)
    assert type(same) is type(result)
    for name, table in tables(result).items():
        assert type(getattr(same, name)) is type(getattr(result, name))
        pd.testing.assert_frame_equal(to_pandas(getattr(same, name)), table, check_exact=True)
    for each in fields(result):
        if each.name not in (*result._tables, "_uncertainty"):
            assert getattr(same, each.name) == getattr(result, each.name)
    assert same.summary() == result.summary()


def test_a_deep_copy_is_independent() -> None:
    result = METHODS["theil"](panel())
    before = result.overall.copy(deep=True)
    table = copy.deepcopy(result).overall
    table.loc[0, "theil_t"] = 99.0
    pd.testing.assert_frame_equal(result.overall, before, check_exact=True)


# Refusals


def test_unknown_plots_and_tables_list_those_there_are(method: Callable[[Any], Result]) -> None:
    result = method(panel())
    with pytest.raises(rgm.InvalidInputError, match="there is no plot of kind 'pie'; there is 'components', 'shares'"):
        result.plot("pie")
    with pytest.raises(rgm.InvalidInputError, match="there is no table 'pie'; there is 'overall', 'within'"):
        result.to_latex("pie")


@pytest.mark.parametrize("digits", [-1, 2.5, "4", None])
def test_digits_that_are_no_count_are_refused(digits: Any) -> None:
    result = METHODS["theil"](panel())
    for call in (result.summary, lambda digits: result.to_latex(digits=digits)):
        with pytest.raises(rgm.InvalidInputError, match="digits must be a whole number"):
            call(digits)
