"""Derivatives of functions: grad, vjp, jvp, jacobian, hessian and their kin, all from the one set of rules.

As in JAX: a verb takes a function and gives a function. Given arrays it returns arrays (so SciPy takes it as it
stands), given Tensors, Tensors; and it nests, to any order.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .core.node import Node, tick
from .core.primitive import Primitive
from .core.recorders import wrap
from .core.recording import current, enable_grad, setting
from .core.sweep import Picked, history, sweep
from .core.tensor import Tensor
from .ops import broadcast_to, copy, stack
from .ops.random import Draws


def alias(x: Tensor) -> Tensor:
    """Another node for the same value, so that a function's argument is told from other uses of the same Tensor, and
    can be written to inside."""
    n: Node = object.__new__(Node)
    m = x._node
    n.data, n.owner, n.op, n.inputs, n.need = m.data, None, copy.op, (m,), 1 if m.need else 0
    n.seq, n.context, n.statics, n.name = tick(), current(), {}, m.name
    return wrap(n)


class Primals:
    """A function's arguments, those that are differentiated made into Tensors with a history."""

    def __init__(self, what: str, args: Sequence[Any], argnums: int | Sequence[int]) -> None:
        self.what = what
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
            self.args[i] = self._leaf(args[i], i)
            self._trees.append(self.args[i])

    def _leaf(self, x: Any, i: int) -> Any:
        if isinstance(x, dict):
            return {k: self._leaf(v, i) for k, v in x.items()}
        if isinstance(x, list | tuple) and any(isinstance(v, Tensor | np.ndarray | list | tuple | dict) for v in x):
            return type(x)(self._leaf(v, i) for v in x)
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

        def gradient(x: Any) -> Any:
            if isinstance(x, dict):
                return {k: gradient(v) for k, v in x.items()}
            if isinstance(x, list | tuple):
                return type(x)(map(gradient, x))
            source = next(sources)
            g = got.get(source)
            return self.returned(np.zeros(source.shape, source.dtype) if g is None else g)

        results = tuple(map(gradient, self._trees))
        return results[0] if self.single else results

    def returned(self, value: Any) -> Any:
        """An array for a caller who gave arrays, else a Tensor."""
        if isinstance(value, tuple | list):
            return type(value)(map(self.returned, value))
        if self.arrays:
            return np.array(value._node.data if isinstance(value, Tensor) else value)[()]
        return value if isinstance(value, Tensor) else Tensor(np.array(value))


def _run(f: Callable[..., Any], primals: Primals, kwargs: dict[str, Any]) -> Any:
    with enable_grad():
        return f(*primals.args, **kwargs)


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
        out = _tensor(_run(f, primals, kwargs), "grad")
        if out.size != 1:
            raise ValueError(
                f"grad: the function returned shape {out.shape}, expected a scalar; reduce it (.sum(), .mean()), "
                "or take mg.jacobian or mg.vjp"
            )
        return primals.returned(out if primals.carrying or primals.arrays else out.detach()), primals.result(
            _pulled(primals, [out], [np.ones(out.shape, out.dtype)])
        )

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


def _outputs(out: Any, what: str) -> list[Tensor]:
    return [_tensor(o, what) for o in (out if isinstance(out, tuple | list) else (out,))]


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., tuple[Any, ...]]]:
    """(f's value, its pullback): the pullback takes a cotangent of the value's shape (a tuple of them for a tuple) and
    gives a tuple of cotangents, one a primal.

    Raises ValueError for a cotangent of another shape."""
    given = Primals("vjp", primals, range(len(primals)))
    out = _run(f, given, {})
    outs = _outputs(out, "vjp")

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        cotangents = list(cotangent) if isinstance(out, tuple | list) else [cotangent]
        if len(cotangents) != len(outs):
            raise ValueError(f"vjp: {len(cotangents)} cotangents for {len(outs)} values")
        for o, g in zip(outs, cotangents, strict=True):
            if np.shape(_array(g)) != o.shape:
                raise ValueError(f"vjp: the cotangent has shape {np.shape(_array(g))}, expected {o.shape}, the value's")
        return given.result(_pulled(given, outs, cotangents))  # type: ignore[no-any-return]

    return given.returned(out if given.carrying or given.arrays else _detached(out)), pullback


