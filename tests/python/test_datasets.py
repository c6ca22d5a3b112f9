"""The packaged tables: complete, keyed, typed and consistent with what the studies print.

The tests compare the tables with each other and with themselves, so that a lost row, a swapped
column or a mistyped figure shows. Slips that are in the print are stated, and asserted as they
stand there.
"""

from __future__ import annotations

import doctest
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from regiometrics import datasets
from regiometrics.errors import InvalidInputError

EPS = float(np.finfo(np.float64).eps)

LOADERS = {
    "ai_development": datasets.load_ai_development,
    "ai_gdp_consistency_2022": datasets.load_ai_gdp_ranks,
    "china_province_neighbors": datasets.load_china_province_neighbors,
    "china_provinces": datasets.load_china_provinces,
    "coastal_inland": datasets.load_coastal_inland,
    "jjj_chains": datasets.load_jjj_chains,
}

# File: rows as a product of what the table spans, columns, key, and the first digits of the SHA-256
# of the transcription: most figures have no second one to check them against, so that an edit of
# the file must be an edit here too.
SHAPES = {
    "ai_development": (31 * 4, 6, ["province", "year"], "93e44558"),
    "ai_gdp_consistency_2022": (31, 8, ["province"], "ae0a8fbc"),
    "china_province_neighbors": (2 * 69, 3, ["province", "neighbor"], "c7fa4b1a"),
    "china_provinces": (31, 9, ["code"], "b55d6c7c"),
    "coastal_inland": (11 * 3 * 8, 5, ["indicator", "area", "year"], "5f3feb46"),
    "jjj_chains": (13 * 4, 11, ["city", "year"], "0abf22c8"),
    "published_ai_dagum": (12, 11, ["year"], "6b04d453"),
    "published_ai_development_summary": (4, 3, ["year"], "4df877f4"),
    "published_ai_markov": (5, 6, ["from_state"], "2b033d4e"),
    "published_ai_spatial_markov": (5 * 5, 8, ["lag_state", "from_state"], "68edb014"),
    "published_coastal_inland_growth": (
        11 * 5 * 2,
        5,
        ["indicator", "series", "start_year", "end_year"],
        "68efd6b6",
    ),
    "published_coastal_inland_shares": (11 * 2 * 8, 4, ["indicator", "area", "year"], "9bb1aeb7"),
    "published_decoupling_markov": (2 * 3, 6, ["pair", "from_state"], "121bd1d2"),
    "published_jjj_coupling": (13 * 10, 5, ["city", "year"], "d91a6371"),
    "published_urbanisation_ellipse": (4, 7, ["year"], "adc4c017"),
    "published_urbanisation_geodetector": (19 * 3, 5, ["factor", "year"], "d446b60a"),
    "published_urbanisation_weights": (19, 5, ["id"], "027ed678"),
}

INTEGERS = {
    "ai_rank", "code", "end_year", "from_state", "gdp_per_capita_rank", "lag_state", "n",
    "published_rank", "published_rank_difference", "rank", "start_year", "year",
}  # fmt: skip
LABELS = {
    "area", "capital", "city", "city_en", "criterion", "direction", "factor", "id", "indicator",
    "link", "neighbor", "neighbors", "pair", "province", "province_en", "published_consistency",
    "published_type", "region", "region4", "series", "unit",
}  # fmt: skip

PER_PERSON = {"gross_regional_product_per_capita", "disposable_income_per_capita"}


def load(file: str) -> pd.DataFrame:
    if file.startswith("published_"):
        return datasets.published(file.removeprefix("published_"))
    return LOADERS[file]()


def coastal_inland_wide() -> pd.DataFrame:
    data = datasets.load_coastal_inland()
    return data.pivot(index=["indicator", "year"], columns="area", values="value")


# Every table


def test_every_file_is_listed_here_and_has_a_public_door() -> None:
    folder = Path(datasets.__file__).parent / "data"
    assert {path.stem for path in folder.iterdir()} == set(SHAPES)
    doors = set(LOADERS) | {f"published_{name}" for name in datasets.published_names()}
    assert doors == set(SHAPES)


@pytest.mark.parametrize("file", SHAPES)
def test_shape_key_and_completeness(file: str) -> None:
    rows, columns, key, _ = SHAPES[file]
    frame = load(file)
    assert frame.shape == (rows, columns)
    assert not frame.duplicated(key).any()
    assert not frame.isna().any().any()
    # A panel is complete when the levels of its key span exactly its rows; growth has two
    # spans of years and the neighbours are a graph, so there the product does not apply.
    if file not in {"china_province_neighbors", "published_coastal_inland_growth"}:
        assert np.prod([frame[column].nunique() for column in key]) == rows


