"""Spatial weights: which units are neighbours, and how much each counts."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from .._call import call
from .._input import InputTable, read
from .._labels import Labels
from .._language import term
from .._options import flag
from .._record import record
from .._tables import to_text
from ..errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SpatialWeights", "as_weights", "from_edges"]

# An error names this many units and says how many more there are.
_NAMED = 5

# Rows whose sums are this near to one count as standardised: the sum of a few dozen rounded shares.
_SUM_TOLERANCE = 1e-12


@record
class SpatialWeights:
    """Weights of the links between units, as a sparse matrix in compressed rows.

    Row i holds the neighbours of unit i: their positions ``indices[indptr[i]:indptr[i + 1]]``, ascending, and their
    weights in the same places of `data`. Weights are above zero; no unit is its own neighbour.

    Attributes
    ----------
    ids : tuple
        The units, in the order of the rows.
    indptr, indices, data : array
        The compressed rows; read only.
    n : int
        Number of units.
    n_neighbors : array of n
        Number of neighbours of each unit.
    islands : list
        The units without neighbours.
    n_components : int
        Number of parts that no link connects, islands included; every link counts in both directions.
    row_sums : array of n
        Sum of the weights of each unit's neighbours; zero for islands.
    is_row_standardized : bool
        Whether the weights of every unit with neighbours add up to one.
    density : float
        Links as a share of all n (n − 1) possible ones; zero for a single unit.
    """

    ids: tuple[Any, ...]
    indptr: NDArray[np.int64]
    indices: NDArray[np.uint32]
    data: NDArray[np.float64]

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.ids)

    @property
    def n_neighbors(self) -> NDArray[np.int64]:
        """Number of neighbours of each unit."""
        return np.diff(self.indptr)

    @property
    def islands(self) -> list[Any]:
        """The units without neighbours."""
        return [self.ids[row] for row in np.flatnonzero(self.n_neighbors == 0)]

    @property
    def n_components(self) -> int:
        """Number of parts that no link connects, islands included; every link counts in both directions."""
        n_components: int = call(_core.weights_summary, *_arrays(self))[0]
        return n_components

    @property
    def row_sums(self) -> NDArray[np.float64]:
        """Sum of the weights of each unit's neighbours; zero for islands."""
        sums: NDArray[np.float64] = call(_core.weights_summary, *_arrays(self))[1]
        return sums

    @property
    def is_row_standardized(self) -> bool:
        """Whether the weights of every unit with neighbours add up to one."""
        sums = self.row_sums[self.n_neighbors > 0]
        return bool((np.abs(sums - 1.0) <= _SUM_TOLERANCE).all())

    @property
    def density(self) -> float:
        """Links as a share of all n (n − 1) possible ones; zero for a single unit."""
        return len(self.data) / max(self.n * (self.n - 1), 1)

    def row_standardize(self) -> SpatialWeights:
        """Return the weights divided by the sums of their rows, so that a spatial lag is a mean. Islands stay empty."""
        data = call(_core.weights_standardized, *_arrays(self))
        return make_weights(self.ids, self.indptr, self.indices, data)

    def lag(self, values: Any) -> NDArray[np.float64]:
        r"""Return the spatial lag :math:`\sum_j w_{ij} x_j` of each unit; NaN for islands, which have none.

        Parameters
        ----------
        values : array of n, or of n × columns
            Finite numbers in the order of `ids`.

        Raises
        ------
        InvalidInputError
            If there are not `n` rows, or a number is not finite.
        """
        try:
            array = np.require(values, np.float64, ["C", "A"])
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidInputError(f"values cannot be read as numbers: {error}") from None
        if array.ndim not in (1, 2) or len(array) != self.n:
            raise InvalidInputError(f"values are of shape {array.shape}; {self.n} rows are needed, one per unit")
        n_columns = 1 if array.ndim == 1 else array.shape[1]
        lag: NDArray[np.float64] = call(_core.weights_lag, *_arrays(self), array.ravel(), n_columns)
        return lag.reshape(array.shape)

    def align(self, labels: Any) -> SpatialWeights:
        """Return the same weights with the units in the order of `labels`.

        Parameters
        ----------
        labels : sequence
            Every unit once.

        Raises
        ------
        InvalidInputError
            Naming the units that only one side has, and units named twice.
        """
        wanted = label_list("labels", labels)
        if wanted == list(self.ids):
            return self
        position = {unit: row for row, unit in enumerate(self.ids)}
        if len(wanted) != self.n or not all(unit in position for unit in wanted):
            raise _unlike(wanted, self.ids)
        order = np.array([position[unit] for unit in wanted], dtype=np.uint32)
        return make_weights(tuple(wanted), *call(_core.weights_reordered, *_arrays(self), order))

    def to_frame(self) -> pd.DataFrame:
        """Return the links as a pandas edge table: `source`, `target`, `weight`."""
        import pandas as pd

        try:
            ids = pd.Series(list(self.ids))
        except UnicodeEncodeError:
            # Halves of surrogate pairs are no strings to pandas.
            ids = pd.Series(list(self.ids), dtype=object)
        places = {"source": np.repeat(np.arange(self.n), self.n_neighbors), "target": self.indices.astype(np.int64)}
        columns = {name: ids.take(place).reset_index(drop=True) for name, place in places.items()}
        return pd.DataFrame(columns | {"weight": self.data})

    def summary(self) -> str:
        """Return what should be known about the weights, as text."""
        import pandas as pd

        n_neighbors, islands = self.n_neighbors, self.islands
        rows = {
            "n_units": str(self.n),
            "n_links": str(len(self.data)),
            "link_density": f"{self.density:.4f}",
            "n_neighbors": f"{n_neighbors.min()} – {n_neighbors.max()} (⌀ {n_neighbors.mean():.2f})",
            "row_sums": f"{self.row_sums.min():g} – {self.row_sums.max():g}",
            "n_components": str(self.n_components),
            "islands": f"{len(islands)}: {named(islands)}" if islands else "0",
        }
        table = pd.DataFrame({"statistic": [term(name) for name in rows], "value": list(rows.values())})
        title = term("spatial_weights")
        return f"{title}\n\n{to_text(table, 4)}"

    def __repr__(self) -> str:
        """Return one line."""
        return f"<SpatialWeights: {self.n} units, {len(self.data)} links; see summary()>"


