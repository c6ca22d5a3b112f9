"""Classifications."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import regiometrics as rgm
from rows import Row, Work


def class_rows() -> Iterator[Row]:
    """Natural breaks beside jenkspy, whose time grows with n²: it runs on a tenth of the values."""
    values = np.random.default_rng(20250301).lognormal(size=100_000)
    peer: Work | None = None
    try:
        from jenkspy import jenks_breaks

        peer = partial(jenks_breaks, values[::10], 5)
    except ImportError:
        pass
    yield Row(
        call='classify, method="natural_breaks"',
        size="10⁵ values, k = 5",
        work=lambda: rgm.classify(values, k=5, method="natural_breaks"),
        peer_name="jenkspy on 10⁴ of them (at 10⁵: 100 × as long)",
        peer=peer,
        # A tenth of the peer's time at full size.
        bound=10.0,
    )
