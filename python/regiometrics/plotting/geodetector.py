"""Figures of the geographic detector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._detectors import KINDS as TYPES
from .._language import state_term, term
from .._tables import label_text, to_pandas
from ..errors import InvalidInputError
from ._style import colours, figure, grid_of_axes, label_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..geodetector import Geodetector

__all__ = ["KINDS"]

# How a type is marked in a cell: enhancing types point up, weakening ones down.
_MARKS = dict(zip(TYPES, ("▼", "▽", "△", "○", "▲", "?"), strict=True))
# Names of more characters are turned below the triangle.
_SHORT = 3

_STARS = ((0.01, "***"), (0.05, "**"), (0.1, "*"))

# Two factors differ where p is below this, as in the tables of the GeoDetector workbook.
_DIFFERENT = 0.05

# Cells of larger triangles have no room for a number.
_NUMBERED = 25

# Inches of a cell of a new figure, and panels beside each other.
_CELL, _ACROSS = 0.4, 3


def _stars(p: float) -> str:
    return next((stars for level, stars in _STARS if p < level), "")


def _chosen(result: Geodetector, table: str, time: Any, outcome: Any) -> pd.DataFrame:
    """Return the rows of a table for one outcome, and for one period if one is named."""
    rows = to_pandas(getattr(result, table))
    for column, wanted in (("outcome", outcome), ("time", time)):
        if wanted is not None and (column not in rows or wanted not in set(rows[column])):
            there = ", ".join(map(repr, rows[column].drop_duplicates())) if column in rows else "none"
            raise InvalidInputError(f"there is no {column} {wanted!r} in the result; there is {there}")
        if column == "outcome" and column in rows:
            rows = rows[rows[column] == (rows[column].iloc[0] if wanted is None else wanted)]
        elif wanted is not None:
            rows = rows[rows[column] == wanted]
    return rows


def _periods(result: Geodetector) -> list[Any]:
    table = to_pandas(result.factor)
    return list(table["time"].drop_duplicates()) if "time" in table else [None]


def _title(name: str, rows: pd.DataFrame, *, single: bool) -> str:
    parts = [term(name)]
    if "outcome" in rows:
        parts.append(str(rows["outcome"].iloc[0]))
    if single and "time" in rows:
        parts.append(label_text(rows["time"].iloc[0]))
    return " ".join(parts) if len(parts) == 1 else term("in_unit").format(parts[0], ", ".join(parts[1:]))


@figure
def factor(result: Geodetector, ax: Axes, *, time: Any = None, outcome: Any = None, p: str = "p_value") -> None:
    """Draw q of every factor, largest first, with stars for p < 0.1, 0.05, 0.01; several periods beside each other."""
    rows = _chosen(result, "factor", time, outcome)
    known = [name for name in ("p_value", "p_central", "p_permutation") if name in rows]
    if p not in known:
        there = ", ".join(map(repr, known))
        raise InvalidInputError(f"p must be one of {there}, not {p!r}")
    times = list(rows["time"].drop_duplicates()) if "time" in rows else [None]
    order = rows.groupby("factor", sort=False)["q"].mean().sort_values(ascending=False, kind="stable").index
    height = 0.8 / len(times)
    has_bars = "low" in rows
    for index, (period, colour) in enumerate(zip(times, colours(len(times)), strict=True)):
        here = (rows if period is None else rows[rows["time"] == period]).set_index("factor").loc[order]
        places = np.arange(len(order)) + (index - (len(times) - 1) / 2) * height
        label: dict[str, Any] = {} if period is None else {"label": label_text(period)}
        bars = ax.barh(places, here["q"], height=0.9 * height, color=colour, **label)
        if has_bars:
            ax.hlines(places, here["low"], here["high"], color="black", linewidth=1.0)
        texts = [f"{q:.3f}{_stars(each)}" for q, each in zip(here["q"], here[p], strict=True)]
        if len(times) * len(order) > 40:
            texts = [_stars(each) for each in here[p]]
        ends = here["high"] if has_bars else here["q"]
        for bar, end, text in zip(bars, ends, texts, strict=True):
            middle = bar.get_y() + bar.get_height() / 2
            ax.annotate(
                text,
                (float(np.nan_to_num(end)), middle),
                (3, 0),
                textcoords="offset points",
                va="center",
                fontsize="x-small",
            )
    ax.set_yticks(range(len(order)), list(order))
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.set_xlim(0.0, 1.15 * float(np.nanmax([*rows["q"], *(rows["high"] if has_bars else [])], initial=0.05)))
    note = term("about").format(term(p), "*** < 0.01, ** < 0.05, * < 0.1")
    label_axes(
        ax, _title("factor_detector", rows, single=len(times) == 1), f"{term('q')}    {note}", "", legend=len(times) > 1
    )


def _top_of_scale(result: Geodetector, outcome: Any) -> float:
    """Return the largest q of all periods, up to the next tenth, so that panels share their colours."""
    tables = [_chosen(result, table, None, outcome)["q"] for table in ("factor", "interaction")]
    largest = float(np.nanmax(np.concatenate(tables), initial=0.05))
    return min(1.0, float(np.ceil(10.0 * largest)) / 10.0)


@figure
def _triangle(result: Geodetector, ax: Axes, *, time: Any = None, outcome: Any = None) -> None:
    """Draw q of every pair below the diagonal of single factors, each marked with its type."""
    import matplotlib

    rows = _chosen(result, "interaction", time, outcome)
    alone = _chosen(result, "factor", time, outcome)
    names = list(alone["factor"])
    place = {name: position for position, name in enumerate(names)}
    cells = np.full((len(names), len(names)), np.nan)
    cells[np.diag_indices(len(names))] = alone["q"]
    across, down = rows["factor_a"].map(place).to_numpy(int), rows["factor_b"].map(place).to_numpy(int)
    cells[down, across] = rows["q"]
    top = _top_of_scale(result, outcome)
    image = ax.imshow(cells, cmap="YlOrRd", vmin=0.0, vmax=top, aspect="equal", interpolation="none")
    size = _text_size(ax, len(names))
    texts = {
        (place_b, place_a): _MARKS[kind]
        for place_a, place_b, kind in zip(across, down, rows["type"].astype(str), strict=True)
    }
    for row, column in np.argwhere(np.isfinite(cells)):
        mark = texts.get((row, column), "")
        number = f"{cells[row, column]:.2f}" if len(names) <= _NUMBERED else ""
        colour = "white" if cells[row, column] > 0.65 * top else "black"
        text = f"{number}\n{mark}" if number and mark else number or mark
        ax.text(column, row, text, ha="center", va="center", color=colour, fontsize=size, linespacing=0.95)
    _name_cells(ax, names)
    present = [kind for kind in TYPES if kind in set(rows["type"].astype(str))]
    handles = [
        matplotlib.lines.Line2D([], [], linestyle="", label=f"{_MARKS[kind]} {state_term(kind)}") for kind in present
    ]
    ax.figure.colorbar(image, ax=ax, label=term("q"), shrink=0.8)
    label_axes(ax, _title("interaction_detector", alone, single=True), "", "", legend=False)
    ax.legend(handles=handles, frameon=False, fontsize="small", loc="upper right", handlelength=0.0, handletextpad=0.0)


def _text_size(ax: Axes, n_factors: int) -> float:
    # Points across a cell, of which two digits and a mark fill three quarters.
    width = ax.get_window_extent().width / ax.figure.dpi * 72.0 / max(n_factors, 1)
    return float(np.clip(0.27 * width, 3.0, 9.0))


def _name_cells(ax: Axes, names: list[str]) -> None:
    ax.set_xticks(range(len(names)), names)
    if max(map(len, names)) > _SHORT:
        ax.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def interaction(result: Geodetector, *, ax: Any = None, time: Any = None, outcome: Any = None) -> Any:
    """Draw the triangle of q of all pairs, types marked; without `time` and `ax` one panel for each period."""
    return _panels(_triangle, result, ax, time, outcome)


@figure
def _differences(result: Geodetector, ax: Axes, *, time: Any = None, outcome: Any = None) -> None:
    """Draw the p-value of every two factors below the diagonal, Y where they differ and N where not."""
    import matplotlib

    rows = _chosen(result, "ecological", time, outcome)
    names = list(_chosen(result, "factor", time, outcome)["factor"])
    place = {name: position for position, name in enumerate(names)}
    cells = np.full((len(names), len(names)), np.nan)
    cells[rows["factor_b"].map(place).to_numpy(int), rows["factor_a"].map(place).to_numpy(int)] = rows["p_value"]
    differs = np.where(np.isnan(cells), np.nan, cells < _DIFFERENT)
    answers = {True: ("Y", "#f4a582"), False: ("N", "#e6e6e6")}
    colours_of = matplotlib.colors.ListedColormap([answers[False][1], answers[True][1]])
    ax.imshow(differs, cmap=colours_of, vmin=0.0, vmax=1.0, aspect="equal", interpolation="none")
    size = _text_size(ax, len(names))
    for row, column in np.argwhere(np.isfinite(cells)):
        number = f"{cells[row, column]:.2f}\n" if len(names) <= _NUMBERED else ""
        text = number + answers[bool(differs[row, column])][0]
        ax.text(column, row, text, ha="center", va="center", fontsize=size, linespacing=0.95)
    _name_cells(ax, names)
    handles = [
        matplotlib.patches.Patch(
            color=colour, label=term("about").format(answer, f"{term('p_value')} {sign} {_DIFFERENT}")
        )
        for (answer, colour), sign in zip(answers.values(), ("<", "≥"), strict=True)
    ]
    label_axes(ax, _title("ecological_detector", rows, single=True), "", "", legend=False)
    ax.legend(handles=handles, frameon=False, fontsize="small", loc="upper right")


def ecological(result: Geodetector, *, ax: Any = None, time: Any = None, outcome: Any = None) -> Any:
    """Draw the triangle of p of all pairs, Y where two factors differ at 0.05; panels as in `interaction`."""
    if not len(to_pandas(result.ecological)):
        raise InvalidInputError("one factor has no other to differ from; pass two or more to geodetector")
    return _panels(_differences, result, ax, time, outcome)


def _panels(draw: Any, result: Geodetector, ax: Any, time: Any, outcome: Any) -> Any:
    """Draw one triangle on given axes, or a new figure with a panel for each period."""
    periods = _periods(result)
    if ax is not None:
        if time is None and len(periods) > 1:
            raise InvalidInputError("name the time to draw on these axes, or leave ax out for a panel per period")
        return draw(result, ax=ax, time=time, outcome=outcome)
    if time is not None:
        _chosen(result, "factor", time, outcome)
        periods = [time]
    n_columns = min(_ACROSS, len(periods))
    axes = grid_of_axes(-(-len(periods) // n_columns), n_columns)
    side = max(4.0, _CELL * to_pandas(result.factor)["factor"].nunique() + 1.2)
    axes[0, 0].figure.set_size_inches((side + 1.0) * axes.shape[1], side * axes.shape[0])
    for position, panel in enumerate(axes.ravel()):
        if position < len(periods):
            draw(result, ax=panel, time=periods[position], outcome=outcome)
        else:
            panel.remove()
    return axes if len(periods) > 1 else axes[0, 0]


@figure
def risk(result: Geodetector, ax: Axes, *, factor: Any = None, time: Any = None, outcome: Any = None) -> None:
    """Draw the mean of the outcome in every stratum of a factor, ± its standard error; several periods side by side."""
    rows = _chosen(result, "strata", time, outcome)
    names = list(rows["factor"].drop_duplicates())
    if factor is not None and factor not in names:
        raise InvalidInputError(f"there is no factor {factor!r} in the result; there is {', '.join(map(repr, names))}")
    name = names[0] if factor is None else factor
    rows = rows[rows["factor"] == name]
    times = list(rows["time"].drop_duplicates()) if "time" in rows else [None]
    everywhere = to_pandas(result.strata)
    strata = list(everywhere.loc[everywhere["factor"] == name, "stratum"].drop_duplicates())
    width = 0.8 / len(times)
    for index, (period, colour) in enumerate(zip(times, colours(len(times)), strict=True)):
        here = (rows if period is None else rows[rows["time"] == period]).set_index("stratum")
        here = here.reindex([stratum for stratum in strata if stratum in here.index])
        places = np.array([strata.index(each) for each in here.index]) + (index - (len(times) - 1) / 2) * width
        error = here["standard_deviation"] / np.sqrt(here["n"])
        label: dict[str, Any] = {} if period is None else {"label": label_text(period)}
        ax.bar(places, here["mean"], 0.9 * width, color=colour, **label)
        ax.errorbar(places, here["mean"], error.fillna(0.0), fmt="none", ecolor="black", capsize=2.0, linewidth=1.0)
    ax.set_xticks(range(len(strata)), strata)
    if sum(map(len, strata)) > 50:
        ax.tick_params(axis="x", rotation=45)
    title = term("about").format(_title("risk_detector", rows, single=len(times) == 1), name)
    label_axes(ax, title, term("stratum"), f"{term('mean')} ± {term('standard_error')}", legend=len(times) > 1)


KINDS = {"factor": factor, "interaction": interaction, "risk": risk, "ecological": ecological}
