"""Reductions over axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Input, Refusal, Row, Variant, at, distinct, kink, nonzero, on, once, real, refused

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
        refused(lambda: f(x, dim=0, axis=0), TypeError, name, "two spellings", "dim", "axis"),
        refused(lambda: f(x, 0, axis=0), TypeError, name, "axis"),
    ]


def torch_over(name: str) -> Callable[..., Any]:
    """Torch's reduction, whose `dim` must be a tuple of all axes for NumPy's None, and must not be an empty one."""

    def reduce(x: Any, axis: Any = None, keepdims: bool = False, **more: Any) -> Any:
        over = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        if not over:  # Torch takes () for all axes: one of size 1 more does it
            return getattr(torch, name)(x[None], (0,), keepdim=False, **more)
        return getattr(torch, name)(x, over, keepdim=keepdims, **more)

    return reduce


def _product(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Torch's takes one axis at a time."""
    if axis is None and not keepdims:
        return torch.prod(x)
    over = range(x.ndim) if axis is None else np.atleast_1d(axis)
    for a in sorted((k % max(x.ndim, 1) for k in over), reverse=True):
        x = torch.prod(x, int(a), keepdim=keepdims)
    return x.clone()


def _logsumexp(x: np.ndarray, axis: Any = None, keepdims: bool = False) -> Any:
    return np.logaddexp.reduce(x, axis=axis, keepdims=keepdims)


TIES = at([[1.0, 3.0, 3.0, 0.0], [2.0, 2.0, 2.0, 2.0]])
NAN = at([[1.0, np.nan, 3.0], [1.0, 2.0, -np.inf]])
ZEROS = at([[2.0, 0.0, 3.0, -1.0], [0.0, 0.0, 4.0, 0.5], [1.5, 2.0, -3.0, 0.25]])

ROWS = [
    Row("sum", mg.sum, np.sum, torch_over("sum"), [*axes(real), *EMPTY], out_of_range("sum")),
    Row("mean", mg.mean, np.mean, torch_over("mean"), axes(real), out_of_range("mean")),
    Row("prod", mg.prod, np.prod, _product,
        [*axes(nonzero), *EMPTY, on(ZEROS), on(ZEROS, axis=0), on(ZEROS, axis=1), on(ZEROS, axis=-1, keepdims=True),
         on(at([[[1.0, 0.0], [2.0, 3.0]]]), axis=(0, -1)), on(at([0.0])), on(at(0.0)), on(at([2.0, 0.0]), axis=())],
        out_of_range("prod")),
    Row("max", mg.max, np.max, torch_over("amax"), [*axes(distinct), kink(TIES), kink(TIES, axis=1), kink(TIES, axis=0),
        kink(at(2.0))], [*out_of_range("max"), refused(lambda: mg.max(none, axis=1), ValueError, "max", "(2, 0)",
            "no elements"),
        refused(lambda: mg.max(none), ValueError, "no elements")]),
    Row("min", mg.min, np.min, torch_over("amin"),
        [*axes(distinct), kink(TIES), kink(TIES, axis=1), kink(TIES, axis=0)],
        [*out_of_range("min"), refused(lambda: mg.min(none, axis=1), ValueError, "min", "(2, 0)", "no elements")]),
    Row("logsumexp", mg.logsumexp, _logsumexp, torch_over("logsumexp"),
        [*axes(real), kink(at([[0.0, -np.inf], [-np.inf, 1.0]]), axis=1), once(at([-np.inf, -np.inf])),
         kink(at([[1e4, 1e4], [-1e4, 0.0]]), axis=1)],
        out_of_range("logsumexp"), dispatches=False),
]  # fmt: skip
