"""Tables for the caller: made in the library of the input, and shown as text, HTML, LaTeX or Excel."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ._language import state_term, term
from .errors import InvalidInputError, RegiometricsError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = [
    "Frame",
    "extend",
    "label_text",
    "make_frame",
    "state_column",
    "to_excel",
    "to_html",
    "to_latex",
    "to_pandas",
    "to_text",
    "unite",
]

Frame: TypeAlias = Any
"""A data frame of the library that the caller's data came in."""

_MISSING = "–"
_ROWS_SHOWN = 60

# So many numbers are copied in no time.
_SMALL = 2**14


def make_frame(backend: Any, columns: Mapping[str, Any]) -> Frame:
    """Make a data frame of `backend` from arrays and label columns."""
    try:
        return _made(backend, columns)
    except UnicodeEncodeError as error:
        raise InvalidInputError(f"labels hold {error.object!r}, which is no text that a table can hold") from None
    except (TypeError, ValueError):
        kinds = {name: dict.fromkeys(map(type, column)) for name, column in columns.items() if _holds_objects(column)}
        mixed = next((name for name in kinds if len(kinds[name]) > 1), None)
        if mixed is None:
            raise
        told = ", ".join(kind.__name__ for kind in kinds[mixed])
        raise InvalidInputError(
            f"the labels {mixed} of the result are of several types ({told}), which only a pandas frame can hold; give "
            "them one type"
        ) from None


def _holds_objects(column: Any) -> bool:
    return getattr(getattr(column, "dtype", None), "name", "") == "object"


def _made(backend: Any, columns: Mapping[str, Any]) -> Frame:
    import narwhals as nw

    if backend is nw.Implementation.PANDAS:
        return _pandas_frame(columns)
    native = {
        name: column.to_native() if isinstance(column, nw.Series) else _plain(column)
        for name, column in columns.items()
    }
    if backend is nw.Implementation.POLARS:
        import polars as pl

        return pl.DataFrame(native)
    return nw.from_dict(native, backend=backend).to_native()


def extend(data: Any, columns: Mapping[str, Any], *, rows: Any = None, without: Collection[str] = ()) -> Frame:
    """Return the caller's frame with `columns` set, in its own order of rows and with its own index.

    Only the `rows` at those positions (None for all) and no column of `without` are taken over. A column of a name that
    is there takes its place, others come last.
    """
    import narwhals as nw

    frame = nw.from_native(data, eager_only=True)
    if rows is not None:
        frame = frame[rows]
    frame = frame.drop(*without)
    ready = {name: _friendly(column) for name, column in columns.items()}
    if frame.implementation.is_pandas():
        return frame.to_native().assign(**ready)
    if ready and not frame.columns:
        return make_frame(frame.implementation, ready)
    series = [nw.new_series(name, column, backend=frame.implementation) for name, column in ready.items()]
    return frame.with_columns(*series).to_native()


