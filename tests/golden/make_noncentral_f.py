"""Write noncentral_f.csv: upper tails of the noncentral F distribution by mpmath, in 60 digits, down to 1e-300.

The sum of Poisson weights times incomplete beta functions is taken term by term, with no step left out; the incomplete
beta functions follow from the first one by DLMF 8.17.20, and that one from `mpmath.betainc`, or for large degrees of
freedom, where that is slow, from its continued fraction, doubled in length until 50 digits stand.

Usage::

    python tests/golden/make_noncentral_f.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mpmath
from mpmath import mpf

HERE = Path(__file__).parent

# Numerator and denominator degrees of freedom: N − L up to a grid of 10⁷ cells.
DEGREES = ((1, 1), (1, 28), (3, 4), (4, 25), (7, 22), (6, 178), (9, 1000), (63, 1e5), (7, 999_992), (9, 9_999_990))
LAMBDAS = (0.0, 1e-8, 0.3, 5.0, 37.5, 400.0, 1.2e4, 3e5)
# Where in the distribution: its mean plus so many standard deviations.
PLACES = (-3.0, -1.0, 0.0, 0.5, 2.0, 6.0, 12.0, 25.0, 40.0)


def lower_beta(x: mpf, y: mpf, a: mpf, b: mpf) -> mpf:
    """Return I_x(a, b)."""
    if a + b < 2000:
        return mpmath.betainc(a, b, 0, x, regularized=True)
    if x > (a + 1) / (a + b + 2):
        return 1 - lower_beta(y, x, b, a)
    log_factor = a * mpmath.log(x) + b * mpmath.log(y) - mpmath.log(a)
    log_factor -= mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b)
    n, before, value = 200, mpf(0), mpf(1)
    while abs(value - before) > mpf(10) ** -50 * value:
        n, before, value = 2 * n, value, fraction(x, a, b, n)
    return mpmath.exp(log_factor) / value


def fraction(x: mpf, a: mpf, b: mpf, n: int) -> mpf:
    """Return the continued fraction DLMF 8.17.22 cut after 2n terms, from its end to its start."""
    value = mpf(1)
    for m in range(n, -1, -1):
        if m < n:
            even = (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))
            value = 1 + even / value
        value = 1 - (a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)) / value
    return value


def tail(f: float, d1: float, d2: float, noncentrality: float) -> mpf:
    """Return P(F ≥ f)."""
    f, d1, d2, mean = mpf(f), mpf(d1), mpf(d2), mpf(noncentrality) / 2
    a, b = d1 / 2, d2 / 2
    y = d2 / (d1 * f + d2)
    x = d1 * f / (d1 * f + d2)
    # Weights further than 45 standard deviations out are below 1e-400.
    first = int(max(0, mpmath.floor(mean - 45 * mpmath.sqrt(mean) - 5)))
    beta = lower_beta(y, x, b, a + first)
    weight = mpmath.exp(-mean + first * mpmath.log(mean) - mpmath.loggamma(first + 1)) if mean else mpf(1)
    # I_y(b, c + 1) = I_y(b, c) + y^b x^c / (c B(c, b)).
    c = a + first
    gain = mpmath.exp(b * mpmath.log(y) + c * mpmath.log(x) - mpmath.log(c))
    gain *= mpmath.exp(mpmath.loggamma(c + b) - mpmath.loggamma(c) - mpmath.loggamma(b))
    total, j = mpf(0), first
    while True:
        term = weight * beta
        total += term
        if j > mean and weight < total * mpf(10) ** -50:
            return total
        beta += gain
        gain *= x * (c + b) / (c + 1)
        c += 1
        j += 1
        weight *= mean / j


def statistics(d1: float, d2: float, noncentrality: float) -> Iterator[float]:
    """Return statistics from the lower tail to far above the mean."""
    mean = (d1 + noncentrality) / d1
    spread = (2 * (d1 + 2 * noncentrality) + 2 * (d1 + noncentrality) ** 2 / d2) ** 0.5 / d1
    for place in PLACES:
        if mean + place * spread > 0:
            yield mean + place * spread


def main() -> None:
    """Write the file beside this script."""
    mpmath.mp.dps = 60
    # The fraction is that of mpmath where both are at hand.
    x, a, b = mpf("0.3"), mpf(1200), mpf(900)
    first = x**a * (1 - x) ** b / (a * mpmath.beta(a, b)) / fraction(x, a, b, 400)
    assert abs(first / mpmath.betainc(a, b, 0, x, regularized=True) - 1) < mpf(10) ** -45
    lines = ["f,d1,d2,lambda,tail"]
    for d1, d2 in DEGREES:
        for noncentrality in LAMBDAS:
            for f in statistics(d1, d2, noncentrality):
                value = tail(f, d1, d2, noncentrality)
                if value > mpf("1e-300"):
                    lines.append(f"{f!r},{d1:g},{d2:.0f},{noncentrality!r},{mpmath.nstr(value, 40)}")
    (HERE / "noncentral_f.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
