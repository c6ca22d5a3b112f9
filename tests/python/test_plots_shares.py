"""Stacked shares: bars of one hundred percent."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from test_plots import dagum, heights, legend, panel, theil, ticks

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


def stacks(ax: Axes) -> np.ndarray:
    """Return the bars as share × period × (floor, height)."""
    return np.array([[(bar.get_y(), bar.get_height()) for bar in bars] for bars in ax.containers])


# A bar is kept as floor and top: its height is off by the rounding of two numbers up to 100.
BAR = 3e-14


def test_shares_of_dagum_are_bars_of_one_hundred() -> None:
    result = dagum()
    ax = result.plot("shares")
    columns = ["share_within", "share_between", "share_transvariation"]
    assert legend(ax) == ["Transvariation", "Between", "Within"]
    floors, drawn = np.moveaxis(stacks(ax), 2, 0)
    np.testing.assert_allclose(drawn.T, 100.0 * result.overall[columns], rtol=0, atol=BAR)
    # Each bar starts where the one below ends, and the last ends at 100.
    np.testing.assert_allclose(floors[1:], (floors + drawn)[:-1], rtol=0, atol=BAR)
    np.testing.assert_allclose((floors + drawn)[-1], 100.0, rtol=0, atol=2 * BAR)
    assert floors[0].tolist() == [0.0, 0.0, 0.0]
    assert ax.get_ylim() == (0.0, 100.0)
    assert list(ticks(ax).values()) == ["2011", "2013", "2018"]
    assert (ax.get_title(), ax.get_ylabel()) == ("Shares of the components", "Share (%)")


@pytest.mark.parametrize("measure", ["t", "l"])
def test_shares_of_theil_are_bars_of_one_hundred(measure: str) -> None:
    result = theil()
    ax = result.plot("shares", measure=measure)
    percent = 100.0 * result.overall[[f"share_within_{measure}", f"share_between_{measure}"]]
    assert legend(ax) == ["Between", "Within"]
    np.testing.assert_allclose(stacks(ax)[:, :, 1].T, percent, rtol=0, atol=BAR)


def test_numbers_in_the_bars_are_the_shares_to_one_decimal() -> None:
    result = dagum()
    texts = [text.get_text() for text in result.plot("shares").texts]
    percent = 100.0 * result.overall[["share_within", "share_between", "share_transvariation"]].to_numpy().T.ravel()
    assert texts == ["" if each < 4.0 else f"{each:.1f}" for each in percent]


def test_a_period_of_equal_values_has_no_bar() -> None:
    data = panel()
    data.loc[data["year"] == 2013, "gdp"] = 7.0
    ax = dagum(data).plot("shares")
    middle = [bars[1].get_height() for bars in ax.containers]
    assert np.isnan(middle).all()
    assert [text.get_text() for text in ax.texts][1::3] == ["", "", ""]
    ax.figure.savefig("/dev/null", format="png")


def test_a_share_has_the_colour_of_its_line() -> None:
    for result, name in ((dagum(), "Within"), (dagum(), "Between"), (theil(), "T within")):
        line = next(each for each in result.plot("components").get_lines() if each.get_label() == name)
        bars = {each.get_label(): each for each in result.plot("shares").containers}
        bar = bars[name.removeprefix("T ").capitalize()]
        assert mpl.colors.to_hex(bar[0].get_facecolor()) == mpl.colors.to_hex(line.get_color())


def test_without_periods_shares_are_one_bar() -> None:
    result = dagum(panel([2011]), time=None)
    ax = result.plot("shares")
    columns = ["share_within", "share_between", "share_transvariation"]
    np.testing.assert_allclose(heights(ax), 100.0 * result.overall.loc[0, columns].to_numpy(float), rtol=0, atol=BAR)
    assert list(ticks(ax).values()) == ["Overall"]
