"""The geographic detector: worked cases, exact oracles, other programs, invariances, and every refusal."""

from __future__ import annotations

import functools
import json
import math
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from scipy import stats

near = functools.partial(pytest.approx, abs=0.0)
GOLDEN = Path(__file__).parents[1] / "golden"
FACTORS = ["soil", "height", "town"]
EPS = float(np.finfo(np.float64).eps)


def panel(n: int = 180, seed: int = 1) -> pd.DataFrame:
    """Three years, three factors; no stratum of a factor has one unit."""
    random = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "year": np.resize([2006, 2012, 2019], n),
            "soil": random.choice(["clay", "loam", "sand"], n),
            "height": random.integers(1, 5, n),
            "town": random.choice(["no", "yes"], n),
        }
    )
    data["yield"] = random.normal(size=n) + data["height"] + 2.0 * (data["soil"] == "clay") * (data["town"] == "yes")
    return data


@pytest.fixture(autouse=True)
def _crossed_strata_of_one_unit() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Strata of one unit", category=rgm.RegiometricsWarning)
        yield


def detect(data: Any = None, **options: Any) -> rgm.Geodetector:
    return rgm.geodetector(panel() if data is None else data, "yield", FACTORS, **({"time": "year"} | options))


def tables(result: rgm.Geodetector) -> dict[str, pd.DataFrame]:
    return {name: nw.from_native(getattr(result, name), eager_only=True).to_pandas() for name in result._tables}


def squares(values: list[Fraction]) -> Fraction:
    mean = sum(values, Fraction(0)) / len(values)
    return sum(((value - mean) ** 2 for value in values), Fraction(0))


def exact_q(values: list[Fraction], strata: list[Any], *, drop: bool = False) -> Fraction:
    """q by its definition, in fractions."""
    members = defaultdict(list)
    for value, stratum in zip(values, strata, strict=True):
        members[stratum].append(value)
    kept = [each for each in members.values() if len(each) > 1 or not drop]
    within = sum((squares(each) for each in kept), Fraction(0))
    return 1 - within / squares([value for each in kept for value in each])


# Worked by hand


def test_the_four_detectors_worked_by_hand() -> None:
    # y = 1 2 | 3 5 | 6 13, mean 5: SST = 16 + 9 + 4 + 0 + 1 + 64 = 94. Means 1.5, 4, 9.5: SSW = 0.5 + 2 + 24.5 = 27.
    # q = 67/94, F = (6 − 3)/(3 − 1) · 67/27; all strata have two units, so that λ = Σ (μ_h − μ)² / σ², and
    # Σ (μ_h − μ)² = 12.25 + 1 + 20.25 = 33.5, with σ² = 94/6 or 94/5.
    data = pd.DataFrame({"y": [1, 2, 3, 5, 6, 13], "x": [*"aabbcc"], "z": [*"uvuvuv"]})
    for variance, sigma in (("population", 94 / 6), ("sample", 94 / 5)):
        row = rgm.geodetector(data, "y", ["x", "z"], variance=variance).factor.loc[0]
        assert row[["q", "f", "noncentrality"]].tolist() == near([67 / 94, 1.5 * 67 / 27, 33.5 / sigma], rel=8 * EPS)
        # Two and three degrees: central tail (1 + 2F/3)^(−3/2).
        assert row["p_central"] == near((1 + 67 / 27) ** -1.5, rel=1e-13)
        assert row["p_value"] == near(float(stats.ncf.sf(1.5 * 67 / 27, 2, 3, 33.5 / sigma)), rel=1e-10)
    result = rgm.geodetector(data, "y", ["x", "z"])
    # z: means 10/3 and 20/3, SSB = 6 (5/3)² = 50/3. Crossed, each unit is alone: q = 1, above the sum.
    pair = result.interaction.loc[0]
    assert pair["q_b"] == near(50 / 3 / 94, rel=8 * EPS)
    assert pair[["q", "type", "n_strata", "n_empty", "n_singletons"]].tolist() == [1.0, "nonlinear enhance", 6, 0, 6]
    # Welch for a and b: variances 0.5 and 2, t = −2.5/√1.25, dof = 1.25²/(0.25² + 1²).
    first = result.risk.loc[0]
    assert first[["stratum_a", "stratum_b"]].tolist() == ["a", "b"]
    t, dof = -2.5 / math.sqrt(1.25), 1.5625 / 1.0625
    assert first[["t", "dof"]].tolist() == near([t, dof], rel=8 * EPS)
    assert first["p_value"] == near(2 * stats.t.sf(-t, dof), rel=1e-12)
    # SSW of z is 94 − 50/3.
    f = 27 / (94 - 50 / 3)
    assert result.ecological.loc[0, "f"] == near(f, rel=8 * EPS)
    assert result.ecological.loc[0, "p_value"] == near(2 * stats.f.cdf(f, 5, 5), rel=1e-12)


