"""NumPy's methods of arrays that are operations: bound to Tensor here, since core/ imports no operation."""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor

METHODS: dict[str, Any] = {}  # name → function that takes the Tensor first


def bind() -> None:
    """Give Tensor its methods."""
    for name, function in METHODS.items():
        setattr(Tensor, name, function)
