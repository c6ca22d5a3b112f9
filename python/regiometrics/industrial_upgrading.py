"""Upgrading of the industrial structure."""

from __future__ import annotations

from typing import Any

from . import _core
from ._call import call
from ._indicators import read_indicators
from ._tables import Frame
from .errors import InvalidInputError

__all__ = ["industrial_upgrading"]


def industrial_upgrading(data: Any, columns: Any, *, missing: str = "error") -> Frame:
    r"""Measure how far an economy has moved from its first sector to its last.

    With :math:`\theta_j` the angle between the vector of sector shares and the j-th unit vector,

    .. math::

        \cos \theta_j = \frac{x_j}{\sqrt{\sum_i x_i^2}},\qquad
        W = \sum_{k=1}^{K} \sum_{j=1}^{k} \theta_j = \sum_{j=1}^{K} (K - j + 1)\, \theta_j

    For the usual three sectors W is 3π/2 where all is primary, 2π where all is secondary, 5π/2 where all is tertiary.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if `columns` holds arrays.
    columns : list of str
        The sectors from first to last (primary, secondary, tertiary), as shares, percentages or values: angles do not
        depend on the scale. Zero or more. Two sectors or more; the source has three. Without `data`, a mapping of names
        to arrays, a list of arrays, or an array of rows × columns.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out with a warning.

    Returns
    -------
    frame
        The table given and a last column `upgrading`, in radians. In the library of the data.

    Raises
    ------
    InvalidInputError
        Negative values; a row of zeros; fewer than two sectors; text, infinite or missing values; unknown columns; a
        column of the data called "upgrading".

    Notes
    -----
    Angles come from both legs of the triangle, since the arc cosine loses half the digits near a corner. W depends on
    the order of the sectors, and for other structures than the corners it is no average of the shares.

    References
    ----------
    付凌晖 (Fu, L.) (2010). 我国产业结构高级化与经济增长关系的实证研究. 统计研究 (Statistical Research) 27(8), 79–81.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> sectors = {"primary": [1.0, 0.0, 0.0], "secondary": [0.0, 1.0, 0.0], "tertiary": [0.0, 0.0, 1.0]}
    >>> rgm.industrial_upgrading(None, sectors)["upgrading"].round(4).to_list()
    [4.7124, 6.2832, 7.854]
    """
    indicators = read_indicators(data, columns, missing=missing)
    if len(indicators.names) < 2:
        raise InvalidInputError("a structure needs two sectors or more; columns names one")
    indicators.refuse_clashes("upgrading", keeps_indicators=True)
    indicators.table.warn_of_dropped()
    upgrading = call(
        _core.industrial_upgrading,
        indicators.values,
        columns={"values": indicators.names},
        rows=indicators.table.positions,
    )
    return indicators.extended({"upgrading": upgrading})
