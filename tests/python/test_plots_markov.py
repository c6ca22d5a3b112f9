"""Figures of Markov chains: what is drawn is what the tables hold."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
import regiometrics as rgm
from regiometrics.tapio import STATES as WITH_UNDEFINED

mpl.use("Agg")
import matplotlib.pyplot as plt

STATES = WITH_UNDEFINED[:8]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    plt.close("all")
    rgm.set_language("en")


def spatial() -> rgm.SpatialMarkov:
    """Two classes of neighbours; in the second the first state is never left."""
    return rgm.spatial_markov_from_counts([[[3, 1], [1, 3]], [[0, 0], [2, 6]]])


def drawn(ax: plt.Axes) -> np.ndarray:
    (image,) = ax.images
    return np.ma.filled(image.get_array(), np.nan)


def test_a_heat_map_holds_the_probabilities() -> None:
    result = rgm.markov_from_counts([[3, 1], [1, 3]], states=["poor", "rich"])
    ax = result.plot()
    assert drawn(ax).tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert [text.get_text() for text in ax.texts] == ["0.750", "0.250", "0.250", "0.750"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["poor\n(n=4)", "rich\n(n=4)"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("To", "From")


def test_an_empty_row_is_hatched() -> None:
    ax = rgm.markov_from_counts([[3, 1], [0, 0]]).plot("probabilities")
    assert np.isnan(drawn(ax)[1]).all()
    (patch,) = ax.patches
    assert (patch.get_y(), patch.get_height(), patch.get_hatch()) == (0.5, 1.0, "////")
    assert ax.texts[0].get_text() == "no transitions"


def test_one_map_per_class_of_neighbours_and_one_for_all() -> None:
    result = spatial()
    axes = result.plot()
    assert [ax.get_title() for ax in axes] == ["Neighbours 1", "Neighbours 2", "All together"]
    assert drawn(axes[0]).tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert len(axes[1].patches) == 1
    assert drawn(axes[2]).tolist() == result.pooled.probabilities.iloc[:, 1:].to_numpy().tolist()
    given = plt.subplots(1, 3)[1]
    assert result.plot("conditional", ax=given) is given
    with pytest.raises(rgm.InvalidInputError, match="ax must hold 3 axes"):
        result.plot("conditional", ax=plt.subplots(1, 2)[1])


def test_bars_are_the_steady_states() -> None:
    result = spatial()
    ax = result.plot("steady_state")
    heights = [[bar.get_height() for bar in container] for container in ax.containers]
    # In the second class the chain comes to a state that it was never seen to leave: no steady state.
    assert heights == [[0.5, 0.5], result.pooled.steady_state["probability"].tolist()]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Neighbours 1", "All together"]
    two = rgm.markov_from_counts([[1, 0], [0, 1]]).plot("steady_state")
    assert [[bar.get_height() for bar in container] for container in two.containers] == [[1.0, 0.0], [0.0, 1.0]]
    none = rgm.markov_from_counts([[1, 1], [0, 0]]).plot("steady_state")
    assert none.texts[0].get_text() == "no class of states is known to be recurrent"


def test_figures_speak_chinese() -> None:
    rgm.set_language("zh")
    assert [ax.get_title() for ax in spatial().plot()] == ["邻域类型 1", "邻域类型 2", "全部样本"]
    ax = rgm.markov_from_counts([[3, 1], [1, 3]], states=["linked", "low"]).plot()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["连接", "low"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["probabilities", "steady_state"])
def test_the_names_of_eight_states_stay_apart(kind: str, language: str) -> None:
    rgm.set_language(language)
    counts = np.arange(1, 65).reshape(8, 8)
    ax = rgm.markov_from_counts(counts, states=STATES).plot(kind)
    ax.figure.draw_without_rendering()
    boxes = [[text.get_window_extent() for text in ax.texts]]
    labels = ax.get_xticklabels()
    if labels[0].get_rotation() > 0:
        # Turned labels lie on parallel lines: their distance across is what counts.
        across = np.diff([label.get_position()[0] for label in labels]) * ax.get_window_extent().width / 8
        assert (across * np.sin(np.pi / 4) > labels[0].get_fontsize() * ax.figure.dpi / 72).all()
    else:
        boxes.append([label.get_window_extent() for label in labels])
    boxes.append([label.get_window_extent() for label in ax.get_yticklabels()])
    for group in boxes:
        assert not any(a.overlaps(b) for i, a in enumerate(group) for b in group[:i])


def test_recurrent_classes_of_one_class_of_neighbours_are_told_apart() -> None:
    counts = [[[3, 0], [0, 3]], [[2, 1], [1, 2]]]
    legend = rgm.spatial_markov_from_counts(counts).plot("steady_state").get_legend()
    names = [text.get_text() for text in legend.get_texts()]
    one, two = ("Neighbours 1, Recurrent class 1", "Neighbours 1, Recurrent class 2")
    assert names == [one, two, "Neighbours 2", "All together"]
