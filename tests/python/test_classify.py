"""`classify`: worked cases, the exact optimum of natural breaks, other programs, invariances and every refusal."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from hypothesis import given, settings
from hypothesis import strategies as st
from regiometrics.classify import METHODS, class_breaks, class_codes

mpl.use("Agg")
import matplotlib.pyplot as plt

EPS = float(np.finfo(np.float64).eps)
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "classify_mapclassify.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    rgm.set_language("en")
    rgm.set_threads(None)
    plt.close("all")


def squares(values: Sequence[float]) -> Fraction:
    """Return the sum of squares around the mean, exactly."""
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    return sum((value - mean) ** 2 for value in exact)


def squares_within(values: Sequence[float], codes: Sequence[int]) -> Fraction:
    classes: dict[int, list[float]] = {}
    for value, code in zip(values, codes, strict=True):
        classes.setdefault(code, []).append(value)
    return sum((squares(members) for members in classes.values()), Fraction(0))


def best_by_trying_all(values: Sequence[float], k: int) -> Fraction:
    """Return the smallest sum of squares over every way to cut the distinct values into `k` classes."""
    distinct = sorted(set(values))
    best = None
    for cuts in itertools.combinations(distinct[:-1], min(k, len(distinct)) - 1):
        within = squares_within(values, [sum(value > cut for cut in cuts) for value in values])
        best = within if best is None else min(best, within)
    assert best is not None
    return best


# Worked by hand


def test_quantiles_by_hand() -> None:
    # n = 6: position i · 5/4 = 1.25, 2.5, 3.75 → 2 + 0.25 · 1, 3 + 0.5 · 7, 10 + 0.75 · 1.
    result = rgm.classify([11, 1, 3, 2, 10, 30], k=4)
    assert result.breaks.tolist() == [2.25, 6.5, 10.75, 30.0]
    assert result.codes.tolist() == [4, 1, 2, 1, 3, 4]
    assert result.counts.to_dict("list") == {
        "class": [1, 2, 3, 4],
        "lower": [1.0, 2.25, 6.5, 10.75],
        "upper": [2.25, 6.5, 10.75, 30.0],
        "n": [2, 1, 1, 2],
    }
    assert (result.k, result.method) == (4, "quantiles")


def test_equal_by_hand() -> None:
    result = rgm.classify([0.0, 1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 10.0], k=5, method="equal")
    assert result.breaks.tolist() == [2.0, 4.0, 6.0, 8.0, 10.0]
    # 2 and 6 lie on bounds, and go with the class below.
    assert result.codes.tolist() == [1, 1, 1, 2, 3, 3, 4, 5]


def test_natural_breaks_by_hand() -> None:
    # {1, 2, 3}, {10, 11}, {30}: squares 2 + 0.5 + 0; mean 9.5, all squares 1135 − 6 · 9.5² = 593.5.
    result = rgm.classify([1.0, 2.0, 3.0, 10.0, 11.0, 30.0], k=3, method="natural_breaks")
    assert result.breaks.tolist() == [3.0, 11.0, 30.0]
    assert result.goodness_of_fit == pytest.approx(1 - 2.5 / 593.5, rel=4 * EPS)


def test_geometric_by_hand() -> None:
    # 1, 10, 100, 1000: each bound is a value, although the roots of 1000 are no doubles.
    result = rgm.classify([1.0, 10.0, 100.0, 1000.0], k=3, method="geometric")
    assert result.breaks.tolist() == [10.0, 100.0, 1000.0]
    assert result.codes.tolist() == [1, 1, 2, 3]


def test_std_by_hand() -> None:
    # Mean 5, squares 16 + 4 + 0 + 4 + 16 = 40, sample sd √10 = 3.16…: odd k has the mean inside a class.
    values = [1.0, 3.0, 5.0, 7.0, 9.0]
    result = rgm.classify(values, k=3, method="std")
    sd = math.sqrt(10)
    assert result.breaks.tolist() == pytest.approx([5 - sd / 2, 5 + sd / 2, 9.0], rel=4 * EPS)
    assert result.codes.tolist() == [1, 1, 2, 3, 3]
    assert rgm.classify(values, k=4, method="std").breaks.tolist() == pytest.approx([5 - sd, 5, 5 + sd, 9], rel=4 * EPS)


def test_std_bounds_outside_the_values_are_left_out_and_said() -> None:
    # Of −1.5, −0.5, 0.5, 1.5 sd only −0.5 sd and 0.5 sd lie between 1 and 9: 5 ± 4.74 does not.
    with pytest.warns(rgm.RegiometricsWarning, match="3 of the 5 classes asked for: cut points outside the values"):
        result = rgm.classify([1.0, 3.0, 5.0, 7.0, 9.0], method="std")
    assert result.k == 3
    assert any("3 of the 5 classes" in note for note in result.notes)


def test_head_tail_by_hand() -> None:
    # Mean of 1×6, 2×2, 5, 25 is 40/10 = 4; head {5, 25} is 20 %; mean 15, head {25} is half of it: stop.
    values = [1, 1, 1, 1, 1, 1, 2, 2, 5, 25]
    result = rgm.classify(values, method="head_tail")
    assert result.breaks.tolist() == [4.0, 15.0, 25.0]
    assert (result.k, result.counts["n"].tolist()) == (3, [8, 1, 1])


def test_head_tail_stops_where_the_head_is_not_the_smaller_part() -> None:
    # Mean 2.5, head half of the values: one cut and no more. With four tails for one head (20 %), on and on.
    assert rgm.classify([1, 2, 3, 4], method="head_tail").breaks.tolist() == [2.5, 4.0]
    # 40 % exactly goes on: mean 2, head {4, 4} of five; then all are equal.
    assert rgm.classify([1, 1, 0, 4, 4], method="head_tail").breaks.tolist() == [2.0, 4.0]


def test_given_bounds_by_hand() -> None:
    result = rgm.classify([0.2, 0.3, 0.31, 0.8, 0.9], breaks=[0.3, 0.5, 0.8])
    assert result.breaks.tolist() == [0.3, 0.5, 0.8, 0.9]
    assert result.codes.tolist() == [1, 1, 2, 3, 4]
    assert (result.method, result.k) == ("breaks", 4)


def test_given_bounds_stay_whether_or_not_there_are_values() -> None:
    result = rgm.classify([0.4, 0.45], breaks=[0.3, 0.5, 0.8, 1.0])
    assert result.breaks.tolist() == [0.3, 0.5, 0.8, 1.0]
    assert result.codes.tolist() == [2, 2]
    assert result.counts["n"].tolist() == [0, 2, 0, 0]
    assert result.counts["lower"].tolist() == [0.3, 0.3, 0.5, 0.8]
    assert "No value falls into class 1, 3, 4." in result.notes


# Natural breaks are the optimum


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.integers(-6, 12).map(float) | st.sampled_from([1e-3, 0.5, 1e6, 1e9 + 1, -1e9]), min_size=2, max_size=9),
    st.integers(2, 5),
)
def test_no_partition_is_better(values: list[float], k: int) -> None:
    if len(set(values)) <= k:
        return
    result = rgm.classify(values, k=k, method="natural_breaks")
    # Values stand nine orders of magnitude apart, and still the choice is exact.
    assert squares_within(values, result.codes.tolist()) == best_by_trying_all(values, k)


def exact_table(values: np.ndarray, k: int) -> list[Fraction]:
    """Return the smallest sum of squares for 1 … k classes by the plain recursion on whole numbers. O(k n²)."""
    numbers = sorted(Fraction(float(value)) for value in values)
    first = [Fraction(0), *itertools.accumulate(numbers)]
    second = [Fraction(0), *itertools.accumulate(number**2 for number in numbers)]

    def cost(i: int, j: int) -> Fraction:
        return second[j] - second[i] - (first[j] - first[i]) ** 2 / (j - i)

    n = len(numbers)
    row = [Fraction(0), *(cost(0, j) for j in range(1, n + 1))]
    table = [row[n]]
    for q in range(2, k + 1):
        row = [min((row[i] + cost(i, j) for i in range(q - 1, j)), default=Fraction(0)) for j in range(n + 1)]
        table.append(row[n])
    return table


@pytest.mark.parametrize("shape", ["lognormal", "ties", "offset", "two scales"])
def test_the_optimum_of_a_hundred_values(shape: str) -> None:
    random = np.random.default_rng(5)
    values = {
        "lognormal": np.round(random.lognormal(1.0, 1.5, 100), 3),
        "ties": random.integers(0, 25, 100).astype(float),
        "offset": 1e9 + random.integers(0, 3000, 100),
        # What separates the small values is 1e-18 of all squares.
        "two scales": np.concatenate([random.integers(0, 50, 60), 1e9 + random.integers(0, 50, 40)]).astype(float),
    }[shape]
    expected = exact_table(values, 7)
    for k in range(2, 8):
        result = rgm.classify(values, k=k, method="natural_breaks")
        within = squares_within(values.tolist(), result.codes.tolist())
        # Sums of squares are added in doubles: the choice is best up to that rounding.
        assert float(within / expected[k - 1]) == pytest.approx(1.0, rel=1e-14)
        total = squares(values.tolist())
        assert result.goodness_of_fit == pytest.approx(float(1 - within / total), rel=1e-12)


def test_an_offset_moves_the_bounds_and_nothing_else() -> None:
    values = np.random.default_rng(8).integers(0, 5000, 400).astype(float)
    plain = rgm.classify(values, k=6, method="natural_breaks")
    for offset in (1e9, -1e12, 2.0**52):
        moved = rgm.classify(values + offset, k=6, method="natural_breaks")
        assert moved.codes.tolist() == plain.codes.tolist()
        assert (moved.breaks - offset).tolist() == plain.breaks.tolist()
        assert moved.goodness_of_fit == plain.goodness_of_fit


def test_of_equally_good_classes_those_with_the_lower_bounds_are_taken() -> None:
    # {1}, {2, 3} and {1, 2}, {3} both leave 0.5.
    assert rgm.classify([1, 2, 3], k=2, method="natural_breaks").breaks.tolist() == [1.0, 3.0]


@pytest.mark.parametrize("scale", [2.0**-1000, 2.0**-40, 2.0**900])
@pytest.mark.filterwarnings("ignore:.*class:regiometrics.RegiometricsWarning")
def test_very_large_and_very_small_values(scale: float) -> None:
    values = np.array([1.0, 2.0, 3.0, 10.0, 11.0, 30.0])
    for method in METHODS:
        plain = rgm.classify(values, k=3, method=method)
        scaled = rgm.classify(values * scale, k=3, method=method)
        assert scaled.codes.tolist() == plain.codes.tolist()
        assert scaled.breaks / scale == pytest.approx(plain.breaks, rel=1e-13)


def test_repeated_values_weigh_as_often_as_they_occur() -> None:
    values = [1.0] * 50 + [2.0, 3.0, 4.0] + [5.0] * 50
    result = rgm.classify(values, k=3, method="natural_breaks")
    assert squares_within(values, result.codes.tolist()) == best_by_trying_all(values, 3)


# Other programs


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: f"{case['sample']}, {case['k']}")
@pytest.mark.filterwarnings("ignore:.*class:regiometrics.RegiometricsWarning")
def test_classes_are_those_of_mapclassify_and_jenkspy(case: dict[str, Any]) -> None:
    values = np.array(GOLDEN["samples"][case["sample"]])
    for method in ("quantiles", "equal", "natural_breaks"):
        result = rgm.classify(values, k=case["k"], method=method)
        if method == "natural_breaks" and case["sample"] == "offset":
            # jenkspy squares the values as they are, of which 1e9 leaves no digits: its classes are not the best.
            theirs = squares_within(values.tolist(), case["codes"][method])
            assert squares_within(values.tolist(), result.codes.tolist()) <= theirs
            continue
        # Cut points are computed by different formulas: a few roundings of the largest number.
        assert result.breaks == pytest.approx(case["bins"][method], rel=8 * EPS), method
        assert (result.codes - 1).tolist() == case["codes"][method], method
    inside = [bound for bound in case["bins"]["std"] if values.min() <= bound < values.max()]
    std = rgm.classify(values, k=case["k"], method="std")
    assert std.breaks[:-1] == pytest.approx(inside, rel=1e-13)
    head_tail = rgm.classify(values, method="head_tail").breaks[:-1]
    assert head_tail == pytest.approx(case["bins"]["head_tail"][: len(head_tail)], rel=1e-13)


def test_quantiles_are_those_of_numpy() -> None:
    random = np.random.default_rng(3)
    for n in (2, 3, 7, 10, 31, 100, 101):
        values = random.normal(size=n)
        for k in (2, 3, 4, 5, 9):
            if k <= n:
                cuts = np.quantile(values, np.arange(1, k) / k)
                found = rgm.classify(values, k=k).breaks[:-1]
                # numpy rounds i/k and the position; the error is that of numbers as large as the values.
                assert found == pytest.approx(cuts, abs=8 * n * EPS)


def test_quantiles_at_a_value_go_with_it_whatever_the_rounding_of_i_over_k() -> None:
    # n = k m + 1: every cut is a value, and class i holds m of them, the first one m + 1.
    for k, m in itertools.product(range(2, 12), (1, 3, 7)):
        counts = rgm.classify(np.arange(k * m + 1), k=k).counts["n"].tolist()
        assert counts == [m + 1, *[m] * (k - 1)]


def test_geometric_bounds_are_those_of_numpy() -> None:
    values = np.random.default_rng(4).lognormal(3.0, 2.0, 200)
    for k in (2, 3, 5, 8):
        bounds = np.geomspace(values.min(), values.max(), k + 1)[1:]
        # Logarithm and exponential lose some ten units of the last place.
        assert rgm.classify(values, k=k, method="geometric").breaks == pytest.approx(bounds, rel=32 * EPS)


def test_geometric_bounds_of_values_far_from_zero_keep_their_digits() -> None:
    # (1e9 + 4)/1e9: the middle is 1e9 √(1 + 4e-9) = 1e9 + 2 − 2e-9 …
    result = rgm.classify(1e9 + np.arange(5.0), k=2, method="geometric")
    assert result.counts["n"].tolist() == [2, 3] or result.breaks[0] == 1e9 + 2
    # … which no double tells from 1e9 + 2, so that this value lies on the bound.
    assert result.breaks.tolist() == [1e9 + 2, 1e9 + 4]


# Fewer classes than asked for


def test_ties_leave_fewer_quantiles_and_it_is_said() -> None:
    with pytest.warns(rgm.RegiometricsWarning, match="4 of the 5 classes asked for: ties make cut points coincide"):
        result = rgm.classify([0, 0, 0, 0, 0, 2, 3, 4, 5, 6, 7], k=5)
    # Positions 2, 4, 6, 8: cuts 0, 0, 3, 5.
    assert result.k == 4
    assert result.breaks.tolist() == [0, 3, 5, 7]
    assert any("ties" in note for note in result.notes)


@pytest.mark.parametrize("method", ["quantiles", "natural_breaks"])
def test_fewer_distinct_values_than_classes_are_said(method: str) -> None:
    with pytest.warns(rgm.RegiometricsWarning, match=r"2 of the 5 classes asked for: the values have 2 distinct"):
        result = rgm.classify([1, 1, 1, 2], method=method)
    assert result.codes.tolist() == [1, 1, 1, 2]
    assert result.k == 2


@pytest.mark.parametrize("method", METHODS)
def test_equal_values_are_one_class(method: str) -> None:
    if method == "head_tail":
        result = rgm.classify([0.1] * 7, method=method)
    else:
        with pytest.warns(rgm.RegiometricsWarning, match="1 of the 5 classes"):
            result = rgm.classify([0.1] * 7, method=method)
    assert result.breaks.tolist() == [0.1]
    assert result.codes.tolist() == [1] * 7
    assert math.isnan(result.goodness_of_fit)
    assert "equal" in result.notes[0]


def test_empty_classes_of_equal_width_are_kept_and_said() -> None:
    with pytest.warns(rgm.RegiometricsWarning, match="No value falls into class 2, 3, 4"):
        result = rgm.classify([0.0, 1.0, 10.0], method="equal")
    assert result.k == 5
    assert result.codes.tolist() == [1, 1, 5]


# Invariances


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.filterwarnings("ignore:.*class:regiometrics.RegiometricsWarning")
def test_order_does_not_matter_and_ties_are_never_split(method: str) -> None:
    random = np.random.default_rng(6)
    values = np.round(random.lognormal(size=300), 1) + 0.1
    result = rgm.classify(values, method=method)
    order = random.permutation(300)
    again = rgm.classify(values[order], method=method)
    assert again.breaks.tolist() == result.breaks.tolist()
    assert again.codes.tolist() == result.codes[order].tolist()
    table = pd.DataFrame({"value": values, "code": result.codes})
    assert (table.groupby("value")["code"].nunique() == 1).all()
    # Codes ascend with the values, and the bounds say which is which.
    assert (np.diff(result.codes[np.argsort(values)]) >= 0).all()
    assert result.codes.tolist() == (np.searchsorted(result.breaks, values) + 1).tolist()
    assert result.counts["n"].sum() == 300


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.filterwarnings("ignore:.*class:regiometrics.RegiometricsWarning")
def test_one_thread_gives_the_bits_of_three(method: str) -> None:
    values = np.random.default_rng(2).lognormal(size=200_000)
    results = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        results.append(rgm.classify(values, method=method))
    assert results[0].breaks.tolist() == results[1].breaks.tolist()
    assert np.array_equal(results[0].codes, results[1].codes)
    assert results[0].goodness_of_fit == results[1].goodness_of_fit


def test_minus_zero_is_zero() -> None:
    result = rgm.classify([0.0, -0.0, 1.0, 2.0], k=3, method="natural_breaks")
    assert result.codes.tolist() == [1, 1, 2, 3]


# Libraries


def test_codes_come_back_as_what_the_values_came_as() -> None:
    values = [5.0, 1.0, 3.0]
    for each in (values, np.array(values), tuple(values)):
        assert isinstance(rgm.classify(each, k=3).codes, np.ndarray)
    series = pd.Series(values, index=[7, 8, 9], name="gdp")
    pd.testing.assert_series_equal(
        rgm.classify(series, k=3).codes, pd.Series([3, 1, 2], index=[7, 8, 9], name="gdp", dtype="int64")
    )
    result = rgm.classify(pl.Series("gdp", values), k=3)
    assert isinstance(result.codes, pl.Series)
    assert (result.codes.name, result.codes.to_list()) == ("gdp", [3, 1, 2])
    assert isinstance(result.counts, pl.DataFrame)
    arrow = rgm.classify(pa.chunked_array([values]), k=3)
    assert arrow.codes.to_pylist() == [3, 1, 2]
    assert isinstance(arrow.counts, pa.Table)


@pytest.mark.parametrize("convert", [pd.Series, pl.Series, lambda values: pa.chunked_array([values])])
def test_every_library_gives_the_same_bits(convert: Any) -> None:
    values = np.random.default_rng(9).lognormal(size=500)
    expected, result = (rgm.classify(each, method="natural_breaks") for each in (values, convert(values)))
    assert result.breaks.tolist() == expected.breaks.tolist()
    assert np.array_equal(np.asarray(result.codes), expected.codes)
    assert result.goodness_of_fit == expected.goodness_of_fit


def test_missing_values_are_refused_or_left_out_and_counted() -> None:
    series = pd.Series([1.0, None, 2.0, 3.0], index=list("abcd"), name="gdp")
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'gdp' is missing in row 1;.*missing='drop'"):
        rgm.classify(series, k=3)
    result = rgm.classify(series, k=3, missing="drop")
    assert result.codes.to_dict() == {"a": 1, "c": 2, "d": 3}
    assert result.n_dropped == 1
    assert "1 missing value(s) left out." in result.notes


# Refusals


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([], {}, "no rows"),
        ([1.0, math.inf], {}, r"^column 'values' is infinite in row 1"),
        (["1", "2"], {}, r"^column 'values' holds text"),
        ([3.0, 0.0], {"method": "geometric"}, r"^column 'values', row 1, is 0; this method needs values above zero"),
        ([-1e308, 1e308], {"method": "equal"}, "too large or too small"),
        ([-1e308, 1e308], {"breaks": [0.0]}, "too large or too small"),
        ([1.0, 2.0], {"k": 1}, r"^k must be a whole number from 2"),
        ([1.0, 2.0], {"k": 2.5}, r"^k must be a whole number"),
        ([1.0, 2.0], {"method": "jenks"}, r"^method must be one of 'quantiles'.*not 'jenks'"),
        ([1.0, 2.0], {"breaks": [2.0, 1.0]}, r"breaks.* must be strictly ascending, not 1"),
        ([1.0, 2.0], {"breaks": [1.0, 1.0]}, r"breaks.* must be strictly ascending, not 1"),
        ([1.0, 2.0], {"breaks": [1.0, math.inf]}, r"^column 'breaks' is infinite"),
        ([1.0, 2.0], {"breaks": []}, "no rows"),
        (3.0, {}, r"^values is 3.0; without data it must be an array"),
    ],
)
def test_refusals(values: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(rgm.InvalidInputError, match=message):
        rgm.classify(values, **options)


# What other modules use


def test_bounds_and_codes_for_other_modules() -> None:
    values = np.array([1.0, 2.0, 3.0, 10.0, 11.0, 30.0])
    breaks = class_breaks(values, k=3, method="natural_breaks")
    assert breaks.tolist() == [3.0, 11.0, 30.0]
    codes = class_codes(values, breaks)
    assert codes.dtype == np.uint32
    assert codes.tolist() == [0, 0, 0, 1, 1, 2]
    # Values above the last bound go into the last class.
    assert class_codes(np.array([0.0, 3.0, 99.0]), breaks).tolist() == [0, 0, 2]
    assert class_breaks(values, k=3, method="quantiles", breaks=[5.0]).tolist() == [5.0, 30.0]


# Shown


def test_arrays_are_read_only_and_the_values_stay_the_callers() -> None:
    values = np.array([1.0, 2.0, 3.0])
    result = rgm.classify(values, k=3)
    for array in (result.breaks, result.codes, result.values):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9
    values[0] = 0.5


def test_summary_in_both_languages() -> None:
    result = rgm.classify([1.0, 2.0, 3.0, 10.0, 11.0, 30.0], k=3, method="natural_breaks")
    assert "Upper bound" in result.summary()
    assert "0.9958" in result.summary()
    rgm.set_language("zh")
    assert "上界" in result.summary()


def test_the_histogram_shows_the_values_and_the_bounds() -> None:
    values = np.random.default_rng(1).lognormal(size=200)
    result = rgm.classify(values, k=4, method="natural_breaks")
    ax = result.plot(bins=17)
    assert sum(bar.get_height() for bar in ax.patches) == 200
    assert len(ax.patches) == 17
    assert [line.get_xdata()[0] for line in ax.get_lines()] == result.breaks[:-1].tolist()
    texts = [text.get_text() for text in ax.texts]
    assert texts == [f"{code} ({n})" for code, n in zip(result.counts["class"], result.counts["n"], strict=True)]
