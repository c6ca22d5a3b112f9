"""English and Chinese: what is shown changes, what is stored does not."""

from __future__ import annotations

import pickle
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from regiometrics._language import language, term
from regiometrics._notes import chinese_note, shown_note
from regiometrics._result import Result
from regiometrics._terms import _FAMILIES, TERMS
from regiometrics._terms.notes import NOTES, PHRASES
from test_result import METHODS, panel, tables


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    rgm.set_language("en")
    plt.close("all")


@pytest.fixture(params=METHODS)
def result(request: pytest.FixtureRequest) -> Result:
    return METHODS[request.param](panel())


def scored() -> pd.DataFrame:
    random = np.random.default_rng(3)
    keys = {"unit": np.repeat(["a", "b", "c"], 3), "time": np.tile([2011, 2013, 2015], 3)}
    return pd.DataFrame(keys | {"first": random.uniform(0.1, 1, 9), "second": random.uniform(0.1, 1, 9)})


# Columns of the caller, which keep their names.
CALLERS = {"first", "second"}


def forest() -> tuple[rgm.RandomForestRegressor, np.ndarray]:
    x = np.random.default_rng(3).normal(size=(40, 2))
    return rgm.RandomForestRegressor(5, random_state=1).fit(x, x[:, 0] ** 2), x


# Results whose tables have cells of several words, or columns of the caller.
def ring() -> dict[str, Any]:
    """Five units in a ring over two periods, and what the statistics of spatial association need to know of them."""
    units, years = ["a", "b", "c", "d", "e"] * 2, [2011] * 5 + [2013] * 5
    data = pd.DataFrame({"unit": units, "time": years, "value": [1.0, 5.0, 2.0, 8.0, 3.0, 4.0, 1.0, 9.0, 2.0, 6.0]})
    links = pd.DataFrame({"source": [*"abcdebcdea"], "target": [*"bcdeaabcde"]})
    return {"data": data, "value": "value", "unit": "unit", "time": "time", "weights": links}


OTHERS: dict[str, Callable[[], Result]] = {
    "classify": lambda: rgm.classify(scored()["first"], k=3),
    "accumulated_effects": lambda: rgm.accumulated_effects(
        *forest(), intervals=5, value=forest()[1][:, 0] ** 2, bootstrap=2, seed=1
    ),
    "partial_dependence": lambda: rgm.partial_dependence(
        *forest(), pairs=("x1", "x2"), kind="both", grid_size=4, value=forest()[1][:, 0] ** 2, bootstrap=2, seed=1
    ),
    "coupling_coordination": lambda: rgm.coupling_coordination(scored().drop(columns="time"), ["first", "second"]),
    "kde": lambda: rgm.kde(scored(), "first", group="unit", bootstrap=200, silverman_test=500, seed=1),
    "kde2d": lambda: rgm.kde2d(scored(), x="first", y="second", time="time", grid_size=8),
    "local_g": lambda: rgm.local_g(**ring(), permutations=9, seed=1),
    "local_moran": lambda: rgm.local_moran(**ring(), permutations=9, seed=1),
    "driver_importance": lambda: rgm.driver_importance(
        scored(), "first", ["second"], n_estimators=5, permutations=2, seed=1
    ),
    "tune_forest": lambda: rgm.tune_forest(scored(), "first", ["second"], n_estimators=5, most_trees=5, seed=1),
    "markov": lambda: rgm.markov(scored(), "first", unit="unit", time="time", k=2),
    "moran": lambda: rgm.moran(**ring(), permutations=9, seed=1),
    "spatial_markov": lambda: rgm.spatial_markov(
        scored(), "first", unit="unit", time="time", k=2, weights=pd.DataFrame({"source": [*"abc"], "target": [*"bca"]})
    ),
    "deviational_ellipse": lambda: rgm.deviational_ellipse(scored(), x="first", y="second", time="time", crs=4326),
    "network_indicators": lambda: rgm.network_indicators(
        pd.DataFrame({"a": [*"abc"] * 2, "b": [*"bca"] * 2, "year": [1, 1, 1, 2, 2, 2]}),
        source="a",
        target="b",
        time="year",
    ),
    "entropy_weights": lambda: rgm.entropy_weights(scored()[["unit", "first", "second"]], ["first", "second"]),
    "geodetector": lambda: rgm.geodetector(
        pd.concat([scored(), scored()]),
        "first",
        ["unit", "second"],
        time="time",
        discretize={"second": ("quantiles", 3)},
        pooled=False,
        permutations=3,
        interaction_permutations=3,
        bootstrap=3,
        seed=1,
    ),
    "interpolate": lambda: rgm.interpolate(
        scored().assign(value=[1.0, None, 3.0] * 3)[["unit", "time", "value"]], "value", unit="unit", time="time"
    ),
    "optimal_discretization": lambda: rgm.optimal_discretization(scored(), "first", "second", k=3),
    "topsis": lambda: rgm.topsis(scored()[["unit", "first", "second"]], ["first", "second"]),
    "tapio": lambda: rgm.tapio(scored(), pressure="first", driver="second", unit="unit", time="time"),
}


