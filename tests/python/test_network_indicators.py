"""Networks: worked cases, exact arithmetic, networkx, disconnected networks, and every refusal."""

from __future__ import annotations

import functools
import itertools
import math
import sys
from collections.abc import Hashable
from fractions import Fraction
from typing import Any

import narwhals as nw
import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from regiometrics._tables import to_pandas

EPS = float(np.finfo(np.float64).eps)
near = functools.partial(pytest.approx, abs=0.0)

Edges = dict[tuple[Hashable, Hashable], Fraction]


def panel(seed: int = 7) -> pd.DataFrame:
    """Three years of links between nine cities, of whole weights."""
    random = np.random.default_rng(seed)
    cities = np.array(["北京", "天津", "石家庄", "唐山", "保定", "廊坊", "沧州", "承德", "衡水"])
    pairs = np.array([pair for pair in itertools.product(range(9), repeat=2) if pair[0] != pair[1]])
    tables = []
    for year, m in ((2014, 18), (2017, 30), (2023, 45)):
        chosen = pairs[random.choice(len(pairs), m, replace=False)]
        ends = {"from_city": cities[chosen[:, 0]], "to_city": cities[chosen[:, 1]]}
        tables.append(pd.DataFrame(ends | {"firms": random.integers(1, 60, m), "year": year}))
    return pd.concat(tables, ignore_index=True)


def network(data: Any = None, **options: Any) -> rgm.NetworkIndicators:
    given = panel() if data is None else data
    return rgm.network_indicators(given, **({"source": "from_city", "target": "to_city"} | options))


def arrows(text: str, **options: Any) -> rgm.NetworkIndicators:
    """Return the indicators of "ab bc": a → b → c."""
    pairs = text.split()
    return rgm.network_indicators(None, source=[p[0] for p in pairs], target=[p[1] for p in pairs], **options)


def column(result: rgm.NetworkIndicators, name: str) -> list[float]:
    return nw.from_native(result.nodes, eager_only=True)[name].to_list()


# Worked by hand


def test_a_way_of_three_worked_by_hand() -> None:
    # a → b → c, d alone. Distances: ab 1, bc 1, ac 2: three of twelve ordered pairs, mean 4/3.
    # To b comes a: closeness 1/3 · 1/1. To c come a and b, over 2 and 1: 2/3 · 2/3. Through b runs one
    # of (4 − 1)(4 − 2) pairs.
    result = arrows("ab bc", nodes=list("abcd"))
    row = result.overall.iloc[0]
    assert (row["n_nodes"], row["n_edges"]) == (4, 2)
    assert row["density"] == near(2 / 12, rel=EPS)
    assert row["average_path_length"] == near(4 / 3, rel=2 * EPS)
    assert row["reachable_share"] == near(3 / 12, rel=EPS)
    assert (row["clustering"], row["weighted_clustering"], row["reciprocity"]) == (0.0, 0.0, 0.0)
    assert (row["n_weak_components"], row["n_strong_components"], row["largest_component_share"]) == (2, 4, 0.75)
    assert column(result, "closeness") == near([0.0, 1 / 3, 4 / 9, 0.0], rel=4 * EPS)
    assert column(result, "betweenness") == near([0.0, 1 / 6, 0.0, 0.0], rel=2 * EPS)
    assert column(result, "in_degree") == [0, 1, 1, 0]
    assert column(result, "out_degree") == [1, 1, 0, 0]
    assert column(result, "degree_centrality") == near([1 / 3, 2 / 3, 1 / 3, 0.0], rel=EPS)
    assert column(result, "weak_component") == [1, 1, 1, 2]
    assert column(result, "strong_component") == [1, 2, 3, 4]
    outward = arrows("ab bc", nodes=list("abcd"), outward=True)
    assert column(outward, "closeness") == near([4 / 9, 1 / 3, 0.0, 0.0], rel=4 * EPS)
    assert outward.overall.iloc[0]["average_path_length"] == near(4 / 3, rel=2 * EPS)


