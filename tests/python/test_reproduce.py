"""`python -m regiometrics reproduce`: what is compared, and that a wrong figure would be seen."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import regiometrics as rgm
from regiometrics.reproduce import compare_all, verdicts
from regiometrics.reproduce._comparison import compare, last_digit, matches
from regiometrics.reproduce._report import text


def test_the_last_digit_of_a_column_is_that_of_its_longest_figure() -> None:
    assert last_digit(pd.Series([0.5, 0.52, 1.0])) == 0.01
    assert last_digit(pd.Series([7.0, 12.0])) == 1.0
    assert last_digit(pd.Series([0.0551])) == 1e-4


def test_a_figure_matches_if_it_rounds_to_the_print() -> None:
    # Halves may have been rounded either way: 0.125 matches 0.12 and 0.13, 0.1251 only 0.13.
    computed = [0.125, 0.125, 0.1251, 0.1251, np.nan]
    assert matches(computed, [0.12, 0.13, 0.12, 0.13, 0.13], 0.01).tolist() == [True, True, False, True, False]


def test_a_wrong_figure_is_reported_and_a_missing_row_is_an_error() -> None:
    printed = pd.DataFrame({"year": [2011, 2012], "gini": [0.52, 0.40]})
    figures = compare(printed, pd.DataFrame({"year": [2012, 2011], "gini": [0.41, 0.524]}), ["year"])
    assert figures["matches"].tolist() == [True, False]
    assert figures["difference"].to_list() == pytest.approx([0.004, 0.01])
    # A printed row that nothing was computed for is not compared; the studies' notes name such rows.
    assert len(compare(printed, pd.DataFrame({"year": [2011], "gini": [0.52]}), ["year"])) == 1


def test_every_published_row_with_printed_inputs_is_compared() -> None:
    counts = {comparison.sources[0]: len(comparison.figures) for comparison in compare_all()}
    expected = {
        "ai_development_summary": 8,
        "ai_dagum": 40,
        "ai_gdp_consistency_2022": 93,
        "coastal_inland_shares": len(rgm.datasets.published("coastal_inland_shares")),
        "coastal_inland_growth": 110,
        "ai_markov": 25,
        # Twenty of the 25 rows have transitions: n and five probabilities each.
        "ai_spatial_markov": 120,
        "decoupling_markov": 24,
        "jjj_coupling": 104,
        # p and rank of 19 factors in three years.
        "urbanisation_geodetector": 114,
    }
    assert {name: counts[name] for name in expected} == expected


def test_the_coupling_of_the_chains_is_compared_as_it_comes_and_the_slips_in_print_are_named() -> None:
    (chains,) = (comparison for comparison in compare_all() if comparison.sources == ("jjj_coupling",))
    # Beijing leads in every indicator of innovation in 2014, so that u₂ = 1 and T = (1 + u₁)/2 = D²/C.
    beijing = chains.figures.query("city == '北京' and year == 2014").set_index("quantity")["computed"]
    c, d = beijing["coupling_degree"], beijing["coupling_coordination_degree"]
    u1 = 2 * d**2 / c - 1
    assert np.sqrt(u1) / (u1 + 1) == pytest.approx(c, rel=1e-12)
    assert u1 == pytest.approx(1 - lost_to_others(), rel=1e-12)
    assert chains.figures.groupby("year")["matches"].sum().to_dict() == {2014: 7, 2017: 7, 2020: 4, 2023: 3}
    assert "of 13 cities 12 have the printed grade" in chains.reasons[2017]
    notes = " ".join(chains.notes)
    assert "the columns of 2020 and 2023 are identical, in 26 of 26 figures" in notes
    told = text([chains], [], {})
    assert "coupling_degree, Chengde: printed 0.03, computed 0.32230" in told
    assert "is 7457, and the cities sum to 7312" in notes


def test_the_printed_p_of_the_detector_are_noncentral_ones_of_five_strata_or_fewer() -> None:
    (detector,) = (each for each in compare_all() if each.sources == ("urbanisation_geodetector",))
    assert detector.is_round_trip
    assert detector.figures["matches"].all()
    told = [re.findall(r"\d+", note) for note in detector.notes[1:]]
    # Strata, central ones of those above zero, and impossible ones of all: counted beforehand with scipy.stats.f.
    assert [(int(n), int(central), int(below)) for n, central, _, below, _ in told] == [
        (2, 0, 0),
        (3, 0, 0),
        (4, 0, 0),
        (5, 0, 0),
        (6, 0, 13),
        (7, 0, 20),
        (8, 0, 22),
    ]


def lost_to_others() -> float:
    """Return what the indicators of industry in which others lead take off Beijing's score in 2014."""
    data = rgm.datasets.load_jjj_chains().query("year == 2014")
    columns = [name for name in data if name.startswith("industry_")]
    z = (data[columns] - data[columns].min()) / (data[columns].max() - data[columns].min())
    p = z / z.sum()
    entropy = -(p * np.log(p.where(p > 0, 1.0))).sum() / np.log(len(data))
    weights = (1 - entropy) / (1 - entropy).sum()
    lost = (1 - z.loc[data["city_en"] == "Beijing"]).iloc[0]
    return float((weights * lost).sum())