def test_crossings_without_units_are_no_strata_and_are_counted() -> None:
    data = pd.DataFrame({"y": [1.0, 2, 3, 5, 6, 8], "x": [*"aaabbb"], "z": [*"uuuvvv"]})
    row = rgm.geodetector(data, "y", ["x", "z"]).interaction.loc[0]
    assert row[["n_strata", "n_empty"]].tolist() == [2, 2]
    assert row["q_a"] == row["q_b"]
    # The one is taken as a part of all squares, the other of those within and between.
    assert row["q"] == near(row["q_a"], rel=8 * EPS)
    assert row["type"] == "univariate nonlinear weaken"


# Exact and slow oracles


@pytest.mark.parametrize("offset", [0.0, 1e9])
@pytest.mark.parametrize("drop", [False, True])
def test_q_is_that_of_exact_rational_arithmetic(drop: bool, offset: float) -> None:
    data = panel()
    data["yield"] += offset
    data.loc[0, "soil"] = "peat"
    result = detect(data, singletons="drop" if drop else "keep")
    alone = result.factor.set_index(["time", "factor"])["q"]
    crossed = result.interaction.set_index(["time", "factor_a", "factor_b"])["q"]
    for year, rows in data.groupby("year"):
        values = [Fraction(value) for value in rows["yield"]]
        for name in FACTORS:
            # At most 60 values, taken from their mean: some 60 roundings.
            assert alone[year, name] == near(float(exact_q(values, rows[name].tolist(), drop=drop)), rel=60 * EPS)
        for a, b in combinations(FACTORS, 2):
            expected = exact_q(values, list(zip(rows[a], rows[b], strict=True)), drop=drop)
            assert crossed[year, a, b] == near(float(expected), rel=120 * EPS)


