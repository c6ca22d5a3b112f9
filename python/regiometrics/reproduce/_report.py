"""The comparisons as text and as files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from .._language import language
from ._comparison import Comparison, Verdict, as_shown
from ._words import place, say, word

__all__ = ["closing", "file_name", "said", "text", "write"]


def text(comparisons: list[Comparison], remaining: list[str], without_data: Mapping[str, str]) -> str:
    """Return the report: a block per table, the totals, the tables that remain, and why some cannot be computed."""
    blocks = ["\n".join(_block(comparison)) for comparison in comparisons]
    return "\n\n".join([*blocks, *closing(comparisons, remaining, without_data)]) + "\n"


def closing(comparisons: list[Comparison], remaining: list[str], without_data: Mapping[str, str]) -> list[str]:
    """Return the totals, the tables that remain, and why some cannot be computed, a paragraph each."""
    n_matches, n_figures = _totals(comparisons, is_round_trip=False)
    total = say(
        f"In all: {n_matches} of {n_figures} printed figures reproduce in every printed digit.",
        f"合计：{n_figures} 个印刷数字中有 {n_matches} 个在全部印刷位数上复现。",
    )
    n_matches, n_figures = _totals(comparisons, is_round_trip=True)
    if n_figures:
        total += say(
            f" A further {n_matches} of {n_figures}, in round trips, are consistent.",
            f"另有往返检验的 {n_figures} 个数字，其中 {n_matches} 个前后一致。",
        )
    paragraphs = [total]
    if remaining:
        paragraphs.append(
            say(
                "Published tables whose methods this version does not have: " + ", ".join(remaining) + ".",
                "本版本尚无相应方法的表：" + "、".join(remaining) + "。",
            )
        )
    paragraphs += [
        say(f"Cannot be computed: {name}, since {reason}.", f"无法计算：{name}，因为{reason}。")
        for name, reason in without_data.items()
    ]
    return paragraphs


def _totals(comparisons: list[Comparison], *, is_round_trip: bool) -> tuple[int, int]:
    chosen = [each for each in comparisons if each.is_round_trip == is_round_trip]
    return sum(each.n_matches for each in chosen), sum(each.n_figures for each in chosen)


def said(verdict: Verdict, *, is_round_trip: bool) -> str:
    """Return the verdict as a sentence."""
    n_matches, n_figures, largest = verdict.n_matches, verdict.n_figures, verdict.largest_difference
    count = f"all {n_figures}" if n_matches == n_figures else f"{n_matches} of {n_figures}"
    number = f"全部 {n_figures} 个数字" if n_matches == n_figures else f"{n_figures} 个数字中有 {n_matches} 个"
    done = say("come back", "往返后一致") if is_round_trip else say("reproduce", "复现")
    return say(
        f"{count} figures {done} in all printed digits (largest difference {largest:.2g})",
        f"{number}在全部印刷位数上{done}（最大差异 {largest:.2g}）",
    )


def _block(comparison: Comparison) -> Iterator[str]:
    yield comparison.title
    yield "=" * sum(1 if ord(character) < 0x2E80 else 2 for character in comparison.title)
    yield _side_by_side(comparison)
    yield ""
    figures = comparison.figures.assign(printed=[printed for printed, _, _ in as_shown(comparison.figures)])
    keys = [key for key in comparison.rows if key not in ("quantity", comparison.part)]
    for verdict in comparison.verdicts():
        told = said(verdict, is_round_trip=comparison.is_round_trip)
        yield say(f"{verdict.part}: {told}", f"{word(verdict.part)}：{told}")
        for row in figures[(figures[comparison.part] == verdict.part) & ~figures["matches"]].itertuples():
            names = [str(row.quantity), *(place(getattr(row, key)) for key in keys)]
            words = [word(row.quantity), *(word(getattr(row, key)) for key in keys)]
            yield say(
                f"    {', '.join(names)}: printed {row.printed}, computed {row.computed:.5f}",
                f"    {'，'.join(words)}：原文 {row.printed}，计算 {row.computed:.5f}",
            )
        if verdict.reason is not None:
            yield f"    {verdict.reason}"
    yield from comparison.notes


def _side_by_side(comparison: Comparison) -> str:
    """Return the table with published and computed figures in neighbouring columns."""
    import pandas as pd

    shown = as_shown(comparison.figures)
    figures = comparison.figures.assign(
        published=[published for published, _, _ in shown], computed=[computed for _, computed, _ in shown]
    )
    wide = figures.pivot(index=list(comparison.rows), columns=comparison.across, values=["published", "computed"])
    heads = comparison.figures[comparison.across].unique()
    table = wide.swaplevel(axis="columns")[[(head, side) for head in heads for side in ("published", "computed")]]
    keys = comparison.figures[list(comparison.rows)].drop_duplicates()
    # Rows stand as in print; `pivot` sorts them.
    order = keys.itertuples(index=False, name=None) if len(comparison.rows) > 1 else keys.iloc[:, 0]
    table = table.loc[list(order)]
    table.columns.names = [None, None]
    if language() == "zh":
        table = table.map(lambda cell: word(cell) if isinstance(cell, str) else cell)
        table = table.rename(index=word, columns=word).rename_axis(index=word)
    else:
        table = table.rename(index=place)
    with pd.option_context("display.unicode.east_asian_width", True):
        return table.to_string(na_rep="", line_width=None)


def file_name(comparison: Comparison) -> str:
    """Return the name of the file of a table, without an ending."""
    return re.sub(r"[^a-z0-9]+", "_", "_".join(comparison.sources).lower())


def write(comparisons: list[Comparison], report: str, page: str, folder: Path) -> None:
    """Write the report as text and as a page, and one CSV file per table, into `folder`, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.txt").write_text(report, encoding="utf-8")
    (folder / "report.html").write_text(page, encoding="utf-8")
    for comparison in comparisons:
        # The byte-order mark tells Excel that the file is UTF-8.
        comparison.figures.to_csv(folder / f"{file_name(comparison)}.csv", index=False, encoding="utf-8-sig")
