"""Published tables beside computed ones: ``python -m regiometrics reproduce``.

One module per study; each lists functions that return a `Comparison`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..datasets import published_names
from . import ai_development, coastal_inland, jjj_chains, urbanisation
from ._comparison import Comparison
from ._report import text, write

__all__ = ["Comparison", "compare_all", "reproduce"]

_STUDIES: tuple[tuple[Callable[[], Comparison], ...], ...] = (
    ai_development.TABLES,
    coastal_inland.TABLES,
    jjj_chains.TABLES,
    urbanisation.TABLES,
)

# Published tables that cannot be computed from print, whatever the methods.
_WITHOUT_DATA = {"urbanisation_weights": "the indicators behind the weights are not printed"}


def compare_all() -> list[Comparison]:
    """Compute every published table for which this version has the method."""
    return [table() for study in _STUDIES for table in study]


def reproduce(output: str | Path | None = None) -> str:
    """Compare all published tables with computed ones.

    Parameters
    ----------
    output : path, optional
        Folder for the report and one CSV file per table, every figure published and computed.

    Returns
    -------
    str
        The report.
    """
    comparisons = compare_all()
    used = {name for comparison in comparisons for name in comparison.sources}
    remaining = [name for name in published_names() if name not in used and name not in _WITHOUT_DATA]
    report = text(comparisons, remaining, _WITHOUT_DATA)
    if output is not None:
        write(comparisons, report, Path(output))
    return report
