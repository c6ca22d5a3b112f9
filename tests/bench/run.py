"""Time each call beside its peers: ``python tests/bench/run.py``.

Every row times the call and its peer in turn, A B A B …, in one process, and prints the median of each and the median
of the ratios pair by pair, which holds when the machine's speed drifts. Peers that are not installed are passed over
and said so. ``--quick`` takes fewer repetitions; ``run.py dagum kde`` times only the rows whose call has one of these
words. The rows stand in one module per family of methods.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import regiometrics as rgm
from chains import chain_rows
from classes import class_rows
from decompositions import dagum_rows, pysal_rows
from densities import density_rows
from detectors import detector_rows
from effects import effect_rows
from forests import forest_rows
from indicators import indicator_rows
from networks_and_centres import ellipse_rows, network_rows
from panels import frame_rows, panel_rows
from rows import Row, measure
from spatial_statistics import spatial_rows

FAMILIES: tuple[Callable[[], Iterator[Row]], ...] = (
    dagum_rows,
    pysal_rows,
    class_rows,
    chain_rows,
    detector_rows,
    indicator_rows,
    ellipse_rows,
    network_rows,
    panel_rows,
    effect_rows,
    frame_rows,
    spatial_rows,
    forest_rows,
    density_rows,
)


def import_line(repetitions: int) -> str:
    """Return how much longer `import regiometrics` takes than `import numpy` alone, each in a fresh process."""
    extra = []
    for _ in range(repetitions):
        own, numpy = (_process_seconds(f"import {name}") for name in ("regiometrics", "numpy"))
        extra.append(own - numpy)
    milliseconds = statistics.median(extra) * 1e3
    verdict = "met" if milliseconds <= 60.0 else "MISSED"
    return f"import regiometrics: numpy's own import + {milliseconds:.0f} ms ({verdict}: ≤ 60 ms)"


def _process_seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


_MEMORY_CODE = """
from pathlib import Path
import numpy as np, pandas as pd, regiometrics as rgm
n = 1_000_000
frame = pd.DataFrame({"value": np.random.default_rng(1).lognormal(size=n), "group": np.arange(n) % 10})
rgm.dagum_gini(frame.iloc[:1000], "value", group="group")
status = Path("/proc/self/status")
def mebibytes(field):
    return int(status.read_text().split(field + ":")[1].split()[0]) / 1024
# Writing 5 sets the recorded peak back to what is in use now.
Path("/proc/self/clear_refs").write_text("5")
before = mebibytes("VmRSS")
rgm.dagum_gini(frame, "value", group="group")
print(mebibytes("VmHWM") - before, frame.memory_usage(index=False).sum() / 2**20)
"""


def memory_line() -> str:
    """Return by how much a call on 10⁶ rows raises the peak of memory, beside its input (Linux only)."""
    if not Path("/proc/self/clear_refs").exists():
        return "memory: not measured, this system does not let a process reset its peak"
    done = subprocess.run([sys.executable, "-c", _MEMORY_CODE], check=True, capture_output=True, text=True)
    grown, given = map(float, done.stdout.split())
    verdict = "met" if grown <= 2.0 * given else "MISSED"
    return (
        f"memory of dagum_gini on 10⁶ units: {grown:.0f} MiB above an input of {given:.0f} MiB ({verdict}: ≤ 2 copies)"
    )


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description="Time each call beside its peers.")
    parser.add_argument("--quick", action="store_true", help="3 repetitions instead of 15")
    parser.add_argument("words", nargs="*", help="time only the rows whose call has one of these words")
    arguments = parser.parse_args()
    repetitions = 3 if arguments.quick else 15
    print(f"regiometrics {rgm.__version__}, Python {platform.python_version()}, numpy {np.__version__}, pandas")
    print(f"{pd.__version__}; {platform.machine()}, {rgm.set_threads()} threads; medians of {repetitions}\n")
    print("| call | size | time | peer | peer's time | ratio | bound |\n|---|---|---|---|---|---|---|")
    for rows in FAMILIES:
        for row in rows():
            if not arguments.words or any(word in row.call for word in arguments.words):
                print(measure(row, row.repetitions or repetitions), flush=True)
    if not arguments.words:
        print(f"\n{import_line(repetitions)}\n{memory_line()}")


if __name__ == "__main__":
    main()
