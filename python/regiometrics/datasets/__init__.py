"""Tables printed in four published studies, ready to compute with and to compare with.

All four studies appeared in 区域经济评论 (Regional Economic Review) 2025(3); the English
titles are our translations.

* A: 高升 (Gao)、纪昊师 (Ji)、徐境桧 (Xu), 《中国新型城镇化发展的区域差异、驱动因素与低碳路径》
  (Regional differences, drivers and low-carbon paths of new-type urbanisation in China).
* B: 王家庭 (Wang)、齐嘉瀚 (Qi)、王浩然 (Wang),
  《新质生产力背景下中国人工智能发展的时空格局与驱动因素》 (Spatiotemporal pattern and drivers of
  China's AI development against the background of new quality productive forces).
* C: 江成 (Jiang)、聂丽君 (Nie)、李凯帅 (Li), 《京津冀产业链与创新链的发展趋势与融合成效研究》
  (Development trends and integration of the industry and innovation chains of
  Beijing-Tianjin-Hebei).
* D: 《沿海与内陆地区产业合作现状及“十五五”时期合作前景研究》 (Industrial cooperation between
  coastal and inland areas: present state and prospects for the 15th Five-Year Plan period).

The ``load_*`` functions return data to compute with. :func:`published` returns printed
results, to compare with and never to tune to. Every call reads the file again, so a caller
may change the frame it gets. Years, ranks, codes and numbers of transitions are int64, every
other number is float64, and labels are strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "load_ai_development",
    "load_ai_gdp_ranks",
    "load_china_province_neighbors",
    "load_china_provinces",
    "load_coastal_inland",
    "load_jjj_chains",
    "published",
    "published_names",
]

# File names without the prefix "published_" and without the ending.
_PUBLISHED = (
    "ai_dagum",
    "ai_development_summary",
    "ai_markov",
    "ai_spatial_markov",
    "coastal_inland_growth",
    "coastal_inland_shares",
    "decoupling_markov",
    "jjj_coupling",
    "urbanisation_ellipse",
    "urbanisation_geodetector",
    "urbanisation_weights",
)

# A measured column whose printed values happen to be whole must still be float64, so whole
# numbers stay integers only where the column names an order, a code or a number of cases.
_INTEGER_COLUMNS = frozenset(
    {
        "ai_rank",
        "code",
        "end_year",
        "from_state",
        "gdp_per_capita_rank",
        "lag_state",
        "n",
        "published_rank",
        "published_rank_difference",
        "rank",
        "start_year",
        "year",
    }
)


def _read(name: str) -> pd.DataFrame:
    """Read ``data/<name>.csv`` into a new frame."""
    # Imported here because `import regiometrics` must not pay for them.
    from importlib.resources import files

    import pandas as pd

    resource = files(__name__) / "data" / f"{name}.csv"
    with resource.open("r", encoding="utf-8") as stream:
        frame = pd.read_csv(stream)
    whole = frame.select_dtypes("integer").columns
    return frame.astype({column: "float64" for column in whole if column not in _INTEGER_COLUMNS})


def load_ai_development() -> pd.DataFrame:
    """Return the AI development level of 31 provinces in 2011, 2015, 2019 and 2022.

    Study B, 区域经济评论 (Regional Economic Review) 2025(3); see the module for authors and
    title. The study covers 2011 to 2022; these are the years whose levels are printed.

    Returns
    -------
    pandas.DataFrame
        124 rows (31 provinces by 4 years), 6 columns:

        ``province``
            Short Chinese name.
        ``province_en``
            English name.
        ``region``
            The study's division: East (11 provinces), Central (8), West (12).
        ``year``
            Calendar year.
        ``level``
            AI development level: an entropy-weighted index times 100, dimensionless, as printed
            to two decimals.
        ``published_rank``
            The printed rank in the year, 1 for the highest level.

    Notes
    -----
    The printed ranks break ties between levels that are equal to two decimals, presumably by
    the unrounded levels, so such ranks cannot be computed from ``level``: in 2011 this
    concerns 山西 and 辽宁 (0.23), 江西 and 云南 (0.34), 宁夏 and 青海 (0.12), 贵州 and 西藏 (0.03).

    Examples
    --------
    >>> from regiometrics.datasets import load_ai_development
    >>> data = load_ai_development()
    >>> data.shape
    (124, 6)
    >>> data.groupby("year")["level"].mean().round(2).tolist()
    [0.96, 3.18, 6.76, 13.07]
    """
    return _read("ai_development")


def load_ai_gdp_ranks() -> pd.DataFrame:
    """Return the ranks of 31 provinces by AI level and by GDP per head in 2022.

    Study B, 区域经济评论 (Regional Economic Review) 2025(3), Table 6; see the module for authors
    and title.

    Returns
    -------
    pandas.DataFrame
        31 rows (provinces), 8 columns:

        ``province``, ``province_en``, ``region``
            As in :func:`load_ai_development`.
        ``ai_rank``
            Rank by AI development level, 1 for the highest.
        ``gdp_per_capita_rank``
            Rank by GDP per head, 1 for the highest.
        ``published_rank_difference``
            The printed difference, AI rank minus GDP rank, in ranks.
        ``published_type``
            "leading" (difference below 0), "synchronous" (0) or "lagging" (above 0).
        ``published_consistency``
            "high" where the difference is at most 3 in absolute value, else "low".

    Examples
    --------
    >>> from regiometrics.datasets import load_ai_gdp_ranks
    >>> ranks = load_ai_gdp_ranks().set_index("province_en")
    >>> int(ranks.loc["Hainan", "published_rank_difference"])
    -19
    """
    return _read("ai_gdp_consistency_2022")


def load_jjj_chains() -> pd.DataFrame:
    """Return two chains by four indicators for 13 Beijing-Tianjin-Hebei cities, four years.

    Study C, 区域经济评论 (Regional Economic Review) 2025(3); see the module for authors and
    title.

    Returns
    -------
    pandas.DataFrame
        52 rows (13 cities in 2014, 2017, 2020 and 2023), 11 columns. Columns that start with
        ``industry_`` measure the industry chain, those with ``innovation_`` the innovation
        chain:

        ``city``, ``city_en``
            Chinese and English name.
        ``year``
            Calendar year.
        ``industry_scale``, ``innovation_scale``
            Capital stock, 1e8 CNY.
        ``industry_linkage``, ``innovation_linkage``
            Number of firms investing across cities.
        ``industry_vitality``, ``innovation_vitality``
            New capital, 1e8 CNY.
        ``industry_power``, ``innovation_power``
            Number of utility patents.

    Notes
    -----
    A slip in print: the study gives 7457 as the total of innovation linkage in 2020, while the
    printed cities sum to 7312. The table holds the printed cities.

    Examples
    --------
    >>> from regiometrics.datasets import load_jjj_chains
    >>> data = load_jjj_chains()
    >>> data.shape
    (52, 11)
    >>> float(data.loc[data["year"] == 2020, "innovation_linkage"].sum())
    7312.0
    """
    return _read("jjj_chains")


def load_coastal_inland() -> pd.DataFrame:
    """Return eleven indicators of the nation and its coastal and inland areas, 2016 to 2023.

    Study D, 区域经济评论 (Regional Economic Review) 2025(3); see the module for the title.

    Returns
    -------
    pandas.DataFrame
        264 rows (11 indicators by 3 areas by 8 years), 5 columns:

        ``indicator``
            Name of the indicator.
        ``unit``
            Unit of ``value``: "1e8 CNY" for ``gross_regional_product``, the three
            ``*_value_added``, ``fiscal_revenue``, ``education_expenditure`` and
            ``science_technology_expenditure``; "1e4 USD" for ``trade_value``; "persons" for
            ``undergraduate_graduates``; "CNY per person" for
            ``gross_regional_product_per_capita`` and ``disposable_income_per_capita``.
        ``area``
            "nation", "coastal" or "inland".
        ``year``
            Calendar year.
        ``value``
            Value in ``unit``.

    Notes
    -----
    Coastal and inland add to the nation in every printed digit for the nine totals, and not for
    the two per-person indicators. The value added of the three sectors adds to the gross
    regional product within 0.01 % in 2016 to 2022; in 2023 it is 31648.60 (1e8 CNY), or 2.5 %,
    short for the nation, and short for both areas.

    Examples
    --------
    >>> from regiometrics.datasets import load_coastal_inland
    >>> data = load_coastal_inland()
    >>> data.shape
    (264, 5)
    >>> product = data[data["indicator"] == "gross_regional_product"]
    >>> product[product["year"] == 2023].set_index("area")["value"].to_dict()
    {'nation': 1283800.8, 'coastal': 684215.39, 'inland': 599585.41}
    """
    return _read("coastal_inland")


def load_china_provinces() -> pd.DataFrame:
    """Return codes, regions, capitals and neighbours of the 31 provinces of mainland China.

    Reference data to label and locate the provinces of studies A and B, 区域经济评论 (Regional
    Economic Review) 2025(3); the codes are those of the standard GB/T 2260.

    Returns
    -------
    pandas.DataFrame
        31 rows (provinces in the order of their codes), 9 columns:

        ``code``
            GB/T 2260 code, two digits.
        ``province``, ``province_en``
            Short Chinese name and English name.
        ``region``
            East (11), Central (8) or West (12), as in :func:`load_ai_development`.
        ``region4``
            East (10), Northeast (3), Central (6) or West (12).
        ``capital``
            Chinese name of the capital; a municipality is its own capital.
        ``capital_longitude``, ``capital_latitude``
            Position of the capital, degrees east and degrees north, two decimals.
        ``neighbors``
            Short Chinese names of the provinces that border on it, in the order of
            :func:`load_china_province_neighbors` and separated by "、"; Guangdong and Hainan count
            as neighbours.

    Notes
    -----
    Spatial weights come from the edge table; with ``ids=`` their rows stand in the order here.
    CGCS2000 and WGS 84 differ by less than a metre, so that at two decimals the positions are those
    of both.

    Examples
    --------
    >>> from regiometrics.datasets import load_china_provinces
    >>> provinces = load_china_provinces().set_index("code")
    >>> provinces.loc[65, ["province", "province_en", "region"]].tolist()
    ['新疆', 'Xinjiang', 'West']
    >>> provinces["capital_longitude"].agg(["min", "max"]).tolist()
    [87.62, 126.53]
    >>> provinces.loc[11, "neighbors"]
    '天津、河北'

    Weights in the order of its rows:

    >>> import regiometrics as rgm
    >>> edges = rgm.datasets.load_china_province_neighbors()
    >>> weights = rgm.weights.from_edges(
    ...     edges, source="province", target="neighbor", ids=provinces["province"]
    ... ).row_standardize()
    >>> weights.n, weights.islands
    (31, [])
    """
    provinces, edges = _read("china_provinces"), _read("china_province_neighbors")
    listed = edges.groupby("province", sort=False)["neighbor"].agg("、".join)
    return provinces.assign(neighbors=provinces["province"].map(listed))


def load_china_province_neighbors() -> pd.DataFrame:
    """Return the contiguity of the 31 provinces of mainland China as an edge table.

    Reference data for the spatial methods of studies A and B, 区域经济评论 (Regional Economic
    Review) 2025(3).

    Returns
    -------
    pandas.DataFrame
        138 rows (69 pairs of neighbours, each in both directions), 3 columns:

        ``province``, ``neighbor``
            Short Chinese names, as in :func:`load_china_provinces`.
        ``link``
            "land" for a common border; "strait" for Guangdong and Hainan (广东, 海南), which by
            the usual convention are neighbours so that Hainan is not an island in the weights.

    Examples
    --------
    >>> from regiometrics.datasets import load_china_province_neighbors
    >>> edges = load_china_province_neighbors()
    >>> edges.shape
    (138, 3)
    >>> edges.loc[edges["province"] == "北京", "neighbor"].tolist()
    ['天津', '河北']
    """
    return _read("china_province_neighbors")


def published_names() -> tuple[str, ...]:
    """Return the names that :func:`published` takes, in alphabetical order.

    Returns
    -------
    tuple of str
        Eleven names of printed results of studies A to D, 区域经济评论 (Regional Economic
        Review) 2025(3).

    Examples
    --------
    >>> from regiometrics.datasets import published_names
    >>> len(published_names()), published_names()[0]
    (11, 'ai_dagum')
    """
    return _PUBLISHED


def published(name: str) -> pd.DataFrame:
    """Return a table of printed results, to compare computed results with.

    All come from 区域经济评论 (Regional Economic Review) 2025(3); see the module for authors and
    titles.

    Parameters
    ----------
    name : str
        One of :func:`published_names`; the tables are described in the notes.

    Returns
    -------
    pandas.DataFrame
        The table as printed, with the columns given in the notes.

    Raises
    ------
    InvalidInputError
        If there is no table of that name; the message lists the names.

    Notes
    -----
    Study A (30 provinces, 2006 to 2019):

    ``"urbanisation_weights"``, 19 rows by 5 columns
        ``id`` (x1 to x19), ``criterion`` and ``indicator`` (Chinese), ``direction`` ("+" or
        "-"), ``entropy_weight`` (dimensionless; as printed they sum to 1.0001).
    ``"urbanisation_ellipse"``, 4 rows by 7 columns
        Standard deviational ellipse in 2006, 2010, 2015 and 2019: ``year``, ``semi_minor_km``
        and ``semi_major_km`` (km), ``flattening_percent`` (%), ``azimuth_degrees`` (degrees),
        ``perimeter_km`` (km), ``area_10000_km2`` (1e4 km²). The printed perimeters and areas
        follow from the printed axes to about 3e-5 and 6e-5 of their size, a little more than
        the rounding of the axes explains.
    ``"urbanisation_geodetector"``, 57 rows by 5 columns
        Factor detector in 2006, 2012 and 2019: ``factor`` (the ``id`` of the weights),
        ``year``, ``q`` and ``p_value`` (dimensionless; a small p is printed as 0), ``rank`` (1
        for the largest q of the year; ties share the smaller rank). The strata are not printed.
    ``"decoupling_markov"``, 6 rows by 6 columns
        Transitions between decoupling states: ``pair`` (pressure, "carbon" or "energy"),
        ``from_state`` ("decoupled", "linked" or "negatively_decoupled"), ``n`` (transitions
        from the state), ``to_decoupled``, ``to_linked`` and ``to_negatively_decoupled``
        (probabilities). ``n`` sums to 360 for energy and to 358 for carbon.

    Study B (31 provinces, 2011 to 2022):

    ``"ai_development_summary"``, 4 rows by 3 columns
        ``year`` (2011, 2015, 2019, 2022), ``mean`` and ``standard_deviation`` over the
        provinces, in the index points of :func:`load_ai_development`; the deviation divides by
        n - 1.
    ``"ai_dagum"``, 12 rows by 11 columns
        Dagum decomposition by ``year``: ``gini_total``, ``gini_within_*`` and
        ``gini_between_*`` (dimensionless), ``share_within``, ``share_between`` and
        ``share_transvariation`` (% of the total; they sum to 100 within 0.01).
    ``"ai_markov"``, 5 rows by 6 columns
        ``from_state`` (1 to 5) and ``to_1`` to ``to_5`` (probabilities).
    ``"ai_spatial_markov"``, 25 rows by 8 columns
        ``lag_state`` and ``from_state`` (1 to 5), ``n`` (transitions, 341 in all), ``to_1`` to
        ``to_5`` (probabilities; a state with ``n`` = 0 is printed as zeros).

    Study C (13 cities, 2014 to 2023):

    ``"jjj_coupling"``, 130 rows by 5 columns
        ``city``, ``city_en``, ``year``, ``coupling_degree`` (dimensionless, at most 0.5 in the
        study's variant) and ``coupling_coordination_degree`` (dimensionless). A slip in print:
        the columns for 2020 and 2023 are identical in every city.

    Study D (2016 to 2023):

    ``"coastal_inland_shares"``, 176 rows by 4 columns
        ``indicator``, ``area`` ("coastal" or "inland"), ``year``, ``percent_of_nation`` (%):
        the share of the nation, or for the two per-person indicators the level relative to it.
    ``"coastal_inland_growth"``, 110 rows by 5 columns
        ``indicator``, ``series`` ("nation", "coastal", "inland", "coastal_share" or
        "inland_share"), ``start_year`` and ``end_year`` (2016 to 2020 or 2021 to 2023),
        ``average_annual_growth_percent`` (% per year; for a share, of the share itself).

    Examples
    --------
    >>> from regiometrics.datasets import published
    >>> dagum = published("ai_dagum").set_index("year")
    >>> dagum.loc[2011, ["gini_total", "share_between"]].tolist()
    [0.52, 61.46]
    """
    if not isinstance(name, str) or name not in _PUBLISHED:
        raise InvalidInputError(f"there is no published table {name!r}; the names are {', '.join(_PUBLISHED)}")
    return _read(f"published_{name}")
