"""Losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.primitive import primitive
from .activation import exp, log_softmax
from .arithmetic import Array
from .reduction import spread

REDUCTIONS = ("mean", "sum", "none")


def _reduced(values: Array, reduction: str, n: int) -> Array:
    """Losses, one an example, reduced as asked."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction is {reduction!r}, expected 'mean', 'sum' or 'none'")
    return values if reduction == "none" else values.sum() / n if reduction == "mean" else values.sum()


def _each(g: Array, reduction: str, shape: tuple[int, ...], n: int) -> Array:
    """The cotangent of each example's loss."""
    if reduction == "none":
        return g
    return spread(g / n if reduction == "mean" else g, shape, None, False)


def _indices(target: Array) -> bool:
    return target.dtype.kind in "iu"


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    axis %= len(shape)
    return shape[:axis] + shape[axis + 1 :]


def _one_hot(target: Array, like: Array, axis: int) -> Array:
    """Class indices as probabilities of like's shape and dtype."""
    classes = like.shape[axis]
    if target.size and (target.min() < 0 or target.max() >= classes):
        raise IndexError(f"class indices run from {target.min()} to {target.max()}, expected 0 to {classes - 1}")
    hot = np.zeros(like.shape, like.dtype)
    np.put_along_axis(hot, np.expand_dims(np.asarray(target), axis), 1.0, axis)
    return hot


def _targets(target: Array, like: Array, axis: int) -> Array:
    """The target as probabilities, given either way."""
    return _one_hot(target, like, axis) if _indices(target) else target


def _target_clash(x: tuple[int, ...], target: tuple[int, ...], *, axis: int, reduction: str) -> str | None:
    indices = _without(x, axis) if x else ()
    if target not in (x, indices):
        return f"the target has shape {target}; expected class indices of shape {indices}, or probabilities of shape {x}"
    return None


@primitive(
    symbol="H", formula="−Σ t ⊙ log softmax(x) / N", latex=r"-\frac{1}{N} \sum {t} \log \operatorname{softmax}({x})",
    torch="cross_entropy", saves=("logp",), explain=_target_clash,
)  # fmt: skip
def cross_entropy(x: Array, t: Array, *, axis: int = -1, reduction: str = "mean") -> Any:
    """Cross-entropy of softmax(x) with class indices or probabilities t, the classes along an axis."""
    logp = log_softmax(x, axis=axis)
    if _indices(t):
        _checked(t, x, axis)
    elif t.shape != x.shape:
        raise ValueError("shapes")
    values = -(_targets(t, x, axis) * logp).sum(axis=axis)
    return _reduced(values, reduction, max(_rows(x, axis), 1)), logp


def _checked(t: Array, x: Array, axis: int) -> None:
    if t.shape != _without(x.shape, axis):
        raise ValueError("shapes")


def _rows(x: Array, axis: int) -> int:
    """How many examples: Torch's mean is over these, whatever the probabilities sum to."""
    return int(np.prod(_without(x.shape, axis)))


def _cross_entropy_x(g: Array, t: Array, logp: Array, axis: int, reduction: str) -> Array:
    """(softmax(x) Σt − t) g / N"""
    t = _targets(t, logp, axis)
    g = np.expand_dims(_each(g, reduction, _without(logp.shape, axis), max(_rows(logp, axis), 1)), axis)
    return g * (exp(logp) * t.sum(axis=axis, keepdims=True) - t)


def _cross_entropy_t(g: Array, logp: Array, axis: int, reduction: str) -> Array:
    """−log softmax(x) g / N"""
    return -logp * np.expand_dims(_each(g, reduction, _without(logp.shape, axis), max(_rows(logp, axis), 1)), axis)


cross_entropy.gradients(_cross_entropy_x, _cross_entropy_t)


@primitive(symbol="nll", formula="−Σ x[target] / N", torch="nll_loss", explain=_target_clash)
def nll(x: Array, t: Array, *, axis: int = -1, reduction: str = "mean") -> Array:
    """Negative log-likelihood: minus the log-probability x of each example's class index t."""
    if not _indices(t):
        raise TypeError(f"the target is {t.dtype}, expected class indices (integers)")
    _checked(t, x, axis)
    return _reduced(-(_one_hot(t, x, axis) * x).sum(axis=axis), reduction, max(_rows(x, axis), 1))


def _nll_x(g: Array, x: Array, t: Array, axis: int, reduction: str) -> Array:
    """−g / N at each example's class"""
    return -_one_hot(t, x, axis) * np.expand_dims(
        _each(g, reduction, _without(x.shape, axis), max(_rows(x, axis), 1)), axis
    )


nll.gradients(_nll_x, None)


@primitive(symbol="mse", formula="Σ (x − y)² / n", latex=r"\frac{1}{n} \sum ({x} - {y})^2", torch="mse_loss",
           broadcasts=True)  # fmt: skip
def mse(x: Array, y: Array, *, reduction: str = "mean") -> Array:
    """Squared error, its mean by default."""
    d = x - y
    return _reduced(d * d, reduction, max(d.size, 1))


def _mse_x(g: Array, x: Array, y: Array, reduction: str) -> Array:
    """2 (x − y) g / n"""
    d = x - y
    return _each(g, reduction, d.shape, max(d.size, 1)) * (2 * d)


mse.gradients(_mse_x, lambda g, x, y, reduction: -_mse_x(g, x, y, reduction))
