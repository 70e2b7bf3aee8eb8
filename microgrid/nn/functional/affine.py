"""The affine map, and the bilinear one."""

from __future__ import annotations

from ... import ops
from ...core.tensor import Tensor
from .inputs import shape_of

__all__ = ["bilinear", "linear"]


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x Wᵀ + b over the last axis.  input: (…, in), weight: (out, in) or (in,), bias: (out,) or (); gives (…, out), or
    (…).

    Raises ValueError naming the sizes that differ.
    """
    try:
        out = input @ (weight.mT if weight.ndim > 1 else weight)
        return out if bias is None else out + bias
    except ValueError as error:
        shapes = shape_of(input), shape_of(weight), shape_of(bias)
        raise ValueError(
            f"linear: input {shapes[0]}, weight {shapes[1]}, bias {shapes[2] if bias is not None else None}: expected "
            "(…, in), (out, in) and (out,)"
        ) from error


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """xᵀ W y + b over the last axes.  input1: (…, m), input2: (…, n), weight: (out, m, n), bias: (out,); (…, out).

    Raises ValueError naming the shapes that do not fit.
    """
    (x, y, w), b = map(shape_of, (input1, input2, weight)), shape_of(bias)
    if len(w) != 3 or not x or x[:-1] != y[:-1] or (x[-1], y[-1]) != w[1:] or (bias is not None and b != w[:1]):
        raise ValueError(
            f"bilinear: input1 {x}, input2 {y}, weight {w}, bias {b if bias is not None else None}: expected "
            "(…, m), (…, n), (out, m, n) and (out,), with the same leading axes"
        )
    out, m, n = w
    rows = -1 if m else 0
    left = input1.reshape((rows, m)) @ ops.transpose(weight, axes=(1, 0, 2)).reshape((m, out * n))
    values = (left.reshape((-1, out, n) if out * n else (0, out, n)) * input2.reshape((-1, 1, n))).sum(axis=-1)
    values = values.reshape((*x[:-1], out))
    return values if bias is None else values + bias  # type: ignore[no-any-return]
