"""What each public function promises when its data are scaled, shifted, reordered, repeated, renamed or cut by period.

One entry per call of `public_calls.CALLS`. A text in place of a claim is the reason why the property does not apply.
Keys name a column of every table, or `table.column`; columns without a key stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import regiometrics as rgm

Powers = Mapping[str, float]
# Columns that change in a way of their own, with the reason.
Loose = Mapping[str, str]

# Sums of a hundred terms whose roundings differ, in statistics that lose three digits at most.
ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Multiplying `columns` by c multiplies each column of the result by c to its power; by a power of two, exactly."""

    columns: tuple[str, ...] = ("y",)
    powers: Powers = field(default_factory=dict)
    loose: Loose = field(default_factory=dict)
    # A power of two, and a number that rounds every value.
    factors: tuple[float, float] = (4.0, 1000.0 / 7.0)
    rtol: float = ROUNDING
    # Columns that round after a power of two as well.
    inexact: Loose = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Adding d to `columns` adds d times a number to each column of the result."""

    columns: tuple[str, ...] = ("y",)
    moved: Powers = field(default_factory=dict)
    loose: Loose = field(default_factory=dict)
    rtol: float = ROUNDING


@dataclass(frozen=True, kw_only=True)
class Order:
    """The order of the rows changes nothing but that of the tables that follow the `rows`."""

    rows: tuple[str, ...] = ()
    # Tables that follow the order in which units appear.
    sorted_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loose: Loose = field(default_factory=dict)
    rtol: float = ROUNDING


@dataclass(frozen=True, kw_only=True)
class Copies:
    """Every unit k times multiplies each column of the result by k to its power."""

    powers: Powers = field(default_factory=dict)
    # Tables with one row per row of the data, whose rows are repeated.
    rows: tuple[str, ...] = ()
    loose: Loose = field(default_factory=dict)
    rtol: float = ROUNDING


@dataclass(frozen=True, kw_only=True)
class Names:
    """Other names of columns and labels rename the result, in whatever order they sort."""

    loose: Loose = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Periods:
    """A panel gives what its periods give one by one, bit for bit."""

    loose: Loose = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Claims:
    """The promises of one call."""

    scale: Scale | str
    shift: Shift | str
    order: Order | str
    copies: Copies | str
    names: Names | str
    periods: Periods | str
    # Kinds of containers, of those in `public_calls`, that the call does not take.
    not_in: Mapping[str, str] = field(default_factory=dict)


RELATIVE = "it is relative to the mean, or to the first value, which a shift changes"
NO_TIME = "the call has no time"
JOINS = "it is about what becomes of units from one period to another"
NEIGHBOURS = "the neighbours of a copy would have to be made up"
BOUNDS = {"lower": 1, "upper": 1}
BREAKS = {**BOUNDS, "breaks.breaks": 1}
STEPS = {"x": 1, "location": 1, "x_from": 1, "x_to": 1}
CURVE = {**STEPS, "effect": 1, "size": 1}
FOREST = ("y", "a", "b", "c")
PLACES = ("lon", "lat")
EVIDENCE = (
    *("factor.f", "noncentrality", "p_value", "p_central", "t", "dof", "ecological.f", "dof_a", "dof_b"),
    *("n_singletons", "standard_deviation"),
)
UNIQUE = "the whole of the units is classed or ranked, so that a copy takes a place"
# Places of a grid are doubles that one step adds to: its ends move by some units in the last place of the values.
GRID = 1e-10
# Squares of errors that are small beside the response, once that is shifted.
SQUARES = 1e-9
# Means, and squares about them, that are small beside a shift.
SHIFTED = 1e-10


def dealt(*columns: str) -> Periods:
    """Return the claim of a method whose permutations belong to the place of a period among all."""
    columns = ("p_permutation", "p_value", *columns)
    return Periods(loose=dict.fromkeys(columns, "another place among the periods draws other permutations"))


def common(*columns: str) -> Periods:
    """Return the claim of densities on one grid."""
    return Periods(loose=dict.fromkeys(("mass", *columns), "one grid covers all periods"))


def forest(powers: Powers, moved: Powers | None = None, rtol: float = SQUARES) -> Claims:
    """Return the claims of what rests on a forest, whose rows are drawn."""
    return Claims(
        scale=Scale(columns=FOREST, powers=powers),
        shift=Shift(columns=FOREST, moved=moved or {}, rtol=rtol),
        order="rows are drawn by their places",
        copies="a forest of more rows draws others, and its nodes hold fewer of all",
        names=Names(),
        periods=NO_TIME,
    )


def places(power: float) -> Claims:
    """Return the claims of weights by distance, whose weights go with the distance to some power."""
    return Claims(
        scale=Scale(columns=PLACES, powers={"weight": power}),
        shift=Shift(columns=PLACES),
        order=Order(sorted_by={"links": ("source", "target")}),
        copies="copies stand in one place and are each other's neighbours",
        names=Names(),
        periods=NO_TIME,
    )


CLAIMS: dict[str, Claims] = {
    "accumulated_effects": forest(CURVE, STEPS, ROUNDING),
    "classify": Claims(
        scale=Scale(powers=BREAKS),
        shift=Shift(moved=BREAKS),
        order=Order(rows=("codes",)),
        copies=UNIQUE,
        names=Names(),
        periods=NO_TIME,
    ),
    "classify: natural breaks": Claims(
        scale=Scale(powers=BREAKS),
        shift=Shift(moved=BREAKS),
        order=Order(rows=("codes",)),
        copies=Copies(powers={"counts.n": 1}, rows=("codes",)),
        names=Names(),
        periods=NO_TIME,
    ),
    "coefficient_of_variation": Claims(
        scale=Scale(powers={"mean": 1, "standard_deviation": 1}),
        shift=RELATIVE,
        order=Order(),
        copies=Copies(powers={"n": 1}),
        names=Names(),
        periods=Periods(),
    ),
    "coupling_coordination": Claims(
        scale=Scale(
            columns=("u", "v"),
            powers={"development": 1, "coordination": 0.5},
            loose={"stage": "bounds of stages are numbers", "grade": "bounds of grades are numbers"},
            factors=(0.25, 0.3),
        ),
        shift="scores are levels between 0 and 1",
        order=Order(rows=("table",)),
        copies=Copies(rows=("table",)),
        names=Names(),
        periods="time only names the rows",
    ),
    "dagum_gini": Claims(
        scale=Scale(powers={"mean": 1}),
        shift=RELATIVE,
        order=Order(),
        copies=Copies(
            powers={"n": 1},
            loose={
                "standard_error": "errors shrink with more units",
                "low": "and intervals with them",
                "high": "and intervals with them",
            },
        ),
        names=Names(),
        periods=Periods(),
    ),
    "deviational_ellipse": Claims(
        scale=Scale(
            columns=PLACES,
            powers={
                **dict.fromkeys(("center_x", "center_y", "semi_major", "semi_minor", "perimeter"), 1),
                **dict.fromkeys(("distance", "speed"), 1),
                "area": 2,
            },
        ),
        shift=Shift(columns=PLACES, moved={"center_x": 1, "center_y": 1}, rtol=SHIFTED),
        order=Order(),
        copies=Copies(powers={"n": 1}),
        names=Names(),
        periods=Periods(
            loose={f"shifts.{name}": JOINS for name in ("from", "to", "distance", "bearing", "elapsed", "speed")}
        ),
    ),
    "driver_importance": forest(dict.fromkeys(("inc_mse", "inc_mse_se", "inc_node_purity", "oob_mse"), 2)),
    "entropy_weights": Claims(
        scale=Scale(columns=("a", "b", "c")),
        shift=Shift(columns=("a", "b", "c")),
        order=Order(rows=("scores", "normalized", "proportions", "entropy_terms", "contributions")),
        copies="entropy is divided by the logarithm of the number of rows",
        names=Names(),
        periods=Periods(),
    ),
    "geodetector": Claims(
        scale=Scale(powers=dict.fromkeys(("mean", "standard_deviation", "mean_a", "mean_b", "difference"), 1)),
        shift=Shift(
            moved=dict.fromkeys(("mean", "mean_a", "mean_b"), 1),
            loose={
                "noncentrality": "as published, it takes squares of means: a shift moves the p-value that rests on it",
                "factor.p_value": "as published, it rests on squares of means",
            },
            rtol=SHIFTED,
        ),
        order=Order(),
        copies=Copies(
            powers={"n": 1},
            loose=dict.fromkeys(EVIDENCE, "more units of the same means are stronger evidence"),
        ),
        names=Names(),
        periods=Periods(),
    ),
    "geodetector: discretised": Claims(
        scale=Scale(
            columns=("y", "a", "b"),
            powers=dict.fromkeys(("mean", "standard_deviation", "mean_a", "mean_b", "difference", "lower", "upper"), 1),
        ),
        shift=Shift(columns=("a", "b"), moved={"lower": 1, "upper": 1}),
        order=Order(),
        copies="quantiles between two values move when there are more of them",
        names=Names(),
        periods=Periods(),
    ),
    "growth_rate": Claims(
        scale=Scale(powers={"value_start": 1, "value_end": 1}),
        shift=RELATIVE,
        order=Order(),
        copies=Copies(),
        names=Names(),
        periods=JOINS,
    ),
    "industrial_upgrading": Claims(
        scale=Scale(columns=("a", "b", "c"), powers=dict.fromkeys(("a", "b", "c"), 1)),
        shift=RELATIVE,
        order=Order(rows=("frame",)),
        copies=Copies(rows=("frame",)),
        names=Names(),
        periods=NO_TIME,
    ),
    "interpolate": Claims(
        scale=Scale(columns=("gap",), powers={"gap": 1, "value": 1}),
        shift=Shift(columns=("gap",), moved={"gap": 1, "value": 1}),
        order=Order(rows=("table",)),
        copies=Copies(),
        names=Names(),
        periods=JOINS,
    ),
    "kde": Claims(
        scale=Scale(
            powers={"x": 1, "density": -1, "bandwidth": 1, "position": 1, "height": -1, "prominence": -1, "width": 1},
        ),
        shift=Shift(moved={"x": 1, "position": 1}, rtol=GRID),
        order=Order(),
        copies="the bandwidth falls with the number of rows",
        names=Names(),
        periods=common("curves.x", "curves.density", "error_bound"),
    ),
    "kde: given bandwidth": Claims(
        scale="the bandwidth is a number in the unit of the data",
        shift=Shift(moved={"x": 1, "position": 1}, rtol=GRID),
        order=Order(),
        copies=Copies(
            powers={"n": 1, "n_effective": 1}, loose={"error_bound": "a bound on rounding rises with the rows"}
        ),
        names=Names(),
        periods=common("curves.x", "curves.density", "error_bound"),
    ),
    "kde2d": Claims(
        scale=Scale(columns=PLACES, powers={"x": 1, "y": 1, "density": -2, "bandwidth_x": 1, "bandwidth_y": 1}),
        shift=Shift(columns=PLACES, moved={"x": 1, "y": 1}),
        order=Order(),
        copies="the bandwidth falls with the number of rows",
        names=Names(),
        periods=common("grid"),
    ),
    "kde2d: given bandwidth": Claims(
        scale="the bandwidth is a number in the unit of the data",
        shift=Shift(columns=PLACES, moved={"x": 1, "y": 1}),
        order=Order(),
        copies=Copies(powers={"n": 1, "n_effective": 1}),
        names=Names(),
        periods=common("grid"),
    ),
    "local_g": Claims(
        scale=Scale(powers=dict.fromkeys(("value", "spatial_lag", "expected", "standard_deviation"), 1)),
        shift=Shift(moved={"value": 1, "spatial_lag": 1.25, "expected": 1.25}),
        order=Order(sorted_by={"table": ("time", "unit")}),
        copies=NEIGHBOURS,
        names=Names(),
        periods=dealt("hotspot", "counts.n"),
    ),
    "local_moran": Claims(
        scale=Scale(powers={"value": 1}),
        shift=Shift(moved={"value": 1}),
        order=Order(sorted_by={"table": ("time", "unit")}),
        copies=NEIGHBOURS,
        names=Names(),
        periods=dealt("cluster", "counts.n"),
    ),
    "markov": Claims(
        scale=Scale(powers=BOUNDS),
        shift=Shift(moved=BOUNDS),
        order=Order(),
        copies=UNIQUE,
        names=Names(),
        periods=JOINS,
    ),
    "markov: given states": Claims(
        scale="states are labels",
        shift="states are labels",
        order=Order(),
        copies=Copies(
            powers={**dict.fromkeys(("n", "counts"), 1), "standard_error": -0.5, "standard_errors": -0.5},
            loose={"low": "intervals shrink", "high": "intervals shrink"},
        ),
        names=Names(),
        periods=JOINS,
    ),
    "moran": Claims(
        scale=Scale(),
        shift=Shift(),
        order=Order(sorted_by={"scatter": ("time", "unit")}),
        copies=NEIGHBOURS,
        names=Names(),
        periods=dealt("simulations"),
    ),
    "network_indicators": Claims(
        scale=Scale(
            columns=("flow",),
            powers={
                **dict.fromkeys(("edges.weight", "total_weight", "closeness", "average_path_length"), 1),
                **dict.fromkeys(("weighted_degree", "weighted_in_degree", "weighted_out_degree"), 1),
                "average_path_length": -1,
            },
        ),
        shift="the weight of a link is an amount, of which zero is none",
        order=Order(),
        copies="a link given twice is an error",
        names=Names(),
        periods=Periods(),
    ),
    "normalize": Claims(
        scale=Scale(columns=("a", "b")),
        shift=Shift(columns=("a", "b")),
        order=Order(rows=("frame",)),
        copies=Copies(rows=("frame",)),
        names=Names(),
        periods=Periods(),
    ),
    "optimal_discretization": Claims(
        scale=Scale(
            columns=("y", "a", "b"), powers={"upper": 1}, inexact={"upper": "geometric bounds go through logarithms"}
        ),
        shift=Shift(columns=("y",)),
        order=Order(),
        copies="quantiles between two values move when there are more of them",
        names=Names(),
        periods=Periods(),
    ),
    "partial_dependence": forest(CURVE, {**STEPS, "effect": 1}, ROUNDING),
    "rank_consistency": Claims(
        scale=Scale(columns=("a", "b")),
        shift=Shift(columns=("a", "b")),
        order=Order(),
        copies=UNIQUE,
        names=Names(),
        periods=Periods(),
    ),
    "RandomForestRegressor": forest(
        {"prediction": 1, "oob_prediction": 1, "inc_node_purity": 2, "oob_mse": 2},
        {"prediction": 1, "oob_prediction": 1},
    ),
    "share": Claims(
        scale=Scale(powers={"y": 1, "total": 1}),
        shift=RELATIVE,
        order=Order(),
        copies="a share of twice the total is half as large",
        names=Names(),
        periods=Periods(),
    ),
    "spatial_markov": Claims(
        scale=Scale(powers={**BOUNDS, "spatial_lag": 1}),
        shift=Shift(moved={**BOUNDS, "spatial_lag": 1}),
        order=Order(),
        copies=NEIGHBOURS,
        names=Names(),
        periods=JOINS,
    ),
    "tapio": Claims(
        scale=Scale(columns=("a", "b")),
        shift=RELATIVE,
        order=Order(),
        copies=Copies(powers={"shares.n": 1}),
        names=Names(),
        periods=JOINS,
    ),
    "theil": Claims(
        scale=Scale(powers={"mean": 1}),
        shift=RELATIVE,
        order=Order(),
        copies=Copies(powers={"n": 1}),
        names=Names(),
        periods=Periods(),
    ),
    "topsis": Claims(
        scale=Scale(columns=("a", "b", "c")),
        shift=Shift(columns=("a", "b", "c")),
        order=Order(rows=("table",)),
        copies="entropy is divided by the logarithm of the number of rows",
        names=Names(),
        periods=Periods(),
    ),
    "tune_forest": forest({"oob_mse": 2}),
    "weights.as_weights": Claims(
        scale=Scale(columns=("flow",), powers={"weight": 1}),
        shift="the weight of a link is an amount, of which zero is none",
        order=Order(),
        copies="a link given twice is one of twice the weight",
        names=Names(),
        periods=NO_TIME,
        not_in=dict.fromkeys(("polars", "pyarrow", "chunked", "arrays", "strided"), "a square frame with an index"),
    ),
    "weights.distance_band": places(0.0),
    "weights.from_edges": Claims(
        scale=Scale(columns=("flow",), powers={"weight": 1}),
        shift="the weight of a link is an amount, of which zero is none",
        order=Order(sorted_by={"links": ("source", "target")}),
        copies="a link given twice is an error",
        names=Names(),
        periods=NO_TIME,
    ),
    "weights.from_geodataframe": Claims(
        scale="polygons are no column",
        shift="polygons are no column",
        order="each row of this call has the polygon of its place",
        copies="copies of polygons overlap",
        names=Names(),
        periods=NO_TIME,
        not_in=dict.fromkeys(("polars", "pyarrow", "chunked", "arrays", "strided"), "geopandas alone has polygons"),
    ),
    "weights.inverse_distance": places(-1.0),
    "weights.knn": places(0.0),
}

# What takes no rows of units, and why no property applies to it.
WITHOUT_ROWS: Mapping[str, str] = {
    "set_language": "it chooses words",
    "set_threads": "it chooses threads",
    **dict.fromkeys((f"datasets.{name}" for name in rgm.datasets.__all__), "it takes no data"),
}

# The column that weighs the rows.
WEIGHTS = {
    **dict.fromkeys(("coefficient_of_variation", "dagum_gini", "kde", "kde: given bandwidth", "kde2d"), "people"),
    "kde2d: given bandwidth": "people",
    "theil": "people",
    "deviational_ellipse": "y",
}

PROPERTIES = ("scale", "shift", "order", "copies", "names", "periods")
