"""Deviational ellipses: worked cases, exact arithmetic, another program, identities and refusals.

Ellipses on the Earth are in test_deviational_ellipse_earth.
"""

from __future__ import annotations

import functools
import json
import math
from decimal import Decimal, getcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from scipy.special import ellipe

EPS = float(np.finfo(np.float64).eps)
near = functools.partial(pytest.approx, abs=0.0)
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "ellipse_pointpats.json").read_text(encoding="utf-8"))
MEASURES = ["center_x", "center_y", "semi_major", "semi_minor", "azimuth", "flattening", "perimeter", "area"]


def panel(n: int = 30, seed: int = 4) -> pd.DataFrame:
    """Points with whole coordinates in three years, drawn out along a diagonal."""
    random = np.random.default_rng(seed)
    east = random.integers(0, 1000, 3 * n)
    return pd.DataFrame(
        {
            "east": east.astype(float),
            "north": (east // 2 + random.integers(0, 400, 3 * n)).astype(float),
            "gdp": random.integers(1, 9, 3 * n).astype(float),
            "year": np.repeat([2006, 2010, 2019], n),
            "region": np.resize(["East", "West"], 3 * n),
        }
    )


def ellipse(data: Any = None, **options: Any) -> rgm.DeviationalEllipse:
    given = panel() if data is None else data
    return rgm.deviational_ellipse(given, **({"x": "east", "y": "north"} | options))


def numbers(frame: Any) -> np.ndarray:
    table = nw.from_native(frame, eager_only=True).to_pandas()
    return table[MEASURES].to_numpy(dtype=float)


# Worked by hand


def test_four_points_worked_by_hand() -> None:
    # (0, ±3), (±2, 0): centre 0, variances 9/2 and 2. The factor √2 gives half axes 3 (north) and 2 (east).
    # Two of the four points have weight 2: (0, 3) and (2, 0). Centre (4 − 2, 6 − 3)/6 = (1/3, 1/2).
    plain = rgm.deviational_ellipse(None, x=[0, 0, 2, -2], y=[3, -3, 0, 0], crs="planar")
    row = plain.table.iloc[0]
    assert (row["n"], row["center_x"], row["center_y"], row["azimuth"]) == (4, 0.0, 0.0, 0.0)
    assert row["semi_major"] == near(3.0, rel=4 * EPS)
    assert row["semi_minor"] == near(2.0, rel=4 * EPS)
    assert row["flattening"] == near(1 / 3, rel=4 * EPS)
    assert row["area"] == near(6 * math.pi, rel=8 * EPS)
    # 4 a E(1 − b²/a²) = 12 E(5/9).
    assert row["perimeter"] == near(12 * ellipe(5 / 9), rel=8 * EPS)
    assert row["share_inside"] == 1.0
    weighted = rgm.deviational_ellipse(None, x=[0, 0, 2, -2], y=[3, -3, 0, 0], weight=[2, 1, 2, 1], crs="planar")
    assert weighted.table.loc[0, ["center_x", "center_y"]].to_list() == near([1 / 3, 1 / 2], rel=4 * EPS)


@pytest.mark.parametrize(
    ("direction", "azimuth"),
    [((0, 1), 0.0), ((1, 1), 45.0), ((1, 0), 90.0), ((1, -1), 135.0), ((0, -1), 0.0), ((-1, -1), 45.0)],
)
def test_azimuths_run_clockwise_from_north(direction: tuple[int, int], azimuth: float) -> None:
    # A long axis in one direction, a short one across it.
    east, north = direction
    x, y = [4 * east, -4 * east, north, -north], [4 * north, -4 * north, -east, east]
    found = rgm.deviational_ellipse(None, x=x, y=y, crs="planar").table.loc[0, "azimuth"]
    assert found == pytest.approx(azimuth, abs=1e-13)
    assert 0.0 <= found < 180.0


def test_shifts_worked_by_hand() -> None:
    # The centre goes from (0, 0) 3 to the east and 4 to the south in 2 years, then stays.
    square = pd.DataFrame({"x": [1000.0, -1000.0, 0, 0], "y": [0, 0, 500.0, -500.0]})
    moved = square.assign(x=square["x"] + 3, y=square["y"] - 4)
    data = pd.concat([square.assign(t=2000), moved.assign(t=2002), moved.assign(t=2003)])
    shifts = rgm.deviational_ellipse(data, x="x", y="y", time="t").shifts
    assert shifts["from"].tolist() == [2000, 2002]
    assert shifts["to"].tolist() == [2002, 2003]
    assert shifts["distance"].to_list() == [5.0, 0.0]
    assert shifts["speed"].to_list() == [2.5, 0.0]
    assert shifts.loc[0, "bearing"] == near(180 - math.degrees(math.atan(3 / 4)), rel=4 * EPS)
    assert math.isnan(shifts.loc[1, "bearing"])


# Exact arithmetic and another program


def exact(x: Any, y: Any, w: Any) -> dict[str, Decimal]:
    """Return the measures of the uncorrected ellipse in 50 digits, from covariances in fractions."""
    getcontext().prec = 50
    x, y, w = ([Fraction(float(each)) for each in column] for column in (x, y, w))
    total = sum(w)
    cx, cy = (sum(a * b for a, b in zip(w, column, strict=True)) / total for column in (x, y))
    xx = sum(a * (b - cx) ** 2 for a, b in zip(w, x, strict=True)) / total
    yy = sum(a * (b - cy) ** 2 for a, b in zip(w, y, strict=True)) / total
    xy = sum(a * (b - cx) * (c - cy) for a, b, c in zip(w, x, y, strict=True)) / total

    def real(number: Fraction) -> Decimal:
        return Decimal(number.numerator) / Decimal(number.denominator)

    middle, root = real((xx + yy) / 2), real(((xx - yy) / 2) ** 2 + xy**2).sqrt()
    a, b = (middle + root).sqrt(), (middle - root).sqrt()
    # Gauss and Kummer: π (a + b) Σ binom(1/2, k)² h^k with h = ((a − b)/(a + b))² < 0.6 here, so that 300 terms do.
    h, term, series = ((a - b) / (a + b)) ** 2, Decimal(1), Decimal(1)
    for k in range(1, 300):
        term *= ((Decimal("1.5") - k) / k) ** 2 * h
        series += term
    pi = Decimal("3.14159265358979323846264338327950288419716939937511")
    return {
        "center_x": real(cx),
        "center_y": real(cy),
        "semi_major": a,
        "semi_minor": b,
        "azimuth": Decimal(math.degrees(0.5 * math.atan2(2 * xy, yy - xx)) % 180.0),
        "flattening": (a - b) / a,
        "perimeter": pi * (a + b) * series,
        "area": pi * a * b,
    }


@pytest.mark.parametrize("offset", [0.0, 4.0e6], ids=["near", "projected"])
def test_every_measure_is_that_of_exact_arithmetic(offset: float) -> None:
    data = panel()
    data[["east", "north"]] += offset
    result = ellipse(data, weight="gdp", time="year", correction="none").table.set_index("time")
    for year, rows in data.groupby("year"):
        expected = exact(rows["east"], rows["north"], rows["gdp"])
        for name, value in expected.items():
            assert result.loc[year, name] == near(float(value), rel=1e-13), name


def test_axes_keep_their_digits_far_from_the_origin() -> None:
    # Spread one, at coordinates of four million metres: thirds of a metre are exact to 5e-10 there, and the moved
    # coordinates are taken as they are.
    random = np.random.default_rng(5)
    x, y = 4.0e6 + random.normal(size=200), 3.5e6 + random.normal(size=200)
    found = rgm.deviational_ellipse(None, x=x, y=y, correction="none").table.iloc[0]
    expected = exact(x, y, np.ones(200))
    for name in ("semi_major", "semi_minor", "flattening", "perimeter", "area"):
        assert found[name] == near(float(expected[name]), rel=1e-12), name


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
@pytest.mark.parametrize("correction", ["none", "sqrt2", "sqrt2_df"])
def test_half_axes_are_those_of_another_program(case: dict[str, Any], correction: str) -> None:
    weight = case["weights"]
    result = rgm.deviational_ellipse(
        None, x=case["x"], y=case["y"], weight=weight, crs="planar", correction=correction
    ).table.iloc[0]
    # That program does not scale; its sums of 40 squares lose a dozen roundings.
    assert result[["semi_major", "semi_minor"]].to_list() == near(case["axes"][correction], rel=1e-12)
    assert result[["center_x", "center_y"]].to_list() == near(case["centre"], rel=1e-13)


@pytest.mark.parametrize("ratio", [1.0, 0.999999, 0.5, 1e-3, 1e-8, 1e-11])
def test_perimeters_of_round_and_narrow_ellipses(ratio: float) -> None:
    found = rgm.deviational_ellipse(None, x=[2, -2, 0, 0], y=[0, 0, 2 * ratio, -2 * ratio], crs="planar").table.iloc[0]
    # scipy takes m = 1 − ratio², which loses the digits of a narrow ratio: by at most ratio² ln(4/ratio).
    assert found["perimeter"] == near(8 * ellipe(1 - ratio**2), rel=1e-14)
    assert found["semi_minor"] == near(2 * ratio, rel=1e-9)


# The printed ellipse


def test_the_published_ellipse_follows_from_its_axes() -> None:
    from regiometrics.reproduce.urbanisation import ellipse as compared

    comparison = compared()
    figures = comparison.figures.set_index(["quantity", "year"])
    printed = rgm.datasets.published("urbanisation_ellipse").set_index("year")
    for year, row in printed.iterrows():
        a, b = row["semi_major_km"], row["semi_minor_km"]
        # The points are turned by the printed azimuth, and come back to a few roundings.
        assert figures.loc[("flattening_percent", year), "computed"] == near(100 * (a - b) / a, rel=1e-13)
        assert figures.loc[("perimeter_km", year), "computed"] == near(4 * a * ellipe(1 - (b / a) ** 2), rel=1e-13)
        assert figures.loc[("area_10000_km2", year), "computed"] == near(math.pi * a * b / 1e4, rel=1e-13)
        # As near as the print comes: 3e-5 and 6e-5 of the size.
        assert row["perimeter_km"] == pytest.approx(figures.loc[("perimeter_km", year), "computed"], rel=3e-5)
        assert row["area_10000_km2"] == pytest.approx(figures.loc[("area_10000_km2", year), "computed"], rel=6.5e-5)
    assert comparison.figures.groupby("quantity")["matches"].sum().to_dict() == {
        "area_10000_km2": 0,
        "flattening_percent": 4,
        "perimeter_km": 0,
    }
    is_polygon = {
        year: "those of a polygon" in reason and "neither" not in reason for year, reason in comparison.reasons.items()
    }
    assert is_polygon == {2006: False, 2010: True, 2015: True, 2019: True}


# Invariances


def test_order_scale_and_repetition() -> None:
    data = panel()
    before = numbers(ellipse(data, weight="gdp", time="year").table)
    shuffled = data.sample(frac=1.0, random_state=1)
    assert numbers(ellipse(shuffled, weight="gdp", time="year").table) == near(before, rel=1e-13)
    heavier = data.assign(gdp=data["gdp"] * 3e7)
    assert numbers(ellipse(heavier, weight="gdp", time="year").table) == near(before, rel=1e-13)
    repeated = data.loc[data.index.repeat(data["gdp"].astype(int))]
    assert numbers(ellipse(repeated, time="year").table) == near(before, rel=1e-13)
    # A power of two changes no bit but those of the exponent.
    scaled = data.assign(east=data["east"] * 2.0**500, north=data["north"] * 2.0**500)
    after = ellipse(scaled, weight="gdp", time="year", correction="none").table
    plain = ellipse(data, weight="gdp", time="year", correction="none").table
    assert (after["semi_major"] / 2.0**500).tolist() == plain["semi_major"].tolist()
    assert after["azimuth"].tolist() == plain["azimuth"].tolist()


def test_turning_the_points_turns_the_ellipse() -> None:
    data = panel().query("year == 2006")
    before = ellipse(data).table.iloc[0]
    turned = data.assign(east=data["north"], north=-data["east"])
    after = ellipse(turned).table.iloc[0]
    assert after["azimuth"] == near((before["azimuth"] + 90.0) % 180.0, rel=1e-13)
    same = ["semi_major", "semi_minor", "perimeter", "area"]
    assert after[same].tolist() == near(before[same].tolist(), rel=1e-13)


def test_about_63_percent_of_a_normal_cloud_lie_inside() -> None:
    random = np.random.default_rng(6)
    x, y = random.normal(size=(2, 100_000))
    for correction, share in (("sqrt2", 1 - math.exp(-1)), ("none", 1 - math.exp(-0.5))):
        found = rgm.deviational_ellipse(None, x=3 * x, y=y, crs="planar", correction=correction).table.iloc[0]
        # Four standard errors of a share of 1e5 points.
        assert found["share_inside"] == pytest.approx(share, abs=0.006)


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Any) -> None:
    roles = {"weight": "gdp", "time": "year", "group": "region"}
    expected, given = ellipse(**roles), convert(panel())
    result = ellipse(given, **roles)
    assert type(result.table) is type(result.shifts) is type(result.outlines(12)) is type(given)
    assert np.array_equal(numbers(result.table), numbers(expected.table))
    for name in ("table", "shifts"):
        frame = nw.from_native(getattr(result, name), eager_only=True).to_pandas()
        pd.testing.assert_frame_equal(frame, getattr(expected, name), check_dtype=False, check_exact=True)


