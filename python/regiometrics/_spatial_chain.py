"""What spatial Markov chains are conditioned on: the lag of every row, its class, and what to tell of the weights."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._chain import NO_STATE, Classes, Panel, class_panel
from .errors import InvalidInputError, RegiometricsWarning
from .weights import SpatialWeights

__all__ = ["classes_of_lags", "renamed", "spatial_lags", "weight_notes"]


def spatial_lags(panel: Panel, weights: SpatialWeights, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lag of every row, NaN where it has none."""
    grid = panel.grid(values, np.nan)
    absent = np.isnan(grid)
    lags = weights.lag(np.where(absent, 0.0, grid))
    if absent.any():
        # A neighbour without a value leaves the lag unknown: none of the weight may fall on one.
        lags = np.where(weights.lag(absent) > 0.0, np.nan, lags)
    found: NDArray[np.float64] = lags[panel.units.codes, panel.time_codes]
    return found


def classes_of_lags(
    panel: Panel,
    lags: NDArray[np.float64],
    own_class: NDArray[np.bool_] | None,
    breaks: Any,
    k: int,
    options: Mapping[str, Any],
) -> tuple[Classes, NDArray[np.uint32], int]:
    """Class the lags; return also the condition of every row, and the number of the first one."""
    known = ~np.isnan(lags)
    if not known.any():
        raise InvalidInputError("no unit has a spatial lag in any period; there is nothing to condition on")
    classes = class_panel(
        lags[known],
        panel.time_codes[known],
        panel.times,
        k=k,
        breaks=breaks,
        what="the spatial lag",
        **(dict(options) | {"stacklevel": options["stacklevel"] + 1}),
    )
    given = np.full(len(lags), NO_STATE, dtype=np.uint32)
    if own_class is None or not own_class.any():
        given[known] = classes.codes
        return classes, given, 1
    given[known] = classes.codes + np.uint32(1)
    given[own_class[panel.units.codes]] = 0
    return classes, given, 0


def renamed(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {"lag_state" if name == "state" else name: column for name, column in columns.items()}


def weight_notes(weights: SpatialWeights, is_island: NDArray[np.bool_], islands: str) -> list[str]:
    notes = []
    if weights.is_row_standardized:
        notes.append("The spatial lag is the weighted mean of the neighbours.")
    else:
        sums = weights.row_sums[~is_island]
        notes.append(
            f"The weights are not row-standardised (rows add up to {sums.min():g} … {sums.max():g}): the spatial lag "
            "grows with the number of neighbours. weights.row_standardize() makes it their mean."
        )
        warnings.warn(notes[-1], RegiometricsWarning, stacklevel=3)
    if is_island.any():
        what = "left out" if islands == "drop" else "a class of their own, lag_state 0"
        names = ", ".join(map(str, weights.islands[:5])) + (" …" if len(weights.islands) > 5 else "")
        notes.append(f"{int(is_island.sum())} unit(s) without neighbours, {what}: {names}.")
    return notes
