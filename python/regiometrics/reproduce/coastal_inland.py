"""Study D: coastal and inland areas, 2016–2023."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..datasets import load_coastal_inland, published
from ..growth_rate import growth_rate
from ..share import share
from ._comparison import Comparison, compare

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
        title="D. Coastal and inland areas: percent of the nation",
        sources=("coastal_inland_shares",),
        figures=compare(published("coastal_inland_shares"), computed[[*keys, "percent_of_nation"]], keys),
        rows=("indicator", "area"),
        across="year",
        part="quantity",
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
        title="D. Coastal and inland areas: average annual growth",
        sources=("coastal_inland_growth",),
        figures=figures,
        rows=("indicator", "series"),
        across="period",
        part="quantity",
    )


TABLES = (shares, growth)
