"""What partial dependence and accumulated effects share: the forest and its rows, refits, and tables of curves."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._forest import features_per_node, frame_factors, frame_names, missing_columns
from ._input import InputTable, read
from ._options import count, fraction, seed_or_draw
from ._record import record
from ._tables import Frame, make_frame
from .driver_importance import DriverImportance
from .errors import InvalidInputError
from .random_forest import RandomForestRegressor

__all__ = ["MOST", "Refits", "Sample", "chosen_factors", "fitted", "labelled", "read_sample", "turning_table"]

# As many steps as there are.
MOST = 2**40

# A rug of more values shows so many of them, evenly ranked.
_RUG = 400

# Rounding of a mean of the responses.
_SAME = 1e-9


@record
class Sample:
    """The rows over which effects are averaged.

    Attributes
    ----------
    names : tuple of str
        The factors of the forest, in its order.
    columns : list of array
        Their values.
    table : InputTable
        What was read.
    weights, response : array or None
        Weight and response of each row, where they were given.
    categories : dict
        Ordered categories by the name of their factor.
    """

    names: tuple[str, ...]
    columns: list[NDArray[np.float64]]
    table: InputTable
    weights: NDArray[np.float64] | None
    response: NDArray[np.float64] | None
    categories: Mapping[str, list[Any]]

    @property
    def core(self) -> dict[str, Any]:
        """The rows as the core takes them."""
        categories = [len(self.categories.get(name, ())) for name in self.names]
        return {"columns": self.columns, "weights": self.weights, "categories": categories}

    @property
    def told(self) -> dict[str, Any]:
        """The caller's names for what an error of the core speaks of."""
        return {"values": self.names, "response": "value"}

    def rugs(self, factors: Sequence[int]) -> dict[str, NDArray[np.float64]]:
        """Return sorted values of each factor, thinned evenly where there are many."""
        places = np.unique(np.linspace(0, self.table.n_rows - 1, min(self.table.n_rows, _RUG)).astype(np.int64))
        return {self.names[factor]: np.sort(self.columns[factor])[places] for factor in factors}

    def notes(self, factors: Sequence[int]) -> list[str]:
        """Return what should be known about the rows."""
        constant = [self.names[each] for each in factors if self.columns[each].min() == self.columns[each].max()]
        notes = [f"{', '.join(constant)}: the same in every row."] if constant else []
        if self.table.n_dropped:
            notes.append(f"{self.table.n_dropped} row(s) with missing values left out.")
        return notes


def fitted(model: Any) -> RandomForestRegressor:
    """Return the forest itself, also of a result of `driver_importance`.

    Raises
    ------
    InvalidInputError
        For another class, and for a forest that is not fitted.
    """
    if isinstance(model, DriverImportance):
        return model.model
    if not isinstance(model, RandomForestRegressor):
        kind = model if isinstance(model, type) else type(model)
        raise InvalidInputError(
            "model must be a fitted regiometrics RandomForestRegressor or a result of driver_importance, not "
            f"{kind.__module__}.{kind.__qualname__}; exact effects need the thresholds of the trees"
        )
    if not hasattr(model, "forest_"):
        raise InvalidInputError("the model is not fitted yet; call model.fit(X, y) first")
    return model


def read_sample(model: RandomForestRegressor, data: Any, *, value: Any, weight: Any, missing: str) -> Sample:
    """Read the factors of the forest, by name from a frame or in order from an array."""
    names = model._names
    given = frame_names(data)
    if given is not None and hasattr(model, "feature_names_in_"):
        if not set(names) <= set(given):
            raise missing_columns(names, given)
        roles = {f"factors[{place}]": name for place, name in enumerate(names)}
        table = read(data, missing=missing, value=value, weight=weight, **roles)
        columns = frame_factors(table, list(roles), model._categories).values
    else:
        try:
            matrix = data if hasattr(data, "ndim") and data.ndim == 2 else np.asarray(data)
        # Every library has errors of its own for what cannot be an array.
        except Exception as error:
            raise InvalidInputError(f"data cannot be read as an array of rows × factors: {error}") from None
        if matrix.ndim != 2 or matrix.shape[1] != len(names):
            shape = " × ".join(map(str, matrix.shape)) or "a single value"
            raise InvalidInputError(
                f"data must be a data frame or an array of rows × {len(names)} factors, as the forest was grown on, "
                f"not {shape}"
            )
        matrix = np.asarray(matrix)
        arrays = {name: matrix[:, place] for place, name in enumerate(names)}
        table = read(None, missing=missing, value=value, weight=weight, **arrays)
        columns = [table.numbers(role) for role in arrays]
    return Sample(
        names=names,
        columns=columns,
        table=table,
        weights=table.optional_numbers("weight"),
        response=table.numbers("value") if value is not None else None,
        categories=model._categories,
    )


