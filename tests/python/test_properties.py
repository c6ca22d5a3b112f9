"""What every public function promises about other units, orders, copies, names and containers of the same data.

The claims stand in `property_claims`, the calls in `public_calls`; a function that has none, or leaves a property open,
fails here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import regiometrics as rgm
from property_claims import CLAIMS, PROPERTIES, ROUNDING, WEIGHTS, WITHOUT_ROWS, Claims, Loose
from public_calls import ARRAYS, CALLS, COUNTS, FRAMES, FROM_TABLES, Study, bits, compute, neighbours, study
from public_calls import table_of as _table_of
from public_calls import tables as tables_of

pytestmark = pytest.mark.filterwarnings("ignore::regiometrics.RegiometricsWarning")

SEEDS = (0, 1)
drawn = cache(study)
Tables = Mapping[str, pd.DataFrame]


@cache
def weights(seed: int) -> rgm.SpatialWeights:
    return neighbours(drawn(seed))


@cache
def base(name: str, seed: int) -> Tables:
    return compute(name, table_of(name, seed), weights(seed))


def table_of(name: str, seed: int) -> pd.DataFrame:
    return _table_of(name, drawn(seed))


def claimed(kind: str) -> list[Any]:
    """Return the calls that claim this property."""
    return [name for name, claims in CLAIMS.items() if not isinstance(getattr(claims, kind), str)]


# The table of claims


def public_functions() -> Iterator[str]:
    for module, prefix in ((rgm, ""), (rgm.weights, "weights."), (rgm.datasets, "datasets.")):
        for name in module.__all__:
            each = getattr(module, name)
            if callable(each) and not isinstance(each, type):
                yield prefix + name


def test_every_public_function_has_a_call_and_claims() -> None:
    calls = {name.split(":")[0] for name in CALLS}
    assert calls - {"RandomForestRegressor"} | set(FROM_TABLES) | set(WITHOUT_ROWS) == set(public_functions())
    assert set(CALLS) == set(CLAIMS)
    # Whatever weighs rows says what the weights do.
    assert set(WEIGHTS) == {name for name in CALLS if "people" in table_of(name, 0)} | {"deviational_ellipse"}


@pytest.mark.parametrize("name", CLAIMS)
def test_every_property_is_claimed_or_left_out_with_a_reason(name: str) -> None:
    claims = CLAIMS[name]
    assert tuple(Claims.__dataclass_fields__) == (*PROPERTIES, "not_in")
    reasons = [getattr(claims, kind) for kind in PROPERTIES]
    reasons += claims.not_in.values()
    reasons += [reason for each in reasons if not isinstance(each, str) for reason in each.loose.values()]
    reasons += getattr(claims.scale, "inexact", {}).values()
    assert all(len(reason.split()) >= 2 for reason in reasons if isinstance(reason, str))
    assert set(claims.not_in) <= {*FRAMES, *ARRAYS} - {"pandas"}
    # A claim about a column that no table has would hold of nothing.
    found = {f"{table}.{column}" for table, frame in base(name, 0).items() for column in frame.columns}
    for kind in PROPERTIES:
        claim = getattr(claims, kind)
        said = () if isinstance(claim, str) else (getattr(claim, each, {}) for each in ("powers", "moved", "loose"))
        for key in itertools.chain(*said):
            assert key in found or any(each.endswith(f".{key}") for each in found) or key in base(name, 0), (kind, key)


# Comparing


def of_column(claim: Mapping[str, Any], table: str, column: Any, default: Any) -> Any:
    """Return what is said of a column: by its full name, its own, or that of its table."""
    for key in (f"{table}.{column}", str(column), table):
        if key in claim:
            return claim[key]
    return default


def assert_same(found: Tables, expected: Tables, loose: Loose, rtol: float) -> None:
    assert list(found) == list(expected)
    for table, frame in expected.items():
        there = found[table]
        assert list(there.columns) == list(frame.columns), table
        assert len(there) == len(frame), table
        for column in frame.columns:
            if of_column(loose, table, column, None) is not None or frame.empty:
                continue
            place = f"{table}.{column}"
            one, two = there[column].to_numpy(), frame[column].to_numpy()
            if two.dtype.kind in "fiu" and rtol > 0.0:
                largest = np.abs(two[np.isfinite(two)]).max(initial=0.0) if len(two) else 0.0
                np.testing.assert_allclose(one, two, rtol=rtol, atol=rtol * largest, err_msg=place)
            elif two.dtype.kind in "fiub":
                assert one.tobytes() == two.tobytes(), place
            else:
                assert [str(each) for each in one] == [str(each) for each in two], place


def changed(tables: Tables, change: Callable[[str, Any, pd.Series], Any]) -> dict[str, pd.DataFrame]:
    """Return tables whose columns of numbers are those that `change(table, column, values)` returns."""
    made = {}
    for table, frame in tables.items():
        columns = {
            column: change(table, column, frame[column]) if frame[column].dtype.kind in "fiu" else frame[column]
            for column in frame.columns
        }
        made[table] = pd.DataFrame(columns, columns=frame.columns)
    return made


# Scale and shift


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", claimed("scale"))
def test_scale(name: str, seed: int) -> None:
    claim: Any = CLAIMS[name].scale
    frame = table_of(name, seed)
    columns = [column for column in claim.columns if column in frame]
    assert columns
    for factor in claim.factors:
        found = compute(name, frame.assign(**{column: frame[column] * factor for column in columns}), weights(seed))

        def scaled(table: str, column: Any, values: pd.Series, factor: float = factor) -> Any:
            power = of_column(claim.powers, table, column, 0)
            return values * factor**power if power else values

        expected, is_exact = changed(base(name, seed), scaled), factor == claim.factors[0]
        if is_exact:
            assert_same(found, expected, claim.loose | claim.inexact, 0.0)
        else:
            assert_same(found, expected, claim.loose, claim.rtol)


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_are_relative(name: str) -> None:
    frame, weight = table_of(name, 0), WEIGHTS[name]
    for factor, rtol in ((4.0, 0.0), (1000.0 / 7.0, ROUNDING)):
        found = compute(name, frame.assign(**{weight: frame[weight] * factor}), weights(0))
        assert_same(found, base(name, 0), {}, rtol)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", claimed("shift"))
def test_shift(name: str, seed: int) -> None:
    claim: Any = CLAIMS[name].shift
    frame = table_of(name, seed)
    by = 1024.0
    found = compute(name, frame.assign(**{column: frame[column] + by for column in claim.columns}), weights(seed))

    def moved(table: str, column: Any, values: pd.Series) -> Any:
        return values + by * of_column(claim.moved, table, column, 0)

    assert_same(found, changed(base(name, seed), moved), claim.loose, claim.rtol)


# Order and copies


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", claimed("order"))
def test_order_of_rows(name: str, seed: int) -> None:
    claim: Any = CLAIMS[name].order
    frame = table_of(name, seed)
    order = np.random.default_rng(seed + 10).permutation(len(frame))
    found = dict(compute(name, frame.iloc[order].reset_index(drop=True), weights(seed)))
    expected = dict(base(name, seed))
    for table in claim.rows:
        expected[table] = expected[table].iloc[order].reset_index(drop=True)
    for table, keys in claim.sorted_by.items():
        for each in (found, expected):
            each[table] = each[table].sort_values(list(keys)).reset_index(drop=True)
    assert_same(found, expected, claim.loose, claim.rtol)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", claimed("copies"))
def test_copies_of_all_units(name: str, seed: int) -> None:
    claim: Any = CLAIMS[name].copies
    frame, k = table_of(name, seed), 3
    copies = [frame.assign(city=frame["city"] + f"/{copy}") if "city" in frame else frame for copy in range(k)]
    found = dict(compute(name, pd.concat(copies, ignore_index=True), weights(seed)))
    expected = changed(
        base(name, seed), lambda table, column, values: values * float(k) ** of_column(claim.powers, table, column, 0)
    )
    by_unit = [table for table, there in expected.items() if {"city", "unit"} & set(there.columns)]
    for table in claim.rows:
        expected[table] = pd.concat([expected[table]] * k, ignore_index=True)
    for table in by_unit:
        # Each copy has what the unit has, under its own name.
        unit = next(column for column in ("unit", "city") if column in found[table])
        parts = found[table][unit].str.split("/")
        for copy in range(k if table not in claim.rows else 0):
            of_copy = found[table][parts.str[1] == str(copy)].reset_index(drop=True)
            of_copy = of_copy.assign(**{unit: of_copy[unit].str.split("/").str[0]})
            assert_same({table: of_copy}, {table: expected[table]}, claim.loose, claim.rtol)
        if table in claim.rows:
            found[table] = found[table].assign(**{unit: parts.str[0]})
        else:
            del found[table], expected[table]
    assert_same(found, expected, claim.loose, claim.rtol)


# Names


LABELS = ("city", "region", "soil", "status", "from", "to")


def renamed(name: str, seed: int, label: Callable[[list[str]], dict[str, str]]) -> tuple[Tables, dict[str, str]]:
    """Return the result under other names and labels, and what each is called now."""
    study = drawn(seed)
    labels = [column for column in LABELS if column in table_of(name, seed)]
    words: dict[str, str] = {}
    for column in labels:
        words |= label(sorted(set(table_of(name, seed)[column])))
    if "from" in labels:
        # Both ends of a link have names of the same kind.
        words = label(sorted(set(study["edges"]["from"])))
    columns = {column: f"列 {column}" for column in table_of(name, seed).columns}
    again: Study = {
        table: frame.replace({column: words for column in labels if column in frame}) for table, frame in study.items()
    }
    found = compute(name, _table_of(name, again), neighbours(again), names=columns)
    return found, words | columns


def in_words(frame: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    said = {
        column: [words.get(each, each) if isinstance(each, str) else each for each in frame[column]]
        for column in frame.columns
        if frame[column].dtype.kind not in "fiub"
    }
    return frame.assign(**said).rename(columns=dict(words))


@pytest.mark.parametrize("name", claimed("names"))
def test_names_that_sort_alike_only_rename(name: str) -> None:
    claim: Any = CLAIMS[name].names
    found, words = renamed(name, 0, lambda labels: {label: f"名 {label}" for label in labels})
    assert_same(found, {table: in_words(frame, words) for table, frame in base(name, 0).items()}, claim.loose, 0.0)


# Columns that change their sign when the two that they compare change places.
SIGNED = ("difference", "t")


def in_one_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows sorted by their labels, pairs in the order of their labels, columns in that of their names."""
    frame = frame.astype({column: str for column in frame.columns if frame[column].dtype.kind not in "fiub"})
    pairs = [column.removesuffix("_a") for column in frame.columns if str(column).endswith("_a")]
    keys = [pair for pair in pairs if frame[f"{pair}_a"].dtype.kind not in "fiub"]
    if keys:
        swap = (frame[f"{keys[0]}_a"] > frame[f"{keys[0]}_b"]).to_numpy()
        for pair in pairs:
            one, two = frame[f"{pair}_a"].copy(), frame[f"{pair}_b"].copy()
            frame[f"{pair}_a"], frame[f"{pair}_b"] = one.where(~swap, two), two.where(~swap, one)
        for column in set(SIGNED) & set(frame.columns):
            frame[column] = frame[column].where(~swap, -frame[column])
    labels = [column for column in frame.columns if frame[column].dtype.kind not in "f"]
    frame = frame[sorted(frame.columns, key=str)]
    return frame.sort_values(labels).reset_index(drop=True) if labels else frame


