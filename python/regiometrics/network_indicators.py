"""Indicators of networks of cities or regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from . import _core
from ._call import call
from ._input import InputTable, read, read_any
from ._network import Network, is_networkx, networkx_edges
from ._options import choice, flag
from ._paths import paths
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame
from .errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NetworkIndicators", "network_indicators"]

_DISTANCES = ("hops", "inverse_weight", "weight")
_TOLD = {
    "hops": "Paths: every edge has length 1.",
    "inverse_weight": "Paths: an edge has the length 1/weight.",
    "weight": "Paths: an edge has its weight as length.",
}


@record
class NetworkIndicators(Result):
    """Indicators of the network of every period, and of its nodes.

    The column `time` is absent where no `time` was given. Tables are frames of the caller's library.

    Attributes
    ----------
    overall : frame
        `time`; `n_nodes`; `n_edges`; `density`; `average_path_length` over the pairs of nodes that a path connects
        (NaN if none is), and `reachable_share`, the fraction of all ordered pairs that these are (NaN of
        a single node); `clustering` and
        `weighted_clustering`, averages over all nodes; `total_weight`; `reciprocity`, the fraction of edges that are
        also there the other way (1 if undirected, NaN without edges); `n_weak_components`, `n_strong_components`,
        isolated nodes included, and `largest_component_share`, the fraction of the nodes in the largest weak one.
    nodes : frame
        `time`, `node`; `closeness`, `betweenness`; `degree` (in plus out if directed), `weighted_degree`,
        `degree_centrality` = degree/(n − 1); if directed `in_degree`, `out_degree`, `weighted_in_degree`,
        `weighted_out_degree`; `clustering`, `weighted_clustering`; `weak_component`, `strong_component`, numbered
        from the largest.
    edges : frame
        `time`, `source`, `target`, `weight`: the edges that were counted, each once.
    directed : bool
        Whether edges have a direction.
    distance : str
        As given.
    outward : bool
        As given.
    n_self_loops, n_parallel, n_zero_weight, n_dropped : int
        Rows left out that link a node to itself; rows merged into an edge that another row has too; rows left out of
        weight zero; and rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    overall: Frame
    nodes: Frame
    edges: Frame
    directed: bool
    distance: str
    outward: bool
    n_self_loops: int
    n_parallel: int
    n_zero_weight: int
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "network_indicators"
    _tables: ClassVar[tuple[str, ...]] = ("overall", "nodes", "edges")
    _shown: ClassVar[tuple[str, ...]] = ("overall", "nodes")

    def _heading(self, table: str) -> str:
        return {"overall": "networks"}.get(table, table)


