"""TOPSIS: worked cases, identities, 60 digits, pymcdm, ranks and ties, and every refusal."""

from __future__ import annotations

import copy
import functools
import json
import math
import pickle
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
from indicator_oracles import closeness
from scipy.stats import rankdata

EPS = float(np.finfo(np.float64).eps)
near = functools.partial(pytest.approx, abs=0.0)

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "indicators_pymcdm.json").read_text(encoding="utf-8"))
NAMES = ["gdp", "waste", "balance"]
SIGNS = {"waste": "-"}
MEASURES = ["distance_best", "distance_worst", "score"]


def panel(n_units: int = 31, n_years: int = 3, seed: int = 8) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    n = n_units * n_years
    return pd.DataFrame(
        {
            "gdp": 1e9 + random.random(n),
            "province": [f"province {i:02d}" for i in range(n_units)] * n_years,
            "waste": random.lognormal(0.0, 2.0, n),
            "year": np.repeat(2020 + np.arange(n_years), n_units),
            "balance": random.normal(size=n),
        }
    ).sample(frac=1.0, random_state=seed)


def cities() -> pd.DataFrame:
    return pd.DataFrame({"city": ["a", "b", "c"], "income": [20.0, 60.0, 20.0], "smoke": [5.0, 7.0, 9.0]})


# Worked by hand


def test_min_max_worked_by_hand() -> None:
    # z = (0, 1), (1, ½), (0, 0); with weights ½: D⁺ = ½, ¼, √½ and D⁻ = ½, √(¼ + 1/16) = √5/4, 0.
    result = rgm.topsis(cities(), ["income", "smoke"], directions={"smoke": "-"}, weights="equal")
    assert result.table.columns.tolist() == ["city", *MEASURES, "rank"]
    assert result.table["distance_best"].tolist() == near([0.5, 0.25, math.sqrt(0.5)], rel=2 * EPS)
    assert result.table["distance_worst"].tolist() == near([0.5, math.sqrt(5) / 4, 0.0], rel=2 * EPS)
    assert result.table["score"].tolist() == near([0.5, math.sqrt(5) / (1 + math.sqrt(5)), 0.0], rel=4 * EPS)
    assert result.table["rank"].tolist() == [2, 1, 3]
    assert result.weights.values.tolist() == [["income", "+", 0.5], ["smoke", "-", 0.5]]
    assert result.ideal.columns.tolist() == ["indicator", "best", "worst"]
    assert result.ideal.values.tolist() == [["income", 0.5, 0.0], ["smoke", 0.5, 0.0]]


def test_vector_leaves_the_direction_to_the_ideal_points() -> None:
    # 3, 4 over 5 and 12, 5 over 13: the first unit is worst in both, the second best. Weights 1/4 and 3/4.
    data = pd.DataFrame({"x": [3.0, 4.0], "y": [12.0, 5.0]})
    result = rgm.topsis(data, ["x", "y"], directions=["+", "-"], method="vector", weights=[1, 3])
    assert result.ideal["best"].tolist() == near([0.25 * 4 / 5, 0.75 * 5 / 13], rel=4 * EPS)
    assert result.ideal["worst"].tolist() == near([0.25 * 3 / 5, 0.75 * 12 / 13], rel=4 * EPS)
    far = math.hypot(0.25 / 5, 0.75 * 7 / 13)
    assert result.table["distance_best"].tolist() == near([far, 0.0], rel=4 * EPS)
    assert result.table["score"].tolist() == [0.0, 1.0]


def test_ranks_are_by_period_and_scales_are_not_unless_asked_for() -> None:
    data = pd.DataFrame({"year": [1, 1, 2, 2], "x": [0.0, 2.0, 3.0, 4.0]})
    pooled = rgm.topsis(data, ["x"], weights="equal", time="year").table
    assert pooled.values.tolist() == [
        [1, 1.0, 0.0, 0.0, 2],
        [1, 0.5, 0.5, 0.5, 1],
        [2, 0.25, 0.75, 0.75, 2],
        [2, 0.0, 1.0, 1.0, 1],
    ]
    by_year = rgm.topsis(data, ["x"], weights="equal", time="year", pooled=False)
    assert by_year.table["score"].tolist() == [0.0, 1.0, 0.0, 1.0]
    assert by_year.ideal.values.tolist() == [[1, "x", 1.0, 0.0], [2, "x", 1.0, 0.0]]
    assert by_year.weights.columns.tolist() == ["time", "indicator", "direction", "weight"]


