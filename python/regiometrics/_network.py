"""Nodes and edges in the caller's labels, from tables and from networkx graphs."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._call import call
from ._input import InputTable
from ._labels import Labels
from ._record import record
from .errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Network", "is_networkx", "networkx_edges"]

# An error names this many nodes.
_NAMED = 5


def is_networkx(edges: Any) -> bool:
    """Return whether `edges` is a networkx graph, which is recognised by what it offers."""
    return hasattr(edges, "is_directed") and hasattr(edges, "adj") and hasattr(edges, "edges")


def networkx_edges(graph: Any, weight: Any, time: Any) -> Any:
    """Return the edges of a networkx graph as a pandas frame, with the attributes asked for."""
    import pandas as pd

    ends = [(edge[0], edge[1], edge[-1]) for edge in graph.edges(data=True)]
    frame = {"source": pd.Series([one for one, _, _ in ends], dtype=object)}
    frame["target"] = pd.Series([other for _, other, _ in ends], dtype=object)
    for attribute in (weight, time):
        if attribute is None:
            continue
        absent = [(one, other) for one, other, data in ends if attribute not in data]
        if absent:
            raise InvalidInputError(f"{len(absent)} edge(s) have no attribute {attribute!r}: {_named(absent)}")
        frame[attribute] = pd.Series([data[attribute] for _, _, data in ends])
    return pd.DataFrame(frame)


@record
class Network:
    """The nodes, the codes of the ends, and the periods."""

    labels: list[Any]
    source: NDArray[np.uint32]
    target: NDArray[np.uint32]
    periods: Labels | None
    directed: bool

    @classmethod
    def open(cls, table: InputTable, nodes: Any, directed: bool) -> Network:
        """Read the ends of the edges; without `nodes` they are all the nodes there are."""
        ends = [_codes(table, role) for role in ("source", "target")]
        labels = _sorted_union(ends, table) if nodes is None else _distinct(nodes)
        position = {label: code for code, label in enumerate(labels)}
        source, target = (
            _positions(table, role, end, position) for role, end in zip(("source", "target"), ends, strict=True)
        )
        periods = table.optional_labels("time")
        return cls(labels=labels, source=source, target=target, periods=periods, directed=directed)

    def links(self, table: InputTable, parallel: str, self_loops: str) -> dict[str, Any]:
        """Return the edges of a simple network of every period, and how many rows are none."""
        codes = np.zeros(len(self.source), dtype=np.uint32) if self.periods is None else self.periods.codes
        try:
            links: dict[str, Any] = call(
                _core.network_links,
                self.source,
                self.target,
                table.optional_numbers("weight"),
                codes,
                1 if self.periods is None else len(self.periods),
                len(self.labels),
                self.directed,
                parallel,
                self_loops == "drop",
                columns=table.names(weights="weight"),
            )
        except InvalidInputError as error:
            if error.name != "source" or error.row is None:
                raise
            raise self._told(error, table, codes) from None
        return links

    def _told(self, error: InvalidInputError, table: InputTable, codes: NDArray[np.uint32]) -> InvalidInputError:
        """Return the refusal of a self-loop or of parallel edges, in the caller's words."""
        row = int(error.row or 0)
        ends = f"{self.labels[self.source[row]]} → {self.labels[self.target[row]]}"
        when = "" if self.periods is None else f" ({self.periods.name} = {self.periods.item(int(codes[row]))})"
        places = np.arange(len(codes)) if table.positions is None else table.positions
        if self.source[row] == self.target[row]:
            told = f"{ends}{when} in row {places[row]} links a node to itself"
            told += "; pass self_loops='drop' to leave such rows out"
        else:
            first = int(re.findall(r"\[(\d+)\]", str(error))[-1])
            told = (
                f"{ends}{when} in row {places[row]} is the same edge as row {places[first]}; keep one, or pass "
                "parallel='sum' or parallel='mean'"
            )
            if not self.directed:
                told += " (undirected: the order of the ends does not matter)"
        refusal = InvalidInputError(told)
        refusal.name, refusal.row = "source", int(places[row])
        return refusal


def _codes(table: InputTable, role: str) -> tuple[NDArray[np.uint32], list[Any]]:
    """Return a column of ends as codes and distinct labels; they need no order."""
    name, series = table.columns[role]
    values = series.to_list()
    if all(isinstance(value, str) for value in values) or series.dtype.is_numeric():
        labels = table.labels(role)
        return labels.codes, labels.to_list()
    position: dict[Any, int] = {}
    for value in values:
        if not isinstance(value, Hashable):
            raise InvalidInputError(f"column {name!r} holds {value!r}, which cannot name a node")
        position.setdefault(value, len(position))
    return np.array([position[value] for value in values], dtype=np.uint32), list(position)


def _sorted_union(ends: list[tuple[NDArray[np.uint32], list[Any]]], table: InputTable) -> list[Any]:
    labels = {label for _, distinct in ends for label in distinct}
    try:
        return sorted(labels)
    except TypeError:
        names = " and ".join(repr(table.name(role)) for role in ("source", "target"))
        raise InvalidInputError(f"the labels in columns {names} cannot be put in order; pass nodes") from None


def _distinct(nodes: Any) -> list[Any]:
    listed = next(
        (getattr(nodes, name)() for name in ("tolist", "to_list", "to_pylist") if hasattr(nodes, name)), nodes
    )
    if isinstance(listed, str) or not hasattr(listed, "__iter__"):
        raise InvalidInputError(f"nodes must be a sequence of labels, not {nodes!r}")
    labels = list(listed)
    if not all(isinstance(label, Hashable) and label is not None and label == label for label in labels):
        raise InvalidInputError("nodes must be labels, none of them missing")
    seen: set[Any] = set()
    repeated = [label for label in labels if label in seen or seen.add(label)]  # type: ignore[func-returns-value]
    if repeated:
        raise InvalidInputError(f"nodes name {_named(repeated)} more than once")
    if not labels:
        raise InvalidInputError("nodes are empty; a network needs at least one")
    return labels


def _positions(
    table: InputTable, role: str, end: tuple[NDArray[np.uint32], list[Any]], position: dict[Any, int]
) -> NDArray[np.uint32]:
    codes, distinct = end
    unknown = [label for label in distinct if label not in position]
    if unknown:
        row = int(np.flatnonzero(codes == distinct.index(unknown[0]))[0])
        row = row if table.positions is None else int(table.positions[row])
        raise InvalidInputError(
            f"column {table.name(role)!r} has {_named(unknown)}, which nodes lack (first in row {row})"
        )
    return np.array([position[label] for label in distinct], dtype=np.uint32)[codes]


def _named(labels: list[Any]) -> str:
    more = len(labels) - _NAMED
    return ", ".join(map(repr, labels[:_NAMED])) + (f" (and {more} more)" if more > 0 else "")
