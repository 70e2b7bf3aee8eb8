"""`check`: a recorded graph beside Torch, node by node, and which operation is to blame where the two differ.

Three comparisons, so that a cause is told from what is wrong only because of it:

    the chain      the whole graph run in Torch, forward and backward: every value and gradient
    alone          each node fed microgrid's own inputs, under a random cotangent and its own: value and rules
    what arrives   the sum of what a node's users send it by their rules: is the sweep right?

A node that differs in the chain while every step on the way agrees alone differs by rounding that the computation
itself enlarges; the report says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.node import GraphError, Node
from ..core.sweep import seed, sweep
from ..core.tensor import Tensor
from ..graphs import Graph, graph, state
from . import compare
from .blame import Blame
from .compare import Difference, difference
from .local import Alone, alone, coarsest, drawn
from .replay import MISSING, Replay, parts, to_numpy, to_torch, torch_or_none
from .report import Report
from .twins import condition, twin


class Check:
    """The findings on one graph, before they are put into words."""

    def __init__(self, of: Graph, gradient: Any = None) -> None:
        self.graph = of
        self.rng = np.random.default_rng(0)
        self.values: dict[Node, Difference] = {}
        self.gradients: dict[Node, Difference] = {}
        self.alone: dict[Node, Alone] = {}
        self.arrives: dict[Node, Difference] = {}
        self.loose: dict[Node, float] = {}  # tolerances, added up along the chain
        self.loose_back: dict[Node, float] = {}
        self.notes: list[str] = []
        self.unread = ""  # why gradients could not be read
        self.seeds = self._seeds(gradient)
        self.grads = self._gradients()
        torch = torch_or_none()
        self.torch_version = torch.__version__.split("+")[0] if torch is not None else ""
        self.replay = Replay(torch) if torch is not None else None
        self._tolerances()
        if self.replay is not None:
            self._chain(self.replay)
        self._each()

    # ------------------------------------------------------------------------------------------------ microgrid's side
    def _seeds(self, gradient: Any) -> dict[Node, Any]:
        """{output: cotangent}: 1 for a scalar, as given, or random (ones would hide errors)."""
        found: dict[Node, Any] = {}
        for n in dict.fromkeys(self.graph.outputs):
            if n.need:
                t: Tensor = object.__new__(Tensor)
                t._node = n
                if gradient is not None:
                    found[n] = seed(t, gradient, False, "check")
                else:
                    found[n] = np.ones(n.shape, n.dtype) if n.shape == () else drawn(n.stored, self.rng)
        return found

    def _gradients(self) -> dict[Node, Any]:
        carrying = [n for n in self.graph if n.need]
        total: dict[Node, Any] = {}
        try:
            for root, g in self.seeds.items():
                for n, r in sweep(root, g, carrying).items():
                    if n in self.graph:
                        total[n] = r if n not in total else _added(total[n], r)
        except GraphError as error:
            self.unread = str(error)
            return {}
        return total

    # ------------------------------------------------------------------------------------------------- Torch's side
    def _tolerances(self) -> None:
        for n in self.graph:
            before = [p for p in self.graph.operands(n) if isinstance(p, Node)] if n.op is not None else []
            step = 0.0
            if n.op is not None and not n.op.random:
                step = condition(n) * compare.tolerance(
                    coarsest(n), compare.length([p.shape for p in before], n.shape, n.op.elementwise)
                )
            self.loose[n] = max((self.loose[p] for p in before), default=0.0) + step
        start = max(self.loose.values(), default=0.0)
        for n in reversed(self.graph.nodes):
            here, rounds = self.loose_back.setdefault(n, start + compare.tolerance(n.dtype)), condition(n)
            for p in self.graph.operands(n) if n.op is not None else []:
                if isinstance(p, Node) and p.need:
                    back = compare.back_length(p.shape, n.shape, n.op.elementwise)  # type: ignore[union-attr]
                    step = rounds * compare.tolerance(coarsest(n), back)
                    self.loose_back[p] = max(self.loose_back.get(p, 0.0), here + step)

    def _chain(self, replay: Replay) -> None:
        """All of it in Torch, one node after another; every gradient is compared as it arrives, and let go."""
        t = replay.torch
        values: dict[Node, Any] = {}
        for n in self.graph:
            freed = state(n) == "freed"
            lost = freed and (n.op is None or n.op.random or twin(n.op) is None)
            if lost or any(p not in values for p in _nodes(n)):
                continue
            out = replay.step(n, values)
            if n.op is None and n.need:
                out.requires_grad_()
            elif isinstance(out, t.Tensor) and any(out is values[p] for p in _nodes(n)):
                out = out.view_as(out)  # a tensor of its own, so that its gradient is its own
            values[n] = out
            if n.op is not None and not n.op.random and not freed:
                for mine, theirs in zip(parts(n.stored), parts(to_numpy(out))):
                    d = difference(mine, theirs, self.loose[n])
                    if n not in self.values or d.headroom > self.values[n].headroom or not d.ok:
                        self.values[n] = d
            if n.need and isinstance(out, t.Tensor) and out.requires_grad and not self.unread:
                out.register_hook(self._arriving(n))
        roots = [n for n in self.seeds if n in values and values[n].requires_grad]
        if roots and not self.unread:
            t.autograd.backward([values[n] for n in roots], [to_torch(t, self.seeds[n]) for n in roots])
            for n, g in self.grads.items():
                if n not in self.gradients and n in values and not isinstance(g, list) and values[n].requires_grad:
                    self.gradients[n] = difference(g, np.zeros_like(g), self.loose_back[n])

        roots, out = [], None
        while values:  # newest first: Torch frees a long chain that nothing holds any more by recursion, and crashes
            values.popitem()

    def _arriving(self, n: Node) -> Any:
        def compared(theirs: Any) -> None:
            mine = self.grads.get(n)
            if not isinstance(mine, list):
                got = to_numpy(theirs)
                self.gradients[n] = difference(np.zeros_like(got) if mine is None else mine, got, self.loose_back[n])

        return compared

    # -------------------------------------------------------------------------------------------------- node by node
    def _each(self) -> None:
        expected: dict[Node, Any] = dict(self.seeds)
        sizes: dict[Node, float] = {}
        for n in reversed(self.graph.nodes):
            arriving = expected.pop(n, None)
            g = self.grads.get(n)
            if n.op is None or n.op.random or n.op.name == "output":
                self._add_up(n, g, arriving, sizes.pop(n, 0.0))
                continue
            if isinstance(g, list):
                g = tuple(np.zeros_like(v) if p is None else p for p, v in zip(g, n.stored))
            else:
                self._add_up(n, g, arriving, sizes.pop(n, 0.0))
            self.alone[n] = found = alone(n, self.replay, self.rng, g)
            for i, r in found.given.items():
                p = n.inputs[i]
                expected[p] = r if p not in expected else expected[p] + r
                sizes[p] = sizes.get(p, 0.0) + float(np.max(np.abs(r), initial=0.0))
            found.given = {}
            if g is not None and not found.by:
                for p in _nodes(n):  # it was not judged, so what it sends is not known
                    expected[p] = np.nan

    def _add_up(self, n: Node, g: Any, arriving: Any, size: float) -> None:
        """size: of the terms; a small sum of large ones is not exact."""
        if g is None or arriving is None or isinstance(g, list) or np.shape(arriving) != np.shape(g):
            return
        d = difference(g, arriving, compare.tolerance(n.dtype, max(len(self.graph.users(n)), 1)), size)
        if not d.ok:
            self.arrives[n] = d


def _nodes(n: Node) -> list[Node]:
    return [p for p in n.parents() if isinstance(p, Node)]


def _added(a: Any, b: Any) -> Any:
    if isinstance(a, list):
        return [y if x is None else x if y is None else x + y for x, y in zip(a, b)]
    return a + b


def check(loss: Any, *args: Any, gradient: Any = None) -> Report:
    """Every value and every gradient of a recorded computation beside Torch's.

    loss: a Tensor, several, a Graph, or a function and its arguments.  gradient: the cotangent of the result; 1 for a
    scalar, random for anything else.
    The report is falsy when anything disagrees, and names what is to blame. Without Torch each operation is judged by
    finite differences. A NaN is allowed: the report says where the first one was born.
    Raises TypeError for what is no computation, ValueError for a gradient of the wrong shape.
    """
    of = graph(loss, *args)
    with np.errstate(all="ignore"):  # a NaN is part of the report, not a warning
        return Blame(Check(of, gradient)).report()


__all__ = ["MISSING", "Check", "check"]
