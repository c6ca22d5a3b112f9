"""Execute every notebook from top to bottom, and hold what is stored in it to what it prints now.

A cell that raises fails the run; so does a stored output whose numbers are no longer those of the cell. Names of
notebooks, without the ending, choose some of them; ``--write`` stores the new outputs, which readers of the repository
see without running anything.
"""

from __future__ import annotations

import base64
import io
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"

# Notebooks run side by side, each in a process of its own.
AT_ONCE = 2
# Printed numbers are rounded ones; the last digit may differ between processors.
TOLERANCE = 2e-3
# Enough for flat colours with smooth edges, and a third of the size.
COLOURS = 256


def execute(path: Path, *, write: bool) -> str:
    """Run one notebook and compare or store its outputs; return what to report."""
    start = time.monotonic()
    stored = nbformat.read(path, as_version=4)
    fresh = nbformat.from_dict(stored)
    # What a cell prints arrives in one piece or in several, as the kernel happens to flush it.
    # The level leaves out that kernels on one machine talk over TCP, which is not encrypted.
    options = {"resources": {"metadata": {"path": str(FOLDER)}}, "extra_arguments": ["--log-level=ERROR"]}
    NotebookClient(fresh, timeout=600, coalesce_streams=True, **options).execute()
    if write:
        store(fresh, path)
    else:
        compare(nbformat.read(path, as_version=4), fresh, path.name)
    return f"{path.name}: {len(fresh.cells)} cells executed in {time.monotonic() - start:.0f} s"


def store(notebook: Any, path: Path) -> None:
    """Write the notebook with its outputs, without what changes from run to run."""
    for cell in notebook.cells:
        cell["metadata"] = {}
        for output in cell.get("outputs", []):
            image = output.get("data", {}).get("image/png")
            if image is not None:
                output["data"]["image/png"] = smaller(image)
    notebook["metadata"].pop("widgets", None)
    notebook["metadata"]["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)


def smaller(image: str) -> str:
    """Return a picture in few colours, black text among them where large areas are of other colours."""
    picture = Image.open(io.BytesIO(base64.b64decode(image))).convert("RGB")
    picture = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    file = io.BytesIO()
    picture.save(file, format="png", optimize=True)
    return base64.b64encode(file.getvalue()).decode("ascii")


def compare(stored: Any, fresh: Any, name: str) -> None:
    """Leave with an error if a cell shows other numbers, or other kinds of output, than are stored."""
    for place, (before, now) in enumerate(zip(stored.cells, fresh.cells, strict=True)):
        old, new = (shown(cell) for cell in (before, now))
        same = len(old) == len(new) and all(
            kind == other and len(a) == len(b) and all(close(*pair) for pair in zip(a, b, strict=True))
            for (kind, a), (other, b) in zip(old, new, strict=True)
        )
        if not same:
            sys.exit(f"{name}, cell {place}: stored {old}, now {new}; python tests/run_notebooks.py --write stores it")


def shown(cell: Any) -> list[tuple[str, list[float]]]:
    """Return what a cell shows: the kind of each output and the numbers of its text; pictures are not compared."""
    outputs = []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            outputs.append((output["name"], numbers(output["text"])))
        elif "image/png" in output["data"]:
            outputs.append(("picture", []))
        else:
            outputs.append(("text", numbers(output["data"].get("text/plain", ""))))
    return outputs


def numbers(text: str) -> list[float]:
    """Return the numbers in a text."""
    return [float(number) for number in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w])", text)]


def close(a: float, b: float) -> bool:
    """Return whether two printed numbers are the same up to their last digits."""
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b), 1e-2)


def main(arguments: list[str]) -> None:
    """Run the notebooks named, or all."""
    names = [name for name in arguments if name != "--write"]
    paths = [path for path in sorted(FOLDER.glob("*.ipynb")) if not names or path.stem in names]
    if not paths or (names and len(paths) != len(set(names))):
        sys.exit(f"no such notebooks in {FOLDER}: {', '.join(names) or 'none at all'}")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for told in pool.map(lambda path: execute(path, write="--write" in arguments), paths):
            print(told, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