def test_an_undirected_star_worked_by_hand() -> None:
    # Leaves a, b, c around h: all three pairs of leaves pass through h, (3 · 2)/2 pairs without h: betweenness 1.
    # Closeness of h is 1, of a leaf 3/(1 + 2 + 2). Six ordered pairs at 1, six at 2: mean 3/2.
    result = arrows("ha hb ch", directed=False)
    assert column(result, "node") == ["a", "b", "c", "h"]
    assert column(result, "betweenness") == [0.0, 0.0, 0.0, 1.0]
    assert column(result, "closeness") == near([0.6, 0.6, 0.6, 1.0], rel=4 * EPS)
    assert result.overall.loc[0, ["density", "average_path_length", "reachable_share"]].to_list() == near(
        [0.5, 1.5, 1.0], rel=2 * EPS
    )
    assert "in_degree" not in result.nodes
    assert result.edges[["source", "target"]].to_numpy().tolist() == [["a", "h"], ["b", "h"], ["c", "h"]]


@pytest.mark.parametrize(("m", "printed"), [(57, 0.37), (103, 0.66)])
def test_the_densities_printed_for_thirteen_cities(m: int, printed: float) -> None:
    # Study C prints 57 and 103 of 13 · 12 = 156 directed edges as densities 0.37 and 0.66.
    pairs = [pair for pair in itertools.product(range(13), repeat=2) if pair[0] != pair[1]]
    source, target = zip(*pairs[:m], strict=True)
    density = rgm.network_indicators(None, source=source, target=target, nodes=range(13)).overall.loc[0, "density"]
    assert density == m / 156
    assert round(density, 2) == printed


def test_inverse_weights_make_strong_ties_short() -> None:
    # a → b → c with weights 3 and 6 is as long, 1/3 + 1/6, as a → c with weight 2, 1/2: two shortest paths, one
    # of them through b.
    edges = pd.DataFrame({"s": list("aba"), "t": list("bcc"), "w": [3.0, 6.0, 2.0]})
    result = rgm.network_indicators(edges, source="s", target="t", weight="w", distance="inverse_weight")
    assert column(result, "betweenness") == near([0.0, 0.25, 0.0], rel=4 * EPS)
    assert result.overall.loc[0, "average_path_length"] == near((1 / 3 + 1 / 6 + 1 / 2) / 3, rel=4 * EPS)
    # As lengths, 3 + 6 is longer than 2.
    lengths = rgm.network_indicators(edges, source="s", target="t", weight="w", distance="weight")
    assert column(lengths, "betweenness") == [0.0, 0.0, 0.0]
    assert lengths.overall.loc[0, "average_path_length"] == near(11 / 3, rel=2 * EPS)
    assert (
        rgm.network_indicators(edges, source="s", target="t", weight="w").overall.loc[0, "average_path_length"] == 1.0
    )


# Exact arithmetic


