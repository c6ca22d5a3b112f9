"""Lines of the report on what follows from printed transition tables beyond what they print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ._words import say, word

if TYPE_CHECKING:
    from ..markov import Markov

__all__ = ["chain_notes"]


def chain_notes(name: str, chain: Markov) -> Iterator[str]:
    """Say what the counts imply: structure, steady state, first passage times."""
    yield say(f"{name}: {chain.n_transitions} transitions. ", f"{name}：{chain.n_transitions} 次转移。") + _structure(
        chain
    )
    shares = chain.steady_state
    told = ", ".join(
        f"{word(state)} {share:.4f}" for state, share in zip(shares["state"], shares["probability"], strict=True)
    )
    yield say(f"    steady state: {told}", f"    稳态分布：{told}")
    times = chain.first_passage.set_index("from_state")
    for state, row in times.iterrows():
        english = ", ".join(f"to {word(to)} {time:.2f}" for to, time in row.items())
        chinese = "，".join(f"至{word(to)} {time:.2f}" for to, time in row.items())
        yield say(
            f"    mean first passage from {word(state)}: {english}", f"    由{word(state)}出发的平均首达时间：{chinese}"
        )


def _structure(chain: Markov) -> str:
    """Say which states the chain settles in."""
    # Between the number of transitions and the kind of the intervals stand the notes on the structure.
    english = " ".join(chain.notes[1:-1])
    table = chain.structure
    recurrent = table[table["kind"] == "recurrent"]
    if len(recurrent) == len(table) and (table["communicating_class"] == 1).all() and (table["period"] == 1).all():
        return say(english, "该链是遍历的：只有一个常返类，且非周期。")
    settled = "、".join(word(state) for state in recurrent["state"])
    return say(english, f"该链不是遍历的；常返状态：{settled}。")