@pytest.mark.parametrize("name", claimed("names"))
def test_names_that_sort_the_other_way_round_say_the_same(name: str) -> None:
    claim: Any = CLAIMS[name].names
    backwards = lambda labels: {label: f"{len(labels) - place:03d}" for place, label in enumerate(labels)}  # noqa: E731
    found, words = renamed(name, 0, backwards)
    expected = {table: in_one_order(in_words(frame, words)) for table, frame in base(name, 0).items()}
    found = {table: in_one_order(frame) for table, frame in found.items()}
    assert_same(found, expected, claim.loose, 1e-12)


# Periods


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", claimed("periods"))
def test_a_panel_is_its_periods_one_by_one(name: str, seed: int) -> None:
    claim: Any = CLAIMS[name].periods
    frame = table_of(name, seed)
    years = np.unique(frame["year"])
    alone = [compute(name, frame[frame["year"] == year].reset_index(drop=True), weights(seed)) for year in years]
    found, expected = {}, {}
    for table, whole in base(name, seed).items():
        parts = pd.concat([each[table] for each in alone], ignore_index=True)
        keys = [column for column in whole.columns if column in ("time", "year")]
        if not keys or not len(whole):
            continue
        # Tables that follow the rows of the data, or are sorted by unit, come period after period.
        order = np.argsort(whole[keys[0]].to_numpy(), kind="stable")
        found[table], expected[table] = parts, whole.iloc[order].reset_index(drop=True)
    assert found
    assert_same(found, expected, claim.loose, 0.0)


