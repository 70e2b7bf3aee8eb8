"""Checkpoints: a stretch of a computation that is run again for its gradient, instead of kept."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.errors import described
from ..core.node import GraphError, Node, tick
from ..core.primitive import Primitive
from ..core.recorders import wrap
from ..core.recording import current, setting
from ..core.sweep import history
from ..core.tensor import Tensor
from .random import Draws
from .shapes.shape import copied


def alias(x: Tensor) -> Tensor:
    """Another node for the same value, so that a function's argument is told from other uses of the same Tensor, and
    can be written to inside."""
    n: Node = object.__new__(Node)
    m = x._node
    n.data, n.owner, n.op, n.inputs, n.need = m.data, None, copied.op, (m,), 1 if m.need else 0
    n.seq, n.context, n.statics, n.name = tick(), current(), {}, m.name
    return wrap(n)


def _again(*xs: Any, f: Callable[..., Any], count: int, draws: Draws, value: Any) -> Any:
    """A checkpointed stretch of a computation, run again where its gradient is needed.

    Raises GraphError where it is not the same any more: its gradient would be wrong."""
    with setting(on=True, draws=draws.replay()):
        out = f(*(alias(x) if isinstance(x, Tensor) else x for x in xs[:count]))
    read_too = [x._node for x in xs[count:]]
    read = {id(p) for n in history(out._node, read_too, stop=True)[0] for p in (n, *n.inputs)} | {id(out._node)}
    for x in read_too:
        if id(x) not in read:
            raise GraphError(
                f"checkpoint: {described(x)}, which the function reads, was written before the backward pass; call "
                "backward() before the write, or pass it as an argument"
            )
    before = value() if isinstance(value, weakref.ref) else value
    close = float(np.sqrt(np.finfo(out.dtype).eps))
    if before is not None and not np.allclose(before, out._node.data, close, close, equal_nan=True):
        raise GraphError(
            "checkpoint: run again for its gradient, the function gave other values; what it reads must not change, "
            "and its draws must come from mg.random"
        )
    return out


checkpointed = Primitive(_again, name="checkpoint")
checkpointed.through_body = True


def checkpoint(f: Callable[..., Any], *args: Any) -> Any:
    """f(*args), keeping only its inputs and its value: what lies between is computed again in the backward pass, with
    the very same random draws. Tensors that f reads besides its arguments (parameters) get their gradients too.

    Raises TypeError unless f returns one Tensor; its backward GraphError where f gives other values by then."""
    if not current().on:
        return f(*args)
    draws = Draws(current().draws)
    started = tick()
    inside = [alias(a) if isinstance(a, Tensor) else a for a in args]
    with setting(draws=draws):
        out = f(*inside)
    if not isinstance(out, Tensor):
        raise TypeError(f"checkpoint: the function returned {type(out).__name__}, expected one Tensor")
    root = out._node
    if not root.need:
        return out
    given = [a._node if isinstance(a, Tensor) else a.copy() if isinstance(a, np.ndarray) else a for a in args]
    inputs = (*given, *outside(root, {a._node for a in inside if isinstance(a, Tensor)}, started))
    n: Node = object.__new__(Node)
    n.data, n.owner, n.op, n.inputs, n.seq, n.context = root.data, None, checkpointed, inputs, tick(), current()
    n.need = sum(1 << i for i, p in enumerate(inputs) if isinstance(p, Node) and p.need)
    n.code, n.lasti = root.code, root.lasti
    value = weakref.ref(root.data) if isinstance(root.data, np.ndarray) else root.data
    n.statics = {"f": f, "count": len(args), "draws": draws, "value": value}
    return wrap(n)


def outside(root: Node, own: set[Node], started: int) -> dict[Node, None]:
    """The nodes made before `started` that root was computed from, other than by way of its own arguments."""
    found: dict[Node, None] = {}
    seen, stack = {root, *own}, [root]
    while stack:
        n = stack.pop()
        if n in own:
            continue
        if n.seq <= started:
            found[n] = None
            continue
        for i, p in enumerate(n.inputs):
            if n.need >> i & 1 and p not in seen:
                seen.add(p)
                stack.append(p)
    return found