@pytest.mark.parametrize("file", SHAPES)
def test_file_is_as_transcribed(file: str) -> None:
    text = (Path(datasets.__file__).parent / "data" / f"{file}.csv").read_text("utf-8")
    # read_text turns every line end into \n: git may convert them on checkout.
    assert hashlib.sha256(text.encode()).hexdigest().startswith(SHAPES[file][3])


@pytest.mark.parametrize("file", SHAPES)
def test_dtypes(file: str) -> None:
    for column, values in load(file).items():
        if column in LABELS or (file, column) == ("published_decoupling_markov", "from_state"):
            assert all(type(value) is str and value == value.strip() for value in values), column
        else:
            assert values.dtype == (np.int64 if column in INTEGERS else np.float64), column


@pytest.mark.parametrize("file", SHAPES)
def test_a_changed_frame_does_not_change_the_next(file: str) -> None:
    frame = load(file)
    original = frame.copy(deep=True)
    frame.iloc[:, -1] = frame.iloc[::-1, -1].to_numpy()
    del frame[frame.columns[0]]
    pd.testing.assert_frame_equal(load(file), original)


def test_numbers_are_the_nearest_doubles_to_the_printed_decimals() -> None:
    text = (Path(datasets.__file__).parent / "data" / "coastal_inland.csv").read_text("utf-8")
    printed = [float(line.rsplit(",", 1)[1]) for line in text.splitlines()[1:]]
    assert datasets.load_coastal_inland()["value"].tolist() == printed


# published


def test_published_names_are_sorted_and_unique() -> None:
    names = datasets.published_names()
    assert isinstance(names, tuple)
    assert list(names) == sorted(set(names))


