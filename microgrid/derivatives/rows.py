"""The reverse sweep with many cotangents at once, along a leading axis: what a Jacobian's rows have in common is done
once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..core.node import Node
from ..core.primitive import Primitive
from ..core.sweep import Picked, history, pull

NUMBERS = 1 << 22  # so many numbers a node's cotangents may hold: more rows than that are swept in turns


def rows(root: Node, shape: tuple[int, ...], sources: Iterable[Node]) -> dict[Node, np.ndarray]:
    """{source: its gradient for every element of root, along a leading axis} of those that root depends on."""
    sources = list(sources)
    order, want = history(root, sources, stop=True)
    count = math.prod(shape)
    largest = max((math.prod(n.shape) for n in (*order, *sources)), default=1)
    step = max(1, NUMBERS // max(largest, 1))
    parts = []
    for start in range(0, count, step):
        g = np.zeros((min(step, count - start), count), root.dtype)
        g[np.arange(len(g)), np.arange(start, start + len(g))] = 1
        parts.append(_swept(order, want, root, g.reshape(len(g), *shape)))
    return {n: np.concatenate([p[n] for p in parts]) for n in (parts[0] if parts else ()) if n in set(sources)}


def _swept(order: list[Node], want: set[Node] | None, root: Node, g: np.ndarray) -> dict[Node, Any]:
    """{node: cotangents} of what no operation of the order has made."""
    grads: dict[Node, Any] = {root: g}
    got: Any
    for n in order:
        got = grads.pop(n, None)
        if got is None:
            continue
        if n.op is Picked:
            parts = grads.setdefault(n.inputs[0], [None] * len(n.inputs[0].stored))
            which = n.statics["which"]  # type: ignore[index]
            parts[which] = got if parts[which] is None else parts[which] + got
            continue
        for p, r in _pulled(n, got, want):
            grads[p] = r if p not in grads else grads[p] + r
    return grads


def _pulled(n: Node, g: Any, want: set[Node] | None) -> list[tuple[Node, Any]]:
    """(input, cotangents) of one operation: its rules given all of them where they take that, else one by one."""
    op, kw = n.op, n.statics or {}
    assert op is not None
    if type(g) is list:  # several outputs
        size = next(len(part) for part in g if part is not None)
        g = tuple(np.zeros((size, *v.shape), v.dtype) if part is None else part for part, v in zip(g, n.data))
    elif op.rules or op.each:
        if op.elementwise or op.batched is True:
            return _at_once(n, op, g, kw, want, lambda x: x)
        if op.batched and (statics := op.batched(kw, _first(n).shape, n.shape)) is not None:
            size = len(g)
            return _at_once(n, op, g, statics, want, lambda x: np.broadcast_to(x, (size, *np.shape(x))))
    found: dict[Node, list[Any]] = {}
    for k in range(len(g[0]) if type(g) is tuple else len(g)):
        one = tuple(part[k] for part in g) if type(g) is tuple else np.asarray(g[k])
        sums: dict[Node, Any] = {}
        for p, r in pull(n, one, want, recorded=False):
            sums[p] = r if p not in sums else sums[p] + r
        for p, r in sums.items():
            found.setdefault(p, []).append(r)
    return [(p, np.stack(rs)) for p, rs in found.items()]


def _first(n: Node) -> Any:
    return next(p for p in n.inputs if hasattr(p, "shape"))


def _at_once(
    n: Node, op: Primitive, g: np.ndarray, kw: dict[str, Any], want: set[Node] | None, lift: Callable[[Any], Any]
) -> list[tuple[Node, Any]]:
    """Each rule once, for all cotangents. lift: what gives an input the leading axis, where the rule needs it there."""

    def value(p: Any, name: str) -> Any:
        return lift(p.data if isinstance(p, Node) else p) if name in op.reads and p is not None else None

    kw = {k: lift(v) if k in op.saves else v for k, v in kw.items()}
    out = lift(n.data) if "out" in op.reads else None
    xs = [value(p, op.inputs[i if op.rules else 0]) for i, p in enumerate(n.inputs)]
    found = []
    for i, p in enumerate(n.inputs):
        rule = op.rule(i)
        if rule is not None and n.need >> i & 1 and (want is None or p in want):
            r = rule.call(g, out, xs, {**kw, "i": i}) if op.arity is None else rule.call(g, out, *xs, kw)
            found.append((p, _fit(np.asarray(r), len(g), p)))
    return found


def _fit(r: np.ndarray, size: int, p: Node) -> np.ndarray:
    """The cotangents summed back where the input was broadcast, cast to its dtype."""
    shape = p.shape
    lead = r.ndim - 1 - len(shape)
    axes = tuple(range(1, lead + 1)) + tuple(
        k + lead + 1 for k, s in enumerate(shape) if s == 1 and r.shape[k + lead + 1] != 1
    )
    r = (r.sum(axis=axes, keepdims=True) if axes else r).reshape(size, *shape)
    return r if r.dtype == p.dtype else r.astype(p.dtype)
