"""What counts as a defect: any exception but a refusal that names its cause, any stray warning, any unexplained NaN."""

from __future__ import annotations

import dataclasses
import inspect
import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import regiometrics as rgm
from calls import METHODS, Case
from draw import Draw
from objects import OBJECTS
from raw import RAW, raw_case
from regiometrics._tables import LABELS
from undefined import UNDEFINED

CASES: dict[str, Callable[[Draw], Case]] = METHODS | OBJECTS | {f"core.{name}": raw_case(name) for name in RAW}

# What the core says, before any of our code runs, of arguments that are of another type than the stub's.
_EXTRACTION = re.compile(
    "argument '|not contiguous|mismatch:|failed to extract|cannot be interpreted as an integer|negative int|"
    "out of range integral|too large to convert"
)

# LaTeX of more rows takes pandas longer than the rest of the run.
_MOST_SHOWN = 2000

# What an error may speak of beside arguments and columns.
_SUBJECTS = (
    "data|weights|units?|rows?|model|forest|columns?|labels?|edges|links|array|matrix|counts|ids|lag|breaks|geometr|"
    "span|system[0-9]|points|CRS"
)


def problem(method: str, seed: int, number: int, *, show: bool = False) -> str | None:
    """Run one case and return what is wrong with it."""
    draw = Draw(method, seed, number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            function, arguments, options = CASES[method](draw)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | MemoryError):
                raise
            # Nonsense met a step of the drawing itself, at which polars panics; what calm draws cannot make is an error
            # of the entry.
            draw.wildness = 0.0
            function, arguments, options = CASES[method](draw)
    if show:
        print(f"{method} {number} (wildness {draw.wildness:g}):", *arguments, options, sep="\n")
    is_core = method.startswith("core.")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function(*arguments, **options)
            if not is_core:
                _shown(draw, result)
        except BaseException as error:
            if show:
                traceback.print_exc()
            found = _of_core(error) if is_core else _of_refusal(error, function, arguments, options)
            return found or _of_warnings(caught)
        finally:
            if method.endswith(("set_language", "set_threads")):
                rgm.set_language("en")
                rgm.set_threads(2)
    if show:
        print(result)
    of = function.__name__ if method == "anything" else method
    return _of_warnings(caught) or (None if is_core else _of_numbers(of, result, arguments))


def _shown(draw: Draw, result: Any) -> None:
    """Show a result in all the ways there are; a broken one fails here. Costly, so not in every case."""
    if not hasattr(result, "to_frame") or not hasattr(result, "_repr_html_") or not draw.chance(0.2):
        return
    if any(len(getattr(result, name)) > _MOST_SHOWN for name in result._tables):
        return
    rgm.set_language(draw.pick(["en", "zh"]))
    repr(result)
    result.summary(draw.pick([0, 4, 15]))
    result._repr_html_()
    result.to_frame()
    result.to_latex(draw.pick([None, *result._tables]), digits=3, caption=draw.pick([None, "caption"]))
    rgm.set_language("en")


def _told(error: BaseException) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    message = re.sub(r"\s+", " ", str(error))[:300]
    return f"{type(error).__name__}: {message} [{place.filename.rsplit('/', 1)[-1]}:{place.lineno}]"


def _of_core(error: BaseException) -> str | None:
    if isinstance(error, rgm.InvalidInputError):
        return None
    is_extraction = isinstance(error, TypeError | ValueError | OverflowError | AttributeError)
    return None if is_extraction and _EXTRACTION.search(str(error)) else _told(error)


