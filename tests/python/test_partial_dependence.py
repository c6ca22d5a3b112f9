"""`partial_dependence`: brute force at every step, hand-made functions, bands, frames of every library, refusals."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm

# Thousands of leaves are added around the mean, each rounded to 1e-16 of itself.
ROUNDING = 1e-12

FACTORS = ["income", "density", "school", "stage"]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    rgm.set_threads(None)


def table(n: int = 90, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    data = pd.DataFrame({"income": random.normal(size=n), "density": random.integers(0, 5, n).astype(float)})
    data["school"] = data["income"] + 0.1 * random.normal(size=n)
    stages = ["early", "middle", "late"]
    data["stage"] = pd.Categorical(random.choice(stages, n), categories=stages, ordered=True)
    bonus = data["stage"].cat.codes.to_numpy() == 1
    data["level"] = 1e6 + np.sin(2 * data["income"]) + 0.3 * data["density"] * bonus + 0.1 * random.normal(size=n)
    data["region"] = np.arange(n) // 6
    return data


def forest(data: pd.DataFrame, trees: int = 25, **options: Any) -> rgm.RandomForestRegressor:
    model = rgm.RandomForestRegressor(trees, random_state=3, **options)
    return model.fit(data[FACTORS], data["level"])


DATA = table()
MODEL = forest(DATA)


def brute(data: pd.DataFrame, **moved: Any) -> np.ndarray:
    """Return the predictions with some factors set, in every row."""
    codes = {"stage": ["early", "middle", "late"]}
    changed = data[FACTORS].copy()
    for name, x in moved.items():
        if name in codes:
            x = pd.Categorical([codes[name][int(x)]] * len(data), categories=codes[name], ordered=True)
        changed[name] = x
    return MODEL.predict(changed)


def middles(rows: pd.DataFrame) -> np.ndarray:
    """Return a place inside each step: the last row is the end of the last."""
    x = rows["x"].to_numpy()
    return 0.5 * (x[:-1] + x[1:])


# Exactness


def test_every_step_of_every_factor_is_that_of_substitution() -> None:
    curves = rgm.partial_dependence(MODEL, DATA).curves
    assert curves["factor"].unique().tolist() == FACTORS
    for name, rows in curves.groupby("factor"):
        places = rows["x"].to_numpy() if name == "stage" else middles(rows)
        expected = [brute(DATA, **{name: x}).mean() for x in places]
        assert rows["effect"].to_numpy()[: len(places)] == pytest.approx(expected, rel=ROUNDING)
        if name != "stage":
            # All thresholds of the forest are there, between the least and the largest value.
            nodes = MODEL.forest_["left"] > 0
            own = MODEL.forest_["feature"] == FACTORS.index(name)
            thresholds = np.unique(MODEL.forest_["threshold"][nodes & own])
            assert rows["x"].tolist() == [DATA[name].min(), *thresholds, DATA[name].max()]
            assert rows["effect"].iloc[-1] == rows["effect"].iloc[-2]


def test_at_a_threshold_the_step_before_it_holds() -> None:
    rows = rgm.partial_dependence(MODEL, DATA, ["income"]).curves
    for place in (5, 20):
        at_threshold = brute(DATA, income=rows["x"][place]).mean()
        assert rows["effect"][place - 1] == pytest.approx(at_threshold, rel=ROUNDING)


def test_two_rows_in_fractions() -> None:
    # x = 0, 1 and y = 0, 3 without bootstrap: a split at 1/2, so that the curve is 0 below and 3 above.
    x = np.array([[0.0], [1.0]])
    model = rgm.RandomForestRegressor(1, bootstrap=False, node_size=1, random_state=1).fit(x, [0.0, 3.0])
    curves = rgm.partial_dependence(model, x).curves
    assert curves[["x", "effect"]].values.tolist() == [[0.0, 0.0], [0.5, 3.0], [1.0, 3.0]]
    # A third row of the second kind does not change it; as one of many factors neither does the constant one.
    both = rgm.partial_dependence(model, [[0.0], [1.0], [1.0]]).curves
    assert both["effect"].tolist() == [0.0, 3.0, 3.0]


def test_an_additive_tree_by_hand_in_fractions() -> None:
    # y = 4a + b over the four corners, one tree with every row once: a is split first, then b on both sides.
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    model = rgm.RandomForestRegressor(1, bootstrap=False, node_size=1, max_features=2, random_state=1)
    model.fit(corners, corners @ [4.0, 1.0])
    data = corners[[0, 1, 1, 2, 3, 3, 3]]
    curves = rgm.partial_dependence(model, data).curves
    mean_a, mean_b = Fraction(4, 7), Fraction(5, 7)
    expected = [mean_b, 4 + mean_b, 4 + mean_b, 4 * mean_a, 4 * mean_a + 1, 4 * mean_a + 1]
    assert curves["effect"].tolist() == pytest.approx([float(each) for each in expected], rel=1e-15)


def test_curves_of_rows_are_predictions_and_their_mean_is_the_curve() -> None:
    result = rgm.partial_dependence(MODEL, DATA, ["density", "stage"], kind="both")
    rows = result.individual
    for name in ("density", "stage"):
        own = rows[rows["factor"] == name]
        curve = result.curves[result.curves["factor"] == name]
        matrix = own["effect"].to_numpy().reshape(len(DATA), -1)
        assert own["row"].to_numpy().reshape(len(DATA), -1)[:, 0].tolist() == list(range(len(DATA)))
        assert matrix.mean(axis=0) == pytest.approx(curve["effect"].to_numpy(), rel=ROUNDING)
        places = curve["x"].to_numpy() if name == "stage" else middles(curve)
        for place, x in enumerate(places):
            assert matrix[:, place] == pytest.approx(brute(DATA, **{name: x}), rel=ROUNDING)


def test_centred_curves_begin_at_zero() -> None:
    plain = rgm.partial_dependence(MODEL, DATA, ["income"], kind="both")
    centred = rgm.partial_dependence(MODEL, DATA, ["income"], kind="both", centered=True)
    first = plain.curves["effect"][0]
    assert centred.curves["effect"].to_numpy() == pytest.approx(plain.curves["effect"] - first, abs=1e-9)
    assert (centred.individual.groupby("row")["effect"].first() == 0.0).all()


def test_pairs_are_substitution_of_both() -> None:
    result = rgm.partial_dependence(MODEL, DATA, ["income"], pairs=[("density", "stage"), ("income", "school")])
    first = result.pairs[result.pairs["factor_a"] == "density"]
    x = np.append(first["x_a"].unique(), DATA["density"].max())
    for left, right in pairwise(x):
        for code in range(3):
            expected = brute(DATA, density=0.5 * (left + right), stage=code).mean()
            own = first[(first["x_a"] == left) & (first["x_b"] == code)]["effect"]
            assert own.tolist() == pytest.approx([expected], rel=ROUNDING)
    second = result.pairs[result.pairs["factor_a"] == "income"]
    assert second["x_a"].nunique() <= 250
    some = second.iloc[:: len(second) // 15]
    for _, row in some.iterrows():
        # To the right of both by less than the distance to any other threshold.
        expected = brute(DATA, income=row["x_a"] + 1e-9, school=row["x_b"] + 1e-9).mean()
        assert row["effect"] == pytest.approx(expected, rel=ROUNDING)


def test_a_coarser_grid_shows_some_of_the_same_steps() -> None:
    whole = rgm.partial_dependence(MODEL, DATA, ["income"]).curves
    some = rgm.partial_dependence(MODEL, DATA, ["income"], grid_size=12).curves
    assert len(some) == 13
    known = dict(zip(whole["x"][:-1], whole["effect"][:-1], strict=True))
    assert [known[x] for x in some["x"][:-1]] == some["effect"][:-1].tolist()


def test_weights_count_rows() -> None:
    weight = np.arange(len(DATA)) % 3
    repeated = DATA.loc[DATA.index.repeat(weight)]
    weighted = rgm.partial_dependence(MODEL, DATA.assign(weight=weight), weight="weight", pairs=("income", "density"))
    plain = rgm.partial_dependence(MODEL, repeated, pairs=("income", "density"))
    assert weighted.pairs["effect"].to_numpy() == pytest.approx(plain.pairs["effect"].to_numpy(), rel=ROUNDING)
    # Outer steps reach to the values of the data, which differ where the extreme row weighs nothing.
    assert weighted.curves["effect"].to_numpy() == pytest.approx(plain.curves["effect"].to_numpy(), rel=ROUNDING)


def test_large_units_keep_their_digits() -> None:
    x = np.arange(50.0)[:, None]
    y = np.arange(50.0) ** 2
    small = rgm.RandomForestRegressor(20, random_state=1).fit(x, y)
    large = rgm.RandomForestRegressor(20, random_state=1).fit(2.0**-33 * x, 2e9 + y)
    pairs = ((small, x), (large, 2.0**-33 * x))
    effects = [rgm.partial_dependence(model, data).curves["effect"] for model, data in pairs]
    # 2e9 in doubles has steps of 2.4e-7, by half of which every leaf and the mean are off.
    assert effects[1].to_numpy() - 2e9 == pytest.approx(effects[0].to_numpy(), abs=1e-6)


# Turning points and bands


def test_a_valley_is_found_and_a_slope_has_none() -> None:
    x = np.linspace(-1.0, 1.0, 160)[:, None]
    for response, expected in (
        (x[:, 0] ** 2, [["fall to rise"]]),
        (x[:, 0], []),
        (-(x[:, 0] ** 2), [["rise to fall"]]),
    ):
        model = rgm.RandomForestRegressor(100, random_state=1).fit(x, response)
        points = rgm.partial_dependence(model, x).turning_points
        assert points[["direction"]].values.tolist() == expected
        if expected:
            # Leaves of five draws lie within 0.06 of the middle.
            assert abs(points["location"][0]) < 0.06
            assert points["x_from"][0] < points["location"][0] < points["x_to"][0]
            assert points["share"][0] == pytest.approx(1.0, abs=0.1)


def test_bands_widen_where_rows_are_few_and_tell_chance_turns() -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=(200, 2))
    data = pd.DataFrame(x, columns=["driver", "noise"]).assign(level=np.abs(x[:, 0]) + 0.2 * random.normal(size=200))
    model = rgm.RandomForestRegressor(40, random_state=1).fit(data[["driver", "noise"]], data["level"])
    result = rgm.partial_dependence(model, data, bootstrap=60, value="level", seed=4, prominence=0.3)
    curves = result.curves[result.curves["factor"] == "driver"]
    assert ((curves["low"] <= curves["effect"]) & (curves["effect"] <= curves["high"])).all()
    width = (curves["high"] - curves["low"]).to_numpy()
    middle = curves["x"].abs().to_numpy() < 0.5
    edge = curves["x"].abs().to_numpy() > 2.0
    assert width[edge].mean() > 1.5 * width[middle].mean()
    points = result.turning_points
    turn = points[points["factor"] == "driver"]
    assert turn["direction"].tolist() == ["fall to rise"]
    assert 0.0 < turn["size_low"].iloc[0] < turn["size"].iloc[0] < turn["size_high"].iloc[0]
    assert turn["location_low"].iloc[0] < 0.1
    assert turn["location_high"].iloc[0] > -0.1
    assert turn["share_of_refits"].iloc[0] == 1.0
    # The other factor does nothing: what its curve turns by is chance.
    assert (points[points["factor"] == "noise"]["size_low"] <= 0.0).all()
    assert "60 resamples of rows, seed 4" in result.notes[0]


def test_groups_are_redrawn_whole() -> None:
    # Twelve regions, ten equal rows each: regions carry all the chance there is, and rows hide it.
    random = np.random.default_rng(2)
    x = np.repeat(random.normal(size=(12, 1)), 10, axis=0)
    y = x[:, 0] + np.repeat(random.normal(size=12), 10)
    by_row = rgm.RandomForestRegressor(20, random_state=1).fit(x, y)
    by_group = rgm.RandomForestRegressor(20, random_state=1).fit(x, y, groups=np.repeat(np.arange(12), 10))
    widths = []
    for model in (by_row, by_group):
        curves = rgm.partial_dependence(model, x, bootstrap=40, value=y, seed=1).curves
        widths.append(float((curves["high"] - curves["low"]).mean()))
    assert widths[1] > 1.5 * widths[0]


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads() -> None:
    def run(seed: int) -> list[bytes]:
        result = rgm.partial_dependence(
            MODEL, DATA, pairs=("income", "density"), kind="both", bootstrap=5, value="level", seed=seed
        )
        names = ("curves", "turning_points", "individual", "pairs")
        return [getattr(result, name).select_dtypes("number").to_numpy().tobytes() for name in names]

    rgm.set_threads(1)
    one = run(7)
    rgm.set_threads(3)
    assert run(7) == one
    assert run(8)[0] != one[0]


# Input


@pytest.mark.parametrize("library", [pl.from_pandas, lambda data: pa.Table.from_pandas(data, preserve_index=False)])
def test_every_library_gives_the_same_tables(library: Any) -> None:
    expected = rgm.partial_dependence(MODEL, DATA, ["income", "density"], pairs=("income", "density"), kind="both")
    data = library(DATA.assign(stage=DATA["stage"].cat.codes.astype(float)))
    model = rgm.RandomForestRegressor(25, random_state=3).fit(
        library(DATA[FACTORS].assign(stage=DATA["stage"].cat.codes.astype(float))), DATA["level"].to_numpy()
    )
    result = rgm.partial_dependence(model, data, ["income", "density"], pairs=("income", "density"), kind="both")
    for name in ("curves", "turning_points", "individual", "pairs"):
        frame = getattr(result, name)
        assert type(frame) is type(data)
        pd.testing.assert_frame_equal(nw.from_native(frame).to_pandas(), getattr(expected, name), check_dtype=False)


def test_arrays_and_columns_in_another_order_give_the_same() -> None:
    plain = DATA.assign(stage=DATA["stage"].cat.codes.astype(float))
    named = rgm.RandomForestRegressor(25, random_state=3).fit(plain[FACTORS], plain["level"])
    array = rgm.RandomForestRegressor(25, random_state=3).fit(plain[FACTORS].to_numpy(), plain["level"])
    by_name = rgm.partial_dependence(named, plain[FACTORS[::-1]], ["school"]).curves
    by_place = rgm.partial_dependence(array, plain[FACTORS].to_numpy(), "x3").curves
    assert by_name["effect"].tolist() == by_place["effect"].tolist()
    assert by_place["factor"].unique().tolist() == ["x3"]


def test_a_result_of_driver_importance_stands_for_its_forest() -> None:
    drivers = rgm.driver_importance(DATA, "level", FACTORS, n_estimators=10, seed=1)
    by_result = rgm.partial_dependence(drivers, DATA, ["income"]).curves
    by_model = rgm.partial_dependence(drivers.model, DATA, ["income"]).curves
    pd.testing.assert_frame_equal(by_result, by_model)


def test_a_constant_factor_is_flat_and_said() -> None:
    data = DATA.assign(density=2.0)
    result = rgm.partial_dependence(forest(data), data, ["density"])
    assert result.curves["x"].tolist() == [2.0, 2.0]
    assert result.curves["effect"].nunique() == 1
    assert len(result.turning_points) == 0
    assert "density: the same in every row." in result.notes


def test_rows_with_gaps_are_dropped_when_asked_and_counted() -> None:
    gaps = DATA.assign(income=DATA["income"].where(DATA.index != 4))
    with pytest.raises(rgm.InvalidInputError, match="column 'income' is missing in row 4"):
        rgm.partial_dependence(MODEL, gaps)
    result = rgm.partial_dependence(MODEL, gaps, ["density"], missing="drop", kind="individual")
    assert result.n_dropped == 1
    assert 4 not in set(result.individual["row"])
    expected = rgm.partial_dependence(MODEL, DATA.drop(index=4), ["density"]).curves
    pd.testing.assert_frame_equal(result.curves, expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": rgm.RandomForestRegressor()}, r"not fitted yet; call model.fit\(X, y\)"),
        ({"model": np.mean}, "must be a fitted regiometrics RandomForestRegressor"),
        ({"data": DATA.drop(columns="school")}, "data lack 'school', on which the forest was grown"),
        ({"data": DATA["income"]}, "array of rows × 4 factors"),
        ({"factors": ["incme"]}, "no factor 'incme' .*there is 'income'"),
        ({"factors": ["income", "income"]}, "'income' is listed twice"),
        ({"factors": []}, "factors is empty"),
        ({"factors": 3}, "must be a list of factor names"),
        ({"pairs": [("income", "income")]}, "listed twice in pairs"),
        ({"pairs": ["income"]}, "list of pairs"),
        ({"pairs": 5}, "pairs must be a list of pairs of factor names, not 5"),
        ({"pairs": [("income", "school")] * 2}, "pairs lists 'income' and 'school' twice"),
        ({"pairs": [("income", "gdp")]}, "no factor 'gdp' .*in pairs"),
        ({"kind": "ice"}, "kind must be one of"),
        ({"grid_size": 1}, "grid_size must be a whole number from 2"),
        ({"prominence": 0.0}, "prominence must be a number between 0 and 1"),
        ({"centered": "yes"}, "centered must be True or False"),
        ({"bootstrap": 20}, "name its column in value"),
        ({"bootstrap": 1, "value": "level"}, "bootstrap is 1"),
        ({"bootstrap": 20, "value": "income"}, "'income' is not the response that the model was fitted on"),
        ({"bootstrap": 20, "value": "level", "data": DATA.head(50)}, "90 rows; there are 50"),
        ({"bootstrap": 20, "value": "level", "confidence": 95}, "write 0.95"),
        ({"weight": "income"}, "column 'income' is negative"),
        ({"data": DATA.assign(w=0.0), "weight": "w"}, "weights must be of a finite total above zero"),
        ({"data": DATA.assign(income="a")}, "text where numbers are needed"),
        ({"data": DATA.assign(income=np.inf)}, "column 'income' is infinite"),
    ],
)
def test_what_cannot_be_used_is_refused_and_named(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"model": MODEL, "data": DATA} | change
    with pytest.raises(rgm.InvalidInputError, match=message):
        rgm.partial_dependence(
            arguments.pop("model"), arguments.pop("data"), arguments.pop("factors", None), **arguments
        )


def test_tables_beyond_memory_are_refused_before_they_are_made() -> None:
    many = np.zeros((2_000_000, 4))
    with pytest.raises(rgm.InvalidInputError, match="grid_size must be so small"):
        rgm.partial_dependence(MODEL, many, kind="both", grid_size=10**6)
    with pytest.raises(rgm.InvalidInputError, match="bootstrap must be so small"):
        rgm.partial_dependence(MODEL, DATA, bootstrap=10**9, value="level")


def test_results_pickle() -> None:
    result = rgm.partial_dependence(MODEL, DATA, ["income"])
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.curves, result.curves)
