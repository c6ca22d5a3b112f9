"""Write indicators_pymcdm.json: normalised values, entropy weights and TOPSIS as the package `pymcdm` computes them.

Usage::

    python tests/golden/make_indicators.py

Conventions of that package: types 1 and −1 for positive and negative criteria; `sum` takes 1/x and `vector` takes
1 − x/√Σx² of a negative one, so that its TOPSIS with `vector` turns negative criteria round, while distances come out
as if they were not (a common constant cancels). Its entropy weights take x/Σx whatever the type, and count the entropy
of a column with a zero as 0: samples here are above zero. A constant column normalises to 1 by `minmax`: none here is.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pymcdm import normalizations
from pymcdm.methods import TOPSIS
from pymcdm.weights import entropy_weights

HERE = Path(__file__).parent
CHAINS = HERE.parents[1] / "python" / "regiometrics" / "datasets" / "data" / "jjj_chains.csv"
METHODS = ("minmax", "vector", "sum")


def main() -> None:
    """Write the file beside this script."""
    cases = [*chains(), lognormal(40, 6), lognormal(3, 2)]
    program = {name: version(name) for name in ("pymcdm", "numpy")}
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    text = f'{{"program": {json.dumps(program)},\n"cases": [\n{lines}\n]}}\n'
    (HERE / "indicators_pymcdm.json").write_text(text, encoding="utf-8")


def chains() -> list[dict[str, Any]]:
    """Return one case per chain of study C, all cities and years together, one indicator taken as negative."""
    table = pd.read_csv(CHAINS)
    cases = []
    for chain in ("industry", "innovation"):
        names = [name for name in table if name.startswith(f"{chain}_")]
        cases.append(case(f"{chain} chain", table[names].to_numpy(dtype=float), [1, -1, 1, 1]))
    return cases


def lognormal(n: int, k: int) -> dict[str, Any]:
    """Return `n` units by `k` indicators of very unequal scale and spread, every second one negative."""
    random = np.random.default_rng(20250302)
    matrix = 10.0 ** np.arange(k) * random.lognormal(0.0, np.linspace(0.2, 1.5, k), (n, k))
    return case(f"lognormal {n} × {k}", matrix, [1 if column % 2 == 0 else -1 for column in range(k)])


def case(name: str, matrix: np.ndarray, types: list[int]) -> dict[str, Any]:
    """Return the input and the results of one sample."""
    weights = np.arange(1.0, matrix.shape[1] + 1.0)
    weights /= weights.sum()
    functions = {method: getattr(normalizations, f"{method}_normalization") for method in METHODS}
    return {
        "name": name,
        "matrix": matrix.tolist(),
        "types": types,
        "weights": weights.tolist(),
        "normalized": {
            method: [function(column, kind < 0).tolist() for column, kind in zip(matrix.T, types, strict=True)]
            for method, function in functions.items()
        },
        "entropy_weights": entropy_weights(matrix).tolist(),
        "topsis": {
            method: TOPSIS(functions[method])(matrix, weights, np.array(types)).tolist()
            for method in ("minmax", "vector")
        },
    }


if __name__ == "__main__":
    main()
