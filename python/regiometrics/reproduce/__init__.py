"""Published tables beside computed ones: ``python -m regiometrics reproduce``.

One module per study; each lists functions that return a `Comparison`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..datasets import published_names
from . import ai_development, coastal_inland, jjj_chains, urbanisation
from ._comparison import Comparison, Verdict
from ._html import page
from ._report import closing, text, write
from ._words import say

__all__ = ["Comparison", "Verdict", "compare_all", "reproduce"]

_STUDIES: tuple[tuple[Callable[[], Comparison], ...], ...] = (
    ai_development.TABLES,
    coastal_inland.TABLES,
    jjj_chains.TABLES,
    urbanisation.TABLES,
)

# Published tables that cannot be computed from print, whatever the methods.
_WITHOUT_DATA = {
    "urbanisation_weights": ("the indicators behind the weights are not printed", "权重背后的指标数据未印出"),
}


def compare_all() -> list[Comparison]:
    """Compute every published table for which this version has the method."""
    return [table() for study in _STUDIES for table in study]


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
