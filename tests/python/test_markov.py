"""Markov chains: hand-worked cases, exact arithmetic, another program, print, and every refusal."""

from __future__ import annotations

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
from scipy import stats

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "markov_giddy.json").read_text(encoding="utf-8"))["cases"]
SQUARES = ("probabilities", "counts", "standard_errors", "first_passage")
TABLES = rgm.Markov._tables


def square(frame: Any) -> np.ndarray:
    return nw.from_native(frame, eager_only=True).to_pandas().iloc[:, 1:].to_numpy(dtype=float)


def panel(n_units: int = 40, n_periods: int = 9, seed: int = 3) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    walk = np.cumsum(random.normal(size=(n_units, n_periods)), axis=1)
    return pd.DataFrame(
        {
            "unit": np.repeat([f"u{unit:02d}" for unit in range(n_units)], n_periods),
            "year": np.tile(2000 + np.arange(n_periods), n_units),
            "y": walk.ravel(),
        }
    )


def chain_of(states: str, periods: int, **options: Any) -> rgm.Markov:
    """The chain of units written as words, one letter per period; a dot is a period that the unit lacks."""
    rows = [
        (unit, period, state)
        for unit, word in enumerate(states.split())
        for period, state in enumerate(word)
        if state != "."
    ]
    data = pd.DataFrame(rows, columns=["unit", "time", "state"])
    assert data["time"].nunique() == periods
    return rgm.markov(data, state="state", unit="unit", time="time", **options)


# By hand


def test_three_units_by_hand() -> None:
    # a→a, a→b | b→b, b→a | a→b, b→b: P = [[1/3, 2/3], [1/3, 2/3]], π = (1/3, 2/3), every passage to a 3, to b 3/2.
    result = chain_of("aab bba abb", 3)
    assert square(result.counts).tolist() == [[1, 2], [1, 2]]
    assert square(result.probabilities) == pytest.approx(np.array([[1, 2], [1, 2]]) / 3, rel=1e-15)
    assert result.steady_state["probability"].tolist() == pytest.approx([1 / 3, 2 / 3], rel=1e-15)
    assert square(result.first_passage) == pytest.approx(np.array([[3, 1.5], [3, 1.5]]), rel=1e-15)
    assert square(result.standard_errors) == pytest.approx(np.full((2, 2), math.sqrt(2 / 27)), rel=1e-15)
    assert result.sojourn["mean_sojourn"].tolist() == pytest.approx([1.5, 3.0], rel=1e-15)
    assert result.sojourn["leaving_probability"].tolist() == pytest.approx([2 / 3, 1 / 3], rel=1e-15)
    # Trace 1: (2 − 1)/1. Movers 3/6. det 0. λ₂ = 0.
    assert result.mobility["value"].tolist()[:4] == pytest.approx([1.0, 0.5, 1.0, 1.0], rel=1e-15)
    assert result.structure.values.tolist() == [["a", 1, "recurrent", 1], ["b", 1, "recurrent", 1]]
    assert result.classes.values.tolist() == [["a", 4], ["b", 5]]
    assert (result.n_transitions, result.n_incomplete, result.lag) == (6, 0, 1)


def test_a_unit_that_lacks_a_period_makes_no_transition_over_it() -> None:
    result = chain_of("a.b aab", 3)
    assert square(result.counts).tolist() == [[1, 1], [0, 0]]
    assert result.n_incomplete == 2
    assert any("2 transitions" in note and "2 of the 4 possible" in note for note in result.notes)
    # Two periods later the first unit is there again.
    assert square(chain_of("a.b aab", 3, lag=2).counts).tolist() == [[0, 2], [0, 0]]


def test_an_empty_row_is_not_absorbing() -> None:
    # b is entered, but only at the end.
    result = chain_of("aab aaa", 3)
    assert square(result.counts).tolist() == [[3, 1], [0, 0]]
    assert np.isnan(square(result.probabilities)[1]).all()
    assert result.structure["kind"].tolist() == ["undetermined", "undetermined"]
    assert len(result.steady_state) == 0
    assert result.steady_state.columns.tolist() == ["state", "recurrent_class", "probability"]
    assert square(result.first_passage)[0].tolist() == pytest.approx([math.nan, 4.0], nan_ok=True)
    assert result.mobility["value"].isna().tolist() == [True, False, True, True, True]
    assert any(note.startswith("No transition starts in b") for note in result.notes)


