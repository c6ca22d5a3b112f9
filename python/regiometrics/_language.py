"""The language in which tables and figures are shown. Stored names stay English."""

from __future__ import annotations

from ._options import choice

__all__ = ["language", "set_language", "state_term", "term"]

_current = "en"

# What is shown for a stored name: in English, and in the terms of the Chinese literature.
_TERMS: dict[str, tuple[str, str]] = {
    # Tables in general.
    "time": ("Time", "时间"),
    "group": ("Group", "组别"),
    "group_a": ("Group A", "组别A"),
    "group_b": ("Group B", "组别B"),
    "unit": ("Unit", "单元"),
    "n": ("n", "单元数"),
    "mean": ("Mean", "均值"),
    "statistic": ("Statistic", "统计量"),
    "estimate": ("Estimate", "估计值"),
    "standard_error": ("Standard error", "标准误"),
    "low": ("Low", "区间下限"),
    "high": ("High", "区间上限"),
    "share_percent": ("Share (%)", "贡献率（%）"),
    # Dagum decomposition.
    "dagum_gini": ("Dagum Gini decomposition", "Dagum基尼系数及其分解"),
    "overall": ("Overall", "总体"),
    "gini": ("Gini", "基尼系数"),
    "within": ("Within", "组内差异"),
    "between": ("Between", "组间差异"),
    "transvariation": ("Transvariation", "超变密度"),
    "share_within": ("Share within", "组内贡献率"),
    "share_between": ("Share between", "组间贡献率"),
    "share_transvariation": ("Share transvariation", "超变密度贡献率"),
    "distance": ("Relative distance", "相对距离"),
    "within_groups": ("Within groups", "组内基尼系数"),
    "between_groups": ("Between groups", "组间基尼系数"),
    "overall_intervals": ("Uncertainty, overall", "总体：标准误与区间"),
    "within_intervals": ("Uncertainty, within groups", "组内：标准误与区间"),
    "between_intervals": ("Uncertainty, between groups", "组间：标准误与区间"),
    "components": ("Components", "基尼系数及其构成"),
    "shares": ("Shares of the components", "各构成的贡献率"),
    # Rank consistency.
    "leading": ("leading", "超前型"),
    "synchronous": ("synchronous", "同步型"),
    "lagging": ("lagging", "滞后型"),
    # Indicators.
    "entropy_weights": ("Entropy weights", "熵值法权重"),
    "topsis": ("TOPSIS", "TOPSIS综合评价"),
    "interpolate": ("Interpolation", "缺失值插补"),
    "indicator": ("Indicator", "指标"),
    "direction": ("Direction", "方向"),
    "entropy": ("Entropy", "信息熵"),
    "divergence": ("Divergence", "信息效用值"),
    "weight": ("Weight", "权重"),
    "indicator_weights": ("Weights of the indicators", "指标权重"),
    "score": ("Score", "综合得分"),
    "scores": ("Scores", "综合得分"),
    "median": ("Median", "中位数"),
    "normalized": ("Normalised values", "标准化数据"),
    "proportions": ("Proportions p", "比重p"),
    "entropy_terms": ("Terms of the entropy", "信息熵各项"),
    "contributions_scores": ("Contributions to the score", "各指标得分"),
    "distance_best": ("Distance from best", "与正理想解距离"),
    "distance_worst": ("Distance from worst", "与负理想解距离"),
    "rank": ("Rank", "排名"),
    "ideal_points": ("Ideal points", "正负理想解"),
    "best": ("Best", "正理想解"),
    "worst": ("Worst", "负理想解"),
    "upgrading": ("Industrial upgrading", "产业结构高级化"),
    "completed": ("Completed table", "插补后数据"),
    "filled": ("Filled gaps", "已插补"),
    "unfilled": ("Gaps that stay", "未插补"),
    "column": ("Column", "变量"),
    "value": ("Value", "数值"),
    "kind": ("Kind", "类型"),
    "interpolated": ("interpolated", "线性内插"),
    "nearest": ("nearest", "邻近值"),
    "extrapolated": ("extrapolated", "线性外推"),
    "missing": ("missing", "缺失"),
    "gaps": ("Number of gaps", "缺失值个数"),
    "standard_deviation": ("Standard deviation", "标准差"),
    "coefficient_of_variation": ("Coefficient of variation", "变异系数"),
    # Theil.
    "by_group": ("By group", "各组"),
    "theil": ("Theil decomposition", "泰尔指数及其分解"),
    "theil_t": ("Theil T", "泰尔指数T"),
    "theil_l": ("Theil L", "泰尔指数L"),
    "within_t": ("T within", "T组内"),
    "between_t": ("T between", "T组间"),
    "within_l": ("L within", "L组内"),
    "between_l": ("L between", "L组间"),
    "share_within_t": ("T share within", "T组内贡献率"),
    "share_between_t": ("T share between", "T组间贡献率"),
    "share_within_l": ("L share within", "L组内贡献率"),
    "share_between_l": ("L share between", "L组间贡献率"),
    "share_weight": ("Share of weight", "权重份额"),
    "share_value": ("Share of value", "数值份额"),
    "contribution_t": ("Contribution to T", "对T的贡献率"),
    "contribution_l": ("Contribution to L", "对L的贡献率"),
    "contributions": ("Contributions of the groups", "各组贡献率"),
    # Classes.
    "classify": ("Classification", "分级"),
    "classes": ("Classes", "各级"),
    "class": ("Class", "级别"),
    "lower": ("Lower bound", "下界"),
    "upper": ("Upper bound", "上界"),
    "frequency": ("Number of values", "频数"),
    "quantiles": ("quantiles", "分位数"),
    "equal": ("equal intervals", "等间距"),
    "natural_breaks": ("natural breaks", "自然断点"),
    "geometric": ("geometric intervals", "几何间距"),
    "std": ("standard deviations", "标准差"),
    "head_tail": ("head/tail breaks", "头尾断点"),
    "breaks": ("given breaks", "给定断点"),
    # Spatial weights.
    "spatial_weights": ("Spatial weights", "空间权重"),
    "n_units": ("Units", "单元数"),
    "n_links": ("Links", "邻接关系数"),
    "link_density": ("Density of links", "邻接密度"),
    "n_neighbors": ("Neighbours per unit", "邻居数"),
    "row_sums": ("Row sums", "行和"),
    "n_components": ("Components", "连通分量数"),
    "islands": ("Islands", "孤岛"),
    # Markov chains.
    "markov": ("Markov chain", "马尔可夫链"),
    "spatial_markov": ("Spatial Markov chain", "空间马尔可夫链"),
    "probabilities": ("Transition probabilities", "转移概率矩阵"),
    "transition_counts": ("Transition counts", "转移频数矩阵"),
    "standard_errors": ("Standard errors", "标准误"),
    "intervals": ("Probabilities with intervals", "转移概率及其区间"),
    "steady_state": ("Steady state", "稳态分布"),
    "first_passage": ("Mean first passage times", "平均首达时间"),
    "sojourn": ("Sojourn times", "平均停留时间"),
    "structure": ("Classes of states", "状态分类"),
    "mobility": ("Mobility indices", "流动性指数"),
    "states_of_units": ("States of the units", "各单元状态"),
    "from_state": ("From", "期初状态"),
    "to_state": ("To", "期末状态"),
    "lag_state": ("Neighbours", "邻域类型"),
    "probability": ("Probability", "概率"),
    "recurrent_class": ("Recurrent class", "常返类"),
    "communicating_class": ("Communicating class", "互通类"),
    "leaving_probability": ("Probability of leaving", "离开概率"),
    "mean_sojourn": ("Mean sojourn", "平均停留期数"),
    "period": ("Period", "周期"),
    "recurrent": ("recurrent", "常返"),
    "transient": ("transient", "非常返"),
    "undetermined": ("undetermined", "无法判定"),
    "index": ("Index", "指数"),
    "shorrocks": ("Shorrocks (trace)", "Shorrocks指数（迹）"),
    "prais": ("Prais-Bibby (movers)", "Prais-Bibby指数（变动比例）"),
    "determinant": ("Determinant", "行列式指数"),
    "second_eigenvalue": ("Second eigenvalue", "第二特征值指数"),
    "half_life": ("Half-life (steps)", "半衰期（步）"),
    "conditional": ("Conditional on the neighbours", "邻域条件转移概率"),
    "pooled": ("All together", "全部样本"),
    "tests": ("Tests of homogeneity", "同质性检验"),
    "test": ("Test", "检验"),
    "Q": ("Q", "Q统计量"),
    "LR": ("LR", "似然比统计量"),
    "spatial_lag": ("Spatial lag", "空间滞后"),
    "dof": ("df", "自由度"),
    "p_Q": ("p (Q)", "p值（Q）"),
    "p_LR": ("p (LR)", "p值（LR）"),
    "lag_classes": ("Classes of the spatial lag", "空间滞后的分级"),
    "table": ("Transition probabilities by class of the neighbours", "空间马尔可夫转移概率矩阵"),
    "decoupled": ("decoupled", "脱钩"),
    "linked": ("linked", "连接"),
    "negatively_decoupled": ("negatively decoupled", "负脱钩"),
    "empty_row": ("no transitions", "无观测"),
    "no_recurrent_class": ("no class of states is known to be recurrent", "无可判定的常返类"),
    # Tapio decoupling.
    "tapio": ("Tapio decoupling", "Tapio脱钩分析"),
    "decoupling_states": ("Decoupling states", "脱钩状态"),
    "group_shares": ("Shares of the groups of states", "各类脱钩状态占比"),
    "share": ("Share", "占比"),
    "share_of_units_percent": ("Share of units (%)", "单元占比（%）"),
    "change_pressure": ("Change of the pressure", "压力变化率"),
    "change_driver": ("Change of the driver", "驱动力变化率"),
    "elasticity": ("Elasticity", "脱钩弹性"),
    "state": ("State", "状态"),
    "strong decoupling": ("strong decoupling", "强脱钩"),
    "weak decoupling": ("weak decoupling", "弱脱钩"),
    "recessive decoupling": ("recessive decoupling", "衰退脱钩"),
    "expansive coupling": ("expansive coupling", "扩张连接"),
    "recessive coupling": ("recessive coupling", "衰退连接"),
    "expansive negative decoupling": ("expansive negative decoupling", "扩张负脱钩"),
    "weak negative decoupling": ("weak negative decoupling", "弱负脱钩"),
    "strong negative decoupling": ("strong negative decoupling", "强负脱钩"),
    "decoupling": ("decoupling", "脱钩"),
    "coupling": ("Coupling", "耦合度"),
    "state: coupling": ("coupling", "连接"),
    "negative decoupling": ("negative decoupling", "负脱钩"),
    "undefined": ("undefined", "无定义"),
    # Coupling and coordination.
    "coupling_coordination": ("Coupling and coordination", "耦合协调分析"),
    "coupling_and_coordination": ("Coupling, development and coordination", "耦合度、发展水平与耦合协调度"),
    "development": ("Development", "综合发展指数"),
    "coordination": ("Coordination", "耦合协调度"),
    "stage": ("Stage of coupling", "耦合阶段"),
    "grade": ("Grade of coordination", "协调等级"),
    "low-level coupling": ("low-level coupling", "低水平耦合"),
    "antagonistic": ("antagonistic", "拮抗"),
    "running-in": ("running-in", "磨合"),
    "high-level coupling": ("high-level coupling", "高水平耦合"),
    "extreme imbalance": ("extreme imbalance", "极度失调"),
    "severe imbalance": ("severe imbalance", "严重失调"),
    "moderate imbalance": ("moderate imbalance", "中度失调"),
    "mild imbalance": ("mild imbalance", "轻度失调"),
    "near imbalance": ("near imbalance", "濒临失调"),
    "barely coordinated": ("barely coordinated", "勉强协调"),
    "primary coordination": ("primary coordination", "初级协调"),
    "intermediate coordination": ("intermediate coordination", "中级协调"),
    "good coordination": ("good coordination", "良好协调"),
    "high-quality coordination": ("high-quality coordination", "优质协调"),
}


