"""The digits of every statistic on data far from zero, against the same formulas in sixty digits.

    python tests/accuracy/run.py --report docs/evidence/measured/accuracy.md
    python tests/accuracy/run.py --case geodetector --units 12 --draws 1

Each case is drawn twice, at an offset of 1e9 with a spread of one and near zero with the same spread. What the package
gives is compared with the definition, evaluated in sixty digits on the very doubles that were passed in.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import chains
import densities
import forests
import grouped
import indicators
import inequality
import numpy as np
import space
from exact import EPSILON, Problem, conditions, errors, solved

SEED = 20240301
OFFSET = 1e9

# Thirteen digits: some hundred roundings of sums without cancellation.
FULL = 1e-13

Case = Callable[[np.random.Generator, float, int], Problem]
CASES: dict[str, Case] = {
    name: case
    for module in (inequality, indicators, grouped, densities, space, chains, forests)
    for name, case in module.CASES.items()
}


@dataclass(frozen=True)
class Measured:
    """The errors of one field on data of one kind."""

    error: float
    plain: float | None
    bound: float
    """The largest ε times condition number of any number of the field; zero where it was not needed."""
    is_within: bool
    """Whether each number is within its own bound, or has all digits, or is as near as the search for it promises."""

    def joined(self, other: Measured) -> Measured:
        plain = None if self.plain is None or other.plain is None else max(self.plain, other.plain)
        error, bound = max(self.error, other.error), max(self.bound, other.bound)
        return Measured(error, plain, bound, self.is_within and other.is_within)


@dataclass(frozen=True)
class Row:
    """One line of the table: a field far from zero and near it."""

    case: str
    field: str
    far: Measured
    near: Measured
    is_sought: bool
    is_scaled: bool

    def verdict(self) -> str:
        if not (self.far.is_within and self.near.is_within):
            return "loses digits"
        if max(self.far.error, self.near.error) <= FULL:
            return "full"
        return "by search" if self.is_sought else "as conditioned"


def measured(problem: Problem, *, always: bool) -> Iterator[tuple[str, Measured]]:
    """Yield the errors of every field; condition numbers where they matter, or `always`."""
    exact = solved(problem)
    if exact.keys() != problem.found.keys():
        raise AssertionError(
            f"fields without a reference, or the other way round: {exact.keys() ^ problem.found.keys()}"
        )
    scale = {name: problem.of[name](exact) if name in problem.of else values for name, values in exact.items()}
    found = {name: errors(problem.found[name], values, scale[name]) for name, values in exact.items()}
    is_needed = always or any(max(each) > max(FULL, problem.allowed.get(name, 0.0)) for name, each in found.items())
    condition = conditions(problem, exact) if is_needed else {name: [0.0] * len(each) for name, each in exact.items()}
    for name, each in found.items():
        bounds = [EPSILON * number for number in condition[name]]
        limit = max(FULL, problem.allowed.get(name, 0.0))
        is_within = all(error <= max(limit, bound) for error, bound in zip(each, bounds, strict=True))
        plain = max(errors(problem.plain[name], exact[name], scale[name])) if name in problem.plain else None
        yield name, Measured(max(each), plain, max(bounds), is_within)


def rows_of(name: str, units: int, draws: int, *, always: bool = False) -> list[Row]:
    """Run a case."""
    found: dict[str, dict[float, Measured]] = {}
    for offset in (OFFSET, 0.0):
        for draw in range(draws):
            rng = np.random.default_rng([SEED, draw, *name.encode()])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # few units, one class fewer and the like are part of the draw
                problem = CASES[name](rng, offset, units)
            for field, each in measured(problem, always=always):
                known = found.setdefault(field, {})
                known[offset] = known[offset].joined(each) if offset in known else each
    return [
        Row(name, field, each[OFFSET], each[0.0], field in problem.allowed, field in problem.of)
        for field, each in found.items()
    ]


def _told(number: float | None) -> str:
    if number is None:
        return ""
    if number in (0.0, float("inf")):
        return "0" if number == 0.0 else "∞"
    return f"{number:.0e}"


def table(rows: list[Row]) -> str:
    """Return the rows as Markdown."""
    lines = [
        "| case | field | far: error | numpy | ε × condition | near: error | numpy | ε × condition | verdict |",
        "|---|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        numbers = [_told(x) for each in (row.far, row.near) for x in (each.error, each.plain, each.bound)]
        field = f"{row.field} (of the largest)" if row.is_scaled else row.field
        lines.append(f"| {row.case} | {field} | {' | '.join(numbers)} | {row.verdict()} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=16, help="units in each draw")
    parser.add_argument("--draws", type=int, default=2, help="draws of each case, of which the largest error counts")
    parser.add_argument("--report", type=Path, help="write the table to this file")
    parser.add_argument("--case", choices=tuple(CASES), help="run this one alone")
    asked = parser.parse_args()
    rows: list[Row] = []
    for name in [asked.case] if asked.case else CASES:
        found = rows_of(name, asked.units, asked.draws, always=True)
        print(table(found), flush=True)
        rows += found
    if asked.report:
        intro = (
            f"Largest relative errors over {asked.draws} draws of {asked.units} units. Far: offset {OFFSET:.0e}, "
            f"spread 1; near: 3 to 4.5. Seed {SEED}.\n\n"
        )
        asked.report.write_text(intro + table(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
