"""The documentation has every public method in both languages, every figure, and the version of the package.

Nothing is left out on purpose: a new public function, an estimator (a class with `fit`) or a figure fails these tests
until it has its pages and its place in the gallery. `python docs/build.py` runs the pages themselves.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from importlib import resources
from io import BytesIO
from pathlib import Path

import pytest
import regiometrics as rgm
from fontTools.ttLib import TTFont
from regiometrics import plotting

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LANGUAGES = {"English": DOCS, "Chinese": DOCS / "zh"}
HEADINGS = {
    "English": ("Conventions", "Other programs", "Example", "References"),
    "Chinese": ("约定", "与其他软件的差异", "示例", "参考文献"),
}
PAGES = sorted((DOCS / "methods").glob("*.md")) + sorted((DOCS / "zh" / "methods").glob("*.md"))


def public() -> set[str]:
    """Return what needs a page: functions, and classes that are fitted; those of `weights` under its name."""
    found = set()
    for prefix, module in (("", rgm), ("weights.", rgm.weights)):
        for name in module.__all__:
            each = getattr(module, name)
            if inspect.isfunction(each) or (inspect.isclass(each) and hasattr(each, "fit")):
                found.add(prefix + name)
    return found


def covered(page: Path) -> list[str]:
    """Return the names in the head of a page: `covers: [a, b]`."""
    head = re.match(r"---\n(.*?)\n---\n", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    listed = re.search(r"^covers: \[(.*)\]$", head[1], flags=re.MULTILINE) if head else None
    return [name.strip() for name in listed[1].split(",")] if listed else []


def cells(page: Path) -> str:
    return "\n".join(re.findall(r"```\{code-cell\}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL))


def pages_of(folder: Path) -> list[Path]:
    """Return the pages of one language."""
    return [*folder.glob("*.md"), *(folder / "methods").glob("*.md")]


def name_of(page: Path) -> str:
    return str(page.relative_to(DOCS))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_method_has_one_page(language: str) -> None:
    names = [name for page in pages_of(LANGUAGES[language]) for name in covered(page)]
    assert sorted(names) == sorted(public()), f"{language} pages: see 'covers' in their heads"


def test_a_page_covers_the_same_in_both_languages() -> None:
    english, chinese = (
        {page.relative_to(folder): covered(page) for page in pages_of(folder) if covered(page)}
        for folder in LANGUAGES.values()
    )
    assert english == chinese


@pytest.mark.parametrize("page", [page for folder in LANGUAGES.values() for page in pages_of(folder)], ids=name_of)
def test_a_page_runs_what_it_covers(page: Path) -> None:
    code = cells(page)
    for name in covered(page):
        assert re.search(rf"\b{re.escape(name)}\(", code), f"no cell calls {name}"
    if "zh" in page.relative_to(DOCS).parts and code:
        assert 'set_language("zh")' in code


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_methods_are_complete_and_listed(language: str) -> None:
    folder = LANGUAGES[language] / "methods"
    pages = {page.stem: page for page in folder.glob("*.md") if page.stem != "index"}
    listed = re.findall(r"^(\w+)$", (folder / "index.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(pages)
    for name, page in pages.items():
        found = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert tuple(found) == HEADINGS[language], name
        assert covered(page), f"{name} covers nothing"


def test_the_gallery_shows_every_figure() -> None:
    text = (DOCS / "gallery.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL))
    drawn = {name: set(re.findall(r'\.plot\("(\w+)"', section)) for name, section in sections.items()}
    for module in pkgutil.iter_modules(plotting.__path__):
        if not module.name.startswith("_"):
            kinds = getattr(importlib.import_module(f"regiometrics.plotting.{module.name}"), "KINDS", {})
            assert set(kinds) == drawn.get(module.name, set()), module.name


def test_the_font_of_the_site_has_every_chinese_character() -> None:
    texts = [
        *DOCS.rglob("*.md"),
        *(ROOT / "notebooks").glob("*.ipynb"),
        *(ROOT / "python" / "regiometrics").rglob("*.py"),
    ]
    characters = {each for path in texts for each in path.read_text(encoding="utf-8") if "⺀" <= each <= "\uffef"}
    font = resources.files(plotting) / "fonts" / "NotoSansSC-Regular-subset.ttf"
    shown = TTFont(BytesIO(font.read_bytes())).getBestCmap()
    assert len(characters) > 500
    assert not [each for each in sorted(characters) if ord(each) not in shown]


def test_the_citation_has_the_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.+)$", citation, flags=re.MULTILINE) == [rgm.__version__]
    bibtex = (DOCS / "citing.md").read_text(encoding="utf-8")
    assert re.findall(r"version = \{(.+)\}", bibtex) == [rgm.__version__]


def test_versions_of_other_programs_are_those_that_were_run() -> None:
    # The scripts record what they ran; pages that name another version of these programs would claim too much.
    golden = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "golden").glob("*.json"))
    for page in PAGES:
        for name, version in re.findall(
            r"(giddy|inequality|jenkspy|mapclassify|pymcdm)`? (\d+\.\d+\.\d+)", page.read_text(encoding="utf-8")
        ):
            assert f'"{name}": "{version}"' in golden, (page, name)


def test_the_search_finds_chinese_words_inside_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sphinx")
    monkeypatch.syspath_prepend(str(DOCS))
    search = importlib.import_module("chinese_search").EnglishAndChinese({})
    words = search.split("泰尔指数T与dagum_gini，μ=0.5；熵。")
    assert words == [*"泰尔指数", "泰尔", "尔指", "指数", "T", "与", "dagum_gini", "μ", "0", "5", "熵"]
    # A query is cut into the pairs that the index holds, in the browser.
    assert "function splitQuery(query)" in search.js_splitter_code
    assert r"[㐀-鿿]+|(?:(?![㐀-鿿])[\p{Letter}\p{Number}_])+" in search.js_splitter_code
