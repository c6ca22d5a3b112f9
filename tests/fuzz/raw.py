"""How to draw direct calls of the compiled core: arrays of right and wrong length, layout and type, and wrong codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from draw import Draw
from regiometrics import _core

Case = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

_CLASSES = ["quantiles", "equal", "natural_breaks", "geometric", "std", "head_tail"]
_KERNELS = ["gaussian", "epanechnikov", "biweight", "triweight", "triangular", "uniform", "cosine"]
_RULES = ["silverman", "scott", "normal_reference", "isj", "cv_ml", "cv_ls", "fixed"]


class Raw:
    """Arguments that fit together: `n` rows, k classes of each kind; a wild case has some that do not."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.n = draw.pick([0, 1, 2, 5, 30]) if draw.wild() else draw.pick([1, 2, 3, 7, 30, 100])
        self.k, self.periods = draw.pick([1, 2, 3, 5]), draw.pick([1, 1, 2, 3])
        self.seed = draw.pick([0, 1, 2**64 - 1])

    def _length(self, n: int | None) -> int:
        n = self.n if n is None else n
        return max(0, self.draw.pick([0, 1, n - 1, n + 1, 2 * n])) if self.draw.wild() else n

    def _layout(self, array: np.ndarray) -> np.ndarray:
        if not self.draw.chance(self.draw.wildness / 4):
            return array
        kinds = [array[::-1], np.repeat(array, 2)[::2], array.astype(np.float32), array.astype(">f8")]
        return self.draw.pick([*kinds, array.reshape(-1, 1), array.astype(np.int64)])

    def floats(self, n: int | None = None) -> np.ndarray:
        return self._layout(self.draw.numbers(self._length(n)))

    def amounts(self, n: int | None = None) -> np.ndarray:
        array = self.floats(n)
        return array if self.draw.wild() else np.abs(array)

    def codes(self, k: int, n: int | None = None) -> np.ndarray:
        array = self.draw.codes(self._length(n), k).astype(np.uint32)
        if len(array) and self.draw.wild():
            array[self.draw.codes(1, len(array))] = self.draw.pick([k, k + 1, 2**31, 2**32 - 1])
        return self._layout(array)

    def count(self, k: int) -> int:
        return self.draw.pick([0, 1, k - 1, k + 1, 3 * k, 1000, -1]) if self.draw.wild() else k

    def some(self, value: Any) -> Any:
        return self.draw.pick([value, None])

    def word(self, words: list[str]) -> str:
        return self.draw.pick(["", "nonsense", *words]) if self.draw.wild() else self.draw.pick(words)

    def real(self, *usual: float) -> float:
        wild = [float("nan"), float("inf"), -float("inf"), -1.0, 0.0, 5e-324, 1e308, 2.0]
        return self.draw.pick(wild) if self.draw.wild() else self.draw.pick(usual)

    def whole(self, *usual: int) -> int:
        return self.draw.pick([-1, 0, 1, 2, 50]) if self.draw.wild() else self.draw.pick(usual)

    def flag(self) -> bool:
        return self.draw.chance(0.5)

    def table(self, n: int, k: int) -> np.ndarray:
        values = np.abs(self.draw.numbers(max(n * k, 0))).reshape(n, -1 if n and k > 0 else 0)
        return (
            self.draw.pick([np.asfortranarray(values), values[:, ::-1], values.T, values[0:0]])
            if self.draw.wild()
            else values
        )

    def columns(self) -> list[np.ndarray]:
        return [self.floats() for _ in range(self.whole(1, 2, 3))]

    def flags(self, n: int) -> list[bool]:
        return [self.flag() for _ in range(max(0, self.count(n)))]

    def sparse(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return compressed rows of spatial weights between n units."""
        rows = [np.flatnonzero(self.draw.random.random(self.n) < 0.4) for _ in range(self.n)]
        if not self.draw.wild():
            rows = [row[row != unit] for unit, row in enumerate(rows)]
        indices = np.concatenate([*rows, []]).astype(np.uint32)
        indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        if self.draw.wild():
            target = self.draw.pick([indptr, indices])
            if len(target):
                target[self.draw.codes(1, len(target))] = self.draw.pick([0, 1, self.n, 2**31, -1 % 2**32])
        return self._layout(indptr), indices, self.amounts(len(indices))

    def matrix(self, *shape: int) -> np.ndarray:
        counts = self.draw.random.integers(0, 5, int(np.prod(shape))).astype(np.uint64)
        counts = counts * np.uint64(self.draw.pick([1, 2**40, 2**62]) if self.draw.wild() else 1)
        return self._layout(counts[: self._length(len(counts))])

    def panel(self) -> tuple[Any, ...]:
        return self.some(self.codes(self.periods)), self.count(self.periods)

    def scopes(self, n_columns: int) -> tuple[Any, ...]:
        method = self.word(["minmax", "zscore", "vector", "sum"])
        return self.flags(n_columns), method, self.real(0.0, 0.01), *self.panel()

    def rows(self) -> tuple[Any, ...]:
        """Return the rows of the geographical detector."""
        n_strata = [self.draw.pick([1, 2, 4]) for _ in range(self.whole(1, 2, 3))]
        codes = [
            self.codes(k).astype(np.uint8) if self.flag() and not self.draw.wild() else self.codes(k) for k in n_strata
        ]
        return self.floats(), codes, [self.count(k) for k in n_strata], *self.panel()

    def moments(self) -> dict[str, Any]:
        """Return moments of the geographical detector, some of them spoilt."""
        while True:
            try:
                moments: dict[str, Any] = _core.geodetector_moments(Raw(_calm(self.draw)).rows())
                break
            except ValueError:
                continue
        if self.draw.wild():
            table = self.draw.pick([moments["strata"], moments["crossed"]])
            if table:
                table[0] = self.draw.pick(
                    [table[0][:-1], table[0][:, :1], np.zeros((0, 3)), table[0] * np.nan, table[0][::-1]]
                )
        if self.draw.wild():
            moments["n_strata"] = self.draw.pick([[], [9], [0] * len(moments["n_strata"]), moments["n_strata"] * 2])
        if self.draw.wild():
            moments["shift"] = self.floats(self.draw.pick([0, 1, 3]))
        return moments

    def merging(self) -> tuple[Any, ...]:
        sides = self.moments(), self.moments()
        places = [
            ([self.draw.codes(k, self.k).tolist() for k in side["n_strata"]], list(range(len(side["shift"]))))
            for side in sides
        ]
        return *sides, places, [self.count(self.k) for _ in sides[0]["n_strata"]], self.count(self.periods)

    def grown(self) -> dict[str, Any]:
        """Return a forest on two factors, some of its arrays spoilt."""
        draw = self.draw
        columns = [draw.random.random(12), draw.random.random(12)]
        forest: dict[str, Any] = dict(
            _core.forest_fit(columns, draw.random.random(12), 3, 1, 1, None, 0, True, 1)["forest"]
        )
        if draw.wild():
            name = draw.pick(list(forest))
            array = forest[name].copy()
            if draw.chance(0.3):
                array = array[: draw.pick([0, 1, len(array) - 1])]
            elif array.dtype.kind == "u":
                array[draw.codes(1, len(array))] = draw.pick([0, 1, 2, len(array), 2**31, 2**32 - 1])
            else:
                array[draw.codes(1, len(array))] = draw.pick([np.nan, np.inf, 0.0])
            forest[name] = array
        return forest

    def rows_of_forest(self) -> dict[str, Any]:
        columns = [self.floats() for _ in range(self.count(2))]
        return {
            "columns": columns,
            "weights": self.some(self.amounts()),
            "categories": [self.pick_categories() for _ in columns],
        }

    def pick_categories(self) -> int:
        return self.whole(0, 0, 3)

    def resampled(self) -> Any:
        grouped = self.some(self.codes(self.k))
        return self.some({
            "response": self.floats(), "n_trees": self.whole(1, 3), "max_features": self.whole(1, 2),
            "node_size": self.whole(1, 5), "groups": grouped, "n_groups": self.count(self.k), "bootstrap": True,
            "replicates": self.whole(1, 5), "confidence": self.real(0.9), "seed": self.seed,
        })  # fmt: skip

    def factors(self) -> list[int]:
        return [self.whole(0, 1) for _ in range(self.whole(1, 2))]


def _calm(draw: Draw) -> Draw:
    """Return a source of the same draws that draws nothing wild."""
    calm = object.__new__(Draw)
    calm.random, calm.wildness = draw.random, 0.0
    return calm


RAW: dict[str, Callable[[Raw], tuple[Any, ...]]] = {
    "accumulated_effects": lambda r: (
        r.grown(), r.rows_of_forest(), r.factors(), r.whole(1, 5), r.real(0.2, 0.5), r.resampled(),
    ),
    "adjust": lambda r: (
        np.clip(r.amounts(), 0, 1), r.some(r.codes(r.k)), r.count(r.k),
        r.word(["fdr_bh", "fdr_by", "bonferroni", "holm"]),
    ),
    "class_breaks": lambda r: (r.floats(), r.word(_CLASSES), r.whole(2, 3, 5)),
    "class_codes": lambda r: (r.floats(), np.sort(r.floats(3))),
    "classify": lambda r: (r.floats(), r.word(_CLASSES), r.whole(2, 3, 5), r.some(np.sort(r.floats(3)))),
    "coefficient_of_variation": lambda r: (r.amounts(), r.some(r.amounts()), r.codes(r.k), r.count(r.k), r.flag()),
    "connecting_distance": lambda r: (r.floats(), r.floats(), r.flag()),
    "contributions": lambda r: (r.columns(), *r.panel(), r.amounts(r.draw.pick([1, 2, 3, 6]))),
    "coupling_coordination": lambda r: (
        np.clip(r.table(r.n, r.whole(2, 3)), 0, 1), r.word(["standard", "half", "wang2021"]),
        r.some(r.amounts(2)), np.sort(r.amounts(3)),
    ),
    "dagum_gini": lambda r: (
        r.amounts(), r.some(r.amounts()), r.codes(r.k), r.count(r.k), *r.panel(), r.whole(0, 0, 5), r.real(0.9), r.seed,
    ),
    "deviational_ellipse": lambda r: (
        r.floats(), r.floats(), r.some(r.amounts()), r.codes(r.k), r.count(r.k), r.word(["sqrt2", "none", "sqrt2_df"]),
    ),
    "driver_importance": lambda r: (
        r.columns(), r.floats(), r.whole(1, 5), r.whole(1, 2), r.whole(1, 5), r.some(r.codes(r.k)), r.count(r.k),
        r.whole(0, 2), r.flag(), r.seed,
    ),
    "ellipse_outlines": lambda r: (*(r.floats() for _ in range(5)), r.whole(3, 100)),
    "entropy_step": lambda r: ([np.abs(column) for column in r.columns()], *r.panel(), r.flag()),
    "entropy_weights": lambda r: (columns := r.columns(), *r.scopes(len(columns))),
    "entropy_weights_only": lambda r: (columns := r.columns(), *r.scopes(len(columns))),
    "foresee_panel": lambda r: (r.count(r.k), r.count(r.periods), r.whole(0, 16)),
    "forest_fit": lambda r: (
        r.columns(), r.floats(), r.whole(1, 5), r.whole(1, 2), r.whole(1, 5),
        r.some(r.codes(r.k)), r.count(r.k), r.flag(),
        r.seed,
    ),
    "forest_in_bag": lambda r: (r.count(r.n), r.whole(1, 3), r.some(r.codes(r.k)), r.count(r.k), r.flag(), r.seed),
    "forest_predict": lambda r: (r.grown(), r.count(2), [r.floats() for _ in range(r.count(2))]),
    "geodetector": lambda r: (r.moments(), r.flag(), r.flag(), r.word(["none", "bonferroni", "holm", "fdr_bh"])),
    "geodetector_codes": lambda r: (
        r.draw.codes(r.n, 9).astype(r.draw.pick(["u1", "i2", "i4", "i8", "u2", "f8", ">i4"])),
    ),
    "geodetector_merge": lambda r: r.merging(),
    "geodetector_moments": lambda r: (r.rows(),),
    "geodetector_resample": lambda r: (
        r.rows(), r.whole(0, 9), r.whole(0, 9), r.whole(0, 9), r.real(0.9), r.seed, r.flag(),
    ),
    "geodetector_tail": lambda r: (r.real(0.1, 0.9), r.whole(3, 30, 10**6), r.whole(2, 5), r.real(0.0, 3.0, 1e5)),
    "growth_rate": lambda r: (
        r.table(r.n, r.periods), [(*r.draw.codes(2, r.count(r.periods)).tolist(), r.real(1.0, 5.0)) for _ in range(3)],
    ),
    "individual_curves": lambda r: (r.grown(), r.rows_of_forest(), r.factors(), r.whole(1, 5), r.flag()),
    "industrial_upgrading": lambda r: ([np.abs(column) for column in r.columns()],),
    "interpolate": lambda r: (
        r.columns(), r.codes(r.k), r.count(r.k), r.floats(), r.word(["keep", "nearest", "linear"]),
    ),
    "kde": lambda r: (
        r.floats(), r.some(r.amounts()), *r.panel(), r.word(_KERNELS), r.word(_RULES), r.real(1.0, 0.01, 1e3),
        r.whole(2, 50), r.real(3.0, 0.0), (r.real(-np.inf, -1e300), r.real(np.inf, 1e300)), r.real(1e-6, 0.0),
        r.whole(0, 3), r.real(0.9), r.whole(0, 0, 9), r.whole(1, 2), r.seed,
    ),
    "kde2d": lambda r: (
        r.floats(), r.floats(), r.some(r.amounts()), *r.panel(), r.word(_KERNELS),
        r.word(["scott", "normal_reference", "fixed"]), (r.real(1.0), r.real(1.0)), (r.whole(2, 9), r.whole(2, 9)),
        r.real(3.0, 0.0),
    ),
    "local_g": lambda r: (
        *r.sparse(), r.floats(r.n * r.periods), r.count(r.periods), r.flag(), r.flag(), r.some(r.real(0.0, 1.0)),
        r.whole(0, 9), r.seed,
    ),
    "local_moran": lambda r: (
        *r.sparse(), r.floats(r.n * r.periods), r.count(r.periods), r.flag(), r.flag(), r.whole(0, 9), r.seed,
    ),
    "markov": lambda r: (r.matrix(r.k, r.k), r.count(r.k), r.real(0.9)),
    "moran": lambda r: (*r.sparse(), r.floats(r.n * r.periods), r.count(r.periods), r.flag(), r.whole(0, 9), r.seed),
    "neighbors": lambda r: (
        r.floats(), r.floats(), r.flag(), r.some(r.whole(1, 3)), r.real(np.inf, 1.0),
        r.some(r.real(1.0, 2.0)), r.real(0.0, 1.0),
    ),
    "network_links": lambda r: (
        r.codes(r.k), r.codes(r.k), r.some(r.amounts()), r.codes(r.periods), r.count(r.periods), r.count(r.k), r.flag(),
        r.word(["error", "sum", "mean"]), r.flag(),
    ),
    "network_structure": lambda r: (r.codes(r.k), r.codes(r.k), r.amounts(), r.count(r.k), r.flag()),
    "normalize": lambda r: (columns := r.columns(), *r.scopes(len(columns))),
    "optimal_discretization": lambda r: (
        r.floats(), r.columns(), *r.panel(), r.flag(), [r.word(_CLASSES[:5]) for _ in range(r.whole(1, 2))],
        [r.whole(2, 3, 5) for _ in range(r.whole(1, 2))],
    ),
    "partial_dependence": lambda r: (
        r.grown(), r.rows_of_forest(), r.factors(), r.whole(1, 5), r.flag(), r.real(0.2), r.resampled(),
    ),
    "partial_dependence_pairs": lambda r: (
        r.grown(), r.rows_of_forest(), [[r.whole(0, 1), r.whole(0, 1)] for _ in range(r.whole(1, 2))], r.whole(1, 5),
    ),
    "rank_consistency": lambda r: (r.floats(), r.floats(), r.codes(r.k), r.count(r.k), r.flag(), r.whole(0, 3)),
    "set_threads": lambda r: (r.draw.pick([1, 2, 3]),),
    "share": lambda r: (r.floats(), r.codes(r.k), r.floats(r.k)),
    "spatial_markov": lambda r: (
        r.matrix(r.periods, r.k, r.k), r.count(r.periods), r.count(r.k), r.real(0.9), r.whole(0, 19), r.seed,
    ),
    "tapio": lambda r: (
        r.amounts(), r.amounts(), r.codes(r.k), r.codes(r.periods), r.count(r.periods),
        r.draw.pick([-1, -2, 0, 1, 9, -3]),
    ),
    "theil": lambda r: (r.amounts(), r.some(r.amounts()), r.some(r.codes(r.k)), r.count(r.k), *r.panel()),
    "threads": lambda r: (),
    "topsis": lambda r: (
        columns := r.columns(), *r.scopes(len(columns)), r.amounts(r.draw.pick([1, 2, 3, 6])), *r.panel(),
    ),
    "totals": lambda r: (r.floats(), r.codes(r.k), r.count(r.k)),
    "transitions": lambda r: (
        states := r.codes(r.k, r.n * r.periods), r.some(r.codes(r.k, len(states))), r.count(r.periods), r.count(r.k),
        r.count(r.k), r.whole(1, 2),
    ),
    "weights_from_links": lambda r: (r.codes(r.k), r.codes(r.k), r.some(r.amounts()), r.count(r.k), r.flag()),
    "weights_lag": lambda r: (*r.sparse(), r.floats(r.n * r.periods), r.count(r.periods)),
    "weights_reordered": lambda r: (*r.sparse(), r.draw.random.permutation(r.n).astype(np.uint32)),
    "weights_standardized": lambda r: r.sparse(),
    "weights_summary": lambda r: r.sparse(),
}  # fmt: skip


def raw_case(name: str) -> Callable[[Draw], Case]:
    """Return the entry for one function of the core."""
    return lambda draw: (getattr(_core, name), RAW[name](Raw(draw)), {})
