"""Fuzz every public function and the compiled core: ``python tests/fuzz/run.py --cases 100000 --seed 1``.

Cases are drawn from method, seed and number alone, and run in processes of their own, so that aborts and hangs are
seen. A case that fails is printed as the command that runs it again.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

# Seconds that a case of some dozen rows may take, a loaded machine included.
PATIENCE = 20.0


def methods(pattern: str | None) -> list[str]:
    from judge import CASES

    public = [name for name in CASES if not name.startswith("core.")]
    found = [name for name in CASES if pattern is None or name == pattern or name.startswith(f"{pattern}.")]
    found = public if pattern == "public" else found
    if not found:
        sys.exit(f"there is no method {pattern!r}; there is {', '.join(CASES)}")
    return found


class Run:
    """Workers over positions `first`, `first + step`, … below `stop`, started again where one dies."""

    def __init__(self, names: list[str], seed: int, first: int, stop: int, step: int) -> None:
        self.names, self.seed, self.next, self.stop, self.step = names, seed, first, stop, step
        self.ran: Counter[str] = Counter()
        self.failures: list[tuple[str, int, str]] = []
        self.worker: subprocess.Popen[bytes] | None = None
        self.running, self.since = -1, 0.0
        self.pending = b""
        self.stderr = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `close`)

    def start(self) -> None:
        command = [sys.executable, str(HERE / "worker.py"), ",".join(self.names)]
        command += map(str, (self.seed, self.next, self.stop, self.step))
        self.stderr.seek(0)
        self.stderr.truncate()
        self.worker = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.stderr, env=os.environ | {"REGIOMETRICS_NUM_THREADS": "2"}
        )
        # Importing counts as the case before the first.
        self.running, self.since, self.pending = -1, time.monotonic() + 100.0, b""

    def poll(self) -> bool:
        """Read what the worker says; return whether there is more to come."""
        assert self.worker is not None
        assert self.worker.stdout is not None
        if select.select([self.worker.stdout], [], [], 0.2)[0]:
            text = os.read(self.worker.stdout.fileno(), 1 << 16)
            *lines, self.pending = (self.pending + text).split(b"\n")
            for line in lines:
                self.heard(line.decode())
            if not text:
                return self.ended()
        elif time.monotonic() - self.since > PATIENCE:
            self.worker.send_signal(signal.SIGABRT)
            self.worker.wait()
            self.failed(f"no answer in {PATIENCE:g} s")
            return self.resume()
        return True

    def heard(self, line: str) -> None:
        kind, _, rest = line.partition(" ")
        if kind == "S":
            self.running, self.since = int(rest), time.monotonic()
            self.ran[self.names[self.running % len(self.names)]] += 1
        elif kind == "F":
            self.failures.append(tuple(json.loads(rest)))
            self.tell(self.failures[-1])
        else:
            self.running = self.stop

    def ended(self) -> bool:
        assert self.worker is not None
        code = self.worker.wait()
        if self.running >= self.stop:
            return False
        self.failed(f"the process ended with code {code}")
        return self.resume()

    def failed(self, what: str) -> None:
        self.stderr.seek(0, os.SEEK_END)
        self.stderr.seek(max(0, self.stderr.tell() - 3000))
        said = self.stderr.read().decode(errors="replace")
        if self.running < 0:
            sys.exit(f"a worker could not start: {what}\n{said}")
        name = self.names[self.running % len(self.names)]
        self.failures.append((name, self.running // len(self.names), f"{what}\n{said}"))
        self.tell(self.failures[-1])

    def resume(self) -> bool:
        assert self.worker is not None
        assert self.worker.stdout is not None
        self.worker.stdout.close()
        self.next = self.running + self.step
        if self.next >= self.stop:
            return False
        self.start()
        return True

    def tell(self, failure: tuple[str, int, str]) -> None:
        method, number, what = failure
        again = f"python tests/fuzz/run.py --method {method} --seed {self.seed} --first {number} --cases 1 --show"
        print(f"{method}: {what}\n    {again}", flush=True)

    def close(self) -> None:
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()
            assert self.worker.stdout is not None
            self.worker.stdout.close()
        self.stderr.close()


def fuzz(
    names: list[str], *, seed: int, first: int = 0, cases: int, seconds: float | None = None, jobs: int = 1
) -> tuple[Counter[str], list[Any]]:
    """Run `cases` cases, in turn of the methods, and return how many each had and what failed."""
    start, stop = first * len(names), first * len(names) + cases
    runs = [Run(names, seed, start + job, stop, jobs) for job in range(min(jobs, cases))]
    until = time.monotonic() + seconds if seconds else None
    for run in runs:
        run.start()
    active = list(runs)
    while active and (until is None or time.monotonic() < until):
        active = [run for run in active if run.poll()]
    for run in runs:
        run.close()
    return sum((run.ran for run in runs), Counter()), [failure for run in runs for failure in run.failures]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000, help="cases over all methods together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--method", help="one method, or all of public, core or weights; without it all there are")
    parser.add_argument("--first", type=int, default=0, help="number of the first case of each method")
    parser.add_argument("--seconds", type=float, help="stop after so long")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--show", action="store_true", help="run here, and print arguments and result")
    given = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    names = methods(given.method)
    if given.show:
        from judge import problem

        for number in range(given.first, given.first + given.cases):
            for name in names:
                print(problem(name, given.seed, number, show=True) or "all right")
        return
    ran, failures = fuzz(
        names, seed=given.seed, first=given.first, cases=given.cases, seconds=given.seconds, jobs=given.jobs
    )
    print(f"{sum(ran.values())} cases of {len(ran)} methods, {len(failures)} failed")
    print(", ".join(f"{name} {n}" for name, n in sorted(ran.items())))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