def test_arrays_and_threads_give_the_same_bits() -> None:
    data = panel(20_000)
    columns = {"weight": data["gdp"].to_numpy(), "time": data["year"].tolist()}
    found = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        found.append(numbers(ellipse(data, weight="gdp", time="year").table))
    rgm.set_threads(None)
    arrays = rgm.deviational_ellipse(None, x=data["east"].to_numpy(), y=data["north"].to_numpy(), **columns)
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(numbers(arrays.table), found[0])


def test_a_panel_is_a_loop_over_periods_and_groups() -> None:
    data = panel()
    result = ellipse(data, weight="gdp", time="year", group="region")
    assert result.table[["time", "group"]].to_numpy().tolist() == [
        [year, region] for year in (2006, 2010, 2019) for region in ("East", "West")
    ]
    for position, (_, rows) in enumerate(data.groupby(["year", "region"])):
        assert np.array_equal(numbers(ellipse(rows, weight="gdp").table)[0], numbers(result.table)[position])
    assert result.shifts[["group", "from", "to"]].to_numpy().tolist() == [
        ["East", 2006, 2010],
        ["East", 2010, 2019],
        ["West", 2006, 2010],
        ["West", 2010, 2019],
    ]
    assert len(ellipse(data).shifts) == 0


def test_a_group_that_is_absent_for_a_period_moves_over_it() -> None:
    data = panel()
    gone = data[~((data["region"] == "West") & (data["year"] == 2010))]
    shifts = ellipse(gone, time="year", group="region").shifts
    assert shifts[shifts["group"] == "West"][["from", "to", "elapsed"]].values.tolist() == [[2006, 2019, 13]]


