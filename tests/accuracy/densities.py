"""Densities: `kde` with its bandwidths and modes, `kde2d`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import regiometrics as rgm
from exact import Fields, Problem, X, largest, lifted, mean, quantile, squares, total

# Half the digits can be told where a function is flat, and a share of the height where a level is crossed.
_AT_MINIMUM, _AT_LEVEL = 3e-7, 1e-8

RULES = ("scott", "silverman", "normal_reference", "cv_ml", "cv_ls")


def _sample(rng: np.random.Generator, offset: float, n: int) -> Any:
    return offset + 3.0 + rng.random(n)


def _rules(x: list[Any], near: Mapping[str, float]) -> dict[str, Any]:
    """Return the bandwidths; those of cross-validation are where the derivative of the criterion is zero."""
    n = len(x)
    deviation = X.sqrt(squares(x) / (n - 1))
    robust = min(deviation, (quantile(x, 0.75) - quantile(x, 0.25)) / X.mpf("1.34"))
    rate = X.mpf(n) ** (-X.mpf(1) / 5)
    found = {"scott": deviation * rate, "silverman": X.mpf("0.9") * robust * rate}
    found["normal_reference"] = X.mpf("1.06") * robust * rate
    for rule, slope in (("cv_ml", _likelihood_slope), ("cv_ls", _least_squares_slope)):
        start = X.mpf(near[rule])
        found[rule] = X.findroot(lambda h, slope=slope: slope(x, h), (start, start * (1 + X.mpf(10) ** -9)), tol=1e-80)
    return found


def _likelihood_slope(x: list[Any], h: Any) -> Any:
    """The derivative in ln h of Σ ln f₋ᵢ(xᵢ), f₋ᵢ the Gaussian density of the others."""
    slopes = []
    for i, a in enumerate(x):
        terms = [(u := (a - b) / h, X.exp(-(u**2) / 2)) for j, b in enumerate(x) if j != i]
        slopes.append(total((u**2 - 1) * bell for u, bell in terms) / total(bell for _, bell in terms))
    return total(slopes) / len(x)


def _least_squares_slope(x: list[Any], h: Any) -> Any:
    """The derivative in ln h of h n² (∫ f² − 2/n Σ f₋ᵢ(xᵢ)), divided by h n: no factor of it has a root."""
    n = len(x)
    wide, own = [], []
    for i, a in enumerate(x):
        for b in x[:i]:
            u = (a - b) / h
            wide.append((u**2 / 2 - 1) * X.exp(-(u**2) / 4))
            own.append((u**2 - 1) * X.exp(-(u**2) / 2))
    # ∫ f² has the kernel of standard deviation √2 h, of which the n points themselves are a part.
    squared = (-n + 2 * total(wide)) / (2 * X.sqrt(X.pi)) / n**2
    return squared - 4 * total(own) / X.sqrt(2 * X.pi) / (n * (n - 1))


def bandwidths(rng: np.random.Generator, offset: float, n: int) -> Problem:
    x = _sample(rng, offset, n)
    h = {rule: float(rgm.kde(None, x, bandwidth=rule).summary_table["bandwidth"].iloc[0]) for rule in RULES}

    def exact(data: Mapping[str, Any]) -> Fields:
        return {rule: [value] for rule, value in _rules(data["x"], h).items()}

    with np.errstate(invalid="ignore"):
        deviation = np.sqrt(((x**2).sum() - n * x.mean() ** 2) / (n - 1))
    allowed = dict.fromkeys(("cv_ml", "cv_ls"), _AT_MINIMUM)
    found = {rule: [value] for rule, value in h.items()}
    return Problem({"x": x}, found, exact, {"scott": [deviation * n**-0.2]}, allowed=allowed)


def _bell(u: Any) -> Any:
    return X.exp(-(u**2) / 2) / X.sqrt(2 * X.pi)


def _below(u: Any) -> Any:
    return X.erfc(-u / X.sqrt(2)) / 2


def kde(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Densities at the places shown, of the bandwidth shown; modes are roots of the derivative in sixty digits."""
    x, weight = _sample(rng, offset, n), rng.integers(1, 9, n) / 4.0
    result = rgm.kde(None, x, weight=weight, bandwidth=0.375, grid_size=16)
    places = result.curves["x"].tolist()
    found = {"density": result.curves["density"]}
    found |= {name: result.summary_table[name] for name in ("n_effective", "mass")}
    found |= {f"modes.{name}": result.modes[name] for name in ("position", "height", "prominence", "width", "share")}
    starts = result.modes["position"].tolist()
    h = X.mpf(0.375)

    def exact(data: Mapping[str, Any]) -> Fields:
        values, weights = data["x"], data["weight"]
        pairs = list(zip(values, weights, strict=True))
        whole = total(weights)

        def density(x: Any) -> Any:
            return total(w * _bell((x - v) / h) for v, w in pairs) / (whole * h)

        def slope(x: Any) -> Any:
            return total(w * (v - x) / h * _bell((x - v) / h) for v, w in pairs) / whole

        low, high = X.mpf(places[0]), X.mpf(places[-1])
        mass = total(w * (_below((high - v) / h) - _below((low - v) / h)) for v, w in pairs) / whole
        tops = [X.findroot(slope, (X.mpf(start), X.mpf(start) + h / 10**6), tol=1e-90) for start in starts]
        heights = [density(top) for top in tops]
        return {
            "density": [density(X.mpf(place)) for place in places],
            "n_effective": [whole**2 / total(w**2 for w in weights)],
            "mass": [mass],
            "modes.position": tops,
            "modes.height": heights,
            # One mode alone, which falls to nothing on both sides.
            "modes.prominence": heights,
            "modes.width": [_width(density, top, height, h) for top, height in zip(tops, heights, strict=True)],
            "modes.share": [X.mpf(1)] * len(tops),
        }

    # As it is written: exponents of differences are safe, the binned mean of squares is not.
    plain = {"density": [_expanded(place, x, weight, 0.375) for place in places]}
    allowed = {"modes.width": _AT_LEVEL}
    return Problem({"x": x, "weight": weight}, found, exact, plain, allowed=allowed)


