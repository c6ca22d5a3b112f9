"""Headings that many tables share."""

TERMS: dict[str, tuple[str, str]] = {
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
    "p_value": ("p", "p值"),
    "p_permutation": ("p (permutation)", "p值（置换）"),
    "factor": ("Factor", "影响因素"),
    "factor_a": ("Factor A", "因素A"),
    "factor_b": ("Factor B", "因素B"),
    "x": ("x", "横坐标x"),
    "density": ("Density", "密度"),
    # A heading or label and what it is about, and a quantity and its unit.
    "about": ("{}: {}", "{}：{}"),
    "in_unit": ("{} ({})", "{}（{}）"),
    "growth_rate": ("Average annual growth", "年均增长率"),
}
