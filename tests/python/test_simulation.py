"""The short form of tests/simulation: tests keep their level, intervals hold the truth, but for chance."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from folders import load

FOLDER = Path(__file__).parents[1] / "simulation"


run, nulls = load("simulation", "run"), load("simulation", "nulls")

# Of one run in 16 000 chance alone says more, if the rate is the nominal one.
ERRORS = 4.0


def _rows(case, n, replicates, words):
    rows = [row for row in run.rows_of(case, n, replicates) if words in row.what]
    assert rows, f"no row of {case} says {words!r}"
    return rows


# Tests that are exact whatever the data, and p of F on normal values; none may reject more often than it says.
@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("moran", "p_permutation"),
        ("detector", "p_permutation"),
        ("detector", "p_central of q, normal"),
        ("detector_interaction", "p_permutation"),
        ("local_moran", "p_permutation"),
        ("local_g", "p_permutation"),
        ("silverman", "p_value"),
        ("forest", "groups= given"),
    ],
)
def test_tests_keep_their_level(case, words):
    replicates = {"silverman": 100, "forest": 100}.get(case, 400)
    for row in _rows(case, 30, replicates, words):
        assert row.measured <= row.nominal + ERRORS * row.error, row


# And they are no mere refusals: where the level can be reached, it is.
@pytest.mark.parametrize("case", ["moran", "detector"])
def test_permutation_tests_reject_at_their_level(case):
    for row in _rows(case, 30, 600, "p_permutation"):
        assert row.measured >= row.nominal - ERRORS * row.error, row


# Intervals that hold in the long simulation.
@pytest.mark.parametrize(
    ("case", "n", "words"),
    [("markov", 30, "Wilson"), ("dagum", 300, "of between"), ("detector_bootstrap", 30, "q = 0.53")],
)
def test_intervals_hold_the_truth(case, n, words):
    for row in _rows(case, n, 200, words):
        assert row.measured >= row.nominal - ERRORS * row.error, row


def test_gini_of_lognormals_agrees_with_a_large_sample():
    rng = np.random.default_rng(3)
    sample = nulls.gini_of_lognormals()
    n = 300_000
    group = np.arange(n) % 3
    y = np.exp(np.take(nulls._LOG_MEAN, group) + np.take(nulls._LOG_SD, group) * rng.standard_normal(n))
    # G of all values by ranks: the mean difference over twice the mean, with an error near 0.6/√n.
    ordered = np.sort(y)
    gini = (2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum())
    assert abs(sample["gini"] - gini) < 5 * 0.6 / np.sqrt(n)
    parts = sample["within"] + sample["between"] + sample["transvariation"]
    assert parts == pytest.approx(sample["gini"], rel=1e-12)


def test_script_writes_its_table(tmp_path):
    report = tmp_path / "table.md"
    command = [sys.executable, str(FOLDER / "run.py"), "--case", "markov", "--replicates", "3", "--report", str(report)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    lines = report.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith("| markov |")]) == 2
