"""The notes of results in the language in force. They are stored in English."""

from __future__ import annotations

import re
from functools import cache

from ._language import language, state_term
from ._terms.notes import NOTES, PHRASES

__all__ = ["chinese_note", "shown_note"]


def shown_note(note: str) -> str:
    """Return what is shown for a note; one without a translation is shown as it is."""
    return note if language() == "en" else chinese_note(note) or note


def chinese_note(text: str, kind: str = "") -> str | None:
    """Return a note in Chinese, with the numbers and names of the English one; None if it has no translation.

    With `kind` the text is no whole note but a phrase of that kind.
    """
    for form, chinese in _forms(kind):
        found = form.fullmatch(text)
        if found:
            parts = {name: _part(name, part) for name, part in found.groupdict().items()}
            if None not in parts.values():
                return chinese.format(**parts)
    return None


def _part(name: str, text: str) -> str | None:
    if name == "state":
        return state_term(text)
    return chinese_note(text, name) if name in PHRASES else text


@cache
def _forms(kind: str) -> list[tuple[re.Pattern[str], str]]:
    pairs = PHRASES[kind] if kind else NOTES
    return [(_form(english), chinese) for english, chinese in pairs.items()]


def _form(english: str) -> re.Pattern[str]:
    """Return the pattern of a sentence in which names in braces stand for any text."""
    parts = re.split(r"\{(\w+)\}", english)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = [f"(?P<{name}>.*)" for name in parts[1::2]]
    return re.compile("".join(parts), re.DOTALL)
