"""Quantitative regional economics: from a panel in a data frame to the tables and figures of a paper.

Each method is one call on a data frame (pandas, polars, pyarrow) with one row per region and period:

>>> import regiometrics as rgm
>>> ai = rgm.datasets.load_ai_development()
>>> rgm.dagum_gini(ai, "level", group="region", time="year").overall["gini"].round(2).to_list()
[0.52, 0.33, 0.4, 0.42]
"""

from . import datasets, weights
from ._call import set_threads
from ._core import __version__
from ._language import set_language
from .accumulated_effects import AccumulatedEffects, accumulated_effects
from .classify import Classification, classify
from .coefficient_of_variation import coefficient_of_variation
from .coupling_coordination import CouplingCoordination, coupling_coordination
from .dagum_gini import DagumGini, dagum_gini
from .deviational_ellipse import DeviationalEllipse, deviational_ellipse
from .driver_importance import DriverImportance, driver_importance
from .entropy_weights import EntropyWeights, entropy_weights
from .errors import (
    InternalError,
    InvalidInputError,
    NotEnoughMemoryError,
    RegiometricsError,
    RegiometricsWarning,
)
from .geodetector import Geodetector, geodetector
from .growth_rate import growth_rate
from .industrial_upgrading import industrial_upgrading
from .interpolate import Interpolation, interpolate
from .kde import KernelDensity, kde
from .kde2d import KernelDensity2d, kde2d
from .local_g import LocalG, local_g
from .local_moran import LocalMoran, local_moran
from .markov import Markov, counts_from_probabilities, markov, markov_from_counts
from .moran import Moran, moran
from .network_indicators import NetworkIndicators, network_indicators
from .normalize import normalize
from .optimal_discretization import OptimalDiscretization, optimal_discretization
from .partial_dependence import PartialDependence, partial_dependence
from .random_forest import RandomForestRegressor
from .rank_consistency import rank_consistency
from .share import share
from .spatial_markov import SpatialMarkov, spatial_markov, spatial_markov_from_counts
from .tapio import TapioDecoupling, tapio
from .theil import Theil, theil
from .topsis import Topsis, topsis
from .tune_forest import ForestTuning, tune_forest
from .weights import SpatialWeights

__all__ = [
    "AccumulatedEffects",
    "Classification",
    "CouplingCoordination",
    "DagumGini",
    "DeviationalEllipse",
    "DriverImportance",
    "EntropyWeights",
    "ForestTuning",
    "Geodetector",
    "InternalError",
    "Interpolation",
    "InvalidInputError",
    "KernelDensity",
    "KernelDensity2d",
    "LocalG",
    "LocalMoran",
    "Markov",
    "Moran",
    "NetworkIndicators",
    "NotEnoughMemoryError",
    "OptimalDiscretization",
    "PartialDependence",
    "RandomForestRegressor",
    "RegiometricsError",
    "RegiometricsWarning",
    "SpatialMarkov",
    "SpatialWeights",
    "TapioDecoupling",
    "Theil",
    "Topsis",
    "__version__",
    "accumulated_effects",
    "classify",
    "coefficient_of_variation",
    "counts_from_probabilities",
    "coupling_coordination",
    "dagum_gini",
    "datasets",
    "deviational_ellipse",
    "driver_importance",
    "entropy_weights",
    "geodetector",
    "growth_rate",
    "industrial_upgrading",
    "interpolate",
    "kde",
    "kde2d",
    "local_g",
    "local_moran",
    "markov",
    "markov_from_counts",
    "moran",
    "network_indicators",
    "normalize",
    "optimal_discretization",
    "partial_dependence",
    "rank_consistency",
    "set_language",
    "set_threads",
    "share",
    "spatial_markov",
    "spatial_markov_from_counts",
    "tapio",
    "theil",
    "topsis",
    "tune_forest",
    "weights",
]
