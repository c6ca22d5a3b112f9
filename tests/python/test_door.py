"""The door between Python and the kernels: threads, progress, the interpreter lock, and inputs left alone."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import regiometrics as rgm
from child import run
from regiometrics import _core

# Large enough for every way of cutting work into pieces: sorts above 65 536 units of a group, sweeps above 4096.
N = 150_000


@pytest.fixture(autouse=True)
def default_threads() -> Iterator[None]:
    yield
    rgm.set_threads(None)


def arrays(n: int = N) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    # Half of all units are in one group, so that one sort is split.
    groups = np.minimum(random.integers(0, 6, n), 3).astype(np.uint32)
    return (
        random.lognormal(10.0, 0.7, n),
        random.uniform(0.5, 2.0, n),
        groups,
        random.integers(0, 2, n).astype(np.uint32),
    )


def bits(n: int = N, bootstrap: int = 12, seed: int = 5) -> bytes:
    """Return every number of a decomposition and of a Theil index, bit for bit."""
    values, weights, groups, periods = arrays(n)
    dagum = _core.dagum_gini(values, weights, groups, 4, periods, 2, bootstrap, 0.9, seed)
    theil = _core.theil(values, weights, groups, 4, periods, 2)
    return b"".join(flat(dagum)) + b"".join(flat(theil))


def flat(tables: dict[str, Any]) -> Iterator[bytes]:
    for name in sorted(tables):
        each = tables[name]
        yield from flat(each) if isinstance(each, dict) else [np.asarray(each).tobytes()]


# Threads


def test_one_thread_three_threads_and_the_default_give_the_same_bits() -> None:
    assert rgm.set_threads(1) == 1
    one = bits()
    assert rgm.set_threads(3) == 3
    assert bits() == one
    rgm.set_threads(None)
    assert bits() == one
    # The comparison sees the seed, so that it would see a difference.
    assert bits(seed=6) != one


def test_eight_callers_at_once_get_the_bits_of_one() -> None:
    seeds = [1, 2, 3, 4, 5, 6, 7, 8] * 2
    alone = {seed: bits(9000, 30, seed) for seed in set(seeds)}
    with ThreadPoolExecutor(8) as callers:
        together = list(callers.map(lambda seed: bits(9000, 30, seed), seeds))
    assert together == [alone[seed] for seed in seeds]
    assert len(set(together)) == 8


def test_threads_may_be_set_while_calls_are_under_way() -> None:
    expected = bits(9000, 30)
    done = threading.Event()

    def flip() -> None:
        while not done.is_set():
            for n in (1, 2, 3, 5):
                rgm.set_threads(n)

    setter = threading.Thread(target=flip)
    with ThreadPoolExecutor(4) as callers:
        setter.start()
        futures = [callers.submit(bits, 9000, 30) for _ in range(16)]
        results = [future.result(timeout=60) for future in futures]
    done.set()
    setter.join()
    assert results == [expected] * 16


def named_threads() -> int:
    names = []
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/comm") as file:
                names.append(file.read())
        except FileNotFoundError:
            continue
    return sum(name.startswith("regiometrics-") for name in names)


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="counts the threads that Linux lists")
def test_old_threads_end_when_the_number_changes() -> None:
    for n in (4, 2, 5, 3) * 5:
        rgm.set_threads(n)
        _core.exercise("spin", 8)
    deadline = time.monotonic() + 10.0
    while named_threads() > 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert named_threads() == 3


@pytest.mark.parametrize("n", [0, -1, 1025, 2**70, True, 2.0, "2", float("nan"), [2]])
def test_a_number_of_threads_that_is_none_is_refused(n: Any) -> None:
    rgm.set_threads(2)
    with pytest.raises(rgm.InvalidInputError, match=r"^n must be a whole number"):
        rgm.set_threads(n)
    assert _core.threads() == 2


def test_whole_numbers_of_numpy_set_the_threads() -> None:
    assert rgm.set_threads(np.int64(3)) == 3


def test_the_environment_sets_the_threads_until_the_caller_does() -> None:
    program = """
