"""Study A: new-type urbanisation of 30 provinces, 2006–2019."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from ..datasets import published
from ..deviational_ellipse import DeviationalEllipse, deviational_ellipse
from ..markov import Markov, counts_from_probabilities, markov_from_counts
from ._chains import chain_notes
from ._comparison import Comparison, compare
from ._words import say, word

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES"]

_TO = ["to_decoupled", "to_linked", "to_negatively_decoupled"]


def decoupling() -> Comparison:
    """Take the Markov tables of decoupling states to whole counts, and back to probabilities."""
    import pandas as pd

    printed = published("decoupling_markov")
    tables: list[pd.DataFrame] = []
    notes: list[str] = []
    chains: dict[str, Markov] = {}
    for pair, rows in printed.groupby("pair", sort=False):
        counts = counts_from_probabilities(rows[_TO], rows["n"])
        chain = markov_from_counts(counts, states=rows["from_state"].tolist())
        chains[str(pair)] = chain
        computed = chain.probabilities.rename(columns={head.removeprefix("to_"): head for head in _TO})
        tables.append(computed.assign(pair=pair, n=chain.sojourn["n"]))
        notes += chain_notes(say(f"The {pair} counts imply", f"由{word(pair)}的次数可得"), chain)
    return Comparison(
        title=say(
            "A. Urbanisation: Markov chains of decoupling states, from the printed cases and probabilities",
            "A 新型城镇化：脱钩状态的马尔可夫链（由印刷的频数与概率）",
        ),
        sources=("decoupling_markov",),
        figures=compare(printed, pd.concat(tables), ["pair", "from_state"]),
        rows=("pair", "from_state"),
        across="quantity",
        part="pair",
        is_round_trip=True,
        notes=(
            say(
                "The states of the provinces are not printed. The computed figures come from the whole counts that "
                "cases × probability give; that such counts exist in every row, and add up to the cases, is what is "
                "shown.",
                "原文未印出各省的状态。计算值来自“频数 × 概率”所得的整数次数；"
                "这里检验的是每一行都存在这样的整数，且其和等于频数。",
            ),
            *notes,
        ),
        draw=lambda: _draw(chains),
    )


def _draw(chains: dict[str, Markov]) -> Any:
    """Draw the matrices side by side."""
    from ..plotting import _style

    panels = _style.grid_of_axes(1, len(chains))[0]
    for ax, (pair, chain) in zip(panels, chains.items(), strict=True):
        chain.plot("probabilities", ax=ax)
        ax.set_title(word(pair))
    return panels


# The axes are printed to two decimals.
_AXIS_ROUNDING = 0.005
# A GIS draws an ellipse as a polygon of this many corners, and measures that.
_CORNERS = 360


def ellipse() -> Comparison:
    """Flattening, perimeter and area from the printed axes."""
    printed = published("urbanisation_ellipse")
    derived = ["flattening_percent", "perimeter_km", "area_10000_km2"]
    figures = compare(printed[["year", *derived]], _from_axes(printed), ["year"])
    return Comparison(
        title=say(
            "A. Urbanisation: flattening, perimeter and area of the ellipse, from the printed axes",
            "A 新型城镇化：标准差椭圆的扁率、周长与面积（由印刷的半轴）",
        ),
        sources=("urbanisation_ellipse",),
        figures=figures,
        rows=("quantity",),
        across="year",
        part="year",
        reasons={row.year: _verdict(row) for row in printed.itertuples()},
        notes=(
            say(
                "The index of the provinces is not printed, so that the axes and azimuths themselves cannot be "
                "computed.",
                "原文未印出各省指数，因此半轴与方位角本身无法计算。",
            ),
        ),
        draw=lambda: _ellipses(printed).plot("ellipses"),
    )


def _ellipses(printed: pd.DataFrame, rounding: float = 0.0) -> DeviationalEllipse:
    """Return ellipses with the printed axes: four points at the ends of two axes have these axes."""
    import pandas as pd

    half = {axis: printed[f"semi_{axis}_km"].to_numpy() + rounding for axis in ("major", "minor")}
    turn = np.radians(printed["azimuth_degrees"].to_numpy())
    ends = [(sign * half["major"], turn) for sign in (1.0, -1.0)]
    ends += [(sign * half["minor"], turn + 0.5 * np.pi) for sign in (1.0, -1.0)]
    points = pd.concat(
        pd.DataFrame({"year": printed["year"], "east": length * np.sin(angle), "north": length * np.cos(angle)})
        for length, angle in ends
    )
    return deviational_ellipse(points, x="east", y="north", time="year")


def _from_axes(printed: pd.DataFrame, rounding: float = 0.0) -> pd.DataFrame:
    """Return the measures of the ellipses in the columns of the printed table."""
    import pandas as pd

    table = _ellipses(printed, rounding).table
    return pd.DataFrame(
        {
            "year": table["time"],
            "flattening_percent": 100.0 * table["flattening"],
            "perimeter_km": table["perimeter"],
            "area_10000_km2": table["area"] / 1e4,
        }
    )


def _verdict(row: Any) -> str:
    """Say whether the printed perimeter and area are those of the polygon that a GIS draws."""
    import pandas as pd

    one = pd.DataFrame([row._asdict()])
    low, high = (_from_axes(one, sign * _AXIS_ROUNDING).iloc[0] for sign in (-1.0, 1.0))
    step = 2.0 * np.pi / _CORNERS
    # Corners at equal steps of the eccentric angle. A chord is sin(step/2)/(step/2) times the speed at its middle times
    # the step, and the sum over the middles differs from the integral by far less than a rounding.
    factors = {"perimeter_km": np.sin(0.5 * step) / (0.5 * step), "area_10000_km2": np.sin(step) / step}
    fits = [
        factor * low[name] - 0.5e-2 <= getattr(row, name) <= factor * high[name] + 0.5e-2
        for name, factor in factors.items()
    ]
    polygon = say(
        f"a polygon of {_CORNERS} corners on the ellipse, which is what a GIS draws and measures",
        f"椭圆上 {_CORNERS} 个顶点的多边形（地理信息系统所绘制与量测的正是它）",
    )
    if all(fits):
        return say(
            f"the printed perimeter and area are, within the rounding of the axes, those of {polygon}",
            f"在半轴的舍入误差之内，印刷的周长与面积等于{polygon}的周长与面积",
        )
    return say(
        "the printed perimeter and area are neither those of the exact ellipse nor, within the rounding of the axes, "
        f"those of {polygon}",
        f"印刷的周长与面积既不等于精确椭圆的数值，也不在半轴舍入误差之内等于{polygon}的数值",
    )


# Provinces of the study, and the most strata with which every printed p is possible.
_N, _STRATA = 30, 5

# The largest noncentrality tried: its p is one in every printed digit.
_MOST_NONCENTRAL = 1e4


def detector() -> Comparison:
    """Rank the printed q, and find the noncentrality with which each printed p follows from its q."""
    printed = published("urbanisation_geodetector")
    rank = printed.groupby("year")["q"].rank(method="min", ascending=False)
    nearest = [_nearest_p(q, p, _STRATA) for q, p in zip(printed["q"], printed["p_value"], strict=True)]
    computed = printed[["factor", "year"]].assign(p_value=nearest, rank=rank)
    figures = compare(printed.drop(columns="q"), computed, ["factor", "year"])
    return Comparison(
        title=say(
            "A. Urbanisation: p-values and ranks of the factor detector, from the printed q",
            "A 新型城镇化：因子探测的p值与排名（由印刷的q值）",
        ),
        sources=("urbanisation_geodetector",),
        figures=figures,
        rows=("year", "factor"),
        across="quantity",
        part="quantity",
        is_round_trip=True,
        notes=(
            say(
                "The strata are not printed. The computed p is the nearest that noncentral F can have with the printed "
                f"q, {_N} units in {_STRATA} strata and any noncentrality; what is shown is that the printed pairs are "
                "possible.",
                f"原文未印出分层。计算的p值是在印刷的q值、{_N} 个单元、{_STRATA} 层与任意非中心参数之下，"
                "非中心F分布所能取得的最近值；"
                "这里说明的是印刷的q值与p值可以并存。",
            ),
            *_possible(printed),
        ),
    )


def _nearest_p(q: float, p: float, n_strata: int) -> float:
    """Return the p nearest to the printed one: p rises with the noncentrality, from the central one."""
    low, high = 0.0, _MOST_NONCENTRAL
    if _core.geodetector_tail(q, _N, n_strata, low) >= p:
        return _core.geodetector_tail(q, _N, n_strata, low)
    while high - low > 1e-9 * high:
        middle = (low + high) / 2.0
        if _core.geodetector_tail(q, _N, n_strata, middle) < p:
            low = middle
        else:
            high = middle
    return _core.geodetector_tail(q, _N, n_strata, high)


def _possible(printed: pd.DataFrame) -> Iterator[str]:
    """Say for each number of strata which p are central ones, and which are too small for their q by any convention."""
    half = 0.0005
    for n_strata in range(2, 9):
        ends = [[_core.geodetector_tail(q + end, _N, n_strata, 0.0) for q in printed["q"]] for end in (half, -half)]
        least, most = (printed["p_value"] * 0.0 + end for end in ends)
        central = (printed["p_value"] >= least - half) & (printed["p_value"] <= most + half)
        n_central = int((central & (printed["p_value"] > 0)).sum())
        n_below = int((printed["p_value"] < least - half).sum())
        n_above_zero = int((printed["p_value"] > 0).sum())
        yield say(
            f"    {n_strata} strata: {n_central} of {n_above_zero} printed p above zero are those of "
            f"central F, {n_below} of {len(printed)} are smaller than any convention allows",
            f"    {n_strata} 层：{n_above_zero} 个大于零的印刷p值中有 {n_central} 个是中心F分布的p值，"
            f"{len(printed)} 个中有 {n_below} 个小于任何约定所允许的值",
        )


TABLES = (ellipse, detector, decoupling)
