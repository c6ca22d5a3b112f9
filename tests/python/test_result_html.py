"""What notebooks show: well-formed tables with every cell, and labels as they are."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
import regiometrics as rgm
from test_result import METHODS, panel, shows_row, tables


class Reader(HTMLParser):
    """Checks that every tag is closed in order, and collects the cells of each table."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.tags.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data
        elif data.strip():
            self.text.append(data)


@pytest.mark.parametrize("method", METHODS)
def test_notebooks_show_the_cells_of_the_tables(method: str) -> None:
    result = METHODS[method](panel())
    shown = Reader(result._repr_html_()).tables
    assert len(shown) == len(result._shown)
    for name, cells in zip(result._shown, shown, strict=True):
        table = tables(result)[name]
        kept = [column not in result._states for column in table.columns]
        texts = [[cell for cell, keep in zip(row, kept, strict=True) if keep] for row in cells[1:]]
        rows = list(table.loc[:, kept].itertuples(index=False))
        assert len(texts) == len(rows)
        assert all(map(shows_row, texts, rows, [4] * len(rows)))


@pytest.mark.parametrize(
    "label", ["<b>x</b>", "a & b", "</td>", "\"quoted\" & 'quoted'", "&lt;", "x" * 300, "<script>"]
)
def test_notebooks_show_labels_as_they_are(label: str) -> None:
    data = pd.DataFrame({"gdp": [1.0, 2.0, 4.0], "area": [label, label, "b"], "year": ["<i>t</i>"] * 3})
    html = Reader(rgm.dagum_gini(data, "gdp", group="area", time="year")._repr_html_())
    within = html.tables[1]
    assert {row[1] for row in within[1:]} == {label, "b"}
    assert {row[0] for row in within[1:]} == {"<i>t</i>"}
    assert set(html.tags) <= {"h4", "p", "b", "small", "table", "thead", "tbody", "tr", "th", "td"}


def test_notebooks_escape_column_names_in_notes() -> None:
    data = pd.DataFrame({"<gdp>": [0.0, 2.0, 4.0]})
    with pytest.warns(rgm.RegiometricsWarning):
        result = rgm.theil(data, "<gdp>")
    assert "1 zero(s) in '<gdp>': they add nothing to T and make L infinite." in Reader(result._repr_html_()).text
