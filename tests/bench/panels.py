"""Functions of panels that return frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import regiometrics as rgm
from rows import Row, panel


def frame_rows() -> Iterator[Row]:
    """The functions that return frames beside the pandas idiom for the same columns."""
    table = panel(3000, 20, 31).assign(unit=np.tile(np.arange(3000), 20))
    table["other"] = table["value"].to_numpy()[::-1]
    size = "3000 × 20 panel"

    def growth() -> object:
        wide = table.pivot(index="unit", columns="year", values="value")
        return (wide[2019] / wide[2000]) ** (1 / 19) - 1

    def ranks() -> object:
        by = table.groupby("year")
        return by["value"].rank(ascending=False, method="min") - by["other"].rank(ascending=False, method="min")

    def changes() -> object:
        ordered = table.sort_values(["unit", "year"])
        return ordered.groupby("unit")[["value", "other"]].pct_change()

    scores = table.assign(u1=table["value"].rank(pct=True), u2=table["other"].rank(pct=True))

    def coupling() -> object:
        total = scores["u1"] + scores["u2"]
        return np.sqrt(2 * np.sqrt(scores["u1"] * scores["u2"]) / total * total / 2)

    yield Row(
        call="coupling_coordination",
        size=size,
        work=lambda: rgm.coupling_coordination(scores, ["u1", "u2"]),
        peer_name="the formulas in pandas (no stages, no grades)",
        peer=coupling,
    )
    yield Row(
        call="growth_rate",
        size=size,
        work=lambda: rgm.growth_rate(table, "value", unit="unit", time="year"),
        peer_name="pandas pivot",
        peer=growth,
    )
    yield Row(
        call="share",
        size=size,
        work=lambda: rgm.share(table, "value", unit="unit", time="year"),
        peer_name="pandas groupby transform",
        peer=lambda: table["value"] / table.groupby("year")["value"].transform("sum"),
    )
    yield Row(
        call="rank_consistency",
        size=size,
        work=lambda: rgm.rank_consistency(table, "value", "other", unit="unit", time="year"),
        peer_name="pandas groupby rank, twice",
        peer=ranks,
    )
    yield Row(
        call="tapio",
        size=size,
        work=lambda: rgm.tapio(table, pressure="value", driver="other", unit="unit", time="year"),
        peer_name="pandas groupby pct_change (no states)",
        peer=changes,
    )


def panel_rows() -> Iterator[Row]:
    """Gaps and spread of a panel beside the pandas idioms."""
    table = panel(3000, 20, 31).assign(unit=np.tile(np.arange(3000), 20))
    gaps = table.assign(value=table["value"].where(np.random.default_rng(1).random(len(table)) > 0.1))
    yield Row(
        call="interpolate, with the list of gaps",
        size="3000 × 20 panel, 10 % gaps",
        work=lambda: rgm.interpolate(gaps, ["value"], unit="unit", time="year"),
        peer_name="pandas groupby interpolate (by position)",
        peer=lambda: gaps.groupby("unit")["value"].transform(lambda value: value.interpolate(limit_area="inside")),
    )
    yield Row(
        call="coefficient_of_variation",
        size="3000 × 20 panel",
        work=lambda: rgm.coefficient_of_variation(table, "value", time="year"),
        peer_name="pandas groupby std / mean",
        peer=lambda: table.groupby("year")["value"].std(ddof=0) / table.groupby("year")["value"].mean(),
    )
