"""Tables and remarks of the geographic detector."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._labels import Labels
from ._parts import Partial
from ._record import record
from ._tables import Frame, label_text, make_frame, state_column
from .errors import RegiometricsWarning

__all__ = ["KINDS", "Detected", "frames", "remarks", "warn"]

KINDS = (
    "nonlinear weaken",
    "univariate nonlinear weaken",
    "bivariate enhance",
    "independent",
    "nonlinear enhance",
    "undefined",
)


@record
class Detected:
    """What the kernel found for one outcome, and what resampling added."""

    outcome: str
    core: dict[str, Any]
    resampled: dict[str, Any]


@record
class _Maker:
    """Makes tables of several outcomes, with the columns that tell outcomes and periods apart where there are any."""

    part: Partial
    periods: Labels | None
    detected: Sequence[Detected]
    factors: Sequence[str]
    has_outcomes: bool

    def frame(self, table: str, columns: Any) -> Frame:
        """Return a table: `columns(core table, detected)` gives its columns for one outcome."""
        parts = [columns(each.core[table], each) for each in self.detected]
        lengths = [len(each.core[table]["period"]) for each in self.detected]
        keys: dict[str, Any] = {}
        if self.has_outcomes:
            keys["outcome"] = np.repeat(np.array([each.outcome for each in self.detected]), lengths)
        if self.periods is not None:
            codes = np.concatenate([each.core[table]["period"] for each in self.detected])
            keys["time"] = self.periods.take(codes)
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        if "type" in joined:
            joined["type"] = state_column(self.part.backend, joined["type"], KINDS)
        return make_frame(self.part.backend, keys | joined)

    def named(self, table: Mapping[str, Any], *columns: str) -> dict[str, Any]:
        """Return columns of factor codes as names."""
        return {column: np.array(self.factors)[table[column]] for column in columns}

    def strata(self, table: Mapping[str, Any], *columns: str) -> dict[str, Any]:
        """Return columns of stratum codes as text."""
        texts = [np.array([label_text(label) for label in labels]) for labels in self.part.labels]
        width = max((array.dtype.itemsize for array in texts), default=4) // 4
        result = {}
        for column in columns:
            text = np.empty(len(table["factor"]), dtype=f"<U{width}")
            for factor, names in enumerate(texts):
                rows = table["factor"] == factor
                text[rows] = names[table[column][rows]]
            result[column] = text
        return result

    def plain(self, table: Mapping[str, Any], *columns: str) -> dict[str, Any]:
        return {column: _signed(table[column]) for column in columns}


def _signed(column: NDArray[Any]) -> NDArray[Any]:
    return column.astype(np.int64) if column.dtype.kind == "u" else column


def frames(
    part: Partial, periods: Labels | None, detected: Sequence[Detected], factors: Sequence[str], *, has_outcomes: bool
) -> dict[str, Frame]:
    """Return all tables by name."""
    make = _Maker(part=part, periods=periods, detected=detected, factors=factors, has_outcomes=has_outcomes)

    def factor(table: Any, each: Detected) -> dict[str, Any]:
        columns = make.named(table, "factor") | make.plain(table, "n", "n_strata", "n_singletons", "q", "f")
        columns |= {"noncentrality": table["lambda"], "p_value": table["p_value"], "p_central": table["p_central"]}
        if len(each.resampled.get("factors", ())):
            columns["p_permutation"] = each.resampled["factors"]
        if len(each.resampled.get("low", ())):
            columns |= {name: each.resampled[name] for name in ("standard_error", "low", "high")}
        return columns | make.plain(table, "rank")

    def interaction(table: Any, each: Detected) -> dict[str, Any]:
        columns = make.named(table, "factor_a", "factor_b") | make.plain(table, "q_a", "q_b", "q", "type")
        if len(each.resampled.get("interactions", ())):
            columns["p_permutation"] = each.resampled["interactions"]
        return columns | make.plain(table, "n_strata", "n_empty", "n_singletons")

    def risk(table: Any, _: Detected) -> dict[str, Any]:
        columns = make.named(table, "factor") | make.strata(table, "stratum_a", "stratum_b")
        return columns | make.plain(table, "mean_a", "mean_b", "difference", "t", "dof", "p_value")

    def ecological(table: Any, _: Detected) -> dict[str, Any]:
        columns = make.named(table, "factor_a", "factor_b")
        return columns | make.plain(table, "f", "dof_a", "dof_b", "p_value")

    def strata(table: Any, _: Detected) -> dict[str, Any]:
        columns = make.named(table, "factor") | make.strata(table, "stratum")
        return columns | make.plain(table, "n", "mean", "standard_deviation")

    return {
        "factor": make.frame("factors", factor),
        "interaction": make.frame("interactions", interaction),
        "risk": make.frame("risk", risk),
        "ecological": make.frame("ecological", ecological),
        "strata": make.frame("strata", strata),
        "breaks": _breaks(part, periods, factors),
    }


def _breaks(part: Partial, periods: Labels | None, factors: Sequence[str]) -> Frame:
    """Return the bounds of the classes of all factors that were classed."""
    by_period = any(key is not None for bounds in part.bounds for key in bounds)
    code_of = {label: code for code, label in enumerate([] if periods is None else periods.to_list())}
    names: list[str] = []
    codes: list[int] = []
    classes: list[int] = []
    lower, upper = [np.empty(0)], [np.empty(0)]
    for name, bounds in zip(factors, part.bounds, strict=True):
        for key, (low, high) in sorted(bounds.items(), key=lambda each: code_of.get(each[0], 0)):
            # Bounds for all periods stand in each where other factors have their own.
            for period in code_of.values() if key is None and by_period else [code_of.get(key, 0)]:
                names += [name] * len(high)
                codes += [period] * len(high)
                classes += range(1, len(high) + 1)
                lower.append(low)
                upper.append(high)
    time = {"time": periods.take(np.array(codes, dtype=np.int64))} if by_period and periods is not None else {}
    columns = {
        "factor": np.array(names, dtype=str),
        "stratum": np.array(classes, dtype=str),
        "lower": np.concatenate(lower),
        "upper": np.concatenate(upper),
    }
    return make_frame(part.backend, time | columns)


def remarks(detected: Sequence[Detected], factors: Sequence[str], *, drop: bool) -> Iterator[str]:
    """Yield what should be known about the strata; each is also a warning."""
    tables = [each.core["factors"] for each in detected[:1]]
    n_single = sum(int(table["n_singletons"].sum()) for table in tables)
    n_crossed = sum(int(each.core["interactions"]["n_singletons"].sum()) for each in detected[:1])
    if n_single or n_crossed:
        done = "their units are left out, for each factor and pair by itself" if drop else "they stay, with variance 0"
        named = _named(tables, factors, lambda table: table["n_singletons"] > 0)
        counts = [f"{n_single} ({named})"] if n_single else []
        counts += [f"{n_crossed} crossed"] if n_crossed else []
        yield f"Strata of one unit: {' and '.join(counts)}; {done}."
    named = _named(tables, factors, lambda table: (table["n_strata"] < 2) & ~np.isnan(table["q"]))
    if named:
        yield f"One stratum only, q is 0 and has no test: {named}."
    named = _named([each.core["factors"] for each in detected], factors, lambda table: np.isnan(table["q"]))
    if named:
        yield f"No units, or none that differ, are left in strata of two or more; there is no q: {named}."
    named = _named(tables, factors, lambda table: (table["n_strata"] > 1) & (table["n"] <= table["n_strata"]))
    if named:
        yield f"As many strata as units, q is 1 and has no test: {named}."
    not_compared = sorted({factors[code] for each in detected for code in each.core["not_compared"]})
    if not_compared:
        yield f"More than 1000 strata, means are not compared in pairs: {', '.join(not_compared)}."


def _named(tables: Sequence[Any], factors: Sequence[str], where: Any) -> str:
    codes = dict.fromkeys(int(code) for table in tables for code in table["factor"][where(table)])
    return ", ".join(factors[code] for code in sorted(codes))


def warn(texts: Sequence[str]) -> None:
    """Warn of each at the line that called the public function."""
    for text in texts:
        warnings.warn(text, RegiometricsWarning, stacklevel=3)
