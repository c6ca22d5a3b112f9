"""Entropy weights: worked cases, identities, 60 digits, scipy and pymcdm, every table on the way, and every refusal."""

from __future__ import annotations

import copy
import functools
import json
import math
import pickle
import warnings
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
from indicator_oracles import entropies, normalized
from scipy.stats import entropy as scipy_entropy

EPS = float(np.finfo(np.float64).eps)
near = functools.partial(pytest.approx, abs=0.0)

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "indicators_pymcdm.json").read_text(encoding="utf-8"))
NAMES = ["gdp", "waste", "firms", "parks"]
SIGNS = {"waste": "-"}
TABLES = ("weights", "scores", "normalized", "proportions", "entropy_terms", "contributions")


def panel(n_units: int = 31, n_years: int = 4, seed: int = 5) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    n = n_units * n_years
    return pd.DataFrame(
        {
            "province": [f"province {i:02d}" for i in range(n_units)] * n_years,
            "gdp": 1e9 + np.round(1e4 * random.random(n), 1),
            "year": np.repeat(2019 + np.arange(n_years), n_units),
            "waste": random.lognormal(0.0, 2.0, n),
            "firms": random.integers(0, 4, n),
            "parks": random.random(n),
            "region": np.resize(["East", "West"], n),
        }
    ).sample(frac=1.0, random_state=seed)


# Worked by hand


def test_two_indicators_worked_by_hand() -> None:
    # ports: z = 0, 0, 0, 1, so that p is 1 once: e = 0, d = 1. smoke, less is better: z = 0, 1, 0, 1 and p = 1/2 twice:
    # e = ln 2 / ln 4 = 1/2, d = 1/2. Weights 2/3 and 1/3.
    data = pd.DataFrame({"city": list("abcd"), "ports": [1, 1, 1, 9], "smoke": [8.0, 2.0, 8.0, 2.0]})
    result = rgm.entropy_weights(data, ["ports", "smoke"], directions={"smoke": "-"})
    assert result.weights.columns.tolist() == ["indicator", "direction", "entropy", "divergence", "weight"]
    assert result.weights[["indicator", "direction"]].values.tolist() == [["ports", "+"], ["smoke", "-"]]
    assert result.weights["entropy"].tolist() == pytest.approx([0.0, 0.5], rel=4 * EPS, abs=4 * EPS)
    assert result.weights["divergence"].tolist() == near([1.0, 0.5], rel=4 * EPS)
    assert result.weights["weight"].tolist() == near([2 / 3, 1 / 3], rel=4 * EPS)
    assert result.scores.columns.tolist() == ["city", "score"]
    assert result.scores["score"].tolist() == near([0.0, 1 / 3, 0.0, 1.0], rel=4 * EPS)
    assert result.normalized["smoke"].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert result.proportions["smoke"].tolist() == [0.0, 0.5, 0.0, 0.5]
    assert result.entropy_terms["smoke"].tolist() == [0.0, 0.25, 0.0, 0.25]
    assert result.contributions["ports"].tolist() == near([0.0, 0.0, 0.0, 2 / 3], rel=4 * EPS)
    assert result.notes == ()


def test_each_period_by_itself() -> None:
    # 2020: x = 0, 1 and y = 0, 1 weigh alike. 2021: x tells nothing, so that y has all the weight.
    data = pd.DataFrame({"year": [2020, 2021, 2020, 2021], "x": [0.0, 3.0, 1.0, 3.0], "y": [5.0, 1.0, 7.0, 0.0]})
    with pytest.warns(
        rgm.RegiometricsWarning, match="column 'x' is constant in year = 2021: .* its weight is 0"
    ) as caught:
        result = rgm.entropy_weights(data, ["x", "y"], time="year", pooled=False)
    assert caught[0].filename == __file__
    assert len(result.notes) == 1
    assert "column 'x' is constant in year = 2021" in result.notes[0]
    expected = [
        [2020, "x", "+", 0.0, 1.0, 0.5],
        [2020, "y", "+", 0.0, 1.0, 0.5],
        [2021, "x", "+", 1.0, 0.0, 0.0],
        [2021, "y", "+", 0.0, 1.0, 1.0],
    ]
    assert result.weights.columns.tolist()[0] == "time"
    assert result.weights.values.tolist() == expected
    assert result.scores.values.tolist() == [[2020, 0.0], [2021, 1.0], [2020, 1.0], [2021, 0.0]]
    # A column of zeros is spread evenly, which is what its entropy of one says.
    assert result.proportions["x"].tolist() == [0.0, 0.5, 1.0, 0.5]
    assert result.entropy_terms["x"].tolist() == [0.0, 0.5, 0.0, 0.5]