def from_edges(
    edges: Any,
    *,
    source: Any,
    target: Any,
    weight: Any = None,
    ids: Any = None,
    symmetric: bool = False,
) -> SpatialWeights:
    """Make spatial weights from a table of links.

    Parameters
    ----------
    edges : data frame or None
        One row per link (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    source, target : str or array
        The unit, and its neighbour.
    weight : str or array, optional
        Weight of the link, zero or more; one for all without it. A link of weight zero is no link.
    ids : sequence, optional
        All units in the order of the rows. Units without links must be named here, or they are not part of the
        weights. Without it, the units of both columns, sorted.
    symmetric : bool
        Every link holds in both directions. A pair that is given in both, with the same weight, counts once.

    Returns
    -------
    SpatialWeights

    Raises
    ------
    InvalidInputError
        For a link given twice, a unit linked to itself, negative, infinite or missing weights, and units that are not
        in `ids`: with the rows and the units.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> edges = rgm.datasets.load_china_province_neighbors()
    >>> weights = rgm.weights.from_edges(edges, source="province", target="neighbor")
    >>> weights.n, weights.n_components, weights.islands
    (31, 1, [])
    """
    table = read(edges, source=source, target=target, weight=weight)
    ends = table.labels("source"), table.labels("target")
    units = _union(ends) if ids is None else label_list("ids", ids)
    position = {unit: row for row, unit in enumerate(units)}
    first, second = (_positions(table, labels, position) for labels in ends)
    return _build(first, second, table.optional_numbers("weight"), tuple(units), flag("symmetric", symmetric), "row {}")


