"""Figures of partial dependence: what is drawn is what the tables hold."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    plt.close("all")
    rgm.set_language("en")


def result(**options: object) -> rgm.PartialDependence:
    random = np.random.default_rng(1)
    data = pd.DataFrame({"slope": random.uniform(-1, 1, 80), "stage": pd.Categorical(list("abbc") * 20, ordered=True)})
    data["level"] = data["slope"] ** 2 + 0.3 * (data["stage"] == "b")
    model = rgm.RandomForestRegressor(30, max_features=2, random_state=1).fit(data[["slope", "stage"]], data["level"])
    return rgm.partial_dependence(model, data, **options)  # type: ignore[arg-type]


def test_one_panel_per_factor_holds_the_curve_the_rug_and_the_turning_point() -> None:
    found = result()
    first, second = found.plot().ravel()
    curve = found.curves[found.curves["factor"] == "slope"]
    line = first.lines[0]
    assert line.get_drawstyle() == "steps-post"
    assert np.array_equal(line.get_xydata(), curve[["x", "effect"]].to_numpy())
    (rug,) = [each for each in first.collections if each.get_label() == "rug"]
    assert len(rug.get_segments()) == 80
    point = found.turning_points.iloc[0]
    assert first.lines[1].get_xydata().tolist() == [[point["location"], point["effect"]]]
    assert first.texts[0].get_text() == f"{point['location']:.3g}"
    assert [first.get_xlabel(), first.get_ylabel(), second.get_ylabel()] == ["slope", "Mean prediction", ""]
    # Categories are points at their codes, under their names.
    assert second.lines[0].get_xdata().tolist() == [0.0, 1.0, 2.0]
    assert [label.get_text() for label in second.get_xticklabels()] == ["a", "b", "c"]


def test_curves_of_rows_are_drawn_as_steps_and_no_more_than_asked() -> None:
    found = result(kind="both", centered=True, factors=["slope"])
    ax = found.plot(most_rows=10).item()
    (rows,) = [each for each in ax.collections if each.get_label() != "rug"]
    assert len(rows.get_segments()) == 10
    own = found.individual[found.individual["row"] == 0]
    corners = rows.get_segments()[0]
    assert corners[0].tolist() == own[["x", "effect"]].iloc[0].tolist()
    assert corners[-1].tolist() == own[["x", "effect"]].iloc[-1].tolist()
    assert len(corners) == 2 * len(own) - 1
    assert ax.get_ylabel() == "Change of the prediction"
    alone = result(kind="individual", factors=["slope"]).plot().item()
    assert len(alone.lines) == 0


def test_bands_one_scale_and_given_axes() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=(60, 2))
    model = rgm.RandomForestRegressor(20, random_state=1).fit(x, x[:, 0])
    found = rgm.partial_dependence(model, x, bootstrap=10, value=x[:, 0], seed=1)
    given = plt.subplots(1, 2)[1]
    assert found.plot(ax=given, share_y=True) is given
    assert given[0].get_ylim() == given[1].get_ylim()
    curve = found.curves[found.curves["factor"] == "x1"]
    heights = given[0].collections[0].get_paths()[0].vertices[:, 1]
    assert heights.max() == curve["high"].max()
    assert heights.min() == curve["low"].min()
    with pytest.raises(rgm.InvalidInputError, match="ax must hold 2 axes"):
        found.plot(ax=plt.subplots()[1])


def test_a_heat_map_holds_the_surface() -> None:
    found = result(pairs=("slope", "stage"), grid_size=5)
    ax = found.plot("pairs").item()
    (mesh,) = [each for each in ax.collections if hasattr(each, "get_coordinates")]
    levels = found.pairs["effect"].to_numpy().reshape(-1, 3)
    assert np.array_equal(np.asarray(mesh.get_array()).reshape(3, -1), levels.T)
    edges = mesh.get_coordinates()
    assert edges[0, :-1, 0].tolist() == found.pairs["x_a"].unique().tolist()
    assert edges[:, 0, 1].tolist() == [-0.5, 0.5, 1.5, 2.5]
    with pytest.raises(rgm.InvalidInputError, match="no pairs to draw"):
        result().plot("pairs")


def test_names_of_categories_stand_aslant_where_they_would_touch() -> None:
    random = np.random.default_rng(1)
    names = ["very low", "rather low", "rather high", "very high"]
    stage = pd.Categorical(np.array(names)[random.integers(0, 4, 80)], categories=names, ordered=True)
    data = pd.DataFrame({"stage": stage, "slope": random.normal(size=80)})
    model = rgm.RandomForestRegressor(10, random_state=1).fit(data, data["slope"] + stage.codes)
    found = rgm.partial_dependence(model, data, pairs=("stage", "slope"), grid_size=5)
    for ax in (found.plot("curves").ravel()[0], found.plot("pairs").item()):
        ax.figure.canvas.draw()
        angles = [label.get_rotation() for label in ax.get_xticklabels()]
        assert angles == [30.0] * 4
    # Short ones stand upright.
    upright = result().plot().ravel()[1].get_xticklabels()
    assert {label.get_rotation() for label in upright} == {0.0}


def test_figures_speak_chinese() -> None:
    rgm.set_language("zh")
    assert result().plot().ravel()[0].get_ylabel() == "偏依赖值"
    assert result(centered=True).plot().ravel()[0].get_ylabel() == "预测值变化"
