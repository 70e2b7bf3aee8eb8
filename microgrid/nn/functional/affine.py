"""The affine map."""

from __future__ import annotations

from ...core.tensor import Tensor
from .inputs import shape_of

__all__ = ["linear"]


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x Wᵀ + b over the last axis.  input: (…, in), weight: (out, in), bias: (out,); gives (…, out).

    Raises ValueError naming the sizes that differ.
    """
    try:
        out = input @ weight.mT
        return out if bias is None else out + bias
    except ValueError as error:
        shapes = shape_of(input), shape_of(weight), shape_of(bias)
        raise ValueError(
            f"linear: input {shapes[0]}, weight {shapes[1]}, bias {shapes[2] if bias is not None else None}: expected "
            "(…, in), (out, in) and (out,)"
        ) from error
