"""Losses, under Torch's names.

reduction: "mean", "sum", or "none" for each element's or example's own. The mean of none is NaN, as in Torch."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor, detach
from ...ops.layers import loss
from ...ops.layers.loss import reduced
from .inputs import as_tensor, shape_of

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "gaussian_nll_loss", "huber_loss",
    "kl_div", "l1_loss", "mse_loss", "nll_loss", "poisson_nll_loss", "smooth_l1_loss",
]  # fmt: skip


# ------------------------------------------------------------------------------------------------ of classes


def _classes(input: Any) -> int:
    """The axis of the classes: the second, or the only one."""
    return 1 if input.ndim > 1 else 0


def cross_entropy(
    input: Tensor, target: Any, weight: Operand | None = None, *, ignore_index: int = -100, reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:  # fmt: skip
    """Cross-entropy of softmax(input) with the target.

    input: (N, C), (N, C, …) or (C,).  target: class indices without the axis of classes, or probabilities of the
    input's shape.  weight: (C,), one number a class.  ignore_index: a class index that does not count.
    label_smoothing: what part of each target is shared out among all classes.  reduction: "mean" is over examples (for
    class indices by the weights of those that count), "sum", "none".
    Raises ValueError for other shapes or reductions, IndexError for a class out of range.
    """
    return ops.cross_entropy(
        input, target, weight, axis=_classes(input), reduction=reduction, ignore_index=ignore_index,
        label_smoothing=label_smoothing,
    )  # fmt: skip


def nll_loss(
    input: Tensor, target: Any, weight: Operand | None = None, *, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """Minus the log-probability of each example's class; shapes and arguments as `cross_entropy`, indices only."""
    axis = _classes(input)
    return ops.nll(input, target, weight, axis=axis, reduction=reduction, ignore_index=ignore_index)


# ------------------------------------------------------------------------------------------------ of numbers


def _warned(name: str, input: Any, target: Any) -> None:
    """Warns where shapes differ, as broadcasting them is rarely meant."""
    a, b = shape_of(input), shape_of(target)
    if a != b:
        warnings.warn(
            f"{name}: input {a} and target {b} differ in shape and are broadcast; reshape one if that is not meant",
            stacklevel=3,
        )


def _weighed(name: str, values: Any, input: Any, weight: Any, reduction: str, n: Any = None) -> Tensor:
    """Each element's loss times its weight, reduced. Raises ValueError unless the weight has the input's shape."""
    if shape_of(weight) != shape_of(input):
        raise ValueError(f"{name}: weight has shape {shape_of(weight)}, expected {shape_of(input)}, the input's")
    return reduced(values * weight, reduction, n)


def mse_loss(input: Operand, target: Operand, *, reduction: str = "mean", weight: Operand | None = None) -> Tensor:
    """Squared error: its mean, sum, or elementwise ("none"). Warns where shapes differ, as broadcasting them is rarely
    meant.

    weight: of the input's shape; "mean" then divides by its sum."""
    _warned("mse_loss", input, target)
    if weight is None:
        return ops.mse(input, target, reduction=reduction)
    return _weighed("mse_loss", ops.mse(input, target, reduction="none"), input, weight, reduction, _total(weight))


def l1_loss(input: Operand, target: Operand, *, reduction: str = "mean", weight: Operand | None = None) -> Tensor:
    """Absolute error; arguments as `mse_loss`."""
    _warned("l1_loss", input, target)
    if weight is None:
        return loss.l1(input, target, reduction=reduction)
    return _weighed("l1_loss", loss.l1(input, target, reduction="none"), input, weight, reduction, _total(weight))


def _total(weight: Any) -> Any:
    return as_tensor(weight).sum()


