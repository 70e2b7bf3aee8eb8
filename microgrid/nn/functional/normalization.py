"""Normalisation, under Torch's names."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import ops
from ...core.recording import setting
from ...core.tensor import Operand, Tensor
from ...ops.layers import normalization
from .inputs import as_tensor

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm"]


def _last_axes(name: str, x: Tensor, normalized_shape: int | Sequence[int]) -> int:
    """How many axes `normalized_shape` has. Raises ValueError where x does not end in that shape."""
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(map(operator.index, normalized_shape))
    if not shape or x.shape[-len(shape) :] != shape:
        raise ValueError(f"{name}: input {x.shape} does not end in normalized_shape {shape}")
    return len(shape)


def layer_norm(
    input: Operand, normalized_shape: int | Sequence[int], weight: Operand | None = None, bias: Operand | None = None,
    eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """Normalised over the last axes, of shape `normalized_shape`, to mean 0 and variance 1; then scaled and shifted.

    Raises ValueError where the input does not end in that shape.
    """
    x = as_tensor(input)
    return ops.layer_norm(x, weight, bias, axes=_last_axes("layer_norm", x, normalized_shape), eps=eps)


def rms_norm(
    input: Operand, normalized_shape: int | Sequence[int], weight: Operand | None = None, eps: float | None = None
) -> Tensor:
    """Divided by the root of the mean square over the last axes, of shape `normalized_shape`; then scaled.

    eps: that of the dtype if None.  Raises ValueError where the input does not end in that shape."""
    x = as_tensor(input)
    return normalization.rms_norm(x, weight, axes=_last_axes("rms_norm", x, normalized_shape), eps=eps)


def group_norm(
    input: Operand, num_groups: int, weight: Operand | None = None, bias: Operand | None = None, eps: float = 1e-5
) -> Tensor:
    """(N, C, …) normalised, in each example, over each of `num_groups` groups of channels; weight and bias: (C,).

    Raises ValueError where the channels do not divide into the groups."""
    return normalization.group_norm(as_tensor(input), weight, bias, groups=num_groups, eps=eps)


def batch_norm(
    input: Operand, running_mean: Operand | None, running_var: Operand | None, weight: Operand | None = None,
    bias: Operand | None = None, training: bool = False, momentum: float | None = 0.1, eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """(N, C, …) normalised by channel: over the batch in training, by the running statistics in evaluation.

    running_mean, running_var: (C,); in training they are moved towards the batch's by `momentum`, in place (None: not
    at all), without a gradient.  Raises ValueError in training with one value a channel."""
    x = as_tensor(input)
    if x.shape == (0,):  # as Torch takes it
        return ops.copy(x)
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError("batch_norm: evaluation needs running_mean and running_var; in training they may be None")
        return normalization.batch_norm(x, weight, bias, running_mean, running_var, eps=eps)
    n = x.size // x.shape[1] if x.ndim > 1 and x.shape[1] else 0
    if n == 1:
        raise ValueError(f"batch_norm: input {x.shape} has one value a channel; training needs more to have a variance")
    out = normalization.batch_norm(x, weight, bias, eps=eps)
    if momentum and (running_mean is not None or running_var is not None):
        kept = out._node.statics or {}
        if "m" in kept:
            mean, var = kept["m"].reshape(-1), kept["v"].reshape(-1)
        else:
            a, over = x.numpy(), (0, *range(2, x.ndim))
            mean, var = a.mean(axis=over), a.var(axis=over)
        _moved(running_mean, mean, momentum)
        _moved(running_var, var * (n / (n - 1)) if n > 1 else var, momentum)
    return out


def _moved(running: Any, towards: Any, momentum: float) -> None:
    """Moved in place, without a gradient."""
    if running is not None:
        with setting(on=False):
            running *= 1 - momentum
            running += (momentum * towards).astype(running.dtype)


def instance_norm(
    input: Operand, running_mean: Operand | None = None, running_var: Operand | None = None,
    weight: Operand | None = None, bias: Operand | None = None, use_input_stats: bool = True, momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """(N, C, …) normalised by channel, in each example alone; by the running statistics without use_input_stats.

    running_mean, running_var: (C,), moved towards the mean of the examples' own by `momentum`, in place.
    Raises ValueError with one value a channel and example."""
    x = as_tensor(input)
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)
    n = math.prod(x.shape[2:])
    if n == 1:
        raise ValueError(f"instance_norm: input {x.shape} has one value a channel; more are needed to have a variance")
    out = normalization.group_norm(x, weight, bias, groups=x.shape[1] if x.ndim > 1 else 1, eps=eps)
    if running_mean is not None or running_var is not None:
        a, over = x.numpy(), tuple(range(2, x.ndim))
        _moved(running_mean, a.mean(axis=over).mean(axis=0), momentum)
        _moved(running_var, a.var(axis=over, ddof=1).mean(axis=0), momentum)
    return out


def local_response_norm(input: Operand, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """input / (k + α · mean of the squares of `size` neighbouring channels)ᵝ, zeros beyond the ends (Krizhevsky et al.,
    2012).

    input: (N, C, …), three axes or more; ValueError otherwise."""
    x = as_tensor(input)
    if x.ndim < 3:
        raise ValueError(f"local_response_norm: input {x.shape}, expected (N, C, …): three axes or more")
    if not x.size:
        return x
    channel = np.arange(x.shape[1])
    gap = channel - channel[:, None]
    near = ((gap >= -(size // 2)) & (gap <= (size - 1) // 2)).astype(x.dtype) / x.dtype.type(size)
    squares = ops.square(x).reshape((x.shape[0], x.shape[1], -1))
    return x / (k + alpha * ops.matmul(near, squares).reshape(x.shape)) ** beta