# Outlines


def test_outlines_lie_on_the_ellipse_and_enclose_its_area() -> None:
    result = ellipse(time="year", weight="gdp")
    curves = result.outlines(360)
    assert len(curves) == 3 * 361
    for row in result.table.itertuples():
        curve = curves[curves["time"] == row.time]
        u, v = curve["x"].to_numpy() - row.center_x, curve["y"].to_numpy() - row.center_y
        turn = math.radians(row.azimuth)
        along, across = u * math.sin(turn) + v * math.cos(turn), u * math.cos(turn) - v * math.sin(turn)
        assert np.hypot(along / row.semi_major, across / row.semi_minor) == pytest.approx(1.0, rel=1e-12)
        assert (along[0], across[0]) == pytest.approx((row.semi_major, 0.0), abs=1e-9)
        # A polygon of n corners on an ellipse has sin(2π/n)/(2π/n) of its area.
        step = 2 * math.pi / 360
        area = 0.5 * abs(np.sum(u[:-1] * v[1:] - u[1:] * v[:-1]))
        assert area == near(row.area * math.sin(step) / step, rel=1e-11)
    with pytest.raises(rgm.InvalidInputError, match="n must be a whole number from 3"):
        result.outlines(2)


# Times


def test_speed_by_dates_is_per_year_and_without_numbers_missing() -> None:
    data = panel()
    stamps = data.assign(day=pd.to_datetime(data["year"].astype(str) + "-01-01"))
    shifts = ellipse(stamps, time="day").shifts
    # 2006 to 2010 are four years, one of them a leap year.
    assert shifts.loc[0, "elapsed"] == near(1461 / 365.2425, rel=1e-12)
    named = data.assign(plan=data["year"].map({2006: "11th", 2010: "12th", 2019: "13th"}))
    result = ellipse(named, time="plan")
    assert result.shifts["speed"].isna().all()
    assert result.shifts["distance"].notna().all()
    assert any("'plan' holds neither numbers nor dates" in note for note in result.notes)
    texts = ellipse(data.assign(year=data["year"].astype(str)), time="year").shifts
    assert texts["elapsed"].tolist() == [4.0, 9.0]


