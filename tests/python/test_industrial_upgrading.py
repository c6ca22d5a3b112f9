"""Industrial upgrading: corners, ordering, 40 digits, and every refusal."""

from __future__ import annotations

import itertools
import math
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm

EPS = float(np.finfo(np.float64).eps)
SECTORS = ["primary", "secondary", "tertiary"]


def upgrading(*sectors: float) -> float:
    names = {f"sector {place}": [value] for place, value in enumerate(sectors)}
    return float(rgm.industrial_upgrading(None, names)["upgrading"].iloc[0])


def economies(n: int = 50) -> pd.DataFrame:
    shares = np.random.default_rng(1).dirichlet([1.0, 2.0, 3.0], n)
    return pd.DataFrame(shares, columns=SECTORS).assign(year=np.arange(n)[::-1])


# Worked by hand


def test_corners_worked_by_hand() -> None:
    # θ is 0 to the own corner and π/2 to the others; W = 3θ₁ + 2θ₂ + θ₃.
    assert upgrading(1, 0, 0) == 3 * math.pi / 2
    assert upgrading(0, 1, 0) == 4 * math.pi / 2
    assert upgrading(0, 0, 1) == 5 * math.pi / 2
    # Halfway between neighbours both angles are π/4.
    assert upgrading(1, 1, 0) == pytest.approx((3 + 2) * math.pi / 4 + math.pi / 2, rel=4 * EPS)
    assert upgrading(0, 1, 1) == pytest.approx(3 * math.pi / 2 + (2 + 1) * math.pi / 4, rel=4 * EPS)
    # (3, 4) of two sectors: θ₁ = atan(4/3), θ₂ = atan(3/4), and 2θ₁ + θ₂ = θ₁ + π/2.
    assert upgrading(3, 4) == pytest.approx(math.atan2(4, 3) + math.pi / 2, rel=4 * EPS)


def test_equal_sectors_are_the_angle_of_the_diagonal() -> None:
    # cos θ = 1/√3 for each, and 1 + 2 + 3 = 6 of them.
    assert upgrading(1 / 3, 1 / 3, 1 / 3) == pytest.approx(6 * math.atan(math.sqrt(2)), rel=4 * EPS)


# Ordering and invariances


@pytest.mark.parametrize("n_sectors", [2, 3, 4, 7])
def test_corners_rise_from_first_to_last(n_sectors: int) -> None:
    corners = [upgrading(*(float(place == corner) for place in range(n_sectors))) for corner in range(n_sectors)]
    assert corners == sorted(corners)
    assert np.diff(corners) == pytest.approx(math.pi / 2, rel=8 * EPS)


@pytest.mark.parametrize(("low", "high"), list(itertools.combinations(range(3), 2)))
def test_moving_along_an_edge_raises_it(low: int, high: int) -> None:
    path = []
    for step in range(101):
        shares = [0.0, 0.0, 0.0]
        shares[low], shares[high] = (100 - step) / 100, step / 100
        path.append(upgrading(*shares))
    assert path == sorted(path)
    assert len(set(path)) == 101


def test_shares_percentages_and_values_give_the_same() -> None:
    data = economies()
    expected = rgm.industrial_upgrading(data, SECTORS)["upgrading"].to_numpy()
    values = data.assign(**{name: data[name] * 2.0**40 for name in SECTORS})
    assert np.array_equal(rgm.industrial_upgrading(values, SECTORS)["upgrading"], expected)
    percent = data.assign(**{name: data[name] * 100.0 for name in SECTORS})
    assert rgm.industrial_upgrading(percent, SECTORS)["upgrading"].to_numpy() == pytest.approx(expected, rel=8 * EPS)
    assert upgrading(1e300, 1e300, 0) == upgrading(1, 1, 0)
    assert upgrading(1e-300, 1e-300, 0) == upgrading(1, 1, 0)


# Arithmetic


def arc_cosines(*sectors: float) -> float:
    """Return W by the printed formula."""
    norm = math.hypot(*sectors)
    angles = [math.acos(min(1.0, x / norm)) for x in sectors]
    return sum(sum(angles[: k + 1]) for k in range(len(sectors)))


