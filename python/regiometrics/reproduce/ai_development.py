"""Study B: development of artificial intelligence in 31 provinces, 2011–2022."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..dagum_gini import dagum_gini
from ..datasets import load_ai_development, load_ai_gdp_ranks, published
from ..markov import counts_from_probabilities
from ..rank_consistency import rank_consistency
from ..spatial_markov import SpatialMarkov, spatial_markov_from_counts
from ._chains import chain_notes
from ._comparison import Comparison, compare, last_digit, matches

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES"]

# The levels are printed to two decimals.
_INPUT_ROUNDING = 0.005
_DRAWS = 1000


def summary() -> Comparison:
    """Mean and standard deviation of the levels."""
    levels = load_ai_development().groupby("year")["level"]
    computed = levels.agg(mean="mean", standard_deviation="std").reset_index()
    return Comparison(
        title="B. AI development: mean and standard deviation of the provinces",
        sources=("ai_development_summary",),
        figures=compare(published("ai_development_summary"), computed, ["year"]),
        rows=("quantity",),
        across="year",
        part="year",
    )


def dagum() -> Comparison:
    """Dagum decomposition by east, centre and west."""
    levels, printed = load_ai_development(), published("ai_dagum")
    figures = compare(printed, _wide(levels, "year"), ["year"])
    reasons = {}
    for year in figures.loc[~figures["matches"], "year"].unique():
        share = _share_of_draws(levels[levels["year"] == year], printed, year)
        if share > 0.0:
            reasons[year] = (
                "within the rounding of the printed inputs: the levels are printed to two decimals, and of "
                f"{_DRAWS} sets of levels that round to them {share:.1%} give all ten figures in all printed digits"
            )
        else:
            reasons[year] = "not explained by the rounding of the printed levels"
    years = sorted(set(printed["year"]) - set(levels["year"]))
    return Comparison(
        title="B. AI development: Dagum Gini decomposition",
        sources=("ai_dagum",),
        figures=figures,
        rows=("quantity",),
        across="year",
        part="year",
        reasons=reasons,
        notes=(f"{', '.join(map(str, years))}: cannot be computed, the study does not print these years' levels",),
    )


def _wide(levels: pd.DataFrame, time: str) -> pd.DataFrame:
    """Decompose, and lay the result out in the columns of the printed table."""
    result = dagum_gini(levels, "level", group="region", time=time)
    table = result.overall.rename(columns={"time": time, "gini": "gini_total"})
    for part in ("within", "between", "transvariation"):
        table[f"share_{part}"] *= 100.0
    for row in result.within.itertuples():
        table.loc[table[time] == row.time, f"gini_within_{row.group.lower()}"] = row.gini
    order = ("East", "Central", "West")
    for row in result.between.itertuples():
        a, b = sorted((row.group_a, row.group_b), key=order.index)
        table.loc[table[time] == row.time, f"gini_between_{a.lower()}_{b.lower()}"] = row.gini
    wide: pd.DataFrame = table.drop(columns=["within", "between", "transvariation"])
    return wide


def _share_of_draws(levels: pd.DataFrame, printed: pd.DataFrame, year: int) -> float:
    """Return the share of level sets, drawn inside the rounding of the print, that give every figure of the year."""
    row = printed[printed["year"] == year]
    n_units = len(levels)
    draws = levels.loc[levels.index.repeat(_DRAWS)].assign(draw=np.tile(np.arange(_DRAWS), n_units))
    noise = np.random.default_rng(2025).uniform(-_INPUT_ROUNDING, _INPUT_ROUNDING, len(draws))
    # A level is never negative; the lowest printed one is 0.03.
    draws["level"] = np.maximum(draws["level"] + noise, 0.0)
    computed = _wide(draws, "draw")
    fits = [
        matches(computed[name], row[name].item(), last_digit(printed[name])) for name in printed.columns.drop("year")
    ]
    return float(np.all(fits, axis=0).mean())


def ranks() -> Comparison:
    """Consistency of the ranks of AI level and GDP per head, 2022."""
    import pandas as pd

    printed = load_ai_gdp_ranks()
    table = rank_consistency(printed, "ai_rank", "gdp_per_capita_rank", unit="province", ascending=True)
    both = printed.merge(table, on="province", validate="one_to_one")
    parts = []
    for quantity in ("difference", "type", "consistency"):
        name = f"published_{'rank_difference' if quantity == 'difference' else quantity}"
        part = both[["province"]].assign(
            quantity=quantity, published=both[name].astype(object), computed=both[quantity].astype(object)
        )
        part["matches"] = (both[name] == both[quantity]).to_numpy()
        part["difference"] = 1.0 - part["matches"]
        parts.append(part)
    return Comparison(
        title="B. AI development: consistency with GDP per head, 2022",
        sources=("ai_gdp_consistency_2022",),
        figures=pd.concat(parts, ignore_index=True),
        rows=("province",),
        across="quantity",
        part="quantity",
    )


_TO = [f"to_{state}" for state in range(1, 6)]


def _printed_chains() -> SpatialMarkov:
    """Return the chains of the whole counts behind the printed cases and probabilities."""
    printed = published("ai_spatial_markov")
    counts = counts_from_probabilities(printed[_TO], printed["n"])
    return spatial_markov_from_counts(counts.reshape(5, 5, 5))


def spatial_chains() -> Comparison:
    """Take the spatial Markov table to whole counts, and back to probabilities."""
    printed = published("ai_spatial_markov")
    result = _printed_chains()
    keys = ["lag_state", "from_state"]
    # A row without transitions is printed as zeros, which are no probabilities.
    used = printed[printed["n"] > 0]
    figures = compare(used, result.table[result.table["n"] > 0], keys)
    tests = result.tests.iloc[0]
    return Comparison(
        title="B. AI development: spatial Markov chains, from the printed cases and probabilities",
        sources=("ai_spatial_markov",),
        figures=figures,
        rows=("lag_state", "from_state"),
        across="quantity",
        part="quantity",
        is_round_trip=True,
        notes=(
            "The yearly levels are not printed, so that the transitions cannot be counted here. The computed figures "
            "come from the whole counts that cases × probability give; that such counts exist in every row, and add "
            "up to the cases, is what is shown.",
            f"{len(printed) - len(used)} rows without transitions are printed as zeros; here they have no "
            "probabilities.",
            f"These counts imply, against one chain for all: Q = {tests['Q']:.2f}, LR = {tests['LR']:.2f}, "
            f"{tests['dof']} degrees of freedom, p = {tests['p_Q']:.4f} and {tests['p_LR']:.4f}.",
        ),
    )


def pooled_chain() -> Comparison:
    """Pool the counts of the spatial Markov table into the Markov table."""
    printed = published("ai_markov")
    chain = _printed_chains().pooled
    computed = chain.probabilities.rename(columns={str(state): f"to_{state}" for state in range(1, 6)})
    return Comparison(
        title="B. AI development: Markov chain, pooled from the spatial table",
        sources=("ai_markov",),
        figures=compare(printed, computed, ["from_state"]),
        rows=("from_state",),
        across="quantity",
        part="quantity",
        notes=tuple(chain_notes("These counts imply", chain)),
    )


TABLES = (summary, dagum, ranks, pooled_chain, spatial_chains)
