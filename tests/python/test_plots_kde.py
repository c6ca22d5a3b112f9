"""Figures of kernel densities: what is drawn is what the tables hold."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from matplotlib.collections import FillBetweenPolyCollection

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    rgm.set_language("en")
    plt.close("all")


def data() -> pd.DataFrame:
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "gdp": np.concatenate([random.normal(0, 1, 60), random.normal(6, 1, 60)]),
            "year": np.tile([2010, 2015, 2020], 40),
            "area": np.repeat(["Coast", "Inland"], 60),
        }
    )


def density(**options: Any) -> rgm.KernelDensity:
    return rgm.kde(data(), "gdp", grid_size=64, seed=1, **({"time": "year"} | options))


def save(ax: Any) -> bytes:
    file = io.BytesIO()
    np.ravel(ax)[0].figure.savefig(file, format="png")
    return file.getvalue()


def test_panels_of_groups_have_one_scale() -> None:
    for kind, limits in (("lines", "get_ylim"), ("surface", "get_zlim")):
        axes = density(group="area").plot(kind)
        assert len({getattr(ax, limits)() for ax in axes.ravel()}) == 1
        save(axes)
    result = density(group="area")
    for ax in result.plot("ridges").ravel():
        # The first ridge stands on zero.
        rows = result.curves[result.curves["group"] == ax.get_title()]
        first = rows[rows["time"] == rows["time"].iloc[0]]["density"].max()
        assert ax.get_lines()[0].get_ydata().max() == pytest.approx(2.5 * first / result.curves["density"].max())


def test_bands_of_many_periods_are_drawn_on_demand_only() -> None:
    table = data()
    table["year"] = 2010 + np.arange(len(table)) % 5
    result = rgm.kde(table, "gdp", time="year", bootstrap=20, seed=1)
    assert not result.plot("lines").collections
    assert len(result.plot("lines", bands=True).collections) == 5
    assert len(result.plot("ridges", bands=True).get_lines()) == len(result.plot("ridges").get_lines()) + 10


def test_lines_are_the_curves() -> None:
    result = density()
    ax = result.plot()
    assert [line.get_label() for line in ax.get_lines()] == ["2010", "2015", "2020"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["2010", "2015", "2020"]
    for line, (_, rows) in zip(ax.get_lines(), result.curves.groupby("time"), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), rows["x"])
        np.testing.assert_array_equal(line.get_ydata(), rows["density"])
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("Kernel density", "gdp", "Density")
    assert ax.get_ylim()[0] == 0.0
    assert not ax.collections


def test_peaks_and_bands_are_drawn_when_there_are_any() -> None:
    result = density(bootstrap=20)
    ax = result.plot("lines", peaks=True)
    bands = [each for each in ax.collections if isinstance(each, FillBetweenPolyCollection)]
    for band, (_, rows) in zip(bands, result.curves.groupby("time"), strict=True):
        outline = band.get_paths()[0].vertices
        drawn = {(float(x), float(y)) for x, y in outline}
        assert {(float(row.x), float(row.low)) for row in rows.itertuples()} <= drawn
        assert {(float(row.x), float(row.high)) for row in rows.itertuples()} <= drawn
    marks = [line for line in ax.get_lines() if line.get_marker() == "v"]
    drawn = [(x, y) for line in marks for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)]
    assert drawn == list(zip(result.modes["position"], result.modes["height"], strict=True))
    assert not result.plot("lines", bands=False).collections


def test_ridges_stand_one_below_the_other_on_one_scale() -> None:
    result = density()
    ax = result.plot("ridges", peaks=True)
    coloured = [line for line in ax.get_lines() if line.get_label() in ("2010", "2015", "2020")]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["2010", "2015", "2020"]
    highest = result.curves["density"].max()
    for base, line, (_, rows) in zip(ax.get_yticks(), coloured, result.curves.groupby("time"), strict=True):
        assert (line.get_ydata() - base) * highest == pytest.approx(2.5 * rows["density"].to_numpy(), abs=1e-12)
    assert list(ax.get_yticks()) == [0.0, -1.0, -2.0]
    # Later periods stand in front.
    assert [line.get_zorder() for line in coloured] == sorted(line.get_zorder() for line in coloured)


def test_a_surface_carries_the_curves_of_its_periods() -> None:
    result = density()
    ax = result.plot("surface", peaks=True)
    assert ax.name == "3d"
    for position, (line, (year, rows)) in enumerate(zip(ax.get_lines(), result.curves.groupby("time"), strict=True)):
        x, y, z = line.get_data_3d()
        assert line.get_label() == str(year)
        np.testing.assert_array_equal(x, rows["x"])
        assert set(y) == {float(position)}
        np.testing.assert_array_equal(z, rows["density"])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["2010", "2015", "2020"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_zlabel()) == ("gdp", "Time", "Density")
    points = [each for each in ax.collections if hasattr(each, "_offsets3d")]
    drawn = [(float(x), float(z)) for each in points for x, _, z in zip(*each._offsets3d, strict=True)]
    assert drawn == list(zip(result.modes["position"], result.modes["height"], strict=True))
    save(ax)


@pytest.mark.parametrize("kind", ["lines", "ridges", "surface"])
def test_every_group_has_a_panel_or_is_drawn_alone(kind: str) -> None:
    result = density(group="area")
    axes = result.plot(kind)
    assert [ax.get_title() for ax in axes.ravel()] == ["Coast", "Inland"]
    alone = result.plot(kind, group="Inland")
    assert alone.get_title() == "Inland"
    rows = result.curves[(result.curves["group"] == "Inland") & (result.curves["time"] == 2015)]
    line = next(line for line in alone.get_lines() if line.get_label() == "2015")
    drawn = line.get_data_3d()[2] if kind == "surface" else line.get_ydata()
    if kind != "ridges":
        np.testing.assert_array_equal(drawn, rows["density"])
    save(axes)


@pytest.mark.parametrize("kind", ["lines", "ridges", "surface"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_speak_both_languages_without_missing_glyphs(kind: str, language: str) -> None:
    rgm.set_language(language)
    table = data().rename(columns={"gdp": "人均GDP"}).replace({"Coast": "沿海", "Inland": "内陆"})
    result = rgm.kde(table, "人均GDP", time="year", group="area", grid_size=40, bootstrap=5, seed=1)
    # Warnings of a missing glyph are errors here.
    save(result.plot(kind, peaks=True, bands=True))
    texts = {text.get_text() for text in result.plot(kind, group="沿海").findobj(mpl.text.Text)}
    assert "人均GDP" in texts
    assert ("核密度" in texts or "时间" in texts) == (language == "zh")


def test_without_periods_there_is_one_line_and_no_surface() -> None:
    result = density(time=None)
    ax = result.plot("lines")
    assert len(ax.get_lines()) == 1
    assert ax.get_legend() is None
    save(result.plot("ridges"))
    with pytest.raises(rgm.InvalidInputError, match="a surface needs two periods or more"):
        result.plot("surface")


def test_many_periods_are_labelled_in_part() -> None:
    table = pd.DataFrame({"x": np.random.default_rng(1).normal(size=600), "t": np.repeat(np.arange(1990, 2020), 20)})
    result = rgm.kde(table, "x", time="t", grid_size=32)
    for kind, step in (("ridges", 3), ("surface", 4)):
        labels = [text.get_text() for text in result.plot(kind).get_yticklabels()]
        assert labels == [str(year) for year in range(1990, 2020, step)]


def test_refusals_of_figures() -> None:
    result = density(group="area")
    with pytest.raises(rgm.InvalidInputError, match=r"there is no group 'North'; there is 'Coast', 'Inland'"):
        result.plot("lines", group="North")
    with pytest.raises(rgm.InvalidInputError, match="2 groups need an array of as many axes, not 1"):
        result.plot("lines", ax=plt.subplots()[1])
    with pytest.raises(rgm.InvalidInputError, match="three dimensions"):
        result.plot("surface", group="Coast", ax=plt.subplots()[1])
    with pytest.raises(rgm.InvalidInputError, match="there is no plot of kind 'violin'"):
        result.plot("violin")


def plane(**options: Any) -> rgm.KernelDensity2d:
    table = data()
    table["north"] = table["gdp"] * 2 + np.arange(len(table)) / 50
    return rgm.kde2d(table, x="gdp", y="north", grid_size=(12, 9), **options)


@pytest.mark.parametrize("kind", ["filled", "contours"])
def test_planes_are_drawn_on_one_scale(kind: str) -> None:
    result = plane(time="year")
    axes = result.plot(kind)
    assert [ax.get_title() for ax in axes.ravel()[:3]] == ["2010", "2015", "2020"]
    assert {(ax.get_xlabel(), ax.get_ylabel()) for ax in axes.ravel()[:3]} == {("gdp", "north")}
    highest = result.grid["density"].max()
    for ax in axes.ravel()[:3]:
        (drawn,) = [each for each in ax.collections if hasattr(each, "levels")]
        # Round numbers, the same in all panels, of which the last is the first to reach the highest density.
        assert drawn.levels[-2] < highest <= drawn.levels[-1]
        assert all(float(f"{level:.3g}") == pytest.approx(level, rel=1e-9) for level in drawn.levels)
        assert ax.get_aspect() == 1.0
    save(axes)
    alone = result.plot(kind, time=2015)
    assert alone.get_title() == "2015"
    with pytest.raises(rgm.InvalidInputError, match="there is no period 1999"):
        result.plot(kind, time=1999)


def test_one_plane_without_periods() -> None:
    rgm.set_language("zh")
    ax = plane().plot()
    assert ax.get_title() == "空间核密度估计"
    save(ax)