def as_weights(
    obj: Any, *, ids: Any = None, source: str = "source", target: str = "target", weight: str | None = None
) -> SpatialWeights:
    """Take spatial weights in any accepted form.

    Parameters
    ----------
    obj : SpatialWeights, libpysal W or Graph, scipy sparse, square array or data frame, or edge table
        A libpysal object gives its weights as they stand, in the transformation that is set. A matrix has in row i the
        weights of the neighbours of unit i. A square pandas frame with the same labels on both sides names its units.
        Any other frame is an edge table.
    ids : sequence, optional
        The units in the order of the rows: needed for a scipy matrix or an array. For weights that name their units,
        the order in which to return them; for an edge table as in `from_edges`.
    source, target, weight : str
        Columns of an edge table. Without `weight`, a column of that name if there is one.

    Returns
    -------
    SpatialWeights

    Raises
    ------
    InvalidInputError
        For anything else; for negative or non-finite weights, and for weights of a unit to itself: leave the diagonal
        at zero, since methods that count the unit itself (Gi*) add it.

    Notes
    -----
    Neither libpysal nor scipy is imported here; their objects are recognised by what they offer.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> weights = rgm.weights.as_weights([[0, 1, 1], [1, 0, 0], [1, 0, 0]], ids=["a", "b", "c"])
    >>> weights.row_standardize().lag([1.0, 2.0, 4.0]).tolist()
    [3.0, 1.0, 1.0]
    """
    if isinstance(obj, SpatialWeights):
        return obj if ids is None else obj.align(ids)
    # libpysal: W has `id_order`, Graph has `unique_ids`; both have `sparse`.
    for attribute in ("id_order", "unique_ids"):
        if hasattr(obj, attribute) and hasattr(obj, "sparse"):
            weights = _from_sparse(obj.sparse, getattr(obj, attribute))
            return weights if ids is None else weights.align(ids)
    if hasattr(obj, "tocsr"):
        return _from_sparse(obj, ids)
    if _is_labelled_square(obj):
        weights = _from_dense(obj.loc[:, obj.index].to_numpy(), obj.index)
        return weights if ids is None else weights.align(ids)
    if hasattr(obj, "collect"):
        raise InvalidInputError("an edge table must be a data frame; call .collect() first")
    if hasattr(obj, "columns") or hasattr(obj, "column_names"):
        names = [str(name) for name in getattr(obj, "column_names", None) or obj.columns]
        column = "weight" if weight is None and "weight" in names else weight
        return from_edges(obj, source=source, target=target, weight=column, ids=ids)
    if isinstance(obj, np.ndarray | list | tuple):
        return _from_dense(obj, ids)
    kind = f"{type(obj).__module__}.{type(obj).__qualname__}"
    raise InvalidInputError(
        "weights must be SpatialWeights, a libpysal W or Graph, a scipy sparse matrix, a square array or data frame, "
        f"or an edge table, not {kind}"
    )


def _arrays(weights: SpatialWeights) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.float64]]:
    return weights.indptr, weights.indices, weights.data


def make_weights(
    ids: tuple[Any, ...], indptr: NDArray[np.int64], indices: NDArray[np.uint32], data: NDArray[np.float64]
) -> SpatialWeights:
    for array in (indptr, indices, data):
        array.flags.writeable = False
    return SpatialWeights(ids=ids, indptr=indptr, indices=indices, data=data)


def _build(
    source: NDArray[np.uint32],
    target: NDArray[np.uint32],
    weight: NDArray[np.float64] | None,
    ids: tuple[Any, ...],
    symmetric: bool,
    place: str,
) -> SpatialWeights:
    """Build the rows; `place` says where a link stands in what the caller gave, with its number in braces."""
    if not ids:
        raise InvalidInputError("there are no units; spatial weights need at least one")
    try:
        rows = call(_core.weights_from_links, source, target, weight, len(ids), symmetric)
    except InvalidInputError as error:
        if error.row is None:
            raise
        message = re.sub(r"\w+\[(\d+)\]", lambda found: place.format(found[1]), str(error))
        told = InvalidInputError(f"{ids[source[error.row]]} → {ids[target[error.row]]}: {message}")
        told.name, told.row = error.name, error.row
        raise told from None
    return make_weights(ids, *rows)


def _from_sparse(matrix: Any, ids: Any) -> SpatialWeights:
    rows = matrix.tocsr().copy()
    # In scipy, entries of one cell stand for their sum.
    rows.sum_duplicates()
    units = _matrix_ids(rows.shape, ids)
    source = np.repeat(np.arange(rows.shape[0], dtype=np.uint32), np.diff(rows.indptr))
    return _build(source, rows.indices.astype(np.uint32), _floats(rows.data), units, False, "the matrix")


def _from_dense(matrix: Any, ids: Any) -> SpatialWeights:
    array = _floats(matrix)
    units = _matrix_ids(array.shape, ids)
    source, target = (end.astype(np.uint32) for end in np.nonzero(array))
    return _build(source, target, array[source, target], units, False, "the matrix")


