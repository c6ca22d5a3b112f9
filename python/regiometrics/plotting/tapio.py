"""Figures of decoupling states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._language import state_term, term
from .._tables import to_pandas
from ..tapio import GROUPS, STATES
from ._maps import state_map
from ._style import figure, label_axes, stacked_shares

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..tapio import TapioDecoupling

__all__ = ["KINDS"]

# Blue for decoupling, yellow for coupling, red for negative decoupling, darker for stronger; grey for none.
_STATE_COLOURS = ("#08519c", "#4292c6", "#9ecae1", "#fff0a8", "#d9b526", "#fdae6b", "#e6550d", "#8b1a0e", "#bdbdbd")
_GROUP_COLOURS = ("#4292c6", "#d9b526", "#e6550d", "#bdbdbd")


@figure
def states(result: TapioDecoupling, ax: Axes) -> None:
    """Draw the state of every unit in every period as a map, units down and periods across."""
    table = to_pandas(result.table)
    state_map(ax, table["unit"], table["time"], table["state"], dict(zip(STATES, _STATE_COLOURS, strict=True)))
    label_axes(ax, term("decoupling_states"), term("time"), term("unit"), legend=False)


@figure
def shares(result: TapioDecoupling, ax: Axes) -> None:
    """Draw the share of units in each group, one bar per period."""
    table = to_pandas(result.shares)
    wide = table.pivot(index="time", columns="group", values="share").reset_index()
    groups = [group for group in GROUPS if group in wide]
    palette = [colour for group, colour in zip(GROUPS, _GROUP_COLOURS, strict=True) if group in wide]
    stacked_shares(ax, wide, {group: state_term(group) for group in groups}, palette)
    label_axes(ax, term("group_shares"), term("time"), term("share_of_units_percent"), legend=None)


KINDS = {"states": states, "shares": shares}
