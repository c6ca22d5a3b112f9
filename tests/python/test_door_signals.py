"""Ctrl-C and other signals during a call. Each case runs in a process of its own, which stands what goes wrong."""

from __future__ import annotations

import signal

import pytest
from child import run

# Seconds from the signal to the exception. The door looks for signals every 0.05 s, and a kernel looks whether it
# should stop at least every 0.1 s.
LIMIT = 0.2

INTERRUPT = (
    """
def interrupted(work, delay):
    # Seconds from SIGINT, sent `delay` after the start, to KeyboardInterrupt; None if the work ended before.
    sent = []
    def send():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)
    timer = threading.Timer(delay, send)
    try:
        timer.start()
        work()
        timer.cancel()
        timer.join()
    except KeyboardInterrupt:
        return time.perf_counter() - sent[0]
    return None

def latency(work, delay):
    # The best of three: what is slow each time is the package, not a busy machine.
    tries = []
    while len(tries) < 3:
        seconds = interrupted(work, delay)
        if seconds is None:
            break
        tries.append(seconds)
        if seconds <= LIMIT:
            break
    return min(tries, default=None)
"""
    + f"\nLIMIT = {LIMIT}\n"
)


def test_ctrl_c_stops_many_small_steps() -> None:
    # 100 000 steps of a millisecond would take a minute on two threads.
    seconds, right = run(
        INTERRUPT
        + """
work = lambda: _core.exercise("spin", 100_000)
seconds = [latency(work, delay) for delay in (0.01, 0.06, 0.12, 0.3)]
print(json.dumps([seconds, computes()]))
"""
    )
    assert max(seconds) <= LIMIT, seconds
    assert right


def test_ctrl_c_stops_a_call_that_the_calling_thread_does_itself() -> None:
    seconds, right = run(
        INTERRUPT
        + """
work = lambda: _core.exercise("spin", 100_000, None, True)
seconds = [latency(work, delay) for delay in (0.01, 0.06, 0.12, 0.3)]
print(json.dumps([seconds, computes()]))
"""
    )
    assert max(seconds) <= LIMIT, seconds
    assert right


def test_ctrl_c_stops_a_bootstrap_of_a_million_rows() -> None:
    # 10⁵ replicates would take hours.
    seconds, right = run(
        INTERRUPT
        + """
work = lambda: decompose(10**6, bootstrap=10**5)
seconds = [latency(work, delay) for delay in (0.1, 0.4, 0.8)]
print(json.dumps([seconds, computes()]))
"""
    )
    assert max(seconds) <= LIMIT, seconds
    assert right


def test_ctrl_c_stops_ten_million_rows_at_any_moment() -> None:
    # pandas is there before, as it is for whoever holds a data frame: an import that is cut short cannot be repeated.
    first, seconds, right = run(
        INTERRUPT
        + """
import narwhals
import pandas as pd
n = 10**7
data = pd.DataFrame({"value": np.random.default_rng(0).random(n), "group": np.arange(n) % 10})
work = lambda: rgm.dagum_gini(data, "value", group="group")
first = interrupted(work, 0.1)
seconds = [latency(work, delay) for delay in (0.05, 0.25, 0.5, 0.8)]
print(json.dumps([first, seconds, computes(300_000)]))
"""
    )
    assert right
    # The first call also starts the threads; it is one try only.
    assert first is not None
    assert first <= 3 * LIMIT, first
    # On two cores the call takes more than a second. One that ends before its signal says nothing.
    hits = [each for each in seconds if each is not None]
    assert len(hits) >= 2, seconds
    assert max(hits) <= LIMIT, seconds


def test_ctrl_c_stops_silvermans_test_of_a_million_values() -> None:
    # 10⁴ samples of a million values each would take an hour; the signals fall into the drawing and sorting of some.
    seconds, right = run(
        INTERRUPT
        + """
import narwhals, pandas
values = np.random.default_rng(0).lognormal(size=10**6)
work = lambda: rgm.kde(None, values, silverman_test=10**4, seed=1)
seconds = [latency(work, delay) for delay in (1.0, 2.0)]
print(json.dumps([seconds, computes()]))
"""
    )
    assert max(seconds) <= LIMIT, seconds
    assert right


def test_an_exception_of_the_callers_own_handler_comes_out() -> None:
    text, seconds, right = run(
        """
class Deadline(Exception):
    pass

def handler(number, frame):
    raise Deadline(f"signal {number}")

signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.1)
start = time.perf_counter()
try:
    _core.exercise("spin", 100_000)
except Deadline as error:
    print(json.dumps([str(error), time.perf_counter() - start, computes()]))
"""
    )
    assert text == f"signal {int(signal.SIGALRM)}"
    assert 0.1 <= seconds <= 0.1 + 3 * LIMIT
    assert right


def test_a_handler_that_returns_lets_the_call_go_on() -> None:
    calls, total, seconds = run(
        """
calls = []
signal.signal(signal.SIGALRM, lambda number, frame: calls.append(time.perf_counter() - start))
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.1)
start = time.perf_counter()
total = _core.exercise("spin", 600)
seconds = time.perf_counter() - start
signal.setitimer(signal.ITIMER_REAL, 0)
print(json.dumps([calls, total, seconds]))
""",
        REGIOMETRICS_NUM_THREADS="2",
    )
    # 600 steps of a millisecond on two threads take 0.3 s or more, in which the alarm rings at 0.05, 0.15 and 0.25.
    assert len(calls) >= 2
    assert calls[0] < seconds / 2
    assert total == sum(range(600))


@pytest.mark.parametrize("main_works", ["in a call", "in Python"])
def test_a_signal_reaches_the_main_thread_and_spares_the_others(main_works: str) -> None:
    work = '_core.exercise("spin", 100_000)' if main_works == "in a call" else "time.sleep(30)"
    seconds, total, right = run(
        INTERRUPT
        + f"""
totals = []
other = threading.Thread(target=lambda: totals.append(_core.exercise("spin", 1000)))
other.start()
seconds = latency(lambda: {work}, 0.1)
other.join()
print(json.dumps([seconds, totals, computes()]))
"""
    )
    assert seconds <= LIMIT
    assert total == [sum(range(1000))]
    assert right


def test_two_signals_in_a_row_stop_two_calls() -> None:
    # The second arrives while the first call is still being stopped, or just after.
    raised, right = run(
        """
def send():
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.002)

raised = 0
threading.Timer(0.1, send).start()
try:
    try:
        _core.exercise("spin", 100_000)
    except KeyboardInterrupt:
        raised += 1
        time.sleep(0.3)
except KeyboardInterrupt:
    raised += 1
print(json.dumps([raised, computes()]))
"""
    )
    # Python merges signals that it has not looked at yet, so that one may stand for both.
    assert raised in (1, 2)
    assert right
