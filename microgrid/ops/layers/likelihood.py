"""Losses of classes: cross-entropy and the negative log-likelihood."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..elementwise.activation import log_softmax
from ..elementwise.arithmetic import Array
from ..reductions.reduction import added, largest, peak
from ..selection.indexing import scatter
from .loss import reduced, share

__all__ = [
    "cross_entropy", "nll",
]  # fmt: skip


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    if len(shape) == 2:  # as it is most often
        return (shape[0],) if axis in (1, -1) else (shape[1],)
    axis %= len(shape)
    return shape[:axis] + shape[axis + 1 :]


def _are_indices(t: Array) -> bool:
    return t.dtype.kind in "iu"


def _along(x: Array, axis: int) -> tuple[int, ...]:
    """The shape of what has the classes along an axis, to broadcast with x."""
    return tuple([-1 if k == axis % x.ndim else 1 for k in range(x.ndim)])


def _at(t: Array, x: Array, axis: int) -> tuple[Any, ...]:
    """The index that takes from x, at each example, the entry of class t."""
    if t.ndim == 1 and axis in (1, -1):
        return _first(t.size), t
    index = [np.arange(n).reshape(-1, *(1,) * (t.ndim - k)) for k, n in enumerate(t.shape, 1)]
    index.insert(axis % x.ndim, t)
    return tuple(index)


@functools.lru_cache(64)
def _first(n: int) -> np.ndarray:
    """0, 1, … n − 1."""
    made = np.arange(n)
    made.flags.writeable = False
    return made


def _chosen(t: Array, x: Array, axis: int, ignore_index: int) -> tuple[Array, Array | None]:
    """Each example's class, and which examples count: None for all of them. (Those ignored have class 0.)

    Raises ValueError for a target of another shape, IndexError for classes that x has not."""
    t, classes = np.asarray(detach(t)), x.shape[axis]
    if t.shape != _without(x.shape, axis):
        raise ValueError(
            f"the target is {t.dtype} {t.shape}; class indices have the shape {_without(x.shape, axis)}, and "
            f"probabilities (one-hot ones too) are floats of shape {x.shape}: t.astype(float)"
        )
    counted = None
    if 0 <= ignore_index < classes or not _within(t, classes):
        counted = t != ignore_index
        t = np.where(counted, t, 0)
        if not _within(t, classes) and counted.any():
            raise IndexError(f"class indices run from {t.min()} to {t.max()}, expected 0 to {classes - 1}")
    return t, counted


def _within(t: np.ndarray, classes: int) -> bool:
    """Whether every index is at least 0 and below `classes`: as unsigned numbers the negative ones are the largest."""
    return not t.size or bool(largest(t.view(UNSIGNED[t.dtype.itemsize]), None) < classes)


UNSIGNED = {size: np.dtype(f"u{size}") for size in (1, 2, 4, 8)}


def _weights(t: Array, counted: Array | None, weight: Array) -> Array | None:
    """How much each example counts; None for 1 each."""
    if weight is None:
        return counted
    each = weight[t]
    return each if counted is None else np.where(counted, each, 0)


def _divisor(each: Array | None, t: Array, reduction: str) -> Any:
    """What "mean" divides by: the sum of the weights of the examples."""
    if reduction != "mean":
        return None
    return t.size if each is None else int(each.sum()) if each.dtype.kind == "b" else each.sum()


def _class_clash(x: tuple[int, ...], target: tuple[int, ...], weight: Any = None, *, axis: int, **how: Any
                 ) -> str | None:  # fmt: skip
    if not -len(x) <= axis < len(x):
        return f"axis {axis} is out of bounds for {x}"
    indices = _without(x, axis)
    if target not in (x, indices):
        return (
            f"the target has shape {target}; expected class indices of shape {indices}, or probabilities of shape {x}"
        )
    if weight is not None and weight != (x[axis],):
        return f"weight has shape {weight}, expected {(x[axis],)}: one number a class"
    return None


def _checked(x: Array, weight: Array, axis: int) -> None:
    if weight is not None and weight.shape != (x.shape[axis],):
        raise ValueError(f"weight has shape {weight.shape}, expected {(x.shape[axis],)}: one number a class")


def _likelihood(
    x: Array, t: Array, weight: Array, axis: int, reduction: str, ignore_index: int, less: Array = None
) -> Array:
    """Minus x, less a number an example, at each example's class; weighed and reduced."""
    t, counted = _chosen(t, x, axis, ignore_index)
    each = _weights(t, counted, weight)
    taken = x[_at(t, x, axis)]
    values = -taken if less is None else less - taken
    if counted is not None:
        values = np.where(counted, values, 0.0)  # what is ignored may be infinite
    return reduced(values if each is None else values * each, reduction, _divisor(each, t, reduction))


