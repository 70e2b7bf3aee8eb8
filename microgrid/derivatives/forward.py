"""Forward mode, for which no rule is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.node import Node
from ..core.recorders import wrap
from ..core.recording import current, enable_grad, setting
from ..core.sweep import Picked, history, sweep
from ..core.tensor import Tensor
from ..ops import broadcast_to
from ..ops.recompute import alias, checkpointed
from .primals import Primals, array_of, mapped, run, shape_of


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """(f's value, its directional derivative along the tangents). No rule is written for it: a tangent goes through
    the body of a linear operation, through the rules of an elementwise one (a diagonal Jacobian is its own
    transpose), and elsewhere through the vjp of that one operation's vjp.

    Raises ValueError for tangents of other shapes."""
    if len(primals) != len(tangents):
        raise ValueError(f"jvp: {len(tangents)} tangents for {len(primals)} primals")
    for x, t in zip(primals, tangents, strict=True):
        if shape_of(t) != shape_of(x):
            raise ValueError(f"jvp: a tangent has shape {shape_of(t)}, expected {shape_of(x)}")
    given = Primals("jvp", primals, range(len(primals)))
    out, outs = run(f, given, {})
    recorded = given.carrying or any(isinstance(t, Tensor) and t._node.need and current().on for t in tangents)
    pushed: dict[Node, Any] = {}
    for n, t in zip(given.sources, tangents, strict=True):
        t = array_of(t).astype(n.dtype) if not (recorded and isinstance(t, Tensor)) else t
        pushed[n] = Tensor(t) if recorded and not isinstance(t, Tensor) else t
    with setting(on=recorded, everything=current().everything and recorded):
        for o in outs:
            for n in reversed(history(o._node, given.sources, stop=True)[0]):
                if n not in pushed:
                    pushed[n] = _push(n, pushed, recorded)
    found = iter([pushed.get(o._node, np.zeros(o.shape, o.dtype)) for o in outs])
    return given.returned(out), mapped(lambda _: given._returned(next(found)), out)


def _push(n: Node, pushed: dict[Node, Any], recorded: bool) -> Any:
    """The tangent of one node from those of its inputs."""
    op, kw = n.op, n.statics or {}
    assert op is not None
    moving = [i for i, p in enumerate(n.inputs) if isinstance(p, Node) and p in pushed]
    if op is Picked:  # one of several outputs: one of their tangents
        return pushed[n.inputs[0]][kw["which"]]

    def value(p: Any) -> Any:
        return (wrap(p) if recorded else p.data) if isinstance(p, Node) else p

    if op.linear:
        parts = [
            pushed[p] if i in moving else np.zeros(np.shape(p.data if isinstance(p, Node) else p), n.dtype)
            for i, p in enumerate(n.inputs)
        ]
        return op.call(*parts, **kw)
    if op.elementwise and all(op.rule(i) for i in moving):
        total = None
        for i in moving:
            t, p = pushed[n.inputs[i]], n.inputs[i]
            if p.shape != n.shape:
                t = broadcast_to(t, shape=n.shape)
            r = op.rule(i).call(t, value(n), *map(value, n.inputs), kw)  # type: ignore[union-attr]
            total = r if total is None else total + r
        return total
    return _twice(n, moving, pushed, recorded)


def _twice(n: Node, moving: list[int], pushed: dict[Node, Any], recorded: bool) -> Any:
    """vjp of the vjp of one operation: the vjp is linear in its cotangent, so its own vjp is the jvp."""
    op = n.op
    assert op is not None
    statics = {k: v for k, v in (n.statics or {}).items() if k not in op.saves}
    own = statics.get("count", len(n.inputs)) if op is checkpointed else len(n.inputs)  # its others are read by closure
    with enable_grad():
        inputs = [wrap(p) if isinstance(p, Node) else p for p in n.inputs]
        inputs = [alias(x) if i in moving and i < own else x for i, x in enumerate(inputs)]
        targets = [inputs[i]._node for i in moving]
        out = (op.body if op.through_body else op.call)(*inputs, **statics)
        outs = list(out) if op.outputs > 1 else [out[0] if op.through_body and op.saves else out]
        us = [Tensor(np.zeros(o.shape, o.dtype), requires_grad=True) for o in outs]
        inner = None
        for o, u in zip(outs, us, strict=True):
            if not o._node.need:
                continue
            for p, g in sweep(o._node, u, targets, True, stop=True).items():
                if p in targets:
                    term = (g * pushed[n.inputs[moving[targets.index(p)]]]).sum()
                    inner = term if inner is None else inner + term
        zeros = [np.zeros(o.shape, o.dtype) for o in outs]
        if inner is None or not inner._node.need:
            return tuple(zeros) if op.outputs > 1 else zeros[0]
        one = np.ones((), inner.dtype)
        got = sweep(inner._node, Tensor(one) if recorded else one, [u._node for u in us], recorded)
    found = tuple(got.get(u._node, z) for u, z in zip(us, zeros, strict=True))
    return found if op.outputs > 1 else found[0]
