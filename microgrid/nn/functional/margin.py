"""Losses with a margin: of rankings, hinges, embeddings and triplets, under Torch's names.

reduction: "mean", "sum", or "none" for each element's or example's own."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor, detach
from ...ops.layers.loss import REDUCTIONS, reduced
from .distance import pairwise_distance
from .inputs import as_tensor, shape_of

__all__ = [
    "cosine_embedding_loss", "hinge_embedding_loss", "margin_ranking_loss", "multi_margin_loss",
    "multilabel_margin_loss", "multilabel_soft_margin_loss", "soft_margin_loss", "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]  # fmt: skip


def _above_zero(x: Tensor) -> Tensor:
    """max(x, 0); at 0 the gradient passes, as in Torch's losses."""
    return ops.clip(x, 0.0, None)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Operand, margin: float = 0.0, *, reduction: str = "mean"
) -> Tensor:
    """max(−target · (input1 − input2) + margin, 0), the target 1 where input1 should rank higher, −1 where lower.

    Raises ValueError unless the three have as many axes."""
    x, y, t = as_tensor(input1), as_tensor(input2), as_tensor(target)
    if not x.ndim == y.ndim == t.ndim:
        raise ValueError(
            f"margin_ranking_loss: input1 {x.shape}, input2 {y.shape} and target {t.shape} must have as many axes"
        )
    return reduced(_above_zero((y - x) * t + margin), reduction)


def hinge_embedding_loss(input: Tensor, target: Operand, margin: float = 1.0, *, reduction: str = "mean") -> Tensor:
    """The input (a distance) where the target is 1, max(margin − input, 0) where it is −1."""
    x, t = as_tensor(input), detach(as_tensor(target))
    values = ops.where(t != -1, x, 0.0) + ops.where(t != 1, _above_zero(margin - x), 0.0)
    return reduced(values, reduction)


def soft_margin_loss(input: Tensor, target: Operand, *, reduction: str = "mean") -> Tensor:
    """log(1 + exp(−target · input)), the target 1 or −1.

    Raises ValueError where the target does not broadcast to the input's shape."""
    x, t = as_tensor(input), as_tensor(target)
    if np.broadcast_shapes(x.shape, t.shape) != x.shape:
        raise ValueError(f"soft_margin_loss: the target {t.shape} does not broadcast to the input's shape {x.shape}")
    return -reduced(ops.logsigmoid(x * t), reduction)


def _examples(name: str, input: Tensor, target: Operand, each: int) -> tuple[Tensor, np.ndarray]:
    """The input as (N, C), and the target as an array with N; `each` is 1 where it has one number a class.

    Raises ValueError for other shapes, TypeError for a target that is not of integers."""
    x, t = as_tensor(input), as_tensor(target).numpy()
    if x.ndim == 0:
        x = x.reshape((1,))
    if x.ndim == 1 and t.size == 1:
        t = t.reshape((1,) * each)
    if x.ndim not in (1, 2) or x.shape[-1] == 0 or t.shape != x.shape[: x.ndim - 1 + each]:
        shapes = "(N, C) or (C,), and of its shape" if each else "(N, C) and (N,), or (C,) and ()"
        raise ValueError(f"{name}: input {x.shape} and target {t.shape}, expected {shapes}, C at least 1")
    if t.dtype.kind not in "iu":
        raise TypeError(f"{name}: the target is {t.dtype}, expected class indices (integers)")
    n = x.shape[0] if x.ndim == 2 else 1
    return x.reshape((n, x.shape[-1])), t.reshape((n, -1) if each else (n,))


