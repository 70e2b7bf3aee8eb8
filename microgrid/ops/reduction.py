"""Reductions: many elements to one, along axes."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from ..core.dispatch import implements
from ..core.primitive import primitive
from ..core.tensor import Tensor, detach
from .arithmetic import Array
from .elementwise import sqrt
from .shape import broadcast_to, filled

__all__ = [
    "all", "any", "argmax", "argmin", "logsumexp", "max", "mean", "min", "std", "sum", "var",
]  # fmt: skip

# what np.sum, np.max and np.min call in the end, at a third of their cost (axis, dtype, out, keepdims)
added: Any = np.add.reduce
largest: Any = np.maximum.reduce
smallest: Any = np.minimum.reduce


def spread(g: Array, shape: tuple[int, ...], axis: Any, keepdims: bool) -> Array:
    """What was reduced over the axes, repeated along them: back to the shape before."""
    if not keepdims and shape and axis is not None:
        axes = {a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))}
        g = g.reshape(tuple(1 if k in axes else s for k, s in enumerate(shape)))
    return broadcast_to(g, shape=shape) if isinstance(g, Tensor) else filled(g, shape)


def count(shape: tuple[int, ...], axis: Any) -> int:
    """How many elements are reduced to one."""
    if axis is None or not shape:
        return math.prod(shape)
    return math.prod(shape[a] for a in (axis if isinstance(axis, tuple) else (axis,)))


def peak(x: Array, axis: Any) -> Array:
    """The largest along axes, kept, as a constant: what exponentials are shifted by, so that they do not overflow."""
    return largest(detach(x), axis, None, None, True) if x.size else x.dtype.type(0)


@primitive(name="sum", symbol="Σ", formula="Σ x", latex=r"\sum {x}", torch="sum",
           numpy=[np.sum, (np.add, "reduce")], linear=True)  # fmt: skip
def sum(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Sum over axes (all by default)."""
    return added(x, axis, None, None, keepdims)


sum.gradients(lambda g, x, axis, keepdims: spread(g, x.shape, axis, keepdims))


@primitive(symbol="mean", formula="Σ x / n", latex=r"\frac{1}{n} \sum {x}", torch="mean", numpy=[np.mean], linear=True)
def mean(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Arithmetic mean over axes (all by default)."""
    if x.dtype.itemsize < 4 or x.dtype.kind != "f" or x.size == 0:  # NumPy's cares for small dtypes, and warns of none
        return np.mean(x, axis, keepdims=keepdims)
    total = added(x, axis, None, None, keepdims)
    return total / x.dtype.type(count(x.shape, axis))


mean.gradients(lambda g, x, axis, keepdims: spread(g / count(x.shape, axis), x.shape, axis, keepdims))


def _winners(x: Array, out: Array, axis: Any, keepdims: bool) -> Array:
    """Each winner's share: a tie is shared evenly, as Torch's amax and amin do."""
    won = (detach(x) == spread(detach(out), x.shape, axis, keepdims)).astype(x.dtype)
    return won / won.sum(axis=axis, keepdims=True)


def _empty(x: tuple[int, ...], *, axis: Any, keepdims: bool) -> str | None:
    along = range(len(x)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if builtins.any(-len(x) <= a < len(x) and x[a] == 0 for a in along):
        return "no elements along the axis, and no largest or smallest of none"
    return None


@primitive(name="max", symbol="max", formula="max x", latex=r"\max {x}", torch="amax", explain=_empty,
           numpy=[np.max, np.amax, (np.maximum, "reduce")])  # fmt: skip
def max(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Largest over axes; a tie shares the gradient evenly, as Torch's amax."""
    return largest(x, axis, None, None, keepdims)


max.gradients(
    lambda g, x, out, axis, keepdims: spread(g, x.shape, axis, keepdims) * _winners(x, out, axis, keepdims),
)


@primitive(name="min", symbol="min", formula="min x", latex=r"\min {x}", torch="amin", explain=_empty,
           numpy=[np.min, np.amin, (np.minimum, "reduce")])  # fmt: skip
def min(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Smallest over axes; a tie shares the gradient evenly, as Torch's amin."""
    return smallest(x, axis, None, None, keepdims)


min.gradients(
    lambda g, x, out, axis, keepdims: spread(g, x.shape, axis, keepdims) * _winners(x, out, axis, keepdims),
)


@primitive(symbol="var", formula="Σ (x − mean x)² / (n − ddof)", torch="var", numpy=[np.var])
def var(x: Array, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Array:
    """Variance over axes; the divisor is n − ddof (Torch's default is ddof=1, NumPy's 0)."""
    return np.var(x, axis=axis, ddof=ddof, keepdims=keepdims)


def _var_x(g: Array, x: Array, axis: Any, ddof: float, keepdims: bool) -> Array:
    """2 g (x − mean x) / (n − ddof)"""
    n = builtins.max(count(x.shape, axis) - ddof, 0)
    return spread(2 * g, x.shape, axis, keepdims) * (x - mean(x, axis=axis, keepdims=True)) / n


var.gradients(_var_x)


@implements(np.std)
def std(x: Any, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """Standard deviation over axes: √var."""
    return sqrt(var(x, axis=axis, ddof=ddof, keepdims=keepdims))


@primitive(symbol="log Σ exp", formula="log Σ eˣ", latex=r"\log \sum e^{x}", torch="logsumexp")
def logsumexp(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """log of the sum of exponentials over axes, without overflow."""
    top = peak(x, axis)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore", over="ignore"):  # the log of 0 is −∞ here
        out = np.log(np.exp(x - top).sum(axis=axis, keepdims=True)) + top
    return out if keepdims else out.squeeze(axis)


def _logsumexp_x(g: Array, x: Array, out: Array, axis: Any, keepdims: bool) -> Array:
    """g eˣ⁻ᵒᵘᵗ, the softmax of x"""
    return spread(g, x.shape, axis, keepdims) * np.exp(x - spread(out, x.shape, axis, keepdims))


logsumexp.gradients(_logsumexp_x)


# ------------------------------------------------------------------------------------- declared without a gradient


@primitive(symbol="argmax", formula="argmax x", torch="argmax", numpy=[np.argmax], gradient=False, explain=_empty)
def argmax(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Index of the (first) largest along an axis, or in the flat array."""
    return np.argmax(x, axis=axis, keepdims=keepdims)


@primitive(symbol="argmin", formula="argmin x", torch="argmin", numpy=[np.argmin], gradient=False, explain=_empty)
def argmin(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Index of the (first) smallest along an axis, or in the flat array."""
    return np.argmin(x, axis=axis, keepdims=keepdims)


@primitive(name="all", symbol="∀", formula="∀ x", torch="all", numpy=[np.all], gradient=False)
def all(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Whether all elements along axes are true."""
    return np.all(x, axis=axis, keepdims=keepdims)


@primitive(name="any", symbol="∃", formula="∃ x", torch="any", numpy=[np.any], gradient=False)
def any(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Whether any element along axes is true."""
    return np.any(x, axis=axis, keepdims=keepdims)
