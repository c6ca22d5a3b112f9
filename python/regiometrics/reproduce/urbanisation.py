"""Study A: new-type urbanisation of 30 provinces, 2006–2019."""

from __future__ import annotations

from typing import Any

from ..datasets import published
from ..markov import Markov, counts_from_probabilities, markov_from_counts
from ._chains import chain_notes
from ._comparison import Comparison, compare
from ._words import say, word

__all__ = ["TABLES"]

_TO = ["to_decoupled", "to_linked", "to_negatively_decoupled"]


def decoupling() -> Comparison:
    """Take the Markov tables of decoupling states to whole counts, and back to probabilities."""
    import pandas as pd

    printed = published("decoupling_markov")
    tables: list[pd.DataFrame] = []
    notes: list[str] = []
    chains: dict[str, Markov] = {}
    for pair, rows in printed.groupby("pair", sort=False):
        counts = counts_from_probabilities(rows[_TO], rows["n"])
        chain = markov_from_counts(counts, states=rows["from_state"].tolist())
        chains[str(pair)] = chain
        computed = chain.probabilities.rename(columns={head.removeprefix("to_"): head for head in _TO})
        tables.append(computed.assign(pair=pair, n=chain.sojourn["n"]))
        notes += chain_notes(say(f"The {pair} counts imply", f"由{word(pair)}的次数可得"), chain)
    return Comparison(
        title=say(
            "A. Urbanisation: Markov chains of decoupling states, from the printed cases and probabilities",
            "A 新型城镇化：脱钩状态的马尔可夫链（由印刷的频数与概率）",
        ),
        sources=("decoupling_markov",),
        figures=compare(printed, pd.concat(tables), ["pair", "from_state"]),
        rows=("pair", "from_state"),
        across="quantity",
        part="pair",
        is_round_trip=True,
        notes=(
            say(
                "The states of the provinces are not printed. The computed figures come from the whole counts that "
                "cases × probability give; that such counts exist in every row, and add up to the cases, is what is "
                "shown.",
                "原文未印出各省的状态。计算值来自“频数 × 概率”所得的整数次数；"
                "这里检验的是每一行都存在这样的整数，且其和等于频数。",
            ),
            *notes,
        ),
        draw=lambda: _draw(chains),
    )


def _draw(chains: dict[str, Markov]) -> Any:
    """Draw the matrices side by side."""
    from ..plotting import _style

    panels = _style.grid_of_axes(1, len(chains))[0]
    for ax, (pair, chain) in zip(panels, chains.items(), strict=True):
        chain.plot("probabilities", ax=ax)
        ax.set_title(word(pair))
    return panels


TABLES = (decoupling,)
