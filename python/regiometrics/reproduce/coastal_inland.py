"""Study D: coastal and inland areas, 2016–2023."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..datasets import load_coastal_inland, published
from ..growth_rate import growth_rate
from ..share import share
from ._comparison import Comparison, compare
from ._words import say, word

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES"]

_SPANS = [(2016, 2020), (2021, 2023)]


def _shares() -> pd.DataFrame:
    table: pd.DataFrame = share(
        load_coastal_inland(), "value", unit="area", time="year", by="indicator", total="nation"
    )
    return table


def shares() -> Comparison:
    """Shares of the nation, and levels relative to it."""
    computed = _shares().assign(percent_of_nation=lambda table: 100.0 * table["share"])
    keys = ["indicator", "area", "year"]
    return Comparison(
        title=say("D. Coastal and inland areas: percent of the nation", "D 沿海与内陆：占全国比重与相对水平（%）"),
        sources=("coastal_inland_shares",),
        figures=compare(published("coastal_inland_shares"), computed[[*keys, "percent_of_nation"]], keys),
        rows=("indicator", "area"),
        across="year",
        part="quantity",
        draw=lambda: _draw_shares(computed),
    )


def growth() -> Comparison:
    """Average annual growth of the levels and of the shares."""
    import pandas as pd

    levels = load_coastal_inland().rename(columns={"area": "series"})
    relative = _shares().assign(series=lambda table: table["area"] + "_share", value=lambda table: table["share"])
    columns = ["indicator", "series", "year", "value"]
    data = pd.concat([levels[columns], relative[columns]], ignore_index=True)
    computed = growth_rate(data, "value", unit=["indicator", "series"], time="year", periods=_SPANS)
    computed = computed.rename(columns={"start": "start_year", "end": "end_year"})
    computed["average_annual_growth_percent"] = 100.0 * computed["growth_rate"]
    keys = ["indicator", "series", "start_year", "end_year"]
    quantity = "average_annual_growth_percent"
    figures = compare(published("coastal_inland_growth"), computed[[*keys, quantity]], keys)
    figures["period"] = figures["start_year"].astype(str) + "–" + figures["end_year"].astype(str)
    return Comparison(
        title=say("D. Coastal and inland areas: average annual growth", "D 沿海与内陆：年均增长率（%）"),
        sources=("coastal_inland_growth",),
        figures=figures,
        rows=("indicator", "series"),
        across="period",
        part="quantity",
        draw=lambda: _draw_growth(figures),
    )


def _draw_shares(computed: pd.DataFrame) -> Any:
    """Draw the percent of the nation of the coastal area in the first and the last year, bars per indicator."""
    from ..plotting.frames import bars

    ends = computed["year"].isin([computed["year"].min(), computed["year"].max()])
    coastal = computed[ends & (computed["area"] == "coastal")]
    coastal = coastal.assign(indicator=coastal["indicator"].map(word))
    label = word("percent_of_nation")
    return bars(coastal, value="percent_of_nation", name="indicator", series="year", title=word("coastal"), label=label)


def _draw_growth(figures: pd.DataFrame) -> Any:
    """Draw the growth of the coastal and the inland area, a panel per period."""
    from ..plotting import _style
    from ..plotting.frames import bars

    chosen = figures[figures["series"].isin(["coastal", "inland"])]
    chosen = chosen.assign(indicator=chosen["indicator"].map(word), series=chosen["series"].map(word))
    periods = chosen["period"].unique()
    panels = _style.grid_of_axes(1, len(periods))[0]
    label = word("average_annual_growth_percent")
    for ax, period in zip(panels, periods, strict=True):
        rows = chosen[chosen["period"] == period]
        bars(rows, ax=ax, value="computed", name="indicator", series="series", title=period, label=label)
    panels[0].get_legend().remove()
    panels[1].set_yticklabels([])
    return panels


TABLES = (shares, growth)
