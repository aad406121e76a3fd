"""How Sphinx builds the site: `make docs`. Offline, without warnings."""

import re
import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

project = "Nianbao 年报"
author = "The Nianbao authors"
copyright = "The Nianbao authors"  # noqa: A001 - Sphinx's name for it
version = release = installed("nianbao")
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
highlight_language = "text"
suppress_warnings = ["misc.highlighting_failure"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False

smartquotes = False  # a curly apostrophe is as wide as a character in Chinese fonts
html_theme = "furo"
html_title = "Nianbao 年报"
html_static_path = ["_static"]
html_css_files = ["nianbao.css"]
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
_SERIF = '"Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", Georgia, serif'
_SANS = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif'
html_theme_options = {
    "navigation_with_keys": True,
    "light_css_variables": {
        "color-brand-primary": "#8c1c13",
        "color-brand-content": "#8c1c13",
        "font-stack": _SANS,
        "font-stack--headings": _SERIF,
    },
    "dark_css_variables": {
        "color-brand-primary": "#f0a49c",
        "color-brand-content": "#f0a49c",
        "font-stack": _SANS,
        "font-stack--headings": _SERIF,
    },
}

_ELSEWHERE = {
    "../benchmarks/RESULTS.md": "benchmarks.md",
    "../README.md": "index.md",
    "../CHANGES.md": "changes.md",
}
"""Pages outside of this folder, and what stands for them on the site. A link to any other is its text alone there."""


_OUTSIDE = re.compile(r"\[([^\]\n]+)\]\((\.\./(?!docs/)[^)#\s]+)(?:#[^)\s]*)?\)")


def _relink(_app, docname, source):
    if "/" not in docname:  # in a folder of this one, ../ is this one
        source[0] = _OUTSIDE.sub(_inside, source[0])


def _inside(link):
    page = _ELSEWHERE.get(link[2])
    return f"[{link[1]}]({page})" if page else link[1]


def setup(app):
    """Have links out of this folder lead somewhere on the site."""
    app.connect("source-read", _relink)
