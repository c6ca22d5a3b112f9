"""How the documentation is built: ``python docs/build.py``."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import regiometrics
from sphinx.application import Sphinx

project = "regiometrics"
author = "the regiometrics authors"
copyright = "the regiometrics authors; MIT licence"
version = release = regiometrics.__version__

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax"]
# Tables that scripts write, for the pages that include them.
exclude_patterns = ["_build", "jupyter_execute", "evidence/measured"]

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# The notebooks are pages of the site, with the outputs that `tests/run_notebooks.py` holds to those of the package.
rmtree(HERE / "notebooks", ignore_errors=True)
copytree(HERE.parent / "notebooks", HERE / "notebooks")
_index = HERE / "notebooks" / "README.md"
_text = _index.read_text(encoding="utf-8")
# In the order in which the tables have them.
_listed = "\n".join(re.findall(r"\((\w+)\.ipynb\)", _text))
_index.write_text(f"{_text}\n```{{toctree}}\n:hidden:\n\n{_listed}\n```\n", encoding="utf-8")
nb_execution_excludepatterns = ["notebooks/*"]

templates_path = ["_templates"]
default_role = "literal"
# Quotes stay straight: most of them stand around options.
smartquotes_action = "De"

# Pages with code cells run as they are built; a cell that raises or prints to stderr fails the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_output_stderr = "warn"
nb_merge_streams = True
# The default is a script from a network.
nb_ipywidgets_js: dict[str, Any] = {}
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 3

autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_imported_members = True
autodoc_typehints = "none"
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = "regiometrics"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
# Pages beside each other in the header need no second list of themselves.
html_sidebars: dict[str, list[str]] = {"*": [], "zh/quickstart": [], "zh/results": [], "zh/evidence": []}
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 8,
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
}

# Chinese text is shown in the font of the figures.
_fonts = Path(regiometrics.__file__).parent / "plotting" / "fonts"
html_static_path += [str(_fonts / "NotoSansSC-Regular-subset.ttf"), str(_fonts / "OFL.txt")]

# Formulas are set by MathJax from these files, which are copied into the site: nothing is fetched when a page opens.
_mathjax = find_spec("sphinx-mathjax-offline")
if _mathjax is None or _mathjax.origin is None:
    raise ImportError("the package sphinx-mathjax-offline is not installed: pip install 'regiometrics[docs]'")
html_static_path.append(str(Path(_mathjax.origin).parent / "static"))
mathjax_path = "mathjax/tex-chtml.js"
mathjax3_config = {"options": {"enableMenu": False}}


# What the theme writes around the Chinese pages.
_AROUND = {
    "Back to top": "回到顶部",
    "Collapse Sidebar": "收起侧栏",
    "Expand Sidebar": "展开侧栏",
    "More": "更多",
    "Next": "下一页",
    "next": "下一页",
    "On this page": "本页内容",
    "Previous": "上一页",
    "previous": "上一页",
    "Search": "搜索",
    "Section Navigation": "本节",
    "Skip to main content": "跳到正文",
    "next page": "下一页",
    "previous page": "上一页",
}


def _set_language(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object) -> None:
    """Mark the Chinese pages as Chinese, for fonts, hyphenation and readers aloud, and name what stands around them."""
    if page.startswith("zh/") or page.endswith("_zh"):
        context["language"] = "zh-CN"
        context["_"] = lambda text: _AROUND.get(text, text)


def _set_size(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object) -> None:
    """Show the figures that notebooks store in their own size; those of other pages have twice the dots."""
    if page.startswith("notebooks/"):
        app.add_css_file("notebooks.css", priority=900)


def _leave_records_out(
    app: Sphinx, what: str, name: str, made: object, options: object, signature: str, returns: str
) -> tuple[str, str] | None:
    """Leave out the signature of results: calls make them, and their attributes are listed."""
    return ("", "") if signature == "(**given)" else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect what is done to each page, and the search."""
    from chinese_search import EnglishAndChinese

    app.add_search_language(EnglishAndChinese)
    app.connect("html-page-context", _set_language)
    app.connect("html-page-context", _set_size)
    app.connect("autodoc-process-signature", _leave_records_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