@pytest.fixture(params=[*METHODS, *OTHERS])
def any_result(request: pytest.FixtureRequest) -> Result:
    return METHODS[request.param](panel()) if request.param in METHODS else OTHERS[request.param]()


def shown_names(result: Result) -> set[str]:
    """Return the stored names of which `summary()` and notebooks show the terms."""
    names = {result._method}
    for table in result._shown:
        frame = tables(result)[table]
        states = {state for column in result._states if column in frame for state in frame[column]}
        names |= {result._heading(table), *frame.columns, *states}
    return names


def is_chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


def is_numbered_state(name: Any) -> bool:
    """Classes of a chain are numbers in both languages, also where they head a column."""
    return re.fullmatch(r"(to_)?\d+", str(name)) is not None


# Every name has its terms


def test_every_result_class_is_tried_here() -> None:
    assert {kind._method for kind in Result.__subclasses__()} == {*METHODS, *OTHERS}


def test_a_name_has_its_term_in_one_family_only() -> None:
    assert sum(len(family.TERMS) for family in _FAMILIES) == len(TERMS)


def test_every_stored_name_has_a_term_in_both_languages(any_result: Result) -> None:
    result = any_result
    names = {result._method}
    for table, frame in tables(result).items():
        states = {state for column in result._states if column in frame for state in frame[column]}
        names |= {result._heading(table), *frame.columns, *states}
    names = {name for name in names if not is_numbered_state(name)}
    assert names - CALLERS - set(TERMS) == set()
    for name in names - CALLERS:
        english, chinese = TERMS[name]
        assert english.isascii(), name
        assert is_chinese(chinese), name


def test_no_two_columns_of_a_table_have_the_same_term(any_result: Result) -> None:
    result = any_result
    for frame in tables(result).values():
        for position in (0, 1):
            terms = [
                name if is_numbered_state(name) else TERMS[name][position]
                for name in frame.columns
                if name not in CALLERS
            ]
            assert len(set(terms)) == len(terms)


def test_no_two_tables_of_a_result_have_the_same_heading(any_result: Result) -> None:
    result = any_result
    for position in (0, 1):
        headings = [TERMS[result._heading(table)][position] for table in result._tables]
        assert len(set(headings)) == len(headings)


def test_terms_of_one_method_do_not_speak_of_another() -> None:
    result = METHODS["theil"](panel())
    rgm.set_language("zh")
    texts = [result.summary(), result._repr_html_()]
    for kind in ("components", "shares", "within"):
        texts += [text.get_text() for text in result.plot(kind).findobj(matplotlib.text.Text)]
    # 基尼 is Gini.
    assert not [text for text in texts if "基尼" in text]


def test_types_of_rank_consistency_have_terms() -> None:
    rgm.set_language("zh")
    assert [term(kind) for kind in ("leading", "synchronous", "lagging")] == ["超前型", "同步型", "滞后型"]


# What is shown