EXACT = json.loads((GOLDEN / "geodetector_exact.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", EXACT, ids=lambda case: case["name"])
@pytest.mark.parametrize("variance", ["population", "sample"])
def test_p_is_that_of_forty_digits_under_each_convention(case: dict[str, Any], variance: str) -> None:
    row = rgm.geodetector(None, np.array(case["y"]), {"x": case["x"]}, variance=variance).factor.loc[0]
    assert row["q"] == near(float(case["q"]), rel=400 * EPS)
    assert row["f"] == near(float(case["f"]), rel=400 * EPS)
    # λ of unequal strata lifted by 1e9 comes from differences of square roots, good to some ten roundings.
    assert row["noncentrality"] == near(float(case[f"lambda_{variance}"]), rel=400 * EPS)
    # What 400 roundings of F do to a tail near 1e-280, d ln p/d ln F being some 200, is 2e-11.
    assert row["p_central"] == near(float(case["p_central"]), rel=1e-10)
    if f"p_{variance}" in case:
        assert row["p_value"] == near(float(case[f"p_{variance}"]), rel=1e-10)


def test_noncentral_tails_are_those_of_scipy_where_it_is_right() -> None:
    for f, d1, d2, noncentrality in [(0.5, 3, 26, 1.0), (4.0, 3, 26, 1.0), (20.0, 8, 176, 150.0), (2.0, 5, 1000, 4.0)]:
        assert stats.ncf.sf(f, d1, d2, noncentrality) == near(_tail(f, d1, d2, noncentrality), rel=1e-9)


def _tail(f: float, d1: float, d2: float, noncentrality: float) -> float:
    """The sum over Poisson weights, by scipy's beta functions."""
    j = np.arange(2000)
    weights = stats.poisson.pmf(j, noncentrality / 2)
    return float((weights * stats.beta.sf(d1 * f / (d1 * f + d2), d1 / 2 + j, d2 / 2)).sum())


def test_the_risk_and_ecological_detectors_are_those_of_scipy() -> None:
    data = panel()
    result = detect(data)
    risk = result.risk.set_index(["time", "factor", "stratum_a", "stratum_b"])
    ecological = result.ecological.set_index(["time", "factor_a", "factor_b"])
    for year, rows in data.groupby("year"):
        within = {}
        for name in FACTORS:
            groups = {str(key): each["yield"].to_numpy() for key, each in rows.groupby(name)}
            within[name] = sum(((each - each.mean()) ** 2).sum() for each in groups.values())
            for a, b in combinations(groups, 2):
                expected = stats.ttest_ind(groups[a], groups[b], equal_var=False)
                row = risk.loc[(year, name, a, b)]
                # scipy subtracts means rounded at 1e-16 of values near 5.
                assert row[["t", "dof"]].tolist() == near([expected.statistic, expected.df], rel=1e-10)
                assert row["p_value"] == near(expected.pvalue, rel=1e-9)
        for a, b in combinations(FACTORS, 2):
            f, dof = within[a] / within[b], len(rows) - 1
            row = ecological.loc[(year, a, b)]
            assert row["f"] == near(f, rel=1e-12)
            assert row["p_value"] == near(2 * min(stats.f.sf(f, dof, dof), stats.f.cdf(f, dof, dof)), rel=1e-10)


PROGRAMS = json.loads((GOLDEN / "geodetector_programs.json").read_text(encoding="utf-8"))
DISEASE = PROGRAMS["geodetector 0.2.0"]["data"]


def disease(**options: Any) -> rgm.Geodetector:
    factors = {name: DISEASE[name] for name in ("type", "region", "level")}
    return rgm.geodetector(None, np.array(DISEASE["incidence"]) / 100, factors, **options)


def test_two_other_programs_find_the_same_on_public_data() -> None:
    # Both print q good to some 1e-14; scipy's ncf, on which both rest, to 1e-8 (one minus it for the first).
    for program, options in (
        ("geodetector 0.2.0", {"singletons": "drop", "variance": "population"}),
        ("py-geodetector 0.2.1", {"singletons": "keep", "variance": "sample"}),
    ):
        theirs, ours = PROGRAMS[program], disease(**options)
        assert ours.factor["q"].tolist() == near(theirs["q"], rel=1e-12)
        assert ours.factor["p_value"].tolist() == near(theirs["p"], rel=1e-8)
        assert ours.interaction["q"].tolist() == near(theirs["interaction"], rel=1e-12)
    ours, theirs = disease(), PROGRAMS["geodetector 0.2.0"]
    for name, rows in ours.risk.groupby("factor"):
        assert rows["t"].tolist() == near(theirs["risk_t"][name], rel=1e-9)
        assert rows["p_value"].tolist() == near(theirs["risk_p"][name], rel=1e-8)
    assert ours.ecological["p_value"].tolist() == near(theirs["ecological_p"], rel=1e-9)
    for name, rows in ours.strata.groupby("factor"):
        assert rows["mean"].tolist() == near(PROGRAMS["py-geodetector 0.2.1"]["means"][name], rel=1e-13)


def test_the_printed_example_of_gdverse() -> None:
    # Its manual, factor_detector: q 0.7714286, p 0.07936477, where the stratum of one unit is left out.
    result = rgm.geodetector(None, [1, 2, 3, 4, 5, 6, 7], {"x": [*"xyyyzzz"]}, singletons="drop")
    row = result.factor.loc[0]
    assert [round(row["q"], 7), round(row["p_value"], 8)] == [0.7714286, 0.07936477]
    assert result.factor[["n", "n_strata", "n_singletons"]].iloc[0].tolist() == [6, 2, 1]


# Invariances


def test_only_the_noncentral_p_depends_on_the_level_of_the_outcome() -> None:
    before, after = detect(), detect(panel().assign(**{"yield": lambda rows: rows["yield"] + 100.0}))
    for column in ("q", "f", "p_central"):
        # A value near 100 is rounded to 1e-16 of that.
        np.testing.assert_allclose(after.factor[column], before.factor[column], rtol=1e-11)
    assert (np.abs(after.factor["p_value"] - before.factor["p_value"]) > 1e-6).any()


def test_a_scale_that_is_a_power_of_two_changes_nothing_but_means() -> None:
    before, after = tables(detect()), tables(detect(panel().assign(**{"yield": lambda rows: rows["yield"] * 2.0**40})))
    for name, columns in {
        "factor": ["q", "f", "noncentrality", "p_value", "p_central"],
        "interaction": ["q"],
        "risk": ["t", "dof", "p_value"],
        "ecological": ["f", "p_value"],
    }.items():
        assert before[name][columns].equals(after[name][columns])


def test_the_order_of_rows_does_not_matter() -> None:
    before, after = tables(detect()), tables(detect(panel().sample(frac=1.0, random_state=3)))
    for name in before:
        pd.testing.assert_frame_equal(after[name], before[name], rtol=1e-10)


def test_the_order_of_factors_does_not_matter_to_the_ecological_detector() -> None:
    data = panel()
    one = rgm.geodetector(data, "yield", ["soil", "height"]).ecological.loc[0]
    two = rgm.geodetector(data, "yield", ["height", "soil"]).ecological.loc[0]
    assert one["p_value"] == two["p_value"]
    assert one["f"] == near(1 / two["f"], rel=4 * EPS)


def test_rows_repeated_change_no_q() -> None:
    data = panel()
    twice = detect(pd.concat([data, data]))
    np.testing.assert_allclose(twice.factor["q"], detect(data).factor["q"], rtol=1e-13)
    np.testing.assert_allclose(twice.interaction["q"], detect(data).interaction["q"], rtol=1e-13)


def test_crossing_never_lowers_q_while_singletons_stay() -> None:
    rows = detect().interaction
    assert (rows["q"] >= rows[["q_a", "q_b"]].max(axis=1) * (1 - 60 * EPS)).all()


def test_a_panel_is_a_loop_over_periods_and_outcomes() -> None:
    data = panel().assign(other=lambda rows: rows["yield"] ** 2)
    both = rgm.geodetector(data, ["yield", "other"], FACTORS, time="year")
    for outcome in ("yield", "other"):
        for year, rows in data.groupby("year"):
            alone = rgm.geodetector(rows, outcome, FACTORS)
            for name in ("factor", "interaction", "risk", "ecological", "strata"):
                table = getattr(both, name)
                part = table[(table["outcome"] == outcome) & (table["time"] == year)]
                expected = getattr(alone, name).reset_index(drop=True)
                pd.testing.assert_frame_equal(
                    part.drop(columns=["outcome", "time"]).reset_index(drop=True), expected, check_exact=True
                )


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Callable[[pd.DataFrame], Any]) -> None:
    data = panel()
    expected = tables(detect(data, permutations=9, bootstrap=9, seed=1, discretize={"height": [1.5, 3]}))
    result = detect(convert(data), permutations=9, bootstrap=9, seed=1, discretize={"height": [1.5, 3]})
    assert type(result.factor) is type(convert(data))
    for name, table in tables(result).items():
        pd.testing.assert_frame_equal(
            table.assign(**{c: table[c].astype(str) for c in table if c == "type"}),
            expected[name].assign(**{c: expected[name][c].astype(str) for c in table if c == "type"}),
            check_dtype=False,
            check_exact=True,
        )


