"""The compiled kernels. Private: the public functions check, label and document."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

_Float: TypeAlias = NDArray[np.float64]
_Code: TypeAlias = NDArray[np.uint32]
_Count: TypeAlias = NDArray[np.uint64]
_Offset: TypeAlias = NDArray[np.int64]
_Progress: TypeAlias = Callable[[int, int], object]
_FactorCodes: TypeAlias = Sequence[NDArray[np.uint8] | _Code]
_Rows: TypeAlias = tuple[_Float, _FactorCodes, Sequence[int], _Code | None, int]
_Moments: TypeAlias = dict[str, Any]
_Places: TypeAlias = tuple[Sequence[Sequence[int]], Sequence[int]]

__all__ = [
    "__version__",
    "adjust",
    "accumulated_effects",
    "class_breaks",
    "class_codes",
    "classify",
    "coefficient_of_variation",
    "connecting_distance",
    "contributions",
    "coupling_coordination",
    "dagum_gini",
    "deviational_ellipse",
    "ellipse_outlines",
    "driver_importance",
    "entropy_step",
    "entropy_weights",
    "entropy_weights_only",
    "exercise",
    "geodetector",
    "geodetector_codes",
    "geodetector_merge",
    "geodetector_moments",
    "geodetector_resample",
    "foresee_panel",
    "forest_fit",
    "forest_in_bag",
    "forest_predict",
    "geodetector_tail",
    "growth_rate",
    "local_g",
    "local_moran",
    "markov",
    "moran",
    "neighbors",
    "industrial_upgrading",
    "individual_curves",
    "interpolate",
    "network_links",
    "network_structure",
    "kde",
    "kde2d",
    "normalize",
    "optimal_discretization",
    "partial_dependence",
    "partial_dependence_pairs",
    "rank_consistency",
    "set_threads",
    "share",
    "spatial_markov",
    "tapio",
    "theil",
    "threads",
    "topsis",
    "totals",
    "transitions",
    "weights_from_links",
    "weights_lag",
    "weights_reordered",
    "weights_standardized",
    "weights_summary",
]

__version__: Final[str]

def set_threads(n: int) -> None: ...
def threads() -> int: ...
def exercise(action: str, steps: int = 1, progress: _Progress | None = None, briefly: bool = False) -> int: ...
def foresee_panel(n_units: int, n_periods: int, bytes_each: int) -> None: ...
def adjust(p: _Float, families: _Code | None, n_families: int, method: str) -> _Float: ...
def class_breaks(values: _Float, method: str, k: int) -> _Float: ...
def class_codes(values: _Float, breaks: _Float) -> _Code: ...
def classify(values: _Float, method: str, k: int, breaks: _Float | None) -> dict[str, Any]: ...
def coupling_coordination(scores: _Float, variant: str, weights: _Float | None, stages: _Float) -> dict[str, Any]: ...
def dagum_gini(
    values: _Float,
    weights: _Float | None,
    groups: _Code,
    n_groups: int,
    periods: _Code | None,
    n_periods: int,
    bootstrap: int,
    confidence: float,
    seed: int,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def deviational_ellipse(
    x: _Float, y: _Float, weights: _Float | None, cells: _Code, n_cells: int, correction: str
) -> dict[str, Any]: ...
def ellipse_outlines(
    center_x: _Float, center_y: _Float, semi_major: _Float, semi_minor: _Float, azimuth: _Float, n: int
) -> tuple[_Float, _Float]: ...
def tapio(
    pressure: _Float, driver: _Float, units: _Code, periods: _Code, n_periods: int, base: int
) -> dict[str, Any]: ...
def theil(
    values: _Float,
    weights: _Float | None,
    groups: _Code | None,
    n_groups: int,
    periods: _Code | None,
    n_periods: int,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def geodetector(moments: _Moments, sample_variance: bool, drop_singletons: bool, adjustment: str) -> dict[str, Any]: ...
def geodetector_codes(values: NDArray[Any]) -> tuple[NDArray[np.uint8] | _Code, _Offset] | None: ...
def geodetector_merge(
    first: _Moments, second: _Moments, places: Sequence[_Places], n_strata: Sequence[int], n_periods: int
) -> _Moments: ...
def geodetector_moments(rows: _Rows) -> _Moments: ...
def geodetector_resample(
    rows: _Rows,
    permutations: int,
    interaction_permutations: int,
    bootstrap: int,
    confidence: float,
    seed: int,
    drop_singletons: bool,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def geodetector_tail(q: float, n: int, n_strata: int, noncentrality: float) -> float: ...
def growth_rate(values: _Float, spans: list[tuple[int, int, float]]) -> _Float: ...
def totals(values: _Float, cells: _Code, n_cells: int) -> _Float: ...
def share(values: _Float, cells: _Code, totals: _Float) -> _Float: ...
def rank_consistency(
    a: _Float, b: _Float, cells: _Code, n_cells: int, ascending: bool, tolerance: int
) -> dict[str, Any]: ...
def transitions(
    states: _Code, given: _Code | None, n_periods: int, k: int, n_given: int, lag: int
) -> tuple[_Count, int]: ...
def markov(counts: _Count, k: int, confidence: float) -> dict[str, Any]: ...
def network_links(
    source: _Code,
    target: _Code,
    weights: _Float | None,
    periods: _Code,
    n_periods: int,
    n_nodes: int,
    directed: bool,
    parallel: str,
    drop_self_loops: bool,
) -> dict[str, Any]: ...
def network_structure(
    source: _Code, target: _Code, weights: _Float, n_nodes: int, directed: bool
) -> dict[str, Any]: ...
def spatial_markov(
    counts: _Count,
    n_given: int,
    k: int,
    confidence: float,
    permutations: int,
    seed: int,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def local_g(
    indptr: _Offset,
    indices: _Code,
    data: _Float,
    values: _Float,
    n_periods: int,
    standardize: bool,
    star: bool,
    self_weight: float | None,
    permutations: int,
    seed: int,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def local_moran(
    indptr: _Offset,
    indices: _Code,
    data: _Float,
    values: _Float,
    n_periods: int,
    standardize: bool,
    conditional: bool,
    permutations: int,
    seed: int,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def moran(
    indptr: _Offset,
    indices: _Code,
    data: _Float,
    values: _Float,
    n_periods: int,
    standardize: bool,
    permutations: int,
    seed: int,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def neighbors(
    x: _Float,
    y: _Float,
    great_circle: bool,
    k: int | None,
    threshold: float,
    power: float | None,
    least: float,
) -> tuple[_Offset, _Code, _Float]: ...
def connecting_distance(x: _Float, y: _Float, great_circle: bool) -> float: ...
def weights_from_links(
    source: _Code, target: _Code, weight: _Float | None, n: int, symmetric: bool
) -> tuple[_Offset, _Code, _Float]: ...
def weights_lag(indptr: _Offset, indices: _Code, data: _Float, values: _Float, n_columns: int) -> _Float: ...
def weights_reordered(indptr: _Offset, indices: _Code, data: _Float, order: _Code) -> tuple[_Offset, _Code, _Float]: ...
def weights_standardized(indptr: _Offset, indices: _Code, data: _Float) -> _Float: ...
def weights_summary(indptr: _Offset, indices: _Code, data: _Float) -> tuple[int, _Float]: ...
def kde(
    values: _Float,
    weights: _Float | None,
    periods: _Code | None,
    n_periods: int,
    kernel: str,
    rule: str,
    bandwidth: float,
    grid_size: int,
    cut: float,
    support: tuple[float, float],
    tolerance: float,
    bootstrap: int,
    confidence: float,
    test: int,
    null_modes: int,
    seed: int,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def kde2d(
    x: _Float,
    y: _Float,
    weights: _Float | None,
    periods: _Code | None,
    n_periods: int,
    kernel: str,
    rule: str,
    bandwidth: tuple[float, float],
    grid_size: tuple[int, int],
    cut: float,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def normalize(
    columns: Sequence[_Float], negative: list[bool], method: str, shift: float, scopes: _Code | None, n_scopes: int
) -> dict[str, Any]: ...
def entropy_weights(
    columns: Sequence[_Float], negative: list[bool], method: str, shift: float, scopes: _Code | None, n_scopes: int
) -> dict[str, Any]: ...
def entropy_weights_only(
    columns: Sequence[_Float], negative: list[bool], method: str, shift: float, scopes: _Code | None, n_scopes: int
) -> dict[str, Any]: ...
def entropy_step(normalized: Sequence[_Float], scopes: _Code | None, n_scopes: int, terms: bool) -> list[_Float]: ...
def contributions(
    normalized: Sequence[_Float], scopes: _Code | None, n_scopes: int, weights: _Float
) -> list[_Float]: ...
def topsis(
    columns: Sequence[_Float],
    negative: list[bool],
    method: str,
    shift: float,
    scopes: _Code | None,
    n_scopes: int,
    weights: _Float,
    periods: _Code | None,
    n_periods: int,
) -> dict[str, Any]: ...
def optimal_discretization(
    values: _Float,
    factors: Sequence[_Float],
    periods: _Code | None,
    n_periods: int,
    pooled: bool,
    methods: Sequence[str],
    k: Sequence[int],
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def industrial_upgrading(columns: Sequence[_Float]) -> _Float: ...
def interpolate(columns: Sequence[_Float], units: _Code, n_units: int, times: _Float, edges: str) -> dict[str, Any]: ...
def coefficient_of_variation(
    values: _Float, weights: _Float | None, cells: _Code, n_cells: int, sample: bool
) -> dict[str, Any]: ...
def forest_fit(
    columns: Sequence[_Float],
    response: _Float,
    n_trees: int,
    max_features: int,
    node_size: int,
    groups: _Code | None,
    n_groups: int,
    bootstrap: bool,
    seed: int,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def forest_predict(forest: dict[str, Any], n_features: int, columns: Sequence[_Float]) -> _Float: ...
def forest_in_bag(
    n_rows: int, n_trees: int, groups: _Code | None, n_groups: int, bootstrap: bool, seed: int
) -> _Code: ...
def driver_importance(
    columns: Sequence[_Float],
    response: _Float,
    n_trees: int,
    max_features: int,
    node_size: int,
    groups: _Code | None,
    n_groups: int,
    permutations: int,
    exact: bool,
    seed: int,
    progress: _Progress | None = None,
) -> dict[str, Any]: ...
def partial_dependence(
    forest: dict[str, Any],
    table: dict[str, Any],
    factors: Sequence[int],
    most: int,
    centered: bool,
    prominence: float,
    bootstrap: dict[str, Any] | None,
    progress: _Progress | None = None,
) -> list[dict[str, Any]]: ...
def accumulated_effects(
    forest: dict[str, Any],
    table: dict[str, Any],
    factors: Sequence[int],
    most: int,
    prominence: float,
    bootstrap: dict[str, Any] | None,
    progress: _Progress | None = None,
) -> list[dict[str, Any]]: ...
def individual_curves(
    forest: dict[str, Any], table: dict[str, Any], factors: Sequence[int], most: int, centered: bool
) -> list[dict[str, Any]]: ...
def partial_dependence_pairs(
    forest: dict[str, Any], table: dict[str, Any], pairs: Sequence[Sequence[int]], most: int
) -> list[dict[str, Any]]: ...
