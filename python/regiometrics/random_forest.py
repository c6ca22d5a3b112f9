"""The regression forest of R's randomForest, as a scikit-learn estimator."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._forest import features_per_node, frame_factors, is_frame, missing_columns
from ._input import read
from ._options import count, flag, seed_or_draw
from .errors import InvalidInputError, RegiometricsError

__all__ = ["RandomForestRegressor"]


class RandomForestRegressor:
    """Regression forest with the semantics of R's randomForest 4.7.

    Attributes
    ----------
    forest_ : dict of arrays
        The nodes.
    """

    def __init__(
        self,
        n_estimators: int = 500,
        *,
        max_features: int | float | None = None,
        node_size: int = 5,
        bootstrap: bool = True,
        random_state: int | None = None,
        progress: bool = False,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_features = max_features
        self.node_size = node_size
        self.bootstrap = bootstrap
        self.random_state = random_state
        self.progress = progress

    def fit(self, X: Any, y: Any, groups: Any = None) -> RandomForestRegressor:
        """Grow the forest."""
        if is_frame(X):
            import narwhals as nw

            names = list(nw.from_native(X, eager_only=True).columns)
            roles = {f"X[{place}]": name for place, name in enumerate(names)}
            table = read(X, **roles)
            found = frame_factors(table, list(roles))
            columns, self._categories = found.values, found.categories
            self.feature_names_in_ = np.array(names, dtype=object)
            self._names = tuple(names)
        else:
            matrix = np.asarray(X, dtype=np.float64)
            columns, self._categories = [np.ascontiguousarray(column) for column in matrix.T], {}
            self._names = tuple(f"x{place + 1}" for place in range(matrix.shape[1]))
        response = np.ascontiguousarray(y, dtype=np.float64)
        self.n_features_in_ = len(columns)
        seed = seed_or_draw(self.random_state)
        core = call(
            _core.forest_fit,
            columns,
            response,
            count("n_estimators", self.n_estimators, least=1),
            features_per_node(self.max_features, len(columns)),
            count("node_size", self.node_size, least=1),
            None,
            0,
            flag("bootstrap", self.bootstrap),
            seed,
            columns={"values": self._names, "response": "y"},
            progress=self.progress,
        )
        self.forest_ = core["forest"]
        self.oob_prediction_ = core["oob_prediction"]
        self.oob_mse_ = core["oob_curve"]["mse"]
        self.oob_r2_ = core["oob_curve"]["r2"]
        self.seed_ = seed
        return self

    def _columns(self, X: Any) -> list[NDArray[np.float64]]:
        """Return the factors of new data in the order in which the forest was grown on them."""
        if is_frame(X):
            import narwhals as nw

            given = list(nw.from_native(X, eager_only=True).columns)
            if not set(self._names) <= set(given):
                raise missing_columns(self._names, given)
            roles = {f"X[{place}]": name for place, name in enumerate(self._names)}
            return frame_factors(read(X, **roles), list(roles), self._categories).values
        matrix = np.asarray(X, dtype=np.float64)
        return [np.ascontiguousarray(column) for column in matrix.T]

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the mean prediction of all trees for each row."""
        columns = self._columns(X)
        return np.asarray(call(_core.forest_predict, self.forest_, self.n_features_in_, columns))
