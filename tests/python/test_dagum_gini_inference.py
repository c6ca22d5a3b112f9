"""`dagum_gini`: jackknife errors, and the intervals that rest on them and Student's t."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator

import numpy as np
import pytest
import regiometrics as rgm
from oracles import OVERALL, column, concerned, decompose, jackknife, regions
from scipy.stats import t as student

EPS = float(np.finfo(np.float64).eps)


# Jackknife by hand


def test_jackknife_of_one_group_by_hand() -> None:
    # 1, 2, 6: G = (1 + 5 + 4)/(9 · 3). Without 1, 2, 6: 4/(4 · 4), 5/(4 · 3.5), 1/(4 · 1.5) = 63, 90, 42 over 252;
    # their mean is 65/252, and the variance 2/3 · (2² + 25² + 23²)/252² = 772/252².
    result = rgm.dagum_gini(None, [6.0, 1.0, 2.0], group=[0, 0, 0])
    assert column(result, "estimate")["gini"] == pytest.approx(10 / 27, rel=4 * EPS, abs=0.0)
    error = column(result, "standard_error")
    # The deviations are a tenth of the replicates, so that a digit of rounding shows.
    assert error["gini"] == pytest.approx(math.sqrt(772) / 252, rel=100 * EPS, abs=0.0)
    assert error["within"] == error["gini"]
    assert error["gini", 0] == pytest.approx(error["gini"], rel=100 * EPS, abs=0.0)
    assert [error[name] for name in ("between", "transvariation", *OVERALL[4:])] == [0.0] * 5


def test_jackknife_of_two_strata_by_hand() -> None:
    # A = 1, 3; B = 2 (one unit, never left out). Without a unit of A the other weighs 2, against 1 in B:
    # {3, 3 | 2}: G = 2·1/(3 · 8) = 1/12; {1, 1 | 2}: G = 2·1/(3 · 4) = 1/6. Both are all between groups.
    # Variance 1/2 · 2 · (1/24)². G_AB: 1/5 and 1/3, deviations 1/15.
    result = rgm.dagum_gini(None, [1.0, 3.0, 2.0], group=["A", "A", "B"])
    error = column(result, "standard_error")
    # Without one of two units a group has no Gini of its own left, and of one unit it never has.
    assert math.isnan(error.pop(("gini", "A")))
    assert math.isnan(error.pop(("gini", "B")))
    expected: dict[Hashable, float] = dict.fromkeys(error, 0.0)
    expected |= {"gini": 1 / 24, "between": 1 / 24, ("gini", "A", "B"): 1 / 15}
    assert error == pytest.approx(expected, rel=100 * EPS, abs=100 * EPS)


# Jackknife against the oracle


def jackknife_panels() -> Iterator[tuple[list[float], list[int], list[float] | None]]:
    rng = np.random.default_rng(20)
    for index in range(60):
        sizes = rng.choice([1, 2, 3, 4, 5], size=rng.integers(1, 5))
        sizes[0] = 4
        n = int(sizes.sum())
        y = (
            rng.integers(0, 9, n).astype(float) + (np.arange(n) == 0) * 0.25 + (np.arange(n) == 1) * 11.5,
            rng.lognormal(size=n),
            1e9 + rng.random(n),
        )[index % 3]
        w = (None, rng.integers(1, 9, n).astype(float), rng.lognormal(15.0, 1.0, n))[index // 3 % 3]
        yield y.tolist(), np.repeat(np.arange(len(sizes)), sizes).tolist(), None if w is None else w.tolist()


def test_standard_errors_agree_with_recomputing_every_sample_exactly() -> None:
    n_compared = 0
    for y, group, w in jackknife_panels():
        truth, estimate = jackknife(y, group, w), decompose(y, group, w)
        error = column(rgm.dagum_gini(None, y, group=group, weight=w), "standard_error")
        assert error.keys() == truth.keys()
        for key, expected in truth.items():
            level = key in OVERALL[:4] or (isinstance(key, tuple) and key[0] == "gini")
            scale = float(estimate["gini"]) if level else 1.0
            # A replicate is a difference of sums of which a thousandth or more is left: 1e3 · n · eps = 4e-12.
            assert error[key] == pytest.approx(expected, rel=1e-11, abs=1e-11 * scale, nan_ok=True), key
            n_compared += expected > 0.0
    assert n_compared > 500


@pytest.mark.parametrize("bootstrap", [0, 20])
def test_what_rests_on_groups_of_one_unit_has_no_error(bootstrap: int) -> None:
    alone = rgm.dagum_gini(None, [1.0, 2.0, 5.0], group=[0, 1, 2], bootstrap=bootstrap, seed=1)
    mixed = rgm.dagum_gini(None, [1.0, 2.0, 5.0, 7.0, 9.0], group=[0, 1, 2, 2, 2], bootstrap=bootstrap, seed=1)
    for name in ("standard_error", "low", "high"):
        assert np.isnan(list(column(alone, name).values())).all()
        assert {key for key, value in column(mixed, name).items() if math.isnan(value)} == {
            ("gini", 0), ("gini", 1), ("gini", 0, 1), ("distance", 0, 1),
        }  # fmt: skip
    assert column(alone, "estimate") == pytest.approx(decompose([1.0, 2.0, 5.0], [0, 1, 2]), rel=4 * EPS, abs=0.0)


@pytest.mark.parametrize("bootstrap", [0, 20])
def test_a_group_of_two_units_has_an_error_with_others_but_none_of_its_own(bootstrap: int) -> None:
    y, group = [1.0, 4.0, 2.0, 5.0, 7.0], [0, 0, 1, 1, 1]
    result = rgm.dagum_gini(None, y, group=group, bootstrap=bootstrap, seed=1)
    for name in ("standard_error", "low", "high"):
        assert [key for key, value in column(result, name).items() if math.isnan(value)] == [("gini", 0)]
    assert column(result, "estimate")["gini", 0] == pytest.approx(3 / 10, rel=4 * EPS, abs=0.0)
    assert "1 group-period(s) of two units: no standard error of their own Gini." in result.notes


@pytest.mark.parametrize("weight", [None, [0.3, 0.7, 1.0, 0.2, 0.9]])
def test_shares_that_a_replicate_leaves_undefined_have_no_error(weight: list[float] | None) -> None:
    # Without the 0.7 all values are equal, G is zero, and there is nothing to take a share of.
    result = rgm.dagum_gini(None, [0.1, 0.1, 0.7, 0.1, 0.1], group=list("aaabb"), weight=weight)
    error = column(result, "standard_error")
    assert np.isnan([error[share] for share in OVERALL[4:]]).all()
    truth = jackknife([0.1, 0.1, 0.7, 0.1, 0.1], list("aaabb"), weight)
    assert error["gini"] == pytest.approx(truth["gini"], rel=1e-13)


def test_equal_values_have_no_error_and_undefined_shares() -> None:
    error = column(rgm.dagum_gini(None, [0.1] * 5, group=list("aaabb")), "standard_error")
    assert [error[level] for level in OVERALL[:4]] == [0.0] * 4
    assert np.isnan([error[share] for share in OVERALL[4:]]).all()
    drawn = rgm.dagum_gini(None, [0.1] * 5, group=list("aaabb"), bootstrap=20, seed=1).overall_intervals
    assert drawn.loc[:3, ["low", "high"]].eq(0.0).all(axis=None)
    assert drawn.loc[4:, ["low", "high"]].isna().all(axis=None)


def test_an_error_of_zero_is_zero_to_all_digits() -> None:
    rng = np.random.default_rng(21)
    for _ in range(50):
        # Without one of its two units nothing is left within the only group of several, whatever values and weights.
        y, w = rng.lognormal(size=4), rng.lognormal(15.0, 1.0, 4)
        error = column(rgm.dagum_gini(None, y, group=[0, 0, 1, 2], weight=w), "standard_error")
        # Each replicate is rounded by some eps.
        assert error["within"] <= 100 * EPS
        # Nor can the Gini of two constants change, |a − b|/(a + b), though each group weighs less without a unit.
        y, w = np.repeat(rng.lognormal(size=2), 3), rng.lognormal(15.0, 1.0, 6)
        error = column(rgm.dagum_gini(None, y, group=[0, 0, 0, 1, 1, 1], weight=w), "standard_error")
        assert error["gini", 0, 1] <= 100 * EPS
        assert error["distance", 0, 1] == 0.0


@pytest.mark.parametrize("small", [1e-2, 1e-4, 1e-8])
def test_errors_hold_where_one_unit_carries_nearly_all_the_weight(small: float) -> None:
    # A city and two villages: without the city, the replicate rests on the villages alone. Six digits may go, not all.
    y, group, w = [1.1, 2.3, 4.7, 3.0, 6.0, 8.5], [0, 0, 0, 1, 1, 1], [small, 1.0, 2 * small, 1.0, 2.0, 1.5]
    error = column(rgm.dagum_gini(None, y, group=group, weight=w), "standard_error")
    assert error == pytest.approx(jackknife(y, group, w), rel=1e-9)


# Intervals around the estimate


def test_intervals_of_one_group_by_hand() -> None:
    # 1, 2, 6 as above, two degrees of freedom: Student's distribution is then 1/2 + t/(2·√(2 + t²)), so that half of
    # it lies within t = √(2/3). For 95 % the tables have t = 4.303, and 10/27 − 4.303 · 0.1103 is below zero.
    half = rgm.dagum_gini(None, [6.0, 1.0, 2.0], group=[0, 0, 0], confidence=0.5)
    reach = math.sqrt(2 / 3 * 772) / 252
    for key in ("gini", "within", ("gini", 0)):
        # An error carries a hundred eps, as above.
        assert column(half, "low")[key] == pytest.approx(10 / 27 - reach, rel=100 * EPS, abs=0.0)
        assert column(half, "high")[key] == pytest.approx(10 / 27 + reach, rel=100 * EPS, abs=0.0)
    most = rgm.dagum_gini(None, [6.0, 1.0, 2.0], group=[0, 0, 0])
    assert column(most, "low")["gini"] == 0.0
    # The table has four digits.
    assert column(most, "high")["gini"] == pytest.approx(10 / 27 + 4.303 * math.sqrt(772) / 252, abs=5e-5)


def test_intervals_of_two_strata_by_hand() -> None:
    # A = 1, 3; B = 2 as above: one degree of freedom, of which half lies within t = tan(π/4) = 1.
    result = rgm.dagum_gini(None, [1.0, 3.0, 2.0], group=["A", "A", "B"], confidence=0.5)
    low, high = column(result, "low"), column(result, "high")
    assert (low["gini"], high["gini"]) == pytest.approx((2 / 9 - 1 / 24, 2 / 9 + 1 / 24), rel=100 * EPS, abs=0.0)
    assert (low["gini", "A", "B"], high["gini", "A", "B"]) == pytest.approx((11 / 60, 19 / 60), rel=100 * EPS, abs=0.0)
    # Nothing is between the groups, whose means are equal: 0 ± 1/24 ends at zero. What has no error has no width.
    assert (low["between"], high["between"]) == (0.0, pytest.approx(1 / 24, rel=100 * EPS, abs=0.0))
    assert (low["within"], high["within"]) == pytest.approx((1 / 9, 1 / 9), rel=4 * EPS, abs=0.0)


@pytest.mark.parametrize("confidence", [0.2, 0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("sizes", [(11, 8, 12), (1, 2, 3, 5), (700, 500, 900)])
def test_intervals_without_bootstrap_are_those_of_student(sizes: tuple[int, ...], confidence: float) -> None:
    values, group, weight = regions(22, sizes)
    # Rows without weight are no units, and bring no degrees of freedom.
    values, group, weight = np.append(values, [3.0] * 4), np.append(group, [0, 1, 1, 2]), np.append(weight, [0.0] * 4)
    result = rgm.dagum_gini(None, values, group=group, weight=weight, confidence=confidence)
    estimate, error, low, high = (column(result, name) for name in ("estimate", "standard_error", "low", "high"))
    for key in estimate:
        # A group of one unit brings none either.
        degrees = sum(sizes[j] - 1 for j in concerned(key, range(len(sizes))))
        reach = student.ppf(0.5 + confidence / 2, degrees) * error[key] if degrees else math.nan
        # Ten digits of the critical value; an end near zero keeps those of the reach.
        tolerance = {"rel": 1e-10, "abs": 1e-10 * reach, "nan_ok": True}
        assert low[key] == pytest.approx(np.clip(estimate[key] - reach, 0.0, 1.0), **tolerance), key
        assert high[key] == pytest.approx(np.clip(estimate[key] + reach, 0.0, 1.0), **tolerance), key
    assert (result.bootstrap, result.seed, result.confidence) == (0, None, confidence)
    level = f"Intervals ({100 * confidence:g} %): estimate ± Student's t · standard error."
    assert result.notes[0] == f"Standard errors: delete-one jackknife within groups. {level}"


def test_intervals_end_at_zero_and_one() -> None:
    # Small groups that hardly overlap: nearly nothing is transvariation, and the distance is nearly 1.
    y, group = [1.0, 2.0, 4.0, 3.5, 6.0, 9.0], [0, 0, 0, 1, 1, 1]
    result = rgm.dagum_gini(None, y, group=group)
    estimate, error = column(result, "estimate"), column(result, "standard_error")
    # Each passes its end by far: four degrees of freedom, t = 2.776.
    assert estimate["transvariation"] - 2.776 * error["transvariation"] < -0.01
    assert estimate["distance", 0, 1] + 2.776 * error["distance", 0, 1] > 1.01
    assert column(result, "low")["transvariation"] == 0.0
    assert column(result, "high")["distance", 0, 1] == 1.0
    assert 0.0 < column(result, "high")["transvariation"] < 1.0
    assert 0.0 < column(result, "low")["distance", 0, 1] < 1.0
