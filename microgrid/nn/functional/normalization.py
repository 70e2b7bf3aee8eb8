"""Normalisation over axes, under Torch's names."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from ... import ops
from ...core.tensor import Operand, Tensor
from .inputs import as_tensor

__all__ = ["layer_norm"]


def layer_norm(
    input: Operand, normalized_shape: int | Sequence[int], weight: Operand | None = None, bias: Operand | None = None,
    eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """Normalised over the last axes, of shape `normalized_shape`, to mean 0 and variance 1; then scaled and shifted.

    Raises ValueError where the input does not end in that shape.
    """
    x = as_tensor(input)
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(map(operator.index, normalized_shape))
    if not shape or x.shape[-len(shape) :] != shape:
        raise ValueError(f"layer_norm: input {x.shape} does not end in normalized_shape {shape}")
    return ops.layer_norm(x, weight, bias, axes=len(shape), eps=eps)  # type: ignore[no-any-return]
