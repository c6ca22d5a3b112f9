"""Local G, Moran's I and local Moran's I: exact oracles, another program, identities, permutations."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
import spatial_oracles as oracles
from regiometrics.weights import SpatialWeights

CASES = json.loads((Path(__file__).parents[1] / "golden" / "spatial_spdep.json").read_text(encoding="utf-8"))["cases"]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    rgm.set_threads(None)


def links_of(weights: SpatialWeights) -> list[dict[int, float]]:
    ends = itertools.pairwise(weights.indptr.tolist())
    indices, data = weights.indices.tolist(), weights.data.tolist()
    return [dict(zip(indices[a:b], data[a:b], strict=True)) for a, b in ends]


def sample(kind: str, n: int = 40) -> tuple[SpatialWeights, list[float]]:
    random = np.random.default_rng(7)
    x, y = random.random(n), random.random(n)
    values = random.lognormal(size=n)
    options = {
        "binary": {},
        "row-standardised": {"row_standardize": True},
        "inverse distance": {"power": 1.0},
        "inverse distance, row-standardised": {"power": 2.0, "row_standardize": True},
        "offset": {},
        "outlier": {},
    }[kind]
    if kind == "offset":
        values = 1e9 + np.round(values, 3)
    if kind == "outlier":
        # Nearly all variance is that of one unit.
        values[5] = 1e9
    return rgm.weights.knn(None, x=x, y=y, k=5, metric="planar", **options), values.tolist()


KINDS = [
    "binary",
    "row-standardised",
    "inverse distance",
    "inverse distance, row-standardised",
    "offset",
    "outlier",
]


def close(found: Any, expected: Any, scale: float = 1.0) -> None:
    """Agree to 1e-12, relative to the number or to `scale`: a z near zero is a difference of numbers of size one."""
    np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=1e-12, atol=1e-12 * scale)


# The textbook in exact fractions


@pytest.mark.parametrize("star", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_local_g_is_that_of_the_formula(kind: str, star: bool) -> None:
    weights, values = sample(kind)
    table = rgm.local_g(None, values, weights=weights, star=star).table
    close(table["z"], oracles.local_g(values, links_of(weights), star=star))
    parts = (table["spatial_lag"] - table["expected"]) / table["standard_deviation"]
    # The parts are rounded at the size of the values, 1e9 ± 1 for the offset.
    np.testing.assert_allclose(parts, table["z"], atol=1e-5 if kind == "offset" else 1e-9)


def test_a_given_weight_of_the_unit_itself() -> None:
    weights, values = sample("inverse distance")
    z = rgm.local_g(None, values, weights=weights, self_weight=0.5).table["z"]
    close(z, oracles.local_g(values, links_of(weights), star=True, self_weight=0.5))


@pytest.mark.parametrize("variance", ["conditional", "total"])
@pytest.mark.parametrize("kind", KINDS)
def test_local_moran_is_that_of_the_formula(kind: str, variance: str) -> None:
    weights, values = sample(kind)
    table = rgm.local_moran(None, values, weights=weights, variance=variance).table
    expected = pd.DataFrame(oracles.local_moran(values, links_of(weights), conditional=variance == "conditional"))
    for name in ("local_i", "expected", "variance"):
        close(table[name], expected[name], scale=float(expected[name].abs().max()))
    close(table["z"], expected["z"])


@pytest.mark.parametrize("kind", KINDS)
def test_moran_is_that_of_the_formula(kind: str) -> None:
    weights, values = sample(kind)
    row = rgm.moran(None, values, weights=weights).table.iloc[0]
    expected = oracles.moran(values, links_of(weights))
    for name, number in expected.items():
        # z divides a difference by a small standard deviation, some tenth of it.
        close(row[name], number, scale=10.0 if name.startswith("z") else 1.0)


# Another program


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_all_agree_with_spdep(case: dict[str, Any]) -> None:
    n = len(case["x"])
    source = np.repeat(np.arange(n), [len(row) for row in case["neighbours"]])
    target, weight = np.concatenate(case["neighbours"]), np.concatenate(case["weights"])
    weights = rgm.weights.from_edges(None, source=source, target=target, weight=weight, ids=range(n))
    # JSON has 15 digits, and spdep takes variances as differences of squares.
    tolerance: dict[str, Any] = {"rtol": 1e-11, "atol": 1e-11}
    for star, name in ((True, "g_star"), (False, "g")):
        z = rgm.local_g(None, case["x"], weights=weights, star=star).table["z"]
        np.testing.assert_allclose(z, case[name], **tolerance)
    for variance in ("conditional", "total"):
        table = rgm.local_moran(None, case["x"], weights=weights, variance=variance).table
        theirs = case["local_moran"][variance]
        names = {"local_i": "I", "expected": "E", "variance": "V", "z": "z", "p_normal": "p"}
        for ours, name in names.items():
            np.testing.assert_allclose(table[ours], theirs[name], **tolerance)
    row = rgm.moran(None, case["x"], weights=weights).table.iloc[0]
    for assumption in ("randomization", "normality"):
        theirs = case["moran"][assumption]
        found = [row[name] for name in ("moran_i", "expected", f"variance_{assumption}", f"z_{assumption}")]
        np.testing.assert_allclose(found, [theirs[name] for name in "IEVz"], **tolerance)
        np.testing.assert_allclose(row[f"p_{assumption}"], theirs["p"], **tolerance)


# Identities and invariances


def test_the_scale_of_weights_and_values_does_not_matter_to_z() -> None:
    weights, values = sample("inverse distance")
    z = rgm.local_g(None, values, weights=weights).table["z"]
    close(rgm.local_g(None, values, weights=weights.row_standardize()).table["z"], z)
    close(rgm.local_g(None, -3.5 + 0.7 * np.array(values), weights=weights).table["z"], z, scale=10.0)
    close(rgm.local_g(None, -np.array(values), weights=weights).table["z"], -z)


def test_squared_weights_differ_from_sums_where_rows_are_standardised() -> None:
    # With W = 1, S₁ = Σ w² is 1/6 for six equal weights; taken as 1, z would be too small by about √6.
    weights, values = sample("row-standardised")
    z = rgm.local_g(None, values, weights=weights).table["z"].to_numpy()
    n, k = 40, 6
    wrong = np.sqrt((n / k - 1) / (n - 1))
    assert np.abs(z).max() > 1.0
    lag = rgm.local_g(None, values, weights=weights).table
    ratio = lag["standard_deviation"] / (np.std(values) * 1.2 * wrong)
    # Rows are 1/5 each with 1/5 for the unit itself: six weights that add up to 1.2.
    np.testing.assert_allclose(ratio, 1.0, rtol=1e-12)


def test_order_of_rows_does_not_matter() -> None:
    weights, values = sample("binary")
    data = pd.DataFrame({"unit": range(40), "y": values})
    options: dict[str, Any] = {"weights": weights, "unit": "unit", "permutations": 99, "seed": 3}
    expected = rgm.local_g(data, "y", **options).table
    shuffled = rgm.local_g(data.sample(frac=1.0, random_state=2), "y", **options).table
    pd.testing.assert_frame_equal(shuffled.sort_values("unit", ignore_index=True), expected)


def test_a_panel_is_a_loop_over_periods() -> None:
    weights, values = sample("row-standardised")
    other = np.random.default_rng(3).permutation(values)
    both = pd.DataFrame({"unit": [*range(40)] * 2, "year": [2011] * 40 + [2012] * 40, "y": [*values, *other]})
    options: dict[str, Any] = {"weights": weights, "unit": "unit", "adjust": "fdr_bh"}
    result = rgm.local_g(both, "y", time="year", **options)
    for year, rows in both.groupby("year"):
        alone = rgm.local_g(rows, "y", **options).table
        inside = result.table[result.table["time"] == year].drop(columns="time").reset_index(drop=True)
        pd.testing.assert_frame_equal(inside, alone)
    counts = result.counts.groupby("time")["n"].sum()
    assert counts.to_dict() == {2011: 40, 2012: 40}
    table = rgm.moran(both, "y", time="year", weights=weights, unit="unit").table
    expected = [rgm.moran(None, each, weights=weights).table["moran_i"].item() for each in (values, other)]
    assert table["moran_i"].tolist() == expected


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
@pytest.mark.parametrize("method", [rgm.local_g, rgm.local_moran, rgm.moran])
def test_every_library_gives_the_same_bits_in_its_own_frames(method: Any, convert: Any) -> None:
    weights, values = sample("binary")
    data = pd.DataFrame({"unit": range(40), "year": 2020, "y": values})
    options: dict[str, Any] = {"weights": weights, "unit": "unit", "time": "year", "permutations": 19, "seed": 1}
    expected, result = method(data, "y", **options), method(convert(data), "y", **options)
    for name in result._tables:
        ours, theirs = getattr(result, name), getattr(expected, name)
        assert type(ours) is type(convert(data))
        for column in theirs.columns:
            found = nw.from_native(ours)[column].to_list()
            assert found == theirs[column].tolist() or np.array_equal(found, theirs[column], equal_nan=True)


def test_threads_do_not_change_the_bits() -> None:
    weights, values = sample("inverse distance", n=400)
    results = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        results.append(rgm.local_g(None, values, weights=weights, permutations=99, seed=5).table["p_permutation"])
    assert results[0].equals(results[1])


# Permutations


def test_permutations_of_few_units_come_to_the_exact_distribution() -> None:
    # Unit 0 of five has two neighbours: 4 · 3 ordered choices of two others, each equally likely.
    values, weights = [3.0, 1.0, 2.0, 4.0, 7.0], {1: 1.0, 2: 0.5}
    edges = {"source": [0, 0, 1, 2, 3, 4], "target": [1, 2, 0, 0, 4, 3], "weight": [1.0, 0.5, 1, 1, 1, 1]}
    links = rgm.weights.from_edges(None, **edges)
    lags = [weights[1] * a + weights[2] * b for a, b in itertools.permutations(values[1:], 2)]
    observed = 1.0 * 1.0 + 0.5 * 2.0
    share = min(np.mean(np.array(lags) >= observed), np.mean(np.array(lags) <= observed))
    draws = 20_000
    p = rgm.local_g(None, values, weights=links, permutations=draws, seed=11).table["p_permutation"][0]
    # Five standard errors of a share of 20000 draws.
    assert p == pytest.approx(2 * share, abs=5 * 2 * math.sqrt(share * (1 - share) / draws) + 2 / draws)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25])
def test_draws_have_the_moments_of_the_formula(k: int) -> None:
    # Each number of neighbours has its own loop: the share of draws above the observed lag is that of its distribution.
    random = np.random.default_rng(k)
    n = 300
    x, y, values = random.random(n), random.random(n), random.normal(size=n)
    weights = rgm.weights.knn(None, x=x, y=y, k=k, metric="planar", power=0.5)
    table = rgm.local_g(None, values, weights=weights, star=False, permutations=999, seed=k).table
    # Sums of normal values are nearly normal: both p-values agree but for the noise of 999 draws, whose standard error
    # is 2 √(p/2 (1 − p/2)/999) < 0.032, and for one part in 999.
    difference = (table["p_permutation"] - table["p_normal"]).to_numpy()
    assert np.abs(difference).max() < 0.16
    assert abs(difference.mean()) < 0.006


def test_p_values_are_uniform_where_nothing_clusters() -> None:
    random = np.random.default_rng(2)
    weights = rgm.weights.knn(None, x=random.random(60), y=random.random(60), k=6, metric="planar")
    years = np.repeat(np.arange(60), 60)
    data = pd.DataFrame({"unit": np.tile(np.arange(60), 60), "year": years, "y": random.lognormal(size=3600)})
    options: dict[str, Any] = {"weights": weights, "unit": "unit", "time": "year", "permutations": 199, "seed": 9}
    local = rgm.local_moran(data, "y", **options).table["p_permutation"]
    # Neighbours share values, so that 3600 p-values count for some 3600/7 independent ones: five standard errors.
    for level in (0.05, 0.1, 0.5):
        assert abs((local <= level).mean() - level) < 5 * math.sqrt(level * (1 - level) * 7 / 3600)
    whole = rgm.moran(data, "y", **options).table["p_permutation"]
    for level in (0.1, 0.5):
        assert abs((whole <= level).mean() - level) < 5 * math.sqrt(level * (1 - level) / 60)


def test_tied_values_count_on_both_sides() -> None:
    # Unit 0 has three of four others as neighbours, of whom two are 0.1 + 0.2 = 0.3, which double precision denies:
    # every draw of {0.1, 0.2, 0.6} and {0.3, 0.6, 0.0} has the same lag.
    values = [9.0, 0.1, 0.2, 0.6, 0.3, 0.0]
    links = {0: [1, 2, 3], 1: [0], 2: [0], 3: [0], 4: [0], 5: [0]}
    source = [unit for unit, others in links.items() for _ in others]
    target = [other for others in links.values() for other in others]
    weights = rgm.weights.from_edges(None, source=source, target=target)
    lags = [round(sum(each), 9) for each in itertools.combinations(values[1:], 3)]
    assert lags.count(0.9) == 2
    share = min(np.mean(np.array(lags) >= 0.9), np.mean(np.array(lags) <= 0.9))
    p = rgm.local_moran(None, values, weights=weights, permutations=9999, seed=1).table["p_permutation"][0]
    assert p == pytest.approx(2 * share, abs=5 * 2 * math.sqrt(share * (1 - share) / 9999) + 2e-4)


def test_the_seed_is_recorded_and_repeats_the_result() -> None:
    weights, values = sample("binary")
    first = rgm.local_moran(None, values, weights=weights, permutations=99)
    again = rgm.local_moran(None, values, weights=weights, permutations=99, seed=first.seed)
    assert first.table.equals(again.table)
    assert first.table["p_permutation"].min() >= 2 / 100


# Classes


def test_hot_spots_by_confidence_and_by_class() -> None:
    # A plateau of high values at one end of a line, of low ones at the other.
    values = np.array([20.0] * 6 + [10.0, 10.5] * 15 + [0.0] * 6) + np.random.default_rng(1).random(42)
    n = len(values)
    weights = rgm.weights.knn(None, x=np.arange(n), y=np.zeros(n), k=4)
    result = rgm.local_g(None, values, weights=weights)
    table = result.table
    z = table["z"].to_numpy()
    p = np.array([math.erfc(abs(each) / math.sqrt(2)) for each in z])
    # erfc of the platform and ours: some ulp each, and z² ulp for the argument.
    np.testing.assert_allclose(table["p_normal"], p, rtol=1e-13)
    names = np.select([p <= 0.01, p <= 0.05, p <= 0.1], ["99%", "95%", "90%"], "")
    sides = np.where(z > 0, "hot spot ", "cold spot ")
    expected = [side + name if name else "not significant" for side, name in zip(sides, names, strict=True)]
    assert table["hotspot"].tolist() == expected
    assert {"hot spot 99%", "cold spot 99%", "not significant"} <= set(expected)
    classes = rgm.classify(z, k=4, method="natural_breaks").codes
    names = np.array(["", "cold", "transition", "sub-hot", "hot"])[classes]
    assert table["z_class"].tolist() == names.tolist()
    quantiles = rgm.local_g(None, values, weights=weights, z_method="quantiles")
    assert quantiles.z_breaks["upper"].tolist() == rgm.classify(z, k=4).breaks.tolist()
    counts = result.counts.set_index("hotspot")["n"]
    assert counts[counts > 0].to_dict() == table["hotspot"].value_counts().pipe(lambda each: each[each > 0]).to_dict()


def test_sums_that_differ_by_their_order_only_are_in_one_class() -> None:
    # One or two ones among five values: two different z, of which four differ in double precision.
    values = np.isin(np.arange(12), [2, 3, 7]).astype(float)
    weights = rgm.weights.knn(None, x=np.arange(12), y=np.zeros(12), k=4)
    with pytest.warns(rgm.RegiometricsWarning, match="too few different values for four classes: 2"):
        table = rgm.local_g(None, values, weights=weights).table
    assert table["z"].nunique() == 4
    assert table["z_class"].tolist() == ["hot" if lag == 2.0 else "cold" for lag in table["spatial_lag"]]


def test_a_high_value_among_low_ones_is_no_hot_spot_of_its_neighbours() -> None:
    values = np.r_[[0.0] * 4, 30.0, [0.0] * 4, np.tile([9.0, 11.0], 20)]
    weights = rgm.weights.knn(None, x=np.arange(len(values)), y=np.zeros(len(values)), k=2)
    table = rgm.local_g(None, values, weights=weights, permutations=999, seed=1).table
    assert table["z"][4] > 0.0
    assert table["p_permutation"][4] < 0.1
    assert table["hotspot"][4] == "not significant"


def test_quadrants_and_clusters() -> None:
    values = [20.0] * 6 + [10.0, 10.5] * 15 + [0.0] * 6
    values[2] = 1.0
    weights = rgm.weights.knn(None, x=np.arange(42), y=np.zeros(42), k=4, row_standardize=True)
    table = rgm.local_moran(None, values, weights=weights).table
    score = (np.array(values) - np.mean(values)) / np.std(values)
    close(table["score"], score)
    close(table["spatial_lag"], weights.lag(score))
    quadrant = np.where(
        table["spatial_lag"] > 0,
        np.where(score > 0, "high-high", "low-high"),
        np.where(score > 0, "high-low", "low-low"),
    )
    assert table["quadrant"].tolist() == quadrant.tolist()
    significant = table["p_value"] <= 0.05
    assert table["cluster"].tolist() == np.where(significant, quadrant, "not significant").tolist()
    assert {"low-high", "low-low", "high-high"} <= set(table["cluster"])
    strict = rgm.local_moran(None, values, weights=weights, confidence=0.999).table["cluster"]
    assert (strict == "not significant").sum() > (~significant).sum()


def test_adjusted_p_values_are_those_of_scipy() -> None:
    from scipy.stats import false_discovery_control

    weights, values = sample("binary")
    plain = rgm.local_g(None, values, weights=weights).table["p_value"]
    for ours, theirs in (("fdr_bh", "bh"), ("fdr_by", "by")):
        table = rgm.local_g(None, values, weights=weights, adjust=ours).table
        np.testing.assert_allclose(table["p_value"], false_discovery_control(plain, method=theirs), rtol=1e-14)
        assert table["p_normal"].equals(plain.rename("p_normal"))
    bonferroni = rgm.local_g(None, values, weights=weights, adjust="bonferroni").table["p_value"]
    np.testing.assert_allclose(bonferroni, np.minimum(1.0, 40 * plain), rtol=1e-15)