def exact(nodes: list[Any], edges: Edges) -> dict[str, Any]:
    """Return the path measures by their definitions, over all shortest paths, in fractions."""
    n = len(nodes)
    distance: dict[tuple[Any, Any], Fraction] = {(v, v): Fraction(0) for v in nodes} | edges
    for k, i, j in itertools.product(nodes, repeat=3):
        if (i, k) in distance and (k, j) in distance:
            through = distance[i, k] + distance[k, j]
            distance[i, j] = min(through, distance.get((i, j), through))

    @functools.cache
    def n_paths(i: Any, j: Any) -> int:
        """Count the shortest paths by their last edge."""
        if i == j:
            return 1
        last = (k for k in nodes if (k, j) in edges and (i, k) in distance)
        return sum(n_paths(i, k) for k in last if distance[i, k] + edges[k, j] == distance[i, j])

    connected = [(i, j) for i, j in itertools.permutations(nodes, 2) if (i, j) in distance]
    between = dict.fromkeys(nodes, Fraction(0))
    for (i, j), v in itertools.product(connected, nodes):
        on_way = v not in (i, j) and (i, v) in distance and (v, j) in distance
        if on_way and distance[i, v] + distance[v, j] == distance[i, j]:
            between[v] += Fraction(n_paths(i, v) * n_paths(v, j), n_paths(i, j))
    closeness = {}
    for v in nodes:
        coming = [distance[i, v] for i in nodes if i != v and (i, v) in distance]
        closeness[v] = Fraction(len(coming), n - 1) * Fraction(len(coming)) / sum(coming) if coming else Fraction(0)
    return {
        "betweenness": [float(between[v] / ((n - 1) * (n - 2))) for v in nodes],
        "closeness": [float(closeness[v]) for v in nodes],
        "average_path_length": float(sum(distance[pair] for pair in connected) / Fraction(len(connected))),
        "reachable_share": float(Fraction(len(connected), n * (n - 1))),
    }


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("distance", ["hops", "inverse_weight", "weight"])
@pytest.mark.parametrize("seed", range(8))
def test_path_measures_are_those_of_exact_arithmetic(seed: int, distance: str, directed: bool) -> None:
    # Whole weights up to six, so that many paths are equally long, some of them only up to rounding.
    random = np.random.default_rng(seed)
    nodes = list(range(8))
    pairs = [pair for pair in itertools.permutations(nodes, 2) if directed or pair[0] < pair[1]]
    chosen = [pairs[k] for k in random.choice(len(pairs), 10 + 2 * (seed % 4), replace=False)]
    weights = random.integers(1, 7, len(chosen))
    length = {"hops": lambda w: Fraction(1), "inverse_weight": lambda w: Fraction(1, w), "weight": Fraction}[distance]
    edges = {pair: length(int(w)) for pair, w in zip(chosen, weights, strict=True)}
    if not directed:
        edges |= {(j, i): value for (i, j), value in edges.items()}
    source, target = zip(*chosen, strict=True)
    result = rgm.network_indicators(
        None, source=source, target=target, weight=weights, nodes=nodes, directed=directed, distance=distance
    )
    expected = exact(nodes, edges)
    for name in ("closeness", "betweenness"):
        assert column(result, name) == pytest.approx(expected[name], rel=1e-12, abs=1e-15), name
    for name in ("average_path_length", "reachable_share"):
        assert result.overall.loc[0, name] == near(expected[name], rel=1e-12), name


# networkx


