"""Write kde_peers.json: bandwidths and densities of KDEpy, statsmodels and scikit-learn.

Run in an environment of its own: ``pip install numpy KDEpy statsmodels scikit-learn``, then this script.

Conventions that differ, as found in these packages:

- KDEpy's improved_sheather_jones solves the equation on a grid that reaches beyond the sample by half its range or by
  6, whichever is more, and scales the root by the range of the sample instead of the length of the grid, which makes
  its bandwidth too small by that ratio. `isj` holds its bandwidth times (length of the grid) / (range of the sample).
- KDEpy and scipy understand "silverman" as the normal reference (3n/4)^(-1/5).
- statsmodels divides the quartile distance by 1.349, as KDEpy; its multivariate class has the cross-validations.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import KDEpy
import numpy as np
import sklearn
import statsmodels
from KDEpy import NaiveKDE
from KDEpy.bw_selection import improved_sheather_jones, scotts_rule, silvermans_rule
from KDEpy.utils import autogrid
from sklearn.neighbors import KernelDensity
from statsmodels.nonparametric import bandwidths
from statsmodels.nonparametric.kernel_density import KDEMultivariate

HERE = Path(__file__).parent

KDEPY_KERNELS = {
    "gaussian": "gaussian",
    "epanechnikov": "epa",
    "biweight": "biweight",
    "triweight": "triweight",
    "triangular": "tri",
    "uniform": "box",
    "cosine": "cosine",
}


def samples() -> dict[str, np.ndarray]:
    """Draw the samples, rounded so that they are the same from text."""
    random = np.random.default_rng(20250304)
    normal = random.normal(50.0, 12.0, 300)
    two = np.concatenate([random.normal(0.0, 1.0, 150), random.normal(7.0, 0.6, 100)])
    income = 40_000.0 * random.lognormal(0.0, 0.5, 200)
    return {"normal": normal.round(6), "two": two.round(6), "income": income.round(2)}


def isj(values: np.ndarray) -> float:
    """Return KDEpy's bandwidth with the length of the grid in the place of the range of the sample."""
    column = values[:, None]
    grid = autogrid(column, boundary_abs=6, num_points=2**10, boundary_rel=0.5).ravel()
    return float(improved_sheather_jones(column) * (grid[-1] - grid[0]) / (values.max() - values.min()))


def of_sample(values: np.ndarray) -> dict[str, object]:
    """Return the bandwidths, and densities at eleven places with a bandwidth of a fifth of the deviation."""
    column = values[:, None]
    places = np.linspace(values.min(), values.max(), 11) + 0.123 * values.std()
    width = 0.2 * values.std()
    order = np.argsort(places)
    weights = 1.0 + np.arange(len(values)) % 3
    densities = {
        name: NaiveKDE(kernel=kernel, bw=width).fit(column, weights=weights).evaluate(places[order][:, None]).tolist()
        for name, kernel in KDEPY_KERNELS.items()
    }
    tree = KernelDensity(kernel="gaussian", bandwidth=width).fit(column)
    return {
        "values": values.tolist(),
        "places": places.tolist(),
        "width": width,
        "weights": weights.tolist(),
        "kdepy_densities": densities,
        "sklearn_density": np.exp(tree.score_samples(places[:, None])).tolist(),
        "kdepy_isj": isj(values),
        "kdepy_silverman": float(silvermans_rule(column)),
        "kdepy_scott": float(scotts_rule(column)),
        "statsmodels_silverman": float(bandwidths.bw_silverman(values)),
        "statsmodels_scott": float(bandwidths.bw_scott(values)),
        "statsmodels_normal_reference": float(bandwidths.bw_normal_reference(values)),
        "statsmodels_cv_ls": float(KDEMultivariate(values, "c", bw="cv_ls").bw[0]),
        "statsmodels_cv_ml": float(KDEMultivariate(values, "c", bw="cv_ml").bw[0]),
        "sklearn_scott": float(KernelDensity(bandwidth="scott").fit(column).bandwidth_),
        "sklearn_silverman": float(KernelDensity(bandwidth="silverman").fit(column).bandwidth_),
    }


def main() -> None:
    """Write the file."""
    warnings.simplefilter("ignore")
    versions = {"KDEpy": KDEpy.__version__, "statsmodels": statsmodels.__version__, "scikit-learn": sklearn.__version__}
    golden = {"versions": versions, "samples": {name: of_sample(values) for name, values in samples().items()}}
    (HERE / "kde_peers.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
