"""What the functions take: Tensors, arrays, numbers."""

from __future__ import annotations

from typing import Any

from ...core.tensor import Operand, Tensor


def as_tensor(x: Operand) -> Tensor:
    """A Tensor as it is, anything else as one."""
    return x if isinstance(x, Tensor) else Tensor(x)


def shape_of(x: Any) -> Any:
    """Its shape; () of a number."""
    return x.shape if hasattr(x, "shape") else ()
