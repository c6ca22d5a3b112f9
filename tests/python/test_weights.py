"""Spatial weights: every accepted form gives the same links, and every refusal names the units."""

from __future__ import annotations

from typing import Any

import libpysal
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
import scipy.sparse
from regiometrics.weights import SpatialWeights, as_weights, from_edges

# a – b – c, and d alone; a to b weighs 2, all others 1.
MATRIX = np.array([[0.0, 2.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
IDS = ["a", "b", "c", "d"]
EDGES = pd.DataFrame({"source": ["c", "a", "b", "b"], "target": ["b", "b", "a", "c"], "weight": [1.0, 2.0, 1.0, 1.0]})


def dense(weights: SpatialWeights) -> np.ndarray:
    shape = (weights.n, weights.n)
    return scipy.sparse.csr_array((weights.data, weights.indices, weights.indptr), shape=shape).toarray()


def libpysal_w() -> Any:
    neighbors = {"a": ["b"], "b": ["a", "c"], "c": ["b"], "d": []}
    return libpysal.weights.W(neighbors, {"a": [2.0], "b": [1.0, 1.0], "c": [1.0], "d": []}, silence_warnings=True)


def libpysal_graph() -> Any:
    arrays = {"focal": ["a", "b", "b", "c", "d"], "neighbor": ["b", "a", "c", "b", "d"], "weight": [2, 1, 1, 1, 0]}
    return libpysal.graph.Graph.from_arrays(*(np.array(array) for array in arrays.values()))


FORMS = {
    "weights": lambda: from_edges(EDGES, source="source", target="target", weight="weight", ids=IDS),
    "edge table": lambda: as_weights(EDGES, ids=IDS),
    "polars edge table": lambda: as_weights(pl.from_pandas(EDGES), ids=IDS),
    "pyarrow edge table": lambda: as_weights(pa.Table.from_pandas(EDGES), ids=IDS),
    "arrays": lambda: from_edges(
        None, source=EDGES["source"].tolist(), target=EDGES["target"].to_numpy(), weight=EDGES["weight"], ids=IDS
    ),
    "dense array": lambda: as_weights(MATRIX, ids=IDS),
    "scipy todense": lambda: as_weights(scipy.sparse.csr_matrix(MATRIX).todense(), ids=IDS),
    "nested lists": lambda: as_weights(MATRIX.tolist(), ids=np.array(IDS)),
    "pandas square": lambda: as_weights(pd.DataFrame(MATRIX, index=IDS, columns=IDS)),
    "pandas square, columns in another order": lambda: as_weights(
        pd.DataFrame(MATRIX, index=IDS, columns=IDS)[["d", "b", "a", "c"]]
    ),
    "scipy csr": lambda: as_weights(scipy.sparse.csr_array(MATRIX), ids=IDS),
    "scipy coo": lambda: as_weights(scipy.sparse.coo_matrix(MATRIX), ids=pd.Index(IDS)),
    "libpysal W": lambda: as_weights(libpysal_w()),
    "libpysal Graph": lambda: as_weights(libpysal_graph()),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_links(form: str) -> None:
    weights = FORMS[form]()
    assert weights.ids == tuple(IDS)
    assert np.array_equal(dense(weights), MATRIX)
    assert weights.indptr.tolist() == [0, 1, 3, 4, 4]
    assert weights.indices.tolist() == [1, 0, 2, 1]
    assert weights.data.tolist() == [2.0, 1.0, 1.0, 1.0]


def test_what_the_weights_tell() -> None:
    weights = as_weights(MATRIX, ids=IDS)
    # Four links of 4 · 3; {a, b, c} and {d}.
    assert (weights.n, weights.n_components, weights.islands) == (4, 2, ["d"])
    assert weights.density == pytest.approx(4 / 12, rel=1e-15)
    assert weights.n_neighbors.tolist() == [1, 2, 1, 0]
    assert weights.row_sums.tolist() == [2.0, 2.0, 1.0, 0.0]
    assert "0 – 0\n" in as_weights(np.zeros((2, 2)), ids=["a", "b"]).summary()
    assert not weights.is_row_standardized
    assert weights.row_standardize().is_row_standardized
    assert weights.to_frame().values.tolist() == [["a", "b", 2.0], ["b", "a", 1.0], ["b", "c", 1.0], ["c", "b", 1.0]]
    assert "Islands" in weights.summary()
    assert "'d'" in weights.summary()
    assert repr(weights) == "<SpatialWeights: 4 units, 4 links; see summary()>"
    rgm.set_language("zh")
    try:
        assert "孤岛" in weights.summary()
    finally:
        rgm.set_language("en")


def test_weights_cannot_be_changed() -> None:
    weights = as_weights(MATRIX, ids=IDS)
    with pytest.raises(ValueError, match="read-only"):
        weights.data[0] = 5.0
    with pytest.raises(AttributeError):
        weights.ids = ()  # type: ignore[misc]


def test_a_lag_is_the_product_of_matrix_and_values() -> None:
    random = np.random.default_rng(5)
    matrix = np.where(random.random((60, 60)) < 0.1, random.random((60, 60)), 0.0)
    np.fill_diagonal(matrix, 0.0)
    weights = as_weights(matrix, ids=range(60))
    values = random.normal(size=(60, 3))
    product = np.where((matrix > 0).any(axis=1)[:, None], matrix @ values, np.nan)
    # Some six terms of size one are added in another order.
    assert weights.lag(values) == pytest.approx(product, rel=1e-14, abs=1e-14, nan_ok=True)
    assert np.array_equal(weights.lag(values[:, 1]), weights.lag(values)[:, 1], equal_nan=True)
    assert np.array_equal(
        as_weights(weights.to_frame(), ids=range(60)).lag(values), weights.lag(values), equal_nan=True
    )


def test_a_standardised_lag_is_the_mean_of_the_neighbours_and_islands_have_none() -> None:
    lag = as_weights(MATRIX, ids=IDS).row_standardize().lag([1.0, 10.0, 100.0, 7.0])
    # b: (1 + 100)/2
    assert lag[:3].tolist() == [10.0, 50.5, 10.0]
    assert np.isnan(lag[3])


def test_threads_do_not_change_the_bits() -> None:
    random = np.random.default_rng(1)
    n = 20_000
    source, target = random.integers(0, n, (2, 8 * n))
    edges = pd.DataFrame({"source": source, "target": target}).query("source != target").drop_duplicates()
    weights = as_weights(edges.assign(weight=random.random(len(edges))), ids=range(n))
    values, lags = random.normal(size=(n, 2)), []
    for threads in (1, 3):
        rgm.set_threads(threads)
        lags.append(weights.lag(values))
    rgm.set_threads(None)
    assert np.array_equal(lags[0], lags[1], equal_nan=True)


def test_align_puts_units_into_the_order_asked_for() -> None:
    order = ["d", "b", "a", "c"]
    moved = as_weights(MATRIX, ids=IDS).align(order)
    place = [IDS.index(unit) for unit in order]
    assert moved.ids == tuple(order)
    assert np.array_equal(dense(moved), MATRIX[np.ix_(place, place)])
    assert np.array_equal(dense(moved.align(np.array(IDS))), MATRIX)
    assert np.array_equal(dense(as_weights(libpysal_w(), ids=order)), dense(moved))


def test_symmetric_links_hold_in_both_directions() -> None:
    edges = pd.DataFrame({"source": ["a", "b", "c"], "target": ["b", "a", "b"]})
    weights = from_edges(edges, source="source", target="target", symmetric=True)
    assert dense(weights).tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    with pytest.raises(rgm.InvalidInputError, match=r"^b → a: row 1 repeats row 0; keep one"):
        from_edges(edges.assign(w=[1.0, 2.0, 1.0]), source="source", target="target", weight="w", symmetric=True)


def test_links_of_weight_zero_are_none() -> None:
    weights = from_edges(None, source=["a", "b", "a"], target=["b", "a", "a"], weight=[1.0, 0.0, 0.0])
    assert dense(weights).tolist() == [[0, 1], [0, 0]]


def test_numbers_of_scipy_in_one_cell_add_up() -> None:
    matrix = scipy.sparse.coo_array(([1.0, 2.0], ([0, 0], [1, 1])), shape=(2, 2))
    assert dense(as_weights(matrix, ids=["a", "b"])).tolist() == [[0, 3], [0, 0]]
    assert matrix.nnz == 2


# Refusals


def refused(message: str, call: Any) -> None:
    with pytest.raises(rgm.InvalidInputError, match=message):
        call()


def test_links_that_cannot_be_used_name_row_and_units() -> None:
    def build(**columns: Any) -> SpatialWeights:
        return from_edges(pd.DataFrame(columns), source="s", target="t", weight="w" if "w" in columns else None)

    refused(r"^a → b: row 2 repeats row 0; keep one of the two", lambda: build(s=list("aba"), t=list("bab")))
    refused(r"^b → b: row 1 links a unit to itself; leave such links out", lambda: build(s=list("ab"), t=list("bb")))
    refused(r"^column 'w' is negative in row 1 \(-1\)", lambda: build(s=list("ab"), t=list("ba"), w=[1.0, -1.0]))
    refused(r"^column 'w' is infinite in row 0", lambda: build(s=list("ab"), t=list("ba"), w=[np.inf, 1.0]))
    refused(r"^column 'w' is missing in row 0", lambda: build(s=list("ab"), t=list("ba"), w=[np.nan, 1.0]))
    refused(r"^the labels in columns 's' and 't' cannot be put in order; pass ids", lambda: build(s=["a"], t=[1]))


def test_units_that_ids_lack_or_repeat_are_named() -> None:
    refused(r"^column 'source' has 'b', which ids lack \(first in row 2\)", lambda: as_weights(EDGES, ids=["a", "c"]))
    refused(r"^ids name 'a' more than once", lambda: as_weights(MATRIX, ids=["a", "b", "a", "c"]))
    refused(r"^ids must be a sequence of labels", lambda: as_weights(MATRIX, ids=["a", None, "b", "c"]))
    refused(r"^ids must be a sequence of labels", lambda: as_weights(MATRIX, ids=["a", pd.NA, "b", "c"]))
    refused(r"^ids must be a sequence of labels", lambda: as_weights(MATRIX, ids="abcd"))


def test_align_names_the_units_of_one_side() -> None:
    weights = as_weights(MATRIX, ids=IDS)
    refused(
        r"^the weights have no unit 'x'; the weights have 'd', which the data lack; both",
        lambda: weights.align(list("abcx")),
    )
    refused(r"^the weights have 'c', 'd', which the data lack", lambda: weights.align(["a", "b"]))
    refused(r"one side has text, the other numbers", lambda: weights.align([1, 2, 3, 4]))
    refused(r"^labels name 'a' more than once", lambda: weights.align(["a", "a", "b", "c"]))


def test_matrices_that_cannot_be_used() -> None:
    refused(r"^a → a: the matrix links a unit to itself", lambda: as_weights([[1.0, 0.0], [0.0, 0.0]], ids=["a", "b"]))
    refused(r"^a → b: the matrix is negative \(-1\)", lambda: as_weights([[0, -1], [0, 0]], ids=["a", "b"]))
    refused(r"^a → b: the matrix is not finite", lambda: as_weights([[0, np.nan], [0, 0]], ids=["a", "b"]))
    refused(r"must be square, not of shape \(1, 2\)", lambda: as_weights([[0, 1]], ids=["a"]))
    refused(r"does not name its units; pass them", lambda: as_weights(MATRIX))
    refused(r"^there are 2 ids for 4 rows", lambda: as_weights(MATRIX, ids=["a", "b"]))
    refused(r"cannot be read as numbers", lambda: as_weights([["x", "y"], ["y", "x"]], ids=["a", "b"]))
    refused(r"are complex numbers", lambda: as_weights([[0, 1j], [1, 0]], ids=["a", "b"]))
    refused(r"there are no units", lambda: as_weights(np.zeros((0, 0)), ids=[]))
    refused(r"^weights must be SpatialWeights, .*, not builtins\.int", lambda: as_weights(3))


def test_values_of_a_lag_are_checked() -> None:
    weights = as_weights(MATRIX, ids=IDS)
    refused(r"shape \(3,\); 4 rows are needed", lambda: weights.lag([1.0, 2.0, 3.0]))
    refused(r"values\[1\] is not finite", lambda: weights.lag([1.0, np.nan, 3.0, 4.0]))
    refused(r"cannot be read as numbers", lambda: weights.lag(["a", "b", "c", "d"]))
