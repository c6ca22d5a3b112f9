"""Figures of the geographic detector and of the search for classes: the data drawn."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from test_geodetector import FACTORS, panel

mpl.use("Agg")
import matplotlib.pyplot as plt

MARKS = {"univariate nonlinear weaken": "▽", "bivariate enhance": "△", "independent": "○", "nonlinear enhance": "▲"}
pytestmark = pytest.mark.filterwarnings("ignore:Strata of one unit:regiometrics.RegiometricsWarning")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    rgm.set_language("en")
    plt.close("all")


@pytest.fixture(scope="module")
def result() -> rgm.Geodetector:
    return rgm.geodetector(panel(), "yield", FACTORS, time="year", bootstrap=29, permutations=99, seed=1)


def test_bars_are_q_in_order_with_stars_and_intervals(result: rgm.Geodetector) -> None:
    ax = result.plot("factor", time=2012)
    rows = result.factor[result.factor["time"] == 2012].sort_values("q", ascending=False)
    assert [bar.get_width() for bar in ax.patches] == rows["q"].tolist()
    assert [label.get_text() for label in ax.get_yticklabels()] == rows["factor"].tolist()
    stars = ["***" if p < 0.01 else "**" if p < 0.05 else "*" if p < 0.1 else "" for p in rows["p_value"]]
    assert [text.get_text() for text in ax.texts] == [f"{q:.3f}{s}" for q, s in zip(rows["q"], stars, strict=True)]
    (lines,) = ax.collections
    ends = [tuple(segment[:, 0]) for segment in lines.get_segments()]
    assert ends == list(zip(rows["low"], rows["high"], strict=True))
    assert ax.get_title() == "Factor detector (2012)"


def test_periods_stand_beside_each_other(result: rgm.Geodetector) -> None:
    ax = result.plot("factor", p="p_permutation")
    order = result.factor.groupby("factor")["q"].mean().sort_values(ascending=False).index
    for container, (_, rows) in zip(ax.containers[: 2 * 3 : 1], result.factor.groupby("time"), strict=False):
        assert [bar.get_width() for bar in container] == rows.set_index("factor").loc[order, "q"].tolist()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["2006", "2012", "2019"]


def test_the_triangle_holds_every_q_and_marks_its_type(result: rgm.Geodetector) -> None:
    ax = result.plot("interaction", time=2019)
    cells = ax.images[0].get_array().filled(np.nan)
    alone = result.factor[result.factor["time"] == 2019].set_index("factor")["q"]
    pairs = result.interaction[result.interaction["time"] == 2019]
    expected = np.full((3, 3), np.nan)
    expected[np.diag_indices(3)] = alone[FACTORS]
    texts = {(i, i): f"{alone[name]:.2f}" for i, name in enumerate(FACTORS)}
    for row in pairs.itertuples():
        place = FACTORS.index(row.factor_b), FACTORS.index(row.factor_a)
        expected[place] = row.q
        texts[place] = f"{row.q:.2f}\n{MARKS[row.type]}"
    np.testing.assert_array_equal(cells, expected)
    assert {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in ax.texts} == texts
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert sorted(legend) == sorted(f"{MARKS[kind]} {kind}" for kind in set(pairs["type"]))


def test_the_triangle_has_a_panel_per_period(result: rgm.Geodetector) -> None:
    axes = result.plot("interaction")
    titles = [panel.get_title() for panel in axes.ravel()]
    assert titles == [f"Interaction detector ({year})" for year in (2006, 2012, 2019)]
    given = plt.subplots()[1]
    with pytest.raises(rgm.InvalidInputError, match="name the time to draw on these axes"):
        result.plot("interaction", ax=given)
    assert result.plot("interaction", ax=given, time=2006) is given
    # One scale for all panels, up to the next tenth of the largest q.
    top = np.ceil(10 * max(result.factor["q"].max(), result.interaction["q"].max())) / 10
    assert 0.3 < top < 1.0
    assert [panel.images[0].get_clim() for panel in [*axes.ravel(), given]] == [(0.0, top)] * 4


def test_the_ecological_triangle_says_which_factors_differ(result: rgm.Geodetector) -> None:
    ax = result.plot("ecological", time=2006)
    rows = result.ecological[result.ecological["time"] == 2006]
    texts = {
        (
            FACTORS.index(row.factor_a),
            FACTORS.index(row.factor_b),
        ): f"{row.p_value:.2f}\n{'Y' if row.p_value < 0.05 else 'N'}"
        for row in rows.itertuples()
    }
    assert {text.get_position(): text.get_text() for text in ax.texts} == texts
    drawn = ax.images[0].get_array()
    assert {(a, b): bool(drawn[b, a]) for a, b in texts} == {at: text.endswith("Y") for at, text in texts.items()}
    assert np.ma.count(drawn) == len(rows)
    assert len(np.ravel(result.plot("ecological"))) == 3
    alone = rgm.geodetector(panel(), "yield", "soil")
    with pytest.raises(rgm.InvalidInputError, match="pass two or more to geodetector"):
        alone.plot("ecological")


def test_means_of_strata_with_their_errors(result: rgm.Geodetector) -> None:
    ax = result.plot("risk", factor="soil", time=2006)
    rows = result.strata[(result.strata["factor"] == "soil") & (result.strata["time"] == 2006)]
    assert [bar.get_height() for bar in ax.patches] == rows["mean"].tolist()
    (errors,) = ax.collections
    error = (rows["standard_deviation"] / np.sqrt(rows["n"])).to_numpy()
    drawn = np.array([segment[:, 1] for segment in errors.get_segments()])
    np.testing.assert_allclose(drawn[:, 1] - drawn[:, 0], 2 * error, rtol=1e-12)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["clay", "loam", "sand"]


def test_chinese_figures_have_all_their_glyphs(result: rgm.Geodetector, tmp_path: object) -> None:
    rgm.set_language("zh")
    for kind in ("factor", "interaction", "ecological", "risk"):
        axes = np.ravel(result.plot(kind))
        axes[0].figure.savefig(f"{tmp_path}/{kind}.png")
    assert axes[0].get_title().startswith("风险区探测")
    # A missing glyph would be a warning, and warnings fail.


def test_wrong_choices_list_what_there_is(result: rgm.Geodetector) -> None:
    for options, message in (
        ({"time": 2020}, "there is no time 2020 in the result; there is 2006, 2012, 2019"),
        ({"outcome": "y"}, "there is no outcome 'y' in the result; there is none"),
        ({"p": "q"}, "p must be one of 'p_value', 'p_central', 'p_permutation', not 'q'"),
    ):
        with pytest.raises(rgm.InvalidInputError, match=message):
            result.plot("factor", **options)
    with pytest.raises(rgm.InvalidInputError, match="there is no factor 'rain'"):
        result.plot("risk", factor="rain")


def test_q_is_drawn_against_k_with_the_best_ringed() -> None:
    random = np.random.default_rng(3)
    data = pd.DataFrame({"y": random.normal(size=60), "a": random.lognormal(size=60), "b": random.normal(size=60)})
    found = rgm.optimal_discretization(data, "y", ["a", "b"], k=[3, 4, 5])
    ax = found.plot(factor="a")
    *methods, ring = ax.get_lines()
    for line, (_, rows) in zip(
        methods, found.table[found.table["factor"] == "a"].groupby("method", sort=False), strict=True
    ):
        assert line.get_xdata().tolist() == [3, 4, 5]
        assert line.get_ydata().tolist() == rows["q"].tolist()
    best = found.best.set_index("factor").loc["a"]
    assert (ring.get_xdata().tolist(), ring.get_ydata().tolist()) == ([best["k"]], [best["q"]])
    axes = found.plot()
    assert [panel.get_title() for panel in axes.ravel()] == ["a", "b"]
    with pytest.raises(rgm.InvalidInputError, match="there is no factor 'c'"):
        found.plot(factor="c")
    with pytest.raises(rgm.InvalidInputError, match="name the factor"):
        found.plot(ax=ax)
