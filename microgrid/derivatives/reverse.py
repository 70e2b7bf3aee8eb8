"""Reverse mode: grad, value_and_grad, vjp, hvp."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .primals import Primals, pulled, run, shape_of


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives (f's value, its gradient) with respect to the arguments numbered, each an array or a
    nest of lists and dicts of arrays.

    Raises ValueError unless f's value is a scalar, TypeError for integer arguments."""

    @functools.wraps(f)
    def evaluate(*args: Any, **kwargs: Any) -> Any:
        primals = Primals("grad", args, argnums)
        (out,) = run(f, primals, kwargs)[1]
        if out.size != 1:
            raise ValueError(
                f"grad: the function returned shape {out.shape}, expected a scalar; reduce it (.sum(), .mean()), "
                "or take mg.jacobian or mg.vjp"
            )
        return primals.returned(out), primals.result(pulled(primals, [out], [np.ones(out.shape, out.dtype)]))

    return evaluate


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives f's gradient with respect to the arguments numbered. `grad(grad(f))` and so on nest.

    Raises ValueError unless f's value is a scalar, TypeError for integer arguments."""
    both = value_and_grad(f, argnums)

    @functools.wraps(f)
    def evaluate(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return evaluate


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., tuple[Any, ...]]]:
    """(f's value, its pullback): the pullback takes a cotangent of the value's shape (a tuple of them for a tuple) and
    gives a tuple of cotangents, one a primal.

    Raises ValueError for a cotangent of another shape."""
    given = Primals("vjp", primals, range(len(primals)))
    out, outs = run(f, given, {})

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        cotangents = list(cotangent) if isinstance(out, tuple | list) else [cotangent]
        if len(cotangents) != len(outs):
            raise ValueError(f"vjp: {len(cotangents)} cotangents for {len(outs)} values")
        for o, g in zip(outs, cotangents, strict=True):
            if shape_of(g) != o.shape:
                raise ValueError(f"vjp: the cotangent has shape {shape_of(g)}, expected {o.shape}, the value's")
        return given.result(pulled(given, outs, cotangents))  # type: ignore[no-any-return]

    return given.returned(out), pullback


def hvp(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function (x, v) → Hessian of f at x, times v; the Hessian itself is never formed."""

    @functools.wraps(f)
    def evaluate(x: Any, v: Any) -> Any:
        if shape_of(v) != shape_of(x):
            raise ValueError(f"hvp: v has shape {shape_of(v)}, expected {shape_of(x)}, the shape of x")
        return grad(lambda x: (grad(f)(x) * v).sum())(x)

    return evaluate