# Containers, numbers of threads


@pytest.mark.parametrize("kind", [*FRAMES[1:], *ARRAYS])
@pytest.mark.parametrize("name", CLAIMS)
def test_containers_give_the_same_bits(name: str, kind: str) -> None:
    if kind in CLAIMS[name].not_in:
        pytest.skip(CLAIMS[name].not_in[kind])
    found, expected = (bits(each) for each in (compute(name, table_of(name, 0), weights(0), kind), base(name, 0)))
    if kind in FRAMES:
        assert found == expected
        return
    # Arrays have no names: columns go by their roles, factors by their numbers.
    numbered = {"x1": "a", "x2": "b", "x3": "c"}
    entries = [
        [numbered.get(each, each) for each in exact] if isinstance(exact, list) else exact for *_, exact in found
    ]
    assert sorted(map(str, entries)) == sorted(str(exact) for *_, exact in expected)


@pytest.mark.parametrize("kind", ["int64", "int16", "float32", "Float64", "int32[pyarrow]"])
def test_types_give_the_bits_of_the_same_numbers(kind: str) -> None:
    for name in CLAIMS:
        frame = table_of(name, 0)
        numbers = [column for column in frame.columns if frame[column].dtype.kind == "f" and column not in ("u", "v")]
        whole = frame.assign(**{column: (frame[column] * 32.0).round() for column in numbers})
        if "gap" in numbers and kind in ("int64", "int16"):
            continue
        if name == "weights.as_weights":
            continue
        typed = whole.astype(dict.fromkeys(numbers, kind))
        found, expected = (compute(name, each, weights(0)) for each in (typed, whole))
        for table in expected:
            # Columns that are handed on keep the type in which they came.
            found[table] = found[table].astype(expected[table].dtypes.to_dict())
        assert bits(found) == bits(expected), name


