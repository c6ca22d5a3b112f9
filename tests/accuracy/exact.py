"""Sixty digits: sums, tails and condition numbers that every reference of this folder uses.

References are written from the definitions, in the context `X` of its own, so that no other test meets its precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath

X = mpmath.mp.clone()
X.dps = 60

# The distance of doubles near one: two roundings, one of the number that was measured and one of what is made of it.
EPSILON = 2.0**-52

# What an input is moved by to see what the statistic makes of it: far above 1e-60, far below any gap between inputs.
_NUDGE = X.mpf(10) ** -22

# A noncentral F this far out has no tail but one: its lower tail is below exp(−λ/8).
_ALL = 1e4

Numbers = Sequence[Any]
Fields = dict[str, list[Any]]


@dataclass(frozen=True)
class Problem:
    """One statistic on one draw.

    Attributes
    ----------
    data : mapping of name to numbers
        The doubles that a user measured; the condition number is that of the statistic as a function of these.
    found : mapping of field to numbers
        What the package gives.
    exact : function
        The same fields by the definition, of `data` in 60 digits.
    plain : mapping of field to numbers
        The textbook formula in numpy, where there is one.
    of : mapping of field to function
        What the error of a field is measured against, where not itself; from the exact fields.
    allowed : mapping of field to number
        What the documentation allows the error of numbers that are found by a search.
    """

    data: Mapping[str, Numbers]
    found: Mapping[str, Any]
    exact: Callable[[Mapping[str, list[Any]]], Fields]
    plain: Mapping[str, Any] = field(default_factory=dict)
    of: Mapping[str, Callable[[Fields], list[Any]]] = field(default_factory=dict)
    allowed: Mapping[str, float] = field(default_factory=dict)


def lifted(numbers: Iterable[Any]) -> list[Any]:
    """Return doubles as numbers of sixty digits, exactly."""
    return [X.mpf(float(number)) for number in numbers]


def solved(problem: Problem) -> Fields:
    """Return the exact fields."""
    return problem.exact({name: lifted(numbers) for name, numbers in problem.data.items()})


def errors(found: Any, exact: Numbers, of: Numbers) -> list[float]:
    """Return relative errors; where the exact number is zero, zero or infinity."""
    numbers = lifted(found)
    if len(numbers) != len(exact):
        raise AssertionError(f"{len(numbers)} numbers were found, and there are {len(exact)}")
    return [_error(a, b, size) for a, b, size in zip(numbers, exact, of, strict=True)]


def _error(found: Any, exact: Any, size: Any) -> float:
    if X.isnan(exact) or X.isinf(exact):
        return 0.0 if found == exact or (X.isnan(found) and X.isnan(exact)) else float("inf")
    if found == exact:
        return 0.0
    return float(abs(found - exact) / abs(size)) if size and not X.isnan(found) else float("inf")


def conditions(problem: Problem, base: Fields) -> dict[str, list[float]]:
    """Return Σ |x ∂f/∂x| / |f| of every number of every field: how much it grows a relative change of its inputs."""
    data = {name: lifted(numbers) for name, numbers in problem.data.items()}
    sums = {name: [X.mpf(0)] * len(values) for name, values in base.items()}
    for numbers in data.values():
        for place, number in enumerate(numbers):
            numbers[place] = number * (1 + _NUDGE)
            moved = problem.exact(data)
            numbers[place] = number
            for name, values in base.items():
                for k, value in enumerate(values):
                    if X.isfinite(value):
                        sums[name][k] += abs(moved[name][k] - value) / _NUDGE
    found = {}
    for name, values in base.items():
        of = problem.of[name](base) if name in problem.of else values
        pairs = zip(sums[name], of, strict=True)
        found[name] = [float(s / abs(size)) if size and X.isfinite(size) else 0.0 for s, size in pairs]
    return found


def largest(name: str) -> Callable[[Fields], list[Any]]:
    """Return what measures a field whose numbers pass through zero: its largest, for each of them."""
    return lambda fields: [max(map(abs, fields[name]))] * len(fields[name])


# Sums


def total(numbers: Iterable[Any]) -> Any:
    return X.fsum(numbers)


def mean(numbers: Numbers, weights: Numbers | None = None) -> Any:
    """Return the mean, weighted if there are weights."""
    if weights is None:
        return total(numbers) / len(numbers)
    return total(w * x for w, x in zip(weights, numbers, strict=True)) / total(weights)


def squares(numbers: Numbers, weights: Numbers | None = None) -> Any:
    """Return the sum of squared deviations from the mean."""
    center = mean(numbers, weights)
    w = [X.mpf(1)] * len(numbers) if weights is None else weights
    return total(each * (x - center) ** 2 for each, x in zip(w, numbers, strict=True))


def quantile(numbers: Numbers, p: Any) -> Any:
    """Return the quantile of type 7 of Hyndman and Fan (1996)."""
    ordered = sorted(numbers)
    position = X.mpf(p) * (len(ordered) - 1)
    below = int(X.floor(position))
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def split(numbers: Numbers, codes: Sequence[int]) -> list[list[Any]]:
    """Return the numbers of each code, codes ascending."""
    return [[x for x, c in zip(numbers, codes, strict=True) if c == code] for code in sorted(set(codes))]


# Tails


def normal_tails(z: Any) -> Any:
    """Return the probability of a standard normal number beyond ±z."""
    return X.erfc(abs(z) / X.sqrt(2))


def student_tails(t: Any, dof: Any) -> Any:
    return X.betainc(dof / 2, X.mpf(1) / 2, 0, dof / (dof + t**2), regularized=True)


def f_tail(f: Any, d1: Any, d2: Any) -> Any:
    return X.betainc(X.mpf(d2) / 2, X.mpf(d1) / 2, 0, d2 / (d2 + d1 * f), regularized=True)


def chi_square_tail(x: Any, dof: Any) -> Any:
    return X.gammainc(X.mpf(dof) / 2, x / 2, X.inf, regularized=True)


def noncentral_f_tail(f: Any, d1: Any, d2: Any, noncentrality: Any) -> Any:
    """Return the upper tail as a Poisson mixture of beta tails."""
    if noncentrality > _ALL:
        return X.mpf(1)
    half, x = noncentrality / 2, d2 / (d2 + d1 * f)
    weight, below, terms, j = X.exp(-half), X.mpf(0), [], 0
    while below < 1 - X.mpf(10) ** -40:
        terms.append(weight * X.betainc(X.mpf(d2) / 2, X.mpf(d1) / 2 + j, 0, x, regularized=True))
        below += weight
        j += 1
        weight *= half / j
    return total(terms) + (1 - below)