def set_language(language: str = "en") -> None:
    """Show tables and figures in English or Chinese.

    Stored column names and states stay English, so that code runs the same in both; the headings of `summary()`,
    notebooks, LaTeX, Excel and plots change, to the terms of the Chinese literature (超变密度, 强脱钩, 中级协调).

    Parameters
    ----------
    language : {"en", "zh"}
        The language to show from now on.

    Raises
    ------
    InvalidInputError
        For any other language.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> rgm.set_language("zh")
    >>> rgm.set_language("en")
    """
    global _current
    _current = choice("language", language, ("en", "zh"))


def language() -> str:
    """Return the language in force, "en" or "zh"."""
    return _current


def term(name: str) -> str:
    """Return what is shown for a stored name; a name without a translation is shown as it is."""
    shown = _TERMS.get(name)
    return name if shown is None else shown[_current == "zh"]


# Headings that are also words a caller may call a state.
_ONLY_HEADINGS = frozenset(
    {"low", "high", "lower", "upper", "mean", "n", "unit", "time", "group", "value", "std", "equal"}
)


def state_term(name: str) -> str:
    """Return what is shown for a state in a cell, heading or legend; some share their name with a column."""
    if f"state: {name}" in _TERMS:
        return term(f"state: {name}")
    return name if name in _ONLY_HEADINGS else term(name)
