"""Label columns as codes, in the order and data type of the caller's column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._record import record
from .errors import InvalidInputError

if TYPE_CHECKING:
    import narwhals as nw
    from numpy.typing import NDArray

__all__ = ["Keys", "Labels", "encode", "is_wide", "place_of"]


@record
class Labels:
    """A column of labels as codes: row i carries label `codes[i]`. Labels are sorted, categories in their order.

    `distinct` holds them as a pandas array if the column is a pandas one, else as a narwhals series.
    """

    name: str
    codes: NDArray[np.uint32]
    distinct: Any

    def __len__(self) -> int:
        """Return the number of distinct labels."""
        return len(self.distinct)

    @property
    def series(self) -> nw.Series[Any]:
        """The distinct labels as a narwhals series."""
        import narwhals as nw
        import pandas as pd

        if isinstance(self.distinct, nw.Series):
            return self.distinct
        try:
            return nw.from_native(pd.Series(self.distinct), series_only=True)
        except UnicodeEncodeError:
            # Halves of surrogate pairs are no strings to pandas.
            return nw.from_native(pd.Series(self.distinct, dtype=object), series_only=True)

    def to_list(self) -> list[Any]:
        """Return the distinct labels as Python objects."""
        import narwhals as nw
        import pandas as pd

        if isinstance(self.distinct, nw.Series):
            return list(self.distinct.to_list())
        # As they are: pandas would make strings of objects, of which some are none.
        return list(pd.Series(self.distinct, dtype=self.distinct.dtype).to_list())

    def item(self, code: int) -> Any:
        """Return the label of one code as a Python object."""
        return self.to_list()[code]

    def find(self, label: Any) -> int | None:
        """Return the code of a label; None for what is none."""
        return place_of(label, self.to_list())

    def take(self, codes: NDArray[Any]) -> Any:
        """Return the labels of `codes` as a column for `make_frame`, in the data type of the caller's column."""
        import narwhals as nw

        positions = np.asarray(codes, dtype=np.int64)
        if isinstance(self.distinct, nw.Series):
            return self.distinct[positions]
        return self.distinct.take(positions)


def place_of(label: Any, known: list[Any]) -> int | None:
    """Return where a label stands; None for what is none."""
    try:
        return known.index(label)
    except (TypeError, ValueError):
        # Some values cannot be compared with labels at all.
        return None


@record
class Keys:
    """Several label columns taken together: row i carries key `codes[i]`. Keys are sorted, first column first."""

    codes: NDArray[np.uint32]
    # Each column with its code for every key.
    parts: tuple[tuple[Labels, NDArray[np.uint32]], ...]
    n_keys: int

    def __len__(self) -> int:
        """Return the number of distinct keys."""
        return self.n_keys

    @property
    def name(self) -> str:
        """The names of the columns; empty if there are none."""
        return ", ".join(labels.name for labels, _ in self.parts)

    def item(self, code: int) -> Any:
        """Return one key: the label itself, or its parts as text if there are several columns."""
        items = [labels.item(int(codes[code])) for labels, codes in self.parts]
        return items[0] if len(items) == 1 else ", ".join(map(str, items))

    def columns(self, keys: NDArray[Any]) -> dict[str, Any]:
        """Return the label columns of `keys` under the caller's names."""
        return {labels.name: labels.take(codes[keys]) for labels, codes in self.parts}


def encode(name: str, series: nw.Series[Any], positions: NDArray[np.int64] | None = None) -> Labels:
    """Return a complete column of labels as codes; errors name rows by `positions`, where these are given.

    Raises
    ------
    InvalidInputError
        If the labels cannot be put in order, as text mixed with numbers.
    """
    try:
        if series.implementation.is_pandas():
            codes, distinct = _encode_pandas(series.to_native())
        elif series.implementation.is_polars():
            codes, distinct = _encode_polars(series)
        else:
            codes, distinct = _encode_pyarrow(series)
    # pyarrow says of types of others that it has not implemented them.
    except (TypeError, NotImplementedError, OverflowError):
        raise InvalidInputError(
            f"the labels in column {name!r} cannot be put in order; give them one type (all text or all numbers): "
            f"{_unlike(series.to_list(), positions)}"
        ) from None
    return Labels(name=name, codes=codes, distinct=distinct)


def _unlike(labels: list[Any], positions: NDArray[np.int64] | None) -> str:
    """Return the first label, and the first that cannot be compared with it, with their rows."""
    if not labels:
        return "there are none, and their type says nothing"
    other = next((row for row, label in enumerate(labels) if not _comparable(label, labels[0])), 0)
    rows = sorted({0, other})
    return ", ".join(f"{labels[row]!r} in row {row if positions is None else positions[row]}" for row in rows)


def _comparable(a: Any, b: Any) -> bool:
    try:
        a < b  # noqa: B015
    # Whole numbers beyond doubles are compared with whole numbers only.
    except (TypeError, OverflowError):
        return False
    return True