def texts_of(result: Result) -> dict[str, Callable[[], str]]:
    return {
        "summary": result.summary,
        "html": result._repr_html_,
        "latex": lambda: "\n".join(result.to_latex(table) for table in result._shown),
    }


@pytest.mark.parametrize("form", ["summary", "html", "latex"])
def test_chinese_terms_take_the_place_of_english_ones(result: Result, form: str) -> None:
    show = texts_of(result)[form]
    names = shown_names(result)
    if form == "latex":
        # A tabular has no heading.
        names -= {result._method, *(result._heading(table) for table in result._shown)}
        names |= {column for table in result._shown for column in tables(result)[table].columns}
    before = show()
    assert all(TERMS[name][0] in before for name in names)
    rgm.set_language("zh")
    chinese = show()
    assert all(TERMS[name][1] in chinese for name in names)
    # The notes below the tables are sentences of their own.
    terms = chinese.split("Standard errors:")[0]
    for name in names - {"n", "mean"}:
        assert not re.search(rf"(?<![\w>]){re.escape(TERMS[name][0])}(?!\w)", terms), name
    rgm.set_language("en")
    assert show() == before


def test_figures_are_labelled_in_the_language_in_force(result: Result) -> None:
    rgm.set_language("zh")
    ax = result.plot()
    title, x, y = ax.get_title(), ax.get_xlabel(), ax.get_ylabel()
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert x == "时间"
    assert all(is_chinese(text) for text in (title, y, *legend))
    rgm.set_language("en")
    # A figure that is drawn stays as it is; the next one is in English.
    assert ax.get_title() == title
    assert result.plot().get_xlabel() == "Time"


def test_the_words_of_the_field() -> None:
    rgm.set_language("zh")
    text = METHODS["dagum_gini"](panel()).summary()
    assert text.startswith("Dagum基尼系数及其分解\n")
    assert all(word in text for word in ("组内差异", "组间差异", "超变密度", "超变密度贡献率"))


# What is stored


def test_stored_columns_and_states_stay_english(result: Result) -> None:
    before = tables(result)
    rgm.set_language("zh")
    again = METHODS[result._method](panel())
    for name, frame in tables(again).items():
        assert all(column.isascii() for column in frame.columns)
        pd.testing.assert_frame_equal(frame, before[name], check_exact=True)
    assert repr(again) == repr(result)
    assert result.to_frame().columns.to_list() == before["overall"].columns.to_list()


def test_a_result_pickled_in_chinese_is_read_in_english() -> None:
    result = METHODS["dagum_gini"](panel())
    text = result.summary()
    rgm.set_language("zh")
    pickled = pickle.dumps(METHODS["dagum_gini"](panel()))
    rgm.set_language("en")
    assert pickle.loads(pickled).summary() == text


def test_group_labels_are_not_translated() -> None:
    # Labels of the caller that happen to be stored names of the package.
    data = pd.DataFrame({"gdp": [1.0, 3.0, 4.0], "area": ["within", "mean", "gini"]})
    rgm.set_language("zh")
    lines = [line.split() for line in rgm.theil(data, "gdp", group="area").summary().splitlines()]
    assert {line[0] for line in lines[-3:]} == {"within", "mean", "gini"}


# The choice


@pytest.mark.parametrize("unknown", ["fr", "ZH", "zh-CN", "", None, 1, ["zh"]])
def test_unknown_languages_are_refused_and_change_nothing(unknown: Any) -> None:
    rgm.set_language("zh")
    with pytest.raises(rgm.InvalidInputError) as raised:
        rgm.set_language(unknown)
    assert str(raised.value) == f"language must be one of 'en', 'zh', not {unknown!r}"
    assert language() == "zh"


def test_english_is_what_no_argument_means() -> None:
    rgm.set_language("zh")
    rgm.set_language()
    assert language() == "en"
    assert term("time") == "Time"


# Alignment


