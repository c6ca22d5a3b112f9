"""Values into classes: quantiles, equal, natural breaks, geometric, standard deviations, head/tail, given bounds."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import read
from ._options import choice, count
from ._record import record
from ._result import Result
from ._tables import Frame, make_frame
from .errors import RegiometricsWarning

__all__ = ["METHODS", "Classification", "class_breaks", "class_codes", "classify"]

METHODS = ("quantiles", "equal", "natural_breaks", "geometric", "std", "head_tail")

# Why a method may find fewer classes than asked for, where the values have enough distinct ones.
_REASONS = {
    "quantiles": "ties make cut points coincide",
    "std": "cut points outside the values are left out",
}


@record
class Classification(Result):
    """Values in classes.

    Attributes
    ----------
    codes : array or series of int
        Class of each value, 1 … `k`: a series of the caller's library if `values` was one, else an array.
    breaks : array of float
        Upper bounds of the classes, ascending. A class holds the values above the bound before it up to and including
        its own. The last one is the maximum, or a given bound above it.
    counts : frame
        One row per class: `class`, `lower`, `upper`, `n` (values in it). The first class includes its lower bound.
    goodness_of_fit : float
        Goodness of variance fit: 1 − (squares within classes) / (all squares), from 0 to 1; NaN if all values are
        equal.
    k : int
        Number of classes obtained.
    method : str
        How the classes were chosen; "breaks" if their bounds were given.
    values : array of float
        The values classed.
    n_dropped : int
        Missing values left out.
    notes : tuple of str
        What should be known about the numbers.
    """

    codes: Any
    breaks: NDArray[np.float64]
    counts: Frame
    goodness_of_fit: float
    k: int
    method: str
    values: NDArray[np.float64]
    n_dropped: int
    notes: tuple[str, ...]

    _method: ClassVar[str] = "classify"
    _tables: ClassVar[tuple[str, ...]] = ("counts",)
    _shown: ClassVar[tuple[str, ...]] = ("counts",)

    def _heading(self, table: str) -> str:
        return {"counts": "classes"}.get(table, table)


def classify(
    values: Any,
    *,
    k: int = 5,
    method: str = "quantiles",
    breaks: Any = None,
    missing: str = "error",
) -> Classification:
    r"""Divide values into classes.

    Classes are closed on the right: a value equal to a bound goes with the class of that bound, and ties are never
    split.

    Parameters
    ----------
    values : array or series
        The numbers to class, finite.
    k : int
        Number of classes, 2 or more. Passed over by "head_tail" and where `breaks` are given.
    method : {"quantiles", "equal", "natural_breaks", "geometric", "std", "head_tail"}
        - "quantiles": the i/k quantiles by linear interpolation (type 7 of Hyndman and Fan 1996);
        - "equal": classes of equal width;
        - "natural_breaks": the smallest sum of squares within classes, exactly (Fisher 1958; the criterion of Jenks);
          of equally good classes those with the lower bounds;
        - "geometric": bounds :math:`x_{\min} (x_{\max}/x_{\min})^{i/k}`, for values above zero (shift others first);
        - "std": bounds :math:`\bar x + (i - k/2)\,s` with the sample standard deviation s, so that an odd k has the
          mean in the middle of a class and an even k as a bound; bounds outside the values are left out;
        - "head_tail": cut at the mean, and again at the mean of the values above it as long as these are at most
          40 % (Jiang 2013); the values choose the number of classes.
    breaks : array, optional
        Upper bounds to use instead, strictly ascending; values above the last one form one more class. The classes
        stay as given, with or without values in them, so that codes of several calls can be compared.
    missing : {"error", "drop"}
        Missing values raise an error, or are left out and counted.

    Returns
    -------
    Classification
        `codes`, `breaks`, `counts`, `goodness_of_fit`, `k`.

    Raises
    ------
    InvalidInputError
        No values; text, infinite values, missing ones unless dropped; zero or less with "geometric"; `breaks` that do
        not ascend; an unknown method.

    Warns
    -----
    RegiometricsWarning
        If fewer than `k` classes hold values: for few distinct values or ties, or because a rule that does not look at
        the counts ("equal", "geometric", "std") leaves a class empty. The notes of the result say so too.

    Notes
    -----
    A bound that rounding alone keeps below a value (some 1e-15 of the range) is taken to be that value.

    Natural breaks need O(n log n + k m log m) time for m distinct values, and some ten arrays of m doubles.

    References
    ----------
    Fisher, W. D. (1958). On grouping for maximum homogeneity. Journal of the American Statistical Association 53,
    789–798. https://doi.org/10.1080/01621459.1958.10501479

    Hyndman, R. J. and Fan, Y. (1996). Sample quantiles in statistical packages. The American Statistician 50,
    361–365. https://doi.org/10.1080/00031305.1996.10473566

    Jenks, G. F. (1977). Optimal data classification for choropleth maps. Occasional Paper 2, Department of Geography,
    University of Kansas.

    Jiang, B. (2013). Head/tail breaks: a new classification scheme for data with a heavy-tailed distribution. The
    Professional Geographer 65, 482–494. https://doi.org/10.1080/00330124.2012.700499

    Examples
    --------
    >>> import regiometrics as rgm
    >>> result = rgm.classify([1.0, 2.0, 3.0, 10.0, 11.0, 30.0], k=3, method="natural_breaks")
    >>> result.breaks.tolist()
    [3.0, 11.0, 30.0]
    >>> result.codes.tolist()
    [1, 1, 1, 2, 2, 3]
    """
    choice("method", method, METHODS)
    wanted = count("k", k, least=2)
    table = read(None, missing=missing, values=values)
    name, series = table.columns["values"]
    numbers = table.numbers("values")
    bounds = None if breaks is None else read(None, breaks=breaks).numbers("breaks")
    core = call(_core.classify, numbers, method, wanted, bounds, columns={"values": name})
    how = method if breaks is None else "breaks"
    notes = tuple(_notes(core, how, wanted, table.n_dropped))
    n_classes = len(core["breaks"])
    columns = {
        "class": np.arange(1, n_classes + 1),
        "lower": core["lower"],
        "upper": core["breaks"].copy(),
        "n": core["n"],
    }
    kept = numbers.view()
    for array in (kept, core["breaks"]):
        array.flags.writeable = False
    return Classification(
        codes=_like(values, series, core["codes"].astype(np.int64) + 1),
        breaks=core["breaks"],
        counts=make_frame(series.implementation, columns),
        goodness_of_fit=core["goodness_of_fit"],
        k=n_classes,
        method=how,
        values=kept,
        n_dropped=table.n_dropped,
        notes=notes,
    )


def class_breaks(values: NDArray[np.float64], *, k: int, method: str, breaks: Any = None) -> NDArray[np.float64]:
    """Return the upper bounds of the classes, the last one the maximum or more.

    Checked floats in, for other modules. There may be fewer than `k`: it is for the caller to say so.
    """
    choice("method", method, METHODS)
    if breaks is None:
        found: NDArray[np.float64] = call(_core.class_breaks, values, method, count("k", k, least=2))
        return found
    given: NDArray[np.float64] = call(_core.classify, values, method, k, read(None, breaks=breaks).numbers("breaks"))[
        "breaks"
    ]
    return given


def class_codes(values: NDArray[np.float64], breaks: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the class of each value, counted from zero; values above the last bound go into the last class."""
    codes: NDArray[np.uint32] = call(_core.class_codes, values, breaks)
    return codes


