"""What Torch alone names, with its `dim`: composed of microgrid's operations; no operation is declared here."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..core.tensor import Operand, Tensor


def relu(input: Operand) -> Tensor:
    """Elementwise max(x, 0); its derivative at 0 is 0."""
    return ops.relu(input)  # type: ignore[no-any-return]


def sigmoid(input: Operand) -> Tensor:
    """Elementwise logistic function."""
    return ops.sigmoid(input)  # type: ignore[no-any-return]


def tanh(input: Operand) -> Tensor:
    """Elementwise hyperbolic tangent."""
    return ops.tanh(input)  # type: ignore[no-any-return]


def gelu(input: Operand, approximate: str = "none") -> Tensor:
    """Elementwise x Φ(x), Φ the normal distribution function; approximate="tanh" for the formula without erf."""
    return ops.gelu(input, approximate=approximate)  # type: ignore[no-any-return]


def softmax(input: Operand, dim: int) -> Tensor:
    """Exponentials normalised to sum 1 along `dim`."""
    return ops.softmax(input, axis=dim)  # type: ignore[no-any-return]


def log_softmax(input: Operand, dim: int) -> Tensor:
    """Logarithm of the softmax along `dim`."""
    return ops.log_softmax(input, axis=dim)  # type: ignore[no-any-return]


def dropout(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Elements zeroed with probability p, the others scaled by 1 / (1 − p); in evaluation the input itself.

    The mask is drawn by a recorded operation, so that a replay uses the very same one.
    Raises ValueError for p outside [0, 1], TypeError for integers.
    """
    probability(p)
    x = _tensor(input)
    if not training or p == 0:
        return x
    if x.dtype.kind != "f":
        raise TypeError(f"dropout: the input is {x.dtype}, expected floating-point numbers: the others are scaled")
    keep = 1.0 - p
    scale = 1.0 / keep if keep else 1.0
    mask = ops.random.bernoulli(p=keep, shape=x.shape, dtype=x.dtype, scale=scale, generator=None)
    return x * mask  # type: ignore[no-any-return]


def _tensor(x: Operand) -> Tensor:
    return x if isinstance(x, Tensor) else Tensor(x)


def probability(p: float) -> float:
    """p, if it is one. Raises ValueError naming it otherwise."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout: p is {p}, expected the probability of zeroing an element, between 0 and 1")
    return p


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x Wᵀ + b over the last axis.  input: (…, in), weight: (out, in), bias: (out,); gives (…, out).

    Raises ValueError naming the sizes that differ.
    """
    try:
        out = input @ weight.mT
        return out if bias is None else out + bias
    except ValueError as error:
        shapes = _shape(input), _shape(weight), _shape(bias)
        raise ValueError(
            f"linear: input {shapes[0]}, weight {shapes[1]}, bias {shapes[2] if bias is not None else None}: expected "
            "(…, in), (out, in) and (out,)"
        ) from error


def layer_norm(
    input: Operand, normalized_shape: int | Sequence[int], weight: Operand | None = None, bias: Operand | None = None,
    eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """Normalised over the last axes, of shape `normalized_shape`, to mean 0 and variance 1; then scaled and shifted.

    Raises ValueError where the input does not end in that shape.
    """
    x = _tensor(input)
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(map(operator.index, normalized_shape))
    if not shape or x.shape[-len(shape) :] != shape:
        raise ValueError(f"layer_norm: input {x.shape} does not end in normalized_shape {shape}")
    return ops.layer_norm(x, weight, bias, axes=len(shape), eps=eps)  # type: ignore[no-any-return]


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
    a, b = _shape(input), _shape(target)
    if a != b:
        warnings.warn(
            f"mse_loss: input {a} and target {b} differ in shape and are broadcast; reshape one if that is not meant",
            stacklevel=2,
        )
    return ops.mse(input, target, reduction=reduction)  # type: ignore[no-any-return]


def _shape(x: Any) -> Any:
    return x.shape if hasattr(x, "shape") else ()