def random_graph(seed: int, directed: bool, n: int = 20) -> Any:
    random = np.random.default_rng(seed)
    graph = nx.gnm_random_graph(n, [15, 40, 90][seed % 3], seed=seed, directed=directed)
    for _, _, data in graph.edges(data=True):
        data["firms"] = float(random.lognormal(sigma=2.0))
        data["cost"] = 1.0 / data["firms"]
    return graph


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize(("distance", "length"), [("hops", None), ("inverse_weight", "cost"), ("weight", "firms")])
@pytest.mark.parametrize("seed", range(3))
def test_every_measure_is_that_of_networkx(seed: int, distance: str, length: str | None, directed: bool) -> None:
    graph = random_graph(seed, directed)
    result = rgm.network_indicators(graph, weight="firms", distance=distance)
    expected: dict[str, Any] = {
        "closeness": nx.closeness_centrality(graph, distance=length),
        "betweenness": nx.betweenness_centrality(graph, weight=length),
        "degree": dict(graph.degree),
        "weighted_degree": dict(graph.degree(weight="firms")),
        "degree_centrality": nx.degree_centrality(graph),
        "clustering": nx.clustering(graph),
        "weighted_clustering": nx.clustering(graph, weight="firms"),
    }
    if directed:
        expected |= {
            "in_degree": dict(graph.in_degree),
            "out_degree": dict(graph.out_degree),
            "weighted_in_degree": dict(graph.in_degree(weight="firms")),
            "weighted_out_degree": dict(graph.out_degree(weight="firms")),
        }
        outward = rgm.network_indicators(graph, weight="firms", distance=distance, outward=True)
        from_node = nx.closeness_centrality(graph.reverse(), distance=length)
        assert column(outward, "closeness") == near([from_node[node] for node in graph], rel=1e-12)
    for name, values in expected.items():
        assert column(result, name) == pytest.approx([values[node] for node in graph], rel=1e-12, abs=1e-15), name
    lengths = [
        value
        for start, found in nx.all_pairs_dijkstra_path_length(graph, weight=length)
        for end, value in found.items()
        if start != end
    ]
    row = result.overall.iloc[0]
    assert row["density"] == near(nx.density(graph), rel=2 * EPS)
    assert row["average_path_length"] == near(np.mean(lengths), rel=1e-12)
    assert row["reachable_share"] == near(len(lengths) / (20 * 19), rel=2 * EPS)
    assert row["clustering"] == near(nx.average_clustering(graph), rel=1e-12)
    assert row["weighted_clustering"] == near(nx.average_clustering(graph, weight="firms"), rel=1e-12)
    if directed:
        assert row["reciprocity"] == near(nx.overall_reciprocity(graph), rel=2 * EPS)
        weak, strong = nx.weakly_connected_components(graph), nx.strongly_connected_components(graph)
    else:
        weak = strong = list(nx.connected_components(graph))
    for name, parts in (("weak", weak), ("strong", strong)):
        member = dict(zip(graph, column(result, f"{name}_component"), strict=True))
        found = {frozenset(node for node in graph if member[node] == k) for k in set(member.values())}
        assert found == {frozenset(part) for part in parts}
        assert row[f"n_{name}_components"] == len(found)


def test_networkx_graphs_keep_their_nodes_direction_and_attributes() -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(["z", ("a", 1), 3])
    graph.add_edge("z", 3, firms=2.0, year=2014)
    graph.add_edge(3, ("a", 1), firms=5.0, year=2017)
    result = rgm.network_indicators(graph, weight="firms", time="year")
    assert result.directed
    assert column(result, "node") == ["z", ("a", 1), 3] * 2
    assert result.overall["total_weight"].tolist() == [2.0, 5.0]
    assert not rgm.network_indicators(graph.to_undirected()).directed
    assert not rgm.network_indicators(graph, directed=False).directed
    with pytest.raises(rgm.InvalidInputError, match=r"^2 edge\(s\) have no attribute 'flow': \('z', 3\)"):
        rgm.network_indicators(graph, weight="flow")
    with pytest.raises(rgm.InvalidInputError, match="names its own ends"):
        rgm.network_indicators(graph, source="s")
    many = nx.MultiDiGraph([(0, 1), (0, 1), (1, 0)])
    with pytest.raises(rgm.InvalidInputError, match="is the same edge as row 0"):
        rgm.network_indicators(many)
    assert rgm.network_indicators(many, parallel="sum").edges["weight"].tolist() == [2.0, 1.0]
    lone = nx.Graph()
    lone.add_nodes_from([1, 2])
    assert rgm.network_indicators(lone).overall.loc[0, ["n_nodes", "n_edges", "density"]].to_list() == [2, 0, 0.0]
    with pytest.raises(rgm.InvalidInputError, match="nodes are empty"):
        rgm.network_indicators(nx.Graph())


# Disconnected networks


def test_networks_without_paths_are_answered() -> None:
    result = rgm.network_indicators(None, source=["a"], target=["b"], weight=[0.0], nodes=["a", "b", "c"])
    row = result.overall.iloc[0]
    assert (row["n_edges"], row["density"], row["reachable_share"], row["clustering"]) == (0, 0.0, 0.0, 0.0)
    assert math.isnan(row["average_path_length"])
    assert math.isnan(row["reciprocity"])
    assert (row["n_weak_components"], row["n_strong_components"]) == (3, 3)
    assert column(result, "closeness") == column(result, "betweenness") == [0.0] * 3
    assert result.n_zero_weight == 1
    two = arrows("ab").overall.iloc[0]
    assert (two["average_path_length"], two["reachable_share"], two["density"]) == (1.0, 0.5, 0.5)


