"""Exceptions: what they derive from, what they carry, and that they survive pickling and a panic of the kernel."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import regiometrics as rgm
from regiometrics import _core, errors

CLASSES = [getattr(errors, name) for name in errors.__all__]


def refused(call: Callable[[], object]) -> rgm.InvalidInputError:
    with pytest.raises(rgm.InvalidInputError) as raised:
        call()
    return raised.value


# What they are


def test_one_handler_catches_all_and_python_code_catches_its_own_kind() -> None:
    bases = {error.__name__: error.__mro__ for error in CLASSES}
    assert rgm.RegiometricsError in bases["InvalidInputError"]
    assert ValueError in bases["InvalidInputError"]
    assert rgm.RegiometricsError in bases["InternalError"]
    assert RuntimeError in bases["InternalError"]
    assert UserWarning in bases["RegiometricsWarning"]
    # Input errors and failures of the package are told apart.
    assert ValueError not in bases["InternalError"]
    assert RuntimeError not in bases["InvalidInputError"]


def test_every_class_is_public_and_of_this_module() -> None:
    assert {error.__module__ for error in CLASSES} == {"regiometrics.errors"}
    assert [getattr(rgm, name) for name in errors.__all__] == CLASSES
    derived = {
        each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception | Warning)
    }
    assert derived == set(CLASSES)


# What they carry


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", CLASSES)
def test_pickles_keep_class_message_and_position(kind: type[Exception], protocol: int) -> None:
    error = kind("column 'gdp' is negative in row 3")
    error.name, error.row, error.period = "gdp", 3, None
    for same in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):
        assert type(same) is kind
        assert same.args == error.args
        assert (same.name, same.row, same.period) == ("gdp", 3, None)


def test_an_error_without_position_says_none() -> None:
    error = refused(lambda: rgm.set_language("fr"))
    assert (error.name, error.row, error.period) == (None, None, None)


def core(
    values: list[float], weights: list[float] | None = None, periods: list[int] | None = None
) -> Callable[[], Any]:
    groups = np.zeros(len(values), dtype=np.uint32)
    codes = None if periods is None else np.array(periods, dtype=np.uint32)
    given = None if weights is None else np.array(weights)
    n_periods = 1 if periods is None else max(periods) + 1
    return lambda: _core.dagum_gini(np.array(values), given, groups, 1, codes, n_periods, 0, 0.95, 1)


@pytest.mark.parametrize(
    ("call", "message", "position"),
    [
        (core([1.0, float("nan")]), "values[1] is not finite (NaN)", ("values", 1, None)),
        (core([1.0, 2.0, -3.5]), "values[2] is negative (-3.5)", ("values", 2, None)),
        (core([1.0, 2.0], [1.0, -1.0]), "weights[1] is negative (-1)", ("weights", 1, None)),
        (core([1.0, 2.0], [1.0]), "weights has 1 entries where 2 are needed", ("weights", None, None)),
        (core([1.0, 0.0, 0.0], None, [0, 1, 1]), "the mean of values in period 1 is zero", ("values", None, 1)),
        (core([1.0, 2.0], [1.0, 0.0], [0, 1]), "every entry of weights in period 1 is zero", ("weights", None, 1)),
        (
            core([1e308, 1e308, 1.0]),
            "the entries of values in period 0 are too large or too small",
            ("values", None, 0),
        ),
        (core([]), "values is empty", ("values", None, None)),
    ],
)
def test_kernel_errors_carry_argument_row_and_period(
    call: Callable[[], Any], message: str, position: tuple[str, int | None, int | None]
) -> None:
    error = refused(call)
    assert str(error).startswith(message)
    assert (error.name, error.row, error.period) == position
    same = pickle.loads(pickle.dumps(error))
    assert (str(same), same.name, same.row, same.period) == (str(error), *position)


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame])
def test_public_errors_speak_of_columns_and_periods(library: type) -> None:
    data = library({"gdp": [1.0, 2.0, 0.0, 0.0], "area": ["a", "b", "a", "b"], "year": [2011, 2011, 2015, 2015]})
    error = refused(lambda: rgm.dagum_gini(data, "gdp", group="area", time="year"))
    assert str(error) == "the mean of column 'gdp' in year = 2015 is zero; relative inequality needs a positive mean"
    assert (error.name, error.row, error.period) == ("gdp", None, 1)
    # The traceback shows the caller's words only.
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_without_periods_the_error_speaks_of_none() -> None:
    error = refused(lambda: rgm.dagum_gini(None, [0.0, 0.0], group=["a", "b"]))
    assert str(error) == "the mean of column 'value' is zero; relative inequality needs a positive mean"


def test_a_period_without_weight_is_named_by_its_label() -> None:
    data = pd.DataFrame({"gdp": [1.0, 2.0], "area": ["a", "a"], "year": [2011, 2015], "people": [1.0, 0.0]})
    error = refused(lambda: rgm.dagum_gini(data, "gdp", group="area", time="year", weight="people"))
    assert str(error).startswith("every entry of column 'people' in year = 2015 is zero; ")
    assert (error.name, error.row, error.period) == ("people", None, 1)


def test_a_row_is_named_by_column_and_position() -> None:
    data = pd.DataFrame({"gdp": [1.0, -2.0, -3.0], "area": ["a", "a", "b"]}, index=[7, 8, 9])
    error = refused(lambda: rgm.dagum_gini(data, "gdp", group="area"))
    assert str(error).startswith("column 'gdp' is negative in row 1, 2 (-2)")
    assert (error.name, error.row, error.period) == ("gdp", 1, None)


# A panic of the kernel


@pytest.mark.parametrize("briefly", [False, True])
def test_a_panic_is_an_ordinary_exception_and_the_process_goes_on(briefly: bool) -> None:
    for steps in (1, 50):
        caught: Exception | None = None
        try:
            _core.exercise("panic", steps, None, briefly)
        except Exception as error:
            caught = error
        assert type(caught) is rgm.InternalError
        assert str(caught) == "a panic asked for by a test"
        assert str(pickle.loads(pickle.dumps(caught))) == str(caught)
        assert _core.exercise("spin", 10, None, briefly) == sum(range(10))
    # Two units 1 and 3: the mean difference over all pairs is 1, and twice the mean is 4.
    assert rgm.dagum_gini(None, [1.0, 3.0], group=["a", "b"]).overall["gini"].tolist() == [0.25]


def test_panics_leave_calls_beside_them_alone() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(6) as callers:
        spins = [callers.submit(_core.exercise, "spin", 100) for _ in range(3)]
        panics = [callers.submit(_core.exercise, "panic", 20) for _ in range(6)]
        assert [type(each.exception()) for each in panics] == [rgm.InternalError] * 6
        assert [each.result() for each in spins] == [sum(range(100))] * 3


def test_no_steps_are_an_input_error() -> None:
    error = refused(lambda: _core.exercise("spin", 0))
    assert str(error) == "steps is empty; at least one row is needed"


# Warnings


def test_warnings_point_at_the_callers_line() -> None:
    with pytest.warns(rgm.RegiometricsWarning, match="1 zero") as caught:
        rgm.theil(None, [0.0, 1.0, 3.0])
    assert [each.filename for each in caught] == [__file__]


HUGE = 10**400
PAIR = pd.DataFrame({"a": [0.2, 0.4, 0.9], "b": [0.5, 0.1, 0.8], "t": [2000, 2001, HUGE], "u": ["x"] * 3})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rgm.coupling_coordination(PAIR, ["a", "b"], stages=HUGE), "stages must be three numbers"),
        (lambda: rgm.coupling_coordination(PAIR, ["a", "b"], weights=[1, HUGE]), "weights must be numbers"),
        (lambda: rgm.topsis(PAIR, ["a", "b"], weights=[1, HUGE]), "the weight of 'b' must be a number"),
        (lambda: rgm.kde(PAIR, "a", support=(0, HUGE)), "support must be a pair"),
        (lambda: rgm.growth_rate(PAIR, "a", time="t", unit="u"), "column 't' is of type"),
        (lambda: rgm.geodetector(PAIR, "a", "b", discretize={"b": [HUGE]}), "must be the name of a method"),
        (
            lambda: rgm.weights.as_weights(np.eye(2)[::-1], ids=["x", "y"]).lag([1, HUGE]),
            "values cannot be read as numbers",
        ),
    ],
)
def test_whole_numbers_beyond_doubles_are_refused(call: Callable[[], object], message: str) -> None:
    told = str(refused(call))
    assert message in told
    # Nobody reads 400 digits.
    assert len(told) < 300
