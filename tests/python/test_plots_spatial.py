"""Maps and figures of spatial association: what is drawn is what the tables hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import geopandas
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from matplotlib.colors import to_hex
from shapely import Point, box

mpl.use("Agg")
import matplotlib.pyplot as plt
from regiometrics.plotting.local_g import PALETTES
from regiometrics.plotting.local_moran import PALETTE


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    plt.close("all")
    rgm.set_language("en")


def cells(n: int = 40) -> geopandas.GeoDataFrame:
    """A strip of squares, the last two without data."""
    names = [f"u{i}" for i in range(n + 2)]
    return geopandas.GeoDataFrame({"name": names}, geometry=[box(i, 0, i + 1, 1) for i in range(n + 2)])


def data(n: int = 40) -> pd.DataFrame:
    random = np.random.default_rng(1)
    level = np.where(np.arange(n) < 8, 9.0, np.where(np.arange(n) < 32, 5.0, 1.0))
    return pd.DataFrame({"name": [f"u{i}" for i in range(n)], "y": level + random.random(n)})


def weights(n: int = 40) -> rgm.SpatialWeights:
    names = [f"u{i}" for i in range(n)]
    return rgm.weights.knn(None, x=np.arange(n), y=np.zeros(n), k=4, unit=names, row_standardize=True)


def hot() -> rgm.LocalG:
    return rgm.local_g(data(), "y", weights=weights(), unit="name")


def shapes(ax: Any) -> dict[tuple[float, float], tuple[str, str | None]]:
    """Return colour and hatching of every shape, by its middle."""
    drawn = {}
    for collection in ax.collections:
        colours = collection.get_facecolor()
        for place, path in enumerate(collection.get_paths()):
            x, y = path.vertices[:-1].mean(axis=0) if len(path.vertices) == 5 else path.vertices.mean(axis=0)
            drawn[(round(float(x), 1), round(float(y), 1))] = (
                to_hex(colours[place % len(colours)]),
                collection.get_hatch(),
            )
    return drawn


def legend(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize("classes", ["hotspot", "z_class"])
def test_a_map_has_the_colour_of_each_class_and_of_missing_data(classes: str) -> None:
    result = hot()
    # The order of the shapes is not that of the units.
    ax = result.plot(geometry=cells().iloc[::-1], on="name", classes=classes)
    found = shapes(ax)
    assert len(found) == 42
    palette = PALETTES[classes]
    for place, state in enumerate(result.table[classes]):
        assert found[(place + 0.5, 0.5)] == (palette[state], None)
    for place in (40.5, 41.5):
        assert found[(place, 0.5)] == ("#ffffff", "////")
    shown = [state for state in palette if state in set(result.table[classes])]
    assert len(legend(ax)) == len(shown) + 1
    assert legend(ax)[-1] == "no data"


def test_the_index_names_units_too() -> None:
    result = hot()
    by_column = shapes(result.plot(geometry=cells(), on="name"))
    assert shapes(result.plot(geometry=cells().set_index("name"))) == by_column
    assert shapes(result.plot(geometry=cells().set_index("name").geometry)) == by_column


def test_units_are_points_where_their_places_are_given() -> None:
    result = hot()
    places = pd.DataFrame({"x": np.arange(41.0), "y": 0.0}, index=[f"u{i}" for i in range(41)])
    ax = result.plot(coordinates=places)
    drawn = {}
    for collection in ax.collections:
        for x, _ in collection.get_offsets():
            drawn[int(x)] = to_hex(collection.get_facecolor()[0])
    palette = PALETTES["hotspot"]
    assert drawn == {i: palette[state] for i, state in enumerate(result.table["hotspot"])} | {40: "#ffffff"}
    mapping = {unit: (row.x, row.y) for unit, row in places.iterrows()}
    assert len(result.plot(coordinates=mapping).collections) == len(ax.collections)
    points = geopandas.GeoDataFrame(index=places.index, geometry=[Point(x, 0) for x in places["x"]])
    assert legend(result.plot(geometry=points)) == legend(ax)


def test_maps_of_degrees_keep_the_proportions_of_their_middle() -> None:
    # Sixty degrees north, a degree of longitude is half as wide as one of latitude.
    north = cells().set_crs(4326).translate(yoff=59.5).set_axis(cells()["name"])
    assert hot().plot(geometry=north).get_aspect() == pytest.approx(2.0)
    assert hot().plot(geometry=north.set_crs(3857, allow_override=True)).get_aspect() == 1.0
    names = [f"u{i}" for i in range(40)]
    places = pd.DataFrame({"x": 100.0 + np.arange(40), "y": 59.5 + np.arange(40) / 39}, index=names)
    assert hot().plot(coordinates=places).get_aspect() == pytest.approx(2.0)
    assert hot().plot(coordinates=places.round()).get_aspect() == 1.0


def test_without_places_units_are_bars_or_a_strip() -> None:
    result = hot()
    ax = result.plot()
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == sorted(result.table["z"], reverse=True)
    order = result.table.sort_values("z", ascending=False, kind="stable")
    assert [label.get_text() for label in ax.get_yticklabels()] == order["unit"].tolist()
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [
        PALETTES["hotspot"][each] for each in order["hotspot"]
    ]
    many = rgm.local_g(data(100), "y", weights=weights(100), unit="name")
    (strip,) = many.plot().collections
    assert strip.get_offsets()[:, 1].tolist() == sorted(many.table["z"], reverse=True)


def panel() -> pd.DataFrame:
    other = data().assign(y=lambda rows: rows["y"].to_numpy()[::-1])
    return pd.concat([data().assign(year=2020), other.assign(year=2021)], ignore_index=True)


def test_one_period_is_drawn_the_last_by_default() -> None:
    result = rgm.local_g(panel(), "y", weights=weights(), unit="name", time="year")
    first, last = (result.plot(geometry=cells(), on="name", period=period) for period in (2020, None))
    assert (first.get_title(), last.get_title()) == ("Hot spots and cold spots: 2020", "Hot spots and cold spots: 2021")
    assert shapes(first)[(0.5, 0.5)][0] == PALETTES["hotspot"]["hot spot 99%"]
    assert shapes(last)[(39.5, 0.5)][0] == PALETTES["hotspot"]["hot spot 99%"]
    (mesh,) = result.plot("periods").collections
    assert mesh.get_array().shape == (40, 2)
    with pytest.raises(rgm.InvalidInputError, match="has no period 1999; it runs from 2020 to 2021"):
        result.plot(period=1999)
    with pytest.raises(rgm.InvalidInputError, match="no periods to choose from"):
        hot().plot(period=2020)


def test_clusters_are_mapped_and_stand_out_in_the_scatter_plot() -> None:
    result = rgm.local_moran(data(), "y", weights=weights(), unit="name")
    found = shapes(result.plot(geometry=cells(), on="name"))
    for place, state in enumerate(result.table["cluster"]):
        assert found[(place + 0.5, 0.5)][0] == PALETTE[state]
    ax = result.plot("scatter")
    everyone, *clusters = ax.collections
    table = result.table
    assert everyone.get_offsets().tolist() == table[["score", "spatial_lag"]].to_numpy().tolist()
    states = [state for state in PALETTE if state in set(table["cluster"]) and state != "not significant"]
    for collection, state in zip(clusters, states, strict=True):
        rows = table[table["cluster"] == state]
        assert collection.get_offsets().tolist() == rows[["score", "spatial_lag"]].to_numpy().tolist()


def test_figures_of_moran() -> None:
    result = rgm.moran(panel(), "y", weights=weights(), unit="name", time="year", permutations=99, seed=1)
    ax = result.plot("scatter", period=2020)
    line = ax.lines[-1]
    slope = np.diff(line.get_ydata()) / np.diff(line.get_xdata())
    # The slope is I for rows that add up to one; least squares of 40 points rounds some ten times.
    assert slope[0] == pytest.approx(result.table["moran_i"][0], rel=1e-12)
    drawn = result.plot("over_time").lines[0]
    assert drawn.get_ydata().tolist() == result.table["moran_i"].tolist()
    ax = result.plot("permutations")
    assert sum(bar.get_height() for bar in ax.patches) == 99
    assert ax.lines[0].get_xdata()[0] == result.table["moran_i"][1]
    with pytest.raises(rgm.InvalidInputError, match="has no permutations"):
        rgm.moran(data(), "y", weights=weights(), unit="name").plot("permutations")


def test_classes_of_values_are_mapped() -> None:
    values = data().set_index("name")["y"]
    result = rgm.classify(values, k=3)
    ax = result.plot("map", geometry=cells(), on="name")
    found = shapes(ax)
    colours = {
        code: {found[(place + 0.5, 0.5)][0] for place in np.flatnonzero(result.codes == code)} for code in (1, 2, 3)
    }
    assert all(len(each) == 1 for each in colours.values())
    assert len(set.union(*colours.values())) == 3
    assert legend(ax)[0].startswith("1: ")
    by_name = rgm.classify(values.to_numpy(), k=3).plot("map", geometry=cells(), on="name", units=values.index)
    assert shapes(by_name) == found
    with pytest.raises(rgm.InvalidInputError, match="a map needs geometry="):
        result.plot("map")


def test_geometries_that_do_not_fit_are_refused() -> None:
    result = hot()
    cases = [
        ({"geometry": cells()}, "the index of geometry lacks 'u0', .* more.*; name the column that has them in on="),
        ({"geometry": cells()[3:], "on": "name"}, "column 'name' of geometry lacks 'u0', 'u1', 'u2'"),
        ({"geometry": cells(), "on": "id"}, "geometry has no column 'id'"),
        ({"geometry": data(), "on": "name"}, "geometry must be a GeoDataFrame or GeoSeries, not pandas"),
        ({"geometry": pd.concat([cells(), cells()[:1]]), "on": "name"}, "names u0 more than once"),
        ({"coordinates": [1, 2]}, "coordinates must be a pandas frame"),
        ({"geometry": cells(), "on": "name", "classes": "p"}, "classes must be one of 'hotspot', 'z_class'"),
    ]
    for options, message in cases:
        with pytest.raises(rgm.InvalidInputError, match=message):
            result.plot(**options)


def test_figures_speak_chinese_and_save_without_a_missing_glyph() -> None:
    rgm.set_language("zh")
    ax = hot().plot(geometry=cells(), on="name")
    assert legend(ax)[0] == "热点（99%置信度）"
    assert legend(ax)[-1] == "无数据"
    local = rgm.local_moran(data(), "y", weights=weights(), unit="name")
    clusters = local.plot(geometry=cells(), on="name")
    assert "高-高集聚" in legend(clusters)
    assert "不显著" in legend(clusters)
    for each in (ax, clusters, local.plot("scatter")):
        # Warnings fail: a missing glyph is one.
        each.figure.savefig("/dev/null", format="png")


def test_geopandas_is_not_needed_for_other_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "geopandas", None)
    assert hot().plot().get_title() == "Hot spots and cold spots"