def test_an_absorbing_state_is_one_recurrent_class() -> None:
    result = chain_of("aabb abbb aaab", 4)
    assert result.structure["kind"].tolist() == ["transient", "recurrent"]
    assert result.steady_state["probability"].tolist() == [0.0, 1.0]
    assert result.steady_state["recurrent_class"].tolist() == [2, 2]
    assert square(result.first_passage)[:, 0].tolist() == [math.inf, math.inf]
    assert result.sojourn["mean_sojourn"].tolist() == [2.0, math.inf]


def test_a_cycle_has_a_period_and_its_second_eigenvalue_lies_on_the_circle() -> None:
    result = chain_of("abcabc bcabca", 6)
    assert result.structure["period"].tolist() == [3, 3, 3]
    assert result.steady_state["probability"].tolist() == [1 / 3] * 3
    mobility = dict(result.mobility.values.tolist())
    assert (mobility["second_eigenvalue"], mobility["half_life"]) == (0.0, math.inf)
    assert any(note.startswith("Periodic: a, b, c (period 3)") for note in result.notes)


@pytest.mark.parametrize("n", [3, 10**6, 10**12])
def test_mobility_of_a_chain_that_hardly_moves(n: int) -> None:
    # P = [[1 − 1/n, 1/n], [1/n, 1 − 1/n]] has eigenvalues 1 and 1 − 2/n.
    mobility = dict(rgm.markov_from_counts([[n - 1, 1], [1, n - 1]]).mobility.values.tolist())
    assert mobility["determinant"] == pytest.approx(2 / n, rel=1e-15)
    assert mobility["second_eigenvalue"] == pytest.approx(2 / n, rel=1e-15)
    assert mobility["half_life"] == pytest.approx(-math.log(2) / math.log1p(-2 / n), rel=1e-15)


def test_mobility_of_two_pairs_of_states_that_are_left_rarely() -> None:
    # Inside a pair the next state is either one; each pair is left once in n steps: 1 − λ₂ = 2/n; the
    # other two eigenvalues are zero.
    n = 10**10
    rows = [[n - 1, n - 1, 1, 1], [n - 1, n - 1, 1, 1], [1, 1, n - 1, n - 1], [1, 1, n - 1, n - 1]]
    mobility = dict(rgm.markov_from_counts(rows).mobility.values.tolist())
    assert mobility["second_eigenvalue"] == pytest.approx(2 / n, rel=1e-14)
    assert mobility["half_life"] == pytest.approx(-math.log(2) / math.log1p(-2 / n), rel=1e-14)
    assert mobility["determinant"] == pytest.approx(1.0, rel=1e-14)


def test_two_recurrent_classes_have_a_distribution_each() -> None:
    result = chain_of("aba bab ccc dcc dac", 3)
    table = result.steady_state.pivot(index="recurrent_class", columns="state", values="probability")
    # a → b twice, b → a twice, and then c and a mix: dac has a → c.
    assert table.index.tolist() == [2]
    split = chain_of("aba bab ccc dcc dab", 3)
    table = split.steady_state.pivot(index="recurrent_class", columns="state", values="probability")
    assert table.loc[1].tolist()[2:] == [0.0, 0.0]
    assert table.loc[2].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert any(note.startswith("2 recurrent classes") for note in split.notes)


# Exact arithmetic


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 6).flatmap(
        lambda k: st.lists(st.lists(st.integers(0, 50), min_size=k, max_size=k), min_size=k, max_size=k)
    )
)
def test_exact_fractions(counts: list[list[int]]) -> None:
    k = len(counts)
    # A ring makes the chain irreducible.
    for state in range(k):
        counts[state][(state + 1) % k] += 1
    result = rgm.markov_from_counts(counts)
    p = oracle.probabilities(counts)
    # State reduction subtracts nothing: the relative error is some k² roundings.
    near = {"rel": 1e-14, "abs": 0.0}
    assert result.steady_state["probability"].tolist() == pytest.approx(
        list(map(float, oracle.steady_state(p))), **near
    )
    times = np.array(oracle.first_passage(p), dtype=float)
    assert square(result.first_passage) == pytest.approx(times, **near)
    # The mean return is one over the stationary probability.
    assert np.diag(times) == pytest.approx(1.0 / result.steady_state["probability"].to_numpy(), **near)
    assert square(result.probabilities) == pytest.approx(np.array(p, dtype=float), **near)


