"""Importance of the drivers of a variable, from a random forest, with p-values."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._forest import FactorFrame, features_per_node, frame_factors
from ._indicators import listed_columns
from ._input import InputTable, read
from ._labels import Labels
from ._options import count, flag, seed_or_draw
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame, to_pandas
from .errors import InvalidInputError, RegiometricsWarning
from .random_forest import RandomForestRegressor

__all__ = ["DriverImportance", "driver_importance"]

_P_VALUES = ("p_inc_mse", "p_inc_mse_scaled", "p_inc_node_purity")


@record
class DriverImportance(Result):
    """Importance of every factor, and the forest behind it.

    Tables are frames of the caller's library.

    Attributes
    ----------
    table : frame
        One row per factor, in the order given: `factor`; `inc_mse`, the rise of the out-of-bag mean squared error when
        the factor is permuted, mean over trees; `inc_mse_se`, its standard error over trees; `inc_mse_scaled`, the one
        over the other (R's %IncMSE); `inc_node_purity`, the decrease of the sum of squares by splits on the factor,
        mean over trees; `p_inc_mse`, `p_inc_mse_scaled`, `p_inc_node_purity` (only with `permutations`); `rank` by
        `inc_mse`, 1 for the largest.
    oob_curve : frame
        `n_trees`, `oob_mse`, `oob_r2`: out-of-bag error and R² after so many trees (NaN while no row is out
        of bag).
    oob_r2, oob_mse : float
        The last of each.
    oob_mse_rows : float or None
        With `groups`, the out-of-bag error of a forest that draws single rows instead: what one would report without
        noticing that rows of one group are alike.
    model : RandomForestRegressor
        The forest, for predictions and partial dependence.
    permutations : int
        Forests on permuted responses behind the p-values.
    exact : bool
        Whether `inc_mse` is the expectation over all permutations.
    seed : int
        Seed of all draws.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    table: Frame
    oob_curve: Frame
    oob_r2: float
    oob_mse: float
    oob_mse_rows: float | None
    model: RandomForestRegressor
    permutations: int
    exact: bool
    seed: int
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "driver_importance"
    _tables: ClassVar[tuple[str, ...]] = ("table", "oob_curve")
    _shown: ClassVar[tuple[str, ...]] = ("table",)

    def _heading(self, table: str) -> str:
        return {"table": "importance"}.get(table, table)


def driver_importance(
    data: Any,
    value: Any,
    factors: Any,
    *,
    groups: Any = None,
    n_estimators: int = 500,
    max_features: int | float | None = None,
    node_size: int = 5,
    permutations: int = 0,
    exact: bool = False,
    seed: int | None = None,
    missing: str = "error",
    progress: bool = False,
) -> DriverImportance:
    r"""Measure which factors drive a variable: %IncMSE and IncNodePurity of a random forest, with p-values.

    With :math:`\delta_t` the rise of the out-of-bag mean squared error of tree t when a factor is permuted among its
    out-of-bag rows, and sd dividing by T,

    .. math::

        \text{inc_mse} = \frac{1}{T} \sum_t \delta_t,\quad
        \text{inc_mse_se} = \frac{\text{sd}(\delta)}{\sqrt{T}},\quad
        \text{inc_mse_scaled} = \frac{\text{inc_mse}}{\text{inc_mse_se}}, \\
        p = \frac{\#\{\text{null} \ge \text{observed}\} + 1}{R + 1}

    The null forests are grown on permuted responses, with the same draws of rows, seeds of trees and permutations of
    factors (Altmann et al. 2010). Cost: (R + 1) T trees of O(n log n · max_features), and a walk for each out-of-bag
    row.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable to explain, in any unit.
    factors : list of str
        The factors, in any units: numbers, or ordered categories, which enter as codes. Without `data`, a mapping of
        names to arrays, a list of arrays, or an array of rows × factors (named x1, x2, …).
    groups : str or array, optional
        Group of each row, for example its region. Trees then draw whole groups, since rows of one region are not
        independent, and responses are permuted inside groups; the result says how much the out-of-bag error changes.
    n_estimators : int
        Number of trees.
    max_features : int, float or None
        Factors drawn at each node: a number, a fraction of the factors, or None for a third of them, at least one.
    node_size : int
        A node with this many draws or fewer is a leaf; the root is always split.
    permutations : int
        Permuted responses R behind the p-values; 0 for none, 999 or so for p-values to 0.001.
    exact : bool
        Replace the one random permutation per tree and factor by the mean over all of them, which has no noise of its
        own: each out-of-bag row receives the value of every out-of-bag row of the tree, itself included.
    seed : int, optional
        Seed of all draws; drawn and recorded if absent. Same seed, same numbers, for any number of threads.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.
    progress : bool
        Show a progress bar, in trees.

    Returns
    -------
    DriverImportance
        Tables `table` and `oob_curve`, and the forest as `model`.

    Raises
    ------
    InvalidInputError
        A constant variable; fewer than two rows or groups; text, categories without an order, infinite or missing
        values; unknown columns; a factor listed twice or equal to the value; options out of range; `permutations` with
        groups of one row each.

    Warns
    -----
    RegiometricsWarning
        If a factor is constant, if no node but the root can be split, or if rows repeat each other.

    Notes
    -----
    The semantics are those of R's randomForest 4.7 with importance=TRUE; see `RandomForestRegressor`. Where the
    standard error is zero (a factor that is never used, a single tree) `inc_mse_scaled` is `inc_mse`, as there. Trees
    that drew every row have no out-of-bag error and are not counted.

    A p-value tests that the variable does not depend on any factor (within groups, with `groups`), judged by one
    factor's importance. A factor correlated with an important one shares its importance. Rows that repeat each other
    fall in and out of bag at the same time, and make out-of-bag errors too small; `groups` that hold the copies
    together undo it.

    References
    ----------
    Breiman, L. (2001). Random forests. Machine Learning 45, 5–32. https://doi.org/10.1023/A:1010933404324

    Altmann, A., Toloşi, L., Sander, O. and Lengauer, T. (2010). Permutation importance: a corrected feature importance
    measure. Bioinformatics 26, 1340–1347. https://doi.org/10.1093/bioinformatics/btq134

    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in Genetics
    and Molecular Biology 9(1), 39. https://doi.org/10.2202/1544-6115.1585

    Examples
    --------
    >>> import numpy as np
    >>> import regiometrics as rgm
    >>> draw = np.random.default_rng(1)
    >>> factors = {"income": draw.normal(size=120), "area": draw.normal(size=120)}
    >>> value = 3.0 * factors["income"] + draw.normal(size=120)
    >>> result = rgm.driver_importance(None, value, factors, n_estimators=200, permutations=19, seed=1)
    >>> result.table[["factor", "p_inc_mse", "rank"]].values.tolist()
    [['income', 0.05, 1], ['area', 0.55, 2]]
    """
    given = listed_columns(data, factors, argument="factors", one="factor")
    roles = {f"factors[{place}]": column for place, column in enumerate(given.values())}
    if data is not None and isinstance(value, str) and value in given:
        raise InvalidInputError(f"column {value!r} is the value; it cannot be a factor as well")
    table = read(data, missing=missing, value=value, groups=groups, **roles)
    response = _varying(table)
    found = frame_factors(table, list(roles))
    found = FactorFrame(names=tuple(given), values=found.values, categories=found.categories)
    labels = table.optional_labels("groups")
    key, permutations = seed_or_draw(seed), count("permutations", permutations, most=10**6)
    forest = (
        found.values,
        response,
        count("n_estimators", n_estimators, least=1),
        features_per_node(max_features, len(found.values)),
        count("node_size", node_size, least=1),
    )
    codes, n_groups = (None, 0) if labels is None else (labels.codes, len(labels))
    told = {"values": found.names, "response": table.name("value")}
    words: Any = {"columns": told | ({"groups": table.name("groups")} if labels else {})}
    core = call(
        _core.driver_importance,
        *forest,
        codes,
        n_groups,
        permutations,
        flag("exact", exact),
        key,
        progress=flag("progress", progress),
        **words,
    )
    by_rows = None if labels is None else call(_core.forest_fit, *forest, None, 0, True, key)["oob_mse"][-1]
    model = RandomForestRegressor(n_estimators, max_features=max_features, node_size=node_size, random_state=key)
    model._take(found.names, found.categories, core, key, (codes, n_groups))
    notes = [
        *_told(response, found, node_size),
        *_about_groups(labels, core["oob_mse"][-1], by_rows),
        *([f"{table.n_dropped} row(s) with missing values left out."] if table.n_dropped else []),
    ]
    return DriverImportance(
        table=make_frame(table.backend, _columns(found.names, core)),
        oob_curve=make_frame(
            table.backend,
            {"n_trees": np.arange(1, n_estimators + 1), "oob_mse": core["oob_mse"], "oob_r2": core["oob_r2"]},
        ),
        oob_r2=float(core["oob_r2"][-1]),
        oob_mse=float(core["oob_mse"][-1]),
        oob_mse_rows=None if by_rows is None else float(by_rows),
        model=model,
        permutations=permutations,
        exact=flag("exact", exact),
        seed=key,
        n_dropped=table.n_dropped,
        notes=tuple(notes),
    )


def _columns(names: tuple[str, ...], core: dict[str, Any]) -> dict[str, Any]:
    measures = ("inc_mse", "inc_mse_se", "inc_mse_scaled", "inc_node_purity")
    importance = core["inc_mse"]
    rank = 1 + (importance[None, :] > importance[:, None]).sum(axis=1)
    return {
        "factor": np.array(names, dtype=object),
        **{name: core[name] for name in (*measures, *_P_VALUES) if name in core},
        "rank": rank.astype(np.int64),
    }


def _varying(table: InputTable) -> NDArray[np.float64]:
    """Return the response, which must vary."""
    response = table.numbers("value")
    if len(response) < 2:
        raise InvalidInputError("there is one row; a forest needs two rows or more")
    if response.min() == response.max():
        raise InvalidInputError(f"column {table.name('value')!r} is constant; there is nothing to explain")
    return response


def _told(response: NDArray[np.float64], found: FactorFrame, node_size: int) -> list[str]:
    """Warn, at the line that called the method, of what makes importance mean less, and return the sentences."""
    import pandas as pd

    notes = [
        f"column {name!r} is constant: no tree can be split on it."
        for name, values in zip(found.names, found.values, strict=True)
        if values.min() == values.max()
    ]
    if len(response) <= node_size:
        notes.append(f"{len(response)} rows are no more than node_size ({node_size}): only roots are split.")
    rows = pd.DataFrame(dict(enumerate([response, *found.values])), copy=False)
    n_repeated = int(rows.duplicated().sum())
    if n_repeated:
        notes.append(
            f"{n_repeated} row(s) repeat another one in the value and all factors: out-of-bag errors are too small; "
            "give groups that hold the copies together."
        )
    for note in notes:
        warnings.warn(note, RegiometricsWarning, stacklevel=3)
    return notes


def _about_groups(labels: Labels | None, by_groups: float, by_rows: float | None) -> list[str]:
    # Squares of the smallest numbers are zero.
    if labels is None or by_rows is None or not by_rows > 0.0:
        return []
    return [
        f"Trees draw whole groups ({labels.name}): the out-of-bag mean squared error is {by_groups:.4g}, "
        f"{by_groups / by_rows:.2f} times the {by_rows:.4g} of a forest that draws single rows."
    ]


def stars(p_values: Any) -> list[str]:
    """Return the stars of p-values: *** below 0.001 … of the usual levels 0.01, 0.05 and 0.1."""
    levels = ((0.01, "***"), (0.05, "**"), (0.1, "*"))
    return [next((mark for level, mark in levels if p <= level), "") for p in p_values]


def ordered(result: DriverImportance, measure: str) -> Any:
    """Return the main table as a pandas frame, the largest `measure` first."""
    return to_pandas(result.table).sort_values(measure, ascending=False, kind="stable")
