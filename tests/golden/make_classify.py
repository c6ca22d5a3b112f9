"""Write classify_mapclassify.json: classes as the packages mapclassify and jenkspy choose them.

Usage::

    python tests/golden/make_classify.py

Conventions of mapclassify: bins are upper bounds, the last one the maximum, closed on the right; `StdMean` takes the
multiples of the sample standard deviation as an argument (here (i − k/2), those of regiometrics) and keeps bounds below
the minimum; `HeadTailBreaks` goes on until one value is left, without Jiang's limit of 40 % for the head. jenkspy puts
the minimum in front of its breaks. Codes are counted from 0.
"""

from __future__ import annotations

import json
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jenkspy
import mapclassify
import numpy as np
import pandas as pd

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "python" / "regiometrics" / "datasets" / "data"
CLASSES = (3, 4, 5, 7)


def main() -> None:
    """Write the file beside this script."""
    warnings.simplefilter("ignore")
    samples = {
        "AI development, pooled": pd.read_csv(DATA / "ai_development.csv")["level"].to_numpy(),
        "utility patents": pd.read_csv(DATA / "jjj_chains.csv")["industry_power"].to_numpy(dtype=float),
        "lognormal": np.round(np.random.default_rng(20250301).lognormal(10.0, 0.8, 150), 2),
        "offset": 1e9 + np.round(np.random.default_rng(7).normal(0.0, 300.0, 80)),
    }
    cases = [case(name, values, k) for name, values in samples.items() for k in CLASSES]
    program = {name: version(name) for name in ("mapclassify", "jenkspy", "numpy")}
    values = json.dumps({name: each.tolist() for name, each in samples.items()}, ensure_ascii=False)
    # One case a line, so that a changed number shows as one changed line.
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in cases)
    text = f'{{"program": {json.dumps(program)},\n"samples": {values},\n"cases": [\n{lines}\n]}}\n'
    (HERE / "classify_mapclassify.json").write_text(text, encoding="utf-8")


def case(name: str, values: np.ndarray, k: int) -> dict[str, Any]:
    """Return the bins and codes of one sample."""
    multiples = [i - k / 2 for i in range(1, k)]
    found = {
        "quantiles": mapclassify.Quantiles(values, k),
        "equal": mapclassify.EqualInterval(values, k),
        "std": mapclassify.StdMean(values, multiples),
        "head_tail": mapclassify.HeadTailBreaks(values),
    }
    breaks = jenkspy.jenks_breaks(values, k)
    natural = mapclassify.UserDefined(values, breaks[1:])
    return {
        "sample": name,
        "k": k,
        "bins": {method: each.bins.tolist() for method, each in found.items()} | {"natural_breaks": breaks[1:]},
        "codes": {method: each.yb.tolist() for method, each in found.items()} | {"natural_breaks": natural.yb.tolist()},
    }


if __name__ == "__main__":
    main()
