"""Weights of indicators from their entropy, and the composite score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._indicators import beside, read_indicators, told_constant
from ._options import amount, choice
from ._record import record
from ._result import Result
from ._tables import Frame
from .normalize import METHODS

__all__ = ["EntropyWeights", "entropy_weights"]


@record
class EntropyWeights(Result):
    """Weights, scores, and every table on the way.

    Tables of rows hold the columns of the data that are no indicators, then their own; rows stand as in the data. The
    column `time` of `weights` is there with ``pooled=False`` only. Tables are frames of the caller's library.

    Attributes
    ----------
    weights : frame
        `time`; `indicator`, `direction`; `entropy` e, `divergence` 1 − e, `weight`. Weights add up to one.
    scores : frame
        `score`, the sum of weight × normalised value. It lies between 0 and 1 for min–max without shift.
    normalized : frame
        z: the indicators normalised.
    proportions : frame
        p = z / Σz; each column adds up to one. A column of zeros has 1/N.
    entropy_terms : frame
        −p ln p / ln N, zero where p is; each column adds up to its entropy.
    contributions : frame
        weight × z; each row adds up to its score.
    method : str
        How indicators were normalised.
    shift : float
        What was added to the normalised values.
    pooled : bool
        Whether all periods were weighed together.
    n_dropped : int
        Rows left out because a value was missing.
    notes : tuple of str
        What should be known about the numbers.
    """

    weights: Frame
    scores: Frame
    method: str
    shift: float
    pooled: bool
    n_dropped: int
    notes: tuple[str, ...]
    _steps: _Steps

    _method: ClassVar[str] = "entropy_weights"
    _tables: ClassVar[tuple[str, ...]] = (
        "weights",
        "scores",
        "normalized",
        "proportions",
        "entropy_terms",
        "contributions",
    )
    _shown: ClassVar[tuple[str, ...]] = ("weights", "scores")

    def __repr__(self) -> str:
        """Return one line, without making the tables of the steps."""
        return f"<EntropyWeights: rows of weights {len(self.weights)}, scores {len(self.scores)}; see summary()>"

    @property
    def normalized(self) -> Frame:
        """The indicators normalised."""
        return self._steps.frame(self._steps.normalized)

    @property
    def proportions(self) -> Frame:
        """Each normalised value as a share of its column."""
        return self._steps.frame(self._steps.after(_core.entropy_step, False))

    @property
    def entropy_terms(self) -> Frame:
        """What each value adds to the entropy of its column."""
        return self._steps.frame(self._steps.after(_core.entropy_step, True))

    @property
    def contributions(self) -> Frame:
        """What each indicator adds to the score of each row."""
        return self._steps.frame(self._steps.after(_core.contributions, self._steps.weights))

    def _heading(self, table: str) -> str:
        return {"weights": "indicator_weights", "contributions": "contributions_scores"}.get(table, table)


@record
class _Steps:
    """What the tables between data and scores are made of; the frames are made when asked for."""

    names: tuple[str, ...]
    normalized: Sequence[NDArray[np.float64]]
    weights: NDArray[np.float64]
    scopes: NDArray[np.uint32] | None
    n_scopes: int
    # The columns that are no indicators, if there are any, and the name of that with the periods.
    rest: Frame | None
    time: str | None
    backend: Any

    def frame(self, columns: Sequence[NDArray[np.float64]]) -> Frame:
        return beside(self.rest, self.backend, dict(zip(self.names, columns, strict=True)))

    def after(self, function: Any, *options: Any) -> Any:
        return call(function, self.normalized, self.scopes, self.n_scopes, *options)


def entropy_weights(
    data: Any,
    columns: Any,
    *,
    directions: Any = None,
    method: str = "minmax",
    time: Any = None,
    pooled: bool = True,
    shift: float = 0.0,
    missing: str = "error",
) -> EntropyWeights:
    r"""Weigh indicators by their entropy and add them up to a score: what tells units apart weighs more.

    With z the normalised values of the N rows of a scope (all rows, or one period),

    .. math::

        p_{ij} = \frac{z_{ij}}{\sum_i z_{ij}},\quad
        e_j = -\frac{1}{\ln N} \sum_i p_{ij} \ln p_{ij},\quad
        d_j = 1 - e_j,\quad
        w_j = \frac{d_j}{\sum_j d_j},\quad
        s_i = \sum_j w_j z_{ij}

    where 0 ln 0 = 0. Since d ln N is Theil's T of z, it is summed in a form in which no term is negative: an indicator
    that hardly varies keeps the digits of its weight.

    Parameters
    ----------
    data : data frame or None
        One row per unit and period (pandas, polars, pyarrow, …). None if the other arguments are arrays.
    columns : list of str
        The indicators, numeric, in any units. Without `data`, a mapping of names to arrays, a list of arrays, or an
        array of rows × columns (named x1, x2, …).
    directions : mapping, series or list, optional
        "+" or "positive" where more is better, "-" or "negative" where less is: by name (others are "+"), as from a
        mapping or a pandas series with the names as index, or one for each column. Without it all are "+".
    method : {"minmax", "zscore", "vector", "sum"}
        How to normalise; see `normalize`. Z-scores need a shift that makes all of them zero or more.
    time : str or array, optional
        Period of each row.
    pooled : bool
        True: one set of weights for all periods, from all rows, so that scores compare over time. False: normalised and
        weighed in each period by itself.
    shift : float
        Added to every normalised value, zero or more. None is needed for the logarithm of zero.
    missing : {"error", "drop"}
        Rows with a missing value raise an error, or are left out and counted.

    Returns
    -------
    EntropyWeights
        Tables `weights` and `scores`, and those on the way: `normalized`, `proportions`, `entropy_terms`,
        `contributions`.

    Raises
    ------
    InvalidInputError
        Negative normalised values; a scope in which every column is constant (one row is); text, infinite or missing
        values; unknown columns or directions; a column of the data called "score"; ``pooled=False`` without `time`.

    Warns
    -----
    RegiometricsWarning
        If a column is constant in a scope: its entropy is 1 and its weight 0.

    References
    ----------
    Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical Journal 27, 379–423, §6.

    Hwang, C.-L. & Yoon, K. (1981). Multiple Attribute Decision Making. Springer (entropy method).
    https://doi.org/10.1007/978-3-642-48318-9

    Examples
    --------
    One of four units has all of the first indicator, and two share the second: entropies 0 and ln 2 / ln 4 = 1/2,
    divergences 1 and 1/2, weights 2/3 and 1/3.

    >>> import regiometrics as rgm
    >>> result = rgm.entropy_weights(None, {"ports": [0.0, 0.0, 0.0, 9.0], "parks": [0.0, 5.0, 0.0, 5.0]})
    >>> result.weights.round(4)[["indicator", "entropy", "weight"]].values.tolist()
    [['ports', 0.0, 0.6667], ['parks', 0.5, 0.3333]]
    >>> result.scores["score"].round(4).to_list()
    [0.0, 0.3333, 0.0, 1.0]
    """
    choice("method", method, METHODS)
    shift = amount("shift", shift)
    indicators = read_indicators(data, columns, directions=directions, time=time, pooled=pooled, missing=missing)
    indicators.refuse_clashes("score")
    core = call(
        _core.entropy_weights,
        indicators.values,
        indicators.negative,
        method,
        shift,
        indicators.scope_codes,
        indicators.n_scopes,
        columns={"values": indicators.names},
        rows=indicators.table.positions,
        periods=indicators.scopes,
    )
    notes = told_constant(indicators, core["constant"], "it normalises to 0 and its weight is 0")
    if indicators.table.n_dropped:
        notes.append(f"{indicators.table.n_dropped} row(s) with missing values left out.")
    rest = indicators.rest()
    measures = {name: core[name] for name in ("entropy", "divergence", "weight")}
    return EntropyWeights(
        weights=indicators.by_scope({"direction": indicators.sign_column()} | measures),
        scores=beside(rest, indicators.table.backend, {"score": core["scores"]}),
        method=method,
        shift=shift,
        pooled=pooled,
        n_dropped=indicators.table.n_dropped,
        notes=tuple(notes),
        _steps=_Steps(
            names=indicators.names,
            normalized=core["normalized"],
            weights=core["weight"],
            scopes=indicators.scope_codes,
            n_scopes=indicators.n_scopes,
            rest=rest,
            time=None if indicators.periods is None else indicators.periods.name,
            backend=indicators.table.backend,
        ),
    )
