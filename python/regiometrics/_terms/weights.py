"""Terms of spatial weights."""

TERMS: dict[str, tuple[str, str]] = {
    "spatial_weights": ("Spatial weights", "空间权重"),
    "n_units": ("Units", "单元数"),
    "n_links": ("Links", "邻接关系数"),
    "link_density": ("Density of links", "邻接密度"),
    "n_neighbors": ("Neighbours per unit", "邻居数"),
    "row_sums": ("Row sums", "行和"),
    "n_components": ("Components", "连通分量数"),
    "islands": ("Islands", "孤岛"),
}