def test_periods_against_the_order_of_time_are_refused() -> None:
    data = panel()
    texts = data.assign(month=data["year"].map({2006: "9", 2010: "10", 2019: "11"}))
    with pytest.raises(
        rgm.InvalidInputError, match=r"^column 'month' puts 11 before 9, which is not the order of time"
    ):
        ellipse(texts, time="month")
    order = pd.CategoricalDtype([2019, 2010, 2006], ordered=True)
    with pytest.raises(rgm.InvalidInputError, match="puts 2019 before 2010"):
        ellipse(data.assign(year=data["year"].astype(order)), time="year")
    # Rows in any order are in the order of time.
    backwards = ellipse(data.iloc[::-1], time="year").shifts
    assert backwards["from"].tolist() == [2006, 2010]


# Refusals


def refusal(match: str, data: Any = None, **options: Any) -> rgm.InvalidInputError:
    with pytest.raises(rgm.InvalidInputError, match=match) as caught:
        ellipse(data, **options)
    return caught.value


def test_one_point_and_one_place_are_refused_with_their_period() -> None:
    data = panel()
    lone = pd.concat([data.query("year > 2006"), data.query("year == 2006").head(1)])
    error = refusal(r"^all points with weight in year = 2006 stand in one place", lone, time="year")
    assert error.period == 0
    same = data.assign(east=4e6 + 0.1, north=3e6)
    refusal(r"^all points with weight stand in one place", same)
    zero = data.assign(gdp=np.where(data.index == 4, 1.0, 0.0))
    refusal(r"^all points with weight stand in one place", zero, weight="gdp")


