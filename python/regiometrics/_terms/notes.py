"""What the notes of results say in Chinese.

A note is stored in English, and shown in Chinese by the sentence below that has its form. What stands in the English
where this has a name in braces is put where the Chinese has that name. A name that `PHRASES` knows stands for one of
the phrases there, which is put into Chinese in the same way; ``state`` for a state, class or method, shown by its term;
any other for numbers and the caller's own words, which stay.
"""

__all__ = ["NOTES", "PHRASES"]

NOTES: dict[str, str] = {
    # Rows and columns, of every method.
    "{n} row(s) with missing values left out.": "剔除含缺失值的 {n} 行。",
    "{n} missing value(s) left out.": "剔除 {n} 个缺失值。",
    "{n} row(s) of weight zero left out.": "剔除权重为零的 {n} 行。",
    "column {name} is constant{where}: {consequence}.": "列 {name} 为常数{where}：{consequence}。",
    # Inequality.
    "Standard errors: delete-one jackknife within groups. Intervals ({level} %): {interval}.": (
        "标准误：组内逐一剔除的刀切法。区间（{level}%）：{interval}。"
    ),
    "{n} group-period(s) of one unit: Gini 0, no part in the standard errors.": (
        "{n} 个“组别 × 时期”只有一个单元：基尼系数为零，不计入标准误。"
    ),
    "{n} group-period(s) of two units: no standard error of their own Gini.": (
        "{n} 个“组别 × 时期”只有两个单元：其自身的基尼系数没有标准误。"
    ),
    "{n} period(s) with equal values: Gini 0, shares undefined.": (
        "{n} 个时期数值全部相等：基尼系数为零，贡献率无定义。"
    ),
    "{n} zero(s) in {name}: they add nothing to T and make L infinite.": (
        "{name} 中有 {n} 个零值：对 T 没有贡献，而使 L 为无穷大。"
    ),
    # Densities.
    "Kernel: {kernel}; bandwidth {bandwidth}, as its standard deviation. Reflected at {bounds}.": (
        "核函数：{kernel}；带宽即核函数的标准差，{bandwidth}。在 {bounds} 处反射。"
    ),
    "Kernel: {kernel}; bandwidth {bandwidth}, as its standard deviation.": (
        "核函数：{kernel}；带宽即核函数的标准差，{bandwidth}。"
    ),
    "Kernel: product of {kernel} kernels; bandwidths {bandwidth}, as their standard deviations.": (
        "核函数：两个{kernel}之积；带宽即核函数的标准差，{bandwidth}。"
    ),
    "Bands ({level} %, pointwise): {n} resamples, seed {seed}.": (
        "置信带（{level}%，逐点）：{n} 次重抽样，种子 {seed}。"
    ),
    "Silverman's test of {modes} at most: {n} samples, seed {seed}.": (
        "Silverman 检验（波峰不超过{modes}）：{n} 个样本，种子 {seed}。"
    ),
    "half of the values and more are equal, so that the interquartile range is zero: the standard "
    "deviation alone stands in "
    "the rule{where}.": "半数以上的数值相等，四分位距为零{where}：带宽规则中只用标准差。",
    "the equation of 'isj' has no root: the bandwidth is that of 'silverman'{where}.": (
        "“isj”的方程无根{where}：带宽取“silverman”规则的值。"
    ),
    "cross-validation has no minimum within its range: the bandwidth is that of 'silverman'{where}.": (
        "交叉验证在其范围内没有极小值{where}：带宽取“silverman”规则的值。"
    ),
    "ties let the criterion of cross-validation fall without end as the bandwidth goes to zero: the "
    "bandwidth is its largest "
    "local minimum{where}.": "数值有重复，带宽趋于零时交叉验证准则无限下降{where}：带宽取其最大的局部极小值点。",
    "{n} density(ies) from binned values, with the error in error_bound.": (
        "{n} 条密度由归入窄组的数值算得，误差上界见 error_bound。"
    ),
    "error_bound is above tolerance{where}: the digits of values so far from zero allow no less.": (
        "error_bound 大于 tolerance{where}：数值远离零，双精度的位数不足以更小。"
    ),
    "The grid is coarser than the bandwidth{where}: raise grid_size to see every mode in the curve.": (
        "格网比带宽粗{where}：增大 grid_size，曲线上才能看到每个波峰。"
    ),
    "the quartiles of a coordinate coincide: its standard deviation alone stands in the rule{where}.": (
        "某一坐标的四分位数重合{where}：带宽规则中只用标准差。"
    ),
    # Classes.
    "All values are equal: one class, no goodness of fit.": "数值全部相等：只有一级，没有拟合优度。",
    "Method {state}: goodness of variance fit {fit}.": "方法：{state}；方差拟合优度 {fit}。",
    "{n} of the {k} classes asked for: {why}.": "要求分 {k} 级，实得 {n} 级：{why}。",
    "No value falls into class {classes}.": "第 {classes} 级中没有数值。",
    # Indicators, gaps, coupling and decoupling.
    "{n} gap(s) filled.": "插补 {n} 处缺失。",
    "{n} gap(s) filled ({kinds}).": "插补 {n} 处缺失（{kinds}）。",
    "{n} gap(s) stay: nothing to fill them from within the unit.": "{n} 处缺失保留：单元内部没有可供插补的观测。",
    "{n} unit-period(s) have no row in the data; none was added.": "{n} 个“单元 × 时期”在数据中没有行，未予添加。",
    "C of {names} by variant {variant}: {most}.": "{names} 的耦合度 C 按公式 {variant} 计算，{most}。",
    "{n} row(s) with a score of zero: C and D are zero there.": "{n} 行有得分为零：其 C 与 D 为零。",
    "Changes are from the previous period.": "变化率相对于上一期。",
    "Changes are from the first period of each unit.": "变化率相对于各单元的首期。",
    "Changes are from {period}.": "变化率相对于 {period}。",
    "{n} change(s) span a gap: the base is the last period before it that the unit has.": (
        "{n} 个变化率跨越缺失的时期：基期取该单元在此之前最近的一期。"
    ),
    "{n} row(s) before the base period left out.": "剔除基期之前的 {n} 行。",
    "{n} unit(s) without a period to compare with the base.": "{n} 个单元没有可与基期比较的时期。",
    "{n} row(s) whose driver does not change: no elasticity, state undefined.": (
        "{n} 行的驱动力没有变化：没有弹性，状态为无定义。"
    ),
    # Chains.
    "Classes of {series}: {division}.": "{series}的分级：{division}。",
    "Fewer than the {k} classes of {series} asked for{where}: {why}.": (
        "{series}要求分 {k} 级，实得较少{where}：{why}。"
    ),
    "The periods are unevenly spaced ({gaps} apart); a step goes from one observed period to the next.": (
        "时期间隔不等（{gaps}）；一步指由一个观测时期到下一个。"
    ),
    "{n} transitions over {lag} period(s) of {time}; {missing} of the {all} possible ones lack {end}.": (
        "{n} 次转移，步长为 {time} 的 {lag} 期；可能的 {all} 次中有 {missing} 次缺少{end}。"
    ),
    "{n} transitions over {lag} period(s) of {time}.": "{n} 次转移，步长为 {time} 的 {lag} 期。",
    "{n} transitions, from counts.": "{n} 次转移，来自给定的频数。",
    "{n} transitions, whatever the class of the neighbours.": "{n} 次转移，不分邻域类型。",
    "{n} row(s) with state {name} excluded.": "剔除状态为 {name} 的 {n} 行。",
    "No transition starts in {states}: the row is empty (NaN), not absorbing, and what depends on it is unknown.": (
        "没有由{states}出发的转移：该行为空（NaN），不是吸收态，依赖于它的结果未知。"
    ),
    "{n} recurrent classes: which one the chain ends in depends on where it starts.": (
        "{n} 个常返类：最终进入哪一个取决于起点。"
    ),
    "Transient: {states}.": "非常返状态：{states}。",
    "Undetermined: {states}.": "无法判定的状态：{states}。",
    "Periodic: {states} (period {periods}); the steady state is the long-run share of time, which "
    "the chain does not settle "
    "in.": "周期状态：{states}（周期 {periods}）；稳态分布为长期的时间占比，链并不收敛于它。",
    "The chain is ergodic: one recurrent class, aperiodic.": "该链是遍历的：只有一个常返类，且非周期。",
    "Intervals ({level} %): Wilson's, each probability by itself.": "区间（{level}%）：Wilson 区间，逐个概率计算。",
    "The spatial lag is the weighted mean of the neighbours.": "空间滞后为邻居的加权均值。",
    "The weights are not row-standardised (rows add up to {sums}): the spatial lag grows with the "
    "number of neighbours. "
    "weights.row_standardize() makes it their mean.": (
        "权重未行标准化（行和为 {sums}）：空间滞后随邻居个数增大；weights.row_standardize() 使其成为邻居的均值。"
    ),
    "{n} unit(s) without neighbours, {done}: {names}.": "{n} 个单元没有邻居，{done}：{names}。",
    "{n} of the {all} rows of the table are empty: NaN, not absorbing.": (
        "表中 {all} 行有 {n} 行为空：NaN，不是吸收态。"
    ),
    "p_Q_permutation and p_LR_permutation: {n} permutations of the ends of transitions from each state, seed {seed}.": (
        "p_Q_permutation 与 p_LR_permutation：在同一起始状态内置换转移的终点 {n} 次，种子 {seed}。"
    ),
    # Statistics of spatial association.
    "G*; p-values from {source}.": "G*；p 值来自{source}。",
    "G; p-values from {source}.": "G；p 值来自{source}。",
    "Clusters at {level} %; p-values from {source}.": "集聚的置信度为 {level}%；p 值来自{source}。",
    "z under {assumption}; p-values from {source}.": "z 值依{assumption}；p 值来自{source}。",
    "{n} unit-period(s) without a value: their links are left out of the weights{again}.": (
        "{n} 个“单元 × 时期”没有数值：权重中略去其邻接关系{again}。"
    ),
    "{n} row(s) of units without neighbours, {done}: {names}.": "{n} 行的单元没有邻居，{done}：{names}。",
    "{n} row(s) where the weighted sum is the same for any order of the values: no z.": (
        "{n} 行的加权和与数值的排列无关：没有 z 值。"
    ),
    "{n} row(s) where I is the same for any order of the values: no z.": (
        "{n} 行的局部指数与数值的排列无关：没有 z 值。"
    ),
    "z has too few different values for four classes: {n} in {periods} period(s).": (
        "z 的不同取值太少，不足以分为四级：{periods} 个时期中只有 {n} 级。"
    ),
    "{n} permutations and {units} units: adjusted by {method}, the p of one unit alone cannot fall below {least}; "
    "permutations={enough} or more can bring it to {level}.": (
        "{n} 次置换、{units} 个单元：按 {method} 校正后，单个单元的 p 值不会低于 {least}；permutations={enough} "
        "或更多时才可能降至 {level}。"
    ),
    # Ellipses and networks.
    "Half axes: {factor}. Lengths are in the unit of the coordinates, areas in its square.": (
        "半轴：{factor}。长度的单位为坐标的单位，面积为其平方。"
    ),
    "Half axes: {factor}. Lengths are in {unit}, areas in square {same}.": (
        "半轴：{factor}。长度的单位为{unit}，面积为平方{unit}。"
    ),
    "Computed in {plane}; shifts are geodesics.": "在{plane}中计算；迁移距离与方向沿测地线。",
    "{n} ellipse(s) of points on a line: no minor axis, no area.": "{n} 个椭圆的点在一条直线上：没有短轴与面积。",
    "{n} ellipse(s) with equal axes have no azimuth.": "{n} 个椭圆的两轴相等，没有方位角。",
    "{name} holds neither numbers nor dates: shifts have no speed.": "{name} 既不是数值也不是日期：迁移没有速度。",
    "{network}. {paths}": "{network}；{paths}。",
    "{network}. {paths} Closeness: distances {way} a node.": "{network}；{paths}；接近中心度按{way}节点的距离计算。",
    "{n} network(s) of several components: path lengths are over the pairs that a path connects.": (
        "{n} 个网络不连通：平均路径长度只对可达的节点对求平均。"
    ),
    "{n} row(s) that link a node to itself left out.": "剔除 {n} 行自环。",
    "{n} row(s) merged into an edge that another row has too.": "{n} 行与其他行合并为同一条边。",
    "{n} row(s) of weight zero are no edges.": "{n} 行权重为零，不是边。",
    # Detectors.
    "p_value: noncentral F with σ² = {divisor}; it changes with the level of the outcome, p_central does not.": (
        "p_value：非中心 F 分布，σ² = {divisor}；它随因变量的水平而变，p_central 不变。"
    ),
    "p_permutation of factors: {n} permutations, seed {seed}.": "因子的 p_permutation：{n} 次置换，种子 {seed}。",
    "p_permutation of pairs: {n} permutations inside the strata of either, seed {seed}.": (
        "因子对的 p_permutation：在任一因子的分层内置换 {n} 次，种子 {seed}。"
    ),
    "Intervals of q ({level} %): studentised bootstrap, {n} replicates, seed {seed}.": (
        "q 值区间（{level}%）：学生化自助法，{n} 次重复，种子 {seed}。"
    ),
    "Strata of one unit: {singletons}; {done}.": "单样本分层：{singletons}；{done}。",
    "One stratum only, q is 0 and has no test: {names}.": "只有一个分层，q 为 0，没有检验：{names}。",
    "No units, or none that differ, are left in strata of two or more; there is no q: {names}.": (
        "剔除单样本分层后没有单元，或其数值全部相同，没有 q：{names}。"
    ),
    "As many strata as units, q is 1 and has no test: {names}.": "分层数与单元数相同，q 为 1，没有检验：{names}。",
    "More than 1000 strata, means are not compared in pairs: {names}.": "分层超过 1000 个，不作均值两两比较：{names}。",
    "q of classes that were chosen for their q is too large; see how it rises with k.": (
        "按 q 挑选的分级，其 q 偏大；宜看 q 如何随分级数上升。"
    ),
    "Not tried, since the method needs values above zero: {names}.": "未尝试（该方法要求数值大于零）：{names}。",
    "One class only, since all values are equal: {names}.": "数值全部相等，只有一级：{names}。",
    # Forests.
    "{n} rows are no more than node_size ({size}): only roots are split.": (
        "{n} 行不多于 node_size（{size}）：只有根节点可以分割。"
    ),
    "{n} row(s) repeat another one in the value and all factors: out-of-bag errors are too small; "
    "give groups that hold the "
    "copies together.": "{n} 行的因变量与全部因素和其他行相同：袋外误差偏小；请用 groups 把重复的行归为一组。",
    "Trees draw whole groups ({name}): the out-of-bag mean squared error is {error}, {ratio} times "
    "the {other} of a forest "
    "that draws single rows.": (
        "每棵树整组抽取（{name}）：袋外均方误差为 {error}，是逐行抽取的森林（{other}）的 {ratio} 倍。"
    ),
    "{n} factors: the out-of-bag error still moves by more than {share} of itself over the last half "
    "of {trees} trees.": ("{n} 个候选变量：在 {trees} 棵树的后半段，袋外误差的变动仍超过其自身的 {share}。"),
    "{names}: the same in every row.": "{names} 在各行相同。",
    "Bands ({level} %): forests grown again on {n} resamples of {drawn}, seed {seed}.": (
        "置信带（{level}%）：在 {n} 次{drawn}重抽样上重新生成森林，种子 {seed}。"
    ),
}