def _floats(values: Any) -> NDArray[np.float64]:
    try:
        # Also of scipy's `todense`, which gives a matrix that stays two-dimensional however it is indexed.
        array = np.asarray(values)
        if array.dtype.kind != "c":
            return np.require(array, np.float64, ["C", "A"])
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"the weights cannot be read as numbers: {error}") from None
    raise InvalidInputError("the weights are complex numbers; spatial weights are real ones of zero or more")


def _matrix_ids(shape: tuple[int, ...], ids: Any) -> tuple[Any, ...]:
    if len(shape) != 2 or shape[0] != shape[1]:
        raise InvalidInputError(f"a matrix of weights must be square, not of shape {shape}")
    if ids is None:
        raise InvalidInputError("a matrix does not name its units; pass them in the order of its rows as ids")
    units = label_list("ids", ids)
    if len(units) != shape[0]:
        raise InvalidInputError(f"there are {len(units)} ids for {shape[0]} rows of the matrix")
    return tuple(units)


def _is_labelled_square(obj: Any) -> bool:
    if not (hasattr(obj, "index") and hasattr(obj, "loc") and getattr(obj, "ndim", 0) == 2):
        return False
    return obj.shape[0] == obj.shape[1] and set(obj.columns) == set(obj.index)


def _unlike(wanted: Sequence[Any], ids: Sequence[Any]) -> InvalidInputError:
    """Return the error that names the units which only one side has."""
    known, asked = set(ids), set(wanted)
    absent, extra = [unit for unit in wanted if unit not in known], [unit for unit in ids if unit not in asked]
    told = [f"the weights have no unit {named(absent)}"] if absent else []
    told += [f"the weights have {named(extra)}, which the data lack"] if extra else []
    is_text = {isinstance(unit, str) for unit in (*wanted[:1], *ids[:1])}
    hint = " (one side has text, the other numbers)" if len(is_text) > 1 else ""
    return InvalidInputError(
        f"{'; '.join(told)}{hint}; both must have the same units"
        + ("; ids= of from_edges names units without links" if absent and not extra else "")
    )


def label_list(name: str, ids: Any) -> list[Any]:
    """Return labels as Python objects, each of which must appear once."""
    if isinstance(ids, Labels):
        return ids.to_list()
    units = _plain(ids)
    if units is None or not all(isinstance(unit, Hashable) and not _is_missing(unit) for unit in units):
        raise InvalidInputError(f"{name} must be a sequence of labels, none of them missing")
    if len(set(units)) < len(units):
        seen: set[Any] = set()
        repeated = [unit for unit in units if unit in seen or seen.add(unit)]  # type: ignore[func-returns-value]
        raise InvalidInputError(f"{name} name {named(repeated)} more than once")
    return units


def _is_missing(unit: Any) -> bool:
    import pandas as pd

    # NaN is not itself; of pandas' NA nobody may ask whether it is.
    return unit is None or unit is pd.NA or bool(unit != unit)


def _plain(ids: Any) -> list[Any] | None:
    for method in ("tolist", "to_list", "to_pylist"):
        if hasattr(ids, method):
            listed = getattr(ids, method)()
            # A single value has none of its own.
            return listed if isinstance(listed, list) else None
    return list(ids) if isinstance(ids, Sequence) and not isinstance(ids, str) else None


def _union(ends: tuple[Labels, Labels]) -> list[Any]:
    units = {unit for labels in ends for unit in labels.to_list()}
    try:
        return sorted(units)
    except TypeError:
        names = " and ".join(repr(labels.name) for labels in ends)
        raise InvalidInputError(f"the labels in columns {names} cannot be put in order; pass ids") from None


def _positions(table: InputTable, labels: Labels, position: dict[Any, int]) -> NDArray[np.uint32]:
    distinct = labels.to_list()
    unknown = [unit for unit in distinct if unit not in position]
    if unknown:
        row = int(np.flatnonzero(labels.codes == distinct.index(unknown[0]))[0])
        raise InvalidInputError(f"column {labels.name!r} has {named(unknown)}, which ids lack (first in row {row})")
    return np.array([position[unit] for unit in distinct], dtype=np.uint32)[labels.codes]


def named(units: Sequence[Any]) -> str:
    more = len(units) - _NAMED
    return ", ".join(map(repr, units[:_NAMED])) + (f" (and {more} more)" if more > 0 else "")
