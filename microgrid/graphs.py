"""Graph: a recorded computation taken in hand. What every reader reads: nodes in order, names, scopes, source lines."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .core.node import Freed, Node, Watched
from .core.recording import Scope, line_of, record, user_frame
from .core.sweep import seed, sweep
from .core.tensor import Tensor
from .core.views import View


class Graph:
    """The computation behind some Tensors, oldest node first; leaves and constants come before their first user.

    nodes:    its Nodes.  inputs: those that no recorded operation made.  outputs: those that were asked for.
    """

    def __init__(self, outputs: Sequence[Tensor], names: Mapping[Any, str] | None = None) -> None:
        self.outputs = tuple(t._node for t in outputs)
        self._constants: dict[tuple[Node, int], Node] = {}
        self.nodes = self._ordered()
        self.inputs = tuple(n for n in self.nodes if n.op is None)
        self._place = {n: i for i, n in enumerate(self.nodes)}
        self._users: dict[Node, list[Node]] = {n: [] for n in self.nodes}
        for n in self.nodes:
            for p in dict.fromkeys(p for p in self.operands(n) if isinstance(p, Node)):
                self._users[p].append(n)
        self._names = self._named(dict(names or {}))

    def _ordered(self) -> tuple[Node, ...]:
        seen: set[Node] = set(self.outputs)
        stack = list(self.outputs)
        made: list[Node] = []
        while stack:
            n = stack.pop()
            if n.op is not None:
                made.append(n)
                for p in self.operands(n):
                    if isinstance(p, Node) and p not in seen:
                        seen.add(p)
                        stack.append(p)
        made.sort(key=lambda n: n.seq)
        ordered: dict[Node, None] = {}
        for n in made:
            for p in self.operands(n):
                if isinstance(p, Node) and p.op is None:
                    ordered.setdefault(p)
            ordered[n] = None
        for n in self.outputs:
            ordered.setdefault(n)
        return tuple(ordered)

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __contains__(self, node: object) -> bool:
        return node in self._place

    def operands(self, n: Node) -> list[Any]:
        """A node's inputs: Nodes (arrays given as they were are constants), plain numbers, None for one released."""
        found: list[Any] = []
        for i, p in enumerate(n.parents()):
            if isinstance(p, np.ndarray) and p.ndim:
                p = self._constants.setdefault((n, i), Node(p))
            elif isinstance(p, np.ndarray):
                p = p.item()
            found.append(p)
        return found

    def users(self, n: Node) -> tuple[Node, ...]:
        """The nodes that a node is an input of."""
        return tuple(self._users[n])

    def name(self, n: Node) -> str:
        """What a node is called here, unlike any other: its given name, its path, its variable, or its operation."""
        return self._names[n]

    def scope(self, n: Node) -> tuple[Scope, ...]:
        """The scopes that a node was recorded in, outermost first; a leaf has none."""
        inner = n.context.scope if n.context is not None else None
        return inner.path if inner is not None else ()

    def line(self, n: Node) -> tuple[str, int, str]:
        """(file, line, text) of the user's code that made a node."""
        return line_of(n.code, n.lasti)

    def find(self, name: str) -> Node:
        """The node of a name. Raises KeyError naming the nearest."""
        for n, called in self._names.items():
            if called == name:
                return n
        import difflib

        near = difflib.get_close_matches(name, self._names.values(), 3, 0.4) or list(self._names.values())[:5]
        raise KeyError(f"no node is called {name!r}; near to it: {', '.join(near)}")

    def gradients(self, gradient: Any = None) -> dict[Node, Any]:
        """The cotangent of every node that carries one, computed again: arrays by node. Empty without a gradient."""
        (root,) = self.outputs[:1]
        if not root.need:
            return {}
        t: Tensor = object.__new__(Tensor)
        t._node = root
        found = sweep(root, seed(t, gradient, False, "gradients"), [n for n in self.nodes if n.need])
        return {n: g for n, g in found.items() if n in self._place}

    def _named(self, given: dict[Any, str]) -> dict[Node, str]:
        names: dict[Node, str] = {}
        taken: set[str] = set()
        count: dict[str, int] = {}
        for n in self.nodes:
            name = n.name or given.get(n) or (given.get(n.owner()) if n.owner is not None else None)
            if name is None:
                name = n.op.name if n.op is not None else "constant" if not n.need else "leaf"
            elif n.op is None and (path := self._path(n)) and n.name and "." not in name:
                name = f"{path}.{name}"
            unique = name
            while unique in taken:
                count[name] = count.get(name, 1) + 1
                unique = f"{name}.{count[name]}"
            taken.add(unique)
            names[n] = unique
        return names

    def _path(self, n: Node) -> str:
        """Where a module's parameter lives: the scopes of its first user, as far as modules opened them."""
        if not self._users[n] or n.need >= 0:
            return ""
        path = [s.name for s in self.scope(self._users[n][0]) if s.kind]
        return ".".join(path[1:] if len(path) > 1 else path)

    def __repr__(self) -> str:
        made = sum(n.op is not None for n in self.nodes)
        return f"<Graph of {made} operations on {len(self.inputs)} inputs>"

    def __str__(self) -> str:
        return text_tree(self)


