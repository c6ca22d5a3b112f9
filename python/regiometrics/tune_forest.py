"""Choosing the number of trees and of factors at each node by the out-of-bag error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._forest import features_per_node, frame_factors
from ._indicators import listed_columns
from ._input import read
from ._options import count, flag, fraction, seed_or_draw
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame
from .driver_importance import _varying
from .errors import InvalidInputError

__all__ = ["ForestTuning", "tune_forest"]


@record
class ForestTuning(Result):
    """Out-of-bag errors of forests, and the choice among them.

    Tables are frames of the caller's library.

    Attributes
    ----------
    table : frame
        One row per candidate: `max_features`; `n_trees`, the trees grown; `settled_at`, the number of trees from which
        on the error stays within the tolerance of its last value; `has_settled`, whether that is in the first half of
        the trees; `oob_mse` and `oob_r2` of all trees; `is_best`.
    curves : frame
        `max_features`, `n_trees`, `oob_mse`, `oob_r2`: the error after each tree (NaN while no row is out of bag).
    max_features : int
        The candidate with the smallest out-of-bag error.
    n_estimators : int
        Its number of trees.
    tolerance : float
        What counts as settled, relative to the last error.
    seed : int
        Seed of all draws.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    curves: Frame
    max_features: int
    n_estimators: int
    tolerance: float
    seed: int
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "tune_forest"
    _tables: ClassVar[tuple[str, ...]] = ("table", "curves")
    _shown: ClassVar[tuple[str, ...]] = ("table",)

    def _heading(self, table: str) -> str:
        return {"table": "candidates", "curves": "oob_curve"}.get(table, table)


