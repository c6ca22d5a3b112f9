"""What depends on the paths of a network, from igraph, in the conventions of networkx.

igraph was chosen among the maintained graph libraries by measurement, on 3000 nodes and 10⁵ directed links with weights
(2 cores, Python 3.11), of betweenness together with closeness or all distances:

- igraph 1.0: 2.4 s without weights and 7.2 s with them, on one thread. Wheels for every platform and Python version;
  answers Ctrl-C; the same bits on every run; lengths that differ by rounding only count as equal.
- rustworkx 0.18: 5.7 s without weights on two threads. No weighted betweenness, and sums in an order that varies.
- networkit 11.3: 4.5 s with weights on two threads. No wheels for Macs with recent Pythons, lengths compared to the
  last bit, and sums that depend on the number of threads.
- networkx 3.6, in pure Python: minutes.

igraph comes under the GNU General Public License, and is installed only with the extra "networks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._projection import needs
from ._record import record
from .errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Paths", "layout", "paths"]


@record
class Paths:
    """What the shortest paths of one network say of it and of its nodes."""

    average_path_length: float
    reachable_share: float
    closeness: NDArray[np.float64]
    betweenness: NDArray[np.float64]
    weak_component: NDArray[np.int64]
    strong_component: NDArray[np.int64]


def _graph(ends: NDArray[np.int64], n_nodes: int, directed: bool) -> Any:
    try:
        import igraph
    except ImportError:
        raise needs("igraph", "network_indicators()", "networks") from None
    return igraph.Graph(n=n_nodes, edges=np.ascontiguousarray(ends, dtype=np.int64), directed=directed)


def paths(
    ends: NDArray[np.int64], lengths: NDArray[np.float64] | None, n_nodes: int, directed: bool, outward: bool
) -> Paths:
    """Return the measures of a simple network with links between `ends` (m × 2), of these lengths or of one each.

    Closeness is that of Wasserman and Faust (1994): for a node that r others reach, r/(n − 1) over their mean distance.
    """
    graph = _graph(ends, n_nodes, directed)
    unit, weights = 1.0, None
    if lengths is not None and len(lengths):
        # igraph takes lengths as equal that differ by less than 1e-10: let the shortest be about one. A power of two
        # rounds nothing.
        unit = 2.0 ** np.floor(np.log2(lengths.min()))
        with np.errstate(over="ignore"):
            longest = lengths.max() / unit * n_nodes
        if not np.isfinite(longest):
            raise InvalidInputError("the weights are too far apart for lengths of paths in double precision; rescale")
        weights = (lengths / unit).tolist()
    mode = "out" if outward else "in"
    # The inverse of the mean distance over the nodes reached; NaN for those that reach none.
    with np.errstate(over="ignore"):
        inverse = np.asarray(graph.closeness(mode=mode, weights=weights), dtype=np.float64) / unit
    if np.isinf(inverse).any():
        raise InvalidInputError("the weights are too small for the inverse of a distance; rescale the weights")
    weak, strong = _numbered(graph, "weak"), _numbered(graph, "strong")
    reached = _reached(graph, mode, strong)
    has_paths = reached > 0.0
    n_paths = float(reached.sum())
    total = float((reached[has_paths] / inverse[has_paths]).sum())
    most = float(n_nodes * (n_nodes - 1))
    between = np.asarray(graph.betweenness(directed=directed, weights=weights), dtype=np.float64)
    # An undirected pair counts once in igraph, and its two orders in n (n − 1).
    pairs = float((n_nodes - 1) * (n_nodes - 2)) * (1.0 if directed else 0.5)
    return Paths(
        average_path_length=total / n_paths if n_paths else np.nan,
        reachable_share=n_paths / most if most else np.nan,
        closeness=np.where(has_paths, inverse * reached / max(n_nodes - 1, 1), 0.0),
        betweenness=between / pairs if pairs > 0.0 else np.zeros(n_nodes),
        weak_component=weak,
        strong_component=strong,
    )


def _reached(graph: Any, mode: str, strong: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many other nodes each node reaches, or is reached by."""
    if not graph.is_directed() or strong.max() == 1:
        return np.asarray(np.bincount(strong)[strong] - 1, dtype=np.float64)
    return np.asarray(graph.neighborhood_size(order=graph.vcount(), mode=mode), dtype=np.float64) - 1.0


def _numbered(graph: Any, mode: str) -> NDArray[np.int64]:
    """Return the component of each node, 1 for the largest; of equal ones the one whose node stands first."""
    member = np.asarray(graph.connected_components(mode=mode).membership, dtype=np.int64)
    _, first, inverse, size = np.unique(member, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -size))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(1, len(order) + 1)
    return np.asarray(number[inverse], dtype=np.int64)


def layout(ends: NDArray[np.int64], n_nodes: int, most: int) -> NDArray[np.float64]:
    """Return places for the nodes, the same on every call: Kamada and Kawai (1989) from a circle, or the circle.

    More than `most` nodes stay on the circle.
    """
    angle = 2.0 * np.pi * np.arange(n_nodes) / max(n_nodes, 1)
    circle = np.column_stack([np.sin(angle), np.cos(angle)])
    if n_nodes < 3 or n_nodes > most or len(ends) == 0:
        return circle
    places = _graph(ends, n_nodes, False).simplify().layout_kamada_kawai(seed=circle.tolist())
    return np.asarray(places.coords, dtype=np.float64)
