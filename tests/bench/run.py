"""Time each call beside its peers: ``python tests/bench/run.py``.

Every row times the call and its peer in turn, A B A B …, in one process, and prints the median of each and the median
of the ratios pair by pair, which holds when the machine's speed drifts. Peers that are not installed are passed over
and said so. ``--repetitions 3`` is quicker; ``run.py dagum kde`` times only the rows whose call has one of these
words. The rows stand in one module per family of methods. ``--report docs/evidence/measured/speed.md`` writes the
tables of the documentation; ``scaling.py`` draws time against size, ``memory.py`` measures memory alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from chains import chain_rows
from classes import class_rows
from decompositions import dagum_rows, pysal_rows
from densities import density_rows
from detectors import detector_rows
from effects import effect_rows
from forests import forest_rows
from indicators import indicator_rows
from machine import described
from memory import memory_table
from networks_and_centres import ellipse_rows, network_rows
from panels import frame_rows, panel_rows
from rows import Measured, Row, measure
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
    _process_seconds("import regiometrics")
    for _ in range(repetitions):
        own, numpy = (_process_seconds(f"import {name}") for name in ("regiometrics", "numpy"))
        extra.append(own - numpy)
    milliseconds = statistics.median(extra) * 1e3
    verdict = "met" if milliseconds <= 60.0 else "MISSED"
    return f"import regiometrics: numpy's own import + {milliseconds:.0f} ms ({verdict}: ≤ 60 ms)"


def _process_seconds(code: str) -> float:
    # Modules as an installation leaves them: compiled.
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=settings)
    return time.perf_counter() - start


def page(measured: list[Measured], *, import_told: str, memory: str, repetitions: int) -> str:
    """Return all that was measured as Markdown: the machine, the bounds, every row, importing, memory."""
    head = "| call | size | time | peer | peer's time | ratio | bound |\n|---|---|---|---|---|---|---|\n"
    bounds = "\n".join(row.line() for row in measured if row.is_met is not None)
    others = "\n".join(row.line() for row in measured if row.is_met is None)
    return (
        f"Measured on: {described()} Medians of {repetitions} runs, calls of minutes once.\n\n"
        f"## Calls with a bound\n\n{head}{bounds}\n\n## Other calls\n\n{head}{others}\n\n"
        f"## Importing\n\n{import_told}.\n\n## Memory\n\n{memory}\n"
    )


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description="Time each call beside its peers.")
    parser.add_argument("--repetitions", type=int, default=15, help="how often each row is timed")
    parser.add_argument("--report", type=Path, help="also write everything as Markdown into this file")
    parser.add_argument("words", nargs="*", help="time only the rows whose call has one of these words")
    arguments = parser.parse_args()
    repetitions = arguments.repetitions
    print(described() + "\n")
    measured = []
    for rows in FAMILIES:
        for row in rows():
            if not arguments.words or any(word in row.call for word in arguments.words):
                measured.append(measure(row, row.repetitions or repetitions))
                print(measured[-1].line(), flush=True)
    if not arguments.words:
        import_told, memory = import_line(repetitions), memory_table()
        print(f"\n{import_told}\n{memory}")
        if arguments.report is not None:
            told = page(measured, import_told=import_told, memory=memory, repetitions=repetitions)
            arguments.report.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
