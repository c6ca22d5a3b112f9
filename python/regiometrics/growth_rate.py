"""Average annual growth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._input import numbered, read
from ._labels import Keys, Labels, place_of
from ._options import shown
from ._tables import Frame, make_frame, unite
from .errors import InvalidInputError

__all__ = ["growth_rate"]


def growth_rate(
    data: Any,
    value: Any,
    *,
    time: Any,
    unit: Any = None,
    periods: Sequence[tuple[Any, Any]] | str | None = None,
    missing: str = "error",
) -> Frame:
    r"""Compute average annual growth, :math:`(y_{end} / y_{start})^{1/years} - 1`.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    value : str or array
        The variable; above zero in every period that is compared.
    time : str or array
        Year of each row, as a number or a date (of which the year counts).
    unit : str or list of str or array, optional
        Column, or columns, that tell the series apart. Without it the data are one series.
    periods : list of (start, end), or "each", optional
        The spans, for example ``[(2016, 2020), (2021, 2023)]``; "each" takes every period to the next one there is.
        Without it, the first period to the last.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out with a warning that counts them.

    Returns
    -------
    frame
        The unit columns; `start`, `end`, `years`; `value_start`, `value_end`; `growth_rate` as a fraction per year
        (0.05 is 5 %). One row per unit and span, in the library of the data.

    Raises
    ------
    InvalidInputError
        A unit without a row, or with a value of zero or less, at the start or end of a span; a span that does not
        go forward in time; repeated unit-periods; times that are not years.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> table = rgm.growth_rate(None, [100.0, 110.0, 121.0], time=[2020, 2021, 2022])
    >>> float(table["growth_rate"].round(6).iloc[0])
    0.1
    """
    units = numbered(data, "unit", unit)
    table = read(data, missing=missing, value=value, time=time, **units)
    table.warn_of_dropped()
    values, times = table.numbers("value"), table.labels("time")
    keys = table.keys(*units)
    table.refuse_duplicates(*units, "time")
    spans = _spans(times, _years(times), periods)
    starts, ends = (np.array([span[side] for span in spans]) for side in (0, 1))
    # Only the periods that some span starts or ends in take room.
    read_periods, column = np.unique(np.concatenate([starts, ends]), return_inverse=True)
    first, last = column[: len(spans)], column[len(spans) :]
    # The numbers, and as many rates of growth.
    _core.foresee_panel(len(keys), len(read_periods), 16)
    panel = np.full((len(keys), len(read_periods)), np.nan)
    is_read = np.isin(times.codes, read_periods)
    panel[keys.codes[is_read], np.searchsorted(read_periods, times.codes[is_read])] = values[is_read]
    for position, period in enumerate(read_periods):
        _check(panel[:, position], keys, times, int(period), table.name("value"))
    lengths = [length for _, _, length in spans]
    growth = call(_core.growth_rate, panel, list(zip(first.tolist(), last.tolist(), lengths, strict=True)))
    if not np.isfinite(growth).all():
        raise InvalidInputError(
            f"column {table.name('value')!r} grows beyond double precision from one period to another"
        )
    unit_of_row, span_of_row = (index.ravel() for index in np.indices(growth.shape))
    columns = unite(
        keys.columns(unit_of_row),
        {
            "start": times.take(starts[span_of_row]),
            "end": times.take(ends[span_of_row]),
            "years": np.array([span[2] for span in spans])[span_of_row],
            "value_start": panel[unit_of_row, first[span_of_row]],
            "value_end": panel[unit_of_row, last[span_of_row]],
            "growth_rate": growth.ravel(),
        },
    )
    return make_frame(table.backend, columns)


def _years(times: Labels) -> NDArray[np.float64]:
    """Return the year of each distinct time."""
    labels = times.to_list()
    try:
        if any(isinstance(label, str | bytes | bool) for label in labels):
            raise TypeError
        return np.array([float(getattr(label, "year", label)) for label in labels])
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(
            f"column {times.name!r} is of type {times.series.dtype}; growth per year needs years as numbers or dates"
        ) from None


def _spans(
    times: Labels, years: NDArray[np.float64], periods: Sequence[tuple[Any, Any]] | str | None
) -> list[tuple[int, int, float]]:
    if len(times) < 2:
        raise InvalidInputError(f"growth needs two periods; column {times.name!r} has {len(times)}")
    if periods is None:
        pairs = [(0, len(times) - 1)]
    elif isinstance(periods, str) and periods == "each":
        pairs = [(code, code + 1) for code in range(len(times) - 1)]
    elif isinstance(periods, Sequence) and not isinstance(periods, str):
        pairs = [_pair(times, span) for span in periods]
    else:
        raise InvalidInputError(f"periods must be a list of (start, end), 'each' or None, not {periods!r}")
    if not pairs:
        raise InvalidInputError("periods is an empty list; give at least one (start, end)")
    spans = [(start, end, float(years[end] - years[start])) for start, end in pairs]
    for start, end, length in spans:
        if length <= 0.0:
            raise InvalidInputError(
                f"the span from {times.item(start)} to {times.item(end)} does not go forward by a year or more; "
                "dates count by their year"
            )
    return spans


def _pair(times: Labels, span: Any) -> tuple[int, int]:
    if not isinstance(span, Sequence) or isinstance(span, str) or len(span) != 2:
        raise InvalidInputError(f"each of periods must be a pair (start, end), not {span!r}")
    known = times.to_list()
    if all(hasattr(label, "year") for label in known) and all(isinstance(end, int) for end in span):
        # Dates count by their year, and may be named by it.
        known = [label.year for label in known]
    places = []
    for end in span:
        place = place_of(end, known)
        if place is None:
            raise InvalidInputError(
                f"column {times.name!r} has no {shown(end)}; it runs from {known[0]} to {known[-1]}"
            )
        places.append(place)
    return places[0], places[1]


def _check(values: NDArray[np.float64], keys: Keys, times: Labels, column: int, name: str) -> None:
    told = (
        (np.isnan(values), "has no row", "leave such units out, or choose periods that all have"),
        (values <= 0.0, "is not above zero", "growth needs values above zero at both ends"),
    )
    for mask, what, advice in told:
        if mask.any():
            units = [keys.item(int(code)) for code in np.flatnonzero(mask)[:5]] if keys.parts else []
            more = f" (and {mask.sum() - 5} more)" if mask.sum() > 5 else ""
            whose = f" for {', '.join(map(str, units))}{more}" if units else ""
            raise InvalidInputError(f"column {name!r} {what}{whose} in {times.name} = {times.item(column)}; {advice}")
