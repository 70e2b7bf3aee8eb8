"""Jacobians and Hessians: all rows in one sweep, the cotangents along a leading axis."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..ops import stack, zeros
from .primals import Primals, mapped, pulled, run
from .reverse import grad
from .rows import rows


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives f's Jacobian: shape of the value, then shape of the argument.

    All rows in one sweep, with the rules of operations that take many cotangents at once, the others row by row; one
    pullback a row where the Jacobian itself carries a gradient."""

    @functools.wraps(f)
    def evaluate(*args: Any, **kwargs: Any) -> Any:
        primals = Primals("jacobian", args, argnums)
        (out,) = run(f, primals, kwargs)[1]
        if not primals.carrying:
            found = rows(out._node, out.shape, primals.sources) if out._node.need else {}
            return primals.result({
                n: found[n].reshape((*out.shape, *n.shape)) if n in found else np.zeros((*out.shape, *n.shape), n.dtype)
                for n in primals.sources
            })  # fmt: skip
        one_by_one = []
        for k in range(out.size):
            e = np.zeros(out.shape, out.dtype)
            e.flat[k] = 1.0
            one_by_one.append(primals.result(pulled(primals, [out], [e])))
        if not one_by_one:
            return mapped(lambda g: zeros((*out.shape, *g.shape), g.dtype), primals.result({}))
        return mapped(lambda *parts: stack(parts).reshape((*out.shape, *parts[0].shape)), *one_by_one)

    return evaluate


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The function that gives the second derivatives of a scalar function: shape of the argument, twice."""
    return jacobian(grad(f, argnums), argnums)
