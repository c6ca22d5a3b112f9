"""Write markov_giddy.json: Markov and spatial Markov chains as the package giddy of PySAL computes them.

Usage, in an environment of its own with `pip install giddy`::

    python tests/golden/make_markov.py

The panels: income per head of 48 US states relative to their mean, every fourth year from 1929 to 2009, which comes
with libpysal (usjoin.csv, from the Bureau of Economic Analysis), with contiguity in states48.gal; and a made-up panel
on a grid of 6 × 7 cells, whose neighbours are so like each other that some rows of the conditional chains are empty.

Conventions of that package that differ from those here: an empty row is filled with zeros, and steady states and first
passage times refuse it or take it as absorbing (both are left out here for such chains); degrees of freedom add
(0 − 1)(0 − 1) for a state without any transition (none is here); the test of one conditional chain has
(rows used − 1)(rows of the pooled chain − 1) degrees of freedom; p is 1 − cdf, which has no digits below 1e-16.
"""

from __future__ import annotations

import json
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import libpysal
import numpy as np
import pandas as pd
from giddy.ergodic import mfpt, steady_state
from giddy.markov import Homogeneity_Results, Markov, Spatial_Markov
from giddy.mobility import markov_mobility

HERE = Path(__file__).parent


def main() -> None:
    """Write the file beside this script."""
    warnings.simplefilter("ignore")
    program = {name: version(name) for name in ("giddy", "libpysal", "mapclassify", "quantecon", "numpy")}
    lines = ",\n".join(json.dumps(case) for case in (states(), grid()))
    text = f'{{"program": {json.dumps(program)},\n"cases": [\n{lines}\n]}}\n'
    (HERE / "markov_giddy.json").write_text(text, encoding="utf-8")


def states() -> dict[str, Any]:
    """Return the chains of US states."""
    table = pd.read_csv(libpysal.examples.get_path("usjoin.csv"))
    income = table[[str(year) for year in range(1929, 2010, 4)]].to_numpy(dtype=float)
    weights = libpysal.io.open(libpysal.examples.get_path("states48.gal")).read()
    return case("US states", np.round(income / income.mean(axis=0), 6), weights, 5)


def grid() -> dict[str, Any]:
    """Return the chains of a panel with strong spatial dependence."""
    weights = libpysal.weights.lat2W(6, 7)
    weights.transform = "r"
    random = np.random.default_rng(20250301)
    level = np.repeat(np.arange(6.0), 7)
    values = np.empty((42, 9))
    for period in range(9):
        level = level + 0.1 * (weights.sparse @ level - level) + 0.4 * random.normal(size=42)
        values[:, period] = np.round(np.exp(level), 4)
    return case("grid", values, weights, 4)


def case(name: str, values: np.ndarray, weights: Any, k: int) -> dict[str, Any]:
    """Return the input and what giddy computes from it."""
    weights.transform = "r"
    spatial = Spatial_Markov(values, weights, fixed=True, k=k, m=k)
    pooled = Markov(spatial.class_ids, summary=False)
    test = Homogeneity_Results(spatial.T)
    full = [s for s in range(k) if (spatial.T[s].sum(axis=1) > 0).all()]
    focal, neighbor = weights.sparse.nonzero()
    mobility = {
        "shorrocks": markov_mobility(pooled.p, measure="P"),
        "determinant": markov_mobility(pooled.p, measure="D"),
        "second_eigenvalue": markov_mobility(pooled.p, measure="L2"),
    }
    return {
        "name": name,
        "k": k,
        "values": values.tolist(),
        "links": [focal.tolist(), neighbor.tolist()],
        "cutoffs": spatial.cutoffs.tolist(),
        "lag_cutoffs": spatial.lag_cutoffs.tolist(),
        "transitions": pooled.transitions.tolist(),
        "p": pooled.p.tolist(),
        "steady_state": np.ravel(pooled.steady_state).tolist(),
        "mfpt": pooled.mfpt.tolist(),
        "sojourn": pooled.sojourn_time.tolist(),
        "mobility": {index: float(np.real(value)) for index, value in mobility.items()},
        "conditional": spatial.T.tolist(),
        "conditional_p": spatial.P.tolist(),
        "conditional_full": full,
        "conditional_steady": [np.ravel(steady_state(spatial.P[s])).tolist() for s in full],
        "conditional_mfpt": [np.asarray(mfpt(spatial.P[s])).tolist() for s in full],
        "Q": float(test.Q),
        "LR": float(test.LR),
        "dof": int(test.dof),
        "chi2": [[float(number) for number in each] for each in spatial.chi2],
    }


if __name__ == "__main__":
    main()