def test_nodes_without_any_edges_are_a_network_and_a_table_without_nodes_is_none() -> None:
    columns: dict[str, Any] = {"from_city": ["a"], "to_city": ["b"], "firms": [1.0], "year": [2014]}
    full = pd.DataFrame(columns)
    for none in (full[:0], full[:0].astype(object), pl.from_pandas(full)[:0], pa.Table.from_pandas(full)[:0]):
        for distance in ("hops", "inverse_weight"):
            result = network(none, weight="firms", nodes=["c", "a"], distance=distance)
            row = to_pandas(result.overall).iloc[0]
            assert (row["n_nodes"], row["n_edges"], row["density"], row["reachable_share"]) == (2, 0, 0.0, 0.0)
            assert math.copysign(1.0, row["total_weight"]) == 1.0
            assert math.isnan(row["average_path_length"])
            assert column(result, "node") == ["c", "a"]
            assert type(result.edges) is type(none)
        with pytest.raises(rgm.InvalidInputError, match="the data have no rows"):
            network(none, weight="firms")
        with pytest.raises(rgm.InvalidInputError, match="the data have no rows"):
            network(none, weight="firms", time="year", nodes=["a", "b"])
    assert network(full.assign(firms=np.nan), weight="firms", nodes=["a", "b"], missing="drop").n_dropped == 1
    lone = rgm.network_indicators(nx.empty_graph(3), weight="firms", distance="weight")
    assert lone.overall["n_weak_components"].tolist() == [3]


def test_two_parts_are_averaged_over_the_pairs_that_are_connected() -> None:
    result = arrows("ab ba cd", weight=[1, 2, 3])
    row = result.overall.iloc[0]
    assert row["average_path_length"] == 1.0
    assert row["reachable_share"] == near(3 / 12, rel=EPS)
    assert row["reciprocity"] == near(2 / 3, rel=EPS)
    assert any("1 network(s) of several components" in note for note in result.notes)


# Periods, libraries, labels


def test_a_panel_is_a_loop_over_periods_on_the_same_nodes() -> None:
    data = panel()
    # One city has no edge in the first year, and is a node all the same.
    data = data[~((data["year"] == 2014) & ((data["from_city"] == "承德") | (data["to_city"] == "承德")))]
    result = network(data, weight="firms", time="year", distance="inverse_weight")
    names = sorted(set(data["from_city"]) | set(data["to_city"]))
    assert result.overall["time"].tolist() == [2014, 2017, 2023]
    assert result.overall["n_nodes"].tolist() == [9] * 3
    for position, (year, rows) in enumerate(data.groupby("year")):
        alone = network(rows, weight="firms", distance="inverse_weight", nodes=names)
        nodes = result.nodes[result.nodes["time"] == year].drop(columns="time").reset_index(drop=True)
        pd.testing.assert_frame_equal(nodes, alone.nodes, check_exact=True)
        overall = result.overall.drop(columns="time").iloc[[position]].reset_index(drop=True)
        pd.testing.assert_frame_equal(overall, alone.overall, check_exact=True)
        edges = result.edges[result.edges["time"] == year]
        assert len(edges) == len(rows)
        assert edges["weight"].sum() == rows["firms"].sum()


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "pyarrow"])
def test_every_library_gives_the_same_bits_in_its_own_frames(convert: Any) -> None:
    expected, given = network(weight="firms", time="year"), convert(panel())
    result = network(given, weight="firms", time="year")
    for name in ("overall", "nodes", "edges"):
        assert type(getattr(result, name)) is type(given)
        frame = nw.from_native(getattr(result, name), eager_only=True).to_pandas()
        pd.testing.assert_frame_equal(frame, getattr(expected, name), check_dtype=False, check_exact=True)


