"""What the site does while Sphinx builds it: operations' declarations and hand-written docstrings become pages, and the
pictures are drawn by the code beside them."""

from __future__ import annotations

import functools
import html
import inspect
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import microgrid as mg
from microgrid import ops
from microgrid.cli import operations
from microgrid.cli.operations import gradients, names_in_torch, properties, title, where
from microgrid.core.primitive import Primitive
from microgrid.ops import primitives

from . import blocks
from .docstrings import restructured


class Picture(SphinxDirective):
    """A block of Python, and the Diagram that its last line gives; what the page ran before is there."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        page = Path(self.get_source_info()[0])
        code = "\n".join(self.content) + "\n"
        literal = nodes.literal_block(code, code, language="python")
        return [literal, nodes.raw("", f'<div class="picture">{drawn(page, code)}</div>', format="html")]


def drawn(page: Path, code: str) -> str:
    """The SVG of the Diagram at the end of a block, its page run up to there."""
    from microgrid.diagram import RenderError

    namespace = blocks.namespace(page)
    with blocks.elsewhere():
        for block in blocks.blocks(page):
            value = blocks.run(block, namespace)
            if block.code == code:
                try:
                    svg: str = value.svg
                except RenderError as e:
                    return f"<pre>{html.escape(str(e))}</pre>"
                return svg[svg.index("<svg") :]
    raise ValueError(f"{page}: the block was not found again:\n{code}")


# ------------------------------------------------------------------------------------------------ docstrings


def docstring(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Hand-written docstrings as reStructuredText; below an operation's, what its declaration says."""
    if what == "method" and not any(lines):  # a method of Tensor says what the function of its name says
        same = getattr(mg, name.rpartition(".")[2], None)
        lines[:] = (inspect.getdoc(same) or "").splitlines()[:1] if callable(same) else []
    lines[:] = restructured(lines)
    op = declared(name, obj)
    if op is not None:
        lines += ["", *declaration(op)]


def declared(name: str, obj: Any) -> Primitive | None:
    """The declaration behind a public function: its own, or the one of its name that it hands its arguments on to."""
    op: Primitive | None = getattr(obj, "op", None)
    if op is None and inspect.isfunction(obj):
        other = named().get(name)
        op = other if other is not None and other.body.__module__ == obj.__module__ else None
    return op


@functools.cache
def named() -> dict[str, Primitive]:
    """{`microgrid.` and a declaration's name: it}; each name of each page asks."""
    return {f"microgrid.{op.name}": op for op in primitives()}


def signature(app: Any, what: str, name: str, obj: Any, options: Any, signature: str, annotation: str) -> Any:
    """An operation's as its declaration has it."""
    if isinstance(getattr(obj, "op", None), Primitive):
        return operations.signature(obj.op), ""
    return signature, annotation


def declaration(op: Primitive) -> list[str]:
    """An operation's formula, gradients and properties as a field list."""
    facts = {"Value": literal(op.formula)}
    facts.update({f"Gradient of {x}" if x else "Gradient": literal(text) for x, text in gradients(op).items()})
    facts["Residuals"] = ", ".join(op.saves)
    facts["Torch"] = literal(names_in_torch(op))
    facts["Declared"] = ", ".join(properties(op))
    facts["Source"] = literal(where(op))
    return [f":{key.replace('*', chr(92) + '*')}: {text}" for key, text in facts.items() if text]


def literal(text: str) -> str:
    """Text as code."""
    return f"``{text}``" if text else ""


# ------------------------------------------------------------------------------------------------ generated pages


def public() -> dict[str, dict[Any, list[str]]]:
    """{module: {function: its names, `microgrid.matmul` or `microgrid.special.erfcx`, its own first}}: all that the
    face and its namespaces show, where each is written."""
    found: dict[str, dict[Any, list[str]]] = {}
    homes = {"": [*ops.__all__, *ops.later.NAMES], "special.": mg.special.__all__, "linalg.": mg.linalg.__all__,
             "random.": mg.random.__all__}  # fmt: skip
    for home, every in homes.items():
        namespace = getattr(mg, home[:-1]) if home else mg
        for name in every:
            obj = getattr(namespace, name)
            module = home_of(obj)
            if module.startswith("microgrid.ops."):
                found.setdefault(module, {}).setdefault(obj, []).append(f"microgrid.{home}{name}")
    for functions in found.values():
        for obj, names in functions.items():
            names.sort(key=lambda name: (name.count("."), name.rpartition(".")[2] != getattr(obj, "__name__", "")))
    return found


def home_of(obj: Any) -> str:
    """The module where a function is written."""
    op = getattr(obj, "op", None)
    return op.body.__module__ if isinstance(op, Primitive) else getattr(obj, "__module__", None) or ""


def write_operations(app: Any) -> None:
    """docs/generated/operations.md, and a page for each room of microgrid/ops."""
    shown, inner = public(), {}
    for op in primitives():
        inner.setdefault(op.body.__module__, []).append(op)
    rooms: dict[str, list[str]] = {}
    for module in [*inner, *(m for m in shown if m not in inner)]:
        rooms.setdefault(module.split(".")[2], []).append(module)
    pages = {}
    index = [(Path(app.srcdir) / "_ext" / "operations.md").read_text(encoding="utf-8"), "| | |", "|---|---|"]
    for room, modules in rooms.items():
        head = f"microgrid.ops.{room}"
        text = " ".join((sys.modules[head].__doc__ or "").split("\n\n")[0].split())
        index.append(f"| [{room}]({room}.md) | {text} |")
        lines = [f"# {room.capitalize()}", "", text, ""]
        for module in modules:
            if module != head:
                lines += [f"## {title(module)}", "", below_title(module), ""]
            lines += section(shown.get(module, {}), inner.get(module, []))
        pages[room] = lines
    pages["operations"] = [*index, "", "```{toctree}", ":hidden:", "", *rooms, "```", ""]
    target = Path(app.srcdir) / "generated"
    target.mkdir(exist_ok=True)
    for old in target.glob("*.md"):
        if old.stem not in pages:
            old.unlink()
    for name, lines in pages.items():
        file, text = target / f"{name}.md", "\n".join(lines)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def section(functions: dict[Any, list[str]], ops: list[Primitive]) -> list[str]:
    """A family: its public functions, their other names, and what only other operations call."""
    lines = []
    for obj, (name, *others) in functions.items():
        kind = "autofunction" if callable(obj) and not isinstance(obj, type) else "autoclass"
        lines += ["```{eval-rst}", f".. {kind}:: {name}"]
        for other in others:
            lines += ["", f".. py:data:: {other}", "", f"   The same as :py:func:`{name}`."]
        lines += ["```", ""]
    told = {getattr(obj, "op", None) for obj in functions}
    for op in ops:
        if op not in told and not any(declared(name, obj) is op for obj, names in functions.items() for name in names):
            lines += [f"**{op.name}**{operations.signature(op)}", "", op.doc.partition("\n")[0], ""]
            lines += ["```{eval-rst}", *declaration(op), "```", ""]
    return lines


def below_title(family: str) -> str:
    """A family's docstring, where it says more than the title."""
    text = (sys.modules[family].__doc__ or "").strip()
    return "" if text.rstrip(".") == title(family) else text


def setup(app: Any) -> dict[str, bool]:
    app.add_directive("picture", Picture)
    app.connect("autodoc-process-docstring", docstring)
    app.connect("autodoc-process-signature", signature)
    app.connect("builder-inited", write_operations)
    return {"parallel_read_safe": False}
