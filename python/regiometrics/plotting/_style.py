"""One visual language: colours, sizes, time axes, legends, and fonts that show Chinese on any machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from importlib import resources
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np

from .._language import term
from .._tables import label_text, to_pandas
from ..errors import RegiometricsError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = [
    "MARKERS",
    "NAME",
    "colours",
    "figure",
    "grid_of_axes",
    "heat_map",
    "label_axes",
    "lines_over_time",
    "ranked_bars",
    "stacked_shares",
    "text_width",
    "turn_labels",
]

# Okabe & Ito (2008), told apart by readers with any colour vision; black last, as it dominates.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_LINES = ("-", "--", ":", "-.")
# Marks the names of points, most important first, of which a later one gives way where it would cover an earlier one.
NAME = "name of a point"
_CHINESE = "Noto Sans SC"
_SIZE = (6.4, 4.0)
# … and of one in three dimensions.
_SOLID = (7.0, 5.4)

# A legend of more entries stands beside the axes, in columns of this many.
_INSIDE, _COLUMN = 4, 24

# This many labels fit below a time axis; more bars than this lie on their side.
_TICKS, _UPRIGHT_BARS = 14, 8

# Of more rows of a heat map, every second, third, … is named.
_ROWS_NAMED = 60

# Inches of a cell in a square table that hold a probability, and of what stands beside and below the cells.
_CELL, _BESIDE, _BELOW = 0.55, 2.4, 1.4

# Inches that a turned label reaches down for each letter; years, of this many letters, need no more than the rest.
_LETTER, _YEAR = 0.06, 4


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
    families = matplotlib.rcParams["font.family"]
    matplotlib.rcParams["font.family"] = [*(family for family in families if family != _CHINESE), _CHINESE]
    try:
        yield
    finally:
        # This one setting alone: notebooks show figures by others, which the first figure sets when it loads a backend.
        matplotlib.rcParams["font.family"] = families


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise RegiometricsError(
            "plot() needs matplotlib, which is not installed: pip install 'regiometrics[plot]'"
        ) from None
    return plt


def figure(draw: Callable[..., Any], *, projection: str | None = None) -> Callable[..., Any]:
    """Make `draw(result, ax, …)` a public figure: matplotlib on demand, axes if none are given, fonts, size.

    `projection` is that of the axes, for example "3d"; the layout of such a figure is the drawing's own.
    """

    @wraps(draw)
    def drawn(result: Any, *, ax: Axes | None = None, **options: Any) -> Any:
        plt = _pyplot()
        layout = "constrained" if projection is None else None
        size, kind = (_SIZE if projection is None else _SOLID), {"projection": projection}
        # Before the fonts are lent: the first figure loads the backend, and what a notebook's backend sets must stay.
        axes = plt.subplots(figsize=size, layout=layout, subplot_kw=kind)[1] if ax is None else ax
        with _fonts():
            draw(result, axes, **options)
            if ax is None and projection is None:
                _make_room(axes)
            _set_texts(axes)
            _let_names_give_way(axes)
        return axes

    return drawn


def grid_of_axes(n_rows: int, n_columns: int, *, projection: str | None = None) -> Any:
    """Return the axes of a new figure with several panels."""
    size = (_SIZE[0] * 0.9 * n_columns, _SIZE[1] * 0.9 * n_rows)
    options = {"layout": "constrained", "squeeze": False, "subplot_kw": {"projection": projection}}
    return _pyplot().subplots(n_rows, n_columns, figsize=size, **options)[1]


def _make_room(ax: Axes) -> None:
    """Widen a new figure for a legend beside the axes, and heighten it for many lying bars."""
    legend = ax.get_legend()
    entries = [] if legend is None else [text.get_text() for text in legend.get_texts()]
    n_entries = len(entries)
    width, height = _SIZE
    if n_entries > _INSIDE:
        n_columns = -(-n_entries // _COLUMN)
        width += n_columns * (0.5 + 0.08 * max(map(len, entries)))
        height = max(height, 0.21 * min(n_entries, _COLUMN) + 0.8)
    n_rows = len(ax.get_yticklabels())
    lying = (len(bars) for bars in ax.containers if getattr(bars, "orientation", "") == "horizontal")
    height = max(height, 0.22 * n_rows + 1.0, 0.13 * sum(lying) + 1.0)
    if ax.images and ax.get_aspect() == 1.0:
        width, height = max(width, _CELL * n_rows + _BESIDE), max(height, _CELL * n_rows + _BELOW)
    turned = [text_width(label.get_text()) for label in ax.get_xticklabels() if label.get_rotation() > 0.0]
    height += _LETTER * max(0, max(turned, default=0) - _YEAR)
    figure: Any = ax.figure
    figure.set_size_inches(width, height)


def _set_texts(ax: Axes) -> None:
    import matplotlib
    from matplotlib.text import Text

    for text in ax.findobj(Text):
        # Axes that the caller made carry the fonts of that moment; and labels are no formulas.
        text.set_fontfamily(matplotlib.rcParams["font.family"])
        text.set_parse_math(False)


def _let_names_give_way(ax: Axes) -> None:
    """Hide names of points that would cover the name of one that comes first."""
    names = [text for text in ax.texts if text.get_gid() == NAME]
    if not names:
        return
    figure: Any = ax.figure
    figure.draw_without_rendering()
    kept: list[Any] = []
    for name in names:
        box = name.get_window_extent()
        if any(box.overlaps(other) for other in kept):
            name.set_visible(False)
        else:
            kept.append(box)


def label_axes(ax: Axes, title: str, x: str, y: str, *, legend: bool | None = True, beside: bool = False) -> None:
    """Set title, axis labels and legend; remove the upper and right frame.

    A legend stands beside the axes if it is long, if the data fill the axes (`beside`), and for stacked bars (None).
    """
    ax.set_title(title)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.spines[["top", "right"]].set_visible(False)
    n_entries = len(ax.get_legend_handles_labels()[0])
    if legend is False or n_entries == 0:
        return
    if legend is None or beside or n_entries > _INSIDE:
        place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
        # Stacked bars are read from the top.
        ax.legend(frameon=False, fontsize="small", ncols=-(-n_entries // _COLUMN), reverse=legend is None, **place)
    else:
        ax.legend(frameon=False, fontsize="small")


def _mark_periods(ax: Axes, times: Sequence[Any]) -> Any:
    """Return where the periods stand on the horizontal axis, and mark them there."""
    numeric = all(isinstance(time, int | float | np.integer | np.floating) for time in times)
    positions = np.asarray(times, dtype=float) if numeric else np.arange(len(times), dtype=float)
    step = -(-len(times) // _TICKS)
    texts = [label_text(time) for time in times]
    ax.set_xticks(positions[::step], texts[::step])
    turn_labels(ax, texts[::step])
    return positions


def turn_labels(ax: Axes, texts: Sequence[str], *, most: int = 40) -> None:
    """Turn labels of the horizontal axis that would run into each other: of more than `most` letters together."""
    if len(texts) * max(map(text_width, texts)) > most:
        for label in ax.get_xticklabels():
            label.set(rotation=45, ha="right", rotation_mode="anchor")


def text_width(text: str) -> int:
    """Return the width of a text in Latin letters; a Chinese character is as wide as two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def lines_over_time(
    ax: Axes,
    series: dict[str, pd.DataFrame],
    value: str,
    times: Sequence[Any] | None,
    band: tuple[str, str] | None = None,
) -> None:
    """Draw one line per series against its column `time`; without `times`, in their order, one bar per series."""
    palette = colours(len(series))
    if times is None:
        _bars(ax, series, value, band, palette)
        return
    position = dict(zip(times, _mark_periods(ax, times), strict=True))
    for index, (name, table) in enumerate(series.items()):
        x = [position[time] for time in table["time"]]
        look = {
            "color": palette[index],
            "marker": MARKERS[index % len(MARKERS)],
            "linestyle": _LINES[index // len(MARKERS) % len(_LINES)],
        }
        ax.plot(x, _finite(table[value]), markersize=4, label=name, **look)
        if band is not None:
            ax.fill_between(x, table[band[0]], table[band[1]], color=palette[index], alpha=0.15, linewidth=0)
    ax.set_ylim(bottom=0.0)


def _bars(
    ax: Axes, series: dict[str, pd.DataFrame], value: str, band: tuple[str, str] | None, palette: list[Any]
) -> None:
    heights = [float(_finite(table[value])[0]) for table in series.values()]
    positions = np.arange(len(series))
    ends = [[float(table[end].iloc[0]) for table in series.values()] for end in band] if band else None
    if len(series) <= _UPRIGHT_BARS and sum(map(len, series)) <= 60:
        ax.bar(positions, heights, color=palette, width=0.6)
        ax.set_xticks(positions, list(series))
        if ends:
            ax.vlines(positions, ends[0], ends[1], color="black")
        ax.set_ylim(bottom=0.0)
    else:
        ax.barh(positions, heights, color=palette, height=0.7)
        ax.set_yticks(positions, list(series))
        ax.margins(y=0.01)
        ax.invert_yaxis()
        if ends:
            ax.hlines(positions, ends[0], ends[1], color="black")
        ax.set_xlim(left=0.0)


def lie_down(ax: Axes) -> bool:
    """Return whether `lines_over_time` drew bars on their side, which swaps the axis labels."""
    return bool(ax.yaxis_inverted())


def _finite(values: Any) -> Any:
    """Return the numbers as an array in which the infinite ones, which cannot be drawn, are missing."""
    array = np.asarray(values, dtype=float)
    return np.where(np.isfinite(array), array, np.nan)


def stacked_shares(ax: Axes, frame: Any, columns: dict[str, str], palette: list[Any]) -> None:
    """Draw one bar of 100 % per period, cut into the columns given with their legend names."""
    table = to_pandas(frame)
    times = table["time"].to_list() if "time" in table else [term("overall")]
    positions = np.arange(len(times))
    floor = np.zeros(len(times))
    for (column, name), colour in zip(columns.items(), palette, strict=True):
        percent = 100.0 * _finite(table[column])
        bars = ax.bar(positions, percent, bottom=floor, color=colour, label=name, width=0.7)
        if len(times) <= 8:
            texts = [f"{each:.1f}" if each >= 4.0 else "" for each in percent]
            ax.bar_label(bars, texts, label_type="center", color="white", fontsize="small")
        floor = floor + np.nan_to_num(percent)
    step = -(-len(times) // _TICKS)
    texts = [label_text(time) for time in times[::step]]
    ax.set_xticks(positions[::step], texts)
    turn_labels(ax, texts)
    ax.set_ylim(0.0, 100.0)
    # A period without shares leaves its place empty; one alone is no wall.
    ax.set_xlim(-0.6, len(times) - 0.4) if len(times) > 1 else ax.set_xlim(-1.0, 1.0)


def ranked_bars(ax: Axes, names: Sequence[str], values: Any, digits: int, tints: Sequence[Any] | None = None) -> None:
    """Draw one horizontal bar per name with its value, in the order given from the top."""
    positions = np.arange(len(names))
    bars = ax.barh(positions, values, color=list(tints) if tints is not None else _COLOURS[0], height=0.7)
    ax.bar_label(bars, [f"{value:.{digits}f}" for value in values], padding=3, fontsize="small")
    ax.set_yticks(positions, list(names), fontsize="small" if len(names) > _UPRIGHT_BARS else None)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.margins(x=0.12)


def heat_map(ax: Axes, rows: Sequence[str], columns: Sequence[Any], values: Any, name: str, digits: int) -> None:
    """Draw a table as colours, dark where values are high, with the numbers if they fit."""
    image = ax.imshow(values, cmap="Blues", aspect="auto", interpolation="none")
    step = -(-len(rows) // _ROWS_NAMED)
    ax.set_yticks(range(0, len(rows), step), list(rows)[::step], fontsize="small")
    step = -(-len(columns) // _TICKS)
    texts = [label_text(column) for column in columns[::step]]
    ax.set_xticks(range(0, len(columns), step), texts)
    turn_labels(ax, texts)
    ax.spines[:].set_visible(False)
    if len(columns) <= 8 and len(rows) <= _ROWS_NAMED:
        middle = 0.5 * (np.nanmin(values) + np.nanmax(values))
        for row, column in np.argwhere(np.isfinite(values)):
            value = values[row, column]
            colour = "white" if value > middle else "black"
            ax.text(column, row, f"{value:.{digits}f}", ha="center", va="center", color=colour, fontsize="small")
    ax.figure.colorbar(image, ax=ax, label=name)
