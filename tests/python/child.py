"""Python programs in processes of their own, for what cannot be tried in the process of the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

# What every program starts with. The Gini of the values 1 … n is (n − 1)/(3n) whatever the groups: the mean difference
# is (n² − 1)/(3n) and twice the mean is n + 1. The core is called directly, which spares the import of pandas.
PRELUDE = """
import faulthandler, json, os, signal, sys, threading, time
import numpy as np
import regiometrics as rgm
from regiometrics import _core

faulthandler.dump_traceback_later(50, exit=True)

def decompose(n, bootstrap=0):
    values = np.random.default_rng(n).permutation(n) + 1.0
    groups = (np.arange(n) % 3).astype(np.uint32)
    return _core.dagum_gini(values, None, groups, 3, None, 1, bootstrap, 0.95, 7)["overall"]

def computes(n=1000):
    # Sums of n terms of up to n, each rounded, err by far less than the 1e-12 asked for.
    return bool(abs(decompose(n)["estimate"][0, 0] - (n - 1) / (3 * n)) < 1e-12)
"""


def run(program: str, *, prelude: str = PRELUDE, timeout: float = 60.0, **environment: str) -> Any:
    """Run `prelude` and `program`, and return what they printed, read as JSON. They must end without error."""
    # Processes that it starts find the modules of the tests.
    path = os.pathsep.join([os.path.dirname(__file__), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", prelude + program],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=os.environ | {"PYTHONPATH": path} | environment,
        check=False,
    )
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)