def multi_margin_loss(
    input: Tensor, target: Operand, p: int = 1, margin: float = 1.0, weight: Operand | None = None, *,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """Σ max(margin − input[target] + input[i], 0)ᵖ / C over the classes i other than the target.

    input: (N, C) or (C,).  target: class indices.  p: 1 or 2.  weight: (C,), one number a class.
    Raises ValueError for other shapes, IndexError for a class out of range."""
    if p not in (1, 2):
        raise ValueError(f"multi_margin_loss: p is {p}, expected 1 or 2")
    x, t = _examples("multi_margin_loss", input, target, 0)
    n, classes = x.shape
    if t.size and not (t.min() >= 0 and t.max() < classes):
        raise IndexError(f"multi_margin_loss: classes run from {t.min()} to {t.max()}, expected 0 to {classes - 1}")
    rows = np.arange(n)
    values = _above_zero(margin - x[rows, t].reshape((n, 1)) + x)
    if p == 2:
        values = values * values
    if weight is not None:
        w = as_tensor(weight)
        if w.shape != (classes,):
            raise ValueError(f"multi_margin_loss: weight has shape {w.shape}, expected {(classes,)}")
        values = values * w[t].reshape((n, 1))
    others = np.ones((n, classes), x.dtype)
    others[rows, t] = 0
    each = (values * others).sum(axis=1) / classes
    return reduced(each if as_tensor(input).ndim == 2 else each.reshape(()), reduction)


def multilabel_margin_loss(input: Tensor, target: Operand, *, reduction: str = "mean") -> Tensor:
    """Σ max(1 − input[j] + input[i], 0) / C over the classes j of the target and those i that are none of them.

    input: (N, C) or (C,).  target: of its shape, class indices, those before the first −1 count.
    Raises ValueError for other shapes, IndexError for a class out of range."""
    x, t = _examples("multilabel_margin_loss", input, target, 1)
    n, classes = x.shape
    if t.size and not (t.min() >= -1 and t.max() < classes):
        raise IndexError(
            f"multilabel_margin_loss: classes run from {t.min()} to {t.max()}, expected 0 to {classes - 1}, or −1"
        )
    counted = np.cumprod(t >= 0, axis=1).astype(bool)
    rows = np.arange(n)[:, None]
    chosen = np.where(counted, t, 0)
    others = np.ones((n, classes), bool)
    others[np.broadcast_to(rows, t.shape)[counted], t[counted]] = False
    pairs = (counted[:, :, None] & others[:, None, :]).astype(x.dtype)
    gaps = _above_zero(1 - x[rows, chosen].reshape((n, classes, 1)) + x.reshape((n, 1, classes)))
    each = (gaps * pairs).sum(axis=(1, 2)) / classes
    return reduced(each if as_tensor(input).ndim == 2 else each.reshape(()), reduction)


def multilabel_soft_margin_loss(
    input: Tensor, target: Operand, weight: Operand | None = None, *, reduction: str = "mean"
) -> Tensor:
    """Cross-entropy of sigmoid(input) with a target of 0 and 1 a class, its mean over the last axis, the classes.

    weight: one number a class."""
    x, t = as_tensor(input), as_tensor(target)
    values = (1 - t) * x - ops.logsigmoid(x)
    if weight is not None:
        values = values * weight
    return reduced(values.sum(axis=-1) / x.shape[-1], reduction)


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Operand, margin: float = 0.0, *, reduction: str = "mean"
) -> Tensor:
    """1 − cos(input1, input2) where the target is 1, max(cos(input1, input2) − margin, 0) where it is −1.

    input1, input2: (N, D) and target (N,), or (D,) and ().  Raises ValueError for other shapes."""
    x, y, t = as_tensor(input1), as_tensor(input2), detach(as_tensor(target))
    if t.ndim not in (0, 1) or x.ndim != t.ndim + 1 or y.ndim != t.ndim + 1:
        raise ValueError(
            f"cosine_embedding_loss: input1 {x.shape}, input2 {y.shape} and target {t.shape}, expected (N, D), (N, D) "
            "and (N,), or (D,), (D,) and ()"
        )
    tiny = 1e-12
    sizes = ((x * x).sum(axis=-1) + tiny) * ((y * y).sum(axis=-1) + tiny)
    cos = (x * y).sum(axis=-1) / ops.sqrt(sizes)
    values = ops.where(t == 1, 1 - cos, 0.0) + ops.where(t == -1, _above_zero(cos - margin), 0.0)
    return reduced(values, reduction)


def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6,
    swap: bool = False, *, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """max(d(anchor, positive) − d(anchor, negative) + margin, 0), d the p-norm of the difference.

    swap: where the positive is closer to the negative than the anchor is, that distance counts (Balntas et al., 2016).
    Raises ValueError unless the three have as many axes and the margin is positive."""
    return triplet_margin_with_distance_loss(
        anchor, positive, negative, distance_function=lambda x, y: pairwise_distance(x, y, p, eps), margin=margin,
        swap=swap, reduction=reduction,
    )  # fmt: skip


def triplet_margin_with_distance_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, *,
    distance_function: Callable[[Any, Any], Any] | None = None, margin: float = 1.0, swap: bool = False,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """As `triplet_margin_loss`, with any function of two as the distance (`pairwise_distance` if none is given)."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"triplet margin loss: reduction is {reduction!r}, expected 'mean', 'sum' or 'none'")
    if margin <= 0:
        raise ValueError(f"triplet margin loss: margin is {margin}, expected a positive number")
    shapes = [shape_of(x) for x in (anchor, positive, negative)]
    if len({len(s) for s in shapes}) > 1:
        raise ValueError(f"triplet margin loss: {shapes[0]}, {shapes[1]} and {shapes[2]} must have as many axes")
    distance = distance_function or pairwise_distance
    far = distance(anchor, negative)
    if swap:
        far = ops.minimum(far, distance(positive, negative))
    return reduced(_above_zero(margin + distance(anchor, positive) - far), reduction)
