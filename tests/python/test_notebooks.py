"""The notebooks as files: pairs of languages run the same code, outputs are stored, and figures are shown."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
STUDIES = [name for name in NAMES if name.startswith("study_") and not name.endswith("_zh")]
LESSONS = [name for name in NAMES if name.startswith("learn_")]


def cells(name: str, kind: str) -> list[Any]:
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell["cell_type"] == kind]


def called(name: str) -> set[str]:
    code = "\n".join(cell["source"] for cell in cells(name, "code"))
    return set(re.findall(r"\brgm\.((?:weights\.)?\w+)\(", code))


def test_there_is_a_notebook_per_study() -> None:
    assert [name[:7] for name in STUDIES] == ["study_a", "study_b", "study_c", "study_d"]


@pytest.mark.parametrize("page", sorted((FOLDER.parent / "docs" / "methods").glob("*.md")), ids=lambda page: page.stem)
def test_there_is_a_lesson_for_every_page_of_methods(page: Path) -> None:
    covers = re.search(r"^covers: \[(.*)\]$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if covers is None:
        assert page.stem == "index"
        return
    taught = set().union(*map(called, LESSONS))
    assert taught & set(covers[1].split(", "))


def test_the_table_of_lessons_names_what_they_call() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \[.*?\]\((learn_\w+)\.ipynb\) \| (.*) \|$", text, flags=re.MULTILINE))
    assert sorted(rows) == LESSONS
    for name, functions in rows.items():
        assert set(re.findall(r"`([\w.]+)`", functions)) <= called(name), name


@pytest.mark.parametrize("name", STUDIES)
def test_both_languages_run_the_same_code(name: str) -> None:
    (first, *english), (erste, *chinese) = (
        [cell["source"] for cell in cells(each, "code")] for each in (name, f"{name}_zh")
    )
    assert english == chinese
    # The first cell chooses the language and the words; it gives the same names.
    assert assigned(first) == assigned(erste)
    assert 'set_language("zh")' in erste
    assert len(cells(name, "markdown")) == len(cells(f"{name}_zh", "markdown"))


def assigned(source: str) -> list[str]:
    return [ast.unparse(each.targets[0]) for each in ast.parse(source).body if isinstance(each, ast.Assign)]


@pytest.mark.parametrize("name", [f"{name}_zh" for name in STUDIES])
def test_the_chinese_text_is_chinese(name: str) -> None:
    for cell in cells(name, "markdown"):
        assert any("一" <= character <= "鿿" for character in cell["source"]), cell["source"]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_short_and_holds_the_function_to_the_hand(name: str) -> None:
    code = cells(name, "code")
    assert len(code) + len(cells(name, "markdown")) <= 12
    assert any("assert" in cell["source"] for cell in code)


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_stored_small_and_without_errors(name: str) -> None:
    outputs = [output for cell in cells(name, "code") for output in cell["outputs"]]
    assert outputs
    for output in outputs:
        assert output["output_type"] in ("execute_result", "display_data", "stream")
        assert output.get("name") != "stderr"
    assert (FOLDER / f"{name}.ipynb").stat().st_size < 1_000_000


def test_every_figure_of_a_notebook_is_shown() -> None:
    # The backend of notebooks is loaded by the first figure, whose settings must not be undone.
    source = (
        "import regiometrics as rgm\n"
        "result = rgm.dagum_gini(None, [1.0, 2.0, 4.0, 5.0], group=['a', 'a', 'b', 'b'])\n"
        "result.plot();"
    )
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source), nbformat.v4.new_code_cell("result.plot('within');")]
    )
    NotebookClient(notebook, timeout=120).execute()
    for cell in notebook.cells:
        assert ["image/png" in output["data"] for output in cell["outputs"]] == [True]
