"""The README says what the code does: its examples run and print what stands there."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
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


def test_the_example_prints_what_the_readme_shows() -> None:
    (code,), (shown,) = blocks("README.md", "python"), blocks("README.md", "text")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue().startswith(shown)
    assert len(code.splitlines()) == 10
    assert Path("dagum.xlsx").stat().st_size > 0


def test_the_chinese_example_runs() -> None:
    (code,) = blocks("README.zh-CN.md", "python")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.zh-CN.md", "exec"), {})
    assert "超变密度" in printed.getvalue()


def test_the_count_of_reproduced_figures_is_that_of_the_report() -> None:
    comparisons = compare_all()
    n_figures = sum(len(comparison.figures) for comparison in comparisons)
    n_matches = sum(int(comparison.figures["matches"].sum()) for comparison in comparisons)
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert re.findall(r"\b(\d{3,})\b.{1,20}?\b(\d{3,})\b", text)[0] == (str(n_figures), str(n_matches)), name
