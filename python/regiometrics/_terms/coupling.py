"""Terms of coupling and coordination."""

TERMS: dict[str, tuple[str, str]] = {
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
