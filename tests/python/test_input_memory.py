"""A million rows with text labels: how long a call takes and how much memory it needs beside its input."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# The peak is VmHWM, the high-water mark of this process's own memory. getrusage's ru_maxrss is no use in a child: it
# starts at the peak of the process that started it. The peak includes what building the frame took, which can only
# make the bound harder to keep.
CHILD = """
import json, re, sys, time
import numpy as np
import regiometrics as rgm

library = sys.argv[1]

def memory(key):
    with open("/proc/self/status") as status:
        return 1024 * int(re.search(key + r":\\s+(\\d+) kB", status.read())[1])

def build(n):
    values = np.random.default_rng(1).random(n) + 1.0
    names = np.array(["Beijing", "Tianjin", "Hebei", "Shanxi", "Inner Mongolia"], dtype=object)[np.arange(n) % 5]
    if library == "pandas":
        import pandas as pd
        frame = pd.DataFrame({"gdp": values, "city": pd.array(names, dtype="str")}, copy=False)
        return frame, int(frame.memory_usage(index=False, deep=True).sum())
    if library == "polars":
        import polars as pl
        frame = pl.DataFrame({"gdp": values, "city": pl.Series(names, dtype=pl.String)})
        return frame, int(frame.estimated_size())
    import pyarrow as pa
    table = pa.table({"gdp": values, "city": pa.array(names, pa.string())})
    return table, table.nbytes

rgm.theil(build(1000)[0], "gdp", group="city")  # whatever is set up on first use
frame, size = build(1_000_000)
before, start = memory("VmRSS"), time.perf_counter()
result = rgm.theil(frame, "gdp", group="city")
seconds, peak = time.perf_counter() - start, memory("VmHWM")
counts = result.within["n"].to_numpy().tolist()
print(json.dumps({"size": size, "growth": peak - before, "seconds": seconds, "counts": counts}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/self/status")
@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_million_rows_need_less_than_two_more_copies(library: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, library], check=True, capture_output=True, text=True, timeout=60
    )
    report = json.loads(done.stdout)
    assert report["counts"] == [200_000] * 5
    assert report["growth"] <= 2 * report["size"], report
    # Ten times what a slow machine takes; a quadratic step would take hours.
    assert report["seconds"] < 5, report
