"""`dagum_gini`: studentised bootstrap intervals, seeds and threads."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterator

import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from oracles import (
    OVERALL,
    assert_same_tables,
    bootstrap_studentised,
    column,
    decompose,
    jackknife,
    regions,
    studentise,
)

EPS = float(np.finfo(np.float64).eps)


def ends(result: rgm.DagumGini) -> dict[Hashable, tuple[float, float]]:
    low, high = column(result, "low"), column(result, "high")
    return {key: (low[key], high[key]) for key in low}


# By hand


def test_bootstrap_of_one_group_by_hand() -> None:
    # 1, 2, 6: G = 10/27 and se = √772/252. A draw a, a, b has G* = 2|b − a|/(3(2a + b)); without its units one by one
    # g, g, 0 with g = |b − a|/(2(a + b)), of which the error is 2g/3. So t* = (G* − G)/se* is
    #   1, 2, 2: −32/15   1, 1, 2: −11/6   2, 6, 6: −68/63   2, 2, 6: −28/45   1, 6, 6: −56/117   1, 1, 6: 7/36
    # for 3 of the 27 draws each, in rising order; 0 for the 6 draws of 1, 2, 6, between the last two; and −∞ for the 3
    # of equal units, G* = 0 without error. Cumulated: 3, 6, 9, 12, 15, 18, 24, 27. The levels are far from the steps.
    error = math.sqrt(772) / 252
    expected = {
        2 / 3: (0.0, -32 / 15),
        0.44: (0.0, -11 / 6),
        0.22: (-56 / 117, -68 / 63),
        0.02: (-28 / 45, -28 / 45),
    }
    for confidence, (upper, lower) in expected.items():
        result = rgm.dagum_gini(None, [6.0, 1.0, 2.0], group=[0, 0, 0], bootstrap=10_000, confidence=confidence, seed=5)
        for key in ("gini", "within", ("gini", 0)):
            # The error carries a hundred eps, as does that of each draw in its t*.
            assert ends(result)[key] == pytest.approx(
                (10 / 27 - upper * error, 10 / 27 - lower * error), rel=300 * EPS, abs=0.0
            )
            # The errors stay those of the jackknife.
            assert column(result, "standard_error")[key] == pytest.approx(error, rel=100 * EPS, abs=0.0)


def test_draws_that_moved_without_an_error_open_the_interval_by_hand() -> None:
    # The same, at a level whose lower quantile is −∞: the interval is open above, and ends at 1.
    one = rgm.dagum_gini(None, [6.0, 1.0, 2.0], group=[0, 0, 0], bootstrap=10_000, confidence=0.86, seed=5)
    assert ends(one)["gini"] == pytest.approx((10 / 27 - 7 / 36 * math.sqrt(772) / 252, 1.0), rel=300 * EPS, abs=0.0)
    # A = 1, 3; B = 2. A is drawn as 1, 1 or 3, 3 (each 1/4), where no unit makes a difference, or 1, 3 (1/2, t* = 0).
    # {1, 1, 2} G = 2/(3 · 4), {3, 3, 2} G = 2/(3 · 8): both below G = 2/9, so t* = −∞ in half of the draws.
    # All of it is between the groups, where the sample has nothing: t* = ∞. G_AB = 1/4, and 1/3 or 1/5 if drawn.
    for confidence, pair in ((0.6, (0.0, 1.0)), (0.4, (1 / 4, 1 / 4))):
        result = rgm.dagum_gini(
            None, [1.0, 3.0, 2.0], group=["A", "A", "B"], bootstrap=10_000, confidence=confidence, seed=5
        )
        found = ends(result)
        assert found["gini"] == pytest.approx((2 / 9, 1.0), rel=4 * EPS, abs=0.0)
        assert found["between"] == pytest.approx((0.0, 0.0), abs=4 * EPS)
        assert found["gini", "A", "B"] == pytest.approx(pair, rel=4 * EPS, abs=0.0)
        # Their errors are zero.
        assert found["within"] == pytest.approx((1 / 9, 1 / 9), rel=4 * EPS, abs=0.0)
        assert found["distance", "A", "B"] == (0.0, 0.0)


def test_draws_that_leave_a_share_undefined_are_left_out_by_hand() -> None:
    # A = 1, 1, 2, 2; B = 1. D_AA = 4, D_AB = 2, and the share between is 2/(4 + 2) = 1/3. Without a unit the others
    # of A weigh 4/3: {1, 2, 2} D_AA = 32/9, D_AB = 24/9, share 3/7; {1, 1, 2} 32/9, 12/9, share 3/11; twice each, so
    # that se² = 3/4 · 4 · ((3/7 − 3/11)/2)², se = 6√3/77. Of the 16 draws of A,
    #   1 is 1, 1, 1, 1 and 4 are 1, 1, 1, 2: no share, or none without the 2;
    #   6 are 1, 1, 2, 2: t* = 0;
    #   4 are 1, 2, 2, 2: share 3/(3 + 3), without a unit 1, 3/7, 3/7, 3/7, se*² = 3/4 · 12/49, t* = 1/6 · 7/3 = 7/18;
    #   1 is 2, 2, 2, 2: share 1, always: t* = ∞.
    # Of the 11 with a t*, 6/11 are 0 and 10/11 at most 7/18.
    for confidence, low in ((0.5, 1 / 3 - 7 / 18 * 6 * math.sqrt(3) / 77), (0.96, 0.0)):
        result = rgm.dagum_gini(
            None, [1.0, 1.0, 2.0, 2.0, 1.0], group=list("AAAAB"), bootstrap=4000, confidence=confidence, seed=6
        )
        assert column(result, "standard_error")["share_between"] == pytest.approx(
            6 * math.sqrt(3) / 77, rel=100 * EPS, abs=0.0
        )
        assert ends(result)["share_between"] == pytest.approx((low, 1 / 3), rel=300 * EPS, abs=0.0)
        assert ends(result)["share_within"] == pytest.approx((2 / 3, 1 - low), rel=300 * EPS, abs=0.0)


# Against the oracles


@pytest.mark.parametrize("weight", [[1.0] * 7, [2.0, 1.0, 3.0, 1.0, 5.0, 2.0, 4.0]])
def test_an_interval_of_one_replicate_is_one_of_all_possible_samples(weight: list[float]) -> None:
    # The only t* is every quantile: both ends are θ − t* · se, for all statistics of one sample together. 10 · 10
    # samples are possible, each worked out exactly.
    y, group = [1.0, 4.0, 6.0, 2.0, 3.0, 7.0, 5.0], [0, 0, 0, 1, 1, 1, 2]
    estimate, error = decompose(y, group, weight), jackknife(y, group, weight)
    draws = list(itertools.combinations_with_replacement(range(3), 3))
    samples, possible = [], []
    for one, two in itertools.product(draws, draws):
        samples.append([*one, *(3 + row for row in two)])
        t = studentise(y, group, weight, [*samples[-1], 6])
        possible.append([min(max(float(estimate[key]) - t[key] * error[key], 0.0), 1.0) for key in estimate])
    n_drawn, seen = np.zeros(6), set()
    for seed in range(300):
        result = rgm.dagum_gini(None, y, group=group, weight=weight, bootstrap=1, seed=seed)
        low, high = column(result, "low"), column(result, "high")
        np.testing.assert_equal(low, high)
        # Whole numbers, of which a replicate keeps all but some eps; the smallest error is a hundredth.
        same = np.isclose(possible, [low[key] for key in estimate], rtol=1e-12, atol=1e-12, equal_nan=True).all(axis=1)
        assert same.any(), seed
        n_drawn += np.bincount(samples[same.argmax()], minlength=6)
        seen.add(same.argmax())
    # Every unit is drawn once a time, with variance 3 · 1/3 · 2/3: 300 ± 4.5 · √200. Only samples of two constant
    # groups may look alike, 1 in 81.
    assert n_drawn == pytest.approx(np.full(6, 300.0), abs=64.0)
    assert len(seen) > 60


@pytest.mark.parametrize("weighted", [False, True])
def test_intervals_agree_with_a_naive_bootstrap(weighted: bool) -> None:
    values, group, weight = regions(24)
    n_draws = 10_000
    naive = bootstrap_studentised(values, group, weight if weighted else np.ones(len(values)), n_draws, seed=25)
    for confidence in (0.9, 0.5):
        result = rgm.dagum_gini(
            None, values, group=group, weight=weight if weighted else None,
            bootstrap=n_draws, confidence=confidence, seed=26,
        )  # fmt: skip
        tail = (1 - confidence) / 2
        # The share of naive t* beyond an end of ours is `tail` up to the Monte-Carlo error of both, each binomial:
        # √(2 tail (1 − tail)/B), 0.0031 for 5 % and 0.0061 for 25 %. Four and a half of these: once in 10⁵ trials.
        slack = 4.5 * math.sqrt(2 * tail * (1 - tail) / n_draws)
        estimate, error = column(result, "estimate"), column(result, "standard_error")
        assert naive.keys() == estimate.keys()
        n_cut = 0
        for key, (low, high) in ends(result).items():
            above = float(np.mean(naive[key] > (estimate[key] - low) / error[key]))
            below = float(np.mean(naive[key] < (estimate[key] - high) / error[key]))
            for beyond, cut in ((above, low == 0.0), (below, high == 1.0)):
                # An end that is cut off leaves more outside.
                assert beyond == pytest.approx(tail, abs=slack) or (cut and beyond > tail), key
                n_cut += cut
        # Three quarters of the ends, or more, are compared on both sides.
        assert n_cut < len(estimate) / 2


def test_quantiles_are_interpolated_linearly() -> None:
    # Three draws: the outer ones are the quantiles 0 and 1, the middle one 1/2, and 1/4 lies halfway (type 7).
    values, group, _ = regions(36, (60, 50, 70))
    outer, inner, half = (
        ends(rgm.dagum_gini(None, values, group=group, bootstrap=3, confidence=confidence, seed=4))
        for confidence in (1 - 1e-15, 1e-15, 0.5)
    )
    for key in OVERALL:
        low, high, middle = *outer[key], inner[key][0]
        assert 0.0 < low < middle < high < 1.0
        # The levels are 1e-15 off; the ends keep all but some eps.
        assert half[key] == pytest.approx(((low + middle) / 2, (middle + high) / 2), rel=100 * EPS, abs=0.0)


# What intervals must be like


def test_interval_tables_repeat_the_estimates() -> None:
    values, group, weight = regions(23)
    result = rgm.dagum_gini(None, values, group=group, weight=weight, bootstrap=3, seed=1)
    assert result.overall_intervals["estimate"].to_list() == result.overall.iloc[0].to_list()
    assert result.within_intervals["estimate"].to_list() == result.within["gini"].to_list()
    wide = result.between_intervals.pivot(index=["group_a", "group_b"], columns="statistic", values="estimate")
    pd.testing.assert_frame_equal(
        wide[["gini", "distance"]].reset_index(), result.between, check_names=False, check_exact=True
    )


def test_widths_shrink_with_the_root_of_n() -> None:
    values, group, _ = regions(27)
    widths = []
    for times in (1, 16):
        repeated = [np.tile(each, times * 4) for each in (values, group)]
        result = rgm.dagum_gini(None, repeated[0], group=repeated[1], bootstrap=4000, seed=28)
        widths.append(result.overall_intervals["high"] - result.overall_intervals["low"])
    # The same distribution with 16 times the units. An end is off by √(0.025 · 0.975/4000)/φ(1.96) = 0.042 standard
    # deviations, a width of 3.92 by 1.5 %, a ratio by 2.2 %: four of these, and 2 % for the tails of t* at n = 124.
    assert (widths[0] / widths[1]).to_list() == pytest.approx([4.0] * 7, rel=0.11)


def test_jackknife_and_bootstrap_agree_in_a_large_sample() -> None:
    values, group, weight = regions(29, (700, 500, 800))
    drawn, around = (
        rgm.dagum_gini(None, values, group=group, weight=weight, bootstrap=bootstrap, seed=30)
        for bootstrap in (4000, 0)
    )
    for key, (low, high) in ends(around).items():
        width = ends(drawn)[key][1] - ends(drawn)[key][0]
        # A width is off by 1.5 % (as above): four of these, and 5 % for the skewness that Student's t ignores.
        assert width == pytest.approx(high - low, rel=0.11), key


@pytest.mark.parametrize("weight", [None, [0.3, 0.7, 1.1, 0.2, 0.9, 2.3, 0.6, 1.7, 0.4]])
def test_constant_groups_do_not_vary(weight: list[float] | None) -> None:
    y, group = [0.4] * 5 + [0.9] * 3 + [0.1], [0] * 5 + [1] * 3 + [2]
    result = rgm.dagum_gini(None, y, group=group, weight=weight, bootstrap=50, seed=1)
    found = ends(result)
    assert found["gini", 0, 1] == pytest.approx((5 / 13, 5 / 13), rel=100 * EPS, abs=0.0)
    assert found["gini", 1, 2] == pytest.approx((8 / 10, 8 / 10), rel=100 * EPS, abs=0.0)
    for key in ("within", "transvariation", "share_within", "share_transvariation", ("gini", 0), ("gini", 1)):
        assert found[key] == (0.0, 0.0), key
    for key in ("share_between", ("distance", 0, 1), ("distance", 0, 2), ("distance", 1, 2)):
        assert found[key] == (1.0, 1.0), key
    # Unequal weights let the total vary, though not the pairs.
    assert (found["gini"][1] - found["gini"][0] > 0.01) == (weight is not None)


# Seeds and threads


def test_periods_are_drawn_independently() -> None:
    values, group, _ = regions(31)
    panel = [np.tile(values, 2), np.tile(group, 2), np.repeat([2011, 2015], len(values))]
    result = rgm.dagum_gini(None, panel[0], group=panel[1], time=panel[2], bootstrap=100, confidence=0.5, seed=32)
    first, second = (rows.reset_index(drop=True) for _, rows in result.overall_intervals.groupby("time"))
    assert first["standard_error"].to_list() == second["standard_error"].to_list()
    assert (first["low"] != second["low"]).all()


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    values, group, weight = regions(33)
    # At half no end is cut.
    one, again, other = (
        rgm.dagum_gini(None, values, group=group, weight=weight, bootstrap=200, confidence=0.5, seed=seed)
        for seed in (7, 7, 8)
    )
    assert_same_tables(one, again)
    assert (one.overall_intervals["low"] != other.overall_intervals["low"]).all()
    assert (one.overall_intervals["high"] != other.overall_intervals["high"]).all()
    assert one.overall_intervals["standard_error"].equals(other.overall_intervals["standard_error"])
    assert (one.seed, other.seed, one.bootstrap) == (7, 8, 200)
    assert one.notes[0].endswith("Intervals (50 %): studentised bootstrap within groups, 200 replicates, seed 7.")


def test_a_replicate_does_not_depend_on_how_many_there_are() -> None:
    # At this level one replicate is both ends of its interval, and two replicates are one end each.
    values, group, _ = regions(34)
    first, both = (rgm.dagum_gini(None, values, group=group, bootstrap=n, confidence=0.999999, seed=3) for n in (1, 2))
    draw = column(first, "low")["gini"]
    assert draw == column(first, "high")["gini"]
    # Quantiles at 5e-7 of the way between two draws.
    low, high = ends(both)["gini"]
    assert min(abs(end - draw) for end in (low, high)) <= 1e-6 * (high - low)
    assert high > low


def test_a_drawn_seed_is_recorded_and_reproduces_the_result() -> None:
    values, group, _ = regions(35)
    one, two = (rgm.dagum_gini(None, values, group=group, bootstrap=100) for _ in range(2))
    assert one.seed is not None
    assert one.seed != two.seed
    assert not one.overall_intervals.equals(two.overall_intervals)
    assert_same_tables(one, rgm.dagum_gini(None, values, group=group, bootstrap=100, seed=one.seed))


@pytest.fixture
def _threads() -> Iterator[None]:
    yield
    rgm.set_threads()


@pytest.mark.usefixtures("_threads")
def test_one_thread_and_three_share_out_the_replicates_alike() -> None:
    values, group, weight = (np.tile(each, 3) for each in regions(38))
    time = np.repeat([2007, 2011, 2015], len(values) // 3)
    results = []
    for threads in (1, 3):
        assert rgm.set_threads(threads) == threads
        results.append(rgm.dagum_gini(None, values, group=group, time=time, weight=weight, bootstrap=501, seed=39))
    assert_same_tables(*results)


@pytest.mark.usefixtures("_threads")
@pytest.mark.parametrize("weighted", [False, True])
def test_one_thread_and_three_give_the_same_bits(weighted: bool) -> None:
    rng = np.random.default_rng(36)
    # Cells of more than 2^16 units are sorted, and samples of more than 2^12 swept, in parallel; ties abound.
    n = 400_000
    group, period = rng.choice(3, size=n, p=[0.2, 0.3, 0.5]), rng.integers(2, size=n)
    values = np.round(rng.lognormal(0.2 * group, 0.6), 2)
    weight = rng.integers(1, 5, n) / 3.0 if weighted else None
    results = []
    for threads in (1, 3):
        assert rgm.set_threads(threads) == threads
        results.append(rgm.dagum_gini(None, values, group=group, time=period, weight=weight, bootstrap=6, seed=37))
    assert results[0].within["n"].max() > 2**16
    assert_same_tables(*results)