def test_arrays_and_categories_give_the_same_bits_as_columns() -> None:
    data = panel()
    expected = tables(detect(data))
    arrays = {"soil": pd.Categorical(data["soil"]), "height": data["height"].to_numpy(), "town": data["town"]}
    result = rgm.geodetector(None, data["yield"], arrays, time=data["year"])
    for name, table in tables(result).items():
        pd.testing.assert_frame_equal(table, expected[name], check_exact=True)
    for dtype in ("int8", "uint8", "int16", "uint32", "float64", "Int64"):
        again = tables(detect(data.assign(height=data["height"].astype(dtype))))
        pd.testing.assert_frame_equal(again["strata"], expected["strata"], check_exact=True)


def test_nineteen_factors_and_three_years_are_one_call() -> None:
    random = np.random.default_rng(2)
    data = pd.DataFrame({"year": np.repeat([2006, 2012, 2019], 30), "y": random.lognormal(size=90)})
    names = [f"x{i}" for i in range(1, 20)]
    data = data.assign(**{name: data["y"] * random.lognormal(size=90) for name in names})
    result = rgm.geodetector(data, "y", names, time="year", discretize="natural_breaks", k=4)
    assert (len(result.factor), len(result.interaction), len(result.ecological)) == (57, 513, 513)
    assert sorted(result.factor.groupby("time")["rank"].min()) == [1, 1, 1]
    # One set of bounds for all years.
    assert len(result.breaks) == 19 * 4


