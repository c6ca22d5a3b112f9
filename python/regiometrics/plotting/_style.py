"""One visual language: colours, sizes, time axes, and fonts that show Chinese on any machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import state_term, term
from .._tables import to_pandas
from ..errors import RegiometricsError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = [
    "MARKERS",
    "colours",
    "figure",
    "grid_of_axes",
    "label_axes",
    "lines_over_time",
    "stacked_shares",
    "state_map",
]

# Okabe & Ito (2008), told apart by readers with any colour vision; black last, as it dominates.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_CHINESE = "Noto Sans SC"
_SIZE = (6.4, 4.0)


def colours(n: int) -> list[Any]:
    """Return `n` colours: the fixed eight, or evenly spaced ones where more are needed."""
    if n <= len(_COLOURS):
        return list(_COLOURS[:n])
    import matplotlib

    return list(matplotlib.colormaps["viridis"](np.linspace(0.0, 0.95, n)))


@cache
def _register_font() -> None:
    from matplotlib import font_manager

    file = resources.files(__package__) / "fonts" / "NotoSansSC-Regular-subset.ttf"
    with resources.as_file(file) as path:
        font_manager.fontManager.addfont(str(path))


@contextmanager
def _fonts() -> Iterator[None]:
    """Let the caller's fonts stand and fill the characters they lack from the packaged one."""
    import matplotlib

    _register_font()
    families = [family for family in matplotlib.rcParams["font.family"] if family != _CHINESE]
    with matplotlib.rc_context({"font.family": [*families, _CHINESE]}):
        yield


def figure(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Make `draw(result, ax, …)` a public figure: matplotlib on demand, axes if none are given, fonts."""

    @wraps(draw)
    def drawn(result: Any, *, ax: Axes | None = None, **options: Any) -> Any:
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise RegiometricsError(
                "plot() needs matplotlib, which is not installed: pip install 'regiometrics[plot]'"
            ) from None
        with _fonts():
            if ax is None:
                _, ax = plt.subplots(figsize=_SIZE, layout="constrained")
            draw(result, ax, **options)
            _set_fonts(ax)
        return ax

    return drawn


def grid_of_axes(n_rows: int, n_columns: int) -> Any:
    """Return the axes of a new figure with several panels."""
    import matplotlib.pyplot as plt

    size = (_SIZE[0] * 0.9 * n_columns, _SIZE[1] * 0.9 * n_rows)
    return plt.subplots(n_rows, n_columns, figsize=size, layout="constrained", squeeze=False)[1]


def _set_fonts(ax: Axes) -> None:
    # Axes that the caller made carry the fonts of that moment.
    import matplotlib
    from matplotlib.text import Text

    for text in ax.findobj(Text):
        text.set_fontfamily(matplotlib.rcParams["font.family"])


def label_axes(ax: Axes, title: str, x: str, y: str, *, legend: bool = True) -> None:
    """Set title, axis labels and legend; remove the upper and right frame."""
    ax.set_title(title)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.spines[["top", "right"]].set_visible(False)
    if legend:
        ax.legend(frameon=False, fontsize="small")


def _time_positions(ax: Axes, times: Sequence[Any]) -> Any:
    """Return where the periods stand on the horizontal axis, and mark them there."""
    numeric = all(isinstance(time, int | float | np.integer | np.floating) for time in times)
    positions = np.asarray(times, dtype=float) if numeric else np.arange(len(times), dtype=float)
    # Fourteen labels fit the width; of more, every second, third, … is written.
    step = -(-len(times) // 14)
    ax.set_xticks(positions[::step], [str(time) for time in times[::step]])
    if len(times) > 7:
        ax.tick_params(axis="x", rotation=45)
    return positions


def lines_over_time(ax: Axes, series: dict[str, pd.DataFrame], value: str, band: tuple[str, str] | None = None) -> None:
    """Draw one line per series against its column `time`; without periods, one bar per series."""
    palette = colours(len(series))
    if any("time" not in table for table in series.values()):
        heights = [float(table[value].iloc[0]) for table in series.values()]
        ax.bar(range(len(series)), heights, color=palette, width=0.6)
        ax.set_xticks(range(len(series)), list(series))
        if band is not None:
            ends = [(float(table[band[0]].iloc[0]), float(table[band[1]].iloc[0])) for table in series.values()]
            ax.vlines(range(len(series)), *zip(*ends, strict=True), color="black")
        return
    times = list(dict.fromkeys(sorted(time for table in series.values() for time in table["time"])))
    position = dict(zip(times, _time_positions(ax, times), strict=True))
    for index, (name, table) in enumerate(series.items()):
        x = [position[time] for time in table["time"]]
        marker = MARKERS[index % len(MARKERS)]
        ax.plot(x, table[value], color=palette[index], marker=marker, markersize=4, label=name)
        if band is not None:
            ax.fill_between(x, table[band[0]], table[band[1]], color=palette[index], alpha=0.15, linewidth=0)


def stacked_shares(ax: Axes, frame: Any, columns: dict[str, str], palette: list[Any]) -> None:
    """Draw one bar of 100 % per period, cut into the columns given with their legend names."""
    table = to_pandas(frame)
    times = table["time"].to_list() if "time" in table else [term("overall")]
    positions = np.arange(len(times))
    floor = np.zeros(len(times))
    for (column, name), colour in zip(columns.items(), palette, strict=True):
        percent = 100.0 * table[column].to_numpy(dtype=float)
        bars = ax.bar(positions, percent, bottom=floor, color=colour, label=name, width=0.7)
        if len(times) <= 8:
            texts = [f"{each:.1f}" if each >= 4.0 else "" for each in percent]
            ax.bar_label(bars, texts, label_type="center", color="white", fontsize="small")
        floor = floor + np.nan_to_num(percent)
    step = -(-len(times) // 14)
    ax.set_xticks(positions[::step], [str(time) for time in times[::step]])
    ax.set_ylim(0.0, 100.0)


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
        linewidth=0.5 if len(rows) <= 60 else 0.0,
    )
    step = -(-len(columns) // 14)
    ax.set_xticks(range(0, len(columns), step), [str(time) for time in columns[::step]])
    if len(columns) > 7:
        ax.tick_params(axis="x", rotation=45)
    step = -(-len(rows) // 40)
    ax.set_yticks(range(0, len(rows), step), [str(unit) for unit in rows[::step]])
    ax.tick_params(axis="y", labelsize=max(4.0, min(10.0, 220.0 / len(rows[::step]))), length=0)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    present = set(states)
    patches = [Patch(color=colour, label=state_term(state)) for state, colour in palette.items() if state in present]
    ax.legend(handles=patches, frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1.0, 1.0))
