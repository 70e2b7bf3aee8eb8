"""A function run on arguments that have been made sources of gradients, and what is pulled back to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from ..core.node import Node, tick
from ..core.recorders import wrap
from ..core.recording import current, enable_grad, setting
from ..core.sweep import sweep
from ..core.tensor import Tensor, detach
from ..ops.recompute import alias, outside

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


def run(f: Callable[..., Any], primals: Primals, kwargs: dict[str, Any]) -> tuple[Any, list[Tensor]]:
    """(f's value, as a list of Tensors). Where f closes over something that carries a gradient, so must what is
    derived from f: for Tensors, and within another verb's function; elsewhere arrays leave the graph."""
    within = _within.set(True)
    try:
        with enable_grad():
            out = f(*primals.args, **kwargs)
    finally:
        _within.reset(within)
    outs = [tensor_of(o, primals.what) for o in (out if isinstance(out, tuple | list) else (out,))]
    on, own = current(), set(primals.sources)
    if not primals.carrying and (not primals.arrays or _within.get()) and (
        on.everything or (on.on and any(outside(o._node, own, primals.started) for o in outs))
    ):
        primals.arrays, primals.carrying = False, True
    return out, outs


def tensor_of(out: Any, what: str) -> Tensor:
    """What a function returned. Raises TypeError for what is no number."""
    if isinstance(out, Tensor):
        return out
    if isinstance(out, np.ndarray | np.generic | float | int):
        return Tensor(np.asarray(out, float))
    raise TypeError(f"{what}: the function returned {type(out).__name__}, expected a Tensor or a number")


def pulled(primals: Primals, outs: Sequence[Tensor], cotangents: Sequence[Any]) -> dict[Node, Any]:
    """{source: cotangent}, recorded where the arguments themselves carry a gradient."""
    recorded = primals.carrying or any(isinstance(g, Tensor) and g._node.need and current().on for g in cotangents)
    pairs = [(o, g) for o, g in zip(outs, cotangents, strict=True) if o._node.need]
    if not pairs:
        return {}
    with setting(on=recorded, everything=current().everything and recorded):
        total: dict[Node, Any] = {}
        for out, g in pairs:
            g = (g if isinstance(g, Tensor) else Tensor(np.asarray(g))) if recorded else array_of(g)
            for n, r in sweep(out._node, g, primals.sources, recorded, stop=True).items():
                total[n] = r if n not in total else total[n] + r
    return total


def array_of(g: Any) -> Any:
    """A Tensor's value, or an array."""
    return np.asarray(g._node.data if isinstance(g, Tensor) else g)


def shape_of(g: Any) -> tuple[int, ...]:
    """The shape of a Tensor, an array or a number."""
    return np.shape(array_of(g))
