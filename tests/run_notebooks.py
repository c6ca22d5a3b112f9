"""Execute every notebook from top to bottom; a cell that raises fails the run. Nothing is written back."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"


def main() -> None:
    """Run the notebooks in the order of their names."""
    paths = sorted(FOLDER.glob("*.ipynb"))
    if not paths:
        sys.exit(f"no notebooks in {FOLDER}")
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(FOLDER)}}).execute()
        print(f"{path.name}: {len(notebook.cells)} cells executed")


if __name__ == "__main__":
    main()
