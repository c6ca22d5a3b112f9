"""The comparisons as one self-contained page: no script, no file beside it, nothing fetched."""

from __future__ import annotations

import platform
from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources
from importlib.util import find_spec
from io import BytesIO
from typing import Any

import numpy as np

from .._core import __version__
from .._language import language
from ._comparison import Comparison, as_shown
from ._font import face
from ._report import file_name, said
from ._words import say, word

__all__ = ["fragment", "in_short", "page"]

# A table with more columns, of keys down and of heads across, is cut into blocks as wide as a sheet of paper.
_COLUMNS = 5
_SIDES = ("published", "computed", "difference")
_DPI = 110


def page(comparisons: list[Comparison], closing: Sequence[str]) -> str:
    """Return the page: what is compared, an overview, and a section per table with its figure and verdicts."""
    title = say("Published tables, computed again", "已发表表格的复算")
    style = (resources.files(__package__) / "report.css").read_text(encoding="utf-8")
    body = "\n".join([*_head(title, closing), _overview(comparisons), *map(_section, comparisons), _colophon()])
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language() == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>\n{face(title + body)}{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def fragment(comparison: Comparison) -> str:
    """Return one table for a notebook: the verdicts, published beside computed, and the notes."""
    verdicts = [
        f"<li><b>{escape(word(verdict.part))}</b> {escape(said(verdict, is_round_trip=comparison.is_round_trip))}"
        + (f"<br><small>{escape(verdict.reason)}</small></li>" if verdict.reason is not None else "</li>")
        for verdict in comparison.verdicts()
    ]
    parts = [f"<h4>{escape(comparison.title)}</h4>", *_tables(comparison), "<ul>", *verdicts, "</ul>"]
    return "\n".join([*parts, *_notes(comparison)])


def _head(title: str, closing: Sequence[str]) -> Iterator[str]:
    yield f"<h1>{escape(title)}</h1>"
    told = say(
        "The tables printed in four studies in Regional Economic Review (区域经济评论) 2025(3), beside the same tables "
        "computed by regiometrics from the printed data. A figure reproduces if it rounds to the printed one in every "
        "printed digit; one that does not stands in colour, with ≠ before its difference.",
        "《区域经济评论》2025年第3期四项研究印出的表格，与 regiometrics 由印刷数据计算的结果并列。"
        "计算值按印刷位数四舍五入后与原文完全相同，才算复现；不一致的数字以颜色标出，差异前加“≠”。",
    )
    yield f"<p>{escape(told)}</p>"
    yield from (
        f'<p class="{"total" if place == 0 else "aside"}">{escape(each)}</p>' for place, each in enumerate(closing)
    )


def _overview(comparisons: list[Comparison]) -> str:
    heads = (say("table", "表"), say("figures", "数字"), say("reproduce", "复现"), say("verdict", "结论"))
    rows = []
    for comparison in comparisons:
        link = f'<a href="#{file_name(comparison)}">{escape(comparison.title)}</a>'
        kind, verdict = in_short(comparison)
        rows.append(
            f'<tr><th scope="row">{link}</th><td>{comparison.n_figures}</td><td>{comparison.n_matches}</td>'
            f'<td class="text"><span class="badge {kind}">{escape(verdict)}</span></td></tr>'
        )
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    return (
        f'<table class="overview">\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(rows)
        + "\n</tbody>\n</table>"
    )


def in_short(comparison: Comparison) -> tuple[str, str]:
    """Return the verdict on a whole table in a few words, and its class in the style sheet."""
    if comparison.is_round_trip:
        return "consistent", say("round trip: consistency only", "往返检验：仅检验一致性")
    if comparison.n_matches == comparison.n_figures:
        return "all", say("✓ every figure", "✓ 全部复现")
    if 2 * comparison.n_matches > comparison.n_figures:
        return "most", say("≠ some differ", "≠ 部分不一致")
    return "few", say("≠ most differ", "≠ 多数不一致")


def _section(comparison: Comparison) -> str:
    parts = [f'<section id="{file_name(comparison)}">', f"<h2>{escape(comparison.title)}</h2>", "<ul>"]
    for verdict in comparison.verdicts():
        told = said(verdict, is_round_trip=comparison.is_round_trip)
        reason = "" if verdict.reason is None else f'<br><span class="reason">{escape(verdict.reason)}</span>'
        kind = "match" if verdict.n_matches == verdict.n_figures else "differ"
        parts.append(f'<li class="{kind}"><b>{escape(word(verdict.part))}</b> {escape(told)}{reason}</li>')
    parts += ["</ul>", _figure(comparison), *_tables(comparison), *_notes(comparison), "</section>"]
    return "\n".join(parts)


def _notes(comparison: Comparison) -> Iterator[str]:
    # A note that starts with spaces belongs to the one before it.
    yield from (
        f'<p class="note{" inner" if note.startswith(" ") else ""}">{escape(note.strip())}</p>'
        for note in comparison.notes
    )


def _figure(comparison: Comparison) -> str:
    """Return the figure of the table inside the page, or nothing where there is none or no matplotlib."""
    if comparison.draw is None or find_spec("matplotlib") is None:
        return ""
    import matplotlib.pyplot as plt

    drawn = comparison.draw()
    figure: Any = np.ravel(drawn)[0].figure
    file = BytesIO()
    figure.savefig(file, format="png", dpi=_DPI, metadata={"Software": None})
    plt.close(figure)
    image = b64encode(file.getvalue()).decode("ascii")
    caption = escape(say(f"Computed: {comparison.title}", f"计算结果：{comparison.title}"))
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{image}"><figcaption>{caption}</figcaption></figure>'
    )