# Identities and invariances


@pytest.mark.parametrize("shift", [0.0, 0.01])
@pytest.mark.parametrize("pooled", [True, False])
def test_every_table_adds_up_to_the_next(pooled: bool, shift: float) -> None:
    data = panel()
    result = rgm.entropy_weights(data, NAMES, directions=SIGNS, time="year", pooled=pooled, shift=shift)
    kept = ["province", "year", "region"]
    for name in TABLES[1:]:
        assert getattr(result, name)[kept].equals(data[kept]), name
        assert getattr(result, name).columns.tolist()[:3] == kept
    expected = rgm.normalize(data, NAMES, directions=SIGNS, time="year", pooled=pooled, shift=shift)
    assert result.normalized[NAMES].equals(expected[NAMES])
    weights = result.weights if not pooled else result.weights.assign(time=0)
    scopes = data["year"] if not pooled else data["year"] * 0
    # 124 roundings in a column's sums.
    sums = {name: getattr(result, name).groupby(scopes)[NAMES].sum().to_numpy().ravel() for name in TABLES[3:5]}
    assert sums["proportions"] == near(1.0, rel=124 * EPS)
    assert sums["entropy_terms"] == near(weights["entropy"].to_numpy(), rel=124 * EPS)
    assert (1.0 - weights["entropy"]).to_numpy() == pytest.approx(weights["divergence"].to_numpy(), abs=EPS)
    assert weights.groupby("time")["weight"].sum().to_numpy() == near(1.0, rel=4 * EPS)
    rows = result.contributions[NAMES].sum(axis=1).to_numpy()
    assert result.scores["score"].to_numpy() == near(rows, rel=4 * EPS)
    assert result.scores["score"].between(0.0, 1.0 + shift + EPS).all()


def test_units_and_order_of_rows_and_columns_do_not_matter() -> None:
    data = panel()
    before = rgm.entropy_weights(data, NAMES, directions=SIGNS).weights.set_index("indicator")["weight"]
    # Degrees instead of radians, another currency: a new unit and, for min–max, a new zero.
    changed = data.assign(waste=data["waste"] * 1024.0, firms=data["firms"] * 8 + 512)[::-1]
    after = rgm.entropy_weights(changed, NAMES[::-1], directions=SIGNS).weights.set_index("indicator")["weight"]
    assert after[NAMES].to_numpy() == near(before[NAMES].to_numpy(), rel=130 * EPS)


def test_pooled_weights_of_one_period_are_those_of_the_period() -> None:
    data = panel()
    by_year = rgm.entropy_weights(data, NAMES, directions=SIGNS, time="year", pooled=False)
    alone = rgm.entropy_weights(data[data["year"] == 2020], NAMES, directions=SIGNS)
    assert by_year.weights.query("time == 2020").drop(columns="time").values.tolist() == alone.weights.values.tolist()
    scores = by_year.scores.query("year == 2020")["score"]
    assert scores.equals(alone.scores["score"])


# 60 digits


SAMPLES = {
    "lognormal": lambda random, n: random.lognormal(0.0, 1.0, n),
    "heavy": lambda random, n: random.lognormal(0.0, 5.0, n),
    "zeros": lambda random, n: np.where(random.random(n) < 0.6, 0.0, random.random(n)),
    "offset": lambda random, n: 1e9 + random.random(n),
    "nearly equal": lambda random, n: 1e3 + 1e-9 * random.random(n),
    "signed": lambda random, n: 1e5 * random.normal(size=n),
}


@pytest.mark.parametrize("method", ["minmax", "zscore", "vector", "sum"])
@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("n", [2, 3, 200])
def test_all_digits_are_right(n: int, kind: str, method: str) -> None:
    random = np.random.default_rng(n)
    columns = {name: SAMPLES[kind](random, n).tolist() for name in "abcd"}
    signs = ["+", "-", "+", "-"]
    # Z-scores need lifting; signed values have no total, and zeros no reciprocal.
    shift = 20.0 if method in ("zscore", "vector") else 0.01
    if method == "sum" and kind in ("zeros", "signed"):
        columns = {name: [abs(value) for value in column] for name, column in columns.items()}
        signs = ["+"] * 4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rgm.RegiometricsWarning)
        result = rgm.entropy_weights(None, columns, directions=signs, method=method, shift=shift)
    expected = entropies(columns, signs, method, shift)
    for name in ("entropy", "divergence", "weight"):
        # No term is negative and sums are compensated: the roundings of one term are left, some 16 in its series.
        assert result.weights[name].tolist() == near([float(x) for x in expected[name]], rel=64 * EPS), name
    assert result.scores["score"].tolist() == near([float(x) for x in expected["scores"]], rel=64 * EPS)