@pytest.mark.parametrize("name", ["ai_gini", "published_ai_dagum", "ai_development", "", "../x"])
def test_unknown_name_is_an_error_that_lists_the_names(name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        datasets.published(name)
    assert isinstance(caught.value, ValueError)
    assert repr(name) in str(caught.value)
    for known in datasets.published_names():
        assert known in str(caught.value)


# Study B


def test_provinces_by_region_in_every_year() -> None:
    counts = datasets.load_ai_development().groupby(["year", "region"]).size().unstack()
    assert counts.index.tolist() == [2011, 2015, 2019, 2022]
    for _, row in counts.iterrows():
        assert row.to_dict() == {"East": 11, "Central": 8, "West": 12}


@pytest.mark.parametrize("year", [2011, 2015, 2019, 2022])
def test_printed_ranks_follow_the_levels(year: int) -> None:
    data = datasets.load_ai_development().query("year == @year").sort_values("published_rank")
    assert data["published_rank"].tolist() == list(range(1, 32))
    # Levels equal to two decimals may stand in either order; no province breaks the order.
    assert (data["level"].diff().dropna() <= 0).all()


def test_levels_give_the_printed_mean_and_deviation() -> None:
    by_year = datasets.load_ai_development().groupby("year")["level"]
    summary = datasets.published("ai_development_summary").set_index("year")
    # Each level is rounded by at most 0.005, which moves the mean by at most 0.005 and the
    # deviation by at most 0.005 √(31/30); the printed figure is rounded by 0.005 again.
    assert (by_year.mean() - summary["mean"]).abs().le(0.010).all()
    assert (by_year.std() - summary["standard_deviation"]).abs().le(0.0101).all()


def test_rank_table_agrees_with_the_levels_of_2022() -> None:
    ranks = datasets.load_ai_gdp_ranks().set_index("province")
    levels = datasets.load_ai_development().query("year == 2022").set_index("province")
    levels = levels.loc[ranks.index]
    assert ranks["ai_rank"].tolist() == levels["published_rank"].tolist()
    assert ranks["region"].tolist() == levels["region"].tolist()
    assert ranks["province_en"].tolist() == levels["province_en"].tolist()
    assert sorted(ranks["gdp_per_capita_rank"]) == list(range(1, 32))


def test_printed_rank_differences_types_and_consistency() -> None:
    ranks = datasets.load_ai_gdp_ranks()
    difference = ranks["ai_rank"] - ranks["gdp_per_capita_rank"]
    assert ranks["published_rank_difference"].tolist() == difference.tolist()
    kinds = {-1: "leading", 0: "synchronous", 1: "lagging"}
    assert ranks["published_type"].tolist() == [kinds[s] for s in np.sign(difference)]
    consistency = np.where(difference.abs() <= 3, "high", "low")
    assert ranks["published_consistency"].tolist() == consistency.tolist()


def test_dagum_shares_sum_to_one_hundred() -> None:
    dagum = datasets.published("ai_dagum")
    assert dagum["year"].tolist() == list(range(2011, 2023))
    shares = dagum[["share_within", "share_between", "share_transvariation"]].sum(axis=1)
    # Three figures, each rounded by at most 0.005; the rest is float64 noise.
    assert np.abs(shares - 100).max() <= 0.015 + 1e-9


def test_spatial_chain_adds_up_to_the_pooled_chain() -> None:
    to = [f"to_{k}" for k in range(1, 6)]
    spatial = datasets.published("ai_spatial_markov")
    assert spatial["n"].sum() == 31 * 11
    assert (spatial.loc[spatial["n"] == 0, to] == 0).all(axis=None)
    expected = spatial[to].mul(spatial["n"], axis=0)
    counts = expected.round()
    # A probability is rounded by at most 0.0005, so n times it is that close to a whole number.
    slack = 0.0005 * spatial["n"] + 1e-9
    assert (expected - counts).abs().le(slack, axis=0).all(axis=None)
    assert counts.sum(axis=1).tolist() == spatial["n"].tolist()
    pooled = counts.groupby(spatial["from_state"]).sum()
    pooled = pooled.div(pooled.sum(axis=1), axis=0)
    printed = datasets.published("ai_markov").set_index("from_state")
    assert (pooled - printed).abs().le(0.0005 + 1e-9).all(axis=None)


# Study A


def test_decoupling_probabilities_are_ratios_of_whole_counts() -> None:
    table = datasets.published("decoupling_markov")
    to = ["to_decoupled", "to_linked", "to_negatively_decoupled"]
    expected = table[to].mul(table["n"], axis=0)
    # A probability is rounded to four decimals.
    slack = 0.00005 * table["n"] + 1e-9
    assert (expected - expected.round()).abs().le(slack, axis=0).all(axis=None)
    assert expected.round().sum(axis=1).tolist() == table["n"].tolist()
    # 30 provinces by 12 transitions are 360; two are missing in print for carbon.
    assert table.groupby("pair")["n"].sum().to_dict() == {"carbon": 358, "energy": 360}


def test_urbanisation_weights_sum_to_one() -> None:
    weights = datasets.published("urbanisation_weights")
    assert weights["id"].tolist() == [f"x{j}" for j in range(1, 20)]
    assert set(weights["direction"]) == {"+", "-"}
    # 19 weights, each rounded by at most 0.00005.
    assert abs(weights["entropy_weight"].sum() - 1) <= 19 * 0.00005


def test_geodetector_ranks_follow_q() -> None:
    table = datasets.published("urbanisation_geodetector")
    ranks = table.groupby("year")["q"].rank(ascending=False, method="min")
    assert table["rank"].tolist() == ranks.tolist()
    assert set(table["factor"]) == set(datasets.published("urbanisation_weights")["id"])


def test_ellipse_flattening_and_area_follow_from_the_axes() -> None:
    ellipse = datasets.published("urbanisation_ellipse")
    a, b = ellipse["semi_major_km"], ellipse["semi_minor_km"]
    # Axes near 1000 km rounded by 0.005 km move the ratio by 1e-5, so the percentage by 0.001.
    flattening = 100 * (a - b) / a
    assert np.abs(flattening - ellipse["flattening_percent"]).max() <= 0.005 + 0.001
    # The rounding explains 0.009 (1e4 km²); the print deviates by up to 0.02, in both directions.
    area = np.pi * a * b / 1e4
    assert np.abs(area - ellipse["area_10000_km2"]).max() <= 0.02


# Study C


def test_innovation_linkage_of_2020_is_not_the_printed_total() -> None:
    linkage = datasets.load_jjj_chains().query("year == 2020")["innovation_linkage"]
    assert linkage.sum() == 7312  # the study prints 7457


def test_coupling_of_2020_and_2023_is_printed_twice() -> None:
    table = datasets.published("jjj_coupling")
    assert sorted(table["year"].unique()) == list(range(2014, 2024))
    for column in ("coupling_degree", "coupling_coordination_degree"):
        years = table.pivot(index="city", columns="year", values=column).T
        twins = [
            (first, second)
            for first in years.index
            for second in years.index
            if first < second and (years.loc[first] == years.loc[second]).all()
        ]
        assert twins == [(2020, 2023)]


def test_coupling_stays_within_the_range_of_the_variant() -> None:
    table = datasets.published("jjj_coupling")
    # √(u1 u2)/(u1 + u2) cannot exceed one half.
    assert table["coupling_degree"].between(0, 0.5).all()
    assert table["coupling_coordination_degree"].between(0, 1).all()


def test_both_tables_of_study_c_name_the_same_cities() -> None:
    names = ["city", "city_en"]
    chains = datasets.load_jjj_chains()[names].drop_duplicates()
    coupling = datasets.published("jjj_coupling")[names].drop_duplicates()
    assert sorted(map(tuple, chains.to_numpy())) == sorted(map(tuple, coupling.to_numpy()))
    assert len(chains) == 13


# Study D


def test_coastal_and_inland_add_to_the_nation() -> None:
    totals = coastal_inland_wide().drop(index=list(PER_PERSON), level="indicator")
    assert len(totals) == 9 * 8
    gap = (totals["coastal"] + totals["inland"] - totals["nation"]).abs()
    # The printed decimals add exactly. What is left is float64: the conversion of three decimals
    # and one addition, half a unit in the last place each, at most 1.5 eps of the nation.
    assert (gap <= 1.5 * EPS * totals["nation"]).all()


def test_the_nation_lies_between_the_areas_per_person() -> None:
    levels = coastal_inland_wide().loc[sorted(PER_PERSON)]
    assert len(levels) == 2 * 8
    assert (levels["inland"] < levels["nation"]).all()
    assert (levels["nation"] < levels["coastal"]).all()


def test_each_indicator_has_one_unit() -> None:
    units = datasets.load_coastal_inland().groupby("indicator")["unit"].agg(["nunique", "first"])
    assert (units["nunique"] == 1).all()
    assert units["first"].value_counts().to_dict() == {
        "1e8 CNY": 7,
        "CNY per person": 2,
        "1e4 USD": 1,
        "persons": 1,
    }
    assert set(units.index[units["first"] == "CNY per person"]) == PER_PERSON


def test_sectors_add_to_the_regional_product_except_in_2023() -> None:
    wide = coastal_inland_wide()
    sectors = (
        wide.loc["primary_industry_value_added"]
        + wide.loc["secondary_industry_value_added"]
        + wide.loc["tertiary_industry_value_added"]
    )
    product = wide.loc["gross_regional_product"]
    gap = (product - sectors) / product
    # Statistical discrepancies of the sources: 61 of 560138 inland in 2022 is the largest.
    assert (gap.drop(index=2023).abs() <= 1.1e-4).to_numpy().all()
    # A slip or a revision in print: 1283800.80 against 89220.85 + 479608.06 + 683323.29.
    assert gap["nation"][2023] == pytest.approx(31648.60 / 1283800.80, rel=1e-9)
    assert gap[["coastal", "inland"]].loc[2023].gt(0.02).all()


def test_printed_shares_follow_from_the_values() -> None:
    wide = coastal_inland_wide()
    shares = datasets.published("coastal_inland_shares").pivot(
        index=["indicator", "year"], columns="area", values="percent_of_nation"
    )
    computed = wide[["coastal", "inland"]].div(wide["nation"], axis=0) * 100
    # Two decimals in print; the values carry at least seven figures, so their own rounding
    # moves a share by less than 1e-4.
    assert (computed - shares).abs().le(0.005 + 1e-4).all(axis=None)


def test_printed_growth_follows_from_the_values() -> None:
    wide = coastal_inland_wide()
    for area in ("coastal", "inland"):
        wide[f"{area}_share"] = wide[area] / wide["nation"]
    growth = datasets.published("coastal_inland_growth")
    periods = growth.groupby(["start_year", "end_year"]).size().to_dict()
    assert periods == {(2016, 2020): 55, (2021, 2023): 55}
    for row in growth.to_dict("records"):
        series = wide.loc[row["indicator"], row["series"]]
        ratio = series[row["end_year"]] / series[row["start_year"]]
        computed = 100 * (ratio ** (1 / (row["end_year"] - row["start_year"])) - 1)
        # Two decimals in print; the rounding of the values moves a rate by less than 1e-4.
        assert abs(computed - row["average_annual_growth_percent"]) <= 0.005 + 1e-4, row


# Packaging


def test_examples_in_the_docstrings() -> None:
    result = doctest.testmod(datasets)
    assert result.attempted > 0
    assert result.failed == 0


def test_import_does_not_load_pandas() -> None:
    code = "import sys, regiometrics.datasets; sys.exit('pandas' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_tables_load_from_a_zipped_package(tmp_path: Path) -> None:
    source = Path(datasets.__file__).parent
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as package:
        # The compiled module cannot be imported from a zip, so the parent package is bare here.
        package.writestr("regiometrics/__init__.py", "")
        package.writestr("regiometrics/errors.py", "class InvalidInputError(ValueError): ...\n")
        for path in [source / "__init__.py", *sorted((source / "data").iterdir())]:
            package.write(path, f"regiometrics/datasets/{path.relative_to(source).as_posix()}")
    code = (
        "from regiometrics import datasets as d\n"
        "assert '.zip' in d.__file__\n"
        "assert d.load_china_provinces()['province'][0] == '北京'\n"
        "assert [len(d.published(name)) for name in d.published_names()][0] == 12\n"
    )
    # UTF-8 mode off: the tables must not depend on the locale's encoding.
    env = os.environ | {"PYTHONPATH": str(archive), "PYTHONUTF8": "0", "LC_ALL": "C"}
    script = tmp_path / "load.py"
    script.write_text(code, encoding="utf-8")
    subprocess.run([sys.executable, str(script)], check=True, env=env, cwd=tmp_path)
