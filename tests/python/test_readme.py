"""The README says what the code does: its examples run and print what stands there."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import matplotlib as mpl
import pytest
import regiometrics as rgm
from regiometrics.reproduce import compare_all

ROOT = Path(__file__).resolve().parents[2]


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture(autouse=True)
def _plain_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    yield
    rgm.set_language("en")
    mpl.pyplot.close("all")


def output(code: str, name: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, name, "exec"), {})
    return printed.getvalue()


def test_the_example_prints_what_the_readme_shows() -> None:
    code, shown = blocks("README.md", "python")[0], blocks("README.md", "text")[0]
    assert output(code, "README.md").startswith(shown)
    assert len(code.splitlines()) == 10
    assert Path("dagum.xlsx").stat().st_size > 0


def test_the_chinese_example_runs() -> None:
    code = blocks("README.zh-CN.md", "python")[0]
    assert "超变密度" in output(code, "README.zh-CN.md")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_panel_of_ones_own_becomes_a_table_and_a_figure(name: str) -> None:
    (panel,), code, shown = blocks(name, "csv"), blocks(name, "python")[1], blocks(name, "text")[-1]
    Path("panel.csv").write_text(panel, encoding="utf-8")
    assert output(code, name) == shown
    assert Path("dagum.xlsx").stat().st_size > 0
    assert Path("dagum.png").stat().st_size > 0


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_extras_are_those_of_the_package(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \| .* \| (.+) \|$", text.split('pip install ".[plot,tables]"')[1], flags=re.MULTILINE
    )
    told = {extra: set(re.findall(r"[a-z][\w-]+", re.sub("[(（].*", "", brings))) for extra, brings in rows}
    needed: dict[str, set[str]] = {}
    for requirement in requires("regiometrics") or []:
        for extra in re.findall(r"extra == ['\"](\w+)['\"]", requirement):
            needed.setdefault(extra, set()).add(re.match(r"[\w-]+", requirement)[0])  # type: ignore[index]
    assert told == {extra: names for extra, names in needed.items() if extra not in {"all", "docs", "test"}}


def test_the_count_of_reproduced_figures_is_that_of_the_report() -> None:
    # Tables that were only taken to whole counts and back reproduce nothing.
    comparisons = [comparison for comparison in compare_all() if not comparison.is_round_trip]
    n_figures = sum(len(comparison.figures) for comparison in comparisons)
    n_matches = sum(int(comparison.figures["matches"].sum()) for comparison in comparisons)
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert re.findall(r"\b(\d{3,})\b.{1,20}?\b(\d{3,})\b", text)[0] == (str(n_figures), str(n_matches)), name
