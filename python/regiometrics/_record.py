"""Frozen classes of named parts, made quickly."""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_):
        return lambda function: function


__all__ = ["record"]

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False, field_specifiers=(field,))
def record(cls: type[Kind]) -> type[Kind]:
    """Make a dataclass of a class: frozen, slotted, built from keywords, compared by identity.

    Its methods are those below for all classes. `dataclass` would compile them anew for each, which was half of the
    time that importing the library took.
    """
    for name, method in _METHODS.items():
        setattr(cls, name, method)
    return dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)


def _init(self: Any, **given: Any) -> None:
    for each in fields(self):
        object.__setattr__(self, each.name, given.pop(each.name) if each.name in given else _default(self, each))
    if given:
        raise TypeError(f"{type(self).__name__} has no {', '.join(map(repr, given))}")


def _default(self: Any, each: Field[Any]) -> Any:
    if each.default is not MISSING:
        return each.default
    if each.default_factory is not MISSING:
        return each.default_factory()
    raise TypeError(f"{type(self).__name__} needs {each.name!r}")


def _refuse_to_set(self: Any, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


_METHODS = {
    "__init__": _init,
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _get_state,
    "__setstate__": _set_state,
}
