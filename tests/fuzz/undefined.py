"""Where results hold NaN, or are infinite, by a documented rule: method, table, pattern of the column, and the rule."""

from __future__ import annotations

_EMPTY_ROW = "no transition starts in the state: an empty row"
_NO_PERMUTATIONS = "NaN without permutations"
_NO_Z = "units without neighbours, and those where the statistic is the same for any order, have no z"
_NEVER = "infinite where the chain may never come there; NaN if a state without transitions may come before"
_NOT_YET = "no row is out of bag after so few trees"

UNDEFINED: dict[tuple[str, str, str], str] = {
    ("classify", "goodness_of_fit", ""): "all values are equal",
    ("coefficient_of_variation", "", "standard_deviation|coefficient_of_variation"): "a single unit with sample=True",
    ("dagum_gini", "overall", "share_.*"): "the Gini is zero",
    ("deviational_ellipse", "table", "azimuth"): "a circle has no direction",
    ("deviational_ellipse", "shifts", "bearing"): "a centre that stays has none",
    ("deviational_ellipse", "shifts", "elapsed|speed"): "periods that are neither numbers nor dates",
    ("driver_importance", "oob_curve", "oob_mse|oob_r2"): _NOT_YET,
    ("driver_importance", "oob_mse|oob_r2|oob_mse_rows", ""): "every tree drew every row, or squares underflow",
    ("driver_importance", "table", "inc_mse.*|p_inc_mse.*"): "every tree drew every row",
    ("geodetector", "factor", "f|p_value|p_central"): "one stratum, or as many as units; f is infinite if q is 1",
    ("geodetector", "factor", "q|noncentrality|p_permutation|standard_error|low|high"): "no strata are left",
    ("geodetector", "interaction", "q|q_a|q_b|p_.*"): "no two strata are left without singletons",
    ("geodetector", "risk", "t|dof|p_value"): "a stratum of one unit, or no variance in both; t may be infinite",
    ("geodetector", "ecological", "f|p_value"): "no variance within strata; f is infinite if only in one factor",
    ("geodetector", "breaks", "upper"): "the class above the last bound given is infinite",
    ("geodetector", "strata", "standard_deviation"): "a stratum of one unit has none",
    ("interpolate", "table", ".*"): "gaps that nothing fills stay",
    ("local_g", "table", "p_permutation"): _NO_PERMUTATIONS,
    ("local_g", "table", "z|p_normal|p_value|expected|standard_deviation|spatial_lag"): _NO_Z,
    ("local_moran", "table", "p_permutation"): _NO_PERMUTATIONS,
    ("local_moran", "table", "local_i|expected|standard_deviation|variance|z|p_normal|p_value|spatial_lag"): _NO_Z,
    ("markov", "mobility", "value"): "an empty row; the half-life of a second eigenvalue of 1 is infinite",
    ("markov", "first_passage", ".*"): _NEVER,
    ("markov", "sojourn", ".*"): "an empty row; infinite for a state that is never left",
    ("markov", "probabilities|standard_errors", ".*"): _EMPTY_ROW,
    ("markov", "intervals", "probability|standard_error|low|high"): _EMPTY_ROW,
    ("moran", "table", "p_permutation"): _NO_PERMUTATIONS,
    ("moran", "table", "z|z_.*|p_value|p_normality|p_randomization"): "I is the same for any order of the values",
    ("moran", "scatter", "spatial_lag"): "NaN without neighbours",
    ("network_indicators", "overall", "average_path_length"): "no pair is connected by a path",
    ("network_indicators", "overall", "reciprocity"): "there are no edges",
    ("partial_dependence", "turning_points", "location_.*"): "no forest grown again turns there",
    ("accumulated_effects", "turning_points", "location_.*"): "no forest grown again turns there",
    ("network_indicators", "overall", "reachable_share"): "a single node has no pairs",
    ("optimal_discretization", "table", "q"): "the method does not take the values",
    ("spatial_markov", "states", "spatial_lag"): "NaN without neighbours",
    ("spatial_markov", "table|standard_errors", "to_.*"): _EMPTY_ROW,
    ("spatial_markov", "intervals", "probability|standard_error|low|high"): _EMPTY_ROW,
    ("spatial_markov", "first_passage", "to_.*"): _NEVER,
    ("spatial_markov", "tests", "p_Q.*|p_LR.*"): "NaN without degrees of freedom",
    ("tapio", "table", "elasticity"): "the driver does not change",
    ("theil", "overall", "share_.*"): "the measure is zero or infinite",
    ("theil", "overall", "theil_l|within_l|between_l"): "a zero makes L infinite",
    ("theil", "within", "theil_l|contribution_.*"): "a zero makes L infinite, and parts of it undefined",
    ("tune_forest", "curves|table", "oob_mse|oob_r2"): _NOT_YET,
}  # fmt: skip
# A conditional chain holds the pooled one.
UNDEFINED |= {("spatial_markov", *place[1:]): why for place, why in list(UNDEFINED.items()) if place[0] == "markov"}
for method in ("markov", "spatial_markov"):
    UNDEFINED |= {
        (f"{method}_from_counts", table, pattern): reason
        for (of_method, table, pattern), reason in list(UNDEFINED.items())
        if of_method == method
    }