def test_arrays_order_and_threads_do_not_matter() -> None:
    data = panel()
    expected = network(weight="firms", time="year").nodes
    arrays = rgm.network_indicators(
        None, source=data["from_city"].tolist(), target=data["to_city"], weight=data["firms"], time=data["year"]
    )
    pd.testing.assert_frame_equal(arrays.nodes, expected, check_exact=True)
    shuffled = network(data.sample(frac=1.0, random_state=2), weight="firms", time="year")
    pd.testing.assert_frame_equal(shuffled.nodes, expected, check_exact=True)
    for threads in (1, 3):
        rgm.set_threads(threads)
        pd.testing.assert_frame_equal(network(weight="firms", time="year").nodes, expected, check_exact=True)
    rgm.set_threads(None)


def test_scaling_the_weights_scales_strengths_and_lengths_only() -> None:
    before = network(weight="firms", time="year", distance="inverse_weight")
    after = network(
        panel().assign(firms=lambda rows: rows["firms"] * 8), weight="firms", time="year", distance="inverse_weight"
    )
    for name in ("betweenness", "clustering", "weighted_clustering", "degree"):
        assert column(after, name) == near(column(before, name), rel=1e-13)
    assert column(after, "weighted_degree") == [8 * each for each in column(before, "weighted_degree")]
    assert column(after, "closeness") == near([8 * each for each in column(before, "closeness")], rel=1e-13)
    lengths = before.overall["average_path_length"] / 8
    assert after.overall["average_path_length"].to_numpy() == near(lengths.to_numpy(), rel=1e-13)


def test_nodes_are_in_the_order_given_and_may_be_a_column() -> None:
    listed = ["衡水", "承德", "沧州", "廊坊", "保定", "唐山", "石家庄", "天津", "北京", "孤岛"]
    result = network(time="year", nodes=pd.Series(listed))
    assert column(result, "node") == listed * 3
    assert result.nodes.groupby("node")["degree"].sum()["孤岛"] == 0
    assert network(time="year", nodes=pl.Series(listed)).overall.equals(result.overall)


# Rows that are no plain edges


def test_parallel_edges_are_refused_added_or_averaged() -> None:
    data = {"source": list("aab"), "target": list("bba"), "weight": [1.0, 5.0, 4.0]}
    with pytest.raises(rgm.InvalidInputError, match=r"^a → b in row 1 is the same edge as row 0; keep one") as caught:
        rgm.network_indicators(None, **data)
    assert caught.value.row == 1
    summed = rgm.network_indicators(None, **data, parallel="sum")
    assert summed.edges["weight"].tolist() == [6.0, 4.0]
    assert summed.n_parallel == 1
    mean = rgm.network_indicators(None, **data, parallel="mean")
    assert mean.edges["weight"].tolist() == [3.0, 4.0]
    assert any(note.startswith("1 row(s) merged") for note in mean.notes)
    # A symmetric matrix in long form.
    both = {"source": list("ab"), "target": list("ba"), "weight": [4.0, 4.0]}
    with pytest.raises(rgm.InvalidInputError, match="the order of the ends does not matter"):
        rgm.network_indicators(None, **both, directed=False)
    assert rgm.network_indicators(None, **both, directed=False, parallel="mean").edges["weight"].tolist() == [4.0]
    assert rgm.network_indicators(None, **both, directed=False, parallel="sum").edges["weight"].tolist() == [8.0]


