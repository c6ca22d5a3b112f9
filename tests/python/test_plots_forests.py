"""What the figures of forests draw."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import regiometrics as rgm

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    rgm.set_language("en")
    plt.close("all")


@pytest.fixture(scope="module")
def found() -> rgm.DriverImportance:
    x = np.random.default_rng(1).normal(size=(80, 4))
    return rgm.driver_importance(None, x[:, 0] * 2.0 + x[:, 1], x, n_estimators=40, permutations=99, seed=1)


@pytest.fixture(scope="module")
def tuning() -> rgm.ForestTuning:
    x = np.random.default_rng(1).normal(size=(80, 4))
    return rgm.tune_forest(None, x[:, 0] * 2.0 + x[:, 1], x, n_estimators=40, most_trees=80, seed=1)


@pytest.mark.parametrize("kind", ["inc_mse_scaled", "inc_mse", "inc_node_purity"])
def test_bars_are_the_measure_the_largest_on_top(found: rgm.DriverImportance, kind: str) -> None:
    ax = found.plot(kind)
    table = found.table.sort_values(kind, ascending=False)
    bars = ax.containers[-1]
    assert [bar.get_width() for bar in bars] == table[kind].tolist()
    assert [text.get_text() for text in ax.get_yticklabels()] == table["factor"].tolist()
    assert ax.yaxis_inverted()
    marks = [text.get_text() for text in ax.texts if set(text.get_text()) <= {"*"}]
    p = table[f"p_{kind}"]
    assert marks == ["*" * int((each <= 0.01) + 0 + (each <= 0.05) + (each <= 0.1)) for each in p]


def test_error_bars_are_standard_errors(found: rgm.DriverImportance) -> None:
    table = found.table.sort_values("inc_mse", ascending=False)
    for kind, expected in (("inc_mse", table["inc_mse_se"]), ("inc_mse_scaled", np.ones(4))):
        ax = found.plot(kind)
        (lines,) = [each for each in ax.collections if len(each.get_segments()) == 4]
        half = [(segment[1, 0] - segment[0, 0]) / 2 for segment in lines.get_segments()]
        assert half == pytest.approx(list(expected), rel=1e-9)


def test_the_first_figure_is_both_measures_side_by_side(found: rgm.DriverImportance) -> None:
    axes = found.plot(most=3)
    assert axes.shape == (1, 2)
    assert [len(ax.get_yticklabels()) for ax in axes.ravel()] == [3, 3]
    assert [ax.get_xlabel() for ax in axes.ravel()] == ["%IncMSE", "IncNodePurity"]
    with pytest.raises(rgm.InvalidInputError, match="array of two axes"):
        found.plot(ax=plt.subplots()[1])


def test_curves_are_the_errors(found: rgm.DriverImportance, tuning: rgm.ForestTuning) -> None:
    (line,) = found.plot("oob_curve").lines
    assert line.get_ydata().tolist() == found.oob_curve["oob_mse"].tolist()
    ax = tuning.plot()
    for line, (candidate, rows) in zip(ax.lines, tuning.curves.groupby("max_features"), strict=True):
        assert line.get_label() == str(candidate)
        assert line.get_xdata().tolist() == rows["n_trees"].tolist()
        assert line.get_ydata().tolist() == rows["oob_mse"].tolist()


def test_the_best_candidate_is_marked(tuning: rgm.ForestTuning) -> None:
    whole, best = tuning.plot("max_features").lines
    assert whole.get_ydata().tolist() == tuning.table["oob_mse"].tolist()
    assert best.get_xdata().tolist() == [tuning.max_features]


def test_labels_are_chinese_in_chinese(found: rgm.DriverImportance, tuning: rgm.ForestTuning) -> None:
    rgm.set_language("zh")
    assert "节点纯度" in found.plot("inc_node_purity").get_xlabel()
    assert tuning.plot().get_ylabel() == "袋外均方误差"
