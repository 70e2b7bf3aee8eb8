"""NumPy's methods of arrays that are operations: bound to Tensor here, since core/ imports no operation."""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor
from . import layout, scan, selection, writing

METHODS: dict[str, Any] = {  # name → function that takes the Tensor first
    "choose": selection.choose,
    "compress": lambda x, condition, axis=None: selection.compress(condition, x, axis),
    "cumprod": scan.cumprod,
    "cumsum": scan.cumsum,
    "diagonal": layout.diagonal,
    "fill": writing.fill,
    "nonzero": selection.nonzero,
    "put": writing.put,
    "repeat": layout.repeat,
    "take": selection.take,
}


def bind() -> None:
    """Give Tensor its methods."""
    for name, function in METHODS.items():
        setattr(Tensor, name, function)