def smooth_l1_loss(input: Operand, target: Operand, *, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """Half the squared error over beta where the error is below beta, |error| − beta/2 elsewhere."""
    _warned("smooth_l1_loss", input, target)
    return loss.smooth_l1(input, target, reduction=reduction, beta=beta)


def huber_loss(
    input: Operand, target: Operand, *, reduction: str = "mean", delta: float = 1.0, weight: Operand | None = None
) -> Tensor:
    """Half the squared error up to delta, delta · (|error| − delta/2) from there on (Huber, 1964).

    weight: of the input's shape; "mean" divides by the number of elements all the same, as in Torch."""
    _warned("huber_loss", input, target)
    if weight is None:
        return loss.huber(input, target, reduction=reduction, delta=delta)
    return _weighed("huber_loss", loss.huber(input, target, reduction="none", delta=delta), input, weight, reduction)


# ------------------------------------------------------------------------------------------------ of probabilities


def binary_cross_entropy(
    input: Operand, target: Operand, weight: Operand | None = None, *, reduction: str = "mean"
) -> Tensor:
    """Cross-entropy of probabilities with targets of the same shape; logarithms are at least −100.

    weight: broadcasts to the target.  Raises ValueError for shapes that differ, or what is no probability."""
    if weight is None:
        return loss.binary_cross_entropy(input, target, reduction=reduction)
    return reduced(loss.binary_cross_entropy(input, target, reduction="none") * weight, reduction)


def binary_cross_entropy_with_logits(
    input: Operand, target: Operand, weight: Operand | None = None, *, reduction: str = "mean",
    pos_weight: Operand | None = None,
) -> Tensor:  # fmt: skip
    """Cross-entropy of sigmoid(input) with targets of the same shape, without overflow.

    weight, pos_weight: broadcast to the target; pos_weight weighs the positive, target = 1."""
    f = loss.binary_cross_entropy_with_logits
    if weight is None:
        return f(input, target, pos_weight, reduction=reduction)
    return reduced(f(input, target, pos_weight, reduction="none") * weight, reduction)


def kl_div(input: Operand, target: Operand, *, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """Kullback-Leibler divergence of log-probabilities (input) from probabilities, or log-probabilities (log_target).

    reduction: "batchmean" too, the sum divided by the size of the first axis: the divergence of the mathematicians."""
    if reduction != "batchmean":
        return loss.kl(input, target, reduction=reduction, log_target=log_target)
    total = loss.kl(input, target, reduction="sum", log_target=log_target)
    shape = shape_of(input)
    return total / shape[0] if shape else total


def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Operand, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    """Minus the log-likelihood of the target under normal distributions of mean `input` and variance `var`.

    var: a number, of the input's shape, or that without the last axis or with one axis of size 1; at least eps is
    used.  full: with the constant ½ log 2π.  Raises ValueError for a negative variance or another shape."""
    x = as_tensor(input)
    v = Tensor(np.full((), var, x.dtype)) if isinstance(var, int | float) else as_tensor(var)
    if np.any(detach(v).numpy() < 0):
        raise ValueError("gaussian_nll_loss: var has negative elements, expected variances of at least 0")
    if v.shape != x.shape and not isinstance(var, int | float):
        if v.shape == x.shape[:-1]:
            v = v.reshape((*v.shape, 1))
        elif v.ndim != x.ndim or [b for a, b in zip(x.shape, v.shape, strict=True) if a != b] != [1]:
            raise ValueError(
                f"gaussian_nll_loss: var has shape {v.shape}, expected {x.shape}, {x.shape[:-1]}, or one axis of size 1"
            )
    if reduction not in loss.REDUCTIONS:
        raise ValueError(f"gaussian_nll_loss: reduction is {reduction!r}, expected 'mean', 'sum' or 'none'")
    low = detach(v)
    v = v + (ops.maximum(low, eps) - low)  # at least eps, and its gradient passes all the same
    values = 0.5 * (ops.log(v) + ops.square(x - target) / v)
    return reduced(values + 0.5 * math.log(2 * math.pi) if full else values, reduction)


def poisson_nll_loss(
    input: Tensor, target: Tensor, log_input: bool = True, full: bool = False, *, eps: float = 1e-8,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """Minus the log-likelihood of counts (target) under Poisson distributions of rate exp(input), or `input` itself.

    full: with Stirling's approximation of log target! where the target exceeds 1.  eps: added to a rate before its
    logarithm is taken."""
    x = as_tensor(input)
    values = ops.exp(x) - target * x if log_input else x - target * ops.log(x + eps)
    if full:
        t = as_tensor(target)
        many = detach(t).numpy() > 1
        safe = ops.where(many, t, 1.0)
        values = values + ops.where(many, safe * ops.log(safe) - safe + 0.5 * ops.log(2 * math.pi * safe), 0.0)
    return reduced(values, reduction)
