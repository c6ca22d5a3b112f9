"""Densities against their definition in 40 digits, for every kernel, with weights and bounds; bandwidths."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import regiometrics as rgm
import scipy.special
import scipy.stats
from kde_oracles import KERNELS, exact_density, isj_equation, two_groups

GOLDEN = Path(__file__).parents[1] / "golden"
PEERS = json.loads((GOLDEN / "kde_peers.json").read_text(encoding="utf-8"))["samples"]
with (GOLDEN / "kde_r.csv").open(encoding="utf-8") as file:
    R = {(row["sample"], row["quantity"]): float(row["value"]) for row in csv.DictReader(file)}

SUPPORTS: dict[str, tuple[float | None, float | None]] = {
    "line": (None, None),
    "from 0": (0.0, None),
    "to 14": (None, 14.0),
    "0 to 14": (0.0, 14.0),
}


def largest_difference(curve: Any, exact: list[Any]) -> float:
    """Return the largest difference from the exact density, relative to its peak."""
    differences = [abs(mp.mpf(float(each)) - other) for each, other in zip(curve, exact, strict=True)]
    return float(max(differences) / max(exact))


def bandwidth(values: Any, rule: Any, **options: Any) -> float:
    return float(rgm.kde(None, values, bandwidth=rule, **options).summary_table["bandwidth"].iloc[0])


# Directly: few values


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("support", SUPPORTS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_few_values_are_exact(kernel: str, support: str, weighted: bool) -> None:
    values = two_groups(25)
    weights = np.arange(25) % 4 + 0.5 if weighted else None
    bounds = SUPPORTS[support]
    result = rgm.kde(
        None, values, weight=weights, kernel=kernel, bandwidth=1.1, support=bounds, grid_size=23, tolerance=0
    )
    exact = exact_density(result.curves["x"], values, 1.1, kernel=kernel, weights=weights, support=bounds)
    bound = result.summary_table["error_bound"].iloc[0]
    assert largest_difference(result.curves["density"], exact) <= bound
    # Sums of 25 terms: some hundred roundings.
    assert bound < 1e-13


@pytest.mark.parametrize("support", [(0.0, 14.0), (0.0, None)])
def test_a_bandwidth_far_wider_than_the_values_loses_no_mass(support: tuple[float, float | None]) -> None:
    values = two_groups(8)
    result = rgm.kde(None, values, bandwidth=60.0, support=support, grid_size=9, cut=9.0)
    exact = exact_density(result.curves["x"], values, 60.0, support=support)
    assert largest_difference(result.curves["density"], exact) <= result.summary_table["error_bound"].iloc[0]
    # Nine standard deviations hold all but 2e-19.
    assert result.summary_table["mass"].iloc[0] == pytest.approx(1.0, abs=1e-14)
    if support[1] is not None:
        # Four widths of smoothing leave a uniform density: the first wave of the heat equation is exp(−(60π/14)²/2).
        assert result.curves["density"].to_numpy() == pytest.approx(1.0 / 14.0, rel=1e-12)


@pytest.mark.parametrize("offset", [1e9, -1e9, 1e6])
def test_values_far_from_zero_lose_no_digits(offset: float) -> None:
    # The spread is one: shifted values are rounded to 1e-7, so that they themselves are the sample.
    values = np.random.default_rng(2).normal(size=40) + offset
    result = rgm.kde(None, values, grid_size=31)
    h = float(result.summary_table["bandwidth"].iloc[0])
    exact = exact_density(result.curves["x"], values, h)
    assert largest_difference(result.curves["density"], exact) <= result.summary_table["error_bound"].iloc[0] <= 1e-13
    deviation, quartiles = np.std(values - offset, ddof=1), np.quantile(values - offset, [0.25, 0.75])
    assert h == pytest.approx(0.9 * min(deviation, np.ptp(quartiles) / 1.34) * 40**-0.2, rel=1e-12)


@pytest.mark.parametrize("scale", [1e-280, 1e-12, 1e12, 1e280])
def test_units_do_not_matter(scale: float) -> None:
    values = two_groups(60)
    plain, scaled = rgm.kde(None, values), rgm.kde(None, values * scale)
    # Places are rounded upwards to digits that 511 steps share: 511 units in the last place of 14, and no more.
    for name, factor in (("x", scale), ("density", 1.0 / scale)):
        assert scaled.curves[name].to_numpy() / factor == pytest.approx(plain.curves[name].to_numpy(), abs=4e-12)
    assert scaled.modes["position"].to_numpy() / scale == pytest.approx(plain.modes["position"].to_numpy(), rel=1e-9)


# In bins: many values


def repeated(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return 40 values with how often each stands in a sample of n, so that 40 digits are quick to sum."""
    counts = np.random.default_rng(4).multinomial(n, np.full(40, 1 / 40))
    return two_groups(40, seed=9), counts


