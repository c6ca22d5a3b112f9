"""Modes of kernel densities by hand and by brute force, and Silverman's test of their number."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
import scipy.optimize
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from kde_oracles import KERNELS, modes, two_groups

# Modes


def test_two_values_part_at_two_bandwidths() -> None:
    # The classical case: two equal bells are one hill as long as they are no more than two deviations apart.
    assert len(modes([-0.9999, 0.9999])) == 1
    assert len(modes([-1.0001, 1.0001])) == 2
    far = modes([-2.0, 2.0])
    assert far["share"].to_numpy() == pytest.approx([0.5, 0.5], abs=1e-14)
    # A root of φ′(x + 2) + φ′(x − 2).
    expected = scipy.optimize.brentq(
        lambda x: -(x + 2) * math.exp(-((x + 2) ** 2) / 2) - (x - 2) * math.exp(-((x - 2) ** 2) / 2), 1, 3, xtol=1e-14
    )
    assert far["position"].to_numpy() == pytest.approx([-expected, expected], abs=1e-12)
    phi = scipy.stats.norm.pdf
    height = (phi(expected - 2) + phi(expected + 2)) / 2
    assert far["height"].to_numpy() == pytest.approx([height] * 2, rel=1e-13)
    # Neither is the higher, so that both stand out from the ends; one that is lower stands out from the valley.
    assert far["prominence"].to_numpy() == pytest.approx([height] * 2, rel=1e-9)
    lower = modes([-2.0, 2.0], weight=[1.0, 0.9])
    assert lower["prominence"].iloc[0] == lower["height"].iloc[0]
    assert lower["height"].iloc[1] - lower["prominence"].iloc[1] == pytest.approx(phi(2), abs=1e-3)


def brute_modes(values: np.ndarray, weights: np.ndarray, h: float) -> list[float]:
    """Return the modes from signs of the derivative on a grid of 1/400 bandwidth."""
    x = np.arange(values.min() - h, values.max() + h, h / 400)
    u = (x[:, None] - values) / h
    slope = (-u * np.exp(-u * u / 2) * weights).sum(1)
    turning = np.flatnonzero((slope[:-1] > 0) & (slope[1:] <= 0))
    return [float(x[k] + (x[k + 1] - x[k]) * slope[k] / (slope[k] - slope[k + 1])) for k in turning]


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 40), st.floats(0.05, 1.5), st.integers(0, 10_000))
def test_modes_are_those_of_the_derivative(n: int, h: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    values, weights = random.normal(size=n) * 2.0, random.uniform(0.2, 3.0, n)
    found = modes(values, h, weight=weights)["position"].to_numpy()
    expected = brute_modes(values, weights, h)
    assert len(found) == len(expected)
    # Straight lines through a derivative at 1/400 of a bandwidth.
    assert found == pytest.approx(expected, abs=1e-3 * h)


def test_every_isolated_value_is_a_mode_however_small() -> None:
    # A million values in one hill and three alone: their hills are 1e-5 of the peak.
    values = np.concatenate([np.random.default_rng(1).uniform(-1, 1, 1_000_000), [20.0, 30.0, 31.5]])
    found = modes(values, 0.4)
    assert found["position"].to_numpy()[1:] == pytest.approx([20.0, 30.0, 31.5], abs=0.02)
    assert len(found) == 4
    assert found["share"].to_numpy()[1:] == pytest.approx([1e-6] * 3, rel=1e-3)


def test_modes_from_bins_are_those_of_the_definition() -> None:
    values = two_groups(4000, seed=5)
    for h in (0.05, 0.1, 0.3, 1.0):
        binned, direct = (modes(values, h, tolerance=tolerance) for tolerance in (1e-6, 0))
        assert len(binned) == len(direct)
        for column in binned.columns:
            # Heights within the tolerance; where a hill is flat, places move by the root of it.
            assert binned[column].to_numpy() == pytest.approx(direct[column].to_numpy(), rel=1e-3, abs=1e-6), column


def test_rounding_makes_no_modes_of_a_plateau() -> None:
    # Evenly spaced values, a bandwidth of three steps: the ripple is exp(−2π²·9) = 1e-77 of the height.
    for n in (300, 5000):
        assert len(modes(np.arange(n, dtype=float), 3.0)) == 1
    assert len(modes(np.arange(300.0) + 1e9, 3.0)) == 1


@pytest.mark.parametrize("kernel", KERNELS)
def test_well_parted_groups_are_modes_of_every_kernel(kernel: str) -> None:
    random = np.random.default_rng(2)
    for n in (90, 9000):
        values = np.concatenate([random.normal(place, 0.05, n // 3) for place in (0, 10, 20)])
        found = modes(values, 1.0, kernel=kernel)
        assert found["position"].to_numpy() == pytest.approx([0, 10, 20], abs=0.3)
        assert found["share"].to_numpy() == pytest.approx([1 / 3] * 3, abs=1e-3)
        # Half the height of a kernel of deviation 1 lies between 0.9 and 2.4 from its middle.
        assert found["width"].between(1.7, 4.0).all()


@pytest.mark.parametrize("kernel", ["epanechnikov", "biweight", "triweight", "cosine", "triangular", "uniform"])
def test_modes_of_kernels_with_ends_are_those_of_a_fine_grid(kernel: str) -> None:
    values = two_groups(40, seed=6)
    result = rgm.kde(None, values, kernel=kernel, bandwidth=0.7, grid_size=400_001)
    density = result.curves["density"].to_numpy()
    steps = np.sign(np.where(np.abs(np.diff(density)) > 1e-12, np.diff(density), 0.0))
    steps = steps[steps != 0]
    # Rises that are followed by falls; on so fine a grid no hill is missed.
    assert len(result.modes) == int(((steps[:-1] > 0) & (steps[1:] < 0)).sum())


def test_a_mode_can_stand_at_the_bound() -> None:
    # Exponential values pile up at zero.
    values = np.random.default_rng(3).exponential(size=400)
    for n in (400, 40_000):
        values = np.random.default_rng(3).exponential(size=n)
        found = modes(values, 0.4, support=(0, None))
        assert found["position"].iloc[0] == 0.0
        # E f̂(0) = 2 ∫ φ(u) exp(−0.4 u) du over u > 0 = 2 exp(0.08) (1 − Φ(0.4)) = 0.747.
        assert found["height"].iloc[0] == pytest.approx(0.747, abs=0.1)


def test_prominence_and_width_of_three_hills() -> None:
    # Bells of weight 4, 2, 3 far apart: the middle one stands in a valley of nothing, so that all are as prominent as
    # high.
    found = modes([0.0, 20.0, 40.0], weight=[4, 2, 3])
    assert found["prominence"].to_numpy() == pytest.approx(found["height"].to_numpy(), rel=1e-9)
    assert found["share"].to_numpy() == pytest.approx([4 / 9, 2 / 9, 3 / 9], rel=1e-9)
    assert found["width"].to_numpy() == pytest.approx([2 * math.sqrt(2 * math.log(2))] * 3, rel=1e-8)


# Silverman's test


def test_the_critical_bandwidth_of_two_values_is_half_their_distance() -> None:
    table = rgm.kde(None, [3.0, 7.0], silverman_test=5, seed=1).summary_table
    assert table["critical_bandwidth"].iloc[0] == pytest.approx(2.0, rel=1e-6)


@pytest.mark.parametrize("n", [40, 3000])
def test_at_the_critical_bandwidth_a_mode_appears(n: int) -> None:
    values = two_groups(n)
    for k in (1, 2):
        result = rgm.kde(None, values, silverman_test=1, null_modes=k, seed=1)
        critical = float(result.summary_table["critical_bandwidth"].iloc[0])
        # The merging hill vanishes like a square root: 1e-4 beside is well off it.
        assert len(modes(values, critical * 1.0001)) == k
        assert len(modes(values, critical * 0.999)) > k


def test_the_test_tells_one_hill_from_two() -> None:
    random = np.random.default_rng(4)
    one = rgm.kde(None, random.normal(size=120), silverman_test=200, seed=1).summary_table["p_value"].iloc[0]
    two = rgm.kde(None, two_groups(120), silverman_test=200, seed=1).summary_table["p_value"].iloc[0]
    assert one > 0.2
    assert two < 0.05
    again = rgm.kde(None, two_groups(120), silverman_test=200, null_modes=2, seed=1).summary_table["p_value"].iloc[0]
    assert again > 0.2


def test_p_values_of_one_hill_are_not_small_too_often() -> None:
    # The test is conservative: in 60 normal samples p ≤ 0.1 in clearly fewer than a quarter.
    random = np.random.default_rng(5)
    data = pd.DataFrame({"x": random.normal(size=60 * 30), "sample": np.repeat(np.arange(60), 30)})
    p = rgm.kde(data, "x", group="sample", silverman_test=60, seed=2).summary_table["p_value"]
    assert (p <= 0.1).mean() < 0.15
    assert p.between(1 / 61, 1.0).all()


def test_no_more_distinct_values_than_modes() -> None:
    table = rgm.kde(None, [1.0, 1.0, 2.0], bandwidth=0.3, silverman_test=20, null_modes=2, seed=1).summary_table
    assert table["critical_bandwidth"].iloc[0] == 0.0
    assert table["p_value"].iloc[0] == 1.0
