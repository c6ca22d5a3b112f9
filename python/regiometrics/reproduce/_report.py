"""The comparisons as text and as files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ._comparison import Comparison

__all__ = ["text", "write"]


def text(comparisons: list[Comparison], remaining: list[str], without_data: Mapping[str, str]) -> str:
    """Return the report: a block per table, the totals, the tables that remain, and why some cannot be computed."""
    blocks = ["\n".join(_block(comparison)) for comparison in comparisons]
    n_matches, n_figures = _totals(comparisons, is_round_trip=False)
    blocks.append(f"In all: {n_matches} of {n_figures} printed figures reproduce in every printed digit.")
    n_matches, n_figures = _totals(comparisons, is_round_trip=True)
    if n_figures:
        blocks[-1] += f" A further {n_matches} of {n_figures}, in round trips, are consistent."
    if remaining:
        blocks.append("Published tables whose methods this version does not have: " + ", ".join(remaining) + ".")
    blocks += [f"Cannot be computed: {name}, since {reason}." for name, reason in without_data.items()]
    return "\n\n".join(blocks) + "\n"


def _totals(comparisons: list[Comparison], *, is_round_trip: bool) -> tuple[int, int]:
    figures = [each.figures["matches"] for each in comparisons if each.is_round_trip == is_round_trip]
    return sum(int(matches.sum()) for matches in figures), sum(map(len, figures))


def _block(comparison: Comparison) -> Iterator[str]:
    yield comparison.title
    yield "=" * len(comparison.title)
    yield _side_by_side(comparison)
    yield ""
    for part, figures in comparison.figures.groupby(comparison.part, sort=False, observed=True):
        n_matches, n_figures = int(figures["matches"].sum()), len(figures)
        largest = figures["difference"].abs().max()
        count = f"all {n_figures}" if n_matches == n_figures else f"{n_matches} of {n_figures}"
        done = "come back" if comparison.is_round_trip else "reproduce"
        verdict = f"{count} figures {done} in all printed digits"
        yield f"{part}: {verdict} (largest difference {largest:.2g})"
        for row in figures[~figures["matches"]].itertuples():
            yield f"    {row.quantity}: printed {row.published:g}, computed {row.computed:.5f}"
        if part in comparison.reasons:
            yield f"    {comparison.reasons[part]}"
    yield from comparison.notes


def _side_by_side(comparison: Comparison) -> str:
    """Return the table with published and computed figures in neighbouring columns."""
    import pandas as pd

    wide = comparison.figures.pivot(
        index=list(comparison.rows), columns=comparison.across, values=["published", "computed"]
    )
    heads = comparison.figures[comparison.across].unique()
    table = wide.swaplevel(axis="columns")[[(head, side) for head in heads for side in ("published", "computed")]]
    keys = comparison.figures[list(comparison.rows)].drop_duplicates()
    # Rows stand as in print; `pivot` sorts them.
    order = keys.itertuples(index=False, name=None) if len(comparison.rows) > 1 else keys.iloc[:, 0]
    table = table.loc[list(order)]
    table.columns.names = [None, None]
    with pd.option_context("display.unicode.east_asian_width", True):
        return table.to_string(float_format=lambda value: f"{value:.4f}".rstrip("0").rstrip("."), line_width=None)


def write(comparisons: list[Comparison], report: str, folder: Path) -> None:
    """Write the report and one CSV file per table into `folder`, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.txt").write_text(report, encoding="utf-8")
    for comparison in comparisons:
        name = re.sub(r"[^a-z0-9]+", "_", "_".join(comparison.sources).lower())
        # The byte-order mark tells Excel that the file is UTF-8.
        comparison.figures.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig")
