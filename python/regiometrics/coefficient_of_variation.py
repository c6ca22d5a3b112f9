"""The coefficient of variation."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from ._call import call
from ._input import read
from ._options import flag
from ._tables import Frame, make_frame, unite
from .errors import InvalidInputError

__all__ = ["coefficient_of_variation"]


def coefficient_of_variation(
    data: Any,
    value: Any,
    *,
    group: Any = None,
    time: Any = None,
    weight: Any = None,
    unit: Any = None,
    sample: bool = False,
    missing: str = "error",
) -> Frame:
    r"""Measure the spread of units relative to their mean, in each period and group.

    .. math::

        V = \frac{s}{\bar y},\qquad
        \bar y = \frac{\sum_i w_i y_i}{\sum_i w_i},\qquad
        s^2 = \frac{\sum_i w_i (y_i - \bar y)^2}{\sum_i w_i}

    Weighted by population, with y per head, this is Williamson's index :math:`V_w`. Falling over time it is called
    σ-convergence.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable, per head where `weight` is population; its mean must be above zero.
    group : str or array, optional
        Group of each row (region); each is measured by itself.
    time : str or array, optional
        Period of each row; each is measured by itself.
    weight : str or array, optional
        Weight of each row, for example population; zero or more. Rows of weight zero do not count.
    unit : str or array, optional
        Region of each row. With it, a region that appears twice in a period and group is an error.
    sample : bool
        False: the variance of the population, divided by n (or the sum of weights). True: that of a sample, divided by
        n − 1, as spreadsheets' STDEV; without weights only. A single unit then has NaN.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out with a warning.

    Returns
    -------
    frame
        The columns of `time` and `group` under their own names, sorted; `n` (units), `mean`, `standard_deviation`,
        `coefficient_of_variation` as a fraction (0.2 is 20 %). In the library of the data.

    Raises
    ------
    InvalidInputError
        A mean of zero or less; text, infinite or missing values; negative weights, or a cell without a positive one;
        `sample` together with `weight`.

    References
    ----------
    Williamson, J. G. (1965). Regional inequality and the process of national development: a description of the
    patterns. Economic Development and Cultural Change 13(4, part 2), 1–84. https://doi.org/10.1086/450136

    Examples
    --------
    The mean of 2, 4 and 6 is 4, the variance 8/3.

    >>> import regiometrics as rgm
    >>> rgm.coefficient_of_variation(None, [2.0, 4.0, 6.0]).round(4).values.tolist()
    [[3.0, 4.0, 1.633, 0.4082]]
    >>> rgm.coefficient_of_variation(None, [2.0, 4.0, 6.0], sample=True).round(4).values.tolist()
    [[3.0, 4.0, 2.0, 0.5]]
    """
    sample = flag("sample", sample)
    if sample and weight is not None:
        raise InvalidInputError("sample=True divides by n − 1 and takes no weights; leave one of the two out")
    table = read(data, missing=missing, value=value, group=group, time=time, weight=weight, unit=unit)
    if unit is not None:
        table.refuse_duplicates("unit", "time", "group")
    table.warn_of_dropped()
    cells = table.keys("time", "group")
    core = call(
        _core.coefficient_of_variation,
        table.numbers("value"),
        table.optional_numbers("weight"),
        cells.codes,
        len(cells),
        sample,
        columns=table.names(values="value", weights="weight"),
        rows=table.positions,
        periods=cells,
    )
    measures = ("n", "mean", "standard_deviation", "coefficient_of_variation")
    keys = cells.columns(np.arange(len(cells)))
    return make_frame(table.backend, unite(keys, {name: core[name] for name in measures}))
