"""Figures of kernel densities."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .._language import term
from .._tables import label_text, to_pandas
from ..errors import InvalidInputError
from ._style import colours, figure, grid_of_axes, label_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..kde import KernelDensity

__all__ = ["KINDS"]

# Of more periods, every second, third, … is written on the axis of a ridge plot, and of a surface.
_PERIODS_NAMED = 14

_PERIODS_ALONG = 8

# A ridge reaches over so many of those above it.
_OVERLAP = 2.5

# Bands of more curves in one panel cannot be told apart, and are drawn on demand only.
_BANDS_APART = 4

# Lines across a surface.
_SURFACE_POINTS = 200


def _rows(table: Any, group: Any) -> pd.DataFrame:
    rows: pd.DataFrame = to_pandas(table)
    return rows if group is None else rows[rows["group"] == group]


def _groups(result: KernelDensity) -> list[Any]:
    curves = to_pandas(result.summary_table)
    return list(curves["group"].drop_duplicates()) if "group" in curves else []


def _by_time(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the rows of each period with its label; of all rows without one if there are no periods."""
    if "time" not in rows:
        return [("", rows)]
    return [(label_text(time), part) for time, part in rows.groupby("time", sort=False, observed=True)]


def _palette(n: int) -> list[Any]:
    """Return colours from dark to light, so that the course of time is seen."""
    if n == 1:
        return colours(1)
    import matplotlib

    return list(matplotlib.colormaps["viridis"](np.linspace(0.0, 0.9, n)))


def _highest(result: KernelDensity, *, bands: bool) -> float:
    """Return the top of all groups, whose panels have one scale so that they can be compared."""
    curves = to_pandas(result.curves)
    return float(curves["high" if bands and "high" in curves else "density"].max())


def _variable(result: KernelDensity) -> str:
    return term(result.value) if result.value == "value" else result.value


def _title(group: Any) -> str:
    return term("kde") if group is None else label_text(group)


def _peaks(ax: Axes, result: KernelDensity, group: Any, label: str, colour: Any, base: float, scale: float) -> None:
    for time, rows in _by_time(_rows(result.modes, group)):
        if time == label:
            heights = base + scale * rows["height"]
            ax.plot(rows["position"], heights, linestyle="none", marker="v", color=colour, markersize=5, zorder=3)


@figure
def _lines(result: KernelDensity, ax: Axes, *, group: Any, peaks: bool, bands: bool | None) -> None:
    parts = _by_time(_rows(result.curves, group))
    bands = len(parts) <= _BANDS_APART if bands is None else bands
    for (label, rows), colour in zip(parts, _palette(len(parts)), strict=True):
        ax.plot(rows["x"], rows["density"], color=colour, label=label, linewidth=1.5)
        if bands and "low" in rows:
            ax.fill_between(rows["x"], rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0)
        if peaks:
            _peaks(ax, result, group, label, colour, 0.0, 1.0)
    ax.set_ylim(0.0, 1.05 * _highest(result, bands=bands))
    ax.margins(x=0.0)
    label_axes(ax, _title(group), _variable(result), term("kernel_density"), legend=len(parts) > 1)


@figure
def _ridges(result: KernelDensity, ax: Axes, *, group: Any, peaks: bool, bands: bool | None) -> None:
    parts = _by_time(_rows(result.curves, group))
    bands = len(parts) <= _BANDS_APART if bands is None else bands
    scale = _OVERLAP / _highest(result, bands=False)
    # The last period stands in front, at the bottom.
    for position, ((label, rows), colour) in enumerate(zip(parts, _palette(len(parts)), strict=True)):
        base, front = float(-position), 2.0 + position
        top = base + scale * rows["density"]
        ax.fill_between(rows["x"], base, top, color=colour, alpha=0.6, linewidth=0, zorder=front)
        ax.plot(rows["x"], top, color="white", linewidth=2.0, zorder=front)
        ax.plot(rows["x"], top, color=colour, linewidth=1.0, label=label, zorder=front)
        if bands and "low" in rows:
            for end in ("low", "high"):
                ax.plot(rows["x"], base + scale * rows[end], color=colour, linewidth=0.6, linestyle=":", zorder=front)
        if peaks:
            _peaks(ax, result, group, label, colour, base, scale)
            ax.get_lines()[-1].set_zorder(front + 0.5)
    step = -(-len(parts) // _PERIODS_NAMED)
    ax.set_yticks([float(-position) for position in range(0, len(parts), step)], [name for name, _ in parts[::step]])
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.0)
    label_axes(ax, _title(group), _variable(result), term("time") if len(parts) > 1 else "", legend=False)
    ax.spines["left"].set_visible(False)


