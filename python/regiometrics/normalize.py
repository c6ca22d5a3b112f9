"""Indicators brought to one scale and one direction."""

from __future__ import annotations

from typing import Any

from . import _core
from ._call import call
from ._indicators import read_indicators, told_constant
from ._options import amount, choice
from ._tables import Frame

__all__ = ["normalize"]

METHODS = ("minmax", "zscore", "vector", "sum")


def normalize(
    data: Any,
    columns: Any,
    *,
    directions: Any = None,
    method: str = "minmax",
    time: Any = None,
    pooled: bool = True,
    shift: float = 0.0,
    missing: str = "error",
) -> Frame:
    r"""Bring indicators of different units to one scale, larger being better.

    ===========  ==========================================  ==========================================
    method       positive indicator                          negative indicator
    ===========  ==========================================  ==========================================
    ``minmax``   :math:`(x - \min) / (\max - \min)`          :math:`(\max - x) / (\max - \min)`
    ``zscore``   :math:`(x - \bar x) / s`, s of the          :math:`(\bar x - x) / s`
                 population (divided by n)
    ``vector``   :math:`x / \sqrt{\sum x^2}`                 :math:`1 - x / \sqrt{\sum x^2}`
    ``sum``      :math:`x / \sum x`, x ≥ 0                   :math:`x^{-1} / \sum x^{-1}`, x > 0
    ===========  ==========================================  ==========================================

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    columns : list of str
        The indicators, numeric, in any units. Without `data`, a mapping of names to arrays, a list of arrays, or an
        array of rows × columns (named x1, x2, …).
    directions : mapping, series or list, optional
        "+" or "positive" where more is better, "-" or "negative" where less is: by name (others are "+"), as from a
        mapping or a pandas series with the names as index, or one for each column. Without it all are "+".
    method : {"minmax", "zscore", "vector", "sum"}
        How to normalise.
    time : str or array, optional
        Period of each row; needed for ``pooled=False``.
    pooled : bool
        True: extremes, means and sums are taken over all units and periods, so that values compare over time. False:
        over each period by itself.
    shift : float
        Added to every normalised value, zero or more; studies that take logarithms use 0.0001 to 0.01.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out with a warning.

    Returns
    -------
    frame
        The table given, with the indicators normalised; other columns, order of rows and index stay. In the library of
        the data.

    Raises
    ------
    InvalidInputError
        Text, infinite or missing values; ``sum`` of negative values, or of values that are not above zero where less
        is better; unknown columns or directions; ``pooled=False`` without `time`.

    Warns
    -----
    RegiometricsWarning
        If a column is constant (in a period, with ``pooled=False``): it becomes 0, plus the shift, by every method.

    References
    ----------
    Vafaei, N., Ribeiro, R. A. & Camarinha-Matos, L. M. (2016). Normalization techniques for multi-criteria decision
    making: analytical hierarchy process case study. IFIP AICT 470, 261–269, Table 1 (all but the z-scores).
    https://doi.org/10.1007/978-3-319-31165-4_26

    Examples
    --------
    >>> import pandas as pd
    >>> import regiometrics as rgm
    >>> data = pd.DataFrame({"city": ["a", "b", "c"], "income": [20.0, 30.0, 60.0], "smoke": [5.0, 9.0, 7.0]})
    >>> rgm.normalize(data, ["income", "smoke"], directions={"smoke": "-"})
      city  income  smoke
    0    a    0.00    1.0
    1    b    0.25    0.0
    2    c    1.00    0.5
    """
    choice("method", method, METHODS)
    indicators = read_indicators(data, columns, directions=directions, time=time, pooled=pooled, missing=missing)
    indicators.table.warn_of_dropped()
    core = call(
        _core.normalize,
        indicators.values,
        indicators.negative,
        method,
        amount("shift", shift),
        indicators.scope_codes,
        indicators.n_scopes,
        columns={"values": indicators.names},
        rows=indicators.table.positions,
        periods=indicators.scopes,
    )
    told_constant(indicators, core["constant"], "it normalises to 0")
    return indicators.replaced(core["columns"])
