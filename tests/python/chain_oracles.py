"""Slow analysis of Markov chains in exact arithmetic: linear equations over fractions, and powers of the matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

Matrix = list[list[Fraction]]


def probabilities(counts: Sequence[Sequence[int]]) -> Matrix:
    """Shares of each row; every row must have transitions."""
    return [[Fraction(int(count), int(sum(row))) for count in row] for row in counts]


def solve(matrix: Matrix, right: list[Fraction]) -> list[Fraction]:
    """Solve by Gauss and Jordan."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    n = len(rows)
    for column in range(n):
        pivot = next(row for row in range(column, n) if rows[row][column] != 0)
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(n):
            if row != column and rows[row][column] != 0:
                factor = rows[row][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[n] for row in rows]


def steady_state(p: Matrix) -> list[Fraction]:
    """The π with π P = π and Σ π = 1 of an irreducible chain: all balance equations but one, and the sum."""
    k = len(p)
    equations = [[p[i][j] - (i == j) for i in range(k)] for j in range(k - 1)]
    return solve([*equations, [Fraction(1)] * k], [Fraction(0)] * (k - 1) + [Fraction(1)])


def first_passage(p: Matrix) -> Matrix:
    """Mean steps from i to the first visit of j ≠ i, m_i = 1 + Σ_{l≠j} p_il m_l, and mean returns; irreducible."""
    k = len(p)
    times = [[Fraction(0)] * k for _ in range(k)]
    for j in range(k):
        others = [i for i in range(k) if i != j]
        system = [[Fraction(i == m) - p[i][m] for m in others] for i in others]
        for i, time in zip(others, solve(system, [Fraction(1)] * (k - 1)), strict=True):
            times[i][j] = time
        times[j][j] = 1 + sum((p[j][m] * times[m][j] for m in others), Fraction(0))
    return times


def homogeneity(counts: Sequence[Sequence[Sequence[int]]]) -> tuple[Fraction, float, int]:
    """Q exactly, LR from exact ratios, and degrees of freedom, from the definition."""
    k = len(counts[0])
    pooled = [[sum(int(chain[i][j]) for chain in counts) for j in range(k)] for i in range(k)]
    q, lr, degrees = Fraction(0), 0.0, 0
    for i in range(k):
        entered = sum(count > 0 for count in pooled[i])
        chains = sum(sum(chain[i]) > 0 for chain in counts)
        degrees += (chains - 1) * (entered - 1) if chains else 0
        for chain in counts:
            n = int(sum(chain[i]))
            for j in range(k):
                if n and pooled[i][j]:
                    p, share = Fraction(pooled[i][j], sum(pooled[i])), Fraction(int(chain[i][j]), n)
                    q += n * (share - p) ** 2 / p
                    lr += 2 * int(chain[i][j]) * math.log(share / p) if share else 0.0
    return q, lr, degrees
