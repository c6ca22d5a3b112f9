"""What all tests share: drawn cases are the same in every run, so that a failure comes back; notes are translated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from regiometrics._notes import chinese_note
from regiometrics._result import Result

settings.register_profile("same", derandomize=True)
settings.load_profile("same")

_untranslated: set[str] = set()


def _watch(kind: type[Result]) -> None:
    """Let every result of a kind show its notes to `_untranslated` when it is made."""
    for each in kind.__subclasses__():
        _watch(each)
        make: Any = each.__init__

        def watched(self: Any, _make: Any = make, **given: Any) -> None:
            _make(self, **given)
            _untranslated.update(note for note in self.notes if chinese_note(note) is None)

        each.__init__ = watched  # type: ignore[method-assign,assignment]


_watch(Result)


@pytest.fixture(autouse=True)
def every_note_has_a_translation() -> Iterator[None]:
    """Fail the test that made a result with a note that would be shown in English among Chinese."""
    _untranslated.clear()
    yield
    assert not _untranslated, "notes without a sentence in python/regiometrics/_terms/notes.py"
