"""Derivatives of functions: grad, vjp, jvp, jacobian, hessian and their kin, all from the one set of rules.

As in JAX: a verb takes a function and gives a function. Given arrays it returns arrays (so SciPy takes it as it
stands), given Tensors, Tensors; and it nests, to any order.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from .core.node import Node, tick
from .core.recorders import wrap
from .core.recording import current, enable_grad, setting
from .core.sweep import Picked, history, sweep
from .core.tensor import Tensor, detach
from .ops import broadcast_to, stack
from .ops.recompute import alias, checkpointed, outside
from .ops.recompute import checkpoint as checkpoint

_within: ContextVar[bool] = ContextVar("within another verb's function", default=False)


def mapped(f: Callable[..., Any], *trees: Any) -> Any:
    """f of the leaves of nests of dicts, lists and tuples of one structure, in that structure. A list of numbers is a
    leaf."""
    x = trees[0]
    if isinstance(x, dict):
        return {k: mapped(f, *(t[k] for t in trees)) for k in x}
    if isinstance(x, list | tuple) and not (x and all(isinstance(v, float | int | np.generic) for v in x)):
        parts = [mapped(f, *vs) for vs in zip(*trees, strict=True)]
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    return f(*trees)


class Primals:
    """A function's arguments, those that are differentiated made into Tensors with a history."""

    def __init__(self, what: str, args: Sequence[Any], argnums: int | Sequence[int]) -> None:
        self.what, self.started = what, tick()
        self.single = isinstance(argnums, int)
        numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
        for i in numbers:
            if not -len(args) <= i < len(args):
                raise ValueError(f"{what}: argnums={i}, but the function was called with {len(args)} arguments")
        self.numbers = [i % len(args) for i in numbers]
        self.arrays, self.carrying = True, False
        self.sources: list[Node] = []
        self.args = list(args)
        self._trees = []
        for i in self.numbers:
            self.args[i] = mapped(lambda x, i=i: self._leaf(x, i), args[i])
            self._trees.append(self.args[i])

    def _leaf(self, x: Any, i: int) -> Any:
        if isinstance(x, Tensor):
            self.arrays = False
        else:
            x = Tensor(np.asarray(x))
        if x.dtype.kind != "f":
            raise TypeError(
                f"{self.what}: argument {i} is {x.dtype} {x.shape}; only floating-point numbers carry gradients. Give "
                "floats: np.array([[1., 2., 3.]]), or a.astype(float)"
            )
        if x._node.need and current().on:
            self.carrying = True
            inside = alias(x)
            self.sources.append(inside._node)
            return alias(inside)
        source = Node(x._node.data, -1, None, x._node.name)
        self.sources.append(source)
        return alias(wrap(source))

    def result(self, got: dict[Node, Any]) -> Any:
        """The gradients in the arguments' own structure; zeros where none flows."""
        sources = iter(self.sources)

        def gradient(_: Tensor) -> Any:
            source = next(sources)
            g = got.get(source)
            return self._returned(np.zeros(source.shape, source.dtype) if g is None else g)

        results = tuple(mapped(gradient, tree) for tree in self._trees)
        return results[0] if self.single else results

    def returned(self, value: Any) -> Any:
        """Arrays for a caller who gave arrays, else Tensors; with a history if his had one."""
        return mapped(self._returned if self.arrays or self.carrying else lambda x: self._returned(detach(x)), value)

    def _returned(self, value: Any) -> Any:
        if self.arrays:
            return np.array(value._node.data if isinstance(value, Tensor) else value)[()]
        return value if isinstance(value, Tensor) else Tensor(np.array(value))


def _run(f: Callable[..., Any], primals: Primals, kwargs: dict[str, Any]) -> tuple[Any, list[Tensor]]:
    """(f's value, as a list of Tensors). Where f closes over something that carries a gradient, so must what is
    derived from f: for Tensors, and within another verb's function; elsewhere arrays leave the graph."""
    within = _within.set(True)
    try:
        with enable_grad():
            out = f(*primals.args, **kwargs)
    finally:
        _within.reset(within)
    outs = [_tensor(o, primals.what) for o in (out if isinstance(out, tuple | list) else (out,))]
    on, own = current(), set(primals.sources)
    if not primals.carrying and (not primals.arrays or _within.get()) and (
        on.everything or (on.on and any(outside(o._node, own, primals.started) for o in outs))
    ):
        primals.arrays, primals.carrying = False, True
    return out, outs


