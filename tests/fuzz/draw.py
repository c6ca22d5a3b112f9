"""Random numbers, labels, columns, tables and options: mostly usable, and by the wildness of the case not at all."""

from __future__ import annotations

import datetime
import decimal
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

# What an option may be given that is not what it asks for.
NONSENSE: tuple[Any, ...] = (
    None, "", "nonsense", "名", -1, 0, 1, 2, 7, 1.5, -0.5, 2**31, 2**53 + 1, 2**63, 2**70, 1e308, 5e-324, 10**400,
    float("nan"), float("inf"), -float("inf"), True, False, b"bytes", "x" * 5000, [], {}, (), [None], [[1.0]], object(),
    np.float64("nan"), np.int8(-1), np.bool_(True), 1j, pd.NA, pd.NaT, decimal.Decimal("NaN"), np.zeros(3),
    np.zeros((2, 2)), "\udc80", [1, 2], (0.0, 0.0), {"a": 1}, {1: None}, range(3), len, datetime.date(2020, 1, 1),
)  # fmt: skip

NAMES = (
    "value", "gdp", "x", "time", "n", "score", "区域", "地区生产总值 (亿元)", "café", "cafe\u0301", "a b", "a.b", "`a`",
    "x\u200by", "\u202eabc", "🙂🏽", "مرحبا", "", " ", "mean", "share", "group", "index", "level_0", "<b>&amp;</b>",
    "100% _$#~^\\{}", "a\nb", "row", "columns", "{}", "{0}", "%s", "x" * 300, "None", "nan", "0", "weight", "data",
)  # fmt: skip

LABELS = (
    "北京", "东部", "East", "east", "É", "E\u0301", "", " ", "\u200b", "\u202eRTL", "🙂", "👩‍👩‍👧",
    "a\x00b", "<i>", "a&b", "100%",
    "_", "{}", "\\", "$x$", "y" * 400, "NaN", "None", "0", "00", "-1", "1e5", "سلام", "a,b", "a\nb", "ﬁ", "ß", "ss",
)  # fmt: skip

SURROGATE = "\ud800half"


