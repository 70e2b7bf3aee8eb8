"""The site: Markdown pages, and what is generated from the declarations while it is built. No network is needed."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import microgrid  # noqa: E402

project = "microgrid"
author = copyright = "The microgrid authors"
version = release = microgrid.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "_ext.site"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_ext", "examples"]
smartquotes = False  # code in a docstring stays code

html_theme = "furo"
html_title = "microgrid"
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}
html_static_path = ["_ext/static"]
html_css_files = ["microgrid.css"]
pygments_style = "friendly"
pygments_dark_style = "monokai"

autodoc_member_order = "bysource"
autodoc_typehints = "none"