def graph(of: Any, *args: Any, **kwargs: Any) -> Graph:
    """The Graph of a Tensor, of several, or of a call: `graph(f, *args)` runs f with every operation recorded.

    Raises TypeError for what is neither, or a function that gives no Tensor."""
    if isinstance(of, Graph):
        return of
    if isinstance(of, Tensor):
        return Graph([of], variables())
    if isinstance(of, tuple | list) and of and all(isinstance(t, Tensor) for t in of):
        return Graph(of, variables())
    if not callable(of):
        raise TypeError(f"graph: {type(of).__name__} given, expected Tensors, or a function and its arguments")
    names, given = _arguments(of, args)
    with record():
        out = of(*given, **kwargs)
    outs = [out] if isinstance(out, Tensor) else list(out) if isinstance(out, tuple | list) else []
    if not outs or not all(isinstance(t, Tensor) for t in outs):
        raise TypeError(
            f"graph: the function returned {type(out).__name__}, expected a Tensor; it may have left the graph through "
            ".numpy() or .item(), or used none of its arguments"
        )
    return Graph(outs, {**variables(), **names})


def _arguments(f: Callable[..., Any], args: Sequence[Any]) -> tuple[dict[Node, str], list[Any]]:
    """Arrays as Tensors, each named after its parameter."""
    import inspect

    try:
        parameters = [p.name for p in inspect.signature(getattr(f, "forward", f)).parameters.values()]
    except (ValueError, TypeError):
        parameters = []
    given, names = [], {}
    for i, a in enumerate(args):
        if isinstance(a, np.ndarray | list | float | np.generic):
            a = Tensor(a)
        if isinstance(a, Tensor) and a._node.op is None and i < len(parameters):
            names[a._node] = parameters[i]
        given.append(a)
    return names, given


def variables() -> dict[Any, str]:
    """What the user's code calls its Tensors, where microgrid was called: names without effort. By Node, and by handle
    for leaves that were updated since."""
    frame = user_frame()
    names: dict[Any, str] = {}
    if frame is None:
        return names
    for scope in (frame.f_locals, frame.f_globals):
        for name, value in list(scope.items()):
            if isinstance(value, Tensor) and name.isidentifier() and not name.startswith("_"):
                names.setdefault(value._own if isinstance(value, View) else value._node, name)
                names.setdefault(value, name)
    return names


def state(n: Node) -> str:
    """What a reader must know before it asks for a value: "" (there), "stale" or "freed"."""
    return "freed" if type(n) is Freed else "stale" if type(n) is Watched and not n.available else ""


# ------------------------------------------------------------------------------------------------ as text

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
        found = zip(graph.operands(n), n.inputs, strict=True)
        operands = [operand(graph, p) for p, given in found if given is not None]  # gone without
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
