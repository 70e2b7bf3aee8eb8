"""A Graph as text: the main line of the computation from top to bottom, what joins it from the side indented."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from .node import Node

if TYPE_CHECKING:
    from .graph import Graph

LIMIT = 200  # lines; a longer tree is cut in its middle, and says so
OPERANDS = 8  # in one line


def text_tree(graph: Graph) -> str:
    """From the outputs back to the inputs. Iterative, so that no depth is too deep."""
    depth: dict[Node, int] = {}
    for n in graph:
        inputs = [p for p in graph.operands(n) if isinstance(p, Node)]
        depth[n] = max((depth[p] for p in inputs), default=0) + (n.op is not None and not n.op.view)
    rows: list[tuple[str, Node, bool]] = []  # indent, node, shown above
    shown: set[Node] = set()
    stack: list[tuple[str, Node]] = [("", n) for n in reversed(graph.outputs)]
    while stack:
        indent, n = stack.pop()
        rows.append((indent, n, n in shown))
        if n in shown:
            continue
        shown.add(n)
        inputs = list(dict.fromkeys(p for p in graph.operands(n) if isinstance(p, Node)))
        main = max(inputs, key=lambda p: (p.op is not None, p.seq), default=None)
        if main is not None:
            stack.append((indent, main))
        stack += [(indent + "│  ", p) for p in reversed(inputs) if p is not main]
    left = len(rows) - LIMIT
    kept = rows if left <= 0 else rows[: LIMIT // 2] + rows[-LIMIT // 2 :]
    lines = [indent + (f"{graph.name(n)}  (above)" if again else line(graph, n)) for indent, n, again in kept]
    if left > 0:
        lines.insert(LIMIT // 2, f"… {left:,} more lines …")
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
        operands = [operand(graph, p) for p in graph.operands(n)]
        if len(operands) > OPERANDS:
            operands[OPERANDS - 1 :] = [f"… {len(operands) - OPERANDS + 1} more"]
        call = f"{n.op.name}({', '.join(operands)})"
        called = call if called.startswith(n.op.name) else f"{called} = {call}"
    else:
        called += "  (leaf)" if n.need else "  (constant)"
    file, number, _ = graph.line(n)
    where = f"{os.path.basename(file)}:{number}" if file else ""
    return "   ".join(filter(None, [called, f"{n.shape} {n.dtype}", value_range(n), where]))


def operand(graph: Graph, p: Any) -> str:
    """An input as a line shows it."""
    return graph.name(p) if isinstance(p, Node) else "released" if p is None else f"{p:g}"


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
