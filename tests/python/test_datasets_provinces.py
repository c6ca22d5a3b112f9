"""The reference tables of the provinces: names, codes, capitals and neighbours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from regiometrics import datasets


def test_provinces_agree_with_study_b() -> None:
    names = ["province", "province_en", "region"]
    reference = datasets.load_china_provinces()[names]
    study = datasets.load_ai_development().query("year == 2022")[names]
    assert sorted(map(tuple, reference.to_numpy())) == sorted(map(tuple, study.to_numpy()))


def test_province_codes_regions_and_coordinates() -> None:
    provinces = datasets.load_china_provinces()
    assert provinces["code"].is_monotonic_increasing
    assert provinces["province"].is_unique
    assert provinces["capital"].is_unique
    # The first digit of a GB/T 2260 code is the statistical area; 2 is the Northeast.
    northeast = provinces["code"].between(21, 23)
    assert (provinces["region4"].eq("Northeast") == northeast).all()
    kept = ~northeast
    assert (provinces.loc[kept, "region"] == provinces.loc[kept, "region4"]).all()
    # The bounding box of China.
    assert provinces["capital_longitude"].between(73, 136).all()
    assert provinces["capital_latitude"].between(18, 54).all()


def test_capitals_of_neighbours_are_nearer_than_capitals_of_others() -> None:
    # A swapped or mistyped coordinate puts a capital far from its neighbours.
    provinces = datasets.load_china_provinces().set_index("province")
    latitude = np.radians(provinces["capital_latitude"].to_numpy())[:, None]
    longitude = np.radians(provinces["capital_longitude"].to_numpy())[:, None]
    haversine = (
        np.sin((latitude - latitude.T) / 2) ** 2
        + np.cos(latitude) * np.cos(latitude.T) * np.sin((longitude - longitude.T) / 2) ** 2
    )
    km = pd.DataFrame(2 * 6371 * np.arcsin(np.sqrt(haversine)), provinces.index, provinces.index)
    edges = datasets.load_china_province_neighbors()
    for province in provinces.index:
        near = km.index.isin(edges.loc[edges["province"] == province, "neighbor"])
        far = ~near & (km.index != province)
        assert km.loc[province, near].mean() < km.loc[province, far].mean(), province


def test_neighbours_are_symmetric_known_and_not_themselves() -> None:
    edges = datasets.load_china_province_neighbors()
    names = set(datasets.load_china_provinces()["province"])
    assert set(edges["province"]) == names  # nobody is an island
    assert set(edges["neighbor"]) <= names
    assert (edges["province"] != edges["neighbor"]).all()
    links = set(edges.itertuples(index=False, name=None))
    assert {(neighbor, province, link) for province, neighbor, link in links} == links


def test_neighbours_of_the_provinces_are_those_of_the_edge_table() -> None:
    provinces, edges = datasets.load_china_provinces(), datasets.load_china_province_neighbors()
    listed = {(row.province, near) for row in provinces.itertuples() for near in row.neighbors.split("、")}
    assert listed == set(edges[["province", "neighbor"]].itertuples(index=False, name=None))
    weights = rgm.weights.from_edges(edges, source="province", target="neighbor", ids=provinces["province"])
    assert list(weights.ids) == provinces["province"].tolist()
    assert weights.n_neighbors.tolist() == [len(each.split("、")) for each in provinces["neighbors"]]


def test_the_only_strait_is_guangdong_hainan() -> None:
    edges = datasets.load_china_province_neighbors()
    strait = edges.loc[edges["link"] == "strait", ["province", "neighbor"]]
    assert set(map(tuple, strait.to_numpy())) == {("广东", "海南"), ("海南", "广东")}
    assert set(edges["link"]) == {"land", "strait"}
    assert (edges["province"] == "海南").sum() == 1


@pytest.mark.parametrize(
    ("province", "expected"),
    [
        ("北京", "天津 河北"),
        ("河北", "北京 天津 山西 内蒙古 辽宁 山东 河南"),
        ("内蒙古", "黑龙江 吉林 辽宁 河北 山西 陕西 宁夏 甘肃"),
        ("西藏", "新疆 青海 四川 云南"),
        ("广东", "福建 江西 湖南 广西 海南"),
    ],
)
def test_neighbours_read_off_a_map(province: str, expected: str) -> None:
    edges = datasets.load_china_province_neighbors()
    found = edges.loc[edges["province"] == province, "neighbor"]
    assert set(found) == set(expected.split())