def tune_forest(
    data: Any,
    value: Any,
    factors: Any,
    *,
    groups: Any = None,
    max_features: Any = None,
    n_estimators: int = 250,
    most_trees: int = 4000,
    tolerance: float = 0.02,
    node_size: int = 5,
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> ForestTuning:
    """Choose the number of factors drawn at each node, and of trees, by the out-of-bag error.

    For each candidate the forest starts with `n_estimators` trees, which are doubled until over the second half of the
    trees the out-of-bag error stays within `tolerance` of its last value, relative to it, or `most_trees` are grown.
    The candidate with the smallest last error is best; of equal ones the smaller number of factors. All forests share
    the draws of rows. Cost: at most twice the trees of the last forest of each candidate.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable to explain.
    factors : list of str
        The factors, as in `driver_importance`.
    groups : str or array, optional
        Group of each row, for example its region: trees draw whole groups.
    max_features : list of int, optional
        The candidates; without it 1, a sixth, a third, a half and two thirds of the factors, and all of them.
    n_estimators : int
        Trees to begin with.
    most_trees : int
        Trees to end with if the error has not settled.
    tolerance : float
        How far the error may move over the second half of the trees, relative to its last value.
    node_size : int
        A node with this many draws or fewer is a leaf.
    seed : int, optional
        Seed of all draws; drawn and recorded if absent.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.
    progress : bool
        Show a progress bar for each forest.

    Returns
    -------
    ForestTuning
        Tables `table` and `curves`, and the choice as `max_features` and `n_estimators`.

    Raises
    ------
    InvalidInputError
        As `driver_importance`; candidates out of range or listed twice; `most_trees` below `n_estimators`.

    Notes
    -----
    The out-of-bag error of the best candidate is the smallest of several and therefore slightly too small. Differences
    between neighbouring candidates are often smaller than their noise, which the curves show.

    References
    ----------
    Breiman, L. (2001). Random forests. Machine Learning 45, 5–32. https://doi.org/10.1023/A:1010933404324

    Probst, P. and Boulesteix, A.-L. (2018). To tune or not to tune the number of trees in random forest. Journal of
    Machine Learning Research 18(181), 1–18.

    Examples
    --------
    >>> import numpy as np
    >>> import regiometrics as rgm
    >>> x = np.random.default_rng(1).normal(size=(150, 6))
    >>> result = rgm.tune_forest(None, x[:, 0] + x[:, 1], x, seed=1)
    >>> result.table["max_features"].to_list(), result.max_features
    ([1, 2, 3, 4, 6], 6)
    """
    given = listed_columns(data, factors, argument="factors", one="factor")
    roles = {f"factors[{place}]": column for place, column in enumerate(given.values())}
    if data is not None and isinstance(value, str) and value in given:
        raise InvalidInputError(f"column {value!r} is the value; it cannot be a factor as well")
    table = read(data, missing=missing, value=value, groups=groups, **roles)
    response = _varying(table)
    columns = frame_factors(table, list(roles)).values
    labels = table.optional_labels("groups")
    codes, n_groups = (None, 0) if labels is None else (labels.codes, len(labels))
    start = count("n_estimators", n_estimators, least=2)
    end = count("most_trees", most_trees, least=start)
    tolerance, key = fraction("tolerance", tolerance), seed_or_draw(seed)
    node_size, progress = count("node_size", node_size, least=1), flag("progress", progress)
    names = {
        "values": tuple(given),
        "response": table.name("value"),
        "groups": "groups" if labels is None else labels.name,
    }

    def curve(n_features: int) -> tuple[Any, Any]:
        n_trees = start
        while True:
            forest = (columns, response, n_trees, n_features, node_size, codes, n_groups, True, key)
            core = call(_core.forest_fit, *forest, columns=names, progress=progress)
            if n_trees == end or settled_at(core["oob_mse"], tolerance) <= n_trees // 2:
                return core["oob_mse"], core["oob_r2"]
            n_trees = min(2 * n_trees, end)

    candidates = _candidates(max_features, len(columns))
    curves = {n_features: curve(n_features) for n_features in candidates}
    return _result(table, curves, tolerance, key)


def settled_at(errors: NDArray[np.float64], tolerance: float) -> int:
    """Return the number of trees from which on the error stays within the tolerance of its last value."""
    last = errors[-1]
    away = np.flatnonzero(~(np.abs(errors - last) <= tolerance * last))
    return 1 if len(away) == 0 else int(away[-1]) + 2


def _candidates(given: Any, n_features: int) -> list[int]:
    if given is None:
        parts = (1, n_features // 6, n_features // 3, n_features // 2, 2 * n_features // 3, n_features)
        return sorted({max(part, 1) for part in parts})
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InvalidInputError(f"max_features must be a list of candidates, not {given!r}")
    listed = [features_per_node(each, n_features) for each in given]
    repeated = next((each for place, each in enumerate(listed) if each in listed[:place]), None)
    if not listed or repeated is not None:
        what = "is empty" if not listed else f"lists {repeated} factors twice"
        raise InvalidInputError(f"max_features {what}; give each number of factors to try once")
    return listed


def _result(table: Any, curves: dict[int, tuple[Any, Any]], tolerance: float, seed: int) -> ForestTuning:
    candidates = list(curves)
    errors = [curves[each][0] for each in candidates]
    last = np.array([error[-1] for error in errors])
    least = min(range(len(candidates)), key=lambda place: (last[place], candidates[place]))
    lengths = [len(error) for error in errors]
    settled = [settled_at(error, tolerance) for error in errors]
    unsettled = [
        f"{candidate} factors: the out-of-bag error still moves by more than {tolerance:.3g} of itself over the last "
        f"half of {length} trees."
        for candidate, length, place in zip(candidates, lengths, settled, strict=True)
        if place > length // 2
    ]
    dropped = [f"{table.n_dropped} row(s) with missing values left out."] if table.n_dropped else []
    return ForestTuning(
        table=make_frame(
            table.backend,
            {
                "max_features": np.array(candidates),
                "n_trees": np.array(lengths),
                "settled_at": np.array(settled),
                "has_settled": np.array(settled) <= np.array(lengths) // 2,
                "oob_mse": last,
                "oob_r2": np.array([curves[each][1][-1] for each in candidates]),
                "is_best": np.arange(len(candidates)) == least,
            },
        ),
        curves=make_frame(
            table.backend,
            {
                "max_features": np.repeat(candidates, lengths),
                "n_trees": np.concatenate([np.arange(1, length + 1) for length in lengths]),
                "oob_mse": np.concatenate(errors),
                "oob_r2": np.concatenate([curves[each][1] for each in candidates]),
            },
        ),
        max_features=candidates[least],
        n_estimators=lengths[least],
        tolerance=tolerance,
        seed=seed,
        n_dropped=table.n_dropped,
        notes=(*unsettled, *dropped),
    )