def chosen_factors(names: tuple[str, ...], factors: Any, argument: str = "factors") -> list[int]:
    """Return the positions of the factors asked for; all of them for None.

    Raises
    ------
    InvalidInputError
        For names that the forest does not have, and for a name given twice.
    """
    if factors is None:
        return list(range(len(names)))
    if not isinstance(factors, str | Iterable):
        raise InvalidInputError(f"{argument} must be a list of factor names, not {factors!r}")
    listed = [factors] if isinstance(factors, str) else list(factors)
    for place, name in enumerate(listed):
        if not isinstance(name, str) or name not in names:
            near = difflib.get_close_matches(str(name), names, n=3) or names[:10]
            raise InvalidInputError(
                f"the forest has no factor {name!r} (asked for in {argument}); there is {', '.join(map(repr, near))}"
            )
        if name in listed[:place]:
            raise InvalidInputError(f"factor {name!r} is listed twice in {argument}")
    if not listed:
        raise InvalidInputError(f"{argument} is empty; name at least one factor")
    return [names.index(name) for name in listed]


@record
class Refits:
    """Options of the bootstrap, checked."""

    replicates: int
    confidence: float
    seed: int

    @classmethod
    def checked(cls, bootstrap: Any, confidence: Any, seed: Any, value: Any) -> Refits:
        """Return the options; `value` is needed with `bootstrap`."""
        replicates = count("bootstrap", bootstrap)
        if replicates == 1:
            raise InvalidInputError("bootstrap is 1, which has no spread; ask for 2 or more, 200 or so for bands")
        if replicates and value is None:
            raise InvalidInputError(
                "bootstrap grows forests again and needs the response: name its column in value, with the data that "
                "the model was fitted on"
            )
        return cls(replicates=replicates, confidence=fraction("confidence", confidence), seed=seed_or_draw(seed))

    def core(self, model: RandomForestRegressor, sample: Sample) -> dict[str, Any] | None:
        """Return how the core grows forests again, as the model was fitted."""
        if not self.replicates:
            return None
        codes, n_groups = model._groups
        _check_same_data(model, sample)
        return {
            "response": sample.response,
            "n_trees": len(model.forest_["offsets"]) - 1,
            "max_features": features_per_node(model.max_features, len(sample.names)),
            "node_size": model.node_size,
            "groups": codes,
            "n_groups": n_groups,
            "bootstrap": bool(model.bootstrap),
            "replicates": self.replicates,
            "confidence": self.confidence,
            "seed": self.seed,
        }

    def notes(self, model: RandomForestRegressor) -> list[str]:
        """Return what the bands are."""
        if not self.replicates:
            return []
        drawn = "rows" if model._groups[0] is None else "whole groups"
        return [
            f"Bands ({100 * self.confidence:g} %): forests grown again on {self.replicates} resamples of {drawn}, "
            f"seed {self.seed}."
        ]


def _check_same_data(model: RandomForestRegressor, sample: Sample) -> None:
    """Raise unless the response is that of the fit: the root of a tree holds the mean response of its draws."""
    n_rows = len(model.oob_prediction_)
    if sample.table.n_rows != n_rows:
        raise InvalidInputError(
            f"bootstrap needs the data that the model was fitted on, {n_rows} rows; there are {sample.table.n_rows}"
        )
    codes, n_groups = model._groups
    drawn = _core.forest_in_bag(n_rows, 1, codes, n_groups, bool(model.bootstrap), model.seed_)
    response = sample.response
    assert response is not None
    # In units of the largest, so that no sum leaves the range of doubles.
    unit = max(float(np.abs(response).max()), np.finfo(float).tiny)
    center = float((response / unit).mean())
    mean = float(np.average(response / unit - center, weights=drawn))
    if abs(center + mean - float(model.forest_["value"][0]) / unit) > _SAME:
        raise InvalidInputError(
            f"column {sample.table.name('value')!r} is not the response that the model was fitted on; give the same "
            "rows in the same order"
        )


def labelled(backend: Any, names: Sequence[str], parts: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Frame:
    """Return the parts below each other, with the factor that each is about in front."""
    sizes = [len(part[columns[0]]) for part in parts]
    factor = np.repeat(np.array(list(names), dtype=str), sizes)
    joined = {column: np.concatenate([np.asarray(part[column]) for part in parts]) for column in columns}
    return make_frame(backend, {"factor": factor} | joined)


_POINTS = ("location", "x_from", "x_to", "effect", "size", "share")
_BANDS = ("location_low", "location_high", "size_low", "size_high", "share_of_refits")


def turning_table(backend: Any, names: Sequence[str], parts: Sequence[Mapping[str, Any]], *, with_bands: bool) -> Frame:
    """Return the turning points of all curves."""
    tables = []
    for part in parts:
        points = part["turning_points"]
        direction = np.where(np.asarray(points["is_peak"], dtype=bool), "rise to fall", "fall to rise")
        renamed = {"x_from": points["start"], "x_to": points["end"], "share_of_refits": points["frequency"]}
        tables.append(points | {"direction": direction} | renamed)
    columns = ("direction", *_POINTS, *(_BANDS if with_bands else ()))
    return labelled(backend, names, tables, columns)