def unite(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of all parts, the first first.

    Raises
    ------
    InvalidInputError
        If a column of the caller has the name of a column of the result.
    """
    columns: dict[str, Any] = {}
    for part in parts:
        taken = [name for name in part if name in columns]
        if taken:
            raise InvalidInputError(f"column {taken[0]!r} of data has the name of a result column; rename it first")
        columns |= part
    return columns


def _pandas_frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Make a frame of pandas, several times faster than the general ways: what short calls mostly do is make tables."""
    import pandas as pd

    # A view, since the caller may name the headings.
    headings = _headings(tuple(columns)).view()
    ready = [_for_pandas(column) for column in columns.values()]
    if ready and _are_few_doubles(ready):
        return pd.DataFrame(np.array(ready).T, columns=headings, copy=False)
    frame = pd.DataFrame(dict(enumerate(ready)), copy=False)
    frame.columns = headings
    return frame


@lru_cache(maxsize=256)
def _headings(names: tuple[str, ...]) -> pd.Index[Any]:
    import pandas as pd

    return pd.DataFrame(columns=list(names)).columns


def _are_few_doubles(columns: Sequence[Any]) -> bool:
    """Return whether one block holds the columns at the cost of a small copy."""
    return len(columns) * len(columns[0]) <= _SMALL and all(
        type(column) is np.ndarray and column.dtype == np.float64 for column in columns
    )


def _for_pandas(column: Any) -> Any:
    if type(column) is np.ndarray and column.dtype == np.float64:
        return column
    import pandas as pd

    if isinstance(column, np.ndarray | pd.api.extensions.ExtensionArray) and column.dtype == object:
        # Left to itself, pandas turns objects that are text into another type.
        return pd.Series(column, dtype=object, copy=False)
    return _friendly(column)


def _friendly(column: Any) -> Any:
    # Counts come as unsigned numbers, which surprise when two of them are subtracted.
    if isinstance(column, np.ndarray) and column.dtype in (np.uint32, np.uint64):
        return column.astype(np.int64)
    if type(column).__name__ == "NumpyExtensionArray":
        # Labels that pandas holds as they are, such as those of weights; other libraries do not know the class.
        plain = column.to_numpy()
        return plain.tolist() if plain.dtype == object else plain
    return column


def _plain(column: Any) -> Any:
    if isinstance(column, np.ndarray) and column.dtype == object:
        # Objects are text. polars would keep them as objects, a type that it cannot write; of a list it sees the type.
        return column.tolist() if len(column) else column.astype(str)
    return _friendly(column)


def to_pandas(frame: Frame) -> pd.DataFrame:
    """Return any frame as a pandas one; whole numbers of 128 bits, which pandas has not, are objects there."""
    import narwhals as nw
    import pandas as pd

    whole = nw.from_native(frame, eager_only=True)
    wide = [name for name, dtype in whole.schema.items() if isinstance(dtype, nw.Int128 | nw.UInt128)]
    table: pd.DataFrame = whole.drop(*wide).to_pandas()
    if not wide:
        return table
    objects = {name: pd.Series(whole[name].to_list(), dtype=object) for name in wide}
    columns = {name: objects[name] if name in objects else table[name] for name in whole.columns}
    return pd.DataFrame(columns)


# Columns that name a row: what stands there is a label, not a measurement.
LABELS = frozenset({"time", "group", "group_a", "group_b", "unit", "start", "end", "from", "to", "node"})


def label_text(label: Any) -> str:
    """Return a label as it is read: a year that is stored as 2011.0 is 2011, a date at midnight has no hour."""
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    text = str(label).replace(" 00:00:00", "") if hasattr(label, "hour") else str(label)
    # Half a character, as broken files leave it, is no text that tables of strings take.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(frame: Frame, digits: int, states: Iterable[str] = ()) -> pd.DataFrame:
    """Return the frame with headings and the cells of the columns `states` in the language in force."""
    import pandas as pd

    table = translate(to_pandas(frame), states)
    for name in table.columns:
        if name in LABELS:
            # Text as objects: some labels are no strings to pandas.
            table[name] = pd.Series([label_text(label) for label in table[name]], index=table.index, dtype=object)
        elif table[name].dtype.kind == "f":
            table[name] = [_number(value, digits) for value in table[name].to_numpy(np.float64, na_value=np.nan)]
    return table.rename(columns=_heading_terms(table))


# Columns whose term differs from that of the same word in other tables, told by a column that stands beside them.
_BESIDE = {
    "distance": ("bearing", "distance_moved"),
    "density": ("n_edges", "network_density"),
    "frequency": ("location", "frequency_in_refits"),
    "x": ("effect", "factor_value"),
}


def _heading_terms(table: pd.DataFrame) -> Callable[[str], str]:
    if "from_state" in table and "to_state" not in table:
        # In a square table of transitions the headings are states; under each class of the neighbours they are `to_…`.
        return _to_state_term if "lag_state" in table else state_term
    other = {name: shown for name, (beside, shown) in _BESIDE.items() if beside in table}
    return lambda name: term(other.get(name, name))


def _to_state_term(name: str) -> str:
    if name.startswith("to_"):
        return term("to_each_state").format(state_term(name.removeprefix("to_")))
    return term("n_transitions" if name == "n" else name)


def translate(table: pd.DataFrame, states: Iterable[str]) -> pd.DataFrame:
    """Return a copy with the cells of the columns `states` in the language in force."""
    return table.assign(**{name: [state_term(str(cell)) for cell in table[name]] for name in states if name in table})


def _number(value: float, digits: int) -> str:
    if np.isnan(value):
        return _MISSING
    if value != 0.0 and not 10.0**-digits <= abs(value) < 1e9:
        return f"{value:.{digits}g}"
    return f"{value:.{digits}f}"


def _ends(frame: Frame) -> pd.DataFrame:
    """Return the first and last rows, one more of each than is shown, so that a cut is seen to be one."""
    import pandas as pd

    table = to_pandas(frame)
    if len(table) <= 2 * _ROWS_SHOWN:
        return table
    return pd.concat([table.head(_ROWS_SHOWN), table.tail(_ROWS_SHOWN)])


def to_text(frame: Frame, digits: int, states: Iterable[str] = ()) -> str:
    """Return the table as aligned text; wide characters count double."""
    import pandas as pd

    table = shown(_ends(frame), digits, states)
    with pd.option_context("display.unicode.east_asian_width", True):
        return str(table.to_string(index=False, max_rows=_ROWS_SHOWN))


def to_html(frame: Frame, digits: int, states: Iterable[str] = ()) -> str:
    """Return the table as HTML; long ones are cut in the middle."""
    html = shown(_ends(frame), digits, states).to_html(index=False, max_rows=_ROWS_SHOWN, border=0, escape=True)
    return str(html)


def to_latex(frame: Frame, digits: int, states: Iterable[str], caption: str | None, label: str | None) -> str:
    """Return the table as a LaTeX tabular with booktabs rules."""
    try:
        import jinja2  # noqa: F401
    except ImportError:
        raise _needs("jinja2", "to_latex") from None
    # pandas makes identifiers of headings, and stumbles over two that are the same to Python, as é in one character and
    # in two; with a blank, which LaTeX does not see, a heading is none.
    table = shown(frame, digits, states).rename(
        columns=lambda name: name if unicodedata.is_normalized("NFKC", str(name)) else f"{name} "
    )
    numeric = [column.dtype.kind in "iuf" for _, column in to_pandas(frame).items()]
    layout = "".join("r" if each else "l" for each in numeric)
    text = table.to_latex(index=False, escape=True, column_format=layout, caption=caption, label=label)
    return str(text)


def to_excel(frames: Mapping[str, Frame], path: str | Path, states: Iterable[str]) -> None:
    """Write each frame to a sheet of its own, numbers as numbers, headings in the language in force."""
    import pandas as pd

    try:
        import openpyxl  # noqa: F401
    except ImportError:
        raise _needs("openpyxl", "to_excel") from None
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        for name, frame in frames.items():
            table = translate(to_pandas(frame), states)
            for column in table.select_dtypes("datetimetz").columns:
                # Excel has no time zones: the local time stands.
                table[column] = table[column].dt.tz_localize(None)
            # 31 characters are the most that Excel allows for the name of a sheet.
            table.rename(columns=_heading_terms(table)).to_excel(writer, sheet_name=term(name)[:31], index=False)


def _needs(package: str, method: str) -> RegiometricsError:
    return RegiometricsError(f"{method}() needs {package}, which is not installed: pip install 'regiometrics[tables]'")


def state_column(backend: Any, codes: Any, names: Sequence[str]) -> Any:
    """Return a column for `make_frame` of states by their codes, which keeps the order of `names` in later calls.

    It is categorical (an Enum in polars); pyarrow, which cannot sort its dictionaries, gets text.
    """
    import narwhals as nw

    if backend is nw.Implementation.PANDAS:
        import pandas as pd

        return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(names)))
    labels = np.asarray(names)[codes].tolist()
    kind = nw.Enum(names) if backend is nw.Implementation.POLARS else nw.String()
    return nw.new_series("", labels, dtype=kind, backend=backend)
