"""The process in which cases run, so that one that dies or hangs takes nothing else with it; started by `run.py`.

It prints the position of each case before it runs it, and after it what is wrong, in one line.
"""

from __future__ import annotations

import faulthandler
import json
import os
import re
import resource
import sys

# Address space of a worker: what asks for more must say so by a MemoryError.
MEMORY = 6 * 2**30


def main(methods: list[str], seed: int, start: int, stop: int, step: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    faulthandler.enable()
    from judge import problem

    sys.stderr.reconfigure(errors="backslashreplace")
    said = _said(0)
    for position in range(start, stop, step):
        method, number = methods[position % len(methods)], position // len(methods)
        print(f"S {position}", flush=True)
        found = problem(method, seed, number)
        size = _said(said)
        text = _text(said) if size > said else ""
        # A case may ask for a progress bar, and polars panics at some columns as they are drawn.
        if found is None and text and ("panicked" in text or "step/s]" not in text) and "crates/polars" not in text:
            found = f"said on stderr: {text}"
        said = size
        if found is not None:
            print("F " + json.dumps([method, number, found]), flush=True)
    print("E", flush=True)


def _said(_: int) -> int:
    sys.stderr.flush()
    return os.fstat(2).st_size


def _text(start: int) -> str:
    with open("/proc/self/fd/2", "rb") as file:
        file.seek(start)
        return re.sub(r"\s+", " ", file.read(2000).decode(errors="replace"))[:300]


if __name__ == "__main__":
    main(sys.argv[1].split(","), *map(int, sys.argv[2:6]))