def test_one_thread_and_three_give_the_same_bits() -> None:
    try:
        rgm.set_threads(1)
        one = {name: bits(compute(name, table_of(name, 0), weights(0))) for name in CALLS}
        rgm.set_threads(3)
        for name, expected in one.items():
            assert bits(compute(name, table_of(name, 0), weights(0))) == expected, name
    finally:
        rgm.set_threads(None)


def test_parts_of_the_rows_equal_the_whole() -> None:
    frame = table_of("geodetector", 0)
    for cuts in ([40], [1, 2, 95], list(range(4, 96, 4))):
        parts = [frame.iloc[low:high] for low, high in zip([0, *cuts], [*cuts, len(frame)], strict=True)]
        for given in (parts, iter(parts), [pa.Table.from_pandas(part) for part in parts]):
            found = tables_of(rgm.geodetector(given, "y", ["region", "soil"], time="year"))
            # Moments of parts are taken about means of their own.
            assert_same(found, base("geodetector", 0), {}, 1e-11)


# Tables of counts


@pytest.mark.parametrize("name", ["markov_from_counts", "spatial_markov_from_counts"])
def test_counts_of_other_types_and_layouts_are_the_same_counts(name: str) -> None:
    call, expected = FROM_TABLES[name], bits(tables_of(FROM_TABLES[name](COUNTS)))
    for same in (COUNTS.astype(np.int16), COUNTS.astype(float), np.asfortranarray(COUNTS), COUNTS.repeat(2, 1)[:, ::2]):
        assert bits(tables_of(call(same))) == expected


def test_more_counts_in_the_same_shares_and_states_in_another_order() -> None:
    one, more = (rgm.markov_from_counts(COUNTS * times) for times in (1, 9))
    for table in ("probabilities", "steady_state", "first_passage", "mobility", "structure"):
        assert getattr(more, table).equals(getattr(one, table)), table
    # A third of the error from nine times the counts; 9 n and the root of 1/9 are rounded.
    errors = more.intervals["standard_error"] * 3.0
    np.testing.assert_allclose(errors, one.intervals["standard_error"], rtol=1e-15)
    order = [2, 0, 1]
    moved = rgm.markov_from_counts(COUNTS[np.ix_(order, order)])
    for table in ("steady_state", "sojourn"):
        found, expected = getattr(moved, table), getattr(one, table).iloc[order]
        # Stationary probabilities are eliminated in another order.
        np.testing.assert_allclose(found.iloc[:, 2:].astype(float), expected.iloc[:, 2:].astype(float), rtol=1e-14)
    shares = FROM_TABLES["counts_from_probabilities"]
    np.testing.assert_array_equal(np.asarray(shares(COUNTS)), COUNTS)
