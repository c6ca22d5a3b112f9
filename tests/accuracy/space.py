"""Space: `deviational_ellipse`, `moran`, `local_moran`, `local_g`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import regiometrics as rgm
from exact import Fields, Problem, X, largest, mean, normal_tails, squares, total

# Ellipse


def deviational_ellipse(rng: np.random.Generator, offset: float, n: int) -> Problem:
    """Two periods of weighted points in the plane, and the step between their centres."""
    x = offset + 2.0 + rng.random(2 * n) + np.repeat([0.0, 0.3], n)
    y = offset + 2.0 + 0.6 * (x - offset) + 0.5 * rng.random(2 * n)
    weight, time = rng.integers(1, 9, 2 * n) / 4.0, np.repeat([2010, 2015], n)
    result = rgm.deviational_ellipse(None, x=x, y=y, weight=weight, time=time, crs="planar")
    measures = [name for name in result.table.columns if name not in ("time", "n")]
    found = {name: result.table[name] for name in measures}
    found |= {f"shifts.{name}": result.shifts[name] for name in ("distance", "bearing", "speed")}

    def exact(data: Mapping[str, Any]) -> Fields:
        parts = [slice(0, n), slice(n, 2 * n)]
        rows = [_ellipse(*(data[name][part] for name in ("x", "y", "weight"))) for part in parts]
        fields = {name: [row[name] for row in rows] for name in measures}
        east, north = (fields[name][1] - fields[name][0] for name in ("center_x", "center_y"))
        distance, bearing = X.hypot(east, north), X.degrees(X.atan2(east, north)) % 360
        return fields | {"shifts.distance": [distance], "shifts.bearing": [bearing], "shifts.speed": [distance / 5]}

    return Problem({"x": x, "y": y, "weight": weight}, found, exact, _plain_ellipse(x, y, weight, n))


def _ellipse(x: list[Any], y: list[Any], w: list[Any]) -> dict[str, Any]:
    """By the eigenvalues of the covariance, and the perimeter by its integral."""
    a, b, whole = mean(x, w), mean(y, w), total(w)
    xx, yy = squares(x, w) / whole, squares(y, w) / whole
    xy = total(v * (p - a) * (q - b) for p, q, v in zip(x, y, w, strict=True)) / whole
    half, root = (xx + yy) / 2, X.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    major, minor = X.sqrt(2 * (half + root)), X.sqrt(2 * (half - root))
    angle = X.atan2(2 * xy, yy - xx) / 2
    inside = X.mpf(0)
    for p, q, v in zip(x, y, w, strict=True):
        along = (p - a) * X.sin(angle) + (q - b) * X.cos(angle)
        across = (p - a) * X.cos(angle) - (q - b) * X.sin(angle)
        inside += v if (along / major) ** 2 + (across / minor) ** 2 <= 1 else 0
    return {
        "center_x": a,
        "center_y": b,
        "semi_major": major,
        "semi_minor": minor,
        "azimuth": X.degrees(angle) % 180,
        "flattening": (major - minor) / major,
        "perimeter": 4 * major * X.ellipe(1 - (minor / major) ** 2),
        "area": X.pi * major * minor,
        "share_inside": inside / whole,
    }


def _plain_ellipse(x: Any, y: Any, w: Any, n: int) -> Mapping[str, Any]:
    """With second moments less products of means."""
    fields: dict[str, list[Any]] = {"semi_major": [], "semi_minor": [], "azimuth": []}
    for part in (slice(0, n), slice(n, 2 * n)):
        a, b = (np.average(each[part], weights=w[part]) for each in (x, y))
        xx, yy, xy = (
            np.average(p * q, weights=w[part]) - r
            for p, q, r in ((x[part], x[part], a * a), (y[part], y[part], b * b), (x[part], y[part], a * b))
        )
        half, root = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
        with np.errstate(invalid="ignore"):
            fields["semi_major"].append(np.sqrt(2 * (half + root)))
            fields["semi_minor"].append(np.sqrt(2 * (half - root)))
        fields["azimuth"].append(np.degrees(np.arctan2(2 * xy, yy - xx) / 2) % 180)
    return fields


# Association


def _neighbours(rng: np.random.Generator, n: int) -> tuple[list[dict[int, float]], Any]:
    """A ring with weights of its own in each direction, and some links across."""
    links = [{(i + step) % n: float(rng.integers(1, 9)) / 4.0 for step in (-1, 1, 3)} for i in range(n)]
    matrix = np.zeros((n, n))
    for i, row in enumerate(links):
        for j, weight in row.items():
            matrix[i, j] = weight
    return links, rgm.weights.as_weights(matrix, ids=list(range(n)))


def _values(rng: np.random.Generator, offset: float, n: int) -> Any:
    return offset + 3.0 + rng.random(n) + 0.5 * np.sin(np.arange(n))


def _lifted(links: list[dict[int, float]]) -> list[dict[int, Any]]:
    return [{j: X.mpf(weight) for j, weight in row.items()} for row in links]


def moran(rng: np.random.Generator, offset: float, n: int) -> Problem:
    (links, weights), x = _neighbours(rng, n), _values(rng, offset, n)
    result = rgm.moran(None, x, weights=weights)
    names = ["moran_i", "expected"]
    names += [f"{part}_{how}" for how in ("normality", "randomization") for part in ("variance", "z", "p")]
    found = {name: result.table[name] for name in names}
    found |= {f"scatter.{name}": result.scatter[name] for name in ("score", "spatial_lag")}
    w = {(i, j): weight for i, row in enumerate(_lifted(links)) for j, weight in row.items()}

    def exact(data: Mapping[str, Any]) -> Fields:
        deviation = X.sqrt(squares(data["x"]) / n)
        z = [(each - mean(data["x"])) / deviation for each in data["x"]]
        s0 = total(w.values())
        s1 = total((w.get((i, j), 0) + w.get((j, i), 0)) ** 2 for i in range(n) for j in range(n)) / 2
        margins = [total(w.get((i, j), 0) + w.get((j, i), 0) for j in range(n)) for i in range(n)]
        s2 = total(margin**2 for margin in margins)
        value = total(weight * z[i] * z[j] for (i, j), weight in w.items()) / s0
        kurtosis, expected = total(each**4 for each in z) / n, -X.mpf(1) / (n - 1)
        normality = (n**2 * s1 - n * s2 + 3 * s0**2) / (s0**2 * (n**2 - 1)) - expected**2
        above = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
        above -= kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
        randomization = above / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
        fields = {"moran_i": [value], "expected": [expected]}
        for how, variance in (("normality", normality), ("randomization", randomization)):
            deviate = (value - expected) / X.sqrt(variance)
            fields |= {f"variance_{how}": [variance], f"z_{how}": [deviate], f"p_{how}": [normal_tails(deviate)]}
        lags = [total(w.get((i, j), 0) * z[j] for j in range(n)) for i in range(n)]
        return fields | {"scatter.score": z, "scatter.spatial_lag": lags}

    matrix = np.array([[links[i].get(j, 0.0) for j in range(n)] for i in range(n)])
    # The mean square less the squared mean, as in spreadsheets.
    cross = x @ matrix @ x - x.mean() * (matrix @ x + matrix.T @ x).sum() + x.mean() ** 2 * matrix.sum()
    m2 = (x * x).mean() - x.mean() ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = np.divide(cross / matrix.sum(), m2)
    of = {name: largest(name) for name in ("scatter.score", "scatter.spatial_lag")}
    return Problem({"x": x}, found, exact, {"moran_i": [plain]}, of=of)


def local_moran(rng: np.random.Generator, offset: float, n: int) -> Problem:
    (links, weights), x = _neighbours(rng, n), _values(rng, offset, n)
    names, found = ("score", "spatial_lag", "local_i", "expected", "variance", "z", "p_normal"), {}
    for null in ("conditional", "total"):
        table = rgm.local_moran(None, x, weights=weights, variance=null).table
        found |= {f"{null}.{name}": table[name] for name in names}
    rows = _lifted(links)

    def exact(data: Mapping[str, Any]) -> Fields:
        fields: Fields = {name: [] for name in found}
        deviation = X.sqrt(squares(data["x"]) / n)
        z = [(each - mean(data["x"])) / deviation for each in data["x"]]
        kurtosis = total(each**4 for each in z) / n
        for own, row in zip(z, rows, strict=True):
            s, s2 = total(row.values()), total(weight**2 for weight in row.values())
            lag = total(weight * z[j] for j, weight in row.items())
            # Sokal, Oden and Thomson (1998), A7 and A8, then A3 and A4.
            spread = X.mpf(n) / (n - 2) * (s2 - s**2 / (n - 1)) * (1 - own**2 / (n - 1))
            moments = {"conditional": (-(own**2) * s / (n - 1), own**2 * spread)}
            square = s2 * (n - kurtosis) / (n - 1) + (s**2 - s2) * (2 * kurtosis - n) / ((n - 1) * (n - 2))
            moments["total"] = (-s / (n - 1), square - (s / (n - 1)) ** 2)
            for null, (expected, variance) in moments.items():
                deviate = (own * lag - expected) / X.sqrt(variance)
                numbers = (own, lag, own * lag, expected, variance, deviate, normal_tails(deviate))
                for name, number in zip(names, numbers, strict=True):
                    fields[f"{null}.{name}"].append(number)
        return fields

    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.divide(x - x.mean(), np.sqrt((x * x).mean() - x.mean() ** 2))
    plain = {"conditional.score": score, "total.score": score}
    # Scores are differences from the mean, some of them small by chance.
    of = {f"{null}.{name}": largest(f"{null}.{name}") for null in ("conditional", "total") for name in names[:6]}
    return Problem({"x": x}, found, exact, plain, of=of)


def local_g(rng: np.random.Generator, offset: float, n: int) -> Problem:
    (links, weights), x = _neighbours(rng, n), _values(rng, offset, n)
    names, found = ("spatial_lag", "expected", "standard_deviation", "z", "p_normal"), {}
    for kind, star in (("G*", True), ("G", False)):
        table = rgm.local_g(None, x, weights=weights, star=star).table
        found |= {f"{kind}.{name}": table[name] for name in names}

    def exact(data: Mapping[str, Any]) -> Fields:
        fields: Fields = {name: [] for name in found}
        for unit, row in enumerate(_lifted(links)):
            for kind in ("G*", "G"):
                pool = [v for j, v in enumerate(data["x"]) if kind == "G*" or j != unit]
                counted = row | {unit: max(row.values())} if kind == "G*" else row
                s, s2 = total(counted.values()), total(weight**2 for weight in counted.values())
                size, variance = len(pool), squares(pool) / len(pool)
                lag = total(weight * data["x"][j] for j, weight in counted.items())
                deviation = X.sqrt(variance * (size * s2 - s**2) / (size - 1))
                deviate = (lag - mean(pool) * s) / deviation
                numbers = (lag, mean(pool) * s, deviation, deviate, normal_tails(deviate))
                for name, number in zip(names, numbers, strict=True):
                    fields[f"{kind}.{name}"].append(number)
        return fields

    matrix = np.array([[links[i].get(j, 0.0) for j in range(n)] for i in range(n)])
    matrix += np.diag(matrix.max(axis=1))
    s, s2 = matrix.sum(axis=1), (matrix**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.sqrt(((x * x).mean() - x.mean() ** 2) * (n * s2 - s**2) / (n - 1))
        plain = {"G*.z": np.divide(matrix @ x - x.mean() * s, deviation), "G*.standard_deviation": deviation}
    return Problem({"x": x}, found, exact, plain, of={name: largest(name) for name in ("G*.z", "G.z")})


CASES = {
    "deviational_ellipse": deviational_ellipse,
    "moran": moran,
    "local_moran": local_moran,
    "local_g": local_g,
}