def test_verdicts_count_the_figures_of_every_table() -> None:
    table, comparisons = verdicts(), compare_all()
    assert table["table"].to_list() == [comparison.title for comparison in comparisons]
    assert table["figures"].to_list() == [len(comparison.figures) for comparison in comparisons]
    assert table["reproduce"].to_list() == [int(comparison.figures["matches"].sum()) for comparison in comparisons]
    largest = [comparison.figures["difference"].abs().max() for comparison in comparisons]
    assert table["largest difference"].to_list() == pytest.approx(largest)
    assert verdicts("D")["verdict"].to_list() == ["✓ every figure"] * 2
    with pytest.raises(rgm.InvalidInputError, match="study must be one of 'A', 'B', 'C', 'D'"):
        verdicts("E")


def test_a_comparison_shows_itself_in_a_notebook() -> None:
    (growth,) = (each for each in compare_all("D") if each.sources == ("coastal_inland_growth",))
    html = growth._repr_html_()
    # Eleven indicators by five series by two periods.
    assert html.count('<td class="first">') == 110
    assert "<td>7.6889</td><td>−0.0011</td>" in html
    assert "all 110 figures reproduce" in html
    assert repr(growth) == "<Comparison: D. Coastal and inland areas: average annual growth; 110 of 110 figures>"


def test_the_command_prints_published_beside_computed_and_writes_every_figure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "regiometrics", "reproduce", "--output", str(tmp_path / "out")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    assert done.stderr == ""
    for year in (2011, 2019, 2022):
        assert f"\n{year}: all 10 figures reproduce in all printed digits" in done.stdout
    assert "\n2015: 9 of 10 figures" in done.stdout
    assert "gini_total: printed 0.34, computed 0.33498" in done.stdout
    assert "within the rounding of the printed inputs" in done.stdout
    # Figures stand as they are printed, and those that do not come out are told with their row.
    assert re.search(r"\ngini_total +0\.52 +0\.5243 +0\.34 +0\.3350 +0\.40 +0\.4043 +0\.42 +0\.4189\n", done.stdout)
    assert "\n    coupling_degree, Handan: printed 0.40, computed 0.35087\n" in done.stdout
    assert "average_annual_growth_percent: all 110 figures reproduce" in done.stdout
    report = (tmp_path / "out" / "report.txt").read_text(encoding="utf-8")
    assert report == done.stdout
    growth = pd.read_csv(tmp_path / "out" / "coastal_inland_growth.csv")
    assert len(growth) == 110
    assert growth["matches"].all()


def test_the_version_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "regiometrics", "--version"], check=True, capture_output=True, text=True
    )
    assert done.stdout == f"regiometrics {rgm.__version__}\n"
