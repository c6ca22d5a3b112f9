"""Write geodetector_exact.json: p-values of the factor detector under each convention, by mpmath in 60 digits.

F and λ are taken from whole numbers, so that they are exact up to the square roots of λ; the tails are those of
`make_noncentral_f.py`. Usage::

    python tests/golden/make_geodetector_exact.py
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import mpmath
from make_noncentral_f import tail
from mpmath import mpf

HERE = Path(__file__).parent


def samples() -> Iterator[tuple[str, list[int], list[int]]]:
    """Return outcomes as whole numbers, and strata."""
    disease = json.loads((HERE / "geodetector_programs.json").read_text(encoding="utf-8"))["geodetector 0.2.0"]["data"]
    for name in ("type", "region", "level"):
        yield f"disease by {name}", disease["incidence"], disease[name]
    strata = [position * position % 7 for position in range(400)]
    spread = [40 * stratum + (position * 7919) % 23 for position, stratum in enumerate(strata)]
    yield "far apart", spread, strata
    yield "far apart, lifted", [value + 1_000_000_000 for value in spread], strata
    yield "no effect", [(position * 7919) % 101 for position in range(60)], [position % 4 for position in range(60)]


def tested(y: list[int], x: list[int]) -> dict[str, str]:
    """Return q, F, and per convention λ and p."""
    n, strata = len(y), sorted(set(x))
    members = {stratum: [value for value, code in zip(y, x, strict=True) if code == stratum] for stratum in strata}
    mean = mpf(sum(y)) / n
    total = mpmath.fsum((value - mean) ** 2 for value in y)
    means = {stratum: mpf(sum(each)) / len(each) for stratum, each in members.items()}
    within = mpmath.fsum((value - means[code]) ** 2 for value, code in zip(y, x, strict=True))
    d1, d2 = len(strata) - 1, n - len(strata)
    f = mpf(d2) / d1 * (total - within) / within
    numerator = mpmath.fsum(m**2 for m in means.values())
    numerator -= mpmath.fsum(mpmath.sqrt(len(members[code])) * m for code, m in means.items()) ** 2 / n
    found = {"q": 1 - within / total, "f": f, "p_central": tail(f, d1, d2, 0)}
    for convention, divisor in (("population", n), ("sample", n - 1)):
        found[f"lambda_{convention}"] = numerator / (total / divisor)
        if found[f"lambda_{convention}"] < 1e7:
            found[f"p_{convention}"] = tail(f, d1, d2, found[f"lambda_{convention}"])
    return {name: mpmath.nstr(value, 40) for name, value in found.items()}


def main() -> None:
    """Write the file beside this script."""
    mpmath.mp.dps = 60
    cases = [{"name": name, "y": y, "x": x} | tested(y, x) for name, y, x in samples()]
    text = json.dumps(cases).replace('}, {"name"', '},\n{"name"')
    (HERE / "geodetector_exact.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
