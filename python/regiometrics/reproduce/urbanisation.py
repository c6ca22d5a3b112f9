"""Study A: new-type urbanisation of 30 provinces, 2006–2019."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import _core
from ..datasets import published
from ..markov import counts_from_probabilities, markov_from_counts
from ._chains import chain_notes
from ._comparison import Comparison, compare

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES"]

_TO = ["to_decoupled", "to_linked", "to_negatively_decoupled"]


def decoupling() -> Comparison:
    """Take the Markov tables of decoupling states to whole counts, and back to probabilities."""
    import pandas as pd

    printed = published("decoupling_markov")
    tables: list[pd.DataFrame] = []
    notes: list[str] = []
    for pair, rows in printed.groupby("pair", sort=False):
        counts = counts_from_probabilities(rows[_TO], rows["n"])
        chain = markov_from_counts(counts, states=rows["from_state"].tolist())
        computed = chain.probabilities.rename(columns={head.removeprefix("to_"): head for head in _TO})
        tables.append(computed.assign(pair=pair, n=chain.sojourn["n"]))
        notes += chain_notes(f"The {pair} counts imply", chain)
    return Comparison(
        title="A. Urbanisation: Markov chains of decoupling states, from the printed cases and probabilities",
        sources=("decoupling_markov",),
        figures=compare(printed, pd.concat(tables), ["pair", "from_state"]),
        rows=("pair", "from_state"),
        across="quantity",
        part="pair",
        is_round_trip=True,
        notes=(
            "The states of the provinces are not printed. The computed figures come from the whole counts that cases × "
            "probability give; that such counts exist in every row, and add up to the cases, is what is shown.",
            *notes,
        ),
    )


# Provinces of the study, and the most strata with which every printed p is possible.
_N, _STRATA = 30, 5

# The largest noncentrality tried: its p is one in every printed digit.
_MOST_NONCENTRAL = 1e4


def detector() -> Comparison:
    """Rank the printed q, and find the noncentrality with which each printed p follows from its q."""
    printed = published("urbanisation_geodetector")
    rank = printed.groupby("year")["q"].rank(method="min", ascending=False)
    nearest = [_nearest_p(q, p, _STRATA) for q, p in zip(printed["q"], printed["p_value"], strict=True)]
    computed = printed[["factor", "year"]].assign(p_value=nearest, rank=rank)
    figures = compare(printed.drop(columns="q"), computed, ["factor", "year"])
    return Comparison(
        title="A. Urbanisation: p-values and ranks of the factor detector, from the printed q",
        sources=("urbanisation_geodetector",),
        figures=figures,
        rows=("year", "factor"),
        across="quantity",
        part="quantity",
        is_round_trip=True,
        notes=(
            "The strata are not printed. The computed p is the nearest that noncentral F can have with the printed q, "
            f"30 units in {_STRATA} strata and any noncentrality; what is shown is that the printed pairs are "
            "possible.",
            *_possible(printed),
        ),
    )


def _nearest_p(q: float, p: float, n_strata: int) -> float:
    """Return the p nearest to the printed one: p rises with the noncentrality, from the central one."""
    low, high = 0.0, _MOST_NONCENTRAL
    if _core.geodetector_tail(q, _N, n_strata, low) >= p:
        return _core.geodetector_tail(q, _N, n_strata, low)
    while high - low > 1e-9 * high:
        middle = (low + high) / 2.0
        if _core.geodetector_tail(q, _N, n_strata, middle) < p:
            low = middle
        else:
            high = middle
    return _core.geodetector_tail(q, _N, n_strata, high)


def _possible(printed: pd.DataFrame) -> Iterator[str]:
    """Say for each number of strata which p are central ones, and which are too small for their q by any convention."""
    half = 0.0005
    for n_strata in range(2, 9):
        ends = [[_core.geodetector_tail(q + end, _N, n_strata, 0.0) for q in printed["q"]] for end in (half, -half)]
        least, most = (printed["p_value"] * 0.0 + end for end in ends)
        central = (printed["p_value"] >= least - half) & (printed["p_value"] <= most + half)
        n_central = int((central & (printed["p_value"] > 0)).sum())
        n_below = int((printed["p_value"] < least - half).sum())
        n_above_zero = int((printed["p_value"] > 0).sum())
        yield (
            f"    {n_strata} strata: {n_central} of {n_above_zero} printed p above zero are those of "
            f"central F, {n_below} of {len(printed)} are smaller than any convention allows"
        )


TABLES = (decoupling, detector)