def test_tiny_probabilities_keep_their_digits() -> None:
    counts = [[10**9, 1, 0], [1, 10**9, 1], [0, 10**9, 1]]
    result, p = rgm.markov_from_counts(counts), oracle.probabilities(counts)
    expected = list(map(float, oracle.steady_state(p)))
    assert result.steady_state["probability"].tolist() == pytest.approx(expected, rel=1e-14, abs=0.0)
    assert square(result.first_passage) == pytest.approx(np.array(oracle.first_passage(p), dtype=float), rel=1e-14)


# scipy


def test_intervals_are_those_of_scipy() -> None:
    result = rgm.markov_from_counts([[0, 30, 7], [200, 1, 0], [5, 0, 0]], confidence=0.9)
    for row in result.intervals.itertuples():
        count = round(row.probability * row.n)
        expected = stats.binomtest(count, row.n).proportion_ci(0.9, method="wilson")
        # scipy subtracts, which leaves some 1e-16 at zero.
        assert (row.low, row.high) == pytest.approx(expected, rel=1e-13, abs=1e-15)
        assert row.standard_error == pytest.approx(
            math.sqrt(row.probability * (1 - row.probability) / row.n), rel=1e-14
        )
    zero = result.intervals.iloc[0]
    assert (zero["probability"], zero["low"], zero["standard_error"]) == (0.0, 0.0, 0.0)
    assert result.intervals.loc[6, "high"] == 1.0


# giddy


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_chains_of_giddy(case: dict[str, Any]) -> None:
    values = np.array(case["values"])
    n_units, n_periods = values.shape
    data = {"unit": np.repeat(np.arange(n_units), n_periods), "time": np.tile(np.arange(n_periods), n_units)}
    result = rgm.markov(None, values.ravel(), k=case["k"], **data)
    assert square(result.counts).tolist() == case["transitions"]
    assert result.classes["upper"].tolist()[:-1] == pytest.approx(case["cutoffs"], rel=1e-14)
    # giddy inverts matrices: its own rounding is some 1e-14, times the condition of the system.
    near = {"rel": 1e-12}
    assert square(result.probabilities) == pytest.approx(np.array(case["p"]), **near)
    assert result.steady_state["probability"].tolist() == pytest.approx(case["steady_state"], **near)
    assert square(result.first_passage) == pytest.approx(np.array(case["mfpt"]), **near)
    assert result.sojourn["mean_sojourn"].tolist() == pytest.approx(case["sojourn"], **near)
    mobility = dict(result.mobility.values.tolist())
    for index, value in case["mobility"].items():
        assert mobility[index] == pytest.approx(value, **near)


# Identities and invariances


def test_rows_add_up_and_steady_states_stand_still() -> None:
    result = rgm.markov(panel(), "y", unit="unit", time="year")
    p, steady = square(result.probabilities), result.steady_state["probability"].to_numpy()
    assert p.sum(axis=1) == pytest.approx(np.ones(5), rel=1e-15)
    assert steady @ p == pytest.approx(steady, rel=1e-14)
    assert square(result.counts).sum() == result.n_transitions == 40 * 8
    mobility = dict(result.mobility.values.tolist())
    moduli = np.sort(np.abs(np.linalg.eigvals(p)))
    assert mobility["determinant"] == pytest.approx(1 - abs(np.linalg.det(p)), rel=1e-14)
    assert mobility["second_eigenvalue"] == pytest.approx(1 - moduli[-2], rel=1e-12)
    assert moduli[-2] ** mobility["half_life"] == pytest.approx(0.5, rel=1e-12)
    assert mobility["shorrocks"] == pytest.approx((5 - np.trace(p)) / 4, rel=1e-14)


def test_classes_of_a_value_are_those_of_classify() -> None:
    data = panel()
    classes = rgm.classify(data["y"], k=4, method="natural_breaks")
    result = rgm.markov(data, "y", unit="unit", time="year", k=4, method="natural_breaks")
    assert result.states["state"].tolist() == classes.codes.tolist()
    assert result.classes["upper"].tolist() == classes.breaks.tolist()
    assert result.classes["n"].tolist() == classes.counts["n"].tolist()
    given = rgm.markov(data, "y", unit="unit", time="year", breaks=classes.breaks)
    assert given.counts.equals(result.counts)


def test_classes_of_each_period_are_those_of_each_period() -> None:
    data = panel()
    result = rgm.markov(data, "y", unit="unit", time="year", pooled=False)
    states = data.groupby("year")["y"].transform(lambda y: rgm.classify(y.to_numpy(), k=5).codes)
    assert result.states["state"].tolist() == states.tolist()
    assert result.classes.groupby("time")["n"].sum().tolist() == [40] * 9
    assert result.classes.columns.tolist() == ["time", "state", "lower", "upper", "n"]


