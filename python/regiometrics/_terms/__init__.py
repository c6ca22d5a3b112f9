"""What is shown for a stored name: in English, and in the terms of the Chinese literature.

One module per family of methods; a name stands in one of them only.
"""

from . import chains, classes, coupling, effects, forests, general, indicators, inequality, weights

__all__ = ["TERMS"]

_FAMILIES = (
    general,
    chains,
    classes,
    coupling,
    effects,
    forests,
    indicators,
    inequality,
    weights,
)

TERMS: dict[str, tuple[str, str]] = {name: shown for family in _FAMILIES for name, shown in family.TERMS.items()}
