"""The site: its pages' code runs and prints what they say, every public name is on a page, and it builds unwarned."""

from __future__ import annotations

import html
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from microgrid.diagram.renderer import RenderError, engines

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


def load(name: str) -> ModuleType:
    """A module of the site's own, which no path leads to."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / "_ext" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


blocks, docstrings = load("blocks"), load("docstrings")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_code_on_a_page_runs(page: Path) -> None:
    """Each block in turn, in one namespace; what is shown below a block is what it prints, or its error's message."""
    namespace = blocks.namespace(page)
    with blocks.elsewhere():
        for block in blocks.blocks(page):
            try:
                blocks.run(block, namespace)
            except AssertionError as e:
                if isinstance(e.__context__, RenderError) and not any(engines()):
                    pytest.skip(f"{block} draws, and here is no Graphviz: neither `dot` nor pygraphviz")
                raise


def test_pages_have_code() -> None:
    """The fences are found: an expression that matches nothing would pass everything."""
    assert sum(len(blocks.blocks(page)) for page in PAGES) > 30
    assert any(block.raises for page in PAGES for block in blocks.blocks(page))
    assert any(block.prints for page in PAGES for block in blocks.blocks(page))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```python\nprint(1)\n```\n", None),
        ("```python\n1 / 0\n```\n", "ZeroDivisionError"),
        ("```python raises=ValueError\nprint(1)\n```\n", "raised nothing"),
        ("```python raises=ValueError\n1 / 0\n```\n", "not ValueError"),
        ("```python raises=ZeroDivisionError\n1 / 0\n```\n\n```text\ndivision …\n```\n", None),
        ("```python raises=ZeroDivisionError\n1 / 0\n```\n\n```text\nsomething else\n```\n", "division by zero"),
        ("```python\nprint(1,  2)\n```\n\n```text\n1\n2\n```\n", None),
        ("```python\nprint(12)\n```\n\n```text\n1\n```\n", "12"),
        ("```python\nx = 1\n```\n\nwords\n\n```text\nnot its output\n```\n", None),
    ],
)
def test_a_page_that_lies_is_caught(tmp_path: Path, text: str, complaint: str | None) -> None:
    """Errors, errors that did not come, and output that differs are each told."""
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    (block,) = blocks.blocks(page)
    if complaint is None:
        blocks.run(block, {})
    else:
        with pytest.raises(AssertionError, match=complaint):
            blocks.run(block, {})


def test_lines_of_a_page_are_its_own(tmp_path: Path) -> None:
    """A traceback through a page's code names the page's line."""
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n```python\ndef f():\n    return 1 / 0\n```\n\n```python\nf()\n```\n", encoding="utf-8")
    namespace: dict[str, object] = {}
    first, second = blocks.blocks(page)
    blocks.run(first, namespace)
    with pytest.raises(AssertionError, match=r"(?s)page\.py., line 9.*f\(\).*page\.py., line 5.*return 1 / 0"):
        blocks.run(second, namespace)


def test_docstrings_become_restructured_text() -> None:
    """Fields become a list, indented code stays code, and nothing in prose is taken for markup."""
    lines = ["Sum of *xs, x_ and |x|.", "", "x:  what it is,", "    and more.  y: the other.", "Raises `ValueError`."]
    assert docstrings.restructured([*lines, "", "    f(x)"]) == [
        r"Sum of \*xs, x\_ and \|x\|.", "",
        "* ``x``: what it is, and more.", "* ``y``: the other.", "", "Raises ``ValueError``.", "",
        "::", "", "    f(x)", "",
    ]  # fmt: skip


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """As CI builds it; and each public name, each operation is on a page, with signature and docstring."""
    pytest.importorskip("sphinx", reason='the site needs pip install "microgrid[docs]"')
    pytest.importorskip("myst_parser", reason='the site needs pip install "microgrid[docs]"')
    pytest.importorskip("furo", reason='the site needs pip install "microgrid[docs]"')
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(DOCS), str(tmp_path)],
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pages = "".join(page.read_text() for page in (tmp_path / "api.html", *(tmp_path / "generated").glob("*.html")))
    import microgrid as mg

    constants = {"e", "inf", "nan", "newaxis", "pi", "bool", "bool_"}
    constants |= {"nn", "optim", "random", "reference", "linalg", "special", "interop"}
    wanted = {name for name in mg.__all__ if name not in constants and not isinstance(getattr(mg, name), type(float))}
    wanted |= {"Tensor", "Graph", "GraphError"}
    missing = [name for name in sorted(wanted) if f'id="microgrid.{name}"' not in pages]
    assert not missing, f"public, and on no page: {missing}"
    entry = re.search(r'<dt [^>]*id="microgrid.matmul">(.*?)</dl>\s*</dd></dl>', pages, re.S)
    assert entry, "matmul has no entry"
    text = " ".join(html.unescape(re.sub("<[^>]+>", " ", entry[1])).split())
    assert "matmul ( x , y )" in text and "Matrix product over the last two axes" in text
    assert "Gradient of x : g @ yᵀ Gradient of y : xᵀ @ g Torch : torch.matmul" in text