@primitive(symbol="nll", formula="−Σ w x[target] / Σ w", torch="nll_loss", explain=_class_clash)
def nll(x: Array, t: Array, weight: Array = None, *, axis: int = -1, reduction: str = "mean",
        ignore_index: int = -100) -> Array:  # fmt: skip
    """Negative log-likelihood: minus the log-probability x of each example's class index t, weighed by class."""
    if not _are_indices(t):
        raise TypeError(f"the target is {t.dtype}, expected class indices (integers)")
    _checked(x, weight, axis)
    return _likelihood(x, t, weight, axis, reduction, ignore_index)


def _nll_x(g: Array, x: Array, t: Array, weight: Array, axis: int, reduction: str, ignore_index: int) -> Array:
    """−w g / Σ w at each example's class"""
    t, counted = _chosen(t, x, axis, ignore_index)
    each = _weights(t, counted, weight)
    g = -share(g, reduction, _divisor(each, t, reduction))
    g = g if each is None else g * each
    if isinstance(g, Tensor):
        return scatter(g, index=_at(t, x, axis), shape=x.shape)
    out = np.zeros(x.shape, x.dtype)
    out[_at(t, x, axis)] = g  # each example has one place of its own
    return out


def _nll_weight(g: Array, out: Array, x: Array, t: Array, weight: Array, axis: int, reduction: str, ignore_index: int
                ) -> Array:  # fmt: skip
    """−(x[target] + out) g / Σ w, summed by class"""
    t, counted = _chosen(t, x, axis, ignore_index)
    values = -x[_at(t, x, axis)]
    if reduction == "mean":
        values = values - out
        g = g / _divisor(_weights(t, counted, weight), t, reduction)
    values = values * g
    return scatter(values if counted is None else np.where(counted, values, 0.0), index=t, shape=weight.shape)


nll.gradients(_nll_x, None, _nll_weight)


