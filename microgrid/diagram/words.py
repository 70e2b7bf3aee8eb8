"""What a card says of a recorded operation, in words: its title, the user's own expression, its formula."""

from __future__ import annotations

import ast
import itertools
import linecache
import math
import os
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from microgrid.core.node import Node
from microgrid.core.sweep import Picked
from microgrid.diagram.labels import clean, number
from microgrid.graphs import Graph

LONGEST = 24  # characters of an expression on a card
_JOINED = {
    "argmax": "ArgMax", "argmin": "ArgMin", "astype": "AsType", "divmod": "DivMod", "getitem": "GetItem",
    "isnan": "IsNaN", "isinf": "IsInf", "logsumexp": "LogSumExp", "matmul": "MatMul", "mse": "MSE", "nll": "NLL",
}  # fmt: skip
_FLIPPED = ("transpose", "matrix_transpose", "swapaxes")


def maker(n: Node) -> Node:
    """The node whose operation is spoken of: of one value of several, the operation that has them."""
    return n.inputs[0] if n.op is Picked else n


def title(n: Node) -> str:
    """The operation as a title: MatMul, LogSoftmax, DivMod [1]; "" for a leaf and for a mask, which has a name."""
    op = maker(n).op
    if op is None or op.symbol == "mask":
        return ""
    name = _JOINED.get(op.name) or "".join(w[:1].upper() + w[1:] for w in op.name.split("_"))
    return f"{name} [{(n.statics or {})['which']}]" if n.op is Picked else name


def given_name(graph: Graph, n: Node) -> str:
    """The name that somebody gave a node; "" where it is only numbered."""
    name = graph.name(n)
    made = n.op.name if n.op is not None else "leaf" if n.need else "constant"
    return "" if re.fullmatch(rf"{re.escape(made)}(\.\d+)?", name) else name


def is_scalar(graph: Graph, p: Any) -> bool:
    """Whether an operand is a plain number, or a Tensor of one that nobody named: told in words, no card of its own."""
    if not isinstance(p, Node):
        return p is not None
    return p.op is None and not p.need and p.shape == () and p.available and not given_name(graph, p)


def flips(n: Node) -> bool:
    """Whether it is nothing but a leaf that wants a gradient, transposed, as Torch's layers use their weights."""
    p = n.inputs[0] if n.op is not None and n.op.name in _FLIPPED and len(n.inputs) == 1 else None
    return isinstance(p, Node) and p.op is None and p.need < 0


def spelled(graph: Graph, p: Any) -> str:
    """An operand as an expression shows it; "" for a result that nobody named."""
    if p is None:
        return "released"
    if not isinstance(p, Node):
        return factor(float(p)) if isinstance(p, int | float | np.number | np.bool_) else clean(str(p), 12)
    if is_scalar(graph, p):
        return factor(np.asarray(p.data).item())
    if flips(p) and not given_name(graph, p):
        return spelled(graph, p.inputs[0]) + "ᵀ"
    name = given_name(graph, p)
    return clean(name if p.op is not None else name.rpartition(".")[2] if p.name else name, 16)


def factor(v: float) -> str:
    """A number among the operands, with more digits than one of many: 1.000001 is not told as 1."""
    return f"{v:.8g}".replace("-", "−") if math.isfinite(v) else number(v)


def expression(graph: Graph, n: Node) -> str:
    """The operation on its operands' names: "x @ W1", "+ bias", "max(h, 0)"; "" if it would say nothing new."""
    n = maker(n)
    op, operands = n.op, graph.operands(n)
    if op is None or not operands:
        return ""
    names = [spelled(graph, p) for p, given in zip(operands, n.inputs, strict=True) if given is not None]
    if not any(names):
        return ""
    if op.name == "getitem":
        return f"{names[0] or '…'}[{index_text((n.statics or {}).get('index'))}]"
    if len(names) == 2 and op.symbol and not any(c.isalnum() or c == " " for c in op.symbol):
        return " ".join(filter(None, (names[0], op.symbol, names[1] or "…")))
    if len(names) == 1 and op.name in _FLIPPED:
        return names[0] + "ᵀ"
    return f"{op.name}({', '.join(name or '…' for name in names[:4])}{', …' if len(names) > 4 else ''})"


def scalar_symbol(graph: Graph, n: Node) -> str:
    """The symbol with the number that it is applied to: "× 2.5", "1 −". "" where one operand leaves no doubt."""
    op, operands = maker(n).op, graph.operands(maker(n))
    if op is None or len(operands) == 1:
        return ""
    if len(operands) != 2 or not op.symbol or any(c.isalnum() for c in op.symbol):
        return op.symbol
    left, right = (spelled(graph, p) if p is not None and is_scalar(graph, p) else "" for p in operands)
    return " ".join(filter(None, (left, op.symbol, right)))


