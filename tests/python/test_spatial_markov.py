"""Spatial Markov chains: hand-worked cases, a naive count, another program, print, and every refusal."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import chain_oracles as oracle
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from hypothesis import given, settings
from hypothesis import strategies as st
from regiometrics.weights import SpatialWeights, as_weights, from_edges
from scipy import stats

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "markov_giddy.json").read_text(encoding="utf-8"))["cases"]
TABLES = rgm.SpatialMarkov._tables


def cube(frame: Any, k: int) -> np.ndarray:
    table = nw.from_native(frame, eager_only=True).to_pandas()
    return table[[name for name in table if name.startswith("to_")]].to_numpy(dtype=float).reshape(-1, k, k)


def ring(n: int) -> SpatialWeights:
    """Every unit has two neighbours."""
    units = np.arange(n)
    edges = pd.DataFrame({"source": units, "target": (units + 1) % n})
    return from_edges(edges, source="source", target="target", symmetric=True).row_standardize()


def panel(n_units: int = 60, n_periods: int = 8, seed: int = 4) -> pd.DataFrame:
    """Values that follow their neighbours on a ring, so that some rows of the chains are empty."""
    random = np.random.default_rng(seed)
    level = np.cumsum(random.normal(size=n_units))
    rows = []
    for _ in range(n_periods):
        level = level + 0.3 * ((np.roll(level, 1) + np.roll(level, -1)) / 2 - level) + 0.5 * random.normal(size=n_units)
        rows.append(level)
    values = np.array(rows).T
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(n_units), n_periods),
            "year": np.tile(2000 + np.arange(n_periods), n_units),
            "y": values.ravel(),
        }
    )


def run(data: Any, weights: Any, **options: Any) -> rgm.SpatialMarkov:
    return rgm.spatial_markov(data, "y", unit="unit", time="year", weights=weights, **options)


# By hand


def test_two_pairs_by_hand() -> None:
    # Neighbours are a–b and c–d; values and lags are cut at 1.5. In period 1 a and c are 1 with a lag of 2, b and d are
    # 2 with a lag of 1; in period 2 a and b are 2, c and d are 1.
    data = pd.DataFrame({"unit": list("abcd") * 2, "year": [1] * 4 + [2] * 4, "y": [1.0, 2, 1, 2, 2, 2, 1, 1]})
    edges = pd.DataFrame({"source": list("abcd"), "target": list("badc")})
    result = run(data, edges, breaks=[1.5, 2.0], lag_breaks=[1.5, 2.0])
    # Low lag (b, d, both in state 2): b stays, d falls. High lag (a, c, both in state 1): a rises, c stays.
    assert cube(result.counts, 2).tolist() == [[[0, 0], [1, 1]], [[1, 1], [0, 0]]]
    assert result.table["n"].tolist() == [0, 2, 2, 0]
    assert np.isnan(cube(result.table, 2)[0, 0]).all()
    # Each row is left in one chain only: no degrees of freedom, nothing to test.
    overall = result.tests.iloc[0]
    assert (overall["test"], overall["Q"], overall["LR"], overall["dof"]) == ("overall", 0.0, 0.0, 0)
    assert math.isnan(overall["p_Q"])
    assert result.states["spatial_lag"].tolist() == [2.0, 2.0, 1.0, 2.0, 2.0, 1.0, 1.0, 1.0]
    assert result.states["lag_state"].tolist() == [2, 2, 1, 2, 2, 1, 1, 1]
    assert (result.n_transitions, result.n_incomplete, result.islands) == (4, 0, ())


def test_the_statistics_of_two_chains_by_hand() -> None:
    # Rows (3, 1) and (1, 3) around (1/2, 1/2): each cell 4 (1/4)²/(1/2) = 1/2, four of them, and again for row 2.
    result = rgm.spatial_markov_from_counts([[[3, 1], [1, 3]], [[1, 3], [3, 1]]])
    overall = result.tests.iloc[0]
    assert overall["Q"] == pytest.approx(4.0, rel=1e-15)
    assert overall["LR"] == pytest.approx(8 * (3 * math.log(1.5) + math.log(0.5)), rel=1e-14)
    assert overall["dof"] == 2
    assert overall["p_Q"] == pytest.approx(math.exp(-2.0), rel=1e-14)
    assert result.tests["dof"].tolist() == [2, 2, 2]
    assert result.pooled.counts.iloc[:, 1:].to_numpy().tolist() == [[4, 4], [4, 4]]


# A naive count


@pytest.mark.parametrize("lag", [1, 2])
@pytest.mark.parametrize("pooled", [True, False])
def test_a_naive_count(lag: int, pooled: bool) -> None:
    data, weights = panel(), ring(60)
    result = run(data, weights, k=4, lag_k=3, lag=lag, pooled=pooled)
    wide = data.pivot(index="unit", columns="year", values="y").to_numpy()
    matrix = np.zeros((60, 60))
    for row in weights.to_frame().itertuples():
        matrix[row.source, row.target] = row.weight
    spatial_lag = matrix @ wide

    def classes(values: np.ndarray, k: int) -> np.ndarray:
        scopes = [values] if pooled else list(values.T)
        cuts = [np.quantile(scope, np.arange(1, k) / k) for scope in scopes]
        return np.array([np.searchsorted(cuts[0 if pooled else t], values[:, t]) for t in range(8)]).T

    state, given = classes(wide, 4), classes(spatial_lag, 3)
    counts = np.zeros((3, 4, 4))
    for unit in range(60):
        for t in range(8 - lag):
            counts[given[unit, t], state[unit, t], state[unit, t + lag]] += 1
    assert np.array_equal(cube(result.counts, 4), counts)
    # 12 cells and 3 chains: each statistic is a sum of some 48 positive terms.
    q, lr, dof = oracle.homogeneity(counts.astype(int).tolist())
    overall = result.tests.iloc[0]
    assert (overall["Q"], overall["LR"]) == pytest.approx((float(q), lr), rel=1e-12)
    assert overall["dof"] == dof
    assert result.states["spatial_lag"].to_numpy() == pytest.approx(spatial_lag.ravel(), rel=1e-14, abs=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 4).flatmap(lambda k: st.lists(st.integers(0, 12), min_size=3 * k * k, max_size=3 * k * k)))
def test_statistics_from_the_definition(numbers: list[int]) -> None:
    k = math.isqrt(len(numbers) // 3)
    counts = np.array(numbers).reshape(3, k, k)
    result = rgm.spatial_markov_from_counts(counts)
    q, lr, dof = oracle.homogeneity(counts.tolist())
    overall = result.tests.iloc[0]
    assert overall["Q"] == pytest.approx(float(q), rel=1e-13, abs=0.0)
    # The sum of logarithms of the definition cancels down to LR; its terms are at most some hundreds.
    assert overall["LR"] == pytest.approx(lr, rel=1e-12, abs=1e-11)
    assert overall["dof"] == dof
    assert result.tests["Q"].iloc[1:].sum() == pytest.approx(overall["Q"], rel=1e-14, abs=1e-300)
    for row in result.tests.itertuples():
        expected = stats.chi2.sf([row.Q, row.LR], row.dof) if row.dof else [math.nan, math.nan]
        assert [row.p_Q, row.p_LR] == pytest.approx(list(expected), rel=1e-11, nan_ok=True)


# giddy


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_chains_of_giddy(case: dict[str, Any]) -> None:
    values, k = np.array(case["values"]), case["k"]
    n_units, n_periods = values.shape
    unit, time = np.repeat(np.arange(n_units), n_periods), np.tile(np.arange(n_periods), n_units)
    weights = from_edges(None, source=case["links"][0], target=case["links"][1]).row_standardize()
    result = rgm.spatial_markov(None, values.ravel(), unit=unit, time=time, weights=weights, k=k)
    near = {"rel": 1e-12, "abs": 0.0}
    assert result.lag_classes["upper"].tolist()[:-1] == pytest.approx(case["lag_cutoffs"], **near)
    assert cube(result.counts, k).tolist() == case["conditional"]
    # An empty row is zeros there.
    assert np.nan_to_num(cube(result.table, k)) == pytest.approx(np.array(case["conditional_p"]), **near)
    overall = result.tests.iloc[0]
    # The logarithms that giddy adds have both signs: 1e-12 of their size.
    assert (overall["Q"], overall["LR"]) == pytest.approx((case["Q"], case["LR"]), rel=1e-11)
    assert overall["dof"] == case["dof"]
    for lag_state, steady, times in zip(
        case["conditional_full"], case["conditional_steady"], case["conditional_mfpt"], strict=True
    ):
        mine = result.steady_state.query(f"lag_state == {lag_state + 1}")["probability"]
        assert mine.tolist() == pytest.approx(steady, rel=1e-11, abs=1e-15)
        # giddy inverts matrices: times near 1e6 lose half a dozen digits there.
        found = cube(result.first_passage, k)[lag_state]
        assert found == pytest.approx(np.array(times), rel=1e-9)
    for (statistic, _, dof), row in zip(case["chi2"], result.tests.iloc[1:].itertuples(), strict=True):
        assert pytest.approx(statistic, **near) == row.Q
        rows = (cube(result.counts, k)[int(row.test) - 1].sum(axis=1) > 0).sum()
        assert dof == (rows - 1) * (k - 1)


# Islands


def with_island() -> tuple[pd.DataFrame, SpatialWeights]:
    """The ring, and unit 60 without neighbours."""
    data = panel()
    lone = data[data["unit"] == 0].assign(unit=60)
    weights = from_edges(ring(60).to_frame(), source="source", target="target", weight="weight", ids=range(61))
    return pd.concat([data, lone], ignore_index=True), weights


def test_islands_raise_unless_told_otherwise() -> None:
    data, weights = with_island()
    with pytest.raises(rgm.InvalidInputError, match=r"^1 unit\(s\) have no neighbours .*: 60; .*islands='drop'"):
        run(data, weights)


def test_dropped_islands_leave_the_chains_of_the_others() -> None:
    data, weights = with_island()
    dropped = run(data, weights, islands="drop")
    breaks = dropped.classes["upper"]
    without = run(data[data["unit"] < 60], ring(60), breaks=breaks)
    assert dropped.counts.equals(without.counts)
    assert dropped.lag_classes.equals(without.lag_classes)
    assert (dropped.islands, dropped.n_incomplete, dropped.n_transitions) == ((60,), 7, 60 * 7)
    assert set(dropped.states.query("unit == 60")["lag_state"]) == {-1}
    assert any("without neighbours, left out: 60" in note for note in dropped.notes)


def test_islands_may_be_a_class_of_their_own() -> None:
    data, weights = with_island()
    own = run(data, weights, islands="own_class")
    dropped = run(data, weights, islands="drop")
    assert own.table["lag_state"].unique().tolist() == [0, 1, 2, 3, 4, 5]
    assert own.counts[own.counts["lag_state"] > 0].reset_index(drop=True).equals(dropped.counts)
    alone = rgm.markov(data[data["unit"] == 60], "y", unit="unit", time="year", breaks=own.classes["upper"])
    assert cube(own.counts, 5)[0].tolist() == alone.counts.iloc[:, 1:].to_numpy().tolist()
    assert own.tests["test"].tolist() == ["overall", "0", "1", "2", "3", "4", "5"]
    assert own.n_incomplete == 0


# Invariances and forms


def assert_same(one: rgm.SpatialMarkov, two: rgm.SpatialMarkov, tables: tuple[str, ...] = TABLES) -> None:
    for name in tables:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)


def test_the_pooled_chain_is_that_of_markov() -> None:
    data = panel()
    pooled, alone = run(data, ring(60)).pooled, rgm.markov(data, "y", unit="unit", time="year")
    for name in ("probabilities", "counts", "first_passage", "intervals", "steady_state", "mobility", "classes"):
        pd.testing.assert_frame_equal(getattr(pooled, name), getattr(alone, name), check_exact=True)


def test_order_of_rows_units_and_threads_change_no_bit() -> None:
    data, weights = panel(300), ring(300)
    before = run(data, weights)
    assert_same(before, run(data.sample(frac=1.0, random_state=2), weights))
    rgm.set_threads(1)
    one = run(data, weights)
    rgm.set_threads(3)
    assert_same(one, run(data, weights))
    rgm.set_threads(None)
    # Two neighbours are added: in any order the same.
    assert_same(before, run(data, weights.align(np.random.default_rng(0).permutation(300))))


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Any) -> None:
    data = panel()
    expected, result = run(data, ring(60)), run(convert(data), ring(60))
    for name in TABLES:
        frame, reference = getattr(result, name), getattr(expected, name)
        assert type(frame) is type(convert(data))
        found = nw.from_native(frame, eager_only=True).to_pandas()
        pd.testing.assert_frame_equal(found, reference, check_exact=True, check_dtype=False)


def test_weights_in_any_form() -> None:
    data, weights = panel(), ring(60)
    expected = run(data, weights)
    edges = weights.to_frame()
    matrix = np.zeros((60, 60))
    matrix[edges["source"], edges["target"]] = edges["weight"]
    for form in (edges, pl.from_pandas(edges), pd.DataFrame(matrix), as_weights(matrix, ids=range(60))):
        assert_same(expected, run(data, form))


def test_weights_that_are_not_standardised_warn_and_condition_on_sums() -> None:
    data = panel()
    binary = ring(60).to_frame().assign(weight=1.0)
    with pytest.warns(rgm.RegiometricsWarning, match=r"not row-standardised \(rows add up to 2 … 2\)"):
        result = run(data, binary)
    # On a ring every sum is twice the mean: the classes are the same.
    assert_same(result, run(data, ring(60)), ("table", "tests", "counts"))


def test_an_unbalanced_panel_has_lags_where_all_neighbours_have_values() -> None:
    data = panel()
    gap = data[(data["unit"] != 10) | (data["year"] != 2003)]
    result = run(gap, ring(60), breaks=[-1.0, 1.0], lag_breaks=[-1.0, 1.0])
    # Unit 10 lacks 2002–2003 and 2003–2004; its neighbours 9 and 11 lack the lag of 2003.
    assert (result.n_incomplete, result.n_transitions) == (4, 60 * 7 - 4)
    unknown = result.states[result.states["lag_state"] == -1]
    assert unknown[["unit", "year"]].values.tolist() == [[9, 2003], [11, 2003]]
    assert unknown["spatial_lag"].isna().all()


# Print


def test_published_shares_and_cases_make_a_round_trip() -> None:
    printed = rgm.datasets.published("ai_spatial_markov")
    to = [f"to_{k}" for k in range(1, 6)]
    counts = rgm.counts_from_probabilities(printed[to], printed["n"])
    result = rgm.spatial_markov_from_counts(counts.reshape(5, 5, 5))
    assert result.n_transitions == 341
    assert result.table["n"].tolist() == printed["n"].tolist()
    again = result.table[to].to_numpy()
    # Printed to three decimals; an empty row is printed as zeros.
    assert np.abs(np.nan_to_num(again) - printed[to].to_numpy()).max() <= 0.0005 + 1e-12
    pooled = rgm.datasets.published("ai_markov")[to].to_numpy()
    assert np.abs(result.pooled.probabilities.iloc[:, 1:].to_numpy() - pooled).max() <= 0.0005 + 1e-12


def test_counts_of_a_result_give_the_result_again() -> None:
    first = run(panel(), ring(60))
    for frame in (first.counts, pl.from_pandas(first.counts)):
        again = rgm.spatial_markov_from_counts(frame)
        for name in ("table", "tests", "first_passage", "steady_state"):
            found = nw.from_native(getattr(again, name), eager_only=True).to_pandas()
            pd.testing.assert_frame_equal(found, getattr(first, name), check_exact=True, check_dtype=False)


# Refusals


def test_what_cannot_be_conditioned_is_refused() -> None:
    data, weights = panel(), ring(60)
    refuse: list[tuple[str, Any, dict[str, Any]]] = [
        (r"^the weights have no unit 59;", ring(59).align(range(59)), {}),
        (r"^the weights have 60, which the data lack", ring(61), {}),
        (r"^islands must be one of 'error', 'drop', 'own_class'", weights, {"islands": "keep"}),
        (r"^lag is 8, but column 'year' has 8 period", weights, {"lag": 8}),
        (r"^lag_k must be a whole number from 2", weights, {"lag_k": 1}),
        (r"^lag_k must be a whole number from 2", weights, {"lag_k": 0}),
        (r"^lag_k must be a whole number, not array", weights, {"lag_k": np.zeros(3)}),
        (r"^weights must be SpatialWeights", 3.0, {}),
    ]
    for message, links, options in refuse:
        with pytest.raises(rgm.InvalidInputError, match=message):
            run(data, links, **options)
    lonely = as_weights(np.zeros((60, 60)), ids=range(60))
    with pytest.raises(rgm.InvalidInputError, match=r"^no unit has a spatial lag in any period"):
        run(data, lonely, islands="drop")
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'y' is infinite in row 3"):
        run(data.assign(y=data["y"].where(data.index != 3, np.inf)), weights)


def test_counts_that_are_none_are_refused() -> None:
    refuse: list[tuple[Any, str]] = [
        ([[1, 2], [3, 4]], r"^counts must be lag classes × states × states, not of shape \(2, 2\)"),
        ([[[1, 0.5], [0, 1]]], r"^counts\[0, 0, 1\] is 0.5; counts are whole"),
        (pd.DataFrame({"to_1": [1, 2], "to_2": [1, 2]}), r"must have a column lag_state"),
        (pd.DataFrame({"lag_state": [1, 2], "to_1": [1, 2], "to_2": [1, 2]}), r"every lag_state must have 2 rows"),
    ]
    for counts, message in refuse:
        with pytest.raises(rgm.InvalidInputError, match=message):
            rgm.spatial_markov_from_counts(counts)


def test_permutations_are_the_exact_test_of_every_arrangement():
    counts = np.array([[[3, 1], [1, 2]], [[1, 2], [2, 1]]])

    def statistics(tables):
        pooled = tables.sum(axis=0)
        expected = tables.sum(axis=2, keepdims=True) * (pooled / pooled.sum(axis=1, keepdims=True))
        with np.errstate(divide="ignore", invalid="ignore"):
            likelihood = np.where(tables > 0, tables * np.log(tables / expected), 0.0)
        return np.array([((tables - expected) ** 2 / expected).sum(), 2.0 * likelihood.sum()])

    # With the sums of rows and columns given, one cell of each state's table says the other three.
    reached = np.zeros(2)
    observed = statistics(counts)
    for cells in itertools.product(*(range(int(counts[0, state].sum()) + 1) for state in (0, 1))):
        tables, ways = counts.copy(), 1
        for state, cell in enumerate(cells):
            (first, second), ends = counts[:, state].sum(axis=1), counts[:, state].sum(axis=0)
            tables[:, state] = [[cell, first - cell], [ends[0] - cell, second - ends[0] + cell]]
            ways *= math.comb(ends[0], cell) * math.comb(ends[1], first - cell) if tables[:, state].min() >= 0 else 0
        if ways:
            reached += ways * (statistics(tables) >= observed * (1.0 - 1e-12))
    exact = reached / (math.comb(7, 4) * math.comb(6, 3))
    tests = rgm.spatial_markov_from_counts(counts, permutations=40_000, seed=3).tests
    drawn = tests.loc[0, ["p_Q_permutation", "p_LR_permutation"]].to_numpy(dtype=float)
    # Four standard errors of a share of 40 000 draws.
    assert np.abs(drawn - exact).max() < 0.01


def test_permutations_need_a_seed_only_when_there_are_some():
    counts = [[[3, 1], [1, 3]], [[1, 3], [3, 1]]]
    plain = rgm.spatial_markov_from_counts(counts)
    assert plain.seed is None
    assert "p_Q_permutation" not in plain.tests
    drawn = rgm.spatial_markov_from_counts(counts, permutations=99)
    again = rgm.spatial_markov_from_counts(counts, permutations=99, seed=drawn.seed)
    assert drawn.tests.equals(again.tests)
    assert str(drawn.seed) in drawn.notes[-1]
    with pytest.raises(rgm.InvalidInputError, match="transitions"):
        rgm.spatial_markov_from_counts([[[10**9, 1], [1, 1]]], permutations=9)
