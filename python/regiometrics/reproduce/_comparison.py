"""One published table beside the computed one, and what follows from the comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Comparison", "Verdict", "as_shown", "compare", "last_digit", "matches"]

# Printing rounds halves either way, and a double may lie a hair beside the half.
_HALF_UNIT = 0.5 * (1.0 + 1e-9)


@dataclass(frozen=True, kw_only=True, repr=False)
class Comparison:
    """A published table and what was computed for it.

    Attributes
    ----------
    title : str
        What the table shows, with the study.
    sources : tuple of str
        Names in `datasets.published` (or of a dataset that carries the printed results) compared here.
    figures : DataFrame
        One row per figure: key columns, `quantity`, `published`, `computed`, `difference`, `matches`.
    rows, across : tuple of str, str
        The key columns down the side of the table in the report, and the one across its head.
    part : str
        The column by which the verdict is broken down.
    reasons : mapping
        For parts that do not match in every digit, why.
    is_round_trip : bool
        The figures were computed from the printed table itself, so that they show no more than that it is consistent;
        they do not count as reproduced.
    notes : tuple of str
        What else should be known, for example rows that cannot be computed.
    draw : callable, optional
        Draws the figure that goes with the table, and returns its axes; needs matplotlib.
    """

    title: str
    sources: tuple[str, ...]
    figures: pd.DataFrame
    rows: tuple[str, ...]
    across: str
    part: str
    reasons: Mapping[object, str] = field(default_factory=dict)
    is_round_trip: bool = False
    notes: tuple[str, ...] = ()
    draw: Callable[[], Any] | None = None

    def __repr__(self) -> str:
        """Return one line: the table, and how many of its figures come out."""
        return f"<Comparison: {self.title}; {self.n_matches} of {self.n_figures} figures>"

    def _repr_html_(self) -> str:
        from ._html import fragment

        return fragment(self)

    @property
    def n_figures(self) -> int:
        """How many printed figures are compared."""
        return len(self.figures)

    @property
    def n_matches(self) -> int:
        """How many of them come out in every printed digit."""
        return int(self.figures["matches"].sum())

    def verdicts(self) -> list[Verdict]:
        """Return the verdict on each part, in the order of the print."""
        groups = self.figures.groupby(self.part, sort=False, observed=True)
        return [
            Verdict(
                part=part,
                n_figures=len(figures),
                n_matches=int(figures["matches"].sum()),
                largest_difference=float(figures["difference"].abs().max()),
                reason=self.reasons.get(part),
            )
            for part, figures in groups
        ]


class Verdict(NamedTuple):
    """How far a part of a table reproduces: counts, the largest difference, and why it does not in every digit."""

    part: object
    n_figures: int
    n_matches: int
    largest_difference: float
    reason: str | None


def last_digit(printed: pd.Series[float]) -> float:
    """Return what the last printed digit of a column is worth: 0.01 where some figure has two decimals."""
    exponents = [Decimal(repr(float(value))).normalize().as_tuple().exponent for value in printed]
    return float(10.0 ** min(0, *(int(exponent) for exponent in exponents)))


def matches(computed: ArrayLike, printed: ArrayLike, digit: float) -> NDArray[np.bool_]:
    """Return whether each computed figure rounds to the printed one, whose last digit is worth `digit`."""
    return np.asarray(np.abs(np.subtract(computed, printed)) <= _HALF_UNIT * digit)


def compare(published: pd.DataFrame, computed: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Set two wide tables side by side, figure by figure; rows are matched by `keys`, columns by name."""
    import pandas as pd

    quantities = [name for name in published.columns if name not in keys]
    both = published.merge(computed, on=keys, suffixes=("", "_computed"), validate="one_to_one")
    tables = []
    for quantity in quantities:
        value = both[f"{quantity}_computed"].to_numpy(dtype=float)
        table = both[keys].assign(quantity=quantity, published=both[quantity], computed=value)
        table["difference"] = table["computed"] - table["published"]
        table["matches"] = matches(value, both[quantity], last_digit(published[quantity]))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def as_shown(figures: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return each figure as printed, as computed to two more digits, and the difference; words stand as they are."""
    decimals = {
        str(quantity): max(0, round(-np.log10(last_digit(rows["published"]))))
        for quantity, rows in figures.groupby("quantity")
        if _is_number(rows)
    }
    return [_shown(row, decimals.get(str(row.quantity))) for row in figures.itertuples(index=False)]


def _is_number(figures: pd.DataFrame) -> bool:
    # Ranks stand in columns of objects where a table mixes them with words.
    return all(isinstance(value, int | float | np.number) for value in figures["published"])


def _shown(row: Any, decimals: int | None) -> tuple[str, str, str]:
    if decimals is None:
        return str(row.published), str(row.computed), ""
    more = 0 if decimals == 0 and float(row.computed).is_integer() else decimals + 2
    difference = f"{row.computed - row.published:+.{more}f}"
    # Below what is shown a difference is rounding on the way, or none at all.
    difference = difference if float(difference) else "0"
    return f"{row.published:.{decimals}f}", f"{row.computed:.{more}f}", difference