# Warnings


def warned(**options: Any) -> tuple[rgm.Geodetector, str]:
    arguments = {"value": [1.0, 2.0, 4.0, 8.0], "factors": {"x": [*"aabb"]}} | options
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = rgm.geodetector(None, **arguments)
    assert all(each.filename == __file__ for each in caught)
    told = " ".join(str(each.message) for each in caught)
    assert all(str(each.message) in result.notes for each in caught)
    return result, told


def test_strata_of_one_unit_are_told_with_their_number() -> None:
    result, told = warned(factors={"x": [*"aabc"]})
    assert told == "Strata of one unit: 2 (x); they stay, with variance 0."
    assert result.factor.loc[0, "n_singletons"] == 2
    assert result.risk["p_value"].isna().all()
    result, told = warned(factors={"x": [*"aabc"]}, singletons="drop")
    assert told.startswith("Strata of one unit: 2 (x); their units are left out")
    assert "One stratum only, q is 0 and has no test: x." in told
    assert result.factor.loc[0, ["n", "n_strata", "q"]].tolist() == [2, 1, 0.0]
    assert warned()[1] == ""


def test_one_stratum_and_as_many_strata_as_units_have_no_test() -> None:
    result, told = warned(factors={"x": [*"aaaa"], "z": [*"abcd"]})
    assert "One stratum only, q is 0 and has no test: x." in told
    assert "As many strata as units, q is 1 and has no test: z." in told
    assert result.factor["q"].tolist() == [0.0, 1.0]
    assert result.factor[["f", "p_value", "p_central"]].isna().all().all()
    assert result.factor["rank"].tolist() == [2, 1]


def test_a_factor_of_single_units_that_are_left_out_has_no_q() -> None:
    result, told = warned(factors={"x": [*"abcd"], "z": [*"aabb"]}, singletons="drop")
    assert "there is no q: x." in told
    assert "q is 0" not in told
    assert result.factor.loc[0, ["n", "n_strata", "n_singletons", "rank"]].tolist() == [0, 0, 4, 2]
    assert math.isnan(result.factor.loc[0, "q"])
    assert result.interaction.loc[0, "type"] == "undefined"
    assert result.ecological.loc[0, ["f", "p_value"]].isna().all()


def test_a_factor_that_explains_all_has_p_zero() -> None:
    row = warned(value=[1.0, 1.0, 3.0, 3.0])[0].factor.loc[0]
    assert row[["q", "f", "p_value", "p_central"]].tolist() == [1.0, math.inf, 0.0, 0.0]


def test_too_many_strata_are_not_compared_in_pairs() -> None:
    result, told = warned(value=np.arange(2400.0), factors={"x": np.repeat(np.arange(1200), 2)})
    assert told == "More than 1000 strata, means are not compared in pairs: x."
    assert (len(result.risk), len(result.strata)) == (0, 1200)


def test_missing_values_are_dropped_and_counted_if_asked() -> None:
    data = panel().astype({"height": float})
    data.loc[[3, 5], "height"] = np.nan
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'height' is missing in row 3, 5"):
        detect(data)
    result = detect(data, missing="drop")
    assert result.n_dropped == 2
    assert "2 row(s) with missing values left out." in result.notes
    assert result.factor.equals(detect(data.drop(index=[3, 5])).factor)


