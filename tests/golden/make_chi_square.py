"""Write chi_square.csv: tails of the chi-square distribution by mpmath, in 50 digits, from the centre down to 1e-300.

Usage::

    python tests/golden/make_chi_square.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mpmath

HERE = Path(__file__).parent
DEGREES = (1, 2, 3, 4, 5, 8, 12, 16, 19, 20, 21, 25, 60, 64, 80, 99, 100, 400, 1000, 20000)
RATIOS = (1e-6, 1e-3, 0.1, 0.5, 0.9, 0.99, 1.0, 1.0001, 1.01, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
STATISTICS = (0.25, 2.0, 10.0, 30.0, 100.0, 300.0, 700.0, 1000.0, 1380.0)


def statistics(degrees: int) -> Iterator[float]:
    """Return statistics around the mean of the distribution, and some far above it."""
    yield from (ratio * degrees for ratio in RATIOS)
    # Both sides of where the method changes from a series to a continued fraction.
    yield from (degrees + 1.999, degrees + 2.001)
    yield from STATISTICS


def main() -> None:
    """Write the file beside this script."""
    mpmath.mp.dps = 50
    lines = ["statistic,degrees,tail"]
    for degrees in DEGREES:
        for statistic in sorted(set(statistics(degrees))):
            tail = mpmath.gammainc(mpmath.mpf(degrees) / 2, mpmath.mpf(statistic) / 2, mpmath.inf, regularized=True)
            if tail > mpmath.mpf("1e-300"):
                lines.append(f"{statistic!r},{degrees},{mpmath.nstr(tail, 20)}")
    (HERE / "chi_square.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
