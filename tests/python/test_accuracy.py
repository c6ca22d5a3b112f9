"""The short form of tests/accuracy: statistics of data far from zero have the digits that such data leave."""

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import regiometrics as rgm
from folders import load

FOLDER = Path(__file__).parents[1] / "accuracy"


run = load("accuracy", "run")
exact = sys.modules["exact"]
X = exact.X

# Fields that have fewer than thirteen digits where the data lie at 1e9, and why.
LEAVES = "the leaves of a tree are doubles in units of the response"
SOUGHT = "found by a search, to the digits that it promises"
FEWER = {
    ("RandomForestRegressor", "oob_mse"): LEAVES,
    ("RandomForestRegressor", "oob_r2"): LEAVES,
    ("driver_importance", "inc_mse"): LEAVES,
    ("driver_importance", "inc_mse_se"): LEAVES,
    ("driver_importance", "inc_mse_scaled"): LEAVES,
    ("kde, bandwidths", "cv_ml"): SOUGHT,
    ("kde, bandwidths", "cv_ls"): SOUGHT,
    ("kde", "modes.width"): SOUGHT,
    ("kde, binned", "density"): SOUGHT,
}

# Public functions without a statistic of their own, or with one that another case has.
ELSEWHERE = {
    "counts_from_probabilities": "whole numbers",
    "markov_from_counts": "markov",
    "spatial_markov_from_counts": "spatial_markov",
    "tune_forest": "RandomForestRegressor",
    "set_language": "",
    "set_threads": "",
}


@pytest.mark.parametrize("case", run.CASES)
def test_statistics_have_the_digits_that_their_data_leave(case):
    for row in run.rows_of(case, 10, 1):
        assert row.verdict() != "loses digits", row
        # Fewer digits than could be had are no surprise, but known and told.
        assert row.verdict() == "full" or (case, row.field) in FEWER, row


def test_every_statistic_has_a_case():
    public = {name for name in rgm.__all__ if inspect.isfunction(getattr(rgm, name))}
    covered = {case.split(",")[0] for case in run.CASES}
    assert public - covered == set(ELSEWHERE)


@pytest.mark.filterwarnings("ignore:Strata of one unit:regiometrics.RegiometricsWarning")
def test_the_textbook_formula_would_not_pass():
    # The formulas of lectures, on the same draws, and by the same judge.
    for case, field in (("coefficient_of_variation", "standard_deviation"), ("geodetector", "factor.q")):
        problem = run.CASES[case](np.random.default_rng(1), run.OFFSET, 12)
        plain = dict(
            run.measured(exact.Problem(problem.data, problem.plain, _only(problem, problem.plain)), always=True)
        )
        assert plain[field].error > 1e-3
        assert not plain[field].is_within


def _only(problem, fields):
    return lambda data: {name: problem.exact(data)[name] for name in fields}


def test_references_of_numbers_known_by_hand():
    with_ends = [X.mpf(each) for each in (1, 2, 4, 9)]
    assert exact.squares(with_ends) == 38
    assert exact.quantile(with_ends, 0.5) == 3
    assert exact.mean(with_ends, [X.mpf(1), X.mpf(0), X.mpf(0), X.mpf(1)]) == 5
    # A normal number lies beyond ±1.959963984540054 in one case of twenty, t of one degree beyond ±1 in half of them.
    assert float(exact.normal_tails(X.mpf("1.959963984540054"))) == pytest.approx(0.05, rel=1e-14)
    assert float(exact.student_tails(X.mpf(1), X.mpf(1))) == pytest.approx(0.5, rel=1e-15)
    # Two degrees of freedom: the tail of χ² is exp(−x/2), that of F with two above is (1 + 2f/d)^(−d/2).
    assert float(exact.chi_square_tail(X.mpf(3), 2)) == pytest.approx(np.exp(-1.5), rel=1e-15)
    assert float(exact.f_tail(X.mpf(3), 2, 4)) == pytest.approx(0.16, rel=1e-15)
    # Without noncentrality, that of the noncentral F is the same.
    assert exact.noncentral_f_tail(X.mpf(3), 2, 4, X.mpf(0)) == exact.f_tail(X.mpf(3), 2, 4)
    # x² doubles a relative change of x; x − y of 3 and 2 takes three and two times theirs.
    problem = exact.Problem(
        {"x": [3.0], "y": [2.0]}, {}, lambda data: {"d": [data["x"][0] ** 2], "e": [data["x"][0] - data["y"][0]]}
    )
    known = exact.conditions(problem, exact.solved(problem))
    assert (known["d"][0], known["e"][0]) == pytest.approx((2.0, 5.0), rel=1e-15)


def test_script_writes_its_table(tmp_path):
    report = tmp_path / "table.md"
    command = [sys.executable, str(FOLDER / "run.py"), "--case", "share", "--units", "4", "--report", str(report)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    lines = report.read_text(encoding="utf-8").splitlines()
    assert [line.split(" | ")[1] for line in lines if line.startswith("| share |")] == ["total", "share"]
