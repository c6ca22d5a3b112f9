"""The geographic detector on grids and on tables in parts: the same answer as on one frame, and bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import dask.array
import dask.dataframe
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
import regiometrics as rgm
import xarray

FACTORS = ["soil", "height", "slope"]
CLASSES = {"slope": [-1.0, 0.0, 1.0]}
# Joined moments differ from those of the whole by roundings of a few thousand terms of like size.
SAME = 1e-12


def table(n: int = 5000) -> pd.DataFrame:
    """Values near a million that differ by one; late rows have a year and a soil that early ones lack."""
    random = np.random.default_rng(6)
    late = np.arange(n) > 0.7 * n
    soil = np.where(late & (random.random(n) < 0.3), "peat", random.choice(["clay", "sand"], n))
    return pd.DataFrame(
        {
            "year": np.where(late, 2003, random.integers(2000, 2003, n)),
            "soil": soil,
            "height": random.integers(0, 4, n),
            "slope": random.normal(size=n),
            "yield": random.normal(1e6, 1.0, n) + (soil == "clay"),
        }
    )


def detect(data: Any, **options: Any) -> rgm.Geodetector:
    return rgm.geodetector(data, "yield", FACTORS, **({"time": "year", "discretize": CLASSES} | options))


def assert_same(result: rgm.Geodetector, expected: rgm.Geodetector, *, tolerance: float = SAME) -> None:
    for name in expected._tables:
        one, two = getattr(result, name), getattr(expected, name)
        assert one.columns.tolist() == two.columns.tolist()
        for column in two:
            if two[column].dtype.kind == "f":
                # A difference of two means near a million keeps the digits of values that differ by one.
                np.testing.assert_allclose(
                    one[column], two[column], rtol=tolerance, atol=1e-300, err_msg=f"{name} {column}"
                )
            else:
                assert one[column].tolist() == two[column].tolist(), (name, column)


def parts(data: pd.DataFrame, size: int = 700) -> list[pd.DataFrame]:
    return [data.iloc[start : start + size] for start in range(0, len(data), size)]


SOURCES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "iterator": lambda data: iter(parts(data)),
    "generator": lambda data: (part for part in parts(data)),
    "list": parts,
    "dask": lambda data: dask.dataframe.from_pandas(data, npartitions=5),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("singletons", ["keep", "drop"])
def test_parts_give_the_answer_of_the_whole(source: str, singletons: str) -> None:
    data = table()
    result = detect(SOURCES[source](data), singletons=singletons)
    # t, f and p of differences carry the roundings of both of their terms.
    assert_same(result, detect(data, singletons=singletons), tolerance=1e-10)
    for column in ("q",):
        np.testing.assert_allclose(result.factor[column], detect(data, singletons=singletons).factor[column], rtol=SAME)
        np.testing.assert_allclose(
            result.interaction[column], detect(data, singletons=singletons).interaction[column], rtol=SAME
        )


def test_parts_in_any_order_and_of_any_size() -> None:
    data = table(2000)
    expected = detect(data)
    assert_same(detect(iter(parts(data, 1)[:50] + parts(data.iloc[50:], 333))), expected, tolerance=1e-10)
    assert_same(detect(reversed(parts(data))), expected, tolerance=1e-10)
    # Sorted by the outcome, so that every part lies elsewhere.
    assert_same(detect(iter(parts(data.sort_values("yield")))), expected, tolerance=1e-9)


def test_parts_of_polars_come_back_in_polars() -> None:
    data = table(900)
    result = detect(iter([pl.from_pandas(part) for part in parts(data, 400)]))
    assert isinstance(result.factor, pl.DataFrame)
    np.testing.assert_allclose(result.factor["q"], detect(data).factor["q"], rtol=SAME)


def test_categories_keep_their_order_in_parts() -> None:
    data = table(900).assign(soil=lambda rows: pd.Categorical(rows["soil"], ["sand", "peat", "clay"], ordered=True))
    assert_same(detect(iter(parts(data, 100))), detect(data), tolerance=1e-9)


@pytest.mark.parametrize("convert", [None, pl.from_pandas], ids=["pandas", "polars"])
def test_periods_and_strata_that_are_categories_keep_their_order_in_parts(convert: Callable[[Any], Any] | None) -> None:
    random = np.random.default_rng(8)
    data = pd.DataFrame({"yield": random.normal(size=900), "slope": random.normal(size=900)})
    seasons, heights = ["spring", "autumn", "winter"], ["low", "middle", "high"]
    data["year"] = pd.Categorical(random.choice(seasons, 900), seasons, ordered=True)
    # The first parts lack the last season and the middle height.
    data.loc[:400, "year"] = "autumn"
    data["height"] = pd.Categorical(np.where(np.arange(900) < 300, "low", random.choice(heights, 900)), heights)
    data["soil"] = random.choice(["clay", "sand"], 900)
    whole = data if convert is None else convert(data)
    if convert is not None:
        whole = whole.with_columns(pl.col("year").cast(pl.Enum(seasons)), pl.col("height").cast(pl.Enum(heights)))
    size = 100
    pieces = [whole[start : start + size] for start in range(0, 900, size)]
    result, expected = detect(iter(pieces)), detect(whole)
    for name in ("factor", "strata"):
        one, two = (nw.from_native(getattr(each, name)) for each in (result, expected))
        assert one.schema == two.schema
        assert one["time"].to_list() == two["time"].to_list()
        np.testing.assert_allclose(one["n"].to_numpy(), two["n"].to_numpy(), rtol=0)
    assert list(dict.fromkeys(nw.from_native(result.factor)["time"].to_list())) == seasons
    strata = nw.from_native(result.strata).filter(nw.col("factor") == "height")["stratum"].to_list()
    assert strata[-3:] == heights


def test_parts_without_a_complete_row_are_counted_and_left_out() -> None:
    # Blocks of sea in a raster, and what a filter leaves empty.
    data = table(900)
    data.loc[300:599, "yield"] = np.nan
    pieces = parts(data, 150)
    result = detect(iter([data.iloc[:0], *pieces, data.iloc[:0]]), missing="drop")
    assert result.n_dropped == 300
    assert_same(result, detect(data, missing="drop"), tolerance=1e-9)
    with pytest.raises(rgm.InvalidInputError, match="every one of the 300 rows has a missing value"):
        detect(iter(pieces[2:4]), missing="drop")
    with pytest.raises(rgm.InvalidInputError, match="the data have no rows"):
        detect(iter([data.iloc[:0]]))
    with pytest.raises(rgm.InvalidInputError, match=r"LazyFrame; call \.collect\(\) first"):
        detect([pl.from_pandas(data).lazy()])
    frame = dask.dataframe.from_pandas(table().assign(number=range(5000)), npartitions=6)
    few = frame[frame["number"] > 2500]
    assert_same(detect(few), detect(few.compute()), tolerance=1e-9)


def test_missing_values_of_all_parts_are_counted() -> None:
    data = table(900)
    data.loc[[5, 800], "slope"] = np.nan
    result = detect(iter(parts(data, 300)), missing="drop")
    assert result.n_dropped == 2
    with pytest.raises(rgm.InvalidInputError, match="'slope' is missing in row 5"):
        detect(iter(parts(data, 300)))


def test_classes_found_before_are_taken_for_parts() -> None:
    data = table()
    found = rgm.optimal_discretization(data.iloc[:1000], "yield", "slope", k=[3, 4])
    assert_same(detect(iter(parts(data)), discretize=found), detect(data, discretize=found), tolerance=1e-10)
    by_year = rgm.optimal_discretization(data, "yield", "slope", k=[3], time="year", pooled=False)
    result = detect(iter(parts(data)), discretize=by_year)
    assert_same(result, detect(data, discretize=by_year), tolerance=1e-10)


def test_what_needs_the_whole_says_so() -> None:
    for name in ("permutations", "interaction_permutations", "bootstrap"):
        with pytest.raises(rgm.InvalidInputError, match=rf"^{name} need the whole table at once"):
            detect(iter(parts(table(900))), **{name: 9})
    with pytest.raises(rgm.InvalidInputError, match="classes by a method need all values"):
        detect(iter(parts(table(900))), discretize={"slope": "quantiles"})
    with pytest.raises(rgm.InvalidInputError, match="the data have no parts"):
        detect(iter([]))


# Grids


def grid(n_years: int = 3) -> Any:
    """A cube of yields, a map of soils without years, and cells outside the map."""
    random = np.random.default_rng(8)
    soil = random.integers(0, 3, (40, 30)).astype(float)
    soil[0, :5] = np.nan
    height = random.integers(0, 4, (n_years, 40, 30)).astype(np.uint8)
    values = random.normal(size=(n_years, 40, 30)) + np.nan_to_num(soil)
    axes = ("year", "y", "x")
    return xarray.Dataset(
        {"yield": (axes, values), "soil": (axes[1:], soil), "height": (axes, height)},
        coords={"year": [2000, 2001, 2002][:n_years]},
    )


def flat(data: Any) -> pd.DataFrame:
    wide = {name: each.values.ravel() for name, each in xarray.broadcast(data)[0].items()}
    return pd.DataFrame({"year": np.repeat(data["year"].values, 1200), **wide})


def cells(data: Any, **options: Any) -> rgm.Geodetector:
    return rgm.geodetector(data, "yield", ["soil", "height"], time="year", missing="drop", **options)


def test_a_dataset_is_read_cell_by_cell() -> None:
    data = grid()
    expected = cells(flat(data))
    assert expected.n_dropped == 15
    result = cells(data, permutations=9, seed=1)
    assert_same(result, cells(flat(data), permutations=9, seed=1), tolerance=0.0)
    arrays = {"soil": data["soil"], "height": data["height"]}
    alone = rgm.geodetector(None, data["yield"], arrays, time=data["year"], missing="drop")
    assert_same(alone, expected, tolerance=0.0)


def test_chunked_datasets_and_arrays_go_through_dask() -> None:
    data = grid()
    assert_same(cells(data.chunk({"y": 15})), cells(data), tolerance=1e-10)
    with pytest.raises(rgm.InvalidInputError, match="permutations need the whole"):
        cells(data.chunk({"y": 15}), permutations=9)
    soil = np.broadcast_to(data["soil"].values, (3, 40, 30))
    lazy = [dask.array.from_array(each, chunks=(1, 20, 30)) for each in (data["yield"].values, soil)]
    one = rgm.geodetector(None, lazy[0], {"soil": lazy[1]}, missing="drop")
    two = rgm.geodetector(None, data["yield"].values, {"soil": soil}, missing="drop")
    assert_same(one, two, tolerance=1e-10)


def test_strata_of_half_characters_are_read() -> None:
    strata = np.array(["\ud800", "a", "\ud800", "a"], dtype=object)
    # q of {1, 5} and {2, 6}: within 16, in all 17.
    result = rgm.geodetector(None, [1.0, 2.0, 5.0, 6.0], {"soil": strata})
    assert result.factor["q"].item() == pytest.approx(1 / 17, rel=1e-12)


def test_grids_that_do_not_fit_are_refused() -> None:
    data = grid()
    with pytest.raises(rgm.InvalidInputError, match="data have no variable 'rain'"):
        rgm.geodetector(data, "yield", "rain")
    with pytest.raises(rgm.InvalidInputError, match="give all arrays as xarray DataArrays or none"):
        rgm.geodetector(None, data["yield"], {"soil": data["soil"].values})
    lazy = dask.array.zeros((4, 4), chunks=2)
    with pytest.raises(rgm.InvalidInputError, match="the arrays differ in shape"):
        rgm.geodetector(None, lazy, {"soil": np.zeros((4, 5))})


@pytest.fixture
def without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("dask", "dask.array", "dask.dataframe"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("without_dask")
def test_an_absent_dask_is_named_with_its_extra() -> None:
    from regiometrics._parts import _dask_frame, _of_dask

    with pytest.raises(rgm.RegiometricsError, match=r"needs dask.*regiometrics\[dask\]"):
        _dask_frame({})
    with pytest.raises(rgm.RegiometricsError, match=r"needs dask.*regiometrics\[dask\]"):
        list(_of_dask(None, lambda _: None))  # type: ignore[arg-type,return-value]


# Memory, as in test_input_memory.

CHILD = """
import json, re, warnings
import numpy as np, pandas as pd
import regiometrics as rgm

def memory(key):
    with open("/proc/self/status") as status:
        return 1024 * int(re.search(key + r":\\s+(\\d+) kB", status.read())[1])

n = 2_000_000
random = np.random.default_rng(1)
columns = {f"x{i}": random.integers(0, 8, n, dtype=np.int32) for i in range(5)}
frame = pd.DataFrame({"y": random.standard_normal(n)} | columns, copy=False)
size = int(frame.memory_usage(index=False).sum())
rgm.geodetector(frame.iloc[:1000], "y", list(columns))
open("/proc/self/clear_refs", "w").write("5")
before = memory("VmRSS")
result = rgm.geodetector(frame, "y", list(columns))
print(json.dumps({"size": size, "growth": memory("VmHWM") - before, "n": int(result.factor["n"][0])}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/self/status")
def test_millions_of_cells_need_less_than_two_more_copies() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], check=True, capture_output=True, text=True, timeout=120)
    report = json.loads(done.stdout)
    assert report["n"] == 2_000_000
    assert report["growth"] <= 2 * report["size"], report
