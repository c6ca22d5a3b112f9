"""The package as a whole: what an import costs, what is public, and that it is documented and typed."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl
import pytest
import regiometrics as rgm
from child import run
from regiometrics import _core
from regiometrics._result import Result

mpl.use("Agg")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    rgm.set_language("en")
    rgm.set_threads(None)


def modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(rgm.__path__, "regiometrics.")
    return [rgm, *(importlib.import_module(each.name) for each in found if not each.name.endswith("__main__"))]


# Import


def test_importing_loads_no_heavy_package_and_starts_no_thread() -> None:
    loaded, threads = run(
        """
heavy = "pandas matplotlib sklearn scipy polars pyarrow narwhals tqdm jinja2 openpyxl".split()
heavy += "geopandas igraph libpysal networkx pyproj".split()
threads = [open(f"/proc/self/task/{task}/comm").read() for task in os.listdir("/proc/self/task")]
print(json.dumps([[name for name in heavy if name in sys.modules], threads]))
"""
    )
    assert loaded == []
    assert not [name for name in threads if name.startswith("regiometrics")]


def test_importing_costs_at_most_60_ms_more_than_numpy(tmp_path: Path) -> None:
    # Compiled modules are kept, as they are for whoever installs the package: the first of the processes writes them.
    # Time of the processor in the importing thread, which is not spent while other programs run.
    seconds = [
        run(
            "print(json.dumps(seconds))",
            prelude="""
import json, time
import numpy
start = time.thread_time()
import regiometrics
seconds = time.thread_time() - start
""",
            PYTHONDONTWRITEBYTECODE="",
            PYTHONPYCACHEPREFIX=str(tmp_path),
        )
        for _ in range(8)
    ]
    # The least of eight, as a busy machine can only add. About 20 ms are usual.
    assert min(seconds) <= 0.060, sorted(seconds)


# Public names


def test_all_holds_every_public_name_and_no_other() -> None:
    defined = {
        name
        for name, each in vars(rgm).items()
        if not name.startswith("_") and not isinstance(each, ModuleType) and name != "annotations"
    }
    assert defined | {"datasets", "weights", "__version__"} == set(rgm.__all__)
    assert len(set(rgm.__all__)) == len(rgm.__all__)


def test_all_of_every_module_exists() -> None:
    for module in modules():
        for name in getattr(module, "__all__", []):
            assert hasattr(module, name), (module.__name__, name)


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert rgm.__version__ == _core.__version__ == version("regiometrics")


# Documentation


def functions() -> list[Callable[..., Any]]:
    public = [getattr(module, name) for module in (rgm, rgm.datasets, rgm.weights) for name in module.__all__]
    return [each for each in public if inspect.isfunction(each)]


def classes() -> list[type]:
    return [each for each in (getattr(rgm, name) for name in rgm.__all__) if isinstance(each, type)]


def sections(text: str) -> dict[str, str]:
    """Return the sections of a numpydoc text: a line, underlined as long as it is."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n(-+)$", inspect.cleandoc(text), flags=re.MULTILINE)
    assert all(len(name) == len(line) for name, line in zip(parts[1::3], parts[2::3], strict=True))
    return {"": parts[0], **dict(zip(parts[1::3], parts[3::3], strict=True))}


def entries(section: str) -> list[str]:
    """Return the names at the margin of a section, as in `a, b : int` or `**options`."""
    listed = re.findall(r"^(\*{0,2}\w+(?:, \w+)*)(?: : .*)?$", section, flags=re.MULTILINE)
    return [name.strip().lstrip("*") for each in listed for name in each.split(",")]


@pytest.mark.parametrize("function", functions(), ids=lambda each: each.__name__)
def test_docstrings_of_functions_are_complete(function: Callable[..., Any]) -> None:
    found = sections(function.__doc__ or "")
    assert re.match(r"[A-Z].*\.\n", found[""] + "\n")
    signature = inspect.signature(function)
    assert entries(found.get("Parameters", "")) == list(signature.parameters)
    assert ("Returns" in found) == (signature.return_annotation != "None")
    # Whoever takes arguments refuses some.
    assert ("Raises" in found) == bool(signature.parameters)
    if "Raises" in found:
        assert "InvalidInputError\n" in found["Raises"]
    assert ">>> " in found["Examples"]


EXCEPTED = {("markov", "value"), ("partial_dependence", "factors"), ("accumulated_effects", "factors")}


