"""Modules of the other folders of tests, which have a run.py each."""

import importlib.util
import sys
from pathlib import Path


def load(folder, name):
    """Load a module of ``tests/folder`` under a name of its own."""
    place = Path(__file__).parents[1] / folder
    spec = importlib.util.spec_from_file_location(f"{folder}_{name}", place / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look the module of their class up.
    sys.modules[spec.name] = module
    sys.path.insert(0, str(place))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(place))
    return module
