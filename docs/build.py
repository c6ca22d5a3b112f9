"""Build the documentation: ``python docs/build.py [FOLDER]``.

Every page runs, every warning is an error, and no page may load anything from a network. The pages stand in
``docs/_build/html``, or in the folder given.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What a browser fetches by itself when it opens a page or a style sheet; links to click on are no part of it.
_FETCHED = re.compile(
    r"""<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)=["']((?:https?:)?//[^"']+)"""
    r"""|@import\s+["']?((?:https?:)?//[^"']+)|url\(["']?((?:https?:)?//[^"')]+)""",
    re.IGNORECASE,
)


def fetched(folder: Path) -> Iterator[str]:
    """Yield what the pages would load from elsewhere."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".html", ".css"}:
            for found in _FETCHED.finditer(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(folder)}: {next(filter(None, found.groups()))}"


def main(folder: Path) -> None:
    """Build into the folder, and check what was built."""
    # One page after the other: kernels that look for a free port at the same time may find the same one.
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-b", "html"]
    settings = {"MATPLOTLIBRC": str(HERE / "matplotlibrc"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    command += [str(HERE), str(folder)]
    run = subprocess.run(command, env=os.environ | settings, stderr=subprocess.PIPE, text=True, check=False)
    # Kernels on one machine talk over TCP, and each of them says that this is not encrypted.
    sys.stderr.writelines(line for line in run.stderr.splitlines(True) if "[IPKernelApp] WARNING" not in line)
    if run.returncode:
        sys.exit(run.returncode)
    outside = list(fetched(folder))
    if outside:
        sys.exit("\n".join(["these would be fetched from a network when a page is opened:", *outside]))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "_build" / "html")
