"""Markov and spatial Markov chains."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import regiometrics as rgm
from rows import Row, Work


def chain_rows() -> Iterator[Row]:
    """`markov` and `spatial_markov` beside giddy, each from the panel to the tests."""
    n_units, n_periods = 3000, 20
    draw = np.random.default_rng(20250301)
    walk = np.cumsum(draw.normal(size=(n_units, n_periods)), axis=1)
    table = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(n_units), n_periods),
            "year": np.tile(2000 + np.arange(n_periods), n_units),
            "value": walk.ravel(),
        }
    )
    # A grid of 50 × 60 cells that touch at an edge.
    cell = np.arange(n_units)
    pairs = [(cell[cell % 60 < 59], 1), (cell[cell < n_units - 60], 60)]
    edges = pd.DataFrame(
        {
            "source": np.concatenate([near for near, _ in pairs]),
            "target": np.concatenate([near + step for near, step in pairs]),
        }
    )
    links = rgm.weights.from_edges(edges, source="source", target="target", symmetric=True).row_standardize()
    chain: Work | None = None
    spatial: Work | None = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import libpysal
            from giddy.markov import Markov, Spatial_Markov
            from mapclassify import Quantiles
        peer_weights = libpysal.weights.lat2W(50, 60)
        peer_weights.transform = "r"

        def chain() -> object:
            classes = Quantiles(walk.ravel(), k=5).yb.reshape(walk.shape)
            found = Markov(classes, summary=False)
            return found.steady_state, found.mfpt

        def spatial() -> object:
            found = Spatial_Markov(walk, peer_weights, k=5, m=5)
            return found.Q, found.LR, found.chi2, found.S, found.F

    except ImportError:
        pass
    size = "3000 × 20 panel, 5 classes"
    yield Row(
        call="markov",
        size=size,
        work=lambda: rgm.markov(table, "value", unit="unit", time="year"),
        peer_name="giddy Markov",
        peer=chain,
    )
    yield Row(
        call="spatial_markov",
        size=size,
        work=lambda: rgm.spatial_markov(table, "value", unit="unit", time="year", weights=links),
        peer_name="giddy Spatial_Markov",
        peer=spatial,
        bound=0.33,
    )