def test_ties_share_the_best_rank_even_where_sums_round_apart() -> None:
    # The three weights are alike, and rows a and b hold the same three numbers.
    data = pd.DataFrame({"x": [0.1, 0.7, 0.0, 1.0], "y": [0.3, 0.1, 0.0, 1.0], "z": [0.7, 0.3, 0.0, 1.0]})
    result = rgm.topsis(data, ["x", "y", "z"], weights="equal")
    assert result.table["rank"].tolist() == [2, 2, 4, 1]


# Identities and invariances


@pytest.mark.parametrize("method", ["minmax", "vector"])
@pytest.mark.parametrize("pooled", [True, False])
def test_entropy_weights_are_those_of_the_same_call(pooled: bool, method: str) -> None:
    data = panel().assign(balance=lambda rows: rows["balance"] + 9.0)
    options: dict[str, Any] = {"directions": SIGNS, "time": "year", "pooled": pooled, "method": method, "shift": 0.01}
    result = rgm.topsis(data, NAMES, **options)
    expected = rgm.entropy_weights(data, NAMES, **options).weights
    assert result.weights["weight"].tolist() == near(expected["weight"].tolist(), rel=2 * EPS)
    if pooled:
        given = rgm.topsis(data, NAMES, weights=dict(zip(NAMES, expected["weight"], strict=True)), **options)
        assert given.table[MEASURES].to_numpy() == near(result.table[MEASURES].to_numpy(), rel=8 * EPS)


def test_score_and_rank_follow_from_the_distances() -> None:
    table = rgm.topsis(panel(), NAMES, directions=SIGNS, time="year").table
    score = table["distance_worst"] / (table["distance_best"] + table["distance_worst"])
    assert table["score"].equals(score)
    for _, rows in table.groupby("year"):
        assert rows["rank"].tolist() == rankdata(-rows["score"], method="min").tolist()
    assert table["rank"].dtype == np.int64


def test_weights_count_relative_to_their_sum() -> None:
    one = rgm.topsis(panel(), NAMES, weights=[1.0, 2.0, 5.0])
    two = rgm.topsis(panel(), NAMES, weights={"balance": 40, "gdp": 8, "waste": 16})
    assert one.weights["weight"].tolist() == [0.125, 0.25, 0.625]
    assert one.table.equals(two.table)
    equal = rgm.topsis(panel(), NAMES, weights="equal")
    assert equal.table.equals(rgm.topsis(panel(), NAMES, weights=np.ones(3)).table)


def test_a_shift_moves_the_ideal_points_and_no_distance() -> None:
    for method in ("minmax", "vector"):
        plain = rgm.topsis(panel(), NAMES, directions=SIGNS, weights="equal", method=method)
        lifted = rgm.topsis(panel(), NAMES, directions=SIGNS, weights="equal", method=method, shift=3.0)
        assert lifted.table.equals(plain.table)
        moved = lifted.ideal[["best", "worst"]] - plain.ideal[["best", "worst"]]
        assert moved.to_numpy() == near(1.0, rel=16 * EPS)


def test_turning_an_indicator_round_changes_nothing() -> None:
    data = panel()
    turned = data.assign(waste=-data["waste"])
    one = rgm.topsis(data, NAMES, directions=SIGNS, weights="equal").table
    assert one.equals(rgm.topsis(turned, NAMES, weights="equal").table)


def test_a_constant_column_moves_no_distance() -> None:
    data = panel().assign(same=4.0)
    for method in ("minmax", "vector"):
        with pytest.warns(rgm.RegiometricsWarning, match="^column 'same' is constant: it moves no distance") as caught:
            result = rgm.topsis(data, [*NAMES, "same"], method=method, weights=[1, 1, 1, 0.0])
        assert caught[0].filename == __file__
        assert result.notes == ("column 'same' is constant: it moves no distance.",)
        expected = rgm.topsis(data.drop(columns="same"), NAMES, method=method, weights="equal")
        assert result.table[MEASURES].equals(expected.table[MEASURES])


# 60 digits, and another program