def test_two_points_are_refused_where_the_divisor_is_zero() -> None:
    data = panel().iloc[[0, 1, 30, 31, 32]]
    message = r"^only 2 points have weight in year = 2006; this correction divides by n − 2 and needs 3 or more"
    refusal(message, data, time="year", correction="sqrt2_df")


def test_points_on_a_line_are_warned_of() -> None:
    # Thirds are not exact: the points are on the line up to rounding.
    x = np.array([0.0, 1.0, 5.0, 7.0])
    with pytest.warns(rgm.RegiometricsWarning, match=r"^1 ellipse\(s\) of points on a line") as caught:
        result = rgm.deviational_ellipse(None, x=4e6 + x, y=3e6 + x / 3)
    assert caught[0].filename == __file__
    row = result.table.iloc[0]
    assert (row["semi_minor"], row["area"], row["flattening"]) == (0.0, 0.0, 1.0)
    assert row["perimeter"] == near(4 * row["semi_major"], rel=EPS)
    assert row["azimuth"] == near(math.degrees(math.atan2(3, 1)), rel=1e-8)


def test_equal_axes_have_no_azimuth() -> None:
    angle = 0.3 + 2 * np.pi * np.arange(7) / 7
    result = rgm.deviational_ellipse(None, x=1e6 + 5e5 * np.cos(angle), y=5e5 * np.sin(angle))
    row = result.table.iloc[0]
    assert math.isnan(row["azimuth"])
    assert row["flattening"] == 0.0
    assert row["perimeter"] == near(2 * math.pi * row["semi_major"], rel=4 * EPS)
    assert any("have no azimuth" in note for note in result.notes)


def test_weights_and_missing_values() -> None:
    data = panel()
    refusal(
        "^every entry of column 'gdp' in year = 2010 is zero",
        data.assign(gdp=np.where(data["year"] == 2010, 0.0, data["gdp"])),
        weight="gdp",
        time="year",
    )
    refusal(r"^column 'gdp' is negative in row 2", data.assign(gdp=np.where(data.index == 2, -1.0, 1.0)), weight="gdp")
    gaps = data.assign(north=data["north"].where(data.index % 9 != 0))
    refusal(r"^column 'north' is missing in row 0, 9", gaps)
    result = ellipse(gaps, missing="drop", weight="gdp")
    kept = ellipse(gaps.dropna(), weight="gdp")
    assert result.n_dropped == 10
    assert np.array_equal(numbers(result.table), numbers(kept.table))
    zeros = ellipse(data.assign(gdp=np.where(data.index % 2, 0.0, 1.0)), weight="gdp")
    assert zeros.n_zero_weight == 45
    assert zeros.table.loc[0, "n"] == 45
    refusal(r"^column 'east' is infinite in row 1", data.assign(east=np.where(data.index == 1, np.inf, 0.0)))


def test_periods_of_half_a_character_are_no_times() -> None:
    x, y = [0.0, 2.0, 1.0, 3.0, 5.0, 4.0], [0.0, 1.0, 3.0, 1.0, 2.0, 4.0]
    halves = pd.Series(["\ud800"] * 3 + ["\ud801"] * 3, dtype=object)
    result = rgm.deviational_ellipse(None, x=x, y=y, time=halves, crs="planar")
    assert np.isnan(result.shifts["speed"].item())
    assert "neither numbers nor dates" in result.notes[-1]
