"""Terms of classifications."""

TERMS: dict[str, tuple[str, str]] = {
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
}