PHRASES: dict[str, dict[str, str]] = {
    "where": {"": "", " in {held}": "（{held}）"},
    "held": {"{names} (and {n} more)": "{names} 等，另有 {n} 个", "{names}": "{names}"},
    "consequence": {
        "it moves no distance": "对距离没有影响",
        "it normalises to 0 and its weight is 0": "标准化后为 0，权重为 0",
        "no tree can be split on it": "没有一棵树能按它分割",
    },
    "interval": {
        "estimate ± Student's t · standard error": "估计值 ± t 分位数 · 标准误",
        "studentised bootstrap within groups, {n} replicates, seed {seed}": "组内学生化自助法，{n} 次重复，种子 {seed}",
    },
    "kernel": {
        "gaussian": "高斯核",
        "epanechnikov": "Epanechnikov 核",
        "biweight": "双权核",
        "triweight": "三权核",
        "triangular": "三角核",
        "uniform": "均匀核",
        "cosine": "余弦核",
    },
    "bandwidth": {
        "given": "由使用者给定",
        "by the rule '{rule}'": "由“{rule}”规则求得",
        "by the rule '{rule}' for each coordinate": "各坐标由“{rule}”规则求得",
    },
    "bounds": {"{low} and {high}": "{low} 与 {high}", "{bound}": "{bound}"},
    "modes": {"one mode": "一个", "{n} modes": " {n} 个"},
    "why": {
        "the values have {n} distinct value(s)": "只有 {n} 个不同的数值",
        "ties make cut points coincide": "数值有重复，断点重合",
        "cut points outside the values are left out": "略去数据之外的断点",
        "cut points coincide within rounding": "断点在舍入误差内重合",
        "ties, or too few distinct values": "数值有重复，或不同的数值太少",
    },
    "kinds": {"{kinds}, {kind}": "{kinds}，{kind}", "{kind}": "{kind}"},
    "kind": {"{n} {state}": "{state} {n} 处"},
    "most": {"at most 0.5": "最大为 0.5", "at most 1": "最大为 1"},
    "series": {"the spatial lag": "空间滞后", "{name}": "{name} "},
    "division": {
        "the bounds given": "给定断点",
        "{state}, all periods together": "{state}，各期合并",
        "{state}, each period by itself": "{state}，逐期",
    },
    "end": {
        "a state at an end": "期初或期末的状态",
        "a state at an end or the spatial lag at the start": "期初或期末的状态，或期初的空间滞后",
    },
    "states": {"{states}, {state}": "{states}、{state}", "{state}": "{state}"},
    "done": {
        "left out": "予以剔除",
        "a class of their own, lag_state 0": "单独成为第 0 级（lag_state 为 0）",
        "which have no z": "没有 z 值",
        "which have no I": "没有局部指数",
        "which count with a lag of zero": "以空间滞后为零计入",
        "their units are left out, for each factor and pair by itself": "剔除其单元，各因子与因子对分别处理",
        "they stay, with variance 0": "予以保留，方差为 0",
    },
    "source": {
        "{source}, adjusted by {method} over the periods": "{source}，按 {method} 对各期校正",
        "{source}, adjusted by {method}": "{source}，按 {method} 校正",
        "{n} permutations (seed {seed})": " {n} 次置换（种子 {seed}）",
        "the normal distribution, conditional variance": "正态分布（条件方差）",
        "the normal distribution, total variance": "正态分布（全排列方差）",
        "the normal distribution": "正态分布",
        "{assumption}": "{assumption}",
    },
    "assumption": {"normality": "正态假设", "randomization": "随机化假设"},
    "again": {"": "", ", whose rows then add up to one again": "，其余各行重新归一"},
    "factor": {
        "standard deviations": "标准差",
        "standard deviations times √2": "标准差乘以 √2",
        "standard deviations times √(2 n/(n − 2))": "标准差乘以 √(2n/(n − 2))",
    },
    "unit": {"metres": "米", "kilometres": "千米"},
    "plane": {
        "Lambert's azimuthal equal-area projection centred on {place}": "以 {place} 为中心的兰勃特等积方位投影",
        "Albers' equal-area conic projection, standard parallels {first} and {second}, origin {place}": (
            "阿尔伯斯等积圆锥投影（标准纬线 {first} 与 {second}，原点 {place}）"
        ),
        "{name}": " {name} ",
    },
    "network": {"Directed": "有向网络", "Undirected": "无向网络"},
    "paths": {
        "Paths: every edge has length 1.": "路径长度：每条边计 1",
        "Paths: an edge has the length 1/weight.": "路径长度：每条边计权重的倒数",
        "Paths: an edge has its weight as length.": "路径长度：每条边计其权重",
    },
    "way": {"from": "自该", "to": "到该"},
    "singletons": {
        "{n} ({names}) and {crossed} crossed": "{n} 个（{names}），交叉分层 {crossed} 个",
        "{n} ({names})": "{n} 个（{names}）",
        "{crossed} crossed": "交叉分层 {crossed} 个",
    },
    "drawn": {"rows": "逐行", "whole groups": "整组"},
}
