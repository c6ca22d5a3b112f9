"""`accumulated_effects`: the definition in plain Python, correlated drivers, ties, bands, and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm

mpl.use("Agg")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    rgm.set_threads(None)


def naive(model: Any, data: np.ndarray, factor: int, intervals: int) -> tuple[np.ndarray, np.ndarray]:
    """Return edges and effects by the definition: predictions at both ends of the interval of each row."""
    x = data[:, factor]
    edges = np.unique([x.min(), *np.quantile(x, np.arange(1, intervals + 1) / intervals, method="inverted_cdf")])
    interval = np.clip(np.searchsorted(edges, x, side="left"), 1, None)
    low, high = data.copy(), data.copy()
    low[:, factor], high[:, factor] = edges[interval - 1], edges[interval]
    change = model.predict(high) - model.predict(low)
    local = [change[interval == k].mean() for k in range(1, len(edges))]
    effect = np.concatenate([[0.0], np.cumsum(local)])
    return edges, effect - (0.5 * (effect[interval] + effect[interval - 1])).mean()


def sample(n: int = 150, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 3))
    x[:, 1] = x[:, 0] + 0.1 * x[:, 1]
    x[:, 2] = np.round(x[:, 2])
    return x, x[:, 0] ** 2 + x[:, 2] + 0.1 * random.normal(size=n)


@pytest.mark.parametrize("intervals", [1, 7, 40])
def test_effects_are_those_of_the_definition(intervals: int) -> None:
    x, y = sample()
    model = rgm.RandomForestRegressor(30, random_state=1).fit(x, y)
    curves = rgm.accumulated_effects(model, x, intervals=intervals).curves
    for factor in range(3):
        edges, effect = naive(model, x, factor, intervals)
        own = curves[curves["factor"] == f"x{factor + 1}"]
        assert own["x"].tolist() == edges.tolist()
        # Differences of predictions of order 1.
        assert own["effect"].to_numpy() == pytest.approx(effect, abs=1e-12)
        assert own["n"].sum() == len(x)


def test_an_edge_at_every_value() -> None:
    x, y = sample(60)
    model = rgm.RandomForestRegressor(20, random_state=1).fit(x, y)
    curves = rgm.accumulated_effects(model, x, ["x3"], intervals=None).curves
    assert curves["x"].tolist() == np.unique(x[:, 2]).tolist()
    edges, effect = naive(model, x, 2, len(x))
    assert curves["effect"].to_numpy() == pytest.approx(effect, abs=1e-12)
    assert edges.tolist() == curves["x"].tolist()


def test_partial_dependence_extrapolates_where_accumulated_effects_do_not() -> None:
    # The second driver is the first plus a little noise; y depends on the first alone, with a slope of 1.
    random = np.random.default_rng(3)
    a = random.uniform(size=400)
    x = np.column_stack([a, a + 0.02 * random.normal(size=400)])
    model = rgm.RandomForestRegressor(100, max_features=1, random_state=1).fit(x, a)
    partial = rgm.partial_dependence(model, x).curves.groupby("factor")["effect"].agg(np.ptp)
    accumulated = rgm.accumulated_effects(model, x, intervals=20).curves.groupby("factor")["effect"].agg(np.ptp)
    # Trees split on either. Moved alone, a driver leaves the other behind, and averages over corners without rows make
    # its curve flatter; locally both move together, and what the two drivers do adds up to the slope of 1.
    assert accumulated.sum() == pytest.approx(1.0, abs=0.1)
    assert partial.sum() < 0.85


def test_ties_merge_intervals_and_a_constant_factor_has_one_edge() -> None:
    x = np.column_stack([np.repeat([0.0, 1.0, 5.0], [70, 20, 10]), np.full(100, 2.0)])
    model = rgm.RandomForestRegressor(20, random_state=1).fit(x, x[:, 0])
    result = rgm.accumulated_effects(model, x, intervals=10)
    first = result.curves[result.curves["factor"] == "x1"]
    # The interval that ends at 1 holds the least value as well.
    assert first[["x", "n"]].values.tolist() == [[0.0, 0.0], [1.0, 90.0], [5.0, 10.0]]
    second = result.curves[result.curves["factor"] == "x2"]
    assert second[["x", "effect"]].values.tolist() == [[2.0, 0.0]]
    assert "x2: the same in every row." in result.notes
    # Zero on average over the rows, each at the middle of the effects at the ends of its interval.
    effect = first["effect"].to_numpy()
    assert 0.9 * (effect[0] + effect[1]) / 2 + 0.1 * (effect[1] + effect[2]) / 2 == pytest.approx(0.0, abs=1e-14)


def test_weights_count_rows() -> None:
    x, y = sample(80)
    model = rgm.RandomForestRegressor(20, random_state=1).fit(x, y)
    plain = rgm.accumulated_effects(model, x).curves
    doubled = rgm.accumulated_effects(model, x, weight=np.full(80, 2.0)).curves
    assert doubled["effect"].to_numpy() == pytest.approx(plain["effect"].to_numpy(), abs=1e-13)
    assert doubled["n"].tolist() == (2.0 * plain["n"]).tolist()


def test_bands_turning_points_and_threads() -> None:
    x, y = sample()
    data = pd.DataFrame(x, columns=["a", "b", "c"]).assign(y=y)
    model = rgm.RandomForestRegressor(30, random_state=1).fit(data[["a", "b", "c"]], y)

    def run() -> rgm.AccumulatedEffects:
        return rgm.accumulated_effects(model, data, ["a"], intervals=10, bootstrap=20, value="y", seed=2)

    rgm.set_threads(1)
    one = run()
    rgm.set_threads(3)
    three = run()
    for name in ("curves", "turning_points"):
        numbers = [getattr(result, name).select_dtypes("number").to_numpy().tobytes() for result in (one, three)]
        assert numbers[0] == numbers[1]
    curves = one.curves
    assert (curves["low"] <= curves["high"]).all()
    assert one.turning_points["direction"].tolist() == ["fall to rise"]
    assert abs(one.turning_points["location"][0]) < 0.4
    assert one.seed == 2
    frame = rgm.accumulated_effects(model, pl.from_pandas(data), ["a"], intervals=10).curves
    assert isinstance(frame, pl.DataFrame)
    assert frame["effect"].to_list() == curves["effect"].tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"intervals": 0}, "intervals must be a whole number from 1"),
        ({"factors": ["x9"]}, "no factor 'x9'"),
        ({"prominence": 2}, "prominence must be a number between 0 and 1"),
        ({"bootstrap": 5}, "name its column in value"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    x, y = sample(30)
    model = rgm.RandomForestRegressor(5, random_state=1).fit(x, y)
    with pytest.raises(rgm.InvalidInputError, match=message):
        rgm.accumulated_effects(model, x, options.pop("factors", None), **options)


@pytest.mark.parametrize(
    "data",
    [
        pl.DataFrame({"a": pl.Series([2**70, 0], dtype=pl.Int128), "b": pl.Series(["x", "y"], dtype=pl.Categorical)}),
        pa.table(
            {"a": pa.DictionaryArray.from_arrays(pa.array([None], pa.int8()), pa.array([], pa.float64())), "b": [1.0]}
        ),
    ],
)
def test_tables_that_are_no_matrix_are_refused(data: Any) -> None:
    x, y = sample(30)
    model = rgm.RandomForestRegressor(2, random_state=1).fit(x[:, :2], y)
    with pytest.raises(rgm.InvalidInputError, match="data cannot be read as an array of rows × factors"):
        rgm.accumulated_effects(model, data)


@pytest.mark.filterwarnings("ignore:the response is constant:regiometrics.RegiometricsWarning")
def test_bands_of_the_largest_responses() -> None:
    # Their sum is no double; the response is known to be that of the fit all the same.
    x, y = np.arange(20.0)[:, None], np.full(20, -1e308)
    model = rgm.RandomForestRegressor(3, random_state=1).fit(x, y)
    assert model.predict(x).tolist() == y.tolist()
    curves = rgm.accumulated_effects(model, x, value=y, bootstrap=2, seed=1).curves
    assert (curves[["effect", "low", "high"]] == 0.0).all(axis=None)
    with pytest.raises(rgm.InvalidInputError, match="is not the response that the model was fitted on"):
        rgm.accumulated_effects(model, x, value=0.9 * y, bootstrap=2)


def test_the_figure_draws_the_table() -> None:
    import matplotlib.pyplot as plt

    x, y = sample(60)
    result = rgm.accumulated_effects(rgm.RandomForestRegressor(20, random_state=1).fit(x, y), x)
    axes = result.plot().ravel()
    for place, ax in enumerate(axes[:3]):
        own = result.curves[result.curves["factor"] == f"x{place + 1}"]
        line = next(each for each in ax.lines if len(each.get_xdata()) == len(own) and len(own) > 2)
        assert np.array_equal(line.get_xydata(), own[["x", "effect"]].to_numpy())
    plt.close("all")