def assert_same(one: rgm.Markov, two: rgm.Markov, tables: tuple[str, ...] = TABLES) -> None:
    for name in tables:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)


def test_order_of_rows_scale_and_threads_change_no_bit() -> None:
    data = panel(300)
    before = rgm.markov(data, "y", unit="unit", time="year")
    assert_same(before, rgm.markov(data.sample(frac=1.0, random_state=1), "y", unit="unit", time="year"))
    scaled = rgm.markov(data.assign(y=data["y"] * 2.0**40), "y", unit="unit", time="year")
    assert_same(before, scaled, TABLES[:9])
    rgm.set_threads(1)
    one = rgm.markov(data, "y", unit="unit", time="year")
    rgm.set_threads(3)
    assert_same(one, rgm.markov(data, "y", unit="unit", time="year"))
    rgm.set_threads(None)


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
@pytest.mark.parametrize("column", ["value", "state"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Any, column: str) -> None:
    data = panel().assign(state=lambda rows: np.where(rows["y"] > 0, "up", "down"))
    role = {"value": {"value": "y"}, "state": {"state": "state"}}[column]
    expected = rgm.markov(data, unit="unit", time="year", **role)
    given = convert(data)
    result = rgm.markov(given, unit="unit", time="year", **role)
    for name in TABLES:
        frame = getattr(result, name)
        assert type(frame) is type(given)
        found = nw.from_native(frame, eager_only=True)
        reference = getattr(expected, name)
        assert found.columns == reference.columns.tolist()
        for head in found.columns:
            assert np.array_equal(found[head].to_list(), reference[head].tolist()) or np.array_equal(
                found[head].to_numpy(), reference[head].to_numpy(), equal_nan=True
            )


def test_arrays_give_the_same_numbers_as_columns() -> None:
    data = panel()
    expected = rgm.markov(data, "y", unit="unit", time="year")
    result = rgm.markov(None, data["y"].to_numpy(), unit=data["unit"].tolist(), time=data["year"].to_numpy())
    assert_same(expected, result, TABLES[:9])


# States given


def test_categories_keep_their_order_and_unused_ones_are_left_out() -> None:
    states = pd.Categorical(["poor", "rich", "poor", "rich"], categories=["poor", "middle", "rich"], ordered=True)
    result = rgm.markov(None, state=states, unit=[1, 1, 2, 2], time=[1, 2, 1, 2])
    assert result.counts.columns.tolist() == ["from_state", "poor", "rich"]
    assert result.counts["from_state"].tolist() == ["poor", "rich"]
    assert result.counts["from_state"].dtype == "category"
    enum = pl.DataFrame(
        {"s": ["poor", "rich"], "u": [1, 1], "t": [1, 2]}, schema_overrides={"s": pl.Enum(["rich", "poor"])}
    )
    assert rgm.markov(enum, state="s", unit="u", time="t").counts.columns == ["from_state", "rich", "poor"]


def test_excluded_states_are_unknown_and_counted() -> None:
    result = chain_of("axb aab", 3, exclude="x")
    assert square(result.counts).tolist() == [[1, 1], [0, 0]]
    assert (result.n_excluded, result.n_incomplete) == (1, 2)
    assert "1 row(s) with state 'x' excluded." in result.notes
    assert result.states["state"].tolist() == ["a", "b", "a", "a", "b"]
    with pytest.raises(rgm.InvalidInputError, match="column 'state' has no 'y' to exclude; there is 'a', 'b', 'x'"):
        chain_of("axb", 3, exclude=["y"])
    with pytest.raises(rgm.InvalidInputError, match=r"has no array\(\[0., 0.\]\) to exclude"):
        chain_of("axb", 3, exclude=np.zeros(2))
    with pytest.raises(rgm.InvalidInputError, match="every state in column 'state' is excluded"):
        chain_of("aaa", 3, exclude=["a"])


def test_missing_states_raise_or_are_dropped_and_a_period_without_any_still_counts() -> None:
    data = {"state": ["a", None, "b", "a", None, "b"], "unit": [1, 1, 1, 2, 2, 2], "time": [1, 2, 3] * 2}
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'state' is missing in row 1, 4; .*missing='drop'"):
        rgm.markov(None, **data)
    result = rgm.markov(None, **data, missing="drop")
    # Period 2 has no state at all: nothing goes from 1 to 3 in one step.
    assert (result.n_dropped, result.n_transitions, result.n_incomplete) == (2, 0, 4)
    assert square(rgm.markov(None, **data, missing="drop", lag=2).counts).tolist() == [[0, 2], [0, 0]]


def test_a_state_called_low_is_not_taken_for_a_bound() -> None:
    result = rgm.markov(None, state=["low", "high", "low", "low"], unit=[1, 1, 2, 2], time=[1, 2] * 2)
    rgm.set_language("zh")
    try:
        text = result.summary()
    finally:
        rgm.set_language("en")
    assert "区间下限" not in text
    assert "转移概率矩阵" in text


# Notes and warnings


def test_uneven_periods_are_noted() -> None:
    result = rgm.markov(None, state=list("abab"), unit=[1] * 4, time=[2011, 2015, 2019, 2022])
    assert any(note.startswith("The periods are unevenly spaced (3, 4 apart)") for note in result.notes)


def test_ties_that_leave_fewer_classes_are_said() -> None:
    data = {"unit": [1, 1, 2, 2, 3, 3], "time": [1, 2] * 3}
    with pytest.warns(rgm.RegiometricsWarning, match="Fewer than the 4 classes of 'value' asked for: ties"):
        result = rgm.markov(None, [1.0, 1.0, 1.0, 1.0, 2.0, 3.0], k=4, **data)
    assert len(result.classes) < 4
    with pytest.warns(rgm.RegiometricsWarning, match="asked for in time = 1: ties"):
        rgm.markov(None, [1.0, 1.0, 1.0, 2.0, 1.0, 3.0], k=3, pooled=False, **data)
    # Mean 7/6, sample deviation 0.41: with six classes the outer cuts lie beyond the values, which no tie explains.
    with pytest.warns(rgm.RegiometricsWarning, match="6 classes of 'value' asked for: cut points outside the values"):
        rgm.markov(None, [1.0, 1.0, 1.0, 1.0, 1.0, 2.0], k=6, method="std", **data)


def test_bounds_below_all_values_keep_their_order() -> None:
    panel = {"unit": [1, 1, 2, 2], "time": [1, 2] * 2}
    classes = rgm.markov(None, [5.0, 6.0, 7.0, 8.0], breaks=[1.0, 6.0], **panel).classes
    assert classes[["lower", "upper", "n"]].values.tolist() == [[1.0, 1.0, 0.0], [1.0, 6.0, 2.0], [6.0, 8.0, 2.0]]


def test_pooled_is_true_or_false() -> None:
    with pytest.raises(rgm.InvalidInputError, match="pooled must be True or False, not 'no'"):
        rgm.markov(None, [1.0, 2.0], unit=[1, 1], time=[1, 2], k=2, pooled="no")
    with pytest.raises(rgm.InvalidInputError, match="pooled must be True or False, not 'no'"):
        rgm.normalize(None, {"x": [1.0, 2.0]}, pooled="no")


# Published numbers, and counts


def test_published_shares_and_cases_make_a_round_trip() -> None:
    table = rgm.datasets.published("decoupling_markov")
    for _, rows in table.groupby("pair"):
        printed = rows.iloc[:, 3:].to_numpy()
        counts = rgm.counts_from_probabilities(printed, rows["n"])
        assert counts.sum(axis=1).tolist() == rows["n"].tolist()
        result = rgm.markov_from_counts(counts, states=rows["from_state"].tolist())
        assert np.round(square(result.probabilities), 4) == pytest.approx(printed, abs=1e-12)
        again = rgm.counts_from_probabilities(square(result.probabilities), rows["n"], decimals=12)
        assert np.array_equal(again, counts)


def test_counts_of_a_result_give_the_result_again() -> None:
    first = rgm.markov(
        panel().assign(s=lambda rows: np.where(rows["y"] > 0, "up", "down")), state="s", unit="unit", time="year"
    )
    for frame in (first.counts, pl.from_pandas(first.counts)):
        again = rgm.markov_from_counts(frame)
        for name in ("probabilities", "first_passage", "intervals", "mobility"):
            found = nw.from_native(getattr(again, name), eager_only=True).to_pandas()
            pd.testing.assert_frame_equal(found, getattr(first, name), check_exact=True, check_dtype=False)


def test_shares_that_fit_no_counts_are_refused() -> None:
    refuse = [
        ([[0.333, 0.667]], [10], r"no whole counts of 10 cases round to the probabilities of row 0 at 3 decimals"),
        ([[0.5, 0.4]], [4], r"no whole counts of 4 cases"),
        ([[0.25, 0.75]], [400], r"2 decimals are too few to tell the counts of 400 cases \(row 0\)"),
        ([[0.5, 0.5]], [1.5], r"n\[0\] is 1.5; counts are whole numbers"),
        ([[0.5, math.nan]], [4], r"probabilities of row 0 are not finite"),
        ([0.5, 0.5], [4], r"one n per row"),
        ([[1e308, 0.125]], [25], r"no whole counts of 25 cases"),
    ]
    for shares, n, message in refuse:
        with pytest.raises(rgm.InvalidInputError, match=message):
            rgm.counts_from_probabilities(shares, n)
    assert rgm.counts_from_probabilities([[math.nan, 0.0], [0.5, 0.5]], [0, 2]).tolist() == [[0, 0], [1, 1]]


# Refusals


def test_what_cannot_be_a_chain_is_refused() -> None:
    data = pd.DataFrame({"y": [1.0, 2.0], "s": ["a", "b"], "u": [1, 1], "t": [1, 2]})
    refuse: list[tuple[str, dict[str, Any]]] = [
        (r"^give either value, a number to class, or state", {}),
        (r"^give either value", {"value": "y", "state": "s"}),
        (r"^lag is 2, but column 't' has 2 period\(s\)", {"state": "s", "lag": 2}),
        (r"^lag must be a whole number from 1", {"state": "s", "lag": 0}),
        (r"^k must be a whole number from 2", {"value": "y", "k": 1}),
        (r"^method must be one of 'quantiles'", {"value": "y", "method": "jenks"}),
        (r"^confidence must be a number between 0 and 1", {"state": "s", "confidence": 95}),
        (r"^column 's' holds text where numbers are needed", {"value": "s"}),
        (r"^exclude names states of the column state", {"value": "y", "exclude": "a"}),
        (r"^data have no column 'z'", {"state": "z"}),
    ]
    for message, options in refuse:
        with pytest.raises(rgm.InvalidInputError, match=message):
            rgm.markov(data, unit="u", time="t", **options)
    with pytest.raises(rgm.InvalidInputError, match=r"u = 1, t = 1 appears in 2 rows \(0, 1\)"):
        rgm.markov(data.assign(t=1), state="s", unit="u", time="t")
    with pytest.raises(rgm.InvalidInputError, match=r"^unit and time are needed"):
        rgm.markov(data, state="s", unit=None, time="t")


def test_counts_that_are_none_are_refused() -> None:
    refuse: list[tuple[Any, str]] = [
        ([[1, 2]], r"^counts must be square, .* not \(1, 2\)"),
        ([[1, -2], [0, 1]], r"^counts\[0, 1\] is -2; counts are whole numbers"),
        ([[0.5, 0.5], [0, 1]], r"take counts_from_probabilities first"),
        ([["a", "b"], [0, 1]], r"^counts cannot be read as numbers"),
        (np.zeros((0, 0)), r"^counts must be square"),
    ]
    for counts, message in refuse:
        with pytest.raises(rgm.InvalidInputError, match=message):
            rgm.markov_from_counts(counts)
    with pytest.raises(rgm.InvalidInputError, match=r"^states must name each of the 2 states once"):
        rgm.markov_from_counts([[1, 1], [1, 1]], states=["a", "a"])


# Two calls


@pytest.mark.parametrize("convert", [lambda data: data, pl.from_pandas, pa.Table.from_pandas])
@pytest.mark.parametrize("column", ["state", "group"])
def test_the_states_of_tapio_are_the_states_of_a_chain(convert: Any, column: str) -> None:
    random = np.random.default_rng(8)
    years = {"unit": np.repeat(np.arange(30), 13), "time": np.tile(np.arange(2006, 2019), 30)}
    data = pd.DataFrame(years | {"carbon": random.lognormal(size=390), "gdp": random.lognormal(size=390)})
    table = rgm.tapio(convert(data), pressure="carbon", driver="gdp", unit="unit", time="time").table
    result = rgm.markov(table, state=column, unit="unit", time="time")
    # Thirteen levels are twelve changes, and these eleven transitions.
    assert result.n_transitions == 30 * 11
    names = nw.from_native(table, eager_only=True)[column].to_list()
    assert set(nw.from_native(result.counts, eager_only=True).columns[1:]) == set(map(str, names))
