"""kde2d: worked cases, the definition in 40 digits, MASS, identities, and every refusal."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import mpmath as mp
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
import scipy.stats
from kde_oracles import KERNELS, kernel_value

GOLDEN = Path(__file__).parents[1] / "golden"


def cities(n: int = 60, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "east": 4e5 + 1e5 * random.normal(size=n),
            "north": 3.9e6 + 2e5 * random.normal(size=n),
            "people": random.integers(1, 50, n),
            "year": 2010 + random.integers(0, 2, n),
        }
    )


def test_one_point_is_the_product_of_two_kernels() -> None:
    result = rgm.kde2d(None, x=[1.0], y=[5.0], bandwidth=(2.0, 0.5), grid_size=(5, 7))
    # From 1 − 3·2 to 1 + 3·2 in steps of 3, and from 5 − 3/2 to 5 + 3/2 in steps of 1/2; y runs fastest.
    assert result.grid["x"].to_list() == [x for x in (-5, -2, 1, 4, 7) for _ in range(7)]
    assert result.grid["y"].to_list() == [3.5, 4, 4.5, 5, 5.5, 6, 6.5] * 5
    phi = scipy.stats.norm.pdf
    expected = phi((result.grid["x"] - 1) / 2) / 2 * phi((result.grid["y"] - 5) / 0.5) / 0.5
    assert result.grid["density"].to_numpy() == pytest.approx(expected, rel=1e-13)
    # Φ(3) − Φ(−3), squared.
    assert result.summary_table["mass"].iloc[0] == pytest.approx((2 * scipy.stats.norm.cdf(3) - 1) ** 2, rel=1e-13)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_grid_is_the_definition(kernel: str) -> None:
    data = cities(12)
    names = {"x": "east", "y": "north", "weight": "people"}
    result = rgm.kde2d(data, **names, kernel=kernel, bandwidth=(6e4, 9e4), grid_size=(6, 5))
    with mp.workdps(40):
        rows = [tuple(map(mp.mpf, row)) for row in data[["east", "north", "people"]].to_numpy().tolist()]
        for x, y, density in result.grid.to_numpy().tolist():
            terms = [
                w * kernel_value(kernel, (mp.mpf(x) - a) / 60000) * kernel_value(kernel, (mp.mpf(y) - b) / 90000)
                for a, b, w in rows
            ]
            expected = mp.fsum(terms) / (sum(w for *_, w in rows) * 60000 * 90000)
            # Twelve terms, each rounded some ten times, relative to the peak.
            assert abs(density - expected) < 1e-14 * result.grid["density"].max() + 1e-13 * expected


def test_normal_reference_is_the_density_of_mass() -> None:
    with (GOLDEN / "kde_r.csv").open(encoding="utf-8") as file:
        printed = {row["quantity"]: float(row["value"]) for row in csv.DictReader(file) if row["sample"] == "plane"}
    samples = json.loads((GOLDEN / "kde_peers.json").read_text(encoding="utf-8"))["samples"]
    x, y = np.array(samples["two"]["values"][:200]), np.array(samples["income"]["values"][:200])
    # MASS's grid ends at the outermost points: cut 0.
    result = rgm.kde2d(None, x=x, y=y, bandwidth="normal_reference", grid_size=5, cut=0.0)
    for row, place in enumerate(result.grid.itertuples()):
        i, j = row // 5 + 1, row % 5 + 1
        assert place.x == pytest.approx(printed[f"x {i}"], rel=1e-12)
        assert place.y == pytest.approx(printed[f"y {j}"], rel=1e-12)
        # Printed to 15 digits; far from all points the exponent carries its rounding.
        assert place.density == pytest.approx(printed[f"density {i} {j}"], rel=1e-10)


def test_scott_is_that_of_scipy_along_the_axes() -> None:
    data = cities()
    row = rgm.kde2d(data, x="east", y="north", weight="people").summary_table.iloc[0]
    peer = scipy.stats.gaussian_kde(data[["east", "north"]].T, "scott", weights=data["people"])
    expected = np.sqrt(np.diag(peer.covariance))
    assert [row["bandwidth_x"], row["bandwidth_y"]] == pytest.approx(expected.tolist(), rel=1e-12)
    assert row["n_effective"] == pytest.approx(peer.neff, rel=1e-13)


@pytest.mark.parametrize("n", [50, 30_000])
def test_the_sum_over_the_plane_is_one(n: int) -> None:
    result = rgm.kde2d(cities(n), x="east", y="north", weight="people", cut=7.0, grid_size=150)
    x, y = result.grid["x"].unique(), result.grid["y"].unique()
    # Rectangles of half a bandwidth and less, on which the rule is exact to 1e-15 for bells.
    assert result.grid["density"].sum() * (x[1] - x[0]) * (y[1] - y[0]) == pytest.approx(1.0, abs=1e-9)
    assert result.summary_table["mass"].iloc[0] == pytest.approx(1.0, abs=1e-11)


def test_a_margin_is_the_density_of_one_coordinate() -> None:
    data = cities(40)
    result = rgm.kde2d(data, x="east", y="north", bandwidth=(3e4, 5e4), cut=8.0, grid_size=(40, 400))
    x, y = result.grid["x"].unique(), result.grid["y"].unique()
    margin = result.grid["density"].to_numpy().reshape(40, 400).sum(1) * (y[1] - y[0])
    alone = [scipy.stats.norm.pdf((each - data["east"]) / 3e4).mean() / 3e4 for each in x]
    assert margin == pytest.approx(alone, rel=1e-9, abs=1e-20)


def test_periods_share_a_grid_and_are_each_by_itself() -> None:
    data = cities()
    result = rgm.kde2d(data, x="east", y="north", time="year", grid_size=20)
    assert list(result.grid.columns) == ["time", "x", "y", "density"]
    first, second = (rows for _, rows in result.grid.groupby("time"))
    assert first["x"].to_list() == second["x"].to_list()
    for year, rows in data.groupby("year"):
        alone = rgm.kde2d(rows, x="east", y="north").summary_table.iloc[0]
        here = result.summary_table.set_index("time").loc[year]
        assert here["bandwidth_x"] == alone["bandwidth_x"]
        assert here["n"] == len(rows)


def test_weights_are_repeated_points_and_zeros_are_counted() -> None:
    data = cities(500)
    data["people"] = np.arange(500) % 4
    options: dict[str, Any] = {"x": "east", "y": "north", "bandwidth": 5e4, "grid_size": 12}
    weighted = rgm.kde2d(data, weight="people", **options)
    repeated = rgm.kde2d(data.loc[data.index.repeat(data["people"])], **options)
    assert weighted.grid["density"].to_numpy() == pytest.approx(repeated.grid["density"].to_numpy(), rel=1e-11)
    assert weighted.n_zero_weight == 125
    assert any("weight zero" in note for note in weighted.notes)


def test_one_thread_and_three_give_the_same_bits() -> None:
    data, densities = cities(40_000), []
    for threads in (1, 3):
        rgm.set_threads(threads)
        try:
            densities.append(rgm.kde2d(data, x="east", y="north", time="year", grid_size=16).grid["density"])
        finally:
            rgm.set_threads(None)
    assert np.array_equal(*densities)


@pytest.mark.parametrize("library", [pl.from_pandas, lambda data: pa.Table.from_pandas(data, preserve_index=False)])
def test_every_library_gives_the_same_numbers(library: Any) -> None:
    expected = rgm.kde2d(cities(), x="east", y="north", time="year", grid_size=9)
    given = library(cities())
    result = rgm.kde2d(given, x="east", y="north", time="year", grid_size=9)
    for name in result._tables:
        frame = getattr(result, name)
        assert isinstance(frame, type(given))
        table = nw.from_native(frame, eager_only=True).to_pandas()
        pd.testing.assert_frame_equal(table, getattr(expected, name), check_exact=True)


def test_missing_points_are_dropped_and_counted() -> None:
    data = cities()
    data.loc[4, "north"] = np.nan
    with pytest.raises(rgm.InvalidInputError, match=r"column 'north' is missing in row 4"):
        rgm.kde2d(data, x="east", y="north")
    assert rgm.kde2d(data, x="east", y="north", missing="drop").n_dropped == 1


def test_quartiles_that_coincide_warn() -> None:
    x = [0.0] * 10 + [1.0, 2.0]
    with pytest.warns(rgm.RegiometricsWarning, match="quartiles of a coordinate coincide") as caught:
        rgm.kde2d(None, x=x, y=np.arange(12.0), bandwidth="normal_reference")
    assert caught[0].filename == __file__


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "one line": ({"y": [3.0, 3.0, 3.0]}, r"^column 'y' has one distinct value only"),
    "infinite": ({"x": [1.0, math.inf, 2.0]}, r"column 'x' is infinite in row 1"),
    "negative weight": ({"weight": [1, -1, 1]}, r"column 'weight' is negative in row 1"),
    "no weight": ({"weight": [0, 0, 0]}, r"no unit has any weight"),
    "rule": ({"bandwidth": "silverman"}, r"must be one of 'scott', 'normal_reference', or one or two numbers"),
    "zero": ({"bandwidth": (1.0, 0.0)}, r"bandwidth must be .* above zero, not 0\.0"),
    "three": ({"bandwidth": (1.0, 1.0, 1.0)}, r"bandwidth must be one number, or two for x and y, not 3"),
    "grid": ({"grid_size": 1}, r"grid_size must be a whole number from 2 to 8192"),
    "cut": ({"cut": -1}, r"cut must be a number of zero or more"),
    "kernel": ({"kernel": "quartic"}, r"kernel must be one of 'gaussian'"),
    "lengths": ({"y": [1.0, 2.0]}, r"the arrays differ in length: x 3, y 2"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_words(case: str) -> None:
    options, message = BAD[case]
    with pytest.raises(rgm.InvalidInputError, match=message):
        rgm.kde2d(None, **({"x": [1.0, 2.0, 4.0], "y": [1.0, 5.0, 2.0]} | options))