def _surface(result: KernelDensity, ax: Any, *, group: Any, peaks: bool, bands: bool) -> None:
    parts = _by_time(_rows(result.curves, group))
    if len(parts) < 2:
        raise InvalidInputError("a surface needs two periods or more; give time to kde(), or draw 'lines'")
    if not hasattr(ax, "plot_surface"):
        raise InvalidInputError("a surface needs axes in three dimensions: subplots(subplot_kw={'projection': '3d'})")
    positions = np.arange(len(parts), dtype=float)
    x = parts[0][1]["x"].to_numpy()
    height = np.array([rows["density"].to_numpy() for _, rows in parts])
    thin = max(1, len(x) // _SURFACE_POINTS)
    across, along = np.meshgrid(x[::thin], positions)
    ax.plot_surface(
        across,
        along,
        height[:, ::thin],
        cmap="viridis",
        alpha=0.75,
        linewidth=0,
        antialiased=True,
        rstride=1,
        cstride=1,
    )
    for position, (label, rows) in zip(positions, parts, strict=True):
        ax.plot(rows["x"], np.full(len(rows), position), rows["density"], color="0.15", linewidth=0.7, label=label)
        if bands and "low" in rows:
            for end in ("low", "high"):
                line = {"color": "0.4", "linewidth": 0.5, "linestyle": ":"}
                ax.plot(rows["x"], np.full(len(rows), position), rows[end], **line)
        if peaks:
            for time, modes in _by_time(_rows(result.modes, group)):
                if time == label:
                    places = (modes["position"], np.full(len(modes), position), modes["height"])
                    ax.scatter(*places, color="#D55E00", marker="v", s=18, depthshade=False)
    step = -(-len(parts) // _PERIODS_ALONG)
    ax.set_yticks(positions[::step], [name for name, _ in parts[::step]])
    ax.tick_params(labelsize="small")
    ax.set_title(_title(group), y=0.98)
    ax.set_xlabel(_variable(result), labelpad=8)
    ax.set_ylabel(term("time"), labelpad=12)
    ax.set_zlabel(term("kernel_density"), labelpad=10)
    ax.set_zlim(0.0, _highest(result, bands=bands))
    ax.view_init(elev=30.0, azim=-58.0)
    # Room on the right for the labels of the upright axis.
    ax.set_box_aspect((1.35, 1.35, 0.8), zoom=1.02)


_surface_figure = partial(figure, projection="3d")(_surface)


def _each_group(draw: Any, result: KernelDensity, ax: Any, group: Any, projection: str | None, **options: Any) -> Any:
    """Draw one group in axes, or every group in axes of its own."""
    groups = _groups(result)
    if group is not None and group not in groups:
        named = ", ".join(repr(each) for each in groups)
        raise InvalidInputError(f"there is no group {group!r}" + (f"; there is {named}" if groups else ""))
    if group is not None or len(groups) < 2:
        return draw(result, ax=ax, group=groups[0] if groups and group is None else group, **options)
    if ax is None:
        n_columns = min(len(groups), 2 if len(groups) <= 4 else 3)
        axes = grid_of_axes(-(-len(groups) // n_columns), n_columns, projection=projection)
    else:
        axes = np.asarray(ax)
    if axes.size < len(groups):
        raise InvalidInputError(
            f"{len(groups)} groups need an array of as many axes, not {axes.size}; or name one with group="
        )
    for panel, each in zip(axes.ravel(), groups, strict=False):
        draw(result, ax=panel, group=each, **options)
    if ax is None:
        for panel in axes.ravel()[len(groups) :]:
            panel.remove()
    return axes


def lines(
    result: KernelDensity, *, ax: Any = None, group: Any = None, peaks: bool = False, bands: bool | None = None
) -> Any:
    """Draw the densities of all periods over each other; with groups one panel each on one scale, or that of `group`.

    Bands, if the result has them, are drawn for four periods at most unless `bands` says otherwise.
    """
    return _each_group(_lines, result, ax, group, None, peaks=peaks, bands=bands)


def ridges(
    result: KernelDensity, *, ax: Any = None, group: Any = None, peaks: bool = False, bands: bool | None = None
) -> Any:
    """Draw the densities of the periods one below the other on one scale, the last in front; bands as in `lines`."""
    return _each_group(_ridges, result, ax, group, None, peaks=peaks, bands=bands)


def surface(
    result: KernelDensity, *, ax: Any = None, group: Any = None, peaks: bool = False, bands: bool = False
) -> Any:
    """Draw the densities over the periods as a surface in three dimensions."""
    return _each_group(_surface_figure, result, ax, group, "3d", peaks=peaks, bands=bands)


KINDS = {"lines": lines, "ridges": ridges, "surface": surface}