def _encode_pandas(native: Any) -> tuple[NDArray[np.uint32], Any]:
    import pandas as pd

    if isinstance(native.dtype, pd.ArrowDtype) and "dictionary" in native.dtype.name:
        native = native.astype("category")
    # Objects as a plain array, so that the type is theirs again in a result. Numbers too: pandas 2 warns of others.
    is_plain = isinstance(native.dtype, np.dtype) and native.dtype.kind in "Obiuf"
    array = native.to_numpy() if is_plain else native.array
    if isinstance(array, pd.Categorical):
        codes, used = _used(array.codes, len(array.categories))
        return codes, pd.Categorical.from_codes(used, dtype=array.dtype)
    codes, uniques = pd.factorize(_native_bytes(array))
    order = np.asarray(uniques.argsort())
    return _inverse(order)[codes], uniques.take(order)


def _encode_polars(series: nw.Series[Any]) -> tuple[NDArray[np.uint32], Any]:
    import narwhals as nw
    import polars as pl

    native = series.to_native()
    if isinstance(series.dtype, nw.Enum):
        codes, used = _used(native.to_physical().to_numpy(), len(native.dtype.categories))
        return codes, nw.from_native(
            pl.Series(native.name, native.dtype.categories)[used].cast(native.dtype), series_only=True
        )
    if isinstance(series.dtype, nw.String | nw.Categorical):
        # Categories of polars have no order of their own: they are sorted as text.
        text = native.cast(pl.String)
        distinct = text.unique().sort()
        codes = text.cast(pl.Enum(distinct)).to_physical().to_numpy()
        return codes.astype(np.uint32), nw.from_native(distinct.cast(native.dtype), series_only=True)
    return _encode_by_value(series)


def _encode_pyarrow(series: nw.Series[Any]) -> tuple[NDArray[np.uint32], Any]:
    import narwhals as nw
    import pyarrow as pa
    import pyarrow.compute as pc

    native = series.to_native()
    if str(native.type) == "string_view":
        # pyarrow cannot gather views.
        native = native.cast(pa.string())
    is_dictionary = pa.types.is_dictionary(native.type)
    if not is_dictionary and not isinstance(series.dtype, nw.String):
        return _encode_by_value(series)
    encoded = (native if is_dictionary else pc.dictionary_encode(native)).unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    codes, used = _used(encoded.indices.to_numpy(), len(encoded.dictionary))
    distinct = encoded.dictionary.take(pa.array(used))
    if not (is_dictionary and native.type.ordered):
        order = pc.sort_indices(distinct).to_numpy()
        codes, distinct = _inverse(order)[codes], distinct.take(pa.array(order))
    if is_dictionary:
        distinct = pa.DictionaryArray.from_arrays(
            pa.array(np.arange(len(distinct)), native.type.index_type), distinct, ordered=native.type.ordered
        )
    return codes, nw.from_native(pa.chunked_array([distinct]), series_only=True)


def _encode_by_value(series: nw.Series[Any]) -> tuple[NDArray[np.uint32], Any]:
    """Encode numbers, dates and the like, whose order is that of their values in numpy."""
    import pandas as pd

    values = np.array(series.to_list(), dtype=object) if is_wide(series) else series.to_numpy()
    if values.ndim != 1:
        raise TypeError("labels of several numbers each")
    codes, uniques = pd.factorize(values)
    if (codes < 0).any():
        # Objects that say that they are missing, where the library of the table knows of none.
        raise TypeError("missing labels")
    order = np.asarray(uniques.argsort())
    # Codes are given in the order of appearance: a label appears first where the highest code so far rises.
    highest = np.maximum.accumulate(codes)
    first = np.append(0, 1 + np.flatnonzero(highest[1:] > highest[:-1]))
    return _inverse(order)[codes], series[first[order]]


def is_wide(series: nw.Series[Any]) -> bool:
    """Return whether a column holds whole numbers of 128 bits, which numpy has not."""
    import narwhals as nw

    return isinstance(series.dtype, nw.Int128 | nw.UInt128)


def _used(codes: NDArray[Any], n_categories: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the codes renumbered over the categories that have rows, and those categories, in their order."""
    used = np.flatnonzero(np.bincount(codes, minlength=n_categories))
    position = np.zeros(n_categories, dtype=np.uint32)
    position[used] = np.arange(len(used), dtype=np.uint32)
    return position[codes], used


def _inverse(order: NDArray[Any]) -> NDArray[np.uint32]:
    """Return the position of each entry in `order`."""
    position = np.empty(len(order), dtype=np.uint32)
    position[order] = np.arange(len(order), dtype=np.uint32)
    return position


def _native_bytes(array: Any) -> Any:
    # Files from other machines may hold numbers in the other byte order, which hashing does not take.
    dtype = getattr(array, "dtype", None)
    if isinstance(dtype, np.dtype) and not dtype.isnative:
        return np.asarray(array).astype(dtype.newbyteorder("="))
    return array
