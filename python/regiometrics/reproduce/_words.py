"""What the report says, in the language in force."""

from __future__ import annotations

from functools import cache

from .._language import language, term

__all__ = ["place", "say", "word"]


def say(english: str, chinese: str) -> str:
    """Return the sentence of the language in force."""
    return chinese if language() == "zh" else english


def word(name: object) -> str:
    """Return what is shown for a name that stands in a printed table; others are shown as they are."""
    text = str(name)
    if text in _WORDS:
        return say(*_WORDS[text])
    if language() == "en" and text in _places():
        return _places()[text]
    return term(text)


def place(name: object) -> str:
    """Return the English name of a province or city; other names stand as they are."""
    return _places().get(str(name), str(name))


@cache
def _places() -> dict[str, str]:
    """Return the English names of the provinces and cities."""
    from ..datasets import load_china_provinces, load_jjj_chains

    provinces, cities = load_china_provinces(), load_jjj_chains()
    return dict(zip(provinces["province"], provinces["province_en"], strict=True)) | dict(
        zip(cities["city"], cities["city_en"], strict=True)
    )


_WORDS: dict[str, tuple[str, str]] = {
    "published": ("printed", "原文"),
    "computed": ("computed", "计算"),
    "difference": ("difference", "差异"),
    "quantity": ("Quantity", "项目"),
    "province": ("Province", "省份"),
    "city": ("City", "城市"),
    "year": ("Year", "年份"),
    "area": ("Area", "区域"),
    "series": ("Series", "序列"),
    "pair": ("Pressure", "压力变量"),
    "type": ("type", "类型"),
    "consistency": ("consistency", "一致性"),
    "high": ("high", "高"),
    "low": ("low", "低"),
    "n": ("n", "频数"),
    **{f"to_{state}": (f"to {state}", f"转为{state}") for state in range(1, 6)},
    # Study A.
    "carbon": ("carbon", "碳排放"),
    "energy": ("energy", "能源消费"),
    "to_decoupled": ("to decoupled", "转为脱钩"),
    "to_linked": ("to linked", "转为连接"),
    "to_negatively_decoupled": ("to negatively decoupled", "转为负脱钩"),
    "flattening_percent": ("flattening (%)", "扁率（%）"),
    "perimeter_km": ("perimeter (km)", "周长（km）"),
    "area_10000_km2": ("area (10⁴ km²)", "面积（万 km²）"),
    # Study B.
    "gini_total": ("Gini", "总体基尼系数"),
    "gini_within_east": ("within East", "东部组内"),
    "gini_within_central": ("within Central", "中部组内"),
    "gini_within_west": ("within West", "西部组内"),
    "gini_between_east_central": ("East–Central", "东部—中部"),
    "gini_between_east_west": ("East–West", "东部—西部"),
    "gini_between_central_west": ("Central–West", "中部—西部"),
    "East": ("East", "东部"),
    "Central": ("Central", "中部"),
    "West": ("West", "西部"),
    # Study C.
    "coupling_degree": ("degree of coupling", "耦合度"),
    "coupling_coordination_degree": ("degree of coordination", "耦合协调度"),
    # Study D.
    "nation": ("nation", "全国"),
    "coastal": ("coastal", "沿海地区"),
    "inland": ("inland", "内陆地区"),
    "coastal_share": ("coastal, share", "沿海地区比重"),
    "inland_share": ("inland, share", "内陆地区比重"),
    "percent_of_nation": ("percent of the nation", "占全国或相对全国（%）"),
    "average_annual_growth_percent": ("average annual growth (%)", "年均增长率（%）"),
    "gross_regional_product": ("gross regional product", "地区生产总值"),
    "gross_regional_product_per_capita": ("gross regional product per head", "人均地区生产总值"),
    "fiscal_revenue": ("fiscal revenue", "财政收入"),
    "primary_industry_value_added": ("value added, primary sector", "第一产业增加值"),
    "secondary_industry_value_added": ("value added, secondary sector", "第二产业增加值"),
    "tertiary_industry_value_added": ("value added, tertiary sector", "第三产业增加值"),
    "trade_value": ("foreign trade", "进出口总额"),
    "disposable_income_per_capita": ("disposable income per head", "人均可支配收入"),
    "education_expenditure": ("spending on education", "教育支出"),
    "science_technology_expenditure": ("spending on science and technology", "科学技术支出"),
    "undergraduate_graduates": ("graduates of universities", "普通本科毕业生数"),
}
