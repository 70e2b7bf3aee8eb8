"""A Graph as text: the main line of the computation from top to bottom, what joins it from the side indented."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from .node import Node

if TYPE_CHECKING:
    from .graph import Graph

LIMIT = 200  # lines; a longer tree is cut in its middle, and says so


def text_tree(graph: Graph) -> str:
    """From the outputs back to the inputs. Iterative, so that no depth is too deep."""
    depth: dict[Node, int] = {}
    for n in graph:
        inputs = [p for p in graph.operands(n) if isinstance(p, Node)]
        depth[n] = max((depth[p] for p in inputs), default=0) + (n.op is not None and not n.op.view)
    lines: list[str] = []
    shown: set[Node] = set()
    stack: list[tuple[str, Node]] = [("", n) for n in reversed(graph.outputs)]
    while stack:
        indent, n = stack.pop()
        if n in shown:
            lines.append(f"{indent}{graph.name(n)}  (above)")
            continue
        shown.add(n)
        lines.append(indent + line(graph, n))
        inputs = list(dict.fromkeys(p for p in graph.operands(n) if isinstance(p, Node)))
        main = max(inputs, key=depth.__getitem__, default=None)  # the longest way back; the first of equals
        if main is not None:
            stack.append((indent, main))
        stack += [(indent + "│  ", p) for p in reversed(inputs) if p is not main]
    if len(lines) > LIMIT:
        left = len(lines) - LIMIT
        lines = [*lines[: LIMIT // 2], f"… {left:,} more lines …", *lines[-LIMIT // 2 :]]
    if len(graph) == 1 and graph.nodes[0].op is None:
        lines.append(
            "(no history: compute it from Tensors made with requires_grad=True, or inside `with mg.record():`, "
            "or take mg.graph(f, *args))"
        )
    return "\n".join(lines)


def line(graph: Graph, n: Node) -> str:
    """`h = matmul(x, W1)   (1, 4) float64   3.8 … 5.6   step.py:1`"""
    called = graph.name(n)
    if n.op is not None:
        operands = ", ".join(graph.name(p) if isinstance(p, Node) else "released" if p is None else f"{p:g}" for p in graph.operands(n))
        called = f"{n.op.name}({operands})" if called.startswith(n.op.name) else f"{called} = {n.op.name}({operands})"
    else:
        called += "  (leaf)" if n.need else "  (constant)"
    file, number, _ = graph.line(n)
    where = f"{os.path.basename(file)}:{number}" if file else ""
    return "   ".join(filter(None, [called, f"{n.shape} {n.dtype}", value_range(n), where]))


def value_range(n: Node) -> str:
    """The value of a scalar, the range of an array."""
    if not n.available:
        return "freed or overwritten"
    value = np.asarray(n.data) if not isinstance(n.data, tuple) else None
    if value is None or value.dtype.kind not in "biuf" or not value.size:
        return ""
    if value.size == 1:
        return f"{value.item():.6g}"
    with np.errstate(invalid="ignore"):
        return f"{value.min():.4g} … {value.max():.4g}"
