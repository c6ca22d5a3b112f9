"""kde: worked cases, modes, Silverman's test, bands, panels, weights, and every refusal."""

from __future__ import annotations

import math
import re
import warnings
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
import scipy.optimize
import scipy.stats
from kde_oracles import KERNELS, modes, two_groups
from regiometrics._densities import KERNELS as OFFERED


def to_pandas(frame: Any) -> pd.DataFrame:
    return nw.from_native(frame, eager_only=True).to_pandas()


def panel(n: int = 240, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    group = random.integers(0, 3, n)
    return pd.DataFrame(
        {
            "year": 2018 + random.integers(0, 2, n),
            "region": np.array(["East", "Central", "West"])[group],
            "gdp": 50_000 * random.lognormal(0.2 * group, 0.5),
            "population": random.integers(1, 9, n),
        }
    )


# Worked by hand


def test_one_value_is_the_kernel_itself() -> None:
    # K of deviation 2 around 3: φ(0)/2 at 3, φ(1)/2 at 5, and the grid from 3 − 3·2 to 3 + 3·2.
    result = rgm.kde(None, [3.0], bandwidth=2.0, grid_size=13)
    assert result.curves["x"].to_list() == [-3.0 + k for k in range(13)]
    phi = scipy.stats.norm.pdf
    assert result.curves["density"].to_numpy() == pytest.approx(phi((result.curves["x"] - 3) / 2) / 2, rel=1e-14)
    mode = result.modes.iloc[0]
    assert (mode["mode"], mode["position"]) == (1, pytest.approx(3.0, abs=1e-9))
    assert mode["height"] == mode["prominence"] == pytest.approx(phi(0) / 2, rel=1e-14)
    # Half the height is at √(2 ln 2) deviations on both sides.
    assert mode["width"] == pytest.approx(4 * math.sqrt(2 * math.log(2)), rel=1e-8)
    assert mode["share"] == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize(
    ("kernel", "peak"),
    [
        # K(0) of the kernel on [−1, 1], over its radius in deviations.
        ("gaussian", 1 / math.sqrt(2 * math.pi)),
        ("epanechnikov", 0.75 / math.sqrt(5)),
        ("biweight", 15 / 16 / math.sqrt(7)),
        ("triweight", 35 / 32 / 3),
        ("triangular", 1 / math.sqrt(6)),
        ("uniform", 0.5 / math.sqrt(3)),
        ("cosine", math.pi / 4 * math.sqrt(1 - 8 / math.pi**2)),
    ],
)
def test_the_bandwidth_is_the_deviation_of_every_kernel(kernel: str, peak: float) -> None:
    result = rgm.kde(None, [0.0], kernel=kernel, bandwidth=1.0, cut=9.0, grid_size=9001)
    x, density = result.curves["x"].to_numpy(), result.curves["density"].to_numpy()
    # The places are rounded to digits that all steps share, so that the middle is 0 up to that.
    assert density.max() == pytest.approx(peak, rel=1e-10)
    # Moments by the rule of rectangles with steps of 0.002; the uniform kernel ends between two of them.
    assert np.average(x**2, weights=density) == pytest.approx(1.0, abs=2e-3 if kernel == "uniform" else 1e-5)


def test_silverman_by_hand() -> None:
    # 1, 2, 3, 4, 5: deviation √2.5 = 1.58, quartiles 2 and 4, 2/1.34 = 1.49 is less.
    assert rgm.kde(None, [5, 1, 4, 2, 3]).summary_table["bandwidth"].iloc[0] == pytest.approx(
        0.9 * 2 / 1.34 * 5**-0.2, rel=1e-14
    )


def test_reflection_by_hand() -> None:
    # One value at 1 and the bound 0: the image is at −1, so that f(0) = 2φ(1), f(2) = φ(1) + φ(3).
    result = rgm.kde(None, [1.0], bandwidth=1.0, support=(0, None), grid_size=5, cut=3.0)
    phi = scipy.stats.norm.pdf
    assert result.curves["x"].to_list() == [0, 1, 2, 3, 4]
    expected = [phi(x - 1) + phi(x + 1) for x in range(5)]
    assert result.curves["density"].to_numpy() == pytest.approx(expected, rel=1e-14)


def test_a_bound_that_no_density_touches_changes_nothing() -> None:
    values = two_groups(50) + 1e6
    free, bound = rgm.kde(None, values), rgm.kde(None, values, support=(0, 1e9))
    pd.testing.assert_frame_equal(free.curves, bound.curves)


# Bands


def test_bands_are_percentiles_of_resampled_densities() -> None:
    # With two values a replicate has 0, 1 or 2 copies of the first: the 95 % band is from none to two of it.
    result = rgm.kde(None, [0.0, 10.0], bandwidth=1.0, bootstrap=400, seed=1, grid_size=21, cut=5.0)
    at = result.curves.set_index("x").loc[0.0]
    peak = scipy.stats.norm.pdf(0)
    assert (at["low"], at["high"]) == (pytest.approx(0.0, abs=1e-20), pytest.approx(peak, rel=1e-12))
    assert at["density"] == pytest.approx(peak / 2, rel=1e-12)


def test_the_width_of_bands_is_that_of_theory() -> None:
    # Var f̂(x) = (mean of K²/h² − f²)/n; normal percentiles of 1000 replicates are good to 10 %.
    for n in (400, 5000):
        values = two_groups(n)
        result = rgm.kde(None, values, bandwidth=0.5, bootstrap=1000, seed=3, grid_size=151, support=(0, 14))
        curve = result.curves.iloc[[30, 60, 90]]
        for _, row in curve.iterrows():
            terms = scipy.stats.norm.pdf((row["x"] - values) / 0.5) / 0.5
            expected = 2 * 1.96 * terms.std() / math.sqrt(n)
            assert row["high"] - row["low"] == pytest.approx(expected, rel=0.12)


@pytest.mark.parametrize("weighted", [False, True])
def test_bands_hold_the_curve_and_repeat_with_the_seed(weighted: bool) -> None:
    for n in (60, 6000):
        data = {"value": two_groups(n), "weight": np.arange(n) % 3 + 1.0 if weighted else None}
        first, again, other = (rgm.kde(None, **data, bootstrap=60, seed=seed).curves for seed in (1, 1, 2))
        pd.testing.assert_frame_equal(first, again, check_exact=True)
        assert not first.equals(other)
        inside = first["density"].between(first["low"], first["high"])
        # Percentiles of 60 replicates around the curve itself.
        assert inside[first["density"] > 0.01].all()
        assert (first["low"] <= first["high"]).all()


# Panels, weights, frames


def test_a_panel_is_a_loop_over_its_cells() -> None:
    data = panel()
    result = rgm.kde(data, "gdp", time="year", group="region", weight="population")
    grid = result.curves["x"].unique()
    assert len(grid) == 512
    assert len(result.curves) == 6 * 512
    assert list(result.curves.columns) == ["time", "group", "x", "density"]
    lowest, highest = math.inf, -math.inf
    for (year, region), rows in data.groupby(["year", "region"]):
        alone = rgm.kde(rows, "gdp", weight="population").summary_table.iloc[0]
        here = (result.summary_table["time"] == year) & (result.summary_table["group"] == region)
        row = result.summary_table[here].iloc[0]
        for column in ("n", "n_effective", "bandwidth", "n_modes"):
            assert row[column] == pytest.approx(alone[column], rel=1e-13)
        lowest = min(lowest, rows["gdp"].min() - 3 * row["bandwidth"])
        highest = max(highest, rows["gdp"].max() + 3 * row["bandwidth"])
        curve = result.curves[(result.curves["time"] == year) & (result.curves["group"] == region)]
        expected = scipy.stats.gaussian_kde(
            rows["gdp"], lambda _, h=row["bandwidth"], r=rows: h / weighted_deviation(r), weights=rows["population"]
        )
        assert curve["density"].to_numpy() == pytest.approx(expected(grid), rel=1e-9, abs=1e-18)
        peaks = result.modes[(result.modes["time"] == year) & (result.modes["group"] == region)]
        assert len(peaks) == row["n_modes"]
        assert peaks["mode"].to_list() == list(range(1, len(peaks) + 1))
        assert peaks["share"].sum() == pytest.approx(1.0, rel=1e-12)
    assert grid[0] == pytest.approx(lowest, rel=1e-12)
    assert grid[-1] == pytest.approx(highest, rel=1e-12)


def weighted_deviation(rows: pd.DataFrame) -> float:
    """Return √(Σ w (x − mean)² / (W − Σ w²/W)), numpy's covariance with aweights, which scipy scales by."""
    return float(np.sqrt(np.cov(rows["gdp"], aweights=rows["population"])))


def test_weights_that_are_all_alike_are_no_weights() -> None:
    values = two_groups(80)
    for rule in ("silverman", "scott", "normal_reference", "isj", "cv_ls", "cv_ml"):
        plain = rgm.kde(None, values, bandwidth=rule).summary_table.iloc[0]
        weighted = rgm.kde(None, values, weight=np.full(80, 0.1), bandwidth=rule).summary_table.iloc[0]
        assert weighted["n_effective"] == pytest.approx(80.0, rel=1e-13)
        # A search in cross-validation stops where its criterion is flat.
        assert weighted["bandwidth"] == pytest.approx(plain["bandwidth"], rel=1e-6 if "cv" in rule else 1e-12)


def test_weights_by_hand() -> None:
    # Weights 1, 2, 1: W = 4, Σw² = 6, n* = 16/6; mean 0, Σ w x² = 2, deviation √(2/(4 − 6/4)) = √0.8.
    result = rgm.kde(None, [-1.0, 0.0, 1.0], weight=[1, 2, 1], bandwidth="scott")
    row = result.summary_table.iloc[0]
    assert row["n_effective"] == pytest.approx(16 / 6, rel=1e-15)
    assert row["bandwidth"] == pytest.approx(math.sqrt(0.8) * (16 / 6) ** -0.2, rel=1e-14)


def test_weighted_quartiles_by_hand() -> None:
    # Values 0, 1, 2, 3 with weights 1, 1, 2, 4: W = 8, n* = 64/22 = 2.9091. The quartile p is the mean of the step
    # function over [(n* − 1)p, (n* − 1)p + 1]/n*: for 0.25 from 0.16406 to 0.50781, which has 0.08594 of the value 1
    # (up to 2/8), 0.25 of 2 (up to 4/8), 0.00781 of 3; for 0.75 from 0.49219 to 0.83594, 0.00781 of 2 and the rest of
    # 3.
    n = 64 / 22
    low = (0.25 - 0.75 * 0 - ((n - 1) * 0.25 / n)) * 1 + 0.25 * 2 + (((n - 1) * 0.25 + 1) / n - 0.5) * 3
    high = (0.5 - (n - 1) * 0.75 / n) * 2 + (((n - 1) * 0.75 + 1) / n - 0.5) * 3
    distance = (high - low) * n
    mean = (1 + 4 + 12) / 8
    deviation = math.sqrt((mean**2 + (1 - mean) ** 2 + 2 * (2 - mean) ** 2 + 4 * (3 - mean) ** 2) / (8 - 22 / 8))
    expected = 0.9 * min(deviation, distance / 1.34) * n**-0.2
    found = rgm.kde(None, [3.0, 0.0, 2.0, 1.0], weight=[4, 1, 2, 1]).summary_table["bandwidth"].iloc[0]
    assert found == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("n", [30, 4000])
@pytest.mark.parametrize("kernel", KERNELS)
def test_whole_weights_are_repeated_values(n: int, kernel: str) -> None:
    values, weights = two_groups(n), np.arange(n) % 4
    options: dict[str, Any] = {"bandwidth": 0.6, "kernel": kernel}
    weighted = rgm.kde(None, values, weight=weights, **options)
    repeated = rgm.kde(None, np.repeat(values, weights), **options)
    difference = np.abs(weighted.curves["density"] - repeated.curves["density"]).max()
    # Each is within its bound of the same curve.
    assert difference <= 2e-6 * repeated.curves["density"].max()
    assert weighted.n_zero_weight == int((weights == 0).sum())
    assert any("weight zero" in note for note in weighted.notes)


def test_order_of_rows_and_labels_do_not_matter() -> None:
    data = panel(3000)
    shuffled = data.sample(frac=1.0, random_state=1)
    first, second = (rgm.kde(each, "gdp", time="year", group="region") for each in (data, shuffled))
    pd.testing.assert_frame_equal(first.summary_table, second.summary_table, rtol=1e-12)
    pd.testing.assert_frame_equal(first.curves, second.curves, rtol=1e-9, atol=1e-16)


@pytest.mark.parametrize("kernel", ["gaussian", "cosine"])
def test_one_thread_and_three_give_the_same_bits(kernel: str) -> None:
    values = two_groups(300_000)
    few = two_groups(60)
    frames = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        try:
            many = rgm.kde(None, values, kernel=kernel)
            some = rgm.kde(None, few, kernel=kernel, bootstrap=20, silverman_test=20, seed=4, bandwidth="cv_ls")
            frames.append([getattr(each, name) for each in (many, some) for name in each._tables])
        finally:
            rgm.set_threads(None)
    for one, three in zip(*frames, strict=True):
        pd.testing.assert_frame_equal(one, three, check_exact=True)


@pytest.mark.parametrize("library", [pl.from_pandas, lambda data: pa.Table.from_pandas(data, preserve_index=False)])
def test_every_library_gives_the_same_numbers_in_its_own_frames(library: Any) -> None:
    data = panel()
    options: dict[str, Any] = {"time": "year", "group": "region", "weight": "population", "bootstrap": 9, "seed": 1}
    expected, given = rgm.kde(data, "gdp", **options), library(data)
    result = rgm.kde(given, "gdp", **options)
    for name in result._tables:
        frame = getattr(result, name)
        assert isinstance(frame, type(given))
        pd.testing.assert_frame_equal(to_pandas(frame), getattr(expected, name), check_exact=True)
    arrays = rgm.kde(
        None,
        data["gdp"].to_numpy(),
        time=data["year"],
        group=data["region"],
        weight=data["population"],
        bootstrap=9,
        seed=1,
    )
    assert np.array_equal(arrays.curves["density"], expected.curves["density"])
    assert result.value == "gdp"


def test_missing_values_are_refused_or_dropped_and_counted() -> None:
    data = panel()
    data.loc[[3, 5], "gdp"] = np.nan
    with pytest.raises(rgm.InvalidInputError, match=r"column 'gdp' is missing in row 3, 5"):
        rgm.kde(data, "gdp")
    result = rgm.kde(data, "gdp", missing="drop")
    assert result.n_dropped == 2
    assert result.summary_table["n"].to_list() == [238]


def test_the_common_grid_snaps_to_numbers_that_can_be_written() -> None:
    x = rgm.kde(None, two_groups(50) + 1e9).curves["x"].to_numpy()
    assert len(set(np.diff(x))) == 1


def test_a_constant_and_a_single_value_work_with_a_number() -> None:
    for values in ([4.0], [4.0] * 7, np.full(600_000, 4.0)):
        result = rgm.kde(None, values, bandwidth=0.5)
        assert result.modes["position"].to_numpy() == pytest.approx([4.0], abs=1e-9)
        assert result.modes["height"].iloc[0] == pytest.approx(scipy.stats.norm.pdf(0) / 0.5, rel=1e-6)


def test_a_far_outlier_needs_no_memory() -> None:
    # 2e9 bandwidths between the values: no bins, but windows of sorted values.
    values = np.concatenate([two_groups(20_000), [2e9]])
    result = rgm.kde(None, values, bandwidth=1.0)
    assert result.modes["position"].iloc[-1] == pytest.approx(2e9)
    assert len(result.modes) == 3
    assert any("coarser than the bandwidth" in note for note in result.notes)


@pytest.mark.parametrize("kernel", ["cosine", "triweight"])
def test_a_gap_between_values_costs_nothing(kernel: str) -> None:
    # 5e10 bandwidths without any density.
    found = modes([0.0, 1e10], 0.2, kernel=kernel)
    assert found["position"].to_numpy() == pytest.approx([0.0, 1e10], abs=1e-5)


@pytest.mark.parametrize(("offset", "least"), [(0.0, 1e-14), (1.0, 1e-14), (1e6, 1e-9)])
def test_no_more_modes_than_values_however_narrow_the_bandwidth(offset: float, least: float) -> None:
    # Down to a few doubles in a bandwidth.
    values = np.random.default_rng(0).normal(size=50) + offset
    for h in (1e-6, 1e-8, least):
        assert len(modes(values, h)) == len(np.unique(values))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("support", [None, (0.0, None), (0.0, 14.0)])
def test_shares_of_many_values_add_up_to_one(kernel: str, support: Any) -> None:
    found = modes(two_groups(5000), 0.3, kernel=kernel, support=support)
    assert found["share"].sum() == pytest.approx(1.0, rel=1e-9)


def test_digits_that_are_not_there_are_reported() -> None:
    # At 5e6 doubles are 1e-9 apart, at a bandwidth of 1e-4; a bound of the support has its images between them.
    values = 5e6 + 1e-3 * two_groups(50)
    result = rgm.kde(None, values, bandwidth=1e-4, support=(float(values.min()), None))
    assert result.summary_table["error_bound"].iloc[0] > 1e-6
    assert any("error_bound is above tolerance" in note for note in result.notes)
    assert not any("above tolerance" in note for note in rgm.kde(None, values, bandwidth=1e-4).notes)


# Warnings


def test_quartiles_that_coincide_leave_the_deviation_and_a_warning() -> None:
    values = [0.0] * 20 + [1.0, 2.0, 5.0]
    for rule, factor in (("silverman", 0.9), ("normal_reference", 1.06)):
        with pytest.warns(rgm.RegiometricsWarning, match=r"interquartile range is zero.*deviation alone") as caught:
            result = rgm.kde(None, values, bandwidth=rule)
        assert caught[0].filename == __file__
        expected = factor * np.std(values, ddof=1) * 23**-0.2
        assert result.summary_table["bandwidth"].iloc[0] == pytest.approx(expected, rel=1e-13)
        assert any("interquartile range" in note for note in result.notes)


def test_a_warning_names_the_cells() -> None:
    data = pd.DataFrame({"x": [0.0] * 9 + [1.0, *range(10)], "t": [2001] * 10 + [2002] * 10, "g": "a"})
    with pytest.warns(rgm.RegiometricsWarning, match=r"in 2001, a\.$"):
        rgm.kde(data, "x", time="t", group="g")


def test_isj_without_a_root_falls_back_with_a_warning() -> None:
    values = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    with pytest.warns(rgm.RegiometricsWarning, match=r"'isj' has no root: the bandwidth is that of 'silverman'"):
        result = rgm.kde(None, values, bandwidth="isj")
    plain = rgm.kde(None, values)
    assert result.summary_table["bandwidth"].iloc[0] == plain.summary_table["bandwidth"].iloc[0]


@pytest.mark.parametrize("rule", ["cv_ml", "cv_ls"])
def test_ties_do_not_take_cross_validation_to_zero(rule: str) -> None:
    # To one decimal every value has ties, and both criteria fall without end as h goes to zero.
    values = np.random.default_rng(6).normal(size=3000)
    exact = rgm.kde(None, values, bandwidth=rule).summary_table["bandwidth"].iloc[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rgm.RegiometricsWarning)
        rounded = rgm.kde(None, values.round(1), bandwidth=rule).summary_table["bandwidth"].iloc[0]
    # The bandwidth that the values have without rounding, in which the criterion is flat.
    assert rounded == pytest.approx(exact, rel=0.25)


def test_two_tied_values_have_no_minimum_and_fall_back() -> None:
    with pytest.warns(rgm.RegiometricsWarning, match=r"that of 'silverman'|largest local minimum"):
        rgm.kde(None, [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0], bandwidth="cv_ls")


# Refusals


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "one value": ({"value": [3.0]}, r"^column 'value' has one distinct value only.*give bandwidth a number"),
    "equal values": ({"value": [3.0] * 5}, r"one distinct value"),
    "all weight on one": ({"value": [1.0, 2.0], "weight": [0, 1]}, r"one distinct value"),
    "no weight": ({"value": [1.0, 2.0], "weight": [0, 0]}, r"column 'weight'.*is zero; no unit has any weight"),
    "one weight": ({"value": [1.0, 2.0, 4.0], "weight": [1e12, 1, 1]}, r"column 'weight' holds all weight but a billi"),
    "huge weight": ({"value": [1.0, 2.0], "weight": [1e200, 1]}, r"column 'weight' holds all weight but a billi"),
    "negative weight": ({"value": [1.0, 2.0], "weight": [1, -1]}, r"column 'weight' is negative in row 1"),
    "infinite": ({"value": [1.0, math.inf]}, r"column 'value' is infinite in row 1"),
    "text": ({"value": ["a", "b"]}, r"column 'value' holds text"),
    "outside": ({"support": (0, 2)}, r"column 'value', row 2, is 4, outside the support from 0 to 2"),
    "support order": ({"support": (2, 0)}, r"the first number of support must be below the second"),
    "support form": ({"support": 3}, r"support must be a pair"),
    "support text": ({"support": ("a", 1)}, r"support must be a pair"),
    "kernel": ({"kernel": "normal"}, r"kernel must be one of 'gaussian'"),
    "rule": ({"bandwidth": "sj"}, r"bandwidth must be one of 'silverman'.*or a number above zero, not 'sj'"),
    "zero bandwidth": ({"bandwidth": 0.0}, r"bandwidth must be .* above zero, not 0\.0"),
    "NaN bandwidth": ({"bandwidth": math.nan}, r"bandwidth must be"),
    "true bandwidth": ({"bandwidth": True}, r"bandwidth must be"),
    "list bandwidth": ({"bandwidth": [1.0]}, r"bandwidth must be|only length-1"),
    "grid of one": ({"grid_size": 1}, r"grid_size must be a whole number from 2 to 1048576"),
    "fraction of grid": ({"grid_size": 10.5}, r"grid_size must be a whole number"),
    "cut": ({"cut": -1}, r"cut must be a number of zero or more"),
    "tolerance above": ({"tolerance": 0.5}, r"tolerance must be 0, or between 1e-12 and 0\.01, not 0\.5"),
    "tolerance below": ({"tolerance": 1e-15}, r"tolerance must be 0, or between"),
    "tolerance NaN": ({"tolerance": math.nan}, r"tolerance must be a number of zero or more"),
    "bootstrap": ({"bootstrap": -1}, r"bootstrap must be a whole number"),
    "confidence": ({"confidence": 95}, r"write 0\.95 for 95 %"),
    "null_modes": ({"null_modes": 0}, r"null_modes must be a whole number from 1"),
    "bandwidth below the digits": ({"bandwidth": 1e-16}, r"bandwidth must be above the distance of doubles"),
    "huge bandwidth": ({"bandwidth": 1e9, "support": (0, 5)}, r"bandwidth must be less than a hundred times the width"),
    "seed": ({"seed": -1}, r"seed must be a whole number"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_words(case: str) -> None:
    options, message = BAD[case]
    given = {"value": [1.0, 2.0, 4.0]} | options
    with pytest.raises(rgm.InvalidInputError, match=message):
        rgm.kde(None, given.pop("value"), **given)


def test_the_refused_cell_is_named() -> None:
    data = pd.DataFrame({"x": [1.0, 2.0, 3.0, 3.0], "year": [2001, 2001, 2002, 2002], "area": ["N", "N", "S", "S"]})
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'x' in year = 2002 has one distinct"):
        rgm.kde(data, "x", time="year")
    with pytest.raises(rgm.InvalidInputError, match=re.escape("in year, area = 2002, S has one distinct")):
        rgm.kde(data, "x", time="year", group="area")


def test_rows_are_named_as_they_stand_in_the_data() -> None:
    data = pd.DataFrame({"x": [np.nan, 1.0, 2.0, -7.0]})
    with pytest.raises(rgm.InvalidInputError, match=r"column 'x', row 3, is -7"):
        rgm.kde(data, "x", support=(0, None), missing="drop")


def test_the_kernels_offered_are_those_tested() -> None:
    assert OFFERED == KERNELS


# The example


def test_the_provinces_of_china() -> None:
    ai = rgm.datasets.load_ai_development()
    result = rgm.kde(ai, "level", time="year", group="region", missing="error")
    assert len(result.summary_table) == 4 * 3
    whole = rgm.kde(ai, "level", time="year", silverman_test=99, seed=1)
    # One hill to begin with; by 2022 two provinces stand by themselves.
    assert whole.summary_table["n_modes"].to_list() == [2, 3, 3, 3]
    table = whole.summary_table.set_index("time")
    assert table.loc[2011, "p_value"] > 0.05 > table.loc[2022, "p_value"]
    assert whole.seed == 1
    assert "Silverman's test of one mode at most: 99 samples, seed 1." in whole.notes


def test_bandwidths_below_the_digits_of_the_values_are_refused() -> None:
    for values, bandwidth in (([1e154, 2e154], 1.0), ([0.0, 1.0], 1e-160), ([1e30, 2e30], 1e-300)):
        with pytest.raises(rgm.InvalidInputError, match="bandwidth must be above the distance of doubles"):
            rgm.kde(None, values, bandwidth=bandwidth)
    with pytest.raises(rgm.InvalidInputError, match="bandwidth must be above 1e-150"):
        rgm.kde2d(None, x=[0.0, 1.0], y=[0.0, 1.0], bandwidth=1e-200)
