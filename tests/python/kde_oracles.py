"""Kernel densities by their definition in 40 digits, and samples that several test files use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath as mp
import numpy as np
import pandas as pd
import regiometrics as rgm
from numpy.typing import NDArray

KERNELS = ("gaussian", "epanechnikov", "biweight", "triweight", "triangular", "uniform", "cosine")

# Kernels on [-1, 1]: (formula, variance).
SHAPES: dict[str, tuple[Any, Any]] = {
    "epanechnikov": (lambda s: mp.mpf(3) / 4 * (1 - s**2), mp.mpf(1) / 5),
    "biweight": (lambda s: mp.mpf(15) / 16 * (1 - s**2) ** 2, mp.mpf(1) / 7),
    "triweight": (lambda s: mp.mpf(35) / 32 * (1 - s**2) ** 3, mp.mpf(1) / 9),
    "triangular": (lambda s: 1 - abs(s), mp.mpf(1) / 6),
    "uniform": (lambda s: mp.mpf(1) / 2, mp.mpf(1) / 3),
    "cosine": (lambda s: mp.pi / 4 * mp.cos(mp.pi * s / 2), 1 - 8 / mp.pi**2),
}


def kernel_value(kernel: str, u: Any) -> Any:
    """Return K(u), K of standard deviation one."""
    if kernel == "gaussian":
        return mp.npdf(u)
    formula, variance = SHAPES[kernel]
    s = u * mp.sqrt(variance)
    return formula(s) * mp.sqrt(variance) if abs(s) <= 1 else mp.mpf(0)


def images(x: Any, low: float | None, high: float | None, reach: Any) -> list[Any]:
    """Return the places whose densities add up at x when the line is folded at the bounds, as far as `reach` away."""
    if low is None and high is None:
        return [x]
    if high is None:
        return [x, 2 * mp.mpf(low) - x]
    if low is None:
        return [x, 2 * mp.mpf(high) - x]
    period = 2 * (mp.mpf(high) - mp.mpf(low))
    turns = range(-int(reach / period) - 2, int(reach / period) + 3)
    return [place + turn * period for turn in turns for place in (x, 2 * mp.mpf(low) - x)]


def exact_density(
    places: Sequence[float] | NDArray[Any],
    values: Sequence[float] | NDArray[Any],
    bandwidth: float,
    *,
    kernel: str = "gaussian",
    weights: Any = None,
    support: tuple[float | None, float | None] = (None, None),
) -> list[Any]:
    """Return the density at the places, as numbers of 40 digits."""
    with mp.workdps(40):
        h = mp.mpf(bandwidth)
        w = [mp.mpf(1)] * len(values) if weights is None else [mp.mpf(float(weight)) for weight in weights]
        data = [mp.mpf(float(value)) for value in values]
        reach = 15 * h + (max(data) - min(data))
        total = mp.fsum(w)
        densities = []
        for place in places:
            terms = [
                weight * kernel_value(kernel, (image - value) / h)
                for image in images(mp.mpf(float(place)), *support, reach)
                for value, weight in zip(data, w, strict=True)
            ]
            densities.append(mp.fsum(terms) / (total * h))
        return densities


def two_groups(n: int, seed: int = 7) -> NDArray[np.float64]:
    """Draw a sample of two groups, values from about 0 to 12."""
    random = np.random.default_rng(seed)
    parts = random.normal(3.0, 0.8, n - n // 3), random.normal(8.0, 1.1, n // 3)
    return np.clip(np.concatenate(parts), 0.05, 13.9)


def isj_equation(values: NDArray[np.float64], low: float, length: float, terms: int = 400) -> Any:
    """Return t − ξγ⁽⁵⁾(t) of Botev, Grotowski & Kroese (2010) as a function, with their notation, in 25 digits."""
    n = len(values)
    # The coefficients in doubles: each is a sum of n cosines of at most 1, good to 1e-14.
    angle = np.pi * (np.asarray(values) - low) / length
    a = [mp.mpf(2.0 * float(np.cos(k * angle).mean())) for k in range(1, terms + 1)]

    def norm(j: int, t: Any) -> Any:
        # ‖f⁽ʲ⁾‖² of the cosine series smoothed by the heat kernel; terms below exp(−90) are nothing.
        last = min(terms, int(mp.sqrt(90 / t) / mp.pi))
        parts = (mp.mpf(k) ** (2 * j) * a[k - 1] ** 2 * mp.exp(-(k**2) * mp.pi**2 * t) for k in range(1, last + 1))
        return mp.mpf(1) / 2 * mp.pi ** (2 * j) * mp.fsum(parts)

    def stage(j: int, t: Any) -> Any:
        # Equation 29 of the paper: the best t for the derivative j from the one for j + 1.
        double_factorial = mp.fprod(range(1, 2 * j, 2))
        constant = (1 + mp.mpf(2) ** (-j - mp.mpf(1) / 2)) / 3
        base = constant * double_factorial / (n * mp.sqrt(mp.pi / 2) * norm(j + 1, t))
        return base ** (mp.mpf(2) / (3 + 2 * j))

    def distance(t: float) -> Any:
        with mp.workdps(25):
            chained = mp.mpf(t)
            for j in (6, 5, 4, 3, 2):
                chained = stage(j, chained)
            return mp.mpf(t) - (2 * n * mp.sqrt(mp.pi) * norm(2, chained)) ** (-mp.mpf(2) / 5)

    return distance


def modes(values: Any, bandwidth: Any = 1.0, **options: Any) -> pd.DataFrame:
    """Return the modes that the library finds."""
    return rgm.kde(None, values, bandwidth=bandwidth, **options).modes
