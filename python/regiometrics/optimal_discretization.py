"""The classes of continuous factors that account for most of the variance of an outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import read
from ._labels import Labels
from ._options import choice, count, flag
from ._parts import whole
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame
from .classify import METHODS
from .errors import InvalidInputError

__all__ = ["OptimalDiscretization", "optimal_discretization"]

# Head/tail breaks choose the number of classes themselves.
_METHODS = METHODS[:-1]


@record
class OptimalDiscretization(Result):
    """The best classes of every factor, and all that were tried.

    Pass it to `geodetector(discretize=...)`. The column `time` is there where classes were sought for every period.

    Attributes
    ----------
    best : frame
        One row per factor: `factor`, `method`, `k`, `n_classes` (obtained; fewer than k for ties or few distinct
        values), `q`.
    table : frame
        The same for every method and k, and `n_classes` 0 and q missing where a method does not take the values.
    breaks : frame
        Of the best classes: `factor`, `stratum` (number of the class), `upper` (its upper bound).
    bounds : mapping
        The best upper bounds by factor: an array, or by period label an array.
    notes : tuple of str
        What should be known about the numbers.
    n_dropped : int
        Rows left out because a value was missing.
    """

    best: Frame
    table: Frame
    breaks: Frame
    bounds: Mapping[str, Any]
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "optimal_discretization"
    _tables: ClassVar[tuple[str, ...]] = ("best", "table", "breaks")
    _shown: ClassVar[tuple[str, ...]] = ("best", "breaks")
    _states: ClassVar[tuple[str, ...]] = ("method",)

    def _heading(self, table: str) -> str:
        return {"best": "best_classes", "table": "all_classes", "breaks": "class_bounds"}[table]


def optimal_discretization(
    data: Any,
    value: Any,
    factors: Any,
    *,
    methods: Sequence[str] = _METHODS,
    k: Any = range(3, 9),
    time: Any = None,
    pooled: bool = True,
    missing: str = "error",
    progress: bool = False,
) -> OptimalDiscretization:
    """Find the method and number of classes that maximise q of the geographic detector (Song et al. 2020).

    Every factor is classed by every method with every number of classes, and q is computed for each: one sort per
    factor, exact natural breaks, and O(k log n) for each choice.

    Parameters
    ----------
    data : data frame, Dataset or None
        As in `geodetector`; in one piece.
    value : str or array
        The outcome, finite.
    factors : str or list of str, or mapping from names to arrays
        Continuous factors, finite.
    methods : list of str
        Of "quantiles", "equal", "natural_breaks", "geometric", "std"; see `classify`.
    k : int or iterable of int
        Numbers of classes, each 2 or more.
    time : str or array, optional
        Period of each row.
    pooled : bool
        One choice for all periods, with bounds from the values of all of them and the mean of the q of the periods as
        the criterion; or one choice for each period.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.
    progress : bool
        Show a progress bar.

    Returns
    -------
    OptimalDiscretization
        `best`, `table`, `breaks`; accepted by `geodetector(discretize=...)`.

    Raises
    ------
    InvalidInputError
        Text, missing values unless dropped, infinite ones, an outcome that is constant in a period, unknown methods.

    Notes
    -----
    Of equal q the choice with fewer classes is best, then the method named first. Since q hardly ever falls as
    classes become more, the largest k is often chosen, and q of classes that were chosen for it is too large: look at
    the plot of q against k, and take the k from which it hardly rises. Geometric bounds need values above zero;
    factors with others are classed by the other methods.

    Memory: for each factor at work some ten arrays of its length (natural breaks); above 10⁶ rows one factor at a time.

    References
    ----------
    Song, Y., Wang, J., Ge, Y. and Xu, C. (2020). An optimal parameters-based geographical detector model enhances
    geographic characteristics of explanatory variables for spatial heterogeneity analysis. GIScience & Remote Sensing
    57, 593–610. https://doi.org/10.1080/15481603.2020.1760434

    Examples
    --------
    >>> import regiometrics as rgm
    >>> y, x = [1.0, 1.2, 0.9, 5.0, 5.1, 9.0, 9.3, 9.1], [0.1, 0.2, 0.3, 2.0, 2.2, 7.0, 7.5, 8.0]
    >>> found = rgm.optimal_discretization(None, y, {"x": x}, k=[2, 3])
    >>> print(found.best.round(4).to_string(index=False))
    factor    method  k  n_classes     q
         x quantiles  3          3 0.999
    >>> rgm.geodetector(None, y, {"x": x}, discretize=found).factor["q"].round(4).tolist()
    [0.999]
    """
    given = methods if isinstance(methods, list | tuple) else [methods]
    names = [choice("methods", name, _METHODS) for name in given]
    numbers = _numbers_of_classes(k)
    if not names:
        raise InvalidInputError("methods must name one method or more")
    frame, columns = whole(data, value, factors, time)
    if len(columns.outcomes) != 1:
        raise InvalidInputError("classes are sought for one outcome; call once for each")
    roles = {f"factor{position}": name for position, name in enumerate(columns.factors)}
    rows = read(frame, missing=missing, value=columns.outcomes[0], **roles, time=columns.time)
    periods = rows.optional_labels("time")
    pooled = flag("pooled", pooled) or periods is None
    core = call(
        _core.optimal_discretization,
        rows.numbers("value"),
        [rows.numbers(role) for role in roles],
        None if periods is None else periods.codes,
        1 if periods is None else len(periods),
        pooled,
        names,
        numbers,
        columns={"values": columns.outcomes[0], "factor": list(columns.factors)},
        periods=periods,
        progress=progress,
    )
    scopes = None if pooled else periods
    best = np.array(core["best"], dtype=np.int64)
    return OptimalDiscretization(
        best=_choices(rows.backend, core, columns.factors, names, scopes, best),
        table=_choices(rows.backend, core, columns.factors, names, scopes, np.arange(len(core["q"]))),
        breaks=_breaks(rows.backend, core, columns.factors, scopes, best),
        bounds=_bounds(core, columns.factors, scopes, best),
        n_dropped=rows.n_dropped,
        notes=tuple(_notes(core, columns.factors, names, rows.n_dropped)),
    )


def _numbers_of_classes(k: Any) -> list[int]:
    try:
        given = list(k)
    except TypeError:
        given = [k]
    numbers = [count("k", each, least=2) for each in given]
    if not numbers:
        raise InvalidInputError("k must hold one number of classes or more")
    return sorted(set(numbers))


def _choices(
    backend: Any,
    core: dict[str, Any],
    factors: Sequence[str],
    methods: Sequence[str],
    scopes: Labels | None,
    rows: NDArray[np.int64],
) -> Frame:
    time = {} if scopes is None else {"time": scopes.take(core["scope"][rows])}
    columns = {
        "factor": np.array(factors)[core["factor"][rows]],
        "method": np.array(methods)[core["method"][rows]],
        "k": core["k"][rows].astype(np.int64),
        "n_classes": core["n_classes"][rows].astype(np.int64),
        "q": core["q"][rows],
    }
    return make_frame(backend, time | columns)


def _breaks(
    backend: Any, core: dict[str, Any], factors: Sequence[str], scopes: Labels | None, rows: NDArray[np.int64]
) -> Frame:
    upper = [core["breaks"][row] for row in rows]
    repeated = np.repeat(rows, [len(each) for each in upper])
    time = {} if scopes is None else {"time": scopes.take(core["scope"][repeated])}
    columns = {
        "factor": np.array(factors)[core["factor"][repeated]],
        "stratum": np.concatenate([np.arange(1, len(each) + 1) for each in upper]).astype(str),
        "upper": np.concatenate(upper),
    }
    return make_frame(backend, time | columns)


def _bounds(
    core: dict[str, Any], factors: Sequence[str], scopes: Labels | None, rows: NDArray[np.int64]
) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    labels = None if scopes is None else scopes.to_list()
    for row in rows:
        name, upper = factors[core["factor"][row]], core["breaks"][row]
        upper.flags.writeable = False
        if labels is None:
            bounds[name] = upper
        else:
            bounds.setdefault(name, {})[labels[core["scope"][row]]] = upper
    return bounds


def _notes(core: dict[str, Any], factors: Sequence[str], methods: Sequence[str], n_dropped: int) -> list[str]:
    notes = ["q of classes that were chosen for their q is too large; see how it rises with k."]
    refused = sorted({(int(code), int(method)) for code, method in _where(core, np.isnan(core["q"]))})
    if refused:
        told = ", ".join(f"{factors[code]} ({methods[method]})" for code, method in refused)
        notes.append(f"Not tried, since the method needs values above zero: {told}.")
    one = sorted({int(core["factor"][row]) for row in core["best"] if core["n_classes"][row] < 2})
    if one:
        notes.append(f"One class only, since all values are equal: {', '.join(factors[code] for code in one)}.")
    if n_dropped:
        notes.append(f"{n_dropped} row(s) with missing values left out.")
    return notes


def _where(core: dict[str, Any], mask: NDArray[np.bool_]) -> Any:
    return zip(core["factor"][mask], core["method"][mask], strict=True)
