"""How often tests reject a true hypothesis, and how often intervals hold the truth, with few units and with more.

    python tests/simulation/run.py --report docs/evidence/measured/inference.md
    python tests/simulation/run.py --case moran --replicates 200

A case draws data under a true hypothesis or with a known truth; the replicates are the periods of one call where the
method has periods. `--replicates` replaces the numbers of the table `CASES`.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import nulls
import numpy as np
from nulls import LEVEL, Hits

SEED = 20240229


@dataclass(frozen=True)
class Case:
    """Which draws to make, of how many units and how often; what to do where words of a row stand and it fails."""

    draw: Callable[[np.random.Generator, int, int], Hits]
    sizes: tuple[tuple[int, int], ...]  # (units, replicates)
    advice: tuple[tuple[str, str], ...] = ()


_DAGUM = (
    ("interval of gini", "use bootstrap=999"),
    ("interval of within", "use bootstrap=999"),
    ("", "say so beside it"),
)
_LOCAL = (("fdr_bh", "use permutations= (40 times the units or more)"), ("p_normal", "use permutations=999"))

CASES = {
    "dagum": Case(nulls.dagum, ((30, 4000), (300, 2000)), _DAGUM),
    "dagum_bootstrap": Case(nulls.dagum_bootstrap, ((30, 2000), (300, 1000)), (("", "say so beside it"),)),
    "detector": Case(
        nulls.detector, ((30, 10000), (300, 1000)), (("of q", "use permutations=999"), ("risk", "use adjust='holm'"))
    ),
    "detector_interaction": Case(nulls.detector_interaction, ((30, 2000), (300, 1000))),
    "detector_bootstrap": Case(nulls.detector_bootstrap, ((30, 2000), (300, 1000)), (("", "say so beside it"),)),
    "moran": Case(nulls.moran, ((30, 4000), (300, 1000)), (("", "use permutations=999"),)),
    "local_moran": Case(nulls.local_moran, ((30, 1000), (300, 200)), _LOCAL),
    "local_g": Case(nulls.local_g, ((30, 1000), (300, 200)), _LOCAL),
    "markov": Case(nulls.markov, ((30, 1000), (300, 500)), (("", "say so beside it"),)),
    "spatial_markov": Case(
        nulls.spatial_markov, ((30, 1000), (300, 1000)), (("", "use permutations= and read p_LR_permutation"),)
    ),
    "kde_bands": Case(nulls.kde_bands, ((30, 1000), (300, 500)), (("", "read it as a rough band"),)),
    "silverman": Case(nulls.silverman, ((30, 1000), (300, 300))),
    "forest": Case(nulls.forest, ((30, 500), (300, 200)), (("not given", "use groups="),)),
}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    case: str
    what: str
    n: int
    nominal: float
    measured: float
    error: float
    replicates: int
    advice: str

    @property
    def is_interval(self) -> bool:
        return self.nominal > 0.5

    def excess(self) -> float:
        """How far tests reject too often, or intervals hold the truth too rarely; below zero on the safe side."""
        return self.nominal - self.measured if self.is_interval else self.measured - self.nominal

    def verdict(self) -> str:
        # Nobody reads p = 0.05 as 0.06: one point is let pass, and what chance explains.
        if abs(self.excess()) <= max(3.0 * self.error, 0.01):
            return "holds"
        if self.excess() < 0.0:
            return "wider than needed" if self.is_interval else "conservative"
        word = "too narrow" if self.is_interval else "too liberal"
        return f"{word}: {self.advice}" if self.advice else word


def rows_of(name: str, n: int, replicates: int) -> list[Row]:
    """Run a case with so many units."""
    case = CASES[name]
    rng = np.random.default_rng([SEED, n, *name.encode()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # strata of one unit and the like are part of the draw
        hits = case.draw(rng, n, replicates)
    rows = []
    for what, (nominal, values) in hits.items():
        each = np.asarray(values, dtype=float)
        each = each[~np.isnan(each)]
        spread = max(float(each.var(ddof=1)), nominal * (1 - nominal) / len(each))
        error = float(np.sqrt(spread / len(each)))
        advice = next((text for words, text in case.advice if words in what), "")
        rows.append(Row(name, what, n, nominal, float(each.mean()), error, len(each), advice))
    return rows


def table(rows: list[Row]) -> str:
    """Return the rows as Markdown."""
    lines = [
        "| case | what | n | nominal | measured | ± | replicates | verdict |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {row.case} | {row.what} | {row.n} | {row.nominal:g} | {row.measured:.3f} | {row.error:.3f} "
        f"| {row.replicates} | {row.verdict()} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, help="instead of the numbers of the table of cases")
    parser.add_argument("--report", type=Path, help="write the table to this file")
    parser.add_argument("--case", choices=tuple(CASES), help="run this one alone")
    asked = parser.parse_args()
    rows: list[Row] = []
    for name in [asked.case] if asked.case else CASES:
        for n, replicates in CASES[name].sizes:
            found = rows_of(name, n, asked.replicates or replicates)
            print(table(found), flush=True)
            rows += found
    if asked.report:
        intro = f"Tests at the level {LEVEL:g}, intervals of {100 * (1 - LEVEL):g} %. Seed {SEED}.\n\n"
        asked.report.write_text(intro + table(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
