"""The regression forest: single trees exactly, R's randomForest over seeds, the estimator, its refusals."""

from __future__ import annotations

import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from child import run
from forest_oracles import check_tree, leaf
from test_door_signals import INTERRUPT, LIMIT

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "forests_randomforest.json").read_text(encoding="utf-8"))


def made(n: int, p: int = 4, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, p))
    return x, 2.0 * x[:, 0] + x[:, p // 2] ** 2 + draw.normal(size=n)


def grown(x: Any, y: Any, n: int = 20, **options: Any) -> rgm.RandomForestRegressor:
    return rgm.RandomForestRegressor(n, **{"random_state": 1} | options).fit(x, y)


def same_trees(one: rgm.RandomForestRegressor, two: rgm.RandomForestRegressor, *names: str) -> bool:
    chosen = names or tuple(one.forest_)
    return all(np.array_equal(one.forest_[name], two.forest_[name], equal_nan=True) for name in chosen)


# Worked by hand


def test_one_tree_by_hand() -> None:
    # y = 0, 0, 0, 6, 6, 12 at x = 1 … 6; mean 4, sum of squares 3·16 + 2·4 + 64 = 120. Splitting after 3: left sum 0,
    # right 24: 24²/3 − 24²/6 = 192 − 96 = 96; after 4: 36/4 + 324/2 − 96 = 75; after 5: 144/5 + 144 − 96 = 76.8. The
    # right node 6, 6, 12 has more than 2 draws: after 5 its squares fall by 12²/2 + 12² − 24²/3 = 72 + 144 − 192 = 24.
    x, y = np.arange(1.0, 7.0)[:, None], np.array([0.0, 0.0, 0.0, 6.0, 6.0, 12.0])
    forest = grown(x, y, 1, bootstrap=False, node_size=2)
    assert forest.forest_["threshold"][[0, 2]].tolist() == [3.5, 5.5]
    assert forest.forest_["left"].tolist() == [1, 0, 3, 0, 0]
    assert forest.forest_["value"].tolist() == [4.0, 0.0, 8.0, 6.0, 12.0]
    assert forest.forest_["n_draws"].tolist() == [6, 3, 3, 2, 1]
    assert forest.inc_node_purity_.tolist() == [120.0]
    assert forest.predict([[3.5], [3.6], [9.0]]).tolist() == [0.0, 6.0, 12.0]
    # A node of three draws is a leaf with node_size 3.
    assert len(grown(x, y, 1, bootstrap=False, node_size=3).forest_["left"]) == 3


def test_the_root_is_split_whatever_its_size() -> None:
    forest = grown([[1.0], [2.0], [4.0]], [1.0, 2.0, 6.0], 1, bootstrap=False)
    assert forest.forest_["threshold"][0] == 3.0
    assert forest.forest_["value"].tolist() == [3.0, 1.5, 6.0]


# Exact trees


@pytest.mark.parametrize("n", [7, 30, 90])
@pytest.mark.parametrize(("bootstrap", "max_features"), [(False, 1.0), (True, 1.0), (True, 2)])
def test_trees_are_those_of_the_definition(n: int, bootstrap: bool, max_features: Any) -> None:
    x, y = made(n, 3)
    x[:, 2] = np.round(x[:, 2])
    forest = grown(x, y, 3, bootstrap=bootstrap, max_features=max_features)
    counts = forest.in_bag_counts()
    assert (counts.sum(axis=1) == n).all()
    purity = np.zeros(3)
    for tree in range(3):
        found = check_tree(forest.forest_, tree, x, y, counts[tree].tolist(), 5, max_features == 1.0)
        purity += np.array([float(each) for each in found]) / 3
    # Sums of at most 90 squares, each rounded a few times.
    assert forest.inc_node_purity_ == pytest.approx(purity, rel=1e-12)


def test_trees_on_many_ties_are_those_of_the_definition() -> None:
    draw = np.random.default_rng(3)
    x, y = draw.integers(0, 4, size=(80, 4)).astype(float), draw.integers(0, 5, size=80).astype(float)
    forest = grown(x, y, 4, max_features=1.0, node_size=3)
    for tree, counts in enumerate(forest.in_bag_counts()):
        check_tree(forest.forest_, tree, x, y, counts.tolist(), 3, all_features=True)


# From 2049 rows on nodes are placed anew, and from 65536 on places take four bytes.
@pytest.mark.parametrize("n", [40, 700, 5000, 70_000])
def test_trees_are_those_of_scikit_learn(n: int) -> None:
    from sklearn.tree import DecisionTreeRegressor

    x, y = made(n, 3)
    # scikit-learn rounds factors to single precision, and takes values closer than 1e-7 for equal.
    x = (1000.0 * x).astype(np.float32).astype(np.float64)
    ours = grown(x, y, 1, bootstrap=False, max_features=1.0)
    theirs = DecisionTreeRegressor(min_samples_split=6, random_state=0).fit(x, y)
    assert len(ours.forest_["left"]) == theirs.tree_.node_count
    # Means of leaves in another order of summing.
    assert ours.predict(x) == pytest.approx(theirs.predict(x), rel=1e-12, abs=1e-12)


# R's randomForest


@pytest.mark.parametrize("name", GOLDEN["samples"])
def test_forests_agree_with_r(name: str) -> None:
    sample = GOLDEN["samples"][name]
    x, y = pd.DataFrame(sample["columns"]).astype(float), np.array(sample["value"], dtype=float)
    seeds = range(6)
    runs = []
    for seed in seeds:
        with warnings.catch_warnings():
            # Some samples have rows that repeat each other.
            warnings.simplefilter("ignore", rgm.RegiometricsWarning)
            runs.append(rgm.driver_importance(x.assign(y=y), "y", list(x.columns), seed=seed))
    found = {
        "oob_mse": [[run.oob_mse] for run in runs],
        "oob_mse_50": [[run.oob_curve["oob_mse"][49]] for run in runs],
        "oob_r2": [[run.oob_r2] for run in runs],
        "n_nodes": [[len(run.model.forest_["left"]) / 500] for run in runs],
        "oob_prediction": [run.model.oob_prediction_ for run in runs],
        **{measure: [run.table[measure] for run in runs] for measure in runs[0].table.columns[1:5]},
    }
    for measure, values in found.items():
        centre, spread = np.array(sample["mean"][measure]), np.array(sample["sd"][measure])
        away = np.abs(np.mean(values, axis=0) - centre) / spread
        # Means of 6 and of 40 runs differ by a standard deviation of sqrt(1/6 + 1/40) = 0.44 of one run: 1.5 is 3.4 of
        # them. Predictions of many rows and ratios to a noisy error are let out a little in single entries.
        assert np.mean(away <= 1.5) >= (1.0 if len(centre) < 10 else 0.97), (measure, away)


# Out of bag


def test_out_of_bag_statistics_are_those_of_plain_loops() -> None:
    x, y = made(25)
    forest = grown(x, y, 12)
    counts = forest.in_bag_counts()
    said = np.array([[leaf(forest.forest_, tree, row) for row in x] for tree in range(12)])
    for trees in range(1, 13):
        out = counts[:trees] == 0
        with np.errstate(invalid="ignore"):
            mean = np.where(out, said[:trees], 0.0).sum(axis=0) / out.sum(axis=0)
        scored = out.any(axis=0)
        mse = np.mean((y[scored] - mean[scored]) ** 2)
        assert forest.oob_mse_[trees - 1] == pytest.approx(mse, rel=1e-13)
        assert forest.oob_r2_[trees - 1] == pytest.approx(1.0 - mse / np.var(y), rel=1e-12)
    assert forest.oob_prediction_ == pytest.approx(mean, rel=1e-13, nan_ok=True)
    assert forest.oob_score_ == forest.oob_r2_[-1]
    # Predictions are means over all trees.
    assert forest.predict(x) == pytest.approx(said.mean(axis=0), rel=1e-13)


def test_rows_in_every_bag_are_nan_and_not_scored() -> None:
    x, y = made(30)
    forest = grown(x, y, 1)
    out = forest.in_bag_counts()[0] == 0
    assert np.isnan(forest.oob_prediction_).tolist() == (~out).tolist()
    assert forest.oob_mse_[0] == pytest.approx(np.mean((y - forest.oob_prediction_)[out] ** 2))
    assert np.isnan(grown(x, y, 2, bootstrap=False).oob_mse_).all()


def test_groups_are_in_the_bag_as_a_whole() -> None:
    x, y = made(60)
    region = np.repeat(list("abcdef"), 10)
    forest = rgm.RandomForestRegressor(30, random_state=1).fit(x, y, groups=region)
    counts = forest.in_bag_counts().reshape(30, 6, 10)
    assert (counts == counts[:, :, :1]).all()
    assert (counts[:, :, 0].sum(axis=1) == 6).all()


# Units, ties, seeds


def test_units_of_factors_and_response_do_not_matter() -> None:
    x, y = made(300)
    plain = grown(x, y)
    # 1e-10 and 1e-9 are rounded, which the places of splits do not see.
    for scale, unit in ((1e-10, 1.0), (1.0, 1e-9), (1e200, 1e150), (1e-300, 1e-200)):
        other = grown(x * scale, y * unit)
        assert same_trees(plain, other, "offsets", "feature", "left", "n_draws")
        assert other.predict(x * scale) == pytest.approx(plain.predict(x) * unit, rel=1e-12)
    moved = grown(x, y + 1e9)
    assert same_trees(plain, moved, "offsets", "feature", "left", "n_draws")


def test_values_in_steps_fall_on_the_same_side_in_any_unit() -> None:
    # Indices with one decimal: midpoints of some values are others, 0.2 of 0.1 and 0.3, and rounding decides which side
    # of a threshold computed as (a + b) / 2 they fall on.
    draw = np.random.default_rng(6)
    x = draw.integers(0, 40, size=(200, 3)) / 10.0
    y = np.sin(x[:, 0]) + x[:, 1] * x[:, 2] + 0.3 * draw.normal(size=200)
    plain = grown(x, y, 60)
    on_values = np.isin(np.round(plain.forest_["threshold"] * 10.0, 6) % 1.0, [0.0])
    assert on_values.sum() > 200
    for scale in (1e-10, 1.0 / 3.0, 7e5):
        other = grown(x * scale, y * 1e-9, 60)
        assert same_trees(plain, other, "offsets", "feature", "left", "n_draws")
        assert other.oob_mse_ == pytest.approx(plain.oob_mse_ * 1e-18, rel=1e-10)
        assert other.predict(x * scale) == pytest.approx(plain.predict(x) * 1e-9, rel=1e-12)


def test_values_of_two_thousand_millions_and_one_keep_their_order() -> None:
    x = 2e9 + np.arange(100.0)[:, None]
    y = np.random.default_rng(1).permutation(100).astype(float)
    forest = grown(x, y, 1, bootstrap=False, node_size=1)
    assert forest.predict(x).tolist() == y.tolist()


def test_neighbouring_doubles_are_told_apart() -> None:
    x = np.nextafter(1.0, 2.0, dtype=float) * np.ones((4, 1))
    x[:2] = 1.0
    forest = grown(x, [0.0, 0.0, 1.0, 1.0], 1, bootstrap=False)
    assert forest.predict(x).tolist() == [0.0, 0.0, 1.0, 1.0]
    huge = np.array([[-1.7e308], [1.7e308]])
    assert grown(huge, [0.0, 1.0], 1, bootstrap=False).forest_["threshold"][0] == 0.0


def test_equal_gains_are_broken_at_random_and_not_by_column() -> None:
    # Four copies of one factor, two of them turned round: each is the best with the same gain.
    column = np.random.default_rng(2).normal(size=40)
    y = np.sign(column) + 0.1 * column
    x = np.column_stack([column, -column, column * 3.0, 7.0 - column])
    forest = grown(x, y, 2000, max_features=4)
    roots = forest.forest_["feature"][forest.forest_["offsets"][:-1].astype(int)]
    share = np.bincount(roots, minlength=4) / 2000
    # A share of 1/4 in 2000 trees has a standard deviation of 0.0097: four of them.
    assert np.abs(share - 0.25).max() < 0.04


def test_equal_gains_of_close_responses_are_equal_in_any_unit() -> None:
    # Responses near 0 and near 1 that differ by 1e-5 among themselves: below the root the mean is known to 1e-11 of the
    # deviations, by which the same split with its sides exchanged, as on -column, gains less or more.
    draw = np.random.default_rng(1)
    column, side = draw.normal(size=400), np.repeat([0.0, 1.0], 200)
    y = side + 1e-5 * draw.normal(size=400)
    x = np.column_stack([column, -column, side])
    plain = grown(x, y, 100, max_features=3)
    for unit in (1.0 / 3.0, 7e5):
        assert same_trees(plain, grown(x, y * unit, 100, max_features=3), "offsets", "feature", "left")


def test_the_same_bits_on_any_number_of_threads() -> None:
    x, y = made(3000)
    try:
        rgm.set_threads(1)
        one = grown(x, y)
        predicted = one.predict(x)
        rgm.set_threads(3)
        assert same_trees(one, grown(x, y))
        assert np.array_equal(one.oob_mse_, grown(x, y).oob_mse_)
        assert np.array_equal(predicted, one.predict(x))
    finally:
        rgm.set_threads(None)


def test_seeds() -> None:
    x, y = made(50)
    assert not same_trees(grown(x, y), grown(x, y, random_state=2), "left")
    drawn = rgm.RandomForestRegressor(5).fit(x, y)
    assert same_trees(drawn, grown(x, y, 5, random_state=drawn.seed_))
    # The first trees of a larger forest are those of a smaller one.
    small, large = grown(x, y, 5), grown(x, y, 9)
    assert np.array_equal(small.oob_mse_, large.oob_mse_[:5])
    for kind in (np.random.RandomState, np.random.default_rng):
        assert same_trees(grown(x, y, random_state=kind(3)), grown(x, y, random_state=kind(3)))


# Frames


def test_frames_of_all_libraries_and_arrays_give_the_same_forest() -> None:
    x, y = made(80)
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    plain = grown(x, y)
    for data in (frame, pl.from_pandas(frame), pa.Table.from_pandas(frame), frame.astype({"a": "Float64"})):
        forest = grown(data, y)
        assert same_trees(plain, forest)
        assert forest.feature_names_in_.tolist() == ["a", "b", "c", "d"]
        assert np.array_equal(forest.predict(data), plain.predict(x))
    assert not hasattr(plain, "feature_names_in_")


def test_columns_are_found_by_name_in_any_order() -> None:
    x, y = made(80)
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    forest = grown(frame, y)
    turned = frame[["d", "b", "a", "c"]].assign(more="text")
    assert np.array_equal(forest.predict(turned), forest.predict(frame))
    with pytest.raises(rgm.InvalidInputError, match=r"data lack 'b', 'c', on which the forest was grown"):
        forest.predict(frame[["a", "d"]])


def test_ordered_categories_are_codes_and_others_are_refused() -> None:
    levels = ["low", "middle", "high"]
    text = pd.Series(["high", "low", "middle", "low", "high", "middle"] * 10)
    y = np.arange(60.0)
    ordered = pd.DataFrame({"level": pd.Categorical(text, levels, ordered=True)})
    forest = grown(ordered, y, node_size=1)
    codes = text.map(levels.index).to_numpy(dtype=float)[:, None]
    assert same_trees(forest, grown(codes, y, node_size=1))
    # Fewer categories in new data keep their codes.
    some = pd.DataFrame({"level": pd.Categorical(["high", "low"], ["low", "high"], ordered=True)})
    assert np.array_equal(forest.predict(some), forest.predict(ordered)[[0, 1]])
    enum = pl.DataFrame({"level": pl.Series(text.tolist(), dtype=pl.Enum(levels))})
    assert same_trees(forest, grown(enum, y, node_size=1))
    with pytest.raises(rgm.InvalidInputError, match=r"'level' holds categories without an order.*get_dummies"):
        grown(pd.DataFrame({"level": text.astype("category")}), y)
    with pytest.raises(rgm.InvalidInputError, match=r"'level' holds 'vast' in row 0, which is none of 'low'"):
        forest.predict(pd.DataFrame({"level": pd.Categorical(["vast"], ordered=True)}))
    with pytest.raises(rgm.InvalidInputError, match=r"'level' holds text"):
        grown(pd.DataFrame({"level": text}), y)


def test_dictionaries_of_periods_in_chunks_are_refused() -> None:
    periods = pd.Series(pd.period_range("2010", periods=2, freq="Y")).astype("category")
    for is_ordered, message in ((False, "categories without an order"), (True, "of column 'level' cannot be read")):
        one = pa.table({"level": pa.array(periods.cat.set_categories(periods, ordered=is_ordered))})
        with pytest.raises(rgm.InvalidInputError, match=message):
            grown(pa.concat_tables([one.slice(0, 1), one.slice(1)]), np.array([1.0, 2.0]))


# The estimator


def test_scikit_learn_finds_nothing_wrong() -> None:
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        # Of constant responses, and of not inheriting from scikit-learn.
        warnings.simplefilter("ignore")
        found = check_estimator(rgm.RandomForestRegressor(10), on_skip=None, on_fail="raise")
    assert sum(check["status"] == "passed" for check in found) >= 40
    assert {check["check_name"] for check in found if check["status"] != "passed"} <= {"check_array_api_input"}


def test_it_works_in_searches_and_pipelines_of_scikit_learn() -> None:
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = made(60)
    search = GridSearchCV(rgm.RandomForestRegressor(20, random_state=1), {"max_features": [1, 4]}, cv=3).fit(x, y)
    assert search.best_params_["max_features"] == 4
    # Standardised factors have the same order.
    pipe = make_pipeline(StandardScaler(), rgm.RandomForestRegressor(20, random_state=1)).fit(x, y)
    assert np.array_equal(pipe[-1].oob_prediction_, grown(x, y).oob_prediction_, equal_nan=True)


def test_it_does_without_scikit_learn() -> None:
    program = """
class Barred:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "sklearn":
            raise ImportError(name)
sys.meta_path.insert(0, Barred())
x = np.random.default_rng(1).normal(size=(50, 3))
forest = rgm.RandomForestRegressor(10, random_state=1)
try:
    forest.predict(x)
except rgm.RegiometricsError as error:
    told = str(error)
score = forest.fit(x, x[:, 0]).score(x, x[:, 0])
print(json.dumps([told, score > 0.8, forest.get_params()["n_estimators"], "sklearn" in sys.modules]))
"""
    told, *rest = run(program)
    assert "not fitted yet" in told
    assert rest == [True, 10, False]


def test_parameters_and_pickles() -> None:
    x, y = made(50)
    forest = rgm.RandomForestRegressor(7, node_size=3, random_state=1)
    assert repr(forest) == "RandomForestRegressor(n_estimators=7, node_size=3, random_state=1)"
    assert forest.set_params(node_size=4).get_params()["node_size"] == 4
    with pytest.raises(rgm.InvalidInputError, match=r"no option 'depth'; it has n_estimators"):
        forest.set_params(depth=3)
    copy = pickle.loads(pickle.dumps(forest.fit(x, y)))
    assert np.array_equal(copy.predict(x), forest.predict(x))
    assert np.array_equal(copy.in_bag_counts(), forest.in_bag_counts())
    weights = np.arange(1.0, 51.0)
    from sklearn.metrics import r2_score

    assert forest.score(x, y, weights) == pytest.approx(r2_score(y, forest.predict(x), sample_weight=weights))


# What is refused, and what is not


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_estimators": 0}, r"n_estimators must be a whole number from 1"),
        ({"node_size": 0}, r"node_size must be a whole number from 1"),
        ({"max_features": 5}, r"max_features must be a whole number from 1 to 4, not 5"),
        ({"max_features": 1.5}, r"fraction of the factors above 0 and up to 1, not 1.5"),
        ({"max_features": "sqrt"}, r"max_features must be None, a whole number or a fraction, not 'sqrt'"),
        ({"bootstrap": 1}, r"bootstrap must be True or False"),
        ({"random_state": -1}, r"seed must be a whole number from 0"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(rgm.InvalidInputError, match=message):
        rgm.RandomForestRegressor(**options).fit(*made(20))


def test_bad_values_are_refused_with_column_and_row() -> None:
    x, y = made(20)
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    frame.loc[[3, 7], "c"] = np.nan
    with pytest.raises(rgm.InvalidInputError, match=r"column 'c' is missing in row 3, 7"):
        grown(frame, y)
    wrong = x.copy()
    wrong[4, 2] = np.nan
    with pytest.raises(rgm.InvalidInputError, match=r"factor 2 of X is NaN in row 4"):
        grown(wrong, y)
    with pytest.raises(rgm.InvalidInputError, match=r"'y' is missing in row 5"):
        grown(x, np.where(np.arange(20) == 5, np.nan, y))
    with pytest.raises(rgm.InvalidInputError, match=r"y has 19 entries for 20 rows"):
        grown(x, y[1:])
    with pytest.raises(rgm.InvalidInputError, match=r"groups has 19 entries for 20 rows"):
        rgm.RandomForestRegressor(5).fit(x, y, groups=np.arange(19))
    with pytest.raises(rgm.InvalidInputError, match=r"groups must be in two groups or more"):
        rgm.RandomForestRegressor(5).fit(x, y, groups=np.zeros(20))
    with pytest.raises(rgm.InvalidInputError, match=r"expecting 4 features"):
        grown(x, y).predict(x[:, :3])
    with pytest.raises(rgm.InvalidInputError, match=r"two columns named 'a'"):
        grown(pd.DataFrame(x, columns=["a", "b", "c", "a"]), y)


def test_a_constant_response_is_told() -> None:
    x, _ = made(20)
    with pytest.warns(rgm.RegiometricsWarning, match="response is constant"):
        forest = grown(x, np.full(20, 0.1))
    # No split; the mean over trees is rounded.
    assert set(forest.forest_["value"]) == {0.1}
    assert forest.predict(x) == pytest.approx(0.1, rel=1e-15)
    assert np.isnan(forest.oob_score_)
    assert len(forest.forest_["left"]) == 20


def test_small_and_degenerate_input_works() -> None:
    x, y = made(40, 1)
    assert grown(x, y).n_features_in_ == 1
    # A constant factor is drawn and never split on.
    forest = grown(np.column_stack([x, np.ones(40)]), y, 200)
    assert not forest.forest_["feature"].any()
    two = grown(x[:2], y[:2], 50)
    assert np.isin(two.predict(x[:2]).round(12), [*y[:2].round(12)]).sum() <= 2
    doubled = grown(np.repeat(x, 3, axis=0), np.repeat(y, 3))
    assert doubled.predict(x).shape == (40,)


def test_arrays_that_are_no_trees_are_refused() -> None:
    x, y = made(20)
    forest = grown(x, y, 2)
    forest.forest_["left"] = forest.forest_["left"].copy()
    inner = int(np.flatnonzero(forest.forest_["left"])[1])
    forest.forest_["left"][inner] = 1
    with pytest.raises(rgm.InvalidInputError, match=r"left\[\d+\] is 1"):
        forest.predict(x)


def test_ctrl_c_stops_a_long_fit() -> None:
    seconds = run(
        INTERRUPT
        + """
draw = np.random.default_rng(1)
columns = [draw.normal(size=200_000) for _ in range(10)]
fit = lambda: _core.forest_fit(columns, columns[0] + columns[1], 500, 3, 5, None, 0, True, 1)
small = [column[:500].copy() for column in columns]
refit = lambda: _core.driver_importance(small, small[0], 500, 3, 5, None, 0, 10_000, True, 1)
print(json.dumps([latency(fit, 0.1), latency(fit, 0.8), latency(refit, 0.5)]))
"""
    )
    assert max(seconds) <= LIMIT, seconds


def test_scores_of_huge_responses_and_weights_that_cannot_be_used() -> None:
    X, y = np.arange(20.0)[:, None], np.arange(20.0) * 1e150
    model = rgm.RandomForestRegressor(5, random_state=1).fit(X, y)
    plain = rgm.RandomForestRegressor(5, random_state=1).fit(X, y / 1e150)
    assert model.score(X, y * 1e50) < 1.0
    assert model.score(X, y) == pytest.approx(plain.score(X, y / 1e150), rel=1e-12)
    for weight, message in (
        (np.zeros(20), "every sample_weight is zero"),
        (np.ones(3), "sample_weight has 3 entries for 20 rows"),
        (-np.ones(20), "sample_weight' is negative"),
    ):
        with pytest.raises(rgm.InvalidInputError, match=message):
            model.score(X, y, weight)
    with pytest.raises(rgm.InvalidInputError, match="entries of column 'y' are too large"):
        rgm.RandomForestRegressor(5).fit(X, y * 1e156)
