"""Importance of drivers: the definition by enumeration, p-values under a true null, groups, refusals."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from forest_oracles import all_rises, expected_rises

MEASURES = ["inc_mse", "inc_mse_se", "inc_mse_scaled", "inc_node_purity"]
P_VALUES = ["p_inc_mse", "p_inc_mse_scaled", "p_inc_node_purity"]


def made(n: int = 120, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    data = pd.DataFrame(draw.normal(size=(n, 4)), columns=["income", "trade", "area", "noise"])
    data["gdp"] = 3.0 * data["income"] + data["trade"] ** 2 + 0.5 * draw.normal(size=n)
    data["region"] = np.repeat(np.arange(-(-n // 6)), 6)[:n]
    return data


FACTORS = ["income", "trade", "area", "noise"]


def measured(data: Any = None, **options: Any) -> rgm.DriverImportance:
    data = made() if data is None else data
    return rgm.driver_importance(data, "gdp", FACTORS, **{"n_estimators": 60, "seed": 1} | options)


# The definition


@pytest.mark.parametrize("seed", range(3))
def test_exact_importance_is_the_mean_over_all_permutations(seed: int) -> None:
    # Five or six rows out of the bag have 720 orders at most.
    data = made(9, seed)
    result = measured(data, exact=True, n_estimators=12, node_size=1, seed=seed)
    x, y = data[FACTORS].to_numpy(), data["gdp"].to_numpy()
    rises = []
    for tree, counts in enumerate(result.model.in_bag_counts()):
        outside = np.flatnonzero(counts == 0).tolist()
        if 0 < len(outside) <= 6:
            rises.append(expected_rises(result.model.forest_, tree, x, y, outside))
    assert len(rises) == 12
    table = np.array(rises)
    # Sums of 720 · 6 squares of numbers of one size.
    assert result.table["inc_mse"].to_numpy() == pytest.approx(table.mean(axis=0), rel=1e-10, abs=1e-10)
    error = table.std(axis=0) / np.sqrt(12)
    assert result.table["inc_mse_se"].to_numpy() == pytest.approx(error, rel=1e-9, abs=1e-10)


def test_one_permutation_is_one_of_all() -> None:
    n_checked, n_moved = 0, 0
    for seed in range(30):
        data = made(9, seed)
        result = measured(data, n_estimators=1, node_size=1, seed=seed)
        x, y = data[FACTORS].to_numpy(), data["gdp"].to_numpy()
        outside = np.flatnonzero(result.model.in_bag_counts()[0] == 0).tolist()
        if len(outside) > 4:
            continue
        rises = all_rises(result.model.forest_, 0, x, y, outside)
        distance = np.abs(rises - result.table["inc_mse"].to_numpy()[:, None]).min(axis=1)
        # Sums of four squares of numbers of one size.
        assert (distance <= 1e-12 * (1.0 + np.abs(rises).max())).all()
        n_checked += 1
        n_moved += int((result.table["inc_mse"] != 0.0).sum())
    assert n_checked >= 15
    assert n_moved >= 15


def test_one_permutation_scatters_around_the_expectation() -> None:
    data = made(60)
    exact = measured(data, exact=True, n_estimators=400).table
    one = measured(data, n_estimators=400).table
    # The two differ by the noise of one permutation per tree, which is part of the standard error over trees.
    assert (np.abs(one["inc_mse"] - exact["inc_mse"]) < 4.0 * one["inc_mse_se"]).all()
    assert (exact["inc_mse_se"] < one["inc_mse_se"]).all()
    # The forest is the same.
    assert one["inc_node_purity"].equals(exact["inc_node_purity"])


def test_scaled_is_mean_over_error_and_rank_follows() -> None:
    table = measured().table
    assert table.columns.tolist() == ["factor", *MEASURES, "rank"]
    assert table["inc_mse_scaled"].tolist() == (table["inc_mse"] / table["inc_mse_se"]).tolist()
    assert table["factor"].tolist() == FACTORS
    assert table["rank"].tolist()[:2] == [1, 2]
    assert table["rank"].tolist() == table["inc_mse"].rank(ascending=False).astype(int).tolist()


def test_the_forest_is_that_of_the_estimator() -> None:
    data = made()
    result = measured(data)
    forest = rgm.RandomForestRegressor(60, random_state=1).fit(data[FACTORS], data["gdp"])
    assert np.array_equal(result.model.oob_prediction_, forest.oob_prediction_, equal_nan=True)
    assert np.array_equal(result.oob_curve["oob_mse"], forest.oob_mse_)
    assert result.oob_curve["n_trees"].tolist() == list(range(1, 61))
    assert (result.oob_mse, result.oob_r2) == (forest.oob_mse_[-1], forest.oob_r2_[-1])
    # Sums over trees in stretches of ten, and over all of them.
    assert result.table["inc_node_purity"].to_numpy() == pytest.approx(forest.inc_node_purity_, rel=1e-13)
    assert np.array_equal(result.model.predict(data), forest.predict(data))


def test_a_factor_that_is_never_used_has_no_importance() -> None:
    data = made().assign(area=1.0)
    with pytest.warns(rgm.RegiometricsWarning, match="'area' is constant: no tree can be split"):
        result = measured(data, permutations=9)
    row = result.table.set_index("factor").loc["area"]
    assert row[MEASURES].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert row[P_VALUES].tolist() == [1.0, 1.0, 1.0]


def test_units_do_not_matter() -> None:
    data = made()
    plain = measured(data, permutations=19).table
    other = measured(data.assign(gdp=data["gdp"] * 1e-9, trade=data["trade"] * 1e-10), permutations=19).table
    for measure, unit in (("inc_mse", 1e-18), ("inc_mse_se", 1e-18), ("inc_mse_scaled", 1.0)):
        assert other[measure].to_numpy() == pytest.approx(plain[measure].to_numpy() * unit, rel=1e-9)
    assert plain[P_VALUES].equals(other[P_VALUES])


# p-values


SAMPLES = 1000


def assert_uniform(p: np.ndarray) -> None:
    """Assert that p-values from 19 permutations are multiples of 1/20 that come equally often.

    Of 1000 a level of 5 % rejects 50 with a standard deviation of 6.9, one of 10 % 100 with one of 9.5: three of them
    either way. The sum of squares over the 20 values is beyond 43.8 in one of a thousand (chi-square, 19 degrees).
    """
    for values in p.T:
        times = np.bincount(np.rint(20 * values).astype(int), minlength=21)[1:]
        assert times.sum() == SAMPLES
        assert abs(times[0] - 50) <= 21
        assert abs(times[:2].sum() - 100) <= 29
        assert ((times - 50.0) ** 2 / 50.0).sum() <= 43.8


def test_p_values_of_a_true_null_are_uniform() -> None:
    draw = np.random.default_rng(20250307)
    found = []
    for seed in range(SAMPLES):
        x, y = draw.normal(size=(30, 2)), draw.normal(size=30)
        result = rgm.driver_importance(None, y, x, n_estimators=20, permutations=19, seed=seed)
        found.append(result.table[P_VALUES].to_numpy()[0])
    assert_uniform(np.array(found))


def test_p_values_of_a_null_inside_groups_are_uniform() -> None:
    draw = np.random.default_rng(20250308)
    group = np.repeat(np.arange(6), 5)
    found, without = [], []
    for seed in range(SAMPLES):
        # Groups differ, and so does the factor between them; inside them the two have nothing to do with each other.
        level = draw.normal(size=6)[group]
        x, y = 5.0 * level + draw.normal(size=30), 5.0 * level + draw.normal(size=30)
        options = {"n_estimators": 15, "permutations": 19, "seed": seed}
        result = rgm.driver_importance(None, y, x[:, None], groups=group, **options)
        found.append(result.table[P_VALUES].to_numpy()[0])
        if seed < 20:
            without.append(rgm.driver_importance(None, y, x[:, None], **options).table[P_VALUES].to_numpy()[0])
    assert_uniform(np.array(found))
    # Rows taken for independent make the same factor look like a driver nearly always.
    assert (np.array(without) == 0.05).mean() > 0.9


def test_drivers_are_found() -> None:
    table = measured(permutations=99).table.set_index("factor")
    assert table.loc["income", P_VALUES].tolist() == [0.01, 0.01, 0.01]
    assert (table.loc[["area", "noise"], "p_inc_mse"] > 0.05).all()
    assert ((table[P_VALUES] * 100 + 1e-9) % 1 < 1e-6).all(axis=None)


def test_more_permutations_keep_the_observed_forest() -> None:
    one, two = measured(permutations=0), measured(permutations=40)
    assert one.table[MEASURES].equals(two.table[MEASURES])
    assert (one.permutations, two.permutations) == (0, 40)


# Groups


def test_groups_are_left_out_as_a_whole_and_the_error_is_told() -> None:
    draw = np.random.default_rng(5)
    region = np.repeat(np.arange(25), 8)
    # What a region is like is known from its own rows only: the factor names it.
    place = draw.normal(size=25)[region]
    data = pd.DataFrame({"place": place, "noise": draw.normal(size=200), "region": region})
    data["gdp"] = draw.normal(size=25)[region] + 0.1 * draw.normal(size=200)
    result = rgm.driver_importance(data, "gdp", ["place", "noise"], groups="region", n_estimators=100, seed=1)
    rows = rgm.driver_importance(data, "gdp", ["place", "noise"], n_estimators=100, seed=1)
    assert result.oob_mse_rows == rows.oob_mse
    assert rows.oob_mse_rows is None
    assert result.oob_mse > 3.0 * result.oob_mse_rows
    told = f"{result.oob_mse / result.oob_mse_rows:.2f} times the"
    assert told in result.notes[0]
    assert told in result.summary()
    counts = result.model.in_bag_counts().reshape(100, 25, 8)
    assert (counts == counts[:, :, :1]).all()


def test_groups_of_one_row_each_can_not_be_permuted() -> None:
    data = made().assign(region=np.arange(120))
    # Drawing groups of one row is drawing rows.
    assert measured(data, groups="region").oob_mse > 0.0
    with pytest.raises(rgm.InvalidInputError, match=r"'region' must be groups of several rows each"):
        measured(data, groups="region", permutations=9)
    with pytest.raises(rgm.InvalidInputError, match=r"'region' must be in two groups or more"):
        measured(data.assign(region=1), groups="region")


# Input


def test_frames_of_all_libraries_and_arrays_give_the_same_numbers() -> None:
    data = made()
    expected = measured(data, groups="region", permutations=5).table
    for given in (pl.from_pandas(data), pa.Table.from_pandas(data)):
        table = measured(given, groups="region", permutations=5).table
        assert type(table) is type(given)
        as_pandas = table.to_pandas()
        assert as_pandas[MEASURES + P_VALUES + ["rank"]].equals(expected[MEASURES + P_VALUES + ["rank"]])
    arrays = rgm.driver_importance(
        None,
        data["gdp"].to_numpy(),
        {name: data[name].to_numpy() for name in FACTORS},
        groups=data["region"].to_numpy(),
        n_estimators=60,
        permutations=5,
        seed=1,
    )
    assert arrays.table.equals(expected)


def test_the_same_bits_on_any_number_of_threads() -> None:
    try:
        rgm.set_threads(1)
        one = measured(permutations=40, exact=True), measured(permutations=40, groups="region")
        rgm.set_threads(3)
        three = measured(permutations=40, exact=True), measured(permutations=40, groups="region")
    finally:
        rgm.set_threads(None)
    for a, b in zip(one, three, strict=True):
        assert a.table.equals(b.table)
        assert a.oob_curve.equals(b.oob_curve)


def test_missing_values_are_refused_or_dropped_and_counted() -> None:
    data = made()
    data.loc[[4, 9], "trade"] = np.nan
    with pytest.raises(rgm.InvalidInputError, match=r"column 'trade' is missing in row 4, 9"):
        measured(data)
    result = measured(data, missing="drop")
    assert result.n_dropped == 2
    assert "2 row(s) with missing values left out." in result.notes
    assert result.table.equals(measured(data.dropna()).table)


def test_rows_that_repeat_each_other_are_told() -> None:
    data = made(40)
    with pytest.warns(rgm.RegiometricsWarning, match=r"40 row\(s\) repeat another one"):
        measured(pd.concat([data, data], ignore_index=True))


def test_fewer_rows_than_a_node_are_told() -> None:
    with pytest.warns(rgm.RegiometricsWarning, match=r"4 rows are no more than node_size \(5\): only roots"):
        result = measured(made(4))
    assert (np.diff(result.model.forest_["offsets"]) <= 3).all()


def test_one_factor_is_enough() -> None:
    result = rgm.driver_importance(made(), "gdp", "income", n_estimators=30, seed=1)
    assert result.table["rank"].tolist() == [1]
    assert result.table["inc_mse"][0] > 0.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"permutations": -1}, r"permutations must be a whole number from 0"),
        ({"exact": 1}, r"exact must be True or False"),
        ({"n_estimators": 0}, r"n_estimators must be a whole number from 1"),
        ({"max_features": 9}, r"max_features must be a whole number from 1 to 4"),
        ({"missing": "skip"}, r"missing must be one of"),
        ({"groups": "area_code"}, r"no column 'area_code'"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(rgm.InvalidInputError, match=message):
        measured(**options)


def test_data_that_can_not_be_used_are_refused() -> None:
    data = made()
    with pytest.raises(rgm.InvalidInputError, match=r"'gdp' is constant; there is nothing to explain"):
        measured(data.assign(gdp=7.0))
    with pytest.raises(rgm.InvalidInputError, match=r"'gdp' is the value; it cannot be a factor as well"):
        rgm.driver_importance(data, "gdp", ["gdp", "area"])
    with pytest.raises(rgm.InvalidInputError, match=r"'area' is listed twice"):
        rgm.driver_importance(data, "gdp", ["area", "area"])
    with pytest.raises(rgm.InvalidInputError, match=r"factors is empty; name at least one factor"):
        rgm.driver_importance(data, "gdp", [])
    with pytest.raises(rgm.InvalidInputError, match=r"factors must be a list of column names; 3 is none"):
        rgm.driver_importance(data, "gdp", ["area", 3])
    with pytest.raises(rgm.InvalidInputError, match=r"'kind' holds categories without an order"):
        rgm.driver_importance(data.assign(kind=pd.Categorical(["a", "b"] * 60)), "gdp", ["kind"])
    with pytest.raises(rgm.InvalidInputError, match=r"'area' is infinite in row 2"):
        measured(data.assign(area=np.where(np.arange(120) == 2, np.inf, 0.5)))
    with pytest.raises(rgm.InvalidInputError, match=r"there is one row"):
        measured(data[:1])


def test_seeds_are_drawn_and_recorded() -> None:
    result = measured(seed=None)
    assert measured(seed=result.seed).table.equals(result.table)
    assert not measured(seed=result.seed + 1).table.equals(result.table)


def test_results_pickle_with_their_forest() -> None:
    data = made()
    result = pickle.loads(pickle.dumps(measured(data)))
    assert result.table.equals(measured(data).table)
    assert np.array_equal(result.model.predict(data), measured(data).model.predict(data))


def test_progress_counts_trees_of_all_forests(capsys: pytest.CaptureFixture[str]) -> None:
    steps: list[tuple[int, int]] = []
    data = made()
    columns = [data[name].to_numpy() for name in FACTORS]
    from regiometrics import _core

    _core.driver_importance(
        columns, data["gdp"].to_numpy(), 20, 1, 5, None, 0, 30, False, 1, progress=lambda *at: steps.append(at)
    )
    assert steps[-1] == (620, 620)
    measured(progress=True)
    assert "driver_importance" in capsys.readouterr().err