def binned(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """More values than are evaluated one by one: the error promised is 1e-6 of the peak."""
    x = _sample(rng, offset, 50 * n)
    shown = slice(0, None, 32)
    result = rgm.kde(None, x, bandwidth=0.0625, grid_size=(1 << 19) // (50 * n) + 1, tolerance=1e-6)
    places, h = result.curves["x"].to_numpy()[shown], X.mpf(0.0625)
    values = lifted(x)

    def exact(_: Mapping[str, Any]) -> Fields:
        return {"density": [mean([_bell((X.mpf(float(place)) - v) / h) for v in values]) / h for place in places]}

    found = {"density": result.curves["density"].to_numpy()[shown]}
    return Problem({}, found, exact, of={"density": largest("density")}, allowed={"density": 1e-6})


def _width(density: Callable[[Any], Any], top: Any, height: Any, h: Any) -> Any:
    def crossing(side: int) -> Any:
        starts = (top + side * 2 * h, top + side * 2.1 * h)
        return X.findroot(lambda x: density(x) - height / 2, starts, tol=1e-90)

    return crossing(1) - crossing(-1)


def _expanded(place: float, x: Any, weight: Any, h: float) -> float:
    """The Gaussian with its square multiplied out, as matrix code has it: (x² − 2 x v + v²)/2h²."""
    with np.errstate(over="ignore"):
        bell = np.exp(-(place * place - 2.0 * place * x + x * x) / (2.0 * h * h))
    return float((weight * bell).sum() / (weight.sum() * h * math.sqrt(2.0 * math.pi)))


def kde2d(rng: np.random.Generator, offset: float, n: int) -> Problem:
    x, y = _sample(rng, offset, n), _sample(rng, offset, n)
    result = rgm.kde2d(None, x=x, y=y, grid_size=4, bandwidth="scott")
    found = {"density": result.grid["density"]}
    found |= {name: result.summary_table[name] for name in ("bandwidth_x", "bandwidth_y", "mass")}
    places = list(zip(result.grid["x"].tolist(), result.grid["y"].tolist(), strict=True))
    h = [X.mpf(float(result.summary_table[f"bandwidth_{axis}"].iloc[0])) for axis in "xy"]
    ends = [[X.mpf(float(f(result.grid[axis]))) for f in (min, max)] for axis in "xy"]

    def exact(data: Mapping[str, Any]) -> Fields:
        points = list(zip(data["x"], data["y"], strict=True))
        rate = X.mpf(n) ** (-X.mpf(1) / 6)
        deviations = [X.sqrt(squares(data[axis]) / (n - 1)) for axis in "xy"]

        def density(a: float, b: float) -> Any:
            return mean([_bell((X.mpf(a) - v) / h[0]) * _bell((X.mpf(b) - w) / h[1]) for v, w in points]) / h[0] / h[1]

        def inside(axis: int, v: Any) -> Any:
            low, high = ends[axis]
            return _below((high - v) / h[axis]) - _below((low - v) / h[axis])

        return {
            "density": [density(*place) for place in places],
            "bandwidth_x": [deviations[0] * rate],
            "bandwidth_y": [deviations[1] * rate],
            "mass": [mean([inside(0, v) * inside(1, w) for v, w in points])],
        }

    return Problem({"x": x, "y": y}, found, exact)


CASES = {"kde, bandwidths": bandwidths, "kde": kde, "kde, binned": binned, "kde2d": kde2d}
