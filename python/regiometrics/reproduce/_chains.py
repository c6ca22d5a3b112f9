"""Lines of the report on what follows from printed transition tables beyond what they print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..markov import Markov

__all__ = ["chain_notes"]


def chain_notes(name: str, chain: Markov) -> Iterator[str]:
    """Say what the counts imply: structure, steady state, first passage times."""
    # Between the number of transitions and the kind of the intervals stand the notes on the structure.
    yield f"{name}: {chain.n_transitions} transitions. {' '.join(chain.notes[1:-1])}"
    shares = chain.steady_state
    told = ", ".join(
        f"{state} {share:.4f}" for state, share in zip(shares["state"], shares["probability"], strict=True)
    )
    yield f"    steady state: {told}"
    times = chain.first_passage.set_index("from_state")
    for state, row in times.iterrows():
        yield f"    mean first passage from {state}: " + ", ".join(f"to {to} {time:.2f}" for to, time in row.items())