def _tables(comparison: Comparison) -> Iterator[str]:
    """Return published, computed and difference side by side, in blocks of heads as even as possible."""
    figures = comparison.figures
    heads = list(figures[comparison.across].unique())
    n_blocks = -(-len(heads) // (_COLUMNS - len(comparison.rows)))
    keys = figures[list(comparison.rows)].drop_duplicates()
    order = [tuple(row) for row in keys.itertuples(index=False, name=None)]
    cells = {}
    for row, shown in zip(figures.itertuples(index=False), as_shown(figures), strict=True):
        place = (*(getattr(row, key) for key in comparison.rows), getattr(row, comparison.across))
        cells[place] = _cells(bool(row.matches), *shown)
    for block in np.array_split(np.arange(len(heads)), n_blocks):
        yield _block(comparison, order, [heads[place] for place in block], cells)


def _cells(matches: bool, published: str, computed: str, difference: str) -> str:
    """Return three cells: the figure as printed, as computed, and the difference."""
    mark = "" if matches else "≠ "
    kind = "" if matches else ' class="differ"'
    published, computed, difference = (
        escape(cell.replace("-", "−")) for cell in (word(published), word(computed), difference)
    )
    return f'<td class="first">{published}</td><td{kind}>{computed}</td><td{kind}>{mark}{difference}</td>'


def _block(comparison: Comparison, order: list[tuple[Any, ...]], heads: list[Any], cells: dict[Any, str]) -> str:
    corner = "".join(f'<th scope="col" rowspan="2">{escape(word(key))}</th>' for key in comparison.rows)
    top = "".join(f'<th scope="colgroup" colspan="3" class="first">{escape(word(head))}</th>' for head in heads)
    first, *rest = (escape(word(side)) for side in _SIDES)
    under = (
        f'<th scope="col" class="first">{first}</th>' + "".join(f'<th scope="col">{side}</th>' for side in rest)
    ) * len(heads)
    empty = '<td class="first"></td><td></td><td></td>'
    lines = []
    before: tuple[Any, ...] = ()
    for keys in order:
        # A key that repeats that of the row above is not written again.
        told = [
            "" if before[: place + 1] == keys[: place + 1] and place < len(keys) - 1 else word(key)
            for place, key in enumerate(keys)
        ]
        names = "".join(f'<th scope="row">{escape(each)}</th>' for each in told)
        lines.append(f"<tr>{names}{''.join(cells.get((*keys, head), empty) for head in heads)}</tr>")
        before = keys
    body = "\n".join(lines)
    return (
        f'<div class="wide"><table>\n<thead><tr>{corner}{top}</tr>\n<tr>{under}</tr></thead>\n<tbody>\n{body}\n'
        "</tbody>\n</table></div>"
    )


def _colophon() -> str:
    """Return with what the page was computed, and what is missing from it."""
    import pandas as pd

    made = f"regiometrics {__version__}, Python {platform.python_version()}"
    made += f", numpy {np.__version__}, pandas {pd.__version__}"
    parts = [say(f"Computed with {made}.", f"计算环境：{made}。")]
    if find_spec("matplotlib") is None:
        parts.append(
            say(
                "The figures need matplotlib: pip install 'regiometrics[plot]'.",
                "图形需要 matplotlib：pip install 'regiometrics[plot]'。",
            )
        )
    return f"<footer><p>{escape(' '.join(parts))}</p></footer>"
