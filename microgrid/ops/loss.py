"""Losses."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from ..core.primitive import primitive
from ..core.tensor import detach
from .activation import log_softmax
from .arithmetic import Array
from .elementwise import exp
from .indexing import scatter
from .reduction import largest, smallest

__all__ = [
    "cross_entropy", "mse", "nll",
]  # fmt: skip

REDUCTIONS = ("mean", "sum", "none")


def _reduced(values: Array, reduction: str, n: int) -> Array:
    """Losses, one an example, reduced as asked."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction is {reduction!r}, expected 'mean', 'sum' or 'none'")
    return values if reduction == "none" else values.sum() / n if reduction == "mean" else values.sum()


def _each(g: Array, reduction: str, n: int, axis: int) -> Array:
    """The cotangent of each example's loss, to multiply what has the classes along an axis."""
    return np.expand_dims(g, axis) if reduction == "none" else g / n if reduction == "mean" else g


def _examples(x: Array, axis: int) -> int:
    """How many losses there are: Torch's mean is over these, whatever the probabilities sum to."""
    return builtins.max(math.prod(_without(x.shape, axis)), 1)


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    axis %= len(shape)
    return shape[:axis] + shape[axis + 1 :]


def _are_indices(t: Array) -> bool:
    return t.dtype.kind in "iu"


def _at(t: Array, x: Array, axis: int) -> tuple[Any, ...]:
    """The index that takes from x, at each example, the entry of class t."""
    index = [np.arange(n).reshape(-1, *(1,) * (t.ndim - k)) for k, n in enumerate(t.shape, 1)]
    index.insert(axis % x.ndim, np.asarray(detach(t)))
    return tuple(index)


def _taken(x: Array, t: Array, axis: int) -> Array:
    """x at each example's class t.

    Raises ValueError for a target of another shape, IndexError for classes that x has not."""
    t = np.asarray(detach(t))
    if t.shape != _without(x.shape, axis):
        raise ValueError(
            f"the target is {t.dtype} {t.shape}; class indices have the shape {_without(x.shape, axis)}, and "
            f"probabilities (one-hot ones too) are floats of shape {x.shape}: t.astype(float)"
        )
    classes = x.shape[axis]
    if t.size and not (smallest(t, None) >= 0 and largest(t, None) < classes):
        raise IndexError(f"class indices run from {t.min()} to {t.max()}, expected 0 to {classes - 1}")
    return x[_at(t, x, axis)]


def _target_clash(x: tuple[int, ...], target: tuple[int, ...], *, axis: int, reduction: str) -> str | None:
    if not -len(x) <= axis < len(x):
        return f"axis {axis} is out of bounds for {x}"
    indices = _without(x, axis)
    if target not in (x, indices):
        return (
            f"the target has shape {target}; expected class indices of shape {indices}, or probabilities of shape {x}"
        )
    return None


@primitive(
    symbol="H", formula="−Σ t ⊙ log softmax(x) / N", latex=r"-\frac{1}{N} \sum {t} \log \operatorname{softmax}({x})",
    torch="cross_entropy", saves=("logp",), explain=_target_clash,
)  # fmt: skip
def cross_entropy(x: Array, t: Array, *, axis: int = -1, reduction: str = "mean") -> Any:
    """Cross-entropy of softmax(x) with class indices or probabilities t, the classes along an axis."""
    logp = log_softmax(x, axis=axis)
    if _are_indices(t):
        values = -_taken(logp, t, axis)
    elif t.shape == x.shape:
        values = -(t * logp).sum(axis=axis)
    else:
        raise ValueError(
            f"the target is {t.dtype} {t.shape}; expected class indices (integers) of shape {_without(x.shape, axis)}, "
            f"or probabilities of shape {x.shape}"
        )
    return _reduced(values, reduction, _examples(x, axis)), logp


def _cross_entropy_x(g: Array, t: Array, logp: Array, axis: int, reduction: str) -> Array:
    """(softmax(x) Σt − t) g / N"""
    g = _each(g, reduction, _examples(logp, axis), axis)
    if _are_indices(t):
        return g * exp(logp) - _scattered(g, t, logp, axis)
    return g * (exp(logp) * t.sum(axis=axis, keepdims=True) - t)


def _scattered(g: Array, t: Array, x: Array, axis: int) -> Array:
    """g at each example's class, zeros elsewhere"""
    return scatter(g.squeeze(axis) if g.ndim else g, index=_at(t, x, axis), shape=x.shape)


def _cross_entropy_t(g: Array, logp: Array, axis: int, reduction: str) -> Array:
    """−log softmax(x) g / N"""
    return -logp * _each(g, reduction, _examples(logp, axis), axis)


cross_entropy.gradients(_cross_entropy_x, _cross_entropy_t)


@primitive(symbol="nll", formula="−Σ x[target] / N", torch="nll_loss", explain=_target_clash)
def nll(x: Array, t: Array, *, axis: int = -1, reduction: str = "mean") -> Array:
    """Negative log-likelihood: minus the log-probability x of each example's class index t."""
    if not _are_indices(t):
        raise TypeError(f"the target is {t.dtype}, expected class indices (integers)")
    return _reduced(-_taken(x, t, axis), reduction, _examples(x, axis))


def _nll_x(g: Array, x: Array, t: Array, axis: int, reduction: str) -> Array:
    """−g / N at each example's class"""
    return _scattered(-_each(g, reduction, _examples(x, axis), axis), t, x, axis)


nll.gradients(_nll_x, None)


@primitive(symbol="mse", formula="Σ (x − y)² / n", latex=r"\frac{1}{n} \sum ({x} - {y})^2", torch="mse_loss",
           broadcasts=True)  # fmt: skip
def mse(x: Array, y: Array, *, reduction: str = "mean") -> Array:
    """Squared error, its mean by default."""
    d = x - y
    return _reduced(d * d, reduction, builtins.max(d.size, 1))


def _mse_x(g: Array, x: Array, y: Array, reduction: str) -> Array:
    """2 (x − y) g / n"""
    d = x - y
    return (2 * g / builtins.max(d.size, 1) if reduction == "mean" else 2 * g) * d


mse.gradients(_mse_x, lambda g, x, y, reduction: -_mse_x(g, x, y, reduction))
