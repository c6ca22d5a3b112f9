"""What is shown for a stored name: in English, and in the terms of the Chinese literature.

One module per family of methods; a name stands in one of them only.
"""

from . import centres, chains, classes, coupling, general, indicators, inequality, networks, weights

__all__ = ["TERMS"]

_FAMILIES = (
    general,
    centres,
    chains,
    classes,
    coupling,
    indicators,
    inequality,
    networks,
    weights,
)

TERMS: dict[str, tuple[str, str]] = {name: shown for family in _FAMILIES for name, shown in family.TERMS.items()}
