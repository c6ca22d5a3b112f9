"""The regression forest of R's randomForest, as a scikit-learn estimator."""

from __future__ import annotations

import inspect
import sys
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._call import call
from ._forest import Categories, features_per_node, frame_factors, frame_names, matrix_columns, missing_columns
from ._input import read
from ._options import count, flag, seed_or_draw
from .errors import InvalidInputError, RegiometricsError, RegiometricsWarning

__all__ = ["RandomForestRegressor"]


class RandomForestRegressor:
    """Regression forest (Breiman 2001) with the semantics of R's randomForest 4.7, as a scikit-learn estimator.

    Each tree draws as many rows as there are, with replacement. Each node draws `max_features` factors and is split
    where the sum of squares falls most; a node of `node_size` draws or fewer is a leaf, the root is always split.
    scikit-learn is not needed; where it is installed, the class works in its pipelines and searches.

    Parameters
    ----------
    n_estimators : int
        Number of trees.
    max_features : int, float or None
        Factors drawn at each node: a number, a fraction of the factors, or None for a third of them, at least one.
    node_size : int
        A node with this many draws or fewer is a leaf.
    bootstrap : bool
        False grows every tree on every row once; no row is then out of bag.
    random_state : int, numpy.random.RandomState, numpy.random.Generator or None
        Seed; None draws one, which `seed_` records. Same seed, same forest, for any number of threads.
    progress : bool
        Show a progress bar.

    Attributes
    ----------
    n_features_in_ : int
        Number of factors.
    feature_names_in_ : array of str
        Their names; absent if the forest was grown on an array.
    forest_ : dict of arrays
        The nodes of all trees, tree after tree: `offsets` (where each tree begins, and the end of the last), `feature`,
        `threshold` (rows with x ≤ threshold go left), `left` (the left child counted from the root of its tree, 0 at
        leaves; the right child stands next to it), `value` (mean of the draws in the node), `n_draws`.
    oob_prediction_ : array
        Mean prediction of the trees that did not draw the row; NaN where every tree drew it.
    oob_mse_, oob_r2_ : array
        Out-of-bag mean squared error and R² after 1, 2, … trees, over the rows that some tree did not draw.
    oob_score_ : float
        R² after the last tree.
    inc_node_purity_ : array
        Total decrease of the sum of squares by splits on each factor, mean over trees.
    seed_ : int
        The seed in force.

    Notes
    -----
    Splits do not depend on the units of factors and response. Thresholds are midpoints between neighbouring values;
    where a value of the data is the midpoint but for rounding, that value, so that it goes left in any unit.
    Splits of equal gain (to 1e-13 of the sum of squares of the node) are chosen from at random. A node in which no
    factor drawn gains anything is a leaf. R² is 1 − MSE / variance of all responses (dividing by n), as in R.

    Memory: 28 bytes a node, at most 2n nodes and usually 2n/3, for example 12 KB a tree for 630 rows and 2 MB for
    10⁵; while growing, 14 (up to 65535 rows) or 20 bytes per row and factor, and for each thread 160 bytes a row and
    one per row and factor.

    References
    ----------
    Breiman, L. (2001). Random forests. Machine Learning 45, 5–32. https://doi.org/10.1023/A:1010933404324

    Liaw, A. and Wiener, M. (2002). Classification and regression by randomForest. R News 2(3), 18–22.

    Examples
    --------
    >>> import numpy as np
    >>> import regiometrics as rgm
    >>> x = np.linspace(0.0, 1.0, 200)
    >>> forest = rgm.RandomForestRegressor(200, random_state=1).fit(x[:, None], x**2)
    >>> forest.predict([[0.5]]).round(1).tolist()
    [0.2]
    >>> bool(forest.oob_score_ > 0.99)
    True
    """

    _estimator_type = "regressor"

    def __init__(
        self,
        n_estimators: int = 500,
        *,
        max_features: int | float | None = None,
        node_size: int = 5,
        bootstrap: bool = True,
        random_state: Any = None,
        progress: bool = False,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_features = max_features
        self.node_size = node_size
        self.bootstrap = bootstrap
        self.random_state = random_state
        self.progress = progress

    # The estimator

    def fit(self, X: Any, y: Any, groups: Any = None) -> RandomForestRegressor:
        """Grow the forest.

        Parameters
        ----------
        X : data frame or array, rows × factors
            The factors: numbers, or ordered categories, which enter as codes.
        y : array
            The response of each row.
        groups : array, optional
            Group of each row, for example its region: trees draw whole groups, so that a row is out of bag only with
            its whole group.

        Returns
        -------
        RandomForestRegressor
            The estimator itself.

        Raises
        ------
        InvalidInputError
            Missing or infinite values, text, categories without an order, lengths that differ, options out of range.

        Warns
        -----
        RegiometricsWarning
            If the response is constant.
        """
        names, columns, categories = _factors(X)
        response = _response(y, len(columns[0]))
        if len(response) < 2:
            raise InvalidInputError("there is 1 sample (n_samples=1); a forest needs two rows or more")
        codes, n_groups = _group_codes(groups, len(response))
        seed = _seed(self.random_state)
        core = call(
            _core.forest_fit,
            columns,
            response,
            count("n_estimators", self.n_estimators, least=1),
            features_per_node(self.max_features, len(columns)),
            count("node_size", self.node_size, least=1),
            codes,
            n_groups,
            flag("bootstrap", self.bootstrap),
            seed,
            columns={"values": names or _numbered(len(columns)), "response": "y"},
            progress=flag("progress", self.progress),
        )
        if response.min() == response.max():
            text = "the response is constant: every prediction is that number, and no factor matters"
            warnings.warn(text, RegiometricsWarning, stacklevel=2)
        return self._take(names, categories, core, seed, (codes, n_groups))

    def _take(
        self, names: tuple[str, ...] | None, categories: Categories, core: dict[str, Any], seed: int, groups: Any
    ) -> RandomForestRegressor:
        """Set what a fit found."""
        self.n_features_in_: int = len(core["inc_node_purity"])
        if names is None:
            # Those of an earlier fit.
            self.__dict__.pop("feature_names_in_", None)
        else:
            self.feature_names_in_: NDArray[np.object_] = np.array(names, dtype=object)
        self._categories = categories
        self._groups = groups
        self.forest_: dict[str, NDArray[Any]] = core["forest"]
        self.oob_prediction_: NDArray[np.float64] = core["oob_prediction"]
        self.oob_mse_: NDArray[np.float64] = core["oob_mse"]
        self.oob_r2_: NDArray[np.float64] = core["oob_r2"]
        self.oob_score_: float = float(core["oob_r2"][-1])
        self.inc_node_purity_: NDArray[np.float64] = core["inc_node_purity"]
        self.seed_: int = seed
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the mean prediction of all trees for each row.

        Parameters
        ----------
        X : data frame or array, rows × factors
            Columns of a frame are found by name, in any order, and others are passed over; those of an array are
            taken in order.

        Returns
        -------
        array
            One prediction per row.

        Raises
        ------
        InvalidInputError
            Columns that are missing, missing or infinite values, text, and categories that were not there in `fit`.
        """
        self._check_is_fitted()
        columns = self._columns(X)
        names = {"values": self._names}
        found = call(_core.forest_predict, self.forest_, self.n_features_in_, columns, columns=names)
        return np.asarray(found)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R² of the predictions for `X`.

        Parameters
        ----------
        X : data frame or array, rows × factors
            As in `predict`.
        y : array
            The responses.
        sample_weight : array, optional
            Weight of each row.

        Returns
        -------
        float
            1 − weighted squared errors / weighted squared deviations from the weighted mean.
        """
        predicted = self.predict(X)
        actual = _response(y, len(predicted))
        weight = _sample_weight(sample_weight, len(actual))
        # In units of the largest response, whose square may overflow.
        unit = max(float(np.abs(actual).max()), float(np.abs(predicted).max())) or 1.0
        actual, predicted = actual / unit, predicted / unit
        errors = float(weight @ (actual - predicted) ** 2)
        spread = float(weight @ (actual - np.average(actual, weights=weight)) ** 2)
        if spread == 0.0:
            return 1.0 if errors == 0.0 else 0.0
        return 1.0 - errors / spread

    def in_bag_counts(self) -> NDArray[np.uint32]:
        """Return how often each tree drew each row of the training data, trees × rows; drawn anew from the seed."""
        self._check_is_fitted()
        codes, n_groups = self._groups
        n_trees, n_rows = len(self.forest_["offsets"]) - 1, len(self.oob_prediction_)
        found = call(_core.forest_in_bag, n_rows, n_trees, codes, n_groups, bool(self.bootstrap), self.seed_)
        return np.asarray(found).reshape(n_trees, n_rows)

    # What other methods read

    @property
    def _names(self) -> tuple[str, ...]:
        """The names of the factors, x1, x2, … where there are none."""
        given = getattr(self, "feature_names_in_", None)
        return _numbered(self.n_features_in_) if given is None else tuple(given)

    def _columns(self, X: Any) -> list[NDArray[np.float64]]:
        """Return the factors of new data, in the order in which the forest was grown on them."""
        given = frame_names(X)
        if given is not None and hasattr(self, "feature_names_in_"):
            if not set(self._names) <= set(given):
                raise missing_columns(self._names, given)
            roles = {f"X[{place}]": name for place, name in enumerate(self._names)}
            return frame_factors(read(X, **roles), list(roles), self._categories).values
        columns = matrix_columns(X)
        if len(columns) != self.n_features_in_:
            raise InvalidInputError(
                f"X has {len(columns)} features, but RandomForestRegressor is expecting {self.n_features_in_} features "
                "as input"
            )
        return columns

    def _check_is_fitted(self) -> None:
        if not hasattr(self, "forest_"):
            raise _not_fitted("this RandomForestRegressor is not fitted yet; call fit() first")

    # What scikit-learn asks of an estimator

    @classmethod
    def _parameters(cls) -> list[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the options by name.

        Parameters
        ----------
        deep : bool
            Has no effect, since no option is an estimator.
        """
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self, **params: Any) -> RandomForestRegressor:
        """Set options by name and return the estimator.

        Parameters
        ----------
        **params
            Options of the constructor.
        """
        known = self._parameters()
        for name, value in params.items():
            if name not in known:
                raise InvalidInputError(f"RandomForestRegressor has no option {name!r}; it has {', '.join(known)}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        """Return the options that differ from their defaults."""
        defaults = inspect.signature(type(self).__init__).parameters
        given = {name: value for name, value in self.get_params().items() if value is not defaults[name].default}
        return f"RandomForestRegressor({', '.join(f'{name}={value!r}' for name, value in given.items())})"

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, RegressorTags, Tags, TargetTags

        return Tags(
            estimator_type="regressor",
            target_tags=TargetTags(required=True),
            input_tags=InputTags(),
            regressor_tags=RegressorTags(),
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "forest_")


def _numbered(n: int) -> tuple[str, ...]:
    return tuple(f"x{place + 1}" for place in range(n))


def _factors(X: Any) -> tuple[tuple[str, ...] | None, list[NDArray[np.float64]], Categories]:
    """Return names (None for arrays), values and categories of the factors that a forest is to be grown on."""
    names = frame_names(X)
    if names is None:
        columns = matrix_columns(X)
        return None, columns, {}
    roles = {f"X[{place}]": name for place, name in enumerate(names)}
    if not roles:
        raise InvalidInputError("X has no columns; name at least one factor")
    found = frame_factors(read(X, **roles), list(roles))
    return tuple(names), found.values, found.categories


def _response(y: Any, n_rows: int) -> NDArray[np.float64]:
    if y is None:
        raise InvalidInputError("a forest requires y to be passed, but the target y is None")
    if hasattr(y, "__array__") and not hasattr(y, "__len__"):
        y = np.asarray(y)
    if hasattr(y, "ndim") and y.ndim == 2 and y.shape[1] == 1:
        text = "A column-vector y was passed when a 1d array was expected; it is taken as one"
        warnings.warn(text, _scikit_learn("DataConversionWarning", RegiometricsWarning), stacklevel=3)
        y = np.asarray(y)[:, 0]
    table = read(None, y=y)
    if table.n_rows != n_rows:
        raise InvalidInputError(f"y has {table.n_rows} entries for {n_rows} rows of X")
    return table.numbers("y")


def _sample_weight(sample_weight: Any, n_rows: int) -> NDArray[np.float64]:
    if sample_weight is None:
        return np.ones(n_rows)
    weight = read(None, sample_weight=sample_weight).numbers("sample_weight", at_least_zero=True)
    if len(weight) != n_rows:
        raise InvalidInputError(f"sample_weight has {len(weight)} entries for {n_rows} rows of X")
    if not weight.any():
        raise InvalidInputError("every sample_weight is zero; no row has any weight")
    return weight / float(weight.max())


def _group_codes(groups: Any, n_rows: int) -> tuple[NDArray[np.uint32] | None, int]:
    if groups is None:
        return None, 0
    labels = read(None, groups=groups).labels("groups")
    if len(labels.codes) != n_rows:
        raise InvalidInputError(f"groups has {len(labels.codes)} entries for {n_rows} rows of X")
    return labels.codes, len(labels)


def _seed(random_state: Any) -> int:
    """Return a seed; generators of numpy give one, and are moved on by it."""
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**53))
    return seed_or_draw(random_state)


def _scikit_learn(name: str, ours: type) -> type:
    """Return the exception class `name` of scikit-learn where that is loaded, so that its users can catch it."""
    exceptions = sys.modules.get("sklearn.exceptions")
    return ours if exceptions is None else getattr(exceptions, name)


class _NotFittedError(RegiometricsError, ValueError, AttributeError):
    """A forest that has not been grown is asked for something."""


def _not_fitted(message: str) -> Exception:
    theirs = _scikit_learn("NotFittedError", _NotFittedError)
    if theirs is _NotFittedError:
        return _NotFittedError(message)
    return type("NotFittedError", (_NotFittedError, theirs), {})(message)  # type: ignore[no-any-return]
