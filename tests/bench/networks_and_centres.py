"""Networks, ellipses and centres."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import regiometrics as rgm
from rows import Row, Work


def ellipse_rows() -> Iterator[Row]:
    """`deviational_ellipse` beside pointpats, which gives the axes and the angle of one period."""
    draw = np.random.default_rng(20250304)
    peer: Any = None
    with suppress(ImportError):
        from pointpats.centrography import ellipse as peer
    for n_points, n_periods, size in ((1_000_000, 1, "10⁶ points"), (31, 14, "31 points × 14 periods")):
        points = 4.0e6 + 1.0e5 * draw.normal(size=(n_points * n_periods, 2))
        weight = draw.lognormal(size=len(points))
        table = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "weight": weight})
        table["year"] = np.repeat(np.arange(n_periods), n_points)
        yield Row(
            call="deviational_ellipse, with perimeter and shifts",
            size=size,
            work=partial(rgm.deviational_ellipse, table, x="x", y="y", weight="weight", time="year"),
            peer_name="pointpats ellipse, period by period (axes and angle only)",
            peer=None if peer is None else partial(by_period, peer, table),
        )


def by_period(ellipse: Any, table: pd.DataFrame) -> list[object]:
    """Return the ellipse of each period by another package."""
    groups = table.groupby("year")
    return [ellipse(rows[["x", "y"]].to_numpy(), rows["weight"].to_numpy(), method="yuill") for _, rows in groups]


def links(n_nodes: int, n_links: int) -> pd.DataFrame:
    """Make a directed network with lognormal weights and no link twice."""
    draw = np.random.default_rng(20250305)
    pairs = draw.choice(n_nodes * n_nodes, size=2 * n_links, replace=False)
    source, target = pairs // n_nodes, pairs % n_nodes
    kept = np.flatnonzero(source != target)[:n_links]
    return pd.DataFrame({"source": source[kept], "target": target[kept], "weight": draw.lognormal(size=n_links)})


def network_rows() -> Iterator[Row]:
    """`network_indicators`, every indicator, beside the betweenness or more of other graph libraries."""
    small, large = links(300, 3000), links(3000, 100_000)
    columns = {"source": "source", "target": "target", "weight": "weight"}
    for table, size, peers in (
        (small, "300 nodes, 3000 edges", {"hops": in_networkx(small)}),
        (large, "3000 nodes, 10⁵ edges", {"hops": in_rustworkx(large), "inverse_weight": in_networkit(large)}),
    ):
        for distance, (name, peer) in peers.items():
            yield Row(
                call=f'network_indicators, distance="{distance}"',
                size=size,
                work=partial(rgm.network_indicators, table, distance=distance, **columns),
                peer_name=name,
                peer=peer,
                limit=10.0,
                repetitions=5,
            )


def in_networkx(table: pd.DataFrame) -> tuple[str, Work | None]:
    """Return the same indicators by networkx."""
    name = "networkx, the same indicators"
    try:
        import networkx as nx
    except ImportError:
        return name, None
    graph = nx.from_pandas_edgelist(table, edge_attr="weight", create_using=nx.DiGraph)

    def work() -> object:
        lengths = dict(nx.all_pairs_shortest_path_length(graph))
        central = nx.closeness_centrality(graph), nx.betweenness_centrality(graph), nx.degree_centrality(graph)
        return lengths, central, nx.clustering(graph), nx.clustering(graph, weight="weight")

    return name, work


def in_rustworkx(table: pd.DataFrame) -> tuple[str, Work | None]:
    """Return betweenness and closeness by rustworkx, from a graph that is there."""
    name = "rustworkx, betweenness and closeness only, all cores"
    try:
        import rustworkx as rx
    except ImportError:
        return name, None
    graph = rx.PyDiGraph()
    graph.add_nodes_from(range(3000))
    graph.add_edges_from_no_data([(int(one), int(other)) for one, other in table[["source", "target"]].to_numpy()])
    return name, lambda: (rx.digraph_betweenness_centrality(graph), rx.digraph_closeness_centrality(graph))


def in_networkit(table: pd.DataFrame) -> tuple[str, Work | None]:
    """Return weighted betweenness by networkit, from a graph that is there."""
    name = "networkit, weighted betweenness only, all cores"
    try:
        import networkit as nk
    except ImportError:
        return name, None
    graph = nk.Graph(3000, weighted=True, directed=True)
    for source, target, weight in table.itertuples(index=False):
        graph.addEdge(source, target, 1.0 / weight)
    return name, lambda: nk.centrality.Betweenness(graph, normalized=True).run().scores()
