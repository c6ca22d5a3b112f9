"""Effects of the factors of a forest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import regiometrics as rgm
from rows import Row, Work

# Places at which the peer substitutes: its time is in proportion to them.
_PEER_GRID = 5


def forest_data(n_rows: int, n_factors: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Make drivers of which four matter, and a response."""
    random = np.random.default_rng(20250301)
    x = random.normal(size=(n_rows, n_factors))
    y = x[:, 0] ** 2 + np.sin(2 * x[:, 1]) + x[:, 2] * x[:, 3] + 0.5 * random.normal(size=n_rows)
    return pd.DataFrame(x, columns=[f"driver {place}" for place in range(n_factors)]), y


def effect_rows() -> Iterator[Row]:
    """`partial_dependence` beside scikit-learn's substitution, at 5 places of one factor where ours takes thousands."""
    data, y = forest_data(630, 20)
    model = rgm.RandomForestRegressor(500, random_state=1).fit(data, y)
    n_places = len(rgm.partial_dependence(model, data).curves)
    peer: Work | None = None
    try:
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.inspection import partial_dependence

        theirs = RandomForestRegressor(500, max_features=1 / 3, min_samples_split=6, n_jobs=-1, random_state=1)
        theirs.fit(data.to_numpy(), y)
        x = data.to_numpy()

        def peer() -> object:
            return partial_dependence(theirs, x, [0], method="brute", grid_resolution=_PEER_GRID)

    except ImportError:
        pass
    for places, told in ((20 * 100, "100 each"), (n_places, "as many")):
        yield Row(
            call="partial_dependence, all factors",
            size=f"630 × 20, 500 trees, {n_places} steps",
            work=lambda: rgm.partial_dependence(model, data),
            peer_name=f"scikit-learn brute, {_PEER_GRID} of {places} places ({told}): × {places / _PEER_GRID:.0f}",
            peer=peer,
            # A thousandth of the time for all places.
            bound=places / _PEER_GRID / 1000.0,
            repetitions=5,
        )
    yield Row(
        call="accumulated_effects, all factors",
        size="630 × 20, 500 trees, 40 intervals",
        work=lambda: rgm.accumulated_effects(model, data),
        peer_name="partial_dependence",
        peer=lambda: rgm.partial_dependence(model, data),
    )
    large, response = forest_data(100_000, 20)
    grown = rgm.RandomForestRegressor(100, random_state=1).fit(large, response)
    yield Row(
        call="partial_dependence, all factors",
        size="10⁵ × 20, 100 trees",
        work=lambda: rgm.partial_dependence(grown, large),
        peer_name="predictions of the same forest",
        peer=lambda: grown.predict(large),
        repetitions=1,
    )
