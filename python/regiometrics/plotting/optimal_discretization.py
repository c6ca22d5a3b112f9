"""Figure of the search for the best classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._language import state_term, term
from .._tables import label_text, to_pandas
from ..errors import InvalidInputError
from ._style import MARKERS, colours, figure, grid_of_axes, label_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..optimal_discretization import OptimalDiscretization

__all__ = ["KINDS"]


@figure
def _one(result: OptimalDiscretization, ax: Axes, *, factor: Any, time: Any = None) -> None:
    """Draw q against the number of classes, one line per method, the best choice ringed."""
    table, best = (to_pandas(each) for each in (result.table, result.best))
    table, best = table[table["factor"] == factor], best[best["factor"] == factor]
    title = str(factor)
    if "time" in table:
        table, best = table[table["time"] == time], best[best["time"] == time]
        title = term("in_unit").format(title, label_text(time))
    methods = list(table["method"].drop_duplicates())
    for index, (method, colour) in enumerate(zip(methods, colours(len(methods)), strict=True)):
        line = table[table["method"] == method].dropna(subset="q")
        ax.plot(line["k"], line["q"], marker=MARKERS[index], markersize=4, color=colour, label=state_term(method))
    ax.plot(best["k"], best["q"], marker="o", markersize=10, fillstyle="none", color="black", linestyle="")
    ax.set_xticks(sorted(set(table["k"])))
    label_axes(ax, title, term("number_of_classes"), term("q"), legend=None)


def q(result: OptimalDiscretization, *, ax: Any = None, factor: Any = None, time: Any = None) -> Any:
    """Draw q against k for every factor and method; one panel per factor (and period) unless one is named."""
    table = to_pandas(result.table)
    for column, wanted in (("factor", factor), ("time", time)):
        if wanted is not None and (column not in table or wanted not in set(table[column])):
            there = ", ".join(map(repr, table[column].drop_duplicates())) if column in table else "none"
            raise InvalidInputError(f"there is no {column} {wanted!r} in the result; there is {there}")
    keys = table[["factor", "time"] if "time" in table else ["factor"]].drop_duplicates()
    if factor is not None:
        keys = keys[keys["factor"] == factor]
    if time is not None:
        keys = keys[keys["time"] == time]
    panels = [dict(zip(keys.columns, row, strict=True)) for row in keys.itertuples(index=False, name=None)]
    if len(panels) == 1:
        return _one(result, ax=ax, **panels[0])
    if ax is not None:
        raise InvalidInputError("name the factor (and time) to draw on these axes, or leave ax out for all")
    n_columns = min(3, len(panels))
    axes = grid_of_axes(-(-len(panels) // n_columns), n_columns)
    last = None
    for panel, each in zip(axes.ravel(), panels, strict=False):
        last = _one(result, ax=panel, **each)
        panel.get_legend().remove()
    for panel in axes.ravel()[len(panels) :]:
        panel.remove()
    if last is not None:
        handles, labels = last.get_legend_handles_labels()
        # The legend is the figure's, and is drawn after the fonts were lent to the panels: it takes theirs.
        fonts = {"family": last.title.get_fontfamily(), "size": "small"}
        last.figure.legend(handles, labels, frameon=False, prop=fonts, loc="outside lower center", ncols=5)
    return axes


KINDS = {"q": q}
