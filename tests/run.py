"""Install what the tests need and run every check: ``python3 tests/run.py``.

Needs Rust (cargo, rustfmt, clippy) and Python 3.10 or later with venv. Works in a virtual environment of its own,
``.venv-test``, and stops at the first check that fails. ``python3 tests/run.py ruff pytest`` runs only those named.
"""

from __future__ import annotations

import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv-test"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

_CLIPPY = ("cargo", "clippy", "--quiet", "--all-targets")
_PYTHON = str(PYTHON)

CHECKS: dict[str, tuple[str, ...]] = {
    "rustfmt": ("cargo", "fmt", "--check"),
    "clippy": (*_CLIPPY, "--", "-D", "warnings"),
    "clippy with python": (*_CLIPPY, "--features", "python", "--", "-D", "warnings"),
    "cargo test": ("cargo", "test", "--quiet"),
    "ruff": (_PYTHON, "-m", "ruff", "check", "."),
    "ruff format": (_PYTHON, "-m", "ruff", "format", "--check", "."),
    "mypy": (_PYTHON, "-m", "mypy"),
    "stubtest": (_PYTHON, "-m", "mypy.stubtest", "regiometrics._core"),
    "pytest": (_PYTHON, "-m", "pytest"),
    "notebooks": (_PYTHON, "tests/run_notebooks.py"),
    "docs": (_PYTHON, "docs/build.py"),
}


def run(name: str, command: tuple[str, ...]) -> None:
    """Run one command from the root of the project; leave with its exit code if it fails."""
    print(f"== {name}: {' '.join(command)}", flush=True)
    start = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        sys.exit(f"== {name} failed")
    print(f"== {name} passed in {time.monotonic() - start:.0f} s", flush=True)


def install() -> None:
    """Make the virtual environment and build the package into it, with all that the tests need."""
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    run("install", (_PYTHON, "-m", "pip", "install", "--quiet", "--editable", ".[test]"))


def main(wanted: list[str]) -> None:
    """Run the checks named, or all of them."""
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        sys.exit(f"no check named {', '.join(unknown)}; there is {', '.join(CHECKS)}")
    install()
    for name, command in CHECKS.items():
        if not wanted or name in wanted:
            run(name, command)


if __name__ == "__main__":
    main(sys.argv[1:])
