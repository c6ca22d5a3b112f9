"""Local G, Moran's I and local Moran's I by their textbook formulas in exact fractions; only roots are rounded.

`links` holds the neighbours of each unit with their weights: a list of dictionaries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

Links = Sequence[Mapping[int, float]]


def over_root(numerator: Fraction, square: Fraction) -> float:
    """Return numerator/√square, in 50 digits before it is rounded."""
    with localcontext() as context:
        context.prec = 50
        above = Decimal(numerator.numerator) / Decimal(numerator.denominator)
        below = Decimal(square.numerator) / Decimal(square.denominator)
        return float(above / below.sqrt())


def local_g(values: Sequence[float], links: Links, *, star: bool, self_weight: float | None = None) -> list[float]:
    """Return z of G or G* (Ord and Getis 1995); nothing is centred, nothing cancels."""
    x = [Fraction(value) for value in values]
    found = []
    for unit, row in enumerate(links):
        weights = {other: Fraction(weight) for other, weight in row.items()}
        pool = list(range(len(x)))
        if star:
            weights[unit] = max(weights.values()) if self_weight is None else Fraction(self_weight)
        else:
            pool.remove(unit)
        n = len(pool)
        mean = sum(x[other] for other in pool) / n
        variance = sum(x[other] ** 2 for other in pool) / n - mean**2
        total, squares = sum(weights.values()), sum(weight**2 for weight in weights.values())
        lag = sum(weight * x[other] for other, weight in weights.items())
        found.append(over_root(lag - mean * total, variance * (n * squares - total**2) / (n - 1)))
    return found


def local_moran(values: Sequence[float], links: Links, *, conditional: bool) -> list[dict[str, float]]:
    """Return I with expectation, variance and z of every unit (Sokal, Oden and Thomson 1998)."""
    x = [Fraction(value) for value in values]
    n = len(x)
    mean = sum(x) / n
    z = [value - mean for value in x]
    m2, m4 = sum(each**2 for each in z) / n, sum(each**4 for each in z) / n
    b2 = m4 / m2**2
    found = []
    for unit, row in enumerate(links):
        weights = {other: Fraction(weight) for other, weight in row.items()}
        total, squares = sum(weights.values()), sum(weight**2 for weight in weights.values())
        value = z[unit] / m2 * sum(weight * z[other] for other, weight in weights.items())
        if conditional:
            expected = -(z[unit] ** 2) * total / ((n - 1) * m2)
            variance = (z[unit] / m2) ** 2 * Fraction(n, n - 2) * (squares - total**2 / (n - 1))
            variance *= m2 - z[unit] ** 2 / (n - 1)
        else:
            expected = -total / (n - 1)
            variance = squares * (n - b2) / (n - 1)
            variance += (total**2 - squares) * (2 * b2 - n) / ((n - 1) * (n - 2)) - expected**2
        deviate = over_root(value - expected, variance)
        found.append({"local_i": value, "expected": expected, "variance": variance, "z": deviate})
    return [{name: float(number) for name, number in each.items()} for each in found]


def moran(values: Sequence[float], links: Links) -> dict[str, float]:
    """Return I, its expectation, and variance and z under both assumptions (Cliff and Ord 1981)."""
    x = [Fraction(value) for value in values]
    n = len(x)
    mean = sum(x) / n
    z = [value - mean for value in x]
    w = {(i, j): Fraction(weight) for i, row in enumerate(links) for j, weight in row.items()}
    s0 = sum(w.values())
    pairs = {*w, *((j, i) for i, j in w)}
    s1 = sum((w.get((i, j), Fraction(0)) + w.get((j, i), Fraction(0))) ** 2 for i, j in pairs) / 2
    margins = [Fraction(0)] * n
    for (i, j), weight in w.items():
        margins[i] += weight
        margins[j] += weight
    s2 = sum(margin**2 for margin in margins)
    m2 = sum(each**2 for each in z)
    value = n * sum(weight * z[i] * z[j] for (i, j), weight in w.items()) / (s0 * m2)
    b2 = n * sum(each**4 for each in z) / m2**2
    expected = Fraction(-1, n - 1)
    normality = (n**2 * s1 - n * s2 + 3 * s0**2) / (s0**2 * (n**2 - 1)) - expected**2
    above = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2) - b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    randomization = above / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    return {
        "moran_i": float(value),
        "expected": float(expected),
        "variance_normality": float(normality),
        "z_normality": over_root(value - expected, normality),
        "variance_randomization": float(randomization),
        "z_randomization": over_root(value - expected, randomization),
    }
