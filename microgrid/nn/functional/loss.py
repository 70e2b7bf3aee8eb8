"""Losses, under Torch's names."""

from __future__ import annotations

import warnings
from typing import Any

from ... import ops
from ...core.tensor import Tensor
from .inputs import shape_of

__all__ = ["cross_entropy", "mse_loss", "nll_loss"]


def _classes(input: Any) -> int:
    """The axis of the classes: the second, or the only one."""
    return 1 if input.ndim > 1 else 0


def cross_entropy(input: Tensor, target: Any, *, reduction: str = "mean") -> Tensor:
    """Cross-entropy of softmax(input) with the target.

    input: (N, C), (N, C, …) or (C,).  target: class indices without the axis of classes, or probabilities of the
    input's shape.  reduction: "mean" over examples, "sum", "none".
    Raises ValueError for other shapes or reductions, IndexError for a class out of range.
    """
    return ops.cross_entropy(input, target, axis=_classes(input), reduction=reduction)  # type: ignore[no-any-return]


def nll_loss(input: Tensor, target: Any, *, reduction: str = "mean") -> Tensor:
    """Minus the log-probability of each example's class; shapes as `cross_entropy`, class indices only."""
    return ops.nll(input, target, axis=_classes(input), reduction=reduction)  # type: ignore[no-any-return]


def mse_loss(input: Tensor, target: Any, *, reduction: str = "mean") -> Tensor:
    """Squared error: its mean, sum, or elementwise ("none"). Warns where shapes differ, as broadcasting them is rarely
    meant."""
    a, b = shape_of(input), shape_of(target)
    if a != b:
        warnings.warn(
            f"mse_loss: input {a} and target {b} differ in shape and are broadcast; reshape one if that is not meant",
            stacklevel=2,
        )
    return ops.mse(input, target, reduction=reduction)  # type: ignore[no-any-return]
