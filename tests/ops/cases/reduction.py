"""Reductions over axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Input, Refusal, Row, Variant, at, booleans, distinct, kink, on, once, real, refused

x, none = mg.tensor([[1.0, 2.0, 3.0]], name="x"), mg.zeros((2, 0))


def axes(draw: Callable[..., Input], **statics: Any) -> list[Variant]:
    """All axes, one, from the end, several, none; kept or not; a scalar, one element."""
    chosen: list[tuple[tuple[int, ...], Any]] = [
        ((3, 4), None), ((3, 4), 0), ((3, 4), -1), ((2, 3, 4), (0, 2)), ((2, 3, 4), (-1, 0)), ((2, 3), ()), ((1,), 0),
        ((), None), ((3, 1), 1), ((0, 3), 1),
    ]  # fmt: skip
    return [
        *(on(draw(*s), axis=a, **statics) for s, a in chosen),
        *(on(draw(*s), axis=a, keepdims=True, **statics) for s, a in chosen[:5]),
    ]


EMPTY = [on(real(0, 3), axis=0), on(real(0, 3), axis=None), on(real(2, 0), axis=-1, keepdims=True)]


def out_of_range(name: str) -> list[Refusal]:
    """An axis that x has not, one given twice, an argument unknown."""
    f = getattr(mg, name)
    return [
        refused(lambda: f(x, axis=2), np.exceptions.AxisError, name, "x (1, 3)", "axis 2 is out of bounds"),
        refused(lambda: f(x, axis=(0, -3)), np.exceptions.AxisError, name, "axis -3 is out of bounds"),
        refused(lambda: f(x, axis=(0, 0)), ValueError, name, "duplicate"),
        refused(lambda: f(x, dim=0), TypeError, name, "'dim'", "axis"),
        refused(lambda: f(x, 0, axis=0), TypeError, name, "axis"),
    ]


def _torch(name: str) -> Callable[..., Any]:
    """Torch's reduction, whose `dim` must be a tuple of all axes for NumPy's None, and must not be an empty one."""

    def reduce(x: Any, axis: Any = None, keepdims: bool = False, **more: Any) -> Any:
        over = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        if not over:  # Torch takes () for all axes: one of size 1 more does it
            return getattr(torch, name)(x[None], (0,), keepdim=False, **more)
        return getattr(torch, name)(x, over, keepdim=keepdims, **more)

    return reduce


def _logsumexp(x: np.ndarray, axis: Any = None, keepdims: bool = False) -> Any:
    return np.logaddexp.reduce(x, axis=axis, keepdims=keepdims)


TIES = at([[1.0, 3.0, 3.0, 0.0], [2.0, 2.0, 2.0, 2.0]])
NAN = at([[1.0, np.nan, 3.0], [1.0, 2.0, -np.inf]])
ARG = [on(distinct(3, 4)), on(distinct(3, 4), axis=0), on(distinct(3, 4), axis=-1, keepdims=True), on(TIES, axis=1),
       on(distinct(0, 3), axis=1), on(distinct())]  # fmt: skip
TRUTH = [on(booleans(3, 4)), on(booleans(3, 4), axis=0), on(booleans(2, 3, 4), axis=(0, -1), keepdims=True),
         on(booleans(0, 3), axis=0), on(booleans())]  # fmt: skip

ROWS = [
    Row("sum", mg.sum, np.sum, _torch("sum"), [*axes(real), *EMPTY], out_of_range("sum")),
    Row("mean", mg.mean, np.mean, _torch("mean"), axes(real), out_of_range("mean")),
    Row("max", mg.max, np.max, _torch("amax"), [*axes(distinct), kink(TIES), kink(TIES, axis=1), kink(TIES, axis=0),
        kink(at(2.0))], [*out_of_range("max"), refused(lambda: mg.max(none, axis=1), ValueError, "max", "(2, 0)",
            "no elements"),
        refused(lambda: mg.max(none), ValueError, "no elements")]),
    Row("min", mg.min, np.min, _torch("amin"), [*axes(distinct), kink(TIES), kink(TIES, axis=1), kink(TIES, axis=0)],
        [*out_of_range("min"), refused(lambda: mg.min(none, axis=1), ValueError, "min", "(2, 0)", "no elements")]),
    Row("var", mg.var, np.var, lambda x, ddof=0, **s: _torch("var")(x, correction=ddof, **s),
        [*axes(real), on(real(3, 4), axis=0, ddof=1), on(real(3, 4), axis=None, ddof=1.5, keepdims=True),
         on(real(5), ddof=2)], out_of_range("var")),
    Row("logsumexp", mg.logsumexp, _logsumexp, _torch("logsumexp"),
        [*axes(real), kink(at([[0.0, -np.inf], [-np.inf, 1.0]]), axis=1), once(at([-np.inf, -np.inf])),
         kink(at([[1e4, 1e4], [-1e4, 0.0]]), axis=1)],
        out_of_range("logsumexp"), dispatches=False),
    Row("argmax", mg.argmax, np.argmax, lambda x, axis=None, keepdims=False: torch.argmax(x, axis, keepdims), ARG, [
        refused(lambda: mg.argmax(x, axis=2), np.exceptions.AxisError, "argmax", "axis 2 is out of bounds"),
        refused(lambda: mg.argmax(none), ValueError, "argmax", "no elements")]),
    Row("argmin", mg.argmin, np.argmin, lambda x, axis=None, keepdims=False: torch.argmin(x, axis, keepdims), ARG, [
        refused(lambda: mg.argmin(x, axis=2), np.exceptions.AxisError, "argmin", "axis 2 is out of bounds")]),
    Row("all", mg.all, np.all, _torch("all"), TRUTH, out_of_range("all")),
    Row("any", mg.any, np.any, _torch("any"), TRUTH, out_of_range("any")),
]  # fmt: skip