def index_text(index: Any) -> str:
    """An index as it is written between brackets: "0, 1:3, …"."""
    parts = index if isinstance(index, tuple) else (index,)
    return clean(", ".join(map(_one_index, parts)) or "()", 24)


def _one_index(i: Any) -> str:
    if isinstance(i, slice):
        ends = ["" if e is None else str(e) for e in (i.start, i.stop, i.step)]
        return ":".join(ends if ends[2] else ends[:2])
    if isinstance(i, np.ndarray) and i.ndim:
        return f"{'mask' if i.dtype.kind == 'b' else 'indices'} {i.shape}"
    return "…" if i is Ellipsis else str(i)


def formula(graph: Graph, n: Node) -> str:
    """The declared formula, and what its letters stand for here."""
    n = maker(n)
    op = n.op
    if op is None or not op.formula:
        return ""
    text = op.formula
    for key, value in (n.statics or {}).items():
        text = text.replace(f"{{{key}}}", index_text(value) if key == "index" else clean(str(value), 40))
    letters = op.inputs if op.arity is not None else ()
    operands = zip(letters, graph.operands(n), n.inputs, strict=False)
    told = [(x, spelled(graph, p)) for x, p, given in operands if given is not None]
    where = ", ".join(f"{x} = {name}" for x, name in told if name and name != x)
    return f"{text}\nwhere {where}" if where else text


# ---------------------------------------------------------------------------------- what only some operations can say


def _mask(n: Node) -> tuple[str, str]:
    """(what was drawn, what came of it) of a dropout mask."""
    statics, value = n.statics or {}, np.asarray(n.data)
    p, scale = statics.get("p", 1.0), statics.get("scale", 1.0)
    inverse = abs(scale * p - 1) < 1e-6
    scaled = "" if scale == 1 else f" / {p:.3g}" if inverse else f" × {scale:.3g}"
    kept = np.count_nonzero(value)
    many = value.size > 1000
    return f"Bernoulli({p:.3g}){scaled}", f"{kept / value.size:.0%} kept" if many else f"{kept} of {value.size} kept"


def _shares(n: Node) -> tuple[str, str]:
    """The axis along which a softmax sums to one."""
    axis = (n.statics or {}).get("axis", -1)
    return "", "" if n.dtype.kind != "f" or len(n.shape) < 1 else f"over axis {str(axis).replace('-', '−')}"


REMARKS: dict[str, Callable[[Node], tuple[str, str]]] = {
    "bernoulli": _mask, "softmax": _shares, "log_softmax": _shares,
}  # fmt: skip


# -------------------------------------------------------------------------------------------------- the user's source


class Sources:
    """The user's own lines, each looked up once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._lines: dict[tuple[Any, int], tuple[str, int, str]] = {}
        self._positions: dict[Any, list[Any]] = {}

    def line(self, n: Any) -> tuple[str, int, str]:
        """(file, line, text) where a node was made, or a scope entered."""
        key = (n.code, n.lasti)
        if key not in self._lines:
            self._lines[key] = self._graph.line(n)
        return self._lines[key]

    def where(self, n: Any) -> str:
        """"step.py:3"; "" where it is unknown."""
        file, line, _ = self.line(n)
        name = "cell" if "ipykernel_" in file or file.startswith("<ipython-input") else os.path.basename(file)
        return f"{name}:{line}" if file else ""

    def expression(self, n: Node) -> str:
        """The user's own expression that made a node, where it is short enough to be read; Python 3.10 keeps only its
        line, of which an assignment's left side is left away."""
        text = self._exact(n)
        if text is None:
            line = self.line(n)[2]
            text = re.sub(r"^(return\b|[\w.,\s\[\]]+=(?!=))\s*", "", line)
        text = " ".join(text.split())
        return text if len(text) <= LONGEST and _whole(text) else ""

    def _exact(self, n: Node) -> str | None:
        """The source text of the very instruction."""
        if n.code is None or not hasattr(n.code, "co_positions"):
            return None
        if n.code not in self._positions:
            self._positions[n.code] = list(itertools.islice(n.code.co_positions(), 50_000))
        spans = self._positions[n.code]
        if n.lasti // 2 >= len(spans):
            return None
        first, last, start, end = spans[n.lasti // 2]
        if None in (first, last, start, end):
            return None
        lines = [linecache.getline(n.code.co_filename, k).encode() for k in range(first, last + 1)]
        if not lines[-1]:
            return None
        lines[-1] = lines[-1][:end]
        lines[0] = lines[0][start:]
        return b" ".join(lines).decode(errors="replace")


def _whole(text: str) -> bool:
    """Whether it is an expression, not a piece of a statement."""
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True
