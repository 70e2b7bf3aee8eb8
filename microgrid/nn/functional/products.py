"""Products and norms, under Torch's names."""

from __future__ import annotations

from typing import Any

from ... import ops
from ...core.tensor import Operand, Tensor
from ...ops.composition import composed
from ...ops.products.matrices import addbmm as addbmm
from ...ops.products.matrices import addmm as addmm
from ...ops.products.matrices import addmv as addmv
from ...ops.products.matrices import addr as addr
from ...ops.products.matrices import baddbmm as baddbmm
from ...ops.products.matrices import bmm as bmm
from ...ops.products.matrices import chain_matmul as chain_matmul
from ...ops.products.matrices import mm as mm
from ...ops.products.matrices import mv as mv

__all__ = ["addbmm", "addmm", "addmv", "addr", "baddbmm", "bmm", "chain_matmul", "mm", "mv", "norm"]


@composed()
def norm(input: Operand, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    """p-norm of all elements, or along `dim`; p="fro" for the root of the sum of squares, "nuc" for the sum of the
    singular values of matrices.

    Raises ValueError for "nuc" of what is no matrix."""
    x: Any = input if isinstance(input, Tensor) else Tensor(input)
    if p == "nuc":
        over = dim if dim is not None else (0, 1)
        return ops.linalg.matrix_norm(x, "nuc", over, keepdim, dtype)  # type: ignore[no-any-return]
    ord = 2 if p in ("fro", None) else p
    return ops.linalg.vector_norm(x, ord, dim, keepdim, dtype)  # type: ignore[no-any-return]
