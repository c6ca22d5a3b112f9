"""The machine and the versions that a report was measured with."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import regiometrics as rgm

__all__ = ["described"]

_R_PACKAGES = ("ranger", "randomForest")


def described() -> str:
    """Return the machine and the versions of all programs as one paragraph of Markdown."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory()} of memory, {platform.system()} {platform.machine()}; "
        f"{rgm.set_threads()} threads. Python {platform.python_version()}, {', '.join(_versions())}."
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", path.read_text()) if path.exists() else None
    return found.group(1).strip() if found else platform.processor() or "processor not named by the system"


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _versions() -> Iterator[str]:
    requirements = (Path(__file__).parent / "requirements.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Za-z][\w.-]*)", requirements, flags=re.MULTILINE)
    for name in ["regiometrics", *sorted(set(names), key=str.lower)]:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    rscript = shutil.which("Rscript")
    if rscript is not None:
        code = (
            "cat(as.character(getRversion())); for (p in commandArgs(TRUE)) if (requireNamespace(p, quietly = TRUE)) "
        )
        code += "cat(',', p, as.character(packageVersion(p)))"
        done = subprocess.run([rscript, "-e", code, *_R_PACKAGES], check=True, capture_output=True, text=True)
        yield "R " + re.sub(r" ?,", ",", done.stdout)
