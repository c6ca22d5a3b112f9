"""The language in which tables and figures are shown. Stored names stay English."""

from __future__ import annotations

from ._options import choice
from ._terms import TERMS

__all__ = ["language", "set_language", "state_term", "term"]

_current = "en"


def set_language(language: str = "en") -> None:
    """Show results and figures in English or Chinese.

    The headings and states in `summary()`, notebooks, LaTeX, Excel and plots change, to the terms of the Chinese
    literature (超变密度, 强脱钩, 中级协调), and so do the notes under a result. What programs read stays English, so
    that code runs the same in both: stored column names, states and `notes`, errors and warnings.

    Parameters
    ----------
    language : {"en", "zh"}
        The language to show from now on.

    Raises
    ------
    InvalidInputError
        For any other language.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> rgm.set_language("zh")
    >>> rgm.set_language("en")
    """
    global _current
    _current = choice("language", language, ("en", "zh"))


def language() -> str:
    """Return the language in force, "en" or "zh"."""
    return _current


def term(name: str) -> str:
    """Return what is shown for a stored name; a name without a translation is shown as it is."""
    shown = TERMS.get(name)
    return name if shown is None else shown[_current == "zh"]


# Headings that are also words a caller may call a state.
_ONLY_HEADINGS = frozenset(
    {"low", "high", "lower", "upper", "mean", "n", "unit", "time", "group", "value", "std", "equal"}
)


def state_term(name: str) -> str:
    """Return what is shown for a state in a cell, heading or legend; some share their name with a column."""
    if f"state: {name}" in TERMS:
        return term(f"state: {name}")
    return name if name in _ONLY_HEADINGS else term(name)
