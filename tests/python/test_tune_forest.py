"""Tuning a forest: its curves are those of the forests, and its rule is the one that is stated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import regiometrics as rgm
from regiometrics.tune_forest import settled_at


def made(n: int = 90) -> pd.DataFrame:
    draw = np.random.default_rng(4)
    data = pd.DataFrame(draw.normal(size=(n, 6)), columns=list("abcdef"))
    return data.assign(y=data["a"] * 2.0 + data["b"] + 0.3 * draw.normal(size=n), region=np.arange(n) % 15)


FACTORS = list("abcdef")


def tuned(data: Any = None, **options: Any) -> rgm.ForestTuning:
    return rgm.tune_forest(made() if data is None else data, "y", FACTORS, **{"seed": 1, "n_estimators": 40} | options)


def test_settled_by_hand() -> None:
    # Within 10 % of the last value 1.0 from the third number on; the fourth is outside by a little.
    assert settled_at(np.array([2.0, 0.8, 1.05, 1.0]), 0.1) == 3
    assert settled_at(np.array([2.0, 1.0, 1.0, 1.2, 1.0]), 0.1) == 5
    assert settled_at(np.array([1.0, 1.0]), 0.1) == 1
    assert settled_at(np.array([np.nan, 1.0]), 0.1) == 2


def test_the_rule_is_the_one_stated() -> None:
    result = tuned(tolerance=0.03, most_trees=1000)
    for row in result.table.itertuples():
        curve = result.curves[result.curves["max_features"] == row.max_features]["oob_mse"].to_numpy()
        assert len(curve) == row.n_trees
        assert curve[-1] == row.oob_mse
        settled = settled_at(curve, 0.03)
        assert (row.settled_at, row.has_settled) == (settled, settled <= len(curve) // 2)
        assert row.has_settled or row.n_trees == 1000
        if row.n_trees > 40:
            # Half of the trees were not enough.
            half = curve[: 40 * 2 ** int(np.ceil(np.log2(row.n_trees / 40)) - 1)]
            assert settled_at(half, 0.03) > len(half) // 2


def test_curves_are_those_of_the_forests() -> None:
    data = made()
    result = tuned(data, max_features=[2, 6], groups="region")
    for candidate in (2, 6):
        rows = result.curves[result.curves["max_features"] == candidate]
        forest = rgm.RandomForestRegressor(len(rows), max_features=candidate, random_state=1)
        forest.fit(data[FACTORS], data["y"], groups=data["region"])
        assert np.array_equal(rows["oob_mse"], forest.oob_mse_)
        assert np.array_equal(rows["oob_r2"], forest.oob_r2_)
        assert rows["n_trees"].tolist() == list(range(1, len(rows) + 1))


def test_the_best_candidate_has_the_smallest_error() -> None:
    result = tuned()
    assert result.table["max_features"].tolist() == [1, 2, 3, 4, 6]
    best = result.table[result.table["is_best"]]
    assert best["oob_mse"].item() == result.table["oob_mse"].min()
    assert (result.max_features, result.n_estimators) == (best["max_features"].item(), best["n_trees"].item())
    # Two of six factors matter: drawing one at a node is worse.
    assert result.max_features > 1


def test_candidates_that_do_not_settle_are_told() -> None:
    result = tuned(max_features=[3], tolerance=1e-6, n_estimators=10, most_trees=25)
    assert result.table["n_trees"].tolist() == [25]
    assert result.notes[0].startswith("3 factors: the out-of-bag error still moves by more than 1e-06 of itself")


def test_polars_in_polars_out() -> None:
    frame = tuned(pl.from_pandas(made()))
    assert isinstance(frame.curves, pl.DataFrame)
    assert frame.table.to_pandas().equals(tuned().table)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_features": []}, r"max_features is empty"),
        ({"max_features": [2, 2]}, r"max_features lists 2 factors twice"),
        ({"max_features": [7]}, r"from 1 to 6, not 7"),
        ({"max_features": 3}, r"max_features must be a list of candidates, not 3"),
        ({"most_trees": 20}, r"most_trees must be a whole number from 40"),
        ({"tolerance": 0.0}, r"tolerance must be a number between 0 and 1"),
        ({"n_estimators": 1}, r"n_estimators must be a whole number from 2"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(rgm.InvalidInputError, match=message):
        tuned(**options)


def test_data_that_can_not_be_used_are_refused() -> None:
    with pytest.raises(rgm.InvalidInputError, match=r"'y' is constant"):
        tuned(made().assign(y=1.0))
    data = made()
    data.loc[2, "c"] = np.nan
    with pytest.raises(rgm.InvalidInputError, match=r"'c' is missing in row 2"):
        tuned(data)
    assert tuned(data, missing="drop").n_dropped == 1
