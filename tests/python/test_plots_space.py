"""Figures of ellipses, tracks and networks: what is drawn is what the tables hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch
from shapely.geometry import box

mpl.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    plt.close("all")
    rgm.set_language("en")


def points() -> pd.DataFrame:
    random = np.random.default_rng(8)
    years = np.repeat([2006, 2010, 2019], 20)
    return pd.DataFrame(
        {
            "lon": 110 + 3 * random.normal(size=60) + 0.05 * (years - 2006),
            "lat": 33 + 2 * random.normal(size=60),
            "year": years,
            "region": np.resize(["East", "West"], 60),
        }
    )


def ellipses(**options: Any) -> rgm.DeviationalEllipse:
    return rgm.deviational_ellipse(points(), x="lon", y="lat", **({"time": "year", "crs": 4326} | options))


def curves(ax: plt.Axes) -> list[Any]:
    return [line for line in ax.get_lines() if len(line.get_xdata()) > 1]


def texts(ax: plt.Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_ellipses_are_the_outlines() -> None:
    result = ellipses()
    ax = result.plot()
    outlines = result.outlines(360)
    drawn = curves(ax)
    assert [line.get_label() for line in drawn] == ["2006", "2010", "2019"]
    for line, (_, curve) in zip(drawn, outlines.groupby("time"), strict=True):
        assert np.array_equal(line.get_xdata(), curve["x"])
        assert np.array_equal(line.get_ydata(), curve["y"])
    centres = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.get_lines() if len(line.get_xdata()) == 1]
    assert centres == list(result.table[["center_x", "center_y"]].itertuples(index=False, name=None))
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_aspect()) == ("East (km)", "North (km)", 1.0)


def test_groups_have_colours_and_periods_styles() -> None:
    result = ellipses(group="region")
    ax = result.plot(steps=12)
    assert len(curves(ax)) == 6
    assert len({line.get_color() for line in curves(ax)}) == 2
    assert len({line.get_linestyle() for line in curves(ax)}) == 3
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["East", "West", "2006", "2010", "2019"]
    one = result.plot(group="West")
    assert len(curves(one)) == 3
    with pytest.raises(rgm.InvalidInputError, match="there is no group 'North'; there is 'East', 'West'"):
        result.plot(group="North")


def test_a_track_has_an_arrow_for_every_shift_and_a_name_for_every_centre() -> None:
    result = ellipses()
    ax = result.plot("track")
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    places = list(result.table[["center_x", "center_y"]].itertuples(index=False, name=None))
    assert [tuple(arrow.xyann) for arrow in arrows] == places[:-1]
    assert [tuple(arrow.xy) for arrow in arrows] == places[1:]
    assert texts(ax) == ["2006", "2019", "2010"]
    # All centres are inside the axes, at one scale.
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert right - left == pytest.approx(high - low)
    assert all(left < x < right and low < y < high for x, y in places)
    with pytest.raises(rgm.InvalidInputError, match="a track needs periods"):
        ellipses(time=None).plot("track")
    assert texts(ellipses(group="region").plot("track")) == ["2006", "2019"] * 2


@pytest.mark.parametrize("kind", ["ellipses", "track"])
def test_a_map_is_drawn_beneath_in_the_plane_and_unit_of_the_result(kind: str) -> None:
    land = gpd.GeoDataFrame({"name": ["one"]}, geometry=[box(100, 25, 120, 40)], crs=4490)
    result = ellipses(unit="km")
    ax = result.plot(kind, over=land)
    (shape,) = (each for each in ax.collections if each.get_zorder() == 0)
    corners = shape.get_paths()[0].vertices
    expected = land.to_crs(result.plane).geometry.iloc[0].exterior.coords
    assert sorted(map(tuple, np.round(corners[:4], 6))) == sorted(
        map(tuple, np.round(np.array(expected[:4]) / 1000, 6))
    )
    with pytest.raises(rgm.InvalidInputError, match="has no CRS"):
        result.plot(kind, over=land.set_crs(None, allow_override=True))
    with pytest.raises(rgm.InvalidInputError, match="over must be a GeoDataFrame"):
        result.plot(kind, over=land.drop(columns="geometry").to_dict())
    # Without a CRS the map is taken as it is.
    flat = rgm.deviational_ellipse(None, x=[1000.0, 3000.0, 2500.0], y=[0.0, 900.0, 100.0])
    (shape,) = (each for each in flat.plot(over=land).collections if each.get_zorder() == 0)
    assert shape.get_paths()[0].vertices[:, 0].max() == 120


# Networks


def network(**options: Any) -> rgm.NetworkIndicators:
    edges = pd.DataFrame(
        {
            "from_city": ["北京", "北京", "天津", "北京", "天津"],
            "to_city": ["天津", "保定", "北京", "天津", "保定"],
            "firms": [8.0, 2.0, 4.0, 1.0, 3.0],
            "year": [2014, 2014, 2014, 2023, 2023],
        }
    )
    return rgm.network_indicators(
        edges, **({"source": "from_city", "target": "to_city", "weight": "firms", "time": "year"} | options)
    )


def places_of(ax: plt.Axes) -> Any:
    (dots,) = (each for each in ax.collections if not isinstance(each, LineCollection) and each.get_zorder() == 3)
    return np.asarray(dots.get_offsets()), dots.get_sizes()


def test_nodes_are_as_large_as_their_weighted_degrees_and_edges_as_wide_as_their_weights() -> None:
    result = network()
    ax = result.plot(time=2014)
    _, sizes = places_of(ax)
    # Nodes 保定, 北京, 天津 with 2, 14 and 12: from 20 to 420 in proportion to the largest.
    assert result.nodes["weighted_degree"].head(3).tolist() == [2.0, 14.0, 12.0]
    assert sizes.tolist() == pytest.approx([20 + 400 * 2 / 14, 420, 20 + 400 * 12 / 14])
    arrows = [each for each in ax.patches if isinstance(each, FancyArrowPatch)]
    # Edges 北京→保定, 北京→天津, 天津→北京.
    assert [arrow.get_linewidth() for arrow in arrows] == pytest.approx([0.3 + 3.7 * w / 8 for w in (2, 8, 4)])
    assert set(texts(ax)) == {"保定", "北京", "天津"}
    assert ax.get_title() == "Network: 2014"


def test_the_last_period_is_drawn_and_others_by_name() -> None:
    result = network()
    assert result.plot().get_title() == "Network: 2023"
    assert len(result.plot().patches) == 2
    with pytest.raises(rgm.InvalidInputError, match="there is no period 2015; there is 2014, 2023"):
        result.plot(time=2015)
    with pytest.raises(rgm.InvalidInputError, match="have no periods"):
        network(time=None, parallel="sum").plot(time=2014)


def test_an_undirected_network_has_plain_lines() -> None:
    result = network(directed=False, parallel="sum")
    ax = result.plot(time=2014, least_weight=3.0)
    (lines,) = (each for each in ax.collections if isinstance(each, LineCollection))
    assert len(ax.patches) == 0
    # 北京–天津 weighs 12; 北京–保定 with 2 is left out.
    assert len(lines.get_segments()) == 1
    assert lines.get_linewidths().tolist() == [4.0]


def test_the_layout_is_the_same_on_every_call_and_keeps_nodes_apart() -> None:
    result = network(nodes=["北京", "天津", "保定", "孤岛"])
    (one, _), (two, _) = places_of(result.plot()), places_of(result.plot())
    assert np.array_equal(one, two)
    apart = np.hypot(*(one[:, None] - one[None]).transpose(2, 0, 1))[np.triu_indices(4, 1)]
    assert apart.min() > 0.1 * apart.max()


@pytest.mark.parametrize("as_frame", [False, True])
def test_geographic_positions_stand_as_given_and_keep_their_proportions(as_frame: bool) -> None:
    places = {"北京": (116.41, 39.90), "天津": (117.20, 39.08), "保定": (115.46, 38.87)}
    frame = pd.DataFrame([(name, *place) for name, place in places.items()], columns=["city", "lon", "lat"])
    land = gpd.GeoDataFrame(geometry=[box(114, 36, 119, 42)], crs=4326)
    ax = network().plot(positions=frame if as_frame else places, over=land)
    drawn, _ = places_of(ax)
    assert drawn.tolist() == [list(places[name]) for name in ("保定", "北京", "天津")]
    assert ax.get_aspect() == pytest.approx(1 / np.cos(np.radians((39.90 + 38.87) / 2)))
    # The map is five degrees wide; the nodes are shown with a little of it around them.
    assert ax.get_xlim() == pytest.approx((115.46 - 0.12 * 1.74, 117.20 + 0.12 * 1.74))
    projected = network().plot(positions=places, over=land.to_crs("EPSG:32650"))
    shape = next(each for each in projected.collections if each.get_zorder() == 0)
    assert shape.get_paths()[0].vertices.min(axis=0) == pytest.approx([114, 36], abs=1e-6)
    with pytest.raises(rgm.InvalidInputError, match="over needs positions"):
        network().plot(over=land)
    with pytest.raises(rgm.InvalidInputError, match="over must be a GeoDataFrame or GeoSeries, not int"):
        network().plot(positions=places, over=3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Longitude", "Latitude")
    with pytest.raises(rgm.InvalidInputError, match="positions lack '保定'"):
        network().plot(positions={"北京": (0, 0), "天津": (1, 1)})
    with pytest.raises(rgm.InvalidInputError, match="two finite numbers"):
        network().plot(positions=dict.fromkeys(places, (0.0, np.nan)))


def test_many_edges_are_lines_and_few_names_are_written() -> None:
    random = np.random.default_rng(9)
    pairs = np.unique(random.integers(0, 100, (2500, 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    result = rgm.network_indicators(None, source=pairs[:, 0], target=pairs[:, 1])
    ax = result.plot()
    (lines,) = (each for each in ax.collections if isinstance(each, LineCollection))
    assert len(lines.get_segments()) == len(pairs)
    assert len(texts(ax)) == 20
    # All edges weigh the same: none is wide, and so many are thinner still.
    width = (0.75 * 0.3 + 0.25 * 4.0) * np.sqrt(200 / len(pairs))
    assert list(lines.get_linewidths()) == pytest.approx([width] * len(pairs))
    assert len(texts(result.plot(names=True))) == 100
    assert texts(result.plot(names=False)) == []


def test_a_ranking_has_the_largest_first() -> None:
    ax = network().plot("ranking", time=2014, measure="weighted_degree", most=2)
    assert [bar.get_width() for bar in ax.patches] == [14.0, 12.0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["北京", "天津"]
    assert texts(ax) == ["14", "12"]
    with pytest.raises(rgm.InvalidInputError, match="measure must be one of 'weighted_degree'"):
        network().plot("ranking", measure="pagerank")


def test_figures_speak_chinese() -> None:
    rgm.set_language("zh")
    assert ellipses().plot("track").get_title() == "重心迁移轨迹"
    assert ellipses().plot().get_xlabel() == "东向（km）"
    assert network().plot().get_title() == "网络结构图：2023"
    assert "迁移距离" in ellipses().summary()
    assert "相对距离" not in ellipses().summary()
