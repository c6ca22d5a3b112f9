"""Write theil_inequality.json: inequality measures as the package `inequality` of PySAL computes them.

Usage::

    python tests/golden/make_theil.py

Conventions of that package: natural logarithms; every unit counts once; T is the sum of s ln(n s) over the shares s;
a value of zero stands in as the smallest positive double; `within` is T less `between`; the Gini coefficient divides
by n². It has no L: Atkinson's index with ε = 1 is 1 − exp(−L). It has no weights: rows are repeated instead.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from inequality.atkinson import atkinson
from inequality.gini import Gini
from inequality.theil import Theil, TheilD

HERE = Path(__file__).parent
PANEL = HERE.parents[1] / "python" / "regiometrics" / "datasets" / "data" / "ai_development.csv"


def main() -> None:
    """Write the file beside this script."""
    cases = [*ai_development(), lognormal(), with_zeros(), repeated_rows()]
    program = {name: version(name) for name in ("inequality", "numpy")}
    # One case a line, so that a changed number shows as one changed line.
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    text = f'{{"program": {json.dumps(program)},\n"cases": [\n{lines}\n]}}\n'
    (HERE / "theil_inequality.json").write_text(text, encoding="utf-8")


def ai_development() -> list[dict[str, Any]]:
    """Return one case per printed year of study B, 31 provinces in three regions."""
    panel = pd.read_csv(PANEL)
    return [
        case(f"AI development {year}", rows["level"].to_numpy(), rows["region"].to_numpy(dtype=object))
        for year, rows in panel.groupby("year")
    ]


def lognormal() -> dict[str, Any]:
    """Return 200 incomes near 50000 in seven groups of unequal size and level."""
    random = np.random.default_rng(20250301)
    groups = random.choice(7, size=200, p=[0.4, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02])
    values = np.round(50_000 * random.lognormal(0.1 * groups, 0.6), 2)
    return case("lognormal incomes", values, groups)


def with_zeros() -> dict[str, Any]:
    """Return a case whose values include zeros, among them a group of nothing but zeros."""
    values = np.array([0.0, 0.0, 4.0, 0.0, 2.0, 7.0, 1.0, 0.0])
    return case("zeros", values, np.array(["a", "a", "b", "b", "b", "c", "c", "c"], dtype=object))


def repeated_rows() -> dict[str, Any]:
    """Return a case with whole-number weights, computed on rows repeated as often as their weight says."""
    values = np.array([12.5, 3.0, 8.0, 41.0, 5.5, 19.0])
    groups = np.array(["north", "north", "south", "south", "south", "west"], dtype=object)
    weights = np.array([3, 10, 1, 2, 7, 4])
    measured = case("weights", np.repeat(values, weights), np.repeat(groups, weights))
    return measured | {"values": values.tolist(), "groups": groups.tolist(), "weights": weights.tolist()}


def case(name: str, values: np.ndarray, groups: np.ndarray) -> dict[str, Any]:
    """Return the input and the measures of one sample."""
    parts = TheilD(values, groups)
    return {
        "name": name,
        "values": values.tolist(),
        "groups": groups.tolist(),
        "weights": None,
        "theil_t": float(Theil(values).T),
        "within_t": parts.wg.item(),
        "between_t": parts.bg.item(),
        "atkinson_1": float(atkinson(values, 1)) if (values > 0.0).all() else None,
        "gini": float(Gini(values).g),
    }


if __name__ == "__main__":
    main()