seen = [_core.threads(), rgm.set_threads(2), rgm.set_threads(None), rgm.set_threads()]
print(json.dumps(seen))
"""
    assert run(program, REGIOMETRICS_NUM_THREADS="3") == [3, 2, 3, 3]
    assert run(program, REGIOMETRICS_NUM_THREADS=" 1 ") == [1, 2, 1, 1]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="binds the process to one core")
def test_the_default_is_the_number_of_cores_that_the_process_may_use() -> None:
    program = """
del os.environ["REGIOMETRICS_NUM_THREADS"]
os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
print(json.dumps([_core.threads(), rgm.set_threads(2), rgm.set_threads()]))
"""
    assert run(program, REGIOMETRICS_NUM_THREADS="7") == [1, 2, 1]


def test_a_bad_number_in_the_environment_is_the_callers_error() -> None:
    # The import stands, the first call fails, and `set_threads` is a way out.
    program = """
seen = []
for text in ("zero", "0", "-1", "1025", "2.5"):
    os.environ["REGIOMETRICS_NUM_THREADS"] = text
    try:
        _core.exercise("spin")
    except Exception as error:
        seen.append([type(error).__name__, text in str(error), str(error)])
print(json.dumps([seen, rgm.set_threads(2), computes()]))
"""
    seen, threads, right = run(program)
    assert [names for _, names, _ in seen] == [True] * 5
    assert all(text.startswith("REGIOMETRICS_NUM_THREADS is ") for _, _, text in seen)
    assert (threads, right) == (2, True)
    # An internal error asks for a report, but here the caller has mistyped.
    assert {name for name, _, _ in seen} == {"InvalidInputError"}


def test_short_calls_have_the_bits_of_long_ones_on_any_number_of_threads() -> None:
    values = np.random.default_rng(8).normal(size=N)
    # A bar is shown by the threads of the package only.
    options = {"bandwidth": 0.2, "grid_size": 300}
    rgm.set_threads(2)
    long = rgm.kde(None, values, progress=True, **options).curves.to_numpy().tobytes()
    for threads in (1, 2, 3):
        rgm.set_threads(threads)
        assert [rgm.kde(None, values, **options).curves.to_numpy().tobytes() for _ in range(20)] == [long] * 20


def test_short_calls_of_many_threads_at_once() -> None:
    values = np.random.default_rng(9).normal(size=(4, 20_000))
    rgm.set_threads(2)
    alone = [rgm.kde(None, each).curves.to_numpy().tobytes() for each in values]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(10):
            assert list(pool.map(lambda each: rgm.kde(None, each).curves.to_numpy().tobytes(), values)) == alone


# The interpreter lock


@pytest.mark.parametrize(
    "call",
    [
        lambda: _core.exercise("spin", 400),
        lambda: _core.exercise("spin", 400, None, True),
        lambda: _core.dagum_gini(*bootstrap_of(4000), 1500, 0.95, 1),
    ],
    ids=["spin", "briefly", "bootstrap"],
)
def test_other_python_threads_run_during_a_call(call: Any) -> None:
    ticks: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(0.002):
            ticks.append(time.perf_counter())

    other = threading.Thread(target=tick)
    other.start()
    rgm.set_threads(1)
    start = time.perf_counter()
    call()
    end = time.perf_counter()
    stop.set()
    other.join()
    during = sum(start < each < end for each in ticks)
    # A lock that is held but every 0.05 s, when the door looks for signals, would let one tick through each time.
    assert during > 3 * (end - start) / 0.05, (during, end - start)


def bootstrap_of(n: int) -> tuple[Any, ...]:
    values, weights, groups, periods = arrays(n)
    return values, weights, groups, 4, periods, 2


# Progress


def test_progress_rises_to_the_total() -> None:
    seen: list[tuple[int, int]] = []
    rgm.set_threads(2)
    _core.exercise("spin", 500, lambda done, total: seen.append((done, total)))
    done = [each for each, _ in seen]
    assert done == sorted(done)
    assert {total for _, total in seen} <= {0, 500}
    assert seen[-1] == (500, 500)
    # A quarter of a second or more, reported every 0.05 s.
    assert sum(0 < each < 500 for each in done) >= 2


def test_progress_of_a_bootstrap_counts_replicates_of_all_periods() -> None:
    seen: list[tuple[int, int]] = []
    report = lambda done, total: seen.append((done, total))  # noqa: E731
    _core.dagum_gini(*bootstrap_of(3000), 40, 0.95, 1, report)
    assert seen[-1] == (80, 80)
    _core.dagum_gini(*bootstrap_of(3000), 0, 0.95, 1, report)
    assert seen[-1] == (2, 2)


def test_progress_does_not_change_the_result() -> None:
    arguments = (*bootstrap_of(3000), 40, 0.95, 1)
    with_progress = _core.dagum_gini(*arguments, lambda done, total: None)
    assert list(flat(with_progress)) == list(flat(_core.dagum_gini(*arguments)))


@pytest.mark.parametrize("steps", [100_000, 1], ids=["under way", "at the end"])
def test_an_exception_in_progress_stops_the_call_and_comes_out(steps: int) -> None:
    stop = ValueError("enough")

    def report(done: int, total: int) -> None:
        raise stop

    start = time.perf_counter()
    with pytest.raises(ValueError, match="enough") as raised:
        _core.exercise("spin", steps, report)
    assert raised.value is stop
    # All steps would take a minute.
    assert time.perf_counter() - start < 5.0
    assert _core.exercise("spin", 4) == 0 + 1 + 2 + 3


def test_a_call_inside_progress_gives_the_same_bits() -> None:
    inside: list[bytes] = []
    rgm.set_threads(1)
    _core.exercise("spin", 150, lambda done, total: inside.append(bits(500, 2)))
    assert set(inside) == {bits(500, 2)}


def test_the_bar_goes_to_stderr_and_leaves_stdout_empty(capfd: pytest.CaptureFixture[str]) -> None:
    values, _, groups, _ = arrays(4000)
    # One thread needs a few tenths of a second, in which the bar is drawn more than once.
    rgm.set_threads(1)
    shown = rgm.dagum_gini(None, values, group=groups, bootstrap=4000, seed=1, progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    # Steps done of steps announced, in some state of the bar.
    assert re.search(r"dagum_gini: .*\b[1-9]\d*/4000\b", err), err
    rgm.set_threads(None)
    silent = rgm.dagum_gini(None, values, group=groups, bootstrap=4000, seed=1)
    assert capfd.readouterr() == ("", "")
    assert shown.overall_intervals.equals(silent.overall_intervals)


def test_the_bar_does_not_hide_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(rgm.InvalidInputError, match="the mean of column 'value' is zero"):
        rgm.dagum_gini(None, [0.0, 0.0], group=["a", "b"], progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    # The bar is wiped: its last act is to write blanks over itself.
    assert err.endswith(" \r")


# Inputs


def test_inputs_are_read_only_and_left_alone() -> None:
    originals = arrays(5000)
    given = [each.copy() for each in originals]
    for each in given:
        each.flags.writeable = False
    values, weights, groups, periods = given
    rgm.dagum_gini(None, values, group=groups, time=periods, weight=weights, bootstrap=3, seed=1)
    rgm.theil(None, values, group=groups, time=periods, weight=weights)
    rgm.share(None, values, unit=np.arange(5000), time=periods)
    rgm.rank_consistency(None, values, weights, unit=np.arange(5000), time=periods)
    rgm.growth_rate(None, values[:2], time=[2020, 2021])
    for each, original in zip(given, originals, strict=True):
        assert each.tobytes() == original.tobytes()


def test_changing_the_input_later_does_not_change_a_result() -> None:
    values, weights, groups, periods = arrays(300)
    options = {"group": groups, "time": periods, "weight": weights}
    result, shares = rgm.dagum_gini(None, values, **options), rgm.share(None, values, unit=np.arange(300))
    # Copies of all numbers, made before the change.
    intervals, shared = result.within_intervals.to_numpy().tolist(), values.tolist()
    values[:], weights[:], groups[:], periods[:] = 1.0, 1.0, 0, 0
    assert result.within_intervals.to_numpy().tolist() == intervals
    assert shares["value"].tolist() == shared


def test_strided_and_reversed_arrays_are_read_in_their_own_order() -> None:
    values, _, groups, _ = arrays(1000)
    plain = rgm.dagum_gini(None, values[::-2].copy(), group=groups[::-2].copy()).overall
    assert rgm.dagum_gini(None, values[::-2], group=groups[::-2]).overall.equals(plain)
