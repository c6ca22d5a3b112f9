"""Shares of a total, and levels relative to a reference unit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import InputTable, numbered, read
from ._labels import Keys
from ._options import shown
from ._tables import Frame, make_frame, unite
from .errors import InvalidInputError

__all__ = ["share"]


def share(
    data: Any,
    value: Any,
    *,
    unit: Any,
    time: Any = None,
    by: Any = None,
    total: Any = None,
    missing: str = "error",
) -> Frame:
    """Divide each unit's value by the total of its period, or by the value of a reference unit.

    With a total that the units add up to (GDP) the result is a share; with a reference that they do not (GDP per
    head of the nation) it is a level relative to the reference.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable.
    unit : str or array
        Unit of each row (province, area).
    time : str or array, optional
        Period of each row.
    by : str or list of str or array, optional
        Further columns inside which totals are taken, for example the indicator in a long table.
    total : label, optional
        The unit to divide by, for example "nation"; it is left out of the result. Without it, the sum of the units.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out with a warning that counts them.

    Returns
    -------
    frame
        The columns of `by`, `time` and `unit` under their own names, sorted; the value; `total`; `share` as a
        fraction (0.54 is 54 %). In the library of the data.

    Raises
    ------
    InvalidInputError
        Repeated unit-periods; a period without the reference unit; a total of zero, or so near it that a share is no
        double; a column of `data` with the name of a result column.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> table = rgm.share(None, [30.0, 10.0], unit=["coastal", "inland"])
    >>> table["share"].to_list()
    [0.75, 0.25]
    """
    inside = numbered(data, "by", by)
    table = read(data, missing=missing, value=value, unit=unit, time=time, **inside)
    table.warn_of_dropped()
    values, units = table.numbers("value"), table.labels("unit")
    table.refuse_duplicates(*inside, "time", "unit")
    cells = table.keys(*inside, "time")
    words: Any = {"columns": table.names(values="value"), "periods": cells}
    if total is None:
        totals = call(_core.totals, values, cells.codes, len(cells), **words)
        rows = np.arange(table.n_rows)
    else:
        is_total = _is_total(table, total)
        totals = _reference(values, cells, is_total, total)
        rows = np.flatnonzero(~is_total)
    rows = rows[np.lexsort((units.codes[rows], cells.codes[rows]))]
    cell_of_row = cells.codes[rows]
    shares = call(_core.share, values[rows], cell_of_row, totals, **words)
    columns = unite(
        cells.columns(cell_of_row),
        {units.name: units.take(units.codes[rows])},
        {table.name("value"): values[rows]},
        {"total": totals[cell_of_row], "share": shares},
    )
    return make_frame(table.backend, columns)


def _is_total(table: InputTable, total: Any) -> NDArray[np.bool_]:
    units = table.labels("unit")
    code = units.find(total)
    if code is None:
        there = ", ".join(map(repr, units.to_list()[:10]))
        raise InvalidInputError(f"column {units.name!r} has no {shown(total)} to divide by; there is {there}")
    return np.equal(units.codes, code)


def _reference(
    values: NDArray[np.float64], cells: Keys, is_total: NDArray[np.bool_], total: Any
) -> NDArray[np.float64]:
    reference = np.full(len(cells), np.nan)
    reference[cells.codes[is_total]] = values[is_total]
    absent = np.flatnonzero(np.isnan(reference))
    if len(absent):
        raise InvalidInputError(f"there is no row of {total!r} for {cells.name} = {cells.item(int(absent[0]))}")
    return reference