def network_indicators(
    edges: Any,
    *,
    source: Any = None,
    target: Any = None,
    weight: Any = None,
    time: Any = None,
    nodes: Any = None,
    directed: bool = True,
    distance: str = "hops",
    outward: bool = False,
    parallel: str = "error",
    self_loops: str = "error",
    missing: str = "error",
) -> NetworkIndicators:
    r"""Describe the network of each period: how dense, how near, how clustered, and which nodes are central.

    Every measure is that of networkx of the same name. With m edges between n nodes the density is
    :math:`m / (n (n - 1))`, twice that if undirected; with r the number of nodes that reach node i, and :math:`d_{ji}`
    their distances to it,

    .. math::

        \text{closeness}_i = \frac{r}{n - 1} \cdot \frac{r}{\sum_j d_{ji}},\qquad
        \text{betweenness}_i = \frac{1}{(n - 1)(n - 2)} \sum_{s \ne i \ne t} \frac{\sigma_{st}(i)}{\sigma_{st}}

    with :math:`\sigma_{st}` shortest paths from s to t, :math:`\sigma_{st}(i)` of them through i, over ordered pairs.

    Parameters
    ----------
    edges : data frame, networkx graph or None
        One row per edge and period (pandas, polars, pyarrow, …). A networkx graph brings its nodes and whether it is
        directed, and its edge attributes take the place of columns. None if the other arguments are arrays.
    source, target : str or array
        The ends of each edge; not for a networkx graph.
    weight : str or array, optional
        Weight of each edge, for example the number of firms investing; zero or more. An edge of weight zero is none.
        Without it every edge has weight 1.
    time : str or array, optional
        Period of each row; each has its own network, on the same nodes.
    nodes : sequence, optional
        All nodes, in the order of the result; those without edges count in every period. Without it, the ends of all
        edges of all periods, sorted (the nodes of a networkx graph, in its order). Nodes without any edges are a
        network, unless there are periods.
    directed : bool
        Whether an edge leads from source to target only. Of an undirected network each edge is one row, in either
        order of its ends. An undirected networkx graph stays so.
    distance : {"hops", "inverse_weight", "weight"}
        How long an edge is for paths, closeness and betweenness: 1; 1/weight, so that strong ties are short; or the
        weight itself, if it is a distance, time or cost. Degrees and clustering do not depend on it.
    outward : bool
        Closeness by the distances to a node, as in networkx; True: from it. Alike if undirected.
    parallel : {"error", "sum", "mean"}
        Several rows for one edge of one period (undirected: also in opposite order) raise an error that names them;
        or their weights are added up; or averaged, which makes a symmetric matrix in long form one undirected
        network.
    self_loops : {"error", "drop"}
        Rows that link a node to itself raise an error; or are left out and counted.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.

    Returns
    -------
    NetworkIndicators
        Tables `overall`, `nodes` and `edges`.

    Raises
    ------
    InvalidInputError
        Parallel edges and self-loops unless told otherwise; ends that are not in `nodes`; negative, infinite or
        missing weights, or such whose inverse is infinite; a weighted `distance` without `weight`: with the rows.
    RegiometricsError
        If igraph is not installed (extra "networks").

    Notes
    -----
    Disconnected networks have answers. A path length is averaged over the pairs that a path connects, and
    `reachable_share` says how many these are. Closeness is that of Wasserman and Faust (1994; networkx
    ``wf_improved=True``): it is small for nodes that few others reach, 0 for those that none does. Betweenness is
    normalised; of networks of one or two nodes it is 0. Paths whose lengths differ by rounding only (1/3 + 1/6 and 1/2)
    count as equally short, which they do not in networkx.

    `clustering` is the average over all nodes, nodes with fewer than two neighbours at 0: Watts and Strogatz (1998), or
    if directed Fagiolo (2007). `weighted_clustering` uses the geometric means of the weights of a triangle, relative to
    the largest weight of the period (Onnela et al. 2005). Both are ``clustering`` and ``average_clustering`` of
    networkx, without and with ``weight``.

    Shortest paths and components come from igraph, the library that gives directed and weighted variants the same on
    every run, with wheels for every platform: 3000 nodes and 10⁵ edges took 1.7 s, and 4.6 s with weighted lengths (the
    documentation has a page on speed). rustworkx has no weighted betweenness, networkit no wheels for Macs with recent
    Pythons, and networkx took twenty times as long for 300 nodes.

    References
    ----------
    Fagiolo, G. (2007). Clustering in complex directed networks. Physical Review E 76, 026107.
    https://doi.org/10.1103/PhysRevE.76.026107

    Freeman, L. C. (1978). Centrality in social networks: conceptual clarification. Social Networks 1, 215–239.
    https://doi.org/10.1016/0378-8733(78)90021-7

    Onnela, J.-P., Saramäki, J., Kertész, J. and Kaski, K. (2005). Intensity and coherence of motifs in weighted complex
    networks. Physical Review E 71, 065103. https://doi.org/10.1103/PhysRevE.71.065103

    Wasserman, S. and Faust, K. (1994). Social Network Analysis. Cambridge University Press, p. 201.

    Watts, D. J. and Strogatz, S. H. (1998). Collective dynamics of small-world networks. Nature 393, 440–442.
    https://doi.org/10.1038/30918

    Examples
    --------
    A way a → b → c, and d alone. Three of twelve ordered pairs are connected, at distances 1, 1 and 2.

    >>> import regiometrics as rgm
    >>> result = rgm.network_indicators(None, source=["a", "b"], target=["b", "c"], nodes=["a", "b", "c", "d"])
    >>> result.overall[["density", "average_path_length", "reachable_share"]].round(4).values.tolist()
    [[0.1667, 1.3333, 0.25]]
    >>> result.nodes["betweenness"].round(4).to_list()
    [0.0, 0.1667, 0.0, 0.0]
    """
    directed, outward = flag("directed", directed), flag("outward", outward)
    choice("distance", distance, _DISTANCES)
    choice("parallel", parallel, ("error", "sum", "mean"))
    choice("self_loops", self_loops, ("error", "drop"))
    if distance != "hops" and weight is None:
        raise InvalidInputError(f"distance={distance!r} needs weight=, the column that it is about")
    # Nodes without edges are a network; without nodes or in no period, a table without rows says nothing.
    may_be_empty = nodes is not None and time is None
    if is_networkx(edges):
        if source is not None or target is not None:
            raise InvalidInputError("a networkx graph names its own ends; leave source and target out")
        directed = directed and edges.is_directed()
        nodes = list(edges.nodes) if nodes is None else nodes
        may_be_empty = time is None
        edges, source, target = networkx_edges(edges, weight, time), "source", "target"
    elif source is None or target is None:
        raise InvalidInputError("source and target must both be given")
    roles = {"source": source, "target": target, "weight": weight, "time": time}
    table = (read_any if may_be_empty else read)(edges, missing=missing, **roles)
    network = Network.open(table, nodes, directed)
    links = network.links(table, parallel, self_loops)
    lengths = _lengths(network, links, distance)
    periods = network.periods
    each = [
        _measure(links, lengths, period, len(network.labels), directed, outward)
        for period in range(1 if periods is None else len(periods))
    ]
    return _result(table, network, links, each, distance, outward)


