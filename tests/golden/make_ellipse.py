"""Write ellipse_pointpats.json: half axes as `pointpats.centrography.ellipse` of PySAL computes them.

Usage::

    python tests/golden/make_ellipse.py

Conventions of that package: `method="yuill"` multiplies the weighted standard deviations by √2 with `crimestatCorr` and
by √(n/(n − 2)) with `degfreedCorr`; `method="crimestat"` is both. n is the number of points, whatever their weights.
The angle it returns has a convention of its own, and is not compared.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from pointpats.centrography import ellipse, weighted_mean_center

HERE = Path(__file__).parent
CORRECTIONS: dict[str, dict[str, Any]] = {
    "none": {"method": "yuill", "crimestatCorr": False, "degfreedCorr": False},
    "sqrt2": {"method": "yuill", "crimestatCorr": True, "degfreedCorr": False},
    "sqrt2_df": {"method": "crimestat"},
}


def main() -> None:
    """Write the file beside this script."""
    random = np.random.default_rng(20250304)
    slanted = random.normal(size=(40, 2)) @ np.array([[3.0, 1.0], [0.0, 0.7]])
    cases = [
        case("printed example", EXAMPLE, None),
        case("slanted cloud", slanted, None),
        case("weighted cloud", slanted, random.lognormal(size=40)),
        case("projected metres", 4.0e6 + 2.0e5 * slanted, random.integers(1, 9, 40).astype(float)),
    ]
    program = {name: version(name) for name in ("pointpats", "numpy")}
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{"program": {json.dumps(program)},\n"cases": [\n{lines}\n]}}\n'
    (HERE / "ellipse_pointpats.json").write_text(text, encoding="utf-8")


# The points of the package's own example.
EXAMPLE = np.array(
    [
        [66.22, 32.54],
        [22.52, 22.39],
        [31.01, 81.21],
        [9.47, 31.02],
        [30.78, 60.10],
        [75.21, 58.93],
        [79.26, 7.68],
        [8.23, 39.93],
        [98.73, 77.17],
        [89.78, 42.53],
        [65.19, 92.08],
    ]
)


def case(name: str, points: np.ndarray, weights: np.ndarray | None) -> dict[str, Any]:
    """Return the points with the centre and, for each correction, the half axes."""
    centre = weighted_mean_center(points, np.ones(len(points)) if weights is None else weights)
    axes = {name: ellipse(points, weights, **options)[:2] for name, options in CORRECTIONS.items()}
    return {
        "name": name,
        "x": points[:, 0].tolist(),
        "y": points[:, 1].tolist(),
        "weights": None if weights is None else weights.tolist(),
        "centre": [float(each) for each in centre],
        "axes": {name: [float(major), float(minor)] for name, (major, minor) in axes.items()},
    }


if __name__ == "__main__":
    main()
