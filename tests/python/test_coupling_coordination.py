"""`coupling_coordination`: hand cases, forty digits, bounds of stages and grades, and every refusal."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from typing import Any

import matplotlib as mpl
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import regiometrics as rgm
from hypothesis import given, settings
from hypothesis import strategies as st
from regiometrics.coupling_coordination import GRADES, STAGES

mpl.use("Agg")
import matplotlib.pyplot as plt

EPS = float(np.finfo(np.float64).eps)
MEASURES = ["coupling", "development", "coordination"]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    rgm.set_language("en")
    rgm.set_threads(None)
    plt.close("all")


def one(*scores: float, **options: Any) -> dict[str, Any]:
    """Return the only row for one unit with these scores."""
    result = rgm.coupling_coordination(None, [[score] for score in scores], **options)
    return {name: result.table[name].iloc[0] for name in (*MEASURES, "stage", "grade")}


def panel(units: int = 5, periods: int = 4, systems: int = 3, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    keys = {
        "city": np.repeat([f"city {i}" for i in range(units)], periods),
        "year": np.tile(2015 + np.arange(periods), units),
        "area": "north",
    }
    scores = {f"u{j + 1}": random.uniform(0.01, 1.0, units * periods) for j in range(systems)}
    return pd.DataFrame(keys | scores).sample(frac=1.0, random_state=seed)


# Worked by hand


def test_two_systems_by_hand() -> None:
    # √(0.2 · 0.8) = 0.4; standard 0.4/0.5, half 0.4/1; T = 0.5; D = √0.4, √0.2.
    row = one(0.2, 0.8)
    assert [row[name] for name in MEASURES] == pytest.approx([0.8, 0.5, math.sqrt(0.4)], rel=4 * EPS)
    assert (row["stage"], row["grade"]) == ("running-in", "primary coordination")
    half = one(0.2, 0.8, variant="half")
    assert [half[name] for name in MEASURES] == pytest.approx([0.4, 0.5, math.sqrt(0.2)], rel=4 * EPS)
    assert (half["stage"], half["grade"]) == ("antagonistic", "near imbalance")
    # √[(1 − 0.6) · 0.2/0.8] = √0.1.
    wang = one(0.2, 0.8, variant="wang2021")
    assert wang["coupling"] == pytest.approx(math.sqrt(0.1), rel=4 * EPS)


def test_three_systems_by_hand() -> None:
    # (0.1 · 0.4 · 0.2)^(1/3) = 0.2 over 0.7/3 = 6/7.
    assert one(0.1, 0.4, 0.2)["coupling"] == pytest.approx(6 / 7, rel=4 * EPS)
    # Distances 0.3, 0.1, 0.2: 1 − 0.2; (1/4 · 1 · 1/2)^(1/2): √(0.8 · √(1/8)).
    expected = math.sqrt(0.8 * math.sqrt(1 / 8))
    assert one(0.1, 0.4, 0.2, variant="wang2021")["coupling"] == pytest.approx(expected, rel=4 * EPS)


def test_weights_by_hand() -> None:
    # T = (3 · 0.2 + 1 · 0.8)/4 = 0.35; C does not change.
    for weights in ([3, 1], [0.75, 0.25]):
        row = one(0.2, 0.8, weights=weights)
        assert [row["coupling"], row["development"]] == pytest.approx([0.8, 0.35], rel=4 * EPS)
    scores = {"industry": [0.2], "innovation": [0.8]}
    named = rgm.coupling_coordination(None, scores, weights={"innovation": 1, "industry": 3})
    assert named.table["development"].iloc[0] == pytest.approx(0.35, rel=4 * EPS)
    assert named.weights == (0.75, 0.25)
    assert named.systems == ("industry", "innovation")


@pytest.mark.parametrize(("variant", "most"), [("standard", 1.0), ("wang2021", 1.0), ("half", 0.5)])
def test_equal_scores_are_coupled_as_strongly_as_can_be(variant: str, most: float) -> None:
    for score in (0.1, 1 / 3, 0.7, 1.0, 1e-200, 5e-324):
        n = 2 if variant == "half" else 3
        assert one(*[score] * n, variant=variant)["coupling"] == most
    assert one(1.0, 1.0, variant=variant)["coordination"] == math.sqrt(most)


@pytest.mark.parametrize("variant", ["standard", "half", "wang2021"])
def test_a_zero_score_makes_both_zero_and_is_counted(variant: str) -> None:
    scores = [[0.0, 0.0, 0.3], [0.5, 0.0, 0.3]]
    result = rgm.coupling_coordination(None, scores, variant=variant)
    assert result.table["coupling"].tolist()[:2] == [0.0, 0.0]
    assert result.table["coordination"].tolist()[:2] == [0.0, 0.0]
    assert result.table["development"].tolist() == [0.25, 0.0, 0.3]
    assert result.table["grade"].tolist()[:2] == ["extreme imbalance"] * 2
    assert result.n_zero == 2
    assert "2 row(s) with a score of zero: C and D are zero there." in result.notes


# Forty digits


def exact(scores: Sequence[float], variant: str, weights: Sequence[float] | None = None) -> list[float]:
    """Return C, T and D by the printed formulas, in forty digits, from the doubles as they are."""
    with localcontext() as context:
        context.prec = 40
        u = [Decimal(score) for score in scores]
        a = [Decimal(weight) for weight in (weights or [1.0] * len(u))]
        n, product = len(u), math.prod(u)
        if variant == "standard":
            c = product ** (1 / Decimal(n)) / (sum(u) / n)
        elif variant == "half":
            c = product.sqrt() / sum(u)
        else:
            gaps = sum(abs(x - y) for x, y in itertools.combinations(u, 2)) / (Decimal(n * (n - 1)) / 2)
            c = ((1 - gaps) * math.prod(x / max(u) for x in u) ** (1 / Decimal(n - 1))).sqrt()
        t = sum(x * y for x, y in zip(a, u, strict=True)) / sum(a)
        return [float(c), float(t), float((c * t).sqrt())]


def test_the_reference_gives_the_case_worked_by_hand() -> None:
    assert exact([0.1, 0.4, 0.2], "standard") == pytest.approx([6 / 7, 0.7 / 3, math.sqrt(0.2)], rel=4 * EPS)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.floats(1e-6, 1.0), min_size=2, max_size=6), st.sampled_from(["standard", "half", "wang2021"]))
def test_measures_agree_with_forty_digits(scores: list[float], variant: str) -> None:
    scores = scores[:2] if variant == "half" else scores
    row = one(*scores, variant=variant)
    # 1 − mean distance keeps fewer digits where two systems stand at opposite ends: one unit of 1 relative to it.
    room = 1.0 - (max(scores) - min(scores)) if variant == "wang2021" else 1.0
    assert [row[name] for name in MEASURES] == pytest.approx(
        exact(scores, variant), rel=1e-13 + EPS / max(room, 1e-6), abs=0.0
    )


def test_many_small_scores_do_not_underflow() -> None:
    scores = [10.0**-power for power in (1, 120, 150, 200)]
    assert one(*scores)["coupling"] == pytest.approx(exact(scores, "standard")[0], rel=1e-12)
    wang = one(*scores, variant="wang2021")["coupling"]
    assert wang == pytest.approx(exact(scores, "wang2021")[0], rel=1e-12)


def test_a_panel_with_weights_agrees_with_forty_digits() -> None:
    data = panel(units=30, periods=5)
    weights = [0.5, 0.2, 0.3]
    for variant in ("standard", "wang2021"):
        result = rgm.coupling_coordination(data, ["u1", "u2", "u3"], variant=variant, weights=weights)
        expected = [exact(row, variant, weights) for row in data[["u1", "u2", "u3"]].to_numpy().tolist()]
        assert result.table[MEASURES].to_numpy() == pytest.approx(np.array(expected), rel=1e-12)


# Stages and grades


@pytest.mark.parametrize(
    ("bound", "below", "above"),
    [
        (0.3, "low-level coupling", "antagonistic"),
        (0.5, "antagonistic", "running-in"),
        (0.8, "running-in", "high-level coupling"),
    ],
)
def test_a_bound_of_c_belongs_to_the_stage_below(bound: float, below: str, above: str) -> None:
    def stage(coupling: float) -> str:
        # C = 2 √r / (1 + r): √r solves c r − 2 √r + c = 0.
        root = (1 - math.sqrt(1 - coupling**2)) / coupling
        row = one(root**2, 1.0)
        assert row["coupling"] == pytest.approx(coupling, rel=1e-13)
        return str(row["stage"])

    assert [stage(bound * factor) for factor in (1 - 1e-6, 1.0, 1 + 1e-11, 1 + 1e-6)] == [below, below, below, above]


def test_stages_may_be_given() -> None:
    # C = 0.8 exactly on the last bound, and above it.
    assert one(0.2, 0.8, stages=(0.2, 0.4, 0.8))["stage"] == "running-in"
    assert one(0.2, 0.8, stages=(0.2, 0.4, 0.79))["stage"] == "high-level coupling"
    assert one(0.2, 0.8, stages=(0.8, 0.9, 0.95))["stage"] == "low-level coupling"


@pytest.mark.parametrize("grade", range(1, 10))
def test_a_bound_of_d_belongs_to_the_grade_above(grade: int) -> None:
    # Equal scores have C = 1, and D = √u.
    edge = grade / 10
    for factor, expected in ((1 - 1e-6, grade - 1), (1 - 1e-11, grade), (1.0, grade), (1 + 1e-6, grade)):
        score = (edge * factor) ** 2
        assert one(score, score)["grade"] == GRADES[expected]


def test_the_ends_of_the_grades() -> None:
    assert one(0.0, 0.0)["grade"] == "extreme imbalance"
    assert one(1.0, 1.0)["grade"] == "high-quality coordination"


def test_scores_that_rounding_puts_beyond_zero_or_one_count_as_these() -> None:
    assert one(1.0 + 1e-15, 1.0)["coordination"] == 1.0
    assert one(-1e-17, 0.5)["coupling"] == 0.0


# Tables


def test_the_other_columns_of_the_data_come_first_and_rows_stay() -> None:
    data = panel()
    result = rgm.coupling_coordination(data, ["u1", "u3"])
    assert result.table.columns.to_list() == ["city", "year", "area", "u2", *MEASURES, "stage", "grade"]
    pd.testing.assert_frame_equal(result.table[["city", "year", "area", "u2"]], data[["city", "year", "area", "u2"]])
    assert tuple(result.table["grade"].cat.categories) == GRADES
    assert tuple(result.table["stage"].cat.categories) == STAGES


@pytest.mark.parametrize("convert", [pl.from_pandas, lambda data: pa.Table.from_pandas(data, preserve_index=False)])
def test_every_library_gives_the_same_table(convert: Any) -> None:
    data = panel()
    expected = rgm.coupling_coordination(data, ["u1", "u2", "u3"], unit="city", time="year").table
    result = rgm.coupling_coordination(convert(data), ["u1", "u2", "u3"], unit="city", time="year").table
    assert type(result) is type(convert(data))
    table = nw.from_native(result, eager_only=True)
    assert table.columns == list(expected.columns)
    for column in table.columns:
        assert table[column].to_list() == expected[column].tolist()


def test_arrays_give_the_same_numbers_as_columns() -> None:
    data = panel()
    expected = rgm.coupling_coordination(data, ["u1", "u2"]).table
    result = rgm.coupling_coordination(
        None, [data["u1"].to_numpy(), data["u2"].tolist()], unit=data["city"].tolist(), time=data["year"].tolist()
    )
    assert result.table[MEASURES].to_numpy().tolist() == expected[MEASURES].to_numpy().tolist()
    assert result.table.columns.to_list() == ["time", "unit", *MEASURES, "stage", "grade"]


def test_order_of_rows_and_systems_does_not_matter() -> None:
    data = panel()
    expected = rgm.coupling_coordination(data, ["u1", "u2", "u3"]).table
    shuffled = rgm.coupling_coordination(data.sort_index(), ["u1", "u2", "u3"]).table
    pd.testing.assert_frame_equal(shuffled.loc[expected.index], expected)
    turned = rgm.coupling_coordination(data, ["u3", "u1", "u2"]).table
    assert turned[MEASURES].to_numpy() == pytest.approx(expected[MEASURES].to_numpy(), rel=8 * EPS)


def test_one_thread_gives_the_bits_of_three() -> None:
    data = panel(units=5000, periods=10)
    tables = []
    for threads in (1, 3):
        rgm.set_threads(threads)
        tables.append(rgm.coupling_coordination(data, ["u1", "u2", "u3"], variant="wang2021").table)
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_dropped_rows_are_counted_and_the_others_keep_their_place() -> None:
    data = panel().reset_index(drop=True)
    data.loc[[2, 5], "u1"] = None
    data.loc[0, "u2"] = None
    result = rgm.coupling_coordination(data, ["u1", "u3"], missing="drop")
    assert result.n_dropped == 2
    assert "2 row(s) with missing values left out." in result.notes
    assert result.table.index.tolist() == [i for i in range(20) if i not in (2, 5)]
    whole = rgm.coupling_coordination(panel().reset_index(drop=True), ["u1", "u3"]).table
    assert result.table[MEASURES].equals(whole.loc[result.table.index, MEASURES])


# Refusals


@pytest.mark.parametrize(
    ("changes", "systems", "options", "message"),
    [
        ({"u1": [0.2, 1.1, 1.2]}, ["u1", "u2"], {}, r"^column 'u1' is outside 0 to 1 in row 1, 2 \(1.1\)"),
        ({"u2": [-0.1, 0.1, 0.2]}, ["u1", "u2"], {}, r"^column 'u2' is outside 0 to 1 in row 0 \(-0.1\)"),
        ({"u2": [0.1, None, 0.2]}, ["u1", "u2"], {}, r"^column 'u2' is missing in row 1;.*missing='drop'"),
        ({"u2": [0.1, math.inf, 0.2]}, ["u1", "u2"], {}, r"^column 'u2' is infinite in row 1"),
        ({"u2": ["a", "b", "c"]}, ["u1", "u2"], {}, r"^column 'u2' holds text"),
        ({}, ["u1"], {}, r"^systems must be two or more, not 1"),
        ({}, "u1", {}, r"^systems must be a list of column names, not str"),
        ({}, ["u1", "u1"], {}, r"^systems name a column twice"),
        ({}, ["u1", "u9"], {}, r"no column 'u9'"),
        ({}, ["u1", "u2", "u3"], {"variant": "half"}, r"number of systems must be 2 with variant \"half\", not 3"),
        ({}, ["u1", "u2"], {"variant": "wang"}, r"^variant must be one of 'standard', 'half', 'wang2021', not 'wang'"),
        ({}, ["u1", "u2"], {"weights": [1]}, r"^weights must be 2 numbers, one per system"),
        ({}, ["u1", "u2"], {"weights": [1, -1]}, r"^weights must be zero or more"),
        ({}, ["u1", "u2"], {"weights": [0, 0]}, r"^weights must be zero or more, and not all zero"),
        ({}, ["u1", "u2"], {"weights": ["a", "b"]}, r"^weights must be numbers"),
        ({}, ["u1", "u2"], {"weights": {"u1": 1}}, r"^weights must name the systems u1, u2, not u1"),
        ({}, ["u1", "u2"], {"stages": (0.3, 0.5)}, r"^stages must be three ascending numbers between 0 and 1"),
        ({}, ["u1", "u2"], {"stages": (0.5, 0.3, 0.8)}, r"^stages must be three ascending numbers"),
        ({}, ["u1", "u2"], {"stages": "low"}, r"^stages must be three numbers"),
        ({}, ["u1", "u2"], {"unit": "u3", "time": "city"}, r"appears in 2 rows"),
        ({"stage": [1, 2, 3]}, ["u1", "u2"], {}, r"column 'stage' of data has the name of a result column"),
    ],
)
def test_refusals(changes: dict[str, Any], systems: Any, options: dict[str, Any], message: str) -> None:
    data = {"city": list("aab"), "u1": [0.1, 0.2, 0.3], "u2": [0.4, 0.5, 0.6], "u3": [0.7, 0.7, 0.9]} | changes
    with pytest.raises(rgm.InvalidInputError, match=message):
        rgm.coupling_coordination(pd.DataFrame(data), systems, **options)


def test_arrays_are_refused_by_name() -> None:
    with pytest.raises(rgm.InvalidInputError, match=r"^column 'innovation' is outside 0 to 1 in row 0 \(2\)"):
        rgm.coupling_coordination(None, {"industry": [0.5], "innovation": [2.0]})


# Shown


def test_the_words_of_the_field() -> None:
    from regiometrics._language import state_term, term

    rgm.set_language("zh")
    assert [term(stage) for stage in STAGES] == ["低水平耦合", "拮抗", "磨合", "高水平耦合"]
    assert [term(grade) for grade in GRADES] == [
        "极度失调", "严重失调", "中度失调", "轻度失调", "濒临失调",
        "勉强协调", "初级协调", "中级协调", "良好协调", "优质协调",
    ]  # fmt: skip
    # A column and a state of decoupling share a name, and are told apart.
    assert (term("coupling"), state_term("coupling")) == ("耦合度", "连接")
    text = rgm.coupling_coordination(panel(), ["u1", "u2"]).summary()
    assert "耦合协调度" in text
    assert "耦合度" in text


def test_lines_show_the_degree_of_each_unit() -> None:
    result = rgm.coupling_coordination(panel(), ["u1", "u2"], unit="city", time="year")
    for measure in MEASURES:
        ax = result.plot("lines", measure=measure)
        drawn = {line.get_label(): (line.get_xdata().tolist(), line.get_ydata().tolist()) for line in ax.get_lines()}
        for city, rows in result.table.sort_values("year").groupby("city"):
            assert drawn[city] == (rows["year"].tolist(), rows[measure].tolist())
    # Without periods there is a bar per unit.
    last = panel().query("year == 2018")
    ax = rgm.coupling_coordination(last, ["u1", "u2"], unit="city").plot()
    assert len(ax.patches) == 5


def test_weights_in_a_series_count_by_name() -> None:
    by_dict = rgm.coupling_coordination(panel(), ["u1", "u2"], weights={"u1": 1.0, "u2": 3.0})
    by_series = rgm.coupling_coordination(panel(), ["u1", "u2"], weights=pd.Series({"u2": 3.0, "u1": 1.0}))
    assert by_series.weights == by_dict.weights == (0.25, 0.75)


def test_many_units_are_their_median_and_quartiles() -> None:
    result = rgm.coupling_coordination(panel(100, 4), ["u1", "u2"], unit="city", time="year")
    ax = result.plot()
    (line,) = ax.get_lines()
    assert line.get_ydata().tolist() == result.table.groupby("year")["coordination"].median().tolist()
    assert len(ax.collections) == 1
    # So are units without names.
    nameless = rgm.coupling_coordination(panel().drop(columns="city"), ["u1", "u2"], time="year")
    (line,) = nameless.plot().get_lines()
    assert line.get_ydata().tolist() == nameless.table.groupby("year")["coordination"].median().tolist()


@pytest.mark.parametrize(("units", "periods"), [(5, 4), (31, 12)])
def test_the_map_shows_grades_and_degrees(units: int, periods: int) -> None:
    result = rgm.coupling_coordination(panel(units, periods), ["u1", "u2"], unit="city", time="year")
    ax = result.plot("grades")
    (mesh,) = ax.collections
    texts = {tuple(round(each) for each in text.get_position()): text.get_text() for text in ax.texts}
    names = [label.get_text() for label in ax.get_yticklabels()]
    for row in result.table.itertuples():
        column, line = row.year - 2015, names.index(row.city)
        assert GRADES[int(mesh.get_array()[line, column])] == row.grade
        assert texts[column, line] == f"{row.coordination:.2f}"
    with pytest.raises(rgm.InvalidInputError, match="pass unit= and time="):
        rgm.coupling_coordination(panel(), ["u1", "u2"]).plot("grades")


def test_rows_are_dropped_also_where_the_systems_are_all_the_columns() -> None:
    data = pd.DataFrame({"a": [0.2, None, 0.8], "b": [0.4, 0.5, 0.8]}, index=["x", "y", "z"])
    table = rgm.coupling_coordination(data, ["a", "b"], missing="drop").table
    assert table.index.to_list() == ["x", "z"]
    # √(0.2 · 0.4) / 0.3, and 1 for equal scores.
    assert table["coupling"].to_list() == pytest.approx([math.sqrt(0.08) / 0.3, 1.0], rel=1e-15)
    whole = rgm.coupling_coordination(data.fillna(0.5), ["a", "b"]).table
    assert whole.index.to_list() == ["x", "y", "z"]
    assert rgm.coupling_coordination(data.fillna(0.5), ["a", "b"], weights=[1e308, 1e308]).weights == (0.5, 0.5)


def test_an_array_of_records_is_no_system() -> None:
    records = np.zeros(2, dtype=[("a", float), ("b", int)])
    with pytest.raises(rgm.InvalidInputError, match="system1 cannot be read as a column"):
        rgm.coupling_coordination(None, {"u": [0.1, 0.2], "v": records})


def test_systems_of_lists_in_lists_are_refused() -> None:
    with pytest.raises(rgm.InvalidInputError, match="one dimension"):
        rgm.coupling_coordination(None, {"a": [[0.1], [0.2, 0.3]], "b": [0.1, 0.2]})