@primitive(
    symbol="H", formula="−Σ t ⊙ log softmax(x) / N", latex=r"-\frac{1}{N} \sum {t} \log \operatorname{softmax}({x})",
    torch="cross_entropy", saves=("p",), explain=_class_clash,
)  # fmt: skip
def cross_entropy(
    x: Array, t: Array, weight: Array = None, *, axis: int = -1, reduction: str = "mean", ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Any:  # fmt: skip
    """Cross-entropy of softmax(x) with class indices or probabilities t, the classes along an axis.

    weight: one number a class; the mean over class indices is then weighed.  label_smoothing: what part of each target
    is shared out among all classes.  ignore_index: a class index that does not count."""
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing is {label_smoothing}, expected a number from 0 to 1")
    _checked(x, weight, axis)
    shifted = x - peak(x, axis)
    p = np.exp(shifted)
    total = added(p, axis, None, None, True)
    p /= total
    rest = np.log(total)
    if _are_indices(t):
        value = _likelihood(shifted, t, weight, axis, reduction, ignore_index, rest.squeeze(axis))
        if label_smoothing:
            every = _smooth(shifted - rest, t, weight, axis, reduction, ignore_index)
            value = (1 - label_smoothing) * value + (label_smoothing / x.shape[axis]) * every
        return value, p
    if t.shape != x.shape:
        raise ValueError(
            f"the target is {t.dtype} {t.shape}; expected class indices (integers) of shape {_without(x.shape, axis)}, "
            f"or probabilities of shape {x.shape}"
        )
    if ignore_index >= 0:
        raise ValueError(f"ignore_index is {ignore_index}, but the target holds probabilities, and no class to ignore")
    values = -(_counts(t, x, weight, axis, ignore_index, label_smoothing) * (shifted - rest)).sum(axis=axis)
    return reduced(values, reduction), p


def _smooth(logp: Array, t: Array, weight: Array, axis: int, reduction: str, ignore_index: int) -> Array:
    """Minus the log-probabilities of all classes, of the examples that count."""
    t, counted = _chosen(t, logp, axis, ignore_index)
    values = -(logp if weight is None else logp * weight.reshape(_along(logp, axis))).sum(axis=axis)
    if counted is not None:
        values = np.where(counted, values, 0.0)
    return reduced(values, reduction, _divisor(_weights(t, counted, weight), t, reduction))


def _counts(t: Array, x: Array, weight: Array, axis: int, ignore_index: int, label_smoothing: float) -> Array:
    """How much each class counts in each example: its probability, smoothed, times its weight."""
    counted = None
    if _are_indices(t):
        t, counted = _chosen(t, x, axis, ignore_index)
        ones = np.zeros(x.shape, x.dtype)
        if x.size:
            ones[_at(t, x, axis)] = 1 if counted is None else counted
        t = ones
    if label_smoothing:
        rest = label_smoothing / x.shape[axis]
        t = t * (1 - label_smoothing) + (rest if counted is None else rest * np.expand_dims(counted, axis))
    return t if weight is None else t * weight.reshape(_along(x, axis))


def _examples(t: Array, x: Array, weight: Array, axis: int, ignore_index: int) -> Any:
    """What "mean" divides by."""
    if not _are_indices(t):
        return math.prod(_without(x.shape, axis))
    t, counted = _chosen(t, x, axis, ignore_index)
    return _divisor(_weights(t, counted, weight), t, "mean")


def _each(g: Array, t: Array, x: Array, weight: Array, axis: int, reduction: str, ignore_index: int) -> Array:
    """The cotangent of each example's loss, to multiply what has the classes along an axis."""
    if reduction == "none":
        return np.expand_dims(g, axis)
    return share(g, reduction, _examples(t, x, weight, axis, ignore_index) if reduction == "mean" else None)


def _cross_entropy_x(
    g: Array, t: Array, weight: Array, p: Array, axis: int, reduction: str, ignore_index: int, label_smoothing: float
) -> Array:
    """(softmax(x) Σt − t) g / N"""
    g = _each(g, t, p, weight, axis, reduction, ignore_index)
    t = _counts(t, p, weight, axis, ignore_index, label_smoothing)
    return (p * t.sum(axis=axis, keepdims=True) - t) * g


def _cross_entropy_t(
    g: Array, x: Array, t: Array, weight: Array, axis: int, reduction: str, ignore_index: int, label_smoothing: float
) -> Array:
    """−w log softmax(x) g / N"""
    g = _each(g, t, x, weight, axis, reduction, ignore_index) * (1 - label_smoothing)
    return -log_softmax(x, axis=axis) * (g if weight is None else g * weight.reshape(_along(x, axis)))


def _cross_entropy_weight(
    g: Array, out: Array, x: Array, t: Array, weight: Array, axis: int, reduction: str, ignore_index: int,
    label_smoothing: float,
) -> Array:  # fmt: skip
    """−Σ (t log softmax(x) + out t) g / N"""
    e = _each(g, t, x, weight, axis, reduction, ignore_index)
    values = -_counts(t, x, None, axis, ignore_index, label_smoothing) * log_softmax(x, axis=axis)
    if reduction == "mean" and _are_indices(t):  # N depends on the weights
        values = values - out * _counts(t, x, None, axis, ignore_index, 0.0)
    over = tuple(k for k in range(x.ndim) if k != axis % x.ndim)
    return (values * e).sum(axis=over)


def _cross_entropy_joint(
    g: Array, out: Array, x: Array, t: Array, weight: Array, p: Array, axis: int, reduction: str, ignore_index: int,
    label_smoothing: float, need: list[bool],
) -> Any:  # fmt: skip
    """The gradient of x in one array where the target holds class indices."""
    how = axis, reduction, ignore_index, label_smoothing
    gx = None
    if need[0] and _are_indices(t) and not label_smoothing:
        t, counted = _chosen(t, p, axis, ignore_index)
        each = _weights(t, counted, weight)
        e = share(g, reduction, _divisor(each, t, reduction))
        if each is not None:
            e = e * each
        gx = p * np.expand_dims(e, axis) if e.ndim else p * e
        gx[_at(t, p, axis)] -= e
    elif need[0]:
        gx = _cross_entropy_x(g, t, weight, p, *how)
    return (
        gx,
        _cross_entropy_t(g, x, t, weight, *how) if need[1] else None,
        _cross_entropy_weight(g, out, x, t, weight, *how) if need[2] else None,
    )


cross_entropy.gradients(_cross_entropy_x, _cross_entropy_t, _cross_entropy_weight, joint=_cross_entropy_joint)