# Refusals


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"factors": ["soil", "soil"]}, "factors names a column twice"),
        ({"factors": ["soil", "yield"]}, "'yield' cannot be a factor and the outcome"),
        ({"factors": ["year"]}, "'year' cannot be a factor and the outcome or the time"),
        ({"factors": []}, "factors must be the name of a column or a list"),
        ({"factors": 3}, "factors must be the name of a column or a list"),
        ({"factors": "rain"}, "data have no column 'rain'"),
        ({"time": np.zeros((2, 2))}, "time must be the name of a column of data, not ndarray"),
        ({"time": ["year"]}, "time must be the name of a column of data, not list"),
        ({"singletons": "leave"}, "singletons must be one of 'keep', 'drop'"),
        ({"variance": "n-1"}, "variance must be one of"),
        ({"adjust": "none"}, "adjust must be one of"),
        ({"permutations": -1}, "permutations must be a whole number"),
        ({"confidence": 95}, "confidence must be a number between 0 and 1"),
        ({"discretize": "median"}, "discretize must be one of 'quantiles'"),
        ({"discretize": 5}, "discretize must be the name of a method"),
        ({"discretize": {"rain": "equal"}}, "discretize names 'rain', which is not among the factors"),
        ({"discretize": {"height": [3, 2]}}, r"the bounds of discretize\['height'\] must ascend"),
        ({"discretize": {"height": [3, math.nan]}}, r"discretize\['height'\] must be .*finite upper bounds"),
        ({"discretize": {"height": []}}, r"discretize\['height'\] must be .*finite upper bounds"),
        ({"discretize": {"height": 3}}, r"discretize\['height'\] must be .*finite upper bounds"),
        ({"discretize": {"soil": "equal"}}, "column 'soil' holds text where numbers are needed"),
        ({"discretize": "equal", "k": 1}, "k must be a whole number from 2"),
        ({"pooled": 1}, "pooled must be True or False"),
        ({"missing": "ignore"}, "missing must be one of"),
    ],
)
def test_refusals_of_arguments(options: dict[str, Any], message: str) -> None:
    arguments = {"factors": FACTORS, "time": "year"} | options
    with pytest.raises(rgm.InvalidInputError, match=message):
        rgm.geodetector(panel(), "yield", **arguments)


def test_refusals_of_data() -> None:
    def refusal(**columns: Any) -> pytest.ExceptionInfo[rgm.InvalidInputError]:
        with pytest.raises(rgm.InvalidInputError) as caught:
            rgm.geodetector(pd.DataFrame(columns), "y", "x", time="t" if "t" in columns else None)
        return caught

    caught = refusal(y=[1.0, 2.0, 5.0, 5.0], x=[*"abab"], t=[2006, 2006, 2012, 2012])
    assert caught.match("^column 'y' in t = 2012 is constant; there is no variance")
    assert refusal(y=[5.0, 5.0], x=[*"ab"]).match("^column 'y' is constant")
    assert refusal(y=[1.0, math.inf], x=[*"ab"]).match("^column 'y' is infinite in row 1")
    assert refusal(y=[1.0, None], x=[*"ab"]).match("^column 'y' is missing in row 1")
    assert refusal(y=[1.0, 2.0], x=["a", 3]).match("^the labels in column 'x' cannot be put in order")
    assert refusal(y=["1", "2"], x=[*"ab"]).match("^column 'y' holds text")
    assert refusal(y=[], x=[]).match("^the data have no rows")
    assert refusal(y=[1e-170, 2e-170, 5e-170], x=[*"aab"]).match("'y' are too large or too small")
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'rain', row 2, is -1; this method needs values above"):
        rgm.geodetector(
            pd.DataFrame({"y": [1.0, 2.0, 3.0, 4.0], "rain": [None, 2.0, -1.0, 3.0]}),
            "y",
            "rain",
            discretize=("geometric", 2),
            missing="drop",
        )
    with pytest.raises(rgm.InvalidInputError, match="factors must be a mapping"):
        rgm.geodetector(None, [1.0, 2.0], [*"ab"])
    with pytest.raises(rgm.InvalidInputError, match="the arrays differ in length: value 2, x 3"):
        rgm.geodetector(None, [1.0, 2.0], {"x": [*"abc"]})
    with pytest.raises(rgm.InvalidInputError, match=r"^x cannot be read as an array"):
        rgm.geodetector(None, [1.0, 2.0], {"x": [(1, 2), 0]})
    far_away = np.array([10**17, 0], dtype="datetime64[D]")
    with pytest.raises(rgm.InvalidInputError, match="'x' has dates that pandas cannot hold"):
        rgm.geodetector(None, [1.0, 2.0], {"x": far_away})
    with pytest.raises(rgm.InvalidInputError, match="x is an index of 2 levels; give one of them"):
        rgm.geodetector(None, [1.0, 2.0], {"x": pd.MultiIndex.from_arrays([[*"ab"], [*"ab"]])})
