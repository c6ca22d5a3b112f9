"""Figures of plain tables: what is drawn is what stands in the table."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import polars as pl
import pytest
import regiometrics as rgm
from regiometrics.plotting.frames import bars, lines

TABLE = pd.DataFrame({
    "sector": ["second", "second", "first", "first"],
    "area": ["coast", "inland", "coast", "inland"],
    "year": [2020, 2021, 2021, 2020],
    "growth": [1.0, -2.0, 3.0, 4.0],
})  # fmt: skip


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")
    rgm.set_language("en")


@pytest.mark.parametrize("table", [TABLE, pl.from_pandas(TABLE)], ids=["pandas", "polars"])
def test_bars_stand_in_the_order_of_the_table(table: object) -> None:
    ax = bars(table, value="growth", name="sector", series="area", title="t", label="percent")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["second", "first"]
    drawn = {
        (container.get_label(), round(bar.get_y() + bar.get_height() / 2)): bar.get_width()
        for container in ax.containers
        for bar in container
    }
    assert drawn == {("coast", 0): 1.0, ("inland", 0): -2.0, ("coast", 1): 3.0, ("inland", 1): 4.0}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["coast", "inland"]
    assert (ax.get_title(), ax.get_xlabel()) == ("t", "percent")


def test_growth_and_shares_are_called_by_their_terms() -> None:
    data = pd.DataFrame({"city": ["a", "a", "b", "b"], "year": [2020, 2021] * 2, "gdp": [1.0, 2.0, 4.0, 3.0]})
    growth = rgm.growth_rate(data, "gdp", unit="city", time="year")
    shares = rgm.share(data, "gdp", unit="city", time="year")
    for language, words in (("en", ("Average annual growth", "Share")), ("zh", ("年均增长率", "占比"))):
        rgm.set_language(language)
        assert bars(growth, value="growth_rate", name="city").get_xlabel() == words[0]
        assert lines(shares, value="share", series="city", time="year").get_ylabel() == words[1]


def test_bars_of_one_series_have_no_legend() -> None:
    ax = bars(TABLE.iloc[[0, 2]], value="growth", name="sector")
    assert ax.get_legend() is None
    assert [bar.get_width() for bar in ax.containers[0]] == [1.0, 3.0]


def test_lines_are_sorted_by_time_and_reach_below_zero() -> None:
    ax = lines(TABLE, value="growth", series="sector", time="year")
    assert {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines} == {
        "second": ([2020, 2021], [1.0, -2.0]),
        "first": ([2020, 2021], [4.0, 3.0]),
    }
    assert ax.get_ylim()[0] < -2.0
    assert lines(TABLE.query("growth > 0"), value="growth", series="sector", time="year").get_ylim()[0] == 0.0