def _lengths(network: Network, links: dict[str, Any], distance: str) -> NDArray[np.float64] | None:
    if distance == "hops":
        return None
    weights: NDArray[np.float64] = links["weight"]
    if distance == "weight":
        return weights
    with np.errstate(divide="ignore", over="ignore"):
        lengths: NDArray[np.float64] = 1.0 / weights
    lost = np.flatnonzero(~np.isfinite(lengths))
    if len(lost):
        ends = " → ".join(str(network.labels[links[name][lost[0]]]) for name in ("source", "target"))
        raise InvalidInputError(
            f"{ends} has weight {weights[lost[0]]:g}, whose inverse is infinite; rescale the weights"
        )
    return lengths


def _measure(
    links: dict[str, Any], lengths: NDArray[np.float64] | None, period: int, n: int, directed: bool, outward: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the row of `overall` and the columns of `nodes` of one period."""
    start, end = np.searchsorted(links["period"], [period, period + 1])
    source, target, weight = (np.ascontiguousarray(links[name][start:end]) for name in ("source", "target", "weight"))
    structure = call(_core.network_structure, source, target, weight, n, directed)
    lengths = None if lengths is None else lengths[start:end]
    found = paths(np.column_stack([source, target]), lengths, n, directed, outward)
    nodes = structure.pop("nodes")
    overall = {
        "n_nodes": n,
        **{name: structure[name] for name in ("n_edges", "density")},
        "average_path_length": found.average_path_length,
        "reachable_share": found.reachable_share,
        **{name: structure[name] for name in ("clustering", "weighted_clustering", "total_weight", "reciprocity")},
        "n_weak_components": int(found.weak_component.max()),
        "n_strong_components": int(found.strong_component.max()),
        "largest_component_share": float((found.weak_component == 1).sum()) / n,
    }
    names = ["degree", "weighted_degree"]
    names += ["in_degree", "out_degree", "weighted_in_degree", "weighted_out_degree"] if directed else []
    columns = {"closeness": found.closeness, "betweenness": found.betweenness}
    columns |= {name: nodes[name] for name in names}
    columns |= {"degree_centrality": nodes["degree"] / max(n - 1, 1)}
    columns |= {name: nodes[name] for name in ("clustering", "weighted_clustering")}
    columns |= {name: getattr(found, name) for name in ("weak_component", "strong_component")}
    return overall, columns


def _result(
    table: InputTable,
    network: Network,
    links: dict[str, Any],
    each: list[tuple[dict[str, Any], dict[str, Any]]],
    distance: str,
    outward: bool,
) -> NetworkIndicators:
    n, backend, periods = len(network.labels), table.backend, network.periods
    overall = {name: np.array([row[name] for row, _ in each]) for name in each[0][0]}
    nodes = {name: np.concatenate([columns[name] for _, columns in each]) for name in each[0][1]}
    when, when_of_nodes, when_of_edges = (
        {} if periods is None else {"time": periods.take(codes)}
        for codes in (np.arange(len(each)), np.repeat(np.arange(len(each)), n), links["period"])
    )
    label = _label_column(backend, network.labels)
    ends = {name: label(links[name]) for name in ("source", "target")}
    names = {"node": label(np.tile(np.arange(n), len(each)))}
    return NetworkIndicators(
        overall=make_frame(backend, when | overall),
        nodes=make_frame(backend, when_of_nodes | names | nodes),
        edges=make_frame(backend, when_of_edges | ends | {"weight": links["weight"]}),
        directed=network.directed,
        distance=distance,
        outward=outward,
        **{name: int(links[name]) for name in ("n_self_loops", "n_parallel", "n_zero_weight")},
        n_dropped=table.n_dropped,
        notes=tuple(_notes(network, links, each, distance, outward, table.n_dropped)),
    )


def _label_column(backend: Any, labels: list[Any]) -> Any:
    """Return a function that takes codes to a column of labels for `make_frame`."""
    import narwhals as nw
    import pandas as pd

    if backend is nw.Implementation.PANDAS:
        distinct: Any
        try:
            distinct = pd.Series(labels).array
        except UnicodeEncodeError:
            # Halves of surrogate pairs are no strings to pandas.
            distinct = np.array(labels, dtype=object)
        return lambda codes: distinct.take(np.asarray(codes, dtype=np.int64))
    try:
        series = nw.new_series("", labels, backend=backend)
    except (TypeError, ValueError):
        raise InvalidInputError("nodes are of several types; give them that of the ends of the edges") from None
    return lambda codes: series[np.asarray(codes, dtype=np.int64)]


def _notes(
    network: Network,
    links: dict[str, Any],
    each: list[tuple[dict[str, Any], dict[str, Any]]],
    distance: str,
    outward: bool,
    n_dropped: int,
) -> list[str]:
    kind = "Directed" if network.directed else "Undirected"
    notes = [f"{kind}. {_TOLD[distance]}"]
    if network.directed:
        notes[0] += f" Closeness: distances {'from' if outward else 'to'} a node."
    n_split = sum(row["n_weak_components"] > 1 for row, _ in each)
    if n_split:
        notes.append(
            f"{n_split} network(s) of several components: path lengths are over the pairs that a path connects."
        )
    told = {
        "n_self_loops": "row(s) that link a node to itself left out",
        "n_parallel": "row(s) merged into an edge that another row has too",
        "n_zero_weight": "row(s) of weight zero are no edges",
    }
    notes += [f"{links[name]} {text}." for name, text in told.items() if links[name]]
    if n_dropped:
        notes.append(f"{n_dropped} row(s) with missing values left out.")
    return notes