@pytest.mark.parametrize("method", ["minmax", "vector"])
@pytest.mark.parametrize("n", [2, 3, 150])
def test_all_digits_are_right(n: int, method: str) -> None:
    random = np.random.default_rng(n)
    columns = {
        "offset": 1e9 + random.random(n),
        "heavy": random.lognormal(0.0, 5.0, n),
        "signed": 1e5 * random.normal(size=n),
        "close": 1.0 + 1e-12 * random.random(n),
        "zeros": np.where(np.arange(n) % 2, 0.0, random.random(n)),
    }
    signs, weights = ["+", "-", "-", "+", "+"], random.random(5).tolist()
    result = rgm.topsis(None, columns, directions=signs, method=method, weights=weights)
    expected = closeness({name: x.tolist() for name, x in columns.items()}, signs, method, weights)
    for name in MEASURES:
        # Differences of the indicators are exact up to one rounding; a dozen more follow.
        assert result.table[name].tolist() == near([float(x) for x in expected[name]], rel=32 * EPS), name
    for name in ("best", "worst"):
        assert result.ideal[name].tolist() == near([float(x) for x in expected[name]], rel=32 * EPS), name


@pytest.mark.parametrize("method", ["minmax", "vector"])
@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_pymcdm_agrees(case: dict[str, Any], method: str) -> None:
    signs = ["+" if kind > 0 else "-" for kind in case["types"]]
    result = rgm.topsis(None, np.array(case["matrix"]), directions=signs, weights=case["weights"], method=method)
    # There, v − best is a difference of numbers up to one: units near the best lose digits, at most a factor of 1000.
    assert result.table["score"].tolist() == pytest.approx(case["topsis"][method], rel=1000 * EPS, abs=1000 * EPS)


# Frames


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Any) -> None:
    data = panel().reset_index(drop=True)
    options: dict[str, Any] = {"directions": SIGNS, "time": "year", "pooled": False}
    expected = rgm.topsis(data, NAMES, **options)
    given = convert(data)
    result = rgm.topsis(given, NAMES, **options)
    for name in ("table", "weights", "ideal"):
        frame = getattr(result, name)
        assert type(frame) is type(given)
        assert nw.from_native(frame).to_dict(as_series=False) == getattr(expected, name).to_dict("list"), name


def test_rows_and_index_stay_as_they_are_and_arrays_serve_as_well() -> None:
    data = panel()
    result = rgm.topsis(data, NAMES, time="year")
    assert result.table.columns.tolist() == ["province", "year", *MEASURES, "rank"]
    assert result.table[["province", "year"]].equals(data[["province", "year"]])
    columns = {name: data[name].to_numpy() for name in NAMES}
    arrays = rgm.topsis(None, columns, time=data["year"].to_numpy())
    assert arrays.table.columns.tolist() == ["time", *MEASURES, "rank"]
    assert np.array_equal(arrays.table[MEASURES].to_numpy(), result.table[MEASURES].to_numpy())


def test_rows_with_gaps_are_refused_or_dropped_and_counted() -> None:
    data = panel()
    gaps = data.assign(waste=data["waste"].where(data["year"] != 2021))
    assert refusal(gaps, NAMES).startswith("column 'waste' is missing in row ")
    result = rgm.topsis(gaps, NAMES, missing="drop")
    assert result.n_dropped == 31
    assert result.notes == ("31 row(s) with missing values left out.",)
    assert result.table.equals(rgm.topsis(data[data["year"] != 2021], NAMES).table)


@pytest.mark.parametrize("again", [lambda each: pickle.loads(pickle.dumps(each)), copy.deepcopy])
def test_copies_hold_the_same_tables(again: Any) -> None:
    result = rgm.topsis(panel(3, 2), NAMES, directions=SIGNS, time="year", pooled=False)
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
@pytest.mark.parametrize("method", ["minmax", "vector"])
def test_one_thread_gives_the_bits_of_three(method: str) -> None:
    data = panel(30_000, 3).assign(balance=lambda rows: rows["balance"].abs())
    tables = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        result = rgm.topsis(data, NAMES, directions=SIGNS, method=method, time="year")
        tables.append(result.table[[*MEASURES, "rank"]].to_numpy().tobytes())
    assert tables[0] == tables[1]


# Refusals