@pytest.mark.parametrize("small", [1e-3, 1e-6, 1e-12])
def test_the_entropy_of_what_one_row_has_keeps_its_digits(small: float) -> None:
    random = np.random.default_rng(2)
    columns = {name: [0.0, 1.0, *(small * random.random(50))] for name in "ab"}
    result = rgm.entropy_weights(None, columns)
    expected = entropies(columns, ["+", "+"], "minmax")
    for name in ("entropy", "divergence", "weight"):
        assert result.weights[name].tolist() == near([float(x) for x in expected[name]], rel=64 * EPS), name


@pytest.mark.parametrize("year", [2014, 2017, 2020, 2023])
def test_the_chains_of_study_c_have_all_digits(year: int) -> None:
    data = rgm.datasets.load_jjj_chains().query("year == @year")
    for chain in ("industry", "innovation"):
        names = [name for name in data if name.startswith(chain)]
        result = rgm.entropy_weights(data, names)
        expected = entropies({name: data[name].tolist() for name in names}, ["+"] * 4, "minmax")
        assert result.weights["weight"].tolist() == near([float(x) for x in expected["weight"]], rel=64 * EPS)
        assert result.scores["score"].tolist() == near([float(x) for x in expected["scores"]], rel=64 * EPS)


# Other programs


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_pymcdm_agrees_on_raw_proportions(case: dict[str, Any]) -> None:
    result = rgm.entropy_weights(None, np.array(case["matrix"]), method="sum")
    # There, d = 1 − e loses what d is smaller than one, here less than a factor of 200.
    assert result.weights["weight"].tolist() == near(case["entropy_weights"], rel=200 * 60 * EPS)


def test_scipy_agrees_on_normalised_values() -> None:
    data = panel()
    result = rgm.entropy_weights(data, NAMES, directions=SIGNS)
    expected = [scipy_entropy(result.normalized[name], base=len(data)) for name in NAMES]
    assert result.weights["entropy"].tolist() == near(expected, rel=124 * EPS)


def test_the_printed_weights_of_study_a_are_weights() -> None:
    # The indicators behind them are not printed, so that nothing more can be checked: 19 weights rounded to 1e-4.
    printed = rgm.datasets.published("urbanisation_weights")
    assert abs(printed["entropy_weight"].sum() - 1.0) <= 19 * 0.5e-4
    assert printed["entropy_weight"].between(0.0, 1.0).all()
    assert set(printed["direction"]) == {"+", "-"}


# Frames


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Any) -> None:
    data = panel().reset_index(drop=True)
    options: dict[str, Any] = {"directions": SIGNS, "time": "year", "pooled": False}
    expected = rgm.entropy_weights(data, NAMES, **options)
    given = convert(data)
    result = rgm.entropy_weights(given, NAMES, **options)
    for name in TABLES:
        frame = getattr(result, name)
        assert type(frame) is type(given)
        assert nw.from_native(frame).to_dict(as_series=False) == getattr(expected, name).to_dict("list"), name


def test_tables_that_hold_nothing_else_work_in_every_library() -> None:
    columns = {"x": [1.0, 2.0, 4.0], "y": [3.0, 1.0, 1.0]}
    expected = rgm.entropy_weights(None, columns).scores["score"].tolist()
    for library in (pd.DataFrame, pl.DataFrame, pa.table):
        result = rgm.entropy_weights(library(columns), ["x", "y"])
        for name in TABLES[1:]:
            assert len(getattr(result, name)) == 3
        scores = nw.from_native(result.scores)
        assert scores.columns == ["score"]
        assert scores["score"].to_list() == expected


def test_arrays_take_the_place_of_columns() -> None:
    data = panel()
    expected = rgm.entropy_weights(data, NAMES, time="year", pooled=False)
    columns = {name: data[name].to_numpy() for name in NAMES}
    result = rgm.entropy_weights(None, columns, time=data["year"].to_numpy(), pooled=False)
    assert result.weights.equals(expected.weights)
    assert result.scores.columns.tolist() == ["time", "score"]
    assert result.scores["score"].tolist() == expected.scores["score"].tolist()


def test_results_do_not_follow_later_changes_of_the_data() -> None:
    data = panel()
    result = rgm.entropy_weights(data, NAMES)
    before = result.contributions.copy()
    data.loc[:, NAMES] = 0.0
    data["region"] = "none"
    assert result.contributions.equals(before)


