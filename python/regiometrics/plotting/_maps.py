"""Maps of states: units down, periods across."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import state_term
from .._tables import label_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["state_map"]

# Labels on the axes: of more, every second, third, … is written.
_PERIODS_NAMED = 14
_UNITS_NAMED = 60


def state_map(
    ax: Axes, units: pd.Series[Any], times: pd.Series[Any], states: pd.Series[Any], palette: dict[str, str]
) -> None:
    """Draw a cell per unit and period in the colour of its state; `palette` orders the legend, as far as states occur.

    The first three are columns of one table; units stand in their order there.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    rows, columns = list(units.drop_duplicates()), list(times.drop_duplicates().sort_values())
    row_of = {unit: position for position, unit in enumerate(rows)}
    column_of = {time: position for position, time in enumerate(columns)}
    code_of = {state: code for code, state in enumerate(palette)}
    cells = np.full((len(rows), len(columns)), np.nan)
    cells[[row_of[unit] for unit in units], [column_of[time] for time in times]] = [code_of[state] for state in states]
    ax.pcolormesh(
        np.arange(len(columns) + 1) - 0.5,
        np.arange(len(rows) + 1) - 0.5,
        np.ma.masked_invalid(cells),
        cmap=ListedColormap(list(palette.values())),
        vmin=-0.5,
        vmax=len(palette) - 0.5,
        edgecolor="white",
        linewidth=0.5 if len(rows) <= _UNITS_NAMED else 0.0,
    )
    step = -(-len(columns) // _PERIODS_NAMED)
    ax.set_xticks(range(0, len(columns), step), [label_text(time) for time in columns[::step]])
    if len(columns) > _PERIODS_NAMED // 2:
        ax.tick_params(axis="x", rotation=45)
    step = -(-len(rows) // _UNITS_NAMED)
    ax.set_yticks(range(0, len(rows), step), [label_text(unit) for unit in rows[::step]])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    present = set(states)
    patches = [Patch(color=colour, label=state_term(state)) for state, colour in palette.items() if state in present]
    ax.legend(handles=patches, frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1.0, 1.0))
