"""The reverse sweep: iterative, and ignorant of what an operation means.

On arrays it runs at NumPy's speed. Recorded (`create_graph`), the same rules run on Tensors, and so are differentiated
in turn: residuals then come from running the body again, so that they have a history too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from . import recorders
from .errors import spelled
from .node import GraphError, Node, free
from .primitive import Primitive
from .recorders import asarray, nd, wrap
from .recording import setting
from .tensor import Tensor, wrap_constant

Grads = dict[Node, Any]
_age: Any = vars(Node)["seq"].__get__


def fit(g: Any, shape: tuple[int, ...], dtype: np.dtype[Any], op: Primitive, i: int) -> Any:
    """A cotangent as its input has it: summed back where the input was broadcast, cast to its dtype.

    Raises ValueError, naming the rule, for a shape that broadcasting does not explain."""
    if g.shape != shape:
        lead = g.ndim - len(shape)
        axes = tuple(range(lead)) + tuple(k + lead for k, s in enumerate(shape) if s == 1 and g.shape[k + lead] != 1)
        fits = lead >= 0 and all(s in (1, g.shape[k + lead]) for k, s in enumerate(shape))
        if not (op.broadcasts and fits):
            which = op.inputs[min(i, len(op.inputs) - 1)]
            raise ValueError(
                f"{op.name}: the rule for {which} returned shape {g.shape}; expected {shape}, the shape of {which}"
                + ("" if op.broadcasts else " (declare broadcasts=True if the engine shall sum it back)")
            )
        g = (g.sum(axis=axes, keepdims=True) if axes else g).reshape(shape)
    return g if g.dtype is dtype or g.dtype == dtype else g.astype(dtype)


def history(
    root: Node, targets: Iterable[Node] | None = None, stop: bool = False
) -> tuple[list[Node], set[Node] | None]:
    """The nodes between the targets (all leaves) and root, newest first, and what a gradient must reach (None: all).

    stop: what lies behind a target is not looked at."""
    seen, stack = {root}, [root]
    order: list[Node] = []
    if stop and targets is not None:
        seen.update(targets)
    pop, push, note, mark = stack.pop, stack.append, order.append, seen.add
    while stack:
        n = pop()
        need = n.need
        if need > 0:
            note(n)
            for p in n.inputs:
                if need & 1 and p.need > 0 and p not in seen:  # a leaf ends here
                    mark(p)
                    push(p)
                need >>= 1
    order.sort(key=_age, reverse=True)  # creation order is a topological order
    if targets is None:
        return order, None
    want = set(targets)
    for n in reversed(order):
        if any(n.need >> i & 1 and p in want for i, p in enumerate(n.inputs)):
            want.add(n)
    return [n for n in order if n in want], want


def sweep(
    root: Node, g: Any, targets: Iterable[Node] | None = None, recorded: bool = False, freeing: bool = False,
    stop: bool = False,
) -> Grads:  # fmt: skip
    """{node: cotangent} for the leaves below root, and for targets and nodes that retain their gradient.

    g: the cotangent of root, an array; a Tensor if the sweep is recorded.
    """
    order, want = history(root, targets, stop)
    wanted = frozenset(targets or ())
    grads: Grads = {root: g}
    owned: set[Node] = set()  # whose array the engine made itself, and may add to in place
    kept: Grads = {}
    uses = _uses(order) if freeing else {}

    def add(p: Node, r: Any) -> None:
        if p not in grads:
            grads[p] = r
        elif p in owned and type(r) is nd:
            grads[p] += r
        else:
            grads[p] = grads[p] + r
            owned.add(p)

    r = g
    for k, n in enumerate(order):
        g = grads.pop(n, None)
        if g is None:
            continue
        if n.owner is not None or (wanted and n in wanted):
            kept[n] = g
        op: Any = n.op
        kind = 0 if recorded or type(n) is not Node else op.kind
        try:
            if kind == 2:
                a, b = n.inputs
                one, two = type(a), type(b)
                x = a.data if one is Node else a if one is nd or not isinstance(a, Node) else NotImplemented
                y = b.data if two is Node else b if two is nd or not isinstance(b, Node) else NotImplemented
                if x is NotImplemented or y is NotImplemented:  # stale or freed perhaps: read only what a rule names
                    kind = 0
                else:
                    need = n.need
                    if need & 1 and (want is None or a in want):
                        r = op.rules[0].call(g, n.data, x, y, None)
                        if two is nd and not y.ndim and op.trusted:
                            pass  # beside a constant of its own dtype (`recorders.constant`)
                        elif r.shape != x.shape or r.dtype is not x.dtype:
                            r = fit(r, x.shape, x.dtype, op, 0)
                        if a in grads:
                            add(a, r)
                        else:
                            grads[a] = r
                    if need & 2 and (want is None or b in want):
                        r = op.rules[1].call(g, n.data, x, y, None)
                        if r.shape != y.shape or r.dtype is not y.dtype:
                            r = fit(r, y.shape, y.dtype, op, 1)
                        if b in grads:
                            add(b, r)
                        else:
                            grads[b] = r
            elif kind:
                (a,) = n.inputs
                if type(a) is Node:
                    x = a.data
                    if op.into is not None and a in owned and type(grads.get(a)) is nd:
                        op.into(grads[a], g, **(n._statics or {}))  # one part of many: no array of the whole for each
                    else:
                        r = op.rules[0].call(g, n.data, x, n._statics if kind == 3 else None)
                        if r.shape != x.shape or r.dtype is not x.dtype:
                            r = fit(r, x.shape, x.dtype, op, 0)
                        if a in grads:
                            add(a, r)
                        else:
                            grads[a] = r
                            if op.into is not None:
                                owned.add(a)  # the rule made it
                else:
                    kind = 0
        except AttributeError:
            no_array(op, r)
            raise
        if not kind:
            if op is Picked:  # gather the cotangents of an operation with several outputs
                _gather(grads, n.inputs[0], n.statics["which"], g)  # type: ignore[index]
            else:
                for p, r in pull(n, _filled(g, n, recorded) if type(g) is list else g, want, recorded):
                    add(p, r)
        if freeing:
            order[k] = a = b = p = None  # type: ignore[call-overload, assignment]
            owned.discard(n)
            if n is not root and n.owner is None and sys.getrefcount(n) <= uses[n] + _ALONE:
                free(n)  # no handle shows it
    return {**grads, **kept}


def no_array(op: Primitive | None, r: Any) -> None:
    """TypeError for what a rule returned, if it is no array."""
    if not hasattr(r, "dtype"):
        name = op.name if op is not None else ""
        raise TypeError(f"{name}: a gradient rule returned {type(r).__name__}, expected an array of its input's shape")


def pull(n: Node, g: Any, want: set[Node] | None, recorded: bool) -> Iterator[tuple[Node, Any]]:
    """(input, cotangent) of one operation of any form, on arrays or on Tensors."""
    op, kw, need = n.op, n.statics or {}, n.need
    assert op is not None
    wanted = [i for i, p in enumerate(n.inputs) if need >> i & 1 and (want is None or p in want)]
    if op.joint and not recorded:
        needs = [i in wanted for i in range(len(n.inputs))]
        rs = op.joint.call(g, *_values(n, op.joint.reads, recorded), {**kw, "need": needs})
        for i in wanted:
            p = n.inputs[i]
            yield p, fit(asarray(rs[i]), p.shape, p.dtype, op, i)
        return
    if op.through_body or (recorded and op.saves):
        kw = _body_again(n, kw, wanted)
        if op.through_body:  # a checkpoint, or an operation with a joint rule alone, which is for arrays
            again = kw["again"]
            found = sweep(again._node, g, targets := [n.inputs[i] for i in wanted], recorded, stop=True)
            yield from ((p, found[p]) for p in dict.fromkeys(targets) if p in found)
            return
    for i in wanted:
        p, rule = n.inputs[i], op.rule(i)
        if rule is None:
            if not (op.rules or op.each):
                raise GraphError(
                    f"{op.name} was declared without gradient rules; add {op.name}.gradients(...), one rule an input, "
                    "or declare it with gradient=False"
                )
            continue  # declared None: no gradient flows here
        r = rule.call(g, *_values(n, rule.reads, recorded), {**kw, "i": i} if op.each else kw)
        no_array(op, r)
        yield p, fit(Tensor(r) if recorded and not isinstance(r, Tensor) else r, p.shape, p.dtype, op, i)


def _body_again(n: Node, kw: dict[str, Any], wanted: list[int]) -> dict[str, Any]:
    """The body run on Tensors: for its residuals with their history, where a rule reads them, or for its gradient."""
    op = n.op
    assert op is not None
    read: frozenset[str] = frozenset().union(*(r.reads for i in wanted if (r := op.rule(i))))
    if not op.through_body and not any(s in read and getattr(kw.get(s), "dtype", _FLOAT).kind == "f" for s in op.saves):
        return kw  # integers (the order of a sort) have no history
    xs = [wrap(p) if isinstance(p, Node) else p for p in n.inputs]
    with setting(on=True):
        again = op.body(*xs, **{k: v for k, v in kw.items() if k not in op.saves})
    if not op.saves:
        return {**kw, "again": again}
    again, *rest = again
    return {**kw, **dict(zip(op.saves, rest, strict=True)), "again": again}


_FLOAT = np.dtype(float)


def _values(n: Node, reads: frozenset[str], recorded: bool) -> list[Any]:
    """[out, *inputs] for a rule: only what it names is read, so that only that can be stale."""
    op = n.op
    assert op is not None

    def value(p: Any) -> Any:
        return (wrap(p) if recorded and p.available else p.data) if isinstance(p, Node) else p

    if not n.available and any(s in reads and s not in (n.statics or {}) for s in op.saves):
        n.data  # noqa: B018  raises: its residuals were freed with it
    out = None
    if "out" in reads:
        out = tuple(map(wrap, _outputs(n))) if recorded and op.outputs > 1 else value(n)
    if op.arity is None:
        return [out, [value(p) for p in n.inputs] if op.inputs[0] in reads else n.inputs]
    return [out, *(value(p) if name in reads else None for p, name in zip(n.inputs, op.inputs, strict=True))]


def _uses(order: list[Node]) -> dict[Node, int]:
    """How often each node is an input of another: the references that the graph itself holds."""
    uses = dict.fromkeys(order, 0)
    for n in order:
        for p in n.inputs:
            if isinstance(p, Node) and p in uses:
                uses[p] += 1
    return uses


# ------------------------------------------------------------------------------------------------ several outputs


def _pick(x: Any, *, which: int) -> Any:
    """One value of an operation that has several."""
    return x[which]


Picked = Primitive(_pick, name="output")
recorders.Picked = Picked


def _outputs(n: Node) -> list[Node]:
    return [recorders.output(n, i) for i in range(n.op.outputs)]  # type: ignore[union-attr]


def _gather(grads: Grads, n: Node, i: int, g: Any) -> None:
    """Add to the i-th cotangent of n."""
    parts = grads.setdefault(n, [None] * len(n.stored))
    parts[i] = g if parts[i] is None else parts[i] + g


def _filled(parts: list[Any], n: Node, recorded: bool) -> tuple[Any, ...]:
    """The cotangents of several outputs, zeros where none came."""
    zeros = (np.zeros_like(v) if g is None else g for g, v in zip(parts, n.data, strict=True))
    return tuple(Tensor(g) if recorded and not isinstance(g, Tensor) else g for g in zeros)


# ------------------------------------------------------------------------------------------------ backward


def seed(y: Tensor, gradient: Any, recorded: bool, what: str = "backward") -> Any:
    """The cotangent to begin with: given, or 1 for a scalar.

    Raises GraphError for something without a graph, ValueError for a shape that is not y's."""
    n = y._node
    if not n.need:
        raise GraphError(
            f"{what}: {spelled(y, 'the result')} {n.shape} carries no gradient: nothing that it was computed from "
            "requires one, or it was computed under no_grad or detached. Make the inputs with requires_grad=True"
        )
    if gradient is None:
        if n.shape and y.size != 1:
            raise ValueError(
                f"{what}: {spelled(y, 'the result')} has shape {n.shape}; only a scalar has a gradient of 1 to begin "
                f"with. Reduce it (.sum(), .mean()), or pass gradient= of shape {n.shape}"
            )
        if not recorded:
            return np.ones(n.shape, n.dtype) if n.shape else n.dtype.type(1)
        gradient = np.ones(n.shape, n.dtype)
    g = gradient if isinstance(gradient, Tensor) else asarray(gradient)
    if g.shape != n.shape:
        raise ValueError(
            f"{what}: gradient has shape {g.shape}, expected {n.shape}, the shape of {spelled(y, 'the result')}"
        )
    if g.dtype != n.dtype:
        g = g.astype(n.dtype)
    if recorded:
        return g if isinstance(g, Tensor) else Tensor(g)
    return asarray(g._node.data) if isinstance(g, Tensor) else g


