"""Slow forests from the definitions: single trees checked in exact fractions, out-of-bag statistics by plain loops."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = list[int]


def leaf(forest: dict[str, Any], tree: int, row: Sequence[float]) -> float:
    """Return the value of the leaf that `row` falls into."""
    first, node = int(forest["offsets"][tree]), 0
    while forest["left"][first + node] > 0:
        at = first + node
        node = int(forest["left"][at]) + bool(row[forest["feature"][at]] > forest["threshold"][at])
    return float(forest["value"][first + node])


def decrease(rows: Rows, left: Rows, y: Sequence[Fraction], counts: Sequence[int]) -> Fraction:
    """Return the fall of the sum of squares: Σ_L²/n_L + Σ_R²/n_R − Σ²/n."""

    def term(part: Rows) -> Fraction:
        return sum((y[i] * counts[i] for i in part), Fraction(0)) ** 2 / sum(counts[i] for i in part)

    right = [i for i in rows if i not in set(left)]
    return term(left) + term(right) - term(rows)


def best_decrease(
    rows: Rows, column: Sequence[float], y: Sequence[Fraction], counts: Sequence[int]
) -> tuple[Fraction, list[float]]:
    """Return the largest fall of one factor, zero if none, and the midpoints that reach it."""
    best, places = Fraction(0), []
    values = sorted({column[i] for i in rows})
    for low, high in itertools.pairwise(values):
        gain = decrease(rows, [i for i in rows if column[i] <= low], y, counts)
        if gain > best:
            best, places = gain, []
        if gain == best and gain > 0:
            places.append((low + high) / 2)
    return best, places


def check_tree(
    forest: dict[str, Any],
    tree: int,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    counts: Sequence[int],
    node_size: int,
    all_features: bool,
) -> list[Fraction]:
    """Assert that every node of a tree is what the definition says, and return the exact decrease by factor.

    With `all_features` a split is the best of all factors; without, the best of the factor it is on.
    """
    exact = [Fraction(value) for value in y.tolist()]
    columns = x.T.tolist()
    first = int(forest["offsets"][tree])
    purity = [Fraction(0)] * len(columns)
    waiting = [(0, [i for i in range(len(y)) if counts[i] > 0])]
    n_seen = 0
    while waiting:
        node, rows = waiting.pop()
        n_seen += 1
        at = first + node
        n = sum(counts[i] for i in rows)
        assert forest["n_draws"][at] == n
        mean = sum((exact[i] * counts[i] for i in rows), Fraction(0)) / n
        # One rounding for each term of the mean.
        assert abs(float(mean) - forest["value"][at]) <= 4e-16 * len(rows) * max(abs(y[rows]))
        gains = [best_decrease(rows, column, exact, counts) for column in columns]
        left = int(forest["left"][at])
        if left == 0:
            is_small = node > 0 and n <= node_size
            assert is_small or min(y[rows]) == max(y[rows]) or not all_features or max(gains)[0] == 0
            continue
        assert node == 0 or n > node_size
        factor = int(forest["feature"][at])
        gain, places = gains[factor]
        assert forest["threshold"][at] in places
        assert gain > 0
        if all_features:
            assert gain == max(gains)[0]
        purity[factor] += gain
        goes_left = [i for i in rows if columns[factor][i] <= forest["threshold"][at]]
        waiting += [(left + 1, [i for i in rows if i not in set(goes_left)]), (left, goes_left)]
    assert n_seen == forest["offsets"][tree + 1] - first
    return purity


def all_rises(
    forest: dict[str, Any], tree: int, x: NDArray[np.float64], y: NDArray[np.float64], outside: Rows
) -> NDArray[np.float64]:
    """Return the rise of the out-of-bag error for every order of the out-of-bag rows: factors × orders."""
    plain = np.mean([(y[i] - leaf(forest, tree, x[i])) ** 2 for i in outside])
    rises = []
    for factor in range(x.shape[1]):
        errors = []
        for order in itertools.permutations(outside):
            squares = 0.0
            for i, donor in zip(outside, order, strict=True):
                row = x[i].copy()
                row[factor] = x[donor, factor]
                squares += (y[i] - leaf(forest, tree, row)) ** 2
            errors.append(squares / len(outside))
        rises.append(np.array(errors) - plain)
    return np.array(rises)


def expected_rises(
    forest: dict[str, Any], tree: int, x: NDArray[np.float64], y: NDArray[np.float64], outside: Rows
) -> list[float]:
    """Return the rise of the out-of-bag error, by factor: the mean over every order of the out-of-bag rows."""
    return all_rises(forest, tree, x, y, outside).mean(axis=1).tolist()