# Only the expansions of the Gaussian and the cosine depend on the tolerance.
TOLERANCES = [(kernel, 1e-6) for kernel in KERNELS]
TOLERANCES += [(name, t) for name in ("gaussian", "cosine") for t in (1e-3, 1e-10)]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("support", SUPPORTS)
@pytest.mark.parametrize(("kernel", "tolerance"), TOLERANCES)
def test_many_values_are_within_the_tolerance(kernel: str, support: str, weighted: bool, tolerance: float) -> None:
    # More than 2¹⁹ terms with 29 places.
    values, counts = repeated(30_000)
    if weighted:
        # Each value in 600 rows with weights that add up to its count.
        sample = np.tile(values, 600)
        weights = np.tile(counts / 600, 600) * np.repeat([0.5, 1.5], 300 * 40)
    else:
        sample, weights = np.repeat(values, counts), None
    bounds = SUPPORTS[support]
    options: dict[str, Any] = {"kernel": kernel, "bandwidth": 1.1, "support": bounds, "grid_size": 29}
    result = rgm.kde(None, sample, weight=weights, tolerance=tolerance, **options)
    assert "binned" in " ".join(result.notes)
    exact = exact_density(result.curves["x"], values, 1.1, kernel=kernel, weights=counts, support=bounds)
    bound = result.summary_table["error_bound"].iloc[0]
    # What is promised holds, and what is asked for is promised; sums of weights are rounded 30000 times.
    assert largest_difference(result.curves["density"], exact) <= bound + 1e-13
    assert bound <= tolerance


@pytest.mark.parametrize("kernel", KERNELS)
def test_bins_and_definition_agree_on_a_million_values(kernel: str) -> None:
    values = np.random.default_rng(5).lognormal(0.0, 0.6, 1_000_000)
    many = rgm.kde(None, values, kernel=kernel, bandwidth=0.05)
    places = many.curves["x"].to_numpy()[::37]
    density = many.curves["density"].to_numpy()[::37]
    # The definition, at fourteen places, in doubles: sums of a million positive terms are good to 1e-10 and better.
    u = [(place - values) / 0.05 for place in places]
    radius = {
        "epanechnikov": 5,
        "biweight": 7,
        "triweight": 9,
        "triangular": 6,
        "uniform": 3,
        "cosine": 1 / (1 - 8 / np.pi**2),
    }
    if kernel == "gaussian":
        expected = [scipy.stats.norm.pdf(each).mean() for each in u]
    else:
        s = [each / np.sqrt(radius[kernel]) for each in u]
        formula = {
            "epanechnikov": lambda s: 0.75 * (1 - s**2),
            "biweight": lambda s: 15 / 16 * (1 - s**2) ** 2,
            "triweight": lambda s: 35 / 32 * (1 - s**2) ** 3,
            "triangular": lambda s: 1 - abs(s),
            "uniform": lambda s: np.full(len(s), 0.5),
            "cosine": lambda s: np.pi / 4 * np.cos(np.pi * s / 2),
        }[kernel]
        expected = [formula(each[abs(each) <= 1]).sum() / len(each) / np.sqrt(radius[kernel]) for each in s]
    difference = np.max(np.abs(density - np.array(expected) / 0.05)) / density.max()
    assert difference <= many.summary_table["error_bound"].iloc[0] + 1e-11
    assert many.summary_table["error_bound"].iloc[0] <= 1e-6
    assert many.summary_table["mass"].iloc[0] == pytest.approx(1.0, abs=1e-6)


def test_the_tolerance_narrows_the_error() -> None:
    values = two_groups(50_000)
    bounds = [
        rgm.kde(None, values, tolerance=t).summary_table["error_bound"].iloc[0] for t in (1e-2, 1e-4, 1e-8, 1e-12)
    ]
    assert bounds == sorted(bounds, reverse=True)
    assert all(bound <= t for bound, t in zip(bounds, (1e-2, 1e-4, 1e-8, 1e-12), strict=True))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("n", [50, 20_000])
def test_the_mass_is_one(kernel: str, n: int) -> None:
    # The trapezoid rule on a grid that holds everything, where the density and its slope vanish at both ends.
    result = rgm.kde(None, two_groups(n) * 1e6, kernel=kernel, cut=9.0, grid_size=4096)
    x, density = result.curves["x"].to_numpy(), result.curves["density"].to_numpy()
    # A kernel with corners leaves an error of the order (step / bandwidth)² of the rule, one with jumps more.
    tolerance = {"gaussian": 1e-6, "triweight": 1e-6, "uniform": 2e-3}.get(kernel, 1e-5)
    assert np.trapezoid(density, x) == pytest.approx(1.0, abs=tolerance)
    assert result.summary_table["mass"].iloc[0] == pytest.approx(1.0, abs=1e-9)