def backward(y: Tensor, gradient: Any, create_graph: bool, retain_graph: bool) -> None:
    """`Tensor.backward`: the leaves' gradients, accumulated in their handles' `.grad`."""
    g = seed(y, gradient, create_graph)
    if create_graph:
        with setting(on=True):
            got = sweep(y._node, g, recorded=True)
    else:
        got = sweep(y._node, g, freeing=not retain_graph)
    while got:
        n, g = got.popitem()
        t = n.owner() if n.owner is not None else None
        if t is None:
            continue
        before = t.grad
        if create_graph:
            t._grad = g if before is None else before + g
        elif before is not None:
            t._grad = wrap_constant(before._node.data + g)
        elif type(g) is nd and g.base is None and g.flags.writeable and sys.getrefcount(g) <= _ARRAY:
            t._grad = wrap_constant(g)  # nobody else holds it
        else:
            t._grad = wrap_constant(np.array(g))


def _calibrate() -> None:
    """Reference counts of what nobody else holds, on this Python: a node in `sweep`, an array in `backward`."""
    global _ALONE, _ARRAY
    _ALONE = _ARRAY = -1
    got = {None: np.zeros(1)}
    while got:
        _, g = got.popitem()
        _ARRAY = sys.getrefcount(g)
    order = [Node(0.0)]
    for k, n in enumerate(order):
        order[k] = None  # type: ignore[call-overload]
        _ALONE = sys.getrefcount(n) + 1  # the key of `uses`


_ALONE = _ARRAY = -1
_calibrate()