def test_rows_with_gaps_are_refused_or_dropped_and_counted() -> None:
    data = panel()
    gaps = data.assign(parks=data["parks"].where(data["province"] != "province 03"))
    assert refusal(gaps).startswith("column 'parks' is missing in row ")
    result = rgm.entropy_weights(gaps, NAMES, missing="drop")
    expected = rgm.entropy_weights(data[data["province"] != "province 03"], NAMES)
    assert result.n_dropped == 4
    assert result.notes == ("4 row(s) with missing values left out.",)
    for name in TABLES:
        assert getattr(result, name).equals(getattr(expected, name)), name


@pytest.mark.parametrize("again", [lambda each: pickle.loads(pickle.dumps(each)), copy.deepcopy])
def test_copies_hold_the_same_tables(again: Any) -> None:
    result = rgm.entropy_weights(panel(9, 2), NAMES, directions=SIGNS, time="year", pooled=False)
    same = again(result)
    assert same.summary() == result.summary()
    for name in result._tables:
        assert getattr(same, name).equals(getattr(result, name)), name


# Threads


@pytest.fixture
def threads_restored() -> Iterator[None]:
    yield
    rgm.set_threads(None)


@pytest.mark.usefixtures("threads_restored")
def test_one_thread_gives_the_bits_of_three() -> None:
    data = panel(20_000, 3)
    tables = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        result = rgm.entropy_weights(data, NAMES, directions=SIGNS, time="year", pooled=False)
        numbers = [result.weights[["entropy", "weight"]], result.scores[["score"]], result.entropy_terms[NAMES]]
        tables.append([frame.to_numpy().tobytes() for frame in numbers])
    assert tables[0] == tables[1]


# Refusals


def refusal(data: Any, columns: Any = NAMES, **options: Any) -> str:
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.entropy_weights(data, columns, **options)
    return str(caught.value)


def test_negative_normalised_values_are_named_with_their_row() -> None:
    data = pd.DataFrame({"x": [1.0, 3.0, 5.0], "y": [-4.0, 3.0, 0.0]})
    message = refusal(data, ["x", "y"], method="zscore")
    assert message.startswith("column 'x', row 0, is negative once normalised (-1.2247448713915")
    assert message.endswith('use method "minmax", or a shift that lifts every value to zero or more')
    assert refusal(data, ["x", "y"], method="vector").startswith(
        "column 'y', row 0, is negative once normalised (-0.8)"
    )
    assert refusal(data, ["x", "y"], method="sum").startswith("column 'y', row 0, is negative (-4)")
    # The lowest of three equidistant values is −√1.5.
    assert len(rgm.entropy_weights(data, ["x"], method="zscore", shift=1.2248).weights) == 1


def test_nothing_that_varies_is_an_error() -> None:
    data = pd.DataFrame({"year": [1, 1, 2], "x": [1.0, 2.0, 3.0], "y": [5.0, 5.0, 5.0]})
    assert refusal(data, ["y"]).startswith("every indicator is constant, so that no unit can be told from another")
    told = "every indicator is constant in year = 2, so that no unit"
    assert refusal(data, ["x", "y"], time="year", pooled=False).startswith(told)
    assert "at least one must vary over two rows" in refusal(data[:1], ["x"])


def test_a_column_called_score_is_refused() -> None:
    told = "column 'score' of data has the name of a result column; rename it first"
    assert refusal(panel().assign(score=1)) == told
    assert len(rgm.entropy_weights(panel().assign(score=lambda rows: rows["parks"]), ["score", "gdp"]).scores) == 124


def test_methods_shifts_and_times_are_checked() -> None:
    assert refusal(panel(), method="rank").startswith("method must be one of 'minmax', 'zscore', 'vector', 'sum'")
    assert refusal(panel(), shift="much").startswith("shift must be a number of zero or more")
    assert refusal(panel(), pooled=False).startswith("pooled=False takes each period by itself")


# Summary and figures


def test_summary_names_the_tables_in_both_languages() -> None:
    result = rgm.entropy_weights(panel(3, 2), NAMES, directions=SIGNS)
    assert "Weights of the indicators" in result.summary()
    assert repr(result) == "<EntropyWeights: rows of weights 4, scores 6; see summary()>"
    rgm.set_language("zh")
    try:
        assert "指标权重" in result.summary()
        assert "信息熵" in result.summary()
    finally:
        rgm.set_language("en")
    assert "\\toprule" in result.to_latex("contributions")


@pytest.fixture
def pyplot() -> Iterator[Any]:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


