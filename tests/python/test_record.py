"""record: frozen classes of named parts."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, field

import pytest
from regiometrics._record import record


@record
class Pair:
    """A pair with a default and a list of its own."""

    first: int
    second: int = 2
    rest: list[int] = field(default_factory=list)


def test_parts_defaults_and_lists_of_their_own() -> None:
    pair, other = Pair(first=1), Pair(first=1)
    assert (pair.first, pair.second, pair.rest) == (1, 2, [])
    assert pair.rest is not other.rest
    assert pair != other


def test_parts_can_be_neither_set_nor_deleted_nor_added() -> None:
    pair = Pair(first=1)
    for name in ("first", "third"):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(pair, name, 3)
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'first'"):
        del pair.first
    assert not hasattr(pair, "__dict__")


def test_copies_and_pickles_hold_the_parts() -> None:
    pair = Pair(first=1, rest=[5])
    for made in (copy.copy(pair), copy.deepcopy(pair), pickle.loads(pickle.dumps(pair))):
        assert (made.first, made.second, made.rest) == (1, 2, [5])


def test_missing_and_unknown_parts_are_named() -> None:
    with pytest.raises(TypeError, match="Pair needs 'first'"):
        Pair(second=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Pair has no 'third'"):
        Pair(first=1, third=3)  # type: ignore[call-arg]
