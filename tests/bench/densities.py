"""Kernel densities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import regiometrics as rgm
from rows import Row, Work


def samples() -> dict[str, np.ndarray]:
    """Draw a million values: two hills, and one with a heavy tail, which is 130 deviations of its middle wide."""
    random = np.random.default_rng(20250301)
    n = 1_000_000
    hills = np.where(random.random(n) < 0.7, random.normal(0.0, 1.0, n), random.normal(4.0, 0.7, n))
    return {"two hills": hills, "heavy tail": random.lognormal(size=n)}


def kdepy(values: np.ndarray, bandwidth: float) -> Work | None:
    """KDEpy's fastest estimator on as many places; its error is that of linear binning on them."""
    try:
        from KDEpy import FFTKDE
    except ImportError:
        return None
    return lambda: FFTKDE(bw=bandwidth).fit(values).evaluate(512)


def statsmodels(values: np.ndarray, bandwidth: float) -> Work | None:
    """The univariate density of statsmodels by FFT on as many places."""
    try:
        from statsmodels.nonparametric.kde import KDEUnivariate
    except ImportError:
        return None
    return lambda: KDEUnivariate(values).fit(bw=bandwidth, gridsize=512, fft=True)


def scipy(values: np.ndarray, bandwidth: float) -> Work | None:
    """The density of scipy, which sums over all values at every place."""
    try:
        from scipy.stats import gaussian_kde
    except ImportError:
        return None
    places = np.linspace(values.min() - 3 * bandwidth, values.max() + 3 * bandwidth, 512)
    return lambda: gaussian_kde(values, bandwidth / values.std(ddof=1))(places)


def density_rows() -> Iterator[Row]:
    """`kde` beside KDEpy, statsmodels and scipy at one bandwidth; only `kde` bounds its error and finds the modes."""
    for name, values in samples().items():
        h = float(rgm.kde(None, values).summary_table["bandwidth"].iloc[0])
        result = rgm.kde(None, values, bandwidth=h).summary_table["error_bound"].iloc[0]
        assert result <= 1e-6
        yield Row(
            call="kde",
            size=f"10⁶ values, {name}, 512 places",
            work=lambda values=values, h=h: rgm.kde(None, values, bandwidth=h),
            peer_name="KDEpy FFTKDE",
            peer=kdepy(values, h),
            bound=0.5 if name == "two hills" else None,
        )
        yield Row(
            call="kde",
            size=f"10⁶ values, {name}, 512 places",
            work=lambda values=values, h=h: rgm.kde(None, values, bandwidth=h),
            peer_name="statsmodels by FFT",
            peer=statsmodels(values, h),
        )
    few = samples()["two hills"][:10_000]
    yield Row(
        call="kde",
        size="10⁴ values, 512 places",
        work=lambda: rgm.kde(None, few, bandwidth=0.2),
        peer_name="scipy gaussian_kde",
        peer=scipy(few, 0.2),
    )
    yield from rule_rows(samples()["two hills"], few[:1000])


def rule_rows(many: np.ndarray, few: np.ndarray) -> Iterator[Row]:
    """Rules for bandwidths beside those of KDEpy and statsmodels."""
    try:
        from KDEpy.bw_selection import improved_sheather_jones, silvermans_rule

        peers: dict[str, Work | None] = {
            "silverman": lambda: silvermans_rule(many[:, None]),
            "isj": lambda: improved_sheather_jones(many[:, None]),
        }
    except ImportError:
        peers = {"silverman": None, "isj": None}
    for rule, peer in peers.items():
        yield Row(
            call=f"kde, bandwidth='{rule}'",
            size="10⁶ values, with the curve",
            work=lambda rule=rule: rgm.kde(None, many, bandwidth=rule),
            peer_name="the same of KDEpy, without a curve",
            peer=peer,
        )
    try:
        from statsmodels.nonparametric.kernel_density import KDEMultivariate

        validated: Work | None = lambda: KDEMultivariate(few, "c", bw="cv_ls")  # noqa: E731
    except ImportError:
        validated = None
    yield Row(
        call="kde, bandwidth='cv_ls'",
        size="10³ values, with the curve",
        work=lambda: rgm.kde(None, few, bandwidth="cv_ls"),
        peer_name="statsmodels KDEMultivariate",
        peer=validated,
        repetitions=3,
    )