def test_rows_named_in_errors_are_those_of_the_caller() -> None:
    data = pd.DataFrame({"s": ["a", None, "a", "c"], "t": ["b", "b", "b", "c"], "year": [1, 1, 1, 1]})
    options = {"source": "s", "target": "t", "time": "year", "missing": "drop"}
    with pytest.raises(rgm.InvalidInputError, match=r"^c → c \(year = 1\) in row 3 links a node to itself"):
        rgm.network_indicators(data, **options)
    with pytest.raises(rgm.InvalidInputError, match=r"^a → b \(year = 1\) in row 2 is the same edge as row 0"):
        rgm.network_indicators(data, **options, self_loops="drop")
    with pytest.raises(rgm.InvalidInputError, match=r"^column 's' has 'c', which nodes lack \(first in row 3\)"):
        rgm.network_indicators(data, **options, nodes=["a", "b"], self_loops="drop")
    result = rgm.network_indicators(data, **options, self_loops="drop", parallel="sum")
    assert (result.n_dropped, result.n_self_loops, result.n_parallel) == (1, 1, 1)
    assert [note.split()[0] for note in result.notes[-3:]] == ["1", "1", "1"]


def refusal(match: str, **options: Any) -> None:
    given = {"source": ["a", "b"], "target": ["b", "c"]} | options
    with pytest.raises(rgm.InvalidInputError, match=match):
        rgm.network_indicators(None, **given)


def test_refusals() -> None:
    refusal(r"^column 'weight' is negative in row 1 \(-2\)", weight=[1, -2])
    refusal(r"^column 'weight' is infinite in row 0", weight=[math.inf, 1])
    refusal(r"^the entries of column 'weight' are too large or too small to be summed", weight=[1e308, 1e308])
    refusal(r"^column 'weight' is missing in row 1", weight=[1, math.nan])
    refusal(r"needs weight=, the column that it is about", distance="weight")
    refusal(r"^a → b has weight 1e-310, whose inverse is infinite", weight=[1e-310, 1], distance="inverse_weight")
    refusal(r"^the weights are too small for the inverse of a distance", weight=[1e-310, 1e-310], distance="weight")
    refusal(r"^distance must be one of 'hops', 'inverse_weight', 'weight', not 'cost'", weight=[1, 1], distance="cost")
    refusal(r"^nodes name 'a' more than once", nodes=list("abca"))
    refusal(r"^nodes are empty", nodes=[])
    refusal(r"^nodes must be a sequence of labels", nodes="abc")
    refusal(r"^nodes must be labels, none of them missing", nodes=["a", "b", "c", None])
    refusal(r"^source and target must both be given", target=None)
    refusal(r"^parallel must be one of", parallel="first")
    refusal(r"^self_loops must be one of", self_loops="keep")
    refusal(r"^directed must be True or False", directed="yes")
    refusal(r"cannot be put in order; pass nodes", source=["a", 1])
    halves = pd.DataFrame({"from": ["\ud800", "b"], "to": ["b", "c"]}, dtype=object)
    half = rgm.network_indicators(halves, source="from", target="to")
    assert column(half, "node") == ["b", "c", "\ud800"]
    mixed = rgm.network_indicators(None, source=["a", 1], target=["b", "c"], nodes=["a", "b", "c", 1])
    assert column(mixed, "node") == ["a", "b", "c", 1]


def test_without_igraph_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "igraph", None)
    with pytest.raises(rgm.RegiometricsError, match=r"needs igraph.*pip install 'regiometrics\[networks\]'"):
        arrows("ab")


def test_short_and_long_paths_are_told_apart_in_any_unit() -> None:
    # The way over b is longer by a tenth: igraph by itself takes lengths within 1e-10 for equal.
    for unit in (1.0, 1e-12, 1e-300, 1e300):
        edges = (["a", "b", "a"], ["b", "c", "c"], [0.55 * unit, 0.55 * unit, unit])
        found = rgm.network_indicators(
            None, source=edges[0], target=edges[1], weight=edges[2], distance="weight", directed=False
        )
        assert found.nodes["betweenness"].to_list() == [0.0, 0.0, 0.0]
        assert found.overall["average_path_length"][0] == pytest.approx((0.55 + 0.55 + 1.0) / 3 * unit, rel=1e-15)
    with pytest.raises(rgm.InvalidInputError, match="weights are too far apart"):
        rgm.network_indicators(None, source=["a", "b"], target=["b", "c"], weight=[1e-320, 1e300], distance="weight")
