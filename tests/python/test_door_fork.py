"""Forked and spawned processes, in a program of their own so that a hang ends at its time limit."""

from __future__ import annotations

import os

import pytest
from child import run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")

FORK = """
import warnings
# Newer Pythons warn of forks beside other threads, which is what is tried here.
warnings.simplefilter("ignore", DeprecationWarning)

def bits():
    # More than one chunk of work for every thread.
    tables = decompose(20_000, bootstrap=10)
    return b"".join(tables[name].tobytes() for name in sorted(tables))

def child(work):
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    return pid

def code(pid, seconds=20.0):
    # The exit code, or "hangs" after `seconds`.
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "hangs"
"""


def test_children_of_a_process_that_has_computed_get_the_same_bits() -> None:
    codes, right = run(
        FORK
        + """
before = bits()
codes = [code(child(lambda: bits() == before)) for _ in range(5)]
pids = [child(lambda: bits() == before) for _ in range(4)]
codes += [code(pid) for pid in pids]
print(json.dumps([codes, bits() == before]))
"""
    )
    assert codes == [0] * 9
    assert right


def test_a_grandchild_computes_too() -> None:
    assert (
        run(
            FORK
            + """
before = bits()
def generation(depth):
    return bits() == before and (depth == 0 or code(child(lambda: generation(depth - 1))) == 0)
print(json.dumps(code(child(lambda: generation(3)))))
"""
        )
        == 0
    )


def test_fork_while_other_threads_are_inside_calls() -> None:
    codes, totals, busy = run(
        FORK
        + """
before = bits()
totals = []
def spin():
    totals.append(_core.exercise("spin", 500))
others = [threading.Thread(target=spin) for _ in range(3)]
for other in others:
    other.start()
codes, busy = [], []
for _ in range(5):
    time.sleep(0.02)
    busy.append(sum(other.is_alive() for other in others))
    codes.append(code(child(lambda: bits() == before)))
for other in others:
    other.join()
print(json.dumps([codes, totals, busy]))
""",
        REGIOMETRICS_NUM_THREADS="2",
    )
    # The calls take 0.75 s together, so that the first fork at least falls into them.
    assert busy[0] == 3
    assert codes == [0] * 5
    assert totals == [sum(range(500))] * 3


def test_fork_while_threads_are_being_set() -> None:
    # The lock of the pool may be held by another thread at the moment of the fork.
    codes = run(
        FORK
        + """
before = bits()
done = threading.Event()
def flip():
    while not done.is_set():
        rgm.set_threads(1)
        rgm.set_threads(3)
other = threading.Thread(target=flip)
other.start()
codes = [code(child(lambda: bits() == before)) for _ in range(20)]
done.set()
other.join()
print(json.dumps(codes))
"""
    )
    assert codes == [0] * 20


def test_a_child_inherits_the_number_of_threads_and_sets_its_own() -> None:
    codes, threads = run(
        FORK
        + """
rgm.set_threads(3)
bits()
inherits = code(child(lambda: _core.threads() == 3))
sets = code(child(lambda: rgm.set_threads(1) == 1 and computes()))
print(json.dumps([[inherits, sets], _core.threads()]))
"""
    )
    assert codes == [0, 0]
    assert threads == 3


def test_ctrl_c_works_in_a_child() -> None:
    assert (
        run(
            FORK
            + """
bits()
def interrupted():
    threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    try:
        _core.exercise("spin", 100_000)
    except KeyboardInterrupt:
        return computes()
print(json.dumps(code(child(interrupted))))
"""
        )
        == 0
    )


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_process_pools_compute_and_hand_errors_back(method: str) -> None:
    ginis, error, panic = run(
        FORK
        + f"""
import multiprocessing, pickle
from concurrent.futures import ProcessPoolExecutor

decompose(1000)
with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context({method!r})) as pool:
    calls = [pool.submit(rgm.dagum_gini, None, [1.0, 3.0 + k], group=["a", "b"]) for k in range(4)]
    ginis = [float(call.result(30).overall["gini"].iloc[0]) for call in calls]
    bad = pool.submit(rgm.dagum_gini, None, [1.0, 2.0, 0.0], group=["a", "b", "a"], time=[2011, 2011, 2015])
    error = bad.exception(30)
    panic = pool.submit(_core.exercise, "panic", 4).exception(30)
    print(json.dumps([
        ginis,
        [type(error).__name__, str(error), error.name, error.row, error.period],
        [type(panic).__name__, str(panic)],
    ]))
"""
    )
    # Two units 1 and b: the mean difference over all pairs is (b − 1)/2, and twice the mean is 1 + b.
    assert ginis == pytest.approx([(b - 1) / 2 / (1 + b) for b in (3, 4, 5, 6)], rel=1e-15)
    kind, message, *position = error
    assert kind == "InvalidInputError"
    assert message.startswith("the mean of column 'value' in time = 2015 is zero")
    assert position == ["value", None, 1]
    assert panic == ["InternalError", "a panic asked for by a test"]
