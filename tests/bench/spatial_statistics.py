"""Neighbours by distance, local G, Moran's I and local Moran's I."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import regiometrics as rgm
from rows import Row, Work

# Permutations of each unit's neighbours, in both programs.
_DRAWS = 999


def spatial_rows() -> Iterator[Row]:
    """Neighbours beside scipy and libpysal; statistics beside esda, whose compiled loops `measure` warms up."""
    yield from _neighbor_rows()
    yield from _statistic_rows()


def _neighbor_rows() -> Iterator[Row]:
    n = 1_000_000
    draw = np.random.default_rng(20250301)
    x, y = draw.random(n), draw.random(n)
    points = np.column_stack([x, y])
    tree: Work | None = None
    peer: Work | None = None
    small = points[:20_000]
    try:
        from scipy.spatial import cKDTree

        def tree() -> object:
            return cKDTree(points).query(points, 9, workers=-1)

    except ImportError:
        pass
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import libpysal

        def peer() -> object:
            return libpysal.weights.KNN(small, k=8)

    except ImportError:
        pass
    yield Row(
        call="weights.knn",
        size="10⁶ points in the plane, k = 8",
        work=lambda: rgm.weights.knn(None, x=x, y=y, k=8, metric="planar"),
        peer_name="scipy cKDTree on all cores, no weights",
        peer=tree,
        repetitions=3,
    )
    longitude, latitude = 360.0 * x - 180.0, np.degrees(np.arcsin(2.0 * y - 1.0))
    yield Row(
        call="weights.knn, great circle",
        size="10⁶ points on the sphere, k = 8",
        work=lambda: rgm.weights.knn(None, x=longitude, y=latitude, k=8, metric="great_circle"),
        peer_name="the same cKDTree in the plane",
        peer=tree,
        repetitions=3,
    )
    yield Row(
        call="weights.knn",
        size="2·10⁴ points in the plane, k = 8",
        work=lambda: rgm.weights.knn(None, x=small[:, 0], y=small[:, 1], k=8, metric="planar"),
        peer_name="libpysal KNN",
        peer=peer,
    )


def _statistic_rows() -> Iterator[Row]:
    n = 20_000
    draw = np.random.default_rng(20250301)
    x, y, values = draw.random(n), draw.random(n), draw.lognormal(size=n)
    weights = rgm.weights.knn(None, x=x, y=y, k=8, metric="planar")
    standardized = weights.row_standardize()
    peers: dict[str, Work | None] = dict.fromkeys(("local_g", "local_g, one core", "local_moran", "moran"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import esda
            import libpysal
        links = libpysal.weights.KNN(np.column_stack([x, y]), k=8)

        def quiet(function: Any, *arguments: Any, **options: Any) -> Work:
            def work() -> object:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    return function(*arguments, permutations=_DRAWS, **options)

            return work

        options: dict[str, Any] = {"seed": 1, "keep_simulations": False}
        # G_Local asks for all cores by itself, Moran_Local for one.
        peers = {
            "local_g": quiet(esda.G_Local, values, links, transform="B", star=True, **options),
            "local_g, one core": quiet(esda.G_Local, values, links, transform="B", star=True, n_jobs=1, **options),
            "local_moran": quiet(esda.Moran_Local, values, links, transformation="r", n_jobs=-1, **options),
            "moran": quiet(esda.Moran, values, links, transformation="r"),
        }
    except ImportError:
        pass
    size = f"2·10⁴ units, 8 neighbours, {_DRAWS} permutations"
    for name, peer in (("local_g", "G_Local, n_jobs=-1"), ("local_g, one core", "G_Local, n_jobs=1")):
        yield Row(
            call="local_g",
            size=size,
            work=lambda: rgm.local_g(None, values, weights=weights, permutations=_DRAWS, seed=1),
            peer_name=f"esda {peer}",
            peer=peers.get(name),
            bound=0.2,
            repetitions=5,
        )
    yield Row(
        call="local_moran",
        size=size,
        work=lambda: rgm.local_moran(None, values, weights=standardized, permutations=_DRAWS, seed=1),
        peer_name="esda Moran_Local, n_jobs=-1",
        peer=peers.get("local_moran"),
        repetitions=5,
    )
    yield Row(
        call="moran",
        size=size,
        work=lambda: rgm.moran(None, values, weights=standardized, permutations=_DRAWS, seed=1),
        peer_name="esda Moran",
        peer=peers.get("moran"),
        repetitions=3,
    )