@pytest.mark.parametrize("function", functions(), ids=lambda each: each.__name__)
def test_options_are_keywords_and_everything_is_annotated(function: Callable[..., Any]) -> None:
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    for each in signature.parameters.values():
        assert each.annotation is not inspect.Parameter.empty
        # Data and the columns of a method come first; from two arguments on, what has a default is named. Only the
        # value of `markov`, which may have states instead, stands in its place and has one.
        # `factors` of effects stand behind the data as in `driver_importance`, and are all of them without it.
        if (function.__name__, each.name) in EXCEPTED:
            continue
        if each.default is not inspect.Parameter.empty and len(signature.parameters) > 1:
            assert each.kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("kind", classes(), ids=lambda each: each.__name__)
def test_docstrings_of_classes_say_what_they_hold(kind: type) -> None:
    found = sections(kind.__doc__ or "")
    assert re.match(r"[A-Z].*\.\n", found[""] + "\n")
    held = [name for name in getattr(kind, "__dataclass_fields__", {}) if not name.startswith("_")]
    held += [name for name, each in vars(kind).items() if isinstance(each, property)]
    assert sorted(entries(found.get("Attributes", ""))) == sorted(held) or not hasattr(kind, "__dataclass_fields__")
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_") and issubclass(kind, Result):
            assert entries(sections(method.__doc__ or "").get("Parameters", "")) == [
                each for each in inspect.signature(method).parameters if each != "self"
            ]


def test_docstrings_of_classes_name_the_columns_of_their_tables() -> None:
    data = rgm.datasets.load_ai_development()
    for method in (rgm.dagum_gini, rgm.theil):
        result = method(data, "level", group="region", time="year")
        columns = {column for name in result._tables for column in getattr(result, name).columns}
        named = set(re.findall(r"`(\w+)`", type(result).__doc__ or ""))
        assert columns <= named


@pytest.mark.parametrize("module", modules(), ids=lambda each: each.__name__)
def test_examples_run(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.failed == 0
    public = {each.__module__ for each in functions()} | {rgm.RandomForestRegressor.__module__}
    assert (result.attempted > 0) == (module.__name__ in public | {"regiometrics"})


# Silence


def test_nothing_prints(capfd: pytest.CaptureFixture[str]) -> None:
    data = rgm.datasets.load_ai_development()
    for result in (
        rgm.dagum_gini(data, "level", group="region", time="year", bootstrap=5, seed=1),
        rgm.theil(data, "level", group="region", time="year"),
    ):
        result.summary()
        result._repr_html_()
        result.to_latex()
        result.plot()
    rgm.share(data, "level", unit="province", time="year")
    rgm.growth_rate(data, "level", unit="province", time="year")
    rgm.rank_consistency(data, "level", "published_rank", unit="province", time="year")
    rgm.set_threads(2)
    rgm.set_language("zh")
    assert capfd.readouterr() == ("", "")


def test_importing_every_module_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    program = """
import importlib, pkgutil
names = [each.name for each in pkgutil.walk_packages(rgm.__path__, "regiometrics.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(json.dumps(len(names)))
"""
    # Anything else on stdout would not be JSON.
    assert run(program) >= 15
    assert capfd.readouterr() == ("", "")


# Types


def test_the_marker_of_types_the_stub_and_the_font_are_shipped() -> None:
    files = resources.files("regiometrics")
    for name in ("py.typed", "_core.pyi", "plotting/fonts/NotoSansSC-Regular-subset.ttf", "plotting/fonts/OFL.txt"):
        assert files.joinpath(name).is_file(), name
    assert files.joinpath("py.typed").read_text() == ""


def test_the_stub_has_the_functions_of_the_core_with_their_arguments() -> None:
    stub = ast.parse(resources.files("regiometrics").joinpath("_core.pyi").read_text(encoding="utf-8"))
    described = {each.name: each.args for each in stub.body if isinstance(each, ast.FunctionDef)}
    core = {name: each for name, each in vars(_core).items() if callable(each)}
    assert set(described) == set(core)
    for name, function in core.items():
        parameters = inspect.signature(function).parameters.values()
        arguments = described[name]
        assert [each.name for each in parameters] == [each.arg for each in arguments.args]
        defaults = [each.default for each in parameters if each.default is not inspect.Parameter.empty]
        assert defaults == [ast.literal_eval(each) for each in arguments.defaults]
