"""Study B: development of artificial intelligence in 31 provinces, 2011–2022."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..dagum_gini import dagum_gini
from ..datasets import load_ai_development, load_ai_gdp_ranks, published
from ..markov import counts_from_probabilities
from ..rank_consistency import rank_consistency
from ..spatial_markov import SpatialMarkov, spatial_markov_from_counts
from ._chains import chain_notes
from ._comparison import Comparison, compare, last_digit, matches
from ._words import say, word

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
        title=say(
            "B. AI development: mean and standard deviation of the provinces", "B 人工智能发展：各省均值与标准差"
        ),
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
            reasons[year] = say(
                "within the rounding of the printed inputs: the levels are printed to two decimals, and of "
                f"{_DRAWS} sets of levels that round to them {share:.1%} give all ten figures in all printed digits",
                f"属于印刷数据的舍入误差：水平值只印两位小数，在舍入后与之相同的 {_DRAWS} 组水平值中，有 {share:.1%} "
                "使十个数字在全部印刷位数上一致",
            )
        else:
            reasons[year] = say("not explained by the rounding of the printed levels", "印刷数据的舍入误差不足以解释")
    years = ", ".join(map(str, sorted(set(printed["year"]) - set(levels["year"]))))
    return Comparison(
        title=say("B. AI development: Dagum Gini decomposition", "B 人工智能发展：Dagum基尼系数分解"),
        sources=("ai_dagum",),
        figures=figures,
        rows=("quantity",),
        across="year",
        part="year",
        reasons=reasons,
        notes=(
            say(
                f"{years}: cannot be computed, the study does not print these years' levels",
                f"{years}：无法计算，原文未印出这些年份的水平值",
            ),
        ),
        draw=lambda: _draw_decomposition(levels),
    )


def _draw_decomposition(levels: pd.DataFrame) -> Any:
    named = levels.assign(region=levels["region"].map(word))
    return dagum_gini(named, "level", group="region", time="year").plot("all", intervals=True)


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
        title=say(
            "B. AI development: consistency with GDP per head, 2022", "B 人工智能发展：与人均GDP的位次一致性，2022年"
        ),
        sources=("ai_gdp_consistency_2022",),
        figures=pd.concat(parts, ignore_index=True),
        rows=("province",),
        across="quantity",
        part="quantity",
        draw=lambda: _draw_ranks(both),
    )


def _draw_ranks(table: pd.DataFrame) -> Any:
    """Draw the differences of the ranks, the leading provinces on top."""
    from ..plotting.frames import bars

    ordered = table.sort_values("difference").assign(province=lambda rows: rows["province"].map(word))
    return bars(ordered, value="difference", name="province", label=word("difference"))


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
    n_empty = len(printed) - len(used)
    return Comparison(
        title=say(
            "B. AI development: spatial Markov chains, from the printed cases and probabilities",
            "B 人工智能发展：空间马尔可夫链（由印刷的频数与概率）",
        ),
        sources=("ai_spatial_markov",),
        figures=figures,
        rows=("lag_state", "from_state"),
        across="quantity",
        part="quantity",
        is_round_trip=True,
        notes=(
            say(
                "The yearly levels are not printed, so that the transitions cannot be counted here. The computed "
                "figures come from the whole counts that cases × probability give; that such counts exist in every "
                "row, and add up to the cases, is what is shown.",
                "原文未印出各年水平值，因此无法在此统计转移次数。计算值来自“频数 × 概率”所得的整数次数；"
                "这里检验的是每一行都存在这样的整数，且其和等于频数。",
            ),
            say(
                f"{n_empty} rows without transitions are printed as zeros; here they have no probabilities.",
                f"{n_empty} 行没有转移，原文印为 0；此处不给出概率。",
            ),
            say(
                f"These counts imply, against one chain for all: Q = {tests['Q']:.2f}, LR = {tests['LR']:.2f}, "
                f"{tests['dof']} degrees of freedom, p = {tests['p_Q']:.4f} and {tests['p_LR']:.4f}.",
                f"由这些次数检验各链是否相同：Q = {tests['Q']:.2f}，LR = {tests['LR']:.2f}，自由度 {tests['dof']}，"
                f"p 值为 {tests['p_Q']:.4f} 与 {tests['p_LR']:.4f}。",
            ),
        ),
        draw=lambda: result.plot("conditional"),
    )


def pooled_chain() -> Comparison:
    """Pool the counts of the spatial Markov table into the Markov table."""
    printed = published("ai_markov")
    chain = _printed_chains().pooled
    computed = chain.probabilities.rename(columns={str(state): f"to_{state}" for state in range(1, 6)})
    return Comparison(
        title=say(
            "B. AI development: Markov chain, pooled from the spatial table", "B 人工智能发展：由空间表汇总的马尔可夫链"
        ),
        sources=("ai_markov",),
        figures=compare(printed, computed, ["from_state"]),
        rows=("from_state",),
        across="quantity",
        part="quantity",
        notes=tuple(chain_notes(say("These counts imply", "由这些次数可得"), chain)),
        draw=lambda: chain.plot("probabilities"),
    )


TABLES = (summary, dagum, ranks, pooled_chain, spatial_chains)