def test_the_mass_on_the_grid_is_what_the_grid_holds() -> None:
    # One value at 0 with bandwidth 1 and cut 1: Φ(1) − Φ(−1).
    result = rgm.kde(None, [0.0], bandwidth=1.0, cut=1.0)
    assert result.summary_table["mass"].iloc[0] == pytest.approx(scipy.stats.norm.cdf(1) - scipy.stats.norm.cdf(-1))


# Bandwidths


@pytest.mark.parametrize("name", PEERS)
def test_rules_of_thumb_are_those_of_r_and_the_others(name: str) -> None:
    sample = PEERS[name]
    values = np.array(sample["values"])
    # Printed to fifteen digits; sums of 300 terms.
    near = {"rel": 1e-12}
    assert bandwidth(values, "silverman") == pytest.approx(R[name, "bw.nrd0"], **near)
    assert bandwidth(values, "normal_reference") == pytest.approx(R[name, "bw.nrd"], **near)
    assert bandwidth(values, "normal_reference") == pytest.approx(R[name, "bandwidth.nrd"] / 4, **near)
    scipy_kde = scipy.stats.gaussian_kde(values, "scott")
    assert bandwidth(values, "scott") == pytest.approx(float(np.sqrt(scipy_kde.covariance[0, 0])), **near)
    # scikit-learn's rules are for data of deviation one.
    assert bandwidth(values, "scott") == pytest.approx(values.std(ddof=1) * sample["sklearn_scott"], **near)


@pytest.mark.parametrize("name", PEERS)
def test_what_others_call_by_the_same_names(name: str) -> None:
    # The table in docs/methods/kde.md.
    sample = PEERS[name]
    values = np.array(sample["values"])
    n, deviation, quartiles = len(values), values.std(ddof=1), np.ptp(np.quantile(values, [0.25, 0.75]))
    near = {"rel": 1e-9}
    factor = (3 * n / 4) ** -0.2
    normal = scipy.stats.norm.ppf(0.75) * 2
    assert float(np.sqrt(scipy.stats.gaussian_kde(values, "silverman").covariance[0, 0])) == pytest.approx(
        deviation * factor, **near
    )
    assert sample["sklearn_silverman"] == pytest.approx(factor, **near)
    assert sample["kdepy_silverman"] == pytest.approx(min(deviation, quartiles / normal) * factor, **near)
    assert sample["kdepy_scott"] == pytest.approx(min(deviation, quartiles / normal) * n**-0.2, **near)
    least = min(deviation, quartiles / 1.349)
    assert sample["statsmodels_silverman"] == pytest.approx(0.9 * least * n**-0.2, **near)
    assert sample["statsmodels_scott"] == pytest.approx(1.059 * least * n**-0.2, **near)
    assert sample["statsmodels_normal_reference"] == pytest.approx((4 / 3) ** 0.2 * least * n**-0.2, rel=1e-4)


@pytest.mark.parametrize("name", PEERS)
def test_isj_is_that_of_kdepy_once_its_scale_is_set_right(name: str) -> None:
    # Their coefficients come from 1024 bins, of which linear binning damps those that count by some per mille.
    assert bandwidth(PEERS[name]["values"], "isj") == pytest.approx(PEERS[name]["kdepy_isj"], rel=2e-3)


@pytest.mark.parametrize("name", PEERS)
def test_cross_validation_is_that_of_statsmodels_and_r(name: str) -> None:
    sample = PEERS[name]
    # statsmodels stops its search at 1e-3 of the bandwidth, R bins the distances and stops likewise: their criterion
    # is flat at the minimum.
    assert bandwidth(sample["values"], "cv_ls") == pytest.approx(sample["statsmodels_cv_ls"], rel=2e-3)
    assert bandwidth(sample["values"], "cv_ml") == pytest.approx(sample["statsmodels_cv_ml"], rel=2e-3)
    assert bandwidth(sample["values"], "cv_ls") == pytest.approx(R[name, "bw.ucv"], rel=2e-2)


def pairwise_criterion(values: np.ndarray, weights: np.ndarray, h: float, rule: str) -> float:
    """Return the criterion from all pairs: the naive oracle."""
    total = weights.sum()
    bells = scipy.stats.norm.pdf(values[:, None], values, h) * weights
    without = (bells.sum(1) - np.diag(bells)) / (total - weights)
    if rule == "cv_ml":
        return float(-(weights * np.log(without)).sum() / total)
    wide = (scipy.stats.norm.pdf(values[:, None], values, h * np.sqrt(2)) * weights).sum(1) / total
    return float((weights * (wide - 2 * without)).sum() / total)


