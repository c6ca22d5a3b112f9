"""What is shown for a stored name: in English, and in the terms of the Chinese literature.

One module per family of methods; a name stands in one of them only.
"""

from . import (
    association,
    centres,
    chains,
    classes,
    coupling,
    densities,
    effects,
    forests,
    general,
    geodetector,
    indicators,
    inequality,
    networks,
    weights,
)

__all__ = ["TERMS"]

_FAMILIES = (
    general,
    association,
    centres,
    chains,
    classes,
    coupling,
    densities,
    effects,
    forests,
    geodetector,
    indicators,
    inequality,
    networks,
    weights,
)

TERMS: dict[str, tuple[str, str]] = {name: shown for family in _FAMILIES for name, shown in family.TERMS.items()}