def _tensor(out: Any, what: str) -> Tensor:
    if isinstance(out, Tensor):
        return out
    if isinstance(out, np.ndarray | np.generic | float | int):
        return Tensor(np.asarray(out, float))
    raise TypeError(f"{what}: the function returned {type(out).__name__}, expected a Tensor or a number")


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives (f's value, its gradient) with respect to the arguments numbered, each an array or a
    nest of lists and dicts of arrays.

    Raises ValueError unless f's value is a scalar, TypeError for integer arguments."""

    @functools.wraps(f)
    def evaluate(*args: Any, **kwargs: Any) -> Any:
        primals = Primals("grad", args, argnums)
        (out,) = _run(f, primals, kwargs)[1]
        if out.size != 1:
            raise ValueError(
                f"grad: the function returned shape {out.shape}, expected a scalar; reduce it (.sum(), .mean()), "
                "or take mg.jacobian or mg.vjp"
            )
        return primals.returned(out), primals.result(_pulled(primals, [out], [np.ones(out.shape, out.dtype)]))

    return evaluate


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives f's gradient with respect to the arguments numbered. `grad(grad(f))` and so on nest.

    Raises ValueError unless f's value is a scalar, TypeError for integer arguments."""
    both = value_and_grad(f, argnums)

    @functools.wraps(f)
    def evaluate(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return evaluate


def _pulled(primals: Primals, outs: Sequence[Tensor], cotangents: Sequence[Any]) -> dict[Node, Any]:
    """{source: cotangent}, recorded where the arguments themselves carry a gradient."""
    recorded = primals.carrying or any(isinstance(g, Tensor) and g._node.need and current().on for g in cotangents)
    pairs = [(o, g) for o, g in zip(outs, cotangents, strict=True) if o._node.need]
    if not pairs:
        return {}
    with setting(on=recorded, everything=current().everything and recorded):
        total: dict[Node, Any] = {}
        for out, g in pairs:
            g = (g if isinstance(g, Tensor) else Tensor(np.asarray(g))) if recorded else _array(g)
            for n, r in sweep(out._node, g, primals.sources, recorded, stop=True).items():
                total[n] = r if n not in total else total[n] + r
    return total


def _array(g: Any) -> Any:
    return np.asarray(g._node.data if isinstance(g, Tensor) else g)


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., tuple[Any, ...]]]:
    """(f's value, its pullback): the pullback takes a cotangent of the value's shape (a tuple of them for a tuple) and
    gives a tuple of cotangents, one a primal.

    Raises ValueError for a cotangent of another shape."""
    given = Primals("vjp", primals, range(len(primals)))
    out, outs = _run(f, given, {})

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        cotangents = list(cotangent) if isinstance(out, tuple | list) else [cotangent]
        if len(cotangents) != len(outs):
            raise ValueError(f"vjp: {len(cotangents)} cotangents for {len(outs)} values")
        for o, g in zip(outs, cotangents, strict=True):
            if np.shape(_array(g)) != o.shape:
                raise ValueError(f"vjp: the cotangent has shape {np.shape(_array(g))}, expected {o.shape}, the value's")
        return given.result(_pulled(given, outs, cotangents))  # type: ignore[no-any-return]

    return given.returned(out), pullback


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives f's Jacobian: shape of the value, then shape of the argument.

    One pullback an element of the value."""

    @functools.wraps(f)
    def evaluate(*args: Any, **kwargs: Any) -> Any:
        primals = Primals("jacobian", args, argnums)
        (out,) = _run(f, primals, kwargs)[1]
        rows = []
        for k in range(out.size):
            e = np.zeros(out.shape, out.dtype)
            e.flat[k] = 1.0
            rows.append(primals.result(_pulled(primals, [out], [e])))

        def stacked(*parts: Any) -> Any:
            whole = stack(parts) if isinstance(parts[0], Tensor) else np.stack(parts)
            return whole.reshape((*out.shape, *np.shape(parts[0])))

        if rows:
            return mapped(stacked, *rows)
        return mapped(lambda g: np.zeros((*out.shape, *g.shape), g.dtype), primals.result({}))

    return evaluate


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The function that gives the second derivatives of a scalar function: shape of the argument, twice."""
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function (x, v) → Hessian of f at x, times v; the Hessian itself is never formed."""

    @functools.wraps(f)
    def evaluate(x: Any, v: Any) -> Any:
        if np.shape(_array(v)) != np.shape(_array(x)):
            raise ValueError(f"hvp: v has shape {np.shape(_array(v))}, expected {np.shape(_array(x))}, the shape of x")
        return grad(lambda x: (grad(f)(x) * v).sum())(x)

    return evaluate


# ------------------------------------------------------------------------------------------------ forward mode


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """(f's value, its directional derivative along the tangents). No rule is written for it: a tangent goes through
    the body of a linear operation, through the rules of an elementwise one (a diagonal Jacobian is its own
    transpose), and elsewhere through the vjp of that one operation's vjp.

    Raises ValueError for tangents of other shapes."""
    if len(primals) != len(tangents):
        raise ValueError(f"jvp: {len(tangents)} tangents for {len(primals)} primals")
    for x, t in zip(primals, tangents, strict=True):
        if np.shape(_array(t)) != np.shape(_array(x)):
            raise ValueError(f"jvp: a tangent has shape {np.shape(_array(t))}, expected {np.shape(_array(x))}")
    given = Primals("jvp", primals, range(len(primals)))
    out, outs = _run(f, given, {})
    recorded = given.carrying or any(isinstance(t, Tensor) and t._node.need and current().on for t in tangents)
    pushed: dict[Node, Any] = {}
    for n, t in zip(given.sources, tangents, strict=True):
        t = _array(t).astype(n.dtype) if not (recorded and isinstance(t, Tensor)) else t
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
