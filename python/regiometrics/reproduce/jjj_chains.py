"""Study C: industry and innovation chains of 13 cities of Beijing, Tianjin and Hebei, 2014–2023."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..coupling_coordination import CouplingCoordination, coupling_coordination
from ..datasets import load_jjj_chains, published
from ..entropy_weights import entropy_weights
from ._comparison import Comparison, compare
from ._words import say

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES"]

_CHAINS = ("industry", "innovation")
_KEYS = ["city", "year"]
# The study prints this total of innovation linkage for 2020.
_PRINTED_TOTAL = 7457
# Grades are steps of 0.1, and start at their bound: a tenth as a double may lie a hair below it.
_HAIR = 1e-9


def coupling() -> Comparison:
    """Degrees of coupling and of coordination, for the years whose indicators are printed."""
    printed = published("jjj_coupling").drop(columns="city_en")
    computed = _degrees()
    years = sorted(set(computed["year"]))
    kept = printed[printed["year"].isin(years)].reset_index(drop=True)
    agreement = [_agreement(kept, computed, year) for year in years]
    return Comparison(
        title=say(
            "C. Industry and innovation chains: coupling and coordination", "C 京津冀产业链与创新链：耦合度与耦合协调度"
        ),
        sources=("jjj_coupling",),
        figures=compare(kept, computed, _KEYS),
        rows=("quantity", "city"),
        across="year",
        part="year",
        reasons={
            year: say(
                f"of {n} cities {n_grade} have the printed grade of coordination and {n_rank} the printed rank "
                "(ties in print count as any rank they span)",
                f"{n} 个城市中，{n_grade} 个的协调等级、{n_rank} 个的位次与原文相同（原文并列者取其所跨的任一位次）",
            )
            for year, n, n_grade, n_rank in agreement
        },
        notes=tuple(_notes(printed, years)),
        draw=lambda: _couple(say("city_en", "city")).plot("grades"),
    )


def _couple(city: str) -> CouplingCoordination:
    """Score each chain by min–max and entropy weights inside each year, and couple the two by the study's formula."""
    data = load_jjj_chains()
    scores = data[[city, "year"]].copy()
    for chain in _CHAINS:
        columns = [name for name in data.columns if name.startswith(f"{chain}_")]
        scores[chain] = entropy_weights(data, columns, time="year", pooled=False).scores["score"]
    return coupling_coordination(scores, list(_CHAINS), variant="half", unit=city, time="year")


def _degrees() -> pd.DataFrame:
    """Return the degrees under the names they have in print."""
    table = _couple("city").table
    names = {"coupling": "coupling_degree", "coordination": "coupling_coordination_degree"}
    degrees: pd.DataFrame = table.rename(columns=names)[[*_KEYS, *names.values()]]
    return degrees


def _agreement(printed: pd.DataFrame, computed: pd.DataFrame, year: int) -> tuple[int, int, int, int]:
    """Return how many cities there are in a year, and how many have the printed grade and the printed rank."""
    both = printed[printed["year"] == year].merge(computed, on=_KEYS, suffixes=("", "_computed"))
    degree, own = both["coupling_coordination_degree"], both["coupling_coordination_degree_computed"]
    rank = own.rank(ascending=False)
    best, worst = (degree.rank(ascending=False, method=method) for method in ("min", "max"))
    same_grade = np.floor(10.0 * degree + _HAIR) == np.floor(10.0 * own + _HAIR)
    return year, len(both), int(same_grade.sum()), int(((best <= rank) & (rank <= worst)).sum())


def _notes(printed: pd.DataFrame, years: list[int]) -> list[str]:
    """Return what cannot be computed, and the two slips in print."""
    absent = ", ".join(map(str, sorted(set(printed["year"]) - set(years))))
    one, two = (printed[printed["year"] == year].set_index("city").drop(columns="year") for year in (2020, 2023))
    n_same = int((one == two.loc[one.index]).to_numpy().sum())
    data = load_jjj_chains()
    total = data.loc[data["year"] == 2020, "innovation_linkage"].sum()
    return [
        say(
            f"{absent}: cannot be computed, the study does not print these years' indicators",
            f"{absent}：无法计算，原文未印出这些年份的指标",
        ),
        say(
            "computed with min–max normalisation and entropy weights inside each year and chain, and with "
            "C = √(u₁u₂)/(u₁ + u₂); the study does not print its scores, and its own steps may differ",
            "按每年、每条链分别做极差标准化与熵值法赋权，并取 C = √(u₁u₂)/(u₁ + u₂)；"
            "原文未印出综合得分，其具体步骤可能不同",
        ),
        say(
            f"a slip in print: the columns of 2020 and 2023 are identical, in {n_same} of {one.size} figures",
            f"原文笔误：2020 年与 2023 年两列完全相同，{one.size} 个数字中有 {n_same} 个相同",
        ),
        say(
            f"a slip in print: the total of innovation linkage for 2020 is {_PRINTED_TOTAL}, "
            f"and the cities sum to {total:.0f}",
            f"原文笔误：2020 年创新关联合计印为 {_PRINTED_TOTAL}，而各城市之和为 {total:.0f}",
        ),
    ]


TABLES = (coupling,)
