"""Normalising, entropy weights and TOPSIS in 60 digits, by the textbook formulas, from the doubles as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

Columns = Mapping[str, Sequence[float]]

# Entropies near one lose up to 20 of these to cancellation.
_DIGITS = 60


def normalized(values: Sequence[float], sign: str, method: str, shift: float = 0.0) -> list[Decimal]:
    """Return one column normalised; a constant one is zero, plus the shift."""
    with localcontext() as context:
        context.prec = _DIGITS
        x = [Decimal(float(value)) for value in values]
        if min(x) == max(x):
            return [Decimal(shift)] * len(x)
        low, high, mean = min(x), max(x), sum(x) / len(x)
        if method == "minmax":
            z = [(each - low if sign == "+" else high - each) / (high - low) for each in x]
        elif method == "zscore":
            deviation = (sum((each - mean) ** 2 for each in x) / len(x)).sqrt()
            z = [(each - mean if sign == "+" else mean - each) / deviation for each in x]
        elif method == "vector":
            norm = sum(each**2 for each in x).sqrt()
            z = [each / norm if sign == "+" else 1 - each / norm for each in x]
        else:
            carrier = x if sign == "+" else [1 / each for each in x]
            z = [each / sum(carrier) for each in carrier]
        return [each + Decimal(shift) for each in z]


def entropies(columns: Columns, signs: Sequence[str], method: str, shift: float = 0.0) -> dict[str, list[Decimal]]:
    """Return lists by indicator of `entropy`, `divergence` and `weight`, and `scores` by row."""
    with localcontext() as context:
        context.prec = _DIGITS
        z = [normalized(column, sign, method, shift) for column, sign in zip(columns.values(), signs, strict=True)]
        n = len(z[0])
        entropy = []
        for column in z:
            if min(column) == max(column):
                entropy.append(Decimal(1))
                continue
            p = [each / sum(column) for each in column]
            entropy.append(-sum(each * each.ln() for each in p if each) / Decimal(n).ln())
        divergence = [1 - each for each in entropy]
        weight = [each / sum(divergence) for each in divergence]
        scores = [sum(w * column[row] for w, column in zip(weight, z, strict=True)) for row in range(n)]
        return {"entropy": entropy, "divergence": divergence, "weight": weight, "scores": scores}


def closeness(
    columns: Columns, signs: Sequence[str], method: str, weights: Sequence[Decimal | float]
) -> dict[str, list[Decimal]]:
    """Return `best` and `worst` by indicator, and `distance_best`, `distance_worst` and `score` by row."""
    with localcontext() as context:
        context.prec = _DIGITS
        total = sum(map(Decimal, weights))
        v, best, worst = [], [], []
        for column, sign, weight in zip(columns.values(), signs, weights, strict=True):
            # Vector normalising leaves negative indicators as they are; their best value is the smallest.
            turned = sign if method == "minmax" else "+"
            share = Decimal(weight) / total
            v.append([share * each for each in normalized(column, turned, method)])
            low, high = min(v[-1]), max(v[-1])
            is_reversed = sign == "-" and method == "vector"
            best.append(low if is_reversed else high)
            worst.append(high if is_reversed else low)

        def distances(point: list[Decimal]) -> list[Decimal]:
            rows = zip(*v, strict=True)
            return [sum((a - b) ** 2 for a, b in zip(row, point, strict=True)).sqrt() for row in rows]

        to_best, to_worst = distances(best), distances(worst)
        score = [b / (a + b) for a, b in zip(to_best, to_worst, strict=True)]
        return {"best": best, "worst": worst, "distance_best": to_best, "distance_worst": to_worst, "score": score}