@pytest.mark.usefixtures("pyplot")
def test_bars_are_the_weights_from_the_largest_down() -> None:
    result = rgm.entropy_weights(panel(), NAMES, directions=SIGNS)
    ax = result.plot()
    expected = result.weights.sort_values("weight", ascending=False)
    assert [bar.get_width() for bar in ax.patches] == expected["weight"].tolist()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == [
        f"{name} ({sign})" for name, sign in zip(expected["indicator"], expected["direction"], strict=True)
    ]
    low, high = ax.get_ylim()
    assert low > high  # the first bar is on top


@pytest.mark.usefixtures("pyplot")
def test_weights_by_period_and_many_units_are_heat_maps() -> None:
    result = rgm.entropy_weights(panel(), NAMES, directions=SIGNS, time="year", pooled=False)
    drawn = result.plot("weights").images[0].get_array()
    wide = result.weights.pivot(index="indicator", columns="time", values="weight").loc[NAMES]
    assert np.array_equal(drawn, wide.to_numpy())
    ax = result.plot("scores")
    wide = result.scores.pivot(index="province", columns="year", values="score").sort_values(2022, ascending=False)
    assert np.array_equal(ax.images[0].get_array(), wide.to_numpy())
    assert [label.get_text() for label in ax.get_yticklabels()] == wide.index.tolist()


@pytest.mark.usefixtures("pyplot")
def test_few_units_are_lines_and_nameless_ones_quartiles() -> None:
    data = panel(5, 4)
    result = rgm.entropy_weights(data, NAMES, time="year")
    lines = {line.get_label(): line.get_ydata().tolist() for line in result.plot("scores").lines}
    expected = result.scores.sort_values("year").groupby("province")["score"].agg(list).to_dict()
    assert lines == expected
    by_region = result.plot("ranking", unit="region", period=2020)
    assert sorted({label.get_text() for label in by_region.get_yticklabels()}) == ["East", "West"]
    nameless = rgm.entropy_weights(data[["year", *NAMES]], NAMES, time="year")
    median = nameless.plot("scores").lines[0].get_ydata()
    assert median.tolist() == nameless.scores.groupby("year")["score"].median().tolist()


@pytest.mark.usefixtures("pyplot")
def test_figures_of_thousands_of_units_keep_to_a_page() -> None:
    result = rgm.entropy_weights(panel(3000, 2), NAMES, time="year")
    best = result.scores.query("year == 2020").sort_values("score", ascending=False)
    for most, options in ((60, {}), (100, {"most": 100})):
        ax = result.plot("ranking", **options)
        assert [bar.get_width() for bar in ax.patches] == best["score"].head(most).tolist()
        assert ax.get_title() == f"Scores: 2020 (1–{most} / 3000)"
    ax = result.plot("scores")
    assert ax.images[0].get_array().shape == (3000, 2)
    named = [label.get_text() for label in ax.get_yticklabels()]
    assert named == best["province"].iloc[::50].tolist()
    assert ax.figure.get_size_inches().max() < 16


@pytest.mark.usefixtures("pyplot")
def test_a_ranking_is_of_the_last_period_unless_another_is_asked_for() -> None:
    result = rgm.entropy_weights(panel(), NAMES, time="year")
    for ax, year in ((result.plot("ranking"), 2022), (result.plot("ranking", period=2019), 2019)):
        expected = result.scores.query("year == @year").sort_values("score", ascending=False)
        assert [bar.get_width() for bar in ax.patches] == expected["score"].tolist()
        assert ax.get_title() == f"Scores: {year}"
    with pytest.raises(rgm.InvalidInputError, match="column 'year' has no 2030; it runs from 2019 to 2022"):
        result.plot("ranking", period=2030)
    with pytest.raises(rgm.InvalidInputError, match="there is no column 'town' to name the units"):
        result.plot("ranking", unit="town")
    with pytest.raises(rgm.InvalidInputError, match="scores over time need periods"):
        rgm.entropy_weights(panel(), NAMES).plot("scores")


def test_the_oracle_gives_the_case_worked_by_hand() -> None:
    parts = entropies({"x": [1.0, 1.0, 1.0, 9.0], "y": [8.0, 2.0, 8.0, 2.0]}, ["+", "-"], "minmax")
    assert [float(x) for x in parts["entropy"]] == [0.0, 0.5]
    assert [float(x) for x in parts["weight"]] == [2 / 3, 1 / 3]
    assert [float(x) for x in normalized([3.0, 4.0], "-", "vector")] == [0.4, 0.2]
    assert math.isclose(float(normalized([1.0, 3.0], "-", "zscore", 1.0)[0]), 2.0)