class Draw:
    """The draws of one case: the same for the same method, seed and number."""

    def __init__(self, method: str, seed: int, number: int) -> None:
        self.random = np.random.default_rng([seed, zlib.crc32(method.encode()), number])
        self.wildness = float(self.random.choice([0.0, 0.0, 0.02, 0.1, 0.3]))

    def chance(self, probability: float) -> bool:
        return bool(self.random.random() < probability)

    def wild(self) -> bool:
        return self.chance(self.wildness)

    def pick(self, options: Sequence[Any]) -> Any:
        return options[int(self.random.integers(len(options)))]

    def option(self, usable: Sequence[Any] | Callable[[], Any]) -> Any:
        """Return one of the usable settings; of a wild case now and then nonsense."""
        if self.wild():
            return self.pick(NONSENSE)
        return usable() if callable(usable) else self.pick(usable)

    def numbers(self, n: int) -> np.ndarray:
        """Return finite numbers of one of many kinds; of a wild case with NaN or infinities among them."""
        normal = self.random.standard_normal(n)
        kinds: tuple[Callable[[], np.ndarray], ...] = (
            lambda: normal,
            lambda: normal,
            lambda: np.exp(normal) * 1e4,
            lambda: self.random.integers(0, 6, n) * 1.0,
            lambda: np.full(n, self.pick([0.0, -0.0, 1.0, -3.5, 0.1, 1e-300, 5e-324, 1e300])),
            lambda: normal + self.pick([1e9, -1e12, 1e15, 2.0**53]),
            lambda: normal * self.pick([1e-308, 5e-324, 1e-160, 1e150, 1e154, 1e160, 1e300, 1e308]),
            lambda: self.random.choice([0.0, -0.0, 1.0, -1.0, 5e-324, 2.2e-308, 1e308, -1e308, 1e-308, 2.0**53 + 2], n),
            lambda: np.where(self.random.random(n) < 0.7, 1.0, normal),
            lambda: 1.0 + self.random.integers(0, 3, n) * np.finfo(float).eps,
            lambda: np.round(normal, 1),
        )
        values = np.array(self.pick(kinds)(), dtype=np.float64)
        if n and self.wild():
            values[self.random.random(n) < self.pick([0.1, 0.5, 1.0])] = self.pick([np.nan, np.inf, -np.inf])
        return values

    def codes(self, n: int, k: int) -> np.ndarray:
        return self.random.integers(0, max(k, 1), n)

    def labels(self, k: int) -> list[Any]:
        """Return k distinct labels of one type."""
        kinds: tuple[Callable[[], list[Any]], ...] = (
            lambda: [f"r{i}" for i in range(k)],
            lambda: [f"r{i}" for i in range(k)],
            lambda: [LABELS[i % len(LABELS)] + "'" * (i // len(LABELS)) for i in self.random.permutation(k)],
            lambda: list(range(k)),
            lambda: [2**53 + i for i in range(k)],
            lambda: [i + 0.5 for i in range(k)],
            lambda: [datetime.date(2000 + i, 1, 31) for i in range(k)],
            lambda: [i == 1 for i in range(min(k, 2))],
        )
        labels = self.pick(kinds)()
        if self.wild():
            labels[-1] = self.pick([SURROGATE, None, float("nan"), -1, "mixed", b"bytes", (1, 2), object()])
        return [*labels, *range(100, 100 + k - len(labels))]

    def times(self, k: int) -> list[Any]:
        """Return k periods in order."""
        kinds: tuple[Callable[[], list[Any]], ...] = (
            lambda: [2010 + i for i in range(k)],
            lambda: [2010 + i for i in range(k)],
            lambda: [2010 + 5 * i for i in range(k)],
            lambda: [str(2010 + i) for i in range(k)],
            lambda: [datetime.date(2010 + i, 6, 30) for i in range(k)],
            lambda: [datetime.datetime(2010 + i, 2, 28, 23, 59) for i in range(k)],
            lambda: [pd.Timestamp(2010 + i, 1, 1, tz="Asia/Shanghai") for i in range(k)],
            lambda: [pd.Period(2010 + i, freq="Y") for i in range(k)],
            lambda: [2010.0 + i / 2 for i in range(k)],
        )
        return self.labels(k) if self.wild() else self.pick(kinds)()

    def name(self, taken: Sequence[str], usual: str) -> str:
        name = usual if self.chance(0.6) else self.pick(NAMES)
        while name in taken:
            name += "_"
        return name

    # Columns

    def column(self, values: np.ndarray) -> Any:
        """Return numbers as an array or pandas series of one of many types and layouts."""
        if self.chance(0.4):
            return values
        with np.errstate(all="ignore"):
            kind = self.pick(WILD_TYPES if self.wild() else TYPES)
            try:
                return kind(values)
            except (TypeError, ValueError, OverflowError, decimal.InvalidOperation):
                return values

    def label_column(self, labels: Sequence[Any], codes: np.ndarray) -> Any:
        """Return labels as a list, object array, categorical with unused levels, or typed series."""
        column = [labels[code] for code in codes]
        kinds: tuple[Callable[[], Any], ...] = (
            lambda: column,
            lambda: pd.Series(column),
            lambda: pd.Series(column, dtype=object),
            lambda: pd.Series(pd.Categorical(column, categories=[*dict.fromkeys(labels), "unused"], ordered=True)),
            lambda: pd.Series(pd.Categorical(column)),
            lambda: pd.Series(column, dtype="string"),
            lambda: pd.Series(np.array(column)),
            lambda: pd.Series(column, dtype="str").astype("category"),
        )
        try:
            return self.pick(kinds)()
        except (TypeError, ValueError, UnicodeEncodeError):
            return pd.Series(column, dtype=object)


def _spread(values: np.ndarray) -> np.ndarray:
    """Every third entry of a longer array."""
    wide = np.zeros(3 * len(values))
    wide[::3] = values
    return wide[::3]


def _frozen(values: np.ndarray) -> np.ndarray:
    copy = values.copy()
    copy.flags.writeable = False
    return copy


def _whole(values: np.ndarray) -> np.ndarray:
    return np.nan_to_num(np.clip(np.round(values), -(2.0**62), 2.0**62), nan=0.0)


# How a column of numbers may be stored so that it still holds numbers.
TYPES: tuple[Callable[[np.ndarray], Any], ...] = (
    _spread,
    _frozen,
    lambda values: values[::-1].copy()[::-1],
    lambda values: values.astype(">f8"),
    lambda values: values.astype(np.float32),
    lambda values: values.astype(np.float16),
    lambda values: values.astype(np.longdouble),
    lambda values: _whole(values).astype(np.int64),
    lambda values: np.abs(_whole(values)).astype(np.uint64),
    lambda values: (_whole(values) % 100).astype(np.int8),
    lambda values: (_whole(values) % 100).astype(">i4"),
    lambda values: values > 0.0,
    lambda values: pd.Series(values).astype("Float64"),
    lambda values: pd.Series(_whole(values).astype(np.int64)).astype("Int64"),
    lambda values: pd.Series(values > 0.0).astype("boolean"),
    lambda values: pd.Series(values).astype("category"),
    lambda values: pd.Series(values).astype("double[pyarrow]"),
    lambda values: pd.Series([decimal.Decimal(repr(float(value))) for value in values], dtype=object),
    lambda values: pd.Series([int(value) for value in _whole(values)], dtype=object),
    lambda values: pd.Series([int(value) * 2**40 for value in _whole(values)], dtype=object),
    lambda values: np.ma.MaskedArray(values, mask=np.zeros(len(values), dtype=bool)),
    lambda values: [float(value) for value in values],
    lambda values: tuple(float(value) for value in values),
    lambda values: pd.Series(values, index=np.arange(len(values))[::-1]),
)

# How it may be stored so that it need not.
WILD_TYPES: tuple[Callable[[np.ndarray], Any], ...] = (
    lambda values: values.astype(complex),
    lambda values: values.astype(str),
    lambda values: values.astype("S8"),
    lambda values: values.astype("datetime64[D]"),
    lambda values: values.astype("timedelta64[s]"),
    lambda values: np.zeros((len(values), 2)),
    lambda values: np.array(1.0),
    lambda values: values[:-1],
    lambda values: np.append(values, 1.0),
    lambda values: values[:0],
    lambda values: pd.Series(["text", *values[1:]], dtype=object),
    lambda values: pd.Series([None, *values[1:]], dtype=object),
    lambda values: pd.Series([pd.NA, *values[1:]]),
    lambda values: pd.Series([[1], *values[1:]], dtype=object),
    lambda values: pd.Series([1j, *values[1:]], dtype=object),
    lambda values: pd.Series([10**400, *values[1:]], dtype=object),
    lambda values: pd.Series([np.array([1.0, 2.0]), *values[1:]], dtype=object),
    lambda values: np.ma.MaskedArray(values, mask=np.ones(len(values), dtype=bool)),
    lambda values: np.zeros(len(values), dtype=[("a", float), ("b", int)]),
    lambda values: pd.arrays.SparseArray(values),
    lambda values: pd.interval_range(0, len(values)),
    lambda values: pd.MultiIndex.from_arrays([values, values]),
    lambda values: pd.DataFrame({"a": values}),
    lambda values: {"a": 1},
    lambda values: set(values),
    lambda values: iter(values),
    lambda values: range(len(values)),
    lambda values: memoryview(values),
)
