"""Spatial weights: which units are neighbours, and how much each counts."""

from ._contiguity import from_geodataframe
from ._distance import distance_band, inverse_distance, knn
from ._links import SpatialWeights, as_weights, from_edges

__all__ = [
    "SpatialWeights",
    "as_weights",
    "distance_band",
    "from_edges",
    "from_geodataframe",
    "inverse_distance",
    "knn",
]

# It is public under two names; pages and pickles know it by this one.
SpatialWeights.__module__ = __name__
