"""Consistency of two rankings."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from ._call import call
from ._input import read
from ._options import count, flag
from ._tables import Frame, make_frame, unite

__all__ = ["rank_consistency"]

# In the order of the kernel's codes.
_TYPES = np.array(["leading", "synchronous", "lagging"])
_CONSISTENCY = np.array(["low", "high"])


def rank_consistency(
    data: Any,
    a: Any,
    b: Any,
    *,
    unit: Any,
    time: Any = None,
    ascending: bool = False,
    tolerance: int = 3,
    missing: str = "error",
) -> Frame:
    """Rank the units by two variables and say which ranking is ahead, and whether the two agree.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    a, b : str or array
        The variables to rank. Equal values share the best rank, as in competitions.
    unit : str or array
        Unit of each row.
    time : str or array, optional
        Period of each row; each is ranked by itself.
    ascending : bool
        False: the largest value has rank 1. True: the smallest; so also for columns that hold ranks already.
    tolerance : int
        Consistency is high if the ranks differ by no more than this.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out with a warning that counts them.

    Returns
    -------
    frame
        The columns of `time` and `unit` under their own names, sorted; `rank_a`, `rank_b`;
        `difference` = rank_a − rank_b; `type`: "leading" if `a` is ahead (difference below 0), "synchronous",
        "lagging"; `consistency`: "high" or "low". In the library of the data.

    Raises
    ------
    InvalidInputError
        Repeated unit-periods, missing or infinite values, text.

    References
    ----------
    王家庭、齐嘉瀚、王浩然 (2025). 新质生产力背景下中国人工智能发展的时空格局与驱动因素. 区域经济评论 (Regional
    Economic Review) 2025(3), Table 6.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> ranks = rgm.datasets.load_ai_gdp_ranks()
    >>> table = rgm.rank_consistency(ranks, "ai_rank", "gdp_per_capita_rank", unit="province_en", ascending=True)
    >>> table.loc[table["province_en"] == "Hainan", ["difference", "type", "consistency"]].values.tolist()
    [[-19, 'leading', 'low']]
    """
    limit, ascending = count("tolerance", tolerance), flag("ascending", ascending)
    table = read(data, missing=missing, a=a, b=b, unit=unit, time=time)
    table.warn_of_dropped()
    table.refuse_duplicates("time", "unit")
    units, cells = table.labels("unit"), table.keys("time")
    core = call(
        _core.rank_consistency,
        table.numbers("a"),
        table.numbers("b"),
        cells.codes,
        len(cells),
        ascending,
        limit,
        columns=table.names(a="a", b="b"),
    )
    order = np.lexsort((units.codes, cells.codes))
    columns = unite(
        cells.columns(cells.codes[order]),
        {units.name: units.take(units.codes[order])},
        {
            "rank_a": core["rank_a"][order],
            "rank_b": core["rank_b"][order],
            "difference": core["difference"][order],
            "type": _TYPES[core["kind"][order]],
            "consistency": _CONSISTENCY[core["is_high"][order].astype(np.int64)],
        },
    )
    return make_frame(table.backend, columns)
