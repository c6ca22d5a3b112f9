"""LaTeX and Excel, and what happens where a package they need is absent."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pytest
import regiometrics as rgm
from test_result import METHODS, panel, tables

# Characters that LaTeX does not print as they stand.
ESCAPED = {
    r"\textbackslash ": "\\",
    r"\textasciitilde ": "~",
    r"\textasciicircum ": "^",
    **{rf"\{character}": character for character in "&%$#_{}"},
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    rgm.set_language("en")


def special() -> pd.DataFrame:
    return pd.DataFrame({"gdp": [1.0, 2.0, 4.0, 8.0], "area": ["R&D_50%#1", "R&D_50%#1", r"$\alpha^2$~{x}", "东部"]})


def body(latex: str) -> tuple[str, list[list[str]]]:
    """Return the column layout and the cells, head first, of a tabular."""
    found = re.fullmatch(r"\\begin\{tabular\}\{([lrc]+)\}\n(.*)\\end\{tabular\}\n", latex, re.DOTALL)
    assert found, latex
    rows = [line for line in found[2].splitlines() if line.endswith(r"\\")]
    rules = [line for line in found[2].splitlines() if not line.endswith(r"\\")]
    assert rules == [r"\toprule", r"\midrule", r"\bottomrule"]
    return found[1], [[plain(cell) for cell in re.split(r" (?<!\\)& ", row.removesuffix(r" \\"))] for row in rows]


def plain(cell: str) -> str:
    """Undo the escapes; any special character left over would not compile."""
    pattern = "|".join(re.escape(each) for each in ESCAPED)
    assert not re.search(r"[&%$#_{}~^\\]", re.sub(pattern, "", cell)), cell
    return re.sub(pattern, lambda found: ESCAPED[found[0]], cell)


# LaTeX


def test_latex_of_the_hand_worked_case() -> None:
    # Units 1 | 3: mean difference 1 over all pairs, mean 2, Gini 1/4; all of it between the groups.
    layout, (head, row) = body(rgm.dagum_gini(None, [1.0, 3.0], group=["a", "b"]).to_latex(digits=2))
    assert layout == "rrrrrrr"
    assert head[:4] == ["Gini", "Within", "Between", "Transvariation"]
    assert row == ["0.25", "0.00", "0.25", "0.00", "0.00", "1.00", "0.00"]


@pytest.mark.parametrize("method", METHODS)
def test_latex_holds_every_cell_of_every_table(method: str) -> None:
    result = METHODS[method](panel())
    for name, table in tables(result).items():
        layout, (head, *rows) = body(result.to_latex(name, digits=6))
        assert layout == "".join("r" if kind.kind in "if" else "l" for kind in table.dtypes)
        assert len(head) == len(table.columns)
        assert len(rows) == len(table)
        for column, cells in zip(table.columns, zip(*rows, strict=True), strict=True):
            if table[column].dtype.kind == "f":
                shown = [np.nan if cell == "–" else float(cell) for cell in cells]
                # Six decimals are printed, or six digits of a number below 1e-6.
                np.testing.assert_allclose(shown, table[column], rtol=0, atol=0.5000001e-6)
            elif column not in result._states:
                assert list(cells) == [str(cell) for cell in table[column]]


def test_latex_escapes_labels() -> None:
    layout, (head, *rows) = body(rgm.dagum_gini(special(), "gdp", group="area").to_latex("within"))
    assert layout == "lrrr"
    assert head == ["Group", "n", "Mean", "Gini"]
    assert [row[0] for row in rows] == sorted(set(special()["area"]))


def test_latex_takes_columns_whose_names_differ_in_their_bytes_only() -> None:
    composed, decomposed = "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "cafe\N{COMBINING ACUTE ACCENT}"
    data = pd.DataFrame({composed: [1.0, None, 3.0], decomposed: [1, 2, 3], "unit": ["a"] * 3})
    latex = rgm.interpolate(data, composed, unit="unit", time=decomposed).to_latex()
    assert composed in latex
    assert decomposed in latex


def test_missing_numbers_of_the_caller_are_shown_as_dashes() -> None:
    data = pd.DataFrame({"a": [1.0, 2.0], "note": pd.array([1.5, None], dtype="Float64")})
    assert "–" in rgm.topsis(data, ["a"], weights="equal").to_latex()


def test_latex_with_caption_and_label_floats() -> None:
    result = rgm.dagum_gini(special(), "gdp", group="area")
    bare = result.to_latex()
    floating = result.to_latex(caption="Gini 2011", label="tab:gini")
    assert floating.startswith("\\begin{table}\n")
    assert floating.endswith(bare + "\\end{table}\n")
    assert r"\caption{Gini 2011}" in floating
    assert r"\label{tab:gini}" in floating
    assert r"\caption" not in result.to_latex(label="tab:gini")


# Excel


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("method", METHODS)
def test_excel_returns_every_table_at_full_precision(method: str, language: str, tmp_path: Path) -> None:
    result = METHODS[method](panel())
    rgm.set_language(language)
    path = tmp_path / f"结果 {method}.xlsx"
    result.to_excel(path)
    read = sheets(path)
    assert len(read) == len(result._tables)
    for (head, *rows), table in zip(read.values(), tables(result).values(), strict=True):
        assert len(head) == len(table.columns)
        for column, cells in zip(table.columns, zip(*rows, strict=True), strict=True):
            if table[column].dtype.kind == "f":
                numbers = [np.nan if cell is None else cell for cell in cells]
                # openpyxl writes 16 significant digits, which is half a unit in the 16th, 5e-16 of the number at most;
                # reading them rounds once more, by 1.1e-16.
                np.testing.assert_allclose(numbers, table[column], rtol=6.2e-16, atol=0)
            elif column not in result._states:
                assert list(cells) == table[column].to_list()


def test_excel_names_sheets_and_columns_in_the_language_in_force(tmp_path: Path) -> None:
    result = METHODS["dagum_gini"](panel())
    result.to_excel(str(tmp_path / "en.xlsx"))
    rgm.set_language("zh")
    result.to_excel(tmp_path / "zh.xlsx")
    english, chinese = sheets(tmp_path / "en.xlsx"), sheets(tmp_path / "zh.xlsx")
    assert list(english)[:3] == ["Overall", "Within groups", "Between groups"]
    assert list(chinese)[:3] == ["总体", "组内基尼系数", "组间基尼系数"]
    assert english["Within groups"][0] == ["Time", "Group", "n", "Mean", "Gini"]
    assert chinese["组内基尼系数"][0] == ["时间", "组别", "单元数", "均值", "基尼系数"]
    assert english["Within groups"][1:] == chinese["组内基尼系数"][1:]


def test_excel_shows_states_as_the_other_tables_do(tmp_path: Path) -> None:
    result = METHODS["dagum_gini"](panel())
    rgm.set_language("zh")
    result.to_excel(tmp_path / "zh.xlsx")
    statistics = [row[1] for row in sheets(tmp_path / "zh.xlsx")["总体：标准误与区间"][1:8]]
    names = ["基尼系数", "组内差异", "组间差异", "超变密度", "组内贡献率", "组间贡献率", "超变密度贡献率"]
    assert statistics == names


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("method", METHODS)
def test_sheet_names_are_such_as_excel_takes(method: str, language: str, tmp_path: Path) -> None:
    rgm.set_language(language)
    METHODS[method](panel()).to_excel(tmp_path / "a.xlsx")
    for name in sheets(tmp_path / "a.xlsx"):
        assert len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)


def test_excel_of_polars_data(tmp_path: Path) -> None:
    result = METHODS["theil"](pl.from_pandas(panel()))
    result.to_excel(tmp_path / "a.xlsx")
    assert [row[2] for row in sheets(tmp_path / "a.xlsx")["By group"][1:]] == result.within["n"].to_list()


def test_whole_numbers_of_128_bits_carried_along_are_shown(tmp_path: Path) -> None:
    data = pl.DataFrame(
        {
            "city": ["a", "a", "a"],
            "year": [2010, 2011, 2012],
            "gdp": [1.0, None, 3.0],
            "code": pl.Series([2**100, None, 7], dtype=pl.Int128),
        }
    )
    result = rgm.interpolate(data, ["gdp"], unit="city", time="year")
    assert str(2**100) in result.to_latex("table")
    assert str(2**100) in result.to_frame().write_json()
    result.to_excel(tmp_path / "wide.xlsx")
    shown = pd.read_excel(tmp_path / "wide.xlsx", sheet_name=0)
    assert shown.columns.tolist() == data.columns
    assert shown["code"][0] == pytest.approx(2.0**100, rel=1e-15)
    assert shown["gdp"].tolist() == [1.0, 2.0, 3.0]


def test_excel_leaves_out_tables_without_rows(tmp_path: Path) -> None:
    rgm.dagum_gini(None, [1.0, 3.0], group=["a", "a"]).to_excel(tmp_path / "a.xlsx")
    assert "Between groups" not in sheets(tmp_path / "a.xlsx")
    assert len(sheets(tmp_path / "a.xlsx")) == 4


def test_excel_takes_periods_with_a_time_zone(tmp_path: Path) -> None:
    data = panel()
    # Excel knows no time zones: the clock of the zone is what can be kept.
    data["year"] = pd.to_datetime(data["year"].astype(str)).dt.tz_localize("Asia/Shanghai")
    METHODS["theil"](data).to_excel(tmp_path / "a.xlsx")
    times = [row[0] for row in sheets(tmp_path / "a.xlsx")["Overall"][1:]]
    assert [str(time)[:10] for time in times] == ["2011-01-01", "2015-01-01"]


# Packages that may be absent


def absent(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)


def extra_of(package: str) -> set[str]:
    """Return the extras of the installed package that bring `package`."""
    marks = [each for each in requires("regiometrics") or [] if re.match(rf"{package}\b", each)]
    return {extra for mark in marks for extra in re.findall(r"extra == ['\"](\w+)['\"]", mark)}


@pytest.mark.parametrize(
    ("package", "call", "extra"),
    [
        ("jinja2", lambda result, path: result.to_latex(), "tables"),
        ("openpyxl", lambda result, path: result.to_excel(path), "tables"),
        *[
            ("matplotlib", lambda result, path, kind=kind: result.plot(kind), "plot")
            for kind in (None, "components", "shares", "within", "between", "all")
        ],
    ],
)
def test_an_absent_package_is_named_with_its_extra(
    package: str, call: Any, extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = METHODS["dagum_gini"](panel())
    absent(monkeypatch, package)
    with pytest.raises(rgm.RegiometricsError) as raised:
        call(result, tmp_path / "a.xlsx")
    assert f"needs {package}, which is not installed: pip install 'regiometrics[{extra}]'" in str(raised.value)
    assert extra in extra_of(package)
    # Text and notebooks work all the same.
    assert "Gini" in result.summary()
    assert "<table" in result._repr_html_()