def _of_refusal(error: BaseException, function: Any, arguments: Any, options: Any) -> str | None:
    if not isinstance(error, rgm.RegiometricsError) or isinstance(error, rgm.InternalError):
        return _told(error)
    if isinstance(error, rgm.NotEnoughMemoryError):
        return None if re.match(r"\d+ .+ need .+ of memory", str(error)) else _told(error)
    if not isinstance(error, ValueError):
        return _told(error)
    message = str(error)
    if re.search(r"object at 0x|panick|unwrap|\.rs\b", message.replace("object object at", "")):
        return f"unreadable: {_told(error)}"
    if len(message) > 6000:
        return f"message of {len(message)} characters: {_told(error)}"
    if re.search(rf"\b({_SUBJECTS})", message) or any(name in message for name in _names(function, arguments, options)):
        return None
    return f"names no cause: {_told(error)}"


def _names(function: Any, arguments: Any, options: Any) -> Iterator[str]:
    """Return the names of arguments and columns that a message may give as the cause."""
    yield from (name for name in inspect.signature(function).parameters if len(name) > 1)
    for each in (function, *arguments, *options):
        if inspect.isfunction(each):
            yield from inspect.signature(each).parameters
    yield from ("n_estimators", "node_size", "max_features", "bootstrap", "seed")
    for each in (*arguments, *options.values()):
        for name in each if isinstance(each, list | tuple) else [each]:
            if isinstance(name, str) and name:
                # A long name is cut off.
                yield repr(name)[:60]
                yield f"{name[:60]} name"


def _of_warnings(caught: list[warnings.WarningMessage]) -> str | None:
    for each in caught:
        # Where it is loaded, scikit-learn's own class stands for ours: its checks of estimators ask for it.
        if not issubclass(each.category, rgm.RegiometricsWarning) and each.category.__name__ != "DataConversionWarning":
            place = f"{str(each.filename).rsplit('/', 1)[-1]}:{each.lineno}"
            return f"{each.category.__name__}: {str(each.message)[:200]} [{place}]"
    return None


# Numbers in results


def _of_numbers(method: str, result: Any, arguments: Any) -> str | None:
    """Return the first column of a result that has NaN or infinities, and no reason in `UNDEFINED`."""
    # What pyarrow calls columns are the arrays.
    given = {str(name) for each in arguments for name in getattr(each, "column_names", getattr(each, "columns", ()))}
    for table, column, values in _columns(result):
        if column in given:
            continue
        # A label of the caller's may be infinite; one that is missing would have been refused.
        is_label = column in LABELS or column in ("source", "target") or table == "ids"
        wrong = np.isnan(values) if is_label else ~np.isfinite(values)
        if not wrong.any():
            continue
        allowed = _allowed(method, table, column)
        if allowed is None or (np.isinf(values).any() and "infinite" not in allowed):
            example = values[wrong][0]
            return f"{example} in {table}.{column} ({int(wrong.sum())} of {len(values)})"
    return None


def _allowed(method: str, table: str, column: str) -> str | None:
    for (of_method, of_table, pattern), reason in UNDEFINED.items():
        if of_method == method and re.fullmatch(of_table, table) and re.fullmatch(pattern, column):
            return reason
    return None


def _columns(result: Any, table: str = "") -> Iterator[tuple[str, str, np.ndarray]]:
    """Return every float column and number in a result, with the name of its table."""
    if isinstance(result, tuple | list):
        for place, each in enumerate(result):
            yield from _columns(each, table or f"[{place}]")
    elif dataclasses.is_dataclass(result):
        for field in dataclasses.fields(result):
            yield from _columns(getattr(result, field.name), field.name)
    elif isinstance(result, float | np.floating):
        yield table, "", np.array([result], dtype=np.float64)
    elif isinstance(result, np.ndarray) and result.dtype.kind == "f":
        yield table, "", result.astype(np.float64).ravel()
    elif hasattr(result, "columns") or hasattr(result, "column_names"):
        import narwhals as nw

        frame = nw.from_native(result, eager_only=True, pass_through=True)
        for name in getattr(frame, "columns", ()):
            if isinstance(name, str) and list(frame.columns).count(name) == 1 and frame[name].dtype.is_float():
                yield table, name, np.asarray(frame[name].to_numpy(), dtype=np.float64)
