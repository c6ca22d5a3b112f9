"""Figures: what is drawn is what the tables hold.

Shares are in test_plots_shares, fonts and layout in test_plots_style.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
import regiometrics as rgm
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection

mpl.use("Agg")
import matplotlib.pyplot as plt

YEARS = [2011, 2013, 2018]


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


def panel(times: list[Any] | pd.Categorical = YEARS, areas: int = 3, units: int = 5) -> pd.DataFrame:
    random = np.random.default_rng(2)
    n = len(times) * areas * units
    return pd.DataFrame(
        {
            "area": [f"Area {k + 1:02d}" for k in range(areas) for _ in range(units)] * len(times),
            "year": pd.Series(times).repeat(areas * units).reset_index(drop=True),
            "gdp": random.lognormal(10, 0.7, n),
        }
    )


def dagum(data: Any = None, **options: Any) -> rgm.DagumGini:
    return rgm.dagum_gini(panel() if data is None else data, "gdp", group="area", **({"time": "year"} | options))


def theil(data: Any = None, **options: Any) -> rgm.Theil:
    return rgm.theil(panel() if data is None else data, "gdp", **({"time": "year", "group": "area"} | options))


def lines(ax: Axes) -> dict[str, tuple[list[float], list[float]]]:
    return {line.get_label(): (line.get_xdata().tolist(), line.get_ydata().tolist()) for line in ax.get_lines()}


def ticks(ax: Axes) -> dict[float, str]:
    labels = [label.get_text() for label in ax.get_xticklabels()]
    return dict(zip(ax.get_xticks().tolist(), labels, strict=True))


def legend(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def heights(ax: Axes) -> list[float]:
    return [bar.get_height() for bar in ax.patches]


# Lines over time


def test_components_of_dagum_are_four_lines() -> None:
    result = dagum()
    ax = result.plot("components")
    names = {"Gini": "gini", "Within": "within", "Between": "between", "Transvariation": "transvariation"}
    assert list(lines(ax)) == legend(ax) == list(names)
    for label, column in names.items():
        assert lines(ax)[label] == (YEARS, result.overall[column].to_list())
    # Years stand where their numbers are, and each is marked.
    assert ticks(ax) == {2011.0: "2011", 2013.0: "2013", 2018.0: "2018"}
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("Components", "Time", "Gini")


def test_the_first_kind_is_the_default() -> None:
    for result in (dagum(), theil()):
        assert lines(result.plot()) == lines(result.plot("components"))


def test_within_groups_is_one_line_a_group() -> None:
    for result, column, options in (
        (dagum(), "gini", {}),
        (theil(), "theil_t", {}),
        (theil(), "theil_l", {"measure": "l"}),
    ):
        ax = result.plot("within", **options)
        assert legend(ax) == ["Area 01", "Area 02", "Area 03"]
        for group, rows in result.within.groupby("group"):
            assert lines(ax)[group] == (YEARS, rows[column].to_list())
        assert ax.get_ylabel() == {"gini": "Gini", "theil_t": "Theil T", "theil_l": "Theil L"}[column]


def test_between_groups_is_one_line_a_pair() -> None:
    result = dagum()
    ax = result.plot("between")
    assert legend(ax) == ["Area 01 – Area 02", "Area 01 – Area 03", "Area 02 – Area 03"]
    for (a, b), rows in result.between.groupby(["group_a", "group_b"]):
        assert lines(ax)[f"{a} – {b}"] == (YEARS, rows["gini"].to_list())


@pytest.mark.parametrize("measure", ["t", "l"])
def test_components_of_theil_are_three_lines(measure: str) -> None:
    result = theil()
    ax = result.plot("components", measure=measure)
    columns = [f"theil_{measure}", f"within_{measure}", f"between_{measure}"]
    letter = measure.upper()
    assert legend(ax) == [f"Theil {letter}", f"{letter} within", f"{letter} between"]
    assert [drawn for _, drawn in lines(ax).values()] == [result.overall[column].to_list() for column in columns]


def test_the_vertical_axis_starts_at_zero() -> None:
    for kind in ("components", "within", "between"):
        assert dagum().plot(kind).get_ylim()[0] == 0.0


def test_a_group_that_is_absent_from_a_period_has_no_point_there() -> None:
    data = panel()
    data = data[~((data["area"] == "Area 02") & (data["year"] == 2013))]
    drawn = lines(dagum(data).plot("within"))
    assert drawn["Area 02"][0] == [2011, 2018]
    assert drawn["Area 01"][0] == YEARS


# Bands


@pytest.mark.parametrize(("kind", "table"), [("components", "overall"), ("within", "within"), ("between", "between")])
def test_bands_are_the_intervals(kind: str, table: str) -> None:
    result = dagum()
    ax = result.plot(kind, intervals=True)
    rows = getattr(result, f"{table}_intervals")
    rows = rows[rows["statistic"].isin({"gini", "within", "between", "transvariation"})]
    keys = [name for name in ("statistic", "group", "group_a", "group_b") if name in rows]
    bands = [each for each in ax.collections if isinstance(each, FillBetweenPolyCollection)]
    drawn = [polygon(band) for band in bands]
    expected = [outline(group) for _, group in rows.groupby(keys, sort=False)]
    assert len(drawn) == len(lines(ax)) == len(expected)
    for each, other in zip(sorted(drawn), sorted(expected), strict=True):
        np.testing.assert_array_equal(each, other)
    assert not dagum().plot(kind).collections


def polygon(band: FillBetweenPolyCollection) -> list[tuple[float, float]]:
    """Return the distinct corners of a band."""
    (path,) = band.get_paths()
    return sorted({(float(x), float(y)) for x, y in path.vertices})


def outline(rows: pd.DataFrame) -> list[tuple[float, float]]:
    ends = [*zip(rows["time"], rows["low"], strict=True), *zip(rows["time"], rows["high"], strict=True)]
    return sorted({(float(x), float(y)) for x, y in ends})


def test_bands_are_open_where_a_group_of_one_unit_has_no_error() -> None:
    data = panel(units=1, areas=2)
    result = dagum(data)
    assert result.within_intervals["low"].isna().all()
    ax = result.plot("within", intervals=True)
    assert [drawn for _, drawn in lines(ax).values()] == [[0.0] * 3, [0.0] * 3]
    ax.figure.savefig("/dev/null", format="png")


# Without periods


def test_without_periods_components_are_bars() -> None:
    result = dagum(panel([2011]), time=None)
    ax = result.plot("components", intervals=True)
    names = ["gini", "within", "between", "transvariation"]
    assert heights(ax) == result.overall.loc[0, names].to_list()
    assert list(ticks(ax).values()) == ["Gini", "Within", "Between", "Transvariation"]
    assert [bar.get_x() + bar.get_width() / 2 for bar in ax.patches] == pytest.approx(list(ticks(ax)))
    rows = result.overall_intervals.set_index("statistic").loc[names]
    (whiskers,) = ax.collections
    drawn = [segment[:, 1].tolist() for segment in whiskers.get_segments()]
    assert drawn == rows[["low", "high"]].to_numpy().tolist()
    assert ax.get_xlabel() == ""
    assert ax.get_legend() is None


def test_without_periods_groups_and_pairs_are_bars() -> None:
    result = dagum(panel([2011]), time=None)
    within, between = result.plot("within"), result.plot("between")
    assert heights(within) == result.within["gini"].to_list()
    assert list(ticks(within).values()) == result.within["group"].to_list()
    assert heights(between) == result.between["gini"].to_list()
    assert list(ticks(between).values()) == ["Area 01 – Area 02", "Area 01 – Area 03", "Area 02 – Area 03"]
    other = theil(panel([2011]), time=None)
    assert heights(other.plot("within", measure="l")) == other.within["theil_l"].to_list()


def test_without_groups_theil_draws_the_whole() -> None:
    result = theil(group=None)
    assert lines(result.plot("within")) == {"Overall": (YEARS, result.overall["theil_t"].to_list())}


def test_one_period_given_as_a_column_is_one_point() -> None:
    result = dagum(panel([2011]))
    assert lines(result.plot("components"))["Gini"] == ([2011], result.overall["gini"].to_list())


# All in one


def test_all_is_the_four_figures() -> None:
    result = dagum(bootstrap=10, seed=1)
    axes = result.plot("all", intervals=True)
    assert axes.shape == (2, 2)
    assert len(plt.get_fignums()) == 1
    for ax, kind in zip(axes.ravel(), ("components", "shares", "within", "between"), strict=True):
        alone = result.plot(kind, **({} if kind == "shares" else {"intervals": True}))
        assert ax.get_title() == alone.get_title()
        assert lines(ax) == lines(alone)
        assert heights(ax) == heights(alone)
        assert len(ax.collections) == len(alone.collections)


def test_all_takes_an_array_of_four_axes() -> None:
    four = plt.subplots(1, 4)[1]
    assert dagum().plot("all", ax=four) is four
    assert [each.get_title() for each in four] == [
        "Components",
        "Shares of the components",
        "Within groups",
        "Between groups",
    ]


@pytest.mark.parametrize("n", [1, 3])
def test_all_refuses_other_axes(n: int) -> None:
    with pytest.raises(rgm.InvalidInputError, match="four axes"):
        dagum().plot("all", ax=plt.subplots(1, n)[1])


# Axes


@pytest.mark.parametrize("kind", ["components", "shares", "within", "between"])
def test_axes_given_are_drawn_on_and_returned(kind: str) -> None:
    figure, (left, right) = plt.subplots(1, 2)
    assert dagum().plot(kind, ax=right) is right
    assert right.get_title() != ""
    assert not left.has_data()
    assert plt.get_fignums() == [figure.number]


def test_new_axes_are_those_of_a_new_figure() -> None:
    one, two = dagum().plot(), dagum().plot()
    assert one.figure is not two.figure
    assert one.figure.axes == [one]
    assert len(plt.get_fignums()) == 2


def test_polars_results_draw_the_same() -> None:
    expected, result = dagum(), dagum(pl.from_pandas(panel()))
    for kind in ("components", "within", "between"):
        assert lines(result.plot(kind)) == lines(expected.plot(kind))
    assert heights(result.plot("shares")) == heights(expected.plot("shares"))


@pytest.mark.parametrize("measure", ["T", "gini", None])
def test_an_unknown_measure_is_refused(measure: Any) -> None:
    for kind in ("components", "shares", "within"):
        with pytest.raises(rgm.InvalidInputError, match="measure must be one of 't', 'l'"):
            theil().plot(kind, measure=measure)