def test_the_printed_formula_agrees() -> None:
    data = economies()
    found = rgm.industrial_upgrading(data, SECTORS)["upgrading"]
    expected = [arc_cosines(*row) for row in data[SECTORS].to_numpy()]
    # The arc cosine of 1 − δ is off by a rounding over √δ; shares here stay 1e-3 from a corner.
    assert found.tolist() == pytest.approx(expected, rel=1e4 * EPS)


def test_near_a_corner_no_digit_is_lost() -> None:
    # (1, ε, 0) stands atan ε above 3π/2: 3θ₁ + 2(π/2 − θ₁) + π/2 with θ₁ = atan ε.
    for epsilon in (1e-3, 1e-6, 1e-9, 1e-12):
        # A rounding of W, of which the difference is a small part.
        assert upgrading(1, epsilon, 0) - 3 * math.pi / 2 == pytest.approx(math.atan(epsilon), abs=8 * EPS)
    # The arc cosine of 1 − ε²/2 is zero for 1e-9, and W would fall where the second sector rises.
    assert arc_cosines(1, 1e-9, 0) < arc_cosines(1, 0, 0)
    assert upgrading(1, 1e-9, 0) > upgrading(1, 0, 0)


# Data and frames


def test_study_d_shows_the_nation_upgrading() -> None:
    names = [f"{sector}_industry_value_added" for sector in SECTORS]
    table = rgm.datasets.load_coastal_inland()
    wide = table[table["indicator"].isin(names)].pivot(index=["area", "year"], columns="indicator", values="value")
    result = rgm.industrial_upgrading(wide.reset_index(), names).set_index(["area", "year"])["upgrading"]
    assert (result["coastal"] > result["inland"]).all()
    first = wide.loc[("nation", 2016), names].tolist()
    assert result["nation", 2016] == pytest.approx(arc_cosines(*first), rel=16 * EPS)


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frame(convert: Any) -> None:
    given = convert(economies())
    table = rgm.industrial_upgrading(given, SECTORS)
    assert type(table) is type(given)
    expected = rgm.industrial_upgrading(economies(), SECTORS)
    assert nw.from_native(table).to_dict(as_series=False) == expected.to_dict("list")


def test_the_table_comes_back_with_one_more_column() -> None:
    data = economies().set_index(np.arange(50) * 2)
    table = rgm.industrial_upgrading(data, SECTORS)
    assert table.columns.tolist() == [*SECTORS, "year", "upgrading"]
    assert table.drop(columns="upgrading").equals(data)
    arrays = rgm.industrial_upgrading(None, {name: data[name].to_numpy() for name in SECTORS})
    assert arrays["upgrading"].tolist() == table["upgrading"].tolist()
    gaps = data.assign(primary=data["primary"].where(data["year"] > 9))
    with pytest.warns(rgm.RegiometricsWarning, match=r"^10 row\(s\) with missing values left out$") as caught:
        assert len(rgm.industrial_upgrading(gaps, SECTORS, missing="drop")) == 40
    assert caught[0].filename == __file__


# Refusals


def refusal(**columns: Any) -> str:
    with pytest.raises(rgm.InvalidInputError) as caught:
        rgm.industrial_upgrading(pd.DataFrame(columns), [name for name in columns if name != "upgrading"])
    return str(caught.value)


def test_each_refusal_says_what_and_where() -> None:
    assert refusal(a=[1.0, 2.0], b=[1.0, -2.0]).startswith("column 'b', row 1, is negative (-2)")
    assert refusal(a=[1.0, 0.0], b=[1.0, 0.0]) == "row 1 of columns holds zeros only; its parts need a total above zero"
    assert refusal(a=[1.0]) == "a structure needs two sectors or more; columns names one"
    assert refusal(a=[1.0, None], b=[1.0, 1.0]).startswith("column 'a' is missing in row 1")
    assert refusal(a=[math.inf], b=[1.0]).startswith("column 'a' is infinite in row 0")
    assert refusal(a=["much"], b=[1.0]).startswith("column 'a' holds text")
    assert refusal(a=[1.0], b=[1.0], upgrading=[0]).startswith(
        "column 'upgrading' of data has the name of a result column"
    )