@pytest.mark.parametrize("rule", ["cv_ml", "cv_ls"])
@pytest.mark.parametrize("n", [150, 1500])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_validation_is_a_minimum_over_all_pairs(rule: str, n: int, weighted: bool) -> None:
    # 150 values are taken in pairs, 1500 in bins.
    values = two_groups(n, seed=3)
    weights = np.arange(n) % 3 + 1.0 if weighted else np.ones(n)
    h = bandwidth(values, rule, weight=weights if weighted else None)
    at, below, above = (pairwise_criterion(values, weights, h * f, rule) for f in (1.0, 0.995, 1.005))
    assert at < below
    assert at < above
    # The vertex of the parabola through three points of the oracle lies at h, to what its third derivative allows.
    vertex = 0.5 * 0.005 * (below - above) / (below + above - 2 * at)
    assert abs(vertex) < 2e-4


@pytest.mark.parametrize("rule", ["cv_ml", "cv_ls"])
def test_cross_validation_of_heavy_tails(rule: str) -> None:
    # Half of a Cauchy sample lies within 1, its ends thousands away, and one value far beyond.
    values = np.append(np.random.default_rng(4).standard_cauchy(2500), 1e9)
    h = bandwidth(values, rule)
    at, below, above = (pairwise_criterion_in_logs(values, h * f, rule) for f in (1.0, 0.99, 1.01))
    assert at < below
    assert at < above


def pairwise_criterion_in_logs(values: np.ndarray, h: float, rule: str) -> float:
    """Return the criterion from all pairs, where no density is lost to underflow."""
    if rule == "cv_ls":
        return pairwise_criterion(values, np.ones(len(values)), h, rule)
    logs = scipy.stats.norm.logpdf(values[:, None], values, h)
    np.fill_diagonal(logs, -np.inf)
    return float(-scipy.special.logsumexp(logs, axis=1).mean())


def test_isj_solves_its_equation() -> None:
    # 120 values enter one by one, 30000 in bins; rounded to one decimal, a third and nearly all of them are ties.
    for n, decimals in ((120, None), (120, 1), (30_000, None), (30_000, 1)):
        values = two_groups(n, seed=12)
        values = values if decimals is None else values.round(decimals)
        h = bandwidth(values, "isj")
        low, spread = values.min(), np.ptp(values)
        distance = isj_equation(values, low - 0.5 * spread, 2.0 * spread)
        t = (h / (2.0 * spread)) ** 2
        # t rises above the right side within 1e-7 of the bandwidth, and nowhere so for a larger t below 0.1.
        assert distance(t * (1 - 2e-7)) < 0 < distance(t * (1 + 2e-7))
        signs = [distance(each) > 0 for each in np.geomspace(t * 1.01, 0.1, 15)]
        assert not any(later and not earlier for earlier, later in itertools.pairwise(signs))


def test_isj_of_rounded_values_is_that_of_the_values() -> None:
    values = np.random.default_rng(8).normal(size=4000)
    exact = bandwidth(values, "isj")
    for decimals in (2, 1):
        assert bandwidth(values.round(decimals), "isj") == pytest.approx(exact, rel=0.02)


def test_isj_finds_narrow_groups_in_a_wide_range() -> None:
    random = np.random.default_rng(13)
    values = np.concatenate([random.normal(0.0, 1.0, 2000), random.normal(2e3, 1.0, 2000)])
    # Each group by itself is normal, n = 2000: its best bandwidth is 1.06 n^(−1/5).
    assert bandwidth(values, "isj") == pytest.approx(1.06 * 2000**-0.2, rel=0.15)


def test_densities_are_those_of_r_scipy_kdepy_and_scikit_learn() -> None:
    for name, sample in PEERS.items():
        values, places = np.array(sample["values"]), np.array(sample["places"])
        for kernel, density in sample["kdepy_densities"].items():
            exact = exact_density(places, values, sample["width"], kernel=kernel, weights=sample["weights"])
            # The oracle and KDEpy's plain sums.
            assert largest_difference(density, exact) < 1e-9, (name, kernel)
        plain = exact_density(places, values, sample["width"])
        assert largest_difference(sample["sklearn_density"], plain) < 1e-9
        for kernel in ("gaussian", "epanechnikov", "biweight", "triangular", "cosine"):
            ours = exact_density(places, values, sample["width"], kernel=kernel)
            printed = [R[name, f"density {kernel} {k}"] for k in range(1, len(places) + 1)]
            # R before 4.4 stretches its grid by half a step of 2¹⁵, that is 1.5e-5; binning adds less.
            assert largest_difference(printed, ours) < 4e-5, (name, kernel)