def _detached(out: Any) -> Any:
    if isinstance(out, tuple | list):
        return type(out)(map(_detached, out))
    return out.detach() if isinstance(out, Tensor) else out


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives f's Jacobian: shape of the value, then shape of the argument.

    One pullback an element of the value."""

    @functools.wraps(f)
    def evaluate(*args: Any, **kwargs: Any) -> Any:
        primals = Primals("jacobian", args, argnums)
        out = _tensor(_run(f, primals, kwargs), "jacobian")
        rows = []
        for k in range(out.size):
            e = np.zeros(out.shape, out.dtype)
            e.flat[k] = 1.0
            rows.append(primals.result(_pulled(primals, [out], [e])))

        def stacked(*parts: Any) -> Any:
            if isinstance(parts[0], dict):
                return {k: stacked(*(p[k] for p in parts)) for k in parts[0]}
            if isinstance(parts[0], list | tuple):
                return type(parts[0])(stacked(*p) for p in zip(*parts, strict=True))
            whole = stack(parts) if isinstance(parts[0], Tensor) else np.stack(parts)
            return whole.reshape((*out.shape, *np.shape(parts[0])))

        if rows:
            return stacked(*rows)
        empty = [np.zeros((*out.shape, *s.shape), s.dtype) for s in primals.sources]
        return primals.returned(empty[0] if primals.single else tuple(empty))

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
    out = _run(f, given, {})
    outs = _outputs(out, "jvp")
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
    found = [pushed.get(o._node, np.zeros(o.shape, o.dtype)) for o in outs]
    tangent = given.returned(type(out)(found) if isinstance(out, tuple | list) else found[0])
    return given.returned(out if given.carrying or given.arrays else _detached(out)), tangent


def _push(n: Node, pushed: dict[Node, Any], recorded: bool) -> Any:
    """The tangent of one node from those of its inputs."""
    op, kw = n.op, n.statics or {}
    assert op is not None
    moving = [i for i, p in enumerate(n.inputs) if isinstance(p, Node) and p in pushed]
    if op is Picked:  # one of several outputs: one of their tangents
        return pushed[n.inputs[0]][kw["which"]]
    value = (lambda p: wrap(p) if isinstance(p, Node) else p) if recorded else lambda p: getattr(p, "data", p) if isinstance(p, Node) else p
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
    with enable_grad():
        inputs = [alias(wrap(p)) if i in moving else wrap(p) if isinstance(p, Node) else p for i, p in enumerate(n.inputs)]
        targets = [inputs[i]._node for i in moving]
        statics = {k: v for k, v in (n.statics or {}).items() if k not in op.saves}
        out = op.call(*inputs, **statics)
        outs = list(out) if op.outputs > 1 else [out]
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


# ------------------------------------------------------------------------------------------------ checkpoint


def _again(*xs: Any, f: Callable[..., Any], count: int, draws: Draws) -> Any:
    """A checkpointed stretch of a computation, run again where its gradient is needed."""
    with setting(on=True, draws=draws.replay()):
        return f(*xs[:count])


_checkpoint = Primitive(_again, name="checkpoint")
_checkpoint.through_body = True


def checkpoint(f: Callable[..., Any], *args: Any) -> Any:
    """f(*args), keeping only its inputs and its value: what lies between is computed again in the backward pass, with
    the very same random draws. Tensors that f reads besides its arguments (parameters) get their gradients too.

    Raises TypeError unless f returns one Tensor."""
    if not current().on:
        return f(*args)
    draws = Draws()
    started = tick()
    inside = [alias(a) if isinstance(a, Tensor) else a for a in args]
    with setting(draws=draws):
        out = f(*inside)
    if not isinstance(out, Tensor):
        raise TypeError(f"checkpoint: the function returned {type(out).__name__}, expected one Tensor")
    if not out._node.need:
        return out
    own = {a._node: given for a, given in zip(inside, args, strict=True) if isinstance(a, Tensor)}
    outside: dict[Node, None] = {}
    for n in history(out._node)[0]:
        if n not in own and n.seq > started:
            for i, p in enumerate(n.inputs):
                if n.need >> i & 1 and p not in own and p.seq <= started:
                    outside[p] = None
    inputs = (*(a._node if isinstance(a, Tensor) else a for a in args), *outside)
    n: Node = object.__new__(Node)
    n.data, n.owner, n.op, n.inputs, n.seq, n.context = out._node.data, None, _checkpoint, inputs, tick(), current()
    n.need = sum(1 << i for i, p in enumerate(inputs) if isinstance(p, Node) and p.need)
    n.code, n.lasti = out._node.code, out._node.lasti
    n.statics = {"f": f, "count": len(args), "draws": draws}
    return wrap(n)
