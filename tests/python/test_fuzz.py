"""A short run of the fuzzing in tests/fuzz, and proof that it sees what it looks for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parents[1] / "fuzz"
sys.path.insert(0, str(FUZZ))

# All modules of the fuzzing import each other by their plain names.
import judge  # noqa: E402
import regiometrics as rgm  # noqa: E402
import run  # noqa: E402
from draw import Draw  # noqa: E402
from regiometrics import _core  # noqa: E402


def test_a_short_run_finds_nothing() -> None:
    names = run.methods(None)
    # Two cases of each, so that every entry is used; stops on a slow machine.
    ran, failures = run.fuzz(names, seed=2026, cases=2 * len(names), seconds=20.0)
    assert failures == []
    assert sum(ran.values()) >= len(names) // 4


def test_every_public_function_and_every_function_of_the_core_is_fuzzed() -> None:
    functions = {name for name in rgm.__all__ if name.islower() and callable(getattr(rgm, name))}
    functions |= {f"weights.{name}" for name in rgm.weights.__all__ if name.islower()}
    functions |= {f"core.{name}" for name in dir(_core) if callable(getattr(_core, name)) and not name.startswith("_")}
    # The tests of the door run what panics on purpose.
    assert functions - {"core.exercise"} <= judge.CASES.keys()


def test_a_case_is_the_same_each_time() -> None:
    first, second = (judge.CASES["theil"](Draw("theil", 5, 9)) for _ in range(2))
    assert repr(first) == repr(second)
    assert repr(first) != repr(judge.CASES["theil"](Draw("theil", 6, 9)))


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("lambda: _core.exercise('panic')", "a panic asked for"),
        ("lambda: [].pop()", "IndexError"),
        ("lambda: float('nan')", "nan in"),
        ("lambda: __import__('numpy').log([-1.0])", "RuntimeWarning"),
        ("lambda: print('said', file=sys.stderr)", "said on stderr"),
        ("lambda: os.abort()", "ended with code -6"),
        ("lambda: refuse('no')", "names no cause"),
    ],
)
def test_what_is_wrong_is_seen(call: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The worker of this run knows one method more, whose second case does what must be seen.
    worker = tmp_path / "worker.py"
    worker.write_text(
        f"import os, sys\nsys.path.insert(0, {str(FUZZ)!r})\nimport judge, worker\n"
        "from regiometrics import _core, InvalidInputError\n"
        f"def refuse(text): raise InvalidInputError(text)\nbad = {call}\n"
        "class Cases(dict):\n"
        "    def __getitem__(self, name):\n"
        "        return lambda draw: ((bad if draw.random.random() < 2 else bad), (), {})\n"
        "judge.CASES = Cases()\nworker.main(['tapio'], *map(int, sys.argv[2:6]))\n"
    )
    monkeypatch.setattr(run, "HERE", tmp_path)
    _, failures = run.fuzz(["tapio"], seed=1, cases=1)
    assert [method for method, _, _ in failures] == ["tapio"]
    assert found in failures[0][2]


def test_a_failure_is_told_as_the_command_that_repeats_it(capsys: pytest.CaptureFixture[str]) -> None:
    found = run.Run(["theil", "kde"], 7, 0, 4, 1)
    found.heard("S 3")
    found.heard("F " + json.dumps(["kde", 1, "wrong"]))
    found.close()
    command = capsys.readouterr().out.splitlines()[1].split()
    assert " ".join(command) == "python tests/fuzz/run.py --method kde --seed 7 --first 1 --cases 1 --show"
    done = subprocess.run(
        [sys.executable, *command[1:]], capture_output=True, text=True, cwd=FUZZ.parents[1], check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("kde 1 (wildness")