def _like(values: Any, series: Any, codes: NDArray[np.int64]) -> Any:
    """Return the codes as a series if the values came as one."""
    import narwhals as nw

    given = nw.from_native(values, series_only=True, pass_through=True)
    if not isinstance(given, nw.Series):
        codes.flags.writeable = False
        return codes
    if series.implementation.is_pandas():
        import pandas as pd

        native = series.to_native()
        return pd.Series(codes, index=native.index, name=native.name)
    return nw.new_series(series.name, codes, backend=series.implementation).to_native()


def _notes(core: dict[str, Any], method: str, k: int, n_dropped: int) -> Iterator[str]:
    n_classes, n_distinct = len(core["breaks"]), core["n_distinct"]
    fit = core["goodness_of_fit"]
    yield (
        "All values are equal: one class, no goodness of fit."
        if np.isnan(fit)
        else f"Method {method}: goodness of variance fit {fit:.4f}."
    )
    chosen_freely = method in ("head_tail", "breaks")
    told = []
    if n_classes < k and not chosen_freely:
        few = f"the values have {n_distinct} distinct value(s)"
        why = few if n_distinct < k else _REASONS.get(method, "cut points coincide within rounding")
        told.append(f"{n_classes} of the {k} classes asked for: {why}.")
    empty = np.flatnonzero(core["n"] == 0) + 1
    if len(empty):
        told.append(f"No value falls into class {', '.join(map(str, empty[:10]))}{' …' if len(empty) > 10 else ''}.")
    if told and not chosen_freely:
        warnings.warn(" ".join(told), RegiometricsWarning, stacklevel=3)
    yield from told
    if n_dropped:
        yield f"{n_dropped} missing value(s) left out."
