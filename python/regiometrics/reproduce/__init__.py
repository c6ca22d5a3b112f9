"""Published tables beside computed ones: ``python -m regiometrics reproduce``.

One module per study; each lists functions that return a `Comparison`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .._options import choice
from ..datasets import published_names
from . import ai_development, coastal_inland, jjj_chains, urbanisation
from ._comparison import Comparison, Verdict
from ._html import in_short, page
from ._report import closing, text, write
from ._words import say

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "Verdict", "compare_all", "reproduce", "verdicts"]

_STUDIES: dict[str, tuple[Callable[[], Comparison], ...]] = {
    "A": urbanisation.TABLES,
    "B": ai_development.TABLES,
    "C": jjj_chains.TABLES,
    "D": coastal_inland.TABLES,
}

# Published tables that cannot be computed from print, whatever the methods.
_WITHOUT_DATA = {
    "urbanisation_weights": ("the indicators behind the weights are not printed", "权重背后的指标数据未印出"),
}


def compare_all(study: str | None = None) -> list[Comparison]:
    """Compute every published table for which this version has the method, or those of one study, "A" to "D"."""
    if study is not None:
        choice("study", study, tuple(_STUDIES))
    return [table() for name, tables in _STUDIES.items() if study in (None, name) for table in tables]


def verdicts(study: str | None = None) -> pd.DataFrame:
    """Return how many figures of each published table come out, in words and headings of the language in force.

    Parameters
    ----------
    study : str, optional
        "A" to "D"; all studies without it.

    Returns
    -------
    pandas.DataFrame
        One row per table: the table, the number of figures, how many reproduce in every printed digit, the largest
        difference, and the verdict.
    """
    import pandas as pd

    rows = [
        (
            comparison.title,
            comparison.n_figures,
            comparison.n_matches,
            max(verdict.largest_difference for verdict in comparison.verdicts()),
            in_short(comparison)[1],
        )
        for comparison in compare_all(study)
    ]
    heads = (
        say("table", "表"),
        say("figures", "数字"),
        say("reproduce", "复现"),
        say("largest difference", "最大差异"),
        say("verdict", "结论"),
    )
    return pd.DataFrame(rows, columns=list(heads))


def reproduce(output: str | Path | None = None) -> str:
    """Compare all published tables with computed ones.

    Parameters
    ----------
    output : path, optional
        Folder for the report as text and as one self-contained page (report.html, with figures if matplotlib is
        installed), and one CSV file per table, every figure published and computed.

    Returns
    -------
    str
        The report, in the language in force.
    """
    comparisons = compare_all()
    used = {name for comparison in comparisons for name in comparison.sources}
    remaining = [name for name in published_names() if name not in used and name not in _WITHOUT_DATA]
    without_data = {name: say(*reason) for name, reason in _WITHOUT_DATA.items()}
    report = text(comparisons, remaining, without_data)
    if output is not None:
        html = page(comparisons, closing(comparisons, remaining, without_data))
        write(comparisons, report, html, Path(output))
    return report
