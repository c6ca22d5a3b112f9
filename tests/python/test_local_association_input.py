"""Values joined to weights: by labels, by index, by order; absent units; islands; every refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from regiometrics.weights import SpatialWeights, as_weights, from_edges

IDS = list("abcdef")
METHODS = [rgm.local_g, rgm.local_moran, rgm.moran]


def ring(ids: list[Any] = IDS) -> SpatialWeights:
    return from_edges(None, source=ids, target=[*ids[1:], ids[0]], ids=ids, symmetric=True)


def data() -> pd.DataFrame:
    return pd.DataFrame({"unit": IDS, "y": [1.0, 4.0, 2.0, 8.0, 5.0, 7.0]})


def refused(message: str, frame: Any = None, **options: Any) -> None:
    options = {"weights": ring(), "unit": "unit"} | options
    for method in METHODS:
        with pytest.raises(rgm.InvalidInputError, match=message):
            method(data() if frame is None else frame, "y", **options)


def test_rows_are_joined_by_label_by_index_or_by_order() -> None:
    frame = data()
    expected = rgm.local_g(frame, "y", weights=ring(), unit="unit").table
    by_index = rgm.local_g(frame.set_index("unit").iloc[::-1], "y", weights=ring()).table
    by_order = rgm.local_g(None, frame["y"].to_numpy(), weights=ring()).table
    assert by_index["unit"].tolist() == IDS[::-1]
    assert by_index["z"].tolist() == expected["z"].tolist()[::-1]
    assert by_order["unit"].tolist() == IDS
    assert by_order["z"].tolist() == expected["z"].tolist()
    series = frame.set_index("unit")["y"].iloc[[2, 0, 1, 5, 4, 3]]
    by_series = rgm.local_g(None, series, weights=ring()).table.set_index("unit")["z"]
    assert by_series.to_dict() == expected.set_index("unit")["z"].to_dict()


def test_without_labels_every_period_has_the_units_in_order() -> None:
    twice = pd.concat([data().assign(year=2020), data().assign(year=2021, y=[6, 5, 4, 3, 2, 1])], ignore_index=True)
    by_order = rgm.local_g(twice.drop(columns="unit"), "y", weights=ring(), time="year").table
    by_label = rgm.local_g(twice, "y", weights=ring(), unit="unit", time="year").table
    assert by_order.equals(by_label[by_order.columns])
    refused("without unit= the rows of a period must be the 6 units", data()[:5], unit=None)


def test_units_of_one_side_are_named() -> None:
    other = data().assign(unit=list("abcdex"))
    refused(r"^the weights have no unit 'x'; both must have the same units", other)
    refused(r"^the weights have 'f', which the data lack; pass missing='drop'", data()[:5])
    refused(r"one side has text, the other numbers", data().assign(unit=range(6)))
    refused(r"^unit 'a' appears more than once", data().assign(unit=list("abcdea")))
    panel = pd.concat([data().assign(year=1), data()[1:].assign(year=2)])
    refused(r"^unit 'a' has no row in year = 2; pass missing='drop'", panel, time="year")


def test_an_index_of_text_is_joined_by_label_or_refused() -> None:
    by_index = data().set_index("unit")
    refused(r"^the weights have no unit 'x'", by_index.rename(index={"f": "x"}), unit=None)
    refused(r"^the weights have 'f', which the data lack", by_index[:5], unit=None)
    refused(r"^the weights have no unit 'aa', 'bb'", by_index.rename(index=lambda unit: 2 * unit), unit=None)
    # Without labels in common, numbers say nothing about text.
    expected = rgm.local_g(data(), "y", weights=ring(), unit="unit").table
    assert rgm.local_g(data().set_index(np.arange(6) + 7), "y", weights=ring()).table["z"].equals(expected["z"])
    for method in METHODS:
        part = method(by_index[:5], "y", weights=ring(), missing="drop")
        assert part.to_frame().equals(method(data()[:5], "y", weights=ring(), unit="unit", missing="drop").to_frame())


def test_absent_units_take_their_links_with_them() -> None:
    frame = data().assign(y=[1.0, 4.0, np.nan, 8.0, 5.0, 7.0])
    refused(r"^column 'y' is missing in row 2", frame)
    left = [unit for unit in IDS if unit != "c"]
    rest = from_edges(None, source=["a", "d", "e", "f"], target=["b", "e", "f", "a"], ids=left, symmetric=True)
    for method in METHODS:
        for standardize in (False, True):
            whole = ring().row_standardize() if standardize else ring()
            part = rest.row_standardize() if standardize else rest
            result = method(frame, "y", weights=whole, unit="unit", missing="drop")
            expected = method(frame.dropna(), "y", weights=part, unit="unit")
            assert result.to_frame().equals(expected.to_frame())
            assert result.n_dropped == 1
            assert any("links are left out" in note for note in result.notes)
            # A unit that has no row at all is the same as one without a value.
            assert (
                method(frame.dropna(), "y", weights=whole, unit="unit", missing="drop")
                .to_frame()
                .equals(expected.to_frame())
            )


def test_islands_are_named_and_have_no_z() -> None:
    links = from_edges(None, source=list("abcd"), target=list("bcde"), ids=IDS, symmetric=True)
    for method, name in ((rgm.local_g, "hotspot"), (rgm.local_moran, "cluster")):
        with pytest.warns(rgm.RegiometricsWarning, match=r"^1 row\(s\) of units without neighbours.*'f'") as caught:
            result = method(data(), "y", weights=links, unit="unit")
        assert caught[0].filename == __file__
        assert np.isnan(result.table["z"][5])
        assert result.table[name][5] == "undefined"
        assert result.n_islands == 1
    with pytest.warns(rgm.RegiometricsWarning, match="which count with a lag of zero"):
        row = rgm.moran(data(), "y", weights=links, unit="unit").table.iloc[0]
    assert (row["n"], row["n_islands"]) == (6, 1)


def test_panels_without_variance_links_or_units_are_refused() -> None:
    panel = pd.concat([data().assign(year=2020), data().assign(year=2021, y=3.0)])
    refused(r"^the entries of column 'y' in year = 2021 are all equal; without variance", panel, time="year")
    none = from_edges(None, source=["a"], target=["b"], weight=[0.0], ids=IDS)
    refused(r"^no unit has a neighbour; spatial association needs links", weights=none)
    two = from_edges(None, source=["a"], target=["b"], symmetric=True)
    refused(r"^there are 2 units; this method needs [34] or more", data()[:2], weights=two)
    one = rgm.weights.as_weights([[0.0]], ids=["a"])
    refused(r"^there are 1 units; this method needs [34] or more", data()[:1], weights=one)


def test_values_and_options_are_checked() -> None:
    refused(r"^column 'y' is infinite in row 1", data().assign(y=[1, np.inf, 2, 3, 4, 5]))
    refused(r"^column 'y' holds text", data().assign(y=list("abcdef")))
    refused(r"^adjust must be one of 'fdr_bh'", adjust="fdr")
    refused(r"^permutations must be a whole number", permutations=-1)
    refused(r"^a → b: the matrix is negative", weights=pd.DataFrame([[0, -1], [1, 0]], list("ab"), list("ab")))
    calls = [
        (rgm.local_g, {"self_weight": 0.0}, "self_weight must be a number above zero"),
        (rgm.local_g, {"star": 1}, "star must be True or False"),
        (rgm.local_g, {"z_method": "geometric"}, "z_method must be one of"),
        (rgm.local_moran, {"variance": "sokal"}, "variance must be one of"),
        (rgm.local_moran, {"confidence": 95}, "write 0.95"),
        (rgm.moran, {"assumption": "none"}, "assumption must be one of"),
    ]
    for method, options, message in calls:
        with pytest.raises(rgm.InvalidInputError, match=message):
            method(data(), "y", weights=ring(), unit="unit", **options)


def test_few_different_z_make_fewer_classes_and_say_so() -> None:
    values = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]
    with pytest.warns(rgm.RegiometricsWarning, match="too few different values for four classes: 2"):
        table = rgm.local_g(None, values, weights=ring()).table
    assert table["z_class"].tolist() == ["hot", "cold"] * 3


def test_a_geodataframe_is_data_like_any_other() -> None:
    geopandas = pytest.importorskip("geopandas")
    from shapely import Point

    frame = geopandas.GeoDataFrame(data(), geometry=[Point(place, 0) for place in range(6)])
    expected = rgm.local_g(data(), "y", weights=ring(), unit="unit").table
    assert rgm.local_g(frame, "y", weights=ring(), unit="unit").table.equals(expected)


def test_rows_are_dropped_also_where_value_is_the_only_column() -> None:
    weights = rgm.weights.as_weights([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]], ids=[0.5, 1.5, 2.5, 3.5])
    value = [1.0, 2.0, 4.0, 3.0]
    expected = rgm.local_moran(None, value, weights=weights).table["local_i"].to_list()
    for missing in ("drop", "error"):
        assert rgm.local_moran(None, value, weights=weights, missing=missing).table["local_i"].to_list() == expected
    # Labels of the weights reach the tables of another library.
    import polars as pl

    table = rgm.local_moran(pl.DataFrame({"v": value}), "v", weights=weights, missing="drop").table
    assert table["local_i"].to_list() == expected
    assert table["unit"].to_list() == [0.5, 1.5, 2.5, 3.5]
    with pytest.raises(rgm.InvalidInputError, match="missing must be one of"):
        rgm.moran(None, value, weights=weights, missing=np.zeros(2))  # type: ignore[arg-type]


def test_weights_whose_squares_overflow_have_no_moments() -> None:
    weights = rgm.weights.as_weights([[0, 1e200, 0], [1e200, 0, 1e200], [0, 1e200, 0]], ids=[1, 2, 3])
    with pytest.raises(rgm.InvalidInputError, match="weights are too large or too small"):
        rgm.moran(
            None,
            [1.0, 2.0, 4.0, 3.0],
            weights=rgm.weights.as_weights(np.ones((4, 4)) * 1e200 - np.eye(4) * 1e200, ids=[1, 2, 3, 4]),
        )
    with pytest.raises(rgm.InvalidInputError, match="weights are too large or too small"):
        rgm.local_moran(None, [1.0, 2.0, 4.0], weights=weights)
    with pytest.raises(rgm.InvalidInputError, match="too large or too small to be summed"):
        weights.lag([1e200, 1e200, 1e200])


def test_too_few_permutations_for_adjusted_p_values_are_told() -> None:
    units = list(range(31))
    ring_of_31 = from_edges(None, source=units, target=[*units[1:], 0], symmetric=True)
    values = np.random.default_rng(3).lognormal(size=31)

    def told(call: Any, permutations: int, adjust: str | None) -> list[str]:
        result = call(None, values, weights=ring_of_31, permutations=permutations, adjust=adjust, seed=1)
        assert result.table["p_permutation"].min() >= 2 / (permutations + 1)
        return [note for note in result.notes if "cannot fall below" in note]

    for call in (rgm.local_g, rgm.local_moran):
        # 31 · 2/1000 = 0.062, and 2 · 31/0.05 − 1 = 1239.
        (note,) = told(call, 999, "fdr_bh")
        assert "999 permutations and 31 units: adjusted by fdr_bh" in note
        assert "below 0.062; permutations=1239 or more" in note
        assert told(call, 1239, "fdr_bh") == []
        assert len(told(call, 1238, "holm")) == 1
        # 1 + 1/2 + … + 1/31 = 4.027.
        assert "below 0.25; permutations=4993 or more" in told(call, 999, "fdr_by")[0]
        assert told(call, 999, None) == []


def test_units_of_several_types_are_refused_where_a_table_cannot_hold_them() -> None:
    weights = as_weights(np.ones((6, 6)) - np.eye(6), ids=[*IDS[:5], 6])
    for method in METHODS[:2]:
        kept = method(pd.DataFrame({"y": data()["y"]}), "y", weights=weights).table
        assert kept["unit"].tolist() == [*IDS[:5], 6]
        for library in (pl.DataFrame, pa.table):
            with pytest.raises(rgm.InvalidInputError, match=r"^the labels unit of the result are of .* \(str, int\)"):
                method(library({"y": data()["y"].tolist()}), "y", weights=weights)
