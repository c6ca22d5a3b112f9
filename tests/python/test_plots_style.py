"""Figures: periods on the axis, many groups, fonts that show Chinese, and settings of the caller left alone."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from regiometrics._terms import TERMS
from test_plots import dagum, heights, legend, lines, panel, theil, ticks

mpl.use("Agg")
import matplotlib.pyplot as plt

# Every figure there is; "all" is the four of the Dagum decomposition.
KINDS = [("dagum_gini", "all"), ("theil", "components"), ("theil", "shares"), ("theil", "within")]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    with mpl.rc_context():
        yield
    rgm.set_language("en")
    plt.close("all")


def draw(method: str, kind: str, data: pd.DataFrame, **options: Any) -> list[Axes]:
    result = (dagum if method == "dagum_gini" else theil)(data, **options)
    return list(np.ravel(result.plot(kind)))


def save(ax: Axes, form: str = "png") -> bytes:
    """Save as a file of the form; the warnings of a missing glyph or a failed layout are errors here."""
    file = io.BytesIO()
    ax.figure.savefig(file, format=form)
    return file.getvalue()


# Periods


TIMES: dict[str, tuple[Any, list[str]]] = {
    "years as numbers": ([2011, 2013, 2018], ["2011", "2013", "2018"]),
    "years as floats": ([2011.0, 2013.0, 2018.0], ["2011", "2013", "2018"]),
    "fractions of years": ([2011.25, 2011.5, 2011.75], ["2011.25", "2011.5", "2011.75"]),
    "text": (["2011Q1", "2011Q2", "2012Q1"], ["2011Q1", "2011Q2", "2012Q1"]),
    "dates": (pd.to_datetime(["2011-01-01", "2013-06-30", "2018-01-01"]), ["2011-01-01", "2013-06-30", "2018-01-01"]),
    "periods": (pd.PeriodIndex(["2011Q1", "2011Q2", "2012Q1"], freq="Q"), ["2011Q1", "2011Q2", "2012Q1"]),
    # Text is sorted by code point, in which 三 comes before 二.
    "Chinese": (["“十二五”", "“十三五”", "“十四五”"], ["“十三五”", "“十二五”", "“十四五”"]),
}


@pytest.mark.parametrize("kind", ["components", "shares"])
@pytest.mark.parametrize("times", TIMES)
def test_periods_are_marked_by_their_labels(times: str, kind: str) -> None:
    given, expected = TIMES[times]
    ax = dagum(panel(list(given))).plot(kind)
    assert list(ticks(ax).values()) == expected
    save(ax)


@pytest.mark.parametrize("kind", ["components", "shares", "within", "between"])
def test_periods_keep_the_order_of_their_categories(kind: str) -> None:
    order = ["reform", "opening", "accession"]
    data = panel(pd.Categorical(order, categories=order, ordered=True))
    result = dagum(data)
    assert result.overall["time"].to_list() == order
    ax = result.plot(kind)
    assert list(ticks(ax).values()) == order
    for positions, _ in lines(ax).values():
        assert positions == sorted(positions)


@pytest.mark.parametrize("n", [14, 15, 30])
@pytest.mark.parametrize("kind", ["components", "shares"])
def test_many_periods_are_all_drawn_and_some_labelled(kind: str, n: int) -> None:
    years = list(range(1980, 1980 + n))
    ax = dagum(panel(years, units=2)).plot(kind)
    shown = list(ticks(ax).values())
    step = -(-n // 14)
    assert shown == [str(year) for year in years[::step]]
    assert (len(lines(ax)["Gini"][0]) if kind == "components" else len(ax.containers[0])) == n


# Layout. Extents are compared, not pixels.


def overlaps(texts: list[Text]) -> list[tuple[str, str]]:
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text() and text.get_visible()]
    return [
        (first, second)
        for index, (first, box) in enumerate(boxes)
        for second, other in boxes[index + 1 :]
        # A pixel of slack for the rounding of extents.
        if min(box.x1, other.x1) - max(box.x0, other.x0) > 1 and min(box.y1, other.y1) - max(box.y0, other.y0) > 1
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("method", "kind"), [("dagum_gini", "shares"), ("dagum_gini", "all"), ("theil", "shares")])
def test_labels_titles_and_legends_do_not_overlap(method: str, kind: str, language: str) -> None:
    rgm.set_language(language)
    axes = draw(method, kind, panel(list(range(2011, 2023))))
    axes[0].figure.canvas.draw()
    texts = [each for ax in axes for each in (ax.title, ax.xaxis.label, ax.yaxis.label)]
    texts += [text for ax in axes if ax.get_legend() for text in ax.get_legend().get_texts()]
    assert overlaps(texts) == []


@pytest.mark.parametrize("result", [dagum, theil])
def test_the_legend_of_shares_stays_below_the_axis_of_a_small_figure(result: Any) -> None:
    figure, ax = plt.subplots(figsize=(5.0, 2.2), layout="constrained")
    result().plot("shares", ax=ax)
    figure.canvas.draw()
    below = [ax.xaxis.label, *ax.get_xticklabels()]
    assert overlaps([*below, *ax.get_legend().get_texts()]) == []


@pytest.mark.parametrize("kind", ["within", "between"])
def test_bars_of_many_groups_have_readable_labels(kind: str) -> None:
    # Bars may lie or stand.
    ax = dagum(panel([2011], areas=6), time=None).plot(kind)
    save(ax)
    labels = [label for label in (*ax.get_xticklabels(), *ax.get_yticklabels()) if "Area" in label.get_text()]
    assert len(labels) == {"within": 6, "between": 15}[kind]
    upright = [label for label in labels if label.get_rotation() % 180 == 0]
    assert overlaps(upright) == []


@pytest.mark.parametrize("kind", ["within", "between"])
@pytest.mark.parametrize("areas", [8, 12])
def test_many_groups_are_told_apart(kind: str, areas: int) -> None:
    ax = dagum(panel(areas=areas, units=2)).plot(kind)
    drawn = ax.get_lines()
    assert len(drawn) == {"within": areas, "between": areas * (areas - 1) // 2}[kind]
    looks = [(mpl.colors.to_hex(line.get_color()), line.get_marker(), line.get_linestyle()) for line in drawn]
    assert len(set(looks)) == len(looks)
    save(ax)


@pytest.mark.parametrize(("kind", "areas"), [("within", 10), ("between", 5)])
def test_a_legend_of_ten_stands_beside_the_data(kind: str, areas: int) -> None:
    ax = dagum(panel(areas=areas, units=2)).plot(kind)
    save(ax)
    assert legend(ax) == [line.get_label() for line in ax.get_lines()]
    box, frame, figure = ax.get_legend().get_window_extent(), ax.get_window_extent(), ax.figure.bbox
    assert box.x0 >= frame.x1 or box.y1 <= frame.y0 or box.y0 >= frame.y1
    # A pixel of slack for the rounding of extents.
    assert box.x1 <= figure.x1 + 1
    assert box.y0 >= figure.y0 - 1


@pytest.mark.parametrize("result", [dagum, theil])
def test_a_legend_never_covers_lines_that_run_across_the_axes(result: Any) -> None:
    ax = result(panel(list(range(2011, 2023)))).plot("components")
    save(ax)
    assert ax.get_legend().get_window_extent().x0 >= ax.get_window_extent().x1


def test_of_names_that_would_cover_each_other_the_first_stays() -> None:
    places = {"a": (0.0, 0.0), "b": (1.0, 0.0), "c": (0.0, 1.0)} | {f"near {n}": (0.5, 0.5 + n / 1e4) for n in range(9)}
    edges = pd.DataFrame({"from": ["near 0", *places], "to": ["a", *["near 0"] * 12], "n": [5, *range(12)]})
    result = rgm.network_indicators(edges, source="from", target="to", weight="n", parallel="sum", self_loops="drop")
    names = [text for text in result.plot(positions=places).texts if text.get_visible()]
    assert overlaps(names) == []
    assert names[0].get_text() == "near 0"
    assert {name.get_text() for name in names} >= {"a", "b", "c"}
    every = result.plot(positions=places, names=True).texts
    assert len([text for text in every if text.get_visible()]) == 12


def test_colours_of_up_to_eight_groups_are_those_of_okabe_and_ito() -> None:
    ax = dagum(panel(areas=8, units=2)).plot("within")
    colours = [mpl.colors.to_hex(line.get_color()).upper() for line in ax.get_lines()]
    expected = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000"}
    assert set(colours) == expected


# Labels of the caller


@pytest.mark.parametrize("label", ["US$ 1 and US$ 2", r"$\frac{", "a_b^c", "100%"])
def test_labels_are_drawn_as_they_are(label: str) -> None:
    data = panel(areas=2).replace({"area": {"Area 01": label}})
    ax = dagum(data).plot("within")
    assert sorted(legend(ax)) == sorted([label, "Area 02"])
    texts = [text for text in ax.get_legend().get_texts() if text.get_text() == label]
    # A pair of dollar signs would set what stands between them as a formula.
    assert [text.get_parse_math() and label.count("$") > 1 for text in texts] == [False]
    save(ax)


# Fonts


def glyphs() -> set[int]:
    path = fontManager.findfont(FontProperties(family="Noto Sans SC"), fallback_to_default=False)
    return set(FT2Font(path).get_charmap())


def test_the_packaged_font_has_every_term_and_every_name_in_the_data() -> None:
    dagum().plot()
    provinces, chains = rgm.datasets.load_china_provinces(), rgm.datasets.load_jjj_chains()
    texts = [chinese for _, chinese in TERMS.values()]
    for data in (provinces, chains, rgm.datasets.load_ai_development()):
        texts += [text for name in data.select_dtypes(exclude="number") for text in data[name]]
    characters = set("".join(texts))
    assert "疆" in characters
    assert {character for character in characters if ord(character) not in glyphs()} == set()


# Regions of China, and characters that name provinces, cities and periods.
CHINESE = [
    "东北",
    "京津冀",
    "长三角",
    "粤港澳大湾区",
    "成渝",
    "新疆、西藏、内蒙古",
    "“一带一路”",
    "（其他）",
    "Ürümqi 乌鲁木齐",
]


@pytest.mark.parametrize("form", ["png", "pdf", "svg"])
@pytest.mark.parametrize(("method", "kind"), KINDS)
def test_chinese_labels_are_saved_without_a_missing_glyph(method: str, kind: str, form: str) -> None:
    rgm.set_language("zh")
    data = panel(["“十二五”", "“十三五”", "2023年"], areas=4)
    data["area"] = data["area"].map(dict(zip(sorted(set(data["area"])), CHINESE, strict=False)))
    axes = draw(method, kind, data)
    assert len(save(axes[0], form)) > 5000


def test_all_chinese_labels_of_nine_groups_are_saved() -> None:
    data = panel([2011], areas=9)
    data["area"] = data["area"].map(dict(zip(sorted(set(data["area"])), CHINESE, strict=True)))
    for form in ("png", "pdf", "svg"):
        save(dagum(data, time=None).plot("within"), form)


@pytest.mark.parametrize("family", ["serif", "monospace", "DejaVu Sans Mono", ["DejaVu Serif", "sans-serif"]])
def test_the_callers_font_comes_first(family: str | list[str]) -> None:
    mpl.rcParams["font.family"] = family
    ax = dagum(panel(["“十二五”", "2016"])).plot()
    families = [text.get_fontfamily() for text in (ax.title, *ax.get_xticklabels(), *ax.get_legend().get_texts())]
    first = [family] if isinstance(family, str) else family
    assert families == [[*first, "Noto Sans SC"]] * len(families)
    save(ax)


def test_axes_made_before_show_chinese_too() -> None:
    _, ax = plt.subplots()
    rgm.set_language("zh")
    dagum(panel(["“十二五”", "2016"])).plot(ax=ax)
    save(ax)


# Settings of the caller


@pytest.mark.parametrize(("method", "kind"), KINDS)
def test_settings_of_matplotlib_are_left_alone(method: str, kind: str) -> None:
    mpl.rcParams["font.family"] = ["serif"]
    mpl.rcParams["axes.grid"] = True
    before = dict(mpl.rcParams)
    draw(method, kind, panel())
    assert dict(mpl.rcParams) == before


def test_settings_are_left_alone_when_a_figure_fails() -> None:
    before = dict(mpl.rcParams)
    with pytest.raises(rgm.InvalidInputError):
        theil().plot("components", measure="gini")
    assert dict(mpl.rcParams) == before


@pytest.mark.filterwarnings("ignore")  # Those of the kernel's own process.
def test_a_notebook_shows_every_figure() -> None:
    # The first figure loads the backend, whose own settings must outlive it.
    import nbformat
    from nbclient import NotebookClient

    first = "import regiometrics as rgm\nresult = rgm.theil(None, [1.0, 2.0, 4.0])\nresult.plot();"
    cells = [nbformat.v4.new_code_cell(source) for source in (first, "result.plot();", "result.plot('shares');")]
    NotebookClient(notebook := nbformat.v4.new_notebook(cells=cells)).execute()
    assert [sum("image/png" in each.get("data", {}) for each in cell.outputs) for cell in notebook.cells] == [1, 1, 1]


# Numbers at the border


def test_an_infinite_measure_is_left_out_of_the_figure() -> None:
    # A zero makes L infinite; the other period is drawn all the same.
    data = panel()
    data.loc[0, "gdp"] = 0.0
    with pytest.warns(rgm.RegiometricsWarning, match="1 zero"):
        result = theil(data)
    for kind in ("components", "shares", "within"):
        save(result.plot(kind, measure="l"))
    drawn = lines(result.plot("components", measure="l"))["Theil L"][1]
    assert drawn[1:] == result.overall["theil_l"].to_list()[1:]


def test_an_infinite_bar_is_left_out_of_the_figure() -> None:
    with pytest.warns(rgm.RegiometricsWarning, match="1 zero"):
        result = rgm.theil(None, [0.0, 1.0, 2.0, 5.0], group=["a", "a", "b", "b"])
    ax = result.plot("within", measure="l")
    save(ax)
    # Group b: means of 2 and 5 are 3.5, and ln 3.5 − (ln 2 + ln 5)/2.
    assert heights(ax)[1] == pytest.approx(np.log(3.5) - np.log(10.0) / 2, rel=1e-14)


def test_saved_text_of_an_svg_is_the_labels() -> None:
    mpl.rcParams["svg.fonttype"] = "none"
    rgm.set_language("zh")
    text = save(dagum().plot("components"), "svg").decode()
    shown = set(re.findall(r">([^<>\n]+)</text>", text))
    assert {"时间", "基尼系数", "超变密度", "2011", "基尼系数及其构成"} <= shown