def refusal(data: Any, columns: Any = ("income", "smoke"), **options: Any) -> str:
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.topsis(data, columns, **options)
    return str(caught.value)


def test_a_series_counts_by_its_names() -> None:
    weights = {"income": 1.0, "smoke": 3.0}
    expected = rgm.topsis(cities(), ["income", "smoke"], weights=weights, directions={"smoke": "-"})
    turned = pd.Series({"smoke": 3.0, "income": 1.0})
    signs = pd.Series({"smoke": "-", "income": "+"})
    got = rgm.topsis(cities(), ["income", "smoke"], weights=turned, directions=signs)
    pd.testing.assert_frame_equal(got.table, expected.table)
    # Without names the places count.
    by_place = rgm.topsis(cities(), ["income", "smoke"], weights=pd.Series([1.0, 3.0]), directions={"smoke": "-"})
    pd.testing.assert_frame_equal(by_place.table, expected.table)
    table = rgm.entropy_weights(cities(), ["income", "smoke"]).weights.set_index("indicator")["weight"]
    one = rgm.topsis(cities(), ["income", "smoke"], weights=table.iloc[::-1])
    pd.testing.assert_frame_equal(one.weights, rgm.topsis(cities(), ["income", "smoke"]).weights)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("best", "weights must be one of 'entropy', 'equal', not 'best'"),
        ([1.0], "weights has 1 entries for 2 indicators"),
        ([1.0, -1.0], "the weight of 'smoke' must be a number of zero or more, not -1.0"),
        ([math.nan, 1.0], "the weight of 'income' must be a number of zero or more, not nan"),
        ([1.0, "much"], "the weight of 'smoke' must be a number of zero or more, not 'much'"),
        ([0, 0], "the weights are all zero; at least one indicator must count"),
        ({"income": 1.0}, "weights name no 'smoke'; give one for each of 'income', 'smoke'"),
        ({"income": 1.0, "smoke": 1.0, "soot": 2.0}, "weights name 'soot', which is no indicator; give one for each"),
        (3.0, "weights must be 'entropy', 'equal', a mapping or a list, not float"),
        (pd.DataFrame(), "weights must be 'entropy', 'equal', a mapping or a list, not DataFrame"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(weights: Any, message: str) -> None:
    assert refusal(cities(), weights=weights).startswith(message)


def test_units_that_are_all_alike_are_refused() -> None:
    data = pd.DataFrame({"year": [1, 1, 2, 2], "x": [1.0, 2.0, 3.0, 3.0], "y": [1.0, 1.0, 1.0, 1.0]})
    told = "every indicator is constant in year = 2, so that no unit can be told from another"
    assert refusal(data, ["x", "y"], weights="equal", time="year", pooled=False).startswith(told)
    assert refusal(data, ["x", "y"], weights=[0, 1]).startswith("every indicator is constant, so that")
    assert refusal(data, ["y"]).startswith("every indicator is constant, so that")


def test_methods_and_names_are_checked() -> None:
    assert refusal(cities(), method="zscore").startswith("method must be one of 'minmax', 'vector', not 'zscore'")
    told = "column 'rank' of data has the name of a result column; rename it first"
    assert refusal(cities().assign(rank=1)) == told
    signed = cities().assign(income=[-1.0, 0.0, 2.0])
    assert refusal(signed, method="vector").startswith("column 'income', row 0, is negative once normalised")
    assert rgm.topsis(signed, ["income", "smoke"], method="vector", weights="equal").table["rank"].min() == 1


# Summary and figures


def test_summary_and_figures_show_the_results() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    result = rgm.topsis(panel(), NAMES, directions=SIGNS, time="year")
    assert "Ideal points" in result.summary()
    ax = result.plot()
    expected = result.table.query("year == 2022").sort_values("score", ascending=False)
    assert [bar.get_width() for bar in ax.patches] == expected["score"].tolist()
    assert [label.get_text() for label in ax.get_yticklabels()] == expected["province"].tolist()
    drawn = result.plot("scores").images[0].get_array()
    wide = result.table.pivot(index="province", columns="year", values="score").sort_values(2022, ascending=False)
    assert np.array_equal(drawn, wide.to_numpy())
    widths = [bar.get_width() for bar in result.plot("weights").patches]
    assert widths == sorted(result.weights["weight"], reverse=True)
    plt.close("all")
