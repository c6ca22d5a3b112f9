"""The page that `python -m regiometrics reproduce --output` writes: complete, self-contained, in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
import regiometrics as rgm
from fontTools.ttLib import TTFont
from regiometrics.reproduce import Comparison, compare_all
from regiometrics.reproduce._comparison import compare
from regiometrics.reproduce._html import page
from regiometrics.reproduce._report import text


class Page(HTMLParser):
    """Collects the cells of the tables, the texts, the images and all attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, str]]] = []
        self.texts: list[str] = []
        self.images: list[str] = []
        self.tags: set[str] = set()
        self._cell: str | None = None
        self._is_style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self._is_style = tag in ("style", "title")
        if tag == "img":
            self.images.append(given["src"] or "")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._cell = (given.get("class") or "") if tag == "td" else "head"
            self.rows[-1].append((self._cell, ""))

    def handle_endtag(self, tag: str) -> None:
        self._is_style = False
        if tag in ("td", "th"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            kind, before = self.rows[-1][-1]
            self.rows[-1][-1] = (kind, before + data)
        if not self._is_style:
            self.texts.append(data)


@pytest.fixture(autouse=True)
def _plain_surroundings() -> Iterator[None]:
    mpl.use("Agg")
    yield
    rgm.set_language("en")
    plt.close("all")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a folder for each language, each written in a process of its own."""
    folders = {language: tmp_path_factory.mktemp(language) for language in ("en", "zh")}
    for language, folder in folders.items():
        command = [sys.executable, "-m", "regiometrics", "reproduce", "--output", str(folder), "--language", language]
        subprocess.run(command, check=True, capture_output=True)
    return folders


def read(folder: Path) -> tuple[str, Page]:
    html = (folder / "report.html").read_text(encoding="utf-8")
    return html, Page(html)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_needs_nothing_beside_it(written: dict[str, Path], language: str) -> None:
    html, parsed = read(written[language])
    assert not re.search(r"https?://|@import|url\((?!data:font/woff;base64,)", html)
    assert not parsed.tags & {"script", "link", "iframe", "object"}
    assert all(source.startswith("data:image/png;base64,") for source in parsed.images)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_chinese_of_the_page_is_in_its_own_font(written: dict[str, Path], language: str) -> None:
    html, parsed = read(written[language])
    (data,) = re.findall(r"@font-face .*?url\(data:font/woff;base64,([^)]+)\)", html)
    font = TTFont(BytesIO(b64decode(data)))
    chinese = {ord(character) for character in "".join(parsed.texts) if "⺀" <= character <= "\uffef"}
    assert chinese <= font.getBestCmap().keys()
    assert len(chinese) > (300 if language == "zh" else 5)
    # A font after one that is installed comes too late for the first lines in Chromium, which then shows boxes.
    assert re.search(r"font: [^;]*?\d \"regiometrics CJK\", system-ui", html)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_stands_there_published_computed_and_its_difference(
    written: dict[str, Path], language: str
) -> None:
    _, parsed = read(written[language])
    shown = 0
    for row in parsed.rows:
        kinds, cells = [kind for kind, _ in row], [cell for _, cell in row]
        for start in (place for place, kind in enumerate(kinds) if kind == "first" and cells[place] and len(row) > 3):
            published, computed, difference = cells[start : start + 3]
            if not re.fullmatch(r"−?\d+(\.\d+)?", published):
                continue
            a, b = (float(cell.replace("−", "-")) for cell in (published, computed))
            decimals = len(published.partition(".")[2])
            told = float(difference.removeprefix("≠ ").replace("−", "-"))
            # Both the computed figure and the difference are rounded to two digits more than the print.
            assert told == pytest.approx(b - a, abs=1.01 * 10.0 ** -(decimals + 2))
            # Halves are rounded either way, and a computed figure that is shown as a half may lie on either side.
            half = 0.5 * 10.0**-decimals
            if abs(abs(b - a) - half) > 1.01 * 10.0 ** -(decimals + 2):
                assert difference.startswith("≠") == (abs(b - a) > half), row
            shown += 1
    comparisons = compare_all()
    words = sum(int((each.figures["quantity"].isin(["type", "consistency"])).sum()) for each in comparisons)
    assert shown == sum(each.n_figures for each in comparisons) - words


def test_verdicts_and_reasons_are_those_of_the_comparisons(written: dict[str, Path]) -> None:
    _, parsed = read(written["en"])
    told = " ".join(parsed.texts)
    for comparison in compare_all():
        assert comparison.title in told
        assert all(reason in told for reason in comparison.reasons.values())
        assert all(note.strip() in told for note in comparison.notes)


def test_the_figures_are_inside_the_page(written: dict[str, Path]) -> None:
    drawn = [comparison for comparison in compare_all() if comparison.draw is not None]
    assert len(drawn) >= 6
    for folder in written.values():
        _, parsed = read(folder)
        assert len(parsed.images) == len(drawn)
        for source in parsed.images:
            image = b64decode(source.partition(",")[2])
            assert image.startswith(b"\x89PNG")
            # An empty figure of this size takes fewer bytes.
            assert len(image) > 10_000


def test_the_chinese_report_has_no_english_sentences(written: dict[str, Path]) -> None:
    html, parsed = read(written["zh"])
    assert '<html lang="zh-CN">' in html
    report = (written["zh"] / "report.txt").read_text(encoding="utf-8")
    for told in (*parsed.texts, *report.splitlines()):
        assert not re.search(r"(?:\b[A-Za-z]{2,} ){3}[A-Za-z]{2,}", told), told


def test_a_wrong_figure_is_marked_and_named() -> None:
    printed = pd.DataFrame({"year": [2011, 2012], "gini": [0.52, 0.40]})
    figures = compare(printed, pd.DataFrame({"year": [2011, 2012], "gini": [0.524, 0.437]}), ["year"])
    comparison = Comparison(
        title="A <b> table",
        sources=("ai_dagum",),
        figures=figures,
        rows=("quantity",),
        across="year",
        part="year",
        reasons={2012: "because"},
    )
    parsed = Page(page([comparison], ["closing"]))
    (row,) = [cells for cells in parsed.rows if len(cells) == 7 and ("first", "0.52") in cells]
    assert row[1:] == [
        ("first", "0.52"), ("", "0.5240"), ("", "+0.0040"),
        ("first", "0.40"), ("differ", "0.4370"), ("differ", "≠ +0.0370"),
    ]  # fmt: skip
    assert "A <b> table" in parsed.texts
    assert "because" in parsed.texts
    assert "2012: 0 of 1 figures reproduce in all printed digits (largest difference 0.037)" in text(
        [comparison], [], {}
    )


def test_without_matplotlib_the_page_says_what_is_missing(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from regiometrics.reproduce import reproduce\n"
        f"reproduce({str(tmp_path)!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    _, parsed = read(tmp_path)
    assert parsed.images == []
    assert "pip install 'regiometrics[plot]'" in " ".join(parsed.texts)
