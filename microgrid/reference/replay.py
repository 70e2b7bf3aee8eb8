"""A recorded graph, run again in Torch: the same leaves, the same dtypes, the same draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..core.node import Node
from ..core.recorders import wrap
from ..core.recording import setting
from ..core.sweep import pull
from ..core.tensor import Tensor
from . import twins

MISSING = 'Torch is not installed; pip install "microgrid[torch]" compares every value and gradient with it'


def torch_or_none() -> Any:
    """The module, imported when a check first needs it; None where it is missing."""
    try:
        import torch
    except ImportError:
        return None
    return torch


def to_torch(t: Any, a: Any) -> Any:
    """A private Torch tensor of the same dtype and numbers."""
    a = np.array(a)
    if a.dtype.name in ("uint16", "uint32", "uint64"):
        a = a.astype(np.int64)
    return t.from_numpy(a if a.dtype.isnative else a.astype(a.dtype.newbyteorder("=")))


def to_numpy(x: Any) -> Any:
    """A Torch tensor's numbers (a tuple's, one by one)."""
    return tuple(map(to_numpy, x)) if isinstance(x, tuple) else x.detach().numpy()


class NoTwin(Exception):
    """An operation that Torch has no counterpart of, or none that could be called like this."""


class Replay:
    """Runs nodes in Torch. `run(n, xs)` is one node, given its inputs; `chain` is all of them, one after another."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.failed: dict[str, str] = {}  # operation: why Torch could not run it

    def run(self, n: Node, xs: list[Any]) -> Any:
        """The twin's value, of the recorded dtype. Raises NoTwin."""
        t, op = self.torch, n.op
        assert op is not None
        if op.through_body:
            return self._inside(n, xs)
        f = twins.twin(op)
        if f is None:
            raise NoTwin(op.name)
        if op.name == "output":
            return f(t, xs, n.statics or {}, n)
        try:
            given = self._promoted(n, xs)
            if not op.gradient:  # declared without; of some of these Torch refuses the derivative
                given = [x.detach() if isinstance(x, t.Tensor) else x for x in given]
            out = f(t, given, n.statics or {}, n)
        except Exception as error:
            if op.builtin and not isinstance(error, NotImplementedError):
                raise
            self.failed[op.name] = str(error).split("\n")[0]
            raise NoTwin(op.name) from error
        return out if isinstance(out, tuple) else self._cast(out, n)

    def _cast(self, out: Any, n: Node) -> Any:
        """As NumPy has it: an operation declared by a user too, for its own value is what is recorded."""
        wanted = twins.dtype_of(self.torch, n.dtype)
        return out if out.dtype == wanted else out.to(wanted)

    def _promoted(self, n: Node, xs: list[Any]) -> list[Any]:
        """The inputs in the dtype that NumPy computed in; Python numbers as 0-d tensors of it."""
        t = self.torch
        kinds = [
            None if x is None else x if type(x) in (int, float, bool) else np.dtype(str(x.dtype).removeprefix("torch."))
            for x in xs
        ]
        common, skip = twins.promotion(n, kinds)
        found = []
        for i, x in enumerate(xs):
            if x is None:
                pass
            elif type(x) in (int, float, bool):
                x = t.tensor(x, dtype=twins.dtype_of(t, n.dtype if i in skip or common is None else common))
            elif i in skip:
                if n.op is not None and n.op.name == "put" and x.dtype != twins.dtype_of(t, n.dtype):
                    x = x.to(twins.dtype_of(t, n.dtype))
            elif common is not None and x.dtype != (wanted := twins.dtype_of(t, common)):
                x = x.to(wanted)
            found.append(x)
        return found

    def operands(self, n: Node, value: Callable[[Node], Any]) -> list[Any]:
        """A node's inputs for `run`: Nodes by `value`, arrays as tensors, Python numbers and None as they are.

        Raises NoTwin where an input was released."""
        found = []
        for p, given in zip(n.parents(), n.inputs):
            if isinstance(p, Node):
                found.append(value(p))
            elif p is None and given is not None:
                raise NoTwin("released")
            else:
                found.append(p if p is None or type(p) in (int, float, bool) else to_torch(self.torch, p))
        return found

    def _inside(self, n: Node, xs: list[Any]) -> Any:
        """A checkpoint: its body recorded again, from the same inputs and draws, and that graph run."""
        steps, sources, root = inside(n)
        values = dict(zip(sources, (x for x, p in zip(xs, n.inputs) if isinstance(p, Node))))
        for m in steps:
            values[m] = self.step(m, values)
        return values[root]

    def step(self, m: Node, values: dict[Node, Any]) -> Any:
        """One node of a chain from the values before it: a constant or a draw is handed over, the rest is run."""
        if m.op is None or m.op.random:
            return to_torch(self.torch, m.stored)
        try:
            return self.run(m, self.operands(m, values.__getitem__))
        except NoTwin:
            return self.stand_in(m, values)

    def stand_in(self, m: Node, values: dict[Node, Any]) -> Any:
        """For an operation without a twin: microgrid's own body and rules, so that the chain goes on beyond it."""
        t = self.torch
        parents = [p for p in m.parents() if isinstance(p, Node) and p in values]
        places = [i for i, p in enumerate(m.inputs) if isinstance(p, Node) and p in values]

        class StandIn(t.autograd.Function):  # type: ignore[misc, name-defined]
            @staticmethod
            def forward(ctx: Any, *given: Any) -> Any:
                out = m.stored
                return tuple(to_torch(t, v) for v in out) if isinstance(out, tuple) else to_torch(t, out)

            @staticmethod
            def backward(ctx: Any, *gs: Any) -> Any:
                back: list[Any] = [None] * len(places)
                g = tuple(g.numpy() for g in gs)
                pulled = pull(
                    m, g if isinstance(m.stored, tuple) else g[0], set(map(m.inputs.__getitem__, places)), False
                )
                for i, (_, r) in zip(wanted(m), pulled):
                    back[places.index(i)] = to_torch(t, r)
                return tuple(back)

        if not m.need:
            return tuple(to_torch(t, v) for v in m.stored) if isinstance(m.stored, tuple) else to_torch(t, m.stored)
        return StandIn.apply(*(values[p] for p in parents))


def wanted(n: Node) -> list[int]:
    """The inputs that `pull` gives a cotangent for, in its order."""
    op = n.op
    assert op is not None
    whole = op.joint or not (op.rules or op.each)
    return [i for i, p in enumerate(n.inputs) if n.need >> i & 1 and isinstance(p, Node) and (whole or op.rule(i))]


def inside(n: Node) -> tuple[list[Node], list[Node], Node]:
    """(the nodes of a checkpoint's body, oldest first; those that stand for its inputs; its value)."""
    op = n.op
    assert op is not None
    sources = [p for p in n.inputs if isinstance(p, Node)]
    given = [wrap(p) if isinstance(p, Node) else p for p in n.inputs]
    with setting(on=True, everything=True):
        out = op.body(*given, **(n.statics or {}))
    assert isinstance(out, Tensor)
    root = out._node
    needed, stack = set(sources), [root]
    while stack:
        if (m := stack.pop()) not in needed:
            needed.add(m)
            stack.extend(p for p in m.parents() if isinstance(p, Node))
    return sorted(needed - set(sources), key=lambda m: m.seq), sources, root


def parts(value: Any) -> Iterator[Any]:
    """The arrays of a value: one, or several."""
    yield from value if isinstance(value, tuple) else (value,)