def width(text: str) -> int:
    """Return how many columns a terminal gives to `text`."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def blocks(summary: str) -> list[list[str]]:
    """Return the lines of each table: those that follow a heading up to the next blank line."""
    parts = summary.split("\n\n")
    return [part.splitlines()[1:] for part in parts[1:] if len(part.splitlines()) > 2]


LABELS = {
    "ascii": ("East", "Centre", "West"),
    "chinese": ("东部", "中部地区", "西"),
    "mixed": ("East", "中部地区", "西部 W"),
    "accented": ("Île", "São Paulo", "Ost"),
}


@pytest.mark.parametrize("chosen", ["en", "zh"])
@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("method", METHODS)
def test_columns_line_up_on_the_screen(method: str, labels: str, chosen: str) -> None:
    data = panel().assign(area=np.resize(LABELS[labels], 20))
    rgm.set_language(chosen)
    tables = blocks(METHODS[method](data).summary())
    assert len(tables) >= 2
    for lines in tables:
        assert len({width(line) for line in lines}) == 1, "\n".join(lines)


def test_columns_line_up_when_only_late_rows_are_chinese() -> None:
    # Of more than sixty rows the first and the last thirty are shown.
    areas = [f"Area {k:02d}" for k in range(90)] + ["东部", "中部地区"]
    result = rgm.theil(None, np.arange(1.0, 185.0), group=areas * 2)
    (lines,) = [lines for lines in blocks(result.summary()) if "Group" in lines[0]]
    assert "中部地区" in "\n".join(lines)
    assert len({width(line) for line in lines}) == 1, "\n".join(lines[-5:])


@pytest.mark.parametrize("chosen", ["en", "zh"])
def test_the_title_is_underlined_from_end_to_end(result: Result, chosen: str) -> None:
    rgm.set_language(chosen)
    title, line = result.summary().splitlines()[:2]
    assert line == "=" * width(title)


def test_chains_under_the_neighbours_have_their_headings() -> None:
    table = OTHERS["spatial_markov"]().to_latex
    rgm.set_language("zh")
    assert r"邻域类型 & 期初状态 & 转移数 & 转为1 & 转为2" in table()
    rgm.set_language("en")
    assert r"Neighbours & From & n & to 1 & to 2" in table()


# Notes


def instance(kind: str, english: str, chinese: str) -> tuple[str, str]:
    """Return a sentence in both languages with something in place of every name; a phrase is the last of its kind."""
    parts = {}
    for name in re.findall(r"\{(\w+)\}", english):
        if name in PHRASES:
            # A phrase that holds another of its own kind would never end: the last ones hold none.
            parts[name] = instance(name, *list(PHRASES[name].items())[-1])
        else:
            parts[name] = ("quantiles", "分位数") if name == "state" else (f"7{name}", f"7{name}")
    return tuple(  # type: ignore[return-value]
        form.format(**{name: part[place] for name, part in parts.items()})
        for place, form in enumerate((english, chinese))
    )


@pytest.mark.parametrize("english", NOTES)
def test_a_note_is_shown_by_its_own_sentence_and_no_other(english: str) -> None:
    rgm.set_language("zh")
    said, shown = instance("", english, NOTES[english])
    assert chinese_note(said) == shown


@pytest.mark.parametrize(("kind", "english"), [(kind, english) for kind in PHRASES for english in PHRASES[kind]])
def test_a_phrase_is_shown_by_its_own_words(kind: str, english: str) -> None:
    rgm.set_language("zh")
    said, shown = instance(kind, english, PHRASES[kind][english])
    assert chinese_note(said, kind) == shown


def test_notes_are_shown_in_chinese_and_stored_in_english() -> None:
    result = rgm.theil(pd.DataFrame({"y": [1.0, 2.0, None]}), "y", missing="drop")
    rgm.set_language("zh")
    assert result.notes == ("1 row(s) with missing values left out.",)
    assert result.summary().endswith("\n剔除含缺失值的 1 行。")
    assert "<small>剔除含缺失值的 1 行。</small>" in result._repr_html_()


def test_a_note_without_a_translation_stays() -> None:
    rgm.set_language("zh")
    assert chinese_note("Nobody says this.") is None
    assert shown_note("Nobody says this.") == "Nobody says this."
